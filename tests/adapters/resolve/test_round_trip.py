"""Send, the watcher as a process, Receive: from a timeline with a gap in Resolve to one that shows a take there."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from made_cut import Room, make_room, snapshot
from pickup_for_resolve import receive, send

from pickup.demo.samples import install_sample, sample_named
from pickup.testing.sample_media import make_media
from pickup.testing.watch_room import QUICK, WatchRoom

SAMPLE = "one_gap_24fps"


@pytest.fixture
def editors(tmp_path: Path) -> Room:
    """Resolve with a timeline that has a gap, whose footage lies below the watched folder; nothing was filled yet."""
    room = make_room(tmp_path, media_in_pool=False)
    shutil.rmtree(room.library)
    timeline = install_sample(SAMPLE, folder=tmp_path / "sample")
    make_media(sample_named(SAMPLE).media, folder=room.folder / "media")
    document = json.loads(timeline.read_text())
    for clip in document["tracks"]["children"][0]["children"]:
        for reference in clip.get("media_references", {}).values():
            reference["target_url"] = str(room.folder / reference["target_url"])
    room.world.exports["otio"] = json.dumps(document).encode()
    room.before = snapshot(room.world)
    return room


def test_a_gap_that_is_sent_comes_back_as_a_take(editors: Room, tmp_path: Path) -> None:
    watched = replace(WatchRoom.at(tmp_path / "beside"), folder=editors.folder)
    (editors.folder / "pickup.toml").write_text(QUICK)
    with watched.watcher():
        sent = send.run(editors.resolve, beside=editors.scripts, show_folder=editors.show)
        assert sent.good, sent.lines
        done = watched.wait_for("Reel_1.otio", "done", "held", "failed")
        assert done["version"] == 1, done
        assert json.loads((editors.library / "cuts" / done["cut"] / "sent.json").read_text())["timeline"] == "Reel 1"
        received = receive.run(editors.resolve, beside=editors.scripts, again=False, show_folder=editors.show)
    assert received.good, received.lines
    timeline = editors.world.current
    assert timeline is not None
    assert timeline.name == "Reel_1_v001"
    (take,) = editors.library.glob("takes/SH0010/t01/*.mov")
    media = [item.media.path if item.media and item.media.online else None for item in timeline.video[0]]
    assert [Path(str(path)).name for path in media] == ["G24fps_C001.mov", take.name, "G24fps_C002.mov"]
    assert [(item.start, item.end) for item in timeline.video[0]] == [(86400, 86440), (86440, 86470), (86470, 86510)]
    assert editors.is_as_it_was()
    again = receive.run(editors.resolve, beside=editors.scripts, again=False, show_folder=editors.show)
    assert editors.names() == ["Reel 1", "Selects", "Reel_1_v001"], again.lines
