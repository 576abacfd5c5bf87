"""Where a shot goes that failed unpaid: where the plan showed it, within the budget, without frames it may not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.config import load_config
from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.errors import ConfigError, FailureKind, ProviderRefused, ProviderRetired
from pickup.fill.fallback import fall_back
from pickup.fill.routes import Route, Routes, every_route
from pickup.holes import Rules, find_holes
from pickup.jobs.outcomes import Ending, Outcome, RunResult
from pickup.jobs.states import Job, Order, State
from pickup.offers import Capability, Lengths, Mode, Offer, Price, PriceList, Quote, Wish
from pickup.offers.cover import quote_cover
from pickup.plan import MaySend, Pickup, ShotRequest, make_plan
from pickup.ports import Billing, Provider
from pickup.shots import Delivered, ShotSpec, ShotWishes, make_spec
from pickup.testing.cuts import make_cut, row, shot, slug
from pickup.timing import FrameRate

_unhurried = settings(deadline=None)  # a busy machine is no failure
TODAY = date(2026, 11, 29)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
R24 = FrameRate.parse("24")
HOST = "api.studio.example"
MANY = Decimal(100)


class Studio(Provider):
    """Quotes and does nothing else; it refuses to make anything without a frame where it is told so."""

    replays = False

    def __init__(self, name: str, *, usd: str, needs_frames: bool = False) -> None:
        self.name = name
        self.needs_frames = needs_frames
        prices = PriceList(lines=(Price(usd=Decimal(usd)),))
        rows = (Capability(modes=frozenset(Mode), lengths=Lengths.of(4, 6), sizes=((1280, 720),), rates=(R24,)),)
        self.offer = Offer(provider=name, model="one", capabilities=rows, prices=prices, host=HOST)

    def offers(self) -> Sequence[Offer]:
        return (self.offer,)

    def quote(self, wish: Wish, *, model: str) -> Quote:
        assert model == "one"
        if self.needs_frames and not wish.before:
            raise ProviderRefused("it makes nothing without a frame")
        return quote_cover(self.offer, wish)


def route(name: str, *, usd: str, may_send: MaySend = MaySend.YES, is_fallback: bool = True, **more: bool) -> Route:
    provider = Studio(name, usd=usd, **more)
    setup = ProviderSetup(
        name=name, settings=ProviderSettings(kind=name), library=Path("/nowhere"), today=TODAY, environment={}
    )
    return Route(provider=provider, offer=provider.offer, setup=setup, may_send=may_send, is_fallback=is_fallback)


def spec(code: str = "SH0010", *, frames: int = 96) -> ShotSpec:
    cut = make_cut(row(shot(48), slug(frames, name="rain over the city"), shot(48, name="B.mov")))
    delivery = Delivered(rate=R24, size=(1920, 1080), size_from="the test")
    return make_spec(find_holes(cut, rules=Rules()).holes, code=code, wishes=ShotWishes(delivery=delivery))


def planned(
    *routes: Route, codes: Sequence[str] = ("SH0010",), takes: Sequence[int] = (1,), frames: int = 96
) -> list[Pickup]:
    requests = [
        ShotRequest(
            spec=spec(code, frames=frames), candidates=tuple(each.candidate for each in routes), missing=tuple(takes)
        )
        for code in codes
    ]
    return list(make_plan(requests, estimate=lambda *_: 1, today=TODAY).pickups)


def failed(
    code: str = "SH0010",
    *,
    take: int = 1,
    part: int = 1,
    billing: Billing = Billing.NOT_BILLED,
    ending: Ending = Ending.FAILED,
    has_job: bool = True,
) -> Outcome:
    """A take that the moderation has refused."""
    order = Order(
        library="lib-1", cut="c", shot=code, take=take, provider="first", model="one", digest="d",
        quoted=Decimal("0.4"), part=part,
    )  # fmt: skip
    job = Job(
        key=order.key, order=order, state=State.FAILED, remote_id=None, urls={}, cost=None, billing=billing,
        kind=FailureKind.MODERATION_INPUT, message="it does not like this prompt", next_step="", owner=None,
        lease_until=None, asked=NOON, created=NOON, updated=NOON,
    )  # fmt: skip
    return Outcome(
        shot=code,
        take=take,
        ending=ending,
        job=job if has_job else None,
        kind=FailureKind.MODERATION_INPUT,
        message="it does not like this prompt",
    )


def known(*routes: Route) -> Mapping[tuple[str, str], Route]:
    return {(each.offer.provider, each.offer.model): each for each in routes}


FIRST = route("first", usd="0.10", is_fallback=False)
SECOND, THIRD = route("second", usd="0.20"), route("third", usd="0.05")


class TestWhen:
    def test_a_refusal_that_was_not_billed_goes_to_the_next_route(self) -> None:
        pickups = planned(FIRST, SECOND)
        [moved], said = fall_back(
            pickups, RunResult(outcomes=(failed(),)), routes=known(FIRST, SECOND), left=Decimal("0.40")
        )
        assert (moved.offer.provider, moved.price, moved.takes, moved.instead) == (
            "second",
            Decimal("0.8000"),
            (1,),
            (),
        )
        assert (moved.spec, moved.wish) == (pickups[0].spec, pickups[0].wish)
        assert [(each.code, each.message) for each in said] == [
            ("FALLBACK", "first failed (it does not like this prompt); it is made by second:one")
        ]

    @pytest.mark.parametrize("billing", [Billing.BILLED, Billing.UNKNOWN])
    def test_what_was_or_may_have_been_billed_never_does(self, billing: Billing) -> None:
        result = RunResult(outcomes=(failed(billing=billing),))
        assert fall_back(planned(FIRST, SECOND), result, routes=known(FIRST, SECOND), left=MANY) == ([], [])

    def test_what_stopped_here_and_not_at_the_provider_never_does(self) -> None:
        result = RunResult(outcomes=(failed(has_job=False),))
        assert fall_back(planned(FIRST, SECOND), result, routes=known(FIRST, SECOND), left=MANY) == ([], [])

    @pytest.mark.parametrize("ending", [Ending.DONE, Ending.DOUBT, Ending.PARKED])
    def test_only_what_failed(self, ending: Ending) -> None:
        result = RunResult(outcomes=(failed(ending=ending),))
        assert fall_back(planned(FIRST, SECOND), result, routes=known(FIRST, SECOND), left=MANY) == ([], [])

    def test_where_no_fallback_is_configured_nothing_happens(self) -> None:
        other = route("other", usd="0.50", is_fallback=False)
        result = RunResult(outcomes=(failed(),))
        assert fall_back(planned(FIRST, other), result, routes=known(FIRST, other), left=MANY) == ([], [])

    def test_only_the_takes_that_failed_are_made_elsewhere(self) -> None:
        pickups = planned(FIRST, SECOND, takes=(1, 2, 3))
        result = RunResult(outcomes=(failed(take=1, ending=Ending.DONE), failed(take=2), failed(take=3)))
        [moved], _said = fall_back(pickups, result, routes=known(FIRST, SECOND), left=MANY)
        assert (moved.takes, moved.price) == ((2, 3), Decimal("1.6000"))

    def test_one_take_that_may_be_billed_keeps_the_shot_where_it_is(self) -> None:
        pickups = planned(FIRST, SECOND, takes=(1, 2))
        result = RunResult(outcomes=(failed(take=1), failed(take=2, billing=Billing.UNKNOWN)))
        assert fall_back(pickups, result, routes=known(FIRST, SECOND), left=MANY) == ([], [])

    def test_a_take_whose_first_clip_is_paid_is_not_bought_elsewhere_for_its_second(self) -> None:
        pickups = planned(FIRST, SECOND, frames=180)
        assert len(pickups[0].quote.clips) == 2
        unpaid, paid = (RunResult(outcomes=(failed(part=part),)) for part in (1, 2))
        assert fall_back(pickups, paid, routes=known(FIRST, SECOND), left=MANY) == ([], [])
        assert len(fall_back(pickups, unpaid, routes=known(FIRST, SECOND), left=MANY)[0]) == 1

    def test_a_second_failure_goes_to_the_third_route_and_then_nowhere(self) -> None:
        pickups, result, routes = planned(FIRST, SECOND, THIRD), RunResult(outcomes=(failed(),)), known(SECOND, THIRD)
        names = []
        while pickups:
            pickups, _said = fall_back(pickups, result, routes=routes, left=MANY)
            names += [each.offer.provider for each in pickups]
        assert names == ["second", "third"]


class TestMoney:
    def test_what_the_budget_does_not_pay_is_said_and_not_bought(self) -> None:
        result = RunResult(outcomes=(failed(),))
        pickups, said = fall_back(planned(FIRST, SECOND), result, routes=known(SECOND), left=Decimal("0.39"))
        assert pickups == []
        [finding] = said
        assert finding.code == "FALLBACK_FAILED"
        assert finding.message == "second:one would cost 0.8000 USD, and 0.7900 USD of the budget are left"

    def test_a_cheaper_fallback_after_one_that_is_too_dear_is_taken(self) -> None:
        result = RunResult(outcomes=(failed(),))
        pickups, said = fall_back(
            planned(FIRST, SECOND, THIRD), result, routes=known(SECOND, THIRD), left=Decimal("0.10")
        )
        assert [each.offer.provider for each in pickups] == ["third"]
        assert [each.code for each in said] == ["FALLBACK_FAILED", "FALLBACK"]

    @_unhurried
    @given(shots=st.integers(1, 6), cents=st.integers(0, 300))
    def test_all_together_never_cost_more_than_was_left(self, shots: int, cents: int) -> None:
        codes = [f"SH{10 * n:04d}" for n in range(1, shots + 1)]
        pickups = planned(FIRST, SECOND, codes=codes)
        result = RunResult(outcomes=tuple(failed(code) for code in codes))
        left = Decimal(cents) / 100
        again, _said = fall_back(pickups, result, routes=known(SECOND), left=left)
        freed = sum((each.price for each in pickups), Decimal(0))
        assert sum((each.price for each in again), Decimal(0)) <= left + freed


class TestFrames:
    @pytest.mark.parametrize("may_send", [MaySend.ASK, MaySend.NO])
    def test_a_yes_to_one_provider_is_none_to_another(self, may_send: MaySend) -> None:
        second = route("second", usd="0.20", may_send=may_send)
        pickups = planned(FIRST, second)
        assert pickups[0].quote.uses_before
        [moved], said = fall_back(pickups, RunResult(outcomes=(failed(),)), routes=known(second), left=MANY)
        assert (moved.wish.before, moved.wish.after, moved.asks, moved.sends) == (False, False, False, ())
        assert (moved.quote.uses_before, moved.quote.uses_after) == (False, False)
        assert [each.code for each in said] == ["FALLBACK", "FRAMES_NOT_SENT"]

    def test_where_they_may_go_they_go(self) -> None:
        [moved], _said = fall_back(
            planned(FIRST, SECOND), RunResult(outcomes=(failed(),)), routes=known(SECOND), left=MANY
        )
        assert moved.sends == ("A.mov", "B.mov")

    def test_a_fallback_that_can_do_nothing_without_them_is_said_and_the_next_is_taken(self) -> None:
        second = route("second", usd="0.20", may_send=MaySend.ASK, needs_frames=True)
        pickups, said = fall_back(
            planned(FIRST, second, THIRD), RunResult(outcomes=(failed(),)), routes=known(second, THIRD), left=MANY
        )
        assert [each.offer.provider for each in pickups] == ["third"]
        assert said[0].message == "second:one: it makes nothing without a frame"


def routes_of(folder: Path, toml: str = "", *, send_frames: bool | None = None, **flags: object) -> Routes:
    (folder / "user.toml").write_text(toml)
    config = load_config(timeline=None, flags=flags, environment={}, config_file=folder / "user.toml", folder=folder)
    return Routes(config=config, send_frames=send_frames, today=TODAY)


STUDIO = """
[providers.studio]
kind = "openai_videos"
profile = "vllm-omni"
base_url = "https://gpu.example/v1"
model = "wan"
price_per_second = "0.01"
"""


class TestRoutes:
    def test_the_settings_name_them_in_order_and_fallbacks_come_last(self, tmp_path: Path) -> None:
        routes = routes_of(tmp_path, STUDIO, provider="studio:wan,slate", fallback=["studio:other"])
        assert [(each.offer.provider, each.is_fallback) for each in routes.configured] == [
            ("studio", False),
            ("slate", False),
            ("studio", True),
        ]

    @pytest.mark.parametrize(
        ("setting", "answer", "expected"),
        [
            ("ask", None, MaySend.ASK),
            ("ask", True, MaySend.YES),
            ("ask", False, MaySend.NO),
            ("always", None, MaySend.YES),
            ("always", False, MaySend.YES),
            ("never", True, MaySend.NO),
            ("never", None, MaySend.NO),
        ],
    )
    def test_frames_go_only_after_a_yes_for_that_provider(
        self, tmp_path: Path, setting: str, *, answer: bool | None, expected: MaySend
    ) -> None:
        toml = STUDIO + f'send_frames = "{setting}"\n'
        assert routes_of(tmp_path, toml, send_frames=answer, provider="studio").load("studio").may_send is expected

    def test_what_stays_on_this_machine_needs_no_yes(self, tmp_path: Path) -> None:
        assert routes_of(tmp_path).load("slate").may_send is MaySend.YES

    def test_a_brief_chooses_among_what_is_configured(self, tmp_path: Path) -> None:
        routes = routes_of(tmp_path, STUDIO, provider="slate")
        assert routes.is_configured("studio:wan")
        assert routes.is_configured("slate")
        assert not routes.is_configured("inworld")

    def test_what_does_not_exist_says_what_does(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="there is no provider 'nobody'") as refused:
            routes_of(tmp_path).load("nobody")
        assert "slate" in refused.value.next_step

    def test_the_name_of_a_model_that_has_ended_is_told_as_that(self, tmp_path: Path) -> None:
        with pytest.raises(ProviderRetired, match="2026-09-24"):
            routes_of(tmp_path).load("sora-2-pro")

    def test_every_route_is_listed_or_says_why_it_cannot_be(self, tmp_path: Path) -> None:
        found = list(every_route(routes_of(tmp_path, STUDIO).config, today=TODAY))
        offered = {each.offer.provider for each in found if isinstance(each, Route)}
        assert {"studio", "slate"} <= offered
        assert all(each[1].message for each in found if not isinstance(each, Route))
