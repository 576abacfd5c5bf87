"""Any function of Resolve may answer None or False, raise or be missing: the buttons end in words, and harm nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from made_cut import Room, make_room
from pickup_for_resolve import receive, send
from pickup_for_resolve.words import Outcome
from resolve_stand_in import Importing

PACKAGE = Path(__file__).parents[3] / "adapters" / "resolve" / "pickup_for_resolve"


def functions_used() -> list[str]:
    """Every function of Resolve that the package names, as `ask(pool.ImportMedia, ...)` or called."""
    names = set()
    for path in PACKAGE.glob("*.py"):
        if path.name == "show.py":
            continue  # Fusion's, which has tests of its own
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr[0].isupper() and not node.attr.isupper():
                names.add(node.attr)
    return sorted(name for name in names if not name.startswith("EXPORT_"))


def lost() -> object:
    raise ConnectionError("the connection to Resolve is gone")


FAULTS: dict[str, Callable[[], object]] = {
    "None": lambda: None,
    "False": lambda: False,
    "empty text": lambda: "",
    "raises": lost,
}


def harmless(room: Room, outcome: Outcome) -> None:
    """What must hold however a button ended."""
    assert len(outcome.lines) >= 1
    assert all(outcome.lines)
    assert "mistake of its own" not in " ".join(outcome.lines)
    assert outcome.good or len(outcome.lines) == 2
    assert room.world.timelines[:2] == room.before.timelines
    footage, old = room.world.root.folders[0].media, room.before.root.folders[0].media
    assert footage[: len(old)] == old
    assert not [path for path in room.folder.rglob("*") if "pickup-" in path.name]
    assert not room.world.called("ReplaceClip")


def test_the_list_of_functions_is_the_one_that_is_used() -> None:
    names = functions_used()
    assert {"GetProductName", "ImportTimelineFromFile", "GetMediaPoolItem", "SetClipColor", "Export"} <= set(names)
    assert len(names) > 35
    assert "ReplaceClip" not in names


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", functions_used())
def test_sending_survives_a_function_that_fails(tmp_path: Path, name: str, fault: str) -> None:
    room = make_room(tmp_path)
    room.world.faults[name] = FAULTS[fault]
    outcome = send.run(room.resolve, beside=room.scripts, show_folder=room.show)
    harmless(room, outcome)
    there = [path.name for path in room.folder.iterdir() if path.suffix in (".otio", ".xml")]
    assert len(there) == (1 if outcome.good else 0)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", functions_used())
@pytest.mark.parametrize("spoiled", [False, True], ids=["whole", "spoiled"])
def test_receiving_survives_a_function_that_fails(tmp_path: Path, name: str, fault: str, *, spoiled: bool) -> None:
    room = make_room(tmp_path, version="21.0" if spoiled else "21.1")

    def spoil(importing: Importing) -> None:
        if spoiled and importing.suffix == ".otio":
            importing.timeline.video[0][1].media = None

    room.world.spoil = spoil
    room.world.faults[name] = FAULTS[fault]
    outcome = receive.run(room.resolve, beside=room.scripts, show_folder=room.show)
    harmless(room, outcome)
    made = [timeline for timeline in room.world.timelines[2:] if timeline.name not in " ".join(outcome.lines)]
    assert not made, "a timeline was left that the editor is not told of"
    if outcome.good:
        (whole,) = (each for each in room.world.timelines if outcome.lines[0].startswith(f"{each.name} is here"))
        assert whole.video[0][1].media is not None
        assert whole.video[0][1].media.path == str(room.take)


@pytest.mark.parametrize("fault", ["None", "raises"])
@pytest.mark.parametrize("after", range(1, 9))
def test_a_connection_that_is_lost_on_the_way_ends_in_words(tmp_path: Path, fault: str, after: int) -> None:
    room = make_room(tmp_path, version="21.0")
    room.world.lasts = 15 * after
    room.world.lost = FAULTS[fault]
    outcome = receive.run(room.resolve, beside=room.scripts, show_folder=room.show)
    assert len(room.world.calls) > room.world.lasts
    harmless(room, outcome)
    assert all(timeline.name in " ".join(outcome.lines) for timeline in room.world.timelines[2:])
