"""A small film of a take, for looking at takes where nobody needs their full quality. It is never linked in a timeline.

write_proxy(path, frames, rate=delivery.rate, size=delivery.size)
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from av.video.frame import VideoFrame

from pickup._av import ENCODINGS, Target, write_video
from pickup.timing import FrameRate

_LONGEST_SIDE = 960
"""Pixels; as many as a browser shows in half a window."""


def proxy_target(*, rate: FrameRate, size: tuple[int, int]) -> Target:
    """What the small film of a take of this size is."""
    scale = min(1.0, _LONGEST_SIDE / max(size))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in size)
    return Target(rate=rate, size=(width, height), codec="proxy")


def write_proxy(path: Path, frames: Iterable[VideoFrame], *, rate: FrameRate, size: tuple[int, int]) -> None:
    """Writes the frames of a take small, without sound and timecode; `path` ends in .mp4.

    Raises:
        MediaError: FFmpeg failed.
        LibraryError: The disk is full or read-only.
    """
    target = proxy_target(rate=rate, size=size)
    width, height = target.size
    pixel_format = ENCODINGS[target.codec].pixel_format
    small = (frame.reformat(width=width, height=height, format=pixel_format) for frame in frames)
    write_video(path, small, target=target)
