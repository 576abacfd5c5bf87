"""What stands in an xmeml file is what the neutral timeline says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from textwrap import indent

import opentimelineio as otio
import pytest

from pickup.errors import TimelineError
from pickup.timelines.dialect import Reading, Source
from pickup.timelines.dialects import fcp7
from pickup.timelines.ramps import ramp_of
from pickup.timelines.ruler import seconds_of
from pickup.timelines.xml_text import parse_xml
from pickup.timing import exact_rate

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "otio-fcp-adapter"

RATE = "<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>"
MOVIE = f"""<file id="file-1"><name>a.mov</name><pathurl>file://localhost/D%3a/m/a%20b.mov</pathurl>{RATE}
<duration>1000</duration><timecode>{RATE}<string>01:00:00:00</string><frame>86400</frame>
<displayformat>NDF</displayformat></timecode></file>"""
SAME_MOVIE, SAME_X = '<file id="file-1"/>', '<file id="x"/>'
SAME_INNER, SAME_CUT = '<sequence id="s-Inner"/>', '<sequence id="s-Cut"/>'


def clip(start: int, end: int, first: int = 0, *, inside: str = "", file: str = MOVIE, name: str = "a.mov") -> str:
    length = end - start if min(start, end) >= 0 else 0
    return f"""<clipitem id="c{start}{end}{first}"><name>{name}</name><duration>1000</duration>{RATE}
<start>{start}</start><end>{end}</end><in>{first}</in><out>{first + length}</out>{file}{inside}</clipitem>"""


def remap(speed: str, *, reverse: str = "FALSE", variable: str = "0", curve: str = "") -> str:
    values = {"variablespeed": variable, "speed": speed, "reverse": reverse}
    parameters = "".join(
        f"<parameter><parameterid>{name}</parameterid><value>{value}</value></parameter>"
        for name, value in values.items()
    )
    return f"""<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>{parameters}
<parameter><parameterid>graphdict</parameterid>{curve}</parameter></effect></filter>"""


def dissolve(start: int, end: int, alignment: str = "center", inside: str = "") -> str:
    return f"""<transitionitem><start>{start}</start><end>{end}</end><alignment>{alignment}</alignment>{inside}{RATE}
<effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid></effect></transitionitem>"""


def sequence(
    video: str, *, audio: str = "", name: str = "Cut", inside: str = "", rate: str = RATE, start: str | None = None
) -> str:
    block = (
        start if start is not None else f"<timecode>{rate}<string>01:00:00:00</string><frame>86400</frame></timecode>"
    )
    picture = f"""<video><format><samplecharacteristics><width>1920</width><height>1080</height>
</samplecharacteristics></format>{video}</video>"""
    return f"""<sequence id="s-{name}"><name>{name}</name><duration>100</duration>{rate}
