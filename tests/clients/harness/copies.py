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

_NTSC_NOMINALS = (24, 30, 48, 60, 120)
_CLOSE = Fraction(1, 10**4)
_WITH_CHANNELS = 3
_OPAQUE = 255
_PREMIERE = "PremierePro_OTIO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a renderer has to know of a copy.

    Attributes:
        rate: Exact.
        frames: Length.
        edits: Record frames at which any picture track changes, 0 and the end included.
    """

    path: Path
    rate: Fraction
    frames: int
    edits: tuple[int, ...]


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
        "name": destination.stem,
        "global_start_time": None,
        "tracks": _stack(tracks, source=None),
    }
    destination.write_text(json.dumps(document, indent=1), encoding="utf-8")
    edits = sorted({0}.union(*(_edits(track) for track in tracks)))
    return Cut(path=destination, rate=rate, frames=edits[-1], edits=tuple(edits))


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
            "name": node["name"],
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
        start = self._frames(node["source_range"]["start_time"]) - self._frames(available["start_time"])
        has = self._frames(available["duration"])
        if path.suffix == ".png":  # Resolve writes one frame for a still; melt would show one
            has = start + length
        copied = {
            "OTIO_SCHEMA": "ExternalReference.1",
            "metadata": {},
            "name": path.name,
            "available_range": self._range(Fraction(0), has),
            "target_url": path.as_uri(),
        }
        warps = [
            effect
            for effect in node["effects"]
            if effect["OTIO_SCHEMA"].startswith("LinearTimeWarp")
            and effect["time_scalar"] > 0  # the Kdenlive adapter gives a reversed clip in-points below zero
        ]
        return {
            "OTIO_SCHEMA": "Clip.2",
            "metadata": {},
            "name": node["name"],
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
        return path if path.is_file() and not _is_transparent(path) else None

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


def _is_transparent(path: Path) -> bool:
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
    edits = [0]
    for item in track["children"]:
        if not item["OTIO_SCHEMA"].startswith("Transition"):
            edits.append(edits[-1] + round(item["source_range"]["duration"]["value"]))
    return edits
