"""Small pictures to measure on: sizes, luma, Lab, and two of them laid over each other. Nothing here judges."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""(height, width, 3), 8-bit full-range RGB in display color."""
Floats = NDArray[np.float32]

LONG_SIDE = 320
"""Of the copy that every frame is measured on: a face that fills a tenth of the picture still has 30 pixels."""
GRID_SIDE = 160
"""Of the copy for color and alignment: averaging over 12 pixels of an HD frame takes the grain out."""


def fitted_size(width: int, height: int, *, longest: int) -> tuple[int, int]:
    """Size of the same shape with a longer side of `longest`, even, at least 8 pixels."""
    scale = longest / max(width, height)
    return max(8, 2 * round(width * scale / 2)), max(8, 2 * round(height * scale / 2))


def grid_of(width: int, height: int) -> tuple[int, int]:
    """Width and height of the grid on which color and drawing are compared."""
    return fitted_size(width, height, longest=GRID_SIDE)


def shrunk(picture: Rgb, *, size: tuple[int, int]) -> Rgb:
    """The picture at another size, each pixel the mean of those that it replaces."""
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def luma_of(picture: Rgb) -> NDArray[np.uint8]:
    """Brightness, 0 to 255."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def lab_of(picture: Rgb | Floats) -> Floats:
    """CIE Lab of a display picture with levels 0 to 255: lightness 0 to 100, a and b about -100 to 100."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), dtype=np.float32)


def shift_between(first: Floats, second: Floats) -> tuple[float, float]:
    """How far the second picture has moved against the first, right and down in pixels, by phase correlation."""
    window = hann(first.shape)
    # OpenCV 5.0 multiplies its window into the caller's arrays, so it gets products of its own
    (right, down), _response = cv2.phaseCorrelate(first * window, second * window)
    return float(right), float(down)


def hann(shape: tuple[int, ...]) -> Floats:
    """A window that fades to nothing at the borders, which would otherwise be what is found to stand still."""
    return np.asarray(cv2.createHanningWindow((shape[1], shape[0]), cv2.CV_32F), dtype=np.float32)


def overlap(shape: tuple[int, ...], *, right: int, down: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Rows and columns of the first and of the second picture that show the same, after a shift in whole pixels."""
    height, width = shape[:2]
    first = (slice(max(0, -down), height - max(0, down)), slice(max(0, -right), width - max(0, right)))
    second = (slice(max(0, down), height - max(0, -down)), slice(max(0, right), width - max(0, -right)))
    return first, second


def aligned_slices(
    first: Floats, second: Floats, *, farthest: float
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Where both show the same after a shift of at most `farthest` of the longer side; everywhere if that is no better.

    A shift is taken only where it makes what is left more alike, because noise has a best shift, too.
    """
    right, down = (round(each) for each in shift_between(first, second))
    everywhere = (slice(None), slice(None))
    if not (right or down) or max(abs(right), abs(down)) > farthest * max(first.shape):
        return everywhere, everywhere
    here, there = overlap(first.shape, right=right, down=down)
    if np.abs(first[here] - second[there]).mean() < np.abs(first - second).mean():
        return here, there
    return everywhere, everywhere


def likeness(first: Floats, second: Floats) -> float:
    """Correlation of two pictures, -1 to 1, whatever their light and contrast; 1 for flat ones, which cannot differ."""
    first, second = first - first.mean(), second - second.mean()
    power = float(np.sqrt((first * first).mean() * (second * second).mean()))
    return (float((first * second).mean()) + 1) / (power + 1)
