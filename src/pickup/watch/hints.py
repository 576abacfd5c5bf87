"""What the system notices in a folder: hints that something happened, which may be late, doubled or missing.

The observer is a thread of watchdog's. It ends when its folder goes away, and may end without a word; whoever uses it
asks whether it is `alive` and begins it anew.

    hints = Hints(on_hint=print)
    hints.begin(Path("/edit/in"), recursive=False)       prints ("/edit/in/reel1.otio", True) when it was closed
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from watchdog.events import (
    DirDeletedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

OnHint = Callable[[Path, bool], None]
"""Called from the observer's thread with a path, and whether its writer is done with it."""

_END_S = 5.0


class Hints:
    """The observer of one folder."""

    def __init__(self, *, on_hint: OnHint) -> None:
        self._handler = _Handler(on_hint)
        self._observer: BaseObserver | None = None

    @property
    def alive(self) -> bool:
        """Whether hints still come: the observer and what it listens with both run."""
        observer = self._observer
        return observer is not None and observer.is_alive() and all(each.is_alive() for each in observer.emitters)

    def begin(self, folder: Path, *, recursive: bool) -> str:
        """Begins to observe, anew if it did already; why that is not possible, or nothing."""
        self.end()
        observer = Observer()
        try:
            observer.schedule(self._handler, str(folder), recursive=recursive)
            observer.start()
        except (OSError, RuntimeError) as error:  # no such folder, or no more watches are to be had
            return getattr(error, "strerror", None) or str(error)
        self._observer = observer
        return "" if observer.emitters else "the observer did not start"

    def end(self) -> None:
        """Ends the observer, if there is one."""
        observer, self._observer = self._observer, None
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join(_END_S)


class _Handler(FileSystemEventHandler):
    """Turns events into hints."""

    def __init__(self, on_hint: OnHint) -> None:
        self._on_hint = on_hint

    def on_any_event(self, event: FileSystemEvent) -> None:
        """A writer is done when it closes a file, or gives it its own name."""
        if isinstance(event, FileOpenedEvent) or (event.is_directory and not isinstance(event, DirDeletedEvent)):
            return
        self._on_hint(_path(event.src_path), isinstance(event, FileClosedEvent))
        if isinstance(event, FileMovedEvent):
            self._on_hint(_path(event.dest_path), True)


def _path(path: str | bytes) -> Path:
    return Path(os.fsdecode(path))
