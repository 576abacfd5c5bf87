"""The planes of a decoded YUV frame as numpy arrays, and back: PyAV itself converts few of the formats that are edited.

luma, *chroma = planes_of(frame)           views of (height, width), uint8, or uint16 for more than 8 bits
mixed = frame_of(planes, like=frame)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pickup.errors import MediaError

Plane = NDArray[np.uint8] | NDArray[np.uint16]

_BITS_IN_A_BYTE = 8


def depth_of(frame: VideoFrame) -> int:
    """Bits of a sample."""
    return frame.format.components[0].bits


def planes_of(frame: VideoFrame) -> list[Plane]:
    """The planes without the padding of their lines; they are views and live as long as the frame does.

    Raises:
        MediaError: The format packs its samples or is not little-endian; those that are encoded are planar.
    """
    planes: list[Plane] = []
    is_deep = depth_of(frame) > _BITS_IN_A_BYTE
    if not frame.format.is_planar or frame.format.name.endswith("be"):
        raise MediaError(f"frames of {frame.format.name} cannot be mixed")
    for plane in frame.planes:
        octets: NDArray[np.uint8] = np.frombuffer(memoryview(plane), dtype=np.uint8)
        lines = octets.reshape(plane.height, plane.line_size)
        planes.append(lines.view(np.uint16)[:, : plane.width] if is_deep else lines[:, : plane.width])
    return planes


def frame_of(planes: Sequence[Plane], *, like: VideoFrame) -> VideoFrame:
    """A new frame of the size, format and color of `like`; its time is for the encoder to set."""
    frame = VideoFrame(like.width, like.height, like.format.name)
    for target, plane in zip(frame.planes, planes, strict=True):
        octets = np.frombuffer(memoryview(target), dtype=np.uint8)
        lines = octets.view(plane.dtype).reshape(target.height, target.line_size // plane.itemsize)
        lines[:, : target.width] = plane
        lines[:, target.width :] = 0
    frame.colorspace, frame.color_range = like.colorspace, like.color_range
    frame.color_primaries, frame.color_trc = like.color_primaries, like.color_trc
    return frame
