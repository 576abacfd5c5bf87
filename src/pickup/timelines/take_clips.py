"""The clip that shows a take, in the spelling of the file that it goes into; `patch` puts it in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from pickup.paths import PathKind, PathStyle, parse_path
from pickup.takes import LinkedTake, Relink
from pickup.timelines.references import spell, url_of
from pickup.timelines.ruler import Ruler, seconds_of
from pickup.timelines.texts import stood_before
from pickup.timing import Number, exact_rate, half_up

_SHOWN_KEY = "DEFAULT_MEDIA"
_ALTERNATE_KEY = "PICKUP_T{:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How this file writes rates and paths."""

    rate: float
    style: PathStyle
    kind: PathKind
    prefixes: Mapping[str, str]


def spelled_rate(timeline: otio.schema.Timeline, ruler: Ruler) -> float:
    """The double with which the file itself writes the cut's rate."""
    if timeline.global_start_time is not None and exact_rate(timeline.global_start_time.rate) == ruler.rate.fps:
        return float(timeline.global_start_time.rate)
    for track in timeline.tracks:
        for item in track if isinstance(track, otio.schema.Track) else ():
            known = item.source_range if isinstance(item, otio.core.Item) else None
            if known is not None and exact_rate(known.duration.rate) == ruler.rate.fps:
                return float(known.duration.rate)
    return float(ruler.rate.fps)


def clip_of(relink: Relink, *, old: otio.core.Item | None, ruler: Ruler, spelling: Spelling) -> otio.schema.Clip:
    """The clip that shows a take."""
    shown = relink.shown
    start = shown.start + ruler.rate.seconds(relink.offset)
    clip = otio.schema.Clip(
        name=file_name(shown),
        source_range=otio.opentime.TimeRange(
            time_of(start, rate=spelling.rate),
            time_of(ruler.rate.seconds(relink.record.length), rate=spelling.rate),
        ),
    )
    clip.set_media_references(_references(relink, ruler=ruler, spelling=spelling), _SHOWN_KEY)
    if old is not None and not isinstance(old, otio.schema.Gap):
        clip.enabled, clip.color = old.enabled, old.color
        owner = old.deepcopy()  # OTIO's metadata dies with the object that owns it
        for key in owner.metadata:
            if key != "pickup":
                clip.metadata[key] = owner.metadata[key]
    clip.metadata["pickup"] = _mark(relink, old=old)
    return clip


def show_another(clip: otio.schema.Clip, relink: Relink, *, ruler: Ruler, spelling: Spelling) -> None:
    """Exchanges the media of a clip that shows a take; what an editor did to the clip stays: effects, speed, markers.

    Its source range begins where the relink says, and its markers stay over the frames that they are over.
    """
    shown, was = relink.shown, clip.media_reference
    range_now = clip.source_range
    known = was.available_range if was is not None else None
    old_start = seconds_of(range_now.start_time)
    inside = ruler.rate.frames(old_start - (seconds_of(known.start_time) if known is not None else 0))
    start = shown.start + ruler.rate.seconds(relink.offset + (inside - half_up(inside)))
    if clip.name in ("", _file_of(was)):
        clip.name = file_name(shown)
    mark = _mark(relink, old=clip)
    clip.set_media_references(_references(relink, ruler=ruler, spelling=spelling), _SHOWN_KEY)
    clip.metadata["pickup"] = mark
    clip.source_range = otio.opentime.TimeRange(time_of(start, rate=range_now.start_time.rate), range_now.duration)
    for marker in clip.markers:
        marked = marker.marked_range
        moved = seconds_of(marked.start_time) + start - old_start
        marker.marked_range = otio.opentime.TimeRange(time_of(moved, rate=marked.start_time.rate), marked.duration)


def _file_of(reference: otio.core.MediaReference | None) -> str:
    """The file name that a reference names; empty for none."""
    path = parse_path(url_of(reference))
    return path.name if path is not None else ""


def _references(relink: Relink, *, ruler: Ruler, spelling: Spelling) -> dict[str, otio.core.MediaReference]:
    references = {_SHOWN_KEY: _reference(relink.shown, ruler=ruler, spelling=spelling)}
    for take in relink.takes:
        if take.number != relink.circled:
            references[_ALTERNATE_KEY.format(take.number)] = _reference(take, ruler=ruler, spelling=spelling)
    return references


def _mark(relink: Relink, *, old: otio.core.Item | None) -> dict[str, object]:
    mark: dict[str, object] = {
        "schema": "Filled.1",
        "library": relink.library,
        "hole": relink.hole,
        "shot": relink.shot,
        "take": relink.circled,
        "previs": relink.shown.previs,
        "was": _was(relink, old),
    }
    return mark | {"lacks": relink.lacks} if relink.lacks else mark


def _was(relink: Relink, old: otio.core.Item | None) -> object:
    """What stood there before any take did; another take of a filled clip changes nothing about that."""
    if old is None or isinstance(old, otio.schema.Gap):
        return {"item": relink.kind, "track": relink.track}
    before = stood_before(old.metadata)
    return old.deepcopy() if before is None else before


def _reference(take: LinkedTake, *, ruler: Ruler, spelling: Spelling) -> otio.schema.ExternalReference:
    reference = otio.schema.ExternalReference(
        target_url=spell(take.path, style=spelling.style, kind=spelling.kind, prefixes=spelling.prefixes),
        available_range=otio.opentime.TimeRange(
            time_of(take.start, rate=spelling.rate), time_of(ruler.rate.seconds(take.frames), rate=spelling.rate)
        ),
    )
    reference.name = file_name(take)
    return reference


def file_name(take: LinkedTake) -> str:
    """The name of a take's file, which is the name of the clip that shows it."""
    return take.path.replace("\\", "/").rpartition("/")[2]


def gap_of(length: Number, *, ruler: Ruler, spelling: Spelling) -> otio.schema.Gap:
    """An empty stretch of so many record frames."""
    duration = time_of(ruler.rate.seconds(length), rate=spelling.rate)
    return otio.schema.Gap(source_range=otio.opentime.TimeRange(otio.opentime.RationalTime(0, spelling.rate), duration))


def time_of(seconds: Fraction, *, rate: float) -> otio.opentime.RationalTime:
    """Exact seconds in a rate as the file spells it."""
    return otio.opentime.RationalTime(float(seconds * exact_rate(rate)), rate)
