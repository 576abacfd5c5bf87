"""Footage as a service delivers it, made: 720p H.264 of a textured, grainy scene under a moving camera, with sound.

The scene is warmer than the cut, so that a color match has something to do.
"""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]

SIZE = (1280, 720)
RATE = 24
_STEP_PX = 4
_GRAIN = 3.0
_DETAIL = ((8, 50), (40, 35), (160, 20), (480, 8))
"""Layers of the scene: how many blots lie side by side, and how strong they are in 8-bit levels."""
_COLORED = 0.4
_SAMPLE_RATE = 48_000
_BLOCK = 1_024


def write_footage(path: Path, *, frames: int) -> None:
    """Writes frames of the scene and a stereo sound of the same length."""
    scene = _scene(frames)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=RATE, options={"preset": "medium", "crf": "17"})
        audio = container.add_stream("aac", rate=_SAMPLE_RATE, layout="stereo")
        if not (isinstance(video, VideoStream) and isinstance(audio, AudioStream)):
            raise TypeError((video, audio))
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        context = video.codec_context
        context.color_primaries = context.color_trc = context.colorspace = context.color_range = 1
        for number in range(frames):
            container.mux(video.encode(_encodable(_warm(_view(scene, number)), number=number)))
        container.mux(video.encode(None))
        for start in range(0, frames * _SAMPLE_RATE // RATE, _BLOCK):
            container.mux(audio.encode(_sound(start)))
        container.mux(audio.encode(None))


def frame_before(size: tuple[int, int]) -> bytes:
    """What the cut shows before the footage: the scene a step earlier and in its own color, as a PNG."""
    picture = cv2.resize(_view(_scene(1), 0), size, interpolation=cv2.INTER_LANCZOS4)
    content = io.BytesIO()
    Image.fromarray(np.asarray(picture, np.uint8)).save(content, format="PNG", compress_level=1)
    return content.getvalue()


def _scene(frames: int) -> NDArray[np.float32]:
    """The whole that the camera moves over; its left end is the same for any number of frames."""
    random = np.random.default_rng(1)
    width, height = SIZE
    scene = np.full((height, width + 4096, 3), 110, np.float32)
    for blots, strength in _DETAIL:
        shape = (blots * height // width + 2, blots * scene.shape[1] // width)
        coarse = random.normal(0, strength, (*shape, 1)) + random.normal(0, strength * _COLORED, (*shape, 3))
        scene += cv2.resize(coarse.astype(np.float32), scene.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    if width + frames * _STEP_PX > scene.shape[1]:
        raise ValueError(frames)
    return scene


def _view(scene: NDArray[np.float32], number: int) -> Rgb:
    width, height = SIZE
    grain = np.random.default_rng(number).normal(0, _GRAIN, (height, width, 1))
    return np.clip(scene[:, number * _STEP_PX :][:, :width] + grain, 0, 255).astype(np.uint8)


def _warm(picture: Rgb) -> Rgb:
    return np.clip(picture * np.array((1.1, 1.0, 0.85)) + (6, 0, -4), 0, 255).astype(np.uint8)


def _encodable(picture: Rgb, *, number: int) -> VideoFrame:
    frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def _sound(start: int) -> AudioFrame:
    """A chord with a little noise, so that the encoder has work and the meter something to measure."""
    times = np.arange(start, start + _BLOCK) / _SAMPLE_RATE
    wave = sum(0.05 * np.sin(2 * np.pi * hertz * times) for hertz in (220, 277, 330))
    noise = np.random.default_rng(start).normal(0, 0.01, (2, _BLOCK))
    frame = AudioFrame.from_ndarray((noise + wave).astype(np.float32), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = _SAMPLE_RATE, start, Fraction(1, _SAMPLE_RATE)
    return frame


if __name__ == "__main__":
    import sys

    write_footage(Path(sys.argv[1]), frames=int(sys.argv[2]))
