"""Rates, positions and drop frame of a timeline, read exactly, whatever spelling a program has for them."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pickup.cut import Cut
from pickup.demo import nodes
from pickup.errors import TimelineError
from pickup.holes import Rules
from pickup.timelines.classify import MediaLooker
from pickup.timelines.limits import ReadLimits
from pickup.timelines.read import read_timeline
from pickup.timelines.snapshot import take_snapshot
from pickup.timelines.survey import ReadSettings, Survey, SurveyRequest, run_survey

FILM = Fraction(24000, 1001)
TELEVISION = Fraction(30000, 1001)

SPELLINGS = [
    (23.976, FILM), (23.98, FILM), (23.976024627685547, FILM), (23.976023976023979, FILM), (24000 / 1001, FILM),
    (29.97, TELEVISION), (29.970029830932617, TELEVISION), (30000 / 1001, TELEVISION), (59.94, 2 * TELEVISION),
    (59.94006, 2 * TELEVISION), (47.952, 2 * FILM), (24, Fraction(24)), (25, Fraction(25)), (12, Fraction(12)),
    (12.5, Fraction(25, 2)), (120, Fraction(120)),
]  # fmt: skip


def clip(name: str, *, start: float = 0, length: float, rate: float, effects: nodes.Nodes = ()) -> nodes.Node:
    reference = nodes.external(name, url=f"/footage/{name}", available=nodes.frames(0, 100_000, rate=rate))
    return nodes.clip(name, source=nodes.frames(start, length, rate=rate), reference=reference, effects=effects)


def document(*items: nodes.Node, start: nodes.Node | None = None, metadata: nodes.Node | None = None) -> dict[str, Any]:
    stack = nodes.stack("", children=[nodes.track("Video 1", children=items)], metadata=metadata)
    return nodes.timeline("cut", tracks=stack, start=start, metadata={})


def read(content: dict[str, Any], *, folder: Path, drop_frame: bool | None = None) -> Cut:
    path = folder / "cut.otio"
    path.write_text(json.dumps(content))
    file = read_timeline(path, limits=ReadLimits())
    return take_snapshot(file, looker=MediaLooker(folder, prefixes={}), drop_frame=drop_frame)


def edges(cut: Cut) -> list[int]:
    return [0, *(event.record.end for event in cut.tracks[0].events)]


@pytest.mark.parametrize(("written", "meant"), SPELLINGS)
def test_every_spelling_of_a_rate_is_the_same_rate(written: float, meant: Fraction, tmp_path: Path) -> None:
    items = [clip(f"{number}.mov", length=1001, rate=written) for number in range(100)]
    for start in (None, nodes.moment(0, rate=written)):
        cut = read(document(*items, start=start), folder=tmp_path)
        assert cut.rate.fps == meant
        assert edges(cut) == [1001 * number for number in range(101)]
        assert not cut.findings or [each.code for each in cut.findings] == ["DROP_FRAME_ASSUMED"]


def test_two_spellings_of_one_rate_in_one_track_do_not_drift(tmp_path: Path) -> None:
    rates = [23.976, 24000 / 1001, 23.98, 23.976024627685547]
    items = [clip(f"{number}.mov", length=7, rate=rates[number % 4]) for number in range(4000)]
    cut = read(document(*items, start=nodes.moment(0, rate=23.976)), folder=tmp_path)
    assert cut.duration == 28_000
    assert not cut.findings


def test_the_rate_is_that_of_the_start_time_first(tmp_path: Path) -> None:
    stated: nodes.Node = {"PremierePro_OTIO": {"VideoFrameRate": 30.0}}
    items = [clip("a.mov", length=50, rate=25.0)]
    cut = read(document(*items, start=nodes.moment(0, rate=24.0), metadata=stated), folder=tmp_path)
    assert (cut.rate.fps, cut.rate_from) == (24, "the timeline's start time")


def test_the_rate_is_premieres_second(tmp_path: Path) -> None:
    stated: nodes.Node = {"PremierePro_OTIO": {"VideoFrameRate": 29.97}}
    cut = read(document(clip("a.mov", length=50, rate=25.0), metadata=stated), folder=tmp_path)
    assert (cut.rate.fps, cut.rate_from) == (TELEVISION, "Premiere's VideoFrameRate")


def test_else_the_rate_is_what_most_picture_items_use_and_never_that_of_sound(tmp_path: Path) -> None:
    made = document(*(clip(f"{n}.mov", length=10, rate=rate) for n, rate in enumerate((25.0, 24.0, 24.0))))
    sound = [clip(f"{n}.wav", length=10, rate=48000.0) for n in range(9)]
    made["tracks"]["children"].append(nodes.track("Audio 1", children=sound, kind="Audio"))
    assert read(made, folder=tmp_path).rate.fps == 24


def test_a_tie_of_rates_goes_to_the_first(tmp_path: Path) -> None:
    made = document(clip("a.mov", length=25, rate=25.0), clip("b.mov", length=24, rate=24.0))
    assert read(made, folder=tmp_path).rate.fps == 25


def test_a_cut_of_sound_alone_has_no_rate(tmp_path: Path) -> None:
    made = document()
    made["tracks"]["children"] = [
        nodes.track("Audio 1", children=[clip("a.wav", length=10, rate=48000.0)], kind="Audio")
    ]
    with pytest.raises(TimelineError, match="no picture track with a frame rate"):
        read(made, folder=tmp_path)


@pytest.mark.parametrize(
    ("start", "rate", "drops"),
    [
        (107892, 29.97, True),
        (108000, 29.97, False),
        (215784, 59.94, True),
        (216000, 59.94, False),
        (86400, 24.0, False),
        (108000, 30.0, False),
    ],
)
def test_a_whole_hour_proves_whether_timecode_drops_frames(
    start: int,
    rate: float,
    *,
    drops: bool,
    tmp_path: Path,
) -> None:
    made = document(clip("a.mov", length=50, rate=rate), start=nodes.moment(start, rate=rate))
    cut = read(made, folder=tmp_path, drop_frame=not drops if rate in {29.97, 59.94} else None)
    assert cut.drop_frame == drops
    assert cut.timecode(0) == ("01:00:00;00" if drops else "01:00:00:00")
    assert not cut.findings


@pytest.mark.parametrize(("configured", "drops", "codes"), [(None, True, ["DROP_FRAME_ASSUMED"]), (False, False, [])])
def test_what_nothing_proves_is_configured_or_assumed_and_said(
    *,
    configured: bool | None,
    drops: bool,
    codes: list[str],
    tmp_path: Path,
) -> None:
    made = document(clip("a.mov", length=50, rate=29.97), start=nodes.moment(0, rate=29.97))
    cut = read(made, folder=tmp_path, drop_frame=configured)
    assert cut.drop_frame is drops
    assert [each.code for each in cut.findings] == codes


def test_positions_round_half_up_after_an_exact_sum(tmp_path: Path) -> None:
    items = [clip(f"{number}.mov", length=1, rate=48.0) for number in range(5)]
    cut = read(document(*items, start=nodes.moment(0, rate=24.0)), folder=tmp_path)
    assert edges(cut) == [0, 1, 1, 2, 2, 3]
    assert [each.code for each in cut.findings] == ["OFF_GRID"]
    assert [event.on_grid for event in cut.tracks[0].events] == [False] * 5


def test_nothing_is_filled_on_an_edge_off_the_grid(tmp_path: Path) -> None:
    items = [clip("a.mov", length=49, rate=48.0), nodes.gap(24, rate=24.0), clip("b.mov", length=50, rate=24.0)]
    path = tmp_path / "cut.otio"
    path.write_text(json.dumps(document(*items, start=nodes.moment(0, rate=24.0))))
    request = SurveyRequest(timeline=path, settings=ReadSettings(), rules=Rules())
    survey: Survey = run_survey(request, lambda _done: None)
    assert survey.found.holes == ()
    assert "OFF_GRID" in [each.code for each in survey.found.findings]


@pytest.mark.parametrize(
    ("premiere", "scalar", "record"),
    [(True, 2.0, 25), (True, 0.5, 100), (True, -1.0, 50), (True, 0.0, 50), (False, 2.0, 50), (False, -0.5, 50)],
)
def test_a_time_warp_shortens_the_record_in_premieres_files_alone(
    *,
    premiere: bool,
    scalar: float,
    record: int,
    tmp_path: Path,
) -> None:
    metadata: nodes.Node = {"PremierePro_OTIO": {"VideoFrameRate": 25.0}} if premiere else {}
    warped = clip("a.mov", length=50, rate=25.0, effects=[nodes.time_warp(scalar)])
    cut = read(document(warped, clip("b.mov", length=10, rate=25.0), metadata=metadata), folder=tmp_path)
    assert edges(cut) == [0, record, record + 10]
    assert cut.tracks[0].events[0].speed == Fraction(scalar)


def test_a_start_beside_the_rate_of_the_media_is_compared_in_seconds(tmp_path: Path) -> None:
    """Resolve counts 24 fps media at the rate of its 25 fps cut: 87399 at 24 is 91040.625 at 25."""
    reference = nodes.external("a.mov", url="/footage/a.mov", available=nodes.frames(87399, 100, rate=24.0))
    made = nodes.clip("a.mov", source=nodes.frames(91040.625, 50, rate=25.0), reference=reference)
    event = read(document(made, start=nodes.moment(0, rate=25.0)), folder=tmp_path).tracks[0].events[0]
    assert event.media is not None
    assert event.media.available is not None
    assert event.source_start == event.media.available.start == Fraction(87399, 24)
