"""The cut comes back: takes it already shows are kept, known and switched; nothing is made twice."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any


def fill(desk: Any, *arguments: object) -> dict[str, Any]:
    answer = desk.run("fill", desk.timeline, "--size", "320x180", *arguments, "--json")
    document: dict[str, Any] = answer.document
    assert document["schema"] == "Fill.1", document
    return document


def output_of(document: dict[str, Any]) -> Path:
    return Path(document["outputs"]["otio"])


def items_of(document: dict[str, Any]) -> Any:
    return document["tracks"]["children"][0]["children"]


def export_again(filled: dict[str, Any]) -> dict[str, Any]:
    """The filled version under the editor's own name, as after an import and an export."""
    content: dict[str, Any] = json.loads(output_of(filled).read_text())
    return content


def with_another_hole(content: dict[str, Any]) -> dict[str, Any]:
    """A gap and a copy of the first clip behind everything."""
    items = items_of(content)
    gap = {
        "OTIO_SCHEMA": "Gap.1",
        "name": "",
        "metadata": {},
        "effects": [],
        "markers": [],
        "enabled": True,
        "source_range": copy.deepcopy(items[0]["source_range"]),
    }
    gap["source_range"]["start_time"]["value"] = 0.0
    gap["source_range"]["duration"]["value"] = 24.0
    items += [gap, copy.deepcopy(items[0])]
    return content


def test_a_cut_that_shows_a_take_gets_its_new_hole_filled(desk: Any) -> None:
    first = fill(desk)
    media = desk.media_files()
    desk.timeline.write_text(json.dumps(with_another_hole(export_again(first))))
    second = fill(desk)
    assert second["filled"] == ["SH0010", "SH0020"]
    assert {path: desk.media_files()[path] for path in media} == media
    assert desk.run("verify", output_of(second), "--against", desk.timeline).code == 0


def test_a_filled_cut_that_is_exported_again_makes_nothing(desk: Any) -> None:
    first = fill(desk)
    desk.timeline.write_text(json.dumps(export_again(first)))
    media = desk.media_files()
    again = fill(desk)
    assert (again["changed"], again["filled"]) == (False, ["SH0010"])
    assert desk.media_files() == media


def test_a_take_without_our_metadata_is_known_by_its_file_and_can_be_switched(desk: Any) -> None:
    first = fill(desk, "--takes", "2")
    content = export_again(first)
    del items_of(content)[1]["metadata"]["pickup"]
    desk.timeline.write_text(json.dumps(content))
    desk.run("circle", "SH0010", "2")
    second = fill(desk, "--takes", "2")
    assert (second["filled"], second["changed"]) == (["SH0010"], True)
    clip = items_of(json.loads(output_of(second).read_text()))[1]
    assert clip["name"].endswith("_SH0010_t02.mov")
    assert clip["source_range"] == items_of(content)[1]["source_range"]
    assert desk.run("verify", output_of(second), "--against", desk.timeline).code == 0
    assert fill(desk, "--takes", "2")["changed"] is False


def test_switching_a_filled_clip_keeps_what_stood_there_before(desk: Any) -> None:
    first = fill(desk, "--takes", "2")
    before = items_of(json.loads(output_of(first).read_text()))[1]["metadata"]["pickup"]
    desk.timeline.write_text(json.dumps(export_again(first)))
    desk.run("circle", "SH0010", "2")
    second = fill(desk, "--takes", "2")
    after = items_of(json.loads(output_of(second).read_text()))[1]["metadata"]["pickup"]
    assert (after["was"], after["hole"], after["take"]) == (before["was"], before["hole"], 2)


def test_a_take_that_is_gone_is_made_again_under_its_own_name(desk: Any) -> None:
    first = fill(desk)
    content = export_again(first)
    desk.timeline.write_text(json.dumps(content))
    name = items_of(content)[1]["name"]
    folder = desk.library / "takes" / "SH0010" / "t01"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    second = fill(desk)
    assert second["filled"] == ["SH0010"]
    assert (folder / name).is_file()
    assert fill(desk)["changed"] is False


