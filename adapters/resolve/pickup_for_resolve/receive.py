"""The button Receive: imports the newest version that Pickup handed back and that was not imported before.

What was imported is remembered beside the settings. The editor's timelines stay as they are; the new one becomes
current once every clip in it has its media.

    run(resolve, beside=scripts)      Outcome(good=True, lines=("Reel_1_v001 is here ...", ...))
"""

from pathlib import Path
from typing import TYPE_CHECKING

from pickup_for_resolve.api import answering, ask, is_studio, open_project
from pickup_for_resolve.bring_in import bring_in
from pickup_for_resolve.colors import put_back
from pickup_for_resolve.delivered import read_delivered
from pickup_for_resolve.desktop import open_folder
from pickup_for_resolve.done import read_cuts
from pickup_for_resolve.files import read_json, write_json
from pickup_for_resolve.settings import read_settings
from pickup_for_resolve.words import Outcome, Trouble, counted, ended

if TYPE_CHECKING:
    from typing import Callable, Dict, List, Optional

    from fusionscript import Resolve

    from pickup_for_resolve.bring_in import BroughtIn
    from pickup_for_resolve.delivered import Delivered
    from pickup_for_resolve.done import Cuts, Done

RECEIVED = "pickup_received.json"
AGAIN = "--again"


def run(
    resolve: "Optional[Resolve]",
    *,
    beside: Path,
    again: bool = False,
    show_folder: "Callable[[Path], bool]" = open_folder,
) -> "Outcome":
    """Imports the newest version.

    Args:
        resolve: The `resolve` object; None where there is none.
        beside: The folder of the scripts, where the settings lie and what was imported is remembered.
        again: Whether to import the newest version even if it was imported before.
        show_folder: Opens a folder in the file manager and says whether it could.
    """
    return ended(lambda: _receive(resolve, beside=beside, again=again, show_folder=show_folder))


def _receive(
    resolve: "Optional[Resolve]", *, beside: Path, again: bool, show_folder: "Callable[[Path], bool]"
) -> "Outcome":
    settings = read_settings(beside)
    live = answering(resolve)
    memory = _Memory(beside / RECEIVED, library=settings.library)
    cuts = read_cuts(settings.library)
    done = _chosen(cuts, memory=memory, again=again, library=settings.library)
    if not is_studio(live):
        _show(done, show_folder)
        raise Trouble(
            "This edition of DaVinci Resolve does not let a script import; that takes Studio. Nothing was changed.",
            next_step=f"Import by hand: File > Import > Timeline, choose {done.outputs['resolve']}.",
        )
    project = open_project(live)
    delivered = _delivered(done)
    try:
        came = bring_in(project, done=done, delivered=delivered)
    except Trouble:
        _show(done, show_folder)
        raise
    colors = put_back(came.timeline, sent=done.folder / "sent.json")
    current = "" if ask(project.SetCurrentTimeline, came.timeline) else f"Open {came.name} from the media pool."
    remembered = memory.keep(done, timeline=came.name)
    remarks = [*cuts.unusable, *came.remarks, *_unseen(delivered), colors, current, remembered]
    return Outcome(good=True, lines=(_checked(came, delivered), *filter(None, remarks)))


def _show(done: "Done", show_folder: "Callable[[Path], bool]") -> None:
    show_folder(done.folder)


def _chosen(cuts: "Cuts", *, memory: "_Memory", again: bool, library: Path) -> "Done":
    """The newest version that is to be imported."""
    fresh = [done for done in cuts.filled if again or memory.version(done.cut) != done.version]
    if fresh:
        return fresh[0]
    empty = [f"The cut {cut} has no holes, so there is nothing to import." for _, cut in cuts.empty[:1]]
    if cuts.filled:
        last = cuts.filled[0]
        raise Trouble(
            " ".join([f"Nothing new: {last.name} was imported before, as {memory.timeline(last.cut)}.", *empty]),
            next_step=f"To import it once more run this script with {AGAIN}, or delete {memory.path}. "
            "To fill a changed cut press Pickup - Send.",
        )
    if cuts.unusable:
        raise Trouble(
            " ".join(cuts.unusable), next_step="Send the timeline again; if this stays, run `pickup fill` on it."
        )
    if empty:
        raise Trouble(" ".join(empty), next_step="If it should have some, mark them PICKUP: and press Pickup - Send.")
    raise Trouble(
        f"Nothing has been handed back yet in {library}.",
        next_step="See that `pickup watch` runs, and what status.html in that folder says.",
    )


def _delivered(done: "Done") -> "Delivered":
    """What the version's timeline needs, once all of its takes are there."""
    absent = [path for path in done.media if not path.is_file()]
    if absent:
        raise Trouble(
            f"{counted(len(absent), 'file')} of {done.name} cannot be reached, first {absent[0]}.",
            next_step="If the library is still being copied or its drive is away, wait for it, and press again.",
        )
    try:
        return read_delivered(done.outputs["resolve"], takes=done.media)
    except ValueError as error:
        raise Trouble(
            f"{done.outputs['resolve']} cannot be used: {error}.",
            next_step="Send the timeline again, so that a new version is written.",
        ) from error


def _checked(came: "BroughtIn", delivered: "Delivered") -> str:
    count = len(delivered.needs)
    return f"{came.name} is here and open: {counted(count, 'clip')} checked, none of them without its media."


def _unseen(delivered: "Delivered") -> "List[str]":
    """What the check did not reach."""
    said: "List[str]" = []
    if delivered.absent:
        said.append(f"{counted(delivered.absent, 'clip')} of your own name files that are not on this machine.")
    if delivered.nested:
        said.append(f"{counted(delivered.nested, 'compound clip')} could not be looked into; please look.")
    return said


class _Memory:
    """Which versions were imported, by library and cut."""

    def __init__(self, path: Path, *, library: Path) -> None:
        self.path = path
        self._library = str(library)
        self._libraries: "Dict[str, object]" = {}
        try:
            libraries = read_json(path).get("libraries")
        except ValueError:
            return
        if isinstance(libraries, dict):
            self._libraries = libraries

    def _cut(self, cut: str) -> "Dict[str, object]":
        cuts = self._libraries.get(self._library)
        kept = cuts.get(cut) if isinstance(cuts, dict) else None
        return kept if isinstance(kept, dict) else {}

    def version(self, cut: str) -> object:
        """The version of a cut that was imported last; None for a cut that never was."""
        return self._cut(cut).get("version")

    def timeline(self, cut: str) -> str:
        """What its timeline was called."""
        return str(self._cut(cut).get("timeline") or "a timeline")

    def keep(self, done: "Done", *, timeline: str) -> str:
        """Remembers a version; why it could not, as a sentence, or nothing."""
        cuts = self._libraries.get(self._library)
        kept = dict(cuts) if isinstance(cuts, dict) else {}
        kept[done.cut] = {"version": done.version, "timeline": timeline}
        self._libraries[self._library] = kept
        try:
            write_json(self.path, {"schema": "Received.1", "libraries": self._libraries})
        except OSError as error:
            return f"That it was imported could not be noted in {self.path}: {error.strerror or error}."
        return ""
