"""Relinking with decoys: files that look right and are wrong, and how often they are taken.

Each case is a cut that came back, a library, and a disk full of files. What is right is known: for each place the
bytes that belong there, or none. Pickup is measured beside a plain relinker by base name, which is what editing
programs and most scripts do.

    for case in CASES:
        score(case, folder=Path("/tmp/case"), relink=by_pickup)
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio

from pickup.paths import parse_path
from pickup.testing.made_library import content_of, make_library
from pickup.testing.otio_items import RATE, span

_TAG = "HARBOR7K2Q"
_HOLES = 12
_SHOT_FRAMES, _HOLE_FRAMES = 48, 36
_HANDLES = 12

Links = Mapping[int, bytes | None]
"""By record frame: the bytes of the file that is linked there; None where none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a relinker finds.

    Attributes:
        timeline: The cut that came back.
        disk: Where files may be looked for besides the library; None for nowhere.
        truth: What belongs where.
    """

    timeline: Path
    disk: Path | None
    truth: Links


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A setting with its name, and how it is laid out in an empty folder."""

    name: str
    lay_out: Callable[[Path], Setting]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many links are right, wrong and missing."""

    right: int
    wrong: int
    missing: int

    @property
    def precision(self) -> float | None:
        """Share of the links made that are right; None where none was made."""
        made = self.right + self.wrong
        return self.right / made if made else None

    @property
    def recall(self) -> float | None:
        """Share of the links wanted that were made right; None where none is wanted."""
        wanted = self.right + self.missing
        return self.right / wanted if wanted else None


def score(case: Case, *, folder: Path, relink: Callable[[Setting], Links]) -> Score:
    """Lays a case out and counts what a relinker does with it."""
    setting = case.lay_out(folder)
    made = relink(setting)
    right = wrong = missing = 0
    for frame, wanted in setting.truth.items():
        found = made.get(frame)
        right += found is not None and found == wanted
        wrong += found is not None and found != wanted
        missing += wanted is not None and found != wanted
    return Score(right=right, wrong=wrong, missing=missing)


# Relinkers.


def by_pickup(setting: Setting) -> Links:
    """`pickup relink`, and what the timeline that it wrote links; the cut itself where it wrote none."""
    command = [sys.executable, "-m", "pickup", "relink", str(setting.timeline), "--for", "otio", "--size", "160x90"]
    command += ["--from", str(setting.disk)] if setting.disk is not None else []
    environment = os.environ | {"PICKUP_CONFIG": os.devnull}
    said = subprocess.run(  # noqa: S603 - our own program
        [*command, "--json"], capture_output=True, text=True, check=False, env=environment
    )
    answer: dict[str, Any] = json.loads(said.stdout)
    written = answer["outputs"].get("otio", setting.timeline)
    return dict(_linked(Path(written)))


def by_base_name(setting: Setting) -> Links:
    """The first file anywhere that has the name of the clip's media; a gap has no name."""
    files: dict[str, Path] = {}
    for place in (setting.timeline.parent / "pickup", setting.disk):
        for path in sorted(place.rglob("*.mov")) if place is not None else ():
            files.setdefault(path.name.casefold(), path)
    links: dict[int, bytes | None] = {}
    for frame, item in _items(setting.timeline):
        found = files.get(_media_name(item).casefold())
        links[frame] = found.read_bytes() if found is not None else None
    return links


def _linked(timeline: Path) -> Iterator[tuple[int, bytes | None]]:
    for frame, item in _items(timeline):
        path = parse_path(_url(item))
        there = Path(path.text) if path is not None else None
        yield frame, there.read_bytes() if there is not None and there.is_file() else None


def _items(timeline: Path) -> Iterator[tuple[int, otio.core.Item]]:
    """Record frame and item; every length is whole here."""
    position, owner = 0, otio.adapters.read_from_file(str(timeline))  # its items die with it
    for item in owner.tracks[0]:
        yield position, item
        position += round(item.source_range.duration.value)


def _url(item: otio.core.Item) -> str:
    reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
    return reference.target_url if isinstance(reference, otio.schema.ExternalReference) else ""


def _media_name(item: otio.core.Item) -> str:
    path = parse_path(_url(item))
    return path.name if path is not None else ""


# Cuts.


def _shot(number: int) -> otio.schema.Clip:
    name = f"A{number:03d}.mov"
    media = otio.schema.ExternalReference(f"/footage/{name}", span(0, 500))
    return otio.schema.Clip(name, media, span(24 + number, _SHOT_FRAMES))


