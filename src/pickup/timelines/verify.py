"""Proving that nothing moved: two cuts compared frame range by frame range, outside what may be filled.

Written apart from `patch` and from the dialects on purpose: it knows nothing of how takes are put in or how a format
spells things, only what an editor must still see.

    compare(old, new, fillable=holes, exact=True)   [] when every record frame outside the fills shows what it showed

Two files of one OTIO dialect must agree in everything (`exact`). Across dialects what each program spells its own way
is left out, and every difference says which `Aspect` of the cut it is, so that one which the written dialect declares
as lost can be told from a fault.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from pickup.cut import Cut, Event, EventKind, MediaKind, Track, TrackKind, Transition
from pickup.errors import counted
from pickup.paths import PathKind, parse_path
from pickup.takes import Relink
from pickup.timelines.compare_markers import MarkerComparison, moved_markers
from pickup.timelines.dialect import Aspect, MediaFacts
from pickup.timelines.difference import Difference
from pickup.timelines.fills import Fill, fills_of
from pickup.timing import FrameRate

Interval = tuple[int, int]
"""Record frames, end exclusive."""

_BELOW_A_DOUBLE_S = Fraction(1, 10**8)
"""Formats write source times as doubles at different rates; after a day of timecode those hold no more than this.

A tenth of a millionth of any frame, and only across dialects.
"""

_SHOWS_MEDIA = frozenset({EventKind.FOOTAGE, EventKind.OFFLINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What one track shows over some record frames."""

    start: int
    end: int
    event: Event

    def describe(self, *, source: Fraction) -> str:
        frames = counted(self.end - self.start, "frame")
        return f"{self.event.kind.value} “{self.event.name}”, {frames} from source {float(source):.3f} s"


def compare(
    old: Cut,
    new: Cut,
    *,
    fillable: Collection[Interval],
    exact: bool,
    facts: Mapping[str, MediaFacts] = MappingProxyType({}),
) -> list[Difference]:
    """Everything that is not as it was in `old`, outside the takes that may be there.

    Args:
        old: The cut that was read.
        new: The cut that was written.
        fillable: Record ranges that a take may fill: holes of the old cut, and takes that it showed already. What
            `new` itself says it has filled counts nowhere else.
        exact: Both are files of one OTIO dialect, so that nothing at all may differ.
        facts: What is known of media, by local path: where media begin that a timeline says nothing about.
    """
    markers = MarkerComparison(cut=old, exact=exact, moved=moved_markers(old, new))
    comparison = _Comparison(cut=old, fillable=frozenset(fillable), exact=exact, facts=facts, markers=markers)
    return list(comparison.whole(old, new))


