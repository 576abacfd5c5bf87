"""Re-cuts: what editors do to a cut between two exports, and where each hole stands afterwards.

Every hole's item wears a tag that goes with it through trims, moves and splits; when the re-cut is done the tags are
read and taken off. So what is expected is known from what was done, and not from how shots are recognized.

    recut = Recut.of(timeline, holes)
    recut.roll_head(0, frames=5)
    recut.finish()
    recut.expected       where each hole is now, and which frame of it is seen first there
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import opentimelineio as otio

from pickup.holes import Hole
from pickup.timelines.ruler import Ruler, find_rate, record_length, seconds_of, source_range_of, speed_of
from pickup.timing import exact_rate, half_up

_TAG = "recut"
_SHORTEST = 16
"""Frames that a hole keeps at least: fewer may be a flash frame or a dip to black."""


_FEWEST = 3
"""Items that a track keeps at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a part of a hole stands after a re-cut.

    Attributes:
        hole: Number of the hole in the old cut; None for one that was not there.
        start: Record frame at which it begins.
        shift: Frame of the old hole that is seen there first.
        sure: An editor would say without doubt that it is this shot.
    """

    hole: int | None
    start: int
    shift: int
    sure: bool


@dataclass(slots=True)
class Recut:
    """One picture track that is being cut again; what does not apply returns False and changes nothing.

    Attributes:
        merged: Two holes came to touch and are one now, so that nobody can say which.
    """

    timeline: otio.schema.Timeline
    track: otio.schema.Track
    ruler: Ruler
    story: list[str] = field(default_factory=list)
    expected: tuple[Place, ...] = ()
    merged: bool = False
    _new: int = 0

    @classmethod
    def of(cls, timeline: otio.schema.Timeline, holes: Sequence[Hole]) -> Recut | None:
        """A copy of a timeline whose holes all stand on one track; None where they do not, or none is there."""
        copy = timeline.deepcopy()
        ruler = Ruler(rate=find_rate(copy)[0])
        tracks = [each for each in copy.tracks if each.kind == otio.schema.TrackKind.Video]
        if sum(any(isinstance(item, otio.schema.Clip) for item in track) for track in tracks) != 1:
            return None  # nothing keeps a second one in step
        found: set[int] = set()
        for number, hole in enumerate(holes):
            place = next((each for each in _places(tracks, ruler=ruler) if each[2:] == _edges(hole)), None)
            if place is None:
                return None
            index, item, *_ = place
            found.add(index)
            item.metadata[_TAG] = {
                "hole": number,
                "shift": 0,
                "before": True,
                "after": True,
            }
        if len(found) != 1:
            return None
        return cls(timeline=copy, track=tracks[found.pop()], ruler=ruler)

    # What an editor does.

    def roll_head(self, number: int, *, frames: int) -> bool:
        """The shot before the hole gains frames at the cost of the hole; negative the other way."""
        place = self._hole(number)
        if place is None or not self._is_shot(place - 1) or self._length(place) - frames < _SHORTEST:
            return False
        if self._length(place - 1) + frames < 1:
            return False
        self._grow(place - 1, frames)
        self._trim_head(place, frames)
        return self._tell(f"roll the head of hole {number} by {frames}")

    def roll_tail(self, number: int, *, frames: int) -> bool:
        """The shot after the hole gains frames at the cost of the hole; negative the other way."""
        place = self._hole(number)
        if place is None or not self._is_shot(place + 1) or self._length(place) - frames < _SHORTEST:
            return False
        if self._length(place + 1) + frames < 1 or speed_of(self.track[place + 1]) is None:
            return False
        self._grow(place, -frames)
        self._trim_head(place + 1, -frames)
        return self._tell(f"roll the tail of hole {number} by {frames}")

    def trim_neighbour(self, number: int, *, frames: int) -> bool:
        """The shot before becomes longer or shorter and all that follows moves."""
        place = self._hole(number)
        if place is None or not self._is_shot(place - 1) or self._length(place - 1) + frames < 1 or not frames:
            return False
        self._ripple(place, frames)
        self._grow(place - 1, frames)
        return self._tell(f"ripple the shot before hole {number} by {frames}")

    def trim_hole(self, number: int, *, frames: int) -> bool:
        """The hole becomes shorter at its tail and all that follows moves."""
        place = self._hole(number)
        if place is None or frames < 1 or self._length(place) - frames < _SHORTEST:
            return False
        self._ripple(place + 1, -frames)
        self._grow(place, -frames)
        return self._tell(f"ripple the tail of hole {number} by {frames}")

    def slip_neighbour(self, number: int, *, frames: int) -> bool:
        """The shot after shows other frames of its media at the same place."""
        place = self._hole(number)
        if place is None or not self._is_shot(place + 1) or not frames:
            return False
        item = self.track[place + 1]
        known = _range_of(item)
        item.source_range = otio.opentime.TimeRange(self._later(known.start_time, frames), known.duration)
        self._mark(place, "after")
        return self._tell(f"slip the shot after hole {number} by {frames}")

    def insert(self, index: int) -> bool:
        """A shot that was never seen, anywhere between two items."""
        place = index % (len(self.track) + 1)
        if self._touches_transition(place):
            return False
        self._beside_a_new_one(place)
        self._ripple(place, 40)
        self.track.insert(place, self._new_shot(40))
        return self._tell(f"insert a new shot at {place}")

    def delete(self, index: int) -> bool:
        """One item is taken out and all that follows moves."""
        place = index % len(self.track)
        if len(self.track) <= _FEWEST or self._touches_transition(place) or self._touches_transition(place + 1):
            return False
        if place in (0, len(self.track) - 1):
            return False
        if self._tag(place) is None:
            for hole, side in ((place - 1, "after"), (place + 1, "before")):
                self._mark(hole, side)
        else:
            self._stands_together(place)
        self._ripple(place + 1, -self._length(place))
        del self.track[place]
        return self._tell(f"delete item {place}")

    def move_block(self, number: int, *, to: int) -> bool:
        """A hole goes elsewhere together with both its neighbours."""
        place = self._hole(number)
        if place is None or not (self._is_shot(place - 1) and self._is_shot(place + 1)) or self.timeline.tracks.markers:
            return False
        if any(self._touches_transition(each) for each in range(place - 1, place + 3)):
            return False
        for hole, side in ((place - 2, "after"), (place + 2, "before")):
            self._mark(hole, side)
        block = [self.track[place - 1].deepcopy(), self.track[place].deepcopy(), self.track[place + 1].deepcopy()]
        for _ in block:
            del self.track[place - 1]
        where = to % (len(self.track) + 1)
        if self._touches_transition(where):
            where = len(self.track)
        self._beside_a_new_one(where)
        for item in reversed(block):
            self.track.insert(where, item)
        return self._tell(f"move hole {number} with its neighbours to {where}")

    def overwrite(self, number: int, *, start: int, length: int) -> bool:
        """A new shot over a part of a hole: its head, its tail, or its middle, which splits it."""
        place = self._hole(number)
        whole = self._length(place) if place is not None else 0
        if place is None or length < 1 or start + length > whole or length == whole or self._touches_transition(place):
            return False
        if self._touches_transition(place + 1):
            return False
        tail = whole - start - length
        if 0 < start < _SHORTEST or 0 < tail < _SHORTEST:
            return False
        old = self.track[place].deepcopy()
        parts: list[otio.core.Item] = []
        if start:
            parts.append(self._part(old, first=0, frames=start, loses="after"))
        parts.append(self._new_shot(length))
        if tail:
            parts.append(self._part(old, first=start + length, frames=tail, loses="before"))
        self.track[place] = parts[0]
        for part in reversed(parts[1:]):
            self.track.insert(place + 1, part)
        return self._tell(f"put a new shot over frames {start} to {start + length} of hole {number}")

    def nest(self, number: int) -> bool:
        """The hole and the shot before it become a compound clip."""
        place = self._hole(number)
        if place is None or not self._is_shot(place - 1) or isinstance(self.track[place], otio.schema.Stack):
            return False
        if any(self._touches_transition(each) for each in (place - 1, place, place + 1)):
            return False
        inner = otio.schema.Track("Video 1", kind=otio.schema.TrackKind.Video)
        inner.extend([self.track[place - 1].deepcopy(), self.track[place].deepcopy()])
        length = self._length(place - 1) + self._length(place)
        rate = float(_range_of(self.track[place]).duration.rate)
        frames = float(self.ruler.rate.seconds(length) * exact_rate(rate))
        compound = otio.schema.Stack("Scene", children=[inner])
        compound.source_range = otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(frames, rate)
        )
        del self.track[place]
        self.track[place - 1] = compound
        return self._tell(f"nest hole {number} with the shot before it")

    def rename(self) -> bool:
        """Clips get other names; their media keep theirs."""
        for clip in self.timeline.find_clips():
            if isinstance(clip.media_reference, otio.schema.ExternalReference):
                clip.name = f"{clip.name} (renamed)"
        for track in (each for each in self.timeline.tracks if isinstance(each, otio.schema.Track)):
            track.name = f"{track.name} renamed"
        return self._tell("rename every clip and track")

    def new_hole(self, index: int) -> bool:
        """A gap between two shots that were never seen."""
        place = index % (len(self.track) + 1)
        if self._touches_transition(place):
            return False
        self._beside_a_new_one(place)
        gap = otio.schema.Gap(source_range=self._range(30))
        self._ripple(place, 110)
        gap.metadata[_TAG] = {"hole": -1, "shift": 0, "before": False, "after": False}
        for item in (self._new_shot(40), gap, self._new_shot(40)):
            self.track.insert(place, item)
        return self._tell(f"insert a new hole between new shots at {place}")

    def finish(self) -> None:
        """Reads what is expected off the tags, and takes them away."""
        empty = [isinstance(each, otio.schema.Gap) for each in self.track]
        self.merged = any(one and other for one, other in itertools.pairwise(empty))
        places = []
        for _, item, start, _ in _places([self.track], ruler=self.ruler):
            for inner, at in _tagged(item, start=start, ruler=self.ruler):
                tag = inner.metadata[_TAG]
                number = int(tag["hole"])
                sure = bool(tag["before"] or tag["after"])
                places.append(Place(hole=number if number >= 0 else None, start=at, shift=int(tag["shift"]), sure=sure))
                del inner.metadata[_TAG]
        self.expected = tuple(places)

    # How it is done.

    def _tell(self, sentence: str) -> bool:
        self.story.append(sentence)
        return True

    def _tag(self, place: int) -> object:
        inside = 0 <= place < len(self.track)
        return self.track[place].metadata.get(_TAG) if inside else None

    def _hole(self, number: int) -> int | None:
        """Place of the only part of a hole, where it stands on the track itself."""
        found = [place for place in range(len(self.track)) if _is_part_of(self._tag(place), number)]
        return found[0] if len(found) == 1 else None

    def _is_shot(self, place: int) -> bool:
        inside = 0 <= place < len(self.track)
        return inside and isinstance(self.track[place], otio.schema.Clip) and self._tag(place) is None

    def _touches_transition(self, place: int) -> bool:
        near = (each for each in (place - 1, place) if 0 <= each < len(self.track))
        return any(isinstance(self.track[each], otio.schema.Transition) for each in near)

    def _length(self, place: int) -> int:
        return half_up(record_length(self.track[place], ruler=self.ruler))

    def _range(self, frames: int) -> otio.opentime.TimeRange:
        rate = float(self.ruler.rate.fps)
        return otio.opentime.TimeRange(otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(frames, rate))

    def _later(self, time: otio.opentime.RationalTime, frames: int) -> otio.opentime.RationalTime:
        moved = seconds_of(time) + self.ruler.rate.seconds(frames)
        return otio.opentime.RationalTime(float(moved * exact_rate(time.rate)), time.rate)

    def _grow(self, place: int, frames: int) -> None:
        """More of an item at its tail."""
        item = self.track[place]
        known = _range_of(item)
        item.source_range = otio.opentime.TimeRange(known.start_time, self._later(known.duration, frames))
        if self._tag(place) is None:
            self._mark(place + 1, "before")

    def _trim_head(self, place: int, frames: int) -> None:
        """Less of an item at its head; what is left shows the frames that it showed."""
        item = self.track[place]
        known, speed = _range_of(item), speed_of(item)
        start = known.start_time
        if not isinstance(item, otio.schema.Gap) and speed:
            moved = seconds_of(start) + self.ruler.rate.seconds(frames) * abs(speed)
            start = otio.opentime.RationalTime(float(moved * exact_rate(start.rate)), start.rate)
        item.source_range = otio.opentime.TimeRange(start, self._later(known.duration, -frames))
        tag = self._tag(place)
        if tag is not None:
            item.metadata[_TAG]["shift"] = int(item.metadata[_TAG]["shift"]) + frames
        else:
            self._mark(place - 1, "after")

    def _part(self, item: otio.core.Item, *, first: int, frames: int, loses: str) -> otio.core.Item:
        part = item.deepcopy()
        known = _range_of(part)
        start = known.start_time if isinstance(part, otio.schema.Gap) else self._later(known.start_time, first)
        length = otio.opentime.RationalTime(
            float(self.ruler.rate.seconds(frames) * exact_rate(known.duration.rate)), known.duration.rate
        )
        part.source_range = otio.opentime.TimeRange(start, length)
        part.metadata[_TAG]["shift"] = int(part.metadata[_TAG]["shift"]) + first
        part.metadata[_TAG][loses] = False
        return part

    def _new_shot(self, frames: int) -> otio.schema.Clip:
        self._new += 1
        name = f"never_seen_{self._new}.mov"
        media = otio.schema.ExternalReference(f"/show/media/{name}")
        return otio.schema.Clip(name, media, self._range(frames))

    def _mark(self, place: int, side: str) -> None:
        """Notes that a hole's neighbour on one side is not cut where it was."""
        if self._tag(place) is not None:
            self.track[place].metadata[_TAG][side] = False

    def _ripple(self, place: int, frames: int) -> None:
        """Markers of the timeline go with what stands from `place` on."""
        items = [each for each in list(self.track)[:place] if not isinstance(each, otio.schema.Transition)]
        start = sum(half_up(record_length(each, ruler=self.ruler)) for each in items)
        for marker in self.timeline.tracks.markers:
            marked = marker.marked_range
            if self.ruler.frames(marked.start_time) >= start:
                marker.marked_range = otio.opentime.TimeRange(self._later(marked.start_time, frames), marked.duration)

    def _beside_a_new_one(self, place: int) -> None:
        """Something new comes between the items at `place - 1` and `place`."""
        self._mark(place - 1, "after")
        self._mark(place, "before")

    def _stands_together(self, place: int) -> None:
        """A hole goes, and the items on both sides of it touch."""
        self._mark(place - 1, "after")
        self._mark(place + 1, "before")


