"""What became of each pickup between two versions of a cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pickup.match.model import Sighting


class ChangeKind(StrEnum):
    """What happened to a pickup."""

    KEPT = "kept"
    MOVED = "moved"
    TRIMMED = "trimmed"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place of a shot, then and now.

    Attributes:
        then: None for a place that is new.
        now: None for one that is gone.
    """

    shot: str
    kind: ChangeKind
    then: Sighting | None
    now: Sighting | None

    @property
    def moved(self) -> int:
        """Record frames by which its first frame lies later."""
        return self.now.start - self.then.start if self.now and self.then else 0

    @property
    def longer(self) -> int:
        """Frames by which it is longer."""
        return self.now.length - self.then.length if self.now and self.then else 0


def list_changes(then: Sequence[Sighting], now: Sequence[Sighting]) -> tuple[Change, ...]:
    """Pairs the places of each shot in record order; what is now comes first, in record order, then what is gone.

    A trimmed shot that moved is trimmed: that is what an editor has to look at.
    """
    places: dict[str, list[Sighting]] = defaultdict(list)
    for each in sorted(then, key=lambda seen: seen.start):
        places[each.shot].append(each)
    return tuple(_changes(places, now))


def _changes(places: dict[str, list[Sighting]], now: Sequence[Sighting]) -> Iterator[Change]:
    for each in sorted(now, key=lambda seen: seen.start):
        before = places.get(each.shot)
        then = _nearest(before, each) if before else None
        yield Change(shot=each.shot, kind=_kind(then, each), then=then, now=each)
    for shot, left in places.items():
        for then in left:
            yield Change(shot=shot, kind=ChangeKind.GONE, then=then, now=None)


def _nearest(places: list[Sighting], now: Sighting) -> Sighting:
    """The place of then that begins with the same frame of the shot, else the first; taken out of `places`."""
    found = next((place for place in places if place.shift == now.shift), places[0])
    places.remove(found)
    return found


def _kind(then: Sighting | None, now: Sighting) -> ChangeKind:
    if then is None:
        return ChangeKind.NEW
    if (then.length, then.shift, then.rate) != (now.length, now.shift, now.rate):
        return ChangeKind.TRIMMED
    return ChangeKind.KEPT if then.start == now.start else ChangeKind.MOVED
