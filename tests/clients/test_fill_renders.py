"""What `pickup fill` writes, in every flavor, renders like the cut it was given, but for the holes: they show takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.copies import copy_for_clients
from harness.filling import FLAVORS, FilledSample, fill_sample
from harness.programs import Client
from harness.screening import Screening, compare_flavor
from harness.table import CANNOT_SHOW, CANNOT_SHOW_FCP7

from pickup.demo.samples import all_samples, sample_named

pytest.importorskip("pickup.cli")
pytestmark = pytest.mark.client

ONE_GAP = ("one_gap_23976fps", "one_gap_2997fps", "one_gap_5994fps")
SAMPLES = tuple(
    sample.name for sample in all_samples() if sample.name in ONE_GAP or not sample.name.startswith("one_gap")
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[str, FilledSample, Path]:
    """One sample, filled once for all clients."""
    name: str = request.param
    folder = tmp_path_factory.mktemp(name)
    return name, fill_sample(name, folder=folder), folder


@pytest.mark.parametrize("filled", SAMPLES, indirect=True)
def test_only_the_holes_look_different(client: Client, filled: tuple[str, FilledSample, Path]) -> None:
    name, pair, folder = filled
    if (client.name, name) in CANNOT_SHOW:
        pytest.skip(f"{client.name}: {CANNOT_SHOW[client.name, name]}")
    sample = sample_named(name)
    assert pair.ranges
    assert set(pair.written) == set(FLAVORS)
    before = copy_for_clients(pair.before, destination=folder / "before_copy.otio", rate=sample.rate)
    screening = Screening(client, folder=folder, size=sample.size)
    flavors = [flavor for flavor in FLAVORS if flavor != "fcp7" or (client.name, name) not in CANNOT_SHOW_FCP7]
    differences = {flavor: compare_flavor(flavor, pair=pair, before=before, screening=screening) for flavor in flavors}
    assert differences == {flavor: [] for flavor in flavors}
