"""OpenTimelineIO as DaVinci Resolve writes it, and as it insists on reading it.

Resolve (19.1 to 21, measured by others) makes no timeline at all, and says nothing, of a file that is valid but of
another shape. So every item gets the one of its exports: bare paths, clips named as their files, media ranges on the
media's own timecode, tracks filled up with gaps, times in whole frames of the cut. What Resolve wrote is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import opentimelineio as otio

from pickup.errors import TimelineError, TimingError
from pickup.paths import PathStyle
from pickup.timelines.dialect import Aspect, Reading, Source, Writing
from pickup.timelines.generators import make_resolves
from pickup.timelines.links import RESOLVE, RESOLVE_LINK, choose_ids, find_links, resolve_link
from pickup.timelines.media_ranges import MediaRanges
from pickup.timelines.references import url_of
from pickup.timelines.ruler import Ruler, record_length, seconds_of, source_range_of, speed_of, whole_if_whole
from pickup.timelines.shapes import (
    OURS,
    PICTURE_AND_SOUND,
    is_idle,
    is_speed,
    is_take,
    leave_out,
    media_name,
    moment,
    name_tracks,
    namespace,
    note_in_comment,
    path_of,
    put_away,
    respell,
    set_missing,
    show_by_default,
    span,
    spelled_rate,
    tracks_of,
    walk_stacks,
)
from pickup.timelines.texts import child, marker_words, plain
from pickup.timelines.warps import PREMIERE, follows_premiere, to_known_digits
from pickup.timing import Number, exact_rate, exact_value, half_up

NAME = "resolve"

LOSES = MappingProxyType(
    {
        Aspect.SIZE: "Resolve's timelines state no picture size; the project's own timeline resolution counts.",
        Aspect.CLIP_NAMES: "Resolve finds media by clip names, so clips have the names of their files; "
        "the names that they had are kept in the file.",
        Aspect.EFFECTS: "Resolve does not know the effects of other programs; apply them again where you miss them.",
        Aspect.SYNTHETIC: "A clip without media of which only a name is known becomes what Resolve shows in its place.",
        Aspect.GAP_MARKERS: "Resolve has no markers on gaps; they stand on the timeline, at the same frames.",
        Aspect.LOOSE_TRANSITIONS: "Resolve does not import a transition that has a clip on one side only.",
        Aspect.OTHER_TRACKS: "Resolve imports picture and sound; other tracks are left out.",
    }
)

_VERSION = MappingProxyType({"Resolve OTIO Meta Version": "1.0"})
_TRANSITIONS = MappingProxyType(
    {"Video": ("Cross Dissolve", "Cross Dissolve"), "Audio": ("Cross Fade 0 dB", "Cross Fade 0DB")}
)
_STEREO = 2
_NOT_MOVED = Fraction(0)


def sniff(source: Source) -> str:
    """Resolve's mark on the timeline, and none of Premiere's."""
    timeline = source.timeline
    if timeline is None or follows_premiere(timeline) or child(timeline.metadata, RESOLVE) is None:
        return ""
    return f"it carries {RESOLVE} metadata"


def read(source: Source) -> Reading:
    """The timeline as Resolve wrote it, source starts that it had to round made exact again.

    Resolve writes them at the rate of the cut: frame 100 of 24 fps media is 99.9000999000999 in a cut at 23.976.

    Raises:
        TimelineError: It is no OTIO timeline.
    """
    if source.timeline is None:
        raise TimelineError(f"{source.path.name} is no OpenTimelineIO timeline", where=str(source.path))
    for stack in walk_stacks(source.timeline.tracks):
        for clip in _clips_of(stack):
            with suppress(TimingError):  # a time that makes no sense is complained of where the clip is placed
                _make_exact(clip)
    return Reading(timeline=source.timeline)


def _clips_of(stack: otio.schema.Stack) -> Iterator[otio.schema.Clip]:
    return (item for track in tracks_of(stack) for item in track if isinstance(item, otio.schema.Clip))


def _make_exact(clip: otio.schema.Clip) -> None:
    """A source start that is a whole frame of the media but for rounding becomes that frame."""
    known, reference = clip.source_range, clip.media_reference
    if known is None or reference is None or reference.available_range is None:
        return
    rate = float(reference.available_range.start_time.rate)
    frame = seconds_of(known.start_time) * exact_rate(rate)
    meant = to_known_digits(frame)
    if meant.denominator == 1 and meant != frame:
        clip.source_range = otio.opentime.TimeRange(otio.opentime.RationalTime(float(meant), rate), known.duration)


def write(timeline: otio.schema.Timeline, *, writing: Writing) -> bytes:
    """The timeline in Resolve's shape; what Resolve itself wrote stays as it is."""
    timeline.name = writing.name
    shaper = _Shaper(timeline, writing=writing)
    if writing.came_as == NAME:
        shaper.complete()
    else:
        put_away(timeline, PREMIERE)
        set_missing(timeline, RESOLVE, _VERSION)
        shaper.shape()
    text: str = timeline.to_json_string(indent=4)
    return text.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a stack's own time lies in the cut.

    Attributes:
        offset: Record frame of the cut at the stack's time zero.
        window: Record frames of the cut that show something of it; None for all.
    """

    offset: Number = 0
    window: tuple[Number, Number] | None = None

    def inside(self, start: Number, end: Number, *, offset: Number) -> _Place:
        """The place of a compound clip that lies at these record frames of the cut."""
        low, high = self.window or (start, end)
        return _Place(offset=offset, window=(max(low, start), min(high, end)))

    def shows(self, frame: Number) -> bool:
        """Whether a record frame of the cut is one that the stack is seen in."""
        return self.window is None or self.window[0] <= frame < self.window[1]


class _Shaper:
    """Gives one timeline the shape of Resolve's own."""

    def __init__(self, timeline: otio.schema.Timeline, *, writing: Writing) -> None:
        self._timeline = timeline
        self._cut_rate = writing.rate
        self._ruler = Ruler(rate=writing.rate)
        self._rate = spelled_rate(timeline, writing.rate)
        self._facts = writing.facts
        self._media = MediaRanges(rate=self._rate, facts=writing.facts)
        if timeline.global_start_time is None:
            timeline.global_start_time = otio.opentime.RationalTime(writing.start_frame, self._rate)

    def complete(self) -> None:
        """Shapes what came into Resolve's own cut: takes, and tracks for them; mends what it would not import.

        Resolve itself writes bare paths; where another program changed its file, URLs may stand there.
        """
        for stack in walk_stacks(self._timeline.tracks):
            length = self._length(stack)
            for track in tracks_of(stack):
                _drop_loose_transitions(track)
                for clip in track:
                    if is_take(clip) and isinstance(clip, otio.schema.Clip):
                        self._clip(clip, frames=half_up(record_length(clip, ruler=self._ruler)), kind=track.kind)
                    elif isinstance(clip, otio.schema.Clip):
                        self._back_to_the_cut(clip)
                        _bare_paths(clip)
                if _is_made_for_takes(track):
                    _mark_track(track)
                    self._fill_up(track, length=length)

    def _back_to_the_cut(self, clip: otio.schema.Clip) -> None:
        """A source start that was made exact, as Resolve writes it."""
        known, reference = clip.source_range, clip.media_reference
        media = reference.available_range if reference is not None else None
        if known is None or media is None:
            return
        if media.start_time.rate == known.start_time.rate != known.duration.rate:
            rate = float(known.duration.rate)
            start = otio.opentime.RationalTime(float(seconds_of(known.start_time) * exact_rate(rate)), rate)
            clip.source_range = otio.opentime.TimeRange(start, known.duration)

    def shape(self) -> None:
        """Shapes everything; Resolve's stack has no name."""
        self._timeline.tracks.name = ""
        self._link()
        self._stack(self._timeline.tracks, place=_Place())
        self._markers(self._timeline.tracks)

    def _link(self) -> None:
        stacks = list(walk_stacks(self._timeline.tracks))
        groups = [group for stack in stacks for group in find_links(stack, rate=self._cut_rate)]
        items = [item for stack in stacks for track in tracks_of(stack) for item in track]
        chosen = choose_ids(groups, known=resolve_link, in_use=set(map(resolve_link, items)))
        for group, link in zip(groups, chosen, strict=True):
            for item in group:
                namespace(item, RESOLVE)
                item.metadata[RESOLVE][RESOLVE_LINK] = int(link)

    def _length(self, stack: otio.schema.Stack) -> int:
        """Frames of the longest track, those that are left out too."""
        return max((half_up(self._end(track)) for track in stack if isinstance(track, otio.schema.Track)), default=0)

    def _end(self, track: otio.schema.Track) -> Number:
        """Record length of all that stands on a track, whatever of it the track is trimmed to."""
        items = (item for item in track if not isinstance(item, otio.schema.Transition))
        return sum((record_length(item, ruler=self._ruler) for item in items), start=0)

    def _stack(self, stack: otio.schema.Stack, *, place: _Place) -> None:
        length = self._length(stack)
        leave_out(stack, unwanted=_is_of_another)
        for index in reversed(range(len(stack))):
            if isinstance(stack[index], otio.schema.Track) and stack[index].kind not in PICTURE_AND_SOUND:
                del stack[index]
        name_tracks(stack)
        for track in tracks_of(stack):
            _mark_track(track)
            leave_out(track, unwanted=_is_of_another)
            self._markers(track)
            self._track(track, place=place)
            self._fill_up(track, length=length)

    def _track(self, track: otio.schema.Track, *, place: _Place) -> None:
        _drop_gaps_without_length(track)
        _drop_loose_transitions(track)
        position: Number = 0
        for item in track:
            if isinstance(item, otio.schema.Transition):
                self._transition(item, kind=track.kind)
                continue
            end = position + record_length(item, ruler=self._ruler)
            frames = half_up(end) - half_up(position)
            moved = self._cut_rate.seconds(half_up(position) - position) * (speed_of(item) or 0)
            if isinstance(item, otio.schema.Gap):
                self._gap(item, frames=frames, at=place.offset + position, place=place)
            elif isinstance(item, otio.schema.Clip):
                self._clip(item, frames=frames, kind=track.kind, moved=moved)
                self._markers(item)
            elif isinstance(item, otio.schema.Stack):
                self._compound(item, frames=frames, at=place.offset + position, moved=moved, around=place)
            position = whole_if_whole(end)

    def _fill_up(self, track: otio.schema.Track, *, length: int) -> None:
        """Lets a track end where the cut ends, with a gap, as Resolve pads its own."""
        missing = length - half_up(self._end(track))
        if missing <= 0:
            return
        last = track[-1] if len(track) else None
        if isinstance(last, otio.schema.Gap) and last.source_range is not None and not (last.metadata or last.effects):
            frames = half_up(self._ruler.frames(last.source_range.duration)) + missing
            last.source_range = self._frames(frames)
        else:
            track.append(otio.schema.Gap(source_range=self._frames(missing)))

    def _frames(self, count: int) -> otio.opentime.TimeRange:
        return otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, self._rate), otio.opentime.RationalTime(count, self._rate)
        )

    def _gap(self, gap: otio.schema.Gap, *, frames: int, at: Number, place: _Place) -> None:
        known = source_range_of(gap)
        first = self._ruler.frames(known.start_time) if known is not None else 0
        for index in reversed(range(len(gap.markers))):
            marker = gap.markers[index]
            record = at + self._ruler.frames(marker.marked_range.start_time) - first
            if place.shows(record):
                del gap.markers[index]
                self._to_the_timeline(marker, record=record)
        gap.source_range = self._frames(frames)

    def _to_the_timeline(self, marker: otio.schema.Marker, *, record: Number) -> None:
        moved = marker.deepcopy()
        length = seconds_of(marker.marked_range.duration)
        moved.marked_range = span(self._cut_rate.seconds(record), length, rate=self._rate)
        self._timeline.tracks.markers.append(moved)

    def _compound(
        self, compound: otio.schema.Stack, *, frames: int, at: Number, moved: Fraction, around: _Place
    ) -> None:
        leave_out(compound, unwanted=_is_of_another)
        known = compound.source_range
        first = self._ruler.frames(known.start_time) if known is not None else 0
        shown = frames if speed_of(compound) == 1 else 0  # of a retimed one no frame has a place that is its own
        self._stack(compound, place=around.inside(at, at + shown, offset=at - first))
        if known is not None:
            start = moment(seconds_of(known.start_time) + moved, rate=self._rate)
            compound.source_range = otio.opentime.TimeRange(start, otio.opentime.RationalTime(frames, self._rate))
        self._markers(compound)

    def _clip(self, clip: otio.schema.Clip, *, frames: int, kind: str, moved: Fraction = _NOT_MOVED) -> None:
        show_by_default(clip)
        make_resolves(clip)
        leave_out(clip, unwanted=_is_of_another)
        facts = self._facts.get(url_of(clip.media_reference))
        self._media.settle(clip, frames=frames, moved=moved)
        for reference in clip.media_references().values():
            respell(reference, style=PathStyle.BACKSLASHES)
            name = media_name(reference)
            if name and reference.name != name:
                reference.name = name
        _name_after_media(clip)
        namespace(clip, RESOLVE)
        if kind == otio.schema.TrackKind.Audio:
            channels = facts.channels if facts is not None and facts.channels else _STEREO
            played = _channels_played(clip) or list(range(min(channels, _STEREO)))
            set_missing(clip, RESOLVE, {"Channels": _channels(played)})

    def _markers(self, item: otio.core.Item) -> None:
        """The notes and keywords of markers where Resolve reads them; colors in upper case."""
        for marker in item.markers:
            note, keywords = marker_words(marker)
            set_missing(marker, RESOLVE, {"Keywords": list(keywords), "Note": note})
            marked = marker.marked_range
            if not marked.duration.value:  # Resolve's own are one frame long at least
                one = otio.opentime.RationalTime(1, self._rate)
                marker.marked_range = otio.opentime.TimeRange(marked.start_time, one)
            note_in_comment(marker)
            if marker.color and not marker.color.isupper():
                marker.color = marker.color.upper()

    def _transition(self, transition: otio.schema.Transition, *, kind: str) -> None:
        name, sort = _TRANSITIONS[kind]
        effect = {"Effect Name": name, "Enabled": True, "Name": name, "Parameters": []}
        set_missing(transition, RESOLVE, {"Effects": effect, "Transition Type": sort})
        for side in ("in_offset", "out_offset"):
            frames = half_up(self._ruler.frames(getattr(transition, side)))
            setattr(transition, side, otio.opentime.RationalTime(frames, self._rate))


