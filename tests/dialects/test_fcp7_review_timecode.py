"""Media keep their own timecode and their own paths, whatever the sequence counts by."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pytest

from pickup.paths import parse_path
from pickup.timelines.dialect import MediaFacts, Reading, Source, Writing
from pickup.timelines.dialects import fcp7
from pickup.timelines.lint import lint_content
from pickup.timelines.ruler import seconds_of
from pickup.timelines.xml_text import parse_xml
from pickup.timing import FrameRate

DROPPED = Fraction(30000, 1001)
NTSC = "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>"
THIRTY = "<rate><timebase>30</timebase><ntsc>FALSE</ntsc></rate>"
STRAIGHT_HOUR = ("01:00:00:00", "108000", "NDF")
DROPPED_HOUR = ("01:00:00;00", "107892", "DF")
URL = "file:///m/a.mov"


def timecode(rate: str, text: str, frame: str, form: str) -> str:
    shown = f"<displayformat>{form}</displayformat>" if form else ""
    return f"<timecode>{rate}<string>{text}</string><frame>{frame}</frame>{shown}</timecode>"


def document(of_file: str, *, of_cut: str, rate: str = NTSC, url: str = "file://localhost/m/a.mov") -> bytes:
    size = "<samplecharacteristics><width>160</width><height>90</height></samplecharacteristics>"
    traits = f"<media><video>{size}</video></media>"
    file = (
        f"""<file id="f"><name>a</name><pathurl>{url}</pathurl>{rate}<duration>300</duration>{of_file}{traits}</file>"""
    )
    clip = f"""<clipitem id="c"><name>a</name><duration>300</duration>{rate}<start>0</start><end>100</end><in>10</in>
<out>110</out>{file}</clipitem>"""
    return f"""<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE xmeml><xmeml version="4"><sequence id="s"><name>S</name>
