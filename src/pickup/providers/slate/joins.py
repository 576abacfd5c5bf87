"""Pictures made from the neighbours' frames: the bridge and the push between two, the slow move on one.

Whether two frames are related is measured with dense optical flow (DIS) in both directions: where it cancels, a point
was found again. A bridge between unrelated frames melts faces, so it is made only if asked for by name.
"""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from pickup.providers.slate.camera import View, between, eased, look_at
from pickup.providers.slate.textures import Picture, Plane

RELATED_FROM = 0.4
"""Share of points found again from which on two frames are one scene; measured on pairs: related 0.81, a 35 % push
0.36, unrelated 0.00 to 0.02."""

_GATE_PX = 320
_FLOW_PX = 960
_FOUND_AGAIN_PX = 1.0


class Scene(Protocol):
    """What can be shot: pictures by number, always the same for one number."""

    def frame(self, index: int) -> Picture:
        """Frame `index` of the clip, (height, width, 3)."""
        ...


def relatedness(before: Picture, after: Picture) -> float:
    """Share of points, 0 to 1, that flow there and back again within one pixel at 320 pixels of width."""
    there, back = _flows(before, after, longest_px=_GATE_PX)
    return float((_round_trip(there, back) < _FOUND_AGAIN_PX).mean())


def _flows(before: Picture, after: Picture, *, longest_px: int) -> tuple[Plane, Plane]:
    """Flow from `before` to `after` and back, in pixels of a copy no longer than `longest_px`: (h, w, 2) each."""
    high, wide = before.shape[:2]
    scale = min(1.0, longest_px / max(high, wide))
    size = (max(16, round(wide * scale)), max(16, round(high * scale)))
    first, second = (
        cv2.cvtColor(cv2.resize(each, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for each in (before, after)
    )
    there, back = (
        cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(
            *pair, np.zeros((size[1], size[0], 2), np.float32)
        )
        for pair in ((first, second), (second, first))
    )
    return np.asarray(there, dtype=np.float32), np.asarray(back, dtype=np.float32)


def _grid(shape: tuple[int, ...]) -> tuple[Plane, Plane]:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return columns.astype(np.float32), rows.astype(np.float32)


def _round_trip(there: Plane, back: Plane) -> Plane:
    """Pixels by which each point misses itself after flowing there and back."""
    x, y = _grid(there.shape)
    returned = cv2.remap(back, x + there[..., 0], y + there[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    return np.asarray(np.linalg.norm(there + returned, axis=2), dtype=np.float32)


def _share(index: int, *, frames: int) -> float:
    """Where frame `index` of `frames` lies between two frames that are not repeated."""
    return (index + 1) / (frames + 1)


def _trusted(flow: Plane, miss: Plane) -> Plane:
    """The flow with its untrusted parts carried on from trusted ones around them; far from any, it fades to none.

    What leaves the picture has no way back; it moves with what stands beside it. Where nothing is trusted the pictures
    only dissolve.
    """
    trust = np.exp(-((miss / 2.0) ** 2)).astype(np.float32)
    reach = max(1.0, flow.shape[1] / 24)
    weight = cv2.GaussianBlur(trust, (0, 0), reach)
    around = cv2.GaussianBlur(flow * trust[:, :, None], (0, 0), reach) / (weight + 0.02)[:, :, None]
    soft = cv2.GaussianBlur(trust, (0, 0), max(1.0, flow.shape[1] / 160))[:, :, None]
    return np.asarray(flow * soft + around * (1 - soft), dtype=np.float32)


_ARCS = (View(), View(zoom=1.05, x=0.012), View(zoom=1.08, y=-0.010))


class Bridge:
    """Flows one frame into the other, as a camera move between them would look.

    Take 1 moves evenly; take 2 starts and stops softly and arcs sideways; take 3 pushes in and out again on the way.
    """

    def __init__(self, before: Picture, after: Picture, *, frames: int, take: int) -> None:
        """Measures the flow; both pictures have the size of the frames made."""
        self._before, self._after, self._frames = before, after, frames
        there, back = _flows(before, after, longest_px=min(_FLOW_PX, max(before.shape[:2]) // 2 + 1))
        self._there = _trusted(there, _round_trip(there, back))
        self._back = _trusted(back, _round_trip(back, there))
        self._grid = _grid(there.shape)
        self._arc = _ARCS[(take - 1) % len(_ARCS)]
        self._even = take % len(_ARCS) != 2  # noqa: PLR2004 - the second of the three kinds

    def frame(self, index: int) -> Picture:
        """Frame `index`; the neighbours' own frames are not repeated."""
        share = _share(index, frames=self._frames)
        moved = share if self._even else eased(share)
        first, first_seen = self._warped(self._before, self._there, share=moved)
        second, second_seen = self._warped(self._after, self._back, share=1 - moved)
        blend = eased(moved)
        total = (1 - blend) * first_seen + blend * second_seen
        weight = cv2.resize(blend * second_seen / total, first.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        picture = np.asarray(cv2.blendLinear(first, second, 1 - weight, weight), dtype=np.uint8)
        if self._arc == View():
            return picture
        lift = float(np.sin(np.pi * share) ** 2)
        height, width = picture.shape[:2]
        return look_at(picture, between(View(), self._arc, share=lift), size=(width, height))

    def _warped(self, picture: Picture, flow: Plane, *, share: float) -> tuple[Picture, Plane]:
        """`picture` moved `share` of the way along `flow`, and at flow size how much of each point lies inside it."""
        x, y = self._grid
        height, width = picture.shape[:2]
        at_target = cv2.remap(
            flow, x - share * flow[..., 0], y - share * flow[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
        )
        from_x, from_y = x - share * at_target[..., 0], y - share * at_target[..., 1]
        size = (width, height)
        full_x = cv2.resize((from_x + 0.5) * (width / flow.shape[1]) - 0.5, size, interpolation=cv2.INTER_LINEAR)
        full_y = cv2.resize((from_y + 0.5) * (height / flow.shape[0]) - 0.5, size, interpolation=cv2.INTER_LINEAR)
        full_x, full_y = _unclamped(full_x), _unclamped(full_y.T).T
        seen = cv2.remap(picture, full_x, np.ascontiguousarray(full_y), cv2.INTER_LINEAR, None, cv2.BORDER_REFLECT_101)
        return np.asarray(seen, dtype=np.uint8), _inside(from_x, from_y)


def _inside(x: Plane, y: Plane) -> Plane:
    """1 where a place lies in the picture, falling to almost 0 within some pixels outside of it."""
    height, width = x.shape
    outside = np.maximum(np.maximum(-x, x - (width - 1)), np.maximum(-y, y - (height - 1)))
    return np.asarray(np.clip(1 - outside / 4, 0.001, 1), dtype=np.float32)


def _unclamped(where: Plane) -> Plane:
    """Enlarging repeats the outermost half pixel; this continues the grid there, or the picture's edge would smear."""
    fixed = np.array(where, dtype=np.float32)
    fixed[:, 0] = np.minimum(fixed[:, 0], fixed[:, 1] - 0.5)
    fixed[:, -1] = np.maximum(fixed[:, -1], fixed[:, -2] + 0.5)
    return fixed


_PUSHES = (
    ((View(), View(zoom=1.10)), (View(zoom=0.955), View())),
    ((View(), View(zoom=0.955)), (View(zoom=1.10), View())),
    ((View(), View(zoom=1.03, x=0.045)), (View(zoom=1.03, x=-0.045), View())),
)
"""For each take in turn, where the camera goes on the frame before, and whence it comes on the frame after."""


class Push:
    """One camera move through both frames, with a dissolve in its middle: right for frames of two scenes."""

    def __init__(self, before: Picture, after: Picture, *, frames: int, take: int) -> None:
        """Both pictures have the size of the frames made."""
        self._before, self._after, self._frames = before, after, frames
        self._leave, self._arrive = _PUSHES[(take - 1) % len(_PUSHES)]

    def frame(self, index: int) -> Picture:
        """Frame `index`; it starts and ends where the neighbours' frames stand."""
        share = _share(index, frames=self._frames)
        blend = eased(min(1.0, max(0.0, (share - 0.28) / 0.44)))
        if blend <= 0:
            return self._seen(self._before, self._leave, share=share)
        if blend >= 1:
            return self._seen(self._after, self._arrive, share=share)
        first = self._seen(self._before, self._leave, share=share)
        second = self._seen(self._after, self._arrive, share=share)
        return np.asarray(cv2.addWeighted(first, 1 - blend, second, blend, 0), dtype=np.uint8)

    @staticmethod
    def _seen(picture: Picture, move: tuple[View, View], *, share: float) -> Picture:
        height, width = picture.shape[:2]
        return look_at(picture, between(*move, share=eased(share)), size=(width, height))


_STILLS = (View(zoom=1.14), View(zoom=1.10, x=0.038), View(zoom=1.12, x=-0.030, y=-0.028))


class Still:
    """An eased move on one frame: away from the frame before, or towards the frame after."""

    def __init__(self, picture: Picture, *, frames: int, take: int, leads_in: bool) -> None:
        """`leads_in`: the picture is the frame after, and the move ends on it."""
        self._picture, self._frames, self._leads_in = picture, frames, leads_in
        self._far = _STILLS[(take - 1) % len(_STILLS)]

    def frame(self, index: int) -> Picture:
        """Frame `index`; the joined side is where the neighbour's frame stands."""
        share = _share(index, frames=self._frames)
        away = 1 - share if self._leads_in else share
        height, width = self._picture.shape[:2]
        return look_at(self._picture, between(View(), self._far, share=eased(away)), size=(width, height))
