"""One clip of a neutral timeline as a `clipitem` or a `generatoritem`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.cut import EventKind, MediaKind
from pickup.timelines.classify import MediaLooker, classify, kind_by_extension
from pickup.timelines.dialect import Writing
from pickup.timelines.dialects.fcp7.channels import channel_played
from pickup.timelines.dialects.fcp7.elements import add, add_table, clean, fill_from_table, table_of, truth
from pickup.timelines.dialects.fcp7.files import Media, MediaBook
from pickup.timelines.dialects.fcp7.generators import add_matte, add_title, color_of
from pickup.timelines.dialects.fcp7.layout import Placed, first_file_of, inner_length, source_start, stated_start
from pickup.timelines.dialects.fcp7.markers import Scale, add_markers
from pickup.timelines.dialects.fcp7.notes import Note, add_note, own_note
from pickup.timelines.dialects.fcp7.opening import NEIGHBOR
from pickup.timelines.dialects.fcp7.played import Played, Room, find_played, find_room, ramp_filters
from pickup.timelines.dialects.fcp7.rates import TICKS_PER_SECOND, add_rate
from pickup.timelines.dialects.fcp7.reading_clips import FILTER_KEY, STANDS_IN
from pickup.timelines.dialects.fcp7.retimes import add_remap
from pickup.timelines.ruler import Ruler
from pickup.timelines.texts import title_text
from pickup.timing import half_up

_XML = "fcp_xml"
_BEFORE_MEDIA = ("alphatype", "pixelaspectratio", "anamorphic")
_WRITTEN = frozenset(
    {
        "@id", "@premiereChannelType", "masterclipid", "name", "enabled", "duration", "rate", "start", "end", "in",
        "out", "pproTicksIn", "pproTicksOut", "file", "sequence", "effect", "filter", "sourcetrack", "link", "marker",
        "stillframe", "stillframeoffset", *_BEFORE_MEDIA,
    }
)  # fmt: skip
_SLUG = "Slug"
_GENERATOR_WORDS = frozenset({"name", "effectid", "text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The track that a clip item stands on.

    Attributes:
        number: Which channel of a sound it is, from 0; None for a picture.
        count: Channels that the sound has on as many tracks.
    """

    number: int | None = None
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether what has no channels of its own is written here."""
        return not self.number


class ClipWriter:
    """Writes the clip items of one document; ids are unique in it.

    Args:
        writing: What the dialect was given.
        book: The media of the document.
        add_nested: Writes the `sequence` of a compound clip into an element.
    """

    def __init__(
        self,
        writing: Writing,
        book: MediaBook,
        *,
        add_nested: Callable[[ET.Element, otio.core.Composition], None],
    ) -> None:
        self._writing = writing
        self._fps: Fraction = writing.rate.fps
        self._book = book
        self._add_nested = add_nested
        self._looker = MediaLooker(Path(), prefixes={})
        self._count = 0

    def add(self, track: ET.Element, item: otio.core.Item, *, placed: Placed, channel: Channel) -> ET.Element:
        """Adds an item to a track; links and what belongs behind them come with `finish`."""
        if not isinstance(item, otio.schema.Clip):
            return self._nested(track, item, placed=placed, channel=channel)
        reference = item.media_reference
        url = first_file_of(reference)
        if url:
            media = self._book.media(reference, url=url, source=source_start(item))
            return self._clip(track, item, placed=placed, channel=channel, media=media)
        if isinstance(reference, otio.schema.GeneratorReference):
            return self._generator(track, item, reference, placed=placed, channel=channel)
        return self._missing(track, item, placed=placed, channel=channel)

    def room(self, placed: Placed) -> Room:
        """Frames that an item has for the transitions beside it."""
        item = placed.item
        if isinstance(item, otio.core.Composition):
            inside = inner_length(item, ruler=Ruler(rate=self._writing.rate))
            return find_room(placed, item, inside=inside, fps=self._fps) if inside else Room()
        url = first_file_of(item.media_reference) if isinstance(item, otio.schema.Clip) else ""
        if not isinstance(item, otio.schema.Clip) or not url or kind_by_extension(url) is MediaKind.STILL:
            return Room()
        media = self._book.media(item.media_reference, url=url, source=source_start(item))
        return find_room(placed, item, media=media, fps=self._fps)

    def finish(self, element: ET.Element, item: otio.core.Item) -> None:
        """What stands behind the links: what came with the item from FCP7 XML, and Pickup's notes."""
        notes = [each for each in element if not isinstance(each.tag, str)]
        for note in notes:
            element.remove(note)
        fill_from_table(element, table_of(item.metadata.get(_XML)), but=_WRITTEN)
        element.extend(notes)

    def _clip(
        self, track: ET.Element, clip: otio.schema.Clip, *, placed: Placed, channel: Channel, media: Media
    ) -> ET.Element:
        played = find_played(placed, clip, media=media, fps=self._fps)
        element = self._begin(track, "clipitem", clip, placed=placed, played=played, channel=channel)
        number = self._book.add_file(element, media)
        element.insert(0, _element("masterclipid", f"masterclip-{number}"))
        self._complete(element, clip, played=played, channel=channel, note={})
        return element

    def _nested(self, track: ET.Element, item: otio.core.Item, *, placed: Placed, channel: Channel) -> ET.Element:
        inside = inner_length(item, ruler=Ruler(rate=self._writing.rate))
        played = find_played(placed, item, inside=inside, fps=self._fps)
        element = self._begin(track, "clipitem", item, placed=placed, played=played, channel=channel)
        if isinstance(item, otio.core.Composition):
            self._add_nested(element, item)
        self._complete(element, item, played=played, channel=channel, note={})
        return element

    def _generator(
        self,
        track: ET.Element,
        clip: otio.schema.Clip,
        reference: otio.schema.GeneratorReference,
        *,
        placed: Placed,
        channel: Channel,
    ) -> ET.Element:
        known = table_of(reference.metadata.get(_XML))
        known = {} if known.get(STANDS_IN) else known
        kind, name = reference.generator_kind or "", reference.name or ""
        if known and "effecttype" not in known:
            slug = _Slug(name=name, source=kind or _SLUG)
            return self._slug(track, clip, slug, placed=placed, channel=channel, note={})
        sort, _, _ = classify(clip, reference, looker=self._looker, resolve=self._writing.came_as == "resolve")
        note = {} if known else {"generator": kind, "generator_name": name}
        color = color_of(reference)
        draw: Callable[[ET.Element], None] | None = None
        if known:
            draw = _as_it_came(reference, known)
        elif sort is EventKind.TITLE:
            draw = _title(title_text(reference, clip.effects))
        elif sort is EventKind.SLUG and color is not None and any(color):
            draw = _matte(color)
        if draw is None or channel.number is not None:
            slug = _Slug(name=clip.name or name or _SLUG, source=_SLUG)
            return self._slug(track, clip, slug, placed=placed, channel=channel, note=note)
        return self._drawn(track, clip, draw, placed=placed, channel=channel, note=note)

    def _missing(self, track: ET.Element, clip: otio.schema.Clip, *, placed: Placed, channel: Channel) -> ET.Element:
        """A clip of which no file is known: a Fusion title, or offline media with a name alone."""
        reference = clip.media_reference
        sort, _, _ = classify(clip, reference, looker=self._looker, resolve=self._writing.came_as == "resolve")
        if sort is EventKind.TITLE and channel.number is None:
            draw = _title(title_text(reference, clip.effects))
            return self._drawn(track, clip, draw, placed=placed, channel=channel, note={})
        # Resolve's API gives up on clip items without media; a slug of this name is something to put there.
        slug = _Slug(name=(reference.name if reference is not None else "") or clip.name or _SLUG, source=_SLUG)
        note: Note = {"missing": True} if sort is EventKind.OFFLINE else {}
        return self._slug(track, clip, slug, placed=placed, channel=channel, note=note)

    def _slug(
        self, track: ET.Element, clip: otio.schema.Clip, slug: _Slug, *, placed: Placed, channel: Channel, note: Note
    ) -> ET.Element:
        played = find_played(placed, clip, fps=self._fps)
        element = self._begin(track, "clipitem", clip, placed=placed, played=played, channel=channel)
        known = table_of(clip.media_reference.metadata.get(_XML)) if clip.media_reference is not None else {}
        known = {} if known.get(STANDS_IN) else known
        number = self._book.add_slug(element, name=slug.name, source=slug.source, known=known)
        element.insert(0, _element("masterclipid", f"masterclip-{number}"))
        self._complete(element, clip, played=played, channel=channel, note=note)
        return element

    def _drawn(
        self,
        track: ET.Element,
        clip: otio.schema.Clip,
        draw: Callable[[ET.Element], None],
        *,
        placed: Placed,
        channel: Channel,
        note: Note,
    ) -> ET.Element:
        played = find_played(placed, clip, fps=self._fps)
        element = self._begin(track, "generatoritem", clip, placed=placed, played=played, channel=channel)
        draw(element)
        self._complete(element, clip, played=played, channel=channel, note=note)
        return element

    def _begin(
        self, track: ET.Element, tag: str, item: otio.core.Item, *, placed: Placed, played: Played, channel: Channel
    ) -> ET.Element:
        self._count += 1
        element = ET.SubElement(track, tag, id=f"clipitem-{self._count}")
        if channel.number is not None:
            element.set("premiereChannelType", "stereo" if channel.count > 1 else "mono")
        add(element, "name", item.name)
        add(element, "enabled", truth(item.enabled))
        add(element, "duration", max(half_up(played.total / played.remap.pace), 1))
        add_rate(element, self._fps)
        add(element, "start", placed.start if placed.head is None else NEIGHBOR)
        add(element, "end", placed.end if placed.tail is None else NEIGHBOR)
        for name, frame in (("in", played.first), ("out", played.out)):
            add(element, name, frame)
        for name, frame in (("pproTicksIn", played.first), ("pproTicksOut", played.out)):
            add(element, name, half_up(frame * TICKS_PER_SECOND / self._fps))
        known = table_of(item.metadata.get(_XML))
        for name in _BEFORE_MEDIA:
            if name in known:
                add_table(element, name, known[name])
        return element

    def _complete(
        self, element: ET.Element, item: otio.core.Item, *, played: Played, channel: Channel, note: Note
    ) -> None:
        """Speed, effects, channel, markers and notes."""
        _add_effects(element, item, played=played)
        if channel.number is not None:
            source = add(element, "sourcetrack")
            add(source, "mediatype", "audio")
            plays = channel_played(item, number=channel.number, book=self._book)
            add(source, "trackindex", plays or channel.number + 1)
        if not channel.is_first:
            return
        scale = Scale(fps=self._fps, first=Fraction(played.shown), source=stated_start(item), pace=played.remap.pace)
        add_markers(element, item.markers, scale=scale)
        add_note(element, {**_note_of(item, book=self._book), **played.note, **note})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slug:
    """A file without media."""

    name: str
    source: str


