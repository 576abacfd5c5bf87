"""What a provider can make and what it would cost: capability cards and quotes, as pure values.

It does not choose between providers (`plan` does) and asks nobody: a quote is arithmetic on an offer.

    >>> wish = Wish(cover_frames=48, handles=12, rate=FrameRate.parse("24"), size=(1920, 1080))
    >>> wish.seconds
    Fraction(2, 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pickup.cut import Size
from pickup.timing import FrameRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a shot needs of a provider, before anything is generated.

    Attributes:
        cover_frames: Frames that the take must show, at `rate`.
        handles: Frames wished beyond the cut on each side that is free.
        rate: The cut's rate.
        before: A frame of the shot before the hole can be had.
        after: A frame of the shot after the hole can be had.
        look: What the brief asks for by name, or None.
    """

    cover_frames: int
    handles: int
    rate: FrameRate
    size: Size
    prompt: str = ""
    briefed: bool = False
    look: str | None = None
    before: bool = False
    after: bool = False

    @property
    def seconds(self) -> Fraction:
        """Length of what must be covered."""
        return self.rate.seconds(self.cover_frames)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One model of one provider: what it can do and until when.

    Attributes:
        frame_exact: It makes any number of frames at the cut's own rate and size.
        previs: What it makes stands for a shot and is not one.
        price_per_second: USD; zero means that it is free.
        looks: Names that `look:` in a brief may ask for.
        retired: The day on which it ended, if it has.
    """

    provider: str
    model: str
    frame_exact: bool
    previs: bool
    price_per_second: Decimal
    needs_network: bool
    uses_before: bool
    uses_after: bool
    looks: tuple[str, ...] = ()
    retired: date | None = None

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return not self.price_per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one take of a wish would be.

    Attributes:
        frames: Frames of the finished take at the cut's rate: head + cover + tail.
        head: Handle before the covered frames; 0 where the take continues the shot before.
        tail: Handle after the covered frames; 0 where the take leads into the shot after.
        uses_before: The frame before the hole is sent as condition.
        uses_after: The frame after the hole is sent as condition.
        price: USD for one take.
        note: Why this look or length, for the plan.
    """

    frames: int
    head: int
    tail: int
    look: str
    uses_before: bool
    uses_after: bool
    price: Decimal
    note: str = ""
