"""Copies of a version where each NLE looks for it, if `[watch] deliver` says so.

A copy is made under a temporary name and renamed. Nothing is written over: a name that is taken by other bytes gets a
number.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from pickup import _files
from pickup.config.settings import Flavor
from pickup.errors import LibraryError


def deliver_copies(outputs: Mapping[str, Path], *, folders: Mapping[Flavor, Path]) -> tuple[Path, ...]:
    """Puts a copy of each flavor into its folder; what is there already stays.

    Args:
        outputs: Timelines by flavor.
        folders: Folders by flavor; flavors without one are not copied.

    Raises:
        LibraryError: A folder is away or cannot be written.
    """
    return tuple(_copy(outputs[flavor], folder=folder) for flavor, folder in folders.items() if flavor in outputs)


def _copy(timeline: Path, *, folder: Path) -> Path:
    if not folder.is_dir():
        raise LibraryError(
            f"the folder for {timeline.name} is not there",
            where=str(folder),
            next_step="connect its drive or make the folder; the copy is made at the next look",
        )
    sha256 = _files.sha256_of(timeline)
    copy, number = folder / timeline.name, 1
    while copy.exists():
        if copy.is_file() and _files.sha256_of(copy) == sha256:
            return copy
        number += 1
        copy = folder / f"{timeline.stem}-{number}{timeline.suffix}"
    with _files.whole_file(copy) as part:
        shutil.copyfile(timeline, part)
    return copy
