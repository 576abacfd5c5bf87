"""The pictures of a take, as they are encoded: fitted, graded, mixed where they lie between two frames.

    pictures = Pictures(delivery, policies=policies)
    for shown in mapping.frames():
        frame = pictures.of(shown)

Each frame of the footage is fitted once, and two are held.
"""

from __future__ import annotations

from collections import deque
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from av.video.frame import VideoFrame

from pickup._av import ENCODINGS, upright_rgb
from pickup.media.fit import Fitter
from pickup.media.footage import ClipShape, SourceFrame
from pickup.media.grading import Edges
from pickup.media.mapping import Mapping, Shown
from pickup.offers.rates import RatePolicy
from pickup.ports import Delivery

if TYPE_CHECKING:
    from pickup.media.between import Mixer


class Pictures:
    """Makes what is encoded out of what is shown.

    Args:
        delivery: The take; its rate policy says how pictures between two frames are made.
        policies: What was done is added here.
        cube: A .cube file that every picture is graded with.
    """

    def __init__(self, delivery: Delivery, *, policies: set[str], cube: Path | None = None) -> None:
        self._delivery = delivery
        self._policies = policies
        self._cube = cube
        self._clip: ClipShape | None = None
        self._fitter: Fitter | None = None
        self._done: deque[tuple[SourceFrame, VideoFrame]] = deque(maxlen=2)
        self._mixer = _mixer(delivery.rate_policy)

    def of(self, shown: Shown) -> VideoFrame:
        """The picture in the take's size and pixel format.

        Raises:
            MediaError: As `Fitter.fit`.
        """
        frame = self._fitted(shown.source)
        if self._mixer is None or shown.following is None:
            return frame
        return self._mixer.between(frame, self._fitted(shown.following), at=shown.at)

    def _fitted(self, source: SourceFrame) -> VideoFrame:
        for known, frame in self._done:
            if known is source:
                return frame
        if self._fitter is None or source.clip != self._clip:
            self._fitter = Fitter(
                source.clip,
                self._delivery,
                pixel_format=ENCODINGS[self._delivery.codec].pixel_format,
                policies=self._policies,
                cube=self._cube,
            )
            self._clip = source.clip
        fitted = self._fitter.fit(source.picture.frame)
        self._done.append((source, fitted))
        return fitted


def edges_of(mapping: Mapping, delivery: Delivery) -> Edges:
    """The first and the last frame of the take that are seen in the cut, ungraded.

    It decodes the footage as far as the take shows it, and fits those two alone.

    Raises:
        TooShort: As `Mapping.frames`, and `TooLong`, `NoConstantRate` and `MediaError` likewise.
    """
    pictures = Pictures(delivery, policies=set())
    first, end = delivery.cover
    found = []
    with closing(mapping.frames()) as all_shown:
        for number, shown in enumerate(all_shown):
            if number in (first, end - 1):
                found.append(upright_rgb(pictures.of(shown)))
    return Edges(first=found[0], last=found[-1])


def _mixer(policy: RatePolicy) -> Mixer | None:
    if policy not in (RatePolicy.BLEND, RatePolicy.FLOW):
        return None
    from pickup.media.between import Blend, Flow  # noqa: PLC0415 - OpenCV takes a third of a second to load

    return Blend() if policy is RatePolicy.BLEND else Flow()
