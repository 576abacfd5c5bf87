"""A watched folder with a watcher of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pickup.testing.watch_room import WatchRoom


@pytest.fixture
def room(tmp_path: Path) -> WatchRoom:
    return WatchRoom.at(tmp_path)
