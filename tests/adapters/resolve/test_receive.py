"""The button Receive against the stand-in: which timeline is there afterwards, and that no other has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from made_cut import TAKE, Room, another_cut, clip, external, gap, make_room, otio_of, snapshot, span, time, track
from pickup_for_resolve import receive
from pickup_for_resolve.words import Outcome
from resolve_stand_in import FolderData, Importing, ItemData, TimelineData

VERSIONS = ("19.1.3", "21.0", "21.1")


def press(room: Room, *, again: bool = False) -> Outcome:
    return receive.run(room.resolve, beside=room.scripts, again=again, show_folder=room.show)


def linked(timeline: TimelineData) -> list[str | None]:
    return [item.media.path if item.media and item.media.online else None for row in timeline.video for item in row]


def imports(room: Room) -> list[tuple[str, bool]]:
    """The file and the way of each import that was asked for."""
    calls = room.world.called("ImportTimelineFromFile")
    return [(Path(str(file)).suffix, "importSourceClips" not in dict(options)) for file, options in calls]  # type: ignore[call-overload]


def assert_whole(room: Room, name: str = "reel1_v001") -> TimelineData:
    timeline = room.named(name)
    assert room.world.current is timeline
    first = linked(timeline)[:3]
    assert first == [str(room.footage / "A001.mov"), str(room.take), str(room.footage / "B002.mov")]
    return timeline


def assert_untouched(room: Room, *, besides: tuple[str, ...] = ()) -> None:
    assert room.names() == [timeline.name for timeline in room.before.timelines] + list(besides)
    assert room.world.current is room.world.timelines[0]
    assert room.is_as_it_was()


@pytest.fixture(params=VERSIONS)
def any_room(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    return make_room(tmp_path, version=request.param)


# What is imported, and how


def test_the_version_is_there_whole_and_current(any_room: Room) -> None:
    outcome = press(any_room)
    assert outcome.good
    assert outcome.lines[0] == "reel1_v001 is here and open: 3 clips checked, none of them without its media."
    assert_whole(any_room)
    assert any_room.is_as_it_was()
    assert any_room.names() == ["Reel 1", "Selects", "reel1_v001"]


@pytest.mark.parametrize("version", VERSIONS)
def test_media_that_the_pool_lacks_is_read_by_the_first_import(tmp_path: Path, version: str) -> None:
    room = make_room(tmp_path, version=version, media_in_pool=False)
    assert press(room).good
    assert_whole(room)
    assert imports(room) == [(".otio", True)]


def test_where_media_in_the_pool_ends_an_import_the_pool_is_linked(room: Room) -> None:
    assert press(room).good
    assert imports(room) == [(".otio", True), (".otio", False)]
    (bin_of_pickup,) = (folder for folder in room.world.root.folders if folder.name == "Pickup")
    assert [media.name for media in bin_of_pickup.media] == [TAKE]
    assert_whole(room)


@pytest.mark.parametrize("version", ["19.1.3", "21.0"])
def test_doubled_entries_that_are_used_stay(tmp_path: Path, version: str) -> None:
    room = make_room(tmp_path, version=version)
    assert press(room).good
    timeline = assert_whole(room)
    used = {item.media.id for row in timeline.video for item in row if item.media}
    assert used <= {media.id for media in room.world.media}
    assert [media.name for media in room.world.media].count("A001.mov") == 2


@pytest.mark.parametrize("version", ["19.1.3", "21.0"])
def test_doubled_entries_that_nothing_uses_are_taken_away(tmp_path: Path, version: str) -> None:
    room = make_room(tmp_path, version=version)
    room.world.spoil = lambda importing: _take_off(importing, when=importing.suffix == ".otio")
    assert press(room).good
    assert imports(room) == [(".otio", True), (".otio", False), (".xml", True)]
    assert_whole(room)
    names = [media.name for media in room.world.media]
    assert (names.count("A001.mov"), names.count(TAKE)) == (2, 1)
    assert room.is_as_it_was()


def test_no_entry_is_taken_away_where_a_compound_clip_may_use_it(tmp_path: Path) -> None:
    room = make_room(tmp_path, version="21.0")
    document = otio_of(room)
    inner = {"OTIO_SCHEMA": "Stack.1", "children": [track("Video", [gap(10), gap(14)])]}
    document["tracks"]["children"][0]["children"].append(inner)
    (room.cut / "reel1_v001.resolve.otio").write_text(json.dumps(document))
    room.world.faults["ImportTimelineFromFile"] = lambda: None
    outcome = press(room)
    assert not outcome.good
    assert not room.world.called("DeleteClips")


def test_no_entry_is_taken_away_where_a_timeline_cannot_be_looked_at(tmp_path: Path) -> None:
    room = make_room(tmp_path, version="21.0")
    room.world.faults["GetStartFrame"] = lambda: None
    outcome = press(room)
    assert not outcome.good
    assert "cannot be looked at" in outcome.lines[0]
    assert not room.world.called("DeleteClips")


def _take_off(importing: Importing, *, when: bool) -> None:
    if when:
        importing.timeline.video[0][1].media = None


@pytest.mark.parametrize("version", VERSIONS)
def test_an_import_with_an_offline_take_is_removed_and_the_next_way_tried(tmp_path: Path, version: str) -> None:
    room = make_room(tmp_path, version=version, media_in_pool=False)
    seen: list[list[str]] = []

    def spoil(importing: Importing) -> None:
        seen.append(room.names())
        _take_off(importing, when=len(seen) == 1)

    room.world.spoil = spoil
    assert press(room).good
    assert seen[1] == ["Reel 1", "Selects"]
    assert_whole(room)
    assert room.is_as_it_was()


def test_entries_that_an_import_left_offline_are_relinked(tmp_path: Path) -> None:
    room = make_room(tmp_path, version="21.0")
    room.world.leaves_entries = True
    room.world.spoil = lambda importing: _take_off(importing, when=importing.reads_media)
    assert press(room).good
    assert imports(room) == [(".otio", True), (".otio", False)]
    relinked = room.world.called("RelinkClips")
    assert [folder for _, folder in relinked] == sorted([str(room.footage), str(room.take.parent)])
    assert_whole(room)
    assert room.is_as_it_was()


def test_an_entry_that_an_import_made_offline_itself_is_relinked(tmp_path: Path) -> None:
    room = make_room(tmp_path, media_in_pool=False)

    def spoil(importing: Importing) -> None:
        media = importing.timeline.video[0][0].media
        assert media is not None
        media.online = False

    room.world.spoil = spoil
    assert press(room).good
    assert len(room.world.called("RelinkClips")) == 1
    assert_whole(room)


def test_older_entries_are_not_relinked(tmp_path: Path) -> None:
    room = make_room(tmp_path, version="21.0")
    for media in room.world.root.folders[0].media:
        media.online = False
    room.before = snapshot(room.world)
    room.world.spoil = lambda importing: _take_off(importing, when=True)
    assert not press(room).good
    touched = [item for items, _ in room.world.called("RelinkClips") for item in items]  # type: ignore[attr-defined]
    old = {media.id for media in room.before.media}
    assert not old & {item.data.id for item in touched}
    assert_untouched(room)


@pytest.mark.parametrize("version", VERSIONS)
def test_where_otio_is_never_whole_the_xml_is(tmp_path: Path, version: str) -> None:
    room = make_room(tmp_path, version=version)
    room.world.spoil = lambda importing: _take_off(importing, when=importing.suffix == ".otio")
    assert press(room).good
    assert_whole(room)
    assert imports(room)[-1][0] == ".xml"
    assert room.names() == ["Reel 1", "Selects", "reel1_v001"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("fcp7", [True, False])
def test_where_nothing_is_whole_the_editor_is_told_what_to_do(tmp_path: Path, version: str, *, fcp7: bool) -> None:
    room = make_room(tmp_path, version=version)
    if not fcp7:
        room.done(outputs={"resolve": "reel1_v001.resolve.otio"})
    room.world.spoil = lambda importing: _take_off(importing, when=True)
    outcome = press(room)
    assert not outcome.good
    assert "which is offline" in outcome.lines[0]
    assert f"File > Import > Timeline, choose {room.cut / 'reel1_v001.resolve.otio'}" in outcome.lines[1]
    assert (str(room.cut / "reel1_v001.xml") in outcome.lines[1]) is fcp7
    assert room.shown == [room.cut]
    assert len(imports(room)) == (4 if fcp7 else 2)
    assert_untouched(room)
    assert not (room.scripts / "pickup_received.json").exists()


def test_what_cannot_be_removed_is_named(tmp_path: Path) -> None:
    room = make_room(tmp_path, version="21.0")
    room.world.absent.add("DeleteTimelines")
    room.world.spoil = lambda importing: _take_off(importing, when=importing.suffix == ".otio")
    outcome = press(room)
    assert outcome.good
    assert "The timeline reel1_v001 is not whole and could not be removed; please delete it." in outcome.lines
    assert "The timeline reel1_v001 2 is not whole and could not be removed; please delete it." in outcome.lines
    assert outcome.lines[0].startswith("reel1_v001 3 is here")
    assert_whole(room, "reel1_v001 3")


@pytest.mark.parametrize("named", [True, False])
def test_nested_sequences_of_an_import_that_is_not_whole_are_removed_too(tmp_path: Path, *, named: bool) -> None:
    room = make_room(tmp_path, version="21.0")
    room.world.nested = ("Inner",)

    def spoil(importing: Importing) -> None:
        if not named:
            importing.timeline.name = "Named by its file"
        _take_off(importing, when=importing.suffix == ".otio")

    room.world.spoil = spoil
    assert press(room).good
    assert sorted(room.names()) == ["Inner", "Reel 1", "Selects", "reel1_v001"]
    assert_whole(room)


def test_an_import_that_answers_none_and_made_a_timeline_all_the_same_is_looked_at(room: Room) -> None:
    room.world.answers_imports = False
    assert press(room).good
    assert_whole(room)


def test_an_existing_timeline_that_an_import_answers_is_never_taken_for_its_own(room: Room) -> None:
    resolve = room.resolve
    selects = resolve.GetProjectManager().GetCurrentProject().GetTimelineByIndex(2)
    room.world.faults["ImportTimelineFromFile"] = lambda: selects
    outcome = receive.run(resolve, beside=room.scripts, show_folder=room.show)
    assert not outcome.good
    assert not room.world.called("DeleteTimelines")
    assert_untouched(room)


def test_a_project_that_was_never_saved_is_said_to_be_so(room: Room) -> None:
    room.world.project = "Untitled Project"
    outcome = press(room)
    assert not outcome.good
    assert "Save the project under a name" in outcome.lines[1]
    assert_untouched(room)


@pytest.mark.parametrize(("taken", "name"), [(["reel1_v001"], "reel1_v001 2"), (["REEL1_V001"], "reel1_v001 2")])
def test_a_repeated_name_gets_a_number(room: Room, taken: list[str], name: str) -> None:
    room.world.timelines.extend(TimelineData(each, f"old {each}") for each in taken)
    room.before = snapshot(room.world)
    assert press(room).good
    assert_whole(room, name)
    assert room.is_as_it_was()


def test_two_repeated_names_get_the_next_number(room: Room) -> None:
    room.world.timelines.extend(TimelineData(each, each) for each in ("reel1_v001", "reel1_v001 2"))
    assert press(room).good
    assert_whole(room, "reel1_v001 3")


def test_a_name_that_cannot_be_given_back_is_told_as_it_is(room: Room) -> None:
    room.world.faults["SetName"] = lambda: False
    outcome = press(room)
    assert outcome.good
    assert outcome.lines[0].startswith("reel1_v001 2 is here")


def test_without_a_bin_the_current_one_is_used(room: Room) -> None:
    room.world.faults["AddSubFolder"] = lambda: None
    assert press(room).good
    assert_whole(room)
    assert TAKE in [media.name for media in room.world.root.folders[0].media]


def test_a_bin_that_is_there_is_used(room: Room) -> None:
    room.world.root.folders.append(FolderData("Pickup", "p"))
    assert press(room).good
    assert [folder.name for folder in room.world.root.folders] == ["Footage", "Pickup"]
    assert TAKE in [media.name for media in room.world.root.folders[1].media]


def test_without_an_open_timeline_the_new_one_is_opened(room: Room) -> None:
    room.world.current = None
    assert press(room).good
    assert_whole(room)


def test_a_timeline_that_cannot_be_opened_is_said_to_lie_in_the_pool(room: Room) -> None:
    room.world.faults["SetCurrentTimeline"] = lambda: False
    outcome = press(room)
    assert "Open reel1_v001 from the media pool." in outcome.lines


# What counts as wrong


def _drop(importing: Importing) -> None:
    importing.timeline.video[0].pop(1)


def _move(importing: Importing) -> None:
    importing.timeline.video[0][1].start += 2


def _lower(importing: Importing) -> None:
    importing.timeline.video.insert(0, [])


def _swap(importing: Importing) -> None:
    importing.timeline.video[0][1].media = importing.timeline.video[0][0].media


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_drop, f"{TAKE} on V1, which is missing"),
        (_move, f"{TAKE} on V1, which is missing"),
        (_lower, "A001.mov on V1, which is missing"),
        (_swap, f"{TAKE} on V1, which shows A001.mov instead"),
    ],
)
def test_a_timeline_that_is_not_whole_is_not_kept(
    tmp_path: Path, spoil: Callable[[Importing], None], said: str
) -> None:
    room = make_room(tmp_path, media_in_pool=False)
    room.world.spoil = spoil
    outcome = press(room)
    assert not outcome.good
    assert said in outcome.lines[0]
    assert room.names() == ["Reel 1", "Selects"]
    assert room.world.current is room.world.timelines[0]


def test_an_entry_that_is_there_and_says_it_is_offline_counts_as_offline(tmp_path: Path) -> None:
    room = make_room(tmp_path, version="21.0")
    room.world.faults["GetClipProperty"] = lambda: "Offline"
    outcome = press(room)
    assert not outcome.good
    assert "A001.mov on V1, which is offline" in outcome.lines[0]


def test_a_frame_of_rounding_is_allowed(room: Room) -> None:
    def shorten(importing: Importing) -> None:
        importing.timeline.video[0][1].start -= 1

    room.world.spoil = shorten
    assert press(room).good


def test_titles_generators_and_clips_that_were_offline_before_need_no_media(room: Room) -> None:
    assert press(room).good
    timeline = assert_whole(room)
    assert [item.name for item in timeline.video[1]] == ["Text", "Text+", "C003.mov", "D004.mov"]
    assert linked(timeline)[3:] == [None] * 4


def test_clips_of_the_editor_whose_files_are_away_are_told(room: Room) -> None:
    assert "1 clip of your own name files that are not on this machine." in press(room).lines


def test_where_no_file_is_away_nothing_is_said_of_it(room: Room) -> None:
    (room.path / "elsewhere").mkdir()
    (room.path / "elsewhere" / "D004.mov").write_bytes(b"footage")
    outcome = press(room)
    assert outcome.lines == ("reel1_v001 is here and open: 4 clips checked, none of them without its media.",)


def test_bins_are_walked_to_a_depth_that_nobody_reaches(room: Room) -> None:
    folder = room.world.root
    for depth in range(100):
        folder.folders.append(FolderData(f"Bin {depth}", f"b{depth}"))
        folder = folder.folders[-1]
    assert press(room).good
    assert_whole(room)


def _relative(room: Room, document: dict[str, object]) -> None:
    tracks = document["tracks"]["children"]  # type: ignore[index]
    tracks[0]["children"][1] = clip(TAKE, 48, external(Path(f"../../takes/SH0010/t01/{TAKE}")))
    assert room.take.is_file()


def _as_url(room: Room, document: dict[str, object]) -> None:
    reference = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": room.take.as_uri()}
    document["tracks"]["children"][0]["children"][1] = clip(TAKE, 48, reference)  # type: ignore[index]


def _older_clip(room: Room, document: dict[str, object]) -> None:
    older = clip(TAKE, 48, {})
    del older["media_references"]
    older |= {"OTIO_SCHEMA": "Clip.1", "media_reference": external(room.take)}
    document["tracks"]["children"][0]["children"][1] = older  # type: ignore[index]


def _other_rate(room: Room, document: dict[str, object]) -> None:
    document["tracks"]["children"][0]["children"][1] = clip(TAKE, 50, external(room.take), rate=25.0)  # type: ignore[index]


def _no_range(room: Room, document: dict[str, object]) -> None:
    whole = clip(TAKE, 48, external(room.take) | {"available_range": span(48)})
    document["tracks"]["children"][0]["children"][1] = whole | {"source_range": None}  # type: ignore[index]


def _no_start(room: Room, document: dict[str, object]) -> None:
    tracks = document["tracks"]["children"]  # type: ignore[index]
    document["global_start_time"] = None
    document["tracks"]["children"] = [track("Audio", [gap(144)]), *tracks]  # type: ignore[index]
    assert room.take.is_file()


@pytest.mark.parametrize("change", [_relative, _as_url, _older_clip, _other_rate, _no_range, _no_start])
def test_every_form_of_a_take_is_found_in_its_place(room: Room, change: Callable[..., None]) -> None:
    document = otio_of(room)
    change(room, document)
    (room.cut / "reel1_v001.resolve.otio").write_text(json.dumps(document))
    room.world.faults["ImportTimelineFromFile"] = lambda: _made(room)
    outcome = press(room)
    assert outcome.good
    assert "3 clips checked" in outcome.lines[0]


def _made(room: Room) -> None:
    """An import of the picture that every form says."""
    if "reel1_v001" in room.names():
        return
    media = [room.world.add_media(str(path), folder=room.world.root) for path in (room.take,)]
    footage = room.world.root.folders[0].media
    row = [
        ItemData(86400, 86448, "A001.mov", media=footage[0]),
        ItemData(86448, 86496, TAKE, media=media[0]),
        ItemData(86496, 86544, "B002.mov", media=footage[1]),
    ]
    room.world.timelines.append(TimelineData("reel1_v001", "made", video=[row, []]))


def test_sequences_of_images_are_checked_and_compound_clips_are_said_not_to_be(room: Room) -> None:
    document = otio_of(room)
    sequence = {"OTIO_SCHEMA": "ImageSequenceReference.1", "target_url_base": str(room.footage)}
    document["tracks"]["children"][1]["children"][0] = clip("x.[1-24].exr", 24, sequence)
    inner = {"OTIO_SCHEMA": "Stack.1", "children": [track("Video", [gap(10), gap(14)])]}
    document["tracks"]["children"][0]["children"].append(inner)
    (room.cut / "reel1_v001.resolve.otio").write_text(json.dumps(document))

    def made() -> None:
        _made(room)
        room.named("reel1_v001").video[1].append(
            ItemData(86400, 86424, "x.[1-24].exr", media=room.world.root.folders[0].media[0])
        )

    room.world.faults["ImportTimelineFromFile"] = made
    outcome = press(room)
    assert outcome.good
    assert "4 clips checked" in outcome.lines[0]
    assert "1 compound clip could not be looked into; please look." in outcome.lines


def test_a_sequence_of_images_that_is_offline_is_relinked_nowhere_and_told(room: Room) -> None:
    document = otio_of(room)
    sequence = {"OTIO_SCHEMA": "ImageSequenceReference.1", "target_url_base": str(room.footage)}
    document["tracks"]["children"][0]["children"][1] = clip("x.[1-24].exr", 48, sequence)
    (room.cut / "reel1_v001.resolve.otio").write_text(json.dumps(document))
    room.done(outputs={"resolve": "reel1_v001.resolve.otio"})
    outcome = press(room)
    assert not outcome.good
    assert not room.world.called("RelinkClips")
    assert "first x.[1-24].exr on V1, which is offline" in outcome.lines[0]
    assert_untouched(room)


@pytest.mark.parametrize(
    ("rate", "frames"), [(23.976023976023978, 24000), (23.98, 24000), (29.97, 30000), (59.94, 60000), (25.0, 25000)]
)
def test_positions_are_exact_after_hours_at_any_rate(tmp_path: Path, rate: float, frames: int) -> None:
    from pickup_for_resolve.delivered import read_delivered  # noqa: PLC0415

    take = tmp_path / "take.mov"
    take.write_bytes(b"take")
    children = [{"OTIO_SCHEMA": "Gap.1", "source_range": span(7, rate)} for _ in range(frames)]
    document = {
        "OTIO_SCHEMA": "Timeline.1",
        "global_start_time": time(0, rate),
        "tracks": {"children": [track("Video", [*children, clip("take.mov", 48, external(take), rate=rate)])]},
    }
    path = tmp_path / "long.otio"
    path.write_text(json.dumps(document))
    (need,) = read_delivered(path, takes=[take]).needs
    assert (need.start, need.end, need.take) == (7 * frames, 7 * frames + 48, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "it is no JSON"),
        ("[]", "it is no JSON object"),
        ('{"OTIO_SCHEMA": "Clip.2"}', "it is no OTIO timeline"),
        ('{"OTIO_SCHEMA": "Timeline.1"}', "it does not say its rate"),
        ('{"OTIO_SCHEMA": "Timeline.1", "global_start_time": {"rate": 0}}', "a rate in it makes no sense"),
        ('{"OTIO_SCHEMA": "Timeline.1", "global_start_time": {"rate": NaN}}', "a rate in it makes no sense"),
        ("[" * 100000, "it is nested too deep"),
    ],
)
def test_a_delivered_timeline_that_cannot_be_read_is_told(room: Room, content: str, said: str) -> None:
    (room.cut / "reel1_v001.resolve.otio").write_text(content)
    outcome = press(room)
    assert not outcome.good
    assert said in outcome.lines[0]
    assert "Send the timeline again" in outcome.lines[1]
    assert_untouched(room)


def _deep(depth: int) -> dict[str, object]:
    inner: dict[str, object] = {"OTIO_SCHEMA": "Stack.1"}
    for _ in range(depth):
        inner = {"OTIO_SCHEMA": "Stack.1", "children": [inner]}
    return inner


@pytest.mark.parametrize(
    ("child", "said"),
    [
        ({"OTIO_SCHEMA": "Clip.2"}, "a Clip in it has no length"),
        ({}, "a thing in it has no length"),
        (_deep(40), "it is nested too deep"),
        ({"OTIO_SCHEMA": "Gap.1", "source_range": {"duration": {"rate": 24, "value": "x"}}}, "a number in it"),
    ],
)
def test_a_clip_that_makes_no_sense_is_told(room: Room, child: dict[str, object], said: str) -> None:
    document = otio_of(room)
    document["tracks"]["children"][0]["children"].append(child)
    (room.cut / "reel1_v001.resolve.otio").write_text(json.dumps(document))
    outcome = press(room)
    assert not outcome.good
    assert said in outcome.lines[0]


# Colors


def test_colors_are_put_back_on_the_new_timeline_only(any_room: Room) -> None:
    press(any_room)
    timeline = assert_whole(any_room)
    assert [item.color for item in timeline.video[0]] == ["Orange", "Chocolate", ""]
    assert any_room.is_as_it_was()


@pytest.mark.parametrize("color", ["Red", "orange", "", 7, None])
def test_only_colors_that_resolve_takes_are_put_back(room: Room, color: object) -> None:
    clips = [{"track": "video", "index": 1, "start": 0, "end": 48, "color": color}]
    (room.cut / "sent.json").write_text(json.dumps({"schema": "Sent.1", "clips": clips}))
    assert press(room).good
    assert not room.world.called("SetClipColor")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ('{"clips": [{"track": "video", "index": 1, "start": 1, "end": 48, "color": "Lime"}]}', "The color of 1 clip"),
        ('{"clips": [{"track": [], "index": 1, "start": 1, "end": 48, "color": "Lime"}]}', None),
        ('{"clips": ["x"]}', None),
        ('{"clips": 7}', None),
        ("{", "sent.json cannot be used"),
    ],
)
def test_colors_that_cannot_be_put_back_are_told(room: Room, sent: str, said: str | None) -> None:
    (room.cut / "sent.json").write_text(sent)
    outcome = press(room)
    assert outcome.good
    assert (said is None) or said in " ".join(outcome.lines)
    assert ("color" in " ".join(outcome.lines)) is (said is not None)


def test_a_cut_without_a_sidecar_has_no_colors(room: Room) -> None:
    (room.cut / "sent.json").unlink()
    assert press(room).good


# Which version


def test_a_version_is_imported_once_and_again_only_when_asked(any_room: Room) -> None:
    assert press(any_room).good
    again = press(any_room)
    assert not again.good
    assert "reel1_v001 was imported before, as reel1_v001" in again.lines[0]
    assert "--again" in again.lines[1]
    assert any_room.names() == ["Reel 1", "Selects", "reel1_v001"]
    assert press(any_room, again=True).good
    assert_whole(any_room, "reel1_v001 2")


def test_a_new_version_is_imported_after_an_older_one(room: Room) -> None:
    press(room)
    for suffix in (".resolve.otio", ".xml"):
        (room.cut / f"reel1_v002{suffix}").write_bytes((room.cut / f"reel1_v001{suffix}").read_bytes())
    room.done(version=2, outputs={"resolve": "reel1_v002.resolve.otio", "fcp7": "reel1_v002.xml"})
    assert press(room).good
    assert_whole(room, "reel1_v002")


@pytest.mark.parametrize(("minutes", "first"), [(5, "scene2_v001"), (-5, "reel1_v001")])
def test_of_several_cuts_the_newest_comes_first_and_the_next_press_brings_the_other(
    room: Room, minutes: int, first: str
) -> None:
    another_cut(room, "scene2", minutes_later=minutes)
    press(room)
    assert room.names()[2:] == [first]
    press(room)
    assert sorted(room.names()[2:]) == ["reel1_v001", "scene2_v001"]
    assert not press(room).good


def test_a_cut_without_holes_is_said_to_have_none(room: Room) -> None:
    room.done(version=None, outputs={})
    outcome = press(room)
    assert not outcome.good
    assert outcome.lines[0] == "The cut reel1 has no holes, so there is nothing to import."
    assert_untouched(room)


def test_a_cut_without_holes_does_not_hide_what_was_filled(room: Room) -> None:
    another_cut(room, "scene2", minutes_later=5, version=None, outputs={})
    assert press(room).good
    assert_whole(room)
    outcome = press(room)
    assert "The cut scene2 has no holes" in outcome.lines[0]
    assert "imported before" in outcome.lines[0]


@pytest.mark.parametrize("missing", ["library", "cuts", "done.json"])
def test_where_nothing_was_handed_back_it_says_so(room: Room, missing: str) -> None:
    (room.cut / "done.json").unlink()
    if missing != "done.json":
        room.library.rename(room.path / "away")
    if missing == "cuts":
        room.library.mkdir()
    outcome = press(room)
    assert not outcome.good
    assert outcome.lines[0] == f"Nothing has been handed back yet in {room.library}."


@pytest.mark.parametrize("content", ["{", "[]", '{"libraries": 7}', '{"libraries": {"LIBRARY": {"reel1": 7}}}'])
def test_a_memory_that_cannot_be_read_is_as_none(room: Room, content: str) -> None:
    (room.scripts / "pickup_received.json").write_text(content.replace("LIBRARY", str(room.library)))
    assert press(room).good
    assert not press(room).good


def test_a_memory_that_cannot_be_written_is_told(room: Room) -> None:
    (room.scripts / "pickup_received.json").mkdir()
    outcome = press(room)
    assert outcome.good
    assert "could not be noted" in " ".join(outcome.lines)
    assert sorted(path.name for path in room.scripts.iterdir()) == ["pickup_received.json", "pickup_settings.json"]


# done.json is a stranger's file


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": "Done.2"}, "it is no Done.1"),
        ({"schema": ...}, "it is no Done.1"),
        ({"version": "1"}, "`version` is no number"),
        ({"version": True}, "`version` is no number"),
        ({"version": 0}, "`version` is no number"),
        ({"outputs": ...}, "`outputs` or `media` is missing"),
        ({"outputs": []}, "`outputs` or `media` is missing"),
        ({"media": ...}, "`outputs` or `media` is missing"),
        ({"media": ["x"] * 100001}, "`outputs` or `media` is missing"),
        ({"outputs": {}}, "it names no timeline for Resolve"),
        ({"outputs": {"resolve": "reel1_v002.resolve.otio"}}, "there is no .otio file"),
        ({"outputs": {"resolve": "reel1_v001.xml"}}, "there is no .otio file"),
        ({"outputs": {"resolve": "../reel1/reel1_v001.resolve.otio"}}, "is no relative path"),
        ({"outputs": {"resolve": "/etc/passwd"}}, "is no relative path"),
        ({"outputs": {"resolve": "C:/x.otio"}}, "is no relative path"),
        ({"outputs": {"resolve": "a\\b.otio"}}, "is no relative path"),
        ({"outputs": {"resolve": "./x.otio"}}, "is no relative path"),
        ({"outputs": {"resolve": 7}}, "is no relative path"),
        ({"outputs": {"resolve": ""}}, "is no relative path"),
        ({"outputs": {"resolve": "link.otio"}}, "leads out of the library"),
        ({"media": ["../../secret.mov"]}, "is no relative path"),
        ({"media": [7]}, "is no relative path"),
        ({"media": ["a\0b"]}, "is no relative path"),
    ],
)
def test_a_done_json_that_cannot_be_used_is_told_and_nothing_is_imported(
    room: Room, changes: dict[str, object], said: str
) -> None:
    outside = room.path / "outside.otio"
    outside.write_text("{}")
    (room.cut / "link.otio").symlink_to(outside)
    room.done(**changes)
    outcome = press(room)
    assert not outcome.good
    assert said in outcome.lines[0]
    assert "Send the timeline again" in outcome.lines[1]
    assert not imports(room)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "it is no JSON"), (b"\xff{}", "it is no UTF-8 text"), (b" " * ((16 << 20) + 1), "larger than 16 MB")],
)
def test_a_done_json_that_cannot_be_read_is_told(room: Room, content: bytes, said: str) -> None:
    (room.cut / "done.json").write_bytes(content)
    assert said in press(room).lines[0]


def test_one_that_cannot_be_used_does_not_hide_another(room: Room) -> None:
    another_cut(room, "scene2", minutes_later=5, schema="Done.9")
    outcome = press(room)
    assert outcome.good
    assert "it is no Done.1" in " ".join(outcome.lines)
    assert_whole(room)


def test_media_outside_the_library_is_believed_only_where_the_timeline_needs_it(room: Room) -> None:
    room.done(media=[f"takes/SH0010/t01/{TAKE}", str(room.path / "stranger.mov"), "C:/footage/x.mov"])
    (room.path / "stranger.mov").write_bytes(b"x")
    assert press(room).good
    assert "stranger.mov" not in [media.name for media in room.world.media]


def test_takes_that_are_not_there_yet_are_waited_for(room: Room) -> None:
    room.take.unlink()
    outcome = press(room)
    assert not outcome.good
    assert f"1 file of reel1_v001 cannot be reached, first {room.take}" in outcome.lines[0]
    assert "wait for it" in outcome.lines[1]
    assert not imports(room)


# Editions and settings


def test_the_free_edition_changes_nothing_and_says_how_to_import(any_room: Room) -> None:
    any_room.world.product = "DaVinci Resolve"
    outcome = press(any_room)
    assert not outcome.good
    assert f"File > Import > Timeline, choose {any_room.cut / 'reel1_v001.resolve.otio'}" in outcome.lines[1]
    assert any_room.shown == [any_room.cut]
    assert {name for name, _ in any_room.world.calls} <= {"GetProductName", "IsStudio"}
    assert_untouched(any_room)


def test_without_a_project_or_resolve_it_says_so(room: Room) -> None:
    room.world.project = None
    assert press(room).lines[0] == "No project is open in DaVinci Resolve."
    outcome = receive.run(None, beside=room.scripts, show_folder=room.show)
    assert outcome.lines[0] == "DaVinci Resolve does not answer."


def test_a_library_elsewhere_is_found_by_the_settings(room: Room) -> None:
    elsewhere = room.path / "library"
    room.library.rename(elsewhere)
    settings = {"schema": "Adapter.1", "folder": str(room.folder), "library": str(elsewhere)}
    (room.scripts / "pickup_settings.json").write_text(json.dumps(settings))
    for file in (elsewhere / "cuts" / "reel1").glob("reel1_v001.*"):
        file.write_text(file.read_text().replace(str(room.library), str(elsewhere)))
    outcome = press(room)
    assert outcome.good
    assert "3 clips checked" in outcome.lines[0]
    assert str(elsewhere / "takes" / "SH0010" / "t01" / TAKE) in linked(room.named("reel1_v001"))
