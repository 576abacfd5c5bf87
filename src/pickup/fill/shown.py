"""Which takes a version of the cut shows: the circled take of every shot, where it covers its holes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pickup.fill.prepare import STAND_INS_GO_TO, Prepared, Shot, misfit
from pickup.holes import Placement, PlacementKind
from pickup.library import Library
from pickup.takes import LinkedTake, Relink, Take
from pickup.timelines.changes import STAND_IN


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a version shows, and what it cannot show.

    Attributes:
        held: Pairs of shot code and reason: shots with a take that does not fit.
        kept: Shots whose takes the editor's cut shows by itself, stand-ins besides.
    """

    relinks: tuple[Relink, ...]
    held: tuple[tuple[str, str], ...]
    kept: tuple[str, ...] = ()

    @property
    def shots(self) -> tuple[str, ...]:
        """Codes of the shots that are shown, each once: those of the cut itself, then the new ones in record order."""
        fills = (relink.shot for relink in self.relinks if not relink.only_in)
        return tuple(dict.fromkeys((*self.kept, *fills)))


def choose_takes(prepared: Prepared) -> Shown:
    """The circled take of every shot, as far as it covers its holes."""
    relinks: list[Relink] = []
    held: list[tuple[str, str]] = []
    shown = prepared.library.circled_of(shot.spec.code for shot in prepared.shots)
    for shot in prepared.shots:
        circled = shown[shot.spec.code]
        if circled is None:
            continue
        why = misfit(circled, shot.spec)
        if why:
            held.append((shot.spec.code, why))
        else:
            relinks += _relinks(shot, circled, library=prepared.library)
    relinks += _switched(prepared)
    stand_ins = {each.shot for each in prepared.library.sightings() if each.stand_in}
    return Shown(
        relinks=tuple(sorted(relinks, key=lambda each: each.record.start)),
        held=tuple(held),
        kept=tuple(fill.shot for fill in prepared.survey.fills if fill.shot not in stand_ins),
    )


def _switched(prepared: Prepared) -> Iterator[Relink]:
    """Takes that the cut shows already, where another one is circled now."""
    library = prepared.library
    shown = library.circled_of(fill.shot for fill in prepared.survey.fills)
    to_be_made = {hole.record for shot in prepared.shots for hole in shot.spec.holes}
    for fill in prepared.survey.fills:
        circled = shown[fill.shot]
        if circled is None or circled.number == fill.take or fill.record in to_be_made:
            continue
        if circled.rate != prepared.delivery.rate or circled.frames < fill.offset + fill.record.length:
            continue
        yield Relink(
            shot=fill.shot,
            hole=fill.hole or f"{fill.shot} at {fill.record.start}",
            kind=f"take {fill.take}",
            track=fill.track,
            placement=Placement(kind=PlacementKind.IN_PLACE, address=fill.address),
            record=fill.record,
            offset=fill.offset,
            circled=circled.number,
            takes=_linked(library.takes(fill.shot), circled, library=library),
        )


def _relinks(shot: Shot, circled: Take, *, library: Library) -> Iterator[Relink]:
    linked = _linked(shot.takes, circled, library=library)
    for hole in shot.spec.holes:
        yield Relink(
            shot=shot.spec.code,
            hole=hole.id,
            kind=STAND_IN if hole.stand_in else hole.kind.value,
            track=hole.track,
            placement=hole.placement,
            record=hole.record,
            offset=circled.head + hole.record.start - hole.covers.start,
            circled=circled.number,
            takes=linked,
            only_in=(STAND_INS_GO_TO,) if hole.stand_in else (),
        )


def _linked(takes: Sequence[Take], circled: Take, *, library: Library) -> tuple[LinkedTake, ...]:
    """The circled take and those that one source range serves as well."""
    alike = [take for take in takes if _shape(take) == _shape(circled)]
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


def _shape(take: Take) -> tuple[object, ...]:
    return take.head, take.frames, take.rate, take.start
