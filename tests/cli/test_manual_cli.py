"""A shot that a person makes, from the first `fill` to the version that shows it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from pickup._av import open_video, read_frames
from pickup.testing.clips import read_number, write_numbered_clip
from pickup.timing import FrameRate

RATE = FrameRate.parse("24")
SIZE = (160, 90)
FRAMES = 30


def fill(desk: Any, *more: object) -> Any:
    return desk.run("fill", desk.timeline, "--provider", "manual", "--size", "160x90", "--for", "otio", *more)


def job_folder(desk: Any, name: str = "SH0010_t01") -> Path:
    return Path(desk.library) / "manual" / name


def put_clip(path: Path, *, frames: int, first: int = 0, codec: str = "h264") -> Path:
    write_numbered_clip(path, frames=frames, rate=RATE, size=SIZE, first_number=first, codec=codec)
    return path


def jobs(desk: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = desk.run("jobs", "--json").document["jobs"]
    return listed


def numbers_of_take(desk: Any, take: int = 1) -> list[int]:
    (path,) = desk.library.glob(f"takes/SH0010/t{take:02d}/*_SH0010_t{take:02d}.mov")
    return [read_number(frame) for frame in read_frames(path)]


def test_a_clip_that_is_put_into_its_folder_is_in_the_next_version(desk: Any) -> None:
    folder = job_folder(desk)
    first = fill(desk, "--json")
    assert first.code == 3, first.err
    (held,) = first.document["held"]
    assert held["shot"] == "SH0010"
    assert held["why"].startswith(f"waits for a file in {folder}, where README.txt says what to make; run the command")
    assert folder.is_absolute()
    assert (first.document["filled"], first.document["failed"], first.document["spent"]) == ([], [], "0.00")
    assert sorted(each.name for each in folder.iterdir()) == [
        "README.txt",
        "boundary_in.png",
        "boundary_out.png",
        "prompt.txt",
        "settings.json",
    ]
    clip = put_clip(folder / "result.mp4", frames=FRAMES + 6)
    before = clip.read_bytes(), clip.stat().st_mtime_ns
    second = fill(desk, "--json")
    assert second.code == 0, second.err
    assert (second.document["version"], second.document["filled"], second.document["held"]) == (1, ["SH0010"], [])
    assert numbers_of_take(desk) == list(range(FRAMES))
    assert (clip.read_bytes(), clip.stat().st_mtime_ns) == before
    take = json.loads((desk.library / "takes/SH0010/t01/take.json").read_text())
    assert (take["provider"], take["model"], take["previs"], take["cost"]) == ("manual", "by-hand", False, "0")
    made = desk.media_files()
    third = fill(desk, "--json")
    assert (third.code, third.document["changed"], third.document["version"]) == (0, False, 1)
    assert desk.media_files() == made
    assert [(job["state"], job["cost"]) for job in jobs(desk)] == [("done", "0.00")]


def test_a_clip_that_is_too_short_waits_for_a_longer_one_in_any_container(desk: Any) -> None:
    folder = job_folder(desk)
    assert fill(desk).code == 3
    clip = put_clip(folder / "result.mp4", frames=10)
    short = fill(desk, "--json")
    assert (short.code, short.document["failed"]) == (3, [])
    assert short.document["held"][0]["why"].startswith(
        "result.mp4 is too short: it has 10 frames at 24 fps, and 30 are needed (1.25 s): "
        f"put a longer one into {folder}"
    )
    assert [job["state"] for job in jobs(desk)] == ["parked"]
    clip.unlink()
    put_clip(folder / "from the site.MOV", frames=40, first=500, codec="prores_lt")
    done = fill(desk, "--json")
    assert (done.code, done.document["filled"]) == (0, ["SH0010"])
    assert numbers_of_take(desk) == list(range(500, 500 + FRAMES))
    with open_video(desk.library / "takes/SH0010/t01/original.mp4") as video:
        assert video.stream.codec_context.name == "prores"


def test_a_new_take_has_a_folder_of_its_own(desk: Any) -> None:
    assert fill(desk).code == 3
    put_clip(job_folder(desk) / "result.mp4", frames=FRAMES)
    assert fill(desk).code == 0
    again = fill(desk, "--refresh", "SH0010", "--json")
    assert again.code == 3
    folder = job_folder(desk, "SH0010_t02")
    assert f"waits for a file in {folder}" in again.document["held"][0]["why"]
    put_clip(folder / "result.mp4", frames=FRAMES, first=200)
    assert fill(desk, "--refresh", "SH0010").code == 0
    assert numbers_of_take(desk, take=2)[0] == 200


def test_another_wish_asks_anew_and_keeps_what_was_made_for_the_first(desk: Any) -> None:
    assert fill(desk).code == 3
    clip = put_clip(job_folder(desk) / "result.mp4", frames=FRAMES)
    assert fill(desk, "--style", "cinematic").code == 3
    (aside,) = (desk.library / "manual").glob("SH0010_t01_of_*")
    assert [each.name for each in aside.glob("*.mp4")] == [clip.name]
    assert not clip.exists()
    assert fill(desk).code == 0  # as it was wished first: that clip is there
    assert numbers_of_take(desk) == list(range(FRAMES))


def test_a_person_reads_what_to_do_and_a_folder_that_was_deleted_is_made_anew(desk: Any) -> None:
    said = fill(desk)
    assert said.code == 3
    words = "".join(said.out.split())  # a long path is broken over lines
    assert f"waitsforafilein{job_folder(desk)},whereREADME.txtsayswhattomake;runthecommandagain" in words
    assert "byhand:atleast1.25sat160x90;fromtheframesbeforeandafter" in words
    shutil.rmtree(job_folder(desk))
    gone = fill(desk, "--json")
    assert gone.code == 1
    assert gone.document["failed"][0]["why"].startswith(f"the folder {job_folder(desk)} was deleted; run the command")
    assert fill(desk).code == 3
    assert job_folder(desk).is_dir()
