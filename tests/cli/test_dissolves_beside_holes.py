"""A hole with a dissolve beside it: the take has frames of its own for all of the dissolve, none of them held."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from studios import studio

from pickup._av import read_frames
from pickup.cut import Cut
from pickup.demo import nodes
from pickup.testing.clips import read_number
from pickup.testing.crossings import CutFile, open_cut, snapshot_of
from pickup.timelines.fills import fills_of

GAP = (40, 70)
"""Record frames of the hole in `one_gap_24fps`."""
LAST_BEFORE, FIRST_AFTER = 47, 20
"""Numbers of the frames that the shots beside it show there."""
BEFORE, AFTER = 6, 9
"""Frames that the dissolves reach into those shots, and into the hole `INSIDE`."""
INSIDE = 5


def add_dissolves(desk: Any, *, head: bool, tail: bool) -> None:
    """Dissolves at the edges of the hole; with one on each side it has to be marked, for it looks like a fade."""
    content = json.loads(desk.timeline.read_text())
    items = content["tracks"]["children"][0]["children"]
    marked = nodes.span(nodes.moment(3, rate=24.0), nodes.moment(1, rate=24.0))
    items[1]["markers"] = [nodes.marker("PICKUP: rain", marked=marked, color="GREEN", comment=None)]
    if tail:
        items.insert(2, nodes.dissolve(INSIDE, AFTER, rate=24.0, name="Cross Dissolve"))
    if head:
        items.insert(1, nodes.dissolve(BEFORE, INSIDE, rate=24.0, name="Cross Dissolve"))
    desk.timeline.write_text(json.dumps(content))


def fill(desk: Any) -> dict[str, Any]:
    with studio(desk, seconds=[2], more=["[conform]", "proxies = false"]):
        answer = desk.run("fill", desk.timeline, "--yes", "--json", "--budget", "1.00", "--handles", "12")
    document: dict[str, Any] = answer.document
    assert answer.code == 0, [document["failed"], answer.err[-900:]]
    return document


def numbers_in(path: Path) -> list[int]:
    return [read_number(frame) for frame in read_frames(path)]


def number_of(png: Path) -> int:
    return read_number(np.asarray(Image.open(png).convert("RGB")))


def cut_in(path: Path) -> Cut:
    file = CutFile(name=path.name, content=path.read_bytes(), path=path)
    return snapshot_of(open_cut(file), looker=file.looker)


@pytest.mark.parametrize(("head", "tail"), [(True, False), (True, True)])
def test_a_take_has_real_frames_for_the_whole_of_a_dissolve(desk_for: Any, *, head: bool, tail: bool) -> None:
    desk = desk_for("one_gap_24fps")
    events = cut_in(desk.timeline).video_tracks[0].events
    beside = [(each.record, each.source_start) for each in (events[0], events[2])]
    add_dissolves(desk, head=head, tail=tail)
    document = fill(desk)
    before, after = BEFORE * head, AFTER * tail
    folder = desk.library / "takes/SH0010/t01"
    take = json.loads((folder / "take.json").read_text())
    shown = numbers_in(desk.library / take["path"])
    length = GAP[1] - GAP[0]

    assert shown == list(range(len(shown)))  # every frame of the original once: nothing is held or shown twice
    assert take["frames"] - take["head"] - take["tail"] == before + length + after
    assert number_of(folder / "boundary_in.png") == LAST_BEFORE - before  # the last one that is seen without the take
    assert number_of(folder / "boundary_out.png") == FIRST_AFTER + after

    assert set(document["outputs"]) == {"otio", "resolve", "premiere", "fcp7"}
    for flavor, path in document["outputs"].items():
        cut = cut_in(Path(path))
        shots = [each for each in cut.video_tracks[0].events if each.filled is None]
        assert [(each.record, each.source_start) for each in shots] == beside, flavor
        [one] = fills_of(cut)
        assert (one.record.start, one.record.end, one.speed) == (*GAP, 1), flavor
        assert one.offset == take["head"] + before, flavor
        assert shown[one.offset] == take["head"] + before
        assert one.offset - before >= 0, flavor
        assert one.offset + length + after <= len(shown), flavor
        transitions = [each for track in cut.video_tracks for each in track.transitions]
        wanted = [(GAP[0], BEFORE, INSIDE)] * head + [(GAP[1], INSIDE, AFTER)] * tail
        assert [(each.at, each.before, each.after) for each in transitions] == wanted, flavor
    answer = desk.run("verify", document["outputs"]["otio"], "--against", desk.timeline)
    assert answer.code == 0, answer.out
