"""What the OTIO dialects share when they give a neutral timeline the shape of a program: spelling, marks, names, notes.

Each function changes one thing of the item that it is given, and nothing where that thing is as it should be, so that
writing what was written changes nothing. Which items are shaped is decided by the dialects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

import opentimelineio as otio

from pickup.cut import MediaKind
from pickup.paths import LocalPath, PathStyle, parse_path, write_path
from pickup.timelines.classify import kind_by_extension
from pickup.timelines.dialect import MediaFacts
from pickup.timelines.links import RESOLVE
from pickup.timelines.references import url_of
from pickup.timelines.ruler import source_range_of, source_seconds, speed_of
from pickup.timelines.texts import child, marker_words, plain
from pickup.timing import FrameRate, Number, exact_rate

OURS = "pickup"

PICTURE_AND_SOUND = ("Video", "Audio")
"""The kinds of track that an NLE takes from an OTIO file."""

_DEFAULT_MEDIA = "DEFAULT_MEDIA"
MEDIA_URL = "Media Url"
"""Where Resolve keeps the last path of offline media."""

_CAME_WITH = "came_with"
_PUT_THERE = ("Filled.1", "Spare.1")


def walk_stacks(stack: otio.schema.Stack) -> Iterator[otio.schema.Stack]:
    """The stack, and every compound clip in it however deep."""
    yield stack
    yield from _inner_stacks(stack)


def _inner_stacks(around: otio.core.Composition) -> Iterator[otio.schema.Stack]:
    for item in around:
        if isinstance(item, otio.schema.Stack):
            yield item
        if isinstance(item, otio.core.Composition):
            yield from _inner_stacks(item)


def tracks_of(stack: otio.schema.Stack) -> list[otio.schema.Track]:
    """The tracks of picture and of sound."""
    return [each for each in stack if isinstance(each, otio.schema.Track) and each.kind in PICTURE_AND_SOUND]


def is_take(item: otio.core.Composable) -> bool:
    """Whether Pickup put it there: a take that fills a hole, or one that stands by on a track of its own."""
    return child(item.metadata, OURS, "schema") in _PUT_THERE


def namespace(item: otio.core.SerializableObject, key: str) -> Mapping[str, object]:
    """The table under a program's name in an item's metadata, made where it is missing; it can be written to."""
    if not hasattr(child(item.metadata, key), "items"):
        item.metadata[key] = {}
    table: Mapping[str, object] = item.metadata[key]
    return table


def set_missing(item: otio.core.SerializableObject, key: str, values: Mapping[str, object]) -> None:
    """Adds what is missing to the table under a program's name; what stands there stays."""
    table = namespace(item, key)
    for name, value in values.items():
        if name not in table:
            item.metadata[key][name] = value


def put_away(timeline: otio.schema.Timeline, program: str) -> None:
    """Moves a program's marks from the timeline and its stack to where no reader takes them for its own."""
    marks = {
        place: plain(child(each.metadata, program))
        for place, each in (("timeline", timeline), ("stack", timeline.tracks))
        if child(each.metadata, program) is not None
    }
    if not marks:
        return
    for each in (timeline, timeline.tracks):
        if child(each.metadata, program) is not None:
            del each.metadata[program]
    namespace(timeline, OURS)
    if child(timeline.metadata, OURS, _CAME_WITH) is None:
        timeline.metadata[OURS][_CAME_WITH] = {}
    timeline.metadata[OURS][_CAME_WITH][program] = marks


def spelled_rate(timeline: otio.schema.Timeline, rate: FrameRate) -> float:
    """The double with which the file itself writes the cut's rate.

    Players differ in the last digits of 24000/1001, and a double of another spelling can land a frame early.
    """
    if timeline.global_start_time is not None and exact_rate(timeline.global_start_time.rate) == rate.fps:
        return float(timeline.global_start_time.rate)
    for track in tracks_of(timeline.tracks):
        for item in track:
            known = item.source_range if isinstance(item, otio.core.Item) else None
            if known is not None and exact_rate(known.duration.rate) == rate.fps:
                return float(known.duration.rate)
    return float(rate.fps)


def moment(seconds: Number, *, rate: float) -> otio.opentime.RationalTime:
    """Exact seconds in a rate as a file spells it, with the 15 digits that every reader keeps.

    More would be other digits when the file is read and written again.
    """
    return otio.opentime.RationalTime(float(f"{float(seconds * exact_rate(rate)):.15g}"), rate)


