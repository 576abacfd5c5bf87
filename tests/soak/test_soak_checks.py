"""What judges the soak run finds each fault that is planted, and none where there is none."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from soak_checks import Evidence, faults_of
from soak_memory import Growth, Meter, Sample
from soak_stock import Kind, Stock

NOTE = "Pickup cannot use this file\n\nWhy:  it is cut off\nNext: export it again\n"
OUTPUTS = {flavor: f"cuts/reel/reel_v001.{flavor}" for flavor in ("resolve", "premiere", "fcp7")}


def all_is_well() -> dict[str, Any]:
    """A hole that was filled, its twin, a delivered file that came back, and a bad file with its note."""
    stock = Stock(random.Random(7))
    hole, bad, own = stock.hole(), stock.bad(Kind.CUT_OFF), stock.own(b"delivered", ending=".otio")
    return {
        "files": {"reel.otio": hole, "twin.otio": hole, "own.otio": own, "bad.otio": bad},
        "standings": {
            "reel.otio": {"state": "done", "message": "", "outputs": OUTPUTS, "same_as": None},
            "twin.otio": {"state": "same", "message": "", "outputs": {}, "same_as": "reel.otio"},
            "own.otio": {"state": "same", "message": "", "outputs": {}, "same_as": "cuts/reel/reel_v001.resolve"},
            "bad.otio": {"state": "failed", "message": "it is cut off; export it again", "outputs": {}},
        },
        "notes": {"bad.otio": NOTE},
        "delivered": dict.fromkeys(OUTPUTS.values(), hole.token),
        "takes": {"takes/SH0010/t01": hole.footage},
        "jobs": [{"shot": "SH0010", "take": 1}],
    }


def test_nothing_is_found_where_all_is_well() -> None:
    assert faults_of(Evidence(**all_is_well())) == []


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (lambda so: so["standings"].pop("reel.otio"), "reel.otio (timeline with a hole) is not answered"),
        (lambda so: so["standings"]["reel.otio"].update(state="held"), "reel.otio (timeline with a hole) is held"),
        (lambda so: so["standings"]["reel.otio"].update(outputs={}), "its timelines are not there"),
        (lambda so: so["delivered"].clear(), "no timeline in the library shows"),
        (
            lambda so: so["standings"]["reel.otio"].update(state="same", same_as="twin.otio"),
            "nothing came of any of them",
        ),
        (lambda so: so["standings"]["own.otio"].update(same_as="reel.otio"), "which Pickup wrote itself"),
        (lambda so: so["standings"]["bad.otio"].update(state="done"), "bad.otio (cut off) is done"),
        (lambda so: so["notes"].clear(), "bad.otio (cut off) has no note"),
        (lambda so: so["notes"].update({"bad.otio": "Why:\nNext:\n"}), "no reason or no next step"),
        (lambda so: so["notes"].update({"reel.otio": NOTE}), "a note lies beside reel.otio"),
        (lambda so: so["notes"].update({"gone.otio": NOTE}), "a note is left of gone.otio"),
        (lambda so: so["takes"].update({"takes/SH0010/t02": ""}), "takes/SH0010/t02 was made though"),
        (lambda so: so["takes"].clear(), "0 takes for the hole"),
        (lambda so: so["jobs"].append(so["jobs"][0]), "take 1 of SH0010 was asked for 2 times"),
        (lambda so: so["files"].update({"odd.otio": None}), "odd.otio holds what was never thrown"),
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[dict[str, Any]], None], said: str) -> None:
    so = all_is_well()
    plant(so)
    assert any(said in fault for fault in faults_of(Evidence(**so)))


def test_memory_that_grows_is_a_fault_and_memory_that_swings_is_none() -> None:
    def growth(*megabytes: float) -> Growth:
        return Meter(
            samples=[
                Sample(at_s=second, rss_mb=size, threads=9, open_files=9, files=1)
                for second, size in enumerate(megabytes)
            ]
        ).growth()

    assert growth(*range(80, 160)).faults == ["memory grew from 109.5 to 149.5 MB"]
    assert growth(*([90, 97] * 40)).faults == []
