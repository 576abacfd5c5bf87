"""Whether two pictures show the same scene: how far apart their colors lie, and whether points are found again.

Colors alone cannot tell. Measured on ten photographs in five looks, the *likeness* distance of a picture to itself in
another grade was up to 28, to another framing up to 29, and to unrelated pictures from 13 on. Points can: dense optical
flow (DIS) in both directions, on equalised gray, which a grade does not change much, cancelled for 0.61 to 1.0 of the
points of like framings, and for at most 0.2 of unrelated ones. Where the framing moved too far for flow, SIFT points
and one similarity that many agree on bring the neighbour into the take's frame first: 23 to 299 agreed for another
framing, at most 12 for unrelated pictures. Flat parts flow anywhere, so only points with texture on both sides count.

What is found again is worth more than a yes: matched on those points alone, both sides show the same things.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pickup.media.color.difference import Picture, Values, lab_of
from pickup.media.color.samples import colors_of, resized

FOUND_FROM, FOUND_SURELY = 0.25, 0.45
"""Share of points found again from which on there is evidence of one scene, and from which on it is sure."""
_AGREEING_POINTS = 20
_LARGEST_ZOOM = 3.0
_CLEAR = 0.8
"""A point's best partner must be nearer than its second best by this factor (D. Lowe, 2004)."""
_FOUND_AGAIN_PX = 1.0
_TEXTURE = 4.0
"""Least standard deviation, of 255, in the 9 x 9 pixels around a point that can be found again."""
_LEAST_TEXTURED = 0.05
_LEAST_SHARED = 0.08
"""Share of the frame that must be found again for its colors to stand for the scene."""
_LEAST_SIDE_PX = 32
_QUANTILES = 19


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shared:
    """The points of a take that its neighbour shows, too.

    Attributes:
        share: Points found again, of those that could be, 0 to 1.
        take: Their colors in the take, (n, 3) display RGB from 0 to 1.
        neighbour: The colors of the same points in the neighbour.
    """

    share: float
    take: Values
    neighbour: Values

    @property
    def is_enough(self) -> bool:
        """Whether the points stand for the scene."""
        return self.share >= FOUND_FROM and len(self.take) > 0


NOTHING_SHARED = Shared(share=0.0, take=np.empty((0, 3)), neighbour=np.empty((0, 3)))


def likeness_distance(first: Picture, second: Picture) -> float:
    """Distance of the colors as wholes: mean distance in Lab between their quantiles (5 % to 95 %), by channel.

    0 for equal statistics; 10 and less is close, 30 far.
    """
    at = np.linspace(0.05, 0.95, _QUANTILES)
    one, two = (np.quantile(lab_of(colors_of(each)), at, axis=0) for each in (first, second))
    return float(np.linalg.norm(one - two, axis=1).mean())


def shared_points(take: Picture, neighbour: Picture) -> Shared:
    """What both small copies show."""
    size = (take.shape[1], take.shape[0])
    if min(size) < _LEAST_SIDE_PX or min(neighbour.shape[:2]) < _LEAST_SIDE_PX:
        return NOTHING_SHARED
    other = resized(neighbour, size=size)
    direct = _found(take, other, inside=np.ones(take.shape[:2], dtype=np.bool_))
    if direct.share >= FOUND_SURELY:
        return direct
    framing = _framing(take, other)
    if framing is None:
        return direct
    back = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(other, framing, size, flags=back, borderMode=cv2.BORDER_REFLECT)
    inside = cv2.warpAffine(np.full(take.shape[:2], 255, np.uint8), framing, size, flags=back) == 255  # noqa: PLR2004
    found = _found(take, np.asarray(moved, dtype=np.uint8), inside=np.asarray(inside))
    return max(direct, found, key=lambda each: each.share)


def _found(take: Picture, other: Picture, *, inside: NDArray[np.bool_]) -> Shared:
    """Points of `take` that flow into `other` and back, among those with texture that `other` shows `inside`."""
    grays = [_gray(take), _gray(other)]
    there, back = _flow(*grays), _flow(*reversed(grays))
    rows, columns = np.mgrid[: take.shape[0], : take.shape[1]].astype(np.float32)
    x, y = columns + there[..., 0], rows + there[..., 1]
    returned = cv2.remap(back, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_CONSTANT, (1e3, 1e3, 0, 0))
    reached = cv2.remap(inside.astype(np.uint8), x, y, cv2.INTER_NEAREST) > 0
    shown = cv2.remap(_textured(other).astype(np.uint8), x, y, cv2.INTER_NEAREST) > 0
    textured = _textured(take) & inside & shown
    again = (np.linalg.norm(there + returned, axis=2) < _FOUND_AGAIN_PX) & reached
    if textured.mean() < _LEAST_TEXTURED or again.mean() < _LEAST_SHARED:
        return NOTHING_SHARED
    seen = cv2.remap(other, x, y, cv2.INTER_LINEAR)
    return Shared(
        share=float(again[textured].mean()),
        take=colors_of(take[again]),
        neighbour=colors_of(np.asarray(seen, dtype=np.uint8)[again]),
    )


def _gray(picture: Picture) -> Picture:
    return np.asarray(cv2.equalizeHist(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)), dtype=np.uint8)


def _flow(first: Picture, second: Picture) -> NDArray[np.float32]:
    start = np.zeros((*first.shape, 2), np.float32)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(first, second, start)
    return np.asarray(flow, dtype=np.float32)


def _textured(picture: Picture) -> NDArray[np.bool_]:
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean = cv2.blur(gray, (9, 9))
    return np.asarray(cv2.blur(gray * gray, (9, 9)) - mean * mean > _TEXTURE**2, dtype=np.bool_)


def _framing(take: Picture, other: Picture) -> NDArray[np.float64] | None:
    """The similarity, (2, 3), that brings points of the take to where they stand in the other; None if few agree."""
    sift = cv2.SIFT.create(nfeatures=600, contrastThreshold=0.02)
    points, described = sift.detectAndCompute(cv2.cvtColor(take, cv2.COLOR_RGB2GRAY), None)
    other_points, other_described = sift.detectAndCompute(cv2.cvtColor(other, cv2.COLOR_RGB2GRAY), None)
    if min(len(points), len(other_points)) < _AGREEING_POINTS:
        return None
    rivals = cv2.BFMatcher(cv2.NORM_L2).knnMatch(described, other_described, k=2)
    clear = [first for first, *second in rivals if second and first.distance < _CLEAR * second[0].distance]
    if len(clear) < _AGREEING_POINTS:
        return None
    starts = np.array([points[each.queryIdx].pt for each in clear], dtype=np.float32)
    ends = np.array([other_points[each.trainIdx].pt for each in clear], dtype=np.float32)
    cv2.setRNGSeed(0)  # its RANSAC draws from it: the same pictures get the same answer
    found, agreeing = cv2.estimateAffinePartial2D(starts, ends, ransacReprojThreshold=3.0)
    if found is None or agreeing.sum() < _AGREEING_POINTS:
        return None
    zoom = float(np.hypot(found[0, 0], found[1, 0]))
    return np.asarray(found, dtype=np.float64) if 1 / _LARGEST_ZOOM < zoom < _LARGEST_ZOOM else None
