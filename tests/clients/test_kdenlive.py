"""Kdenlive opens the project that the Kdenlive adapter makes of our timeline, and misses no clip."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.copies import copy_for_clients
from harness.filling import FilledSample, fill_sample
from harness.kdenlive import PROBLEMS, missing_kdenlive, open_in_kdenlive
from harness.programs import make_project, require

from pickup.demo.samples import sample_named

pytestmark = pytest.mark.client

NAME = "documentary_broll_gaps"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> FilledSample:
    require(missing_kdenlive())
    return fill_sample(NAME, folder=tmp_path_factory.mktemp(NAME))


def as_project(pair: FilledSample, *, folder: Path) -> Path:
    rate = sample_named(NAME).rate
    cut = copy_for_clients(pair.written["otio"], destination=folder / "copy.otio", rate=rate)
    project = folder / "pickup_cut.kdenlive"
    make_project(cut.path, project=project)
    return project


def test_it_opens_and_no_clip_is_missing(filled: FilledSample, tmp_path: Path) -> None:
    project = as_project(filled, folder=tmp_path)
    assert project.read_text().count("SH0010_t01.mov</property>") >= 1
    titles = open_in_kdenlive(project)
    assert len(titles) == 1
    assert titles[0].startswith("pickup_cut / ")


def test_a_clip_that_is_missing_is_said(filled: FilledSample, tmp_path: Path) -> None:
    project = as_project(filled, folder=tmp_path)
    project.write_text(project.read_text().replace("SH0010_t01.mov", "SH0010_gone.mov"))
    assert PROBLEMS in open_in_kdenlive(project)
