"""Writes docs/cli.md from the program's own help and docs/answers.md; with --check, fails if the page differs.

python docs/make_docs.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pickup.cli.main import COMMANDS, cli

PAGE = Path(__file__).parent / "cli.md"
WIDTH = 100

ANSWERS = Path(__file__).parent / "answers.md"


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "<!-- Written by docs/make_docs.py from the program's own help; change the program, not this page. -->"
    yield "# The command line"
    context = click.Context(cli, info_name="pickup", max_content_width=WIDTH, terminal_width=WIDTH)
    yield f"\n```text\n{cli.get_help(context).rstrip()}\n```"
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=context, max_content_width=WIDTH, terminal_width=WIDTH)
        yield f"\n## pickup {name}\n\n```text\n{command.get_help(inner).rstrip()}\n```"
    yield ""
    yield ANSWERS.read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Writes the page, or compares it."""
    if "--check" not in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/cli.md does not say what the program says; run `make docs`", file=sys.stderr)  # noqa: T201 - a script
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