<media>{picture}<audio>{audio}</audio></media>{block}{inside}</sequence>"""


def source(body: str) -> Source:
    content = f'<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="4">\n{indent(body, "  ")}\n</xmeml>'.encode()
    path = Path("cut.xml")
    return Source(path=path, content=content, xml=parse_xml(content, path=path, nesting=200))


def read(body: str) -> Reading:
    return fcp7.read(source(body))


def items(body: str, *, track: int = 0) -> list[otio.core.Composable]:
    return list(read(body).timeline.tracks[track])


def one_clip(body: str) -> otio.schema.Clip:
    return next(each for each in items(sequence(f"<track>{body}</track>")) if isinstance(each, otio.schema.Clip))


def start_seconds(item: otio.core.Item) -> Fraction:
    return seconds_of(item.source_range.start_time)


def test_premiere_is_told_by_its_marks() -> None:
    plain = source(sequence("<track/>"))
    assert fcp7.sniff(plain) == "Final Cut Pro 7 XML (xmeml 4)"
    marked = source(sequence(f"<track>{clip(0, 10, inside='<pproTicksIn>0</pproTicksIn>')}</track>"))
    assert fcp7.sniff(marked).endswith("with the marks of Premiere")


def test_other_xml_is_not_claimed() -> None:
    path = Path("x.fcpxml")
    content = b'<?xml version="1.0"?><fcpxml version="1.10"/>'
    other = Source(path=path, content=content, xml=parse_xml(content, path=path, nesting=200))
    assert fcp7.sniff(other) == ""
    assert fcp7.sniff(Source(path=path, content=b"{}")) == ""


def test_size_and_drop_frame_are_what_the_sequence_states() -> None:
    ntsc = "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>"
    block = (
        f"<timecode>{ntsc}<string>01;00;00;00</string><frame>107892</frame><displayformat>DF</displayformat></timecode>"
    )
    reading = read(sequence("<track/>", rate=ntsc, start=block))
    assert reading.size == (1920, 1080)
    assert reading.drop_frame is True
    assert reading.timeline.global_start_time.value == 107892
    assert exact_rate(reading.timeline.global_start_time.rate) == Fraction(30000, 1001)


def test_a_sequence_that_says_nothing_of_timecode_leaves_drop_frame_open() -> None:
    reading = read(sequence("<track/>", start=""))
    assert reading.drop_frame is None
    assert reading.timeline.global_start_time == otio.opentime.RationalTime(0, 24)


def test_where_frame_and_label_disagree_the_label_counts() -> None:
    ntsc = "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>"
    block = (
        f"<timecode>{ntsc}<string>01:00:00;00</string><frame>108000</frame><displayformat>DF</displayformat></timecode>"
    )
    assert read(sequence("<track/>", rate=ntsc, start=block)).timeline.global_start_time.value == 107892


def test_the_label_is_enough() -> None:
    block = f"<timecode>{RATE}<string>01:00:00:12</string></timecode>"
    assert read(sequence("<track/>", start=block)).timeline.global_start_time.value == 86412


def test_in_counts_from_the_first_frame_of_the_media() -> None:
    found = one_clip(clip(0, 48, 10))
    assert start_seconds(found) == Fraction(86410, 24)
    assert found.source_range.duration == otio.opentime.RationalTime(48, 24)
    assert found.media_reference.available_range.start_time.value == 86400


def test_in_counts_in_the_rate_of_the_clip_item() -> None:
    slow = clip(0, 48, 10).replace("<timebase>24</timebase>", "<timebase>12</timebase>", 1)
    found = one_clip(slow)
    assert start_seconds(found) == 3600 + Fraction(10, 12)
    assert seconds_of(found.source_range.duration) == 2


def test_space_between_items_is_a_gap() -> None:
    kinds = [type(each).__name__ for each in items(sequence(f"<track>{clip(12, 24)}{clip(30, 40, 1)}</track>"))]
    assert kinds == ["Gap", "Clip", "Gap", "Clip"]


def test_items_that_overlap_are_refused() -> None:
    with pytest.raises(TimelineError, match="before the item in front of it has ended"):
        read(sequence(f"<track>{clip(0, 24)}{clip(20, 40, 1)}</track>"))


def test_an_item_without_a_place_is_named() -> None:
    broken = clip(0, 24, name="lost.mov").replace("<start>0</start>", "")
    with pytest.raises(TimelineError, match=r"“lost\.mov” states no start"):
        read(sequence(f"<track>{broken}</track>"))


def test_a_clip_that_begins_in_no_transition_is_refused() -> None:
    with pytest.raises(TimelineError, match="a transition that is not there"):
        read(sequence(f"<track>{clip(-1, 24)}</track>"))


def test_a_hiero_number_with_a_point_is_a_number() -> None:
    found = one_clip(
        clip(0, 48, 10).replace("<in>10</in>", "<in>10.0</in>").replace("<end>48</end>", "<end>48.0</end>")
    )
    assert start_seconds(found) == Fraction(86410, 24)


def test_a_disabled_clip_is_disabled() -> None:
    assert one_clip(clip(0, 10, inside="<enabled>FALSE</enabled>")).enabled is False
    assert one_clip(clip(0, 10)).enabled is True


def test_states_and_names_of_tracks_are_kept() -> None:
    body = f'<track MZ.TrackName="Plates">{clip(0, 9)}<enabled>FALSE</enabled><locked>TRUE</locked></track>'
    track = read(sequence(body)).timeline.tracks[0]
    assert (track.name, track.enabled, track.metadata["fcp_xml"]["locked"]) == ("Plates", False, "TRUE")


@pytest.mark.parametrize(
    ("alignment", "ticks", "edit"),
    [("center", "", 25), ("start-black", "", 20), ("end", "", 31), ("center", f"{254016000000 // 24 * 3}", 23)],
)
def test_the_edit_under_a_transition_is_where_its_ticks_or_its_alignment_say(
    alignment: str, ticks: str, edit: int
) -> None:
    inside = f"<cutPointTicks>{ticks}</cutPointTicks>" if ticks else ""
    body = f"<track>{clip(0, -1)}{dissolve(20, 31, alignment, inside)}{clip(-1, 60, 100)}</track>"
    before, transition, after = items(sequence(body))
    assert before.source_range.duration.value == edit
    assert (transition.in_offset.value, transition.out_offset.value) == (edit - 20, 31 - edit)
    assert start_seconds(after) == Fraction(86400 + 100 + edit - 20, 24)
    assert after.source_range.duration.value == 60 - edit


def test_a_transition_between_clips_that_state_their_edit_lies_there() -> None:
    body = f"<track>{clip(0, 24)}{dissolve(20, 40)}{clip(24, 60, 100)}</track>"
    _, transition, after = items(sequence(body))
    assert (transition.in_offset.value, transition.out_offset.value) == (4, 16)
    assert start_seconds(after) == Fraction(86500, 24)


def test_a_fade_out_leaves_the_gap_behind_it() -> None:
    body = f"<track>{clip(0, -1)}{dissolve(20, 30, 'end-black')}{clip(40, 60, 100)}</track>"
    kinds = [type(each).__name__ for each in items(sequence(body))]
    assert kinds == ["Clip", "Transition", "Gap", "Clip"]


@pytest.mark.parametrize(
    ("effect", "scalar", "first"),
    [
        (remap("200"), 2.0, 20),
        (remap("50"), 0.5, 5),
        (remap("100", reverse="TRUE"), -1.0, 1000 - 10 - 48),
        (remap("-250"), -2.5, 1000 - 145),
    ],
)
def test_a_speed_change_is_a_warp_and_in_counts_played_frames(effect: str, scalar: float, first: int) -> None:
    found = one_clip(clip(0, 48, 10, inside=effect))
    assert [type(each) for each in found.effects] == [otio.schema.LinearTimeWarp]
    assert found.effects[0].time_scalar == scalar
    assert start_seconds(found) == Fraction(86400 + first, 24)
    assert found.source_range.duration.value == 48


def test_full_speed_is_no_effect() -> None:
    assert list(one_clip(clip(0, 48, 10, inside=remap("100"))).effects) == []


def test_a_freeze_shows_the_frame_of_its_curve() -> None:
    curve = "<keyframe><when>0</when><value>77</value></keyframe>"
    found = one_clip(clip(0, 48, 10, inside=remap("0", curve=curve)))
    assert isinstance(found.effects[0], otio.schema.FreezeFrame)
    assert start_seconds(found) == Fraction(86477, 24)


def test_a_still_frame_of_final_cut_is_a_freeze() -> None:
    still = "<stillframe>TRUE</stillframe><stillframeoffset>31</stillframeoffset>"
    found = one_clip(clip(0, 48, 10, inside=still))
    assert isinstance(found.effects[0], otio.schema.FreezeFrame)
    assert start_seconds(found) == Fraction(86431, 24)


def test_a_ramp_is_a_time_effect_that_begins_where_its_curve_says() -> None:
    curve = keys((0, 0), (20, 60), (80, 90))
    found = one_clip(clip(0, 48, 10, inside=remap("100", variable="1", curve=curve)))
    assert type(found.effects[0]) is otio.schema.TimeEffect
    assert start_seconds(found) == Fraction(86430, 24)


def keys(*points: tuple[int, int], inside: str = "") -> str:
    return "".join(f"<keyframe><when>{w}</when><value>{v}</value>{inside}</keyframe>" for w, v in points)


@pytest.mark.parametrize("stated", ["", "<rate><timebase>48</timebase><ntsc>FALSE</ntsc></rate>"])
def test_a_ramp_shows_the_frames_of_its_curve_from_where_the_clip_begins(stated: str) -> None:
    body = clip(0, 48, 10, inside=remap("100", variable="1", curve=keys((0, 0), (20, 60), (80, 90))))
    found = one_clip(body.replace(RATE, stated, 1) if stated else body)
    ramp, fps = ramp_of(found), 48 if stated else 24
    assert ramp is not None
    assert [ramp.at(Fraction(frame, fps)) * fps for frame in (0, 5, 10, 30)] == [0, 15, 30, 40]


def test_a_ramp_with_handles_is_smoothed_and_how_is_not_known() -> None:
    handle = "<outbez><horiz>{}</horiz><vert>0</vert></outbez>"
    for length, is_read in (("0", True), ("4.5", False)):
        curve = keys((0, 0), (20, 60), inside=handle.format(length))
        ramp = ramp_of(one_clip(clip(0, 48, 10, inside=remap("100", variable="1", curve=curve))))
        assert ramp is not None
        assert ("smoothed" in ramp.unread) is not is_read


def test_beyond_its_points_a_curve_goes_on_for_the_clips_start_as_for_its_frames() -> None:
    curve = keys((0, 0), (8, 24))
    found = one_clip(clip(0, 48, 10, inside=remap("100", variable="1", curve=curve)))
    assert start_seconds(found) == Fraction(86400 + 30, 24)
    ramp = ramp_of(found)
    assert ramp is not None
    assert ramp.at(Fraction(2, 24)) == Fraction(6, 24)


def test_a_point_with_many_digits_is_read() -> None:
    curve = keys((0, 0), (20, 60)).replace("<value>60<", "<value>123456789012.123456789<")
    ramp = ramp_of(one_clip(clip(0, 48, inside=remap("100", variable="1", curve=curve))))
    assert ramp is not None
    assert ramp.at(Fraction(20, 24)) * 24 == Fraction("123456789012.123456789")


def test_a_ramp_without_a_curve_is_told() -> None:
    ramp = ramp_of(one_clip(clip(0, 48, 10, inside=remap("100", variable="1"))))
    assert ramp is not None
    assert "does not say" in ramp.unread


def test_the_genuine_reversed_clip_runs_backwards() -> None:
    path = CORPUS / "premiere_example_filter.xml"
    if not path.is_file():
        pytest.skip("the collection is not at hand")
    genuine = path.read_text(encoding="utf-8").partition("?>")[2]
    file = MOVIE.replace("<duration>1000</duration>", "<duration>37127</duration>")
    found = one_clip(clip(0, 6, 15299, inside=genuine, file=file))
    assert found.effects[0].time_scalar == -1.0
    # its curve maps played frame 15299 to 21828, where the six frames end
    assert start_seconds(found) == Fraction(86400 + 21828 - 6, 24)


def test_other_filters_are_effects() -> None:
    blur = "<filter><enabled>FALSE</enabled><effect><name>Blur</name><effectid>blur</effectid></effect></filter>"
    found = one_clip(clip(0, 48, inside=remap("200") + blur))
    assert [each.name for each in found.effects][1:] == ["Blur"]
    assert "filter" not in found.metadata["fcp_xml"]


def test_a_marker_keeps_its_words_color_and_place() -> None:
    marker = """<marker><comment>rain on&#13;glass</comment><name>PICKUP</name><in>15</in><out>-1</out>