def _gap(frames: int = _HOLE_FRAMES, *, brief: str = "") -> otio.schema.Gap:
    gap = otio.schema.Gap(source_range=span(0, frames))
    if brief:
        gap.markers.append(otio.schema.Marker(name=f"PICKUP: {brief}", marked_range=span(2, 1)))
    return gap


def _first_cut(*, brief: str = "") -> list[otio.core.Item]:
    items: list[otio.core.Item] = [_shot(0)]
    for number in range(_HOLES):
        items += [_gap(brief=brief), _shot(number + 1)]
    return items


def _write(path: Path, items: list[otio.core.Item]) -> Path:
    timeline = otio.schema.Timeline(path.stem, global_start_time=otio.opentime.RationalTime(86400, RATE))
    timeline.tracks.append(otio.schema.Track("V1", children=items, kind=otio.schema.TrackKind.Video))
    timeline.to_json_file(str(path))
    return path


def _code(number: int) -> str:
    return f"SH{(number + 1) * 10:04d}"


def _true_take(number: int) -> bytes:
    return content_of(_TAG, _code(number), take=1)


def _starts(items: list[otio.core.Item]) -> list[int]:
    lengths = [round(item.source_range.duration.value) for item in items]
    return [sum(lengths[:place]) for place in range(len(lengths))]


def _begun(folder: Path, *, brief: str = "") -> Path:
    """A cut whose holes were filled, and the library that has their takes."""
    folder.mkdir(parents=True)
    timeline = _write(folder / "reel.otio", _first_cut(brief=brief))
    make_library(folder / "pickup", timeline=timeline, tag=_TAG, takes=2)
    return timeline


def _truth_by_place(items: list[otio.core.Item], shots: Mapping[int, int]) -> Links:
    """What belongs at the items of these places, by the number of the hole that each was."""
    starts = _starts(items)
    return {starts[place]: _true_take(number) for place, number in shots.items()}


def _again(folder: Path) -> Setting:
    timeline = _begun(folder)
    items = _first_cut()
    truth = _truth_by_place(items, {2 * number + 1: number for number in range(_HOLES)})
    return Setting(timeline=timeline, disk=None, truth=truth)


