"""Older OpenTimelineIO libraries, such as programs bundle, see in our files what the newest sees.

They stand in for the readers inside editing programs as far as the schema goes; what such a program makes of it is
not seen here. `make test` installs them beside the project.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from pickup.demo.samples import all_samples, install_sample, sample_named
from pickup.testing.sample_media import make_media
from pickup.timelines.bundles import write_bundle
from pickup.timelines.classify import MediaLooker
from pickup.timelines.dialect import Dialect, Source, Writing
from pickup.timelines.sniff import load_dialect
from pickup.timing import FrameRate

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("older_otio_driver.py")
VERSIONS = ("0.16.0", "0.17.0")
FLAVORS = ("otio", "resolve", "premiere")
SAMPLES = (
    "resolve_export_24fps",
    "premiere_export_5994df",
    "reel_23976_slugs_and_briefs",
    "nested_compound_with_hole",
)
_TIMEOUT_S = 240


@pytest.fixture(params=VERSIONS)
def older(request: pytest.FixtureRequest) -> Path:
    """The Python of each older library."""
    folder = ROOT / f".venv-otio-{request.param}"
    if (folder / "test.stamp").is_file():
        return folder / "bin" / "python"
    said = f"OpenTimelineIO {request.param} is not installed in {folder.name}; `make test` installs it"
    if os.environ.get("CI") or os.environ.get("PICKUP_REQUIRE_CLIENTS") == "1":
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="module", params=SAMPLES)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A sample, filled by the program itself: every OTIO flavor of the new version."""
    folder = tmp_path_factory.mktemp(request.param)
    timeline = install_sample(request.param, folder=folder)
    make_media(sample_named(request.param).media, folder=folder / "media")
    (folder / "user.toml").touch()
    settings = {"PICKUP_STATE": str(folder / "state"), "PICKUP_CONFIG": str(folder / "user.toml")}
    done = subprocess.run(
        [sys.executable, "-m", "pickup", "fill", timeline, "--for", ",".join(FLAVORS), "--size", "320x180", "--json"],
        env={key: value for key, value in os.environ.items() if not key.startswith("PICKUP_")} | settings,
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["schema"] == "Fill.1", answer
    assert answer["filled"], answer
    return {flavor: Path(path) for flavor, path in answer["outputs"].items()}


def seen_by(python: Path | str, *files: Path) -> dict[str, Any]:
    """What the library of a Python sees in each file, and its own version."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [str(python), "-W", "ignore", str(DRIVER), *map(str, files)],
        env=environment,
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def rewritten(timeline: Path, *, flavor: str, rate: FrameRate) -> bytes:
    """A timeline as a flavor has it, without takes."""
    read = otio.adapters.read_from_file(str(timeline))
    source = Source(path=timeline, content=timeline.read_bytes(), timeline=read)
    dialects: list[Dialect] = [load_dialect(name) for name in FLAVORS]
    dialect = next(each for each in dialects if each.sniff(source))
    neutral = dialect.read(source).timeline
    start = neutral.global_start_time
    writing = Writing(
        name="reel1_v001",
        rate=rate,
        start_frame=0 if start is None else round(start.value),
        drop_frame=False,
        size=(1920, 1080),
        came_as=dialect.NAME,
    )
    return load_dialect(flavor).write(neutral, writing=writing)


@pytest.mark.parametrize("flavor", FLAVORS)
def test_every_sample_in_every_flavor_is_the_same_cut_to_an_older_library(
    flavor: str, tmp_path: Path, older: Path
) -> None:
    files = []
    for sample in all_samples():
        timeline = install_sample(sample.name, folder=tmp_path)
        files.append(timeline.with_name(f"{sample.name}.{flavor}.otio"))
        files[-1].write_bytes(rewritten(timeline, flavor=flavor, rate=FrameRate(fps=sample.rate)))
    now, then = (seen_by(python, *files)["files"] for python in (sys.executable, older))
    assert len(files) > 20
    for path in map(str, files):
        assert now[path]["clips"] > 0, path
        assert now[path] == then[path], path


def test_every_flavor_is_to_an_older_library_what_it_is_to_the_newest(written: dict[str, Path], older: Path) -> None:
    assert set(written) == set(FLAVORS)
    now, then = (seen_by(python, *written.values()) for python in (sys.executable, older))
    assert older.parents[1].name.endswith(then["version"])
    assert now["version"].startswith("0.18")
    for flavor, path in written.items():
        new, old = now["files"][str(path)], then["files"][str(path)]
        assert new["clips"] > 0
        assert '"pickup": "SH' in json.dumps(new), flavor
        assert old == new, flavor


def test_a_bundle_is_to_an_older_library_what_it_is_to_the_newest(tmp_path: Path, older: Path) -> None:
    timeline = install_sample("resolve_export_24fps", folder=tmp_path)
    make_media(sample_named("resolve_export_24fps").media, folder=tmp_path / "media")
    bundle = tmp_path / "reel1.otioz"
    write_bundle(timeline, bundle, local=MediaLooker(tmp_path, prefixes={}).local)
    now, then = (seen_by(python, bundle)["files"][str(bundle)] for python in (sys.executable, older))
    assert now == then
    assert '"url": "media/' in json.dumps(now)


def test_an_older_library_refuses_what_only_a_newer_one_writes(tmp_path: Path, older: Path) -> None:
    timeline = install_sample("reel_23976_slugs_and_briefs", folder=tmp_path)
    text = timeline.read_text(encoding="utf-8")
    assert "Marker.2" in text
    timeline.write_text(text.replace("Marker.2", "Marker.3"), encoding="utf-8")
    with pytest.raises(AssertionError, match="unsupported schema version"):
        seen_by(older, timeline)
