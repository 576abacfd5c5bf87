"""The one function that moves a job a step: intent, submit, poll, fetch, conform, keep.

Every step is committed before the next begins, so that a run which died anywhere is continued from its row. It does
not wait and does not count attempts; the runner does, and calls `give_up` when it has waited long enough.

    while job.state not in AT_REST:
        job = await advance(job, wanted=wanted, bench=bench, report=report)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

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
from pickup.jobs.bench import Bench, TakeRequest
from pickup.jobs.ledger import AlreadyClaimed, Told, Trouble
from pickup.jobs.states import Job, State
from pickup.ports import (
    Billing,
    Delivery,
    LostSubmit,
    Reconciled,
    RemoteState,
    RemoteStatus,
)

Report = Callable[[str, float], None]
"""Told what is being done and the share of it that is done, 0.0 to 1.0."""

NO_TROUBLE: Trouble = {"kind": None, "message": "", "next_step": ""}
"""What a transition records when earlier trouble is over."""

_LOG = logging.getLogger(__name__)
_FREE = Decimal(0)
_GRACE_SECONDS = 30
_KEY_TROUBLE = (FailureKind.AUTH, FailureKind.NO_CREDIT)
_LONGEST_VERSION = 200
_BACK_S = 2.0
_CERTAINLY_NOT_ACCEPTED = (ProviderRefused, ProviderRetired, ConfigError)
_REMOTE_ENDS = {
    RemoteState.FAILED: State.FAILED,
    RemoteState.CANCELLED: State.CANCELLED,
    RemoteState.EXPIRED: State.EXPIRED,
}


def may_repeat(error: PickupError) -> bool:
    """Whether `advance` may simply be called again after it raised this."""
    lost = isinstance(error, ProviderError) and error.kind is FailureKind.EXPIRED
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
    kind = error.kind if isinstance(error, ProviderError) else FailureKind.PROVIDER_FAILED
    match job.state:
        case State.PLANNED:
            return bench.move(job, to=State.FAILED, kind=kind, billing=Billing.NOT_BILLED, **told)
        case State.INTENT:
            return bench.move(job, to=State.DOUBT, kind=FailureKind.UNKNOWN_OUTCOME, **told)
        case State.SUBMITTED | State.RUNNING | State.READY if kind is FailureKind.EXPIRED:
            return bench.move(job, to=State.FAILED, kind=kind, message=error.message, next_step="")
        case State.SUBMITTED | State.RUNNING | State.READY:
            return bench.move(job, to=State.PARKED, **told)
    return job


async def _submit(job: Job, *, wanted: TakeRequest, bench: Bench, report: Report) -> Job:
    if bench.original(wanted).is_file():
        # only a lost ledger leaves an original that no row knows: what was paid for once is not bought again
        return bench.move(job, to=State.FETCHED, billing=_billing(job.order.quoted), message="the original was there")
    report("asking", 0.0)
    job = bench.enter(job, wanted=wanted, billing=_billing(job.order.quoted), **NO_TROUBLE)
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
        if not first and (await provider.submit(wanted.request, key=job.key)).remote_id != submission.remote_id:
            # one of the two replies belongs to another request; believing it would lose a clip that was paid for
            return _doubt(job, error=OutcomeUnknown(f"{provider.name} named two jobs for one key"), bench=bench)
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
        job = bench.ledger.note(job, owner=bench.owner, kind=FailureKind.UNKNOWN_OUTCOME, message=_words_of(error))
        if not provider.replays:
            return job
        if isinstance(error, OutcomeUnknown):
            raise
        raise OutcomeUnknown(f"{provider.name} did not answer", where=wanted.request.shot) from error
    bench.on_step("replied")
    try:
        return bench.move(job, to=State.SUBMITTED, submission=submission, **NO_TROUBLE)
    except AlreadyClaimed as error:
        return _doubt(job, error=error, bench=bench)


def _words_of(error: Exception) -> str:
    return error.message if isinstance(error, PickupError) else f"{type(error).__name__}: {error}"


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
    ledger, order = bench.ledger, job.order
    if ledger.being_sent(provider=order.provider, model=order.model, besides=job.key):
        # What the provider lists may belong to a request whose reply has not been recorded yet.
        waits = f"waiting for the replies to other requests at {provider.name}"
        raise ProviderUnavailable(waits, kind=FailureKind.UNKNOWN_OUTCOME, retry_after_s=_BACK_S)
    lost = LostSubmit(
        request=wanted.request,
        key=job.key,
        asked=job.asked or job.created,
        is_claimed=lambda remote_id: ledger.claims(provider=order.provider, remote_id=remote_id),
    )
    try:
        found = await provider.reconcile(lost)
    except (*_CERTAINLY_NOT_ACCEPTED, OutcomeUnknown) as error:
        return _doubt(job, error=error, bench=bench)
    if found.outcome is Reconciled.FOUND and found.submission is not None:
        try:
            return bench.move(job, to=State.SUBMITTED, submission=found.submission, **NO_TROUBLE)
        except AlreadyClaimed as error:
            return _doubt(job, error=error, bench=bench)
    if found.outcome is Reconciled.NEVER_ARRIVED:
        return bench.move(job, to=State.PLANNED, billing=Billing.NOT_BILLED, kind=None, message="")
    cannot_tell = found.message or f"{provider.name} may have accepted and charged this request, and cannot tell"
    return _doubt(job, error=OutcomeUnknown(cannot_tell), bench=bench)


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
    if status.poll_after_s is not None:
        bench.poll_wishes[job.key] = status.poll_after_s
    if status.state is RemoteState.RUNNING:
        report(status.message or "generating", status.done or 0.0)
        return job if job.state is State.RUNNING else bench.move(job, to=State.RUNNING, submission=submission)
    if status.state is RemoteState.READY:
        cost = job.order.quoted if status.cost is None else status.cost
        billing = Billing.BILLED if cost else Billing.NOT_BILLED
        version = status.version if _is_version(status.version, model=job.order.model) else ""
        return bench.move(job, to=State.READY, submission=submission, cost=cost, billing=billing, version=version)
    return _end_remotely(job, status=status, bench=bench)


def _is_version(told: str, *, model: str) -> bool:
    """Whether it tells more than the model's name; a server of one's own may name a path of its disk."""
    is_path = told.startswith(("/", ".", "~")) or "\\" in told
    return told != model and told.isprintable() and len(told) <= _LONGEST_VERSION and not is_path


def _end_remotely(job: Job, *, status: RemoteStatus, bench: Bench) -> Job:
    """The provider has ended the job without a clip."""
    billing, cost = status.billing, status.cost
    if not job.order.quoted and cost is None:
        billing = Billing.NOT_BILLED
    if job.billing is Billing.BILLED and job.state is not State.INTENT and cost is None:
        billing, cost = job.billing, job.cost  # it was finished, and charged, whatever became of the clip since
    if cost is None and billing is not Billing.UNKNOWN:
        cost = job.order.quoted if billing is Billing.BILLED else _FREE
    state = _REMOTE_ENDS[status.state]
    message = status.message or f"{job.order.provider} {state} it"
    kind = status.kind or FailureKind.PROVIDER_FAILED
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
        return bench.move(job, to=State.FAILED, kind=FailureKind.EXPIRED, message=lost)
    if wanted.later:  # it is joined with the clips after it, once they are there
        return bench.move(job, to=State.DONE, **NO_TROUBLE)
    place = store.proxy if wanted.delivery.draft else store.conformed
    destination = place(request.shot, take=request.take)
    delivery = _with_versions(wanted.delivery, (*wanted.versions, job.version))
    try:
        conformed = await bench.conform(
            bench.originals(wanted),
            destination,
            delivery=delivery,
            report=lambda done: report("making the draft" if wanted.delivery.draft else "conforming", done),
        )
    except MediaError as error:
        told = _told(error)
        return bench.move(job, to=State.FAILED, kind=FailureKind.BAD_OUTPUT, **told)
    bench.on_step("conformed")
    store.keep_take(
        request,
        delivery=delivery,
        conformed=conformed,
        provider=wanted.provider.name,
        cost=wanted.paid + job.price,
    )
    bench.on_step("kept")
    return bench.move(job, to=State.DONE, **NO_TROUBLE)


def _with_versions(delivery: Delivery, versions: Sequence[str]) -> Delivery:
    """The delivery, whose origin names the versions of the model that were told when its clips were made."""
    told = [each for each in dict.fromkeys(versions) if each]
    if delivery.origin is None or not told:
        return delivery
    return replace(delivery, origin=replace(delivery.origin, version=", ".join(told)))


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
