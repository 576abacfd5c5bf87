"""Every generated shot that a cut shows, with what it was made from: for festivals, clients and marking duties.

What stands in the sheet comes from the takes' own sidecars, not from this run's settings. It proves nothing by itself
and is no legal advice.

    sheet = legal_sheet(Path("harbor_v3.otio"), config=config)
    [shot.take_file for shot in sheet.shots]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path, PurePosixPath

from pickup._files import sha256_of
from pickup.config import Config
from pickup.config.licences import Licence, known_licence
from pickup.config.provider_setup import BUILT_IN
from pickup.cut import Cut
from pickup.errors import Finding, LibraryError, Severity
from pickup.fill.pages import read_page
from pickup.fill.reading import read_settings, rules_of, source_folder
from pickup.fill.sent import read_sent
from pickup.library import Library
from pickup.library.layout import CutFolder
from pickup.library.sidecars import SidecarReference, TakeFile
from pickup.library.versions import latest
from pickup.timelines.fills import Fill
from pickup.timelines.survey import Survey, survey_timeline

_FLAVORS = ("otio", "resolve", "premiere", "fcp7", "fcpxml")
_BY_HAND = "manual"
_BOUNDARIES = ("boundary_in.png", "boundary_out.png")
NOT_RECORDED = "TAKE_NOT_RECORDED"


class Made(StrEnum):
    """How a shot came about."""

    GENERATED = "generated"
    PREVIS = "previs"
    BY_HAND = "by hand"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalShot:
    """One place of the cut that shows a take.

    Attributes:
        event: Number in the sheet, from 1, in record order.
        record_in: Timecode of the first frame; `record_out` of the frame after the last one, as in an EDL.
        start: First frame, counted from the first of the cut; `end` is exclusive.
        file: Name of the media file.
        path: Where it is, or should be.
        take_file: What its sidecar says; None where it is not in the library.
        references: What it was made from besides words.
        licence: None for a provider that is not part of Pickup, and for a take that is not recorded.
        state: What is wrong with the file; empty where it is whole.
    """

    event: int
    record_in: str
    record_out: str
    start: int
    end: int
    track: str
    shot: str
    take: int
    file: str
    path: Path | None
    made: Made
    take_file: TakeFile | None
    references: tuple[SidecarReference, ...]
    licence: Licence | None
    state: str

    @property
    def licence_note(self) -> str:
        """The note on its provider's terms, with how and when they were read."""
        if self.take_file is None:
            return "Not known."
        if self.licence is None:
            return "Made by a provider that is not part of Pickup: read its terms."
        how = {"vendor": "read", "second-hand": "read in a summary", "none": "terms not read"}[self.licence.source]
        return f"{self.licence.note} ({how}, {self.licence.checked})"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalSheet:
    """The sheet of one cut.

    Attributes:
        cut_name: The cut's folder in the library.
        shown_in: The files that were read: the flavors of a version, or the named timeline itself.
        version: The delivered version; None where the named timeline itself was read.
    """

    timeline: Path
    cut_name: str
    shown_in: tuple[Path, ...]
    version: int | None
    cut: Cut
    shots: tuple[LegalShot, ...]
    findings: tuple[Finding, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the library knows every take that is shown."""
        return all(each.code != NOT_RECORDED for each in self.findings)

    @property
    def cost(self) -> Decimal:
        """USD of the takes that are shown, each once."""
        paid = {(each.shot, each.take): Decimal(each.take_file.cost) for each in self.shots if each.take_file}
        return sum(paid.values(), Decimal(0))


def legal_sheet(timeline: Path, *, config: Config) -> LegalSheet:
    """Reads the newest delivered version of a cut, or the timeline itself.

    The timeline itself is read where it lies in the library, or where it shows takes and the newest version was made
    from another file: then the editor has worked on since.

    Raises:
        LibraryError: There is no library here, or nothing was delivered and the timeline shows no take.
        TimelineError: A timeline cannot be read.
    """
    library = Library.at(config.library_folder).with_places()
    if not library.exists:
        raise LibraryError(
            "there is no library here, so nothing is known of any take",
            where=str(library.folder),
            next_step="name the library with --library DIR",
        )
    own = _survey(timeline, config=config, library=library)
    cut_name = _cut_of(timeline, library=library)
    files, version = _shown_in(timeline, own, folder=library.cut_folder(cut_name), library=library)
    surveys = [own] if files == (timeline,) else [_survey(file, config=config, library=library) for file in files]
    fills = _fills(surveys)
    cut = surveys[0].cut if surveys else own.cut
    shots = tuple(
        _shot(fill, event=event, cut=cut, config=config, library=library) for event, fill in enumerate(fills, start=1)
    )
    return LegalSheet(
        timeline=timeline,
        cut_name=cut_name,
        shown_in=files,
        version=version,
        cut=cut,
        shots=shots,
        findings=tuple(_findings(shots)),
    )


# Which files show it.


def _survey(timeline: Path, *, config: Config, library: Library) -> Survey:
    settings = read_settings(config, library=library, sent=read_sent(timeline)[0])
    folder = source_folder(timeline, library=library)
    return survey_timeline(timeline, settings=settings, rules=rules_of(config), folder=folder)


def _delivered_cut(timeline: Path, *, library: Library) -> str:
    """The cut whose folder the timeline lies in; empty for a file that lies elsewhere."""
    cuts, folder = (library.folder / "cuts").resolve(), timeline.absolute().parent.resolve()
    return folder.name if folder.parent == cuts else ""


def _cut_of(timeline: Path, *, library: Library) -> str:
    return _delivered_cut(timeline, library=library) or library.cut_name(timeline)


def _shown_in(
    timeline: Path, own: Survey, *, folder: CutFolder, library: Library
) -> tuple[tuple[Path, ...], int | None]:
    if _delivered_cut(timeline, library=library):
        return (timeline,), None
    version = latest(folder)
    made_from = read_page(folder.changes).get("source_sha256")
    if version is not None and (made_from == own.sha256 or not own.fills):
        files = (folder.timeline(version, flavor=flavor) for flavor in _FLAVORS)
        there = tuple(file for file in files if file.is_file())
        if there:
            return there, version
    if own.fills or folder.done.is_file():
        return (timeline,), None
    raise LibraryError(
        f"nothing was delivered of {timeline.name} yet, and it shows no take of this library",
        where=str(library.folder),
        next_step=f"run `pickup fill {timeline}` first, or name the library with --library DIR",
    )


def _fills(surveys: Sequence[Survey]) -> list[Fill]:
    """Every take that is shown, once, in record order; a stand-in may be in one flavor alone."""
    found: dict[tuple[object, ...], Fill] = {}
    for survey in surveys:
        for fill in survey.fills:
            found.setdefault((fill.shot, fill.take, fill.record.start, fill.record.end), fill)
    return sorted(found.values(), key=lambda each: (each.record.start, each.record.end, each.track))


# What is known of each.


def _shot(fill: Fill, *, event: int, cut: Cut, config: Config, library: Library) -> LegalShot:
    file = library.take_file(fill.shot, take=fill.take)
    finding = library.check_take(fill.shot, take=fill.take)
    kinds = _services(file.provider, config=config) if file else ()
    return LegalShot(
        event=event,
        record_in=cut.timecode(fill.record.start),
        record_out=cut.timecode(fill.record.end),
        start=fill.record.start,
        end=fill.record.end,
        track=fill.track,
        shot=fill.shot,
        take=fill.take,
        file=PurePosixPath(file.path).name if file else Path(fill.path or fill.media).name,
        path=library.layout.absolute(file.path).absolute() if file else None,
        made=_made(fill, file, kinds=kinds),
        take_file=file,
        references=tuple(_references(file, library=library)) if file else (),
        licence=known_licence(kinds, model=file.model) if file else None,
        state=finding.message if finding else "",
    )


def _services(provider: str, *, config: Config) -> tuple[str, ...]:
    """What a provider is called, from its own name to the kind of its service."""
    settings = config.providers.get(provider) or BUILT_IN.get(provider)
    names = (provider, settings.profile, settings.kind) if settings else (provider,)
    return tuple(dict.fromkeys(name for name in names if name))


def _made(fill: Fill, file: TakeFile | None, *, kinds: Sequence[str]) -> Made:
    if file is None:
        return Made.PREVIS if fill.previs else Made.NOT_KNOWN
    if file.previs:
        return Made.PREVIS
    return Made.BY_HAND if _BY_HAND in kinds else Made.GENERATED


def _references(file: TakeFile, *, library: Library) -> Iterator[SidecarReference]:
    """What the sidecar names; of a take that was recorded before it did, the boundary frames beside it."""
    for name, sha256 in file.frames_sent.items():
        yield SidecarReference(name=name, sha256=sha256)
    yield from file.references
    if file.qc is None and not file.frames_sent:
        folder = library.layout.absolute(file.path).parent
        for path in map(folder.joinpath, _BOUNDARIES):
            if path.is_file():
                yield SidecarReference(name=path.name, sha256=sha256_of(path))


def _findings(shots: Sequence[LegalShot]) -> Iterator[Finding]:
    for each in shots:
        where = f"{each.track} {each.record_in}"
        if each.take_file is None:
            message = f"nothing is known of {each.shot} take {each.take}: {each.state}"
            yield Finding(severity=Severity.ERROR, code=NOT_RECORDED, message=message, where=where)
        elif each.state:
            message = f"{each.shot} take {each.take}: {each.state}"
            yield Finding(severity=Severity.WARNING, code="TAKE_NOT_WHOLE", message=message, where=where)
