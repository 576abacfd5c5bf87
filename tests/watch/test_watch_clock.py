"""A computer's clock that jumps: a watcher in this process, whose time of day is somebody else's idea."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pickup.testing.watch_room import WatchRoom, cut_text, wait
from pickup.watch.folder import FolderWatch, Shared
from pickup.watch.settings import FolderSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
JUMPS = (timedelta(0), timedelta(days=400), timedelta(days=-4000), timedelta(hours=-1), timedelta(days=1))


def test_a_clock_that_jumps_costs_nothing_and_delays_nothing(tmp_path: Path) -> None:
    room = WatchRoom.at(tmp_path)
    jumps = itertools.cycle(JUMPS)
    shared = Shared(state_folder=tmp_path / "state", now=lambda: NOON + next(jumps))
    settings = FolderSettings(folder=room.folder, environment={}, config_file=tmp_path / "user.toml")
    said: list[str] = []
    watch = FolderWatch(settings, shared=shared, tell=said.append)
    watch.begin()
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        room.put("one.otio", cut_text("one", gaps=1))
        room.wait_for("one.otio", "done", patience_s=20)
        (room.folder / "one.otio").touch()
        room.put("bad.otio", "{")
        room.put("two.otio", cut_text("two"))
        room.wait_for("two.otio", "done", patience_s=20)
        room.wait_for("bad.otio", "failed", patience_s=20)
        wait(lambda: room.file("one.otio")["state"] == "done")
    finally:
        shared.stop.set()
        watch.wake()
        thread.join(30)
    assert not thread.is_alive()
    assert sum("one.otio  done" in line for line in said) == 1, said
    assert room.takes() == ["takes/SH0010/t01"]
    assert not any("fault" in line for line in said)
