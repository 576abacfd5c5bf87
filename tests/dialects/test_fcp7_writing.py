"""What a neutral timeline says stands in the xmeml that is written, as Premiere, Resolve and OpenShot want it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pytest

from pickup.cut import Cut, EventKind
from pickup.errors import TimelineError
from pickup.timelines.classify import MediaLooker
from pickup.timelines.dialect import NEVER_LOST, MediaFacts, Reading, Source, Writing
from pickup.timelines.dialects import fcp7
from pickup.timelines.read import TimelineFile
from pickup.timelines.snapshot import take_snapshot
from pickup.timelines.xml_text import parse_xml
from pickup.timing import FrameRate

FILM = Fraction(24)
DROPPED = Fraction(30000, 1001)
TICKS = 254016000000
HD = (1920, 1080)


def at(frames: float, fps: Fraction = FILM) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(float(frames), float(fps))


def span(start: float, length: float, fps: Fraction = FILM) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(at(start, fps), at(length, fps))


def movie(url: str, *, start: int = 0, length: int = 500, fps: Fraction = FILM) -> otio.schema.ExternalReference:
    return otio.schema.ExternalReference(target_url=url, available_range=span(start, length, fps))


def shot(
    name: str = "a.mov", *, start: int = 0, length: int = 24, reference: otio.core.MediaReference | None = None
) -> otio.schema.Clip:
    return otio.schema.Clip(
        name=name, source_range=span(start, length), media_reference=reference or movie(f"/media/{name}")
    )


def gap(length: int) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=span(0, length))


def dissolve(before: int, after: int) -> otio.schema.Transition:
    return otio.schema.Transition(
        name="Cross Dissolve", transition_type="SMPTE_Dissolve", in_offset=at(before), out_offset=at(after)
    )


def cut(*tracks: otio.schema.Track, fps: Fraction = FILM, start: int = 0) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(global_start_time=at(start, fps))
    timeline.tracks.extend(tracks)
    return timeline


def video(*items: otio.core.Composable, name: str = "") -> otio.schema.Track:
    return otio.schema.Track(name=name, kind="Video", children=list(items))


def audio(*items: otio.core.Composable, name: str = "") -> otio.schema.Track:
    return otio.schema.Track(name=name, kind="Audio", children=list(items))


def write(
    timeline: otio.schema.Timeline,
    *,
    fps: Fraction = FILM,
    start: int = 0,
    drop_frame: bool = False,
    came_as: str = "otio",
    facts: Mapping[str, MediaFacts] | None = None,
) -> bytes:
    writing = Writing(
        name="harbor_v002",
        rate=FrameRate(fps=fps),
        start_frame=start,
        drop_frame=drop_frame,
        size=HD,
        came_as=came_as,
        facts=facts or {},
    )
    return fcp7.write(timeline, writing=writing)


def parsed(content: bytes) -> ET.Element:
    return parse_xml(content, path=Path("cut.xml"), nesting=200)


def read(content: bytes) -> Reading:
    path = Path("cut.xml")
    return fcp7.read(Source(path=path, content=content, xml=parsed(content)))


def snapshot(reading: Reading, *, dialect: str = "fcp7") -> Cut:
    file = TimelineFile(path=Path("cut"), reading=reading, dialect=dialect)
    return take_snapshot(file, looker=MediaLooker(Path("/nowhere"), prefixes={}))


def found(element: ET.Element, path: str) -> ET.Element:
    child = element.find(path)
    assert child is not None, path
    return child


def texts(element: ET.Element, path: str) -> list[str]:
    return [each.text or "" for each in element.iterfind(path)]


def test_only_what_may_be_lost_is_declared() -> None:
    assert not NEVER_LOST & fcp7.LOSES.keys()
    assert all(said.endswith(".") for said in fcp7.LOSES.values())


def test_the_document_begins_as_premiere_begins_one() -> None:
    content = write(cut(video(shot())))
    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n<xmeml version="4">')
    assert [each.tag for each in parsed(content)] == ["sequence"]


def test_the_sequence_states_rate_size_and_timecode() -> None:
    content = write(cut(video(shot()), fps=DROPPED, start=107892), fps=DROPPED, start=107892, drop_frame=True)
    sequence = found(parsed(content), "sequence")
    assert [each.tag for each in sequence] == ["uuid", "duration", "rate", "name", "media", "timecode"]
    assert sequence.findtext("name") == "harbor_v002"
    assert [each.text for each in found(sequence, "rate")] == ["30", "TRUE"]
    traits = found(sequence, "media/video/format/samplecharacteristics")
    assert (traits.findtext("width"), traits.findtext("height")) == ("1920", "1080")
    block = found(sequence, "timecode")
    assert [block.findtext(tag) for tag in ("string", "frame", "displayformat")] == ["01:00:00;00", "107892", "DF"]
    assert read(content).drop_frame is True


def test_a_name_gives_the_same_uuid_every_time() -> None:
    first, second = (parsed(write(cut(video(shot())))).findtext("sequence/uuid") for _ in range(2))
    assert first == second


def test_a_rate_without_a_timebase_is_refused() -> None:
    with pytest.raises(TimelineError, match="25/2") as error:
        write(cut(video(shot()), fps=Fraction(25, 2)), fps=Fraction(25, 2))
    assert "OTIO" in error.value.next_step


def test_every_track_says_whether_it_is_enabled_and_locked() -> None:
    off = video(shot("b.mov"), name="Plates <1>")
    off.enabled = False
    off.metadata["Resolve_OTIO"] = {"Locked": True}
    content = write(cut(video(shot()), off, audio(shot("a.wav"))))
    tracks = list(parsed(content).iter("track"))
    assert texts(parsed(content), ".//track/enabled") == ["TRUE", "FALSE", "TRUE", "TRUE"]
    assert texts(parsed(content), ".//track/locked") == ["FALSE", "TRUE", "FALSE", "FALSE"]
    assert tracks[1].get("MZ.TrackName") == "Plates <1>"
    again = snapshot(read(content)).tracks
    assert [(each.enabled, each.locked) for each in again] == [(True, False), (False, True), (True, False)]
    assert again[1].name == "Plates <1>"


def test_a_clip_item_has_the_elements_of_premiere_in_its_order() -> None:
    item = found(parsed(write(cut(video(gap(12), shot(start=10))))), ".//clipitem")
    assert [each.tag for each in item] == [
        "masterclipid", "name", "enabled", "duration", "rate", "start", "end", "in", "out", "pproTicksIn",
        "pproTicksOut", "file",
    ]  # fmt: skip
    assert [item.findtext(tag) for tag in ("start", "end", "in", "out")] == ["12", "36", "10", "34"]
    assert item.findtext("pproTicksIn") == str(TICKS // 24 * 10)


def test_ticks_are_exact_at_an_ntsc_rate() -> None:
    clip = otio.schema.Clip(name="a", source_range=span(10, 24, DROPPED), media_reference=movie("/a.mov", fps=DROPPED))
    item = found(parsed(write(cut(video(clip), fps=DROPPED), fps=DROPPED)), ".//clipitem")
    assert item.findtext("pproTicksIn") == str(TICKS * 1001 // 30000 * 10)


def test_ids_are_unique_and_a_file_is_spelled_out_once() -> None:
    content = write(cut(video(shot(), shot(start=30), shot("b.mov")), audio(shot())))
    root = parsed(content)
    ids = [each.get("id") for each in root.iter("clipitem")]
    assert len(ids) == len(set(ids)) == 5
    files = Counter(each.get("id") for each in root.iter("file") if len(each))
    assert files == {"file-1": 1, "file-2": 1}
    assert texts(root, ".//clipitem/masterclipid") == [
        "masterclip-1", "masterclip-1", "masterclip-2", "masterclip-1", "masterclip-1"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("/Volumes/disk 1/a#1.mov", "file://localhost/Volumes/disk%201/a%231.mov"),
        ("D:\\media\\ü%.mov", "file://localhost/D%3a/media/%C3%BC%25.mov"),
        ("\\\\nas\\show\\a.mov", "file://nas/show/a.mov"),
        ("file:///C:/media/a%20b.mov", "file://localhost/C%3a/media/a%20b.mov"),
        ("http://example.com/a.mov", "http://example.com/a.mov"),
    ],
)
def test_paths_are_spelled_as_premiere_spells_them(url: str, written: str) -> None:
    clip = shot(reference=movie(url))
    assert found(parsed(write(cut(video(clip)))), ".//pathurl").text == written


def test_a_path_that_came_from_fcp7_xml_stays_as_it_was_spelled() -> None:
    clip = shot(reference=movie("file:///C:/media/a%20b.mov"))
    content = write(cut(video(clip)), came_as="fcp7")
    assert found(parsed(content), ".//pathurl").text == "file:///C:/media/a%20b.mov"


def test_a_file_has_the_timecode_and_length_of_its_media() -> None:
    clip = shot(start=86410, reference=movie("/a.mov", start=86400))
    root = parsed(write(cut(video(clip))))
    file = found(root, ".//file")
    assert [file.findtext(path) for path in ("timecode/string", "timecode/frame", "duration")] == [
        "01:00:00:00", "86400", "500"
    ]  # fmt: skip
    assert found(root, ".//clipitem").findtext("in") == "10"


def test_what_a_probe_found_counts_before_what_the_timeline_says() -> None:
    facts = {
        "/a.mov": MediaFacts(
            start=Fraction(3600),
            duration=Fraction(10),
            rate=Fraction(25),
            size=(640, 360),
            channels=6,
            sample_rate=44100,
        )
    }
    clip = shot(start=12, reference=movie("/a.mov", length=100))
    file = found(parsed(write(cut(video(clip)), facts=facts)), ".//file")
    assert [file.findtext(path) for path in ("rate/timebase", "duration", "timecode/frame")] == ["25", "250", "90000"]
    assert file.findtext("media/video/samplecharacteristics/width") == "640"
    assert file.findtext("media/audio/channelcount") == "6"
    assert file.findtext("media/audio/samplecharacteristics/samplerate") == "44100"


def test_silent_media_has_no_sound_and_sound_has_no_picture() -> None:
    root = parsed(write(cut(video(shot()), audio(shot("b.wav")))))
    parts = {
        file.findtext("name"): [each.tag for each in found(file, "media")] for file in root.iter("file") if len(file)
    }
    assert parts == {"a.mov": ["video"], "b.wav": ["audio"]}


def test_media_that_nobody_knows_lasts_as_long_as_it_is_used() -> None:
    unknown = otio.schema.ExternalReference(target_url="/a.mov")
    content = write(cut(video(shot(start=30, reference=unknown.clone()), shot(start=10, reference=unknown.clone()))))
    assert texts(parsed(content), ".//file/duration") == ["54"]
    assert texts(parsed(content), ".//clipitem/in") == ["30", "10"]


def test_a_still_lasts_as_long_as_it_is_shown() -> None:
    still = movie("/map.png", length=1)
    assert texts(parsed(write(cut(video(shot("map.png", length=90, reference=still))))), ".//file/duration") == ["90"]


def test_numbered_frames_are_linked_by_the_first() -> None:
    sequence = otio.schema.ImageSequenceReference(
        target_url_base="/plates", name_prefix="p.", name_suffix=".exr", start_frame=1001, frame_zero_padding=5, rate=24
    )
    root = parsed(write(cut(video(shot("p", reference=sequence)))))
    assert found(root, ".//pathurl").text == "file://localhost/plates/p.01001.exr"


def test_picture_and_sound_of_one_take_are_linked() -> None:
    content = write(cut(video(gap(10), shot()), audio(gap(10), shot())))
    picture, left, right = parsed(content).iter("clipitem")
    assert texts(picture, "link/linkclipref") == [picture.get("id"), left.get("id"), right.get("id")]
    assert texts(right, "link/linkclipref") == texts(picture, "link/linkclipref")
    assert texts(picture, "link/mediatype") == ["video", "audio", "audio"]
    assert texts(picture, "link/trackindex") == ["1", "1", "2"]
    assert texts(picture, "link/clipindex") == ["1", "1", "1"]


def test_links_of_other_programs_become_links() -> None:
    picture, sound, alone = shot(), shot("b.wav"), shot("c.mov")
    for each, number in ((picture, 7), (sound, 7), (alone, 8)):
        each.metadata["Resolve_OTIO"] = {"Link Group ID": number}
    root = parsed(write(cut(video(picture, alone), audio(sound)), came_as="resolve"))
    linked = {each.findtext("name"): len(each.findall("link")) for each in root.iter("clipitem")}
    assert linked == {"a.mov": 3, "b.wav": 3, "c.mov": 0}


def test_links_that_came_from_fcp7_xml_are_written_with_the_new_ids() -> None:
    first = read(write(cut(video(shot()), audio(shot("b.wav", start=5)))))  # not linked by themselves
    for track, other in ((0, "y"), (1, "x")):
        clip = first.timeline.tracks[track][0]
        clip.metadata["fcp_xml"] = {"@id": "x" if track == 0 else "y", "link": {"linkclipref": other}}
    root = parsed(write(first.timeline, came_as="fcp7"))
    assert [len(each.findall("link")) for each in root.iter("clipitem")] == [3, 3, 3]


@pytest.mark.parametrize(("kind", "tracks"), [("Mono", ["Mono"]), ("Stereo", ["Stereo", "Stereo"])])
def test_sound_stands_on_as_many_tracks_as_it_has_channels(kind: str, tracks: list[str]) -> None:
    track = audio(shot("a.wav"))
    track.metadata["Resolve_OTIO"] = {"Audio Type": kind}
    content = write(cut(track), came_as="resolve")
    written = parsed(content).findall("sequence/media/audio/track")
    assert [each.get("premiereTrackType") for each in written] == tracks
    assert [each.get("currentExplodedTrackIndex") for each in written] == [str(n) for n in range(len(tracks))]
    assert texts(parsed(content), ".//sourcetrack/trackindex") == [str(n + 1) for n in range(len(tracks))]
    assert len(read(content).timeline.tracks) == 1


def test_a_dissolve_hides_the_edges_of_its_neighbors() -> None:
    content = write(cut(video(shot(start=10), dissolve(4, 6), shot("b.mov", start=20))))
    before, after = parsed(content).iter("clipitem")
    assert [before.findtext(tag) for tag in ("start", "end", "in", "out")] == ["0", "-1", "10", "40"]
    assert [after.findtext(tag) for tag in ("start", "end", "in", "out")] == ["-1", "48", "16", "44"]
    transition = found(parsed(content), ".//transitionitem")
    assert [transition.findtext(tag) for tag in ("start", "end", "alignment")] == ["20", "30", "center"]
    assert transition.findtext("cutPointTicks") == str(TICKS // 24 * 4)
    assert transition.findtext("effect/effectid") == "Cross Dissolve"


@pytest.mark.parametrize(
    ("items", "alignment"),
    [
        ((gap(10), dissolve(0, 5), shot()), "start-black"),
        ((shot(), dissolve(5, 0), gap(10), shot("b.mov")), "end-black"),
        ((shot(), dissolve(0, 5), shot("b.mov", start=20)), "start"),
        ((shot(), dissolve(5, 0), shot("b.mov", start=20)), "end"),
    ],
)
def test_a_transition_says_where_its_edit_is(items: tuple[otio.core.Composable, ...], alignment: str) -> None:
    timeline = cut(video(*items))
    wanted = snapshot(Reading(timeline=timeline.deepcopy())).tracks[0]
    content = write(timeline)
    assert found(parsed(content), ".//alignment").text == alignment
    again = snapshot(read(content)).tracks[0]
    assert [(each.at, each.before, each.after) for each in again.transitions] == [
        (each.at, each.before, each.after) for each in wanted.transitions
    ]
    assert [each.record for each in again.events] == [each.record for each in wanted.events]


def test_a_transition_that_came_from_fcp7_xml_keeps_its_kind() -> None:
    content = write(cut(video(shot(), dissolve(4, 4), shot("b.mov", start=20))))
    wiped = content.replace(b"Cross Dissolve", b"Edge Wipe")
    again = write(read(wiped).timeline, came_as="fcp7")
    assert found(parsed(again), ".//transitionitem/effect/effectid").text == "Edge Wipe"


def test_a_gap_at_the_end_keeps_the_length_of_the_cut() -> None:
    timeline = cut(video(shot(), gap(100)), video(gap(60)), audio(shot("a.wav")))
    content = write(timeline)
    assert parsed(content).findtext("sequence/duration") == "124"
    again = snapshot(read(content))
    assert again.duration == 124
    assert [each.end for each in again.tracks] == [124, 60, 24]


def test_markers_are_written_where_they_stand() -> None:
    clip = shot(start=86410, reference=movie("/a.mov", start=86400))
    clip.markers.append(
        otio.schema.Marker(name="PICKUP", marked_range=span(86415, 1), color="RED", comment="rain\non glass")
    )
    timeline = cut(video(clip), start=86400)
    timeline.tracks.markers.append(otio.schema.Marker(name="t", marked_range=span(86412, 0), color="LEMON"))
    root = parsed(write(timeline, start=86400))
    marker = found(root, ".//clipitem/marker")
    assert [each.tag for each in marker] == ["comment", "name", "in", "out", "pproColor", "color"]
    assert [marker.findtext(tag) for tag in ("comment", "in", "out")] == ["rain\non glass", "15", "16"]
    of_cut = found(root, "sequence/marker")
    assert [of_cut.findtext(tag) for tag in ("name", "in", "out")] == ["t", "12", "-1"]


def test_a_note_of_resolve_is_written_as_the_comment() -> None:
    clip = shot()
    marker = otio.schema.Marker(name="m", marked_range=span(3, 1))
    marker.metadata["Resolve_OTIO"] = {"Note": "what Resolve keeps"}
    clip.markers.append(marker)
    content = write(cut(video(clip)), came_as="resolve")
    assert found(parsed(content), ".//marker/comment").text == "what Resolve keeps"


def test_markers_of_gaps_stand_on_the_sequence() -> None:
    empty = gap(30)
    empty.markers.append(otio.schema.Marker(name="PICKUP: harbor", marked_range=span(6, 2)))
    root = parsed(write(cut(video(shot(), empty, shot("b.mov")))))
    marker = found(root, "sequence/marker")
    assert [marker.findtext(tag) for tag in ("name", "in", "out")] == ["PICKUP: harbor", "30", "32"]


def generator(kind: str, name: str, **parameters: object) -> otio.schema.Clip:
    reference = otio.schema.GeneratorReference(name=name, generator_kind=kind, parameters=parameters)
    return otio.schema.Clip(name=name, source_range=span(0, 24), media_reference=reference)


def rich_text(words: str) -> otio.schema.Clip:
    html = f"<html><body><p>{words}</p></body></html>"
    return generator(
        "Rich", "Text", Resolve_OTIO=[{"Parameters": [{"Parameter ID": "title blob", "Title HTML": html}]}]
    )


def test_a_title_is_written_with_its_words() -> None:
    content = write(cut(video(rich_text("MISSING SHOT"))), came_as="resolve")
    item = found(parsed(content), ".//generatoritem")
    assert item.findtext("effect/effectid") == "Text"
    assert item.findtext("effect/parameter[parameterid='str']/value") == "MISSING SHOT"
    again = read(content)
    assert again.timeline.tracks[0][0].media_reference.metadata["fcp_xml"]["text"] == "MISSING SHOT"


def test_a_color_is_written_as_a_matte() -> None:
    blue = generator("Solid Color", "Solid Color", Resolve_OTIO=[{"Parameters": [
        {"Parameter ID": "color", "Parameter Value": "#0000ff"}]}])  # fmt: skip
    value = found(parsed(write(cut(video(blue)), came_as="resolve")), ".//parameter[parameterid='fillcolor']/value")
    assert [value.findtext(tag) for tag in ("red", "green", "blue")] == ["0", "0", "255"]


@pytest.mark.parametrize(
    ("clip", "kind"),
    [
        (generator("Solid Color", "Solid Color"), EventKind.SLUG),
        (generator("Slug", "Slug"), EventKind.SLUG),
        (generator("black", "Black Video"), EventKind.SLUG),
        (generator("SMPTE Bars", "bars at the head"), EventKind.LEADER),
        (generator("Adjustment Clip", "grade"), EventKind.ADJUSTMENT),
        (generator("Slug", "Transparent Video"), EventKind.ADJUSTMENT),
        (generator("Slug", "Universal Counting Leader"), EventKind.LEADER),
        (rich_text("LOWER"), EventKind.TITLE),
        (shot(reference=otio.schema.MissingReference(name="later.mov")), EventKind.OFFLINE),
        (shot("Black Video", reference=otio.schema.MissingReference()), EventKind.SLUG),
        (shot(reference=otio.schema.ExternalReference(target_url="")), EventKind.OFFLINE),
    ],
)
def test_what_has_no_media_comes_back_as_what_it_was(clip: otio.schema.Clip, kind: EventKind) -> None:
    timeline = cut(video(clip.deepcopy()))
    assert snapshot(Reading(timeline=timeline.deepcopy())).tracks[0].events[0].kind is kind
    content = write(timeline)
    assert snapshot(read(content)).tracks[0].events[0].kind is kind
    for item in parsed(content).iter("clipitem"):
        assert item.find("file/name") is not None
        assert item.find("file/mediaSource") is not None


def test_a_fusion_title_stays_a_title() -> None:
    timeline = cut(video(shot("Text+", reference=otio.schema.MissingReference(name="Text+"))))
    timeline.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    assert snapshot(read(write(timeline, came_as="resolve"))).tracks[0].events[0].kind is EventKind.TITLE


def test_offline_media_is_asked_for_by_its_last_path() -> None:
    reference = otio.schema.MissingReference(name="a.mov", available_range=span(86400, 100))
    reference.metadata["Resolve_OTIO"] = {"Media Url": "/Volumes/gone/a.mov"}
    content = write(cut(video(shot(start=86410, reference=reference))), came_as="resolve")
    assert found(parsed(content), ".//pathurl").text == "file://localhost/Volumes/gone/a.mov"
    event = snapshot(read(content)).tracks[0].events[0]
    assert (event.kind, event.source_start) == (EventKind.OFFLINE, Fraction(86410, 24))


def test_tracks_that_are_neither_picture_nor_sound_are_left_out() -> None:
    content = write(cut(video(shot()), otio.schema.Track(kind="Subtitle", children=[shot("s")])))
    reading = read(content)
    assert [each.kind for each in reading.timeline.tracks] == ["Video"]


def test_a_compound_clip_is_a_sequence_that_is_spelled_out_once() -> None:
    inner = otio.schema.Stack(name="compound", children=[video(shot(length=48), shot("b.mov"))])
    inner.source_range = span(10, 30)
    again = inner.deepcopy()
    again.source_range = span(0, 20)
    content = write(cut(video(inner, again)))
    nested = parsed(content).findall(".//clipitem/sequence")
    assert [(each.get("id"), bool(len(each))) for each in nested] == [("sequence-2", True), ("sequence-2", False)]
    first, second = read(content).timeline.tracks[0]
    assert (first.name, first.source_range) == ("compound", span(10, 30))
    assert [each.name for each in second[0]] == ["a.mov", "b.mov"]


def filled() -> otio.schema.Clip:
    takes = {
        "DEFAULT_MEDIA": movie("/lib/HARBOR_SH0010_t02.mov", length=60),
        "PICKUP_T01": movie("/lib/HARBOR_SH0010_t01.mov", length=60),
    }
    clip = otio.schema.Clip(name="HARBOR_SH0010_t02.mov", source_range=span(6, 24))
    clip.set_media_references(takes, "DEFAULT_MEDIA")
    clip.metadata["pickup"] = {
        "schema": "Filled.1", "hole": "h1", "shot": "SH0010", "take": 2, "previs": True, "was": gap(24)
    }  # fmt: skip
    return clip


def test_what_pickup_noted_comes_back_with_what_stood_there() -> None:
    again = read(write(cut(video(shot(), filled())))).timeline
    clip = again.tracks[0][1]
    assert isinstance(clip.metadata["pickup"]["was"], otio.schema.Gap)
    event = snapshot(Reading(timeline=again)).tracks[0].events[1]
    assert event.filled is not None
    assert (event.filled.shot, event.filled.take, event.filled.previs) == ("SH0010", 2, True)


def test_every_take_lies_in_a_bin_and_comes_back_as_a_reference() -> None:
    content = write(cut(video(filled())))
    root = parsed(content)
    assert [each.tag for each in root] == ["sequence", "bin"]
    takes = found(root, "bin")
    assert takes.findtext("name") == "Pickup takes"
    assert sorted(texts(takes, "children/clip/name")) == ["HARBOR_SH0010_t01.mov", "HARBOR_SH0010_t02.mov"]
    assert [bool(len(found(each, "file"))) for each in takes.iter("clip")] == [False, True]
    again = read(content).timeline
    assert set(again.tracks[0][0].media_references()) == {"DEFAULT_MEDIA", "PICKUP_T01"}
    assert again.tracks[0][0].media_reference.target_url.endswith("t02.mov")


def test_without_other_takes_there_is_no_bin() -> None:
    assert parsed(write(cut(video(shot())))).find("bin") is None


def test_a_note_is_no_longer_believed_when_the_clip_item_was_changed() -> None:
    clip = otio.schema.Clip(
        name="a",
        source_range=otio.opentime.TimeRange(at(10), at(50, Fraction(25))),
        media_reference=movie("/a.mov"),
    )
    content = write(cut(video(clip), fps=Fraction(25)), fps=Fraction(25))
    assert snapshot(read(content)).tracks[0].events[0].source_start == Fraction(10, 24)
    slipped = content.replace(b"<in>11<", b"<in>20<").replace(b"<out>61<", b"<out>70<")
    assert snapshot(read(slipped)).tracks[0].events[0].source_start == Fraction(20, 25)


def test_what_came_with_a_clip_from_fcp7_xml_goes_back_with_it() -> None:
    clip = shot()
    clip.metadata["fcp_xml"] = {
        "@frameBlend": "FALSE",
        "alphatype": "none",
        "labels": {"label2": "Iris"},
        "logginginfo": {"scene": "4", "description": "harbor", "no such name!": "x"},
        "comments": {"mastercomment1": "good"},
    }
    item = found(parsed(write(cut(video(clip)), came_as="fcp7")), ".//clipitem")
    assert item.get("frameBlend") == "FALSE"
    assert item.findtext("labels/label2") == "Iris"
    assert [each.tag for each in found(item, "logginginfo")] == ["description", "scene"]
    assert item.findtext("comments/mastercomment1") == "good"
    assert [each.tag for each in item].index("alphatype") < [each.tag for each in item].index("file")


def test_effects_of_fcp7_xml_go_back_and_those_of_others_stay_behind() -> None:
    clip = shot()
    known = otio.schema.Effect(
        name="Blur", metadata={"fcp_xml": {"effectid": "blur"}, "fcp_xml_filter": {"enabled": "FALSE"}}
    )
    clip.effects.extend([known, otio.schema.Effect(name="Glow", effect_name="Resolve Effect")])
    root = parsed(write(cut(video(clip)), came_as="fcp7"))
    assert texts(root, ".//filter/effect/name") == ["Blur"]
    assert texts(root, ".//filter/enabled") == ["FALSE"]


def test_text_that_xml_cannot_hold_is_told_in_a_note() -> None:
    clip = shot("bell\x07 & <b> ?>\r\n")
    clip.metadata["pickup"] = {"brief": "a ?> b \x07 é"}
    content = write(cut(video(clip)))
    again = read(content).timeline.tracks[0][0]
    assert again.name == "bell\x07 & <b> ?>\r\n"
    assert again.metadata["pickup"]["brief"] == "a ?> b \x07 é"


def test_openshot_finds_all_that_it_looks_for() -> None:
    root = parsed(write(cut(video(shot(), shot("b.mov")), audio(shot("c.wav")))))
    for track in root.iter("track"):
        assert track.find("locked") is not None
    for item in root.iter("clipitem"):
        assert all(item.find(tag) is not None for tag in ("name", "start", "end", "in", "out", "file"))


def test_writing_what_was_written_changes_nothing() -> None:
    content = write(cut(video(shot(), dissolve(4, 4), filled(), gap(9)), audio(shot())))
    assert write(read(content).timeline, came_as="fcp7") == content
