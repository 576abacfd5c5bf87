"""An offline clip that the editor retimed: its take plays as it did, and is linked at normal speed."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from retimes import FIRST_AFTER, GAP, LAST_BEFORE, check_linked, fill, retime, take_of, told

from pickup.testing.clips import read_number


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
