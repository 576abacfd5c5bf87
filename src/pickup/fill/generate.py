"""Making the takes of a plan, on another route where one fails, and again where quality control fails a take."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pickup.cut import Size
from pickup.errors import Finding
from pickup.fill.fallback import fall_back
from pickup.fill.orders import Orders
from pickup.fill.prepared import Prepared, Shot
from pickup.fill.retakes import retake
from pickup.jobs.bench import Bench
from pickup.jobs.gates import Allowance
from pickup.jobs.ledger import Ledger
from pickup.jobs.outcomes import RunResult
from pickup.jobs.owners import this_run
from pickup.jobs.runner import run
from pickup.library.store import TakeOrder
from pickup.match import joints_of
from pickup.media.conform import Conformer
from pickup.media.frames import last_frame_async
from pickup.media.looks import look_of
from pickup.media.provenance import Signer
from pickup.plan import Pickup
from pickup.ports import ProgressReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of a plan.

    Attributes:
        findings: What has to be said about boundary frames and routes.
        held: Shots that were not made after all, with the reason.
    """

    result: RunResult
    findings: tuple[Finding, ...] = ()
    held: tuple[tuple[str, str], ...] = ()


def make_takes(
    prepared: Prepared,
    *,
    ledger: Ledger,
    report: ProgressReport,
    stop: Callable[[], bool],
    allowances: Sequence[Allowance] = (),
    signer: Signer | None = None,
    retakes: int = 0,
) -> Made:
    """Brings every take of the plan home; takes that are there already cost nothing.

    What fails without being paid is tried once more on each fallback that the plan shows.

    Args:
        prepared: The plan.
        ledger: Where jobs are recorded.
        report: Told how far each take is.
        stop: Asked whether the run should end.
        allowances: Budgets that every price has to fit into.
        signer: Who signs the takes; None where nobody does.
        retakes: How often a shot of which quality control has failed every take gets another one, inside the budget.

    Raises:
        Stopped: `stop` said so; every job is resumable.
    """
    wanted = prepared.delivery
    with look_of(wanted.color_space, config=wanted.color_config) as look:
        return _made(
            prepared,
            ledger=ledger,
            report=report,
            stop=stop,
            allowances=allowances,
            conform=Conformer(signer=signer, look=look),
            retakes=retakes,
        )


def _made(
    prepared: Prepared,
    *,
    ledger: Ledger,
    report: ProgressReport,
    stop: Callable[[], bool],
    allowances: Sequence[Allowance],
    conform: Conformer,
    retakes: int,
) -> Made:
    library = prepared.library
    store = library.store(
        orders={shot.spec.code: _order(shot) for shot in prepared.shots},
        previs={key for key, route in prepared.routes.items() if route.offer.previs},
    )
    bench = Bench(
        library=library.id,
        ledger=ledger,
        store=store,
        conform=conform,
        owner=str(this_run(pid=os.getpid())),
        last_frame=_last_frame,
    )
    made = Made(result=RunResult(outcomes=()))
    pickups: Sequence[Pickup] = prepared.plan.pickups
    left = _left_of(prepared)
    retaken: Counter[str] = Counter()
    while pickups:
        orders = Orders(prepared=prepared, allowances=tuple(allowances), look=conform.look)
        requests = orders.requests_for(pickups)
        result = run(requests, bench=bench, report=report, stop=stop)
        moved, said = fall_back(pickups, result, routes=prepared.routes, left=left)
        left -= _dearer(pickups, moved)
        again = {pickup.spec.code for pickup in moved}
        kept = [each for each in result.outcomes if each.shot not in again]
        shots = {pickup.spec.code for pickup in pickups if retaken[pickup.spec.code] < retakes} - again
        may_retake = [pickup for pickup in pickups if pickup.spec.code in shots]
        others, more = retake(may_retake, result, library=library, left=left)
        left -= sum((pickup.quote.price for pickup in others), Decimal(0))
        retaken.update(pickup.spec.code for pickup in others)
        pickups, said = [*moved, *others], [*said, *more]
        made = Made(
            result=RunResult(outcomes=(*made.result.outcomes, *kept)),
            findings=(*made.findings, *orders.findings, *said),
            held=(*made.held, *orders.held),
        )
    return made


async def _last_frame(path: Path, size: Size) -> bytes:
    return await last_frame_async(path, size=size)


def _left_of(prepared: Prepared) -> Decimal:
    """USD of the budget that the plan leaves."""
    return (prepared.plan.budget or Decimal(0)) - prepared.plan.total


def _dearer(pickups: Sequence[Pickup], moved: Sequence[Pickup]) -> Decimal:
    """USD that other routes cost more than those that failed unpaid."""
    was = {pickup.spec.code: pickup.quote.price for pickup in pickups}
    return sum((each.price - was[each.spec.code] * len(each.takes) for each in moved), Decimal(0))


def _order(shot: Shot) -> TakeOrder:
    first, last = shot.spec.holes[0], shot.spec.holes[-1]
    return TakeOrder(
        wish=shot.spec.wish,
        shift=min(shot.shifts.values()),
        before=joints_of(first)[0],
        after=joints_of(last)[1],
        releases={each.name: each.releases for each in shot.spec.references if each.releases},
    )
