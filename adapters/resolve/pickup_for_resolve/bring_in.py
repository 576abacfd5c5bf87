"""Imports a delivered timeline until one import is whole.

Versions of Resolve disagree about what an import does with media, so each way is tried, and its result is believed
only after every clip was looked at: with the media read anew, then with the media that is in the pool and relinked,
then the same with the XML. What is not whole is taken away again. Timelines and entries that were there before are
read and never changed; `ReplaceClip` is not used at all, because it changes every use of an entry.

    bring_in(project, done=done, delivered=delivered)      BroughtIn(name="reel1_v001", ...)
"""

from typing import TYPE_CHECKING, NamedTuple, Tuple, cast

from pickup_for_resolve.api import ask, has, media_pool, timelines
from pickup_for_resolve.checking import faults
from pickup_for_resolve.files import same_path
from pickup_for_resolve.pool import bin_of_pickup, entries, known_ids, remove_spare_copies
from pickup_for_resolve.words import Trouble, counted

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Dict, List, Optional, Sequence, Set

    from fusionscript import Folder, MediaPool, MediaPoolItem, Project, Timeline, TimelineImportOptions

    from pickup_for_resolve.delivered import Delivered, Need
    from pickup_for_resolve.done import Done

_NEVER_SAVED = "Untitled Project"


class BroughtIn(NamedTuple):
    """A timeline that is whole, and what else the editor should know."""

    timeline: "Timeline"
    name: str
    remarks: "Tuple[str, ...]"


def bring_in(project: "Project", *, done: "Done", delivered: "Delivered") -> BroughtIn:
    """Imports a version; the timeline that is current stays so, and so does the current bin.

    Raises:
        Trouble: No import was whole. The text says what was tried, what is left, and what to do by hand.
    """
    pool = media_pool(project)
    current_bin = ask(pool.GetCurrentFolder)
    current = ask(project.GetCurrentTimeline)
    importing = _Importing(project, pool, done=done, delivered=delivered, current=current or None)
    try:
        timeline = importing.whole()
        importing.remove_spare_copies()
        name = importing.settle_name(timeline) if timeline is not None else ""
    except Trouble as trouble:
        # The connection was lost on the way, and what came of the last import cannot be known.
        asked = ", ".join(importing.asked)
        look = f"If there is a timeline {asked} now, it may not be whole; please delete it. "
        raise Trouble(trouble.message, next_step=(look if asked else "") + trouble.next_step) from trouble
    finally:
        if current_bin:
            ask(pool.SetCurrentFolder, current_bin)
    left = importing.left_over()
    if timeline is None:
        said = ["No import into Resolve was whole.", *importing.tried, *left]
        raise Trouble(" ".join(said), next_step=_by_hand(project, done))
    return BroughtIn(timeline, name, tuple(left))


def _by_hand(project: "Project", done: "Done") -> str:
    never_saved = ask(project.GetName) == _NEVER_SAVED
    first = "Save the project under a name; Resolve imports nothing into one that never was. Then press again, or: "
    second = f" If that is not whole either, choose {done.outputs['fcp7']}." if "fcp7" in done.outputs else ""
    by_hand = f"File > Import > Timeline, choose {done.outputs['resolve']}."
    return (first if never_saved else "By hand: ") + by_hand + second


