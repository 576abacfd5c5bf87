"""Which takes a version of the cut shows: the circled take of every shot, where it covers its holes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from pickup.errors import Finding, counted, warning
from pickup.fill.prepare import STAND_INS_GO_TO
from pickup.fill.prepared import Prepared, Shot
from pickup.holes import Hole, Placement, PlacementKind
from pickup.library import Library
from pickup.takes import LinkedTake, Relink, Take
from pickup.timelines.changes import STAND_IN
from pickup.timelines.fills import Fill
from pickup.timing import FrameRange

_DRAFT = "its take is a draft, and could not be conformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a version shows, and what it cannot show.

    Attributes:
        held: Pairs of shot code and reason: shots with a take that does not fit.
        kept: Shots whose takes the editor's cut shows by itself, stand-ins besides.
        findings: Takes in the cut that are left as they are, though another one is circled.
    """

    relinks: tuple[Relink, ...]
    held: tuple[tuple[str, str], ...]
    kept: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def shots(self) -> tuple[str, ...]:
        """Codes of the shots that are shown, each once: those of the cut itself, then the new ones in record order."""
        fills = (relink.shot for relink in self.relinks if not relink.only_in)
        return tuple(dict.fromkeys((*self.kept, *fills)))


def choose_takes(prepared: Prepared, *, unready: Mapping[str, str] = MappingProxyType({})) -> Shown:
    """The circled take of every shot, as far as it covers its holes.

    Args:
        prepared: The cut.
        unready: Why the circled take of a shot is still a draft, by the shot's code.
    """
    relinks: list[Relink] = []
    held: list[tuple[str, str]] = []
    library = prepared.library
    tag = library.tag if library.exists else ""
    shown = library.circled_of(shot.spec.code for shot in prepared.shots)
    for shot in prepared.shots:
        circled = shown[shot.spec.code]
        if circled is None or shot.known.asked:
            continue
        why = shot.misfit(circled) or (unready.get(shot.spec.code, _DRAFT) if circled.draft else "")
        if why:
            held.append((shot.spec.code, why))
        if is_shown(shot, circled, partial=prepared.partial) and not circled.draft:
            relinks += _relinks(shot, circled, library=library, tag=tag)
    switched, said = _switched(prepared, tag=tag, unready=unready)
    relinks += switched
    stand_ins = {each.shot for each in library.sightings() if each.stand_in}
    fills = prepared.survey.fills
    return Shown(
        relinks=tuple(sorted(relinks, key=lambda each: each.record.start)),
        held=tuple(held),
        kept=tuple(fill.shot for fill in fills if fill.shot not in stand_ins and fill.online),
        findings=tuple(said),
    )


def is_shown(shot: Shot, circled: Take, *, partial: bool) -> bool:
    """Whether the holes of a shot show its circled take: it fits, or is shown as far as it reaches."""
    return not shot.misfit(circled) or (partial and circled.rate == shot.spec.delivery.rate)


# Holes.


def _relinks(shot: Shot, circled: Take, *, library: Library, tag: str) -> Iterator[Relink]:
    for hole in shot.spec.holes:
        offset = circled.offset_at(shot.shifts[hole.id]) + hole.record.start - hole.covers.start
        record, offset = _reached(hole, circled, offset=offset)
        if record is None:
            continue
        placement = hole.placement
        if hole.filled is not None and placement.kind is PlacementKind.IN_PLACE:
            placement = replace(placement, kind=PlacementKind.SAME_CLIP)  # what was done to the clip is the editor's
        yield Relink(
            shot=shot.spec.code,
            hole=hole.id,
            kind=STAND_IN if hole.stand_in else hole.kind.value,
            track=hole.track,
            placement=placement,
            record=record,
            offset=offset,
            circled=circled.number,
            takes=_linked(shot.takes, circled, offset=offset, frames=record.length, library=library),
            library=tag,
            lacks=hole.record.length - record.length,
            only_in=(STAND_INS_GO_TO,) if hole.stand_in else (),
        )


