"""Which channels of a file are heard, on which track, stays as the editor had it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pytest

from pickup.timelines.dialect import MediaFacts, Reading, Source, Writing
from pickup.timelines.dialects import fcp7, resolve
from pickup.timelines.xml_text import parse_xml
from pickup.timing import FrameRate

RATE = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>"
LEFT, RIGHT = ({"number": number, "count": 2} for number in (0, 1))
MONO = {"number": 0, "count": 1}
LINKS = "".join(f"<link><linkclipref>{each}</linkclipref></link>" for each in ("c1", "c2"))


def item(identity: str, *, start: int = 0, plays: int = 1, channels: int = 2, more: str = "") -> str:
    return (
        f'<clipitem id="{identity}"><name>a.wav</name><duration>500</duration>{RATE}<start>{start}</start>'
        f'<end>{start + 50}</end><in>0</in><out>50</out><file id="f{channels}"><name>a.wav</name>'
        f"<pathurl>file://localhost/m/a{channels}.wav</pathurl>{RATE}<duration>500</duration><media><audio>"
        f"<channelcount>{channels}</channelcount></audio></media></file>"
        f"<sourcetrack><mediatype>audio</mediatype><trackindex>{plays}</trackindex></sourcetrack>{more}</clipitem>"
    ).replace(f'<file id="f{channels}">', f'<file id="f{channels}-{identity}">')


def track(*items: str, number: int, count: int) -> str:
    attributes = f'currentExplodedTrackIndex="{number}" totalExplodedTrackCount="{count}"'
    return f"<track {attributes}>{''.join(items)}<outputchannelindex>{number + 1}</outputchannelindex></track>"


def same_file(text: str) -> str:
    """Items of one channel count share a file, as in Premiere's own exports."""
    for channels in (1, 2, 8):
        for identity in ("c1", "c2", "c3"):
            text = text.replace(f'"f{channels}-{identity}"', f'"f{channels}"')
    return text


def read(*tracks: str) -> Reading:
    body = f"<media><video><track/></video><audio>{''.join(tracks)}</audio></media>"
    text = same_file(f'<xmeml version="4"><sequence id="s"><name>S</name>{RATE}{body}</sequence></xmeml>')
    return read_bytes(text.encode())


def read_bytes(content: bytes) -> Reading:
    path = Path("cut.xml")
    return fcp7.read(Source(path=path, content=content, xml=parse_xml(content, path=path, nesting=200)))


def writing(*, came_as: str = "fcp7", facts: dict[str, MediaFacts] | None = None) -> Writing:
    rate = FrameRate(fps=Fraction(25))
    return Writing(
        name="n", rate=rate, start_frame=0, drop_frame=False, size=(160, 90), came_as=came_as, facts=facts or {}
    )


def heard(content: bytes) -> list[list[tuple[str | None, str | None]]]:
    """Start and channel of the file, of each item on each track of sound."""
    return [
        [(each.findtext("start"), each.findtext("sourcetrack/trackindex")) for each in track.findall("clipitem")]
        for track in ET.fromstring(content).findall("sequence/media/audio/track")
    ]


def written(reading: Reading) -> bytes:
    content = fcp7.write(reading.timeline, writing=writing())
    again = fcp7.write(read_bytes(content).timeline, writing=writing())
    assert heard(again) == heard(content)
    return content


def sound(*, channels: list[int] | None = None, kind: str = "Stereo") -> otio.schema.Timeline:
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(50, 25))
    reference = otio.schema.ExternalReference(target_url="/m/a.wav", available_range=span)
    clip = otio.schema.Clip(name="a.wav", source_range=span, media_reference=reference)
    if channels is not None:
        stated = [{"Source Channel ID": each, "Source Track ID": 0} for each in channels]
        clip.metadata["Resolve_OTIO"] = {"Channels": stated}
    made = otio.schema.Track(kind="Audio", children=[clip], metadata={"Resolve_OTIO": {"Audio Type": kind}})
    timeline = otio.schema.Timeline(global_start_time=otio.opentime.RationalTime(0, 25))
    timeline.tracks.append(made)
    return timeline


def facts(channels: int) -> dict[str, MediaFacts]:
    return {"/m/a.wav": MediaFacts(start=Fraction(0), duration=Fraction(20), channels=channels)}


def test_a_mono_item_that_plays_the_second_channel_of_its_file_still_does() -> None:
    assert heard(written(read(track(item("c1", plays=2), **MONO)))) == [[("0", "2")]]


