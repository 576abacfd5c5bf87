"""Items that may fail a scripted import into Resolve as a whole, and for which a slate can stand in there.

A Fusion title comes out of Resolve as a clip without media and without a last path; put back in, it can make the
importer refuse the whole timeline (Resolve Studio 21.0.2). Offline media with a path only stay offline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pickup.cut import Address, Cut, Event, EventKind, MediaKind, walk_events
from pickup.errors import Finding, warning
from pickup.holes.candidates import Candidate
from pickup.holes.model import HoleKind, Placement, PlacementKind, Rules


def stand_in_candidates(cut: Cut, *, besides: Collection[Address], rules: Rules) -> Iterator[Candidate]:
    """Items of picture tracks for which a slate is to stand in, disabled ones too, as they are imported as well.

    Args:
        cut: The snapshot.
        besides: Items that takes replace anyway.
        rules: Says which are asked for.
    """
    if rules.stand_ins == "off":
        return
    for track, event in walk_events(cut.video_tracks):
        if event.address in besides or not event.record.length or not event.on_grid or event.filled is not None:
            continue
        why = _why(event, offline=rules.stand_ins == "all")
        if why:
            yield Candidate(
                kind=HoleKind.PLACEHOLDER,
                record=event.record,
                track=track,
                why=why,
                is_hole=True,
                name=event.name,
                event=event,
                placement=Placement(kind=PlacementKind.IN_PLACE, address=event.address),
            )


def stand_in_findings(cut: Cut, *, rules: Rules) -> Iterator[Finding]:
    """Items that a slate was asked for and cannot stand in for, as no whole frames of the cut are theirs."""
    if rules.stand_ins == "off":
        return
    for track, event in walk_events(cut.video_tracks):
        if event.unreached:
            why = "retimed or off the frame grid" if not event.straightened else "trimmed, so that not all is seen"
            names = ", ".join(dict.fromkeys(f"“{name}”" for name in event.unreached))
            said = f"no slate stands in for {names} inside “{event.name}”, which is {why}"
        elif not event.on_grid and _why(event, offline=rules.stand_ins == "all"):
            said = f"no slate stands in for “{event.name}”, which does not begin and end on whole frames"
        else:
            continue
        yield warning(
            "NO_STAND_IN",
            f"{said}; an import into Resolve may fail at it: render it, or put a still in its place",
            where=f"{track.name} {cut.timecode(event.record.start)}",
        )


def _why(event: Event, *, offline: bool) -> str:
    missing = event.media is not None and event.media.kind is MediaKind.MISSING and not event.media.url
    if missing and event.kind in (EventKind.TITLE, EventKind.OFFLINE):
        return "a title or clip without media, at which an import into Resolve may fail"
    if offline and event.kind is EventKind.OFFLINE:
        return "offline media; a slate was asked for"
    return ""
