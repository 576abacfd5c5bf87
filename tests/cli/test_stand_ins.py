"""`stand_ins = "titles"`: slates in the Resolve flavor for what its importer may stumble over."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pickup.demo import nodes

SAMPLE = "resolve_export_24fps"
HOLES = ["SH0010", "SH0020", "SH0040"]
STAND_IN = "SH0030"
SMALL = ("--size", "160x90")


def ask_for(desk: Any, setting: str) -> None:
    (desk.folder / "pickup.toml").write_text(f'stand_ins = "{setting}"\n')


def fill(desk: Any, *arguments: object, code: int = 0, **environment: str) -> dict[str, Any]:
    answer = desk.run("fill", desk.timeline, *SMALL, *arguments, "--json", **environment)
    document: dict[str, Any] = answer.document
    assert (answer.code, document["schema"]) == (code, "Fill.1"), document
    return document


def clips_of(node: Any) -> Iterator[dict[str, Any]]:
    """Every clip of a timeline, those of compound clips too, and not what metadata hold."""
    for each in node["children"]:
        if each["OTIO_SCHEMA"].startswith("Clip."):
            yield each
        elif "children" in each:
            yield from clips_of(each)


def clips_in(path: str | Path) -> list[dict[str, Any]]:
    return list(clips_of(json.loads(Path(path).read_text())["tracks"]))


def titles_in(path: str | Path) -> list[str]:
    """Clips without media and without a path."""
    found = []
    for clip in clips_in(path):
        reference = clip["media_references"]["DEFAULT_MEDIA"]
        is_missing = reference["OTIO_SCHEMA"].startswith("MissingReference")
        if is_missing and not reference["metadata"].get("Resolve_OTIO", {}).get("Media Url"):
            found.append(clip["name"])
    return found


def stand_ins_in(path: str | Path) -> list[dict[str, Any]]:
    """Clips that stand for an item without media."""
    marks = ((clip, clip["metadata"].get("pickup", {}).get("was")) for clip in clips_in(path))
    return [clip for clip, was in marks if was and was.get("OTIO_SCHEMA", "").startswith("Clip.") and is_title(was)]


def is_title(was: dict[str, Any]) -> bool:
    [reference] = was["media_references"].values()
    return bool(reference["OTIO_SCHEMA"].startswith("MissingReference"))


@pytest.fixture(scope="module")
def edit(shared_desk_for: Callable[[str], Any]) -> Any:
    """The Resolve sample with one Fusion title, filled in every flavor with stand-ins for titles."""
    desk = shared_desk_for(SAMPLE)
    ask_for(desk, "titles")
    fill(desk)
    return desk


def outputs_of(desk: Any) -> dict[str, Path]:
    folder = desk.library / "cuts" / SAMPLE
    done = json.loads((folder / "done.json").read_text())
    return {flavor: folder / name for flavor, name in done["outputs"].items()}


def test_the_title_is_a_slate_for_resolve_and_itself_for_everyone_else(edit: Any) -> None:
    made = outputs_of(edit)
    assert titles_in(made["resolve"]) == []
    [clip] = stand_ins_in(made["resolve"])
    assert clip["name"].endswith(f"_{STAND_IN}_t01.mov")
    assert clip["media_references"]["DEFAULT_MEDIA"]["OTIO_SCHEMA"] == "ExternalReference.1"
    for flavor in ("otio", "premiere"):
        assert titles_in(made[flavor]) == ["Text+"]
    xml = made["fcp7"].read_text()
    assert STAND_IN not in xml
    assert "Text+" in xml


def test_what_stood_there_is_kept_in_the_clip(edit: Any) -> None:
    [before] = [clip for clip in clips_in(edit.timeline) if clip["name"] == "Text+"]
    [clip] = stand_ins_in(outputs_of(edit)["resolve"])
    assert clip["metadata"]["pickup"]["was"]["name"] == before["name"]
    assert clip["metadata"]["pickup"]["was"]["source_range"] == before["source_range"]


def test_a_second_run_does_nothing_and_names_holes_alone(edit: Any) -> None:
    document = fill(edit)
    assert (document["changed"], document["version"], document["filled"]) == (False, 1, HOLES)
    [said] = [each for each in document["findings"] if each["code"] == "STAND_IN"]
    assert said["where"] == f"{STAND_IN} 01:00:21:00"
    assert "“Text+” in the Resolve flavor alone" in said["message"]


def test_it_stands_on_the_pages(edit: Any) -> None:
    folder = edit.library / "cuts" / SAMPLE
    [row] = [line for line in (folder / "changes.md").read_text().splitlines() if "stand-in for" in line]
    assert "| 01:00:21:00 | 01:00:22:23 | 48 | Video 1 | SH0030 | 1 | stand-in for “Text+” |" in row
    assert "for resolve alone" in row
    changes = json.loads((folder / "changes.json").read_text())["changes"]
    [change] = [each for each in changes if each["kind"] == "STAND_IN"]
    assert (change["shot"], change["was"], change["only_in"]) == (STAND_IN, "Text+", ["resolve"])
    assert [each["only_in"] for each in changes if each is not change] == [[], [], []]
    done = json.loads((folder / "done.json").read_text())
    assert done["filled"] == HOLES
    assert any(STAND_IN in each for each in done["media"])


@pytest.mark.parametrize("flavor", ["resolve", "fcp7"])
def test_verify_knows_it_as_a_take(edit: Any, flavor: str) -> None:
    answer = edit.run("verify", outputs_of(edit)[flavor], "--against", edit.timeline, "--json")
    assert answer.code == 0, answer.document["differences"]
    filled = sorted([*HOLES, STAND_IN]) if flavor == "resolve" else HOLES
    assert answer.document["filled"] == filled


def test_the_plan_says_so_in_its_table_and_to_programs(desk_for: Callable[[str], Any]) -> None:
    desk = desk_for(SAMPLE)
    ask_for(desk, "titles")
    document = desk.run("plan", desk.timeline, "--takes", "3", "--json").document
    assert {each["shot"]: each["stand_in"] for each in document["pickups"]} == {
        "SH0010": False, "SH0020": False, "SH0030": True, "SH0040": False
    }  # fmt: skip
    [pickup] = [each for each in document["pickups"] if each["stand_in"]]
    assert (pickup["provider"], pickup["look"], pickup["takes"], pickup["price"]) == ("slate", "slate", 1, "0.00")
    assert (pickup["prompt"], pickup["references"]) == ("Text+", [])
    table = desk.run("plan", desk.timeline, COLUMNS="80").out
    assert "stand-in for “Text+”, for Resolve" in table
    assert table.index("SH0020") < table.index("SH0030") < table.index("SH0040")
    ask_for(desk, "all")
    both = desk.run("plan", desk.timeline, "--json").document
    assert [each["record"]["start"] for each in both["pickups"] if each["stand_in"]] == [432, 504]
    ask_for(desk, "off")
    off = desk.run("plan", desk.timeline, "--json").document
    assert [each["stand_in"] for each in off["pickups"]] == [False] * 3


def test_stand_ins_come_and_go_with_the_resolve_flavor(desk_for: Callable[[str], Any]) -> None:
    """They make nothing new of the other flavors, and are made only when Resolve's is."""
    desk = desk_for(SAMPLE)
    ask_for(desk, "titles")
    first = fill(desk, "--for", "otio")
    assert (first["version"], first["filled"]) == (1, ["SH0010", "SH0020", "SH0030"])
    assert len(list(desk.library.glob("takes/*"))) == 3
    second = fill(desk, "--for", "resolve")
    assert (second["version"], second["changed"], sorted(second["outputs"])) == (1, True, ["otio", "resolve"])
    assert (second["filled"], titles_in(second["outputs"]["resolve"])) == (first["filled"], [])
    page = (desk.library / "cuts" / SAMPLE / "changes.md").read_text()
    third = fill(desk, "--for", "premiere")
    assert (third["version"], third["changed"], len(third["outputs"])) == (1, True, 3)
    rows = [line for line in page.splitlines() if line.startswith("| 01:")]
    after = (desk.library / "cuts" / SAMPLE / "changes.md").read_text()
    assert [line for line in after.splitlines() if line.startswith("| 01:")] == rows
    assert len(rows) == 4
    assert any("stand-in for “Text+”" in line for line in rows)
    ask_for(desk, "off")
    last = fill(desk, "--for", "resolve")
    assert (last["version"], last["changed"]) == (2, True)
    assert titles_in(last["outputs"]["resolve"]) == ["Text+"]


