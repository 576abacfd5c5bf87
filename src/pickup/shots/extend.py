"""Whether a hole could be covered for nothing, by media of the shots beside it that the cut does not use.

It only proposes, and only of media that play at their own speed: whether those frames show anything usable is for an
editor to see; the cut does not move by itself.

    propose_extension(spec)        "A001.mov at its tail by 30 frames, B002.mov at its head by 18 frames"
"""

from __future__ import annotations

from fractions import Fraction

from pickup.errors import counted
from pickup.holes import Neighbour
from pickup.shots.model import ShotSpec
from pickup.timing import FrameRate, shown_frame


def propose_extension(spec: ShotSpec) -> str:
    """What to extend, in words; empty where the neighbours' media do not reach, or several holes share the shot."""
    if len(spec.holes) > 1:
        return ""
    frames, rate = spec.covers.length, spec.delivery.rate
    before, after = _frames_after(spec.before, rate=rate), _frames_before(spec.after, rate=rate)
    if before + after < frames:
        return ""
    if before >= frames and spec.before is not None:
        return f"{spec.before.name} at its tail by {counted(frames, 'frame')}"
    if after >= frames and spec.after is not None:
        return f"{spec.after.name} at its head by {counted(frames, 'frame')}"
    if spec.before is None or spec.after is None:
        return ""
    return (
        f"{spec.before.name} at its tail by {counted(before, 'frame')}, "
        f"{spec.after.name} at its head by {counted(frames - before, 'frame')}"
    )


def _frames_after(neighbour: Neighbour | None, *, rate: FrameRate) -> int:
    """Whole frames of the cut that the shot before has after its last seen one."""
    if neighbour is None or neighbour.available is None or not neighbour.straight:
        return 0
    return _whole(neighbour.available.end - neighbour.at - rate.seconds(1), rate=rate)


def _frames_before(neighbour: Neighbour | None, *, rate: FrameRate) -> int:
    """Whole frames of the cut that the shot after has before its first seen one."""
    if neighbour is None or neighbour.available is None or not neighbour.straight:
        return 0
    return _whole(neighbour.at - neighbour.available.start, rate=rate)


def _whole(seconds: Fraction, *, rate: FrameRate) -> int:
    return max(0, shown_frame(rate.frames(seconds)))
