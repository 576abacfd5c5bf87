"""Files in FCP7 XML: where they are described, their paths, timecode and characteristics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from pickup.errors import TimingError
from pickup.paths import parse_path
from pickup.timelines.lint.findings import Report
from pickup.timelines.lint.otio import Asked
from pickup.timelines.lint.urls import is_encoded
from pickup.timelines.lint.xml_nodes import XmlRate, name_of, rate_of, text_at, whole_number
from pickup.timing import FrameRate, parse_timecode

_DESCRIBED = frozenset({"file", "sequence"})
_OWNERS = frozenset({"clipitem", "generatoritem", "clip"})
_STILLS = frozenset({"bmp", "gif", "heic", "jpeg", "jpg", "pdf", "png", "psd", "svg", "tga", "tif", "tiff", "webp"})
_TIMECODE = re.compile(r"(\d{2})[:;.](\d{2})[:;.](\d{2})[:;.,](\d{2,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One `file` or `sequence` element, in the order of the document.

    Attributes:
        owner: The clip item or clip that it was met in; None for what stands by itself.
        kind: `video` or `audio`, whichever media it was met in.
    """

    element: Element
    owner: Element | None
    kind: str

    @property
    def key(self) -> tuple[str, str]:
        """What it is and what it is called."""
        return str(self.element.tag), self.element.get("id", "")

    @property
    def is_full(self) -> bool:
        """Whether it is described here."""
        return len(self.element) > 0

    def where(self) -> str:
        """The file, and the item that shows it."""
        shown = f"{self.element.tag} {self.element.get('id') or name_of(self.element)}"
        return f"{shown} in {self.owner.get('id') or name_of(self.owner)}" if self.owner is not None else shown


def uses_in(root: Element) -> list[Use]:
    """Every `file` and `sequence` element from top to bottom."""
    return list(_uses(root, owner=None, kind="video"))


def _uses(element: Element, *, owner: Element | None, kind: str) -> Iterator[Use]:
    for inner in element:
        tag = inner.tag if isinstance(inner.tag, str) else ""
        if tag in _DESCRIBED:
            yield Use(element=inner, owner=owner, kind=kind)
        if tag == "file":
            continue
        inner_kind = tag if tag in ("video", "audio") else kind
        yield from _uses(inner, owner=inner if tag in _OWNERS else owner, kind=inner_kind)


def check_files(uses: list[Use], *, asked: Asked) -> None:
    """Reports what is wrong with files, each once."""
    _check_order(uses, report=asked.report)
    kinds: dict[str, set[str]] = {}
    for use in uses:
        if use.key[0] == "file":
            kinds.setdefault(use.key[1] or str(id(use.element)), set()).add(use.kind)
    for use in uses:
        if use.key[0] == "file" and use.is_full:
            _check_file(use, kinds=kinds[use.key[1] or str(id(use.element))], asked=asked)


def _check_order(uses: list[Use], *, report: Report) -> None:
    described = {use.key for use in uses if use.is_full}
    met: set[tuple[str, str]] = set()
    for use in uses:
        if use.is_full:
            met.add(use.key)
        elif use.key not in described:
            report.add("FCP7_FILE_UNDEFINED", use.where)
        elif use.key not in met:
            report.add("FCP7_FILE_LATE", use.where)


def _check_file(use: Use, *, kinds: set[str], asked: Asked) -> None:
    file, report = use.element, asked.report
    rate = rate_of(file, where=use.where, report=report)
    check_timecode(use, rate=rate, report=report)
    source, url = text_at(file, "mediaSource"), text_at(file, "pathurl")
    if not source:
        _check_url(use, url, asked=asked)
    duration = whole_number(file, "duration", where=use.where, report=report)
    if url:
        _check_characteristics(use, kinds=kinds, report=report)
        if _is_still(use, url) and not duration:
            report.add("FCP7_NO_DURATION", use.where, detail=name_of(file))


def _is_still(use: Use, url: str) -> bool:
    flagged = use.owner is not None and text_at(use.owner, "stillframe").upper() == "TRUE"
    return flagged or url.rpartition(".")[2].lower() in _STILLS


def _check_url(use: Use, url: str, *, asked: Asked) -> None:
    report = asked.report
    path = parse_path(url)
    if not url:
        report.add("FCP7_NO_PATHURL", use.where, detail=name_of(use.element))
    elif path is None or not path.is_url:
        report.add("FCP7_NOT_A_URL", use.where, detail=url)
    elif not is_encoded(url):
        report.add("FCP7_UNENCODED_URL", use.where, detail=url)
    elif asked.exists is not None and not asked.exists(url):
        report.add("MEDIA_NOT_HERE", use.where, detail=url)


def _check_characteristics(use: Use, *, kinds: set[str], report: Report) -> None:
    file, lacking = use.element, []
    picture = file.find("media/video")
    sound = file.find("media/audio")
    if "video" in kinds or picture is not None:
        shape = picture.find("samplecharacteristics") if picture is not None else None
        if not (text_at(shape, "width") and text_at(shape, "height")):
            lacking.append("width and height of its picture")
    if "audio" in kinds and sound is None:
        lacking.append("its sound")
    if lacking:
        report.add("FCP7_FILE_CHARACTERISTICS", use.where, detail=" and ".join(lacking))


def check_timecode(use: Use, *, rate: XmlRate | None, report: Report) -> None:
    """Reports a timecode block that is missing or contradicts itself."""
    block = use.element.find("timecode")
    if block is None:
        report.add("FCP7_NO_TIMECODE" if use.key[0] == "file" else "FCP7_NO_START", use.where)
        return
    rate = rate_of(block, where=use.where, report=report, required=False) or rate
    text, shown = text_at(block, "string"), text_at(block, "displayformat").upper()
    frame = whole_number(block, "frame", where=use.where, report=report)
    if not text or frame is None:
        lacking = " and no ".join(key for key, value in (("string", text), ("frame", frame)) if value in ("", None))
        report.add("FCP7_TIMECODE_WRONG", use.where, detail=f"no {lacking}")
        return
    drops = shown == "DF" if shown in ("DF", "NDF") else ";" in text
    if drops is not (";" in text):
        report.add("FCP7_DISPLAYFORMAT", use.where, detail=f"{shown} and “{text[:20]}”")
    if rate is not None:
        wrong = _disagreement(text, frame=frame, rate=rate, drops=drops)
        if wrong:
            report.add("FCP7_TIMECODE_WRONG", use.where, detail=wrong)


def _disagreement(text: str, *, frame: int, rate: XmlRate, drops: bool) -> str:
    """What is wrong with a timecode and its frame number; empty if nothing is.

    Premiere counts drops at a timebase of 30 whether or not it calls that NTSC: sound files of its own exports have
    00;04;43;15 as frame 8497 at 30 and ntsc FALSE.
    """
    match = _TIMECODE.fullmatch(text)
    if match is None:
        return f"“{text[:20]}” is no timecode"
    spelled = ":".join(match.groups()[:3]) + (";" if drops else ":") + match[4]
    fps = Fraction(rate.timebase * 1000, 1001) if drops else Fraction(rate.timebase)
    try:
        meant = parse_timecode(spelled, rate=FrameRate(fps=fps))
    except TimingError as error:
        return error.message
    return "" if meant == frame else f"{text[:20]} is frame {meant} at {rate.timebase}, not {frame}"
