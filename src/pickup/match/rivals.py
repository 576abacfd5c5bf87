"""Holes and shots that could be each other, and which of them are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pickup.match.evidence import Evidence
from pickup.match.model import Claim, Sighting

Pair = tuple[int, int]
"""Place of a claim, number of a sighting."""

Pairs = Mapping[Pair, Evidence]


def apart(pairs: Pairs) -> Iterator[dict[Pair, Evidence]]:
    """Groups of pairs that share neither a hole nor a shot with those of another group."""
    root: dict[tuple[str, int], tuple[str, int]] = {}

    def find(node: tuple[str, int]) -> tuple[str, int]:
        while root.setdefault(node, node) != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for place, number in pairs:
        root[find(("hole", place))] = find(("shot", number))
    groups: dict[tuple[str, int], dict[Pair, Evidence]] = defaultdict(dict)
    for pair, evidence in pairs.items():
        groups[find(("hole", pair[0]))][pair] = evidence
    yield from groups.values()


def halves(pairs: Pairs, *, claims: Sequence[Claim], sightings: Sequence[Sighting]) -> Iterator[Pair]:
    """Two holes that are what is left of one: one keeps the neighbour before, a later one keeps the neighbour after.

    Something was put over the middle of it, and both ends stand where they stood; or it was cut in two and something
    put in between, and together they are as long as it was. Otherwise one of them is a new hole beside it.
    """
    heads: dict[int, list[int]] = defaultdict(list)
    tails: dict[int, list[int]] = defaultdict(list)
    for (place, number), evidence in pairs.items():
        if evidence.same_rate and evidence.words >= 0 and evidence.only_side:
            (heads if evidence.only_side == "before" else tails)[number].append(place)
    for number, places in heads.items():
        if len(places) != 1 or len(tails[number]) != 1:
            continue
        head, tail = places[0], tails[number][0]
        first, second = claims[head].hole.record, claims[tail].hole.record
        spans = (second.end - first.start, first.length + second.length)
        if first.end <= second.start and sightings[number].length in spans:
            yield head, number
            yield tail, number


def best_for_both(pairs: Pairs, *, sightings: Sequence[Sighting]) -> list[Pair]:
    """Pairs than which neither side has a better one, or another as good.

    Two sightings of one shot are no rivals: the first of them will do. Where one hole has the neighbour before and
    another as long has the neighbour after, either may be the new one; likewise either shot may be the one that is
    gone. The place at which they stand says nothing then.
    """
    of_hole: dict[int, list[Pair]] = defaultdict(list)
    of_shot: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        of_hole[pair[0]].append(pair)
        of_shot[pair[1]].append(pair)
    chosen = []
    for group in of_hole.values():
        top = max(pairs[pair].strength for pair in group)
        best = [pair for pair in group if pairs[pair].strength == top]
        if len({sightings[number].shot for _, number in best}) > 1:
            continue
        place, number = best[0]
        others = (pairs[pair] for pair in group if sightings[pair[1]].shot != sightings[number].shot)
        if any(_is_other_end(each, pairs[best[0]]) for each in others):
            continue
        rivals = [pairs[other] for other in of_shot[number] if other[0] != place]
        if all(each.strength < top and not _is_other_end(each, pairs[best[0]]) for each in rivals):
            chosen.append(best[0])
    return chosen


def _is_other_end(one: Evidence, other: Evidence) -> bool:
    return one.weight == other.weight and {one.only_side, other.only_side} == {"before", "after"}


def in_order(pairs: Pairs) -> list[Pair] | None:
    """Pairs by record order, where nothing tells holes and shots apart and there are as many of both; else None."""
    places, numbers = sorted({place for place, _ in pairs}), sorted({number for _, number in pairs})
    alike = len({evidence.strength for evidence in pairs.values()}) == 1
    if not alike or len(places) != len(numbers) or len(pairs) != len(places) * len(numbers):
        return None
    return list(zip(places, numbers, strict=True))
