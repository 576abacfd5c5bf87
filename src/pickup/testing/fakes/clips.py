"""The videos that a fake server delivers: real clips of the asked size, rate and length, each made once.

with ClipShelf() as shelf:
    shelf.clip(ClipShape(size=(1280, 720), rate=FrameRate.parse("24"), frames=96))
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from types import TracebackType
from typing import Self

from PIL import Image

from pickup.testing.clips import write_numbered_clip
from pickup.timing import FrameRate, half_up

COLOR = (60, 90, 130)
MOST_FRAMES = 3600
"""No clip is longer, whatever was asked for."""
_MOST_PX = 4096
_COLOR_STEP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipShape:
    """What tells one clip from another; the color is 8-bit RGB."""

    size: tuple[int, int]
    rate: FrameRate
    frames: int
    color: tuple[int, int, int] = COLOR

    @classmethod
    def lasting(cls, seconds: Fraction, *, size: tuple[int, int], rate: FrameRate) -> ClipShape:
        """Of the whole frames nearest to a length, at least one."""
        return cls(size=size, rate=rate, frames=max(1, half_up(rate.frames(seconds))))

    @property
    def seconds(self) -> Decimal:
        """How long it lasts, for its price."""
        exact = self.rate.seconds(self.frames)
        return Decimal(exact.numerator) / Decimal(exact.denominator)


class ClipShelf:
    """Makes clips in a temporary folder, which goes when it is closed; safe between threads."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="pickup-fake-")
        self._places: dict[ClipShape, tuple[Path, Lock]] = {}
        self._lock = Lock()

    def clip(self, shape: ClipShape) -> bytes:
        """The mp4 of a numbered clip; an odd side is made even, as encoders do."""
        shape = _writable(shape)
        with self._lock:
            new = Path(self._folder.name) / f"{len(self._places)}.mp4", Lock()
            path, lock = self._places.setdefault(shape, new)
        with lock:
            if not path.exists():
                write_numbered_clip(path, frames=shape.frames, rate=shape.rate, size=shape.size, color=shape.color)
            return path.read_bytes()

    def close(self) -> None:
        """Removes the folder."""
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _writable(shape: ClipShape) -> ClipShape:
    width, height = (min(_MOST_PX, max(16, side - side % 2)) for side in shape.size)
    return ClipShape(size=(width, height), rate=shape.rate, frames=min(shape.frames, MOST_FRAMES), color=shape.color)


def mean_color(picture: bytes) -> tuple[int, int, int]:
    """The mean color of a PNG, JPEG or WebP, in coarse steps so that alike pictures share a clip.

    Raises:
        OSError: It is no picture.
    """
    with Image.open(io.BytesIO(picture)) as image:
        pixel = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    if not isinstance(pixel, tuple):
        raise OSError("the picture has no color")
    red, green, blue = (min(248, round(level / _COLOR_STEP) * _COLOR_STEP) for level in pixel[:3])
    return red, green, blue
