"""How a plug-in stands in a folder: which version, whole or not, and what was edited.

standing(plugin, folder=folder, version="0.1.0").state        State.INSTALLED
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pickup._files import sha256_of
from pickup.nle.faults import told_by_disk
from pickup.nle.ours import is_plain, recorded, stands
from pickup.nle.plugins import RESOLVE
from pickup.nle.record import Installed, hash_of
from pickup.nle.settings import Watched, read_watched
from pickup.nle.steps import Plugin


class State(StrEnum):
    """How an installation stands against the Pickup that looks at it."""

    ABSENT = "absent"
    INSTALLED = "installed"
    STALE = "stale"
    DAMAGED = "damaged"
    REMOVED = "removed"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One plug-in in one folder.

    Attributes:
        folder: None where this system has no such NLE.
        version: The one that is installed.
        edited: Files that were changed since, by path below the folder; `missing` likewise.
        watched: What the scripts were told.
        in_premiere: The version that Adobe's programs say Premiere has.
    """

    plugin: str
    title: str
    folder: Path | None
    state: State
    version: str | None = None
    edited: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    watched: Watched | None = None
    in_premiere: str | None = None


@told_by_disk()
def standing(plugin: Plugin, *, folder: Path, version: str) -> Standing:
    """Looks at a folder; writes nothing.

    Raises:
        PluginError: The folder's record cannot be used, or the disk refuses.
    """
    found = recorded(folder, plugin=plugin.name)
    if found is None:
        return Standing(plugin=plugin.name, title=plugin.title, folder=folder, state=State.ABSENT)
    missing = tuple(path for path in found.files if not stands(folder, path=path))
    edited = tuple(path for path in found.files if path not in missing and _is_edited(folder, path=path, found=found))
    return Standing(
        plugin=plugin.name,
        title=plugin.title,
        folder=folder,
        state=_state(found, plugin=plugin, version=version, is_whole=not missing),
        version=found.version,
        edited=edited,
        missing=missing,
        watched=read_watched(folder) if plugin.name == RESOLVE else None,
    )


def _is_edited(folder: Path, *, path: str, found: Installed) -> bool:
    return not is_plain(folder, path=path) or sha256_of(folder / path) not in found.hashes(path)


def _state(found: Installed, *, plugin: Plugin, version: str, is_whole: bool) -> State:
    if found.state == "removed":
        return State.REMOVED
    if found.state == "installing" or not is_whole:
        return State.DAMAGED
    carried = {path: hash_of(content) for path, content in plugin.files.items()}
    same = found.version == version and all(found.files.get(path) == hashed for path, hashed in carried.items())
    return State.INSTALLED if same else State.STALE
