"""Cuts of log footage: between the media's color space and display color, through OpenColorIO.

The *view transform* of the color configuration is used both ways, with the ACES configuration "ACES 2.0 - SDR 100 nits
(Rec.709)" on a BT.1886 display. Two reasons: a generator must see a picture as a person does, and the un-tone-mapped
view of LogC4 is white from code 0.43 on, which loses every highlight; and a take that went the same way back shows in
the grade, under that view, what was generated. The price: display white lands where the view first gives white, with
ACES 128 times as bright as diffuse white; a log curve that ends below (S-Log3, V-Log) clips it, less than is seen.

It makes cubes; `lut3d` puts them to use. Only spaces that 10-bit video can hold are taken: linear light is refused.

    space = check("ARRI LogC4")
    write_cube(folder / "logc4_to_display.cube", to_display_cube(space), title="ARRI LogC4 to BT.709")
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from pickup.errors import ConfigError
from pickup.media.color.cube import grid
from pickup.media.color.difference import Values

ACES_CONFIG = "ocio://studio-config-v4.0.0_aces-v2.0_ocio-v2.5"
"""Built into OpenColorIO from 2.5 on. Named in full, so that a newer library makes the same pictures."""
SPACE_SIZE = 65
"""Points along each side of a cube. Log curves are the shaper: the cube's steps are even in stops, not in light."""
_EXTRA = 'pip install "otio-pickup[ocio]"'
_NEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A color space that exists, and the view through which it is looked at.

    Attributes:
        name: As the configuration spells it, where an alias was given, too.
        config: A path or an `ocio://` name.
        display: The configuration's display for BT.709.
        view: That display's default view.
    """

    name: str
    config: str
    display: str
    view: str


def check(space: str, *, config: str = "") -> Space:
    """The space of that name or alias, in the ACES configuration if none is named; reads the configuration alone.

    Raises:
        ConfigError: OpenColorIO is not installed; the configuration cannot be read; no space has that name, or it is
            one that video cannot hold. The message has near names, or what to install.
    """
    source = config or ACES_CONFIG
    with _in_our_words(source):
        opened = _opened(source)
        found = opened.getColorSpace(space)
        if found is None:
            raise ConfigError(
                f'there is no color space "{space}" in {source}',
                where="conform.color_space",
                next_step=_near(space, names=_names(opened)),
            )
        if found.getEncoding() == "scene-linear" or found.isData():
            what = "no color" if found.isData() else "linear light"
            raise ConfigError(
                f"{found.getName()} is {what}, which 10-bit video cannot hold",
                where="conform.color_space",
                next_step='name the log space of the media, such as color_space = "ACEScct"',
            )
        display = _display(list(opened.getDisplays()), default=opened.getDefaultDisplay())
        view = str(opened.getDefaultView(display))
        return Space(name=str(found.getName()), config=source, display=display, view=view)


def to_display_cube(space: Space, *, size: int = SPACE_SIZE) -> Values:
    """From the space to display RGB, through the view; what the display cannot show is clipped.

    Raises:
        ConfigError: As `check`.
    """
    return _baked(space, grid(size), backwards=False)


def from_display_cube(space: Space, *, size: int = SPACE_SIZE) -> Values:
    """From display RGB to the space, backwards through the view; what the space cannot hold from 0 to 1 is clipped.

    Raises:
        ConfigError: As `check`, or the view has no way back.
    """
    return _baked(space, grid(size), backwards=True)


def exactly(space: Space, rgb: Values, *, backwards: bool) -> Values:
    """Colors, (n, 3), through the view without a cube and without clipping: what cubes are measured against."""
    with _in_our_words(space.config):
        import PyOpenColorIO as Ocio  # noqa: PLC0415 - an extra

        transform = Ocio.DisplayViewTransform(src=space.name, display=space.display, view=space.view)
        if backwards:
            transform.setDirection(Ocio.TRANSFORM_DIR_INVERSE)
        processor = _opened(space.config).getProcessor(transform).getDefaultCPUProcessor()
        colors = np.array(rgb, dtype=np.float32, order="C")
        processor.applyRGB(colors)
    return colors.astype(np.float64)


def _baked(space: Space, colors: Values, *, backwards: bool) -> Values:
    mapped = exactly(space, colors.reshape(-1, 3), backwards=backwards)
    return np.asarray(np.clip(np.nan_to_num(mapped), 0.0, 1.0).reshape(colors.shape), dtype=np.float64)


def _opened(config: str) -> Any:  # noqa: ANN401 - the library has no types
    import PyOpenColorIO as Ocio  # noqa: PLC0415 - an extra

    return Ocio.Config.CreateFromFile(config)


def _names(config: Any) -> dict[str, str]:  # noqa: ANN401 - the library has no types
    """Names of what may be asked for, by each name and alias in lower case."""
    fit = [each for each in config.getColorSpaces() if each.getEncoding() != "scene-linear" and not each.isData()]
    return {str(name).lower(): str(each.getName()) for each in fit for name in (each.getName(), *each.getAliases())}


def _near(space: str, *, names: Mapping[str, str]) -> str:
    asked = space.lower()
    inside = sorted((name for name in names if asked in name), key=len)
    near = inside + difflib.get_close_matches(asked, names, n=2 * _NEAR, cutoff=0.6)
    shown = list(dict.fromkeys(f'"{names[each]}"' for each in near))[:_NEAR]
    return f"write {' or '.join(shown)}" if shown else 'name one of that configuration, such as "ACEScct"'


def _display(names: list[str], *, default: str) -> str:
    """The display that BT.709 video is made for."""
    fit = sorted((name for name in names if "709" in name), key=lambda name: "1886" not in name)
    return str(fit[0] if fit else default)


@contextmanager
def _in_our_words(config: str) -> Iterator[None]:
    """The table of what OpenColorIO raises."""
    try:
        yield
    except ImportError as error:
        raise ConfigError(
            "log and ACES footage goes through OpenColorIO, which is not installed",
            where="conform.color_space",
            next_step=_EXTRA,
        ) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "PyOpenColorIO":
            raise
        raise ConfigError(
            f"OpenColorIO cannot use {config}: {' '.join(str(error).split())}",
            where="conform.color_config",
            next_step="name a configuration that ocio_check accepts, or remove color_config for the ACES one",
        ) from error
