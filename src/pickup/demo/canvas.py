"""Tools for painting the demo film: gradients, ridges, noise, light, layers that move, film grain.

Pictures are (HEIGHT, WIDTH, 3), 8-bit RGB in display color; layers have a fourth, premultiplied alpha channel.
Everything is the same on every run: all randomness comes from seeds. Importing it loads numpy and OpenCV.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH = 960
HEIGHT = 540

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Color = tuple[int, int, int]

_GRAINS = 6
_FULL = 255.0


def gradient(stops: Sequence[tuple[float, Color]], *, height: int = HEIGHT, width: int = WIDTH) -> Floats:
    """Colors from top (0.0) to bottom (1.0), blended smoothly; float 0-255."""
    places = [place for place, _color in stops]
    rows = np.linspace(0, 1, height)
    channels = [np.interp(rows, places, [color[index] for _place, color in stops]) for index in range(3)]
    column = np.stack(channels, axis=1).astype(np.float32)[:, None, :]
    smooth = cv2.GaussianBlur(np.repeat(column, 3, axis=1), (1, 0), 1, sigmaY=height / 40) if height > 1 else column
    return np.repeat(smooth[:, :1, :], width, axis=1)


def noise(height: int, width: int, *, cell: int, seed: int, octaves: int = 4) -> Floats:
    """Soft noise, 0 to 1; the largest features are about `cell` pixels."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width), dtype=np.float32)
    for octave in range(octaves):
        step = max(1, cell >> octave)
        grid = random.random((height // step + 3, width // step + 3), dtype=np.float32)
        grown = cv2.resize(grid, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
        total += grown[:height, :width] * 0.5**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / (high - low)


def tile(size: int, *, seed: int, blur: tuple[float, float]) -> Floats:
    """Noise that repeats without a seam, mean 0 and deviation 1, blurred by `blur` pixels across and down."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.fft2(random.standard_normal((size, size)))
    down, across = np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size), indexing="ij")
    soft = np.exp(-2 * np.pi**2 * ((across * blur[0]) ** 2 + (down * blur[1]) ** 2))
    field = np.fft.ifft2(spectrum * soft).real
    return np.asarray(field / field.std(), dtype=np.float32)


def ridge_line(width: int, *, seed: int, rough: float, scale: int) -> Floats:
    """Heights of a ridge, about -1 to 1, features from `scale` pixels down."""
    random = np.random.default_rng(seed)
    line = np.zeros(width)
    weight, step = 1.0, scale
    while step >= 2:  # noqa: PLR2004 - below two pixels there is nothing to see
        knots = random.uniform(-1, 1, width // step + 4)
        places = np.arange(width) / step + 1
        low = np.floor(places).astype(int)
        share = places - low
        share = share * share * (3 - 2 * share)
        line += weight * (knots[low] * (1 - share) + knots[low + 1] * share)
        weight *= rough
        step //= 2
    return np.asarray(line, dtype=np.float32)


def below(line: Floats, *, height: int) -> Floats:
    """Alpha 0 to 1, (height, len(line)): opaque below the line of row numbers, with a soft edge of one pixel."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    return np.asarray(np.clip(rows - line[None, :] + 0.5, 0, 1), dtype=np.float32)


def layer(color: Floats, alpha: Floats) -> Picture:
    """A layer from colors 0-255 and alpha 0-1."""
    solid = alpha[..., None]
    return np.concatenate([color * solid, solid * _FULL], axis=2).clip(0, 255).astype(np.uint8)


def moved(drawn: Picture, *, x: float, y: float = 0.0, zoom: float = 1.0, height: int = HEIGHT) -> Picture:
    """The part of a larger layer that the camera sees: from (x, y) on, enlarged by `zoom`; subpixel steps."""
    matrix = np.array([[zoom, 0, -x * zoom], [0, zoom, -y * zoom]], dtype=np.float32)
    border = cv2.BORDER_REPLICATE
    return cast("Picture", cv2.warpAffine(drawn, matrix, (WIDTH, height), flags=cv2.INTER_LINEAR, borderMode=border))


def over(frame: Picture, drawn: Picture, *, top: int = 0) -> None:
    """Lays a layer over a picture, in place, with its first row at `top`."""
    band = frame[top : top + drawn.shape[0]]
    clear = cv2.cvtColor(255 - drawn[: band.shape[0], :, 3], cv2.COLOR_GRAY2RGB)
    kept = cv2.multiply(band, clear, scale=1 / _FULL)
    band[...] = cv2.add(kept, np.ascontiguousarray(drawn[: band.shape[0], :, :3]))


def add_glow(picture: Floats, *, at: tuple[float, float], radius: float, color: Color, strength: float) -> None:
    """Adds a soft round light, in place."""
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    distance = ((columns - at[0]) ** 2 + (rows - at[1]) ** 2) / radius**2
    light = (strength * np.exp(-distance)).astype(np.float32)
    picture += light[..., None] * np.array(color, dtype=np.float32)


def add_disc(picture: Floats, *, at: tuple[float, float], radius: float, color: Color, edge: float = 1.0) -> None:
    """Paints an opaque disc with an edge of `edge` pixels, in place."""
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    distance = np.sqrt((columns - at[0]) ** 2 + (rows - at[1]) ** 2)
    alpha = np.clip((radius - distance) / edge + 0.5, 0, 1).astype(np.float32)[..., None]
    picture *= 1 - alpha
    picture += alpha * np.array(color, dtype=np.float32)


def to_picture(colors: Floats, *, seed: int = 1) -> Picture:
    """Float colors as 8 bits, with enough noise that a sky shows no bands."""
    random = np.random.default_rng(seed)
    dither = random.random(colors.shape[:2], dtype=np.float32)[..., None]
    return np.asarray(np.clip(colors + dither, 0, 255), dtype=np.uint8)


class Finish:
    """The last step for every frame: darker corners and moving grain."""

    def __init__(self, *, vignette: float = 0.32, grain: float = 1.3, seed: int = 7) -> None:
        rows, columns = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
        shade = 1 - vignette * np.clip((rows**2 * 0.8 + columns**2) / 1.8, 0, 1) ** 1.4
        self._shade = np.repeat((shade * _FULL).astype(np.uint8)[..., None], 3, axis=2)
        random = np.random.default_rng(seed)
        fields = random.normal(0, grain, (_GRAINS, HEIGHT, WIDTH, 1)).repeat(3, axis=3)
        self._brighter = fields.clip(0, 255).astype(np.uint8)
        self._darker = (-fields).clip(0, 255).astype(np.uint8)

    def __call__(self, picture: Picture, *, frame: int) -> Picture:
        """The finished picture; `picture` is not kept."""
        shaded = cv2.multiply(picture, self._shade, scale=1 / _FULL)
        which = frame * 5 % _GRAINS
        return cast("Picture", cv2.subtract(cv2.add(shaded, self._brighter[which]), self._darker[which]))
