"""Finding the one sequence of an xmeml file, and making of it what otio-fcp-adapter reads without stumbling.

The adapter (1.0.0) takes an id for the same thing whatever its tag, follows references backwards alone, finds no tracks
in nested sequences, and ends in Python's own words where an element is missing; the copy that is made here has none
of that.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.errors import TimelineError
from pickup.timelines.dialects.fcp7.channels import settle_channels
from pickup.timelines.dialects.fcp7.elements import add, number_at, text_at, whole_at
from pickup.timelines.dialects.fcp7.notes import LARGEST_FRAME, Notes, take_notes
from pickup.timelines.dialects.fcp7.rates import rate_of, read_start

TAKES_BIN = "Pickup takes"
"""Name of the bin that lists what a delivered sequence does not show."""

CLIP_TAGS = frozenset({"clipitem", "generatoritem"})
ITEM_TAGS = CLIP_TAGS | {"transitionitem"}
NEIGHBOR = -1
"""What stands for `start` or `end` of a clip item beside a transition."""

CHANNEL = "currentExplodedTrackIndex"
"""Attribute of a track that is one channel of a stereo pair: which one, from 0."""

_SHARED_TAGS = frozenset({"file", "sequence", "clipitem", "generatoritem", "track", "clip", "media"})
_ADAPTER = "fcp_xml"
CONFUSED = (AttributeError, KeyError, TypeError, ValueError, IndexError, RecursionError, otio.exceptions.OTIOError)
"""What Python says of a file in which something is missing."""

_COUNTED = ("start", "end", "in", "out", "duration", "file/duration", "sequence/duration")
_AGAIN = "export the sequence again as Final Cut Pro XML"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One sequence, ready for the adapter.

    Attributes:
        sequence: A copy, without processing instructions; tracks of nested sequences stand directly in them.
        notes: What Pickup noted, by element of the copy.
        spelled: The element that spells a tag and id out.
    """

    sequence: ET.Element
    notes: Notes
    spelled: dict[tuple[str, str], ET.Element]
    path: Path

    def full(self, element: ET.Element) -> ET.Element:
        """The element that a reference by id stands for; itself where it is spelled out."""
        return self.spelled.get((str(element.tag), element.get("id", "")), element)


def open_sequence(root: ET.Element, *, path: Path) -> Opened:
    """The one sequence of a file.

    Raises:
        TimelineError: There is none, there are several, or something in it cannot be placed.
    """
    root = copy.deepcopy(root)
    notes = take_notes(root)
    sequence = _the_one(root, path=path)
    if rate_of(sequence) is None:
        raise TimelineError(
            f"the sequence “{text_at(sequence, 'name')}” states no frame rate", where=str(path), next_step=_AGAIN
        )
    _tell_ids_apart(root)
    spelled = _spell_out(sequence, root)
    _make_readable(sequence, path=path)
    return Opened(sequence=sequence, notes=notes, spelled=spelled, path=path)


def through_adapter(opened: Opened) -> otio.schema.Timeline:
    """What otio-fcp-adapter makes of it.

    Raises:
        TimelineError: It stumbles all the same.
    """
    root = ET.Element("xmeml")
    root.append(opened.sequence)
    module = otio.adapters.from_name(_ADAPTER).module()  # it can be imported as a part of OTIO alone
    try:
        timelines = module.FCP7XMLParser(root).top_level_sequences()
    except CONFUSED as error:
        raise incomplete(error, path=opened.path) from error
    timeline: otio.schema.Timeline = timelines[0]
    return timeline


def incomplete(error: Exception, *, path: Path) -> TimelineError:
    """What to say where a file is not as any program writes it."""
    return TimelineError(
        f"{path.name} is no complete Final Cut Pro XML: {_reason(error)}", where=str(path), next_step=_AGAIN
    )


def _reason(error: Exception) -> str:
    if "already in context" in str(error):
        return "a sequence is nested in itself"
    if isinstance(error, RecursionError):
        return "its sequences are nested too deep"
    return "an element that belongs there is missing, or a number is none"


