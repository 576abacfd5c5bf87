"""`pickup verify`: two timeline files read in one child and compared; see `verify` for what is compared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from pickup._child import Report
from pickup.cut import Cut
from pickup.errors import Finding, TimelineError
from pickup.holes import Hole, Rules, find_holes
from pickup.timelines.dialect import MediaFacts
from pickup.timelines.difference import Difference, is_exact, lost_and_wrong
from pickup.timelines.fills import Fill, fills_of
from pickup.timelines.survey import ReadSettings, in_child, without_collector
from pickup.timelines.verify import Interval, compare

_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRequest:
    """What the child is asked to compare; see `prove_unchanged`."""

    new: Path
    old: Path
    settings: ReadSettings
    rules: Rules
    facts: Mapping[str, MediaFacts] = field(default_factory=dict)
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found: differences outside the fills, the fills, and holes that are left."""

    differences: tuple[Difference, ...]
    fills: tuple[Fill, ...]
    holes_left: tuple[Hole, ...]
    findings: tuple[Finding, ...]


def prove_unchanged(
    new: Path,
    *,
    against: Path,
    settings: ReadSettings,
    rules: Rules,
    facts: Mapping[str, MediaFacts] = MappingProxyType({}),
    folder: Path | None = None,
) -> Proof:
    """Compares a written timeline with the one it was made from, whatever the dialect of either.

    Args:
        new: The written timeline.
        against: The one it was made from.
        settings: How both are read.
        rules: What is a hole.
        facts: What is known of media, by local path: where media begin that a timeline says nothing about.
        folder: Where relative references of the old one start; None for beside it.

    Raises:
        TimelineError: One of them cannot be read.
    """
    request = ProofRequest(new=new, old=against, settings=settings, rules=rules, facts=dict(facts), folder=folder)
    answer = in_child("pickup.timelines.proof:run_proof", request, timeline=new, settings=settings, readings=2)
    if not isinstance(answer, Proof):
        raise TimelineError(f"{new.name} gave no answer", where=str(new))
    return answer


@without_collector()
def run_proof(request: ProofRequest, report: Report) -> Proof:
    """The child's side of `prove_unchanged`."""
    from pickup.timelines.classify import MediaLooker  # noqa: PLC0415 - OTIO is loaded in the child alone
    from pickup.timelines.read import read_timeline  # noqa: PLC0415
    from pickup.timelines.references import make_absolute  # noqa: PLC0415
    from pickup.timelines.snapshot import Prints, take_snapshot  # noqa: PLC0415
    from pickup.timelines.sniff import load_dialect  # noqa: PLC0415

    settings = request.settings
    cuts = []
    for path, folder in ((request.old, request.folder or request.old.parent), (request.new, request.new.parent)):
        file = read_timeline(path, limits=settings.limits)
        make_absolute(file.timeline.tracks, folder=folder, dialect=file.dialect)
        looker = MediaLooker(folder, prefixes=dict(settings.prefixes))
        cuts.append(
            take_snapshot(file, looker=looker, drop_frame=settings.drop_frame, prints=Prints.ALL, tag=settings.tag)
        )
        report(len(cuts) / 2)
    old, new = cuts
    found = find_holes(new, rules=request.rules)
    exact = is_exact(was=old.dialect, now=new.dialect)
    fillable = _fillable(old, rules=request.rules)
    fillable |= set(_in_part(fills_of(new), holes=fillable))
    seen = compare(old, new, fillable=fillable, exact=exact, facts=request.facts)
    lost, wrong = lost_and_wrong(seen, dialect=load_dialect(new.dialect))
    return Proof(
        differences=tuple(wrong[:_MOST_SHOWN]),
        fills=fills_of(new),
        holes_left=found.holes,
        findings=(*new.findings, *found.findings, *lost),
    )


def _fillable(old: Cut, *, rules: Rules) -> set[Interval]:
    """Record ranges of the old cut that a take may stand in: every hole there could be, and takes shown already."""
    asked = replace(rules, gaps=True, slugs=True, placeholders=True, offline=True, short=True, stand_ins="all")
    found = [find_holes(old, rules=replace(asked, on_top=on_top)) for on_top in (False, True)]
    holes = [hole for each in found for hole in (*each.holes, *each.stand_ins)]
    records = [*(hole.record for hole in holes), *(fill.record for fill in fills_of(old))]
    return {(record.start, record.end) for record in records}


def _in_part(fills: Sequence[Fill], *, holes: Collection[Interval]) -> Iterator[Interval]:
    """Takes that say that they are too short: each with its missing frames is one of the holes, from edge to edge."""
    for fill in fills:
        start, end = fill.record.start, fill.record.end
        whole = ((start, end + fill.lacks), (start - fill.lacks, end))
        if fill.lacks > 0 and any(each in holes for each in whole):
            yield start, end
