"""Items that may fail a scripted import into Resolve as a whole, and for which a slate can stand in there.

A Fusion title comes out of Resolve as a clip without media and without a last path; put back in, it can make the
importer refuse the whole timeline (Resolve Studio 21.0.2). Offline media with a path only stay offline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pickup.cut import Address, Cut, Event, EventKind, MediaKind, walk_events
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


def _why(event: Event, *, offline: bool) -> str:
    missing = event.media is not None and event.media.kind is MediaKind.MISSING and not event.media.url
    if missing and event.kind in (EventKind.TITLE, EventKind.OFFLINE):
        return "a title or clip without media, at which an import into Resolve may fail"
    if offline and event.kind is EventKind.OFFLINE:
        return "offline media; a slate was asked for"
    return ""
