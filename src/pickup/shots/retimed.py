"""How what holds the place of a shot is played, and what a take can follow of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pickup.holes import Hole
from pickup.ramps import NO_FRAME, Ramp, RampedFrames

_SLOWEST, _FASTEST = Fraction(1, 10), Fraction(10)
_OWN = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retimed:
    """What a take follows.

    Attributes:
        speed: Source seconds for each record second; with a ramp the constant one that wants the same footage.
        ramp: Record time counts from the first frame that is covered.
        joins: Whether the take begins and ends where its footage does, and moves there, so that it can be made from
            the frames of the shots beside it.
        has_handles: It begins and ends where its footage does, so that handles go on from there.
        differs: Its placeholders are not played alike.
    """

    speed: Fraction = _OWN
    ramp: Ramp | None = None
    joins: tuple[bool, bool] = (True, True)
    has_handles: bool = True
    differs: bool = False


def can_be_played(speed: Fraction | None) -> bool:
    """Whether a take can be shown at this speed of its placeholder; what is wildly fast, an editor sets."""
    return speed is not None and (speed == 0 or _SLOWEST <= abs(speed) <= _FASTEST)


def speed_of_placeholder(hole: Hole) -> Fraction | None:
    """The speed at which a hole's placeholder is played.

    Of a ramp it is the constant one that wants the same footage; None where it is not known what the ramp shows when.
    """
    ramp = hole.placeholder_ramp
    if ramp is None:
        return hole.placeholder_speed
    return None if ramp.unread else _speed(ramp.over(hole.covers.length, rate=hole.covers.rate))


def follow(holes: Sequence[Hole], *, begins: Mapping[str, int], frames: int) -> Retimed:
    """What a take of these holes follows: the one that begins first, and of a clip that was cut up its other parts.

    Args:
        holes: Of one shot.
        begins: Frame of the take's cover at which each hole begins, by its id.
        frames: How many the take covers.
    """
    first = min(holes, key=lambda hole: (begins[hole.id], -hole.covers.length))
    ramp = _put_together(first, holes, begins=begins)
    if ramp is None or ramp.unread:
        differs = any(hole.placeholder_speed != first.placeholder_speed for hole in holes)
        speed = first.placeholder_speed
        followed = speed if speed is not None and can_be_played(speed) else _OWN
        return Retimed(speed=followed, joins=(followed != 0, followed != 0), differs=differs)
    shown = ramp.over(frames, rate=first.covers.rate)
    differs = any(not _is_part(hole, shown.places, begin=begins[hole.id]) for hole in holes)
    speed = _speed(shown)
    if not can_be_played(speed):
        return Retimed(differs=differs)
    if shown.is_straight or frames == 1:
        return Retimed(speed=speed, joins=(speed != 0, speed != 0), differs=differs)
    (begins_there, ends_there), (begins_moving, ends_moving) = _edges(shown), _moves(shown)
    return Retimed(
        speed=speed,
        ramp=ramp,
        joins=(begins_there and begins_moving, ends_there and ends_moving),
        has_handles=begins_there and ends_there,
        differs=differs,
    )


def _speed(shown: RampedFrames) -> Fraction:
    """Its constant speed; a single frame has one of its own."""
    return _OWN if len(shown.places) == 1 else shown.even_speed


def _put_together(first: Hole, holes: Sequence[Hole], *, begins: Mapping[str, int]) -> Ramp | None:
    """The ramp of the placeholder; where something was cut into it each part has its own piece."""
    ramp = first.placeholder_ramp
    if ramp is None or ramp.unread:
        return ramp
    points = list(ramp.points)
    for hole in sorted(holes, key=lambda hole: begins[hole.id]):
        piece, begin = hole.placeholder_ramp, first.covers.rate.seconds(begins[hole.id])
        if begin == 0 or piece is None or piece.unread or hole.name != first.name:
            continue
        own = [(when + begin, shown) for when, shown in piece.points]
        points = [each for each in points if each[0] < begin]
        points += [(begin, piece.at(Fraction(0))), *(each for each in own if each[0] > begin)]
    return Ramp(points=tuple(points))


def _is_part(hole: Hole, places: Sequence[Fraction], *, begin: int) -> bool:
    """Whether a hole's own placeholder is played as the take is that fills it."""
    ramp, rate, speed = hole.placeholder_ramp, hole.covers.rate, hole.placeholder_speed
    length = min(hole.covers.length, len(places) - begin)
    if ramp is not None and not ramp.unread:
        own = [(ramp.at(rate.seconds(frame)) - ramp.at(Fraction(0))) * rate.fps for frame in range(length)]
    elif speed is not None:
        own = [frame * speed for frame in range(length)]
    else:
        return False
    return all(abs(places[begin + frame] - places[begin] - each) <= NO_FRAME for frame, each in enumerate(own))


def _edges(shown: RampedFrames) -> tuple[bool, bool]:
    """Whether the first and the last frame lie at the edges of the footage."""
    begin, end = (shown.reach, 0) if shown.falls else (0, shown.reach)
    return shown.places[0] == begin, shown.places[-1] == end


def _moves(shown: RampedFrames) -> tuple[bool, bool]:
    """Whether it moves at its ends as much as at the slowest constant speed; it would hold a frame of the cut else."""
    places = shown.places
    near = min(int(1 / _SLOWEST), len(places) - 1)
    moved = abs(places[near] - places[0]), abs(places[-1 - near] - places[-1])
    return moved[0] >= near * _SLOWEST, moved[1] >= near * _SLOWEST
