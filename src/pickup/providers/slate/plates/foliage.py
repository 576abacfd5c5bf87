"""Leaves and fronds: small shapes, drawn once onto a layer with their coverage and lightness."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.camera import Size
from pickup.providers.slate.textures import Plane

_FINE = 4
"""Bits of a pixel's fraction in which OpenCV takes places."""
_FRONDS = 7


class Foliage:
    """What grows on one layer, gathered before it is painted."""

    def __init__(self, size: Size, *, rng: np.random.Generator) -> None:
        """Begins with nothing."""
        self._canvas = np.zeros((size[1], size[0], 3), np.uint8)  # coverage, lightness, nothing
        self._rng = rng

    def tuft(self, foot: tuple[float, float], *, reach: float) -> None:
        """Fronds that bend outward from `foot` (x, y), about `reach` pixels long."""
        share = np.linspace(0, 1, 9)[:, None]
        root = np.array(foot)
        turns, tones = self._rng.normal(0, 0.75, _FRONDS), self._rng.uniform(25, 204, _FRONDS)
        for turn, tone in zip(turns, tones, strict=True):
            tip = root + reach * np.array((np.sin(turn), -np.cos(turn) * 0.9))
            bend = (root + tip) / 2 - reach * np.array((0, 0.2))
            line = (1 - share) ** 2 * root + 2 * share * (1 - share) * bend + share**2 * tip
            half = (reach * 0.042 * (1 - share) + 0.3) * np.array((np.cos(turn), np.sin(turn)))
            outline = np.concatenate([line - half, (line + half)[::-1]])
            cv2.fillPoly(self._canvas, [_fixed(outline)], (255, float(tone), 0), cv2.LINE_AA, _FINE)

    def spray(self, center: tuple[float, float], *, spread: float, leaf: float, count: int) -> None:
        """Leaves of about `leaf` pixels around `center` (x, y), in a cloud that hangs at its sides."""
        rng = self._rng
        offsets = rng.normal(0, 1, (count, 2)) * np.array((spread * 1.5, spread * 0.55))
        tones = np.clip(0.45 - offsets[:, 1] / spread * 0.35 + rng.normal(0, 0.16, count), 0.05, 1) * 255
        offsets[:, 1] += np.abs(offsets[:, 0]) * 0.18
        places = _fixed(offsets + np.array(center)).tolist()
        axes = _fixed(leaf * rng.uniform((0.7, 0.35), (1.5, 0.7), (count, 2))).tolist()
        turns = rng.uniform(-50, 50, count).tolist()
        for place, axis, turn, tone in zip(places, axes, turns, tones.tolist(), strict=True):
            cv2.ellipse(self._canvas, place, axis, turn, 0, 360, (255, tone, 0), -1, cv2.LINE_AA, _FINE)

    def paint(self, color: Plane, coverage: Plane, *, dark: NDArray[np.float32], light: NDArray[np.float32]) -> None:
        """Puts it all onto a layer in place; `dark` is its color in shadow, `light` what the brightest gets on top."""
        cover, shade = (self._canvas[:, :, channel : channel + 1].astype(np.float32) / 255 for channel in (0, 1))
        color += cover * (dark + shade * light - color)
        np.maximum(coverage, cover[:, :, 0], out=coverage)


def _fixed(places: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.asarray(np.round(places * 2**_FINE), dtype=np.int32)
