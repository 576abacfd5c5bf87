"""`pickup verify`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from pickup.cli import show
from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options, reading_options
from pickup.cli.plain import escape, plain_table
from pickup.errors import counted
from pickup.fill.documents import findings_document
from pickup.fill.identity import recognize_shots
from pickup.fill.prove import prove_delivered
from pickup.library import Library
from pickup.timelines.proof import Proof


@click.command("verify")
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--against", "old", required=True, type=click.Path(path_type=Path), help="The timeline it was made from.")
@click.option("--no-placeholders", is_flag=True, help="Fail if a hole or a previs take is left.")
@reading_options
@place_options
def command(new: Path, *, old: Path, no_placeholders: bool, maps: tuple[str, ...], library: str | None,
            config: Path | None, in_json: bool, quiet: bool) -> int:  # fmt: skip
    """Prove that a new timeline changed nothing outside its filled ranges.

    Reads both files and compares every record frame of every track: media, source frames, speed, effects, markers and
    transitions.
    """
    settings = load_settings(timeline=old, config=config, flags={"library": library}, maps=maps)
    library_here = Library.at(settings.library_folder)
    proof = prove_delivered(new, against=old, config=settings)
    if in_json:
        shots, _, _ = recognize_shots(proof.holes_left, library=library_here, cut_name=library_here.cut_name(old))
        print_json(_document(proof, holes_left=[shot.code for shot in shots]))
    else:
        _print(proof, console=Console(), quiet=quiet, no_placeholders=no_placeholders)
    if proof.differences:
        return ExitCode.FAILED
    left = proof.holes_left or any(fill.previs for fill in proof.fills)
    return ExitCode.HELD if no_placeholders and left else ExitCode.DONE


def _document(proof: Proof, *, holes_left: list[str]) -> dict[str, object]:
    return {
        "schema": "Verify.1",
        "same": not proof.differences,
        "differences": [{"where": each.where, "was": each.was, "is": each.now} for each in proof.differences],
        "filled": list(dict.fromkeys(fill.shot for fill in proof.fills)),
        "previs": list(dict.fromkeys(fill.shot for fill in proof.fills if fill.previs)),
        "holes_left": holes_left,
        "findings": findings_document(proof.findings),
    }


def _print(proof: Proof, *, console: Console, quiet: bool, no_placeholders: bool) -> None:
    if proof.differences:
        table = plain_table("where", "was", "is", wraps={"where", "was", "is"})
        for each in proof.differences:
            table.add_row(escape(each.where), escape(each.was), escape(each.now))
        console.print(table)
        console.print(f"[red]{counted(len(proof.differences), 'difference')} outside the filled ranges.[/]")
        return
    if proof.findings and not quiet:
        show.print_findings(proof.findings, console=console)
    if quiet:
        return
    shots = escape(", ".join(dict.fromkeys(fill.shot for fill in proof.fills)))
    console.print(f"[green]The same[/] outside {counted(len(proof.fills), 'filled range')} ({shots or 'none'}).")
    if proof.holes_left:
        are = "is" if len(proof.holes_left) == 1 else "are"
        console.print(f"{counted(len(proof.holes_left), 'hole')} {are} left: `pickup holes` lists them.")
    previs = [fill.shot for fill in proof.fills if fill.previs]
    if previs and no_placeholders:
        console.print(f"Previs takes are left: {escape(', '.join(dict.fromkeys(previs)))}.")
