"""Whatever a timeline file is, reading it ends with an answer or with one clear sentence."""

from __future__ import annotations

import copy
import json
import os
import socket
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from pickup.cli.main import run
from pickup.demo import nodes
from pickup.errors import TimelineError
from pickup.holes import Rules
from pickup.timelines.survey import ReadSettings, Survey, SurveyRequest, run_survey, survey_timeline

FPS = 24.0
Document = dict[str, Any]


def shot(name: str, *, start: float = 0, length: float = 48) -> nodes.Node:
    reference = nodes.external(name, url=f"/footage/{name}", available=nodes.frames(0, 240, rate=FPS))
    return nodes.clip(name, source=nodes.frames(start, length, rate=FPS), reference=reference)


def small_cut() -> Document:
    """Two shots with a second of nothing between them."""
    items = [shot("a.mov"), nodes.gap(24, rate=FPS), shot("b.mov")]
    tracks = nodes.stack("", children=[nodes.track("Video 1", children=items)])
    return nodes.timeline("small", tracks=tracks, start=None, metadata={})


def first_clip(document: Document) -> Document:
    clip: Document = document["tracks"]["children"][0]["children"][0]
    return clip


def survey(path: Path, *, settings: ReadSettings | None = None) -> Survey:
    return survey_timeline(path, settings=settings or ReadSettings(), rules=Rules())


def survey_text(folder: Path, content: object) -> Survey:
    """Reads a document in this process, which is fast, and bytes in a child, because some of them are meant to kill."""
    path = folder / "cut.otio"
    if isinstance(content, bytes):
        path.write_bytes(content)
        return survey(path)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    request = SurveyRequest(timeline=path, settings=ReadSettings(), rules=Rules())
    return run_survey(request, lambda _done: None)


def refusal(folder: Path, content: object) -> TimelineError:
    with pytest.raises(TimelineError) as raised:
        survey_text(folder, content)
    assert_is_a_sentence(raised.value)
    return raised.value


def assert_is_a_sentence(error: TimelineError) -> None:
    assert error.message.isprintable()
    assert error.next_step
    assert error.where
    assert "fault in Pickup" not in error.next_step
    assert "opentime" not in error.message


def with_change(change: Callable[[Document], object]) -> Document:
    document = small_cut()
    change(document)
    return document


def test_a_gap_between_two_shots_is_read(tmp_path: Path) -> None:
    found = survey_text(tmp_path, small_cut()).found
    assert [(each.kind, each.record.start, each.record.end) for each in found.holes] == [("GAP", 48, 72)]


@pytest.mark.parametrize("label", ["0.14.0", "0.15.0", "0.16.0", "0.17.0", "0.18.1"])
def test_files_in_the_schemas_of_earlier_releases_read_the_same(label: str, tmp_path: Path) -> None:
    root = otio.adapters.read_from_string(json.dumps(small_cut()), "otio_json")
    wanted = dict(otio.versioning.fetch_map("OTIO_CORE", label))
    text = otio.adapters.write_to_string(root, "otio_json", target_schema_versions=wanted)
    if label == "0.14.0":
        assert '"Clip.1"' in text
    survey_now = survey_text(tmp_path, small_cut())
    assert survey_text(tmp_path, text).found == survey_now.found


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert survey_text(tmp_path, b"\xef\xbb\xbf" + json.dumps(small_cut()).encode()).found.holes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"null", "is neither an OpenTimelineIO file nor XML"),
        (b"[]", "holds plain data, not a timeline"),
        (b'{"a":1}', "holds plain data, not a timeline"),
        (b"<?xml version='1.0'?>", "is damaged XML: no element found"),
        (b"\xff\xfe{\x00}\x00", "is neither an OpenTimelineIO file nor XML"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "name": "\xe9"}', "is not UTF-8 text"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "tracks"', "cut off or damaged"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "metadata": {}, "name": "x", "tracks": null}', "has no tracks"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "metadata": {}, "name": "x"}', "has no “tracks”"),
        (b'{"OTIO_SCHEMA": "Timeline"}', "schema names is malformed"),
        (b"{" * 5000, "nested more than 200 levels deep|cut off or damaged"),
        (b"[" * 10_000 + b"]" * 10_000, "nested more than 200 levels deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested more than 200 levels deep"),
        (b'{"a": "' + b"{" * 5000 + b'"}', "holds plain data"),
    ],
)
def test_what_is_no_timeline_is_refused_in_a_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    assert any(each in refusal(tmp_path, content).message for each in said.split("|"))


