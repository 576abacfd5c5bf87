"""Speed ramps: which source time an item shows when, as straight lines between points.

>>> from pickup.timing import FrameRate
>>> ramp = Ramp(points=((Fraction(0), Fraction(0)), (Fraction(1), Fraction(2)), (Fraction(2), Fraction(5, 2))))
>>> ramp.at(Fraction(3, 2))
Fraction(9, 4)
>>> ramp.over(3, rate=FrameRate.parse("1")).even_speed
Fraction(5, 4)

It is arithmetic: `pickup.timelines.ramps` reads them, `pickup.media.mapping` plays footage by them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter

from pickup.timing import FrameRate

Points = tuple[tuple[Fraction, Fraction], ...]
"""Record seconds and source seconds; both are counted from one moment of the item."""

RampTexts = tuple[tuple[str, str], ...]
"""The same as fractions in words, such as `5/12`."""

_WRITTEN = Fraction(1, 10**4)
"""Part of a frame by which a moment may be off that was written as a double, or by Hiero as a float that is off by
0.00000003; it is then the whole frame."""


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

    def since(self, record: Fraction) -> Ramp:
        """The same ramp, with both times counted from a moment of record time."""
        source = self.at(record)
        return Ramp(points=tuple((when - record, shown - source) for when, shown in self.points))

    def over(self, frames: int, *, rate: FrameRate) -> RampedFrames:
        """What so many frames show, of which the first lies at zero of record time."""
        moments = [self.at(rate.seconds(frame)) for frame in range(frames)]
        low = min(moments)
        whole = [_whole_if_written((moment - low) * rate.fps) for moment in moments]
        reach = max(whole)
        if frames < 2 or not reach:  # noqa: PLR2004 - one frame has no speed
            return RampedFrames(even_speed=Fraction(0), shares=(Fraction(0),) * frames)
        speed = Fraction(reach, frames - 1)
        return RampedFrames(
            even_speed=-speed if moments[-1] < moments[0] else speed,
            shares=tuple(Fraction(each, reach) for each in whole),
        )

    def _place(self, record: Fraction) -> int:
        """The point that ends the line on which a moment lies."""
        return min(max(bisect_right(self.points, record, key=itemgetter(0)), 1), len(self.points) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RampedFrames:
    """A ramp over so many frames of a cut.

    Attributes:
        even_speed: The constant speed that wants the same footage; below zero where the last frame shows an earlier
            moment than the first one, 0 where all show the same.
        shares: Of each frame, where it lies between the earliest moment that is shown (0) and the latest (1).
    """

    even_speed: Fraction
    shares: tuple[Fraction, ...]

    @property
    def begins_at_the_edge(self) -> bool:
        """Whether nothing of the footage lies before what the first frame shows, in the direction of play."""
        return self.shares[0] == (1 if self.even_speed < 0 else 0)

    @property
    def ends_at_the_edge(self) -> bool:
        """Whether nothing of the footage lies after what the last frame shows, in the direction of play."""
        return self.shares[-1] == (0 if self.even_speed < 0 else 1)


def texts_of(ramp: Ramp | None) -> RampTexts:
    """A ramp as it is kept in files; empty for none."""
    return () if ramp is None else tuple((str(when), str(shown)) for when, shown in ramp.points)


def ramp_of_texts(texts: RampTexts) -> Ramp | None:
    """The way back from `texts_of`."""
    return Ramp(points=tuple((Fraction(when), Fraction(shown)) for when, shown in texts)) if texts else None


def _whole_if_written(frames: Fraction) -> Fraction:
    near = Fraction(round(frames))
    return near if abs(frames - near) <= _WRITTEN else frames
