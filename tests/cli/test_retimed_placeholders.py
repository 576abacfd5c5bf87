"""An offline clip that the editor retimed: its take plays as it did, and is linked at normal speed."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
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


def take_of(desk: Any) -> tuple[dict[str, Any], list[int]]:
    """Its sidecar, and the number in each of its frames that is seen in the cut."""
    take = json.loads((desk.library / "takes/SH0010/t01/take.json").read_text())
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


def test_at_double_speed_twice_the_footage_is_bought_and_every_other_frame_shown(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    retime(desk, speed=2.0)
    document, [asked] = fill(desk)
    take, shown = take_of(desk)
    assert int(asked.fields["seconds"]) == 4  # a second and a quarter of the cut
    assert shown == list(range(shown[0], shown[0] + 60, 2))
    assert "speed 2" in take["policies"]
    assert told(document, "PLACEHOLDER_RETIMED")
    check_linked(desk, document)


def test_backwards_a_clip_is_made_from_the_frame_after_and_ends_on_the_shot_before(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    retime(desk, speed=-1.0)
    document, [asked] = fill(desk, "--handles", "6")
    take, shown = take_of(desk)
    assert shown == list(range(29, -1, -1))
    assert (take["head"], take["tail"]) == (6, 0)  # what the clip has over lies at its end, so at the take's head
    assert "speed -1" in take["policies"]
    sent = Image.open(io.BytesIO(asked.files["input_reference"].data)).convert("RGB")
    assert read_number(np.asarray(sent)) == FIRST_AFTER
    folder = desk.library / "takes/SH0010/t01"
    beside = [np.asarray(Image.open(folder / f"boundary_{side}.png").convert("RGB")) for side in ("in", "out")]
    assert [read_number(picture) for picture in beside] == [LAST_BEFORE, FIRST_AFTER]
    assert set(take["frames_sent"]) <= {"boundary_out.png", "sent_out.png"}
    assert "from the frame after" in document["notes"][0]
    assert "plays backwards" in told(document, "PLACEHOLDER_RETIMED")[0]
    check_linked(desk, document)


def test_a_freeze_holds_one_frame_that_is_made_from_words_alone(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    retime(desk, speed=0.0)
    document, [asked] = fill(desk)
    take, shown = take_of(desk)
    assert set(shown) == {0}
    assert len(shown) == GAP[1] - GAP[0]
    assert not asked.files
    assert "freeze" in take["policies"]
    assert take["qc"]["verdict"] != "fail"
    assert "is frozen" in told(document, "PLACEHOLDER_RETIMED")[0]
    check_linked(desk, document)


def test_a_slate_plays_as_it_is_whatever_the_speed_of_what_it_stands_for(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    retime(desk, speed=-2.0)
    answer = desk.run("fill", desk.timeline, "--json")
    assert answer.code == 0, answer.err
    take = json.loads((desk.library / "takes/SH0010/t01/take.json").read_text())
    assert not [each for each in take["policies"] if each.startswith("speed")]
    check_linked(desk, answer.document)


def ramp(desk: Any, shown: Sequence[float]) -> None:
    """The offline clip with a ramp as Hiero writes one: which frame of it is shown at each frame of the cut."""
    retime(desk, speed=1.5)
    content = json.loads(desk.timeline.read_text())
    item = content["tracks"]["children"][0]["children"][1]
    lookup = [frame - number for number, frame in enumerate(shown)]
    item["effects"] = [
        {
            "OTIO_SCHEMA": "TimeEffect.1",
            "name": "TimeWarp1",
            "effect_name": "TimeWarp",
            "metadata": {"length": 1.0, "lookup": lookup} if lookup else {},
        }
    ]
    desk.timeline.write_text(json.dumps(content))


SPEEDS_UP = [number * number / 16 for number in range(30)]
"""From a standstill to 3.6 times its speed; its last frame is 52."""


def test_a_ramp_is_in_the_take_and_as_much_is_bought_as_it_wants(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    document, [asked] = fill(desk, "--handles", "6")
    take, shown = take_of(desk)
    assert int(asked.fields["seconds"]) == 4  # 53 frames are 2.2 s
    assert shown == [shown[0] + int(frame) for frame in SPEEDS_UP]
    assert "ramp" in take["policies"]
    assert take["qc"]["verdict"] != "fail"
    [message] = told(document, "PLACEHOLDER_RETIMED")
    assert "has a speed ramp, on average at 1.8" in message
    assert not told(document, "SPEED_NOT_HONOURED")
    check_linked(desk, document)


def test_a_ramp_of_which_nothing_is_stated_is_told_and_the_take_plays_at_its_own_speed(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, [])
    document, _asked = fill(desk)
    _take, shown = take_of(desk)
    assert shown == list(range(30))
    [message] = told(document, "SPEED_NOT_HONOURED")
    assert "a speed ramp of which the timeline does not say what it shows when" in message
    assert "set the speed on the take" in message


@pytest.mark.parametrize(("speed", "policy"), [(-1.0, "speed -1"), (0.0, "freeze"), (2.0, "speed 2")])
def test_where_a_slate_stands_in_for_a_service_that_failed_it_plays_as_it_is(
    desk_for: Any, speed: float, policy: str
) -> None:
    desk = desk_for("one_gap_24fps")
    desk.environment["PICKUP_FALLBACK"] = "slate"
    retime(desk, speed=speed)
    document, [_asked] = fill(desk, faults=["create: 400"])
    assert told(document, "FALLBACK")
    take = json.loads((desk.library / "takes/SH0010/t01/take.json").read_text())
    assert take["provider"] == "slate"
    assert policy not in take["policies"]
    check_linked(desk, document)


def test_a_clip_that_is_made_by_hand_is_asked_for_as_long_as_its_speed_wants_it(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    for speed, seconds in ((2.0, 2.46), (1.0, 1.25), (-2.0, 2.46)):
        retime(desk, speed=speed)
        [pickup] = desk.run("plan", desk.timeline, "--json", "--provider", "manual", "--handles", "0").document[
            "pickups"
        ]
        assert f"at least {seconds} s" in pickup["note"]
        assert pickup["note"].endswith("from the frames before and after" if speed > 0 else "after and before")


def test_a_take_is_stale_when_its_placeholder_was_retimed_since_and_a_slate_is_not(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    retime(desk, speed=1.0)
    fill(desk)
    retime(desk, speed=-1.0)
    [message] = told(fill(desk)[0], "STALE")
    assert "the speed of its placeholder (1 then, -1 now)" in message


def test_a_slate_is_not_stale_when_its_placeholder_was_retimed_since(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    retime(desk, speed=1.0)
    desk.run("fill", desk.timeline, "--json")
    retime(desk, speed=-1.0)
    assert not told(desk.run("plan", desk.timeline, "--json").document, "STALE")


def test_a_frozen_still_is_as_long_as_it_is_and_its_take_moves(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    retime(desk, speed=0.0, media="/not/here/rain.png")
    document, _asked = fill(desk)
    _take, shown = take_of(desk)
    assert shown == list(range(30))
    assert not told(document, "PLACEHOLDER_RETIMED")