@pytest.mark.parametrize("part", range(1, 10))
def test_a_file_that_breaks_off_anywhere_is_refused(part: int, tmp_path: Path) -> None:
    whole = json.dumps(small_cut()).encode()
    assert "cut off or damaged" in refusal(tmp_path, whole[: len(whole) * part // 10]).message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda cut: first_clip(cut).update(OTIO_SCHEMA="Clip.3"), "Clip.3 is newer than Clip.2"),
        (lambda cut: cut["tracks"].update(markers=[{"OTIO_SCHEMA": "Marker.3"}]), "Marker.3 is newer than Marker.2"),
        (lambda cut: first_clip(cut).update(OTIO_SCHEMA="Wipe.1"), "holds an item of an unknown kind"),
        (lambda cut: first_clip(cut).update(name=5), "has a number as “name”, where text belongs"),
        (lambda cut: first_clip(cut).update(source_range="all"), "“a.mov” has text as “source_range”"),
        (lambda cut: first_clip(cut).update(media_references={"DEFAULT_MEDIA": None}), "a media reference belongs"),
        (lambda cut: first_clip(cut).pop("media_references"), "“a.mov” has no “media_references”"),
        (lambda cut: cut["tracks"].update(children=None), "where a list belongs"),
        (lambda cut: cut.update(tracks=first_clip(cut)), "holds a Clip where a Stack belongs"),
        (lambda cut: first_clip(cut)["source_range"].update(duration=5), "of a kind that does not belong there"),
    ],
)
def test_a_part_that_does_not_belong_is_named(change: Callable[[Document], object], said: str, tmp_path: Path) -> None:
    assert said in refusal(tmp_path, with_change(change)).message


def test_an_unknown_item_in_foreign_metadata_does_no_harm(tmp_path: Path) -> None:
    foreign = {
        "OTIO_SCHEMA": "Studio.7",
        "tracks": None,
        "deep": [{"OTIO_SCHEMA": "RationalTime.1", "rate": 0, "value": 1}],
    }
    document = with_change(lambda cut: first_clip(cut).update(metadata={"studio": foreign, "tracks": None}))
    assert len(survey_text(tmp_path, document).found.holes) == 1


@pytest.mark.parametrize("key", ["Resolve_OTIO", "PremierePro_OTIO", "pickup", "fcp_xml"])
@pytest.mark.parametrize(
    "value",
    [None, 5, "text", [], [1, {}], {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 1}, {"schema": {"a": 1}}],
)
def test_metadata_of_an_unexpected_kind_does_no_harm(key: str, value: object, tmp_path: Path) -> None:
    def change(cut: Document) -> None:
        own = {key: value}
        cut["metadata"], cut["tracks"]["metadata"], cut["tracks"]["children"][0]["metadata"] = own, own, own
        first_clip(cut)["metadata"] = own
        inner = dict.fromkeys(("MatchName", "schema", "brief", "Note", "Keywords", "Locked", "Media Url"), value)
        marked = nodes.frames(0, 1, rate=FPS)
        marker = nodes.marker("m", marked=marked, color="RED", comment="", metadata={key: inner})
        effect = {"OTIO_SCHEMA": "Effect.1", "metadata": {key: inner}, "name": "", "effect_name": "x"}
        text = nodes.generator("Text", kind="Rich", parameters={key: value}, metadata={key: inner})
        items = cut["tracks"]["children"][0]["children"]
        source = nodes.frames(0, 24, rate=FPS)
        items.append(
            nodes.clip("t", source=source, reference=text, metadata={key: inner}, effects=[effect], markers=[marker])
        )

    assert survey_text(tmp_path, with_change(change)).cut.duration == 144


def collection(*children: object) -> Document:
    return {"OTIO_SCHEMA": "SerializableCollection.1", "metadata": {}, "name": "", "children": list(children)}


def test_a_collection_with_one_timeline_is_that_timeline(tmp_path: Path) -> None:
    assert (
        survey_text(tmp_path, collection(shot("a.mov"), small_cut())).found == survey_text(tmp_path, small_cut()).found
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (collection(), "a collection that holds no timeline"),
        (collection(small_cut(), small_cut()), "a collection that holds 2 timelines"),
        (shot("a.mov"), "holds a single clip, not a timeline"),
        (nodes.track("Video 1", children=[shot("a.mov")]), "holds a single track, not a timeline"),
        (nodes.stack("", children=[]), "holds a stack of tracks, not a timeline"),
        ({"OTIO_SCHEMA": "Studio.1"}, "not a timeline"),
    ],
)
def test_a_root_that_is_no_single_timeline_is_named(content: object, said: str, tmp_path: Path) -> None:
    assert said in refusal(tmp_path, content).message


