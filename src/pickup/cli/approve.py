"""`pickup approve`."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options, timeline_argument
from pickup.errors import counted


@click.command("approve")
@timeline_argument
@place_options
def command(timeline: Path, *, config: Path | None, in_json: bool, quiet: bool, **flags: object) -> int:
    """Let a plan that waits go on.

    What is approved is that plan: if the cut or the price has changed since, it waits again. A watcher goes on with it
    at once; without one, run `pickup fill`.
    """
    from pickup.fill.approval import approve_plan  # noqa: PLC0415 - `pickup --help` does not need it
    from pickup.library import Library  # noqa: PLC0415

    settings = load_settings(timeline=timeline, config=config, flags=flags)
    library = Library.at(settings.library_folder)
    cut = library.cut_name(timeline)
    plan = approve_plan(library.cut_folder(cut))
    takes = sum(cast("int", each["takes"]) for each in cast("list[dict[str, object]]", plan["pickups"]))
    if in_json:
        print_json({"schema": "Approve.1", "cut": cut, "takes": takes, "price": plan["total"]})
    elif not quiet:
        click.echo(f"Approved: {counted(takes, 'take')} for ${plan['total']}.")
    return ExitCode.DONE
