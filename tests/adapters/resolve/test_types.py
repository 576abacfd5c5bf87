"""Every call of Resolve is compared with its reference by the type checker, and none slips through as `Any`."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = ("Pickup - Send.py", "Pickup - Receive.py")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def check(*targets: str, folder: Path, cache: Path, path: tuple[Path, ...] = ()) -> tuple[int, str]:
    options = [
        "--strict",
        "--warn-unreachable",
        "--python-version",
        "3.11",
        "--config-file=",
        "--cache-dir",
        str(cache),
    ]
    environment = os.environ | {"MYPYPATH": os.pathsep.join(map(str, (folder, *path)))}
    command = [sys.executable, "-m", "mypy", *options, *targets]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_buttons_call_what_resolve_has(adapter: Path, cache: Path) -> None:
    code, output = check("pickup_for_resolve", *SCRIPTS, folder=adapter, cache=cache)
    assert code == 0, output
    checked = re.search(r"no issues found in (\d+) source files", output)
    assert checked is not None
    assert int(checked[1]) == len(list(adapter.rglob("*.py")))


def test_the_stand_in_has_the_signatures_of_resolve(cache: Path) -> None:
    code, output = check("resolve_stand_in.py", "made_cut.py", folder=HERE, cache=cache)
    assert code == 0, output


CALLS = {
    "ask(project.GetTimelineCount)": ("api.py", "ask(project.GetTimelineCnt)", "GetTimelineCnt"),
    "ask(manager.GetCurrentProject)": ("api.py", "ask(manager.CurrentProject)", "CurrentProject"),
    "ask(timeline.Export, ": ("send.py", "ask(timeline.ExportTo, ", "ExportTo"),
    "resolve.EXPORT_OTIO,": ("send.py", "resolve.EXPORT_OTI,", "EXPORT_OTI"),
    "ask(item.GetStart, False)": ("api.py", "ask(item.GetStart)", "Missing positional argument"),
    "self._pool.ImportMedia(absent)": ("bring_in.py", "self._pool.ImportMedias(absent)", "ImportMedias"),
    "self._pool.ImportTimelineFromFile, str(path),": ("bring_in.py", "self._pool.ImportTimelineFromFile, 7,", '"int"'),
    "ask(pool.DeleteClips,": ("pool.py", "ask(pool.DeleteClip,", "DeleteClip"),
    "ask(each.item.SetClipColor,": ("colors.py", "ask(each.item.SetColor,", "SetColor"),
    '"Chocolate",': ("colors.py", '"Chocolat",', "Chocolat"),
}


def test_a_misspelt_call_is_found_wherever_it_stands(adapter: Path, tmp_path: Path, cache: Path) -> None:
    shutil.copytree(adapter, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for right, (name, wrong, _) in CALLS.items():
        file = tmp_path / "pickup_for_resolve" / name
        assert file.read_text().count(right) == 1, right
        file.write_text(file.read_text().replace(right, wrong))
    code, output = check("pickup_for_resolve", folder=tmp_path, cache=cache)
    assert code == 1
    for name, wrong, named in CALLS.values():
        lines = [line for line in output.splitlines() if line.startswith(f"pickup_for_resolve{os.sep}{name}")]
        assert any(named in line for line in lines), (wrong, output)


def test_nothing_is_hidden_from_the_type_checker(adapter: Path) -> None:
    for path in adapter.rglob("*.py"):
        source = path.read_text()
        assert "type: ignore" not in source, path
        names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        assert "Any" not in names, path
        assert '"Any' not in source, path
