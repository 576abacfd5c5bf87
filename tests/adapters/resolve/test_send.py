"""The button Send against the stand-in: what lies in the watched folder afterwards, and what the editor is told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_cut import Room, make_room, marker
from pickup_for_resolve import send
from pickup_for_resolve.words import Outcome
from resolve_stand_in import Resolve

from pickup.fill.sent import read_sent

VERSIONS = ("19.1.3", "21.0", "21.1")
OTIO = b'{"OTIO_SCHEMA": "Timeline.1"}'


def press(room: Room) -> Outcome:
    return send.run(room.resolve, beside=room.scripts, show_folder=room.show)


def sent(room: Room) -> list[str]:
    return sorted(path.name for path in room.folder.iterdir() if path.is_file())


def sidecar(room: Room, name: str = "Reel_1.otio") -> dict[str, Any]:
    return dict(json.loads((room.folder / f"{name}.sent.json").read_text()))


@pytest.fixture(params=VERSIONS)
def any_room(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    return make_room(tmp_path, version=request.param)


def test_the_open_timeline_and_its_sidecar_lie_in_the_watched_folder(any_room: Room) -> None:
    outcome = press(any_room)
    assert outcome.good
    assert "Sent Reel_1.otio" in outcome.lines[0]
    assert sent(any_room) == ["Reel_1.otio", "Reel_1.otio.sent.json"]
    assert (any_room.folder / "Reel_1.otio").read_bytes() == OTIO
    assert any_room.is_as_it_was()


def test_the_watcher_reads_the_sidecar(room: Room) -> None:
    press(room)
    found, wrong = read_sent(room.folder / "Reel_1.otio")
    assert not wrong
    assert found is not None
    assert found.sender == "DaVinci Resolve Studio 21.1.0"
    assert (found.size, found.rate, found.drops) == ((1920, 1080), "24", False)
    assert [(clip.track, clip.index, clip.start, clip.end, clip.color) for clip in found.clips] == [
        ("video", 1, 0, 48, "Orange"),
        ("video", 1, 48, 96, "Chocolate"),
        ("video", 2, 24, 72, "Teal"),
        ("audio", 1, 0, 48, "Navy"),
    ]


def test_the_sidecar_names_the_export_the_project_and_the_timeline(room: Room) -> None:
    press(room)
    told = sidecar(room)
    assert {key: told[key] for key in ("schema", "file", "project", "timeline", "start_timecode")} == {
        "schema": "Sent.1",
        "file": "Reel_1.otio",
        "project": "Harbor",
        "timeline": "Reel 1",
        "start_timecode": "01:00:00:00",
    }


def test_markers_with_custom_data_are_sent_at_frames_of_the_timeline(room: Room) -> None:
    timeline = room.world.timelines[0]
    timeline.markers = {60.0: marker("of the timeline"), 61.0: marker(""), 2.0: marker(" ")}
    timeline.video[0][0].markers = {
        9.0: marker("before its head"),
        10.0: marker("at its head", duration=12.0),
        57.0: marker("on its last frame"),
        58.0: marker("after its tail"),
    }
    press(room)
    assert [(each["start"], each["duration"], each["custom"]) for each in sidecar(room)["markers"]] == [
        (0, 12, "at its head"),
        (47, 1, "on its last frame"),
        (60, 1, "of the timeline"),
    ]


def test_markers_of_a_clip_whose_media_offset_is_unknown_are_left_out(room: Room) -> None:
    room.world.timelines[0].video[0][0].markers = {10.0: marker("x")}
    room.world.absent.add("GetLeftOffset")
    assert press(room).good
    assert sidecar(room)["markers"] == []


@pytest.mark.parametrize(
    ("rate", "timecode", "told"),
    [
        ("29.97 DF", "01:00:00;00", ("29.97 DF", True)),
        ("29.97", "01:00:00:00", ("29.97", False)),
        ("29.97", "01:00:00;00", ("29.97", True)),
        (23.976, "01:00:00:00", ("23.976", False)),
        (25.0, "01:00:00:00", ("25", False)),
        ("", "", (None, None)),
        ("", "01:00:00;00", (None, True)),
        (True, "", (None, None)),
    ],
)
def test_rate_and_drop_frame_are_told_as_resolve_says_them(
    room: Room, rate: object, timecode: str, told: tuple[object, object]
) -> None:
    room.world.timelines[0].settings["timelineFrameRate"] = rate
    room.world.timelines[0].start_timecode = timecode
    press(room)
    assert (sidecar(room)["rate"], sidecar(room)["drop_frame"]) == told


@pytest.mark.parametrize(("width", "size"), [("1920", [1920, 1080]), ("", None), ("wide", None), ("0", None)])
def test_a_size_that_makes_no_sense_is_null(room: Room, width: str, size: object) -> None:
    room.world.timelines[0].settings["timelineResolutionWidth"] = width
    press(room)
    assert sidecar(room)["size"] == size


def test_a_timeline_that_follows_its_project_is_sent_with_the_projects_settings(room: Room) -> None:
    room.world.project_settings = dict(room.world.timelines[0].settings)
    room.world.timelines[0].settings.clear()
    press(room)
    assert (sidecar(room)["size"], sidecar(room)["rate"]) == ([1920, 1080], "24")


def test_positions_are_read_where_resolve_knows_no_subframes(room: Room) -> None:
    room.world.knows_subframes = False
    room.world.timelines[0].video[0][0].markers = {10.0: marker("x")}
    press(room)
    assert [(clip["start"], clip["end"]) for clip in sidecar(room)["clips"]] == [(0, 48), (48, 96), (24, 72), (0, 48)]
    assert [each["start"] for each in sidecar(room)["markers"]] == [0]


def test_sending_again_replaces_what_was_sent(room: Room) -> None:
    press(room)
    room.world.exports["otio"] = b'{"OTIO_SCHEMA": "Timeline.1", "name": "changed"}'
    room.world.timelines[0].settings["timelineFrameRate"] = "25"
    assert press(room).good
    assert sent(room) == ["Reel_1.otio", "Reel_1.otio.sent.json"]
    assert b"changed" in (room.folder / "Reel_1.otio").read_bytes()
    assert sidecar(room)["rate"] == "25"


def test_the_export_gets_its_name_after_its_sidecar_and_no_other_name_is_ever_looked_at(room: Room) -> None:
    press(room)
    ((name, kind, subtype),) = room.world.called("Export")
    part = Path(str(name))
    assert part.parent == room.folder
    assert part.name.startswith(".pickup-")
    assert part.name.endswith(".part.otio")
    assert (kind, subtype) == (room.world.constants["EXPORT_OTIO"], room.world.constants["EXPORT_NONE"])


def test_an_extension_that_resolve_adds_is_taken_off(room: Room) -> None:
    room.world.export_suffix = ".otio"
    assert press(room).good
    assert sent(room) == ["Reel_1.otio", "Reel_1.otio.sent.json"]


@pytest.mark.parametrize("content", [None, b"", b"  ", b"not OTIO at all"], ids=["nothing", "empty", "blank", "other"])
def test_an_otio_export_that_is_none_becomes_xml(any_room: Room, content: bytes | None) -> None:
    any_room.world.exports["otio"] = content
    outcome = press(any_room)
    assert outcome.good
    assert "Reel_1.xml" in outcome.lines[0]
    assert sent(any_room) == ["Reel_1.xml", "Reel_1.xml.sent.json"]


@pytest.mark.parametrize("kind", ["no such name", "None"])
def test_a_resolve_without_otio_sends_xml(room: Room, kind: str) -> None:
    if kind == "None":
        room.world.constants["EXPORT_OTIO"] = None  # type: ignore[assignment]
    else:
        del room.world.constants["EXPORT_OTIO"]
    assert hasattr(room.resolve, "EXPORT_OTIO")
    assert press(room).good
    assert sent(room) == ["Reel_1.xml", "Reel_1.xml.sent.json"]


def test_where_nothing_is_exported_the_editor_is_told_how_and_nothing_is_left(any_room: Room) -> None:
    any_room.world.exports |= {"otio": b"", "fcp7": None}
    outcome = press(any_room)
    assert not outcome.good
    assert "File > Export > Timeline" in outcome.lines[1]
    assert sent(any_room) == []


def test_a_sidecar_that_cannot_be_made_never_loses_the_export_nor_leaves_an_old_one(room: Room) -> None:
    press(room)
    room.world.timelines[0].markers = {5.0: {"customData": "x", "duration": "long"}}  # type: ignore[typeddict-item]
    room.world.exports["otio"] = b'{"OTIO_SCHEMA": "Timeline.1", "name": "changed"}'
    outcome = press(room)
    assert outcome.good
    assert "could not be sent with it" in " ".join(outcome.lines)
    assert sent(room) == ["Reel_1.otio"]
    assert b"changed" in (room.folder / "Reel_1.otio").read_bytes()


def test_a_sidecar_that_cannot_be_written_never_loses_the_export(room: Room) -> None:
    (room.folder / "Reel_1.otio.sent.json").mkdir()
    outcome = press(room)
    assert outcome.good
    assert "could not be sent with it: Is a directory" in " ".join(outcome.lines)
    assert sent(room) == ["Reel_1.otio"]


def test_an_export_that_cannot_get_its_name_leaves_nothing(room: Room) -> None:
    (room.folder / "Reel_1.otio").mkdir()
    outcome = press(room)
    assert not outcome.good
    assert outcome.lines[0].startswith("The disk refused")
    assert sent(room) == []


def test_a_folder_that_cannot_be_written_is_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root, as whom tests may run, may write everywhere, so the system itself has to answer otherwise.
    monkeypatch.setattr(os, "access", lambda *_: False)
    outcome = press(room)
    assert not outcome.good
    assert "cannot be written" in outcome.lines[0]
    assert not room.world.called("Export")


@pytest.mark.parametrize("can_show", [True, False])
@pytest.mark.parametrize(
    ("version", "product", "studio"),
    [
        ("21.0", "DaVinci Resolve", True),
        ("21.1", "DaVinci Resolve", True),
        ("21.1", "DaVinci Resolve Studio", False),
    ],
)
def test_the_free_edition_changes_nothing_and_says_how_to_export(
    tmp_path: Path, version: str, product: str, *, studio: bool, can_show: bool
) -> None:
    room = make_room(tmp_path, version=version)
    room.world.product, room.world.studio, room.can_show = product, studio, can_show
    outcome = press(room)
    assert not outcome.good
    assert "File > Export > Timeline, type .otio" in outcome.lines[1]
    assert str(room.folder) in outcome.lines[1]
    assert ("open now" in outcome.lines[1]) is can_show
    assert room.shown == [room.folder]
    assert sent(room) == []
    assert {name for name, _ in room.world.calls} <= {"GetProductName", "IsStudio"}


def test_an_edition_that_does_not_answer_whether_it_is_studio_is_believed_by_its_name(room: Room) -> None:
    room.world.faults["IsStudio"] = lambda: None
    assert press(room).good


def _no_project(room: Room) -> None:
    room.world.project = None


def _no_timeline(room: Room) -> None:
    room.world.current = None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_no_project, "No project is open"),
        (_no_timeline, "No timeline is open"),
        (lambda room: room.world.faults.update(GetProductName=lambda: None), "does not say what it is"),
    ],
)
def test_what_is_not_open_is_said(room: Room, spoil: Callable[[Room], None], said: str) -> None:
    spoil(room)
    outcome = press(room)
    assert not outcome.good
    assert said in outcome.lines[0]
    assert "press the button again" in outcome.lines[1]
    assert sent(room) == []


def test_without_resolve_it_says_so(room: Room) -> None:
    outcome = send.run(None, beside=room.scripts, show_folder=room.show)
    assert (outcome.good, outcome.lines[0]) == (False, "DaVinci Resolve does not answer.")


def test_a_mistake_of_its_own_is_told_in_words(room: Room) -> None:
    def broken(_: Path) -> bool:
        raise KeyError("what")

    room.world.product = "DaVinci Resolve"
    outcome = send.run(room.resolve, beside=room.scripts, show_folder=broken)
    assert not outcome.good
    assert "mistake of its own: KeyError" in outcome.lines[0]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Reel 1", "Reel_1"),
        ("../../etc/passwd", "etc_passwd"),
        (".hidden", "hidden"),
        ("a:b*c?", "a_b_c"),
        ("", "timeline"),
        ("...", "timeline"),
        ("Café", "Cafe"),
        ("con", "_con"),
        ("NUL.old", "_NUL.old"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_name_is_made_safe(name: str, file: str) -> None:
    assert send.safe_name(name) == file


@pytest.mark.parametrize(("one", "other"), [("первый", "второй"), ("x" * 81, "x" * 82), ("映画 1", "映像 1")])
def test_two_timelines_whose_letters_are_lost_keep_two_names(one: str, other: str) -> None:
    names = {send.safe_name(one), send.safe_name(other)}
    assert len(names) == 2
    for name in names:
        assert len(name) <= 80
        assert name.isascii()
        assert send.safe_name(one) == send.safe_name(one)


def test_the_stand_in_refuses_a_string_for_an_export_type(room: Room) -> None:
    timeline = room.resolve.GetProjectManager().GetCurrentProject().GetCurrentTimeline()
    assert timeline.Export(str(room.folder / "x.otio"), "EXPORT_OTIO", "") is False
    assert isinstance(room.resolve, Resolve)
    assert "IsStudio" in dir(room.resolve)
