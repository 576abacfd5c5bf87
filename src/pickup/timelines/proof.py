"""`pickup verify`: two timeline files read in one child and compared; see `verify` for what is compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pickup._child import Report
from pickup.cut import Cut
from pickup.errors import Finding, TimelineError
from pickup.holes import Hole, Rules, find_holes
from pickup.timelines.fills import Fill, fills_of
from pickup.timelines.survey import ReadSettings, in_child, without_collector
from pickup.timelines.verify import Difference, differences


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRequest:
    """What the child is asked to compare."""

    new: str
    old: str
    settings: ReadSettings
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found: differences outside the fills, the fills, and holes that are left."""

    differences: tuple[Difference, ...]
    fills: tuple[Fill, ...]
    holes_left: tuple[Hole, ...]
    findings: tuple[Finding, ...]


def prove_unchanged(new: Path, *, against: Path, settings: ReadSettings, rules: Rules) -> Proof:
    """Compares a written timeline with the one it was made from.

    Raises:
        TimelineError: One of them cannot be read.
    """
    request = ProofRequest(new=str(new), old=str(against), settings=settings, rules=rules)
    answer = in_child("pickup.timelines.proof:run_proof", request, timeline=new, settings=settings)
    if not isinstance(answer, Proof):
        raise TimelineError(f"{new.name} gave no answer", where=str(new))
    return answer


@without_collector()
def run_proof(request: ProofRequest, report: Report) -> Proof:
    """The child's side of `prove_unchanged`."""
    from pickup.timelines.classify import MediaLooker  # noqa: PLC0415 - OTIO is loaded in the child alone
    from pickup.timelines.read import ReadLimits, read_timeline  # noqa: PLC0415
    from pickup.timelines.references import make_absolute  # noqa: PLC0415
    from pickup.timelines.snapshot import take_snapshot  # noqa: PLC0415

    settings = request.settings
    limits = ReadLimits(file_mb=settings.file_mb, nesting=settings.nesting)
    cuts = []
    for path in (Path(request.old), Path(request.new)):
        file = read_timeline(path, limits=limits)
        make_absolute(file.timeline.tracks, folder=path.parent)
        looker = MediaLooker(path.parent, prefixes=dict(settings.prefixes))
        cuts.append(
            take_snapshot(
                file.timeline,
                name=path.name,
                looker=looker,
                drop_frame=settings.drop_frame,
                digests=True,
                tag=settings.tag,
            )
        )
        report(len(cuts) / 2)
    old, new = cuts
    found = find_holes(new, rules=request.rules)
    fillable = _fillable(old, rules=request.rules)
    return Proof(
        differences=tuple(differences(old, new, fillable=fillable)),
        fills=fills_of(new),
        holes_left=found.holes,
        findings=(*new.findings, *found.findings),
    )


def _fillable(old: Cut, *, rules: Rules) -> set[tuple[int, int]]:
    """Record ranges of the old cut that a take may stand in: every hole there could be, and takes shown already."""
    asked = replace(rules, gaps=True, slugs=True, placeholders=True, offline=True, short=True)
    holes = [hole for on_top in (False, True) for hole in find_holes(old, rules=replace(asked, on_top=on_top)).holes]
    records = [*(hole.record for hole in holes), *(fill.record for fill in fills_of(old))]
    return {(record.start, record.end) for record in records}
