"""Rain on a window at night for the demo film: drops, and the lights of a city out of focus behind them."""

from __future__ import annotations

import cv2
import numpy as np

from pickup.demo.canvas import HEIGHT, WIDTH, Finish, Floats, Picture, add_disc, gradient, moved, to_picture

_MARGIN = 60
_COLORS = (
    (255, 186, 92),
    (255, 148, 84),
    (255, 214, 150),
    (120, 190, 255),
    (255, 92, 96),
    (110, 236, 206),
    (246, 130, 210),
)


class Rain:
    """Drops on the pane in focus, some of them running; the city drifts behind."""

    _RUNNERS = 26

    def __init__(self) -> None:
        self._finish = Finish(seed=18, vignette=0.45, grain=1.5)
        self._city = self._paint_city()
        self._bend_x, self._bend_y, self._light = self._draw_drops()
        rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
        self._rows, self._columns = rows, columns
        random = np.random.default_rng(83)
        self._runners = random.uniform((30, -260, 2.4, 5.0), (WIDTH - 30, HEIGHT, 6.5, 10.5), (self._RUNNERS, 4))

    def _paint_city(self) -> Picture:
        """Discs of light, larger and brighter low in the picture, over a deep blue street."""
        height, width = HEIGHT + 2 * _MARGIN, WIDTH + 2 * _MARGIN
        city = gradient(
            [(0.0, (8, 12, 30)), (0.45, (18, 24, 52)), (0.62, (46, 38, 62)), (0.8, (34, 26, 44)), (1.0, (12, 12, 24))],
            height=height,
            width=width,
        )
        random = np.random.default_rng(81)
        for _light in range(105):
            x, y = random.uniform(0, width), random.normal(height * 0.56, height * 0.13)
            radius = random.uniform(9, 34) * (0.7 + 0.6 * y / height)
            disc = np.zeros((height, width, 3), dtype=np.float32)
            left, top = int(max(x - 60, 0)), int(max(y - 60, 0))
            part = disc[top : top + 120, left : left + 120]
            if not part.size:
                continue
            color = np.array(_COLORS[int(random.integers(len(_COLORS)))], dtype=np.float32) * random.uniform(0.10, 0.5)
            self._add_bokeh(part, at=(x - left, y - top), radius=radius, color=color)
            city[top : top + 120, left : left + 120] += part
        return to_picture(np.asarray(cv2.GaussianBlur(city, (0, 0), 3.2), dtype=np.float32), seed=9)

    @staticmethod
    def _add_bokeh(part: Floats, *, at: tuple[float, float], radius: float, color: Floats) -> None:
        whole = (int(color[0]), int(color[1]), int(color[2]))
        add_disc(part, at=at, radius=radius, color=whole, edge=3)
        rim = np.zeros_like(part)
        add_disc(rim, at=at, radius=radius, color=whole, edge=2)
        add_disc(rim, at=at, radius=radius - 2.5, color=(0, 0, 0), edge=2)
        part += rim * 0.35

    def _draw_drops(self) -> tuple[Floats, Floats, Floats]:
        """How far each pixel of the pane bends the view, across and down, and how bright its rim is."""
        bend_x = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
        bend_y, light = np.zeros_like(bend_x), np.zeros_like(bend_x)
        random = np.random.default_rng(82)
        for count, low, high in ((1100, 1.2, 2.8), (260, 2.8, 6.0), (70, 6.0, 12.0), (12, 13.0, 19.0)):
            for _drop in range(count):
                x, y = random.uniform(0, WIDTH), random.uniform(0, HEIGHT)
                self._add_drop(bend_x, bend_y, light, drop=(x, y, random.uniform(low, high), random.uniform(1.0, 1.35)))
        return bend_x, bend_y, light

    @staticmethod
    def _add_drop(bend_x: Floats, bend_y: Floats, light: Floats, *, drop: tuple[float, float, float, float]) -> None:
        """A drop at (x, y) with a radius and a stretch: a small lens that turns the city upside down."""
        x, y, radius, stretch = drop
        left, right = max(int(x - radius - 2), 0), min(int(x + radius + 3), WIDTH)
        top, bottom = max(int(y - radius * stretch - 2), 0), min(int(y + radius * stretch + 3), HEIGHT)
        if left >= right or top >= bottom:
            return
        rows, columns = np.mgrid[top:bottom, left:right].astype(np.float32)
        across, down = (columns - x) / radius, (rows - y) / (radius * stretch)
        inside = np.clip((1 - np.sqrt(across**2 + down**2)) * radius + 0.5, 0, 1)
        part = (slice(top, bottom), slice(left, right))
        power = 18 + radius * 4.5
        bend_x[part] = bend_x[part] * (1 - inside) - inside * across * power
        bend_y[part] = bend_y[part] * (1 - inside) - inside * (down * power * 1.2 - 8)
        shape = across**2 + down**2
        rim = np.clip(shape - 0.35, 0, 1) * inside
        spark = np.exp(-(((across + 0.35) / 0.22) ** 2) - ((down + 0.42) / 0.2) ** 2) * inside
        light[part] = light[part] * (1 - inside) - rim * 34 + spark * min(120, 24 + radius * 10)

    def __call__(self, frame: int) -> Picture:
        """The scene after `frame` frames: runners have fallen, the city has drifted."""
        city = moved(self._city, x=_MARGIN - 24 + frame * 0.22, y=_MARGIN - 6 + frame * 0.05)
        bend_x, bend_y, light = self._bend_x.copy(), self._bend_y.copy(), self._light.copy()
        for index, (x, start, speed, radius) in enumerate(self._runners):
            fallen = (start + 260 + frame * speed * (0.75 + 0.25 * np.sin(frame / 9 + index))) % (HEIGHT + 320) - 260
            way = x + 5 * np.sin(fallen / 47 + index)
            self._wipe(bend_x, bend_y, light, column=float(way), foot=float(fallen), wide=float(radius) * 0.62)
            self._add_drop(bend_x, bend_y, light, drop=(float(way), float(fallen), float(radius), 1.45))
        view = cv2.remap(
            city, self._columns + bend_x, self._rows + bend_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        view = cv2.add(view, cv2.cvtColor(light.clip(0, 255).astype(np.uint8), cv2.COLOR_GRAY2RGB))
        view = cv2.subtract(view, cv2.cvtColor((-light).clip(0, 255).astype(np.uint8), cv2.COLOR_GRAY2RGB))
        return self._finish(np.asarray(view, dtype=np.uint8), frame=frame)

    @staticmethod
    def _wipe(bend_x: Floats, bend_y: Floats, light: Floats, *, column: float, foot: float, wide: float) -> None:
        """A runner clears the drops above it, and leaves a faint streak."""
        top, bottom = max(int(foot - 190), 0), min(int(foot), HEIGHT)
        left, right = max(int(column - wide), 0), min(int(column + wide) + 1, WIDTH)
        if top >= bottom or left >= right:
            return
        part = (slice(top, bottom), slice(left, right))
        fade = np.clip((np.arange(top, bottom) - foot + 190) / 150, 0, 1).astype(np.float32)[:, None]
        across = ((np.arange(left, right) - column) / wide).astype(np.float32)[None, :]
        fade = fade * np.clip((1 - np.abs(across)) * 3, 0, 1)
        bend_x[part] = bend_x[part] * (1 - fade) - fade * np.sin(across * np.pi) * 3
        bend_y[part] *= 1 - fade
        light[part] = light[part] * (1 - fade) + fade * 5 * (1 - np.abs(across))
