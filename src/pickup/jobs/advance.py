"""The one function that moves a job a step: intent, submit, poll, fetch, conform, keep.

Every step is committed before the next begins, so that a run which died anywhere is continued from its row. It does
not wait and does not count attempts; the runner does, and calls `give_up` when it has waited long enough.

    while job.state not in AT_REST:
        job = await advance(job, wanted=wanted, bench=bench, report=report)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Unpack

from pickup.errors import (
    ConfigError,
    FailureKind,
    MediaError,
    OutcomeUnknown,
    PickupError,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)
from pickup.jobs.ledger import Change, Ledger, Told, Trouble
from pickup.jobs.states import Job, State
from pickup.ports import Billing, Conform, Delivery, Generation, Provider, Reconciled, RemoteState, RemoteStatus, Store

Report = Callable[[str, float], None]
"""Told what is being done and the share of it that is done, 0.0 to 1.0."""

NO_TROUBLE: Trouble = {"kind": None, "message": "", "next_step": ""}
"""What a transition records when earlier trouble is over."""

_LOG = logging.getLogger(__name__)
_FREE = Decimal(0)
_GRACE_SECONDS = 30
_KEY_TROUBLE = (FailureKind.AUTH, FailureKind.QUOTA)
_CERTAINLY_NOT_ACCEPTED = (ProviderRefused, ProviderRetired, ConfigError)
_REMOTE_ENDS = {
    RemoteState.FAILED: State.FAILED,
    RemoteState.CANCELLED: State.CANCELLED,
    RemoteState.EXPIRED: State.EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRequest:
    """One take that a run shall bring home.

    Attributes:
        quoted: USD for this take; zero means that making it again costs nothing.
        cut: Name of the cut that pays.
        refresh: Buy it again although an earlier attempt was, or may have been, billed.
        patience_s: Seconds to wait for the provider before the job is parked; None for the run's own limit.
    """

    request: Generation
    delivery: Delivery
    provider: Provider
    quoted: Decimal
    cut: str = ""
    refresh: bool = False
    patience_s: float | None = None

    @property
    def place(self) -> tuple[str, int]:
        """Shot code and take number; one run makes each only once."""
        return self.request.shot, self.request.take


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What jobs are moved with.

    Attributes:
        library: Id of the library that the store belongs to.
        owner: Text of `owners.this_run`; new for every run.
        on_step: Told each step before and after it is on the disk; crash tests end the process there.
    """

    library: str
    ledger: Ledger
    store: Store
    conform: Conform
    owner: str
    on_step: Callable[[str], None] = lambda _step: None

    def move(self, job: Job, *, to: State, **change: Unpack[Change]) -> Job:
        """`Ledger.transition` as this bench's owner."""
        self.on_step(f"before {to}")
        moved = self.ledger.transition(job, to=to, owner=self.owner, **change)
        self.on_step(f"after {to}")
        return moved

    def has_take(self, wanted: TakeRequest) -> bool:
        """Whether the library holds the finished take."""
        return self.store.has_take(wanted.request.shot, take=wanted.request.take)

    def original(self, wanted: TakeRequest) -> Path:
        """Where the provider's clip belongs."""
        return self.store.original(wanted.request.shot, take=wanted.request.take)


def may_repeat(error: PickupError) -> bool:
    """Whether `advance` may simply be called again after it raised this."""
    lost = isinstance(error, ProviderError) and error.kind is FailureKind.RESULT_LOST
    return lost or isinstance(error, ProviderUnavailable | OutcomeUnknown)


async def advance(job: Job, *, wanted: TakeRequest, bench: Bench, report: Report) -> Job:
    """Moves a claimed job one step and returns it as it is in the ledger then.

    A job that is `RUNNING` before and after is still being made. A job found in `INTENT` was left by a run that died
    or lost the reply: it is repeated under its key where the provider replays, else the provider is asked for it, else
    it becomes `DOUBT`; it is never simply sent again.

    Raises:
        ProviderError: One for which `may_repeat` is true; the job is resumable, read it again from the ledger.
        LibraryError: The disk or the ledger; the job is resumable.
        LeaseLost: Another run moves this job.
    """
    step = _STEPS.get(job.state)
    return job if step is None else await step(job, wanted=wanted, bench=bench, report=report)


def _told(error: PickupError) -> Told:
    return {"message": error.message, "next_step": error.next_step}


