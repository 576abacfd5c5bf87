"""Compares two renders by one program: nothing may differ outside the filled ranges, nothing may be black inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.programs import Frames

Picture = NDArray[np.uint8]

_LEVELS = 24
"""Beyond this a channel differs: more than a codec's rounding, less than a bit of a frame number."""
_SHARE = 0.003
"""Of the pixels may differ; one block of a frame number is 0.01."""
_BLACK_BELOW = 8.0
"""Mean level of a picture that shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A record frame that is wrong, and how."""

    frame: int
    what: str


def compare_renders(
    before: Frames,
    after: Frames,
    *,
    filled: Sequence[tuple[int, int]],
    slop_frames: int,
    edits: Sequence[int],
    clip_only: Sequence[tuple[int, int]] = (),
    unseen: Sequence[tuple[int, int]] = (),
) -> list[Difference]:
    """Every record frame that breaks the rule; an empty list is what one wants.

    Args:
        before: Render of the timeline with its holes.
        after: Render of the filled one, by the same program.
        filled: Record ranges that may differ, end exclusive.
        slop_frames: By so many frames the program may miss an edit; 0 for an exact one.
        edits: Record frames of the edits of both timelines, beside which slop is allowed.
        clip_only: Record ranges in which only the clip must be the same one, its frame may be another.
        unseen: Record ranges that the program cannot show in one of the two files; they and what is beside them by
            `slop_frames` are not compared.
    """
    hidden = _spread(unseen, by=slop_frames)
    shorter, longer = sorted((len(before), len(after)))
    if not hidden.issuperset(range(shorter, longer)):
        return [Difference(frame=shorter, what=f"{len(before)} frames before, {len(after)} after")]
    near = _near(edits, slop_frames=slop_frames)
    differences = []
    for frame, picture in enumerate(after[:shorter]):
        if frame in hidden:
            continue
        if any(start <= frame < end for start, end in filled):
            if is_black(picture) and not _cut_to_black(before, frame, filled=filled, slop_frames=slop_frames):
                differences.append(Difference(frame=frame, what="black inside a filled range"))
            continue
        allowed = _around(before, frame, slop_frames=slop_frames) if frame in near else [before[frame]]
        same = is_same_clip if any(start <= frame < end for start, end in clip_only) else is_same
        if not any(same(picture, other) for other in allowed):
            if _spills(before, frame, filled=filled, slop_frames=slop_frames) and not is_black(picture):
                continue
            differences.append(Difference(frame=frame, what="another picture outside the filled ranges"))
    return differences


def is_black(picture: Picture) -> bool:
    """Whether a picture shows nothing."""
    return float(picture.mean()) < _BLACK_BELOW


def is_same(one: Picture, other: Picture) -> bool:
    """Whether two pictures show the same media frame; another number or color is another frame."""
    if one.shape != other.shape:
        return False
    if np.array_equal(one, other):
        return True
    apart = np.abs(one.astype(np.int16) - other.astype(np.int16)).max(axis=2)
    return float((apart > _LEVELS).mean()) < _SHARE


def is_same_clip(one: Picture, other: Picture) -> bool:
    """Whether two pictures have the same color below the frame number."""
    top = one.shape[0] // 4
    return is_same(one[top:], other[top:])


def _near(edits: Sequence[int], *, slop_frames: int) -> set[int]:
    """Frames that a program which misses an edit by `slop_frames` may show wrongly, on both sides of it."""
    return {edit + shift for edit in edits for shift in range(-slop_frames, slop_frames)} if slop_frames else set()


def _spread(ranges: Sequence[tuple[int, int]], *, by: int) -> set[int]:
    return {frame for start, end in ranges for frame in range(start - by, end + by)}


def _around(frames: Frames, frame: int, *, slop_frames: int) -> Frames:
    return frames[max(0, frame - slop_frames) : frame + slop_frames + 1]


def _spills(before: Frames, frame: int, *, filled: Sequence[tuple[int, int]], slop_frames: int) -> bool:
    """Whether the program, cutting early or late, showed the hole itself at this frame beside it."""
    for start, end in filled:
        if start - slop_frames <= frame < start and is_same(before[frame], before[start]):
            return True
        if end <= frame < end + slop_frames and is_same(before[frame], before[end - 1]):
            return True
    return False


def _cut_to_black(before: Frames, frame: int, *, filled: Sequence[tuple[int, int]], slop_frames: int) -> bool:
    """Whether black beyond the range may show here, because the program cuts early or late."""
    for start, end in filled:
        if max(start, end - slop_frames) <= frame < end < len(before) and is_black(before[end]):
            return True
        if start <= frame < min(end, start + slop_frames) and start and is_black(before[start - 1]):
            return True
    return False