BAD_TIMES: list[tuple[str, object]] = [
    ("rate", 0),
    ("rate", -24),
    ("rate", 1e308),
    ("rate", 1e-300),
    ("rate", float("nan")),
    ("rate", float("inf")),
    ("value", float("nan")),
    ("value", float("inf")),
    ("value", -float("inf")),
]
PLACES: dict[str, Callable[[Document], Document]] = {
    "clip": lambda cut: first_clip(cut)["source_range"]["duration"],
    "start of a clip": lambda cut: first_clip(cut)["source_range"]["start_time"],
    "media": lambda cut: first_clip(cut)["media_references"]["DEFAULT_MEDIA"]["available_range"]["duration"],
    "gap": lambda cut: cut["tracks"]["children"][0]["children"][1]["source_range"]["duration"],
    "transition": lambda cut: cut["tracks"]["children"][0]["children"][2]["out_offset"],
    "marker": lambda cut: cut["tracks"]["markers"][0]["marked_range"]["start_time"],
    "marker of a clip": lambda cut: first_clip(cut)["markers"][0]["marked_range"]["duration"],
    "start of the cut": lambda cut: cut["global_start_time"],
}


def full_cut() -> Document:
    document = small_cut()
    marker = nodes.marker("look", marked=nodes.frames(0, 1, rate=FPS), color="RED", comment="")
    items = document["tracks"]["children"][0]["children"]
    items.insert(2, nodes.dissolve(6, 6, rate=FPS, name="fade"))
    first_clip(document)["markers"] = [copy.deepcopy(marker)]
    document["tracks"]["markers"] = [marker]
    document["global_start_time"] = nodes.moment(86400, rate=FPS)
    return document


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("key", "value"), BAD_TIMES, ids=[f"{key} {value}" for key, value in BAD_TIMES])
def test_a_time_that_makes_no_sense_is_named(place: str, key: str, value: object, tmp_path: Path) -> None:
    document = full_cut()
    PLACES[place](document)[key] = value
    error = refusal(tmp_path, document)
    assert "is not a frame rate" in error.message or "is not a position in time" in error.message
    assert "cut.otio" in f"{error.message} {error.where}"


@pytest.mark.parametrize("length", [0, -5])
def test_a_clip_without_or_with_negative_length_is_empty(length: float, tmp_path: Path) -> None:
    document = with_change(lambda cut: first_clip(cut)["source_range"]["duration"].update(value=length))
    assert survey_text(tmp_path, document).cut.duration == 24 + 48


@pytest.mark.parametrize("value", [1e308, 2**70, 1e18])
def test_a_length_beyond_all_reason_is_answered(value: float, tmp_path: Path) -> None:
    document = with_change(lambda cut: PLACES["gap"](cut).update(value=value))
    hole = survey_text(tmp_path, document).found.holes[0]
    assert hole.record.length == int(value)


def test_an_item_that_states_no_length_is_empty_and_said(tmp_path: Path) -> None:
    def change(cut: Document) -> None:
        first_clip(cut).update(source_range=None, media_references={})

    found = survey_text(tmp_path, with_change(change))
    assert found.cut.duration == 72
    assert "NO_LENGTH" in [each.code for each in found.cut.findings]


def test_an_active_key_that_is_absent_is_offline_media(tmp_path: Path) -> None:
    document = with_change(lambda cut: first_clip(cut).update(active_media_reference_key="PROXY"))
    path = tmp_path / "cut.otio"
    path.write_text(json.dumps(document))
    found = survey_timeline(path, settings=ReadSettings(), rules=Rules(offline=True))
    assert [each.kind for each in found.found.holes] == ["OFFLINE", "GAP", "OFFLINE"]


def test_names_of_any_kind_are_read(tmp_path: Path) -> None:
    for name in ("a\nb", "\x1b[31mred", "[red]x[/red]", "x" * 100_000, "\u202eabc", "'\"`|<>", "🎬" * 50):
        document = with_change(lambda cut, name=name: first_clip(cut).update(name=name))
        hole = survey_text(tmp_path, document).found.holes[0]
        assert hole.before is not None
        assert hole.before.name == name


def test_a_broken_item_with_a_hostile_name_is_told_on_one_line(tmp_path: Path) -> None:
    document = with_change(lambda cut: first_clip(cut).update(name="a\n\x1b[31m" + "x" * 500))
    PLACES["clip"](document)["rate"] = 0
    assert len(refusal(tmp_path, document).message) < 300


def test_items_beside_the_tracks_are_said_and_left(tmp_path: Path) -> None:
    document = with_change(lambda cut: cut["tracks"]["children"].append(shot("loose.mov")))
    found = survey_text(tmp_path, document)
    assert len(found.found.holes) == 1
    assert any(each.code == "UNSUPPORTED" and "loose.mov" in each.message for each in found.cut.findings)


