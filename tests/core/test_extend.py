"""Whether the neighbours' unused media would cover a hole, counted frame by frame of a made-up cut."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.holes import Rules, find_holes
from pickup.shots import Delivered, ShotWishes, make_spec
from pickup.shots.extend import propose_extension
from pickup.testing.cuts import make_cut, row, shot, slug

_unhurried = settings(deadline=None)  # a busy machine is no failure


def proposal(
    *,
    hole: int = 24,
    tail: int | None = 0,
    head: int | None = 0,
    speed: Fraction | int = 1,
    online: bool = True,
) -> str:
    """For a hole between A.mov with `tail` frames that the cut does not show and B.mov with `head`; None: not known."""
    before = shot(48, name="A.mov", media_frames=None if tail is None else (0, 48 + tail), speed=speed)
    before = replace(before, online=online)
    after = shot(48, name="B.mov", source=100, media_frames=None if head is None else (100 - head, 148))
    cut = make_cut(row(before, slug(hole, name="rain"), after))
    delivery = Delivered(rate=cut.rate, size=(1920, 1080), size_from="the test")
    holes = find_holes(cut, rules=Rules()).holes
    return propose_extension(make_spec(holes, code="SH0010", wishes=ShotWishes(delivery=delivery)))


def test_the_shot_before_alone() -> None:
    assert proposal(tail=24) == "A.mov at its tail by 24 frames"


def test_the_shot_after_alone() -> None:
    assert proposal(head=24) == "B.mov at its head by 24 frames"


def test_both_together_with_the_shot_before_as_far_as_it_goes() -> None:
    assert proposal(tail=20, head=4) == "A.mov at its tail by 20 frames, B.mov at its head by 4 frames"
    assert proposal(hole=3, tail=2, head=1) == "A.mov at its tail by 2 frames, B.mov at its head by 1 frame"


def test_one_frame_too_few_is_no_proposal() -> None:
    assert proposal(tail=20, head=3) == ""


def test_what_the_timeline_does_not_say_is_not_counted_on() -> None:
    assert proposal(tail=None, head=None) == ""
    assert proposal(tail=None, head=24) == "B.mov at its head by 24 frames"


def test_a_shot_that_does_not_play_at_its_own_speed_is_not_counted_on() -> None:
    assert proposal(tail=500, speed=2) == ""


def test_media_that_is_not_here_is_not_counted_on() -> None:
    assert proposal(tail=500, online=False) == ""


@_unhurried
@given(hole=st.integers(3, 60), tail=st.integers(0, 70), head=st.integers(0, 70))
def test_it_is_proposed_exactly_where_there_are_as_many_frames(hole: int, tail: int, head: int) -> None:
    words = proposal(hole=hole, tail=tail, head=head)
    assert bool(words) == (tail + head >= hole)
    counts = [int(word) for word in words.replace(",", "").split() if word.isdigit()]
    assert sum(counts) == (hole if words else 0)
    assert all(counts), "a side that gives nothing is not named"
