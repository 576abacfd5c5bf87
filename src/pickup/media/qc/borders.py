"""Black borders burnt into a take: bars above and below, at the sides, or a picture that is too small all around."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pickup.media.qc import thresholds
from pickup.media.qc.expected import Expected, Notes
from pickup.media.qc.glance import Glance

_WORDS = {
    "LETTERBOX": "black bars above and below",
    "PILLARBOX": "black bars left and right",
    "WINDOWBOX": "a black border all around",
}
_EQUAL_PX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Borders:
    """Widths in pixels of the picture that they were measured on."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def kind(self) -> str:
        """`LETTERBOX`, `PILLARBOX`, `WINDOWBOX`, or nothing where no two opposite sides have equal borders."""
        level = min(self.top, self.bottom) > 0 and abs(self.top - self.bottom) <= _EQUAL_PX
        upright = min(self.left, self.right) > 0 and abs(self.left - self.right) <= _EQUAL_PX
        if level and upright:
            return "WINDOWBOX"
        return "LETTERBOX" if level else "PILLARBOX" if upright else ""


class BorderWatch:
    """Keeps the brightest that each point of the picture ever was."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._brightest: NDArray[np.uint8] | None = None

    def see(self, glance: Glance) -> None:
        """One frame, in any order."""
        if self._expected.is_seen(glance.number, end=glance.number + 1):
            luma = glance.luma
            self._brightest = luma if self._brightest is None else np.maximum(self._brightest, luma)

    def report(self, notes: Notes, *, neighbours: tuple[Borders | None, Borders | None]) -> None:
        """Tells the borders that no neighbour has."""
        if self._brightest is None or notes.expected.previs:
            return
        found = borders_of(self._brightest)
        if not found.kind:
            return
        words = _WORDS[found.kind]
        width, height = notes.expected.size
        scale = width / self._brightest.shape[1]
        inner = (
            round((self._brightest.shape[1] - found.left - found.right) * scale),
            round((self._brightest.shape[0] - found.top - found.bottom) * scale),
        )
        notes.measure("picture_width", inner[0], digits=0)
        notes.measure("picture_height", inner[1], digits=0)
        size = f"the picture inside is about {inner[0]}x{inner[1]} of {width}x{height}"
        if notes.expected.padded:
            notes.tell(found.kind, f"The conform put {words}: {size}.")
        elif any(each is not None and each.kind == found.kind for each in neighbours):
            notes.tell(found.kind, f"The take has {words}, as the shot beside it: {size}.")
        else:
            message = f"The take has {words}: {size}. Enlarge it in the cut, or make another take."
            first, end = notes.expected.cover
            notes.warn(found.kind, message, start=first, end=end)


def borders_of(brightest: NDArray[np.uint8]) -> Borders:
    """The black borders of a picture of luma levels."""
    bright = brightest > thresholds.BAR_LEVEL
    return Borders(top=_depth(bright), bottom=_depth(bright[::-1]), left=_depth(bright.T), right=_depth(bright.T[::-1]))


def _depth(bright: NDArray[np.bool_]) -> int:
    """Rows before the picture begins, where it begins in a straight line; else 0."""
    lit = bright.any(axis=0)
    if not lit.any():
        return 0
    begins = bright.argmax(axis=0)[lit]
    depth = int(begins.min())
    straight = float((begins <= depth + 1).mean()) >= thresholds.BAR_STRAIGHT
    return depth if straight and depth >= thresholds.BAR_LEAST_PX else 0
