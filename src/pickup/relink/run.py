"""Reading the new cut, recognizing its shots and writing the version that shows their takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pickup.config import Config
from pickup.errors import Finding, LibraryError, counted, info, warning
from pickup.fill.drafts import conform_drafts
from pickup.fill.hand_back import NOTHING, Version, hand_back
from pickup.fill.keeping import keep_source, log_event
from pickup.fill.pages import read_page
from pickup.fill.places import changes_since, tell_changes
from pickup.fill.prepare import plan_again, prepare
from pickup.fill.prepared import FillOptions, Prepared
from pickup.fill.reading import read_settings
from pickup.fill.run import Hearing
from pickup.fill.shown import Shown, choose_takes
from pickup.library import Library
from pickup.library.search import find_takes
from pickup.match import Change
from pickup.media.provenance import find_signer
from pickup.relink.standing import Orphan, Standing, State, find_orphans, standings

_SAID_OTHERWISE = frozenset({"STALE", "UNBRIEFED"})
"""Findings of a plan that speak of takes to be made; how a shot stands is told by its standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelinkOptions:
    """What one run was asked for beside its settings.

    Attributes:
        partial: A take that is too short for its hole is shown as far as it reaches.
        search: A folder to look in for takes that the library has not; they are linked where they lie.
    """

    partial: bool = False
    search: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relinked:
    """What a run found and wrote.

    Attributes:
        version: Number of the version that shows the takes; None where nothing is shown.
        changes: What became of each pickup since the version before, and `told` the same in words.
        page: `changes.md` of the version.
    """

    timeline: Path
    library: Path
    version: int | None
    changed: bool
    standings: tuple[Standing, ...]
    orphans: tuple[Orphan, ...]
    changes: tuple[Change, ...]
    told: tuple[str, ...]
    outputs: Mapping[str, Path]
    page: Path | None
    findings: tuple[Finding, ...]

    def of(self, *states: State) -> tuple[Standing, ...]:
        """Places that stand so."""
        return tuple(each for each in self.standings if each.state in states)


def relink(timeline: Path, *, config: Config, state_folder: Path, options: RelinkOptions, hearing: Hearing) -> Relinked:
    """Points a timeline at the takes that exist; running it again does nothing that is done.

    Nothing is generated and no shot code is given; a draft that is to be shown is conformed. What the shots look like
    now is remembered, so that the next trim is counted from here.

    Raises:
        TimelineError: The timeline cannot be read, or the new one could not be verified.
        ConfigError: A setting is wrong.
        LibraryError: The library cannot be written, or is damaged.
        Stopped: `hearing.stop` said so while drafts were conformed.
    """
    hearing.stage("reading the timeline")
    wanted = FillOptions(partial=options.partial)
    prepared = prepare(timeline, config=config, options=wanted, unpacked=hearing.portion)
    library = prepared.library
    if options.search is not None and not library.exists:
        raise LibraryError(
            "there is no library here that could know its takes again",
            where=str(library.folder),
            next_step=f"if {options.search} is the library itself, name it with --library",
        )
    if not library.exists or not (prepared.shots or prepared.survey.fills):
        return _answer(prepared, choose_takes(prepared), NOTHING, changes=())
    cut = library.claim_cut(timeline)
    with library.hold_cut(cut, on_wait=hearing.waits):
        reading = prepared.reading
        if options.search is not None:
            hearing.stage("looking for takes")
            library, found = _find_elsewhere(library, options.search)
            reading = replace(reading, said=(*reading.said, *found))
        prepared = plan_again(reading, library=library, config=config, options=wanted)
        keep_source(prepared, limits=read_settings(config, library=library).limits)
        drafts = conform_drafts(
            prepared,
            everything=not prepared.delivery.drafts,
            signer=lambda: find_signer(config.provenance, state_folder=state_folder, environment=os.environ),
            report=hearing.report,
            waits=hearing.waits,
            stop=hearing.stop,
        )
        if drafts.conformed:
            prepared = plan_again(reading, library=library, config=config, options=wanted)
        prepared = replace(prepared, findings=(*prepared.findings, *drafts.findings))
        shown = choose_takes(prepared, unready=drafts.unready)
        changes = changes_since(read_page(library.cut_folder(cut).done), prepared=prepared)
        hearing.stage("writing and verifying the timeline")
        held = [(each.shot, each.why) for each in standings(prepared, shown=shown) if each.why]
        version = hand_back(prepared, shown, held=held, failed=(), config=config)
        known = [each for each in prepared.sightings if each.shot not in prepared.new_codes]
        library.commit(cut, sightings=known, new_codes=())
        if version.changed:
            log_event(prepared, "relinked", version=version.number)
        return _answer(prepared, shown, version, changes=changes)


def _find_elsewhere(library: Library, folder: Path) -> tuple[Library, tuple[Finding, ...]]:
    """The library with the takes that it lacks and that lie below a folder; they are remembered."""
    shots = library.all_shots()
    files = [file for shot in shots for file in library.take_files(shot)]
    known = {PurePosixPath(file.path).name: file.sha256.conformed for file in files}
    whole = {(file.shot, file.take) for file in files if library.check_take(file.shot, take=file.take) is None}
    found = find_takes(folder, tag=library.tag, known=known)
    places = {(each.file.shot, each.file.take): each.path for each in found.takes}
    lacking = {key: path for key, path in places.items() if key not in whole}
    said = [*found.findings]
    if lacking:
        message = f"{counted(len(lacking), 'take')} found there, each with the bytes that were written"
        said.append(info("TAKES_FOUND", message, where=str(folder)))
    elif not found.takes:
        said.append(
            warning("NO_TAKES_FOUND", f"no takes of this library ({library.tag}_…) lie there", where=str(folder))
        )
    return (library.remember_places(lacking) if lacking else library), tuple(said)


def _answer(prepared: Prepared, shown: Shown, version: Version, *, changes: tuple[Change, ...]) -> Relinked:
    library = prepared.library
    places = tuple(standings(prepared, shown=shown))
    stands = [each.shot for each in places]
    orphans = find_orphans(library, cut=prepared.cut_name, shown=stands) if library.exists else ()
    return Relinked(
        timeline=prepared.timeline.absolute(),
        library=library.folder.absolute(),
        version=version.number,
        changed=version.changed,
        standings=places,
        orphans=tuple(orphans),
        changes=changes,
        told=tell_changes(changes, prepared=prepared),
        outputs=version.outputs,
        page=version.changes,
        findings=(
            *(each for each in prepared.findings if each.code not in _SAID_OTHERWISE),
            *shown.findings,
            *version.findings,
        ),
    )
