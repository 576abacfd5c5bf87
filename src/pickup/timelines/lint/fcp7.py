"""Lint of FCP7 XML (xmeml) for Premiere and Resolve; the rules and what they rest on are in `rules.fcp7`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from xml.etree.ElementTree import Element

from pickup.timelines.lint.fcp7_files import Use, check_files, check_timecode, uses_in
from pickup.timelines.lint.findings import Report
from pickup.timelines.lint.items import Clock
from pickup.timelines.lint.otio import Asked
from pickup.timelines.lint.xml_nodes import Where, name_of, rate_of, text_at, whole_number
from pickup.timing import FrameRate

_VERSIONS = frozenset({"4", "5"})
_SHOWN = ("clipitem", "generatoritem")
_MEDIA = ("file", "sequence", "multiclip")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_PLAIN_SPEED = {"speed": "100", "reverse": "FALSE", "variablespeed": "0"}
_TOP_LEVEL = ("sequence", "bin/children/sequence")
_IN_PROJECT = ("project/children/sequence", "project/sequence", "project//bin/children/sequence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One item on a track.

    Attributes:
        start: First record frame, or where the transition beside it ends; None where that is not known.
        end: Record frame after the last, or where the transition beside it begins.
    """

    element: Element
    label: str
    clock: Clock | None
    start: int | None = None
    end: int | None = None

    def where(self) -> str:
        """Track, record timecode and name."""
        at = ""
        if self.clock is not None and self.start is not None:
            at = self.clock.at(self.clock.rate.seconds(self.start))
        return " ".join(part for part in (self.label, at, name_of(self.element)) if part)


def check_fcp7(root: Element, *, asked: Asked) -> None:
    """Reports what Premiere and Resolve would refuse, lose or link wrongly."""
    report = asked.report
    if root.get("version") not in _VERSIONS:
        report.add("FCP7_VERSION", "xmeml", detail=f"“{root.get('version', '')[:20]}”")
    direct = [each for path in _TOP_LEVEL for each in root.findall(path)]
    wrapped = [each for path in _IN_PROJECT for each in root.findall(path)]
    if not direct and not wrapped:
        report.add("FCP7_NO_SEQUENCE", asked.name)
    for sequence in wrapped:
        report.add("FCP7_IN_PROJECT", f"sequence {name_of(sequence)}")
    if len(direct) + len(wrapped) > 1:
        names = ", ".join(f"“{name_of(each)}”" for each in [*direct, *wrapped][:5])
        report.add("FCP7_SEVERAL_SEQUENCES", asked.name, detail=names)
    uses = uses_in(root)
    check_files(uses, asked=asked)
    described = {use.key[1]: use.element for use in uses if use.key[0] == "file" and use.is_full}
    for use in uses:
        if use.key[0] == "sequence" and use.is_full:
            _check_sequence(use, files=described, report=report)
    _check_ids(root, report=report)


def _check_sequence(use: Use, *, files: dict[str, Element], report: Report) -> None:
    sequence = use.element
    rate = rate_of(sequence, where=use.where, report=report)
    check_timecode(use, rate=rate, report=report)
    shape = sequence.find("media/video/format/samplecharacteristics")
    if not (text_at(shape, "width") and text_at(shape, "height")):
        report.add("FCP7_NO_SIZE", use.where)
    clock = _clock(sequence, fps=rate.fps if rate is not None else None)
    inside = f"{use.where()} > " if use.owner is not None else ""
    for kind in ("video", "audio"):
        for number, track in enumerate(sequence.findall(f"media/{kind}/track"), start=1):
            label = f"{inside}{kind.capitalize()} {number}"
            if track.find("locked") is None:
                report.add("FCP7_NO_LOCKED", label)
            places = _places(track, label=label, clock=clock, report=report)
            for place in places:
                _check_item(place, files=files, report=report)
            _check_overlaps(places, report=report)


def _clock(sequence: Element, *, fps: Fraction | None) -> Clock | None:
    if fps is None:
        return None
    rate = FrameRate(fps=fps)
    drops = rate.can_drop and text_at(sequence, "timecode/displayformat").upper() == "DF"
    first = _plain_int(text_at(sequence, "timecode/frame"))
    return Clock(rate=rate, start_frame=first or 0, drop_frame=drops)