def _the_one(root: ET.Element, *, path: Path) -> ET.Element:
    found = list(_top_sequences(root))
    if len(found) > 1:
        nested = {each.get("id") for top in found for each in top.iterfind(".//clipitem/sequence")}
        found = [each for each in found if each.get("id") is None or each.get("id") not in nested] or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise TimelineError(
            f"{path.name} holds no sequence", where=str(path), next_step="select the sequence, then export it"
        )
    names = ", ".join(f"“{text_at(each, 'name')}”" for each in found)
    raise TimelineError(
        f"{path.name} holds {len(found)} sequences: {names}",
        where=str(path),
        next_step="export the one sequence that should be filled",
    )


def _top_sequences(element: ET.Element) -> Iterator[ET.Element]:
    """Sequences that stand in the file, in projects and in bins, but not in clips."""
    for child in element:
        if child.tag == "sequence":
            yield child
        elif child.tag in ("project", "children") or (child.tag == "bin" and text_at(child, "name") != TAKES_BIN):
            yield from _top_sequences(child)


def _tell_ids_apart(root: ET.Element) -> None:
    """An id that elements of several tags share gets the tag before it; clip items keep theirs, links name them."""
    tags: dict[str, set[str]] = defaultdict(set)
    for element in root.iter():
        tags[element.get("id", "")].add(str(element.tag))
    for element in root.iter():
        identity = element.get("id")
        if identity is not None and element.tag != "clipitem" and len(tags[identity]) > 1:
            element.set("id", f"{element.tag} {identity}")


def _spell_out(sequence: ET.Element, root: ET.Element) -> dict[tuple[str, str], ET.Element]:
    """Makes the first mention of every id in the sequence the one that spells it out.

    What spells the same id out once more is another thing, whatever its id says, and gets one of its own.
    """
    definitions: dict[tuple[str, str], ET.Element] = {}
    for element in root.iter():
        if element.get("id") is not None and len(element) and element.tag in _SHARED_TAGS:
            definitions.setdefault((str(element.tag), element.get("id", "")), element)
    spelled: dict[tuple[str, str], ET.Element] = {}
    waiting = [sequence]
    while waiting:
        element = waiting.pop()
        key = (str(element.tag), element.get("id", ""))
        if element.get("id") is not None and key not in spelled:
            spelled[key] = element
            if not len(element) and key in definitions:
                element.extend(definitions[key])
        elif key in spelled and spelled[key] is not element and len(element):
            element.set("id", f"{key[1]} {len(spelled)}")
            spelled[key[0], element.get("id", "")] = element
        waiting.extend(reversed(element))
    return spelled


def _make_readable(sequence: ET.Element, *, path: Path) -> None:
    settle_channels(sequence)
    for element in list(sequence.iter()):
        if element.tag == "track":
            _check_track(element, path=path)
        elif element.tag == "audio":
            _put_whole_channel_first(element)
        elif element.tag == "clipitem":
            _make_clip_readable(element, path=path)
        elif element.tag == "generatoritem":
            _make_generator_readable(element)
        else:
            _make_numbers_readable(element)
    for element in list(sequence.iter()):
        _make_times_readable(element)


def _make_numbers_readable(element: ET.Element) -> None:
    if element.tag == "ntsc" and not (element.text or "").strip():
        element.text = "FALSE"
    elif element.tag == "rate" and number_at(element, "timebase") in (None, 0):
        element.clear()  # Premiere writes 0 for some placeholders; what stands around it counts
    elif element.tag == "file" and number_at(element, "duration") is None:
        for wrong in element.findall("duration"):
            element.remove(wrong)


def _put_whole_channel_first(audio: ET.Element) -> None:
    """Of a stereo pair the adapter reads the first track; where items of that one overlap, the other takes its place.

    Premiere exported such a pair (a published sample has it): under a transition of the picture the left channel had
    the frames of the picture with its handles, the right one those of the sound.
    """
    tracks = audio.findall("track")
    for track, other in pairwise(tracks):
        places = [each.get(CHANNEL) for each in (track, other)]
        if places == ["0", "1"] and _overlaps(track) and not _overlaps(other):
            track.set(CHANNEL, "1")
            other.set(CHANNEL, "0")


