"""Fills a sample's holes by hand, rightly or with one deliberate mistake: the controls of the comparison."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from harness.copies import exact
from pickup.demo.media import SampleMedia
from pickup.demo.sample import ExpectedHole, Sample
from pickup.testing.sample_media import make_media

Node = dict[str, Any]

_FILL_COLORS = ((235, 220, 90), (90, 225, 235), (240, 140, 220), (150, 235, 130))


class Mistake(StrEnum):
    """What a control does wrong."""

    NONE = "nothing"
    IN_POINT = "the clip after the first hole starts one frame late"
    SHORT = "the first fill is one frame short, and what follows moves up"
    FLASH = "the first fill is one frame short, and black shows"
    UNFILLED = "the first hole is left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A pair of timelines and the record ranges that may differ between them."""

    before: Path
    after: Path
    ranges: tuple[tuple[int, int], ...]


def fill_by_hand(before: Path, *, sample: Sample, mistake: Mistake = Mistake.NONE) -> Filled:
    """Writes `<name>_filled.otio` beside `before`, with numbered clips in all holes that lie on a named track."""
    document = json.loads(before.read_text())
    holes = [hole for hole in sample.holes if hole.track and not hole.nested and hole.kind != "SHORT"]
    for number, hole in enumerate(holes):
        track = next(each for each in document["tracks"]["children"] if each["name"] == hole.track)
        first = number == 0
        if not (first and mistake is Mistake.UNFILLED):
            fill = _fill_clip(hole, sample=sample, folder=before.parent, number=number)
            _place(track, hole, fill, sample=sample, mistake=mistake if first else Mistake.NONE)
        if first and mistake is Mistake.IN_POINT:
            _slip(track, hole, sample=sample)
    after = before.with_name(f"{before.stem}_filled.otio")
    after.write_text(json.dumps(document))
    ranges = tuple(hole.covers or (hole.start, hole.end) for hole in holes)
    return Filled(before=before, after=after, ranges=ranges)


def _fill_clip(hole: ExpectedHole, *, sample: Sample, folder: Path, number: int) -> Node:
    media = SampleMedia(
        name=f"FILL_{number}.mov",
        frames=hole.end - hole.start,
        rate=sample.rate,
        size=sample.size,
        color=_FILL_COLORS[number % len(_FILL_COLORS)],
    )
    make_media((media,), folder=folder / "takes")
    whole = _range(0, media.frames, rate=float(sample.rate))
    return {
        "OTIO_SCHEMA": "Clip.2",
        "metadata": {},
        "name": media.name,
        "source_range": whole,
        "effects": [],
        "markers": [],
        "enabled": True,
        "media_references": {
            "DEFAULT_MEDIA": {
                "OTIO_SCHEMA": "ExternalReference.1",
                "metadata": {},
                "name": media.name,
                "available_range": copy.deepcopy(whole),
                "target_url": (folder / "takes" / media.name).as_uri(),
            }
        },
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _place(track: Node, hole: ExpectedHole, fill: Node, *, sample: Sample, mistake: Mistake) -> None:
    """Puts `fill` where the hole is; the item that holds it is split."""
    index, start, length = _item_at(track, hole.start, sample=sample)
    rate = float(sample.rate)
    parts = []
    if hole.start > start:
        parts.append(_gap(hole.start - start, rate=rate))
    fill["source_range"]["duration"]["value"] -= mistake in {Mistake.SHORT, Mistake.FLASH}
    parts.append(fill)
    rest = start + length - hole.end + (mistake is Mistake.FLASH)
    if rest:
        parts.append(_gap(rest, rate=rate))
    track["children"][index : index + 1] = parts


def _slip(track: Node, hole: ExpectedHole, *, sample: Sample) -> None:
    index, _start, _length = _item_at(track, hole.end, sample=sample)
    track["children"][index]["source_range"]["start_time"]["value"] += 1


def _item_at(track: Node, frame: int, *, sample: Sample) -> tuple[int, int, int]:
    """Index, record start and record length of the item that holds a record frame."""
    start = 0
    for index, item in enumerate(track["children"]):
        if item["OTIO_SCHEMA"].startswith("Transition"):
            continue
        length = _record_length(item, sample=sample)
        if start <= frame < start + length:
            return index, start, length
        start += length
    raise AssertionError(f"{frame} lies beyond the track")


def _record_length(item: Node, *, sample: Sample) -> int:
    duration = item["source_range"]["duration"]
    length = Fraction(duration["value"]) / exact(duration["rate"]) * sample.rate
    if sample.manner.name == "PREMIERE":
        for effect in item["effects"]:
            if effect["OTIO_SCHEMA"].startswith("LinearTimeWarp"):
                length /= abs(Fraction(effect["time_scalar"]))
    return round(length)


def _gap(length: int, *, rate: float) -> Node:
    return {
        "OTIO_SCHEMA": "Gap.1",
        "metadata": {},
        "name": "",
        "source_range": _range(0, length, rate=rate),
        "effects": [],
        "markers": [],
        "enabled": True,
    }


def _range(start: int, length: int, *, rate: float) -> Node:
    def moment(value: int) -> Node:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(value)}

    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": moment(start), "duration": moment(length)}
