r"""What the editor said about a hole: the grammar of marker notes, names, title cards and metadata.

Prose is the prompt. A whole line `key: value` with a known key is a field. `PICKUP:` in front marks a hole
explicitly, and `skip` as the whole text says leave it alone. It does not find holes and does not build prompts.

    >>> brief = parse_brief("PICKUP: rain over the city\ntime: night", source=Source.MARKER)
    >>> brief.text, brief.field("time"), brief.explicit
    ('rain over the city', 'night', True)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

FIELDS = (
    "style",
    "takes",
    "seed",
    "provider",
    "look",
    "framing",
    "camera",
    "lens",
    "light",
    "time",
    "weather",
    "negative",
    "characters",
)
"""Keys that a line of a brief may set."""

_PROSE_KEYS = ("prompt", "description", "brief")
_MARK = re.compile(r"\s*pickup\s*:\s*", re.IGNORECASE)
_BARE_MARK = re.compile(r"\s*pickup\s*", re.IGNORECASE)
_SKIP = re.compile(r"\s*skip\s*[.!]?\s*", re.IGNORECASE)
_FIELD_LINE = re.compile(r"\s*([A-Za-z]+)\s*:\s*(\S.*?)\s*")
_FILLERS = frozenset(
    {"shot", "scene", "clip", "insert", "here", "card", "footage", "title", "black", "for", "the", "a"}
)
_VERSION = re.compile(r"(?i)[ _.-]+v\d{1,4}$")
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")

_DEFAULT_NAMES = frozenset(
    {
        "adjustment clip", "adjustment layer", "ax", "background", "bars", "bars and tone", "bl", "black",
        "black video", "blank", "color", "color matte", "colour matte", "fusion composition", "fusion title", "gap",
        "generator", "graphic", "hd bars and tone", "matte", "rich", "rich text", "sample text", "slug", "solid",
        "solid color", "solid colour", "sub clip", "subclip", "text", "text+", "title", "transparent video",
        "universal counting leader", "untitled",
    }
)  # fmt: skip
_NUMBERED = re.compile(r"(?i)^(.*?)[ _.-]*\d+$")


class Source(StrEnum):
    """Where a brief was typed, in the words shown to an editor; the first is worth most."""

    METADATA = "pickup metadata"
    MARKER = "marker"
    TITLE = "title text"
    NAME = "name"
    TIMELINE_MARKER = "timeline marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One text of an editor, taken apart.

    Attributes:
        text: Prose without marks and fields; what the prompt is built from. May be empty.
        fields: Known keys with their values, as typed.
        explicit: It began with `PICKUP:` or carried the keyword `pickup`.
        skip: It says that the item is to be left alone.
        unread: A JSON object from which nothing could be read.
    """

    text: str
    source: Source
    fields: tuple[tuple[str, str], ...] = ()
    explicit: bool = False
    skip: bool = False
    unread: bool = False

    def field(self, key: str) -> str | None:
        """The value of one field, or None."""
        return dict(self.fields).get(key)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to make a picture from."""
        return bool(self.text) or bool(self.fields)


def parse_brief(text: str, *, source: Source, marked: bool = False) -> Brief:
    """Takes one text apart.

    Args:
        text: What was typed: a note, a name, the words of a title, or a JSON object.
        source: Where it was typed.
        marked: It is already known to be an explicit mark, by a marker keyword for instance.
    """
    match = _MARK.match(text)
    explicit = marked or match is not None
    rest = text[match.end() :] if match else text
    if _SKIP.fullmatch(rest):
        return Brief(text="", source=source, explicit=explicit, skip=True)
    stripped = rest.strip()
    if stripped.startswith("{") and stripped.endswith("}"):
        return _parse_object(stripped, source=source, explicit=explicit)
    prose: list[str] = []
    fields: dict[str, str] = {}
    for line in rest.splitlines():
        field = _FIELD_LINE.fullmatch(line)
        if field and field[1] in (field[1].lower(), field[1].capitalize()) and field[1].lower() in FIELDS:
            fields[field[1].lower()] = field[2]
        elif line.strip():
            prose.append(line.strip())
    return Brief(text=" ".join(prose), source=source, fields=tuple(fields.items()), explicit=explicit)


def _parse_object(text: str, *, source: Source, explicit: bool) -> Brief:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return Brief(text=text, source=source, explicit=explicit)
    if not isinstance(content, dict):
        return Brief(text="", source=source, explicit=explicit, unread=True)
    found = {str(key).lower(): value for key, value in content.items()}
    prose = next((found[key] for key in _PROSE_KEYS if isinstance(found.get(key), str)), "")
    fields = _plain_fields(found)
    marked = explicit or "pickup" in found
    if not prose and not fields:
        return Brief(text="", source=source, explicit=marked, unread=True)
    parsed = parse_brief(prose, source=source, marked=marked)
    fields = {**dict(parsed.fields), **fields}
    return Brief(text=parsed.text, source=source, fields=tuple(fields.items()), explicit=marked, skip=parsed.skip)


def _plain_fields(content: Mapping[str, object]) -> dict[str, str]:
    def plain(value: object) -> str:
        if isinstance(value, list):
            return ", ".join(str(each) for each in value)
        return str(value)

    allowed = (str, int, float, list)
    return {key: plain(content[key]) for key in FIELDS if isinstance(content.get(key), allowed)}


def parse_marker(*, name: str, note: str, keywords: Iterable[str], source: Source) -> Brief | None:
    """The brief in a marker, or None when it holds no words.

    A marker named `PICKUP` is an explicit mark, as is one with the keyword `pickup`; its note is then the brief.
    """
    marked = any(_BARE_MARK.fullmatch(keyword) for keyword in keywords)
    if _BARE_MARK.fullmatch(name):
        name, marked = "", True
    marked = marked or _MARK.match(name) is not None or _MARK.match(note) is not None
    name_brief = parse_brief(name, source=source)
    note_brief = parse_brief(note, source=source)
    if not (name.strip() or note.strip() or marked):
        return None
    return Brief(
        text=note_brief.text or ("" if _is_default_marker(name_brief.text) else name_brief.text),
        source=source,
        fields=(*name_brief.fields, *note_brief.fields),
        explicit=marked,
        skip=name_brief.skip or note_brief.skip,
        unread=note_brief.unread,
    )


def _is_default_marker(name: str) -> bool:
    """Resolve names markers "Marker 1", "Marker 2" by itself."""
    numbered = _NUMBERED.match(name.strip())
    return (numbered[1] if numbered else name).strip().lower() == "marker"


def is_mark(text: str) -> bool:
    """Whether a clip's name or a card's text begins with `PICKUP:`, or says no more than `skip`."""
    return _MARK.match(text) is not None or _SKIP.fullmatch(text) is not None


def matches_pattern(text: str, patterns: Iterable[str]) -> str | None:
    """The first pattern that stands in `text` as a whole word, in any case; underscores part words."""
    wanted = tuple(patterns)
    if not text or not _as_words(wanted).search(text):
        return None
    return next((each for each in wanted if _as_words((each,)).search(text)), None)


@lru_cache(maxsize=64)
def _as_words(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the patterns as a whole word."""
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, patterns))})(?![^\W_])", re.IGNORECASE)


