"""Ground with relief: height fields, their light and shadow, and views of a stretch of them in perspective.

Height fields are square tiles that repeat; heights are about 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.camera import Size
from pickup.providers.slate.palette import Palette
from pickup.providers.slate.textures import Plane, sampled, smooth_step

_STEPS = 260
_OVERSAMPLED = 2
_USUAL_SHAPE = 2.0
_KEY: Mapping[str, float] = MappingProxyType(
    {"day": 0.86, "golden": 0.80, "dawn": 0.62, "dusk": 0.30, "night": 0.15, "storm": 0.20}
)
_FILL: Mapping[str, float] = MappingProxyType(
    {"day": 0.62, "golden": 0.52, "dawn": 0.60, "dusk": 0.62, "night": 1.30, "storm": 0.86}
)
_ELEVATION: Mapping[str, float] = MappingProxyType(
    {"day": 0.75, "golden": 0.30, "dawn": 0.30, "dusk": 0.32, "night": 0.60, "storm": 1.2}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Light of an hour on the ground, as shares by which a surface's color is multiplied.

    Attributes:
        key: From the sun, the moon, or what is left of them.
        fill: From the whole sky.
        side: -1 from the left, 1 from the right.
        elevation: Rise of the key light over a unit of run.
    """

    key: NDArray[np.float32]
    fill: NDArray[np.float32]
    side: float
    elevation: float

    @property
    def flat(self) -> NDArray[np.float32]:
        """Light on level ground."""
        return np.asarray(self.fill + self.key * 0.6, dtype=np.float32)


def light_of(palette: Palette, *, hour: str, side: float) -> Light:
    """The light of an hour's palette."""
    sky = np.array(palette.zenith, np.float32) * 0.3 + np.array(palette.middle) * 0.4 + np.array(palette.horizon) * 0.3
    low = palette.horizon if palette.sun_height < 0 else palette.sun
    return Light(
        key=np.asarray(np.array(low, np.float32) / 255 * _KEY[hour], dtype=np.float32),
        fill=np.asarray(sky / 255 * _FILL[hour], dtype=np.float32),
        side=side,
        elevation=_ELEVATION[hour],
    )


def tile_side(size: Size) -> int:
    """Side of a height field that is fine enough for layers of frames of `size`."""
    return 384 if max(size) <= 400 else 768  # noqa: PLR2004 - small frames show no more


def octave(size: int, *, cycles: float, rng: np.random.Generator) -> Plane:
    """Noise of one scale that tiles: `cycles` bumps along the tile's side, mean 0, deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(size, 1 / size)[:, None], np.fft.rfftfreq(size, 1 / size)[None, :])
    frequency[0, 0] = 1e-6
    spectrum = np.fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    spectrum *= np.exp(-((np.log2(frequency / cycles) / 0.7) ** 2))
    field = np.fft.irfft2(spectrum, s=(size, size))
    return np.asarray(field / max(float(field.std()), 1e-9), dtype=np.float32)


def alpine(size: int, *, cycles: float, rng: np.random.Generator) -> Plane:
    """Sharp ridges that branch into spurs: 0 to about 1."""
    height = np.zeros((size, size), np.float32)
    weight = np.ones((size, size), np.float32)
    strength = 1.0
    for number in range(7):
        ridge = (1 - np.minimum(np.abs(octave(size, cycles=cycles * 2**number, rng=rng)) * 0.55, 1)) ** 1.4
        height += ridge * weight * np.float32(strength)
        weight = np.clip(ridge * weight * 1.5, 0, 1).astype(np.float32)
        strength *= 0.48
    return np.asarray((height - height.min()) / (height.max() - height.min()), dtype=np.float32)


def rolling(size: int, *, cycles: float, rng: np.random.Generator) -> Plane:
    """Soft hills: 0 to 1."""
    height = sum(octave(size, cycles=cycles * 2**number, rng=rng) * 0.36**number for number in range(4))
    field = np.asarray(height, dtype=np.float32)
    return np.asarray((field - field.min()) / (field.max() - field.min()), dtype=np.float32)


def shading(height: Plane, *, light: Light, relief: float, soft: float = 0.03) -> Plane:
    """How much key light falls on each point, 0 to 1, with the shadows that heights cast.

    Args:
        height: A tile.
        light: Its side and elevation are taken.
        relief: Height of 1, in tile sides.
        soft: How gradually a shadow begins, in heights.
    """
    tall = height * np.float32(relief * len(height))
    along_x = (np.roll(tall, -1, axis=1) - np.roll(tall, 1, axis=1)) / 2
    along_y = (np.roll(tall, -1, axis=0) - np.roll(tall, 1, axis=0)) / 2
    toward = np.array([light.side * 0.92, -0.38, light.elevation], np.float32)
    toward /= np.float32(np.linalg.norm(toward))
    facing = (-along_x * toward[0] - along_y * toward[1] + toward[2]) / np.sqrt(along_x**2 + along_y**2 + 1)
    return np.asarray(
        np.clip(facing, 0, 1) * _unshadowed(tall, light=light, soft=soft * relief * len(height)), dtype=np.float32
    )


def _unshadowed(tall: Plane, *, light: Light, soft: float) -> Plane:
    """1 where the light arrives, 0 in the shadow of what stands on its side."""
    sunward = tall if light.side < 0 else tall[:, ::-1]
    size = tall.shape[1]
    twice = np.concatenate([sunward, sunward], axis=1)
    fall = np.arange(2 * size, dtype=np.float32)[None, :] * np.float32(light.elevation * 0.8)
    roof = np.maximum.accumulate(twice + fall, axis=1) - fall
    open_sky = 1 - smooth_step((roof - twice)[:, size:].astype(np.float32), low=0.0, high=max(soft, 1e-3))
    lit = open_sky if light.side < 0 else open_sky[:, ::-1]
    return np.asarray(cv2.GaussianBlur(np.ascontiguousarray(lit), (0, 0), 1.0), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of ground as the camera sees it.

    Attributes:
        place: Where in the tile its near left begins, in tiles (x, y).
        across: Tiles that its near edge is wide, in a frame twice as wide as high.
        away: Tiles from its near to its far edge.
        spread: How much wider the far edge is than the near one.
        horizon: Row of the eye's height, as a share of the frame's height; the ground goes to it.
        foot: Row of the near edge at height 0.
        tall: Rise of a height of 1 at the near edge, as a share of the frame's height.
        swell: Heights from the near to the far edge are multiplied by these, evenly spaced.
    """

    place: tuple[float, float]
    across: float
    away: float
    spread: float
    horizon: float
    foot: float
    tall: float
    swell: tuple[float, ...]


