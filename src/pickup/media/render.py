"""The child's side of `conform`: decodes originals, maps and fits their frames, encodes them and reads the file back.

Nothing is held in memory but the frames under way, and of a take that plays backwards a run of its footage. What is
changed on the way is named in `Conformed.policies`:

    join                             several clips, one after another
    rerate  nearest                  every frame shown once, at another rate; frames shown twice or left out
    blend  flow                      frames between two made by mixing them, or by moving both
    trim                             frames left out at the tail
    retime 95/96                     played slower or faster: 95 frames spread over what 96 are at their own speed
    speed 2  speed -1  freeze  ramp  played so many times faster, or backwards, or one frame held, as the editor retimed
                                     what held the place
    vfr  deinterlace                 frames shown for unequal times read by the clock; fields made whole frames
    scale  upscale 1.5  crop  pad    size and shape
    rotate  square_pixels            set upright; pixels made square
    matrix  matrix_assumed  range    YUV converted to BT.709; the original did not say what it is; full range to limited
    alpha                            transparency left out
    color 0.8                        matched to its neighbours, at this strength
    space ARRI LogC4                 brought from display color into the color space of the cut's media
    silent                           its sound left out; docs/sound.md names what is done to sound that is kept
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from av.video.frame import VideoFrame

from pickup._av import Block, MovieSound, Target, write_video
from pickup._child import Report
from pickup._files import sha256_of
from pickup.errors import Finding, MediaError, info, warning
from pickup.media.attempts import written
from pickup.media.color.transfer import IDENTITY
from pickup.media.conform import BYTES_PER_PIXEL, Rendered, RenderOrder
from pickup.media.footage import Footage
from pickup.media.grading import Graded, grade, table_of, wants_grade
from pickup.media.mapping import Mapping as FrameMapping
from pickup.media.mapping import Shown
from pickup.media.pictures import Pictures, edges_of
from pickup.media.proof import Proof
from pickup.media.provenance import can_sign, sign_part, xmp_of
from pickup.media.proxy import proxy_target, write_proxy
from pickup.media.qc import Expected, Inspector
from pickup.media.soundtrack import SoundClip, SoundReport, Soundtrack
from pickup.ports import Conformed, Delivery
from pickup.takes import Inspection
from pickup.timing import timecode

_ENCODED = 0.8
"""Share of the progress when all frames are encoded; reading them back is the rest."""
_SOFT_FROM = 2.0
"""Times that a picture may be scaled up before an editor is warned of it."""


def render(order: RenderOrder, report: Report) -> Rendered:
    """Writes `order.destination`, reads it back and compares; the caller removes the file when this fails.

    Raises:
        MediaError: As `Conformer`.
        TimingError: The delivery's timecode does not exist at its rate.
    """
    delivery = order.delivery
    if delivery.codec not in BYTES_PER_PIXEL:
        raise MediaError(f"{delivery.codec!r} cannot be delivered", next_step=f"use {', '.join(BYTES_PER_PIXEL)}")
    start = timecode(delivery.start_frame, rate=delivery.rate, drop_frame=delivery.drop_frame)
    target = Target(rate=delivery.rate, size=delivery.size, codec=delivery.codec, timecode=start, reel=delivery.reel)
    if delivery.draft:
        target = proxy_target(rate=delivery.rate, size=delivery.size)
    with TemporaryDirectory(prefix="pickup-") as scratch:
        work = _Work(order=order, target=target, scratch=Path(scratch), report=_never_back(report))
        made = written([Path(original) for original in order.originals], delivery, write=work.write)
    return _proved(order, target=target, start=start, made=made, report=report)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What became of writing a take.

    Attributes:
        held: Frames that show the same as the one before them, because the rates differ.
        joins: Frames with which another clip begins.
        inspector: Has seen every picture of a draft, as its small film hides faults: what stands still moves in it.
    """

    policies: frozenset[str]
    graded: Graded | None
    sound: SoundReport | None
    held: frozenset[int]
    joins: tuple[int, ...]
    inspector: Inspector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """Writes a take, as often as it must be tried."""

    order: RenderOrder
    target: Target
    scratch: Path
    report: Callable[[float], None]

    def write(self, footage: Footage, delivery: Delivery) -> _Made:
        policies: set[str] = set()
        graded = self._graded(footage, delivery)
        policies |= {f"space {self.order.space}"} if self.order.space else set()
        if graded is not None and graded.grade.strength:
            policies.add(f"color {graded.grade.strength:.2g}")
        pictures = Pictures(delivery, policies=policies, cube=self._cube(graded))
        mapping = FrameMapping(footage, delivery, policies=policies)
        track = self._soundtrack(footage, mapping, delivery)
        policies |= {"silent"} if delivery.sound is None and footage.has_sound else set()
        seen = _Seen()
        inspector = Inspector(_expected(self.order)) if delivery.draft else None
        with closing(self._frames(mapping, pictures, delivery, seen=seen)) as frames:
            if inspector is not None:
                blocks = None if track is None else track.blocks()
                _film(Path(self.order.destination), _inspected(frames, inspector), order=self.order, sound=blocks)
            else:
                sound = None if track is None else track.frames()
                write_video(Path(self.order.destination), frames, target=self.target, sound=sound)
        heard = None if track is None else track.report()
        return _Made(
            policies=frozenset(policies | footage.policies | set(heard.policies if heard else ())),
            graded=graded,
            sound=heard,
            held=frozenset(seen.held),
            joins=tuple(seen.joins),
            inspector=inspector,
        )

    def _frames(
        self, mapping: FrameMapping, pictures: Pictures, delivery: Delivery, *, seen: _Seen
    ) -> Generator[VideoFrame, None, None]:
        with closing(mapping.frames()) as all_shown:
            for number, shown in enumerate(all_shown):
                seen.note(shown, number=number)
                self.report(number / delivery.frames)
                yield pictures.of(shown)

    def _graded(self, footage: Footage, delivery: Delivery) -> Graded | None:
        if not wants_grade(delivery):
            return None
        edges = edges_of(FrameMapping(footage, delivery, policies=set()), delivery)
        return grade(edges, delivery, stem=delivery.reel)

    def _cube(self, graded: Graded | None) -> Path | None:
        order = self.order
        space = Path(order.from_display) if order.from_display else None
        change = graded.change if graded is not None else IDENTITY
        text = table_of(change, from_display=space, title=order.delivery.reel)
        if not text:
            return None
        path = self.scratch / "grade.cube"
        path.write_text(text, encoding="utf-8")
        return path

    def _soundtrack(self, footage: Footage, mapping: FrameMapping, delivery: Delivery) -> Soundtrack | None:
        if delivery.sound is None or not footage.has_sound:
            return None
        each = footage.rate.seconds(1)
        return Soundtrack(
            [
                SoundClip(path=path, picture_s=frames * each, left_out_s=each if place else Fraction(0))
                for place, (path, frames) in enumerate(zip(footage.paths, footage.counted(), strict=True))
            ],
            frames=delivery.frames,
            rate=delivery.rate,
            channels=delivery.sound.channels,
            speed=mapping.speed,
            loudness=delivery.sound.loudness,
        )


