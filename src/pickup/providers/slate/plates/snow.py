"""The snow plate: a winter field with firs under snow, hills that fade into the air, and flakes at every distance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.palette import RGB, Palette
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
from pickup.providers.slate.plates.terrain import Light, Stretch, light_of, rolling, seen, shading, tile_side
from pickup.providers.slate.plates.trees import Firs, clusters, crest_of, stand
from pickup.providers.slate.plates.weather import Fall, Flakes
from pickup.providers.slate.textures import Picture, Plane, cloud_noise, mixed, three

_HORIZON = 0.50
_DEPTHS = (0.04, 0.14, 0.32, 0.6, 1.0)
_WHITE = np.array((236, 242, 250), np.float32)
_NEEDLES = np.array((52, 70, 62), np.float32)
_THROWN_BACK: Mapping[str, float] = MappingProxyType({"night": 1.7, "dusk": 1.45})
_HARD = re.compile(r"\b(?:blizzards?|snow ?storms?|white-?out|storm(?:y)?|heavy snow)\b", re.IGNORECASE)


class Snow:
    """Snowfall over open country."""

    def __init__(self, staging: Staging) -> None:
        """Lays the snow, plants the firs and lets it fall."""
        self._staging = staging
        rng = staging.rng
        width, height = staging.size
        self._hard = _HARD.search(staging.words) is not None
        self._palette = palette = _overcast(staging.palette)
        rows = round(height * (_HORIZON + 0.1))
        self._heaven = Heaven((width, rows), palette=palette, hour="storm", rng=rng)
        self._light = _on_snow(light_of(palette, hour=staging.hour, side=float(rng.choice([-1, 1]))), hour=staging.hour)
        ground = rolling(tile_side(staging.size), cycles=3, rng=rng)
        surface = self._surface(ground)
        self._layers = tuple(self._field(number, ground=ground, surface=surface) for number in range(len(_DEPTHS)))
        wind = float(rng.choice([-1, 1])) * (0.55 if self._hard else 0.10)
        self._flakes = tuple(
            Flakes(staging.size, fall=fall, rng=rng) for fall in _falls(staging, wind=wind, hard=self._hard)
        )
        self._mists = tuple(self._drift(near, wind=wind) for near in _DEPTHS)
        flake = np.clip(self._light.flat * 1.2 + 0.45 * np.array(palette.horizon) / 255, 0.3, 1) * 255
        self._flake = np.full((height, width, 3), flake, np.uint8)
        self._travel = Travel(staging)

    def _surface(self, ground: Plane) -> Plane:
        rng, light = self._staging.rng, self._light
        wild = cloud_noise(len(ground), roughness=2.4, rng=rng)
        lit = shading(np.asarray(ground + 0.004 * wild, np.float32), light=light, relief=0.12, soft=0.1)
        return np.asarray(_WHITE * (light.fill * 1.12 + lit[:, :, None] * light.key * 0.55), dtype=np.float32)

    def _field(self, number: int, *, ground: Plane, surface: Plane) -> Layer:
        rng, near = self._staging.rng, _DEPTHS[number]
        stretch = Stretch(
            place=(float(rng.random()), float(rng.random())),
            across=(0.9, 0.8, 0.6, 0.5, 0.4)[number],
            away=0.30,
            spread=1.6,
            horizon=_HORIZON - 0.02,
            foot=(0.62, 0.74, 0.96, 1.30, 1.90)[number],
            tall=(0.16, 0.10, 0.13, 0.22, 0.42)[number],
            swell=(0.2, 0.8, 1.0, 0.6, 0.2),
        )
        color, covered = seen(ground, surface, stretch=stretch, size=self._staging.wide)
        self._wood(color, covered, number=number)
        air = blended(self._palette.horizon, self._palette.middle, share=0.25)
        color = color + np.float32((0.9 if self._hard else 0.78) * (1 - near) ** 1.7) * (air - color)
        return layer_of(color, covered, rng=rng)

    def _wood(self, color: Plane, covered: Plane, *, number: int) -> None:
        near = _DEPTHS[number]
        rng, light = self._staging.rng, self._light
        high, wide = covered.shape
        tall = high * (0.03 + 0.36 * near**1.2)
        count = round((0.15, 0.15, 0.09, 0.045, 0.010)[number] * wide / (0.12 + near))
        x = clusters(count, wide=wide, groups=(9, 9, 7, 4, 3)[number], rng=rng)
        deep = (0.1 + 0.9 * rng.random(count) ** 1.5) * high * (0.03 + 0.16 * near)
        y = crest_of(covered)[x.astype(int)] + deep
        white = _WHITE * (light.fill * 1.15 + light.key * 0.5)
        tones = (_NEEDLES * light.fill * 0.8, _NEEDLES * (light.fill + light.key))
        firs = Firs(height=tall, side=light.side, snow=0.6, dark=tones[0], bright=tones[1], white=white)
        stand(color, covered, np.stack([x, y], axis=1), firs=firs, rng=rng)

    def _drift(self, near: float, *, wind: float) -> Mist:
        height = self._staging.size[1]
        color = blended(self._palette.horizon, self._palette.cloud_light, share=0.5)
        density = bank(
            height, at=0.56 + 0.30 * near, thick=0.16, density=(0.85 if self._hard else 0.5) * (1 - 0.5 * near)
        )
        return Mist(
            self._staging.size, color=as_rgb(color), density=density, scale=1.5, wind=wind * 0.4, rng=self._staging.rng
        )

    def frame(self, index: int) -> Picture:
        """Frame `index` at the drawn size."""
        seconds = self._staging.seconds(index)
        picture = over_ground(self._heaven.at(seconds), height=self._staging.size[1])
        gust = 0.05 * np.sin(seconds * 0.7) + 0.03 * np.sin(seconds * 1.63 + 1)
        for number, (layer, mist, near) in enumerate(zip(self._layers, self._mists, _DEPTHS, strict=True)):
            layer.paint(picture, left=self._travel.left(seconds, near=near))
            mist.paint(picture, seconds=seconds)
            if number >= len(_DEPTHS) - 2:
                self._fall(picture, self._flakes[number - len(_DEPTHS) + 2 :][:1], seconds=seconds, gust=float(gust))
        self._fall(picture, self._flakes[2:], seconds=seconds, gust=float(gust))
        return picture

    def _fall(self, picture: Picture, flakes: tuple[Flakes, ...], *, seconds: float, gust: float) -> None:
        """Lets flakes fall before what is painted so far, in place."""
        for each in flakes:
            cover = np.minimum(each.at(seconds, gust=gust), 235)
            picture[:] = mixed(picture, self._flake, alpha=three(cover.astype(np.uint8)))


def _overcast(palette: Palette) -> Palette:
    """The hour's light through snow clouds: paler and grayer, no sun in sight."""
    high, low = (_through_cloud(color) for color in (palette.middle, palette.horizon))
    return replace(
        palette,
        zenith=as_rgb(blended(high, low, share=0.15) * 0.92),
        middle=as_rgb(blended(high, low, share=0.5)),
        horizon=as_rgb(low),
        sun=as_rgb(_through_cloud(palette.sun)),
        cloud_dark=as_rgb(blended(high, low, share=0.3)),
        cloud_light=as_rgb(blended(high, low, share=0.75)),
        sun_height=-0.4,
        glow=palette.glow * 0.3,
    )


