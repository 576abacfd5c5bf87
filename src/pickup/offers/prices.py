"""What a route costs: lines of a price list with their conditions, and where and when they were read.

A route is a provider with a model: the same model costs other sums elsewhere. Money is `Decimal`, in USD, and never
less than what may be charged: parts of a hundredth of a cent count as a whole one.

>>> prices = PriceList(lines=(Price(usd=Decimal("0.10")),))
>>> prices.of(Fraction(6), size=(1280, 720), silent=True)
Decimal('0.6000')
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from pickup.cut import Size

_SMALLEST = Decimal("0.0001")


class Per(StrEnum):
    """What one sum is charged for."""

    SECOND = "second"
    CLIP = "clip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One line of a price list; a condition that is None holds for everything.

    Attributes:
        up_to_lines: Height in pixels, of a lying picture, up to which it holds; 720 for "720p".
        silent: Only without sound, or only with it.
        framed: Only for clips that are made from frames, or only for those from words alone.
        seconds: Only for clips of this length.
    """

    usd: Decimal
    per: Per = Per.SECOND
    up_to_lines: int | None = None
    silent: bool | None = None
    framed: bool | None = None
    seconds: Fraction | None = None

    def holds_for(self, seconds: Fraction, *, size: Size, silent: bool, frames: int) -> bool:
        """Whether a clip meets every condition."""
        return (
            (self.up_to_lines is None or min(size) <= self.up_to_lines)
            and self.silent in (None, silent)
            and self.framed in (None, frames > 0)
            and self.seconds in (None, seconds)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices of one route; the first line that holds counts.

    Attributes:
        checked: The day on which they were read.
        source: Where: "the vendor", "second-hand", "your settings", "the catalogue".
        minimum: USD that every clip costs at least.
        per_frame: USD for each frame that a clip is made from.
    """

    lines: tuple[Price, ...]
    checked: date | None = None
    source: str = ""
    minimum: Decimal = Decimal(0)
    per_frame: Decimal = Decimal(0)

    def of(self, seconds: Fraction, *, size: Size, silent: bool, frames: int = 0) -> Decimal | None:
        """USD for one clip that is made from so many frames; None where no line holds."""
        for line in self.lines:
            if line.holds_for(seconds, size=size, silent=silent, frames=frames):
                return max(_charged(line, seconds=seconds) + self.per_frame * frames, self.minimum)
        return None

    @property
    def is_free(self) -> bool:
        """Whether nothing is ever charged."""
        return bool(self.lines) and not self.minimum and not self.per_frame and not any(line.usd for line in self.lines)


FREE = PriceList(lines=(Price(usd=Decimal(0)),))
"""For what is made on the editor's own machine, or by hand."""


def _charged(line: Price, *, seconds: Fraction) -> Decimal:
    if line.per is Per.CLIP:
        return line.usd
    with localcontext(prec=50):
        exact = line.usd * seconds.numerator / seconds.denominator
        return exact.quantize(_SMALLEST, rounding=ROUND_UP)