def _element(tag: str, text: str) -> ET.Element:
    element = ET.Element(tag)
    element.text = text
    return element


def _matte(color: tuple[int, int, int]) -> Callable[[ET.Element], None]:
    return lambda element: add_matte(element, color)


def _title(words: str) -> Callable[[ET.Element], None]:
    return lambda element: add_title(element, words)


def _as_it_came(reference: otio.schema.GeneratorReference, known: dict[str, object]) -> Callable[[ET.Element], None]:
    def draw(element: ET.Element) -> None:
        effect = add(element, "effect")
        add(effect, "name", reference.name)
        add(effect, "effectid", reference.generator_kind)
        fill_from_table(effect, known, but=_GENERATOR_WORDS)

    return draw


def _add_effects(element: ET.Element, item: otio.core.Item, *, played: Played) -> None:
    speed = played.remap.speed
    for ramp in ramp_filters(item) if speed is None else []:
        add_table(element, "filter", ramp)
    if speed is not None and speed != 1:
        length = played.out - played.first
        add_remap(element, speed, played=played.first, length=length, total=played.total, held=played.held)
    for effect in item.effects:
        known = effect.metadata.get(_XML)
        if isinstance(effect, otio.schema.TimeEffect) or known is None:  # a time warp is a time effect
            continue
        found = add(element, "filter")
        fill_from_table(found, table_of(effect.metadata.get(FILTER_KEY)))
        inner = add(found, "effect")
        add(inner, "name", effect.name)
        fill_from_table(inner, table_of(known), but=frozenset({"name"}))


def _note_of(item: otio.core.Item, *, book: MediaBook) -> Note:
    """What xmeml has no place for: our own metadata, other takes, a name with characters that XML forbids."""
    note = own_note(item.metadata)
    if clean(item.name) != item.name:
        note["name"] = item.name
    warps = [each for each in item.effects if isinstance(each, otio.schema.LinearTimeWarp)]
    scalars = [float(each.time_scalar) for each in warps]
    if len(scalars) > 1:
        note["scalars"] = scalars
    if isinstance(item, otio.schema.Clip):
        active = item.active_media_reference_key
        others = {key: each.deepcopy() for key, each in item.media_references().items() if key != active}
        for each in others.values():
            if isinstance(each, otio.schema.ExternalReference) and each.target_url:
                each.target_url = book.pathurl(each.target_url)
        if others:
            note |= {"references": others, "active": active}
    return note
