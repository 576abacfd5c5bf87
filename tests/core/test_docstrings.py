"""The examples in docstrings say what the code does."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ("timing", "briefs", "offers", "takes", "paths", "library.codes")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    module = importlib.import_module(f"pickup.{name}")
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
