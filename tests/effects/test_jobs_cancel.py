"""Stopping a job at every state, by itself or in a run that lives in another thread; and what it cost."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pickup.errors import ProviderUnavailable
from pickup.jobs.bench import Bench, TakeRequest
from pickup.jobs.cancel import Cancelled, cancel_claimed
from pickup.jobs.gates import Gate
from pickup.jobs.ledger import LeaseLost, Ledger, open_ledger
from pickup.jobs.outcomes import RunResult
from pickup.jobs.owners import this_run
from pickup.jobs.pacing import Pace
from pickup.jobs.runner import run
from pickup.jobs.states import Job, Order, State
from pickup.ports import Billing, Cancellation, Delivery, Generation, Progress, RemoteStatus, Submission
from pickup.testing.fake_library import CopyConform, FolderStore
from pickup.testing.fake_provider import LOOK, MODEL, Behavior, FakeProvider
from pickup.timing import FrameRate

RATE = FrameRate(fps=Fraction(24))
PRICE = Decimal("1.25")
ME, OTHER = "elsewhere/1/2/me", "elsewhere/3/4/other"
QUICK = Pace(poll_s=0.02, longest_poll_s=0.02, retry_s=0.01, claim_s=0.02)
WALK = (State.INTENT, State.SUBMITTED, State.RUNNING, State.READY, State.FETCHED)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "state") as opened:
        yield opened


class Stopping(FakeProvider):
    """Stops what it is asked to, or not, and says what it costs, or not."""

    says = Cancellation(stopped=True)
    asked = 0

    async def cancel(self, submission: Submission) -> Cancellation:
        del submission
        self.asked += 1
        return self.says


def job_at(ledger: Ledger, state: State, *, quoted: Decimal = PRICE) -> Job:
    """A job of ME that was taken to `state`."""
    order = Order(
        library="lib-1",
        cut="harbor",
        shot="SH0010",
        take=1,
        provider="fake",
        model=MODEL,
        digest="d" * 64,
        quoted=quoted,
    )
    job = ledger.plan(order)
    assert ledger.claim(job.key, owner=ME)
    steps = {State.PLANNED: (), State.DOUBT: (State.INTENT, State.DOUBT), State.PARKED: (*WALK[:3], State.PARKED)}
    for each in steps.get(state, WALK[: WALK.index(state) + 1] if state in WALK else (*WALK, state)):
        match each:
            case State.INTENT:
                job = ledger.transition(job, to=each, owner=ME, billing=Billing.UNKNOWN)
            case State.SUBMITTED:
                job = ledger.transition(job, to=each, owner=ME, submission=Submission(remote_id="r"))
            case State.READY:
                job = ledger.transition(job, to=each, owner=ME, cost=quoted, billing=Billing.BILLED)
            case _:
                job = ledger.transition(job, to=each, owner=ME)
    claimed = ledger.claim(job.key, owner=ME)
    assert claimed is not None
    return claimed


def cancel(job: Job, ledger: Ledger, provider: FakeProvider | None, *, give_up: bool = False) -> Cancelled:
    return asyncio.run(cancel_claimed(job, provider=provider, ledger=ledger, owner=ME, give_up=give_up))


class TestStates:
    @pytest.fixture
    def provider(self, tmp_path: Path) -> Stopping:
        return Stopping(tmp_path / "provider")

    def test_what_was_not_sent_is_stopped_for_nothing(self, ledger: Ledger, provider: Stopping) -> None:
        cancelled = cancel(job_at(ledger, State.PLANNED), ledger, provider)
        assert (cancelled.stopped, cancelled.message, provider.asked) == (True, "stopped; it cost nothing", 0)
        assert (cancelled.job.state, cancelled.job.cost, cancelled.job.owner) == (State.CANCELLED, 0, None)
        assert ledger.spent().at_most == 0

    @pytest.mark.parametrize("give_up", [False, True])
    @pytest.mark.parametrize("state", [State.INTENT, State.DOUBT])
    def test_what_nobody_knows_to_be_there_is_left_to_be_settled(
        self, ledger: Ledger, provider: Stopping, state: State, *, give_up: bool
    ) -> None:
        cancelled = cancel(job_at(ledger, state), ledger, provider, give_up=give_up)
        assert (cancelled.stopped, cancelled.job.state, provider.asked) == (False, state, 0)
        assert cancelled.next_step.startswith("pickup settle ")
        assert ledger.spent().at_most == PRICE

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.RUNNING, State.PARKED])
    @pytest.mark.parametrize(
        ("says", "cost", "message"),
        [
            (Cancellation(stopped=True, billing=Billing.NOT_BILLED), Decimal(0), "stopped; it cost nothing"),
            (Cancellation(stopped=True, billing=Billing.BILLED), PRICE, "stopped; it cost $1.25"),
            (
                Cancellation(stopped=True, billing=Billing.BILLED, cost=Decimal("0.30")),
                Decimal("0.30"),
                "stopped; it cost $0.30",
            ),
            (Cancellation(stopped=True), None, "stopped; it may cost up to $1.25: fake does not say"),
        ],
    )
    def test_what_is_under_way_is_stopped_and_says_what_it_cost(
        self, ledger: Ledger, provider: Stopping, state: State, says: Cancellation, cost: Decimal | None, message: str
    ) -> None:
        provider.says = says
        cancelled = cancel(job_at(ledger, state), ledger, provider)
        assert (cancelled.stopped, cancelled.message, provider.asked) == (True, message, 1)
        assert (cancelled.job.state, cancelled.job.cost) == (State.CANCELLED, cost)
        assert ledger.spent().at_most == (PRICE if cost is None else cost)

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.RUNNING, State.PARKED])
    def test_what_cannot_be_stopped_goes_on_and_says_so(self, ledger: Ledger, provider: Stopping, state: State) -> None:
        provider.says = Cancellation(stopped=False, message="it has begun")
        cancelled = cancel(job_at(ledger, state), ledger, provider)
        assert (cancelled.stopped, cancelled.message) == (False, "it has begun; it costs $1.25")
        assert "--give-up" in cancelled.next_step
        assert (cancelled.job.state, cancelled.job.message) == (state, "not stopped: it has begun")

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.RUNNING, State.PARKED])
    def test_it_can_be_given_up_and_counts_in_full(self, ledger: Ledger, provider: Stopping, state: State) -> None:
        provider.says = Cancellation(stopped=False)
        cancelled = cancel(job_at(ledger, state), ledger, provider, give_up=True)
        assert (cancelled.stopped, cancelled.message) == (True, "given up; it cost $1.25")
        assert (cancelled.job.billing, ledger.spent().cost) == (Billing.BILLED, PRICE)

    @pytest.mark.parametrize("state", [State.READY, State.FETCHED])
    def test_what_is_made_is_not_thrown_away_unless_it_is_given_up(
        self, ledger: Ledger, provider: Stopping, state: State
    ) -> None:
        job = job_at(ledger, state)
        kept = cancel(job, ledger, provider)
        assert (kept.stopped, kept.message, kept.job.state) == (False, "it is made already; it costs $1.25", state)
        given_up = cancel(kept.job, ledger, provider, give_up=True)
        assert (given_up.stopped, given_up.message, provider.asked) == (True, "given up; it cost $1.25", 0)

    @pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED, State.EXPIRED])
    def test_what_has_ended_stays_as_it_is(self, ledger: Ledger, provider: Stopping, state: State) -> None:
        job = job_at(ledger, state)
        cancelled = cancel(job, ledger, provider, give_up=True)
        assert (cancelled.stopped, cancelled.message) == (False, f"it is {state} already; it cost $1.25")
        assert (ledger.job(job.key), provider.asked) == (job, 0)

    @pytest.mark.parametrize("give_up", [False, True])
    def test_a_free_job_costs_nothing_however_it_ends(
        self, ledger: Ledger, provider: Stopping, *, give_up: bool
    ) -> None:
        provider.says = Cancellation(stopped=not give_up)
        cancelled = cancel(job_at(ledger, State.RUNNING, quoted=Decimal(0)), ledger, provider, give_up=give_up)
        assert cancelled.message.endswith("; it cost nothing")
        assert ledger.spent().at_most == 0

    def test_a_job_of_another_run_is_not_touched(self, ledger: Ledger, provider: Stopping) -> None:
        job = job_at(ledger, State.PLANNED)
        ledger.release(owner=ME)
        assert ledger.claim(job.key, owner=OTHER)
        with pytest.raises(LeaseLost):
            cancel(job, ledger, provider)

    def test_a_provider_that_cannot_be_asked_changes_nothing(self, ledger: Ledger, provider: Stopping) -> None:
        class Silent(Stopping):
            async def cancel(self, submission: Submission) -> Cancellation:
                raise ProviderUnavailable(f"no answer about {submission.remote_id}")

        job = job_at(ledger, State.RUNNING)
        with pytest.raises(ProviderUnavailable):
            cancel(job, ledger, Silent(provider._folder))
        assert ledger.job(job.key).state is State.RUNNING

    def test_what_was_asked_is_asked_once(self, ledger: Ledger, provider: Stopping) -> None:
        provider.says = Cancellation(stopped=False)
        job = job_at(ledger, State.RUNNING)
        assert ledger.ask_to_cancel(job.key).cancel_asked is not None
        assert ledger.asked_to_cancel(owner=ME) == {job.key}
        assert ledger.asked_to_cancel(owner=OTHER) == frozenset()
        cancel(job, ledger, provider)
        assert ledger.asked_to_cancel(owner=ME) == frozenset()


def wanted(provider: FakeProvider, *, shot: str = "SH0010") -> TakeRequest:
    request = Generation(
        shot=shot,
        take=1,
        prompt="dawn",
        negative="",
        seed=7,
        model=MODEL,
        frames=24,
        rate=RATE,
        size=(320, 180),
        look=LOOK,
    )
    delivery = Delivery(frames=24, rate=RATE, size=(320, 180), codec="prores_lt", reel=f"TEST_{shot}_t01")
    return TakeRequest(request=request, delivery=delivery, provider=provider, quoted=PRICE, cut="harbor")


class Living:
    """A run in another thread; it waits at its provider until `finish` says that the clips are made."""

    def __init__(self, root: Path, ledger: Ledger, *requests: TakeRequest) -> None:
        self.running = threading.Event()
        bench = Bench(
            library="lib-1",
            ledger=ledger,
            store=FolderStore(root / "library"),
            conform=CopyConform(log=root / "conforms.log"),
            owner=str(this_run(pid=os.getpid())),
        )

        def watch(progress: Progress) -> None:
            if progress.stage == "generating":
                self.running.set()

        def live() -> None:
            self.result = run(requests, bench=bench, report=watch, pace=QUICK)

        self.result = RunResult(outcomes=())
        self._thread = threading.Thread(target=live)
        self._thread.start()
        assert self.running.wait(30)

    def join(self) -> RunResult:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.result


class Patient(Stopping):
    """Works until it is told that it is done."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, behavior=Behavior(polls=0))
        self.done = threading.Event()

    async def poll(self, submission: Submission) -> RemoteStatus:
        status = await super().poll(submission)
        return status if self.done.is_set() else replace(status, state=type(status.state).RUNNING, cost=None)


