"""`pickup library`: whether every take is present, whole and itself; and takes that lie on another disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SAMPLE = "one_gap_24fps"
SMALL = ("--size", "160x90")


def check(desk: Any, *arguments: object) -> tuple[int, list[str]]:
    answer = desk.run("library", "check", *arguments, "--json")
    return answer.code, [each["state"] for each in answer.document["takes"]]


def take_folder(desk: Any, take: int) -> Path:
    return desk.library / "takes" / "SH0010" / f"t{take:02d}"


def media_of(folder: Path) -> Path:
    [path] = folder.glob("*.mov")
    return path


def relink(desk: Any, *arguments: object) -> dict[str, Any]:
    document: dict[str, Any] = desk.run("relink", desk.timeline, *SMALL, *arguments, "--json").document
    return document


def test_takes_that_are_well_are_whole(filled: Any) -> None:
    assert check(filled) == (0, ["whole", "whole"])
    assert "All takes are whole: 2." in filled.run("library", "check").out


def of_other_bytes(folder: Path) -> None:
    path = media_of(folder)
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: next(folder.glob(name)).unlink()


def as_another_take(folder: Path) -> None:
    sidecar = folder / "take.json"
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {"take": 7}))


def of_another_library(folder: Path) -> None:
    """A take of another film under its own name, put into this folder with its sidecar."""
    path, sidecar = media_of(folder), folder / "take.json"
    other = path.with_name(f"FOREST2222_SH0010_{folder.name}.mov")
    path.rename(other)
    known = json.loads(sidecar.read_text())
    sidecar.write_text(json.dumps(known | {"path": known["path"].replace(path.name, other.name)}))


def with_another_second_clip(folder: Path) -> None:
    """A take of two clips, of which the second is not what the provider gave."""
    (folder / "original_2.mp4").write_bytes(b"another")
    sidecar = folder / "take.json"
    second = {"path": f"takes/SH0010/{folder.name}/original_2.mp4", "sha256": sha256(b"second")}
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {"more_originals": [second]}))


@pytest.mark.parametrize(
    ("damage", "state", "code"),
    [
        (without("*.mov"), "missing", 1),
        (of_other_bytes, "changed", 1),
        (without("take.json"), "not recorded", 1),
        (lambda folder: (folder / "take.json").write_text("{"), "damaged", 1),
        (as_another_take, "misplaced", 1),
        (of_another_library, "misplaced", 1),
        (without("original.*"), "original missing", 0),
        (lambda folder: next(folder.glob("original.mp4")).write_bytes(b"x"), "original changed", 1),
        (with_another_second_clip, "original changed", 1),
    ],
    ids=[
        "missing",
        "changed",
        "unrecorded",
        "damaged",
        "another take",
        "another film",
        "no original",
        "other original",
        "other second original",
    ],
)
def test_what_is_wrong_with_a_take_is_told(
    filled: Any, damage: Callable[[Path], object], state: str, code: int
) -> None:
    damage(take_folder(filled, 2))
    assert check(filled) == (code, ["whole", state])


def test_a_quick_check_reads_no_file(filled: Any) -> None:
    of_other_bytes(take_folder(filled, 2))
    assert check(filled, "--quick") == (0, ["whole", "whole"])


# Takes that lie elsewhere.


def test_takes_on_another_disk_are_linked_where_they_lie_and_remembered(filled: Any) -> None:
    disk = filled.folder / "disk"
    shutil.copytree(filled.library / "takes", disk / "saved")
    shutil.rmtree(filled.library / "takes")
    document = relink(filled, "--from", disk, "--for", "otio")
    assert [each["shot"] for each in document["kept"]] == ["SH0010"]
    [said] = [each for each in document["findings"] if each["code"] == "TAKES_FOUND"]
    assert said["message"].startswith("2 takes found there")
    assert "/disk/saved/SH0010/t01/" in Path(document["outputs"]["otio"]).read_text()
    assert check(filled) == (0, ["whole", "whole"])
    again = filled.run("fill", filled.timeline, *SMALL, "--takes", "2", "--for", "otio", "--json").document
    assert (again["changed"], again["filled"]) == (False, ["SH0010"])
    assert not (filled.library / "takes").exists()


def test_a_take_is_found_by_its_bytes_under_any_name_and_never_by_its_name_alone(filled: Any) -> None:
    disk = filled.folder / "disk"
    shutil.move(filled.library / "takes", disk)
    first, second = disk / "SH0010" / "t01", disk / "SH0010" / "t02"
    media_of(first).rename(first / "renamed by somebody.mov")
    of_other_bytes(second)
    document = relink(filled, "--from", disk, "--for", "otio")
    assert "renamed%20by%20somebody.mov" in Path(document["outputs"]["otio"]).read_text()
    assert [each["code"] for each in document["findings"] if each["code"].startswith("TAKE_")] == ["TAKE_CHANGED"]
    assert [each["take"] for each in document["kept"]] == [1]


def test_two_files_of_one_name_with_different_content_are_not_linked(filled: Any) -> None:
    disk = filled.folder / "disk"
    shutil.copytree(filled.library / "takes" / "SH0010", disk / "one")
    shutil.copytree(filled.library / "takes" / "SH0010", disk / "two")
    shutil.rmtree(filled.library / "takes")
    forged = media_of(disk / "two" / "t01")
    forged.write_bytes(b"another film")
    sidecar = disk / "two" / "t01" / "take.json"
    known = json.loads(sidecar.read_text())
    known["bytes_written"], known["sha256"]["conformed"] = len(b"another film"), sha256(b"another film")
    sidecar.write_text(json.dumps(known))
    document = relink(filled, "--from", disk)
    assert "TAKE_AMBIGUOUS" in {each["code"] for each in document["findings"]}
    assert [each["take"] for each in document["kept"]] == [2]


def sha256(content: bytes) -> str:
    import hashlib  # noqa: PLC0415 - for one test

    return hashlib.sha256(content).hexdigest()


def test_a_folder_without_takes_of_this_library_says_so(filled: Any, tmp_path: Path) -> None:
    document = relink(filled, "--from", tmp_path / "copy" / "state")
    assert "NO_TAKES_FOUND" in {each["code"] for each in document["findings"]}
    answer = filled.run("relink", filled.timeline, *SMALL, "--from", tmp_path / "nowhere", "--json")
    assert (answer.code, answer.document["code"]) == (1, "LIBRARY")


def test_without_a_library_the_copy_itself_is_named(desk: Any, tmp_path: Path) -> None:
    answer = desk.run("relink", desk.timeline, "--from", tmp_path, "--json")
    assert (answer.code, "--library" in answer.document["next"]) == (1, True)


# Removing.


def with_price(folder: Path, price: str) -> None:
    sidecar = folder / "take.json"
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {"cost": price}))


@pytest.mark.parametrize("said", [(), ("--yes", "3.7"), ("--yes", "yes"), ("--yes", "free")])
def test_what_was_paid_for_is_not_deleted_without_a_yes_that_names_its_price(
    filled: Any, said: tuple[str, ...]
) -> None:
    with_price(take_folder(filled, 2), "3.75")
    before = filled.media_files()
    answer = filled.run("library", "remove", "SH0010", "2", *said, "--json")
    assert (answer.code, "3.75" in answer.document["message"]) == (2, True)
    assert filled.media_files() == before


def test_a_take_is_removed_where_its_price_is_named_and_its_name_is_never_given_again(filled: Any) -> None:
    with_price(take_folder(filled, 2), "3.75")
    name = media_of(take_folder(filled, 2)).name
    answer = filled.run("library", "remove", "sh0010", "2", "--yes", "3.750", "--json")
    assert (answer.code, answer.document["cost"]) == (0, "3.75")
    assert check(filled) == (0, ["whole"])
    assert [path.name for path in take_folder(filled, 2).iterdir()] == ["removed.json"]
    filled.run("fill", filled.timeline, *SMALL, "--refresh", "SH0010")
    names = [path.name for path in filled.library.glob("takes/*/*/*.mov")]
    assert name not in names
    assert len(names) == 2
    assert filled.run("library", "remove", "SH0010", "2", "--yes", "0").code == 1


def test_the_circled_one_of_several_takes_is_not_removed(filled: Any) -> None:
    answer = filled.run("library", "remove", "SH0010", "1", "--yes", "0", "--json")
    assert (answer.code, "circled" in answer.document["message"]) == (1, True)
    assert check(filled) == (0, ["whole", "whole"])
