from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.errors import BudgetError, ProviderRefused
from pickup.holes import Rules, find_holes
from pickup.offers import Offer, Price, PriceList, Quote, Wish
from pickup.plan import Candidate, Plan, ShotRequest, check_budget, fit_budget, make_plan
from pickup.shots import Delivered, ShotSpec, ShotWishes, make_spec
from pickup.testing.cuts import gap, make_cut, row, shot, slug

_unhurried = settings(deadline=None)  # a busy machine is no failure
FREE = Decimal(0)
TODAY = date(2026, 11, 29)
cents = st.integers(0, 2000).map(lambda number: Decimal(number) / 100)


def spec(code: str = "SH0010", *, brief: str = "rain over the city") -> ShotSpec:
    filler = slug(24, name=brief) if brief else gap(24)
    cut = make_cut(row(shot(48), filler, shot(48, name="B.mov")))
    holes = find_holes(cut, rules=Rules()).holes
    delivery = Delivered(rate=cut.rate, size=(1920, 1080), size_from="the test")
    return make_spec(holes, code=code, wishes=ShotWishes(delivery=delivery))


def offer(*, price: Decimal) -> Offer:
    return Offer(provider="studio", model="one", frame_exact=True, prices=PriceList(lines=(Price(usd=price),)))


def request(
    price: Decimal = FREE, *, code: str = "SH0010", takes: Sequence[int] = (1,), held: str = "", brief: str = "rain"
) -> ShotRequest:
    def quote(wish: Wish) -> Quote:
        frames = wish.cover_frames + 2 * wish.handles
        return Quote(frames=frames, head=12, tail=12, look="plain", uses_before=False, uses_after=False, price=price)

    return ShotRequest(
        spec=spec(code, brief=brief),
        candidates=(Candidate(offer=offer(price=price), quote=quote),),
        missing=tuple(takes),
        held=held,
    )


def plan_of(*requests: ShotRequest, budget: Decimal | None = None) -> Plan:
    return make_plan(requests, estimate=lambda _spec, _offer, quote: 10 * quote.frames, today=TODAY, budget=budget)


def test_price_and_bytes_are_those_of_all_takes() -> None:
    plan = plan_of(request(Decimal("0.10"), takes=(2, 3)))
    assert plan.total == Decimal("0.20")
    assert plan.bytes_expected == 2 * 10 * 48
    assert plan.pickups[0].takes == (2, 3)
    assert plan.pickups[0].seconds == 2


def test_ten_cents_ten_times_are_exactly_a_dollar() -> None:
    total = plan_of(*(request(Decimal("0.10")) for _ in range(10))).total
    assert isinstance(total, Decimal)
    assert str(total) == "1.00"


def test_a_shot_with_all_its_takes_is_not_planned() -> None:
    plan = plan_of(request(takes=()))
    assert not plan.pickups
    assert not plan.held


def test_what_is_held_says_why_and_costs_nothing() -> None:
    plan = plan_of(request(Decimal(1), held="media is not visible from here"), budget=Decimal(5))
    assert [held.why for held in plan.held] == ["media is not visible from here"]
    assert plan.total == 0


def test_a_provider_that_costs_money_is_not_given_a_hole_without_a_brief() -> None:
    assert "costs money" in plan_of(request(Decimal(1), brief="")).held[0].why
    assert not plan_of(request(brief="")).held


def test_a_shot_that_the_model_cannot_make_is_held_with_its_reason_and_the_rest_goes_on() -> None:
    def refuse(wish: Wish) -> Quote:
        raise ProviderRefused(f"{wish.cover_frames} frames are too many", next_step="shorten it")

    unable = Candidate(offer=offer(price=FREE), quote=refuse)
    refused = ShotRequest(spec=spec("SH0020"), candidates=(unable,), missing=(1,))
    plan = plan_of(request(), refused)
    assert [pickup.spec.code for pickup in plan.pickups] == ["SH0010"]
    assert plan.held[0].why == "24 frames are too many; shorten it"


def test_a_free_plan_needs_no_budget() -> None:
    check_budget(plan_of(request()))


def test_a_paid_plan_without_a_budget_is_refused_with_how_to_set_one() -> None:
    with pytest.raises(BudgetError) as refused:
        check_budget(plan_of(request(Decimal("0.50"))))
    assert "--budget 0.50" in refused.value.next_step


def test_a_plan_over_budget_is_refused_and_says_what_would_fit() -> None:
    requests = [request(Decimal(price), code=code) for price, code in ((3, "SH0010"), (4, "SH0020"), (2, "SH0030"))]
    with pytest.raises(BudgetError) as refused:
        check_budget(plan_of(*requests, budget=Decimal(5)))
    assert "SH0010, SH0030" in refused.value.next_step


def test_a_plan_that_costs_its_whole_budget_is_allowed() -> None:
    check_budget(plan_of(request(Decimal("5.00")), budget=Decimal(5)))


@_unhurried
@given(prices=st.lists(cents, max_size=8), budget=cents)
def test_what_fits_never_costs_more_than_the_budget_and_nothing_is_lost(prices: list[Decimal], budget: Decimal) -> None:
    plan = plan_of(*(request(price, code=f"SH{10 * n:04d}") for n, price in enumerate(prices, 1)), budget=budget)
    fitting = fit_budget(plan)
    assert fitting.total <= budget
    assert len(fitting.pickups) + len(fitting.held) == len(prices)
    left = budget
    kept = []
    for pickup in plan.pickups:
        if pickup.price <= left:
            kept.append(pickup.spec.code)
            left -= pickup.price
    assert [pickup.spec.code for pickup in fitting.pickups] == kept
    check_budget(fitting)


def test_prompts_are_linted_in_the_plan() -> None:
    assert {note.code for note in plan_of(request()).pickups[0].lint} >= {"NO_LIGHT", "NO_FRAMING"}
