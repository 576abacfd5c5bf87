"""The sky plate: two decks of cloud in perspective, a sun or moon, and ridges of hills in the haze.

`Heaven` draws the sky alone; the sea plate uses it too.
"""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.camera import Size
from pickup.providers.slate.palette import RGB, Palette
from pickup.providers.slate.textures import (
    Picture,
    Plane,
    added,
    cloud_noise,
    color_map,
    glow,
    mixed,
    quantized,
    ramp,
    ridge_line,
    smooth_step,
    three,
)

_TILE = 512
_RIDGES = 4


class _Deck:
    """One layer of clouds: a tile of cover and light that drifts over a plane and is seen in perspective."""

    def __init__(  # noqa: PLR0913 - all of them are plain figures of one layer
        self,
        size: Size,
        *,
        palette: Palette,
        light_x: float,
        scale: float,
        cover: tuple[float, float],
        stretch: float,
        opacity: float,
        speed: tuple[float, float],
        rng: np.random.Generator,
    ) -> None:
        self._tile = self._tile_of(cover, stretch=stretch, light_x=light_x, rng=rng)
        self._speed = speed
        self._map = _plane_map(size, scale=scale)
        self._fade = self._fade_of(size, opacity=opacity)
        middle: RGB = tuple(  # type: ignore[assignment]  # three channels in, three out
            (a + b) // 2 for a, b in zip(palette.cloud_dark, palette.cloud_light, strict=True)
        )
        self._colors = color_map([(0.0, palette.cloud_dark), (0.55, middle), (1.0, palette.cloud_light)])

    @staticmethod
    def _tile_of(cover: tuple[float, float], *, stretch: float, light_x: float, rng: np.random.Generator) -> Picture:
        """(tile + 2, tile + 2, 2): cover and light as bytes, repeated once so that a moved window stays inside."""
        mass = cloud_noise(_TILE, roughness=3.1, rng=rng)
        billows = np.abs(cloud_noise(_TILE, roughness=2.4, rng=rng)) * np.float32(0.35)
        field = np.asarray(mass + billows, dtype=np.float32)
        if stretch > 1:
            part = field[:, : int(_TILE / stretch)]
            field = np.asarray(cv2.resize(part, (_TILE, _TILE), interpolation=cv2.INTER_CUBIC), dtype=np.float32)
            seam = np.linspace(0, 1, 64, dtype=np.float32)[None, :]
            field[:, -64:] = field[:, -64:] * (1 - seam) + field[:, :64][:, ::-1] * seam
        amount = smooth_step(field, low=cover[0], high=cover[1])
        toward = np.roll(field, (10, round(9 * light_x)), axis=(0, 1))
        relief = cv2.GaussianBlur(toward - field, (0, 0), 2.2)
        light = np.clip(0.62 + 0.55 * relief - 0.22 * amount, 0, 1)
        pair = (np.dstack([amount, light]) * 255).astype(np.uint8)
        return np.asarray(np.tile(pair, (2, 2, 1)), dtype=np.uint8)

    @staticmethod
    def _fade_of(size: Size, *, opacity: float) -> NDArray[np.uint8]:
        """Opacity by row: clouds dissolve into the haze over the horizon."""
        width, height = size
        up = np.linspace(1, 0, height, dtype=np.float32)[:, None]
        fade = smooth_step(up, low=0.0, high=0.32) * opacity * 255
        return np.ascontiguousarray(np.broadcast_to(fade.astype(np.uint8), (height, width)))

    def over(self, sky: Picture, *, seconds: float) -> Picture:
        """The sky with this deck as it stands after so many seconds."""
        x, y = (self._speed[axis] * seconds % _TILE for axis in (0, 1))
        whole_x, whole_y = int(x), int(y)
        window = self._tile[whole_y : whole_y + _TILE + 2, whole_x : whole_x + _TILE + 2]
        shift = np.array([[1, 0, x - whole_x], [0, 1, y - whole_y]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        moved = cv2.warpAffine(window, shift, (_TILE + 1, _TILE + 1), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        seen = cv2.remap(moved, *self._map, interpolation=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        cover, light = cv2.split(seen)
        alpha = np.asarray(cv2.multiply(cover, self._fade, scale=1 / 255), dtype=np.uint8)
        colored = np.asarray(cv2.applyColorMap(light, self._colors), dtype=np.uint8)
        return mixed(sky, colored, alpha=three(alpha))


def _plane_map(size: Size, *, scale: float) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Where in the tile each pixel looks: a flat plane overhead, its vanishing line at the bottom edge."""
    width, height = size
    up = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    across = (np.arange(width, dtype=np.float32)[None, :] - width / 2) / height
    depth = 1 / (up + 0.16)
    u = (across * depth * 150 * scale + 257) % _TILE
    v = np.broadcast_to(depth * 165 * scale % _TILE, u.shape)
    first, second = cv2.convertMaps(u.astype(np.float32), np.ascontiguousarray(v, np.float32), cv2.CV_16SC2)
    return np.asarray(first, dtype=np.int16), np.asarray(second, dtype=np.uint16)


class Heaven:
    """Sky above a horizon at the bottom edge, with sun or moon and moving clouds."""

    def __init__(self, size: Size, *, palette: Palette, hour: str, rng: np.random.Generator) -> None:
        """Draws what stands still.

        Args:
            size: Width and height of the sky alone.
            palette: Its light.
            hour: Night has stars, storm has a closed deck.
            rng: Places the sun and the clouds.
        """
        width, height = size
        self.sun_x = float(width * (0.5 + rng.choice([-1, 1]) * rng.uniform(0.10, 0.24)))
        self.sun_y = float(height * (1 - palette.sun_height))
        self._base = quantized(self._gradient(size, palette=palette, hour=hour, rng=rng), rng=rng)
        self._glare = self._glare_of(size, palette=palette)
        side = 1.0 if self.sun_x > width / 2 else -1.0
        closed = hour == "storm"
        wind = float(rng.choice([-1, 1]))
        self._decks = (
            _Deck(
                size, palette=palette, light_x=side, scale=0.8, cover=(0.1, 2.6), stretch=3.5, opacity=0.5,
                speed=(2.5 * wind, 1.2), rng=rng,
            ),
            _Deck(
                size, palette=palette, light_x=side, scale=1.25, cover=(-0.9, 1.0) if closed else (0.35, 1.7),
                stretch=1.0, opacity=0.97, speed=(6 * wind, 4.0), rng=rng,
            ),
        )  # fmt: skip

    def _gradient(self, size: Size, *, palette: Palette, hour: str, rng: np.random.Generator) -> Plane:
        width, height = size
        stops = [(0.0, palette.zenith), (0.62, palette.middle), (1.0, palette.horizon)]
        sky = np.repeat(ramp(stops, count=height)[:, None, :], width, axis=1)
        if hour == "night":
            sky = self._stars(sky, rng=rng)
        center = (self.sun_x, self.sun_y)
        halo = glow(height, width, center=center, radius=height * 0.42)[:, :, None] * palette.glow
        sky = sky + halo * 0.62 * (np.array(palette.sun, np.float32) - sky)
        y, x = np.ogrid[:height, :width]
        distance = np.hypot(x - center[0], y - center[1])
        if hour == "day":  # too bright to have an outline: the film blooms
            disk = np.exp(-((distance / (height * 0.075)) ** 2))[:, :, None]
        else:
            disk = np.clip((height * 0.034 + 0.7 - distance) / 1.4, 0, 1)[:, :, None] * (palette.sun_height > 0)
        return np.asarray(sky + disk * (np.array(palette.sun, np.float32) - sky), dtype=np.float32)

    def _glare_of(self, size: Size, *, palette: Palette) -> Picture:
        """Light of a low sun that comes through thin cloud too."""
        width, height = size
        spot = glow(height, width, center=(self.sun_x, self.sun_y), radius=height * 0.06)
        strength = 0.75 * palette.glow**2 * (palette.sun_height > 0)
        light = (spot**2 * strength)[:, :, None] * np.array(palette.sun, np.float32)
        return np.asarray(light, dtype=np.uint8)

    @staticmethod
    def _stars(sky: Plane, *, rng: np.random.Generator) -> Plane:
        height, width = sky.shape[:2]
        count = width * height // 1800
        y, x = (rng.random(count) ** 1.4 * height * 0.9).astype(int), rng.integers(0, width, count)
        points = np.zeros((height, width), np.float32)
        points[y, x] = rng.exponential(60, count).astype(np.float32)
        soft = np.asarray(cv2.GaussianBlur(points, (0, 0), 0.7), dtype=np.float32) * 2.2
        return np.asarray(sky + soft[:, :, None], dtype=np.float32)

    def at(self, seconds: float) -> Picture:
        """The sky after so many seconds."""
        sky = self._base
        for deck in self._decks:
            sky = deck.over(sky, seconds=seconds)
        return added(sky, self._glare)


class Sky:
    """Clouds over far hills."""

    def __init__(
        self, size: Size, *, palette: Palette, hour: str, seconds_per_frame: Fraction, rng: np.random.Generator
    ) -> None:
        """Draws the hills; `size` is what `frame` gives."""
        width, height = size
        self._seconds = seconds_per_frame
        horizon = round(height * 0.9)
        self._heaven = Heaven((width, horizon), palette=palette, hour=hour, rng=rng)
        self._horizon = horizon
        self._hills, self._alpha = self._draw_hills(size, palette=palette, rng=rng)
        self._top = int(np.argmax(self._alpha.any(axis=(1, 2))))

    def _draw_hills(self, size: Size, *, palette: Palette, rng: np.random.Generator) -> tuple[Picture, Picture]:
        width, height = size
        haze, land = np.array(palette.horizon, np.float32), np.array(palette.land, np.float32)
        hills = np.empty((height, width, 3), np.float32)
        hills[:] = haze * 0.62 + land * 0.38  # an edge must blend with the far ridge's own color, not with black
        alpha = np.zeros((height, width), np.float32)
        rows = np.arange(height, dtype=np.float32)[:, None]
        for number in range(_RIDGES):
            near = number / (_RIDGES - 1)
            line = ridge_line(max(width, height), roughness=3.2 - 0.5 * near, rng=rng)[:width] * (1 + 0.35 * near)
            top = height * (0.78 + 0.15 * near) - line[None, :] * height * 0.026
            inside = np.clip(rows - top + 0.5, 0, 1)
            depth = np.clip((rows - top) / (height * 0.15), 0, 1)
            far = (1 - near) ** 1.3 * 0.62
            crest = haze * far + land * (1 - far)
            mist = (0.62 * (1 - near) + 0.06) * depth**1.3
            color = crest[None, None, :] + mist[:, :, None] * (haze - crest)
            hills += inside[:, :, None] * (color - hills)
            alpha = np.maximum(alpha, inside)
        return quantized(hills, rng=rng), three((alpha * 255).astype(np.uint8))

    def frame(self, index: int) -> Picture:
        """Frame `index` at the drawn size."""
        picture = np.empty_like(self._hills)
        sky = self._heaven.at(float(index * self._seconds))
        picture[: self._top] = sky[: self._top]
        band = np.s_[self._top : self._horizon]
        picture[band] = mixed(sky[band], self._hills[band], alpha=self._alpha[band])
        picture[self._horizon :] = self._hills[self._horizon :]
        return picture
