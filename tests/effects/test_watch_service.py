"""`pickup watch --install`: files that systemd, launchd and Windows read back as they were meant."""

from __future__ import annotations

import difflib
import json
import os
import plistlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pickup.cli.watch import command
from pickup.errors import ConfigError
from pickup.nle.places import Machine
from pickup.watch.service import Service, System, Watcher, make_service, watched_by

HARD = r"""/a b'"c\d $HOME ${HOME} $$ %h %% ; # <&> -- é"""
USER = {"USERNAME": "mara", "USERDOMAIN": "EDIT"}

any_folder = (
    st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name).map(lambda name: f"/{os.fsdecode(name)}")
)
xml_folder = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12).map(lambda name: f"/{name}")


def made(*folders: str, platform: str, program: str = "/venv/bin/python", **variables: str) -> Service:
    watcher = Watcher(program=program, folders=folders, library="/li b", config=None, variables=variables)
    return make_service(watcher, platform=platform, home="/home/mara", environment=USER)


def systemd_words(line: str, *, dollars: bool) -> list[bytes]:
    """A line's words, as systemd.syntax(7) takes them apart, specifiers and (where wished) dollars being doubled."""
    raw = line.encode()
    words = [b"".join(letters(each)) for each in re.findall(rb'(?:[^\s"\\]|"(?:\\.|[^"\\])*")+', raw, re.DOTALL)]
    assert b" ".join(re.findall(rb'(?:[^\s"\\]|"(?:\\.|[^"\\])*")+', raw, re.DOTALL)) == raw
    return [halved(halved(each, b"%"), b"$") if dollars else halved(each, b"%") for each in words]


def letters(word: bytes) -> Iterator[bytes]:
    for piece in re.findall(rb"\\x[0-9a-f]{2}|\\.|[^\"\\]", word, re.DOTALL):
        if piece.startswith(b"\\x"):
            yield bytes.fromhex(piece[2:].decode())
        else:
            yield piece.removeprefix(b"\\") or b"\\"


def halved(word: bytes, sign: bytes) -> bytes:
    assert sign not in word.replace(sign * 2, b"")
    return word.replace(sign * 2, sign)


