"""Whether the main region of the picture stays what it was: a hint, by classical means, that knows no faces.

The most detailed part near the middle of the first covered frame is followed by points (Lucas-Kanade), and its colors
and the directions of its edges are compared with what they were. What leaves the picture is followed no further.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.media.qc import thresholds
from pickup.media.qc.expected import Expected, Notes
from pickup.media.qc.glance import Glance
from pickup.media.qc.pictures import Floats, Rgb

Levels = NDArray[np.uint8]

_SHARE = 0.34
"""Of each side: the size of the region."""
_POINTS = 40
_TRACED_IN_SECOND = 12
_LEAST_POINTS = 8
_INSIDE = 0.7
"""Share of the region that must be in the picture for it to be compared."""
_FOUND_BACK_PX = 1.0
_SUDDEN = 0.25
"""Loss of likeness in a quarter of a second that is no change of the thing itself."""
_WINDOW = (11, 11)
_LEVELS = 3
_COLOR_BINS = (6, 8, 8)
_DIRECTIONS = 8
_CELLS = 4
_PATCH_PX = 48
_NUDGES_PX = (-4, 0, 4)
"""Shifts at which the region is compared, because points slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """Center and size, in pixels of the picture that it is used on."""

    x: float
    y: float
    width: float
    height: float

    def nudged(self, right: float, down: float) -> _Box:
        return _Box(x=self.x + right, y=self.y + down, width=self.width, height=self.height)

    def cut(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The part of the picture in the box; what lies outside the picture is missing."""
        rows, columns = picture.shape[:2]
        top, left = max(0, round(self.y - self.height / 2)), max(0, round(self.x - self.width / 2))
        bottom, right = round(self.y + self.height / 2), round(self.x + self.width / 2)
        return picture[top : max(top, min(rows, bottom)), left : max(left, min(columns, right))]

    def inside(self, picture: NDArray[np.uint8]) -> float:
        """Share of the box that lies in the picture."""
        part = self.cut(picture)
        return float(part.shape[0] * part.shape[1] / max(1.0, self.width * self.height))


def _on_picture(box: _Box, glance: Glance) -> _Box:
    """A box of the grid as one of the small copy."""
    across = glance.picture.shape[1] / glance.grid.shape[1]
    return _Box(x=box.x * across, y=box.y * across, width=box.width * across, height=box.height * across)


class Region:
    """Follows the main region through the covered frames; holds one small frame."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._stride = max(1, expected.rate.nominal // _TRACED_IN_SECOND)
        self._every = self._stride * max(1, expected.whole(thresholds.REGION_LOOKS_S) // self._stride)
        self._first: tuple[Floats, Floats] | None = None
        self._followed: tuple[_Box, Floats] | None = None
        self._last: Levels | None = None
        self._looks: list[tuple[int, float]] = []

    def see(self, glance: Glance) -> None:
        """One frame, in order."""
        first, end = self._expected.cover
        if self._expected.previs or not first <= glance.number < end or (glance.number - first) % self._stride:
            return
        luma = glance.drawing.astype(np.uint8)
        if self._last is None:
            box = _main_box(luma)
            if box is not None:
                self._first = _look(_on_picture(box, glance).cut(glance.picture))
                self._followed = (box, _points_in(box, luma))
        elif self._followed is not None:
            self._followed = _followed(*self._followed, self._last, luma)
            if self._followed is not None and (glance.number - first) % self._every == 0:
                box = self._followed[0]
                self._compare(_on_picture(box, glance), glance)
                self._followed = (box, _points_in(box, luma))
        self._last = luma

    def _compare(self, box: _Box, glance: Glance) -> None:
        if self._first is None:
            return
        nudged = [box.nudged(right, down) for right in _NUDGES_PX for down in _NUDGES_PX]
        whole = [each.cut(glance.picture) for each in nudged if each.inside(glance.picture) >= _INSIDE]
        if whole:
            self._looks.append((glance.number, max(_alike(self._first, _look(part)) for part in whole)))

    def report(self, notes: Notes, *, quiet: set[int]) -> None:
        """Tells where the region stops being itself, outside the `quiet` frames."""
        looks = _until_sudden([(number, alike) for number, alike in self._looks if number not in quiet])
        if not looks:
            return
        notes.measure("region_likeness", min(alike for _number, alike in looks))
        notes.measure("region_followed_to", looks[-1][0], digits=0)
        low = [number for number, alike in looks if alike < thresholds.REGION_LIKENESS]
        if len(low) > 1:
            message = (
                "A hint: what fills the middle of the picture is not what it was at first. Check that faces, clothes "
                "and things stay the same."
            )
            notes.warn("REGION_CHANGES", message, start=low[0])


def _until_sudden(looks: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """The looks before the first sudden loss: there something came before the region, and the points followed it."""
    before = 1.0
    for place, (_number, alike) in enumerate(looks):
        if alike < before - _SUDDEN:
            return looks[:place]
        before = alike
    return looks


def _main_box(luma: Levels) -> _Box | None:
    """The most detailed region, the middle preferred; None in a picture without detail."""
    rows, columns = luma.shape
    detail = np.abs(cv2.Laplacian(luma.astype(np.float32), cv2.CV_32F))
    spread = _SHARE * min(rows, columns) / 2
    weight = cv2.GaussianBlur(detail, (0, 0), spread)
    down, right = np.mgrid[0:rows, 0:columns]
    off = np.hypot((right - columns / 2) / columns, (down - rows / 2) / rows)
    weight = weight * np.exp(-np.square(off / 0.3) / 2)
    if float(weight.max()) < 0.5:  # noqa: PLR2004 - half a level: noise
        return None
    y, x = np.unravel_index(int(np.argmax(weight)), weight.shape)
    return _Box(x=float(x), y=float(y), width=_SHARE * columns, height=_SHARE * rows)


def _followed(box: _Box, points: Floats, before: Levels, after: Levels) -> tuple[_Box, Floats] | None:
    """The box and its points in the next frame; None where too few are found again, or it leaves the picture."""
    if len(points) < _LEAST_POINTS:
        return None
    moved, found = _traced(points, before, after)
    back, found_back = _traced(moved, after, before)
    home = np.linalg.norm((back - points).reshape(-1, 2), axis=1) < _FOUND_BACK_PX
    good = home & found & found_back
    if good.sum() < _LEAST_POINTS:
        return None
    here, there = points[good], moved[good]
    motion = np.median((there - here).reshape(-1, 2), axis=0)
    growth = min(1.1, max(0.9, _spread(there) / max(1e-3, _spread(here))))
    next_box = _Box(
        x=box.x + float(motion[0]), y=box.y + float(motion[1]), width=box.width * growth, height=box.height * growth
    )
    return (next_box, there) if next_box.inside(after) >= _INSIDE else None


def _traced(points: Floats, before: Levels, after: Levels) -> tuple[Floats, NDArray[np.bool_]]:
    """Where the points are in the other picture, and which of them were found."""
    moved, found, _error = cv2.calcOpticalFlowPyrLK(
        before, after, points, np.zeros_like(points), winSize=_WINDOW, maxLevel=_LEVELS
    )
    return np.asarray(moved, dtype=np.float32), np.asarray(found).ravel() == 1


def _points_in(box: _Box, luma: Levels) -> Floats:
    mask = np.zeros_like(luma)
    box.cut(mask)[...] = 255
    points = cv2.goodFeaturesToTrack(luma, _POINTS, 0.02, 3, mask=mask)
    return np.zeros((0, 1, 2), dtype=np.float32) if points is None else np.asarray(points, dtype=np.float32)


def _spread(points: Floats) -> float:
    flat = points.reshape(-1, 2)
    return float(np.median(np.linalg.norm(flat - np.median(flat, axis=0), axis=1)))


def _look(part: Rgb) -> tuple[Floats, Floats]:
    """Shares of its colors (sum 1), and the directions of its edges, place by place (mean 0, length 1)."""
    lab = cv2.cvtColor(part, cv2.COLOR_RGB2LAB)
    colors = cv2.calcHist([lab], [0, 1, 2], None, list(_COLOR_BINS), [0, 256, 64, 192, 64, 192]).ravel()
    luma = cv2.resize(lab[..., 0], (_PATCH_PX, _PATCH_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    luma = np.asarray(cv2.GaussianBlur(luma, (0, 0), 1.0), dtype=np.float32)
    right, down = cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    direction = np.minimum(_DIRECTIONS - 1, np.mod(np.arctan2(down, right), np.pi) * (_DIRECTIONS / np.pi)).astype(int)
    cell = np.arange(_PATCH_PX) * _CELLS // _PATCH_PX
    place = (cell[:, None] * _CELLS + cell[None, :]) * _DIRECTIONS + direction
    edges = np.bincount(place.ravel(), np.sqrt(np.hypot(right, down)).ravel(), minlength=_CELLS * _CELLS * _DIRECTIONS)
    edges = edges - edges.mean()
    lengths = max(1e-6, float(colors.sum())), max(1e-6, float(np.linalg.norm(edges)))
    return np.asarray(colors / lengths[0], dtype=np.float32), np.asarray(edges / lengths[1], dtype=np.float32)


def _alike(first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> float:
    """0 to 1: half for the colors in common, half for the edges in common."""
    colors = float(np.sqrt(first[0] * second[0]).sum())
    edges = max(0.0, float((first[1] * second[1]).sum()))
    return (colors + edges) / 2
