"""What docs/corpus.md says of timelines that others published is what Pickup says of them, where they are at hand."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import opentimelineio as otio
import pytest

from pickup.cut import Cut
from pickup.errors import TimelineError
from pickup.holes import Rules
from pickup.timelines.classify import MediaLooker
from pickup.timelines.limits import ReadLimits
from pickup.timelines.read import read_timeline
from pickup.timelines.snapshot import take_snapshot
from pickup.timelines.survey import ReadSettings, survey_timeline

PROJECT = Path(__file__).parents[2]
COLLECTION = PROJECT.parent / "shared" / "corpus"
PAGE = PROJECT / "docs" / "corpus.md"

pytestmark = pytest.mark.skipif(not COLLECTION.is_dir(), reason="the collection is not at hand")


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_corpus_table", PROJECT / "docs" / "make_corpus_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def snapshots() -> Iterator[tuple[Path, otio.schema.Timeline, Cut]]:
    for path in sorted(COLLECTION.rglob("*.otio")):
        try:
            file = read_timeline(path, limits=ReadLimits())
        except TimelineError:
            continue
        yield path, file.timeline, take_snapshot(file, looker=MediaLooker(path.parent, prefixes={}))


def test_the_page_is_what_the_script_writes() -> None:
    made = generator()
    written = PAGE.read_text(encoding="utf-8")
    stated = re.search(r"^`([0-9a-f]{64})`", written, re.MULTILINE)
    assert stated is not None
    if made.digest_of(COLLECTION) != stated[1]:
        pytest.skip("the page was written from another collection")
    assert written == made.page(COLLECTION)


def test_positions_are_those_that_opentimelineio_counts() -> None:
    compared = 0
    for path, timeline, cut in snapshots():
        for track in cut.tracks:
            counted = timeline.tracks[track.place]
            if counted.source_range is not None:
                continue
            ranges = counted.range_of_all_children()
            for event in track.events:
                whole = ranges[counted[event.address[-1]]]
                start, end = (frames(each, cut) for each in (whole.start_time, whole.end_time_exclusive()))
                assert abs(event.record.start - start) <= Fraction(1, 2), (path.name, event.name)
                assert abs(event.record.end - end) <= Fraction(1, 2), (path.name, event.name)
                compared += 1
    assert compared > 150


def frames(time: otio.opentime.RationalTime, cut: Cut) -> Fraction:
    """What OpenTimelineIO counts, in frames of the cut, within what its floating point allows."""
    exact = Fraction(time.value) / Fraction(time.rate).limit_denominator(1001) * cut.rate.fps
    return exact.limit_denominator(1000)


@pytest.mark.parametrize("name", ["OpenTimelineIO/effects.otio", "tlRender/TransitionGap.otio"])
def test_a_fade_and_a_retime_are_no_holes(name: str) -> None:
    survey = survey_timeline(COLLECTION / name, settings=ReadSettings(), rules=Rules())
    assert survey.found.holes == ()
    codes = {each.code for each in survey.found.findings}
    assert ("FADE" in codes) == ("TransitionGap" in name)
