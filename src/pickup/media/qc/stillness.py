"""Frozen stretches, and frames that are shown twice."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import cv2
import numpy as np

from pickup.errors import counted
from pickup.media.qc import thresholds
from pickup.media.qc.expected import Notes
from pickup.media.qc.glance import Glance
from pickup.media.qc.pictures import fitted_size
from pickup.media.qc.runs import around, runs

_UNUSUAL = 5.0
_PARTS = 20
"""Along the longer side: one part is 16 pixels of the small copy, so that a blinking eye is not averaged away."""


class Stillness:
    """Compares each frame with the one before, and with the one where a stillness began; holds two small frames."""

    def __init__(self) -> None:
        self._last: Glance | None = None
        self._anchor: Glance | None = None
        self._changes: list[float] = []
        self._still: list[bool] = []

    def see(self, glance: Glance) -> None:
        """One frame, in order."""
        if self._last is None or self._anchor is None:
            self._last = self._anchor = glance
            return
        self._changes.append(_change(self._last, glance))
        still = self._changes[-1] < thresholds.STILL_LEVELS and _change(self._anchor, glance) < thresholds.STILL_LEVELS
        self._still.append(still)
        if not still:
            self._anchor = glance
        self._last = glance

    def report(self, notes: Notes, *, quiet: set[int]) -> None:
        """Tells what is frozen or repeated outside the `quiet` frames."""
        expected = notes.expected
        first, end = expected.cover
        seen = self._still[first : max(first, end - 1)]
        frozen = [(start - 1, stop) for start, stop in runs(self._still, start=1)]
        notes.measure("still_frames", sum(self._still), digits=0)
        lasting = expected.lasts(len(seen) + 1, longer_than=thresholds.WHOLE_FREEZE_S)
        black = all(frame in quiet for frame in range(first, end))
        meant = expected.previs or expected.frozen or black
        if seen and lasting and sum(seen) >= thresholds.WHOLLY * len(seen) and not meant:
            notes.fail("WHOLLY_FROZEN", "The take is one still picture from beginning to end. Generate it again.")
            return
        if not expected.previs:
            for start, stop in frozen:
                self._tell_freeze(notes, start, stop=stop, quiet=quiet)
            self._tell_repeats(notes)

    def _tell_freeze(self, notes: Notes, start: int, *, stop: int, quiet: set[int]) -> None:
        expected = notes.expected
        moving = [frame for frame in range(start, stop) if frame not in quiet]
        if not moving or not expected.lasts(len(moving), longer_than=thresholds.FREEZE_S):
            return
        start, stop = moving[0], moving[-1] + 1
        if all(frame in expected.held for frame in range(start + 1, stop)):
            notes.tell("HELD", "The conform holds this frame, as its policy says.", start=start, end=stop)
            return
        message = "The picture stands still here. Check that the shot means it, else trim it or make another take."
        notes.warn("FREEZE", message, start=start, end=stop)

    def _tell_repeats(self, notes: Notes) -> None:
        repeats = [frame for frame in self._repeats() if frame not in notes.expected.held]
        notes.measure("repeated_frames", len(repeats), digits=0)
        if not repeats:
            return
        cadence = _cadence(repeats)
        if cadence is None:
            repeats = [frame for frame in repeats if self._motion_at(frame) >= thresholds.SINGLE_MOTION_LEVELS]
            if not repeats:
                return
            message = f"{counted(len(repeats), 'frame')} shown twice, first here: motion stutters. Check it in motion."
            notes.warn("REPEATED_FRAMES", message, start=repeats[0])
            return
        message = (
            f"Every {_ordinal(cadence)} frame is shown twice ({counted(len(repeats), 'repeat')}): the service made it "
            "at another rate than it says. Ask for the cut's rate, or conform it from the rate it was made at."
        )
        notes.measure("repeat_cadence", cadence, digits=0)
        notes.warn("REPEAT_CADENCE", message, start=repeats[0], end=repeats[-1] + 1)

    def _motion_at(self, frame: int) -> float:
        """Least change of the frames beside one."""
        return min(self._beside(frame - 1), default=0.0)

    def _beside(self, place: int) -> list[float]:
        return [*self._changes[max(0, place - 1) : place], *self._changes[place + 1 : place + 2]]

    def _repeats(self) -> list[int]:
        """Single frames that equal the one before while the frames beside them move."""
        found = []
        for place, change in enumerate(self._changes):
            beside = self._beside(place)
            if not beside or min(beside) < thresholds.REPEAT_MOTION_LEVELS or change >= thresholds.STILL_LEVELS * 2:
                continue
            usual = around(self._changes, place=place)
            if min(beside) > _UNUSUAL * usual:  # inside a flash or between two cuts
                continue
            if change < thresholds.REPEAT_SHARE * min(beside) and min(beside) >= thresholds.REPEAT_STEADY * usual:
                found.append(place + 1)
        return found


def _change(first: Glance, second: Glance) -> float:
    """Mean change, in levels, of the part of the picture that changes most."""
    change = cv2.absdiff(first.luma, second.luma).astype(np.float32)
    size = fitted_size(change.shape[1], change.shape[0], longest=_PARTS)
    return float(cv2.resize(change, size, interpolation=cv2.INTER_AREA).max())


def _cadence(repeats: list[int]) -> int | None:
    """Frames from one repeat to the next, where most keep one distance, or none."""
    if len(repeats) < thresholds.CADENCE_LEAST:
        return None
    distances = Counter(after - before for before, after in pairwise(repeats))
    distance, often = distances.most_common(1)[0]
    near = sum(many for each, many in distances.items() if abs(each - distance) <= 1)
    regular = often * 2 >= sum(distances.values()) and near >= thresholds.CADENCE_SHARE * sum(distances.values())
    return distance if regular and distance <= thresholds.CADENCE_LONGEST else None


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
