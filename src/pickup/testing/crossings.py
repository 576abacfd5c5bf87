"""One cut taken through one dialect: read, takes put into its holes, written, read again, compared.

What `pickup fill` does in a child process and with real takes, in one call and with made-up ones.

    crossing = cross(cut_file, dialect=load_dialect("fcp7"))
    crossing.lost       what the dialect declares as lost
    crossing.wrong      what it does not: a fault
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from pickup.cut import Cut
from pickup.demo.sample import as_text
from pickup.demo.samples import all_samples
from pickup.errors import TimelineError
from pickup.holes import Hole, Rules, find_holes
from pickup.takes import LinkedTake, Relink
from pickup.timelines.classify import MediaLooker
from pickup.timelines.dialect import NEVER_LOST, Aspect, Dialect, MediaFacts, Writing
from pickup.timelines.difference import Difference, is_exact
from pickup.timelines.fills import fills_of
from pickup.timelines.limits import ReadLimits
from pickup.timelines.patch import apply_relinks
from pickup.timelines.read import TimelineFile, parse_source
from pickup.timelines.references import find_style, make_absolute, media_references, url_of
from pickup.timelines.snapshot import Prints, take_snapshot
from pickup.timelines.sniff import find_dialect
from pickup.timelines.verify import compare, missing_fills

NAME = "cut_v001"
"""The name of every timeline that is written here."""

_SUFFIXES = frozenset({".otio", ".json", ".xml"})
_HD = (1920, 1080)
_HANDLES = 12
_TAKES = (1, 2)
_CIRCLED = 2
_EVERYTHING = Rules(offline=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutFile:
    """A timeline file that needs to lie nowhere.

    Attributes:
        path: As if it lay there.
        here: Files below its folder that count as present; all others are asked for on the disk.
    """

    name: str
    content: bytes
    path: Path = Path("/nowhere/cut")
    here: tuple[str, ...] = ()

    @property
    def looker(self) -> MediaLooker:
        """Sees the media from where the file would lie."""
        return MediaLooker(self.path.parent, prefixes={}, bundled=self.here)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What became of a cut in a dialect.

    Attributes:
        old: The cut that was read; `new` the one that was written. None where it was refused.
        content: What was written; `again` is the same after one more reading and writing.
        lost: Differences that the dialect declares, `wrong` those that it does not.
        takes: How many takes were put in.
        refused: Why the dialect cannot carry the cut at all; empty where it was written.
    """

    came_as: str
    old: Cut
    new: Cut | None = None
    content: bytes = b""
    again: bytes = b""
    lost: Mapping[Aspect, int] = field(default_factory=dict)
    wrong: tuple[Difference, ...] = ()
    takes: int = 0
    refused: str = ""


def sample_files() -> Iterator[CutFile]:
    """Every sample timeline."""
    for sample in all_samples():
        yield CutFile(
            name=sample.name,
            content=as_text(sample.document(media_root="/show/media")).encode(),
            path=Path("/show/cut.otio"),
            here=tuple(f"media/{each.name}" for each in sample.media if not each.absent),
        )


def files_below(folder: Path) -> Iterator[CutFile]:
    """Every file below a folder that can be read as a timeline; nothing where there is no such folder."""
    for path in sorted(each for each in folder.rglob("*") if each.suffix in _SUFFIXES):
        file = CutFile(name=path.relative_to(folder).as_posix(), content=path.read_bytes(), path=path)
        try:
            snapshot_of(open_cut(file), looker=file.looker)
        except TimelineError:
            continue
        yield file


def open_cut(file: CutFile) -> TimelineFile:
    """The neutral timeline of a file, as the dialect reads it that recognizes it.

    Raises:
        TimelineError: It is no timeline that can be read.
    """
    source = parse_source(file.content, path=file.path, limits=ReadLimits())
    dialect, why = find_dialect(source)
    return TimelineFile(path=file.path, reading=dialect.read(source), dialect=dialect.NAME, dialect_from=why)