def seen(height: Plane, surface: Plane, *, stretch: Stretch, size: Size) -> tuple[Plane, Plane]:
    """A view of a stretch: colors, and coverage 0 to 1.

    `surface` has the colors of the tile, lit: (side, side, 3). What is not covered carries the color of the crest
    under it, so that an edge blends with its own ground.
    """
    wide, high = size[0] * _OVERSAMPLED, size[1] * _OVERSAMPLED
    side = len(height)
    share = np.linspace(0, 1, _STEPS, dtype=np.float32)[:, None]
    columns = (np.arange(wide, dtype=np.float32)[None, :] + 0.5) / wide - 0.5
    reach = 1 + share * (stretch.spread - 1)
    shape = size[0] / size[1] / _USUAL_SHAPE
    lower = min(1.0, shape) ** 0.5  # an upright frame gets lower ground and less of it, so that slopes keep their look
    across, tall = stretch.across * shape / lower, stretch.tall * lower
    x = (stretch.place[0] + columns * across * reach) * side
    y = (stretch.place[1] + share * stretch.away) * side
    swell = np.interp(share[:, 0], np.linspace(0, 1, len(stretch.swell)), stretch.swell).astype(np.float32)
    heights = sampled(height, x, y) * swell[:, None]
    foot = stretch.horizon + (stretch.foot - stretch.horizon) / reach
    rows = (foot - tall * heights / reach) * high
    step, part = _first_hit(rows, high=high)
    way = np.asarray(np.clip(step - 1 + part, 0, _STEPS - 1) / (_STEPS - 1), dtype=np.float32)
    back = 1 + way * (stretch.spread - 1)
    color = sampled(
        surface, (stretch.place[0] + columns * across * back) * side,
        (stretch.place[1] + way * stretch.away) * side,
    )  # fmt: skip
    covered = (step < _STEPS).astype(np.float32)
    color = _under_edges(color, covered)
    drawn, cover = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (color, covered))
    return np.asarray(drawn, dtype=np.float32), np.asarray(cover, dtype=np.float32)


def _first_hit(rows: Plane, *, high: int) -> tuple[NDArray[np.int32], Plane]:
    """For every pixel the first step whose ground reaches it, and the share of the way from the step before.

    `rows` has the screen row of the ground at each step and column; a pixel that no step reaches gets the count.
    """
    count, wide = rows.shape
    top = -np.minimum.accumulate(rows, axis=0)
    wanted = -(np.arange(high, dtype=np.float32) + 0.5)
    step = np.empty((high, wide), np.int32)
    for column in range(wide):
        step[:, column] = np.searchsorted(top[:, column], wanted)
    at, before = np.clip(step, 0, count - 1), np.clip(step - 1, 0, count - 1)
    here, there = np.take_along_axis(rows, before, 0), np.take_along_axis(rows, at, 0)
    part = (here + wanted[:, None]) / np.maximum(here - there, 1e-3)
    return step, np.clip(part, 0, 1).astype(np.float32)


def _under_edges(color: Plane, covered: Plane) -> Plane:
    """Colors with those of the topmost covered row of each column above it."""
    first = np.argmax(covered > 0, axis=0)
    crest = color[np.minimum(first + 1, len(color) - 1), np.arange(color.shape[1])]
    return np.where(covered[:, :, None] > 0, color, crest[None]).astype(np.float32)
