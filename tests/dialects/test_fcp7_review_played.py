"""What a clip item plays stays inside its media, and notes in a file cannot do harm."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pytest

from pickup.cut import Cut
from pickup.errors import TimelineError
from pickup.timelines.classify import MediaLooker
from pickup.timelines.dialect import Reading, Source, Writing
from pickup.timelines.dialects import fcp7
from pickup.timelines.read import TimelineFile
from pickup.timelines.snapshot import Prints, take_snapshot
from pickup.timelines.verify import compare
from pickup.timelines.xml_text import parse_xml
from pickup.timing import FrameRate

FPS = 24
LENGTH = 50
Row = tuple[int, ...]


def at(frames: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, FPS)


def shot(
    name: str, *, start: int, media: int | None = 100, speed: float | None = None, first: int = 0
) -> otio.schema.Clip:
    known = otio.opentime.TimeRange(at(first), at(media)) if media else None
    clip = otio.schema.Clip(
        name=name,
        source_range=otio.opentime.TimeRange(at(first + start), at(LENGTH)),
        media_reference=otio.schema.ExternalReference(target_url=f"/m/{name}", available_range=known),
    )
    if speed is not None:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed) if speed else otio.schema.FreezeFrame())
    return clip


def dissolve(before: int, after: int) -> otio.schema.Transition:
    return otio.schema.Transition(
        name="Cross Dissolve", transition_type="SMPTE_Dissolve", in_offset=at(before), out_offset=at(after)
    )


def timeline_of(*items: otio.core.Composable) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(global_start_time=at(0))
    timeline.tracks.append(otio.schema.Track(kind="Video", children=list(items)))
    return timeline


def write(timeline: otio.schema.Timeline) -> bytes:
    rate = FrameRate(fps=Fraction(FPS))
    writing = Writing(name="v001", rate=rate, start_frame=0, drop_frame=False, size=(160, 90), came_as="otio")
    return fcp7.write(timeline.deepcopy(), writing=writing)


def parsed(content: bytes) -> ET.Element:
    return parse_xml(content, path=Path("cut.xml"), nesting=200)


def read(content: bytes) -> Reading:
    return fcp7.read(Source(path=Path("cut.xml"), content=content, xml=parsed(content)))


def cut_of(reading: Reading, *, dialect: str = "fcp7") -> Cut:
    file = TimelineFile(path=Path("cut"), reading=reading, dialect=dialect)
    return take_snapshot(file, looker=MediaLooker(Path("/nowhere"), prefixes={}), prints=Prints.ALL)


def numbers(element: ET.Element, *tags: str) -> Row:
    return tuple(int(element.findtext(tag) or "") for tag in tags)


def items(content: bytes) -> list[Row]:
    return [numbers(each, "start", "end", "in", "out") for each in parsed(content).iter("clipitem")]


def transition(content: bytes) -> tuple[Row, str | None]:
    (element,) = parsed(content).iter("transitionitem")
    return numbers(element, "start", "end"), element.findtext("alignment")


def differences(timeline: otio.schema.Timeline, content: bytes) -> list[str]:
    old, new = cut_of(Reading(timeline=timeline), dialect="otio"), cut_of(read(content))
    found = compare(old, new, fillable=(), exact=False)
    return [str(each) for each in found if each.aspect not in fcp7.LOSES]


DISSOLVES = [
    # media frames of the first, source start of the second; where it is written, its alignment, what the two play
    pytest.param(100, 3, (47, 53), "center", [(0, -1, 0, 53), (-1, 100, 0, 53)], id="some frames at the head"),
    pytest.param(100, 0, (50, 56), "start", [(0, -1, 0, 56), (-1, 100, 0, 50)], id="no frame at the head"),
    pytest.param(52, 20, (44, 50), "end", [(0, -1, 0, 50), (-1, 100, 14, 70)], id="few frames at the tail"),
    pytest.param(50, 0, (50, 51), "start", [(0, -1, 0, 51), (-1, 100, 0, 50)], id="no frame at all"),
    pytest.param(100, 20, (44, 56), "center", [(0, -1, 0, 56), (-1, 100, 14, 70)], id="enough of both"),
]


@pytest.mark.parametrize(("media", "start", "place", "alignment", "played"), DISSOLVES)
def test_a_dissolve_is_as_long_as_there_are_frames_and_comes_back_as_it_was(
    media: int, start: int, place: Row, alignment: str, played: list[Row]
) -> None:
    timeline = timeline_of(shot("a.mov", start=0, media=media), dissolve(6, 6), shot("b.mov", start=start))
    content = write(timeline)
    assert transition(content) == (place, alignment)
    assert items(content) == played
    assert differences(timeline, content) == []


@pytest.mark.parametrize("start", [0, 1, 3, 5, 6, 20])
def test_the_adapter_alone_finds_the_frame_at_the_edit(start: int) -> None:
    content = write(timeline_of(shot("a.mov", start=0), dissolve(6, 6), shot("b.mov", start=start)))
    timeline = otio.adapters.read_from_string(content.decode(), "fcp_xml")
    (track,) = timeline.tracks
    first, second = track.find_clips()
    assert first.source_range == otio.opentime.TimeRange(at(0), at(LENGTH))
    assert second.source_range == otio.opentime.TimeRange(at(start), at(LENGTH))


def test_a_reversed_clip_has_its_head_at_the_end_of_its_media() -> None:
    timeline = timeline_of(
        shot("a.mov", start=0), dissolve(6, 6), shot("b.mov", start=147, media=200, speed=-1.0, first=86400)
    )
    content = write(timeline)
    assert transition(content) == ((47, 53), "center")
    assert items(content)[1] == (-1, 100, 0, 53)
    assert differences(timeline, content) == []


def test_a_still_has_frames_for_any_dissolve_and_lasts_for_it() -> None:
    timeline = timeline_of(shot("a.mov", start=0), dissolve(6, 6), shot("s.png", start=0, media=1))
    content = write(timeline)
    assert transition(content) == ((44, 56), "center")
    assert items(content)[1] == (-1, 100, 0, 56)
    assert parsed(content).findall(".//file/duration")[1].text == "56"
    assert differences(timeline, content) == []


def test_a_note_of_a_dissolve_is_not_believed_when_it_was_moved() -> None:
    content = write(timeline_of(shot("a.mov", start=0), dissolve(6, 6), shot("b.mov", start=3)))
    moved = content.replace(b"<start>47</start>", b"<start>48</start>").replace(
        b"<cutPointTicks>31752000000</cutPointTicks>", b"<cutPointTicks>21168000000</cutPointTicks>"
    )
    assert moved != content
    timeline = read(moved).timeline
    (found,) = (each for each in timeline.tracks[0] if isinstance(each, otio.schema.Transition))
    assert (found.in_offset.value, found.out_offset.value) == (2, 3)


def test_media_of_unknown_length_last_for_the_dissolve_behind_them() -> None:
    content = write(timeline_of(shot("a.mov", start=10, media=None), dissolve(6, 6), shot("b.mov", start=20)))
    assert items(content)[0] == (0, -1, 10, 66)
    assert parsed(content).findtext(".//file/duration") == "66"


def test_reversed_media_of_unknown_length_last_for_the_dissolve_in_front_of_them() -> None:
    reversed_shot = shot("b.mov", start=20, media=None, speed=-1.0)
    content = write(timeline_of(shot("a.mov", start=0), dissolve(6, 6), reversed_shot))
    assert items(content)[1] == (-1, 100, 0, 56)
    assert parsed(content).findall(".//file/duration")[1].text == "76"


@pytest.mark.parametrize(("held", "played"), [(90, (50, 100)), (20, (20, 70))])
def test_a_freeze_near_the_end_of_its_media_stays_within_it(held: int, played: Row) -> None:
    timeline = timeline_of(shot("f.mov", start=held, speed=0.0, first=86400))
    content = write(timeline)
    (item,) = parsed(content).iter("clipitem")
    assert numbers(item, "in", "out") == played
    assert {each.findtext("value") for each in item.iter("keyframe")} == {str(held)}
    assert differences(timeline, content) == []


def noted(note: str, *, tag: bytes = b"</clipitem>") -> Reading:
    content = write(timeline_of(shot("a.mov", start=10)))
    return read(content.replace(tag, f"<?pickup {note}?>".encode() + tag, 1))


@pytest.mark.parametrize(
    "note",
    [
        '{"source":"1e300000000","written":[10,60]}',
        '{"source":"' + "9" * 41 + '","written":[10,60]}',
        '{"source":"1/0","written":[10,60]}',
        '{"pickup":' + "[" * 20000 + "]" * 20000 + "}",
        '{"pickup":"' + "x" * 4_000_000 + '"}',
        '{"scalars":[1e308,1e308]}',
        "{" * 100_000,
        '{"pickup":"' + '\\"' * 100_000,
    ],
    ids=["exponent", "digits", "zero", "nested", "long", "scalars", "open", "string"],
)
def test_a_hostile_note_of_a_clip_is_passed_over(note: str) -> None:
    timeline = noted(note).timeline
    (clip,) = timeline.find_clips()
    assert clip.source_range == otio.opentime.TimeRange(at(10), at(LENGTH))
    assert "pickup" not in clip.metadata
    assert not list(clip.effects)


def test_a_note_cannot_make_a_track_endless() -> None:
    note = '{"length":50,"ends":[900000000000000]}'
    timeline = noted(note, tag=b"</sequence>").timeline
    (track,) = timeline.tracks
    assert track.duration() == at(LENGTH)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<start>0<", "<start>1000000001<"),
        ("<end>50<", "<end>999999999999999999<"),
        ("<end>50<", "<end>-9999999999<"),
        ("<in>10<", "<in>999999999999999999<"),
        ("<duration>100<", "<duration>999999999999999999<"),
    ],
)
def test_an_absurd_frame_number_is_refused_by_the_name_of_its_clip(old: str, new: str) -> None:
    content = write(timeline_of(shot("a.mov", start=10))).replace(old.encode(), new.encode())
    with pytest.raises(TimelineError, match=r"“a\.mov” states"):
        read(content)