def _bare_paths(clip: otio.schema.Clip) -> None:
    """Writes URLs as bare paths: Resolve 20.2 finds no media by URL. Other spellings are the editor's own."""
    for reference in clip.media_references().values():
        path = path_of(reference)
        if path is not None and path.is_url:
            respell(reference, style=PathStyle.BACKSLASHES)


def _is_made_for_takes(track: otio.schema.Track) -> bool:
    """Whether Pickup put a track there: Resolve's own may lack marks too, in files by others of its shape."""
    made = child(track.metadata, RESOLVE) is None and any(map(is_take, track))
    return made and all(isinstance(item, otio.schema.Gap) or _stands_for_nothing(item) for item in track)


def _stands_for_nothing(item: otio.core.Composable) -> bool:
    """Whether it is a take in whose place no item stood."""
    return is_take(item) and not isinstance(child(item.metadata, OURS, "was"), otio.core.SerializableObject)


def _mark_track(track: otio.schema.Track) -> None:
    locked = child(track.metadata, "fcp_xml", "locked") == "TRUE"
    if track.kind == otio.schema.TrackKind.Video:
        set_missing(track, RESOLVE, {"Locked": locked})
        return
    mono = child(track.metadata, PREMIERE, "AudioChannels", "ChannelType") == "Mono"
    set_missing(track, RESOLVE, {"Audio Type": "Mono" if mono else "Stereo", "Locked": locked, "SoloOn": False})


