"""Pictures with as much going on as a photograph has, and camera moves over them: footage for tests of quality control.

scene = scenery(1)
[seen(scene, size=(320, 180), right=2 * number) for number in range(24)]      a slow pan
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""(height, width, 3), 8-bit RGB."""

_SIDE = 1600
_SHAPES = 90


def scenery(seed: int) -> Rgb:
    """A large picture of soft light, texture and things with edges; another one for each seed."""
    dice = np.random.default_rng(seed)
    picture = np.zeros((_SIDE, _SIDE, 3), dtype=np.float32)
    for cells, strength in ((4, 70.0), (12, 35.0), (60, 18.0), (300, 9.0)):
        noise = dice.normal(0, strength, (cells, cells, 3)).astype(np.float32)
        noise = noise.mean(axis=2, keepdims=True) + 0.5 * noise
        picture += cv2.resize(noise, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    picture += dice.uniform(80, 140, 3)
    for _ in range(_SHAPES):
        _draw_thing(picture, dice)
    return np.asarray(np.clip(picture, 12, 245), dtype=np.uint8)


def _draw_thing(picture: NDArray[np.float32], dice: np.random.Generator) -> None:
    center = tuple(int(each) for each in dice.integers(0, _SIDE, 2))
    axes = tuple(int(each) for each in dice.integers(10, 110, 2))
    color = tuple(float(each) for each in np.clip(dice.uniform(20, 235) + dice.normal(0, 30, 3), 0, 255))
    cv2.ellipse(picture, center, axes, float(dice.uniform(0, 180)), 0, 360, color, -1, cv2.LINE_AA)


def seen(
    scene: Rgb, *, size: tuple[int, int], right: float = 0, down: float = 0, zoom: float = 1, turn: float = 0
) -> Rgb:
    """What a camera sees of it: `right` and `down` in pixels of the scene from its middle, `turn` in degrees."""
    middle = (_SIDE / 2 + right, _SIDE / 2 + down)
    matrix = cv2.getRotationMatrix2D(middle, turn, zoom * max(size) / 640)
    matrix[:, 2] += np.array(size) / 2 - np.array(middle)
    view = cv2.warpAffine(scene, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(view, dtype=np.uint8)


def grainy(picture: Rgb, *, strength: float, number: int) -> Rgb:
    """The picture with the film grain of frame `number`; `strength` is its standard deviation in levels."""
    noise = np.random.default_rng(number % 2**32).normal(0, strength, picture.shape[:2]).astype(np.float32)
    return np.asarray(np.clip(picture + noise[..., None], 0, 255), dtype=np.uint8)


def lit(picture: Rgb, *, by: float | tuple[float, float, float]) -> Rgb:
    """The picture under other light: each channel times a factor."""
    return np.asarray(np.clip(picture * np.asarray(by, dtype=np.float32), 0, 255), dtype=np.uint8)
