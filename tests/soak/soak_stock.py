"""What the soak run throws: exports with and without holes, changed ones, and bad ones of every kind, all seeded.

stock = Stock(random.Random(1))
stock.hole().data              bytes of an export with one hole
stock.of(data)                 the content that these bytes are
"""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from dataclasses import dataclass
from enum import StrEnum

import opentimelineio as otio

from pickup.testing.otio_items import RATE, clip, external, gap, span, timeline_of, track

_GAP_FRAMES = 14
_AVAILABLE_FRAMES = 240
_DEEP = 20_000


class Kind(StrEnum):
    """What a file holds."""

    PLAIN = "timeline without holes"
    HOLE = "timeline with a hole"
    CHANGED = "the same, changed and exported again"
    OWN = "what Pickup delivered, under another name"
    UNFINISHED = "half-written, never completed"
    CUT_OFF = "cut off"
    EMPTY = "empty"
    NO_TIMELINE = "JSON or XML, and no timeline"
    JUNK = "binary junk"
    DAMAGED = "`.otioz` with wrong sums or cut off"
    BAD_XML = "XML with entities, or broken"
    DEEP = "nested thousands of levels deep"

    @property
    def is_bad(self) -> bool:
        """Whether nothing can come of it."""
        return self not in (Kind.PLAIN, Kind.HOLE, Kind.CHANGED, Kind.OWN)

    @property
    def has_hole(self) -> bool:
        """Whether a take is to be made for it."""
        return self in (Kind.HOLE, Kind.CHANGED)


BAD = (Kind.CUT_OFF, Kind.EMPTY, Kind.NO_TIMELINE, Kind.JUNK, Kind.DAMAGED, Kind.BAD_XML, Kind.DEEP)
"""Bad kinds that are made on purpose; unfinished files come of writers that end too soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The bytes of a file.

    Attributes:
        ending: Of the names that it is written under.
        token: In the file name of a clip that no other content has; a version that shows it holds it too.
        footage: In the brief and around the hole; one shot for each, however often its cut is changed.
    """

    data: bytes
    ending: str
    kind: Kind
    token: str = ""
    footage: str = ""


