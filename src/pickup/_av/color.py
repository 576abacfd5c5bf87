"""Color of decoded frames: what a file says of itself, what is assumed where it is silent, and display RGB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from numpy.typing import NDArray

BT709 = 1
"""Code of BT.709 for primaries, transfer and matrix in ITU-T H.273."""
LIMITED_RANGE = 1
FULL_RANGE = 2
UNSPECIFIED = 2
CONVERSION = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
"""How swscale makes RGB and YUV out of each other at one size."""

_HD_LINES = 720
_BT2020 = 9
_HDR_TRANSFERS: Mapping[int, str] = MappingProxyType({16: "PQ", 18: "HLG"})


def upright_rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    """A decoded frame in display color, rotated as the file says, as (height, width, 3) 8-bit full-range RGB."""
    converted = frame.reformat(
        format="rgb24",
        src_colorspace=frame_matrix(frame),
        dst_color_range=ColorRange.JPEG,
        interpolation=CONVERSION,
    )
    pixels = np.asarray(converted.to_ndarray(), dtype=np.uint8)
    return np.ascontiguousarray(np.rot90(pixels, quarter_turns(frame)))


@contextmanager
def matrix_told(frame: VideoFrame, code: int) -> Iterator[None]:
    """The frame says for a moment that its YUV matrix is this one: a filter graph takes no other than it was built for.

    Afterwards it says again what it said: it may be shown, and looked at, more than once.
    """
    tagged, frame.colorspace = frame.colorspace, code
    try:
        yield
    finally:
        frame.colorspace = tagged


def quarter_turns(frame: VideoFrame) -> int:
    """Quarter turns counterclockwise that set the frame upright, 0 to 3."""
    return round(frame.rotation / 90) % 4


def assumed_matrix(colorspace: int, *, height: int) -> str:
    """The YUV matrix of a file, by FFmpeg's name: as tagged, else BT.709 from 720 lines up and BT.601 below."""
    names = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020"}
    return names.get(colorspace, "bt709" if height >= _HD_LINES else "smpte170m")


def frame_matrix(frame: VideoFrame) -> Colorspace:
    """The YUV matrix of a decoded frame, as `assumed_matrix` has it."""
    known = {
        "bt709": Colorspace.ITU709,
        "fcc": Colorspace.FCC,
        "smpte240m": Colorspace.SMPTE240M,
        "bt2020": Colorspace.BT2020,
    }
    return known.get(assumed_matrix(frame.colorspace, height=frame.height), Colorspace.ITU601)


def foreign_color(frame: VideoFrame) -> str | None:
    """Name of the frame's color space if it is HDR or wide gamut, which is not converted here; None for all others."""
    if frame.color_trc in _HDR_TRANSFERS:
        return _HDR_TRANSFERS[frame.color_trc]
    return "BT.2020" if frame.color_primaries == _BT2020 else None
