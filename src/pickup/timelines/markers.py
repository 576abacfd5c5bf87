"""Markers as OTIO has them, placed in record frames of the cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import opentimelineio as otio

from pickup.cut import Marker
from pickup.timelines.fingerprints import foreign_digest, marker_digest
from pickup.timelines.ruler import Ruler
from pickup.timelines.texts import marker_words
from pickup.timing import FrameRange, Number


class MarkerReader:
    """Places the markers of one timeline.

    Args:
        ruler: Of the cut.
        exact: Fingerprint all that a marker says.
        across: Fingerprint its metadata that belongs to no NLE.
    """

    def __init__(self, ruler: Ruler, *, exact: bool, across: bool) -> None:
        self._ruler = ruler
        self._exact, self._across = exact, across

    def of_item(
        self, item: otio.core.Item, known: otio.opentime.TimeRange | None, *, start: Number, speed: Fraction | None
    ) -> tuple[Marker, ...]:
        """Markers of an item whose record frames begin at `start`."""
        markers = item.markers
        if not markers:
            return ()
        first = self._ruler.frames(known.start_time) if known is not None else 0
        return tuple(self.placed(markers, record_start=start, source_start=first, speed=speed or Fraction(1)))

    def of_timeline(self, markers: list[otio.schema.Marker], *, start_frame: int, duration: int) -> Iterator[Marker]:
        """Markers of the timeline; some programs count them from the timeline's start timecode."""
        for marker in self.placed(markers, record_start=0, source_start=0, speed=Fraction(1)):
            if start_frame and duration <= start_frame <= marker.record.start < start_frame + duration:
                record = marker.record
                yield _moved(marker, record.start - start_frame, record.end - start_frame)
            else:
                yield marker

    def placed(
        self,
        markers: list[otio.schema.Marker],
        *,
        record_start: Number,
        source_start: Number,
        speed: Fraction,
    ) -> Iterator[Marker]:
        """Markers of what begins at a record frame with a source frame, both counted at the cut's rate, unrounded."""
        pace = abs(speed)
        for marker in islice(markers, len(markers)):  # the end of the list itself would cost an exception in C++
            marked = marker.marked_range
            note, keywords = marker_words(marker)
            offset, length = self._ruler.frames(marked.start_time) - source_start, self._ruler.frames(marked.duration)
            if pace != 1:  # whole frames stay integers
                offset = offset / pace
                length = length / pace if length > 1 else length  # a single frame is a point at any speed
            start = record_start + offset
            yield Marker(
                name=marker.name,
                note=note,
                keywords=keywords,
                color=str(marker.color or ""),
                record=self._ruler.range(start, start + length),
                digest=marker_digest(marker) if self._exact else "",
                metadata=foreign_digest(marker.metadata) if self._across else "",
            )


def counts_in(shown: FrameRange, marker: Marker, *, whole: FrameRange) -> bool:
    """Whether a marker lies in the part of an item that is shown; outside the item it belongs to the nearer edge."""
    return shown.start <= max(whole.start, min(marker.record.start, whole.end - 1)) < shown.end


def _moved(marker: Marker, start: int, end: int) -> Marker:
    return replace(marker, record=FrameRange(start=start, end=end, rate=marker.record.rate))
