"""Scenes on land for the demo film: misty hills at dawn, a road at dusk, stars over the pines."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.demo.canvas import (
    HEIGHT,
    WIDTH,
    Color,
    Finish,
    Floats,
    Picture,
    add_disc,
    add_glow,
    below,
    gradient,
    layer,
    moved,
    noise,
    over,
    ridge_line,
    to_picture,
)

_LONGEST = 240
"""Frames for which a camera may move before a layer ends."""
_PAVED, _VERGE, _EDGE, _LINE = 3.1, 4.6, 2.79, 0.08
"""Metres from the middle of the road: where the asphalt ends, where the grass, the edge line, half a line's width."""
_DASH = 0.42
"""Share of a dash in the middle line."""
_HEADROOM = 180
"""Rows above a ridge's mean height, for its hills and trees."""


def draw_pines(alpha: Floats, *, ground: Floats, seed: int, spacing: float, tall: tuple[float, float]) -> None:
    """Adds pine silhouettes that stand on the line `ground` to an alpha picture, in place."""
    random = np.random.default_rng(seed)
    mask = np.zeros(alpha.shape, dtype=np.uint8)
    x = 0.0
    while x < alpha.shape[1] - 1:
        x += random.exponential(spacing) + 3
        foot = float(ground[min(int(x), len(ground) - 1)]) + 4
        size = random.uniform(*tall) * random.uniform(0.6, 1)
        outline = _pine(x, foot, size=size, random=random)
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 255, lineType=cv2.LINE_AA, shift=4)
    np.maximum(alpha, mask.astype(np.float32) / 255, out=alpha)


def _pine(x: float, foot: float, *, size: float, random: np.random.Generator) -> Floats:
    """Outline of one tree: tiers of branches that grow wider downwards."""
    tiers = 7 + int(size / 14)
    right, left = [], []
    for tier in range(tiers):
        share = (tier + 1) / tiers
        reach = size * 0.19 * share * random.uniform(0.75, 1.15)
        y = foot - size * (1 - share)
        right += [(x + reach, y), (x + reach * 0.45, y - size * 0.012)]
        left += [(x - reach * random.uniform(0.85, 1.1), y), (x - reach * 0.45, y - size * 0.012)]
    top = (x, foot - size * 1.06)
    return np.array([top, *right, *reversed(left)], dtype=np.float32)