<duration>100</duration>{rate}<media><video><format><samplecharacteristics><width>160</width><height>90</height>
</samplecharacteristics></format><track>{clip}</track></video></media>{of_cut}</sequence></xmeml>""".encode()


def parsed(content: bytes) -> ET.Element:
    return parse_xml(content, path=Path("cut.xml"), nesting=200)


def read(content: bytes) -> Reading:
    return fcp7.read(Source(path=Path("cut.xml"), content=content, xml=parsed(content)))


def writing(*, drop_frame: bool = False, came_as: str = "fcp7", facts: dict[str, MediaFacts] | None = None) -> Writing:
    return Writing(
        name="cut_v002",
        rate=FrameRate(fps=DROPPED),
        start_frame=107892 if drop_frame else 108000,
        drop_frame=drop_frame,
        size=(160, 90),
        came_as=came_as,
        facts=facts or {},
    )


def block_of(content: bytes, path: str) -> tuple[str | None, ...]:
    block = parsed(content).find(f"{path}/timecode")
    assert block is not None
    return tuple(block.findtext(tag) for tag in ("string", "frame", "displayformat"))


def of_file(content: bytes) -> tuple[str | None, ...]:
    return block_of(content, ".//clipitem/file")


def of_other_program(start: int) -> otio.schema.Timeline:
    def at(frames: int) -> otio.opentime.RationalTime:
        return otio.opentime.RationalTime(frames, 30000 / 1001)

    known = otio.opentime.TimeRange(at(start), at(300))
    reference = otio.schema.ExternalReference(target_url=URL, available_range=known)
    clip = otio.schema.Clip(
        name="a", source_range=otio.opentime.TimeRange(at(start + 10), at(100)), media_reference=reference
    )
    timeline = otio.schema.Timeline()
    timeline.tracks.append(otio.schema.Track(kind="Video", children=[clip]))
    return timeline


@pytest.mark.parametrize("form", ["as it came", "left out"])
def test_media_without_drops_keep_their_labels_in_a_cut_with_drops(form: str) -> None:
    shown = "NDF" if form == "as it came" else ""
    came = document(
        timecode(NTSC, "01:02:03:04", "111694", shown), of_cut=timecode(NTSC, "01;00;00;00", "107892", "DF")
    )
    written = fcp7.write(read(came).timeline, writing=writing(drop_frame=True))
    assert of_file(written) == ("01:02:03:04", "111694", "NDF")
    assert block_of(written, "sequence") == DROPPED_HOUR


def test_media_with_drops_keep_their_labels_in_a_cut_without() -> None:
    came = document(
        timecode(NTSC, "01:02:03;04", "111582", "DF"), of_cut=timecode(NTSC, "01:00:00:00", "108000", "NDF")
    )
    written = fcp7.write(read(came).timeline, writing=writing())
    assert of_file(written) == ("01:02:03;04", "111582", "DF")
    assert block_of(written, "sequence") == STRAIGHT_HOUR


@pytest.mark.parametrize(("start", "labels"), [(108000, STRAIGHT_HOUR), (107892, DROPPED_HOUR)])
@pytest.mark.parametrize("drop_frame", [False, True])
def test_a_whole_start_tells_how_media_count(start: int, labels: tuple[str, ...], *, drop_frame: bool) -> None:
    written = fcp7.write(of_other_program(start), writing=writing(drop_frame=drop_frame, came_as="resolve"))
    assert of_file(written) == labels


def test_a_start_that_tells_nothing_counts_as_the_cut_does() -> None:
    dropped, straight = (
        fcp7.write(of_other_program(111582), writing=writing(drop_frame=drops, came_as="resolve"))
        for drops in (True, False)
    )
    assert of_file(dropped) == ("01:02:03;04", "111582", "DF")
    assert of_file(straight) == ("01:01:59:12", "111582", "NDF")


def test_the_bytes_of_media_count_before_its_start() -> None:
    probed = MediaFacts(start=108000 / DROPPED, duration=300 / DROPPED, rate=DROPPED, drop_frame=True)
    for drops in (False, True):
        order = writing(drop_frame=drops, came_as="resolve", facts={URL: probed})
        assert of_file(fcp7.write(of_other_program(108000), writing=order)) == ("01:00:03;18", "108000", "DF")


def test_bytes_that_do_not_drop_count_before_a_cut_that_does() -> None:
    probed = MediaFacts(start=111694 / DROPPED, duration=300 / DROPPED, rate=DROPPED, drop_frame=False)
    order = writing(drop_frame=True, came_as="resolve", facts={URL: probed})
    assert of_file(fcp7.write(of_other_program(111694), writing=order)) == ("01:02:03:04", "111694", "NDF")


def thirty(*, drop_frame: bool = False) -> Writing:
    return replace(writing(drop_frame=drop_frame), rate=FrameRate(fps=Fraction(30)), start_frame=8497)


def test_premiere_drops_labels_at_thirty_frames_that_it_does_not_call_ntsc() -> None:
    labels = ("00;04;43;15", "8497", "DF")
    came = document(timecode(THIRTY, *labels), of_cut=timecode(THIRTY, "00:00:00:00", "0", "NDF"), rate=THIRTY)
    reading = read(came)
    [clip] = reading.timeline.find_clips()
    assert seconds_of(clip.media_reference.available_range.start_time) == Fraction(8497, 30)
    assert seconds_of(clip.source_range.start_time) == Fraction(8507, 30)
    written = fcp7.write(reading.timeline, writing=replace(thirty(), start_frame=0))
    assert of_file(written) == labels
    assert [clip.source_range for clip in read(written).timeline.find_clips()] == [clip.source_range]


def test_a_sequence_that_counts_so_begins_where_its_frame_says() -> None:
    labels = ("00;04;43;15", "8497", "DF")
    came = document(timecode(THIRTY, *labels), of_cut=timecode(THIRTY, *labels), rate=THIRTY)
    reading = read(came)
    assert seconds_of(reading.timeline.global_start_time) == Fraction(8497, 30)
    assert block_of(fcp7.write(reading.timeline, writing=thirty()), "sequence") == labels


def test_a_label_that_disagrees_with_its_frame_is_counted_straight_at_thirty() -> None:
    wrong = timecode(THIRTY, "01;00;00;00", "108000", "DF")
    came = document(wrong, of_cut=timecode(THIRTY, "00:00:00:00", "0", "NDF"), rate=THIRTY)
    written = fcp7.write(read(came).timeline, writing=replace(thirty(), start_frame=0))
    assert of_file(written) == STRAIGHT_HOUR


@pytest.mark.parametrize(
    ("url", "legal"),
    [
        ("file://localhost/m/a b.mov", "file://localhost/m/a%20b.mov"),
        ("file://localhost/m/Café #1?.mov", "file://localhost/m/Caf%C3%A9%20%231%3F.mov"),
        ("file://localhost/D%3a/m/a b.mov", "file://localhost/D%3a/m/a%20b.mov"),
        ("file://localhost/D%3A/m/a%20b [x].mov", "file://localhost/D%3A/m/a%20b%20%5Bx%5D.mov"),
        ("file:///m/100% a.mov", "file:///m/100%25%20a.mov"),
        ("file://server/share/a b.mov", "file://server/share/a%20b.mov"),
        ("file://localhost/D:\\m\\a b.mov", "file://localhost/D:/m/a%20b.mov"),
        ("file://localhost/m/a%20b.mov", "file://localhost/m/a%20b.mov"),
    ],
)
def test_what_may_not_stand_in_a_url_is_encoded_and_the_rest_stays(url: str, legal: str) -> None:
    came = document(timecode(NTSC, *STRAIGHT_HOUR), of_cut=timecode(NTSC, *STRAIGHT_HOUR), url=url)
    written = fcp7.write(read(came).timeline, writing=writing())
    assert parsed(written).findtext(".//file/pathurl") == legal
    assert parse_path(legal) == parse_path(url)


def test_our_own_lint_finds_no_path_to_encode_in_what_is_delivered() -> None:
    came = document(
        timecode(NTSC, *STRAIGHT_HOUR), of_cut=timecode(NTSC, *STRAIGHT_HOUR), url="file://localhost/m/Tür #1 b.mov"
    )
    assert "FCP7_UNENCODED_URL" in codes(came)
    assert "FCP7_UNENCODED_URL" not in codes(fcp7.write(read(came).timeline, writing=writing()))


def codes(content: bytes) -> set[str]:
    return {each.code for each in lint_content(content, flavor="fcp7", name="cut.xml")}


def test_a_name_that_encoding_would_change_stays_as_it_came() -> None:
    latin = "file://localhost/m/caf%E9 b.mov"
    came = document(timecode(NTSC, *STRAIGHT_HOUR), of_cut=timecode(NTSC, *STRAIGHT_HOUR), url=latin)
    written = fcp7.write(read(came).timeline, writing=writing())
    assert parsed(written).findtext(".//file/pathurl") == latin
