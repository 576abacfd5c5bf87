"""What Pickup must know again of an item and xmeml has no element for, as a processing instruction `<?pickup {json}?>`.

Programs that read XML by the book skip instructions that are not for them. Nothing that an NLE shows depends on one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableMapping
from fractions import Fraction
from xml.etree import ElementTree as ET

import opentimelineio as otio

_TARGET = "pickup"
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")
LARGEST_FRAME = 10**9
"""Beyond every frame number that a program counts: more than a year at 24 frames a second."""

_LONGEST = 4_000_000
_DEEPEST = 200
_BRACKET = re.compile(r'"(?:[^"\\]|\\[\s\S])*+(?:"|\\?\Z)|[\[\]{}]')
"""A string, which need not end, or it would be looked for again at each quotation mark in it; or a bracket."""
_FRACTION = re.compile(r"-?[0-9]{1,40}(/[0-9]{1,40})?")
_UNREADABLE = (otio.exceptions.OTIOError, ValueError, RuntimeError, TypeError, IndexError, KeyError)

Note = dict[str, object]
"""What a note says; OTIO objects may stand in it."""

Notes = Mapping[ET.Element, Note]
"""Notes by the element that they stood in."""


def add_note(element: ET.Element, note: Note) -> None:
    """Writes a note into an element; nothing for an empty one."""
    if not note:
        return
    text = otio.core.serialize_json_to_string(dict(note), indent=-1)
    text = _NOT_PLAIN.sub(lambda match: json.dumps(match.group())[1:-1], text)
    # "?>" would end the instruction; in JSON it can stand in a string alone.
    element.append(ET.ProcessingInstruction(_TARGET, text.replace("?>", "?\\u003e")))


def own_note(metadata: Mapping[str, object]) -> Note:
    """Pickup's own metadata, for a note."""
    return {_TARGET: metadata[_TARGET]} if _TARGET in metadata else {}


def restore_own(metadata: MutableMapping[str, object], note: Note) -> None:
    """Puts Pickup's own metadata back to where `own_note` found it."""
    if _TARGET in note:
        metadata[_TARGET] = note[_TARGET]


def take_notes(root: ET.Element) -> dict[ET.Element, Note]:
    """Removes every processing instruction below an element; returns what ours said, by the element around it."""
    notes: dict[ET.Element, Note] = {}
    for element in root.iter():
        for child in [each for each in element if not isinstance(each.tag, str)]:
            element.remove(child)
            note = _parsed(child.text or "")
            if note:
                notes[element] = note
    return notes


def _parsed(text: str) -> Note | None:
    target, _, body = text.partition(" ")
    if target != _TARGET or len(body) > _LONGEST or _depth(body) > _DEEPEST:
        return None
    try:
        note = otio.core.deserialize_json_from_string(body)
    except _UNREADABLE:
        return None
    return dict(note.items()) if hasattr(note, "items") else None


def _depth(text: str) -> int:
    """How deep JSON is nested; OTIO's reader takes far too long over what is hostile."""
    depth = deepest = 0
    for match in _BRACKET.finditer(text):
        if match.group() in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif match.group() in ("]", "}"):
            depth -= 1
    return deepest


def noted_fraction(value: object) -> Fraction | None:
    """An exact number of a note; None for what `str` of a fraction of sensible size never gives.

    `Fraction` itself would spell out 1e300000000.
    """
    if not isinstance(value, str) or not _FRACTION.fullmatch(value):
        return None
    try:
        return Fraction(value)
    except ZeroDivisionError:
        return None


def noted_frames(value: object) -> int | None:
    """A number of frames that a note states; None for what is none, or beyond any cut."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_FRAME
    return value if is_count and isinstance(value, int) else None
