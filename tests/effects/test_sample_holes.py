"""The holes that a sample says must be found are found, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from pickup.cut import Cut
from pickup.demo.film import film
from pickup.demo.sample import Sample, as_text
from pickup.demo.samples import all_samples
from pickup.holes import Hole, Rules
from pickup.timelines.survey import ReadSettings, Survey, survey_timeline

SAMPLES = (*all_samples(), film())
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])

Row = tuple[str, int, int, int, int]


def survey(sample: Sample, folder: Path, *, offline: bool) -> Survey:
    """Finds the holes of an installed sample; its media exist, but hold nothing, because nothing is to open them."""
    media = folder / "media"
    media.mkdir()
    for each in sample.media:
        if not each.absent:
            (media / each.name).touch()
    path = folder / f"{sample.name}.otio"
    path.write_text(as_text(sample.document(media_root=str(media))))
    return survey_timeline(path, settings=ReadSettings(), rules=Rules(offline=offline))


def row(hole: Hole) -> Row:
    return hole.kind, hole.record.start, hole.record.end, hole.covers.start, hole.covers.end


def expected(sample: Sample, *, offline: bool) -> list[Row]:
    return [
        (hole.kind, hole.start, hole.end, *(hole.covers or (hole.start, hole.end)))
        for hole in sample.holes
        if offline or hole.needs != "offline"
    ]


@every_sample
def test_exactly_the_expected_holes_are_found(sample: Sample, tmp_path: Path) -> None:
    found = survey(sample, tmp_path, offline=False).found
    assert [row(hole) for hole in found.holes] == expected(sample, offline=False)
    wanted = [hole for hole in sample.holes if hole.needs is None]
    for hole, want in zip(found.holes, wanted, strict=True):
        assert want.track in {None, hole.track}
        assert bool(hole.compound) == want.nested
        said = hole.briefs[0].text if hole.briefs else None
        assert want.brief in said if want.brief and said else want.brief == said
    assert set(sample.findings) <= {finding.code for finding in found.findings}


@pytest.mark.parametrize("sample", [each for each in SAMPLES if any(hole.needs for hole in each.holes)])
def test_offline_clips_are_holes_when_asked_for(sample: Sample, tmp_path: Path) -> None:
    found = survey(sample, tmp_path, offline=True).found
    assert [row(hole) for hole in found.holes] == expected(sample, offline=True)


@every_sample
def test_the_cut_is_read_as_the_sample_says(sample: Sample, tmp_path: Path) -> None:
    cut: Cut = survey(sample, tmp_path, offline=False).cut
    assert (cut.rate.fps, cut.duration) == (sample.rate, sample.duration)
    assert cut.start_frame == (sample.start_frame or 0)
    assert cut.drop_frame == sample.drop_frame
