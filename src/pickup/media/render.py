"""The child's side of `conform`: decodes originals, maps and fits their frames, encodes them and reads the file back.

Nothing is held in memory but the frames under way. What is changed on the way is named in `Conformed.policies`:

    join                             several clips, one after another
    rerate  nearest  trim            frames kept at another speed; frames doubled or left out; frames left at the tail
    retime 95/96                     played slower or faster: 95 frames spread over what 96 are at their own speed
    scale  crop  pad                 size and shape
    rotate  square_pixels            set upright; pixels made square
    matrix  matrix_assumed  range    YUV converted to BT.709; the original did not say what it is; full range to limited
    alpha                            transparency left out
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from av.video.frame import VideoFrame

from pickup._av import BT709, ENCODINGS, LIMITED_RANGE, Picture, Target, VideoFile, open_video, write_video
from pickup._child import Report
from pickup._files import sha256_of
from pickup.errors import MediaError
from pickup.media.conform import BYTES_PER_PIXEL, RenderOrder
from pickup.media.fit import Fitter
from pickup.media.footage import Footage, SourceFrame
from pickup.media.mapping import Mapping, TooLong, TooShort, refuse_wild_spread
from pickup.media.probe import metadata
from pickup.ports import Conformed, Delivery
from pickup.timing import timecode

_ENCODED = 0.8
"""Share of the progress when all frames are encoded; reading them back is the rest."""
_PROFILES = {"prores_lt": "LT", "prores": "Standard", "prores_hq": "HQ"}
_PROGRESSIVE = 1
_FORGIVEN_FROM = 12
"""Frames from which on one that is missing is made up for: played so, a take is at most a twelfth slower."""


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
    footage = Footage([Path(original) for original in order.originals])
    policies = _encode(footage, delivery, target=target, path=destination, report=_never_back(report))
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
        policies=policies,
    )


def _encode(
    footage: Footage, delivery: Delivery, *, target: Target, path: Path, report: Callable[[float], None]
) -> tuple[str, ...]:
    """Writes the take and names what was changed.

    Services deliver a frame less than promised at times, or one more. Such a clip is paid for, so what it holds is
    spread over the take; of more than one frame that is missing nothing is made up.
    """

    def write(wanted: Delivery) -> tuple[str, ...]:
        policies: set[str] = set()
        mapping = Mapping(footage, wanted, policies=policies)
        with closing(_fitted(mapping, wanted, policies=policies, report=report)) as frames:
            write_video(path, frames, target=target)
        return tuple(sorted(policies))

    refuse_wild_spread(footage, delivery)
    try:
        return write(delivery)
    except TooShort as short:
        if short.held != short.needed - 1 or short.needed < _FORGIVEN_FROM:
            raise short.error from short
        held = short.held
    except TooLong as long:
        held = long.held
    return write(replace(delivery, spread=held))  # outside, where the first attempt's decoder and encoder are freed


def _never_back(report: Callable[[float], None]) -> Callable[[float], None]:
    """Tells the share of the encoding as one of the whole; a second attempt is told from where the first one ended."""
    furthest = 0.0

    def tell(done: float) -> None:
        nonlocal furthest
        furthest = max(furthest, done * _ENCODED)
        report(furthest)

    return tell


def _fitted(
    mapping: Mapping, delivery: Delivery, *, policies: set[str], report: Callable[[float], None]
) -> Generator[VideoFrame, None, None]:
    """The take's frames in its size and pixel format; a picture that is shown twice is fitted once."""
    pixel_format = ENCODINGS[delivery.codec].pixel_format
    last: SourceFrame | None = None
    fitted = VideoFrame()
    with closing(mapping.frames()) as sources:
        for number, source in enumerate(sources):
            if last is None or source.video is not last.video:
                fitter = Fitter(source.video, delivery, pixel_format=pixel_format, policies=policies)
            if source is not last:
                fitted = fitter.fit(source.picture.frame)
                last = source
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
