"""Which of several routes a shot is made on, what is said of the others, and what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.errors import PriceUnknown, ProviderError, ProviderRefused, ProviderRetired
from pickup.holes import Rules, find_holes
from pickup.offers import Capability, Conditioning, Lengths, Mode, Offer, Price, PriceList, Quote, Wish
from pickup.offers.cover import quote_cover
from pickup.plan import (
    EXTENSION,
    PILOT,
    Candidate,
    Manner,
    MaySend,
    Pickup,
    Plan,
    ShotRequest,
    check_budget,
    fit_budget,
    make_plan,
    pilot_of,
)
from pickup.shots import Delivered, ShotSpec, ShotWishes, make_spec
from pickup.testing.cuts import gap, make_cut, row, shot, slug
from pickup.timing import FrameRate

_unhurried = settings(deadline=None)  # a busy machine is no failure
TODAY = date(2026, 11, 29)
R24 = FrameRate.parse("24")
EVERY_MODE = frozenset(Mode)
HOST = "api.studio.example"


def spec(code: str = "SH0010", *, brief: str = "rain over the city", neighbours: bool = True) -> ShotSpec:
    filler = slug(96, name=brief) if brief else gap(96)
    cut = make_cut(row(shot(48), filler, shot(48, name="B.mov")))
    holes = find_holes(cut, rules=Rules()).holes
    delivery = Delivered(rate=R24, size=(1920, 1080), size_from="the test")
    made = make_spec(holes, code=code, wishes=ShotWishes(delivery=delivery))
    return made if neighbours else replace(made, before=None, after=None)


def offer(provider: str = "studio", *, price: str | None = "0.10", model: str = "one", **more: object) -> Offer:
    """4, 6 or 8 s from whatever frames there are, on another machine."""
    given: dict[str, object] = {
        "capabilities": (
            Capability(modes=EVERY_MODE, lengths=Lengths.of(4, 6, 8), sizes=((1280, 720),), rates=(R24,)),
        ),
        "prices": None if price is None else PriceList(lines=(Price(usd=Decimal(price)),)),
        "host": HOST,
        **more,
    }
    return Offer(provider=provider, model=model, **given)  # type: ignore[arg-type]


def candidate(made: Offer, *, may_send: MaySend = MaySend.YES, is_fallback: bool = False) -> Candidate:
    return Candidate(offer=made, quote=lambda wish: quote_cover(made, wish), may_send=may_send, is_fallback=is_fallback)


def unable(provider: str = "unable", *, error: ProviderError | None = None, is_fallback: bool = False) -> Candidate:
    def refuse(_wish: Wish) -> Quote:
        raise error or ProviderRefused("the hole is too long", next_step="split it")

    return Candidate(offer=offer(provider), quote=refuse, is_fallback=is_fallback)


def plan_of(
    *candidates: Candidate,
    of: ShotSpec | None = None,
    manner: Manner | None = None,
    takes: Sequence[int] = (1,),
    extension: str = "",
    **options: object,
) -> Plan:
    request = ShotRequest(spec=of or spec(), candidates=candidates, missing=tuple(takes), extension=extension)
    estimate = lambda _spec, _offer, quote: quote.frames  # noqa: E731
    return make_plan([request], estimate=estimate, today=TODAY, manner=manner, **options)  # type: ignore[arg-type]


def pickup_of(plan: Plan) -> Pickup:
    [pickup] = plan.pickups
    assert not plan.held
    return pickup


class TestChoice:
    def test_the_cheapest_of_several_is_taken_and_the_others_are_shown(self) -> None:
        dear, cheap = candidate(offer("dear", price="0.30")), candidate(offer("cheap", price="0.05"))
        pickup = pickup_of(plan_of(dear, cheap, unable()))
        assert (pickup.offer.provider, pickup.price) == ("cheap", Decimal("0.2000"))
        assert [(each.route, each.price) for each in pickup.instead] == [
            ("dear:one", Decimal("1.2000")),
            ("unable:one", None),
        ]
        assert pickup.instead[0].note.startswith("4 s at 1280x720")
        assert pickup.instead[1].note == "the hole is too long"
        assert pickup.wish.cover_frames == 96

    @_unhurried
    @given(prices=st.lists(st.integers(0, 3), min_size=1, max_size=6))
    def test_of_equals_the_first_in_the_order_of_the_settings(self, prices: list[int]) -> None:
        routes = [candidate(offer(f"p{n}", price=str(each))) for n, each in enumerate(prices)]
        pickup = pickup_of(plan_of(*routes))
        assert pickup.offer.provider == f"p{prices.index(min(prices))}"
        assert [each.route for each in pickup.instead] == [
            f"p{n}:one" for n in range(len(prices)) if n != prices.index(min(prices))
        ]

    def test_a_fallback_is_taken_only_where_nothing_else_serves_whatever_it_costs(self) -> None:
        free = candidate(offer("free", price="0"), is_fallback=True)
        assert pickup_of(plan_of(candidate(offer()), free)).offer.provider == "studio"
        assert pickup_of(plan_of(unable(), free)).offer.provider == "free"

    def test_of_fallbacks_the_first_that_serves(self) -> None:
        dear, cheap = (candidate(offer(n, price=p), is_fallback=True) for n, p in (("dear", "3"), ("cheap", "1")))
        chosen = pickup_of(plan_of(unable(), unable("also", is_fallback=True), dear, cheap))
        assert chosen.offer.provider == "dear"
        assert [(each.route, each.is_fallback) for each in chosen.instead] == [
            ("unable:one", False),
            ("also:one", True),
            ("cheap:one", True),
        ]

    def test_what_none_can_make_is_held_with_every_reason(self) -> None:
        [held] = plan_of(unable("a"), unable("b", error=ProviderRefused("no", next_step="go"))).held
        assert held.why == "a:one: the hole is too long; split it. b:one: no; go"

    def test_a_fault_that_is_no_refusal_is_not_swallowed(self) -> None:
        def broken(_wish: Wish) -> Quote:
            raise KeyError("size")

        with pytest.raises(KeyError):
            plan_of(Candidate(offer=offer(), quote=broken))


class TestRetirement:
    def retired(self, provider: str = "openai", *, on: date = date(2026, 9, 24)) -> Candidate:
        return candidate(offer(provider, retired=on, instead=("comfyui", "a server of your own")))

    def test_a_route_that_has_ended_says_when_and_what_to_use_now(self) -> None:
        with pytest.raises(ProviderRetired) as ended:
            plan_of(self.retired())
        assert ended.value.message == f"one ended on 2026-09-24 at {HOST}"
        assert ended.value.next_step == "use comfyui; a server of your own"

    def test_it_is_gone_from_its_day_on(self) -> None:
        with pytest.raises(ProviderRetired):
            plan_of(self.retired(on=TODAY))
        assert pickup_of(plan_of(self.retired(on=date(2026, 11, 30))))

    def test_with_a_fallback_it_goes_on_there(self) -> None:
        pickup = pickup_of(plan_of(self.retired(), candidate(offer("own"), is_fallback=True)))
        assert pickup.offer.provider == "own"
        assert (pickup.instead[0].price, "2026-09-24" in pickup.instead[0].note) == (None, True)

    def test_where_others_refuse_for_another_reason_the_shot_is_held(self) -> None:
        [held] = plan_of(self.retired(), unable()).held
        assert "2026-09-24" in held.why
        assert "too long" in held.why


class TestPriceUnknown:
    def test_it_holds_the_shot_with_its_code(self) -> None:
        [held] = plan_of(candidate(offer(price=None))).held
        assert held.code == PriceUnknown.code == "PRICE_UNKNOWN"
        assert "price_per_second in [providers.studio]" in held.why

    def test_a_route_whose_price_is_known_goes_before(self) -> None:
        known = candidate(offer("known", price="9"))
        assert pickup_of(plan_of(candidate(offer(price=None)), known)).offer.provider == "known"

    def test_nobody_takes_it_for_free(self) -> None:
        assert not offer(price=None).is_free


class TestFrames:
    def test_a_no_sends_none_and_says_so(self) -> None:
        pickup = pickup_of(plan_of(candidate(offer(), may_send=MaySend.NO)))
        assert (pickup.wish.before, pickup.wish.after) == (False, False)
        assert (pickup.quote.uses_before, pickup.quote.uses_after, pickup.asks, pickup.sends) == (
            False,
            False,
            False,
            (),
        )
        assert dict(pickup.quote.concerns)["FRAMES_NOT_SENT"].startswith(f"no frame of your footage goes to {HOST}")

    def test_where_there_is_none_to_send_nothing_is_said(self) -> None:
        alone = plan_of(candidate(offer(), may_send=MaySend.NO), of=spec(neighbours=False))
        assert pickup_of(alone).quote.concerns == ()

    def test_where_the_model_takes_none_nothing_is_said(self) -> None:
        text = (Capability(modes=frozenset({Mode.TEXT}), lengths=Lengths.of(4), rates=(R24,)),)
        pickup = pickup_of(plan_of(candidate(offer(capabilities=text), may_send=MaySend.NO)))
        assert "FRAMES_NOT_SENT" not in dict(pickup.quote.concerns)

    def test_it_asks_where_a_yes_is_needed_and_names_whose_frames_go(self) -> None:
        pickup = pickup_of(plan_of(candidate(offer(), may_send=MaySend.ASK)))
        assert (pickup.asks, pickup.sends) == (True, ("A.mov", "B.mov"))

    def test_it_does_not_ask_where_no_frame_is_used(self) -> None:
        manner = Manner(conditioning=Conditioning.NONE)
        pickup = pickup_of(plan_of(candidate(offer(), may_send=MaySend.ASK), manner=manner))
        assert (pickup.asks, pickup.sends) == (False, ())

    def test_only_the_frames_that_are_used_are_named(self) -> None:
        manner = Manner(conditioning=Conditioning.FIRST)
        assert pickup_of(plan_of(candidate(offer()), manner=manner)).sends == ("A.mov",)

    def test_what_stays_on_this_machine_is_not_sent(self) -> None:
        pickup = pickup_of(plan_of(candidate(offer(host=""))))
        assert (pickup.quote.uses_before, pickup.sends) == (True, ())


class TestWords:
    def test_a_prompt_that_is_too_long_is_refused_before_anything_is_quoted(self) -> None:
        long = spec(brief="rain " * 100)
        [held] = plan_of(candidate(offer(prompt_chars=50)), of=long).held
        assert held.why == f"the prompt has {len(long.prompt)} letters, and one takes 50; shorten the brief"
        assert pickup_of(plan_of(candidate(offer(prompt_chars=len(long.prompt))), of=long))

    @pytest.mark.parametrize(
        ("negative", "takes", "said"), [("people", False, True), ("people", True, False), ("", False, False)]
    )
    def test_words_for_what_is_not_wanted_are_left_out_aloud(self, *, negative: str, takes: bool, said: bool) -> None:
        asked = replace(spec(), negative=negative)
        pickup = pickup_of(plan_of(candidate(offer(negative=takes)), of=asked))
        assert ("NEGATIVE_NOT_SENT" in dict(pickup.quote.concerns)) == said


class TestManner:
    def test_it_reaches_the_wish(self) -> None:
        manner = Manner(conditioning=Conditioning.BOTH, handles_required=True, retime=Fraction(1, 20))
        wish = pickup_of(plan_of(candidate(offer()), manner=manner)).wish
        assert (wish.conditioning, wish.handles_required, wish.retime) == (Conditioning.BOTH, True, Fraction(1, 20))

    def test_what_the_neighbours_would_cover_is_said_and_bought_all_the_same(self) -> None:
        paid = pickup_of(plan_of(candidate(offer()), extension="A.mov at its tail by 96 frames"))
        assert paid.extension == "A.mov at its tail by 96 frames"
        free = pickup_of(plan_of(candidate(offer(price="0")), extension="A.mov at its tail by 96 frames"))
        assert free.extension == ""

    def test_with_free_first_it_is_held_and_costs_nothing(self) -> None:
        plan = plan_of(candidate(offer()), extension="A.mov at its tail", manner=Manner(free_first=True))
        assert [(each.code, "extend A.mov" in each.why) for each in plan.held] == [(EXTENSION, True)]
        assert (plan.pickups, plan.total) == ((), 0)
        assert pickup_of(plan_of(candidate(offer()), manner=Manner(free_first=True)))


class TestMoney:
    def fallbacks(self, **options: object) -> Plan:
        routes = [
            candidate(offer(f"p{usd}", price=usd), is_fallback=n > 0) for n, usd in enumerate(("0.10", "0.50", "0.20"))
        ]
        return plan_of(*routes, takes=(1, 2), **options)  # type: ignore[arg-type]

    def test_the_most_that_it_can_cost_is_that_of_the_dearest_fallback(self) -> None:
        plan = self.fallbacks()
        assert (plan.total, plan.at_most) == (Decimal("0.8000"), Decimal("4.0000"))

    def test_what_is_no_fallback_is_not_counted(self) -> None:
        plan = plan_of(candidate(offer()), candidate(offer("dear", price="9")), unable(is_fallback=True))
        assert plan.total == plan.at_most == Decimal("0.4000")

    def test_a_budget_need_not_pay_for_fallbacks(self) -> None:
        check_budget(self.fallbacks(budget=Decimal("0.80")))

    @pytest.mark.parametrize("briefed", [True, False])
    def test_a_paid_fallback_waits_for_a_brief_like_any_other_paid_route(self, *, briefed: bool) -> None:
        """What fails at a free provider must not be bought without anybody having said what to show."""
        routes = candidate(offer("own", price="0")), candidate(offer("paid"), is_fallback=True)
        pickup = pickup_of(plan_of(*routes, of=spec(brief="rain" if briefed else "")))
        [fallback] = pickup.instead
        assert (fallback.price is not None) == briefed
        assert briefed or "costs money and nobody wrote what to show" in fallback.note
        assert pickup.price_at_most == (Decimal("0.4000") if briefed else 0)
        unbriefed = plan_of(*routes, of=spec(brief=""), paid_unbriefed=True)
        assert pickup_of(unbriefed).instead[0].price is not None


codes = [f"SH{n:04d}" for n in range(10, 80, 10)]


def plan_of_shots(count: int) -> Plan:
    requests = [ShotRequest(spec=spec(code), candidates=(candidate(offer()),), missing=(1,)) for code in codes[:count]]
    return make_plan(requests, estimate=lambda *_: 1, today=TODAY, budget=Decimal(1))


class TestPilot:
    def test_the_first_shots_are_made_and_the_others_wait_for_them(self) -> None:
        pilot = pilot_of(plan_of_shots(3), shots=1)
        assert [each.spec.code for each in pilot.pickups] == codes[:1]
        assert [(each.spec.code, each.code, each.why) for each in pilot.held] == [
            (code, PILOT, "waits until the pilot of 1 shot was looked at") for code in codes[1:3]
        ]
        assert pilot.total == Decimal("0.4000")

    @_unhurried
    @given(count=st.integers(0, 6), shots=st.integers(1, 8))
    def test_nothing_is_lost_and_the_order_is_kept(self, count: int, shots: int) -> None:
        plan = plan_of_shots(count)
        pilot = pilot_of(plan, shots=shots)
        assert [*pilot.pickups, *(each.spec for each in pilot.held)] == [
            *plan.pickups[:shots],
            *(each.spec for each in plan.pickups[shots:]),
        ]
        assert pilot.budget == plan.budget
        assert fit_budget(pilot).total <= Decimal(1)
