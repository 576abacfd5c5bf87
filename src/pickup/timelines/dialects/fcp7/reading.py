"""From xmeml to a neutral timeline: otio-fcp-adapter reads, then tracks are laid out again, exactly and from the XML.

The adapter (1.0.0) rounds a transition's edit in its own way, ignores `enabled` and lets a track slip where items
overlap. Items are told by their order: it makes one of each clip item, generator item and transition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.cut import Size
from pickup.errors import TimelineError
from pickup.timelines.dialect import Reading
from pickup.timelines.dialects.fcp7.elements import is_false, listed, number_at, table_of, text_at, whole_at
from pickup.timelines.dialects.fcp7.markers import Scale, restore_markers
from pickup.timelines.dialects.fcp7.notes import noted_frames, restore_own
from pickup.timelines.dialects.fcp7.opening import (
    CHANNEL,
    CLIP_TAGS,
    CONFUSED,
    ITEM_TAGS,
    NEIGHBOR,
    Opened,
    incomplete,
    open_sequence,
    through_adapter,
)
from pickup.timelines.dialects.fcp7.rates import TICKS_PER_SECOND, moment, rate_of, read_start
from pickup.timelines.dialects.fcp7.reading_clips import Span, restore_clip, restored_transition
from pickup.timelines.texts import text_of
from pickup.timing import half_up

_FORMAT = "media/video/format/samplecharacteristics"
_TRACK_NAME = "@MZ.TrackName"


def read_xmeml(root: ET.Element, *, path: Path) -> Reading:
    """The neutral timeline of the one sequence in a file.

    Raises:
        TimelineError: There is no such sequence, or an item in it cannot be placed.
    """
    opened = open_sequence(root, path=path)
    sequence = opened.sequence
    fps = rate_of(sequence) or Fraction(1)
    size = _size(sequence)
    block = sequence.find("timecode")
    start = read_start(block, fps=fps)
    timeline = through_adapter(opened)
    timeline.global_start_time = moment(half_up(start.seconds * fps), fps)
    try:
        _restore(timeline, opened, fps=fps)
    except CONFUSED as error:
        raise incomplete(error, path=path) from error
    return Reading(
        timeline=timeline,
        size=size,
        size_from="the format of the sequence" if size else None,
        drop_frame=start.drop_frame,
    )


def _restore(timeline: otio.schema.Timeline, opened: Opened, *, fps: Fraction) -> None:
    """Puts right what the adapter made of the sequence."""
    sequence = opened.sequence
    if timeline.tracks is None:
        timeline.tracks = otio.schema.Stack(name=timeline.name)
    restore_markers(timeline.tracks.markers, sequence.findall("marker"), scale=Scale(fps=fps), notes=opened.notes)
    restore_own(timeline.metadata, opened.notes.get(sequence, {}))
    _Tracks(opened).restore(timeline.tracks, sequence, fps=fps)
    _restore_padding(timeline.tracks, sequence, fps=fps, opened=opened)


def _size(sequence: ET.Element) -> Size | None:
    width, height = whole_at(sequence, f"{_FORMAT}/width"), whole_at(sequence, f"{_FORMAT}/height")
    return (width, height) if width and height and width > 0 and height > 0 else None


class _Tracks:
    """Lays out the tracks of a sequence and of those nested in it."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._depth: list[ET.Element] = []

    def restore(self, stack: otio.schema.Stack, sequence: ET.Element, *, fps: Fraction) -> None:
        """Corrects every track of a stack; `sequence` is the element that the adapter made it of."""
        tracks = [each for each in stack if isinstance(each, otio.schema.Track)]
        for track, element in zip(tracks, _track_elements(sequence, self._opened), strict=True):
            self._restore_track(track, element, fps=fps)

    def _restore_track(self, track: otio.schema.Track, element: ET.Element, *, fps: Fraction) -> None:
        track.enabled = not is_false(element, "enabled")
        known = table_of(track.metadata.get("fcp_xml"))
        track.name = text_of(known.pop("name", "")) or text_of(known.pop(_TRACK_NAME, ""))
        known["locked"] = "TRUE" if text_at(element, "locked").upper() == "TRUE" else "FALSE"
        track.metadata["fcp_xml"] = known
        note = self._opened.notes.get(element, {})
        track.name = text_of(note.get("name")) or track.name
        restore_own(track.metadata, note)
        items = [each for each in track if not isinstance(each, otio.schema.Gap)]
        elements = [self._opened.full(each) for each in element if each.tag in ITEM_TAGS]
        del track[:]
        cursor = 0
        for index, (item, own) in enumerate(zip(items, elements, strict=True)):
            start, end = self._place(elements, index, fps=fps)
            if start < cursor:
                raise self._overlap(own, track_name=track.name)
            if start > cursor:
                track.append(_gap(start - cursor, fps))
            self._restore_item(item, own, elements, index, start=start, end=end, fps=fps)
            track.append(item)
            cursor = end

    def _restore_item(
        self,
        item: otio.core.Composable,
        element: ET.Element,
        elements: Sequence[ET.Element],
        index: int,
        *,
        start: int,
        end: int,
        fps: Fraction,
    ) -> None:
        if isinstance(item, otio.schema.Transition):
            restored_transition(item, element, at=start, fps=fps, notes=self._opened.notes)
            return
        hidden = whole_at(element, "start") == NEIGHBOR
        head = start - (whole_at(elements[index - 1], "start") or 0) if hidden else 0
        span = Span(start=start, end=end, head=head, fps=fps)
        restore_clip(item, element, span=span, opened=self._opened)
        nested = element.find("sequence")
        if isinstance(item, otio.schema.Stack) and nested is not None:
            spelled = self._opened.full(nested)
            own = rate_of(spelled) or fps
            self.restore(item, spelled, fps=own)
            _restore_padding(item, spelled, fps=own, opened=self._opened)
            known = table_of(item.metadata.get("fcp_xml"))
            item.metadata["fcp_xml"] = known | {"sequence": {"@id": spelled.get("id", "")}}

    def _place(self, elements: Sequence[ET.Element], index: int, *, fps: Fraction) -> tuple[int, int]:
        """Record frames of an item; a transition lies at its edit and takes none."""
        element = elements[index]
        if element.tag == "transitionitem":
            at = _edit(elements, index, fps=fps)
            return at, at
        start, end = whole_at(element, "start") or 0, whole_at(element, "end") or 0
        if start == NEIGHBOR:
            start = _edit(elements, index - 1, fps=fps)
        if end == NEIGHBOR:
            end = _edit(elements, index + 1, fps=fps)
        return start, max(end, start)

    def _overlap(self, element: ET.Element, *, track_name: str) -> TimelineError:
        place = f"{self._opened.path}, {track_name}" if track_name else str(self._opened.path)
        return TimelineError(
            f"“{text_at(element, 'name') or element.tag}” begins at frame {text_at(element, 'start')}, "
            "before the item in front of it has ended",
            where=place,
            next_step="export the sequence again as Final Cut Pro XML",
        )


