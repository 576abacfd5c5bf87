"""How positions in a neutral timeline become record frames: its rate, its drop frame, its time warps.

The cut's rate is what the timeline states, else what most of its picture items use; never an audio rate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from pickup.errors import Finding, TimingError, counted, info
from pickup.timelines.texts import child
from pickup.timing import (
    FrameRange,
    FrameRate,
    Number,
    Span,
    exact_rate,
    exact_seconds,
    exact_value,
    half_up,
    is_whole,
    timecode,
)

_HIGHEST_FRAME_RATE = 1000
_AS_SHOT = Fraction(1)
_CONVERTED = 1e-4
"""Part of a frame by which a start may be off that went from rate to rate in doubles. Hiero's exports through AYON are
off by 0.000008 at 22 hours; whole numbers of one usual rate are never nearer to those of another than 0.0003."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """How positions of one file become record frames."""

    rate: FrameRate

    def frames(self, time: otio.opentime.RationalTime) -> Number:
        """A time as frames of the cut's rate, unrounded."""
        value, rate, own = exact_value(time.value), exact_rate(time.rate), self.rate.fps
        same = rate is own or rate == own  # comparing two Fractions costs four times as much as looking twice
        return value if same else whole_if_whole(value * own / rate)

    def range(self, start: Number, end: Number) -> FrameRange:
        """The whole record frames nearest to exact positions, half up."""
        first = half_up(start)
        return FrameRange(start=first, end=max(half_up(end), first), rate=self.rate)


