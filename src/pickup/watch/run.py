"""Several watched folders at once, until a signal ends them.

watched = watch_folders([settings], shared=shared, tell=print)
watched[0].files                 how every file stands
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from pickup.errors import PickupError
from pickup.watch.folder import FolderWatch, Shared
from pickup.watch.settings import FolderSettings

_LOOK_S = 0.5
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
    watches = tuple(FolderWatch(each, shared=shared, tell=_teller(each, tell, of=len(settings))) for each in settings)
    begun: list[FolderWatch] = []
    try:
        for watch in watches:
            watch.begin()
            begun.append(watch)
    except BaseException:
        for watch in begun:
            watch.close()
        raise
    _run(watches, shared=shared, tell=tell)
    return watches


def _run(watches: Sequence[FolderWatch], *, shared: Shared, tell: Callable[[str], None]) -> None:
    errors: list[Exception] = []

    def run(watch: FolderWatch) -> None:
        try:
            watch.run()
        except Exception as error:  # noqa: BLE001 - it is raised below; the other folders go on until then
            errors.append(error)
            tell(f"{watch.folder} is not watched any more: {error}")

    threads = [threading.Thread(target=run, args=(each,), name=f"watch {each.folder}") for each in watches]

    def end() -> None:
        shared.stop.set()
        for watch in watches:
            watch.wake()

    with _signals(end, stop=shared.stop, tell=tell):
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():  # a signal is heard between two waits
                thread.join(_LOOK_S)
    for error in sorted(errors, key=lambda each: isinstance(each, PickupError)):
        raise error  # a fault of ours before what a user can mend


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

    before = {number: signal.signal(number, on_signal) for number in _SIGNALS}
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
