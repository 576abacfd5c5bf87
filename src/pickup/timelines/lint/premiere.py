"""Lint of an `.otio` for Adobe Premiere Pro; the rules and what they rest on are in `rules.premiere`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from pickup.paths import parse_path
from pickup.timelines.lint.findings import Report
from pickup.timelines.lint.items import Item, Reference, Sequence
from pickup.timelines.lint.nodes import child, node_of, schema_of, spoken, text_of
from pickup.timelines.lint.otio import Asked, check_item, check_tracks, foreign_effects
from pickup.timelines.lint.spans import is_still
from pickup.timelines.lint.urls import is_encoded
from pickup.timing import FrameRate

_OWN = "PremierePro_OTIO"
_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SETTINGS = ("VideoFrameRate", "VideoResolution")
_RESOLVE_KINDS = frozenset({"Rich", "Solid Color"})
_MOST_TEXTS = 1000


def check_premiere(cut: Sequence, *, asked: Asked) -> None:
    """Reports what Premiere would refuse, lose or link wrongly."""
    report = asked.report
    check_tracks(cut, report=report)
    own = node_of(child(cut.stack, "metadata", _OWN))
    lacking = [key for key in _SETTINGS if not own.get(key)]
    if lacking:
        report.add("PREMIERE_NO_SETTINGS", asked.name, detail=f"no {' and no '.join(lacking)}")
    if not child(cut.root, "metadata", _OWN, "MetadataVersion"):
        report.add("PREMIERE_NO_VERSION", asked.name)
    if not text_of(cut.stack.get("name")):
        report.add("PREMIERE_SEQUENCE_UNNAMED", asked.name)
    for reel in cut.reels:
        if reel.kind == "Audio" and not child(reel.node, "metadata", _OWN, "AudioChannels"):
            report.add("PREMIERE_AUDIO_CHANNELS", reel.where)
    for item in cut.items():
        _check_item(item, rate=cut.rate, asked=asked)
    _check_links(cut, report=report)


def _check_item(item: Item, *, rate: FrameRate | None, asked: Asked) -> None:
    report = asked.report
    check_item(item, asked=asked)
    _check_speed(item, rate=rate, report=report)
    foreign = foreign_effects(item, own=_OWN)
    if foreign:
        report.add("PREMIERE_EFFECT_DROPPED", item.where, detail=foreign)
    if item.kind != "Clip":
        return
    if item.version < 2:  # noqa: PLR2004 - the second version has several references
        report.add("PREMIERE_OLD_CLIP", item.where)
    for reference in item.references:
        _check_reference(item, reference, report=report, bundled=asked.bundled)


def _check_speed(item: Item, *, rate: FrameRate | None, report: Report) -> None:
    kinds = [schema_of(effect)[0] for effect in item.effects]
    for effect, kind in zip(item.effects, kinds, strict=True):
        if kind == "LinearTimeWarp" and effect.get("time_scalar") == 1:
            report.add("PREMIERE_NO_OP_WARP", item.where)
    if item.speed is None:
        report.add("PREMIERE_SPEED_RAMP", item.where)
    elif item.speed == 0:
        report.add("PREMIERE_FREEZE_FRAME", item.where)
    elif item.speed != 1:
        report.add("PREMIERE_SPEED", item.where, detail=_speed_said(item, item.speed, rate=rate))
    if rate is not None and item.length is not None and item.kind != "Transition":
        frames = Fraction(rate.frames(item.length))
        if frames.denominator != 1:
            report.add("PREMIERE_OFF_GRID", item.where, detail=f"{spoken(frames)} frames")


def _speed_said(item: Item, speed: Fraction, *, rate: FrameRate | None) -> str:
    said = f"{spoken(speed * 100, digits=6)} %"
    if rate is None or item.length is None:
        return said
    return f"{said}, read as {spoken(rate.frames(item.length))} frames"


def _check_reference(item: Item, reference: Reference, *, report: Report, bundled: bool) -> None:
    if reference.kind == "MissingReference":
        report.add("PREMIERE_MISSING_MEDIA", item.where, detail=reference.url)
    elif reference.kind == "GeneratorReference":
        _check_generator(item, reference, report=report)
    elif reference.kind in ("ExternalReference", "ImageSequenceReference"):
        _check_url(item, reference.url, report=report, bundled=bundled)
        _check_still(item, reference, report=report)


def _check_url(item: Item, url: str, *, report: Report, bundled: bool) -> None:
    path = parse_path(url)
    if path is None:
        report.add("PREMIERE_NOT_A_FILE", item.where, detail=url)
    elif not path.is_url:
        if path.is_absolute or not bundled:
            report.add("PREMIERE_BARE_PATH", item.where, detail=url)
    elif not is_encoded(url):
        report.add("PREMIERE_UNENCODED_URL", item.where, detail=url)


def _check_still(item: Item, reference: Reference, *, report: Report) -> None:
    if item.source is None or not is_still(reference):
        return
    available = reference.available
    if available is None:
        report.add("PREMIERE_STILL_TOO_SHORT", item.where, detail="none")
    elif available.length.seconds < item.source.length.seconds:
        held, shown = available.length.seconds, item.source.length.seconds
        report.add(
            "PREMIERE_STILL_TOO_SHORT", item.where, detail=f"{spoken(held, digits=6)} s of {spoken(shown, digits=6)} s"
        )


def _check_generator(item: Item, reference: Reference, *, report: Report) -> None:
    node = reference.node
    kind = text_of(node.get("generator_kind"))
    if any(_ID.search(text) for text in _texts(node)):
        report.add("PREMIERE_MATTE", item.where, detail=f"“{kind[:40]}”")
    elif kind in _RESOLVE_KINDS or any("Resolve_OTIO" in node_of(node.get(key)) for key in ("metadata", "parameters")):
        report.add("PREMIERE_FOREIGN_GENERATOR", item.where, detail=f"“{kind[:40]}”")
    else:
        report.add("PREMIERE_GENERATOR", item.where, detail=f"“{kind[:40]}”")


def _texts(value: object) -> Iterator[str]:
    """The first texts inside an object; a generator's own are few."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST_TEXTS:
        each = waiting.pop()
        seen += 1
        if isinstance(each, str):
            yield each[:200]
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _check_links(cut: Sequence, *, report: Report) -> None:
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in cut.items():
        link = child(item.node, "metadata", _OWN, "LinkID")
        if isinstance(link, str | int) and link != "" and item.kind in ("Clip", "Stack"):
            groups.setdefault((item.reel.inside, str(link)), []).append(item)
    for (_, link), items in groups.items():
        if len(items) > 1:
            _check_group(items, link=link, report=report)


def _check_group(items: list[Item], *, link: str, report: Report) -> None:
    first, *others = sorted(items, key=lambda item: item.reel.kind != "Video")
    pictures = [item for item in items if item.reel.kind == "Video"]
    apart = [item for item in others if not _overlap(first, item)]
    if len(pictures) > 1 or apart:
        wrong = pictures[1] if len(pictures) > 1 else apart[0]
        reason = "two pictures" if len(pictures) > 1 else "not at the same time"
        report.add("PREMIERE_LINK_SHARED", wrong.where, detail=f"{link[:40]}: {reason}, {first.where()}")
        return
    offset = [item for item in others if (item.start, item.length) != (first.start, first.length)]
    if offset:
        report.add("PREMIERE_LINK_OFFSET", offset[0].where, detail=f"{link[:40]}: {first.where()}")


def _overlap(one: Item, other: Item) -> bool:
    """Whether both are seen or heard at some instant; unknown places are not held against anybody."""
    if one.start is None or other.start is None or one.length is None or other.length is None:
        return True
    return one.start < other.start + other.length and other.start < one.start + one.length
