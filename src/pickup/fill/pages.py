"""The pages of a version: `changes.md` for the editor, `changes.json` and `done.json` for programs."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pickup import _files
from pickup.errors import Finding, LibraryError, Severity
from pickup.fill.places import places_document, places_now
from pickup.fill.prepared import Prepared
from pickup.fill.remarks import Remark, sort_remarks
from pickup.fill.shown import Shown
from pickup.holes import Hole
from pickup.library import Library
from pickup.library.layout import CutFolder
from pickup.timelines.changes import Change, Replaced, changes_text
from pickup.timelines.deliver import Delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a version's pages say besides what was delivered.

    Attributes:
        digests: Of what the version shows in each flavor; under "" of what all of them show.
        since: What became of each pickup since the version before, in words.
        before: What `done.json` said of the same version, when a flavor is added to it; else empty.
    """

    number: int
    digests: Mapping[str, str]
    held: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]
    before: Mapping[str, object]
    since: tuple[str, ...] = ()


def write_pages(
    prepared: Prepared, shown: Shown, delivered: Delivered, *, folder: CutFolder, page: Page
) -> Mapping[str, Path]:
    """Writes the pages, `done.json` last.

    Returns:
        Every timeline of the version, by flavor.
    """
    done = _done(prepared, shown, delivered, folder=folder, page=page)
    remarks = sort_remarks(findings_in(done))
    flavors = _mapping(done["outputs"])
    known = _replaced_before(folder) if page.before else {}
    changes = list(_changes(prepared, shown, delivered, known=known, flavors=flavors))
    text = changes_text(
        changes,
        title=f"{folder.name}_v{page.number:03d}",
        source=prepared.timeline.name,
        made_absolute=delivered.made_absolute,
        held=[*page.held, *page.failed],
        unsupported=[*map(_remark_line, remarks.lost), *(each.message for each in remarks.others)],
        doubted=list(map(_remark_line, remarks.doubted)),
        since=page.since,
    )
    _files.write_text(folder.changes_text, text)
    document = {
        "schema": "Changes.1",
        "version": page.number,
        "digest": page.digests[""],
        "timeline": prepared.timeline.name,
        "source_sha256": prepared.survey.sha256,
        "changes": [_change_document(change) for change in changes],
        "made_absolute": [{"was": was, "now": now} for was, now in delivered.made_absolute],
        "held": [{"shot": shot, "why": why} for shot, why in page.held],
    }
    _files.write_text(folder.changes, as_json(document))
    _files.write_text(folder.done, as_json(done))
    return {str(flavor): (folder.folder / str(name)).absolute() for flavor, name in flavors.items()}


def write_no_version(folder: CutFolder, *, timeline: Path) -> None:
    """`done.json` of a cut that has no holes, and of which no version was ever written.

    Raises:
        LibraryError: The library cannot be written.
    """
    if not folder.done.is_file():
        nothing: dict[str, object] = {"outputs": {}, "media": [], "filled": [], "held": [], "failed": []}
        document = {"schema": "Done.1", "timeline": timeline.name, "version": None, **nothing}
        _files.write_text(folder.done, as_json(document))


def _remark_line(remark: Remark) -> str:
    first = f", first at {remark.first}" if remark.first else ""
    return f"**{remark.flavor}**: {remark.what}{first}. {remark.why}"


def _done(
    prepared: Prepared, shown: Shown, delivered: Delivered, *, folder: CutFolder, page: Page
) -> dict[str, object]:
    library = prepared.library
    files = {flavor: folder.timeline(page.number, flavor=flavor) for flavor in delivered.flavors}
    return {
        "schema": "Done.1",
        "timeline": prepared.timeline.name,
        "version": page.number,
        "digest": page.digests[""],
        "digests": _added(page, "digests", {each.flavor: page.digests[each.flavor] for each in delivered.written}),
        "outputs": _added(page, "outputs", {flavor: path.name for flavor, path in files.items()}),
        "sha256": _added(page, "sha256", {flavor: _files.sha256_of(path) for flavor, path in files.items()}),
        "refused": _added(page, "refused", {each.flavor: each.refused for each in delivered.written if each.refused}),
        "media": sorted({_in_library(Path(each.shown.path), library=library) for each in shown.relinks}),
        "filled": list(shown.shots),
        "held": [shot for shot, _ in page.held],
        "failed": [shot for shot, _ in page.failed],
        "places": places_document(places_now(prepared)),
        "findings": [*_listed(page.before.get("findings")), *map(_finding_document, _found(prepared, delivered))],
    }


def _in_library(path: Path, *, library: Library) -> str:
    """A path as the library's files say it: relative to it, but for what lies elsewhere."""
    inside = path.is_relative_to(library.folder)
    return library.layout.relative(path) if inside else path.as_posix()


def _found(prepared: Prepared, delivered: Delivered) -> Iterator[Finding]:
    """What is said of the files; the copy of the editor's timeline is called as the editor calls it."""
    copied = prepared.library.cut_folder(prepared.cut_name).source(prepared.timeline).name
    for each in delivered.findings:
        yield replace(each, where=prepared.timeline.name) if each.where == copied else each


def _added(page: Page, key: str, new: Mapping[str, str]) -> dict[str, str]:
    """What is new together with what the version had before."""
    before = page.before.get(key)
    kept = {str(name): str(value) for name, value in before.items()} if isinstance(before, dict) else {}
    return {**kept, **new}


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}


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


_Place = tuple[str, int]
"""A shot and the record frame at which it begins."""


def _replaced_before(folder: CutFolder) -> dict[_Place, Replaced]:
    """What `changes.json` says that the takes of its version stand for."""
    found: dict[_Place, Replaced] = {}
    for each in _listed(read_page(folder.changes).get("changes")):
        if isinstance(each, dict):
            start = _mapping(each.get("record")).get("start")
            place = (str(each.get("shot")), start if isinstance(start, int) else -1)
            found[place] = Replaced(
                shot=place[0],
                hole="",
                name=str(each.get("was") or ""),
                effects=tuple(map(str, _listed(each.get("effects_taken_off")))),
                settings=tuple(map(str, _listed(each.get("parameters_taken_off")))),
            )
    return found


def _changes(
    prepared: Prepared,
    shown: Shown,
    delivered: Delivered,
    *,
    known: Mapping[_Place, Replaced],
    flavors: Container[object],
) -> Iterator[Change]:
    """One for each take that some flavor of the version shows."""
    stood = {each.hole: each for each in delivered.replaced}
    holes: dict[str, Hole] = {hole.id: hole for shot in prepared.shots for hole in shot.spec.holes}
    cut = prepared.survey.cut
    for relink in shown.relinks:
        if relink.only_in and not any(flavor in flavors for flavor in relink.only_in):
            continue
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
            replaced=stood.get(relink.hole) or known.get((relink.shot, relink.record.start)),
            only_in=relink.only_in,
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
        "only_in": list(change.only_in),
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
