"""`pickup library check` and `pickup library remove`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Self

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options
from pickup.cli.plain import escape, plain_table
from pickup.errors import ConfigError, Finding, LibraryError, counted
from pickup.fill.documents import findings_document
from pickup.library import Library
from pickup.library.shelf import REMOVED
from pickup.library.sidecars import TakeFile

_STATES = MappingProxyType(
    {
        "": "whole",
        "TAKE_MISSING": "missing",
        "TAKE_CHANGED": "changed",
        "TAKE_DAMAGED": "damaged",
        "TAKE_MISPLACED": "misplaced",
        "TAKE_NOT_RECORDED": "not recorded",
        "ORIGINAL_MISSING": "original missing",
        "ORIGINAL_CHANGED": "original changed",
    }
)
_FINE = ("whole", "original missing")
"""A conformed take serves without its original; only another conform of it is not to be had."""

_UNKNOWN = "unknown"


@click.group("library")
def command() -> None:
    """Check the takes of a library, or remove one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """One take, and what is wrong with it."""

    shot: str
    take: int
    file: TakeFile | None
    finding: Finding | None
    circled: bool

    @property
    def state(self) -> str:
        return _STATES.get(self.finding.code if self.finding else "", "damaged")


@command.command("check")
@click.option("--quick", is_flag=True, help="Ask for presence and size only; read no file.")
@place_options
def check(*, quick: bool, library: str | None, config: Path | None, in_json: bool, quiet: bool) -> int:
    """Say for every take whether it is present, whole and itself.

    Reads every file and compares its bytes with those that were written, and that each take is the one that its
    folder says.
    """
    shelf = _open(library, config=config)
    console = Console(stderr=in_json, quiet=quiet)
    checked = []
    with console.status("reading the takes") if console.is_terminal else _Silence() as status:
        for shot in shelf.all_shots():
            circled = shelf.circled(shot)
            for take in shelf.layout.take_numbers(shot):
                status.update(f"reading {shot} take {take}")
                found = shelf.check_take(shot, take=take, thoroughly=not quick)
                if found is not None and found.code == REMOVED:
                    continue
                is_circled = circled is not None and circled.number == take
                file = shelf.take_file(shot, take=take)
                checked.append(_Checked(shot=shot, take=take, file=file, finding=found, circled=is_circled))
    wrong = [each for each in checked if each.state not in _FINE]
    if in_json:
        print_json(_check_document(checked, shelf=shelf))
    elif not quiet or wrong:
        _print_checked(checked, wrong, shelf=shelf)
    return ExitCode.FAILED if wrong else ExitCode.DONE


