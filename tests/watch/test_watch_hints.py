"""What the system tells of a folder, by a real observer, and whether it is known when it tells nothing any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pickup.testing.watch_room import wait
from pickup.watch.hints import Hints


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    watched = tmp_path / "in"
    (watched / "pickup").mkdir(parents=True)
    return watched


@pytest.fixture
def hints(folder: Path) -> Iterator[Hints]:
    begun = Hints(folder, shut=(folder / "pickup",), wake=threading.Event().set)
    assert begun.begin(recursive=False) == ""
    yield begun
    begun.end()


def closed(hints: Hints, name: str) -> bool:
    return hints.take().files.get(name, False)


def test_a_file_that_is_closed_or_renamed_is_heard_of_and_no_other(hints: Hints, folder: Path) -> None:
    (folder / "pickup" / "b.otio").write_text("a version")
    (folder / "notes.txt").write_text("no export")
    (folder / "a.otio").write_text("an export")
    wait(lambda: closed(hints, "a.otio"), patience_s=10)
    (folder / "a.otio").rename(folder / "c.otio")
    wait(lambda: closed(hints, "c.otio"), patience_s=10)


def test_an_observer_that_hears_another_folder_is_known_to_and_begins_anew(hints: Hints, folder: Path) -> None:
    assert hints.hears
    folder.rename(folder.with_name("old"))
    folder.mkdir()
    assert not hints.hears
    assert hints.begin(recursive=False) == ""
    assert hints.hears
    (folder / "a.otio").write_text("an export")
    wait(lambda: closed(hints, "a.otio"), patience_s=10)
    hints.end()
    assert not hints.hears


def test_a_folder_that_is_not_there_is_a_reason_and_no_fault(hints: Hints, folder: Path) -> None:
    folder.rename(folder.with_name("old"))
    assert hints.begin(recursive=False)
    assert not hints.hears
