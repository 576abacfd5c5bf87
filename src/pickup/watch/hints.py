"""What the system notices in a folder: hints that something happened, which may be late, doubled or missing.

The observer is a thread of watchdog's. It ends when its folder goes away, and may end without a word; whoever uses it
asks whether it still `hears` and begins it anew.

    hints = Hints(Path("/edit/in"), shut=(), wake=event.set)
    hints.begin(recursive=False)
    hints.take().files               {"reel1.otio": True} after it was closed
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import (
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from pickup.config.layers import FILE_NAME
from pickup.watch.names import is_export

_END_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard since the last time.

    Attributes:
        files: Names in the folder, and whether their writer is done with them.
        of_more: Something else happened, after which the whole folder is to be looked at.
    """

    files: Mapping[str, bool]
    of_more: bool


class Hints:
    """Listens to one folder.

    Args:
        folder: Absolute.
        shut: Folders below it of which nothing is to be heard.
        wake: Called from the observer's thread when something was heard.
    """

    def __init__(self, folder: Path, *, shut: tuple[Path, ...], wake: Callable[[], None]) -> None:
        self._folder = folder
        self._shut = tuple(each for each in shut if not folder.is_relative_to(each))
        self._wake = wake
        self._lock = threading.Lock()
        self._files: dict[str, bool] = {}
        self._of_more = False
        self._observer: BaseObserver | None = None
        self._listens_to: tuple[int, int] | None = None

    @property
    def hears(self) -> bool:
        """Whether hints still come: the observer and what it listens with run, and it is this folder."""
        observer = self._observer
        is_alive = observer is not None and observer.is_alive() and all(each.is_alive() for each in observer.emitters)
        return is_alive and self._listens_to == _identity(self._folder)

    def begin(self, *, recursive: bool) -> str:
        """Begins to listen, anew if it did already; why that is not possible, or nothing."""
        self.end()
        observer = Observer()
        try:
            self._listens_to = _identity(self._folder)
            observer.schedule(_Handler(self._hear), str(self._folder), recursive=recursive)
            observer.start()
        except (OSError, RuntimeError) as error:  # no such folder, or no more watches are to be had
            return getattr(error, "strerror", None) or str(error)
        self._observer = observer
        return "" if observer.emitters else "the observer did not start"

    def take(self) -> Heard:
        """What was heard since the last time."""
        with self._lock:
            heard = Heard(files=self._files, of_more=self._of_more)
            self._files, self._of_more = {}, False
        return heard

    def end(self) -> None:
        """Ends the observer, if there is one."""
        observer, self._observer = self._observer, None
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join(_END_S)

    def _hear(self, path: Path, closed: bool) -> None:  # noqa: FBT001 - as the handler calls it
        is_settings = path.name == FILE_NAME
        is_folder = path == self._folder
        if any(path.is_relative_to(each) for each in self._shut):
            return
        with self._lock:
            if is_settings or is_folder or path.parent != self._folder:
                self._of_more = True  # which subfolders are looked into is not known here
            elif not path.name.isprintable():
                self._of_more = True
            elif is_export(path.name):
                self._files[path.name] = closed or self._files.get(path.name, False)
            else:
                return
        self._wake()


class _Handler(FileSystemEventHandler):
    """Turns events into hints."""

    def __init__(self, hear: Callable[[Path, bool], None]) -> None:
        self._hear = hear

    def on_any_event(self, event: FileSystemEvent) -> None:
        """A writer is done when it closes a file, or gives it its own name."""
        is_of_folder = isinstance(event, (DirDeletedEvent, DirMovedEvent))
        if isinstance(event, FileOpenedEvent) or (event.is_directory and not is_of_folder):
            return
        self._hear(_path(event.src_path), isinstance(event, FileClosedEvent))
        if isinstance(event, (FileMovedEvent, DirMovedEvent)) and event.dest_path:
            self._hear(_path(event.dest_path), True)


def _path(path: str | bytes) -> Path:
    return Path(os.fsdecode(path))


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder lies there; a folder that took its place is another one."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
