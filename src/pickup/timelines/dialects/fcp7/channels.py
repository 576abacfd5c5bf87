"""Sound of several channels, which xmeml has on as many tracks, and OTIO on one.

Such tracks are read as one where they hold the same items, and as they are where an editor gave a channel items of its
own. Which channel of the file an item plays stands in `sourcetrack`; those of the other tracks are kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.timelines.dialects.fcp7.elements import is_false, listed, table_of, text_at, whole_at
from pickup.timelines.dialects.fcp7.files import MediaBook
from pickup.timelines.dialects.fcp7.layout import Placed, first_file_of
from pickup.timelines.texts import child, text_of

COUNT = "totalExplodedTrackCount"
"""Attribute of a track that is one channel of a sound: how many tracks the sound has."""

NUMBER = "currentExplodedTrackIndex"
"""Attribute of the same: which channel it is, from 0."""

_ITEMS = frozenset({"clipitem", "generatoritem"})
_SAME = ("start", "end")


def settle_channels(sequence: ET.Element) -> None:
    """Lets tracks of one sound that do not hold the same items be tracks of their own, nested sequences' too.

    A track with items that overlap is left as it is: Premiere writes such where the other channel has it right. So is
    one that lacks only what has no channel for it.
    """
    files = {each.get("id", ""): each for each in sequence.iter("file") if each.get("id") and len(each)}
    for group in (group for audio in sequence.iter("audio") for group in _groups(audio.findall("track"))):
        tracks = [{_key(item, files): item for item in track if item.tag in _ITEMS} for track in group]
        if any(_overlaps(each) for each in group):
            continue
        whole, *others = tracks
        if all(_is_part(other, whole, number=number, files=files) for number, other in enumerate(others, start=1)):
            for key, item in whole.items():
                _keep_channels(item, (other[key] for other in others if key in other))
            continue
        for track in group:
            track.set(NUMBER, "0")
            track.set(COUNT, "1")


def _groups(tracks: Iterable[ET.Element]) -> Iterator[list[ET.Element]]:
    """Tracks that are one sound; two at least."""
    group: list[ET.Element] = []
    for track in tracks:
        number, count = track.get(NUMBER, "0"), track.get(COUNT, "1")
        if group and number == str(len(group)) and count == group[0].get(COUNT, "1") != "1":
            group.append(track)
            continue
        if len(group) > 1:
            yield group
        group = [track] if number == "0" else []
    if len(group) > 1:
        yield group


def _key(item: ET.Element, files: dict[str, ET.Element]) -> tuple[object, ...]:
    file = _file(item, files)
    media = (text_at(file, "pathurl"), text_at(file, "name"))
    return (*(whole_at(item, tag) for tag in _SAME), is_false(item, "enabled"), media)


def _is_part(
    other: dict[tuple[object, ...], ET.Element],
    whole: dict[tuple[object, ...], ET.Element],
    *,
    number: int,
    files: dict[str, ET.Element],
) -> bool:
    """Whether a channel holds what the first one does, but for files that have no such channel."""
    missing = [item for key, item in whole.items() if key not in other]
    return other.keys() <= whole.keys() and all(0 < _count(_file(each, files)) <= number for each in missing)


def _file(item: ET.Element, files: dict[str, ET.Element]) -> ET.Element:
    own = item.find("file")
    return ET.Element("file") if own is None else files.get(own.get("id", ""), own)


def _count(file: ET.Element) -> int:
    return sum(whole_at(each, "channelcount") or 0 for each in file.iterfind("media/audio"))


def _overlaps(track: ET.Element) -> bool:
    items = [each for each in track if each.tag in _ITEMS]
    places = [(whole_at(each, "start") or 0, whole_at(each, "end") or 0) for each in items]
    return any(-1 < start < end for (_, end), (start, _) in pairwise(places))


def _keep_channels(item: ET.Element, others: Iterable[ET.Element]) -> None:
    found = [each for other in others for each in other.findall("sourcetrack")[:1]]
    if len(item.findall("sourcetrack")) == 1:
        item.extend(found)


def channel_played(item: otio.core.Item, *, number: int, book: MediaBook) -> int | None:
    """The channel of its file, from 1, that an item plays on a channel of its track; None where the file has none.

    Args:
        item: On a track of sound.
        number: Channel of the track, from 0.
        book: Knows how many channels files have.
    """
    known = _stated(item)
    url = first_file_of(item.media_reference) if isinstance(item, otio.schema.Clip) else ""
    count = book.channels_known(url) if url else 0
    if number < len(known):
        played = known[number]
    elif number and 0 < count <= number:
        return None
    elif _resolves(item):
        played = _resolves(item)[-1]  # Resolve plays one channel on both sides
    else:
        played = (known[0] if known else 1) + number
    return min(played, count) if count else played


def heard_on(items: Sequence[Placed], *, number: int | None, book: MediaBook) -> list[Placed]:
    """The items of a track that a channel of it has; a transition that has lost a neighbor knows it.

    Args:
        items: All of the track.
        number: Channel, from 0; None for a picture.
        book: Knows how many channels files have.
    """
    if not number:
        return list(items)
    silent = [_is_silent(each.item, number=number, book=book) for each in items]
    found = []
    for index, placed in enumerate(items):
        if isinstance(placed.item, otio.schema.Transition):
            lost = (index > 0 and silent[index - 1], index + 1 < len(items) and silent[index + 1])
            closed = (placed.closed[0] and not lost[0], placed.closed[1] and not lost[1])
            if any(closed):
                found.append(replace(placed, closed=closed))
        elif not silent[index]:
            found.append(placed)
    return found


def _is_silent(item: otio.core.Composable, *, number: int, book: MediaBook) -> bool:
    return isinstance(item, otio.schema.Clip) and channel_played(item, number=number, book=book) is None


def _stated(item: otio.core.Item) -> list[int]:
    """Channels as the item came with them, from 1, by channel of its track."""
    tables = [table_of(each) for each in listed(child(item.metadata, "fcp_xml", "sourcetrack"))]
    indexes = [text_of(each.get("trackindex")).strip() for each in tables]
    if indexes:
        return [max(int(each), 1) for each in indexes] if all(map(_is_number, indexes)) else []
    return _resolves(item)


def _resolves(item: otio.core.Item) -> list[int]:
    """Channels of an item as Resolve states them, which counts from 0."""
    stated = listed(child(item.metadata, "Resolve_OTIO", "Channels"))
    ids = [table_of(each).get("Source Channel ID") for each in stated]
    return [each + 1 for each in ids if isinstance(each, int) and each >= 0]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < len("10000")
