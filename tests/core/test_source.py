"""What no single test of behavior would notice: statements and imports that have no place in the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pickup

SOURCE = Path(pickup.__file__).parent
CORE = (
    "errors", "timing", "paths", "cut", "briefs", "holes", "shots", "offers", "plan", "takes", "ports", "match",
)  # fmt: skip
EFFECTS = {
    "asyncio", "av", "cv2", "httpx", "logging", "numpy", "opentimelineio", "os", "pydantic",
    "random", "secrets", "socket", "sqlalchemy", "sqlite3", "subprocess", "tempfile", "threading", "time", "uuid",
}  # fmt: skip
HEAVY = ("av", "numpy", "cv2", "sqlalchemy", "pydantic", "opentimelineio", "PIL", "httpx")


def files_of(module: str) -> Iterator[Path]:
    package = SOURCE / module
    yield from package.rglob("*.py") if package.is_dir() else [SOURCE / f"{module}.py"]


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def test_no_source_file_asserts() -> None:
    """`python -O` drops assert statements, so nothing may rest on one."""
    found = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert not found


@pytest.mark.parametrize("module", CORE)
def test_the_core_has_no_clock_no_chance_and_no_effects(module: str) -> None:
    paths = list(files_of(module))
    assert paths
    for path in paths:
        assert not set(imports_of(path)) & EFFECTS, path


@pytest.mark.parametrize("module", CORE)
def test_the_core_opens_no_file_and_asks_no_clock(module: str) -> None:
    for path in files_of(module):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                assert called not in {"open", "read_text", "write_text", "now", "today", "getenv"}, (
                    f"{path}:{node.lineno}"
                )


def test_the_way_to_help_loads_nothing_heavy() -> None:
    program = f"import sys, pickup.cli.main; print([each for each in {HEAVY!r} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
