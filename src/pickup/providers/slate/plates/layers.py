"""Pictures in depth: layers that slide against each other, and mist that drifts between them.

A layer is wider than the frame, so that near things can pass far ones while the shot runs. It never comes back: its
speed follows from the shot's length.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.camera import Size
from pickup.providers.slate.palette import RGB, Palette
from pickup.providers.slate.textures import Picture, Plane, cloud_noise, mixed, quantized, sampled, three

BLEED = 0.07
"""How much wider than the frame a layer is on each side, as a share of the frame's width."""

_PACE = 0.016
_TILE = 512
_THIN = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """What a plate is drawn for.

    Attributes:
        size: Of the frames that the plate gives.
        hour: Time of day, one of the palettes' names.
        words: The brief and its style, for what a plate varies by.
        seconds_per_frame: Exact.
        frames: Length of the shot.
        rng: Where everything random comes from.
    """

    size: Size
    palette: Palette
    hour: str
    words: str
    seconds_per_frame: Fraction
    frames: int
    rng: np.random.Generator

    def seconds(self, index: int) -> float:
        """When frame `index` is shown, from the shot's start."""
        return float(index * self.seconds_per_frame)

    @property
    def wide(self) -> Size:
        """Size of a layer that can slide."""
        return round(self.size[0] * (1 + 2 * BLEED)), self.size[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One depth of a scene, wider than the frame.

    Attributes:
        top: Row of the frame where the layer's first row lies.
    """

    picture: Picture
    alpha: Picture
    top: int = 0

    def paint(self, picture: Picture, *, left: float, lean: float = 0.0) -> None:
        """Puts the layer over a picture, in place.

        Args:
            picture: The frame.
            left: Pixels of the layer that are left of the frame.
            lean: Pixels by which the layer's first row is pushed to the right; its last row stays.
        """
        part = picture[self.top : self.top + len(self.picture)]
        shift = np.array([[1, lean / len(self.picture), left - lean], [0, 1, 0]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (part.shape[1], part.shape[0])
        above, alpha = (
            np.asarray(cv2.warpAffine(each, shift, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)
            for each in (self.picture, self.alpha)
        )
        part[:] = mixed(part, above, alpha=alpha)


def layer_of(color: Plane, coverage: Plane, *, rng: np.random.Generator) -> Layer:
    """A layer from float colors (height, width, 3) and coverage 0 to 1 (height, width); empty rows on top are left."""
    alpha = np.clip(coverage * 255 + 0.5, 0, 255).astype(np.uint8)
    top = min(int(np.argmax(alpha.any(axis=1))), len(alpha) - 2)
    return Layer(picture=quantized(color[top:], rng=rng), alpha=three(alpha[top:]), top=top)


def over_ground(sky: Picture, *, height: int) -> Picture:
    """A new picture of so many rows: the sky, and its last row repeated under it."""
    picture = np.empty((height, *sky.shape[1:]), np.uint8)
    picture[: len(sky)], picture[len(sky) :] = sky, sky[-1]
    return picture


class Travel:
    """How far layers have slid: all in one direction, at constant speed, inside their bleed."""

    def __init__(self, staging: Staging) -> None:
        """Fixes direction and speed from the shot's length."""
        width = staging.size[0]
        self._room = 2 * round(width * BLEED) / 2
        seconds = max(staging.seconds(staging.frames), 1e-3)
        reach = min(width * _PACE * seconds / 2, self._room - 2)
        self._direction = float(staging.rng.choice([-1, 1]))
        self._reach, self._seconds = max(reach, 0.0), seconds

    def left(self, seconds: float, *, near: float) -> float:
        """Pixels of a layer that are left of the frame; `near` is 0 for what never moves, 1 for the nearest."""
        share = 2 * seconds / self._seconds - 1
        return self._room + self._direction * self._reach * share * near


class Mist:
    """A bank of mist in one color that drifts and changes its shape; it does not come round to where it was."""

    def __init__(
        self, size: Size, *, color: RGB, density: Plane, scale: float, wind: float, rng: np.random.Generator,
        stretch: float = 2.6, rise: float = 0.0,
    ) -> None:  # fmt: skip
        """Lays the bank out.

        Args:
            size: Of the picture that it is put over.
            color: Of the mist.
            density: Cover where the bank is thickest, 0 to 1, broadcast over (height, width).
            scale: Size of its billows, in frame heights for the whole tile.
            wind: Frame heights that it drifts in a second; the sign is the direction.
            rng: Shapes it.
            stretch: How much longer than high its billows are.
            rise: Frame heights that it rises in a second.
        """
        width, height = size
        rows = np.flatnonzero(np.broadcast_to(density, (height, width)).max(axis=1) > _THIN)
        self._rows = slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)
        count = self._rows.stop - self._rows.start
        self._color = np.full((count, width, 3), color, np.uint8)
        self._density = _resized(np.broadcast_to(density, (height, width))[self._rows], size=_quarter(count, width))
        self._tile = cloud_noise(_TILE, roughness=3.2, rng=rng)
        self._texel = 4 * _TILE / (height * scale)
        self._stretch = stretch
        self._wind, self._rise = wind * height / 4, rise * height / 4

    def paint(self, picture: Picture, *, seconds: float) -> None:
        """Puts the mist, as it is after so many seconds, over a picture, in place."""
        part = picture[self._rows]
        if not len(part):
            return
        first = self._window(self._wind * seconds, (self._rise + 1) * seconds)
        second = self._window(-0.37 * self._wind * seconds + 77, 21 + (1.4 * self._rise - 0.7) * seconds)
        share = np.clip(127 + 69 * (first + second), 0, 255) * self._density
        alpha = cv2.resize(share.astype(np.uint8), part.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        part[:] = mixed(part, self._color, alpha=three(np.asarray(alpha, dtype=np.uint8)))

    def _window(self, x: float, y: float) -> Plane:
        """A quarter-size look at the tile, moved by so many of its pixels."""
        rows, columns = self._density.shape
        across = (np.arange(columns, dtype=np.float32) + np.float32(x)) * np.float32(self._texel / self._stretch)
        down = (np.arange(rows, dtype=np.float32) + np.float32(y)) * np.float32(self._texel)
        return sampled(self._tile, across[None, :], down[:, None])


def _quarter(rows: int, columns: int) -> Size:
    return max(2, columns // 4), max(2, rows // 4)


def _resized(field: Plane, *, size: Size) -> Plane:
    plain = np.ascontiguousarray(field, dtype=np.float32)
    return np.asarray(cv2.resize(plain, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def bank(height: int, *, at: float, thick: float, density: float) -> Plane:
    """Rows of a mist bank, thickest at the row `at` and `thick` wide (shares of the height): (height, 1)."""
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    return np.asarray(density * np.exp(-(((rows - at) / thick) ** 2)), dtype=np.float32)


def blended(one: RGB | NDArray[np.float32], other: RGB | NDArray[np.float32], *, share: float) -> NDArray[np.float32]:
    """A color between two: 0 is the first."""
    first, second = np.asarray(one, np.float32), np.asarray(other, np.float32)
    return np.asarray(first + (second - first) * np.float32(share), dtype=np.float32)


def as_rgb(color: NDArray[np.float32]) -> RGB:
    """Float channels as bytes."""
    red, green, blue = (int(np.clip(value, 0, 255)) for value in color)
    return red, green, blue
