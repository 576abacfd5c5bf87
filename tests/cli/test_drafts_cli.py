"""Drafts on the command line: of several takes one is conformed and linked, another one when it is circled."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pickup.testing.fake_provider import FakeProvider

SMALL = ("--size", "160x90")
PATIENCE_S = 120


def settle(desk: Any, quality: str = "circled") -> Any:
    """The desk with the setting on."""
    Path(desk.environment["PICKUP_CONFIG"]).write_text(f'for = ["otio"]\n[conform]\nfull_quality = "{quality}"\n')
    desk.environment.pop("PICKUP_FOR", None)
    return desk


@pytest.fixture(scope="module")
def drafted(shared_desk_for: Any) -> Any:
    """One gap with three takes of the slate, of which the first is conformed."""
    desk = settle(shared_desk_for("one_gap_24fps"))
    assert desk.run("fill", desk.timeline, *SMALL, "--takes", "3").code == 0
    return desk


@pytest.fixture
def desk_with_drafts(drafted: Any, tmp_path: Path) -> Any:
    """A copy of it for one test."""
    place = tmp_path / "copy"
    shutil.copytree(drafted.folder.parent, place)
    folder = place / drafted.folder.name
    moved = {"PICKUP_STATE": str(place / "state"), "PICKUP_CONFIG": str(place / "user.toml")}
    environment = drafted.environment | moved
    return replace(drafted, folder=folder, timeline=folder / drafted.timeline.name, environment=environment)


def run(desk: Any, command: str, *arguments: object, code: int = 0, **environment: str) -> dict[str, Any]:
    answer = desk.run(command, desk.timeline, *arguments, "--json", **environment)
    assert answer.code == code, (answer.out, answer.err)
    document: dict[str, Any] = answer.document
    return document


def relink(desk: Any, **more: Any) -> dict[str, Any]:
    return run(desk, "relink", *SMALL, **more)


def drafts(desk: Any, **environment: str) -> Mapping[int, bool]:
    [shot] = run(desk, "takes", **environment)["shots"]
    return {take["take"]: take["draft"] for take in shot["takes"]}


def linked(document: Mapping[str, Any]) -> list[str]:
    """Takes that the delivered timeline refers to."""
    content = Path(document["outputs"]["otio"]).read_text()
    return sorted(set(re.findall(r"SH0010/(t\d\d/[^\"]+)", content)))


def names(desk: Any, *, take: int) -> set[str]:
    return {path.name.partition("_")[2] or path.name for path in (desk.library / f"takes/SH0010/t{take:02d}").iterdir()}


def test_of_three_takes_one_is_conformed_and_linked(drafted: Any) -> None:
    desk = drafted
    assert drafts(desk) == {1: False, 2: True, 3: True}
    assert len(list(desk.library.glob("takes/**/*.mov"))) == 1
    assert len(list(desk.library.glob("takes/**/proxy.mp4"))) == 3
    again = run(desk, "fill", *SMALL, "--takes", "3")
    assert (again["changed"], again["version"], again["filled"]) == (False, 1, ["SH0010"])
    [only] = linked(again)
    assert only.startswith("t01/")
    shown = desk.run("takes", desk.timeline).out
    assert shown.count("draft: proxy only") == 2
    checked = desk.run("library", "check", "--json")
    assert (checked.code, {each["state"] for each in checked.document["takes"]}) == (0, {"whole"})


def test_a_draft_that_is_circled_is_conformed_for_the_next_version(desk_with_drafts: Any) -> None:
    desk = desk_with_drafts
    before = desk.media_files()
    assert desk.run("circle", "SH0010", "2").code == 0
    document = relink(desk)
    assert (document["version"], document["kept"][0]["take"]) == (2, 2)
    assert drafts(desk) == {1: False, 2: False, 3: True}
    assert [each[:3] for each in linked(document)] == ["t01", "t02"]
    assert all(each.endswith(".mov") for each in linked(document))
    after, sidecar = desk.media_files(), str(desk.library / "takes/SH0010/t02/take.json")
    assert {path for path in before if after.get(path) != before[path]} == {sidecar}
    assert relink(desk)["changed"] is False


def test_fill_conforms_a_circled_draft_as_relink_does(desk_with_drafts: Any) -> None:
    desk = desk_with_drafts
    desk.run("circle", "SH0010", "3")
    document = run(desk, "fill", *SMALL, "--takes", "3")
    assert (document["version"], document["spent"]) == (2, "0.00")
    assert [each[:3] for each in linked(document)] == ["t01", "t03"]


def test_a_take_that_fails_later_gives_way_to_the_next_good_draft(desk_with_drafts: Any) -> None:
    desk = desk_with_drafts
    for take in (1, 2):
        path = desk.library / f"takes/SH0010/t{take:02d}/take.json"
        content = json.loads(path.read_text())
        content["qc"]["verdict"] = "fail"
        path.write_text(json.dumps(content))
    document = relink(desk)
    assert document["kept"][0]["take"] == 3
    assert drafts(desk) == {1: False, 2: True, 3: False}


def test_where_the_conformed_take_is_gone_a_draft_takes_its_place(desk_with_drafts: Any) -> None:
    desk = desk_with_drafts
    shutil.rmtree(desk.library / "takes/SH0010/t01")
    document = relink(desk)
    assert document["kept"][0]["take"] == 2
    assert [each[:3] for each in linked(document)] == ["t02"]


def test_a_draft_without_its_original_is_held_with_the_reason(desk_with_drafts: Any) -> None:
    desk = desk_with_drafts
    desk.run("circle", "SH0010", "2")
    (desk.library / "takes/SH0010/t02/original.mp4").unlink()
    [new] = relink(desk, code=3)["new"]
    assert (new["take"], new["source"]) == (2, None)
    assert "take 2 is a draft and cannot be conformed: its original.mp4 is gone" in new["why"]
    [held] = run(desk, "fill", *SMALL, "--takes", "3", code=3)["held"]
    assert "its original.mp4 is gone" in held["why"]
    assert "circle another take of SH0010" in held["why"]
    checked = desk.run("library", "check", "--json")
    assert checked.code == 1
    assert [each["state"] for each in checked.document["takes"]] == ["whole", "missing", "whole"]
    refused = desk.run("circle", "SH0010", "2")
    assert refused.code == 1
    assert drafts(desk)[2]


def test_a_film_that_is_gone_is_made_again_and_nothing_else(desk_with_drafts: Any) -> None:
    desk = desk_with_drafts
    run(desk, "fill", *SMALL, "--takes", "3")
    film = desk.library / "takes/SH0010/t02/proxy.mp4"
    film.unlink()
    original = film.with_name("original.mp4").read_bytes()
    assert run(desk, "fill", *SMALL, "--takes", "3")["changed"] is False
    assert (film.is_file(), film.with_name("original.mp4").read_bytes() == original) == (True, True)
    assert drafts(desk) == {1: False, 2: True, 3: True}


def test_without_the_setting_every_draft_is_conformed_and_linked(desk_with_drafts: Any) -> None:
    desk = settle(desk_with_drafts, "all")
    document = relink(desk)
    assert [each[:3] for each in linked(document)] == ["t01", "t02", "t03"]
    assert set(drafts(desk).values()) == {False}


def test_the_only_take_of_a_shot_is_conformed_at_once(desk_for: Any) -> None:
    desk = settle(desk_for("one_gap_24fps"))
    run(desk, "fill", *SMALL)
    assert drafts(desk) == {1: False}
    run(desk, "fill", *SMALL, "--takes", "2")
    assert drafts(desk) == {1: False, 2: True}


# For money.


PAID = (*SMALL, "--unbriefed", "--yes", "--budget", "9", "--takes", "3", "--provider", "fake:fake-1")


@pytest.fixture
def flawed(paid: dict[str, str]) -> dict[str, str]:
    """The provider that costs money, whose first take of a shot is black."""
    (Path(paid["PYTHONPATH"]) / "paid.py").write_text(
        textwrap.dedent("""
            import os
            from pathlib import Path

            import numpy as np

            from pickup._av import write_frames
            from pickup.testing.clips import numbered_pictures
            from pickup.testing.fake_provider import Behavior, FakeProvider

            def clip(request, path):
                pictures = numbered_pictures(range(request.frames), size=request.size)
                shown = (0 * each if request.take == 1 else each for each in pictures)
                write_frames(path, shown, rate=request.rate, size=request.size, codec="h264")

            def provider(_setup):
                return FakeProvider(Path(os.environ["PAID_FOLDER"]), behavior=Behavior(clip=clip))
        """)
    )
    return paid


def charges(paid: Mapping[str, str]) -> int:
    return FakeProvider(Path(paid["PAID_FOLDER"])).charges


def test_a_draft_is_bought_once_and_conformed_without_its_provider(desk: Any, paid: dict[str, str]) -> None:
    settle(desk)
    first = run(desk, "fill", *PAID, **paid)
    assert (first["spent"], charges(paid), drafts(desk)) == ("3.75", 3, {1: False, 2: True, 3: True})
    again = run(desk, "fill", *PAID, **paid)
    assert (again["spent"], again["changed"], charges(paid)) == ("0.00", False, 3)
    shutil.move(paid["PYTHONPATH"], f"{paid['PYTHONPATH']}-away")
    desk.run("circle", "SH0010", "2")
    document = relink(desk)
    assert (document["kept"][0]["take"], charges(paid)) == (2, 3)
    cost = desk.run("costs", "--json").document
    assert cost["total"] == "3.75"


def test_a_first_take_that_fails_is_left_a_draft_and_the_next_is_conformed(desk: Any, flawed: dict[str, str]) -> None:
    settle(desk)
    document = run(desk, "fill", *PAID, **flawed)
    assert (drafts(desk), charges(flawed)) == ({1: True, 2: False, 3: True}, 3)
    [only] = linked(document)
    assert only.startswith("t02/")


# kill -9.


MOMENTS = {
    "the film of a draft is there": "takes/SH0010/t02/proxy.mp4",
    "a draft is recorded": "takes/SH0010/t02/take.json",
    "every draft is recorded": "takes/SH0010/t03/take.json",
    "drafts are being conformed": "drafts.lock",
    "the conformed file is there": "takes/SH0010/t01/*_t01.mov",
    "the version is intended": "cuts/*/changes.json",
}
AGAIN = {
    "drafts are being conformed": "drafts.lock",
    "the conformed file is being written": "takes/SH0010/t02/.pickup-*.part.mov",
    "the conformed file is there": "takes/SH0010/t02/*_t02.mov",
}


def kill_when(pattern: str, *, desk: Any, arguments: tuple[object, ...]) -> None:
    process = desk.start(*arguments)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None and not any(desk.library.glob(pattern)):
        pass
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL as POSIX has it")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_finished_and_nothing_is_bought_twice(desk: Any, paid: dict[str, str], moment: str) -> None:
    settle(desk)
    desk.environment.update(paid)
    kill_when(MOMENTS[moment], desk=desk, arguments=("fill", desk.timeline, *PAID))
    document = run(desk, "fill", *PAID)
    assert (document["version"], document["spent_total"], charges(paid)) == (1, "3.75", 3)
    assert drafts(desk) == {1: False, 2: True, 3: True}
    assert [each[:3] for each in linked(document)] == ["t01"]
    assert desk.run("library", "check").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL as POSIX has it")
@pytest.mark.parametrize("moment", AGAIN)
def test_a_killed_relink_leaves_a_draft_or_a_take_and_the_next_goes_on(desk_with_drafts: Any, moment: str) -> None:
    desk = desk_with_drafts
    desk.run("circle", "SH0010", "2")
    kill_when(AGAIN[moment], desk=desk, arguments=("relink", desk.timeline, *SMALL))
    assert desk.run("library", "check").code == 0
    document = relink(desk)
    assert (document["version"], document["kept"][0]["take"]) == (2, 2)
    assert drafts(desk) == {1: False, 2: False, 3: True}
    assert relink(desk)["changed"] is False
    assert desk.run("library", "check").code == 0
