"""What an editor sees: which frames are painted, by what, and which items only lie over the picture.

Overlays (a letterbox, a watermark, one item over nearly everything) hide nothing and are looked through.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pickup.briefs import matches_pattern
from pickup.cut import Address, Cut, Event, EventKind, Track, TrackKind, paints, picture_at, walk_events
from pickup.errors import Finding, info
from pickup.holes.model import Rules
from pickup.timing import FrameRange

Interval = tuple[int, int]
"""Record frames, end exclusive."""

_OVERLAY_SHARE_PERCENT = 90
_OVERLAY_EVENTS = 5
_FOOTAGE = (EventKind.FOOTAGE, EventKind.OFFLINE, EventKind.OPAQUE)
_SHOTS = (*_FOOTAGE, EventKind.NESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The picture tracks of a cut as they look.

    Attributes:
        tracks: Enabled picture tracks that are not ignored, bottom first.
        overlays: Addresses of items that are looked through.
        painted: Frames that something paints, merged and sorted.
        first: First frame of footage or offline media; `last` is the frame after its last.
    """

    cut: Cut
    tracks: tuple[Track, ...]
    overlays: frozenset[Address]
    painted: tuple[Interval, ...]
    first: int
    last: int

    def at(self, frame: int) -> Event | None:
        """The topmost event that paints a record frame, looking through overlays."""
        return picture_at(self.tracks, frame, besides=self.overlays)

    def beside(
        self, frame: int, *, holes: Collection[Address], besides: frozenset[Address] = frozenset()
    ) -> Event | None:
        """What stands at a record frame next to a gap: the shot under a lower third, else what is seen.

        Args:
            frame: Record frame.
            holes: Addresses of items that are holes; a card among them is looked at, not through.
            besides: Addresses of other items to look through.
        """
        return shot_at(self.tracks, frame, holes=holes, besides=self.overlays | besides)

    def unpainted(self) -> Iterator[Interval]:
        """Runs of frames that nothing paints, between the first and the last footage."""
        position = self.first
        for start, end in self.painted:
            if start > position and start <= self.last:
                yield position, start
            position = max(position, end)


def shot_at(
    tracks: tuple[Track, ...], frame: int, *, holes: Collection[Address], besides: frozenset[Address]
) -> Event | None:
    """The shot that the tracks of one stack show at a frame, under a lower third too; else what is seen there."""
    seen = below = picture_at(tracks, frame, besides=besides)
    while below is not None and below.kind is EventKind.TITLE and below.address not in holes:
        besides |= {below.address}
        below = picture_at(tracks, frame, besides=besides)
    return below if is_shot(below, holes=holes) else seen


def look_at(cut: Cut, *, rules: Rules) -> Picture:
    """Works out what is seen where; one pass over the events."""
    ignored = {name.casefold() for name in rules.ignore_tracks}
    tracks = tuple(track for track in cut.video_tracks if track.enabled and track.name.casefold() not in ignored)
    overlays = frozenset(event.address for event in _overlays(tracks, cut=cut, rules=rules))
    footage = [event for event in _visible(tracks) if _is_footage(event) and event.address not in overlays]
    return Picture(
        cut=cut,
        tracks=tracks,
        overlays=overlays,
        painted=merged(_painted(tracks, besides=overlays)),
        first=min((event.record.start for event in footage), default=0),
        last=max((event.record.end for event in footage), default=0),
    )


def is_shot(event: Event | None, *, holes: Collection[Address]) -> bool:
    """Whether a gap beside this item lies beside a shot: footage, offline media, or a hole that will show a take."""
    return event is not None and (event.kind in _SHOTS or event.address in holes)


def overlay_findings(picture: Picture) -> tuple[Finding, ...]:
    """One finding for each item that was looked through."""
    return tuple(
        info(
            "OVERLAY",
            f"“{event.name}” is taken as an overlay: it does not hide holes below it",
            where=f"{track.name} {picture.cut.timecode(event.record.start)}",
        )
        for track, event in walk_events(picture.tracks)
        if event.address in picture.overlays
    )


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Sorted intervals without overlaps; those that touch become one."""
    result: list[Interval] = []
    for start, end in sorted(each for each in intervals if each[0] < each[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def is_covered(record: FrameRange, *, by: tuple[Interval, ...]) -> bool:
    """Whether one of the merged intervals `by` holds the whole range."""
    index = bisect_right(by, (record.start, record.end)) - 1
    candidates = by[max(index, 0) : index + 2]
    return any(start <= record.start and record.end <= end for start, end in candidates)


def parts_beside(record: FrameRange, *, by: tuple[Interval, ...]) -> Iterator[FrameRange]:
    """The parts of a range that none of the merged intervals `by` holds, in order."""
    position = record.start
    for start, end in by[max(bisect_right(by, (record.start, record.start)) - 1, 0) :]:
        if start >= record.end:
            break
        if start > position:
            yield FrameRange(start=position, end=start, rate=record.rate)
        position = max(position, end)
    if position < record.end:
        yield FrameRange(start=position, end=record.end, rate=record.rate)


def painted_by(tracks: tuple[Track, ...], *, besides: frozenset[Address]) -> tuple[Interval, ...]:
    """Frames that the given tracks paint, merged."""
    return merged(_painted(tracks, besides=besides))


def _is_footage(event: Event) -> bool:
    """Footage, or what may hold some but cannot be looked into."""
    return event.kind in _FOOTAGE or (event.kind is EventKind.NESTED and not event.straightened)


def _visible(tracks: tuple[Track, ...]) -> Iterator[Event]:
    for track in tracks:
        if not track.enabled or track.kind is not TrackKind.VIDEO:
            continue
        for event in track.events:
            if event.enabled:
                yield event
                if event.tracks:
                    yield from _visible(event.tracks)


def _painted(tracks: tuple[Track, ...], *, besides: frozenset[Address]) -> Iterator[Interval]:
    for event in _visible(tracks):
        if paints(event) and event.address not in besides:
            yield event.record.start, event.record.end


def _overlays(tracks: tuple[Track, ...], *, cut: Cut, rules: Rules) -> Iterator[Event]:
    events = sum(event.kind is not EventKind.GAP for track in tracks for event in track.events)
    below: tuple[Interval, ...] = ()
    for track in tracks:
        for event in track.events:
            if event.kind is EventKind.GAP or not event.enabled or not below:
                continue
            long = event.record.length * 100 >= cut.duration * _OVERLAY_SHARE_PERCENT and events >= _OVERLAY_EVENTS
            named = matches_pattern(event.name, rules.overlays) is not None
            if (long or named) and _any_below(event.record, below):
                yield event
        below = merged([*below, *_painted((track,), besides=frozenset())])


def _any_below(record: FrameRange, below: tuple[Interval, ...]) -> bool:
    index = bisect_left(below, (record.end, record.end))
    return index > 0 and below[index - 1][1] > record.start
