"""A watcher's life: one for each folder, stopped and killed at any time, its folder gone and back, its disk full."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pickup.testing.watch_room import QUICK, WatchRoom, cut_text, wait

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and mounts as POSIX has them")

REEL = cut_text("reel 1", gaps=1)
OTHER = cut_text("other")


def test_killed_in_every_state_the_next_watcher_finishes_and_does_nothing_twice(room: WatchRoom) -> None:
    for state in ("arriving", "planning", "working", "done"):
        with room.watcher() as watcher:
            if state == "arriving":
                room.put("known.otio", OTHER)
                room.wait_for("known.otio", "done")
                room.put("reel1.otio", REEL)
            room.wait_for("reel1.otio", state, "done")
            watcher.kill()
            watcher.wait()
    media = {path: path.stat().st_mtime_ns for path in room.library.glob("takes/*/*/*.mov")}
    with room.watcher():
        assert room.wait_for("reel1.otio", "done")["version"] == 1
        assert room.file("known.otio")["state"] == "done"
        room.put("last.otio", cut_text("last"))
        room.wait_for("last.otio", "done")
    assert room.takes() == ["takes/SH0010/t01"]
    assert room.versions() == ["reel1_v001.resolve.otio"]
    assert {path: path.stat().st_mtime_ns for path in room.library.glob("takes/*/*/*.mov")} == media


def test_a_signal_ends_it_in_good_order_and_the_next_goes_on(room: WatchRoom) -> None:
    with room.watcher() as watcher:
        room.put("reel1.otio", REEL)
        room.wait_for("reel1.otio", "working", "done")
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(30) == 0
    assert room.status()["watcher"]["state"] == "stopped"
    assert room.file("reel1.otio")["state"] in ("arriving", "done")
    assert not list(room.folder.glob(".pickup-watch.lock"))
    once = room.run("watch", room.folder, "--once", "--json")
    assert once.returncode == 0, once.stderr
    assert '"version": 1' in once.stdout
    assert room.takes() == ["takes/SH0010/t01"]


def test_ctrl_c_ends_it_in_good_order_too(room: WatchRoom) -> None:
    with room.watcher() as watcher:
        watcher.send_signal(signal.SIGINT)
        assert watcher.wait(30) == 0


def test_a_watcher_that_is_to_outlive_its_terminal_does(room: WatchRoom) -> None:
    if shutil.which("nohup") is None:
        pytest.skip("nohup is not here")
    watcher = subprocess.Popen(["nohup", *room.command("watch", room.folder, "--quiet")], env=room.environment)
    try:
        wait(lambda: room.status()["watcher"]["state"] == "watching")
        watcher.send_signal(signal.SIGHUP)
        room.put("other.otio", OTHER)
        room.wait_for("other.otio", "done")
    finally:
        watcher.terminate()
        assert watcher.wait(30) == 0


def test_a_second_watcher_is_told_who_holds_the_folder(room: WatchRoom) -> None:
    with room.watcher() as watcher:
        second = room.run("watch", room.folder)
        assert second.returncode == 1
        assert f"process {watcher.pid} on " in second.stderr
        assert "next:" in second.stderr
        elsewhere = room.place / "elsewhere"
        elsewhere.mkdir()
        third = room.run("watch", elsewhere, "--library", room.library)
        assert third.returncode == 1
        assert f"process {watcher.pid} on " in third.stderr
        room.put("other.otio", OTHER)
        assert room.wait_for("other.otio", "done")


def test_folders_whose_files_would_be_filled_twice_are_refused(room: WatchRoom) -> None:
    inner, link = room.folder / "inner", room.place / "link"
    inner.mkdir()
    link.symlink_to(room.folder)
    (room.folder / "pickup.toml").write_text(QUICK + "recursive = true\n")
    for folders, why in (((room.folder, inner), "whose subfolders are watched"), ((room.folder, link), "named twice")):
        done = room.run("watch", *folders)
        assert done.returncode == 2
        assert why in done.stderr
    assert not room.library.exists()


def test_a_folder_that_is_not_there_and_wrong_settings_are_told_at_once(room: WatchRoom) -> None:
    missing = room.run("watch", room.place / "nothing")
    assert missing.returncode == 2
    assert "the folder to watch is not there" in missing.stderr
    (room.folder / "pickup.toml").write_text("takes = true")
    wrong = room.run("watch", room.folder)
    assert wrong.returncode == 2
    assert "pickup.toml" in wrong.stderr
    assert not room.library.exists()


def test_a_folder_that_vanishes_and_returns_is_watched_on(room: WatchRoom) -> None:
    hidden = room.place / "hidden"
    with room.watcher() as watcher:
        room.put("reel1.otio", cut_text("reel 1"))
        room.wait_for("reel1.otio", "done")
        room.folder.rename(hidden)
        time.sleep(1.5)  # longer than `scan_s`; where its log lies it cannot say that it noticed
        assert watcher.poll() is None
        assert not room.folder.exists()
        hidden.rename(room.folder)
        room.put("other.otio", OTHER)
        assert room.wait_for("other.otio", "done")
        assert room.file("reel1.otio")["state"] == "done"
        assert (room.library / "watch.log").read_text().count("reel1.otio  done") == 1


def test_a_folder_that_is_deleted_and_made_anew_is_watched_on(room: WatchRoom) -> None:
    with room.watcher():
        room.put("other.otio", OTHER)
        room.wait_for("other.otio", "done")
        shutil.rmtree(room.folder.rename(room.place / "trash"))
        time.sleep(1.5)
        room.folder.mkdir()
        (room.folder / "pickup.toml").write_text(QUICK)
        room.put("reel1.otio", cut_text("reel 1"))
        assert room.wait_for("reel1.otio", "done")["holes"] == 0
        assert [each["file"] for each in room.status()["files"]] == ["reel1.otio"]


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Path]:
    """A drive of its own that can be taken away: a file system in memory."""
    place = tmp_path / "drive"
    place.mkdir()
    if not mounted(place):
        pytest.skip("only root may mount")
    yield place
    while subprocess.run(["umount", "--lazy", place], check=False, capture_output=True).returncode == 0:
        pass


def mounted(place: Path, *, size: str = "64m") -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
    return (
        shutil.which("mount") is not None and not subprocess.run(command, check=False, capture_output=True).returncode
    )


def test_a_polled_drive_whose_mount_blinks_loses_nothing_and_nothing_is_made_in_its_place(
    tmp_path: Path, drive: Path
) -> None:
    room = WatchRoom.at(tmp_path, settings=QUICK + 'polling = "always"\n', folder="drive/in")
    away = tmp_path / "away"
    away.mkdir()
    with room.watcher() as watcher:
        room.put("reel1.otio", REEL)
        room.wait_for("reel1.otio", "done")
        for number in range(2):
            subprocess.run(["mount", "--move", drive, away], check=False, capture_output=True)
            if not os.path.ismount(away):  # a shared mount cannot be moved; bind it there instead
                subprocess.run(["mount", "--bind", drive, away], check=True)
                subprocess.run(["umount", "--lazy", drive], check=True)
            assert list(drive.iterdir()) == []
            (away / "in" / f"while_away_{number}.otio").write_text(cut_text(f"while away {number}"))
            time.sleep(0.9)
            assert list(drive.iterdir()) == []
            subprocess.run(["mount", "--bind", away, drive], check=True)
            subprocess.run(["umount", "--lazy", away], check=True)
            room.wait_for(f"while_away_{number}.otio", "done")
        assert watcher.poll() is None
        assert room.file("reel1.otio")["version"] == 1
        assert "is there again" in (room.library / "watch.log").read_text()
    assert room.takes() == ["takes/SH0010/t01"]


def test_a_watcher_that_began_before_its_drive_was_there_takes_it_up(room: WatchRoom) -> None:
    with room.watcher():
        if not mounted(room.folder):
            pytest.skip("only root may mount")
        try:
            (room.folder / "pickup.toml").write_text(QUICK)
            room.put("other.otio", OTHER)
            assert room.wait_for("other.otio", "done")["holes"] == 0
        finally:
            subprocess.run(["umount", "--lazy", room.folder], check=True)


def test_a_full_disk_is_told_and_work_goes_on_once_there_is_room(tmp_path: Path, drive: Path) -> None:
    room = WatchRoom.at(tmp_path, settings=QUICK + f'\n[map]\n"x" = "{drive}"\n')
    library = drive / "library"
    filler = drive / "filler"
    log = tmp_path / "watch.txt"
    with log.open("wb") as said:
        watcher = subprocess.Popen(
            room.command("watch", room.folder, "--library", library), env=room.environment, stdout=said
        )
    try:
        wait((library / "status.json").is_file)
        with filler.open("wb") as file:
            while True:
                try:
                    file.write(bytes(1 << 16))
                    file.flush()
                except OSError:
                    break
        room.put("reel1.otio", REEL)
        wait(lambda: "reel1.otio  waiting: " in log.read_text(), why=log.read_text)
        assert watcher.poll() is None
        filler.unlink()
        wait(lambda: "reel1.otio  done: version 1" in log.read_text(), why=log.read_text)
    finally:
        watcher.terminate()
        assert watcher.wait(30) == 0


def test_a_folder_that_may_not_be_written_is_watched_with_its_library_elsewhere(tmp_path: Path) -> None:
    room = WatchRoom.at(tmp_path)
    prefix = [] if os.getuid() else ["setpriv", "--bounding-set=-dac_override"]
    if prefix and shutil.which("setpriv") is None:
        pytest.skip("root writes everywhere, and setpriv is not here")
    (room.folder / "reel1.otio").write_text(REEL)
    (room.folder / "bad.otio").write_text("{")
    room.folder.chmod(0o500)
    library = tmp_path / "library"
    command = [*prefix, *room.command("watch", room.folder, "--library", library, "--once", "--json")]
    try:
        done = subprocess.run(command, env=room.environment, capture_output=True, text=True, timeout=60, check=False)
    finally:
        room.folder.chmod(0o700)
    assert done.returncode == 1, done.stderr  # the bad one
    assert "bad.otio  failed" in done.stderr
    assert '"state": "done"' in done.stdout
    assert (library / "cuts/reel1/reel1_v001.resolve.otio").is_file()
    assert sorted(path.name for path in room.folder.iterdir()) == ["bad.otio", "pickup.toml", "reel1.otio"]


def test_settings_are_read_again_and_wrong_ones_leave_the_old_ones(room: WatchRoom) -> None:
    with room.watcher():
        (room.folder / "pickup.toml").write_text("takes = 0")
        wait(lambda: any("wrong settings" in each for each in room.status()["problems"]))
        (room.folder / "pickup.toml").write_text("takes = 2\n" + QUICK)
        wait(lambda: not room.status()["problems"])
        room.put("two.otio", cut_text("two", gaps=1, footage="B"))
        room.wait_for("two.otio", "done")
    assert room.takes() == ["takes/SH0010/t01", "takes/SH0010/t02"]
