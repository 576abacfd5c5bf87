"""How far apart colors are, as a person sees them: CIE Lab, CIEDE2000, and two pictures of which no points correspond.

Pictures are (height, width, 3) 8-bit display RGB: BT.709 primaries, D65 white, read with the sRGB curve, as an editor's
display shows them. A display of gamma 2.4 shows shadows darker; both sides of a difference are read alike.

At a cut the two frames never show the same points, so a difference by pixel says nothing. *Palettes* are compared
instead: each picture's pixels are split into eight parts of equal size by lightness, each of them into four
by the green-red axis, each of those into four by blue-yellow. The mean colors of the 128 parts are a palette whose
colors have their places: the darkest stand against the darkest, among them the reddest against the reddest. The
mean CIEDE2000 between the two is 0 for pictures of equal statistics, wherever in the frame their colors lie. About 1
is just visible side by side.

    palette_difference(palette(first_frame), palette(last_frame_before))      8.3
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Picture: TypeAlias = NDArray[np.uint8]
Values: TypeAlias = NDArray[np.float64]

_PARTS: Final = (8, 4, 4)
"""Parts of the palette by L*, then a*, then b*."""
_TO_XYZ: Final = (
    (0.4123908, 0.3575843, 0.1804808),
    (0.2126390, 0.7151687, 0.0721923),
    (0.0193308, 0.1191948, 0.9505322),
)
"""BT.709 primaries with D65 white, IEC 61966-2-1."""
_POW25_7: Final = 25.0**7


def lab_of(rgb: ArrayLike) -> Values:
    """CIE Lab (D65) of display RGB from 0 to 1, of any shape that ends in 3; values outside are clipped."""
    display = np.clip(np.asarray(rgb, dtype=np.float64), 0.0, 1.0)
    linear = np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - the sRGB curve
    matrix = np.array(_TO_XYZ)
    relative = linear @ (matrix / matrix.sum(axis=1, keepdims=True)).T
    root = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), axis=-1)


def delta_e(first: ArrayLike, second: ArrayLike) -> Values:
    """CIEDE2000 between colors in Lab, with kL = kC = kH = 1, by element.

    After G. Sharma, W. Wu and E. Dalal, "The CIEDE2000 color-difference formula: implementation notes, supplementary
    test data, and mathematical observations" (2005).
    """
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    (light1, a1, b1), (light2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(two, -1, 0)
    stretch = 1.5 - 0.5 * _saturating((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2)
    chroma1, chroma2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    hue1, hue2 = _degrees(b1, stretch * a1), _degrees(b2, stretch * a2)
    gray = chroma1 * chroma2 == 0
    apart = hue2 - hue1
    turn = np.where(gray, 0.0, apart - 360 * (apart > 180) + 360 * (apart < -180))  # noqa: PLR2004 - half a circle
    hue = _mean_hue(hue1, hue2, gray=gray)
    light, chroma = (light1 + light2) / 2, (chroma1 + chroma2) / 2
    by_light = (light2 - light1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    by_chroma = (chroma2 - chroma1) / (1 + 0.045 * chroma)
    by_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * _hue_weight(hue))
    rotation = -2 * _saturating(chroma) * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    squared = by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)), dtype=np.float64)


def palette(rgb: ArrayLike) -> Values:
    """The picture's 128 mean colors in Lab, (128, 3), each in its place; `rgb` is display RGB from 0 to 1, (n, 3).

    A picture of fewer pixels than colors repeats them; one with none is a `ValueError`.
    """
    colors = lab_of(rgb).reshape(-1, 3)
    if len(colors) == 0:
        raise ValueError("a picture without pixels has no palette")
    colors = np.repeat(colors, -(-int(np.prod(_PARTS)) // len(colors)), axis=0)
    parts = [colors]
    for axis, count in enumerate(_PARTS):
        parts = [split for part in parts for split in np.array_split(_ordered(part, axis=axis), count)]
    return np.array([part.mean(axis=0) for part in parts])


def palette_difference(first: Values, second: Values) -> float:
    """Mean CIEDE2000 between the places of two palettes."""
    return float(delta_e(first, second).mean())


def _ordered(colors: Values, *, axis: int) -> Values:
    """Sorted by one of L*, a*, b*; equals by the others, so that the order of the pixels never matters."""
    keys = [colors[:, (axis + step) % 3] for step in (2, 1, 0)]
    return np.asarray(colors[np.lexsort(keys)], dtype=np.float64)


def _saturating(chroma: Values) -> Values:
    seventh = chroma**7
    return np.asarray(np.sqrt(seventh / (seventh + _POW25_7)), dtype=np.float64)


def _degrees(b: Values, a: Values) -> Values:
    return np.asarray(np.degrees(np.arctan2(b, a)) % 360, dtype=np.float64)


def _mean_hue(hue1: Values, hue2: Values, *, gray: NDArray[np.bool_]) -> Values:
    """Mean of two angles on the shorter way; where one color is gray it has no hue, and the other's counts."""
    total = hue1 + hue2
    far = np.abs(hue1 - hue2) > 180  # noqa: PLR2004 - half a circle
    mean = np.where(far, (total + np.where(total < 360, 360, -360)) / 2, total / 2)  # noqa: PLR2004
    return np.where(gray, total, mean)


def _hue_weight(hue: Values) -> Values:
    terms = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return np.asarray(1 + sum(size * np.cos(np.radians(times * hue + by)) for size, times, by in terms))
