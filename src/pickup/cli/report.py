"""`pickup report`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli import show
from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options, reading_options, timeline_argument
from pickup.cli.plain import escape, plain_table
from pickup.errors import counted
from pickup.fill.legal import LegalSheet, LegalShot, Made, legal_sheet
from pickup.fill.legal_pages import legal_document, write_legal
from pickup.fill.legal_rows import row_of
from pickup.library import Library


@click.command("report")
@timeline_argument
@click.option("--legal", is_flag=True, help="Every generated shot: model, prompt, references, licence note, price.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Where to write instead of the library.")
@reading_options
@place_options
def command(timeline: Path, *, legal: bool, out: Path | None, maps: tuple[str, ...], library: str | None,
            config: Path | None, in_json: bool, quiet: bool) -> int:  # fmt: skip
    """Write a sheet of every generated shot of a cut, for festivals and clients.

    Tells of the newest version that was delivered of the cut, or of TIMELINE itself where it is such a version, or
    shows takes and was worked on since. Writes cuts/<cut>/legal.csv, and legal.html for people, in the library. It is
    no legal advice. Exits with 1 when a take that is shown is not in the library: then the sheet has a hole.
    """
    if not legal:
        raise click.UsageError("say which report: --legal")
    settings = load_settings(timeline=timeline, config=config, flags={"library": library}, maps=maps)
    sheet = legal_sheet(timeline, config=settings)
    folder = out or Library.at(settings.library_folder).cut_folder(sheet.cut_name).folder
    outputs = write_legal(sheet, folder=folder, written=datetime.now().astimezone())
    if in_json:
        print_json(legal_document(sheet, outputs=outputs))
    else:
        _print(sheet, page=outputs["html"], quiet=quiet)
    return ExitCode.DONE if sheet.is_complete else ExitCode.FAILED


def _print(sheet: LegalSheet, *, page: Path, quiet: bool) -> None:
    console = Console()
    if sheet.findings:
        show.print_findings(sheet.findings, console=console)
    if quiet:
        return
    if sheet.shots:
        console.print(_table(sheet.shots))
    as_shown = f"version {sheet.version}" if sheet.version else sheet.timeline.name
    shown = f"{counted(len(sheet.shots), 'place')} with takes" if sheet.shots else "no generated shot"
    console.print(f"\n{escape(as_shown)} shows {shown}. It is no legal advice.", soft_wrap=True)
    console.print(f"Next: open {escape(str(page))}; legal.csv beside it is for a spreadsheet.", soft_wrap=True)


def _table(shots: Sequence[LegalShot]) -> Table:
    table = plain_table("in", "out", "shot", "take", "made", "by", "signed", wraps={"by"})
    for each in shots:
        row = row_of(each)
        made = row["made"] if each.made is Made.GENERATED else f"[yellow]{row['made']}[/]"
        by = escape(f"{row['provider']} {row['model']}")
        table.add_row(row["record_in"], row["record_out"], each.shot, str(each.take), made, by, row["c2pa"])
    return table
