"""The child's side of `conform`: decodes originals, maps and fits their frames, encodes them and reads the file back.

Nothing is held in memory but the frames under way. What is changed on the way is named in `Conformed.policies`:

    join                             several clips, one after another
    rerate  nearest                  every frame shown once, at another rate; frames shown twice or left out
    blend  flow                      frames between two made by mixing them, or by moving both
    trim                             frames left out at the tail
    retime 95/96                     played slower or faster: 95 frames spread over what 96 are at their own speed
    speed 2                          played so many times faster, as the editor retimed what held the place
    vfr  deinterlace                 frames shown for unequal times read by the clock; fields made whole frames
    scale  upscale 1.5  crop  pad    size and shape
    rotate  square_pixels            set upright; pixels made square
    matrix  matrix_assumed  range    YUV converted to BT.709; the original did not say what it is; full range to limited
    alpha                            transparency left out
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from av.video.frame import VideoFrame

from pickup._av import BT709, ENCODINGS, LIMITED_RANGE, Picture, Target, VideoFile, open_video, write_video
from pickup._child import Report
from pickup._files import sha256_of
from pickup.errors import MediaError
from pickup.media.conform import BYTES_PER_PIXEL, RenderOrder
from pickup.media.fit import Fitter
from pickup.media.footage import ClipShape, Footage, NoConstantRate, SourceFrame
from pickup.media.mapping import Mapping, TooLong, TooShort, refuse_wild_spread
from pickup.media.probe import metadata
from pickup.offers.rates import RatePolicy, are_neighbours, usual_policy
from pickup.ports import Conformed, Delivery
from pickup.timing import timecode

if TYPE_CHECKING:
    from pickup.media.between import Mixer

_ENCODED = 0.8
"""Share of the progress when all frames are encoded; reading them back is the rest."""
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
    policies = _encode(order, target=target, report=_never_back(report))
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


_Write = Callable[[Footage, Delivery], tuple[str, ...]]


def _encode(order: RenderOrder, *, target: Target, report: Callable[[float], None]) -> tuple[str, ...]:
    """Writes the take and names what was changed; originals that keep no rate are read by the clock."""
    paths, delivery = [Path(original) for original in order.originals], order.delivery

    def write(footage: Footage, wanted: Delivery) -> tuple[str, ...]:
        policies: set[str] = set()
        mapping = Mapping(footage, wanted, policies=policies)
        with closing(_fitted(mapping, wanted, policies=policies, report=report)) as frames:
            write_video(Path(order.destination), frames, target=target)
        return tuple(sorted(policies | footage.policies))

    try:
        return _rated(Footage(paths, shown_at=delivery.rate), delivery, write=write)
    except NoConstantRate:
        pass  # outside, the first attempt's decoder and encoder are freed
    return _rated(Footage(paths, shown_at=delivery.rate, by_time=True), delivery, write=write)


def _rated(footage: Footage, delivery: Delivery, *, write: _Write) -> tuple[str, ...]:
    """Writes with the usual policy of the two rates where none was named.

    What is re-rated of itself must be long enough for it; a clip that is not keeps its speed.
    """
    if delivery.rate_policy is not RatePolicy.AUTO:
        return _spread(footage, delivery, write=write)
    by_time = replace(delivery, rate_policy=RatePolicy.NEAREST)
    usual = usual_policy(made_at=footage.rate, shown_at=delivery.rate)
    if usual is RatePolicy.RERATE and delivery.spread is None and not are_neighbours(footage.rate, delivery.rate):
        try:
            return write(footage, replace(delivery, rate_policy=usual))
        except (TooShort, TooLong):
            pass  # as above
    return _spread(footage, by_time, write=write)


def _spread(footage: Footage, delivery: Delivery, *, write: _Write) -> tuple[str, ...]:
    """Writes; a clip of one frame less than it should have, or a few more than there is room for, is spread.

    Services deliver a frame less than promised at times, or one more. Such a clip is paid for, so what it holds is
    spread over the take; of more than one frame that is missing nothing is made up.
    """
    refuse_wild_spread(footage, delivery)
    try:
        return write(footage, delivery)
    except TooShort as short:
        if short.held != short.needed - 1 or short.needed < _FORGIVEN_FROM:
            raise short.error from short
        held = short.held
    except TooLong as long:
        held = long.held
    return write(footage, replace(delivery, spread=held))


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
    """The take's frames in its size and pixel format."""
    fitting = _Fitting(delivery, policies=policies)
    mixer = _mixer(delivery.rate_policy)
    with closing(mapping.frames()) as all_shown:
        for number, shown in enumerate(all_shown):
            frame = fitting.of(shown.source)
            if mixer is not None and shown.following is not None:
                frame = mixer.between(frame, fitting.of(shown.following), at=shown.at)
            report(number / delivery.frames)
            yield frame


class _Fitting:
    """Makes pictures fit, each once: the last two stay at hand for those that are shown again, or lie beside one."""

    def __init__(self, delivery: Delivery, *, policies: set[str]) -> None:
        self._delivery = delivery
        self._policies = policies
        self._clip: ClipShape | None = None
        self._fitter: Fitter | None = None
        self._done: deque[tuple[SourceFrame, VideoFrame]] = deque(maxlen=2)

    def of(self, source: SourceFrame) -> VideoFrame:
        for known, frame in self._done:
            if known is source:
                return frame
        if self._fitter is None or source.clip is not self._clip:
            pixel_format = ENCODINGS[self._delivery.codec].pixel_format
            self._fitter = Fitter(source.clip, self._delivery, pixel_format=pixel_format, policies=self._policies)
            self._clip = source.clip
        fitted = self._fitter.fit(source.picture.frame)
        self._done.append((source, fitted))
        return fitted


def _mixer(policy: RatePolicy) -> Mixer | None:
    if policy not in (RatePolicy.BLEND, RatePolicy.FLOW):
        return None
    from pickup.media.between import Blend, Flow  # noqa: PLC0415 - OpenCV takes a third of a second to load

    return Blend() if policy is RatePolicy.BLEND else Flow()


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
    encoding = ENCODINGS[target.codec]
    return _differences(
        {
            "rate": (stream.average_rate, target.rate.fps),
            "base rate": (stream.base_rate, target.rate.fps),
            "codec": (context.name, encoding.decoder),
            "profile": (context.profile, encoding.profile),
            "pixel shape": (stream.sample_aspect_ratio, 1),
            "field order": (context.field_order, _PROGRESSIVE if encoding.tells_field_order else 0),
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
            "interlaced": (frame.interlaced_frame, False),
            "time": (picture.seconds, target.rate.seconds(number)),
        }
    )


def _differences(compared: dict[str, tuple[object, object]]) -> dict[str, str]:
    return {name: f"{found}, not {wanted}" for name, (found, wanted) in compared.items() if found != wanted}
