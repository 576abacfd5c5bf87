"""Color that drifts over the shot: what stays in the picture is compared with what it was.

Each frame is laid over a reference, first the shot's first frame, and only what both show is compared, so that a pan to
a red wall is no drift to red. When too little is left in common the next reference takes over, with the drift so far.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pickup.media.qc import thresholds
from pickup.media.qc.expected import Expected, Notes
from pickup.media.qc.glance import Glance
from pickup.media.qc.pictures import Floats, aligned_slices, likeness

_LOOKS_IN_SECOND = 8
_FARTHEST = 0.35
"""Of the longer side: the most that a frame may have moved against its reference."""
_COMMON_LIKENESS = 0.6
_WELL_LAID = 0.85
_LEAST_CHROMA = 6.0
_LEAST_CONTRAST = 10.0
_LEAST_CLEAR = 0.1
"""Points below these values, and pictures with a smaller share of others, have no saturation or contrast to lose."""
_SUDDEN = 0.5
"""Share of the drift from one look to the next from which on it was a jump."""
_SMALLEST_GAIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """Drift since the first frame.

    Attributes:
        lab: In Lab units.
        gains: Logarithms of the factors of contrast and of saturation.
    """

    number: int
    lab: Floats
    gains: tuple[float, float]


class Drift:
    """Looks at some frames in each second of the covered part; holds two small frames."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._stride = max(1, expected.rate.nominal // _LOOKS_IN_SECOND)
        self._reference: tuple[Glance, _State] | None = None
        self._last: tuple[Glance, _State] | None = None
        self._states: list[_State] = []

    def see(self, glance: Glance) -> None:
        """One frame, in order."""
        first, end = self._expected.cover
        if not first <= glance.number < end or (glance.number - first) % self._stride:
            return
        state = self._state_of(glance)
        self._states.append(state)
        self._last = (glance, state)

    def _state_of(self, glance: Glance) -> _State:
        nothing = _State(number=glance.number, lab=np.zeros(3, dtype=np.float32), gains=(0.0, 0.0))
        if self._reference is None or self._last is None:
            self._reference = (glance, nothing)
            return nothing
        last = self._last[1]
        state = _since(self._reference, glance, last=last)
        if state is None:
            self._reference = self._last
            state = _since(self._reference, glance, last=last)
        if state is None:  # a cut, or nothing of the last look is left: what was before cannot be compared
            base = self._reference[1]
            state = _State(number=glance.number, lab=base.lab, gains=base.gains)
            self._reference = (glance, state)
        return state

    def report(self, notes: Notes, *, quiet: set[int]) -> None:
        """Tells the drift over the covered frames that are not `quiet`."""
        states = [state for state in self._states if state.number not in quiet]
        if not states:
            return
        base = states[0]
        drifts = [float(np.linalg.norm(state.lab - base.lab)) for state in states]
        worst = int(np.argmax(drifts))
        contrast, saturation = (math.exp(states[-1].gains[each] - base.gains[each]) for each in (0, 1))
        notes.measure("color_drift", drifts[worst])
        notes.measure("color_drift_end", drifts[-1])
        notes.measure("contrast_end", contrast)
        notes.measure("saturation_end", saturation)
        if notes.expected.previs:
            return
        sudden = any(
            float(np.linalg.norm(after.lab - before.lab)) > _SUDDEN * max(thresholds.DRIFT_DELTA_E, drifts[worst])
            for before, after in pairwise(states)
        )
        if sudden:  # told as a jump
            return
        if drifts[worst] >= thresholds.DRIFT_DELTA_E:
            message = (
                f"The color drifts: by here it is delta-E {drifts[worst]:.0f} from where it began. Grade it with key "
                "frames, use the part before, or make another take."
            )
            notes.warn("COLOR_DRIFT", message, start=states[worst].number)
        _tell_gain(notes, "contrast", contrast, start=states[0].number, end=states[-1].number + 1)
        _tell_gain(notes, "saturation", saturation, start=states[0].number, end=states[-1].number + 1)


def _tell_gain(notes: Notes, name: str, gain: float, *, start: int, end: int) -> None:
    if max(gain, 1 / gain) < thresholds.DRIFT_GAIN:
        return
    message = f"The {name} changes over the shot, to {gain:.0%} of what it was. Grade it with key frames."
    notes.warn(f"{name.upper()}_DRIFT", message, start=start, end=end)


def _since(reference: tuple[Glance, _State], glance: Glance, *, last: _State) -> _State | None:
    """The drift at a frame by way of the reference; None where they have too little in common.

    Contrast and saturation stay those of the last look where the pictures do not lie on each other well, as in a zoom.
    """
    before, state = reference
    here, there = aligned_slices(before.drawing, glance.drawing, farthest=_FARTHEST)
    first, second = before.lab[here], glance.lab[there]
    alike = likeness(first[..., 0], second[..., 0])
    if alike < _COMMON_LIKENESS:
        return None
    change = np.array([_mode(second[..., each] - first[..., each]) for each in range(3)], dtype=np.float32)
    light = (first[..., 0] - np.median(first[..., 0]), second[..., 0] - np.median(second[..., 0]))
    chroma = (np.hypot(first[..., 1], first[..., 2]), np.hypot(second[..., 1], second[..., 2]))
    gains = (
        state.gains[0] + _gain(*light, least=_LEAST_CONTRAST),
        state.gains[1] + _gain(*chroma, least=_LEAST_CHROMA),
    )
    return _State(
        number=glance.number,
        lab=np.asarray(state.lab + change, dtype=np.float32),
        gains=gains if alike >= _WELL_LAID else last.gains,
    )


def _mode(change: Floats) -> float:
    """Mean of the half of the changes that lie closest together: what moves through the picture is not among them."""
    ordered = np.sort(change, axis=None)
    half = max(1, ordered.size // 2)
    start = int(np.argmin(ordered[half - 1 :] - ordered[: ordered.size - half + 1]))
    return float(ordered[start : start + half].mean())


def _gain(before: Floats, after: Floats, *, least: float) -> float:
    """Logarithm of the factor by which most of what stands out does so more; 0 where too little does."""
    clear = before * after >= least**2  # chosen by both alike, or what does not match would always seem to lose
    if clear.sum() < before.size * _LEAST_CLEAR:
        return 0.0
    return float(np.median(np.log(np.maximum(after[clear] / before[clear], _SMALLEST_GAIN))))