class Hills:
    """Ridges in morning mist, the sun just up; the camera travels to the right."""

    _COLORS: tuple[tuple[Color, Color], ...] = (
        ((196, 160, 178), (244, 205, 182)),
        ((158, 128, 164), (232, 184, 172)),
        ((116, 98, 146), (208, 158, 162)),
        ((76, 70, 116), (164, 124, 146)),
        ((40, 40, 78), (92, 78, 112)),
        ((14, 16, 36), (26, 26, 50)),
    )
    _TOPS = (258, 292, 330, 372, 420, 478)
    _SWINGS = (30, 36, 40, 38, 30, 18)
    _SPEEDS = (0.10, 0.20, 0.34, 0.54, 0.82, 1.20)

    def __init__(self) -> None:
        self._finish = Finish(seed=11)
        self._sky = self._paint_sky()
        self._ridges = [self._paint_ridge(index) for index in range(len(self._TOPS))]

    def _paint_sky(self) -> Picture:
        sky = gradient(
            [
                (0.0, (62, 84, 138)),
                (0.20, (112, 124, 168)),
                (0.38, (196, 162, 178)),
                (0.48, (238, 180, 156)),
                (0.56, (248, 196, 150)),
                (1.0, (250, 200, 160)),
            ],
            width=WIDTH + 60,
        )
        clouds = noise(HEIGHT, WIDTH + 60, cell=128, seed=5, octaves=5)
        streaks = cv2.GaussianBlur(cv2.resize(clouds[::4], (WIDTH + 60, HEIGHT)), (0, 0), 2)
        fade = np.clip(1 - np.abs(np.arange(HEIGHT) - 120) / 150, 0, 1)[:, None].astype(np.float32)
        lit = (np.clip(streaks - 0.52, 0, 1) * 2.6 * fade)[..., None]
        sky += lit * (np.array([255, 206, 186], dtype=np.float32) - sky) * 0.8
        add_glow(sky, at=(640, 262), radius=330, color=(255, 170, 110), strength=0.16)
        add_glow(sky, at=(640, 256), radius=95, color=(255, 190, 110), strength=0.22)
        add_disc(sky, at=(640, 246), radius=27, color=(255, 252, 236), edge=3)
        return to_picture(sky, seed=3)

    def _paint_ridge(self, index: int) -> tuple[int, Picture]:
        """The row at which a ridge begins, and the part of it that no nearer ridge hides."""
        top = self._TOPS[index]
        width = WIDTH + int(self._SPEEDS[index] * _LONGEST) + 4
        line = self._SWINGS[index] * ridge_line(width, seed=20 + index, rough=0.46, scale=340 - 36 * index)
        height = HEIGHT - top + _HEADROOM
        ground = np.asarray(line + _HEADROOM - self._SWINGS[index] * 0.4, dtype=np.float32)
        alpha = below(ground, height=height)
        nearest = len(self._TOPS) - 1
        if index >= nearest - 2:
            size = {nearest: (70.0, 150.0), nearest - 1: (18.0, 40.0), nearest - 2: (7.0, 14.0)}[index]
            spacing = {nearest: 26.0, nearest - 1: 5.0, nearest - 2: 2.0}[index]
            draw_pines(alpha, ground=ground, seed=40 + index, spacing=spacing, tall=size)
        dark, mist = self._COLORS[index]
        depth = np.clip((np.arange(height)[:, None] - ground[None, :] + 20) / (height * 0.62), 0, 1) ** 1.2
        veil = noise(height, width, cell=96, seed=60 + index, octaves=4)
        share = np.clip(depth * (0.7 + 0.6 * veil), 0, 1).astype(np.float32)[..., None]
        color = np.array(dark, dtype=np.float32) * (1 - share) + np.array(mist, dtype=np.float32) * share
        first = int(alpha.any(axis=1).argmax())
        last = height
        if index < nearest:
            last = min(height, self._TOPS[index + 1] - top + _HEADROOM + 2 * self._SWINGS[index + 1])
        return top - _HEADROOM + first, layer(color, alpha)[first:last]

    def __call__(self, frame: int) -> Picture:
        """The scene after `frame` frames of the camera's move."""
        picture = moved(self._sky, x=frame * 0.04)
        for (top, drawn), speed in zip(self._ridges, self._SPEEDS, strict=True):
            over(picture, moved(drawn, x=frame * speed, height=drawn.shape[0]), top=top)
        return self._finish(picture, frame=frame)


