"""The README's commands work, in its order, on a cut of the name that it uses."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

README = Path(__file__).parents[2] / "README.md"
_COMMAND = re.compile(r"^\$ pickup (.+?)(?: {3,}.*)?$", re.MULTILINE)


def commands() -> list[list[str]]:
    return [match.split() for match in _COMMAND.findall(README.read_text(encoding="utf-8"))]


def test_every_command_of_the_readme_answers(desk_for: Callable[[str], Any]) -> None:
    desk = desk_for("reel_23976_slugs_and_briefs")
    desk.timeline.rename(desk.folder / "reel1.otio")
    said = ""
    (desk.folder / "disk2").mkdir()
    (desk.folder / "in").mkdir()
    shutil.copy(desk.folder / "reel1.otio", desk.folder / "in")
    shutil.copytree(desk.folder / "media", desk.folder / "in" / "media")
    known = {"holes", "plan", "fill", "takes", "circle", "relink", "library", "watch", "approve", "providers", "costs"}
    known |= {"report"}
    assert {words[0] for words in commands()} == known
    for words in commands():
        once = ["--once"] if words[0] == "watch" else []
        answer = desk.run(*words, *once, PICKUP_SIZE="320x180")
        assert answer.code == 0, (words, answer.out, answer.err)
        said += answer.out
    files = re.findall(r"`(reel1_v001\.[a-z.]+)`", README.read_text(encoding="utf-8"))
    assert len(files) == 3
    assert [name for name in files if name not in said] == []
    newest = max((desk.library / "cuts" / "reel1").glob("reel1_v*.otio"))
    assert "_SH0020_t02.mov" in newest.read_text(encoding="utf-8")


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (README.parent / link).exists(), link
