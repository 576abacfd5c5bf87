from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.errors import TimingError
from pickup.timing import FrameRange, FrameRate, exact_rate, exact_value, half_up, parse_timecode, timecode

_unhurried = settings(deadline=None)  # a busy machine is no failure
FILM = FrameRate.parse("24")
DROP_RATES = {"29.97": 2, "59.94": 4, "119.88": 8}
"""Rates with drop frame, and how many labels each skipped minute loses (SMPTE ST 12-1: two for each 30 a second)."""
some_frames = st.integers(-200, 200)


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("23.976", "24000/1001"),
        ("23.98", "24000/1001"),
        (23.976, "24000/1001"),
        (23.98, "24000/1001"),
        (23.976023976023978, "24000/1001"),
        (23.976024627685547, "24000/1001"),
        ("24000/1001", "24000/1001"),
        ("24", "24/1"),
        (24.0, "24/1"),
        ("25", "25/1"),
        (25, "25/1"),
        ("12.5", "25/2"),
        ("29.97", "30000/1001"),
        (29.97003, "30000/1001"),
        ("30", "30/1"),
        ("47.95", "48000/1001"),
        ("50", "50/1"),
        ("59.94", "60000/1001"),
        (59.94005994005994, "60000/1001"),
        ("119.88", "120000/1001"),
        (48000, "48000/1"),
    ],
)
def test_a_rate_is_known_by_the_ways_in_which_it_is_written(written: float | str, exact: str) -> None:
    assert str(FrameRate.parse(written)) == exact


@pytest.mark.parametrize(
    "written", ["", "film", "24p", "0", "-24", "23.9", "29.9", "1/0", "24,0", float("nan"), float("inf"), 0.1, 1e12]
)
def test_a_rate_that_nobody_uses_is_refused_and_quoted(written: float | str) -> None:
    with pytest.raises(TimingError) as refused:
        exact_rate(written)
    assert repr(written) in str(refused.value)


@pytest.mark.parametrize(
    ("double", "exact"),
    [(20.0, 20), (20.000000000000004, 20), (91046.625, Fraction(728373, 8)), (0.1, Fraction(1, 10)), (-3.0, -3)],
)
def test_a_double_is_read_with_the_digits_that_were_written(double: float, exact: int | Fraction) -> None:
    assert exact_value(double) == exact


@pytest.mark.parametrize("double", [float("nan"), float("inf"), float("-inf")])
def test_a_double_that_is_no_number_is_refused(double: float) -> None:
    with pytest.raises(TimingError):
        exact_value(double)


@pytest.mark.parametrize(
    ("value", "whole"),
    [(Fraction(1, 2), 1), (Fraction(-1, 2), 0), (Fraction(3, 2), 2), (Fraction(149, 100), 1), (7, 7)],
)
def test_a_half_frame_goes_up(value: int | Fraction, whole: int) -> None:
    assert half_up(value) == whole


@_unhurried
@given(frames=st.integers(0, 10**9), rate=st.sampled_from(["23.976", "24", "25", "29.97", "50", "59.94", "119.88"]))
def test_frames_to_seconds_and_back_is_exact(frames: int, rate: str) -> None:
    exact = FrameRate.parse(rate)
    assert exact.frames(exact.seconds(frames)) == frames


def frames_of(record: FrameRange) -> set[int]:
    return set(range(record.start, record.end))


@st.composite
def ranges(draw: st.DrawFn) -> FrameRange:
    start = draw(some_frames)
    return FrameRange(start=start, end=start + draw(st.integers(0, 60)), rate=FILM)


@_unhurried
@given(one=ranges(), other=ranges())
def test_ranges_are_the_sets_of_frames_that_they_name(one: FrameRange, other: FrameRange) -> None:
    shared = frames_of(one) & frames_of(other)
    common = one.common(other)
    assert (frames_of(common) if common is not None else set()) == shared
    if one.length and other.length:
        assert one.overlaps(other) == bool(shared)
        assert one.holds(other) == (frames_of(other) <= frames_of(one))
    assert one.length == len(frames_of(one))


def test_ranges_that_touch_share_no_frame() -> None:
    one, other = FrameRange(start=0, end=10, rate=FILM), FrameRange(start=10, end=20, rate=FILM)
    assert not one.overlaps(other)
    assert one.common(other) is None


def test_a_grown_range_has_its_extra_frames_on_both_sides() -> None:
    grown = FrameRange(start=10, end=20, rate=FILM).grown(head=3, tail=5)
    assert (grown.start, grown.end) == (7, 25)


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(TimingError):
        FrameRange(start=2, end=1, rate=FILM)


