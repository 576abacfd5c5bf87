"""A timeline as a frozen snapshot: tracks, events, transitions and markers in whole record frames.

It knows nothing of files or of OTIO; `pickup.timelines` makes it and writes what it plans. What paints a frame
follows the table in docs/decisions/0003-what-is-a-hole.md.

    cut.picture_at(48)       the event that an editor sees at frame 48, or None
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from pickup.errors import Finding
from pickup.ramps import Ramp
from pickup.timing import FrameRange, FrameRate, Number, Span, timecode

Size = tuple[int, int]
"""Width and height in square pixels."""

Address = tuple[int, ...]
"""Where an item stands in the file: index of the track in its stack, index in the track, and so on inwards."""


class EventKind(StrEnum):
    """What stands on the timeline, as the table of holes tells them apart."""

    FOOTAGE = "footage"
    OFFLINE = "offline media"
    TITLE = "title"
    SLUG = "slug"
    LEADER = "bars or leader"
    ADJUSTMENT = "adjustment or transparent clip"
    NESTED = "compound clip"
    OPAQUE = "multicam or unknown item"
    GAP = "gap"


class MediaKind(StrEnum):
    """What a reference points at."""

    MOVIE = "movie"
    STILL = "still"
    SEQUENCE = "image sequence"
    SOUND = "sound"
    GENERATOR = "generator"
    MISSING = "missing"


class TrackKind(StrEnum):
    """What a track carries; anything that is neither picture nor sound is OTHER."""

    VIDEO = "Video"
    AUDIO = "Audio"
    OTHER = "Other"


class MissingFrames(StrEnum):
    """What is shown for a picture that a sequence lacks; OpenTimelineIO's words."""

    ERROR = "error"
    HOLD = "hold"
    BLACK = "black"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """How the files of an image sequence are called.

    Attributes:
        folder: Local path with its last separator.
        first: Number of the first picture, which is shown where the media begins.
        step: From one number to the next; each picture is shown for so many frames of `rate`.
        padding: Digits, filled up with zeros; a minus does not count.
        rate: Numbers per second; None for that of the media.
        missing: What is shown for a number without a file.
    """

    folder: str
    prefix: str
    suffix: str
    first: int
    step: int = 1
    padding: int = 0
    rate: Fraction | None = None
    missing: MissingFrames = MissingFrames.ERROR

    def path(self, number: int) -> str:
        """The file of a number."""
        sign = "-" if number < 0 else ""
        return f"{self.folder}{self.prefix}{sign}{str(abs(number)).zfill(self.padding)}{self.suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """The media behind an event.

    Attributes:
        url: The reference as the file has it, or the last known path of offline media.
        path: The local path it means on this machine, after prefix maps; None for a generator or a URL elsewhere.
        available: Source time that the media has, in exact seconds.
        rate: The rate in which the file states `available`.
        online: Whether `path` is a file here; None when there is nothing to look for.
        numbering: Of an image sequence, where the timeline states it.
    """

    kind: MediaKind
    name: str
    url: str | None = None
    path: str | None = None
    available: Span | None = None
    rate: Fraction | None = None
    holds_last_frame: bool = False
    online: bool | None = None
    numbering: Numbering | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A marker, placed in record frames.

    Attributes:
        record: Frames that it covers; empty when it marks a single point.
        note: What the editor wrote into it.
        digest: Fingerprint of everything but its place; empty unless asked for.
        metadata: Fingerprint of its metadata that belongs to no NLE.
    """

    name: str
    note: str
    keywords: tuple[str, ...]
    color: str
    record: FrameRange
    digest: str = ""
    metadata: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupMark:
    """What Pickup itself wrote into an item's metadata when it filled it.

    Attributes:
        library: Tag of the library that the take is from; empty where that was not noted.
        lacks: Frames of the hole that it was too short for.
        spare: It fills nothing: it is another take that stands by, disabled, above the one that does.
    """

    shot: str
    take: int
    hole: str
    library: str = ""
    lacks: int = 0
    previs: bool = False
    spare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Fingerprints of what an item carries besides what a snapshot holds, for comparing files of two programs.

    Attributes:
        effects: Of every effect but plain time warps.
        metadata: Of metadata that belongs to no NLE.
        alternates: Of the references that are not shown, by file name.
    """

    effects: str = ""
    metadata: str = ""
    alternates: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """An item as its track holds it, whatever a trimmed compound clip or the frame grid show of it.

    Attributes:
        start: Exact record position in frames of the cut, and `end` likewise.
        source: Lowest source time that it shows, exact seconds; of a freeze the only one.
    """

    start: Number
    end: Number
    source: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What is inside a compound clip of which not every frame has a place of its own in the cut, in its own time.

    Attributes:
        rate: Of the frames that it shows, and of every range in it.
        tracks: Frame 0 is its own beginning.
    """

    rate: FrameRate
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One edit in the cut, gaps included.

    Attributes:
        record: Whole frames that it takes in the cut.
        source_start: Source time of its first frame, exact seconds.
        speed: Source seconds for each record second; 0 is a freeze, None a ramp.
        ramp: Where there is one, counted from the start of the whole item in record time and source time.
        on_grid: Whether both edges are whole frames of the cut in the file.
        text: Words of a title or of our own brief metadata.
        tracks: What is inside a compound clip, in record frames of the cut.
        straightened: A compound clip whose inside could be placed in record frames exactly.
        inside: Of a compound clip that is not; None where it cannot be read, and unless asked for.
        whole: The item that this shows a part of; None where `record` and `source_start` say the same.
        unreached: Names of clips without media or path inside a compound clip of which not every frame has a place in
            the cut: the compound is retimed or off the grid, or trimmed so that it does not show them whole.
        markers: In record frames of the cut.
        idle_warp: It has a time warp of 1, which changes nothing in itself.
        link: Premiere's id of the picture and sounds that it belongs to; empty for none, and unless asked for.
        digest: Fingerprint of everything but place, source range and link; empty unless asked for.
        parts: Fingerprints that survive a change of format; None unless asked for.
    """

    kind: EventKind
    name: str
    address: Address
    record: FrameRange
    source_start: Fraction = Fraction(0)
    speed: Fraction | None = Fraction(1)
    ramp: Ramp | None = None
    enabled: bool = True
    on_grid: bool = True
    media: Media | None = None
    text: str = ""
    brief: str = ""
    generator: str = ""
    markers: tuple[Marker, ...] = ()
    filled: PickupMark | None = None
    tracks: tuple[Track, ...] = ()
    straightened: bool = True
    inside: Inside | None = None
    whole: Stretch | None = None
    unreached: tuple[str, ...] = ()
    idle_warp: bool = False
    link: str = ""
    digest: str = ""
    parts: Parts | None = None

    @property
    def stretch(self) -> Stretch:
        """The whole item."""
        return self.whole or Stretch(start=self.record.start, end=self.record.end, source=self.source_start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A dissolve or wipe over the edit at record frame `at`.

    Attributes:
        before: Frames of it that lie before the edit.
        after: Frames of it that lie after the edit.
    """

    name: str
    address: Address
    at: int
    before: int
    after: int
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Events in record order, without holes between them: gaps are events too.

    Attributes:
        number: Place among the tracks of its kind, from 0 at the bottom.
        place: Index among all children of the stack it lies in.
        digest: Fingerprint of all that is said of the track; empty unless asked for.
        metadata: Fingerprint of its metadata that belongs to no NLE.
        starts: First record frames of the events, for looking up; `edits` likewise of the transitions.
    """

    name: str
    kind: TrackKind
    number: int
    place: int
    address: Address
    events: tuple[Event, ...]
    transitions: tuple[Transition, ...] = ()
    markers: tuple[Marker, ...] = ()
    enabled: bool = True
    locked: bool = False
    digest: str = ""
    metadata: str = ""
    starts: tuple[int, ...] = field(default=(), repr=False, compare=False)
    edits: tuple[int, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(event.record.start for event in self.events))
        object.__setattr__(self, "edits", tuple(each.at for each in self.transitions))

    @property
    def end(self) -> int:
        """Record frame at which its last event ends."""
        return self.events[-1].record.end if self.events else 0

    def event_at(self, frame: int) -> Event | None:
        """The event that holds this record frame; None beyond the end."""
        index = bisect_right(self.starts, frame) - 1
        while index >= 0 and not self.events[index].record.length:
            index -= 1
        event = self.events[index] if index >= 0 else None
        return event if event is not None and frame < event.record.end else None

    def transitions_at(self, frame: int) -> tuple[Transition, ...]:
        """The transitions over the edit at this record frame."""
        return self.transitions[bisect_left(self.edits, frame) : bisect_right(self.edits, frame)]

    def events_in(self, record: FrameRange) -> tuple[Event, ...]:
        """The events that show at least one frame of the range."""
        first = max(bisect_right(self.starts, record.start) - 1, 0)
        last = bisect_left(self.starts, record.end)
        return tuple(event for event in self.events[first:last] if event.record.end > record.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A whole timeline.

    Attributes:
        rate_from: Where the rate was read, in words.
        start_frame: Frame number of the first frame, as timecode counts.
        duration: Frames of the longest track.
        size: Picture size that the timeline states, or None.
        dialect: In which format, as one program writes it, the file was read; `dialect_from` says why.
        digest: Fingerprint of all that is said of the whole; empty unless asked for.
        metadata: Fingerprint of its metadata that belongs to no NLE.
    """

    name: str
    rate: FrameRate
    rate_from: str
    drop_frame: bool
    start_frame: int
    duration: int
    tracks: tuple[Track, ...]
    size: Size | None = None
    size_from: str | None = None
    markers: tuple[Marker, ...] = ()
    dialect: str = "otio"
    dialect_from: str = ""
    digest: str = ""
    metadata: str = ""
    findings: tuple[Finding, ...] = ()

    def timecode(self, frame: int) -> str:
        """What the NLE shows at this record frame."""
        return timecode(self.start_frame + frame, rate=self.rate, drop_frame=self.drop_frame)

    def range(self, start: int, end: int) -> FrameRange:
        """Record frames of this cut, `end` exclusive."""
        return FrameRange(start=start, end=end, rate=self.rate)

    @property
    def video_tracks(self) -> tuple[Track, ...]:
        """Picture tracks, bottom first."""
        return tuple(track for track in self.tracks if track.kind is TrackKind.VIDEO)

    def picture_at(self, frame: int, *, besides: frozenset[Address] = frozenset()) -> Event | None:
        """The topmost event that paints this record frame, inside compound clips too.

        Args:
            frame: Record frame.
            besides: Addresses of events to look through, such as overlays.
        """
        return picture_at(self.video_tracks, frame, besides=besides)


