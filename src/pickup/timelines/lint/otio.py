"""What is looked at in every OTIO file, whichever program it is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from pickup.errors import TimelineError
from pickup.timelines.lint.findings import Report
from pickup.timelines.lint.items import Item, Reel, Reference, Sequence
from pickup.timelines.lint.nodes import Node, node_of, nodes_of, schema_of, text_of

CURRENT_VERSIONS = {
    "Clip": 2,
    "Effect": 1,
    "ExternalReference": 1,
    "FreezeFrame": 1,
    "Gap": 1,
    "GeneratorReference": 1,
    "ImageSequenceReference": 1,
    "LinearTimeWarp": 1,
    "Marker": 2,
    "MissingReference": 1,
    "RationalTime": 1,
    "SerializableCollection": 1,
    "Stack": 1,
    "TimeEffect": 1,
    "TimeRange": 1,
    "TimeTransform": 1,
    "Timeline": 1,
    "Track": 1,
    "Transition": 1,
}
"""Newest version of each schema that OpenTimelineIO 0.15 to 0.18 reads."""

_SCHEMA = re.compile(rb'"OTIO_SCHEMA"\s*:\s*"(\w{1,60})\.(\d{1,6})"')
_WIDEST_NUMBER = 64
_ITEMS = frozenset({"Clip", "Gap", "Stack", "Transition"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a lint of one file works with.

    Attributes:
        exists: Whether a reference, as the file spells it, leads to a file; None where nobody asks.
        probe_start: Embedded timecode of a reference's file in exact seconds; None for a file that is not known.
        bundled: The timeline comes out of an `.otioz`, where relative references are right.
    """

    report: Report
    name: str
    exists: Callable[[str], bool] | None = None
    probe_start: Callable[[str], Fraction | None] | None = None
    bundled: bool = False


def timeline_in(root: object, *, asked: Asked) -> Node:
    """The one timeline of a file.

    Raises:
        TimelineError: There is none, or several.
    """
    node = node_of(root)
    kind, _ = schema_of(node)
    if kind == "Timeline":
        return node
    held = [each for each in nodes_of(node.get("children")) if schema_of(each)[0] == "Timeline"]
    if kind == "SerializableCollection" and len(held) == 1:
        asked.report.add("OTIO_NOT_A_TIMELINE", asked.name, detail="a collection with one timeline in it")
        return held[0]
    said = f"a collection with {len(held) or 'no'} timelines" if kind == "SerializableCollection" else kind
    raise TimelineError(
        f"{asked.name} holds {f'“{said}”' if said == kind and kind else said or 'plain data'}, not one timeline",
        where=asked.name,
        next_step="export the one timeline itself as OpenTimelineIO (.otio)",
    )


def check_schemas(content: bytes, root: object, *, report: Report) -> None:
    """Finds objects of a newer version wherever they stand, metadata included: a reader refuses those too."""
    seen = {(name.decode(), int(version)) for name, version in _SCHEMA.findall(content)}
    too_new = {(name, version) for name, version in seen if version > CURRENT_VERSIONS.get(name, version)}
    if not too_new:
        return
    for place, node in _every_node(root):
        name, version = schema_of(node)
        if (name, version) in too_new:
            report.add(
                "OTIO_NEWER_SCHEMA", place, detail=f"{name}.{version}, programs read {name}.{CURRENT_VERSIONS[name]}"
            )


def _every_node(root: object) -> Iterator[tuple[str, Node]]:
    """Every object of the file with its place in the JSON."""
    waiting: list[tuple[str, object]] = [("", root)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            yield place or "the top of the file", value
            inner = [(f"{place}.{key}".lstrip("."), each) for key, each in value.items()]
        else:
            inner = [(f"{place}[{n}]", each) for n, each in enumerate(value)] if isinstance(value, list) else []
        waiting += reversed([(at, each) for at, each in inner if isinstance(each, dict | list)])


def check_tracks(cut: Sequence, *, report: Report) -> None:
    """That there are tracks, and of which kind they are."""
    if not any(not reel.inside for reel in cut.reels):
        report.add("OTIO_NO_TRACKS", "tracks")
    for reel in cut.reels:
        if reel.kind not in ("Video", "Audio"):
            report.add("OTIO_OTHER_TRACK", reel.where, detail=f"kind “{reel.kind[:40]}”")


def check_item(item: Item, *, asked: Asked) -> None:
    """What is true of an item in any program."""
    report = asked.report
    if item.kind not in _ITEMS:
        report.add("OTIO_UNKNOWN_ITEM", item.where, detail=text_of(item.node.get("OTIO_SCHEMA"))[:60] or "no schema")
    if item.kind != "Transition" and item.length is None and item.node.get("source_range") is None:
        report.add("OTIO_NO_LENGTH", item.where)
    if item.kind == "Clip":
        _check_references(item, report=report)
        for reference in item.references:
            _check_presence(item, reference, asked=asked)


def _check_references(item: Item, *, report: Report) -> None:
    if not item.references:
        report.add("OTIO_NO_REFERENCES", item.where)
        return
    empty = [each.key for each in item.references if not each.node]
    if empty:
        report.add("OTIO_NULL_REFERENCE", item.where, detail=", ".join(empty)[:60])
    if item.active is None:
        key = item.node.get("active_media_reference_key")
        report.add("OTIO_NO_ACTIVE_REFERENCE", item.where, detail=f"“{str(key)[:40]}”")
    elif item.active.key != "DEFAULT_MEDIA":
        report.add("OTIO_ACTIVE_NOT_DEFAULT", item.where, detail=f"“{item.active.key[:40]}”")


def _check_presence(item: Item, reference: Reference, *, asked: Asked) -> None:
    if asked.exists is None or reference.kind not in ("ExternalReference", "ImageSequenceReference"):
        return
    path = first_file(reference)
    if path and not asked.exists(path):
        asked.report.add("MEDIA_NOT_HERE", item.where, detail=path)


def first_file(reference: Reference) -> str:
    """The file of a reference, or the first of a sequence, as the file spells it; empty if it names none."""
    if reference.kind != "ImageSequenceReference" or not reference.url:
        return reference.url
    node = reference.node
    start, padding = node.get("start_frame"), node.get("frame_zero_padding")
    width = min(padding, _WIDEST_NUMBER) if isinstance(padding, int) else 0
    number = str(start if isinstance(start, int) else 0).zfill(width)
    return f"{reference.url.rstrip('/')}/{text_of(node.get('name_prefix'))}{number}{text_of(node.get('name_suffix'))}"


def foreign_effects(item: Item, *, own: str) -> str:
    """Names of the effects that neither change time nor carry the metadata of the program `own`; empty for none."""
    foreign = [
        text_of(effect.get("effect_name")) or text_of(effect.get("name")) or "unnamed"
        for effect in item.effects
        if schema_of(effect)[0] == "Effect" and own not in node_of(effect.get("metadata"))
    ]
    return ", ".join(f"“{name[:40]}”" for name in dict.fromkeys(foreign))


def warps_in(reels: tuple[Reel, ...]) -> bool:
    """Whether anything is retimed."""
    return any(item.speed not in (1, None) for reel in reels for item in reel.items)
