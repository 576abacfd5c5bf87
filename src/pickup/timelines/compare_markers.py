"""Markers of two cuts compared: those of tracks, of items and of the timeline, by their place and their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pickup.cut import Cut, EventKind, Marker, Track, walk_events
from pickup.timelines.dialect import Aspect
from pickup.timelines.difference import Difference

MarkerKey = tuple[int, int, str, str]
"""First record frame, last one exclusive, name, note."""


def _marker_key(marker: Marker) -> MarkerKey:
    """Place and words; some formats have no marker that is shorter than a frame."""
    record = marker.record
    return record.start, max(record.end, record.start + 1), marker.name, marker.note


def _markers_of_events(track: Track) -> Iterator[Marker]:
    return (marker for event in track.events for marker in event.markers)


def moved_markers(old: Cut, new: Cut) -> Counter[MarkerKey]:
    """Markers that stood on gaps and stand on the timeline now, because a format has nothing there to carry them.

    So may those of items of a kind that nobody knows: to some formats these are gaps.
    """
    on_gaps = Counter(
        _marker_key(marker)
        for _, event in walk_events(old.tracks)
        if event.kind in (EventKind.GAP, EventKind.OPAQUE)
        for marker in event.markers
    )
    if not on_gaps:
        return Counter()
    still = Counter(_marker_key(marker) for _, event in walk_events(new.tracks) for marker in event.markers)
    come = Counter(map(_marker_key, new.markers)) - Counter(map(_marker_key, old.markers))
    return (on_gaps - still) & come


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerComparison:
    """How markers are compared; `cut` is the old one, whose timecode names places.

    Attributes:
        exact: Nothing at all may differ.
        moved: Markers of gaps that became markers of the timeline.
    """

    cut: Cut
    exact: bool
    moved: Counter[MarkerKey]

    def of_track(self, was: Track, now: Track) -> Iterator[Difference]:
        """Markers of a track and of what stands on it."""
        yield from self._markers(was.markers, now.markers, aspect=Aspect.TRACK_MARKERS, where=was.name)
        old, new = _markers_of_events(was), _markers_of_events(now)
        yield from self._markers(old, new, aspect=Aspect.CLIP_MARKERS, where=was.name)

    def of_timeline(self, old: Cut, new: Cut) -> Iterator[Difference]:
        """Markers of the whole cut."""
        for place in self.moved.elements():
            yield self._marker(Aspect.GAP_MARKERS, place, where="gap", now="a marker of the timeline")
        yield from self._markers(old.markers, new.markers, aspect=Aspect.TIMELINE_MARKERS, where="timeline")

    def _markers(
        self, old: Iterable[Marker], new: Iterable[Marker], *, aspect: Aspect, where: str
    ) -> Iterator[Difference]:
        were, are = sorted(old, key=_marker_key), sorted(new, key=_marker_key)
        gone, come = Counter(map(_marker_key, were)), Counter(map(_marker_key, are))
        for place in (gone - come - self.moved).elements():
            yield self._marker(aspect, place, where=where, now="gone")
        for place in (come - gone - self.moved).elements():
            yield self._marker(aspect, place, where=where, was="none")
        if gone != come:
            return
        for was, now in zip(were, are, strict=True):
            for each, before, after in self._marker_facts(was, now):
                if before != after:
                    yield Difference(
                        aspect=each,
                        where=f"{where} {self.cut.timecode(was.record.start)}",
                        was=f"marker “{was.name or was.note}”: {before or 'none'}",
                        now=str(after or "none"),
                    )

    def _marker_facts(self, was: Marker, now: Marker) -> Iterator[tuple[Aspect, object, object]]:
        yield Aspect.MARKER_COLORS, was.color.upper(), now.color.upper()
        yield Aspect.MARKER_KEYWORDS, was.keywords, now.keywords
        yield Aspect.MARKER_METADATA, was.metadata, now.metadata
        if self.exact:
            yield Aspect.MARKER_METADATA, (was.record, was.color, was.digest), (now.record, now.color, now.digest)

    def _marker(self, aspect: Aspect, place: MarkerKey, *, where: str, was: str = "", now: str = "") -> Difference:
        start, _, name, note = place
        told = f"marker “{name or note}”"
        return Difference(aspect=aspect, where=f"{where} {self.cut.timecode(start)}", was=was or told, now=now or told)
