"""`pickup settle`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.consent import Consent
from pickup.cli.options import load_settings, place_options
from pickup.cli.plain import escape
from pickup.config import Config, state_folder
from pickup.fill.settling import Hint, ask_about, follow, look_for, why_not
from pickup.jobs.cancel import cost_words
from pickup.jobs.costs import exact_usd
from pickup.jobs.ledger import Ledger, open_ledger
from pickup.jobs.owners import is_alive, this_run
from pickup.jobs.settle import hold_for_settling, settle_charged, settle_given_up, settle_not_charged
from pickup.jobs.states import Job, State
from pickup.ports import Reconciled

_ANSWERS = (
    ("--charged REMOTE_ID", "it is there: the next fill fetches it under that id, and nothing is bought again"),
    ("--not-charged", "it certainly is not there: the next fill buys it"),
    ("--give-up", "nobody will know: it counts as charged in budgets, and is bought again with --refresh only"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """What there is to say; `withheld` where an answer was not taken because nobody said yes."""

    job: Job
    message: str
    next_step: str
    hints: Sequence[Hint] = ()
    withheld: bool = False

    @property
    def is_open(self) -> bool:
        return self.job.state in (State.DOUBT, State.INTENT)


@click.command("settle")
@click.argument("job")
@click.option("--charged", metavar="REMOTE_ID", help="The provider has it under this id; the next fill fetches it.")
@click.option("--not-charged", is_flag=True, help="The provider has no such job; the next fill buys it.")
@click.option("--give-up", is_flag=True, help="Nobody will know; it is bought again with --refresh only.")
@click.option("--yes", is_flag=True, help="Say --not-charged although the provider lists such a job.")
@place_options
def command(job: str, *, charged: str | None, not_charged: bool, give_up: bool, config: Path | None, in_json: bool,
            quiet: bool, **flags: object) -> int:  # fmt: skip
    """Show what to look for at the provider about a job in doubt, and take the answer.

    A job is in doubt when a request was sent and no reply came: it may have been charged. JOB is the beginning of what
    `pickup jobs` shows. Without an answer the provider itself is asked, where it can tell; that never spends.
    """
    if (charged is not None) + not_charged + give_up > 1:
        raise click.UsageError("--charged, --not-charged and --give-up are three answers: give one")
    if charged is not None and not charged.strip():
        raise click.UsageError("--charged wants the id that the provider shows")
    consent = Consent(yes=bool(flags.pop("yes")), in_json=in_json, quiet=quiet)
    settings = load_settings(timeline=None, config=config, flags=flags)
    with open_ledger(state_folder(os.environ)) as ledger:
        desk = _Desk(ledger=ledger, config=settings, owner=str(this_run(pid=os.getpid())), today=_today())
        found = ledger.named(job)
        if charged is not None:
            told = desk.charged(found, remote_id=charged.strip())
        elif not_charged:
            told = desk.not_charged(found, consent=consent)
        elif give_up:
            told = _after(settle_given_up(ledger, key=found.key, owner=desk.owner), "settled: given up")
        else:
            told = desk.show(found, status=Console(stderr=True, quiet=quiet or in_json))
    if in_json:
        print_json(_document(told))
    if told.withheld:
        return consent.withheld("nothing was settled")
    if not in_json and (not quiet or told.is_open):
        _print(told)
    return ExitCode.DOUBT if told.job.state is State.DOUBT else ExitCode.DONE


def _today() -> date:
    return date.today()  # noqa: DTZ011 - as this machine counts days


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What questions about a job are answered from."""

    ledger: Ledger
    config: Config
    owner: str
    today: date

    def show(self, job: Job, *, status: Console) -> _Settled:
        """What the provider tells, or else what a person can look for."""
        if job.state not in (State.DOUBT, State.INTENT):
            return _after(job, f"it is {job.state}, not in doubt; {cost_words(job)}")
        if job.state is State.INTENT and is_alive(job.owner or ""):
            return _Settled(job=job, message="a run is sending it just now", next_step="wait for that run")
        job = hold_for_settling(self.ledger, key=job.key, owner=self.owner)
        with status.status(f"asking {job.order.provider}"):
            told = ask_about(job, ledger=self.ledger, config=self.config, today=self.today)
        name = job.order.provider
        job = follow(job, told=told, ledger=self.ledger, owner=self.owner)
        if job.state is State.SUBMITTED:
            return _after(job, f"{name} has it under {job.remote_id}; nothing is in doubt any more")
        if job.state is State.PLANNED:
            return _after(job, f"{name} says that it never arrived; nothing was charged")
        hints = look_for(job, ledger=self.ledger, config=self.config, today=self.today)
        said = told.message or f"{name} has no way to tell what became of a request"
        step = f"look there, then give one of the answers: pickup settle {job.key[:8]} --charged REMOTE_ID"
        return _Settled(job=job, message=said, next_step=step, hints=hints)

    def charged(self, job: Job, *, remote_id: str) -> _Settled:
        """Somebody found it there."""
        why = why_not(job, remote_id=remote_id, config=self.config, today=self.today)
        if job.state is State.DOUBT and why:
            step = f"check the id, and give it again: pickup settle {job.key[:8]} shows what to look for"
            return _Settled(job=job, message=why, next_step=step, withheld=True)
        moved = settle_charged(self.ledger, key=job.key, remote_id=remote_id, owner=self.owner)
        return _after(moved, f"settled: {job.order.provider} has it under {remote_id}")

    def not_charged(self, job: Job, *, consent: Consent) -> _Settled:
        """Somebody says that it is not there; if the provider lists it all the same they are asked again."""
        job = hold_for_settling(self.ledger, key=job.key, owner=self.owner)
        seen = self._seen_at_provider(job)
        if seen is not None and not _agreed(seen, consent=consent):
            return seen
        moved = settle_not_charged(self.ledger, key=job.key, owner=self.owner)
        return _after(moved, "settled: it was not charged")

    def _seen_at_provider(self, job: Job) -> _Settled | None:
        """What the provider itself lists of a job of which a person says that it is not there."""
        told = ask_about(job, ledger=self.ledger, config=self.config, today=self.today)
        if told.outcome is not Reconciled.FOUND or told.submission is None:
            return None
        remote_id = told.submission.remote_id
        message = f"{job.order.provider} lists a job that fits, {remote_id}: if it is bought again it is paid for twice"
        step = f"pickup settle {job.key[:8]} --charged {remote_id}, or add --yes if that one is not it"
        return _Settled(job=job, message=message, next_step=step, withheld=True)


