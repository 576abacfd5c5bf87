"""OpenTimelineIO as Adobe Premiere Pro writes it, from 26 on.

Seen from other files: references are percent-encoded URLs, the picture size stands on the stack, picture and sound
share a `LinkID`, and a source range counts source frames: speed makes the clip shorter or longer than it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from types import MappingProxyType

import opentimelineio as otio

from pickup.cut import Size
from pickup.errors import TimelineError, TimingError
from pickup.paths import PathStyle, is_encoded
from pickup.timelines.dialect import Aspect, Reading, Source, Writing
from pickup.timelines.links import PREMIERE_LINK, RESOLVE, LinkGroup, choose_ids, find_links, premiere_link
from pickup.timelines.references import url_of
from pickup.timelines.ruler import seconds_of
from pickup.timelines.shapes import (
    is_idle,
    is_still,
    is_take,
    leave_out,
    moment,
    name_tracks,
    note_in_comment,
    path_of,
    put_away,
    respell,
    set_missing,
    show_by_default,
    source_start,
    span,
    spelled_rate,
    tracks_of,
    used_seconds,
    walk_stacks,
)
from pickup.timelines.texts import child, plain
from pickup.timelines.warps import PREMIERE, follows_premiere, to_record_lengths, to_used_lengths
from pickup.timing import FrameRate

NAME = "premiere"

LOSES = MappingProxyType(
    {Aspect.EFFECTS: "Premiere does not know Resolve's effects; apply them again where you miss them."}
)

_SAMPLE_RATE = 48000.0


def sniff(source: Source) -> str:
    """Premiere's marks on the timeline or its stack; they win over those of others."""
    marked = source.timeline is not None and follows_premiere(source.timeline)
    return f"it carries {PREMIERE} metadata" if marked else ""


def read(source: Source) -> Reading:
    """The timeline with durations as they are on the timeline.

    Raises:
        TimelineError: A speed or a duration makes no sense.
    """
    timeline = source.timeline
    if timeline is None:
        raise TimelineError(f"{source.path.name} is no OpenTimelineIO timeline", where=str(source.path))
    try:
        to_record_lengths(timeline)
    except TimingError as error:
        raise TimelineError(
            f"{source.path.name} cannot be read: {error.message}",
            where=str(source.path),
            next_step=error.next_step or "export the timeline again",
        ) from error
    size = _size(timeline)
    return Reading(timeline=timeline, size=size, size_from="Premiere's VideoResolution" if size else None)


def _size(timeline: otio.schema.Timeline) -> Size | None:
    stated = child(timeline.tracks.metadata, PREMIERE, "VideoResolution")
    width, height = child(stated, "width"), child(stated, "height")
    if isinstance(width, int | float) and isinstance(height, int | float) and width > 0 and height > 0:
        return int(width), int(height)
    return None


def _items_of(stack: otio.schema.Stack) -> list[otio.core.Item]:
    return [item for track in tracks_of(stack) for item in track if isinstance(item, otio.core.Item)]


def write(timeline: otio.schema.Timeline, *, writing: Writing) -> bytes:
    """The timeline in Premiere's shape; what Premiere itself wrote stays as it is.

    A time warp of 1 is left out even so: it changes nothing, and Premiere drops the motion of a clip that has one.
    Paths that another program wrote into Premiere's file become URLs.
    """
    was_premiere = writing.came_as == NAME
    timeline.name = timeline.tracks.name = writing.name
    if not was_premiere:
        put_away(timeline, RESOLVE)
        _mark(timeline, writing=writing)
    stacks = list(walk_stacks(timeline.tracks))
    if was_premiere:
        for stack in stacks:
            _unlink_takes(stack, rate=writing.rate)
            for item in _items_of(stack):
                leave_out(item, unwanted=is_idle)
                if isinstance(item, otio.schema.Clip):
                    _mend_urls(item)
    else:
        _link([group for stack in stacks for group in find_links(stack, rate=writing.rate)], stacks=stacks)
        for stack in stacks:
            _shape_stack(stack)
    to_used_lengths(timeline)
    text: str = timeline.to_json_string(indent=4)
    return text.encode()


def _mark(timeline: otio.schema.Timeline, *, writing: Writing) -> None:
    set_missing(timeline, PREMIERE, {"MetadataVersion": "1.0"})
    width, height = writing.size
    marks = {
        "AudioFrameRate": _SAMPLE_RATE,
        "PixelAspectRatio": {"denominator": 1, "numerator": 1},
        "VideoFrameRate": spelled_rate(timeline, writing.rate),
        "VideoResolution": {"height": height, "width": width},
    }
    set_missing(timeline.tracks, PREMIERE, marks)
    if timeline.global_start_time is None and writing.start_frame:
        start = writing.rate.seconds(writing.start_frame)
        timeline.global_start_time = moment(start, rate=spelled_rate(timeline, writing.rate))