def _places(track: Element, *, label: str, clock: Clock | None, report: Report) -> list[Place]:
    elements = [each for each in track if each.tag in (*_SHOWN, "transitionitem")]
    found = []
    for index, element in enumerate(elements):
        if element.tag == "transitionitem":
            continue
        before = elements[index - 1] if index else None
        after = elements[index + 1] if index + 1 < len(elements) else None
        place = Place(element=element, label=label, clock=clock)
        place = replace(place, start=_edge(place, "start", beside=before, report=report))
        found.append(replace(place, end=_edge(place, "end", beside=after, report=report)))
    return found


def _edge(place: Place, name: str, *, beside: Element | None, report: Report) -> int | None:
    """Where an item begins or ends; -1 leaves it to the transition beside it, whose far edge is taken."""
    frame = whole_number(place.element, name, where=place.where, report=report)
    if frame is None and not text_at(place.element, name):
        report.add("FCP7_NOT_A_NUMBER", place.where, detail=f"no {name}")
    if frame is None or frame >= 0:
        return frame
    if beside is None or beside.tag != "transitionitem":
        report.add("FCP7_LOOSE_EDGE", place.where, detail=f"{name} is {frame}")
        return None
    return _plain_int(text_at(beside, "end" if name == "start" else "start"))


def _plain_int(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _check_item(place: Place, *, files: dict[str, Element], report: Report) -> None:
    element, where = place.element, place.where
    rate_of(element, where=where, report=report)
    for name in ("in", "out", "duration"):
        whole_number(element, name, where=where, report=report)
    if place.start is not None and place.end is not None and place.end <= place.start and not _dissolved(element):
        report.add("FCP7_NO_LENGTH", where, detail=f"{place.start} to {place.end}")
    if not element.get("id"):
        report.add("FCP7_NO_ID", where)
    if _is_retimed(element):
        report.add("FCP7_SPEED", where)
    if element.tag == "clipitem":
        _check_media(element, where=where, files=files, report=report)


def _dissolved(element: Element) -> bool:
    """Whether both edges are left to transitions, which may leave nothing between them."""
    return text_at(element, "start").startswith("-") and text_at(element, "end").startswith("-")


def _check_media(element: Element, *, where: Where, files: dict[str, Element], report: Report) -> None:
    if all(element.find(tag) is None for tag in _MEDIA):
        report.add("FCP7_NO_MEDIA", where)
        return
    file = element.find("file")
    if file is None:
        return
    full = file if len(file) else files.get(file.get("id", ""))
    if text_at(full, "pathurl") and not _EXTENSION.search(text_at(element, "name")):
        report.add("FCP7_NAME_WITHOUT_EXTENSION", where, detail=f"its file is “{text_at(full, 'name')[:60]}”")


def _is_retimed(element: Element) -> bool:
    """Whether a time remap does anything; a parameter that is missing does not."""
    for effect in element.iterfind("filter/effect"):
        if text_at(effect, "effectid").lower() != "timeremap":
            continue
        for parameter in effect.iterfind("parameter"):
            plain = _PLAIN_SPEED.get(text_at(parameter, "parameterid").lower())
            value = text_at(parameter, "value").upper()
            if plain is not None and value != plain and not _same_number(value, plain):
                return True
    return False


def _same_number(value: str, plain: str) -> bool:
    try:
        return float(value) == float(plain)
    except ValueError:
        return False


def _check_overlaps(places: list[Place], *, report: Report) -> None:
    """Compares each item with the one before it in time; edges inside a transition cannot overlap."""
    ordered = sorted(_timed(places), key=lambda each: each[:2])
    for (_, end, before), (start, _, place) in pairwise(ordered):
        if start < end:
            report.add(
                "FCP7_OVERLAP", place.where, detail=f"begins at {start}, {name_of(before.element)} ends at {end}"
            )


def _timed(places: list[Place]) -> Iterator[tuple[int, int, Place]]:
    for place in places:
        if place.start is not None and place.end is not None and place.start < place.end:
            yield place.start, place.end, place


def _check_ids(root: Element, *, report: Report) -> None:
    items = [each for each in root.iter() if each.tag in (*_SHOWN, "transitionitem") and each.get("id")]
    counts = Counter(each.get("id", "") for each in items)
    for each in items:
        if counts[each.get("id", "")] > 1:
            report.add("FCP7_DUPLICATE_ID", f"{each.tag} {each.get('id')} {name_of(each)}")
    known = counts.keys() | {each.get("id", "") for each in root.iter("clip")}
    for owner in root.iter():
        if owner.tag not in (*_SHOWN, "clip"):
            continue
        for link in owner.iterfind("link/linkclipref"):
            target = (link.text or "").strip()
            if target not in known:
                report.add("FCP7_UNKNOWN_LINK", f"{owner.get('id') or owner.tag} {name_of(owner)}", detail=target[:60])
