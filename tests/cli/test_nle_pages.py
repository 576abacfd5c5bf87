"""The commands on the pages for editors work in their order, and write the files that the pages name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "nle").glob("*.md"))
_COMMAND = re.compile(r"^\$ pickup (.+?)(?: {3,}.*)?$", re.MULTILINE)
_NAMED = re.compile(r"`(reel1_v\d{3}[.\w]*\.(?:otio|otioz|xml))`")


def by_name(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_command_of_a_page_answers_and_every_file_it_names_is_there(
    page: Path, desk_for: Callable[[str], Any]
) -> None:
    text = page.read_text(encoding="utf-8")
    desk = desk_for("reel_23976_slugs_and_briefs")
    desk.timeline.rename(desk.folder / "reel1.otio")
    commands = _COMMAND.findall(text)
    assert len(commands) == 5
    for command in commands:
        answer = desk.run(*shlex.split(command), PICKUP_SIZE="320x180")
        assert answer.code == 0, (command, answer.out, answer.err)
    written = {path.name for path in (desk.library / "cuts" / "reel1").iterdir()}
    named = set(_NAMED.findall(text))
    assert len(named) == 3
    assert named <= written


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_a_page_says_what_was_not_tried_and_its_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "\n## Not tried in the NLE\n" in text
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (page.parent / link).exists(), link


def test_there_is_a_page_for_each_program_that_files_are_written_for() -> None:
    assert [page.stem for page in PAGES] == ["premiere", "resolve"]