<pproColor>4281740498</pproColor></marker>"""
    found = one_clip(clip(0, 48, 10, inside=marker)).markers[0]
    assert (found.name, found.comment, found.color) == ("PICKUP", "rain on\nglass", "RED")
    assert seconds_of(found.marked_range.start_time) == Fraction(86415, 24)
    assert found.marked_range.duration.value == 0


def test_a_marker_of_a_retimed_clip_keeps_its_distance_from_the_edit() -> None:
    marker = "<marker><comment/><name>m</name><in>15</in><out>17</out></marker>"
    found = one_clip(clip(0, 48, 10, inside=remap("200") + marker)).markers[0]
    assert seconds_of(found.marked_range.start_time) == Fraction(86400 + 20 + 2 * 5, 24)
    assert seconds_of(found.marked_range.duration) == Fraction(4, 24)


def test_a_color_without_a_name_gets_the_nearest_one() -> None:
    color = "<color><alpha>0</alpha><red>250</red><green>5</green><blue>240</blue></color>"
    marker = f"<marker><comment/><name>m</name><in>15</in><out>17</out>{color}</marker>"
    assert one_clip(clip(0, 48, 10, inside=marker)).markers[0].color == "MAGENTA"


def test_markers_of_the_sequence_count_from_its_first_frame() -> None:
    inside = "<marker><comment>note</comment><name>m</name><in>12</in><out>24</out></marker>"
    marker = read(sequence("<track/>", inside=inside)).timeline.tracks.markers[0]
    assert marker.marked_range == otio.opentime.TimeRange(
        otio.opentime.RationalTime(12, 24), otio.opentime.RationalTime(12, 24)
    )
    assert marker.comment == "note"


def test_a_title_of_premiere_is_read_by_the_names_of_its_layers() -> None:
    file = f'<file id="g"><name>Graphic</name><mediaSource>GraphicAndType</mediaSource>{RATE}</file>'
    layer = (
        "<filter><effect><name>MISSING SHOT&#13;rain</name><effectid>GraphicAndType</effectid></effect></filter>"
        "<filter><effect><name>Opacity</name><effectid>opacity</effectid></effect></filter>"
    )
    found = one_clip(clip(0, 48, inside=layer, file=file, name="Graphic"))
    assert found.media_reference.generator_kind == "GraphicAndType"
    assert found.media_reference.metadata["fcp_xml"]["text"] == "MISSING SHOT\nrain"


def test_a_text_generator_is_read_by_its_text() -> None:
    body = f"""<generatoritem><name>Text</name><duration>48</duration>{RATE}<start>0</start><end>48</end><in>0</in>
