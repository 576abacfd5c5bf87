"""Pictures to match the color of: six made scenes in two framings, five looks, and what a cut between them is.

The scenes are drawn with texture and objects, so that points can be found again as in footage, and differ in palette
and lightness. The looks are what grades do: each maps display RGB from 0 to 1.

    take = view("harbor", framing=CLOSE)
    neighbour = graded(view("harbor", framing=WIDE), look="warm")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.media.color.difference import Picture, Values

Framing: TypeAlias = tuple[float, float, float]
"""Left and top edge and width of the view, as shares of the scene's width and height."""

CLOSE: Framing = (0.08, 0.10, 0.72)
WIDE: Framing = (0.22, 0.20, 0.78)
_SIZE = (960, 540)

Color: TypeAlias = tuple[float, float, float]


def view(scene: str, *, framing: Framing = CLOSE, grain: int = 0) -> Picture:
    """A scene through a framing, (360, 640, 3) 8-bit RGB; every `grain` has its own noise, as every frame has.

    Raises:
        KeyError: No scene has that name.
    """
    left, top, width = framing
    columns = slice(round(left * _SIZE[0]), round((left + width) * _SIZE[0]))
    rows = slice(round(top * _SIZE[1]), round((top + width) * _SIZE[1]))
    shown = cv2.resize(_drawn(scene)[rows, columns], (640, 360), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(grain).normal(0, 1.2, shown.shape)
    return _eight_bit(np.asarray(shown) / 255 + noise / 255)


def graded(picture: Picture, *, look: str) -> Picture:
    """The picture in a look, clipped.

    Raises:
        KeyError: No look has that name.
    """
    return _eight_bit(LOOKS[look](np.asarray(picture / 255, dtype=np.float64)))


def _eight_bit(values: Values) -> Picture:
    return np.asarray(np.clip(values, 0, 1) * 255 + 0.5, dtype=np.uint8)


def _warm(rgb: Values) -> Values:
    return _encoded(_linear(rgb) * np.array([1.25, 1.02, 0.72]))


def _stop_down(rgb: Values) -> Values:
    return _encoded(_linear(rgb) * 2**-1.5)


def _contrast(rgb: Values) -> Values:
    return np.asarray((rgb - 0.45) * 1.45 + 0.45, dtype=np.float64)


def _teal_orange(rgb: Values) -> Values:
    light = _luma(rgb)
    shadows, lights = np.array([-0.08, 0.02, 0.07]), np.array([0.07, 0.0, -0.09])
    return np.asarray(rgb + (1 - light) * shadows + light * lights, dtype=np.float64)


def _muted(rgb: Values) -> Values:
    light = _luma(rgb)
    return np.asarray((light + (rgb - light) * 0.5) * 0.85 + 0.07, dtype=np.float64)


LOOKS: Mapping[str, Callable[[Values], Values]] = MappingProxyType(
    {"warm": _warm, "stop_down": _stop_down, "contrast": _contrast, "teal_orange": _teal_orange, "muted": _muted}
)


def _luma(rgb: Values) -> Values:
    return np.asarray((rgb @ np.array([0.2126, 0.7152, 0.0722]))[..., None], dtype=np.float64)


def _linear(rgb: Values) -> Values:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - the sRGB curve


def _encoded(linear: Values) -> Values:
    held = np.clip(linear, 0, 1)
    return np.where(held <= 0.0031308, held * 12.92, 1.055 * held ** (1 / 2.4) - 0.055)  # noqa: PLR2004


def _drawn(scene: str) -> Picture:
    return _eight_bit(np.asarray(cv2.GaussianBlur(SCENES[scene](), (0, 0), 0.8), dtype=np.float64))


def _clouds(seed: int, *, coarse: int = 4, fall: float = 0.6) -> Values:
    """Fractal noise around 0, (h, w, 1), mostly within -1 and 1."""
    random = np.random.default_rng(seed)
    total = np.zeros((_SIZE[1], _SIZE[0]))
    for octave in range(6):
        cells = random.normal(size=(coarse * 2**octave, coarse * 2 * 2**octave))
        total += fall**octave * np.asarray(cv2.resize(cells, _SIZE, interpolation=cv2.INTER_CUBIC))
    return np.asarray((total / total.std() / 2)[..., None], dtype=np.float64)


def _ramp(top: Color, bottom: Color) -> Values:
    share = np.linspace(0, 1, _SIZE[1])[:, None, None]
    return np.asarray(np.broadcast_to(np.array(top) * (1 - share) + np.array(bottom) * share, (_SIZE[1], _SIZE[0], 3)))


def _below(horizon: Values, *, upper: Values, lower: Values) -> Values:
    """`lower` under a line, given as a share of the height for every column."""
    rows = np.arange(_SIZE[1])[:, None] / _SIZE[1]
    return np.where((rows > horizon[None, :])[..., None], lower, upper)


def _hills(seed: int, *, height: float, rough: float) -> Values:
    return np.asarray(height + rough * _clouds(seed)[0, :, 0], dtype=np.float64)


def _blocks(canvas: Values, *, seed: int, count: int, colors: NDArray[np.float64], lit: Color, base: float) -> Values:
    """Houses that stand on `base`, with windows."""
    random = np.random.default_rng(seed)
    for left in np.sort(random.integers(0, _SIZE[0] - 60, count)):
        wide, high = int(random.integers(40, 120)), int(random.integers(70, 260))
        foot = round(base * _SIZE[1])
        wall = colors[random.integers(len(colors))] * random.uniform(0.7, 1.2)
        canvas[foot - high : foot, left : left + wide] = wall
        for row in range(foot - high + 8, foot - 10, 18):
            for column in range(left + 6, left + wide - 8, 14):
                glow = lit if random.random() < 0.4 else wall * 0.5  # noqa: PLR2004 - two windows in five
                canvas[row : row + 9, column : column + 7] = glow
    return canvas


def _disc(canvas: Values, *, at: tuple[float, float], radius: float, color: Color, tall: float = 1.0) -> Values:
    rows, columns = np.mgrid[: _SIZE[1], : _SIZE[0]]
    x, y = (columns - at[0] * _SIZE[0]) / (radius * _SIZE[1]), (rows - at[1] * _SIZE[1]) / (radius * tall * _SIZE[1])
    shade = np.clip(1.15 - 0.35 * (x + 0.6) - 0.2 * (y + 0.5), 0.4, 1.3)[..., None]
    return np.where((x * x + y * y < 1)[..., None], np.array(color) * shade, canvas)


def _harbor() -> Values:
    sky = _ramp((0.28, 0.36, 0.58), (0.93, 0.62, 0.42)) + 0.10 * _clouds(1)
    sea = _ramp((0.55, 0.42, 0.40), (0.08, 0.18, 0.28)) + 0.12 * _clouds(2, coarse=24, fall=0.8)
    canvas = _below(np.full(_SIZE[0], 0.62), upper=sky, lower=sea)
    walls = np.array([[0.45, 0.28, 0.22], [0.62, 0.55, 0.48], [0.25, 0.27, 0.33]])
    return _blocks(canvas, seed=3, count=11, colors=walls, lit=(0.98, 0.85, 0.55), base=0.63)


def _forest() -> Values:
    leaves = np.array([0.16, 0.32, 0.11]) * (1 + 0.9 * _clouds(4, coarse=20, fall=0.85))
    light = _ramp((0.10, 0.14, 0.02), (0.0, 0.0, 0.0))
    canvas = np.asarray(leaves + light, dtype=np.float64)
    random = np.random.default_rng(5)
    for left in random.integers(0, _SIZE[0] - 40, 16):
        wide = int(random.integers(8, 34))
        canvas[:, left : left + wide] = np.array([0.24, 0.17, 0.11]) * random.uniform(0.5, 1.4)
    return canvas * (1 + 0.25 * _clouds(6, coarse=40, fall=0.9))


def _kitchen() -> Values:
    wall = _ramp((0.78, 0.68, 0.52), (0.66, 0.52, 0.38)) * (1 + 0.06 * _clouds(7, coarse=30, fall=0.9))
    table = np.array([0.42, 0.22, 0.11]) * (1 + 0.25 * _clouds(8, coarse=8, fall=0.8))
    canvas = _below(np.full(_SIZE[0], 0.68), upper=wall, lower=np.broadcast_to(table, wall.shape))
    canvas[60:230, 540:760] = np.array([0.72, 0.84, 0.95]) + 0.08 * _clouds(9)[60:230, 540:760]
    canvas[140:150, 540:760] = canvas[60:230, 645:655] = (0.9, 0.9, 0.88)
    for column, color in ((150, (0.72, 0.10, 0.10)), (260, (0.12, 0.32, 0.58)), (800, (0.85, 0.72, 0.15))):
        canvas = _disc(canvas, at=(column / 960, 0.62), radius=0.11, color=color)
    face = _disc(canvas, at=(0.43, 0.48), radius=0.13, color=(0.80, 0.57, 0.45), tall=1.3)
    face = _disc(face, at=(0.43, 0.88), radius=0.24, color=(0.20, 0.36, 0.30), tall=1.1)
    return face * (1 + 0.05 * _clouds(10, coarse=60, fall=0.95))


def _night() -> Values:
    canvas = _ramp((0.02, 0.03, 0.07), (0.07, 0.07, 0.12)) + 0.012 * _clouds(11)
    walls = np.array([[0.04, 0.05, 0.08], [0.07, 0.06, 0.07], [0.05, 0.07, 0.11]])
    canvas = _blocks(canvas, seed=12, count=18, colors=walls, lit=(0.95, 0.72, 0.32), base=0.85)
    return _disc(canvas, at=(0.72, 0.2), radius=0.05, color=(0.85, 0.88, 0.92))


def _desert() -> Values:
    sky = _ramp((0.20, 0.45, 0.80), (0.70, 0.82, 0.92)) + 0.04 * _clouds(13)
    far = np.array([0.72, 0.45, 0.25]) * (1 + 0.20 * _clouds(14, coarse=10))
    near = np.array([0.86, 0.60, 0.34]) * (1 + 0.24 * _clouds(15, coarse=24, fall=0.85))
    back = _below(_hills(16, height=0.48, rough=0.05), upper=sky, lower=far)
    return _below(_hills(17, height=0.66, rough=0.07), upper=back, lower=near)


def _snow() -> Values:
    sky = _ramp((0.72, 0.78, 0.86), (0.88, 0.90, 0.93)) + 0.03 * _clouds(18)
    peaks = np.array([0.55, 0.62, 0.74]) * (1 + 0.30 * _clouds(19, coarse=12, fall=0.75))
    field = np.array([0.93, 0.95, 0.98]) * (1 + 0.07 * _clouds(20, coarse=30, fall=0.85))
    back = _below(_hills(21, height=0.40, rough=0.10), upper=sky, lower=peaks)
    canvas = _below(_hills(22, height=0.62, rough=0.03), upper=back, lower=field)
    return _disc(canvas, at=(0.55, 0.66), radius=0.08, color=(0.70, 0.16, 0.14), tall=1.6)


SCENES: Mapping[str, Callable[[], Values]] = MappingProxyType(
    {"harbor": _harbor, "forest": _forest, "kitchen": _kitchen, "night": _night, "desert": _desert, "snow": _snow}
)
