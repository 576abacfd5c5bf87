"""Which frame of a shot is seen first after its hole was trimmed.

A take is made once; when an edit at its side is rolled, the same record frames must go on showing the same frames of
it. Whether the head or the tail of a hole was trimmed is told by the neighbours: a neighbour that gained five frames
took them from the hole. Where nothing tells, the head stays, because a take continues the shot before it.
"""

from __future__ import annotations

from pickup.match.evidence import Evidence, Relation
from pickup.match.model import Claim, Sighting
from pickup.timing import FrameRate, half_up


def shift_of(claim: Claim, sighting: Sighting, evidence: Evidence) -> int:
    """The frame of the shot at which the range begins that a take must cover; as in `Sighting`."""
    lead_then = claim.lead if sighting.lead is None else sighting.lead
    if not evidence.same_rate:
        seconds = FrameRate.parse(sighting.rate).seconds(sighting.shift)
        return half_up(claim.hole.record.rate.frames(seconds))
    return sighting.shift + head_trim(evidence) - (claim.lead - lead_then)


def head_trim(evidence: Evidence) -> int:
    """Frames that the hole lost at its head since it was seen; negative where it gained some.

    Head and tail together must have lost what the hole is shorter by; each side lost either nothing or what its
    neighbour gained.
    """
    lost = -evidence.longer
    if not lost:
        return 0
    at_head, at_tail = evidence.before_moved, -evidence.after_moved
    knows_head, knows_tail = (side >= Relation.RECUT for side in (evidence.before, evidence.after))
    if knows_head and not at_head:
        return 0
    if knows_head and at_head == lost:
        return lost
    if knows_head and knows_tail and at_head + at_tail == lost:
        return at_head
    if knows_tail and not knows_head:
        # The shot before is another one: it was put over the head, or the tail was rolled as well.
        return lost - at_tail
    return 0
