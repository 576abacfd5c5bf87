"""What a person decides about a job in doubt: it was charged, it was not, or nobody will know.

settle_charged(ledger, key=key, remote_id="gen-42", owner=owner)     the next run fetches it
"""

from __future__ import annotations

from decimal import Decimal

from pickup.errors import LibraryError
from pickup.jobs.ledger import LeaseLost, Ledger
from pickup.jobs.states import Job, State
from pickup.ports import Billing, Submission


def settle_charged(ledger: Ledger, *, key: str, remote_id: str, owner: str) -> Job:
    """The provider has it under `remote_id`; the next run polls and fetches it.

    Raises:
        LibraryError: The job is not in doubt, or another run moves it.
    """
    job = _claim(ledger, key=key, owner=owner)
    moved = ledger.transition(
        job,
        to=State.SUBMITTED,
        owner=owner,
        submission=Submission(remote_id=remote_id),
        kind=None,
        message="",
        next_step="",
    )
    ledger.release(owner=owner, key=key)
    return moved


def settle_not_charged(ledger: Ledger, *, key: str, owner: str) -> Job:
    """It was not charged; the next run buys it in a new attempt.

    Raises:
        LibraryError: As `settle_charged`.
    """
    job = _claim(ledger, key=key, owner=owner)
    return ledger.transition(
        job, to=State.FAILED, owner=owner, billing=Billing.NOT_BILLED, cost=Decimal(0), message="settled: not charged"
    )


def settle_given_up(ledger: Ledger, *, key: str, owner: str) -> Job:
    """Nobody will know; it counts as if it may have been charged, and is bought again only on demand.

    Raises:
        LibraryError: As `settle_charged`.
    """
    job = _claim(ledger, key=key, owner=owner)
    return ledger.transition(job, to=State.FAILED, owner=owner, billing=Billing.UNKNOWN, message="settled: given up")


def _claim(ledger: Ledger, *, key: str, owner: str) -> Job:
    if ledger.job(key).state is not State.DOUBT:
        raise LibraryError(f"job {key} is {ledger.job(key).state}, not in doubt", next_step="run pickup jobs")
    job = ledger.claim(key, owner=owner)
    if job is None:
        raise LeaseLost(f"another run moves job {key} now", next_step="wait for it, then run the command again")
    return job
