"""Takes of several clips, replies that were lost or given twice, and what a provider or a budget asks to wait for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pickup.cut import Size
from pickup.errors import FailureKind, OutcomeUnknown
from pickup.jobs.bench import Bench, Part, TakeRequest
from pickup.jobs.gates import Allowance, Gate
from pickup.jobs.ledger import Ledger, open_ledger
from pickup.jobs.outcomes import RunResult
from pickup.jobs.owners import this_run
from pickup.jobs.pacing import Pace, Time
from pickup.jobs.runner import run, run_jobs
from pickup.jobs.states import Job, Order, State
from pickup.ports import (
    Billing,
    Delivery,
    Generation,
    LostSubmit,
    Origin,
    Progress,
    Reconciled,
    Reconciliation,
    RemoteState,
    RemoteStatus,
    Submission,
)
from pickup.testing.fake_library import CopyConform, FolderStore
from pickup.testing.fake_provider import LOOK, MODEL, Behavior, CallFault, FakeProvider, SubmitFault
from pickup.timing import FrameRate

RATE = FrameRate(fps=Fraction(24))
PRICE = Decimal("1.25")
SIZE = (320, 180)
LOST, BUSY, REFUSED = SubmitFault.REPLY_LOST, SubmitFault.UNAVAILABLE, SubmitFault.REFUSED


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


class Recording(FakeProvider):
    """Keeps every request that it is sent, and what it was asked under."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sent: list[tuple[Generation, str]] = []

    async def submit(self, request: Generation, *, key: str) -> Submission:
        self.sent.append((request, key))
        return await super().submit(request, key=key)


@dataclass
class Stage:
    """A library, a ledger and a provider in one folder; `run` is a new run of the command."""

    root: Path
    ledger: Ledger
    time: VirtualTime = field(default_factory=VirtualTime)
    seen: list[Progress] = field(default_factory=list)
    pictures: list[tuple[str, Size]] = field(default_factory=list)

    @property
    def store(self) -> FolderStore:
        return FolderStore(self.root / "library")

    def provider(self, **options: Any) -> Recording:
        return Recording(self.root / "provider", **options)

    async def last_frame(self, path: Path, size: Size) -> bytes:
        self.pictures.append((path.name, size))
        return b"the last frame of " + path.read_bytes()  # noqa: ASYNC240 - a few bytes

    def bench(self) -> Bench:
        return Bench(
            library="lib-1",
            ledger=self.ledger,
            store=self.store,
            conform=CopyConform(log=self.root / "conforms.log"),
            owner=str(this_run(pid=os.getpid())),
            last_frame=self.last_frame,
        )

    def run(self, *requests: TakeRequest, pace: Pace | None = None) -> RunResult:
        return run(requests, bench=self.bench(), report=self.seen.append, timing=self.time.timing, pace=pace)

    def original(self, part: int, *, shot: str = "SH0010") -> Path:
        return self.store.original(shot, take=1, part=part)

    def states(self) -> list[State]:
        return [job.state for job in self.ledger.jobs()]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_ledger(tmp_path / "state") as ledger:
        yield Stage(root=tmp_path, ledger=ledger)


def generation(part: int = 1, *, shot: str = "SH0010") -> Generation:
    return Generation(
        shot=shot,
        take=1,
        prompt="dawn",
        negative="",
        seed=7,
        model=MODEL,
        frames=24 * part,
        rate=RATE,
        size=SIZE,
        look=LOOK,
        part=part,
        boundary_in=b"the shot before" if part == 1 else None,
        boundary_out=b"the shot after" if part == 3 else None,
    )


def wanted(
    provider: FakeProvider, *, shot: str = "SH0010", parts: int = 3, price: Decimal = PRICE, **more: Any
) -> TakeRequest:
    """A take of `parts` clips, the second for a cent more than the first, the third for two."""
    delivery = Delivery(frames=24, rate=RATE, size=SIZE, codec="prores_lt", reel=f"TEST_{shot}_t01")
    clips = [
        Part(request=generation(part, shot=shot), quoted=price and price + Decimal(part - 1) / 100)
        for part in range(1, parts + 1)
    ]
    return TakeRequest(
        request=clips[0].request,
        quoted=clips[0].quoted,
        later=tuple(clips[1:]),
        delivery=delivery,
        provider=provider,
        cut="harbor",
        **more,
    )