<out>48</out><effect><name>Text</name><effectid>Text</effectid><parameter><parameterid>str</parameterid>
<value>SHOT TBD</value></parameter></effect></generatoritem>"""
    found = one_clip(body)
    assert found.media_reference.metadata["fcp_xml"]["text"] == "SHOT TBD"


def test_media_without_a_length_has_no_range() -> None:
    file = f'<file id="b"><name>Black Video</name><mediaSource>Slug</mediaSource>{RATE}<duration>0</duration></file>'
    assert one_clip(clip(0, 48, file=file)).media_reference.available_range is None


def test_a_rate_of_nothing_is_that_of_the_sequence() -> None:
    nothing = clip(0, 48).replace(RATE, "<rate><timebase>0</timebase><ntsc>FALSE</ntsc></rate>", 1)
    assert one_clip(nothing).source_range.duration == otio.opentime.RationalTime(48, 24)


def test_a_clip_without_a_file_is_missing_media() -> None:
    found = one_clip(clip(0, 48, file="", name="later.mov"))
    assert isinstance(found.media_reference, otio.schema.MissingReference)
    assert found.name == "later.mov"


def test_a_file_is_known_by_its_id_wherever_it_is_spelled_out() -> None:
    body = f"<track>{clip(0, 10, file=SAME_MOVIE)}{clip(10, 20, 5)}</track>"
    first, second = items(sequence(body))
    assert first.media_reference.target_url == second.media_reference.target_url
    file = f'<file id="x"><name>z.mov</name>{RATE}<pathurl>/z.mov</pathurl></file>'
    master = f'<bin><name>media</name><children><clip id="m">{file}</clip></children></bin>'
    found = items(master + sequence(f"<track>{clip(0, 10, file=SAME_X)}</track>"))
    assert found[0].media_reference.target_url == "/z.mov"


def test_an_id_that_is_spelled_out_twice_is_two_things() -> None:
    again = clip(10, 20).replace('id="c10200"', 'id="c0100"')
    first, second = items(sequence(f"<track>{clip(0, 10)}{again}</track>"))
    assert (first.source_range.duration.value, second.source_range.duration.value) == (10, 10)


def test_one_id_on_two_kinds_of_element_is_two_things() -> None:
    body = clip(0, 10).replace('id="c0100"', 'id="file-1"')
    assert one_clip(body).media_reference.target_url == "file://localhost/D%3a/m/a%20b.mov"


def test_a_nested_sequence_is_read_with_its_tracks() -> None:
    inner = sequence(f"<track>{clip(0, 10)}{clip(10, 40, 20)}</track>", name="Inner")
    body = f"<track>{clip(0, 20, 5, file=inner, name='compound')}{clip(20, 30, file=SAME_INNER)}</track>"
    stack, again = items(sequence(body))
    assert isinstance(stack, otio.schema.Stack)
    assert stack.name == "compound"
    assert stack.source_range.start_time == otio.opentime.RationalTime(5, 24)
    assert [each.source_range.duration.value for each in stack[0]] == [10, 30]
    assert len(again[0]) == 2


def test_a_sequence_nested_in_itself_is_refused() -> None:
    with pytest.raises(TimelineError, match="nested in itself"):
        read(sequence(f"<track>{clip(0, 20, file=SAME_CUT)}</track>"))


def test_of_a_stereo_pair_one_track_is_read() -> None:
    pair = "".join(
        f'<track currentExplodedTrackIndex="{n}" totalExplodedTrackCount="2">{clip(0, 10, n)}</track>' for n in (0, 1)
    )
    tracks = read(sequence("<track/>", audio=pair)).timeline.tracks
    assert [each.kind for each in tracks] == ["Video", "Audio"]
    assert start_seconds(tracks[1][0]) == 3600


def test_where_the_left_channel_overlaps_itself_the_right_one_is_read() -> None:
    left, right = clip(0, 30) + clip(24, 48, 100), clip(0, 24) + clip(24, 48, 106)
    pair = "".join(
        f'<track currentExplodedTrackIndex="{n}" totalExplodedTrackCount="2">{each}</track>'
        for n, each in enumerate((left, right))
    )
    track = read(sequence("<track/>", audio=pair)).timeline.tracks[1]
    assert [each.source_range.duration.value for each in track] == [24, 24]


def test_a_sequence_in_a_project_is_found_and_our_bin_is_not() -> None:
    project = f"<project><children>{sequence('<track/>', name='A')}</children></project>"
    takes = f"<bin><name>Pickup takes</name><children>{sequence('<track/>', name='B')}</children></bin>"
    assert read(project + takes).timeline.name == "A"


def test_the_sequence_that_holds_the_others_is_the_cut() -> None:
    inner = sequence(f"<track>{clip(0, 10)}</track>", name="Inner")
    outer = sequence(f"<track>{clip(0, 10, file=SAME_INNER)}</track>", name="Outer")
    timeline = read(f"<project><children>{inner}{outer}</children></project>").timeline
    assert timeline.name == "Outer"
    assert len(timeline.tracks[0][0][0]) == 1


def test_several_sequences_are_refused_by_name() -> None:
    with pytest.raises(TimelineError, match=r"holds 2 sequences: “A”, “B”") as error:
        read(sequence("<track/>", name="A") + sequence("<track/>", name="B"))
    assert "export the one sequence" in error.value.next_step


def test_a_file_without_a_sequence_is_refused() -> None:
    with pytest.raises(TimelineError, match="holds no sequence"):
        read("<bin><name>x</name><children/></bin>")


def test_a_sequence_without_a_rate_is_refused() -> None:
    with pytest.raises(TimelineError, match="states no frame rate"):
        read(sequence("<track/>", rate="", start=""))


def test_a_multicam_clip_is_refused_with_what_to_do() -> None:
    with pytest.raises(TimelineError, match="multicam") as error:
        read(sequence(f"<track>{clip(0, 10, file='<multiclip/>')}</track>"))
    assert "flatten" in error.value.next_step


def test_damage_that_nobody_foresaw_ends_in_a_sentence() -> None:
    marker = "<marker><name>m</name></marker>"
    with pytest.raises(TimelineError, match="no complete Final Cut Pro XML"):
        read(sequence(f"<track>{clip(0, 10, inside=marker)}</track>"))


def test_instructions_that_are_not_ours_or_not_json_are_skipped() -> None:
    found = one_clip(clip(0, 10, inside="<?php echo 1 ?><?pickup {broken ?><?pickup [1] ?>"))
    assert "pickup" not in found.metadata
