"""Render programs show what the samples mean, and the comparison sees each mistake that a fill could make."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.compare import Difference, compare_renders, is_black
from harness.copies import copy_for_clients
from harness.fills import Filled, Mistake, fill_by_hand
from harness.programs import Client, Frames
from harness.table import CANNOT_SHOW, SLOP_FRAMES

from pickup.demo.sample import Sample
from pickup.demo.samples import all_samples, install_sample, sample_named
from pickup.testing.clips import numbered_picture, read_number
from pickup.testing.sample_media import make_media

pytestmark = pytest.mark.client

BY_HAND = (
    "documentary_broll_gaps",
    "premiere_export_5994df",
    "mixed_rates_in_25fps",
    "one_gap_30fps",
)


def install(name: str, folder: Path) -> tuple[Sample, Path]:
    sample = sample_named(name)
    path = install_sample(name, folder=folder)
    make_media(sample.media, folder=folder / "media")
    return sample, path


def compare(client: Client, pair: Filled, *, sample: Sample, folder: Path) -> list[Difference]:
    before = copy_for_clients(pair.before, destination=folder / "before_copy.otio", rate=sample.rate)
    after = copy_for_clients(pair.after, destination=folder / "after_copy.otio", rate=sample.rate)
    return compare_renders(
        client.render(before, folder=folder, size=sample.size),
        client.render(after, folder=folder, size=sample.size),
        filled=pair.ranges,
        slop_frames=SLOP_FRAMES[client.name],
        edits=(*before.edits, *after.edits),
    )


@pytest.mark.parametrize("name", BY_HAND)
def test_a_right_fill_changes_nothing_else(client: Client, name: str, tmp_path: Path) -> None:
    sample, path = install(name, tmp_path)
    pair = fill_by_hand(path, sample=sample)
    assert compare(client, pair, sample=sample, folder=tmp_path) == []


@pytest.mark.parametrize("mistake", [Mistake.IN_POINT, Mistake.SHORT, Mistake.FLASH, Mistake.UNFILLED])
def test_a_wrong_fill_is_seen(client: Client, mistake: Mistake, tmp_path: Path) -> None:
    if mistake is Mistake.FLASH and SLOP_FRAMES[client.name]:
        pytest.skip(f"{client.name} does not show a single frame of black")
    sample, path = install("one_gap_24fps", tmp_path)
    pair = fill_by_hand(path, sample=sample, mistake=mistake)
    assert compare(client, pair, sample=sample, folder=tmp_path)


def test_a_render_shows_the_source_frames_that_the_timeline_names(client: Client, tmp_path: Path) -> None:
    sample, path = install("one_gap_25fps", tmp_path)
    cut = copy_for_clients(path, destination=tmp_path / "copy.otio", rate=sample.rate)
    frames = client.render(cut, folder=tmp_path, size=sample.size)
    assert len(frames) == sample.duration
    slop = SLOP_FRAMES[client.name]
    for frame in (5, 20, 35):
        assert abs(read_number(frames[frame]) - (frame + 8)) <= slop
    for frame in (75, 90, 105):
        assert abs(read_number(frames[frame]) - (frame - 70 + 20)) <= slop
    assert all(is_black(frames[frame]) for frame in range(41, 68))


def test_the_table_names_samples_that_exist() -> None:
    names = {sample.name for sample in all_samples()}
    assert {name for _client, name in CANNOT_SHOW} <= names
    assert set(BY_HAND) <= names


def numbered(count: int, *, first: int = 0) -> Frames:
    return [numbered_picture(first + index) for index in range(count)]


def test_slop_is_allowed_beside_an_edit_and_nowhere_else() -> None:
    before = numbered(40)
    late = [*before[:20], before[19], *before[21:]]
    assert compare_renders(before, late, filled=(), slop_frames=1, edits=(20,)) == []
    assert [each.frame for each in compare_renders(before, late, filled=(), slop_frames=1, edits=(30,))] == [20]
    assert [each.frame for each in compare_renders(before, late, filled=(), slop_frames=0, edits=(20,))] == [20]


def test_renders_of_different_length_differ() -> None:
    differences = compare_renders(numbered(40), numbered(39), filled=(), slop_frames=0, edits=())
    assert differences == [Difference(frame=39, what="40 frames before, 39 after")]
