"""Handing back: which takes are shown, the new version of the timeline, and the pages that tell about it.

Order on the disk: media first (they are there), then the intent, the timeline, the pages, and `done.json` last. A run
that was cut off in between is continued under the same version number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pickup import _files
from pickup.config import Config
from pickup.errors import LibraryError
from pickup.fill.prepare import Prepared, Shot, misfit, read_settings
from pickup.holes import Hole, Placement, PlacementKind
from pickup.library import Library
from pickup.library.layout import CutFolder
from pickup.library.versions import next_version
from pickup.takes import LinkedTake, Relink, Take
from pickup.timelines.changes import Change, changes_text
from pickup.timelines.deliver import Delivered, deliver_timeline

FLAVOR = "otio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a version shows, and what it cannot show.

    Attributes:
        held: Pairs of shot code and reason: shots with a take that does not fit.
        kept: Shots whose takes the editor's cut shows by itself.
    """

    relinks: tuple[Relink, ...]
    held: tuple[tuple[str, str], ...]
    kept: tuple[str, ...] = ()

    @property
    def shots(self) -> tuple[str, ...]:
        """Codes of the shots that are shown, each once: those of the cut itself, then the new ones in record order."""
        return tuple(dict.fromkeys((*self.kept, *(relink.shot for relink in self.relinks))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A delivered version; `number` is None where nothing was ever shown."""

    number: int | None
    changed: bool
    outputs: Mapping[str, Path]
    changes: Path | None


NOTHING = Version(number=None, changed=False, outputs={}, changes=None)
"""No version: there is nothing to show that the editor's own file does not show."""


def choose_takes(prepared: Prepared) -> Shown:
    """The circled take of every shot, as far as it covers its holes."""
    relinks: list[Relink] = []
    held: list[tuple[str, str]] = []
    shown = prepared.library.circled_of(shot.spec.code for shot in prepared.shots)
    for shot in prepared.shots:
        circled = shown[shot.spec.code]
        if circled is None:
            continue
        why = misfit(circled, shot.spec)
        if why:
            held.append((shot.spec.code, why))
        else:
            relinks += _relinks(shot, circled, library=prepared.library)
    relinks += _switched(prepared)
    return Shown(
        relinks=tuple(sorted(relinks, key=lambda each: each.record.start)),
        held=tuple(held),
        kept=tuple(fill.shot for fill in prepared.survey.fills),
    )


def _switched(prepared: Prepared) -> Iterator[Relink]:
    """Takes that the cut shows already, where another one is circled now."""
    library = prepared.library
    shown = library.circled_of(fill.shot for fill in prepared.survey.fills)
    to_be_made = {hole.record for shot in prepared.shots for hole in shot.spec.holes}
    for fill in prepared.survey.fills:
        circled = shown[fill.shot]
        if circled is None or circled.number == fill.take or fill.record in to_be_made:
            continue
        if circled.rate != prepared.delivery.rate or circled.frames < fill.offset + fill.record.length:
            continue
        yield Relink(
            shot=fill.shot,
            hole=fill.hole or f"{fill.shot} at {fill.record.start}",
            kind=f"take {fill.take}",
            track=fill.track,
            placement=Placement(kind=PlacementKind.IN_PLACE, address=fill.address),
            record=fill.record,
            offset=fill.offset,
            circled=circled.number,
            takes=_linked(library.takes(fill.shot), circled, library=library),
        )


def _relinks(shot: Shot, circled: Take, *, library: Library) -> Iterator[Relink]:
    linked = _linked(shot.takes, circled, library=library)
    for hole in shot.spec.holes:
        yield Relink(
            shot=shot.spec.code,
            hole=hole.id,
            kind=hole.kind.value,
            track=hole.track,
            placement=hole.placement,
            record=hole.record,
            offset=circled.head + hole.record.start - hole.covers.start,
            circled=circled.number,
            takes=linked,
        )


def _linked(takes: Sequence[Take], circled: Take, *, library: Library) -> tuple[LinkedTake, ...]:
    """The circled take and those that one source range serves as well."""
    alike = [take for take in takes if _shape(take) == _shape(circled)]
    return tuple(
        LinkedTake(
            number=take.number,
            path=str(library.media_of(take)),
            frames=take.frames,
            start=take.start,
            previs=take.previs,
        )
        for take in sorted({each.number: each for each in (*alike, circled)}.values(), key=lambda each: each.number)
    )


def _shape(take: Take) -> tuple[object, ...]:
    return take.head, take.frames, take.rate, take.start


def hand_back(
    prepared: Prepared,
    shown: Shown,
    *,
    held: Sequence[tuple[str, str]],
    failed: Sequence[tuple[str, str]],
    config: Config,
) -> Version:
    """Writes the version that shows these takes, unless the last one does already.

    Raises:
        TimelineError: What was written is not what was read plus the takes; nothing is delivered.
        LibraryError: The library cannot be written.
    """
    folder = prepared.library.cut_folder(prepared.cut_name)
    wanted = _digest(prepared, shown)
    done = _read(folder.done)
    last = _version_of(folder, done)
    if not shown.relinks:
        return last if last is not None and shown.kept else NOTHING
    if last is not None and done.get("digest") == wanted and _are_whole(last.outputs, done=done):
        return last
    intent = _read(folder.changes)
    begun = intent.get("version") if intent.get("digest") == wanted else None
    unfinished = isinstance(begun, int) and begun != done.get("version")
    number = begun if isinstance(begun, int) and unfinished else next_version(folder)
    _files.write_text(folder.changes, _as_json({"schema": "Changes.1", "version": number, "digest": wanted}))
    output = folder.timeline(number, flavor=FLAVOR)
    delivered = deliver_timeline(
        folder.source(prepared.timeline),
        output,
        folder=prepared.timeline.absolute().parent,
        sha256=prepared.survey.sha256,
        settings=read_settings(config, library=prepared.library),
        relinks=shown.relinks,
    )
    _write_pages(prepared, shown, delivered, folder=folder, number=number, digest=wanted, held=held, failed=failed)
    return Version(number=number, changed=True, outputs={FLAVOR: output.absolute()}, changes=folder.changes.absolute())


def _digest(prepared: Prepared, shown: Shown) -> str:
    """Hash of what a version shows: the editor's bytes and every take in its place."""
    placed = [
        [each.shot, each.hole, each.record.start, each.record.end, each.offset, each.circled,
         [[take.number, take.path, take.frames] for take in each.takes]]
        for each in shown.relinks
    ]  # fmt: skip
    return hashlib.sha256(json.dumps([prepared.survey.sha256, placed]).encode()).hexdigest()


def _are_whole(outputs: Mapping[str, Path], *, done: Mapping[str, object]) -> bool:
    """Whether every delivered file still has the bytes that were verified."""
    written = done.get("sha256")
    hashes = written if isinstance(written, dict) else {}
    return all(path.is_file() and _files.sha256_of(path) == hashes.get(flavor) for flavor, path in outputs.items())


def _version_of(folder: CutFolder, done: Mapping[str, object]) -> Version | None:
    number, outputs = done.get("version"), done.get("outputs")
    if not isinstance(number, int) or not isinstance(outputs, dict):
        return None
    paths = {str(flavor): (folder.folder / str(name)).absolute() for flavor, name in outputs.items()}
    return Version(number=number, changed=False, outputs=paths, changes=folder.changes.absolute())


def _write_pages(
    prepared: Prepared,
    shown: Shown,
    delivered: Delivered,
    *,
    folder: CutFolder,
    number: int,
    digest: str,
    held: Sequence[tuple[str, str]],
    failed: Sequence[tuple[str, str]],
) -> None:
    changes = list(_changes(prepared, shown, delivered))
    output = folder.timeline(number, flavor=FLAVOR)
    text = changes_text(
        changes,
        title=output.stem,
        source=prepared.timeline.name,
        made_absolute=delivered.made_absolute,
        held=[*held, *failed],
    )
    _files.write_text(folder.changes_text, text)
    document = {
        "schema": "Changes.1",
        "version": number,
        "digest": digest,
        "timeline": prepared.timeline.name,
        "source_sha256": prepared.survey.sha256,
        "changes": [_change_document(change) for change in changes],
        "made_absolute": [{"was": was, "now": now} for was, now in delivered.made_absolute],
        "held": [{"shot": shot, "why": why} for shot, why in held],
    }
    _files.write_text(folder.changes, _as_json(document))
    library = prepared.library
    done = {
        "schema": "Done.1",
        "timeline": prepared.timeline.name,
        "version": number,
        "digest": digest,
        "outputs": {FLAVOR: output.name},
        "sha256": {FLAVOR: _files.sha256_of(output)},
        "media": sorted({library.layout.relative(Path(each.shown.path)) for each in shown.relinks}),
        "filled": list(shown.shots),
        "held": [shot for shot, _ in held],
        "failed": [shot for shot, _ in failed],
    }
    _files.write_text(folder.done, _as_json(done))


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


def _read(path: Path) -> dict[str, object]:
    """A page of an earlier run; empty where there is none or it was cut off."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"{path.name} is damaged", where=str(path), next_step="remove this one file; the next run writes it again"
        ) from error
    return content if isinstance(content, dict) else {}


def _as_json(document: Mapping[str, object]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
