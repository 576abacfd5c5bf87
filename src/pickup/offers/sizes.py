"""Which of a model's picture sizes and rates serves a cut best."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pickup.cut import Size
from pickup.offers.model import Capability, Mode, Offer, Wish
from pickup.timing import FrameRate

_ANY_SHAPE = Fraction(3, 100)
"""Shapes that differ by less than this are alike: 1280x704, of 20:11, serves 16:9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A size and a rate in which a model works in one mode, with the lengths that it makes there.

    Attributes:
        mode: What a clip is made from.
        rates: One, or all those that it may turn out to be.
        in_frames: A length is a number of frames, whichever of `rates` it turns out to be.
        lengths: Frames at the first of `rates` -> seconds to ask for.
        references: Reference pictures that go along.
    """

    mode: Mode
    size: Size
    rates: tuple[FrameRate, ...]
    in_frames: bool
    lengths: dict[int, Fraction]
    references: int = 0

    @property
    def rate(self) -> FrameRate:
        """The rate that is counted with."""
        return self.rates[0]


def settings_for(offer: Offer, wish: Wish, *, mode: Mode) -> list[Setting]:
    """Every size with its best rate, the best for the cut first."""
    merged: dict[tuple[Size, tuple[FrameRate, ...], bool, int], dict[int, Fraction]] = {}
    for capability in offer.capabilities:
        if mode not in capability.modes or bool(capability.references) != bool(wish.references):
            continue
        references = min(capability.references, wish.references)
        rates, in_frames = _rates_of(capability, wish=wish), bool(capability.lengths.frames)
        for index, frames in _few(capability.lengths.at(rates[0]), rate=rates[0], wish=wish):
            seconds = capability.lengths.seconds_of(index, rate=rates[0])
            for size in capability.sizes or (_even(wish.size),):
                lengths = merged.setdefault((size, rates, in_frames, references), {})
                lengths[frames] = min(seconds, lengths.get(frames, seconds))
    found = [
        Setting(
            mode=mode,
            size=size,
            rates=rates,
            in_frames=in_frames,
            lengths=dict(sorted(lengths.items())),
            references=references,
        )
        for (size, rates, in_frames, references), lengths in merged.items()
    ]
    return sorted(
        found,
        key=lambda each: (_misfit(each.size, wish.size), rate_misfit(each.rate, wish.rate), -each.references),
    )


def _few(counted: Sequence[int], *, rate: FrameRate, wish: Wish) -> Iterator[tuple[int, int]]:
    """Places and lengths that can matter: of a model that makes any number of frames, not all of them."""
    if isinstance(counted, range) and len(counted) > 1000:  # noqa: PLR2004 - more than any service has lengths
        target = math.ceil((wish.cover_frames + 2 * wish.handles) * max(rate.fps / wish.rate.fps, Fraction(1)))
        counted = counted[: max(bisect_right(counted, 2 * target + 2 * counted.step), 1)]
    return ((index, frames) for index, frames in enumerate(counted) if frames > 0)


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
