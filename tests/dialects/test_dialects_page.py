"""What docs/dialects.md says of the dialects is what they say and do."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "dialects.md"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_dialects", PROJECT / "docs" / "make_dialects.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_writes_of_dialects_and_samples() -> None:
    made = generator()
    assert PAGE.read_text(encoding="utf-8") == made.page(published=made.standing_part())


def test_of_what_others_published_too() -> None:
    made = generator()
    if not made.COLLECTION.is_dir():
        pytest.skip("the collection is not at hand")
    if made.digest_of(made.COLLECTION) not in made.standing_part():
        pytest.skip("the page was written from another collection")
    assert made.standing_part() == made.published_part(made.COLLECTION)


def test_no_cut_has_a_fault_and_every_dialect_is_on_the_page() -> None:
    made = generator()
    text = PAGE.read_text(encoding="utf-8")
    assert "fault**" not in text
    assert "faults**" not in text
    assert [name for name in made.dialect_names() if f"## `{name}`" not in text] == []