def _shape_stack(stack: otio.schema.Stack) -> None:
    name_tracks(stack)
    leave_out(stack, unwanted=_is_of_resolve)
    for marker in stack.markers:
        note_in_comment(marker)
    for track in tracks_of(stack):
        _shape_track(track)
        for item in track:
            if isinstance(item, otio.core.Item):
                _shape_item(item)


def _shape_track(track: otio.schema.Track) -> None:
    leave_out(track, unwanted=_is_of_resolve)
    for marker in track.markers:
        note_in_comment(marker)
    if track.kind == otio.schema.TrackKind.Audio:
        mono = child(track.metadata, RESOLVE, "Audio Type") == "Mono"
        channels = {"ChannelType": "Mono" if mono else "Stereo", "NumberOfChannels": 1 if mono else 2}
        set_missing(track, PREMIERE, {"AudioChannels": channels})


def _shape_item(item: otio.core.Item) -> None:
    leave_out(item, unwanted=lambda effect: is_idle(effect) or _is_of_resolve(effect))
    for marker in item.markers:
        note_in_comment(marker)
    if isinstance(item, otio.schema.Clip):
        show_by_default(item)
        _find_offline(item)
        for reference in item.media_references().values():
            respell(reference, style=PathStyle.URL)
        _cover_still(item)


def _is_of_resolve(effect: otio.schema.Effect) -> bool:
    return child(effect.metadata, RESOLVE) is not None


def _find_offline(clip: otio.schema.Clip) -> None:
    """Offline media by its last path: Premiere asks for that file, and can say which one it misses."""
    references = clip.media_references()
    offline = {key: each for key, each in references.items() if isinstance(each, otio.schema.MissingReference)}
    found = {key: _external(each) for key, each in offline.items() if url_of(each)}
    if found:
        clip.set_media_references({**references, **found}, clip.active_media_reference_key)


def _external(missing: otio.schema.MissingReference) -> otio.schema.ExternalReference:
    reference = otio.schema.ExternalReference(
        target_url=url_of(missing), available_range=missing.available_range, metadata=plain(missing.metadata)
    )
    reference.name = missing.name
    return reference


def _cover_still(clip: otio.schema.Clip) -> None:
    """Makes a still as long as the clip that shows it; Premiere scales keyframes by that length."""
    reference, start = clip.media_reference, source_start(clip)
    if not is_still(reference) or start is None or clip.source_range is None:
        return
    shown = clip.source_range.duration
    known = reference.available_range or span(Fraction(0), Fraction(0), rate=float(shown.rate))
    needed = start + used_seconds(clip, length=seconds_of(shown)) - seconds_of(known.start_time)
    if seconds_of(known.duration) < needed:
        length = moment(needed, rate=float(shown.rate))
        reference.available_range = otio.opentime.TimeRange(known.start_time, length)


def _link(groups: list[LinkGroup], *, stacks: list[otio.schema.Stack]) -> None:
    """One id for each group, and none that anything else has: Premiere makes one clip of what has the same id."""
    items = [item for stack in stacks for item in _items_of(stack)]
    users = Counter(filter(None, map(premiere_link, items)))
    chosen = choose_ids(groups, known=premiere_link, in_use=users)
    for item in items:
        if users[premiere_link(item)] > 1:
            del item.metadata[PREMIERE][PREMIERE_LINK]
    for group, link in zip(groups, chosen, strict=True):
        for item in group:
            set_missing(item, PREMIERE, {PREMIERE_LINK: link})


def _unlink_takes(stack: otio.schema.Stack, *, rate: FrameRate) -> None:
    """Leaves the link of a clip that a take cut into to one of the parts, the take among them.

    Premiere makes one clip of what has the same id. It stays with the part that lies over the sound longest; a take
    does not share it with a picture of another track either. All else stays linked as Premiere wrote it.
    """
    tracks = [track for track in tracks_of(stack) if track.kind == otio.schema.TrackKind.Video]
    pictures: dict[str, list[tuple[int, otio.core.Item]]] = defaultdict(list)
    for number, track in enumerate(tracks):
        for item in track:
            if isinstance(item, otio.core.Item) and premiere_link(item):
                pictures[premiere_link(item)].append((number, item))
    shared = [each for each in pictures.values() if len(each) > 1 and any(is_take(item) for _, item in each)]
    over_sound = [item for group in find_links(stack, rate=rate) for item in group] if shared else []
    for linked in shared:
        cut_into = {number for number, item in linked if is_take(item)}
        parts = [item for number, item in linked if number in cut_into]
        kept = next((item for item in parts if any(item is each for each in over_sound)), parts[0])
        for item in parts:
            if item is not kept or (is_take(item) and len(parts) < len(linked)):
                del item.metadata[PREMIERE][PREMIERE_LINK]


def _mend_urls(clip: otio.schema.Clip) -> None:
    """Writes as an encoded URL what is none: Premiere writes nothing else, but others change its files."""
    for reference in clip.media_references().values():
        path = path_of(reference)
        if path is None or isinstance(reference, otio.schema.MissingReference):
            continue
        if not path.is_url:
            respell(reference, style=PathStyle.URL)
        elif not is_encoded(url_of(reference)):
            respell(reference, style=path.style)
