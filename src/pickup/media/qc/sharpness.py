"""How sharp a picture is at its full size, whatever its contrast: how much a blur would take from it.

After the no-reference blur measure of Crete et al. (2007): a sharp picture loses most of the differences between
neighbouring pixels to a blur, a soft one has few to lose. The sharpest parts count: most pictures are soft somewhere.
"""

from __future__ import annotations

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pickup.media.qc import thresholds
from pickup.media.qc.expected import Expected, Notes
from pickup.media.qc.glance import full_luma
from pickup.media.qc.pictures import Floats

_LONGEST = 1920
_BLUR_PX = 9
_PARTS = 6
"""Parts along each side; the sharpest quarter of them is what the lens was focused on."""
_SHARPEST = 75
_LEAST_CHANGE = 1.0
"""Mean difference of neighbouring pixels below which a part has no edge to measure."""


class Sharpness:
    """Looks at a few full-size frames of the covered part."""

    def __init__(self, expected: Expected) -> None:
        first, end = expected.cover
        looks = min(thresholds.SHARPNESS_LOOKS, max(0, end - first))
        self._numbers = {int(number) for number in np.linspace(first, end - 1, looks).round()} if looks else set()
        self._found: list[float] = []

    def see(self, frame: VideoFrame, *, number: int) -> None:
        """One decoded frame."""
        if number in self._numbers:
            self._found.append(sharpness(full_luma(frame, longest=_LONGEST)))

    def report(self, notes: Notes, *, neighbours: tuple[float | None, float | None]) -> None:
        """Tells a take that is much softer than each of its neighbours."""
        found = [each for each in self._found if each > 0]
        if not found:
            return
        taken = sorted(found)[-min(3, len(found))]  # moving frames are soft, so the best count, but not the one best
        notes.measure("sharpness", taken)
        known = [each for each in neighbours if each]
        for name, value in zip(("sharpness_before", "sharpness_after"), neighbours, strict=True):
            if value:
                notes.measure(name, value)
        if notes.expected.previs or not known:
            return
        if taken < thresholds.SOFT_SHARE * min(known) and taken < min(known) - thresholds.SOFT_LEAST:
            beside = "the shots beside it" if len(known) > 1 else "the shot beside it"
            message = (
                f"The take is softer than {beside} ({taken:.2f} against {min(known):.2f}). Ask for a larger picture, "
                "or sharpen it in the grade."
            )
            first, end = notes.expected.cover
            notes.warn("SOFT", message, start=first, end=end)


def sharpness(luma: NDArray[np.uint8], *, parts: int = _PARTS) -> float:
    """0 (a blur) to 1 (every edge one pixel wide); 0 for a picture without edges."""
    calm = cv2.medianBlur(luma, 3)  # grain is no detail
    blurred = cv2.blur(calm, (_BLUR_PX, _BLUR_PX))
    changes, left = (np.asarray(cv2.absdiff(each[:, 1:], each[:, :-1]), np.uint8) for each in (calm, blurred))
    lost = np.asarray(cv2.subtract(changes, left), np.uint8)  # stops at 0
    parts = min(parts, *changes.shape)
    if not parts:
        return 0.0
    change, loss = (_means(each, parts=parts) for each in (changes, lost))
    clear = change >= _LEAST_CHANGE
    return float(np.percentile(loss[clear] / change[clear], _SHARPEST)) if clear.any() else 0.0


def _means(levels: NDArray[np.uint8], *, parts: int) -> Floats:
    """Mean of each part of a picture, (parts, parts)."""
    rows = [np.array_split(row, parts, axis=1) for row in np.array_split(levels, parts, axis=0)]
    return np.array([[part.mean() for part in row] for row in rows], dtype=np.float32)
