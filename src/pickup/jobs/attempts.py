"""Which attempt at a take is worked on: the row of the last run, or a new one where that costs nothing twice.

A new attempt is opened after one that was not billed, or when the caller says `refresh`. A take that is done is never
made again while the library holds it; if the library has lost it, a free one is made again and a paid one is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pickup.errors import FailureKind, LibraryError
from pickup.jobs.advance import NO_TROUBLE
from pickup.jobs.bench import Bench, TakeRequest
from pickup.jobs.states import ENDED, IN_FLIGHT, Job, Order, State
from pickup.ports import Billing


def open_attempt(wanted: TakeRequest, *, bench: Bench) -> Job | None:
    """The job to move, claimed, or one that has ended; None while another run moves it.

    Afterwards an original that belongs to another attempt has been set aside, never removed.
    """
    last = _last_attempt(wanted, bench=bench)
    if last is None:
        return _open_new(_order(wanted, bench=bench), wanted=wanted, bench=bench)
    kept = bench.has_take(wanted)
    if kept and last.state in ENDED:
        return last
    job = bench.ledger.claim(last.key, owner=bench.owner)
    if job is None:
        return None
    if job.state is State.INTENT and job.kind is None:
        # Left by a run that has died: nobody is sending it any more, so that nobody need wait for the reply.
        job = bench.ledger.note(job, owner=bench.owner, kind=FailureKind.UNKNOWN_OUTCOME)
    return _reopen(job, wanted=wanted, bench=bench)


def _reopen(job: Job, *, wanted: TakeRequest, bench: Bench) -> Job | None:
    if bench.has_take(wanted):  # asked again: while the claim was awaited its owner may have finished
        return job if job.state in ENDED else bench.move(job, to=State.DONE, cost=job.price, **NO_TROUBLE)
    if job.state not in ENDED:
        return job
    if not wanted.refresh and _can_conform_again(job) and bench.original(wanted).is_file():
        return bench.move(job, to=State.FETCHED, **NO_TROUBLE)
    if not (wanted.refresh or _costs_nothing_twice(job)):
        return job
    order = replace(_order(wanted, bench=bench), attempt=job.order.attempt + 1)
    opened = _open_new(order, wanted=wanted, bench=bench)
    bench.ledger.release(owner=bench.owner, key=job.key)
    return opened


def _can_conform_again(job: Job) -> bool:
    """A finished take that was removed, or a paid original that could not be conformed before."""
    spoiled = job.state is State.FAILED and job.kind is FailureKind.BAD_OUTPUT
    return job.state is State.DONE or (spoiled and job.billing is not Billing.NOT_BILLED)


def _costs_nothing_twice(job: Job) -> bool:
    if job.state is State.DONE:
        return not job.price
    return job.billing is Billing.NOT_BILLED


def _open_new(order: Order, *, wanted: TakeRequest, bench: Bench) -> Job | None:
    original = bench.original(wanted)
    others = bench.ledger.jobs(library=order.library, shot=order.shot, take=order.take, part=order.part)
    _refuse_beside_another(order, others=others)
    if others and order.key not in {each.key for each in others} and original.is_file():
        original.replace(original.with_name(f"{original.stem}_of_{others[-1].key[:8]}{original.suffix}"))
    bench.on_step("before planned")
    job = bench.ledger.plan(order)
    bench.on_step("after planned")
    claimed = bench.ledger.claim(job.key, owner=bench.owner)
    if claimed is not None and claimed.state not in ENDED and bench.has_take(wanted):
        return bench.move(claimed, to=State.DONE, cost=claimed.price, message="the take was in the library")
    return claimed


def _refuse_beside_another(order: Order, *, others: Sequence[Job]) -> None:
    """What was asked for otherwise and is, or may be, paid for comes home or is given up before it is bought anew.

    Raises:
        LibraryError: It is under way.
    """
    for job in others:
        if job.key != order.key and job.state in IN_FLIGHT and job.price:
            made_by = f"{job.order.provider}:{job.order.model}"
            raise LibraryError(
                f"take {order.take} of {order.shot} was asked for otherwise, of {made_by}, and is {job.state}: "
                f"it may cost {job.price} USD",
                where=order.shot,
                next_step=f"go back to what was asked to bring it home, or give it up: pickup cancel {job.key[:8]}",
            )


def _order(wanted: TakeRequest, *, bench: Bench) -> Order:
    return Order(
        library=bench.library,
        cut=wanted.cut,
        shot=wanted.request.shot,
        take=wanted.request.take,
        provider=wanted.provider.name,
        model=wanted.request.model,
        digest=wanted.request.digest(),
        quoted=wanted.quoted,
        part=wanted.request.part,
    )


def _last_attempt(wanted: TakeRequest, *, bench: Bench) -> Job | None:
    order = _order(wanted, bench=bench)
    same = (order.provider, order.model, order.digest)
    jobs = bench.ledger.jobs(library=order.library, shot=order.shot, take=order.take, part=order.part)
    mine = [each for each in jobs if (each.order.provider, each.order.model, each.order.digest) == same]
    return max(mine, key=lambda job: job.order.attempt, default=None)
