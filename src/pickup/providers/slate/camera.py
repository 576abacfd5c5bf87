"""Camera moves over a picture that is larger than the frame, and fitting a picture to a frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.textures import Picture

Size = tuple[int, int]
"""(width, height) in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the camera looks: `zoom` 1 shows the whole picture; `x`, `y` shift it, in shares of the frame."""

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0


def between(start: View, end: View, *, share: float) -> View:
    """The view at `share` (0 to 1) of the way; zoom is geometric, so that a push feels even."""
    return View(
        zoom=start.zoom * (end.zoom / start.zoom) ** share,
        x=start.x + (end.x - start.x) * share,
        y=start.y + (end.y - start.y) * share,
    )


def eased(share: float) -> float:
    """0 to 1 with a soft start and a soft stop."""
    return share * share * (3 - 2 * share)


PLATE_MOVES = (
    (View(zoom=1.06), View(zoom=1.17, y=0.006)),
    (View(zoom=1.13, x=-0.045), View(zoom=1.13, x=0.045)),
    (View(zoom=1.16, x=0.012, y=-0.045), View(zoom=1.08, x=-0.006, y=0.02)),
)
"""Push in; track to the right; crane up and out. One for each take, in turn; every view stays inside the picture."""


def plate_view(take: int, *, share: float) -> View:
    """The view of a plate; constant speed, because the editor may cut anywhere in it."""
    start, end = PLATE_MOVES[(take - 1) % len(PLATE_MOVES)]
    return between(start, end, share=share)


def look_at(picture: Picture, view: View, *, size: Size) -> Picture:
    """What the camera sees, at `size`; beyond the picture's edge it is mirrored."""
    width, height = size
    high, wide = picture.shape[:2]
    step_x, step_y = wide / (width * view.zoom), high / (height * view.zoom)
    left = wide * (0.5 + view.x) - 0.5 * width * step_x + 0.5 * (step_x - 1)
    top = high * (0.5 + view.y) - 0.5 * height * step_y + 0.5 * (step_y - 1)
    matrix: NDArray[np.float64] = np.array([[step_x, 0, left], [0, step_y, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(seen, dtype=np.uint8)


def filled(picture: Picture, *, size: Size) -> Picture:
    """The picture scaled to cover `size` and cropped in the middle."""
    width, height = size
    high, wide = picture.shape[:2]
    if (wide, high) == size:
        return picture
    scale = max(width / wide, height / high)
    new_size = (max(width, round(wide * scale)), max(height, round(high * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, new_size, interpolation=method)
    left, top = (new_size[0] - width) // 2, (new_size[1] - height) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width], dtype=np.uint8)


def working_size(size: Size) -> Size:
    """The size a plate is drawn at before it is enlarged: half, but no short side under 270 or over 540 pixels."""
    short = min(size)
    wanted = min(max(short // 2, min(270, short)), 540)
    return max(16, round(size[0] * wanted / short)), max(16, round(size[1] * wanted / short))
