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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from pickup.errors import ConfigError, LibraryError, PickupError, ProviderError
from pickup.jobs.advance import advance, give_up, may_repeat
from pickup.jobs.attempts import open_attempt
from pickup.jobs.bench import Bench, TakeRequest
from pickup.jobs.cancel import NOT_STOPPED, cancel_claimed
from pickup.jobs.gates import BUSY_S, Busy
from pickup.jobs.ledger import LeaseLost, Ledger
from pickup.jobs.outcomes import Ending, Outcome, RunResult, outcome_of, outcome_of_error
from pickup.jobs.pacing import Pace, Retries, Time
from pickup.jobs.states import AT_REST, Job, State
from pickup.jobs.stopping import run_until_stopped
from pickup.ports import Progress, ProgressReport

_CANCEL_LOOK_S = 1.0
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
        conforms: Conforms at once; by default the number of cores, at most two.
    """

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
    work = run_jobs(requests, bench=bench, report=report, limits=limits, pace=pace, timing=timing)
    return run_until_stopped(work, stop=stop)


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
    providers = {id(each.provider): each.provider for each in requests}
    with _heartbeat(bench.ledger, owner=bench.owner):
        looking = asyncio.create_task(runner.look_for_cancels())
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(runner.bring_home(each)) for each in requests]
        finally:
            looking.cancel()
            bench.ledger.release(owner=bench.owner)
            await asyncio.gather(*(each.aclose() for each in providers.values()), return_exceptions=True)
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
        self._doors: dict[str, _Door] = {}
        self._to_cancel: frozenset[str] = frozenset()

    async def look_for_cancels(self) -> None:
        """Keeps what `pickup cancel` asks of this run in sight, until it is cancelled itself."""
        while True:
            await asyncio.sleep(_CANCEL_LOOK_S)
            with suppress(LibraryError):
                self._to_cancel = self._bench.ledger.asked_to_cancel(owner=self._bench.owner)

    async def bring_home(self, wanted: TakeRequest) -> Outcome:
        """One take to its end; raises nothing but cancellation."""
        gauge = _Gauge(wanted, report=self._report)
        try:
            job = await self._drive(wanted, gauge=gauge)
            while job.state is State.DONE and wanted.later:
                wanted = await self._next_part(wanted, job=job, gauge=gauge)
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

    async def _next_part(self, wanted: TakeRequest, *, job: Job, gauge: _Gauge) -> TakeRequest:
        """The clip after the one that `job` made, which begins on its last frame."""
        if self._bench.has_take(wanted):  # only the rows of its clips may want to be closed
            return wanted.following(job, picture=b"")
        original = self._bench.original(wanted)
        if not original.is_file():
            raise LibraryError(
                f"{original.name}, which was made for {job.price} USD, is not in the library any more",
                where=str(original),
                next_step=f"put it back, or run pickup fill --refresh {wanted.request.shot} to buy it again",
            )
        picture = await self._bench.last_frame(original, wanted.later[0].request.size)
        following = wanted.following(job, picture=picture)
        gauge.begin_part(following)
        return following

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
        retries, door = Retries(self._pace, timing=self._timing), self._door(wanted)
        while job.state not in AT_REST:
            conforming = job.state is State.FETCHED
            if job.state is State.PLANNED and (wait_s := door.busy_until - self._timing.now()) > 0:
                gauge.tell(door.why, done=0.0)
                await self._timing.sleep(wait_s)
                continue
            async with self._conforming if conforming else door.places:
                if job.state is State.PLANNED and door.busy_until > self._timing.now():
                    continue  # somebody found the provider busy while this one waited for its place here
                try:
                    job = await self._within_slot(
                        job, wanted=wanted, gauge=gauge, conforming=conforming, retries=retries
                    )
                except Busy as busy:
                    # the place is given up: jobs that the provider has already need one to come home
                    door.busy_until = self._timing.now() + self._busy_s(busy)
                    door.why = busy.why
        return job

    def _busy_s(self, busy: Busy) -> float:
        return min(busy.wait_s, self._pace.claim_s) if busy.wait_s == BUSY_S else busy.wait_s

    async def _within_slot(
        self, job: Job, *, wanted: TakeRequest, gauge: _Gauge, conforming: bool, retries: Retries
    ) -> Job:
        patience = self._pace.patience_s if wanted.patience_s is None else wanted.patience_s
        since, wait_s = self._timing.now(), wanted.poll_s or self._pace.poll_s
        while job.state not in AT_REST and conforming == (job.state is State.FETCHED):
            before = job.state
            if job.key in self._to_cancel:
                job = await self._cancel(job, wanted=wanted)
                continue
            failed = retries.count
            job = await self._step(job, wanted=wanted, gauge=gauge, retries=retries)
            if job.state is not State.RUNNING or before not in (State.SUBMITTED, State.RUNNING):
                continue
            if retries.count > failed:
                continue  # the poll failed, and was waited for already
            retries.forget()
            if self._timing.now() - since >= patience:
                return self._bench.move(job, to=State.PARKED, message=gauge.stage)
            await self._timing.sleep(self._bench.poll_wishes.pop(job.key, wait_s))
            if wanted.poll_s is None:
                wait_s = min(wait_s * self._pace.growth, self._pace.longest_poll_s)
        return job

    async def _cancel(self, job: Job, *, wanted: TakeRequest) -> Job:
        """What somebody else asked for; a job that cannot be stopped goes on, and one that cannot be asked for now."""
        self._to_cancel -= {job.key}
        ledger, owner = self._bench.ledger, self._bench.owner
        try:
            return (await cancel_claimed(job, provider=wanted.provider, ledger=ledger, owner=owner)).job
        except (ProviderError, ConfigError) as error:
            return ledger.note(job, owner=owner, message=f"{NOT_STOPPED}{error.message}")

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

    def _door(self, wanted: TakeRequest) -> _Door:
        gate = wanted.provider_gate
        if gate.provider not in self._doors:
            self._doors[gate.provider] = _Door(places=asyncio.Semaphore(gate.in_flight))
        return self._doors[gate.provider]


def _disk_error(error: OSError) -> LibraryError:
    """What the disk refused, for a person: which file, why, and what to do."""
    file = error.filename if isinstance(error.filename, str) else ""
    return LibraryError(
        f"{file or 'a file'}: {error.strerror or error}",
        where=file or None,
        next_step=f"see to {file or 'the disk'}, then run the command again",
    )


@dataclass(slots=True, kw_only=True)
class _Door:
    """A provider as one run comes to it.

    Attributes:
        places: This run's, so that it does not ask the ledger for more than there are.
        busy_until: Second of the run's clock before which nobody asks the ledger for a place; `why` says for what.
    """

    places: asyncio.Semaphore
    busy_until: float = float("-inf")
    why: str = ""


class _Gauge:
    """Progress of one take; the share done never falls."""

    def __init__(self, wanted: TakeRequest, *, report: ProgressReport) -> None:
        self._wanted = wanted
        self._report = report
        self._done = 0.0
        self._parts = 1 + len(wanted.later)
        self._part = 0
        self.state = State.PLANNED
        self.stage = ""

    def begin_part(self, wanted: TakeRequest) -> None:
        """The next clip of the take is worked on."""
        self._part = self._parts - 1 - len(wanted.later)
        self.state = State.PLANNED

    def tell(self, stage: str, done: float) -> None:
        """Reports `stage`, and `done` as the share of the present state."""
        start, end = _SHARES.get(self.state, (0.0, 0.05))
        share = (self._part + start + (end - start) * min(max(done, 0.0), 1.0)) / self._parts
        if done >= 1.0 and stage in _ENDINGS:
            share = 1.0
        self.stage = stage if self._parts == 1 or share == 1.0 else f"{stage}, clip {self._part + 1} of {self._parts}"
        self._done = max(self._done, share)
        shot, take = self._wanted.place
        self._report(Progress(shot=shot, take=take, stage=self.stage, done=self._done))


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
