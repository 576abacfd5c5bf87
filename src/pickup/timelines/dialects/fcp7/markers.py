"""Markers, both ways.

A marker of a clip item counts frames as `in` does, from the first frame of the media; its place in the cut is thus
its distance from `in`. `out` of -1 marks a single point. Premiere keeps the color in `pproColor` (0xAABBGGRR; none for
its green) and snaps the `color` of other programs to the nearest of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.timelines.dialects.fcp7.elements import add, clean, fill_from_table, number_at, table_of
from pickup.timelines.dialects.fcp7.notes import Note, Notes, add_note
from pickup.timelines.dialects.fcp7.rates import exact_moment
from pickup.timelines.ruler import seconds_of
from pickup.timelines.texts import marker_words, text_of
from pickup.timing import FrameRate, Number, half_up

_POINT = -1
_USUAL = "GREEN"
_PREMIERE = {
    "RED": 4281740498,
    "YELLOW": 4281049552,
    "PURPLE": 4289825711,
    "ORANGE": 4280578025,
    "WHITE": 4294967295,
    "BLUE": 4294741314,
    "CYAN": 4292277273,
}  # as Premiere exports one marker of each of its colors
_RGB = {
    "PINK": (255, 145, 200),
    "MAGENTA": (255, 0, 255),
    "BLACK": (0, 0, 0),
    "FUCHSIA": (230, 60, 150),
    "ROSE": (240, 130, 150),
    "LAVENDER": (180, 150, 230),
    "SKY": (140, 200, 250),
    "MINT": (120, 220, 170),
    "LEMON": (250, 240, 120),
    "SAND": (200, 170, 120),
    "COCOA": (110, 75, 50),
    "CREAM": (245, 230, 205),
}  # names that Resolve and OTIO have besides; what the tone is says nobody
_OURS = frozenset({"comment", "color", "pproColor"})
_ALPHA = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where the markers of an item stand.

    Attributes:
        fps: Rate in which they count.
        first: What they count at the item's first frame.
        source: Source time of that frame, exact seconds.
        pace: Source seconds for each second played.
    """

    fps: Fraction
    first: Fraction = Fraction(0)
    source: Fraction = Fraction(0)
    pace: Fraction = Fraction(1)

    def frame(self, marker: otio.schema.Marker) -> Number:
        """Where a marker stands, unrounded."""
        return self.first + (seconds_of(marker.marked_range.start_time) - self.source) / self.pace * self.fps


def restore_markers(
    markers: Iterable[otio.schema.Marker], elements: Iterable[ET.Element], *, scale: Scale, notes: Notes
) -> None:
    """Corrects what the adapter made of `marker` elements: place, words and color."""
    for marker, element in zip(markers, elements, strict=True):
        start = number_at(element, "in") or Fraction(0)
        end = number_at(element, "out")
        note = notes.get(element, {})
        if end == _POINT:  # a true end of -1, before the first frame of the media, is noted
            end = None if note.get("out") is None else end
        length = end - start if end is not None and end > start else Fraction(0)
        marker.marked_range = otio.opentime.TimeRange(
            exact_moment(scale.source + (start - scale.first) / scale.fps * scale.pace, scale.fps),
            exact_moment(length / scale.fps * (1 if length == 1 else scale.pace), scale.fps),
        )
        marker.name = text_of(note.get("name")) or marker.name
        marker.comment = text_of(note.get("comment")) or _lines(element.findtext("comment") or "")
        marker.color = text_of(note["color"]) if "color" in note else _color_of(element)
        kept = {key: value for key, value in table_of(marker.metadata.get("fcp_xml")).items() if key not in _OURS}
        marker.metadata.clear()
        if kept:
            marker.metadata["fcp_xml"] = kept


def _lines(text: str) -> str:
    return text.replace("\r", "\n")


def _color_of(element: ET.Element) -> str:
    stated = number_at(element, "pproColor")
    if stated is not None:
        return _nearest(_channels(int(stated)))
    color = element.find("color")
    if color is None:
        return _USUAL
    red, green, blue = (int(number_at(color, each) or 0) for each in ("red", "green", "blue"))
    return _nearest((red, green, blue))


def _channels(stated: int) -> tuple[int, int, int]:
    return stated & 255, stated >> 8 & 255, stated >> 16 & 255


def _tones() -> dict[str, tuple[int, int, int]]:
    return {name: _channels(each) for name, each in _PREMIERE.items()} | {_USUAL: (0, 255, 0)} | _RGB


def _nearest(tone: tuple[int, int, int]) -> str:
    tones = _tones()
    return min(tones, key=lambda name: sum((a - b) ** 2 for a, b in zip(tones[name], tone, strict=True)))


def add_markers(
    element: ET.Element,
    markers: Iterable[otio.schema.Marker],
    *,
    scale: Scale,
    clock: range = range(0),
) -> None:
    """Writes `marker` elements.

    Args:
        element: What they stand on.
        markers: Of the neutral timeline.
        scale: Where they stand.
        clock: Frame numbers of the cut, as its timecode counts; what lies in them counts from the start timecode.
    """
    rate = FrameRate(fps=scale.fps)
    for marker in markers:
        marked = marker.marked_range
        offset = rate.frames((seconds_of(marked.start_time) - scale.source) / scale.pace)
        length = rate.frames(seconds_of(marked.duration))
        end = half_up(offset + (length / scale.pace if length > 1 else length))  # a single frame is a point
        start = half_up(offset)
        moved = half_up(scale.first) - (clock.start if start in clock and clock.start >= len(clock) else 0)
        _add_marker(element, marker, start=start + moved, end=end + moved)


def _add_marker(parent: ET.Element, marker: otio.schema.Marker, *, start: int, end: int) -> None:
    element = add(parent, "marker")
    note, _ = marker_words(marker)
    add(element, "comment", note)
    add(element, "name", marker.name)
    add(element, "in", start)
    add(element, "out", end if end > start else _POINT)
    own = str(marker.color or "")
    name = own.upper()
    if name in _PREMIERE:
        add(element, "pproColor", _PREMIERE[name])
    if name in _tones() and name != _USUAL:
        _add_color(element, _tones()[name])
    fill_from_table(element, table_of(marker.metadata.get("fcp_xml")), but=_OURS)
    add_note(element, _note_of(marker, words=note, end=end if start < end == _POINT else None))


def _note_of(marker: otio.schema.Marker, *, words: str, end: int | None) -> Note:
    """What a marker says that its elements cannot: characters that XML forbids, unknown colors, an end of -1."""
    note: Note = {} if end is None else {"out": end}
    if clean(marker.name) != marker.name:
        note["name"] = marker.name
    if _lines(clean(words)) != words:
        note["comment"] = words
    if str(marker.color or "").upper() not in _tones():
        note["color"] = clean(str(marker.color or ""))
    return note


def _add_color(element: ET.Element, tone: tuple[int, int, int]) -> None:
    color = add(element, "color")
    for tag, value in zip(("alpha", "red", "green", "blue"), (_ALPHA, *tone), strict=True):
        add(color, tag, value)
