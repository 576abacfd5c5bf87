"""Gemini Omni: what is sent for each mode, what is made of its answers, and Google's own SDK against the same fake."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from google import genai
from google.genai import _interactions as interaction_errors

from pickup._av import read_frames
from pickup.errors import FailureKind, ProviderError, ProviderRefused, ProviderRetired, ProviderUnavailable
from pickup.offers import Audio, Cancelling, Mode
from pickup.ports import Billing, Generation, RemoteState, RemoteStatus, Submission
from pickup.providers.gemini_omni import GeminiOmni
from pickup.testing.clips import read_number
from pickup.testing.fakes import Pace, Setup
from pickup.testing.fakes.gemini_omni import FakeGeminiOmni
from pickup.testing.hosted_contract import KEY, HostedContract, run
from pickup.testing.provider_contract import boundary_png, reference_pictures
from pickup.testing.sdk_requests import told

SIZE = (1280, 720)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)
ENDING = "In one continuous shot, without cuts."


class TestGeminiOmni(HostedContract):
    provider_type = GeminiOmni
    fake_type = FakeGeminiOmni
    refreshes = False

    def wanted(self, **changes: object) -> Generation:
        return replace(self.asked(size=SIZE, seconds=Fraction(3), frames=72), **changes)  # type: ignore[arg-type]

    def sent(self, *, options: Mapping[str, str] | None = None, **changes: object) -> dict[str, object]:
        provider = self.provider_at(self.fake, options=options or {})
        run(provider, lambda: provider.submit(self.wanted(**changes), key="key-1"))
        return dict(self.fake.requests[-1].fields)

    def standing(self, **content: object) -> RemoteStatus:
        status = self.provider_at(self.fake).standing({"id": "v1_x", **content})
        assert status is not None
        return status

    # --- what is sent -------------------------------------------------------------------------------------------------

    def test_words_alone(self) -> None:
        assert self.sent() == {
            "model": "gemini-omni-1.2-flash",
            "background": True,
            "input": f"rain over the harbor\n{ENDING}",
            "response_format": {
                "type": "video",
                "delivery": "uri",
                "aspect_ratio": "16:9",
                "resolution": "720p",
                "duration": "3s",
            },
            "generation_config": {"seed": 11, "video_config": {"task": "text_to_video"}},
        }

    def test_the_first_frame_is_tagged_in_the_words(self) -> None:
        sent = self.sent(boundary_in=FIRST)
        [step] = sent["input"]
        assert step["type"] == "user_input"
        assert step["content"] == [
            {"type": "image", "data": base64.b64encode(FIRST).decode(), "mime_type": "image/png"},
            {"type": "text", "text": f"<FIRST_FRAME> rain over the harbor\n{ENDING}"},
        ]
        assert sent["generation_config"]["video_config"] == {"task": "image_to_video"}

    def test_both_frames_are_sent_in_order_with_their_tags(self) -> None:
        [step] = self.sent(boundary_in=FIRST, boundary_out=LAST)["input"]
        pictures = [base64.b64decode(each["data"]) for each in step["content"][:-1]]
        assert pictures == [FIRST, LAST]
        assert step["content"][-1]["text"].startswith("<FIRST_FRAME> <LAST_FRAME> rain")

    def test_tags_that_the_brief_has_already_are_not_repeated(self) -> None:
        [step] = self.sent(boundary_in=FIRST, prompt="<FIRST_FRAME> drifts to the left")["input"]
        assert step["content"][-1]["text"] == f"<FIRST_FRAME> drifts to the left\n{ENDING}"

    def test_the_words_after_every_prompt_can_be_others_or_none(self) -> None:
        assert self.sent(options={"ending": "No dialogue."})["input"] == "rain over the harbor\nNo dialogue."
        assert self.sent(options={"ending": ""})["input"] == "rain over the harbor"

    def test_a_last_frame_without_a_first_is_not_asked_for(self) -> None:
        provider = self.provider_at(self.fake)
        with pytest.raises(ProviderRefused, match="nothing was sent"):
            run(provider, lambda: provider.submit(self.wanted(boundary_out=LAST), key="key-1"))
        assert not self.fake.requests

    @pytest.mark.parametrize(
        ("size", "shape", "tier"),
        [((640, 360), "16:9", "360p"), ((1080, 1920), "9:16", "1080p"), ((3840, 2160), "16:9", "4k")],
    )
    def test_sizes_are_shapes_and_tiers(self, size: tuple[int, int], shape: str, tier: str) -> None:
        wanted = self.sent(size=size)["response_format"]
        assert (wanted["aspect_ratio"], wanted["resolution"]) == (shape, tier)

    def test_lengths_depend_on_the_frames_and_on_the_model(self) -> None:
        longest = {
            (offer.model, mode): max(max(each.lengths.seconds) for each in offer.capabilities if mode in each.modes)
            for offer in self.provider_at(self.fake).offers()
            for mode in Mode
        }
        assert longest == {
            ("gemini-omni-1.2-flash", Mode.TEXT): 15,
            ("gemini-omni-1.2-flash", Mode.FIRST): 15,
            ("gemini-omni-1.2-flash", Mode.FIRST_LAST): 10,
            ("gemini-omni-1.1-flash", Mode.TEXT): 10,
            ("gemini-omni-1.1-flash", Mode.FIRST): 10,
            ("gemini-omni-1.1-flash", Mode.FIRST_LAST): 10,
        }

    def test_the_offer_says_what_holds_for_every_clip(self) -> None:
        offer = self.first_offer()
        assert (offer.audio, offer.seed, offer.negative, offer.cancelling) == (
            Audio.ALWAYS,
            True,
            False,
            Cancelling.ANY,
        )

    # --- where it stands ----------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("status", ["queued", "in_progress", "requires_continuation", "dreaming"])
    def test_what_is_no_end_goes_on(self, status: str) -> None:
        assert self.standing(status=status).state is RemoteState.RUNNING

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            ("failed", FailureKind.PROVIDER_FAILED),
            ("requires_action", FailureKind.PROVIDER_FAILED),
            ("incomplete", FailureKind.BAD_OUTPUT),
            ("budget_exceeded", FailureKind.NO_CREDIT),
        ],
    )
    def test_each_end_has_its_kind_and_nobody_knows_what_it_costs(self, status: str, kind: FailureKind) -> None:
        found = self.standing(status=status)
        assert (found.state, found.kind, found.billing) == (RemoteState.FAILED, kind, Billing.UNKNOWN)
        assert found.message

    def test_a_cancelled_interaction_is_no_failure(self) -> None:
        assert self.standing(status="cancelled").state is RemoteState.CANCELLED

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("safety", FailureKind.MODERATION_INPUT),
            ("SAFETY", FailureKind.MODERATION_INPUT),
            ("https://ai.google.dev/errors/prohibited_content", FailureKind.MODERATION_INPUT),
            ("image_safety", FailureKind.MODERATION_OUTPUT),
            ("api_error", FailureKind.PROVIDER_FAILED),
            ("quota_exceeded", FailureKind.RATE_LIMITED),
        ],
    )
    def test_the_code_of_a_failure_says_its_kind(self, code: str, kind: FailureKind) -> None:
        found = self.standing(status="failed", steps=[], errors=[{"code": code, "message": "No."}])
        assert (found.kind, found.message) == (kind, "it failed: No.")

    def test_a_step_may_hold_the_error(self) -> None:
        step = {"type": "model_output", "error": {"code": 13, "message": "The model broke."}}
        assert self.standing(status="failed", steps=[step]).message == "it failed: The model broke."

    def test_finished_without_a_clip_is_a_failure_that_says_why_it_may_be(self) -> None:
        words = {"type": "model_output", "content": [{"type": "text", "text": "I cannot show this person."}]}
        for steps in ([], [words], None):
            found = self.standing(status="completed", steps=steps)
            assert (found.state, found.kind) == (RemoteState.FAILED, FailureKind.BAD_OUTPUT)
            assert "EEA, Switzerland and the United Kingdom" in found.message
        assert "I cannot show this person." in self.standing(status="completed", steps=[words]).message

    def test_the_clip_is_that_of_the_model_and_not_what_was_sent(self) -> None:
        theirs = "https://generativelanguage.googleapis.com/v1beta/files/clip1:download?alt=media"
        steps = [
            {"type": "user_input", "content": [{"type": "video", "uri": "https://example.com/sent.mp4"}]},
            {"type": "thought", "summary": [{"type": "text", "text": "a harbor"}], "content": "anything"},
            {"type": "model_output", "content": ["anything", {"type": "video", "uri": theirs}]},
        ]
        assert self.standing(status="completed", steps=steps).urls == {"clip": theirs}

    # --- the clip -----------------------------------------------------------------------------------------------------

    def test_a_file_that_is_not_there_yet_is_waited_for_and_the_interaction_is_asked_no_more(
        self, tmp_path: Path
    ) -> None:
        self.fake.processing_asks = 2
        provider, request = self.provider_at(self.fake), self.wanted()

        async def whole() -> list[RemoteState]:
            sent = await provider.submit(request, key="key-1")
            while (status := await provider.poll(sent)).state is not RemoteState.READY:
                pass
            kept = replace(sent, urls={**sent.urls, **status.urls})
            path = tmp_path / "clip.mp4"
            with pytest.raises(ProviderUnavailable, match="putting the clip away") as raised:
                await provider.fetch(request, kept, destination=path, report=lambda _done: None)
            assert (raised.value.kind, raised.value.retry_after_s) == (FailureKind.TRANSPORT, 5.0)
            states = []
            for _ in range(2):
                status = await provider.poll(kept)
                kept = replace(kept, urls={**kept.urls, **status.urls})
                states.append(status.state)
            await provider.fetch(request, kept, destination=path, report=lambda _done: None)
            return states

        assert run(provider, whole) == [RemoteState.RUNNING, RemoteState.READY]
        assert len(list(read_frames(tmp_path / "clip.mp4"))) == 72
        asked = [each.path for each in self.fake.requests if "/interactions/" in each.path]
        assert len(asked) == 2

    def test_a_clip_inside_the_reply_comes_home_too(self, tmp_path: Path) -> None:
        provider, request = self.provider_at(self.fake), self.wanted()
        sent = self.submitted(provider, request)
        first = self.last_poll(provider, sent)
        assert first.urls["clip"].endswith(":download?alt=media")
        second = self.last_poll(provider, sent)
        assert "/interactions/" in second.urls["clip"]
        self.home(provider, request, sent, folder=tmp_path)
        assert [read_number(frame) for frame in read_frames(tmp_path / "clip.mp4")] == list(range(72))

    def test_a_file_that_failed_is_a_failure(self) -> None:
        status = self.provider_at(self.fake).standing({"name": "files/clip1", "state": "FAILED"})
        assert status is not None
        assert (status.state, status.kind) == (RemoteState.FAILED, FailureKind.BAD_OUTPUT)

    def test_a_file_is_fetched_with_the_key_and_a_link_to_elsewhere_without(self, tmp_path: Path) -> None:
        provider, request = self.provider_at(self.fake), self.wanted()
        self.brought_home(provider, request, folder=tmp_path)
        assert self.fake.requests[-1].path.endswith(":download")
        assert self.fake.requests[-1].query == {"alt": "media"}
        assert self.fake.requests[-1].headers["x-goog-api-key"] == KEY
        elsewhere = self.fake.base_url.replace("127.0.0.1", "localhost") + "/files/clip1:download?alt=media"
        sent = Submission(remote_id="v1_omni000001", urls={"base": self.fake.base_url, "clip": elsewhere})
        with pytest.raises(ProviderError):
            run(
                provider,
                lambda: provider.fetch(request, sent, destination=tmp_path / "b.mp4", report=lambda _done: None),
            )
        assert "x-goog-api-key" not in self.fake.requests[-1].headers

    def test_a_file_that_is_gone_has_expired(self) -> None:
        sent = Submission(
            remote_id="v1_omni000001", urls={"base": self.fake.base_url, "clip": f"{self.fake.base_url}/files/clip9"}
        )
        assert self.polled_or_raised(self.provider_at(self.fake), sent) is FailureKind.EXPIRED

    def last_poll(self, provider: GeminiOmni, sent: Submission) -> RemoteStatus:
        async def whole() -> RemoteStatus:
            while (status := await provider.poll(sent)).state is RemoteState.RUNNING:
                pass
            return status

        return run(provider, whole)

    # --- refusals -----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            ({"error": {"code": "content_blocked", "message": "No."}}, FailureKind.MODERATION_INPUT),
            ({"error": {"code": "failed_precondition", "message": "Enable billing."}}, FailureKind.NO_CREDIT),
            ({"error": {"code": "model_not_found", "message": "No."}}, FailureKind.MODEL_GONE),
            ({"error": {"code": "quota_exceeded", "message": "No."}}, FailureKind.RATE_LIMITED),
            ({"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}}, None),
            ([{"error": {"code": 400, "message": "No.", "status": "SAFETY"}}], FailureKind.MODERATION_INPUT),
            ({"error": {"code": 400, "message": "API key not valid. Please pass a valid one."}}, FailureKind.AUTH),
            ({"error": {"code": "invalid_request", "message": "Invalid interaction name: x"}}, FailureKind.EXPIRED),
        ],
    )
    def test_codes_and_words_of_a_refusal(self, body: object, kind: FailureKind | None) -> None:
        trouble = self.provider_at(self.fake).trouble_in(body)
        assert trouble is not None
        assert trouble.kind is kind

    def test_what_is_no_refusal_says_nothing(self) -> None:
        provider = self.provider_at(self.fake)
        assert [provider.trouble_in(each) for each in ({}, [], None, "text")] == [None] * 4

    def test_the_fake_refuses_what_google_does(self) -> None:
        provider = self.provider_at(self.fake)
        for changes, kind in (
            ({"model": "gemini-omni-flash-preview"}, FailureKind.MODEL_GONE),
            ({"seconds": Fraction(16)}, FailureKind.INVALID_REQUEST),
            ({"seconds": Fraction(2)}, FailureKind.INVALID_REQUEST),
            ({"seconds": Fraction(7, 2)}, FailureKind.INVALID_REQUEST),
            ({"size": (1024, 576)}, FailureKind.INVALID_REQUEST),
            ({"seconds": Fraction(11), "boundary_in": FIRST, "boundary_out": LAST}, FailureKind.INVALID_REQUEST),
            ({"model": "gemini-omni-1.1-flash", "seconds": Fraction(11)}, FailureKind.INVALID_REQUEST),
        ):
            assert self.refused(provider, self.wanted(**changes)).kind is kind, changes
        assert not self.fake.charges

    def test_what_has_ended_is_known_with_its_day_and_what_to_use_now(self) -> None:
        for model, day in (
            ("gemini-omni-flash-preview", "2026-09-30"),
            ("veo-3.1-fast-generate-preview", "2026-10-22"),
            ("veo-3.0-generate-001", "2026-06-30"),
            ("veo-2.0-generate-001", "2026-06-30"),
        ):
            provider = self.provider_at(self.fake, model=model)
            with pytest.raises(ProviderRetired, match=f"ended on {day}") as raised:
                provider.offers()
            assert "gemini_omni:gemini-omni-1.2-flash" in raised.value.next_step

    def test_each_tier_has_its_price(self) -> None:
        for offer in self.provider_at(self.fake, price_per_second=None).offers():
            assert offer.prices is not None
            usd = [
                offer.prices.of(Fraction(10), size=size, silent=False)
                for size in ((640, 360), (1280, 720), (1080, 1920), (3840, 2160))
            ]
            assert None not in usd
            assert usd == sorted(set(usd))
            assert offer.prices.source == "second-hand"

    def test_a_job_that_is_over_is_stopped_no_more(self) -> None:
        with self.fake_with(pace=Pace(polls=0)) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.wanted())
            told_us = run(provider, lambda: provider.cancel(sent))
        assert not told_us.stopped


# --- Google's own SDK -------------------------------------------------------------------------------------------------


@pytest.fixture
def fake() -> Iterator[FakeGeminiOmni]:
    with FakeGeminiOmni(setup=Setup(key=KEY)) as server:
        yield server


@pytest.fixture
def client(fake: FakeGeminiOmni) -> Iterator[genai.Client]:
    made = genai.Client(api_key=KEY, http_options={"base_url": fake.url, "api_version": "v1beta"})
    yield made
    made.close()


FORMAT = {"type": "video", "delivery": "uri", "aspect_ratio": "16:9", "resolution": "720p", "duration": "3s"}


def test_the_sdk_brings_a_clip_home_from_the_fake(fake: FakeGeminiOmni, client: genai.Client, tmp_path: Path) -> None:
    fake.processing_asks = 1
    made = client.interactions.create(
        model="gemini-omni-1.2-flash", background=True, input="rain", response_format={**FORMAT, "resolution": "360p"}
    )
    while made.status in ("queued", "in_progress"):
        made = client.interactions.get(id=made.id)
    assert (made.status, fake.charges) == ("completed", 1)
    name = made.output_video.uri.rpartition("/")[2].partition(":")[0]
    states = [client.files.get(name=f"files/{name}").state.name for _ in range(2)]
    assert states == ["PROCESSING", "ACTIVE"]
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(client.files.download(file=f"files/{name}"))
    assert [read_number(frame) for frame in read_frames(clip)] == list(range(72))


def test_the_sdk_reads_a_refusal_of_the_fake(client: genai.Client) -> None:
    with pytest.raises(interaction_errors.NotFoundError) as raised:
        client.interactions.create(model="no-such-model", background=True, input="rain", response_format=FORMAT)
    assert raised.value.body == {"error": {"code": "model_not_found", "message": "models/no-such-model is not found."}}


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("fail moderation", "failed", "safety"), ("fail internal", "failed", "api_error")],
)
def test_the_sdk_reads_a_failure_of_the_fake(fault: str, status: str, code: str) -> None:
    setup = Setup(key=KEY, pace=Pace(polls=0))
    with (
        FakeGeminiOmni(faults=[f"create: {fault}"], setup=setup) as server,
        genai.Client(api_key=KEY, http_options={"base_url": server.url, "api_version": "v1beta"}) as made,
    ):
        job = made.interactions.create(
            model="gemini-omni-1.2-flash", background=True, input="rain", response_format=FORMAT
        )
        job = made.interactions.get(id=job.id)
    assert (job.status, job.errors[0].code) == (status, code)


@pytest.mark.parametrize("frames", [(), (FIRST,), (FIRST, LAST)], ids=["words", "first", "both"])
def test_our_request_is_the_one_that_the_sdk_sends(
    fake: FakeGeminiOmni, client: genai.Client, frames: tuple[bytes, ...]
) -> None:
    tags = " ".join(("<FIRST_FRAME>", "<LAST_FRAME>")[: len(frames)])
    words = f"{tags} rain over the harbor\n{ENDING}".strip()
    pictures = [{"type": "image", "data": base64.b64encode(png).decode(), "mime_type": "image/png"} for png in frames]
    client.interactions.create(
        model="gemini-omni-1.2-flash",
        background=True,
        input=[*pictures, {"type": "text", "text": words}] if frames else words,
        response_format=FORMAT,
        generation_config={
            "seed": 11,
            "video_config": {"task": "image_to_video" if frames else "text_to_video"},
        },
    )
    theirs = fake.requests[-1]
    contract = TestGeminiOmni()
    contract.fake = fake
    provider = contract.provider_at(fake)
    ends = dict(zip(("boundary_in", "boundary_out"), frames, strict=False))
    run(provider, lambda: provider.submit(contract.wanted(**ends), key="key-1"))
    assert told(fake.requests[-1]) == told(theirs)


def test_our_reference_pictures_are_those_that_the_sdk_sends_each_with_its_tag(
    fake: FakeGeminiOmni, client: genai.Client
) -> None:
    shown = reference_pictures(3)
    tags = "<IMAGE_REF_0> and <IMAGE_REF_2> show mara. <IMAGE_REF_1> shows pier."
    pictures = [
        {"type": "image", "data": base64.b64encode(each.data).decode(), "mime_type": "image/png"} for each in shown
    ]
    client.interactions.create(
        model="gemini-omni-1.2-flash",
        background=True,
        input=[*pictures, {"type": "text", "text": f"{tags}\nrain over the harbor\n{ENDING}"}],
        response_format=FORMAT,
        generation_config={"seed": 11, "video_config": {"task": "reference_to_video"}},
    )
    theirs = fake.requests[-1]
    contract = TestGeminiOmni()
    contract.fake = fake
    provider = contract.provider_at(fake)
    run(provider, lambda: provider.submit(contract.wanted(references=shown), key="key-1"))
    assert told(fake.requests[-1]) == told(theirs)


def test_our_cancel_and_our_question_are_those_of_the_sdk(fake: FakeGeminiOmni, client: genai.Client) -> None:
    contract = TestGeminiOmni()
    contract.fake = fake
    provider = contract.provider_at(fake)
    sent = contract.submitted(provider, contract.wanted())
    run(provider, lambda: provider.poll(sent))
    ours = told(fake.requests[-1])
    client.interactions.get(id=sent.remote_id)
    assert {**told(fake.requests[-1]), "query": {}} == ours
    other = contract.submitted(provider, contract.wanted())
    run(provider, lambda: provider.cancel(other))
    ours = told(fake.requests[-1])
    third = contract.submitted(provider, contract.wanted())
    client.interactions.cancel(id=third.remote_id)
    theirs = told(fake.requests[-1])
    assert {**theirs, "path": ours["path"]} == ours
    assert str(ours["path"]).endswith("/cancel")
