"""`cancel`, `settle`, `costs`, `providers` and `doctor`, on ledgers made through their own calls, in this process."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pickup.cli.main import run
from pickup.config import load_config
from pickup.errors import FailureKind
from pickup.fill.checkup import Status, check_providers
from pickup.fill.stopping import Wait, stop_job
from pickup.jobs.cancel import NOT_STOPPED
from pickup.jobs.costs import cost_rows, exact_usd, sum_rows
from pickup.jobs.ledger import Ledger, open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.states import Job, Order, State
from pickup.library import Library
from pickup.ports import Billing, Submission

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ME = "elsewhere/1/2/me"
KEY = "sk-very-secret-4711"
PATHS = {
    State.PLANNED: (),
    State.INTENT: (State.INTENT,),
    State.DOUBT: (State.INTENT, State.DOUBT),
    State.SUBMITTED: (State.INTENT, State.SUBMITTED),
    State.RUNNING: (State.INTENT, State.SUBMITTED, State.RUNNING),
    State.PARKED: (State.INTENT, State.SUBMITTED, State.PARKED),
    State.READY: (State.INTENT, State.SUBMITTED, State.READY),
    State.FETCHED: (State.INTENT, State.SUBMITTED, State.READY, State.FETCHED),
    State.DONE: (State.INTENT, State.SUBMITTED, State.READY, State.FETCHED, State.DONE),
    State.FAILED: (State.INTENT, State.FAILED),
    State.CANCELLED: (State.CANCELLED,),
    State.EXPIRED: (State.INTENT, State.SUBMITTED, State.EXPIRED),
}
PROVIDER = """
    import asyncio, os
    from pathlib import Path

    from pickup.errors import ConfigError, ProviderUnavailable
    from pickup.testing.fake_provider import Behavior, FakeProvider

    HOW = os.environ.get("FAKE_HOW", "")

    class Known(FakeProvider):
        def check_ready(self):
            if "no key" in HOW:
                raise ConfigError("fake needs a key", next_step="set FAKE_KEY")

        async def cancel(self, submission):
            if "down" in HOW:
                raise ProviderUnavailable("the fake cannot be reached")
            return await super().cancel(submission)

        async def healthcheck(self):
            if "slow" in HOW:
                await asyncio.sleep(60)
            if "tells" in HOW:
                raise ProviderUnavailable("no such key: " + os.environ["FAKE_KEY"])
            if "broken" in HOW:
                raise KeyError("id")
            return await super().healthcheck()

        async def reconcile(self, lost):
            if "broken" in HOW:
                raise KeyError("id")
            return await super().reconcile(lost)

    def provider(_setup):
        behavior = Behavior(stops="stops" in HOW, can_reconcile="lists" in HOW)
        return Known(Path(os.environ["FAKE_FOLDER"]), behavior=behavior)
