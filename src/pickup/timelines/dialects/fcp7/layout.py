"""Where the items of a neutral timeline stand, in whole record frames, and which of them xmeml can show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from pickup.timelines.dialects.fcp7.files import MediaBook, Used
from pickup.timelines.ruler import Ruler, record_length, seconds_of, source_range_of, source_seconds, speed_of
from pickup.timelines.texts import child, text_of
from pickup.timing import Number, half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An item and its record frames, `end` exclusive.

    Attributes:
        head: Frames of the transition in front of it that lie before `start`; None where there is no transition.
        tail: Frames of the transition behind it that lie after `end`; likewise.
        before: For a transition: its frames before the edit at `start`; `after` likewise.
        closed: For a transition: whether a clip item stands directly before it, and behind it.
        wanted: For a transition that is written shorter than it is: its frames before and after the edit.
    """

    item: otio.core.Composable
    start: int
    end: int
    head: int | None = None
    tail: int | None = None
    before: int = 0
    after: int = 0
    closed: tuple[bool, bool] = (True, True)
    wanted: tuple[int, int] | None = None


def place(track: otio.schema.Track, *, ruler: Ruler) -> list[Placed]:
    """Every item of a track, gaps too.

    Raises:
        TimingError: A duration is no number.
    """
    position: Number = 0
    items = list(track)
    found = []
    for index, item in enumerate(items):
        if isinstance(item, otio.schema.Transition):
            at = half_up(position)
            sides = (_clip_at(items, index - 1), _clip_at(items, index + 1))
            before, after = _offsets(item, ruler=ruler)
            found.append(Placed(item=item, start=at, end=at, before=before, after=after, closed=sides))
            continue
        end = position + record_length(item, ruler=ruler)
        head, tail = _transition_at(items, index - 1), _transition_at(items, index + 1)
        found.append(
            Placed(
                item=item,
                start=half_up(position),
                end=half_up(end),
                head=min(_offsets(head, ruler=ruler)[0], half_up(position)) if head is not None else None,
                tail=_offsets(tail, ruler=ruler)[1] if tail is not None else None,
            )
        )
        position = end
    return found


def inner_length(item: otio.core.Composable, *, ruler: Ruler) -> int:
    """Record frames of all that is in a compound clip, whether it is shown or not."""
    if not isinstance(item, otio.core.Composition):
        return 0
    return max((end_of(place(track, ruler=ruler)) for track in tracks_of(item)), default=0)


def end_of(placed: list[Placed]) -> int:
    """Where a track ends, gaps included."""
    return placed[-1].end if placed else 0


def _offsets(transition: otio.schema.Transition, *, ruler: Ruler) -> tuple[int, int]:
    before, after = transition.in_offset, transition.out_offset
    return half_up(ruler.frames(before)) if before else 0, half_up(ruler.frames(after)) if after else 0


def _transition_at(items: list[otio.core.Composable], index: int) -> otio.schema.Transition | None:
    item = items[index] if 0 <= index < len(items) else None
    return item if isinstance(item, otio.schema.Transition) else None


def _clip_at(items: list[otio.core.Composable], index: int) -> bool:
    return 0 <= index < len(items) and is_shown(items[index])


def is_shown(item: otio.core.Composable) -> bool:
    """Whether xmeml has an element for it: a clip with a reference of a known kind, or a compound clip."""
    if isinstance(item, otio.schema.Clip):
        return _is_known(item.media_reference)
    return isinstance(item, otio.schema.Stack | otio.schema.Track)


def _is_known(reference: otio.core.MediaReference | None) -> bool:
    known = (
        otio.schema.ExternalReference
        | otio.schema.ImageSequenceReference
        | otio.schema.GeneratorReference
        | otio.schema.MissingReference
    )
    return reference is None or isinstance(reference, known)


def first_file_of(reference: otio.core.MediaReference | None) -> str:
    """The file behind a reference, of numbered frames the first; empty for what has none."""
    if isinstance(reference, otio.schema.ExternalReference):
        return reference.target_url or ""
    if isinstance(reference, otio.schema.ImageSequenceReference):
        base, number = reference.target_url_base or "", str(reference.start_frame)
        name = f"{reference.name_prefix}{number.zfill(reference.frame_zero_padding)}{reference.name_suffix}"
        separator = "\\" if "\\" in base and "/" not in base else "/"
        return f"{base.rstrip('/' + separator)}{separator}{name}" if base else name
    if isinstance(reference, otio.schema.MissingReference):
        return text_of(child(reference.metadata, "Resolve_OTIO", "Media Url"))
    return ""


def source_start(item: otio.core.Item) -> Fraction:
    """Source time at which an item begins, exact seconds."""
    known = source_range_of(item)
    return source_seconds(item, known.start_time) if known is not None else Fraction(0)


def stated_start(item: otio.core.Item) -> Fraction:
    """The same as its file counts it, and its markers with it."""
    known = source_range_of(item)
    return seconds_of(known.start_time) if known is not None else Fraction(0)


def note_uses(stack: otio.core.Composition, book: MediaBook, *, ruler: Ruler) -> None:
    """Tells the book of every file that a clip shows or holds as another take, compound clips included."""
    for track in tracks_of(stack):
        for placed in place(track, ruler=ruler):
            item = placed.item
            if isinstance(item, otio.schema.Stack | otio.schema.Track):
                note_uses(item, book, ruler=ruler)
            elif isinstance(item, otio.schema.Clip):
                _note_clip(item, book, placed=placed, ruler=ruler, heard=track.kind == otio.schema.TrackKind.Audio)


def _note_clip(clip: otio.schema.Clip, book: MediaBook, *, placed: Placed, ruler: Ruler, heard: bool) -> None:
    speed = speed_of(clip)
    pace = abs(Fraction(1) if speed is None else speed)
    head, tail = placed.head or 0, placed.tail or 0
    length = ruler.rate.seconds(record_length(clip, ruler=ruler))
    start = source_start(clip)
    # A transition behind it shows what comes next; backwards, one in front of it does.
    shown = length * pace if pace else ruler.rate.seconds(1)
    end = start + shown + ruler.rate.seconds(head if speed is not None and speed < 0 else tail) * pace
    used = Used(start=start, end=end, lasts=length + ruler.rate.seconds(head + tail), heard=heard)
    for reference in clip.media_references().values():
        url = first_file_of(reference)
        if url:
            book.note_use(reference, url=url, item=used)


def all_tracks_of(stack: otio.core.Composition) -> list[otio.schema.Track]:
    """Every track, those too that xmeml does not know; a compound clip that is one track is that track."""
    if isinstance(stack, otio.schema.Track):
        return [stack]
    return [each for each in stack if isinstance(each, otio.schema.Track)]


def tracks_of(stack: otio.core.Composition) -> Iterator[otio.schema.Track]:
    """Tracks of picture, then tracks of sound; a compound clip that is one track is that track."""
    tracks = all_tracks_of(stack)
    if isinstance(stack, otio.schema.Track):
        yield from tracks
        return
    for kind in (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio):
        yield from (each for each in tracks if each.kind == kind)
