"""Log footage: to display color and back, measured; and what is said of spaces that do not exist or do not fit."""

import subprocess
import sys
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from pickup.errors import ConfigError
from pickup.media.color.cube import through_cube
from pickup.media.color.difference import Values, delta_e, lab_of
from pickup.media.color.spaces import ACES_CONFIG, Space, check, exactly, from_display_cube, to_display_cube
from pickup.testing.color_scenes import SCENES, view

SPACES = ["ARRI LogC4", "ACEScct", "S-Log3 S-Gamut3.Cine"]
CODES = 876
"""Steps between black and white in ten bits of limited range."""


@cache
def cubes(name: str, *, size: int = 65) -> tuple[Values, Values]:
    """To the display, and from it."""
    space = check(name)
    return to_display_cube(space, size=size), from_display_cube(space, size=size)


@cache
def scene_colors() -> Values:
    return np.vstack([view(name)[::12, ::12].reshape(-1, 3) for name in SCENES]) / 255


def in_ten_bits(colors: Values) -> Values:
    return np.round(np.clip(colors, 0, 1) * CODES) / CODES


def difference(first: Values, second: Values) -> Values:
    return delta_e(lab_of(first), lab_of(second))


@pytest.mark.parametrize("name", SPACES)
def test_display_to_log_in_ten_bits_and_back_looks_the_same(name: str) -> None:
    space, colors = check(name), scene_colors()
    to_display, from_display = cubes(name)
    delivered = in_ten_bits(through_cube(from_display, colors))
    by_cube = difference(through_cube(to_display, delivered), colors)
    by_view = difference(exactly(space, delivered, backwards=False), colors)
    for each in (by_cube, by_view):
        assert each.mean() < 0.35
        assert np.quantile(each, 0.99) < 2.0


def test_a_cube_of_65_holds_log_better_than_one_of_33() -> None:
    space, colors = check("ARRI LogC4"), scene_colors()
    log = np.clip(exactly(space, colors, backwards=True), 0, 1)
    large, small = (difference(through_cube(cubes(space.name, size=size)[0], log), colors) for size in (65, 33))
    assert large.mean() < 0.2 < small.mean()


def test_gray_stays_gray_in_log_and_brighter_is_higher() -> None:
    cube = cubes("ARRI LogC4", size=33)[1]
    diagonal = cube[range(33), range(33), range(33)]
    assert np.ptp(diagonal, axis=1).max() < 0.003
    assert (np.diff(diagonal[:, 1]) > 0).all()


def test_highlights_far_above_white_are_still_told_apart_on_the_display() -> None:
    """The un-tone-mapped view clips LogC4 from code 0.43 on."""
    gray = np.repeat(np.array([0.43, 0.5, 0.6])[:, None], 3, axis=1)
    shown = exactly(check("ARRI LogC4"), gray, backwards=False)[:, 1]
    assert shown[0] < 0.9
    assert (np.diff(shown) > 0.02).all()


def test_cubes_have_no_value_outside_the_format() -> None:
    for name in SPACES:
        for bake in (to_display_cube, from_display_cube):
            cube = bake(check(name), size=17)
            assert cube.shape == (17, 17, 17, 3)
            assert ((cube >= 0) & (cube <= 1)).all()


def test_an_alias_is_the_space_and_the_view_is_the_one_for_bt709() -> None:
    assert check("arri_logc4") == Space(
        name="ARRI LogC4",
        config=ACES_CONFIG,
        display="Rec.1886 Rec.709 - Display",
        view="ACES 2.0 - SDR 100 nits (Rec.709)",
    )


@pytest.mark.parametrize(
    ("asked", "near"),
    [("logc4", '"ARRI LogC4"'), ("S-Log3 SGamut3.Cine", '"S-Log3 S-Gamut3.Cine"'), ("acescct log", '"ACEScct"')],
)
def test_a_space_that_does_not_exist_is_refused_with_near_names(asked: str, near: str) -> None:
    with pytest.raises(ConfigError, match="there is no color space") as caught:
        check(asked)
    assert near in caught.value.next_step
    assert caught.value.where == "conform.color_space"


def test_a_name_like_no_other_gets_an_example() -> None:
    with pytest.raises(ConfigError) as caught:
        check("qqqqq")
    assert caught.value.next_step == 'name one of that configuration, such as "ACEScct"'


@pytest.mark.parametrize(("name", "what"), [("ACEScg", "linear light"), ("Raw", "no color")])
def test_what_ten_bits_cannot_hold_is_refused(name: str, what: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is {what}, which 10-bit video cannot hold"):
        check(name)


@pytest.mark.parametrize("config", ["ocio://no-such-config", "/no/such/config.ocio"])
def test_a_configuration_that_cannot_be_read_is_named(config: str) -> None:
    with pytest.raises(ConfigError, match=f"OpenColorIO cannot use {config}: ") as caught:
        check("ACEScct", config=config)
    assert caught.value.where == "conform.color_config"


def test_a_configuration_of_ones_own_is_used(ocio_file: Callable[[str], str]) -> None:
    path = ocio_file("ocio://cg-config-v1.0.0_aces-v1.3_ocio-v2.1")
    space = check("ACEScct", config=path)
    assert space.config == path
    assert "709" in space.display
    assert to_display_cube(space, size=5).max() > 0.9


@pytest.fixture
def ocio_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    import PyOpenColorIO as Ocio  # noqa: PLC0415

    def write(name: str) -> str:
        path = tmp_path_factory.mktemp("ocio") / "config.ocio"
        path.write_text(Ocio.Config.CreateFromFile(name).serialize())
        return str(path)

    return write


def test_without_the_extra_the_message_says_what_to_install() -> None:
    """In a process whose import of it fails, as where it is not installed."""
    program = (
        "import sys; sys.modules['PyOpenColorIO'] = None\n"
        "from pickup.errors import ConfigError\n"
        "from pickup.media.color.spaces import check\n"
        "try: check('ACEScct')\n"
        "except ConfigError as error: print(error.message, '|', error.next_step)\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert answer.stdout.strip() == (
        'log and ACES footage goes through OpenColorIO, which is not installed | pip install "otio-pickup[ocio]"'
    )
