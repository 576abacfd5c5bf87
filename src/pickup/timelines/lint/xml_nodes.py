"""Texts, rates and places in FCP7 XML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from xml.etree.ElementTree import Element

from pickup.timelines.lint.findings import Report

_NTSC_BASES = frozenset({12, 15, 24, 30, 48, 60, 72, 96, 120, 240})
_LONGEST_NAME = 60

Where = Callable[[], str]
"""Says where something stands, when it is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlRate:
    """A `rate` element that makes sense."""

    timebase: int
    ntsc: bool

    @property
    def fps(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.timebase * 1000, 1001) if self.ntsc else Fraction(self.timebase)


def text_at(element: Element | None, path: str) -> str:
    """The text of a child, trimmed; empty where there is none."""
    return ((element.findtext(path) if element is not None else "") or "").strip()


def name_of(element: Element) -> str:
    """The name of an item or file, short enough for a message; its id where it has no name."""
    name = text_at(element, "name") or element.get("id", "") or str(element.tag)
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def whole_number(element: Element, path: str, *, where: Where, report: Report) -> int | None:
    """A count of frames; None where there is none, or none that makes sense, which is reported."""
    text = text_at(element, path)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
        whole = int(number)
    except (ValueError, OverflowError):
        report.add("FCP7_NOT_A_NUMBER", where, detail=f"{path}: “{text[:40]}”")
        return None
    report.add("FCP7_NOT_AN_INTEGER", where, detail=f"{path}: {text[:40]}")
    return whole if number == whole else None


def rate_of(element: Element, *, where: Where, report: Report, required: bool = True) -> XmlRate | None:
    """The rate of an element; what is wrong with it is reported."""
    rates = element.findall("rate")
    if not rates:
        if required:
            report.add("FCP7_NO_RATE", where, detail=str(element.tag))
        return None
    if len(rates) > 1:
        report.add("FCP7_TWO_RATES", where, detail=str(element.tag))
    timebase = _timebase(text_at(rates[0], "timebase"), where=where, report=report)
    return _with_ntsc(timebase, text_at(rates[0], "ntsc"), where=where, report=report)


def _timebase(text: str, *, where: Where, report: Report) -> int | None:
    try:
        timebase = int(text)
    except ValueError:
        timebase = 0
    almost = timebase > 0 and timebase not in _NTSC_BASES and timebase + 1 in _NTSC_BASES
    if timebase > 0 and not almost:
        return timebase
    meant = f"; for {(timebase + 1) * 1000 / 1001:.5g} write {timebase + 1} and ntsc TRUE" if almost else ""
    report.add("FCP7_TIMEBASE", where, detail=f"“{text[:20]}”{meant}")
    return None


def _with_ntsc(timebase: int | None, text: str, *, where: Where, report: Report) -> XmlRate | None:
    if text.upper() not in ("TRUE", "FALSE"):
        report.add("FCP7_NTSC", where, detail=f"“{text[:20]}”" if text else "missing")
        return None
    ntsc = text.upper() == "TRUE"
    if timebase is None:
        return None
    if ntsc and timebase not in _NTSC_BASES:
        report.add("FCP7_NTSC", where, detail=f"TRUE at {timebase}")
        return None
    return XmlRate(timebase=timebase, ntsc=ntsc)
