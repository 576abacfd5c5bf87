"""Decides whether a take's color is matched to its neighbours, how strongly, and with which map.

A match helps where the neighbour shows the same scene and harms beside any other, so the neighbour's likeness is the
gate. Points found again count most, and where they are enough the map is read from them alone: then a neighbour in
another framing serves as well as the same picture. Where none are found colors must do, which cannot prove a scene: the
match is then partial, stronger if the clip was generated from that very frame, and nothing at a distance. What was
decided is verified on the pair itself. It changes no picture; `Affine.picture` and the cube do.

    match = match_color([Pair(take=first, neighbour=before), Pair(take=last, neighbour=after)], strength=1.0,
                        made_from_neighbour=True)
    print(match.reason)      matched to the frame before: ...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pickup.media.color.difference import Picture, Values, delta_e, lab_of, palette_difference
from pickup.media.color.likeness import (
    FOUND_FROM,
    FOUND_SURELY,
    NOTHING_SHARED,
    Shared,
    likeness_distance,
    shared_points,
)
from pickup.media.color.samples import colors_of, is_flat, palette_of, small_copy
from pickup.media.color.transfer import IDENTITY, Affine, transfer, unclipped

WORSE_BOUND = 0.5
"""Delta-E by which a match may leave a cut that it uses further apart; beyond, it is weakened or dropped."""
ALIKE_BELOW = 1.0
"""Delta-E that is just visible: pictures no further apart are left alone."""
_LEAST_GAIN = 0.3
"""Delta-E that a match must bring, or it is not worth a change."""
_LEAST_TRUST = 0.05
_DISAGREE_FROM = 6.0
"""Mean delta-E between what two neighbours ask for, from which on they are two scenes, unless points prove both."""
_WEAKER = (1.0, 0.75, 0.5, 0.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ramp:
    """Trust by likeness distance where no points are found: the most up to `near`, none from `far`, smooth between."""

    most: float
    near: float
    far: float

    def trust(self, distance: float) -> float:
        return self.most * _smooth((self.far - distance) / (self.far - self.near))


_BY_COLORS = _Ramp(most=0.5, near=10.0, far=18.0)
"""Unrelated photographs began at 13; at these strengths none moved more than 2 delta-E from where it belonged."""
_BY_ORIGIN = _Ramp(most=0.65, near=10.0, far=18.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """A frame of the take and the neighbour's frame that it meets at the cut: 8-bit display RGB, (height, width, 3)."""

    take: Picture
    neighbour: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMatch:
    """How one pair stood, and stands.

    Attributes:
        likeness: Distance of its colors; see `likeness_distance`.
        found_again: Share of the points with texture that both show, 0 to 1.
        trust: How far it is taken for one scene, 0 to 1.
        used: Whether the match was read from it, and verified on it.
        before: Delta-E at the cut without the match; see `cut_difference`.
        after: Delta-E at the cut with it.
        shared_before: The same on the points that both show alone, where the match was read from them; else None.
        shared_after: The same with the match.
    """

    likeness: float
    found_again: float
    trust: float
    used: bool
    before: float
    after: float
    shared_before: float | None
    shared_after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorMatch:
    """What is to be done to every frame of a take.

    Attributes:
        map: On display RGB from 0 to 1, the strength in it; the identity when nothing is done.
        strength: What was applied of the full match, 0 to 1.
        pairs: In the order they were given.
        reason: Why, in one sentence for a person.
    """

    map: Affine
    strength: float
    pairs: tuple[PairMatch, ...]
    reason: str

    @property
    def is_identity(self) -> bool:
        """Whether the take stays as it is."""
        return self.map == IDENTITY


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """A pair, measured."""

    take: Values
    neighbour: Values
    target: Values
    shared_target: Values | None
    likeness: float
    shared: Shared
    flat: bool
    trust: float
    before: float
    shared_before: float | None

    @property
    def proven(self) -> bool:
        return self.shared_target is not None

    @property
    def source(self) -> tuple[Values, Values]:
        """What the map is read from."""
        return unclipped(self.shared.take, self.shared.neighbour) if self.proven else (self.take, self.neighbour)

    def jump(self, change: Affine) -> float:
        return palette_difference(palette_of(change.colors(self.take)), self.target)

    def shared_jump(self, change: Affine) -> float | None:
        if self.shared_target is None:
            return None
        return palette_difference(palette_of(change.colors(self.shared.take)), self.shared_target)


