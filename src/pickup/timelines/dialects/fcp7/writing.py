"""From a neutral timeline to xmeml version 4, in the order in which Premiere writes its elements.

`rate` and `format` stand in the sequence and in every clip item, because Resolve shows no timeline without them;
`locked` in every track, because OpenShot ends without it. Sound of two channels stands on a pair of tracks, as in
Premiere's own exports, and comes back as one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.errors import TimelineError, TimingError
from pickup.timelines.dialect import Writing
from pickup.timelines.dialects.fcp7.bins import add_takes_bin
from pickup.timelines.dialects.fcp7.channels import heard_on
from pickup.timelines.dialects.fcp7.clip_items import Channel, ClipWriter
from pickup.timelines.dialects.fcp7.elements import (
    add,
    add_table,
    as_document,
    clean,
    fill_from_table,
    table_of,
    truth,
)
from pickup.timelines.dialects.fcp7.files import MediaBook, add_picture, add_sound
from pickup.timelines.dialects.fcp7.layout import (
    Placed,
    all_tracks_of,
    end_of,
    first_file_of,
    is_shown,
    note_uses,
    place,
    source_start,
    stated_start,
    tracks_of,
)
from pickup.timelines.dialects.fcp7.markers import Scale, add_markers
from pickup.timelines.dialects.fcp7.notes import Note, add_note, own_note
from pickup.timelines.dialects.fcp7.opening import CHANNEL
from pickup.timelines.dialects.fcp7.played import Room
from pickup.timelines.dialects.fcp7.rates import TICKS_PER_SECOND, Start, add_rate, add_timecode, label_rate
from pickup.timelines.links import find_links
from pickup.timelines.ruler import Ruler, speed_of
from pickup.timelines.texts import child, plain
from pickup.timing import half_up

_XML = "fcp_xml"
_CHANNELS = "totalExplodedTrackCount"
_MOST_CHANNELS = 8
_STEREO = 2
_SEQUENCE_WRITTEN = frozenset({"@id", "uuid", "duration", "rate", "name", "media", "timecode", "marker"})
_TRACK_WRITTEN = frozenset({"name", "enabled", "locked", f"@{CHANNEL}", f"@{_CHANNELS}", "@premiereTrackType"})
_DISSOLVE = (
    ("name", "Cross Dissolve"),
    ("effectid", "Cross Dissolve"),
    ("effectcategory", "Dissolve"),
    ("effecttype", "transition"),
)
_FADE = (
    ("name", "Cross Fade (+3dB)"),
    ("effectid", "KGAudioTransCrossFade3dB"),
    ("effecttype", "transition"),
)


def write_xmeml(timeline: otio.schema.Timeline, *, writing: Writing) -> bytes:
    """The bytes of the file.

    Raises:
        TimelineError: Its rate has no timebase, or a time in it is none.
    """
    try:
        return as_document(_Document(timeline, writing=writing).root())
    except TimingError as error:
        raise TimelineError(error.message, where=writing.name, next_step=error.next_step) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A clip item, and where it stands as links count."""

    item: otio.core.Item
    element: ET.Element
    kind: str
    track: int
    index: int


