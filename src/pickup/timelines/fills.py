"""Takes that a cut shows already: what Pickup put there before, known by our metadata or by the take's file name."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from pickup.cut import Address, Cut, EventKind, walk_events
from pickup.timing import FrameRange, half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A take in a cut.

    Attributes:
        hole: Id of the hole it was made for; empty where only the file name is left.
        record: Frames of the cut that it fills.
        offset: Frames of the take before the first one shown.
        source_start: Source time of the first frame shown, exact seconds.
        speed: Source seconds for each record second; None for a ramp.
        path: Where the cut says that its file is, on this machine.
        online: Whether it is there.
        locked: Its track is locked.
        lacks: Frames of its hole that it was too short for, as it says itself.
    """

    shot: str
    take: int
    hole: str
    track: str
    address: Address
    record: FrameRange
    media: str
    offset: int
    source_start: Fraction
    previs: bool
    speed: Fraction | None = Fraction(1)
    path: str | None = None
    online: bool = True
    locked: bool = False
    lacks: int = 0


def fills_of(cut: Cut) -> tuple[Fill, ...]:
    """Every take that the cut shows, in the order of its tracks."""
    found = []
    for track, event in walk_events(cut.video_tracks):
        mark, media = event.filled, event.media
        if mark is None or event.kind not in (EventKind.FOOTAGE, EventKind.OFFLINE):
            continue
        unseen = not (event.enabled and track.enabled)
        if mark.spare or (unseen and not mark.hole):  # programs that drop our metadata leave the file name alone
            continue
        first = media.available.start if media is not None and media.available is not None else Fraction(0)
        found.append(
            Fill(
                shot=mark.shot,
                take=mark.take,
                hole=mark.hole,
                track=track.name,
                address=event.address,
                record=event.record,
                media=media.name if media is not None else "",
                offset=half_up(cut.rate.frames(event.source_start - first)),
                source_start=event.source_start,
                previs=mark.previs,
                speed=event.speed,
                path=media.path if media is not None else None,
                online=event.kind is EventKind.FOOTAGE,
                locked=track.locked,
                lacks=mark.lacks,
            )
        )
    return tuple(found)
