"""The continuity score: the same picture, the same scene in another framing, and another scene, far apart."""

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from pickup.media.qc import Continuity, continuity
from pickup.testing.scenery import grainy, lit, scenery, seen

SIZE = (640, 360)
SEEDS = (1, 2, 3, 4)
SCENES = {seed: scenery(seed) for seed in SEEDS}


def picture(seed: int, *, right: float = 0, zoom: float = 1) -> NDArray[np.uint8]:
    return seen(SCENES[seed], size=SIZE, right=right, zoom=zoom)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_picture_continues_itself_wholly(seed: int) -> None:
    assert continuity(picture(seed), picture(seed)) == Continuity(score=1.0, structure=1.0, color=1.0, delta_e=0.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_frame_of_motion_and_grain_cost_little(seed: int) -> None:
    moved = grainy(picture(seed, right=6, zoom=1.005), strength=6, number=seed)
    found = continuity(moved, picture(seed))
    assert found.structure > 0.75
    assert found.score > 0.85


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_scene_reframed_lies_between_the_same_picture_and_another(seed: int) -> None:
    reframed = continuity(picture(seed, right=20, zoom=1.15), picture(seed))
    assert 0.25 < reframed.structure < 0.7
    others = [continuity(picture(seed), picture(other)) for other in SEEDS if other != seed]
    assert max(each.structure for each in others) < 0.17
    assert max(each.score for each in others) + 0.15 < reframed.score < 0.85


@pytest.mark.parametrize(("first", "second"), list(permutations(SEEDS, 2)))
def test_another_scene_in_the_same_colors_does_not_continue(first: int, second: int) -> None:
    assert continuity(picture(first), picture(second)).structure < 0.17


@pytest.mark.parametrize("seed", SEEDS)
def test_a_grade_costs_color_and_no_structure(seed: int) -> None:
    plain = picture(seed)
    graded = continuity(lit(plain, by=(1.15, 1.0, 0.75)), plain)
    assert graded.structure > 0.9
    assert graded.color < 0.85
    assert graded.delta_e > 6


def test_the_sizes_of_the_pictures_do_not_matter() -> None:
    large = seen(SCENES[1], size=(1920, 1080))
    assert continuity(large, picture(1)).score > 0.95


def test_flat_pictures_are_alike_and_a_flat_one_is_not_like_a_full_one() -> None:
    gray = np.full((360, 640, 3), 128, dtype=np.uint8)
    assert continuity(gray, gray).score == 1.0
    assert continuity(gray, picture(1)).structure < 0.1
