"""Pairs the holes of a cut with the shots that were seen before, the surest first.

Every level of certainty is settled before the next is looked at. Within one, holes and shots that could be each other
are weighed; the pair that is best for both is taken. What is equal on both sides goes by record order, and is said;
where nothing tells which of several it is, it is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from pickup.errors import Finding, warning
from pickup.match.evidence import Evidence, Relation, weigh
from pickup.match.levels import LEVELS, LEVELS_ELSEWHERE, PARTS, WHOLE, Level
from pickup.match.model import Claim, Confidence, Identity, Recognized, Sighting
from pickup.match.rivals import Pair, Pairs, apart, best_for_both, halves, in_order
from pickup.match.shifts import shift_of

_MOST_WEIGHED = 32
"""Shots that one hole is weighed against at one level, the nearest in the cut; a clip cut a thousand times has more."""


def recognize(
    claims: Sequence[Claim],
    *,
    cut: str,
    sightings: Sequence[Sighting],
    given: Collection[str],
    present: Collection[str] = frozenset(),
) -> Recognized:
    """Finds the shot of every hole of a cut.

    Args:
        claims: Every hole, in record order.
        cut: Name of the cut's folder.
        sightings: Of this cut and of all others in the library.
        given: Every shot code that the library ever gave.
        present: Comparable names of all media that the cut shows, so that a neighbour which only moved is not taken
            for one that was replaced.
    """
    mine = sorted((each for each in sightings if each.cut == cut), key=lambda each: each.start)
    others = [each for each in sightings if each.cut != cut]
    matcher = _Matcher(claims, [*mine, *others], own=len(mine), present=frozenset(present))
    matcher.settle_named(given=given)
    matcher.settle_level(LEVELS[0], range(len(mine)))
    matcher.settle_parts(range(len(mine)))
    for level in LEVELS[1:]:
        matcher.settle_level(level, range(len(mine)))
    for level in LEVELS_ELSEWHERE:
        matcher.settle_level(level, range(len(mine), len(sightings)))
    matcher.tell_doubles()
    return Recognized(identities=tuple(matcher.identities()), findings=tuple(matcher.findings))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """The shot of a claim, and what it was recognized by."""

    shot: str
    by: str
    confidence: Confidence
    shift: int = 0
    signs: tuple[str, ...] = ()


class _Matcher:
    """Pairs claims with sightings, one level after the other; the first `own` sightings are of this cut."""

    def __init__(
        self, claims: Sequence[Claim], sightings: Sequence[Sighting], *, own: int, present: frozenset[str]
    ) -> None:
        self._claims = claims
        self._sightings = sightings
        self._own = own
        self._present = present
        self._settled: dict[int, _Settled] = {}
        self._asked: dict[int, tuple[str, ...]] = {}
        self._used: set[int] = set()
        self._named: set[str] = set()
        self._alike: dict[Hashable, list[int]] = defaultdict(list)
        for place, claim in enumerate(claims):
            self._alike[_group(claim, place, shot=None)].append(place)
        self.findings: list[Finding] = []

    def identities(self) -> Iterator[Identity]:
        """In the order of the claims."""
        new = _Settled(shot="", by="", confidence=Confidence.NONE)
        for place, claim in enumerate(self._claims):
            settled = self._settled.get(place, new)
            yield Identity(
                hole=claim.hole,
                shot=settled.shot or None,
                by=settled.by,
                group=_group(claim, place, shot=settled.shot or None),
                confidence=settled.confidence,
                shift=settled.shift,
                signs=settled.signs,
                asked=self._asked.get(place, ()),
            )

    # Shots that are named.

    def settle_named(self, *, given: Collection[str]) -> None:
        """Holes in which our own take stood, and holes whose brief or name has a shot code."""
        by_code: dict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(self._sightings):
            by_code[each.shot.upper()].append(number)
        taken = {code.upper() for code in given}
        for place, claim in enumerate(self._claims):
            if claim.filled is not None:
                self._name(place, claim.filled, by="our own take in the cut", seen=by_code[claim.filled.upper()])
            elif claim.code is not None:
                self._settle_code(place, claim.code, seen=by_code[claim.code.upper()], taken=taken)

    def _settle_code(self, place: int, code: str, *, seen: Sequence[int], taken: Collection[str]) -> None:
        own = any(number < self._own for number in seen)
        elsewhere = any(_is_between_the_same(self._weigh(place, number)) for number in seen)
        if own or elsewhere or code.upper() not in taken:
            self._name(place, code, by="its shot code", seen=seen)
            return
        claim = self._claims[place]
        self.findings.append(
            warning(
                "CODE_TAKEN",
                f"the code {code} names another shot of this library, with other neighbours; this one gets a new code",
                where=_where(claim),
            )
        )

    def _name(self, place: int, shot: str, *, by: str, seen: Sequence[int]) -> None:
        """Settles a shot that is named; how it looked before only says how it was trimmed since."""
        self._named.add(shot.upper())
        self._settled[place] = _Settled(shot=shot, by=by, confidence=Confidence.CERTAIN)
        weighed = [(number, self._weigh(place, number)) for number in seen]
        if weighed:
            number, evidence = max(weighed, key=lambda each: (each[0] < self._own, each[1].strength))
            self._settled[place] = self._as(place, number, evidence, by=by, confidence=Confidence.CERTAIN, shot=shot)

    # Shots that are recognized.

    def settle_level(self, level: Level, numbers: Iterable[int]) -> None:
        """One level over every hole and every shot that is still free."""
        for pairs in apart(self._pairs(level, numbers)):
            if level.confidence is Confidence.LOW and all(each.is_place_alone for each in pairs.values()):
                self._ask(pairs)  # another scene may have been put there
                continue
            while left := self._left(pairs):
                best = best_for_both(left, sightings=self._sightings)
                for pair in best:
                    self._take(pair, pairs, level=level)
                if not best:
                    for rest in apart(left):
                        self._undecided(rest, level=level)
                    break

    def settle_parts(self, numbers: Iterable[int]) -> None:
        """Holes that are the two ends of one that was split, whatever was written on either.

        What stands whole between both of its neighbours is no end of something else.
        """
        whole = self._pairs(WHOLE, numbers)
        holes, shots = {place for place, _ in whole}, {number for _, number in whole}
        pairs = {
            pair: evidence
            for pair, evidence in self._pairs(PARTS, numbers).items()
            if pair[0] not in holes and pair[1] not in shots
        }
        for pair in halves(pairs, claims=self._claims, sightings=self._sightings):
            self._take(pair, pairs, level=PARTS)

    def tell_doubles(self) -> None:
        """Holes with the words of a shot that another hole is: they are new, and that may not be meant."""
        shots = {settled.shot for settled in self._settled.values()}
        taken = {each.words: each.shot for each in self._sightings[: self._own] if each.words and each.shot in shots}
        for place, claim in enumerate(self._claims):
            shot = taken.get(claim.words)
            if shot is None or place in self._settled or place in self._asked:
                continue
            message = (
                f"it has the words of {shot}, which another hole is; it is taken for a new shot. "
                f"Write {shot} into its marker if both are one"
            )
            self.findings.append(warning("TIE", message, where=_where(claim)))

    def _pairs(self, level: Level, numbers: Iterable[int]) -> dict[Pair, Evidence]:
        """What holds at this level; of holes that are alike only the first is looked at."""
        known = self._free(level, numbers)
        pairs: dict[Pair, Evidence] = {}
        for place, *_ in self._alike.values() if known else ():
            if place in self._settled or place in self._asked:
                continue
            claim = self._claims[place]
            keys = [(claim.hole.stand_in, key) for key in level.keys_of_claim(claim)]
            near = dict.fromkeys(number for key in keys for number in known.get(key, ()))
            for number in self._nearest(claim, near):
                evidence = self._weigh(place, number)
                if level.holds(evidence):
                    pairs[place, number] = evidence
        return pairs

    def _free(self, level: Level, numbers: Iterable[int]) -> dict[Hashable, list[int]]:
        """Sightings that are still free, by their keys."""
        found: dict[Hashable, list[int]] = defaultdict(list)
        shown = {settled.shot.upper() for settled in self._settled.values()}
        for number in numbers:
            each = self._sightings[number]
            elsewhere = number >= self._own and each.shot.upper() in shown
            if not self._claims or number in self._used or elsewhere or each.shot.upper() in self._named:
                continue
            for key in level.keys_of_sighting(each, self._claims[0].hole.record.rate):
                found[each.stand_in, key].append(number)
        return found

    def _nearest(self, claim: Claim, numbers: Collection[int]) -> Collection[int]:
        if len(numbers) <= _MOST_WEIGHED:
            return numbers
        start = claim.hole.record.start
        return nsmallest(_MOST_WEIGHED, numbers, key=lambda number: abs(self._sightings[number].start - start))

    def _left(self, pairs: Pairs) -> dict[Pair, Evidence]:
        return {
            (place, number): evidence
            for (place, number), evidence in pairs.items()
            if place not in self._settled and number not in self._used
        }

    def _take(self, pair: Pair, pairs: Pairs, *, level: Level, confidence: Confidence | None = None) -> None:
        first, number = pair
        alone = level.confidence is Confidence.FAIR and pairs[pair].is_one_side_alone
        sure = confidence or (Confidence.LOW if alone else level.confidence)
        settled = self._as(first, number, pairs[pair], by=level.by, confidence=sure)
        self._used.add(number)
        for place in self._alike[_group(self._claims[first], first, shot=None)]:
            self._settled[place] = settled
        if confidence is None and sure is Confidence.LOW:
            message = f"taken for {settled.shot} by {level.by} alone: {', '.join(settled.signs)}. Look at it"
            self.findings.append(warning("WEAK_MATCH", message, where=_where(self._claims[first])))

    def _undecided(self, pairs: Pairs, *, level: Level) -> None:
        """What nothing tells apart: by record order where holes and shots are as many, else a person is asked."""
        ordered = in_order(pairs)
        shots = ", ".join(dict.fromkeys(self._sightings[number].shot for _, number in pairs))
        if ordered is not None:
            for pair in ordered:
                self._take(pair, pairs, level=level, confidence=Confidence.LOW)
            message = f"several holes and shots are alike ({level.by}); record order decided who is {shots}"
            self.findings.append(warning("TIE", message, where=_where(self._claims[ordered[0][0]])))
            return
        self._ask(pairs)

    def _ask(self, pairs: Pairs) -> None:
        candidates: dict[int, list[str]] = defaultdict(list)
        for place, number in pairs:
            candidates[place].append(self._sightings[number].shot)
        for place, names in candidates.items():
            for each in self._alike[_group(self._claims[place], place, shot=None)]:
                self._asked[each] = tuple(dict.fromkeys(names))

    def _weigh(self, place: int, number: int) -> Evidence:
        return weigh(self._claims[place], self._sightings[number], present=self._present)

    def _as(
        self, place: int, number: int, evidence: Evidence, *, by: str, confidence: Confidence, shot: str = ""
    ) -> _Settled:
        sighting = self._sightings[number]
        return _Settled(
            shot=shot or sighting.shot,
            by=by,
            confidence=confidence,
            shift=shift_of(self._claims[place], sighting, evidence),
            signs=evidence.told(),
        )


def _is_between_the_same(evidence: Evidence) -> bool:
    return evidence.sides == (Relation.SAME, Relation.SAME)


def _where(claim: Claim) -> str:
    return f"{claim.hole.track} {claim.hole.timecode}"


def _group(claim: Claim, place: int, *, shot: str | None) -> Hashable:
    """What makes holes one shot: an equal code; without one, uses of one compound clip that are alike."""
    if shot is not None:
        return shot.upper()
    hole = claim.hole
    if hole.compound and hole.before and hole.after:
        joints = (hole.before.joint, hole.after.joint)
        return (hole.compound, hole.kind, hole.stand_in, hole.record.length, claim.words, joints)
    return place
