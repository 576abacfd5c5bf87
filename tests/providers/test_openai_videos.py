"""The OpenAI Videos protocol: what is sent to each kind of server, and what is made of their answers."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pickup._av import read_frames
from pickup.config.provider_setup import BUILT_IN, ProviderSetup
from pickup.config.settings import ProviderSettings, Settings
from pickup.errors import (
    ConfigError,
    FailureKind,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)
from pickup.offers import Mode, Wish
from pickup.ports import (
    Billing,
    Generation,
    LostSubmit,
    Provider,
    Reconciled,
    Reconciliation,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.providers.openai_videos import OpenAIVideos
from pickup.providers.openai_videos.replies import VideoReply, status_of
from pickup.testing.clips import read_number
from pickup.testing.fakes import FakeOpenAI, Limits, Pace, Setup, VirtualClock
from pickup.testing.hosted_contract import run
from pickup.testing.provider_contract import ProviderContract, boundary_png
from pickup.timing import FrameRate

TODAY = date(2026, 11, 29)
RATE = FrameRate.parse("24")
SIZE = (1280, 720)
SERVERS = ("openai", "litellm", "vllm-omni", "sglang", "new-api")
FIELDS = {"seconds": "duration", "size": "resolution+aspect_ratio"}
Answer = TypeVar("Answer")


def provider_at(fake: FakeOpenAI, *, environment: dict[str, str] | None = None, **settings: Any) -> OpenAIVideos:
    profile = settings.pop("profile", fake.profile.name)
    if profile == "inworld":
        settings = {"fields": FIELDS, "api_key_env": "KEY", **settings}
        environment = environment or {"KEY": "c2VjcmV0"}
    elif profile == "openai":
        settings = {"api_key_env": "KEY", **settings}
        environment = environment or {"KEY": "sk-secret"}
    settings = {"model": fake.profile.model, "price_per_second": "0.10", **settings}
    made = ProviderSettings.model_validate(
        {"kind": "openai_videos", "profile": profile, "base_url": fake.base_url, **settings}
    )
    setup = ProviderSetup(
        name="studio", settings=made, library=Path("/nowhere"), today=TODAY, environment=environment or {}
    )
    return OpenAIVideos(setup)


def request(**changes: Any) -> Generation:
    made = Generation(
        shot="SH0010",
        take=1,
        prompt="rain over the harbor",
        negative="",
        seed=7,
        model="",
        frames=96,
        rate=RATE,
        size=SIZE,
        look="",
        seconds=Fraction(4),
    )
    return replace(made, **changes)


def submit(provider: OpenAIVideos, asked: Generation, *, key: str = "key-1") -> Submission:
    return run(provider, lambda: provider.submit(replace(asked, model=provider.offers()[0].model), key=key))


def brought_home(provider: OpenAIVideos, asked: Generation, *, folder: Path) -> Path:
    async def whole() -> Path:
        wanted = replace(asked, model=provider.offers()[0].model)
        submission = await provider.submit(wanted, key="key-1")
        for _ in range(20):
            status = await provider.poll(submission)
            submission = replace(submission, urls={**submission.urls, **status.urls})
            if status.state is RemoteState.READY:
                break
        await provider.fetch(wanted, submission, destination=folder / "clip.mp4", report=lambda _done: None)
        return folder / "clip.mp4"

    return run(provider, whole)


@contextmanager
def fake_of(profile: str, *faults: str, **setup: Any) -> Iterator[FakeOpenAI]:
    with FakeOpenAI(profile=profile, faults=faults, setup=Setup(**setup)) as fake:
        yield fake


# --- the contract -----------------------------------------------------------------------------------------------------


class Contract(ProviderContract):
    """One server; the fake makes real clips."""

    profile = ""

    @pytest.fixture(autouse=True)
    def _fake(self) -> Iterator[None]:
        with fake_of(self.profile, price_per_second=Decimal("0.10")) as self.fake:
            yield

    def make_provider(self) -> Provider:
        return provider_at(self.fake)

    def wishes(self) -> Sequence[Wish]:
        plain = Wish(cover_frames=72, handles=6, rate=RATE, size=SIZE, prompt="rain", briefed=True)
        return (plain, replace(plain, before=True), replace(plain, rate=FrameRate.parse("23.976"), after=True))


class TestVllmOmni(Contract):
    profile = "vllm-omni"


class TestSglang(Contract):
    profile = "sglang"


class TestInworld(Contract):
    profile = "inworld"


# --- what is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", SERVERS)
def test_a_clip_is_made_from_words_and_comes_home_whole(profile: str, tmp_path: Path) -> None:
    with fake_of(profile) as fake:
        clip = brought_home(provider_at(fake), request(), folder=tmp_path)
        assert fake.charges == 1
    frames = [read_number(frame) for frame in read_frames(clip)]
    assert frames == list(range(4 * fake.profile.fps))


@pytest.mark.parametrize("profile", SERVERS)
def test_a_first_frame_arrives_as_it_was(profile: str) -> None:
    png = boundary_png(hue=60, size=SIZE)
    with fake_of(profile) as fake:
        submit(provider_at(fake), request(boundary_in=png))
        assert fake.accepted[0].order.first_frame == png


def test_a_form_carries_what_a_local_server_needs() -> None:
    with fake_of("vllm-omni") as fake:
        submit(provider_at(fake), request(negative="people"))
        sent = fake.requests[-1]
    assert sent.fields == {
        "prompt": "rain over the harbor",
        "model": fake.profile.model,
        "seconds": "4",
        "size": "1280x720",
        "seed": "7",
        "negative_prompt": "people",
        "fps": "24",
    }


def test_lengths_that_are_no_seconds_are_sent_as_frames() -> None:
    with fake_of("vllm-omni") as fake:
        provider = provider_at(fake, frames={"min": 5, "max": 121, "step": 4})
        wish = Wish(cover_frames=90, handles=0, rate=RATE, size=SIZE)
        [clip] = provider.quote(wish, model=fake.profile.model).clips
        assert clip.frames == 93
        submit(provider, request(frames=clip.frames, seconds=clip.seconds))
        assert fake.requests[-1].fields["num_frames"] == "93"
        assert "seconds" not in fake.requests[-1].fields


def test_json_carries_text_or_numbers_as_each_server_wants_them() -> None:
    with fake_of("openai") as fake:
        submit(provider_at(fake), request())
        assert fake.requests[-1].fields["seconds"] == "4"
    with fake_of("sglang") as fake:
        submit(provider_at(fake), request())
        assert fake.requests[-1].fields["seconds"] == 4


def test_no_seed_goes_where_none_is_known() -> None:
    with fake_of("openai") as fake:
        submit(provider_at(fake), request(negative="people"))
        assert set(fake.requests[-1].fields) == {"prompt", "model", "seconds", "size"}


def test_a_setting_renames_a_part_or_leaves_it_out() -> None:
    with fake_of("sglang") as fake:
        submit(provider_at(fake, fields={"seed": "", "negative": "undesired"}), request(negative="people"))
        sent = fake.requests[-1].fields
    assert "seed" not in sent
    assert sent["undesired"] == "people"


def test_size_goes_as_tier_and_shape_where_the_settings_say_so() -> None:
    with fake_of("inworld") as fake:
        submit(provider_at(fake), request(size=(1920, 1080)))
        sent = fake.requests[-1].fields
    assert (sent["resolution"], sent["aspect_ratio"], sent["duration"]) == ("1080p", "16:9", 4)


def test_nothing_is_sent_while_a_field_is_only_guessed() -> None:
    with fake_of("inworld") as fake:
        provider = provider_at(fake, fields={})
        with pytest.raises(ConfigError) as refused:
            provider.check_ready()
        assert 'seconds = "duration"' in refused.value.next_step
        with pytest.raises(ConfigError):
            submit(provider, request())
        assert not fake.requests


def test_the_key_goes_as_the_server_wants_it_and_never_into_a_message() -> None:
    with fake_of("openai", "create: 401", key="sk-secret") as fake:
        with pytest.raises(ProviderRefused) as refused:
            submit(provider_at(fake), request())
        assert fake.requests[-1].headers["authorization"] == "Bearer sk-secret"
    assert refused.value.kind is FailureKind.AUTH
    assert "sk-secret" not in f"{refused.value} {refused.value.next_step}"


def test_without_its_key_it_says_where_to_put_it() -> None:
    with fake_of("openai") as fake, pytest.raises(ConfigError) as refused:
        provider_at(fake, environment={"OTHER": "x"}).check_ready()
    assert "KEY" in refused.value.next_step


# --- what it can do ---------------------------------------------------------------------------------------------------


def test_sora_is_retired_at_its_own_host_with_the_date_and_what_to_use() -> None:
    setup = ProviderSetup(name="openai", settings=BUILT_IN["openai"], library=Path("/nowhere"), today=TODAY)
    offers = {offer.model: offer for offer in OpenAIVideos(setup).offers()}
    assert set(offers) == {"sora-2", "sora-2-pro"}
    assert all(offer.is_retired(TODAY) and offer.retired == date(2026, 9, 24) for offer in offers.values())
    assert all("base_url" in " ".join(offer.instead) for offer in offers.values())


def test_the_same_profile_on_a_server_of_ones_own_is_not_retired() -> None:
    with fake_of("openai") as fake:
        [offer] = provider_at(fake, model="sora-2-pro").offers()
    assert offer.retired is None


def test_nothing_leaves_this_machine_for_a_server_on_it() -> None:
    with fake_of("vllm-omni") as fake:
        assert provider_at(fake).offers()[0].host == ""
    settings = ProviderSettings(kind="openai_videos", profile="vllm-omni", base_url="http://192.168.1.9:8091/v1")
    setup = ProviderSetup(name="lan", settings=settings, library=Path("/nowhere"), today=TODAY)
    assert OpenAIVideos(setup).offers()[0].host == "192.168.1.9"


def test_settings_say_what_a_server_makes() -> None:
    with fake_of("litellm") as fake:
        provider = provider_at(fake, seconds=[5, 10], sizes=["1920x1080"], fps="25", frames_from="first_last")
        [offer] = provider.offers()
    [able] = offer.capabilities
    assert (able.lengths.seconds, able.sizes, able.rates) == ((5, 10), ((1920, 1080),), (FrameRate.parse("25"),))
    assert able.modes == {Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}


def test_an_unknown_profile_and_a_missing_address_are_told_with_what_there_is() -> None:
    for settings, words in (
        (ProviderSettings(kind="openai_videos", profile="vllm"), "vllm-omni"),
        (ProviderSettings(kind="openai_videos", profile="sglang"), "base_url"),
    ):
        setup = ProviderSetup(name="x", settings=settings, library=Path("/nowhere"), today=TODAY)
        with pytest.raises(ConfigError) as refused:
            OpenAIVideos(setup)
        assert words in refused.value.next_step


# --- what answers mean ------------------------------------------------------------------------------------------------

REFUSALS = [
    ("create: 400", ProviderRefused, FailureKind.INVALID_REQUEST),
    ("create: 402", ProviderRefused, FailureKind.NO_CREDIT),
    ("create: 404", ProviderRetired, FailureKind.MODEL_GONE),
    ("create: 429 after 7", ProviderUnavailable, FailureKind.RATE_LIMITED),
    ("create: 503 after 5", ProviderUnavailable, FailureKind.CONCURRENCY_LIMITED),
    ("create: 503", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: 500", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: accept, 500", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: accept, drop", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: accept, garbage", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: accept, html", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
]


@pytest.mark.parametrize(("fault", "error", "kind"), REFUSALS, ids=[fault for fault, _, _ in REFUSALS])
def test_what_may_have_been_accepted_is_told_apart_from_what_was_not(
    fault: str, error: type[ProviderError], kind: FailureKind
) -> None:
    with fake_of("vllm-omni", fault) as fake, pytest.raises(error) as raised:
        submit(provider_at(fake), request())
    assert raised.value.kind is kind
    if "429" in fault:
        assert raised.value.retry_after_s == 7


def test_a_server_that_is_not_there_has_accepted_nothing() -> None:
    with fake_of("vllm-omni") as fake:
        provider = provider_at(fake)
    with pytest.raises(ProviderUnavailable) as raised:
        submit(provider, request())
    assert raised.value.kind is FailureKind.TRANSPORT


WORDS = {
    RemoteState.RUNNING: "queued pending submitted not_start preparing created starting unknown in_progress processing "
    "running generating IN_PROGRESS something-new",
    RemoteState.READY: "completed complete success succeeded finished SUCCESS",
    RemoteState.FAILED: "failed failure fail error",
    RemoteState.CANCELLED: "cancelled canceled",
    RemoteState.EXPIRED: "expired",
}


def stood(needs_link: bool = False, bills_failures: bool | None = None, **content: Any) -> RemoteStatus:  # noqa: FBT001, FBT002
    video = VideoReply.model_validate({"id": "v1", **content})
    return status_of(video, needs_link=needs_link, bills_failures=bills_failures)


def test_every_word_that_servers_use_for_a_state_is_understood() -> None:
    for state, words in WORDS.items():
        for word in words.split():
            assert stood(status=word).state is state, word


def test_progress_is_a_share_whether_it_is_given_of_one_or_of_a_hundred() -> None:
    assert [stood(status="running", progress=each).done for each in (0, 42, 0.42, 100, 250, None)] == [
        0.0, 0.42, 0.42, 1.0, 1.0, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        ({"code": "moderation_blocked", "message": "blocked"}, FailureKind.MODERATION_INPUT, "blocked"),
        ({"code": 500, "message": "CUDA out of memory"}, FailureKind.PROVIDER_FAILED, "CUDA out of memory"),
        ({"message": "no code"}, FailureKind.PROVIDER_FAILED, "no code"),
        ("Rejected by the content policy.", FailureKind.MODERATION_INPUT, "Rejected by the content policy."),
        (None, FailureKind.PROVIDER_FAILED, "it ended as failed"),
    ],
)
def test_why_a_job_failed_is_read_from_every_shape(error: object, kind: FailureKind, message: str) -> None:
    status = stood(status="failed", error=error)
    assert (status.kind, status.message, status.billing) == (kind, message, Billing.UNKNOWN)


@pytest.mark.parametrize(
    "place",
    [
        {"url": "http://x/v"},
        {"video_url": "http://x/v"},
        {"metadata": {"url": "http://x/v"}},
        {"unsigned_urls": ["http://x/v"]},
        {"output": {"videos": [{"url": "http://x/v"}]}},
    ],
    ids=lambda place: next(iter(place)),
)
def test_the_clip_is_found_wherever_a_server_names_it(place: dict[str, Any]) -> None:
    assert stood(status="completed", **place).urls == {"clip": "http://x/v"}


def test_a_finished_job_without_a_clip_is_a_failure() -> None:
    status = stood(needs_link=True, status="completed")
    assert (status.state, status.kind) == (RemoteState.FAILED, FailureKind.BAD_OUTPUT)


def test_a_time_in_milliseconds_is_a_time() -> None:
    assert VideoReply(created_at=1790000000000).created == VideoReply(created_at=1790000000).created


def test_an_unknown_job_is_gone() -> None:
    with fake_of("sglang") as fake:
        provider = provider_at(fake)
        submission = submit(provider, request())
        fake.restart()
        with pytest.raises(ProviderRefused) as raised:
            run(provider, lambda: provider.poll(submission))
    assert raised.value.kind is FailureKind.EXPIRED


def test_a_job_is_never_asked_for_at_another_server() -> None:
    with fake_of("sglang") as fake:
        provider = provider_at(fake)
        elsewhere = Submission(remote_id="v1", urls={"base": "https://other.example/v1"})
        with pytest.raises(ProviderError) as raised:
            run(provider, lambda: provider.poll(elsewhere))
        assert not fake.requests
    assert "other.example" in raised.value.message


def test_a_dead_link_expires_and_a_poll_brings_a_fresh_one(tmp_path: Path) -> None:
    with fake_of("inworld", "content 1: expire") as fake:
        provider = provider_at(fake)
        with pytest.raises(ProviderUnavailable) as raised:
            brought_home(provider, request(), folder=tmp_path)
        assert raised.value.kind is FailureKind.EXPIRED
        assert not list(tmp_path.iterdir())
        [job] = fake.accepted
        status = run(provider, lambda: provider.poll(Submission(remote_id=job.remote_id)))
        fresh = Submission(remote_id=job.remote_id, urls=status.urls)
        target = tmp_path / "clip.mp4"
        run(provider, lambda: provider.fetch(request(), fresh, destination=target, report=lambda _done: None))
        assert fake.charges == 1
    assert len(list(read_frames(target))) == 4 * fake.profile.fps


@pytest.mark.parametrize("fault", ["content: truncate", "content: html", "content: huge"])
def test_half_a_clip_is_none(fault: str, tmp_path: Path) -> None:
    with fake_of("vllm-omni", fault) as fake, pytest.raises(ProviderError):
        brought_home(provider_at(fake), request(), folder=tmp_path)
    assert not list(tmp_path.iterdir())


# --- a reply that was lost --------------------------------------------------------------------------------------------


def looked_up(
    provider: OpenAIVideos, *, claimed: Sequence[str] = (), asked: Generation | None = None
) -> Reconciliation:
    wanted = replace(asked or request(), model=provider.offers()[0].model)
    lost = LostSubmit(
        request=wanted, key="key-1", asked=datetime.now(UTC), is_claimed=lambda remote_id: remote_id in claimed
    )
    return run(provider, lambda: provider.reconcile(lost))


def lose(provider: OpenAIVideos, asked: Generation | None = None) -> None:
    with pytest.raises(OutcomeUnknown):
        submit(provider, asked or request())


def now_clock() -> VirtualClock:
    return VirtualClock(datetime.now(UTC).timestamp())


def test_the_one_job_like_it_that_nobody_has_claimed_is_found() -> None:
    with fake_of("vllm-omni", "create: accept, drop", clock=now_clock()) as fake:
        provider = provider_at(fake)
        lose(provider)
        found = looked_up(provider)
        assert found.outcome is Reconciled.FOUND
        assert found.submission is not None
        assert found.submission.remote_id == fake.accepted[0].remote_id


def test_nothing_found_proves_nothing() -> None:
    with fake_of("vllm-omni", "create: drop", clock=now_clock()) as fake:
        provider = provider_at(fake)
        lose(provider)
        assert looked_up(provider).outcome is Reconciled.CANNOT_TELL


def test_what_is_claimed_or_unlike_is_not_taken() -> None:
    with fake_of("vllm-omni", clock=now_clock()) as fake:
        provider = provider_at(fake)
        mine = submit(provider, request())
        submit(provider, request(prompt="another prompt"))
        submit(provider, request(size=(720, 1280)))
        assert looked_up(provider, claimed=[mine.remote_id]).outcome is Reconciled.CANNOT_TELL


def test_of_two_jobs_like_it_none_is_taken() -> None:
    with fake_of("vllm-omni", clock=now_clock()) as fake:
        provider = provider_at(fake)
        submit(provider, request())
        submit(provider, request())
        found = looked_up(provider)
        assert (found.outcome, "2 jobs" in found.message) == (Reconciled.CANNOT_TELL, True)


def test_a_job_of_another_day_is_not_it() -> None:
    with fake_of("vllm-omni", clock=VirtualClock(datetime.now(UTC).timestamp() - 86_400)) as fake:
        provider = provider_at(fake)
        submit(provider, request())
        assert looked_up(provider).outcome is Reconciled.CANNOT_TELL


def test_a_server_without_a_list_cannot_tell() -> None:
    with fake_of("new-api") as fake:
        assert looked_up(provider_at(fake)).outcome is Reconciled.CANNOT_TELL
        assert not [each for each in fake.requests if each.method == "GET"]


def test_a_request_that_is_repeated_under_its_key_is_charged_once() -> None:
    with fake_of("inworld") as fake:
        provider = provider_at(fake)
        first, second = (submit(provider, request(), key="once") for _ in range(2))
        assert (first.remote_id == second.remote_id, fake.charges, provider.replays) == (True, 1, True)


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_what_has_not_begun_is_stopped_for_nothing_and_what_has_is_not() -> None:
    clock = VirtualClock()
    with fake_of("inworld", clock=clock, pace=Pace(latency_s=60)) as fake:
        provider = provider_at(fake)
        waiting = submit(provider, request())
        stopped = run(provider, lambda: provider.cancel(waiting))
        assert (stopped.stopped, stopped.billing) == (True, Billing.NOT_BILLED)
        begun = submit(provider, request(), key="key-2")
        clock.advance(30)
        run(provider, lambda: provider.poll(begun))
        assert not run(provider, lambda: provider.cancel(begun)).stopped


def test_a_local_server_drops_a_job() -> None:
    with fake_of("vllm-omni", pace=Pace(latency_s=60)) as fake:
        provider = provider_at(fake, price_per_second="0")
        submission = submit(provider, request())
        stopped = run(provider, lambda: provider.cancel(submission))
        assert fake.requests[-1].method == "DELETE"
        assert stopped.billing is not Billing.BILLED


def test_a_server_that_stops_nothing_says_so() -> None:
    with fake_of("openai") as fake:
        provider = provider_at(fake)
        submission = submit(provider, request())
        stopped = run(provider, lambda: provider.cancel(submission))
        assert (stopped.stopped, "stops nothing" in stopped.message) == (False, True)


# --- health -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [*SERVERS, "inworld"])
def test_the_health_call_costs_nothing(profile: str) -> None:
    with fake_of(profile) as fake:
        provider = provider_at(fake)
        assert "answers at 127.0.0.1" in run(provider, provider.healthcheck)
        assert fake.charges == 0


def test_a_busy_server_says_when_to_come_back() -> None:
    with fake_of("vllm-omni", limits=Limits(in_flight=1), pace=Pace(latency_s=60)) as fake:
        provider = provider_at(fake)
        submit(provider, request())
        with pytest.raises(ProviderUnavailable):
            submit(provider, request(), key="key-2")
        assert fake.charges == 1


def test_fields_of_a_json_request_are_json(tmp_path: Path) -> None:
    del tmp_path
    with fake_of("new-api") as fake:
        submit(provider_at(fake), request(prompt='a "quoted" café'))
        assert json.loads(fake.requests[-1].body)["prompt"] == 'a "quoted" café'


def test_the_settings_of_the_guide_are_settings() -> None:
    guide = (Path(__file__).parents[2] / "docs/providers/openai_videos.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert blocks
    for block in blocks:
        settings = Settings.model_validate(tomllib.loads(block))
        for name, table in settings.providers.items():
            setup = ProviderSetup(name=name, settings=table, library=Path("/nowhere"), today=TODAY)
            assert OpenAIVideos(setup).offers()[0].is_free
