"""From the rate of a clip to the rate of the cut: the named policies, and how many frames each of them wants.

>>> from pickup.timing import FrameRate
>>> frames_needed(101, made_at=FrameRate.parse("24"), shown_at=FrameRate.parse("25"))
97
>>> usual_policy(made_at=FrameRate.parse("24"), shown_at=FrameRate.parse("25"))
<RatePolicy.RERATE: 'rerate'>

It is arithmetic; `pickup.media.mapping` does with frames what is counted here. docs/conform.md shows every pair.
"""

from __future__ import annotations

import math
from enum import StrEnum
from fractions import Fraction

from pickup.timing import FrameRate

NEAR = Fraction(1, 20)
"""Share by which rates may differ for a clip to be re-rated of itself: 24 and 25 differ by 1/24, and films have been
shown on television so for decades. Besides 48 and 50 and /1001 rates no usual pair comes nearer than a sixth."""

OWN_SPEED = Fraction(1)
_DAY_S = 24 * 60 * 60


class RatePolicy(StrEnum):
    """What is done where a clip's rate is not the cut's.

    `AUTO` is the usual one of the pair. `RERATE` shows every frame of the clip once, so that it plays a little faster
    or slower; the others keep its speed: `NEAREST` shows the frame that the clip shows at that moment, so that some
    are shown twice or not at all, `BLEND` mixes the two frames beside the moment, `FLOW` moves them to it.
    """

    AUTO = "auto"
    RERATE = "rerate"
    NEAREST = "nearest"
    BLEND = "blend"
    FLOW = "flow"


def are_neighbours(one: FrameRate, other: FrameRate) -> bool:
    """Whether rates are equal, or one is the other's /1001 rate: their clips are always shown frame for frame."""
    return one.nominal == other.nominal


def are_near(one: FrameRate, other: FrameRate) -> bool:
    """Whether a clip of one rate may be shown frame for frame at the other without anybody asking for it."""
    return abs(one.fps / other.fps - 1) <= NEAR


def usual_policy(*, made_at: FrameRate, shown_at: FrameRate) -> RatePolicy:
    """The policy that `AUTO` stands for; where a clip is too short to be re-rated it is `NEAREST` after all."""
    return RatePolicy.RERATE if are_near(made_at, shown_at) else RatePolicy.NEAREST


def step_of(
    *,
    made_at: FrameRate,
    shown_at: FrameRate,
    policy: RatePolicy = RatePolicy.AUTO,
    placeholder_speed: Fraction = OWN_SPEED,
) -> Fraction:
    """Frames of the clip that pass for each frame of the cut.

    Args:
        made_at: The clip's rate.
        shown_at: The cut's rate.
        policy: `AUTO` counts by time, as the policy that wants fewest frames where a clip is as slow as the cut or
            slower does.
        placeholder_speed: Source seconds for each record second, where the editor retimed what holds the place; as
            many frames pass backwards as forward, and none in a freeze.
    """
    if policy is RatePolicy.RERATE or are_neighbours(made_at, shown_at):
        return abs(placeholder_speed)
    return made_at.fps / shown_at.fps * abs(placeholder_speed)


def frames_needed(
    frames: int,
    *,
    made_at: FrameRate,
    shown_at: FrameRate,
    policy: RatePolicy = RatePolicy.AUTO,
    placeholder_speed: Fraction = OWN_SPEED,
) -> int:
    """Frames of a clip made at one rate that so many frames of a cut want; conforming maps them in the same way."""
    step = step_of(made_at=made_at, shown_at=shown_at, policy=policy, placeholder_speed=placeholder_speed)
    return math.floor((frames - 1) * step) + 1


def frames_lasting(
    frames: int,
    *,
    made_at: FrameRate,
    shown_at: FrameRate,
    policy: RatePolicy = RatePolicy.AUTO,
    placeholder_speed: Fraction = OWN_SPEED,
) -> int:
    """Most frames of a clip that last no longer than so many frames of a cut; at least as many as they want.

    Seven seconds of a cut at 24 show 209 of the 210 frames that seven seconds at 30 have: both cover it to the frame.
    """
    step = step_of(made_at=made_at, shown_at=shown_at, policy=policy, placeholder_speed=placeholder_speed)
    return max(math.floor((frames - 1) * step) + 1, math.floor(frames * step))


def frames_served(
    frames: int,
    *,
    made_at: FrameRate,
    shown_at: FrameRate,
    policy: RatePolicy = RatePolicy.AUTO,
    placeholder_speed: Fraction = OWN_SPEED,
) -> int:
    """Most frames of a cut that so many frames of a clip serve; the inverse of `frames_needed`.

    A freeze is as long as anybody wishes, up to a day.
    """
    step = step_of(made_at=made_at, shown_at=shown_at, policy=policy, placeholder_speed=placeholder_speed)
    return math.ceil(frames / step) if step else math.ceil(_DAY_S * shown_at.fps)