def test_every_title_without_media_gets_its_own_slate(desk_for: Callable[[str], Any]) -> None:
    """Two equal ones, one of them under a dissolve, a disabled one, and one in a compound clip."""
    desk = desk_for(SAMPLE)
    ask_for(desk, "titles")
    content = json.loads(desk.timeline.read_text())
    first, over = content["tracks"]["children"][0]["children"], content["tracks"]["children"][2]["children"]
    [text] = [each for each in first if each.get("name") == "Text+"]
    again, hidden, inner = copy.deepcopy(text), copy.deepcopy(text), copy.deepcopy(text)
    hidden["enabled"] = False
    compound = nodes.stack("Compound", children=[nodes.track("Video 1", children=[inner])])
    compound["source_range"] = copy.deepcopy(text["source_range"])
    dissolve = nodes.dissolve(6, 6, rate=24.0, name="Cross Dissolve")
    over[:] = [nodes.gap(100, rate=24.0), again, dissolve, hidden, compound, nodes.gap(476, rate=24.0)]
    desk.timeline.write_text(json.dumps(content))
    document = fill(desk, "--for", "resolve")
    made = document["outputs"]["resolve"]
    assert titles_in(made) == []
    stand_ins = stand_ins_in(made)
    assert len({each["name"] for each in stand_ins}) == 4
    assert [each["enabled"] for each in stand_ins] == [True, True, False, True]
    [lost] = [each for each in clips_in(made) if each["name"] == "B003_C007.mov"]
    assert lost["media_references"]["DEFAULT_MEDIA"]["OTIO_SCHEMA"] == "MissingReference.1"
    again_document = fill(desk, "--for", "resolve")
    assert (again_document["changed"], again_document["version"]) == (False, 1)
    assert desk.run("verify", made, "--against", desk.timeline).code == 0


