"""XML elements as FCP7 XML uses them: text and numbers of children, tables of unknown elements, bytes of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from xml.etree import ElementTree as ET

from pickup.timelines.texts import plain

_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ORDER = (
    "uuid", "parameterid", "name", "effectid", "effectcategory", "effecttype", "mediatype", "enabled", "start",
    "end", "alpha", "red", "green", "blue", "horiz", "vert", "when", "value", "timebase", "ntsc", "string",
    "frame", "displayformat", "reel", "index", "numchannels", "downmix", "channel", "duration", "rate", "codec",
    "width", "height", "anamorphic", "pixelaspectratio", "fielddominance", "colordepth", "depth", "samplerate",
    "samplecharacteristics", "channelcount", "numOutputChannels", "format", "outputs", "video", "audio",
    "description", "scene", "shottake", "lognote", "good", "linkclipref", "wipecode", "wipeaccuracy",
    "startratio", "endratio", "reverse", "parameter", "keyframe", "interpolation", "logginginfo", "colorinfo",
    "labels",
)  # fmt: skip
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'


def text_at(element: ET.Element, path: str) -> str:
    """Text of a descendant without space around it; empty where it is missing."""
    return (element.findtext(path) or "").strip()


def number_at(element: ET.Element, path: str) -> Fraction | None:
    """A number as the file has it, exactly; None where there is none. Hiero writes `14.0` for 14."""
    return as_number(text_at(element, path))


def as_number(text: str) -> Fraction | None:
    """A decimal number of sensible size, exactly."""
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def whole_at(element: ET.Element, path: str) -> int | None:
    """A whole number; None where there is none."""
    number = number_at(element, path)
    return number.numerator if number is not None and number.denominator == 1 else None


def is_false(element: ET.Element, path: str) -> bool:
    """Whether a descendant says FALSE."""
    return text_at(element, path).upper() == "FALSE"


def add(parent: ET.Element, tag: str, text: str | int | None = None) -> ET.Element:
    """Adds a child with text; characters that XML cannot hold become U+FFFD."""
    element = ET.SubElement(parent, tag)
    if text is not None:
        element.text = clean(str(text))
    return element


def clean(text: str) -> str:
    """Text that XML can hold."""
    return _NO_XML.sub("\ufffd", text)


def truth(value: object) -> str:
    """TRUE or FALSE."""
    return "TRUE" if value else "FALSE"


def to_table(element: ET.Element) -> dict[str, object]:
    """An element as a table, in the shape in which otio-fcp-adapter keeps what it does not know.

    Attributes have an `@` before their names; children of one name become a list.
    """
    table: dict[str, object] = {f"@{key}": value for key, value in element.attrib.items()}
    listed: dict[str, list[object]] = {}
    for child in element:
        if isinstance(child.tag, str):
            listed.setdefault(child.tag, []).append(to_table(child) if len(child) else child.text)
    return table | {tag: values if len(values) > 1 else values[0] for tag, values in listed.items()}


def add_table(parent: ET.Element, tag: str, value: object) -> None:
    """The way back from `to_table`: a table is an element, a list is several. Names that XML forbids are left out."""
    if not _NAME.fullmatch(tag):
        return
    bare = plain(value)
    if isinstance(bare, list):
        for each in bare:
            add_table(parent, tag, each)
    elif isinstance(bare, dict):
        fill_from_table(ET.SubElement(parent, tag), bare)
    else:
        add(parent, tag, None if bare is None else str(bare))


def fill_from_table(element: ET.Element, table: Mapping[str, object], *, but: frozenset[str] = frozenset()) -> None:
    """Gives an element the attributes and children of a table, in Premiere's order: OTIO sorts what it keeps."""
    for key, value in sorted(table.items(), key=lambda pair: _place(pair[0])):
        if key in but:
            continue
        if not key.startswith("@"):
            add_table(element, key, value)
        elif _NAME.fullmatch(key[1:]) and isinstance(value, str):
            element.set(key[1:], clean(value))


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER)), name


def table_of(value: object) -> dict[str, object]:
    """A metadata value as a plain table; empty where it is none."""
    bare = plain(value)
    return bare if isinstance(bare, dict) else {}


def listed(value: object) -> list[object]:
    """A metadata value that may stand once or several times."""
    bare = plain(value)
    return bare if isinstance(bare, list) else [] if bare is None else [bare]


def as_document(root: ET.Element) -> bytes:
    """The bytes of a whole file."""
    ET.indent(root, space="\t")
    text = ET.tostring(root, encoding="unicode")
    # A bare CR would come back as a line feed; Premiere separates the lines of a title with it.
    return _HEAD + text.replace("\r", "&#13;").encode() + b"\n"
