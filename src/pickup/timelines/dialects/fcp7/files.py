"""`file` elements: every media file once, with the timecode, length and traits that its bytes have.

What a probe found counts first, then what a reference states, then what the cut uses. A wrong or missing `timecode`
block makes Resolve refuse the whole file (measured by others with 19.1.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from urllib.parse import quote
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.cut import MediaKind, Size
from pickup.paths import PathKind, PathStyle, file_name, parse_path, write_path
from pickup.timelines.classify import kind_by_extension
from pickup.timelines.dialect import MediaFacts, Writing
from pickup.timelines.dialects.fcp7.elements import add, add_table, clean, listed, table_of
from pickup.timelines.dialects.fcp7.rates import Start, add_rate, add_timecode, has_timebase, label_rate
from pickup.timelines.ruler import find_drop_frame, seconds_of
from pickup.timelines.texts import child, text_of
from pickup.timing import FrameRate, exact_rate, half_up

_HIGHEST_FRAME_RATE = 1000
_STEREO = 2
_DEPTH = 16
_SAMPLE_RATE = 48000
_ILLEGAL = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]|%(?![0-9A-Fa-f]{2})")


@dataclass(slots=True, kw_only=True)
class _Uses:
    """What the cut does with one reference.

    Attributes:
        end: Media seconds that it uses, from the first frame.
        known: The first range that a reference to it states.
    """

    end: Fraction = Fraction(0)
    heard: bool = False
    known: otio.opentime.TimeRange | None = None
    metadata: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One media file as it is written.

    Attributes:
        origin: Source time, as the neutral timeline counts it, of its first frame; exact seconds.
    """

    url: str
    name: str
    origin: Fraction
    start: Start
    frames: int

    @property
    def seconds(self) -> Fraction:
        """Its length."""
        return self.frames / self.start.fps


