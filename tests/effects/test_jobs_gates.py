"""What may begin: places, requests and money, leased in the ledger and shared by processes; and old ledgers."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from pickup.config import Config, load_config
from pickup.errors import BudgetError, FailureKind, LibraryError
from pickup.fill.budget import allowances_of
from pickup.jobs.gates import Allowance, Busy, Gate, check_rate
from pickup.jobs.ledger import FILE_NAME, AlreadyClaimed, LeaseLost, Ledger, open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.states import AT_PROVIDER, Job, Order, State
from pickup.jobs.tables import SCHEMA_VERSION
from pickup.ports import Billing, Submission

_unhurried = settings(deadline=None)  # a busy machine is no failure
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ME, OTHER = "elsewhere/1/2/me", "elsewhere/3/4/other"
TWO = Gate(provider="fake", in_flight=2, generation_s=600)
MANY = Gate(provider="fake", in_flight=1000)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "state", clock=clock) as opened:
        yield opened


def order(
    shot: str = "SH0010", *, quoted: str = "1.25", library: str = "lib-1", cut: str = "harbor", provider: str = "fake"
) -> Order:
    return Order(
        library=library,
        cut=cut,
        shot=shot,
        take=1,
        provider=provider,
        model="fake-1",
        digest="d" * 64,
        quoted=Decimal(quoted),
    )


def enter(
    ledger: Ledger,
    shot: str,
    *,
    gate: Gate = MANY,
    owner: str = ME,
    allowances: Sequence[Allowance] = (),
    **more: Any,
) -> Job:
    """A new job of `owner` that may begin."""
    job = ledger.plan(order(shot, **more))
    claimed = ledger.claim(job.key, owner=owner)
    assert claimed is not None
    billing = Billing.UNKNOWN if job.order.quoted else Billing.NOT_BILLED
    return ledger.enter(claimed, owner=owner, gate=gate, allowances=allowances, billing=billing)


class TestPlaces:
    def test_whoever_comes_when_all_are_taken_waits(self, ledger: Ledger) -> None:
        enter(ledger, "SH0010", gate=TWO)
        enter(ledger, "SH0020", gate=TWO, owner=OTHER)
        with pytest.raises(Busy, match="waiting for other jobs at fake"):
            enter(ledger, "SH0030", gate=TWO)
        assert ledger.jobs(shot="SH0030")[0].state is State.PLANNED
        assert ledger.jobs(shot="SH0030")[0].asked is None

    def test_another_providers_places_are_its_own(self, ledger: Ledger) -> None:
        one = Gate(provider="fake", in_flight=1)
        enter(ledger, "SH0010", gate=one)
        assert enter(ledger, "SH0020", gate=Gate(provider="other", in_flight=1), provider="other")

    def test_what_is_made_frees_its_place(self, ledger: Ledger) -> None:
        job = enter(ledger, "SH0010", gate=Gate(provider="fake", in_flight=1))
        job = ledger.transition(job, to=State.SUBMITTED, owner=ME, submission=Submission(remote_id="r"))
        with pytest.raises(Busy):
            enter(ledger, "SH0020", gate=Gate(provider="fake", in_flight=1))
        ledger.transition(job, to=State.READY, owner=ME)
        assert enter(ledger, "SH0020", gate=Gate(provider="fake", in_flight=1))

    def test_the_job_itself_takes_no_place_from_itself(self, ledger: Ledger) -> None:
        one = Gate(provider="fake", in_flight=1)
        job = enter(ledger, "SH0010", gate=one)
        planned = ledger.transition(job, to=State.PLANNED, owner=ME)
        assert ledger.enter(planned, owner=ME, gate=one)

    def test_jobs_of_a_process_that_died_count_as_long_as_a_generation_may_take(
        self, ledger: Ledger, clock: Clock
    ) -> None:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        dead = str(this_run(pid=child.pid))
        enter(ledger, "SH0010", gate=TWO, owner=dead)
        enter(ledger, "SH0020", gate=TWO, owner=dead)
        child.communicate(b"\n")
        clock.pass_s(599)
        with pytest.raises(Busy):
            enter(ledger, "SH0030", gate=TWO)
        clock.pass_s(2)
        assert enter(ledger, "SH0030", gate=TWO)

    @pytest.mark.parametrize("state", sorted(AT_PROVIDER))
    def test_each_state_in_which_the_provider_may_be_working_takes_a_place(self, ledger: Ledger, state: State) -> None:
        one = Gate(provider="fake", in_flight=1, generation_s=600)
        job = enter(ledger, "SH0010", gate=one)
        for each in {State.INTENT: [], State.RUNNING: [State.SUBMITTED, state]}.get(state, [state]):
            job = ledger.transition(job, to=each, owner=ME)
        with pytest.raises(Busy):
            enter(ledger, "SH0020", gate=one)

    def test_doubts_age_out(self, ledger: Ledger, clock: Clock) -> None:
        for shot in ("SH0010", "SH0020"):
            ledger.transition(enter(ledger, shot, gate=TWO), to=State.DOUBT, owner=ME)
        clock.pass_s(599)
        with pytest.raises(Busy):
            enter(ledger, "SH0030", gate=TWO)
        clock.pass_s(2)
        assert enter(ledger, "SH0030", gate=TWO)

    def test_a_clock_that_is_set_back_does_not_keep_places_for_ever(self, ledger: Ledger, clock: Clock) -> None:
        for shot in ("SH0010", "SH0020"):
            ledger.transition(enter(ledger, shot, gate=TWO), to=State.DOUBT, owner=ME)
        clock.pass_s(-86_400)
        assert enter(ledger, "SH0030", gate=TWO)

    def test_nobody_enters_with_a_job_that_is_not_his(self, ledger: Ledger) -> None:
        job = ledger.plan(order())
        assert ledger.claim(job.key, owner=OTHER)
        with pytest.raises(LeaseLost):
            ledger.enter(job, owner=ME, gate=TWO)


class TestRate:
    FIVE = Gate(provider="fake", in_flight=1000, per_minute=5)

    def test_five_a_minute_are_five_a_minute_whoever_asks(self, ledger: Ledger, clock: Clock) -> None:
        for n in range(5):
            enter(ledger, f"SH00{n}0", gate=self.FIVE, owner=(ME, OTHER)[n % 2])
            clock.pass_s(10)
        with pytest.raises(Busy, match="takes 5 requests a minute") as busy:
            enter(ledger, "SH0090", gate=self.FIVE)
        assert busy.value.wait_s == 10
        clock.pass_s(10)
        assert enter(ledger, "SH0090", gate=self.FIVE)
        with pytest.raises(Busy):
            enter(ledger, "SH0100", gate=self.FIVE)

    def test_a_refused_request_counts_as_one_that_was_sent(self, ledger: Ledger) -> None:
        one = Gate(provider="fake", per_minute=1)
        job = enter(ledger, "SH0010", gate=one)
        ledger.transition(job, to=State.PLANNED, owner=ME)
        with pytest.raises(Busy):
            enter(ledger, "SH0020", gate=one)

    def test_a_clock_that_is_set_forward_frees_everything(self, ledger: Ledger, clock: Clock) -> None:
        for n in range(5):
            enter(ledger, f"SH00{n}0", gate=self.FIVE)
        clock.pass_s(86_400)
        assert enter(ledger, "SH0090", gate=self.FIVE)

    def test_a_clock_that_is_set_back_a_little_waits_a_minute_at_most(self, ledger: Ledger, clock: Clock) -> None:
        for n in range(5):
            enter(ledger, f"SH00{n}0", gate=self.FIVE)
        clock.pass_s(-30)
        with pytest.raises(Busy) as busy:
            enter(ledger, "SH0090", gate=self.FIVE)
        assert busy.value.wait_s <= 60

    @pytest.mark.parametrize("days", [1, 400])
    def test_a_clock_that_was_wrong_and_is_set_right_does_not_shut_the_provider_for_as_long(
        self, ledger: Ledger, clock: Clock, days: int
    ) -> None:
        for n in range(5):
            enter(ledger, f"SH00{n}0", gate=self.FIVE)
        clock.pass_s(-86_400 * days)
        assert enter(ledger, "SH0090", gate=self.FIVE)

    @_unhurried
    @given(
        waits=st.lists(st.floats(0, 40), max_size=30),
        limit=st.integers(1, 5),
    )
    def test_no_minute_has_more_requests_than_it_may(self, waits: list[float], limit: int) -> None:
        gate = Gate(provider="fake", per_minute=limit)
        now, sent, waited = NOON, list[datetime](), list[float]()
        for wait in waits:
            now += timedelta(seconds=wait)
            while True:
                try:
                    check_rate(gate, asked=sent, now=now)
                except Busy as busy:
                    waited.append(busy.wait_s)
                    now += timedelta(seconds=busy.wait_s)
                else:
                    break
            sent.append(now)
        assert all(0 < each <= 60 for each in waited)
        for first, last in zip(sent, sent[limit:], strict=False):
            assert last - first >= timedelta(seconds=60)


class TestMoney:
    def test_exactly_the_budget_is_allowed_and_a_cent_more_is_not(self, ledger: Ledger) -> None:
        budget = [Allowance(usd=Decimal("2.50"), name="this run", library="lib-1", cut="harbor", since=NOON)]
        enter(ledger, "SH0010", allowances=budget)
        enter(ledger, "SH0020", allowances=budget)
        with pytest.raises(BudgetError) as refused:
            enter(ledger, "SH0030", allowances=budget, quoted="0.01")
        assert refused.value.message == "it costs 0.01 USD, and 0.00 USD are left of the budget for this run"
        assert ledger.jobs(shot="SH0030")[0].state is State.PLANNED
        assert ledger.spent().at_most == Decimal("2.50")

    def test_what_is_free_needs_no_budget(self, ledger: Ledger) -> None:
        none = [Allowance(usd=Decimal(0), name="today")]
        assert enter(ledger, "SH0010", allowances=none, quoted="0")

    def test_the_smallest_of_several_holds(self, ledger: Ledger) -> None:
        budgets = [Allowance(usd=Decimal(9), name="this run"), Allowance(usd=Decimal(1), name="today")]
        with pytest.raises(BudgetError, match="for today"):
            enter(ledger, "SH0010", allowances=budgets)

    def test_a_budget_counts_what_lies_in_its_scope(self, ledger: Ledger, clock: Clock) -> None:
        enter(ledger, "SH0010", library="lib-2")
        enter(ledger, "SH0020", cut="another")
        enter(ledger, "SH0030")
        clock.pass_s(3600)
        enter(ledger, "SH0040")
        since = clock.now
        fitting = Decimal("2.50")
        for allowance in (
            Allowance(usd=fitting, name="this run", library="lib-1", cut="harbor", since=since),
            Allowance(usd=fitting + Decimal("1.25"), name="this timeline", library="lib-1", cut="harbor"),
            Allowance(usd=fitting, name="today", since=since),
            Allowance(usd=fitting + Decimal("3.75"), name="everything"),
        ):
            job = ledger.plan(order("SH0050"))
            assert ledger.claim(job.key, owner=ME)
            short = Allowance(
                usd=allowance.usd - Decimal("0.01"),
                name=allowance.name,
                library=allowance.library,
                cut=allowance.cut,
                since=allowance.since,
            )
            with pytest.raises(BudgetError, match=allowance.name):
                ledger.enter(job, owner=ME, gate=MANY, allowances=[short])
            entered = ledger.enter(job, owner=ME, gate=MANY, allowances=[allowance])
            ledger.transition(entered, to=State.PLANNED, owner=ME, billing=Billing.NOT_BILLED)

    def test_a_failure_that_was_not_billed_gives_its_money_back(self, ledger: Ledger) -> None:
        budget = [Allowance(usd=Decimal("1.25"), name="today")]
        job = enter(ledger, "SH0010", allowances=budget)
        with pytest.raises(BudgetError):
            enter(ledger, "SH0020", allowances=budget)
        ledger.transition(job, to=State.FAILED, owner=ME, billing=Billing.NOT_BILLED, cost=Decimal(0))
        assert enter(ledger, "SH0020", allowances=budget)

    @pytest.mark.parametrize("billing", [Billing.BILLED, Billing.UNKNOWN])
    def test_one_that_was_or_may_have_been_billed_does_not(self, ledger: Ledger, billing: Billing) -> None:
        budget = [Allowance(usd=Decimal("1.25"), name="today")]
        job = enter(ledger, "SH0010", allowances=budget)
        cost = Decimal("1.25") if billing is Billing.BILLED else None
        ledger.transition(job, to=State.FAILED, owner=ME, billing=billing, cost=cost)
        with pytest.raises(BudgetError):
            enter(ledger, "SH0020", allowances=budget)

    @pytest.mark.parametrize(("reported", "fits"), [("1.00", True), ("1.50", False)])
    def test_what_the_provider_reports_replaces_what_was_quoted(
        self, ledger: Ledger, reported: str, *, fits: bool
    ) -> None:
        budget = [Allowance(usd=Decimal("2.25"), name="today")]
        job = enter(ledger, "SH0010", allowances=budget)
        for state in (State.SUBMITTED, State.READY):
            job = ledger.transition(job, to=state, owner=ME, cost=Decimal(reported), billing=Billing.BILLED)
        if fits:
            assert enter(ledger, "SH0020", allowances=budget)
        else:
            with pytest.raises(BudgetError):
                enter(ledger, "SH0020", allowances=budget)
        assert ledger.spent().cost == Decimal(reported)

    def test_budgets_of_the_settings_become_allowances(self, tmp_path: Path) -> None:
        now = NOON.astimezone()
        names = {"budget": "9", "budget_per_timeline": "8", "budget_per_day": "7"}
        config: Config = settings_of(tmp_path, **names)
        run, timeline, day = allowances_of(config, library="lib-1", cut="harbor", now=now)
        assert (run.usd, run.library, run.cut, run.since) == (9, "lib-1", "harbor", NOON)
        assert (timeline.usd, timeline.library, timeline.cut, timeline.since) == (8, "lib-1", "harbor", None)
        assert (day.usd, day.library, day.cut) == (7, None, None)
        assert day.since is not None
        assert day.since <= NOON < day.since + timedelta(days=1)
        assert day.since.astimezone().hour == 0
        nothing = settings_of(tmp_path)
        assert allowances_of(nothing, library="lib-1", cut="harbor", now=now) == ()


def settings_of(folder: Path, **flags: str) -> Config:
    """Settings of flags alone."""
    (folder / "user.toml").touch()
    return load_config(timeline=None, flags=flags, environment={}, config_file=folder / "user.toml", folder=folder)


RACER = """
import json, os, sys
from decimal import Decimal
from pathlib import Path
from pickup.errors import BudgetError
from pickup.jobs.gates import Allowance, Busy, Gate
from pickup.jobs.ledger import open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.states import Order
from pickup.ports import Billing

