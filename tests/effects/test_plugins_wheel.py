"""A wheel carries the plug-ins; what is unpacked from one installs them without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from pickup.nle.carried import premiere_files, resolve_files

ROOT = Path(__file__).parents[2]


def test_an_unpacked_wheel_installs_the_plug_ins_it_carries(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    site, folder, scripts = tmp_path / "site", tmp_path / "in", tmp_path / "scripts"
    folder.mkdir()
    with zipfile.ZipFile(wheel) as zipped:
        zipped.extractall(site)
    for name, files in (("resolve", resolve_files()), ("premiere", premiere_files())):
        carried = site / "pickup" / "_adapters" / name
        assert {path: (carried / path).read_bytes() for path in files} == dict(files)
        assert not list(carried.rglob("node_modules"))
    environment = {**os.environ, "PYTHONPATH": str(site), "PICKUP_CONFIG": str(tmp_path / "none.toml")}
    (tmp_path / "none.toml").touch()
    to = ("--folder", folder, "--to", scripts)
    command = [sys.executable, "-m", "pickup", "plugins", "install", "resolve", *to, "--yes", "--json"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout)["plugins"][0]["state"] == "installed"
    where = [sys.executable, "-c", "import pickup; print(pickup.__file__)"]
    found = subprocess.run(where, env=environment, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    assert Path(found.stdout.decode().strip()).is_relative_to(site)
    assert {path: (scripts / path).read_bytes() for path in resolve_files()} == dict(resolve_files())
    pressed = subprocess.run(
        [sys.executable, scripts / "Pickup - Send.py"], cwd=tmp_path, capture_output=True, check=True, timeout=60
    )
    assert b"Resolve" in pressed.stdout
    assert b"does not know its folder" not in pressed.stdout
