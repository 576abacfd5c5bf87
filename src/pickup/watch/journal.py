"""What was done with which content, across restarts: `watch.jsonl`, one line for each file that came to rest.

It saves work and decides nothing: without it every file is looked at again, and filling again does only what is
missing. A line that was cut off is passed over.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from pickup import _files
from pickup.errors import LibraryError
from pickup.watch.files import WatchedFile, recorded

_LOG = logging.getLogger(__name__)
_KEPT = 20_000
"""Files remembered, the last that came to rest."""


class Journal:
    """The journal of one watched folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = 0

    def read(self) -> dict[str, WatchedFile]:
        """Every file as it last came to rest, by its name."""
        files: dict[str, WatchedFile] = {}
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return files
        for line in text.split("\n"):
            self._lines += bool(line)
            file = _read(line)
            if file is not None:
                files.pop(file.name, None)
                files[file.name] = file
        return dict(list(files.items())[-_KEPT:])

    def compact(self, files: Iterable[WatchedFile]) -> None:
        """Writes the journal anew if most of its lines are out of date."""
        kept = [each for each in files if each.handled is not None][-_KEPT:]
        if self._lines > 2 * len(kept) + 100:
            try:
                _files.write_text(self._path, "".join(_line(each) for each in kept), in_folder=True)
            except LibraryError as error:
                _LOG.debug("the journal stays as long as it is: %s", error.message)
                return
            self._lines = len(kept)

    def add(self, file: WatchedFile) -> None:
        """One line more; where it cannot be written the file is looked at again after a restart."""
        try:
            with _files.open_to_append(self._path) as journal:
                journal.write(_line(file))
            self._lines += 1
        except OSError as error:
            _LOG.debug("the journal could not be written: %s", error)


def _line(file: WatchedFile) -> str:
    return json.dumps(file.record(), ensure_ascii=False) + "\n"


def _read(line: str) -> WatchedFile | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return recorded(record) if isinstance(record, dict) else None
