"""The degrees of certainty by which a hole is recognized, the surest first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from pickup.match.evidence import Evidence, Joint, Relation, joints_of_claim, joints_of_sighting
from pickup.match.model import Claim, Confidence, Sighting
from pickup.timing import FrameRate

_Keys = Iterable[Hashable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One degree of certainty.

    Attributes:
        by: What a shot is recognized by, in words.
        keys_of_claim: A hole and a shot that have a key in common are weighed; likewise `keys_of_sighting`, which
            counts frames at the rate of the cut.
        holds: Whether what they have in common is enough.
    """

    by: str
    confidence: Confidence
    keys_of_claim: Callable[[Claim], _Keys]
    keys_of_sighting: Callable[[Sighting, FrameRate], _Keys]
    holds: Callable[[Evidence], bool]


def _words_of_claim(claim: Claim) -> _Keys:
    return [claim.words] if claim.words else []


def _words_of_sighting(sighting: Sighting, _rate: FrameRate) -> _Keys:
    return [sighting.words] if sighting.words else []


def _edges(joints: tuple[Joint | None, Joint | None], rate: FrameRate) -> _Keys:
    """Each neighbour with its cut frame, in both ways of counting it."""
    return [
        (side, joint.media, frame)
        for side, joint in zip(("before", "after"), joints, strict=True)
        if joint is not None
        for frame in dict.fromkeys(joint.frames(rate))
    ]


def _edges_of_claim(claim: Claim) -> _Keys:
    return _edges(joints_of_claim(claim), claim.hole.record.rate)


def _edges_of_sighting(sighting: Sighting, rate: FrameRate) -> _Keys:
    return _edges(joints_of_sighting(sighting), rate)


def _worded_edges_of_claim(claim: Claim) -> _Keys:
    return [(claim.words, edge) for edge in _edges_of_claim(claim) if claim.words]


def _worded_edges_of_sighting(sighting: Sighting, rate: FrameRate) -> _Keys:
    return [(sighting.words, edge) for edge in _edges_of_sighting(sighting, rate) if sighting.words]


def _media(joints: tuple[Joint | None, Joint | None]) -> _Keys:
    before, after = joints
    return [(before.media, after.media)] if before is not None and after is not None else []


def _media_of_claim(claim: Claim) -> _Keys:
    return _media(joints_of_claim(claim))


def _media_of_sighting(sighting: Sighting, _rate: FrameRate) -> _Keys:
    return _media(joints_of_sighting(sighting))


def _range_of_claim(claim: Claim) -> _Keys:
    return [(claim.hole.record.start, claim.hole.record.end)]


def _range_of_sighting(sighting: Sighting, _rate: FrameRate) -> _Keys:
    return [(sighting.start, sighting.end)]


def _both_on_their_frames(evidence: Evidence) -> bool:
    return evidence.sides == (Relation.SAME, Relation.SAME)


def _one_on_its_frame(evidence: Evidence) -> bool:
    return evidence.sides[0] == Relation.SAME


def _one_and_the_other_near(evidence: Evidence) -> bool:
    high, low = evidence.sides
    return high == Relation.SAME and low in (Relation.RECUT, Relation.ABSENT)


def _both_near(evidence: Evidence) -> bool:
    recut = evidence.sides == (Relation.RECUT, Relation.RECUT)
    return recut and (evidence.words >= 0 or evidence.same_range)


def _only_the_place(evidence: Evidence) -> bool:
    """The record range, and no neighbour that only went elsewhere, unless the other one is still there."""
    one_near = evidence.sides[0] >= Relation.RECUT
    return evidence.same_range and evidence.words >= 0 and (one_near or not evidence.elsewhere)


WHOLE = Level(
    by="both neighbours and their cut frames",
    confidence=Confidence.HIGH,
    keys_of_claim=_edges_of_claim,
    keys_of_sighting=_edges_of_sighting,
    holds=_both_on_their_frames,
)
"""The same place, whatever was written on it."""

LEVELS = (
    Level(
        by="its brief or name, between the same neighbours",
        confidence=Confidence.CERTAIN,
        keys_of_claim=_worded_edges_of_claim,
        keys_of_sighting=_worded_edges_of_sighting,
        holds=_both_on_their_frames,
    ),
    Level(
        by="its brief or name, and a neighbour with its cut frame",
        confidence=Confidence.HIGH,
        keys_of_claim=_worded_edges_of_claim,
        keys_of_sighting=_worded_edges_of_sighting,
        holds=_one_on_its_frame,
    ),
    Level(
        by="its brief or name",
        confidence=Confidence.HIGH,
        keys_of_claim=_words_of_claim,
        keys_of_sighting=_words_of_sighting,
        holds=lambda _evidence: True,
    ),
    WHOLE,
    Level(
        by="both neighbours, one with its cut frame",
        confidence=Confidence.HIGH,
        keys_of_claim=_edges_of_claim,
        keys_of_sighting=_edges_of_sighting,
        holds=_one_and_the_other_near,
    ),
    Level(
        by="both neighbours, cut a little otherwise",
        confidence=Confidence.FAIR,
        keys_of_claim=_media_of_claim,
        keys_of_sighting=_media_of_sighting,
        holds=_both_near,
    ),
    Level(
        by="one neighbour with its cut frame",
        confidence=Confidence.FAIR,
        keys_of_claim=_edges_of_claim,
        keys_of_sighting=_edges_of_sighting,
        holds=lambda evidence: _one_on_its_frame(evidence) and evidence.words >= 0,
    ),
    Level(
        by="its record range",
        confidence=Confidence.LOW,
        keys_of_claim=_range_of_claim,
        keys_of_sighting=_range_of_sighting,
        holds=_only_the_place,
    ),
)

PARTS = Level(
    by="a neighbour with its cut frame, as one end of a hole that was split",
    confidence=Confidence.HIGH,
    keys_of_claim=_edges_of_claim,
    keys_of_sighting=_edges_of_sighting,
    holds=lambda evidence: bool(evidence.only_side),
)

LEVELS_ELSEWHERE = (
    Level(
        by="both neighbours and their cut frames, in another cut of the library",
        confidence=Confidence.HIGH,
        keys_of_claim=_edges_of_claim,
        keys_of_sighting=_edges_of_sighting,
        holds=lambda evidence: _both_on_their_frames(evidence) and evidence.words >= 0,
    ),
)
"""In another cut only the same place counts: two films may well use the same words for two shots."""
