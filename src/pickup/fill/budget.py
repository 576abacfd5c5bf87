"""What may still be spent: the smallest of the budgets for the run, the timeline and the day.

Counted as charged is the most that can have been: what was charged, what may have been, and what is under way. A day
is a day of this machine's clock, in its own time zone; it is counted over all libraries, a timeline within its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from pickup.config import Config
from pickup.jobs.ledger import Ledger


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


def spent_today(ledger: Ledger, *, now: datetime) -> Decimal:
    """USD that can have been spent since midnight, in all libraries."""
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return ledger.spent(since=midnight.astimezone(UTC)).at_most
