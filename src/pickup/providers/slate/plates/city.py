"""The city plate: towers with lit windows over a wet street, lights out of focus, and rain when there is any.

Everything that stands still is drawn once; a frame moves the near towers against the far ones, the cars' lights along
the street, the mirror image in the water, and the rain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np

from pickup.providers.slate.camera import Size
from pickup.providers.slate.palette import RGB, Palette
from pickup.providers.slate.plates.layers import Layer
from pickup.providers.slate.plates.sky import Heaven
from pickup.providers.slate.plates.weather import falling, rain_streaks
from pickup.providers.slate.textures import Picture, Plane, added, glow, quantized, three, times

_STREET = 0.70
_BLEED = 0.06
_MASTS, _SIGN_SHARE = 0.4, 0.55
_SIGNS_FROM = 0.5
_WINDOWS: tuple[RGB, ...] = ((255, 206, 140), (255, 224, 176), (255, 184, 104), (206, 226, 255), (255, 240, 214))
_SIGNS: tuple[RGB, ...] = ((255, 60, 110), (40, 210, 255), (255, 140, 40), (150, 80, 255), (60, 255, 190))
_HEADLIGHT: RGB = (255, 236, 200)
_TAILLIGHT: RGB = (255, 44, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One depth of towers.

    Attributes:
        slide: Pixels that it moves in a second.
    """

    layer: Layer
    slide: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lamp:
    """A light out of focus; `speed` in pixels a second."""

    sprite: Picture
    x: float
    y: float
    speed: float