def _on_snow(light: Light, *, hour: str) -> Light:
    """Light that snow throws back once more; dusk and night over snow are never black."""
    return replace(light, fill=light.fill * np.float32(_THROWN_BACK.get(hour, 1.0)))


def _through_cloud(color: RGB) -> NDArray[np.float32]:
    """A color of the sky with half its chroma and a little less light."""
    return blended(color, np.full(3, np.mean(color), np.float32), share=0.58) * np.float32(0.93)


def _falls(staging: Staging, *, wind: float, hard: bool) -> tuple[Fall, ...]:
    """Depths of flakes, far to near; their number follows the frame's shape, their size its height."""
    width, height = staging.size
    many = width / height / (16 / 9) * (2.2 if hard else 1.0)
    unit = height / 360
    pace = 1.6 if hard else 1.0
    return (
        Fall(count=round(1500 * many), speed=0.13 * pace, wind=wind * 0.5, radius=0.45 * unit, light=130),
        Fall(count=round(420 * many), speed=0.20 * pace, wind=wind * 0.8, radius=0.8 * unit, light=170),
        Fall(count=round(110 * many), speed=0.32 * pace, wind=wind * 1.2, radius=1.5 * unit, light=190),
        Fall(count=round(16 * many), speed=0.52 * pace, wind=wind * 1.9, radius=4.6 * unit, light=70),
    )
