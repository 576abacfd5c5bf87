"""The embedded provider: what it chooses, and that its pictures are whole, exact and the same every time."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pickup.errors import MediaError, ProviderRefused
from pickup.offers import Quote, Wish
from pickup.ports import BurnIn, Generation, Provider
from pickup.providers.slate import SlateProvider
from pickup.providers.slate.looks import hour_in, plate_in, rains_in
from pickup.providers.slate.render import shoot
from pickup.testing.provider_contract import ProviderContract, boundary_png
from pickup.timing import FrameRate, timecode

Picture = NDArray[np.uint8]
RATE = FrameRate.parse("24")
SIZE = (320, 180)
WISH = Wish(cover_frames=12, handles=4, rate=RATE, size=SIZE)
REQUEST = Generation(
    shot="SH0010",
    take=1,
    prompt="",
    negative="",
    seed=5,
    model="slate-1",
    frames=12,
    rate=RATE,
    size=SIZE,
    look="slate",
)
BURN_IN = BurnIn(shot="SH0010", brief="A rider crosses the ridge", start_frame=86400, drop_frame=False)
DRAWN = [
    ("sea", "sunset"),
    ("city", "night, rain"),
    ("mountains", "dawn"),
    ("forest", "day"),
    ("desert", "sunset"),
    ("snow", "storm"),
    ("fire", "night"),
    ("sky", "noon"),
    ("slate", "the red desert"),
]


class TestSlateKeepsTheContract(ProviderContract):
    def make_provider(self) -> Provider:
        return SlateProvider()


def quote(**wish: object) -> Quote:
    return SlateProvider().quote(replace(WISH, **wish), model="slate-1")  # type: ignore[arg-type]


def pictures(request: Generation) -> list[Picture]:
    return list(shoot(request).pictures)


def png(picture: Picture) -> bytes:
    return cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()


def scene(*, seed: int = 5, size: tuple[int, int] = (480, 270)) -> Picture:
    """A picture full of detail."""
    return pictures(replace(REQUEST, look="city", prompt="dusk", seed=seed, size=size, frames=1))[0]


def moved(picture: Picture, *, x: int) -> Picture:
    """What a camera sees `x` pixels further to the right."""
    return np.ascontiguousarray(picture[40:220, 40 + x : 360 + x])


def difference(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


# --- the choice -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "plate"),
    [
        ("Wide of the OCEAN at dusk", "sea"),
        ("clouds over the harbour", "sea"),
        ("city street, rain, neon", "city"),
        ("just clouds drifting", "sky"),
        ("a season of love, disease, Chelsea", None),
        ("She pours a glass of water", None),
        ("INT. FLAT - the window shows the sea", None),
        ("close-up of a hand on the beach", None),
        ("two people argue", None),
    ],
)
def test_words_of_scenery_choose_a_plate(prompt: str, plate: str | None) -> None:
    assert plate_in(prompt) == plate


@pytest.mark.parametrize(
    ("prompt", "stated", "hour"),
    [
        ("ocean at dawn", "", "dawn"),
        ("ocean at dawn", "night", "night"),
        ("the sea, golden hour", "", "golden"),
        ("stormy afternoon at sea", "", "storm"),
        ("the sea", "", "day"),
        ("blue hour over the lake", "", "dusk"),
    ],
)
def test_words_of_time_choose_the_light_and_the_field_wins(prompt: str, stated: str, hour: str) -> None:
    assert hour_in(prompt, stated=stated, plate="sea") == hour


def test_a_city_without_an_hour_is_seen_at_night() -> None:
    assert hour_in("a city street", plate="city") == "night"


def test_rain_falls_only_where_the_words_say_so() -> None:
    assert rains_in("neon street in the rain")
    assert not rains_in("a train leaves the city")


@pytest.mark.parametrize(
    ("wish", "look", "handles"),
    [
        ({"briefed": True, "prompt": "ocean at dawn"}, "sea", (4, 4)),
        ({"briefed": True, "prompt": "two people argue"}, "slate", (4, 4)),
        ({"briefed": True, "prompt": "two people argue", "before": True, "after": True}, "slate", (4, 4)),
        ({"before": True, "after": True}, "join", (0, 0)),
        ({"before": True}, "still", (0, 4)),
        ({"after": True}, "still", (4, 0)),
        ({}, "slate", (4, 4)),
        ({"look": "bridge", "before": True, "after": True}, "bridge", (0, 0)),
        ({"look": "Push", "before": True, "after": True, "briefed": True, "prompt": "ocean"}, "push", (0, 0)),
        ({"look": "plate", "prompt": "ocean"}, "sea", (4, 4)),
        ({"look": "city"}, "city", (4, 4)),
    ],
)
def test_the_look_follows_the_brief_then_the_neighbours(
    wish: dict[str, object], look: str, handles: tuple[int, int]
) -> None:
    quoted = quote(**wish)
    assert (quoted.look, (quoted.head, quoted.tail)) == (look, handles)


def test_a_request_without_a_look_is_drawn_as_it_would_be_quoted() -> None:
    assert shoot(replace(REQUEST, look="", prompt="ocean at dawn")).rendered.look == "sea"
    assert shoot(replace(REQUEST, look="", boundary_out=boundary_png(hue=9))).rendered.look == "still"


def test_a_slate_asks_for_one_neighbour_as_its_backdrop() -> None:
    quoted = quote(briefed=True, prompt="two people argue", before=True, after=True)
    assert (quoted.uses_before, quoted.uses_after) == (True, False)


@pytest.mark.parametrize(
    ("wish", "hint"),
    [
        ({"look": "bridge", "before": True}, "look: still"),
        ({"look": "push", "after": True}, "look: still"),
        ({"look": "still"}, "look: slate"),
        ({"look": "plate", "prompt": "two people argue"}, "look: sea"),
        ({"look": "watercolor"}, "bridge, push, still, plate, slate"),
    ],
)
def test_a_look_that_cannot_be_served_is_refused_with_what_to_do(wish: dict[str, object], hint: str) -> None:
    with pytest.raises(ProviderRefused) as refusal:
        quote(**wish)
    assert hint in refusal.value.next_step


def test_a_plate_without_its_word_lists_the_plates() -> None:
    with pytest.raises(ProviderRefused, match="sea, city, mountains, forest, desert, snow, fire, sky"):
        quote(look="plate", prompt="two people argue")


# --- the pictures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("look", "prompt"), DRAWN)
def test_the_same_request_gives_the_same_frames(look: str, prompt: str) -> None:
    request = replace(REQUEST, look=look, prompt=prompt, frames=3, burn_in=BURN_IN)
    assert np.array_equal(pictures(request), pictures(request))


@pytest.mark.parametrize(("look", "prompt"), DRAWN)
def test_takes_differ_visibly(look: str, prompt: str) -> None:
    takes = [pictures(replace(REQUEST, look=look, prompt=prompt, take=take, frames=1))[0] for take in (1, 2, 3)]
    assert min(difference(takes[0], takes[1]), difference(takes[1], takes[2]), difference(takes[0], takes[2])) > 3


@pytest.mark.parametrize(("look", "prompt"), DRAWN)
def test_a_drawn_shot_moves_and_is_neither_black_nor_blown_out(look: str, prompt: str) -> None:
    frames = pictures(replace(REQUEST, look=look, prompt=prompt, frames=12))
    assert difference(frames[0], frames[-1]) > 0.5
    assert 8 < frames[6].mean() < 230
    assert frames[6].std() > 8


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (480, 200), (192, 192), (64, 36), (720, 1280)])
@pytest.mark.parametrize("look", ["sea", "city", "sky", "slate"])
def test_every_shape_is_drawn_with_its_burn_in(look: str, size: tuple[int, int]) -> None:
    brief = BurnIn(shot="ABC_010_0020_A", brief="Lorem ipsum dolor " * 30, start_frame=107892, drop_frame=True)
    rate = FrameRate.parse("29.97")
    request = replace(REQUEST, look=look, prompt="x", size=size, burn_in=brief, rate=rate, frames=1)
    assert pictures(request)[0].shape == (size[1], size[0], 3)


def test_odd_sides_are_made_even_by_one_pixel() -> None:
    assert shoot(replace(REQUEST, size=(321, 181))).size == (322, 182)


def test_black_and_white_is_drawn_without_color() -> None:
    picture = pictures(replace(REQUEST, look="sea", prompt="sunset", style="high-contrast black and white", frames=1))[
        0
    ]
    assert np.array_equal(picture[..., 0], picture[..., 2])


def test_frames_are_made_one_at_a_time() -> None:
    endless = replace(REQUEST, look="sky", frames=10**9)
    assert len(list(islice(shoot(endless).pictures, 2))) == 2


@pytest.mark.parametrize("take", [1, 2, 3])
def test_related_frames_are_bridged_without_repeating_them(take: int) -> None:
    wide = scene()
    before, after = moved(wide, x=0), moved(wide, x=26)
    request = replace(REQUEST, look="join", frames=12, take=take, boundary_in=png(before), boundary_out=png(after))
    shooting = shoot(request)
    assert shooting.rendered.look == "bridge"
    frames = list(shooting.pictures)
    assert 0 < difference(frames[0], before) < difference(frames[5], before)
    assert 0 < difference(frames[-1], after) < difference(frames[5], after)


def test_the_middle_of_a_bridge_is_the_view_in_the_middle() -> None:
    wide = scene()
    before, middle, after = (moved(wide, x=x) for x in (0, 12, 24))
    request = replace(REQUEST, look="bridge", frames=11, boundary_in=png(before), boundary_out=png(after))
    frame = pictures(request)[5]
    dissolve = np.asarray(cv2.addWeighted(before, 0.5, after, 0.5, 0), dtype=np.uint8)
    inner = np.s_[10:-10, 40:-40]
    assert difference(frame[inner], middle[inner]) < 0.5 * difference(dissolve[inner], middle[inner])


@pytest.mark.parametrize("take", [1, 2, 3])
def test_unrelated_frames_are_pushed_and_dissolved(take: int) -> None:
    before = moved(scene(), x=0)
    after = pictures(replace(REQUEST, look="sea", prompt="dawn", frames=1))[0]
    request = replace(REQUEST, look="join", frames=40, take=take, boundary_in=png(before), boundary_out=png(after))
    shooting = shoot(request)
    frames = list(shooting.pictures)
    assert shooting.rendered.look == "push"
    assert difference(frames[0], before) < 2
    assert difference(frames[-1], after) < 2


def test_a_bridge_asked_for_by_name_is_made_between_unrelated_frames() -> None:
    request = replace(REQUEST, look="bridge", boundary_in=boundary_png(hue=0), boundary_out=png(scene()))
    assert shoot(request).rendered.look == "bridge"


@pytest.mark.parametrize("take", [1, 2, 3])
def test_a_still_leaves_the_frame_before_and_arrives_at_the_frame_after(take: int) -> None:
    picture = moved(scene(), x=0)
    leaving = pictures(replace(REQUEST, look="still", frames=40, take=take, boundary_in=png(picture)))
    arriving = pictures(replace(REQUEST, look="still", frames=40, take=take, boundary_out=png(picture)))
    assert difference(leaving[0], picture) < 2 < difference(leaving[-1], picture)
    assert difference(arriving[-1], picture) < 2 < difference(arriving[0], picture)


def test_a_neighbour_of_another_shape_fills_the_frame() -> None:
    request = replace(REQUEST, look="still", boundary_in=boundary_png(hue=90, size=(100, 300)))
    assert pictures(request)[0].shape == (180, 320, 3)


def test_a_join_without_one_of_its_frames_is_refused() -> None:
    with pytest.raises(ProviderRefused, match="missing"):
        shoot(replace(REQUEST, look="join", boundary_in=boundary_png(hue=9)))


@pytest.mark.parametrize("bad", [b"no png", boundary_png(hue=9)[:200], b"\x89PNG\r\n\x1a\n" + b"\0" * 64])
def test_a_damaged_boundary_frame_is_reported_with_its_shot(bad: bytes) -> None:
    with pytest.raises(MediaError, match="cannot be read") as error:
        shoot(replace(REQUEST, look="still", boundary_in=bad))
    assert error.value.where == "SH0010"


# --- what is written into them --------------------------------------------------------------------------------------


def marked(*, index: int = 0, frames: int = 30, **burn_in: object) -> Picture:
    request = replace(REQUEST, look="sea", prompt="noon", frames=frames, size=(640, 360))
    request = replace(request, burn_in=replace(BURN_IN, **burn_in))  # type: ignore[arg-type]
    return next(islice(shoot(request).pictures, index, None))


def clean(*, index: int = 0, frames: int = 30) -> Picture:
    request = replace(REQUEST, look="sea", prompt="noon", frames=frames, size=(640, 360))
    return next(islice(shoot(request).pictures, index, None))


def test_without_a_burn_in_the_picture_is_clean() -> None:
    touched = (np.abs(marked().astype(int) - clean().astype(int)).max(axis=2) > 0).any(axis=1)
    assert touched.any()
    assert not touched[120:240].any()  # its middle is never written on


def test_the_burn_in_stays_inside_the_title_safe_area() -> None:
    bright = marked(brief="W" * 400).min(axis=2) > 235
    assert bright[18:-18, 32:-32].any()
    bright[18:-18, 32:-32] = False
    assert bright.sum() <= (clean().min(axis=2) > 235).sum()


def test_each_frame_carries_its_own_record_timecode() -> None:
    shown = [marked(index=index)[10:45, 480:].astype(int) for index in (0, 1, 2)]
    same_time = marked(index=1, start_frame=BURN_IN.start_frame - 1)[10:45, 480:].astype(int)
    ink = [part.min(axis=2) > 225 for part in shown]
    assert not np.array_equal(ink[0], ink[1])
    assert timecode(86400, rate=RATE) == "01:00:00:00"
    agreement = ((same_time.min(axis=2) > 225) == ink[0]).mean()
    assert agreement > ((ink[1]) == ink[0]).mean()


def test_letters_that_the_typeface_lacks_are_told_and_not_drawn_as_boxes() -> None:
    request = replace(REQUEST, burn_in=replace(BURN_IN, brief="Das Meer 海辺 · Ωκεανός · Łódź · Việt · Юг"))
    assert shoot(request).rendered.missing_letters == "海辺"
    foreign = replace(REQUEST, burn_in=replace(BURN_IN, brief="海辺"))
    assert shoot(foreign).rendered.missing_letters == "海辺"
    assert not np.array_equal(pictures(foreign)[0], pictures(replace(foreign, burn_in=replace(BURN_IN, brief="")))[0])


# --- the provider ---------------------------------------------------------------------------------------------------


def test_the_note_beside_the_clip_says_which_join_was_taken(tmp_path: Path) -> None:
    wide = scene()
    request = replace(
        REQUEST, look="join", frames=4, boundary_in=png(moved(wide, x=0)), boundary_out=png(moved(wide, x=20))
    )
    provider, path = SlateProvider(), tmp_path / "original.mp4"

    async def make() -> None:
        submission = await provider.submit(request, key="k")
        await provider.fetch(request, submission, destination=path, report=lambda _done: None)

    asyncio.run(make())
    note = json.loads((tmp_path / "original.json").read_text(encoding="utf-8"))
    assert (note["schema"], note["look"]) == ("SlateRender.1", "bridge")
    assert note["found_again"] > 0.4
    assert {each.name for each in tmp_path.iterdir()} == {"original.mp4", "original.json"}


def test_a_cancelled_fetch_leaves_nothing_behind(tmp_path: Path) -> None:
    request = replace(REQUEST, look="sea", prompt="noon", frames=100_000)

    async def start_and_cancel() -> None:
        provider, begun, loop = SlateProvider(), asyncio.Event(), asyncio.get_running_loop()

        def report(_done: float) -> None:
            loop.call_soon_threadsafe(begun.set)

        submission = await provider.submit(request, key="k")
        destination = tmp_path / "original.mp4"
        fetching = asyncio.create_task(provider.fetch(request, submission, destination=destination, report=report))
        await begun.wait()
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching

    asyncio.run(start_and_cancel())
    assert list(tmp_path.iterdir()) == []


def test_importing_the_provider_loads_nothing_heavy() -> None:
    code = "import sys, pickup.providers.slate; print({'av', 'cv2', 'numpy', 'PIL'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
