"""What OTIO says of a file that it cannot read, as a sentence without the names of C++ types.

>>> complaint(ValueError("Illegal/malformed schema: near line 7"), text=b"")
'one of its schema names is malformed (near line 7)'
"""

from __future__ import annotations

import re

import opentimelineio as otio

_OBJECT = re.compile(r"While reading object named '(?P<name>.*)' \(of type '(?P<type>\w+)'\): ", re.DOTALL)
_MANGLED = re.compile(r"N\d+opentime\w*?_\d*?(?P<name>[A-Z][A-Za-z]*)\d*\w*E(?!\w)")
_PLACE = re.compile(r"(?:\()?near line (?P<line>\d+)\)?")
_WRONG_VALUE = re.compile(
    r"expected type (?P<wanted>\w+) under key '(?P<key>.*)': found type (?P<found>\w+)", re.DOTALL
)
_WRONG_OBJECT = re.compile(
    r"(?:expected to read a|Expected object of type|expected type) '?(?P<wanted>\w+)'?[,;] "
    r"(?:found a|read type|found type) '?(?P<found>\w+)'?"
)
_NOT_JSON = re.compile(
    r"JSON parse error on input string: (?P<reason>.*?)\.? (?P<place>\(line \d+, column \d+\))", re.DOTALL
)
_SCHEMA = re.compile(rb'"OTIO_SCHEMA"\s*:\s*"(\w+)\.(\d+)"')
_WORDS = {
    "AnyVector": "a list",
    "AnyDictionary": "plain data",
    "None": "nothing",
    "RationalTime": "a time",
    "TimeRange": "a time range",
    "Composable": "a clip or a gap",
    "MediaReference": "a media reference",
    "SerializableObject": "an item",
    "UnknownSchema": "an item of an unknown kind",
    "b": "true or false",
    "d": "a number",
    "l": "a number",
    "string": "text",
}
_LONGEST_NAME = 60


def complaint(error: Exception, *, text: bytes) -> str:
    """One sentence, without a full stop, on what is wrong with the file and near which line.

    Args:
        error: As OTIO raised it.
        text: What it was to read; a schema that is too new is looked for there, because OTIO does not name it.
    """
    said = str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, otio.exceptions.UnsupportedSchemaError):
        return _too_new(text)
    not_json = _NOT_JSON.search(said)
    if not_json is not None:
        return f"its text is cut off or damaged: {not_json['reason']} {not_json['place']}"
    place = _PLACE.search(said)
    where = f" (near line {place['line']})" if place is not None else ""
    if "malformed schema" in said:
        return f"one of its schema names is malformed{where}"
    return _wrong_part(said, missing=isinstance(error, KeyError)) + where


def _wrong_part(said: str, *, missing: bool) -> str:
    holder = _OBJECT.search(said)
    owner = f"{_word(holder['type'])}{quoted(holder['name'])}" if holder is not None else "one of its items"
    rest = said[holder.end() :] if holder is not None else said
    if missing:
        return f"{owner} has no “{_PLACE.sub('', rest).strip(' ()')}”"
    wrong = _WRONG_VALUE.search(rest)
    if wrong is not None:
        return f"{owner} has {_word(wrong['found'])} as “{wrong['key']}”, where {_word(wrong['wanted'])} belongs"
    wrong = _WRONG_OBJECT.search(rest)
    if wrong is not None:
        return f"{owner} holds {_word(wrong['found'])} where {_word(wrong['wanted'])} belongs"
    return "one of its values is of a kind that does not belong there"


def _word(type_name: str) -> str:
    mangled = _MANGLED.fullmatch(type_name)
    name = mangled["name"] if mangled is not None else type_name
    article = "an" if name[:1] in "AEIOU" else "a"
    return _WORDS.get(name, f"{article} {name}")


def quoted(name: str) -> str:
    """A name from a file as part of a sentence: on one line, printable, at most 60 characters; empty for no name."""
    shown = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    short = shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"
    return f" “{short}”" if short and short != "<unknown>" else ""


def _too_new(text: bytes) -> str:
    """Names the schema, and the newest version of it that can be read."""
    newest = otio.core.type_version_map()
    for name, version in _SCHEMA.findall(text):
        known = newest.get(name.decode())
        if known is not None and int(version) > known:
            schema = name.decode()
            found = f"{schema}.{version.decode()}"
            newest_here = f"{schema}.{known}"
            return (
                f"it was written by a newer OpenTimelineIO: {found} is newer than {newest_here}, the newest known here"
            )
    return "it was written by a newer OpenTimelineIO"
