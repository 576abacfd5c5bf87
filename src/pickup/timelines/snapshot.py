"""A neutral timeline to `Cut`: record positions by one exact running sum per track, in whole frames of the cut's rate.

It changes nothing in the OTIO object, except that digests are taken with the source range lifted out for a moment.

    cut = take_snapshot(file, looker=looker)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from enum import Flag, auto
from fractions import Fraction

import opentimelineio as otio

from pickup.cut import (
    Address,
    Cut,
    Event,
    EventKind,
    Inside,
    Media,
    MediaKind,
    PickupMark,
    Stretch,
    Track,
    TrackKind,
    Transition,
    walk_events,
)
from pickup.errors import Finding, TimelineError, TimingError, counted, warning
from pickup.timelines.classify import MediaLooker, classify
from pickup.timelines.complaints import quoted
from pickup.timelines.fingerprints import (
    foreign_digest,
    has_idle_warp,
    item_digest,
    parts_of,
    shallow_digest,
    text_digest,
    timeline_digest,
)
from pickup.timelines.links import premiere_link
from pickup.timelines.markers import MarkerReader, counts_in
from pickup.timelines.ramps import ramp_of
from pickup.timelines.read import TimelineFile
from pickup.timelines.ruler import (
    Ruler,
    find_drop_frame,
    find_rate,
    is_frame_rate,
    record_length,
    source_range_of,
    source_seconds,
    speed_of,
    stated_length,
    whole_if_whole,
)
from pickup.timelines.texts import child, is_ours, own_brief, own_mark, title_text
from pickup.timing import FrameRange, FrameRate, Number, half_up, timecode

_IN_THE_CUT = 2
"""Length of the address of an item that stands in no compound clip."""


class Prints(Flag):
    """Fingerprints of what a snapshot does not hold: for files of one dialect, or for those of two."""

    NONE = 0
    EXACT = auto()
    ACROSS = auto()
    ALL = EXACT | ACROSS


def take_snapshot(
    file: TimelineFile,
    *,
    looker: MediaLooker,
    drop_frame: bool | None = None,
    prints: Prints = Prints.NONE,
    tag: str = "",
) -> Cut:
    """The cut in a timeline.

    Args:
        file: As its dialect read it.
        looker: Says which media is here.
        drop_frame: Configured choice where the timeline cannot say; None for no choice.
        prints: Which fingerprints to take of every item, for comparing two versions of a cut.
        tag: The library's tag; media files named with it are takes, whatever became of our metadata.

    Raises:
        TimelineError: A rate or a time in it makes no sense; the item is named.
    """
    name = file.path.name
    try:
        return _snapshot(file, name=name, looker=looker, drop_frame=drop_frame, prints=prints, tag=tag)
    except TimingError as error:
        raise TimelineError(f"{name} cannot be read: {error.message}", where=name, next_step=error.next_step) from error


def _snapshot(
    file: TimelineFile, *, name: str, looker: MediaLooker, drop_frame: bool | None, prints: Prints, tag: str
) -> Cut:
    timeline, reading = file.timeline, file.reading
    rate, rate_from = find_rate(timeline)
    ruler = Ruler(rate=rate)
    reader = _Reader(ruler, looker=looker, prints=prints, tag=tag, name=name, resolve=_is_resolve(timeline))
    tracks = reader.stack_tracks(timeline.tracks, address=(), start=0, window=None)
    duration = max((track.end for track in tracks), default=0)
    start = half_up(ruler.frames(timeline.global_start_time)) if timeline.global_start_time else 0
    drops, assumed = find_drop_frame(start, rate=rate, stated=reading.drop_frame, configured=drop_frame, name=name)
    return Cut(
        name=name,
        rate=rate,
        rate_from=rate_from,
        drop_frame=drops,
        start_frame=start,
        duration=duration,
        tracks=tracks,
        size=reading.size,
        size_from=reading.size_from,
        markers=tuple(reader.markers.of_timeline(timeline.tracks.markers, start_frame=start, duration=duration)),
        dialect=file.dialect,
        dialect_from=file.dialect_from,
        digest=timeline_digest(timeline) if Prints.EXACT in prints else "",
        metadata=_foreign(timeline) if Prints.ACROSS in prints else "",
        findings=(*assumed, *reader.findings, *_off_grid(tracks, start=start, rate=rate, drops=drops)),
    )


def _foreign(timeline: otio.schema.Timeline) -> str:
    return f"{foreign_digest(timeline.metadata)} {foreign_digest(timeline.tracks.metadata)}"


def _is_resolve(timeline: otio.schema.Timeline) -> bool:
    """Whether Resolve wrote it, also where it was put into another shape since."""
    own = child(timeline.metadata, "Resolve_OTIO")
    return own is not None or child(timeline.metadata, "pickup", "came_with", "Resolve_OTIO") is not None


def _off_grid(tracks: tuple[Track, ...], *, start: int, rate: FrameRate, drops: bool) -> Iterator[Finding]:
    """One finding for a whole cut: where the first edge off the grid is, and how many there are."""
    loose = [(track, event) for track, event in walk_events(tracks) if not event.on_grid and _is_picture(track)]
    if loose:
        track, event = loose[0]
        place = timecode(start + event.record.start, rate=rate, drop_frame=drops)
        yield warning(
            "OFF_GRID",
            f"edges off the whole frames of {rate}: {counted(len(loose), 'item')}; nothing is filled on such an edge",
            where=f"{track.name} {place}",
        )


def _is_picture(track: Track) -> bool:
    return track.kind is TrackKind.VIDEO


class _Reader:
    """Walks the stacks of one timeline; positions are exact until an event is made."""

    def __init__(
        self, ruler: Ruler, *, looker: MediaLooker, prints: Prints, tag: str, name: str, resolve: bool
    ) -> None:
        self._ruler = ruler
        self._looker = looker
        self._exact, self._across = Prints.EXACT in prints, Prints.ACROSS in prints
        self.markers = MarkerReader(ruler, exact=self._exact, across=self._across)
        self._tag = f"{tag}_" if tag else ""
        self._name = name
        self._resolve = resolve
        self._unreached: list[str] = []
        self.findings: list[Finding] = []

    def stack_tracks(
        self, stack: otio.schema.Stack, *, address: Address, start: Number, window: FrameRange | None
    ) -> tuple[Track, ...]:
        """The tracks of a stack whose own time begins at record position `start`, cut to `window`."""
        tracks = []
        numbers: Counter[TrackKind] = Counter()
        for place, item in enumerate(stack):
            kind = TrackKind.VIDEO
            if isinstance(item, otio.schema.Track):
                kind = TrackKind(item.kind) if item.kind in ("Video", "Audio") else TrackKind.OTHER
                if item.source_range is not None:
                    self._pass_over(f"the trim of the whole track{quoted(item.name)} is not an edit")
                tracks.append(
                    self._track(
                        item, kind=kind, number=numbers[kind], address=(*address, place), start=start, window=window
                    )
                )
            else:
                self._pass_over(f"{item.schema_name()}{quoted(item.name)} stands beside the tracks, not on one")
            numbers[kind] += 1
        return tuple(tracks)

    def _pass_over(self, what: str) -> None:
        self.findings.append(warning("UNSUPPORTED", f"{what}; it is left as it is and not looked at", where=self._name))

    def _track(
        self,
        track: otio.schema.Track,
        *,
        kind: TrackKind,
        number: int,
        address: Address,
        start: Number,
        window: FrameRange | None,
    ) -> Track:
        events: list[Event] = []
        transitions: list[Transition] = []
        position = start
        for index, item in enumerate(track):
            place = (*address, index)
            try:
                if isinstance(item, otio.schema.Transition):
                    transitions.append(self._transition(item, address=place, at=position))
                    continue
                known = source_range_of(item)  # asked once: every property of OTIO makes a new object
                end = position + self._record_length(item, known, track_name=track.name)
                event = self._event(item, known, kind=kind, address=place, start=position, end=end, window=window)
            except TimingError as error:
                raise self._unreadable(item, error, track_name=track.name) from error
            if event is not None:
                events.append(event)
            position = whole_if_whole(end)
        return Track(
            name=track.name or f"{kind.value} {number + 1}",
            kind=kind,
            number=number,
            place=address[-1],
            address=address,
            events=tuple(events),
            transitions=tuple(transitions),
            markers=tuple(self.markers.placed(track.markers, record_start=start, source_start=0, speed=Fraction(1))),
            enabled=bool(track.enabled),
            locked=_is_locked(track),
            digest=self._track_digest(track),
            metadata=foreign_digest(track.metadata) if self._across else "",
        )

    def _record_length(
        self, item: otio.core.Composable, known: otio.opentime.TimeRange | None, *, track_name: str
    ) -> Number:
        if known is not None:
            return stated_length(known, ruler=self._ruler)
        length = record_length(item, ruler=self._ruler)
        if not length and not isinstance(item, otio.core.Composition):
            where = f"{self._name}, {track_name}"
            said = f"“{item.name}” states no length and is taken as empty"
            self.findings.append(warning("NO_LENGTH", said, where=where))
        return length

    def _unreadable(self, item: otio.core.Composable, error: TimingError, *, track_name: str) -> TimelineError:
        return TimelineError(
            f"{item.schema_name()}{quoted(item.name)} cannot be placed: {error.message}",
            where=f"{self._name}, {track_name}",
            next_step=error.next_step or "export the timeline again",
        )

    def _event(
        self,
        item: otio.core.Composable,
        known: otio.opentime.TimeRange | None,
        *,
        kind: TrackKind,
        address: Address,
        start: Number,
        end: Number,
        window: FrameRange | None,
    ) -> Event | None:
        """One event, or nothing where the window of a trimmed compound clip shows none of it."""
        record = self._ruler.range(start, end)
        on_grid = isinstance(start, int) and isinstance(end, int)
        if isinstance(item, otio.schema.Gap) and not item.markers and not item.metadata and window is None:
            return Event(
                kind=EventKind.GAP,
                name=item.name,
                address=address,
                record=record,
                on_grid=on_grid,
                enabled=bool(item.enabled),
                digest=self._digest(item),
            )
        shown = record if window is None else record.common(window)
        if shown != record:
            self._unreached += self._without_media(item)
        if shown is None:
            return None
        event = self._shown_event(item, known, kind=kind, address=address, start=start, shown=shown, on_grid=on_grid)
        if shown != record or not on_grid:
            source = source_seconds(item, known.start_time) if known is not None else Fraction(0)
            event = replace(event, whole=Stretch(start=start, end=end, source=source))
        if event.markers and shown != record:
            seen = tuple(each for each in event.markers if counts_in(shown, each, whole=record))
            event = replace(event, markers=seen)
        return event

    def _shown_event(
        self,
        item: otio.core.Composable,
        known: otio.opentime.TimeRange | None,
        *,
        kind: TrackKind,
        address: Address,
        start: Number,
        shown: FrameRange,
        on_grid: bool,
    ) -> Event:
        speed = speed_of(item)
        source_start = source_seconds(item, known.start_time) if known is not None else Fraction(0)
        shown_from = source_start
        if shown.start != start:
            shown_from += self._ruler.rate.seconds(shown.start - start) * (speed or 0)
        event_kind, media, generator = self._kind(item)
        tracks: tuple[Track, ...] = ()
        inside: Inside | None = None
        straight = True
        if isinstance(item, otio.schema.Stack | otio.schema.Track):
            straight = speed == 1 and on_grid
            if straight and kind is TrackKind.VIDEO:
                inner_start = whole_if_whole(start - self._ruler.rate.frames(source_start))
                tracks = self.inner_tracks(item, address=address, start=inner_start, window=shown)
            elif kind is TrackKind.VIDEO:
                self._unreached += self._without_media(item)
                inside = self._inside(item, known, address=address)
        unreached: tuple[str, ...] = ()
        if len(address) == _IN_THE_CUT:
            unreached, self._unreached = tuple(self._unreached), []
        is_item = isinstance(item, otio.core.Item)
        titled = event_kind is EventKind.TITLE and _is_clip(item)
        metadata = item.metadata
        ours = is_ours(metadata)
        return Event(
            kind=event_kind,
            name=item.name,
            address=address,
            record=shown,
            source_start=shown_from,
            speed=speed,
            ramp=ramp_of(item) if speed is None else None,
            enabled=bool(item.enabled) if is_item else True,
            on_grid=on_grid,
            media=media,
            text=title_text(item.media_reference, item.effects) if titled else "",
            brief=own_brief(metadata) if ours else "",
            generator=generator,
            markers=self.markers.of_item(item, known, start=start, speed=speed) if is_item else (),
            filled=self._filled(metadata if ours else None, event_media=media.name if media else ""),
            tracks=tracks,
            straightened=straight,
            inside=inside,
            unreached=unreached,
            idle_warp=is_item and has_idle_warp(item),
            link=premiere_link(item) if self._exact and is_item else "",
            digest=self._digest(item, opened=bool(tracks)),
            parts=parts_of(item) if self._across and is_item else None,
        )

    def inner_tracks(
        self, item: otio.schema.Stack | otio.schema.Track, *, address: Address, start: Number, window: FrameRange | None
    ) -> tuple[Track, ...]:
        """The tracks of a compound clip whose own time begins at record position `start`, cut to `window`."""
        if isinstance(item, otio.schema.Stack):
            return self.stack_tracks(item, address=address, start=start, window=window)
        return (self._track(item, kind=TrackKind.VIDEO, number=0, address=address, start=start, window=window),)

    def _inside(
        self, item: otio.schema.Stack | otio.schema.Track, known: otio.opentime.TimeRange | None, *, address: Address
    ) -> Inside | None:
        """What a compound clip holds, in its own time and rate: that of its source range, which is its own time."""
        if self._exact or self._across:
            return None
        rate = self._ruler.rate
        try:
            if known is not None and is_frame_rate(known.start_time.rate):
                rate = FrameRate.parse(known.start_time.rate)
            reader = _Reader(
                Ruler(rate=rate),
                looker=self._looker,
                prints=Prints.NONE,
                tag=self._tag.removesuffix("_"),
                name=self._name,
                resolve=self._resolve,
            )
            return Inside(rate=rate, tracks=reader.inner_tracks(item, address=address, start=0, window=None))
        except (TimelineError, TimingError):  # nothing of it is placed in the cut, so nothing is lost but the picture
            return None

    def _without_media(self, item: otio.core.Composable) -> Iterator[str]:
        """Names of clips of which the file knows no media and no last path: the item, or all inside of it."""
        if isinstance(item, otio.core.Composition):
            for each in item:
                yield from self._without_media(each)
        elif isinstance(item, otio.schema.Clip):
            _, media, _ = self._kind(item)
            if media is not None and media.kind is MediaKind.MISSING and not media.url:
                yield item.name

    def _kind(self, item: otio.core.Composable) -> tuple[EventKind, Media | None, str]:
        if isinstance(item, otio.schema.Clip):
            return classify(item, item.media_reference, looker=self._looker, resolve=self._resolve)
        if isinstance(item, otio.schema.Gap):
            return EventKind.GAP, None, ""
        if isinstance(item, otio.schema.Stack | otio.schema.Track):
            return EventKind.NESTED, None, ""
        return EventKind.OPAQUE, None, ""

    def _filled(self, metadata: object, *, event_media: str) -> PickupMark | None:
        """What Pickup put there, of this library alone: another film's library has a SH0010 as well."""
        own = own_mark(metadata) if metadata is not None else None
        if not self._tag:
            return own
        is_named = event_media.startswith(self._tag)
        if own is None:
            return mark_from_name(event_media.removeprefix(self._tag)) if is_named else None
        known = f"{own.library}_" == self._tag if own.library else is_named or not event_media
        return own if known else None

    def _transition(self, item: otio.schema.Transition, *, address: Address, at: Number) -> Transition:
        return Transition(
            name=item.name,
            address=address,
            at=half_up(at),
            before=half_up(self._ruler.frames(item.in_offset)) if item.in_offset else 0,
            after=half_up(self._ruler.frames(item.out_offset)) if item.out_offset else 0,
            digest=text_digest(item.to_json_string(indent=-1)) if self._exact else "",
        )

    def _digest(self, item: otio.core.Composable, *, opened: bool = False) -> str:
        return item_digest(item, opened=opened) if self._exact else ""

    def _track_digest(self, track: otio.schema.Track) -> str:
        return f"{shallow_digest(track)} {track.source_range}" if self._exact else ""


def _is_locked(track: otio.schema.Track) -> bool:
    return (
        child(track.metadata, "Resolve_OTIO", "Locked") is True or child(track.metadata, "fcp_xml", "locked") == "TRUE"
    )


def _is_clip(item: otio.core.Composable) -> bool:
    return isinstance(item, otio.schema.Clip)


def mark_from_name(name: str) -> PickupMark | None:
    """Shot and take from the part of a take's file name after the tag, such as `SH0010_t01.mov`."""
    stem = name.rpartition(".")[0] or name
    shot, _, rest = stem.rpartition("_t")
    number = rest.partition("_")[0]
    return PickupMark(shot=shot, take=int(number), hole="") if shot and number.isdigit() else None
