"""A timeline as a render client can take it: media from zero, absolute `file://` URLs, one rate, nothing foreign.

The copy means what the timeline means. What it changes, and why, is said in docs/clients.md; it is made from the JSON,
with none of the program's own code, so that it cannot share a mistake with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import cv2

Node = dict[str, Any]
Ranges = tuple[tuple[int, int], ...]
"""Record ranges, end exclusive."""

_NTSC_NOMINALS = (24, 30, 48, 60, 120)
_CLOSE = Fraction(1, 10**4)
_WITH_CHANNELS = 3
_SIDES = 2
_OPAQUE = 255
_PREMIERE = "PremierePro_OTIO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a renderer has to know of a copy.

    Attributes:
        rate: Exact.
        frames: Length.
        edits: Record frames at which any picture track changes, 0 and the end included.
        retimed: Record ranges of clips whose speed is changed.
        other_rate: Record ranges of clips whose media has another rate than the cut.
        dissolves: Record ranges in which two clips are mixed, or one with nothing.
        fades: Those of them that have nothing on one side.
    """

    path: Path
    rate: Fraction
    frames: int
    edits: tuple[int, ...]
    retimed: Ranges = ()
    other_rate: Ranges = ()
    dissolves: Ranges = ()
    fades: Ranges = ()


def exact(rate: float) -> Fraction:
    """The rate that a double in a file means."""
    for nominal in _NTSC_NOMINALS:
        ntsc = Fraction(nominal * 1000, 1001)
        if abs(Fraction(rate) / ntsc - 1) < _CLOSE:
            return ntsc
    return Fraction(rate).limit_denominator(1000)


def copy_for_clients(timeline: Path, *, destination: Path, rate: Fraction) -> Cut:
    """Writes `destination`: the picture tracks of `timeline`, at the cut's `rate`."""
    root = json.loads(timeline.read_text(encoding="utf-8-sig"))
    copier = _Copier(rate=rate, folder=timeline.parent, premiere=_PREMIERE in root["metadata"])
    tracks = [copier.track(each) for each in root["tracks"]["children"] if each.get("kind") == "Video"]
    document = {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {},
        "name": "cut",
        "global_start_time": None,
        "tracks": _stack(tracks, source=None),
    }
    destination.write_text(json.dumps(document, indent=1), encoding="utf-8")
    edits = sorted({0}.union(*(_edits(track) for track in tracks)))
    return Cut(
        path=destination,
        rate=rate,
        frames=edits[-1],
        edits=tuple(edits),
        retimed=_marked(tracks, "retimed"),
        other_rate=_marked(tracks, "other_rate"),
        dissolves=_dissolves(tracks, loose=False),
        fades=_dissolves(tracks, loose=True),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copier:
    rate: Fraction
    folder: Path
    premiere: bool

    def track(self, node: Node) -> Node:
        children = [copied for child in node["children"] for copied in self._item(child)]
        return {
            "OTIO_SCHEMA": "Track.1",
            "metadata": {},
            "name": "",
            "source_range": None,
            "effects": [],
            "markers": [],
            "enabled": True,
            "children": children,
            "kind": "Video",
        }

    def _item(self, node: Node) -> list[Node]:
        schema = node["OTIO_SCHEMA"].split(".")[0]
        if schema == "Transition":
            return [self._transition(node)]
        length = self._length(node)
        if schema == "Gap" or not node.get("enabled", True):
            return [self._gap(length)]
        if schema == "Stack":
            inside = [self.track(each) for each in node["children"] if each.get("kind") == "Video"]
            start = self._frames(node["source_range"]["start_time"]) if node["source_range"] else Fraction(0)
            return [_stack(inside, source=self._range(start, length))]
        reference = node["media_references"][node["active_media_reference_key"]]
        path = self._path(reference)
        return [self._gap(length) if path is None else self._clip(node, length=length, path=path)]

    def _clip(self, node: Node, *, length: Fraction, path: Path) -> Node:
        reference = node["media_references"][node["active_media_reference_key"]]
        available = reference["available_range"]
        start, rate = self._frames(node["source_range"]["start_time"]), self.rate
        if available is None:  # then it counts from the media's first frame
            has = start + length
        else:
            start -= self._frames(available["start_time"])
            has = self._frames(available["duration"])
            rate = exact(available["start_time"]["rate"])
        if path.suffix == ".png":  # Resolve writes one frame for a still; melt would show one
            has = start + length
        copied = {
            "OTIO_SCHEMA": "ExternalReference.1",
            "metadata": {},
            "name": path.name,
            "available_range": self._range(Fraction(0), has),
            "target_url": path.as_uri(),
        }
        # The names are those of the files, because some dialects rename clips so; then copies of equal cuts are equal.
        warps = [
            effect
            for effect in node["effects"]
            if effect["OTIO_SCHEMA"].startswith("LinearTimeWarp")
            and effect["time_scalar"] > 0  # the Kdenlive adapter gives a reversed clip in-points below zero
        ]
        return {
            "OTIO_SCHEMA": "Clip.2",
            "metadata": {"retimed": bool(node["effects"]), "other_rate": rate != self.rate},
            "name": path.name,
            "source_range": self._range(start, length),
            "effects": [warp | {"metadata": {}} for warp in warps],
            "markers": [],
            "enabled": True,
            "media_references": {"DEFAULT_MEDIA": copied},
            "active_media_reference_key": "DEFAULT_MEDIA",
        }

    def _transition(self, node: Node) -> Node:
        return {
            "OTIO_SCHEMA": "Transition.1",
            "metadata": {},
            "name": "",
            "transition_type": "SMPTE_Dissolve",
            "in_offset": self._moment(self._frames(node["in_offset"])),
            "out_offset": self._moment(self._frames(node["out_offset"])),
        }

    def _gap(self, length: Fraction) -> Node:
        return {
            "OTIO_SCHEMA": "Gap.1",
            "metadata": {},
            "name": "",
            "source_range": self._range(Fraction(0), length),
            "effects": [],
            "markers": [],
            "enabled": True,
        }

    def _path(self, reference: Node) -> Path | None:
        """The file that a reference means and that exists: a `file://` URL, an absolute or a relative path."""
        url = reference.get("target_url")
        if not url:
            return None
        parts = urlsplit(url)
        if parts.scheme == "file":
            path = Path(unquote(parts.path))
        elif url.startswith("/"):
            path = Path(url)
        else:
            path = self.folder / unquote(url)
        return path if path.is_file() and not is_transparent(path) else None

    def _length(self, node: Node) -> Fraction:
        """Record frames; Premiere states source frames where the speed is changed."""
        source = node["source_range"]
        if source is None:
            return max(Fraction(_edits(self.track(each))[-1]) for each in node["children"])
        length = self._frames(source["duration"])
        if self.premiere:
            for effect in node["effects"]:
                if effect["OTIO_SCHEMA"].startswith("LinearTimeWarp"):
                    length /= abs(Fraction(effect["time_scalar"]))
        return length

    def _frames(self, moment: Node) -> Fraction:
        return Fraction(f"{moment['value']:.12g}") / exact(moment["rate"]) * self.rate

    def _moment(self, frames: Fraction) -> Node:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(self.rate), "value": float(frames)}

    def _range(self, start: Fraction, length: Fraction) -> Node:
        return {
            "OTIO_SCHEMA": "TimeRange.1",
            "start_time": self._moment(start),
            "duration": self._moment(length),
        }


