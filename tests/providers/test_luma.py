"""Luma: what is sent for each mode, what is made of its answers, and Luma's own SDK against the same fake."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import httpx
import luma_agents
import pytest

from pickup._av import read_frames
from pickup.errors import FailureKind, ProviderError, ProviderUnavailable
from pickup.ports import RemoteState
from pickup.providers.luma import Luma
from pickup.testing.clips import read_number
from pickup.testing.fakes import Setup
from pickup.testing.fakes.luma import FakeLuma
from pickup.testing.fakes.orders import Look
from pickup.testing.fakes.routes import Exchange
from pickup.testing.fakes.wire import RefusedError, Reply, json_reply
from pickup.testing.hosted_contract import KEY, HostedContract, run
from pickup.testing.provider_contract import boundary_png
from pickup.testing.sdk_requests import told

SIZE = (1280, 720)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)


class TestLuma(HostedContract):
    provider_type = Luma
    fake_type = FakeLuma

    def sent(self, **changes: object) -> dict[str, object]:
        provider = self.provider_at(self.fake)
        request = replace(self.asked(size=SIZE, seconds=Fraction(5), frames=120), **changes)
        run(provider, lambda: provider.submit(request, key="key-1"))
        return dict(self.fake.requests[-1].fields)

    def test_words_alone(self) -> None:
        assert self.sent() == {
            "type": "video",
            "model": "ray-3.2",
            "prompt": "rain over the harbor",
            "aspect_ratio": "16:9",
            "video": {"duration": "5s", "resolution": "720p"},
        }

    def test_both_frames_of_five_seconds_are_the_ends(self) -> None:
        video = self.sent(boundary_in=FIRST, boundary_out=LAST)["video"]
        assert set(video) == {"duration", "resolution", "start_frame", "end_frame"}
        assert video["start_frame"]["media_type"] == "image/png"

    def test_both_frames_of_ten_seconds_are_pinned_to_the_ends_of_the_grid(self) -> None:
        video = self.sent(boundary_in=FIRST, boundary_out=LAST, seconds=Fraction(10), frames=240)["video"]
        assert video["keyframe_indexes"] == [0, 240]
        assert len(video["keyframes"]) == 2
        assert "start_frame" not in video

    def test_an_upright_picture_has_an_upright_shape(self) -> None:
        sent = self.sent(size=(1080, 1920))
        assert (sent["aspect_ratio"], sent["video"]["resolution"]) == ("9:16", "1080p")

    def test_too_many_jobs_are_told_from_too_many_requests(self) -> None:
        trouble = self.provider_at(self.fake).trouble_in({"detail": "Too many concurrent jobs."})
        assert trouble is not None
        assert trouble.kind is FailureKind.CONCURRENCY_LIMITED
        with self.fake_with("create: 429") as fake:
            provider = self.provider_at(fake)
            with pytest.raises(ProviderUnavailable) as raised:
                run(provider, lambda: provider.submit(self.asked(), key="key-1"))
        assert raised.value.kind is FailureKind.RATE_LIMITED

    def test_what_luma_says_of_a_failure_is_made_fit_to_be_kept(self) -> None:
        class Telling(FakeLuma):
            def job_object(self, look: Look) -> dict[str, object]:
                return {**super().job_object(look), "failure_reason": f"Bearer {KEY}\x1b[31m " + "so " * 1000}

        with Telling(faults=["create: fail internal"], setup=self.setup_of_fake()) as fake:
            status = self.ended(self.provider_at(fake), self.asked())
        assert status.state is RemoteState.FAILED
        assert KEY not in status.message
        assert "\x1b" not in status.message
        assert len(status.message) <= 300

    def test_a_rotated_key_is_no_fault_of_the_job(self) -> None:
        class Strict(FakeLuma):
            def refusal(self, refused: RefusedError) -> Reply:
                return json_reply({"detail": "invalid key", "code": "invalid_request"}, status=refused.status)

        with Strict(setup=self.setup_of_fake()) as fake:
            sent = self.submitted(self.provider_at(fake), self.asked())
            error = self.poll_error(self.provider_at(fake, key="rotated"), sent)
        assert error.kind is FailureKind.AUTH

    def test_a_page_of_a_captive_portal_is_no_fault_of_the_job(self) -> None:
        with self.fake_with("poll: 400", "poll: 405") as fake:
            provider = self.provider_at(fake)
            error = self.poll_error(provider, self.submitted(provider, self.asked()))
        assert type(error) is ProviderError

    def test_a_service_that_wants_to_be_asked_tomorrow_is_asked_before(self) -> None:
        class Slow(FakeLuma):
            def poll(self, exchange: Exchange) -> Reply:
                return replace(super().poll(exchange), headers={"Retry-After": "86400"})

        with Slow(setup=self.setup_of_fake()) as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            assert run(provider, lambda: provider.poll(sent)).poll_after_s == 300

    def test_a_state_that_is_new_is_not_the_end(self) -> None:
        status = self.provider_at(self.fake).standing({"id": "g", "state": "dreaming"})
        assert status is not None
        assert status.state.value == "running"


# --- Luma's own SDK ---------------------------------------------------------------------------------------------------


@pytest.fixture
def fake() -> Iterator[FakeLuma]:
    with FakeLuma(setup=Setup(key=KEY)) as server:
        yield server


@pytest.fixture
def client(fake: FakeLuma) -> Iterator[luma_agents.Luma]:
    with luma_agents.Luma(auth_token=KEY, base_url=fake.base_url, max_retries=0, timeout=60) as made:
        yield made


def test_the_sdk_brings_a_clip_home_from_the_fake(fake: FakeLuma, client: luma_agents.Luma, tmp_path: Path) -> None:
    generation = client.generations.create(
        type="video", model="ray-3.2", prompt="rain", video={"duration": "5s", "resolution": "540p"}
    )
    while generation.state in ("queued", "processing"):
        generation = client.generations.get(generation.id)
    assert (generation.state, fake.charges) == ("completed", 1)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(httpx.get(generation.output[0].url, timeout=60).content)
    assert [read_number(frame) for frame in read_frames(clip)] == list(range(120))


@pytest.mark.parametrize("frames", [(), ("start_frame",), ("start_frame", "end_frame")], ids=["words", "first", "both"])
def test_our_request_is_the_one_that_the_sdk_sends(
    fake: FakeLuma, client: luma_agents.Luma, frames: tuple[str, ...]
) -> None:
    pictures = {"start_frame": FIRST, "end_frame": LAST}
    given = {name: {"data": base64.b64encode(pictures[name]).decode(), "media_type": "image/png"} for name in frames}
    client.generations.create(
        type="video",
        model="ray-3.2",
        prompt="rain over the harbor",
        aspect_ratio="16:9",
        video={"duration": "5s", "resolution": "720p", **given},
    )
    theirs = fake.requests[-1]
    contract = TestLuma()
    contract.fake = fake
    provider = contract.provider_at(fake)
    request = replace(
        contract.asked(size=SIZE, seconds=Fraction(5), frames=120),
        boundary_in=FIRST if "start_frame" in frames else None,
        boundary_out=LAST if "end_frame" in frames else None,
    )
    run(provider, lambda: provider.submit(request, key="key-1"))
    assert told(fake.requests[-1]) == told(theirs)
