"""Lint of an `.otio` for DaVinci Resolve; the rules and what they rest on are in `rules.resolve`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction

from pickup.errors import TimingError
from pickup.paths import PathKind, file_name, parse_path
from pickup.timelines.lint.findings import Report
from pickup.timelines.lint.items import Item, Reel, Reference, Sequence
from pickup.timelines.lint.nodes import Moment, Node, child, moment_of, node_of, nodes_of, schema_of, spoken, text_of
from pickup.timelines.lint.otio import Asked, check_item, check_tracks, first_file, foreign_effects, warps_in
from pickup.timelines.lint.spans import Fit, Room, fit_of, room_after, room_before
from pickup.timing import FrameRate

_TRACK_NAME = re.compile(r"(?:Video|Audio) [1-9]\d*")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_FITS = {
    Fit.ZERO_BASED: "RESOLVE_SOURCE_ZERO_BASED",
    Fit.OUTSIDE: "RESOLVE_SOURCE_OUTSIDE_MEDIA",
    Fit.TOO_LONG: "RESOLVE_MEDIA_TOO_SHORT",
}
_FILE_KINDS = ("ExternalReference", "ImageSequenceReference")


def check_resolve(cut: Sequence, *, asked: Asked) -> None:
    """Reports what Resolve would refuse, lose or link wrongly."""
    report = asked.report
    check_tracks(cut, report=report)
    if not text_of(cut.root.get("name")):
        report.add("RESOLVE_TIMELINE_UNNAMED", asked.name)
    if cut.root.get("global_start_time") is None:
        report.add("RESOLVE_NO_START", asked.name)
    _check_mark(cut, asked=asked)
    _check_markers(cut.stack, "markers of the timeline", report=report)
    for reel in cut.reels:
        if not _TRACK_NAME.fullmatch(text_of(reel.node.get("name"))):
            report.add("RESOLVE_TRACK_NAME", reel.where, detail=f"“{text_of(reel.node.get('name'))[:40]}”")
        _check_keys(reel.node, reel.where, report=report)
        _check_markers(reel.node, reel.where, report=report)
        for item in reel.items:
            _check_item(item, rate=cut.rate, asked=asked)


def _check_mark(cut: Sequence, *, asked: Asked) -> None:
    marked = [
        place
        for place, node in (("the timeline", cut.root), ("the stack", cut.stack))
        if "PremierePro_OTIO" in node_of(node.get("metadata"))
    ]
    if marked and warps_in(cut.reels):
        asked.report.add("RESOLVE_PREMIERE_SPEED", asked.name, detail=f"on {' and '.join(marked)}")


def _check_item(item: Item, *, rate: FrameRate | None, asked: Asked) -> None:
    report = asked.report
    check_item(item, asked=asked)
    if item.kind == "Transition":
        _check_transition(item, rate=rate, report=report)
        return
    if item.kind in ("Clip", "Gap", "Stack"):
        _check_keys(item.node, item.where, report=report)
        _check_grid(item, rate=rate, report=report)
        _check_markers(item.node, item.where, report=report)
    _check_speed(item, report=report)
    if item.kind == "Clip":
        if item.version < 2:  # noqa: PLR2004 - the second version has several references
            report.add("RESOLVE_OLD_CLIP", item.where)
        for reference in item.references:
            _check_reference(item, reference, asked=asked)


def _check_keys(node: Node, where: str | Callable[[], str], *, report: Report) -> None:
    lacking = []
    if not isinstance(node.get("enabled"), bool):
        lacking.append("enabled")
    if not isinstance(node.get("metadata"), dict):
        lacking.append("metadata")
    if lacking:
        report.add("RESOLVE_KEY_MISSING", where, detail=" and ".join(lacking))


def _check_markers(node: Node, where: str | Callable[[], str], *, report: Report) -> None:
    for marker in nodes_of(node.get("markers")):
        comment = text_of(marker.get("comment"))
        if comment and not text_of(child(marker, "metadata", "Resolve_OTIO", "Note")):
            report.add("RESOLVE_MARKER_NOTE", where, detail=f"“{comment[:40]}”")


def _check_grid(item: Item, *, rate: FrameRate | None, report: Report) -> None:
    if item.source is None:
        if item.node.get("source_range") is None and item.kind != "Stack":
            report.add("RESOLVE_NO_SOURCE_RANGE", item.where)
        return
    _check_length(item, item.source.length, rate=rate, report=report)


def _check_length(item: Item, length: Moment, *, rate: FrameRate | None, report: Report, what: str = "") -> None:
    if rate is None:
        return
    frames = Fraction(rate.frames(length.seconds))
    if frames.denominator != 1:
        report.add("RESOLVE_OFF_GRID", item.where, detail=f"{what}{spoken(frames)} frames")
    elif length.rate != rate.fps:
        spelled = f"{what}{spoken(length.frames)} at {spoken(length.rate, digits=6)}"
        report.add(
            "RESOLVE_OTHER_RATE", item.where, detail=f"{spelled}, the timeline is at {spoken(rate.fps, digits=6)}"
        )


def _check_speed(item: Item, *, report: Report) -> None:
    for effect in item.effects:
        kind, _ = schema_of(effect)
        if kind == "TimeEffect" and not child(effect, "metadata", "Resolve_OTIO", "Key Frames"):
            report.add("RESOLVE_RAMP_WITHOUT_KEYFRAMES", item.where)
    if item.speed == 0:
        report.add("RESOLVE_FREEZE_FRAME", item.where)
    foreign = foreign_effects(item, own="Resolve_OTIO")
    if foreign:
        report.add("RESOLVE_EFFECT_DROPPED", item.where, detail=foreign)


def _check_reference(item: Item, reference: Reference, *, asked: Asked) -> None:
    report = asked.report
    if reference.kind == "MissingReference" and not reference.url:
        report.add("RESOLVE_TITLE_WITHOUT_MEDIA", item.where, detail=reference.said.rstrip(": "))
        return
    if reference.kind == "MissingReference":
        report.add("RESOLVE_OFFLINE", item.where, detail=reference.url)
    if reference.kind not in (*_FILE_KINDS, "MissingReference"):
        return
    if reference.kind in _FILE_KINDS:
        _check_path(item, reference, asked=asked)
    if reference.is_active:
        _check_name(item, reference, report=report)
    if reference.available is None:
        if reference.node.get("available_range") is None:
            report.add("RESOLVE_NO_AVAILABLE_RANGE", item.where, detail=reference.said.rstrip(": "))
        return
    _check_media_start(item, reference, asked=asked)
    fit = fit_of(item, reference)
    if fit is not Fit.INSIDE:
        report.add(_FITS[fit], item.where, detail=f"{reference.said}source {item.source}, media {reference.available}")


def _check_media_start(item: Item, reference: Reference, *, asked: Asked) -> None:
    embedded = asked.probe_start(first_file(reference)) if asked.probe_start is not None and reference.url else None
    stated = reference.available
    if embedded is None or stated is None or embedded == stated.begins:
        return
    said = f"{spoken(stated.begins, digits=6)} s in the timeline, {spoken(embedded, digits=6)} s in the file"
    asked.report.add("RESOLVE_MEDIA_START_DIFFERS", item.where, detail=f"{reference.said}{said}")


def _check_path(item: Item, reference: Reference, *, asked: Asked) -> None:
    report, url = asked.report, reference.url
    path = parse_path(url)
    if not url:
        report.add("RESOLVE_NO_PATH", item.where, detail=reference.said.rstrip(": "))
    elif path is None or path.is_url:
        report.add("RESOLVE_URL", item.where, detail=url)
    else:
        if not path.is_absolute and not asked.bundled:
            report.add("RESOLVE_RELATIVE_PATH", item.where, detail=url)
        if _ESCAPE.search(url):
            report.add("RESOLVE_ESCAPED_PATH", item.where, detail=url)
        if path.kind is not PathKind.POSIX and "/" in url:
            report.add("RESOLVE_FORWARD_SLASHES", item.where, detail=url)


def _check_name(item: Item, reference: Reference, *, report: Report) -> None:
    if reference.kind == "ImageSequenceReference":
        prefix, suffix = (text_of(reference.node.get(key)) for key in ("name_prefix", "name_suffix"))
        fits = item.name.startswith(prefix) and item.name.endswith(suffix)
        file = f"{prefix}[…]{suffix}"
    else:
        file = file_name(reference.url)
        fits = not file or _composed(item.name) == _composed(file)
    if not _EXTENSION.search(item.name):
        report.add("RESOLVE_NAME_WITHOUT_EXTENSION", item.where, detail=f"its file is “{file}”" if file else "")
    elif not fits:
        report.add("RESOLVE_NAME_DIFFERS", item.where, detail=f"its file is “{file}”")


def _composed(name: str) -> str:
    """Volumes of macOS hand out names with accents apart; they are the same names."""
    return unicodedata.normalize("NFC", name)


def _check_transition(item: Item, *, rate: FrameRate | None, report: Report) -> None:
    offsets: list[Moment] = []
    for key in ("in_offset", "out_offset"):
        try:
            offset = moment_of(item.node.get(key))
        except TimingError as error:
            report.add("OTIO_BAD_TIME", item.where, detail=f"{key}: {error.message}")
            continue
        if offset is not None:
            _check_length(item, offset, rate=rate, report=report, what=f"{key} ")
            offsets.append(offset)
    before, after = _beside(item.reel, index=item.index)
    if before is None or after is None:
        report.add("RESOLVE_TRANSITION_ONE_SIDED", item.where, detail=_lonely(before, after))
    elif len(offsets) == 2:  # noqa: PLR2004 - one for each side
        rooms = (room_after(before, offsets[1].seconds), room_before(after, offsets[0].seconds))
        short = [f"“{each.name[:60]}”" for each, room in zip((before, after), rooms, strict=True) if room is Room.SHORT]
        if short:
            report.add("RESOLVE_TRANSITION_NO_HANDLES", item.where, detail=" and ".join(short))
        elif Room.UNKNOWN in rooms:
            report.add("RESOLVE_TRANSITION_UNKNOWN_HANDLES", item.where)


def _beside(reel: Reel, *, index: int) -> tuple[Item | None, Item | None]:
    """The clips on both sides of a transition; None where there is a gap, another transition or nothing."""
    before = reel.items[index - 1] if index else None
    after = reel.items[index + 1] if index + 1 < len(reel.items) else None
    shows = ("Clip", "Stack")
    return (
        before if before is not None and before.kind in shows else None,
        after if after is not None and after.kind in shows else None,
    )


def _lonely(before: Item | None, after: Item | None) -> str:
    if before is None and after is None:
        return "on neither side"
    return "before it" if before is None else "after it"
