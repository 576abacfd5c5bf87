"""What people put into the folders of manual jobs, so that a shot that waits for it need not be tried by the clock.

A look opens nothing. A file counts once it looks the same as at the look before: a copy that grows calls nobody.

    handed_in.look({"SH0010"})
    handed_in.of({"SH0010"})         another value than before once something was put there, changed or removed
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pickup.providers.manual.pack import OURS

Stamp = tuple[tuple[str, int, int], ...]
"""Files that are not ours: path below the folder of all jobs, size, and time of change in ns."""

_NAME = re.compile(r"(.+)_t\d{2,}")


@dataclass(slots=True, kw_only=True)
class HandedIn:
    """The folders of one library.

    Attributes:
        folder: Holds the folders of all jobs; it need not be there.
    """

    folder: Path
    _seen: dict[str, Stamp] = field(default_factory=dict)
    _still: dict[str, Stamp] = field(default_factory=dict)

    def look(self, shots: Collection[str]) -> None:
        """Looks into the folders of these shots, about once a second."""
        found = {name: _stamp(self.folder / name) for name in self._names(shots)}
        self._still |= {name: stamp for name, stamp in found.items() if self._seen.get(name) == stamp}
        self._seen = found

    def of(self, shots: Collection[str]) -> Stamp:
        """What stands still in the folders of these shots."""
        names = sorted(name for name in self._still if _shot_of(name) in shots)
        return tuple(each for name in names for each in self._still[name])

    def _names(self, shots: Collection[str]) -> Iterator[str]:
        try:
            with os.scandir(self.folder) as entries:
                yield from (each.name for each in entries if _shot_of(each.name) in shots)
        except OSError:
            return  # there is no such job, or the drive is away


def _shot_of(name: str) -> str:
    match = _NAME.fullmatch(name)
    return match.group(1) if match else ""


def _stamp(folder: Path) -> Stamp:
    try:
        with os.scandir(folder) as entries:
            files = [each for each in entries if each.name not in OURS and not each.name.startswith(".")]
        found = [(each.name, each.stat(follow_symlinks=False)) for each in files]
    except OSError:
        return ()
    return tuple(sorted((f"{folder.name}/{name}", stat.st_size, stat.st_mtime_ns) for name, stat in found))
