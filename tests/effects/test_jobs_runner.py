"""Many jobs to their ends: faults of every kind, retries, limits, and what is said about each take."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pickup.errors import FailureKind, LibraryError, ProviderError, ProviderRefused, ProviderUnavailable
from pickup.jobs.attempts import open_attempt
from pickup.jobs.bench import Bench, TakeRequest
from pickup.jobs.gates import Gate
from pickup.jobs.ledger import Ledger, open_ledger
from pickup.jobs.outcomes import RunResult
from pickup.jobs.owners import this_run
from pickup.jobs.pacing import Pace, Time
from pickup.jobs.runner import Limits, run, run_jobs
from pickup.jobs.states import State
from pickup.ports import (
    Billing,
    Conformed,
    Delivery,
    Generation,
    Origin,
    Progress,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.testing.fake_library import CopyConform, FolderStore
from pickup.testing.fake_provider import LOOK, MODEL, Behavior, CallFault, FakeProvider, SubmitFault
from pickup.timing import FrameRate

RATE = FrameRate(fps=Fraction(24))
PRICE = Decimal("1.25")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LOST, REFUSED, BUSY = SubmitFault.REPLY_LOST, SubmitFault.REFUSED, SubmitFault.UNAVAILABLE


class VirtualTime:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def timing(self) -> Time:
        return Time(now=lambda: self.now, sleep=self.sleep, jitter=lambda: 1.0)


@dataclass
class Stage:
    """A library, a ledger and a provider in one folder; `run` is a new run of the command."""

    root: Path
    ledger: Ledger
    time: VirtualTime = field(default_factory=VirtualTime)
    seen: list[Progress] = field(default_factory=list)
    is_bad: Callable[[bytes], bool] = lambda _clip: False

    @property
    def store(self) -> FolderStore:
        return FolderStore(self.root / "library")

    @property
    def conform(self) -> CopyConform:
        return CopyConform(log=self.root / "conforms.log", is_bad=self.is_bad)

    def provider(self, **options: Any) -> FakeProvider:
        return FakeProvider(self.root / "provider", **options)

    def bench(self) -> Bench:
        owner = str(this_run(pid=os.getpid()))
        return Bench(library="lib-1", ledger=self.ledger, store=self.store, conform=self.conform, owner=owner)

    def run(self, *requests: TakeRequest, pace: Pace | None = None, limits: Limits | None = None) -> RunResult:
        return run(
            requests, bench=self.bench(), report=self.seen.append, timing=self.time.timing, pace=pace, limits=limits
        )

    def states(self) -> list[State]:
        return [job.state for job in self.ledger.jobs()]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_ledger(tmp_path / "state") as ledger:
        yield Stage(root=tmp_path, ledger=ledger)


def wanted(
    provider: FakeProvider, *, shot: str = "SH0010", price: Decimal = PRICE, prompt: str = "dawn"
) -> TakeRequest:
    request = Generation(
        shot=shot,
        take=1,
        prompt=prompt,
        negative="",
        seed=7,
        model=MODEL,
        frames=24,
        rate=RATE,
        size=(320, 180),
        look=LOOK,
    )
    delivery = Delivery(frames=24, rate=RATE, size=(320, 180), codec="prores_lt", reel=f"TEST_{shot}_t01")
    return TakeRequest(request=request, delivery=delivery, provider=provider, quoted=price, cut="harbor")


def test_a_take_is_brought_home_and_its_cost_recorded(stage: Stage) -> None:
    provider = stage.provider()
    result = stage.run(wanted(provider))
    assert [(each.shot, each.take) for each in result.done] == [("SH0010", 1)]
    [job] = stage.ledger.jobs()
    assert (job.state, job.cost, job.billing, job.owner) == (State.DONE, PRICE, Billing.BILLED, None)
    assert stage.store.cost_of("SH0010", take=1) == PRICE
    assert stage.ledger.spent().cost == PRICE


@pytest.mark.parametrize(("said", "kept"), [("fake-1-2026-11", "fake-1-2026-11"), (MODEL, ""), ("", "")])
def test_the_version_that_a_provider_tells_is_kept_with_the_take_even_where_a_later_run_conforms_it(
    stage: Stage, said: str, kept: str
) -> None:
    class Telling(FakeProvider):
        async def poll(self, submission: Submission) -> RemoteStatus:
            return replace(await super().poll(submission), version=said)

    each = wanted(Telling(stage.root / "provider"))
    origin = Origin(
        shot="SH0010", take=1, provider="fake", model=MODEL, prompt="dawn", seed=7, previs=False, created=NOON
    )
    each = replace(each, delivery=replace(each.delivery, origin=origin))
    stage.is_bad = lambda _clip: True
    assert stage.run(each).failed
    assert [job.version for job in stage.ledger.jobs()] == [kept]
    stage.is_bad = lambda _clip: False
    assert stage.run(each).done
    assert stage.store.version_of("SH0010", take=1) == kept


def test_one_failing_shot_stops_no_other(stage: Stage) -> None:
    provider = stage.provider(submit_faults=[REFUSED])
    result = stage.run(*(wanted(provider, shot=shot) for shot in ("SH0010", "SH0020", "SH0030")))
    assert len(result.done) == 2
    [failed] = result.failed
    assert (failed.kind, failed.message) == (FailureKind.MODERATION_INPUT, "the fake does not like this prompt")
    assert failed.next_step == f"change the brief of {failed.shot}"


def test_a_fault_in_a_providers_own_code_is_told_and_stops_no_other(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(FakeProvider):
        name = "broken"

        async def poll(self, submission: Submission) -> RemoteStatus:
            raise KeyError(submission.remote_id)

    broken = Broken(stage.root / "broken")
    result = stage.run(wanted(broken), wanted(stage.provider(), shot="SH0020"))
    assert [each.shot for each in result.done] == ["SH0020"]
    assert result.failed[0].message.startswith("KeyError")
    assert "stopped" in caplog.text
    assert State.SUBMITTED in stage.states(), "what was bought stays resumable"


def test_a_lost_reply_is_repeated_under_its_key_where_the_provider_replays(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(replays=True), submit_faults=[LOST, LOST])
    assert stage.run(wanted(provider)).done
    assert (provider.submits, provider.charges) == (4, 1)  # two lost, one answered, one to be sure of the answer


def test_a_lost_reply_is_looked_up_where_the_provider_can_tell(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(can_reconcile=True), submit_faults=[LOST])
    assert stage.run(wanted(provider)).done
    assert (provider.submits, provider.charges) == (1, 1)


def test_a_request_that_never_arrived_is_sent_again(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(can_reconcile=True), submit_faults=[SubmitFault.REQUEST_LOST])
    assert stage.run(wanted(provider)).done
    assert (provider.submits, provider.charges) == (2, 1)


@pytest.mark.parametrize("fault", [LOST, SubmitFault.REQUEST_LOST, SubmitFault.BROKEN])
def test_a_lost_reply_is_a_doubt_where_nobody_can_tell_and_stays_one(stage: Stage, fault: SubmitFault) -> None:
    provider = stage.provider(submit_faults=[fault])
    for _ in range(3):
        result = stage.run(wanted(provider))
        assert [each.shot for each in result.doubt] == ["SH0010"]
    assert provider.submits == 1
    assert "pickup settle" in result.doubt[0].next_step
    assert stage.ledger.spent().at_most == PRICE


def test_a_refusal_of_a_repeat_says_nothing_about_the_first_request(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(replays=True), submit_faults=[LOST, REFUSED])
    assert stage.run(wanted(provider)).doubt
    assert stage.run(wanted(provider)).done, "the next run repeats it under its key"
    assert provider.charges == 1


def test_a_busy_answer_to_a_repeat_says_nothing_about_the_first_request(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(replays=True), submit_faults=[LOST] + [BUSY] * 5)
    assert stage.run(wanted(provider)).doubt
    assert stage.run(wanted(provider)).done
    assert provider.charges == 1


def test_a_provider_that_stays_silent_ends_in_doubt(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(replays=True), submit_faults=[LOST] * 6)
    assert stage.run(wanted(provider)).doubt
    assert provider.submits == 6


def test_a_busy_provider_is_asked_again_with_growing_waits(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(polls=0), submit_faults=[BUSY, BUSY, BUSY])
    assert stage.run(wanted(provider)).done
    assert stage.time.slept == [2.0, 4.0, 8.0]


def test_a_provider_that_stays_busy_is_reported_and_tried_again_by_the_next_run(stage: Stage) -> None:
    provider = stage.provider(submit_faults=[BUSY] * 6)
    [failed] = stage.run(wanted(provider)).failed
    assert (failed.kind, provider.submits) == (FailureKind.TRANSPORT, 6)
    assert stage.run(wanted(provider)).done
    assert stage.states() == [State.FAILED, State.DONE]
    assert provider.charges == 1


def test_retries_end_when_their_time_is_over(stage: Stage) -> None:
    provider = stage.provider(submit_faults=[BUSY] * 6)
    assert stage.run(wanted(provider), pace=Pace(retry_total_s=7)).failed
    assert stage.time.slept == [2.0, 4.0]


def test_a_providers_own_wish_to_wait_is_never_undercut(stage: Stage) -> None:
    class Polite(FakeProvider):
        async def submit(self, request: Generation, *, key: str) -> Submission:
            try:
                return await super().submit(request, key=key)
            except ProviderUnavailable as error:
                error.retry_after_s = 33  # type: ignore[attr-defined]
                raise

    provider = Polite(stage.root / "provider", behavior=Behavior(polls=0), submit_faults=[BUSY])
    assert stage.run(wanted(provider)).done
    assert stage.time.slept == [33.0]


def test_trouble_while_polling_never_gives_up_a_paid_job(stage: Stage) -> None:
    provider = stage.provider(poll_faults=[CallFault.UNAVAILABLE] * 6)
    [parked] = stage.run(wanted(provider)).parked
    assert parked.message == "the fake is busy"
    assert stage.run(wanted(provider)).done
    assert (provider.submits, provider.charges) == (1, 1)


def test_trouble_while_a_job_is_being_made_is_counted_too(stage: Stage) -> None:
    class Silent(FakeProvider):
        async def poll(self, submission: Submission) -> RemoteStatus:
            self.polls = getattr(self, "polls", 0) + 1
            if self.polls == 1:
                return RemoteStatus(state=RemoteState.RUNNING)
            raise ProviderUnavailable(f"nobody answers for {submission.remote_id}")

    silent = Silent(stage.root / "provider")
    [parked] = stage.run(wanted(silent)).parked
    assert parked.message.startswith("nobody answers")
    assert silent.polls == 7
    assert stage.run(wanted(stage.provider())).done
    assert stage.provider().charges == 1


def test_a_job_that_is_gone_while_it_is_being_made_has_failed(stage: Stage) -> None:
    """It is not asked for until all patience is at an end."""

    class Forgetful(FakeProvider):
        async def poll(self, submission: Submission) -> RemoteStatus:
            self.polls = getattr(self, "polls", 0) + 1
            if self.polls == 1:
                return RemoteStatus(state=RemoteState.RUNNING)
            raise ProviderRefused(f"there is no job {submission.remote_id}", kind=FailureKind.EXPIRED)

    [failed] = stage.run(wanted(Forgetful(stage.root / "provider"))).failed
    assert failed.kind is FailureKind.EXPIRED
    assert sum(stage.time.slept) < 120


def test_a_wrong_key_parks_a_job_that_may_be_paid(stage: Stage) -> None:
    provider = stage.provider(poll_faults=[CallFault.UNAUTHORIZED], fetch_faults=[CallFault.UNAUTHORIZED])
    for _ in range(2):
        assert [each.kind for each in stage.run(wanted(provider)).parked] == [FailureKind.AUTH]
    assert stage.run(wanted(provider)).done
    assert provider.charges == 1


def test_an_error_that_nobody_classified_parks_a_job_that_may_be_paid(stage: Stage) -> None:
    class Odd(FakeProvider):
        async def poll(self, submission: Submission) -> RemoteStatus:
            raise ProviderError(f"an answer without a state for {submission.remote_id}")

    assert stage.run(wanted(Odd(stage.root / "provider"))).parked
    provider = stage.provider()
    assert stage.run(wanted(provider)).done
    assert provider.charges == 1


def test_a_job_that_the_provider_denies_has_failed_and_may_be_billed(stage: Stage) -> None:
    class Forgetful(FakeProvider):
        async def poll(self, submission: Submission) -> RemoteStatus:
            raise ProviderRefused(f"there is no job {submission.remote_id}")

    for _ in range(2):
        [failed] = stage.run(wanted(Forgetful(stage.root / "provider"))).failed
        assert failed.job is not None
        assert failed.job.billing is Billing.UNKNOWN
    assert stage.provider().charges == 1


def test_a_dead_link_is_renewed_by_a_poll(stage: Stage) -> None:
    provider = stage.provider(fetch_faults=[CallFault.LOST, CallFault.LOST])
    assert stage.run(wanted(provider)).done
    assert (provider.fetches, provider.charges) == (3, 1)


def test_a_result_that_stays_lost_was_billed_and_is_not_bought_again(stage: Stage) -> None:
    provider = stage.provider(fetch_faults=[CallFault.LOST] * 6)
    for _ in range(2):
        [failed] = stage.run(wanted(provider)).failed
        assert (failed.kind, provider.charges) == (FailureKind.EXPIRED, 1)
    assert "--refresh SH0010" in failed.next_step
    assert stage.run(replace(wanted(provider), refresh=True)).done
    assert provider.charges == 2


def test_a_finished_job_stays_paid_whatever_the_provider_says_of_it_later(stage: Stage) -> None:
    """Its clip could not be fetched, and a day later nobody there knows it any more."""

    class Forgetful(FakeProvider):
        async def poll(self, submission: Submission) -> RemoteStatus:
            if self.fetches:
                return RemoteStatus(state=RemoteState.EXPIRED, billing=Billing.NOT_BILLED, kind=FailureKind.EXPIRED)
            return await super().poll(submission)

    provider = Forgetful(stage.root / "provider", fetch_faults=[CallFault.UNAVAILABLE])
    for _ in range(2):
        [failed] = stage.run(wanted(provider)).failed
        assert failed.job is not None
        assert (failed.job.billing, failed.job.cost) == (Billing.BILLED, PRICE)
    assert provider.charges == 1


def test_polls_wait_longer_and_longer_up_to_a_limit(stage: Stage) -> None:
    assert stage.run(wanted(stage.provider(behavior=Behavior(polls=8)))).done
    assert stage.time.slept == [2.0, 3.0, 4.5, 6.75, 10.125, 15.0, 15.0, 15.0]


def test_a_job_that_outlasts_our_patience_is_parked_and_continued(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(polls=5))
    [parked] = stage.run(replace(wanted(provider), patience_s=0)).parked
    assert parked.next_step == "run the command again later"
    assert stage.time.slept == []
    assert stage.run(wanted(provider)).done
    assert provider.charges == 1


def test_parked_jobs_take_no_places(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(polls=99))
    requests = [replace(wanted(provider, shot=f"SH00{n}0"), patience_s=0) for n in range(1, 6)]
    assert len(stage.run(*requests).parked) == 5
    assert stage.time.slept == []


@pytest.mark.parametrize(
    ("state", "billing", "attempts", "charged"),
    [
        (RemoteState.FAILED, Billing.NOT_BILLED, 2, Decimal(0)),
        (RemoteState.EXPIRED, Billing.NOT_BILLED, 2, Decimal(0)),
        (RemoteState.CANCELLED, Billing.BILLED, 1, PRICE),
        (RemoteState.FAILED, Billing.BILLED, 1, PRICE),
        (RemoteState.FAILED, Billing.UNKNOWN, 1, PRICE),
    ],
)
def test_only_a_failure_that_was_not_billed_is_tried_again(
    stage: Stage, state: RemoteState, billing: Billing, attempts: int, charged: Decimal
) -> None:
    end = RemoteStatus(state=state, kind=FailureKind.PROVIDER_FAILED, message="out of memory", billing=billing)
    provider = stage.provider(behavior=Behavior(ends={"SH0010": [end]}))
    [failed] = stage.run(wanted(provider)).failed
    assert failed.message == "out of memory"
    assert stage.ledger.spent().at_most == charged
    again = stage.run(wanted(provider))
    assert (len(again.done), provider.charges) == (attempts - 1, attempts)


def test_a_bad_clip_is_kept_and_conformed_again_but_not_bought_again(stage: Stage) -> None:
    provider = stage.provider()
    stage.is_bad = lambda _clip: True
    [failed] = stage.run(wanted(provider)).failed
    assert (failed.kind, failed.message) == (FailureKind.BAD_OUTPUT, "the clip cannot be decoded")
    assert stage.store.original("SH0010", take=1).is_file()
    stage.is_bad = lambda _clip: False
    assert stage.run(wanted(provider)).done
    assert (provider.charges, provider.fetches, stage.conform.count) == (1, 1, 2)
    [job] = stage.ledger.jobs()
    assert (job.kind, job.message) == (None, "")


def test_a_refresh_sets_the_bad_clip_aside_and_fetches_the_new_one(stage: Stage) -> None:
    provider = stage.provider()
    stage.is_bad = lambda _clip: True
    stage.run(wanted(provider))
    original = stage.store.original("SH0010", take=1)
    bad = original.read_bytes()
    stage.is_bad = lambda clip: clip == bad
    assert stage.run(replace(wanted(provider), refresh=True)).done
    assert provider.charges == 2
    [aside] = original.parent.glob("original_of_*")
    assert aside.read_bytes() == bad
    assert original.read_bytes() != bad


def test_another_request_for_a_take_does_not_use_the_clip_of_the_first(stage: Stage) -> None:
    provider = stage.provider()
    stage.is_bad = lambda _clip: True
    stage.run(wanted(provider))
    stage.is_bad = lambda _clip: False
    changed = wanted(provider, prompt="dusk")
    assert stage.run(changed).done
    assert changed.request.digest().encode() in stage.store.original("SH0010", take=1).read_bytes()


def test_a_paid_take_that_left_the_library_is_a_finding_and_no_purchase(stage: Stage) -> None:
    provider = stage.provider()
    stage.run(wanted(provider))
    remove_take(stage, original=True)
    result = stage.run(wanted(provider))
    assert [each.code for each in result.findings] == ["TAKE_LOST"]
    assert "1.25 USD" in result.failed[0].message
    assert provider.charges == 1


def test_a_free_take_that_left_the_library_is_made_again(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(price=Decimal(0)))
    request = wanted(provider, price=Decimal(0))
    stage.run(request)
    remove_take(stage, original=True)
    assert stage.run(request).done
    assert [job.order.attempt for job in stage.ledger.jobs()] == [1, 2]


def test_a_take_whose_original_is_left_is_only_conformed_again(stage: Stage) -> None:
    provider = stage.provider()
    stage.run(wanted(provider))
    remove_take(stage, original=False)
    assert stage.run(wanted(provider)).done
    assert (provider.charges, provider.fetches, stage.conform.count) == (1, 1, 2)


def remove_take(stage: Stage, *, original: bool) -> None:
    folder = stage.store.original("SH0010", take=1).parent
    for file in folder.iterdir():
        if original or file.name != "original.mp4":
            file.unlink()


def test_without_its_ledger_a_library_still_buys_nothing_twice(stage: Stage, tmp_path: Path) -> None:
    provider = stage.provider()
    stage.run(wanted(provider), wanted(provider, shot="SH0020"))
    (stage.store.original("SH0020", take=1).parent / "take.json").unlink()
    with open_ledger(tmp_path / "new state") as empty:
        stage.ledger = empty
        result = stage.run(wanted(provider), wanted(provider, shot="SH0020"))
        assert [each.shot for each in result.done] == ["SH0010", "SH0020"]
        assert stage.states() == [State.DONE, State.DONE]
    assert (provider.charges, provider.fetches, stage.conform.count) == (2, 2, 3)


def test_a_take_that_was_kept_but_not_yet_recorded_as_done_is_adopted(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    provider = stage.provider()

    def break_off(step: str) -> None:
        if step == "kept":
            raise RuntimeError("broken off")

    run([wanted(provider)], bench=replace(stage.bench(), on_step=break_off), timing=stage.time.timing)
    assert stage.states() == [State.FETCHED]
    assert stage.run(wanted(provider)).done
    assert (stage.states(), stage.conform.count) == ([State.DONE], 1)
    assert stage.ledger.spent().cost == PRICE
    assert "broken off" in caplog.text


def test_an_original_that_was_removed_before_its_conform_is_fetched_again(stage: Stage) -> None:
    provider = stage.provider()
    stage.is_bad = lambda _clip: True
    stage.run(wanted(provider))
    [job] = stage.ledger.jobs()
    stage.ledger.claim(job.key, owner="me/1/1/x")
    stage.ledger.transition(job, to=State.FETCHED, owner="me/1/1/x")
    stage.ledger.release(owner="me/1/1/x")
    stage.store.original("SH0010", take=1).unlink()
    stage.is_bad = lambda _clip: False
    assert stage.run(wanted(provider)).done
    assert (provider.charges, provider.fetches) == (1, 2)


def test_no_more_jobs_are_in_flight_than_the_limit(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(polls=3))
    shots = [f"SH{n:04d}" for n in range(10, 90, 10)]
    assert len(stage.run(*(wanted(provider, shot=shot) for shot in shots)).done) == 8
    assert provider.most_running == 2
    five = Gate(provider="fake", in_flight=5)
    stage.run(*(replace(wanted(provider, shot=f"X{shot}"), gate=five) for shot in shots))
    assert provider.most_running == 5


def test_doubts_and_other_runs_take_places_at_the_provider_until_they_are_old(tmp_path: Path) -> None:
    time = VirtualTime()
    with open_ledger(tmp_path / "state", clock=lambda: NOON + timedelta(seconds=time.now)) as ledger:
        stage = Stage(root=tmp_path, ledger=ledger, time=time)
        provider = stage.provider(submit_faults=[LOST, LOST], behavior=Behavior(polls=0))
        assert len(stage.run(wanted(provider), wanted(provider, shot="SH0020")).doubt) == 2
        third = replace(wanted(provider, shot="SH0030"), gate=Gate(provider="fake", generation_s=600))
        assert stage.run(third).done
        assert 600 <= time.now <= 602
        assert any(each.stage == "waiting for other jobs at fake" for each in stage.seen)


def test_one_doubt_leaves_the_other_place_free(stage: Stage) -> None:
    provider = stage.provider(submit_faults=[LOST], behavior=Behavior(polls=2))
    requests = [wanted(provider, shot=f"SH00{n}0") for n in range(1, 5)]
    result = stage.run(*requests)
    assert (len(result.doubt), len(result.done), provider.most_running) == (1, 3, 1)


def test_no_more_conforms_run_at_once_than_the_limit(stage: Stage) -> None:
    class Counting(CopyConform):
        now = most = 0

        async def __call__(self, *args: Any, **options: Any) -> Conformed:
            self.now += 1
            self.most = max(self.most, self.now)
            for _ in range(20):
                await asyncio.sleep(0)
            self.now -= 1
            return await super().__call__(*args, **options)

    conform = Counting(log=stage.root / "conforms.log")
    six = Gate(provider="fake", in_flight=6)
    requests = [replace(wanted(stage.provider(), shot=f"SH00{n}0"), gate=six) for n in range(1, 7)]
    limits = Limits(conforms=2)
    result = run(requests, bench=replace(stage.bench(), conform=conform), limits=limits, timing=stage.time.timing)
    assert (len(result.done), conform.most) == (6, 2)


def test_a_full_disk_leaves_a_paid_job_resumable(stage: Stage) -> None:
    class Full(FakeProvider):
        async def fetch(self, *_args: Any, **_options: Any) -> None:
            raise LibraryError("original.mp4 could not be written: No space left", next_step="make room")

    [failed] = stage.run(wanted(Full(stage.root / "provider"))).failed
    assert (failed.message, failed.next_step) == (
        "original.mp4 could not be written: No space left",
        "make room",
    )
    assert stage.states() == [State.READY]
    provider = stage.provider()
    assert stage.run(wanted(provider)).done
    assert provider.charges == 1


def test_what_the_disk_refuses_is_told_with_its_file(stage: Stage) -> None:
    in_the_way = stage.root / "library" / "SH0010" / "t01"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("mine")
    [outcome] = stage.run(wanted(stage.provider())).failed
    assert outcome.message == f"{in_the_way}: File exists"
    assert str(in_the_way) in outcome.next_step


def test_progress_never_falls_and_ends_at_the_whole(stage: Stage) -> None:
    stage.run(wanted(stage.provider(behavior=Behavior(polls=4), fetch_faults=[CallFault.UNAVAILABLE])))
    shares = [each.done for each in stage.seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert list(dict.fromkeys(each.stage for each in stage.seen)) == [
        "asking",
        "generating",
        "fetching",
        "conforming",
        "done",
    ]


def test_one_run_makes_each_take_only_once(stage: Stage) -> None:
    provider = stage.provider()
    with pytest.raises(ValueError, match="only once"):
        stage.run(wanted(provider), wanted(provider, prompt="dusk"))
    assert provider.submits == 0


def test_a_cancelled_run_leaves_everything_resumable(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(polls=50))

    async def cancel_at_the_third_poll() -> None:
        polled = asyncio.Event()

        def watch(progress: Progress) -> None:
            if progress.stage == "generating":
                polled.set()

        requests = [wanted(provider), wanted(provider, shot="SH0020")]
        pace = Pace(poll_s=0.001)
        task = asyncio.create_task(run_jobs(requests, bench=stage.bench(), report=watch, pace=pace))
        await polled.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(cancel_at_the_third_poll())
    assert all(job.owner is None and job.remote_id for job in stage.ledger.jobs())
    assert len(stage.run(wanted(provider), wanted(provider, shot="SH0020")).done) == 2
    assert provider.charges == 2


def test_a_submit_under_way_is_recorded_before_a_cancelled_run_ends(stage: Stage) -> None:
    asked = asyncio.Event()
    answer = asyncio.Event()

    class Slow(FakeProvider):
        async def submit(self, request: Generation, *, key: str) -> Submission:
            submission = await super().submit(request, key=key)
            asked.set()
            await answer.wait()
            return submission

    provider = Slow(stage.root / "provider")

    async def cancel_while_it_is_asked() -> None:
        task = asyncio.create_task(run_jobs([wanted(provider)], bench=stage.bench()))
        await asked.wait()
        task.cancel()
        await asyncio.sleep(0)
        answer.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_while_it_is_asked())
    assert stage.states() == [State.SUBMITTED]


INTERRUPTED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import jobs_driver
left = int(sys.argv[3])
def press(self, step):
    global left
    if step == "after running" and left:
        left -= 1
        os.kill(os.getpid(), signal.SIGINT)
jobs_driver.Steps.__call__ = press
try:
    jobs_driver.play({"root": sys.argv[2], "shots": ["SH0010", "SH0020"]})
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a console event cannot be sent to one child alone")
@pytest.mark.parametrize("presses", ["1", "2"])
def test_control_c_ends_a_run_quietly_with_its_leases_given_up(tmp_path: Path, presses: str) -> None:
    call = [sys.executable, "-W", "error", "-X", "dev", "-c", INTERRUPTED]
    call += [str(Path(__file__).parent), str(tmp_path), presses]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
    said = [line for line in done.stderr.splitlines() if not line.startswith("Executing <")]  # a busy machine
    assert (done.returncode, said) == (130, [])
    with open_ledger(tmp_path / "state") as ledger:
        assert [(job.owner, job.state in (State.SUBMITTED, State.RUNNING)) for job in ledger.jobs()] == [
            (None, True),
            (None, True),
        ]


def test_leases_are_renewed_while_a_provider_blocks_the_loop(tmp_path: Path) -> None:
    class Blocking(FakeProvider):
        async def poll(self, submission: Submission) -> RemoteStatus:
            [before] = stage.ledger.jobs()
            while stage.ledger.jobs()[0].lease_until == before.lease_until:
                pass
            return await super().poll(submission)

    with open_ledger(tmp_path / "state", lease_s=0.2) as ledger:
        stage = Stage(root=tmp_path, ledger=ledger)
        assert stage.run(wanted(Blocking(tmp_path / "provider"))).done


def test_orphans_that_fill_every_place_come_home_although_others_wait_for_one(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(replays=True))
    orphans = [wanted(provider, shot=f"SH10{n}0") for n in range(2)]
    before = stage.bench()
    for each in orphans:
        job = open_attempt(each, bench=before)
        assert job is not None
        before.enter(job, wanted=each)
    stage.ledger.release(owner=before.owner)
    waiting = [wanted(provider, shot=f"SH00{n}0") for n in range(1, 5)]
    assert len(stage.run(*waiting, *orphans).done) == 6


def test_what_is_under_way_for_money_is_not_bought_beside_it_because_the_wish_changed(stage: Stage) -> None:
    provider = stage.provider(behavior=Behavior(polls=5))
    waits = Pace(patience_s=0)
    assert stage.run(wanted(provider), pace=waits).parked
    [refused] = stage.run(wanted(provider, prompt="noon"), pace=waits).failed
    assert ("was asked for otherwise" in refused.message, "pickup cancel" in refused.next_step) == (True, True)
    assert provider.charges == 1
    assert stage.run(wanted(provider)).done
    assert provider.charges == 1


def test_two_jobs_named_for_one_key_are_a_doubt_and_neither_is_believed(stage: Stage) -> None:
    class Forgetful(FakeProvider):
        async def submit(self, request: Generation, *, key: str) -> Submission:
            named = await super().submit(request, key=key)
            return replace(named, remote_id=f"{named.remote_id}-{self.submits}")

    options: dict[str, Any] = {"behavior": Behavior(replays=True), "submit_faults": [LOST]}
    result = stage.run(wanted(Forgetful(stage.root / "provider", **options)))
    assert [each.message for each in result.doubt] == ["fake named two jobs for one key"]
