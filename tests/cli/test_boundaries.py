"""Takes beside shots that are not simply straight: joined where their frames are known, told of where they are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]


def planned(desk: Any) -> Document:
    document: Document = desk.run("plan", desk.timeline, "--json").document
    return document


def test_takes_between_retimed_reversed_and_frozen_shots_are_joined_to_both(desk_for: Callable[[str], Any]) -> None:
    desk = desk_for("retimed_neighbours_50fps")
    assert [each["look"] for each in planned(desk)["pickups"]] == ["join"] * 3
    document = desk.run("fill", desk.timeline, "--json", "--size", "320x180").document
    assert not {"NEIGHBOUR_UNSEEN", "NEIGHBOUR_UNREADABLE"} & {finding["code"] for finding in document["findings"]}
    for name in ("boundary_in.png", "boundary_out.png"):
        assert len(list(desk.library.glob(f"takes/*/t01/{name}"))) == 3


def test_a_take_beside_a_speed_ramp_is_not_matched_to_it_and_it_is_said(desk_for: Callable[[str], Any]) -> None:
    desk = desk_for("retimed_neighbours_50fps")
    timeline = json.loads(desk.timeline.read_text())
    first = timeline["tracks"]["children"][0]["children"][0]
    first["effects"] = [{"OTIO_SCHEMA": "TimeEffect.1", "name": "", "effect_name": "Retime", "metadata": {}}]
    desk.timeline.write_text(json.dumps(timeline))
    document = planned(desk)
    assert document["pickups"][0]["look"] != "join"
    told = [each["message"] for each in document["findings"] if each["code"] == "NEIGHBOUR_UNSEEN"]
    assert len(told) == 1
    assert "which has a speed ramp" in told[0]
    assert told[0].endswith("the take is not matched to it")
