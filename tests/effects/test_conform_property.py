"""For any rates, policy, speed, handles and join every frame of a take is the one that the definition gives.

The definition is written down here once more, as plainly as it is told to an editor, and shares nothing with what it
checks: clips are laid on a line of seconds, or of frames where they are re-rated, and one looks which frame lies there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup._av import read_frames, write_frames
from pickup.media.conform import RenderOrder
from pickup.media.probe import probe
from pickup.media.render import render
from pickup.offers.rates import RatePolicy
from pickup.ports import Delivery
from pickup.testing.clips import numbered_picture, read_number
from pickup.testing.ramps import ramp_through
from pickup.timing import FrameRate

SIZE = (160, 90)
REPEAT = 60000
"""Number of the frame that a joined clip begins with, which is the last one of the clip before: never to be seen."""

FPS = {
    "23.976": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
    "60": Fraction(60),
}
TIMECODES = [("00:00:00:00", 0), ("01:00:00:00", 3600), ("10:00:59:00", 36059)]
"""What a take begins at: as it is written, and how many seconds of whole nominal frames that is without drop frame."""
DROPPED = {"29.97": [("00:00:59;28", 1798), ("01:00:00;00", 107892)], "59.94": [("00:00:59;58", 3598)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One take.

    Attributes:
        made: Rate of the clips, and `cut` of the take.
        over: Frames that the clips have and the take does not need.
        short: The clips are long enough by the clock, and perhaps not to be shown frame for frame.
        joined_at: Where the second clip goes on, of all frames; None for one clip.
        code: The timecode that the take begins at, and its frame number.
        moments: Of a placeholder with a ramp, the moment of its media that each covered frame shows, in frames.
    """

    made: str
    cut: str
    policy: RatePolicy
    speed: Fraction
    head: int
    cover: int
    tail: int
    over: int
    joined_at: Fraction | None
    code: tuple[str, int]
    short: bool = False
    moments: tuple[Fraction, ...] = ()

    @property
    def frames(self) -> int:
        return self.head + self.cover + self.tail


SPEEDS = [Fraction(each) for each in ("1", "1", "1/2", "2", "973/1000", "-1", "-1/2", "-2", "0")]


def ramps(*, frames: int) -> st.SearchStrategy[tuple[Fraction, ...] | None]:
    """Any course of a shot: slower, faster, held, there and back; None where nothing moves."""
    steps = st.lists(st.fractions(-2, 3, max_denominator=8), min_size=frames - 1, max_size=frames - 1)
    courses = steps.map(lambda by: tuple(accumulate(by, initial=Fraction(0))))
    return courses.map(lambda course: course if len(set(course)) > 1 else None)


def even_speed(moments: Sequence[Fraction]) -> Fraction:
    """The constant speed that wants the same footage."""
    speed = (max(moments) - min(moments)) / (len(moments) - 1)
    return -speed if moments[-1] < moments[0] else speed


@st.composite
def wanted(draw: st.DrawFn) -> Wanted:
    cut = draw(st.sampled_from(sorted(FPS)))
    counted = [(text, seconds * round(FPS[cut])) for text, seconds in TIMECODES]
    cover = draw(st.integers(1, 16))
    moments = draw(st.none() | ramps(frames=cover)) or ()
    return Wanted(
        made=draw(st.sampled_from(sorted(FPS))),
        cut=cut,
        policy=draw(st.sampled_from(RatePolicy)),
        speed=even_speed(moments) if moments else draw(st.sampled_from(SPEEDS)),
        moments=moments,
        head=draw(st.integers(0, 6)),
        cover=cover,
        tail=draw(st.integers(0, 6)),
        over=draw(st.integers(0, 4)),
        joined_at=draw(st.none() | st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(9, 10)])),
        code=draw(st.sampled_from(counted + DROPPED.get(cut, []))),
        short=draw(st.booleans()),
    )


# --- the definition ---------------------------------------------------------------------------------------------------


def places(take: Wanted, *, held: int | None = None) -> list[Fraction]:
    """Where in the clips each frame of the take lies, in frames of the clips; `held` is how many those have."""
    made, cut = FPS[take.made], FPS[take.cut]
    played = [abs(number * take.speed) for number in range(take.frames)]
    frame_for_frame = played[::-1] if take.speed < 0 else played
    by_the_clock = [place / cut * made for place in frame_for_frame]
    if take.moments:  # handles are played evenly; what is seen in the cut begins on a frame and goes by its ramp
        seen = slice(take.head, take.head + take.cover)
        since = [each - min(take.moments) for each in take.moments]
        for even, step in ((frame_for_frame, Fraction(1)), (by_the_clock, made / cut)):
            earliest = min(even[seen]) // 1
            even[seen] = [earliest + each * step for each in since]
    if round(made) == round(cut) or take.policy is RatePolicy.RERATE:
        return frame_for_frame
    is_near = {take.made, take.cut} <= {"23.976", "24", "25"}
    long_enough = held is None or max(frame_for_frame) < held
    return frame_for_frame if take.policy is RatePolicy.AUTO and is_near and long_enough else by_the_clock


def frame_at(place: Fraction, *, held: int) -> int:
    """The frame that is shown there: the last one that has begun."""
    begins = list(range(held))
    return begins[bisect_right(begins, place) - 1]


