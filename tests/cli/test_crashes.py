"""kill -9 anywhere, and the same command again finishes the work and does no finished work twice."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and SIGINT as POSIX has them")

_PATIENCE_S = 120

MOMENTS = {
    "the codes were given": "library.json",
    "the plan was written": "cuts/*/plan.json",
    "the original is being drawn": "takes/SH0010/t01/.pickup-*.part*",
    "the original is there": "takes/SH0010/t01/original.mp4",
    "the conformed file is there": "takes/SH0010/t01/*_SH0010_t01.mov",
    "the take is recorded": "takes/SH0010/t01/take.json",
    "the second take is begun": "takes/SH0010/t02/*",
    "the version is intended": "cuts/*/changes.json",
    "the timeline is written": "cuts/*/*_v001.otio",
    "everything is done": "cuts/*/done.json",
}


def wait_for(pattern: str, *, library: Path, process: Any) -> None:
    """Looks again and again, as fast as it can, because the moments are short."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if any(library.glob(pattern)):
            return
    assert process.poll() is not None, f"{pattern} never came"


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_finished_by_the_next(desk: Any, moment: str) -> None:
    arguments = ("fill", desk.timeline, "--size", "320x180", "--takes", "2", "--json")
    process = desk.start(*arguments)
    wait_for(MOMENTS[moment], library=desk.library, process=process)
    process.kill()
    process.communicate()
    recorded = [path.parent for path in desk.library.glob("takes/*/*/take.json")]
    finished = {path: before for path, before in desk.media_files().items() if Path(path).parent in recorded}
    answer = desk.run(*arguments)
    assert answer.code == 0
    assert answer.document["filled"] == ["SH0010"]
    assert answer.document["version"] == 1
    after = desk.media_files()
    assert {path: after[path] for path in finished} == finished
    assert len(list(desk.library.glob("takes/*/*/take.json"))) == 2
    assert len(list(desk.library.glob("takes/*/*/*_c2.mov"))) <= 1
    assert desk.run(*arguments).document["changed"] is False
    output = answer.document["outputs"]["otio"]
    assert desk.run("verify", output, "--against", desk.timeline).code == 0


def test_ctrl_c_says_how_to_go_on(desk: Any) -> None:
    arguments = ("fill", desk.timeline, "--size", "320x180", "--takes", "3")
    process = desk.start(*arguments)
    wait_for("takes/SH0010/t01/*", library=desk.library, process=process)
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 130
    assert b"run the same command again" in said
    assert b"Traceback" not in said
    assert not list(desk.library.glob("cuts/*/cut.lock"))
    assert desk.run(*arguments).code == 0


def test_two_runs_at_once_make_one_version_and_each_take_once(desk: Any) -> None:
    arguments = ("fill", desk.timeline, "--size", "320x180", "--json")
    runs = [desk.start(*arguments) for _ in range(2)]
    said = [run.communicate(timeout=_PATIENCE_S) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert sorted(path.name for path in desk.library.glob("cuts/*/*") if path.suffix in (".otio", ".xml")) == [
        "one_gap_24fps_v001.otio",
        "one_gap_24fps_v001.premiere.otio",
        "one_gap_24fps_v001.resolve.otio",
        "one_gap_24fps_v001.xml",
        "source.otio",
    ]
    assert len(list(desk.library.glob("takes/*/*/*.mov"))) == 1
    jobs = desk.run("jobs", "--json").document["jobs"]
    assert [job["state"] for job in jobs] == ["done"]
