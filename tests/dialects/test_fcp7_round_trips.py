"""What FCP7 XML carries comes back: genuine exports, speeds, mixed rates, and cuts that nobody thought of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.cut import Cut, EventKind
from pickup.timelines.classify import MediaLooker
from pickup.timelines.dialect import Aspect, MediaFacts, Reading, Source, Writing
from pickup.timelines.dialects import fcp7
from pickup.timelines.difference import Difference
from pickup.timelines.read import TimelineFile
from pickup.timelines.snapshot import Prints, take_snapshot
from pickup.timelines.verify import compare
from pickup.timelines.xml_text import parse_xml
from pickup.timing import FrameRate

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
GENUINE = ("premiere_example", "premiere_generators", "hiero_xml_export")

FILM = Fraction(24)
NTSC_FILM = Fraction(24000, 1001)
DROPPED = Fraction(30000, 1001)


def source_of(content: bytes, *, name: str = "cut.xml") -> Source:
    path = Path(name)
    return Source(path=path, content=content, xml=parse_xml(content, path=path, nesting=200))


def cut_of(reading: Reading, *, dialect: str) -> Cut:
    file = TimelineFile(path=Path("cut"), reading=reading, dialect=dialect)
    return take_snapshot(file, looker=MediaLooker(Path("/nowhere"), prefixes={}), prints=Prints.ALL)


def written(
    reading: Reading, *, came_as: str = "otio", facts: Mapping[str, MediaFacts] | None = None
) -> tuple[Cut, Cut, bytes]:
    """The cut, the cut that was written and read, and what was written."""
    old = cut_of(reading, dialect=came_as)
    writing = Writing(
        name="cut_v001",
        rate=old.rate,
        start_frame=old.start_frame,
        drop_frame=old.drop_frame,
        size=old.size or (1920, 1080),
        came_as=came_as,
        facts=facts or {},
    )
    content = fcp7.write(reading.timeline.deepcopy(), writing=writing)
    return old, cut_of(fcp7.read(source_of(content)), dialect="fcp7"), content


def moved(old: Cut, new: Cut) -> list[Difference]:
    """What differs and is not declared as lost."""
    return [each for each in compare(old, new, fillable=(), exact=False) if each.aspect not in fcp7.LOSES]


def at(frames: float, fps: Fraction) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(float(frames), float(fps))


def span(start: float, length: float, *, fps: Fraction, of: Fraction | None = None) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(at(start, of or fps), at(length, fps))


def shot(
    name: str,
    *,
    start: float,
    length: int,
    fps: Fraction,
    media: tuple[int, int] | None = (0, 1000),
    media_fps: Fraction | None = None,
    speed: float | None = None,
) -> otio.schema.Clip:
    clip = otio.schema.Clip(
        name=name,
        source_range=span(start, length, fps=fps),
        media_reference=otio.schema.ExternalReference(
            target_url=f"/media/{name}.mov",
            available_range=span(*media, fps=media_fps or fps) if media else None,
        ),
    )
    if speed is not None:
        warp = otio.schema.LinearTimeWarp(time_scalar=speed) if speed else otio.schema.FreezeFrame()
        clip.effects.append(warp)
    return clip


def timeline_of(
    *items: otio.core.Composable, fps: Fraction = FILM, start: int = 0, kind: str = "Video"
) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(global_start_time=at(start, fps))
    timeline.tracks.append(otio.schema.Track(kind=kind, children=list(items)))
    return timeline


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_export_comes_back_with_nothing_moved(name: str) -> None:
    path = CORPUS / "otio-fcp-adapter" / f"{name}.xml"
    if not path.is_file():
        pytest.skip("the collection is not at hand")
    reading = fcp7.read(source_of(path.read_bytes(), name=path.name))
    old, new, content = written(reading, came_as="fcp7")
    assert compare(old, new, fillable=(), exact=False) == []
    again = written(fcp7.read(source_of(content)), came_as="fcp7")
    assert again[2] == content


def test_a_genuine_resolve_timeline_loses_only_what_is_declared() -> None:
    path = CORPUS / "OpenTimelineIO" / "effects.otio"
    if not path.is_file():
        pytest.skip("the collection is not at hand")
    reading = Reading(timeline=otio.adapters.read_from_file(str(path)))
    old, new, _ = written(reading, came_as="resolve")
    assert moved(old, new) == []
    assert Counter(each.aspect for each in compare(old, new, fillable=(), exact=False)).keys() == {
        Aspect.EFFECTS,
        Aspect.TRANSITION_KINDS,
    }


@pytest.mark.parametrize("percent", [50.0, 200.0, 33.3333, -100.0, -250.0, 0.0, 1234.5])
def test_a_speed_comes_back_exactly_with_its_source(percent: float) -> None:
    clip = shot("a", start=1100, length=48, fps=FILM, media=(1000, 5000), speed=percent / 100)
    old, new, _ = written(Reading(timeline=timeline_of(clip)))
    assert moved(old, new) == []
    assert new.tracks[0].events[0].speed == Fraction(str(percent)) / 100


def test_in_counts_played_frames() -> None:
    clip = shot("a", start=20, length=48, fps=FILM, speed=2.0)
    _, _, content = written(Reading(timeline=timeline_of(clip)))
    item = parse_xml(content, path=Path("x"), nesting=200).find(".//clipitem")
    assert item is not None
    assert (item.findtext("in"), item.findtext("out")) == ("10", "58")


def test_a_reversed_clip_counts_from_the_end_of_its_media() -> None:
    clip = shot("a", start=900, length=48, fps=FILM, media=(0, 1000), speed=-1.0)
    _, _, content = written(Reading(timeline=timeline_of(clip)))
    item = parse_xml(content, path=Path("x"), nesting=200).find(".//clipitem")
    assert item is not None
    assert (item.findtext("in"), item.findtext("out")) == ("52", "100")
    assert item.findtext("filter/effect/parameter[parameterid='reverse']/value") == "TRUE"


def test_several_warps_come_back_as_several() -> None:
    clip = shot("a", start=20, length=48, fps=FILM, speed=1.1)
    clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=0.7))
    old, new, _ = written(Reading(timeline=timeline_of(clip)))
    assert moved(old, new) == []


def test_a_ramp_of_fcp7_xml_goes_back_as_it_came() -> None:
    points = "".join(
        f"<keyframe><when>{when}</when><value>{value}</value></keyframe>"
        for when, value in ((0, 0), (20, 60), (80, 90))
    )
    ramp = f"""<filter><effect><name>Time Remap</name><effectid>timeremap</effectid><parameter>
