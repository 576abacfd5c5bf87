"""Cuts written down in a line or two, for tests of what is decided from a `Cut`: no file, no OTIO, no media.

Lengths, source positions and places of markers are frames of the cut's rate. Items are laid out in the order in which
they are written, bottom track first.

    cut = make_cut(row(shot(48, name="A.mov"), gap(24), shot(48, name="B.mov")))
    cut.picture_at(60)      None: a gap
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pickup.cut import (
    Address,
    Cut,
    Event,
    EventKind,
    Marker,
    Media,
    MediaKind,
    PickupMark,
    Track,
    TrackKind,
    Transition,
)
from pickup.ramps import Ramp
from pickup.timing import FrameRange, FrameRate, Number, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerSketch:
    """A marker; `at` counts from the start of the item, the track or the cut that it is on."""

    at: int
    length: int = 1
    name: str = ""
    note: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a track before it has a place.

    Attributes:
        length: Record frames that it takes.
        source: Source position of its first frame, in frames.
        media_frames: Source frames that the media has, end exclusive; None where the file does not say.
        online: Whether its media file is here; None for media that is no file.
    """

    kind: EventKind
    length: int
    name: str = ""
    source: Number = 0
    media_frames: tuple[Number, Number] | None = None
    speed: Fraction | None = Fraction(1)
    ramp: Ramp | None = None
    media: MediaKind | None = None
    online: bool | None = None
    holds_last_frame: bool = False
    enabled: bool = True
    on_grid: bool = True
    text: str = ""
    brief: str = ""
    markers: tuple[MarkerSketch, ...] = ()
    filled: PickupMark | None = None
    rows: tuple[Row, ...] = ()
    straightened: bool = True
    unreached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolve:
    """A transition over the edit that it stands at, with its frames before and after that edit."""

    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One track."""

    children: tuple[Item | Dissolve, ...]
    name: str = ""
    kind: TrackKind = TrackKind.VIDEO
    enabled: bool = True
    locked: bool = False
    markers: tuple[MarkerSketch, ...] = ()


def row(
    *children: Item | Dissolve,
    name: str = "",
    kind: TrackKind = TrackKind.VIDEO,
    enabled: bool = True,
    locked: bool = False,
    markers: Sequence[MarkerSketch] = (),
) -> Row:
    """A track with these children in record order."""
    return Row(children=children, name=name, kind=kind, enabled=enabled, locked=locked, markers=tuple(markers))


def gap(length: int, *, markers: Sequence[MarkerSketch] = (), on_grid: bool = True, brief: str = "") -> Item:
    """Nothing, for a while."""
    return Item(kind=EventKind.GAP, length=length, markers=tuple(markers), on_grid=on_grid, brief=brief)


def shot(  # noqa: PLR0913 - each is a fact about a clip that some rule looks at
    length: int,
    *,
    name: str = "A.mov",
    source: Number = 0,
    media_frames: tuple[Number, Number] | None = None,
    speed: Fraction | int | None = 1,
    media: MediaKind = MediaKind.MOVIE,
    enabled: bool = True,
    on_grid: bool = True,
    markers: Sequence[MarkerSketch] = (),
    brief: str = "",
    filled: PickupMark | None = None,
) -> Item:
    """Footage whose file is here."""
    return Item(
        kind=EventKind.FOOTAGE,
        length=length,
        name=name,
        source=source,
        media_frames=media_frames,
        speed=None if speed is None else Fraction(speed),
        ramp=Ramp(unread="of which the timeline does not say what it shows when") if speed is None else None,
        media=media,
        online=True,
        enabled=enabled,
        on_grid=on_grid,
        markers=tuple(markers),
        brief=brief,
        filled=filled,
    )


def offline(length: int, *, name: str = "LOST.mov", markers: Sequence[MarkerSketch] = ()) -> Item:
    """A clip whose file is not here."""
    kind, media = EventKind.OFFLINE, MediaKind.MOVIE
    return Item(kind=kind, length=length, name=name, media=media, online=False, markers=tuple(markers))


def slug(length: int, *, name: str = "Slug", markers: Sequence[MarkerSketch] = (), on_grid: bool = True) -> Item:
    """A solid, a matte or black that an editor put there."""
    kind, media = EventKind.SLUG, MediaKind.GENERATOR
    return Item(kind=kind, length=length, name=name, media=media, markers=tuple(markers), on_grid=on_grid)


def title(length: int, *, text: str, markers: Sequence[MarkerSketch] = ()) -> Item:
    """A title with these words."""
    kind, media = EventKind.TITLE, MediaKind.GENERATOR
    return Item(kind=kind, length=length, name="Title", media=media, text=text, markers=tuple(markers))


def fusion_title(
    length: int, *, name: str = "Text+", markers: Sequence[MarkerSketch] = (), enabled: bool = True
) -> Item:
    """A title as Resolve exports those that are compositions: media that are missing, and no path."""
    kind, media = EventKind.TITLE, MediaKind.MISSING
    return Item(kind=kind, length=length, name=name, media=media, markers=tuple(markers), enabled=enabled)


def synthetic(kind: EventKind, length: int, *, name: str = "", markers: Sequence[MarkerSketch] = ()) -> Item:
    """Bars, an adjustment clip, a multicam clip: what has neither footage nor words."""
    return Item(kind=kind, length=length, name=name or kind.value, markers=tuple(markers))


def compound(length: int, *rows: Row, name: str = "Compound", straightened: bool = True, enabled: bool = True) -> Item:
    """A compound clip that shows its `rows` from their first frame on."""
    return Item(kind=EventKind.NESTED, length=length, name=name, rows=rows, straightened=straightened, enabled=enabled)


def make_cut(
    *rows: Row, rate: str = "24", markers: Sequence[MarkerSketch] = (), start_frame: int = 0, name: str = "reel"
) -> Cut:
    """A cut of these tracks, bottom first."""
    layout = _Layout(FrameRate.parse(rate))
    tracks = tuple(layout.tracks(rows, address=(), start=0))
    return Cut(
        name=name,
        rate=layout.rate,
        rate_from="the test",
        drop_frame=False,
        start_frame=start_frame,
        duration=max((track.end for track in tracks), default=0),
        tracks=tracks,
        markers=tuple(layout.marker(each, start=0) for each in markers),
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """Gives items their places by one running sum for each track."""

    rate: FrameRate

    def tracks(self, rows: Sequence[Row], *, address: Address, start: int) -> Iterator[Track]:
        numbers = dict.fromkeys(TrackKind, 0)
        for place, each in enumerate(rows):
            number = numbers[each.kind]
            numbers[each.kind] += 1
            yield self._track(each, number=number, address=(*address, place), start=start)

    def _track(self, sketch: Row, *, number: int, address: Address, start: int) -> Track:
        events: list[Event] = []
        transitions: list[Transition] = []
        position = start
        for index, child in enumerate(sketch.children):
            here = (*address, index)
            if isinstance(child, Dissolve):
                transitions.append(
                    Transition(name="Dissolve", address=here, at=position, before=child.before, after=child.after)
                )
                continue
            events.append(self._event(child, address=here, start=position))
            position += child.length
        return Track(
            name=sketch.name or f"{sketch.kind.value} {number + 1}",
            kind=sketch.kind,
            number=number,
            place=address[-1],
            address=address,
            events=tuple(events),
            transitions=tuple(transitions),
            markers=tuple(self.marker(each, start=start) for each in sketch.markers),
            enabled=sketch.enabled,
            locked=sketch.locked,
        )

    def _event(self, item: Item, *, address: Address, start: int) -> Event:
        return Event(
            kind=item.kind,
            name=item.name,
            address=address,
            record=FrameRange(start=start, end=start + item.length, rate=self.rate),
            source_start=self.rate.seconds(item.source),
            speed=item.speed,
            ramp=item.ramp,
            enabled=item.enabled,
            on_grid=item.on_grid,
            media=self._media(item),
            text=item.text,
            brief=item.brief,
            generator="Solid Color" if item.kind is EventKind.SLUG else "",
            markers=tuple(self.marker(each, start=start) for each in item.markers),
            filled=item.filled,
            tracks=tuple(self.tracks(item.rows, address=address, start=start)) if item.straightened else (),
            straightened=item.straightened,
            unreached=item.unreached,
        )

    def _media(self, item: Item) -> Media | None:
        if item.media is None:
            return None
        available = None
        if item.media_frames is not None:
            first, end = item.media_frames
            available = Span(start=self.rate.seconds(first), end=self.rate.seconds(end))
        is_file = item.media not in (MediaKind.GENERATOR, MediaKind.MISSING)
        return Media(
            kind=item.media,
            name=item.name,
            url=f"/media/{item.name}" if is_file else None,
            path=f"/media/{item.name}" if is_file else None,
            available=available,
            rate=self.rate.fps,
            holds_last_frame=item.holds_last_frame,
            online=item.online,
        )

    def marker(self, sketch: MarkerSketch, *, start: int) -> Marker:
        first = start + sketch.at
        return Marker(
            name=sketch.name,
            note=sketch.note,
            keywords=sketch.keywords,
            color="",
            record=FrameRange(start=first, end=first + sketch.length, rate=self.rate),
        )
