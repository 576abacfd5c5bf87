"""What Pickup wrote itself: a delivered timeline is never taken for an export, whatever it is called.

Byte for byte the same is the same; what an editor made of a delivered timeline and exported again is an export.

    outputs = Outputs(layout)
    outputs.find(size=48_112, sha256="9f…")        "cuts/reel1/reel1_v001.xml", or None
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pickup import _files
from pickup.library.layout import Layout
from pickup.watch.names import is_export

_REFRESH_S = 5.0
"""What other programs wrote into the library is seen after so long at the latest."""


class Outputs:
    """The delivered timelines of one library, each hashed once a file of its length arrives; for any thread."""

    def __init__(self, layout: Layout, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._layout = layout
        self._clock = clock
        self._lock = threading.Lock()
        self._by_size: dict[int, dict[Path, str]] = {}
        self._folders_read: dict[Path, int] = {}
        self._looked: float | None = None

    def find(self, *, size: int, sha256: str) -> str | None:
        """The delivered file with these bytes, by its path in the library; None where there is none."""
        with self._lock:
            if self._looked is None or self._clock() - self._looked >= _REFRESH_S:
                self._look()
            known = self._by_size.get(size, {})
            for path in known:
                known[path] = known[path] or _hash(path)
            return next((self._layout.relative(path) for path, each in known.items() if each == sha256), None)

    def add(self, paths: Iterable[Path]) -> None:
        """Files that were written just now."""
        with self._lock:
            self._add(paths)

    def _add(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self._by_size.setdefault(path.stat().st_size, {}).setdefault(path, "")

    def _look(self) -> None:
        """Looks into the folders of cuts that changed; a version that was written is never written again."""
        for folder in _folders(self._layout.cut("").folder):
            try:
                changed = folder.stat().st_mtime_ns
                if self._folders_read.get(folder) != changed:
                    found = (each for each in folder.iterdir() if is_export(each.name))
                    self._add(each for each in found if each.stem != "source")
                    self._folders_read[folder] = changed
            except OSError:
                continue
        self._looked = self._clock()


def _folders(cuts: Path) -> Iterator[Path]:
    try:
        yield from (each for each in cuts.iterdir() if each.is_dir())
    except OSError:
        return


def _hash(path: Path) -> str:
    try:
        return _files.sha256_of(path)
    except OSError:
        return "gone"
