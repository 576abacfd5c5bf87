"""What a provider can make and what it would cost: capability records, prices and quotes, as pure values.

It asks nobody and spends nothing: a quote is arithmetic on an offer. `cover` does that arithmetic for models that make
certain lengths only; `plan` chooses between offers.

    >>> from pickup.timing import FrameRate
    >>> Wish(cover_frames=48, handles=12, rate=FrameRate.parse("24"), size=(1920, 1080)).seconds
    Fraction(2, 1)
"""

from pickup.offers.lengths import Lengths
from pickup.offers.model import (
    Audio,
    Cancelling,
    Capability,
    Clip,
    Conditioning,
    Idempotency,
    Mode,
    Offer,
    Quote,
    Wish,
    quoted,
)
from pickup.offers.prices import FREE, Per, Price, PriceList

__all__ = [
    "FREE",
    "Audio",
    "Cancelling",
    "Capability",
    "Clip",
    "Conditioning",
    "Idempotency",
    "Lengths",
    "Mode",
    "Offer",
    "Per",
    "Price",
    "PriceList",
    "Quote",
    "Wish",
    "quoted",
]
