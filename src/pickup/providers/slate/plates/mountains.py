"""The mountain plate: a wall of snowy peaks, wooded ridges before it, and mist in the valleys between."""

from __future__ import annotations

import cv2
import numpy as np

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
from pickup.providers.slate.plates.terrain import Light, Stretch, alpine, light_of, rolling, seen, shading, tile_side
from pickup.providers.slate.plates.trees import Firs, clusters, crest_of, stand
from pickup.providers.slate.textures import Picture, Plane, cloud_noise, smooth_step

_ROCK, _SNOW, _WOOD, _MEADOW = (112, 104, 100), (238, 243, 250), (40, 54, 40), (92, 104, 62)
_HEAVEN = 0.72
_WOODED = 0.3
_DEPTHS = (0.05, 0.16, 0.34, 0.62, 1.0)


class Mountains:
    """Peaks over ridges, seen from a height."""

    def __init__(self, staging: Staging) -> None:
        """Raises the ground and lights it."""
        self._staging = staging
        palette, rng = staging.palette, staging.rng
        width, height = staging.size
        self._sky_rows = round(height * _HEAVEN)
        self._heaven = Heaven((width, self._sky_rows), palette=palette, hour=staging.hour, rng=rng)
        side = 1.0 if self._heaven.sun_x > width / 2 else -1.0
        light = self._light = light_of(palette, hour=staging.hour, side=side)
        tile = tile_side(staging.size)
        ground = alpine(tile, cycles=2.6, rng=rng) * (0.35 + 0.65 * rolling(tile, cycles=2.0, rng=rng))
        ground = np.asarray(ground / ground.max(), dtype=np.float32)
        wild = cloud_noise(tile, roughness=2.2, rng=rng)
        lit = shading(np.asarray(ground + 0.012 * wild, dtype=np.float32), light=light, relief=0.22)
        peaks = _surface(ground, lit, wild=wild, light=light, snow_from=0.30, wooded=False)
        woods = _surface(ground, lit, wild=wild, light=light, snow_from=2.0, wooded=True)
        self._layers = tuple(
            self._ridge(near, ground=ground, surface=peaks if near < _WOODED else woods, number=number)
            for number, near in enumerate(_DEPTHS)
        )
        self._mists = tuple(self._valley_mist(near) for near in _DEPTHS)
        self._travel = Travel(staging)

    def _ridge(self, near: float, *, ground: Plane, surface: Plane, number: int) -> Layer:
        rng, palette = self._staging.rng, self._staging.palette
        far = (1 - near) ** 1.6
        stretch = Stretch(
            place=(float(rng.random()), float(rng.random())),
            across=(0.46, 0.44, 0.40, 0.36, 0.32)[number],
            away=0.42,
            spread=1.5,
            horizon=0.40,
            foot=(0.66, 0.72, 0.86, 1.02, 1.24)[number],
            tall=(0.62, 0.46, 0.40, 0.40, 0.44)[number],
            swell=(0.2, 0.75, 1.0, 0.7, 0.1),
        )
        color, covered = seen(ground, surface, stretch=stretch, size=self._staging.wide)
        if near > _WOODED:
            self._wood(color, covered, near=near)
        haze = blended(palette.horizon, palette.middle, share=0.45)
        color = color + np.float32(0.56 * far) * (haze - color)
        return layer_of(color, covered, rng=rng)

    def _wood(self, color: Plane, covered: Plane, *, near: float) -> None:
        """Grows firs over a near ridge, thickest under its crest."""
        rng, light = self._staging.rng, self._light
        high, wide = covered.shape
        tall = high * (0.012 + 0.05 * near**1.6)
        count = round(2.6 * wide * (1.1 - 0.65 * near))
        x = clusters(count, wide=wide, groups=11, rng=rng)
        y = crest_of(covered)[x.astype(int)] + rng.random(count) ** 1.4 * high * 0.24 + tall * 0.25
        dark = np.array(_WOOD, np.float32) * light.fill * 0.8
        lit = np.array(_WOOD, np.float32) * (light.fill + 0.6 * light.key) * 1.1
        firs = Firs(height=tall, side=light.side, snow=0.0, dark=dark, bright=lit, white=lit)
        stand(color, covered, np.stack([x, y], axis=1), firs=firs, rng=rng)

    def _valley_mist(self, near: float) -> Mist:
        palette, rng = self._staging.palette, self._staging.rng
        size = self._staging.size
        color = blended(palette.horizon, palette.cloud_light, share=0.35) * np.float32(0.96)
        return Mist(
            size, color=as_rgb(color),
            density=bank(size[1], at=0.60 + 0.42 * near, thick=0.12, density=0.95 - 0.35 * near),
            scale=1.6 + near, wind=(0.006 + 0.012 * near) * float(rng.choice([-1, 1])), rng=rng,
        )  # fmt: skip

    def frame(self, index: int) -> Picture:
        """Frame `index` at the drawn size."""
        seconds = self._staging.seconds(index)
        picture = over_ground(self._heaven.at(seconds), height=self._staging.size[1])
        for layer, mist, near in zip(self._layers, self._mists, _DEPTHS, strict=True):
            layer.paint(picture, left=self._travel.left(seconds, near=near))
            mist.paint(picture, seconds=seconds)
        return picture


def _surface(ground: Plane, lit: Plane, *, wild: Plane, light: Light, snow_from: float, wooded: bool) -> Plane:
    """Colors of the lit tile: woods below, meadow and rock, snow on what is high and not too steep."""
    steep = np.hypot(cv2.Sobel(ground, cv2.CV_32F, 1, 0), cv2.Sobel(ground, cv2.CV_32F, 0, 1)) * (len(ground) / 64)
    steep_from = float(np.quantile(steep, 0.62))
    rough = wild * 0.05
    color = np.empty((*ground.shape, 3), np.float32)
    color[:] = _ROCK
    color *= 1 + 0.10 * wild[:, :, None]
    low = _MEADOW if not wooded else _WOOD
    cover = smooth_step((0.80 if wooded else 0.30) - ground + rough, low=-0.08, high=0.10) * (
        1 - 0.5 * smooth_step(steep, low=0.5, high=1.2)
    )
    color += cover[:, :, None] * (np.array(low, np.float32) * (1 + 0.16 * wild[:, :, None]) - color)
    snow = smooth_step(ground + rough, low=snow_from, high=snow_from + 0.14) * (
        1 - 0.85 * smooth_step(steep, low=steep_from, high=1.7 * steep_from)
    )
    color += snow[:, :, None] * (np.array(_SNOW, np.float32) - color)
    return np.asarray(color * (light.fill + lit[:, :, None] * light.key), dtype=np.float32)
