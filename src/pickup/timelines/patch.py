"""Putting takes into a copy of a timeline, touching nothing but the filled ranges.

Works on the OTIO object that was read; items and gaps are split only at the edges of a filled range. It writes no file
and checks nothing: `verify` does, from the written file.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import opentimelineio as otio

from pickup.cut import Address
from pickup.errors import TimelineError
from pickup.holes import PlacementKind
from pickup.takes import Relink
from pickup.timelines.changes import Replaced
from pickup.timelines.references import find_style
from pickup.timelines.ruler import (
    Ruler,
    find_rate,
    record_length,
    seconds_of,
    source_range_of,
    source_seconds,
    speed_of,
)
from pickup.timelines.spares import spread_takes
from pickup.timelines.take_clips import Spelling, clip_of, gap_of, show_another, spelled_rate, time_of
from pickup.timelines.texts import generator_settings
from pickup.timing import Number, half_up

_IN_A_TOP_TRACK = 2
"""Length of the address of an item that stands in no compound clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A child of a track with its exact record position, in frames of the cut."""

    index: int
    item: otio.core.Item
    start: Number
    end: Number


def apply_relinks(
    timeline: otio.schema.Timeline,
    relinks: Sequence[Relink],
    *,
    prefixes: Mapping[str, str],
    dialect: str = "",
    on_tracks: bool = False,
) -> list[Replaced]:
    """Puts every take where its relink says; `timeline` is changed.

    Args:
        timeline: Neutral.
        relinks: What goes where.
        prefixes: Path prefixes as the timeline has them, and as they are here.
        dialect: In which the timeline was read.
        on_tracks: Takes that are not circled also stand on disabled tracks above everything else.

    Raises:
        TimelineError: The timeline is not the one that the relinks were planned for.
    """
    ruler = Ruler(rate=find_rate(timeline)[0])
    style, kind = find_style(timeline.tracks, dialect=dialect)
    spelling = Spelling(rate=spelled_rate(timeline, ruler), style=style, kind=kind, prefixes=prefixes)
    by_track: dict[Address, list[Relink]] = defaultdict(list)
    on_top: dict[Address, list[Relink]] = defaultdict(list)
    switched: list[Relink] = []
    for relink in relinks:
        place = relink.placement
        if place.kind is PlacementKind.SAME_CLIP:
            switched.append(relink)
        elif place.kind is PlacementKind.NEW_TRACK:
            on_top[_stack_around(timeline, place.address)].append(relink)
        else:
            track = place.address if place.kind is PlacementKind.ON_TRACK else place.address[:-1]
            by_track[track].append(relink)
    # Every address is looked up before anything moves.
    tracks = {address: _find(timeline, address) for address in by_track}
    stacks = {address: _find(timeline, address) for address in on_top}
    clips = [_clip(timeline, relink.placement.address) for relink in switched]
    offsets = {address: _offset(timeline, address, ruler=ruler) for address in (*by_track, *on_top)}
    replaced = []
    for relink, clip in zip(switched, clips, strict=True):
        replaced.append(Replaced(shot=relink.shot, hole=relink.hole, name=clip.name, effects=()))
        show_another(clip, relink, ruler=ruler, spelling=spelling)
    for address, wanted in by_track.items():
        replaced += _fill_track(tracks[address], wanted, ruler=ruler, spelling=spelling, offset=offsets[address])
    for address, wanted in on_top.items():
        replaced += _fill_on_top(stacks[address], wanted, ruler=ruler, spelling=spelling, offset=offsets[address])
    if on_tracks:
        whole = [each for each in relinks if len(each.placement.address) <= _IN_A_TOP_TRACK]
        spread_takes(timeline.tracks, whole, ruler=ruler, spelling=spelling)
    return replaced


def _find(timeline: otio.schema.Timeline, address: Address) -> otio.core.Composition:
    found = timeline.tracks
    for index in address:
        if not isinstance(found, otio.core.Composition) or index >= len(found):
            raise TimelineError("the timeline changed while it was filled", next_step="run the command again")
        found = found[index]
    return found


def _clip(timeline: otio.schema.Timeline, address: Address) -> otio.schema.Clip:
    """The clip that shows a take already, with a range of its own."""
    clip = _find(timeline, address)
    if not isinstance(clip, otio.schema.Clip):
        raise TimelineError("the timeline changed while it was filled", next_step="run the command again")
    if clip.source_range is None:
        clip.source_range = source_range_of(clip)
    return clip


def _offset(timeline: otio.schema.Timeline, address: Address, *, ruler: Ruler) -> Number:
    """Record frame at which the own time of the innermost stack around `address` begins."""
    offset: Number = 0
    found = timeline.tracks
    for index in address:
        if isinstance(found, otio.schema.Track):
            around = next(each for each in _placed(found, ruler=ruler, offset=offset) if each.index == index)
            known = source_range_of(around.item)
            offset = around.start - (ruler.frames(known.start_time) if known is not None else 0)
        found = found[index]
    return offset


def _stack_around(timeline: otio.schema.Timeline, address: Address) -> Address:
    """The innermost stack at or around an address: a track may stand in a track, and no track can lie over it there."""
    while not isinstance(_find(timeline, address), otio.schema.Stack):
        address = address[:-1]
    return address


def _placed(track: otio.schema.Track, *, ruler: Ruler, offset: Number) -> list[_Placed]:
    position = offset
    result = []
    for index, item in enumerate(track):
        if isinstance(item, otio.schema.Transition):
            continue
        end = position + record_length(item, ruler=ruler)
        result.append(_Placed(index=index, item=item, start=position, end=end))
        position = end
    return result


def _fill_track(
    track: otio.schema.Track, wanted: Iterable[Relink], *, ruler: Ruler, spelling: Spelling, offset: Number
) -> list[Replaced]:
    placed = _placed(track, ruler=ruler, offset=offset)
    ordered = sorted(wanted, key=lambda each: each.record.start)
    replaced: list[Replaced] = []
    new_children: dict[int, list[otio.core.Item]] = {}
    made: dict[str, otio.schema.Clip] = {}
    starts = [each.record.start for each in ordered]
    reach = list(accumulate((each.record.end for each in ordered), max))
    for child in placed:
        near = ordered[bisect_right(reach, child.start) : bisect_left(starts, child.end)]
        here = [each for each in near if child.start < each.record.end]
        if here:
            new_children[child.index] = _pieces(child, here, ruler=ruler, spelling=spelling, made=made)
            replaced += [_replaced(each, child.item) for each in here if each.record.start >= child.start]
    for index in sorted(new_children, reverse=True):
        pieces = new_children[index]
        if not pieces:  # a gap that a take of an earlier one covers
            del track[index]
            continue
        track[index] = pieces[0]  # a child that is taken out and put in again moves all that follow, twice
        for piece in reversed(pieces[1:]):
            track.insert(index + 1, piece)
    end = placed[-1].end if placed else offset
    for relink in ordered:
        if relink.record.start >= end:
            _append(track, relink, end=end, ruler=ruler, spelling=spelling)
            replaced.append(Replaced(shot=relink.shot, hole=relink.hole, name="", effects=()))
        end = max(end, relink.record.end)
    return replaced


def _append(track: otio.schema.Track, relink: Relink, *, end: Number, ruler: Ruler, spelling: Spelling) -> None:
    if relink.record.start > end:
        track.append(gap_of(relink.record.start - end, ruler=ruler, spelling=spelling))
    track.append(clip_of(relink, old=None, ruler=ruler, spelling=spelling))


def _pieces(
    child: _Placed, fills: Iterable[Relink], *, ruler: Ruler, spelling: Spelling, made: dict[str, otio.schema.Clip]
) -> list[otio.core.Item]:
    """What takes the place of one item: what is left of it around the fills, and the takes that begin in it.

    A take may lie over several gaps; `made` has the clips by hole, so that markers of a later gap find theirs.
    """
    pieces: list[otio.core.Item] = []
    position = child.start
    for relink in fills:
        if relink.record.start > position:
            pieces.append(_part(child, position, relink.record.start, ruler=ruler))
        if relink.record.start >= child.start:
            made[relink.hole] = clip_of(relink, old=child.item, ruler=ruler, spelling=spelling)
            pieces.append(made[relink.hole])
        _move_markers(child, made[relink.hole], relink, ruler=ruler)
        position = min(relink.record.end, child.end)
    if position < child.end:
        pieces.append(_part(child, position, child.end, ruler=ruler))
    return pieces


def _part(child: _Placed, start: Number, end: Number, *, ruler: Ruler) -> otio.core.Item:
    """The frames `start` to `end` (record) of an item, as an item of its own, in the item's own rates."""
    part = child.item.deepcopy()
    known = source_range_of(child.item)
    if known is None:
        raise TimelineError(f"“{child.item.name}” has no length and cannot be split", next_step="mark it “skip”")
    speed = speed_of(child.item) or Fraction(0)
    before, after = start - child.start, child.end - end
    skipped = after if speed < 0 else before  # a reversed item shows its range from the end
    meant = source_seconds(child.item, known.start_time)
    source_start = meant + ruler.rate.seconds(skipped) * abs(speed)
    part.source_range = otio.opentime.TimeRange(
        time_of(source_start, rate=known.start_time.rate),
        time_of(ruler.rate.seconds(end - start), rate=known.duration.rate),
    )
    keep = [each for each in part.markers if start <= _held_at(each, child, ruler=ruler) < end]
    part.markers[:] = keep
    moves = meant - seconds_of(known.start_time) + ruler.rate.seconds(skipped - before) * abs(speed)
    for marker in part.markers if moves else ():
        marked = marker.marked_range
        moved = seconds_of(marked.start_time) + moves
        marker.marked_range = otio.opentime.TimeRange(time_of(moved, rate=marked.start_time.rate), marked.duration)
    return part


