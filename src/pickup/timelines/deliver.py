"""Writing a new timeline in a child process: patch a copy, write it in each flavor, read each back, compare.

What is delivered has been read back from the written files. A difference outside the filled ranges that the dialect
does not declare as lost is an error, and then no file is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pickup._child import Report
from pickup._files import whole_file
from pickup.cut import Cut, Size
from pickup.errors import Finding, Severity, TimelineError, counted, warning
from pickup.takes import Relink
from pickup.timelines.changes import Replaced
from pickup.timelines.dialect import MediaFacts, Writing
from pickup.timelines.difference import Difference, is_exact, lost_and_wrong
from pickup.timelines.fills import fills_of
from pickup.timelines.survey import ReadSettings, in_child, without_collector
from pickup.timelines.verify import compare, missing_fills

if TYPE_CHECKING:  # OTIO is loaded in the child alone
    import opentimelineio as otio

    from pickup.timelines.classify import MediaLooker
    from pickup.timelines.read import TimelineFile

_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file to be written.

    Attributes:
        name: Of the new timeline; NLEs need a new one for every version.
        part: Where the child writes; the parent renames it when all is well.
    """

    flavor: str
    name: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be delivered.

    Attributes:
        timeline: The bytes that were surveyed: the editor's file, or the copy in the library.
        folder: Where the editor's file lies; its relative references start there.
        sha256: Of the timeline that the relinks were planned for.
        settings: How to read it, as in the survey.
        relinks: What goes where.
        size: Picture size of the cut.
        facts: What is known of media, by local path; what is missing is taken from the timeline.
        takes_on_tracks: Takes that are not circled also stand on disabled tracks.
    """

    timeline: Path
    folder: Path
    sha256: str
    settings: ReadSettings
    relinks: tuple[Relink, ...]
    size: Size
    facts: Mapping[str, MediaFacts]
    takes_on_tracks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverRequest:
    """What the child is asked to write."""

    order: Order
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one flavor.

    Attributes:
        replaced: What each take stands for.
        differences: Empty, or nothing was delivered.
        findings: What this flavor cannot carry, and what its NLE may stumble over.
        refused: Why this flavor cannot carry the cut at all; empty where it was written.
    """

    flavor: str
    replaced: tuple[Replaced, ...] = ()
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What was written.

    Attributes:
        made_absolute: Relative references, as they were and as they are now.
    """

    written: tuple[Written, ...]
    made_absolute: tuple[tuple[str, str], ...]

    @property
    def flavors(self) -> tuple[str, ...]:
        """Those that lie on the disk now."""
        return tuple(each.flavor for each in self.written if not each.refused)

    @property
    def replaced(self) -> tuple[Replaced, ...]:
        """What each take stands for in any flavor, each once."""
        return tuple({each.hole: each for written in self.written for each in written.replaced}.values())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all flavors."""
        return tuple(finding for written in self.written for finding in written.findings)


def deliver_timeline(order: Order, *, destinations: Mapping[str, Path], added: bool = False) -> Delivered:
    """Writes every destination, whole and verified, or none of them.

    Args:
        order: What to write.
        destinations: The new timelines by flavor; a file's stem becomes its timeline's name.
        added: The version has other flavors already, so that it is no error if none of these can carry the cut.

    Raises:
        TimelineError: The file changed meanwhile, what was written is not what was read plus the takes, or no flavor
            can carry the cut.
    """
    with ExitStack() as files:
        parts = {flavor: files.enter_context(whole_file(path, optional=True)) for flavor, path in destinations.items()}
        outputs = (
            Output(flavor=flavor, name=destinations[flavor].stem, part=str(part)) for flavor, part in parts.items()
        )
        request = DeliverRequest(order=order, outputs=tuple(outputs))
        answer = in_child(
            "pickup.timelines.deliver:run_deliver",
            request,
            timeline=order.timeline,
            settings=order.settings,
            readings=1 + 2 * len(destinations),
        )
        if not isinstance(answer, Delivered):
            raise TimelineError(f"{order.timeline.name} was not written", where=str(order.timeline))
        _check(answer, timeline=order.timeline, added=added)
    return answer


def _check(delivered: Delivered, *, timeline: Path, added: bool) -> None:
    for each in delivered.written:
        if each.differences:
            first = each.differences[0]
            raise TimelineError(
                f"the {each.flavor} timeline is not delivered: {counted(len(each.differences), 'difference')} outside "
                f"the filled ranges, first at {first.where}: was {first.was}, is {first.now}",
                where=str(timeline),
                next_step="this is a fault in Pickup; nothing was written. Keep the timeline file and report it",
            )
    if not delivered.flavors and not added:
        raise TimelineError(
            "; ".join(f"{each.flavor}: {each.refused}" for each in delivered.written),
            where=str(timeline),
            next_step="ask for another flavor, such as --for otio",
        )


