"""The fault script of `make faults` over every hosted provider, in one process: no take is paid for twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import FAULTS, Tally, compare_books, settle, takes_of, unfinished
from faults_services import fake_of
from faults_worker import LIBRARY, work

from pickup.jobs.ledger import open_ledger
from pickup.jobs.states import State
from pickup.testing.fakes import HOSTED

TAKES = 40
ROUNDS = 6


@pytest.mark.parametrize("service", HOSTED)
def test_everything_that_goes_wrong_is_paid_for_once_and_told(service: str, tmp_path: Path) -> None:
    takes = list(takes_of(service, count=TAKES))
    script = [fault.format(seed=17) for fault in FAULTS]
    tally = Tally(service=service)
    with fake_of(service, faults=script) as fake, open_ledger(tmp_path / "state") as ledger:
        for _ in range(ROUNDS):
            work(
                {
                    "root": str(tmp_path),
                    "service": service,
                    "base_url": fake.base_url,
                    "takes": takes,
                    "clock_s": 0,
                }
            )
            settle(takes, fake=fake, ledger=ledger, tally=tally)
            if not unfinished(takes, ledger=ledger):
                break
        compare_books(tally, takes, fake=fake, ledger=ledger)
        states = {job.state for job in ledger.jobs(library=LIBRARY)}
    assert not tally.wrong
    assert not unfinished_states(states)
    assert tally.home + tally.failed == TAKES
    assert tally.home > TAKES // 2
    assert tally.faults.total() > 10


def unfinished_states(states: set[State]) -> set[State]:
    return states & {State.INTENT, State.SUBMITTED, State.RUNNING, State.READY, State.FETCHED, State.DOUBT}