def test_titles_that_no_card_can_stand_in_for_are_named(desk_for: Callable[[str], Any]) -> None:
    """One inside a compound clip that is retimed, one that a trimmed compound clip shows in part."""
    desk = desk_for(SAMPLE)
    ask_for(desk, "titles")
    content = json.loads(desk.timeline.read_text())
    first, over = content["tracks"]["children"][0]["children"], content["tracks"]["children"][2]["children"]
    [text] = [each for each in first if each.get("name") == "Text+"]

    def compound(name: str, title: str, **more: Any) -> dict[str, Any]:
        inner = copy.deepcopy(text) | {"name": title}
        made = nodes.stack(name, children=[nodes.track("Video 1", children=[nodes.gap(24, rate=24.0), inner])])
        return made | {"source_range": nodes.frames(0, 36, rate=24.0), **more}

    fast = compound("Fast", "Under way", effects=[nodes.time_warp(2.0)])
    over[:] = [nodes.gap(100, rate=24.0), fast, compound("Short", "Cut off"), nodes.gap(500, rate=24.0)]
    desk.timeline.write_text(json.dumps(content))
    found = desk.run("holes", desk.timeline, "--json").document["findings"]
    said = [(each["message"].partition(";")[0], each["where"]) for each in found if each["code"] == "NO_STAND_IN"]
    assert said == [
        (
            "no slate stands in for “Under way” inside “Fast”, which is retimed or off the frame grid",
            "Video 3 01:00:04:04",
        ),
        (
            "no slate stands in for “Cut off” inside “Short”, which is trimmed, so that not all is seen",
            "Video 3 01:00:05:16",
        ),
    ]


def test_a_stand_in_is_never_bought(desk_for: Callable[[str], Any], paid: dict[str, str], tmp_path: Path) -> None:
    desk = desk_for(SAMPLE)
    ask_for(desk, "titles")
    buying = ("--provider", "fake", "--budget", "20", "--yes", "--unbriefed", "--for", "resolve")
    document = fill(desk, *buying, **paid)
    assert (document["spent"], document["filled"]) == ("3.75", HOLES)
    assert len(list((tmp_path / "charged" / "jobs").iterdir())) == 3
    makers = {
        take["shot"]: take["provider"]
        for path in sorted(desk.library.glob("takes/*/t01/take.json"))
        for take in [json.loads(path.read_text())]
    }
    assert makers == {**dict.fromkeys(HOLES, "fake"), STAND_IN: "slate"}
    again = fill(desk, *buying, **paid)
    assert (again["changed"], again["spent"], again["spent_total"]) == (False, "0.00", "3.75")


def test_a_delivered_file_with_a_stand_in_fed_back_does_not_call_it_filled(edit: Any) -> None:
    """Even where a program dropped our metadata: then the library knows it by the file's name."""
    content = json.loads(outputs_of(edit)["resolve"].read_text())
    for clip in clips_of(content["tracks"]):
        clip["metadata"].pop("pickup", None)
    again = edit.folder / f"{SAMPLE}_again.otio"
    again.write_text(json.dumps(content))
    document = edit.run("fill", again, *SMALL, "--json").document
    assert (document["filled"], document["findings"]) == (HOLES, [])
    assert not list((edit.library / "takes").glob("SH0050"))
