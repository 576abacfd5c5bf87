"""Which frame of an original is which frame of the take.

    for picture in Mapping(video, delivery, policies=policies).pictures():      exactly `delivery.frames` of them

It decodes and counts; pictures are made to fit in `pickup.media.fit`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from pickup._av import Picture, VideoFile
from pickup.errors import MediaError, counted
from pickup.media.probe import frame_rate
from pickup.ports import Delivery
from pickup.timing import FrameRate


class Mapping:
    """Gives the original's frames in the order of the take, each as often as the take shows it.

    At the take's own rate, and between a rate and its /1001 neighbour, frame for frame. At any other rate the frame
    that the original shows at the moment when the take's frame begins. The original must have all of them.
    """

    def __init__(self, video: VideoFile, delivery: Delivery, *, policies: set[str]) -> None:
        self.policies = policies
        self._video = video
        self._delivery = delivery
        self._rate = self._constant_rate()
        self._step = self._frames_of_original_per_frame()

    def pictures(self) -> Iterator[Picture]:
        """One picture for each frame of the take.

        Raises:
            MediaError: Too few frames, a damaged one, or times that keep no constant rate.
        """
        pictures = self._checked_pictures()
        number, shown = -1, None
        for wanted in (math.floor(frame * self._step) for frame in range(self._delivery.frames)):
            while number < wanted:
                shown = next(pictures, None)
                number += 1
                if shown is None:
                    raise self._short(number)
            if shown is not None:
                yield shown
        if next(pictures, None) is not None:
            self.policies.add("trim")

    def _constant_rate(self) -> FrameRate:
        rate, is_vfr = frame_rate(self._video.path)
        if rate is None:
            what = "shows its frames for unequal times" if is_vfr else "has a frame rate that nobody uses"
            raise self._error(f"{what}, so it cannot be conformed frame for frame", "generate it again")
        return rate

    def _frames_of_original_per_frame(self) -> Fraction:
        ratio = self._rate.fps / self._delivery.rate.fps
        if ratio == 1:
            return Fraction(1)
        if self._rate.nominal == self._delivery.rate.nominal:
            self.policies.add("rerate")
            return Fraction(1)
        self.policies.add("nearest")
        return ratio

    def _checked_pictures(self) -> Iterator[Picture]:
        first: Fraction | None = None
        for number, picture in enumerate(self._video.pictures()):
            if picture.is_corrupt:
                raise self._error(f"is damaged: frame {number} could not be decoded whole", "fetch it again")
            first = picture.seconds if first is None else first
            if abs((picture.seconds - first) * self._rate.fps - number) >= Fraction(1, 2):
                when = f"frame {number} is shown at {float(picture.seconds):.3f} s"
                raise self._error(f"does not keep its rate of {self._rate}: {when}", "convert it to a constant rate")
            yield picture

    def _short(self, held: int) -> MediaError:
        needed = math.floor((self._delivery.frames - 1) * self._step) + 1
        declared = self._video.stream.frames
        cut_off = f", although it declares {declared}" if declared > held else ""
        wanted = f"{needed} are needed for {self._delivery.frames} at {self._delivery.rate}"
        next_step = "fetch it again; if it happens again, generate a longer clip"
        return self._error(f"holds {counted(held, 'frame')}{cut_off}, and {wanted}", next_step)

    def _error(self, what: str, next_step: str) -> MediaError:
        path = self._video.path
        return MediaError(f"{path.name} {what}", where=str(path), next_step=next_step)
