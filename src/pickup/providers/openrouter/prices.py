"""OpenRouter's `pricing_skus`: a map of names to sums, which says in its names what each sum is for.

The names below were seen in the catalogue or its documentation in 2026. A name of another kind may be a further charge:
then the price of that model is not known, and the name is told.

>>> prices_of({"cents_per_second_output": "12"}, tiers=(720,), checked=date(2026, 11, 29)).prices.lines[0].usd
Decimal('0.12')
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from pickup.cut import Size
from pickup.offers import Per, Price, PriceList

TIERS: Mapping[str, int] = {"480p": 480, "720p": 720, "768p": 768, "1080p": 1080, "1k": 1024, "2k": 1440, "4k": 2160}
"""OpenRouter's names of resolutions -> pixels of the shorter side."""

_TIER = "|".join(TIERS)
_SECOND = re.compile(
    r"(?:(?P<mode>text|image)_to_video_)?duration_seconds(?:_(?P<sound>with|without)_audio)?"
    rf"(?:_(?P<tier>{_TIER}))?"
)
_CENTS = re.compile(rf"cents_per_(?:video_output_second|second_output)(?:_(?P<tier>{_TIER}))?")
_DOCUMENTED = re.compile(rf"per-video-second(?:-(?P<tier>{_TIER}))?")
_TOKENS = re.compile(rf"video_tokens(?:_(?P<tier>{_TIER}))?(?:_(?P<sound>with|without)_audio)?")
_FOR_OTHER_INPUT = re.compile(r"reference_(images?|videos?|duration_seconds)\w*|\w*(video_input|video_continuation)\w*")
"""Of videos and reference pictures, which are never sent."""

_PIXELS_PER_TOKEN = 1024
_TOKEN_FPS = 24
"""Tokens are width x height x frames / 1024; sums that others were charged fit 24 frames a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A model's prices; None where they are not known, and then why."""

    prices: PriceList | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sku:
    """One sum; a condition that is None holds for everything."""

    usd: Decimal
    lines: int | None = None
    silent: bool | None = None
    framed: bool | None = None
    per: Per = Per.SECOND
    in_tokens: bool = False

    @property
    def unit(self) -> tuple[Per, bool]:
        """What a sum is for; those of two units cannot be weighed against each other."""
        return self.per, self.in_tokens

    def holds_for(self, *, tier: int, silent: bool, framed: bool) -> bool:
        is_named = tier in TIERS.values()
        return (
            (self.lines in (None, tier) or not is_named)
            and self.silent in (None, silent)
            and self.framed in (None, framed)
        )

    @property
    def conditions(self) -> int:
        """The more of them, the sooner it counts."""
        return sum(each is not None for each in (self.lines, self.silent, self.framed))


def prices_of(
    skus: Mapping[str, object] | None, *, tiers: Sequence[int], sizes: Sequence[Size] = (), checked: date
) -> Priced:
    """The price list that a model's sums make.

    Args:
        skus: As the catalogue has them.
        tiers: Resolutions that the model makes, as pixels of the shorter side.
        sizes: Its picture sizes, for what is charged by the pixel; of each tier the largest counts.
        checked: When the catalogue was read.
    """
    if not skus:
        return Priced(prices=None, why="the catalogue names no price")
    found: list[_Sku] = []
    minimum = per_frame = Decimal(0)
    for name, text in skus.items():
        usd = _amount(text)
        if usd is None:
            return Priced(prices=None, why=f"its price “{name}” is no sum")
        if name == "minimum_cents_per_generation":
            minimum = usd / 100
        elif name == "cents_per_image_input":
            per_frame = usd / 100
        elif _FOR_OTHER_INPUT.fullmatch(name):
            continue
        elif (sku := _read(name, usd)) is None:
            return Priced(prices=None, why=f"nobody here knows what its price “{name}” is for")
        else:
            found.append(sku)
    if len({each.unit for each in found}) > 1:
        return Priced(prices=None, why="its prices are by the clip and by length at once, so nobody here knows the sum")
    lines = tuple(_lines(found, tiers=sorted(tiers), sizes=sizes))
    if not lines:
        return Priced(prices=None, why="the catalogue names no price for a clip")
    return Priced(
        prices=PriceList(lines=lines, checked=checked, source="the catalogue", minimum=minimum, per_frame=per_frame)
    )


def _read(name: str, usd: Decimal) -> _Sku | None:
    if name == "generate":
        return _Sku(usd=usd, per=Per.CLIP)
    if found := _SECOND.fullmatch(name):
        framed = None if found["mode"] is None else found["mode"] == "image"
        return _Sku(usd=usd, lines=_tier(found), silent=_silent(found), framed=framed)
    if found := _CENTS.fullmatch(name):
        return _Sku(usd=usd / 100, lines=_tier(found))
    if found := _DOCUMENTED.fullmatch(name):
        return _Sku(usd=usd, lines=_tier(found))
    if found := _TOKENS.fullmatch(name):
        return _Sku(usd=usd, lines=_tier(found), silent=_silent(found), in_tokens=True)
    return None


def _lines(skus: Sequence[_Sku], *, tiers: Sequence[int], sizes: Sequence[Size]) -> Iterator[Price]:
    """A line for each tier, with and without sound and frames; of several sums that hold, the most particular."""
    for tier in tiers:
        for silent in (True, False):
            for framed in (True, False):
                holding = [each for each in skus if each.holds_for(tier=tier, silent=silent, framed=framed)]
                if not holding:
                    continue
                is_named = tier in TIERS.values()  # of a size between two tiers the dearest sum that may be meant
                sku = max(holding, key=lambda each: (each.conditions if is_named else 0, each.usd))
                usd = sku.usd * _tokens_per_second(tier, sizes=sizes) if sku.in_tokens else sku.usd
                yield Price(usd=usd, per=sku.per, up_to_lines=tier, silent=silent, framed=framed)


def _tokens_per_second(tier: int, *, sizes: Sequence[Size]) -> Decimal:
    """Of the largest picture of a tier, so that no sum is too small."""
    areas = [width * height for width, height in sizes if min(width, height) == tier] or [tier * tier * 16 // 9]
    return Decimal(max(areas)) * _TOKEN_FPS / _PIXELS_PER_TOKEN


def _tier(found: re.Match[str]) -> int | None:
    return TIERS[found["tier"]] if found["tier"] else None


def _silent(found: re.Match[str]) -> bool | None:
    return None if found["sound"] is None else found["sound"] == "without"


def _amount(text: object) -> Decimal | None:
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