def _range_of(item: otio.core.Composable) -> otio.opentime.TimeRange:
    known = source_range_of(item)
    if known is None:
        raise ValueError(f"{item.name} has no length")
    return known


def _edges(hole: Hole) -> tuple[int, int]:
    return hole.record.start, hole.record.end


def _is_part_of(tag: object, number: int) -> bool:
    return tag is not None and int(tag["hole"]) == number  # type: ignore[index]


def _places(tracks: Sequence[otio.schema.Track], *, ruler: Ruler) -> Iterator[tuple[int, otio.core.Item, int, int]]:
    """Number of the track, item, and record range of everything on the tracks."""
    for number, track in enumerate(tracks):
        position = 0
        for item in track:
            if isinstance(item, otio.schema.Transition):
                continue
            end = position + half_up(record_length(item, ruler=ruler))
            yield number, item, position, end
            position = end


def _tagged(item: otio.core.Item, *, start: int, ruler: Ruler) -> Iterator[tuple[otio.core.Item, int]]:
    """Tagged items with their record start, those in compound clips too."""
    if _TAG in item.metadata:
        yield item, start
    if isinstance(item, otio.schema.Stack):
        for _, inner, at, _ in _places([each for each in item if isinstance(each, otio.schema.Track)], ruler=ruler):
            yield from _tagged(inner, start=start + at, ruler=ruler)
