"""Takes that are not circled, on disabled tracks above everything else: an editor turns one on to see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import opentimelineio as otio

from pickup.takes import LinkedTake, Relink
from pickup.timelines.ruler import Ruler, record_length, whole_if_whole
from pickup.timelines.take_clips import Spelling, clip_of, file_name, gap_of
from pickup.timing import Number

_NAME = "Pickup takes"


def spread_takes(stack: otio.schema.Stack, relinks: Sequence[Relink], *, ruler: Ruler, spelling: Spelling) -> None:
    """Every take that is not circled on a disabled track, over the frames that it would fill; as few as hold them.

    The clips are disabled as well, for programs that know no disabled tracks. A take that stands by already, from an
    earlier version, is not put there again.
    """
    layers: list[list[tuple[Relink, LinkedTake]]] = []
    there = set(_standing_by(stack, ruler=ruler))
    spare = [
        (each, take)
        for each in relinks
        for take in each.takes
        if take.number != each.circled and (each.record.start, file_name(take)) not in there
    ]
    for relink, take in sorted(spare, key=lambda each: (each[0].record.start, each[1].number)):
        free = next((layer for layer in layers if layer[-1][0].record.end <= relink.record.start), None)
        if free is None:
            layers.append([(relink, take)])
        else:
            free.append((relink, take))
    pictures = [i for i, each in enumerate(stack) if getattr(each, "kind", None) == otio.schema.TrackKind.Video]
    top = pictures[-1] + 1 if pictures else 0
    named = sum(each.name.startswith(_NAME) for each in stack)
    for number, layer in enumerate(layers):
        track = otio.schema.Track(name=f"{_NAME} {named + number + 1}", kind=otio.schema.TrackKind.Video)
        track.enabled = False
        end: Number = 0
        for relink, take in layer:
            if relink.record.start > end:
                track.append(gap_of(relink.record.start - end, ruler=ruler, spelling=spelling))
            track.append(_spare_clip_of(relink, take, ruler=ruler, spelling=spelling))
            end = relink.record.end
        stack.insert(top + number, track)


def _standing_by(stack: otio.schema.Stack, *, ruler: Ruler) -> Iterator[tuple[Number, str]]:
    """Record frame and file name of every disabled clip."""
    for track in stack:
        position: Number = 0
        for item in track if isinstance(track, otio.schema.Track) else ():
            if isinstance(item, otio.schema.Transition):
                continue
            if isinstance(item, otio.schema.Clip) and not item.enabled:
                yield position, item.name
            position = whole_if_whole(position + record_length(item, ruler=ruler))


def _spare_clip_of(relink: Relink, take: LinkedTake, *, ruler: Ruler, spelling: Spelling) -> otio.schema.Clip:
    alone = replace(relink, circled=take.number, takes=(take,))
    clip = clip_of(alone, old=None, ruler=ruler, spelling=spelling)
    clip.enabled = False
    clip.metadata["pickup"] = {
        "schema": "Spare.1",
        "library": relink.library,
        "hole": relink.hole,
        "shot": relink.shot,
        "take": take.number,
    }
    return clip