def test_a_hole_that_outgrew_its_take_gets_a_new_one_where_that_is_free(desk: Any) -> None:
    fill(desk)
    content = json.loads(desk.timeline.read_text())
    items_of(content)[1]["source_range"]["duration"]["value"] += 6
    desk.timeline.write_text(json.dumps(content))
    media = desk.media_files()
    document = fill(desk)
    assert (document["filled"], document["held"]) == (["SH0010"], [])
    assert "A new take is made" in next(each["message"] for each in document["findings"] if each["code"] == "STALE")
    assert {path: desk.media_files()[path] for path in media} == media
    [shot] = desk.run("takes", desk.timeline, "--json").document["shots"]
    assert [(take["take"], take["frames"]) for take in shot["takes"]] == [(1, 30), (2, 36)]
    assert shot["circled"] == 2
    assert fill(desk)["changed"] is False


def test_takes_with_another_timecode_are_no_alternates(desk: Any) -> None:
    fill(desk)
    (desk.folder / "pickup.toml").write_text('timecode = "record"\n')
    document = fill(desk, "--refresh", "SH0010")
    clip = items_of(json.loads(output_of(document).read_text()))[1]
    assert list(clip["media_references"]) == ["DEFAULT_MEDIA"]


def test_a_delivered_file_that_was_damaged_is_delivered_anew(desk: Any) -> None:
    first = fill(desk)
    output_of(first).write_text("{}")
    second = fill(desk)
    assert (second["version"], second["changed"]) == (2, True)
    assert output_of(first).read_text() == "{}"


def test_a_file_without_holes_leaves_the_library_as_it_is(desk: Any) -> None:
    fill(desk)
    before = {path: path.read_bytes() for path in desk.library.rglob("*") if path.is_file()}
    content = json.loads(desk.timeline.read_text())
    del items_of(content)[1]
    other = desk.folder / "whole.otio"
    other.write_text(json.dumps(content))
    document = desk.run("fill", other, "--size", "320x180", "--json").document
    assert (document["version"], document["changed"]) == (None, False)
    fill(desk)
    assert {path: path.read_bytes() for path in desk.library.rglob("*") if path.is_file()} == before


def test_verify_does_not_believe_a_clip_that_says_it_is_a_take(desk: Any, tmp_path: Path) -> None:
    output = output_of(fill(desk))
    content = json.loads(output.read_text())
    living = items_of(content)[2]
    living["source_range"]["start_time"]["value"] += 5
    living["metadata"]["pickup"] = {"schema": "Filled.1", "shot": "SH0099", "take": 1, "hole": "x"}
    forged = tmp_path / "forged.otio"
    forged.write_text(json.dumps(content))
    answer = desk.run("verify", forged, "--against", desk.timeline, "--json")
    assert answer.code == 1
    assert answer.document["same"] is False


def test_verify_sees_a_take_that_is_a_frame_too_short(desk: Any, tmp_path: Path) -> None:
    content = json.loads(output_of(fill(desk)).read_text())
    items = items_of(content)
    items[1]["source_range"]["duration"]["value"] -= 1
    gap = copy.deepcopy(json.loads(desk.timeline.read_text())["tracks"]["children"][0]["children"][1])
    gap["source_range"]["duration"]["value"] = 1.0
    items.insert(2, gap)
    short = tmp_path / "short.otio"
    short.write_text(json.dumps(content))
    assert desk.run("verify", short, "--against", desk.timeline).code == 1


def test_a_take_that_fits_is_shown_where_the_circled_one_does_not_and_none_is_made(desk: Any) -> None:
    fill(desk)
    content = json.loads(desk.timeline.read_text())
    items_of(content)[1]["source_range"]["duration"]["value"] += 6
    desk.timeline.write_text(json.dumps(content))
    fill(desk)
    desk.run("circle", "SH0010", "1")
    media = desk.media_files()
    assert fill(desk)["filled"] == ["SH0010"]
    assert desk.media_files() == media
    assert desk.run("takes", desk.timeline, "--json").document["shots"][0]["circled"] == 2
