"""Timeline markers: explicit marks make or unmake holes; other markers only say what a hole should show."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pickup.briefs import Brief, Source, parse_marker
from pickup.cut import Cut, Event, EventKind, Marker, Track, picture_at
from pickup.errors import Finding, warning
from pickup.holes.candidates import Candidate
from pickup.holes.model import HoleKind, Placement, PlacementKind
from pickup.holes.picture import Picture
from pickup.timing import FrameRange


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineMark:
    """A marker on the timeline or on a track, with what it says."""

    record: FrameRange
    name: str
    brief: Brief


def timeline_marks(cut: Cut) -> tuple[TimelineMark, ...]:
    """Every marker that is not on an item, in record order."""
    markers: list[Marker] = [*cut.markers, *(marker for track in cut.video_tracks for marker in track.markers)]
    marks = []
    for marker in sorted(markers, key=lambda each: each.record.start):
        brief = parse_marker(
            name=marker.name, note=marker.note, keywords=marker.keywords, source=Source.TIMELINE_MARKER
        )
        if brief is not None:
            marks.append(TimelineMark(record=marker.record, name=marker.name or marker.note, brief=brief))
    return tuple(marks)


def apply_marks(candidates: list[Candidate], marks: Sequence[TimelineMark], *, picture: Picture) -> list[Finding]:
    """Lets the marks change the candidates; a marked range of living picture becomes a candidate of its own.

    Returns:
        What has to be said: marks that mark nothing.
    """
    findings = []
    places = _Places(candidates)
    for mark in marks:
        under = places.at(mark.record.start)
        if mark.brief.skip:
            _skip(under)
        elif mark.brief.explicit:
            finding = _apply_explicit(candidates, under, mark, picture=picture)
            findings += [finding] if finding else []
        else:
            for candidate in under:
                if candidate.is_hole:
                    candidate.briefs.append(mark.brief)
    return findings


class _Places:
    """Candidates by record frame: those that start before a frame, as far back as the longest of them reaches."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._sorted = sorted(candidates, key=lambda each: each.record.start)
        self._starts = [each.record.start for each in self._sorted]
        self._longest = max((each.record.length for each in candidates), default=0)

    def at(self, frame: int) -> list[Candidate]:
        first = bisect_left(self._starts, frame - self._longest)
        last = bisect_right(self._starts, frame)
        return [each for each in self._sorted[first:last] if frame < each.record.end]


def _skip(under: Sequence[Candidate]) -> None:
    for candidate in under:
        if candidate.is_hole:
            candidate.is_hole, candidate.why, candidate.final = False, "a timeline marker says “skip”", True


def _apply_explicit(
    candidates: list[Candidate], under: Sequence[Candidate], mark: TimelineMark, *, picture: Picture
) -> Finding | None:
    chosen = _best(under, mark.record.start, picture=picture)
    if chosen is not None:
        if not chosen.is_hole:
            chosen.finding = None  # it says why this is no hole
        chosen.is_hole, chosen.marked = True, True
        chosen.why = f"{chosen.why}; a timeline marker says PICKUP" if chosen.why else "marked PICKUP on the timeline"
        chosen.briefs.insert(0, mark.brief)
        return None
    where = f"timeline marker {picture.cut.timecode(mark.record.start)}"
    seen = picture.at(mark.record.start)
    if seen is not None and seen.filled is not None:
        return None
    record = mark.record.common(picture.cut.range(0, picture.cut.duration))
    if mark.record.length > 1 and record is not None:
        candidates.append(_marked_range(mark, record, seen=seen, picture=picture))
        return None
    reason = "there is picture under it, and it is at most one frame long; give it a length, or mark the clip"
    if not 0 <= mark.record.start < picture.cut.duration:
        reason = "it lies outside the cut; move it over what is wanted"
    return warning("MARK_WITHOUT_HOLE", f"“{mark.name}” marks no hole: {reason}", where=where)


def _best(under: Sequence[Candidate], frame: int, *, picture: Picture) -> Candidate | None:
    """The hole under a mark; else what is seen to hold a place there and was passed, living picture never.

    A title counts only where nothing but other titles would be seen without it: one over a shot is a lower third.
    """
    holes = [each for each in under if each.is_hole]
    if holes:
        return holes[0]
    places = [each for each in under if not each.final and each.kind not in (HoleKind.MARK, HoleKind.SHORT)]
    titles = {each.event.address for each in places if each.event is not None and each.event.kind is EventKind.TITLE}
    beneath = picture_at(picture.tracks, frame, besides=picture.overlays | titles)
    if beneath is not None:
        places = [each for each in places if each.event is not None and each.event.address == beneath.address]
    return places[-1] if places else None


def _marked_range(mark: TimelineMark, record: FrameRange, *, seen: Event | None, picture: Picture) -> Candidate:
    return Candidate(
        kind=HoleKind.MARK,
        record=record,
        track=_track_of(seen, picture=picture),
        why="a timeline marker says PICKUP over this range",
        is_hole=True,
        name=seen.name if seen else "",
        placement=Placement(kind=PlacementKind.NEW_TRACK, address=()),
        briefs=[mark.brief],
        marked=True,
    )


def _track_of(event: Event | None, *, picture: Picture) -> Track:
    if event is None:
        return picture.tracks[0]
    return next((track for track in picture.tracks if track.place == event.address[0]), picture.tracks[0])