class _Document:
    """One xmeml file in the making."""

    def __init__(self, timeline: otio.schema.Timeline, *, writing: Writing) -> None:
        self._timeline = timeline
        self._writing = writing
        self._fps: Fraction = writing.rate.fps
        self._ruler = Ruler(rate=writing.rate)
        self._book = MediaBook(writing)
        self._clips = ClipWriter(writing, self._book, add_nested=self._add_nested)
        self._nested: dict[str, str] = {}

    def root(self) -> ET.Element:
        """The whole document."""
        stack = self._timeline.tracks
        note_uses(stack, self._book, ruler=self._ruler)
        root = ET.Element("xmeml", version="4")
        sequence = ET.SubElement(root, "sequence", id="sequence-1")
        known = table_of(self._timeline.metadata.get(_XML))
        attributes = {key: value for key, value in known.items() if key.startswith("@")}
        fill_from_table(sequence, attributes, but=_SEQUENCE_WRITTEN)
        sequence.set("explodedTracks", "true")
        add(sequence, "uuid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"pickup:{self._writing.name}")))
        ends = self._fill(sequence, stack, name=self._writing.name, media=table_of(known.get("media")))
        counted = child(known, "timecode", "displayformat") == "DF" and label_rate(self._fps).fps != self._fps
        drops = self._writing.drop_frame or counted
        start = Start(frame=self._writing.start_frame, fps=self._fps, drop_frame=drops)
        add_timecode(sequence, start)
        length = max((wanted for _, wanted in ends), default=0)
        clock = range(start.frame, start.frame + length)
        add_markers(sequence, stack.markers, scale=Scale(fps=self._fps), clock=clock)
        self._add_markers_of_gaps(sequence, stack)
        fill_from_table(sequence, {key: known[key] for key in known.keys() - attributes.keys()}, but=_SEQUENCE_WRITTEN)
        add_note(sequence, _padding(ends) | own_note(self._timeline.metadata))
        add_takes_bin(root, stack, book=self._book, fps=self._fps)
        return root

    def _fill(
        self, sequence: ET.Element, stack: otio.core.Composition, *, name: str, media: dict[str, object]
    ) -> list[tuple[int, int]]:
        """Gives a sequence its tracks; returns for each where its last clip ends, and where it ends with gaps."""
        placed = [(track, self._fitted(place(track, ruler=self._ruler))) for track in tracks_of(stack)]
        ends = [(_shown_end(items), end_of(items)) for _, items in placed]
        whole = max((end_of(place(each, ruler=self._ruler)) for each in all_tracks_of(stack)), default=0)
        if ends and whole > max(wanted for _, wanted in ends):  # a track that is left out is the longest
            ends[0] = (ends[0][0], whole)
        add(sequence, "duration", max((wanted for _, wanted in ends), default=0))
        add_rate(sequence, self._fps)
        add(sequence, "name", name)
        parts = add(sequence, "media")
        video, audio = add(parts, "video"), add(parts, "audio")
        self._add_formats(video, audio, media=media)
        written: list[_Written] = []
        for kind, parent in ((otio.schema.TrackKind.Video, video), (otio.schema.TrackKind.Audio, audio)):
            for track, items in placed:
                if track.kind == kind:
                    written += self._track(parent, track, items)
        self._link(stack, written)
        for each in written:
            self._clips.finish(each.element, each.item)
        return ends

    def _fitted(self, items: list[Placed]) -> list[Placed]:
        """The items of a track, with transitions as long as the media beside them have frames for.

        An NLE shows a clip item late whose `in` would lie before its media.
        """
        fitted = list(items)
        for index, placed in enumerate(items):
            if not isinstance(placed.item, otio.schema.Transition):
                continue
            before, after = self._fitting(items, index)
            wanted = (placed.before, placed.after)
            changed = (before, after) != wanted
            fitted[index] = replace(placed, before=before, after=after, wanted=wanted if changed else None)
            if index:
                fitted[index - 1] = replace(fitted[index - 1], tail=after)
            if index + 1 < len(items):
                fitted[index + 1] = replace(fitted[index + 1], head=before)
        return fitted

    def _fitting(self, items: Sequence[Placed], index: int) -> tuple[int, int]:
        """Frames before and after the edit with which a transition can be written.

        One that has to be shortened lies in the middle of the edit, begins or ends there, whichever is longest:
        those are what every reader understands.
        """
        placed = items[index]
        sides = [items[each] if 0 <= each < len(items) else None for each in (index + 1, index - 1)]
        rooms = [self._clips.room(each) if each is not None and is_shown(each.item) else Room() for each in sides]
        before, after = min(placed.before, placed.start), placed.after  # nothing stands before the first frame
        fit = (_least(before, rooms[0].head), _least(after, rooms[1].tail))
        if fit == (before, after):
            return fit
        shorter = min(fit)
        longest = max((shorter, shorter), (0, fit[1]), (fit[0], 0), key=sum)
        return longest if any(longest) else (0, 1)  # no frame to spare: the last one of what goes is repeated

    def _add_formats(self, video: ET.Element, audio: ET.Element, *, media: dict[str, object]) -> None:
        known = table_of(child(media, "video", "format"))
        size = [child(known, "samplecharacteristics", each) for each in ("width", "height")]
        if size == [str(each) for each in self._writing.size] and self._states_rate(known):
            add_table(video, "format", known)
        else:
            add_picture(add(video, "format"), fps=self._fps, size=self._writing.size, depth=True)
        heard = table_of(media.get("audio"))
        if heard:
            fill_from_table(audio, heard)
            return
        add(audio, "numOutputChannels", _STEREO)
        add_sound(add(audio, "format"))
        outputs = add(audio, "outputs")
        for index in range(1, _STEREO + 1):
            group = add(outputs, "group")
            for tag, value in (("index", index), ("numchannels", 1), ("downmix", 0)):
                add(group, tag, value)
            add(add(group, "channel"), "index", index)

    def _states_rate(self, known: dict[str, object]) -> bool:
        stated = ET.Element("rate")
        add_rate(stated, self._fps)
        own = table_of(child(known, "samplecharacteristics", "rate"))
        return own == {each.tag: each.text for each in stated[0]}

    def _track(self, parent: ET.Element, track: otio.schema.Track, items: Sequence[Placed]) -> list[_Written]:
        """A track; of sound as many as it has channels."""
        if track.kind == otio.schema.TrackKind.Video:
            return self._one_track(parent, track, items, channel=Channel())
        count = self._channels(track)
        written: list[_Written] = []
        for number in range(count):
            written += self._one_track(parent, track, items, channel=Channel(number=number, count=count))
        return written

    def _one_track(
        self, parent: ET.Element, track: otio.schema.Track, items: Sequence[Placed], *, channel: Channel
    ) -> list[_Written]:
        known = table_of(track.metadata.get(_XML))
        element = ET.SubElement(parent, "track")
        fill_from_table(element, {key: each for key, each in known.items() if key.startswith("@")}, but=_TRACK_WRITTEN)
        if track.name:
            element.set("MZ.TrackName", clean(track.name))
        if channel.number is not None:
            element.set(CHANNEL, str(channel.number))
            element.set(_CHANNELS, str(channel.count))
            element.set("premiereTrackType", "Stereo" if channel.count > 1 else "Mono")
        number = len(parent.findall("track"))
        written: list[_Written] = []
        for placed in heard_on(items, number=channel.number, book=self._book):
            item = placed.item
            if isinstance(item, otio.schema.Transition):
                self._transition(element, item, placed, heard=channel.number is not None)
            elif isinstance(item, otio.core.Item) and is_shown(item):
                made = self._clips.add(element, item, placed=placed, channel=channel)
                index = len(written) + 1  # transitions do not count
                written.append(_Written(item=item, element=made, kind=parent.tag, track=number, index=index))
        add(element, "enabled", truth(track.enabled))
        add(element, "locked", truth(_is_locked(track)))
        rest = {key: each for key, each in known.items() if not key.startswith("@")}
        if channel.number is not None and (channel.count > 1 or "outputchannelindex" not in rest):
            rest["outputchannelindex"] = str(channel.number % _STEREO + 1)
        fill_from_table(element, rest, but=_TRACK_WRITTEN)
        if channel.is_first:
            name = {"name": track.name} if clean(track.name) != track.name else {}
            add_note(element, name | own_note(track.metadata))
        return written

    def _channels(self, track: otio.schema.Track) -> int:
        """Channels of a sound track: as it came, as its program says, else as its media have."""
        known = plain(child(track.metadata, _XML))
        if isinstance(known, dict):
            stated = known.get(f"@{_CHANNELS}", "1")
            return min(max(int(stated), 1), _MOST_CHANNELS) if isinstance(stated, str) and stated.isdigit() else 1
        named = {"Mono": 1, "Stereo": _STEREO}
        for path in (("Resolve_OTIO", "Audio Type"), ("PremierePro_OTIO", "AudioChannels", "ChannelType")):
            stated = child(track.metadata, *path)
            if stated in named:
                return named[str(stated)]
        clips = [each for each in track if isinstance(each, otio.schema.Clip)]
        most = max((self._book.channels(first_file_of(each.media_reference)) for each in clips), default=_STEREO)
        return min(most, _STEREO) or _STEREO

    def _transition(
        self, track: ET.Element, transition: otio.schema.Transition, placed: Placed, *, heard: bool
    ) -> None:
        """A transition over an edit; against a gap it begins or ends in black.

        The edit stands in `cutPointTicks`, counted from the start of the transition as Premiere does.
        """
        element = add(track, "transitionitem")
        start, end = placed.start - placed.before, placed.start + placed.after
        add(element, "start", start)
        add(element, "end", end)
        add(element, "alignment", _alignment(placed))
        add(element, "cutPointTicks", half_up(placed.before * TICKS_PER_SECOND / self._fps))
        add_rate(element, self._fps)
        known = table_of(transition.metadata.get(_XML))
        if known.get("effect"):
            add_table(element, "effect", known["effect"])
        else:
            effect = add(element, "effect")
            for tag, text in _FADE if heard else _DISSOLVE:
                add(effect, tag, text)
            add(effect, "mediatype", "audio" if heard else "video")
            for tag, text in (("wipecode", "0"), ("wipeaccuracy", "100"), ("startratio", "0"), ("endratio", "1")):
                add(effect, tag, text)
            add(effect, "reverse", "FALSE")
        if placed.wanted is not None:
            before, after = placed.wanted
            add_note(element, {"before": before, "after": after, "written": [start, placed.start, end]})

    def _add_nested(self, parent: ET.Element, stack: otio.core.Composition) -> None:
        """The sequence of a compound clip, spelled out where its content is met first."""
        content = "\n".join(each.to_json_string(indent=-1) for each in stack)
        content += str(child(stack.metadata, _XML, "sequence", "@id"))  # two that were two stay two
        identity = self._nested.get(content)
        if identity is not None:
            ET.SubElement(parent, "sequence", id=identity)
            return
        self._nested[content] = f"sequence-{len(self._nested) + 2}"
        sequence = ET.SubElement(parent, "sequence", id=self._nested[content])
        ends = self._fill(sequence, stack, name=stack.name or "Nested sequence", media={})
        drops = self._writing.drop_frame
        add_timecode(sequence, Start(frame=0, fps=self._fps, drop_frame=drops))
        add_note(sequence, _padding(ends))

    def _link(self, stack: otio.core.Composition, written: Iterable[_Written]) -> None:
        """Link blocks between the clip items of each group, all channels of a sound among them."""
        if not isinstance(stack, otio.schema.Stack):
            return
        groups = find_links(stack, rate=self._writing.rate)
        group_of = {id(item): group for group in groups for item in group}
        members: dict[int, list[_Written]] = {}
        for each in written:
            group = group_of.get(id(each.item))
            if group is not None:
                members.setdefault(id(group), []).append(each)
            elif child(each.item.metadata, _XML, "link") is not None:  # the channels of one sound, without a picture
                members.setdefault(id(each.item), []).append(each)
        for linked in (each for each in members.values() if len(each) > 1):
            for each in linked:
                for other in linked:
                    _add_link(each.element, other)

    def _add_markers_of_gaps(
        self,
        sequence: ET.Element,
        stack: otio.core.Composition,
        *,
        offset: Fraction = Fraction(0),
        window: tuple[Fraction, Fraction] | None = None,
    ) -> None:
        """Writes markers of gaps as the sequence's: there is no element for a gap.

        Args:
            sequence: The outermost one.
            stack: Its tracks, or those of a compound clip in it.
            offset: Record frame of the cut at which the stack's own time begins.
            window: Record frames of the cut that show something of the stack; None for all.
        """
        for track in tracks_of(stack):
            for placed in place(track, ruler=self._ruler):
                item = placed.item
                start, end = offset + placed.start, offset + placed.end
                low, high = (max(window[0], start), min(window[1], end)) if window else (start, end)
                if isinstance(item, otio.core.Composition) and speed_of(item) == 1:
                    first = start - self._writing.rate.frames(source_start(item))
                    self._add_markers_of_gaps(sequence, item, offset=Fraction(first), window=(low, high))
                elif isinstance(item, otio.core.Item) and not is_shown(item):
                    pace = abs(speed_of(item) or Fraction(1))
                    scale = Scale(fps=self._fps, first=start, source=stated_start(item), pace=pace)
                    seen = (each for each in item.markers if low <= min(max(scale.frame(each), start), end - 1) < high)
                    add_markers(sequence, seen, scale=scale)


def _padding(ends: Sequence[tuple[int, int]]) -> Note:
    """The gaps at the end of tracks, which xmeml has no element for."""
    if all(wanted <= shown for shown, wanted in ends):
        return {}
    return {"length": max(wanted for _, wanted in ends), "ends": [wanted for _, wanted in ends]}


def _shown_end(items: Sequence[Placed]) -> int:
    return max((each.end for each in items if is_shown(each.item)), default=0)


def _least(frames: int, room: int | None) -> int:
    return frames if room is None else min(frames, room)


def _is_locked(track: otio.schema.Track) -> bool:
    return child(track.metadata, "Resolve_OTIO", "Locked") is True or child(track.metadata, _XML, "locked") == "TRUE"


def _alignment(placed: Placed) -> str:
    is_behind, is_before = placed.closed
    if not is_behind:
        return "start-black"
    if not is_before:
        return "end-black"
    if not placed.before:
        return "start"
    return "center" if placed.after else "end"


def _add_link(element: ET.Element, other: _Written) -> None:
    link = add(element, "link")
    add(link, "linkclipref", other.element.get("id"))
    add(link, "mediatype", other.kind)
    add(link, "trackindex", other.track)
    add(link, "clipindex", other.index)
    if other.kind == "audio":
        add(link, "groupindex", 1)
