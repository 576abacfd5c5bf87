"""The comparison sees mistakes in what is written for other programs, as it sees those in plain OTIO."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from harness.copies import copy_for_clients
from harness.filling import FilledSample, fill_sample
from harness.programs import Client
from harness.screening import Screening, compare_flavor

from pickup.demo.samples import sample_named

pytestmark = pytest.mark.client

NAME = "one_gap_24fps"
HOLE = range(40, 70)
NEIGHBOR = range(70, 110)
AFTER_TAKE = range(40, 110)
"""The take has no tail: where it begins late melt moves up what follows, as after all media that end early."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> FilledSample:
    return fill_sample(NAME, folder=tmp_path_factory.mktemp(NAME))


def add(item: ET.Element, **frames: int) -> None:
    for key, by in frames.items():
        found = item.find(key.strip("_"))
        assert found is not None
        found.text = str(int(found.text or "") + by)


def items_of(root: ET.Element) -> list[ET.Element]:
    items = root.findall("sequence/media/video/track/clipitem")
    assert len(items) == 3
    return items


def nothing(_root: ET.Element) -> None:
    pass


def late_neighbor(root: ET.Element) -> None:
    add(items_of(root)[2], in_=1, out=1)


def late_take(root: ET.Element) -> None:
    add(items_of(root)[1], in_=1, out=1)


def short_fill(root: ET.Element) -> None:
    _one, take, three = items_of(root)
    add(take, end=-1, out=-1)
    add(three, start=-1, end=-1)


def hole_left(root: ET.Element) -> None:
    for track in root.iterfind("sequence/media/video/track"):
        track.remove(items_of(root)[1])


def differences_after(
    pair: FilledSample, *, client: Client, folder: Path, flavor: str, changed: Path
) -> list[tuple[int, str]]:
    sample = sample_named(NAME)
    before = copy_for_clients(pair.before, destination=folder / "before_copy.otio", rate=sample.rate)
    screening = Screening(client, folder=folder, size=sample.size)
    wrong = replace(pair, written={**pair.written, flavor: changed})
    found = compare_flavor(flavor, pair=wrong, before=before, screening=screening)
    return [(each.frame, each.what) for each in found]


@pytest.mark.parametrize(
    ("mistake", "where"),
    [
        (nothing, None),
        (late_neighbor, NEIGHBOR),
        (late_take, AFTER_TAKE),
        (short_fill, range(69, 111)),
        (hole_left, HOLE),
    ],
)
def test_mistakes_in_fcp7_are_seen(
    client: Client, mistake: Callable[[ET.Element], None], where: range | None, filled: FilledSample, tmp_path: Path
) -> None:
    document = ET.parse(filled.written["fcp7"])
    mistake(document.getroot())
    changed = tmp_path / "changed.xml"
    document.write(changed)
    found = differences_after(filled, client=client, folder=tmp_path, flavor="fcp7", changed=changed)
    assert bool(found) == (where is not None)
    if where is not None:
        assert {frame for frame, _what in found} <= set(where)


@pytest.mark.parametrize("flavor", ["resolve", "premiere"])
@pytest.mark.parametrize(("index", "where"), [(1, AFTER_TAKE), (2, NEIGHBOR)], ids=["take", "neighbor"])
def test_an_in_point_off_by_one_is_seen(
    client: Client, flavor: str, index: int, where: range, filled: FilledSample, tmp_path: Path
) -> None:
    document: dict[str, Any] = json.loads(filled.written[flavor].read_text())
    track = next(each for each in document["tracks"]["children"] if each["kind"] == "Video")
    track["children"][index]["source_range"]["start_time"]["value"] += 1
    changed = tmp_path / "changed.otio"
    changed.write_text(json.dumps(document))
    found = differences_after(filled, client=client, folder=tmp_path, flavor=flavor, changed=changed)
    assert found
    assert {frame for frame, _what in found} <= set(where)