def _moved(folder: Path) -> Setting:
    """The second half of the cut comes first, the hole between both is gone; every hole is as long as every other."""
    timeline, items = _begun(folder), _first_cut()
    half = _HOLES + 2  # a shot, so that each hole keeps its neighbours
    order = [*range(half, len(items)), *range(half - 1)]
    now = [items[place] for place in order]
    shots = {now_at: (place - 1) // 2 for now_at, place in enumerate(order) if place % 2}
    _write(timeline, now)
    return Setting(timeline=timeline, disk=None, truth=_truth_by_place(now, shots))


def _trimmed(folder: Path) -> Setting:
    """Every hole is rolled at one side, and every clip renamed."""
    timeline, items = _begun(folder), _first_cut()
    for number in range(_HOLES):
        before, hole = items[2 * number], items[2 * number + 1]
        before.source_range = span(before.source_range.start_time.value, before.source_range.duration.value + 4)
        hole.source_range = span(0, _HOLE_FRAMES - 4)
    for item in items:
        item.name = f"{item.name} v2"
    _write(timeline, items)
    shots = {2 * number + 1: number for number in range(_HOLES)}
    return Setting(timeline=timeline, disk=None, truth=_truth_by_place(items, shots))


def _replaced(folder: Path) -> Setting:
    """A scene with holes goes, another one with as many holes of the same length takes its place."""
    timeline, items = _begun(folder), _first_cut()
    new = [_shot(100), *(each for number in range(3) for each in (_gap(), _shot(101 + number)))]
    begin, end = 8, 15
    now = [*items[:begin], *new, *items[end:]]
    _write(timeline, now)
    starts = _starts(now)
    kept = {place: (place - 1) // 2 for place in range(1, len(now), 2) if not begin - 1 <= place <= end}
    truth: dict[int, bytes | None] = dict(_truth_by_place(now, kept))
    truth |= {starts[begin + place]: None for place, item in enumerate(new) if isinstance(item, otio.schema.Gap)}
    return Setting(timeline=timeline, disk=None, truth=truth)


def _same_words(folder: Path) -> Setting:
    """All holes have the same brief; one is gone, and the rest are where they were."""
    timeline = _begun(folder, brief="insert to come")
    now = _first_cut(brief="insert to come")
    gone = 5
    del now[gone : gone + 2]
    _write(timeline, now)
    shots = {place: (place - 1) // 2 + (place >= gone) for place in range(1, len(now), 2)}
    return Setting(timeline=timeline, disk=None, truth=_truth_by_place(now, shots))


def _delivered(folder: Path) -> tuple[Path, list[otio.core.Item], Path]:
    """The cut with its takes in it, as it comes back without our metadata, and the disk that its library went to."""
    timeline = _begun(folder)
    items = _first_cut()
    for number in range(_HOLES):
        name = f"{_TAG}_{_code(number)}_t01.mov"
        url = f"/old/disk/pickup/takes/{_code(number)}/t01/{name}"
        media = otio.schema.ExternalReference(url, span(0, _HOLE_FRAMES + 2 * _HANDLES))
        items[2 * number + 1] = otio.schema.Clip(name, media, span(_HANDLES, _HOLE_FRAMES))
    _write(timeline, items)
    disk = folder / "disk"
    disk.mkdir()
    shutil.move(folder / "pickup" / "takes", disk / "takes")
    return timeline, items, disk


def _takes_truth(items: list[otio.core.Item]) -> Links:
    return _truth_by_place(items, {2 * number + 1: number for number in range(_HOLES)})


def _other_disk(folder: Path) -> Setting:
    timeline, items, disk = _delivered(folder)
    return Setting(timeline=timeline, disk=disk, truth=_takes_truth(items))


def _same_names(folder: Path) -> Setting:
    """Old renders lie on the disk under the very names."""
    timeline, items, disk = _delivered(folder)
    for number in range(_HOLES):
        place = disk / "archive" / _code(number)
        place.mkdir(parents=True)
        name = f"{_TAG}_{_code(number)}_t01.mov"
        (place / name).write_bytes(content_of("OLD", _code(number), take=1))
        if number % 2:  # half of them came with the sidecar of the true take
            shutil.copy(disk / "takes" / _code(number) / "t01" / "take.json", place)
    return Setting(timeline=timeline, disk=disk, truth=_takes_truth(items))


def _renamed(folder: Path) -> Setting:
    timeline, items, disk = _delivered(folder)
    for number in range(_HOLES):
        take = disk / "takes" / _code(number) / "t01"
        (take / f"{_TAG}_{_code(number)}_t01.mov").rename(take / f"final_{number}.mov")
    return Setting(timeline=timeline, disk=disk, truth=_takes_truth(items))


def _wrong_versions(folder: Path) -> Setting:
    """Take 2 was put under the name of take 1; take 1 lies beside it under another."""
    timeline, items, disk = _delivered(folder)
    for number in range(_HOLES):
        shot = disk / "takes" / _code(number)
        first = shot / "t01" / f"{_TAG}_{_code(number)}_t01.mov"
        first.rename(first.with_name("was_take_1.mov"))
        shutil.copy(shot / "t02" / f"{_TAG}_{_code(number)}_t02.mov", first)
    return Setting(timeline=timeline, disk=disk, truth=_takes_truth(items))


def _another_film(folder: Path) -> Setting:
    """The cut asks for `SH0010_t01.mov` and so on; another film's takes have these names, ours are gone."""
    timeline, items, disk = _delivered(folder)
    shutil.rmtree(disk / "takes")
    for number in range(_HOLES):
        clip, name = items[2 * number + 1], f"{_code(number)}_t01.mov"
        clip.media_reference.target_url = f"/old/disk/{name}"
        take = disk / "forest" / _code(number) / "t01"
        take.mkdir(parents=True)
        (take / name).write_bytes(content_of("FOREST2222", _code(number), take=1))
    _write(timeline, items)
    return Setting(timeline=timeline, disk=disk, truth=dict.fromkeys(_takes_truth(items), None))


CASES = (
    Case(name="the same cut again, holes of equal length", lay_out=_again),
    Case(name="scenes in another order", lay_out=_moved),
    Case(name="every edit rolled, every clip renamed", lay_out=_trimmed),
    Case(name="a scene replaced by one with holes of the same length", lay_out=_replaced),
    Case(name="one of twelve holes with the same brief is gone", lay_out=_same_words),
    Case(name="takes in the cut, library on another disk", lay_out=_other_disk),
    Case(name="old renders under the same names", lay_out=_same_names),
    Case(name="takes renamed", lay_out=_renamed),
    Case(name="take 2 under the name of take 1", lay_out=_wrong_versions),
    Case(name="another film's takes with the same shot codes", lay_out=_another_film),
)
