"""Writes video files: exact frame times, BT.709, progressive, timecode and reel, with sound where it is given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pickup._av.color import BT709, CONVERSION, LIMITED_RANGE
from pickup._av.faults import ffmpeg_errors
from pickup._av.sound import AAC, PCM, SAMPLE_RATE, SoundWriter
from pickup._av.threads import thread_count
from pickup.errors import MediaError
from pickup.timing import FrameRate, parse_timecode


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How one of our codec names is made by FFmpeg, and in which containers it may lie.

    Attributes:
        threads: What the encoder's threads share: `FRAME` or `SLICE`. DNxHR by slices takes half the memory and is no
            slower (FFmpeg 8.1: 164 against 311 MB at 1080p).
        decoder: The codec as FFmpeg names it in a finished file, and `profile` likewise.
        tells_field_order: The container says that the file is progressive; for DNxHR only its frames do (FFmpeg 8.1).
        sound: The codec of sound beside it: `PCM` or `AAC`.
    """

    encoder: str
    pixel_format: str
    options: Mapping[str, str]
    extensions: frozenset[str]
    profile: str
    threads: str = "FRAME"
    decoder: str = "prores"
    tells_field_order: bool = True
    sound: str = PCM


def _prores(number: int, *, profile: str) -> Encoding:
    return Encoding(
        encoder="prores_aw",
        pixel_format="yuv422p10le",
        options=MappingProxyType({"profile": str(number), "vendor": "apl0", "field_order": "progressive"}),
        profile=profile,
        extensions=frozenset({".mov"}),
    )


ENCODINGS: Mapping[str, Encoding] = MappingProxyType(
    {
        "h264": Encoding(
            encoder="libx264",
            pixel_format="yuv420p",
            options=MappingProxyType({"preset": "veryfast", "crf": "12", "field_order": "progressive"}),
            extensions=frozenset({".mov", ".mp4"}),
            profile="High",
            decoder="h264",
        ),
        "proxy": Encoding(
            encoder="libx264",
            pixel_format="yuv420p",
            options=MappingProxyType({"preset": "veryfast", "crf": "26", "g": "12", "field_order": "progressive"}),
            extensions=frozenset({".mp4"}),
            profile="High",
            decoder="h264",
            sound=AAC,
        ),
        "dnxhr_hq": Encoding(
            encoder="dnxhd",
            pixel_format="yuv422p",
            options=MappingProxyType({"profile": "dnxhr_hq", "field_order": "progressive"}),
            extensions=frozenset({".mov"}),
            profile="DNXHR HQ",
            threads="SLICE",
            decoder="dnxhd",
            tells_field_order=False,
        ),
        "prores_lt": _prores(1, profile="LT"),
        "prores": _prores(2, profile="Standard"),
        "prores_hq": _prores(3, profile="HQ"),
    }
)
"""The codecs that can be written; `h264` also for what the built-in provider draws, `proxy` for looking at alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a written file must be.

    Attributes:
        codec: A name in `ENCODINGS`.
        timecode: Of the first frame; `;` before the frames means drop frame. None writes no timecode track.
        reel: Reel name, kept on the timecode track of a .mov (an .mp4 cannot hold one).
    """

    rate: FrameRate
    size: tuple[int, int]
    codec: str
    timecode: str | None = None
    reel: str | None = None


def write_frames(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    *,
    rate: FrameRate,
    size: tuple[int, int],
    codec: str,
    timecode: str | None = None,
    reel: str | None = None,
) -> int:
    """Encodes pictures of shape (height, width, 3), 8-bit full-range RGB in display color, and counts them.

    The file is tagged and converted as BT.709 limited range, progressive, with `timecode` on its first frame. It is
    written in place: pass the temporary path of `_files.whole_file`.

    Raises:
        MediaError: Odd size, unknown codec, a picture of another size, no picture at all, or FFmpeg failed.
        TimingError: `timecode` does not exist at `rate`.
        LibraryError: The disk is full or read-only.
    """
    target = Target(rate=rate, size=size, codec=codec, timecode=timecode, reel=reel)
    encoding = _checked(path, target)
    return write_video(path, (_from_rgb(frame, target, encoding, path=path) for frame in frames), target=target)


