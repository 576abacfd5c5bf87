"""How a take is written from originals that may keep another rate, or none, or be a frame short: what is tried in turn.

    made = written(paths, delivery, write=lambda footage, wanted: ...)

`write` is called until it does not raise: with the footage, and with a delivery whose rate policy is a named one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pickup.media.footage import Footage, NoConstantRate
from pickup.media.mapping import TooLong, TooShort, refuse_wild_spread
from pickup.offers.rates import RatePolicy, are_neighbours, usual_policy
from pickup.ports import Delivery

Made = TypeVar("Made")

_FORGIVEN_FROM = 12
"""Frames from which on one that is missing is made up for: played so, a take is at most a twelfth slower."""


def written(paths: Sequence[Path], delivery: Delivery, *, write: Callable[[Footage, Delivery], Made]) -> Made:
    """What `write` made of the originals; those that keep no rate are read by the clock.

    Raises:
        MediaError: They are no video, damaged, too short, or cannot be joined.
    """
    try:
        return _rated(Footage(paths, shown_at=delivery.rate), delivery, write=write)
    except NoConstantRate:
        pass  # outside, where the first attempt's decoder and encoder are freed
    return _rated(Footage(paths, shown_at=delivery.rate, by_time=True), delivery, write=write)


def _rated(footage: Footage, delivery: Delivery, *, write: Callable[[Footage, Delivery], Made]) -> Made:
    """Writes with the usual policy of the two rates where none was named.

    What is re-rated of itself must be long enough for it; a clip that is not keeps its speed.
    """
    if delivery.rate_policy is not RatePolicy.AUTO:
        return _spread(footage, delivery, write=write)
    usual = usual_policy(made_at=footage.rate, shown_at=delivery.rate)
    if usual is RatePolicy.RERATE and delivery.spread is None and not are_neighbours(footage.rate, delivery.rate):
        try:
            return write(footage, replace(delivery, rate_policy=usual))
        except (TooShort, TooLong):
            pass  # as above
    return _spread(footage, replace(delivery, rate_policy=RatePolicy.NEAREST), write=write)


def _spread(footage: Footage, delivery: Delivery, *, write: Callable[[Footage, Delivery], Made]) -> Made:
    """Writes; a clip of one frame less than it should have, or a few more than there is room for, is spread.

    Services deliver a frame less than promised at times, or one more. Such a clip is paid for, so what it holds is
    spread over the take; of more than one frame that is missing nothing is made up.
    """
    refuse_wild_spread(footage, delivery)
    try:
        return write(footage, delivery)
    except TooShort as short:
        if short.held != short.needed - 1 or short.needed < _FORGIVEN_FROM:
            raise short.error from short
        held = short.held
    except TooLong as long:
        held = long.held
    return write(footage, replace(delivery, spread=held))
