"""The two boundaries of a take: how well it follows the frame before, and leads to the frame after."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from pickup.errors import MediaError
from pickup.media.qc import thresholds
from pickup.media.qc.continuity import Continuity, continuity
from pickup.media.qc.expected import Expected, Notes
from pickup.media.qc.glance import Glance
from pickup.media.qc.pictures import Rgb


class Seams:
    """Keeps the take's first and last covered frame."""

    def __init__(self, expected: Expected, *, neighbours: tuple[Rgb | None, Rgb | None]) -> None:
        self._expected = expected
        self._neighbours = neighbours
        self._edges: list[Rgb | None] = [None, None]

    def see(self, glance: Glance) -> None:
        """One frame, in order."""
        first, end = self._expected.cover
        if glance.number == first:
            self._edges[0] = glance.picture
        if glance.number == end - 1:
            self._edges[1] = glance.picture

    def report(self, notes: Notes) -> None:
        """Measures both boundaries, and tells the one that the take was made from and does not meet."""
        places = (self._expected.cover[0], self._expected.cover[1] - 1)
        for side in (0, 1):
            edge, neighbour = self._edges[side], self._neighbours[side]
            if edge is None or neighbour is None:
                continue
            found = continuity(edge, neighbour)
            name = ("in", "out")[side]
            notes.measure(f"continuity_{name}", found.score, digits=3)
            notes.measure(f"continuity_{name}_structure", found.structure, digits=3)
            notes.measure(f"continuity_{name}_color", found.color, digits=3)
            if self._expected.made_from[side] and not self._expected.previs:
                _tell(notes, found, side=side, start=places[side])


def _tell(notes: Notes, found: Continuity, *, side: int, start: int) -> None:
    what = ("first frame does not follow the frame before", "last frame does not lead to the frame after")[side]
    code = ("IN", "OUT")[side]
    if found.structure < thresholds.CONTINUITY_STRUCTURE:
        message = (
            f"The {what}, from which it was made (likeness {found.structure:.2f} of 1): expect a jump at the cut. Make "
            "another take, or cover the cut."
        )
        notes.warn(f"JUMP_{code}", message, start=start)
    if found.color < thresholds.CONTINUITY_COLOR:
        message = f"The color of its {what} (delta-E {found.delta_e:.0f}). Match the color, or grade it at the cut."
        notes.warn(f"COLOR_{code}", message, start=start)


def decoded(png: bytes | None) -> Rgb | None:
    """A neighbour's picture, (height, width, 3) 8-bit RGB.

    Raises:
        MediaError: It is no picture.
    """
    if png is None:
        return None
    try:
        with Image.open(io.BytesIO(png)) as image:
            return np.asarray(image.convert("RGB"), dtype=np.uint8)
    except (OSError, ValueError) as error:
        raise MediaError("the frame beside the take cannot be read", next_step="run the command again") from error
