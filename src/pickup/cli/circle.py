"""`pickup circle`."""

from __future__ import annotations

from pathlib import Path

import click

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options
from pickup.library import Library


@click.command("circle")
@click.argument("shot")
@click.argument("take", type=click.IntRange(min=1))
@place_options
def command(shot: str, *, take: int, library: str | None, config: Path | None, in_json: bool, quiet: bool) -> int:
    """Choose the take that the next version shows.

    Changes no timeline by itself: `pickup relink` (or `fill`) then writes a new version. A draft is conformed for it.
    """
    settings = load_settings(timeline=None, config=config, flags={"library": library})
    shelf = Library.at(settings.library_folder).with_places()
    shot = shelf.shot_named(shot)
    was = shelf.circle(shot, take=take)
    if in_json:
        print_json({"schema": "Circle.1", "shot": shot, "take": take, "was": was})
    elif not quiet:
        before = "" if was in (None, take) else f" instead of take {was}"
        click.echo(f"Take {take} of {shot} is circled{before}. Next: `pickup relink TIMELINE` writes the version.")
    return ExitCode.DONE