def _channels_played(clip: otio.schema.Clip) -> list[int]:
    """Channels of its file that a clip from FCP7 XML plays, from 0; there they count from 1."""
    known = plain(child(clip.metadata, "fcp_xml", "sourcetrack"))
    tables = known if isinstance(known, list) else [known]
    stated = [str(each.get("trackindex", "")).strip() for each in tables if isinstance(each, dict)]
    whole = all(each.isascii() and each.isdigit() and len(each) < len("10000") for each in stated)
    return [max(int(each) - 1, 0) for each in stated] if whole else []


def _channels(played: list[int]) -> list[dict[str, int]]:
    return [{"Source Channel ID": channel, "Source Track ID": 0} for channel in played]


def _is_of_another(effect: otio.schema.Effect) -> bool:
    """Whether Resolve can do nothing with an effect: it is neither its own nor one of OTIO's changes of speed."""
    return is_idle(effect) or not (is_speed(effect) or child(effect.metadata, RESOLVE) is not None)


def _drop_gaps_without_length(track: otio.schema.Track) -> None:
    for index in reversed(range(len(track))):
        known = source_range_of(track[index]) if isinstance(track[index], otio.schema.Gap) else None
        if known is not None and not exact_value(known.duration.value):
            del track[index]


def _drop_loose_transitions(track: otio.schema.Track) -> None:
    """Resolve 21.0.4 does not import a transition that has no clip on one side."""
    for index in reversed(range(len(track))):
        if isinstance(track[index], otio.schema.Transition) and not (
            _is_clip_at(track, index - 1) and _is_clip_at(track, index + 1)
        ):
            del track[index]


def _is_clip_at(track: otio.schema.Track, index: int) -> bool:
    inside = 0 <= index < len(track)
    return inside and not isinstance(track[index], otio.schema.Gap | otio.schema.Transition)


def _name_after_media(clip: otio.schema.Clip) -> None:
    """Resolve relinks by clip name; the name that the editor gave is kept beside it."""
    reference = clip.media_reference
    name = media_name(reference) if reference is not None else ""
    if not name or clip.name == name:
        return
    if clip.name:
        namespace(clip, OURS)
        clip.metadata[OURS]["name"] = clip.name
    clip.name = name
