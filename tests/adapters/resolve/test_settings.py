"""Settings that are missing or make no sense end in the command that writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_cut import Room
from pickup_for_resolve import receive, send
from pickup_for_resolve.settings import read_settings


def test_the_library_lies_in_the_watched_folder_unless_it_is_named(room: Room) -> None:
    assert read_settings(room.scripts) == (room.folder, room.folder / "pickup")
    document = {"schema": "Adapter.1", "folder": str(room.folder), "library": "/somewhere/else"}
    (room.scripts / "pickup_settings.json").write_text(json.dumps(document))
    assert read_settings(room.scripts) == (room.folder, Path("/somewhere/else"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no"),
        ("{", "it is no JSON"),
        ("[]", "it is no JSON object"),
        ('{"schema": "Adapter.2", "folder": "FOLDER"}', "it is no Adapter.1"),
        ('{"schema": "Adapter.1"}', "`folder` is no absolute path"),
        ('{"schema": "Adapter.1", "folder": "in"}', "`folder` is no absolute path"),
        ('{"schema": "Adapter.1", "folder": "FOLDER", "library": 7}', "`library` is no absolute path"),
        ('{"schema": "Adapter.1", "folder": "FOLDER", "library": "pickup"}', "`library` is no absolute path"),
        ('{"schema": "Adapter.1", "folder": "FOLDER/away"}', "is not there"),
    ],
)
def test_both_buttons_say_what_to_run(room: Room, content: str | None, said: str) -> None:
    settings = room.scripts / "pickup_settings.json"
    settings.unlink()
    if content is not None:
        settings.write_text(content.replace("FOLDER", str(room.folder)))
    for button in (send.run, receive.run):
        outcome = button(room.resolve, beside=room.scripts, show_folder=room.show)
        assert not outcome.good
        assert said in outcome.lines[0]
        assert "pickup plugins install resolve --folder DIR" in outcome.lines[1]
    assert not room.world.calls
