"""The ledger on a real SQLite file: one row for a key, one owner for a job, only the steps that the table allows."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import StatementError

from pickup.errors import FailureKind, LibraryError
from pickup.jobs.disks import mounts_from_proc, network_type
from pickup.jobs.ledger import FILE_NAME, LeaseLost, Ledger, open_ledger
from pickup.jobs.owners import Owner, is_dead, this_run
from pickup.jobs.settle import settle_charged, settle_given_up, settle_not_charged
from pickup.jobs.states import LEGAL, Job, Order, State, may_become
from pickup.ports import Billing, Submission

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ME, OTHER = "elsewhere/1/2/me", "elsewhere/3/4/other"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def order(shot: str = "SH0010", *, attempt: int = 1, quoted: str = "4.20", library: str = "lib-1") -> Order:
    return Order(
        library=library,
        cut="harbor",
        shot=shot,
        take=1,
        provider="fake",
        model="fake-1",
        digest="d" * 64,
        quoted=Decimal(quoted),
        attempt=attempt,
    )


def walk(ledger: Ledger, *states: State, shot: str = "SH0010", **change: object) -> Job:
    """A job taken through `states` by ME; `change` goes with the last one."""
    job = ledger.plan(order(shot))
    assert ledger.claim(job.key, owner=ME)
    for state in states:
        given = change if state is states[-1] else {}
        job = ledger.transition(job, to=state, owner=ME, **given)  # type: ignore[arg-type]
    return job


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return open_ledger(tmp_path / "state", clock=clock)


def test_planning_the_same_order_twice_gives_one_row(ledger: Ledger) -> None:
    assert ledger.plan(order()) == ledger.plan(order())
    assert len(ledger.jobs()) == 1


def test_a_row_says_exactly_what_was_written(tmp_path: Path, clock: Clock) -> None:
    with open_ledger(tmp_path, clock=clock) as first:
        submission = Submission(remote_id="r-1", urls={"poll": "https://example.com/é?x=1&y=2"})
        walk(first, State.INTENT, State.SUBMITTED, submission=submission, cost=Decimal("0.10"), billing=Billing.BILLED)
    with open_ledger(tmp_path, clock=clock) as second:
        [job] = second.jobs()
    assert job.submission == submission
    assert (job.cost, job.billing, job.asked, job.created) == (Decimal("0.10"), Billing.BILLED, NOON, NOON)
    assert str(job.order.quoted) == "4.20"
    assert job.order == order()


@pytest.mark.parametrize("field", ["library", "shot", "take", "attempt", "provider", "model", "digest"])
def test_every_part_of_an_order_makes_another_key(field: str) -> None:
    parts = {name: getattr(order(), name) for name in Order.__dataclass_fields__}
    parts[field] = 2 if isinstance(parts[field], int) else "other"
    assert Order(**parts).key != order().key


def test_what_is_not_part_of_the_key_does_not_change_it() -> None:
    assert order(quoted="9").key == order().key


def test_every_state_but_the_legal_ones_is_refused(ledger: Ledger) -> None:
    job = ledger.plan(order())
    assert ledger.claim(job.key, owner=ME)
    for state in State:
        if not may_become(State.PLANNED, to=state):
            with pytest.raises(ValueError, match="cannot go"):
                ledger.transition(job, to=state, owner=ME)
    assert ledger.job(job.key).state is State.PLANNED


def test_the_table_names_every_state_and_nothing_is_bought_from_an_ended_one() -> None:
    assert set(LEGAL) == set(State)
    sources = {state for state in State if may_become(state, to=State.INTENT)}
    assert sources == {State.PLANNED, State.DOUBT}


def test_a_job_has_one_owner_until_its_lease_ends(ledger: Ledger, clock: Clock) -> None:
    key = ledger.plan(order()).key
    assert ledger.claim(key, owner=ME)
    clock.pass_s(59)
    assert ledger.claim(key, owner=OTHER) is None
    clock.pass_s(2)
    taken = ledger.claim(key, owner=OTHER)
    assert taken is not None
    assert taken.owner == OTHER


def test_a_heartbeat_keeps_a_job_and_a_release_gives_it_up(ledger: Ledger, clock: Clock) -> None:
    key = ledger.plan(order()).key
    ledger.claim(key, owner=ME)
    clock.pass_s(50)
    ledger.renew(owner=ME)
    clock.pass_s(50)
    assert ledger.claim(key, owner=OTHER) is None
    ledger.release(owner=ME)
    assert ledger.claim(key, owner=OTHER)


def test_an_owner_who_lost_his_lease_can_change_nothing(ledger: Ledger, clock: Clock) -> None:
    mine = walk(ledger, State.INTENT)
    clock.pass_s(61)
    ledger.claim(mine.key, owner=OTHER)
    with pytest.raises(LeaseLost):
        ledger.transition(mine, to=State.SUBMITTED, owner=ME, submission=Submission(remote_id="r"))
    assert ledger.job(mine.key).remote_id is None


def test_a_step_from_an_old_copy_of_a_job_is_refused(ledger: Ledger) -> None:
    planned = ledger.plan(order())
    walk(ledger, State.INTENT)
    with pytest.raises(LeaseLost):
        ledger.transition(planned, to=State.INTENT, owner=ME)


def test_a_dead_process_on_this_host_frees_its_job_at_once(ledger: Ledger) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = str(this_run(pid=child.pid))
    key = ledger.plan(order()).key
    assert ledger.claim(key, owner=owner)
    assert ledger.claim(key, owner=ME) is None
    child.communicate(b"\n")
    assert ledger.claim(key, owner=ME)


def test_a_process_with_a_reused_id_is_not_taken_for_the_dead_one() -> None:
    me = this_run(pid=os.getpid())
    assert not is_dead(str(me))
    assert is_dead(str(Owner(host=me.host, pid=me.pid, started="1", run=me.run)))
    assert not is_dead(str(Owner(host="elsewhere", pid=me.pid, started="1", run=me.run)))
    assert Owner.parse(str(me)) == me
    assert not is_dead("nonsense")


def test_a_stopped_process_on_this_host_keeps_a_job_that_it_may_be_about_to_send(ledger: Ledger, clock: Clock) -> None:
    alive = str(this_run(pid=os.getpid()))
    job = ledger.plan(order())
    assert ledger.claim(job.key, owner=alive)
    clock.pass_s(61)
    assert ledger.claim(job.key, owner=OTHER)
    ledger.release(owner=OTHER)
    ledger.claim(job.key, owner=alive)
    ledger.transition(job, to=State.INTENT, owner=alive)
    clock.pass_s(61)
    assert ledger.claim(job.key, owner=OTHER) is None
    ledger.release(owner=alive)
    assert ledger.claim(job.key, owner=OTHER)


def test_a_claim_that_another_process_overtakes_is_lost(tmp_path: Path, clock: Clock) -> None:
    with open_ledger(tmp_path, clock=clock) as other:
        key = other.plan(order()).key

        def overtaken() -> datetime:
            """The clock is read after the job was, which is when the other process comes in."""
            assert other.claim(key, owner=OTHER)
            return NOON

        with open_ledger(tmp_path, clock=overtaken) as ledger:
            assert ledger.claim(key, owner=ME) is None
        assert other.job(key).owner == OTHER


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "100% (v2)? #1 é"
    with open_ledger(folder) as ledger:
        ledger.plan(order())
    assert (folder / FILE_NAME).is_file()


def test_of_many_claims_at_once_one_wins(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        key = ledger.plan(order()).key
        with ThreadPoolExecutor(8) as pool:
            claims = list(pool.map(lambda n: ledger.claim(key, owner=f"elsewhere/{n}/1/x"), range(32)))
    assert sum(each is not None for each in claims) == 1


def test_many_processes_may_open_a_new_ledger_in_the_same_moment(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from pickup.jobs.ledger import open_ledger; sys.stdin.readline();"
        "open_ledger(Path(sys.argv[1])).close()"
    )
    call = [sys.executable, "-W", "error", "-c", program, str(tmp_path / "new")]
    children = [subprocess.Popen(call, stdin=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
    assert [child.communicate()[1] for child in children] == [b""] * 4
    with open_ledger(tmp_path / "new") as ledger:
        assert ledger.jobs() == ()


def test_commits_are_on_the_disk_before_a_call_returns(ledger: Ledger, tmp_path: Path) -> None:
    ledger.plan(order())
    engine = create_engine(f"sqlite:///{tmp_path / 'state' / FILE_NAME}")
    with engine.connect() as other:
        assert other.execute(text("select state from pickup_jobs")).scalar_one() == "planned"
        assert other.execute(text("pragma journal_mode")).scalar_one() == "wal"
    engine.dispose()


def test_money_is_summed_exactly_by_what_is_known_of_it(ledger: Ledger, clock: Clock) -> None:
    walk(ledger, shot="SH0010")
    walk(ledger, State.INTENT, State.DOUBT, shot="SH0020")
    walk(ledger, State.INTENT, State.FAILED, shot="SH0030", billing=Billing.UNKNOWN)
    walk(ledger, State.INTENT, State.FAILED, shot="SH0040", billing=Billing.NOT_BILLED)
    for shot in ("SH0050", "SH0060", "SH0070"):
        walk(ledger, State.INTENT, State.SUBMITTED, State.READY, shot=shot, cost=Decimal("0.1"))
    spent = ledger.spent(library="lib-1")
    assert (spent.cost, spent.uncertain, spent.pending) == (Decimal("0.3"), Decimal("4.20"), Decimal("4.20"))
    assert spent.at_most == Decimal("8.70")
    assert ledger.spent(library="another").at_most == 0
    assert ledger.spent(cut="another").at_most == 0
    assert ledger.spent(since=clock.now + timedelta(seconds=1)).at_most == 0


def test_jobs_are_listed_by_library_and_doubts_apart(ledger: Ledger) -> None:
    walk(ledger, State.INTENT, State.DOUBT)
    ledger.plan(order(library="lib-2"))
    assert [job.order.library for job in ledger.jobs(library="lib-2")] == ["lib-2"]
    assert [job.order.library for job in ledger.in_doubt()] == ["lib-1"]
    assert ledger.in_doubt(library="lib-2") == ()


def test_a_job_at_rest_has_no_owner(ledger: Ledger) -> None:
    for shot, end in (("SH0010", State.DOUBT), ("SH0020", State.FAILED)):
        assert walk(ledger, State.INTENT, end, shot=shot, kind=FailureKind.PROVIDER_FAILED).owner is None


def test_a_person_settles_a_doubt_in_three_ways(ledger: Ledger) -> None:
    keys = [walk(ledger, State.INTENT, State.DOUBT, shot=f"SH00{n}0").key for n in (1, 2, 3)]
    assert settle_charged(ledger, key=keys[0], remote_id="gen-42", owner=ME).remote_id == "gen-42"
    assert settle_not_charged(ledger, key=keys[1], owner=ME).billing is Billing.NOT_BILLED
    assert settle_given_up(ledger, key=keys[2], owner=ME).billing is Billing.UNKNOWN
    assert all(ledger.job(key).owner is None for key in keys)
    with pytest.raises(LibraryError, match="not in doubt"):
        settle_charged(ledger, key=keys[1], remote_id="x", owner=ME)


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    with engine.begin() as connection:
        connection.execute(text("update pickup_schema set version = 99"))
    engine.dispose()
    with pytest.raises(LibraryError, match="version 99"):
        open_ledger(tmp_path)


def test_a_ledger_of_version_2_is_kept_whole(tmp_path: Path) -> None:
    """It had no version of a model."""
    with open_ledger(tmp_path) as ledger:
        kept = walk(ledger, State.INTENT, State.SUBMITTED)
    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    with engine.begin() as connection:
        connection.execute(text("alter table pickup_jobs drop column version"))
        connection.execute(text("update pickup_schema set version = 2"))
    engine.dispose()
    for _time in range(2):
        with open_ledger(tmp_path) as ledger:
            assert ledger.job(kept.key) == kept
    assert kept.version == ""


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"this is a letter to my mother" * 100)
    with pytest.raises(LibraryError, match="cannot be used") as caught:
        open_ledger(tmp_path)
    assert caught.value.where == str(tmp_path / FILE_NAME)
    assert "PICKUP_STATE" in caught.value.next_step


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="cannot be used"):
        open_ledger(tmp_path / "file" / "state")


@pytest.mark.skipif(sys.platform == "win32" or not os.getuid(), reason="root may write anywhere")
def test_a_read_only_state_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o500)
    with pytest.raises(LibraryError, match="cannot be used"):
        open_ledger(tmp_path / "state")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("/home/ada/state", None), ("/mnt/studio/state", "nfs4"), ("/mnt/studio/fast/x", None), ("/mnt/my disk", "cifs")],
)
def test_the_innermost_mount_tells_a_network_drive(folder: str, expected: str | None) -> None:
    table = (
        "/dev/vda / ext4 rw 0 0\nnas:/v /mnt/studio nfs4 rw 0 0\n"
        "/dev/sdb /mnt/studio/fast xfs rw 0 0\n//nas/s /mnt/my\\040disk cifs rw 0 0\n"
    )
    assert network_type(Path(folder), mounts=mounts_from_proc(table)) == expected


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    local = datetime(2026, 1, 1)  # noqa: DTZ001 - the fault under test
    with open_ledger(tmp_path, clock=lambda: local) as ledger, pytest.raises(StatementError, match="zone"):
        ledger.plan(order())
