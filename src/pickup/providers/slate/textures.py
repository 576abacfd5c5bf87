"""Noise, gradients and grain: small arrays made once for a clip, from a seeded generator.

Arrays are (height, width[, 3]); colors are RGB in display color.
"""

from __future__ import annotations

from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.providers.slate.palette import RGB

Picture = NDArray[np.uint8]
"""(height, width, 3), 8-bit RGB in display color."""

Plane = NDArray[np.float32]
"""(height, width), values as the maker says."""


def cloud_noise(size: int, *, roughness: float, rng: np.random.Generator) -> Plane:
    """Fractal noise that tiles in both directions: `size` by `size`, mean 0, deviation 1.

    Args:
        size: Side in pixels.
        roughness: Power of the spectrum's fall; 3 is clouds, 2 is rock, 4 is silk.
        rng: Where the phases come from.
    """
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = 1
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * frequency ** (-roughness / 2)
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(size, size))
    return np.asarray(field / field.std(), dtype=np.float32)


def ridge_line(length: int, *, roughness: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """A mountain's outline: `length` heights with mean 0 and deviation 1."""
    frequency = np.fft.rfftfreq(length * 2)
    frequency[0] = 1
    spectrum = np.fft.rfft(rng.standard_normal(length * 2)) * frequency ** (-roughness / 2)
    spectrum[0] = 0
    line = np.fft.irfft(spectrum)[:length]
    return np.asarray((line - line.mean()) / line.std(), dtype=np.float32)


def smooth_step(values: Plane | NDArray[np.float64], *, low: float, high: float) -> Plane:
    """0 below `low`, 1 above `high`, smooth between."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def sampled(tile: Plane, x: Plane | NDArray[np.float64], y: Plane | NDArray[np.float64]) -> Plane:
    """A square tile that repeats in both directions, at columns `x` and rows `y`; they are broadcast together."""
    side = len(tile)  # remap counts in 16 bits and repeats the tile by itself, so whole tiles are taken off first
    near = (each - side * np.floor(each.min() / side) for each in (x, y))
    across, down = (np.ascontiguousarray(each, dtype=np.float32) for each in np.broadcast_arrays(*near))
    return np.asarray(cv2.remap(tile, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), dtype=np.float32)


def stretched(tile: Plane, *, size: tuple[int, int]) -> Plane:
    """A tile over a whole picture of `size` (width, height)."""
    return np.asarray(cv2.resize(tile, size, interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def ramp(stops: list[tuple[float, RGB]], *, count: int) -> NDArray[np.float32]:
    """Colors along 0 to 1 through `stops`: (count, 3), 0.0 to 255.0, eased a little between the stops."""
    at = np.linspace(0, 1, count)
    places = [place for place, _ in stops]
    channels = [np.interp(at, places, [color[channel] for _, color in stops]) for channel in range(3)]
    line = np.stack(channels, axis=1).astype(np.float32)
    blur = max(1, count // 12) | 1
    return np.asarray(cv2.GaussianBlur(line[:, None, :], (1, blur), 0)[:, 0, :], dtype=np.float32)


def color_map(stops: list[tuple[float, RGB]]) -> Picture:
    """256 colors for `cv2.applyColorMap`: (256, 1, 3)."""
    return np.asarray(np.clip(ramp(stops, count=256), 0, 255)[:, None, :], dtype=np.uint8)


def quantized(field: NDArray[np.float32], *, rng: np.random.Generator) -> Picture:
    """Float colors as bytes, with noise of one step so that slow gradients do not band."""
    noise = rng.random(field.shape[:2], dtype=np.float32)[:, :, None]
    return np.asarray(np.clip(field + noise, 0, 255), dtype=np.uint8)


def times(picture: Picture, other: Picture) -> Picture:
    """Product of two pictures as shares of 255, in place of alpha arithmetic in floats."""
    return np.asarray(cv2.multiply(picture, other, scale=1 / 255), dtype=np.uint8)


def inverse(picture: Picture) -> Picture:
    """255 where the picture is 0, and the other way round."""
    return np.asarray(cv2.bitwise_not(picture), dtype=np.uint8)


def mixed(below: Picture, above: Picture, *, alpha: Picture) -> Picture:
    """`above` over `below`; `alpha` has three channels, 255 is opaque."""
    return np.asarray(cv2.add(times(below, inverse(alpha)), times(above, alpha)), dtype=np.uint8)


def three(plane: NDArray[np.uint8]) -> Picture:
    """One channel as three."""
    return np.asarray(cv2.merge([plane, plane, plane]), dtype=np.uint8)


def glow(height: int, width: int, *, center: tuple[float, float], radius: float) -> Plane:
    """A soft round light, 1 at `center` (x, y in pixels), falling to 0 over some `radius` pixels."""
    y, x = np.ogrid[:height, :width]
    distance = np.hypot(x - center[0], y - center[1]) / max(radius, 1e-3)
    return np.asarray(np.exp(-(distance**2)) * 0.55 + 0.45 / (1 + (2.2 * distance) ** 2), dtype=np.float32)


class Grain:
    """Film grain over finished pictures: it hides the banding of slow gradients, and the softness of enlarging."""

    def __init__(self, size: tuple[int, int], *, strength: float, rng: np.random.Generator) -> None:
        """Makes one field a little larger than `size` (width, height), shown at another place for each frame."""
        width, height = size
        self._size = size
        self._shifts = rng.integers(0, 64, size=(97, 2))
        field = rng.normal(0, strength, size=(height + 64, width + 64)).astype(np.float32)
        if min(size) >= 720:  # noqa: PLR2004 - from here on one pixel is finer than any film's grain
            field = np.asarray(cv2.GaussianBlur(field, (3, 3), 0.6), dtype=np.float32) * 1.6
        self._up = three(np.clip(field, 0, 255).astype(np.uint8))
        self._down = three(np.clip(-field, 0, 255).astype(np.uint8))

    def over(self, picture: Picture, *, index: int) -> Picture:
        """The picture with the grain of frame `index`."""
        width, height = self._size
        x, y = self._shifts[index % len(self._shifts)]
        window = np.s_[y : y + height, x : x + width]
        return np.asarray(cv2.subtract(cv2.add(picture, self._up[window]), self._down[window]), dtype=np.uint8)


def lit(coverage: Plane, *, color: NDArray[np.float32]) -> Picture:
    """Light of one color, strong where `coverage` (0 to 255) is; `color` has shares of 1."""
    plane = np.clip(coverage, 0, 255).astype(np.uint8)
    return np.asarray(cv2.merge([cv2.convertScaleAbs(plane, alpha=float(share)) for share in color]), dtype=np.uint8)


def added(*pictures: Picture) -> Picture:
    """The sum of lights, clipped at white."""
    return reduce(lambda total, each: np.asarray(cv2.add(total, each), dtype=np.uint8), pictures)
