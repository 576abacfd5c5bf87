"""Colors of the hours, and colors that words name. Pure numbers: 8-bit RGB in display color.

>>> hour_palette("golden", take=1).horizon
(255, 172, 96)
>>> named_color("the red desert, slow pan")
(176, 58, 46)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

RGB = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Light of one hour.

    Attributes:
        sun_height: Height of sun or moon over the horizon, as a share of the sky's height; negative is below.
        glow: Strength of the light around it, 0 to 1.
        lamps: Share of windows and lamps that burn, 0 to 1.
    """

    zenith: RGB
    middle: RGB
    horizon: RGB
    sun: RGB
    cloud_light: RGB
    cloud_dark: RGB
    deep: RGB
    land: RGB
    sun_height: float
    glow: float
    lamps: float


_HOURS: Mapping[str, Palette] = MappingProxyType(
    {
        "dawn": Palette(
            zenith=(70, 92, 146),
            middle=(164, 156, 186),
            horizon=(255, 206, 172),
            sun=(255, 226, 190),
            cloud_light=(255, 214, 190),
            cloud_dark=(126, 122, 156),
            deep=(30, 48, 70),
            land=(56, 62, 86),
            sun_height=0.10,
            glow=0.7,
            lamps=0.35,
        ),
        "day": Palette(
            zenith=(34, 92, 166),
            middle=(92, 150, 206),
            horizon=(204, 224, 236),
            sun=(255, 250, 236),
            cloud_light=(252, 252, 250),
            cloud_dark=(146, 164, 188),
            deep=(8, 46, 74),
            land=(44, 66, 74),
            sun_height=0.72,
            glow=0.4,
            lamps=0.08,
        ),
        "golden": Palette(
            zenith=(48, 66, 122),
            middle=(182, 122, 122),
            horizon=(255, 172, 96),
            sun=(255, 228, 168),
            cloud_light=(255, 186, 116),
            cloud_dark=(104, 70, 94),
            deep=(24, 30, 52),
            land=(44, 34, 52),
            sun_height=0.14,
            glow=1.0,
            lamps=0.35,
        ),
        "dusk": Palette(
            zenith=(14, 24, 60),
            middle=(54, 68, 122),
            horizon=(206, 136, 128),
            sun=(250, 176, 140),
            cloud_light=(158, 118, 138),
            cloud_dark=(32, 40, 76),
            deep=(8, 16, 36),
            land=(12, 16, 34),
            sun_height=-0.05,
            glow=0.5,
            lamps=0.8,
        ),
        "night": Palette(
            zenith=(4, 8, 20),
            middle=(11, 20, 44),
            horizon=(34, 50, 84),
            sun=(226, 234, 255),
            cloud_light=(72, 88, 126),
            cloud_dark=(12, 17, 34),
            deep=(3, 8, 18),
            land=(4, 7, 15),
            sun_height=0.62,
            glow=0.35,
            lamps=1.0,
        ),
        "storm": Palette(
            zenith=(70, 80, 94),
            middle=(116, 126, 138),
            horizon=(182, 190, 194),
            sun=(206, 210, 210),
            cloud_light=(186, 192, 198),
            cloud_dark=(66, 74, 86),
            deep=(26, 40, 48),
            land=(38, 46, 54),
            sun_height=-0.4,
            glow=0.15,
            lamps=0.45,
        ),
    }
)
_TINTS = ((1.0, 1.0, 1.0), (1.05, 0.98, 0.90), (0.90, 0.98, 1.07))


def hour_palette(hour: str, *, take: int) -> Palette:
    """The palette of an hour; takes 1, 2, 3 are neutral, warmer, cooler, and so on in turn."""
    palette = _HOURS[hour]
    tint = _TINTS[(take - 1) % len(_TINTS)]
    return replace(
        palette,
        zenith=_tinted(palette.zenith, tint=tint),
        middle=_tinted(palette.middle, tint=tint),
        horizon=_tinted(palette.horizon, tint=tint),
        sun=_tinted(palette.sun, tint=tint),
        cloud_light=_tinted(palette.cloud_light, tint=tint),
        cloud_dark=_tinted(palette.cloud_dark, tint=tint),
        deep=_tinted(palette.deep, tint=tint),
        land=_tinted(palette.land, tint=tint),
    )


def _tinted(color: RGB, *, tint: tuple[float, float, float]) -> RGB:
    red, green, blue = (min(255, round(value * factor)) for value, factor in zip(color, tint, strict=True))
    return red, green, blue


NEUTRAL: RGB = (86, 96, 112)
"""The accent of a card whose brief names no color."""

_NAMED: tuple[tuple[str, RGB], ...] = (
    (r"red|crimson|scarlet|blood(?:y)?", (176, 58, 46)),
    (r"orange|amber|rust(?:y)?|fire|flames?|lava|autumn", (204, 110, 42)),
    (r"yellow|gold(?:en)?|wheat|sunflowers?", (206, 162, 58)),
    (r"green|forest|jungle|woods?|meadow|grass|moss|emerald", (66, 118, 76)),
    (r"teal|turquoise|cyan", (42, 134, 138)),
    (r"blue|azure|sea|ocean|water|lake|underwater|ice|icy", (52, 100, 160)),
    (r"purple|violet|lavender|indigo", (108, 78, 158)),
    (r"pink|rose|magenta|blossoms?", (192, 96, 132)),
    (r"brown|earth|mud|wood(?:en)?|leather|coffee", (122, 86, 60)),
    (r"white|snow(?:y)?|winter|arctic|clinical|hospital", (158, 170, 182)),
    (r"black|darkness|shadows?|void|noir", (52, 54, 60)),
    (r"desert|sand(?:y)?|dunes?|dust(?:y)?|savannah?", (190, 142, 88)),
    (r"night|midnight|moonlight|space", (44, 58, 104)),
    (r"sunset|dusk|golden hour", (206, 120, 84)),
    (r"dawn|sunrise|morning", (204, 150, 122)),
    (r"neon|club|disco", (150, 60, 168)),
)


def named_color(prompt: str) -> RGB | None:
    """The color that the words of a prompt name: plain color words first, then things that have one; None if none."""
    for pattern, color in _NAMED:
        if re.search(rf"\b(?:{pattern})\b", prompt, re.IGNORECASE):
            return color
    return None
