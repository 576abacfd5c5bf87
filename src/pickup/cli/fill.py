"""`pickup fill`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import click
from rich.console import Console

from pickup.cli import show
from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import (
    check_flavors,
    flavor_options,
    load_settings,
    making_options,
    options_of,
    place_options,
    reading_options,
    timeline_argument,
)
from pickup.cli.plain import escape
from pickup.cli.plan import print_plan
from pickup.config import Config, state_folder
from pickup.errors import BudgetError, Finding, counted
from pickup.fill.approval import is_approved, what_would_be_sent
from pickup.fill.documents import fill_document
from pickup.fill.prepared import FillOptions, Prepared
from pickup.fill.run import Filled, Hearing, fill

_MADE_FOR: Mapping[str, str] = MappingProxyType(
    {"resolve": "for Resolve", "premiere": "for Premiere", "fcp7": "FCP7 XML, for both", "otio": "plain OTIO"}
)


@click.command("fill")
@timeline_argument
@making_options
@flavor_options
@click.option("--bundle", is_flag=True, help="Write each OTIO flavor as .otioz with all media in it, too.")
@click.option("--pilot", type=click.IntRange(min=1), metavar="N", help="Make the first N shots, then ask.")
@click.option(
    "--retry-failed",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Make up to N more takes of a shot whose takes fail quality control, inside the budget.",
)
@click.option("--yes", is_flag=True, help="Do not ask before the first paid call.")
@reading_options
@place_options
def command(timeline: Path, *, pilot: int | None, retry_failed: int, maps: tuple[str, ...], config: Path | None,
            in_json: bool, **flags: object) -> int:  # fmt: skip
    """Make the missing shots and write a new timeline that shows them.

    Your file is never changed. The new timeline lies in the library and is read back and compared before it is
    delivered: outside the filled ranges every frame shows what it showed. Running it again does only what is missing.
    """
    quiet, yes, bundle = bool(flags.pop("quiet")), bool(flags.pop("yes")), bool(flags.pop("bundle"))
    options = options_of(flags)
    flavors = flags.pop("flavors")
    flags["for"] = flavors.split(",") if isinstance(flavors, str) else None
    settings = load_settings(timeline=timeline, config=config, flags=flags, maps=maps)
    check_flavors(settings)
    console = Console(stderr=in_json, quiet=quiet)
    options = replace(options, approved=yes, bundle=bundle, pilot=pilot, retakes=retry_failed)
    filled, told = run_fill(timeline, settings=settings, options=options, console=console)
    if pilot is not None and not in_json and _goes_on_after_pilot(filled, told=told, console=console):
        filled, told = run_fill(timeline, settings=settings, options=replace(options, pilot=None), console=console)
    if in_json:
        print_json(fill_document(filled))
    else:
        print_filled(filled, told=told, console=Console(), quiet=quiet)
    return exit_code_of(filled)


def run_fill(
    timeline: Path, *, settings: Config, options: FillOptions, console: Console
) -> tuple[Filled, frozenset[Finding]]:
    """Fills with the plan shown, a question before the first paid call, and bars while takes are made.

    Returns:
        What became of it, and the findings that were shown with the plan.
    """
    told: set[Finding] = set()
    with show.TakeBars(console) as bars:

        def approve(prepared: Prepared) -> str:
            # What costs money is shown with every finding, before the first paid call.
            quiet = not prepared.plan.total
            print_plan(prepared, console=console, quiet=quiet)
            told.update(() if quiet else prepared.findings)
            why = _why_it_waits(prepared, settings=settings, console=console, yes=options.approved)
            if not why:
                bars.begin(total=sum(len(pickup.takes) for pickup in prepared.plan.pickups))
            return why

        hearing = Hearing(
            approve=approve,
            may_send=lambda prepared: _asks_to_send(prepared, console=console),
            report=bars.report,
            waits=lambda sentence: console.print(f"[yellow]{sentence}[/]"),
            stage=bars.stage,
            portion=bars.portion,
        )
        state = state_folder(os.environ)
        filled = fill(timeline, config=settings, state_folder=state, options=options, hearing=hearing)
    return filled, frozenset(told)


def _why_it_waits(prepared: Prepared, *, settings: Config, console: Console, yes: bool) -> str:
    """Nothing where the plan may go on: free ones may; paid ones by a person, `--yes` or `approve = "auto"`.

    With `approve = "plan"` every plan waits for `pickup approve`, or for `--yes`.
    """
    if yes or (settings.approve != "plan" and (not prepared.plan.total or settings.approve_paid == "auto")):
        return ""
    if is_approved(prepared):
        return ""
    if settings.approve == "plan":
        return f"the plan waits for approval: `pickup approve {prepared.timeline.name}`, then fill again"
    if not (sys.stdin.isatty() and console.is_terminal) or settings.approve_paid == "plan":
        raise BudgetError(
            f"the plan costs {prepared.plan.total} USD and waits for a yes",
            next_step='run it again with --yes, or set approve = "auto" in your own pickup.toml',
        )
    asked = click.confirm(f"Spend up to ${prepared.plan.at_most:.2f}?", err=True)
    return "" if asked else "the plan was not approved"


def _asks_to_send(prepared: Prepared, *, console: Console) -> bool:
    """Whether a person lets frames of the footage go; nobody is asked without a terminal, and then none go."""
    if not (sys.stdin.isatty() and console.is_terminal):
        return False
    asking = [pickup for pickup in prepared.plan.pickups if pickup.asks]
    for line in what_would_be_sent(asking):
        console.print(escape(line))
    return click.confirm("Send them?", err=True)


def _goes_on_after_pilot(filled: Filled, *, told: frozenset[Finding], console: Console) -> bool:
    """Whether the rest is made, too; without a terminal it waits for the next run."""
    waiting = [code for code, why in filled.held if "pilot" in why]
    if not waiting or filled.failed or filled.doubt or not (sys.stdin.isatty() and console.is_terminal):
        return False
    print_filled(filled, told=told, console=Console(), quiet=False)
    return click.confirm(f"The pilot is made: look at it. Go on with {counted(len(waiting), 'shot')}?", err=True)


def print_filled(filled: Filled, *, told: frozenset[Finding], console: Console, quiet: bool) -> None:
    """What became of the run, and what to do next; findings that were `told` with the plan are not told again."""
    if (new := [each for each in filled.findings if each not in told]) and not quiet:
        show.print_findings(new, console=console)
        console.print()
    if filled.held:
        console.print(show.pairs_table("held, not filled", filled.held))
    if filled.failed:
        console.print(show.pairs_table("failed", filled.failed))
    if filled.doubt:
        console.print(show.pairs_table("in doubt: job", filled.doubt))
    if not quiet:
        console.print(_summary(filled), soft_wrap=True)


def _summary(filled: Filled) -> str:
    if not filled.outputs:
        if filled.doubt:
            return "No timeline was written. Next: `pickup settle JOB` says what to look for at the provider."
        if not (filled.held or filled.failed):
            return "No holes; nothing was written."
        return "No timeline was written. Next: do what the table says of each shot, then run the same command again."
    shots = counted(len(filled.filled), "shot")
    files = "\n".join(output_lines(filled.outputs, bundles=filled.bundles))
    shows = f"shows {shots}" if filled.filled else "is written"  # stand-ins alone fill nothing
    if not filled.changed and (filled.failed or filled.doubt):
        return f"Version {filled.version} {shows} as before. Next: do what the table says of each shot.\n{files}"
    if not filled.changed:
        return f"Nothing to do: version {filled.version} {shows} already.\n{files}"
    return (
        f"[bold green]Version {filled.version} {shows}[/], verified: nothing else in the cut changed.\n{files}\n"
        f"What was done, by timecode: {escape(str(filled.changes and filled.changes.with_suffix('.md')))}\n"
        "Next: import the file for your program: File > Import > Timeline in Resolve, File > Import in Premiere."
    )


def output_lines(outputs: Mapping[str, Path], *, bundles: Mapping[str, Path] = MappingProxyType({})) -> Iterator[str]:
    """Each file of a version, and what it is for."""
    width = max(len(_MADE_FOR[flavor]) for flavor in outputs)
    for flavor, path in outputs.items():
        yield f"  {_MADE_FOR[flavor]:<{width}}  {escape(str(path))}"
        if flavor in bundles:
            yield f"  {'with media':<{width}}  {escape(str(bundles[flavor]))}"


def exit_code_of(filled: Filled) -> int:
    """The worst of what happened: doubt, then failure, then holes left."""
    if filled.doubt:
        return ExitCode.DOUBT
    if filled.failed:
        return ExitCode.FAILED
    return ExitCode.HELD if filled.held else ExitCode.DONE
