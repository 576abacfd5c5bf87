"""OTIO objects in a line each, for tests of what dialects write: items of 24 fps without a file, a probe or a project.

timeline_of(track(clip("A001.mov"), gap(24), clip("A002.mov", speed=2.0)))
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import opentimelineio as otio

RATE = 24.0


def span(start: float, length: float, *, rate: float = RATE) -> otio.opentime.TimeRange:
    """A range in frames of `rate`."""
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(length, rate))


def external(
    url: str = "/media/a.mov", *, available: otio.opentime.TimeRange | None = None
) -> otio.schema.ExternalReference:
    """A reference to a file, by default one that says nothing of its length."""
    return otio.schema.ExternalReference(target_url=url, available_range=available)


def clip(
    name: str = "a.mov",
    *,
    start: float = 0,
    length: float = 48,
    reference: otio.core.MediaReference | None = None,
    speed: float | None = None,
    enabled: bool = True,
    **more: Any,  # noqa: ANN401 - whatever else OTIO takes
) -> otio.schema.Clip:
    """A clip; `start` and `length` are its source range in frames."""
    warps = [] if speed is None else [otio.schema.LinearTimeWarp(time_scalar=speed)]
    made = otio.schema.Clip(
        name=name,
        source_range=span(start, length),
        media_reference=reference or external(),
        effects=warps + more.pop("effects", []),
        **more,
    )
    made.enabled = enabled
    return made


def gap(length: float, *, markers: Iterable[otio.schema.Marker] = ()) -> otio.schema.Gap:
    """Nothing, for so many frames."""
    return otio.schema.Gap(source_range=span(0, length), markers=list(markers))


def track(
    *children: otio.core.Composable, kind: str = "Video", name: str = "", metadata: dict[str, Any] | None = None
) -> otio.schema.Track:
    """A track with these children."""
    made = otio.schema.Track(name=name, kind=kind, metadata=metadata)
    made.extend(children)
    return made


def timeline_of(*tracks: otio.schema.Track, start: float | None = 86400) -> otio.schema.Timeline:
    """A timeline that begins at frame `start` of its timecode: at one hour, or nowhere in particular for None."""
    timeline = otio.schema.Timeline(name="cut")
    if start is not None:
        timeline.global_start_time = otio.opentime.RationalTime(start, RATE)
    timeline.tracks.extend(tracks)
    return timeline


def filled(take: otio.schema.Clip) -> otio.schema.Clip:
    """The clip, marked as a take that Pickup put in a hole."""
    take.metadata["pickup"] = {"schema": "Filled.1", "hole": "h", "shot": "SH0010", "take": 1, "previs": False}
    return take