class Road:
    """Driving towards the last light on a country road: fields, posts, a far ridge."""

    _HORIZON = 282
    _SPEED = 0.42
    """Road metres for each frame; the camera is 1.3 m above it."""

    def __init__(self) -> None:
        self._finish = Finish(seed=12, vignette=0.42)
        self._back = self._paint_back()
        self._ground = self._paint_ground()
        rows = np.arange(HEIGHT - self._HORIZON, dtype=np.float32) + 1.5
        self._depth = np.repeat((620.0 / rows)[:, None], WIDTH, axis=1)
        columns = np.arange(WIDTH, dtype=np.float32) - WIDTH / 2
        self._across = columns[None, :] * self._depth / 560.0

    def _paint_back(self) -> Picture:
        sky = gradient(
            [
                (0.0, (26, 30, 70)),
                (0.18, (58, 46, 98)),
                (0.34, (142, 72, 112)),
                (0.44, (226, 112, 96)),
                (0.50, (255, 164, 98)),
                (0.54, (255, 204, 132)),
                (1.0, (255, 200, 130)),
            ]
        )
        clouds = noise(HEIGHT, WIDTH, cell=160, seed=15, octaves=5)
        bands = cv2.GaussianBlur(cv2.resize(clouds[::3], (WIDTH, HEIGHT)), (0, 0), 1.5)
        fade = np.clip(np.arange(HEIGHT) / 240, 0, 1)[:, None].astype(np.float32)
        shade = np.clip((bands - 0.50) * 4.2, 0, 1)[..., None]
        tint = (
            np.array([62, 36, 74], dtype=np.float32) * (1 - fade[..., None])
            + np.array([255, 118, 92], dtype=np.float32) * fade[..., None]
        )
        sky += shade * (tint - sky) * 0.72
        add_glow(sky, at=(WIDTH / 2 + 30, 284), radius=210, color=(255, 180, 90), strength=0.5)
        add_disc(sky, at=(WIDTH / 2 + 30, 274), radius=20, color=(255, 240, 196), edge=3)
        for index, (top, dark) in enumerate(((262, (112, 62, 92)), (272, (62, 40, 70)))):
            line = top + (11 - 3 * index) * ridge_line(WIDTH, seed=80 + index, rough=0.5, scale=260)
            alpha = below(np.asarray(line, dtype=np.float32), height=HEIGHT)[..., None]
            sky = sky * (1 - alpha) + np.array(dark, dtype=np.float32) * alpha
        return to_picture(sky, seed=4)

    def _paint_ground(self) -> Picture:
        """The ground from above: 1024 pixels are 32 m, across the road and along it; repeats lengthwise."""
        size = 1024
        across = np.abs(np.linspace(-16, 16, size, dtype=np.float32))[None, :].repeat(size, axis=0)
        rough = noise(size, size, cell=24, seed=90, octaves=4)
        rough = np.asarray((rough + rough[::-1]) / 2, dtype=np.float32)
        asphalt = np.array([44, 36, 52], dtype=np.float32) * (0.8 + 0.45 * rough[..., None])
        rows = np.sin(across * 9) * 0.12
        field = np.array([70, 52, 44], dtype=np.float32) * (0.55 + 0.75 * rough[..., None] + rows[..., None])
        colors: NDArray[np.floating] = np.where((across < _PAVED)[..., None], asphalt, field)
        verge = ((across > _PAVED) & (across < _VERGE))[..., None]
        colors = np.where(verge, np.array([96, 70, 50], dtype=np.float32) * (0.6 + 0.7 * rough[..., None]), colors)
        along: NDArray[np.floating] = np.linspace(0, 4, size, endpoint=False)[:, None]
        dash = (across < _LINE) & (along % 1 < _DASH)
        edge = np.abs(across - _EDGE) < _LINE
        line = np.array([236, 206, 170], dtype=np.float32)
        colors = np.where((dash | edge)[..., None], line, colors)
        return np.asarray(np.clip(colors, 0, 255), dtype=np.uint8)

    def __call__(self, frame: int) -> Picture:
        """The scene after `frame` frames of driving."""
        picture = self._back.copy()
        travelled = frame * self._SPEED
        size = 1024
        sway = 0.35 * np.sin(frame / 46)
        x = ((self._across + sway) / 32 + 0.5) * size
        y = -((self._depth + travelled) / 32 % 1) * size + size
        ground = cv2.remap(
            self._ground, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        haze = np.clip(self._depth / 95, 0, 1) ** 0.8
        light = np.array([250, 160, 106], dtype=np.float32)
        glow = np.exp(-(((np.arange(WIDTH) - WIDTH / 2 - 30) / 260) ** 2))[None, :, None].astype(np.float32)
        mixed = ground * (1 - haze[..., None]) + light * haze[..., None] * (0.55 + 0.45 * glow)
        picture[self._HORIZON :] = mixed.clip(0, 255).astype(np.uint8)
        self._draw_posts(picture, travelled=travelled, sway=float(sway))
        return self._finish(picture, frame=frame)

    def _draw_posts(self, picture: Picture, *, travelled: float, sway: float) -> None:
        gap = 22.0
        tops: list[tuple[float, float]] = []
        for index in range(7, -1, -1):
            depth = (index + 1) * gap - travelled % gap + 3
            x = WIDTH / 2 + (6.2 - sway) * 560 / depth
            foot = self._HORIZON + 620 / depth
            top = foot - 6.4 * 470 / depth
            thick = max(0.16 * 560 / depth, 1.0)
            shade = (
                np.array([24, 16, 30])
                + (np.array([200, 120, 96]) - np.array([24, 16, 30])) * min(depth / 190, 1) ** 1.5
            )
            color = tuple(int(value) for value in shade)
            _draw_bar(picture, (x, foot), (x, top), width=thick, color=color)
            arm = 1.1 * 560 / depth
            _draw_bar(picture, (x - arm, top + arm * 0.35), (x + arm, top + arm * 0.35), width=thick * 0.7, color=color)
            tops.append((x - arm, top + arm * 0.35))
        for (x0, y0), (x1, y1) in pairwise(tops):
            share = np.linspace(0, 1, 14)
            sag = (share - share**2) * abs(y1 - y0 + 8) * 0.5
            points = np.stack([x0 + (x1 - x0) * share, y0 + (y1 - y0) * share + sag], axis=1)
            cv2.polylines(
                picture, [np.round(points * 16).astype(np.int32)], False, (34, 22, 40), 1, lineType=cv2.LINE_AA, shift=4
            )


def _draw_bar(
    picture: Picture, start: tuple[float, float], end: tuple[float, float], *, width: float, color: tuple[int, ...]
) -> None:
    """A straight bar with soft edges; its width need not be whole pixels."""
    across = np.array([end[1] - start[1], start[0] - end[0]], dtype=np.float32)
    across *= width / 2 / max(float(np.hypot(*across)), 1e-3)
    corners = np.array([start + across, end + across, end - across, start - across], dtype=np.float32)
    cv2.fillConvexPoly(picture, np.round(corners * 16).astype(np.int32), color, lineType=cv2.LINE_AA, shift=4)


class Stars:
    """The sky turns over a pine forest; the camera stands still and breathes a little."""

    def __init__(self) -> None:
        self._finish = Finish(seed=13, vignette=0.45, grain=1.7)
        self._glow = self._paint_air()
        self._stars = self._paint_stars()
        self._pines = self._paint_pines()

    def _paint_air(self) -> Picture:
        air = gradient(
            [
                (0.0, (6, 9, 26)),
                (0.45, (14, 26, 56)),
                (0.72, (32, 62, 92)),
                (0.88, (88, 116, 118)),
                (1.0, (150, 140, 110)),
            ]
        )
        return to_picture(air, seed=5)

    def _paint_stars(self) -> Picture:
        """A square of sky that is large enough to turn about its centre."""
        size = 1500
        random = np.random.default_rng(33)
        sky = np.zeros((size, size, 3), dtype=np.float32)
        rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
        offset = (columns - 300 - rows * 0.55) / 1.14
        river = np.exp(-((offset / 150) ** 2)) + 0.5 * np.exp(-((offset / 60) ** 2))
        dust = noise(size, size, cell=180, seed=34, octaves=6)
        band = np.clip(river * (0.25 + 1.1 * dust) - 0.5 * np.clip((0.5 - dust) * 4, 0, 1) * river, 0, 2)[..., None]
        sky += band * np.array([62, 64, 92], dtype=np.float32)
        sky += np.clip(river - 0.9, 0, 1)[..., None] * (dust[..., None] ** 2) * np.array([60, 40, 34], dtype=np.float32)
        share = river / river.max()
        for count, low, high, radius in ((9000, 50, 150, 0.62), (1500, 130, 250, 0.85), (150, 260, 420, 1.35)):
            points = random.uniform(0, size - 1, (count * 2, 2)).astype(int)
            keep = random.random(count * 2) < 0.32 + 0.68 * share[points[:, 1], points[:, 0]]
            dots = np.zeros((size, size, 3), dtype=np.float32)
            chosen = points[keep]
            tint = random.uniform(0.75, 1.0, (len(chosen), 3)) * random.uniform(low, high, (len(chosen), 1))
            dots[chosen[:, 1], chosen[:, 0]] = tint
            spread = cv2.GaussianBlur(dots, (0, 0), radius)
            sky += spread * (2 * np.pi * radius**2) * 0.62
        return np.clip(sky, 0, 255).astype(np.uint8)

    def _paint_pines(self) -> Picture:
        width, height = WIDTH + 60, 330
        ground = np.asarray(282 + 14 * ridge_line(width, seed=35, rough=0.45, scale=300), dtype=np.float32)
        far = below(ground - 26, height=height)
        draw_pines(far, ground=ground - 26, seed=36, spacing=7, tall=(30, 62))
        near = below(ground + 14, height=height)
        draw_pines(near, ground=ground + 14, seed=37, spacing=34, tall=(120, 270))
        color = np.zeros((height, width, 3), dtype=np.float32)
        color += np.array([16, 30, 42], dtype=np.float32)
        color = color * (1 - near[..., None]) + np.array([3, 6, 12], dtype=np.float32) * near[..., None]
        return layer(color, np.maximum(far, near))

    def __call__(self, frame: int) -> Picture:
        """The scene after `frame` frames; stars turn a twentieth of a degree in each."""
        centre = (self._stars.shape[1] / 2, self._stars.shape[0] / 2)
        matrix = cv2.getRotationMatrix2D(centre, frame * 0.05, 1.0)
        matrix[:, 2] += np.array([WIDTH * 0.42 - centre[0], HEIGHT * 0.52 - centre[1]])
        turned = cv2.warpAffine(self._stars, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        fade = np.clip(1.15 - np.arange(HEIGHT) / 460, 0, 1)[:, None, None]
        dimmed = (turned * fade).astype(np.uint8)
        picture = np.asarray(cv2.add(self._glow, dimmed), dtype=np.uint8)
        over(picture, moved(self._pines, x=frame * 0.12, height=330), top=HEIGHT - 330)
        return self._finish(picture, frame=frame)
