"""Runway: what is sent for each model and mode, what its answers mean and cost, and its own SDK on the same fake."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import httpx
import pytest
import runwayml

from pickup._av import read_frames
from pickup.errors import ConfigError, FailureKind, ProviderRefused, ProviderUnavailable
from pickup.offers import Audio, Mode
from pickup.ports import Billing, RemoteState, RemoteStatus
from pickup.providers.runway import Runway
from pickup.testing.clips import read_number
from pickup.testing.fakes import Limits, Pace, Setup
from pickup.testing.fakes.runway import FakeRunway
from pickup.testing.hosted_contract import KEY, PRICE, HostedContract, run
from pickup.testing.provider_contract import boundary_png
from pickup.testing.sdk_requests import told

SIZE = (1280, 720)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)
TASK = "6d1c0d1e-7f1a-4f5e-9a11-0c2f5b7a9e01"


def uri_of(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


class TestRunway(HostedContract):
    provider_type = Runway
    fake_type = FakeRunway

    def sent(self, *, options: dict[str, str] | None = None, **changes: object) -> dict[str, object]:
        provider = self.provider_at(self.fake, options=options or {})
        request = replace(self.asked(size=SIZE, seconds=Fraction(6), frames=144), **changes)
        run(provider, lambda: provider.submit(request, key="key-1"))
        return {"path": self.fake.requests[-1].path, **self.fake.requests[-1].fields}

    def told_of(self, **task: object) -> RemoteStatus:
        status = self.provider_at(self.fake).standing({"id": TASK, "createdAt": "2026-11-22T10:00:00.000Z", **task})
        assert status is not None
        return status

    def failure(self, code: str | None, **task: object) -> RemoteStatus:
        return self.told_of(status="FAILED", failure="A reason.", failureCode=code, **task)

    # --- what is sent -------------------------------------------------------------------------------------------------

    def test_words_alone_are_sent_with_the_sound_off(self) -> None:
        assert self.sent(negative="boats") == {
            "path": "/v1/text_to_video",
            "model": "veo3.1_fast",
            "promptText": "rain over the harbor",
            "negativePrompt": "boats",
            "ratio": "1280:720",
            "duration": 6,
            "seed": 11,
            "audio": False,
        }

    def test_both_frames_go_inside_the_request(self) -> None:
        sent = self.sent(boundary_in=FIRST, boundary_out=LAST)
        assert sent["path"] == "/v1/image_to_video"
        assert sent["promptImage"] == [
            {"uri": uri_of(FIRST), "position": "first"},
            {"uri": uri_of(LAST), "position": "last"},
        ]

    def test_a_first_frame_goes_alone(self) -> None:
        assert self.sent(boundary_in=FIRST)["promptImage"] == [{"uri": uri_of(FIRST), "position": "first"}]

    def test_a_last_frame_alone_is_not_sent(self) -> None:
        provider = self.provider_at(self.fake)
        with pytest.raises(ProviderRefused, match="only beside a first one"):
            provider.order(self.asked(boundary_out=LAST))

    def test_gen_four_and_a_half_is_asked_for_nothing_that_it_does_not_take(self) -> None:
        sent = self.sent(model="gen4.5", negative="boats", seconds=Fraction(7), boundary_in=FIRST, size=(1584, 672))
        assert sent.keys() == {"path", "model", "promptText", "promptImage", "ratio", "duration", "seed"}
        assert (sent["ratio"], sent["duration"]) == ("1584:672", 7)

    def test_omni_takes_no_seed(self) -> None:
        assert "seed" not in self.sent(model="gemini_omni_flash")

    def test_a_seed_stays_within_thirty_two_bits(self) -> None:
        assert self.sent(seed=(1 << 32) + 5)["seed"] == 5

    def test_moderation_is_less_strict_only_where_the_settings_say_so(self) -> None:
        assert "contentModeration" not in self.sent(model="gen4.5")
        low = self.sent(model="gen4.5", options={"public_figures": "low"})
        assert low["contentModeration"] == {"publicFigureThreshold": "low"}
        assert "contentModeration" not in self.sent(options={"public_figures": "low"})

    def test_an_option_has_its_own_values(self) -> None:
        with pytest.raises(ConfigError) as raised:
            self.provider_at(self.fake, options={"public_figures": "high"})
        assert "auto, low" in raised.value.next_step

    def test_a_model_that_is_not_listed_is_asked_for_silence_where_the_settings_say_so(self) -> None:
        table = {"model": "seedance2", "seconds": [5], "sizes": ["1280x720"], "fps": 24, "frames_from": "first_last"}
        request = self.asked(model="seedance2", boundary_in=FIRST, boundary_out=LAST)
        loud = self.provider_at(self.fake, **table).order(request).json
        silent = self.provider_at(self.fake, options={"audio": "off"}, **table).order(request).json
        assert loud is not None
        assert silent == {**loud, "audio": False}
        assert "audio" not in loud

    def test_words_are_counted_as_runway_counts_them(self) -> None:
        assert self.sent(prompt="é" * 1000)["promptText"] == "é" * 1000
        provider = self.provider_at(self.fake)
        before = len(self.fake.requests)
        with pytest.raises(ProviderRefused, match="1002 characters") as raised:
            run(provider, lambda: provider.submit(self.asked(prompt="🌧" * 501), key="key-1"))
        assert "emoji" in raised.value.next_step
        assert len(self.fake.requests) == before

    def test_the_largest_frame_fits_into_a_data_uri(self) -> None:
        largest = Runway.service.picture_bytes
        assert len("data:image/jpeg;base64,") + -(-largest // 3) * 4 < 5 << 20

    # --- what is offered ----------------------------------------------------------------------------------------------

    def test_a_model_that_needs_a_frame_offers_no_words_alone(self) -> None:
        offers = {each.model: each for each in self.provider_at(self.fake).offers()}
        assert offers["gen4_turbo"].modes == {Mode.FIRST}
        assert offers["gen4.5"].modes == {Mode.TEXT, Mode.FIRST}
        assert offers["veo3.1"].audio is Audio.OPTIONAL
        assert offers["gemini_omni_flash"].audio is Audio.ALWAYS

    def test_a_model_that_needs_a_frame_is_quoted_with_one_and_refused_without(self) -> None:
        provider, wish = self.provider_at(self.fake), self.wishes()[0]
        assert provider.quote(replace(wish, before=True), model="gen4_turbo").uses_before
        with pytest.raises(ProviderRefused):
            provider.quote(wish, model="gen4_turbo")

    @pytest.mark.parametrize(
        ("model", "usd"), [("veo3.1_fast", "0.40"), ("veo3.1", "0.80"), ("gen4.5", "0.48"), ("gen4_turbo", "0.20")]
    )
    def test_four_seconds_cost_what_the_list_says(self, model: str, usd: str) -> None:
        provider = self.provider_at(self.fake, price_per_second=None)
        [offer] = [each for each in provider.offers() if each.model == model]
        assert offer.prices is not None
        assert offer.prices.of(Fraction(4), size=SIZE, silent=True) == Decimal(usd)

    # --- what its answers mean ----------------------------------------------------------------------------------------

    def test_a_task_that_is_held_back_is_under_way_and_says_why(self) -> None:
        with self.fake_with(limits=Limits(in_flight=1), pace=Pace(polls=9)) as fake:
            provider = self.provider_at(fake)
            for _ in range(2):
                sent = self.submitted(provider, self.asked())
            status = run(provider, lambda: provider.poll(sent))
        assert status.state is RemoteState.RUNNING
        assert "held back" in status.message

    def test_a_running_task_says_how_far_it_is(self) -> None:
        assert self.told_of(status="RUNNING", progress=0.35).done == 0.35
        assert self.told_of(status="PENDING").done is None
        assert self.told_of(status="DREAMING").state is RemoteState.RUNNING

    def test_a_finished_task_says_what_it_cost(self) -> None:
        status = self.told_of(status="SUCCEEDED", output=["https://cdn.example/out.mp4?sig=1"], cost={"credits": 60})
        assert (status.state, status.cost) == (RemoteState.READY, Decimal("0.60"))
        assert status.urls == {"clip": "https://cdn.example/out.mp4?sig=1"}

    def test_a_finished_task_without_a_clip_has_failed_and_keeps_its_cost(self) -> None:
        status = self.told_of(status="SUCCEEDED", output=[], cost={"credits": 60})
        assert (status.kind, status.billing) == (FailureKind.BAD_OUTPUT, Billing.BILLED)

    @pytest.mark.parametrize(
        ("code", "kind", "billing"),
        [
            ("SAFETY.INPUT.TEXT", FailureKind.MODERATION_INPUT, Billing.BILLED),
            ("SAFETY.INPUT.IMAGE", FailureKind.MODERATION_INPUT, Billing.BILLED),
            ("SAFETY.OUTPUT.VIDEO", FailureKind.MODERATION_OUTPUT, Billing.BILLED),
            ("INPUT_PREPROCESSING.SAFETY.TEXT", FailureKind.MODERATION_INPUT, Billing.UNKNOWN),
            ("INPUT_PREPROCESSING.SAFETY.THIRD_PARTY", FailureKind.MODERATION_INPUT, Billing.UNKNOWN),
            ("INPUT_PREPROCESSING.INTERNAL", FailureKind.PROVIDER_FAILED, Billing.UNKNOWN),
            ("INTERNAL.BAD_OUTPUT.CODE01", FailureKind.BAD_OUTPUT, Billing.UNKNOWN),
            ("INTERNAL", FailureKind.PROVIDER_FAILED, Billing.UNKNOWN),
            ("ASSET.INVALID", FailureKind.INVALID_REQUEST, Billing.UNKNOWN),
            ("THIRD_PARTY.INPUT_VALIDATION", FailureKind.INVALID_REQUEST, Billing.UNKNOWN),
            ("THIRD_PARTY.UNAVAILABLE", FailureKind.PROVIDER_FAILED, Billing.UNKNOWN),
            ("SOMETHING.NEW", FailureKind.PROVIDER_FAILED, Billing.UNKNOWN),
            (None, FailureKind.PROVIDER_FAILED, Billing.UNKNOWN),
        ],
    )
    def test_each_code_of_a_failure_has_a_meaning(self, code: str | None, kind: FailureKind, billing: Billing) -> None:
        status = self.failure(code)
        assert (status.state, status.kind, status.billing) == (RemoteState.FAILED, kind, billing)
        assert "A reason." in status.message

    @pytest.mark.parametrize(("credits_", "billing"), [(0, Billing.NOT_BILLED), (40, Billing.BILLED)])
    def test_what_a_failed_task_says_of_its_cost_goes_before_what_its_code_means(
        self, credits_: int, billing: Billing
    ) -> None:
        for code in ("SAFETY.INPUT.TEXT", "INTERNAL"):
            status = self.failure(code, cost={"credits": credits_})
            assert (status.billing, status.cost) == (billing, Decimal(credits_) / 100)

    def test_a_task_that_somebody_cancelled_says_what_it_cost(self) -> None:
        status = self.told_of(status="CANCELLED", cost={"credits": 0})
        assert (status.state, status.billing) == (RemoteState.CANCELLED, Billing.NOT_BILLED)

    # --- what may go wrong --------------------------------------------------------------------------------------------

    def test_a_day_that_is_full_is_no_end(self) -> None:
        self.fake.daily = 1
        provider = self.provider_at(self.fake)
        self.submitted(provider, self.asked())
        error = self.refused(provider, self.asked())
        assert isinstance(error, ProviderUnavailable)
        assert error.kind is FailureKind.RATE_LIMITED
        self.fake.clock.advance(86_401)
        self.submitted(provider, self.asked())

    def test_an_account_without_credits_is_told_from_a_bad_request(self) -> None:
        self.fake.credits_left = 0
        error = self.refused(self.provider_at(self.fake), self.asked())
        assert error.kind is FailureKind.NO_CREDIT
        assert "add credit" in error.next_step

    def test_the_health_of_a_key_says_how_many_credits_are_left(self) -> None:
        self.fake.credits_left = 1234
        provider = self.provider_at(self.fake)
        assert "1234 credits left ($12.34)" in run(provider, provider.healthcheck)

    def test_the_fake_asks_for_the_version(self) -> None:
        headers = {"Authorization": f"Bearer {KEY}"}
        assert httpx.get(f"{self.fake.base_url}/v1/organization", headers=headers).status_code == 400

    @pytest.mark.parametrize(("polls", "billing"), [(0, Billing.UNKNOWN), (5, Billing.BILLED)])
    def test_what_has_begun_is_charged_when_it_is_stopped(self, polls: int, billing: Billing) -> None:
        with self.fake_with(pace=Pace(polls=9)) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            for _ in range(polls):
                run(provider, lambda: provider.poll(sent))
            asked = run(provider, lambda: provider.cancel(sent))
            methods = [each.method for each in fake.requests]
        assert (asked.stopped, asked.billing) == (True, billing)
        assert methods[-2:] == ["GET", "DELETE"]

    def test_a_finished_clip_is_not_deleted_when_it_is_cancelled(self, tmp_path: Path) -> None:
        with self.fake_with(pace=Pace(polls=0)) as fake:
            provider, request = self.provider_at(fake), self.asked()
            sent = self.submitted(provider, request)
            asked = run(provider, lambda: provider.cancel(sent))
            assert not asked.stopped
            assert "delete the clip" in asked.message
            assert self.home(provider, request, sent, folder=tmp_path).stat().st_size > 0

    def test_a_task_that_failed_is_stopped_already_and_says_what_it_cost(self) -> None:
        with self.fake_with("create: fail moderation", pace=Pace(polls=0)) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            asked = run(provider, lambda: provider.cancel(sent))
            assert {each.method for each in fake.requests} == {"POST", "GET"}
        assert (asked.stopped, asked.billing, asked.cost) == (True, Billing.BILLED, Decimal("0.40"))


# --- Runway's own SDK -------------------------------------------------------------------------------------------------


@pytest.fixture
def fake() -> Iterator[FakeRunway]:
    with FakeRunway(setup=Setup(key=KEY, price_per_second=PRICE)) as server:
        yield server


@pytest.fixture
def client(fake: FakeRunway) -> Iterator[runwayml.RunwayML]:
    with runwayml.RunwayML(api_key=KEY, base_url=fake.base_url, max_retries=0) as made:
        yield made


def test_the_sdk_brings_a_clip_home_from_the_fake(fake: FakeRunway, client: runwayml.RunwayML, tmp_path: Path) -> None:
    created = client.text_to_video.create(model="gen4.5", prompt_text="rain", ratio="1280:720", duration=2)
    task = client.tasks.retrieve(created.id)
    while task.status in ("PENDING", "THROTTLED", "RUNNING"):
        task = client.tasks.retrieve(created.id)
    assert task.status == "SUCCEEDED"
    assert (fake.charges, task.cost.credits) == (1, 20)
    again = client.tasks.retrieve(created.id)
    assert again.status == "SUCCEEDED"
    assert again.output != task.output
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(httpx.get(again.output[0], timeout=60).content)
    assert [read_number(frame) for frame in read_frames(clip)] == list(range(48))


def test_the_sdk_reads_a_failure_a_refusal_and_the_account_of_the_fake(client: runwayml.RunwayML) -> None:
    assert client.organization.retrieve().credit_balance == 5000
    with pytest.raises(runwayml.BadRequestError) as raised:
        client.text_to_video.create(model="veo3.1", prompt_text="rain", ratio="1280:720", duration=5)
    assert "issues" in str(raised.value.body)
    with pytest.raises(runwayml.NotFoundError):
        client.tasks.retrieve(TASK)


def test_the_sdk_stops_a_task_of_the_fake(fake: FakeRunway, client: runwayml.RunwayML) -> None:
    created = client.text_to_video.create(model="veo3.1", prompt_text="rain", ratio="1280:720", duration=4)
    client.tasks.delete(created.id)
    assert fake.jobs.find(created.id) is None


@pytest.mark.parametrize(
    ("model", "positions"),
    [
        ("veo3.1_fast", ()),
        ("veo3.1_fast", ("first",)),
        ("veo3.1_fast", ("first", "last")),
        ("gen4.5", ()),
        ("gen4_turbo", ("first",)),
    ],
)
def test_our_request_is_the_one_that_the_sdk_sends(
    fake: FakeRunway, client: runwayml.RunwayML, model: str, positions: tuple[str, ...]
) -> None:
    pictures = {"first": FIRST, "last": LAST}
    given: dict[str, object] = {"model": model, "prompt_text": "rain over the harbor", "ratio": "1280:720"}
    given |= {"duration": 6, "seed": 11} | ({"audio": False} if model == "veo3.1_fast" else {})
    if positions:
        given["prompt_image"] = [{"uri": uri_of(pictures[each]), "position": each} for each in positions]
        client.image_to_video.create(**given)
    else:
        client.text_to_video.create(**given)
    theirs = fake.requests[-1]
    contract = TestRunway()
    contract.fake = fake
    provider = contract.provider_at(fake)
    request = replace(
        contract.asked(size=SIZE, seconds=Fraction(6), frames=144, model=model),
        boundary_in=FIRST if "first" in positions else None,
        boundary_out=LAST if "last" in positions else None,
    )
    run(provider, lambda: provider.submit(request, key="key-1"))
    assert told(fake.requests[-1]) == told(theirs)
