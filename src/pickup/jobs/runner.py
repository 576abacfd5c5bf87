"""Drives many jobs at once to their ends, with asyncio, and leaves everything resumable when it is stopped.

One failing shot never stops the others. How a job moves is `advance`; here are the waiting, the retries, the limits in
flight, the leases, and what is said about each take at the end.

    result = run(requests, bench=bench, report=print)
    result.done, result.failed, result.doubt, result.parked
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from pickup.errors import LibraryError, PickupError, Stopped
from pickup.jobs.advance import Bench, TakeRequest, advance, give_up, may_repeat
from pickup.jobs.attempts import open_attempt
from pickup.jobs.ledger import LeaseLost, Ledger
from pickup.jobs.outcomes import Ending, Outcome, RunResult, outcome_of, outcome_of_error
from pickup.jobs.pacing import Pace, Retries, Time
from pickup.jobs.states import AT_REST, Job, State
from pickup.ports import Progress, ProgressReport

IN_FLIGHT = 2
"""Jobs under way at one provider, unless its limit says otherwise."""

_STOP_S = 0.2
_LOG = logging.getLogger(__name__)
_SHARES: Mapping[State, tuple[float, float]] = {
    State.PLANNED: (0.0, 0.05),
    State.SUBMITTED: (0.05, 0.7),
    State.RUNNING: (0.05, 0.7),
    State.READY: (0.7, 0.8),
    State.FETCHED: (0.8, 1.0),
}
"""Which part of a take's progress each state is, so that the whole never falls."""


_ENDINGS = frozenset(each.value for each in Ending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much happens at once.

    Attributes:
        in_flight: Jobs under way at a provider, by its name; `IN_FLIGHT` for others.
        conforms: Conforms at once; by default the number of cores, at most two.
    """

    in_flight: Mapping[str, int] = field(default_factory=dict)
    conforms: int = field(default_factory=lambda: min(2, os.cpu_count() or 1))


def run(
    requests: Sequence[TakeRequest],
    *,
    bench: Bench,
    report: ProgressReport = lambda _progress: None,
    limits: Limits | None = None,
    pace: Pace | None = None,
    timing: Time | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> RunResult:
    """`run_jobs` for callers without an event loop.

    Args:
        requests: As there, and so are the arguments not named here.
        bench: As there.
        report: As there.
        limits: As there.
        pace: As there.
        timing: As there.
        stop: Asked again and again, from the loop's thread, whether the run should end.

    Raises:
        KeyboardInterrupt: Ctrl-C; every job is left resumable and its lease given up.
        Stopped: `stop` said so; likewise.
    """

    async def quietly() -> RunResult:
        asyncio.get_running_loop().set_exception_handler(_without_interrupts)
        asking = asyncio.create_task(_cancel_when(stop, asyncio.current_task()))
        try:
            return await run_jobs(requests, bench=bench, report=report, limits=limits, pace=pace, timing=timing)
        except asyncio.CancelledError:
            if not asking.done():
                raise
            message = "stopped; nothing that was made or paid for is lost"
            raise Stopped(message, next_step="run it again: it goes on where it stopped") from None
        finally:
            asking.cancel()

    return asyncio.run(quietly())


async def _cancel_when(stop: Callable[[], bool], work: asyncio.Task[Any] | None) -> None:
    while not stop():  # noqa: ASYNC110 - who asks it to stop lives in another thread and has no event of this loop
        await asyncio.sleep(_STOP_S)
    if work is not None:
        work.cancel()


def _without_interrupts(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A second Ctrl-C reaches the caller as KeyboardInterrupt; asyncio need not log it for every task as well."""
    if not isinstance(context.get("exception"), KeyboardInterrupt):
        loop.default_exception_handler(context)


async def run_jobs(
    requests: Sequence[TakeRequest],
    *,
    bench: Bench,
    report: ProgressReport = lambda _progress: None,
    limits: Limits | None = None,
    pace: Pace | None = None,
    timing: Time | None = None,
) -> RunResult:
    """Brings every take home, or says why not; takes that the library holds cost nothing.

    Args:
        requests: At most one for each shot and take.
        bench: Ledger, store, conform, and an owner that is new for this run.
        report: Told how far each take is.
        limits: How much happens at once.
        pace: How long to wait.
        timing: Clock, sleep and jitter.

    Raises:
        ValueError: Two requests for one take.
        LibraryError: The ledger cannot be used at all.
    """
    places = [each.place for each in requests]
    if len(set(places)) < len(places):
        raise ValueError("a run makes each take of a shot only once")
    runner = _Runner(bench, report=report, limits=limits or Limits(), pace=pace or Pace(), timing=timing or Time())
    with _heartbeat(bench.ledger, owner=bench.owner):
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(runner.bring_home(each)) for each in requests]
        finally:
            bench.ledger.release(owner=bench.owner)
    return RunResult(outcomes=tuple(task.result() for task in tasks))