@without_collector()
def run_deliver(request: DeliverRequest, report: Report) -> Delivered:
    """The child's side of `deliver_timeline`."""
    from pickup.timelines.classify import MediaLooker  # noqa: PLC0415 - OTIO is loaded in the child alone
    from pickup.timelines.read import read_timeline  # noqa: PLC0415
    from pickup.timelines.references import make_absolute  # noqa: PLC0415
    from pickup.timelines.snapshot import Prints, take_snapshot  # noqa: PLC0415

    order = request.order
    path, settings = order.timeline, order.settings
    file = read_timeline(path, limits=settings.limits)
    if file.sha256 != order.sha256:
        raise TimelineError(
            f"{path.name} changed while it was being filled", where=str(path), next_step="run the command again"
        )
    looker = MediaLooker(order.folder, prefixes=dict(settings.prefixes))
    made_absolute = make_absolute(file.timeline.tracks, folder=order.folder, dialect=file.dialect)
    exact = {is_exact(was=file.dialect, now=output.flavor) for output in request.outputs}
    prints = Prints.ALL if len(exact) > 1 else Prints.EXACT if exact == {True} else Prints.ACROSS
    old = take_snapshot(file, looker=looker, drop_frame=settings.drop_frame, prints=prints)
    written = []
    for number, output in enumerate(request.outputs, start=1):
        is_last = number == len(request.outputs)  # a copy of 50,000 clips costs seconds
        timeline = file.timeline if is_last else file.timeline.deepcopy()
        written.append(_write(output, timeline, file=file, old=old, looker=looker, order=order))
        report(number / len(request.outputs))
    return Delivered(written=tuple(written), made_absolute=tuple(made_absolute))


def _write(
    output: Output,
    timeline: otio.schema.Timeline,
    *,
    file: TimelineFile,
    old: Cut,
    looker: MediaLooker,
    order: Order,
) -> Written:
    """Writes one flavor from a neutral timeline that it may change, and compares what can be read from it."""
    from pickup.timelines.patch import apply_relinks  # noqa: PLC0415
    from pickup.timelines.read import read_timeline  # noqa: PLC0415
    from pickup.timelines.snapshot import Prints, take_snapshot  # noqa: PLC0415
    from pickup.timelines.sniff import load_dialect  # noqa: PLC0415

    settings = order.settings
    dialect = load_dialect(output.flavor)
    relinks = [each for each in order.relinks if not each.only_in or output.flavor in each.only_in]
    replaced = apply_relinks(
        timeline,
        relinks,
        prefixes=dict(settings.prefixes),
        dialect=file.dialect,
        on_tracks=order.takes_on_tracks,
    )
    writing = _writing(output, timeline, old=old, looker=looker, order=order)
    try:
        content = dialect.write(timeline, writing=writing)
    except TimelineError as error:
        return Written(flavor=output.flavor, refused=error.message, findings=(_refusal(output, error, old=old),))
    part = Path(output.part)
    part.write_bytes(content)
    back = replace(read_timeline(part, limits=settings.limits), path=file.path)
    exact = is_exact(was=file.dialect, now=output.flavor)
    prints = Prints.EXACT if exact else Prints.ACROSS
    new = take_snapshot(back, looker=looker, drop_frame=settings.drop_frame, prints=prints)
    known = [(fill.record.start, fill.record.end) for fill in fills_of(old)]
    fillable = {*known, *((each.record.start, each.record.end) for each in relinks)}
    found = [
        *compare(old, new, fillable=fillable, exact=exact, facts=order.facts),
        *missing_fills(old, new, relinks=relinks),
    ]
    lost, wrong = lost_and_wrong(found, dialect=dialect)
    return Written(
        flavor=output.flavor,
        replaced=tuple(replaced),
        differences=tuple(wrong[:_MOST_SHOWN]),
        findings=(*lost, *_lint(content, flavor=output.flavor, writing=writing)),
    )


def _lint(content: bytes, *, flavor: str, writing: Writing) -> Iterator[Finding]:
    """What the NLE may stumble over in our own file, one finding for each rule; the cut is the editor's as it is."""
    from pickup.timelines.lint import FLAVORS, LintFinding, lint_content  # noqa: PLC0415

    if flavor not in FLAVORS:
        return
    starts = {url: facts.start for url, facts in writing.facts.items()}
    by_code: dict[str, list[LintFinding]] = {}
    for each in lint_content(content, flavor=flavor, name=writing.name, probe_start=starts.get):
        if each.severity is not Severity.INFO:
            by_code.setdefault(each.code, []).append(each)
    for code, found in by_code.items():
        count = len(found) + found[-1].more
        yield warning(code, f"{flavor} ({counted(count, 'place')}): {found[0].message}", where=found[0].where)


def _refusal(output: Output, error: TimelineError, *, old: Cut) -> Finding:
    return warning("UNSUPPORTED", f"{output.flavor} is not written: {error.message}", where=old.name)


def _writing(output: Output, timeline: otio.schema.Timeline, *, old: Cut, looker: MediaLooker, order: Order) -> Writing:
    from pickup.timelines.references import find_style, media_references, url_of  # noqa: PLC0415

    urls = {url_of(reference) for reference in media_references(timeline.tracks)}
    known = {url: order.facts.get(looker.local(url) or "") for url in urls if url}
    return Writing(
        name=output.name,
        rate=old.rate,
        start_frame=old.start_frame,
        drop_frame=old.drop_frame,
        size=order.size,
        came_as=old.dialect,
        path_kind=find_style(timeline.tracks)[1],
        facts={url: facts for url, facts in known.items() if facts is not None},
    )
