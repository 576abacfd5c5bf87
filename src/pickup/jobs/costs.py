"""What was paid for, row by row and summed: pure values from the ledger's jobs.

What was charged, what may have been and what is under way are never mixed into one sum. The rules are those of
`counting`, which budgets are held against.

    rows = cost_rows(ledger.jobs(library=library))
    sum_rows(rows).cost, [group.names for group in group_rows(rows, by=By.CUT)]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from pickup.jobs.states import IN_FLIGHT, Job, State
from pickup.ports import Billing

_NOTHING, _CENT = Decimal(0), Decimal("0.01")


class By(StrEnum):
    """What sums are made for."""

    CUT = "cut"
    SHOT = "shot"
    PROVIDER = "provider"
    DAY = "day"


COLUMNS: Mapping[By, tuple[str, ...]] = MappingProxyType(
    {By.CUT: ("cut",), By.SHOT: ("cut", "shot"), By.PROVIDER: ("provider", "model"), By.DAY: ("day",)}
)
"""What names a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One job that was asked for; sums in USD.

    Attributes:
        day: On which it was asked for, in the zone that was named.
        cost: What was charged; None while that is not known.
        uncertain: Quoted price of a failed job that may have been charged, else zero.
        pending: Quoted price of a job under way or in doubt, else zero.
    """

    job: str
    library: str
    cut: str
    shot: str
    take: int
    part: int
    provider: str
    model: str
    day: date
    quoted: Decimal
    cost: Decimal | None
    uncertain: Decimal
    pending: Decimal
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Sums over rows, in USD."""

    jobs: int
    quoted: Decimal
    cost: Decimal
    uncertain: Decimal
    pending: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The sums of one cut, shot, provider or day.

    Attributes:
        names: As `COLUMNS` says.
    """

    names: tuple[str, ...]
    library: str
    sums: Sums


def cost_rows(jobs: Iterable[Job], *, since: date | None = None, zone: tzinfo | None = None) -> tuple[CostRow, ...]:
    """A row for every job that was asked for, in the order of asking.

    Args:
        jobs: Of the ledger.
        since: The first day that counts.
        zone: Whose days; None for this machine's.
    """
    asked = sorted(((each.asked, each.key, each) for each in jobs if each.asked is not None), key=lambda item: item[:2])
    rows = [_row(job, day=when.astimezone(zone).date()) for when, _, job in asked]
    return tuple(row for row in rows if since is None or row.day >= since)


def sum_rows(rows: Iterable[CostRow]) -> Sums:
    """Exact sums; they agree with `Ledger.spent`."""
    rows = tuple(rows)
    return Sums(
        jobs=len(rows),
        quoted=sum((each.quoted for each in rows), _NOTHING),
        cost=sum((each.cost for each in rows if each.cost is not None), _NOTHING),
        uncertain=sum((each.uncertain for each in rows), _NOTHING),
        pending=sum((each.pending for each in rows), _NOTHING),
    )


def group_rows(rows: Sequence[CostRow], *, by: By) -> tuple[Group, ...]:
    """Sums by name, in the order in which the names first come; days ascend.

    Cuts and shots of two libraries are never one, whatever they are called.
    """
    found: dict[tuple[str, tuple[str, ...]], list[CostRow]] = {}
    for row in rows:
        names = tuple(str(getattr(row, column)) for column in COLUMNS[by])
        library = row.library if by in (By.CUT, By.SHOT) else ""
        found.setdefault((library, names), []).append(row)
    groups = [Group(names=names, library=library, sums=sum_rows(each)) for (library, names), each in found.items()]
    return tuple(sorted(groups, key=lambda group: group.names) if by is By.DAY else groups)


def exact_usd(amount: Decimal) -> str:
    """Every digit that counts, and at least two behind the point: 0.0125, 1.20."""
    cents = amount.quantize(_CENT)
    return format(cents if cents == amount else amount.normalize(), "f")


def _row(job: Job, *, day: date) -> CostRow:
    order = job.order
    is_open = job.cost is None
    is_pending = is_open and job.state in IN_FLIGHT
    is_uncertain = is_open and not is_pending and job.billing is not Billing.NOT_BILLED
    return CostRow(
        job=job.key,
        library=order.library,
        cut=order.cut,
        shot=order.shot,
        take=order.take,
        part=order.part,
        provider=order.provider,
        model=order.model,
        day=day,
        quoted=order.quoted,
        cost=job.cost,
        uncertain=order.quoted if is_uncertain else _NOTHING,
        pending=order.quoted if is_pending else _NOTHING,
        state=job.state,
    )