class _Runner:
    """One run: its slots and its waiting."""

    def __init__(self, bench: Bench, *, report: ProgressReport, limits: Limits, pace: Pace, timing: Time) -> None:
        self._bench = bench
        self._report = report
        self._limits = limits
        self._pace = pace
        self._timing = timing
        self._conforming = asyncio.Semaphore(limits.conforms)
        self._at_providers: dict[str, _Places] = {}

    async def bring_home(self, wanted: TakeRequest) -> Outcome:
        """One take to its end; raises nothing but cancellation."""
        gauge = _Gauge(wanted, report=self._report)
        try:
            job = await self._drive(wanted, gauge=gauge)
            outcome = outcome_of(job, wanted=wanted, kept=self._bench.has_take(wanted))
        except PickupError as error:
            outcome = outcome_of_error(error, wanted=wanted)
        except OSError as error:
            _LOG.exception("take %d of %s stopped", wanted.request.take, wanted.request.shot)
            outcome = outcome_of_error(_disk_error(error), wanted=wanted)
        except Exception as error:  # noqa: BLE001 - one broken take must not stop the others
            _LOG.exception("take %d of %s stopped", wanted.request.take, wanted.request.shot)
            outcome = outcome_of_error(PickupError(f"{type(error).__name__}: {error}"), wanted=wanted)
        gauge.tell(outcome.ending.value, done=1.0)
        return outcome

    async def _drive(self, wanted: TakeRequest, *, gauge: _Gauge) -> Job:
        while True:
            try:
                job = open_attempt(wanted, bench=self._bench)
                if job is not None:
                    try:
                        return await self._finish(job, wanted=wanted, gauge=gauge)
                    finally:
                        self._bench.ledger.release(owner=self._bench.owner, key=job.key)
            except LeaseLost:
                _LOG.info("another run has taken over %s", wanted.request.shot)
            gauge.tell("waiting for another run", done=0.0)
            await self._timing.sleep(self._pace.claim_s)

    async def _finish(self, job: Job, *, wanted: TakeRequest, gauge: _Gauge) -> Job:
        """Moves a claimed job until it rests, inside the slot that its state needs."""
        if job.state in (State.DOUBT, State.PARKED):
            job = await self._step(job, wanted=wanted, gauge=gauge, retries=Retries(self._pace, timing=self._timing))
        while job.state not in AT_REST:
            conforming = job.state is State.FETCHED
            async with self._conforming if conforming else self._places(wanted).entered(wanted):
                job = await self._within_slot(job, wanted=wanted, gauge=gauge, conforming=conforming)
        return job

    async def _within_slot(self, job: Job, *, wanted: TakeRequest, gauge: _Gauge, conforming: bool) -> Job:
        retries = Retries(self._pace, timing=self._timing)
        patience = self._pace.patience_s if wanted.patience_s is None else wanted.patience_s
        since, wait_s = self._timing.now(), self._pace.poll_s
        while job.state not in AT_REST and conforming == (job.state is State.FETCHED):
            before = job.state
            if before is State.PLANNED:
                await self._wait_for_others(wanted, gauge=gauge)
            if not conforming:
                self._places(wanted).working.add(wanted.place)
            job = await self._step(job, wanted=wanted, gauge=gauge, retries=retries)
            if job.state is not State.RUNNING or before not in (State.SUBMITTED, State.RUNNING):
                continue
            retries.forget()
            if self._timing.now() - since >= patience:
                return self._bench.move(job, to=State.PARKED, message=gauge.stage)
            await self._timing.sleep(wait_s)
            wait_s = min(wait_s * self._pace.growth, self._pace.longest_poll_s)
        return job

    async def _wait_for_others(self, wanted: TakeRequest, *, gauge: _Gauge) -> None:
        """Waits while the jobs of other runs and doubts leave this run fewer places than it has jobs under way.

        Two runs that look in the same moment may exceed the limit; the provider then says that it is busy.
        """
        name, places = wanted.provider.name, self._places(wanted)
        within_s = self._pace.generation_s
        while True:
            others = self._bench.ledger.in_flight(provider=name, besides=self._bench.owner, within_s=within_s)
            if others + len(places.working - {wanted.place}) < places.limit:
                return
            gauge.tell(f"waiting for other jobs at {name}", done=0.0)
            await self._timing.sleep(self._pace.claim_s)

    async def _step(self, job: Job, *, wanted: TakeRequest, gauge: _Gauge, retries: Retries) -> Job:
        """One `advance`, or what stands in the ledger after it failed harmlessly."""
        gauge.state = job.state
        try:
            return await advance(job, wanted=wanted, bench=self._bench, report=gauge.tell)
        except PickupError as error:
            if not may_repeat(error):
                raise
            job = self._bench.ledger.job(job.key)
            wait_s = retries.next_wait(error)
            if wait_s is None:
                return give_up(job, error=error, bench=self._bench)
        await self._timing.sleep(wait_s)
        return job

    def _places(self, wanted: TakeRequest) -> _Places:
        name = wanted.provider.name
        if name not in self._at_providers:
            self._at_providers[name] = _Places(self._limits.in_flight.get(name, IN_FLIGHT))
        return self._at_providers[name]