def snapshot_of(file: TimelineFile, *, looker: MediaLooker) -> Cut:
    """The cut in a timeline, with fingerprints."""
    return take_snapshot(file, looker=looker, prints=Prints.ALL)


def cross(
    file: CutFile,
    *,
    dialect: Dialect,
    rules: Rules | None = _EVERYTHING,
    facts: Mapping[str, MediaFacts] = MappingProxyType({}),
) -> Crossing:
    """Takes a cut through a dialect.

    Args:
        file: The cut.
        dialect: What it is written in.
        rules: What a hole is, for takes are put into all of them; None for no takes.
        facts: What is known of media, by local path.

    Raises:
        TimelineError: It cannot be read, before or after.
    """
    read, looker = open_cut(file), file.looker
    make_absolute(read.timeline.tracks, folder=file.path.parent, dialect=read.dialect)
    old = snapshot_of(read, looker=looker)
    relinks = made_up_takes(find_holes(old, rules=rules).holes) if rules is not None else []
    timeline = read.timeline
    apply_relinks(timeline, relinks, prefixes={}, dialect=read.dialect)
    urls = {url_of(reference) for reference in media_references(timeline.tracks)}
    known = {url: facts[path] for url in urls if (path := looker.local(url) or "") in facts}
    writing = writing_of(old, path_kind=find_style(timeline.tracks)[1], facts=known)
    try:
        content = dialect.write(timeline, writing=writing)
    except TimelineError as error:
        return Crossing(came_as=read.dialect, old=old, refused=error.message)
    back = open_cut(replace(file, content=content))
    new = snapshot_of(back, looker=looker)
    again = dialect.write(back.timeline, writing=replace(writing_of(new, facts=known), size=writing.size))
    fills = [(fill.record.start, fill.record.end) for fill in fills_of(old)]
    found = [
        *compare(
            old,
            new,
            fillable={*fills, *((each.record.start, each.record.end) for each in relinks)},
            exact=is_exact(was=read.dialect, now=back.dialect),
            facts=facts,
        ),
        *missing_fills(old, new, relinks=relinks),
    ]
    return Crossing(
        came_as=read.dialect,
        old=old,
        new=new,
        content=content,
        again=again,
        lost=Counter(each.aspect for each in found if _is_declared(each, dialect=dialect)),
        wrong=tuple(each for each in found if not _is_declared(each, dialect=dialect)),
        takes=len(relinks),
    )


def _is_declared(difference: Difference, *, dialect: Dialect) -> bool:
    return difference.aspect in dialect.LOSES and difference.aspect not in NEVER_LOST


def writing_of(cut: Cut, **known: object) -> Writing:
    """What a dialect is told of a cut besides its timeline; HD where no size is stated."""
    told = Writing(
        name=NAME,
        rate=cut.rate,
        start_frame=cut.start_frame,
        drop_frame=cut.drop_frame,
        size=cut.size or _HD,
        came_as=cut.dialect,
    )
    return replace(told, **known)  # type: ignore[arg-type]


def made_up_takes(holes: Sequence[Hole]) -> list[Relink]:
    """Two takes for every hole that can be filled, the second one circled; their files are nowhere."""
    return [_relink(hole, number=number) for number, hole in enumerate(holes, start=1) if not hole.held]


def _relink(hole: Hole, *, number: int) -> Relink:
    shot = f"SH{number * 10:04d}"
    takes = (
        LinkedTake(
            number=take,
            path=f"/library/takes/{shot}/t{take:02d}/CUT7K2Q_{shot}_t{take:02d}.mov",
            frames=2 * _HANDLES + hole.covers.length,
            start=Fraction(0),
        )
        for take in _TAKES
    )
    return Relink(
        shot=shot,
        hole=hole.id,
        kind=hole.kind.value,
        track=hole.track,
        placement=hole.placement,
        record=hole.record,
        offset=_HANDLES + hole.record.start - hole.covers.start,
        circled=_CIRCLED,
        takes=tuple(takes),
    )