def _track_elements(sequence: ET.Element, opened: Opened) -> Iterator[ET.Element]:
    """The tracks that the adapter makes one of, in its order; of a stereo pair that is the first."""
    media = sequence.find("media")
    for kind in sequence if media is None else opened.full(media):
        if str(kind.tag).lower() not in ("video", "audio"):
            continue
        for track in kind.iterfind("track"):
            full = opened.full(track)
            alone = full.get("totalExplodedTrackCount", "1") == "1"
            if kind.tag.lower() == "video" or alone or full.get(CHANNEL, "0") == "0":
                yield full


def _edit(elements: Sequence[ET.Element], index: int, *, fps: Fraction) -> int:
    """The record frame of the edit under a transition: where its neighbors say that they meet, else what it says."""
    element = elements[index]
    start, end = whole_at(element, "start") or 0, whole_at(element, "end") or 0
    sides = [
        whole_at(elements[side], tag)
        for side, tag in ((index - 1, "end"), (index + 1, "start"))
        if 0 <= side < len(elements) and elements[side].tag in CLIP_TAGS
    ]
    if len(sides) == len(("before", "behind")) and sides[0] == sides[1] != NEIGHBOR and sides[0] is not None:
        return sides[0]
    ticks = number_at(element, "cutPointTicks")  # from the start of the transition, as Premiere writes it
    if ticks is not None and 0 <= ticks / TICKS_PER_SECOND * fps <= end - start:
        return start + half_up(ticks / TICKS_PER_SECOND * fps)
    alignment = text_at(element, "alignment")
    if alignment.startswith("end"):
        return end
    return start if alignment.startswith("start") else (start + end) // 2


def _gap(frames: int, fps: Fraction) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=otio.opentime.TimeRange(moment(0, fps), moment(frames, fps)))


def _restore_padding(stack: otio.schema.Stack, sequence: ET.Element, *, fps: Fraction, opened: Opened) -> None:
    """Gaps at the end of tracks, which xmeml has no element for, while the sequence is as long as it was written."""
    note = opened.notes.get(sequence, {})
    if note.get("length") != whole_at(sequence, "duration"):
        return
    for track, stated in zip(stack, listed(note.get("ends")), strict=False):
        wanted = noted_frames(stated)
        end = round(sum(each.source_range.duration.value for each in track if isinstance(each, otio.core.Item)))
        if wanted is not None and wanted > end:
            track.append(_gap(wanted - end, fps))
