"""The fire plate: flames that rise, lean and tear off, sparks, smoke, and their light on the ground.

A campfire burns on logs before trees; anything bigger ("wildfire", "burning", "flames") fills the frame from side to
side. Flames are noise that rises through a shape, bent by wider noise, so any frame can be drawn on its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np

from pickup.providers.slate.palette import RGB
from pickup.providers.slate.plates.layers import Layer, Mist, Staging, as_rgb, blended, layer_of, over_ground
from pickup.providers.slate.plates.sky import Heaven
from pickup.providers.slate.plates.terrain import light_of, octave
from pickup.providers.slate.plates.trees import Firs, clusters, stand
from pickup.providers.slate.plates.weather import dotted
from pickup.providers.slate.textures import (
    Picture,
    Plane,
    added,
    cloud_noise,
    color_map,
    sampled,
    smooth_step,
    stretched,
    three,
)

_SMALL = re.compile(
    r"\b(?:camp ?fires?|bonfires?|fire ?places?|hearth|embers?|torch(?:es)?|fire ?pit)\b", re.IGNORECASE
)
_TILE = 256
_GROUND = 0.80
_FLAMES_SCALE = 0.7
_FLAME: list[tuple[float, RGB]] = [
    (0.0, (0, 0, 0)),
    (0.14, (58, 8, 2)),
    (0.32, (150, 32, 4)),
    (0.52, (218, 82, 12)),
    (0.72, (244, 136, 34)),
    (0.88, (252, 184, 82)),
    (1.0, (255, 218, 140)),
]
_WARM = np.array((255, 132, 44), np.float32)
_BARK = np.array((44, 48, 40), np.float32)
_EARTH = np.array((92, 74, 56), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hearth:
    """Where it burns, in shares of the frame's width and height.

    Attributes:
        foot: Row of the flames' root.
        tall: Height of the tongues.
        half: Half the width of the root in frame heights; None burns from side to side.
    """

    foot: float
    tall: float
    half: float | None


class Fire:
    """Flames at night or by day."""

    def __init__(self, staging: Staging) -> None:
        """Sets the place and lights the fire."""
        self._staging = staging
        small = _SMALL.search(staging.words) is not None
        width, height = staging.size
        aspect = width / height
        self._hearth = (
            _Hearth(foot=0.84, tall=0.56, half=min(0.20, 0.32 * aspect))
            if small
            else _Hearth(foot=1.03, tall=0.74 * min(1.0, aspect**0.5), half=None)
        )
        sky = (width, round(height * _GROUND))
        self._heaven = Heaven(sky, palette=staging.palette, hour=staging.hour, rng=staging.rng)
        self._place = self._scenery()
        self._front = self._logs() if small else None
        self._flames = _Flames(staging, hearth=self._hearth)
        self._glow = self._glow_of()
        self._sparks = _Sparks(staging, hearth=self._hearth)
        self._smoke = self._smoke_of()

    def _scenery(self) -> Layer:
        """A line of trees and the ground, as dark as they are for eyes that look into a fire."""
        staging, rng = self._staging, self._staging.rng
        width, height = staging.size
        light = light_of(staging.palette, hour=staging.hour, side=1.0)
        color = np.empty((height, width, 3), np.float32)
        color[:] = _BARK * light.fill
        coverage = np.zeros((height, width), np.float32)
        haze = np.array(staging.palette.horizon, np.float32) * np.float32(0.6)
        for near in (0.0, 0.5, 1.0):
            tall = height * (0.20 + 0.34 * near)
            x = clusters(round(width / tall * (7 - 4 * near)), wide=width, groups=4, rng=rng)
            if near == 1.0:
                x = x[np.abs(x / width - 0.5) > 0.22]  # noqa: PLR2004 - the fire has its room
            feet = np.stack([x, height * (_GROUND + 0.02 * near) + rng.random(len(x)) * 3], axis=1)
            tones = tuple(
                blended(_BARK * share, haze, share=0.5 * (1 - near))
                for share in (light.fill * 0.5, light.fill * 0.8 + light.key * 0.4)
            )
            firs = Firs(height=tall, side=1.0, snow=0.0, dark=tones[0], bright=tones[1], white=haze)
            stand(color, coverage, feet, firs=firs, rng=rng)
        litter = stretched(cloud_noise(256, roughness=2.0, rng=rng), size=(width, height))
        rows = np.arange(height, dtype=np.float32)[:, None]
        self._ground = np.clip(rows - height * (_GROUND - 0.015) + litter * height * 0.004, 0, 1)
        self._earth = np.asarray(_EARTH * (1 + 0.28 * litter[:, :, None]), dtype=np.float32)
        color += self._ground[:, :, None] * (self._earth * light.fill * 0.6 - color)
        return layer_of(color * np.float32(0.8), np.maximum(coverage, self._ground), rng=rng)

    def _logs(self) -> Layer:
        """Charred logs with embers, laid together."""
        rng = self._staging.rng
        width, height = self._staging.size
        color = np.full((height, width, 3), 10, np.float32)
        coverage = np.zeros((height, width), np.float32)
        half = (self._hearth.half or 0.2) * height
        foot = self._hearth.foot * height
        for turn in (-0.42, 0.36, -0.16, 0.12):
            long, thick = half * rng.uniform(0.95, 1.25), height * rng.uniform(0.020, 0.028)
            middle = np.array((width / 2 + rng.normal(0, half * 0.12), foot + height * rng.uniform(-0.03, 0.03)))
            along = np.array((np.cos(turn), np.sin(turn)))
            x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
            u = ((x - middle[0]) * along[0] + (y - middle[1]) * along[1]) / long
            v = ((y - middle[1]) * along[0] - (x - middle[0]) * along[1]) / thick
            inside = np.clip((1 - np.abs(v)) * thick + 0.5, 0, 1) * np.clip((1 - np.abs(u)) * long + 0.5, 0, 1)
            grain = cv2.resize(
                cloud_noise(256, roughness=1.8, rng=rng), (width, height), interpolation=cv2.INTER_LINEAR
            )
            ember = smooth_step(1 - np.abs(grain) * 2.4, low=0.2, high=1.1) * np.clip(1.1 - np.abs(u), 0, 1)
            rim = np.clip(-v, 0, 1) ** 2 * 0.5
            tone = np.array((26, 18, 14), np.float32) + (ember * 0.8 + rim * 0.5)[:, :, None] * np.array(
                (206, 66, 12), np.float32
            )
            color += inside[:, :, None] * (tone - color)
            coverage = np.maximum(coverage, inside)
        return layer_of(color, coverage.astype(np.float32), rng=rng)

    def _glow_of(self) -> Plane:
        """Light of the fire on ground and air, for a strength of 1: float RGB."""
        width, height = self._staging.size
        foot = self._hearth.foot * height
        wide = width * 0.9 if self._hearth.half is None else height * 0.62
        y, x = np.ogrid[:height, :width]
        center = (width / 2, foot - self._hearth.tall * height * 0.25)
        far = np.hypot((x - center[0]) / wide, (y - center[1]) / (height * 0.62)).astype(np.float32)
        air = np.exp(-((far * 1.5) ** 2)) * (0.16 if self._hearth.half else 0.34) + 0.10 / (1 + (2.4 * far) ** 2)
        flat = np.hypot((x - center[0]) / wide, (y - foot) / (height * 0.26)).astype(np.float32)
        pool = np.exp(-(flat * 1.6)) * self._ground * 1.7
        return np.asarray(air[:, :, None] * _WARM + pool[:, :, None] * self._earth * _WARM / 255, dtype=np.float32)

    def _smoke_of(self) -> Mist:
        staging = self._staging
        width, height = staging.size
        rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
        columns = (np.arange(width, dtype=np.float32)[None, :] - width / 2) / height
        reach = 10.0 if self._hearth.half is None else 0.10 + 0.35 * (1 - rows)
        density = (
            np.exp(-((columns / reach) ** 2))
            * np.exp(-(((rows - 0.16) / 0.30) ** 2))
            * (0.42 if self._hearth.half else 0.75)
        )
        tone = blended(
            np.array(staging.palette.middle, np.float32) * 0.5,
            np.array((92, 58, 40), np.float32),
            share=0.5 if self._hearth.half else 0.7,
        )
        return Mist(
            staging.size, color=as_rgb(tone), density=np.asarray(density, np.float32), scale=0.9, wind=0.03, rise=0.16,
            stretch=1.2, rng=staging.rng,
        )  # fmt: skip

    def frame(self, index: int) -> Picture:
        """Frame `index` at the drawn size."""
        seconds = self._staging.seconds(index)
        flicker = self._flames.flicker(seconds)
        light = np.asarray(np.clip(self._glow * np.float32(flicker), 0, 255), dtype=np.uint8)
        sky = np.asarray(cv2.convertScaleAbs(self._heaven.at(seconds), alpha=0.8), dtype=np.uint8)
        picture = over_ground(sky, height=self._staging.size[1])
        self._place.paint(picture, left=0)
        picture = added(picture, light)
        self._smoke.paint(picture, seconds=seconds)
        picture = self._flames.over(picture, seconds=seconds)
        if self._front is not None:
            self._front.paint(picture, left=0)
        return added(picture, self._sparks.at(seconds))


class _Flames:
    """The burning itself, computed a little smaller than the frame it is put over."""

    def __init__(self, staging: Staging, *, hearth: _Hearth) -> None:
        self._size = staging.size
        width, height = (max(8, round(side * _FLAMES_SCALE)) for side in staging.size)
        rng = staging.rng
        self._wide, self._fine = (
            np.asarray(sum(octave(_TILE, cycles=cycles * 2**n, rng=rng) * 0.5**n for n in range(4)), np.float32) * 0.8
            for cycles in (4, 7)
        )
        self._up = ((hearth.foot * height - np.arange(height, dtype=np.float32)) / (hearth.tall * height))[:, None]
        self._across = ((np.arange(width, dtype=np.float32) - width / 2) / (hearth.tall * height))[None, :]
        self._half = None if hearth.half is None else hearth.half / hearth.tall
        self._colors = color_map(_FLAME)
        self._beat = rng.random(3) * 2 * np.pi
        self._rim = smooth_step(self._up, low=-0.04, high=0.05)

    def flicker(self, seconds: float) -> float:
        """Strength of the fire's light, about 1, without a steady beat."""
        one, two, three_ = self._beat
        return float(
            1
            + 0.09 * np.sin(7.3 * seconds + one)
            + 0.07 * np.sin(11.9 * seconds + two)
            + 0.08 * np.sin(3.1 * seconds + three_)
        )

    def over(self, below: Picture, *, seconds: float) -> Picture:
        """The picture with the flames before it: they cover what is behind them only where they are thick."""
        heat = self._heat(seconds)
        level = np.asarray(np.clip(heat * 255, 0, 255), dtype=np.uint8)
        level = np.asarray(cv2.resize(level, self._size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        flames = np.asarray(cv2.applyColorMap(level, self._colors), dtype=np.uint8)
        cover = three(np.asarray(cv2.convertScaleAbs(level, alpha=2.0), dtype=np.uint8))
        kept = np.asarray(cv2.multiply(below, cv2.bitwise_not(cover), scale=1 / 255), dtype=np.uint8)
        small = cv2.resize(
            flames, (max(2, self._size[0] // 8), max(2, self._size[1] // 8)), interpolation=cv2.INTER_AREA
        )
        spill = cv2.GaussianBlur(small, (0, 0), max(1.0, self._size[1] / 8 * 0.07))
        halo = cv2.resize(cv2.convertScaleAbs(spill, alpha=0.32), self._size, interpolation=cv2.INTER_LINEAR)
        lit = cv2.multiply(np.asarray(halo, np.uint8), cv2.bitwise_not(cover), scale=1 / 255)
        return added(kept, flames, np.asarray(lit, np.uint8))

    def _heat(self, seconds: float) -> Plane:
        up, across = self._up, self._across
        lean = 0.10 * np.sin(0.9 * seconds + self._beat[0]) + 0.05 * np.sin(2.3 * seconds + self._beat[1])
        climb = np.maximum(up, 0)
        fine = 1.5 if self._half is None else 1.0
        bend = sampled(self._wide, across * 46 * fine, up * 34 + seconds * 46)
        x = across - lean * climb**1.4 + bend * (0.05 + 0.09 * climb)
        tongues = sampled(self._wide, x * 74 * fine + 91, up * 30 + seconds * 58)
        curls = sampled(self._fine, x * 100 * fine + bend * 6, up * 48 * fine**0.5 + seconds * 88)
        body = 0.62 * tongues + 0.38 * curls
        if self._half is None:
            side = np.ones_like(x)
            swell = sampled(self._wide, across * 24 + 170, np.full_like(up, seconds * 7))
            reach = 0.58 + 0.15 * swell
        else:
            narrow = self._half * (1.06 - 0.72 * np.clip(climb, 0, 1) ** 0.8)
            side = 1 - (np.abs(x) / np.maximum(narrow, 0.02)) ** 2
            reach = np.full_like(x, 0.80)
        fall = 1 - climb / np.maximum(reach, 0.1)
        heat = 0.34 + 0.62 * fall + body * (0.24 + 0.20 * climb) + (side - 1) * 0.75
        shape = np.minimum(heat, 1.2 * fall + 0.42 + 0.3 * body)
        edge = smooth_step(shape.astype(np.float32), low=0.14, high=0.46)
        return np.asarray(
            edge * smooth_step(shape.astype(np.float32), low=-0.15, high=1.3) * self._rim, dtype=np.float32
        )


class _Sparks:
    """Glowing bits that the hot air carries up; each lives a while, then another starts elsewhere."""

    def __init__(self, staging: Staging, *, hearth: _Hearth) -> None:
        rng = staging.rng
        self._size, self._hearth = staging.size, hearth
        width, height = staging.size
        count = round(120 if hearth.half is not None else 150 * max(0.6, width / height))
        self._born, self._life = rng.random(count), rng.uniform(1.2, 3.4, count)
        self._place, self._turn = rng.random(count), rng.random(count) * 2 * np.pi
        self._speed, self._bright = rng.uniform(0.22, 0.55, count), rng.exponential(1.0, count) + 0.25

    def at(self, seconds: float) -> Picture:
        """Their light after so many seconds."""
        width, height = self._size
        turns = seconds / self._life + self._born
        cycle = np.floor(turns)
        age = turns - cycle
        place = (self._place + cycle * 0.618034 * (1 + 0.1 * self._born)) % 1
        span = width / height * 1.1 if self._hearth.half is None else self._hearth.half * 1.3
        rise = self._speed * self._life * age
        curl = (
            0.05 * np.sin(self._turn + cycle + 3.1 * age * self._life) * np.sqrt(age)
            + 0.09 * np.sin(self._turn * 2 + cycle) * age
        )
        x = width / 2 + ((place - 0.5) * span + curl + 0.02 * np.sin(seconds * 0.9)) * height
        y = (self._hearth.foot - 0.12) * height - rise * height
        unit = height / 360
        light = (
            self._bright
            * np.minimum(1, age * 12)
            * (1 - age) ** 1.2
            * (0.75 + 0.25 * np.sin(9 * seconds + self._turn * 5))
        )
        dots = dotted(self._size, x, y, strength=light * 780 * unit**2, soft=(0.62 * unit, 0.95 * unit))
        halo = np.clip(dots, 0, 400)[:, :, None] * np.array((1.0, 0.52, 0.16), np.float32)
        return np.asarray(np.clip(halo, 0, 255), dtype=np.uint8)