def give_up(job: Job, *, error: PickupError, bench: Bench) -> Job:
    """Where a job rests after `advance` has raised `error` too often.

    Nothing sent: failed, not billed. Sent without a reply: doubt. Accepted: parked, since it may be paid for, unless
    the provider has lost the result.
    """
    told = _told(error)
    kind = error.kind if isinstance(error, ProviderError) else FailureKind.INTERNAL
    match job.state:
        case State.PLANNED:
            return bench.move(job, to=State.FAILED, kind=kind, billing=Billing.NOT_BILLED, **told)
        case State.INTENT:
            return bench.move(job, to=State.DOUBT, kind=FailureKind.UNKNOWN_OUTCOME, **told)
        case State.SUBMITTED | State.RUNNING | State.READY if kind is FailureKind.RESULT_LOST:
            return bench.move(job, to=State.FAILED, kind=kind, **told)
        case State.SUBMITTED | State.RUNNING | State.READY:
            return bench.move(job, to=State.PARKED, **told)
    return job


async def _submit(job: Job, *, wanted: TakeRequest, bench: Bench, report: Report) -> Job:
    if bench.original(wanted).is_file():
        # only a lost ledger leaves an original that no row knows: what was paid for once is not bought again
        return bench.move(job, to=State.FETCHED, billing=_billing(job.order.quoted), message="the original was there")
    report("asking", 0.0)
    job = bench.move(job, to=State.INTENT, billing=_billing(job.order.quoted), **NO_TROUBLE)
    return await _to_the_end(_post(job, wanted=wanted, bench=bench, first=True))


def _billing(quoted: Decimal) -> Billing:
    """What is known of a job's bill before the provider has said anything."""
    return Billing.UNKNOWN if quoted else Billing.NOT_BILLED


async def _to_the_end(step: Coroutine[object, object, Job]) -> Job:
    """Lets a request that is under way finish although the run is cancelled, so that its reply is not lost.

    A second Ctrl-C, or a reply that takes longer than the grace, leaves the job in `INTENT`.
    """
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=_GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


async def _post(job: Job, *, wanted: TakeRequest, bench: Bench, first: bool) -> Job:
    """Sends the request and records the reply.

    `first` says that nothing was sent under this key before, so that a refusal means that nothing was accepted. A
    provider raises `ProviderUnavailable` only if the request certainly was not accepted, else `OutcomeUnknown`.
    """
    provider = wanted.provider
    try:
        submission = await provider.submit(wanted.request, key=job.key)
    except ProviderUnavailable as error:
        if first:
            bench.move(job, to=State.PLANNED, billing=Billing.NOT_BILLED, message=error.message)
        raise
    except _CERTAINLY_NOT_ACCEPTED as error:
        if first:
            return _fail(job, error=error, bench=bench, billing=Billing.NOT_BILLED, cost=_FREE)
        return _doubt(job, error=error, bench=bench)
    except Exception as error:
        _LOG.warning("the reply to a submit was lost: job %s, %s: %s", job.key, type(error).__name__, error)
        if not provider.replays:
            return job
        raise OutcomeUnknown(f"{provider.name} did not answer", where=wanted.request.shot) from error
    bench.on_step("replied")
    return bench.move(job, to=State.SUBMITTED, submission=submission, **NO_TROUBLE)


async def _resume(job: Job, *, wanted: TakeRequest, bench: Bench, report: Report) -> Job:  # noqa: ARG001 - a step
    """Asks again for a job that was parked; it is parked only once the provider has accepted it."""
    return bench.move(job, to=State.RUNNING, **NO_TROUBLE)


async def _recover(job: Job, *, wanted: TakeRequest, bench: Bench, report: Report) -> Job:  # noqa: ARG001 - a step
    """What to do about a request whose reply nobody has seen."""
    provider = wanted.provider
    if provider.replays:
        if job.state is State.DOUBT:
            job = bench.move(job, to=State.INTENT)
        return await _to_the_end(_post(job, wanted=wanted, bench=bench, first=False))
    try:
        found = await provider.reconcile(wanted.request, key=job.key)
    except (*_CERTAINLY_NOT_ACCEPTED, OutcomeUnknown) as error:
        return _doubt(job, error=error, bench=bench)
    if found.outcome is Reconciled.FOUND and found.submission is not None:
        return bench.move(job, to=State.SUBMITTED, submission=found.submission, **NO_TROUBLE)
    if found.outcome is Reconciled.NEVER_ARRIVED:
        return bench.move(job, to=State.PLANNED, billing=Billing.NOT_BILLED, message="")
    unknown = OutcomeUnknown(f"{provider.name} may have accepted and charged this request, and cannot tell")
    return _doubt(job, error=unknown, bench=bench)


def _doubt(job: Job, *, error: PickupError, bench: Bench) -> Job:
    if job.state is State.DOUBT:
        return job
    return bench.move(
        job,
        to=State.DOUBT,
        kind=FailureKind.UNKNOWN_OUTCOME,
        billing=Billing.UNKNOWN,
        message=error.message,
        next_step=error.next_step,
    )


