"""Every hosted provider has a guide whose settings and commands are real, and stands in the table of all."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from pickup.config import load_config
from pickup.config.provider_setup import BUILT_IN, provider_setup
from pickup.providers.registry import load_provider, provider_kinds
from pickup.testing.fakes import HOSTED
from pickup.testing.fakes.__main__ import main as fakes

DOCS = Path(__file__).parents[2] / "docs"
TODAY = date(2026, 11, 29)
SECTIONS = (
    "## Where the key comes from",
    "## The first fill",
    "## What it costs",
    "## What can go wrong",
    "## What it keeps of what you send",
)
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def guide(kind: str) -> str:
    return (DOCS / "providers" / f"{kind}.md").read_text(encoding="utf-8")


def blocks(kind: str, language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(guide(kind)) if found == language]


def test_every_hosted_kind_is_installed_built_in_and_has_a_fake() -> None:
    assert set(HOSTED) <= set(provider_kinds())
    assert {BUILT_IN[kind].kind for kind in HOSTED} == set(HOSTED)


@pytest.mark.parametrize("kind", HOSTED)
def test_a_guide_says_what_a_newcomer_asks(kind: str) -> None:
    text = guide(kind)
    places = [text.find(f"\n{each}\n") for each in SECTIONS]
    assert all(place > 0 for place in places)
    assert places == sorted(places)
    assert "**What nobody has run.**" in text[: places[0]]
    variable = BUILT_IN[kind].api_key_env
    if variable is not None:
        assert variable in text[places[0] : places[1]]


@pytest.mark.parametrize("kind", HOSTED)
def test_the_settings_of_a_guide_are_settings(kind: str, tmp_path: Path) -> None:
    found = blocks(kind, "toml")
    assert found
    for number, block in enumerate(found):
        file = tmp_path / f"{number}.toml"
        file.write_text(block, encoding="utf-8")
        config = load_config(timeline=tmp_path / "reel1.otio", flags={}, environment={}, config_file=file)
        tables = tomllib.loads(block).get("providers", {})
        for name in tables or [config.provider.partition(":")[0]]:
            setup = provider_setup(config, name, today=TODAY)
            assert setup.settings.kind == kind
            assert load_provider(setup).offers()


@pytest.mark.parametrize("kind", HOSTED)
def test_the_fake_that_a_guide_names_can_be_started(kind: str) -> None:
    named = re.findall(r"python -m pickup\.testing\.fakes (\S+)", guide(kind))
    assert named == [kind] * len(named)
    assert named
    assert kind in fakes.commands


def test_the_table_of_all_is_current() -> None:
    done = subprocess.run([sys.executable, DOCS / "make_providers.py", "--check"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
