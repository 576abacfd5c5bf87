"""The oldest Python that Resolve runs is 3.6, with nothing installed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ADAPTER = Path(__file__).parents[3] / "adapters" / "resolve"
FILES = sorted(ADAPTER.rglob("*.py"))
OWN = {"pickup_for_resolve", "DaVinciResolveScript"}


def imported(node: ast.AST) -> Iterator[str]:
    """The modules that are imported at run time; what stands below `if TYPE_CHECKING:` is not."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        for each in node.orelse:
            yield from imported(each)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or "." * node.level
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
        yield str(ast.literal_eval(node.args[0]))
    for child in ast.iter_child_nodes(node):
        yield from imported(child)


def test_there_are_files_to_look_at() -> None:
    names = {path.name for path in FILES}
    assert {"Pickup - Send.py", "Pickup - Receive.py", "send.py", "receive.py"} <= names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_python_3_6_reads_it(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 6))


def test_newer_syntax_would_be_found() -> None:
    with pytest.raises(SyntaxError):
        ast.parse("if (x := 1): pass", feature_version=(3, 6))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_imports_nothing_that_is_not_there(path: Path) -> None:
    modules = {name.split(".")[0] for name in imported(ast.parse(path.read_text()))}
    assert modules <= set(sys.stdlib_module_names) | OWN
    assert "__future__" not in modules


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_annotations_need_no_newer_python(path: Path) -> None:
    """An annotation that is no text is evaluated, where `list[int]` (3.9) and `X | None` (3.10) fail."""
    annotations = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            annotations.append(node.returns)
        if isinstance(node, (ast.arg, ast.AnnAssign)):
            annotations.append(node.annotation)
    evaluated = [each for each in annotations if each is not None and not isinstance(each, ast.Constant)]
    assert all(isinstance(each, (ast.Name, ast.Attribute)) for each in evaluated), [ast.unparse(e) for e in evaluated]