class TestChains:
    def test_each_clip_begins_on_the_last_frame_of_the_one_before(self, stage: Stage) -> None:
        provider = stage.provider()
        assert stage.run(wanted(provider)).done
        clips = [stage.original(part).read_bytes() for part in (1, 2, 3)]
        assert [request.boundary_in for request, _key in provider.sent] == [
            b"the shot before",
            b"the last frame of " + clips[0],
            b"the last frame of " + clips[1],
        ]
        assert [request.boundary_out for request, _key in provider.sent] == [None, None, b"the shot after"]
        assert [request.follows for request, _key in provider.sent] == ["", provider.sent[0][1], provider.sent[1][1]]
        assert stage.pictures == [("original.mp4", SIZE), ("original_2.mp4", SIZE)]

    def test_they_are_joined_in_order_once_all_are_there(self, stage: Stage) -> None:
        assert stage.run(wanted(stage.provider())).done
        clips = [stage.original(part).read_bytes() for part in (1, 2, 3)]
        assert stage.store.conformed("SH0010", take=1).read_bytes() == b"".join(clips)
        assert CopyConform(log=stage.root / "conforms.log").count == 1

    @pytest.mark.parametrize(
        ("told", "kept"),
        [(["m-1", "m-1", "m-1"], "m-1"), (["m-1", "m-2", ""], "m-1, m-2"), (["/srv/models/wan", "", ""], "")],
    )
    def test_the_take_names_every_version_that_made_a_clip_of_it(
        self, stage: Stage, told: list[str], kept: str
    ) -> None:
        class Telling(FakeProvider):
            async def poll(self, submission: Submission) -> RemoteStatus:
                return replace(await super().poll(submission), version=told[self.submits - 1])

        take = wanted(Telling(stage.root / "provider"))
        origin = Origin(
            shot="SH0010",
            take=1,
            provider="fake",
            model=MODEL,
            prompt="dawn",
            seed=7,
            previs=False,
            created=datetime(2026, 1, 1, tzinfo=UTC),
        )
        assert stage.run(replace(take, delivery=replace(take.delivery, origin=origin))).done
        assert stage.store.version_of("SH0010", take=1) == kept

    def test_the_take_costs_what_its_clips_cost_together(self, stage: Stage) -> None:
        stage.run(wanted(stage.provider(behavior=Behavior(price=Decimal("0.40")))))
        assert stage.store.cost_of("SH0010", take=1) == Decimal("1.20")
        assert stage.ledger.spent().cost == Decimal("1.20")
        assert [(job.order.part, job.order.quoted) for job in stage.ledger.jobs()] == [
            (1, Decimal("1.25")),
            (2, Decimal("1.26")),
            (3, Decimal("1.27")),
        ]

    def test_a_request_is_known_by_the_job_before_it_and_not_by_the_picture(self) -> None:
        second = replace(generation(2), follows="job-1")
        digests = {replace(second, boundary_in=picture).digest() for picture in (None, b"one", b"another")}
        assert len(digests) == 1
        assert replace(second, follows="job-2").digest() not in digests

    def test_another_decoder_makes_no_other_purchase(self, stage: Stage) -> None:
        provider = stage.provider(poll_faults=[CallFault.NONE] * 3 + [CallFault.UNAUTHORIZED])
        assert stage.run(wanted(provider)).parked
        stage.last_frame = lambda _path, _size: asyncio.sleep(0, b"other bytes")  # type: ignore[method-assign]
        assert stage.run(wanted(provider)).done
        assert provider.charges == 3

    def test_progress_never_falls_and_names_the_clip(self, stage: Stage) -> None:
        stage.run(wanted(stage.provider(behavior=Behavior(polls=3), fetch_faults=[CallFault.UNAVAILABLE])))
        shares = [each.done for each in stage.seen]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        assert {"generating, clip 1 of 3", "fetching, clip 2 of 3", "generating, clip 3 of 3"} <= {
            each.stage for each in stage.seen
        }
        assert stage.seen[-1].stage == "done"

    def test_what_is_there_is_not_made_again(self, stage: Stage) -> None:
        provider = stage.provider()
        stage.run(wanted(provider))
        before = list(stage.ledger.jobs())
        assert stage.run(wanted(provider)).done
        assert (provider.charges, provider.fetches) == (3, 3)
        assert list(stage.ledger.jobs()) == before

    def test_a_refused_clip_ends_the_take_and_the_next_run_goes_on_from_the_one_before(self, stage: Stage) -> None:
        provider = stage.provider(submit_faults=[SubmitFault.NONE, REFUSED])
        [failed] = stage.run(wanted(provider)).failed
        assert failed.job is not None
        assert (failed.job.order.part, failed.kind, provider.charges) == (2, FailureKind.MODERATION_INPUT, 1)
        assert stage.run(wanted(provider)).done
        assert provider.charges == 3
        assert stage.store.cost_of("SH0010", take=1) == 3 * PRICE

    def test_a_first_original_that_is_lost_is_told_with_its_price_and_nothing_is_bought(self, stage: Stage) -> None:
        self.lose(stage, part=1, price="1.25", name="original.mp4")

    def test_a_middle_original_that_is_lost_likewise(self, stage: Stage) -> None:
        self.lose(stage, part=2, price="1.25", name="original_2.mp4")

    def lose(self, stage: Stage, *, part: int, price: str, name: str) -> None:
        provider = stage.provider(submit_faults=[SubmitFault.NONE, SubmitFault.NONE, REFUSED])
        assert stage.run(wanted(provider)).failed
        stage.original(part).unlink()
        for _ in range(2):
            [failed] = stage.run(wanted(provider)).failed
            assert failed.message == f"{name}, which was made for {price} USD, is not in the library any more"
            assert "--refresh SH0010" in failed.next_step
        assert provider.charges == 2

    def test_a_lost_free_clip_is_made_again_with_all_that_follow_it(self, stage: Stage) -> None:
        provider = stage.provider(behavior=Behavior(price=Decimal(0)))
        free = wanted(provider, price=Decimal(0))
        assert stage.run(free).done
        (stage.original(1).parent / "take.json").unlink()
        stage.original(1).unlink()
        assert stage.run(free).done
        assert provider.charges == 6
        assert len(list(stage.original(1).parent.glob("original_*_of_*.mp4"))) == 2, "the old ones are set aside"
        sent = [request for request, _key in provider.sent[3:]]
        assert sent[1].boundary_in == b"the last frame of " + stage.original(1).read_bytes()

    def test_a_take_that_left_the_library_is_conformed_again_from_its_clips(self, stage: Stage) -> None:
        provider = stage.provider()
        stage.run(wanted(provider))
        (stage.original(1).parent / "take.json").unlink()
        assert stage.run(wanted(provider)).done
        assert (provider.charges, CopyConform(log=stage.root / "conforms.log").count) == (3, 2)

    def test_a_refresh_buys_every_clip_again(self, stage: Stage) -> None:
        provider = stage.provider(submit_faults=[SubmitFault.NONE, SubmitFault.NONE, REFUSED])
        stage.run(wanted(provider))
        assert stage.run(replace(wanted(provider), refresh=True)).done
        assert provider.charges == 5


