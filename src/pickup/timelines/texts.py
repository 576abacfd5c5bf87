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

import opentimelineio as otio

from pickup.cut import PickupMark

_UTF16_RUN = re.compile(rb"(?:[\x20-\x7e]\x00|\r\x00|\n\x00){3,}")
_ASCII_RUN = re.compile(rb"[\x20-\x7e\r\n]{3,}")
_FONT = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z]*|MT|PS)+")
_CODE = re.compile(r"[\w./:{}\\<>=-]+")
_TEXT_EFFECT = "AE.ADBE Text"
_OUR_KEY = "pickup"
_FILLED_SCHEMA = "Filled.1"


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
        if not hasattr(value, "get"):
            return None
        value = value.get(key)
    return value


def text_of(value: object) -> str:
    """A metadata value as text; empty when it is none."""
    return value if isinstance(value, str) else ""


def marker_words(marker: otio.schema.Marker) -> tuple[str, tuple[str, ...]]:
    """Note and keywords of a marker: Resolve's metadata first, then the comment."""
    metadata = marker.metadata
    resolve = child(metadata, "Resolve_OTIO")
    note = text_of(child(resolve, "Note")) or text_of(marker.comment)
    keywords = plain(child(resolve, "Keywords"))
    words = tuple(each for each in keywords if isinstance(each, str)) if isinstance(keywords, list) else ()
    return note, words


def own_brief(metadata: object) -> str:
    """The brief that a program wrote under `pickup`, as text or as the JSON that it is."""
    brief = plain(child(metadata, _OUR_KEY, "brief"))
    if isinstance(brief, dict):
        return json.dumps(brief)
    return text_of(brief)


def own_mark(metadata: object) -> PickupMark | None:
    """What Pickup wrote when it filled this item."""
    own = child(metadata, _OUR_KEY)
    if child(own, "schema") != _FILLED_SCHEMA:
        return None
    shot, take, hole = child(own, "shot"), child(own, "take"), child(own, "hole")
    if not isinstance(shot, str) or not isinstance(take, int):
        return None
    return PickupMark(shot=shot, take=take, hole=text_of(hole), previs=child(own, "previs") is True)


def title_text(reference: object, effects: Sequence[otio.schema.Effect]) -> str:
    """The words of a title: Resolve's rich text, else the readable part of Premiere's."""
    if isinstance(reference, otio.schema.GeneratorReference):
        found = " ".join(_resolve_words(child(reference.parameters, "Resolve_OTIO")))
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
                yield _without_tags(html)


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


def _without_tags(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.words).split())


def _premiere_blob(effect: otio.schema.Effect) -> bytes:
    own = child(effect.metadata, "PremierePro_OTIO")
    if child(own, "MatchName") != _TEXT_EFFECT:
        return b""
    parameters = plain(child(own, "Parameters"))
    for parameter in parameters if isinstance(parameters, list) else ():
        value = child(parameter, "StartValue", "Value")
        if child(parameter, "DisplayName") == "Source Text" and isinstance(value, str):
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
