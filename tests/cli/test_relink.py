"""`pickup relink`: a cut that was exported again gets the takes that exist, frame for frame, and nothing is made."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pickup.demo import nodes
from pickup.timelines.limits import ReadLimits
from pickup.timelines.read import read_timeline
from pickup.timelines.ruler import seconds_of, source_range_of

SAMPLE = "one_gap_24fps"
SMALL = ("--size", "160x90")
HANDLES = 12
GAP = 1
"""Place of the gap on its track; a shot stands before it and one after it."""


def fill(desk: Any, *arguments: object) -> dict[str, Any]:
    document: dict[str, Any] = desk.run("fill", desk.timeline, *SMALL, *arguments, "--json").document
    assert document["schema"] == "Fill.1", document
    return document


def relink(desk: Any, *arguments: object, code: int = 0, timeline: Path | None = None) -> dict[str, Any]:
    answer = desk.run("relink", timeline or desk.timeline, *SMALL, *arguments, "--json")
    document: dict[str, Any] = answer.document
    assert (answer.code, document["schema"]) == (code, "Relink.1"), document
    return document


def content_of(desk: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(desk.timeline.read_text())
    return content


def items_of(content: dict[str, Any]) -> Any:
    return content["tracks"]["children"][0]["children"]


def export(desk: Any, content: dict[str, Any]) -> None:
    desk.timeline.write_text(json.dumps(content))


def longer(item: dict[str, Any], by: float) -> None:
    item["source_range"]["duration"]["value"] += by


def later(item: dict[str, Any], by: float) -> None:
    item["source_range"]["start_time"]["value"] += by


def take_in(path: str | Path) -> tuple[int, int, str]:
    """First frame of its media and length of the one take in a timeline, and its file, whatever the dialect."""
    timeline = read_timeline(Path(path), limits=ReadLimits()).timeline
    [clip] = [each for each in timeline.find_clips() if "_SH" in (each.media_reference.target_url or "")]
    known = source_range_of(clip)
    first = seconds_of(known.start_time) - seconds_of(clip.media_reference.available_range.start_time)
    frames = (first * 24, seconds_of(known.duration) * 24)
    assert all(each.denominator == 1 for each in frames)
    return int(frames[0]), int(frames[1]), clip.media_reference.target_url.rpartition("/")[2]


def shots(document: dict[str, Any], key: str) -> list[str]:
    return [each["shot"] for each in document[key]]


# What comes back, and as which frames.


def test_the_same_cut_is_kept_and_nothing_is_written(filled: Any) -> None:
    version = relink(filled)["version"]
    document = relink(filled)
    assert (shots(document, "kept"), document["version"], document["changed"]) == (["SH0010"], version, False)
    assert set(document["outputs"]) == {"otio", "resolve", "premiere", "fcp7"}
    assert [document[key] for key in ("trimmed", "long", "stale", "new", "asked", "orphaned")] == [[]] * 6


@pytest.mark.parametrize(
    ("head", "tail"), [(5, 0), (0, 4), (3, 2), (-4, 0), (0, -4)], ids=["head", "tail", "both", "head+", "tail+"]
)
def test_a_rolled_edit_shows_the_same_frames_at_the_same_record_frames(filled: Any, head: int, tail: int) -> None:
    folder = filled.library / "cuts" / SAMPLE
    outputs = json.loads((folder / "done.json").read_text())["outputs"]
    before_it = {flavor: take_in(folder / name) for flavor, name in outputs.items()}
    content = content_of(filled)
    before, hole, after = items_of(content)[GAP - 1 : GAP + 2]
    longer(before, head)
    longer(hole, -head - tail)
    later(after, -tail)
    longer(after, tail)
    export(filled, content)
    media = filled.media_files()
    document = relink(filled)
    assert (shots(document, "trimmed"), document["changed"]) == (["SH0010"], True)
    assert set(document["outputs"]) == set(before_it) == {"otio", "resolve", "premiere", "fcp7"}
    for flavor, (first, length, _) in before_it.items():
        assert take_in(document["outputs"][flavor])[:2] == (first + head, length - head - tail)
        assert filled.run("verify", document["outputs"][flavor], "--against", filled.timeline).code == 0
    assert filled.media_files() == media
    assert relink(filled)["changed"] is False
    assert fill(filled, "--handles", str(HANDLES), "--takes", "2")["changed"] is False


def test_trims_add_up_and_are_taken_back(filled: Any) -> None:
    original = content_of(filled)
    first = take_in(fill(filled, "--handles", str(HANDLES), "--takes", "2")["outputs"]["otio"])
    for head in (3, 7):
        content = copy.deepcopy(original)
        longer(items_of(content)[GAP - 1], head)
        longer(items_of(content)[GAP], -head)
        export(filled, content)
        assert take_in(relink(filled)["outputs"]["otio"])[0] == first[0] + head
    export(filled, original)
    assert take_in(relink(filled)["outputs"]["otio"]) == first


def test_a_hole_that_outgrew_its_take_is_held_and_says_by_how_much(filled: Any) -> None:
    content = content_of(filled)
    longer(items_of(content)[GAP], 40)
    export(filled, content)
    document = relink(filled, code=3)
    [standing] = document["long"]
    lacking = standing["missing"]
    assert lacking > 0
    assert f"{lacking} frames too short at its tail" in standing["why"]
    assert document["version"] is None or "otio" in document["outputs"]
    partial = relink(filled, "--partial", code=3)
    first, length, _ = take_in(partial["outputs"]["otio"])
    assert length == items_of(content)[GAP]["source_range"]["duration"]["value"] - lacking
    assert partial["long"][0]["source"] == {"start": first, "end": first + length}
    for flavor in ("otio", "resolve", "premiere", "fcp7"):
        assert filled.run("verify", partial["outputs"][flavor], "--against", filled.timeline).code == 0
    assert relink(filled, "--partial", code=3)["changed"] is False


def test_verify_does_not_take_a_short_take_for_one_that_says_so(filled: Any, tmp_path: Path) -> None:
    content = content_of(filled)
    longer(items_of(content)[GAP], 40)
    export(filled, content)
    made = json.loads(Path(relink(filled, "--partial", code=3)["outputs"]["otio"]).read_text())
    items_of(made)[GAP]["metadata"]["pickup"]["lacks"] -= 1
    forged = tmp_path / "forged.otio"
    forged.write_text(json.dumps(made))
    assert filled.run("verify", forged, "--against", filled.timeline).code == 1


def test_a_cut_under_another_name_gets_the_same_takes(filled: Any) -> None:
    other = filled.folder / "director.otio"
    other.write_text(filled.timeline.read_text())
    media = filled.media_files()
    document = relink(filled, timeline=other)
    assert (shots(document, "kept"), document["version"], document["orphaned"]) == (["SH0010"], 1, [])
    assert filled.media_files() == media


def test_a_hole_that_is_gone_leaves_its_takes_as_orphans_and_comes_back_for_nothing(filled: Any) -> None:
    original = content_of(filled)
    content = copy.deepcopy(original)
    del items_of(content)[GAP]
    items_of(content).append(nodes.gap(24, rate=24.0))
    items_of(content).append(copy.deepcopy(items_of(original)[0]) | {"name": "new.mov"})
    new = items_of(content)[-1]["media_references"]["DEFAULT_MEDIA"]
    new["target_url"] = "/nowhere/new.mov"
    export(filled, content)
    media = filled.media_files()
    document = relink(filled, code=3)
    assert shots(document, "orphaned") == ["SH0010"]
    assert (document["orphaned"][0]["cost"], len(document["orphaned"][0]["takes"])) == ("0.00", 2)
    assert [(each["shot"], each["kind"]) for each in document["since"]][-1] == ("SH0010", "gone")
    assert "is gone" in document["since"][-1]["words"]
    assert filled.media_files() == media
    export(filled, original)
    assert shots(relink(filled), "kept") == ["SH0010"]


def test_a_brief_that_changed_makes_it_stale_and_keeps_the_take(filled: Any) -> None:
    content = content_of(filled)
    items_of(content)[GAP]["markers"] = [
        nodes.marker("PICKUP: a lighthouse in fog", marked=nodes.frames(2, 1, rate=24.0), color="RED", comment="")
    ]
    export(filled, content)
    document = relink(filled)
    assert (shots(document, "kept"), document["stale"][0]["stale"]) == (["SH0010"], "its brief")
    assert document["changed"] is True
    [change] = document["since"]
    assert (change["kind"], change["stale"]) == ("kept", "its brief")
    page = Path(document["changes"]).with_suffix(".md").read_text()
    assert "SH0010 is as it was; its take is stale: its brief" in page
    renewed = fill(filled, "--handles", str(HANDLES), "--refresh", "SH0010")
    assert renewed["filled"] == ["SH0010"]
    assert relink(filled)["stale"] == []


def test_another_shot_beside_it_makes_it_stale(filled: Any) -> None:
    content = content_of(filled)
    reference = items_of(content)[GAP + 1]["media_references"]["DEFAULT_MEDIA"]
    reference["target_url"] = reference["target_url"].replace(".mov", "_alt.mov")
    reference["name"] = "B_alt.mov"
    items_of(content)[GAP + 1]["name"] = "B_alt.mov"
    export(filled, content)
    [stale] = relink(filled)["stale"]
    assert stale["stale"].startswith("the shot after it (")
    assert stale["confidence"] == "fair"


def test_another_size_makes_it_stale_and_another_rate_holds_it(filled: Any) -> None:
    larger = filled.run("relink", filled.timeline, "--size", "320x180", "--json").document
    assert larger["stale"][0]["stale"] == "the picture size (160x90 then)"
    content = json.loads(filled.timeline.read_text().replace("24.0", "25.0"))
    export(filled, content)
    document = relink(filled, code=3)
    assert "was made at 24/1" in document["long"][0]["why"]
    assert document["outputs"] == {} or document["changed"] is False


def test_nothing_is_generated_for_what_is_new_and_no_code_is_given(desk: Any) -> None:
    document = relink(desk, code=3)
    assert (shots(document, "new"), document["version"], document["outputs"]) == (["SH0010"], None, {})
    assert not desk.library.exists()


# Takes that the cut shows already.


def fed_back(desk: Any, flavor: str) -> dict[str, Any]:
    """A delivered file under the editor's own name, as after an import and an export."""
    done = json.loads((desk.library / "cuts" / SAMPLE / "done.json").read_text())
    content: dict[str, Any] = json.loads((desk.library / "cuts" / SAMPLE / done["outputs"][flavor]).read_text())
    return content


