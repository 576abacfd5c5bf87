"""Takes of several clips, and takes whose frames are spread: every frame is read from the picture."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from pickup._av import read_frames, write_frames
from pickup.errors import MediaError
from pickup.media.conform import Conformer, RenderOrder
from pickup.media.render import render
from pickup.ports import Conformed, Delivery
from pickup.testing.clips import numbered_picture, read_number
from pickup.timing import FrameRate

SIZE = (320, 180)
REPEAT = 60000
"""Number in the first frame of a clip that repeats another's last: it may never be seen."""


def rate(text: str) -> FrameRate:
    return FrameRate.parse(text)


def delivery_of(text: str = "24", *, frames: int, spread: int | None = None) -> Delivery:
    return Delivery(frames=frames, rate=rate(text), size=SIZE, codec="prores_lt", reel="A", spread=spread)


def write_clip(path: Path, numbers: Sequence[int], *, text: str = "24", size: tuple[int, int] = SIZE) -> Path:
    pictures = (numbered_picture(number, size=size) for number in numbers)
    codec = "h264" if path.suffix == ".mp4" else "prores"
    write_frames(path, pictures, rate=rate(text), size=size, codec=codec)
    return path


def write_clips(folder: Path, *lengths: int, text: str = "24") -> tuple[list[Path], int]:
    """Clips of these lengths, numbered on, the later ones after a repeat; and the frames that they show together."""
    paths, shown = [], 0
    for part, length in enumerate(lengths, start=1):
        repeat = [REPEAT] if part > 1 else []
        numbers = [*repeat, *range(shown, shown + length - len(repeat))]
        paths.append(write_clip(folder / f"original_{part}.mp4", numbers, text=text))
        shown += length - len(repeat)
    return paths, shown


def conform(originals: Sequence[Path], delivery: Delivery) -> tuple[list[int], Conformed]:
    """Conforms in this process, which is quicker than in a child, and reads every frame."""
    path = originals[0].with_name("take.mov")
    names = tuple(map(str, originals))
    conformed = render(
        RenderOrder(originals=names, destination=str(path), delivery=delivery), lambda _done: None
    ).conformed
    return numbers_in(path), conformed


def numbers_in(path: Path) -> list[int]:
    return [read_number(frame) for frame in read_frames(path)]


def evenly(held: int, *, frames: int) -> list[int]:
    """From 0 to `held` - 1 in so many steps."""
    return [math.floor(Fraction(number * (held - 1), frames - 1) + Fraction(1, 2)) for number in range(frames)]


# --- several clips ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lengths", [(20, 20), (13, 9, 17), (12, 1, 12)])
@pytest.mark.parametrize(
    ("there", "here", "step", "policies"),
    [
        ("24", "24", Fraction(1), {"join"}),
        ("24", "23.976", Fraction(1), {"join", "rerate"}),
        ("24", "25", Fraction(24, 25), {"join", "nearest"}),
        ("30", "24", Fraction(30, 24), {"join", "nearest"}),
    ],
)
def test_joined_clips_show_every_frame_once_and_no_repeat(
    tmp_path: Path, lengths: tuple[int, ...], there: str, here: str, step: Fraction, policies: set[str]
) -> None:
    """At another rate: the frame that is shown at the time, counted over all clips."""
    originals, held = write_clips(tmp_path, *lengths, text=there)
    frames = math.ceil(held / step)
    shown, conformed = conform(originals, delivery_of(here, frames=frames))
    assert shown == [math.floor(number * step) for number in range(frames)]
    assert set(conformed.policies) - {"trim"} == policies


def test_what_is_over_after_the_join_is_left_off_at_the_tail(tmp_path: Path) -> None:
    originals, _held = write_clips(tmp_path, 12, 12)
    shown, conformed = conform(originals, delivery_of(frames=18))
    assert (shown, conformed.policies) == (list(range(18)), ("join", "trim"))


def test_a_clip_that_is_not_needed_is_over_too(tmp_path: Path) -> None:
    originals, _held = write_clips(tmp_path, 12, 12)
    shown, conformed = conform(originals, delivery_of(frames=12))
    assert (shown, conformed.policies) == (list(range(12)), ("join", "trim"))


def test_clips_in_other_codecs_and_pixel_formats_are_joined(tmp_path: Path) -> None:
    first = write_clip(tmp_path / "original.mov", range(6))
    second = write_clip(tmp_path / "original_2.mp4", [REPEAT, *range(6, 12)])
    shown, conformed = conform([first, second], delivery_of(frames=12))
    assert (shown, conformed.policies) == (list(range(12)), ("join",))


