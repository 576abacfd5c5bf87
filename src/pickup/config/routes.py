"""The dated list of routes: what a model costs at a service, and since when it is gone. Data, kept in `routes.toml`.

known_route("openai", "sora-2-pro", host="api.openai.com").retired        date(2026, 9, 24)
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pickup.offers import Per, Price, PriceList


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is known of a model at a service.

    Attributes:
        prices: None where nobody has read any.
        retired: The day since which it is gone, or will be.
        instead: What to use then.
    """

    prices: PriceList | None = None
    retired: date | None = None
    instead: tuple[str, ...] = ()


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: Decimal
    per: Per = Per.SECOND
    up_to_lines: int | None = None
    silent: bool | None = None
    seconds: Decimal | None = None

    def price(self) -> Price:
        seconds = None if self.seconds is None else Fraction(self.seconds)
        return Price(usd=self.usd, per=self.per, up_to_lines=self.up_to_lines, silent=self.silent, seconds=seconds)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    models: Annotated[tuple[str, ...], Field(min_length=1)]
    host: str | None = None
    retired: date | None = None
    instead: tuple[str, ...] = ()
    checked: date
    source: Literal["vendor", "second-hand"]
    prices: tuple[_Line, ...] = ()
    minimum: Decimal = Decimal(0)

    def route(self) -> Route:
        lines = tuple(line.price() for line in self.prices)
        prices = PriceList(lines=lines, checked=self.checked, source=self.source, minimum=self.minimum)
        return Route(prices=prices if lines else None, retired=self.retired, instead=self.instead)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    route: tuple[_Row, ...]


def known_route(service: str, model: str, *, host: str) -> Route:
    """What is known of a model; of what is in no list, nothing."""
    for row in _rows():
        fits = row.service == service and row.host in (None, host)
        if fits and any(fnmatchcase(model, pattern) for pattern in row.models):
            return row.route()
    return Route()


def retired_models(model: str) -> Sequence[Route]:
    """Routes on which a model of this name was to be had, and is gone."""
    found = [row for row in _rows() if any(fnmatchcase(model, pattern) for pattern in row.models)]
    return [row.route() for row in found if row.retired is not None]


@lru_cache(maxsize=1)
def _rows() -> tuple[_Row, ...]:
    text = resources.files(__package__).joinpath("routes.toml").read_text(encoding="utf-8")
    table: Mapping[str, object] = tomllib.loads(text)
    return _File.model_validate(table).route
