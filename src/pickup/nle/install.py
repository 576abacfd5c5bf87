"""Planning an installation: every file that would be written, replaced, removed or left alone.

A file that was edited is kept unless forced; one that is not ours and stands in the way is an error, forced or not.

    plan_install(plugin, folder=folder, version="0.1.0", settings=None, force=False).steps[0].do        Do.WRITE
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from pickup._files import sha256_of
from pickup.errors import counted
from pickup.nle.faults import PluginError, told_by_disk
from pickup.nle.ours import folders_of, is_plain, left_over, record_steps, recorded, removal_steps, stands
from pickup.nle.record import Installed, hash_of
from pickup.nle.settings import NAME as SETTINGS
from pickup.nle.settings import read_watched
from pickup.nle.steps import Do, Plugin, Step, Steps

_SHOWN = 5


@told_by_disk()
def plan_install(plugin: Plugin, *, folder: Path, version: str, settings: bytes | None, force: bool) -> Steps:
    """What is to be done so that a folder holds this version of a plug-in.

    Args:
        plugin: What belongs there.
        folder: Absolute; it need not exist.
        version: Of the plug-in.
        settings: What the plug-in reads; None where it has none.
        force: Whether files that were edited are replaced, too.

    Raises:
        PluginError: Files that are not ours stand in the way, the folder holds another plug-in, or the disk refuses.
    """
    _check_folder(folder)
    before = recorded(folder, plugin=plugin.name)
    steps = [
        _settled(folder, path=path, content=content, before=before, force=force)
        for path, content in plugin.files.items()
    ]
    if settings is not None:
        steps.append(_settings_step(folder, content=settings, is_ours=before is not None))
    if refused := [step.path for step in steps if step.do is Do.REFUSE]:
        raise _in_the_way(refused, folder=folder)
    gone = [path for path in before.paths() if path not in plugin.files] if before else []
    if before is not None:
        steps += removal_steps(folder, paths=gone, before=before, force=force, why="not in this version")
    steps += left_over(folder, paths=[*plugin.files, *(before.paths() if before else ())])
    first, last = _records(plugin, folder=folder, version=version, before=before, steps=steps)
    # The package first and the scripts last: a button that is in the menu finds what it needs.
    ordered = sorted(steps, key=lambda step: ("/" not in step.path, step.path != SETTINGS, step.path))
    return Steps(
        plugin=plugin.name,
        folder=folder,
        steps=(*ordered, *record_steps(before, last=last)),
        first=first,
        last=last,
        before=before,
        emptied=folders_of(folder, paths=gone),
    )


def _records(
    plugin: Plugin, *, folder: Path, version: str, before: Installed | None, steps: list[Step]
) -> tuple[Installed, Installed]:
    """What is recorded before the first file is written, and after the last."""
    files = {path: hash_of(content) for path, content in plugin.files.items()}
    if before is not None:  # a file of an earlier version that was edited stays known as ours
        kept = [step.path for step in steps if step.do is Do.KEEP and step.path not in files]
        files |= {path: before.hash(path) for path in kept}
    last = Installed(
        plugin=plugin.name,
        version=version,
        state="installed",
        files=files,
        made_folders=before.made_folders if before else _missing_folders(folder),
    )
    known = {path: tuple(sorted(before.hashes(path))) for path in before.paths()} if before else {}
    return last.model_copy(update={"state": "installing", "known": known}), last


def _check_folder(folder: Path) -> None:
    """Refuses a folder that cannot be made, before anything is shown."""
    file = next((each for each in (folder, *folder.parents) if each.exists() and not each.is_dir()), None)
    if file is not None:
        raise PluginError(
            f"a folder is needed where the file {file.name} stands",
            where=str(file),
            next_step="move that file away, or install elsewhere with --to DIR",
        )


def _missing_folders(folder: Path) -> int:
    return sum(not each.exists() for each in (folder, *folder.parents))


def _settled(folder: Path, *, path: str, content: bytes, before: Installed | None, force: bool) -> Step:
    """What becomes of one file of this version."""
    if not stands(folder, path=path):
        return Step(do=Do.WRITE if _may_be_made(folder, path=path) else Do.REFUSE, path=path, content=content)
    found = sha256_of(folder / path) if is_plain(folder, path=path) else None
    if found == hash_of(content):
        return Step(do=Do.SAME, path=path)
    if found is None or before is None or path not in before.paths():
        return Step(do=Do.REFUSE, path=path)
    if found in before.hashes(path):
        return Step(do=Do.REPLACE, path=path, content=content)
    if force:
        return Step(do=Do.REPLACE, path=path, content=content, why="edited since; the edit is lost")
    return Step(do=Do.KEEP, path=path, why="edited since; --force replaces it")


def _may_be_made(folder: Path, *, path: str) -> bool:
    """Whether nothing but plain folders lies on the way to a file."""
    inner = [folder / each for each in PurePosixPath(path).parents if each.name]
    return not any(each.is_symlink() or (each.exists() and not each.is_dir()) for each in inner)


def _settings_step(folder: Path, *, content: bytes, is_ours: bool) -> Step:
    path = folder / SETTINGS
    if not stands(folder, path=SETTINGS):
        return Step(do=Do.WRITE, path=SETTINGS, content=content)
    if not is_plain(folder, path=SETTINGS) or not (is_ours or read_watched(folder)):
        return Step(do=Do.REFUSE, path=SETTINGS)
    if path.read_bytes() == content:
        return Step(do=Do.SAME, path=SETTINGS)
    return Step(do=Do.REPLACE, path=SETTINGS, content=content)


def _in_the_way(paths: list[str], *, folder: Path) -> PluginError:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return PluginError(
        f"{counted(len(paths), 'file')} with the names of Pickup's own, not installed by it: "
        f"{', '.join(sorted(paths)[:_SHOWN])}{more}",
        where=str(folder),
        next_step="move or rename what is there, then install again; or install elsewhere with --to DIR",
    )
