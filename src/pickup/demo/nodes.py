"""OTIO files as plain JSON objects: the few schemas that a sample or the demo film needs.

It uses no OpenTimelineIO, so that a sample can be shaped as a given program shapes it, down to what that program
leaves out. It decides nothing; see `pickup.demo.desk`.

    >>> gap(48, rate=24.0)["OTIO_SCHEMA"]
    'Gap.1'
"""

from __future__ import annotations

from collections.abc import Sequence

Node = dict[str, object]
"""One JSON object of an OTIO file."""

Nodes = Sequence[Node]


def moment(value: float, *, rate: float) -> Node:
    """A `RationalTime`: `value` frames at `rate`."""
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}


def span(start: Node, duration: Node) -> Node:
    """A `TimeRange` from two `moment`s, which may have different rates."""
    return {"OTIO_SCHEMA": "TimeRange.1", "duration": duration, "start_time": start}


def frames(start: float, length: float, *, rate: float) -> Node:
    """A `TimeRange` of frames at one rate."""
    return span(moment(start, rate=rate), moment(length, rate=rate))


def external(name: str, *, url: str, available: Node | None) -> Node:
    """A reference to a file."""
    return {
        "OTIO_SCHEMA": "ExternalReference.1",
        "metadata": {},
        "name": name,
        "available_range": available,
        "available_image_bounds": None,
        "target_url": url,
    }


def missing(name: str, *, available: Node | None, metadata: Node | None = None) -> Node:
    """A reference to nothing."""
    return {
        "OTIO_SCHEMA": "MissingReference.1",
        "metadata": metadata or {},
        "name": name,
        "available_range": available,
        "available_image_bounds": None,
    }


def generator(name: str, *, kind: str, parameters: Node | None = None, metadata: Node | None = None) -> Node:
    """A reference to a picture that the editing program makes itself."""
    return {
        "OTIO_SCHEMA": "GeneratorReference.1",
        "metadata": metadata or {},
        "name": name,
        "available_range": None,
        "available_image_bounds": None,
        "generator_kind": kind,
        "parameters": parameters or {},
    }


def clip(
    name: str,
    *,
    source: Node,
    reference: Node,
    metadata: Node | None = None,
    effects: Nodes = (),
    markers: Nodes = (),
) -> Node:
    """A clip with one media reference."""
    return {
        "OTIO_SCHEMA": "Clip.2",
        "metadata": metadata or {},
        "name": name,
        "source_range": source,
        "effects": list(effects),
        "markers": list(markers),
        "enabled": True,
        "media_references": {"DEFAULT_MEDIA": reference},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def disabled(item: Node) -> Node:
    """The item, switched off."""
    return item | {"enabled": False}


def frozen(item: Node) -> Node:
    """The item, showing its first source frame all the time."""
    effect: Node = {
        "OTIO_SCHEMA": "FreezeFrame.1",
        "metadata": {},
        "name": "",
        "effect_name": "FreezeFrame",
        "time_scalar": 0.0,
    }
    return item | {"effects": [effect]}


def gap(length: int, *, rate: float, markers: Nodes = ()) -> Node:
    """Empty track, `length` frames of it."""
    return {
        "OTIO_SCHEMA": "Gap.1",
        "metadata": {},
        "name": "",
        "source_range": frames(0, length, rate=rate),
        "effects": [],
        "markers": list(markers),
        "enabled": True,
    }


def dissolve(before: int, after: int, *, rate: float, name: str, metadata: Node | None = None) -> Node:
    """A dissolve over the edit at which it stands: `before` frames before it, `after` frames after it."""
    return {
        "OTIO_SCHEMA": "Transition.1",
        "metadata": metadata or {},
        "name": name,
        "in_offset": moment(before, rate=rate),
        "out_offset": moment(after, rate=rate),
        "transition_type": "SMPTE_Dissolve",
    }


def time_warp(scalar: float) -> Node:
    """A constant change of speed."""
    return {
        "OTIO_SCHEMA": "LinearTimeWarp.1",
        "metadata": {},
        "name": "",
        "effect_name": "",
        "time_scalar": float(scalar),
    }


def marker(name: str, *, marked: Node, color: str, comment: str | None, metadata: Node | None = None) -> Node:
    """A marker; without a comment key where `comment` is None, as Resolve writes it."""
    node: Node = {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": metadata or {},
        "name": name,
        "color": color,
        "marked_range": marked,
    }
    return node if comment is None else node | {"comment": comment}


def track(name: str, *, children: Nodes, kind: str = "Video", metadata: Node | None = None) -> Node:
    """A track; children in record order."""
    return {
        "OTIO_SCHEMA": "Track.1",
        "metadata": metadata or {},
        "name": name,
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "children": list(children),
        "kind": kind,
    }


def stack(
    name: str,
    *,
    children: Nodes,
    source: Node | None = None,
    metadata: Node | None = None,
    markers: Nodes = (),
) -> Node:
    """Tracks, bottom first; as a child of a track it is a compound clip."""
    return {
        "OTIO_SCHEMA": "Stack.1",
        "metadata": metadata or {},
        "name": name,
        "source_range": source,
        "effects": [],
        "markers": list(markers),
        "enabled": True,
        "children": list(children),
    }


def timeline(name: str, *, tracks: Node, start: Node | None, metadata: Node) -> Node:
    """The root of a file."""
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": metadata,
        "name": name,
        "global_start_time": start,
        "tracks": tracks,
    }