"""


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def words(self) -> str:
        return " ".join(f"{self.out} {self.err}".split())


class Room:
    """A folder with settings, a ledger and one known provider; commands run in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self._now = NOON

    @property
    def settings(self) -> Path:
        return self.folder / "user.toml"

    def run(self, *arguments: str) -> Answer:
        self._capsys.readouterr()
        code = run(arguments)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return Answer(code=code, out=said.out, err=said.err)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        with open_ledger(self.folder / "state", clock=lambda: self._now) as ledger:
            yield ledger

    def walk(  # noqa: PLR0913 - each test names what matters to it
        self,
        state: State,
        *,
        shot: str = "SH0010",
        quoted: str = "4.20",
        provider: str = "fake",
        cut: str = "harbor",
        library: str = "lib-1",
        part: int = 1,
        days: int = 0,
        owner: str | None = None,
        **change: Any,
    ) -> Job:
        """A job brought to a state; the run that did so is gone, unless an `owner` keeps it."""
        self._now = NOON + timedelta(days=days)
        order = Order(
            library=library,
            cut=cut,
            shot=shot,
            take=1,
            provider=provider,
            model="fake-1",
            digest=f"{part:064d}",
            quoted=Decimal(quoted),
            part=part,
        )
        with self.ledger() as ledger:
            job = ledger.plan(order)
            by = owner or ME
            assert ledger.claim(job.key, owner=by)
            for step in PATHS[state]:
                given: dict[str, Any] = {}
                if step is State.INTENT and Decimal(quoted):
                    given["billing"] = Billing.UNKNOWN
                if step is State.SUBMITTED:
                    given["submission"] = Submission(remote_id=f"r-{job.key[:6]}")
                if step is State.READY:
                    given |= {"cost": Decimal(quoted), "billing": Billing.BILLED}
                if step is state:
                    given |= change
                job = ledger.transition(job, to=step, owner=by, **given)
            if owner is None:
                ledger.release(owner=by)
            self._now = NOON
            return ledger.job(job.key)

    def job(self, key: str) -> Job:
        with self.ledger() as ledger:
            return ledger.job(key)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Room:
    known = tmp_path / "site" / "paid-1.0.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: paid\nVersion: 1.0\n")
    (known / "entry_points.txt").write_text("[pickup.providers]\nfake = known_fake:provider\n")
    (tmp_path / "site" / "known_fake.py").write_text(textwrap.dedent(PROVIDER))
    for name in [name for name in os.environ if name.startswith("PICKUP_") or name.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "known_fake", raising=False)
    (tmp_path / "edit").mkdir()
    monkeypatch.chdir(tmp_path / "edit")
    (tmp_path / "user.toml").write_text('provider = "fake"\n')
    for name, value in {
        "PICKUP_STATE": str(tmp_path / "state"),
        "PICKUP_CONFIG": str(tmp_path / "user.toml"),
        "FAKE_FOLDER": str(tmp_path / "charged"),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TZ": "Europe/Berlin",
    }.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    return Room(tmp_path, capsys)


@pytest.fixture(autouse=True)
def _zone_again() -> Iterator[None]:
    yield  # it is set up before `monkeypatch`, so the variable is back when this goes on
    time.tzset()


# --- cancel -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("how", ["", "stops"])
def test_cancel_says_at_every_state_what_became_of_it(
    room: Room, monkeypatch: pytest.MonkeyPatch, state: State, how: str
) -> None:
    monkeypatch.setenv("FAKE_HOW", how)
    job = room.walk(state)
    answer = room.run("cancel", job.key[:8], "--json")
    at_provider = {State.SUBMITTED, State.RUNNING, State.PARKED}
    stopped = state is State.PLANNED or (bool(how) and state in at_provider)
    document = answer.document
    fields = {"schema", "job", "shot", "take", "part", "state", "stopped", "asked", "cost", "message", "next"}
    assert set(document) == fields
    assert (document["schema"], document["job"], document["stopped"]) == ("Cancel.1", job.key, stopped)
    assert document["state"] == (State.CANCELLED if stopped else state)
    if state in (State.INTENT, State.DOUBT):
        assert answer.code == 5
        assert document["next"] == f"pickup settle {job.key[:8]}"
    elif stopped or state in (State.DONE, State.FAILED, State.CANCELLED, State.EXPIRED):
        assert answer.code == 0
    else:
        assert answer.code == 1
        assert "--give-up" in document["next"]
    if stopped:
        assert document["cost"] == ("0.00" if state is State.PLANNED else "1.25")
    assert room.job(job.key).owner is None


@pytest.mark.parametrize("state", [State.SUBMITTED, State.RUNNING, State.PARKED, State.READY, State.FETCHED])
def test_giving_up_what_is_paid_waits_for_a_yes_and_counts_it(room: Room, state: State) -> None:
    job = room.walk(state)
    refused = room.run("cancel", job.key[:8], "--give-up")
    assert refused.code == 2
    assert "$4.20" in refused.out
    assert "--yes" in refused.err
    withheld = room.run("cancel", job.key[:8], "--give-up", "--json")
    assert (withheld.code, withheld.document["stopped"], withheld.document["next"]) == (2, False, "add --yes")
    assert room.job(job.key).state is state
    done = room.run("cancel", job.key[:8], "--give-up", "--yes", "--json")
    assert (done.code, done.document["stopped"], done.document["state"]) == (0, True, "cancelled")
    assert Decimal(done.document["cost"]) > 0


