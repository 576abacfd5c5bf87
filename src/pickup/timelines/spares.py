"""Takes that are not circled, on disabled tracks above everything else: an editor turns one on to see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import opentimelineio as otio

from pickup.takes import LinkedTake, Relink
from pickup.timelines.ruler import Ruler
from pickup.timelines.take_clips import Spelling, clip_of, gap_of
from pickup.timing import Number


def spread_takes(stack: otio.schema.Stack, relinks: Sequence[Relink], *, ruler: Ruler, spelling: Spelling) -> None:
    """Every take that is not circled on a disabled track, over the frames that it would fill; as few as hold them.

    The clips are disabled as well, for programs that know no disabled tracks.
    """
    layers: list[list[tuple[Relink, LinkedTake]]] = []
    spare = [(each, take) for each in relinks for take in each.takes if take.number != each.circled]
    for relink, take in sorted(spare, key=lambda each: (each[0].record.start, each[1].number)):
        free = next((layer for layer in layers if layer[-1][0].record.end <= relink.record.start), None)
        if free is None:
            layers.append([(relink, take)])
        else:
            free.append((relink, take))
    pictures = [i for i, each in enumerate(stack) if getattr(each, "kind", None) == otio.schema.TrackKind.Video]
    top = pictures[-1] + 1 if pictures else 0
    for number, layer in enumerate(layers):
        track = otio.schema.Track(name=f"Pickup takes {number + 1}", kind=otio.schema.TrackKind.Video)
        track.enabled = False
        end: Number = 0
        for relink, take in layer:
            if relink.record.start > end:
                track.append(gap_of(relink.record.start - end, ruler=ruler, spelling=spelling))
            track.append(_spareclip_of(relink, take, ruler=ruler, spelling=spelling))
            end = relink.record.end
        stack.insert(top + number, track)


def _spareclip_of(relink: Relink, take: LinkedTake, *, ruler: Ruler, spelling: Spelling) -> otio.schema.Clip:
    alone = replace(relink, circled=take.number, takes=(take,))
    clip = clip_of(alone, old=None, ruler=ruler, spelling=spelling)
    clip.enabled = False
    clip.metadata["pickup"] = {"schema": "Spare.1", "shot": relink.shot, "take": take.number, "hole": relink.hole}
    return clip
