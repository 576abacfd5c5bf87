"""What the rows of the ledger add up to: money, places taken, requests of a minute; in a caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, or_, select

from pickup.jobs.gates import Gate
from pickup.jobs.states import AT_PROVIDER, IN_FLIGHT, State
from pickup.jobs.tables import JOBS
from pickup.ports import Billing

_MINUTE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Sums over jobs, in USD.

    Attributes:
        cost: What is known to have been charged.
        uncertain: Quoted prices of failed jobs that may have been charged.
        pending: Quoted prices of jobs under way or in doubt.
    """

    cost: Decimal
    uncertain: Decimal
    pending: Decimal

    @property
    def at_most(self) -> Decimal:
        """The most that can have been charged; what a budget is compared with."""
        return self.cost + self.uncertain + self.pending


def places_taken(connection: Connection, *, gate: Gate, besides: str, now: datetime, lease: timedelta) -> int:
    """Jobs that the provider may be working on; one that nobody moves counts for as long as a generation may take.

    What a clock that was set back since has left in the future is as old as what lies as far in the past.
    """
    takes = timedelta(seconds=gate.generation_s)
    recent, held = (
        JOBS.c.updated.between(now - takes, now + takes),
        JOBS.c.lease_until.between(now, now + max(takes, lease)),
    )
    query = (
        select(func.count())
        .select_from(JOBS)
        .where(
            JOBS.c.provider == gate.provider,
            JOBS.c.state.in_([state.value for state in AT_PROVIDER]),
            JOBS.c.key != besides,
            or_(held, recent),
        )
    )
    return int(connection.execute(query).scalar_one())


def asked_lately(connection: Connection, *, gate: Gate, now: datetime) -> Sequence[datetime]:
    """When the provider was asked for a clip in the last minute, or the next by a clock that was set back since."""
    query = select(JOBS.c.asked).where(
        JOBS.c.provider == gate.provider, JOBS.c.asked.between(now - _MINUTE, now + _MINUTE)
    )
    return [each for each in connection.execute(query).scalars() if each is not None]


def money_spent(connection: Connection, *, library: str | None, cut: str | None, since: datetime | None) -> Spending:
    """What was charged, may have been and will be, for everything that was asked for in a scope."""
    asked = [JOBS.c.asked.is_not(None), *([JOBS.c.asked >= since] if since else [])]
    asked += [column == value for column, value in ((JOBS.c.library, library), (JOBS.c.cut, cut)) if value is not None]
    cost = uncertain = pending = Decimal(0)
    columns = select(JOBS.c.cost, JOBS.c.quoted, JOBS.c.state, JOBS.c.billing).where(*asked)
    for charged, quoted, state, billing in connection.execute(columns):
        if charged is not None:
            cost += charged
        elif State(state) in IN_FLIGHT:
            pending += quoted
        elif Billing(billing) is not Billing.NOT_BILLED:
            uncertain += quoted
    return Spending(cost=cost, uncertain=uncertain, pending=pending)
