"""Handing back: the new version of the timeline in every flavor that was asked for, and the pages that tell about it.

Order on the disk: media first (they are there), then the intent, the timelines, the pages, and `done.json` last. A run
that was cut off in between is continued under the same version number. A flavor that a version lacks is added to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pickup import _files
from pickup.config import Config
from pickup.errors import Finding
from pickup.fill.facts import facts_of_takes, media_facts
from pickup.fill.pages import Page, as_json, findings_in, read_page, write_pages
from pickup.fill.places import changes_since, stale_shots, tell_changes
from pickup.fill.prepared import Prepared
from pickup.fill.reading import read_settings
from pickup.fill.shown import Shown
from pickup.library.layout import CutFolder
from pickup.library.versions import next_version
from pickup.match import ChangeKind
from pickup.timelines.deliver import Order, deliver_timeline
from pickup.timelines.limits import is_bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A delivered version; `number` is None where nothing was ever shown.

    Attributes:
        outputs: Timelines by flavor.
        findings: What its flavors cannot carry.
    """

    number: int | None
    changed: bool
    outputs: Mapping[str, Path]
    changes: Path | None
    findings: tuple[Finding, ...] = ()


NOTHING = Version(number=None, changed=False, outputs={}, changes=None)
"""No version: there is nothing to show that the editor's own file does not show."""


def hand_back(
    prepared: Prepared,
    shown: Shown,
    *,
    held: Sequence[tuple[str, str]],
    failed: Sequence[tuple[str, str]],
    config: Config,
) -> Version:
    """Writes the version that shows these takes in the flavors that are set, unless the last one does already.

    Raises:
        TimelineError: What was written is not what was read plus the takes; nothing is delivered.
        LibraryError: The library cannot be written.
    """
    folder = prepared.library.cut_folder(prepared.cut_name)
    done = read_page(folder.done)
    last = _version_of(folder, done)
    if not shown.relinks and (last is None or not prepared.survey.fills):
        return NOTHING
    there = _there(done)
    wanted = {each: _digest(prepared, shown, flavor=each, config=config) for each in ("", *config.flavors, *there)}
    whole = last is not None and _are_whole(last.outputs, done=done)
    same = whole and _is_same(done, wanted=wanted)
    if last is not None and (same or (whole and not shown.relinks)) and set(config.flavors) <= set(there):
        return last  # it shows the same, or the cut shows by itself what it showed
    lacking = [flavor for flavor in config.flavors if not (same and flavor in there)]
    number = last.number if same and last is not None else None
    if number is None:
        number = _begin(folder, done=done, digest=wanted[""])
    destinations: dict[str, Path] = {flavor: folder.timeline(number, flavor=flavor) for flavor in lacking}
    order = _order(prepared, shown, folder=folder, config=config)
    delivered = deliver_timeline(order, destinations=destinations, added=same)
    page = Page(
        number=number,
        digests=wanted,
        held=tuple(held),
        failed=tuple(failed),
        before=done if same else {},
        since=() if same else _told_since(done, prepared=prepared),
    )
    outputs = write_pages(prepared, shown, delivered, folder=folder, page=page)
    return Version(
        number=number,
        changed=bool(delivered.flavors),
        outputs=outputs,
        changes=folder.changes.absolute(),
        findings=findings_in(read_page(folder.done)),
    )


def _told_since(done: Mapping[str, object], *, prepared: Prepared) -> tuple[str, ...]:
    """What became of the pickups since the last version; those that are as they were are not told of."""
    stale = stale_shots(prepared)
    changes = [
        each
        for each in changes_since(done, prepared=prepared)
        if each.kind is not ChangeKind.KEPT or each.shot in stale
    ]
    return tell_changes(changes, prepared=prepared)


def _begin(folder: CutFolder, *, done: Mapping[str, object], digest: str) -> int:
    """The number of the version to write, which is noted down before it is written."""
    intent = read_page(folder.changes)
    begun = intent.get("version") if intent.get("digest") == digest else None
    unfinished = isinstance(begun, int) and begun != done.get("version")
    number = begun if isinstance(begun, int) and unfinished else next_version(folder)
    _files.write_text(folder.changes, as_json({"schema": "Changes.1", "version": number, "digest": digest}))
    return number


def _order(prepared: Prepared, shown: Shown, *, folder: CutFolder, config: Config) -> Order:
    size, drops = prepared.delivery.size, prepared.survey.cut.drop_frame
    return Order(
        timeline=folder.source(prepared.timeline),
        folder=prepared.folder,
        sha256=prepared.survey.sha256,
        settings=read_settings(config, library=prepared.library, sent=prepared.reading.sent),
        relinks=shown.relinks,
        size=prepared.survey.cut.size or size,
        facts={**media_facts(prepared.survey.media), **facts_of_takes(shown.relinks, size=size, drop_frame=drops)},
        takes_on_tracks=config.takes_as == "tracks",
    )


def _digest(prepared: Prepared, shown: Shown, *, flavor: str, config: Config) -> str:
    """Hash of what one flavor of a version shows: the editor's bytes, every take in its place, and how takes are shown.

    Without a flavor, of what all of them show.
    """
    placed = [
        [each.shot, each.hole, each.record.start, each.record.end, each.offset, each.circled,
         [[take.number, take.path, take.frames] for take in each.takes]]
        for each in shown.relinks
        if not each.only_in or flavor in each.only_in
    ]  # fmt: skip
    media = [prepared.folder.name] if is_bundle(prepared.timeline) else []
    content = [prepared.survey.sha256, placed, config.takes_as, sorted(config.path_map.items()), *media]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _is_same(done: Mapping[str, object], *, wanted: Mapping[str, str]) -> bool:
    """Whether every flavor of the last version shows what it would show now."""
    digests = _mapping(done.get("digests"))
    return done.get("digest") == wanted[""] and all(digests.get(each) == wanted[each] for each in _there(done))


def _are_whole(outputs: Mapping[str, Path], *, done: Mapping[str, object]) -> bool:
    """Whether every delivered file still has the bytes that were verified."""
    written = done.get("sha256")
    hashes = written if isinstance(written, dict) else {}
    return all(path.is_file() and _files.sha256_of(path) == hashes.get(flavor) for flavor, path in outputs.items())


def _there(done: Mapping[str, object]) -> tuple[str, ...]:
    """Flavors that the last version has: as a file, or as one that cannot carry the cut."""
    return tuple(str(flavor) for key in ("outputs", "refused") for flavor in _mapping(done.get(key)))


def _version_of(folder: CutFolder, done: Mapping[str, object]) -> Version | None:
    number, outputs = done.get("version"), done.get("outputs")
    if not isinstance(number, int) or not isinstance(outputs, dict):
        return None
    paths = {str(flavor): (folder.folder / str(name)).absolute() for flavor, name in outputs.items()}
    return Version(
        number=number,
        changed=False,
        outputs=paths,
        changes=folder.changes.absolute(),
        findings=findings_in(done),
    )


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}
