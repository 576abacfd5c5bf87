"""A take's color is matched to the neighbour that shows the same scene, and to no other."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.media.color.difference import Picture, Values, delta_e, lab_of
from pickup.media.color.match import ALIKE_BELOW, WORSE_BOUND, ColorMatch, Pair, match_color
from pickup.media.color.samples import cut_difference
from pickup.media.color.transfer import IDENTITY, LARGEST_GAIN, Affine, transfer
from pickup.testing.color_scenes import CLOSE, LOOKS, SCENES, WIDE, Framing, graded, view

RESULTING_BOUND = 2.0
"""Delta-E by which a match may move a take from where it truly belongs."""


@cache
def scene(name: str, *, framing: Framing = CLOSE, grain: int = 0) -> Picture:
    return view(name, framing=framing, grain=grain)


def neighbour_of(name: str, *, kind: str, look: str) -> Picture:
    if kind == "unrelated":
        names = list(SCENES)
        return graded(scene(names[(names.index(name) + 1) % len(names)], grain=1), look=look)
    return graded(scene(name, framing=WIDE if kind == "reframed" else CLOSE, grain=1), look=look)


def from_truth(picture: Picture, truth: Picture) -> float:
    """Mean delta-E by point: both show the same."""
    return float(delta_e(lab_of(picture[::4, ::4] / 255), lab_of(truth[::4, ::4] / 255)).mean())


def matched(take: Picture, neighbour: Picture, *, strength: float = 1.0, made: bool = False) -> ColorMatch:
    return match_color([Pair(take=take, neighbour=neighbour)], strength=strength, made_from_neighbour=made)


@pytest.mark.parametrize(
    ("kind", "made"), [("same", False), ("reframed", False), ("unrelated", False), ("unrelated", True)]
)
def test_the_cut_is_never_worse_and_better_beside_the_same_scene(kind: str, *, made: bool) -> None:
    rows = []
    for name in SCENES:
        for look in LOOKS:
            take, neighbour = scene(name), neighbour_of(name, kind=kind, look=look)
            match = matched(take, neighbour, made=made)
            result, truth = match.map.picture(take), graded(take, look=look)
            rows.append(
                [
                    cut_difference(take, neighbour),
                    cut_difference(result, neighbour),
                    from_truth(take, truth),
                    from_truth(result, truth),
                ]
            )
    before, after, off, still_off = np.array(rows).T
    assert (after <= before + WORSE_BOUND + 0.05).all()  # read from copies that were rounded to 8 bits
    assert (still_off <= off + RESULTING_BOUND).all()
    if kind == "same":
        assert after.mean() < 0.15 * before.mean()
        assert still_off.mean() < 0.15 * off.mean()
    elif kind == "reframed":
        assert after.mean() < before.mean() - 4
        assert still_off.mean() < 0.2 * off.mean()


def test_an_unrelated_neighbour_changes_nothing_and_the_reason_says_why() -> None:
    match = matched(scene("harbor"), scene("desert"))
    assert match.is_identity
    assert match.strength == 0
    assert match.reason.startswith("left as it is: no neighbour shows the same scene (the nearest is ")
    assert match.pairs[0].before == match.pairs[0].after > 15


def test_a_clip_said_to_be_made_from_a_neighbour_that_is_far_away_is_not_believed() -> None:
    assert matched(scene("night"), scene("snow"), made=True).is_identity


def test_the_origin_of_a_clip_counts_where_no_points_are_found_again() -> None:
    """In a mirror the same colors stand elsewhere: neither flow nor SIFT finds them."""
    take, neighbour = scene("kitchen"), graded(scene("kitchen")[:, ::-1], look="warm")
    unproven, made = matched(take, neighbour), matched(take, neighbour, made=True)
    assert unproven.pairs[0].found_again < 0.2
    assert unproven.strength < made.strength < 1


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_strength_says_how_far_the_take_goes(share: float) -> None:
    take, neighbour = scene("kitchen"), neighbour_of("kitchen", kind="same", look="warm")
    full, part = matched(take, neighbour), matched(take, neighbour, strength=share)
    assert part.strength == pytest.approx(share * full.strength)
    assert part.map == full.map.at(share)
    assert full.pairs[0].after < part.pairs[0].after < part.pairs[0].before


def test_strength_zero_changes_nothing() -> None:
    match = matched(scene("harbor"), neighbour_of("harbor", kind="same", look="warm"), strength=0.0)
    assert match.map == IDENTITY
    assert match.reason == "left as it is: the strength is 0"


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_that_is_none_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        match_color([], strength=strength)


def test_a_take_without_neighbours_stays_as_it_is() -> None:
    assert match_color([]).reason == "left as it is: it has no neighbour"


@pytest.mark.parametrize("name", SCENES)
def test_a_take_that_fits_already_stays_as_it_is(name: str) -> None:
    match = matched(scene(name), scene(name, grain=1))
    assert match.is_identity
    assert match.pairs[0].before < ALIKE_BELOW


def test_both_neighbours_are_used_when_both_show_the_scene() -> None:
    first = Pair(take=scene("harbor"), neighbour=neighbour_of("harbor", kind="same", look="warm"))
    last = Pair(
        take=scene("harbor", framing=WIDE), neighbour=graded(scene("harbor", framing=WIDE, grain=2), look="warm")
    )
    match = match_color([first, last])
    assert [pair.used for pair in match.pairs] == [True, True]
    assert all(pair.after < 0.3 * pair.before for pair in match.pairs)
    assert match.reason.startswith("matched to both neighbours at 100%")


@pytest.mark.parametrize("unrelated_first", [False, True])
def test_of_two_scenes_the_one_is_used_that_the_take_shows(*, unrelated_first: bool) -> None:
    alike = Pair(take=scene("forest"), neighbour=neighbour_of("forest", kind="reframed", look="muted"))
    other = Pair(take=scene("forest"), neighbour=scene("snow"))
    match = match_color([other, alike] if unrelated_first else [alike, other])
    assert [pair.used for pair in match.pairs] == ([False, True] if unrelated_first else [True, False])
    assert match.map == match_color([alike]).map
    assert "the neighbour that it is like" in match.reason


def test_neighbours_of_one_scene_in_two_grades_are_met_in_the_middle_and_neither_cut_gets_worse() -> None:
    pairs = [
        Pair(take=scene("kitchen"), neighbour=graded(scene("kitchen", grain=grain), look=look))
        for grain, look in ((1, "stop_down"), (2, "muted"))
    ]
    match = match_color(pairs)
    assert all(pair.after <= pair.before + WORSE_BOUND for pair in match.pairs)


FLAT = {
    "black": np.zeros((90, 160, 3), np.uint8),
    "white": np.full((90, 160, 3), 255, np.uint8),
    "blue": np.full((90, 160, 3), (20, 40, 200), np.uint8),
    "one pixel": np.full((1, 1, 3), 128, np.uint8),
}


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.parametrize("other", ["harbor", *FLAT])
def test_a_frame_of_one_color_says_nothing_of_the_scene(name: str, other: str) -> None:
    flat, picture = FLAT[name], FLAT.get(other, scene("harbor"))
    for match in (matched(flat, picture, made=True), matched(picture, flat, made=True)):
        assert match.is_identity
        assert match.reason == "left as it is: a frame at the cut is of one color, which says nothing of the scene"


def test_a_black_first_frame_does_not_keep_the_last_one_from_being_matched() -> None:
    alike = Pair(take=scene("snow"), neighbour=neighbour_of("snow", kind="same", look="warm"))
    match = match_color([Pair(take=FLAT["black"], neighbour=scene("harbor")), alike])
    assert match.map == match_color([alike]).map


def test_a_gray_take_gets_no_color_out_of_noise() -> None:
    """Its covariance is singular: the gains of what is not there are held."""
    colored = scene("kitchen")
    gray = np.repeat(colored.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    match = matched(gray, colored, made=True)
    assert max(np.linalg.eigvalsh(np.array(match.map.matrix))) <= LARGEST_GAIN + 1e-9
    assert match.pairs[0].after <= match.pairs[0].before + WORSE_BOUND


def test_clipped_whites_do_not_bend_the_match() -> None:
    bright = np.clip(scene("snow").astype(np.int64) + 60, 0, 255).astype(np.uint8)
    share = float((bright.min(axis=2) == 255).mean())
    assert 0.1 < share < 0.6
    truth = graded(bright, look="stop_down")
    result = matched(bright, truth).map.picture(bright)
    assert from_truth(result, truth) < 1.5


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (16, 9), (31, 200)])
def test_tiny_pictures_are_matched_by_color_or_left_alone(size: tuple[int, int]) -> None:
    random = np.random.default_rng(4)
    take, neighbour = (random.integers(0, 256, (*size, 3), dtype=np.uint8) for _ in range(2))
    match = matched(take, neighbour, made=True)
    assert np.isfinite([*np.ravel(match.map.matrix), *match.map.offset, match.strength]).all()
    assert match.pairs[0].after <= match.pairs[0].before + WORSE_BOUND


def test_the_same_pictures_are_matched_in_the_same_way() -> None:
    pair = Pair(take=scene("desert"), neighbour=neighbour_of("desert", kind="reframed", look="teal_orange"))
    assert match_color([pair]) == match_color([pair])


def test_the_size_of_the_pictures_does_not_matter() -> None:
    take, neighbour = scene("harbor"), neighbour_of("harbor", kind="same", look="warm")
    small = matched(take, neighbour)
    large = matched(np.repeat(np.repeat(take, 2, axis=0), 2, axis=1), neighbour)
    grid = np.random.default_rng(5).random((500, 3))
    assert delta_e(lab_of(small.map.colors(grid)), lab_of(large.map.colors(grid))).mean() < 0.5


clouds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def cloud(random: np.random.Generator, *, count: int = 400) -> Values:
    mixed = random.random((count, 3)) @ random.uniform(-0.6, 0.6, (3, 3)) + random.uniform(0.2, 0.8, 3)
    return np.clip(mixed, 0, 1)


@given(random=clouds)
def test_equal_statistics_ask_for_no_change(random: np.random.Generator) -> None:
    colors = cloud(random)
    change = transfer([(colors, random.permutation(colors))], weights=[1.0])
    assert np.array(change.matrix) == pytest.approx(np.eye(3), abs=1e-6)
    assert np.array(change.offset) == pytest.approx(np.zeros(3), abs=1e-6)


@given(random=clouds, strength=st.floats(0, 1))
def test_a_map_is_held_in_gain_and_its_colors_lie_in_range(random: np.random.Generator, strength: float) -> None:
    change = transfer([(cloud(random), cloud(random))], weights=[1.0])
    gains = np.linalg.eigvalsh(np.array(change.matrix))
    assert gains.min() >= 1 / LARGEST_GAIN - 1e-9
    assert gains.max() <= LARGEST_GAIN + 1e-9
    mapped = change.at(strength).colors(random.uniform(-1, 2, (50, 3)))
    assert ((mapped >= 0) & (mapped <= 1)).all()


@given(random=clouds)
def test_a_gentle_change_is_found_exactly(random: np.random.Generator) -> None:
    spread = random.normal(size=(3, 3)) * 0.1
    truth = Affine.of(np.eye(3) + spread @ spread.T, offset=random.uniform(-0.05, 0.05, 3))
    colors = random.uniform(0.25, 0.7, (600, 3))
    change = transfer([(colors, colors @ np.array(truth.matrix).T + np.array(truth.offset))], weights=[1.0])
    assert change.colors(colors) == pytest.approx(truth.colors(colors), abs=0.004)


@given(random=clouds, strength=st.floats(0.05, 1))
def test_the_inverse_takes_a_map_back(random: np.random.Generator, strength: float) -> None:
    change = transfer([(cloud(random), cloud(random))], weights=[1.0]).at(strength)
    colors = random.random((50, 3))
    mapped = colors @ np.array(change.matrix).T + np.array(change.offset)
    inverse = change.inverse()
    assert mapped @ np.array(inverse.matrix).T + np.array(inverse.offset) == pytest.approx(colors, abs=1e-9)


@given(random=clouds)
def test_more_strength_moves_every_color_further(random: np.random.Generator) -> None:
    change = transfer([(cloud(random), cloud(random))], weights=[1.0])
    colors = random.random((20, 3))
    moved = [
        np.abs(colors @ np.array(part.matrix).T + np.array(part.offset) - colors).max()
        for part in (change.at(step / 4) for step in range(5))
    ]
    assert moved[0] == 0
    assert all(less <= more + 1e-12 for less, more in pairwise(moved))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), strength=st.floats(0, 1))
def test_no_pair_of_pictures_is_made_worse(seed: int, strength: float) -> None:
    random = np.random.default_rng(seed)
    names = list(SCENES)
    take = scene(names[random.integers(6)])
    neighbour = Affine.of(np.eye(3) + random.normal(size=(3, 3)) * 0.2, offset=random.uniform(-0.2, 0.2, 3)).picture(
        scene(names[random.integers(6)], framing=WIDE, grain=1)
    )
    pair = matched(take, neighbour, strength=strength, made=bool(random.integers(2))).pairs[0]
    assert pair.after <= pair.before + WORSE_BOUND
