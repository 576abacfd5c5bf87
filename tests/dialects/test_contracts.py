"""Every dialect keeps the contract, over the samples, a cut of everything and what others published."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from pickup.testing.crossings import CutFile, files_below
from pickup.testing.dialect_contract import DialectContract
from pickup.timelines.dialect import Dialect
from pickup.timelines.dialects import fcp7, otio, premiere, resolve

COLLECTION = Path(__file__).resolve().parents[3] / "shared" / "corpus"


@lru_cache(maxsize=1)
def published() -> tuple[CutFile, ...]:
    """Timelines of other projects, where they are at hand."""
    return tuple(files_below(COLLECTION))


class OverPublished(DialectContract):
    def cases(self) -> Sequence[CutFile]:
        return (*super().cases(), *published())


class TestPlainOtio(OverPublished):
    keeps_marks = True

    def make_dialect(self) -> Dialect:
        return otio


class TestResolve(OverPublished):
    def make_dialect(self) -> Dialect:
        return resolve


class TestPremiere(OverPublished):
    def make_dialect(self) -> Dialect:
        return premiere


class TestFcp7(OverPublished):
    def make_dialect(self) -> Dialect:
        return fcp7


@pytest.mark.skipif(not COLLECTION.is_dir(), reason="the collection is not at hand")
def test_the_collection_is_taken_through() -> None:
    assert len(published()) > 25
