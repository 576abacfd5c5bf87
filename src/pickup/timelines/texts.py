"""Words inside OTIO items: markers as each NLE writes them, text of titles, and Pickup's own metadata.

Resolve keeps a marker's note in its metadata and a title's words as rich text; Premiere keeps a title's words in a
binary blob, of which only the longest readable run can be had.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import islice

import opentimelineio as otio

from pickup.cut import PickupMark

_UTF16_RUN = re.compile(rb"(?:[\x20-\x7e]\x00|\r\x00|\n\x00){3,}")
_ASCII_RUN = re.compile(rb"[\x20-\x7e\r\n]{3,}")
_FONT = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z]*|MT|PS)+")
_CODE = re.compile(r"[\w./:{}\\<>=-]+")
_TEXT_EFFECT = "AE.ADBE Text"
_OUR_KEY = "pickup"
_FILLED_SCHEMA, _SPARE_SCHEMA = "Filled.1", "Spare.1"
_MOST_SETTINGS = 12
_SETTING_LENGTH = 60
_NO_SETTINGS = frozenset({"Effect Name", "Enabled", "Name", "Type"})


def plain(value: object) -> object:
    """An OTIO metadata value as plain dicts and lists, detached from the C++ object that owns it."""
    if isinstance(value, Mapping) or hasattr(value, "items"):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    if type(value).__name__ == "AnyVector":
        return [plain(each) for each in value]  # type: ignore[attr-defined]
    return value


def child(value: object, *keys: str) -> object:
    """A nested metadata value, or None where any step of the way is missing."""
    for key in keys:
        if not (isinstance(value, Mapping) and _holds(value, key)):
            return None
        value = value[key]
    return value


def _holds(metadata: Mapping[str, object], key: str) -> bool:
    """Whether there is such a key.

    To OTIO 0.18.1 a look-up that fails, and a loop that comes to its end, is an exception thrown from C++: 10
    microseconds, four times as long as to walk over a handful of keys and stop in time.
    """
    return key in islice(metadata, len(metadata))


def is_ours(metadata: object) -> bool:
    """Whether something of Pickup's own stands in an item's metadata."""
    return child(metadata, _OUR_KEY) is not None


def text_of(value: object) -> str:
    """A metadata value as text; empty when it is none."""
    return value if isinstance(value, str) else ""


def marker_words(marker: otio.schema.Marker) -> tuple[str, tuple[str, ...]]:
    """Note and keywords of a marker: Resolve's metadata first, then the comment."""
    metadata = marker.metadata
    resolve = child(metadata, "Resolve_OTIO")
    note = text_of(child(resolve, "Note")) or text_of(marker.comment)
    if resolve is None:
        return note, ()
    keywords = plain(child(resolve, "Keywords"))
    words = tuple(each for each in keywords if isinstance(each, str)) if isinstance(keywords, list) else ()
    return note, words


def own_brief(metadata: object) -> str:
    """The brief that a program wrote under `pickup`, as text or as the JSON that it is."""
    brief = plain(child(metadata, _OUR_KEY, "brief"))
    if isinstance(brief, dict):
        return json.dumps(brief, default=str)
    return text_of(brief)


def stood_before(metadata: object) -> object:
    """What stood there before Pickup filled it, as it was written then; None where nothing was."""
    return child(metadata, _OUR_KEY, "was")


def own_mark(metadata: object) -> PickupMark | None:
    """What Pickup wrote when it filled this item, or put another take above it."""
    own = child(metadata, _OUR_KEY)
    schema = text_of(child(own, "schema"))
    if schema not in (_FILLED_SCHEMA, _SPARE_SCHEMA):
        return None
    shot, take, hole = child(own, "shot"), child(own, "take"), child(own, "hole")
    if not isinstance(shot, str) or not isinstance(take, int):
        return None
    previs, spare = child(own, "previs") is True, schema == _SPARE_SCHEMA
    lacks = child(own, "lacks")
    return PickupMark(
        shot=shot,
        take=take,
        hole=text_of(hole),
        library=text_of(child(own, "library")),
        lacks=lacks if isinstance(lacks, int) else 0,
        previs=previs,
        spare=spare,
    )


def title_text(reference: object, effects: Sequence[otio.schema.Effect]) -> str:
    """The words of a title: Resolve's rich text, those in FCP7 XML, else the readable part of Premiere's."""
    if isinstance(reference, otio.schema.GeneratorReference):
        found = " ".join(_resolve_words(child(reference.parameters, "Resolve_OTIO")))
        found = found or text_of(child(reference.metadata, "fcp_xml", "text"))
        if found:
            return found
    for effect in effects:
        blob = _premiere_blob(effect)
        if blob:
            return _readable(blob)
    return ""


def _resolve_words(effects: object) -> Iterator[str]:
    listed = plain(effects)
    for effect in listed if isinstance(listed, list) else ():
        parameters = effect.get("Parameters") if isinstance(effect, dict) else None
        for parameter in parameters if isinstance(parameters, list) else ():
            html = parameter.get("Title HTML") if isinstance(parameter, dict) else None
            if isinstance(html, str):
                yield without_tags(html)


class _Words(HTMLParser):
    """Collects the text of a rich-text document, styles left out."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._silent += tag in ("style", "script", "head")
        if tag in ("p", "br", "div"):
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script", "head") and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def without_tags(html: str) -> str:
    """The words of a rich-text document."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.words).split())


def _premiere_blob(effect: otio.schema.Effect) -> bytes:
    own = child(effect.metadata, "PremierePro_OTIO")
    if text_of(child(own, "MatchName")) != _TEXT_EFFECT:
        return b""
    parameters = plain(child(own, "Parameters"))
    for parameter in parameters if isinstance(parameters, list) else ():
        value = child(parameter, "StartValue", "Value")
        if text_of(child(parameter, "DisplayName")) == "Source Text" and isinstance(value, str):
            try:
                return base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                return b""
    return b""


def _readable(blob: bytes) -> str:
    """The longest printable run that is no font name and no identifier."""
    runs = [match.group().decode("utf-16-le") for match in _UTF16_RUN.finditer(blob)]
    runs += [match.group().decode("ascii") for match in _ASCII_RUN.finditer(blob)]
    words = [" ".join(run.split()).strip("()\"' ") for run in runs]
    spoken = [run for run in words if run and not _FONT.fullmatch(run)]
    sentences = [run for run in spoken if not _CODE.fullmatch(run)] or spoken
    return max(sentences, key=len, default="")


def generator_settings(reference: object) -> Iterator[str]:
    """The parameters of a generator as `name = value`, at most a few and short, for a page that people read."""
    if not isinstance(reference, otio.schema.GeneratorReference):
        return
    settings = list(_settings(plain(reference.parameters)))
    yield from settings[:_MOST_SETTINGS]
    if len(settings) > _MOST_SETTINGS:
        yield f"{len(settings) - _MOST_SETTINGS} more"


def _settings(value: object) -> Iterator[str]:
    """Names and values, however deep: Resolve lists parameters with ids, others keep a plain table."""
    if isinstance(value, list):
        for each in value:
            yield from _settings(each)
    elif isinstance(value, dict) and "Parameter ID" in value:
        yield f"{value['Parameter ID']} = {_short(value.get('Parameter Value', value.get('Title HTML', '')))}"
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, dict | list):
                yield from _settings(each)
            elif key not in _NO_SETTINGS:
                yield f"{key} = {_short(each)}"


def _short(value: object) -> str:
    words = " ".join(without_tags(str(value)).split())
    return words if len(words) <= _SETTING_LENGTH else f"{words[:_SETTING_LENGTH]}..."