def without_our_metadata(content: dict[str, Any]) -> dict[str, Any]:
    """As Resolve does it: what others noted is gone, the names of files stay."""
    for item in items_of(content):
        item.get("metadata", {}).pop("pickup", None)
        references = item.get("media_references", {})
        for key in [each for each in references if each.startswith("PICKUP_")]:
            del references[key]
    content["metadata"].pop("pickup", None)
    return content


@pytest.mark.parametrize("flavor", ["otio", "resolve", "premiere"])
def test_another_circled_take_is_shown_in_the_same_clip_and_what_the_editor_did_to_it_stays(
    filled: Any, flavor: str
) -> None:
    content = without_our_metadata(fed_back(filled, flavor))
    clip = items_of(content)[GAP]
    grade = {"OTIO_SCHEMA": "Effect.1", "metadata": {"Resolve_OTIO": {"x": 1}}, "name": "grade", "effect_name": "Grade"}
    clip["effects"] = [grade]
    clip["name"] = "the editor's own name"
    longer(clip, -4)
    later(clip, 3)
    longer(items_of(content)[GAP + 1], 4)
    later(items_of(content)[GAP + 1], -4)
    export(filled, content)
    filled.run("circle", "SH0010", "2")
    document = relink(filled, "--for", "otio")
    assert (document["changed"], shots(document, "kept")) == (True, ["SH0010"])
    [made] = [each for each in items_of(json.loads(Path(document["outputs"]["otio"]).read_text())) if each["effects"]]
    assert made["effects"][0]["effect_name"] == "Grade"
    assert made["name"] == "the editor's own name"
    assert made["media_references"]["DEFAULT_MEDIA"]["name"].endswith("_SH0010_t02.mov")
    assert made["source_range"] == clip["source_range"]
    assert relink(filled, "--for", "otio")["changed"] is False


