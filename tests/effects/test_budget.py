"""What is left of each budget, by a real ledger: what may have been charged counts, and a day begins at midnight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pickup.config import Config, load_config
from pickup.fill.budget import spent_today, with_what_is_left
from pickup.jobs.ledger import Ledger, open_ledger
from pickup.jobs.states import Order, State
from pickup.ports import Billing, Submission

NOON = datetime(2026, 11, 23, 12).astimezone()


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON.astimezone(UTC))


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "state", clock=clock) as opened:
        yield opened


def charge(ledger: Ledger, shot: str, *, cut: str = "harbor", library: str = "lib-1", cost: str | None = "4") -> None:
    """A take that was asked for; without a cost nobody knows yet what it was charged."""
    order = Order(
        library=library,
        cut=cut,
        shot=shot,
        take=1,
        provider="fake",
        model="m",
        digest="d",
        quoted=Decimal(3),
        attempt=1,
    )
    job = ledger.plan(order)
    assert ledger.claim(job.key, owner="me")
    job = ledger.transition(job, to=State.INTENT, owner="me")
    given = {} if cost is None else {"cost": Decimal(cost), "billing": Billing.BILLED}
    ledger.transition(job, to=State.SUBMITTED, owner="me", submission=Submission(remote_id=shot), **given)  # type: ignore[arg-type]


def config(tmp_path: Path, **budgets: str) -> Config:
    (tmp_path / "user.toml").touch()
    return load_config(
        timeline=None, flags=budgets, environment={}, config_file=tmp_path / "user.toml", folder=tmp_path
    )


def test_a_day_begins_at_midnight_of_this_machine_and_counts_all_libraries(ledger: Ledger, clock: Clock) -> None:
    midnight = NOON.replace(hour=0).astimezone(UTC)
    clock.now = midnight - timedelta(seconds=1)
    charge(ledger, "SH0010")
    assert spent_today(ledger, now=midnight) == 0
    clock.now = midnight
    charge(ledger, "SH0020", library="lib-2")
    assert spent_today(ledger, now=midnight) == 4
    assert spent_today(ledger, now=midnight + timedelta(hours=24)) == 0


def test_what_may_have_been_charged_counts_as_charged(ledger: Ledger) -> None:
    charge(ledger, "SH0010", cost=None)
    assert spent_today(ledger, now=NOON) == 3


def test_each_budget_is_lowered_by_what_it_covers(ledger: Ledger, tmp_path: Path) -> None:
    charge(ledger, "SH0010")
    charge(ledger, "SH0020", cut="other")
    charge(ledger, "SH0030", library="lib-2")
    settings = config(tmp_path, budget="9", budget_per_timeline="10", budget_per_day="20")
    left = with_what_is_left(settings, ledger=ledger, library="lib-1", cut="harbor", now=NOON)
    assert (left.budget, left.budget_per_timeline, left.budget_per_day) == (9, 6, 8)


def test_a_budget_that_is_used_up_is_zero_and_one_that_is_not_set_stays_so(ledger: Ledger, tmp_path: Path) -> None:
    charge(ledger, "SH0010", cost="50")
    settings = config(tmp_path, budget_per_day="20")
    left = with_what_is_left(settings, ledger=ledger, library="lib-1", cut="harbor", now=NOON)
    assert (left.budget_per_timeline, left.budget_per_day) == (None, 0)
