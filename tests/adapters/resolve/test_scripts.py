"""The two scripts as Resolve runs them: with `resolve` as a global or from its module, with `__file__` or without."""

from __future__ import annotations

import runpy
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from made_cut import Room

SEND, RECEIVE = "Pickup - Send.py", "Pickup - Receive.py"


@pytest.fixture
def scripts(room: Room, adapter: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the scripts, with a package of its own; the one that tests import is put back afterwards."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(adapter, room.scripts, dirs_exist_ok=True, ignore=ignore)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(adapter)])
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith("pickup_for_resolve")}
    monkeypatch.setattr(sys, "argv", [""])
    yield room.scripts
    for name in [name for name in sys.modules if name.startswith("pickup_for_resolve")]:
        del sys.modules[name]
    sys.modules.update(kept)


def run_without_file(script: Path, scope: dict[str, object], *, named: str) -> None:
    exec(compile(script.read_text(), named, "exec"), scope)  # as Resolve runs it


def test_with_the_global_both_do_their_work(room: Room, scripts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(scripts / SEND), init_globals={"resolve": room.resolve})
    assert "Sent Reel_1.otio" in capsys.readouterr().out
    assert (room.folder / "Reel_1.otio").is_file()
    runpy.run_path(str(scripts / RECEIVE), init_globals={"resolve": room.resolve})
    assert "reel1_v001 is here and open" in capsys.readouterr().out
    assert room.names() == ["Reel 1", "Selects", "reel1_v001"]


def test_an_argument_imports_once_more(
    room: Room, scripts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for argv in ([""], [""], [RECEIVE, "--again"]):
        monkeypatch.setattr(sys, "argv", argv)
        runpy.run_path(str(scripts / RECEIVE), init_globals={"resolve": room.resolve})
    assert room.names() == ["Reel 1", "Selects", "reel1_v001", "reel1_v001 2"]
    assert capsys.readouterr().out.count("imported before") == 1


@pytest.mark.parametrize("script", [SEND, RECEIVE])
def test_without_the_global_the_scripting_module_is_asked(
    room: Room, scripts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    asked: list[str] = []

    def scriptapp(name: str) -> object:
        asked.append(name)
        return room.resolve

    module = SimpleNamespace(scriptapp=scriptapp)
    monkeypatch.setitem(sys.modules, "DaVinciResolveScript", module)
    runpy.run_path(str(scripts / script))
    assert asked == ["Resolve"]
    assert capsys.readouterr().out.startswith("Pickup:\n")


@pytest.mark.parametrize("script", [SEND, RECEIVE])
def test_without_resolve_they_say_so(scripts: Path, capsys: pytest.CaptureFixture[str], script: str) -> None:
    runpy.run_path(str(scripts / script))
    assert "DaVinci Resolve does not answer." in capsys.readouterr().out


@pytest.mark.parametrize("script", [SEND, RECEIVE])
def test_without_file_the_code_says_where_it_is(
    room: Room, scripts: Path, capsys: pytest.CaptureFixture[str], script: str
) -> None:
    run_without_file(scripts / script, {"resolve": room.resolve}, named=str(scripts / script))
    assert capsys.readouterr().out.startswith("Pickup:\n")


@pytest.mark.parametrize("script", [SEND, RECEIVE])
@pytest.mark.parametrize(
    ("variable", "base"),
    [
        ("HOME", ".local/share/DaVinciResolve"),
        ("HOME", "Library/Application Support/Blackmagic Design/DaVinci Resolve"),
        ("APPDATA", "Blackmagic Design/DaVinci Resolve/Support"),
        ("PROGRAMDATA", "Blackmagic Design/DaVinci Resolve"),
    ],
)
def test_else_the_folders_of_scripts_are_known(
    room: Room,
    scripts: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    variable: str,
    base: str,
) -> None:
    for name in ("HOME", "APPDATA", "PROGRAMDATA"):
        monkeypatch.setenv(name, str(room.path / "none"))
    monkeypatch.setenv(variable, str(room.path / "machine"))
    known = room.path / "machine" / base / "Fusion" / "Scripts" / "Utility"
    known.parent.mkdir(parents=True)
    scripts.rename(known)
    run_without_file(known / script, {"resolve": room.resolve}, named="<string>")
    assert capsys.readouterr().out.startswith("Pickup:\n")


@pytest.mark.parametrize("script", [SEND, RECEIVE])
def test_without_their_package_they_say_what_to_run(
    room: Room, scripts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setenv("HOME", str(room.path))
    shutil.rmtree(scripts / "pickup_for_resolve")
    runpy.run_path(str(scripts / script), init_globals={"resolve": room.resolve})
    assert "pickup plugins install resolve --folder DIR" in capsys.readouterr().out
    assert not room.world.calls