class TestLivingRuns:
    def test_a_living_run_stops_what_it_is_asked_to_and_brings_the_rest_home(
        self, ledger: Ledger, tmp_path: Path
    ) -> None:
        provider = Patient(tmp_path / "provider")
        provider.says = Cancellation(stopped=True, billing=Billing.NOT_BILLED)
        living = Living(tmp_path, ledger, *(wanted(provider, shot=shot) for shot in ("SH0010", "SH0020")))
        [job] = ledger.jobs(shot="SH0010")
        assert ledger.claim(job.key, owner=OTHER) is None, "it is the run that moves it"
        ledger.ask_to_cancel(job.key)
        wait_until(lambda: ledger.job(job.key).state is State.CANCELLED)
        provider.done.set()
        result = living.join()
        assert [each.shot for each in result.done] == ["SH0020"]
        assert [each.shot for each in result.failed] == ["SH0010"]
        assert ledger.spent().at_most == PRICE

    def test_what_cannot_be_stopped_comes_home_and_the_provider_is_asked_once(
        self, ledger: Ledger, tmp_path: Path
    ) -> None:
        provider = Patient(tmp_path / "provider")
        provider.says = Cancellation(stopped=False, message="it has begun")
        living = Living(tmp_path, ledger, wanted(provider))
        [job] = ledger.jobs()
        ledger.ask_to_cancel(job.key)
        wait_until(lambda: ledger.job(job.key).message == "not stopped: it has begun")
        polls = provider._count_of(f"polls-{ledger.job(job.key).remote_id}")
        # long enough that the run looks again whether it is asked to stop anything
        wait_until(lambda: provider._count_of(f"polls-{ledger.job(job.key).remote_id}") > polls + 100)
        provider.done.set()
        assert living.join().done
        assert provider.asked == 1

    def test_a_provider_that_does_not_answer_costs_no_take(self, ledger: Ledger, tmp_path: Path) -> None:
        class Silent(Patient):
            async def cancel(self, submission: Submission) -> Cancellation:
                await super().cancel(submission)
                raise ProviderUnavailable("no answer")

        provider = Silent(tmp_path / "provider")
        living = Living(tmp_path, ledger, wanted(provider))
        [job] = ledger.jobs()
        ledger.ask_to_cancel(job.key)
        wait_until(lambda: ledger.job(job.key).message == "not stopped: no answer")
        assert ledger.job(job.key).state is State.RUNNING
        provider.done.set()
        assert living.join().done

    def test_what_waits_for_a_place_is_stopped_before_it_is_sent(self, ledger: Ledger, tmp_path: Path) -> None:
        provider = Patient(tmp_path / "provider")
        one = Gate(provider="fake", in_flight=1)
        requests = [replace(wanted(provider, shot=shot), gate=one) for shot in ("SH0010", "SH0020")]
        living = Living(tmp_path, ledger, *requests)
        waiting = next(job for job in ledger.jobs() if job.state is State.PLANNED)
        ledger.ask_to_cancel(waiting.key)
        # the run looks every second what it is asked to stop
        polls = provider._count_of(f"polls-{running_id(ledger)}")
        wait_until(lambda: provider._count_of(f"polls-{running_id(ledger)}") > polls + 100)
        provider.done.set()
        result = living.join()
        assert ledger.job(waiting.key).state is State.CANCELLED
        assert (len(result.done), provider.submits) == (1, 1)


def running_id(ledger: Ledger) -> str | None:
    return next(job.remote_id for job in ledger.jobs() if job.remote_id)


def wait_until(happened: Callable[[], object]) -> None:
    """Waits for another thread; half a minute at most."""
    waiting = threading.Event()
    for _ in range(1500):
        if happened():
            return
        waiting.wait(0.02)
    pytest.fail("it never happened")
