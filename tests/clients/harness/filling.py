"""Fills a sample with the program itself, through its command line, in every flavor, with takes that are numbered."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forks import FORKS

from harness.copies import Ranges
from harness.takes import ShownTake, number_takes
from pickup.demo.samples import install_sample, sample_named
from pickup.testing.sample_media import make_media

FLAVORS = ("otio", "resolve", "premiere", "fcp7")
_TIMEOUT_S = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledSample:
    """A cut as it was and as it was written.

    Attributes:
        written: The new timelines by flavor.
        ranges: Record ranges that the fill may change: each filled hole with the transitions that touch it.
        takes: What must be seen in them.
    """

    before: Path
    written: Mapping[str, Path]
    ranges: Ranges
    takes: tuple[ShownTake, ...]


def run_pickup(*arguments: str, state: Path) -> dict[str, Any]:
    """The JSON document that a command answers; whatever its exit code, it must be one."""
    settings = {
        "PICKUP_STATE": str(state),
        "PICKUP_CONFIG": str(state / "pickup.toml"),
        "PICKUP_CONFORM_PROXIES": "false",
        "PICKUP_PROVENANCE_C2PA": "off",
    }
    done = FORKS.run([*arguments, "--json"], folder=state, environment=os.environ | settings, timeout_s=_TIMEOUT_S)
    answer: dict[str, Any] = json.loads(done.out or "{}")
    assert answer.get("schema") != "Error.1", answer
    assert done.code in {0, 3}, (answer, done.err[-2000:])
    return answer


def fill_cut(before: Path, *, size: tuple[int, int]) -> FilledSample:
    """Fills the holes of a timeline whose media exist; its library is the folder `library` beside it."""
    library, state = before.parent / "library", before.parent / "state"
    state.mkdir()
    (state / "pickup.toml").touch()
    holes = run_pickup("holes", str(before), "--library", str(library), state=state)["holes"]
    fill = run_pickup(
        *("fill", str(before), "--library", str(library), "--yes"),
        *("--for", ",".join(FLAVORS), "--size", f"{size[0]}x{size[1]}"),
        state=state,
    )
    filled = [hole for hole in holes if hole["shot"] in fill["filled"]]
    return FilledSample(
        before=before,
        written={flavor: Path(path) for flavor, path in fill["outputs"].items()},
        ranges=tuple((hole["covers"]["start"], hole["covers"]["end"]) for hole in filled),
        takes=number_takes(library, holes=filled),
    )


def fill_sample(name: str, *, folder: Path) -> FilledSample:
    """Installs a sample with its media and fills it."""
    sample = sample_named(name)
    before = install_sample(name, folder=folder)
    make_media(sample.media, folder=folder / "media")
    return fill_cut(before, size=sample.size)
