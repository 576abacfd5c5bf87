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
        planes = list(zip(planes_of(earlier), planes_of(later), strict=True))
        ways = {shape: _ways(self._motion, shape, at=float(at)) for shape in {one.shape for one, _ in planes}}
        return frame_of([_moved(one, other, ways[one.shape], at=float(at)) for one, other in planes], like=earlier)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Motion:
    """Flow between two frames, in pixels of the picture it was measured on, and how far it can be trusted, 0 to 1."""

    forward: FloatPlane
    backward: FloatPlane
    trust: FloatPlane


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    """For planes of one shape: where each point of a picture between two frames lies in either, and the trust in it."""

    earlier: FloatPlane
    later: FloatPlane
    trust: FloatPlane


_NO_FLOW = np.zeros((1, 1, 2), np.float32)
_NO_TRUST = np.zeros((1, 1), np.float32)
_NO_ROWS: Any = None
"""Tells OpenCV that columns and rows lie in one array; its stubs do not know that there may be none."""


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
    there = _places(forward.copy())
    back = cv2.remap(backward, there, _NO_ROWS, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.magnitude(*cv2.split(forward + back)), np.float32)


def _small_luma(frame: VideoFrame, *, side: int) -> NDArray[np.uint8]:
    """Luma at 8 bits, no longer than `side`, and large enough for DIS."""
    luma = planes_of(frame)[0]
    height, width = luma.shape
    scale = min(1.0, side / max(height, width))
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    small = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint16)
    return (small >> (depth_of(frame) - 8)).astype(np.uint8)


def _ways(motion: _Motion, shape: tuple[int, int], *, at: float) -> _Ways:
    """Both flows are taken to be straight between the frames, so that each gives the way back to one of them."""
    forward, backward = motion.forward, motion.backward
    trust = cv2.resize(motion.trust, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return _Ways(
        earlier=_places(_resized(-at * (1 - at) * forward + at * at * backward, shape[::-1])),
        later=_places(_resized((1 - at) * (1 - at) * forward - at * (1 - at) * backward, shape[::-1])),
        trust=np.asarray(trust, np.float32),
    )


def _resized(flow: FloatPlane, size: tuple[int, int]) -> FloatPlane:
    """Flow in pixels of a plane of another size; its own is overwritten."""
    height, width = flow.shape[:2]
    flow[..., 0] *= size[0] / width
    flow[..., 1] *= size[1] / height
    return np.asarray(cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _places(flow: FloatPlane) -> FloatPlane:
    """Where each point goes, as (column, row); made of the flow in its place."""
    height, width = flow.shape[:2]
    flow[..., 0] += np.arange(width, dtype=np.float32)
    flow[..., 1] += np.arange(height, dtype=np.float32)[:, np.newaxis]
    return flow


def _moved(earlier: Plane, later: Plane, ways: _Ways, *, at: float) -> Plane:
    """Both planes moved and mixed; where the flows cannot be trusted they are mixed where they are."""
    came, goes = (
        cv2.remap(plane, way, _NO_ROWS, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for plane, way in ((earlier, ways.earlier), (later, ways.later))
    )
    moved = cv2.addWeighted(came, 1 - at, goes, at, 0, dtype=cv2.CV_32F)
    mixed = cv2.addWeighted(earlier, 1 - at, later, at, 0, dtype=cv2.CV_32F)
    change = cv2.multiply(cv2.subtract(moved, mixed), ways.trust)
    is_small = earlier.dtype == np.uint8
    return _as_deep_as(earlier, cv2.add(mixed, change, dtype=cv2.CV_8U if is_small else cv2.CV_16U))


def _mixed(one: Plane, other: Plane, *, at: Fraction) -> Plane:
    """Mixed in whole numbers, so that equal samples stay what they are."""
    share = round(at * 2 * _ROUND)
    total, part = one.astype(np.uint32), other.astype(np.uint32)
    total *= 2 * _ROUND - share
    part *= share
    total += part
    total += _ROUND
    total >>= 16
    return _as_deep_as(one, total)


def _as_deep_as(plane: Plane, samples: NDArray[np.floating[Any] | np.integer[Any]]) -> Plane:
    return samples.astype(np.uint8, copy=False) if plane.dtype == np.uint8 else samples.astype(np.uint16, copy=False)
