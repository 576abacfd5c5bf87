"""Source ranges on the timecode of their media, and the range of the media beside them, for programs that need both.

Where a timeline counts source time from the first frame of a file that has timecode, clip, media and the clip's markers
move by that timecode together; what is shown stays the same frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from pickup.timelines.dialect import MediaFacts
from pickup.timelines.references import url_of
from pickup.timelines.ruler import seconds_of, source_range_of, source_seconds, span_of
from pickup.timelines.shapes import is_still, lies_in, moment, span, used_seconds
from pickup.timing import exact_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRanges:
    """What is known of the media of a cut.

    Attributes:
        rate: The cut's rate as the file spells it.
        facts: By reference as the timeline spells it.
    """

    rate: float
    facts: Mapping[str, MediaFacts]

    def settle(self, clip: otio.schema.Clip, *, frames: int, moved: Fraction) -> None:
        """Gives a clip its source range in the cut's rate, and each of its references the range of its media.

        A still is one frame at zero, shown from zero on. A clip that states no length is left as it is.

        Args:
            clip: Changed.
            frames: How long it is on the timeline, in whole frames of the cut.
            moved: Seconds of source time by which its first frame is another, because it came onto whole frames.
        """
        known = source_range_of(clip)
        if known is None:
            return
        stated, length = seconds_of(known.start_time), self._seconds(frames)
        start = source_seconds(clip, known.start_time) + moved
        shift = self._shift(clip.media_reference, start=start)
        used = max(used_seconds(clip, length=length), self._seconds(1))
        for reference in clip.media_references().values():
            self._give_range(reference, start=start, used=used, rate=float(known.start_time.rate))
        first = moment(start + shift, rate=self.rate)
        if any(((start + shift) * exact_rate(rate)).denominator == 1 for rate in self._rates(clip, known)):
            # All digits: they are what tells a reader that a whole frame of the media was meant.
            first = otio.opentime.RationalTime(float((start + shift) * exact_rate(self.rate)), self.rate)
        clip.source_range = otio.opentime.TimeRange(first, otio.opentime.RationalTime(frames, self.rate))
        for marker in clip.markers:
            marked = span_of(marker.marked_range)
            marker.marked_range = span(
                marked.start + (start - moved - stated) + shift, marked.end - marked.start, rate=self.rate
            )

    def _rates(self, clip: otio.schema.Clip, known: otio.opentime.TimeRange) -> list[float]:
        """Rates of which a start may be a whole frame: that it is stated in, and that of its media."""
        media = clip.media_reference.available_range if clip.media_reference is not None else None
        return [known.start_time.rate, *([media.start_time.rate] if media is not None else [])]

    def _seconds(self, frames: int) -> Fraction:
        return frames / exact_rate(self.rate)

    def _shift(self, reference: otio.core.MediaReference | None, *, start: Fraction) -> Fraction:
        """Seconds by which source times move: onto the embedded timecode, unless they are there already."""
        if reference is None:
            return Fraction(0)
        if is_still(reference):
            return -start
        facts = self.facts.get(url_of(reference))
        if facts is None or not facts.start or not self._counts_from_zero(reference, start=start, facts=facts):
            return Fraction(0)
        return facts.start

    @staticmethod
    def _counts_from_zero(reference: otio.core.MediaReference, *, start: Fraction, facts: MediaFacts) -> bool:
        known = reference.available_range
        in_timecode = lies_in(start, facts)
        if known is None:
            return not in_timecode
        stated = span_of(known)
        return not stated.start and (stated.start <= start < stated.end or not in_timecode)

    def _give_range(self, reference: otio.core.MediaReference, *, start: Fraction, used: Fraction, rate: float) -> None:
        url, known = url_of(reference), reference.available_range
        facts = self.facts.get(url)
        if not url:
            return
        if is_still(reference):
            reference.available_range = span(Fraction(0), self._seconds(1), rate=self.rate)
        elif known is None and facts is not None:
            reference.available_range = span(facts.start, facts.duration, rate=self._spelled(facts.rate, other=rate))
        elif known is None:  # it is taken to begin at zero, as every reader takes it, and to hold what is used
            first = min(Fraction(0), start)
            reference.available_range = span(first, start + used - first, rate=rate)
        elif facts is not None and self._counts_from_zero(reference, start=start, facts=facts):
            begin = moment(facts.start, rate=float(known.start_time.rate))
            reference.available_range = otio.opentime.TimeRange(begin, known.duration)

    def _spelled(self, rate: Fraction | None, *, other: float) -> float:
        """A rate as a double; that of the cut as the file spells it, and `other` for sound, which has none."""
        if rate is None:
            return other
        return self.rate if rate == exact_rate(self.rate) else float(rate)
