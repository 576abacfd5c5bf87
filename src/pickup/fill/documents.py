"""The JSON that `holes`, `plan` and `fill` answer with; docs/cli.md names every field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pickup.errors import Finding
from pickup.fill.delivery import SIZE_UNKNOWN
from pickup.fill.prepared import Prepared
from pickup.holes import Hole, Passed
from pickup.library.versions import latest
from pickup.plan import Pickup
from pickup.timing import FrameRange

if TYPE_CHECKING:  # run imports this module
    from pickup.fill.run import Filled

Document = dict[str, object]


def head_document(prepared: Prepared, *, schema: str) -> Document:
    """What `Holes.1` and `Plan.1` begin with."""
    cut, delivery = prepared.survey.cut, prepared.delivery
    known = delivery.size_from != SIZE_UNKNOWN
    return {
        "schema": schema,
        "timeline": str(prepared.timeline.absolute()),
        "dialect": cut.dialect,
        "dialect_from": cut.dialect_from,
        "rate": str(cut.rate),
        "rate_from": cut.rate_from,
        "drop_frame": cut.drop_frame,
        "start_timecode": cut.timecode(0),
        "duration": cut.duration,
        "size": list(delivery.size) if known else None,
        "size_from": delivery.size_from if known else None,
    }


def holes_document(prepared: Prepared, *, explain: bool) -> Document:
    """`Holes.1`."""
    found = prepared.survey.found
    document = head_document(prepared, schema="Holes.1")
    document["holes"] = [_hole(hole, shot=prepared.code_of(hole)) for hole in found.holes]
    if explain:
        document["passed"] = [_passed(each) for each in found.passed]
    document["findings"] = findings_document(prepared.findings)
    return document


def plan_document(prepared: Prepared) -> Document:
    """`Plan.1`."""
    plan = prepared.plan
    document = head_document(prepared, schema="Plan.1")
    document["version"] = latest(prepared.library.cut_folder(prepared.cut_name))
    document["pickups"] = [_pickup(pickup) for pickup in plan.pickups]
    document["held"] = [{"shot": held.spec.code, "why": held.why} for held in plan.held]
    document["total"] = f"{plan.total:.2f}"
    document["at_most"] = f"{plan.at_most:.2f}"
    document["budget"] = None if plan.budget is None else f"{plan.budget:.2f}"
    document["bytes"] = plan.bytes_expected
    document["findings"] = findings_document(prepared.findings)
    return document


def fill_document(filled: Filled) -> Document:
    """`Fill.1`."""
    return {
        "schema": "Fill.1",
        "timeline": str(filled.timeline),
        "library": str(filled.library),
        "version": filled.version,
        "changed": filled.changed,
        "filled": list(filled.filled),
        "held": [{"shot": shot, "why": why} for shot, why in filled.held],
        "failed": [{"shot": shot, "why": why} for shot, why in filled.failed],
        "doubt": [{"shot": shot, "job": job} for shot, job in filled.doubt],
        "spent": f"{filled.spent:.2f}",
        "spent_total": f"{filled.spent_total:.2f}",
        "outputs": {flavor: str(path) for flavor, path in filled.outputs.items()},
        "bundles": {flavor: str(path) for flavor, path in filled.bundles.items()},
        "changes": None if filled.changes is None else str(filled.changes),
        "findings": findings_document(filled.findings),
    }


def findings_document(findings: Iterable[Finding]) -> list[Document]:
    """Findings as every command shows them."""
    return [
        {"severity": each.severity.value, "code": each.code, "message": each.message, "where": each.where}
        for each in findings
    ]


def _range(record: FrameRange) -> Document:
    return {"start": record.start, "end": record.end}


def _hole(hole: Hole, *, shot: str) -> Document:
    return {
        "id": hole.id,
        "shot": shot,
        "kind": hole.kind.value,
        "track": hole.track,
        "track_index": hole.track_index,
        "record": _range(hole.record),
        "covers": _range(hole.covers),
        "timecode": hole.timecode,
        "brief": hole.brief.text or None if hole.brief else None,
        "brief_from": hole.brief.source.value if hole.brief else None,
        "briefs": [{"text": brief.text, "from": brief.source.value} for brief in hole.spoken],
        "before": hole.before.name if hole.before else None,
        "after": hole.after.name if hole.after else None,
        "why": hole.why,
        "held": hole.held or None,
    }


def _passed(passed: Passed) -> Document:
    return {"name": passed.name, "track": passed.track, "record": _range(passed.record), "why": passed.why}


def _pickup(pickup: Pickup) -> Document:
    spec, quote = pickup.spec, pickup.quote
    used = [(spec.before, quote.uses_before), (spec.after, quote.uses_after)]
    return {
        "shot": spec.code,
        "hole": spec.holes[0].id,
        "record": _range(spec.record),
        "prompt": spec.prompt,
        "negative": spec.negative,
        "seed": spec.seed,
        "provider": pickup.offer.provider,
        "model": pickup.offer.model,
        "look": quote.look,
        "seconds": float(pickup.seconds),
        "frames": quote.frames,
        "handles": {"head": quote.head, "tail": quote.tail, "wanted": spec.handles},
        "takes": len(pickup.takes),
        "price": f"{pickup.price:.2f}",
        "bytes": pickup.bytes_expected,
        "references": [
            *(neighbour.name for neighbour, is_used in used if is_used and neighbour is not None),
            *(f"{picture.file} of {each.name}" for each, picture in pickup.references),
        ],
        "lint": [{"code": note.code, "message": note.message} for note in pickup.lint],
        "note": quote.note,
        "stand_in": spec.stands_in,
        "clips": [
            {
                "seconds": float(clip.seconds),
                "frames": clip.frames,
                "mode": clip.mode.value,
                "price": f"{clip.price:.2f}",
            }
            for clip in quote.clips
        ],
        "size": list(quote.size or spec.delivery.size),
        "speed": None if quote.speed == 1 else str(quote.speed),
        "sends": {
            "to": pickup.offer.host or None,
            "frames_of": list(pickup.sends),
            "pictures": list(pickup.sends_pictures),
            "asks": pickup.asks,
        },
        "instead": [
            {
                "route": each.route,
                "price": None if each.price is None else f"{each.price:.2f}",
                "note": each.note,
                "fallback": each.is_fallback,
            }
            for each in pickup.instead
        ],
    }
