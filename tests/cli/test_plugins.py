"""`pickup plugins` as an editor runs it: shown, asked, written, listed and removed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from pickup.cli.main import run
from pickup.cli.plugins import command
from pickup.errors import ConfigError
from pickup.nle.carried import resolve_files
from pickup.nle.faults import PluginError
from pickup.nle.places import Machine, resolve_scripts

FOLDER = "--folder"


@dataclass(frozen=True)
class Studio:
    """A user's machine with a watched folder `in`."""

    place: Path
    platform: str = "linux"

    @property
    def machine(self) -> Machine:
        environment = {"PICKUP_STATE": str(self.place / "state")}
        return Machine(platform=self.platform, home=str(self.place), environment=environment, root=str(self.place))

    @property
    def watched(self) -> Path:
        return self.place / "in"

    @property
    def scripts(self) -> Path:
        return Path(resolve_scripts(self.machine)[0])

    def run(self, *arguments: object) -> Result:
        environment = {"PICKUP_CONFIG": str(self.place / "user.toml"), "PICKUP_LIBRARY": None, "COLUMNS": "80"}
        runner = CliRunner(env=environment)
        result = runner.invoke(command, [*map(str, arguments)], obj=self.machine, standalone_mode=False)
        if result.exception:
            raise result.exception
        return result

    def document(self, *arguments: object) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def settings(self) -> Any:
        return json.loads((self.scripts / "pickup_settings.json").read_text())


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    (tmp_path / "in").mkdir()
    (tmp_path / "user.toml").touch()
    return Studio(tmp_path)


def test_the_buttons_are_put_where_resolve_finds_them_and_told_their_folder(studio: Studio) -> None:
    document = studio.document("install", "resolve", FOLDER, studio.watched, "--yes")
    assert set(document) == {"schema", "action", "version", "done", "plugins", "steps", "adobe", "next"}
    assert (document["schema"], document["action"], document["done"]) == ("Plugins.1", "install", True)
    [plugin] = document["plugins"]
    assert (plugin["state"], plugin["folder"]) == ("installed", str(studio.scripts))
    assert {path: (studio.scripts / path).read_bytes() for path in resolve_files()} == dict(resolve_files())
    assert studio.settings() == {
        "schema": "Adapter.1",
        "version": document["version"],
        "folder": str(studio.watched),
        "library": str(studio.watched / "pickup"),
    }
    shown = {step["path"] for step in document["steps"]}
    assert shown == {str(path) for path in studio.scripts.rglob("*") if path.is_file()}
    assert document["next"].startswith(f"run `pickup watch {studio.watched}`; in Resolve choose")


def test_the_folder_and_the_library_are_kept_until_others_are_named(studio: Studio) -> None:
    with pytest.raises(ConfigError, match="which folder"):
        studio.run("install", "resolve", "--yes")
    other = studio.place / "other"
    other.mkdir()
    (other / "pickup.toml").write_text('library = "takes"\n')
    studio.run("install", "resolve", FOLDER, studio.watched, "--library", studio.place / "lib", "--yes")
    assert studio.settings()["library"] == str(studio.place / "lib")
    assert not any(each["do"] != "same" for each in studio.document("install", "resolve", "--yes")["steps"])
    studio.run("install", "resolve", FOLDER, other, "--yes")
    assert (studio.settings()["folder"], studio.settings()["library"]) == (str(other), str(other / "takes"))
    (other / "pickup.toml").unlink()
    other.rmdir()  # a drive that is away
    assert studio.run("install", "resolve", "--yes").return_value == 0
    assert studio.settings()["folder"] == str(other)


def test_all_users_share_a_folder_that_is_listed_once_it_is_used(studio: Studio) -> None:
    (studio.place / "home" / "resolve").mkdir(parents=True)
    [plugin] = studio.document("install", "resolve", "--all-users", FOLDER, studio.watched, "--yes")["plugins"]
    assert plugin["folder"] == str(studio.place / "home" / "resolve" / "Fusion" / "Scripts" / "Utility")
    states = [(each["plugin"], each["state"]) for each in studio.document("list")["plugins"]]
    assert states == [("resolve", "absent"), ("resolve", "installed"), ("premiere", "unavailable")]
    studio.run("uninstall", "resolve", "--all-users", "--yes")
    assert [path.name for path in (studio.place / "home" / "resolve").iterdir()] == []


def test_premieres_package_can_be_written_for_another_machine(studio: Studio) -> None:
    answer = studio.run("install", "premiere", "--to", studio.place / "stick", "--yes")
    assert "double-click" in answer.stdout
    assert "on a machine with Premiere" in answer.stdout
    assert studio.run("list", "premiere", "--to", studio.place / "stick").stdout.startswith("Adobe Premiere  installed")
    studio.run("uninstall", "premiere", "--to", studio.place / "stick", "--yes")
    assert not (studio.place / "stick").exists()