class _Importing:
    """The attempts for one version.

    Attributes:
        tried: A sentence for each attempt that was not whole.
        asked: The names under which timelines were to be made.
    """

    def __init__(
        self,
        project: "Project",
        pool: "MediaPool",
        *,
        done: "Done",
        delivered: "Delivered",
        current: "Optional[Timeline]",
    ) -> None:
        self.tried: "List[str]" = []
        self.asked: "List[str]" = []
        self._project = project
        self._pool = pool
        self._done = done
        self._delivered = delivered
        self._current = current
        self._ids = set(map(_identity, timelines(project)))
        self._names = {_name(timeline).lower() for timeline in timelines(project)}
        self._left: "List[str]" = []
        self._entries = known_ids(pool)
        self._bin = bin_of_pickup(pool)

    def whole(self) -> "Optional[Timeline]":
        """The first import that is whole; None where none is."""
        for flavor in ("resolve", "fcp7"):
            path = self._done.outputs.get(flavor)
            if path is None:
                continue
            for read_media in (True, False):
                timeline = self._attempt(path, read_media=read_media)
                if timeline is not None:
                    return timeline
        return None

    def _attempt(self, path: "Path", *, read_media: bool) -> "Optional[Timeline]":
        if not read_media:
            self._import_media()
        came = self._import(path, read_media=read_media)
        if not came:
            self._say(path, "Resolve made no timeline of it", read_media=read_media)
            return None
        timeline = came[0]
        wrong = faults(timeline, needs=self._delivered.needs)
        if wrong and not read_media:
            self._relink([need for need, _ in wrong])
            wrong = faults(timeline, needs=self._delivered.needs)
        if not wrong:
            return timeline
        need, fault = wrong[0]
        clips = f"{counted(len(wrong), 'clip')} of {len(self._delivered.needs)} not right"
        self._say(path, f"{clips}, first {need.name} on V{need.track}, which {fault}", read_media=read_media)
        for each in came:
            self._remove(each)
        return None

    def _say(self, path: "Path", what: str, *, read_media: bool) -> None:
        way = "with its media" if read_media else "with the media of the pool"
        self.tried.append(f"{path.name} {way}: {what}.")

    def _import(self, path: "Path", *, read_media: bool) -> "List[Timeline]":
        """Every timeline that came of an import, the delivered one first; nested sequences may be further ones."""
        name = self._fresh_name()
        options: "Dict[str, object]" = {"timelineName": name}
        if not read_media:
            options.update(importSourceClips=False, sourceClipsFolders=self._folders())
        if self._bin is not None:
            ask(self._pool.SetCurrentFolder, self._bin)
        answer = ask(self._pool.ImportTimelineFromFile, str(path), cast("TimelineImportOptions", options))
        # Whatever it answered, a timeline that was not there is what came of it, and an old one never is.
        came = [timeline for timeline in timelines(self._project) if self._is_new(timeline)]
        self._stay()
        first = _identity(answer) if answer else ""
        return sorted(came, key=lambda timeline: (_name(timeline) != name, _identity(timeline) != first))

    def _is_new(self, timeline: "Timeline") -> bool:
        left = {name.lower() for name in self._left}
        return _identity(timeline) not in self._ids and _name(timeline).lower() not in self._names | left

    def _stay(self) -> None:
        """Makes the editor's timeline current again; an import makes its own so."""
        if self._current is not None:
            ask(self._project.SetCurrentTimeline, self._current)

    def _fresh_name(self) -> str:
        """A name that no timeline has; for a repeated one an import answers None and does nothing (19.1.3)."""
        taken = (
            self._names
            | {asked.lower() for asked in self.asked}
            | {_name(timeline).lower() for timeline in timelines(self._project)}
        )
        name = _numbered(self._done.name, taken=taken)
        self.asked.append(name)
        return name

    def _folders(self) -> "List[Folder]":
        """The bins in which the media lies, ours first."""
        wanted = {same_path(need.path) for need in self._delivered.needs if need.path}
        ours = [self._bin] if self._bin is not None else []
        found: "Dict[str, Folder]" = {}
        for entry in entries(self._pool):
            if entry.path in wanted:
                found.setdefault(str(ask(entry.folder.GetUniqueId) or ask(entry.folder.GetName)), entry.folder)
        own = {str(ask(folder.GetUniqueId) or ask(folder.GetName)) for folder in ours}
        return ours + [folder for identity, folder in sorted(found.items()) if identity not in own]

    def _import_media(self) -> None:
        """Puts the files that the pool has not into our bin."""
        there = {entry.path for entry in entries(self._pool)}
        wanted = [*self._done.media, *(need.path for need in self._delivered.needs if need.path)]
        absent: "List[str]" = []
        for path in wanted:
            if same_path(path) not in there:
                there.add(same_path(path))
                absent.append(str(path))
        if absent:
            if self._bin is not None:
                ask(self._pool.SetCurrentFolder, self._bin)
            ask(lambda: self._pool.ImportMedia(absent))

    def _relink(self, needs: "Sequence[Need]") -> None:
        """Points entries that this run made at the folders of their files; older entries may be in use elsewhere."""
        if self._entries is None:
            return
        made = [entry for entry in entries(self._pool) if entry.id not in self._entries]
        by_folder: "Dict[str, Dict[str, MediaPoolItem]]" = {}
        for need in needs:
            if need.path is None:
                continue
            names = {need.name, need.path.name}
            for entry in made:
                if entry.name in names or entry.path == same_path(need.path):
                    by_folder.setdefault(str(need.path.parent), {})[entry.id] = entry.item
        for folder, items in sorted(by_folder.items()):
            ask(self._pool.RelinkClips, list(items.values()), folder)

    def _remove(self, timeline: "Timeline") -> None:
        """Takes away a timeline that this run made; where that is refused its name is kept, to be told."""
        name = _name(timeline)
        if has(self._pool, "DeleteTimelines") and self._is_new(timeline):
            ask(self._pool.DeleteTimelines, [timeline])
            self._stay()
        if any(_name(each) == name for each in timelines(self._project)):
            self._left.append(name)

    def left_over(self) -> "List[str]":
        """What the editor has to remove."""
        return [f"The timeline {name} is not whole and could not be removed; please delete it." for name in self._left]

    def remove_spare_copies(self) -> None:
        """Takes away pool entries that this run made for nothing; none if a compound clip may use them unseen."""
        if self._entries is not None and not self._delivered.nested:
            remove_spare_copies(self._pool, before=self._entries, timelines=timelines(self._project))

    def settle_name(self, timeline: "Timeline") -> str:
        """Gives the timeline the plainest name that is free."""
        own = _name(timeline)
        others = self._names | {_name(each).lower() for each in timelines(self._project) if _name(each) != own}
        best = _numbered(self._done.name, taken=others)
        if best != own:
            ask(timeline.SetName, best)
        return _name(timeline) or own


def _identity(timeline: "Timeline") -> str:
    return str(ask(timeline.GetUniqueId) or _name(timeline))


def _name(timeline: "Timeline") -> str:
    return str(ask(timeline.GetName) or "")


def _numbered(name: str, *, taken: "Set[str]") -> str:
    """A name, with ` 2`, ` 3` and so on where it is taken; `taken` is in lower case."""
    numbered, number = name, 1
    while numbered.lower() in taken:
        number += 1
        numbered = f"{name} {number}"
    return numbered
