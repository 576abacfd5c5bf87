"""The small copies of a decoded frame that the checks share, made once for each frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pickup._av import assumed_matrix, matrix_told
from pickup.media.color.cube import read_cube, through_cube
from pickup.media.qc.pictures import LONG_SIDE, Floats, Rgb, fitted_size, grid_of, lab_of, luma_of, shrunk

_MATRIX_CODES: Mapping[str, int] = MappingProxyType(
    {"bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "bt2020": 9}
)
_BYTE = 8
_TICK = Fraction(1, 1000)
_WHITE = 255


@dataclass(frozen=True, kw_only=True)
class Glance:
    """One frame, small.

    Attributes:
        number: In the take, from 0.
        picture: 320 pixels long, in display color.
    """

    number: int
    picture: Rgb

    @cached_property
    def luma(self) -> NDArray[np.uint8]:
        """Brightness of `picture`, 0 to 255."""
        return luma_of(self.picture)

    @cached_property
    def grid(self) -> Rgb:
        """`picture` at half its size, nearly free of grain."""
        return shrunk(self.picture, size=grid_of(self.picture.shape[1], self.picture.shape[0]))

    @cached_property
    def drawing(self) -> Floats:
        """Brightness of `grid`, 0 to 255."""
        return luma_of(self.grid).astype(np.float32)

    @cached_property
    def lab(self) -> Floats:
        """`grid` in CIE Lab."""
        return lab_of(self.grid)


class Reducer:
    """Scales decoded frames down in a filter graph of FFmpeg, averaging, at their own bit depth.

    Args:
        to_display: A .cube file that the small copies go through; None for frames in display color.
    """

    def __init__(self, *, to_display: Path | None = None) -> None:
        self._to_display = None if to_display is None else read_cube(to_display)
        self._shape: tuple[object, ...] = ()
        self._graph = Graph()

    def glance(self, frame: VideoFrame, *, number: int) -> Glance:
        """A small copy of a frame in display color."""
        matrix = 0 if frame.format.is_rgb else _MATRIX_CODES[assumed_matrix(frame.colorspace, height=frame.height)]
        shape = (frame.width, frame.height, frame.format.name, matrix, int(frame.color_range))
        if shape != self._shape:
            self._graph, self._shape = _graph(*shape), shape
        with matrix_told(frame, matrix):
            self._graph.vpush(frame)
        return Glance(number=number, picture=self._displayed(np.asarray(self._graph.vpull().to_ndarray(), np.uint8)))

    def _displayed(self, picture: Rgb) -> Rgb:
        if self._to_display is None:
            return picture
        colors = through_cube(self._to_display, picture.reshape(-1, 3) / _WHITE)
        return np.rint(colors * _WHITE).astype(np.uint8).reshape(picture.shape)


def _graph(width: int, height: int, pixel_format: str, matrix: int, color_range: int) -> Graph:
    small = fitted_size(width, height, longest=LONG_SIDE)
    graph = Graph()
    graph.threads = 1  # the scaling of so small a copy is over before a second thread has begun
    source = graph.add(
        "buffer",
        video_size=f"{width}x{height}",
        pix_fmt=pixel_format,
        time_base=str(_TICK),
        pixel_aspect="1/1",
        colorspace=str(matrix),
        range=str(color_range),
    )
    scale = graph.add("scale", f"{small[0]}:{small[1]}:flags=area+accurate_rnd+full_chroma_int")
    # planar, because swscale's packed RGB is up to 3 levels off (FFmpeg 8.1.2)
    graph.link_nodes(source, scale, graph.add("format", "gbrp"), graph.add("buffersink"))
    graph.configure()
    return graph


def full_luma(frame: VideoFrame, *, longest: int) -> NDArray[np.uint8]:
    """Brightness of a frame at its own size, or `longest` pixels long if that is less; 8 bits, of the frame's range."""
    if not frame.format.name.startswith(("yuv", "gray")):
        frame = frame.reformat(format="gray")
    plane, bits = frame.planes[0], frame.format.components[0].bits
    sample = np.dtype(np.uint8 if bits <= _BYTE else np.uint16)
    rows = np.frombuffer(memoryview(plane), dtype=sample).reshape(plane.height, plane.line_size // sample.itemsize)
    picture = np.asarray(rows[:, : plane.width] >> (bits - _BYTE), dtype=np.uint8)
    size = fitted_size(plane.width, plane.height, longest=longest)
    return picture if max(picture.shape) <= longest else shrunk(picture, size=size)
