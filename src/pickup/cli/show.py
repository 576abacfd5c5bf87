"""Tables and lines for people. Nothing here decides anything; numbers come ready from the library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pickup.briefs import Brief
from pickup.cli.plain import escape, plain_table
from pickup.errors import Finding, Severity, counted
from pickup.fill.approval import what_is_sent
from pickup.fill.delivery import SIZE_UNKNOWN
from pickup.fill.prepared import Prepared
from pickup.fill.remarks import Remark, sort_remarks
from pickup.holes import Hole, Passed
from pickup.plan import Pickup
from pickup.ports import Progress as TakeProgress
from pickup.timing import FrameRange

_COLORS = {Severity.INFO: "cyan", Severity.WARNING: "yellow", Severity.ERROR: "red"}
FLAVOR_NAMES: Mapping[str, str] = MappingProxyType(
    {"resolve": "Resolve", "premiere": "Premiere", "fcp7": "FCP7 XML", "otio": "plain OTIO"}
)
"""What the flavors are called for people."""

_UNBROKEN = frozenset({"shot", "record in", "length", "takes", "price"})
_MB = 1_000_000


def head_line(prepared: Prepared) -> Text:
    """What was read: name, rate, length, size; and in which dialect, with the reason."""
    cut = prepared.survey.cut
    drop = " drop frame" if cut.drop_frame else ""
    size = f", {prepared.delivery.size[0]}x{prepared.delivery.size[1]}"
    return Text.assemble(
        (cut.name, "bold"),
        f"  {float(cut.rate.fps):.6g} fps{drop} ({cut.rate_from}), {length(cut.range(0, cut.duration))}, "
        f"from {cut.timecode(0)}{size if prepared.delivery.size_from != SIZE_UNKNOWN else ''}",
        (f"\nread as {FLAVOR_NAMES.get(cut.dialect, cut.dialect)}: {cut.dialect_from}", "dim"),
    )


def length(record: FrameRange) -> str:
    """Frames and seconds, as an editor counts."""
    seconds = float(record.rate.seconds(record.length))
    return f"{record.length} f ({seconds:.1f} s)"


def holes_table(prepared: Prepared, holes: Sequence[Hole]) -> Table:
    """One row for each hole."""
    table = _table("shot", "record in", "length", "hole", "brief, and why it is a hole")
    for hole in holes:
        table.add_row(
            prepared.code_of(hole),
            hole.timecode,
            length(hole.record),
            f"{hole.kind.value}\n[dim]{escape(_place(hole))}[/]",
            f"{_brief(hole)}\n[dim]{escape(hole.why)}[/]"
            + (f"\n[yellow]held: {escape(hole.held)}[/]" if hole.held else ""),
        )
    return table


def _place(hole: Hole) -> str:
    return hole.track + "".join(f" > {name}" for name in hole.compound)


def _brief(hole: Hole) -> str:
    """Every brief with its source; those after the first do not count and are dim."""
    if not hole.spoken:
        return "[yellow]no brief[/]"
    first, *others = (_words(brief) for brief in hole.spoken)
    return "\n".join((first, *(f"[dim]{other}[/]" for other in others)))


def _words(brief: Brief) -> str:
    fields = "".join(f"\n{escape(key)}: {escape(value)}" for key, value in brief.fields)
    return f"{escape(brief.text)}{fields} [dim](from {brief.source.value})[/]"


def passed_table(passed: Iterable[Passed], *, timecode: Callable[[int], str]) -> Table:
    """Every item that is no hole, and why."""
    table = _table("item", "track", "record in", "length", "why it is no hole")
    for each in passed:
        name = escape(each.name) or "[dim]gap[/]"
        table.add_row(name, escape(each.track), timecode(each.record.start), length(each.record), escape(each.why))
    return table


def plan_table(prepared: Prepared) -> Table:
    """One row for each shot that would be made."""
    table = _table("shot", "record in", "takes", "frames", "price", "what will be made")
    for pickup in sorted(prepared.plan.pickups, key=lambda each: each.spec.record.start):
        quote, spec = pickup.quote, pickup.spec
        handles = f"\n[dim]{quote.head}+{spec.covers.length}+{quote.tail}[/]" if quote.head or quote.tail else ""
        table.add_row(
            spec.code,
            spec.holes[0].timecode,
            ", ".join(str(number) for number in pickup.takes),
            f"{quote.frames}{handles}",
            _price(pickup),
            _what(pickup),
        )
    return table


def _price(pickup: Pickup) -> str:
    if not pickup.begun:
        return f"${pickup.price:.2f}" if pickup.price else "free"
    return f"${pickup.price:.2f}\n[dim]${pickup.begun:.2f} asked for[/]"


def _what(pickup: Pickup) -> str:
    spec, quote = pickup.spec, pickup.quote
    if spec.stands_in:
        name = escape(spec.holes[0].name)
        return (
            f"stand-in for “{name}”, for Resolve alone\n[dim]{escape(pickup.offer.provider)}: a card with its name[/]"
        )
    lines = [_prompt(pickup), f"[dim]{escape(pickup.offer.provider)}: {escape(quote.note or quote.look)}[/]"]
    lines += [f"[dim]{escape(line)}[/]" for line in _other_routes(pickup)]
    if sent := " and ".join(what_is_sent(pickup)):
        asks = ", if you say yes" if pickup.asks else ""
        lines.append(f"[dim]sends {escape(sent)} to {pickup.offer.host}{asks}[/]")
    return "\n".join(lines)


def _other_routes(pickup: Pickup) -> Iterator[str]:
    """What the other routes would cost, and which of them it falls back to."""
    for each in pickup.instead:
        price = "" if each.price is None else f" ${each.price:.2f},"
        if each.is_fallback:
            yield f"if that fails unpaid: {each.route},{price} {each.note}"
        elif each.price is None:
            yield f"not {each.route}: {each.note}"
        else:
            yield f"{each.route} would cost ${each.price:.2f}: {each.note}"


def _prompt(pickup: Pickup) -> str:
    words = escape(pickup.spec.words) if pickup.spec.briefed else "[yellow]no brief[/]"
    notes = pickup.lint if pickup.spec.briefed else ()
    hints = "".join(f"\n[yellow]·[/] [dim]{escape(note.message)}[/]" for note in notes)
    return f"{words}{hints}"


def pairs_table(title: str, pairs: Iterable[tuple[str, str]]) -> Table:
    """Shots with a reason."""
    table = _table("shot", title)
    for shot, why in pairs:
        table.add_row(shot, escape(why))
    return table


def findings_table(findings: Iterable[Finding]) -> Table:
    """One row for each finding, worst first."""
    order = [Severity.ERROR, Severity.WARNING, Severity.INFO]
    table = Table.grid(padding=(0, 2, 0, 0))
    for each in sorted(findings, key=lambda finding: order.index(finding.severity)):
        table.add_row(
            f"[{_COLORS[each.severity]}]{each.severity.value}[/]",
            f"[bold]{escape(each.where)}[/]",
            escape(each.message),
        )
    return table


def print_findings(findings: Iterable[Finding], *, console: Console) -> None:
    """Findings, and apart from them what is said of the files that were written."""
    remarks = sort_remarks(findings)
    blocks: list[tuple[RenderableType, ...]] = []
    if remarks.others:
        blocks.append((findings_table(remarks.others),))
    if remarks.lost:
        title = "Unsupported: not in these files, because their formats have no place for it:"
        blocks.append((title, _remarks_table(remarks.lost)))
    if remarks.doubted:
        blocks.append(("To look at after an import:", _remarks_table(remarks.doubted)))
    for number, block in enumerate(blocks):
        console.print(*(("",) if number else ()), *block, sep="\n")


def _remarks_table(remarks: Iterable[Remark]) -> Table:
    """One row for each remark, the flavor's name in its first row alone."""
    table = Table.grid(padding=(0, 2, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(ratio=2)
    table.add_column(ratio=3)
    before = ""
    for each in remarks:
        name = FLAVOR_NAMES.get(each.flavor, each.flavor)
        first = f"\n[dim]first: {escape(each.first)}[/]" if each.first else ""
        shown = "" if name == before else f"[bold]{escape(name)}[/]"
        table.add_row(shown, f"{escape(each.what)}{first}", escape(each.why))
        before = name
    return table


def megabytes(count: int) -> str:
    """Bytes for people."""
    return f"{max(count / _MB, 0.1):.1f} MB" if count < 100 * _MB else f"{count / _MB:.0f} MB"


def _table(*columns: str) -> Table:
    """A table whose words wrap and whose codes, times and prices do not."""
    return plain_table(*columns, wraps=set(columns) - _UNBROKEN)


class TakeBars:
    """A bar for each take under way and one for all, on a terminal; elsewhere nothing."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[stage]}"))
        self._bars = Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._everything: TaskID | None = None
        self._tasks: dict[tuple[str, int], TaskID] = {}
        self._done: dict[tuple[str, int], float] = {}
        self._status: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def begin(self, *, total: int) -> None:
        """Shows the bar for all takes."""
        self._end_stage()
        self._everything = self._bars.add_task(counted(total, "take"), total=total, stage="")
        self._bars.start()

    def stage(self, sentence: str) -> None:
        """Shows what is being done beside the takes."""
        self._end_stage()
        self._status = self._bars.add_task(sentence, total=None, stage="")
        self._bars.start()

    def portion(self, share: float) -> None:
        """Shows how much is done of what `stage` named."""
        if self._status is not None:
            self._bars.update(self._status, total=1.0, completed=share)

    def report(self, progress: TakeProgress) -> None:
        """Moves the bar of one take."""
        key = (progress.shot, progress.take)
        if key not in self._tasks:
            name = f"{progress.shot} take {progress.take}"
            self._tasks[key] = self._bars.add_task(name, total=1.0, stage=progress.stage)
        self._done[key] = progress.done
        visible = progress.done < 1.0
        self._bars.update(self._tasks[key], completed=progress.done, stage=progress.stage, visible=visible)
        if self._everything is not None:
            self._bars.update(self._everything, completed=sum(self._done.values()))

    def _end_stage(self) -> None:
        if self._status is not None:
            self._bars.remove_task(self._status)
            self._status = None
        self._bars.stop()