def test_the_trim_of_a_whole_track_is_said(tmp_path: Path) -> None:
    trim = nodes.frames(0, 10, rate=FPS)
    document = with_change(lambda cut: cut["tracks"]["children"][0].update(source_range=trim))
    assert "UNSUPPORTED" in [each.code for each in survey_text(tmp_path, document).cut.findings]


def test_a_file_above_the_size_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    path.write_bytes(b" " * (2 << 20) + json.dumps(small_cut()).encode())
    with pytest.raises(TimelineError, match="2 MB, more than the limit of 1 MB"):
        survey(path, settings=ReadSettings(file_mb=1))


def test_reading_beyond_the_memory_limit_ends_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    document = small_cut()
    document["tracks"]["children"][0]["children"] *= 4000
    path.write_text(json.dumps(document))
    with pytest.raises(TimelineError) as raised:
        survey(path, settings=ReadSettings(memory_mb=120))
    assert_is_a_sentence(raised.value)


def test_reading_beyond_the_time_limit_ends_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    path.write_text(json.dumps(small_cut()))
    with pytest.raises(TimelineError, match="took longer than"):
        survey(path, settings=ReadSettings(seconds=0.01))


# What stands at the path


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's whole path may have 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def nothing(path: Path) -> None:
    del path


def an_empty_file(path: Path) -> None:
    path.touch()


def a_closed_file(path: Path) -> None:
    path.write_text(json.dumps(small_cut()))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")


KINDS = [
    (a_folder, "is a folder"),
    (a_pipe, "is no regular file"),
    (a_socket, "is no regular file"),
    (a_loop, "Too many levels of symbolic links"),
    (nothing, "does not exist"),
    (an_empty_file, "is empty"),
    (a_closed_file, "cannot be opened"),
]


@pytest.mark.parametrize(("make", "said"), KINDS, ids=[make.__name__ for make, _ in KINDS])
def test_what_is_no_file_is_told_as_error_1(
    make: Callable[[Path], None], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reel.otio"
    make(path)
    assert run(["holes", str(path), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer.keys() == {"schema", "code", "message", "where", "next"}
    assert (answer["schema"], answer["code"], answer["where"]) == ("Error.1", "TIMELINE", str(path))
    assert said in answer["message"]
    assert answer["next"]


@pytest.mark.parametrize("command", ["holes", "plan", "fill"])
def test_every_command_says_the_sentence_without_a_traceback(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "reel.otio"
    path.write_bytes(b'{"OTIO_SCHEMA": "Timeline.1", "tracks": null}')
    assert run([command, str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0] == "pickup: reel.otio has no tracks (it says null)"
    assert not (tmp_path / "pickup").exists()


@pytest.mark.parametrize("suffix", [".otio", ".xml"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"TITLE: REEL 1\nFCM: NON-DROP FRAME\n", "is an EDL"),
        (b"001  AX       V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n", "is an EDL"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", "is AAF"),
        (b"<fcpxml version='1.10'/>", "is Final Cut Pro X XML"),
        (b"<html/>", "is XML with the root “html”"),
        (b"<!DOCTYPE x [<!ENTITY a 'aa'>]><xmeml>&a;</xmeml>", "declares XML entities"),
        (b"<a>" * 300 + b"</a>" * 300, "nested more than 200 levels deep"),
        (b"PK\x03\x04 and so on", "is not complete, or damaged"),
    ],
)
def test_another_format_is_told_by_what_stands_in_the_file(
    content: bytes, said: str, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"reel{suffix}"
    path.write_bytes(content)
    with pytest.raises(TimelineError, match=said) as refused:
        survey(path)
    assert refused.value.next_step


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["holes", str(tmp_path / ("x" * 300 + ".otio")), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "TIMELINE"


def test_names_with_markup_and_control_characters_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = small_cut()
    for clip in (first_clip(document), document["tracks"]["children"][0]["children"][2]):
        clip["name"] = "[red]x[/red]\n\x1b[31m\x07"
    document["tracks"]["children"][0]["name"] = "[bold]V1[/nonsense]\x1b[2J"
    path = tmp_path / "reel.otio"
    path.write_text(json.dumps(document))
    assert run(["holes", str(path), "--explain"]) == 0
    told = capsys.readouterr()
    assert "[red]x[/red]" in told.out
    assert not {"\x1b", "\x07"} & set(told.out + told.err)


def test_one_frame_more_than_whole_hours_proves_nothing(tmp_path: Path) -> None:
    document = small_cut() | {"global_start_time": nodes.moment(107893, rate=float(Fraction(30000, 1001)))}
    assert "DROP_FRAME_ASSUMED" in [each.code for each in survey_text(tmp_path, document).cut.findings]
