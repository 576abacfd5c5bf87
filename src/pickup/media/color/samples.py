"""The small copies that color is measured on: without black bars, and small, so that noise and grain do not count.

It decides nothing.

    cut_difference(first_frame, last_frame_before)      8.3
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.media.color.difference import Picture, Values, palette, palette_difference

LONGEST_PX = 320
_PALETTE_PIXELS = 4_000
_BAR_BELOW = 20
"""Rows and columns at two opposite edges with nothing brighter (of 255) are bars: black with a codec's noise."""
_FLAT_BELOW = 3 / 255


def small_copy(picture: Picture) -> Picture:
    """The picture without black bars, at most 320 pixels wide and high, each the mean of those that it stands for.

    Raises:
        ValueError: It is no (height, width, 3) array of 8-bit RGB, or has no pixels.
    """
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or picture.size == 0:  # noqa: PLR2004
        raise ValueError(f"a picture is (height, width, 3) of 8-bit RGB, not {picture.shape} of {picture.dtype}")
    high, wide = picture.shape[:2]
    scale = min(1.0, LONGEST_PX / max(high, wide))
    small = resized(picture, size=(max(1, round(wide * scale)), max(1, round(high * scale))))
    return np.ascontiguousarray(_without_bars(small))


def resized(picture: Picture, *, size: tuple[int, int]) -> Picture:
    """The picture at a (width, height), by area."""
    if (picture.shape[1], picture.shape[0]) == size:
        return np.ascontiguousarray(picture)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def is_flat(picture: Picture) -> bool:
    """Whether it is one color: black, white, a slug, or so dark or foggy that its colors say nothing."""
    return bool(picture.reshape(-1, 3).std(axis=0).max() < _FLAT_BELOW * 255)


def colors_of(picture: Picture) -> Values:
    """Its pixels as (n, 3) display RGB from 0 to 1."""
    return np.asarray(picture.reshape(-1, 3) / 255, dtype=np.float64)


def palette_of(colors: Values) -> Values:
    """Palette of display RGB from 0 to 1, (n, 3), read from 4,000 of them or some more, spread evenly."""
    return palette(colors[:: max(1, len(colors) // _PALETTE_PIXELS)])


def cut_difference(first: Picture, second: Picture) -> float:
    """How far the color jumps from one picture to the other: mean CIEDE2000 between the palettes of their small copies.

    Raises:
        ValueError: As `small_copy`.
    """
    one, two = (palette_of(colors_of(small_copy(each))) for each in (first, second))
    return palette_difference(one, two)


def _without_bars(picture: Picture) -> Picture:
    rows = _between_bars(picture.max(axis=(1, 2)) > _BAR_BELOW)
    columns = _between_bars(picture.max(axis=(0, 2)) > _BAR_BELOW)
    return picture[rows, columns]


def _between_bars(lit: NDArray[np.bool_]) -> slice:
    """What lies between bars, which are as wide on both sides; all of it where nothing is lit."""
    places = np.flatnonzero(lit)
    bar = min(int(places[0]), len(lit) - 1 - int(places[-1])) if len(places) else 0
    return slice(bar, len(lit) - bar)