def _reached(hole: Hole, take: Take, *, offset: int) -> tuple[FrameRange | None, int]:
    """The frames of a hole that a take has, and the first frame of it that is shown there."""
    record = hole.record
    start = record.start + max(-offset, 0)
    end = min(record.end, record.start + take.frames - offset)
    if start >= end:
        return None, 0
    return replace(record, start=start, end=end), max(offset, 0)


# Takes that the cut shows already.


def _switched(prepared: Prepared, *, tag: str, unready: Mapping[str, str]) -> tuple[list[Relink], list[Finding]]:
    """Clips that show a take, where another one is circled now: the media alone is exchanged."""
    relinks: list[Relink] = []
    said: list[Finding] = []
    library = prepared.library
    shelf = library.shelf(fill.shot for fill in prepared.survey.fills)
    for fill in prepared.survey.fills:
        whole, circled = shelf[fill.shot]
        if circled is None or circled.take == fill.take or not fill.online:
            continue  # one whose file is not here is a hole of the same shot
        takes = {file.take: file.as_take() for file in whole}
        why = unready.get(fill.shot, _DRAFT) if circled.draft is not None else ""
        why = why or _kept_because(fill, takes, circled=takes[circled.take], prepared=prepared)
        if why:
            where = f"{fill.track} {prepared.survey.cut.timecode(fill.record.start)}"
            message = f"take {fill.take} of {fill.shot} stays, though take {circled.take} is circled: {why}"
            said.append(warning("TAKE_STAYS", message, where=where))
        else:
            relinks.append(_switch(fill, takes, circled=takes[circled.take], library=library, tag=tag))
    return relinks, said


def _offset_in(fill: Fill, takes: Mapping[int, Take], *, circled: Take) -> int:
    """The frame of the circled take that is the one which the clip begins with now."""
    shown = takes.get(fill.take)
    return fill.offset if shown is None else circled.offset_at(fill.offset - shown.head + shown.shift)


def _used(fill: Fill) -> int:
    """Frames of the take that a clip plays, at its speed."""
    return math.ceil(fill.record.length * abs(fill.speed or Fraction(0)))


def _kept_because(fill: Fill, takes: Mapping[int, Take], *, circled: Take, prepared: Prepared) -> str:
    if fill.locked:
        return "its track is locked"
    if fill.speed is None:
        return "a speed ramp is on it"
    if circled.rate != prepared.delivery.rate:
        return f"that one was made at {circled.rate}"
    offset = _offset_in(fill, takes, circled=circled)
    lacks = max(-offset, 0) + max(offset + _used(fill) - circled.frames, 0)
    return f"that one is {counted(lacks, 'frame')} too short here" if lacks else ""


def _switch(fill: Fill, takes: Mapping[int, Take], *, circled: Take, library: Library, tag: str) -> Relink:
    offset = _offset_in(fill, takes, circled=circled)
    return Relink(
        shot=fill.shot,
        hole=fill.hole or f"{fill.shot} at {fill.record.start}",
        kind=f"take {fill.take}",
        track=fill.track,
        placement=Placement(kind=PlacementKind.SAME_CLIP, address=fill.address),
        record=fill.record,
        offset=offset,
        circled=circled.number,
        takes=_linked(tuple(takes.values()), circled, offset=offset, frames=_used(fill), library=library),
        library=tag,
    )


def _linked(
    takes: Sequence[Take], circled: Take, *, offset: int, frames: int, library: Library
) -> tuple[LinkedTake, ...]:
    """The circled take and those that one source range serves as well; a draft has no file that may be linked."""
    alike = [
        take
        for take in takes
        if not take.draft and _aligned(take) == _aligned(circled) and take.frames >= offset + frames
    ]
    return tuple(
        LinkedTake(
            number=take.number,
            path=str(library.media_of(take)),
            frames=take.frames,
            start=take.start,
            previs=take.previs,
        )
        for take in sorted({each.number: each for each in (*alike, circled)}.values(), key=lambda each: each.number)
    )


def _aligned(take: Take) -> tuple[object, ...]:
    return take.head - take.shift, take.rate, take.start
