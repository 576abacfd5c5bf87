"""`pickup cancel`."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.consent import Consent
from pickup.cli.options import load_settings, place_options
from pickup.cli.plain import escape
from pickup.config import state_folder
from pickup.fill.stopping import Told, gives_up_money, stop_job
from pickup.jobs.costs import exact_usd
from pickup.jobs.ledger import open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.states import Job


@click.command("cancel")
@click.argument("job")
@click.option("--give-up", is_flag=True, help="Leave behind a clip that is paid for or cannot be stopped.")
@click.option("--yes", is_flag=True, help="Do not ask before giving up what is paid for.")
@place_options
def command(job: str, *, give_up: bool, yes: bool, library: str | None, config: Path | None, in_json: bool,
            quiet: bool) -> int:  # fmt: skip
    """Stop a job, and say what it cost.

    JOB is the beginning of what `pickup jobs` shows. A run that is making it is asked to stop it; what is made already,
    or cannot be stopped, is fetched by the next `pickup fill` unless it is given up.
    """
    settings = load_settings(timeline=None, config=config, flags={"library": library})
    consent = Consent(yes=yes, in_json=in_json, quiet=quiet)
    with open_ledger(state_folder(os.environ)) as ledger:
        found = ledger.named(job)
        if give_up and gives_up_money(found) and not _agreed(found, consent=consent):
            if in_json:
                print_json(_document(_kept(found)))
            return consent.withheld("nothing was given up")
        owner, today = str(this_run(pid=os.getpid())), date.today()  # noqa: DTZ011 - as this machine counts days
        with Console(stderr=True, quiet=quiet or in_json).status("stopping it"):
            told = stop_job(found, ledger=ledger, config=settings, owner=owner, give_up=give_up, today=today)
    if in_json:
        print_json(_document(told))
    elif not quiet or not told.stopped:
        _print(told)
    return _exit_code(told)


def _agreed(job: Job, *, consent: Consent) -> bool:
    if consent.shows(when_asked=True):
        what = f"{job.order.shot} take {job.order.take} is {job.state} and costs ${job.price:.2f}"
        click.echo(f"{what}; giving it up leaves the clip there and saves nothing that is charged already.")
    return consent.agreed()


def _kept(job: Job) -> Told:
    message = f"nothing was given up: it costs ${job.price:.2f}, and this waits for a yes"
    return Told(job=job, stopped=False, message=message, next_step="add --yes")


def _exit_code(told: Told) -> int:
    if told.in_doubt:
        return ExitCode.DOUBT
    return ExitCode.DONE if told.stopped or told.asked or told.is_over else ExitCode.FAILED


def _document(told: Told) -> dict[str, object]:
    job = told.job
    return {
        "schema": "Cancel.1",
        "job": job.key,
        "shot": job.order.shot,
        "take": job.order.take,
        "part": job.order.part,
        "state": job.state.value,
        "stopped": told.stopped,
        "asked": told.asked,
        "cost": None if job.cost is None else exact_usd(job.cost),
        "message": told.message,
        "next": told.next_step,
    }


def _print(told: Told) -> None:
    job = told.job
    console = Console()
    color = "green" if told.stopped else "cyan" if told.asked or told.is_over else "yellow"
    name = f"{escape(job.order.shot)} take {job.order.take}"
    console.print(f"[{color}]{name}:[/] {escape(told.message)}.", soft_wrap=True)
    if told.next_step:
        console.print(f"Next: {escape(told.next_step)}.", soft_wrap=True)