def needed(take: Wanted) -> int:
    """The fewest frames in which the last place of the take lies."""
    is_auto = take.policy is RatePolicy.AUTO
    last = max(places(take, held=0 if take.short and is_auto else None))
    held = 1
    while last >= held:
        held += 1
    return held


# --- the clips --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Clips, each written once."""

    folder: Path
    known: dict[tuple[str, tuple[int, ...]], Path] = field(default_factory=dict)

    def clip(self, made: str, numbers: Sequence[int]) -> Path:
        key = (made, tuple(numbers))
        if key not in self.known:
            path = self.folder / f"clip_{len(self.known)}.mp4"
            pictures = (numbered_picture(number, size=SIZE) for number in numbers)
            write_frames(path, pictures, rate=FrameRate.parse(made), size=SIZE, codec="h264")
            self.known[key] = path
        return self.known[key]

    def clips(self, take: Wanted, *, held: int) -> list[Path]:
        if take.joined_at is None:
            return [self.clip(take.made, range(held))]
        first = max(1, min(held - 1, round(held * take.joined_at)))
        return [self.clip(take.made, range(first)), self.clip(take.made, [REPEAT, *range(first, held)])]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(folder=tmp_path_factory.mktemp("clips"))


def conform(take: Wanted, clips: Sequence[Path], *, path: Path) -> list[int | None]:
    """The number in every frame of the take; None in those that are mixed from two."""
    text, start = take.code
    delivery = Delivery(
        frames=take.frames,
        head=take.head,
        tail=take.tail,
        rate=FrameRate.parse(take.cut),
        size=SIZE,
        codec="prores_lt",
        reel="HARBOR7K2Q_SH0010_t01",
        start_frame=start,
        drop_frame=";" in text,
        rate_policy=take.policy,
        placeholder_speed=take.speed,
        placeholder_ramp=ramp_through(take.moments, rate=FrameRate.parse(take.cut)) if take.moments else None,
    )
    order = RenderOrder(originals=tuple(map(str, clips)), destination=str(path), delivery=delivery)
    conformed = render(order, lambda _done: None).conformed
    info = probe(path)
    assert (conformed.frames, conformed.rate.fps, conformed.timecode) == (take.frames, FPS[take.cut], text)
    assert (info.rate, info.frames, info.timecode) == (conformed.rate, take.frames, text)
    return [_number(frame) for frame in read_frames(path)]


def _number(frame: object) -> int | None:
    try:
        return read_number(frame)  # type: ignore[arg-type]
    except ValueError:
        return None


def check(take: Wanted, shelf: Shelf, *, held: int) -> None:
    shown = conform(take, shelf.clips(take, held=held), path=shelf.folder / "take.mov")
    assert len(shown) == take.frames
    mixes = take.policy in (RatePolicy.BLEND, RatePolicy.FLOW)
    for number, (seen, place) in enumerate(zip(shown, places(take, held=held), strict=True)):
        if not mixes or place.denominator == 1:
            assert seen == frame_at(place, held=held), (number, place)


@settings(max_examples=50, deadline=None)
@given(take=wanted())
def test_every_frame_of_a_take_is_the_one_that_the_definition_gives(shelf: Shelf, take: Wanted) -> None:
    held = needed(take) + take.over
    check(take, shelf, held=max(held, 2) if take.joined_at is not None else held)


@pytest.mark.parametrize("policy", RatePolicy)
@pytest.mark.parametrize("rated", [lambda made: (made, "60"), lambda made: ("25", made)], ids=["to 60", "from 25"])
def test_at_each_rate_a_joined_take_at_twice_the_speed_shows_its_frames(
    shelf: Shelf, policy: RatePolicy, rated: Callable[[str], tuple[str, str]]
) -> None:
    """All rates under every policy, whatever Hypothesis draws."""
    for rate in FPS:
        made, cut = rated(rate)
        take = Wanted(
            made=made, cut=cut, policy=policy, speed=Fraction(2), head=2, cover=5, tail=2, over=1,
            joined_at=Fraction(1, 2), code=("00:00:00:00", 0),
        )  # fmt: skip
        check(take, shelf, held=needed(take) + 1)


def test_the_definition_by_example() -> None:
    """24 in a cut at 30, four frames for five; and 24 in a cut at 25, where a clip is long enough or is not."""
    take = Wanted(
        made="24", cut="30", policy=RatePolicy.AUTO, speed=Fraction(1), head=0, cover=6, tail=0, over=0,
        joined_at=None, code=("00:00:00:00", 0),
    )  # fmt: skip
    assert [frame_at(place, held=5) for place in places(take, held=5)] == [0, 0, 1, 2, 3, 4]
    assert needed(take) == 5
    near = Wanted(
        made="24", cut="25", policy=RatePolicy.AUTO, speed=Fraction(1), head=0, cover=26, tail=0, over=0,
        joined_at=None, code=("00:00:00:00", 0),
    )  # fmt: skip
    assert [frame_at(place, held=26) for place in places(near, held=26)] == list(range(26))
    assert [frame_at(place, held=25) for place in places(near, held=25)] == [0, *range(25)]
