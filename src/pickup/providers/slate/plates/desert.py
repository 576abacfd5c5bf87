"""The desert plate: dunes with sharp crests to the horizon, their shadows, and sand that the wind carries off them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import cv2
import numpy as np

from pickup.providers.slate.palette import RGB
from pickup.providers.slate.plates.layers import (
    Layer,
    Mist,
    Staging,
    Travel,
    as_rgb,
    bank,
    blended,
    layer_of,
    over_ground,
)
from pickup.providers.slate.plates.sky import Heaven
from pickup.providers.slate.plates.terrain import Light, Stretch, light_of, octave, rolling, seen, shading, tile_side
from pickup.providers.slate.textures import Picture, Plane, cloud_noise, smooth_step

_HORIZON = 0.46
_DEPTHS = (0.03, 0.10, 0.24, 0.52, 1.0)
_SAND: RGB = (226, 176, 122)
_SANDS: Mapping[str, RGB] = MappingProxyType(
    {
        r"red|crimson|scarlet|rusty?": (196, 82, 46),
        r"orange|amber|ochre": (218, 122, 56),
        r"gold(?:en)?|yellow": (230, 178, 92),
        r"white|salt|pale": (236, 228, 212),
        r"black|volcanic": (78, 72, 72),
        r"gr[ae]y": (160, 152, 144),
        r"brown": (160, 112, 74),
    }
)


def sand_color(words: str) -> RGB:
    """The color of the sand: what a color word says that stands before the desert, else plain sand.

    >>> sand_color("red desert at dusk")
    (196, 82, 46)
    >>> sand_color("a woman in red crosses the desert") == sand_color("desert")
    True
    """
    for pattern, color in _SANDS.items():
        if re.search(rf"\b(?:{pattern})[ -](?:\w+[ -])?(?:deserts?|sands?|dunes?)\b", words, re.IGNORECASE):
            return color
    return _SAND


_STORM = re.compile(r"\b(?:sand|dust) ?storms?\b", re.IGNORECASE)


class Desert:
    """A sea of sand."""

    def __init__(self, staging: Staging) -> None:
        """Heaps up the dunes and lights them."""
        self._staging = staging
        palette, rng = staging.palette, staging.rng
        width, height = staging.size
        self._sky_rows = round(height * (_HORIZON + 0.06))
        self._heaven = Heaven((width, self._sky_rows), palette=palette, hour=staging.hour, rng=rng)
        side = 1.0 if self._heaven.sun_x > width / 2 else -1.0
        light = light_of(palette, hour=staging.hour, side=side)
        self._sand = sand_color(staging.words)
        tile = tile_side(staging.size)
        ground = _dunes(tile, rng=rng, lee=side)
        surface = self._surface(ground, light=light)
        self._layers = tuple(self._dune(number, ground=ground, surface=surface) for number in range(len(_DEPTHS)))
        self._blown = tuple(self._blowing(number, wind=-side, light=light) for number in range(1, len(_DEPTHS)))
        self._travel = Travel(staging)

    def _surface(self, ground: Plane, *, light: Light) -> Plane:
        rng = self._staging.rng
        lit = shading(ground, light=light, relief=0.2, soft=0.02)
        tone = 1 + 0.04 * cloud_noise(len(ground), roughness=2.6, rng=rng) + 0.05 * _ripples(len(ground), rng=rng)
        sand = np.array(self._sand, np.float32) * tone[:, :, None]
        bounce = np.array(self._sand, np.float32) / 255 * light.key * 0.22
        return np.asarray(sand * (light.fill + bounce + lit[:, :, None] * light.key * 1.05), dtype=np.float32)

    def _dune(self, number: int, *, ground: Plane, surface: Plane) -> Layer:
        rng, palette = self._staging.rng, self._staging.palette
        near = _DEPTHS[number]
        stretch = Stretch(
            place=(float(rng.random()), float(rng.random())),
            across=(1.1, 0.8, 0.55, 0.42, 0.36)[number],
            away=0.30,
            spread=1.7,
            horizon=_HORIZON,
            foot=(0.56, 0.66, 0.84, 1.14, 1.62)[number],
            tall=(0.09, 0.16, 0.26, 0.42, 0.60)[number],
            swell=(0.1, 0.8, 1.0, 0.5, 0.0),
        )
        color, covered = seen(ground, surface, stretch=stretch, size=self._staging.wide)
        haze = blended(palette.horizon, np.array(self._sand, np.float32) * 0.9, share=0.2)
        color = color + np.float32(0.55 * (1 - near) ** 3) * (haze - color)
        return layer_of(color, covered, rng=rng)

    def _blowing(self, number: int, *, wind: float, light: Light) -> Mist:
        """Sand that the wind carries low over a dune; in a sandstorm it is everywhere."""
        near = _DEPTHS[number]
        width, height = self._staging.size
        storm = _STORM.search(self._staging.words) is not None
        at = (0.50, 0.54, 0.62, 0.78)[number - 1]
        density = bank(height, at=at, thick=0.42 if storm else 0.075 + 0.05 * near, density=0.8 if storm else 0.34)
        return Mist(
            (width, height), color=as_rgb(np.array(self._sand, np.float32) * np.minimum(light.flat * 1.05, 1)),
            density=density, scale=0.5 + 0.5 * near, wind=wind * (0.10 + 0.34 * near) * (2 if storm else 1),
            stretch=5.0, rng=self._staging.rng,
        )  # fmt: skip

    def frame(self, index: int) -> Picture:
        """Frame `index` at the drawn size."""
        seconds = self._staging.seconds(index)
        picture = over_ground(self._heaven.at(seconds), height=self._staging.size[1])
        for layer, blown, near in zip(self._layers, (None, *self._blown), _DEPTHS, strict=True):
            layer.paint(picture, left=self._travel.left(seconds, near=near))
            if blown is not None:
                blown.paint(picture, seconds=seconds)
        return picture


def _dunes(side: int, *, rng: np.random.Generator, lee: float) -> Plane:
    """Crests across the wind: a long windward slope, a sharp edge, and a short slip face; 0 to 1."""
    swell = rolling(side, cycles=3, rng=rng)
    bend = octave(side, cycles=2.5, rng=rng) * 0.16 + octave(side, cycles=6, rng=rng) * 0.05
    axis = np.arange(side, dtype=np.float32) / side
    phase = (axis[None, :] * 3 * lee + axis[:, None] * 3 + bend * 2.2) % 1
    rise = np.minimum(phase / 0.72, (1 - phase) / 0.28)
    crest = (1 - (1 - rise) ** 1.5) * (0.35 + 0.65 * swell)
    field = 0.75 * crest + 0.35 * swell + 0.012 * octave(side, cycles=14, rng=rng)
    field = np.asarray((field - field.min()) / (field.max() - field.min()), dtype=np.float32)
    around = cv2.copyMakeBorder(field, 8, 8, 8, 8, cv2.BORDER_WRAP)
    return np.asarray(cv2.GaussianBlur(around, (0, 0), 1.3)[8:-8, 8:-8], dtype=np.float32)


def _ripples(side: int, *, rng: np.random.Generator) -> Plane:
    """Small waves that the wind drew into the sand, -1 to 1."""
    axis = np.arange(side, dtype=np.float32) / side
    bend = octave(side, cycles=5, rng=rng) * 0.5 + octave(side, cycles=16, rng=rng) * 0.22
    patches = smooth_step(octave(side, cycles=4, rng=rng), low=-0.8, high=0.8)
    return np.asarray(np.sin((axis[None, :] * 60 + axis[:, None] * 96 + bend) * 2 * np.pi) * patches, dtype=np.float32)
