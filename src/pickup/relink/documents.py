"""The JSON that `relink` answers with; docs/cli.md names every field."""

from __future__ import annotations

from pickup.fill.documents import Document, findings_document
from pickup.fill.places import change_document
from pickup.relink.run import Relinked
from pickup.relink.standing import Orphan, Standing, State


def relink_document(relinked: Relinked) -> Document:
    """`Relink.1`."""
    stale = {each.shot: each.stale for each in relinked.standings if each.stale}
    return {
        "schema": "Relink.1",
        "timeline": str(relinked.timeline),
        "library": str(relinked.library),
        "version": relinked.version,
        "changed": relinked.changed,
        "kept": [_standing(each) for each in relinked.of(State.KEPT)],
        "trimmed": [_standing(each) for each in relinked.of(State.TRIMMED)],
        "long": [_standing(each) for each in relinked.of(State.LONG)],
        "stale": [_standing(each) for each in relinked.standings if each.stale],
        "new": [_standing(each) for each in relinked.of(State.NEW)],
        "asked": [_standing(each) for each in relinked.of(State.ASKED)],
        "orphaned": [_orphan(each) for each in relinked.orphans],
        "since": [
            change_document(change, words=words, stale=stale.get(change.shot))
            for change, words in zip(relinked.changes, relinked.told, strict=True)
        ],
        "outputs": {flavor: str(path) for flavor, path in relinked.outputs.items()},
        "changes": None if relinked.page is None else str(relinked.page),
        "findings": findings_document(relinked.findings),
    }


def _standing(standing: Standing) -> Document:
    source = standing.source
    return {
        "shot": standing.shot,
        "track": standing.track,
        "timecode": standing.timecode,
        "record": {"start": standing.record.start, "end": standing.record.end},
        "take": standing.take,
        "source": None if source is None else {"start": source[0], "end": source[1]},
        "missing": standing.missing,
        "by": standing.by or None,
        "confidence": standing.confidence.value,
        "signs": list(standing.signs),
        "stale": standing.stale or None,
        "why": standing.why or None,
    }


def _orphan(orphan: Orphan) -> Document:
    return {
        "shot": orphan.shot,
        "takes": [{"take": take.number, "path": take.path, "cost": f"{take.cost:.2f}"} for take in orphan.takes],
        "cost": f"{orphan.price:.2f}",
    }