class Listing(FakeProvider):
    """It cannot look up a key, but lists its jobs: the one that nobody has claimed is the lost one."""

    remote_ids: tuple[str, ...] = ()
    slow: asyncio.Event | None = None

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        listed = sorted(path.stem for path in (self._folder / "jobs").glob("*.json"))
        free = [each for each in listed if not lost.is_claimed(each)]
        if len(free) != 1:
            return Reconciliation(outcome=Reconciled.CANNOT_TELL, message=f"{len(free)} jobs could be it")
        return Reconciliation(outcome=Reconciled.FOUND, submission=Submission(remote_id=free[0]))


class TestReconciling:
    def test_a_lost_reply_is_adopted_from_the_list(self, stage: Stage) -> None:
        provider = Listing(stage.root / "provider", submit_faults=[LOST])
        assert stage.run(wanted(provider, parts=1)).done
        assert provider.charges == 1

    def test_while_another_request_is_under_way_nothing_is_adopted(self, stage: Stage) -> None:
        """The second request is at the provider already, but its reply is not here: its job is not the lost one."""
        arrived, answer = asyncio.Event(), asyncio.Event()

        class Slow(Listing):
            async def submit(self, request: Generation, *, key: str) -> Submission:
                if request.shot == "SH0010":
                    await arrived.wait()
                    raise OutcomeUnknown("the connection broke before it arrived")
                submission = await super().submit(request, key=key)
                arrived.set()
                await answer.wait()
                return submission

        provider = Slow(stage.root / "provider", behavior=Behavior(polls=0))

        def watch(progress: Progress) -> None:
            stage.seen.append(progress)

        async def sleep(seconds: float) -> None:
            stage.time.slept.append(seconds)
            answer.set()
            await asyncio.sleep(0.01)

        requests = [wanted(provider, shot=shot, parts=1) for shot in ("SH0010", "SH0020")]
        timing = replace(stage.time.timing, sleep=sleep)
        result = asyncio.run(run_jobs(requests, bench=stage.bench(), report=watch, timing=timing))
        assert [each.shot for each in result.done] == ["SH0020"]
        [doubt] = result.doubt
        assert doubt.message == "0 jobs could be it"
        assert stage.time.slept[0] == 2.0
        remote_ids = {job.order.shot: job.remote_id for job in stage.ledger.jobs()}
        assert remote_ids["SH0010"] is None

    def test_what_two_runs_that_died_have_left_is_recovered_in_one_run(self, stage: Stage) -> None:
        """Both jobs were being sent when the run died; neither waits for the other now."""
        provider = stage.provider(behavior=Behavior(can_reconcile=True, polls=0))
        requests = [wanted(provider, shot=shot, parts=1) for shot in ("SH0010", "SH0020")]
        for each in requests:
            left_in_intent(stage, each)
            asyncio.run(provider.submit(each.request, key=order_of(each).key))
        result = stage.run(*requests)
        assert [each.shot for each in result.done] == ["SH0010", "SH0020"], result
        assert provider.charges == 2

    def test_one_that_waits_for_its_turn_keeps_no_other_from_being_looked_up(self, stage: Stage) -> None:
        """The third is claimed and waits for a place until the first is made, which takes longer than any patience."""

        class Remote(FakeProvider):
            async def reconcile(self, lost: LostSubmit) -> Reconciliation:
                await asyncio.sleep(0)
                return await super().reconcile(lost)

        provider = Remote(stage.root / "provider", behavior=Behavior(can_reconcile=True, polls=60))
        requests = [wanted(provider, shot=f"SH00{n}0", parts=1) for n in (1, 2, 3)]
        for each in requests:
            left_in_intent(stage, each, places=9)
            asyncio.run(provider.submit(each.request, key=order_of(each).key))
        result = stage.run(*requests)
        assert len(result.done) == 3, result
        assert provider.charges == 3

    def test_a_listing_cannot_give_one_job_to_two_requests(self, stage: Stage) -> None:
        provider = Listing(stage.root / "provider", behavior=Behavior(polls=0))
        requests = [wanted(provider, shot=shot, parts=1) for shot in ("SH0010", "SH0020")]
        for each in requests:
            left_in_intent(stage, each)
        asyncio.run(provider.submit(requests[0].request, key=order_of(requests[0]).key))
        result = stage.run(*requests)
        assert (len(result.done), len(result.doubt), provider.charges) == (1, 1, 1)
        assert len({job.remote_id for job in stage.ledger.jobs()} - {None}) == 1

    def test_one_that_is_named_twice_by_the_provider_is_in_doubt_and_no_take(self, stage: Stage) -> None:
        class Confused(FakeProvider):
            async def submit(self, request: Generation, *, key: str) -> Submission:
                first = await super().submit(request, key=key)
                names = sorted((self._folder / "jobs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
                return replace(first, remote_id=names[0].stem)

        provider = Confused(stage.root / "provider", behavior=Behavior(polls=2))
        result = stage.run(*(wanted(provider, shot=shot, parts=1) for shot in ("SH0010", "SH0020")))
        assert (len(result.done), len(result.doubt)) == (1, 1)
        [doubt] = result.doubt
        assert doubt.job is not None
        assert (doubt.job.remote_id, doubt.job.billing) == (None, Billing.UNKNOWN)
        assert "another take" in doubt.message
        assert not stage.store.has_take(doubt.shot, take=1)
        again = stage.run(*(wanted(provider, shot=shot, parts=1) for shot in ("SH0010", "SH0020")))
        assert (len(again.done), len(again.doubt), provider.charges) == (1, 1, 2)


def order_of(each: TakeRequest) -> Order:
    return Order(
        library="lib-1",
        cut="harbor",
        shot=each.request.shot,
        take=1,
        provider=each.provider.name,
        model=each.request.model,
        digest=each.request.digest(),
        quoted=each.quoted,
    )


def left_in_intent(stage: Stage, each: TakeRequest, *, places: int = 2) -> Job:
    """What a run leaves that dies after its request and before the reply."""
    dead = "elsewhere/1/2/dead"
    job = stage.ledger.plan(order_of(each))
    assert stage.ledger.claim(job.key, owner=dead)
    job = stage.ledger.enter(job, owner=dead, gate=Gate(provider="fake", in_flight=places), billing=Billing.UNKNOWN)
    stage.ledger.release(owner=dead)
    return job


class TestWaiting:
    def test_a_provider_says_when_it_wants_to_be_asked_again(self, stage: Stage) -> None:
        class Polite(FakeProvider):
            async def poll(self, submission: Submission) -> RemoteStatus:
                status = await super().poll(submission)
                wish = {0: 33.0, 1: 7.0}.get(self._count_of(f"polls-{submission.remote_id}") - 1)
                return replace(status, poll_after_s=wish) if status.state is RemoteState.RUNNING else status

        provider = Polite(stage.root / "provider", behavior=Behavior(polls=4))
        assert stage.run(wanted(provider, parts=1)).done
        assert stage.time.slept == [33.0, 7.0, 4.5, 6.75]

    def test_a_routes_own_interval_does_not_grow(self, stage: Stage) -> None:
        provider = stage.provider(behavior=Behavior(polls=4))
        assert stage.run(wanted(provider, parts=1, poll_s=10.0)).done
        assert stage.time.slept == [10.0] * 4

    def test_what_does_not_fit_the_budget_any_more_is_parked_before_it_is_sent(self, stage: Stage) -> None:
        provider = stage.provider()
        allowances = (Allowance(usd=PRICE, name="today"),)
        requests = [wanted(provider, shot=shot, parts=1, allowances=allowances) for shot in ("SH0010", "SH0020")]
        result = stage.run(*requests)
        assert (len(result.done), len(result.parked), provider.submits) == (1, 1, 1)
        [parked] = result.parked
        assert parked.message == "it costs 1.25 USD, and 0.00 USD are left of the budget for today"
        assert "raise that budget" in parked.next_step
        assert sorted(stage.states()) == [State.DONE, State.PLANNED]
        enough = [replace(each, allowances=(Allowance(usd=2 * PRICE, name="today"),)) for each in requests]
        assert len(stage.run(*enough).done) == 2

    def test_a_chain_that_outgrows_the_budget_stops_with_what_was_paid_kept(self, stage: Stage) -> None:
        provider = stage.provider()
        tight = wanted(provider, allowances=(Allowance(usd=Decimal("3.00"), name="this run"),))
        assert stage.run(tight).parked
        assert provider.charges == 2
        assert stage.run(replace(tight, allowances=())).done
        assert provider.charges == 3

    def test_a_rate_limit_is_waited_for_and_told(self, tmp_path: Path) -> None:
        time = VirtualTime()
        noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
        with open_ledger(tmp_path / "state", clock=lambda: noon + timedelta(seconds=time.now)) as ledger:
            stage = Stage(root=tmp_path, ledger=ledger, time=time)
            provider = stage.provider(behavior=Behavior(polls=0))
            gate = Gate(provider="fake", in_flight=9, per_minute=2)
            shots = [f"SH00{n}0" for n in range(1, 6)]
            assert len(stage.run(*(wanted(provider, shot=each, parts=1, gate=gate) for each in shots)).done) == 5
            asked = sorted(job.asked for job in ledger.jobs() if job.asked)
        assert all(last - first >= timedelta(seconds=60) for first, last in zip(asked, asked[2:], strict=False))
        assert time.now <= 5 * 125
        assert any("takes 2 requests a minute" in each.stage for each in stage.seen)
