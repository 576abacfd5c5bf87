"""Replicate: what is sent for each mode, what is made of its answers, and its own client against the same fake."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import httpx
import numpy as np
import pytest
import replicate
from PIL import Image
from replicate.exceptions import ReplicateError

from pickup._av import read_frames
from pickup.errors import (
    ConfigError,
    FailureKind,
    OutcomeUnknown,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)
from pickup.hosted import HostedProvider
from pickup.offers import Audio, Cancelling, Mode
from pickup.ports import (
    Billing,
    Generation,
    LostSubmit,
    Reconciled,
    Reconciliation,
    Reference,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.providers.replicate import Replicate
from pickup.testing.clips import read_number
from pickup.testing.fakes import Pace, Setup, VirtualClock
from pickup.testing.fakes.replicate import OPEN_MODEL, OPEN_VERSION, FakeReplicate
from pickup.testing.hosted_contract import KEY, HostedContract, run
from pickup.testing.provider_contract import boundary_png, reference_pictures
from pickup.testing.sdk_requests import told

SIZE = (1280, 720)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)
WORDS = {
    "prompt": "rain over the harbor",
    "duration": 4,
    "resolution": "720p",
    "aspect_ratio": "16:9",
    "seed": 11,
    "generate_audio": False,
}
OPEN = {
    "model": OPEN_MODEL,
    "frames": {"min": 5, "max": 121, "step": 4},
    "sizes": ["832x480"],
    "fps": 24,
    "frames_from": "first",
    "fields": {"frames": "num_frames", "first_frame": "start"},
    "options": {"version": OPEN_VERSION, "input": '{"go_fast": false}'},
}


def noise_png(seed: int) -> bytes:
    """A frame as a camera gives it: no compression makes it small."""
    pixels = np.random.default_rng(seed).integers(0, 255, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def large() -> tuple[bytes, bytes]:
    return noise_png(1), noise_png(2)


class TestReplicate(HostedContract):
    provider_type = Replicate
    fake_type = FakeReplicate
    refreshes = False

    def wanted(self, **changes: object) -> Generation:
        return replace(self.asked(size=SIZE, seconds=Fraction(4), frames=96), **changes)

    def sent(self, **changes: object) -> dict[str, object]:
        provider = self.provider_at(self.fake)
        run(provider, lambda: provider.submit(self.wanted(**changes), key="key-1"))
        return dict(self.fake.requests[-1].fields)

    def standing(self, **fields: object) -> RemoteStatus:
        status = self.provider_at(self.fake).standing({"id": "p", "input": {"prompt": "rain"}, **fields})
        assert status is not None
        return status

    # --- what it offers -----------------------------------------------------------------------------------------------

    def test_veo_makes_silent_clips_of_four_six_and_eight_seconds(self) -> None:
        offer = self.first_offer()
        assert offer.audio is Audio.OPTIONAL
        assert offer.modes == {Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}
        assert offer.cancelling is Cancelling.ANY
        assert (offer.per_minute, offer.result_kept_s) == (600, 3600)
        capability, pictured = offer.capabilities
        assert str(capability.lengths) == "4, 6, 8 s"
        assert len(capability.rates) == 1
        assert (str(pictured.lengths), pictured.references, pictured.modes) == ("8 s", 3, {Mode.TEXT})
        assert all(width > height for width, height in pictured.sizes)

    def test_nobody_has_said_at_which_rate_the_fast_one_works(self) -> None:
        [fast] = [each for each in self.provider_at(self.fake).offers() if each.model == "google/veo-3.1-fast"]
        assert len(fast.capabilities[0].rates) == 3

    def test_a_price_is_known_only_from_the_settings(self) -> None:
        offers = self.provider_at(self.fake, price_per_second=None).offers()
        assert all(each.prices is None for each in offers)

    def test_sora_is_gone_there_too(self) -> None:
        provider = self.provider_at(self.fake, model="openai/sora-2-pro", seconds=[4], sizes=["1280x720"], fps=30)
        with pytest.raises(ProviderRetired, match="2026-09-24") as raised:
            provider.offers()
        assert "replicate:google/veo-3.1" in raised.value.next_step

    # --- what is sent -------------------------------------------------------------------------------------------------

    def test_words_alone(self) -> None:
        assert self.sent() == {"input": WORDS}
        assert self.fake.requests[-1].path == "/v1/models/google/veo-3.1/predictions"
        assert "prefer" not in self.fake.requests[-1].headers

    def test_what_is_not_wanted_is_sent_where_there_is_any(self) -> None:
        assert self.sent(negative="text, logos") == {"input": {**WORDS, "negative_prompt": "text, logos"}}

    def test_an_upright_picture_has_an_upright_shape(self) -> None:
        given = self.sent(size=(1080, 1920), seconds=Fraction(8))["input"]
        assert (given["aspect_ratio"], given["resolution"], given["duration"]) == ("9:16", "1080p", 8)

    def test_small_frames_go_inside_the_request(self) -> None:
        given = self.sent(boundary_in=FIRST, boundary_out=LAST)["input"]
        assert given.keys() - WORDS.keys() == {"image", "last_frame"}
        assert given["image"].startswith("data:image/png;base64,")
        assert [each.path for each in self.fake.requests] == ["/v1/models/google/veo-3.1/predictions"]

    def test_large_frames_are_uploaded_as_they_are(self, large: tuple[bytes, bytes]) -> None:
        given = self.sent(boundary_in=large[0], boundary_out=large[1])["input"]
        first, last, _order = self.fake.requests
        assert (first.method, first.path) == ("POST", "/v1/files")
        assert (first.files["content"].data, last.files["content"].data) == large
        assert [given["image"], given["last_frame"]] == [
            f"{self.fake.base_url}/files/{each}" for each in self.fake.files
        ]
        assert self.fake.accepted[0].order.first_frame == large[0]

    def test_a_small_frame_beside_a_large_one_stays_inside(self, large: tuple[bytes, bytes]) -> None:
        given = self.sent(boundary_in=FIRST, boundary_out=large[1])["input"]
        assert given["image"].startswith("data:")
        assert given["last_frame"].startswith(self.fake.base_url)

    def test_what_was_uploaded_is_deleted_when_the_clip_is_here(
        self, large: tuple[bytes, bytes], tmp_path: Path
    ) -> None:
        provider, request = self.provider_at(self.fake), self.wanted(boundary_in=large[0], boundary_out=large[1])
        sent = self.submitted(provider, request)
        assert len(self.fake.files) == 2
        self.home(provider, request, sent, folder=tmp_path)
        assert not self.fake.files
        self.home(provider, request, sent, folder=tmp_path)  # a fetch repeated finds nothing to delete

    def test_what_was_uploaded_for_an_order_that_is_refused_is_deleted(self, large: tuple[bytes, bytes]) -> None:
        for fault in ("create: 402", "create: 429", "upload 2: 503"):
            with self.fake_with(fault) as fake:
                self.refused(self.provider_at(fake), self.wanted(boundary_in=large[0], boundary_out=large[1]))
                assert not fake.files, fault

    def test_what_may_have_been_accepted_keeps_its_frames(self, large: tuple[bytes, bytes]) -> None:
        with self.fake_with("create: accept, drop") as fake:
            self.refused(self.provider_at(fake), self.wanted(boundary_in=large[0]))
            assert len(fake.files) == 1

    def test_whatever_fails_in_an_upload_no_clip_was_ordered(self, large: tuple[bytes, bytes]) -> None:
        for fault in ("500", "503", "429 after 7", "drop", "accept, drop", "garbage", "html", "redirect /elsewhere"):
            with self.fake_with(f"upload: {fault}") as fake:
                error = self.refused(self.provider_at(fake), self.wanted(boundary_in=large[0]))
                assert not fake.accepted
            wanted = ProviderRefused if fault.startswith("redirect") else ProviderUnavailable
            assert type(error) is wanted, f"{fault}: {error!r}"
            assert error.next_step, fault

    # --- models of the settings ---------------------------------------------------------------------------------------

    def test_a_version_is_asked_for_by_itself_with_the_models_own_names(self, tmp_path: Path) -> None:
        provider = self.provider_at(self.fake, **OPEN)
        [offer] = provider.offers()
        wish = replace(self.wishes()[1], size=(832, 480))
        request = self.request(offer, wish, provider.quote(wish, model=offer.model))
        self.brought_home(provider, request, folder=tmp_path)
        sent = self.fake.requests[0]
        assert sent.path == "/v1/predictions"
        assert sent.fields["version"] == OPEN_VERSION
        status = run(provider, lambda: provider.poll(Submission(remote_id=self.fake.jobs.live[0].remote_id)))
        assert status.version == OPEN_VERSION
        assert sent.fields["input"].keys() == {"prompt", "num_frames", "start", "go_fast"}
        assert sent.fields["input"]["num_frames"] == request.frames

    def test_a_model_may_be_named_with_its_version(self) -> None:
        name = f"{OPEN_MODEL}:{OPEN_VERSION}"
        provider = self.provider_at(self.fake, **{**OPEN, "model": name, "options": {}})
        run(provider, lambda: provider.submit(self.wanted(model=name, frames=97), key="key-1"))
        assert self.fake.requests[-1].fields["version"] == OPEN_VERSION

    @pytest.mark.parametrize(
        ("changes", "part"),
        [
            ({"fields": {"first_frame": "start"}}, "frames"),
            ({"fields": {"frames": "num_frames"}}, "first_frame"),
            ({"sizes": ["832x480", "480x832"]}, "resolution or shape or width"),
            ({"frames_from": "first_last"}, "last_frame"),
        ],
    )
    def test_a_part_that_decides_what_is_made_must_have_a_name(self, changes: dict[str, object], part: str) -> None:
        self.provider_at(self.fake, **OPEN).check_ready()
        with pytest.raises(ConfigError, match=part) as raised:
            self.provider_at(self.fake, **{**OPEN, **changes}).check_ready()
        assert "fields" in raised.value.next_step

    def test_a_frame_that_has_no_name_is_not_left_out(self) -> None:
        provider = self.provider_at(self.fake, **{**OPEN, "fields": {"frames": "num_frames"}})
        with pytest.raises(ProviderRefused, match="first frame"):
            provider.order(self.wanted(model=OPEN_MODEL, boundary_in=FIRST))

    def test_settings_that_mean_nothing_are_refused(self) -> None:
        with pytest.raises(ConfigError, match="no part 'length'"):
            self.provider_at(self.fake, fields={"length": "duration"})
        for text in ("{", "[1]"):
            with pytest.raises(ConfigError, match="JSON"):
                self.provider_at(self.fake, options={"input": text})

    # --- what is made of its answers ----------------------------------------------------------------------------------

    def test_a_link_in_a_list_is_a_clip_too(self) -> None:
        self.fake.output_is_list = True
        assert self.ended(self.provider_at(self.fake), self.asked()).urls["clip"].startswith(self.fake.url)
        assert self.standing(status="succeeded", output={"video": "https://r.example/1.mp4"}).urls == {
            "clip": "https://r.example/1.mp4"
        }

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("starting", RemoteState.RUNNING),
            ("processing", RemoteState.RUNNING),
            ("dreaming", RemoteState.RUNNING),
            ("failed", RemoteState.FAILED),
            ("canceled", RemoteState.CANCELLED),
            ("aborted", RemoteState.CANCELLED),
        ],
    )
    def test_each_state(self, status: str, state: RemoteState) -> None:
        assert self.standing(status=status).state is state

    def test_what_never_began_costs_nothing(self) -> None:
        assert self.standing(status="aborted").billing is Billing.NOT_BILLED
        assert self.standing(status="canceled").billing is Billing.UNKNOWN
        assert self.standing(status="failed", error="(E1000)").billing is Billing.UNKNOWN

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("The input or output was flagged as sensitive. (E005)", FailureKind.MODERATION_INPUT),
            ("Your input image was flagged.", FailureKind.MODERATION_INPUT),
            ("The output was blocked by a filter.", FailureKind.MODERATION_OUTPUT),
            ("NSFW content detected", FailureKind.MODERATION_INPUT),
            ("Input validation error: the image cannot be loaded", FailureKind.INVALID_REQUEST),
            ("The model ran out of memory. (E1001)", FailureKind.PROVIDER_FAILED),
            ("It did not start in time. (E6716)", FailureKind.PROVIDER_FAILED),
            (None, FailureKind.PROVIDER_FAILED),
        ],
    )
    def test_each_error_means_something(self, text: str | None, kind: FailureKind) -> None:
        status = self.standing(status="failed", error=text)
        assert status.kind is kind
        assert status.message

    @pytest.mark.parametrize(
        ("logs", "done"),
        [
            (None, None),
            ("Loading the weights\n", None),
            ("  5%|▌   | 1/20 [00:01<00:20]\n 45%|████▌   | 9/20 [00:09<00:11]\nsaving\n", 0.45),
        ],
    )
    def test_progress_stands_in_the_logs_or_nowhere(self, logs: str | None, done: float | None) -> None:
        assert self.standing(status="processing", logs=logs).done == done

    def test_a_clip_that_was_deleted_there_is_expired_and_was_paid(self) -> None:
        with self.fake_with(pace=Pace(polls=0)) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            assert run(provider, lambda: provider.poll(sent)).state is RemoteState.READY
            fake.clock.advance(3601)
            status = run(provider, lambda: provider.poll(sent))
        assert (status.state, status.kind, status.billing) == (
            RemoteState.EXPIRED,
            FailureKind.EXPIRED,
            Billing.BILLED,
        )
        assert self.standing(status="succeeded", input={}, output=None).state is RemoteState.EXPIRED

    def test_a_link_of_a_deleted_clip_is_expired(self, tmp_path: Path) -> None:
        with self.fake_with(pace=Pace(polls=0)) as fake:
            provider, request = self.provider_at(fake), self.asked()
            sent = self.submitted(provider, request)
            status = run(provider, lambda: provider.poll(sent))
            fake.clock.advance(3601)
            late = replace(sent, urls={**sent.urls, **status.urls})
            with pytest.raises(ProviderUnavailable) as raised:
                run(
                    provider,
                    lambda: provider.fetch(request, late, destination=tmp_path / "x.mp4", report=lambda _done: None),
                )
        assert raised.value.kind is FailureKind.EXPIRED

    def test_a_version_that_is_unknown_is_a_model_that_is_gone(self) -> None:
        provider = self.provider_at(self.fake, options={"version": "0" * 64})
        error = self.refused(provider, self.asked())
        assert (type(error), error.kind) == (ProviderRetired, FailureKind.MODEL_GONE)

    def test_an_input_that_it_does_not_take_is_quoted(self) -> None:
        error = self.refused(self.provider_at(self.fake, options={"input": '{"camera": "pan"}'}), self.asked())
        assert error.kind is FailureKind.INVALID_REQUEST
        assert "input.camera" in error.message

    def test_words_of_moderation_count_only_where_the_order_is_what_was_refused(self) -> None:
        provider = self.provider_at(self.fake)
        for status, kind in ((422, FailureKind.MODERATION_INPUT), (403, None)):
            trouble = provider.trouble_in({"title": "No", "detail": "This was flagged.", "status": status})
            assert trouble is not None
            assert trouble.kind is kind
        assert provider.trouble_in(["no problem"]) is None

    # --- stopping -----------------------------------------------------------------------------------------------------

    def test_what_had_ended_is_not_said_to_be_stopped(self) -> None:
        with self.fake_with(pace=Pace(polls=0)) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            assert not run(provider, lambda: provider.cancel(sent)).stopped
            assert run(provider, lambda: provider.poll(sent)).state is RemoteState.READY

    def test_what_a_stopped_clip_costs_is_not_known(self) -> None:
        for fault in ("poll: 503", "cancel: accept, garbage"):
            with self.fake_with(fault, pace=Pace(polls=5)) as fake:
                provider = self.provider_at(fake)
                sent = self.submitted(provider, self.asked())
                stopped = run(provider, lambda p=provider, s=sent: p.cancel(s))
            assert (stopped.stopped, stopped.billing) == (True, Billing.UNKNOWN)

    def test_what_it_stops_no_more_is_said(self) -> None:
        with self.fake_with("cancel: 409", pace=Pace(polls=5)) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            assert not run(provider, lambda: provider.cancel(sent)).stopped

    # --- a reply that was lost ----------------------------------------------------------------------------------------

    def test_the_one_job_like_it_that_nobody_has_claimed_is_found(self) -> None:
        with self.fake_with("create: accept, drop", clock=now_clock()) as fake:
            provider = self.provider_at(fake)
            self.lose(provider)
            found = self.looked_up(provider)
            assert found.outcome is Reconciled.FOUND
            assert found.submission is not None
            assert found.submission.remote_id == fake.accepted[0].remote_id

    def test_it_is_asked_for_what_a_list_leaves_out(self) -> None:
        with self.fake_with("create 2: accept, drop", clock=now_clock()) as fake:
            fake.lists_inputs = False
            provider = self.provider_at(fake)
            self.submitted(provider, self.asked(prompt="another prompt"))
            self.lose(provider)
            found = self.looked_up(provider)
            assert found.submission is not None
            assert found.submission.remote_id == fake.accepted[1].remote_id

    def test_a_job_whose_words_are_deleted_may_be_anybodys(self) -> None:
        with self.fake_with("create: accept, drop", clock=now_clock(), pace=Pace(polls=0)) as fake:
            provider = self.provider_at(fake)
            self.lose(provider)
            fake.clock.advance(3601)
            found = self.looked_up(provider)
        assert found.outcome is Reconciled.CANNOT_TELL
        assert "1 jobs that may be it" in found.message

    def test_nothing_found_proves_nothing(self) -> None:
        with self.fake_with("create: drop", clock=now_clock()) as fake:
            provider = self.provider_at(fake)
            self.lose(provider)
            assert self.looked_up(provider).outcome is Reconciled.CANNOT_TELL

    def test_what_is_claimed_or_unlike_is_not_taken(self) -> None:
        with self.fake_with(clock=now_clock()) as fake:
            provider = self.provider_at(fake)
            mine = self.submitted(provider, self.asked())
            for unlike in (
                {"prompt": "another"},
                {"seed": 12},
                {"model": "google/veo-3.1-fast"},
                {"size": (1920, 1080)},
            ):
                self.submitted(provider, self.asked(**unlike))
            told_of = self.looked_up(provider, claimed=[mine.remote_id])
        assert told_of.outcome is Reconciled.CANNOT_TELL
        assert "no job like it" in told_of.message

    def test_of_two_jobs_like_it_none_is_taken(self) -> None:
        with self.fake_with(clock=now_clock()) as fake:
            provider = self.provider_at(fake)
            for _ in range(2):
                self.submitted(provider, self.asked())
            told_of = self.looked_up(provider)
        assert (told_of.outcome, "2 jobs" in told_of.message) == (Reconciled.CANNOT_TELL, True)

    @pytest.mark.parametrize(("ago_s", "source"), [(3600, "api"), (0, "web")])
    def test_a_job_of_long_ago_or_of_the_website_is_another_one(self, ago_s: float, source: str) -> None:
        with self.fake_with(clock=now_clock(ago_s=ago_s)) as fake:
            fake.source = source
            provider = self.provider_at(fake)
            self.submitted(provider, self.asked())
            assert self.looked_up(provider).outcome is Reconciled.CANNOT_TELL

    def test_a_list_is_read_page_by_page_at_our_own_address(self) -> None:
        with self.fake_with("create 1: accept, drop", clock=now_clock()) as fake:
            fake.page = 2
            provider = self.provider_at(fake)
            self.lose(provider)
            for number in range(4):
                self.submitted(provider, self.asked(prompt=f"another {number}"))
            found = self.looked_up(provider)
            pages = [each for each in fake.requests if each.method == "GET" and each.path == "/v1/predictions"]
        assert found.outcome is Reconciled.FOUND
        assert [each.query.get("cursor") for each in pages] == [None, "2", "4"]
        assert len({each.query["created_after"] for each in pages}) == 1

    def lose(self, provider: HostedProvider) -> None:
        with pytest.raises(OutcomeUnknown):
            self.submitted(provider, self.asked())

    def looked_up(self, provider: HostedProvider, claimed: Sequence[str] = ()) -> Reconciliation:
        lost = LostSubmit(
            request=self.asked(), key="key-1", asked=datetime.now(UTC), is_claimed=lambda job: job in claimed
        )
        return run(provider, lambda: provider.reconcile(lost))


def now_clock(*, ago_s: float = 0.0) -> VirtualClock:
    return VirtualClock(datetime.now(UTC).timestamp() - ago_s)


# --- Replicate's own client -------------------------------------------------------------------------------------------


@pytest.fixture
def fake() -> Iterator[FakeReplicate]:
    with FakeReplicate(setup=Setup(key=KEY)) as server:
        yield server


@pytest.fixture
def client(fake: FakeReplicate) -> Iterator[replicate.Client]:
    with httpx.HTTPTransport() as transport:  # it closes none of its own
        made = replicate.Client(api_token=KEY, base_url=fake.url, transport=transport)
        made.poll_interval = 0.0
        yield made


def ours(fake: FakeReplicate, **changes: object) -> None:
    """Our request for four seconds."""
    contract = TestReplicate()
    contract.fake = fake
    settings = changes.pop("settings", {})
    provider = contract.provider_at(fake, **settings)
    run(provider, lambda: provider.submit(contract.wanted(**changes), key="key-1"))


def as_file(png: bytes, name: str) -> io.BytesIO:
    stream = io.BytesIO(png)
    stream.name = name
    return stream


def test_the_client_brings_a_clip_home_from_the_fake(
    fake: FakeReplicate, client: replicate.Client, tmp_path: Path
) -> None:
    prediction = client.predictions.create(
        model="google/veo-3.1", input={"prompt": "rain", "duration": 4, "resolution": "720p"}
    )
    assert prediction.status == "starting"
    prediction.wait()
    assert (prediction.status, fake.charges) == ("succeeded", 1)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(httpx.get(prediction.output, timeout=60).content)
    assert [read_number(frame) for frame in read_frames(clip)] == list(range(96))


def test_the_client_may_hold_the_request_until_the_end(fake: FakeReplicate, client: replicate.Client) -> None:
    prediction = client.predictions.create(version=OPEN_VERSION, input={"prompt": "rain", "num_frames": 5}, wait=60)
    assert prediction.status == "succeeded"
    assert fake.requests[0].headers["prefer"] == "wait=60"


def test_the_client_sees_files_lists_accounts_and_cancels(client: replicate.Client) -> None:
    made = client.files.create(as_file(FIRST, "first_frame.png"))
    assert (client.files.get(made.id).size, client.files.delete(made.id)) == (len(FIRST), True)
    with pytest.raises(ReplicateError) as raised:
        client.files.get(made.id)
    assert raised.value.status == 404
    prediction = client.predictions.create(model="google/veo-3.1", input={"prompt": "rain"})
    prediction.cancel()
    assert [(each.id, each.status) for each in client.predictions.list().results] == [(prediction.id, "canceled")]
    assert client.accounts.current().username == "editor"


def test_the_client_understands_the_refusals_of_the_fake(client: replicate.Client) -> None:
    refused: list[tuple[Callable[[], object], int, str]] = [
        (lambda: client.predictions.create(model="google/veo-9", input={"prompt": "rain"}), 404, "Not found"),
        (
            lambda: client.predictions.create(version="0" * 64, input={"prompt": "rain"}),
            422,
            "Invalid version or not permitted",
        ),
        (lambda: client.predictions.create(model="google/veo-3.1", input={}), 422, "Input validation failed"),
    ]
    for call, status, title in refused:
        with pytest.raises(ReplicateError) as raised:
            call()
        assert (raised.value.status, raised.value.title) == (status, title)


@pytest.mark.parametrize("frames", [(), ("image",), ("image", "last_frame")], ids=["words", "first", "both"])
def test_our_request_is_the_one_that_the_client_sends(
    fake: FakeReplicate, client: replicate.Client, frames: tuple[str, ...]
) -> None:
    pictures = {"image": FIRST, "last_frame": LAST}
    files = {name: as_file(pictures[name], "frame.png") for name in frames}
    client.models.predictions.create("google/veo-3.1", input={**WORDS, **files}, file_encoding_strategy="base64")
    ours(
        fake,
        boundary_in=FIRST if "image" in frames else None,
        boundary_out=LAST if "last_frame" in frames else None,
    )
    theirs, mine = fake.requests
    assert told(mine) == told(theirs)


def test_our_reference_pictures_go_as_the_client_sends_a_list_and_large_ones_are_uploaded(
    fake: FakeReplicate, client: replicate.Client, large: tuple[bytes, bytes]
) -> None:
    small = reference_pictures(2)
    sent = [as_file(each.data, "reference.png") for each in small]
    words = {**WORDS, "duration": 8, "reference_images": sent}
    client.models.predictions.create("google/veo-3.1", input=words, file_encoding_strategy="base64")
    eight = {"seconds": Fraction(8), "frames": 192}
    ours(fake, references=small, **eight)
    theirs, mine = fake.requests
    assert told(mine) == told(theirs)
    ours(fake, references=(Reference.of(large[0], name="mara", source="ab"), small[0]), **eight)
    *_, upload, order = fake.requests
    assert upload.files["content"].name == "references_1.jpeg"
    links = json.loads(order.body)["input"]["reference_images"]
    assert links[0].startswith(f"{fake.base_url}/files/")
    assert links[1].startswith("data:image/png;base64,")


def test_our_upload_and_the_order_after_it_are_those_of_the_client(
    fake: FakeReplicate, client: replicate.Client, large: tuple[bytes, bytes]
) -> None:
    client.predictions.create(model="google/veo-3.1", input={**WORDS, "image": as_file(large[0], "first_frame.png")})
    ours(fake, boundary_in=large[0])
    upload, order, our_upload, our_order = fake.requests
    assert told(our_upload) == told(upload)
    links = [json.loads(each.body)["input"].pop("image") for each in (order, our_order)]
    assert links == [f"{fake.base_url}/files/{each}" for each in fake.files]
    with_theirs = replace(our_order, fields={"input": {**our_order.fields["input"], "image": links[0]}})
    assert told(with_theirs) == told(order)


def test_our_request_for_a_version_is_the_one_that_the_client_sends(
    fake: FakeReplicate, client: replicate.Client
) -> None:
    client.predictions.create(
        version=OPEN_VERSION, input={"prompt": "rain over the harbor", "num_frames": 97, "go_fast": False}
    )
    ours(fake, settings=OPEN, model=OPEN_MODEL, frames=97)
    theirs, mine = fake.requests
    assert told(mine) == told(theirs)


def test_our_polls_and_cancels_are_those_of_the_client(fake: FakeReplicate, client: replicate.Client) -> None:
    prediction = client.predictions.create(model="google/veo-3.1", input={"prompt": "rain"})
    client.predictions.get(prediction.id)
    client.predictions.cancel(prediction.id)
    contract = TestReplicate()
    contract.fake = fake
    provider = contract.provider_at(fake)
    sent = provider.accepted({"id": prediction.id, "status": "starting"})
    assert sent is not None
    run(provider, lambda: provider.poll(sent))
    run(provider, lambda: provider.cancel(sent))
    _create, poll, cancel, our_poll, our_cancel = fake.requests
    assert (told(our_poll), told(our_cancel)) == (told(poll), told(cancel))