def is_transparent(path: Path) -> bool:
    """Whether it is a still that shows what lies below: no client here mixes, it would hide everything."""
    if path.suffix != ".png":
        return False
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    return picture is not None and picture.ndim == _WITH_CHANNELS and bool((picture[..., 3:] < _OPAQUE).any())


def _stack(tracks: list[Node], *, source: Node | None) -> Node:
    return {
        "OTIO_SCHEMA": "Stack.1",
        "metadata": {},
        "name": "",
        "source_range": source,
        "effects": [],
        "markers": [],
        "enabled": True,
        "children": tracks,
    }


def _edits(track: Node) -> list[int]:
    """Record frames of the edits of a copied track."""
    placed = [(start, end) for item, start, end in _placed(track) if not item["OTIO_SCHEMA"].startswith("Transition")]
    return [0, *(end for _start, end in placed)]


def _marked(tracks: list[Node], mark: str) -> Ranges:
    """Record ranges of the copied clips that are marked so."""
    return tuple(
        (start, end)
        for track in tracks
        for item, start, end in _placed(track)
        if end > start and item["metadata"].get(mark)
    )


def _dissolves(tracks: list[Node], *, loose: bool) -> Ranges:
    """Record ranges of all transitions, or of the loose ones alone: those with a clip on one side only."""
    return tuple(
        (start - round(item["in_offset"]["value"]), start + round(item["out_offset"]["value"]))
        for track in tracks
        for index, (item, start, _end) in enumerate(_placed(track))
        if item["OTIO_SCHEMA"].startswith("Transition") and not (loose and _joins_clips(track["children"], index))
    )


def _joins_clips(items: list[Node], index: int) -> bool:
    sides = items[max(0, index - 1) : index] + items[index + 1 : index + 2]
    return len(sides) == _SIDES and all(item["OTIO_SCHEMA"].startswith("Clip") for item in sides)


def _placed(track: Node) -> list[tuple[Node, int, int]]:
    """The items of a copied track with their record range; a transition's is empty, at its edit."""
    placed, start = [], 0
    for item in track["children"]:
        length = 0 if item["OTIO_SCHEMA"].startswith("Transition") else round(item["source_range"]["duration"]["value"])
        placed.append((item, start, start + length))
        start += length
    return placed