def write_video(
    path: Path, frames: Iterable[VideoFrame], *, target: Target, sound: Iterable[AudioFrame] | None = None
) -> int:
    """Encodes frames that already have the target's size and pixel format; otherwise as `write_frames`.

    The frames' own times are replaced: the n-th frame is shown at n / rate. `sound` lasts as long as they do, in the
    form of `delivery_frame`, and is asked for as the picture goes on. It is written as `SoundWriter` says, in the codec
    of the encoding.
    """
    encoding = _checked(path, target)
    count = 0
    with ffmpeg_errors(path), _container(path, target, has_sound=sound is not None) as container:
        stream = _stream(container, target, encoding)
        heard = None
        if sound is not None:
            heard = SoundWriter(container, sound, path=path, rate=target.rate, codec=encoding.sound)
        try:
            for frame in frames:
                _stamp(frame, number=count, rate=target.rate)
                container.mux(stream.encode(frame))
                count += 1
                if heard is not None:
                    heard.write_until(count)
            if count:
                container.mux(stream.encode(None))
                if heard is not None:
                    heard.finish(count)
        except BaseException:
            _let_threads_end(stream)
            raise
    if not count:
        raise MediaError(f"there is no frame to write into {path.name}", where=str(path))
    return count


def _let_threads_end(stream: VideoStream) -> None:
    """Drains an encoder that failed.

    Freed while its threads work, it would wait for a thread that waits for Python to log something: a deadlock, seen
    with PyAV 18.1 on a full disk.
    """
    with suppress(av.error.FFmpegError):
        stream.encode(None)


def _checked(path: Path, target: Target) -> Encoding:
    encoding = ENCODINGS.get(target.codec)
    if encoding is None:
        raise MediaError(
            f"{target.codec!r} is not a codec that can be written",
            where=str(path),
            next_step=f"use {', '.join(ENCODINGS)}",
        )
    if path.suffix.lower() not in encoding.extensions:
        raise MediaError(
            f"{target.codec} does not belong into a {path.suffix or 'nameless'} file",
            where=str(path),
            next_step=f"name it {' or '.join(sorted(encoding.extensions))}",
        )
    width, height = target.size
    if width < 1 or height < 1 or width % 2 or height % 2:
        raise MediaError(
            f"{width}x{height} cannot be written: both sides must be even",
            where=str(path),
            next_step="set an even size in pickup.toml",
        )
    if target.timecode is not None:
        # FFmpeg drops a wrong timecode with a log line, and moves a label that drop frame skips (8.1).
        parse_timecode(target.timecode, rate=target.rate)
    return encoding


@contextmanager
def _container(path: Path, target: Target, *, has_sound: bool) -> Iterator[OutputContainer]:
    fps = target.rate.fps
    # The default of 1000 rounds edit lists, and readers then show the last timecode one frame late at NTSC rates.
    timescale = fps.numerator if fps.denominator > 1 else fps.numerator * 1000
    if has_sound:  # else the length of the sound is rounded too, and readers cut it by a sample
        timescale = math.lcm(fps.numerator, SAMPLE_RATE)
    container = av.open(
        f"file:{path.absolute()}",
        "w",
        format=path.suffix.lower().removeprefix("."),
        options={"movie_timescale": str(timescale)},
    )
    try:
        if target.timecode is not None:
            container.metadata["timecode"] = target.timecode
        yield container
    except BaseException:
        with suppress(av.error.FFmpegError):  # the first error is the one to tell
            container.close()
        raise
    container.close()


def _stream(container: OutputContainer, target: Target, encoding: Encoding) -> VideoStream:
    stream = container.add_stream(encoding.encoder, rate=target.rate.fps, options=dict(encoding.options))
    if not isinstance(stream, VideoStream):
        raise MediaError(f"{encoding.encoder} is no video encoder")
    stream.width, stream.height = target.size
    stream.pix_fmt = encoding.pixel_format
    context = stream.codec_context
    context.sample_aspect_ratio = Fraction(1)
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = LIMITED_RANGE
    context.thread_count = thread_count()
    context.thread_type = encoding.threads
    if target.reel:
        stream.metadata["reel_name"] = target.reel
    return stream


def _stamp(frame: VideoFrame, *, number: int, rate: FrameRate) -> None:
    frame.pts = number
    frame.time_base = 1 / rate.fps
    frame.pict_type = PictureType.NONE  # else the encoder repeats the original's pattern of key frames
    # The ProRes frame header takes its color from the frame, not from the encoder (FFmpeg 8.1).
    frame.color_primaries = frame.color_trc = frame.colorspace = BT709
    frame.color_range = LIMITED_RANGE


def _from_rgb(picture: NDArray[np.uint8], target: Target, encoding: Encoding, *, path: Path) -> VideoFrame:
    width, height = target.size
    if picture.shape != (height, width, 3) or picture.dtype != np.uint8:
        raise MediaError(
            f"a picture of {picture.shape} {picture.dtype} does not fit {width}x{height} 8-bit RGB", where=str(path)
        )
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    return frame.reformat(
        format=encoding.pixel_format,
        dst_colorspace=Colorspace.ITU709,  # swscale's default is BT.601
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=CONVERSION,
    )
