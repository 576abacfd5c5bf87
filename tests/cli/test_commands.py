"""Every command as a user calls it, on a small cut with one gap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pickup.cli.main import COMMANDS, cli
from pickup.media.probe import probe


def fill(desk: Any, *arguments: object) -> Any:
    return desk.run("fill", desk.timeline, "--size", "320x180", *arguments)


def test_holes_says_what_is_missing_and_why(desk: Any) -> None:
    answer = desk.run("holes", desk.timeline, "--json")
    assert answer.code == 0
    document = answer.document
    assert document["schema"] == "Holes.1"
    assert (document["rate"], document["duration"], document["size"]) == ("24/1", 110, None)
    [hole] = document["holes"]
    assert (hole["kind"], hole["record"], hole["shot"]) == ("GAP", {"start": 40, "end": 70}, "SH0010")
    assert hole["why"]
    assert hole["before"]
    assert hole["after"]
    assert not desk.library.exists()


def test_explain_says_of_every_other_item_why_it_is_no_hole(desk: Any) -> None:
    passed = desk.run("holes", desk.timeline, "--json", "--explain").document["passed"]
    assert len(passed) == 2
    assert all(each["why"] == "living footage" for each in passed)


def test_tables_fit_a_narrow_terminal(desk: Any) -> None:
    for command in ("holes", "plan"):
        answer = desk.run(command, desk.timeline, COLUMNS="80")
        assert max(map(len, answer.out.splitlines())) <= 80
        assert "SH0010" in answer.out
        assert f"Next: `pickup {'plan' if command == 'holes' else 'fill'} " in answer.out.replace("\n", " ")


def test_plan_names_price_length_and_bytes_and_makes_nothing(desk: Any) -> None:
    document = desk.run("plan", desk.timeline, "--json").document
    assert document["schema"] == "Plan.1"
    assert (document["size"], document["total"], document["version"]) == ([320, 180], "0.00", None)
    [pickup] = document["pickups"]
    assert (pickup["frames"], pickup["handles"]) == (30, {"head": 0, "tail": 0, "wanted": 12})
    assert (pickup["provider"], pickup["takes"], pickup["price"]) == ("slate", 1, "0.00")
    assert pickup["bytes"] > 0
    assert len(pickup["references"]) == 2
    assert not desk.library.exists()


def test_fill_writes_a_new_timeline_and_leaves_the_old_one_alone(desk: Any) -> None:
    before = desk.timeline.read_bytes()
    answer = fill(desk, "--json")
    assert answer.code == 0
    document = answer.document
    assert (document["schema"], document["version"], document["changed"]) == ("Fill.1", 1, True)
    assert (document["filled"], document["held"], document["failed"]) == (["SH0010"], [], [])
    assert desk.timeline.read_bytes() == before
    output = Path(document["outputs"]["otio"])
    assert output.parent == desk.library / "cuts" / "one_gap_24fps"
    assert json.loads(output.read_text())["name"] == output.stem
    changes = Path(document["changes"])
    assert json.loads(changes.read_text())["changes"][0]["timecode"] == "01:00:01:16"
    assert "| 01:00:01:16 | 01:00:02:21 | 30 |" in changes.with_suffix(".md").read_text()


def test_a_second_fill_does_nothing_and_says_so(desk: Any) -> None:
    first = fill(desk, "--json").document
    media = desk.media_files()
    files = sorted(desk.library.rglob("*"))
    second = fill(desk, "--json")
    assert second.code == 0
    assert second.document == {**first, "changed": False}
    assert desk.media_files() == media
    assert sorted(desk.library.rglob("*")) == files
    assert "Nothing to do" in fill(desk).out


def test_what_was_written_verifies_and_a_tampered_copy_does_not(desk: Any, tmp_path: Path) -> None:
    output = Path(fill(desk, "--json").document["outputs"]["otio"])
    same = desk.run("verify", output, "--against", desk.timeline, "--json")
    assert same.code == 0
    assert (same.document["same"], same.document["filled"], same.document["holes_left"]) == (True, ["SH0010"], [])
    content = json.loads(output.read_text())
    content["tracks"]["children"][0]["children"][0]["source_range"]["start_time"]["value"] += 1
    tampered = tmp_path / "tampered.otio"
    tampered.write_text(json.dumps(content))
    different = desk.run("verify", tampered, "--against", desk.timeline, "--json")
    assert different.code == 1
    assert different.document["same"] is False
    assert "01:00:00:00" in different.document["differences"][0]["where"]


def test_placeholders_do_not_pass_as_finished(desk: Any) -> None:
    output = Path(fill(desk, "--json").document["outputs"]["otio"])
    assert desk.run("verify", output, "--against", desk.timeline, "--no-placeholders").code == 3
    unfilled = desk.run("verify", desk.timeline, "--against", desk.timeline, "--no-placeholders", "--json")
    assert unfilled.code == 3
    assert unfilled.document["holes_left"] == ["SH0010"]


def test_circling_another_take_makes_the_next_version_show_it(desk: Any) -> None:
    fill(desk, "--takes", "2")
    shots = desk.run("takes", desk.timeline, "--json").document["shots"]
    [shot] = shots
    assert (shot["circled"], [take["take"] for take in shot["takes"]]) == (1, [1, 2])
    media = desk.media_files()
    assert desk.run("circle", "SH0010", "2", "--json").document == {
        "schema": "Circle.1", "shot": "SH0010", "take": 2, "was": 1,
    }  # fmt: skip
    document = fill(desk, "--takes", "2", "--json").document
    assert (document["version"], document["changed"]) == (2, True)
    clip = json.loads(Path(document["outputs"]["otio"]).read_text())["tracks"]["children"][0]["children"][1]
    assert clip["metadata"]["pickup"]["take"] == 2
    assert sorted(clip["media_references"]) == ["DEFAULT_MEDIA", "PICKUP_T01"]
    assert clip["media_references"]["DEFAULT_MEDIA"]["target_url"].endswith("_SH0010_t02.mov")
    assert desk.media_files() == media
    assert (desk.library / "cuts" / "one_gap_24fps" / "one_gap_24fps_v001.otio").is_file()


def test_refresh_makes_a_new_take_and_shows_it(desk: Any) -> None:
    fill(desk)
    document = fill(desk, "--refresh", "SH0010", "--json").document
    assert document["version"] == 2
    [shot] = desk.run("takes", desk.timeline, "--json").document["shots"]
    assert (shot["circled"], len(shot["takes"])) == (2, 2)


def test_jobs_shows_what_the_ledger_holds(desk: Any) -> None:
    fill(desk)
    [job] = desk.run("jobs", "--json").document["jobs"]
    assert (job["shot"], job["take"], job["state"], job["cost"], job["error"]) == ("SH0010", 1, "done", "0.00", None)


def test_a_changed_brief_keeps_the_take_and_says_that_it_is_stale(desk: Any) -> None:
    fill(desk)
    content = json.loads(desk.timeline.read_text())
    gap = content["tracks"]["children"][0]["children"][1]
    gap["markers"] = [
        {
            "OTIO_SCHEMA": "Marker.2",
            "name": "PICKUP: a quiet street at dawn",
            "color": "RED",
            "marked_range": {
                "OTIO_SCHEMA": "TimeRange.1",
                "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": 3.0},
                "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": 1.0},
            },
            "metadata": {},
        }
    ]
    desk.timeline.write_text(json.dumps(content))
    media = desk.media_files()
    document = fill(desk, "--json").document
    assert document["filled"] == ["SH0010"]
    assert "STALE" in {finding["code"] for finding in document["findings"]}
    assert desk.media_files() == media


def test_the_take_is_what_the_settings_ask_for(desk: Any) -> None:
    arguments = ("--codec", "prores_hq", "--place", "track", "--no-burn-in")
    document = fill(desk, *arguments, "--json").document
    tracks = json.loads(Path(document["outputs"]["otio"]).read_text())["tracks"]["children"]
    assert [len(track["children"]) for track in tracks] == [3, 2]
    take = json.loads((desk.library / "takes" / "SH0010" / "t01" / "take.json").read_text())
    assert take["codec"] == "prores_hq"
    found = probe(desk.library / take["path"])
    assert (found.size, str(found.rate), found.timecode) == ((320, 180), "24/1", "00:00:00:00")


def test_takes_can_carry_their_record_timecode(desk: Any) -> None:
    (desk.folder / "pickup.toml").write_text('timecode = "record"\n')
    document = fill(desk, "--json").document
    clip = json.loads(Path(document["outputs"]["otio"]).read_text())["tracks"]["children"][0]["children"][1]
    media = clip["media_references"]["DEFAULT_MEDIA"]
    assert media["available_range"]["start_time"]["value"] == 86440
    assert clip["source_range"]["start_time"]["value"] == 86440
    take = json.loads((desk.library / "takes" / "SH0010" / "t01" / "take.json").read_text())
    assert probe(desk.library / take["path"]).timecode == "01:00:01:16"
    assert desk.run("verify", document["outputs"]["otio"], "--against", desk.timeline).code == 0


def test_a_cut_without_holes_makes_no_library(desk: Any) -> None:
    content = json.loads(desk.timeline.read_text())
    del content["tracks"]["children"][0]["children"][1]
    desk.timeline.write_text(json.dumps(content))
    answer = fill(desk, "--json")
    assert answer.code == 0
    assert (answer.document["version"], answer.document["outputs"]) == (None, {})
    assert not desk.library.exists()


def test_help_says_in_its_list_what_each_command_says_itself() -> None:
    for name, (_, text) in COMMANDS.items():
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert command.help is not None
        assert command.help.splitlines()[0] == text
