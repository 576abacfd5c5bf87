"""The plates of open country and fire: when words choose them, and that their pictures move and fit the hour."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pickup._av import open_video
from pickup.errors import ProviderRefused
from pickup.offers import Wish
from pickup.ports import Generation
from pickup.providers.slate import SlateProvider
from pickup.providers.slate.looks import PLATES, hour_in, plate_in
from pickup.providers.slate.palette import hour_palette
from pickup.providers.slate.plates.desert import sand_color
from pickup.providers.slate.plates.layers import Staging, Travel
from pickup.providers.slate.render import shoot
from pickup.timing import FrameRate

Picture = NDArray[np.uint8]
NEW = ("mountains", "forest", "desert", "snow", "fire")
RATE = FrameRate.parse("24")
SIZE = (256, 144)
REQUEST = Generation(
    shot="SH0010",
    take=1,
    prompt="",
    negative="",
    seed=5,
    model="slate-1",
    frames=48,
    rate=RATE,
    size=SIZE,
    look="fire",
)


@cache
def frame_of(look: str, prompt: str, *, index: int = 0, seed: int = 5) -> Picture:
    shooting = shoot(replace(REQUEST, look=look, prompt=prompt, seed=seed))
    return next(islice(shooting.pictures, index, None))


def color_of(look: str, prompt: str) -> tuple[float, float, float]:
    red, green, blue = frame_of(look, prompt).reshape(-1, 3).mean(axis=0)
    return float(red), float(green), float(blue)


def brightness(look: str, prompt: str) -> float:
    return float(frame_of(look, prompt).mean())


def warmth(look: str, prompt: str) -> float:
    red, _, blue = color_of(look, prompt)
    return red - blue


def difference(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


# --- the choice -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "plate"),
    [
        ("A rider crosses the ridge at dawn", "mountains"),
        ("the ALPS, wide", "mountains"),
        ("snow-capped peaks under a clear sky", "mountains"),
        ("rolling hills", "mountains"),
        ("deep in the woods", "forest"),
        ("JUNGLE, trees drip", "forest"),
        ("rain in the forest", "forest"),
        ("red desert at dusk", "desert"),
        ("a caravan in the Sahara", "desert"),
        ("a sea of sand", "desert"),
        ("snow falls", "snow"),
        ("a blizzard hides the hut", "snow"),
        ("an empty winter field", "snow"),
        ("footprints out on the ice", "snow"),
        ("a forest in deep snow", "snow"),
        ("a campfire", "fire"),
        ("the house is burning", "fire"),
        ("forest fire seen from the road", "fire"),
        ("flames", "fire"),
        ("the frozen lake", "snow"),
    ],
)
def test_words_of_open_country_and_fire_choose_their_plate(prompt: str, plate: str) -> None:
    assert plate_in(prompt) == plate


@pytest.mark.parametrize(
    "prompt",
    [
        "a mountain of paperwork",
        "on a mountain bike",
        "traders at peak hour talk",
        "his anger is at its peak",
        "a deserted room",
        "a plank of wood",
        "she eats ice cream",
        "whisky on ice",
        "the fire escape, he climbs",
        "soldiers under fire",
        "the boss fired him",
        "a burning question",
        "INT. CABIN - snow outside the window",
        "close-up of flames in her eyes",
        "Christmas trees in the shop",
    ],
)
def test_words_that_only_sound_like_it_choose_no_plate(prompt: str) -> None:
    assert plate_in(prompt) is None


@pytest.mark.parametrize(
    ("prompt", "plate"),
    [
        ("palm trees on the beach", "sea"),
        ("rain", "city"),
        ("rain over the sea", "sea"),
        ("mountains, the city below, its towers and streets", "city"),
        ("clouds over the valley", "mountains"),
        ("a campfire on the beach", "fire"),
    ],
)
def test_between_places_the_subject_of_the_brief_decides(prompt: str, plate: str) -> None:
    assert plate_in(prompt) == plate


def test_a_fire_without_an_hour_burns_at_night() -> None:
    assert hour_in("a campfire", plate="fire") == "night"
    assert hour_in("a campfire at noon", plate="fire") == "day"


@pytest.mark.parametrize("look", NEW)
def test_a_look_can_be_asked_for_by_name_and_is_offered(look: str) -> None:
    provider = SlateProvider()
    wish = Wish(cover_frames=12, handles=4, rate=RATE, size=SIZE, look=look)
    assert provider.quote(wish, model="slate-1").look == look
    assert look in provider.offers()[0].looks


def test_the_refusal_of_an_unnamed_plate_lists_all_of_them() -> None:
    wish = Wish(cover_frames=12, handles=4, rate=RATE, size=SIZE, look="plate", prompt="two people argue")
    with pytest.raises(ProviderRefused, match=", ".join(PLATES)):
        SlateProvider().quote(wish, model="slate-1")


# --- the pictures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", NEW)
def test_the_picture_goes_on_changing_from_the_first_frame_to_the_last(look: str) -> None:
    pictures = list(shoot(replace(REQUEST, look=look, prompt="day", frames=49)).pictures)
    early, middle, late = (difference(pictures[0], pictures[index]) for index in (1, 24, 48))
    assert early > 0
    assert min(middle, late) > 2
    assert difference(pictures[24], pictures[48]) > 2


@pytest.mark.parametrize("look", NEW)
def test_a_seed_gives_the_same_frame_again_and_another_seed_another(look: str) -> None:
    once = frame_of(look, "day", index=2)
    again = next(islice(shoot(replace(REQUEST, look=look, prompt="day")).pictures, 2, None))
    assert np.array_equal(once, again)
    assert difference(once, frame_of(look, "day", index=2, seed=6)) > 3


@pytest.mark.parametrize("look", NEW)
def test_a_later_frame_does_not_depend_on_the_speed_of_the_frames(look: str) -> None:
    """What is seen after half a second is the same at 24 and at 48 frames a second, but for the grain."""
    slow = frame_of(look, "day", index=12)
    double = replace(REQUEST, look=look, prompt="day", rate=FrameRate.parse("48"), frames=96)
    fast = next(islice(shoot(double).pictures, 24, None))
    assert difference(slow, fast) < 4


@pytest.mark.parametrize("look", ["mountains", "forest", "desert", "snow"])
def test_night_is_darker_than_dusk_and_dusk_than_day(look: str) -> None:
    assert brightness(look, "night") < 0.75 * brightness(look, "dusk")
    assert brightness(look, "dusk") < 0.95 * brightness(look, "day")


@pytest.mark.parametrize("look", ["mountains", "forest", "desert", "snow"])
def test_the_golden_hour_is_warm_and_night_is_cool(look: str) -> None:
    assert warmth(look, "golden hour") > max(15, warmth(look, "day"))
    assert warmth(look, "night") < 0


def test_a_red_desert_at_dusk_is_warm_and_red() -> None:
    red, green, blue = color_of("desert", "red desert at dusk")
    ground = frame_of("desert", "red desert at dusk")[90:].reshape(-1, 3).mean(axis=0)
    assert red > max(green, blue)
    assert ground[0] > 1.5 * ground[2]
    assert sand_color("a man in red walks in the desert") == sand_color("desert") != sand_color("red sand dunes")


def test_a_fire_is_orange_and_not_burnt_out() -> None:
    fire = frame_of("fire", "wildfire at night", index=12).astype(int)
    bright = fire[fire[:, :, 0] > 200]
    assert len(bright) > 200
    red, green, blue = bright.mean(axis=0)
    assert red > green + 40 > blue + 80
    assert (fire.min(axis=2) > 235).mean() < 0.01


def test_a_campfire_burns_in_the_middle_and_a_wildfire_from_side_to_side() -> None:
    small, large = (frame_of("fire", words, index=12).astype(int) for words in ("campfire", "wildfire"))
    edges = [np.concatenate([fire[72:, :40, 0], fire[72:, -40:, 0]]) for fire in (small, large)]
    assert (edges[0] > 200).mean() < 0.02 < (edges[1] > 200).mean()
    assert (small[60:120, 100:156, 0] > 200).mean() > 0.1


def test_a_blizzard_hides_more_than_a_snowfall() -> None:
    assert frame_of("snow", "a blizzard, day", index=3).std() < frame_of("snow", "snow, day", index=3).std()


def test_rain_falls_in_the_forest_when_the_words_say_so() -> None:
    wet, dry = (frame_of("forest", words, index=3).astype(int) for words in ("gray, rain", "gray"))
    assert np.abs(wet - dry).mean() > 1


@pytest.mark.parametrize("frames", [1, 24, 240, 100_000])
def test_layers_slide_in_one_direction_and_never_past_their_ends(frames: int) -> None:
    rng = np.random.default_rng(5)
    staging = Staging(
        size=(640, 360), palette=hour_palette("day", take=1), hour="day", words="", seconds_per_frame=Fraction(1, 24),
        frames=frames, rng=rng,
    )  # fmt: skip
    travel = Travel(staging)
    places = [travel.left(staging.seconds(frames) * step / 10, near=1.0) for step in range(11)]
    assert 0 <= min(places) <= max(places) <= staging.wide[0] - 640
    steps = np.diff(places)
    assert (steps > 0).all() or (steps < 0).all()


@pytest.mark.parametrize("look", NEW)
@pytest.mark.parametrize("size", [(144, 256), (200, 200), (321, 135), (48, 32)])
def test_every_plate_is_drawn_in_every_shape(look: str, size: tuple[int, int]) -> None:
    picture = next(shoot(replace(REQUEST, look=look, prompt="x", size=size)).pictures)
    assert picture.shape == (size[1] + size[1] % 2, size[0] + size[0] % 2, 3)
    assert picture.std() > 5


@pytest.mark.parametrize("look", NEW)
def test_a_take_has_exactly_the_frames_that_were_asked_for(look: str, tmp_path: Path) -> None:
    request = replace(REQUEST, look=look, prompt="day", frames=7, rate=FrameRate.parse("23.976"))
    provider, path = SlateProvider(), tmp_path / "original.mp4"

    async def make() -> None:
        submission = await provider.submit(request, key="k")
        await provider.fetch(request, submission, destination=path, report=lambda _done: None)

    asyncio.run(make())
    with open_video(path) as video:
        assert len(list(video.pictures())) == 7
