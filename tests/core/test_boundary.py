"""Which frame of a shot touches a hole: the rule of speed, frame by frame."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.cut import EventKind, Numbering
from pickup.holes import MediaFrame, Rules, find_holes
from pickup.testing.cuts import Item, gap, make_cut, row, shot, synthetic
from pickup.timing import FrameRate, shown_frame

_unhurried = settings(deadline=None)  # a busy machine is no failure
RATE = FrameRate.parse("24")
MEDIA = (0, 10_000)


def boundary(*, speed: Fraction | int, source: int = 30, length: int = 24) -> tuple[int, int]:
    """Media frames that are seen at the first and the last record frame of a shot."""
    item = shot(length, source=source, speed=speed, media_frames=MEDIA)
    (hole,) = find_holes(make_cut(row(item, gap(24), item)), rules=Rules(short=False)).holes
    assert hole.before is not None
    assert hole.after is not None
    first, last = (number(each.frame) for each in (hole.after, hole.before))
    return first, last


def number(frame: MediaFrame | None) -> int:
    assert frame is not None
    return shown_frame(RATE.frames(frame.seconds - (frame.media_start or 0)), backwards=frame.backwards)


@pytest.mark.parametrize(
    ("speed", "first", "last"),
    [
        (Fraction(1), 30, 53),
        (Fraction(1, 2), 30, 41),
        (Fraction(2), 30, 76),
        (Fraction(973, 1000), 30, 52),
        (Fraction(0), 30, 30),
        (Fraction(-1), 53, 30),
        (Fraction(-1, 2), 41, 30),
        (Fraction(-2), 77, 31),
    ],
)
def test_the_frame_is_the_one_of_the_moment_when_the_record_frame_begins(
    speed: Fraction, first: int, last: int
) -> None:
    assert boundary(speed=speed) == (first, last)


@_unhurried
@given(length=st.integers(1, 200), speed=st.fractions(Fraction(1, 10), 8, max_denominator=1000))
def test_backwards_is_the_used_frames_turned_round(length: int, speed: Fraction) -> None:
    used = length * speed
    forwards = boundary(speed=speed, source=0, length=length)
    backwards = boundary(speed=-speed, source=0, length=length)
    assert forwards == (0, math.floor((length - 1) * speed))
    assert backwards[0] == math.ceil(used) - 1
    assert backwards[1] == math.ceil(speed) - 1
    if used.denominator == 1:  # whole frames are used: the same ones, in the other order
        assert [used - 1 - each for each in forwards] == list(backwards)


@given(whole=st.integers(0, 10**7), off=st.fractions(Fraction(-1, 10**7), Fraction(1, 10**7)))
def test_what_a_double_lost_of_a_whole_frame_is_given_back(whole: int, off: Fraction) -> None:
    assert shown_frame(whole + off) == whole
    assert shown_frame(whole + off, backwards=True) == whole - 1


@given(whole=st.integers(0, 10**7), part=st.fractions(Fraction(1, 1000), Fraction(999, 1000)))
def test_between_two_frames_it_is_the_same_one_both_ways(whole: int, part: Fraction) -> None:
    assert shown_frame(whole + part) == shown_frame(whole + part, backwards=True) == whole


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (shot(48, speed=None), "speed ramp"),
        (synthetic(EventKind.OPAQUE, 48), "a multicam clip or an item that is not known"),
        (shot(48, source=0, speed=-1, media_frames=(0, 20)), "not certain where in its media it begins"),
    ],
)
def test_what_cannot_be_told_is_said(item: Item, why: str) -> None:
    (hole,) = find_holes(make_cut(row(shot(48), gap(24), item)), rules=Rules(short=False)).holes
    assert hole.after is not None
    assert hole.after.frame is None
    assert why in hole.after.unseen


def test_file_names_of_a_sequence_are_padded_behind_the_sign() -> None:
    numbering = Numbering(folder="/plates/", prefix="a.", suffix=".exr", first=-2, padding=4)
    assert [numbering.path(each) for each in (-2, 7, 123456)] == [
        "/plates/a.-0002.exr",
        "/plates/a.0007.exr",
        "/plates/a.123456.exr",
    ]
