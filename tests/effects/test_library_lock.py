import json
import os
import platform
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pickup.errors import LibraryError, Stopped
from pickup.library import Library, Waiting
from pickup.library.lock import FOR_THE_DEAD

_HOLD = """
import sys
from pathlib import Path
from pickup.library import Library
with Library.at(Path(sys.argv[1])).hold_cut("harbor", on_wait=print):
    print("held", flush=True)
    sys.stdin.read()
"""


class _Clock:
    """Time that passes only while somebody pauses."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.at(tmp_path / "pickup")


def _refuse(sentence: str) -> None:
    raise AssertionError(sentence)


def _fake_lock(library: Library, *, pid: int, host: str) -> Path:
    lock = library.cut_folder("harbor").lock
    lock.parent.mkdir(parents=True)
    owner = {"schema": "Lock.1", "pid": pid, "host": host, "since": "2030-01-02T03:04:05Z", "token": "x"}
    lock.write_text(json.dumps(owner))
    return lock


def test_the_lock_names_its_holder_and_goes_with_it(library: Library) -> None:
    lock = library.cut_folder("harbor").lock
    with library.hold_cut("harbor", on_wait=_refuse) as mine:
        written = json.loads(lock.read_text())
        assert (written["schema"], written["host"]) == ("Lock.1", platform.node())
        assert written["pid"] == mine.pid
    assert not lock.exists()


def test_the_lock_goes_when_the_run_fails(library: Library) -> None:
    with pytest.raises(ZeroDivisionError), library.hold_cut("harbor", on_wait=_refuse):
        raise ZeroDivisionError
    assert not library.cut_folder("harbor").lock.exists()


def test_a_second_run_is_told_who_has_the_cut_and_follows_it(library: Library) -> None:
    told: list[str] = []
    inside = threading.Event()
    told_once = threading.Event()

    def first() -> None:
        with library.hold_cut("harbor", on_wait=_refuse):
            inside.set()
            told_once.wait(timeout=30)

    def tell(sentence: str) -> None:
        told.append(sentence)
        told_once.set()

    run = threading.Thread(target=first)
    run.start()
    assert inside.wait(timeout=30)
    with library.hold_cut("harbor", on_wait=tell, waiting=Waiting(poll_s=0.01)):
        run.join(timeout=30)
    assert len(told) == 1
    assert f"on {platform.node()} has been filling harbor since" in told[0]


def test_two_cuts_do_not_wait_for_each_other(library: Library) -> None:
    with library.hold_cut("harbor", on_wait=_refuse), library.hold_cut("reel", on_wait=_refuse):
        assert library.cut_folder("reel").lock.exists()


def test_a_run_that_was_killed_frees_its_cut_at_once(library: Library) -> None:
    command = [sys.executable, "-c", _HOLD, str(library.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "held\n"
        run.kill()
        run.wait()
    assert library.cut_folder("harbor").lock.exists()
    with library.hold_cut("harbor", on_wait=_refuse):
        pass


def test_a_run_on_another_host_counts_as_gone_after_a_minute_without_a_sign(library: Library) -> None:
    _fake_lock(library, pid=1, host="edit-bay-2")
    clock, told = _Clock(), list[str]()
    with library.hold_cut("harbor", on_wait=told.append, waiting=Waiting(clock=clock, pause=clock.pause)):
        assert 60 <= clock.now < 61
    assert told == ["process 1 on edit-bay-2 has been filling harbor since 2030-01-02T03:04:05+00:00"]


def test_a_lock_that_nobody_can_read_is_waited_for_in_the_same_way(library: Library) -> None:
    _fake_lock(library, pid=1, host="x").write_text("{")
    clock, told = _Clock(), list[str]()
    with library.hold_cut("harbor", on_wait=told.append, waiting=Waiting(clock=clock, pause=clock.pause)):
        assert clock.now >= 60
    assert told == ["another run is filling harbor"]


def test_a_run_that_will_not_wait_is_told_who_has_the_cut(library: Library) -> None:
    lock = _fake_lock(library, pid=7, host="edit-bay-2")
    waiting = Waiting(at_most_s=0)
    with (
        pytest.raises(LibraryError, match="process 7 on edit-bay-2") as caught,
        library.hold_cut("harbor", on_wait=_refuse, waiting=waiting),
    ):
        pass
    assert caught.value.where == str(lock)
    assert lock.exists()


def test_a_lock_that_another_run_took_over_is_left_alone(library: Library) -> None:
    with library.hold_cut("harbor", on_wait=_refuse):
        lock = library.cut_folder("harbor").lock
        lock.write_text(lock.read_text().replace('"pid"', '"pid": 0, "was"').replace('"token": "', '"token": "other'))
    assert lock.exists()


@pytest.mark.parametrize(
    "lock",
    [
        {"pid": 1, "host": "elsewhere"},  # the computer has another name now, or is another one
        {"pid": os.getpid(), "host": platform.node()},  # a number that another program has by now
        None,  # a disk was full when it was written
    ],
)
def test_a_lock_that_nobody_renews_is_taken_though_nobody_waits_for_the_living(
    library: Library, lock: dict[str, Any] | None
) -> None:
    clock, told = _Clock(), list[str]()
    path = _fake_lock(library, pid=1, host="x")
    path.write_text("" if lock is None else json.dumps(json.loads(path.read_text()) | lock))
    os.utime(path, (1e9, 1e9))
    waiting = replace(FOR_THE_DEAD, clock=clock, pause=clock.pause)
    with library.hold_cut("harbor", on_wait=told.append, waiting=waiting) as mine:
        assert json.loads(path.read_text())["pid"] == mine.pid
    assert 20 < clock.now < 40
    assert len(told) == 1


def test_an_owner_that_renews_its_lock_is_told_at_once(library: Library) -> None:
    clock = _Clock()
    path = _fake_lock(library, pid=1, host="elsewhere")

    def pause(seconds: float) -> None:
        clock.pause(seconds)
        if clock.now >= 8:
            os.utime(path)

    os.utime(path, (1e9, 1e9))
    waiting = replace(FOR_THE_DEAD, clock=clock, pause=pause)
    with (
        pytest.raises(LibraryError, match="process 1 on elsewhere"),
        library.hold_cut("harbor", on_wait=lambda _: None, waiting=waiting),
    ):
        pass
    assert clock.now < 10
    waiting = replace(FOR_THE_DEAD, clock=clock, pause=_never)
    with (
        library.hold_cut("other", on_wait=_refuse),
        pytest.raises(LibraryError, match=f"process {os.getpid()}"),
        library.hold_cut("other", on_wait=_refuse, waiting=waiting),
    ):
        pass


def _never(_seconds: float) -> None:
    raise AssertionError("it waits")


def test_whoever_waits_can_be_stopped(library: Library) -> None:
    _fake_lock(library, pid=1, host="elsewhere")
    waiting = Waiting(stop=lambda: True, pause=_never)
    with pytest.raises(Stopped), library.hold_cut("harbor", on_wait=lambda _: None, waiting=waiting):
        pass