_PAINTS = frozenset(
    {
        EventKind.FOOTAGE,
        EventKind.OFFLINE,
        EventKind.TITLE,
        EventKind.SLUG,
        EventKind.LEADER,
        EventKind.OPAQUE,
    }
)


def paints(event: Event) -> bool:
    """Whether an event by itself hides what lies below it; a compound clip only when it cannot be looked into."""
    opaque = event.kind is EventKind.NESTED and not event.straightened
    return event.enabled and (opaque or event.kind in _PAINTS)


def picture_at(tracks: tuple[Track, ...], frame: int, *, besides: frozenset[Address]) -> Event | None:
    """`Cut.picture_at` over the tracks of one stack."""
    for track in reversed(tracks):
        if not track.enabled or track.kind is not TrackKind.VIDEO:
            continue
        event = track.event_at(frame)
        if event is None or not event.enabled or event.address in besides:
            continue
        if paints(event):
            return event
        if event.kind is EventKind.NESTED:
            inner = picture_at(event.tracks, frame, besides=besides)
            if inner is not None:
                return inner
    return None


def walk_events(tracks: tuple[Track, ...]) -> Iterator[tuple[Track, Event]]:
    """Every event with its track, compound clips before what they hold."""
    for track in tracks:
        for event in track.events:
            yield track, event
            if event.tracks:
                yield from walk_events(event.tracks)
