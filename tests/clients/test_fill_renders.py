"""What `pickup fill` writes renders like the timeline it was given, but for the holes, which show a picture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness.compare import compare_renders
from harness.copies import copy_for_clients
from harness.fills import Filled
from harness.programs import Client
from harness.table import CANNOT_SHOW, SLOP_FRAMES

from pickup.demo.samples import all_samples, install_sample, sample_named
from pickup.testing.sample_media import make_media

pytest.importorskip("pickup.cli")
pytestmark = pytest.mark.client

ONE_GAP = ("one_gap_23976fps", "one_gap_2997fps", "one_gap_5994fps")
SAMPLES = tuple(
    sample.name for sample in all_samples() if sample.name in ONE_GAP or not sample.name.startswith("one_gap")
)
_TIMEOUT_S = 240


def run_pickup(*arguments: str, state: Path) -> dict[str, Any]:
    """The JSON document that a command answers; whatever its exit code, it must be one."""
    done = subprocess.run(
        [sys.executable, "-m", "pickup", *arguments, "--json"],
        env=os.environ | {"PICKUP_STATE": str(state), "PICKUP_CONFIG": str(state / "pickup.toml")},
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    answer: dict[str, Any] = json.loads(done.stdout or b"{}")
    assert answer.get("schema") != "Error.1", answer
    assert done.returncode in {0, 3}, (answer, done.stderr.decode(errors="replace")[-2000:])
    return answer


def fill_sample(name: str, folder: Path) -> Filled:
    """Installs a sample with its media and fills it with the program itself, through its command line.

    Returns:
        The timeline as it was, the new one, and the record ranges that the fill may change: each filled hole with the
        transitions that touch it.
    """
    sample = sample_named(name)
    state = folder / "state"
    state.mkdir()
    (state / "pickup.toml").touch()
    before = install_sample(name, folder=folder)
    make_media(sample.media, folder=folder / "media")
    library = folder / "library"
    holes = run_pickup("holes", str(before), "--library", str(library), state=state)["holes"]
    size = f"{sample.size[0]}x{sample.size[1]}"
    fill = run_pickup(
        *("fill", str(before), "--library", str(library), "--yes", "--for", "otio", "--size", size), state=state
    )
    shots = set(fill["filled"])
    ranges = tuple((hole["covers"]["start"], hole["covers"]["end"]) for hole in holes if hole["shot"] in shots)
    return Filled(before=before, after=Path(fill["outputs"]["otio"]), ranges=ranges)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[str, Filled, Path]:
    """One sample, filled once for all clients."""
    name: str = request.param
    folder = tmp_path_factory.mktemp(name)
    return name, fill_sample(name, folder), folder


@pytest.mark.parametrize("filled", SAMPLES, indirect=True)
def test_only_the_holes_look_different(client: Client, filled: tuple[str, Filled, Path]) -> None:
    name, pair, folder = filled
    if (client.name, name) in CANNOT_SHOW:
        pytest.skip(f"{client.name}: {CANNOT_SHOW[client.name, name]}")
    sample = sample_named(name)
    assert pair.ranges
    before = copy_for_clients(pair.before, destination=folder / "before_copy.otio", rate=sample.rate)
    after = copy_for_clients(pair.after, destination=folder / "after_copy.otio", rate=sample.rate)
    assert after.frames == before.frames
    differences = compare_renders(
        client.render(before, folder=folder, size=sample.size),
        client.render(after, folder=folder, size=sample.size),
        filled=pair.ranges,
        slop_frames=SLOP_FRAMES[client.name],
        edits=(*before.edits, *after.edits),
    )
    assert differences == []
