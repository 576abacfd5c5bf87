"""The values: what is wished, what a model can do, and what one take would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from pickup.cut import Size
from pickup.offers.lengths import Lengths
from pickup.offers.prices import PriceList
from pickup.offers.rates import OWN_SPEED, RatePolicy
from pickup.ramps import Ramp
from pickup.timing import FrameRate


class Mode(StrEnum):
    """What a clip is made from besides words."""

    TEXT = "text"
    FIRST = "first frame"
    FIRST_LAST = "first and last frame"


class Conditioning(StrEnum):
    """Which of the neighbours' frames a take is made from.

    `AUTO` takes both where a legal length fits to the frame, else the first alone; `BOTH` takes both, and plays the
    clip up to a tenth faster or slower to fit; `FIRST` the first alone; `NONE` words alone.
    """

    AUTO = "auto"
    BOTH = "both"
    FIRST = "first"
    NONE = "none"


class Audio(StrEnum):
    """Whether clips come with sound."""

    NONE = "none"
    OPTIONAL = "optional"
    ALWAYS = "always"
    UNKNOWN = "unknown"


class Idempotency(StrEnum):
    """What a provider does with a request that is sent twice under one key.

    `CALLER_ID`: the caller chooses the job's id and can look whether it is there.
    """

    NONE = "none"
    REPLAY = "replays the first"
    REJECT = "refuses the second"
    CALLER_ID = "takes our id"


class Cancelling(StrEnum):
    """What a provider can stop."""

    NONE = "nothing"
    QUEUED = "what has not begun"
    ANY = "what is not done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a shot needs of a provider, before anything is generated.

    Attributes:
        cover_frames: Frames that the take must show, at `rate`.
        handles: Frames wished beyond the cut on each side that is free.
        rate: The cut's rate.
        before: A frame of the shot before the hole can be had, and may be sent: the clip may begin on it.
        after: A frame of the shot after the hole likewise: the clip may end on it.
        look: What the brief asks for by name, or None.
        handles_required: A longer clip is bought for the handles.
        retime: Share by which a clip may be played faster or slower to fit, up to 1/10; zero for never.
        rate_policy: What is done where a model's rate is not the cut's.
        placeholder_speed: Source seconds for each record second, where the editor retimed what holds the place: at 2
            the shot wants twice the footage and plays it at double speed. Below zero it plays it backwards: a provider
            is then asked with the sides exchanged, see `quoted`. At zero one frame of it is held.
        placeholder_ramp: The speed changes while it is shown, and `placeholder_speed` is the constant one that wants
            the same footage; counted from the first frame that is covered.
        references: Reference pictures that there are and that may be sent.
    """

    cover_frames: int
    handles: int
    rate: FrameRate
    size: Size
    prompt: str = ""
    briefed: bool = False
    look: str | None = None
    before: bool = False
    after: bool = False
    conditioning: Conditioning = Conditioning.AUTO
    handles_required: bool = False
    retime: Fraction = Fraction(0)
    rate_policy: RatePolicy = RatePolicy.AUTO
    placeholder_speed: Fraction = OWN_SPEED
    placeholder_ramp: Ramp | None = None
    references: int = 0

    @property
    def seconds(self) -> Fraction:
        """Length of the footage that must be covered, at its own speed."""
        return self.rate.seconds(self.cover_frames) * abs(self.placeholder_speed)

    @property
    def is_backward(self) -> bool:
        """Whether the clip is shown from its end to its beginning."""
        return self.placeholder_speed < 0

    @property
    def sides(self) -> tuple[str, str]:
        """What stands in the cut where the clip begins and where it ends, in words."""
        return ("after", "before") if self.is_backward else ("before", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a model makes under one set of conditions; a model has as many as it has conditions.

    Attributes:
        modes: For which of them it holds.
        sizes: Picture sizes that can be asked for; empty for any even one.
        rates: Rates that it makes; empty for any.
        rate_is_chosen: The rate is asked for. Otherwise it is one of `rates`, and a clip must be long enough at each.
        references: Reference pictures that a clip takes at most, besides what its mode says. Where it is not zero the
            capability holds for clips with such pictures alone, elsewhere for clips without.
    """

    modes: frozenset[Mode]
    lengths: Lengths
    sizes: tuple[Size, ...] = ()
    rates: tuple[FrameRate, ...] = ()
    rate_is_chosen: bool = False
    references: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One route: a model at a provider, what it can do, what it costs and until when.

    Attributes:
        previs: What it makes stands for a shot and is not one.
        by_hand: A person brings it, by whatever means.
        frame_exact: It makes any number of frames at the cut's own rate and size.
        takes_references: It takes any number of reference pictures, whatever its capabilities say.
        capabilities: What it makes otherwise.
        prices: None where nobody knows them.
        host: Where requests and frames go; empty where nothing leaves this machine.
        retired: The day since which it is gone, or will be.
        instead: What to use then, as `provider:model`.
        audio: Whether clips have sound; where it is optional they are asked for without.
        seed: A seed can be given, and `negative` likewise words for what is not wanted.
        idempotency: What becomes of a request that is sent twice.
        result_kept_s: Seconds for which a result can be fetched; None where that is not known.
        in_flight: Jobs that may be under way there at once.
        per_minute: Requests for clips that it takes in a minute; None for any number.
        patience_s: Seconds to wait for a job before it is parked; None for the run's own limit.
        poll_s: Seconds between two polls where it does not say; None for the run's own.
        generation_s: The longest time that one clip takes there, as far as anybody knows.
        looks: Names that `look:` in a brief may ask for.
        prompt_chars: Longest prompt; None for any.
        notes: What else an editor should know, in short sentences.
    """

    provider: str
    model: str
    previs: bool = False
    by_hand: bool = False
    frame_exact: bool = False
    takes_references: bool = False
    capabilities: tuple[Capability, ...] = ()
    prices: PriceList | None = None
    host: str = ""
    retired: date | None = None
    instead: tuple[str, ...] = ()
    audio: Audio = Audio.NONE
    seed: bool = True
    negative: bool = True
    idempotency: Idempotency = Idempotency.NONE
    cancelling: Cancelling = Cancelling.NONE
    result_kept_s: int | None = None
    in_flight: int = 2
    per_minute: int | None = None
    patience_s: float | None = None
    poll_s: float | None = None
    generation_s: float = 900.0
    looks: tuple[str, ...] = ()
    prompt_chars: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return self.prices is not None and self.prices.is_free

    @property
    def modes(self) -> frozenset[Mode]:
        """Every mode in which it makes anything."""
        return frozenset().union(*(each.modes for each in self.capabilities))

    @property
    def references(self) -> int:
        """Reference pictures that a clip takes at most under some condition."""
        return max((each.references for each in self.capabilities), default=0)

    def is_retired(self, today: date) -> bool:
        """Whether it is gone."""
        return self.retired is not None and self.retired <= today


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One clip that is bought: a whole take, or a part of one.

    Attributes:
        frames: Frames at `rate` that it will have.
        seconds: The length that is asked for.
        price: USD.
    """

    frames: int
    rate: FrameRate
    seconds: Fraction
    mode: Mode
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one take of a wish would be.

    Attributes:
        frames: Frames of the finished take at the cut's rate: head + cover + tail.
        head: Handle before the covered frames; 0 where the take continues the shot before.
        tail: Handle after the covered frames; 0 where the take leads into the shot after.
        uses_before: The frame before the hole is sent as condition.
        uses_after: The frame after the hole is sent as condition.
        price: USD for one take.
        note: Why this look or length, for the plan.
        clips: What is asked for, in order; the first frame of each but the first repeats the last of the one before.
            Empty where the provider makes the take as it is wished.
        size: Picture size that is asked for; None for the wished one.
        speed: Frames of the clips that are shown for each one that a take at their own speed would want: 21/20 plays
            them 5 % faster.
        rate_policy: What conforming does with a clip of another rate; `AUTO` where the rate is not known beforehand.
        concerns: What an editor should know before it is made, each as (code, sentence).
        references: How many of the reference pictures are sent, with each of its clips.
    """

    frames: int
    head: int
    tail: int
    look: str = ""
    uses_before: bool = False
    uses_after: bool = False
    price: Decimal
    note: str = ""
    clips: tuple[Clip, ...] = ()
    size: Size | None = None
    speed: Fraction = Fraction(1)
    rate_policy: RatePolicy = RatePolicy.AUTO
    concerns: tuple[tuple[str, str], ...] = ()
    references: int = 0


def quoted(wish: Wish, ask: Callable[[Wish], Quote]) -> Quote:
    """A provider's quote; of a clip that is shown backwards what is before it in the cut is after it in the clip.

    Args:
        wish: With the sides of the cut.
        ask: `Provider.quote` of one model; it may raise what that raises.

    Returns:
        The quote, with the sides of the cut.
    """
    if not wish.is_backward:
        return ask(wish)
    quote = ask(replace(wish, before=wish.after, after=wish.before))
    return replace(quote, head=quote.tail, tail=quote.head, uses_before=quote.uses_after, uses_after=quote.uses_before)
