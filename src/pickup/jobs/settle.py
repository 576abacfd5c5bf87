"""What becomes of a job in doubt: its provider tells, or a person decides that it was charged, was not, or gives it up.

settle_charged(ledger, key=key, remote_id="gen-42", owner=owner)     the next run fetches it
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from pickup.errors import FailureKind, LibraryError
from pickup.jobs.ledger import AlreadyClaimed, LeaseLost, Ledger
from pickup.jobs.states import Job, State
from pickup.ports import Billing, Generation, LostSubmit, Provider, Reconciled, Reconciliation, Submission

_UNSETTLED = (State.DOUBT, State.INTENT)
_NEAR = timedelta(minutes=30)
_MOST_NEAR = 5


def hold_for_settling(ledger: Ledger, *, key: str, owner: str) -> Job:
    """The job in `DOUBT`; one that a run which has died left in `INTENT` becomes so. Nobody holds it afterwards.

    Raises:
        LibraryError: The job is not in doubt.
        LeaseLost: Another run moves it.
    """
    with _claimed(ledger, key=key, owner=owner) as job:
        return job


def settle_charged(ledger: Ledger, *, key: str, remote_id: str, owner: str) -> Job:
    """The provider has it under `remote_id`; the next run polls and fetches it.

    Raises:
        LibraryError: The job is not in doubt, another run moves it, or another job has this id.
    """
    return settle_accepted(ledger, key=key, submission=Submission(remote_id=remote_id), owner=owner)


def settle_accepted(ledger: Ledger, *, key: str, submission: Submission, owner: str) -> Job:
    """The same, with every address that the provider named.

    Raises:
        LibraryError: As `settle_charged`.
    """
    with _claimed(ledger, key=key, owner=owner) as job:
        if other := _holder(ledger, provider=job.order.provider, remote_id=submission.remote_id):
            raise _taken(other, remote_id=submission.remote_id)
        try:
            return ledger.transition(
                job, to=State.SUBMITTED, owner=owner, submission=submission, kind=None, message="", next_step=""
            )
        except AlreadyClaimed as error:  # by another process in this moment
            other = _holder(ledger, provider=job.order.provider, remote_id=submission.remote_id)
            raise (_taken(other, remote_id=submission.remote_id) if other else error) from error


def settle_not_charged(ledger: Ledger, *, key: str, owner: str) -> Job:
    """It was not charged; the next run buys it in a new attempt.

    Raises:
        LibraryError: The job is not in doubt, or another run moves it.
    """
    with _claimed(ledger, key=key, owner=owner) as job:
        said = "settled: not charged"
        return ledger.transition(
            job, to=State.FAILED, owner=owner, billing=Billing.NOT_BILLED, cost=Decimal(0), message=said, next_step=""
        )


def settle_never_arrived(ledger: Ledger, *, key: str, owner: str) -> Job:
    """The provider says that the request never arrived; the next run sends it.

    Raises:
        LibraryError: As `settle_not_charged`.
    """
    with _claimed(ledger, key=key, owner=owner) as job:
        return ledger.transition(
            job, to=State.PLANNED, owner=owner, billing=Billing.NOT_BILLED, kind=None, message="", next_step=""
        )


def settle_given_up(ledger: Ledger, *, key: str, owner: str) -> Job:
    """Nobody will know; it counts as if it may have been charged, and is bought again only on demand.

    Raises:
        LibraryError: As `settle_not_charged`.
    """
    with _claimed(ledger, key=key, owner=owner) as job:
        said = "settled: given up"
        return ledger.transition(job, to=State.FAILED, owner=owner, billing=Billing.UNKNOWN, message=said, next_step="")


async def ask_provider(job: Job, *, provider: Provider, request: Generation, ledger: Ledger) -> Reconciliation:
    """What the provider can tell about a job in doubt; nothing is changed, and nothing is spent.

    Raises:
        ProviderError: It could not be asked.
        ConfigError: Something is missing that asking needs.
    """
    order = job.order
    if ledger.being_sent(provider=order.provider, model=order.model, besides=job.key):
        # What the provider lists may belong to a request whose reply has not been recorded yet.
        busy = f"other requests to {order.provider} are under way; ask again when they are answered"
        return Reconciliation(outcome=Reconciled.CANNOT_TELL, message=busy)
    lost = LostSubmit(
        request=request,
        key=job.key,
        asked=job.asked or job.created,
        is_claimed=lambda remote_id: ledger.claims(provider=order.provider, remote_id=remote_id),
    )
    return await provider.reconcile(lost)


def known_near(ledger: Ledger, *, job: Job) -> Sequence[Job]:
    """Jobs of the same provider that were asked for shortly before or after and whose remote ids are known."""
    asked = job.asked or job.created
    near = [
        (abs(each.asked - asked), each.key, each)
        for each in ledger.jobs()
        if each.order.provider == job.order.provider and each.remote_id is not None and each.asked is not None
    ]
    return [each for apart, _, each in sorted(near, key=lambda item: item[:2])[:_MOST_NEAR] if apart <= _NEAR]


def _holder(ledger: Ledger, *, provider: str, remote_id: str) -> Job | None:
    found = (each for each in ledger.jobs() if each.order.provider == provider and each.remote_id == remote_id)
    return next(found, None)


def _taken(other: Job, *, remote_id: str) -> LibraryError:
    order = other.order
    return LibraryError(
        f"{remote_id} belongs to another job: {other.key[:8]}, take {order.take} of {order.shot}, {other.state}",
        where=order.shot,
        next_step="look for another one in the provider's own list; no clip serves two jobs",
    )


@contextmanager
def _claimed(ledger: Ledger, *, key: str, owner: str) -> Iterator[Job]:
    """The job in doubt, held while the caller settles it."""
    before = ledger.job(key)
    if before.state not in _UNSETTLED:
        raise _not_in_doubt(before)
    job = ledger.claim(key, owner=owner)
    if job is None:
        raise LeaseLost(f"another run moves job {key[:8]} now", next_step="wait for it, then run the command again")
    try:
        if job.state is State.INTENT:
            job = _into_doubt(job, ledger=ledger, owner=owner)
        if job.state is not State.DOUBT:
            raise _not_in_doubt(job)
        yield job
    finally:
        ledger.release(owner=owner, key=key)


def _into_doubt(job: Job, *, ledger: Ledger, owner: str) -> Job:
    said = job.message or "the run that sent this request ended before a reply came"
    billing = Billing.UNKNOWN if job.order.quoted else Billing.NOT_BILLED
    doubt = ledger.transition(
        job, to=State.DOUBT, owner=owner, kind=FailureKind.UNKNOWN_OUTCOME, billing=billing, message=said
    )
    return ledger.claim(job.key, owner=owner) or doubt  # a job in doubt has no owner


def _not_in_doubt(job: Job) -> LibraryError:
    return LibraryError(f"job {job.key[:8]} is {job.state}, not in doubt", next_step="run pickup jobs")
