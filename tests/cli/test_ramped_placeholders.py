"""An offline clip with a speed ramp: the ramp is in its take, which is linked at normal speed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from retimes import GAP, check_linked, fill, retime, take_of, told
from studios import studio

from pickup.testing.crossings import CutFile, open_cut, snapshot_of, writing_of
from pickup.testing.ramps import final_cuts_ramp, hieros_ramp, resolves_ramp
from pickup.timelines.sniff import load_dialect

LENGTH = GAP[1] - GAP[0]
SPEEDS_UP = [number * number / 16 for number in range(LENGTH)]
"""From a standstill to 3.6 times its speed; its last frame is 52."""
THERE_AND_BACK = [*range(0, 30, 2), *range(28, -2, -2)]


def ramp(desk: Any, shown: Sequence[float]) -> None:
    """A ramp as Hiero writes one: which frame of the clip is shown at each frame of the cut."""
    put(desk, hieros_ramp(shown))


def put(desk: Any, metadata: dict[str, Any], *, length: int = LENGTH) -> None:
    """The offline clip with what a program says of its ramp."""
    retime(desk, speed=1.5)
    content = json.loads(desk.timeline.read_text())
    item = content["tracks"]["children"][0]["children"][1]
    effect = {"OTIO_SCHEMA": "TimeEffect.1", "name": "", "effect_name": "", "metadata": metadata}
    item["effects"] = [effect]
    item["source_range"]["duration"]["value"] = float(length)
    desk.timeline.write_text(json.dumps(content))


def whole(shown: Sequence[float]) -> list[int]:
    return [int(frame) for frame in shown]


def test_a_ramp_is_in_the_take_and_as_much_is_bought_as_it_wants(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    document, [asked] = fill(desk, "--handles", "6")
    take, shown = take_of(desk)
    assert int(asked.fields["seconds"]) == 4  # 53 frames are 2.2 s
    assert asked.files  # begins on the frame before
    assert [frame - shown[0] for frame in shown] == whole(SPEEDS_UP)
    assert "ramp" in take["policies"]
    assert take["qc"]["verdict"] != "fail"
    [message] = told(document, "PLACEHOLDER_RETIMED")
    assert "has a speed ramp, on average at 1.8" in message
    assert not told(document, "SPEED_NOT_HONOURED")
    check_linked(desk, document)


def test_a_ramp_of_resolve_is_in_the_take(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    rows = [(0.0, 0.0), (0.5, 1.5), (0.5 + 2 * (400 / 24 - 1.5), 400 / 24)]  # 12 frames three times as fast, then half
    put(desk, resolves_ramp(*rows))
    document, _asked = fill(desk)
    _take, shown = take_of(desk)
    assert shown == [*range(0, 36, 3), *(36 + number // 2 for number in range(18))]
    assert told(document, "PLACEHOLDER_RETIMED")
    check_linked(desk, document)


def test_a_ramp_of_final_cuts_xml_is_in_the_take(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    retime(desk, speed=1.0)
    file = CutFile(name=desk.timeline.name, content=desk.timeline.read_bytes(), path=desk.timeline)
    read = open_cut(file)
    plain = load_dialect("fcp7").write(read.timeline, writing=writing_of(snapshot_of(read, looker=file.looker)))
    before, offline, after = plain.partition(b"rain.mov</name>")
    curve = final_cuts_ramp((0, 0), (10, 30), (50, 50))
    desk = replace(desk, timeline=desk.timeline.with_suffix(".xml"))
    desk.timeline.write_bytes(before + offline + after.replace(b"</clipitem>", curve.encode() + b"</clipitem>", 1))
    document, _asked = fill(desk)
    _take, shown = take_of(desk)
    assert shown == [*range(0, 30, 3), *(30 + number // 2 for number in range(20))]
    assert told(document, "PLACEHOLDER_RETIMED")
    check_linked(desk, document)


def test_where_a_ramp_turns_back_the_side_that_it_does_not_begin_on_sends_no_frame(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, [*range(10, 0, -1), *range(20)])
    document, [asked] = fill(desk)
    take, shown = take_of(desk)
    assert shown == [*range(10, 0, -1), *range(20)]
    assert (take["head"], take["tail"]) == (0, 0)
    assert not asked.files
    check_linked(desk, document)


def test_there_and_back_it_begins_on_the_shot_before(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, THERE_AND_BACK)
    document, [asked] = fill(desk)
    take, shown = take_of(desk)
    assert [frame - shown[0] for frame in shown] == THERE_AND_BACK
    assert asked.files
    assert take["qc"]["verdict"] != "fail"
    check_linked(desk, document)


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ({}, " of which the timeline does not say what it shows when"),
        ({"lookup": [number * number for number in range(LENGTH)]}, ", on average at 30 times its speed"),
        ({"lookup": [1e300 * number * number for number in range(LENGTH)]}, ", on average at more than 1000 times its"),
        ({"lookup": [float("inf")] * LENGTH}, " of which the timeline does not say what it shows when"),
        (
            resolves_ramp((0.0, 0.0), (9.0, 16.0), smooth=True, tangent=0.1),
            " with smoothed keyframes, and how they are smoothed is not known",
        ),
    ],
)
def test_a_ramp_that_cannot_be_followed_is_told_and_the_take_plays_at_its_own_speed(
    desk_for: Any, metadata: dict[str, Any], why: str
) -> None:
    desk = desk_for("one_gap_24fps")
    put(desk, metadata)
    document, _asked = fill(desk)
    _take, shown = take_of(desk)
    assert shown == list(range(LENGTH))
    [message] = told(document, "SPEED_NOT_HONOURED")
    assert f"its placeholder has a speed ramp{why}" in message
    assert message.endswith("; the take plays at its own speed: set the speed on the take")
    check_linked(desk, document)


def test_a_draft_is_conformed_with_its_ramp_once_it_is_circled(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    (desk.folder / "pickup.toml").write_text('[holes]\noffline = true\n[conform]\nfull_quality = "circled"\n')
    document, _asked = fill(desk, "--takes", "2")
    take, shown = take_of(desk)
    assert not take.get("draft")
    assert [frame - shown[0] for frame in shown] == whole(SPEEDS_UP)
    second = desk.library / "takes/SH0010/t02/take.json"
    assert json.loads(second.read_text())["draft"]["placeholder_ramp"]
    assert desk.run("circle", "SH0010", "2").code == 0
    answer = desk.run("relink", desk.timeline, "--json")
    assert answer.code == 0, answer.err
    conformed = json.loads(second.read_text())
    assert not conformed.get("draft")
    take, shown = take_of(desk, number=2)
    assert [frame - shown[0] for frame in shown] == whole(SPEEDS_UP)
    check_linked(desk, document)


def test_a_take_is_stale_when_the_ramp_is_another_one_and_not_when_it_was_trimmed(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    fill(desk)
    assert not told(fill(desk)[0], "STALE")
    put(desk, hieros_ramp(SPEEDS_UP[:-4]), length=LENGTH - 4)
    assert not told(fill(desk)[0], "STALE")
    ramp(desk, [frame / 2 for frame in SPEEDS_UP])
    [message] = told(fill(desk)[0], "STALE")
    assert "the speed ramp of its placeholder" in message
    retime(desk, speed=1.0)
    [message] = told(fill(desk)[0], "STALE")
    assert "it has no ramp now" in message


def test_where_the_cut_before_it_was_rolled_the_take_is_not_stale(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    fill(desk)
    content = json.loads(desk.timeline.read_text())
    before, offline = content["tracks"]["children"][0]["children"][:2]
    before["source_range"]["duration"]["value"] += 4
    offline["source_range"]["start_time"]["value"] += 4
    offline["source_range"]["duration"]["value"] -= 4
    del offline["effects"][0]["metadata"]["lookup"][:4]
    desk.timeline.write_text(json.dumps(content))
    document, asked = fill(desk)
    assert not told(document, "STALE")
    assert not asked


def test_a_placeholder_that_something_was_cut_into_has_the_ramp_that_it_had(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    fill(desk)
    content = json.loads(desk.timeline.read_text())
    items = content["tracks"]["children"][0]["children"]
    first, second, between = (json.loads(json.dumps(items[place])) for place in (1, 1, 0))
    lookup = first["effects"][0]["metadata"]["lookup"]
    first["source_range"]["duration"]["value"] = 12.0
    first["effects"][0]["metadata"]["lookup"] = lookup[:12]
    between["source_range"]["duration"]["value"] = 6.0
    film = next((desk.folder / "media").glob("*C001.mov"))
    shutil.copy(film, film.with_name("wide.mov"))
    between = json.loads(json.dumps(between).replace(film.stem, "wide"))
    second["source_range"]["start_time"]["value"] += 18
    second["source_range"]["duration"]["value"] -= 18
    second["effects"][0]["metadata"]["lookup"] = lookup[18:]
    items[1:2] = [first, between, second]
    desk.timeline.write_text(json.dumps(content))
    planned = desk.run("plan", desk.timeline, "--json").document
    assert not told(planned, "STALE")
    document, asked = fill(desk, "--refresh", "SH0010", "--handles", "0")
    assert len(asked) == 1
    assert not told(document, "SPEEDS_DIFFER")
    _take, shown = take_of(desk, number=2)
    seen = [*range(12), *range(18, LENGTH)]
    assert [shown[frame] for frame in seen] == [int(SPEEDS_UP[frame]) for frame in seen]


def test_a_ramp_that_begins_with_a_hold_is_not_made_from_the_frame_that_it_would_hold(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, [*[0] * 12, *range(18)])
    document, [asked] = fill(desk)
    take, shown = take_of(desk)
    assert not asked.files
    assert [frame - shown[0] for frame in shown] == [*[0] * 12, *range(18)]
    assert take["qc"]["verdict"] != "fail"
    check_linked(desk, document)


def test_a_ramp_that_is_none_is_a_constant_speed(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, list(range(LENGTH)))
    document, _asked = fill(desk)
    take, shown = take_of(desk)
    assert [frame - shown[0] for frame in shown] == list(range(LENGTH))
    assert "ramp" not in take["policies"]
    assert not told(document, "PLACEHOLDER_RETIMED")
    retime(desk, speed=1.0)
    assert not told(desk.run("plan", desk.timeline, "--json").document, "STALE")


@pytest.mark.parametrize("points", [[["0", "0"]], [["0", "0"], ["0", "1"]], [["0", "0"], ["1", "9" * 5000]]])
def test_a_damaged_ramp_in_a_takes_file_is_named(desk_for: Any, points: list[list[str]]) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    desk.run("fill", desk.timeline)
    file = desk.library / "takes/SH0010/t01/take.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "placeholder_ramp": points}))
    assert desk.run("plan", desk.timeline).code == 0
    answer = desk.run("library", "check")
    assert "take.json" in answer.out + answer.err
    assert "placeholder_ramp" in answer.out + answer.err


def test_a_slate_plays_as_it_is_and_is_not_stale(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    answer = desk.run("fill", desk.timeline, "--json")
    assert answer.code == 0, answer.err
    take = json.loads((desk.library / "takes/SH0010/t01/take.json").read_text())
    assert "ramp" not in take["policies"]
    assert not take["placeholder_ramp"]
    retime(desk, speed=1.0)
    assert not told(desk.run("plan", desk.timeline, "--json").document, "STALE")


def test_where_a_slate_stands_in_for_a_service_that_failed_it_has_no_ramp(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    desk.environment["PICKUP_FALLBACK"] = "slate"
    ramp(desk, SPEEDS_UP)
    document, [_asked] = fill(desk, faults=["create: 400"])
    assert told(document, "FALLBACK")
    take = json.loads((desk.library / "takes/SH0010/t01/take.json").read_text())
    assert take["provider"] == "slate"
    assert "ramp" not in take["policies"]
    check_linked(desk, document)


def test_a_yes_to_a_plan_ends_where_the_ramp_changes(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    plan, digests = desk.library / "cuts" / "one_gap_24fps" / "plan.json", []
    another = [*THERE_AND_BACK[:4], *[8] * 4, *THERE_AND_BACK[8:]]  # wants the same footage
    with studio(desk, seconds=[2, 4, 6]):
        for shown in (THERE_AND_BACK, THERE_AND_BACK, another):
            ramp(desk, shown)
            waiting = desk.run("fill", desk.timeline, "--json", "--budget", "1.00", PICKUP_APPROVE="plan")
            assert "waits for approval" in waiting.document["held"][0]["why"]
            digests.append(json.loads(plan.read_text())["digest"])
    assert digests[0] == digests[1] != digests[2]


def test_a_clip_that_is_made_by_hand_is_asked_for_as_long_as_its_ramp_wants_it(desk_for: Any) -> None:
    desk = desk_for("one_gap_24fps")
    ramp(desk, SPEEDS_UP)
    planned = desk.run("plan", desk.timeline, "--json", "--provider", "manual", "--handles", "0")
    [pickup] = planned.document["pickups"]
    assert "at least 2.21 s" in pickup["note"]  # 53 frames
