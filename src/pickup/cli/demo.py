"""`pickup demo`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from pickup.cli import show
from pickup.cli.answer import print_json
from pickup.cli.fill import exit_code_of, print_filled, run_fill
from pickup.cli.options import load_settings
from pickup.demo.film import make_demo, timeline_of
from pickup.fill.documents import fill_document
from pickup.fill.prepared import FillOptions
from pickup.fill.run import Filled


@click.command("demo")
@click.argument("folder", metavar="[DIR]", default="demo", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "in_json", is_flag=True, help="Answer with one JSON document.")
@click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong.")
def command(folder: Path, *, in_json: bool, quiet: bool) -> int:
    """Make a small film with holes, fill it offline, and say what to open.

    Needs no key, no network and no NLE. DIR is `demo` unless you name another; an earlier demo in it is written again.
    """
    console = Console(stderr=in_json, quiet=quiet)
    drawn_here: dict[str, object] = {"provider": "slate", "fallback": ()}  # whatever the settings say: it costs nothing
    settings = load_settings(timeline=timeline_of(folder), config=None, flags=drawn_here)
    with show.TakeBars(console) as bars:
        bars.stage("filming 34 seconds of harbor")
        timeline = make_demo(folder, report=lambda _done: None)
    filled, told = run_fill(timeline, settings=settings, options=FillOptions(), console=console)
    if in_json:
        print_json({**fill_document(filled), "dir": str(folder.absolute())})
    else:
        print_filled(filled, told=told, console=console, quiet=quiet)
        console.print(_what_to_open(filled, folder=folder), soft_wrap=True)
    return exit_code_of(filled)


def _what_to_open(filled: Filled, *, folder: Path) -> str:
    takes = sorted(filled.library.glob("takes/*/t01/*.mov"))
    first = f"\nOr look at a take in any player: {takes[0]}" if takes else ""
    return (
        f"\nThe editor's cut with its holes: {(folder / 'harbor.otio').absolute()}"
        f"{first}\nNow with a cut of your own: pickup holes YOUR.otio"
    )
