"""One exact frame of a movie or still as a PNG: the pictures that a new shot must follow and lead to.

The frame is the one that an editor sees at a source time: found through B-frames and long groups of pictures, upright,
in display color. It never takes a neighbour instead of the frame that was asked for.

    png = frame_at(Path("A001.mov"), source_seconds=Fraction(86447, 24), media_start=Fraction(3600), size=(1920, 1080))
    png = last_frame(Path("original.mp4"))
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from PIL import Image

from pickup._av import STILL_EXTENSIONS, Picture, VideoFile, open_video
from pickup._child import ChildDied, Limits, Report, call, call_async
from pickup.errors import MediaError, TimingError
from pickup.holes import MediaFrame
from pickup.media.display import display_image, fitted, pixel_aspect
from pickup.media.probe import declared_seconds, frame_rate, metadata
from pickup.timing import FrameRate, parse_timecode, shown_frame

_LIMITS = Limits(seconds=120.0, memory_mb=8192)
_FUNCTION = "pickup.media.frames:grab"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRequest:
    """Which frame of which file.

    Attributes:
        file_seconds: Time since the file's first frame; None asks for the very last frame.
        size: Width and height to fill, cropping what stands over; None keeps the file's own.
        backwards: The file plays backwards: the frame that ends at that time, not the one that begins there.
        may_be_timecode: `file_seconds` may lie in the timecode that the file carries, and counts from there then.
        to_display: A .cube file that leads from the movie's color space to display color; empty where it is in that.
    """

    path: str
    file_seconds: Fraction | None
    size: tuple[int, int] | None = None
    backwards: bool = False
    may_be_timecode: bool = False
    to_display: str = ""


def frame_at(
    path: Path, *, source_seconds: Fraction, media_start: Fraction = Fraction(0), size: tuple[int, int] | None = None
) -> bytes:
    """The frame shown at `source_seconds`, as an 8-bit RGB PNG; read in a child process.

    Args:
        path: A local movie, or a still, which shows one picture at any time.
        source_seconds: Source time, on the media's own origin.
        media_start: Source time of the file's first frame: the start of the timeline's `available_range`.
        size: Width and height to fill, cropping what stands over; None keeps the file's own.

    Raises:
        MediaError: Not a usable file, no frame at that time, or it is damaged, HDR or wide gamut.
    """
    return _grabbed(FrameRequest(path=str(path), file_seconds=source_seconds - media_start, size=size))


async def frame_at_async(
    path: Path, *, source_seconds: Fraction, media_start: Fraction = Fraction(0), size: tuple[int, int] | None = None
) -> bytes:
    """As `frame_at`, without blocking the event loop; cancelling ends the child."""
    return await _grabbed_async(FrameRequest(path=str(path), file_seconds=source_seconds - media_start, size=size))


def seen_frame(frame: MediaFrame, *, size: tuple[int, int]) -> bytes:
    """A neighbour's frame as the cut shows it, as `frame_at` gives one.

    Raises:
        MediaError: As `frame_at`.
    """
    return _black(size) if frame.is_black else _grabbed(_request(frame, size=size))


async def seen_frame_async(frame: MediaFrame, *, size: tuple[int, int], to_display: Path | None = None) -> bytes:
    """As `seen_frame`, without blocking the event loop; cancelling ends the child.

    Args:
        frame: Which frame of which file.
        size: Width and height to fill.
        to_display: A .cube file for movies that are not in display color.
    """
    if frame.is_black:
        return _black(size)
    request = _request(frame, size=size)
    return await _grabbed_async(replace(request, to_display=str(to_display) if to_display else ""))


def _request(frame: MediaFrame, *, size: tuple[int, int]) -> FrameRequest:
    return FrameRequest(
        path=frame.path,
        file_seconds=frame.seconds - (frame.media_start or 0),
        size=size,
        backwards=frame.backwards,
        may_be_timecode=frame.media_start is None,
    )


def last_frame(path: Path, *, size: tuple[int, int] | None = None) -> bytes:
    """The last frame that decoding the whole movie gives, as `frame_at` gives one; conforming ends on the same.

    What the file declares of its length is not asked, and every frame is decoded: a seek to the last key frame is only
    as good as the file's index and its marks of key frames, of which neither can be proved without that.

    Raises:
        MediaError: Not a usable file, no frame at all, or the last one is damaged, HDR or wide gamut.
    """
    return _grabbed(FrameRequest(path=str(path), file_seconds=None, size=size))


async def last_frame_async(path: Path, *, size: tuple[int, int] | None = None) -> bytes:
    """As `last_frame`, without blocking the event loop; cancelling ends the child."""
    return await _grabbed_async(FrameRequest(path=str(path), file_seconds=None, size=size))


def _grabbed(request: FrameRequest) -> bytes:
    try:
        return _png(call(_FUNCTION, request, limits=_LIMITS), path=Path(request.path))
    except ChildDied as died:
        raise _died(died, path=Path(request.path)) from died


async def _grabbed_async(request: FrameRequest) -> bytes:
    try:
        return _png(await call_async(_FUNCTION, request, limits=_LIMITS), path=Path(request.path))
    except ChildDied as died:
        raise _died(died, path=Path(request.path)) from died


def grab(request: FrameRequest, _report: Report) -> bytes:
    """The child's side of `frame_at` and `last_frame`."""
    path = Path(request.path)
    with open_video(path) as video:
        if request.file_seconds is None:
            picture, what = _last_picture(video), f"the last frame of {path.name}"
        else:
            picture = _picture_at(video, request.file_seconds, request=request)
            what = f"the frame at {_shown(request.file_seconds)} of {path.name}"
        if picture.is_corrupt:
            raise MediaError(f"{what} is damaged", where=str(path), next_step="export the file again")
        cube = Path(request.to_display) if request.to_display else None
        image = display_image(picture.frame, video=video, what=what, to_display=cube)
        image = fitted(image, aspect=pixel_aspect(picture.frame, video=video), size=request.size)
    return _as_png(image)


