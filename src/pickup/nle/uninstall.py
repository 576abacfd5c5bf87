"""Planning a removal: exactly what was installed, what the scripts wrote beside themselves, and nothing else.

plan_uninstall("resolve", folder=folder, force=False).paths(Do.REMOVE)
"""

from __future__ import annotations

from pathlib import Path

from pickup.nle.faults import told_by_disk
from pickup.nle.ours import folders_of, is_plain, left_over, record_steps, recorded, removal_steps
from pickup.nle.plugins import RESOLVE
from pickup.nle.settings import NAME as SETTINGS
from pickup.nle.settings import RECEIVED
from pickup.nle.steps import Do, Step, Steps


@told_by_disk()
def plan_uninstall(plugin: str, *, folder: Path, force: bool) -> Steps:
    """What is to be done so that nothing of a plug-in is left in a folder; no steps where nothing is recorded.

    Raises:
        PluginError: The folder holds another plug-in, or the disk refuses.
    """
    before = recorded(folder, plugin=plugin)
    if before is None:
        return Steps(plugin=plugin, folder=folder, steps=(), first=None, last=None, before=None)
    # The scripts first: no button without its package.
    paths = sorted(before.paths(), key=lambda path: ("/" in path, path))
    steps = list(removal_steps(folder, paths=paths, before=before, force=force))
    names = (SETTINGS, RECEIVED) if plugin == RESOLVE else ()
    steps += [Step(do=Do.REMOVE, path=name) for name in names if is_plain(folder, path=name)]
    steps += left_over(folder, paths=paths)
    kept = {step.path: before.hash(step.path) for step in steps if step.do is Do.KEEP}
    last = before.model_copy(update={"state": "removed", "files": kept, "known": {}}) if kept else None
    steps += record_steps(before, last=last)
    emptied = folders_of(folder, paths=paths)
    if last is None:
        emptied += (folder, *folder.parents)[: before.made_folders]
    return Steps(
        plugin=plugin, folder=folder, steps=tuple(steps), first=None, last=last, before=before, emptied=emptied
    )
