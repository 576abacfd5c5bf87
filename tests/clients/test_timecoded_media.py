"""Media with a start timecode of its own: each flavor counts sources as its program does, all show the same frames."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from harness.copies import copy_for_clients
from harness.filling import FilledSample, fill_cut
from harness.programs import Client, Frames
from harness.table import SLOP_FRAMES
from harness.takes import compare_takes
from harness.xml_copies import copy_for_render

from pickup.demo import nodes
from pickup.demo.desk import Desk, Manner
from pickup.demo.media import SampleMedia
from pickup.testing.clips import read_number
from pickup.testing.sample_media import make_media

pytestmark = pytest.mark.client

RATE = Fraction(24)
HOUR = 86400
SIZE = (320, 180)
MEDIA = tuple(
    SampleMedia(name=name, frames=80, rate=RATE, color=color, start_frame=HOUR)
    for name, color in (("TC_C001.mov", (200, 90, 70)), ("TC_C002.mov", (80, 110, 200)), ("TC_C003.mov", (90, 190, 90)))
)
SHOWN = {"TC_C001.mov": (0, 12, 40), "TC_C002.mov": (64, 20, 40), "TC_C003.mov": (104, 7, 30)}
"""By medium: first record frame, first media frame, frames. Between the first two lies a hole of 24 frames."""
HOLE = (40, 64)
CLIPS = tuple(MEDIA[index].name for index in range(3))


def cut_from_zero(desk: Desk, media: SampleMedia) -> dict[str, Any]:
    """A clip that counts from its media's first frame, whatever timecode is in the file."""
    _record, first, length = SHOWN[media.name]
    available = None if media is MEDIA[2] else nodes.frames(0, media.frames, rate=float(RATE))
    return nodes.clip(
        media.name,
        source=nodes.frames(first, length, rate=float(RATE)),
        reference=nodes.external(media.name, url=desk.url(media.name), available=available),
    )


def cut_by_timecode(desk: Desk, media: SampleMedia) -> dict[str, Any]:
    """A clip that counts in its media's timecode, as Resolve does."""
    _record, first, length = SHOWN[media.name]
    return desk.shot(media, first=first, length=length)


@pytest.fixture(scope="module", params=[cut_from_zero, cut_by_timecode], ids=["from_zero", "by_timecode"])
def filled(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> FilledSample:
    folder = tmp_path_factory.mktemp("timecoded")
    make_media(MEDIA, folder=folder / "media")
    manner = Manner.PLAIN if request.param is cut_from_zero else Manner.RESOLVE
    desk = Desk(rate=RATE, manner=manner, media_root=str(folder / "media"))
    one, two, three = (request.param(desk, each) for each in MEDIA)
    document = desk.timeline(
        "timecoded", desk.track("Video 1", one, desk.gap(24), two, three), start_frame=HOUR, label={"synthetic": True}
    )
    path = folder / "timecoded.otio"
    path.write_text(json.dumps(document))
    return fill_cut(path, size=SIZE)


def clips_of(path: Path) -> dict[str, dict[str, Any]]:
    """The clips of an OTIO file by the name of their media."""
    track = json.loads(path.read_text())["tracks"]["children"][0]
    clips = [item for item in track["children"] if item["OTIO_SCHEMA"].startswith("Clip")]
    return {clip["media_references"]["DEFAULT_MEDIA"]["name"] or clip["name"]: clip for clip in clips}


def test_resolve_is_told_the_timecode_of_the_source(filled: FilledSample) -> None:
    clips = clips_of(filled.written["resolve"])
    for name in CLIPS:
        source = clips[name]["source_range"]["start_time"]
        available = clips[name]["media_references"]["DEFAULT_MEDIA"]["available_range"]
        assert (source["value"], source["rate"]) == (HOUR + SHOWN[name][1], 24)
        assert (available["start_time"]["value"], available["start_time"]["rate"]) == (HOUR, 24)
        assert available["duration"]["value"] == 80


def test_fcp7_counts_from_zero_and_says_the_timecode_beside_it(filled: FilledSample) -> None:
    root = ET.parse(filled.written["fcp7"]).getroot()
    items = {item.findtext("file/name"): item for item in root.iterfind("sequence/media/video/track/clipitem")}
    for name in CLIPS:
        record, first, length = SHOWN[name]
        stated = [int(items[name].findtext(key, "")) for key in ("start", "end", "in", "out")]
        assert stated == [record, record + length, first, first + length]
        assert items[name].findtext("file/timecode/string") == "01:00:00:00"
        assert items[name].findtext("file/timecode/frame") == str(HOUR)
        assert items[name].findtext("file/timecode/displayformat") == "NDF"
        assert items[name].findtext("file/timecode/rate/timebase") == "24"
        assert items[name].findtext("file/duration") == "80"


def wrong_numbers(frames: Frames, *, slop_frames: int, shift: int = 0) -> list[tuple[int, int]]:
    """Record frames that show another frame than `SHOWN` says, with the one that they show."""
    wrong = []
    for record, first, length in SHOWN.values():
        for frame in range(record + slop_frames, record + length - slop_frames):
            number = read_number(frames[frame])
            if number != first + shift + frame - record:
                wrong.append((frame, number))
    return wrong


@pytest.mark.parametrize("flavor", ["otio", "resolve", "premiere", "fcp7"])
def test_the_right_frames_are_shown(client: Client, flavor: str, filled: FilledSample, tmp_path: Path) -> None:
    # Of a clip without a stated range the copy takes the source as it stands, so it sees a flavor that moved it.
    plain = copy_for_clients(filled.written["otio"], destination=tmp_path / "otio.otio", rate=RATE)
    cut = (
        copy_for_render(filled.written[flavor], destination=tmp_path / "copy.xml", like=plain)
        if flavor == "fcp7"
        else copy_for_clients(filled.written[flavor], destination=tmp_path / "copy.otio", rate=RATE)
    )
    frames = client.render(cut, folder=tmp_path, size=SIZE)
    slop = SLOP_FRAMES[client.name]
    assert len(frames) == 134
    assert filled.ranges == (HOLE,)
    assert wrong_numbers(frames, slop_frames=slop) == []
    assert compare_takes(frames, takes=filled.takes, cut=cut, slop_frames=slop, edits=cut.edits) == []
    assert wrong_numbers(frames, slop_frames=slop, shift=1)  # an in-point that is off by one would be seen
