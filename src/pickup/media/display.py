"""A decoded frame as a picture for a screen: upright, progressive, in display color over black, 8-bit RGB.

What cannot be shown honestly is refused with the reason: HDR, wide gamut, log. Linear light (EXR, some DPX) gets the
curve of sRGB, and what is brighter than white is cut off; nothing is tone-mapped. Print resolution in a JPEG, PNG or
TIFF says nothing of its pixels, and the ICC profile of a still is followed; EXR, DPX and movies state their shape.

    image = display_image(picture.frame, video=video)
    fitted(image, size=(1920, 1080))
"""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from numpy.typing import NDArray
from PIL import Image

from pickup._av import (
    CONVERSION,
    STILL_EXTENSIONS,
    VideoFile,
    assumed_matrix,
    ffmpeg_errors,
    foreign_color,
    frame_matrix,
    quarter_turns,
    upright_rgb,
)
from pickup.errors import MediaError
from pickup.media.profiles import in_srgb, profile_of
from pickup.media.tables import table_nodes

_LINEAR = 8
"""Code of a linear transfer in ITU-T H.273, and those of logarithmic ones."""
_LOGARITHMIC = frozenset({9, 10})
_STATE_THEIR_PIXELS = frozenset({".dpx", ".exr"})
_MAY_HAVE_PROFILES = STILL_EXTENSIONS - _STATE_THEIR_PIXELS
_SRGB_LINEAR_BELOW = 0.0031308
_WHITE = 255
_HALF = 0.5

_DPX_TRANSFER_AT = 801
"""Byte of the header (SMPTE ST 268-1): 1 printing density, 2 linear, 3 logarithmic; all others are for a screen."""
_DPX_LINEAR = 2
_DPX_LOG = frozenset({1, 3})
_EXR_HEADER_BYTES = 1 << 16
_EXR_FIRST_ATTRIBUTE = 8
_BT709_CHROMATICITIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
_SAME_CHROMATICITY = 0.005


def display_image(frame: VideoFrame, *, video: VideoFile, what: str, to_display: Path | None = None) -> Image.Image:
    """The frame upright and in display color; its pixels may still be other than square.

    Args:
        frame: As it was decoded.
        video: The file that it is from.
        what: The frame in words, for messages.
        to_display: A .cube file that leads a movie from the color space of the cut's media to display color.

    Raises:
        MediaError: It is HDR, wide gamut or log, and nobody said how it is seen.
    """
    path = video.path
    cube = None if path.suffix.lower() in STILL_EXTENSIONS else to_display
    if cube is None:
        _refuse_foreign(frame, path=path, what=what)
    if frame.interlaced_frame:
        frame = _first_field(frame, video=video)
    if cube is not None:
        return Image.fromarray(_turned(_through(frame, cube, video=video), frame))
    if frame.color_trc == _LINEAR or _is_linear_dpx(path):
        return Image.fromarray(_turned(_encoded(_linear_rgb(frame)), frame))
    transparent = _may_be_transparent(frame)
    shown = Image.fromarray(_turned(_over_black(frame), frame) if transparent else upright_rgb(frame))
    return in_srgb(shown, profile=profile_of(path)) if path.suffix.lower() in _MAY_HAVE_PROFILES else shown


def _refuse_foreign(frame: VideoFrame, *, path: Path, what: str) -> None:
    """Raises where it cannot be shown without a table: HDR, wide gamut, log."""
    color = foreign_color(frame) or _foreign_still(path)
    if frame.color_trc in _LOGARITHMIC:
        color = color or "logarithmic"
    if color is not None:
        raise MediaError(
            f"{what} is in {color} color, which is not converted", where=str(path), next_step="export it in BT.709"
        )


def _through(frame: VideoFrame, cube: Path, *, video: VideoFile) -> NDArray[np.uint8]:
    """The frame through a table as 8-bit RGB, whatever its tags say, since log is tagged as anything."""
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=video.time_base
    )  # of the frame, which need not be as the file declares it
    to_rgb = graph.add("scale", f"in_color_matrix={assumed_matrix(frame.colorspace, height=frame.height)}")
    nodes = [source, to_rgb, *table_nodes(graph, cube), graph.add("format", "rgb24")]
    with ffmpeg_errors(video.path):
        graph.link_nodes(*nodes, graph.add("buffersink")).configure()
        graph.vpush(frame)
        return np.asarray(graph.vpull().to_ndarray(), dtype=np.uint8)


def pixel_aspect(frame: VideoFrame, *, video: VideoFile) -> Fraction:
    """Width of a pixel by its height in the upright picture."""
    extension = video.path.suffix.lower()
    if extension in STILL_EXTENSIONS and extension not in _STATE_THEIR_PIXELS:
        return Fraction(1)
    stated = video.stream.sample_aspect_ratio or Fraction(1)
    return 1 / stated if quarter_turns(frame) % 2 else stated


