"""Fingerprints of what stands in a timeline, for comparing two versions of it without holding both."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

import opentimelineio as otio

from pickup.cut import Parts
from pickup.paths import PathKind, file_name, parse_path

_DIGEST_BYTES = 16
_KNOWN_DIGITS = 10
_DECIMALS = re.compile(r"\.\d{6,}(?:[eE][-+]?\d+)?")  # what begins with a point is found ten times as fast as a digit
_PATH = re.compile(r'"(target_url|target_url_base|Media Url)":("(?:[^"\\]|\\.)*")')
_PREMIERE_LINK = re.compile(r'"LinkID":"[^"]*",|,?"LinkID":"[^"]*"')
_OF_A_PROGRAM = frozenset({"Resolve_OTIO", "PremierePro_OTIO", "fcp_xml", "pickup"})


def timeline_digest(timeline: otio.schema.Timeline) -> str:
    """Fingerprint of what is said of the whole timeline, its name left out: every version has a new one."""
    metadata = otio.core.serialize_json_to_string(timeline.metadata, indent=-1)
    stack = timeline.tracks  # in Premiere's files its name is the sequence's: as new in every version
    return text_digest(f"{metadata}\n{stack.source_range}\n{shallow_digest(stack, name='')}")


def shallow_digest(item: otio.core.Item, *, name: str | None = None) -> str:
    """Fingerprint of an item without its tracks or clips, its markers and its place; `name` stands for its own."""
    parts = [item.name if name is None else name, str(item.enabled), str(item.color), str(getattr(item, "kind", ""))]
    parts += [otio.core.serialize_json_to_string(each, indent=-1) for each in (item.metadata, *item.effects)]
    if isinstance(item, otio.schema.Stack):
        parts += [each.to_json_string(indent=-1) for each in item if not isinstance(each, otio.schema.Track)]
    return text_digest("\n".join(parts))


def item_digest(item: otio.core.Composable, *, opened: bool) -> str:
    """Fingerprint of an item without its place, its source range and what Premiere links it with.

    How paths are spelled does not count: a URL and a bare path name the same file. A gap that holds nothing has none.

    Args:
        item: Of a track.
        opened: A compound clip whose inside is compared by position, as a gap's markers are.
    """
    if isinstance(item, otio.schema.Gap) and not item.metadata and not item.effects:
        return ""
    if isinstance(item, otio.schema.Gap) or opened:
        return shallow_digest(item)
    if not isinstance(item, otio.core.Item):
        return _whole_digest(item)
    item = _without_idle_warps(item)
    kept = item.source_range
    item.source_range = None
    digest = _whole_digest(item)
    item.source_range = kept
    return digest


def _whole_digest(item: otio.core.SerializableObject) -> str:
    text = otio.core.serialize_json_to_string(item, indent=-1)
    if '"LinkID"' in text:
        text = _PREMIERE_LINK.sub("", text)
    return text_digest(_PATH.sub(_plain_path, text))


def _plain_path(found: re.Match[str]) -> str:
    """A path in the one spelling in which all spellings of it are compared."""
    key, quoted = found.groups()
    path = parse_path(json.loads(quoted))
    if path is None:
        return found.group()
    text = path.text.rstrip("/") if path.kind is PathKind.POSIX else path.text.replace("/", "\\").rstrip("\\")
    return f'"{key}":{json.dumps(text)}'


def marker_digest(marker: otio.schema.Marker) -> str:
    """Fingerprint of a marker without its place."""
    words = (marker.name, str(marker.color), marker.comment or "")
    return text_digest("\n".join((*words, otio.core.serialize_json_to_string(marker.metadata, indent=-1))))


def text_digest(text: str) -> str:
    """Fingerprint of a text; of doubles with as many digits as a double has, the first ten count.

    OTIO 0.18.1 reads one in ten of them off by the last digit, so that they change each time a file is written.
    """
    text = "".join(_with_short_numbers(text))
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _with_short_numbers(text: str) -> Iterator[str]:
    done = 0
    for decimals in _DECIMALS.finditer(text):
        start = decimals.start()
        while start > done and "0" <= text[start - 1] <= "9":
            start -= 1
        yield text[done:start]
        yield f"{float(text[start : decimals.end()]):.{_KNOWN_DIGITS}g}"
        done = decimals.end()
    yield text[done:]


def parts_of(item: otio.core.Item) -> Parts:
    """Fingerprints of an item that a change of format may or may not keep."""
    effects = [each for each in item.effects if not _is_warp(each)]
    return Parts(
        effects=text_digest("\n".join(each.to_json_string(indent=-1) for each in effects)) if effects else "",
        metadata=_foreign_digest_of(item),
        alternates=_alternates(item) if isinstance(item, otio.schema.Clip) else "",
        color=str(item.color) if item.color is not None else "",
    )


def foreign_digest(metadata: Mapping[str, object]) -> str:
    """Fingerprint of metadata, that of NLEs and our own left out: each format has its own shape for those."""
    kept = {key: metadata[key] for key in sorted(metadata) if key not in _OF_A_PROGRAM}
    if not kept:
        return ""
    return text_digest(
        "\n".join(f"{key} {otio.core.serialize_json_to_string(value, indent=-1)}" for key, value in kept.items())
    )


def _foreign_digest_of(item: otio.core.Item) -> str:
    """`foreign_digest` of an item's metadata, read from its JSON: OTIO turns values into text far faster in C++."""
    metadata = item.metadata
    if not len(metadata):
        return ""
    if isinstance(item, otio.core.Composition):
        return foreign_digest(metadata)
    try:
        found = json.loads(item.to_json_string(indent=-1))["metadata"]
    except ValueError:  # numbers that JSON does not have
        return foreign_digest(metadata)
    kept = {key: value for key, value in found.items() if key not in _OF_A_PROGRAM}
    return text_digest(json.dumps(kept, sort_keys=True)) if kept else ""


def _without_idle_warps(item: otio.core.Item) -> otio.core.Item:
    """The item, or a copy of it without time warps of 1: they change nothing, and some formats must not have them."""
    if not has_idle_warp(item):
        return item
    plain: otio.core.Item = item.deepcopy()
    plain.effects[:] = [each for each in plain.effects if not _is_idle(each)]
    return plain


def has_idle_warp(item: otio.core.Item) -> bool:
    """Whether an item has a time warp of 1."""
    return any(map(_is_idle, item.effects))


def _is_idle(effect: otio.schema.Effect) -> bool:
    return isinstance(effect, otio.schema.LinearTimeWarp) and bool(effect.time_scalar == 1)


def _is_warp(effect: otio.schema.Effect) -> bool:
    return isinstance(effect, otio.schema.LinearTimeWarp | otio.schema.TimeEffect)


def _alternates(clip: otio.schema.Clip) -> str:
    """File names of the references that are not shown; how a file spells paths and names keys does not count."""
    references = clip.media_references()
    if len(references) <= 1:
        return ""
    shown = clip.active_media_reference_key
    names = (
        file_name(getattr(reference, "target_url", None) or reference.name or "")
        for key, reference in references.items()
        if key != shown
    )
    return text_digest("\n".join(sorted(names)))
