"""A timeline that was read and planned, and the options of the run: what every later step of a fill works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pickup.errors import Finding
from pickup.fill.fit import misfit
from pickup.fill.identity import KnownShot
from pickup.fill.references import ReadSets
from pickup.fill.routes import Route
from pickup.fill.sent import Sent
from pickup.holes import Hole
from pickup.library import Library
from pickup.match import Sighting
from pickup.plan import Plan
from pickup.shots import Delivered, ShotSpec
from pickup.takes import Take
from pickup.timelines.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class FillOptions:
    """What one run was asked for beside its settings.

    Attributes:
        refresh: Shot codes that get a new take although they have one.
        partial: A take that is too short for its hole is shown as far as it reaches.
        fit: Make as much as the budget pays instead of refusing.
        unbriefed: Providers that cost money may fill holes that nobody briefed.
        send_frames: Whether frames of the footage may be sent to where that is asked for; None: nobody was asked yet.
        no_frames: No frame leaves this machine, whatever the settings say.
        pilot: Make so many shots and hold the rest; None for all.
        extend_neighbours: Propose what the neighbours' unused media would cover, instead of making it.
        approved: A person said yes beforehand, to briefs from timeline markers too.
        bundle: Each OTIO flavor is written with all media in one file, too.
        retakes: How often a shot of which quality control has failed every take gets another one.
    """

    refresh: tuple[str, ...] = ()
    partial: bool = False
    fit: bool = False
    unbriefed: bool = False
    approved: bool = False
    send_frames: bool | None = None
    no_frames: bool = False
    pilot: int | None = None
    extend_neighbours: bool = False
    bundle: bool = False
    retakes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One shot of the cut, with what the library has of it.

    Attributes:
        takes: Whole takes, by number.
        known: Its holes, and what it was recognized by.
        stale: What is wanted otherwise than when its take was made; empty when nothing is.
        outgrown: How long it was and is, where its take does not cover it any more; else empty.
        renewed: A new take is to be made and shown, though there is one: it was asked for, or the hole outgrew the
            take and a new one costs nothing.
    """

    spec: ShotSpec
    takes: tuple[Take, ...]
    known: KnownShot
    stale: str
    outgrown: str
    renewed: bool
    missing: tuple[int, ...]
    routes: tuple[Route, ...]

    @property
    def is_stand_in(self) -> bool:
        """Whether it fills no hole: a slate stands in for an item in the Resolve flavor alone."""
        return self.spec.stands_in

    @property
    def shifts(self) -> Mapping[str, int]:
        """Frame of the shot at which each hole begins to show it, by the hole's id."""
        return self.known.shifts

    def misfit(self, take: Take) -> str:
        """Why a take cannot be shown frame for frame in all of its holes, or nothing."""
        return misfit(take, self.spec, shifts=self.shifts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of a timeline whatever the library holds; it is read once.

    Attributes:
        folder: Where relative references of the timeline start.
        delivery: What every take of the cut is conformed to.
        said: What has to be said about the picture size, and about what came beside the timeline.
        sent: What came beside it, where something did.
        sets: Reference sets; those that its briefs name were read.
    """

    timeline: Path
    folder: Path
    survey: Survey
    delivery: Delivered
    said: tuple[Finding, ...] = ()
    sent: Sent | None = None
    sets: ReadSets = field(default_factory=ReadSets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that is known before anything is made.

    Attributes:
        cut_name: The cut's folder in the library.
        new_codes: Shot codes that are proposed and not yet given.
        sightings: What the library should remember of this cut.
        burn_in: Previs takes say in the picture what they are.
        renewed: Shots that get a new take although they have one.
        refreshed: The same, and those that an earlier run began to renew.
        partial: Takes that are too short are shown as far as they reach.
        routes: Everything that a shot may be made on, by provider and model.
        codes: Shot codes by hole id, for looking up.
    """

    reading: Reading
    library: Library
    cut_name: str
    shots: tuple[Shot, ...]
    plan: Plan
    new_codes: frozenset[str]
    sightings: tuple[Sighting, ...]
    findings: tuple[Finding, ...]
    burn_in: bool = True
    renewed: frozenset[str] = frozenset()
    refreshed: frozenset[str] = frozenset()
    partial: bool = False
    routes: Mapping[tuple[str, str], Route] = field(default_factory=dict)
    codes: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = {hole.id: shot.spec.code for shot in self.shots for hole in shot.spec.holes}
        object.__setattr__(self, "codes", codes)

    @property
    def timeline(self) -> Path:
        """The editor's file."""
        return self.reading.timeline

    @property
    def folder(self) -> Path:
        """Where relative references of the timeline start."""
        return self.reading.folder

    @property
    def survey(self) -> Survey:
        """What stands in the timeline."""
        return self.reading.survey

    @property
    def delivery(self) -> Delivered:
        """What every take of the cut is conformed to."""
        return self.reading.delivery

    def code_of(self, hole: Hole) -> str:
        """The shot code of a hole."""
        return self.codes[hole.id]
