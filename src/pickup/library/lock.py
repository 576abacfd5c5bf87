"""Locks: one run fills a cut at a time, one watcher watches a folder, and the next one is told who has it.

A lock is a file, which also works on a network drive. Its owner renews its time of change; an owner that has ended on
this host frees it at once, one on another host (or on Windows) after 60 s without a sign of life.

    with hold(cut.lock, guard=layout.lock, doing="filling harbor", on_wait=print):
        ...
"""

from __future__ import annotations

import os
import platform
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pickup.errors import LibraryError, Stopped
from pickup.library.sidecars import LockFile, read_sidecar

_RENEW_S = 10.0
_GUARD_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How a second run waits.

    Attributes:
        at_most_s: Seconds until it gives up; None waits as long as it takes.
        for_the_dead: Gives up as soon as the owner shows that it lives.
        stop: Asked again and again whether to give up.
        poll_s: Seconds between two looks.
        dead_after_s: Seconds without a sign of life after which an owner elsewhere counts as gone.
        clock: Seconds that only grow.
    """

    at_most_s: float | None = None
    for_the_dead: bool = False
    stop: Callable[[], bool] = lambda: False
    poll_s: float = 0.5
    dead_after_s: float = 60.0
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


PATIENTLY = Waiting()
"""As long as it takes."""

FOR_THE_DEAD = Waiting(for_the_dead=True, dead_after_s=2.5 * _RENEW_S)
"""Until the owner is known to live, or to have ended."""


@contextmanager
def guarded(lock: Path) -> Iterator[None]:
    """Keeps every other process out while a small file changes; `lock` stays on the disk.

    Raises:
        LibraryError: Another process kept it for a minute, or the folder cannot be written.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(lock, timeout=_GUARD_S)
        held.acquire()
    except Timeout as error:
        raise LibraryError(
            "another run has kept the library locked for a minute",
            where=str(lock),
            next_step="end the other run, then try again",
        ) from error
    except OSError as error:
        raise LibraryError(
            f"the library cannot be written: {error.strerror or error}",
            where=str(lock.parent),
            next_step="allow writing there, or choose another --library",
        ) from error
    try:
        yield
    finally:
        held.release()


@contextmanager
def hold(
    lock: Path, *, guard: Path, doing: str, on_wait: Callable[[str], None], waiting: Waiting = PATIENTLY
) -> Iterator[LockFile]:
    """Holds a lock.

    Args:
        lock: The file that names the holder afterwards.
        guard: Lock that keeps two runs from freeing the lock of the same dead owner.
        doing: What the holder does, for the sentence that names it: `filling harbor`.
        on_wait: Called once for each owner that must be waited for, with a sentence that names it.
        waiting: How, and how long.

    Raises:
        LibraryError: The other run did not end in time, or the folder cannot be written.
        Stopped: `waiting.stop` said so.
    """
    mine = LockFile(
        pid=os.getpid(), host=platform.node(), since=datetime.now(UTC).replace(microsecond=0), token=uuid.uuid4().hex
    )
    _take(lock, mine, guard=guard, doing=doing, on_wait=on_wait, waiting=waiting)
    over = threading.Event()
    renewal = threading.Thread(target=_renew, args=(lock, over), daemon=True)
    renewal.start()
    try:
        yield mine
    finally:
        over.set()
        renewal.join()
        _free(lock, token=mine.token, guard=guard)


def holder_of(lock: Path) -> LockFile | None:
    """Who holds a lock; None when it is free, half written or damaged."""
    try:
        return read_sidecar(lock, model=LockFile)
    except (LibraryError, FileNotFoundError):
        return None


def _take(
    lock: Path, mine: LockFile, *, guard: Path, doing: str, on_wait: Callable[[str], None], waiting: Waiting
) -> None:
    started = waiting.clock()
    first: tuple[str, int] | None = None
    seen: tuple[str, int] | None = None
    seen_at, told = started, ""
    while not _create(lock, mine):
        sign = _sign_of_life(lock)
        if sign is None:
            continue
        now = waiting.clock()
        first = first or sign
        if sign != seen:
            seen, seen_at = sign, now
        owner = holder_of(lock)
        if (owner is not None and _ended_here(owner)) or now - seen_at >= waiting.dead_after_s:
            _free(lock, token=owner.token if owner else None, guard=guard)
            continue
        sentence = _who(doing, owner)
        is_alive = sign != first or (owner is not None and _lives_here(owner, sign))
        is_late = waiting.at_most_s is not None and now - started >= waiting.at_most_s
        if is_late or (waiting.for_the_dead and is_alive):
            raise LibraryError(sentence, where=str(lock), next_step="wait until it has ended, then try again")
        if waiting.stop():
            raise Stopped("stopped while another run was waited for", next_step="run the same command again")
        if sentence != told:
            on_wait(sentence)
            told = sentence
        waiting.pause(waiting.poll_s)


def _create(lock: Path, mine: LockFile) -> bool:
    """Makes the file if it is not there; exclusive creation is atomic on network drives too."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("x", encoding="utf-8") as file:
            file.write(mine.model_dump_json(by_alias=True, indent=2) + "\n")
    except FileExistsError:
        return False
    except OSError as error:
        with suppress(OSError):
            if lock.stat().st_size == 0:
                lock.unlink()  # a disk that is full leaves an empty one
        raise LibraryError(
            f"{lock.name} could not be written: {error.strerror or error}",
            where=str(lock),
            next_step="allow writing there, or choose another --library",
        ) from error
    return True


def _sign_of_life(lock: Path) -> tuple[str, int] | None:
    """What changes when the lock changes hands or is renewed; None when it is gone."""
    try:
        return lock.read_text(encoding="utf-8", errors="replace"), lock.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _ended_here(owner: LockFile) -> bool:
    """Whether the owner ran on this host and has ended."""
    if os.name == "nt" or owner.host != platform.node() or owner.pid <= 0:
        return False  # on Windows signal 0 is Ctrl-C, so that asking would end the owner
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _lives_here(owner: LockFile, sign: tuple[str, int]) -> bool:
    """Whether the owner runs on this host and renewed its lock just now: its number alone may be another program's."""
    if owner.host != platform.node():
        return False
    return abs(time.time() - sign[1] / 1e9) < 2 * _RENEW_S


def _who(doing: str, owner: LockFile | None) -> str:
    if owner is None:
        return f"another run is {doing}"
    return f"process {owner.pid} on {owner.host} has been {doing} since {owner.since.isoformat()}"


def _free(lock: Path, *, token: str | None, guard: Path) -> None:
    """Removes the lock if it still is the one that was meant; with its drive gone nothing is made in its place."""
    if not lock.exists():
        return
    with guarded(guard):
        owner = holder_of(lock)
        if (owner.token if owner else None) == token:
            lock.unlink(missing_ok=True)


def _renew(lock: Path, over: threading.Event) -> None:
    while not over.wait(_RENEW_S):
        with suppress(OSError):
            os.utime(lock)
