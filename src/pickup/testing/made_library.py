"""A library whose takes are a few bytes each, for tests and measurements of what is done with takes and not to them.

make_library(Path("pickup"), timeline=Path("reel.otio"), tag="HARBOR7K2Q")     a take for every hole of the cut
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from pickup.fill.identity import KnownShot, sightings_of
from pickup.holes import Hole, Rules
from pickup.library.layout import Layout, plain_stem
from pickup.library.sidecars import Hashes, LibraryFile, Owner, TakeFile, seen_shot, write_sidecar
from pickup.match import Confidence, Identity, joints_of
from pickup.takes import take_name
from pickup.timelines.survey import ReadSettings, survey_timeline

_HANDLES = 12
_SIZE = (160, 90)


def make_library(folder: Path, *, timeline: Path, tag: str, rules: Rules | None = None, takes: int = 1) -> list[str]:
    """Writes a library that has filled every hole of a timeline; returns the shot codes in record order.

    The library lies anywhere, and the cut is owned as if the timeline lay where it does.
    """
    survey = survey_timeline(timeline, settings=ReadSettings(), rules=rules or Rules())
    layout = Layout(folder=folder)
    shots = [
        KnownShot(code=f"SH{number * 10:04d}", identities=(_identity(hole),))
        for number, hole in enumerate(survey.found.holes, start=1)
    ]
    for shot in shots:
        for number in range(1, takes + 1):
            _write_take(layout, shot, take=number, tag=tag)
    name = plain_stem(timeline)
    place = Path("..").joinpath(*timeline.parent.absolute().relative_to(folder.parent.absolute()).parts)
    index = LibraryFile(
        id="ABCDEFGHIJKLMNOP",
        tag=tag,
        codes=tuple(shot.code for shot in shots),
        cuts={name: Owner(folder=place.as_posix(), stem=name)},
        seen=tuple(seen_shot(each) for each in sightings_of(((shot, "") for shot in shots), cut_name=name)),
    )
    layout.folder.mkdir(parents=True, exist_ok=True)
    write_sidecar(layout.index, index)
    return [shot.code for shot in shots]


def content_of(tag: str, shot: str, *, take: int) -> bytes:
    """The bytes of a made take; all of one length, as decoys are told from takes by their bytes alone."""
    return f"{tag} {shot} {take}".ljust(64, ".").encode()


def _identity(hole: Hole) -> Identity:
    return Identity(hole=hole, shot=None, by="", group=hole.id, confidence=Confidence.NONE)


def _write_take(layout: Layout, shot: KnownShot, *, take: int, tag: str) -> None:
    hole = shot.holes[0]
    folder = layout.take_folder(shot.code, take=take)
    folder.mkdir(parents=True)
    media, content = folder / f"{take_name(tag, shot=shot.code, take=take)}.mov", content_of(tag, shot.code, take=take)
    media.write_bytes(content)
    sidecar = TakeFile(
        shot=shot.code,
        take=take,
        path=layout.relative(media),
        frames=hole.covers.length + 2 * _HANDLES,
        head=_HANDLES,
        tail=_HANDLES,
        rate=str(hole.record.rate),
        size=_SIZE,
        codec="prores_lt",
        timecode="00:00:00:00",
        provider="slate",
        model="slate",
        look="slate",
        previs=True,
        cost="0",
        wish="",
        before=joints_of(hole)[0],
        after=joints_of(hole)[1],
        prompt="",
        seed=1,
        request="",
        created=datetime(2030, 1, 1, tzinfo=UTC),
        bytes_written=len(content),
        sha256=Hashes(conformed=hashlib.sha256(content).hexdigest()),
    )
    write_sidecar(layout.take_file(shot.code, take=take), sidecar)