def fitted(image: Image.Image, *, aspect: Fraction, size: tuple[int, int] | None) -> Image.Image:
    """The picture in square pixels, filling `size`: what stands over is cropped, evenly on both sides.

    Args:
        image: Upright.
        aspect: Width of its pixels by their height.
        size: Width and height; None for its own, the width alone being made longer or shorter.
    """
    shown = image.width * aspect, image.height
    width, height = size if size is not None else (max(1, round(shown[0])), image.height)
    if (width, height) == image.size and aspect == 1:
        return image
    factor = max(width / shown[0], Fraction(height, shown[1]))
    used = min(float(width / factor / aspect), image.width), min(float(height / factor), image.height)
    left, top = (image.width - used[0]) / 2, (image.height - used[1]) / 2
    box = (left, top, left + used[0], top + used[1])
    return image.resize((width, height), resample=Image.Resampling.LANCZOS, box=box)


def _turned(pixels: NDArray[np.uint8], frame: VideoFrame) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.rot90(pixels, quarter_turns(frame)))


def _may_be_transparent(frame: VideoFrame) -> bool:
    return frame.format.name == "pal8" or any(component.is_alpha for component in frame.format.components)


def _over_black(frame: VideoFrame) -> NDArray[np.uint8]:
    """A picture with straight alpha, as editing programs take it, over black."""
    converted = frame.reformat(
        format="rgba", src_colorspace=frame_matrix(frame), dst_color_range=ColorRange.JPEG, interpolation=CONVERSION
    )
    pixels = np.asarray(converted.to_ndarray(), dtype=np.uint16)
    over = (pixels[..., :3] * pixels[..., 3:] + _WHITE // 2) // _WHITE
    return over.astype(np.uint8)


def _linear_rgb(frame: VideoFrame) -> NDArray[np.float32]:
    """Linear light from 0; an EXR's color is multiplied with its alpha already, which is what it is over black."""
    converted = frame.reformat(format="gbrpf32le", src_colorspace=frame_matrix(frame), interpolation=CONVERSION)
    return np.asarray(converted.to_ndarray(), dtype=np.float32)


def _encoded(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear light with the curve of sRGB (IEC 61966-2-1)."""
    light = np.clip(np.nan_to_num(linear, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    curved = np.where(light <= _SRGB_LINEAR_BELOW, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    return (curved * _WHITE + _HALF).astype(np.uint8)


def _first_field(frame: VideoFrame, *, video: VideoFile) -> VideoFrame:
    """The field that is shown first, its missing lines made from those around them."""
    graph = Graph()
    source = graph.add(
        "buffer",
        video_size=f"{frame.width}x{frame.height}",
        pix_fmt=frame.format.name,
        time_base=str(video.time_base),
        pixel_aspect="1/1",
        colorspace=str(frame.colorspace),
        range=str(frame.color_range),
    )
    graph.link_nodes(source, graph.add("estdif", "mode=frame:deint=interlaced"), graph.add("buffersink"))
    graph.configure()
    with ffmpeg_errors(video.path):
        graph.vpush(frame)
        graph.vpush(None)
        return graph.vpull()


def _is_linear_dpx(path: Path) -> bool:
    return path.suffix.lower() == ".dpx" and _dpx_transfer(path) == _DPX_LINEAR


def _foreign_still(path: Path) -> str | None:
    """What the header of a film scan or a rendered picture says of its color, where FFmpeg does not."""
    extension = path.suffix.lower()
    if extension == ".dpx" and _dpx_transfer(path) in _DPX_LOG:
        return "logarithmic"
    if extension == ".exr":
        found = _exr_chromaticities(path)
        if found is not None and any(
            abs(mine - theirs) > _SAME_CHROMATICITY for mine, theirs in zip(found, _BT709_CHROMATICITIES, strict=True)
        ):
            return "wide gamut"
    return None


def _dpx_transfer(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(_DPX_TRANSFER_AT)
        return int.from_bytes(file.read(1), "big")


def _exr_chromaticities(path: Path) -> tuple[float, ...] | None:
    """Primaries and white as the header of an EXR has them: eight numbers; None where it does not say."""
    with path.open("rb") as file:
        header = file.read(_EXR_HEADER_BYTES)
    place = _EXR_FIRST_ATTRIBUTE
    while place < len(header) and header[place]:
        name, _, rest = header[place:].partition(b"\0")
        kind, _, _ = rest.partition(b"\0")
        place += len(name) + len(kind) + 2
        if place + 4 > len(header):
            return None
        (size,) = struct.unpack_from("<I", header, place)
        place += 4
        if name == b"chromaticities" and size == struct.calcsize("<8f") and place + size <= len(header):
            return struct.unpack_from("<8f", header, place)
        place += size
    return None