def test_in_a_child_several_clips_are_joined(tmp_path: Path) -> None:
    originals, held = write_clips(tmp_path, 12, 12)
    destination = tmp_path / "takes" / "take.mov"
    delivery = delivery_of(frames=held)
    conformed = asyncio.run(Conformer()(originals, destination, delivery=delivery, report=lambda _done: None))
    assert (numbers_in(destination), conformed.policies) == (list(range(held)), ("join",))


@pytest.mark.parametrize(
    ("text", "size", "says"),
    [
        ("25", SIZE, r"odd\.mp4 is at 25/1, and original_1\.mp4 at 24/1; .* one rate"),
        ("23.976", SIZE, r"odd\.mp4 is at 24000/1001, and original_1\.mp4 at 24/1; .* one rate"),
        ("24", (640, 360), r"odd\.mp4 is 640x360, and original_1\.mp4 320x180; .* one size"),
    ],
)
def test_clips_that_differ_in_rate_or_size_are_refused_by_name(
    tmp_path: Path, text: str, size: tuple[int, int], says: str
) -> None:
    originals, _held = write_clips(tmp_path, 12, 12)
    odd = write_clip(tmp_path / "odd.mp4", range(12), text=text, size=size)
    with pytest.raises(MediaError, match=says) as caught:
        conform([*originals, odd], delivery_of(frames=24))
    assert (caught.value.where, bool(caught.value.next_step)) == (str(odd), True)


def test_a_later_clip_that_is_no_video_is_named(tmp_path: Path) -> None:
    [first], _held = write_clips(tmp_path, 12)
    second = tmp_path / "original_2.mp4"
    second.write_bytes(b"")
    with pytest.raises(MediaError, match=r"original_2\.mp4 is not a video"):
        conform([first, second], delivery_of(frames=20))


def test_no_clip_at_all_is_refused(tmp_path: Path) -> None:
    work = Conformer()([], tmp_path / "take.mov", delivery=delivery_of(frames=20), report=lambda _done: None)
    with pytest.raises(MediaError, match="no original"):
        asyncio.run(work)


def test_clips_that_are_short_together_say_how_much_they_hold(tmp_path: Path) -> None:
    originals, held = write_clips(tmp_path, 12, 12)
    with pytest.raises(MediaError, match=r"original_1\.mp4 and original_2\.mp4 hold 23 frames together, and 25 are"):
        conform(originals, delivery_of(frames=held + 2))


# --- spread -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spread", "here", "frames", "policies"),
    [
        (22, "24", 24, ("retime 22/24",)),
        (26, "24", 24, ("retime 26/24",)),
        (27, "24", 30, ("retime 27/30",)),
        (33, "24", 30, ("retime 33/30",)),
        (22, "23.976", 24, ("rerate", "retime 22/24")),
        (26, "25", 25, ("nearest", "retime 26/24")),
        (22, "25", 25, ("nearest", "retime 22/24")),
        (1, "24", 1, ("retime 1/1",)),
    ],
)
def test_spread_frames_go_from_the_first_to_the_last(
    tmp_path: Path, spread: int, here: str, frames: int, policies: tuple[str, ...]
) -> None:
    originals, _held = write_clips(tmp_path, spread)
    shown, conformed = conform(originals, delivery_of(here, frames=frames, spread=spread))
    assert shown == (evenly(spread, frames=frames) if frames > 1 else [0])
    assert (shown[0], shown[-1]) == (0, spread - 1)
    assert max(after - before for before, after in pairwise([0, *shown])) <= 2
    assert conformed.policies == policies


def test_joined_clips_are_spread_as_one_and_what_is_over_is_trimmed(tmp_path: Path) -> None:
    originals, held = write_clips(tmp_path, 16, 12, 8)
    shown, conformed = conform(originals, delivery_of(frames=36, spread=held))
    assert (shown, conformed.policies) == (evenly(34, frames=36), ("join", "retime 34/36"))
    shown, conformed = conform(originals, delivery_of(frames=30, spread=32))
    assert (shown, conformed.policies) == (evenly(32, frames=30), ("join", "retime 32/30", "trim"))


@pytest.mark.parametrize(("spread", "frames"), [(17, 20), (23, 20), (0, 20), (21, 24)])
def test_a_spread_of_more_than_a_tenth_is_refused_with_its_numbers(tmp_path: Path, spread: int, frames: int) -> None:
    originals, _held = write_clips(tmp_path, 30)
    says = rf"{spread} frames cannot be spread over {frames} at 24/1, which show {frames} .* more than 10%"
    with pytest.raises(MediaError, match=says):
        conform(originals, delivery_of(frames=frames, spread=spread))


