"""`pickup doctor`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options
from pickup.cli.plain import escape
from pickup.config import Config, state_folder
from pickup.errors import ConfigError, counted
from pickup.fill.checkup import Check, Status, check_machine

_COLORS = {Status.OK: "green", Status.WARNING: "yellow", Status.PROBLEM: "red"}


@click.command("doctor")
@click.argument("names", nargs=-1, metavar="[PROVIDER]...")
@place_options
def command(names: tuple[str, ...], *, library: str | None, config: Path | None, in_json: bool, quiet: bool) -> int:
    """Say what is missing on this machine.

    Looks at settings, ledger, library, disk and codecs, and asks each PROVIDER and every configured one by a call that
    costs nothing. It spends nothing and shows no key.
    """
    settings: Config | None = None
    checks: list[Check] = []
    try:
        settings = load_settings(timeline=None, config=config, flags={"library": library})
    except ConfigError as error:
        checks.append(Check.of_error("settings", error))
    today = date.today()  # noqa: DTZ011 - as this machine counts days
    with Console(stderr=True, quiet=quiet or in_json).status("asking the providers"):
        checks += check_machine(settings, state_folder=state_folder(os.environ), today=today, asked=names)
    if in_json:
        print_json({"schema": "Doctor.1", "checks": [_document(each) for each in checks]})
    else:
        _print(checks, quiet=quiet)
    return ExitCode.FAILED if any(each.status is Status.PROBLEM for each in checks) else ExitCode.DONE


def _document(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "status": check.status.value,
        "message": check.message,
        "next": check.next_step or None,
    }


def _print(checks: Sequence[Check], *, quiet: bool) -> None:
    console = Console()
    problems, warnings = (
        [each for each in checks if each.status is status] for status in (Status.PROBLEM, Status.WARNING)
    )
    shown = problems if quiet else checks
    if shown:
        console.print(_table(shown))
    if quiet:
        return
    if problems:
        last = f"[red]{counted(len(problems), 'problem')}.[/] Next: {escape(problems[0].next_step)}."
    elif warnings:
        last = f"[yellow]Nothing that is used is missing; {counted(len(warnings), 'warning')} above.[/]"
        last += " Next: `pickup holes YOUR.otio`."
    else:
        last = "[green]Nothing is missing.[/] Next: `pickup holes YOUR.otio`."
    console.print(f"\n{last}", soft_wrap=True)


def _table(checks: Sequence[Check]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", max_width=24)
    table.add_column(overflow="fold")
    for each in checks:
        step = f"\n[dim]next:[/] {escape(each.next_step)}" if each.next_step else ""
        name = escape(each.name)
        table.add_row(f"[{_COLORS[each.status]}]{each.status.value}[/]", name, f"{escape(each.message)}{step}")
    return table
