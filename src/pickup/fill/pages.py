"""The pages of a version: `changes.md` for the editor, `changes.json` and `done.json` for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pickup import _files
from pickup.errors import Finding, LibraryError, Severity
from pickup.fill.prepare import Prepared
from pickup.fill.shown import Shown
from pickup.holes import Hole
from pickup.library.layout import CutFolder
from pickup.timelines.changes import Change, changes_text
from pickup.timelines.deliver import Delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a version's pages say besides what was delivered.

    Attributes:
        digest: Of what the version shows.
        before: What `done.json` said of the same version, when a flavor is added to it; else empty.
    """

    number: int
    digest: str
    held: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]
    before: Mapping[str, object]


def write_pages(
    prepared: Prepared, shown: Shown, delivered: Delivered, *, folder: CutFolder, page: Page
) -> Mapping[str, Path]:
    """Writes the pages, `done.json` last.

    Returns:
        Every timeline of the version, by flavor.
    """
    done = _done(prepared, shown, delivered, folder=folder, page=page)
    findings = findings_in(done)
    changes = list(_changes(prepared, shown, delivered))
    text = changes_text(
        changes,
        title=f"{folder.name}_v{page.number:03d}",
        source=prepared.timeline.name,
        made_absolute=delivered.made_absolute,
        held=[*page.held, *page.failed],
        unsupported=[f"{each.message} First: {each.where}" for each in findings],
    )
    _files.write_text(folder.changes_text, text)
    document = {
        "schema": "Changes.1",
        "version": page.number,
        "digest": page.digest,
        "timeline": prepared.timeline.name,
        "source_sha256": prepared.survey.sha256,
        "changes": [_change_document(change) for change in changes],
        "made_absolute": [{"was": was, "now": now} for was, now in delivered.made_absolute],
        "held": [{"shot": shot, "why": why} for shot, why in page.held],
    }
    _files.write_text(folder.changes, as_json(document))
    _files.write_text(folder.done, as_json(done))
    outputs = done["outputs"]
    return (
        {flavor: (folder.folder / name).absolute() for flavor, name in outputs.items()}
        if isinstance(outputs, dict)
        else {}
    )


def _done(
    prepared: Prepared, shown: Shown, delivered: Delivered, *, folder: CutFolder, page: Page
) -> dict[str, object]:
    library = prepared.library
    files = {flavor: folder.timeline(page.number, flavor=flavor) for flavor in delivered.flavors}
    return {
        "schema": "Done.1",
        "timeline": prepared.timeline.name,
        "version": page.number,
        "digest": page.digest,
        "outputs": _added(page, "outputs", {flavor: path.name for flavor, path in files.items()}),
        "sha256": _added(page, "sha256", {flavor: _files.sha256_of(path) for flavor, path in files.items()}),
        "refused": _added(page, "refused", {each.flavor: each.refused for each in delivered.written if each.refused}),
        "media": sorted({library.layout.relative(Path(each.shown.path)) for each in shown.relinks}),
        "filled": list(shown.shots),
        "held": [shot for shot, _ in page.held],
        "failed": [shot for shot, _ in page.failed],
        "findings": [*_listed(page.before.get("findings")), *map(_finding_document, delivered.findings)],
    }


def _added(page: Page, key: str, new: Mapping[str, str]) -> dict[str, str]:
    """What is new together with what the version had before."""
    before = page.before.get(key)
    kept = {str(name): str(value) for name, value in before.items()} if isinstance(before, dict) else {}
    return {**kept, **new}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _finding_document(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "message": finding.message,
        "where": finding.where,
    }


def findings_in(done: Mapping[str, object]) -> tuple[Finding, ...]:
    """What `done.json` says that the flavors of its version cannot carry."""
    return tuple(
        Finding(
            severity=Severity(each.get("severity", "info")),
            code=str(each.get("code", "")),
            message=str(each.get("message", "")),
            where=str(each.get("where", "")),
        )
        for each in _listed(done.get("findings"))
        if isinstance(each, dict)
    )


def _changes(prepared: Prepared, shown: Shown, delivered: Delivered) -> Iterator[Change]:
    stood = {each.hole: each for each in delivered.replaced}
    holes: dict[str, Hole] = {hole.id: hole for shot in prepared.shots for hole in shot.spec.holes}
    cut = prepared.survey.cut
    for relink in shown.relinks:
        hole = holes.get(relink.hole)
        yield Change(
            shot=relink.shot,
            take=relink.circled,
            kind=relink.kind,
            track=relink.track,
            timecode=cut.timecode(relink.record.start),
            last=cut.timecode(relink.record.end - 1),
            start=relink.record.start,
            end=relink.record.end,
            placed=relink.placement.kind.value,
            media=Path(relink.shown.path).name,
            brief=hole.brief.text if hole is not None and hole.brief is not None else "",
            replaced=stood.get(relink.hole),
        )


def _change_document(change: Change) -> dict[str, object]:
    replaced = change.replaced
    return {
        "shot": change.shot,
        "take": change.take,
        "kind": change.kind,
        "track": change.track,
        "record": {"start": change.start, "end": change.end},
        "timecode": change.timecode,
        "placed": change.placed,
        "media": change.media,
        "brief": change.brief or None,
        "was": (replaced.name if replaced else "") or None,
        "effects_taken_off": list(replaced.effects) if replaced else [],
        "parameters_taken_off": list(replaced.settings) if replaced else [],
    }


def read_page(path: Path) -> dict[str, object]:
    """A page of an earlier run; empty where there is none.

    Raises:
        LibraryError: It was cut off or is damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"{path.name} is damaged", where=str(path), next_step="remove this one file; the next run writes it again"
        ) from error
    return content if isinstance(content, dict) else {}


def as_json(document: Mapping[str, object]) -> str:
    """A page's text."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
