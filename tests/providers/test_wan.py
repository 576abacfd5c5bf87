"""Wan on Model Studio: what is sent for each model and mode, what its codes mean, and its tasks that are forgotten."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from pickup._http import Reply
from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.errors import (
    ConfigError,
    FailureKind,
    OutcomeUnknown,
    PriceUnknown,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)
from pickup.offers import Audio, Cancelling, Conditioning, Mode, Wish
from pickup.ports import Billing, LostSubmit, Reconciled, Reconciliation, Reference, RemoteState
from pickup.providers.wan import Wan
from pickup.testing.fakes import Pace
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.wan import FakeWan
from pickup.testing.hosted_contract import KEY, HostedContract, run
from pickup.testing.provider_contract import boundary_png, reference_pictures
from pickup.timing import FrameRate

SIZE = (1280, 720)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)
CREATE = "/api/v1/services/aigc/video-generation/video-synthesis"


def setup_of(**settings: Any) -> ProviderSetup:
    table = ProviderSettings.model_validate({"kind": "wan", "api_key_env": "DASHSCOPE_API_KEY", **settings})
    return ProviderSetup(
        name="wan",
        settings=table,
        library=Path("/nowhere"),
        today=datetime(2026, 11, 29, tzinfo=UTC).date(),
        environment={"DASHSCOPE_API_KEY": KEY},
    )


def wish(**changes: Any) -> Wish:
    plain = Wish(cover_frames=72, handles=0, rate=FrameRate.parse("24"), size=SIZE, prompt="rain")
    return replace(plain, **changes)


class TestWan(HostedContract):
    provider_type = Wan
    fake_type = FakeWan
    refreshes = False

    def sent(self, *, settings: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        provider = self.provider_at(self.fake, **(settings or {}))
        request = replace(self.asked(), **{"size": SIZE, "seconds": Fraction(4), "frames": 120, "seed": 7, **changes})
        run(provider, lambda: provider.submit(request, key="key-1"))
        return dict(self.fake.requests[-1].fields)

    # --- what is sent -------------------------------------------------------------------------------------------------

    def test_words_alone(self) -> None:
        assert self.sent() == {
            "model": "wan3.0-video",
            "input": {"prompt": "rain over the harbor"},
            "parameters": {
                "resolution": "720P",
                "ratio": "16:9",
                "duration": 4,
                "prompt_extend": False,
                "watermark": False,
                "seed": 7,
                "audio": False,
            },
        }
        assert self.fake.requests[-1].path == CREATE
        assert self.fake.requests[-1].headers["x-dashscope-async"] == "enable"

    def test_frames_lie_inside_the_request_and_give_the_shape(self) -> None:
        sent = self.sent(boundary_in=FIRST, boundary_out=LAST)
        media = sent["input"]["media"]
        assert [each["type"] for each in media] == ["first_frame", "last_frame"]
        assert all(each["url"].startswith("data:image/png;base64,") for each in media)
        assert "ratio" not in sent["parameters"]

    def test_reference_pictures_lie_there_in_place_of_frames_and_the_words_say_whom_they_show(self) -> None:
        shown = reference_pictures(3)
        sent = self.sent(references=shown)
        media = sent["input"]["media"]
        assert [each["type"] for each in media] == ["reference_image"] * 3
        assert all(each["url"].startswith("data:image/png;base64,") for each in media)
        assert sent["input"]["prompt"].startswith("Image 1 and Image 3 show mara. Image 2 shows pier. ")
        assert sent["parameters"]["ratio"] == "16:9"

    def test_a_large_reference_picture_goes_as_a_jpeg_of_two_megabytes_at_most(self) -> None:
        noise = np.random.default_rng(7).integers(0, 255, (1400, 1400, 3), dtype=np.uint8)
        png = io.BytesIO()
        Image.fromarray(noise).save(png, format="PNG")
        large = Reference.of(png.getvalue(), name="mara", source="ab")
        [item] = self.sent(references=(large,))["input"]["media"]
        kind, _, text = item["url"].partition(",")
        assert kind == "data:image/jpeg;base64"
        assert len(base64.b64decode(text)) <= 2 << 20

    def test_a_first_frame_alone(self) -> None:
        sent = self.sent(boundary_in=FIRST)
        assert [each["type"] for each in sent["input"]["media"]] == ["first_frame"]

    def test_the_older_models_have_no_switch_for_sound(self) -> None:
        assert "audio" not in self.sent(model="wan2.7-t2v")["parameters"]
        assert "audio" not in self.sent(model="wan2.7-i2v", boundary_in=FIRST)["parameters"]
        heard = {each.model: each.audio for each in self.provider_at(self.fake).offers()}
        assert heard == {
            "wan3.0-video": Audio.OPTIONAL,
            "wan3.0-video-prime": Audio.OPTIONAL,
            "wan2.7-t2v": Audio.ALWAYS,
            "wan2.7-i2v": Audio.ALWAYS,
        }

    def test_what_is_not_wanted_goes_where_it_is_read(self) -> None:
        assert self.sent(model="wan2.7-t2v", negative="people")["input"]["negative_prompt"] == "people"
        assert "negative_prompt" not in self.sent(negative="people")["input"]
        asked = {"options": {"negative_prompt": "true"}}
        assert self.sent(settings=asked, negative="people")["input"]["negative_prompt"] == "people"

    def test_too_many_words_of_what_is_not_wanted_are_not_sent(self) -> None:
        with pytest.raises(ProviderRefused, match="501 characters") as raised:
            self.sent(model="wan2.7-t2v", negative="x" * 501)
        assert raised.value.next_step
        assert self.fake.requests == []

    def test_the_prompt_is_rewritten_only_where_the_settings_say_so(self) -> None:
        assert self.sent(settings={"options": {"prompt_extend": "true"}})["parameters"]["prompt_extend"] is True

    def test_a_seed_stays_within_the_range(self) -> None:
        assert self.sent(seed=(1 << 31) + 5)["parameters"]["seed"] == 5

    @pytest.mark.parametrize(
        ("size", "tier", "ratio"),
        [
            ((832, 480), "480P", "16:9"),
            ((624, 624), "480P", "1:1"),
            ((720, 1280), "720P", "9:16"),
            ((960, 960), "720P", "1:1"),
            ((1104, 832), "720P", "4:3"),
            ((1248, 1648), "1080P", "3:4"),
        ],
    )
    def test_sizes_are_tiers_and_shapes(self, size: tuple[int, int], tier: str, ratio: str) -> None:
        parameters = self.sent(size=size)["parameters"]
        assert (parameters["resolution"], parameters["ratio"]) == (tier, ratio)
        assert self.fake.accepted[-1].order.size == f"{size[0]}x{size[1]}"

    # --- what the fake refuses as the service does --------------------------------------------------------------------

    def test_a_create_without_the_header_is_refused(self) -> None:
        body = {"model": "wan3.0-video", "input": {"prompt": "rain"}}
        reply = httpx.post(self.fake.url + CREATE, json=body, headers={"Authorization": f"Bearer {KEY}"})
        assert (reply.status_code, reply.json()["code"]) == (403, "AccessDenied")
        assert "synchronous" in reply.json()["message"]

    @pytest.mark.parametrize(
        ("model", "media", "parameters"),
        [
            ("wan3.0-video", None, {"resolution": "720p"}),
            ("wan3.0-video", None, {"duration": 31}),
            ("wan3.0-video", None, {"duration": 2.5}),
            ("wan3.0-video", None, {"seed": 1 << 31}),
            ("wan3.0-video", None, {"ratio": "21:9"}),
            ("wan3.0-video", [{"type": "last_frame", "url": "https://x.example/a.png"}], {}),
            ("wan3.0-video", [{"type": "first_frame", "url": "https://x.example/a.png"}] * 2, {}),
            ("wan2.7-t2v", None, {"resolution": "480P"}),
            ("wan2.7-t2v", None, {"duration": 16}),
            ("wan2.7-t2v", [{"type": "first_frame", "url": "https://x.example/a.png"}], {}),
            ("wan2.7-i2v", None, {}),
        ],
    )
    def test_what_the_service_does_not_make(self, model: str, media: object, parameters: dict[str, object]) -> None:
        body = {"model": model, "input": {"prompt": "rain", "media": media}, "parameters": parameters}
        headers = {"Authorization": f"Bearer {KEY}", "X-DashScope-Async": "enable"}
        reply = httpx.post(self.fake.url + CREATE, json=body, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (400, "InvalidParameter")

    # --- what its answers mean ----------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "code", "words", "kind"),
        [
            (400, "InvalidParameter", "url error", FailureKind.INVALID_REQUEST),
            (400, "BadRequest.EmptyInput", "", FailureKind.INVALID_REQUEST),
            (400, "Arrearage", "make sure your account is in good standing", FailureKind.NO_CREDIT),
            (403, "AllocationQuota.FreeTierOnly", "", FailureKind.NO_CREDIT),
            (401, "InvalidApiKey", "", FailureKind.AUTH),
            (400, "AccessDenied.Unpurchased", "", FailureKind.AUTH),
            (404, "ModelNotFound", "Model not exist.", FailureKind.MODEL_GONE),
            (429, "Throttling.RateQuota", "", FailureKind.RATE_LIMITED),
            (400, "Throttling", "", FailureKind.RATE_LIMITED),
            (400, "DataInspectionFailed", "Input data may be bad.", FailureKind.MODERATION_INPUT),
            (400, "DataInspectionFailed", "Input or output data may be bad.", FailureKind.MODERATION_INPUT),
            (400, "data_is_new", "", FailureKind.INVALID_REQUEST),
        ],
    )
    def test_codes_of_a_refusal(self, status: int, code: str, words: str, kind: FailureKind) -> None:
        provider, reply = self.provider_at(self.fake), {"code": code, "message": words, "request_id": "q"}
        with pytest.raises((ProviderRefused, ProviderRetired, ProviderUnavailable)) as raised:
            provider.check(reply_of(status, reply), creates=True)
        assert raised.value.kind is kind
        assert raised.value.next_step

    @pytest.mark.parametrize(
        ("code", "words", "kind"),
        [
            ("DataInspectionFailed", "Output data may be bad.", FailureKind.MODERATION_OUTPUT),
            ("DataInspectionFailed", "Input data may be bad.", FailureKind.MODERATION_INPUT),
            ("IPInfringementSuspect", "", FailureKind.MODERATION_INPUT),
            ("InvalidParameter.DataInspection", "", FailureKind.INVALID_REQUEST),
            ("InternalError.Algo", "", FailureKind.PROVIDER_FAILED),
            ("", "", FailureKind.PROVIDER_FAILED),
        ],
    )
    def test_codes_of_a_task_that_failed(self, code: str, words: str, kind: FailureKind) -> None:
        output = {"task_id": "t", "task_status": "FAILED", "code": code, "message": words}
        status = self.provider_at(self.fake).standing({"output": output})
        assert status is not None
        assert (status.state, status.kind, status.billing) == (RemoteState.FAILED, kind, Billing.NOT_BILLED)
        assert status.message

    @pytest.mark.parametrize(("status", "code"), [(401, "InvalidApiKey"), (404, "ModelNotFound")])
    def test_what_may_be_the_wrong_region_says_so(self, status: int, code: str) -> None:
        provider = Wan(setup_of())
        with pytest.raises((ProviderRefused, ProviderRetired)) as raised:
            provider.check(reply_of(status, {"code": code, "message": ""}), creates=True)
        assert "one region" in raised.value.next_step
        assert "dashscope-intl.aliyuncs.com" in raised.value.next_step

    def test_a_task_that_failed_is_not_billed(self) -> None:
        with self.fake_with("create: fail moderation") as fake:
            status = self.ended(self.provider_at(fake), self.asked())
        assert (status.kind, status.billing) == (FailureKind.MODERATION_INPUT, Billing.NOT_BILLED)
        assert fake.charges == 0

    def test_a_task_that_succeeded_without_a_clip_may_be_billed(self) -> None:
        with self.fake_with("create: success without media") as fake:
            status = self.ended(self.provider_at(fake), self.asked())
        assert (status.kind, status.billing) == (FailureKind.BAD_OUTPUT, Billing.UNKNOWN)

    def test_a_task_is_forgotten_after_a_day(self) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        self.fake.clock.advance(24 * 3600)
        status = run(provider, lambda: provider.poll(sent))
        assert (status.state, status.kind) == (RemoteState.EXPIRED, FailureKind.EXPIRED)
        assert status.billing is Billing.UNKNOWN  # it may have been made, and is not bought again
        assert "24 h" in status.message

    def test_every_poll_gives_the_same_link(self) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        links = [run(provider, lambda: provider.poll(sent)).urls.get("clip") for _ in range(3)]
        assert links[0] is None
        assert links[1] is not None
        assert links[1] == links[2]

    def test_a_status_that_is_new_is_not_the_end(self) -> None:
        status = self.provider_at(self.fake).standing({"output": {"task_id": "t", "task_status": "DREAMING"}})
        assert status is not None
        assert status.state is RemoteState.RUNNING

    def test_only_what_is_queued_is_stopped(self) -> None:
        assert {each.cancelling for each in self.provider_at(self.fake).offers()} == {Cancelling.QUEUED}
        with self.fake_with(pace=Pace(polls=3)) as fake:
            provider = self.provider_at(fake)
            queued, running = (self.submitted(provider, self.asked()) for _ in range(2))
            told = run(provider, lambda: provider.cancel(queued))
            assert (told.stopped, told.billing) == (True, Billing.NOT_BILLED)
            status = run(provider, lambda: provider.poll(queued))
            assert (status.state, status.billing) == (RemoteState.CANCELLED, Billing.NOT_BILLED)
            for _ in range(3):
                run(provider, lambda: provider.poll(running))
            assert not run(provider, lambda: provider.cancel(running)).stopped
            assert fake.charges == 1

    # --- a reply that was lost ----------------------------------------------------------------------------------------

    def test_a_finished_task_with_the_same_words_is_found(self) -> None:
        with self.fake_with("create: accept, drop") as fake:
            answer = self.looked_up(fake, prompts=("rain over the harbor",))
            assert answer.outcome is Reconciled.FOUND
            assert answer.submission is not None
            assert answer.submission.remote_id == fake.accepted[0].remote_id
            status = run(self.provider_at(fake), lambda: self.provider_at(fake).poll(answer.submission))
        assert status.state is RemoteState.READY

    @pytest.mark.parametrize(
        ("prompts", "polls", "later_s"),
        [
            (("rain over the harbor",), 9, 0),
            (("rain over the harbor", "rain over the harbor"), 0, 0),
            (("another shot",), 0, 0),
            (("rain over the harbor",), 0, 1200),
        ],
        ids=["not finished", "two of them", "other words", "another time"],
    )
    def test_otherwise_nobody_can_tell(self, prompts: tuple[str, ...], polls: int, later_s: int) -> None:
        with self.fake_with("create: accept, drop", pace=Pace(polls=polls)) as fake:
            answer = self.looked_up(fake, prompts=prompts, later_s=later_s)
        assert answer.outcome is Reconciled.CANNOT_TELL
        assert answer.message

    def test_a_task_of_another_job_is_not_it(self) -> None:
        with self.fake_with("create: accept, drop") as fake:
            answer = self.looked_up(fake, prompts=("rain over the harbor",), claimed=True)
        assert answer.outcome is Reconciled.CANNOT_TELL

    def looked_up(
        self, fake: FakeHosted, *, prompts: tuple[str, ...], later_s: int = 0, claimed: bool = False
    ) -> Reconciliation:
        """What becomes of requests whose replies were lost, the first of them being asked for."""
        asked = datetime.fromtimestamp(fake.clock.now(), tz=UTC) - timedelta(seconds=later_s)
        provider, request = self.provider_at(fake), self.asked()
        for prompt in prompts:
            with pytest.raises(OutcomeUnknown):
                self.submitted(provider, replace(request, prompt=prompt))
        for job in fake.accepted:
            fake.jobs.poll(job)
        lost = LostSubmit(request=request, key="key-1", asked=asked, is_claimed=lambda _id: claimed)
        return run(provider, lambda: provider.reconcile(lost))

    def test_a_lost_request_with_reference_pictures_is_found_by_the_words_that_were_sent(self) -> None:
        with self.fake_with("create 1: accept, drop") as fake:
            provider, request = self.provider_at(fake), self.asked(references=reference_pictures(2))
            asked = datetime.fromtimestamp(fake.clock.now(), tz=UTC)
            with pytest.raises(OutcomeUnknown):
                self.submitted(provider, request)
            for _ in range(20):
                fake.jobs.poll(fake.accepted[0])
            lost = LostSubmit(request=request, key="key-1", asked=asked, is_claimed=lambda _id: False)
            assert run(provider, lambda: provider.reconcile(lost)).outcome is Reconciled.FOUND


# --- models, addresses and prices -------------------------------------------------------------------------------------


def test_a_dated_snapshot_makes_what_its_model_does() -> None:
    [dated] = Wan(setup_of(model="wan2.7-t2v-2026-06-12")).offers()
    [plain] = Wan(setup_of(model="wan2.7-t2v")).offers()
    assert dated == replace(plain, model="wan2.7-t2v-2026-06-12")
    with pytest.raises(ConfigError):
        Wan(setup_of(model="wan2.6-t2v-2026-06-12")).offers()


def test_a_workspace_has_an_address_of_its_own() -> None:
    provider = Wan(setup_of(options={"workspace": "llm-abc123"}))
    assert provider.base_url == "https://llm-abc123.ap-southeast-1.maas.aliyuncs.com"
    assert {each.host for each in provider.offers()} == {"llm-abc123.ap-southeast-1.maas.aliyuncs.com"}
    assert provider.wants_key
    assert provider.quote(wish(), model="wan3.0-video").price == Decimal("0.30")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"options": {"workspace": "evil.example/"}}, "cannot be the id"),
        ({"options": {"workspace": "llm-1"}, "base_url": "https://dashscope.aliyuncs.com"}, "both name an address"),
        ({"options": {"prompt_extend": "yes"}}, "prompt_extend"),
    ],
)
def test_options_that_cannot_be(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as raised:
        Wan(setup_of(**settings))
    assert raised.value.next_step


@pytest.mark.parametrize(
    ("model", "size", "price"),
    [
        ("wan3.0-video", (832, 480), "0.15"),
        ("wan3.0-video", (624, 624), "0.15"),
        ("wan3.0-video", (1280, 720), "0.30"),
        ("wan3.0-video", (960, 960), "0.30"),
        ("wan3.0-video", (1920, 1080), "0.60"),
        ("wan3.0-video", (1440, 1440), "0.60"),
        ("wan2.7-t2v", (1280, 720), "0.30"),
        ("wan2.7-t2v-2026-06-12", (1920, 1080), "0.45"),
    ],
)
def test_a_tier_has_one_price_whatever_its_shape(model: str, size: tuple[int, int], price: str) -> None:
    quote = Wan(setup_of(model=model)).quote(wish(size=size), model=model)
    assert (quote.size, quote.price) == (size, Decimal(price))


@pytest.mark.parametrize(
    ("settings", "model"),
    [({}, "wan3.0-video-prime"), ({"base_url": "https://dashscope.aliyuncs.com"}, "wan3.0-video")],
    ids=["prime", "Beijing"],
)
def test_what_nobody_has_read_a_price_of_is_not_bought(settings: dict[str, Any], model: str) -> None:
    with pytest.raises(PriceUnknown, match="price"):
        Wan(setup_of(**settings)).quote(wish(), model=model)


def test_both_frames_are_used_where_the_rate_is_known() -> None:
    framed = wish(before=True, after=True, conditioning=Conditioning.BOTH)
    [clip] = Wan(setup_of()).quote(framed, model="wan3.0-video").clips
    assert (clip.mode, clip.seconds, clip.rate) == (Mode.FIRST_LAST, 3, FrameRate.parse("30"))
    older = Wan(setup_of()).quote(framed, model="wan2.7-i2v")
    assert (older.clips[0].mode, older.concerns[0][0]) == (Mode.FIRST, "LAST_FRAME_NOT_USED")
    assert Wan(setup_of(fps=30)).quote(framed, model="wan2.7-i2v").clips[0].mode is Mode.FIRST_LAST


def test_a_model_that_begins_on_a_frame_wants_one() -> None:
    for lacking in (wish(), wish(before=True, conditioning=Conditioning.NONE)):
        with pytest.raises(ProviderRefused, match="nothing from words alone"):
            Wan(setup_of()).quote(lacking, model="wan2.7-i2v")


def reply_of(status: int, body: dict[str, str]) -> Reply:
    return Reply(status=status, body=json.dumps(body).encode(), name="wan", creates=True)