class MediaBook:
    """The media of a timeline; ids are given in the order in which files are first mentioned."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._uses: dict[str, _Uses] = {}
        self._ids: dict[tuple[object, ...], str] = {}
        self._numbers = count(1)

    def note_use(self, reference: otio.core.MediaReference, *, url: str, item: Used) -> None:
        """Tells that a clip uses a file, before any file is written."""
        uses = self._uses.setdefault(self.pathurl(url), _Uses())
        if uses.known is None:
            uses.known = reference.available_range
        uses.metadata = uses.metadata or table_of(reference.metadata.get("fcp_xml"))
        uses.heard = uses.heard or item.heard
        end = item.end - self._origin(reference, url=url, source=item.start)
        uses.end = max(uses.end, end, item.lasts if kind_by_extension(url) is MediaKind.STILL else end)

    def media(self, reference: otio.core.MediaReference, *, url: str, source: Fraction) -> Media:
        """The file that a clip beginning at a source time shows."""
        uses = self._uses[self.pathurl(url)]
        facts = self._writing.facts.get(url)
        fps = self._rate(facts, uses.known)
        begins = facts.start if facts is not None else seconds_of(uses.known.start_time) if uses.known else Fraction(0)
        length = facts.duration if facts is not None else seconds_of(uses.known.duration) if uses.known else Fraction(0)
        if not length or kind_by_extension(url) is MediaKind.STILL:  # a still lasts as long as it is shown
            length = max(length, uses.end)
        first = half_up(begins * fps)
        return Media(
            url=url,
            name=file_name(url) or reference.name or "media",
            origin=self._origin(reference, url=url, source=source),
            start=Start(frame=first, fps=fps, drop_frame=self._drops(first, fps=fps, url=url)),
            frames=max(half_up(length * fps), 1),
        )

    def _drops(self, first: int, *, fps: Fraction, url: str) -> bool:
        """Whether timecode of a file drops frames: what its XML said, else its bytes, else its start, else the cut."""
        stated = text_of(child(self._uses[self.pathurl(url)].metadata, "timecode", "displayformat"))
        if stated in ("DF", "NDF"):
            return stated == "DF" and label_rate(fps).can_drop
        facts = self._writing.facts.get(url)
        probed = facts.drop_frame if facts is not None else None
        return find_drop_frame(
            first, rate=FrameRate(fps=fps), stated=probed, configured=self._writing.drop_frame, name=url
        )[0]

    def _origin(self, reference: otio.core.MediaReference, *, url: str, source: Fraction) -> Fraction:
        known = reference.available_range
        if known is not None:
            return seconds_of(known.start_time)
        facts = self._writing.facts.get(url)
        inside = facts is not None and facts.start <= source < facts.start + facts.duration
        return facts.start if facts is not None and inside else Fraction(0)

    def _rate(self, facts: MediaFacts | None, known: otio.opentime.TimeRange | None) -> Fraction:
        """The media's own rate where FCP7 XML can state it; sound counts in frames of the cut."""
        stated = facts.rate if facts is not None else None
        if stated is None and known is not None and 1 < known.start_time.rate <= _HIGHEST_FRAME_RATE:
            stated = exact_rate(known.start_time.rate)
        return stated if stated is not None and has_timebase(stated) else self._writing.rate.fps

    def channels(self, url: str) -> int:
        """Channels of sound that a file has, as far as is known; what is heard without saying so has two."""
        facts = self._writing.facts.get(url)
        if facts is not None:
            return facts.channels
        uses = self._uses.get(self.pathurl(url))
        sounds = kind_by_extension(url) is MediaKind.SOUND or (uses is not None and uses.heard)
        return _STEREO if sounds else 0

    def channels_known(self, url: str) -> int:
        """Channels of sound that a file has, as a probe or the timeline says; zero where neither does."""
        facts = self._writing.facts.get(url)
        if facts is not None:
            return facts.channels
        uses = self._uses.get(self.pathurl(url))
        sounds = listed(child(uses.metadata, "media", "audio")) if uses is not None else []
        counts = [text_of(table_of(each).get("channelcount")).strip() for each in sounds]
        return sum(int(each) for each in counts if each.isascii() and each.isdigit() and len(each) < len("10000"))

    def identify(self, *key: object) -> tuple[str, bool]:
        """The number of a file, and whether it is mentioned for the first time."""
        known = self._ids.get(key)
        if known is not None:
            return known, False
        self._ids[key] = str(next(self._numbers))
        return self._ids[key], True

    def add_file(self, parent: ET.Element, media: Media) -> str:
        """The `file` element of a media file, spelled out at its first mention; returns its number."""
        number, is_first = self.identify(self.pathurl(media.url), media.start, media.frames)
        element = ET.SubElement(parent, "file", id=f"file-{number}")
        if is_first:
            self._spell_out(element, media)
        return number

    def _spell_out(self, element: ET.Element, media: Media) -> None:
        add(element, "name", media.name)
        add(element, "pathurl", self.pathurl(media.url))
        add_rate(element, media.start.fps)
        add(element, "duration", media.frames)
        known = self._uses[self.pathurl(media.url)].metadata
        facts = self._writing.facts.get(media.url)
        reel = text_of(child(known, "timecode", "reel", "name")) or (facts.reel if facts is not None else "")
        add_timecode(element, media.start, reel=reel)
        if facts is None and table_of(known.get("media")):
            add_table(element, "media", known["media"])
        else:
            self._add_traits(element, media, facts=facts)

    def pathurl(self, url: str) -> str:
        r"""`file://localhost/D%3a/a%20b` as Premiere spells it, `file://localhost/a/b` and `file://server/share/a`.

        What came as a URL of FCP7 XML stays as it was spelled, but for characters that no URL may have.
        """
        path = parse_path(url)
        if path is None:
            return clean(url)
        if self._writing.came_as == "fcp7" and path.is_url:
            return _legal(clean(url))
        windows = path.kind is PathKind.WINDOWS
        return write_path(path, style=PathStyle.URL_LOCALHOST_ESCAPED_DRIVE if windows else PathStyle.URL_LOCALHOST)

    def _add_traits(self, element: ET.Element, media: Media, *, facts: MediaFacts | None) -> None:
        traits = add(element, "media")
        only_sound = facts.rate is None and facts.size is None if facts is not None else _is_sound(media.url)
        if not only_sound:
            size = facts.size if facts is not None and facts.size is not None else self._writing.size
            add_picture(add(traits, "video"), fps=media.start.fps, size=size)
        channels = self.channels(media.url)
        if channels:
            sound = add(traits, "audio")
            add_sound(sound, sample_rate=facts.sample_rate if facts is not None else _SAMPLE_RATE)
            add(sound, "channelcount", channels)

    def add_slug(self, parent: ET.Element, *, name: str, source: str, known: Mapping[str, object]) -> str:
        """The `file` of what has no media: its name says what it is, `source` which kind of generator makes it."""
        number, is_first = self.identify("", name, source)
        element = ET.SubElement(parent, "file", id=f"file-{number}")
        if is_first:
            add(element, "name", name)
            add(element, "mediaSource", source)
            fps = self._writing.rate.fps
            add_rate(element, fps)
            add_timecode(element, Start(frame=0, fps=fps, drop_frame=self._writing.drop_frame))
            if table_of(known.get("media")):
                add_table(element, "media", known["media"])
            else:
                add_picture(add(add(element, "media"), "video"), fps=fps, size=self._writing.size)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Source seconds that one clip shows, lowest first, and whether it stands on an audio track.

    Attributes:
        end: Frames that a transition shows of it behind its own count too.
        lasts: Seconds for which it is seen, its transitions among them.
    """

    start: Fraction
    end: Fraction
    lasts: Fraction
    heard: bool


def _legal(url: str) -> str:
    """A `file:` URL with what may not stand in one encoded; itself where that would name another file."""
    path, encoded = parse_path(url), _ILLEGAL.sub(_escape, url)
    return encoded if path is not None and path == parse_path(encoded) else url


def _escape(found: re.Match[str]) -> str:
    return "/" if found[0] == "\\" else quote(found[0])


def _is_sound(url: str) -> bool:
    return kind_by_extension(url) is MediaKind.SOUND


def add_picture(parent: ET.Element, *, fps: Fraction, size: Size, depth: bool = False) -> None:
    """Traits of a picture; `depth` where the sequence's own are meant."""
    traits = add(parent, "samplecharacteristics")
    add_rate(traits, fps)
    add(traits, "width", size[0])
    add(traits, "height", size[1])
    add(traits, "anamorphic", "FALSE")
    add(traits, "pixelaspectratio", "square")
    add(traits, "fielddominance", "none")
    if depth:
        add(traits, "colordepth", _COLOR_DEPTH)


def add_sound(parent: ET.Element, *, sample_rate: int = _SAMPLE_RATE) -> None:
    """Traits of sound."""
    traits = add(parent, "samplecharacteristics")
    add(traits, "depth", _DEPTH)
    add(traits, "samplerate", sample_rate)


_COLOR_DEPTH = 24