def _black(size: tuple[int, int]) -> bytes:
    return _as_png(Image.new("RGB", size))


def _as_png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, format="PNG", compress_level=1)
    return content.getvalue()


def _last_picture(video: VideoFile) -> Picture:
    last: Picture | None = None
    for picture in video.pictures():
        last = picture
    if last is None:
        raise MediaError(
            f"{video.path.name} holds no picture", where=str(video.path), next_step="fetch or export the file again"
        )
    return last


def _picture_at(video: VideoFile, file_seconds: Fraction, *, request: FrameRequest) -> Picture:
    is_still = video.path.suffix.lower() in STILL_EXTENSIONS
    found = next(video.pictures(), None) if is_still else _movie_picture(video, file_seconds, request=request)
    if found is None:
        raise MediaError(
            f"{video.path.name} has no frame at {_shown(file_seconds)}",
            where=str(video.path),
            next_step="relink the clip to the whole file, or export the file again",
        )
    return found


def _movie_picture(video: VideoFile, file_seconds: Fraction, *, request: FrameRequest) -> Picture | None:
    """The frame shown at a time, or None where the file has none.

    Where a rate is kept the frame's number decides, because containers round its time (Matroska to milliseconds):
    the frame whose time is within half a frame of number / rate. Otherwise it is the last one whose time has come, or
    backwards the last one whose time came before.
    """
    declared = declared_seconds(video)
    rate, _is_vfr = frame_rate(video.path)
    if request.may_be_timecode and rate is not None:
        file_seconds -= _embedded_start(video, file_seconds, rate=rate, declared=declared)
    if rate is None:
        since, earliest = file_seconds, Fraction(0)
        end = file_seconds if request.backwards else file_seconds + video.time_base
        is_over = declared is not None and (file_seconds > declared if request.backwards else file_seconds >= declared)
    else:
        number = shown_frame(rate.frames(file_seconds), backwards=request.backwards)
        since, half = rate.seconds(number), rate.seconds(1) / 2
        earliest, end = since - half, since + half
        is_over = declared is not None and since >= declared
    if since < 0 or is_over:
        return None
    found = _last_before(end, video.pictures(since=since))
    if found is None:  # seeking may land behind the frame, or nowhere, where the index is poor (MPEG-TS, FFmpeg 8.1)
        with open_video(video.path) as again:
            found = _last_before(end, again.pictures())
    return found if found is not None and found.seconds >= earliest else None


def _embedded_start(
    video: VideoFile, source_seconds: Fraction, *, rate: FrameRate, declared: Fraction | None
) -> Fraction:
    """Start of the file's own timecode in seconds, where the source time lies in it; else zero."""
    text = metadata(video, "timecode")
    try:
        start = rate.seconds(parse_timecode(text, rate=rate)) if text else Fraction(0)
    except TimingError:
        return Fraction(0)
    lies_in_it = start <= source_seconds and (declared is None or source_seconds <= start + declared)
    return start if lies_in_it else Fraction(0)


def _last_before(end: Fraction, pictures: Iterator[Picture]) -> Picture | None:
    shown: Picture | None = None
    for picture in pictures:
        if picture.seconds >= end:
            break
        shown = picture
    return shown


def _shown(seconds: Fraction) -> str:
    return f"{float(seconds):.3f} s"


def _png(content: object, *, path: Path) -> bytes:
    if not isinstance(content, bytes):
        raise MediaError(f"{path.name} gave no picture", where=str(path))
    return content


def _died(died: ChildDied, *, path: Path) -> MediaError:
    return MediaError(
        f"{path.name} could not be read: FFmpeg {died.reason}", where=str(path), next_step="export the file again"
    )
