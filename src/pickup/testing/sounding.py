"""Clips with sound of which a test knows every sample.

write_sounding_clip(path, clicks([0.5, 1.0], seconds=2), frames=48, rate=FrameRate.parse("24"))
read_sound(path)            (96000, 1), float32: as it is heard with the first picture
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pickup._av import Block, MovieSound
from pickup.timing import FrameRate

CLICK = 24
"""Samples before and after a click's loudest one, at 48 kHz: half a millisecond."""


def clicks(places_s: Sequence[float | Fraction], *, seconds: float | Fraction, sample_rate: int = 48000) -> Block:
    """One channel with a short click at each place, its peak of 0.75 on the nearest sample."""
    sound = np.zeros((round(seconds * sample_rate) + 2 * CLICK, 1), dtype=np.float32)
    shape = 0.75 * np.hanning(2 * CLICK + 1).astype(np.float32)
    for place_s in places_s:
        middle = round(place_s * sample_rate)
        for step, level in enumerate(shape, start=-CLICK):
            if middle + step >= 0:
                sound[middle + step, 0] = level
    return sound[: -2 * CLICK]


def tone(
    *, seconds: float | Fraction, level: float, hertz: float = 1000, channels: int = 1, rate: int = 48000
) -> Block:
    """A sine of a level (1.0 is full scale) in each channel."""
    wave = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, np.newaxis], channels, axis=1).astype(np.float32)


def write_sounding_clip(
    path: Path,
    *sounds: NDArray[np.float32],
    frames: int,
    rate: FrameRate,
    codec: str = "pcm_s16le",
    sample_rate: int = 48000,
    layout: str | None = None,
    starts_s: float | Fraction = 0,
) -> None:
    """Writes a small gray picture with one sound stream for each of `sounds`, of shape (samples, channels).

    Args:
        path: Of the file; its extension names the container.
        sounds: In float32; converted to what the codec takes.
        frames: Of the picture.
        rate: Of the picture.
        codec: FFmpeg's encoder of the sound.
        sample_rate: Of all sounds.
        layout: FFmpeg's name for the channels; by number where none is given.
        starts_s: When the sound begins, after the first picture.
    """
    with av.open(str(path), "w") as container:
        video = container.add_stream("libvpx" if path.suffix == ".webm" else "libx264", rate=rate.fps)
        if not isinstance(video, VideoStream):
            raise TypeError(video)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        tracks = [(_track(container, sound, codec, sample_rate, layout), sound) for sound in sounds]
        first = round(starts_s * sample_rate)
        for number in range(frames):
            picture = VideoFrame.from_ndarray(np.full((64, 64, 3), 128, dtype=np.uint8), format="rgb24")
            picture.pts, picture.time_base = number, 1 / rate.fps
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        for stream, sound in tracks:
            for start in range(0, len(sound), 4800):
                frame = _frame(sound[start : start + 4800], sample_rate, stream.layout.name)
                frame.pts = first + start
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))


def read_sound(path: Path) -> Block:
    """All samples of a movie's first sound stream, at its own rate, from the first picture on."""
    return np.concatenate(list(MovieSound(path).blocks()))


def _track(
    container: av.container.OutputContainer,
    sound: NDArray[np.float32],
    codec: str,
    sample_rate: int,
    layout: str | None,
) -> AudioStream:
    channels = sound.shape[1]
    named = layout or {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}.get(channels, f"{channels} channels")
    stream = container.add_stream(codec, rate=sample_rate, layout=named)
    if not isinstance(stream, AudioStream):
        raise TypeError(stream)
    if codec in ("aac", "libopus", "libmp3lame"):
        stream.bit_rate = 128_000 * channels
    return stream


def _frame(block: NDArray[np.float32], sample_rate: int, layout: str) -> AudioFrame:
    packed = np.ascontiguousarray(block, dtype=np.float32).reshape(1, -1)
    frame = AudioFrame.from_ndarray(packed, format="flt", layout=layout)
    frame.sample_rate, frame.time_base = sample_rate, Fraction(1, sample_rate)
    return frame
