"""Premiere's rule for speed, and OTIO's: the same clips with their durations counted one way or the other.

To OTIO, and to Resolve, a source range is as long as the clip is on the timeline, whatever its speed. Premiere writes
how much of the source is used: 200 frames at 200 % are 100 frames on the timeline. A reader knows which rule holds by
Premiere's metadata. Freezes and ramps have no one speed and are the same in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import opentimelineio as otio

from pickup.timelines.ruler import Ruler, record_length, source_range_of, speed_of
from pickup.timelines.texts import child
from pickup.timing import FrameRate, exact_value

PREMIERE = "PremierePro_OTIO"
"""Premiere's name in metadata."""

_KNOWN_DIGITS = 13
_SPELLINGS = range(9, 18)


def follows_premiere(timeline: otio.schema.Timeline) -> bool:
    """Whether a reader of this timeline goes by Premiere's rule."""
    return any(child(each.metadata, PREMIERE) is not None for each in (timeline.tracks, timeline))


def to_record_lengths(timeline: otio.schema.Timeline) -> None:
    """From Premiere's rule to OTIO's; the timeline is changed.

    An item whose length came from its media gets a source range of its own.

    Raises:
        TimingError: A speed or a duration is no number.
    """
    for item in list(_inner_first(timeline.tracks)):
        _count_anew(item, rule=_as_shown)


def to_used_lengths(timeline: otio.schema.Timeline) -> None:
    """From OTIO's rule to Premiere's; the timeline is changed. Reading it back gives the same record lengths.

    Raises:
        TimingError: A speed or a duration is no number.
    """
    for item in list(_outer_first(timeline.tracks)):  # a compound shown whole is measured while its inside is neutral
        _count_anew(item, rule=_as_used)


def _inner_first(around: otio.core.Composition) -> Iterator[otio.core.Item]:
    for item in around:
        if isinstance(item, otio.core.Composition):
            yield from _inner_first(item)
        if _is_placed(item, around):
            yield item


def _outer_first(around: otio.core.Composition) -> Iterator[otio.core.Item]:
    for item in around:
        if _is_placed(item, around):
            yield item
        if isinstance(item, otio.core.Composition):
            yield from _outer_first(item)


def _is_placed(item: otio.core.Composable, around: otio.core.Composition) -> bool:
    """Whether an item has a place on a track, with a length of its own."""
    return isinstance(item, otio.core.Item) and isinstance(around, otio.schema.Track)


def _count_anew(item: otio.core.Item, *, rule: Callable[[float, Fraction], float]) -> None:
    speed = speed_of(item)
    if not speed or abs(speed) == 1:
        return
    known = source_range_of(item) or _whole_inside(item)
    if known is None:
        return
    duration = otio.opentime.RationalTime(rule(known.duration.value, abs(speed)), known.duration.rate)
    item.source_range = otio.opentime.TimeRange(known.start_time, duration)


def _whole_inside(item: otio.core.Item) -> otio.opentime.TimeRange | None:
    """All that a compound clip holds; None for what holds nothing with a length."""
    if not isinstance(item, otio.core.Composition):
        return None
    rate = next(_rates(item), None)
    if rate is None:
        return None
    length = record_length(item, ruler=Ruler(rate=FrameRate.parse(rate)))
    return otio.opentime.TimeRange(otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(float(length), rate))


def _rates(around: otio.core.Composition) -> Iterator[float]:
    for item in around:
        known = source_range_of(item)
        if known is not None:
            yield float(known.duration.rate)
        elif isinstance(item, otio.core.Composition):
            yield from _rates(item)


def _as_shown(used: float, speed: Fraction) -> float:
    """Record length of `used` source frames."""
    return float(to_known_digits(exact_value(used) / speed))


def _as_used(shown: float, speed: Fraction) -> float:
    """The shortest number of source frames that is read back as this record length."""
    wanted = float(exact_value(shown))
    used = float(exact_value(shown) * speed)
    spelled = (float(f"{used:.{digits}g}") for digits in _SPELLINGS)
    return next((each for each in spelled if _as_shown(each, speed) == wanted), used)


def to_known_digits(value: Fraction) -> Fraction:
    """A value computed from a double or two, which are known to 15 digits, to the 13 that they give it."""
    return value if value.denominator == 1 else Fraction(f"{float(value):.{_KNOWN_DIGITS}g}")