@pytest.mark.parametrize("flavor", ["otio", "fcp7"])
def test_two_clips_that_show_one_take_stay_one_source(filled: Any, flavor: str) -> None:
    """The editor cut the take in two and put a shot between."""
    content = fed_back(filled, "otio")
    first = items_of(content)[GAP]
    second = copy.deepcopy(first)
    longer(first, -16)
    longer(second, -14)
    later(second, 14)
    items_of(content)[GAP + 1 : GAP + 1] = [copy.deepcopy(items_of(content)[0]), second]
    export(filled, content)
    filled.run("circle", "SH0010", "2")
    document = relink(filled, "--for", flavor)
    text = Path(document["outputs"][flavor]).read_text()
    if flavor == "fcp7":
        assert text.count("_SH0010_t02.mov</pathurl>") == 1
        [identity] = re.findall(r'<file id="([^"]+)">(?=(?:(?!</file>).)*_t02\.mov)', text, re.DOTALL)
        assert text.count(f'<file id="{identity}"') == 3  # both clips, and the bin of takes
    else:
        shown = [each["media_references"]["DEFAULT_MEDIA"] for each in takes_in(json.loads(text))]
        assert [each["target_url"].rpartition("_")[2] for each in shown] == ["t02.mov"] * 2
        assert shown[0] == shown[1]
    assert [each["source"]["start"] for each in document["kept"]] == [HANDLES, HANDLES + 14]


