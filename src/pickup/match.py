"""Identity of shots: which pickup a hole wants, when the cut has been exported again.

Pure values in, pure values out. A shot is recognized by the first of these that holds: our own metadata, the take's
file in the cut, a shot code, a brief or a name that an editor chose, both neighbours' media and cut frames, the record
range. Where several would do, record order decides, and it is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

from pickup.errors import Finding, warning
from pickup.holes import Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """How a shot looked in a cut when it was last filled; what a later export is compared with.

    Attributes:
        cut: Name of the cut's folder in the library.
        hole: Id of the hole in that export.
        words: The brief, or the placeholder's name where an editor chose it; normalized, may be empty.
        before: Media and cut frame of the neighbour before the hole, as one comparable text; may be empty.
        after: Likewise after it.
        start: First record frame of the hole, counted from the first frame of the cut.
        end: Record frame after its last.
        rate: The cut's rate as a fraction, `24/1`.
        track: Name of the hole's track.
        wish: Digest of the spec the circled take was made for.
        stand_in: It was no hole: its take stands in for an item. It is never taken for a hole, nor a hole for it.
    """

    shot: str
    cut: str
    hole: str
    words: str
    before: str
    after: str
    start: int
    end: int
    rate: str
    track: str
    wish: str
    stand_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A hole with what could name its shot.

    Attributes:
        code: A shot code that stands in its brief or its name.
        filled: Shot whose take stands there by our metadata or its file name, though it is a hole again.
        words: As in `Sighting`.
    """

    hole: Hole
    words: str
    code: str | None = None
    filled: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The shot of one hole.

    Attributes:
        shot: None for a new shot.
        by: What it was recognized by, in words; empty for a new shot.
        group: Holes of one group are one shot: equal codes, or uses of one compound clip that are alike.
    """

    hole: Hole
    shot: str | None
    by: str
    group: Hashable


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """Identities in the order of the claims, and what has to be said about them."""

    identities: tuple[Identity, ...]
    findings: tuple[Finding, ...]


def comparable_words(text: str) -> str:
    """Words as they are compared: without case and with single spaces."""
    return " ".join(text.casefold().split())


def recognize(
    claims: Sequence[Claim], *, cut: str, sightings: Sequence[Sighting], given: Collection[str]
) -> Recognized:
    """Finds the shot of every hole of a cut.

    Args:
        claims: Every hole, in record order.
        cut: Name of the cut's folder.
        sightings: Of this cut and of all others in the library.
        given: Every shot code that the library ever gave.
    """
    mine = [each for each in sightings if each.cut == cut]
    matcher = _Matcher(claims, mine)
    findings: list[Finding] = []
    for place, claim in enumerate(claims):
        if claim.filled is not None:
            matcher.settle(place, claim.filled, by="our own take in the cut")
    findings += _by_code(matcher, claims, mine=mine, all_sightings=sightings, given=given)
    for by, of_claim, of_sighting in _RULES:
        findings += matcher.pair(by, of_claim=of_claim, of_sighting=of_sighting)
    identities = [
        Identity(hole=claim.hole, shot=shot, by=by, group=_group(claim, place, shot=shot))
        for place, (claim, (shot, by)) in enumerate(zip(claims, matcher.settled(), strict=True))
    ]
    return Recognized(identities=tuple(identities), findings=tuple(findings))


def _by_code(
    matcher: _Matcher,
    claims: Sequence[Claim],
    *,
    mine: Sequence[Sighting],
    all_sightings: Sequence[Sighting],
    given: Collection[str],
) -> Iterator[Finding]:
    own = {each.shot.upper() for each in mine}
    taken = {code.upper() for code in given}
    for place, claim in enumerate(claims):
        if claim.code is None or matcher.is_settled(place):
            continue
        code = claim.code
        if code.upper() not in taken or code.upper() in own or _same_elsewhere(claim, all_sightings):
            matcher.settle(place, code, by="its shot code")
        else:
            yield warning(
                "CODE_TAKEN",
                f"the code {code} names another shot of this library, with other neighbours; this one gets a new code",
                where=f"{claim.hole.track} {claim.hole.timecode}",
            )


def _same_elsewhere(claim: Claim, sightings: Sequence[Sighting]) -> bool:
    """Whether another cut has this code between the same neighbours."""
    code = (claim.code or "").upper()
    joints = _joints(claim)
    return joints is not None and any(
        each.shot.upper() == code and (each.before, each.after) == joints for each in sightings
    )


def _joints(claim: Claim) -> tuple[str, str] | None:
    before, after = claim.hole.before, claim.hole.after
    return (before.joint, after.joint) if before and after else None


def _seen_joints(sighting: Sighting) -> tuple[str, str] | None:
    return (sighting.before, sighting.after) if sighting.before and sighting.after else None


_KeyOfClaim = Callable[[Claim], Hashable]
_KeyOfSighting = Callable[[Sighting], Hashable]
_RULES: tuple[tuple[str, _KeyOfClaim, _KeyOfSighting], ...] = (
    ("its brief or name", lambda claim: claim.words or None, lambda sighting: sighting.words or None),
    ("both neighbours and their cut frames", _joints, _seen_joints),
    (
        "its record range",
        lambda claim: (claim.hole.record.start, claim.hole.record.end, str(claim.hole.record.rate)),
        lambda sighting: (sighting.start, sighting.end, sighting.rate),
    ),
)


class _Matcher:
    """Pairs claims with sightings, each at most once, one rule after the other."""

    def __init__(self, claims: Sequence[Claim], sightings: Sequence[Sighting]) -> None:
        self._claims = claims
        self._sightings = sorted(sightings, key=lambda each: each.start)
        self._taken: set[str] = set()
        self._shots: dict[int, tuple[str, str]] = {}

    def is_settled(self, place: int) -> bool:
        return place in self._shots

    def settle(self, place: int, shot: str, *, by: str) -> None:
        self._shots[place] = (shot, by)
        self._taken.add(shot.upper())

    def settled(self) -> list[tuple[str | None, str]]:
        return [self._shots.get(place, (None, "")) for place in range(len(self._claims))]

    def pair(self, by: str, *, of_claim: _KeyOfClaim, of_sighting: _KeyOfSighting) -> Iterator[Finding]:
        """One rule over everything that is still free; a tie goes by neighbours, then by record order."""
        known: dict[Hashable, list[Sighting]] = defaultdict(list)
        for sighting in self._sightings:
            if sighting.shot.upper() not in self._taken and of_sighting(sighting) is not None:
                known[(sighting.stand_in, of_sighting(sighting))].append(sighting)
        wanting: dict[Hashable, list[int]] = defaultdict(list)
        for place, claim in enumerate(self._claims):
            wanted = (claim.hole.stand_in, of_claim(claim))
            if place not in self._shots and wanted in known:
                wanting[wanted].append(place)
        used: set[str] = set()
        for key, places in wanting.items():
            pairs = self._with_alike(list(self._pairs(places, known[key])), places)
            for place, sighting in pairs:
                self._shots[place] = (sighting.shot, by)
                used.add(sighting.shot.upper())
            rivals = {self._alike(place) for place in places}
            if len(rivals) > len(known[key]) or len({each.shot for each in known[key]}) > 1:
                yield self._tie(pairs, by=by)
        self._taken |= used

    def _pairs(self, places: Sequence[int], sightings: Sequence[Sighting]) -> Iterator[tuple[int, Sighting]]:
        left = list(sightings)
        waiting = []
        for place in places:
            same = next((each for each in left if _seen_joints(each) == _joints(self._claims[place])), None)
            if same is not None and _joints(self._claims[place]) is not None:
                left.remove(same)
                yield place, same
            else:
                waiting.append(place)
        yield from zip(waiting, left, strict=False)

    def _with_alike(self, pairs: list[tuple[int, Sighting]], places: Sequence[int]) -> list[tuple[int, Sighting]]:
        """The pairs, and with each the further uses of a compound clip that are alike: they are the same shot."""
        paired = dict(pairs)
        shown = {self._alike(place): sighting for place, sighting in pairs}
        further = [place for place in places if place not in paired and self._alike(place) in shown]
        return [*pairs, *((place, shown[self._alike(place)]) for place in further)]

    def _alike(self, place: int) -> Hashable:
        return _group(self._claims[place], place, shot=None)

    def _tie(self, pairs: Sequence[tuple[int, Sighting]], *, by: str) -> Finding:
        shots = ", ".join(dict.fromkeys(sighting.shot for _, sighting in pairs))
        first = self._claims[pairs[0][0]].hole if pairs else self._claims[0].hole
        return warning(
            "TIE",
            f"several holes or shots have the same mark ({by}); neighbours, then record order, decided who is {shots}",
            where=f"{first.track} {first.timecode}",
        )


def _group(claim: Claim, place: int, *, shot: str | None) -> Hashable:
    if shot is not None:
        return shot.upper()
    hole = claim.hole
    joints = _joints(claim)
    if hole.compound and joints is not None:
        return (hole.compound, hole.kind, hole.stand_in, hole.record.length, claim.words, joints)
    return place
