"""`pickup holes`."""

from __future__ import annotations

from pathlib import Path

import click

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options, reading_options, shape_options, timeline_argument
from pickup.errors import counted
from pickup.fill.documents import holes_document
from pickup.fill.prepare import prepare
from pickup.fill.prepared import Prepared


@click.command("holes")
@timeline_argument
@click.option("--explain", is_flag=True, help="Also say of every other item why it is no hole.")
@shape_options
@reading_options
@place_options
def command(
    timeline: Path, *, explain: bool, maps: tuple[str, ...], config: Path | None, in_json: bool, quiet: bool,
    **flags: object,
) -> int:  # fmt: skip
    """List the holes of a timeline, and why each is one.

    Opens no media and writes nothing. A hole is a gap that nothing paints, a slug, a placeholder by its words, a clip
    that is longer than its media, or whatever is marked PICKUP.
    """
    settings = load_settings(timeline=timeline, config=config, flags=flags, maps=maps)
    prepared = prepare(timeline, config=settings, explain=explain, probe=False)
    if in_json:
        print_json(holes_document(prepared, explain=explain))
    else:
        _print(prepared, explain=explain, quiet=quiet)
    return ExitCode.DONE


def _print(prepared: Prepared, *, explain: bool, quiet: bool) -> None:
    from rich.console import Console  # noqa: PLC0415 - programs that ask for JSON need no tables

    from pickup.cli import show  # noqa: PLC0415

    console = Console()
    found = prepared.survey.found
    console.print(show.head_line(prepared))
    if found.holes:
        console.print(show.holes_table(prepared, found.holes))
    if explain and found.passed:
        console.print("\n[bold]No holes[/]")
        console.print(show.passed_table(found.passed, timecode=prepared.survey.cut.timecode))
    if prepared.findings and not quiet:
        console.print()
        console.print(show.findings_table(prepared.findings))
    if not quiet:
        console.print(_next(prepared.timeline, count=len(found.holes), explain=explain))


def _next(timeline: Path, *, count: int, explain: bool) -> str:
    if not count:
        hint = "" if explain else f" `pickup holes {timeline} --explain` says why each item is none."
        return f"\nNo holes.{hint}"
    return f"\n{counted(count, 'hole')}. Next: `pickup plan {timeline}` shows what would be made."
