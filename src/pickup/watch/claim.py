"""A watcher's claim to its folder, and to the library that it tells its status in: one watcher for each.

claim = Claim(folder=Path("/edit/in"), layout=layout, on_wait=print, stop=stop.is_set)
claim.take()
claim.still_holds              False after the folder was replaced
claim.give_up()
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from pickup.errors import LibraryError, PickupError
from pickup.library.layout import Layout
from pickup.library.lock import FOR_THE_DEAD, hold, holder_of
from pickup.library.sidecars import LockFile

NAME = ".pickup-watch.lock"
"""In the watched folder: names its watcher."""


class Claim:
    """The locks of one watcher.

    Args:
        folder: The watched one.
        layout: Of its library.
        on_wait: Told whose sign of life is waited for.
        stop: Asked again and again whether to give up.
    """

    def __init__(
        self, *, folder: Path, layout: Layout, on_wait: Callable[[str], None], stop: Callable[[], bool]
    ) -> None:
        self._on_wait = on_wait
        self._stop = stop
        self._folder = folder
        self._layout = layout
        self._locks = ExitStack()
        self._held: dict[Path, LockFile] = {}

    def take(self) -> None:
        """Claims both, after a look at whether their owners still live.

        A folder that may not be written is claimed through its library alone.

        Raises:
            LibraryError: Another watcher has one of them, or the library cannot be written.
            Stopped: `stop` said so.
        """
        try:
            self._hold(self._folder / NAME, doing=f"watching {self._folder}")
        except LibraryError as error:
            if not isinstance(error.__cause__, OSError):
                raise
        try:
            self._hold(self._layout.watch_lock, doing=f"watching a folder for the library {self._layout.folder}")
        except PickupError:
            self.give_up()
            raise

    @property
    def still_holds(self) -> bool:
        """Whether the locks lie where they were put: they go with a folder that is replaced."""
        return all(holder_of(path) == mine for path, mine in self._held.items())

    def give_up(self) -> None:
        """Lets go of both."""
        self._locks.close()
        self._held.clear()

    def _hold(self, lock: Path, *, doing: str) -> None:
        guard = self._layout.lock
        self._held[lock] = self._locks.enter_context(
            hold(lock, guard=guard, doing=doing, on_wait=self._on_wait, waiting=replace(FOR_THE_DEAD, stop=self._stop))
        )