owner = str(this_run(pid=os.getpid()))
for line in sys.stdin:
    task = json.loads(line)
    gate = Gate(provider="fake", in_flight=task["places"], per_minute=task["per_minute"])
    budget = Allowance(usd=Decimal(task["usd"]), name="today")
    entered = 0
    with open_ledger(Path(task["folder"])) as ledger:
        for shot in task["shots"]:
            job = ledger.plan(Order(library="lib-1", cut="harbor", shot=shot, take=1, provider="fake", model="fake-1",
                                    digest="d" * 64, quoted=Decimal("1.25")))
            assert ledger.claim(job.key, owner=owner)
            try:
                ledger.enter(job, owner=owner, gate=gate, allowances=[budget], billing=Billing.UNKNOWN)
                entered += 1
            except (Busy, BudgetError):
                pass
    print(entered, flush=True)
"""


@pytest.fixture(scope="module")
def racers() -> Iterator[list[subprocess.Popen[str]]]:
    call = [sys.executable, "-W", "error", "-c", RACER]
    started = [subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    yield started
    for each in started:
        each.communicate(timeout=10)


def race(racers: list[subprocess.Popen[str]], folder: Path, **limits: object) -> list[int]:
    """Two processes enter with five jobs each in the same moment; how many of each came through."""
    task = {"folder": str(folder), "usd": "1000", "places": 1000, "per_minute": None, **limits}
    for n, racer in enumerate(racers):
        assert racer.stdin is not None
        racer.stdin.write(json.dumps({**task, "shots": [f"R{n}{m}" for m in range(5)]}) + "\n")
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.flush()
    return [int(racer.stdout.readline()) for racer in racers if racer.stdout is not None]


ROUNDS = 25


@pytest.mark.parametrize(
    ("limits", "expected"),
    [({"usd": "3.75"}, 3), ({"usd": "1.25"}, 1), ({"usd": "4.99"}, 3), ({"places": 2}, 2), ({"per_minute": 4}, 4)],
    ids=str,
)
def test_two_processes_that_race_for_what_is_left_get_no_more_than_that(
    racers: list[subprocess.Popen[str]], tmp_path: Path, limits: dict[str, object], expected: int
) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        open_ledger(folder).close()
        entered = race(racers, folder, **limits)
        with open_ledger(folder) as ledger:
            states = [job.state for job in ledger.jobs()]
            spent = ledger.spent().at_most
        assert sum(entered) == states.count(State.INTENT) == expected, (number, entered)
        assert spent == expected * Decimal("1.25")


class TestRemoteIds:
    def test_no_clip_serves_two_jobs(self, ledger: Ledger) -> None:
        first, second = enter(ledger, "SH0010"), enter(ledger, "SH0020", library="lib-2")
        ledger.transition(first, to=State.SUBMITTED, owner=ME, submission=Submission(remote_id="r"))
        with pytest.raises(AlreadyClaimed, match=r"already: r$") as refused:
            ledger.transition(second, to=State.SUBMITTED, owner=ME, submission=Submission(remote_id="r"))
        assert refused.value.where == "SH0020"
        assert ledger.job(second.key).state is State.INTENT
        assert ledger.job(second.key).remote_id is None
        assert ledger.claims(provider="fake", remote_id="r")
        assert not ledger.claims(provider="other", remote_id="r")

    def test_two_providers_may_use_one_id(self, ledger: Ledger) -> None:
        for provider in ("fake", "other"):
            job = enter(ledger, f"SH-{provider}", provider=provider, gate=Gate(provider=provider))
            assert ledger.transition(job, to=State.SUBMITTED, owner=ME, submission=Submission(remote_id="r"))


class TestNotes:
    def test_a_note_records_and_does_not_move(self, ledger: Ledger) -> None:
        job = enter(ledger, "SH0010")
        noted = ledger.note(job, owner=ME, kind=FailureKind.UNKNOWN_OUTCOME, message="no reply")
        assert (noted.state, noted.kind, noted.message) == (State.INTENT, FailureKind.UNKNOWN_OUTCOME, "no reply")
        assert (noted.asked, noted.owner, noted.billing) == (job.asked, ME, job.billing)
        with pytest.raises(LeaseLost):
            ledger.note(job, owner=OTHER, message="mine")

    def test_a_job_is_named_by_the_beginning_of_its_key(self, ledger: Ledger) -> None:
        keys = [ledger.plan(order(shot)).key for shot in ("SH0010", "SH0020")]
        assert ledger.named(keys[0][:12]).key == keys[0]
        for wrong in ("", "zz", "%", "_" * 40):
            with pytest.raises(LibraryError, match="there is no job"):
                ledger.named(wrong)
        many = [ledger.plan(order(f"X{n}")).key for n in range(40)]
        twice = next(key[0] for key in many if sum(each[0] == key[0] for each in [*keys, *many]) > 1)
        with pytest.raises(LibraryError, match="jobs begin with"):
            ledger.named(twice)

    def test_being_sent_is_what_a_living_run_waits_for(self, ledger: Ledger, clock: Clock) -> None:
        def others() -> int:
            return ledger.being_sent(provider="fake", model="fake-1", besides=mine.key)

        mine, other = enter(ledger, "SH0010"), enter(ledger, "SH0020", owner=OTHER)
        assert others() == 1
        ledger.note(other, owner=OTHER, kind=FailureKind.UNKNOWN_OUTCOME)
        assert others() == 0, "its reply is lost, so that nobody waits for it"
        third = enter(ledger, "SH0030", owner=OTHER)
        ledger.transition(third, to=State.SUBMITTED, owner=OTHER, submission=Submission(remote_id="r"))
        assert others() == 0
        enter(ledger, "SH0040", owner=OTHER)
        assert others() == 1
        clock.pass_s(61)
        assert others() == 0, "its lease has ended"
        assert ledger.being_sent(provider="fake", model="fake-2", besides=mine.key) == 0

    def test_a_run_that_has_died_sends_nothing_any_more(self, ledger: Ledger) -> None:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        enter(ledger, "SH0010", owner=str(this_run(pid=child.pid)))
        assert ledger.being_sent(provider="fake", model="fake-1", besides="") == 1
        child.communicate(b"\n")
        assert ledger.being_sent(provider="fake", model="fake-1", besides="") == 0


SCHEMA_1 = """
CREATE TABLE pickup_schema (name VARCHAR(20) NOT NULL PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE pickup_jobs (
    "key" VARCHAR(40) NOT NULL PRIMARY KEY, library VARCHAR(100) NOT NULL, cut TEXT NOT NULL,
    shot VARCHAR(100) NOT NULL, take INTEGER NOT NULL, attempt INTEGER NOT NULL, provider VARCHAR(100) NOT NULL,
    model TEXT NOT NULL, digest VARCHAR(64) NOT NULL, quoted VARCHAR(40) NOT NULL, state VARCHAR(20) NOT NULL,
    remote_id TEXT, urls TEXT NOT NULL, cost VARCHAR(40), billing VARCHAR(20) NOT NULL, kind VARCHAR(40),
    message TEXT NOT NULL, next_step TEXT NOT NULL, owner VARCHAR(300), lease_until VARCHAR(32), asked VARCHAR(32),
    created VARCHAR(32) NOT NULL, updated VARCHAR(32) NOT NULL);
CREATE INDEX pickup_jobs_by_shot ON pickup_jobs (library, shot, take);
CREATE INDEX pickup_jobs_by_state ON pickup_jobs (state);
INSERT INTO pickup_schema VALUES ('ledger', 1);
"""
KINDS_1 = {
    "moderation": FailureKind.MODERATION_INPUT,
    "quota": FailureKind.NO_CREDIT,
    "rate_limit": FailureKind.RATE_LIMITED,
    "retired": FailureKind.MODEL_GONE,
    "unavailable": FailureKind.TRANSPORT,
    "result_lost": FailureKind.EXPIRED,
    "bad_result": FailureKind.BAD_OUTPUT,
    "internal": FailureKind.PROVIDER_FAILED,
    "auth": FailureKind.AUTH,
    "invalid_request": FailureKind.INVALID_REQUEST,
    "unknown_outcome": FailureKind.UNKNOWN_OUTCOME,
}


def write_version_1(folder: Path, *, remote_ids: Sequence[str] = ("r-1", "r-2")) -> list[str]:
    """A ledger as Pickup 1 wrote it: a take, a doubt, and a failure of every kind; their keys."""
    folder.mkdir()
    at = NOON.isoformat(timespec="microseconds")
    rows: list[tuple[str, str, str | None, str | None]] = [
        ("done", "billed", None, remote_ids[0]),
        ("doubt", "unknown", "unknown_outcome", None),
        ("running", "unknown", None, remote_ids[1]),
        *(("failed", "not billed", kind, None) for kind in KINDS_1),
    ]
    keys = []
    with sqlite3.connect(folder / FILE_NAME) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(SCHEMA_1)
        for number, (state, billing, kind, remote_id) in enumerate(rows):
            made = order(f"SH{number:04d}", quoted="0.10")
            cost = "0.10" if state == "done" else None
            values = (
                made.key,
                "lib-1",
                "harbor",
                made.shot,
                1,
                1,
                "fake",
                "fake-1",
                "d" * 64,
                "0.10",
                state,
                remote_id,
            )
            rest = ('{"poll": "https://x"}', cost, billing, kind, f"said {number}", "do", None, None, at, at, at)
            marks = ", ".join("?" * 23)
            connection.execute(f"INSERT INTO pickup_jobs VALUES ({marks})", values + rest)
            keys.append(made.key)
    connection.close()
    return keys


class TestUpgrade:
    def test_a_ledger_of_version_1_is_kept_whole(self, tmp_path: Path) -> None:
        keys = write_version_1(tmp_path / "state")
        with open_ledger(tmp_path / "state") as ledger:
            jobs = ledger.jobs()
            assert [job.key for job in jobs] == [job.order.key for job in jobs]
            assert sorted(job.key for job in jobs) == sorted(keys)
            done, doubt, running, *failed = sorted(jobs, key=lambda job: job.order.shot)
            assert (done.state, done.cost, done.remote_id, done.urls) == (
                State.DONE, Decimal("0.10"), "r-1", {"poll": "https://x"},
            )  # fmt: skip
            assert (doubt.state, doubt.kind, doubt.message) == (State.DOUBT, FailureKind.UNKNOWN_OUTCOME, "said 1")
            assert (running.state, running.asked, running.order.part, running.cancel_asked) == (
                State.RUNNING, NOON, 1, None,
            )  # fmt: skip
            assert [job.kind for job in failed] == list(KINDS_1.values())
            spent = ledger.spent()
            assert (spent.cost, spent.pending, spent.uncertain) == (Decimal("0.10"), Decimal("0.20"), 0)

    def test_afterwards_it_is_like_a_new_one(self, tmp_path: Path) -> None:
        write_version_1(tmp_path / "old")
        for folder in ("old", "new"):
            open_ledger(tmp_path / folder).close()

        def names(folder: str) -> set[tuple[str, str]]:
            engine = create_engine(f"sqlite:///{tmp_path / folder / FILE_NAME}")
            with engine.connect() as connection:
                tables = {row[0] for row in connection.execute(text("select name from sqlite_master"))}
                columns = connection.execute(text("select name from pragma_table_info('pickup_jobs')")).scalars()
                found = {("column", each) for each in columns} | {("thing", each) for each in tables}
                version = connection.execute(text("select version from pickup_schema")).scalar_one()
            engine.dispose()
            assert version == SCHEMA_VERSION
            return found

        assert names("old") == names("new")

    def test_its_jobs_go_on(self, tmp_path: Path) -> None:
        write_version_1(tmp_path / "state")
        with open_ledger(tmp_path / "state") as ledger:
            [job] = ledger.jobs(shot="SH0002", part=1)
            claimed = ledger.claim(job.key, owner=ME)
            assert claimed is not None
            assert ledger.transition(claimed, to=State.READY, owner=ME).state is State.READY
            assert enter(ledger, "NEW")

    def test_it_is_opened_again_and_again(self, tmp_path: Path) -> None:
        keys = write_version_1(tmp_path / "state")
        for _ in range(3):
            with open_ledger(tmp_path / "state") as ledger:
                assert len(ledger.jobs()) == len(keys)

    def test_one_clip_that_was_given_to_two_jobs_is_told_apart_and_nothing_is_lost(self, tmp_path: Path) -> None:
        keys = write_version_1(tmp_path / "state", remote_ids=("r-1", "r-1"))
        with open_ledger(tmp_path / "state") as ledger:
            jobs = ledger.jobs()
            assert len(jobs) == len(keys)
            assert sorted(str(job.remote_id)[:6].strip() for job in jobs if job.remote_id) == ["r-1", "r-1 (w"]

    def test_a_process_that_dies_in_the_middle_leaves_what_it_found(self, tmp_path: Path) -> None:
        keys = write_version_1(tmp_path / "state")
        killed = 0
        for statement in (1, 2, 3, 4, 7, 11, 99):
            done = subprocess.run(
                [sys.executable, "-W", "error", "-c", DYING, str(tmp_path / "state"), str(statement)], check=False
            )
            killed += done.returncode != 0
        assert killed == 6, "it was not killed within the upgrade"
        with open_ledger(tmp_path / "state") as ledger:
            assert len(ledger.jobs()) == len(keys)
            assert FailureKind.MODERATION_INPUT in {job.kind for job in ledger.jobs()}

    def test_two_processes_may_open_it_in_the_same_moment(self, tmp_path: Path) -> None:
        keys = write_version_1(tmp_path / "state")
        program = (
            "import sys; from pathlib import Path; from pickup.jobs.ledger import open_ledger; sys.stdin.readline();"
            "ledger = open_ledger(Path(sys.argv[1])); print(len(ledger.jobs())); ledger.close()"
        )
        call = [sys.executable, "-W", "error", "-c", program, str(tmp_path / "state")]
        pipe = subprocess.PIPE
        children = [subprocess.Popen(call, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(3)]
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        assert [child.communicate() for child in children] == [(f"{len(keys)}\n", "")] * 3


DYING = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from pickup.jobs.ledger import open_ledger

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, *rest):
    global left
    if statement.startswith(("ALTER", "UPDATE")):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

open_ledger(Path(sys.argv[1])).close()
"""


def test_the_gates_of_a_new_ledger_open_once(ledger: Ledger, tmp_path: Path) -> None:
    enter(ledger, "SH0010", allowances=[Allowance(usd=Decimal(9), name="today")])
    enter(ledger, "SH0020", quoted="0")
    with sqlite3.connect(tmp_path / "state" / FILE_NAME) as connection:
        found = dict(connection.execute("select name, passed from pickup_gates").fetchall())
    connection.close()
    assert found == {"fake": 2, "money": 1}
