"""The slate: the brief, well set, over the neighbour's frame out of focus, or over a color that its words name."""

from __future__ import annotations

import cv2
import numpy as np

from pickup.providers.slate.burn_in import brief_text, safe_margin
from pickup.providers.slate.camera import Size, filled, look_at, plate_view, working_size
from pickup.providers.slate.lettering import SEMIBOLD, Block, Coverage, drawn, fitted, shadow_of
from pickup.providers.slate.palette import NEUTRAL, RGB, named_color
from pickup.providers.slate.textures import Picture, Plane, added, cloud_noise, glow, quantized, three, times

_PAPER: RGB = (248, 247, 243)


class Card:
    """A card with words that stand still over a background that moves a little."""

    def __init__(
        self, words: str, *, color_words: str, backdrop: Picture | None, size: Size, frames: int, take: int,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Draws background and words.

        Args:
            words: What the card says.
            color_words: Where a color may be named: the brief and the hour.
            backdrop: A neighbour's frame, or None for a plain background.
            size: Of the frames made.
            frames: Length, for the camera's move.
            take: Chooses the move.
            rng: Places the lights.
        """
        self._size, self._frames, self._take = size, frames, take
        accent = named_color(color_words) or NEUTRAL
        if backdrop is None:
            self._background = _studio(working_size(size), accent=accent, rng=rng)
        else:
            self._background = _out_of_focus(filled(backdrop, size=working_size(size)), rng=rng)
        block, at = self._set(brief_text(words))
        self._write(drawn(block, size=size, at=at), accent=accent, at=at)

    def _set(self, words: str) -> tuple[Block, tuple[int, int]]:
        """The words as large as their room allows, and where they stand: a little below the middle."""
        width, height = self._size
        left, top = safe_margin(self._size)
        narrow = width < height
        box = (round((width - 2 * left) * (1 if narrow else 0.82)), round(height * (0.46 if narrow else 0.5)))
        block = fitted(words, face=SEMIBOLD, box=box, largest_px=round(min(self._size) * 0.092))
        return block, (left, max(3 * top, round(height * 0.52 - block.height / 2)))

    def _write(self, ink: Coverage, *, accent: RGB, at: tuple[int, int]) -> None:
        """Makes the two pictures that put words, their shadow and a short rule over any frame."""
        width = self._size[0]
        rule = np.zeros_like(ink)
        thick = max(2, round(min(self._size) * 0.006))
        top = max(0, at[1] - 5 * thick)
        rule[top : top + thick, at[0] : at[0] + max(8, width // 16)] = 255
        shadow = shadow_of(ink, reach_px=min(self._size) * 0.012).astype(np.float32) / 255
        cover, line = ink.astype(np.float32) / 255, rule.astype(np.float32) / 255
        keeps = (1 - 0.5 * shadow) * (1 - cover) * (1 - line)
        bright = np.clip(np.array(accent, np.float32) * 1.25 + 28, 0, 255)
        light = cover[:, :, None] * np.array(_PAPER, np.float32) + line[:, :, None] * bright
        self._keeps, self._adds = three((keeps * 255).astype(np.uint8)), light.astype(np.uint8)

    def frame(self, index: int) -> Picture:
        """Frame `index`."""
        view = plate_view(self._take, share=index / max(1, self._frames))
        return added(times(look_at(self._background, view, size=self._size), self._keeps), self._adds)


def _vignette(size: Size) -> Plane:
    width, height = size
    light = glow(height, width, center=(width * 0.56, height * 0.44), radius=max(width, height) * 0.62)
    return np.asarray(0.5 + 0.5 * light, dtype=np.float32)


def _studio(size: Size, *, accent: RGB, rng: np.random.Generator) -> Picture:
    """A wall of the accent's color, lit unevenly from one side, with a little structure."""
    width, height = size
    color = np.array(accent, np.float32)
    side = float(rng.choice([-1.0, 1.0]))
    key = glow(
        height, width, center=(width * (0.5 + 0.34 * side), height * rng.uniform(0.1, 0.35)), radius=width * 0.42
    )
    rim = glow(height, width, center=(width * (0.5 - 0.5 * side), height * 1.05), radius=width * 0.3)
    structure = cv2.resize(cloud_noise(256, roughness=3.6, rng=rng), (width, height), interpolation=cv2.INTER_CUBIC)
    level = (0.16 + 0.62 * key + 0.20 * rim) * (1 + 0.07 * structure) * _vignette(size)
    cool = np.array((0.86, 0.95, 1.14), np.float32)
    field = level[:, :, None] * color + (rim * 16)[:, :, None] * cool + np.array((9, 10, 13), np.float32)
    return quantized(field.astype(np.float32), rng=rng)


def _out_of_focus(picture: Picture, *, rng: np.random.Generator) -> Picture:
    """A frame far out of focus and dark, so that nobody takes it for the shot."""
    height, width = picture.shape[:2]
    soft = cv2.GaussianBlur(picture, (0, 0), max(1.0, min(height, width) * 0.013)).astype(np.float32)
    gray = soft.mean(axis=2, keepdims=True)
    calm = gray + 0.9 * (soft - gray)
    return quantized(calm * (0.62 * _vignette((width, height)))[:, :, None] + 6, rng=rng)
