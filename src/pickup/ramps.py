"""Speed ramps: which source time an item shows when, as straight lines between points.

>>> from pickup.timing import FrameRate
>>> ramp = Ramp(points=((Fraction(0), Fraction(0)), (Fraction(1), Fraction(2)), (Fraction(2), Fraction(5, 2))))
>>> ramp.at(Fraction(3, 2))
Fraction(9, 4)
>>> ramp.over(3, rate=FrameRate.parse("24")).even_speed
Fraction(1, 2)

It is arithmetic: `pickup.timelines.ramps` reads them, `pickup.media.mapping` plays footage by them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from operator import itemgetter

from pickup.timing import FrameRate

Points = tuple[tuple[Fraction, Fraction], ...]
"""Record seconds and source seconds; both are counted from one moment of the item."""

RampTexts = tuple[tuple[str, str], ...]
"""The same as fractions in words, such as `5/12`."""

_WRITTEN = Fraction(1, 10**4)
"""Part of a frame by which a moment may be off that was written as a double, or by Hiero as a float that is off by
0.00000003; it is then the whole frame."""
NO_FRAME = Fraction(1, 100)
"""Part of a frame by which two moments may differ and be the same one, counted in two ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """A change of speed within an item.

    Attributes:
        points: At least two, with rising record seconds; none where it is not known what is shown when. Before the
            first and after the last it goes on as between the two that are nearest.
        unread: Why it is not known, in words that follow on "a speed ramp"; empty else.
    """

    points: Points = ()
    unread: str = ""

    def at(self, record: Fraction) -> Fraction:
        """Source seconds that are shown at a moment of record time."""
        place = self._place(record)
        (start, low), (end, high) = self.points[place - 1], self.points[place]
        return low + (high - low) * (record - start) / (end - start)

    def falls_at(self, record: Fraction) -> bool:
        """Whether it plays backwards at a moment of record time, or right after it."""
        place = self._place(record)
        return self.points[place][1] < self.points[place - 1][1]

    def counted_from(self, record: Fraction, *, source: Fraction) -> Ramp:
        """The same ramp, counted from a moment of record time and one of source time."""
        return Ramp(points=tuple((when - record, shown - source) for when, shown in self.points))

    def over(self, frames: int, *, rate: FrameRate) -> RampedFrames:
        """What so many frames show, of which the first lies at zero of record time."""
        moments = [self.at(rate.seconds(frame)) for frame in range(frames)]
        low = min(moments)
        return RampedFrames(places=tuple(_steady(whole_if_written((each - low) * rate.fps) for each in moments)))

    def _place(self, record: Fraction) -> int:
        """The point that ends the line on which a moment lies."""
        return min(max(bisect_right(self.points, record, key=itemgetter(0)), 1), len(self.points) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RampedFrames:
    """A ramp over the frames of a cut.

    Attributes:
        places: Of each frame, how many frames lie between the earliest moment that is shown and the one it shows.
    """

    places: tuple[Fraction, ...]

    @property
    def reach(self) -> Fraction:
        """Frames from the earliest moment to the latest."""
        return max(self.places)

    @property
    def falls(self) -> bool:
        """Whether the last frame shows an earlier moment than the first one."""
        return self.places[-1] < self.places[0]

    @property
    def even_speed(self) -> Fraction:
        """The constant speed that wants the same footage, below zero where it falls; a single frame stands still."""
        speed = self.reach / max(1, len(self.places) - 1)
        return -speed if self.falls else speed

    @property
    def shares(self) -> list[Fraction]:
        """Of each frame, where it lies between the earliest moment (0) and the latest (1)."""
        return [place / self.reach if self.reach else place for place in self.places]

    @property
    def is_straight(self) -> bool:
        """Whether it is a constant speed after all."""
        speed, first = self.even_speed, self.places[0]
        return all(abs(first + frame * speed - place) <= NO_FRAME for frame, place in enumerate(self.places))

    @property
    def turns(self) -> int:
        """How often it turns from forward to backwards or back."""
        steps = [later > sooner for sooner, later in pairwise(self.places) if later != sooner]
        return sum(later != sooner for sooner, later in pairwise(steps))


def texts_of(ramp: Ramp | None) -> RampTexts:
    """A ramp as it is kept in files; empty for none."""
    return () if ramp is None else tuple((str(when), str(shown)) for when, shown in ramp.points)


def ramp_of_texts(texts: RampTexts) -> Ramp | None:
    """The way back from `texts_of`.

    Raises:
        ValueError: They are no ramp.
    """
    if not texts:
        return None
    points = tuple((Fraction(when), Fraction(shown)) for when, shown in texts)
    if not can_be_points(points):
        raise ValueError("a ramp has two points or more, in the order of their record time")
    return Ramp(points=points)


def can_be_points(points: Points) -> bool:
    """Whether these are the points of a ramp."""
    return len(points) > 1 and all(sooner < later for (sooner, _), (later, _) in pairwise(points))


def whole_if_written(frames: Fraction) -> Fraction:
    """The whole frame that was meant by a number that was written down."""
    near = Fraction(round(frames))
    return near if abs(frames - near) <= _WRITTEN else frames


def _steady(places: Iterable[Fraction]) -> Iterator[Fraction]:
    """Places without what is no movement: a step back by less than a number is written to."""
    last, rises = None, None
    for place in places:
        if last is not None and rises is not None and place != last and (place > last) is not rises:
            place = last if abs(place - last) <= _WRITTEN else place  # noqa: PLW2901 - the same one, standing still
        if last is not None and place != last:
            rises = place > last
        last = place
        yield place
