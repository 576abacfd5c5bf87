"""The dated list of licence notes."""

from __future__ import annotations

from datetime import date
from importlib.metadata import entry_points

import pytest

from pickup.config.licences import known_licence


def test_every_provider_that_comes_with_pickup_has_a_note() -> None:
    kinds = [each.name for each in entry_points(group="pickup.providers") if each.value.startswith("pickup.providers")]
    assert len(kinds) >= 13
    for kind in kinds:
        licence = known_licence((kind,), model="any model")
        assert licence is not None, kind
        assert licence.note.endswith(".")
        assert date(2026, 1, 1) < licence.checked
        assert licence.terms.startswith("https://") or licence.source in ("none", "vendor")


@pytest.mark.parametrize(
    ("services", "model", "words"),
    [
        (("comfyui",), "Wan2.2-TI2V-5B", "Apache 2.0"),
        (("comfyui",), "ltx-2-19b", "community licence"),
        (("comfyui",), "something", "licence of the model's weights"),
        (("studio", "vllm-omni", "openai_videos"), "wan2.2", "A hosted server has terms of its own"),
        (("manual",), "", "ask who made it"),
    ],
)
def test_the_first_row_that_fits_counts(services: tuple[str, ...], model: str, words: str) -> None:
    licence = known_licence(services, model=model)
    assert licence is not None
    assert words in licence.note


def test_nothing_is_said_of_a_provider_that_is_in_no_row() -> None:
    assert known_licence(("somebodys-plug-in",), model="x") is None
