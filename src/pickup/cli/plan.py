"""`pickup plan`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console

from pickup.cli import show
from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import (
    load_settings,
    making_options,
    options_of,
    place_options,
    reading_options,
    timeline_argument,
)
from pickup.errors import ConfigError, counted
from pickup.fill.catalogues import look_up_catalogues
from pickup.fill.documents import plan_document
from pickup.fill.prepare import prepare
from pickup.fill.prepared import Prepared
from pickup.plan import fit_budget


@click.command("plan")
@timeline_argument
@making_options
@reading_options
@place_options
def command(timeline: Path, *, maps: tuple[str, ...], config: Path | None, in_json: bool, **flags: object) -> int:
    """Show what would be made, with prompts, lengths and price; spends nothing.

    Needs no key and no network; of a provider with a catalogue a new one is read if it can be. Hints under a prompt
    say what it lacks and what a person must check.
    """
    quiet = bool(flags.pop("quiet"))
    options = options_of(flags)
    settings = load_settings(timeline=timeline, config=config, flags=flags, maps=maps)
    said = look_up_catalogues(settings, today=date.today())  # noqa: DTZ011 - as this machine counts days
    prepared = prepare(timeline, config=settings, options=options, said=said)
    if options.fit:
        prepared = replace(prepared, plan=fit_budget(prepared.plan))
    if in_json:
        print_json(plan_document(prepared))
        return ExitCode.DONE
    console = Console()
    print_plan(prepared, console=console, quiet=quiet)
    if not quiet:
        console.print(_next(prepared))
    return ExitCode.DONE


def _needs(prepared: Prepared) -> Iterator[str]:
    """What `fill` would stop for."""
    plan = prepared.plan
    if plan.total and plan.budget is None:
        yield f"it needs a budget, such as --budget {plan.total:.2f}"
    elif plan.budget is not None and plan.total > plan.budget:
        yield f"it costs more than the budget of ${plan.budget:.2f}; raise it, or use --fit"
    for key in dict.fromkeys((pickup.offer.provider, pickup.offer.model) for pickup in plan.pickups):
        try:
            prepared.routes[key].provider.check_ready()
        except ConfigError as error:
            yield f"{error.message}; {error.next_step}"


def print_plan(prepared: Prepared, *, console: Console, quiet: bool) -> None:
    """The plan as `plan` and `fill` show it."""
    plan = prepared.plan
    console.print(show.head_line(prepared))
    if plan.pickups:
        console.print(show.plan_table(prepared))
        begun = sum((pickup.begun for pickup in plan.pickups), Decimal(0))
        total = f"${plan.total:.2f}" if plan.total or begun else "free"
        if begun:
            total += f" more (${begun:.2f} asked for already)"
        if plan.at_most > plan.total:
            total += f" (${plan.at_most:.2f} at most, where it falls back)"
        takes = sum(len(pickup.takes) for pickup in plan.pickups)
        console.print(f"\n{counted(takes, 'take')}, {total}, about {show.megabytes(plan.bytes_expected)} on disk.")
    if plan.held:
        console.print(show.pairs_table("held", [(held.spec.code, held.why) for held in plan.held]))
    if prepared.findings and not quiet:
        console.print()
        console.print(show.findings_table(prepared.findings))


def _next(prepared: Prepared) -> str:
    if prepared.plan.pickups:
        needs = "".join(f"\n  Before that: {each}." for each in _needs(prepared))
        options = ", with the same options," if prepared.plan.total else ""
        return f"\nNext: `pickup fill {prepared.timeline}`{options} makes them and writes a new timeline.{needs}"
    if prepared.plan.held:
        return "\nNothing can be made now; the table says why each shot is held, and what to do."
    if prepared.shots:
        return "\nEvery take is there; nothing is to be made."
    return "\nNo holes; nothing is to be made."
