"""The buttons read a timeline without OpenTimelineIO; in every sample they find each clip where OpenTimelineIO does."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import opentimelineio as otio
import pytest
from pickup_for_resolve.delivered import read_delivered

SAMPLES = sorted((Path(__file__).parents[3] / "sample_timelines").glob("*.otio"))


def exact(time: otio.opentime.RationalTime) -> Fraction:
    """Seconds; every rate of the samples that is not whole is a multiple of 1000/1001."""
    whole = math.ceil(time.rate)
    rate = Fraction(whole) if time.rate == whole else Fraction(whole * 1000, 1001)
    return Fraction(time.value).limit_denominator(1000000) / rate


def expected(timeline: otio.schema.Timeline) -> list[tuple[int, int, int, str]]:
    first = next(item.duration() for track in timeline.video_tracks() for item in track if item.source_range)
    rate = 1 / exact(otio.opentime.RationalTime(1, (timeline.global_start_time or first).rate))
    found = []
    for index, track in enumerate(timeline.video_tracks(), start=1):
        seconds = Fraction(0)
        for child in track:
            if isinstance(child, otio.schema.Transition):
                continue
            begins, seconds = seconds, seconds + exact(child.duration())
            if isinstance(child, otio.schema.Clip) and isinstance(
                child.media_reference, (otio.schema.ExternalReference, otio.schema.ImageSequenceReference)
            ):
                frames = [math.floor(edge * rate + Fraction(1, 2)) for edge in (begins, seconds)]
                found.append((index, frames[0], frames[1], child.name))
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_clips_stand_where_opentimelineio_finds_them(sample: Path) -> None:
    timeline = otio.adapters.read_from_file(str(sample))
    assert isinstance(timeline, otio.schema.Timeline)
    clips = timeline.find_clips()
    urls = [
        clip.media_reference.target_url
        for clip in clips
        if isinstance(clip.media_reference, otio.schema.ExternalReference)
    ]
    takes = [sample.parent / (url2pathname(urlsplit(url).path) if url.startswith("file:") else url) for url in urls]
    wanted = expected(timeline)
    assert wanted, "a sample without footage proves nothing"
    found = read_delivered(sample, takes=takes)
    assert found.absent == 0
    assert [(need.track, need.start, need.end, need.name) for need in found.needs] == wanted


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 10
