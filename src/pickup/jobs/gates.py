"""What may begin now: places and rate at a provider, and money. Leased in the ledger, so that processes share them.

    gate = Gate(provider="studio-wan", in_flight=2, per_minute=None)
    ledger.enter(job, owner=owner, gate=gate, allowances=[Allowance(usd=Decimal("20"), name="the day", since=midnight)])

It decides nothing by itself; `ledger.enter` asks it in the one transaction that commits the intent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from pickup.errors import BudgetError

BUSY_S = 1.0
"""Seconds after which a provider without a free place is looked at again."""

_MINUTE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What one provider takes at once.

    Attributes:
        in_flight: Jobs of all processes together.
        per_minute: Requests for clips in a minute; None for any number.
        generation_s: How long a job that nobody moves, such as a doubt, may still keep the provider busy.
    """

    provider: str
    in_flight: int = 2
    per_minute: int | None = None
    generation_s: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A budget: so much may have been spent in its scope, with what is about to be.

    Attributes:
        usd: The budget itself, not what is left of it.
        name: What it is for, in words.
        library: Only jobs of this library; None for all.
        cut: Only jobs of this cut in it.
        since: Only jobs that were asked for since then, UTC.
    """

    usd: Decimal
    name: str
    library: str | None = None
    cut: str | None = None
    since: datetime | None = None

    def check(self, price: Decimal, *, spent: Decimal) -> None:
        """Refuses what does not fit.

        Raises:
            BudgetError: Nothing was sent.
        """
        if price and spent + price > self.usd:
            left = max(self.usd - spent, Decimal(0))
            raise BudgetError(
                f"it costs {price} USD, and {left} USD are left of the budget for {self.name}",
                next_step="raise that budget, or wait until it begins anew; what was made is kept",
            )


class Busy(Exception):
    """Nothing may begin at this provider now.

    Attributes:
        wait_s: Seconds after which it is worth looking again.
        why: In words.
    """

    def __init__(self, *, wait_s: float, why: str) -> None:
        super().__init__(why)
        self.wait_s = wait_s
        self.why = why


def check_places(gate: Gate, *, taken: int) -> None:
    """Whether one more job may be under way.

    Raises:
        Busy: No place is free.
    """
    if taken >= gate.in_flight:
        raise Busy(wait_s=BUSY_S, why=f"waiting for other jobs at {gate.provider}")


def check_rate(gate: Gate, *, asked: Iterable[datetime], now: datetime) -> None:
    """Whether one more request may be sent.

    Args:
        gate: The provider's.
        asked: When it was asked before; what a clock that was set back since has left in the next minute counts as now,
            and what lies further ahead is long ago.
        now: UTC.

    Raises:
        Busy: As many as it takes were sent within the last minute.
    """
    if gate.per_minute is None:
        return
    recent: Sequence[datetime] = sorted(min(each, now) for each in asked if abs(each - now) < _MINUTE)
    if len(recent) >= gate.per_minute:
        oldest = recent[-gate.per_minute]
        wait_s = (oldest + _MINUTE - now).total_seconds()
        raise Busy(wait_s=max(wait_s, 0.05), why=f"{gate.provider} takes {gate.per_minute} requests a minute")
