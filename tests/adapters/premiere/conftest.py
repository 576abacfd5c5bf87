"""What the panel's tests need beside Python: Node with the packages of `package-lock.json`, and Chromium."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

HERE = Path(__file__).parent
PANEL = HERE.parents[2] / "adapters" / "premiere"
PACKAGES = HERE / "node_modules"
STAMP = PACKAGES / ".installed-lock.sha256"
INSTALL_S = 240


def require(missing: str) -> None:
    """Skips the test for this reason, if there is one, or fails it where PICKUP_REQUIRE_CLIENTS is set."""
    if missing and os.environ.get("PICKUP_REQUIRE_CLIENTS"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@pytest.fixture(scope="session")
def panel() -> Path:
    return PANEL


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with every package of the lock beside these tests."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    require(f"{' and '.join(missing)} not found" if missing else _install())
    return str(shutil.which("node"))


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    require("" if found else "chromium not found")
    return str(found)


@functools.cache
def _install() -> str:
    """Installs the packages where they do not match the lock; why that was not possible, or nothing."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    with FileLock(HERE / ".install.lock", timeout=INSTALL_S + 10):  # other test processes want it too
        if STAMP.is_file() and STAMP.read_text() == wanted:
            return ""
        command = [str(shutil.which("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=INSTALL_S, check=False)
        except subprocess.TimeoutExpired:
            return f"npm ci did not end within {INSTALL_S} s"
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            return f"npm ci failed: {' '.join(lines[:3])}"
        STAMP.write_text(wanted)
        return ""


@pytest.fixture(scope="session")
def looked(node: str, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What Chromium saw of the panel, once for all test processes. The pictures lie beside."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "premiere_panel"
    folder.mkdir(exist_ok=True)
    seen = folder / "seen.json"
    with FileLock(folder / ".lock", timeout=130):
        if not seen.is_file():
            command = [node, str(HERE / "browser" / "look.js"), chromium, str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            seen.write_text(done.stdout)
    found: dict[str, object] = json.loads(seen.read_text())
    return found
