"""What changed since a take was made, in words; whether anything did, the digest of the wish says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice

from pickup.errors import counted
from pickup.library.sidecars import TakeFile
from pickup.match import comparable_name, joints_of
from pickup.ramps import NO_FRAME, Ramp, ramp_of_texts
from pickup.shots import ShotSpec
from pickup.shots.characters import in_turn


def what_changed(made: TakeFile, *, spec: ShotSpec, shifts: Mapping[str, int]) -> str:
    """What is wanted otherwise than when the take was made; empty when it was made for this very wish.

    How long its holes are is no matter: a hole that was trimmed wants the same shot.

    Args:
        made: The take with what it was made from.
        spec: What is wanted now.
        shifts: Frame of the shot at which each of its holes begins, by id, counted as `made.shift`.
    """
    covered = made.frames - made.head - made.tail
    asked_otherwise = bool(made.wish) and made.wish != spec.wish_for(covered)
    changes = [*(_changes(made, spec=spec) if asked_otherwise else ()), *_neighbours(made, spec=spec)]
    changes += _speed(made, spec=spec, shifts=shifts)
    if asked_otherwise and not changes:
        changes = ["its reference pictures or its brief" if spec.references else "what its brief asks for"]
    return " and ".join(changes)


def length_changed(made: TakeFile, *, spec: ShotSpec) -> str:
    """How long the shot was when the take was made, and is now."""
    covered = made.frames - made.head - made.tail
    return f"its length ({counted(covered, 'frame')} then, {spec.covers.length} now)"


def _speed(made: TakeFile, *, spec: ShotSpec, shifts: Mapping[str, int]) -> Iterator[str]:
    """The speed at which its placeholder is played; a card or plate is drawn alike for any."""
    if made.previs:
        return
    then, now = ramp_of_texts(made.placeholder_ramp), spec.retimed.ramp
    if then is None and now is None:
        if Fraction(made.placeholder_speed) != spec.retimed.speed:
            yield f"the speed of its placeholder ({made.placeholder_speed} then, {spec.retimed.speed} now)"
    elif then is None or now is None:
        yield f"the speed of its placeholder (it has {'no' if now is None else 'a'} ramp now)"
    elif not _shows_the_same(then, now, made=made, spec=spec, shifts=shifts):
        yield "the speed ramp of its placeholder"


def _shows_the_same(then: Ramp, now: Ramp, *, made: TakeFile, spec: ShotSpec, shifts: Mapping[str, int]) -> bool:
    """Whether two ramps show the same wherever holes show the take, which may have been trimmed or cut up since."""
    rate, covered = spec.covers.rate, made.frames - made.head - made.tail
    begins = min(shifts.get(hole.id, 0) for hole in spec.holes)
    seen = {shifts.get(hole.id, 0) + frame for hole in spec.holes for frame in range(hole.covers.length)}
    moved = [
        (then.at(rate.seconds(frame - made.shift)), now.at(rate.seconds(frame - begins)))
        for frame in sorted(seen)
        if 0 <= frame - made.shift < covered
    ]
    return all(abs(one - moved[0][0] - (other - moved[0][1])) * rate.fps <= NO_FRAME for one, other in moved)


def _pictures_then(made: TakeFile) -> list[tuple[str, str]]:
    return [(each.name, each.source) for each in made.references]


def _pictures_now(spec: ShotSpec, *, sent: int) -> list[tuple[str, str]]:
    """Those that would be sent where so many are."""
    return [(each.name, picture.source) for each, picture in islice(in_turn(spec.references), sent)]


def _neighbours(made: TakeFile, *, spec: ShotSpec) -> Iterator[str]:
    """The shots beside it, where they are others than those that it was made to join; how they are cut is no matter."""
    first, last = spec.holes[0], spec.holes[-1]
    sides = (("before", made.before, joints_of(first)[0]), ("after", made.after, joints_of(last)[1]))
    for side, was, now in sides:
        then, here = was.rpartition("@")[0], now.rpartition("@")[0]
        if then and here and comparable_name(then) != comparable_name(here):
            yield f"the shot {side} it ({then} then, {here} now)"


def _changes(made: TakeFile, *, spec: ShotSpec) -> Iterator[str]:
    if made.size != spec.delivery.size:
        yield f"the picture size ({made.size[0]}x{made.size[1]} then)"
    if made.rate != str(spec.delivery.rate):
        yield f"the frame rate ({made.rate} then)"
    if made.prompt not in (spec.words, spec.prompt):  # previs are drawn from the words without their style
        yield "its brief" if spec.briefed else "its brief or its neighbours' names"
    if made.negative != spec.negative:
        yield "what is not to be seen (negative)"
    if made.style != spec.style_words:
        yield "its style"
    if _pictures_then(made) != _pictures_now(spec, sent=len(made.references)):
        yield "its reference pictures"
    if made.seed != spec.seed:
        yield f"its seed ({made.seed} then, {spec.seed} now)"
    for what, was, now in (("look", made.look, spec.look), ("provider", made.provider, spec.provider)):
        if now is not None and now.strip().lower() != was:
            yield f"its {what} ({was} then, {now} now)"
