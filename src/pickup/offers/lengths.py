"""Which lengths a model makes.

>>> from pickup.timing import FrameRate
>>> list(Lengths.of(4, 6, 8).at(FrameRate.parse("24")))
[96, 144, 192]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pickup.timing import FrameRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Lengths as seconds, or as numbers of frames whatever the rate; never both.

    Attributes:
        seconds: Ascending.
        frames: Such as `range(5, 122, 4)`: 4n+1 frames, at most 121.
    """

    seconds: tuple[Fraction, ...] = ()
    frames: range = range(0)

    @classmethod
    def of(cls, *seconds: int | Decimal | Fraction) -> Lengths:
        """A set of lengths in seconds."""
        return cls(seconds=tuple(sorted({Fraction(each) for each in seconds})))

    @classmethod
    def every(cls, step: int | Decimal, *, low: int | Decimal, high: int | Decimal) -> Lengths:
        """Lengths in seconds from `low` to `high` inclusive, `step` apart."""
        first, last, by = Fraction(low), Fraction(high), Fraction(step)
        return cls(seconds=tuple(first + by * number for number in range(int((last - first) / by) + 1)))

    @classmethod
    def in_frames(cls, *, low: int, high: int, step: int) -> Lengths:
        """Numbers of frames from `low` to `high` inclusive."""
        return cls(frames=range(low, high + 1, step))

    def at(self, rate: FrameRate) -> Sequence[int]:
        """Frames of each length at the model's rate, ascending; a part of a frame is not counted on."""
        return self.frames or tuple(math.floor(each * rate.fps) for each in self.seconds)

    def seconds_of(self, index: int, *, rate: FrameRate) -> Fraction:
        """Seconds of the length at this place in `at(rate)`."""
        return rate.seconds(self.frames[index]) if self.frames else self.seconds[index]

    def __str__(self) -> str:
        if self.frames:
            return f"{self.frames[0]}-{self.frames[-1]} frames, every {self.frames.step}"
        steps = {after - before for before, after in zip(self.seconds, self.seconds[1:], strict=False)}
        shown = [f"{float(each):g}" for each in self.seconds]
        if len(self.seconds) > 3 and len(steps) == 1:  # noqa: PLR2004 - a range, unless so short that a list reads better
            step = steps.pop()
            return f"{shown[0]}-{shown[-1]} s" + ("" if step == 1 else f", every {float(step):g} s")
        return f"{', '.join(shown)} s"
