"""Which frame of the footage is which frame of the take.

    for source in Mapping(footage, delivery, policies=policies).frames():      exactly `delivery.frames` of them

It counts; files are decoded in `pickup.media.footage`, and pictures are made to fit in `pickup.media.fit`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from fractions import Fraction

from pickup.errors import MediaError, counted
from pickup.media.footage import Footage, SourceFrame
from pickup.offers.cover import LONGEST_RETIME
from pickup.offers.lengths import frames_lasting, frames_needed
from pickup.ports import Delivery
from pickup.timing import half_up


class TooShort(Exception):
    """The footage ended before the take did.

    Attributes:
        held: Frames that it has, all clips together.
        needed: Frames that it should have.
        error: What is told where nothing is done about it.
    """

    def __init__(self, *, held: int, needed: int, error: MediaError) -> None:
        super().__init__(error.message)
        self.held = held
        self.needed = needed
        self.error = error


class TooLong(Exception):
    """A take that goes to the end of its footage would leave frames out there.

    Attributes:
        held: Frames that the footage has, all clips together.
    """

    def __init__(self, *, held: int) -> None:
        super().__init__(f"{held} frames")
        self.held = held


class Mapping:
    """Gives the footage's frames in the order of the take, each as often as the take shows it.

    At the take's own rate, and between a rate and its /1001 neighbour, frame for frame. At any other rate the frame
    that the footage shows at the moment when the take's frame begins. With `Delivery.spread` its frames are spread
    evenly from the first frame of the take to the last. The footage must have all of them.
    """

    def __init__(self, footage: Footage, delivery: Delivery, *, policies: set[str]) -> None:
        self.policies = policies
        self._footage = footage
        self._delivery = delivery
        self._natural = self._needed_for(delivery.frames)
        self._needed = self._natural if delivery.spread is None else delivery.spread
        self._lasting = frames_lasting(delivery.frames, made_at=footage.rate, shown_at=delivery.rate)
        self._name_policies()

    def frames(self) -> Generator[SourceFrame, None, None]:
        """One frame of the footage for each frame of the take.

        Raises:
            TooShort: Too few frames.
            TooLong: A few too many for a take that goes to the end.
            MediaError: A damaged frame, or times that keep no constant rate.
        """
        with closing(self._footage.frames()) as sources:
            number, shown = -1, None
            for wanted in self._wanted():
                while number < wanted:
                    shown = next(sources, None)
                    number += 1
                    if shown is None:
                        raise self._too_short(number)
                if shown is not None:
                    yield shown
            if next(sources, None) is not None:
                held = number + 2 + (sum(1 for _ in sources) if self._delivery.to_the_end else 0)
                is_plain = self._delivery.spread is None
                if self._delivery.to_the_end and is_plain and held <= self._lasting:
                    return  # the shot after begins where the clip ends
                if self._delivery.to_the_end and held - self._needed <= self._natural * LONGEST_RETIME:
                    raise TooLong(held=held)
                self.policies.add("trim")

    def _name_policies(self) -> None:
        made_at, shown_at = self._footage.rate, self._delivery.rate
        if len(self._footage.paths) > 1:
            self.policies.add("join")
        if self._delivery.spread is not None:
            self.policies.add(f"retime {self._needed}/{self._natural}")
        if made_at != shown_at:
            self.policies.add("rerate" if made_at.nominal == shown_at.nominal else "nearest")

    def _wanted(self) -> Iterator[int]:
        frames = self._delivery.frames
        if self._delivery.spread is None:
            return (self._needed_for(count) - 1 for count in range(1, frames + 1))
        steps = Fraction(self._needed - 1, max(1, frames - 1))
        return (half_up(frame * steps) for frame in range(frames))

    def _needed_for(self, frames: int) -> int:
        return frames_needed(frames, made_at=self._footage.rate, shown_at=self._delivery.rate)

    def _too_short(self, held: int) -> TooShort:
        wanted = f"{self._needed} are needed for {self._delivery.frames} at {self._delivery.rate}"
        error = MediaError(
            f"{self._footage.told}, and {wanted}",
            where=str(self._footage.paths[-1]),
            next_step="fetch it again; if it happens again, generate a longer clip",
        )
        return TooShort(held=held, needed=self._needed, error=error)


def refuse_wild_spread(footage: Footage, delivery: Delivery) -> None:
    """Checks the one change of speed that can be asked for.

    Raises:
        MediaError: `Delivery.spread` would play the footage more than `LONGEST_RETIME` slower or faster.
    """
    if delivery.spread is None:
        return
    natural = frames_needed(delivery.frames, made_at=footage.rate, shown_at=delivery.rate)
    if abs(delivery.spread - natural) > natural * LONGEST_RETIME:
        path, take = footage.paths[0], f"{delivery.frames} at {delivery.rate}"
        raise MediaError(
            f"{path.name}: {counted(delivery.spread, 'frame')} cannot be spread over {take}, which show {natural} at "
            f"their own speed: the change would be more than {float(LONGEST_RETIME):.0%}",
            where=str(path),
            next_step="generate a clip of another length",
        )
