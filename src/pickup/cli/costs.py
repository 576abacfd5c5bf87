"""`pickup costs`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options
from pickup.cli.plain import escape, plain_table
from pickup.config import state_folder
from pickup.errors import counted
from pickup.fill.spreadsheets import csv_text
from pickup.jobs.costs import COLUMNS, By, CostRow, Group, Sums, cost_rows, exact_usd, group_rows, sum_rows
from pickup.jobs.ledger import open_ledger
from pickup.jobs.states import Job, State
from pickup.library import Library

_HALF_A_CENT = Decimal("0.005")


@click.command("costs")
@click.option("--all", "show_all", is_flag=True, help="Money of every library, not only of this one.")
@click.option("--by", type=click.Choice([each.value for each in By]), default=By.CUT.value, help="What to sum by.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="From this day on, as 2026-11-29.")
@click.option("--csv", "in_csv", is_flag=True, help="Every job as CSV, with a header.")
@place_options
def command(*, show_all: bool, by: str, since: datetime | None, in_csv: bool, library: str | None,
            config: Path | None, in_json: bool, quiet: bool) -> int:  # fmt: skip
    """Show what was paid: by cut, shot, provider or day.

    Counted is what was asked for, on the day of asking. What may have been charged, and what is under way, stand beside
    the total and are not in it. Shows this library where there is one, else all.
    """
    if in_json and in_csv:
        raise click.UsageError("--json and --csv are two answers: give one")
    settings = load_settings(timeline=None, config=config, flags={"library": library})
    shelf = Library.at(settings.library_folder)
    mine = shelf.id if shelf.exists and not show_all else None
    with open_ledger(state_folder(os.environ)) as ledger:
        jobs = ledger.jobs(library=mine)
    rows = cost_rows(jobs, since=since.date() if since else None)
    if in_csv:
        click.echo(_csv(rows).encode(), nl=False)  # as bytes: the line ends are those of RFC 4180 on every system
    elif in_json:
        print_json(_document(rows, by=By(by)))
    else:
        _print(rows, jobs=jobs, by=By(by), quiet=quiet)
    return ExitCode.DONE


def _document(rows: Sequence[CostRow], *, by: By) -> dict[str, object]:
    return {
        "schema": "Costs.1",
        "by": by.value,
        "rows": [_row(each) for each in rows],
        "groups": [
            dict(zip(COLUMNS[by], each.names, strict=True)) | {"library": each.library or None} | _sums(each.sums)
            for each in group_rows(rows, by=by)
        ],
        **_totals(sum_rows(rows)),
    }


def _row(row: CostRow) -> dict[str, object]:
    return {
        "cut": row.cut,
        "shot": row.shot,
        "provider": row.provider,
        "model": row.model,
        "day": row.day.isoformat(),
        "quoted": exact_usd(row.quoted),
        "cost": None if row.cost is None else exact_usd(row.cost),
        "state": row.state.value,
        "uncertain": exact_usd(row.uncertain),
        "pending": exact_usd(row.pending),
        "take": row.take,
        "part": row.part,
        "job": row.job,
        "library": row.library,
    }


def _sums(sums: Sums) -> dict[str, object]:
    money = {"quoted": sums.quoted, "cost": sums.cost, "uncertain": sums.uncertain, "pending": sums.pending}
    return {"jobs": sums.jobs, **{name: exact_usd(amount) for name, amount in money.items()}}


def _totals(sums: Sums) -> dict[str, object]:
    money = {"total": sums.cost, "quoted": sums.quoted, "uncertain": sums.uncertain, "pending": sums.pending}
    return {name: exact_usd(amount) for name, amount in money.items()}


def _csv(rows: Sequence[CostRow]) -> str:
    names = ["cut", "shot", "provider", "model", "day", "quoted", "cost", "state", "uncertain", "pending", "take"]
    names += ["part", "job", "library"]
    documents = (_row(each) for each in rows)
    return csv_text(names, (["" if row[name] is None else str(row[name]) for name in names] for row in documents))


def _print(rows: Sequence[CostRow], *, jobs: Sequence[Job], by: By, quiet: bool) -> None:
    console = Console()
    if not rows:
        if not quiet:
            console.print("Nothing was asked for yet. Jobs begin with `pickup fill`.")
        return
    console.print(_table(group_rows(rows, by=by), by=by))
    shown = {row.job for row in rows}
    doubts = [each for each in jobs if each.state is State.DOUBT and each.key in shown]
    console.print(f"\n{_last_line(sum_rows(rows), doubts=doubts)}", soft_wrap=True)


def _table(groups: Sequence[Group], *, by: By) -> Table:
    columns = COLUMNS[by]
    table = plain_table(*columns, "jobs", "quoted", "charged", "uncertain", "under way", wraps=set(columns))
    for column in table.columns[len(columns) :]:
        column.justify = "right"
    libraries: dict[tuple[str, ...], set[str]] = {}
    for each in groups:
        libraries.setdefault(each.names, set()).add(each.library)
    for each in groups:
        sums = each.sums
        first, *others = (escape(name) for name in each.names)
        if len(libraries[each.names]) > 1:
            first += f" [dim](library {escape(each.library[:6])})[/]"
        table.add_row(
            first,
            *others,
            str(sums.jobs),
            _usd(sums.quoted) if sums.quoted or sums.cost else "free",
            _usd(sums.cost) if sums.quoted or sums.cost else "free",
            f"[yellow]{_usd(sums.uncertain)}[/]" if sums.uncertain else "",
            _usd(sums.pending) if sums.pending else "",
        )
    return table


def _usd(amount: Decimal) -> str:
    return f"${amount:.2f}" if not amount or amount >= _HALF_A_CENT else "<$0.01"


def _last_line(sums: Sums, *, doubts: Sequence[Job]) -> str:
    words = f"[bold]Charged: ${sums.cost:.2f}[/]"
    if sums.uncertain:
        words += f"; [yellow]up to ${sums.uncertain:.2f} more may have been[/]"
    if sums.pending:
        words += f"; ${sums.pending:.2f} under way or in doubt"
    if doubts:
        are = "is" if len(doubts) == 1 else "are"
        return f"{words}. {counted(len(doubts), 'job')} {are} in doubt. Next: `pickup settle {doubts[0].key[:8]}`."
    return f"{words}."
