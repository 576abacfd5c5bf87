"""The cheapest clips that cover a hole: counted again from scratch, and against every other cover that there is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pickup.errors import PriceUnknown, ProviderRefused
from pickup.offers import (
    FREE,
    Audio,
    Capability,
    Conditioning,
    Lengths,
    Mode,
    Offer,
    Per,
    Price,
    PriceList,
    Quote,
    Wish,
)
from pickup.offers.chains import MOST_CLIPS
from pickup.offers.cover import LONGEST_RETIME, quote_cover
from pickup.offers.rates import frames_needed
from pickup.timing import FrameRate

_unhurried = settings(deadline=None, max_examples=50)  # a busy machine is no failure; the core is tested in seconds
HD, HD_720, UHD = (1920, 1080), (1280, 720), (3840, 2160)
EVERY_MODE = frozenset(Mode)
FIRST, LAST, TEXT = Mode.FIRST, Mode.FIRST_LAST, Mode.TEXT


def rate(text: str) -> FrameRate:
    return FrameRate.parse(text)


R24, R25, R30 = rate("24"), rate("25"), rate("30")


def per_second(usd: str, **more: object) -> PriceList:
    return PriceList(lines=(Price(usd=Decimal(usd)),), **more)  # type: ignore[arg-type]


def per_clip(**prices: str) -> PriceList:
    """`s5="0.30"`: a clip of 5 s costs 30 cents."""
    lines = (Price(usd=Decimal(usd), per=Per.CLIP, seconds=Fraction(name[1:])) for name, usd in prices.items())
    return PriceList(lines=tuple(lines))


def can(
    lengths: Lengths,
    *,
    modes: frozenset[Mode] = EVERY_MODE,
    rates: Sequence[FrameRate] = (R24,),
    sizes: Sequence[tuple[int, int]] = (HD_720,),
    chosen: bool = False,
) -> Capability:
    return Capability(modes=modes, lengths=lengths, sizes=tuple(sizes), rates=tuple(rates), rate_is_chosen=chosen)


def model(*capabilities: Capability, prices: PriceList | None = None, **more: object) -> Offer:
    prices = prices or per_second("0.10")
    return Offer(provider="studio", model="m", capabilities=capabilities, prices=prices, **more)  # type: ignore[arg-type]


def wish(frames: int, **more: object) -> Wish:
    given: dict[str, object] = {"handles": 12, "rate": R24, "size": HD, "before": True, "after": True, **more}
    return Wish(cover_frames=frames, **given)  # type: ignore[arg-type]


VEO = model(can(Lengths.of(4, 6, 8)))
WAN = model(can(Lengths.every(1, low=2, high=30), rates=[R30]), prices=per_second("0.05"))
LUMA = model(
    can(Lengths.of(5), sizes=[HD_720]),
    can(Lengths.of(10), sizes=[HD_720], modes=frozenset({TEXT, FIRST})),
    prices=per_clip(s5="0.30", s10="0.90"),
)
LTX = model(
    can(Lengths.of(6, 8, 10, 12, 14, 16, 18, 20), sizes=[HD], rates=[R24, R25], chosen=True),
    can(Lengths.of(6, 8, 10), sizes=[HD, (2560, 1440), UHD], rates=[R24, R25, rate("48"), rate("50")], chosen=True),
    prices=PriceList(lines=(Price(usd=Decimal("0.06"), up_to_lines=1080), Price(usd=Decimal("0.24")))),
)


def seconds_of(quote: Quote) -> list[float]:
    return [float(clip.seconds) for clip in quote.clips]


def total_at(quote: Quote, made_at: FrameRate, *, in_frames: bool) -> int:
    """Frames that the joined clips show if `made_at` is their rate."""
    frames = (clip.frames if in_frames else math.floor(clip.seconds * made_at.fps) for clip in quote.clips)
    return sum(frames) - (len(quote.clips) - 1)


class TestExamples:
    @pytest.mark.parametrize(
        ("offer", "frames", "bought", "price"),
        [
            (VEO, 84, [4], "0.4000"),  # 3.5 s
            (VEO, 168, [8], "0.8000"),  # 7 s
            (VEO, 480, [6, 8, 8], "2.2000"),  # 20 s and two joins
            (WAN, 84, [4], "0.2000"),
            (WAN, 168, [7], "0.3500"),
            (WAN, 480, [20], "1.0000"),
            (LUMA, 84, [5], "0.30"),
            (LUMA, 168, [10], "0.90"),
            (LUMA, 477, [5, 5, 5, 5], "1.20"),  # four of 5 s cost less than two of 10 s
            (LTX, 84, [6], "0.3600"),
            (LTX, 168, [8], "0.4800"),
            (LTX, 480, [20], "1.2000"),
        ],
    )
    def test_the_smallest_cover_is_bought(self, offer: Offer, frames: int, bought: list[float], price: str) -> None:
        quote = quote_cover(offer, wish(frames, conditioning=Conditioning.FIRST))
        assert sorted(seconds_of(quote)) == bought
        assert str(quote.price) == price

    def test_a_join_costs_a_frame(self) -> None:
        assert seconds_of(quote_cover(LUMA, wish(478, conditioning=Conditioning.FIRST))) != [5, 5, 5, 5]

    def test_both_frames_at_ten_seconds_are_had_from_two_clips_of_luma(self) -> None:
        quote = quote_cover(LUMA, wish(239))
        assert [(float(each.seconds), each.mode) for each in quote.clips] == [(5, FIRST), (5, LAST)]
        assert quote.uses_after
        assert quote_cover(LUMA, wish(240)).uses_after is False

    def test_ltx_makes_more_than_ten_seconds_only_at_hd_and_slow_rates(self) -> None:
        slow, fast, large = (
            quote_cover(LTX, wish(seconds * int(shown.fps), rate=shown, size=size, conditioning=Conditioning.FIRST))
            for seconds, shown, size in ((15, R25, HD), (15, rate("50"), HD), (15, R25, UHD))
        )
        assert (seconds_of(slow), slow.size, slow.clips[0].rate) == ([16], HD, R25)
        assert (sorted(seconds_of(fast)), fast.clips[0].rate) == ([6, 10], rate("50"))
        assert (sorted(seconds_of(large)), large.size) == ([6, 10], UHD)

    def test_veo_with_both_frames_fits_only_to_the_frame(self) -> None:
        exact, longer = quote_cover(VEO, wish(144)), quote_cover(VEO, wish(143))
        assert (exact.uses_before, exact.uses_after, exact.concerns, exact.speed) == (True, True, (), 1)
        assert (longer.uses_before, longer.uses_after) == (True, False)
        [(code, words)] = longer.concerns
        assert code == "LAST_FRAME_NOT_USED"
        assert "143 frames at 24 fps (the nearest is 144)" in words
        assert 'conditioning = "both"' in words

    def test_a_retime_is_named_with_its_factor(self) -> None:
        quote = quote_cover(VEO, wish(137, conditioning=Conditioning.BOTH))
        assert (quote.uses_after, quote.speed) == (True, Fraction(144, 137))
        assert "retime: played 5.1 % faster" in quote.note
        slower = quote_cover(VEO, wish(150, conditioning=Conditioning.BOTH))
        assert "retime: played 4.0 % slower" in slower.note

    def test_beyond_a_tenth_the_last_frame_is_not_used(self) -> None:
        assert quote_cover(VEO, wish(106, conditioning=Conditioning.BOTH)).speed == Fraction(96, 106)
        beyond = quote_cover(VEO, wish(107, conditioning=Conditioning.BOTH))
        assert (beyond.uses_after, beyond.speed) == (False, 1)

    def test_a_clip_may_be_played_slower_instead_of_a_longer_one_bought_where_that_was_asked_for(self) -> None:
        asked = wish(100, after=False, retime=Fraction(1, 20))
        quote = quote_cover(VEO, asked)
        assert (seconds_of(quote), quote.speed, quote.tail) == ([4], Fraction(96, 100), 0)
        assert seconds_of(quote_cover(VEO, replace(asked, retime=Fraction(1, 100)))) == [6]
        assert seconds_of(quote_cover(VEO, replace(asked, cover_frames=120, retime=Fraction(1)))) == [6]

    def test_nothing_is_retimed_whose_rate_is_not_known(self) -> None:
        unknown = model(can(Lengths.of(4, 6, 8), rates=[R30, R24]))
        quote = quote_cover(unknown, wish(100, after=False, retime=Fraction(1, 10)))
        assert (seconds_of(quote), quote.speed) == ([6], 1)

    def test_what_is_to_fit_to_the_frame_needs_a_rate_that_is_known(self) -> None:
        quote = quote_cover(model(can(Lengths.of(4, 6, 8), rates=[R30, R24])), wish(144))
        assert not quote.uses_after
        assert "set fps in [providers.studio]" in dict(quote.concerns)["LAST_FRAME_NOT_USED"]

    def test_a_clip_of_another_rate_fits_to_the_frame_if_it_lasts_as_long(self) -> None:
        """Seven seconds at 24 show 209 of the 210 frames of seven seconds at 30."""
        quote = quote_cover(WAN, wish(7 * 24))
        assert (seconds_of(quote), quote.uses_after, quote.speed) == ([7], True, 1)
        assert quote_cover(WAN, wish(7 * 24 + 1)).clips[0].seconds != 7


class TestConditions:
    def test_a_model_that_takes_no_frame_says_so(self) -> None:
        quote = quote_cover(model(can(Lengths.of(4), modes=frozenset({TEXT}))), wish(48))
        assert (quote.uses_before, quote.uses_after) == (False, False)
        assert [code for code, _ in quote.concerns] == ["NEIGHBOURS_NOT_USED"]

    def test_where_there_are_no_neighbours_nothing_is_said_of_them(self) -> None:
        assert quote_cover(VEO, wish(48, before=False, after=False)).concerns == ()

    def test_words_alone_where_that_was_asked_for(self) -> None:
        quote = quote_cover(VEO, wish(48, conditioning=Conditioning.NONE))
        assert [each.mode for each in quote.clips] == [TEXT]
        assert (quote.head, quote.tail, quote.frames) == (12, 12, 72)

    def test_a_long_take_from_words_goes_on_from_frames_of_its_own(self) -> None:
        offer = model(can(Lengths.of(4), modes=frozenset({TEXT})), can(Lengths.of(8), modes=frozenset({FIRST})))
        quote = quote_cover(offer, wish(250, conditioning=Conditioning.NONE))
        assert [(float(each.seconds), each.mode) for each in quote.clips] == [(4, TEXT), (8, FIRST)]
        assert sum(each.price for each in quote.clips) == quote.price

    def test_handles_that_are_required_buy_a_longer_clip(self) -> None:
        asked = wish(96, before=False, after=False)
        assert quote_cover(VEO, asked).clips[0].seconds == 4
        required = quote_cover(VEO, replace(asked, handles_required=True))
        assert (required.clips[0].seconds, required.head, required.tail) == (6, 12, 12)
        begun = quote_cover(VEO, replace(asked, before=True, handles_required=True))
        assert (begun.clips[0].seconds, begun.head, begun.tail) == (6, 0, 12)

    def test_handles_that_are_wished_are_what_the_length_leaves(self) -> None:
        quote = quote_cover(VEO, wish(89, before=False, after=False))
        assert (quote.head, quote.tail, quote.frames) == (3, 4, 96)


class TestRefusals:
    def test_a_hole_of_no_frames(self) -> None:
        with pytest.raises(ProviderRefused, match="no frame"):
            quote_cover(VEO, wish(0))

    def test_a_hole_that_too_many_clips_would_cover(self) -> None:
        longest = MOST_CLIPS * 192 - (MOST_CLIPS - 1)
        quote = quote_cover(VEO, wish(longest, after=False))
        assert len(quote.clips) == MOST_CLIPS
        with pytest.raises(ProviderRefused) as refused:
            quote_cover(VEO, wish(longest + 1, after=False))
        assert (
            refused.value.message
            == "191.1 s are too long: m makes at most 8 s at once, and at most 24 clips are joined"
        )
        assert "split the hole" in refused.value.next_step

    def test_short_clips_that_are_cheaper_do_not_hide_that_long_ones_reach(self) -> None:
        """150 s are 31 clips of 5 s, which are too many; some of 10 s are bought although they are dearer."""
        quote = quote_cover(LUMA, wish(150 * 24, conditioning=Conditioning.FIRST))
        assert len(quote.clips) == MOST_CLIPS
        assert seconds_of(quote).count(10.0) == 7
        assert quote.price == 7 * Decimal("0.90") + 17 * Decimal("0.30")

    def test_a_long_hole_and_a_model_that_cannot_go_on(self) -> None:
        with pytest.raises(ProviderRefused, match="cannot go on from a frame"):
            quote_cover(model(can(Lengths.of(4), modes=frozenset({TEXT}))), wish(200))

    def test_a_model_that_begins_on_a_frame_and_has_none(self) -> None:
        offer = model(can(Lengths.of(5), modes=frozenset({FIRST})), prices=per_second("0.10"))
        assert quote_cover(offer, wish(48)).uses_before
        for asked in (wish(48, before=False), wish(48, conditioning=Conditioning.NONE)):
            with pytest.raises(ProviderRefused, match="nothing from words alone") as refused:
                quote_cover(offer, asked)
            assert "send_frames" in refused.value.next_step

    def test_a_model_that_needs_both_frames_and_does_not_fit(self) -> None:
        offer = model(can(Lengths.of(5), modes=frozenset({LAST})), prices=per_second("0.10"))
        assert quote_cover(offer, wish(120)).uses_after
        with pytest.raises(ProviderRefused, match="only from both") as refused:
            quote_cover(offer, wish(115))
        assert 'conditioning = "both"' in refused.value.next_step

    def test_a_model_that_makes_nothing(self) -> None:
        for offer in (model(), model(can(Lengths.of())), model(can(Lengths.of(Fraction(1, 100))))):
            with pytest.raises(ProviderRefused, match="too long"):
                quote_cover(offer, wish(24))

    def test_a_price_may_hold_for_clips_from_frames_alone(self) -> None:
        lines = (Price(usd=Decimal("0.10"), framed=True), Price(usd=Decimal("0.08"), framed=False))
        prices = PriceList(lines=lines, per_frame=Decimal("0.01"))
        offer = model(can(Lengths.of(5)), prices=prices)
        assert quote_cover(offer, wish(100, before=False)).price == Decimal("0.40")
        assert quote_cover(offer, wish(100, after=False)).price == Decimal("0.51")
        assert quote_cover(offer, wish(120)).price == Decimal("0.52")

    @pytest.mark.parametrize("prices", [None, PriceList(lines=())])
    def test_a_price_that_nobody_knows(self, prices: PriceList | None) -> None:
        with pytest.raises(PriceUnknown) as unknown:
            quote_cover(replace(VEO, prices=prices), wish(48))
        assert "price_per_second in [providers.studio]" in unknown.value.next_step

    def test_a_hole_that_is_too_long_is_so_whatever_it_would_cost(self) -> None:
        with pytest.raises(ProviderRefused, match="too long"):
            quote_cover(replace(VEO, prices=None), wish(10_000))

    def test_a_length_without_a_price_is_no_hindrance_where_another_one_serves(self) -> None:
        partly = replace(LUMA, prices=per_clip(s5="0.30"))
        assert seconds_of(quote_cover(partly, wish(84, after=False))) == [5]
        with pytest.raises(PriceUnknown):
            quote_cover(replace(LUMA, prices=per_clip(s10="0.90")), wish(120))


class TestSizes:
    @pytest.mark.parametrize(
        ("sizes", "size", "chosen"),
        [
            ([(1280, 704), (640, 360)], HD_720, (1280, 704)),  # 20:11 serves 16:9
            ([(704, 1280), (1280, 704)], (1080, 1920), (704, 1280)),
            ([HD_720, HD, UHD], UHD, UHD),
            ([HD_720, HD], UHD, HD),  # the largest, where none is large enough
            ([HD_720, HD, UHD], HD, HD),  # the smallest that is large enough
            ([HD_720, HD, UHD], (1600, 900), HD),
            ([(960, 960), HD_720], (1000, 1000), (960, 960)),
            ([(1280, 720), (1104, 832)], (1440, 1080), (1104, 832)),
            ([], (1919, 1079), (1920, 1080)),  # any even one
        ],
    )
    def test_the_shape_counts_first_then_the_smallest_that_is_large_enough(
        self, sizes: list[tuple[int, int]], size: tuple[int, int], chosen: tuple[int, int]
    ) -> None:
        for order in (sizes, sizes[::-1]):
            assert quote_cover(model(can(Lengths.of(4), sizes=order)), wish(48, size=size)).size == chosen

    @pytest.mark.parametrize(
        ("rates", "shown", "chosen"),
        [
            (["24", "25", "30"], "25", "25"),
            (["24", "25", "30"], "23.976", "24"),
            (["30", "50", "60"], "29.97", "30"),
            (["48", "50", "24"], "25", "50"),  # a multiple before a neighbour
            (["48", "24"], "24", "24"),
            (["24", "30", "60"], "25", "30"),  # a little faster before slower
            (["16", "20"], "25", "20"),
        ],
    )
    def test_a_rate_that_can_be_chosen_is_the_one_that_serves_the_cut_best(
        self, rates: list[str], shown: str, chosen: str
    ) -> None:
        offer = model(can(Lengths.of(4), rates=[rate(each) for each in rates], chosen=True))
        assert quote_cover(offer, wish(24, rate=rate(shown))).clips[0].rate == rate(chosen)

    def test_a_model_of_any_number_of_frames_serves_a_slower_cut_with_one_clip(self) -> None:
        """Of thousands of lengths only some are looked at: as many as a faster model needs must be among them."""
        offer = model(can(Lengths.in_frames(low=1, high=5000, step=1), rates=[rate("60")]))
        quote = quote_cover(offer, wish(500, after=False))
        assert [each.frames for each in quote.clips] == [frames_needed(500, made_at=rate("60"), shown_at=R24)]

    def test_lengths_that_are_the_same_in_frames_are_the_shortest_in_seconds(self) -> None:
        offer = model(can(Lengths.every(Decimal("0.01"), low=2, high=4)))
        assert quote_cover(offer, wish(72, after=False)).clips[0].seconds == 3


RATES = ("23.976", "24", "25", "29.97", "30", "50", "59.94", "60", "16")
a_rate = st.sampled_from(RATES).map(rate)
seconds_sets = st.lists(st.integers(1, 12), min_size=1, max_size=4).map(lambda each: Lengths.of(*each))
seconds_ranges = st.tuples(st.integers(1, 4), st.integers(0, 8)).map(lambda x: Lengths.every(1, low=x[0], high=sum(x)))
frame_rules = st.tuples(st.integers(5, 40), st.sampled_from([1, 4, 8]), st.integers(0, 12)).map(
    lambda x: Lengths.in_frames(low=x[0], high=x[0] + x[1] * x[2], step=x[1])
)
some_modes = st.sampled_from(
    [EVERY_MODE, frozenset({TEXT}), frozenset({FIRST}), frozenset({TEXT, FIRST}), frozenset({LAST, FIRST})]
)
capabilities = st.builds(
    Capability,
    modes=some_modes,
    lengths=st.one_of(seconds_sets, seconds_ranges, frame_rules),
    sizes=st.sampled_from([(), (HD_720,), (HD, HD_720)]),
    rates=st.lists(a_rate, max_size=3, unique=True).map(tuple),
    rate_is_chosen=st.booleans(),
)
price_lists = st.one_of(
    st.just(FREE),
    st.decimals("0.01", "0.50", places=2).map(lambda usd: per_second(str(usd))),
    st.tuples(st.decimals("0.01", "0.50", places=2), st.decimals("0.1", "2", places=1)).map(
        lambda x: per_second(str(x[0]), minimum=x[1])
    ),
    st.decimals("0.10", "2", places=2).map(lambda usd: PriceList(lines=(Price(usd=usd, per=Per.CLIP),))),
)
offers = st.builds(
    lambda rows, prices, audio: model(*rows, prices=prices, audio=audio),
    st.lists(capabilities, min_size=1, max_size=3),
    price_lists,
    st.sampled_from(Audio),
)
wishes = st.builds(
    Wish,
    cover_frames=st.integers(1, 900),
    handles=st.sampled_from([0, 5, 12]),
    rate=a_rate,
    size=st.sampled_from([HD, HD_720, (1080, 1920)]),
    before=st.booleans(),
    after=st.booleans(),
    conditioning=st.sampled_from(Conditioning),
    handles_required=st.booleans(),
    retime=st.sampled_from([Fraction(0), Fraction(1, 20), Fraction(1, 5)]),
)


def made_by(offer: Offer, quote: Quote) -> Iterator[Capability]:
    """Capabilities that the first clip may have been chosen from."""
    clip = quote.clips[0]
    for each in offer.capabilities:
        rates = each.rates or (clip.rate,)
        if clip.mode in each.modes and clip.rate in rates and clip.frames in each.lengths.at(clip.rate):
            yield each


def possible_rates(offer: Offer, quote: Quote) -> tuple[tuple[FrameRate, ...], bool]:
    """All rates that the clips may turn out to have, and whether lengths are in frames."""
    found = [
        each
        for each in made_by(offer, quote)
        if not each.rates or each.rate_is_chosen or each.rates[0] == quote.clips[0].rate
    ]
    assume(len(found) == 1)  # where two records could have made it, it is not known which was meant
    [capability] = found
    rates = (quote.clips[0].rate,) if not capability.rates or capability.rate_is_chosen else capability.rates
    return rates, bool(capability.lengths.frames)


def quoted(offer: Offer, asked: Wish) -> Quote:
    try:
        return quote_cover(offer, asked)
    except ProviderRefused:
        assume(False)
        raise


class TestRules:
    @_unhurried
    @given(offer=offers, asked=wishes)
    def test_the_clips_serve_what_is_needed_at_every_rate_that_they_may_have(self, offer: Offer, asked: Wish) -> None:
        quote = quoted(offer, asked)
        rates, in_frames = possible_rates(offer, quote)
        assert quote.frames == quote.head + asked.cover_frames + quote.tail
        for made_at in rates:
            total = total_at(quote, made_at, in_frames=in_frames)
            needed = frames_needed(quote.frames, made_at=made_at, shown_at=asked.rate, policy=quote.rate_policy)
            if quote.uses_after or quote.speed != 1:
                assert len(rates) == 1
                lasts_no_longer = needed <= total and made_at.seconds(total) <= asked.rate.seconds(quote.frames)
                assert quote.speed == (1 if lasts_no_longer else Fraction(total, needed))
            else:
                assert total >= needed

    @_unhurried
    @given(offer=offers, asked=wishes)
    def test_a_take_is_retimed_only_where_that_was_asked_for_and_by_a_tenth_at_most(
        self, offer: Offer, asked: Wish
    ) -> None:
        quote = quoted(offer, asked)
        allowed = (
            LONGEST_RETIME
            if asked.conditioning is Conditioning.BOTH and quote.uses_after
            else min(asked.retime, LONGEST_RETIME)
        )
        assert abs(quote.speed - 1) <= allowed
        assert (quote.speed == 1) == ("retime" not in quote.note)
        if not quote.uses_after:
            assert quote.speed <= 1
        if quote.speed != 1:
            assert (quote.head, quote.tail) == (0, 0)

    @_unhurried
    @given(offer=offers, asked=wishes)
    def test_handles_are_at_most_what_was_wished_and_none_on_a_side_that_is_joined(
        self, offer: Offer, asked: Wish
    ) -> None:
        quote = quoted(offer, asked)
        assert 0 <= quote.head <= asked.handles
        assert 0 <= quote.tail <= asked.handles
        assert not (quote.uses_before and quote.head)
        assert not (quote.uses_after and quote.tail)
        if asked.handles_required and not quote.uses_after:
            assert quote.tail == asked.handles
            assert quote.head == (0 if quote.uses_before else asked.handles)

    @_unhurried
    @given(offer=offers, asked=wishes)
    def test_frames_are_used_only_as_they_may_be(self, offer: Offer, asked: Wish) -> None:
        quote = quoted(offer, asked)
        assert quote.uses_before <= (asked.before and asked.conditioning is not Conditioning.NONE)
        assert quote.uses_after <= (
            quote.uses_before and asked.after and asked.conditioning in (Conditioning.AUTO, Conditioning.BOTH)
        )
        modes = [each.mode for each in quote.clips]
        assert quote.uses_before == (modes[0] is not TEXT)
        assert quote.uses_after == (modes[-1] is LAST)
        assert all(each is FIRST for each in modes[1:-1])
        assert all(any(mode in row.modes for row in offer.capabilities) for mode in modes)

    @_unhurried
    @given(offer=offers, asked=wishes)
    def test_the_price_is_that_of_the_clips_and_there_are_not_too_many(self, offer: Offer, asked: Wish) -> None:
        quote = quoted(offer, asked)
        assert offer.prices is not None
        assert quote.size is not None
        silent = offer.audio in (Audio.NONE, Audio.OPTIONAL)
        for clip in quote.clips:
            assert clip.price == offer.prices.of(clip.seconds, size=quote.size, silent=silent)
        assert quote.price == sum(clip.price for clip in quote.clips)
        assert 1 <= len(quote.clips) <= MOST_CLIPS

    @_unhurried
    @given(offer=offers, asked=wishes)
    def test_equal_wishes_have_equal_quotes(self, offer: Offer, asked: Wish) -> None:
        assert quoted(offer, asked) == quoted(replace(offer), replace(asked))

    @_unhurried
    @given(offer=offers, asked=wishes)
    def test_free_lengths_change_nothing_about_whether_it_can_be_made(self, offer: Offer, asked: Wish) -> None:
        def outcome(prices: PriceList | None) -> str:
            try:
                quote_cover(replace(offer, prices=prices), asked)
            except PriceUnknown:
                return "made"
            except ProviderRefused:
                return "refused"
            return "made"

        assert outcome(None) == outcome(FREE) == outcome(offer.prices)


small_lengths = st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True)


class TestCheapest:
    @example(lengths=[3], usd=[0] * 9, frames=48, neighbours=(True, True), shown=rate("16"), made=R24)
    @_unhurried
    @given(
        lengths=small_lengths,
        usd=st.lists(st.integers(0, 9), min_size=9, max_size=9),
        frames=st.integers(1, 200),
        neighbours=st.sampled_from([(True, False), (True, True)]),
        shown=a_rate,
        made=a_rate,
    )
    def test_no_single_clip_is_cheaper_and_no_chain_of_up_to_four_where_none_serves(
        self,
        lengths: list[int],
        usd: list[int],
        frames: int,
        neighbours: tuple[bool, bool],
        shown: FrameRate,
        made: FrameRate,
    ) -> None:
        after = neighbours[1]
        prices = per_clip(**{f"s{each}": str(usd[each - 1]) for each in lengths})
        offer = model(can(Lengths.of(*lengths), rates=[made]), prices=prices)
        try:
            quote = quote_cover(offer, wish(frames, rate=shown, after=after))
        except ProviderRefused:
            assert frames_needed(frames, made_at=made, shown_at=shown) > MOST_CLIPS * (max(lengths) * made.fps - 1)
            return
        costs = {math.floor(each * made.fps): Decimal(usd[each - 1]) for each in lengths}
        to_the_frame = lengths_to_the_frame(frames, made=made, shown=shown)
        needed = frames_needed(frames, made_at=made, shown_at=shown)

        def serves(chain: Sequence[int], *, to_the_end: bool) -> bool:
            total = sum(chain) - (len(chain) - 1)
            return total in to_the_frame if to_the_end else total >= needed

        chains = {
            count: [chain for chain in product(costs, repeat=count) if serves(chain, to_the_end=quote.uses_after)]
            for count in range(1, 5)
        }
        if after and not quote.uses_after:
            tried = (chain for count in range(1, 5) for chain in product(costs, repeat=count))
            assert not any(serves(chain, to_the_end=True) for chain in tried)
        if chains[1]:
            assert len(quote.clips) == 1
            assert quote.price == min(costs[frames] for [frames] in chains[1])
        else:
            every = [sum(costs[each] for each in chain) for count in range(2, 5) for chain in chains[count]]
            assert quote.price <= min(every, default=quote.price)
            assert len(quote.clips) > 4 or quote.price == min(every)


def lengths_to_the_frame(frames: int, *, made: FrameRate, shown: FrameRate) -> set[int]:
    """Frames of a clip that end where so many frames of a cut do: by time, or each shown once at a near rate."""
    step = made.fps / shown.fps
    needed, lasting = math.floor((frames - 1) * step) + 1, math.floor(frames * step)
    lengths = set() if made.nominal == shown.nominal else set(range(needed, max(needed, lasting) + 1))
    return lengths | ({frames} if abs(step - 1) <= Fraction(1, 20) else set())


@_unhurried
@given(
    lengths=small_lengths,
    rates=st.lists(a_rate, min_size=2, max_size=3, unique=True),
    shown=a_rate,
    frames=st.integers(300, 6000),
)
def test_long_chains_of_an_unknown_rate_lack_nothing_at_any(
    lengths: list[int], rates: list[FrameRate], shown: FrameRate, frames: int
) -> None:
    """Each join costs a frame, which is longer at a slow rate: a chain that just suffices at a fast one does not."""
    offer = model(can(Lengths.of(*lengths), rates=rates))
    quote = quoted(offer, wish(frames, rate=shown, after=False))
    for made_at in rates:
        needed = frames_needed(quote.frames, made_at=made_at, shown_at=shown)
        assert total_at(quote, made_at, in_frames=False) >= needed
