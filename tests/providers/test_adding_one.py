"""The guide for adding a provider, tried: its files become a package, which is found, tested and used as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pickup._av import read_frames
from pickup.testing.clips import read_number

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/providers/adding-one.md"
BY_HAND = "http://127.0.0.1:8099/v1"
LIMIT_S = 240

ONE_CLIP = """
import asyncio, json, os, sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx

from pickup.config import load_config
from pickup.config.provider_setup import provider_setup
from pickup.offers import Wish
from pickup.ports import RemoteState
from pickup.providers.registry import load_provider
from pickup.testing.provider_contract import ProviderContract
from pickup.timing import FrameRate

config = load_config(timeline=None, flags={}, environment=os.environ, config_file=None)
provider = load_provider(provider_setup(config, "nimbus-fake", today=date(2026, 11, 29)))
[offer] = provider.offers()
wish = Wish(cover_frames=72, handles=6, rate=FrameRate.parse("24"), size=(960, 540), prompt="rain", before=True)
quote = provider.quote(wish, model=offer.model)
request = ProviderContract().request(offer, wish, quote)


async def bring_home():
    sent = await provider.submit(request, key="one")
    states = [(await provider.poll(sent)).state]
    httpx.post(sys.argv[1].removesuffix("/v1") + "/__fake__/advance", json={"seconds": 60})
    status = await provider.poll(sent)
    states.append(status.state)
    sent = replace(sent, urls={**sent.urls, **status.urls})
    await provider.fetch(request, sent, destination=Path(sys.argv[2]), report=lambda _done: None)
    await provider.aclose()
    return states


states = asyncio.run(bring_home())
made = type(provider)
print(json.dumps({"made by": f"{made.__module__}:{made.__name__}", "states": states, "price": str(quote.price)}))
"""


def files_of_the_guide() -> Mapping[str, str]:
    """Each fenced block that follows a line such as "`pickup_nimbus/fake.py`:", by that name."""
    blocks = re.findall(
        r"^`([^`\n]+)`:\n\n```\w+\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) == len(dict(blocks))
    return dict(blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The folder of the package, and what a shell beside it would have set."""

    folder: Path
    settings: Path
    environment: Mapping[str, str]

    def python(self, *words: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def fake(self) -> Iterator[subprocess.Popen[str]]:
        """The guide's fake server, as it is run by hand, on a port that is free."""
        words = [sys.executable, "-m", "pickup_nimbus.fake", "0"]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            words, cwd=self.folder, env=self.environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder, site = tmp_path_factory.mktemp("pickup-nimbus"), tmp_path_factory.mktemp("site")
    settings = tmp_path_factory.mktemp("home") / "pickup.toml"
    for name, text in files_of_the_guide().items():
        if not name.startswith("src/"):  # what stands in a file of Pickup's own
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    (folder / "pickup.toml").rename(settings)  # where it stands it would be a project's, which may not say as much
    install(folder, site=site)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PICKUP_", "PYTEST_", "NIMBUS_"))}
    here = {
        "PYTHONPATH": os.pathsep.join((str(site), str(folder))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PICKUP_CONFIG": str(settings),
        "PICKUP_STATE": str(folder / "state"),
    }
    return Desk(folder=folder, settings=settings, environment={**kept, **here})


def install(folder: Path, *, site: Path) -> None:
    """Writes down what an installer would of the package: its name, its version and its entry points."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    known.mkdir()
    (known / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {place}" for name, place in points.items()))
    ]
    (known / "entry_points.txt").write_text("\n".join([*lines, ""]))


def test_the_guides_own_test_passes(desk: Desk) -> None:
    said = desk.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    found = re.search(r"(\d+) passed", said)
    assert found, said
    assert int(found[1]) >= 30


def test_the_provider_is_found_with_the_guides_settings(desk: Desk) -> None:
    def route(**environment: str) -> dict[str, Any]:
        document = json.loads(desk.python("-m", "pickup", "providers", "nimbus", "--json", **environment))
        [only] = document["providers"]
        return dict(only)

    without = route()
    assert (without["route"], without["error"], without["configured"]) == ("nimbus:cumulus-1", None, True)
    assert (without["key"], route(NIMBUS_API_KEY="secret")["key"]) == ("missing", "present")
    assert "NIMBUS_API_KEY" in without["wants"]["next"]
    assert [(each["from"], each["lengths"]) for each in without["makes"]] == [
        (["first", "text"], "4, 6, 8 s"),
        (["first+last"], "8 s"),
    ]
    assert without["price_per_second"] == {"720p": "0.08", "1080p": None}
    assert (without["price_source"], without["host"]) == ("your settings", "api.nimbus.example")


def test_a_clip_comes_home_from_the_guides_fake(desk: Desk, tmp_path: Path) -> None:
    with desk.fake() as fake:
        assert fake.stdout is not None
        found = re.match(r"listening on (http://127\.0\.0\.1:\d+/v1);", fake.stdout.readline())
        assert found
        settings = desk.settings.read_text(encoding="utf-8")
        assert BY_HAND in settings
        (tmp_path / "pickup.toml").write_text(settings.replace(BY_HAND, found[1]), encoding="utf-8")
        clip = tmp_path / "clip.mp4"
        said = desk.python("-c", ONE_CLIP, found[1], str(clip), PICKUP_CONFIG=str(tmp_path / "pickup.toml"))
        told, problems = fake.communicate("\n", timeout=LIMIT_S)
    wanted = {"made by": "pickup_nimbus.provider:Nimbus", "states": ["running", "ready"], "price": "0.3200"}
    assert json.loads(said) == wanted
    assert [read_number(frame) for frame in read_frames(clip)] == list(range(96))
    assert told.endswith("accepted 1, charged 1 (0.32 USD)\n"), told
    assert problems == ""


def test_the_rows_for_pickups_own_list_have_its_columns() -> None:
    known = tomllib.loads((ROOT / "src/pickup/config/routes.toml").read_text(encoding="utf-8"))["route"]
    [row] = tomllib.loads(files_of_the_guide()["src/pickup/config/routes.toml"])["route"]
    assert set(row) <= {column for each in known for column in each}
    assert set(row["prices"][0]) <= {column for each in known for price in each.get("prices", ()) for column in price}


def test_what_the_guide_names_is_there() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", text))
    assert len(paths) > 5
    assert [each for each in paths if "nimbus" not in each and not (ROOT / each).exists()] == []
    assert [each for each in re.findall(r"\]\(([^)#]+)\)", text) if not (GUIDE.parent / each).exists()] == []