@pytest.mark.parametrize("compare", ["overlaps", "holds", "common"])
def test_frames_of_two_rates_are_never_compared(compare: str) -> None:
    one = FrameRange(start=0, end=10, rate=FILM)
    other = FrameRange(start=0, end=10, rate=FrameRate.parse("23.976"))
    with pytest.raises(TimingError, match="cannot be compared"):
        getattr(one, compare)(other)


@pytest.mark.parametrize(("rate", "dropped"), DROP_RATES.items())
def test_drop_frame_labels_are_what_counting_them_gives(rate: str, dropped: int) -> None:
    """Eleven minutes, so that a skipped minute, a kept tenth one and the minute after it are counted."""
    exact = FrameRate.parse(rate)
    width = len(str(exact.nominal - 1))
    frame = 0
    for minute in range(11):
        for second in range(60):
            if second not in {0, 59}:
                frame += exact.nominal
                continue
            for label in range(exact.nominal):
                if minute % 10 and second == 0 and label < dropped:
                    continue
                written = f"00:{minute:02d}:{second:02d};{label:0{width}d}"
                assert timecode(frame, rate=exact, drop_frame=True) == written
                assert parse_timecode(written, rate=exact) == frame
                frame += 1


@pytest.mark.parametrize(
    ("rate", "frame", "label"),
    [
        ("29.97", 107892, "01:00:00;00"),
        ("29.97", 1799, "00:00:59;29"),
        ("29.97", 1800, "00:01:00;02"),
        ("29.97", 17982, "00:10:00;00"),
        ("59.94", 215784, "01:00:00;00"),
        ("59.94", 3600, "00:01:00;04"),
        ("119.88", 7200, "00:01:00;008"),
    ],
)
def test_well_known_drop_frame_labels(rate: str, frame: int, label: str) -> None:
    assert timecode(frame, rate=FrameRate.parse(rate), drop_frame=True) == label


@_unhurried
@given(
    rate=st.sampled_from([("23.976", False), ("24", False), ("25", False), ("29.97", True), ("29.97", False),
                          ("59.94", True), ("60", False), ("119.88", True)]),
    share=st.floats(0, 1, exclude_max=True),
)  # fmt: skip
def test_timecode_round_trips_over_a_whole_day(rate: tuple[str, bool], share: float) -> None:
    exact, drops = FrameRate.parse(rate[0]), rate[1]
    day = exact.nominal * 86400 - (DROP_RATES.get(rate[0], 0) * 54 * 24 if drops else 0)
    frame = int(share * day)
    assert parse_timecode(timecode(frame, rate=exact, drop_frame=drops), rate=exact) == frame
    assert timecode(frame + day, rate=exact, drop_frame=drops) == timecode(frame, rate=exact, drop_frame=drops)


@pytest.mark.parametrize("label", ["00:01:00;00", "00:01:00;01", "00:59:00;01"])
def test_a_label_that_drop_frame_skips_is_refused(label: str) -> None:
    with pytest.raises(TimingError, match="skips"):
        parse_timecode(label, rate=FrameRate.parse("29.97"))


@pytest.mark.parametrize("label", ["00:10:00;00", "00:00:00;01", "00:01:00:00", "00:01:01;00"])
def test_a_label_that_drop_frame_keeps_is_read(label: str) -> None:
    assert parse_timecode(label, rate=FrameRate.parse("29.97")) >= 0


@pytest.mark.parametrize("rate", ["23.976", "24", "25", "30", "50", "14.985"])
def test_drop_frame_is_refused_at_rates_that_have_none(rate: str) -> None:
    exact = FrameRate.parse(rate)
    assert not exact.can_drop
    with pytest.raises(TimingError, match="no drop-frame timecode"):
        timecode(0, rate=exact, drop_frame=True)
    with pytest.raises(TimingError, match="no drop-frame timecode"):
        parse_timecode("01:00:00;00", rate=exact)


@pytest.mark.parametrize("label", ["", "1:00:00:00", "01:00:00", "01:60:00:00", "01:00:60:00", "01:00:00:24", "noon"])
def test_a_text_that_is_no_timecode_at_the_rate_is_refused_and_quoted(label: str) -> None:
    with pytest.raises(TimingError) as refused:
        parse_timecode(label, rate=FILM)
    assert repr(label) in str(refused.value)
