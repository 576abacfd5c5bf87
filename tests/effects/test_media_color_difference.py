"""Distances between colors, and between pictures of which no points correspond."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pickup.media.color.difference import Picture, Values, delta_e, lab_of, palette, palette_difference
from pickup.media.color.likeness import likeness_distance, shared_points
from pickup.media.color.samples import cut_difference, small_copy
from pickup.testing.color_scenes import CLOSE, LOOKS, SCENES, WIDE, Framing, graded, view

SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
"""The pairs that Sharma, Wu and Dalal published with the formula: L*, a*, b* twice, and what must come out."""

labs = st.tuples(st.floats(0, 100), st.floats(-120, 120), st.floats(-120, 120))


@cache
def scene_of(name: str, *, framing: Framing = CLOSE, grain: int = 0) -> Picture:
    return view(name, framing=framing, grain=grain)


def random_colors(seed: int, *, count: int = 900) -> Values:
    return np.random.default_rng(seed).random((count, 3))


def test_ciede2000_gives_what_its_authors_published() -> None:
    rows = np.array([line.split() for line in SHARMA.split("\n") if line], dtype=float)
    assert len(rows) == 34
    assert np.round(delta_e(rows[:, :3], rows[:, 3:6]), 4) == pytest.approx(rows[:, 6], abs=1e-9)


@given(first=labs, second=labs)
def test_a_distance_is_symmetric_never_negative_and_zero_for_one_color(
    first: tuple[float, ...], second: tuple[float, ...]
) -> None:
    there, back = delta_e(first, second), delta_e(second, first)
    assert there >= 0
    assert there == pytest.approx(back, rel=1e-4, abs=1e-6)
    assert delta_e(first, first) == 0


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((1, 1, 1), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((1, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 1, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 1), (32.30, 79.19, -107.86)),
    ],
)
def test_primaries_lie_where_lab_has_them(rgb: tuple[float, ...], lab: tuple[float, ...]) -> None:
    assert lab_of(rgb) == pytest.approx(np.array(lab), abs=0.05)


@given(seed=st.integers(0, 999))
def test_a_palette_does_not_depend_on_where_colors_lie(seed: int) -> None:
    colors = random_colors(seed)
    shuffled = np.random.default_rng(seed).permutation(colors)
    assert palette(shuffled) == pytest.approx(palette(colors), abs=1e-9)


def test_a_palette_tells_a_picture_that_lost_its_saturation() -> None:
    colors = random_colors(1)
    gray = np.repeat(colors @ np.array([[0.2126], [0.7152], [0.0722]]), 3, axis=1)
    assert palette_difference(palette(colors), palette(gray)) > 10


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129])
def test_a_palette_is_read_from_few_pixels_too(count: int) -> None:
    assert palette(random_colors(2, count=count)).shape == (128, 3)


def test_a_picture_without_pixels_has_no_palette() -> None:
    with pytest.raises(ValueError, match="without pixels"):
        palette(np.empty((0, 3)))


@pytest.mark.parametrize("scene", SCENES)
def test_noise_and_grain_are_no_jump_in_color_and_a_look_is(scene: str) -> None:
    take = scene_of(scene)
    assert cut_difference(take, scene_of(scene, grain=1)) < 1.0
    for look in LOOKS:
        assert cut_difference(take, graded(take, look=look)) > 1.5


@pytest.mark.parametrize("scene", SCENES)
def test_points_are_found_again_in_any_look_and_framing_of_a_scene_and_in_no_other(scene: str) -> None:
    take = small_copy(scene_of(scene))
    for look in LOOKS:
        same, reframed = (graded(scene_of(scene, framing=each, grain=1), look=look) for each in (CLOSE, WIDE))
        assert shared_points(take, small_copy(same)).share > 0.5
        assert shared_points(take, small_copy(reframed)).share > 0.45
    for other in SCENES:
        if other != scene:
            assert shared_points(take, small_copy(scene_of(other))).share < 0.2


def test_flat_pictures_prove_no_scene_although_they_flow_into_each_other() -> None:
    dark, light = (np.full((180, 320, 3), level, np.uint8) for level in (40, 200))
    assert shared_points(dark, light).share == 0


def test_black_bars_do_not_count_as_color() -> None:
    take = scene_of("kitchen")
    barred = take.copy()
    barred[:40] = barred[-40:] = 0
    assert likeness_distance(small_copy(take[40:-40]), small_copy(barred)) < 1.0
    assert small_copy(np.zeros((90, 160, 3), np.uint8)).shape == (90, 160, 3)


@pytest.mark.parametrize("shape", [(10, 10), (10, 10, 4), (0, 10, 3)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="8-bit RGB"):
        small_copy(np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match="8-bit RGB"):
        small_copy(np.zeros((10, 10, 3)))  # type: ignore[arg-type]
