"""How each shot of a cut stands towards the takes that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pickup.fill.fit import is_trimmed, lacking
from pickup.fill.prepared import Prepared, Shot
from pickup.fill.shown import Shown
from pickup.library import Library
from pickup.match import Confidence
from pickup.takes import Relink, Take
from pickup.timing import FrameRange


class State(StrEnum):
    """What can be done for a shot without generating anything."""

    KEPT = "kept"
    TRIMMED = "trimmed"
    LONG = "long"
    NEW = "new"
    ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One place of a shot.

    Attributes:
        record: Frames of the hole, or of the clip that shows a take.
        take: Number of the take that is shown, or would be; None for a new shot.
        source: First frame of the take that is shown there and the one after the last; None where none is.
        by: What the shot was recognized by, and `signs` everything that speaks for it or against it.
        missing: Frames that the hole wants and the take does not have.
        stale: What is wanted otherwise than when the take was made; empty where nothing is.
        why: Why nothing is shown, and what to do; empty where a take is.
    """

    shot: str
    state: State
    track: str
    timecode: str
    record: FrameRange
    take: int | None = None
    source: tuple[int, int] | None = None
    by: str = ""
    confidence: Confidence = Confidence.NONE
    signs: tuple[str, ...] = ()
    missing: int = 0
    stale: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A shot with takes that no cut of the library shows."""

    shot: str
    takes: tuple[Take, ...]

    @property
    def price(self) -> Decimal:
        """What its takes cost, USD."""
        return sum((take.cost for take in self.takes), start=Decimal(0))


def standings(prepared: Prepared, *, shown: Shown) -> Iterator[Standing]:
    """Every place of a shot in the cut, in record order: those that are shown, and those that cannot be.

    Args:
        prepared: The cut.
        shown: Takes that are put into it, and why others are not.
    """
    found = [*_of_fills(prepared, relinks=shown.relinks), *_of_holes(prepared, shown=shown)]
    yield from sorted(found, key=lambda each: (each.record.start, each.track))


def _of_fills(prepared: Prepared, *, relinks: Sequence[Relink]) -> Iterator[Standing]:
    """Takes that the cut shows by itself; what stands elsewhere on this machine is a hole and comes with those."""
    switched = {(each.track, each.record): each for each in relinks}
    for fill in prepared.survey.fills:
        if not fill.online:
            continue
        relink = switched.get((fill.track, fill.record))
        offset = relink.offset if relink is not None else fill.offset
        yield Standing(
            shot=fill.shot,
            state=State.KEPT,
            track=fill.track,
            timecode=prepared.survey.cut.timecode(fill.record.start),
            record=fill.record,
            take=relink.circled if relink is not None else fill.take,
            source=(offset, offset + fill.record.length),
            by="our own take in the cut",
            confidence=Confidence.CERTAIN,
        )


def _of_holes(prepared: Prepared, *, shown: Shown) -> Iterator[Standing]:
    linked = {each.hole: each for each in shown.relinks}
    held = dict(shown.held)
    circled = prepared.library.circled_of(shot.spec.code for shot in prepared.shots)
    for shot in prepared.shots:
        if shot.is_stand_in:
            continue
        take = None if shot.known.asked else circled[shot.spec.code]
        for identity in shot.known.identities:
            hole = identity.hole
            relink = linked.get(hole.id)
            lacks = lacking(take, hole, shift=identity.shift).frames if take is not None else 0
            yield Standing(
                shot=shot.spec.code,
                state=_state(shot, take=take, is_linked=relink is not None, lacks=lacks),
                track=hole.track,
                timecode=hole.timecode,
                record=hole.record,
                take=take.number if take is not None else None,
                source=(relink.offset, relink.offset + relink.record.length) if relink is not None else None,
                by=identity.by,
                confidence=identity.confidence,
                signs=identity.signs,
                missing=lacks,
                stale=shot.stale,
                why=""
                if relink is not None and not lacks
                else _why(shot, take=take, is_linked=relink is not None, held=held),
            )


def _state(shot: Shot, *, take: Take | None, is_linked: bool, lacks: int) -> State:
    if shot.known.asked:
        return State.ASKED
    if take is None or (take.draft and not shot.misfit(take)):
        return State.NEW
    if not is_linked or lacks:
        return State.LONG
    as_the_editor_has_it = any(hole.filled for hole in shot.spec.holes)
    trimmed = is_trimmed(take, shot.spec, shifts=shot.shifts) and not as_the_editor_has_it
    return State.TRIMMED if trimmed else State.KEPT


def _why(shot: Shot, *, take: Take | None, is_linked: bool, held: Mapping[str, str]) -> str:
    if shot.known.asked:
        return shot.known.question
    if take is None:
        return "it has no take yet: `pickup fill` makes one"
    said = shot.misfit(take)
    if take.draft and not said:
        return held[shot.spec.code]
    if is_linked:
        return f"{said}; it is shown as far as it reaches"
    if take.rate != shot.spec.delivery.rate:
        return said
    return f"{said}, --partial shows it as far as it reaches"


def find_orphans(library: Library, *, cut: str, shown: Sequence[str]) -> Iterator[Orphan]:
    """Shots with takes that stand neither in this cut nor, as far as is known, in another.

    Args:
        library: Where the takes are.
        cut: The cut's folder.
        shown: Shots of the cut as it is now.
    """
    elsewhere = {each.shot for each in library.sightings() if each.cut != cut}
    known = {each.upper() for each in (*shown, *elsewhere)}
    for shot in library.all_shots():
        takes = library.takes(shot) if shot.upper() not in known else ()
        if takes:
            yield Orphan(shot=shot, takes=takes)
