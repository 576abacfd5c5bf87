"""Black frames, and fades that end or begin in them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pickup.media.qc import thresholds
from pickup.media.qc.expected import Notes
from pickup.media.qc.glance import Glance
from pickup.media.qc.runs import runs

_STEPS_UP = 0.5
"""Levels by which noise may brighten a frame of a fade against the frame before it."""
_FULL = 0.97
"""Share of its light at which a picture has not begun to fade."""
_STEP = 0.35
"""Share of the light that comes or goes at once where there is no fade."""
_LIT = 25.0
"""Mean level of a picture that a fade begins with or leads to."""


class Darkness:
    """Remembers how bright each frame is: two numbers for a frame."""

    def __init__(self) -> None:
        self._black: list[bool] = []
        self._means: list[float] = []

    def see(self, glance: Glance) -> None:
        """One frame, in order."""
        dark = np.count_nonzero(glance.luma <= thresholds.BLACK_LEVEL)
        self._black.append(bool(dark >= thresholds.BLACK_SHARE * glance.luma.size))
        self._means.append(float(glance.luma.mean()))

    def report(self, notes: Notes) -> set[int]:
        """Tells what is black; gives the frames of fades and of black, where other checks have nothing to say."""
        expected = notes.expected
        first, end = expected.cover
        seen = self._black[first:end]
        notes.measure("luma_mean", float(np.mean(self._means)) if self._means else 0.0, digits=1)
        notes.measure("black_frames", sum(self._black), digits=0)
        if seen and sum(seen) >= thresholds.WHOLLY * len(seen):
            notes.fail("WHOLLY_BLACK", "The take is black from beginning to end. Generate it again.")
            return set(range(len(self._black)))
        quiet: set[int] = set()
        for start, stop in runs(self._black):
            faded = self._fade(start, stop=stop, least=expected.whole(thresholds.FADE_S))
            quiet |= set(range(start, stop)) | (set(range(*faded)) if faded else set())
            if faded:
                way = "fades to black" if faded[0] < start else "fades up from black"
                message = f"The picture {way}. Keep it if you want a fade here, else make another take."
                notes.warn("FADE", message, start=faded[0], end=faded[1])
            elif expected.lasts(stop - start, longer_than=thresholds.BLACK_S):
                message = "The picture is black here. Trim it, or make another take."
                notes.warn("BLACK", message, start=start, end=stop)
        return quiet

    def _fade(self, start: int, *, stop: int, least: int) -> tuple[int, int] | None:
        """Frames of the fade that ends in a black run at the tail or begins with one at the head, the run included."""
        if stop == len(self._means):
            length = _fade_length(self._means[start::-1])
            if length >= least:
                return start - length, stop
        if start == 0:
            length = _fade_length(self._means[stop - 1 :])
            if length >= least:
                return start, stop + length
        return None


def _fade_length(means: list[float]) -> int:
    """How many frames it takes from black (the first) to the full light of a picture; 0 where it is not lit."""
    lit = 0
    while lit + 1 < len(means) and means[lit + 1] > means[lit] - _STEPS_UP:
        lit += 1
    full = means[lit]
    length = next((place for place in range(lit + 1) if means[place] >= _FULL * full), 0)
    largest = max((after - before for before, after in pairwise(means[: length + 1])), default=full)
    return length if full >= _LIT and largest <= _STEP * full else 0
