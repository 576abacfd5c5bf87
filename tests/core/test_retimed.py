"""What a take follows of the speed of its placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from pickup.holes import Hole, Rules, find_holes
from pickup.ramps import Ramp
from pickup.shots import Retimed
from pickup.shots.retimed import follow, speed_of_placeholder
from pickup.testing.cuts import Dissolve, gap, make_cut, offline, row, shot
from pickup.testing.ramps import ramp_through
from pickup.timing import FrameRate

RATE = FrameRate.parse("24")
EASES_IN = [frame * frame / 16 for frame in range(24)]


def placeholder(shown: Sequence[float], *, name: str = "LOST.mov", source: int = 0) -> Hole:
    """The hole of an offline clip that shows these frames of its media."""
    item = replace(offline(len(shown), name=name), source=source, speed=None, ramp=ramp_through(shown, rate=RATE))
    [hole] = find_holes(make_cut(row(shot(24), item, shot(24))), rules=Rules(short=False, offline=True)).holes
    return hole


def followed(*holes: Hole, begins: Sequence[int] = (0,), frames: int | None = None) -> Retimed:
    counted = {hole.id: begin for hole, begin in zip(holes, begins, strict=True)}
    length = max(begin + hole.covers.length for hole, begin in zip(holes, begins, strict=True))
    return follow(holes, begins=counted, frames=frames or length)


def places(retimed: Retimed, frames: int) -> list[Fraction]:
    assert retimed.ramp is not None
    return list(retimed.ramp.over(frames, rate=RATE).places)


def test_a_ramp_counts_from_the_first_frame_that_is_covered_and_in_source_time() -> None:
    hole = placeholder(EASES_IN, source=100)
    assert hole.placeholder_ramp is not None
    assert hole.placeholder_ramp.at(Fraction(0)) == Fraction(100, 24)
    retimed = followed(hole)
    assert retimed.speed == Fraction(23, 16)
    assert places(retimed, 24) == [Fraction(each) for each in EASES_IN]


def test_under_a_dissolve_it_goes_on_as_it_began() -> None:
    item = replace(
        offline(24), speed=None, ramp=ramp_through([frame * 2 for frame in range(12)] + [22] * 12, rate=RATE)
    )
    cut = make_cut(row(shot(24), Dissolve(before=4, after=0), item, shot(24)))
    [hole] = find_holes(cut, rules=Rules(short=False, offline=True)).holes
    assert hole.covers.length == 28
    assert places(followed(hole), 28) == [*range(0, 8, 2), *range(8, 32, 2), *[30] * 12]


@pytest.mark.parametrize(
    ("shown", "joins", "has_handles"),
    [
        (EASES_IN, (True, True), True),
        (EASES_IN[::-1], (True, True), True),
        ([0] * 12 + [*range(12)], (False, True), True),
        ([*range(12)] + [11] * 12, (True, False), True),
        ([*range(6, 0, -1), *range(18)], (False, True), False),
        ([*range(18), *range(16, 10, -1)], (True, False), False),
        ([0, 0, 0, 1, 1], (True, True), True),
    ],
    ids=["eases in", "backwards", "begins with a hold", "ends in a hold", "turns at once", "turns at last", "short"],
)
def test_a_side_is_joined_where_the_footage_ends_there_and_moves(
    shown: Sequence[float], joins: tuple[bool, bool], *, has_handles: bool
) -> None:
    retimed = followed(placeholder(shown))
    assert (retimed.joins, retimed.has_handles) == (joins, has_handles)


@pytest.mark.parametrize("speed", [1, 2, Fraction(1, 3), -1, 0])
def test_a_straight_ramp_is_a_constant_speed(speed: Fraction | int) -> None:
    retimed = followed(placeholder([float(frame * speed) for frame in range(24)]))
    assert retimed.ramp is None
    assert abs(retimed.speed - speed) < Fraction(1, 10**4)


def test_one_frame_is_played_as_it_is() -> None:
    hole = placeholder(EASES_IN)
    assert follow([hole], begins={hole.id: 0}, frames=1) == Retimed()
    assert speed_of_placeholder(replace(hole, covers=replace(hole.covers, end=hole.covers.start + 1))) == 1


@pytest.mark.parametrize("shown", [[frame * 50 for frame in range(24)], [frame * frame for frame in range(24)]])
def test_what_is_wildly_fast_is_not_followed(shown: Sequence[float]) -> None:
    retimed = followed(placeholder(shown))
    assert (retimed.speed, retimed.ramp) == (1, None)


def test_a_placeholder_that_was_cut_in_two_keeps_its_ramp() -> None:
    shown = [frame * frame / 16 for frame in range(30)]
    whole = followed(placeholder(shown))
    first, second = placeholder(shown[:12]), placeholder([each - shown[18] for each in shown[18:]], source=0)
    ramp = ramp_through(shown, rate=RATE).counted_from(RATE.seconds(18), source=Fraction(0))
    second = replace(second, id="second", placeholder_ramp=Ramp(points=ramp.points[18:]))
    put = followed(first, second, begins=(0, 18))
    assert put.speed == whole.speed
    assert not put.differs
    assert [places(put, 30)[frame] for frame in (*range(12), *range(18, 30))] == [
        Fraction(shown[frame]) for frame in (*range(12), *range(18, 30))
    ]


def test_placeholders_of_one_shot_that_are_played_otherwise_are_told() -> None:
    one, same = placeholder(EASES_IN), replace(placeholder(EASES_IN), id="same")
    other = replace(placeholder([2 * frame for frame in EASES_IN]), id="other")
    plain = replace(one, id="plain", placeholder_speed=Fraction(1), placeholder_ramp=None)
    unread = replace(one, id="unread", placeholder_ramp=Ramp(unread="of which nothing is known"))
    trimmed = replace(placeholder(EASES_IN[:12]), id="trimmed")
    assert not followed(one, same, begins=(0, 0)).differs
    assert not followed(one, trimmed, begins=(0, 0)).differs
    assert all(followed(one, each, begins=(0, 0)).differs for each in (other, plain, unread))
    assert not followed(unread, replace(unread, id="too"), begins=(0, 0)).differs


def test_a_gap_is_played_as_it_is() -> None:
    [hole] = find_holes(make_cut(row(shot(24), gap(24), shot(24))), rules=Rules(short=False)).holes
    assert followed(hole) == Retimed()
