"""Speed ramps by the frames that they show, and as programs write them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from pickup.ramps import Ramp
from pickup.timing import FrameRate


def ramp_through(shown: Sequence[Fraction | float], *, rate: FrameRate) -> Ramp:
    """A ramp through these frames of a placeholder's media, one for each frame of the cut from the first one on."""
    return Ramp(points=tuple((rate.seconds(frame), Fraction(each) / rate.fps) for frame, each in enumerate(shown)))


def hieros_ramp(shown: Sequence[float]) -> dict[str, Any]:
    """Metadata of Hiero's effect, through AYON.

    Args:
        shown: Which frame of a clip is shown at each of its frames.
    """
    return {"length": 1.0, "lookup": [frame - number for number, frame in enumerate(shown)]}


def resolves_ramp(*rows: tuple[float, float], smooth: bool = False, tangent: float = 0.0) -> dict[str, Any]:
    """Metadata of Resolve's effect.

    Args:
        rows: Record seconds and source seconds, both from the first frame of the media; the last ones are its end.
        smooth: The keyframes are smoothed.
        tangent: The first of the four numbers behind that.
    """
    keys = [[when, shown, smooth, tangent, 0.0, 0.0, 0.0] for when, shown in rows]
    return {"Resolve_OTIO": {"Key Frames": keys, "Speed Ratio": rows[-1][1] / rows[-1][0]}}


def final_cuts_ramp(*points: tuple[int, int]) -> str:
    """The filter of a clip item in FCP7 XML, with played frames and media frames."""
    keys = "".join(f"<keyframe><when>{when}</when><value>{value}</value></keyframe>" for when, value in points)
    return (
        "<filter><effect><effectid>timeremap</effectid><parameter><parameterid>variablespeed</parameterid>"
        f"<value>1</value></parameter><parameter><parameterid>graphdict</parameterid>{keys}</parameter></effect></filter>"
    )
