"""Lengths, frames and prices: exact, and never less than what is needed or may be charged."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.offers import FREE, Capability, Lengths, Mode, Offer, Per, Price, PriceList
from pickup.offers.rates import frames_lasting, frames_needed, frames_served
from pickup.timing import FrameRate

_unhurried = settings(deadline=None)  # a busy machine is no failure
HD_720 = (1280, 720)
a_rate = st.sampled_from(["16", "23.976", "24", "25", "29.97", "30", "48", "50", "59.94", "60"]).map(FrameRate.parse)
R24 = FrameRate.parse("24")


def price_of(*lines: Price, seconds: float = 6, size: tuple[int, int] = HD_720, silent: bool = True) -> Decimal | None:
    return PriceList(lines=lines).of(Fraction(seconds), size=size, silent=silent)


@_unhurried
@given(frames=st.integers(1, 5000), made_at=a_rate, shown_at=a_rate)
def test_what_is_needed_serves_and_one_frame_less_does_not(
    frames: int, made_at: FrameRate, shown_at: FrameRate
) -> None:
    needed = frames_needed(frames, made_at=made_at, shown_at=shown_at)
    assert frames_served(needed, made_at=made_at, shown_at=shown_at) >= frames
    assert frames_served(needed - 1, made_at=made_at, shown_at=shown_at) < frames


@_unhurried
@given(frames=st.integers(1, 5000), made_at=a_rate, shown_at=a_rate)
def test_what_is_served_needs_no_more_than_there_is(frames: int, made_at: FrameRate, shown_at: FrameRate) -> None:
    served = frames_served(frames, made_at=made_at, shown_at=shown_at)
    assert frames_needed(served, made_at=made_at, shown_at=shown_at) <= frames
    assert frames_needed(served + 1, made_at=made_at, shown_at=shown_at) > frames


@given(frames=st.integers(1, 5000), made_at=a_rate, shown_at=a_rate)
def test_a_clip_that_lasts_as_long_shows_all_and_no_more_than_is_wanted(
    frames: int, made_at: FrameRate, shown_at: FrameRate
) -> None:
    lasting = frames_lasting(frames, made_at=made_at, shown_at=shown_at)
    needed = frames_needed(frames, made_at=made_at, shown_at=shown_at)
    assert needed <= lasting
    if lasting != needed:
        assert made_at.seconds(lasting) <= shown_at.seconds(frames)
        assert made_at.seconds(lasting - needed) < shown_at.seconds(1)


@_unhurried
@given(frames=st.integers(1, 5000), made_at=a_rate, shown_at=a_rate)
def test_every_frame_of_the_cut_has_the_picture_of_its_moment(
    frames: int, made_at: FrameRate, shown_at: FrameRate
) -> None:
    needed = frames_needed(frames, made_at=made_at, shown_at=shown_at)
    if made_at.nominal == shown_at.nominal:
        assert needed == frames
    else:
        last_begins = shown_at.seconds(frames - 1)
        assert made_at.seconds(needed - 1) <= last_begins < made_at.seconds(needed)


@pytest.mark.parametrize(
    ("lengths", "at_24", "shown"),
    [
        (Lengths.of(8, 4, 6, 4), [96, 144, 192], "4, 6, 8 s"),
        (Lengths.of(5), [120], "5 s"),
        (Lengths.every(1, low=2, high=5), [48, 72, 96, 120], "2-5 s"),
        (Lengths.every(Decimal("0.5"), low=1, high=Decimal("2.7")), [24, 36, 48, 60], "1-2.5 s, every 0.5 s"),
        (Lengths.of(Decimal("3.99")), [95], "3.99 s"),
        (Lengths.in_frames(low=5, high=22, step=4), [5, 9, 13, 17, 21], "5-21 frames, every 4"),
    ],
)
def test_lengths_are_counted_in_whole_frames_and_said_in_words(lengths: Lengths, at_24: list[int], shown: str) -> None:
    assert list(lengths.at(R24)) == at_24
    assert str(lengths) == shown


def test_a_number_of_frames_is_the_same_at_every_rate_and_lasts_differently() -> None:
    rule = Lengths.in_frames(low=5, high=121, step=4)
    assert list(rule.at(R24)) == list(rule.at(FrameRate.parse("16")))
    assert rule.seconds_of(4, rate=FrameRate.parse("16")) == Fraction(21, 16)
    assert Lengths.of(4, 6).seconds_of(1, rate=R24) == 6


def test_a_part_of_a_frame_is_not_counted_on() -> None:
    assert list(Lengths.of(5).at(FrameRate.parse("23.976"))) == [119]


@_unhurried
@given(
    usd=st.decimals("0", "10", places=6),
    seconds=st.fractions(Fraction(1, 100), 60, max_denominator=1001),
    minimum=st.decimals("0", "5", places=2),
)
def test_a_price_is_exact_and_rounded_up_to_a_hundredth_of_a_cent(
    usd: Decimal, seconds: Fraction, minimum: Decimal
) -> None:
    price = PriceList(lines=(Price(usd=usd),), minimum=minimum).of(seconds, size=HD_720, silent=True)
    assert isinstance(price, Decimal)
    exact = max(Fraction(usd) * seconds, Fraction(minimum))
    assert exact <= price < exact + Fraction(1, 10_000)
    assert Fraction(price) * 10_000 == math.ceil(exact * 10_000)


def test_ten_cents_a_second_are_exactly_that() -> None:
    assert str(price_of(Price(usd=Decimal("0.1")), seconds=3)) == "0.3000"
    assert price_of(Price(usd=Decimal("0.00001")), seconds=1) == Decimal("0.0001")
    third = PriceList(lines=(Price(usd=Decimal(1)),)).of(Fraction(1, 3), size=HD_720, silent=True)
    assert third == Decimal("0.3334")


def test_a_price_for_a_clip_does_not_depend_on_its_length() -> None:
    line = Price(usd=Decimal("0.30"), per=Per.CLIP)
    assert price_of(line, seconds=5) == price_of(line, seconds=10) == Decimal("0.30")


def test_no_clip_costs_less_than_the_minimum() -> None:
    prices = PriceList(lines=(Price(usd=Decimal("0.01")),), minimum=Decimal("0.25"))
    assert prices.of(Fraction(4), size=HD_720, silent=True) == Decimal("0.25")
    assert prices.of(Fraction(30), size=HD_720, silent=True) == Decimal("0.3000")


@pytest.mark.parametrize(
    ("size", "usd"),
    [
        ((1280, 720), "0.30"),
        ((720, 1280), "0.30"),
        ((1792, 1024), "0.50"),
        ((1080, 1920), "0.70"),
        ((3840, 2160), None),
    ],
)
def test_a_line_holds_up_to_a_height_of_the_lying_picture(size: tuple[int, int], usd: str | None) -> None:
    lines = [
        Price(usd=Decimal(usd), up_to_lines=up_to) for usd, up_to in (("0.30", 720), ("0.50", 1024), ("0.70", 1080))
    ]
    assert price_of(*lines, seconds=1, size=size) == (None if usd is None else Decimal(usd))


def test_conditions_of_sound_and_length() -> None:
    lines = (Price(usd=Decimal(1), silent=True), Price(usd=Decimal(2), silent=False, seconds=Fraction(6)))
    assert price_of(*lines, seconds=1) == 1
    assert price_of(*lines, seconds=6, silent=False) == 12
    assert price_of(*lines, seconds=5, silent=False) is None


@_unhurried
@given(usd=st.lists(st.integers(0, 5), min_size=1, max_size=5), seconds=st.integers(1, 5))
def test_the_first_line_that_holds_counts(usd: list[int], seconds: int) -> None:
    lines = [Price(usd=Decimal(each), per=Per.CLIP, seconds=Fraction(n)) for n, each in enumerate(usd, start=1)]
    twice = [*lines, *(Price(usd=Decimal(99), per=Per.CLIP, seconds=each.seconds) for each in lines)]
    expected = Decimal(usd[seconds - 1]) if seconds <= len(usd) else None
    assert price_of(*twice, seconds=seconds) == expected


def test_free_is_what_costs_nothing_whatever_it_is() -> None:
    assert FREE.is_free
    assert not PriceList(lines=()).is_free, "an empty list says nothing"
    assert not PriceList(lines=(Price(usd=Decimal(0)),), minimum=Decimal("0.01")).is_free
    assert not PriceList(lines=(Price(usd=Decimal(0), silent=True), Price(usd=Decimal(1)))).is_free
    assert not Offer(provider="p", model="m").is_free


def test_an_offer_is_gone_from_its_day_on() -> None:
    offer = Offer(provider="p", model="m", retired=date(2026, 9, 24))
    assert [offer.is_retired(date(2026, 9, day)) for day in (23, 24, 25)] == [False, True, True]
    assert not Offer(provider="p", model="m").is_retired(date(2099, 1, 1))


def test_an_offer_has_the_modes_of_all_its_records() -> None:
    rows = [Capability(modes=frozenset({each}), lengths=Lengths.of(5)) for each in (Mode.TEXT, Mode.FIRST)]
    assert Offer(provider="p", model="m", capabilities=tuple(rows)).modes == {Mode.TEXT, Mode.FIRST}
    assert Offer(provider="p", model="m").modes == frozenset()