def whole_if_whole(value: Number) -> Number:
    """An int where the value is one, so that arithmetic on whole frames stays on integers."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def seconds_of(time: otio.opentime.RationalTime) -> Fraction:
    """A time in exact seconds."""
    return exact_seconds(exact_value(time.value), rate=exact_rate(time.rate))


def source_seconds(item: otio.core.Composable, start: otio.opentime.RationalTime) -> Fraction:
    """Source time at which an item begins, in exact seconds, as whoever wrote it meant it.

    OpenTimelineIO counts with the doubles that it is given: frame 250 of media at 25 fps is 239.76 in a cut whose rate
    is spelled 23.976, and 239.760246 where it is spelled 23.976024627685547, as in exports of Hiero. At 24000/1001
    both lie in other places. What is a whole frame of its media by the doubles, and none by the exact rates, is that
    frame.
    """
    stated = seconds_of(start)
    reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
    media = reference.available_range if reference is not None else None
    if media is None or not is_frame_rate(media.start_time.rate) or not is_frame_rate(start.rate):
        return stated
    spelled = media.start_time.rate
    rate = exact_rate(spelled)
    if spelled == start.rate:
        return stated
    if is_whole(stated * rate):  # but for the digits that a double has room for
        return exact_seconds(round(stated * rate), rate=rate)
    frame = start.value / start.rate * spelled
    return exact_seconds(round(frame), rate=rate) if abs(frame - round(frame)) < _CONVERTED else stated


def span_of(known: otio.opentime.TimeRange) -> Span:
    """A range in exact seconds."""
    start, duration = known.start_time, known.duration
    spelled = start.rate
    if spelled != duration.rate:
        return Span(start=seconds_of(start), end=seconds_of(start) + seconds_of(duration))
    rate, first = exact_rate(spelled), exact_value(start.value)
    end = first + exact_value(duration.value)
    return Span(start=exact_seconds(first, rate=rate), end=exact_seconds(end, rate=rate))


def find_rate(timeline: otio.schema.Timeline) -> tuple[FrameRate, str]:
    """The rate of the cut, and where it was read.

    Raises:
        TimingError: No item of the timeline has a usable rate.
    """
    if timeline.global_start_time is not None and timeline.global_start_time.rate > 1:
        return FrameRate.parse(timeline.global_start_time.rate), "the timeline's start time"
    stated = child(timeline.tracks.metadata, "PremierePro_OTIO", "VideoFrameRate")
    if isinstance(stated, int | float | str):
        return FrameRate.parse(stated), "Premiere's VideoFrameRate"
    votes: Counter[Fraction] = Counter()
    for track in timeline.tracks:
        if isinstance(track, otio.schema.Track) and track.kind == otio.schema.TrackKind.Video:
            votes.update(_rates(track))
    if votes:
        fps, count = votes.most_common(1)[0]
        return FrameRate(fps=fps), f"{count} of {counted(votes.total(), 'item')} on picture tracks"
    raise TimingError(
        "it has no picture track with a frame rate", next_step="export the timeline with its picture tracks"
    )


def _rates(track: otio.schema.Track) -> Iterator[Fraction]:
    """Rates of source ranges, else of what the media has; a rate above 1000 counts samples, not frames."""
    for item in track:
        if not isinstance(item, otio.core.Item):
            continue
        known = item.source_range
        if known is None and isinstance(item, otio.schema.Clip) and item.media_reference is not None:
            known = item.media_reference.available_range
        if known is not None and is_frame_rate(known.duration.rate):
            yield exact_rate(known.duration.rate)
        elif isinstance(item, otio.schema.Stack):
            for inner in item:
                if isinstance(inner, otio.schema.Track) and inner.kind == otio.schema.TrackKind.Video:
                    yield from _rates(inner)


def is_frame_rate(rate: float) -> bool:
    """Whether a rate in a timeline counts frames: what is higher counts samples."""
    return 1 < rate <= _HIGHEST_FRAME_RATE


def find_drop_frame(
    start: int, *, rate: FrameRate, stated: bool | None, configured: bool | None, name: str
) -> tuple[bool, tuple[Finding, ...]]:
    """Whether timecode drops frames: what the file states, else what the start proves, else what is configured.

    Where nothing says so it does, with a finding.
    """
    if not rate.can_drop:
        return False, ()
    if stated is not None:
        return stated, ()
    if start:
        whole = [timecode(start, rate=rate, drop_frame=drops).endswith(("00:00", "00;00")) for drops in (False, True)]
        if whole.count(True) == 1:
            return whole[1], ()
    if configured is not None:
        return configured, ()
    said = info(
        "DROP_FRAME_ASSUMED",
        "the file does not say whether its timecode drops frames; drop frame is assumed. "
        "Set drop_frame in pickup.toml to say so yourself",
        where=name,
    )
    return True, (said,)


def speed_of(item: otio.core.Composable) -> Fraction | None:
    """Source seconds for each record second: 0 for a freeze, None for a ramp, the product of several warps."""
    effects = item.effects if isinstance(item, otio.core.Item) else ()
    if not effects:
        return _AS_SHOT
    speed = _AS_SHOT
    for effect in effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return Fraction(0)
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= exact_value(effect.time_scalar)
        elif isinstance(effect, otio.schema.TimeEffect):
            return None
    return speed


def source_range_of(item: otio.core.Composable) -> otio.opentime.TimeRange | None:
    """The source range of an item, or what its media has; None for a compound clip shown whole."""
    known = item.source_range if isinstance(item, otio.core.Item) else None
    if known is None and isinstance(item, otio.schema.Clip):
        reference = item.media_reference
        return reference.available_range if reference is not None else None
    return known


def stated_length(known: otio.opentime.TimeRange, *, ruler: Ruler) -> Number:
    """`record_length` of an item whose source range is known."""
    return max(ruler.frames(known.duration), 0)


def record_length(item: otio.core.Composable, *, ruler: Ruler) -> Number:
    """Record frames that an item takes; 0 where it states no length.

    Raises:
        TimingError: Its duration or its rate makes no sense.
    """
    known = source_range_of(item)
    if known is not None:
        return stated_length(known, ruler=ruler)
    if isinstance(item, otio.schema.Stack):
        return max((record_length(each, ruler=ruler) for each in item), default=0)
    if isinstance(item, otio.schema.Track):
        shown = (each for each in item if not isinstance(each, otio.schema.Transition))
        return sum((record_length(each, ruler=ruler) for each in shown), start=0)
    return 0