def _disk_error(error: OSError) -> LibraryError:
    """What the disk refused, for a person: which file, why, and what to do."""
    file = error.filename if isinstance(error.filename, str) else ""
    return LibraryError(
        f"{file or 'a file'}: {error.strerror or error}",
        where=file or None,
        next_step=f"see to {file or 'the disk'}, then run the command again",
    )


class _Places:
    """This run's places at one provider, and the takes in them that the provider may be working on."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.working: set[tuple[str, int]] = set()
        self._free = asyncio.Semaphore(limit)

    @asynccontextmanager
    async def entered(self, wanted: TakeRequest) -> AsyncIterator[None]:
        """Waits for a place and holds it."""
        async with self._free:
            try:
                yield
            finally:
                self.working.discard(wanted.place)


class _Gauge:
    """Progress of one take; the share done never falls."""

    def __init__(self, wanted: TakeRequest, *, report: ProgressReport) -> None:
        self._wanted = wanted
        self._report = report
        self._done = 0.0
        self.state = State.PLANNED
        self.stage = ""

    def tell(self, stage: str, done: float) -> None:
        """Reports `stage`, and `done` as the share of the present state."""
        start, end = (0.0, 1.0) if done >= 1.0 and stage in _ENDINGS else _SHARES.get(self.state, (0.0, 0.05))
        self.stage = stage
        self._done = max(self._done, start + (end - start) * min(max(done, 0.0), 1.0))
        shot, take = self._wanted.place
        self._report(Progress(shot=shot, take=take, stage=stage, done=self._done))


@contextmanager
def _heartbeat(ledger: Ledger, *, owner: str) -> Iterator[None]:
    """Renews the run's leases from a thread of its own, so that a busy event loop does not lose them."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(ledger.lease_s / 4):
            try:
                ledger.renew(owner=owner)
            except LibraryError as error:
                _LOG.warning("leases were not renewed: %s", error)

    thread = threading.Thread(target=beat, name="pickup-leases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
