"""An offline clip that the editor retimed, in the gap of `one_gap_24fps`: it is filled, and its take looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studios import studio

from pickup._av import read_frames
from pickup.demo import nodes
from pickup.testing.clips import read_number
from pickup.testing.crossings import CutFile, open_cut, snapshot_of
from pickup.testing.fakes.wire import Request
from pickup.timelines.fills import fills_of

GAP = (40, 70)
"""Record frames of the hole in `one_gap_24fps`."""
LAST_BEFORE, FIRST_AFTER = 47, 20
"""Numbers of the frames that the shots beside it show there."""


def retime(desk: Any, *, speed: float, media: str = "/not/here/rain.mov") -> None:
    """An offline clip in place of the gap, at a speed."""
    content = json.loads(desk.timeline.read_text())
    items = content["tracks"]["children"][0]["children"]
    length = GAP[1] - GAP[0]
    offline = nodes.clip(
        "rain on glass",
        source=nodes.frames(0, length, rate=24.0),
        reference=nodes.external(Path(media).name, url=media, available=nodes.frames(0, 400, rate=24.0)),
        effects=[nodes.time_warp(speed)] if speed else [],
    )
    items[1] = offline if speed else nodes.frozen(offline)
    desk.timeline.write_text(json.dumps(content))
    (desk.folder / "pickup.toml").write_text("[holes]\noffline = true\n")


def fill(desk: Any, *more: str, faults: Sequence[str] = ()) -> tuple[dict[str, Any], Sequence[Request]]:
    """What `fill` says, with the plan's notes, and what the service was asked for."""
    with studio(desk, seconds=[2, 4, 6], faults=faults) as fake:
        planned = desk.run("plan", desk.timeline, "--json", *more).document["pickups"]
        answer = desk.run("fill", desk.timeline, "--yes", "--json", "--budget", "1.00", *more)
        asked = [each for each in fake.requests if each.method == "POST"]
    document: dict[str, Any] = answer.document
    assert answer.code == 0, [document["failed"], answer.err[-900:]]
    return {**document, "notes": [each["note"] for each in planned]}, asked


def take_of(desk: Any, *, number: int = 1) -> tuple[dict[str, Any], list[int]]:
    """Its sidecar, and the number in each of its frames that is seen in the cut."""
    take = json.loads((desk.library / "takes" / "SH0010" / f"t{number:02}" / "take.json").read_text())
    frames = [read_number(frame) for frame in read_frames(desk.library / take["path"])]
    return take, frames[take["head"] : len(frames) - take["tail"]]


def check_linked(desk: Any, document: dict[str, Any]) -> None:
    for flavor, path in document["outputs"].items():
        file = CutFile(name=Path(path).name, content=Path(path).read_bytes(), path=Path(path))
        [one] = fills_of(snapshot_of(open_cut(file), looker=file.looker))
        assert (one.record.start, one.record.end, one.speed) == (*GAP, 1), flavor
    answer = desk.run("verify", document["outputs"]["otio"], "--against", desk.timeline)
    assert answer.code == 0, answer.out


def told(document: dict[str, Any], code: str) -> list[str]:
    return [each["message"] for each in document["findings"] if each["code"] == code]
