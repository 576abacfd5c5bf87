"""The forest plate: trunks in ranks that fade into mist, undergrowth, leaves that stir, and beams of light."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.looks import rains_in
from pickup.providers.slate.plates.foliage import Foliage
from pickup.providers.slate.plates.layers import Layer, Mist, Staging, Travel, as_rgb, bank, blended, layer_of
from pickup.providers.slate.plates.terrain import light_of
from pickup.providers.slate.plates.weather import Fall, Flakes, falling, rain_streaks
from pickup.providers.slate.textures import (
    Picture,
    Plane,
    added,
    cloud_noise,
    glow,
    lit,
    quantized,
    smooth_step,
    stretched,
    three,
)

_DEPTHS = (0.0, 0.12, 0.28, 0.50, 0.75, 1.0)
_BARK = np.array((96, 78, 62), np.float32)
_LEAF = np.array((88, 124, 46), np.float32)
_MOSS = np.array((66, 84, 40), np.float32)
_SHAFTS: Mapping[str, float] = MappingProxyType(
    {"day": 0.34, "golden": 0.52, "dawn": 0.46, "dusk": 0.10, "night": 0.16, "storm": 0.0}
)


class Forest:
    """Inside a wood of tall trees."""

    def __init__(self, staging: Staging) -> None:
        """Grows the trees, from far to near."""
        self._staging = staging
        palette, rng = staging.palette, staging.rng
        height = staging.size[1]
        self._side = float(rng.choice([-1, 1]))
        self._light = light_of(palette, hour=staging.hour, side=self._side)
        air = blended(palette.horizon, palette.middle, share=0.30)
        green = np.array((1.08, 1.0, 0.70), np.float32)
        self._air = air * (green if staging.hour in ("day", "dawn", "golden") else 1) * np.float32(0.80)
        self._backdrop = self._far_light()
        self._layers = tuple(self._rank(near) for near in _DEPTHS)
        self._phases = rng.random(len(_DEPTHS)) * 2 * np.pi
        self._mists = tuple(self._mist(near) for near in _DEPTHS[:-1])
        self._shafts = _Shafts(staging, side=self._side, strength=_SHAFTS[staging.hour])
        self._motes = Flakes(
            staging.size, fall=Fall(count=60, speed=0.012, wind=0.012, radius=0.55 * height / 360, light=55), rng=rng
        )
        self._rain = rain_streaks(staging.size, length=0.05, rng=rng) if rains_in(staging.words) else None
        self._travel = Travel(staging)

    def _far_light(self) -> Picture:
        """The air behind the last trees: bright where the sky comes in, mottled by leaves out of sight."""
        width, height = self._staging.size
        rng = self._staging.rng
        spot = glow(height, width, center=(width * (0.5 + 0.2 * self._side), height * 0.34), radius=height * 0.55)
        mottle = stretched(cloud_noise(256, roughness=2.6, rng=rng), size=(width, height))
        low = smooth_step(np.linspace(0, 1, height, dtype=np.float32)[:, None], low=0.5, high=0.75)
        level = 0.74 + 0.42 * spot + 0.05 * mottle * (1 - low)
        field = level[:, :, None] * self._air
        return quantized(np.asarray(field, dtype=np.float32), rng=rng)

    def _rank(self, near: float) -> Layer:
        """One depth of trees with the ground under them."""
        staging, rng = self._staging, self._staging.rng
        width, height = staging.wide
        color = np.empty((height, width, 3), np.float32)
        coverage = np.zeros((height, width), np.float32)
        far = (1 - near) ** 1.5
        light = self._light
        color[:] = _MOSS * light.fill
        self._ground(color, coverage, near=near)
        self._trunks(color, coverage, near=near)
        self._leaves(color, coverage, near=near)
        color += np.float32(0.90 * far) * (self._air - color)
        return layer_of(color, coverage, rng=rng)

    def _ground(self, color: Plane, coverage: Plane, *, near: float) -> None:
        rng, light = self._staging.rng, self._light
        high, wide = coverage.shape
        bumps = cv2.resize(rng.standard_normal((1, 14)).astype(np.float32), (wide, 1), interpolation=cv2.INTER_CUBIC)[0]
        crest = high * (0.60 + 0.36 * near**1.2 + 0.008 * bumps * (0.3 + near))
        rows = np.arange(high, dtype=np.float32)[:, None]
        inside = np.clip(rows - crest + 0.5, 0, 1)
        litter = stretched(cloud_noise(256, roughness=1.9, rng=rng), size=(wide, high))
        spots = smooth_step(stretched(cloud_noise(256, roughness=2.8, rng=rng), size=(wide, high)), low=0.2, high=1.2)
        earth = blended(_MOSS, _BARK, share=0.4)
        tone = (earth * (1 + 0.18 * litter[:, :, None])) * (light.fill * 0.8 + spots[:, :, None] * light.key * 0.9)
        color += inside[:, :, None] * (tone - color)
        np.maximum(coverage, inside, out=coverage)
        self._ferns(color, coverage, crest=crest, near=near)

    def _ferns(self, color: Plane, coverage: Plane, *, crest: NDArray[np.float32], near: float) -> None:
        """Fronds and blades over the edge of the ground."""
        rng, light = self._staging.rng, self._light
        high, wide = coverage.shape
        size = _unit(coverage) * (0.02 + 0.12 * near)
        ferns = Foliage((wide, high), rng=rng)
        for x in rng.random(round(wide / (size * 0.5 + 1) * 2.2)) * wide:
            foot = (x, float(crest[int(x)] + size * rng.uniform(0.05, 0.5)))
            ferns.tuft(foot, reach=size * rng.uniform(0.5, 1.1))
        ferns.paint(color, coverage, dark=_LEAF * light.fill * 0.8, light=_LEAF * light.key * 0.8)

    def _trunks(self, color: Plane, coverage: Plane, *, near: float) -> None:
        rng = self._staging.rng
        wide = coverage.shape[1]
        thick = _unit(coverage) * (0.010 + 0.085 * near**1.5)
        count = max(3, round(wide / (thick * (3.2 + 5.0 * near))))
        places = (np.arange(count) + rng.uniform(-0.42, 0.42, count)) / count
        for place in places:
            if near > 0.6 and abs(place - 0.5) < 0.16 * near:  # noqa: PLR2004 - the nearest leave the view open
                continue
            self._trunk(color, coverage, x=place * wide, thick=thick * rng.uniform(0.6, 1.35), near=near)

    def _trunk(self, color: Plane, coverage: Plane, *, x: float, thick: float, near: float) -> None:
        rng, light = self._staging.rng, self._light
        high, wide = coverage.shape
        foot = min(high, round(high * (0.62 + 0.40 * near**1.2)))
        down = np.arange(foot, dtype=np.float32)[:, None] / foot
        knots = cv2.resize(rng.standard_normal((5, 1)).astype(np.float32), (1, foot), interpolation=cv2.INTER_CUBIC)
        middle = x + rng.normal(0, 0.02) * high * (1 - down) + knots * thick * 0.10
        half = thick / 2 * (0.72 + 0.28 * down + 0.5 * np.maximum(down - 0.93, 0) / 0.07 * 0.6) * (1 + 0.05 * knots)
        x0, x1 = max(0, int(x - 2.2 * thick - high * 0.05)), min(wide, int(x + 2.2 * thick + high * 0.05) + 2)
        if x1 - x0 < 2:  # noqa: PLR2004 - outside
            return
        offset = (np.arange(x0, x1, dtype=np.float32)[None, :] + 0.5 - middle) / half
        inside = np.clip((1 - np.abs(offset)) * half + 0.5, 0, 1)
        bark = cv2.resize(
            rng.standard_normal((max(2, foot // 14), max(2, (x1 - x0) // 2))).astype(np.float32), (x1 - x0, foot),
            interpolation=cv2.INTER_CUBIC,
        )  # fmt: skip
        round_ = np.clip(0.5 + 0.62 * offset * self._side, 0.04, 1)
        shade = round_**1.5 * (1 + 0.24 * bark)
        mossy = smooth_step(down + 0.1 * bark, low=0.70, high=1.0)[:, :, None] * 0.5
        stuff = _BARK + mossy * (_MOSS - _BARK)
        tone = stuff * (light.fill * (0.50 + 0.25 * bark[:, :, None] * 0.5) + shade[:, :, None] * light.key * 0.7)
        part = np.s_[:foot, x0:x1]
        color[part] += inside[:, :, None] * (np.maximum(tone, 0) - color[part])
        coverage[part] = np.maximum(coverage[part], inside)

    def _leaves(self, color: Plane, coverage: Plane, *, near: float) -> None:
        """Foliage that hangs into the frame from above, denser far away, in sprays of small leaves."""
        rng, light = self._staging.rng, self._light
        high, wide = coverage.shape
        unit = _unit(coverage)
        leaf = unit * (0.0042 + 0.0055 * near)
        leaves = Foliage((wide, high), rng=rng)
        deepest = 0.42 - 0.20 * near
        beat, step = rng.uniform(2, 5), rng.random() * 2 * np.pi
        for x in rng.random(round(wide * high / unit**2 * (60 - 40 * near))) * wide:
            hang = 0.75 + 0.45 * np.sin(x / high * beat + step)
            y = float(high * (rng.random() ** 1.7 * deepest * hang - 0.05))
            spread = unit * rng.uniform(0.03, 0.09) * (0.7 + 0.8 * near)
            leaves.spray((x, y), spread=spread, leaf=leaf, count=round(44 * (1.0 + 0.5 * near)))
        leaves.paint(color, coverage, dark=_LEAF * light.fill * 0.62, light=_LEAF * light.key * (1.0 - 0.45 * near))

    def _mist(self, near: float) -> Mist:
        size, rng = self._staging.size, self._staging.rng
        density = bank(size[1], at=0.58 + 0.32 * near, thick=0.16, density=0.62 - 0.4 * near)
        wind = (0.010 + 0.015 * near) * self._side
        return Mist(size, color=as_rgb(self._air), density=density, scale=1.5, wind=wind, rng=rng)

    def frame(self, index: int) -> Picture:
        """Frame `index` at the drawn size."""
        seconds = self._staging.seconds(index)
        picture = self._backdrop.copy()
        height = self._staging.size[1]
        for number, (layer, near) in enumerate(zip(self._layers, _DEPTHS, strict=True)):
            lean = height * (0.004 + 0.004 * near) * _breeze(seconds, phase=float(self._phases[number]))
            layer.paint(picture, left=self._travel.left(seconds, near=0.08 + 0.92 * near), lean=lean)
            if number < len(self._mists):
                self._mists[number].paint(picture, seconds=seconds)
            if number == len(_DEPTHS) - 3:
                picture = self._shafts.over(picture, seconds=seconds)
        if self._rain is None:
            return self._dusted(picture, seconds=seconds)
        return added(picture, falling(self._rain, pace=1.7, seconds=seconds))

    def _dusted(self, picture: Picture, *, seconds: float) -> Picture:
        """The picture with motes that glint in the light."""
        return added(picture, lit(self._motes.at(seconds), color=self._light.key * 0.8 + self._light.fill * 0.2))


def _unit(coverage: Plane) -> float:
    """The length that sizes are given in: the layer's height, less in an upright frame."""
    high, wide = coverage.shape
    return float(min(high, wide * 0.85))


