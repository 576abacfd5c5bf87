"""`pickup takes`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options, timeline_argument
from pickup.cli.plain import escape, plain_table
from pickup.library import Library
from pickup.takes import Take


@click.command("takes")
@timeline_argument
@place_options
def command(timeline: Path, *, library: str | None, config: Path | None, in_json: bool, quiet: bool) -> int:
    """List the takes of a cut.

    The circled take of each shot is the one that its newest timeline shows.
    """
    settings = load_settings(timeline=timeline, config=config, flags={"library": library})
    shelf = Library.at(settings.library_folder, tag=settings.tag).with_places()
    seen = sorted(shelf.sightings(shelf.cut_name(timeline)), key=lambda each: each.start)
    shots = list(dict.fromkeys(each.shot for each in seen))
    if in_json:
        print_json({"schema": "Takes.1", "shots": [_shot_document(shot, shelf=shelf) for shot in shots]})
        return ExitCode.DONE
    console = Console()
    if shots:
        console.print(_table(shots, shelf=shelf))
    if not quiet:
        last = "Next: `pickup circle SHOT TAKE`, then `pickup relink`, shows another take."
        console.print(f"\n{last}" if shots else f"No takes yet. Next: `pickup fill {timeline}`.")
    return ExitCode.DONE


def _shot_document(shot: str, *, shelf: Library) -> dict[str, object]:
    circled = shelf.circled(shot)
    return {
        "shot": shot,
        "circled": circled.number if circled else None,
        "takes": [_take_document(take, shelf=shelf) for take in shelf.takes(shot)],
    }


def _take_document(take: Take, *, shelf: Library) -> dict[str, object]:
    finding = shelf.check_take(take.shot, take=take.number)
    return {
        "take": take.number,
        "path": str(shelf.media_of(take)),
        "frames": take.frames,
        "handles": {"head": take.head, "tail": take.tail},
        "provider": take.provider,
        "model": take.model,
        "look": take.look,
        "cost": f"{take.cost:.2f}",
        "qc": "pass" if finding is None else "fail",
        "previs": take.previs,
    }


def _table(shots: list[str], *, shelf: Library) -> Table:
    table = plain_table("shot", "take", "frames", "cost", "made by", "file", wraps={"file"})
    for shot in shots:
        circled = shelf.circled(shot)
        for take in shelf.takes(shot):
            finding = shelf.check_take(shot, take=take.number)
            is_circled = circled is not None and circled.number == take.number
            handles = f"\n[dim]{take.head}+{take.cover_frames}+{take.tail}[/]" if take.head or take.tail else ""
            table.add_row(
                shot,
                f"[bold]({take.number})[/]" if is_circled else f" {take.number} ",
                f"{take.frames}{handles}",
                "free" if not take.cost else f"${take.cost:.2f}",
                f"{take.provider} [dim]{escape(take.look)}[/]{' [yellow]previs[/]' if take.previs else ''}",
                escape(take.path.rpartition("/")[2]) + (f"\n[red]{escape(finding.message)}[/]" if finding else ""),
            )
    return table
