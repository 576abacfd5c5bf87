"""The color of a take: what it and its neighbours show at the cuts, the match of one to the other, and its files.

    edges = Edges(first=picture, last=picture)               the take's own frames at the cuts, ungraded
    graded = grade(edges, delivery, stem="HARBOR7K2Q_SH0010_t01")
    graded.change                                            what is done to every picture

The decision is made in `pickup.media.color`; nothing is graded here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pickup.media.color.cube import SIZE, cube_text, grid, read_cube, through_cube
from pickup.media.color.difference import Picture
from pickup.media.color.keep import kept_files
from pickup.media.color.match import ColorMatch, Pair, match_color
from pickup.media.color.transfer import IDENTITY, Affine
from pickup.media.qc.continuity import continuity
from pickup.media.qc.seams import decoded
from pickup.ports import Delivery
from pickup.takes import Grade

_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edges:
    """The first and the last frame of a take that are seen in the cut, as (height, width, 3) 8-bit display RGB."""

    first: Picture
    last: Picture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graded:
    """What is done to the color of a take.

    Attributes:
        change: On display RGB; the identity where nothing is done.
        files: What is kept beside the take, by what is added to its stem.
        measures: Continuity at both cuts before the match, by name.
    """

    grade: Grade
    change: Affine = IDENTITY
    files: Mapping[str, bytes] = field(default_factory=dict)
    measures: tuple[tuple[str, float], ...] = ()


def wants_grade(delivery: Delivery) -> bool:
    """Whether its color is to be matched to anything."""
    beside = delivery.beside
    has_neighbour = beside.before is not None or beside.after is not None
    return delivery.color_strength > 0 and not delivery.previs and has_neighbour


def grade(edges: Edges, delivery: Delivery, *, stem: str) -> Graded:
    """The one change of color for the whole take.

    Raises:
        MediaError: A neighbour's picture cannot be read.
    """
    beside = delivery.beside
    own, theirs = (edges.first, edges.last), (decoded(beside.before), decoded(beside.after))
    pairs = [
        None if other is None else Pair(take=take, neighbour=other) for take, other in zip(own, theirs, strict=True)
    ]
    match = match_color(
        [pair for pair in pairs if pair is not None],
        strength=delivery.color_strength,
        made_from_neighbour=any(beside.made_from),
    )
    outcome = _outcome(match, sides=[pair is not None for pair in pairs])
    measures = tuple(_continuity_before(pairs))
    if match.is_identity:
        return Graded(grade=outcome, measures=measures)
    files = dict(kept_files(match, pairs=[pair for pair in pairs if pair is not None], name=stem))
    return Graded(grade=outcome, change=match.map, files=files, measures=measures)


def _outcome(match: ColorMatch, *, sides: Sequence[bool]) -> Grade:
    found = iter(match.pairs)
    jumps = [next(found) if is_there else None for is_there in sides]
    before = [None if each is None else each.before for each in jumps]
    after = [None if each is None else each.after for each in jumps]
    return Grade(
        strength=round(match.strength, _DIGITS),
        reason=match.reason,
        before=(_rounded(before[0]), _rounded(before[1])),
        after=(_rounded(after[0]), _rounded(after[1])),
    )


def _rounded(difference: float | None) -> float | None:
    return None if difference is None else round(difference, _DIGITS)


def _continuity_before(pairs: Sequence[Pair | None]) -> Iterator[tuple[str, float]]:
    for name, pair in zip(("in", "out"), pairs, strict=True):
        if pair is not None:
            yield f"continuity_{name}_before_color", round(continuity(pair.take, pair.neighbour).score, _DIGITS)


def table_of(change: Affine, *, from_display: Path | None, title: str) -> str:
    """Text of the .cube file that a filter graph applies to display RGB; empty where it would change nothing.

    Args:
        change: The match.
        from_display: A .cube file that leads from display color into the space of the cut's media, which comes after.
        title: Of the table.

    Raises:
        MediaError: `from_display` is no such file.
    """
    if from_display is None:
        return "" if change == IDENTITY else cube_text(change.colors(grid(SIZE)), title=title)
    space = read_cube(from_display)
    matched = change.colors(grid(len(space)))
    return cube_text(through_cube(space, matched.reshape(-1, 3)).reshape(space.shape), title=title)
