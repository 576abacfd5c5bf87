"""Run by any Python with any OpenTimelineIO: says as JSON what that library sees in timeline files.

python older_otio_driver.py FILE…
"""

from __future__ import annotations

import json
import sys
from typing import Any

import opentimelineio as otio


def describe(item: Any) -> dict[str, Any]:
    """An item, and what stands in it, in words that every version of the library has."""
    found: dict[str, Any] = {"schema": type(item).__name__, "name": item.name}
    if isinstance(item, otio.core.Item):
        found["duration"] = seen(item.duration())
        found["start"] = None if item.source_range is None else seen(item.source_range.start_time)
        found["enabled"] = item.enabled
        found["pickup"] = item.metadata["pickup"]["shot"] if "pickup" in item.metadata else None
        found["markers"] = [(each.name, each.comment, seen(each.marked_range.start_time)) for each in item.markers]
        found["effects"] = [(type(each).__name__, getattr(each, "time_scalar", None)) for each in item.effects]
    if isinstance(item, otio.schema.Transition):
        found["offsets"] = [seen(item.in_offset), seen(item.out_offset)]
    if isinstance(item, otio.schema.Clip):
        found["shows"] = item.active_media_reference_key
        found["media"] = {key: media(each) for key, each in item.media_references().items()}
    if isinstance(item, otio.core.Composition):
        found["children"] = [describe(each) for each in item]
    return found


def media(reference: Any) -> dict[str, Any]:
    """A media reference with where it leads and how long it is."""
    known = reference.available_range
    return {
        "schema": type(reference).__name__,
        "name": reference.name,
        "url": getattr(reference, "target_url", None),
        "available": None if known is None else [seen(known.start_time), seen(known.duration)],
    }


def seen(time: Any) -> list[float]:
    """Value and rate of a time."""
    return [time.value, time.rate]


def timeline(path: str) -> dict[str, Any]:
    """A timeline file, or a bundle of one."""
    read = otio.adapters.read_from_file(path)
    start = read.global_start_time
    return {
        "name": read.name,
        "start": None if start is None else seen(start),
        "clips": sum(1 for track in read.tracks for each in track if isinstance(each, otio.schema.Clip)),
        "tracks": describe(read.tracks),
    }


if __name__ == "__main__":
    json.dump({"version": otio.__version__, "files": {each: timeline(each) for each in sys.argv[1:]}}, sys.stdout)
