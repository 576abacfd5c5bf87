"""The committed samples are what the script writes, what they say they are, and what OpenTimelineIO reads."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from pickup.demo.desk import Manner
from pickup.demo.media import MediaSort
from pickup.demo.sample import Sample
from pickup.demo.samples import all_samples, install_sample, sample_named
from pickup.errors import ConfigError

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "sample_timelines"
SAMPLES = all_samples()
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])


def read(path: Path) -> otio.schema.Timeline:
    timeline = otio.adapters.read_from_file(str(path))
    assert isinstance(timeline, otio.schema.Timeline)
    return timeline


def record_length(item: otio.core.Item, sample: Sample) -> Fraction:
    """Frames of the cut that an item takes, by the rule of the program that the sample imitates."""
    duration = item.trimmed_range().duration
    length = Fraction(str(duration.value))
    if sample.manner is Manner.PREMIERE:
        for effect in item.effects:
            if isinstance(effect, otio.schema.LinearTimeWarp):
                length /= abs(Fraction(str(effect.time_scalar)))
    return length


def edges(track: otio.schema.Track, sample: Sample) -> list[Fraction]:
    found = [Fraction(0)]
    for item in track:
        if isinstance(item, otio.core.Item):
            found.append(found[-1] + record_length(item, sample))
    return found


def test_the_committed_files_are_what_the_script_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "make.py", "--into", tmp_path], check=True, timeout=60)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in {".otio", ".md"}}
    assert written == committed


def test_names_are_unique_and_every_usual_rate_occurs() -> None:
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)
    usual = {Fraction(n) for n in (24, 25, 30, 50, 60)} | {Fraction(n * 1000, 1001) for n in (24, 30, 60)}
    assert {sample.rate for sample in SAMPLES} == usual


@every_sample
def test_a_sample_says_that_it_is_synthetic(sample: Sample) -> None:
    label = json.loads((FOLDER / f"{sample.name}.otio").read_text())["metadata"]["pickup_sample"]
    assert label["synthetic"] is True
    assert label["imitates"] == sample.manner.value
    assert f"`{sample.name}.otio` | {sample.manner.value}" in (FOLDER / "README.md").read_text()


@every_sample
def test_opentimelineio_reads_a_sample_as_long_as_it_says(sample: Sample) -> None:
    timeline = read(FOLDER / f"{sample.name}.otio")
    assert max(edges(track, sample)[-1] for track in timeline.tracks) == sample.duration


@every_sample
def test_expected_holes_lie_between_edits(sample: Sample) -> None:
    """Every edge of a hole is an edit on some track; a short one ends at one, a nested one starts at an inner one."""
    timeline = read(FOLDER / f"{sample.name}.otio")
    cuts = {edge for track in timeline.tracks for edge in edges(track, sample)}
    for hole in sample.holes:
        assert 0 < hole.start < hole.end < sample.duration
        if not hole.nested:
            assert hole.end in cuts
            assert hole.kind == "SHORT" or hole.start in cuts


@every_sample
def test_a_gap_that_must_be_found_is_empty_on_its_track(sample: Sample) -> None:
    timeline = read(FOLDER / f"{sample.name}.otio")
    for hole in sample.holes:
        if hole.kind != "GAP" or hole.nested or hole.track is None:
            continue
        track = next(track for track in timeline.tracks if track.name == hole.track)
        items = [item for item in track if isinstance(item, otio.core.Item)]
        places = edges(track, sample)
        inside = [item for item, start in zip(items, places, strict=False) if start < hole.end][-1]
        assert isinstance(inside, otio.schema.Gap)


@every_sample
def test_an_installed_sample_refers_to_its_media_and_to_nothing_else(sample: Sample, tmp_path: Path) -> None:
    path = install_sample(sample.name, folder=tmp_path)
    listed = json.loads((tmp_path / "media.json").read_text())["media"]
    references = [
        clip.media_reference.target_url
        for clip in read(path).find_clips()
        if isinstance(clip.media_reference, otio.schema.ExternalReference)
    ]
    root = {
        Manner.PLAIN: "media",
        Manner.RESOLVE: str(tmp_path / "media"),
        Manner.PREMIERE: (tmp_path / "media").as_uri(),
    }[sample.manner]
    assert {each["name"] for each in listed} == {media.name for media in sample.media}
    assert set(references) <= {f"{root}/{media.name}" for media in sample.media}
    assert "@MEDIA@" not in path.read_text()


@every_sample
def test_media_are_long_enough_for_everything_but_short_events(sample: Sample) -> None:
    short = {hole.start for hole in sample.holes if hole.kind == "SHORT"}
    timeline = read(FOLDER / f"{sample.name}.otio")
    sorts = {media.name: media.sort for media in sample.media}
    beyond = 0
    for clip in timeline.find_clips():
        available = clip.media_reference.available_range
        if available is None or sorts.get(clip.name) is not MediaSort.MOVIE:
            continue
        warps = [effect for effect in clip.effects if isinstance(effect, otio.schema.LinearTimeWarp)]
        scalar = warps[0].time_scalar if warps and sample.manner is not Manner.PREMIERE else 1.0
        used = clip.source_range.start_time.to_seconds() + clip.source_range.duration.to_seconds() * max(scalar, 0)
        beyond += used > available.end_time_exclusive().to_seconds() + 1e-6
    assert beyond == len(short)


def test_an_unknown_sample_is_named_in_the_error() -> None:
    with pytest.raises(ConfigError, match="no sample 'nothing'"):
        sample_named("nothing")
