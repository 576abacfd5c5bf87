"""Opens local movies and stills and decodes them lazily, with exact times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pickup._av.color import upright_rgb
from pickup._av.faults import ffmpeg_errors
from pickup._av.threads import thread_count
from pickup.errors import MediaError

MOVIE_EXTENSIONS = frozenset(
    ".3gp .avi .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ts .webm".split()  # noqa: SIM905 - read as a list
)
_STILL_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        ".bmp": "bmp_pipe",
        ".dpx": "dpx_pipe",
        ".exr": "exr_pipe",
        ".jpeg": "jpeg_pipe",
        ".jpg": "jpeg_pipe",
        ".png": "png_pipe",
        ".tif": "tiff_pipe",
        ".tiff": "tiff_pipe",
        ".webp": "webp_pipe",
    }
)
"""Named, because FFmpeg's first choice, image2, takes a % in the name for a numbered sequence."""
STILL_EXTENSIONS = frozenset(_STILL_FORMATS)
_MOVIE_FORMATS = "mov,mp4,matroska,webm,mxf,avi,mpegts,mpeg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One decoded frame.

    Attributes:
        seconds: File time at which it is first shown; the file's first frame is at zero.
        is_corrupt: The decoder patched it up.
    """

    frame: VideoFrame
    seconds: Fraction
    is_corrupt: bool


@dataclass(slots=True, kw_only=True)
class VideoFile:
    """An open file; decodes lazily.

    Attributes:
        corrupt_frames: How many corrupt frames were decoded so far.
    """

    path: Path
    container: InputContainer
    stream: VideoStream
    corrupt_frames: int = field(default=0, init=False)

    def pictures(self, *, since: Fraction | None = None) -> Iterator[Picture]:
        """Frames in the order in which they are shown, from the key frame at or before `since` (file time) on.

        Without `since` it reads on: from the beginning in a file just opened.

        Raises:
            MediaError: The data cannot be decoded, or a frame has no time.
        """
        if since is not None:
            with ffmpeg_errors(self.path):
                self.container.seek(self.ticks(since), stream=self.stream, backward=True)
        decoded = self.container.decode(self.stream)
        while True:
            with ffmpeg_errors(self.path):
                frame = next(decoded, None)
            if frame is None:
                return
            if frame.is_corrupt:
                self.corrupt_frames += 1
            yield Picture(frame=frame, seconds=self._seconds(frame), is_corrupt=frame.is_corrupt)

    def time_stamps(self, *, limit: int) -> list[int]:
        """Time stamps of the first `limit` frames in file order, in ticks, without decoding them."""
        with ffmpeg_errors(self.path):
            packets = islice(self.container.demux(self.stream), limit)
            return [packet.pts for packet in packets if packet.pts is not None]

    @property
    def time_base(self) -> Fraction:
        """Seconds of one tick of the stream."""
        return self.stream.time_base or Fraction(1)

    def ticks(self, seconds: Fraction) -> int:
        """File time as the nearest time stamp of the stream."""
        return round(seconds / self.time_base) + (self.stream.start_time or 0)

    def _seconds(self, frame: VideoFrame) -> Fraction:
        pts = frame.pts if frame.pts is not None else frame.dts
        if pts is None:
            raise MediaError(
                f"{self.path.name} has frames without a time", where=str(self.path), next_step="wrap it again as .mov"
            )
        return (pts - (self.stream.start_time or 0)) * self.time_base


@contextmanager
def open_video(path: Path) -> Iterator[VideoFile]:
    """Opens a local movie or still and its first real video stream (not a cover picture).

    Raises:
        MediaError: Not a regular file, not a media extension, other content than the extension says, or no video.
    """
    still_format = _still_format(path)
    # Only local files, and no playlist formats, which would open other files by name.
    options = {"protocol_whitelist": "file", "format_whitelist": still_format or _MOVIE_FORMATS}
    with ffmpeg_errors(path):
        container = av.open(f"file:{path.absolute()}", "r", format=still_format, options=options)
    with container:
        stream = next((s for s in container.streams.video if not _is_cover(s)), None)
        if stream is None:
            raise MediaError(
                f"{path.name} holds no video", where=str(path), next_step="choose a file with a picture track"
            )
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = thread_count()
        try:
            yield VideoFile(path=path, container=container, stream=stream)
        finally:
            # Waits for the decoder's threads. Freeing it waits too, but holds the interpreter's lock, which a thread
            # that is just logging a damaged frame wants: both would hang (PyAV 18.1).
            stream.codec_context.flush_buffers()


def read_frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Every frame upright as (height, width, 3) 8-bit full-range RGB.

    Raises:
        MediaError: As `open_video` and `VideoFile.pictures`.
    """
    with open_video(path) as video:
        for picture in video.pictures():
            yield upright_rgb(picture.frame)


def _still_format(path: Path) -> str | None:
    """FFmpeg's reader for a still; None for a movie, whose kind it finds out."""
    if not path.is_file():
        raise MediaError(f"{path.name} is not a file", where=str(path), next_step="check the path")
    extension = path.suffix.lower()
    if extension in MOVIE_EXTENSIONS or extension in STILL_EXTENSIONS:
        return _STILL_FORMATS.get(extension)
    raise MediaError(
        f"{path.name} does not have the extension of a movie or still",
        where=str(path),
        next_step=f"use one of {' '.join(sorted(MOVIE_EXTENSIONS | STILL_EXTENSIONS))}",
    )


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & stream.disposition.attached_pic)
