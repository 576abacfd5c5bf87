"""OpenTimelineIO as no NLE writes it: the neutral timeline itself.

A timeline that still carries Premiere's marks is written by Premiere's rule for speed, because that is what every
reader of those marks goes by; all else is kept as it is.
"""

from __future__ import annotations

from types import MappingProxyType

import opentimelineio as otio

from pickup.errors import TimelineError
from pickup.timelines.dialect import Aspect, Reading, Source, Writing
from pickup.timelines.links import RESOLVE
from pickup.timelines.texts import child
from pickup.timelines.warps import follows_premiere, to_used_lengths

NAME = "otio"

LOSES = MappingProxyType({Aspect.SIZE: "Plain OpenTimelineIO states no picture size; set it where you import the cut."})


def sniff(source: Source) -> str:
    """OTIO without the marks of an NLE."""
    timeline = source.timeline
    if timeline is None or follows_premiere(timeline) or child(timeline.metadata, RESOLVE) is not None:
        return ""
    return "OpenTimelineIO without the marks of an NLE"


def read(source: Source) -> Reading:
    """The timeline as it is.

    Raises:
        TimelineError: It is no OTIO timeline.
    """
    if source.timeline is None:
        raise TimelineError(f"{source.path.name} is no OpenTimelineIO timeline", where=str(source.path))
    return Reading(timeline=source.timeline)


def write(timeline: otio.schema.Timeline, *, writing: Writing) -> bytes:
    """The timeline under its new name."""
    timeline.name = writing.name
    if follows_premiere(timeline):
        to_used_lengths(timeline)
    text: str = timeline.to_json_string(indent=4)
    return text.encode()