def test_two_mono_tracks_keep_a_channel_each() -> None:
    tracks = track(item("c1"), **MONO), track(item("c2", plays=2), **MONO)
    assert heard(written(read(*tracks))) == [[("0", "1")], [("0", "2")]]


@pytest.mark.parametrize("plays", [(1, 2), (3, 4), (2, 2), (2, 1)])
def test_both_items_of_a_stereo_pair_keep_their_channels(plays: tuple[int, int]) -> None:
    left, right = (item(name, plays=each, channels=8) for name, each in zip(("c1", "c2"), plays, strict=True))
    reading = read(track(left, **LEFT), track(right, **RIGHT))
    assert len(reading.timeline.audio_tracks()) == 1
    assert heard(written(reading)) == [[("0", str(each))] for each in plays]


def test_sound_that_the_right_channel_alone_has_is_not_lost() -> None:
    right = track(item("c2", plays=2), item("c3", plays=2, start=100), **RIGHT)
    reading = read(track(item("c1"), **LEFT), right)
    assert [len(list(each.find_clips())) for each in reading.timeline.audio_tracks()] == [1, 2]
    content = written(reading)
    assert heard(content) == [[("0", "1")], [("0", "2"), ("100", "2")]]
    sides = ET.fromstring(content).iterfind("sequence/media/audio/track/outputchannelindex")
    assert [each.text for each in sides] == ["1", "2"]


def test_sound_that_the_left_channel_alone_has_gets_no_right_one() -> None:
    reading = read(track(item("c1"), **LEFT), track(**RIGHT))
    assert heard(written(reading)) == [[("0", "1")], []]


def test_a_mono_file_on_a_stereo_track_stays_on_the_left_channel_alone() -> None:
    reading = read(track(item("c1", channels=1), **LEFT), track(**RIGHT))
    assert len(reading.timeline.audio_tracks()) == 1
    assert heard(written(reading)) == [[("0", "1")], []]


def test_a_mono_file_on_a_stereo_track_of_resolve_gets_one_item() -> None:
    content = fcp7.write(sound(channels=[0]), writing=writing(came_as="resolve", facts=facts(1)))
    assert heard(content) == [[("0", "1")], []]


def test_a_cross_fade_beside_a_mono_file_is_closed_on_the_channel_that_lacks_it() -> None:
    timeline = sound()
    stereo = timeline.tracks[0][0].deepcopy()
    stereo.media_reference.target_url = "/m/b.wav"
    offset = otio.opentime.RationalTime(2, 25)
    fade = otio.schema.Transition(transition_type="SMPTE_Dissolve", in_offset=offset, out_offset=offset)
    timeline.tracks[0].extend([fade, stereo])
    known = facts(1) | {"/m/b.wav": MediaFacts(start=Fraction(0), duration=Fraction(20), channels=2)}
    root = ET.fromstring(fcp7.write(timeline, writing=writing(came_as="resolve", facts=known)))
    assert [each.text for each in root.iter("alignment")][1:] == ["start-black"]


def test_resolves_channels_are_those_that_are_written() -> None:
    content = fcp7.write(sound(channels=[2, 3]), writing=writing(came_as="resolve", facts=facts(8)))
    assert heard(content) == [[("0", "3")], [("0", "4")]]


def test_one_channel_that_resolve_plays_on_a_stereo_track_is_on_both_sides() -> None:
    content = fcp7.write(sound(channels=[1]), writing=writing(came_as="resolve", facts=facts(2)))
    assert heard(content) == [[("0", "2")], [("0", "2")]]


def test_no_channel_is_named_that_the_file_does_not_have() -> None:
    content = fcp7.write(sound(channels=[2], kind="Mono"), writing=writing(came_as="resolve", facts=facts(2)))
    assert heard(content) == [[("0", "2")]]


def test_resolve_is_told_which_channel_an_item_of_fcp7_xml_plays() -> None:
    timeline = read(track(item("c1", plays=2), **MONO)).timeline
    resolve.write(timeline, writing=writing())
    stated = timeline.audio_tracks()[0].find_clips()[0].metadata["Resolve_OTIO"]["Channels"]
    assert [dict(each) for each in stated] == [{"Source Channel ID": 1, "Source Track ID": 0}]


def test_the_channels_of_a_sound_without_picture_stay_linked() -> None:
    tracks = track(item("c1", more=LINKS), **LEFT), track(item("c2", plays=2, more=LINKS), **RIGHT)
    root = ET.fromstring(written(read(*tracks)))
    linked = [[each.text for each in one.iterfind("link/linkclipref")] for one in root.iter("clipitem")]
    assert linked == [["clipitem-1", "clipitem-2"]] * 2
