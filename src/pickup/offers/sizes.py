"""Which of a model's picture sizes and rates serves a cut best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pickup.cut import Size
from pickup.offers.model import Capability, Mode, Offer, Wish
from pickup.timing import FrameRate

_ANY_SHAPE = Fraction(1, 50)
"""Shapes that differ by less than this are alike: 1280x704 serves 16:9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A size and a rate in which a model works in one mode, with the lengths that it makes there.

    Attributes:
        rates: One, or all those that it may turn out to be.
        lengths: Frames at the first of `rates` -> seconds to ask for.
    """

    size: Size
    rates: tuple[FrameRate, ...]
    lengths: dict[int, Fraction]

    @property
    def rate(self) -> FrameRate:
        """The rate that is counted with."""
        return self.rates[0]


def settings_for(offer: Offer, wish: Wish, *, mode: Mode) -> list[Setting]:
    """Every size with its best rate, the best for the cut first."""
    merged: dict[tuple[Size, tuple[FrameRate, ...]], dict[int, Fraction]] = {}
    for capability in offer.capabilities:
        if mode not in capability.modes:
            continue
        rates = _rates_of(capability, wish=wish)
        counted = capability.lengths.at(rates[0])
        lengths = {
            frames: capability.lengths.seconds_of(index, rate=rates[0]) for index, frames in _few(counted, wish=wish)
        }
        for size in capability.sizes or (_even(wish.size),):
            merged.setdefault((size, rates), {}).update(lengths)
    order = sorted(merged, key=lambda each: (_misfit(each[0], wish.size), rate_misfit(each[1][0], wish.rate)))
    return [Setting(size=size, rates=rates, lengths=dict(sorted(merged[size, rates].items()))) for size, rates in order]


def _few(counted: Sequence[int], *, wish: Wish) -> Iterator[tuple[int, int]]:
    """Places and lengths that can matter: of a model that makes any number of frames, not all of them."""
    if isinstance(counted, range) and len(counted) > 1000:  # noqa: PLR2004 - more than any service has lengths
        target = wish.cover_frames + 2 * wish.handles
        near = [index for index in range(len(counted)) if counted[index] <= 2 * target + 2 * counted.step]
        return ((index, counted[index]) for index in near or [0])
    return enumerate(counted)


def _rates_of(capability: Capability, *, wish: Wish) -> tuple[FrameRate, ...]:
    if not capability.rates:
        return (wish.rate,)
    if capability.rate_is_chosen:
        return (min(capability.rates, key=lambda rate: rate_misfit(rate, wish.rate)),)
    return capability.rates


def rate_misfit(made: FrameRate, shown: FrameRate) -> tuple[int, Fraction]:
    """How badly a rate serves a cut: alike, its /1001 neighbour, a multiple, faster, slower."""
    if made == shown:
        return (0, Fraction(0))
    if made.nominal == shown.nominal:
        return (1, Fraction(0))
    if made.nominal % shown.nominal == 0:
        return (2, made.fps)
    return (3, made.fps) if made.fps > shown.fps else (4, -made.fps)


def _misfit(size: Size, wanted: Size) -> tuple[Fraction, bool, int]:
    """How badly a size serves a cut: by its shape, then the smallest that is large enough, else the largest."""
    ratio = Fraction(size[0] * wanted[1], size[1] * wanted[0])
    shape = max(ratio, 1 / ratio) - 1
    is_small = size[0] < wanted[0] and size[1] < wanted[1]
    area = size[0] * size[1]
    return (Fraction(0) if shape < _ANY_SHAPE else shape, is_small, -area if is_small else area)


def _even(size: Size) -> Size:
    return (size[0] + size[0] % 2, size[1] + size[1] % 2)