def span(start: Number, length: Number, *, rate: float) -> otio.opentime.TimeRange:
    """A range from exact seconds."""
    return otio.opentime.TimeRange(moment(start, rate=rate), moment(length, rate=rate))


def path_of(reference: otio.core.MediaReference | None) -> LocalPath | None:
    """The path that a reference names; None for what is no file."""
    return _parsed(url_of(reference))


@lru_cache(maxsize=512)
def _parsed(url: str) -> LocalPath | None:
    """Each reference is looked at several times before the next one is."""
    return parse_path(url)


def is_still(reference: otio.core.MediaReference | None) -> bool:
    """Whether it is one picture, by its file's name."""
    single = not isinstance(reference, otio.schema.ImageSequenceReference) and path_of(reference) is not None
    return single and kind_by_extension(url_of(reference)) is MediaKind.STILL


def respell(reference: otio.core.MediaReference, *, style: PathStyle) -> None:
    """Writes an absolute path in another style; a relative one, and what is no local file, stay as they are."""
    path = path_of(reference)
    if path is None or not path.is_absolute:
        return
    text = write_path(path, style=style)
    if isinstance(reference, otio.schema.ExternalReference):
        reference.target_url = text
    elif isinstance(reference, otio.schema.ImageSequenceReference):
        reference.target_url_base = text.rstrip("/\\") if path.segments else text
    else:
        reference.metadata[RESOLVE][MEDIA_URL] = text


def media_name(reference: otio.core.MediaReference) -> str:
    """The media's file name with its extension, a sequence as `name.[first-last].ext`; empty for what is no file."""
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return _sequence_name(reference)
    path = path_of(reference)
    return path.name if path is not None else ""


def _sequence_name(reference: otio.schema.ImageSequenceReference) -> str:
    first = reference.start_frame
    count = reference.number_of_images_in_sequence() if reference.available_range is not None else 1
    ends = (first, first + max(count, 1) - 1)
    numbers = "-".join(str(each).zfill(reference.frame_zero_padding) for each in ends)
    return f"{reference.name_prefix}[{numbers}]{reference.name_suffix}"


def used_seconds(item: otio.core.Item, *, length: Fraction) -> Fraction:
    """Source seconds that an item shows in `length` seconds of record time; of a ramp as much, for want of better."""
    speed = speed_of(item)
    return length if speed is None else length * abs(speed)


def source_start(item: otio.core.Item) -> Fraction | None:
    """Source time of an item's first frame in exact seconds; None where nothing states it."""
    known = source_range_of(item)
    return source_seconds(item, known.start_time) if known is not None else None


def lies_in(start: Fraction, facts: MediaFacts) -> bool:
    """Whether a source time is one of the media's embedded timecode."""
    return facts.start <= start < facts.start + facts.duration


def name_tracks(stack: otio.schema.Stack) -> None:
    """Gives tracks without a name the one that Resolve and Premiere both give."""
    numbers: Counter[str] = Counter()
    for track in tracks_of(stack):
        numbers[track.kind] += 1
        if not track.name:
            track.name = f"{track.kind} {numbers[track.kind]}"


def note_in_comment(marker: otio.schema.Marker) -> None:
    """A marker's note where every program but Resolve looks for it."""
    note, _ = marker_words(marker)
    if note and marker.comment != note:
        marker.comment = note


def leave_out(item: otio.core.Item, *, unwanted: Callable[[otio.schema.Effect], bool]) -> None:
    """Takes effects off an item."""
    for place in reversed(range(len(item.effects))):
        if unwanted(item.effects[place]):
            del item.effects[place]


def is_speed(effect: otio.schema.Effect) -> bool:
    """Whether an effect changes time: a constant speed, a freeze or a ramp."""
    return isinstance(effect, otio.schema.TimeEffect)


def show_by_default(clip: otio.schema.Clip) -> None:
    """Puts the reference that is shown under `DEFAULT_MEDIA`: no NLE is known to look for another key."""
    key, references = clip.active_media_reference_key, clip.media_references()
    if key == _DEFAULT_MEDIA or key not in references:
        return
    shown, other = references.pop(key), references.pop(_DEFAULT_MEDIA, None)
    if other is not None:
        references[key] = other
    clip.set_media_references({_DEFAULT_MEDIA: shown, **references}, _DEFAULT_MEDIA)


def is_idle(effect: otio.schema.Effect) -> bool:
    """Whether it is a time warp that changes nothing."""
    return type(effect) is otio.schema.LinearTimeWarp and effect.time_scalar == 1
