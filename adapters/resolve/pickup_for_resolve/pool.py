"""The media pool: what lies in it, the bin `Pickup`, and taking away the copies that an import made for nothing.

entries(pool)                                [Entry(path="/media/A001.mov", ...), ...]
bin_of_pickup(pool)                          the Folder `Pickup` below the root
"""

from typing import TYPE_CHECKING, NamedTuple

from pickup_for_resolve.api import ask, placed
from pickup_for_resolve.files import same_path

if TYPE_CHECKING:
    from typing import Dict, Iterator, List, Optional, Sequence, Set

    from fusionscript import Folder, MediaPool, MediaPoolItem, Timeline

BIN = "Pickup"
_DEEPEST = 64


class Entry(NamedTuple):
    """Something in the media pool.

    Attributes:
        id: Resolve's own; the objects themselves are made anew for each answer and cannot be compared.
        path: In the form of `same_path`; empty for what has no file.
        folder: The bin in which it lies.
    """

    id: str
    name: str
    path: str
    item: "MediaPoolItem"
    folder: "Folder"


def entries(pool: "MediaPool") -> "List[Entry]":
    """Everything in the pool, as far as Resolve tells."""
    return [_entry(item, folder=folder) for folder in _folders(pool) for item in ask(folder.GetClipList) or [] if item]


def known_ids(pool: "MediaPool") -> "Optional[Set[str]]":
    """Ids of everything in the pool; None where a bin does not answer, so that an old entry is never taken for new."""
    folders = _folders(pool)
    answers = [[ask(folder.GetClipList), ask(folder.GetSubFolderList)] for folder in folders]
    complete = all(isinstance(answer, (list, tuple)) for pair in answers for answer in pair)
    return {entry.id for entry in entries(pool)} if folders and complete else None


def _folders(pool: "MediaPool") -> "List[Folder]":
    root = ask(pool.GetRootFolder)
    return list(_below(root, depth=0)) if root else []


def _below(folder: "Folder", *, depth: int) -> "Iterator[Folder]":
    yield folder
    if depth < _DEEPEST:
        for child in ask(folder.GetSubFolderList) or []:
            yield from _below(child, depth=depth + 1)


def _entry(item: "MediaPoolItem", *, folder: "Folder") -> Entry:
    name, path = str(ask(item.GetName) or ""), file_path(item)
    identity = ask(item.GetUniqueId) or f"{name}|{path}"
    return Entry(str(identity), name, same_path(path) if path else "", item, folder)


def file_path(item: "MediaPoolItem") -> str:
    """The file of an entry, as Resolve says it; empty where it says none."""
    path = ask(item.GetClipProperty, "File Path")
    return path if isinstance(path, str) else ""


def is_offline(item: "MediaPoolItem") -> bool:
    """Whether Resolve says that the file of an entry is not there; where it says nothing it is believed to be."""
    return ask(item.GetClipProperty, "Online Status") == "Offline"


def bin_of_pickup(pool: "MediaPool") -> "Optional[Folder]":
    """The bin `Pickup` below the root, made if it is not there; None where that is refused."""
    root = ask(pool.GetRootFolder)
    if not root:
        return None
    for folder in ask(root.GetSubFolderList) or []:
        if ask(folder.GetName) == BIN:
            return folder
    return ask(pool.AddSubFolder, root, BIN) or None


def remove_spare_copies(pool: "MediaPool", *, before: "Set[str]", timelines: "Sequence[Timeline]") -> None:
    """Takes away second entries of a file that appeared since `before` and that no timeline uses.

    An import that reads the media anew adds an entry for each file that is there already (19.1.3 to 21.0). What was
    there before is never touched, nor is the last entry of a file.

    Args:
        pool: The media pool.
        before: Ids of the entries that were there.
        timelines: Every timeline of the project.
    """
    by_path: "Dict[str, List[Entry]]" = {}
    for entry in entries(pool):
        if entry.path:
            by_path.setdefault(entry.path, []).append(entry)
    doubled = [same for same in by_path.values() if len(same) > 1 and any(entry.id not in before for entry in same)]
    used = _used(timelines) if doubled else None
    if used is None:
        return
    spare: "List[Entry]" = []
    for same in doubled:
        unused = [entry for entry in same if entry.id not in before and entry.id not in used]
        spare.extend(unused if len(unused) < len(same) else unused[1:])
    if spare:
        ask(pool.DeleteClips, [entry.item for entry in spare])


def _used(timelines: "Sequence[Timeline]") -> "Optional[Set[str]]":
    """Ids of the entries that stand in a timeline; None where not all of them can be known."""
    used: "Set[str]" = set()
    for timeline in timelines:
        video, audio = placed(timeline, "video"), placed(timeline, "audio")
        if video is None or audio is None:
            return None
        for each in video + audio:
            item = ask(each.item.GetMediaPoolItem)
            identity = ask(item.GetUniqueId) if item else ""
            if identity is None:
                return None
            used.add(str(identity))
    return used