def _record_of(marker: otio.schema.Marker, child: _Placed, *, ruler: Ruler) -> Number:
    known = source_range_of(child.item)
    source_start = seconds_of(known.start_time) if known is not None else Fraction(0)
    speed = abs(speed_of(child.item) or Fraction(1))
    return child.start + ruler.rate.frames((seconds_of(marker.marked_range.start_time) - source_start) / speed)


def _held_at(marker: otio.schema.Marker, child: _Placed, *, ruler: Ruler) -> Number:
    """Where in its item a marker counts; one outside what the item shows belongs to the nearer edge."""
    record: Number = half_up(_record_of(marker, child, ruler=ruler))
    return max(child.start, min(record, child.end - Fraction(1, 2)))


def _move_markers(child: _Placed, clip: otio.schema.Clip, relink: Relink, *, ruler: Ruler) -> None:
    """The markers of what stood there, over the same record frames of the take."""
    clip_start = seconds_of(clip.source_range.start_time)
    for marker in child.item.markers:
        if not relink.record.start <= _held_at(marker, child, ruler=ruler) < relink.record.end:
            continue
        record = _record_of(marker, child, ruler=ruler)
        moved = marker.deepcopy()
        old = marker.marked_range
        start = clip_start + ruler.rate.seconds(record - relink.record.start)
        length = seconds_of(old.duration)
        if ruler.rate.frames(length) > 1:  # a single frame is a point at any speed
            length /= abs(speed_of(child.item) or Fraction(1))
        moved.marked_range = otio.opentime.TimeRange(
            time_of(start, rate=old.start_time.rate), time_of(length, rate=old.duration.rate)
        )
        clip.markers.append(moved)


