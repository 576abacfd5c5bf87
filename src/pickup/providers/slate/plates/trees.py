"""Firs: a few sprites are made for each depth, and pasted many times."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.textures import Plane, smooth_step

_KINDS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprite:
    """Coverage, lightness and lying snow of one tree, each 0 to 1: (height, width)."""

    cover: Plane
    light: Plane
    snow: Plane


def conifer(height: int, *, side: float, snow: float, rng: np.random.Generator) -> Sprite:
    """A fir.

    Args:
        height: In pixels, at least 4.
        side: Where the light comes from, -1 left, 1 right.
        snow: How much of it is snowed in, 0 to 1.
        rng: Shapes it.
    """
    tall, wide = height * 2, max(4, round(height * rng.uniform(0.72, 1.04)))
    down = np.linspace(0, 1, tall, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, wide, dtype=np.float32)[None, :]
    tiers = rng.uniform(11, 17)
    ragged = cv2.resize(rng.standard_normal((60, 15)).astype(np.float32), (wide, tall), interpolation=cv2.INTER_CUBIC)
    phase = (down**0.8 * tiers + 0.22 * np.abs(across) * tiers * 0.4 + 0.30 * ragged) % 1
    reach = 0.94 * down**0.85 * (0.60 + 0.40 * phase) * (1 + 0.16 * ragged) + 0.015
    crown = smooth_step(reach - np.abs(across), low=-0.03, high=0.05) * (down < 0.94)  # noqa: PLR2004 - the trunk's foot
    trunk = (np.abs(across) < 0.045) & (down > 0.5)  # noqa: PLR2004 - hidden in the crown
    cover = np.maximum(crown, trunk.astype(np.float32))
    light = np.clip(0.35 + 0.35 * phase * across * side + 0.22 * (1 - phase) + 0.10 * ragged, 0, 1)
    lying = smooth_step(0.6 * snow + 0.12 * ragged - phase * 0.62 + 0.12 * across * side, low=-0.10, high=0.26)
    small = (max(2, wide // 2), height)
    cover, light, lying = (
        np.asarray(cv2.resize(each.astype(np.float32), small, interpolation=cv2.INTER_AREA), dtype=np.float32)
        for each in (cover, light, lying * crown * (snow > 0))
    )
    return Sprite(cover=cover, light=light, snow=lying)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firs:
    """What the firs of one depth have in common.

    Attributes:
        height: Of a usual one, in pixels; under 5 nothing is planted.
        side: Where the light comes from, -1 left, 1 right.
        snow: How much of each is snowed in, 0 to 1.
        dark: Color in shadow.
        bright: Color in the light.
        white: Color of the snow on them.
    """

    height: float
    side: float
    snow: float
    dark: NDArray[np.float32]
    bright: NDArray[np.float32]
    white: NDArray[np.float32]


def stand(
    color: Plane, coverage: Plane, feet: NDArray[np.float64], *, firs: Firs, rng: np.random.Generator
) -> None:  # fmt: skip
    """Plants firs on a layer, in place; those that stand lower are larger.

    Args:
        color: Of the layer, float RGB.
        coverage: Of the layer, 0 to 1.
        feet: Where they stand: (count, 2), x and y.
        firs: What they look like.
        rng: Shapes them.
    """
    if firs.height < 5 or not len(feet):  # noqa: PLR2004 - smaller ones are texture, not trees
        return
    sizes = np.linspace(0.5, 1.3, _KINDS) * firs.height
    kinds = [conifer(max(4, round(size)), side=firs.side, snow=firs.snow, rng=rng) for size in sizes]
    order = np.argsort(feet[:, 1], kind="stable")
    nearness = np.interp(feet[order, 1], (feet[:, 1].min(), feet[:, 1].max() + 1), (0, _KINDS * 0.6))
    for (x, y), near in zip(feet[order], nearness, strict=True):
        kind = kinds[int(near + rng.random() * _KINDS * 0.39)]
        _paste(color, coverage, kind, foot=(x, y), firs=firs, tint=rng.uniform(0.84, 1.14))


def _paste(
    color: Plane, coverage: Plane, sprite: Sprite, *, foot: tuple[float, float], firs: Firs, tint: float
) -> None:  # fmt: skip
    """Paints a sprite onto a layer in place; the middle of its lowest row stands at `foot` (x, y)."""
    high, wide = sprite.cover.shape
    left, top = round(foot[0] - wide / 2), round(foot[1] - high)
    x0, x1, y0, y1 = max(left, 0), min(left + wide, color.shape[1]), max(top, 0), min(top + high, color.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    mine = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    part = np.s_[y0:y1, x0:x1]
    cover, light, snow = (each[mine][:, :, None] for each in (sprite.cover, sprite.light, sprite.snow))
    paint = (firs.dark + light * (firs.bright - firs.dark)) * np.float32(tint)
    paint = paint + snow * (firs.white - paint)
    color[part] += cover * (paint - color[part])
    coverage[part] = np.maximum(coverage[part], cover[:, :, 0])


def crest_of(coverage: Plane) -> NDArray[np.int64]:
    """The first row of each column that is covered, twice the height where none is."""
    covered = coverage > 0.5  # noqa: PLR2004 - half covered
    return np.where(covered.any(axis=0), np.argmax(covered, axis=0), len(coverage) * 2)


def clusters(count: int, *, wide: int, groups: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """`count` places along `wide` pixels, most of them in some `groups`, as trees grow."""
    middles = rng.random(groups) * wide
    near = middles[rng.integers(groups, size=count)] + rng.normal(0, wide * 0.05, count)
    return np.where(rng.random(count) < 0.75, near, rng.random(count) * wide) % wide  # noqa: PLR2004 - the rest stand alone
