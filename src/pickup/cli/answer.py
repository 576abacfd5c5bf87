"""What a command answers: one JSON document, or words for a person; and errors in both forms."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum

import click

from pickup.errors import PickupError


class ExitCode(IntEnum):
    """Exit codes that scripts may rely on."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    HELD = 3
    BUDGET = 4
    DOUBT = 5
    INTERRUPTED = 130


def told_in_json(arguments: Sequence[str]) -> bool:
    """Whether the command line asks for JSON, known before it is parsed."""
    return "--json" in arguments


def print_json(document: Mapping[str, object]) -> None:
    """The one document on standard output, laid out where a person looks at it; programs get it on one line."""
    click.echo(json.dumps(document, indent=2 if sys.stdout.isatty() else None, ensure_ascii=False))


def printable(text: str) -> str:
    """The text with control characters replaced: a terminal obeys some of them, and a file's names may hold any."""
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)


def print_error(error: PickupError, *, in_json: bool, code: str | None = None) -> None:
    """`Error.1` on standard output, or a few lines on standard error."""
    if in_json:
        print_json(
            {
                "schema": "Error.1",
                "code": code or error.code,
                "message": error.message,
                "where": error.where,
                "next": error.next_step,
            }
        )
        return
    lines = [click.style("pickup: ", bold=True) + printable(error.message)]
    if error.where and error.where not in error.message:
        lines.append(f"  where: {printable(error.where)}")
    if error.next_step:
        lines.append(f"  next:  {error.next_step}")
    click.echo("\n".join(lines), file=sys.stderr)