def windows_words(line: str) -> list[str]:
    """A line's words, as CommandLineToArgvW documents it: backslashes count only before a quotation mark."""
    words, inside = [""], False
    for slashes, sign in re.findall(r"(\\*)([^\\]|$)", line, re.DOTALL):
        words[-1] += slashes if sign != '"' else "\\" * (len(slashes) // 2)
        if sign == '"' and len(slashes) % 2 == 0:
            inside = not inside
        elif sign in (" ", "\t") and not inside:
            words.append("")
        else:
            words[-1] += sign
    assert not inside
    return words


def values(service: Service, key: str) -> list[str]:
    """What a unit sets; no line of it goes on in the next."""
    lines = service.content.decode().split("\n")
    assert not any(line.endswith("\\") or not line.isprintable() for line in lines)
    return [line.removeprefix(f"{key}=") for line in lines if line.startswith(f"{key}=")]


def words_of(service: Service) -> list[str]:
    """Program and arguments, as the service's system would start them."""
    if service.system == "systemd":
        [line] = values(service, "ExecStart")
        return [os.fsdecode(each) for each in systemd_words(line, dollars=True)]
    if service.system == "launchd":
        return list(plistlib.loads(service.content)["ProgramArguments"])
    task = ET.fromstring(service.content)
    found = {each.tag.rpartition("}")[2]: each.text or "" for each in task.iter()}
    return [found["Command"], *windows_words(found["Arguments"])]


@given(first=any_folder, second=any_folder)
@example(first=HARD, second="/ends with \\")
@example(first="/\udcff\u2028\n\t", second="/;")
def test_systemd_reads_any_folder_back(first: str, second: str) -> None:
    service = made(first, second, platform="linux", PICKUP_STATE=HARD)
    start = ["/venv/bin/python", "-P", "-m", "pickup", "watch", "--library", "/li b"]
    assert words_of(service) == [*start, first, second]
    [variable] = values(service, "Environment")
    assert systemd_words(variable, dollars=False) == [f"PICKUP_STATE={HARD}".encode()]
    assert watched_by(service.text) == (first, second)
    assert service.path.as_posix() == f"/home/mara/.config/systemd/user/{service.name}.service"


@given(folder=xml_folder)
@example(folder=HARD)
def test_launchd_reads_any_folder_back(folder: str) -> None:
    service = made(folder, platform="darwin", PICKUP_STATE=HARD)
    assert words_of(service)[8:] == ["watch", "--quiet", "--library", "/li b", folder]
    agent = plistlib.loads(service.content)
    assert (agent["Label"], agent["EnvironmentVariables"]) == (service.name, {"PICKUP_STATE": HARD})
    assert (agent["RunAtLoad"], agent["KeepAlive"]) == (True, {"SuccessfulExit": False})
    assert watched_by(service.text) == (folder,)


@given(folder=xml_folder)
@example(folder=HARD.replace("%", ""))
@example(folder='/ends with "\\')
def test_windows_reads_any_folder_back(folder: str) -> None:
    assume(folder.count("%") < 2 and "$(" not in folder)
    service = made(folder, platform="win32")
    assert words_of(service)[4:] == ["watch", "--quiet", "--library", "/li b", folder]
    assert service.content.startswith(b"\xff\xfe")
    assert watched_by(service.content.decode("utf-16")) == (folder,)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no /bin/sh")
def test_launchd_finds_keys_in_a_file_of_their_own(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\nenv | grep ^STUDIO_\necho "$@"\n')
    program.chmod(0o755)
    watcher = Watcher(program=str(program), folders=("/i $n",), library=None, config=None, variables={})
    words = words_of(make_service(watcher, platform="darwin", home=str(tmp_path), environment={}))
    keys = tmp_path / "Library" / "Application Support" / "pickup" / "keys.env"
    keys.parent.mkdir(parents=True)
    told = "-P -m pickup watch --quiet /i $n\n"
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == told
    keys.write_text("# mine\nSTUDIO_KEY=hush\n")
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == f"STUDIO_KEY=hush\n{told}"


def test_a_task_of_windows_never_ends_by_itself_and_needs_no_administrator() -> None:
    task = ET.fromstring(made("/in", platform="win32").content)
    found = [(each.tag.rpartition("}")[2], each.text) for each in task.iter()]
    assert found.count(("UserId", r"EDIT\mara")) == 2
    assert ("ExecutionTimeLimit", "PT0S") in found
    assert {text for tag, text in found if "Batteries" in tag} == {"false"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no /bin/sh")
def test_a_python_that_systemd_refuses_as_a_program_is_started_by_the_shell(tmp_path: Path) -> None:
    python = tmp_path / "o'brien $x"
    python.symlink_to("/bin/echo")
    words = words_of(made("/in", platform="linux", program=str(python)))
    assert words[:2] == ["/bin/sh", "-c"]
    said = subprocess.run(words, capture_output=True, text=True, check=True)
    assert said.stdout == "-P -m pickup watch --library /li b /in\n"


def test_a_name_is_kept_for_the_same_folders_and_differs_for_others() -> None:
    names = {made(*each, platform="linux").name for each in (("/a/in", "/b"), ("/b", "/a/in"))}
    assert len(names) == 1
    assert re.fullmatch(r"pickup-watch-in-[0-9a-f]{8}", names.pop())
    others = [made(each, platform="linux").name for each in ("/a/in", "/b/in", "/a", "/", "/Ä!")]
    assert len(set(others)) == len(others)
    assert made("/IN", platform="win32").name == made("/in", platform="win32").name


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("win32", "/100% of %TEMP%"),
        ("win32", "/$(Arg0)"),
        ("darwin", "/a\rb"),
        ("darwin", "/\udcff"),
        ("freebsd14", "/in"),
    ],
)
def test_what_a_file_cannot_say_is_refused(platform: str, folder: str) -> None:
    with pytest.raises(ConfigError):
        made(folder, platform=platform)


@dataclass(frozen=True)
class Desk:
    """A user's machine with a folder `in`."""

    place: Path
    platform: str = "linux"
    variables: dict[str, str] = field(default_factory=dict)

    def folder(self, name: str) -> Path:
        path = self.place / name
        path.mkdir(exist_ok=True)
        return path

    def run(self, *arguments: object) -> Result:
        environment = {**USER, "PICKUP_CONFIG": str(self.place / "user.toml"), **self.variables}
        machine = Machine(
            platform=self.platform, home=str(self.place / "home"), environment=environment, root=str(self.place)
        )
        words = ["--install", *map(str, arguments)]
        result = CliRunner().invoke(command, words, obj=machine, standalone_mode=False)
        if result.exception:
            raise result.exception
        return result

    def document(self, *arguments: object) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def files(self) -> set[Path]:
        return {path for path in (self.place / "home").rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "user.toml").touch()
    (tmp_path / "run" / "systemd" / "system").mkdir(parents=True)
    return Desk(tmp_path)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_file_is_written_once_and_only_for_its_user(desk: Desk, platform: str) -> None:
    desk = Desk(desk.place, platform=platform)
    document = desk.document(desk.folder("in"), "--yes")
    path = Path(document["path"])
    assert (document["schema"], document["state"], document["written"]) == ("WatchInstall.1", "new", True)
    assert document["findings"] == []
    assert desk.files() == {path}
    encoding = "utf-16" if platform == "win32" else "utf-8"
    assert path.read_bytes().decode(encoding).replace("\r\n", "\n") == document["text"]
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    assert document["name"] in document["next"]
    before = path.stat()
    said = desk.run(desk.folder("in"))
    assert (said.return_value, f"{path} is there already." in said.stdout) == (0, True)
    assert path.stat() == before


def test_a_file_that_was_edited_is_shown_and_needs_a_yes(desk: Desk) -> None:
    path = Path(desk.document(desk.folder("in"), "--yes")["path"])
    path.write_text(path.read_text().replace("RestartSec=30", "RestartSec=5"))
    edited = path.read_text()
    for quiet in ([], ["--quiet"]):
        with pytest.raises(ConfigError, match="waits for a yes"):
            desk.run(desk.folder("in"), *quiet)
    document = desk.document(desk.folder("in"))
    assert (document["state"], document["written"], document["next"]) == ("changed", False, "add --yes")
    assert "-RestartSec=5\n+RestartSec=30" in document["difference"]
    assert path.read_text() == edited
    said = desk.run(desk.folder("in"), "--yes", "--quiet")
    assert (said.stdout, "-RestartSec=5\n+RestartSec=30" in said.stderr) == ("", True)
    assert path.read_text() == document["text"]


def test_other_options_change_the_same_file_and_other_folders_get_another(desk: Desk) -> None:
    first = desk.document(desk.folder("in"), "--yes")
    again = desk.document(desk.folder("in"), "--library", desk.place / "lib", "--yes")
    assert (again["path"], again["state"]) == (first["path"], "changed")
    both = desk.document(desk.folder("in"), desk.folder("b"), "--yes")
    assert (both["state"], len(desk.files())) == ("new", 2)
    [finding] = both["findings"]
    assert (finding["code"], finding["where"]) == ("WATCHED_ALREADY", first["path"])
    assert f"{desk.place / 'in'} has a watcher already" in finding["message"]


def test_without_a_yes_nothing_is_written(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="nothing was written"):
        desk.run(desk.folder("in"))
    answer = desk.run(desk.folder("in"), "--json")
    assert (answer.return_value, json.loads(answer.stdout)["written"]) == (2, False)
    assert desk.files() == set()


def test_places_go_into_the_file_and_secrets_and_settings_do_not(desk: Desk) -> None:
    variables = {"PICKUP_STATE": "/other/state", "PICKUP_LEDGER": "postgresql://me:hush@db/x", "STUDIO_KEY": "hush"}
    desk = Desk(desk.place, variables=variables)
    document = desk.document(desk.folder("in"), "--yes")
    assert "Environment=PICKUP_STATE=/other/state\n" in document["text"]
    assert f"Environment=PICKUP_CONFIG={desk.place / 'user.toml'}\n" in document["text"]
    assert "hush" not in json.dumps(document)
    assert [(each["code"], "PICKUP_LEDGER" in each["message"]) for each in document["findings"]] == [
        ("SETTING_LEFT_OUT", True)
    ]


def test_a_watcher_that_could_not_start_is_not_installed(desk: Desk) -> None:
    (desk.folder("in") / "pickup.toml").write_text("takes = 0\n")
    for folder in (desk.place / "gone", desk.folder("in")):
        with pytest.raises(ConfigError):
            desk.run(folder, "--yes")
    assert desk.files() == set()


def test_linux_without_systemd_is_said(desk: Desk) -> None:
    (desk.place / "run" / "systemd" / "system").rmdir()
    assert [each["code"] for each in desk.document(desk.folder("in"), "--yes")["findings"]] == ["NO_SYSTEMD"]


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_what_the_file_starts_watches_with_the_ledger_of_this_terminal(desk: Desk, platform: str) -> None:
    state = desk.place / "st ate"
    desk = Desk(desk.place, platform=platform, variables={"PICKUP_STATE": str(state)})
    document = desk.document(desk.folder("in $ 'x'"), "--yes")
    service = Service(system=System(document["system"]), name="", path=Path(), text=document["text"])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PICKUP_")}
    if platform == "linux":
        for line in values(service, "Environment"):
            [word] = systemd_words(line, dollars=False)
            name, _, value = word.decode().partition("=")
            environment[name] = value
    python, *words = words_of(service)
    done = subprocess.run(
        [python, *words, "--once", "--json"],
        env=environment,
        cwd=desk.place,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [each["folder"] for each in json.loads(done.stdout)["folders"]] == [str(desk.place / "in $ 'x'")]
    assert state.is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals of this kind")
def test_a_terminal_shows_the_whole_file_and_then_asks(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    said = on_terminal(tmp_path, "--install", "in", "--quiet", answer="n\n")
    assert "Nothing was written." in said
    assert not (tmp_path / "home").exists()
    said = on_terminal(tmp_path, "--install", "in", answer="y\n")
    [path] = (path for path in (tmp_path / "home").rglob("*") if path.is_file())
    shown = said.partition("Go on? [y/N]")[0]
    assert path.read_text() in shown, "".join(difflib.ndiff([path.read_text()], [shown]))


def read_some(terminal: int) -> bytes:
    """What was shown since; nothing once the program has ended, which Linux calls an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def on_terminal(folder: Path, *arguments: str, answer: str) -> str:
    """What the program shows on a terminal."""
    ours, its = os.openpty()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PICKUP_", "XDG_"))}
    environment |= {"HOME": str(folder / "home"), "TERM": "dumb"}
    shown = bytearray()
    with subprocess.Popen(
        [sys.executable, "-m", "pickup", "watch", *arguments],
        cwd=folder, env=environment, stdin=its, stdout=its, stderr=its,
    ) as program:  # fmt: skip
        os.close(its)
        os.write(ours, answer.encode())
        while piece := read_some(ours):
            shown += piece
    os.close(ours)
    assert program.returncode == 0, shown
    return shown.decode().replace("\r\n", "\n")
