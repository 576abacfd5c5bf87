"""The cheapest clip, or chain of clips joined on the frame, that has the frames that are wanted; pure arithmetic.

best_chain(offer, wish, setting, want=Want(needed=96, low=96, high=None), first=Mode.FIRST, last=Mode.FIRST)
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from pickup.cut import Size
from pickup.errors import PriceUnknown
from pickup.offers.model import Audio, Mode, Offer, Wish
from pickup.offers.prices import FREE
from pickup.offers.rates import RatePolicy
from pickup.offers.sizes import Setting, settings_for
from pickup.timing import FrameRate

MOST_CLIPS = 24
"""Clips that one take may be joined from: each join drifts a little further from what was asked for."""

_FRAMES: Mapping[Mode, int] = MappingProxyType({Mode.TEXT: 0, Mode.FIRST: 1, Mode.FIRST_LAST: 2})
"""How many frames a clip is made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Clips in order, as frames of the model's rate; `total` without the frames that are there twice."""

    frames: tuple[int, ...]
    total: int
    price: Decimal

    def joined(self, frames: int, *, price: Decimal) -> Chain:
        """This chain with one clip more."""
        return Chain(frames=(*self.frames, frames), total=self.total + frames - 1, price=self.price + price)

    def rank(self, needed: int) -> tuple[bool, Decimal, int, int]:
        """What is best has the least: one clip before several, then price, count, and how far it is from `needed`."""
        return (len(self.frames) > 1, self.price, len(self.frames), abs(self.total - needed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Frames of the model's rate that are wanted: `low` to `high`, best `needed`."""

    needed: int
    low: int
    high: int | None
    policy: RatePolicy = RatePolicy.AUTO

    def admits(self, total: int) -> bool:
        """Whether so many frames will do."""
        return self.low <= total and (self.high is None or total <= self.high)


def best_chain(offer: Offer, wish: Wish, setting: Setting, *, want: Want, first: Mode, last: Mode) -> Chain | None:
    """The best single clip, else the best chain.

    Args:
        offer: The route.
        wish: What is wished.
        setting: Of the single clip's mode: `last` where both frames are used, else `first`.
        want: How many frames.
        first: Mode of the first clip of a chain.
        last: Mode of its last one.
    """
    known = _cheapest_chain(offer, wish, setting, want=want, modes=(first, last))
    if known is None and _cheapest_chain(replace(offer, prices=FREE), wish, setting, want=want, modes=(first, last)):
        raise PriceUnknown(
            f"the price of {offer.provider}:{offer.model} is not known",
            next_step=f"set price_per_second in [providers.{offer.provider}] of your own pickup.toml",
        )
    return known


def _cheapest_chain(
    offer: Offer, wish: Wish, setting: Setting, *, want: Want, modes: tuple[Mode, Mode]
) -> Chain | None:
    """`best_chain` of the clips whose price is known."""
    prices = prices_of(offer, setting)
    singles = [Chain(frames=(each,), total=each, price=price) for each, price in prices.items() if want.admits(each)]
    if singles:
        return min(singles, key=lambda chain: chain.rank(want.needed))
    begun, continued, ended = (alike(offer, wish, setting, mode=mode) for mode in (modes[0], Mode.FIRST, modes[1]))
    if begun is None or continued is None or ended is None:
        return None
    chains = _chains(prices_of(offer, begun), prices_of(offer, continued), prices_of(offer, ended), want=want)
    return min(chains, key=lambda chain: chain.rank(want.needed), default=None)


def _kind_of(setting: Setting) -> tuple[Size, tuple[FrameRate, ...], bool, int]:
    return setting.size, setting.rates, setting.in_frames, setting.references


def alike(offer: Offer, wish: Wish, setting: Setting, *, mode: Mode) -> Setting | None:
    """The same size and rate in another mode."""
    found = settings_for(offer, wish, mode=mode)
    return next((each for each in found if _kind_of(each) == _kind_of(setting)), None)


def prices_of(offer: Offer, setting: Setting) -> dict[int, Decimal]:
    """Prices of the lengths for which one is known."""
    if offer.prices is None:
        return {}
    silent = offer.audio in (Audio.NONE, Audio.OPTIONAL)
    made_from = _FRAMES[setting.mode] + setting.references
    priced = (
        (frames, offer.prices.of(each, size=setting.size, silent=silent, frames=made_from))
        for frames, each in setting.lengths.items()
    )
    return {frames: price for frames, price in priced if price is not None}


def _chains(
    begun: Mapping[int, Decimal], continued: Mapping[int, Decimal], ended: Mapping[int, Decimal], *, want: Want
) -> Iterator[Chain]:
    """The chains that can be the best: a first clip, any number between, and a last one, up to `MOST_CLIPS`.

    Of those that begin with equally many frames only the cheapest is gone on with, of equals the one of fewer clips.
    """
    longest = max((*begun, *continued, *ended), default=0)
    if want.low > MOST_CLIPS * longest:
        return
    top = want.low + longest if want.high is None else want.high
    lasts = sorted(ended)
    lowest: Decimal | None = None
    reached = {frames: Chain(frames=(frames,), total=frames, price=price) for frames, price in begun.items()}
    known: dict[int, Decimal] = {}
    for _joins in range(MOST_CLIPS - 1):
        for total, chain in reached.items():
            for last in lasts[bisect_left(lasts, want.low - total + 1) : bisect_right(lasts, top - total + 1)]:
                whole = chain.joined(last, price=ended[last])
                lowest = whole.price if lowest is None else min(lowest, whole.price)
                yield whole
        known |= {total: chain.price for total, chain in reached.items()}
        reached = _gone_on(reached, continued, top=top, known=known, lowest=lowest)


def _gone_on(
    reached: Mapping[int, Chain],
    continued: Mapping[int, Decimal],
    *,
    top: int,
    known: Mapping[int, Decimal],
    lowest: Decimal | None,
) -> dict[int, Chain]:
    """Chains of one clip more that are cheaper than `known` ones as long, and than the whole one that is there."""
    found: dict[int, Chain] = {}
    for chain in reached.values():
        for frames, clip_price in continued.items():
            total, price = chain.total + frames - 1, chain.price + clip_price
            if total > top or (lowest is not None and price >= lowest):
                continue
            other = found[total].price if total in found else known.get(total)
            if other is None or price < other:
                found[total] = chain.joined(frames, price=clip_price)
    return found
