"""What quality control finds: in `pickup takes`, in what is shown, and in what is bought again."""

from __future__ import annotations

import json
import os
import textwrap
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def flawed(tmp_path: Path) -> dict[str, str]:
    """An installed provider of which the first take of a shot, or those in BLACK, are black; the environment for it."""
    place = tmp_path / "site"
    known = place / "flawed-1.0.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: flawed\nVersion: 1.0\n")
    points = "[pickup.providers]\nfake = flawed:provider\nrefusing = flawed:refusing\n"
    (known / "entry_points.txt").write_text(points)
    (place / "flawed.py").write_text(
        textwrap.dedent("""
            import os
            from pathlib import Path

            import numpy as np

            from pickup._av import write_frames
            from pickup.testing.fake_provider import Behavior, FakeProvider, SubmitFault

            def clip(request, path):
                width, height = request.size
                bad = os.environ.get("BLACK", "1").split(",")
                ground = np.random.default_rng(3).integers(40, 200, (height, width + 600, 3)).astype(np.uint8)
                ground = np.repeat(np.repeat(ground[::12, ::12], 12, 0), 12, 1)[:height]
                moving = (ground[:, 2 * number : 2 * number + width] for number in range(request.frames))
                black = (np.zeros((height, width, 3), np.uint8) for _ in range(request.frames))
                write_frames(path, black if str(request.take) in bad else moving, rate=request.rate, size=request.size,
                             codec="h264")

            def provider(_setup):
                return FakeProvider(Path(os.environ["PAID_FOLDER"]), behavior=Behavior(clip=clip))

            class Refusing(FakeProvider):
                name = "refusing"

            def refusing(_setup):
                return Refusing(Path(os.environ["PAID_FOLDER"]) / "refusing", submit_faults=[SubmitFault.REFUSED] * 9)
        """)
    )
    path = os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "PAID_FOLDER": str(tmp_path / "charged")}


def fill(desk: Any, *arguments: str, **environment: str) -> Any:
    settings = ("--unbriefed", "--yes", "--json", "--provider", "fake:fake-1")
    return desk.run("fill", desk.timeline, *settings, *arguments, **environment)


def takes_of(desk: Any, **environment: str) -> dict[str, Any]:
    [shot] = desk.run("takes", desk.timeline, "--json", **environment).document["shots"]
    return dict(shot)


def codes(answer: Any) -> list[str]:
    return [finding["code"] for finding in answer.document["findings"]]


def test_a_take_that_fails_is_made_again_inside_the_budget_and_the_good_one_is_shown(
    desk: Any, flawed: dict[str, str]
) -> None:
    filled = fill(desk, "--budget", "5.00", "--retry-failed", "2", **flawed)
    shot = takes_of(desk, **flawed)
    assert filled.code == 0, filled.err
    first, second = shot["takes"]
    assert (first["take"], first["qc"], second["take"]) == (1, "fail", 2)
    assert second["qc"] != "fail"
    assert (shot["circled"], filled.document["spent"]) == (2, "2.50")
    assert "RETAKEN" in codes(filled)
    again = fill(desk, "--budget", "5.00", "--retry-failed", "2", **flawed)
    assert (again.document["changed"], again.document["spent"]) == (False, "0.00")


def test_a_renewed_shot_shows_the_take_that_has_not_failed(desk: Any, flawed: dict[str, str]) -> None:
    fill(desk, "--budget", "9.00", **flawed, BLACK="2")
    renewed = fill(desk, "--budget", "9.00", "--retry-failed", "1", "--refresh", "SH0010", **flawed, BLACK="2")
    shot = takes_of(desk, **flawed)
    assert "RETAKEN" in codes(renewed)
    assert [take["qc"] == "fail" for take in shot["takes"]] == [False, True, False]
    assert shot["circled"] == 3


def test_a_take_of_a_fallback_that_fails_is_made_again_too(desk: Any, flawed: dict[str, str]) -> None:
    settings = ("--unbriefed", "--yes", "--json", "--provider", "refusing:fake-1", "--budget", "9.00")
    filled = desk.run("fill", desk.timeline, *settings, "--retry-failed", "1", **flawed, PICKUP_FALLBACK="fake:fake-1")
    assert [code for code in codes(filled) if code in ("FALLBACK", "RETAKEN")] == ["FALLBACK", "RETAKEN"]
    assert takes_of(desk, **flawed)["circled"] == 2


def test_without_being_asked_nothing_is_bought_again(desk: Any, flawed: dict[str, str]) -> None:
    filled = fill(desk, "--budget", "5.00", **flawed)
    shot = takes_of(desk, **flawed)
    assert ([take["qc"] for take in shot["takes"]], shot["circled"]) == (["fail"], 1)
    assert filled.document["spent"] == "1.25"
    table = desk.run("takes", desk.timeline, **flawed).out
    assert "fail" in table
    assert "black" in table


def test_no_take_is_made_again_that_the_budget_does_not_pay(desk: Any, flawed: dict[str, str]) -> None:
    filled = fill(desk, "--budget", "2.00", "--retry-failed", "3", **flawed)
    assert Decimal(filled.document["spent"]) == Decimal("1.25")
    assert "NOT_RETAKEN" in codes(filled)


def test_the_sidecar_holds_what_was_found(desk: Any, flawed: dict[str, str]) -> None:
    usual = {"PICKUP_CONFORM_PROXIES": "true", "PICKUP_PROVENANCE_C2PA": "auto"}
    fill(desk, "--budget", "5.00", **flawed, **usual)
    take = json.loads((desk.library / "takes/SH0010/t01/take.json").read_text())
    assert take["qc"]["verdict"] == "fail"
    assert take["qc"]["measures"]["black_frames"] == take["frames"]
    assert (desk.library / "takes/SH0010/t01/proxy.mp4").is_file()
    assert (take["c2pa"], take["xmp"]) == (True, True)


def test_a_take_that_failed_in_an_earlier_run_is_made_again_when_that_is_asked_for(
    desk: Any, flawed: dict[str, str]
) -> None:
    fill(desk, "--budget", "5.00", **flawed)
    planned = desk.run("plan", desk.timeline, "--unbriefed", "--provider", "fake:fake-1", "--json", **flawed)
    assert planned.document["pickups"] == []
    again = fill(desk, "--budget", "5.00", "--retry-failed", "1", **flawed)
    shot = takes_of(desk, **flawed)
    assert ([take["take"] for take in shot["takes"]], shot["circled"]) == ([1, 2], 2)
    assert (again.document["spent"], again.document["version"]) == ("1.25", 2)
