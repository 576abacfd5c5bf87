"""Makes pictures fit the take: upright, square pixels, its size, BT.709 limited range in the encoder's pixel format.

One filter graph at the encoder's bit depth. What it changes is added to `policies`; nothing is guessed in silence.

    fitter = Fitter(clip, delivery, pixel_format="yuv422p10le", policies=policies)
    frame = fitter.fit(picture.frame)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame

from pickup._av import (
    BT709,
    FULL_RANGE,
    UNSPECIFIED,
    assumed_matrix,
    ffmpeg_errors,
    foreign_color,
    matrix_told,
    quarter_turns,
    thread_count,
)
from pickup.errors import MediaError
from pickup.media.footage import ClipShape
from pickup.media.tables import table_nodes
from pickup.ports import Delivery
from pickup.timing import half_up

_TURNS = ("null", "transpose=cclock", "hflip,vflip", "transpose=clock")
_TO_BT709 = "out_color_matrix=bt709:out_range=tv"
_GRADE = "table"
_MATRIX_CODES = {"bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "bt2020": 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What the graph depends on; it may not change within a file."""

    size: tuple[int, int]
    pixel_format: str
    turns: int
    matrix: int
    color_range: int


class Fitter:
    """Fits the pictures of one file, all of one shape.

    Args:
        clip: The file.
        delivery: The take.
        pixel_format: Of the encoder.
        policies: What was done is added here.
        cube: A .cube file on display RGB, which is applied to every picture.
    """

    def __init__(
        self, clip: ClipShape, delivery: Delivery, *, pixel_format: str, policies: set[str], cube: Path | None = None
    ) -> None:
        self._clip = clip
        self._cube = cube
        self._delivery = delivery
        self._pixel_format = pixel_format
        self._policies = policies
        self._shape: _Shape | None = None
        self._graph = Graph()

    def fit(self, frame: VideoFrame) -> VideoFrame:
        """One picture in the take's size and pixel format.

        Raises:
            MediaError: The file is HDR or wide gamut, or its picture format changes.
        """
        shape = _shape_of(frame)
        if self._shape is None:
            self._refuse(frame)
            with ffmpeg_errors(self._clip.path):
                self._graph = self._built(frame, shape)
            self._shape = shape
        if shape != self._shape:
            raise self._error("changes its picture format half way", "generate it again")
        with ffmpeg_errors(self._clip.path), matrix_told(frame, self._matrix(frame)):
            self._graph.vpush(frame)
            return self._graph.vpull()

    def _built(self, frame: VideoFrame, shape: _Shape) -> Graph:
        graph = Graph()
        graph.threads = thread_count()
        width, height = shape.size
        source = graph.add(
            "buffer",
            video_size=f"{width}x{height}",
            pix_fmt=shape.pixel_format,
            time_base=str(self._clip.time_base),
            pixel_aspect="1/1",
            colorspace=str(self._matrix(frame)),
            range=str(shape.color_range),
        )
        steps = [*self._turned(shape), *self._sized(shape), *self._tagged(frame, shape)]
        nodes = [node for step in steps for node in self._nodes(graph, step)]
        graph.link_nodes(source, *nodes, graph.add("buffersink"))
        graph.configure()
        return graph

    def _nodes(self, graph: Graph, step: str) -> tuple[FilterContext, ...]:
        if step == _GRADE and self._cube is not None:
            return table_nodes(graph, self._cube)
        name, _, arguments = step.partition("=")
        return (graph.add(name, arguments or None),)

    def _turned(self, shape: _Shape) -> list[str]:
        if shape.turns:
            self._policies.add("rotate")
        return _TURNS[shape.turns].split(",")

    def _sized(self, shape: _Shape) -> list[str]:
        """Scales to the take's size; what stands over is cropped, what is missing is padded with black."""
        pixel_aspect = self._clip.pixel_aspect
        if pixel_aspect != 1:
            self._policies.add("square_pixels")
        shown: tuple[Fraction | int, Fraction | int] = (shape.size[0] * pixel_aspect, shape.size[1])
        if shape.turns % 2:
            shown = (shown[1], shown[0])
        target = self._delivery.size
        width, height = scaled_size(shown, target=target, fit=self._delivery.fit)
        if (width, height) != shown:
            self._policies.add("scale")
        if width > shown[0]:
            self._policies.add(f"upscale {float(width / shown[0]):.3g}")
        scaling = f"scale={width}:{height}:flags=lanczos+accurate_rnd+full_chroma_int"
        steps = [f"{scaling}:{_TO_BT709}", f"format={self._pixel_format}"]
        if self._cube is not None:
            steps = [scaling, _GRADE, f"scale=flags=accurate_rnd+full_chroma_int:{_TO_BT709}", steps[1]]
        if width > target[0] or height > target[1]:
            self._policies.add("crop")
            width, height = min(width, target[0]), min(height, target[1])
            steps.append(f"crop={width}:{height}")
        if (width, height) != target:
            self._policies.add("pad")
            steps.append(f"pad={target[0]}:{target[1]}:(ow-iw)/2:(oh-ih)/2:color=black")
        return [*steps, "setsar=1"]

    def _tagged(self, frame: VideoFrame, shape: _Shape) -> list[str]:
        if any(component.is_alpha for component in frame.format.components):
            self._policies.add("alpha")
        if not frame.format.is_rgb:
            if shape.matrix == UNSPECIFIED:
                self._policies.add("matrix_assumed")
            if self._matrix(frame) != BT709:
                self._policies.add("matrix")
            if shape.color_range == FULL_RANGE:
                self._policies.add("range")
        return ["setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709:field_mode=prog"]

    def _matrix(self, frame: VideoFrame) -> int:
        """Code of the YUV matrix, as tagged or as assumed; RGB has none."""
        if frame.format.is_rgb:
            return 0
        return _MATRIX_CODES[assumed_matrix(frame.colorspace, height=frame.height)]

    def _refuse(self, frame: VideoFrame) -> None:
        color = foreign_color(frame)
        if color is not None:
            raise self._error(f"is in {color} color, which is not converted", "generate or export it in BT.709")

    def _error(self, what: str, next_step: str) -> MediaError:
        path = self._clip.path
        return MediaError(f"{path.name} {what}", where=str(path), next_step=next_step)


def scaled_size(shown: tuple[Fraction | int, Fraction | int], *, target: tuple[int, int], fit: str) -> tuple[int, int]:
    """Even size that a picture of `shown` square pixels is scaled to before it is cropped or padded to `target`.

    With `fill` it covers the target, with `fit` it lies inside, with `crop` it is as large as it is.

    Raises:
        MediaError: `fit` is neither.
    """
    if fit not in {"fill", "fit", "crop"}:
        raise MediaError(f"{fit!r} is no way to fit a picture", next_step='set fit to "fill", "fit" or "crop"')
    width, height = Fraction(shown[0]), Fraction(shown[1])
    factors = (target[0] / width, target[1] / height)
    factor = {"fill": max(factors), "fit": min(factors), "crop": Fraction(1)}[fit]
    halves = (width * factor / 2, height * factor / 2)
    sides = [2 * (math.ceil(half) if fit == "fill" else max(1, half_up(half))) for half in halves]
    return sides[0], sides[1]


def _shape_of(frame: VideoFrame) -> _Shape:
    return _Shape(
        size=(frame.width, frame.height),
        pixel_format=frame.format.name,
        turns=quarter_turns(frame),
        matrix=frame.colorspace,
        color_range=frame.color_range,
    )
