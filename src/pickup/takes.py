"""Takes of a pickup: what was made, from what, and which one is circled. Pure values, no files.

>>> take_name("HARBOR7K2Q", shot="SH0010", take=1)
'HARBOR7K2Q_SH0010_t01'
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pickup.timing import FrameRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One finished attempt at a pickup.

    Attributes:
        path: The conformed file, relative to the library, `/`-separated.
        frames: Frames counted by decoding the conformed file.
        head: Handle frames before the covered frames.
        tail: Handle frames after them.
        start: Source time of its first frame in exact seconds: zero, or its record timecode.
        wish: Digest of the spec it was made for; another digest today means that the take is stale.
    """

    shot: str
    number: int
    path: str
    frames: int
    head: int
    tail: int
    rate: FrameRate
    size: tuple[int, int]
    provider: str
    model: str
    look: str
    previs: bool
    cost: Decimal
    wish: str
    start: Fraction = Fraction(0)

    @property
    def cover_frames(self) -> int:
        """Frames that the take was made to show."""
        return self.frames - self.head - self.tail


def take_name(tag: str, *, shot: str, take: int) -> str:
    """File stem and reel of a take; unique for the life of the library."""
    return f"{tag}_{shot}_t{take:02d}"
