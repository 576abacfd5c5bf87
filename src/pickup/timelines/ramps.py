"""Speed ramps as timelines state them: OpenTimelineIO has no word for one, so each program has its own.

    ramp_of(item)        None for an item without one; `unread` says why it is not known what one shows when

- FCP7 XML has a curve from played frames to media frames (`graphdict`), which the dialect keeps as `fcp_xml.curve`.
  Its points are joined by straight lines unless handles bend them; OpenShot's importer reads them so, too.
- DaVinci Resolve writes `Resolve_OTIO["Key Frames"]`: rows of record seconds, source seconds, whether it is smoothed,
  and four numbers for its tangents. Both times count from the first frame of the media, and the first and the last row
  are the ends of the media, whatever the clip shows of it (an export that others published, and a program that brings
  them to After Effects). How the source range of a clip counts that begins later was not seen.
- Hiero writes `lookup` through AYON: for each frame of the clip how many frames later (or earlier) the one is that is
  shown; a constant speed beside it multiplies both, as AYON takes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

import opentimelineio as otio

from pickup.errors import TimingError
from pickup.ramps import Points, Ramp, can_be_points, whole_if_written
from pickup.timelines.ruler import seconds_of, source_range_of, source_seconds
from pickup.timelines.texts import child, plain
from pickup.timing import exact_rate, exact_value

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18}|/[1-9][0-9]{0,17})?")
_SAME_MOMENT_S = Fraction(1, 1000)
_SMOOTHED = "with smoothed keyframes, and how they are smoothed is not known"
_UNSTATED = "of which the timeline does not say what it shows when"
_OFFSET = "of which it is not certain where the clip begins in it"
_TWICE = "beside another change of speed, and which of them comes first is not stated"
_BACKWARDS = "beside a reverse, and which of them comes first is not stated"


class _UnreadError(Exception):
    """Why a ramp cannot be read, in the words of `Ramp.unread`."""


def ramp_of(item: otio.core.Composable) -> Ramp | None:
    """The ramp of an item, counted from its start in record time and from its source start; None where it has none."""
    effects = item.effects if isinstance(item, otio.core.Item) else ()
    times = [each for each in effects if isinstance(each, otio.schema.TimeEffect)]
    ramps = [each for each in times if not isinstance(each, otio.schema.LinearTimeWarp)]
    if not ramps:
        return None
    try:
        moving = [each for each in ramps if not _is_idle(each)] or ramps[:1]
        if len(moving) > 1:
            raise _UnreadError(_TWICE)
        speed = Fraction(1)
        for each in times:
            speed *= exact_value(each.time_scalar) if isinstance(each, otio.schema.LinearTimeWarp) else 1
        return Ramp(points=_checked(_points(item, moving[0], speed=speed)))
    except _UnreadError as error:
        return Ramp(unread=str(error))
    except TimingError:
        return Ramp(unread=_UNSTATED)


def _points(item: otio.core.Item, effect: otio.schema.TimeEffect, *, speed: Fraction) -> Points:
    metadata = effect.metadata
    if child(metadata, "lookup") is not None:
        return _hieros(item, effect, speed=speed)
    if child(metadata, "fcp_xml") is not None:
        points = _final_cuts(effect)
    elif child(metadata, "Resolve_OTIO") is not None:
        points = _resolves(item, effect)
    else:
        raise _UnreadError(_UNSTATED)
    if speed != 1:
        raise _UnreadError(_TWICE)
    return points


def _is_idle(effect: otio.schema.TimeEffect) -> bool:
    """Whether it is one of Hiero's that moves no frame."""
    lookup = plain(child(effect.metadata, "lookup"))
    return isinstance(lookup, list) and bool(lookup) and not any(lookup)


def _hieros(item: otio.core.Item, effect: otio.schema.TimeEffect, *, speed: Fraction) -> Points:
    known = source_range_of(item)
    later = _numbers(plain(child(effect.metadata, "lookup")))
    if known is None or len(later) != round(known.duration.value):
        raise _UnreadError(_UNSTATED)
    if speed <= 0:
        raise _UnreadError(_BACKWARDS)
    rate = exact_rate(known.duration.rate)
    shown = (whole_if_written((frame + moved) * speed) for frame, moved in enumerate(later))
    return tuple((frame / rate, each / rate) for frame, each in enumerate(shown))


def _final_cuts(effect: otio.schema.TimeEffect) -> Points:
    """From played frames and media frames, at the rate of the clip item."""
    noted = child(effect.metadata, "fcp_xml")
    if child(noted, "smoothed"):
        raise _UnreadError(_SMOOTHED)
    rate, played = _number(child(noted, "rate")), _number(child(noted, "played"))
    curve = [(_number(row[0]), _number(row[1])) for row in _rows(plain(child(noted, "curve")))]
    if rate <= 0:
        raise _UnreadError(_UNSTATED)
    points = _checked(tuple((when / rate, value / rate) for when, value in curve))
    ramp = Ramp(points=points)
    return ramp.counted_from(played / rate, source=ramp.at(played / rate)).points


def _resolves(item: otio.core.Item, effect: otio.schema.TimeEffect) -> Points:
    rows = _rows(plain(child(effect.metadata, "Resolve_OTIO", "Key Frames")))
    if any(any(row[2:]) for row in rows):
        raise _UnreadError(_SMOOTHED)
    points = tuple((when, shown) for when, shown in (_numbers(row[:2]) for row in rows))
    reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
    media, known = reference.available_range if reference is not None else None, source_range_of(item)
    if not points or media is None or known is None:
        raise _UnreadError(_UNSTATED)
    ends = (points[0][0], points[0][1], source_seconds(item, known.start_time) - seconds_of(media.start_time))
    over = abs(points[-1][1] - seconds_of(media.duration))
    if any(abs(each) > _SAME_MOMENT_S for each in ends) or over > 1 / exact_rate(media.duration.rate):
        raise _UnreadError(_OFFSET)
    return points


def _rows(found: object) -> list[list[object]]:
    if not isinstance(found, list) or not all(isinstance(row, list) and len(row) > 1 for row in found):
        raise _UnreadError(_UNSTATED)
    return found


def _number(text: object) -> Fraction:
    """A number as the dialect writes it."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise _UnreadError(_UNSTATED)
    return Fraction(text)


def _numbers(found: object) -> Sequence[Fraction]:
    """Numbers of a list.

    Raises:
        TimingError: One of them is infinite or none.
    """
    if not isinstance(found, list) or not all(type(each) in (int, float) for each in found):
        raise _UnreadError(_UNSTATED)
    return [Fraction(exact_value(each)) for each in found]


def _checked(points: Points) -> Points:
    """Points that can be played; one that stands there twice is there once."""
    once = tuple(dict.fromkeys(points))
    if not can_be_points(once):
        raise _UnreadError(_UNSTATED)
    return once
