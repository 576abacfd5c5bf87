"""What a person puts into the folder of a manual job is taken soon, and a watcher that waits for it does nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pickup.testing.clips import write_numbered_clip
from pickup.testing.watch_room import QUICK, WatchRoom, cut_text, wait
from pickup.timing import FrameRate
from pickup.watch.again import is_due
from pickup.watch.files import Again, FileState, Reasons, Standing, WatchedFile
from pickup.watch.handed_in import HandedIn

SHOTS = {"SH0010"}


def looked(handed_in: HandedIn, *, times: int = 2) -> object:
    for _ in range(times):
        handed_in.look(SHOTS)
    return handed_in.of(SHOTS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a job, as Pickup writes it."""
    folder = tmp_path / "manual" / "SH0010_t01"
    folder.mkdir(parents=True)
    for name in ("prompt.txt", "settings.json", "README.txt", "boundary_in.png", ".pickup-1.part.mp4", ".DS_Store"):
        (folder / name).write_text("ours")
    return folder


def test_what_pickup_writes_itself_is_nothing(folder: Path) -> None:
    assert looked(HandedIn(folder=folder.parent)) == ()
    assert looked(HandedIn(folder=folder / "not there")) == ()


def put(folder: Path) -> None:
    (folder / "other.mp4").write_text("a clip")


def replace_with_another(folder: Path) -> None:
    (folder / "result.mp4").write_text("a longer clip")


def touch(folder: Path) -> None:
    os.utime(folder / "result.mp4", ns=(1, 1))


def remove(folder: Path) -> None:
    (folder / "result.mp4").unlink()


@pytest.mark.parametrize("change", [put, replace_with_another, touch, remove])
def test_whatever_a_person_does_there_is_seen(folder: Path, change: Callable[[Path], None]) -> None:
    (folder / "result.mp4").write_text("a clip")
    handed_in = HandedIn(folder=folder.parent)
    before = looked(handed_in)
    assert before
    assert looked(handed_in) == before
    change(folder)
    assert looked(handed_in) != before


def test_a_file_counts_once_it_stands_still(folder: Path) -> None:
    handed_in = HandedIn(folder=folder.parent)
    before = looked(handed_in)
    for number in range(4):
        (folder / "result.mp4").write_text("a clip" * (number + 1))
        assert looked(handed_in, times=1) == before
    assert looked(handed_in, times=1) != before


@pytest.mark.parametrize("name", ["SH0020_t01", "SH0010_t01_of_a1b2c3d4", "SH0010"])
def test_other_shots_and_what_was_kept_aside_wake_nobody(folder: Path, name: str) -> None:
    other = folder.with_name(name)
    other.mkdir()
    (other / "result.mp4").write_text("a clip")
    assert looked(HandedIn(folder=folder.parent)) == ()


@pytest.mark.parametrize("again", list(Again))
def test_only_what_time_may_bring_is_tried_at_once(again: Again) -> None:
    before = Reasons(yes=None, day=date(2026, 3, 1), returned=0, settings="first")
    file = WatchedFile(
        name="reel1.otio", rested=Standing(state=FileState.HELD, again=again), tried_for=before, next_try=600.0
    )
    after = replace(before, handed_in=(("SH0010_t01/result.mp4", 1, 2),))
    assert not is_due(file, reasons=before, now=10.0)
    assert is_due(file, reasons=after, now=10.0) is (again is Again.LATER)


def test_a_clip_that_is_put_into_its_folder_comes_back_in_the_timeline(tmp_path: Path) -> None:
    room = WatchRoom.at(tmp_path, settings='provider = "manual"\n' + QUICK)
    folder = room.library / "manual" / "SH0010_t01"
    with room.watcher():
        room.put("reel1.otio", cut_text("reel 1", gaps=1))
        held = room.wait_for("reel1.otio", "held")
        assert held["held"][0]["why"].startswith(f"waits for a file in {folder}, where README.txt says what to make")
        draft = folder / ".draft.mp4"
        write_numbered_clip(draft, frames=4, rate=FrameRate.parse("24"), size=(160, 90))
        draft.rename(folder / "result.mp4")
        wait(lambda: "result.mp4 is too short: it has 4 frames" in room.file("reel1.otio")["message"])
        write_numbered_clip(draft, frames=60, rate=FrameRate.parse("24"), size=(160, 90))
        draft.replace(folder / "result.mp4")
        assert room.wait_for("reel1.otio", "done")["filled"] == ["SH0010"]
    assert room.takes() == ["takes/SH0010/t01"]
