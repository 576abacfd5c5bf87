"""Proving that nothing moved: two cuts compared frame range by frame range, outside what may be filled.

Written apart from `patch` on purpose: it knows nothing of how takes are put in, only what an editor must still see.

    differences(old, new, fillable=holes)      [] when every record frame outside the fills shows what it showed
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pickup.cut import Cut, Event, EventKind, Marker, Track, TrackKind
from pickup.errors import counted
from pickup.takes import Relink
from pickup.timelines.fills import Fill, fills_of
from pickup.timing import FrameRate

Interval = tuple[int, int]
"""Record frames, end exclusive."""

_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was; `where` is track and record timecode."""

    where: str
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What one track shows over some record frames."""

    start: int
    end: int
    kind: EventKind
    name: str
    enabled: bool
    speed: Fraction | None
    source: Fraction
    digest: str

    def describe(self) -> str:
        frames = counted(self.end - self.start, "frame")
        return f"{self.kind.value} “{self.name}”, {frames} from source {float(self.source):.3f} s"


def differences(old: Cut, new: Cut, *, fillable: Collection[Interval]) -> list[Difference]:
    """Everything that is not as it was in `old`, outside the takes that may be there; at most 50.

    Args:
        old: The cut that was read.
        new: The cut that was written.
        fillable: Record ranges that a take may fill: holes of the old cut, and takes that it showed already. What
            `new` itself says it has filled counts nowhere else.
    """
    ranges = frozenset(fillable)
    found: list[Difference] = []
    found += _compare_whole(old, new)
    found += _compare_stacks(old.tracks, new.tracks, cut=old, fillable=ranges)
    return found[:_MOST_SHOWN]


def missing_fills(old: Cut, new: Cut, *, relinks: Iterable[Relink]) -> list[Difference]:
    """Every planned take that the written cut does not show in its place, and every one that nobody planned."""
    there = {_fill_key(each): each for each in fills_of(new)}
    planned = {_planned_key(relink, rate=new.rate): relink for relink in relinks}
    known = {_fill_key(each) for each in fills_of(old)}
    result = [
        Difference(
            where=f"{relink.track} {new.timecode(relink.record.start)}",
            was=f"{relink.shot} take {relink.circled} planned",
            now="not there, or not these frames of it",
        )
        for key, relink in planned.items()
        if key not in there
    ]
    result += [
        Difference(
            where=f"{fill.track} {new.timecode(fill.record.start)}",
            was="nothing planned",
            now=f"{fill.shot} take {fill.take}",
        )
        for key, fill in there.items()
        if key not in planned and key not in known
    ]
    return result


_FillKey = tuple[str, int, int, str, Fraction]


def _fill_key(fill: Fill) -> _FillKey:
    return fill.shot, fill.record.start, fill.record.end, fill.media, fill.source_start


def _planned_key(relink: Relink, *, rate: FrameRate) -> _FillKey:
    media = relink.shown.path.replace("\\", "/").rpartition("/")[2]
    source_start = relink.shown.start + rate.seconds(relink.offset)
    return relink.shot, relink.record.start, relink.record.end, media, source_start


def _is_fill(event: Event, *, fillable: Collection[Interval]) -> bool:
    return event.filled is not None and (event.record.start, event.record.end) in fillable


def _compare_whole(old: Cut, new: Cut) -> Iterator[Difference]:
    facts: tuple[tuple[str, Callable[[Cut], object]], ...] = (
        ("frame rate", lambda cut: str(cut.rate)),
        ("start timecode", lambda cut: cut.timecode(0)),
        ("length", lambda cut: f"{cut.duration} frames"),
        ("picture size", lambda cut: cut.size),
        ("timeline metadata", lambda cut: cut.digest),
    )
    for name, fact in facts:
        was, now = fact(old), fact(new)
        if was != now:
            yield Difference(where=name, was=str(was), now=str(now))
    yield from _compare_markers(old.markers, new.markers, where="timeline", cut=old)


def _compare_stacks(
    old: Sequence[Track], new: Sequence[Track], *, cut: Cut, fillable: Collection[Interval]
) -> Iterator[Difference]:
    for kind in TrackKind:
        were = [track for track in old if track.kind is kind]
        are = [track for track in new if track.kind is kind]
        if len(are) < len(were):
            yield Difference(where=f"{kind.value} tracks", was=str(len(were)), now=str(len(are)))
        for was, now in zip(were, are, strict=False):
            yield from _compare_tracks(was, now, cut=cut, fillable=fillable)
        for extra in are[len(were) :]:
            yield from _check_new_track(extra, cut=cut, fillable=fillable)


def _check_new_track(track: Track, *, cut: Cut, fillable: Collection[Interval]) -> Iterator[Difference]:
    """A new track may hold takes and nothing else."""
    for event in track.events:
        if event.kind is not EventKind.GAP and not _is_fill(event, fillable=fillable):
            where = f"{track.name} {cut.timecode(event.record.start)}"
            yield Difference(where=where, was="no such track", now=f"{event.kind.value} “{event.name}”")


def _compare_tracks(was: Track, now: Track, *, cut: Cut, fillable: Collection[Interval]) -> Iterator[Difference]:
    if was.digest != now.digest or was.locked != now.locked:
        yield Difference(where=was.name, was=f"track “{was.name}” as it was", now=f"track “{now.name}” changed")
    fills = [(event.record.start, event.record.end) for event in now.events if _is_fill(event, fillable=fillable)]
    yield from _compare_pieces(list(_pieces(was, fills)), list(_pieces(now, fills)), track=was, cut=cut)
    yield from _compare_transitions(was, now, cut=cut)
    old_markers = (*was.markers, *(marker for event in was.events for marker in event.markers))
    new_markers = (*now.markers, *(marker for event in now.events for marker in event.markers))
    yield from _compare_markers(old_markers, new_markers, where=was.name, cut=cut)
    yield from _compare_compounds(was, now, cut=cut, fillable=fillable)


def _compare_compounds(was: Track, now: Track, *, cut: Cut, fillable: Collection[Interval]) -> Iterator[Difference]:
    new = {event.record.start: event for event in now.events if event.kind is EventKind.NESTED}
    for event in was.events:
        same = new.get(event.record.start)
        if event.kind is EventKind.NESTED and same is not None:
            yield from _compare_stacks(event.tracks, same.tracks, cut=cut, fillable=fillable)


def _pieces(track: Track, fills: Sequence[Interval]) -> Iterator[_Piece]:
    """What the track shows outside the fills; plain gaps show nothing and are left out."""
    for event in track.events:
        if event.kind is EventKind.GAP and not event.digest:
            continue
        for start, end in _outside(event.record.start, event.record.end, fills):
            yield _Piece(
                start=start,
                end=end,
                kind=event.kind,
                name=event.name,
                enabled=event.enabled,
                speed=event.speed,
                source=_source_at(event, start),
                digest=event.digest,
            )


def _source_at(event: Event, frame: int) -> Fraction:
    if event.kind is EventKind.GAP:
        return Fraction(0)
    return event.source_start + event.record.rate.seconds(frame - event.record.start) * (event.speed or 0)


def _outside(start: int, end: int, fills: Sequence[Interval]) -> Iterator[Interval]:
    """The parts of a range that no fill covers; `fills` in record order, as the takes of one track stand."""
    near = fills[max(bisect_left(fills, (start, start)) - 1, 0) : bisect_left(fills, (end, end))]
    for fill_start, fill_end in near:
        if fill_end <= start or fill_start >= end:
            continue
        if fill_start > start:
            yield start, fill_start
        start = max(start, fill_end)
    if start < end:
        yield start, end


def _compare_pieces(were: Sequence[_Piece], are: Sequence[_Piece], *, track: Track, cut: Cut) -> Iterator[Difference]:
    if were == are:
        return
    old, new = set(were), set(are)
    by_start = {piece.start: piece for piece in are}
    for piece in were:
        if piece not in new:
            there = by_start.get(piece.start)
            yield Difference(
                where=f"{track.name} {cut.timecode(piece.start)}",
                was=piece.describe(),
                now=_told_apart(piece, there) if there else "not there",
            )
    starts = {piece.start for piece in were}
    for piece in are:
        if piece not in old and piece.start not in starts:
            yield Difference(
                where=f"{track.name} {cut.timecode(piece.start)}", was="nothing there", now=piece.describe()
            )


def _told_apart(was: _Piece, now: _Piece) -> str:
    if was.describe() != now.describe():
        return now.describe()
    return f"the same, but its {'speed' if was.speed != now.speed else 'effects, references or metadata'} changed"


def _compare_transitions(was: Track, now: Track, *, cut: Cut) -> Iterator[Difference]:
    old = {(each.at, each.before, each.after, each.digest): each for each in was.transitions}
    new = {(each.at, each.before, each.after, each.digest): each for each in now.transitions}
    for key, transition in old.items():
        if key not in new:
            where = f"{was.name} {cut.timecode(transition.at)}"
            yield Difference(where=where, was=f"transition “{transition.name}”", now="gone or changed")
    for key, transition in new.items():
        if key not in old:
            where = f"{was.name} {cut.timecode(transition.at)}"
            yield Difference(where=where, was="no such transition", now=f"transition “{transition.name}”")


def _compare_markers(old: Iterable[Marker], new: Iterable[Marker], *, where: str, cut: Cut) -> Iterator[Difference]:
    were, are = Counter(map(_marker_facts, old)), Counter(map(_marker_facts, new))
    for facts in (were - are).elements():
        yield Difference(where=f"{where} {cut.timecode(facts[0])}", was=f"marker “{facts[2] or facts[3]}”", now="gone")
    for facts in (are - were).elements():
        yield Difference(where=f"{where} {cut.timecode(facts[0])}", was="none", now=f"marker “{facts[2] or facts[3]}”")


def _marker_facts(marker: Marker) -> tuple[int, int, str, str, str, tuple[str, ...], str]:
    record = marker.record
    return (record.start, record.end, marker.name, marker.note, marker.color, marker.keywords, marker.digest)
