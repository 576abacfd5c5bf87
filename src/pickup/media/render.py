"""The child's side of `conform`: decodes an original, maps and fits its frames, encodes them and reads the file back.

Nothing is held in memory but the frames under way. What is changed on the way is named in `Conformed.policies`:

    rerate  nearest  trim            frames kept at another speed; frames doubled or left out; frames left at the tail
    scale  crop  pad                 size and shape
    rotate  square_pixels            set upright; pixels made square
    matrix  matrix_assumed  range    YUV converted to BT.709; the original did not say what it is; full range to limited
    alpha                            transparency left out
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from av.video.frame import VideoFrame

from pickup._av import BT709, ENCODINGS, LIMITED_RANGE, Picture, Target, VideoFile, open_video, write_video
from pickup._child import Report
from pickup._files import sha256_of
from pickup.errors import MediaError
from pickup.media.conform import BYTES_PER_PIXEL, RenderOrder
from pickup.media.fit import Fitter
from pickup.media.mapping import Mapping
from pickup.media.probe import metadata
from pickup.ports import Conformed, Delivery
from pickup.timing import timecode

_ENCODED = 0.8
"""Share of the progress when all frames are encoded; reading them back is the rest."""
_PROFILES = {"prores_lt": "LT", "prores": "Standard", "prores_hq": "HQ"}
_PROGRESSIVE = 1


def render(order: RenderOrder, report: Report) -> Conformed:
    """Writes `order.destination`, reads it back and compares; the caller removes the file when this fails.

    Raises:
        MediaError: As `Conformer`.
        TimingError: The delivery's timecode does not exist at its rate.
    """
    delivery, destination = order.delivery, Path(order.destination)
    if delivery.codec not in BYTES_PER_PIXEL:
        raise MediaError(f"{delivery.codec!r} cannot be delivered", next_step=f"use {', '.join(BYTES_PER_PIXEL)}")
    start = timecode(delivery.start_frame, rate=delivery.rate, drop_frame=delivery.drop_frame)
    target = Target(rate=delivery.rate, size=delivery.size, codec=delivery.codec, timecode=start, reel=delivery.reel)
    policies: set[str] = set()
    with open_video(Path(order.original)) as video:
        frames = _fitted(video, delivery, policies=policies, report=lambda done: report(done * _ENCODED))
        write_video(destination, frames, target=target)
    _flush(destination)
    counted = _read_back(
        destination,
        target=target,
        frames=delivery.frames,
        report=lambda done: report(_ENCODED + done * (1 - _ENCODED)),
    )
    return Conformed(
        frames=counted,
        rate=delivery.rate,
        size=delivery.size,
        codec=delivery.codec,
        timecode=start,
        bytes_written=destination.stat().st_size,
        sha256=sha256_of(destination),
        policies=tuple(sorted(policies)),
    )


def _fitted(
    video: VideoFile, delivery: Delivery, *, policies: set[str], report: Callable[[float], None]
) -> Iterator[VideoFrame]:
    """The take's frames in its size and pixel format; a picture that is shown twice is fitted once."""
    fitter = Fitter(video, delivery, pixel_format=ENCODINGS[delivery.codec].pixel_format, policies=policies)
    last: Picture | None = None
    fitted = VideoFrame()
    for number, picture in enumerate(Mapping(video, delivery, policies=policies).pictures()):
        if picture is not last:
            fitted = fitter.fit(picture.frame)
            last = picture
        report(number / delivery.frames)
        yield fitted


def _flush(path: Path) -> None:
    """Brings the file to the disk here, so that the caller's own flush does not hold up its event loop."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _read_back(path: Path, *, target: Target, frames: int, report: Callable[[float], None]) -> int:
    """Decodes the finished file and compares it with what it must be.

    Raises:
        MediaError: Anything differs; the message lists it all.
    """
    with open_video(path) as video:
        wrong = _wrong_in_file(video, target)
        counted = 0
        for counted, picture in enumerate(video.pictures(), start=1):
            wrong |= _wrong_in_picture(picture, target, number=counted - 1)
            report(min(1.0, counted / frames))
    if counted != frames:
        wrong["frames"] = f"{counted}, not {frames}"
    if wrong:
        raise MediaError(
            f"the conformed file is not what was asked for: {'; '.join(f'{k} {v}' for k, v in wrong.items())}",
            where=str(path),
            next_step="report this, with the version of the package `av`",
        )
    return counted


def _wrong_in_file(video: VideoFile, target: Target) -> dict[str, str]:
    stream = video.stream
    context = stream.codec_context
    return _differences(
        {
            "rate": (stream.average_rate, target.rate.fps),
            "base rate": (stream.base_rate, target.rate.fps),
            "codec": (context.name, "prores"),
            "profile": (context.profile, _PROFILES[target.codec]),
            "pixel shape": (stream.sample_aspect_ratio, 1),
            "field order": (context.field_order, _PROGRESSIVE),
            "primaries": (context.color_primaries, BT709),
            "timecode": (metadata(video, "timecode"), target.timecode),
            "reel": (metadata(video, "reel_name"), target.reel or None),
        }
    )


def _wrong_in_picture(picture: Picture, target: Target, *, number: int) -> dict[str, str]:
    frame = picture.frame
    tags = (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range)
    return _differences(
        {
            "size": ((frame.width, frame.height), target.size),
            "pixel format": (frame.format.name, ENCODINGS[target.codec].pixel_format),
            "color tags": (tags, (BT709, BT709, BT709, LIMITED_RANGE)),
            "damaged": (picture.is_corrupt, False),
            "time": (picture.seconds, target.rate.seconds(number)),
        }
    )


def _differences(compared: dict[str, tuple[object, object]]) -> dict[str, str]:
    return {name: f"{found}, not {wanted}" for name, (found, wanted) in compared.items() if found != wanted}
