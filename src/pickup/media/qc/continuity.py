"""How well a picture follows on from the one beside it: one number for the drawing, one for the color.

It compares two pictures as they stand in the cut, one after the other. A small move of the camera or of what it sees is
forgiven, as a frame later there is always some; another framing costs half of the drawing's score, another scene all.

    continuity(first_frame_of_take, last_frame_before)      Continuity(score=0.97, structure=0.96, color=0.98, …)
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.media.qc.pictures import Floats, Rgb, aligned_slices, grid_of, lab_of, luma_of, shift_between, shrunk

STRUCTURE_SHARE = 0.6
"""Of the score; the rest is color. A jump in the drawing is seen before one in the color, and cannot be graded away."""
UNLIKE_DELTA_E = 40.0
"""Delta-E of the color distributions at which color counts as wholly unlike: unrelated pictures are about 36 apart."""
FARTHEST_SHIFT = 0.06
"""Largest shift that alignment forgives, as a share of the longer side: a quick pan moves this far in a frame."""
_NOISE = 3.0
"""Local contrast in 8-bit levels below which there is no drawing to compare, only grain."""
_NEIGHBORHOOD_PX = 6.0
_FOUND_AGAIN_PX = 1.0
_CLEAR = 0.5
"""How far a point of a drawing stands out, and by how much it may differ, in units of the local contrast."""
_HARDLY_ANY = 0.01
"""Share of the picture below which nothing is drawn in it."""
_LITTLE = 0.02
"""Added to both sides, so that grain on two flat pictures does not make them unlike."""
_ZOOMS = (0.8, 0.9, 1.0, 1.1, 1.25)
_QUANTILES = np.linspace(0.05, 0.95, 19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuity:
    """Likeness of two pictures, 0 (nothing in common) to 1 (the same).

    Attributes:
        score: Both together.
        structure: Of what is drawn, whatever its color and exposure.
        color: Of the colors, wherever they are.
        delta_e: Distance of the color distributions, CIE 1976; the number behind `color`.
    """

    score: float
    structure: float
    color: float
    delta_e: float


def continuity(take_rgb: Rgb, neighbour_rgb: Rgb) -> Continuity:
    """Compares two pictures in display color, (height, width, 3) 8-bit RGB of any size; the take's shape counts."""
    size = grid_of(take_rgb.shape[1], take_rgb.shape[0])
    take, neighbour = shrunk(take_rgb, size=size), shrunk(neighbour_rgb, size=size)
    structure = _structure(luma_of(take), luma_of(neighbour))
    delta_e = _color_distance(lab_of(take), lab_of(neighbour))
    color = max(0.0, 1 - delta_e / UNLIKE_DELTA_E)
    score = STRUCTURE_SHARE * structure + (1 - STRUCTURE_SHARE) * color
    return Continuity(
        score=round(score, 3), structure=round(structure, 3), color=round(color, 3), delta_e=round(delta_e, 2)
    )


def _structure(take: NDArray[np.uint8], neighbour: NDArray[np.uint8]) -> float:
    """Half from the drawing in its place, half from the share of its points that are found again nearby."""
    first, second = _drawing(take), _drawing(neighbour)
    return (_in_place(first, second) + _found_again(first, _reframed(second, like=first))) / 2


def _drawing(luma: NDArray[np.uint8]) -> Floats:
    """What is drawn, freed from light and contrast: about -2 to 2 at a line, 0 where there is none."""
    picture = luma.astype(np.float32)
    mean = cv2.GaussianBlur(picture, (0, 0), _NEIGHBORHOOD_PX)
    spread = np.sqrt(np.maximum(0, cv2.GaussianBlur((picture - mean) ** 2, (0, 0), _NEIGHBORHOOD_PX)))
    return np.asarray((picture - mean) / (spread + _NOISE), dtype=np.float32)


def _in_place(first: Floats, second: Floats) -> float:
    """Likeness of two drawings after a small shift."""
    here, there = aligned_slices(first, second, farthest=FARTHEST_SHIFT)
    return _correlation(first[here], second[there])


def _correlation(first: Floats, second: Floats) -> float:
    """Two empty drawings are alike, an empty and a full one are not."""
    both = float((first * first).mean() + (second * second).mean())
    common = 2 * float((first * second).mean())
    return min(1.0, max(0.0, (common + _LITTLE) / (both + _LITTLE)))


def _reframed(drawing: Floats, *, like: Floats) -> Floats:
    """The drawing seen closer or from farther away, and moved, where that makes it more alike."""
    height, width = like.shape
    best, most = drawing, _correlation(like, drawing)
    for zoom in _ZOOMS:
        center = ((width - 1) * (1 - zoom) / 2, (height - 1) * (1 - zoom) / 2)
        closer = _moved(drawing, zoom=zoom, right=center[0], down=center[1])
        right, down = shift_between(like, closer)
        moved = _moved(drawing, zoom=zoom, right=center[0] - right, down=center[1] - down)
        likeness = _correlation(like, moved)
        if likeness > most:
            best, most = moved, likeness
    return best


def _moved(drawing: Floats, *, zoom: float, right: float, down: float) -> Floats:
    matrix = np.array([[zoom, 0, right], [0, zoom, down]], dtype=np.float32)
    return np.asarray(cv2.warpAffine(drawing, matrix, drawing.shape[::-1]), dtype=np.float32)


def _found_again(first: Floats, second: Floats) -> float:
    """Share of the drawn points that flow there and back brings home, and which look the same where flow leads."""
    drawn = (np.abs(first) > _CLEAR) | (np.abs(second) > _CLEAR)
    if drawn.mean() < _HARDLY_ANY:
        return 1.0
    there, back = _flow(first, second), _flow(second, first)
    height, width = first.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    to_x, to_y = x + there[..., 0], y + there[..., 1]
    returned = cv2.remap(back, to_x, to_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    warped = cv2.remap(second, to_x, to_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    home = np.hypot(there[..., 0] + returned[..., 0], there[..., 1] + returned[..., 1]) < _FOUND_AGAIN_PX
    alike = home & (np.abs(warped - first) < _CLEAR) & (first * warped > 0)
    return float((alike & drawn).sum() / drawn.sum())


def _flow(first: Floats, second: Floats) -> Floats:
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    levels = [np.clip(each * 50 + 128, 0, 255).astype(np.uint8) for each in (first, second)]
    return np.asarray(flow.calc(levels[0], levels[1], np.zeros((*first.shape, 2), dtype=np.float32)), dtype=np.float32)


def _color_distance(first: Floats, second: Floats) -> float:
    """Mean delta-E between the quantiles of the Lab channels: what differs in the colors, not where they are."""
    channels = [
        np.quantile(first[..., channel], _QUANTILES) - np.quantile(second[..., channel], _QUANTILES)
        for channel in range(3)
    ]
    return float(np.sqrt(sum(np.square(each) for each in channels)).mean())
