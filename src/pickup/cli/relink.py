"""`pickup relink`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli import show
from pickup.cli.answer import ExitCode, print_json
from pickup.cli.fill import output_lines
from pickup.cli.options import (
    check_flavors,
    flavor_options,
    load_settings,
    place_options,
    reading_options,
    shape_options,
    timeline_argument,
)
from pickup.cli.plain import escape, plain_table
from pickup.config import state_folder
from pickup.errors import counted
from pickup.fill.run import Hearing
from pickup.relink import Relinked, RelinkOptions, Standing, State, relink
from pickup.relink.documents import relink_document

_COLORS = {
    State.KEPT: "green",
    State.TRIMMED: "green",
    State.LONG: "yellow",
    State.NEW: "yellow",
    State.ASKED: "red",
}
_TOLD = {
    State.KEPT: "kept",
    State.TRIMMED: "trimmed",
    State.LONG: "too long",
    State.NEW: "new",
    State.ASKED: "which one?",
}


@click.command("relink")
@timeline_argument
@click.option(
    "--from", "search", type=click.Path(path_type=Path), metavar="DIR", help="Look for takes there: a copied library."
)
@click.option("--partial", is_flag=True, help="Show a take that is too short as far as it reaches.")
@click.option("--explain", is_flag=True, help="Also say what each shot was recognized by.")
@shape_options
@flavor_options
@reading_options
@place_options
def command(timeline: Path, *, search: Path | None, partial: bool, explain: bool, maps: tuple[str, ...],
            config: Path | None, in_json: bool, **flags: object) -> int:  # fmt: skip
    """Put the takes that exist into a cut that was exported again; generates nothing.

    Recognizes every shot that was made before, wherever it stands now and however it was trimmed, and writes a new
    version of the timeline in which the takes are in their places. Says which shots changed, which are new, and which
    takes no cut shows any more.
    """
    quiet = bool(flags.pop("quiet"))
    flavors = flags.pop("flavors")
    flags["for"] = flavors.split(",") if isinstance(flavors, str) else None
    settings = load_settings(timeline=timeline, config=config, flags=flags, maps=maps)
    check_flavors(settings)
    console = Console(stderr=in_json, quiet=quiet)
    options = RelinkOptions(partial=partial, search=search)
    with show.TakeBars(console) as bars:
        hearing = Hearing(
            report=bars.report,
            waits=lambda sentence: console.print(f"[yellow]{sentence}[/]"),
            stage=bars.stage,
            portion=bars.portion,
        )
        relinked = relink(
            timeline, config=settings, state_folder=state_folder(os.environ), options=options, hearing=hearing
        )
    if in_json:
        print_json(relink_document(relinked))
    else:
        _print(relinked, console=Console(), quiet=quiet, explain=explain)
    return ExitCode.HELD if relinked.of(State.LONG, State.NEW, State.ASKED) else ExitCode.DONE


def _print(relinked: Relinked, *, console: Console, quiet: bool, explain: bool) -> None:
    if quiet:
        return
    if relinked.standings:
        console.print(_table(relinked.standings, explain=explain))
    stale = {each.shot for each in relinked.standings if each.stale}
    told = zip(relinked.told, relinked.changes, strict=True)
    changed = [each for each, change in told if change.kind != "kept" or change.shot in stale]
    if changed:
        console.print("\nSince the version before:")
        for each in changed:
            console.print(f"  {escape(each)}", soft_wrap=True)
    for orphan in relinked.orphans:
        price = "free" if not orphan.price else f"${orphan.price:.2f}"
        console.print(f"[dim]no cut shows {orphan.shot}: {counted(len(orphan.takes), 'take')}, {price}; kept[/]")
    if relinked.findings:
        console.print()
        show.print_findings(relinked.findings, console=console)
    console.print(f"\n{_summary(relinked)}", soft_wrap=True)


def _table(standings: Sequence[Standing], *, explain: bool) -> Table:
    table = plain_table("timecode", "shot", "take", "frames", "state", "why", wraps={"why"})
    for each in standings:
        said = [each.why or (f"changed: {each.stale}" if each.stale else "")]
        if explain and each.by:
            signs = f": {', '.join(each.signs)}" if each.signs else ""
            said.append(f"{each.confidence}, by {each.by}{signs}")
        table.add_row(
            each.timecode,
            each.shot if each.state is not State.NEW else f"[dim]{each.shot}[/]",
            str(each.take or ""),
            str(each.record.length),
            f"[{_COLORS[each.state]}]{_TOLD[each.state]}[/]{' [yellow]stale[/]' if each.stale else ''}",
            escape("\n".join(filter(None, said))),
        )
    return table


def _summary(relinked: Relinked) -> str:
    shown = counted(len(relinked.of(State.KEPT, State.TRIMMED)), "place")
    left = relinked.of(State.LONG, State.NEW, State.ASKED)
    if not relinked.outputs and not left and relinked.standings:
        return f"The cut shows takes in {shown} by itself; nothing was written."
    if not relinked.outputs:
        nothing = "No takes belong into this cut; nothing was written."
        return f"{nothing} Next: `pickup fill` makes what is missing." if left else nothing
    files = "\n".join(output_lines(relinked.outputs))
    if not relinked.changed:
        return f"Nothing to do: version {relinked.version} shows takes in {shown} already.\n{files}"
    more = f"\n{counted(len(left), 'hole')} left: `pickup fill` makes what is missing." if left else ""
    page = escape(str(relinked.page.with_suffix(".md"))) if relinked.page else ""
    return (
        f"[bold green]Version {relinked.version} shows takes in {shown}[/], "
        f"verified: nothing else in the cut changed.\n"
        f"{files}\nWhat was done, by timecode: {page}{more}\n"
        "Next: import the file for your program: File > Import > Timeline in Resolve, File > Import in Premiere."
    )
