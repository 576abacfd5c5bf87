"""What falls and floats: flakes, sparks and motes as points in closed form, and rain in streaks.

A point's path follows from the time alone, so any frame can be drawn without the ones before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.camera import Size
from pickup.providers.slate.textures import Picture, Plane, three

_GOLDEN = 0.618034


def dotted(
    size: Size, x: NDArray[np.float64], y: NDArray[np.float64], *, strength: NDArray[np.float64],
    soft: tuple[float, float],
) -> Plane:  # fmt: skip
    """Points spread over their neighboring pixels and softened: (height, width).

    Args:
        size: Of the picture.
        x: Columns; what lies outside is left out.
        y: Rows.
        strength: The light of each, in sum over its pixels.
        soft: Deviation of the blur across and down, in pixels; 0 is none.
    """
    width, height = size
    inside = (x >= 0) & (y >= 0) & (x < width - 1) & (y < height - 1)
    x, y, strength = x[inside], y[inside], strength[inside]
    left, top = x.astype(np.int64), y.astype(np.int64)
    right, down = x - left, y - top
    places = np.concatenate([top * width + left + step for step in (0, 1, width, width + 1)])
    weights = np.concatenate([(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down])
    flat = np.bincount(places, weights=weights * np.tile(strength, 4), minlength=width * height)
    field = flat.reshape(height, width).astype(np.float32)
    if max(soft) > 0:
        field = np.asarray(cv2.GaussianBlur(field, (0, 0), max(soft[0], 0.1), None, max(soft[1], 0.1)), np.float32)
    return field


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """One depth of flakes.

    Attributes:
        count: How many.
        speed: Frame heights that they fall in a second.
        wind: Frame heights that they are carried in a second; the sign is the direction.
        radius: Deviation of one flake's disk, in pixels.
        light: Brightness at a flake's middle, 0 to 255.
    """

    count: int
    speed: float
    wind: float
    radius: float
    light: float


class Flakes:
    """Flakes of one depth that fall, sway, and come back elsewhere."""

    def __init__(self, size: Size, *, fall: Fall, rng: np.random.Generator) -> None:
        """Places them."""
        self._size, self._fall = size, fall
        count = fall.count
        self._across, self._down = rng.random(count), rng.random(count)
        self._own = rng.uniform(0.75, 1.25, count)
        self._phase, self._rate = rng.random(count) * 2 * np.pi, rng.uniform(0.6, 1.9, count)
        disk = 2 * np.pi * max(fall.radius, 0.4) ** 2
        self._strength = rng.uniform(0.45, 1.0, count) * fall.light * disk

    def at(self, seconds: float, *, gust: float = 0.0) -> Plane:
        """Their light after so many seconds, 0 to 255; `gust` is how far wind has carried all, in frame heights."""
        width, height = self._size
        fall = self._fall
        fallen = self._down + self._own * fall.speed * seconds / 1.2
        cycle = np.floor(fallen)
        sway = 0.014 * np.sin(self._phase + self._rate * seconds * 1.7) * (fall.speed + 0.1) / 0.3
        blown = (fall.wind * self._own * seconds + gust + sway) * height / (width * 1.2)
        x = ((self._across + cycle * _GOLDEN * self._own + blown) % 1 * 1.2 - 0.1) * width
        y = ((fallen - cycle) * 1.2 - 0.1) * height
        blur = fall.radius
        return dotted(self._size, x, y, strength=self._strength, soft=(blur, blur * (1 + fall.speed * 0.8)))


def rain_streaks(size: Size, *, length: float, rng: np.random.Generator) -> Picture:
    """Streaks that repeat from top to bottom: twice the frame's height; `length` in frame heights."""
    width, height = size
    field: NDArray[np.float32] = np.zeros((height, width), np.float32)
    count = int(width * height * 0.0011 * (0.055 / length))
    field[rng.integers(0, height, count), rng.integers(0, width, count)] = rng.uniform(0.3, 1.0, count)
    streak = max(3, int(height * length)) | 1
    along = np.linspace(-1, 1, streak, dtype=np.float32)[:, None]
    sideways = np.arange(-4, 5, dtype=np.float32)[None, :]
    kernel = np.clip(1 - np.abs(sideways + along * streak * 0.045), 0, 1) * (1 - along**2)
    fall = cv2.filter2D(np.tile(field, (3, 1)), -1, kernel)[height : 2 * height]
    strength = 34 if length < 0.08 else 46  # noqa: PLR2004 - the near streaks are longer and brighter
    drops = np.clip(fall * strength, 0, 70).astype(np.uint8)
    return three(np.tile(drops, (2, 1)))


def falling(rain: Picture, *, pace: float, seconds: float) -> Picture:
    """A frame-high window of `rain_streaks`, moved by `pace` frame heights a second."""
    height = len(rain) // 2
    offset = height - 1 - int(seconds * height * pace) % height
    return rain[offset : offset + height]
