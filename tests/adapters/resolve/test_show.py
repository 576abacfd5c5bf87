"""An outcome is always printed; in Studio a window shows it, too, and a window that fails does no harm."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from made_cut import Room
from pickup_for_resolve import desktop, show
from pickup_for_resolve.words import Outcome

OUTCOME = Outcome(good=True, lines=("Sent Reel_1.otio to /edit/in.", "Press Pickup - Receive."))


class StandInWindows:
    """Fusion's windows, and a person who presses OK."""

    def __init__(self, *, press: str = "PickupOK") -> None:
        self.said: list[str] = []
        self.press = press
        self.UIManager = SimpleNamespace(VGroup=list, Label=self._label, Button=dict)
        self.UIDispatcher = lambda _: SimpleNamespace(AddWindow=self._window, RunLoop=self._loop, ExitLoop=self._exit)

    def _label(self, settings: dict[str, object]) -> dict[str, object]:
        self.said.append(str(settings["Text"]))
        return settings

    def _window(self, settings: dict[str, object], _: object) -> SimpleNamespace:
        self.said.append(str(settings["WindowTitle"]))
        self.on = {"PickupOK": SimpleNamespace(), "PickupWindow": SimpleNamespace()}
        return SimpleNamespace(On=self.on, Show=lambda: self.said.append("shown"), Hide=lambda: self.said.append("hid"))

    def _loop(self) -> None:
        events = self.on[self.press]
        (events.Clicked if self.press == "PickupOK" else events.Close)(None)

    def _exit(self) -> None:
        self.said.append("left")


@pytest.mark.parametrize("press", ["PickupOK", "PickupWindow"])
def test_studio_shows_a_window_and_prints(room: Room, capsys: pytest.CaptureFixture[str], press: str) -> None:
    windows = StandInWindows(press=press)
    show.show(OUTCOME, resolve=room.resolve, scope={"fusion": windows, "bmd": windows})
    assert capsys.readouterr().out == "Pickup:\n  Sent Reel_1.otio to /edit/in.\n  Press Pickup - Receive.\n"
    assert windows.said == ["\n\n".join(OUTCOME.lines), "Pickup", "shown", "left", "hid"]


def test_without_globals_the_scripting_module_makes_the_window(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = StandInWindows()
    monkeypatch.setitem(sys.modules, "DaVinciResolveScript", windows)
    room.world.fusion = windows
    show.show(OUTCOME, resolve=room.resolve, scope={})
    assert "shown" in windows.said


def test_what_went_wrong_is_said_in_the_title(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    windows = StandInWindows()
    show.show(OUTCOME._replace(good=False), resolve=room.resolve, scope={"fusion": windows, "bmd": windows})
    assert capsys.readouterr().out.startswith("Pickup could not do it:\n")
    assert "Pickup could not do it" in windows.said


def test_the_free_edition_gets_no_window(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.world.product = "DaVinci Resolve"
    windows = StandInWindows()
    show.show(OUTCOME, resolve=room.resolve, scope={"fusion": windows, "bmd": windows})
    assert "Sent Reel_1.otio" in capsys.readouterr().out
    assert not windows.said


@pytest.mark.parametrize("scope", [{}, {"fusion": object(), "bmd": object()}])
def test_a_window_that_fails_does_no_harm(
    room: Room, capsys: pytest.CaptureFixture[str], scope: dict[str, object]
) -> None:
    show.show(OUTCOME, resolve=room.resolve, scope=scope)
    assert "Sent Reel_1.otio" in capsys.readouterr().out


def test_a_console_that_lacks_a_letter_gets_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", console)
    show.show(Outcome(good=True, lines=("Sent 映画.",)), resolve=None, scope={})
    console.flush()
    written = console.buffer
    assert isinstance(written, io.BytesIO)
    assert written.getvalue() == b"Pickup:\n  Sent ??.\n"


def _program(folder: Path, name: str) -> None:
    program = folder / name
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > "{folder}/opened"\n')
    program.chmod(0o755)


@pytest.mark.parametrize(("system", "program"), [("linux", "xdg-open"), ("darwin", "open")])
def test_a_folder_is_opened_with_the_systems_own_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, program: str
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen

    def remember(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(start(*arguments, **options))
        return started[-1]

    _program(tmp_path, program)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(subprocess, "Popen", remember)
    assert desktop.open_folder(tmp_path / "with space") is True
    assert started[0].wait(timeout=10) == 0
    assert (tmp_path / "opened").read_text() == str(tmp_path / "with space")


def test_windows_opens_a_folder_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("os.startfile", opened.append, raising=False)
    assert desktop.open_folder(tmp_path) is True
    assert opened == [str(tmp_path)]


def test_without_a_file_manager_it_says_false(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert desktop.open_folder(tmp_path) is False
