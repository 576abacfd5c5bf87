"""Pictures between two frames of a clip, for the policies `blend` and `flow`; neither reaches across a cut.

    mixer = Flow()
    picture = mixer.between(earlier, later, at=Fraction(1, 4))       a quarter of the way from one to the other

Frames have the size and format in which they are encoded. OpenCV is loaded when the first flow is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pickup._av import Plane, depth_of, frame_of, planes_of

FloatPlane = NDArray[np.float32]

_FLOW_SIDE = 960
"""Longest side, in pixels, of the pictures that flow is measured on: half of HD, which costs a quarter and loses little
(measured at 720p: 35.3 dB for the made frame, as at full size)."""
_CUT_SIDE = 320
_AGREE_PX = 1.0
"""Forward and backward flow agree where they cancel to within so many pixels of the measured picture."""
_FEWEST_AGREE = 0.1
"""Share of a picture where the flows agree; below it the two frames do not show the same scene. Measured: 0.81 for
neighbouring frames, 0.36 for a large push-in, 0.00-0.02 for unrelated pictures."""
_LEAST_CHANGE = 6.0
"""Mean difference of 8-bit luma below which two frames are never taken for a cut: noise alone makes flows disagree."""
_ROUND = 1 << 15


class Mixer(Protocol):
    """Makes a picture between two frames."""

    def between(self, earlier: VideoFrame, later: VideoFrame, *, at: Fraction) -> VideoFrame:
        """The picture at a share of the way, above 0 and below 1."""
        ...


class Blend:
    """Mixes two frames by their distance in time."""

    def __init__(self) -> None:
        self._cut = _Cut()

    def between(self, earlier: VideoFrame, later: VideoFrame, *, at: Fraction) -> VideoFrame:
        """See `Mixer`; across a cut the earlier frame stands."""
        if self._cut.is_between(earlier, later):
            return earlier
        planes = zip(planes_of(earlier), planes_of(later), strict=True)
        return frame_of([_mixed(one, other, at=at) for one, other in planes], like=earlier)


class Flow:
    """Moves both frames along their optical flow (DIS, measured both ways) to the moment between them.

    Where the two flows disagree, at edges that come into view or go, the frames are mixed instead.
    """

    def __init__(self) -> None:
        self._cut = _Cut()
        self._pair: tuple[VideoFrame, VideoFrame] | None = None
        self._motion = _Motion(forward=_NO_FLOW, backward=_NO_FLOW, trust=_NO_TRUST)

    def between(self, earlier: VideoFrame, later: VideoFrame, *, at: Fraction) -> VideoFrame:
        """See `Mixer`; across a cut the earlier frame stands."""
        if self._cut.is_between(earlier, later):
            return earlier
        if self._pair is None or self._pair[0] is not earlier or self._pair[1] is not later:
            self._motion = _measured(earlier, later)
            self._pair = (earlier, later)
        planes = zip(planes_of(earlier), planes_of(later), strict=True)
        return frame_of([self._moved(one, other, at=float(at)) for one, other in planes], like=earlier)

    def _moved(self, earlier: Plane, later: Plane, *, at: float) -> Plane:
        """Both flows are taken to be straight between the frames, so that each gives the way back to one of them."""
        height, width = earlier.shape
        forward, backward = (_resized(flow, (width, height)) for flow in (self._motion.forward, self._motion.backward))
        trust = cv2.resize(self._motion.trust, (width, height), interpolation=cv2.INTER_LINEAR)
        to_earlier = -at * (1 - at) * forward + at * at * backward
        to_later = (1 - at) * (1 - at) * forward - at * (1 - at) * backward
        moved = (1 - at) * _warped(earlier, to_earlier) + at * _warped(later, to_later)
        mixed = (1 - at) * earlier.astype(np.float32) + at * later.astype(np.float32)
        most = np.iinfo(earlier.dtype).max
        picture = np.clip(np.rint(trust * moved + (1 - trust) * mixed), 0, most)
        return _as_deep_as(earlier, picture)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Motion:
    """Flow between two frames, in pixels of the picture it was measured on, and how far it can be trusted, 0 to 1."""

    forward: FloatPlane
    backward: FloatPlane
    trust: FloatPlane


_NO_FLOW = np.zeros((1, 1, 2), np.float32)
_NO_TRUST = np.zeros((1, 1), np.float32)


class _Cut:
    """Whether a cut lies between two frames; asked once for each pair."""

    def __init__(self) -> None:
        self._pair: tuple[VideoFrame, VideoFrame] | None = None
        self._answer = False

    def is_between(self, earlier: VideoFrame, later: VideoFrame) -> bool:
        if self._pair is None or self._pair[0] is not earlier or self._pair[1] is not later:
            self._pair = (earlier, later)
            self._answer = _is_cut(_small_luma(earlier, side=_CUT_SIDE), _small_luma(later, side=_CUT_SIDE))
        return self._answer


def _is_cut(earlier: NDArray[np.uint8], later: NDArray[np.uint8]) -> bool:
    if cv2.absdiff(earlier, later).mean() < _LEAST_CHANGE:
        return False
    forward, backward = _flow(earlier, later), _flow(later, earlier)
    return bool((_disagreement(forward, backward) < _AGREE_PX).mean() < _FEWEST_AGREE)


def _measured(earlier: VideoFrame, later: VideoFrame) -> _Motion:
    one, other = _small_luma(earlier, side=_FLOW_SIDE), _small_luma(later, side=_FLOW_SIDE)
    forward, backward = _flow(one, other), _flow(other, one)
    trust = (_disagreement(forward, backward) < _AGREE_PX).astype(np.float32)
    return _Motion(forward=forward, backward=backward, trust=np.asarray(cv2.blur(trust, (9, 9)), np.float32))


def _flow(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> FloatPlane:
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    return np.asarray(finder.calc(one, other, np.zeros((*one.shape, 2), np.float32)), np.float32)


def _disagreement(forward: FloatPlane, backward: FloatPlane) -> FloatPlane:
    """How many pixels away from its start each point is after going there and back."""
    rows, columns = np.mgrid[0 : forward.shape[0], 0 : forward.shape[1]].astype(np.float32)
    there_x, there_y = columns + forward[..., 0], rows + forward[..., 1]
    back = cv2.remap(backward, there_x, there_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.linalg.norm(forward + back, axis=2), np.float32)


def _small_luma(frame: VideoFrame, *, side: int) -> NDArray[np.uint8]:
    """Luma at 8 bits, no longer than `side`, and large enough for DIS."""
    luma = planes_of(frame)[0]
    height, width = luma.shape
    scale = min(1.0, side / max(height, width))
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    small = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint16)
    return (small >> (depth_of(frame) - 8)).astype(np.uint8)


def _resized(flow: FloatPlane, size: tuple[int, int]) -> FloatPlane:
    """Flow in pixels of a plane of another size."""
    height, width = flow.shape[:2]
    larger = cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(larger * np.array((size[0] / width, size[1] / height), np.float32), np.float32)


def _warped(plane: Plane, way: FloatPlane) -> FloatPlane:
    rows, columns = np.mgrid[0 : plane.shape[0], 0 : plane.shape[1]].astype(np.float32)
    columns += way[..., 0]
    rows += way[..., 1]
    moved = cv2.remap(plane, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _mixed(one: Plane, other: Plane, *, at: Fraction) -> Plane:
    """Mixed in whole numbers, so that equal samples stay what they are."""
    share = round(at * 2 * _ROUND)
    total = one.astype(np.uint32) * (2 * _ROUND - share) + other.astype(np.uint32) * share + _ROUND
    return _as_deep_as(one, total >> 16)


def _as_deep_as(plane: Plane, samples: NDArray[np.floating[Any] | np.integer[Any]]) -> Plane:
    return samples.astype(np.uint8) if plane.dtype == np.uint8 else samples.astype(np.uint16)
