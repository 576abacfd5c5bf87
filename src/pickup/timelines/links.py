"""Which pictures and sounds of a timeline belong together, whoever wrote it.

Resolve numbers such groups, Premiere gives them an id, FCP7 XML lists each other's clip items; a timeline that says
nothing of links is looked at: the same media, the same record frames and the same source start are one.

A clip that was split keeps its id in all its parts, and so does the take in its midst; to Premiere that is one clip. So
each sound stays with that one picture which it lies under longest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import opentimelineio as otio

from pickup.paths import parse_path
from pickup.timelines.ruler import Ruler, record_length, seconds_of, source_range_of
from pickup.timelines.texts import child, plain, text_of
from pickup.timelines.warps import PREMIERE
from pickup.timing import FrameRate, Number

RESOLVE = "Resolve_OTIO"
"""Resolve's name in metadata."""

RESOLVE_LINK = "Link Group ID"
PREMIERE_LINK = "LinkID"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """An item with its record position in frames of the cut."""

    item: otio.core.Item
    is_picture: bool
    start: Number
    end: Number

    def shares(self, other: _Placed) -> Number:
        """Record frames that both show."""
        return max(min(self.end, other.end) - max(self.start, other.start), 0)


LinkGroup = list[otio.core.Item]
"""A picture with its sounds, or sounds alone; two items at least."""


def find_links(stack: otio.schema.Stack, *, rate: FrameRate) -> list[LinkGroup]:
    """The groups among the tracks of one stack, in the order of their first items.

    Raises:
        TimingError: A duration is no number.
    """
    placed = list(_placed(stack, ruler=Ruler(rate=rate)))
    stated = _grouped(placed, key=_StatedLinks(placed).key)
    groups = stated or _grouped(placed, key=_same_take_of_media)
    return [[each.item for each in part] for group in groups for part in _one_picture_each(group)]


def choose_ids(
    groups: Sequence[LinkGroup], *, known: Callable[[otio.core.Item], str], in_use: Collection[str]
) -> list[str]:
    """An id for each group: its own where no group before it has that one, else the next free number.

    Args:
        groups: Of one timeline.
        known: The id that an item has; empty for none.
        in_use: Every id that an item of the timeline has, grouped or not.
    """
    free = (number for number in map(str, count(1)) if number not in in_use)
    chosen: list[str] = []
    given: set[str] = set()
    for group in groups:
        own = next(filter(None, map(known, group)), "")
        chosen.append(own if own and own not in given else next(free))
        given.add(chosen[-1])
    return chosen


def resolve_link(item: otio.core.Item) -> str:
    """Resolve's number of an item's group; empty for none."""
    known = child(item.metadata, RESOLVE, RESOLVE_LINK)
    return str(known) if isinstance(known, int) else ""


def premiere_link(item: otio.core.Item) -> str:
    """Premiere's id of an item's group; empty for none."""
    return text_of(child(item.metadata, PREMIERE, PREMIERE_LINK))


def _placed(stack: otio.schema.Stack, *, ruler: Ruler) -> Iterator[_Placed]:
    for track in stack:
        if not isinstance(track, otio.schema.Track) or track.kind not in ("Video", "Audio"):
            continue
        position: Number = 0
        for item in track:
            end = position + record_length(item, ruler=ruler)
            if isinstance(item, otio.core.Item) and not isinstance(item, otio.schema.Gap):
                yield _Placed(item=item, is_picture=track.kind == "Video", start=position, end=end)
            position = end


def _grouped(placed: Sequence[_Placed], *, key: Callable[[_Placed], Hashable]) -> list[list[_Placed]]:
    """Items of one key, where they are two at least."""
    groups: dict[Hashable, list[_Placed]] = defaultdict(list)
    for each in placed:
        found = key(each)
        if found is not None:
            groups[found].append(each)
    return [group for group in groups.values() if len(group) > 1]


def _same_take_of_media(placed: _Placed) -> Hashable:
    item = placed.item
    reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
    known = source_range_of(item)
    url = reference.target_url if isinstance(reference, otio.schema.ExternalReference) else ""
    path = parse_path(url or "")
    if path is None or known is None:
        return None
    return path.text, placed.start, placed.end, seconds_of(known.start_time)


def _one_picture_each(group: list[_Placed]) -> Iterator[list[_Placed]]:
    """The group, in as many parts as it has pictures; parts of one item are no group."""
    pictures = [each for each in group if each.is_picture]
    parts = [[each] for each in pictures] or [[]]
    for sound in group:
        if sound.is_picture:
            continue
        shared = [each.shares(sound) for each in pictures] or [1]
        if max(shared) or len(pictures) == 1:
            parts[shared.index(max(shared))].append(sound)
    yield from (part for part in parts if len(part) > 1)


class _StatedLinks:
    """What items say of their links, as one key for each group."""

    def __init__(self, placed: Sequence[_Placed]) -> None:
        self._root: dict[str, str] = {}
        for each in placed:
            identity, others = _clip_items(each.item)
            for other in others:
                self._root[self._find(other)] = self._find(identity)

    def key(self, placed: _Placed) -> Hashable:
        item = placed.item
        for program, known in ((RESOLVE, resolve_link(item)), (PREMIERE, premiere_link(item))):
            if known:
                return program, known
        identity, _ = _clip_items(item)
        return ("fcp_xml", self._find(identity)) if identity in self._root else None

    def _find(self, identity: str) -> str:
        while self._root.setdefault(identity, identity) != identity:
            identity = self._root[identity]
        return identity


def _clip_items(item: otio.core.Item) -> tuple[str, tuple[str, ...]]:
    """The id of a clip item of FCP7 XML and those that it is linked with, itself perhaps among them."""
    identity = text_of(child(item.metadata, "fcp_xml", "@id"))
    links = plain(child(item.metadata, "fcp_xml", "link")) if identity else None
    listed = links if isinstance(links, list) else [links]
    return identity, tuple(
        each["linkclipref"] for each in listed if isinstance(each, dict) and isinstance(each.get("linkclipref"), str)
    )