<parameterid>variablespeed</parameterid><value>1</value></parameter><parameter><parameterid>graphdict</parameterid>
{points}</parameter></effect></filter>"""
    _, _, plain = written(Reading(timeline=timeline_of(shot("a", start=10, length=48, fps=FILM))))
    reading = fcp7.read(source_of(plain.replace(b"</file>", b"</file>" + ramp.encode())))
    old, new, content = written(reading, came_as="fcp7")
    assert compare(old, new, fillable=(), exact=False) == []
    assert (new.tracks[0].events[0].speed, new.tracks[0].events[0].source_start) == (None, Fraction(30, 24))
    item = parse_xml(content, path=Path("x"), nesting=200).find(".//clipitem")
    assert item is not None
    assert item.findtext("in") == "10"
    assert len(item.findall("filter/effect/parameter/keyframe")) == 3


def test_a_ramp_of_another_program_is_declared_as_lost() -> None:
    clip = shot("a", start=10, length=48, fps=FILM)
    clip.effects.append(otio.schema.TimeEffect(effect_name="ramp"))
    old, new, _ = written(Reading(timeline=timeline_of(clip)))
    assert moved(old, new) == []
    assert [each.aspect for each in compare(old, new, fillable=(), exact=False)] == [Aspect.RAMPS]


def test_a_reversed_compound_clip_comes_back() -> None:
    inner = otio.schema.Track(kind="Video", children=[shot("a", start=0, length=90, fps=FILM)])
    stack = otio.schema.Stack(name="compound", children=[inner], source_range=span(20, 30, fps=FILM))
    stack.effects.append(otio.schema.LinearTimeWarp(time_scalar=-2.0))
    old, new, _ = written(Reading(timeline=timeline_of(stack)))
    assert moved(old, new) == []


def test_what_pickup_noted_of_the_whole_timeline_comes_back() -> None:
    timeline = timeline_of(shot("a", start=10, length=48, fps=FILM))
    timeline.metadata["pickup"] = {"came_with": {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}}}
    timeline.tracks[0].metadata["pickup"] = {"added": True}
    _, _, content = written(Reading(timeline=timeline))
    again = fcp7.read(source_of(content)).timeline
    assert again.metadata["pickup"]["came_with"]["Resolve_OTIO"]["Resolve OTIO Meta Version"] == "1.0"
    assert again.tracks[0].metadata["pickup"]["added"] is True


def test_a_source_between_two_frames_of_the_cut_comes_back_exactly() -> None:
    clip = shot("a", start=0, length=50, fps=Fraction(25), media=(90000, 500), media_fps=FILM)
    clip.source_range = otio.opentime.TimeRange(at(90010, FILM), at(50, Fraction(25)))
    old, new, content = written(Reading(timeline=timeline_of(clip, fps=Fraction(25))))
    assert moved(old, new) == []
    item = parse_xml(content, path=Path("x"), nesting=200).find(".//clipitem")
    assert item is not None
    assert item.findtext("in") == "11"  # 10.42 in frames of the cut; frame 11 is the first to show media frame 10


def test_media_that_the_timeline_says_nothing_about_begin_where_a_probe_found_them() -> None:
    facts = {
        "/media/a.mov": MediaFacts(start=Fraction(3600), duration=Fraction(60), rate=FILM, size=(320, 180)),
        "/media/b.mov": MediaFacts(start=Fraction(3600), duration=Fraction(60), rate=FILM, size=(320, 180)),
    }
    embedded = shot("a", start=86412, length=24, fps=FILM, media=None)
    counted = shot("b", start=12, length=24, fps=FILM, media=None)
    old, new, content = written(Reading(timeline=timeline_of(embedded, counted)), facts=facts)
    root = parse_xml(content, path=Path("x"), nesting=200)
    assert [each.findtext("in") for each in root.iter("clipitem")] == ["12", "12"]
    assert [each.findtext("timecode/string") for each in root.iter("file")] == ["01:00:00:00", "01:00:00:00"]
    found = compare(old, new, fillable=(), exact=False, facts=facts)
    assert [each for each in found if each.aspect not in fcp7.LOSES] == []


# Cuts that nobody thought of.

RATES = (FILM, Fraction(25), NTSC_FILM, DROPPED, Fraction(50), Fraction(60000, 1001))
SPEEDS = (None, None, None, 0.5, 2.0, -1.0, -2.5, 0.333333, 0.0, 1.7)


@st.composite
def clips(draw: st.DrawFn, *, fps: Fraction) -> otio.schema.Clip:
    media_fps = draw(st.sampled_from([fps, fps, *RATES]))
    media = (draw(st.sampled_from([0, 0, 86400, 107892, 12345])), draw(st.integers(min_value=300, max_value=4000)))
    speed = draw(st.sampled_from(SPEEDS))
    length = draw(st.integers(min_value=12, max_value=60))
    clip = shot(
        draw(st.sampled_from(["A001_C001.mov", "MISSING SHOT: <harbor> & Meer", "x\ty", "ü\r\nz", "a?>b"])),
        start=0,
        length=length,
        fps=fps,
        media=draw(st.sampled_from([media, media, media, None])),
        media_fps=media_fps,
        speed=speed,
    )
    clip.media_reference.target_url = draw(
        st.sampled_from(["/media/a b#1.mov", "C:\\shots\\100%25.mov", "file://localhost/D%3a/m/x.mov", "/m/é.wav"])
    ).replace("mov", f"{media[0]}-{media[1]}-{media_fps.numerator}.mov")
    first = media[0] if clip.media_reference.available_range is not None else 0
    offset = draw(st.integers(min_value=0, max_value=250))
    clip.source_range = otio.opentime.TimeRange(at(first + offset, media_fps), at(length, fps))
    clip.enabled = draw(st.booleans())
    for place in draw(st.lists(st.integers(min_value=0, max_value=11), max_size=2, unique=True)):
        pace = Fraction(str(abs(speed))) if speed else Fraction(1)
        seconds = Fraction(first + offset) / media_fps + place / fps * pace
        marked = otio.opentime.TimeRange(at(float(seconds * fps), fps), at(draw(st.integers(0, 5)), fps))
        color = draw(st.sampled_from(["RED", "GREEN", "PINK", "Sand", ""]))
        note = otio.schema.Marker(name=f"m{place}", marked_range=marked, color=color, comment="a\nnote <1>")
        clip.markers.append(note)
    if draw(st.booleans()):
        was = otio.schema.Gap(source_range=span(0, length, fps=fps))
        clip.metadata["pickup"] = {
            "schema": "Filled.1", "hole": "h?>1", "shot": "SH0010", "take": 1, "previs": False, "was": was
        }  # fmt: skip
    return clip


@st.composite
def tracks(draw: st.DrawFn, *, fps: Fraction, kind: str) -> otio.schema.Track:
    track = otio.schema.Track(name=draw(st.sampled_from(["", "V<1>"])), kind=kind)
    track.enabled = draw(st.booleans())
    for _ in range(draw(st.integers(min_value=0, max_value=4))):
        if draw(st.booleans()):
            track.append(otio.schema.Gap(source_range=span(0, draw(st.integers(1, 40)), fps=fps)))
        if draw(st.booleans()) and (not len(track) or not isinstance(track[-1], otio.schema.Transition)):
            before, after = draw(st.integers(0, 6)), draw(st.integers(0, 6))
            track.append(
                otio.schema.Transition(
                    name="Cross Dissolve" if kind == "Video" else "Cross Fade (+3dB)",
                    transition_type="SMPTE_Dissolve",
                    in_offset=at(before, fps),
                    out_offset=at(after or 1, fps),
                )
            )
        track.append(draw(clips(fps=fps)))
    if draw(st.booleans()):
        track.append(otio.schema.Gap(source_range=span(0, draw(st.integers(1, 40)), fps=fps)))
    return track


@st.composite
def timelines(draw: st.DrawFn) -> otio.schema.Timeline:
    fps = draw(st.sampled_from(RATES))
    timeline = otio.schema.Timeline(global_start_time=at(draw(st.sampled_from([0, 86400, 107892])), fps))
    for _ in range(draw(st.integers(min_value=1, max_value=3))):
        track = draw(tracks(fps=fps, kind="Video"))
        if draw(st.integers(0, 4)) == 0 and len(track):
            inner = otio.schema.Stack(name="compound", children=[track])
            track = otio.schema.Track(kind="Video", children=[inner])
        timeline.tracks.append(track)
    timeline.tracks.append(draw(tracks(fps=fps, kind="Audio")))
    for place in draw(st.lists(st.integers(min_value=0, max_value=50), max_size=2, unique=True)):
        marked = span(place, draw(st.integers(0, 5)), fps=fps)
        timeline.tracks.markers.append(otio.schema.Marker(name=f"t{place}", marked_range=marked, color="CYAN"))
    return timeline


@settings(max_examples=60)
@given(timelines())
def test_whatever_is_written_is_read_as_it_was(timeline: otio.schema.Timeline) -> None:
    old, new, _ = written(Reading(timeline=timeline))
    assert moved(old, new) == []
    for was, now in zip(old.video_tracks, new.video_tracks, strict=True):
        shown = [each for each in was.events if each.kind is not EventKind.GAP]
        assert [each.filled for each in shown] == [each.filled for each in now.events if each.kind is not EventKind.GAP]


def test_the_adapter_alone_reads_the_same_record_positions() -> None:
    clips = [shot(name, start=10, length=24, fps=FILM) for name in "abc"]
    dissolve = otio.schema.Transition(in_offset=at(4, FILM), out_offset=at(4, FILM))
    empty = otio.schema.Gap(source_range=span(0, 7, fps=FILM))
    _, _, content = written(Reading(timeline=timeline_of(clips[0], dissolve, clips[1], empty, clips[2])))
    (plain,) = otio.adapters.read_from_string(content.decode(), "fcp_xml").tracks
    assert [each.duration().value for each in plain if isinstance(each, otio.core.Item)] == [24, 24, 7, 24]


def test_rates_are_read_as_they_are() -> None:
    for fps in RATES:
        old, new, _ = written(Reading(timeline=timeline_of(shot("a", start=0, length=10, fps=fps), fps=fps)))
        assert old.rate == new.rate == FrameRate(fps=fps)
