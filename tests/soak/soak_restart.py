"""How long a watcher takes to answer an export when it begins with thousands of known files.

The files are real, and so are journal, library and signatures: written by the program's own classes, without making
anything.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from soak_memory import cpu_s, rss_mb

from pickup.fill.pages import write_no_version
from pickup.library.layout import Layout
from pickup.library.sidecars import LibraryFile, Owner, write_sidecar
from pickup.testing.watch_room import WatchRoom, cut_text, wait
from pickup.watch.arrivals import Signature
from pickup.watch.files import FileState, Standing, WatchedFile
from pickup.watch.journal import Journal

_IDLE_S = 6.0
_SETTINGS = 'size = "160x90"\n'
"""All others as they come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """One start of a watcher.

    Attributes:
        known: Files that were done before it began.
        answer_s: From the start of the process to the answer to an export that lies there already.
        next_s: From then on: to the answer to an export that is renamed into place.
        idle_share: Of one core, while nothing happens.
    """

    known: int
    answer_s: float
    next_s: float
    rss_mb: float
    idle_share: float


def measure_restart(place: Path, *, known: int) -> Restart:
    """Makes a room with so many known files in an empty folder, starts a watcher, and waits for two answers."""
    room = WatchRoom.at(place, settings=_SETTINGS)
    _make_known(room, known)
    room.put("before.otio", cut_text("put there before"))
    begin = time.perf_counter()
    with room.watcher() as watcher:
        wait((room.library / "cuts/before/done.json").is_file)
        answer_s = time.perf_counter() - begin
        _wait_for_rest(room, files=known + 1)
        used = cpu_s(watcher.pid)
        time.sleep(_IDLE_S)
        idle_share = (cpu_s(watcher.pid) - used) / _IDLE_S
        room.put("after.otio", cut_text("put there after"))
        begin = time.perf_counter()
        wait((room.library / "cuts/after/done.json").is_file)
        next_s = time.perf_counter() - begin
        return Restart(known=known, answer_s=answer_s, next_s=next_s, rss_mb=rss_mb(watcher.pid), idle_share=idle_share)


def _wait_for_rest(room: WatchRoom, *, files: int) -> None:
    wait(lambda: room.status()["counts"]["done"] == files, why=lambda: str(room.status()["counts"]))


def _make_known(room: WatchRoom, known: int) -> None:
    names = [f"known {number:05d}x" for number in range(known)]
    layout, template = Layout(folder=room.library), cut_text("NAME")
    owners = {name: Owner(folder="..", stem=name) for name in names}
    layout.folder.mkdir()
    write_sidecar(layout.index, LibraryFile(id="ABCDEFGHIJKLMNOP", tag="SOAKABCD", cuts=owners))
    write_no_version(layout.cut("NAME"), timeline=Path("NAME.otio"))
    done = layout.cut("NAME").done.read_text()
    layout.cut("NAME").done.unlink()
    layout.cut("NAME").folder.rmdir()
    journal = Journal(layout.watch_journal)
    for name in names:
        path = room.folder / f"{name}.otio"
        path.write_text(template.replace("NAME", name))
        layout.cut(name).folder.mkdir(parents=True)
        layout.cut(name).done.write_text(done.replace("NAME", name))
        journal.add(_known(path, cut=name))


def _known(path: Path, *, cut: str) -> WatchedFile:
    """As the watcher leaves a timeline without holes."""
    found = path.stat()
    standing = Standing(state=FileState.DONE, since=datetime.now(UTC), message="no holes", cut=cut, holes=0)
    return WatchedFile(
        name=path.name,
        handled=Signature(size=found.st_size, mtime_ns=found.st_mtime_ns, inode=found.st_ino),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        standing=standing,
        rested=standing,
    )