class _Silence:
    """A status line where nobody looks."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, status: str) -> None:
        del status


def _open(library: str | None, *, config: Path | None) -> Library:
    settings = load_settings(timeline=None, config=config, flags={"library": library})
    shelf = Library.at(settings.library_folder).with_places()
    if not shelf.exists:
        raise LibraryError("there is no library here", where=str(shelf.folder), next_step="name it with --library DIR")
    return shelf


def _price(file: TakeFile | None) -> str:
    if file is None:
        return _UNKNOWN
    return "free" if not Decimal(file.cost) else f"${Decimal(file.cost):.2f}"


def _check_document(checked: Sequence[_Checked], *, shelf: Library) -> dict[str, object]:
    return {
        "schema": "LibraryCheck.1",
        "library": str(shelf.folder.absolute()),
        "takes": [
            {
                "shot": each.shot,
                "take": each.take,
                "path": str(shelf.layout.absolute(each.file.path).absolute()) if each.file else None,
                "state": each.state,
                "message": each.finding.message if each.finding else None,
                "circled": each.circled,
                "provider": each.file.provider if each.file else None,
                "model": each.file.model if each.file else None,
                "cost": f"{Decimal(each.file.cost):.2f}" if each.file else None,
            }
            for each in checked
        ],
        "findings": findings_document(each.finding for each in checked if each.finding),
    }


def _print_checked(checked: Sequence[_Checked], wrong: Sequence[_Checked], *, shelf: Library) -> None:
    console = Console()
    if checked:
        console.print(_table(checked, shelf=shelf))
        console.print()
    if wrong:
        console.print(
            f"[red]{counted(len(wrong), 'take')} of {len(checked)} cannot be used.[/] "
            "Next: `pickup relink TIMELINE --from DIR` links takes that lie elsewhere; "
            "`pickup fill TIMELINE --refresh SHOT` makes a new one.",
            soft_wrap=True,
        )
    else:
        console.print(f"[green]All takes are whole: {len(checked)}.[/]" if checked else "The library has no takes yet.")


def _table(checked: Sequence[_Checked], *, shelf: Library) -> Table:
    table = plain_table("shot", "take", "state", "price", "file", wraps={"file"})
    for each in checked:
        path = shelf.layout.absolute(each.file.path) if each.file else None
        outside = path is not None and not path.is_relative_to(shelf.folder)
        color = "green" if each.state == "whole" else "yellow" if each.state in _FINE else "red"
        told = [path.name if path else "", str(path.parent) if path and outside else ""]
        told.append(each.finding.message if each.finding else "")
        table.add_row(
            each.shot,
            f"[bold]({each.take})[/]" if each.circled else f" {each.take} ",
            f"[{color}]{each.state}[/]",
            _price(each.file),
            escape("\n".join(filter(None, told))),
        )
    return table


@command.command("remove")
@click.argument("shot")
@click.argument("take", type=click.IntRange(min=1))
@click.option("--yes", "agreed", metavar="PRICE", help="Agree without being asked, by naming what the take cost.")
@place_options
def remove(shot: str, *, take: int, agreed: str | None, library: str | None, config: Path | None, in_json: bool,
           quiet: bool) -> int:  # fmt: skip
    """Delete a take for good; it has to be agreed to by naming its price.

    The circled one of several takes is not deleted, because the next version would show another one unasked.
    """
    shelf = _open(library, config=config)
    shot = shelf.shot_named(shot)
    folder = shelf.layout.take_folder(shot, take=take)
    found = shelf.check_take(shot, take=take)
    if not folder.is_dir() or (found is not None and found.code == REMOVED):
        raise LibraryError(f"{shot} has no take {take} in this library", where=str(folder), next_step="see `takes`")
    file = shelf.take_file(shot, take=take)
    circled = shelf.circled(shot)
    others = any(each.number != take for each in shelf.takes(shot))
    if circled is not None and circled.number == take and others:
        raise LibraryError(
            f"take {take} of {shot} is circled",
            where=shot,
            next_step=f"circle another one first: pickup circle {shot} TAKE",
        )
    note = shelf.layout.removed_file(shot, take=take)
    files = sorted(path for path in folder.iterdir() if path != note and (path.is_file() or path.is_symlink()))
    size = sum(path.lstat().st_size for path in files)
    cuts = list(dict.fromkeys(each.cut for each in shelf.sightings() if each.shot == shot))
    if not in_json and not quiet:
        console = Console()
        seen = f"; {shot} stands in: {', '.join(cuts)}" if cuts else ""
        console.print(escape(f"take {take} of {shot}: {counted(len(files), 'file')}, {size >> 10:,} kB{seen}"))
    _check_agreed(agreed, file=file, what=f"take {take} of {shot}", in_json=in_json)
    shelf.remove_take(shot, take=take)
    if in_json:
        document = {"schema": "LibraryRemove.1", "shot": shot, "take": take, "cost": file.cost if file else None}
        print_json(document | {"bytes": size, "files": [str(path) for path in files]})
    elif not quiet:
        click.echo("Removed. Its number and the names of its files are not given again.")
    return ExitCode.DONE


def _check_agreed(agreed: str | None, *, file: TakeFile | None, what: str, in_json: bool) -> None:
    """Goes on only where the price was named.

    Raises:
        ConfigError: It was not, or another one.
    """
    price = f"${Decimal(file.cost):.2f}" if file is not None else "an unknown sum"
    wanted = _UNKNOWN if file is None else f"{Decimal(file.cost):.2f}"
    if agreed is None and sys.stdin.isatty() and not in_json:
        agreed = click.prompt(f"It cost {price}. Type that price to delete it", default="", show_default=False)
    if agreed is None or not _is_price(agreed, file=file):
        raise ConfigError(
            f"{what} cost {price} and is not deleted without a yes that says so",
            where="--yes",
            next_step=f"add --yes {wanted}",
        )


def _is_price(text: str, *, file: TakeFile | None) -> bool:
    said = text.strip().lstrip("$")
    if file is None:
        return said == _UNKNOWN
    try:
        named = Decimal(0) if said == "free" else Decimal(said)
    except InvalidOperation:
        return False
    return named == Decimal(file.cost)
