"""What may still be spent: the smallest of the budgets for the run, the timeline and the day.

Counted as charged is the most that can have been: what was charged, what may have been, and what is under way. A day
is a day of this machine's clock, in its own time zone; it is counted over all libraries, a timeline within its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from pickup.config import Config
from pickup.jobs.gates import Allowance
from pickup.jobs.ledger import Ledger
from pickup.jobs.states import IN_FLIGHT, State


def with_what_is_left(config: Config, *, ledger: Ledger, library: str, cut: str, now: datetime) -> Config:
    """The settings with each budget lowered to what is left of it, never below zero.

    Args:
        config: Settings.
        ledger: Says what was spent.
        library: Its id.
        cut: Name of the cut in it.
        now: The time, with its zone.
    """
    left: dict[str, Decimal] = {}
    if config.budget_per_timeline is not None:
        left["budget_per_timeline"] = config.budget_per_timeline - ledger.spent(library=library, cut=cut).at_most
    if config.budget_per_day is not None:
        left["budget_per_day"] = config.budget_per_day - spent_today(ledger, now=now)
    return config.model_copy(update={key: max(each, Decimal(0)) for key, each in left.items()})


def allowances_of(config: Config, *, library: str, cut: str, now: datetime) -> tuple[Allowance, ...]:
    """The budgets themselves, which the ledger holds each purchase against in the moment when it is made.

    Args:
        config: Settings as they are, not lowered.
        library: Its id.
        cut: Name of the cut in it; it is filled by one run at a time, so what it spends from now on is this run's.
        now: When the run began, with its zone.
    """
    found = []
    if config.budget is not None:
        found.append(Allowance(usd=config.budget, name="this run", library=library, cut=cut, since=now.astimezone(UTC)))
    if config.budget_per_timeline is not None:
        found.append(Allowance(usd=config.budget_per_timeline, name="this timeline", library=library, cut=cut))
    if config.budget_per_day is not None:
        found.append(Allowance(usd=config.budget_per_day, name="today", since=_midnight(now)))
    return tuple(found)


def begun_takes(ledger: Ledger, *, library: str) -> Mapping[str, Mapping[int, Decimal]]:
    """By shot and take what was asked for and is not known to be at home, with the USD that are spent or set aside.

    A take of several clips counts with those that are paid; the library says whether it is whole.
    """
    found: dict[str, dict[int, Decimal]] = {}
    jobs = ledger.jobs(library=library)
    for job in jobs:
        if job.state in IN_FLIGHT:
            found.setdefault(job.order.shot, {}).setdefault(job.order.take, Decimal(0))
    for job in jobs if found else ():
        takes = found.get(job.order.shot, {})
        if job.order.take in takes and (job.state in IN_FLIGHT or job.state is State.DONE):
            takes[job.order.take] += job.price
    return found


def spent_today(ledger: Ledger, *, now: datetime) -> Decimal:
    """USD that can have been spent since midnight, in all libraries."""
    return ledger.spent(since=_midnight(now)).at_most


def _midnight(now: datetime) -> datetime:
    return now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