@dataclass(slots=True)
class _Seen:
    """What a take was seen to show while it was written."""

    held: set[int] = field(default_factory=set)
    joins: list[int] = field(default_factory=list)
    last: Shown | None = None

    def note(self, shown: Shown, *, number: int) -> None:
        if self.last is not None and (shown.source.number, shown.at) == (self.last.source.number, self.last.at):
            self.held.add(number)
        if self.last is not None and shown.source.clip != self.last.source.clip:
            self.joins.append(number)
        self.last = shown


def _proved(order: RenderOrder, *, target: Target, start: str, made: _Made, report: Report) -> Rendered:
    """Reads the file back, inspects it, makes the proxy, and signs it last; nothing lies beside a draft."""
    delivery, path = order.delivery, Path(order.destination)
    _flush(path)
    proof = Proof(path, target=target, frames=delivery.frames)
    inspector = made.inspector or Inspector(_expected(order))
    frames = proof.frames(report=lambda done: report(_ENCODED + done * (1 - _ENCODED)))
    if made.inspector is None:
        frames = _inspected(frames, inspector)
    if order.proxy:
        sound = None if made.sound is None else MovieSound(path).blocks()
        _film(Path(order.proxy), frames, order=order, sound=sound)
    else:
        deque(frames, maxlen=0)
    proof.check()
    policies = tuple(sorted(made.policies))
    signed, xmp = _signed(order, policies=policies)
    graded = made.graded
    conformed = Conformed(
        frames=proof.counted,
        rate=delivery.rate,
        size=delivery.size,
        codec=delivery.codec,
        timecode=start,
        bytes_written=path.stat().st_size,
        sha256=sha256_of(path),
        policies=policies,
        inspection=_told(inspector.inspection(expected=_expected(order, made=made)), made=made),
        grade=graded.grade if graded else None,
        signed=signed,
    )
    kept = graded.files if graded and not delivery.draft else {}
    return Rendered(conformed=conformed, files={**kept, **xmp})


