"""What a watcher tells of its folder: log, notes beside files, journal, and status."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pickup.errors import LibraryError, PickupError
from pickup.fill.budget import spent_today
from pickup.jobs.ledger import open_ledger
from pickup.library.layout import Layout
from pickup.watch.files import Standing, WatchedFile
from pickup.watch.journal import Journal
from pickup.watch.log import make_log
from pickup.watch.notes import remove_note, write_note
from pickup.watch.status import FolderStanding, StatusFiles, WatcherState

_SPENT_EVERY_S = 5.0
_EXPORT_AGAIN = "export it again"


class Telling:
    """Tells of one folder; for its thread alone.

    Attributes:
        log: Of the folder.
        journal: Of the folder.
        problems: What is wrong beside single files, each under a key of its own.

    Args:
        folder: The watched one.
        layout: Of its library.
        state_folder: Where the ledger lies.
        tell: Told each line of the log.
        now: Gives the time of day.
    """

    def __init__(
        self,
        folder: Path,
        *,
        layout: Layout,
        state_folder: Path,
        tell: Callable[[str], None],
        now: Callable[[], datetime],
    ) -> None:
        self.log = make_log(layout.watch_log, tell=tell)
        self.journal = Journal(layout.watch_journal)
        self.problems: dict[str, str] = {}
        self._folder = folder
        self._layout = layout
        self._state_folder = state_folder
        self._now = now
        self._since = now()
        self._status = StatusFiles(layout)
        self._written: object = None
        self._spent: Decimal | None = None
        self._spent_at: float | None = None

    def rested(self, file: WatchedFile, news: bool) -> None:  # noqa: FBT001 - as the register calls it
        """A file came to rest."""
        self.journal.add(file)
        self._spent_at = None
        if news and file.rested is not None:
            standing = file.rested
            where = f"; in {self._layout.cut(standing.cut or '').folder}" if standing.outputs else ""
            self.log.info("%s  %s: %s%s", file.name, standing.state.value, standing.message, where)
            if standing.note and file.is_there:
                self.note(file.name, standing)
            else:
                remove_note(self._folder / file.name)

    def gone(self, file: WatchedFile) -> None:
        """A file is gone, and its note with it."""
        remove_note(self._folder / file.name)

    def note(self, name: str, standing: Standing) -> None:
        """Puts a note beside a file that cannot be used."""
        why = standing.message.removesuffix(f"; {standing.next_step}")
        try:
            write_note(self._folder / name, why=why, next_step=standing.next_step or _EXPORT_AGAIN)
        except LibraryError as error:
            self.problems["note"] = f"no note can be put beside a file: {error.message}"
        else:
            self.problems.pop("note", None)

    def wait_s(self, revision: object, *, now: float) -> float:
        """Seconds until the status is to be written; `revision` is another one where something changed."""
        return self._status.wait_s(now=now, changed=self._written != (revision, self._said()))

    def write_status(
        self,
        state: WatcherState,
        *,
        files: Collection[WatchedFile],
        revision: object,
        budget_per_day: Decimal | None,
        now: float,
    ) -> None:
        """Writes the status; where that fails, says so once and goes on."""
        before = self._status.problem
        self._written = (revision, self._said())
        standing = FolderStanding(
            folder=self._folder,
            pid=os.getpid(),
            host=platform.node(),
            since=self._since,
            updated=self._now(),
            state=state,
            files=files,
            spent_today=self._spent_today(now),
            budget_per_day=budget_per_day,
            problems=self._said(),
        )
        self._status.write(standing, now=now)
        if self._status.problem and not before:
            self.log.warning("%s; what is in work goes on", self._status.problem)

    def _said(self) -> tuple[str, ...]:
        return tuple(self.problems.values())

    def _spent_today(self, now: float) -> Decimal | None:
        """As the ledger has it; asked now and then."""
        if self._spent_at is None or now - self._spent_at >= _SPENT_EVERY_S:
            self._spent_at = now
            try:
                with open_ledger(self._state_folder) as ledger:
                    self._spent = spent_today(ledger, now=self._now())
            except PickupError as error:
                self._spent = None
                self.problems["ledger"] = f"the ledger cannot be read: {error.message}"
            else:
                self.problems.pop("ledger", None)
        return self._spent