def test_what_is_free_is_given_up_without_a_question(room: Room) -> None:
    job = room.walk(State.RUNNING, quoted="0")
    answer = room.run("cancel", job.key[:8], "--give-up")
    assert answer.code == 0
    assert "given up" in answer.words


def test_a_provider_that_is_not_set_up_any_more_is_named_and_its_job_can_be_given_up(room: Room) -> None:
    job = room.walk(State.RUNNING, provider="studio-wan")
    answer = room.run("cancel", job.key[:8])
    assert answer.code == 1
    assert "studio-wan is not set up any more" in answer.words
    assert f"pickup cancel {job.key[:8]} --give-up" in answer.words
    assert room.run("cancel", job.key[:8], "--give-up", "--yes").code == 0
    assert (room.job(job.key).state, room.job(job.key).cost) == (State.CANCELLED, Decimal("4.20"))


def test_a_provider_that_cannot_be_reached_leaves_the_job_as_it_is(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_HOW", "down")
    job = room.walk(State.RUNNING)
    answer = room.run("cancel", job.key[:8], "--json")
    assert (answer.code, answer.document["code"]) == (1, "UNAVAILABLE")
    assert (room.job(job.key).state, room.job(job.key).owner) == (State.RUNNING, None)
    assert room.run("cancel", job.key[:8], "--give-up", "--yes").code == 0


@pytest.mark.parametrize(
    ("end", "code", "words"),
    [("cancels", 0, "stopped by the run"), ("cannot", 1, "could not stop it"), ("finishes", 0, "it is done already"),
     ("leaves", 1, "cannot be reached")],
)  # fmt: skip
def test_a_run_that_is_alive_is_asked_and_waited_for(
    room: Room, monkeypatch: pytest.MonkeyPatch, end: str, code: int, words: str
) -> None:
    monkeypatch.setenv("FAKE_HOW", "down" if end == "leaves" else "")
    owner = str(this_run(pid=os.getpid()))
    job = room.walk(State.FETCHED if end == "finishes" else State.RUNNING, owner=owner)

    def act_as_the_run() -> None:
        with open_ledger(room.folder / "state") as ledger:
            while job.key not in ledger.asked_to_cancel(owner=owner):
                time.sleep(0.05)
            if end == "cancels":
                ledger.transition(job, to=State.CANCELLED, owner=owner, cost=Decimal("1.25"), billing=Billing.BILLED)
            elif end == "finishes":
                ledger.transition(job, to=State.DONE, owner=owner)
            elif end == "cannot":
                ledger.note(job, owner=owner, message=f"{NOT_STOPPED}it has begun")
            else:
                ledger.release(owner=owner)

    thread = threading.Thread(target=act_as_the_run)
    with open_ledger(room.folder / "state") as ledger:
        ledger.renew(owner=owner)  # by the clock of the program, which is not the one of `walk`
    thread.start()
    answer = room.run("cancel", job.key[:8])
    thread.join()
    assert answer.code == code
    assert words in answer.words


def test_a_run_that_does_not_come_to_it_will_do_it_at_its_next_step(room: Room) -> None:
    owner = str(this_run(pid=os.getpid()))
    job = room.walk(State.RUNNING, owner=owner)
    config = load_config(timeline=None, flags={}, environment=os.environ, config_file=None)
    waits: list[float] = []
    with room.ledger() as ledger:
        wait = Wait(seconds=2, look_s=0.5, sleep=waits.append)
        told = stop_job(job, ledger=ledger, config=config, owner=ME, give_up=False, today=NOON.date(), wait=wait)
    assert (told.stopped, told.asked, told.in_doubt) == (False, True, False)
    assert "at its next step" in told.message
    assert waits == [0.5] * 4
    assert room.job(job.key).cancel_asked is not None


def test_a_job_is_named_by_its_beginning_and_by_nothing_less(room: Room) -> None:
    room.walk(State.PLANNED)
    for name in ("zz", ""):
        answer = room.run("cancel", name, "--json")
        assert (answer.code, answer.document["code"]) == (1, "LIBRARY")
        assert "pickup jobs" in answer.document["next"]


# --- settle -----------------------------------------------------------------------------------------------------------


def planned(room: Room) -> Library:
    """A library whose cut says what was asked for."""
    library = Library.at(room.folder / "edit" / "pickup", new_id=lambda: "LIBLIBLIBLIBLIB2")
    cut = library.claim_cut(room.folder / "harbor.otio")
    plan = library.layout.cut(cut).plan
    plan.parent.mkdir(parents=True, exist_ok=True)
    clips = [{"seconds": 4.0}, {"seconds": 8.0}]
    row = {"shot": "SH0010", "provider": "fake", "model": "fake-1", "prompt": "a pier at dawn", "seed": 7}
    plan.write_text(json.dumps({"schema": "Plan.1", "pickups": [row | {"clips": clips, "size": [1280, 720]}]}))
    return library


def test_settle_shows_what_to_look_for_and_what_each_answer_does(room: Room) -> None:
    library = planned(room)
    near = room.walk(State.RUNNING, shot="SH0020", library=library.id)
    job = room.walk(State.DOUBT, library=library.id, part=2)
    answer = room.run("settle", job.key[:8])
    assert answer.code == 5
    for words in ("2026-11-23 13:00:00 CET (+0100), 2026-11-23 12:00:00 UTC", "fake-1", "8 s", "1280x720", "$4.20",
                  "a pier at dawn", f"{near.remote_id}: SH0020", "--charged REMOTE_ID", "--not-charged", "--give-up",
                  "the usage page of fake"):  # fmt: skip
        assert words in answer.words
    assert max(map(len, answer.out.splitlines())) <= 100
    document = room.run("settle", job.key[:8], "--json").document
    assert (document["schema"], document["state"], document["quoted"]) == ("Settle.1", "doubt", "4.20")
    assert {each["what"] for each in document["look_for"]} == {
        "where", "asked", "model", "length", "size", "price", "prompt", "not it",
    }  # fmt: skip
    assert document["asked"] == "2026-11-23T12:00:00+00:00"


def test_settle_of_another_library_shows_what_the_ledger_alone_knows(room: Room) -> None:
    planned(room)
    job = room.walk(State.DOUBT, provider="gone")
    document = room.run("settle", job.key[:8], "--json").document
    assert "prompt" not in {each["what"] for each in document["look_for"]}


@pytest.mark.parametrize(
    ("answer", "state", "billing", "next_step"),
    [(("--charged", "gen-42"), State.SUBMITTED, Billing.UNKNOWN, "fetches it"),
     (("--not-charged",), State.FAILED, Billing.NOT_BILLED, "new attempt"),
     (("--give-up",), State.FAILED, Billing.UNKNOWN, "--refresh SH0010")],
)  # fmt: skip
@pytest.mark.parametrize("found", [State.DOUBT, State.INTENT])
def test_an_answer_settles_a_doubt_and_what_a_dead_run_left(
    room: Room, found: State, answer: tuple[str, ...], state: State, billing: Billing, next_step: str
) -> None:
    job = room.walk(found)
    told = room.run("settle", job.key[:8], *answer, "--json")
    assert told.code == 0
    assert told.document["state"] == state
    assert next_step in told.document["next"]
    now = room.job(job.key)
    assert (now.state, now.billing, now.owner) == (state, billing, None)
    again = room.run("settle", job.key[:8], *answer, "--json")
    assert (again.code, "not in doubt" in again.document["message"]) == (1, True)
    assert room.run("settle", job.key[:8]).code == 0


def test_a_remote_id_that_another_job_has_is_refused_in_words(room: Room) -> None:
    other = room.walk(State.RUNNING, shot="SH0020")
    job = room.walk(State.DOUBT)
    answer = room.run("settle", job.key[:8], "--charged", str(other.remote_id), "--json")
    assert answer.code == 1
    assert "take 1 of SH0020" in answer.document["message"]
    assert (room.job(job.key).state, room.job(job.key).owner) == (State.DOUBT, None)


def test_two_answers_are_none(room: Room) -> None:
    job = room.walk(State.DOUBT)
    assert room.run("settle", job.key[:8], "--not-charged", "--give-up").code == 2
    assert room.run("settle", job.key[:8], "--charged", " ").code == 2
    assert room.job(job.key).state is State.DOUBT


def accept(room: Room, job: Job) -> None:
    """The provider has it, although no reply came."""
    folder = room.folder / "charged" / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gen-7.json").write_text(json.dumps({"key": job.key, "shot": job.order.shot, "ordinal": 0}))


def test_a_provider_that_can_tell_settles_it_itself(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_HOW", "lists")
    library = planned(room)
    job = room.walk(State.DOUBT, library=library.id)
    accept(room, job)
    answer = room.run("settle", job.key[:8], "--json")
    assert (answer.code, answer.document["state"], answer.document["remote_id"]) == (0, "submitted", "gen-7")
    lost = room.walk(State.DOUBT, library=library.id, part=2)
    answer = room.run("settle", lost.key[:8], "--json")
    assert (answer.code, answer.document["state"]) == (0, "planned")


def test_a_provider_without_its_key_is_not_asked(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_HOW", "lists, no key")
    job = room.walk(State.DOUBT, library=planned(room).id)
    accept(room, job)
    answer = room.run("settle", job.key[:8])
    assert answer.code == 5
    assert "fake needs a key" in answer.words


def test_a_provider_whose_code_fails_leaves_it_to_the_person(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_HOW", "lists, broken")
    job = room.walk(State.DOUBT, library=planned(room).id)
    answer = room.run("settle", job.key[:8])
    assert answer.code == 5
    assert "did not say: KeyError" in answer.words


def test_not_charged_against_the_providers_own_list_waits_for_a_yes(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_HOW", "lists")
    job = room.walk(State.DOUBT, library=planned(room).id)
    accept(room, job)
    refused = room.run("settle", job.key[:8], "--not-charged")
    assert refused.code == 2
    assert "gen-7" in refused.err
    assert "paid for twice" in refused.err
    withheld = room.run("settle", job.key[:8], "--not-charged", "--json")
    assert (withheld.code, withheld.document["state"]) == (2, "doubt")
    assert "--charged gen-7" in withheld.document["next"]
    assert room.run("settle", job.key[:8], "--not-charged", "--yes").code == 0
    assert room.job(job.key).billing is Billing.NOT_BILLED


def test_a_request_that_is_being_sent_is_left_alone(room: Room) -> None:
    job = room.walk(State.INTENT, owner=str(this_run(pid=os.getpid())))
    answer = room.run("settle", job.key[:8])
    assert (answer.code, room.job(job.key).state) == (0, State.INTENT)
    assert "just now" in answer.words
    assert room.run("settle", job.key[:8], "--not-charged").code == 1


# --- costs ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def spent(room: Room) -> Room:
    room.walk(State.PLANNED, shot="SH0001")
    room.walk(State.DONE, shot="SH0010", cost=Decimal("4.1034"))
    room.walk(State.DONE, shot="=SUM(A1)", cut="@pier", days=1, cost=Decimal("0.10"))
    room.walk(State.FAILED, shot="SH0030", billing=Billing.UNKNOWN, kind=FailureKind.PROVIDER_FAILED)
    room.walk(State.FAILED, shot="SH0040", billing=Billing.NOT_BILLED)
    room.walk(State.DOUBT, shot="SH0050")
    room.walk(State.RUNNING, shot="SH0060", provider="other", quoted="1.5")
    room.walk(State.DONE, shot="SH0010", library="lib-2", quoted="0")
    return room


def test_costs_never_mix_what_is_known_with_what_is_not(spent: Room) -> None:
    document = spent.run("costs", "--json").document
    assert (document["schema"], document["total"]) == ("Costs.1", "4.2034")
    assert (document["uncertain"], document["pending"]) == ("4.20", "5.70")
    assert len(document["rows"]) == 7
    assert "SH0001" not in {row["shot"] for row in document["rows"]}
    contract = ["cut", "shot", "provider", "model", "day", "quoted", "cost", "state"]
    for row in document["rows"]:
        assert list(row)[:8] == contract
        assert isinstance(row["quoted"], str)
        assert row["cost"] is None or isinstance(row["cost"], str)
    with spent.ledger() as ledger:
        sums, counted = sum_rows(cost_rows(ledger.jobs())), ledger.spent()
    assert (sums.cost, sums.uncertain, sums.pending) == (counted.cost, counted.uncertain, counted.pending)


@pytest.mark.parametrize(("by", "names"), [("cut", 3), ("shot", 7), ("provider", 2), ("day", 2)])
def test_costs_are_grouped_and_libraries_are_never_one(spent: Room, by: str, names: int) -> None:
    document = spent.run("costs", "--by", by, "--json").document
    assert len(document["groups"]) == names
    assert sum(Decimal(group["cost"]) for group in document["groups"]) == Decimal(document["total"])
    answer = spent.run("costs", "--by", by)
    assert answer.code == 0
    assert "Charged: $4.20; up to $4.20 more may have been; $5.70 under way or in doubt" in answer.words
    assert "Next: `pickup settle " in answer.words


@pytest.mark.parametrize("columns", ["100", "80"])
def test_tables_of_money_fit_a_terminal(spent: Room, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for command in (("costs",), ("costs", "--by", "shot"), ("jobs",), ("providers",), ("doctor",)):
        table = spent.run(*command).out.split("\n\n")[0]
        assert max(map(len, table.splitlines())) <= int(columns), command


def test_days_are_days_of_this_machine(room: Room) -> None:
    room.walk(State.DONE, shot="SH0010")
    with open_ledger(room.folder / "state", clock=lambda: datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) as ledger:
        order = Order(library="lib-1", cut="harbor", shot="SH0099", take=1, provider="fake", model="fake-1",
                      digest="e" * 64, quoted=Decimal(1))  # fmt: skip
        job = ledger.plan(order)
        ledger.claim(job.key, owner=ME)
        ledger.transition(job, to=State.INTENT, owner=ME)
    rows = room.run("costs", "--json").document["rows"]
    assert [row["day"] for row in rows] == ["2026-11-23", "2026-11-24"]
    since = room.run("costs", "--since", "2026-11-24", "--json").document
    assert [row["shot"] for row in since["rows"]] == ["SH0099"]
    assert room.run("costs", "--since", "yesterday").code == 2


def test_csv_is_plain_rows_and_computes_nothing(spent: Room) -> None:
    answer = spent.run("costs", "--csv")
    assert answer.code == 0
    assert answer.out.count("\r\n") == 8
    head, *rows = csv.reader(io.StringIO(answer.out, newline=""))
    assert head[:8] == ["cut", "shot", "provider", "model", "day", "quoted", "cost", "state"]
    assert ["'@pier", "'=SUM(A1)"] in [row[:2] for row in rows]
    assert "4.1034" in [row[6] for row in rows]
    assert spent.run("costs", "--csv", "--json").code == 2


def test_costs_show_this_library_where_there_is_one(spent: Room) -> None:
    library = planned(spent)
    spent.walk(State.DONE, shot="SH0070", library=library.id)
    assert [row["shot"] for row in spent.run("costs", "--json").document["rows"]] == ["SH0070"]
    assert len(spent.run("costs", "--all", "--json").document["rows"]) == 8


def test_nothing_spent_is_said(room: Room) -> None:
    assert "Nothing was asked for" in room.run("costs").out
    document = room.run("costs", "--json").document
    assert (document["rows"], document["total"], document["uncertain"]) == ([], "0.00", "0.00")
    assert room.run("costs", "--csv").out.count("\r\n") == 1


def test_amounts_are_exact_and_have_at_least_two_decimals() -> None:
    amounts = ["0", "1", "1.5", "0.6000", "0.0125", "100"]
    assert [exact_usd(Decimal(each)) for each in amounts] == ["0.00", "1.00", "1.50", "0.60", "0.0125", "100.00"]


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_jobs_name_the_part_of_a_take_and_what_to_do_about_a_doubt(room: Room) -> None:
    room.walk(State.DONE)
    doubt = room.walk(State.DOUBT, part=2, days=1)
    said = room.run("jobs").out
    assert "SH0010 t01 2/…" in said
    assert "1/…" not in said
    assert f"next: pickup settle {doubt.key[:8]}" in said
    assert [job["part"] for job in room.run("jobs", "--json").document["jobs"]] == [1, 2]


# --- providers --------------------------------------------------------------------------------------------------------

TABLE = """
    provider = "fake"

    [providers.studio-wan]
    kind = "openai_videos"
    profile = "vllm-omni"
    base_url = "http://127.0.0.1:8091/v1"
    model = "wan2.2"
    api_key_env = "STUDIO_WAN_KEY"
    price_per_second = "0.0125"

    [providers.lost]
    kind = "nothing"
"""


def test_providers_say_what_can_generate_and_never_a_key(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.settings.write_text(textwrap.dedent(TABLE))
    monkeypatch.setenv("STUDIO_WAN_KEY", KEY)
    answer = room.run("providers", "--json")
    assert answer.code == 0
    found = {each["route"]: each for each in answer.document["providers"]}
    mine = found["studio-wan:wan2.2"]
    assert (mine["key"], mine["configured"], mine["host"]) == ("present", True, None)
    assert mine["price_per_second"]["720p"] == "0.0125"
    assert mine["price_source"] == "your settings"
    assert found["openai:sora-2"]["retired"] is True
    assert (found["openai:sora-2"]["key"], found["openai:sora-2"]["retires"]) == ("missing", "2026-09-24")
    assert found["openai:sora-2-pro"]["price_per_second"] == {"720p": "0.30", "1080p": "0.70"}
    assert (found["slate:slate-1"]["key"], found["slate:slate-1"]["free"]) == ("not needed", True)
    assert "nothing" in found["lost"]["error"]["message"]
    assert "openai_videos" not in {each["name"] for each in answer.document["providers"]}
    said = room.run("providers")
    for words in ("studio-wan", "ended on 2026-09-24", "this machine", "OPENAI_API_KEY", "$0.0125", "cannot be used"):
        assert words in said.words
    assert "api.openai.com" not in said.words
    assert "api.openai.com" in room.run("providers", "--all").words
    detail = room.run("providers", "studio-wan")
    assert detail.words.startswith("studio-wan:wan2.2")
    for each in (answer, said, detail):
        assert KEY not in each.out + each.err


def test_one_provider_or_one_route_can_be_named(room: Room) -> None:
    assert {each["name"] for each in room.run("providers", "openai", "--json").document["providers"]} == {"openai"}
    [route] = room.run("providers", "openai:sora-2", "--json").document["providers"]
    assert route["model"] == "sora-2"
    detail = room.run("providers", "openai:sora-2").words
    for words in ("retirement ended on 2026-09-24", "a repeat", "it stops nothing", "results kept", "notes"):
        assert words in detail
    unknown = room.run("providers", "sora", "--json")
    assert (unknown.code, unknown.document["code"]) == (2, "CONFIG")


# --- doctor -----------------------------------------------------------------------------------------------------------


def checks(answer: Answer) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in answer.document["checks"]}


def files_in(room: Room) -> list[Path]:
    """Every file below the room but the fake's own records and what Python keeps of a module it imported."""
    return sorted(path for path in room.folder.rglob("*") if not {"charged", "__pycache__"} & {*path.parts})


def test_doctor_looks_at_everything_and_changes_nothing(room: Room) -> None:
    before = files_in(room)
    answer = room.run("doctor", "--json")
    assert answer.code == 0
    assert answer.document["schema"] == "Doctor.1"
    found = checks(answer)
    names = ("settings", "Python", "OpenTimelineIO", "PyAV", "codecs", "ledger", "library", "disk", "provider fake")
    assert {*names, "provider slate"} <= set(found)
    assert all(set(each) == {"name", "status", "message", "next"} for each in found.values())
    assert str(room.settings) in found["settings"]["message"]
    assert found["provider fake"]["message"] == "the fake provider works"
    assert files_in(room) == before


@pytest.mark.parametrize(
    ("how", "words"), [("no key", "fake needs a key"), ("broken", "its own code fails"), ("tells", "no such key: •••")]
)
def test_a_configured_provider_that_cannot_be_used_is_a_problem(
    room: Room, monkeypatch: pytest.MonkeyPatch, how: str, words: str
) -> None:
    room.settings.write_text('provider = "mine"\n[providers.mine]\nkind = "fake"\napi_key_env = "FAKE_KEY"\n')
    monkeypatch.setenv("FAKE_HOW", how)
    monkeypatch.setenv("FAKE_KEY", KEY)
    answer = room.run("doctor", "--json")
    assert answer.code == 1
    wrong = checks(answer)["provider mine"]
    assert wrong["status"] == "problem"
    assert words in wrong["message"]
    assert KEY not in answer.out + answer.err + room.run("doctor").out


def test_a_provider_that_is_only_in_the_settings_is_a_warning(room: Room) -> None:
    room.settings.write_text('provider = "slate"\n[providers.lost]\nkind = "nothing"\n')
    answer = room.run("doctor", "--json")
    assert (answer.code, checks(answer)["provider lost"]["status"]) == (0, "warning")
    assert "1 warning" in room.run("doctor").words
    assert room.run("doctor", "--quiet").out == ""


@pytest.mark.usefixtures("room")
def test_a_silent_provider_is_given_up_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_HOW", "slow")
    config = load_config(timeline=None, flags={}, environment=os.environ, config_file=None)
    [fake, slate] = check_providers(config, today=NOON.date(), answer_s=0.05)
    assert (fake.status, slate.status) == (Status.PROBLEM, Status.OK)
    assert "did not answer" in fake.message


def test_a_retired_model_is_a_problem_and_names_what_to_use(room: Room) -> None:
    room.settings.write_text('provider = "openai:sora-2"\n')
    answer = room.run("doctor", "--json")
    wrong = checks(answer)["provider openai:sora-2"]
    assert (answer.code, wrong["status"], wrong["message"]) == (1, "problem", "sora-2 ended on 2026-09-24")
    assert "base_url" in wrong["next"]


def break_settings(room: Room) -> None:
    room.settings.write_text("takse = 2\n")


def break_ledger(room: Room) -> None:
    (room.folder / "state").mkdir()
    (room.folder / "state" / "ledger.sqlite").write_bytes(b"a letter to my mother" * 100)


def break_library(room: Room) -> None:
    planned(room).layout.index.write_text("{")


@pytest.mark.parametrize(
    ("name", "breaks", "words"),
    [("settings", break_settings, "takse"), ("ledger", break_ledger, "cannot be used"),
     ("library", break_library, "library.json")],
)  # fmt: skip
def test_what_is_damaged_is_a_problem_with_a_next_step(
    room: Room, name: str, breaks: Callable[[Room], None], words: str
) -> None:
    breaks(room)
    answer = room.run("doctor", "--json")
    assert answer.code == 1
    wrong = checks(answer)[name]
    assert wrong["status"] == "problem"
    assert words in wrong["message"]
    assert wrong["next"]


def test_a_doubt_is_a_warning_with_its_command(room: Room) -> None:
    job = room.walk(State.DOUBT)
    answer = room.run("doctor", "--json")
    assert answer.code == 0
    assert [each["next"] for each in answer.document["checks"] if each["status"] == "warning"] == [
        f"pickup settle {job.key[:8]}"
    ]
