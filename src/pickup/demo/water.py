"""Scenes by the sea for the demo film: a harbor in golden light, a lighthouse at blue hour."""

from __future__ import annotations

import cv2
import numpy as np

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
    tile,
    to_picture,
)

_TILE = 512


class Water:
    """Turns what stands above the horizon into its moving reflection.

    Args:
        horizon: Row at which the water begins.
        calm: 1 is a harbor; smaller is smoother.
        tint: Color that the water takes on towards the camera.
    """

    def __init__(self, *, horizon: int, calm: float, tint: Color, seed: int) -> None:
        self._horizon = horizon
        rows = HEIGHT - horizon
        depth = np.arange(rows, dtype=np.float32)[:, None] + 4
        columns = np.arange(WIDTH, dtype=np.float32)[None, :] - WIDTH / 2
        near = depth / rows
        self._across = columns * 100 / (depth + 26)
        self._along = 14000 / (depth + 26) * np.ones_like(columns)
        self._reach = (2 + 30 * near**1.1) * calm
        self._columns = (columns + WIDTH / 2) * np.ones_like(depth)
        self._rows = (horizon - 1 - (depth - 4) * 0.92) * np.ones_like(columns)
        self._waves = tile(_TILE, seed=seed, blur=(9, 3.2))
        self._ripples = tile(_TILE, seed=seed + 1, blur=(3.4, 1.4))
        share = np.clip(near**0.8 * 0.78, 0, 1)[..., None]
        self._keep = np.repeat((1 - share) * 0.88, 3, axis=2).astype(np.float32)
        self._tint = share.astype(np.float32) * np.array(tint, dtype=np.float32) * np.ones((rows, WIDTH, 1), np.float32)
        self._near = np.repeat(near, WIDTH, axis=1)

    def surface(self, frame: int) -> Floats:
        """How the surface slopes at each pixel, about -2 to 2."""
        first = self._sample(self._waves, across=frame * 0.35, along=frame * 0.9, scale=1.0)
        second = self._sample(self._ripples, across=-frame * 0.5, along=frame * 1.3, scale=1.7)
        return first * 0.65 + second * 0.5

    def _sample(self, field: Floats, *, across: float, along: float, scale: float) -> Floats:
        x = self._across * scale + np.float32(across % _TILE)
        y = self._along * scale + np.float32(along % _TILE)
        sampled = cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.asarray(sampled, dtype=np.float32)

    def paint(self, picture: Picture, *, surface: Floats) -> None:
        """Fills the picture below the horizon, in place."""
        x = self._columns + surface * self._reach * 0.45
        y = np.clip(self._rows + surface * self._reach, 0, self._horizon - 1)
        mirrored = cv2.remap(picture[: self._horizon], x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        shaded = mirrored.astype(np.float32) * self._keep + self._tint
        shaded += (surface * self._near * 9)[..., None]
        picture[self._horizon :] = shaded.clip(0, 255).astype(np.uint8)

    def path_below(self, *, column: float, width: float) -> Floats:
        """How much each pixel of the water mirrors a low light above `column`."""
        spread = width * (0.35 + 1.5 * self._near)
        path = np.exp(-(((self._columns - column) / spread) ** 2)) * (1.05 - 0.55 * self._near)
        return np.asarray(path, dtype=np.float32)

    def glitter(self, picture: Picture, *, surface: Floats, path: Floats, color: Color) -> None:
        """Adds the sparks of a low light along its path, in place."""
        sparks = np.clip(surface + 0.15, 0, 1.6) ** 2 * path
        light = (sparks[..., None] * np.array(color, dtype=np.float32)).clip(0, 255).astype(np.uint8)
        band = picture[self._horizon :]
        band[...] = cv2.add(band, light)


class Harbor:
    """Sailing boats at their moorings before a hill town, the sun low; a slow drift and push in."""

    _HORIZON = 318
    _SUN = 330.0

    def __init__(self) -> None:
        self._finish = Finish(seed=14)
        self._sky = self._paint_sky()
        self._town = self._paint_town()
        self._boats = [
            (self._paint_boat(size, seed=seed), x, size, 0.05 + size / 1600)
            for seed, (x, size) in enumerate(((150, 120), (268, 84), (470, 150), (620, 96), (742, 190), (905, 110)))
        ]
        self._water = Water(horizon=self._HORIZON, calm=0.62, tint=(74, 52, 78), seed=50)
        self._path = self._water.path_below(column=self._SUN - 13, width=64)

    def _paint_sky(self) -> Picture:
        sky = gradient(
            [
                (0.0, (92, 116, 168)),
                (0.2, (150, 148, 176)),
                (0.38, (232, 178, 158)),
                (0.50, (248, 182, 126)),
                (0.59, (252, 196, 124)),
                (1.0, (252, 200, 130)),
            ],
            width=WIDTH + 40,
        )
        clouds = noise(HEIGHT, WIDTH + 40, cell=200, seed=51, octaves=6)
        bands = cv2.GaussianBlur(cv2.resize(clouds[::3], (WIDTH + 40, HEIGHT)), (0, 0), 1.2)
        shape = np.clip((bands - 0.5) * 3.4, 0, 1)[..., None]
        lit = gradient([(0.0, (232, 200, 204)), (0.4, (255, 190, 150)), (0.6, (255, 170, 110))], width=WIDTH + 40)
        sky += shape * (lit - sky) * 0.75
        add_glow(sky, at=(self._SUN, 268), radius=240, color=(255, 150, 70), strength=0.10)
        add_glow(sky, at=(self._SUN, 268), radius=80, color=(255, 180, 100), strength=0.20)
        add_disc(sky, at=(self._SUN, 262), radius=24, color=(255, 250, 222), edge=3)
        return to_picture(sky, seed=6)

    def _paint_town(self) -> Picture:
        """Two headlands; on the nearer one houses with lit windows and a church."""
        width, height = WIDTH + 80, 150
        columns = np.arange(width)
        far = 112 + 16 * ridge_line(width, seed=52, rough=0.5, scale=300) - 34 * np.exp(-(((columns - 820) / 240) ** 2))
        far += 60 * np.clip((520 - columns) / 300, 0, 1)
        slope = (
            150
            - 92 * np.clip((columns - 520) / 420, 0, 1) ** 0.8
            + 7 * ridge_line(width, seed=53, rough=0.5, scale=160)
        )
        behind, hill = (
            below(np.asarray(far, np.float32), height=height),
            below(np.asarray(slope, np.float32), height=height),
        )
        color = np.full((height, width, 3), (198, 134, 122), dtype=np.float32)
        color = color * (1 - hill[..., None]) + np.array([96, 62, 82], dtype=np.float32) * hill[..., None]
        alpha = np.maximum(behind * 0.85, hill)
        self._build_houses(color, alpha, slope=np.asarray(slope, np.float32))
        return layer(color, alpha)

    @staticmethod
    def _build_houses(color: Floats, alpha: Floats, *, slope: Floats) -> None:
        random = np.random.default_rng(54)
        for x in np.sort(random.uniform(560, color.shape[1] - 20, 74)).astype(int):
            ground = float(slope[x])
            foot = int(random.uniform(ground + 5, min(ground + 50, 148)))
            tall, wide = int(random.uniform(9, 17)), int(random.uniform(9, 16))
            shade = np.array([124, 84, 92]) * random.uniform(0.72, 1.28)
            top = max(foot - tall, 0)
            color[top:foot, x : x + wide] = shade
            alpha[top:foot, x : x + wide] = 1
            for row in range(5):
                inset = int(row * wide / 10)
                y = max(top - 1 - row, 0)
                color[y, x + inset : x + wide - inset] = np.array([92, 50, 58])
                alpha[y, x + inset : x + wide - inset] = 1
            for _window in range(int(random.integers(1, 4))):
                wy = int(random.uniform(top + 2, max(foot - 4, top + 3)))
                wx = x + int(random.uniform(2, max(wide - 3, 3)))
                color[wy : wy + 3, wx : wx + 2] = (255, 222, 140)
        x = 838
        foot = int(slope[x]) + 8
        color[foot - 52 : foot, x : x + 12], alpha[foot - 52 : foot, x : x + 12] = (104, 68, 84), 1
        for row in range(26):
            half = (26 - row) * 6 // 26
            y = foot - 52 - row
            if y >= 0:
                color[y, x + 6 - half : x + 6 + half], alpha[y, x + 6 - half : x + 6 + half] = (84, 50, 66), 1

    @staticmethod
    def _paint_boat(size: int, *, seed: int) -> Picture:
        """A sloop seen from the side, `size` pixels of mast, drawn at four times its size for smooth lines."""
        random = np.random.default_rng(55 + seed)
        big = 4
        height, width = int(size * 1.3) * big, int(size * 0.9) * big
        mask = np.zeros((height, width), dtype=np.uint8)
        deck, middle = height - int(size * 0.16) * big, width // 2
        half = int(size * 0.30) * big
        hull = [(-1.05, -0.10), (-0.3, 0.0), (0.55, -0.04), (1.18, -0.20), (0.86, 0.34), (-0.86, 0.34)]
        cv2.fillPoly(mask, [np.array([(middle + x * half, deck + y * half) for x, y in hull], dtype=np.int32)], 255)
        cabin = [(-0.5, 0.0), (-0.42, -0.20), (0.22, -0.20), (0.40, 0.0)]
        cv2.fillPoly(mask, [np.array([(middle + x * half, deck + y * half) for x, y in cabin], dtype=np.int32)], 255)
        mast = middle + int(0.08 * half)
        top = deck - size * big
        cv2.line(mask, (mast, deck), (mast, top), 255, max(3, size // 22))
        cv2.line(
            mask, (mast, deck - int(0.22 * half)), (middle - int(0.9 * half), deck - int(0.26 * half)), 255, size // 9
        )
        for end in ((middle + int(1.15 * half), deck - half // 6), (middle - int(1.02 * half), deck - half // 9)):
            cv2.line(mask, (mast, top), end, 150, 2)
        spreader = top + int(size * 0.4) * big
        reach = int(size * 0.05) * big
        cv2.line(mask, (mast - reach, spreader), (mast + reach, spreader), 255, 3)
        mask = mask[: deck + int(0.27 * half)]  # the hull below the water is not seen
        height = mask.shape[0] // big * big
        mask = mask[-height:]
        small = cv2.resize(mask, (width // big, height // big), interpolation=cv2.INTER_AREA)
        alpha = np.asarray(small, dtype=np.float32) / np.float32(255)
        color = np.full((*alpha.shape, 3), (36, 24, 42), dtype=np.float32) * random.uniform(0.8, 1.25)
        rows = np.arange(alpha.shape[0])[:, None, None]
        color += np.where(np.abs(rows - (deck // big)) < max(1, size // 60), 120, 0) * np.array([1.0, 0.66, 0.4])
        return layer(color.astype(np.float32), alpha)

    def __call__(self, frame: int) -> Picture:
        """The scene after `frame` frames of the camera's move."""
        picture = moved(self._sky, x=10 + frame * 0.05)
        over(picture, moved(self._town, x=10 + frame * 0.14, height=150), top=self._HORIZON - 148)
        for index, (boat, x, size, speed) in enumerate(self._boats):
            bob = np.sin(frame / (17 + index * 2.3) + index * 1.7)
            self._lay_boat(picture, boat, x=x - frame * speed, tilt=float(bob) * 0.9, rise=float(bob) * size / 160)
        surface = self._water.surface(frame)
        self._water.paint(picture, surface=surface)
        self._water.glitter(picture, surface=surface, path=self._path, color=(255, 196, 116))
        zoom = 1.02 + frame * 0.0004
        seen = moved(picture, x=WIDTH * (1 - 1 / zoom) / 2, y=HEIGHT * (1 - 1 / zoom) * 0.6, zoom=zoom)
        return self._finish(seen, frame=frame)

    def _lay_boat(self, picture: Picture, boat: Picture, *, x: float, tilt: float, rise: float) -> None:
        height, width = boat.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height), tilt, 1.0)
        left = int(np.floor(x - width / 2))
        matrix[:, 2] += np.array([x - width / 2 - left, rise])
        turned = cv2.warpAffine(boat, matrix, (width, height), flags=cv2.INTER_LINEAR)
        start, end = max(left, 0), min(left + width, WIDTH)
        top = self._HORIZON - height + 2
        if start < end and top >= 0:
            band = np.ascontiguousarray(picture[top : self._HORIZON, start:end])
            over(band, np.ascontiguousarray(turned[: self._HORIZON - top, start - left : end - left]))
            picture[top : self._HORIZON, start:end] = band


class Lighthouse:
    """A lighthouse on its rock at blue hour; the beam goes round, the camera comes nearer."""

    _HORIZON = 352
    _LAMP = (668.0, 156.0)

    def __init__(self) -> None:
        self._finish = Finish(seed=16, vignette=0.42, grain=1.5)
        self._sky = self._paint_sky()
        self._rock = self._paint_rock()
        self._water = Water(horizon=self._HORIZON, calm=1.0, tint=(14, 34, 58), seed=70)
        self._path = self._water.path_below(column=self._LAMP[0], width=16)

    def _paint_sky(self) -> Picture:
        sky = gradient(
            [
                (0.0, (14, 26, 66)),
                (0.28, (34, 62, 116)),
                (0.48, (84, 116, 156)),
                (0.60, (186, 158, 158)),
                (0.65, (236, 178, 146)),
                (1.0, (240, 180, 146)),
            ]
        )
        clouds = noise(HEIGHT, WIDTH, cell=220, seed=71, octaves=6)
        bands = cv2.GaussianBlur(cv2.resize(clouds[::4], (WIDTH, HEIGHT)), (0, 0), 1.2)
        shape = np.clip((bands - 0.52) * 3.2, 0, 1)[..., None]
        lit = gradient([(0.0, (26, 38, 78)), (0.45, (84, 84, 124)), (0.62, (196, 128, 130)), (1.0, (220, 140, 130))])
        sky += shape * (lit - sky) * 0.8
        random = np.random.default_rng(72)
        for _star in range(120):
            x, y = random.uniform(0, WIDTH), random.uniform(0, 190) ** 0.97
            add = random.uniform(40, 150) * (1 - y / 240)
            sky[int(y), int(x)] += add
        return to_picture(sky, seed=8)

    def _paint_rock(self) -> Picture:
        width, height = WIDTH, self._HORIZON + 2
        columns = np.arange(width)
        line = (
            364 - 112 * np.exp(-(np.abs((columns - 690) / 150) ** 2.6)) - 46 * np.exp(-(((columns - 900) / 120) ** 2))
        )
        line += 9 * ridge_line(width, seed=73, rough=0.62, scale=90) * np.clip((350 - line) / 40, 0, 1)
        alpha = below(np.asarray(line, dtype=np.float32), height=height)
        rough = noise(height, width, cell=36, seed=74, octaves=5)
        light = np.clip((700 - columns) / 320, 0, 1)[None, :] * np.clip((rough - 0.4) * 2.4, 0, 1)
        color = np.array([22, 28, 46], dtype=np.float32) + (light[..., None] * np.array([96, 70, 66])).astype(
            np.float32
        )
        color = color * (0.72 + 0.5 * rough[..., None])
        color = np.asarray(color, dtype=np.float32)
        self._build_tower(color, alpha)
        return layer(color, alpha)

    def _build_tower(self, color: Floats, alpha: Floats) -> None:
        """A white tower with one red band, a gallery, a lamp room and a keeper's house."""
        x, lamp = self._LAMP
        rows, columns = np.mgrid[: color.shape[0], : color.shape[1]].astype(np.float32)

        def fill(inside: Floats, shade: Floats) -> None:
            solid = np.clip(inside + 0.5, 0, 1)
            color[...] = color * (1 - solid[..., None]) + shade * solid[..., None]
            np.maximum(alpha, solid, out=alpha)

        half = 13 + (rows - lamp - 14) * 0.062
        side = np.clip((columns - x) / half * 0.5 + 0.5, 0, 1)[..., None]
        white = np.array([214, 196, 190]) * (1 - side) + np.array([62, 72, 104]) * side
        red = np.array([176, 70, 62]) * (1 - side) + np.array([62, 28, 48]) * side
        band = ((rows > lamp + 44) & (rows < lamp + 72))[..., None]
        tower = np.minimum(half - np.abs(columns - x), np.minimum(rows - lamp - 13, 266 - rows))
        fill(tower, np.where(band, red, white).astype(np.float32))
        dark = np.full_like(color, (28, 30, 46))
        fill(np.minimum(19 - np.abs(columns - x), 2.6 - np.abs(rows - lamp - 14)), dark)
        fill(np.minimum(10 - np.abs(columns - x), 10.0 - np.abs(rows - lamp - 2)), np.full_like(color, (255, 226, 160)))
        for bar in (-10, -4, 4, 10):
            fill(np.minimum(0.7 - np.abs(columns - x - bar), 10.0 - np.abs(rows - lamp - 2)), dark)
        roof = 12 - (lamp - 8 - rows) * 0.8 - np.abs(columns - x)
        fill(np.minimum(roof, np.minimum(lamp - 7 - rows, rows - lamp + 24)), np.full_like(color, (120, 48, 48)))
        house = np.minimum(27 - np.abs(columns - 728), np.minimum(rows - 238, 270 - rows))
        fill(house, np.full_like(color, (96, 92, 112)))
        gable = np.minimum(32 - np.abs(columns - 728) - (238 - rows) * 1.5, np.minimum(239 - rows, rows - 218))
        fill(gable, np.full_like(color, (62, 40, 54)))
        for window in (714, 740):
            fill(
                np.minimum(3 - np.abs(columns - window), 4.0 - np.abs(rows - 252)), np.full_like(color, (255, 206, 122))
            )

    def _shine(self, picture: Picture, *, frame: int) -> None:
        """The beam to both sides, as it turns towards the camera and away, and the halo of the lamp."""
        angle = frame / 30 + 0.5
        reach, facing = np.cos(angle), np.sin(angle)
        x, y = self._LAMP
        beam = np.zeros((HEIGHT // 2, WIDTH // 2), dtype=np.uint8)
        for side, strength in ((1.0, facing), (-1.0, -facing)):
            length = 900 * reach * side
            wide = 16 + 46 * abs(reach) + 34 * max(strength, 0)
            corners = [(x, y - 3), (x, y + 3), (x + length, y + wide * 0.7 - 20), (x + length, y - wide * 0.7 - 20)]
            level = int(70 + 50 * max(strength, 0))
            cv2.fillConvexPoly(beam, (np.array(corners) * 8).astype(np.int32), level, cv2.LINE_AA, 4)
        columns = np.abs(np.arange(WIDTH // 2) * 2 - x)
        soft = cv2.GaussianBlur(beam, (0, 0), 4).astype(np.float32) * np.exp(-columns / 420)[None, :].astype(np.float32)
        glare = max(0.0, float(abs(facing))) ** 10
        rows, across = np.ogrid[: HEIGHT // 2, : WIDTH // 2]
        distance = (across * 2 - x) ** 2 + (rows * 2 - y) ** 2
        soft += (150 + 105 * glare) * np.exp(-distance / (260 + 1500 * glare)) + (26 + 60 * glare) * np.exp(
            -distance / 9000
        )
        light = cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)[..., None]
        shining = (light * np.array([1.0, 0.88, 0.66], dtype=np.float32)).clip(0, 255).astype(np.uint8)
        picture[...] = cv2.add(picture, shining)

    def __call__(self, frame: int) -> Picture:
        """The scene after `frame` frames of the camera's move."""
        picture = self._sky.copy()
        over(picture, self._rock)
        self._shine(picture, frame=frame)
        surface = self._water.surface(frame)
        self._water.paint(picture, surface=surface)
        self._water.glitter(picture, surface=surface, path=self._path, color=(200, 160, 112))
        zoom = 1.02 + frame * 0.0008
        seen = moved(picture, x=WIDTH * (1 - 1 / zoom) * 0.66, y=HEIGHT * (1 - 1 / zoom) * 0.5, zoom=zoom)
        return self._finish(seen, frame=frame)