def _agreed(seen: _Settled, *, consent: Consent) -> bool:
    if consent.shows(when_asked=True):
        click.echo(f"warning: {seen.message}\n  next:  {seen.next_step}", err=True)
    return consent.agreed()


def _after(job: Job, message: str) -> _Settled:
    steps = {
        State.SUBMITTED: "pickup fill fetches it",
        State.PLANNED: "pickup fill sends it",
        State.FAILED: "pickup fill makes it in a new attempt"
        if job.cost is not None and not job.cost
        else f"pickup fill --refresh {job.order.shot} buys it again",
    }
    return _Settled(job=job, message=message, next_step=steps.get(job.state, "pickup jobs lists the others"))


def _document(told: _Settled) -> dict[str, object]:
    job = told.job
    return {
        "schema": "Settle.1",
        "job": job.key,
        "shot": job.order.shot,
        "take": job.order.take,
        "part": job.order.part,
        "state": job.state.value,
        "asked": None if job.asked is None else job.asked.isoformat(),
        "provider": job.order.provider,
        "model": job.order.model,
        "quoted": exact_usd(job.order.quoted),
        "remote_id": job.remote_id,
        "look_for": [{"what": each.what, "value": each.value} for each in told.hints],
        "answers": [{"answer": answer, "does": does} for answer, does in _ANSWERS] if told.hints else [],
        "message": told.message,
        "next": told.next_step,
    }


def _print(told: _Settled) -> None:
    console = Console()
    order = told.job.order
    color = "yellow" if told.is_open else "green"
    console.print(f"[{color}]{escape(order.shot)} take {order.take}:[/] {escape(told.message)}.", soft_wrap=True)
    if told.hints:
        console.print("\nLook for it there:", _grid([(each.what, each.value) for each in told.hints]), sep="\n")
        console.print("\nThen answer:", _grid(_ANSWERS), sep="\n")
        console.print()
    console.print(f"Next: {escape(told.next_step)}.", soft_wrap=True)


def _grid(pairs: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for first, second in pairs:
        table.add_row(f"[bold]{escape(first)}[/]", escape(second))
    return table
