"""Several watched folders at once, until a signal ends them.

watched = watch_folders([settings], shared=shared, tell=print)
watched[0].files                 how every file stands
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType

from pickup.errors import PickupError, Stopped
from pickup.watch.folder import FolderWatch, Shared
from pickup.watch.settings import FolderSettings

_LOOK_S = 0.5
_ANEW_S = 2.0
_AT_ONCE = 130
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


def watch_folders(
    settings: Sequence[FolderSettings], *, shared: Shared, tell: Callable[[str], None]
) -> tuple[FolderWatch, ...]:
    """Watches until a signal comes, or until nothing is left to do where it is to be done once.

    The first signal ends everything in good order, a second one at once.

    Args:
        settings: One for each folder.
        shared: What they share.
        tell: Told what goes into their logs.

    Raises:
        ConfigError: A folder is not there, or its settings are wrong.
        LibraryError: A folder or its library is watched by another process, or cannot be written.
    """
    seats = [_Seat(each, shared=shared, tell=_teller(each, tell, of=len(settings))) for each in settings]

    def end() -> None:
        shared.stop.set()
        for seat in seats:
            seat.wake()

    with _signals(end, stop=shared.stop, tell=tell):
        try:
            _begin(seats)
        except Stopped:
            return ()
        threads = [threading.Thread(target=each.run, name=f"watch {each.folder}") for each in seats]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # a signal is heard between two waits
                thread.join(_LOOK_S)
    for seat in seats:
        if seat.error is not None:
            raise seat.error
    return tuple(seat.watch for seat in seats if seat.watch is not None)


def _begin(seats: Sequence[_Seat]) -> None:
    """All or none of them."""
    with ExitStack() as begun:
        for seat in seats:
            seat.begin()
            begun.callback(seat.close)
        begun.pop_all()


class _Seat:
    """One folder's place among several: its watcher, and the next one where the first has to begin anew."""

    def __init__(self, settings: FolderSettings, *, shared: Shared, tell: Callable[[str], None]) -> None:
        self.folder = settings.folder
        self.watch: FolderWatch | None = None
        self.error: PickupError | None = None
        self._settings = settings
        self._shared = shared
        self._tell = tell

    def begin(self) -> None:
        """Takes hold of the folder."""
        watch = FolderWatch(self._settings, shared=self._shared, tell=self._tell)
        watch.begin()
        self.watch = watch

    def wake(self) -> None:
        """See `FolderWatch.wake`."""
        if self.watch is not None:
            self.watch.wake()

    def close(self) -> None:
        """Lets go of the folder."""
        if self.watch is not None:
            self.watch.close()

    def run(self) -> None:
        """Watches until the end, with a new watcher after a fault of ours or where another drive lies there."""
        while self.watch is not None:
            try:
                self.watch.run()
            except PickupError as error:
                self.error = error
                self._tell(f"{self.folder} is not watched any more: {error.message}")
                return
            except Exception as error:  # noqa: BLE001 - a fault must not leave a folder alone over a weekend
                self._tell(f"a fault in Pickup: {type(error).__name__}: {error}; {self.folder} is taken up anew")
            else:
                if not self.watch.is_replaced:
                    return
            if not self._begin_anew():
                return

    def _begin_anew(self) -> bool:
        """Tries until it succeeds; whether it did before the end."""
        told = ""
        while not self._shared.stop.wait(_ANEW_S):
            try:
                self.begin()
            except PickupError as error:
                if error.message != told:
                    self._tell(f"{self.folder} is not watched yet: {error.message}")
                told = error.message
            else:
                return True
        return False


@contextmanager
def _signals(end: Callable[[], None], *, stop: threading.Event, tell: Callable[[str], None]) -> Iterator[None]:
    """Signals end the watcher while the block runs; outside the main thread there are none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(_AT_ONCE)
        end()
        tell("stopping; what was made or paid for is kept (a second signal ends at once)")

    # What was ignored when it was started stays so: `nohup` lets a watcher outlive its terminal.
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, on_signal) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _teller(settings: FolderSettings, tell: Callable[[str], None], *, of: int) -> Callable[[str], None]:
    """Lines of one folder among several begin with its name."""
    if of == 1:
        return tell
    return lambda line: tell(f"[{settings.folder.name}] {line}")
