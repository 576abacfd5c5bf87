"""`in` and `out` of a clip item: which frames of its media an item plays, counted as `retimes` says.

They count in the rate of the sequence, whatever the media's: Premiere and Resolve take them so even where a clip item
states another rate (others rendered a mixed-rate cut in both, 2026; not measured here), and with the sequence's own
rate stated every reader agrees. What no whole frame says is noted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import opentimelineio as otio

from pickup.timelines.dialects.fcp7.elements import as_number, table_of
from pickup.timelines.dialects.fcp7.files import Media
from pickup.timelines.dialects.fcp7.layout import Placed, source_start
from pickup.timelines.dialects.fcp7.notes import Note
from pickup.timelines.dialects.fcp7.retimes import AS_SHOT, Remap, media_frame, played_frame
from pickup.timelines.ruler import speed_of
from pickup.timelines.texts import child, text_of
from pickup.timing import Number, half_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a clip item plays.

    Attributes:
        first: `in`: the head of a transition before `start` counts too; `out` is exclusive.
        shown: Played frame at the item's own start.
        held: Media frame that a freeze shows.
        total: Frames that its media has, in the rate of the sequence.
        note: The exact position, where `first` does not say it.
    """

    first: int
    out: int
    shown: int
    held: int
    total: Number
    remap: Remap
    note: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Played frames that an item has before its own first and after its own last; None where any number will do."""

    head: int | None = None
    tail: int | None = None


def find_room(
    placed: Placed, item: otio.core.Item, *, fps: Fraction, media: Media | None = None, inside: int = 0
) -> Room:
    """What transitions beside an item can show of its media: `in` is never below 0, nor `out` beyond the end."""
    remap = remap_of(item)
    if remap.speed == 0:
        return Room()
    bare = replace(placed, head=None, tail=None)
    played = find_played(bare, item, fps=fps, media=media, inside=inside)
    if remap.speed is None:
        return Room(head=played.first)
    return Room(head=played.first, tail=max(math.floor(played.total / remap.pace) - played.out, 0))


def find_played(
    placed: Placed, item: otio.core.Item, *, fps: Fraction, media: Media | None = None, inside: int = 0
) -> Played:
    """What an item plays.

    Args:
        placed: Its place.
        item: The item.
        fps: Rate of the sequence.
        media: Its file; without one it counts from nothing, as generators and compound clips do.
        inside: Frames of a compound clip, whole.
    """
    remap = remap_of(item)
    origin = media.origin if media is not None else Fraction(0)
    offset = source_start(item) - origin
    length = placed.end - placed.start
    head, tail = placed.head or 0, placed.tail or 0
    total = media.seconds * fps if media is not None else inside or offset * fps + length * remap.pace
    base = _curve_start(item)
    if base is None:
        base = played_frame(remap.speed, media=offset * fps, length=length, total=total)
    held = _nearest(base, remap=remap, media=media, fps=fps)
    first = max(held - head, 0)
    if remap.speed == 0 and (media is not None or inside):  # whatever is played, it shows the one frame
        first = max(min(first, math.floor(total) - head - length - tail), 0)
    out = first + head + length + tail
    if media is None and not inside:
        total = out * remap.pace  # as a reader takes it from the clip item's own duration
    read = media_frame(_as_read(remap, held), played=Fraction(first + head), length=length, total=total) / fps
    note: Note = {} if read == offset else {"source": str(offset), "written": [first, out]}
    return Played(first=first, out=out, shown=first + head, held=held, total=total, remap=remap, note=note)


def remap_of(item: otio.core.Item) -> Remap:
    """The speed of an item; a ramp keeps its own only where it came from FCP7 XML."""
    speed = speed_of(item)
    if speed is not None:
        return Remap(speed=speed)
    return Remap(speed=None, curve=_curve(item)) if ramp_filters(item) else AS_SHOT


def ramp_filters(item: otio.core.Item) -> list[object]:
    """The filters of a ramp that came from FCP7 XML."""
    for effect in item.effects:
        if isinstance(effect, otio.schema.TimeEffect):
            found = table_of(effect.metadata.get("fcp_xml")).get("filter")
            if isinstance(found, list):
                return found
    return []


def _curve(item: otio.core.Item) -> tuple[tuple[Fraction, Fraction], ...]:
    for effect in item.effects:
        points = table_of(effect.metadata.get("fcp_xml")).get("curve")
        if isinstance(points, list):
            numbers = [[as_number(text_of(each)) for each in point] for point in points if isinstance(point, list)]
            return tuple((when, value) for when, value in numbers if when is not None and value is not None)
    return ()


def _curve_start(item: otio.core.Item) -> Fraction | None:
    for effect in item.effects:
        played = as_number(text_of(child(effect.metadata, "fcp_xml", "played")))
        if played is not None:
            return played
    return None


def _as_read(remap: Remap, held: int) -> Remap:
    return Remap(speed=Fraction(0), curve=((Fraction(0), Fraction(held)),)) if remap.speed == 0 else remap


def _nearest(base: Fraction, *, remap: Remap, media: Media | None, fps: Fraction) -> int:
    """The whole played frame for a position between two: at normal speed one that shows the same media frame."""
    if base.denominator == 1 or media is None or remap.speed != 1:
        return half_up(base)
    shown = math.floor(base / fps * media.start.fps)
    near = sorted((math.floor(base), math.ceil(base)), key=lambda frame: abs(frame - base))
    same = (frame for frame in near if math.floor(frame / fps * media.start.fps) == shown)
    return next(same, half_up(base))
