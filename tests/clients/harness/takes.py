"""Takes whose frames say their number: what a library holds is overwritten with them, and looked for in renders.

A take's own pictures may look alike from frame to frame; a still card does. With numbers a render shows which source
frame stands where, and in which of the takes. Where a take begins is read from its sidecar, not from a timeline.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from harness.compare import Difference
from harness.copies import Cut
from harness.programs import Frames
from pickup.testing.clips import read_number, write_numbered_clip
from pickup.timing import FrameRate

_COLORS = ((235, 220, 90), (90, 225, 235), (240, 140, 220), (150, 235, 130), (240, 160, 90), (150, 160, 250))
_COLOR_APART = 30.0
"""Mean difference of two colors of `_COLORS`, or one of them and a clip's, is more; of two decoders less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTake:
    """A take as a render must show it.

    Attributes:
        start: First record frame that it covers.
        end: Record frame after the last.
        first: Its own frame that stands at `start`.
        color: Of all its frames.
    """

    start: int
    end: int
    first: int
    color: tuple[int, int, int]


def number_takes(library: Path, *, holes: Iterable[dict[str, Any]]) -> tuple[ShownTake, ...]:
    """Overwrites the first take of each hole's shot; rate, length, size, codec and timecode stay."""
    shown = []
    for number, hole in enumerate(holes):
        take = json.loads((library / "takes" / hole["shot"] / "t01" / "take.json").read_text())
        color = _COLORS[number % len(_COLORS)]
        write_numbered_clip(
            library / take["path"],
            frames=take["frames"],
            rate=FrameRate(fps=Fraction(take["rate"])),
            size=tuple(take["size"]),
            color=color,
            timecode=take["timecode"],
            codec=take["codec"],
        )
        covers, record = hole["covers"], hole["record"]
        first = take["head"] + record["start"] - covers["start"]
        shown.append(ShownTake(start=record["start"], end=record["end"], first=first, color=color))
    return tuple(shown)


def compare_takes(
    frames: Frames, *, takes: Sequence[ShownTake], cut: Cut, slop_frames: int, edits: Sequence[int]
) -> list[Difference]:
    """Every record frame of the filled ranges that shows another frame than the take's own.

    Frames that a dissolve mixes are passed over: no number can be read there.

    `slop_frames` at both ends of a take are passed over, and beside other edits a neighbor of the right frame will do.
    """
    near = {edit + shift for edit in edits for shift in range(-slop_frames, slop_frames)}
    mixed = {frame for start, end in cut.dissolves for frame in range(start - slop_frames, end + slop_frames)}
    differences = []
    for take in takes:
        for frame in range(take.start + slop_frames, take.end - slop_frames):
            if frame in mixed:
                continue
            fault = _fault(frames, frame, take=take, slop_frames=slop_frames if frame in near else 0)
            if fault is not None:
                differences.append(Difference(frame=frame, what=fault))
    return differences


def _fault(frames: Frames, frame: int, *, take: ShownTake, slop_frames: int) -> str | None:
    if frame >= len(frames):
        return "the render has ended"
    picture = frames[frame]
    color = picture[picture.shape[0] // 4 :].mean(axis=(0, 1))
    apart = float(np.abs(color - np.array(take.color)).mean())
    if apart > _COLOR_APART:
        return f"not the take: its color is {apart:.0f} levels away"
    number, meant = read_number(picture), take.first + frame - take.start
    return None if abs(number - meant) <= slop_frames else f"frame {number} of the take instead of {meant}"