def takes_in(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in items_of(content) if "pickup" in each.get("metadata", {})]


def test_a_take_on_a_locked_track_is_left_alone(filled: Any) -> None:
    content = fed_back(filled, "resolve")
    content["tracks"]["children"][0]["metadata"]["Resolve_OTIO"]["Locked"] = True
    export(filled, content)
    filled.run("circle", "SH0010", "2")
    document = relink(filled)
    assert document["changed"] is False
    [said] = [each for each in document["findings"] if each["code"] == "TAKE_STAYS"]
    assert "its track is locked" in said["message"]


def test_a_library_that_was_moved_is_linked_where_it_is_now_with_the_editors_own_frames(filled: Any) -> None:
    content = without_our_metadata(fed_back(filled, "otio"))
    clip = items_of(content)[GAP]
    clip["media_references"]["DEFAULT_MEDIA"]["target_url"] = f"file:///old/disk/{clip['name']}"
    later(clip, 3)
    longer(clip, -4)
    clip["effects"] = [{"OTIO_SCHEMA": "Effect.1", "metadata": {}, "name": "", "effect_name": "Grade"}]
    moved = filled.folder / "disk two" / "pickup"
    moved.parent.mkdir()
    filled.library.rename(moved)
    export(filled, content)
    document = relink(filled, "--library", moved, "--for", "otio")
    assert shots(document, "kept") == ["SH0010"]
    made = items_of(json.loads(Path(document["outputs"]["otio"]).read_text()))[GAP]
    assert "disk%20two" in made["media_references"]["DEFAULT_MEDIA"]["target_url"]
    assert made["source_range"] == clip["source_range"]
    assert made["effects"][0]["effect_name"] == "Grade"


def test_takes_of_another_film_with_the_same_shot_code_are_footage_like_any_other(desk: Any) -> None:
    fill(desk)
    content = fed_back(desk, "otio")
    other = desk.folder / "other"
    document = desk.run("fill", desk.timeline, *SMALL, "--library", other, "--json").document
    assert document["filled"] == ["SH0010"]
    export(desk, content)
    answer = desk.run("relink", desk.timeline, *SMALL, "--library", other, "--json")
    assert (answer.code, answer.document["kept"], answer.document["outputs"]) == (0, [], {})


# Money.


def test_shots_that_were_paid_for_come_back_after_a_re_cut_for_nothing(
    desk_for: Callable[[str], Any], paid: dict[str, str], tmp_path: Path
) -> None:
    desk = desk_for("documentary_broll_gaps")
    buying = ("--provider", "fake", "--budget", "20", "--yes", "--unbriefed", "--for", "otio")
    bought = desk.run("fill", desk.timeline, *SMALL, *buying, "--json", **paid).document
    assert (bought["spent"], bought["filled"]) == ("2.50", ["SH0010", "SH0020"])
    jobs = tmp_path / "charged" / "jobs"
    charged = len(list(jobs.iterdir()))
    content = content_of(desk)
    track = items_of(content)
    longer(track[0], 4)
    longer(track[1], -4)
    content["tracks"]["children"] = content["tracks"]["children"][:2]
    for item in track:
        item["name"] = f"{item['name']} renamed"
    export(desk, content)
    document = relink(desk, "--for", "otio", "--takes-as", "references")
    assert sorted(shots(document, "kept") + shots(document, "trimmed")) == bought["filled"]
    again = desk.run("fill", desk.timeline, *SMALL, *buying, "--json", **paid).document
    assert (again["changed"], again["spent"], again["spent_total"], again["held"]) == (False, "0.00", "2.50", [])
    assert len(list(jobs.iterdir())) == charged
