"""The values that hole finding takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from pickup.briefs import Brief
from pickup.cut import Address, MediaKind, Numbering, PickupMark
from pickup.errors import Finding
from pickup.ramps import Ramp
from pickup.timing import FrameRange, Span

DEFAULT_PATTERNS = ("TEMP", "TMP", "PLACEHOLDER", "PH", "MISSING", "TBD", "TBC", "NEED", "SLUG", "PICKUP")
DEFAULT_OVERLAYS = ("LETTERBOX", "WATERMARK", "BURNIN", "LOGO", "MATTE")


class HoleKind(StrEnum):
    """What sort of hole; `MARK` only where living picture is marked."""

    GAP = "GAP"
    SLUG = "SLUG"
    PLACEHOLDER = "PLACEHOLDER"
    OFFLINE = "OFFLINE"
    SHORT = "SHORT"
    MARK = "MARK"


class PlacementKind(StrEnum):
    """Where a take goes."""

    IN_PLACE = "in place"
    SAME_CLIP = "in the same clip"
    ON_TRACK = "on the track"
    NEW_TRACK = "on a new top track"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a take goes in the file.

    Attributes:
        address: Of the item that is replaced, of the clip of which the media alone is exchanged, of the track that has
            room, or of the stack that gets a new track (`()` is the timeline itself).
    """

    kind: PlacementKind
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Settings of hole finding; the defaults of `[holes]` in pickup.toml.

    Attributes:
        ignore_tracks: Names of tracks that are looked through: they neither paint nor have holes.
        on_top: Every take goes onto a new top track.
        stand_ins: `titles`: what Resolve's importer may stumble over gets a slate in its flavor; `all`: offline media
            too; `off`.
    """

    gaps: bool = True
    slugs: bool = True
    placeholders: bool = True
    offline: bool = False
    short: bool = True
    min_frames: int = 3
    dip_frames: int = 12
    patterns: tuple[str, ...] = DEFAULT_PATTERNS
    overlays: tuple[str, ...] = DEFAULT_OVERLAYS
    ignore_tracks: tuple[str, ...] = ()
    on_top: bool = False
    stand_ins: str = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFrame:
    """One frame of one file, as the cut shows it.

    Attributes:
        path: Of the movie, of the still, or of the one picture of a sequence.
        seconds: Source time, exact; of no account for a picture.
        media_start: Source time of the file's first frame; None where the timeline does not say: then source time
            counts from the first frame, unless it lies in the file's own timecode.
        backwards: The media plays backwards: it is the frame that ends at `seconds`, not the one that begins there.
        numbering: Of the sequence, and `number` the one that is shown.
        is_black: Nothing is opened: the sequence lacks this picture, and then shows black.
    """

    path: str
    seconds: Fraction = Fraction(0)
    media_start: Fraction | None = Fraction(0)
    backwards: bool = False
    numbering: Numbering | None = None
    number: int = 0
    is_black: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The picture beside a hole.

    Attributes:
        name: Of the clip.
        media: Of the media file, without its folder; empty where there is none.
        at: Source time, in exact seconds, of the frame that touches what a take must cover.
        media_start: Source time of the media file's first frame, for finding `at` in the file.
        speed: Source seconds for each record second; 0 for a freeze or a ramp.
        available: Source time that the media has, in exact seconds; None where the timeline does not say.
        straight: It plays forward at its own speed and not through a compound clip that the hole is not in.
        is_picture: It is footage; a slug, card or gap beside a hole shows nothing to match.
        frame: What is seen of it at the frame that touches what a take must cover, through compound clips and changes
            of speed; None where there is no picture or it cannot be told which one.
        unseen: Why it cannot be told, in words that follow on "the shot before"; empty else.

    Its identity rests on `media` and `at`, which are what they are for every neighbour; `frame` is never part of it.
    """

    name: str
    kind: MediaKind
    path: str | None
    online: bool
    at: Fraction
    media_start: Fraction
    straight: bool
    is_picture: bool
    media: str = ""
    speed: Fraction = Fraction(1)
    available: Span | None = None
    frame: MediaFrame | None = None
    unseen: str = ""

    @property
    def joint(self) -> str:
        """Media and cut frame as one text that survives another clip name, path, drive or NLE."""
        return f"{(self.media or self.name).casefold()}@{self.at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A stretch that wants a pickup.

    Attributes:
        id: Unique within one timeline, a pure function of the snapshot.
        name: Of the item that holds the place; empty for a gap.
        track: Name of the track, and `track_index` its number among the picture tracks.
        record: The hole, in record frames.
        covers: The hole plus the frames of transitions that touch it where its take goes.
        timecode: What the NLE shows at the start of `record`.
        briefs: Everything an editor said about it, the one that counts first.
        compound: Names of the compound clips that it lies in, outermost first.
        held: Why it cannot be filled now; empty when it can.
        filled: Its take, where Pickup filled it before and the take is not here any more.
        stand_in: It is no hole: a slate stands in for it in the Resolve flavor alone.
        placeholder_speed: Source seconds for each record second of the item that is replaced: an editor retimed it; 0
            is a freeze, None a ramp.
        placeholder_ramp: Of that item where it has one: record time counts from the first frame that a take must cover,
            source time is the media's.
    """

    id: str
    kind: HoleKind
    name: str
    track: str
    track_index: int
    record: FrameRange
    covers: FrameRange
    timecode: str
    placement: Placement
    why: str
    briefs: tuple[Brief, ...] = ()
    before: Neighbour | None = None
    after: Neighbour | None = None
    marked: bool = False
    compound: tuple[str, ...] = ()
    held: str = ""
    filled: PickupMark | None = None
    stand_in: bool = False
    placeholder_speed: Fraction | None = Fraction(1)
    placeholder_ramp: Ramp | None = None

    @property
    def brief(self) -> Brief | None:
        """The brief that counts, if it says anything."""
        return next(iter(self.spoken), None)

    @property
    def spoken(self) -> tuple[Brief, ...]:
        """The briefs that say something, the one that counts first."""
        return tuple(brief for brief in self.briefs if brief.says_something)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """An item or a run of frames that is no hole, and why."""

    name: str
    track: str
    record: FrameRange
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in a cut: holes in record order, what was passed over, and what is worth saying.

    Attributes:
        stand_ins: Items for which a slate is to stand in, as if they were holes.
    """

    holes: tuple[Hole, ...]
    passed: tuple[Passed, ...]
    findings: tuple[Finding, ...]
    stand_ins: tuple[Hole, ...] = ()
