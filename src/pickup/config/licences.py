"""The dated list of licence notes: who may use what a provider makes. Data, kept in `licences.toml`; no legal advice.

known_licence(("fal",), model="wan/v2.6").note        "Each model at fal has a licence of its own, …"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Licence(BaseModel):
    """What is known of a provider's terms.

    Attributes:
        note: One sentence for a person.
        terms: Where they stand; empty where nobody has looked.
        source: `vendor`, `second-hand`, or `none` where they were not read.
        checked: When.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    models: Annotated[tuple[str, ...], Field(min_length=1)] = ("*",)
    note: str
    terms: str = ""
    source: Literal["vendor", "second-hand", "none"]
    checked: date


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    licence: tuple[Licence, ...]


def known_licence(services: Sequence[str], *, model: str) -> Licence | None:
    """What is known of a model's terms at the first of several services that is in the list."""
    for service in services:
        for row in _rows():
            if row.service == service and any(fnmatchcase(model.lower(), pattern) for pattern in row.models):
                return row
    return None


@lru_cache(maxsize=1)
def _rows() -> tuple[Licence, ...]:
    text = resources.files(__package__).joinpath("licences.toml").read_text(encoding="utf-8")
    table: Mapping[str, object] = tomllib.loads(text)
    return _File.model_validate(table).licence
