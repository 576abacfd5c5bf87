"""What an editor should know of a plan before anything is made: of its shots, its routes and its neighbours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from pickup.errors import Finding, PriceUnknown, counted, info, warning
from pickup.plan import EXTENSION, Pickup, Plan
from pickup.ramps import Ramp
from pickup.shots import can_be_played, speed_of_placeholder
from pickup.timelines.survey import Survey

if TYPE_CHECKING:  # prepare imports this module
    from pickup.fill.prepared import Shot

_BEYOND = 1000
"""No editor means a speed beyond this; a damaged file may say one that no float holds."""


def plan_findings(plan: Plan) -> Iterator[Finding]:
    """What an editor should know of how the takes are made, before they are."""
    for pickup in plan.pickups:
        where = f"{pickup.spec.code} {pickup.spec.holes[0].timecode}"
        for code, message in pickup.quote.concerns:
            yield warning(code, message, where=where)
        yield from _speed_findings(pickup, where=where)
        if pickup.extension:
            message = f"unused media would cover it for nothing: extend {pickup.extension}, or give --extend-neighbours"
            yield info(EXTENSION, message, where=where)
        if pickup.offer.retired is not None:
            ends = f"{pickup.offer.model} ends on {pickup.offer.retired}"
            yield warning("ROUTE_ENDS", ends, where=pickup.offer.provider)
    for held in plan.held:
        if held.code == PriceUnknown.code:
            yield warning(held.code, held.why, where=f"{held.spec.code} {held.spec.holes[0].timecode}")


def shot_findings(shots: Sequence[Shot], *, refresh: Collection[str]) -> Iterator[Finding]:
    """What was asked for otherwise, is without a brief, is shared, or cannot be matched."""
    known = {shot.spec.code.upper() for shot in shots}
    for code in refresh:
        if code.upper() not in known:
            yield warning("NO_SUCH_SHOT", f"--refresh {code}: no hole of this cut is {code}", where=code)
    for shot in shots:
        where = f"{shot.spec.code} {shot.spec.holes[0].timecode}"
        if shot.stale or shot.outgrown:
            then = "A new take is made" if shot.renewed else f"The take stays; --refresh {shot.spec.code} renews it"
            what = " and ".join(filter(None, (shot.outgrown, shot.stale)))
            message = f"changed since its take was made: {what}. {then}"
            yield warning("STALE", message, where=where)
        elif shot.is_stand_in:
            name = shot.spec.holes[0].name
            message = f"a slate stands in for “{name}” in the Resolve flavor alone: {shot.spec.holes[0].why}"
            yield info("STAND_IN", message, where=where)
        elif not shot.spec.briefed:
            message = "nobody wrote what to show: add a marker note “PICKUP: …”"
            yield info("UNBRIEFED", message, where=where)
        yield from _field_findings(shot, where=where)
        if len(shot.spec.holes) > 1:
            message = f"{len(shot.spec.holes)} holes are this one shot: the longest sets its length, a take serves all"
            yield info("SHARED_SHOT", message, where=where)
        if not shot.is_stand_in:
            yield from _neighbour_findings(shot, where=where)


def _speed_findings(pickup: Pickup, *, where: str) -> Iterator[Finding]:
    """What becomes of a change of speed on the item that holds the place; a slate is drawn for the cut as it is."""
    if pickup.offer.previs:
        return
    spec, wish = pickup.spec, pickup.wish
    placeholders = {(each.placeholder_speed, each.placeholder_ramp): each for each in spec.holes}
    for hole in placeholders.values():
        speed = speed_of_placeholder(hole)
        if not can_be_played(speed):
            why = _played(speed, ramp=hole.placeholder_ramp)
            message = f"its placeholder {why}; the take plays at its own speed: set the speed on the take"
            yield warning("SPEED_NOT_HONOURED", message, where=where)
    played = _played(wish.placeholder_speed, ramp=wish.placeholder_ramp)
    if wish.placeholder_speed != 1 or wish.placeholder_ramp is not None:
        message = f"its placeholder {played}; what is generated for it is shown so, too"
        yield info("PLACEHOLDER_RETIMED", message, where=where)
    if spec.retimed.differs:
        message = f"its placeholders have different speeds, and one take serves all: everywhere it {played}"
        yield warning("SPEEDS_DIFFER", message, where=where)


def _played(speed: Fraction | None, *, ramp: Ramp | None) -> str:
    if speed is None:
        return f"has a speed ramp {ramp.unread if ramp is not None else ''}".rstrip()
    if not speed:
        return "is frozen"
    backwards = " backwards" if speed < 0 else ""
    times = f"{abs(float(speed)):.4g}" if abs(speed) < _BEYOND else f"more than {_BEYOND}"
    times += " times its speed"
    if ramp is not None:
        return f"has a speed ramp, on average{backwards} at {times}"
    if abs(speed) == 1:
        return f"plays{backwards or ' at its own speed'}"
    return f"plays{backwards} at {times}"


def _field_findings(shot: Shot, *, where: str) -> Iterator[Finding]:
    """Fields of its brief that are not followed, or not as they may be meant."""
    for name, near in shot.spec.strangers:
        meant = f"; did you mean {near}?" if near else ""
        message = f"“characters: {name}” is no set of pickup.toml, so it goes into the prompt as words{meant}"
        yield info("CHARACTER_UNKNOWN", message, where=where)
    for note in shot.spec.notes:
        yield warning("FIELD_NOT_FOLLOWED", note, where=where)


def shut_findings(survey: Survey) -> Iterator[Finding]:
    """Media that a watcher leaves alone, which reads what strangers may have left in its folder."""
    if survey.media_shut:
        count = counted(len(survey.media_shut), "media file")
        message = (
            f"{count} may not be opened from a watched folder, so size and neighbours are not taken from them; "
            "add their folder to roots in your own pickup.toml"
        )
        yield warning("MEDIA_SHUT", message, where=survey.media_shut[0])


def _neighbour_findings(shot: Shot, *, where: str) -> Iterator[Finding]:
    """Neighbours that are there but cannot be matched."""
    hole = shot.spec.holes[0]
    for neighbour, side in ((hole.before, "before"), (hole.after, "after")):
        if neighbour is not None and neighbour.unseen:
            message = f"the shot {side} {neighbour.unseen}; the take is not matched to it"
            yield info("NEIGHBOUR_UNSEEN", message, where=where)