def match_color(pairs: Sequence[Pair], *, strength: float = 1.0, made_from_neighbour: bool = False) -> ColorMatch:
    """The one map for a take: usually from its first frame and the frame before, and its last and the frame after.

    Args:
        pairs: None, one or two, rarely more; those of another scene are left out of account.
        strength: 0 changes nothing, 1 matches as far as the likeness allows.
        made_from_neighbour: The clip was generated from these very frames. It is believed as far as their colors allow.

    Raises:
        ValueError: A picture is none, or the strength is not from 0 to 1.
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"a strength is from 0 to 1, not {strength}")
    seen = [_measured(pair, made_from_neighbour=made_from_neighbour) for pair in pairs]
    why_not = _why_not(seen, strength=strength)
    if why_not:
        return _unchanged(seen, reason=why_not)
    used = _used(seen)
    full = transfer([each.source for each in used], weights=[each.trust for each in used])
    wanted = strength * max(each.trust for each in used)
    for share in _WEAKER:
        change = full.at(wanted * share)
        if not _made_worse(used, change):
            break
    else:
        return _unchanged(seen, reason="left as it is: a match would have made the jump at a cut larger")
    if _gained(used, change) < _LEAST_GAIN:
        return _unchanged(seen, reason="left as it is: a match would not have brought it visibly closer")
    applied = wanted * share
    return ColorMatch(
        map=change,
        strength=applied,
        pairs=tuple(_result(each, change=change, used=each in used) for each in seen),
        reason=_reason(used, of=seen, applied=applied, weakened=share < 1),
    )


def _measured(pair: Pair, *, made_from_neighbour: bool) -> _Seen:
    take, neighbour = small_copy(pair.take), small_copy(pair.neighbour)
    flat = is_flat(take) or is_flat(neighbour)
    shared = NOTHING_SHARED if flat else shared_points(take, neighbour)
    distance = likeness_distance(take, neighbour)
    by_points = _smooth((shared.share - FOUND_FROM) / (FOUND_SURELY - FOUND_FROM))
    by_colors = (_BY_ORIGIN if made_from_neighbour else _BY_COLORS).trust(distance)
    target = palette_of(colors_of(neighbour))
    shared_target = palette_of(shared.neighbour) if shared.is_enough else None
    return _Seen(
        take=colors_of(take),
        neighbour=colors_of(neighbour),
        target=target,
        shared_target=shared_target,
        likeness=distance,
        shared=shared,
        flat=flat,
        trust=0.0 if flat else max(by_points, by_colors),
        before=palette_difference(palette_of(colors_of(take)), target),
        shared_before=None if shared_target is None else palette_difference(palette_of(shared.take), shared_target),
    )


def _why_not(seen: Sequence[_Seen], *, strength: float) -> str:
    """Why nothing is to be done; empty when a match is to be tried."""
    if not seen:
        return "left as it is: it has no neighbour"
    if strength == 0:
        return "left as it is: the strength is 0"
    if all(each.flat for each in seen):
        return "left as it is: a frame at the cut is of one color, which says nothing of the scene"
    trusted = [each for each in seen if each.trust >= _LEAST_TRUST]
    if not trusted:
        nearest = min(each.likeness for each in seen if not each.flat)
        return f"left as it is: no neighbour shows the same scene (the nearest is {nearest:.0f} away in color)"
    if all(max(each.before, each.shared_before or 0.0) < ALIKE_BELOW for each in trusted):
        return "left as it is: its color fits already"
    return ""


def _used(seen: Sequence[_Seen]) -> list[_Seen]:
    """The pairs that are trusted; where they ask for different things, the surest one alone."""
    trusted = sorted(
        (each for each in seen if each.trust >= _LEAST_TRUST), key=lambda each: (-each.trust, each.likeness)
    )
    best = trusted[0]
    asked = transfer([best.source], weights=[1.0])
    return [best, *(each for each in trusted[1:] if (best.proven and each.proven) or _agrees(each, asked))]


def _agrees(other: _Seen, asked: Affine) -> bool:
    own = transfer([other.source], weights=[1.0])
    apart = delta_e(lab_of(asked.colors(other.take)), lab_of(own.colors(other.take)))
    return float(apart.mean()) < _DISAGREE_FROM


def _made_worse(used: Sequence[_Seen], change: Affine) -> bool:
    for each in used:
        if each.jump(change) > each.before + WORSE_BOUND:
            return True
        before, after = each.shared_before, each.shared_jump(change)
        if before is not None and after is not None and after > before + WORSE_BOUND:
            return True
    return False


def _gained(used: Sequence[_Seen], change: Affine) -> float:
    """Delta-E that the match brings on the mean of its pairs, on shared points where there are any."""
    gains = []
    for each in used:
        before, after = each.shared_before, each.shared_jump(change)
        gains.append(before - after if before is not None and after is not None else each.before - each.jump(change))
    return float(np.mean(gains))


def _unchanged(seen: Sequence[_Seen], *, reason: str) -> ColorMatch:
    pairs = tuple(_result(each, change=IDENTITY, used=False) for each in seen)
    return ColorMatch(map=IDENTITY, strength=0.0, pairs=pairs, reason=reason)


def _result(seen: _Seen, *, change: Affine, used: bool) -> PairMatch:
    return PairMatch(
        likeness=seen.likeness,
        found_again=seen.shared.share,
        trust=seen.trust,
        used=used,
        before=seen.before,
        after=seen.jump(change),
        shared_before=seen.shared_before,
        shared_after=seen.shared_jump(change),
    )


def _reason(used: Sequence[_Seen], *, of: Sequence[_Seen], applied: float, weakened: bool) -> str:
    who = "both neighbours" if len(used) > 1 else "its neighbour" if len(of) == 1 else "the neighbour that it is like"
    best = used[0]
    why = (
        f"{best.shared.share:.0%} of the points are found again"
        if best.proven
        else f"the colors are alike ({best.likeness:.0f} apart), no points are found again"
    )
    held = "; weakened, because more would have made a jump larger" if weakened else ""
    return f"matched to {who} at {applied:.0%}: {why}{held}"


def _smooth(share: float) -> float:
    """0 up to 0, 1 from 1 on, smooth between."""
    held = min(1.0, max(0.0, share))
    return held * held * (3 - 2 * held)
