"""Which frame of the footage is which frame of the take.

    for shown in Mapping(footage, delivery, policies=policies).frames():      exactly `delivery.frames` of them

It counts; files are decoded in `pickup.media.footage`, pictures are made to fit in `pickup.media.fit`, and those that
lie between two frames are made in `pickup.media.between`.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction

from pickup.errors import MediaError, counted
from pickup.media.footage import Footage, SourceFrame
from pickup.offers.cover import LONGEST_RETIME
from pickup.offers.rates import RatePolicy, are_neighbours, frames_lasting, frames_needed, step_of
from pickup.ports import Delivery
from pickup.timing import half_up

_HELD_BYTES = 256 << 20
"""Frames of the footage that are held for a take that plays backwards: 80 of 8 bits at 1080p, 20 at 4K."""
_FEWEST_HELD = 8

_MADE_BETWEEN = (RatePolicy.BLEND, RatePolicy.FLOW)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one frame of the take shows.

    Attributes:
        source: A frame of the footage.
        following: The frame after it, where the moment lies between the two; None where `source` alone is shown.
        at: How far from one to the other, from 0 up to 1.
    """

    source: SourceFrame
    following: SourceFrame | None = None
    at: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Positions in the footage, in the order of the take.

    Attributes:
        is_held: They do not rise, so that their frames are held until all are decoded.
        is_last: The take shows nothing of the footage after the furthest of them.
    """

    positions: Sequence[Fraction | int]
    is_held: bool
    is_last: bool


class Mapping:
    """Gives the footage's frames in the order of the take, each as often as the take shows it.

    At the take's own rate, and between a rate and its /1001 neighbour, frame for frame, as with the policy `rerate`.
    Otherwise the frame that the footage shows at the moment when the take's frame begins, or what lies between that one
    and the next. With `Delivery.spread` its frames are spread evenly from the first frame of the take to the last. The
    footage must have all of them. Below a speed of zero the same frames come in the opposite order, and at zero the
    first one is held. A ramp shows the same frames, too, but not evenly.

    Args:
        footage: The originals.
        delivery: The take; its policy is a named one.
        policies: What was done is added here.
        held_bytes: Where a take plays backwards frames of the footage are held up to so many.
    """

    def __init__(
        self, footage: Footage, delivery: Delivery, *, policies: set[str], held_bytes: int = _HELD_BYTES
    ) -> None:
        self.policies = policies
        self._footage = footage
        self._delivery = delivery
        self._held_bytes = held_bytes
        self._step = step_of(
            made_at=footage.rate,
            shown_at=delivery.rate,
            policy=delivery.rate_policy,
            placeholder_speed=delivery.placeholder_speed,
        )
        self._natural = natural_frames(footage, delivery)
        self._needed = self._natural if delivery.spread is None else delivery.spread
        self._lasting = self._natural
        if delivery.placeholder_ramp is None:  # at the end of one its average speed says nothing
            self._lasting = frames_lasting(
                delivery.frames,
                made_at=footage.rate,
                shown_at=delivery.rate,
                policy=delivery.rate_policy,
                placeholder_speed=delivery.placeholder_speed,
            )
        self._name_policies()

    def frames(self) -> Generator[Shown, None, None]:
        """One for each frame of the take.

        Raises:
            TooShort: Too few frames.
            TooLong: A few too many for a take that goes to the end.
            NoConstantRate: Times that keep no constant rate.
            MediaError: A damaged frame.
        """
        for run in self._runs():
            rising = sorted(set(run.positions)) if run.is_held else run.positions
            with closing(self._shown(rising, is_last=run.is_last)) as all_shown:
                if not run.is_held:
                    yield from all_shown
                    continue
                held = dict(zip(rising, all_shown, strict=True))
            for position in run.positions:
                yield held[position]

    def _shown(self, positions: Iterable[Fraction | int], *, is_last: bool) -> Generator[Shown, None, None]:
        """What lies at rising positions in the footage; after the last ones it is seen what is over."""
        with closing(self._footage.frames()) as sources:
            number, shown, ahead = -1, None, next(sources, None)
            for wanted in positions:
                frame = math.floor(wanted)
                while number < frame:
                    if ahead is None:
                        raise self._too_short(number + 1)
                    shown, ahead = ahead, next(sources, None)
                    number += 1
                if shown is not None:
                    following = ahead if wanted != frame else None
                    yield Shown(source=shown, following=following, at=Fraction(wanted - frame))
            if ahead is not None and is_last:
                self._leave_out(number + 2 + (sum(1 for _ in sources) if self._delivery.to_the_end else 0))

    def _runs(self) -> Iterator[_Run]:
        """All positions in runs, each of which is decoded from the beginning: files are decoded forward.

        What rises is one run however long it is. Else a run is as long as the frames that it shows can be held.
        """
        most = max(_FEWEST_HELD, self._held_bytes // self._footage.frame_bytes)
        most = most // 2 if self._makes_between else most  # the frame after each is held as well
        positions = list(self._positions())
        furthest, is_told = max(positions), False
        for run, rises in _runs(positions, most=most):
            is_last = not is_told and furthest in run
            is_told |= is_last
            yield _Run(positions=run, is_held=not rises, is_last=is_last)

    @property
    def speed(self) -> Fraction | None:
        """Seconds of the footage that pass in one second of the take; below zero backwards, None where it changes."""
        if self._delivery.placeholder_ramp is not None:
            return None
        speed = self._paced * self._delivery.rate.fps / self._footage.rate.fps
        return -speed if self._delivery.placeholder_speed < 0 else speed

    def _leave_out(self, held: int) -> None:
        """Frames of the footage are over at its tail."""
        to_the_end, is_plain = self._delivery.to_the_end, self._delivery.spread is None
        if to_the_end and is_plain and held <= self._lasting:
            return  # the shot after begins where the clip ends
        if to_the_end and held - self._needed <= self._natural * LONGEST_RETIME:
            raise TooLong(held=held)
        self.policies.add("trim")

    def _name_policies(self) -> None:
        made_at, shown_at, delivery = self._footage.rate, self._delivery.rate, self._delivery
        if len(self._footage.paths) > 1:
            self.policies.add("join")
        if delivery.spread is not None:
            self.policies.add(f"retime {self._needed}/{self._natural}")
        if delivery.placeholder_ramp is not None:
            self.policies.add("ramp")
        elif delivery.placeholder_speed == 0:
            self.policies.add("freeze")
        elif delivery.placeholder_speed != 1:
            self.policies.add(f"speed {delivery.placeholder_speed}")
        is_rerated = delivery.rate_policy is RatePolicy.RERATE or are_neighbours(made_at, shown_at)
        if made_at != shown_at and is_rerated:
            self.policies.add("rerate")
        is_even = delivery.placeholder_ramp is None and self._paced.denominator == 1
        if self._makes_between and not is_even:
            self.policies.add(str(delivery.rate_policy))
        elif made_at != shown_at and not is_rerated:
            self.policies.add("nearest")

    @property
    def _makes_between(self) -> bool:
        return self._delivery.rate_policy in _MADE_BETWEEN

    @property
    def _paced(self) -> Fraction:
        """Frames of the footage for each frame of the take, as it is played."""
        if self._delivery.spread is None:
            return self._step
        return Fraction(self._needed - 1, max(1, self._delivery.frames - 1))

    def _positions(self) -> Iterator[int | Fraction]:
        """Where in the footage each frame of the take lies, in whole frames unless pictures are made between them."""
        places = self._places()
        if self._makes_between:
            return iter(places)
        return map(math.floor if self._delivery.spread is None else half_up, places)

    def _places(self) -> Sequence[Fraction]:
        """Where in the footage each frame of the take lies.

        With a ramp the first moment that is seen in the cut lies on a frame of the footage, whatever the handles.
        """
        delivery, paced = self._delivery, self._paced
        ramp, frames = delivery.placeholder_ramp, range(delivery.frames)
        even = [frame * paced for frame in (frames[::-1] if delivery.placeholder_speed < 0 else frames)]
        if ramp is None:
            return even
        begin, end = delivery.cover
        first = math.floor(min(even[begin], even[end - 1]))
        shares = ramp.over(end - begin, rate=delivery.rate).shares
        even[begin:end] = [first + share * (end - begin - 1) * paced for share in shares]
        return even

    def _too_short(self, held: int) -> TooShort:
        wanted = f"{self._needed} are needed for {self._delivery.frames} at {self._delivery.rate}"
        error = MediaError(
            f"{self._footage.told}, and {wanted}",
            where=str(self._footage.paths[-1]),
            next_step="fetch it again; if it happens again, generate a longer clip",
        )
        return TooShort(held=held, needed=self._needed, error=error)


def _runs(positions: Sequence[Fraction | int], *, most: int) -> Iterator[tuple[Sequence[Fraction | int], bool]]:
    """Positions cut into runs that lie in so many frames at most, or else rise; with each, whether it rises."""
    run: list[Fraction | int] = []
    frames: set[int] = set()
    rises = True
    for position in positions:
        goes_on = rises and (not run or position >= run[-1])
        frames.add(math.floor(position))
        if not goes_on and len(frames) > most:
            yield run, rises
            run, frames, goes_on = [], {math.floor(position)}, True
        run.append(position)
        rises = goes_on
    yield run, rises


def natural_frames(footage: Footage, delivery: Delivery) -> int:
    """Frames of the footage that the take shows at their own speed."""
    return frames_needed(
        delivery.frames,
        made_at=footage.rate,
        shown_at=delivery.rate,
        policy=delivery.rate_policy,
        placeholder_speed=delivery.placeholder_speed,
    )


def refuse_wild_spread(footage: Footage, delivery: Delivery) -> None:
    """Checks the one change of speed that can be asked for.

    Raises:
        MediaError: `Delivery.spread` would play the footage more than `LONGEST_RETIME` slower or faster.
    """
    if delivery.spread is None:
        return
    natural = natural_frames(footage, delivery)
    if abs(delivery.spread - natural) > natural * LONGEST_RETIME:
        path, take = footage.paths[0], f"{delivery.frames} at {delivery.rate}"
        raise MediaError(
            f"{path.name}: {counted(delivery.spread, 'frame')} cannot be spread over {take}, which show {natural} at "
            f"their own speed: the change would be more than {float(LONGEST_RETIME):.0%}",
            where=str(path),
            next_step="generate a clip of another length",
        )
