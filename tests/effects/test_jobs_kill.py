"""kill -9 at every step of a job, a restart, and then a look at what the provider charged."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pickup.jobs.ledger import open_ledger
from pickup.jobs.states import State
from pickup.testing.fake_library import CopyConform, FolderStore
from pickup.testing.fake_provider import CallFault, FakeProvider, SubmitFault

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

DRIVER = Path(__file__).with_name("jobs_driver.py")
SHOTS = ["SH0010", "SH0020"]
MOST_STEPS = 80


class Driver:
    """A process that runs scenarios in children of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def play(self, *scenarios: dict[str, Any]) -> list[dict[str, Any] | None]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(scenarios) + "\n")
        self._process.stdin.flush()
        answers: list[dict[str, Any] | None] = json.loads(self._process.stdout.readline())
        return answers

    def close(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    made = Driver()
    yield made
    made.close()


def facts(root: Path) -> dict[str, int]:
    store = FolderStore(root / "library")
    return {
        "charges": FakeProvider(root / "provider").charges,
        "fetches": FakeProvider(root / "provider").fetches,
        "conforms": CopyConform(log=root / "conforms.log").count,
        "takes": sum(store.has_take(shot, take=1) for shot in SHOTS),
    }


def kill_everywhere(driver: Driver, tmp_path: Path, *, stride: int = 1, **kind: object) -> Iterator[Path]:
    """A folder for every step, or every so many: killed there, then run to the end."""
    for kill_at in range(1, MOST_STEPS, stride):
        root = tmp_path / f"at-{kill_at}"
        scenario = {"root": str(root), "shots": SHOTS, **kind}
        [first] = driver.play({**scenario, "kill_at": kill_at})
        [second] = driver.play(scenario)
        assert second is not None, f"the second run died, after a kill at step {kill_at}"
        yield root
        if first is not None:
            assert kill_at > 30, "the runs were not killed in every step"
            return
    pytest.fail("the run never came to its end")


@pytest.mark.parametrize("kind", [{"replays": True}, {"can_reconcile": True}], ids=["replays", "reconciles"])
def test_a_run_killed_at_any_step_is_finished_by_the_next_and_charged_once(
    driver: Driver, tmp_path: Path, kind: dict[str, bool]
) -> None:
    for root in kill_everywhere(driver, tmp_path, **kind):
        found = facts(root)
        assert (found["charges"], found["takes"]) == (2, 2), root.name
        assert found["fetches"] == 2, f"a whole original was fetched again: {root.name}"
        # a conform whose take was not recorded yet is done once more
        assert found["conforms"] <= 3, root.name


def test_a_provider_that_can_tell_nothing_leaves_a_doubt_and_is_never_asked_twice(
    driver: Driver, tmp_path: Path
) -> None:
    doubts = 0
    for root in kill_everywhere(driver, tmp_path):
        found = facts(root)
        with open_ledger(root / "state") as ledger:
            doubtful = ledger.in_doubt()
        doubts += len(doubtful)
        assert found["takes"] + len(doubtful) == 2, root.name
        assert found["takes"] <= found["charges"] <= 2, root.name
    assert doubts > 0


@pytest.mark.parametrize(
    ("kind", "stride"),
    [({"replays": True}, 4), ({"can_reconcile": True}, 1), ({}, 4)],
    ids=["replays", "reconciles", "none"],
)
def test_a_take_of_several_clips_is_continued_at_any_step_and_each_is_charged_once(
    driver: Driver, tmp_path: Path, kind: dict[str, bool], stride: int
) -> None:
    for root in kill_everywhere(driver, tmp_path, stride=stride, shots=SHOTS[:1], parts=3, **kind):
        found = facts(root)
        with open_ledger(root / "state") as ledger:
            doubts, jobs = len(ledger.in_doubt()), ledger.jobs()
        assert found["takes"] + doubts == 1, root.name
        known = {job.remote_id for job in jobs} - {None}
        assert found["fetches"] <= len(known) <= found["charges"] <= len(known) + doubts, root.name
        if found["takes"]:
            assert (found["charges"], found["fetches"], [job.state for job in jobs]) == (3, 3, [State.DONE] * 3)
            clips = [FolderStore(root / "library").original(SHOTS[0], take=1, part=part) for part in (1, 2, 3)]
            joined = FolderStore(root / "library").conformed(SHOTS[0], take=1).read_bytes()
            assert joined == b"".join(each.read_bytes() for each in clips), root.name
        assert not (kind and doubts)


def test_a_draft_is_charged_once_wherever_its_run_is_killed_and_counts_as_a_take(
    driver: Driver, tmp_path: Path
) -> None:
    for root in kill_everywhere(driver, tmp_path, stride=2, draft=True, replays=True):
        found = facts(root)
        assert (found["charges"], found["fetches"], found["takes"]) == (2, 2, 2), root.name
        with open_ledger(root / "state") as ledger:
            assert [job.state for job in ledger.jobs()] == [State.DONE] * 2, root.name
        assert not list(root.rglob("conformed.mov")), root.name


def test_two_runs_at_once_buy_each_clip_of_a_take_once(driver: Driver, tmp_path: Path) -> None:
    for repeat, kind in enumerate([{"replays": True}, {"can_reconcile": True}, {}] * 2):
        root = tmp_path / str(repeat)
        scenario = {"root": str(root), "shots": SHOTS, "parts": 3, **kind}
        answers = driver.play(scenario, scenario)
        assert [each and each["done"] for each in answers] == [SHOTS, SHOTS], answers
        assert facts(root) == {"charges": 6, "fetches": 6, "conforms": 2, "takes": 2}


def test_what_is_finished_is_not_touched_by_another_run(driver: Driver, tmp_path: Path) -> None:
    scenario = {"root": str(tmp_path), "shots": SHOTS, "replays": True}
    driver.play(scenario)
    before = facts(tmp_path)
    [again] = driver.play(scenario)
    assert again is not None
    assert (again["done"], again["steps"]) == (SHOTS, 0)
    assert facts(tmp_path) == before == {"charges": 2, "fetches": 2, "conforms": 2, "takes": 2}


@pytest.mark.parametrize(
    "kind", [{"replays": True}, {"can_reconcile": True}, {}], ids=["replays", "reconciles", "none"]
)
def test_two_runs_at_once_are_charged_once(driver: Driver, tmp_path: Path, kind: dict[str, bool]) -> None:
    for repeat in range(5):
        root = tmp_path / str(repeat)
        scenario = {"root": str(root), "shots": SHOTS, **kind}
        answers = driver.play(scenario, scenario)
        assert [each and each["done"] for each in answers] == [SHOTS, SHOTS], answers
        assert facts(root) == {"charges": 2, "fetches": 2, "conforms": 2, "takes": 2}


def test_a_run_takes_over_from_one_that_is_killed_beside_it(driver: Driver, tmp_path: Path) -> None:
    for kill_at in range(4, 34, 5):
        root = tmp_path / str(kill_at)
        scenario = {"root": str(root), "shots": SHOTS, "replays": True}
        answers = driver.play({**scenario, "kill_at": kill_at}, scenario)
        assert answers[1] is not None
        assert answers[1]["done"] == SHOTS
        assert facts(root)["charges"] == 2, kill_at


submit_faults = st.lists(
    st.sampled_from(
        [
            SubmitFault.NONE,
            SubmitFault.REPLY_LOST,
            SubmitFault.REQUEST_LOST,
            SubmitFault.UNAVAILABLE,
            SubmitFault.BROKEN,
        ]
    ),
    max_size=4,
)
call_faults = st.lists(st.sampled_from(CallFault), max_size=3)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kills=st.lists(st.integers(1, 45), max_size=4),
    kind=st.sampled_from([{"replays": True}, {"can_reconcile": True}, {}]),
    submits=submit_faults,
    polls=call_faults,
    fetches=call_faults,
)
def test_no_sequence_of_crashes_and_faults_charges_a_take_twice(
    driver: Driver,
    kills: list[int],
    kind: dict[str, bool],
    submits: list[SubmitFault],
    polls: list[CallFault],
    fetches: list[CallFault],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        faults = {"submit_faults": submits, "poll_faults": polls, "fetch_faults": fetches}
        scenario = {"root": folder, "shots": SHOTS, **kind, **faults}
        for kill_at in kills:
            driver.play({**scenario, "kill_at": kill_at})
        for _ in range(4):  # a wrong key parks a job until the next run
            [last] = driver.play(scenario)
        assert last is not None
        found = facts(Path(folder))
        with open_ledger(Path(folder) / "state") as ledger:
            resting = [job.state for job in ledger.jobs()]
        assert found["charges"] <= 2
        assert found["takes"] <= found["charges"]
        if kind:
            assert (found["takes"], found["charges"]) == (2, 2), last
        else:
            assert set(resting) <= {State.DONE, State.DOUBT, State.FAILED}
            assert len(last["done"]) + len(last["doubt"]) == 2, last
