"""Candidates: stretches that look like holes, with the verdict of the rules before an editor's marks are heard."""

from __future__ import annotations

from dataclasses import dataclass, field

from pickup.briefs import Brief
from pickup.cut import Event, Track
from pickup.errors import Finding
from pickup.holes.model import HoleKind, Placement
from pickup.timing import FrameRange


@dataclass(slots=True, kw_only=True)
class Candidate:
    """One stretch that may be a hole.

    Attributes:
        kind: What it is, if it is a hole.
        is_hole: The verdict so far; marks may change it both ways unless it is `final`.
        why: The reason for the verdict, as an editor reads it.
        track: The track it is shown under, and where its take goes unless `placement` says otherwise.
        event: The item that holds the place; None for a gap.
        finding: What is worth saying about it.
    """

    kind: HoleKind
    record: FrameRange
    track: Track
    why: str
    is_hole: bool
    name: str = ""
    event: Event | None = None
    placement: Placement | None = None
    briefs: list[Brief] = field(default_factory=list)
    finding: Finding | None = None
    marked: bool = False
    final: bool = False
    held: str = ""
    compound: tuple[str, ...] = ()