async def _poll(job: Job, *, wanted: TakeRequest, bench: Bench, report: Report) -> Job:
    if job.submission is None:
        raise ProviderError(f"job {job.key} is {job.state} without a remote id", where=job.order.shot)
    try:
        status = await wanted.provider.poll(job.submission)
    except (ProviderError, ConfigError) as error:
        if may_repeat(error):
            raise
        return _lose(job, error=error, bench=bench)
    submission = replace(job.submission, urls={**job.urls, **status.urls})
    if status.state is RemoteState.RUNNING:
        report(status.message or "generating", status.done or 0.0)
        return job if job.state is State.RUNNING else bench.move(job, to=State.RUNNING, submission=submission)
    if status.state is RemoteState.READY:
        cost = job.order.quoted if status.cost is None else status.cost
        billing = Billing.BILLED if cost else Billing.NOT_BILLED
        return bench.move(job, to=State.READY, submission=submission, cost=cost, billing=billing)
    return _end_remotely(job, status=status, bench=bench)


def _end_remotely(job: Job, *, status: RemoteStatus, bench: Bench) -> Job:
    """The provider has ended the job without a clip."""
    billing, cost = status.billing, status.cost
    if not job.order.quoted and cost is None:
        billing = Billing.NOT_BILLED
    if cost is None and billing is not Billing.UNKNOWN:
        cost = job.order.quoted if billing is Billing.BILLED else _FREE
    state = _REMOTE_ENDS[status.state]
    message = status.message or f"{job.order.provider} {state} it"
    kind = status.kind or FailureKind.INTERNAL
    return bench.move(job, to=state, kind=kind, billing=billing, cost=cost, message=message)


def _fail(job: Job, *, error: PickupError, bench: Bench, billing: Billing, cost: Decimal | None) -> Job:
    kind = error.kind if isinstance(error, ProviderError) else FailureKind.AUTH
    told = _told(error)
    return bench.move(job, to=State.FAILED, kind=kind, billing=billing, cost=cost, **told)


def _lose(job: Job, *, error: PickupError, bench: Bench) -> Job:
    """The provider no longer answers for a job that it had accepted."""
    if isinstance(error, ProviderRefused | ProviderRetired) and error.kind not in _KEY_TROUBLE:
        return _fail(job, error=error, bench=bench, billing=job.billing, cost=job.cost)
    # a wrong key, or an error that nobody has classified, says nothing about the job, which may be paid for
    kind = error.kind if isinstance(error, ProviderError) else FailureKind.AUTH
    return bench.move(job, to=State.PARKED, kind=kind, message=error.message, next_step=error.next_step)


async def _fetch(job: Job, *, wanted: TakeRequest, bench: Bench, report: Report) -> Job:
    original = bench.original(wanted)
    if not original.is_file():  # it is written whole or not at all, so what is there was fetched before a crash
        if job.submission is None:
            raise ProviderError(f"job {job.key} is {job.state} without a remote id", where=job.order.shot)
        try:
            await wanted.provider.fetch(
                wanted.request, job.submission, destination=original, report=lambda done: report("fetching", done)
            )
            if not original.is_file():
                raise ProviderUnavailable(f"{wanted.provider.name} gave no clip", where=job.order.shot)
        except (ProviderError, ConfigError) as error:
            if may_repeat(error):
                bench.move(job, to=State.RUNNING)  # a poll may bring a fresh link
                raise
            return _lose(job, error=error, bench=bench)
        bench.on_step("fetched")
    return bench.move(job, to=State.FETCHED, **NO_TROUBLE)


async def _conform(job: Job, *, wanted: TakeRequest, bench: Bench, report: Report) -> Job:
    request, store = wanted.request, bench.store
    original = bench.original(wanted)
    if not original.is_file():
        if job.submission is not None:
            return bench.move(job, to=State.RUNNING)
        lost = f"the original is gone: {original.name}"
        return bench.move(job, to=State.FAILED, kind=FailureKind.RESULT_LOST, message=lost)
    destination = store.conformed(request.shot, take=request.take)
    try:
        conformed = await bench.conform(
            original, destination, delivery=wanted.delivery, report=lambda done: report("conforming", done)
        )
    except MediaError as error:
        told = _told(error)
        return bench.move(job, to=State.FAILED, kind=FailureKind.BAD_RESULT, **told)
    bench.on_step("conformed")
    store.keep_take(
        request, delivery=wanted.delivery, conformed=conformed, provider=wanted.provider.name, cost=job.price
    )
    bench.on_step("kept")
    return bench.move(job, to=State.DONE, **NO_TROUBLE)


_STEPS: Mapping[State, Callable[..., Coroutine[object, object, Job]]] = {
    State.PLANNED: _submit,
    State.INTENT: _recover,
    State.DOUBT: _recover,
    State.PARKED: _resume,
    State.SUBMITTED: _poll,
    State.RUNNING: _poll,
    State.READY: _fetch,
    State.FETCHED: _conform,
}
