"""How a watched folder stands: `status.json` for programs and `status.html` for a person, in the library.

Both are replaced as a whole, at most once a second while something changes, and every few seconds while nothing does,
so that a reader sees that the watcher lives.

    status = StatusFiles(layout)
    status.write(standing, now=12.0)            once it is due
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pickup import _files
from pickup.errors import LibraryError
from pickup.fill.pages import as_json
from pickup.library.layout import Layout
from pickup.watch.files import Document, FileState, WatchedFile
from pickup.watch.page import status_page

PROTOCOL = 1
_BETWEEN_S = 1.0
_HEARTBEAT_S = 5.0
_DONE_LISTED = 200


class WatcherState(StrEnum):
    """What a watcher does with its folder."""

    WATCHING = "watching"
    AWAY = "away"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStanding:
    """How a folder stands.

    Attributes:
        since: When its watcher began.
        updated: When this was so.
        spent_today: USD in all libraries, and None where the ledger cannot be read.
        problems: What a person should know of or do, beside what is wrong with single files.
    """

    folder: Path
    pid: int
    host: str
    since: datetime
    updated: datetime
    state: WatcherState
    files: Collection[WatchedFile]
    spent_today: Decimal | None
    budget_per_day: Decimal | None
    problems: tuple[str, ...]

    def document(self) -> Document:
        """`status.json`; docs/folder.md has its keys."""
        states = Counter(each.standing.state for each in self.files)
        return {
            "schema": "Status.1",
            "protocol": PROTOCOL,
            "updated": self.updated.isoformat(timespec="seconds"),
            "folder": str(self.folder),
            "watcher": {
                "pid": self.pid,
                "host": self.host,
                "since": self.since.isoformat(timespec="seconds"),
                "state": self.state.value,
            },
            "spent_today": None if self.spent_today is None else f"{self.spent_today:.2f}",
            "budget_per_day": None if self.budget_per_day is None else f"{self.budget_per_day:.2f}",
            "counts": {state.value: states[state] for state in FileState},
            "files": [each.standing.document(each.name) for each in _listed(self.files)],
            "problems": list(self.problems),
        }


class StatusFiles:
    """Writes both files, not too often.

    Attributes:
        problem: Why they could not be written the last time, or nothing.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._written_at: float | None = None
        self.problem = ""

    def wait_s(self, *, now: float, changed: bool) -> float:
        """Seconds until they are to be written again."""
        if self._written_at is None:
            return 0.0
        every = _BETWEEN_S if changed else _HEARTBEAT_S
        return max(self._written_at + every - now, 0.0)

    def write(self, standing: FolderStanding, *, now: float) -> None:
        """Writes both; a library that cannot be written holds up nothing."""
        document = standing.document()
        self._written_at = now
        try:
            _files.write_text(self._layout.status, as_json(document), in_folder=True)
            _files.write_text(self._layout.status_page, status_page(document), in_folder=True)
        except LibraryError as error:
            self.problem = error.message
        else:
            self.problem = ""


def _listed(files: Collection[WatchedFile]) -> list[WatchedFile]:
    """Everything that is not done, then the last of what is; what is newest first."""
    newest = sorted(files, key=lambda each: each.standing.since, reverse=True)
    over = (FileState.DONE, FileState.SAME)
    return [
        *(each for each in newest if each.standing.state not in over),
        *[each for each in newest if each.standing.state in over][:_DONE_LISTED],
    ]