def _breeze(seconds: float, *, phase: float) -> float:
    """How far trees lean at a moment, about -1 to 1, without a beat that the eye could follow."""
    return float(
        0.55 * np.sin(0.83 * seconds + phase)
        + 0.3 * np.sin(1.71 * seconds + 2.1 * phase)
        + 0.15 * np.sin(2.9 * seconds)
    )


class _Shafts:
    """Beams of light that fall slanting through the leaves."""

    def __init__(self, staging: Staging, *, side: float, strength: float) -> None:
        width, height = staging.size
        self._strength = strength
        y, x = np.mgrid[:height, :width].astype(np.float32)
        source = (width * (0.5 + 0.32 * side), -0.55 * height)
        angle = np.arctan2(x - source[0], y - source[1])
        self._at = (angle * 512 / 2.4 + 256).astype(np.float32)
        self._row = np.zeros_like(self._at)
        line = cloud_noise(512, roughness=1.7, rng=staging.rng)
        self._lines = (line[:1], line[200:201])
        down = y / height
        fade = np.exp(-(((down - 0.30) / 0.42) ** 2)) * glow(
            height, width, center=(source[0], height * 0.2), radius=height * 0.9
        )
        self._light = (fade[:, :, None] * np.array(staging.palette.sun, np.float32)).astype(np.uint8)

    def over(self, picture: Picture, *, seconds: float) -> Picture:
        """The picture with the beams as leaves let them through at a moment."""
        if self._strength <= 0:
            return picture
        both = self._lines[0] * np.cos(seconds * 0.35) + self._lines[1] * np.sin(seconds * 0.35)
        share = smooth_step(np.asarray(both, np.float32), low=-0.2, high=1.9) * self._strength * 255
        beams = cv2.remap(
            share.astype(np.float32), self._at, self._row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return added(
            picture, np.asarray(cv2.multiply(self._light, three(beams.astype(np.uint8)), scale=1 / 255), np.uint8)
        )