def _overlaps(track: ET.Element) -> bool:
    items = [each for each in track if each.tag in CLIP_TAGS]
    ends = [whole_at(each, "end") or 0 for each in items]
    starts = [whole_at(each, "start") or 0 for each in items]
    return any(NEIGHBOR < start < end for end, start in zip(ends, starts[1:], strict=False))


def _make_clip_readable(item: ET.Element, *, path: Path) -> None:
    nested = item.find("sequence")
    if nested is not None:
        for media in nested.findall("media"):
            nested.remove(media)
            nested.extend(media)
    elif item.find("multiclip") is not None:
        raise TimelineError(
            f"“{text_at(item, 'name')}” is a multicam clip, which cannot be looked into",
            where=str(path),
            next_step="flatten the multicam clips of a copy of the sequence, then export that",
        )
    elif item.find("file") is None:
        add(add(item, "file"), "name", text_at(item, "name"))
    for broken in [each for each in item.findall("filter") if each.find("effect") is None]:
        item.remove(broken)


def _make_generator_readable(item: ET.Element) -> None:
    effect = item.find("effect")
    if effect is None:
        effect = add(item, "effect")
    kind = effect.find("effecttype")
    if kind is None:
        kind = add(effect, "effecttype")
    kind.text = "generator"


def _make_times_readable(element: ET.Element) -> None:
    """Gives a `timecode` block the frame count that its label means, and says how that was counted."""
    block = element.find("timecode")
    if block is None:
        return
    fps = rate_of(block) or rate_of(element)
    if block.find("frame") is None:
        add(block, "frame", 0)
    if fps is not None:
        start = read_start(block, fps=fps)
        _child(block, "frame").text = str(start.frame)
        if start.drop_frame is not None or (element.tag == "file" and text_at(block, "string")):
            _child(block, "displayformat").text = "DF" if start.drop_frame else "NDF"


def _check_track(track: ET.Element, *, path: Path) -> None:
    items = [each for each in track if each.tag in ITEM_TAGS]
    for index, item in enumerate(items):
        _check_sizes(item, path=path)
        for tag in ("start", "end"):
            number = number_at(item, tag)
            if number is None:
                raise _unplaced(item, f"states no {tag}", path=path)
            _child(item, tag).text = str(round(number))
        if item.tag == "transitionitem":
            _make_transition_readable(item)
            continue
        if number_at(item, "in") is None:
            _child(item, "in").text = "0"
        for tag, side in (("start", -1), ("end", 1)):
            if whole_at(item, tag) == NEIGHBOR and not _is_transition(items, index + side):
                raise _unplaced(item, f"has its {tag} in a transition that is not there", path=path)


def _check_sizes(item: ET.Element, *, path: Path) -> None:
    for tag in _COUNTED:
        number = number_at(item, tag)
        if number is not None and abs(number) > LARGEST_FRAME:
            owner, _, name = tag.rpartition("/")
            raise _unplaced(item, f"states {text_at(item, tag)} as the {name} of its {owner or 'item'}", path=path)


def _make_transition_readable(item: ET.Element) -> None:
    for tag in ("effect", "alignment"):
        _child(item, tag)
    _child(item, "alignment").text = text_at(item, "alignment") or "center"


def _child(item: ET.Element, tag: str) -> ET.Element:
    found = item.find(tag)
    return found if found is not None else add(item, tag)


def _is_transition(items: list[ET.Element], index: int) -> bool:
    return 0 <= index < len(items) and items[index].tag == "transitionitem"


def _unplaced(item: ET.Element, reason: str, *, path: Path) -> TimelineError:
    return TimelineError(f"“{text_at(item, 'name') or item.tag}” {reason}", where=str(path), next_step=_AGAIN)