class City:
    """A street after rain, seen from its end."""

    def __init__(
        self, size: Size, *, palette: Palette, hour: str, seconds_per_frame: Fraction, rng: np.random.Generator,
        rains: bool = True,
    ) -> None:  # fmt: skip
        """Draws towers, lamps and, if it `rains`, the rain; `size` is what `frame` gives."""
        self._size = size
        self._seconds = seconds_per_frame
        width, height = size
        self._street = round(height * _STREET)
        covered = replace(palette, sun_height=-0.4, glow=palette.glow * 0.3) if rains else palette
        weather = "storm" if rains else hour
        self._heaven = Heaven((width, self._street), palette=covered, hour=weather, rng=rng).at(0)
        drift = float(rng.choice([-1, 1])) * width * 0.004
        self._rows = tuple(
            self._towers(near=near, slide=drift * (0.3 + near), palette=palette, rng=rng)
            for near in (0.0, 0.3, 0.62, 1.0)
        )
        self._lamps = self._street_lamps(palette, rng=rng)
        self._haze = self._street_haze(palette, rng=rng)
        self._wobble = float(rng.random() * 2 * np.pi)
        self._ripple = self._ripples(rng=rng)
        lengths = (0.05, 0.11) if rains else ()
        self._rain = tuple(rain_streaks(size, length=length, rng=rng) for length in lengths)
        self._dark_street = self._street_tone(palette)
        self._bloom = 0.75 * palette.lamps**3
        self._lit_from = round(235 - 165 * palette.lamps)

    def _towers(self, *, near: float, slide: float, palette: Palette, rng: np.random.Generator) -> _Row:
        width, height = round(self._size[0] * (1 + 2 * _BLEED)), self._street
        haze, land = np.array(palette.horizon, np.float32), np.array(palette.land, np.float32)
        picture = np.zeros((height, width, 3), np.float32)
        alpha = np.zeros((height, width), np.float32)
        unit = height / 100
        x = -rng.uniform(0, 8) * unit
        far = (1 - near) ** 1.2 * 0.42
        picture[:] = haze * far + land * (1 - far)
        while x < width:
            wide = rng.uniform(6, 12) * unit * (0.75 + 1.1 * near**2)
            side = abs((x + wide / 2) / width - 0.5) * 2
            if side > near * 0.62:  # near towers stand at the sides and leave the view down the street
                tall = unit * (rng.uniform(26, 58) + (46 * side**1.6 - 4) * near + 22 * (1 - side) * (1 - near) ** 2)
                box = (int(x), int(height - min(tall, height * 1.02)), int(x + wide))
                self._tower(picture, alpha, box=box, near=near, palette=palette, rng=rng)
            x += wide * rng.uniform(0.82, 1.04) + rng.uniform(0, 2) * unit * near
        mist = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** 3 * 0.55 * (1 - 0.6 * near)
        picture += mist * (haze * 0.9 - picture)
        layer = Layer(picture=quantized(picture, rng=rng), alpha=three((alpha * 255).astype(np.uint8)))
        return _Row(layer=layer, slide=slide)

    @staticmethod
    def _tower(
        picture: Plane, alpha: Plane, *, box: tuple[int, int, int], near: float, palette: Palette,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Draws one tower from `box` (left, top, right) down to the street."""
        left, top, right = max(box[0], 0), max(box[1], 0), min(box[2], alpha.shape[1])
        height = alpha.shape[0]
        if right - left < height // 40:  # narrower than a tower's room
            return
        far = (1 - near) ** 1.2 * 0.42
        base = np.array(palette.horizon, np.float32) * far + np.array(palette.land, np.float32) * (1 - far)
        shade = np.linspace(1.16, 0.84, right - left, dtype=np.float32)[None, :, None] * rng.uniform(0.84, 1.18)
        setback = rng.integers(0, 3) * (right - left) // 10
        crown = top + int((height - top) * rng.uniform(0.08, 0.3)) if setback else top
        for first, inset in ((crown, 0), (top, setback)):
            part = np.s_[first:, left + inset : right - inset]
            picture[part] = (base * shade)[:, inset : right - left - inset]
            alpha[part] = 1
        if rng.random() < _MASTS:
            mast = (left + right) // 2
            alpha[max(0, top - int(height * rng.uniform(0.03, 0.09))) : top, mast : mast + max(1, height // 260)] = 1
        _windows(picture[crown:, left:right], scale=height, near=near, palette=palette, rng=rng)
        if near > _SIGNS_FROM and rng.random() < _SIGN_SHARE:
            _sign(picture[crown:, left:right], palette=palette, rng=rng)

    def _street_lamps(self, palette: Palette, *, rng: np.random.Generator) -> tuple[_Lamp, ...]:
        width, height = self._size
        lamps = []
        for number in range(max(10, round(40 * min(1.0, width / height / 1.7)))):
            near = float(rng.random() ** 1.7)
            sign = number % 8 == 0
            color = _SIGNS[rng.integers(len(_SIGNS))] if sign else (_HEADLIGHT, _TAILLIGHT)[number % 2]
            speed = 0.0 if sign else width * (0.02 + 0.10 * near) * (1 if color == _HEADLIGHT else -1)
            lift = rng.uniform(0.03, 0.14) if sign else rng.uniform(-0.006, 0.012)
            radius = height * (0.005 + 0.022 * near)
            strength = (0.16 + 0.5 * palette.lamps) * (1 - 0.62 * near)
            lamps.append(
                _Lamp(
                    sprite=_bokeh(radius, color=color, strength=strength),
                    x=float(rng.random() * 1.2 * width),
                    y=self._street - height * (lift + 0.012),
                    speed=float(speed),
                )
            )
        return tuple(lamps)

    def _street_haze(self, palette: Palette, *, rng: np.random.Generator) -> Picture:
        width = self._size[0]
        light = np.array((255, 170, 110), np.float32) * 0.20 * palette.lamps + np.array(palette.horizon) * 0.10
        center = (width * rng.uniform(0.42, 0.58), self._street * 1.0)
        field = glow(self._street, width, center=center, radius=self._street * 0.55)
        return quantized((field[:, :, None] * light).astype(np.float32), rng=rng)

    def _ripples(self, *, rng: np.random.Generator) -> tuple[Plane, Plane]:
        """Where the wet street looks in the picture above it: (rows, width) columns and rows, still."""
        width, height = self._size
        rows = height - self._street
        down = np.arange(rows, dtype=np.float32)[:, None]
        x = np.broadcast_to(np.arange(width, dtype=np.float32)[None, :], (rows, width))
        rough = np.asarray(
            cv2.GaussianBlur(rng.standard_normal((rows, width)).astype(np.float32), (0, 0), 2.2, None, 1)
        )
        y = self._street - 1 - down * 1.55 + rough * 10 * (0.25 + down / rows)
        return x + rough * 1.5, np.clip(y, 0, self._street - 1).astype(np.float32)

    def _street_tone(self, palette: Palette) -> Picture:
        """How much of the mirror image the street gives back, by row."""
        width, height = self._size
        rows = height - self._street
        near = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
        tone = (0.86 - 0.42 * near) * np.array((0.92, 0.97, 1.06), np.float32)
        tone = tone * (0.78 + 0.22 * palette.lamps) * 255
        return np.ascontiguousarray(np.broadcast_to(np.clip(tone, 0, 255).astype(np.uint8), (rows, width, 3)))

    def frame(self, index: int) -> Picture:
        """Frame `index` at the drawn size."""
        seconds = float(index * self._seconds)
        above = self._heaven.copy()
        for row in self._rows:
            row.layer.paint(above, left=self._left_of(row, seconds=seconds))
        above = added(above, self._haze)
        for lamp in self._lamps:
            self._shine(above, lamp, seconds=seconds)
        above = _bloomed(above, strength=self._bloom, lit_from=self._lit_from)
        picture = np.concatenate([above, self._mirrored(above, seconds=seconds)])
        for number, rain in enumerate(self._rain):
            picture = added(picture, falling(rain, pace=1.5 + 0.9 * number, seconds=seconds))
        return picture

    def _left_of(self, row: _Row, *, seconds: float) -> float:
        """Pixels of a row that are left of the frame; it slows down before its edge."""
        room = row.layer.picture.shape[1] - self._size[0]
        reach = room / 2 - 1
        return float(room / 2 + reach * math.sin(row.slide * (seconds - 2) / reach))

    def _shine(self, picture: Picture, lamp: _Lamp, *, seconds: float) -> None:
        """Adds one lamp's light in place; it comes back on the other side after it has left."""
        side = lamp.sprite.shape[0]
        span = self._size[0] * 1.2
        left = int((lamp.x + lamp.speed * seconds) % span - 0.1 * self._size[0] - side / 2)
        top = int(lamp.y - side / 2)
        x0, x1 = max(left, 0), min(left + side, picture.shape[1])
        y0, y1 = max(top, 0), min(top + side, picture.shape[0])
        if x0 < x1 and y0 < y1:
            part = picture[y0:y1, x0:x1]
            part[:] = cv2.add(part, lamp.sprite[y0 - top : y1 - top, x0 - left : x1 - left])

    def _mirrored(self, above: Picture, *, seconds: float) -> Picture:
        """The wet street: the picture above it, upside down, smeared, rippled and darker."""
        smeared = cv2.blur(above, (1, max(3, self._street // 9) | 1))
        x, y = self._ripple
        rows = np.arange(len(x), dtype=np.float32)[:, None]
        sway = np.sin(rows * 0.42 - seconds * 5.2 + self._wobble) * 0.6 + np.sin(rows * 0.17 + seconds * 3.1)
        seen = cv2.remap(smeared, x + sway * (0.4 + rows / len(x) * 1.1), y, cv2.INTER_LINEAR, None, cv2.BORDER_REFLECT)
        return times(np.asarray(seen, dtype=np.uint8), self._dark_street)


def _windows(wall: Plane, *, scale: int, near: float, palette: Palette, rng: np.random.Generator) -> None:
    """Lights some windows of a wall in place; whole floors and columns tend to be lit together."""
    high, wide = wall.shape[:2]
    unit = scale / 100
    step_x, step_y = max(2, round((0.95 + 0.75 * near) * unit)), max(3, round((1.35 + 1.0 * near) * unit))
    rows, columns = (high - step_y) // step_y, (wide - 2) // step_x
    if rows < 1 or columns < 1:
        return
    chance = rng.beta(0.9, 1.0, size=(rows, 1)) * rng.uniform(0.4, 1.2) * (0.25 + 0.75 * palette.lamps)
    lit = rng.random((rows, columns)) < chance
    glass = np.array(palette.horizon, np.float32) * 0.32 * (1 - palette.lamps)
    warm = np.array(_WINDOWS[rng.integers(len(_WINDOWS))], np.float32)
    level = rng.uniform(0.25, 1.0, size=(rows, columns)) * (0.62 + 0.36 * near)
    for row, column in zip(*np.nonzero(lit | (palette.lamps < 0.2)), strict=True):  # noqa: PLR2004 - by day all show
        top, left = step_y + row * step_y, 1 + column * step_x
        pane = np.s_[top : top + max(1, step_y * 5 // 8), left : left + max(1, step_x * 5 // 8)]
        wall[pane] += warm * level[row, column] if lit[row, column] else glass * (0.6 + 0.8 * level[row, column])


def _sign(wall: Plane, *, palette: Palette, rng: np.random.Generator) -> None:
    """Hangs an upright neon sign without letters on a wall, in place: bars of light in one color."""
    high, wide = wall.shape[:2]
    color = np.array(_SIGNS[rng.integers(len(_SIGNS))], np.float32) * (0.25 + 0.75 * palette.lamps)
    bar = max(2, wide // 9)
    left = int(rng.uniform(0.1, 0.8) * wide)
    top = int(rng.uniform(0.12, 0.5) * high)
    for number in range(int(rng.integers(3, 7))):
        first = top + number * bar * 2
        wall[first : first + max(1, bar * 3 // 2), left : left + bar] = color * rng.uniform(0.7, 1.0)


def _bloomed(picture: Picture, *, strength: float, lit_from: int) -> Picture:
    """The picture with light spilling from what is bright, as a wet lens does it; `lit_from` (0 to 255) is bright."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(8, width // 4), max(8, height // 4)), interpolation=cv2.INTER_AREA)
    bright = cv2.subtract(small, np.full_like(small, lit_from))
    wide = cv2.GaussianBlur(bright, (0, 0), max(1.5, height / 110))
    spill = cv2.addWeighted(wide, strength * 1.6, cv2.GaussianBlur(bright, (0, 0), 1.2), strength * 0.6, 0)
    return added(
        picture, np.asarray(cv2.resize(spill, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    )


def _bokeh(radius: float, *, color: RGB, strength: float) -> Picture:
    """A disk of light with a brighter rim, as a lens makes it, ready to be added."""
    half = int(radius * 1.5) + 2
    y, x = np.ogrid[-half : half + 1, -half : half + 1]
    distance = np.hypot(x, y)
    disk = np.clip((radius - distance) / max(1.0, radius * 0.12) + 0.5, 0, 1)
    rim = np.exp(-(((distance - radius * 0.9) / max(1.0, radius * 0.14)) ** 2)) * 0.35
    halo = np.exp(-((distance / (radius * 0.8)) ** 2)) * 0.5 + np.exp(-((distance / radius) ** 2)) * 0.15
    light = (disk * 0.75 + rim + halo)[:, :, None] * np.array(color, np.float32) * strength
    return np.clip(light, 0, 255).astype(np.uint8)
