"""What an editor wrote or set and does not get is said, and everything that was read is shown."""

from __future__ import annotations

import json
from typing import Any

from pickup.demo import nodes

FPS = 24.0


def gap_of(document: Any) -> Any:
    return document["tracks"]["children"][0]["children"][1]


def brief_the_gap(desk: Any, *notes: str) -> None:
    """Puts these notes as markers onto the one gap."""
    content = json.loads(desk.timeline.read_text())
    gap_of(content)["markers"] = [
        nodes.marker("", marked=nodes.frames(3, 1, rate=FPS), color="RED", comment=note, metadata={}) for note in notes
    ]
    desk.timeline.write_text(json.dumps(content))


def said(document: dict[str, Any], code: str) -> list[str]:
    return [finding["message"] for finding in document["findings"] if finding["code"] == code]


def fill(desk: Any, *arguments: object) -> Any:
    return desk.run("fill", desk.timeline, "--size", "320x180", *arguments)


def test_every_brief_of_a_hole_is_shown_and_the_explicit_one_counts(desk: Any) -> None:
    brief_the_gap(desk, "quiet street", "PICKUP: rain over the city")
    [hole] = desk.run("holes", desk.timeline, "--json").document["holes"]
    assert hole["briefs"] == [
        {"text": "rain over the city", "from": "marker"},
        {"text": "quiet street", "from": "marker"},
    ]
    assert (hole["brief"], hole["brief_from"]) == ("rain over the city", "marker")
    table = desk.run("holes", desk.timeline).out
    assert table.index("rain over the city (from marker)") < table.index("quiet street (from marker)")


def test_a_brief_in_the_metadata_of_a_gap_is_heard(desk: Any) -> None:
    content = json.loads(desk.timeline.read_text())
    gap_of(content)["metadata"] = {"pickup": {"brief": "boats at sea"}}
    desk.timeline.write_text(json.dumps(content))
    [hole] = desk.run("holes", desk.timeline, "--json").document["holes"]
    assert (hole["brief"], hole["brief_from"]) == ("boats at sea", "pickup metadata")


def test_holes_takes_size_and_place_as_flags(desk: Any) -> None:
    document = desk.run("holes", desk.timeline, "--size", "640x360", "--place", "track", "--json").document
    assert (document["size"], document["size_from"]) == ([640, 360], "the settings")
    assert desk.run("holes", desk.timeline, "--place", "under").code == 2


def test_fields_of_a_brief_that_are_not_followed_are_said(desk: Any) -> None:
    brief_the_gap(desk, "PICKUP: rain\nstyle: cubist\ntakes: 99\nseed: abc")
    document = desk.run("plan", desk.timeline, "--json").document
    style, takes, seed = said(document, "FIELD_NOT_FOLLOWED")
    assert "documentary is used" in style
    assert "3 takes" in takes
    assert "own seed" in seed
    assert {each["where"] for each in document["findings"] if each["code"] == "FIELD_NOT_FOLLOWED"} == {
        "SH0010 01:00:01:16"
    }
    assert document["pickups"][0]["takes"] == 3


def test_a_brief_that_asks_for_another_look_or_seed_makes_its_take_stale(desk: Any) -> None:
    brief_the_gap(desk, "PICKUP: rain over the city")
    fill(desk)
    take = json.loads((desk.library / "takes" / "SH0010" / "t01" / "take.json").read_text())
    other = next(look for look in ("slate", "push") if look != take["look"])
    brief_the_gap(desk, f"PICKUP: rain over the city\nlook: {other}\nseed: 5")
    media = desk.media_files()
    document = fill(desk, "--json").document
    [stale] = said(document, "STALE")
    assert f"its seed ({take['seed']} then, 5 now) and its look ({take['look']} then, {other} now)" in stale
    assert "its brief" not in stale
    assert document["filled"] == ["SH0010"]
    assert desk.media_files() == media
    brief_the_gap(desk, "PICKUP: rain over the city")
    assert not said(fill(desk, "--json").document, "STALE")


def test_a_shot_is_circled_whatever_the_case_of_its_code(desk: Any) -> None:
    fill(desk, "--takes", "2")
    assert desk.run("circle", "sh0010", "2", "--json").document["shot"] == "SH0010"
    unknown = desk.run("circle", "SH0099", "1", "--json")
    assert unknown.code == 1
    assert unknown.document["next"] == "its shots are: SH0010"


def test_a_file_in_the_place_of_a_take_is_named_with_what_to_do(desk: Any) -> None:
    (desk.library / "takes" / "SH0010").mkdir(parents=True)
    (desk.library / "takes" / "SH0010" / "t01").write_text("mine")
    answer = fill(desk, "--json")
    assert answer.code == 1
    [failed] = answer.document["failed"]
    assert "the file t01 stands" in failed["why"]
    assert "move that file away" in failed["why"]


def test_one_is_one(desk: Any) -> None:
    assert "1 take, free" in desk.run("plan", desk.timeline).out
    assert "1 hole. Next" in desk.run("holes", desk.timeline).out
    fill(desk)
    output = desk.library / "cuts" / "one_gap_24fps" / "one_gap_24fps_v001.otio"
    assert "1 filled range (" in desk.run("verify", output, "--against", desk.timeline).out
    content = json.loads(output.read_text())
    content["tracks"]["children"][0]["children"][0]["media_references"]["DEFAULT_MEDIA"]["name"] = "renamed"
    output.with_name("other.otio").write_text(json.dumps(content))
    assert "1 difference outside" in desk.run("verify", output.with_name("other.otio"), "--against", desk.timeline).out
    assert "1 hole is left" in desk.run("verify", desk.timeline, "--against", desk.timeline).out
