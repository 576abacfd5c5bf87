"""`pickup takes`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options, timeline_argument
from pickup.cli.plain import escape, plain_table
from pickup.errors import Severity
from pickup.library import Library
from pickup.library.sidecars import ColorRecord, TakeFile
from pickup.takes import Verdict

_VERDICTS: Mapping[str, str] = MappingProxyType(
    {"pass": "[green]pass[/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}
)
_WORDS: Mapping[str, str] = MappingProxyType({"warning": "warn", "error": "fail"})


@click.command("takes")
@timeline_argument
@place_options
def command(timeline: Path, *, library: str | None, config: Path | None, in_json: bool, quiet: bool) -> int:
    """List the takes of a cut.

    The circled take of each shot is the one that its newest timeline shows. Quality control says pass, warn or fail;
    what it found is listed below the table.
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
        for line in _found(shots, shelf=shelf):
            console.print(line)
    if not quiet:
        last = "Next: `pickup circle SHOT TAKE`, then `pickup relink`, shows another take."
        console.print(f"\n{last}" if shots else f"No takes yet. Next: `pickup fill {timeline}`.")
    return ExitCode.DONE


def _shot_document(shot: str, *, shelf: Library) -> dict[str, object]:
    circled = shelf.circled(shot)
    return {
        "shot": shot,
        "circled": circled.number if circled else None,
        "takes": [_take_document(file, shelf=shelf) for file in shelf.take_files(shot)],
    }


def _take_document(file: TakeFile, *, shelf: Library) -> dict[str, object]:
    take = file.as_take()
    return {
        "take": take.number,
        "path": str(shelf.media_of(take)),
        "frames": take.frames,
        "handles": {"head": take.head, "tail": take.tail},
        "provider": take.provider,
        "model": take.model,
        "look": take.look,
        "cost": f"{take.cost:.2f}",
        "qc": _verdict(file, shelf=shelf),
        "findings": [each.model_dump() for each in file.qc.findings] if file.qc else [],
        "measures": dict(file.qc.measures) if file.qc else {},
        "color": file.color.model_dump() if file.color else None,
        "policies": list(file.policies),
        "previs": take.previs,
        "draft": take.draft,
    }


def _verdict(file: TakeFile, *, shelf: Library) -> str:
    """What quality control said; a take that is not whole any more fails, one from before it is taken as it is."""
    if shelf.check_take(file.shot, take=file.take) is not None:
        return Verdict.FAIL.value
    return file.qc.verdict.value if file.qc else Verdict.PASS.value


def _found(shots: list[str], *, shelf: Library) -> Iterator[str]:
    """What quality control warns of, a line each, and how color was matched where it was."""
    for file in (file for shot in shots for file in shelf.take_files(shot)):
        for each in file.qc.findings if file.qc else ():
            if each.severity != Severity.INFO.value:
                name = f"{_VERDICTS[_WORDS[each.severity]]} {file.shot} take {file.take}"
                yield f"{name} [dim]{escape(each.where)}[/]  {escape(each.message)}"
        if file.color is not None:
            yield f"color {file.shot} take {file.take}  [dim]{escape(_color_words(file.color))}[/]"


def _color_words(color: ColorRecord) -> str:
    sides = zip(("before", "after"), color.before, color.after, strict=True)
    jumps = [
        f"{was:.1f} → {now:.1f} to the shot {side}" for side, was, now in sides if was is not None and now is not None
    ]
    return f"{color.reason}; delta-E {', '.join(jumps)}" if color.strength else color.reason


def _table(shots: list[str], *, shelf: Library) -> Table:
    table = plain_table("shot", "take", "frames", "cost", "qc", "made by", "file", wraps={"file"})
    for shot in shots:
        circled = shelf.circled(shot)
        for file in shelf.take_files(shot):
            take = file.as_take()
            finding = shelf.check_take(shot, take=take.number)
            is_circled = circled is not None and circled.number == take.number
            handles = f"\n[dim]{take.head}+{take.cover_frames}+{take.tail}[/]" if take.head or take.tail else ""
            table.add_row(
                shot,
                f"[bold]({take.number})[/]" if is_circled else f" {take.number} ",
                f"{take.frames}{handles}",
                "free" if not take.cost else f"${take.cost:.2f}",
                _VERDICTS[_verdict(file, shelf=shelf)],
                f"{take.provider} [dim]{escape(take.look)}[/]{' [yellow]previs[/]' if take.previs else ''}",
                ("[yellow]draft[/]: proxy only" if take.draft else escape(take.path.rpartition("/")[2]))
                + (f"\n[red]{escape(finding.message)}[/]" if finding else ""),
            )
    return table
