"""The sea plate: a wind-driven ocean in perspective under a sky of the hour, with the sun's path on the water.

The surface is a sum of waves with the spectrum of a wind sea and deep-water dispersion, made anew for each frame by
one inverse Fourier transform of a small tile; what is drawn are its slopes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.camera import Size
from pickup.providers.slate.palette import RGB, Palette
from pickup.providers.slate.plates.sky import Heaven
from pickup.providers.slate.textures import Picture, Plane, color_map, three

_TILE = 256
_TILE_M = 64.0
_GRAVITY = 9.81
_HORIZON = 0.43
_CALM = 0.75
"""Share of true speed: slower water reads as larger water."""
_WIND_M_S: Mapping[str, float] = MappingProxyType(
    {"storm": 11.0, "day": 6.5, "golden": 6.0, "dawn": 5.0, "dusk": 5.5, "night": 5.5}
)


class _Ocean:
    """A tile of sea, 64 m wide, that repeats without a seam."""

    def __init__(self, *, wind_m_s: float, rng: np.random.Generator) -> None:
        step = 2 * np.pi / _TILE_M
        axis = np.fft.fftfreq(_TILE, 1 / _TILE) * step
        self._kx, self._ky = (plane.astype(np.float32) for plane in np.meshgrid(axis, axis))
        k = np.hypot(self._kx, self._ky)
        k[0, 0] = 1
        longest = wind_m_s**2 / _GRAVITY
        heading = (self._kx * 0.35 + self._ky * 0.94) / k
        power = np.exp(-1 / (k * longest) ** 2 - (k * 0.11) ** 2) / k**4 * (0.25 + 0.75 * heading**2)
        power[0, 0] = 0
        phases = rng.standard_normal((_TILE, _TILE)) + 1j * rng.standard_normal((_TILE, _TILE))
        self._start = (phases * np.sqrt(power / 2)).astype(np.complex64)
        self._mirrored = np.conj(np.roll(self._start[::-1, ::-1], (1, 1), axis=(0, 1)))
        self._speed = np.sqrt(_GRAVITY * k).astype(np.float32)
        x, y = self._slopes(0.0)
        self._scale = 1 / max(float(np.hypot(x.std(), y.std())), 1e-6)

    def _slopes(self, seconds: float) -> tuple[Plane, Plane]:
        turn = np.exp(1j * self._speed * np.float32(seconds)).astype(np.complex64)
        height = self._start * turn + self._mirrored * np.conj(turn)
        both = np.fft.ifft2((1j * self._kx - self._ky) * height)
        return both.real.astype(np.float32), both.imag.astype(np.float32)

    def slopes(self, seconds: float) -> Plane:
        """(tile + 1, tile + 1, 2): slopes across and away, deviation 1 together; the first row and column repeat."""
        x, y = self._slopes(seconds)
        pair = np.dstack([x, y]) * self._scale
        return np.asarray(np.pad(pair, ((0, 1), (0, 1), (0, 0)), mode="wrap"), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """One scale at which the tile is laid over the water, with its strength by row."""

    where: NDArray[np.int16]
    part: NDArray[np.uint16]
    strength: Plane


def _sheet(down: Plane, across: Plane, *, tiles_per_unit: float, turned: float, weight: float) -> _Sheet:
    """Lays the tile on the water in perspective; far rows, where waves are finer than pixels, are stilled."""
    depth = 1 / (down + 0.012)
    east = across * depth
    north = np.broadcast_to(depth, east.shape)
    cos, sin = np.cos(turned), np.sin(turned)
    u = (east * cos + north * sin) * tiles_per_unit * _TILE % _TILE
    v = (north * cos - east * sin) * tiles_per_unit * _TILE % _TILE
    footprint = tiles_per_unit * _TILE * depth**2 / len(down)
    where, part = cv2.convertMaps(u.astype(np.float32), v.astype(np.float32), cv2.CV_16SC2)
    strength = weight / (1 + (footprint / 5) ** 1.5)
    return _Sheet(
        where=np.asarray(where, dtype=np.int16), part=np.asarray(part, dtype=np.uint16), strength=strength.astype("f4")
    )


class Sea:
    """Open water to the horizon."""

    def __init__(
        self, size: Size, *, palette: Palette, hour: str, seconds_per_frame: Fraction, rng: np.random.Generator
    ) -> None:
        """Lays out sky and water; `size` is what `frame` gives."""
        width, height = size
        self._seconds = seconds_per_frame
        self._top = round(height * _HORIZON)
        self._heaven = Heaven((width, self._top), palette=palette, hour=hour, rng=rng)
        self._ocean = _Ocean(wind_m_s=_WIND_M_S[hour], rng=rng)
        rows = height - self._top
        down: Plane = (np.arange(rows, dtype=np.float32)[:, None] + np.float32(0.5)) / np.float32(rows)
        across: Plane = (np.arange(width, dtype=np.float32)[None, :] - np.float32(width / 2)) / np.float32(rows)
        self._sheets = (
            _sheet(down, across, tiles_per_unit=0.16, turned=0.0, weight=1.0),
            _sheet(down, across, tiles_per_unit=0.47, turned=0.6, weight=0.65),
            _sheet(down, across, tiles_per_unit=1.35, turned=-0.4, weight=0.6),
        )
        self._still = (34 + 168 * (1 - down) ** 2.6).astype(np.float32)
        self._relief = (30 + 14 * down).astype(np.float32)
        self._colors = color_map(_water(palette))
        self._haze = self._haze_of(down, width=width)
        self._horizon_color = np.full((rows, width, 3), palette.horizon, np.uint8)
        path = (across * rows + width / 2 - self._heaven.sun_x) / rows
        self._path = (path / (0.10 + 0.42 * down)).astype(np.float32)
        self._mirror = ((down - 0.30) * 1.5).astype(np.float32)
        self._spark = color_map(_spark(palette))

    @staticmethod
    def _haze_of(down: Plane, *, width: int) -> Picture:
        amount = (np.exp(-down * 26) * 235).astype(np.uint8)
        return three(np.ascontiguousarray(np.broadcast_to(amount, (len(down), width))))

    def frame(self, index: int) -> Picture:
        """Frame `index` at the drawn size."""
        seconds = float(index * self._seconds)
        water = self._water_at(seconds * _CALM + 3)
        return np.concatenate([self._heaven.at(seconds), water])

    def _water_at(self, seconds: float) -> Picture:
        tile = self._ocean.slopes(seconds)
        sheets = [
            cv2.remap(tile, sheet.where, sheet.part, cv2.INTER_LINEAR) * sheet.strength[:, :, None]
            for sheet in self._sheets
        ]
        x, y = cv2.split(sheets[0] + sheets[1] + sheets[2])
        shade = np.clip(self._still + self._relief * y, 0, 255).astype(np.uint8)
        water = np.asarray(cv2.applyColorMap(shade, self._colors), dtype=np.uint8)
        away = (self._path - 0.55 * x) ** 2 + (self._mirror - 0.75 * y) ** 2
        spark = np.clip(255 - 300 * away, 0, 255).astype(np.uint8)
        water = np.asarray(cv2.add(water, cv2.applyColorMap(spark, self._spark)), dtype=np.uint8)
        kept = cv2.multiply(water, cv2.bitwise_not(self._haze), scale=1 / 255)
        return np.asarray(cv2.add(kept, cv2.multiply(self._horizon_color, self._haze, scale=1 / 255)), dtype=np.uint8)


def _blend(one: RGB, other: RGB, *, share: float) -> RGB:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _water(palette: Palette) -> list[tuple[float, RGB]]:
    """From the trough that shows the deep to the face that mirrors the sky over the horizon."""
    return [
        (0.0, _blend(palette.deep, (0, 0, 0), share=0.45)),
        (0.16, palette.deep),
        (0.42, _blend(palette.deep, palette.middle, share=0.5)),
        (0.75, _blend(palette.middle, palette.horizon, share=0.35)),
        (1.0, palette.horizon),
    ]


def _spark(palette: Palette) -> list[tuple[float, RGB]]:
    """Light of the sun's path; without a sun over the horizon only a breath of it."""
    strength = palette.glow if palette.sun_height > 0 else palette.glow * 0.35
    black: RGB = (0, 0, 0)
    return [
        (0.0, black),
        (0.35, _blend(black, palette.sun, share=0.10 * strength)),
        (0.8, _blend(black, palette.sun, share=0.55 * strength)),
        (1.0, _blend(black, palette.sun, share=min(1.0, 1.1 * strength))),
    ]
