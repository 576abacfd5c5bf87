"""`pickup lint`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options, reading_options, timeline_argument
from pickup.cli.plain import escape, plain_table
from pickup.errors import Finding, Severity, counted
from pickup.fill.documents import findings_document
from pickup.fill.reading import read_settings
from pickup.library import Library
from pickup.timelines.lint import FLAVORS, RULES, LintFinding, lint_timeline

_COLORS = {Severity.INFO: "cyan", Severity.WARNING: "yellow", Severity.ERROR: "red"}
_PLACES_SHOWN = 3
_DETAIL_LENGTH = 60


@click.command("lint")
@timeline_argument
@click.option("--for", "flavor", required=True, metavar="NLE", help=f"{', '.join(FLAVORS)}.")
@reading_options
@place_options
def command(timeline: Path, *, flavor: str, maps: tuple[str, ...], library: str | None, config: Path | None,
            in_json: bool, quiet: bool) -> int:  # fmt: skip
    """Say what an editing program would refuse or lose in a timeline file.

    Reads the file as it stands and compares it with what is known of the program, links included; the program itself
    is not tried. docs/lint.md lists every rule. With --quiet only errors are shown.
    """
    settings = load_settings(timeline=timeline, config=config, flags={"library": library}, maps=maps)
    reading = read_settings(settings, library=Library.at(settings.library_folder))
    findings = lint_timeline(timeline, flavor=flavor, settings=reading)
    if in_json:
        print_json(
            {
                "schema": "Lint.1",
                "for": flavor,
                "timeline": str(timeline.absolute()),
                "findings": findings_document(findings),
            }
        )
    else:
        _print(findings, flavor=flavor, console=Console(), quiet=quiet)
    return ExitCode.FAILED if _count(findings, Severity.ERROR) else ExitCode.DONE


def _print(findings: Sequence[Finding], *, flavor: str, console: Console, quiet: bool) -> None:
    shown = [each for each in findings if each.severity is Severity.ERROR or not quiet]
    if shown:
        table = plain_table(
            "", "places", "what is wrong, what to do, and where", wraps={"what is wrong, what to do, and where"}
        )
        for code, group in groupby(shown, key=lambda finding: finding.code):
            places = list(group)
            severity = places[0].severity
            table.add_row(f"[{_COLORS[severity]}]{severity.value}[/]", str(_places(places)), _cell(code, places))
        console.print(table)
    if not quiet:
        console.print(_last_line(findings, flavor=flavor))


def _cell(code: str, places: Sequence[Finding]) -> str:
    """The rule once, then the first places."""
    rule = RULES[code]
    lines = [f"{escape(rule.what)} [dim]({code})[/]", f"do: {escape(rule.remedy)}"]
    for each in places[:_PLACES_SHOWN]:
        hidden = isinstance(each, LintFinding) and each.more
        place = each.where.rpartition(", and ")[0] if hidden else each.where
        detail = f": {escape(_end_of(each.detail))}" if isinstance(each, LintFinding) and each.detail else ""
        lines.append(f"[bold]{escape(place)}[/][dim]{detail}[/]")
    more = _places(places) - _PLACES_SHOWN
    return "\n".join([*lines, f"[dim]and {counted(more, 'more place')}[/]"] if more > 0 else lines)


def _end_of(detail: str) -> str:
    """What stands there, or its end: of a long path the last names tell most."""
    is_path = "/" in detail or "\\" in detail
    return f"…{detail[-_DETAIL_LENGTH:]}" if is_path and len(detail) > _DETAIL_LENGTH else detail


def _places(findings: Sequence[Finding]) -> int:
    """How many places broke a rule, those that are not listed included."""
    return sum(1 + (each.more if isinstance(each, LintFinding) else 0) for each in findings)


def _count(findings: Sequence[Finding], severity: Severity) -> int:
    return _places([each for each in findings if each.severity is severity])


def _last_line(findings: Sequence[Finding], *, flavor: str) -> str:
    who = FLAVORS[flavor]
    errors, warnings = (_count(findings, severity) for severity in (Severity.ERROR, Severity.WARNING))
    itself = "the programs themselves" if flavor == "fcp7" else f"{who} itself"
    if errors:
        return (
            f"[red]{counted(errors, 'error')}[/]: {who} would refuse this file or link it wrongly. "
            "Next: correct it where it was made, then run this command again."
        )
    it = "it" if warnings == 1 else "them"
    also = f" {counted(warnings, 'warning')}: look at {it} after the import." if warnings else ""
    return f"[green]Nothing that {who} would refuse was found.[/]{also} Not tried in {itself}."