class Stock:
    """Makes contents, none of them twice, and knows all that were made."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._made = 0
        self._by_sha: dict[str, Content] = {}
        self.good: list[Content] = []
        self.holes: list[Content] = []

    def of(self, data: bytes) -> Content | None:
        """What these bytes are; None for bytes that were not made here."""
        return self._by_sha.get(_sha256(data))

    def plain(self) -> Content:
        """A timeline without holes, in one of the formats."""
        token, ending = self._token(), self._rng.choice((".otio", ".otio", ".otio", ".otioz", ".xml"))
        data = _written(_timeline(token, footage=""), ending=ending)
        return self._good(Content(data=data, ending=ending, kind=Kind.PLAIN, token=token))

    def hole(self) -> Content:
        """A timeline with a hole that no other one has."""
        token, ending = self._token(), self._rng.choice((".otio", ".otio", ".otioz"))
        data = _written(_timeline(token, footage=f"F{token}"), ending=ending)
        return self._good(Content(data=data, ending=ending, kind=Kind.HOLE, token=token, footage=f"F{token}"))

    def changed(self, content: Content) -> Content:
        """The same cut with other footage behind: another content, the same shot."""
        token = self._token()
        timeline = _timeline(token, footage=content.footage)
        data, kind = _written(timeline, ending=content.ending), Kind.CHANGED if content.footage else Kind.PLAIN
        new = Content(data=data, ending=content.ending, kind=kind, token=token, footage=content.footage)
        return self._good(new)

    def bad(self, kind: Kind) -> Content:
        """One that cannot be read."""
        data, ending = _BAD_MAKERS[kind](self._rng, self._token())
        return self.add(Content(data=data, ending=ending, kind=kind))

    def half(self, content: Content) -> Content:
        """The first part of a content."""
        size = self._rng.randint(len(content.data) // 5, len(content.data) * 4 // 5)
        return self.add(Content(data=content.data[:size], ending=content.ending, kind=Kind.UNFINISHED))

    def own(self, data: bytes, *, ending: str) -> Content:
        """A delivered timeline."""
        return self.add(Content(data=data, ending=ending, kind=Kind.OWN))

    def add(self, content: Content) -> Content:
        """Remembers a content."""
        return self._by_sha.setdefault(_sha256(content.data), content)

    def _good(self, content: Content) -> Content:
        self.good.append(content)
        if content.footage:
            self.holes.append(content)
        return self.add(content)

    def _token(self) -> str:
        self._made += 1
        return f"N{self._made:05d}Q"


def _timeline(token: str, *, footage: str) -> otio.schema.Timeline:
    items = [_clip(f"{footage or token}_1"), _clip(f"{token}_9")]
    if footage:
        marker = otio.schema.Marker(name="PICKUP", comment=f"a harbor at dawn, {footage}", marked_range=span(0, 1))
        items[1:1] = [gap(_GAP_FRAMES, markers=[marker]), _clip(f"{footage}_2")]
    timeline = timeline_of(track(*items))
    timeline.name = "reel"
    return timeline


def _clip(name: str) -> otio.schema.Clip:
    reference = external(f"file:///media/{name}.mov", available=span(0, _AVAILABLE_FRAMES, rate=RATE))
    return clip(f"{name}.mov", reference=reference)


def _written(timeline: otio.schema.Timeline, *, ending: str) -> bytes:
    if ending == ".xml":
        return otio.adapters.write_to_string(timeline, "fcp_xml").encode()
    text = timeline.to_json_string(indent=1).encode()
    return _bundle(text) if ending == ".otioz" else text


def _bundle(text: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as bundle:
        bundle.writestr(zipfile.ZipInfo("content.otio"), text)
        bundle.writestr(zipfile.ZipInfo("version.txt"), "1.0.0")
    return whole.getvalue()


def _cut_off(rng: random.Random, token: str) -> tuple[bytes, str]:
    ending = rng.choice((".otio", ".xml"))
    whole = _written(_timeline(token, footage=""), ending=ending).rstrip()
    return whole[: rng.randint(len(whole) // 4, len(whole) - 1)], ending


def _empty(rng: random.Random, _token: str) -> tuple[bytes, str]:
    return b"", rng.choice((".otio", ".xml", ".otioz"))


def _no_timeline(rng: random.Random, token: str) -> tuple[bytes, str]:
    made = (
        (f'{{"hello": "{token}"}}', ".otio"),
        (f'["{token}", 1, 2]', ".otio"),
        (clip(f"{token}.mov").to_json_string(), ".otio"),
        (f"<html><body>{token}</body></html>", ".xml"),
        (f"plain words, {token}", ".otio"),
    )
    text, ending = rng.choice(made)
    return text.encode(), ending


def _junk(rng: random.Random, _token: str) -> tuple[bytes, str]:
    return rng.randbytes(rng.randint(20, 20_000)), rng.choice((".otio", ".xml", ".otioz"))


def _damaged(rng: random.Random, token: str) -> tuple[bytes, str]:
    whole = _bundle(_written(_timeline(token, footage=""), ending=".otio"))
    wrong = whole.replace(b"file:///media/", b"file:///nedia/", 1)
    return rng.choice((wrong, whole[: -rng.randint(4, len(whole) // 2)])), ".otioz"


def _bad_xml(rng: random.Random, token: str) -> tuple[bytes, str]:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    made = (
        f'<!DOCTYPE x [<!ENTITY e0 "{token}">{bomb}]><xmeml version="5"><sequence><name>&e8;</name></sequence></xmeml>',
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><xmeml version="5"><name>{token}&e;</name></xmeml>',
        f'<xmeml version="5"><sequence id="{token}"><name>reel</sequence></xmeml>',
        f'<xmeml version="5"><sequence id="{token}"><',
    )
    return f'<?xml version="1.0"?>{rng.choice(made)}'.encode(), ".xml"


def _deep(rng: random.Random, token: str) -> tuple[bytes, str]:
    if rng.random() < 0.5:
        return f'<?xml version="1.0"?><xmeml id="{token}">{"<a>" * _DEEP}{"</a>" * _DEEP}</xmeml>'.encode(), ".xml"
    nested = "[" * _DEEP + "]" * _DEEP
    return f'{{"OTIO_SCHEMA": "Timeline.1", "name": "{token}", "tracks": {nested}}}'.encode(), ".otio"


_BAD_MAKERS = {
    Kind.CUT_OFF: _cut_off,
    Kind.EMPTY: _empty,
    Kind.NO_TIMELINE: _no_timeline,
    Kind.JUNK: _junk,
    Kind.DAMAGED: _damaged,
    Kind.BAD_XML: _bad_xml,
    Kind.DEEP: _deep,
}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