def _replaced(relink: Relink, item: otio.core.Item) -> Replaced:
    effects = tuple(effect.effect_name or effect.name or effect.schema_name() for effect in item.effects)
    name = "" if isinstance(item, otio.schema.Gap) else item.name
    reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
    settings = tuple(generator_settings(reference))
    return Replaced(shot=relink.shot, hole=relink.hole, name=name, effects=effects, settings=settings)


def _fill_on_top(
    stack: otio.schema.Stack, wanted: Iterable[Relink], *, ruler: Ruler, spelling: Spelling, offset: Number
) -> list[Replaced]:
    """Takes on as few new top tracks as hold them without overlap."""
    layers: list[list[Relink]] = []
    for relink in sorted(wanted, key=lambda each: each.record.start):
        free = next((layer for layer in layers if layer[-1].record.end <= relink.record.start), None)
        if free is None:
            layers.append([relink])
        else:
            free.append(relink)
    pictures = [i for i, each in enumerate(stack) if getattr(each, "kind", None) == otio.schema.TrackKind.Video]
    top, count = (pictures[-1] + 1 if pictures else 0), len(pictures)
    for number, layer in enumerate(layers):
        track = otio.schema.Track(name=f"Video {count + number + 1}", kind=otio.schema.TrackKind.Video)
        end = offset
        for relink in layer:
            _append(track, relink, end=end, ruler=ruler, spelling=spelling)
            end = relink.record.end
        stack.insert(top + number, track)
    return [Replaced(shot=each.shot, hole=each.hole, name="", effects=()) for layer in layers for each in layer]
