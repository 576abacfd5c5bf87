"""What a dialect is: a timeline format as one program writes it, told apart, read and written by one module each.

Whatever a file's dialect, the rest of Pickup sees one *neutral* OTIO timeline, in OTIO's own conventions:

- the duration of a source range is the record length, whatever the speed (Premiere counts otherwise in its files);
- source times are the media's own, as `available_range` has them; without one they count from the media's first frame
  unless they lie inside its embedded timecode;
- references are spelled as the file spelled them; `pickup.paths.parse_path` reads every spelling;
- a marker's words are where `pickup.timelines.texts.marker_words` finds them;
- metadata, effects and schemas that nobody knows are kept.

A dialect is a module that has what `Dialect` names. It registers itself under the entry point `pickup.dialects`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from pickup.cut import Size
from pickup.paths import PathKind
from pickup.timing import FrameRate

if TYPE_CHECKING:  # a process that reads no timeline has no need of OTIO
    from xml.etree.ElementTree import Element

    import opentimelineio as otio


class Aspect(StrEnum):
    """One thing that two versions of a cut are compared by; the text is what an editor reads."""

    RATE = "frame rate"
    START = "start timecode"
    LENGTH = "length of the cut"
    PLACE = "place in the cut"
    MEDIA = "media"
    SOURCE = "source frames"
    SPEED = "constant speed"
    ENABLED = "enabled state of clips"
    TAKES = "takes"
    SIZE = "picture size"
    CUT_METADATA = "metadata of the timeline"
    OTHER_TRACKS = "tracks that are neither picture nor sound"
    TRACK_NAMES = "track names"
    TRACK_LOCKS = "track locks"
    TRACK_STATES = "disabled tracks"
    TRACK_METADATA = "metadata of tracks"
    CLIP_NAMES = "clip names"
    SYNTHETIC = "titles, generators and clips without media"
    TITLE_TEXT = "text of titles"
    AVAILABLE = "length of media"
    RAMPS = "speed ramps"
    FREEZES = "freeze frames"
    SEQUENCES = "image sequences"
    COMPOUNDS = "compound clips"
    EFFECTS = "effects"
    METADATA = "metadata of clips"
    COLORS = "clip colors"
    ALTERNATES = "other references of a clip"
    LINKS = "links between picture and sound"
    TRANSITIONS = "transitions"
    LOOSE_TRANSITIONS = "transitions against a gap or the end of a track"
    TRANSITION_KINDS = "kinds of transition"
    TIMELINE_MARKERS = "markers of the timeline"
    TRACK_MARKERS = "markers of tracks"
    GAP_MARKERS = "markers on gaps"
    CLIP_MARKERS = "markers on clips"
    MARKER_COLORS = "marker colors"
    MARKER_KEYWORDS = "marker keywords"
    MARKER_METADATA = "metadata of markers"


NEVER_LOST = frozenset(
    {
        Aspect.RATE,
        Aspect.START,
        Aspect.LENGTH,
        Aspect.PLACE,
        Aspect.MEDIA,
        Aspect.SOURCE,
        Aspect.SPEED,
        Aspect.ENABLED,
        Aspect.TAKES,
        Aspect.TRANSITIONS,
    }
)
"""What no dialect may declare as lost: it is the cut itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A timeline file as far as it can be parsed safely without knowing its dialect.

    Attributes:
        path: For messages.
        content: Its bytes, or those of the timeline inside a bundle.
        timeline: What OTIO made of it, where it is OTIO's JSON.
        xml: The root element, where it is XML; processing instructions are children like others.
    """

    path: Path
    content: bytes
    timeline: otio.schema.Timeline | None = None
    xml: Element | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A neutral timeline, and what the file states that OTIO has no place for.

    Attributes:
        size: Picture size of the cut; `size_from` says where it stands.
        drop_frame: Whether timecode drops frames; None where the file does not say.
    """

    timeline: otio.schema.Timeline
    size: Size | None = None
    size_from: str | None = None
    drop_frame: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """What a probe of a media file found.

    Attributes:
        start: Embedded timecode of its first frame in exact seconds; zero where it has none.
        duration: Exact seconds.
        rate: Frames per second of its picture; None for sound alone.
        size: Of its picture, upright, in square pixels.
        channels: Of its sound; zero where it has none.
        reel: Name of the source that it carries; empty where it carries none.
        drop_frame: Whether its embedded timecode drops frames; None where it has none.
    """

    start: Fraction
    duration: Fraction
    rate: Fraction | None = None
    size: Size | None = None
    channels: int = 0
    sample_rate: int = 48000
    reel: str = ""
    drop_frame: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What a dialect needs besides the timeline to write it.

    Attributes:
        name: The new timeline's own name, new for every version.
        start_frame: Frame number of the first frame, as timecode counts.
        size: Picture size of the cut.
        came_as: Name of the dialect that the timeline was read in.
        path_kind: What kind of machine the file's own absolute paths belong to.
        facts: What is known of media files, by reference as the neutral timeline spells it; a file that is missing
            here is described by its references alone.
    """

    name: str
    rate: FrameRate
    start_frame: int
    drop_frame: bool
    size: Size
    came_as: str
    path_kind: PathKind = PathKind.POSIX
    facts: Mapping[str, MediaFacts] = field(default_factory=lambda: MappingProxyType({}))


class Dialect(Protocol):
    """A module of `pickup.timelines.dialects`.

    Attributes:
        NAME: As `--for` and messages say it.
        LOSES: What the format cannot carry, each with a sentence for the editor.
    """

    @property
    def NAME(self) -> str: ...  # noqa: D102, N802 - a module's constants

    @property
    def LOSES(self) -> Mapping[Aspect, str]: ...  # noqa: D102, N802

    def sniff(self, source: Source) -> str:
        """Why this file is of this dialect, as the end of "read as resolve: ..."; empty if it is not."""
        ...

    def read(self, source: Source) -> Reading:
        """The neutral timeline; only for a source that `sniff` recognized.

        Raises:
            TimelineError: It cannot be read.
        """
        ...

    def write(self, timeline: otio.schema.Timeline, *, writing: Writing) -> bytes:
        """The file's bytes; `timeline` is neutral and may be changed.

        Raises:
            TimelineError: This dialect cannot carry the cut at all.
        """
        ...
