"""Clips whose every frame says its number in the picture, so that a test can read which frame it was shown.

The number lies in 16 black or white blocks along the top edge, the most significant bit on the left; the rest is one
color. It survives encoding and scaling. A cropped or padded picture must be cut back to the whole clip first.

    write_numbered_clip(path, frames=48, rate=FrameRate.parse("24"))
    [read_number(frame) for frame in read_frames(path)]     0, 1, … 47
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pickup._av import write_frames
from pickup.timing import FrameRate

BITS = 16
_BAND = 6
"""The blocks take the upper sixth of the picture."""
_BLACK_BELOW = 80
_WHITE_FROM = 175


def write_numbered_clip(
    path: Path,
    *,
    frames: int,
    rate: FrameRate,
    size: tuple[int, int] = (320, 180),
    color: tuple[int, int, int] = (60, 90, 130),
    first_number: int = 0,
    timecode: str | None = None,
    codec: str = "h264",
) -> None:
    """Writes `frames` frames numbered from `first_number` on, in `color` (8-bit RGB); overwrites `path`.

    `h264` makes one long group of pictures with B-frames, the hard case for seeking.

    Raises:
        MediaError: As `pickup._av.write_frames`.
    """
    pictures = numbered_pictures(range(first_number, first_number + frames), size=size, color=color)
    write_frames(path, pictures, rate=rate, size=size, codec=codec, timecode=timecode)


def numbered_pictures(
    numbers: range, *, size: tuple[int, int] = (320, 180), color: tuple[int, int, int] = (60, 90, 130)
) -> Iterator[NDArray[np.uint8]]:
    """The pictures of `write_numbered_clip`: (height, width, 3), 8-bit RGB."""
    for number in numbers:
        yield numbered_picture(number, size=size, color=color)


def numbered_picture(
    number: int, *, size: tuple[int, int] = (320, 180), color: tuple[int, int, int] = (60, 90, 130)
) -> NDArray[np.uint8]:
    """One picture that carries `number`, 0 to 65535."""
    width, height = size
    picture = np.empty((height, width, 3), dtype=np.uint8)
    picture[...] = color
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        picture[: height // _BAND, left:right] = 255 * (number >> (BITS - 1 - bit) & 1)
    return picture


def read_number(frame: NDArray[np.uint8]) -> int:
    """The number that a frame of a numbered clip carries.

    Raises:
        ValueError: A block is neither black nor white: another picture, or two frames mixed.
    """
    height, width, _channels = frame.shape
    band = height // _BAND
    number = 0
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        margin = (right - left) // 4
        level = float(frame[band // 4 : band - band // 4, left + margin : right - margin].mean())
        if _BLACK_BELOW <= level < _WHITE_FROM:
            raise ValueError(f"block {bit} has the level {level:.0f}: no number is written here")
        number = number << 1 | (level >= _WHITE_FROM)
    return number
