"""From one frame to the next: cuts inside the take, flashes, jumps of light and color, and joins that show.

Each frame is laid over the one before, so that a moving camera changes little. What changes all at once is a step; a
step after which the picture from before is back was a flash. It holds a few small frames, and numbers for each frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pickup.errors import counted
from pickup.media.qc import thresholds
from pickup.media.qc.expected import Expected, Notes
from pickup.media.qc.glance import Glance
from pickup.media.qc.pictures import Floats, Rgb, aligned_slices, lab_of, likeness
from pickup.media.qc.runs import around

_WATCHED = 3
"""Steps that are watched for a return at one time; more of them within a quarter of a second are one flicker."""
_SUSPECT_TIMES = 2.0
_SUSPECT_LEVELS = 3.0
_FARTHEST = 0.4
"""Of the longer side: the most that the picture may move from one frame to the next."""
_STAYS = 0.6
"""Share of a jump that is left a quarter of a second later, and was not there a quarter of a second before."""
_RETURNED = 0.5
"""A picture is back when it differs from the one before by less than this share of the step."""


@dataclass(slots=True, kw_only=True)
class Step:
    """What changed from the frame before to this one.

    Attributes:
        number: Of the later frame.
        levels: Mean change of brightness after alignment.
        likeness: Correlation of what is drawn after alignment, -1 to 1.
        change: Of the whole picture in Lab; what moves within it does not count.
        back_at: Frame with which the picture from before is back.
    """

    number: int
    levels: float
    likeness: float
    change: Floats
    back_at: int | None = None

    @property
    def lightness(self) -> float:
        """Change of Lab L."""
        return float(self.change[0])

    @property
    def delta_e(self) -> float:
        """Size of the change."""
        return float(np.linalg.norm(self.change))


class Steps:
    """Compares each frame with the one before."""

    def __init__(self, expected: Expected) -> None:
        self._last: Glance | None = None
        self._steps: list[Step] = []
        self._watched: list[tuple[Glance, Step]] = []
        self._flash_frames = expected.whole(thresholds.FLASH_S)

    def see(self, glance: Glance) -> None:
        """One frame, in order."""
        if self._last is not None:
            self._watch_returns(glance)
            step = measured_step(self._last, glance)
            if self._is_suspect(step):
                self._watched = [*self._watched, (self._last, step)][-_WATCHED:]
            self._steps.append(step)
        self._last = glance

    def _watch_returns(self, glance: Glance) -> None:
        kept = []
        for before, step in self._watched:
            since = measured_step(before, glance)
            if since.levels < _RETURNED * step.levels and since.delta_e < max(2.0, _RETURNED * step.delta_e):
                step.back_at = glance.number
            elif glance.number - step.number < self._flash_frames:
                kept.append((before, step))
        self._watched = kept

    def _is_suspect(self, step: Step) -> bool:
        recent = [each.levels for each in self._steps[-4:]]
        usual = float(np.median(recent)) if recent else 0.0
        return step.levels > _SUSPECT_TIMES * usual + _SUSPECT_LEVELS

    def report(self, notes: Notes, *, quiet: set[int]) -> None:
        """Tells cuts, flashes and jumps; a step into or out of `quiet` frames has been told."""
        expected = notes.expected
        levels = [step.levels for step in self._steps]
        alikes = [step.likeness for step in self._steps]
        flashes: list[Step] = []
        jumps: list[Step] = []
        returns: set[int] = set()
        for place, step in enumerate(self._steps):
            usual, alike = around(levels, place=place), around(alikes, place=place, alone=1.0)
            if step.number in returns or {step.number - 1, step.number} & quiet:
                continue
            if self._flashes(step, usual=usual):
                flashes.append(step)
                returns.add(step.back_at or 0)
            elif _is_cut(step, usual=usual, alike=alike):
                _tell_cut(notes, step)
            elif step.number in expected.joins:
                _tell_join(notes, step, usual=usual)
            elif not expected.previs and self._jumps(step, place=place):
                jumps.append(step)
        if not expected.previs:
            _tell_flashes(notes, flashes)
            _tell_jumps(notes, jumps)
        self._measure(notes, flashes=len(flashes))

    def _flashes(self, step: Step, *, usual: float) -> bool:
        sudden = step.levels > thresholds.CUT_TIMES * usual + thresholds.CUT_LEVELS
        lit = abs(step.lightness) >= thresholds.JUMP_LIGHTNESS or step.delta_e >= thresholds.JUMP_DELTA_E
        return step.back_at is not None and sudden and (lit or step.likeness <= thresholds.CUT_LIKENESS)

    def _jumps(self, step: Step, *, place: int) -> bool:
        """Whether it stands out, and light or color were not so before and do not go back: a flicker is no jump."""
        lights = around([abs(each.lightness) for each in self._steps], place=place)
        colors = around([each.delta_e for each in self._steps], place=place)
        if abs(step.lightness) < max(thresholds.JUMP_LIGHTNESS, thresholds.JUMP_TIMES * lights) and (
            step.delta_e < max(thresholds.JUMP_DELTA_E, thresholds.JUMP_TIMES * colors)
        ):
            return False
        reach = self._flash_frames
        for others in (self._steps[max(0, place - reach) : place], self._steps[place + 1 : place + 1 + reach]):
            together = step.change + sum((each.change for each in others), np.zeros(3, dtype=np.float32))
            if float(together @ step.change) < _STAYS * step.delta_e**2:
                return False
        return True

    def _measure(self, notes: Notes, *, flashes: int) -> None:
        notes.measure("flashes", flashes, digits=0)
        if self._steps:
            worst = max(self._steps, key=lambda step: step.levels)
            notes.measure("largest_step", worst.levels)
            notes.measure("largest_step_frame", worst.number, digits=0)


def measured_step(before: Glance, after: Glance) -> Step:
    """What changed between two frames, whichever they are, after alignment of a shift."""
    first, second = before.drawing, after.drawing
    here, there = aligned_slices(first, second, farthest=_FARTHEST)
    return Step(
        number=after.number,
        levels=float(np.abs(first[here] - second[there]).mean()),
        likeness=likeness(first[here], second[there]),
        change=_color_change(before.grid[here], after.grid[there]),
    )


def _color_change(before: Rgb, after: Rgb) -> Floats:
    """Change in Lab of the mean color by the median change of all points; two colors are quicker than two pictures."""
    sparse = (slice(None, None, 2), slice(None, None, 2))
    first, second = before[sparse].reshape(-1, 3).astype(np.float32), after[sparse].reshape(-1, 3).astype(np.float32)
    mean = first.mean(axis=0)
    colors = np.clip(np.array([[mean, mean + np.median(second - first, axis=0)]], dtype=np.float32), 0, 255)
    lab = lab_of(colors)[0]
    return np.asarray(lab[1] - lab[0], dtype=np.float32)


def _is_cut(step: Step, *, usual: float, alike: float) -> bool:
    plain = (
        step.levels > thresholds.CUT_TIMES * usual
        and step.levels > thresholds.CUT_LEVELS
        and step.likeness < thresholds.CUT_LIKENESS
        and step.likeness < alike - thresholds.CUT_LOSS
    )
    leap = (
        step.levels > thresholds.LEAP_TIMES * usual
        and step.levels > thresholds.LEAP_LEVELS
        and step.likeness < min(thresholds.LEAP_LIKENESS, alike)
    )
    return plain or leap


def _tell_cut(notes: Notes, step: Step) -> None:
    near = [frame for frame in notes.expected.joins if abs(frame - step.number) <= 1]
    if near:
        message = "Two clips of the take meet here, and the picture jumps. Cut away from it, or make another take."
        notes.warn("JOIN_SHOWS", message, start=step.number)
        return
    message = "The shot cuts to another picture inside the take. Use one side of it, or make another take."
    notes.warn("INTERNAL_CUT", message, start=step.number)


def _tell_join(notes: Notes, step: Step, *, usual: float) -> None:
    jumps = step.levels > max(thresholds.JOIN_LEVELS, thresholds.JOIN_TIMES * usual)
    if jumps or step.delta_e >= thresholds.JOIN_DELTA_E:
        what = "the picture jumps" if jumps else f"the color jumps by delta-E {step.delta_e:.1f}"
        message = f"Two clips of the take meet here, and {what}. Cut away from it, or make another take."
        notes.warn("JOIN_SHOWS", message, start=step.number)


def _tell_jumps(notes: Notes, jumps: list[Step]) -> None:
    if not jumps:
        return
    first = jumps[0]
    what = "light" if abs(first.lightness) >= first.delta_e / 2 else "color"
    often = "" if len(jumps) == 1 else f", and does so {counted(len(jumps), 'time')}"
    message = (
        f"The {what} of the whole picture changes from one frame to the next (delta-E {first.delta_e:.0f}){often}. "
        "Check it in motion; a grade with a key frame here can even it out."
    )
    notes.warn("COLOR_JUMP" if what == "color" else "LIGHT_JUMP", message, start=first.number, end=jumps[-1].number + 1)


def _tell_flashes(notes: Notes, flashes: list[Step]) -> None:
    if not flashes:
        return
    first, last = flashes[0], flashes[-1]
    often = "flashes" if len(flashes) == 1 else f"flashes {counted(len(flashes), 'time')}, first"
    message = f"The picture {often} here. Check it in motion; make another take if the scene has no reason for it."
    notes.warn("FLASH", message, start=first.number, end=last.back_at)
