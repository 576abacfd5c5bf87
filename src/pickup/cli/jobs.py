"""`pickup jobs`."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options
from pickup.cli.plain import escape, plain_table
from pickup.config import state_folder
from pickup.jobs.ledger import open_ledger
from pickup.jobs.states import ENDED, Job, Order, State
from pickup.library import Library
from pickup.ports import Billing

_KEY_SHOWN = 8


@click.command("jobs")
@click.option("--all", "show_all", is_flag=True, help="Jobs of every library, not only of this one.")
@place_options
def command(*, show_all: bool, library: str | None, config: Path | None, in_json: bool, quiet: bool) -> int:
    """Show the ledger: what runs, what it cost, what is in doubt.

    Shows this library where there is one, else all.
    """
    settings = load_settings(timeline=None, config=config, flags={"library": library})
    shelf = Library.at(settings.library_folder)
    mine = shelf.id if shelf.exists and not show_all else None
    with open_ledger(state_folder(os.environ)) as ledger:
        jobs = ledger.jobs(library=mine)
    if in_json:
        print_json({"schema": "Jobs.1", "jobs": [_document(job) for job in jobs]})
        return ExitCode.DONE
    console = Console()
    if jobs:
        console.print(_table(jobs))
    elif not quiet:
        console.print("No jobs. They begin with `pickup fill`.")
    return ExitCode.DONE


def _document(job: Job) -> dict[str, object]:
    order = job.order
    return {
        "job": job.key,
        "shot": order.shot,
        "take": order.take,
        "part": order.part,
        "provider": order.provider,
        "model": order.model,
        "state": job.state.value,
        "remote_id": job.remote_id,
        "quoted": f"{order.quoted:.2f}",
        "cost": None if job.cost is None else f"{job.cost:.2f}",
        "created": job.created.isoformat(),
        "updated": job.updated.isoformat(),
        "error": {"kind": job.kind.value, "message": job.message} if job.kind else None,
    }


def _place(order: Order) -> str:
    """Shot and take; of a take that is joined from several clips, which of them (how many there are, no job says)."""
    part = f" {order.part}/…" if order.part > 1 else ""
    return f"{escape(order.shot)} t{order.take:02d}{part}"


def _cost(job: Job) -> str:
    """What was charged, or may be; a job that failed without a bill cost nothing."""
    if not job.price:
        return "free"
    if job.cost is not None:
        return f"${job.cost:.2f}"
    if job.state in ENDED and job.billing is Billing.NOT_BILLED:
        return "$0.00"
    return f"[dim]up to[/] ${job.order.quoted:.2f}"


def _table(jobs: tuple[Job, ...]) -> Table:
    table = plain_table("job", "updated (UTC)", "shot", "state", "cost", "what", wraps={"what"})
    for job in jobs:
        order = job.order
        message = f"\n{escape(job.message)}" if job.message else ""
        if job.state is State.DOUBT:
            message += f"\n[yellow]next: pickup settle {job.key[:_KEY_SHOWN]}[/]"
        table.add_row(
            job.key[:_KEY_SHOWN],
            f"{job.updated:%m-%d %H:%M:%S}",
            _place(order),
            job.state.value,
            _cost(job),
            f"[dim]{escape(order.cut)}, {order.provider}:{order.model}[/]{message}",
        )
    return table