def _film(path: Path, frames: Iterator[VideoFrame], *, order: RenderOrder, sound: Iterator[Block] | None) -> None:
    """Writes the proxy of finished frames and finished sound, in display color."""
    delivery = order.delivery
    write_proxy(path, frames, rate=delivery.rate, size=delivery.size, to_display=_to_display(order), sound=sound)


def _to_display(order: RenderOrder) -> Path | None:
    return Path(order.to_display) if order.to_display else None


def _inspected(frames: Iterator[VideoFrame], inspector: Inspector) -> Iterator[VideoFrame]:
    for number, frame in enumerate(frames):
        inspector.see(frame, number)
        yield frame


def _expected(order: RenderOrder, *, made: _Made | None = None) -> Expected:
    delivery = order.delivery
    return Expected(
        rate=delivery.rate,
        size=delivery.size,
        frames=delivery.frames,
        cover=delivery.cover,
        before=delivery.beside.before,
        after=delivery.beside.after,
        made_from=delivery.beside.made_from,
        joins=made.joins if made else (),
        previs=delivery.previs,
        held=made.held if made else (),
        frozen=delivery.placeholder_speed == 0,
        padded=made is not None and "pad" in made.policies,
        to_display=_to_display(order),
    )


def _told(inspection: Inspection, *, made: _Made) -> Inspection:
    """What was found in the picture, and what else has to be said of the take."""
    findings: list[Finding] = [*(made.sound.findings if made.sound else ())]
    measures: list[tuple[str, float]] = [*(made.graded.measures if made.graded else ())]
    for policy in made.policies:
        name, _, factor = policy.partition(" ")
        if name == "upscale":
            findings.append(_upscaled(float(factor)))
            measures.append(("upscale", float(factor)))
    if made.sound is not None and not made.sound.after.is_silent:
        measures.append(("loudness_lufs", round(made.sound.after.integrated_lufs, 1)))
        measures.append(("true_peak_dbtp", round(made.sound.after.true_peak_dbtp, 1)))
    return inspection.with_findings(findings, measures=measures)


def _upscaled(factor: float) -> Finding:
    message = f"The picture was scaled up {factor:g} times, so it is softer than the shots beside it."
    if factor > _SOFT_FROM:
        more = f"{message} Ask for a larger size, or scale it with another tool."
        return warning("UPSCALED", more, where="the whole take")
    return info("UPSCALED", message, where="the whole take")


def _signed(order: RenderOrder, *, policies: tuple[str, ...]) -> tuple[bool, Mapping[str, bytes]]:
    """Signs the finished file, where somebody signs, and writes what its XMP file says.

    After this nothing may change in the file.
    """
    origin, path = order.delivery.origin, Path(order.destination)
    if origin is None or order.delivery.draft:
        return False, {}
    origin = replace(origin, policies=policies, created=order.now)
    files = {".xmp": xmp_of(origin, title=order.name).encode()}
    if order.signer is None or not can_sign(path):
        return False, files
    unsigned = path.with_name(f"{path.stem}.unsigned{path.suffix}")
    path.rename(unsigned)
    try:
        originals = [Path(original) for original in order.originals]
        sign_part(unsigned, path, origin=origin, signer=order.signer, title=order.name, originals=originals)
    finally:
        unsigned.unlink()
    _flush(path)
    return True, files


def _never_back(report: Callable[[float], None]) -> Callable[[float], None]:
    """Tells the share of the encoding as one of the whole; a second attempt is told from where the first one ended."""
    furthest = 0.0

    def tell(done: float) -> None:
        nonlocal furthest
        furthest = max(furthest, done * _ENCODED)
        report(furthest)

    return tell


def _flush(path: Path) -> None:
    """Brings the file to the disk here, so that the caller's own flush does not hold up its event loop."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
