"""Fingerprints of what stands in a timeline, for comparing two versions of it without holding both."""

from __future__ import annotations

import hashlib

import opentimelineio as otio

_DIGEST_BYTES = 16


def timeline_digest(timeline: otio.schema.Timeline) -> str:
    """Fingerprint of what is said of the whole timeline, its name left out: every version has a new one."""
    metadata = otio.core.serialize_json_to_string(timeline.metadata, indent=-1)
    return text_digest(f"{metadata}\n{timeline.tracks.source_range}\n{shallow_digest(timeline.tracks)}")


def shallow_digest(item: otio.core.Item) -> str:
    """Fingerprint of an item without its tracks or clips, its markers and its place."""
    parts = [item.name, str(item.enabled), str(item.color), str(getattr(item, "kind", ""))]
    parts += [otio.core.serialize_json_to_string(each, indent=-1) for each in (item.metadata, *item.effects)]
    if isinstance(item, otio.schema.Stack):
        parts += [each.to_json_string(indent=-1) for each in item if not isinstance(each, otio.schema.Track)]
    return text_digest("\n".join(parts))


def marker_digest(marker: otio.schema.Marker) -> str:
    """Fingerprint of a marker without its place."""
    words = (marker.name, str(marker.color), marker.comment or "")
    return text_digest("\n".join((*words, otio.core.serialize_json_to_string(marker.metadata, indent=-1))))


def text_digest(text: str) -> str:
    """Fingerprint of a text."""
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()
