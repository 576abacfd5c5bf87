"""Stopping a job, at every state, and saying what it cost.

What was paid for is not thrown away: a clip that is made, or that its provider cannot stop, is left to be fetched,
unless somebody gives it up.

    cancelled = await cancel_claimed(job, provider=provider, ledger=ledger, owner=owner)
    cancelled.stopped, cancelled.message
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pickup.jobs.ledger import Ledger
from pickup.jobs.states import ENDED, Job, State
from pickup.ports import Billing, Cancellation, Provider

NOT_STOPPED = "not stopped: "
"""Begins the message of a job that goes on although it was to be stopped."""

_MADE = frozenset({State.READY, State.FETCHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What became of a job that was to be stopped.

    Attributes:
        job: As it is in the ledger now.
        stopped: It makes nothing any more, and costs nothing more.
        message: What happened and what it cost, in words.
        next_step: What can be done where it was not stopped.
    """

    job: Job
    stopped: bool
    message: str
    next_step: str = ""


async def cancel_claimed(
    job: Job, *, provider: Provider | None, ledger: Ledger, owner: str, give_up: bool = False
) -> Cancelled:
    """Stops a job that `owner` has claimed.

    Args:
        job: As it is in the ledger.
        provider: Its provider; None where nobody can ask it any more.
        ledger: The ledger.
        owner: Who has it.
        give_up: A clip that is paid for and cannot be stopped is given up instead of fetched.

    Raises:
        LeaseLost: Another run has the job.
        ProviderError: The provider could not be asked; the job is as it was.
    """
    if job.state in ENDED:
        return Cancelled(job=job, stopped=False, message=f"it is {job.state} already; {cost_words(job)}")
    if job.state is State.PLANNED:
        return _stopped(job, Cancellation(stopped=True, billing=Billing.NOT_BILLED), ledger=ledger, owner=owner)
    if job.state in (State.INTENT, State.DOUBT):
        message = f"nobody knows whether {job.order.provider} has accepted it, so it cannot be asked to stop it"
        message = f"{message}; {cost_words(job)}"
        return Cancelled(job=job, stopped=False, message=message, next_step=f"pickup settle {job.key[:8]}")
    if job.state in _MADE or job.submission is None:
        asked = Cancellation(stopped=False, billing=job.billing, cost=job.cost, message="it is made already")
    elif provider is None:
        asked = Cancellation(stopped=False, billing=job.billing, message=f"{job.order.provider} cannot be asked")
    else:
        asked = await provider.cancel(job.submission)
    if asked.stopped or give_up:
        return _stopped(job, asked, ledger=ledger, owner=owner)
    why = asked.message or "it cannot be stopped"
    ledger.answer_cancel(job, owner=owner)  # before the note, after which nobody holds a parked job any more
    kept = ledger.note(job, owner=owner, message=f"{NOT_STOPPED}{why}")
    next_step = f"pickup fill brings it home; pickup cancel {job.key[:8]} --give-up leaves it there"
    return Cancelled(job=kept, stopped=False, message=f"{why}; {_quoted_words(kept)}", next_step=next_step)


def cost_words(job: Job) -> str:
    """What a job cost, as far as anybody knows."""
    if job.cost is not None:
        return "it cost nothing" if not job.cost else f"it cost ${job.cost:.2f}"
    if job.billing is Billing.NOT_BILLED or not job.order.quoted:
        return "it cost nothing"
    return f"it may cost up to ${job.order.quoted:.2f}: {job.order.provider} does not say"


def _quoted_words(job: Job) -> str:
    return "it costs nothing" if not job.price else f"it costs ${job.price:.2f}"


def _stopped(job: Job, asked: Cancellation, *, ledger: Ledger, owner: str) -> Cancelled:
    """Ends the job with what is known of its bill; one that was given up while it went on counts as billed in full."""
    billing, cost = asked.billing, asked.cost
    if not job.order.quoted:
        billing = Billing.NOT_BILLED
    if not asked.stopped and billing is Billing.UNKNOWN:
        billing = Billing.BILLED
    if cost is None and billing is not Billing.UNKNOWN:
        cost = job.price if billing is Billing.BILLED else Decimal(0)
    said = asked.message or ("cancelled" if asked.stopped else "given up")
    moved = ledger.transition(
        job, to=State.CANCELLED, owner=owner, billing=billing, cost=cost, kind=None, message=said, next_step=""
    )
    words = "stopped" if asked.stopped else "given up"
    return Cancelled(job=moved, stopped=True, message=f"{words}; {cost_words(moved)}")
