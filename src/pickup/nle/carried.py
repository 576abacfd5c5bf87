"""The adapters that this Pickup carries: inside an installed package, or in the checkout that it runs from.

resolve_files()["Pickup - Send.py"]         its bytes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pickup
from pickup.nle.faults import PluginError

_NOT_SHIPPED = frozenset({"__pycache__", "node_modules", "tests", "package.json", "package-lock.json", "tsconfig.json"})
_NOT_SHIPPED_SUFFIXES = (".pyc", ".d.ts", ".md")


def resolve_files(folder: Path | None = None) -> Mapping[str, bytes]:
    """The scripts for Resolve and their package, by `/`-separated path.

    Args:
        folder: Where they lie, instead of in this Pickup.

    Raises:
        PluginError: They are not there.
    """
    files = _files(folder or _adapter("resolve"))
    return {path: content for path, content in files.items() if path.endswith(".py")}


def premiere_files(folder: Path | None = None) -> Mapping[str, bytes]:
    """The panel for Premiere, likewise."""
    return _files(folder or _adapter("premiere"))


def _adapter(name: str) -> Path:
    package = Path(pickup.__file__).parent
    checkout = package.parents[1]  # src/ of a checkout lies beside its adapters/
    for folder in (package / "_adapters" / name, checkout / "adapters" / name):
        if folder.is_dir() and (folder.is_relative_to(package) or (checkout / "pyproject.toml").is_file()):
            return folder
    raise PluginError(
        f"this Pickup lacks its plug-in for {name}",
        where=str(package),
        next_step="install it again: python -m pip install --force-reinstall otio-pickup",
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in sorted(_shipped(folder))}


def _shipped(folder: Path) -> Iterator[str]:
    """What belongs to the plug-in, without what only its makers need."""
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part in _NOT_SHIPPED for part in parts)
        if path.is_file() and not hidden and not path.name.endswith(_NOT_SHIPPED_SUFFIXES):
            yield "/".join(parts)
