"""Speed ramps as arithmetic: what is shown when, and the constant speed that wants the same footage."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pickup.offers.rates import frames_needed
from pickup.ramps import Points, Ramp, ramp_of_texts, texts_of
from pickup.timing import FrameRate

RATE = FrameRate.parse("24")
SLOW_THEN_FAST = Ramp(points=((Fraction(0), Fraction(0)), (Fraction(1), Fraction(1, 2)), (Fraction(2), Fraction(5, 2))))


def points(*, falls: bool = True) -> st.SearchStrategy[Points]:
    """Curves of a few lines, from anywhere to anywhere."""
    low = -3 if falls else Fraction(1, 10)
    step = st.tuples(st.fractions(Fraction(1, 48), 2, max_denominator=48), st.fractions(low, 3, max_denominator=48))
    return st.lists(step, min_size=1, max_size=6).map(
        lambda steps: tuple(
            accumulate(steps, lambda at, by: (at[0] + by[0], at[1] + by[1]), initial=(Fraction(0),) * 2)
        )
    )


@pytest.mark.parametrize(
    ("record", "source"),
    [
        (Fraction(0), Fraction(0)),
        (Fraction(1, 2), Fraction(1, 4)),
        (Fraction(1), Fraction(1, 2)),
        (Fraction(3, 2), Fraction(3, 2)),
        (Fraction(2), Fraction(5, 2)),
        (Fraction(3), Fraction(9, 2)),
        (Fraction(-1), Fraction(-1, 2)),
    ],
)
def test_it_is_straight_between_points_and_goes_on_beyond_them(record: Fraction, source: Fraction) -> None:
    assert SLOW_THEN_FAST.at(record) == source


@given(curve=points(), since=st.fractions(-2, 4, max_denominator=48), record=st.fractions(-2, 4, max_denominator=48))
def test_counted_from_other_moments_it_shows_the_same(curve: Points, since: Fraction, record: Fraction) -> None:
    ramp = Ramp(points=curve)
    assert ramp.counted_from(since, source=Fraction(7)).at(record) == ramp.at(since + record) - 7


@given(curve=points(), frames=st.integers(2, 200))
def test_its_even_speed_wants_the_footage_that_it_shows(curve: Points, frames: int) -> None:
    ramp = Ramp(points=curve)
    shown = [ramp.at(RATE.seconds(frame)) * 24 for frame in range(frames)]
    found = ramp.over(frames, rate=RATE)
    reach = max(shown) - min(shown)
    needed = frames_needed(frames, made_at=RATE, shown_at=RATE, placeholder_speed=found.even_speed)
    assert abs(abs(found.even_speed) * (frames - 1) - reach) <= Fraction(1, 10**4)
    assert needed - 1 <= reach + Fraction(1, 10**4)
    assert needed > reach - Fraction(1, 10**4)
    assert (found.even_speed < 0) == (shown[-1] < shown[0] and bool(reach > Fraction(1, 10**4)))


@given(curve=points(falls=False), frames=st.integers(2, 200))
def test_what_never_turns_back_goes_from_one_edge_of_its_footage_to_the_other(curve: Points, frames: int) -> None:
    forwards = Ramp(points=curve).over(frames, rate=RATE)
    backwards = Ramp(points=tuple((when, -shown) for when, shown in curve)).over(frames, rate=RATE)
    assert forwards.shares[0] == backwards.shares[-1] == 0
    assert forwards.shares[-1] == backwards.shares[0] == 1
    assert all(one <= other for one, other in pairwise(forwards.shares))
    assert backwards.even_speed == -forwards.even_speed
    assert forwards.turns == backwards.turns == 0


@given(speed=st.fractions(-10, 10, max_denominator=1000), frames=st.integers(2, 100))
def test_a_straight_line_is_a_constant_speed(speed: Fraction, frames: int) -> None:
    found = Ramp(points=((Fraction(0), Fraction(0)), (Fraction(1), speed))).over(frames, rate=RATE)
    assert abs(found.even_speed - speed) * (frames - 1) <= Fraction(1, 10**4)
    assert found.is_straight


def test_where_it_turns_back_the_first_frame_may_lie_inside_the_footage() -> None:
    there_and_back = Ramp(points=((Fraction(0), Fraction(0)), (Fraction(1), Fraction(-1)), (Fraction(3), Fraction(1))))
    found = there_and_back.over(73, rate=RATE)
    assert found.even_speed == Fraction(48, 72)
    assert (found.reach, found.turns, found.falls, found.is_straight) == (48, 1, False, False)
    assert (found.shares[0], found.shares[24], found.shares[72]) == (Fraction(1, 2), 0, 1)


def test_what_a_double_lost_of_a_whole_frame_is_given_back() -> None:
    lost = Ramp(points=((Fraction(0), Fraction(0)), (Fraction(1), Fraction(24) / 12 - Fraction(1, 10**9))))
    assert lost.over(25, rate=RATE).even_speed == 2


@pytest.mark.parametrize("frames", [1, 10])
def test_what_shows_one_moment_has_no_speed(frames: int) -> None:
    still = Ramp(points=((Fraction(0), Fraction(5)), (Fraction(1), Fraction(5))))
    found = still.over(frames, rate=RATE)
    assert found.even_speed == 0
    assert set(found.shares) == {0}


def test_what_jitters_by_less_than_a_number_is_written_to_stands_still() -> None:
    """And what creeps as slowly does not."""
    jitter = [Fraction(each) / 24 for each in ("0.5", "0.5000003", "0.4999998", "0.5000001", "2.5")]
    points = tuple((RATE.seconds(frame), shown) for frame, shown in enumerate(jitter))
    found = Ramp(points=points).over(5, rate=RATE)
    assert found.turns == 0
    assert found.places[1] == found.places[2]
    creeps = Ramp(points=((Fraction(0), Fraction(0)), (Fraction(100), Fraction(1, 24)))).over(2400, rate=RATE)
    assert creeps.reach == Fraction(2399, 2400)


@pytest.mark.parametrize(
    "texts",
    [
        (("0", "0"),),
        (("0", "0"), ("0", "1")),
        (("1", "0"), ("0", "1")),
    ],
)
def test_what_is_no_ramp_is_refused(texts: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ValueError, match="two points or more"):
        ramp_of_texts(texts)


def test_it_falls_from_the_point_on_at_which_it_turns() -> None:
    peak = Ramp(points=((Fraction(0), Fraction(0)), (Fraction(1), Fraction(1)), (Fraction(2), Fraction(0))))
    assert [peak.falls_at(moment) for moment in (Fraction(1, 2), Fraction(1), Fraction(3, 2))] == [False, True, True]


@given(curve=points())
def test_files_keep_it_exactly(curve: Points) -> None:
    ramp = Ramp(points=curve)
    assert ramp_of_texts(texts_of(ramp)) == ramp
    assert (texts_of(None), ramp_of_texts(())) == ((), None)