@pytest.mark.parametrize("spread", [18, 22])
def test_a_spread_of_a_tenth_is_made(tmp_path: Path, spread: int) -> None:
    originals, _held = write_clips(tmp_path, 30)
    shown, conformed = conform(originals, delivery_of(frames=20, spread=spread))
    assert (shown, conformed.policies) == (evenly(spread, frames=20), (f"retime {spread}/20", "trim"))


# --- a frame less than promised ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lengths", "there", "here", "frames", "policies"),
    [
        ((23,), "24", "24", 24, ("retime 23/24",)),
        ((11,), "24", "24", 12, ("retime 11/12",)),
        ((12, 12), "24", "24", 24, ("join", "retime 23/24")),
        ((23,), "24", "23.976", 24, ("rerate", "retime 23/24")),
        ((28,), "30", "24", 24, ("nearest", "retime 28/29")),
        ((23,), "24", "25", 25, ("nearest", "retime 23/24")),
    ],
)
def test_a_take_that_lacks_one_frame_is_spread_and_says_so(
    tmp_path: Path, lengths: tuple[int, ...], there: str, here: str, frames: int, policies: tuple[str, ...]
) -> None:
    originals, held = write_clips(tmp_path, *lengths, text=there)
    shown, conformed = conform(originals, delivery_of(here, frames=frames))
    assert (shown, conformed.policies) == (evenly(held, frames=frames), policies)


def test_a_spread_take_that_lacks_one_frame_is_spread_with_what_it_holds(tmp_path: Path) -> None:
    originals, _held = write_clips(tmp_path, 17)
    shown, conformed = conform(originals, delivery_of(frames=20, spread=18))
    assert (shown, conformed.policies) == (evenly(17, frames=20), ("retime 17/20",))


@pytest.mark.parametrize(
    ("held", "frames", "spread", "says"),
    [
        (22, 24, None, "holds 22 frames, and 24 are needed"),
        (10, 11, None, "holds 10 frames, and 11 are needed"),
        (20, 24, 22, "holds 20 frames, and 22 are needed"),
    ],
)
def test_more_than_one_frame_or_one_of_few_is_not_made_up(
    tmp_path: Path, held: int, frames: int, spread: int | None, says: str
) -> None:
    originals, _held = write_clips(tmp_path, held)
    with pytest.raises(MediaError, match=says) as caught:
        conform(originals, delivery_of(frames=frames, spread=spread))
    assert type(caught.value) is MediaError


def test_the_second_attempt_goes_on_with_the_progress_of_the_first(tmp_path: Path) -> None:
    originals, _held = write_clips(tmp_path, 23)
    destination = tmp_path / "takes" / "take.mov"
    reports: list[float] = []
    delivery = replace(delivery_of(frames=24), size=(640, 360))
    asyncio.run(Conformer()(originals, destination, delivery=delivery, report=reports.append))
    assert reports == sorted(reports)
    assert reports[-1] == 1.0
    assert [path.name for path in destination.parent.iterdir()] == ["take.mov"]


# --- a frame more than promised ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [25, 26])
def test_a_take_that_leads_into_the_shot_after_keeps_its_last_frame(tmp_path: Path, held: int) -> None:
    originals, _ = write_clips(tmp_path, held)
    shown, conformed = conform(originals, replace(delivery_of(frames=24), to_the_end=True))
    assert (shown, conformed.policies) == (evenly(held, frames=24), (f"retime {held}/24",))


def test_a_take_that_lasts_as_long_as_its_hole_is_no_longer_than_promised(tmp_path: Path) -> None:
    """A second at 24 shows 29 of the 30 frames of a second at 30; the shot after begins where the clip ends."""
    originals, _ = write_clips(tmp_path, 30, text="30")
    shown, conformed = conform(originals, replace(delivery_of(frames=24), to_the_end=True))
    assert (shown, conformed.policies) == ([number * 5 // 4 for number in range(24)], ("nearest",))


def test_a_slowed_take_keeps_its_last_frame_too(tmp_path: Path) -> None:
    """23 frames were promised for 24, and 24 came: the last of them leads into the shot after."""
    originals, _ = write_clips(tmp_path, 24)
    shown, _ = conform(originals, replace(delivery_of(frames=24, spread=23), to_the_end=True))
    assert shown[-1] == 23


def test_what_is_far_too_long_is_trimmed_whatever_it_leads_into(tmp_path: Path) -> None:
    originals, _ = write_clips(tmp_path, 40)
    shown, conformed = conform(originals, replace(delivery_of(frames=24), to_the_end=True))
    assert (shown, conformed.policies) == (list(range(24)), ("trim",))