def is_default_name(name: str) -> bool:
    """Whether an NLE gave this name by itself, so that it says nothing about the shot."""
    plain = " ".join(name.lower().split())
    if not plain or plain in _DEFAULT_NAMES:
        return True
    numbered = _NUMBERED.match(plain)
    return bool(numbered) and numbered is not None and (numbered[1].strip() in _DEFAULT_NAMES or not numbered[1])


def brief_from_words(text: str, *, source: Source, patterns: Iterable[str]) -> Brief | None:
    """The brief in a placeholder's name or a card's text, without the words that only say "missing".

    "MISSING SHOT: rain over the city" gives "rain over the city"; a card that says no more than "MISSING SHOT"
    gives None. Names lose their extension and version, and underscores become spaces.
    """
    if source is Source.NAME:
        if is_default_name(text):
            return None
        text = _VERSION.sub("", _EXTENSION.sub("", text.strip()))
    parsed = parse_brief(text, source=source)
    if parsed.skip:
        return parsed
    prose = parsed.text.replace("_", " ") if source is Source.NAME else parsed.text
    prose = _without_placeholder_words(prose, patterns=_lower_case(tuple(patterns)))
    brief = Brief(text=prose, source=source, fields=parsed.fields, explicit=parsed.explicit, unread=parsed.unread)
    return brief if brief.says_something or brief.explicit else None


@lru_cache(maxsize=64)
def _lower_case(patterns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(pattern.lower() for pattern in patterns)


def _without_placeholder_words(text: str, *, patterns: frozenset[str]) -> str:
    says_missing = False
    for match in _WORD.finditer(text):
        word = match.group().lower()
        if word in patterns:
            says_missing = True
        elif word not in _FILLERS:
            return text[match.start() if says_missing else 0 :].strip()
    return ""