def missing_fills(old: Cut, new: Cut, *, relinks: Iterable[Relink]) -> list[Difference]:
    """Every planned take that the written cut does not show in its place, and every one that nobody planned."""
    there = {_fill_key(each): each for each in fills_of(new)}
    planned = {_planned_key(relink, rate=new.rate): relink for relink in relinks}
    known = {_fill_key(each) for each in fills_of(old)}
    result = [
        Difference(
            aspect=Aspect.TAKES,
            where=f"{relink.track} {new.timecode(relink.record.start)}",
            was=f"{relink.shot} take {relink.circled} planned",
            now="not there, or not these frames of it",
        )
        for key, relink in planned.items()
        if key not in there
    ]
    result += [
        Difference(
            aspect=Aspect.TAKES,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """How two cuts are compared; `cut` is the old one, whose timecode names places."""

    cut: Cut
    fillable: frozenset[Interval]
    exact: bool
    facts: Mapping[str, MediaFacts]
    markers: MarkerComparison

    def whole(self, old: Cut, new: Cut) -> Iterator[Difference]:
        """Both cuts, tracks and all."""
        facts: list[tuple[Aspect, Callable[[Cut], object]]] = [
            (Aspect.RATE, lambda cut: str(cut.rate)),
            (Aspect.START, lambda cut: cut.timecode(0)),
            (Aspect.LENGTH, lambda cut: f"{cut.duration} frames"),
            (Aspect.CUT_METADATA, lambda cut: cut.digest if self.exact else cut.metadata),
        ]
        if self.exact or old.size is not None:  # a format that states a size must invent one for those that do not
            facts.append((Aspect.SIZE, lambda cut: cut.size))
        for aspect, fact in facts:
            was, now = fact(old), fact(new)
            if was != now:
                yield Difference(aspect=aspect, where=aspect.value, was=str(was), now=str(now))
        yield from self._stacks(old.tracks, new.tracks)
        yield from self.markers.of_timeline(old, new)

    def _stacks(self, old: Sequence[Track], new: Sequence[Track]) -> Iterator[Difference]:
        for kind in TrackKind:
            were = [track for track in old if track.kind is kind]
            are = [track for track in new if track.kind is kind]
            for lost in were[len(are) :]:
                aspect = Aspect.OTHER_TRACKS if kind is TrackKind.OTHER else Aspect.PLACE
                yield Difference(aspect=aspect, where=lost.name, was=f"{kind.value} track", now="not there")
            for was, now in zip(were, are, strict=False):
                yield from self._tracks(was, now)
            for extra in are[len(were) :]:
                yield from self._new_track(extra)

    def _new_track(self, track: Track) -> Iterator[Difference]:
        """A new track may hold takes and nothing else."""
        for event in track.events:
            if event.kind is not EventKind.GAP and not self._is_fill(event):
                yield self._at(
                    Aspect.PLACE, track, event.record.start, "no such track", f"{event.kind.value} “{event.name}”"
                )

    def _tracks(self, was: Track, now: Track) -> Iterator[Difference]:
        facts: tuple[tuple[Aspect, object, object], ...] = (
            (Aspect.TRACK_NAMES, was.name, now.name),
            (Aspect.TRACK_LOCKS, was.locked, now.locked),
            (Aspect.TRACK_STATES, was.enabled, now.enabled),
            (Aspect.TRACK_METADATA, was.metadata, now.metadata),
            *(((Aspect.TRACK_METADATA, was.digest, now.digest),) if self.exact else ()),
        )
        for aspect, before, after in facts:
            if before != after:
                yield Difference(aspect=aspect, where=was.name, was=str(before), now=str(after))
        fills = [(event.record.start, event.record.end) for event in now.events if self._is_fill(event)]
        yield from self._shown(list(_pieces(was, fills)), list(_pieces(now, fills)), track=was)
        yield from self._transitions(was, now)
        yield from self.markers.of_track(was, now)
        yield from self._compounds(was, now)

    def _compounds(self, was: Track, now: Track) -> Iterator[Difference]:
        new = {event.record.start: event for event in now.events if event.kind is EventKind.NESTED}
        for event in was.events:
            same = new.get(event.record.start)
            if event.kind is EventKind.NESTED and event.straightened and same is not None:
                yield from self._stacks(event.tracks, same.tracks)

    def _is_fill(self, event: Event) -> bool:
        return event.filled is not None and (event.record.start, event.record.end) in self.fillable

    def _at(self, aspect: Aspect, track: Track, frame: int, was: str, now: str) -> Difference:
        return Difference(aspect=aspect, where=f"{track.name} {self.cut.timecode(frame)}", was=was, now=now)

    # What the track shows, piece by piece.

    def _shown(self, were: Sequence[_Piece], are: Sequence[_Piece], *, track: Track) -> Iterator[Difference]:
        by_start = {piece.start: piece for piece in are}
        for was in were:
            now = by_start.get(was.start)
            if now is None:
                yield self._at(_lost_whole(was.event), track, was.start, self._described(was), "not there")
            elif was.end != now.end:
                yield self._at(Aspect.PLACE, track, was.start, self._described(was), self._described(now))
            else:
                yield from self._same_place(was, now, track=track)
        starts = {piece.start for piece in were}
        for now in are:
            if now.start not in starts:
                yield self._at(Aspect.PLACE, track, now.start, "nothing there", self._described(now))

    def _described(self, piece: _Piece) -> str:
        return piece.describe(source=self._source(piece))

    def _same_place(self, was: _Piece, now: _Piece, *, track: Track) -> Iterator[Difference]:
        differs = False
        for aspect, before, after in self._facts(was, now):
            if self.exact and aspect is Aspect.METADATA and differs:
                continue  # the fingerprint of a whole item tells nothing that was not told already
            if before != after:
                differs = True
                told = (self._described(was), self._described(now))
                if told[0] == told[1] or aspect is Aspect.SYNTHETIC:
                    told = (f"{aspect.value} of “{was.event.name}”: {before or 'none'}", f"{after or 'none'}")
                if aspect in (Aspect.METADATA, Aspect.EFFECTS, Aspect.ALTERNATES):
                    told = (f"“{was.event.name}” with its {aspect.value}", "changed" if after else "gone")
                yield self._at(aspect, track, was.start, *told)

    def _facts(self, was: _Piece, now: _Piece) -> Iterator[tuple[Aspect, object, object]]:
        old, new = was.event, now.event
        yield Aspect.CLIP_NAMES, old.name, new.name
        yield Aspect.ENABLED, old.enabled, new.enabled
        yield from _speeds(old, new)
        media = _media_aspect(old)
        yield media, _media_facts(old, exact=self.exact), _media_facts(new, exact=self.exact)
        yield Aspect.EFFECTS, False, new.idle_warp and not old.idle_warp  # one that went is no loss; one that came is
        if self.exact:
            yield Aspect.SOURCE, self._source(was), self._source(now)
            yield Aspect.LINKS, old.link, _kept_link(was, now)
            yield Aspect.METADATA, old.digest, new.digest
            return
        was_ramp = old.speed is None and new.speed is not None  # where in a ramp a part of it begins is not known
        if media is not Aspect.SYNTHETIC and old.kind is not EventKind.GAP and not (_is_still(old) or was_ramp):
            before, after = self._source(was), self._source(now)
            yield Aspect.SOURCE, before, before if abs(after - before) < _BELOW_A_DOUBLE_S else after
        if old.kind is EventKind.TITLE and new.kind is EventKind.TITLE:
            yield Aspect.TITLE_TEXT, " ".join(old.text.split()), " ".join(new.text.split())
        if _length(old) is not None and _length(new) is not None:
            yield Aspect.AVAILABLE, _length(old), _length(new)
        if old.parts is not None and new.parts is not None:
            yield Aspect.EFFECTS, old.parts.effects, new.parts.effects
            yield Aspect.METADATA, (old.parts.metadata, old.brief), (new.parts.metadata, new.brief)
            yield Aspect.ALTERNATES, old.parts.alternates, new.parts.alternates
            yield Aspect.COLORS, old.parts.color, new.parts.color

    def _source(self, piece: _Piece) -> Fraction:
        """Source time of a piece's first frame; across dialects counted from the first frame of its media."""
        event = piece.event
        if event.kind is EventKind.GAP:
            return Fraction(0)
        moved = event.record.rate.seconds(piece.start - event.record.start) * (event.speed or 0)
        return event.source_start + moved - (Fraction(0) if self.exact else self._media_start(event))

    def _media_start(self, event: Event) -> Fraction:
        media = event.media
        if media is None:
            return Fraction(0)
        if media.available is not None:
            return media.available.start
        known = self.facts.get(media.path or "")
        inside = known is not None and known.start <= event.source_start < known.start + known.duration
        return known.start if known is not None and inside else Fraction(0)

    # Transitions and markers.

    def _transitions(self, was: Track, now: Track) -> Iterator[Difference]:
        old = {(each.at, each.before, each.after): each for each in was.transitions}
        new = {(each.at, each.before, each.after): each for each in now.transitions}
        for key, transition in old.items():
            same = new.get(key)
            told = f"transition “{transition.name}”"
            if same is None:
                aspect = Aspect.LOOSE_TRANSITIONS if _is_loose(transition, now) else Aspect.TRANSITIONS
                yield self._at(aspect, was, transition.at, told, "gone or changed")
            elif (transition.name, transition.digest) != (same.name, same.digest) and self.exact:
                yield self._at(Aspect.TRANSITION_KINDS, was, transition.at, told, "changed")
            elif transition.name != same.name:
                yield self._at(Aspect.TRANSITION_KINDS, was, transition.at, told, f"“{same.name}”")
        for key, transition in new.items():
            if key not in old:
                told = f"transition “{transition.name}”"
                yield self._at(Aspect.TRANSITIONS, was, transition.at, "no such transition", told)


def _pieces(track: Track, fills: Sequence[Interval]) -> Iterator[_Piece]:
    """What the track shows outside the fills; plain gaps show nothing and are left out."""
    for event in track.events:
        if event.kind is EventKind.GAP and not _says_something(event):
            continue
        if not event.record.length:
            continue
        for start, end in _outside(event.record.start, event.record.end, fills):
            yield _Piece(start=start, end=end, event=event)


def _says_something(gap: Event) -> bool:
    parts = gap.parts
    return bool(gap.digest) or (parts is not None and bool(parts.metadata or parts.effects))


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


def _lost_whole(event: Event) -> Aspect:
    """What is lost with an item of which nothing is left but its place."""
    if event.kind is EventKind.GAP:
        return Aspect.METADATA
    if event.kind is EventKind.NESTED:
        return Aspect.COMPOUNDS
    return _media_aspect(event) if _media_aspect(event) is Aspect.SYNTHETIC else Aspect.PLACE


def _media_aspect(event: Event) -> Aspect:
    """Under which name the media of an event is compared."""
    media = event.media
    if event.kind is EventKind.NESTED:
        return Aspect.COMPOUNDS
    if event.kind not in _SHOWS_MEDIA or media is None or not (media.path or media.url):
        return Aspect.MEDIA if event.kind is EventKind.GAP else Aspect.SYNTHETIC
    return Aspect.SEQUENCES if media.kind is MediaKind.SEQUENCE else Aspect.MEDIA


def _media_facts(event: Event, *, exact: bool) -> tuple[object, ...]:
    """What kind of thing it is and which file; whether the file is here is no property of the cut."""
    media = event.media
    if exact:
        return (event.kind,)
    if event.kind not in _SHOWS_MEDIA or media is None or not (media.path or media.url):
        return (event.kind.value,)
    kind = "" if media.kind in (MediaKind.MOVIE, MediaKind.MISSING, MediaKind.SOUND) else media.kind.value
    return (kind, _spelled_alike(media.path) if media.path else media.name)


def _spelled_alike(path: str) -> str:
    """A path of Windows with one kind of slash: some formats write it with the other."""
    local = parse_path(path)
    return path if local is None or local.kind is PathKind.POSIX else path.replace("/", "\\")


def _is_still(event: Event) -> bool:
    """Whether it shows one picture all the time, so that it does not matter from where."""
    return event.media is not None and event.media.kind is MediaKind.STILL


def _length(event: Event) -> Fraction | None:
    media = event.media
    moves = media is not None and media.kind in (MediaKind.MOVIE, MediaKind.SOUND)
    if media is None or not moves or media.available is None:
        return None
    return media.available.end - media.available.start


def _speeds(old: Event, new: Event) -> Iterator[tuple[Aspect, object, object]]:
    if old.kind is EventKind.GAP:
        return
    aspect = Aspect.RAMPS if old.speed is None else Aspect.FREEZES if not old.speed else Aspect.SPEED
    yield aspect, old.speed, new.speed


def _kept_link(was: _Piece, now: _Piece) -> str:
    """What an item is linked with; of what a take left over of an item, only one part can stay linked as it was."""
    is_part = was.end - was.start < was.event.record.length
    return was.event.link if is_part and not now.event.link else now.event.link


def _is_loose(transition: Transition, track: Track) -> bool:
    """Whether a transition has a gap or nothing on one side."""
    sides = (track.event_at(transition.at - 1), track.event_at(transition.at))
    return any(side is None or side.kind is EventKind.GAP for side in sides)
