"""Files that arrive in every way that files do, told by a real watcher: each is read when it is whole, and once."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from pickup.testing.watch_room import QUICK, WatchRoom, cut_text, wait

REEL = cut_text("reel 1", gaps=1)
PLAIN = cut_text("reel 1")  # without holes: it is answered as soon as it is read


def test_a_slow_writer_is_waited_for_and_its_file_is_filled_once(room: WatchRoom) -> None:
    with room.watcher():
        with (room.folder / "reel1.otio").open("wb", buffering=0) as file:
            for byte in REEL.encode():
                file.write(bytes([byte]))
                time.sleep(0.0003)
            standing = room.file("reel1.otio")
            assert standing["state"] in ("", "arriving"), standing
        assert room.wait_for("reel1.otio", "done", "failed")["version"] == 1
    assert not (room.folder / "reel1.otio.failed.txt").exists()
    assert room.takes() == ["takes/SH0010/t01"]


def test_a_truncated_file_is_quarantined_and_taken_up_when_it_is_completed(room: WatchRoom) -> None:
    path, note = room.folder / "reel1.otio", room.folder / "reel1.otio.failed.txt"
    with room.watcher():
        path.write_text(PLAIN[: len(PLAIN) // 2])
        assert room.wait_for("reel1.otio", "failed")["version"] is None
        assert "reel1.otio  not whole yet: " in (room.library / "watch.log").read_text()
        assert "cut off" in note.read_text()
        assert "Next: export the timeline again" in note.read_text()
        with path.open("a") as file:
            file.write(PLAIN[len(PLAIN) // 2 :])
        assert room.wait_for("reel1.otio", "done")["holes"] == 0
        assert not note.exists()


def test_a_bundle_counts_when_its_directory_is_there_and_its_sums_are_right(room: WatchRoom) -> None:
    whole = room.place / "whole.otioz"
    with zipfile.ZipFile(whole, "w") as bundle:
        bundle.writestr("content.otio", PLAIN)
        bundle.writestr("version.txt", "1.0.0")
    content = whole.read_bytes()
    damaged = content.replace(b"A001.mov", b"B001.mov", 1)
    with room.watcher():
        (room.folder / "cut_off.otioz").write_bytes(content[:-30])
        (room.folder / "damaged.otioz").write_bytes(damaged)
        assert room.wait_for("cut_off.otioz", "failed", "done")["state"] == "failed"
        assert room.wait_for("damaged.otioz", "failed", "done")["state"] == "failed"
        (room.folder / "cut_off.otioz").write_bytes(content)
        assert room.wait_for("cut_off.otioz", "done")["holes"] == 0


def test_temporary_names_are_never_looked_at(room: WatchRoom) -> None:
    names = (".reel1.otio", "~reel1.otio", "reel1.otio.part", "reel1.tmp.otio", "reel1.otio~", "notes.txt")
    with room.watcher():
        for name in names:
            (room.folder / name).write_text(PLAIN)
        room.put("last.otio", cut_text("last"))
        room.wait_for("last.otio", "done")
        assert [each["file"] for each in room.status()["files"]] == ["last.otio"]


def test_a_thousand_exports_at_once_are_all_answered_and_each_content_is_filled_once(room: WatchRoom) -> None:
    contents = [cut_text(f"cut {number}", gaps=int(number < 1), footage=f"F{number}_") for number in range(12)]
    stage = room.place / "stage"
    stage.mkdir()
    for number in range(1000):
        (stage / f"export_{number:04d}x.otio").write_text(contents[number % 12])
    with room.watcher():
        for path in stage.iterdir():
            path.rename(room.folder / path.name)
        wait(lambda: room.status()["counts"].get("done") == 12 and room.status()["counts"]["same"] == 988)
    assert len(room.takes()) == len(room.versions()) == 1


def test_a_storm_of_renames_fills_once_and_ends_with_the_last_name(room: WatchRoom) -> None:
    with room.watcher():
        path = room.put("reel_a.otio", REEL)
        for number in range(60):
            path = path.rename(room.folder / f"reel_{'abcdef'[number % 6]}.otio")
            time.sleep(0.03)
        last = path.name
        room.wait_for(last, "done")
        wait(lambda: [each["file"] for each in room.status()["files"]] == [last])
        path.rename(room.folder / "final.otio")
        assert room.wait_for("final.otio", "done")["version"] == 1
    assert room.takes() == ["takes/SH0010/t01"]
    assert len(room.versions()) == 1


def test_an_export_that_is_deleted_meanwhile_costs_nothing_twice(room: WatchRoom) -> None:
    with room.watcher():
        path = room.put("reel1.otio", REEL)
        room.wait_for("reel1.otio", "working", "done")
        path.unlink()
        room.put("other.otio", cut_text("other"))
        room.wait_for("other.otio", "done")
        wait(lambda: [each["file"] for each in room.status()["files"]] == ["other.otio"])
        room.put("reel1.otio", REEL)
        assert room.wait_for("reel1.otio", "done")["version"] == 1
    assert room.takes() == ["takes/SH0010/t01"]


def test_links_inside_are_followed_and_links_outside_refused_with_a_reason(room: WatchRoom) -> None:
    secret = room.place / "elsewhere.otio"
    secret.write_text(cut_text("elsewhere"))
    inside = room.folder / "kept" / "reel1.otio"
    inside.parent.mkdir()
    inside.write_text(cut_text("inside"))
    (room.folder / "out.otio").symlink_to(secret)
    (room.folder / "nowhere.otio").symlink_to("missing.otio")
    (room.folder / "in.otio").symlink_to(inside)
    (room.folder / "folder.otio").mkdir()
    os.mkfifo(room.folder / "pipe.otio")
    with room.watcher():
        assert room.wait_for("in.otio", "done")["holes"] == 0
        assert "outside the folders that may be read" in room.wait_for("out.otio", "failed")["message"]
        assert "leads nowhere" in room.wait_for("nowhere.otio", "failed")["message"]
        assert len(room.status()["files"]) == 3
        assert "Next: put the file itself there" in (room.folder / "out.otio.failed.txt").read_text()
        (room.folder / "out.otio").unlink()
        shutil.copy(secret, room.folder / "out.otio")
        assert room.wait_for("out.otio", "done")["holes"] == 0
        assert not (room.folder / "out.otio.failed.txt").exists()


def test_a_file_that_may_not_be_read_is_told_and_taken_up_once_it_may(tmp_path: Path) -> None:
    room = WatchRoom.at(tmp_path)
    obeys = room.environment | {"PICKUP_TEST": "1"}
    prefix = [] if os.getuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if prefix and shutil.which("setpriv") is None:
        pytest.skip("root reads everything, and setpriv is not here")
    path = room.put("closed.otio", cut_text("closed"))
    path.chmod(0)
    watcher = subprocess.Popen([*prefix, *room.command("watch", room.folder, "--quiet")], env=obeys)
    try:
        wait(lambda: "cannot be opened" in room.file("closed.otio")["message"])
        assert room.wait_for("closed.otio", "failed")
        assert "Permission denied" in (room.folder / "closed.otio.failed.txt").read_text()
        path.chmod(0o600)
        assert room.wait_for("closed.otio", "done")["holes"] == 0
    finally:
        watcher.terminate()
        assert watcher.wait(30) == 0


def test_versions_are_never_taken_as_input_wherever_they_are_delivered(tmp_path: Path) -> None:
    room = WatchRoom.at(tmp_path, settings=QUICK + 'recursive = true\n[watch.deliver]\nresolve = "back"\nfcp7 = "."\n')
    (room.folder / "back").mkdir()
    with room.watcher():
        room.put("reel1.otio", REEL)
        room.wait_for("reel1.otio", "done")
        standing = room.wait_for("reel1_v001.xml", "same")
        assert standing["same_as"] == "cuts/reel1/reel1_v001.xml"
        shutil.copy(room.library / "cuts/reel1/reel1_v001.premiere.otio", room.folder / "new name.otio")
        assert room.wait_for("new name.otio", "same")["same_as"].endswith("reel1_v001.premiere.otio")
        assert (room.folder / "back" / "reel1_v001.resolve.otio").is_file()
        names = {each["file"] for each in room.status()["files"]}
        assert names == {"reel1.otio", "reel1_v001.xml", "new name.otio"}
    assert room.versions() == ["reel1_v001.resolve.otio"]


def test_a_poison_file_costs_that_file_only(room: WatchRoom) -> None:
    deep = '{"OTIO_SCHEMA": "Timeline.1", "tracks": ' + "[" * 200_000 + "]" * 200_000 + "}"
    with room.watcher():
        room.put("deep.otio", deep)
        room.put("good.otio", cut_text("good"))
        assert room.wait_for("good.otio", "done")
        assert room.wait_for("deep.otio", "failed")["message"]
        assert (room.folder / "deep.otio.failed.txt").is_file()