WRONG: dict[str, tuple[tuple[str, ...], type[Exception]]] = {
    "no NLE": (("install",), click.UsageError),
    "an unknown NLE": (("install", "avid"), click.UsageError),
    "a folder for Premiere": (("install", "premiere", "--folder", "in"), click.UsageError),
    "a list of one folder for both": (("list", "--to", "in"), click.UsageError),
    "all users of Premiere": (("install", "premiere", "--all-users"), ConfigError),
    "a list of all users of Premiere": (("list", "premiere", "--all-users"), ConfigError),
    "all users and a folder": (("uninstall", "resolve", "--all-users", "--to", "in"), ConfigError),
    "a watched folder that is not there": (("install", "resolve", "--folder", "gone"), ConfigError),
    "Premiere on Linux": (("install", "premiere"), PluginError),
    "no yes": (("install", "premiere", "--to", "in"), ConfigError),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_done_is_refused_and_changes_nothing(studio: Studio, case: str) -> None:
    arguments, error = WRONG[case]
    before = sorted(studio.place.rglob("*"))
    with pytest.raises(error):
        studio.run(*(str(studio.watched) if each == "in" else each for each in arguments))
    assert sorted(studio.place.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [((), 2, "CONFIG"), ((FOLDER, "in"), 1, "PLUGIN"), (("--sideways",), 2, "USAGE")],
    ids=["no folder", "a foreign file", "an unknown option"],
)
def test_errors_are_one_document_with_a_next_step(
    studio: Studio, arguments: tuple[str, ...], code: int, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (studio.place / "scripts").mkdir()
    (studio.place / "scripts" / "Pickup - Send.py").write_text("theirs")
    whole = (str(studio.watched) if each == "in" else each for each in arguments)
    told = run(["plugins", "install", "resolve", "--to", str(studio.place / "scripts"), *whole, "--yes", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert (told, document["schema"], document["code"]) == (code, "Error.1", name)
    assert document["next"]


def test_a_program_without_a_yes_gets_the_plan_and_nothing_is_written(studio: Studio) -> None:
    answer = studio.run("install", "resolve", FOLDER, studio.watched, "--json")
    document = json.loads(answer.stdout)
    assert (answer.return_value, document["done"], document["next"]) == (2, False, "add --yes")
    assert {each["do"] for each in document["steps"]} == {"write"}
    assert [each["state"] for each in document["plugins"]] == ["absent"]
    assert not studio.scripts.exists()


def test_nothing_is_installed_and_nothing_is_removed(studio: Studio) -> None:
    answer = studio.run("uninstall", "resolve")
    assert (answer.return_value, "Nothing of Pickup's" in answer.stdout) == (0, True)


def test_edited_files_are_listed_and_kept(studio: Studio) -> None:
    studio.run("install", "resolve", FOLDER, studio.watched, "--yes")
    edited = studio.scripts / "pickup_for_resolve" / "words.py"
    edited.write_text("edited")
    assert "edited since: pickup_for_resolve/words.py" in studio.run("list", "resolve").stdout
    answer = studio.run("uninstall", "resolve", "--yes")
    assert "edited since; --force removes it" in answer.stdout
    assert "Removed. 1 file kept" in answer.stdout
    assert list(studio.scripts.rglob("*.py")) == [edited]
    again = studio.run("uninstall", "resolve", "--yes")
    assert "There is nothing to remove. 1 file kept" in again.stdout


def test_names_of_folders_are_no_markup_and_are_quoted_for_the_shell(studio: Studio) -> None:
    watched = studio.place / "my [bold]cut"
    watched.mkdir()
    answer = studio.run("install", "resolve", FOLDER, watched, "--yes")
    assert f"watched folder: {watched}\n" in answer.stdout
    assert f"run `pickup watch '{watched}'`" in answer.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals of this kind")
def test_a_terminal_shows_every_file_and_then_asks(studio: Studio) -> None:
    arguments = ("install", "resolve", FOLDER, "in", "--to", "scripts")
    said = on_terminal(studio.place, *arguments, "--quiet", answer="n\n")
    assert all(path in said for path in resolve_files())
    assert said.index("Pickup - Send.py") < said.index("Go on? [y/N]") < said.index("Nothing was changed.")
    assert not (studio.place / "scripts").exists()
    said = on_terminal(studio.place, *arguments, answer="y\n")
    assert said.index("Go on? [y/N]") < said.index("is installed")
    assert (studio.place / "scripts" / "Pickup - Send.py").is_file()
    assert all(len(line) <= 80 for line in said.splitlines() if str(studio.place) not in line)


def read_some(terminal: int) -> bytes:
    """What was shown since; nothing once the program has ended, which Linux calls an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def on_terminal(folder: Path, *arguments: str, answer: str) -> str:
    """What the program shows on a terminal of 80 columns."""
    ours, its = os.openpty()
    environment = {**os.environ, "PICKUP_CONFIG": str(folder / "user.toml"), "COLUMNS": "80", "TERM": "dumb"}
    shown = bytearray()
    with subprocess.Popen(
        [sys.executable, "-m", "pickup", "plugins", *arguments],
        cwd=folder,
        env=environment,
        stdin=its,
        stdout=its,
        stderr=its,
    ) as program:
        os.close(its)
        os.write(ours, answer.encode())
        while piece := read_some(ours):
            shown += piece
    os.close(ours)
    assert program.returncode == 0
    return shown.decode().replace("\r\n", "\n")
