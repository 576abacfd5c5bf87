"""Kdenlive itself, on a display that nobody sees: what windows it shows when it opens a project.

Kdenlive has no way to be asked; it says what it thinks of a project in a dialog over its main window. The main window
has the project's name in its title only when the project is open, so both outcomes are seen for what they are.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from harness.programs import RenderFailed

PROBLEMS = "Clip Problems — Kdenlive"
"""Title of the dialog that lists missing media."""

_PROGRAMS = {
    "kdenlive": "kdenlive",
    "Xvfb": "xvfb",
    "xwininfo": "x11-utils",
    "dbus-run-session": "dbus-daemon",
}
_PATH = "/usr/bin:/bin"
_TIMEOUT_S = 60.0
_POLL_S = 0.5
_NAMED_WINDOW = re.compile(r'^ +0x[0-9a-f]+ "(.*)": \("kdenlive"')
_NOT_NEW = "[version]\nversion=22.12.3\n\n[misc]\nsdlAudioBackend=sdl2_audio\n"
"""Settings without which it greets a new user with a wizard, which hides what it says of the project."""


def missing_kdenlive() -> str | None:
    """What is not installed, or nothing."""
    return next((package for name, package in _PROGRAMS.items() if shutil.which(name, path=_PATH) is None), None)


def open_in_kdenlive(project: Path) -> list[str]:
    """The titles of its windows once it has opened the project or asks something, without its own bare name.

    Raises:
        RenderFailed: It ended, or did neither in a minute.
    """
    with TemporaryDirectory(prefix="kd", ignore_cleanup_errors=True) as folder, _display() as display:
        home = Path(folder)  # not the test's: its sockets lie here, and what their paths may be is short
        (home / ".config").mkdir()
        (home / ".config" / "kdenliverc").write_text(_NOT_NEW)
        environment = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "TMPDIR": str(home),  # it leaves a lock there, and asks about a crash when it finds one
            "PATH": _PATH,
            "LANG": "C.UTF-8",
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "SDL_AUDIODRIVER": "dummy",
        }
        with (
            (home / "log").open("wb") as log,
            _group(
                ["dbus-run-session", "--", "kdenlive", str(project)], log=log.fileno(), environment=environment
            ) as program,
        ):
            return _wait_for_a_word(program, environment=environment, log=home / "log")


def _wait_for_a_word(program: subprocess.Popen[bytes], *, environment: dict[str, str], log: Path) -> list[str]:
    deadline = monotonic() + _TIMEOUT_S
    last: list[str] = []
    while monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            code = program.wait(_POLL_S)
            raise RenderFailed(f"kdenlive ended with {code}: {log.read_text(errors='replace')[-2000:]}")
        titles = _titles(environment)
        if titles and titles == last:  # a dialog may yet come: two looks must agree
            return titles
        last = titles
    raise RenderFailed(f"kdenlive opened nothing in {_TIMEOUT_S:.0f} s: {log.read_text(errors='replace')[-2000:]}")


def _titles(environment: dict[str, str]) -> list[str]:
    seen = subprocess.run(
        ["xwininfo", "-root", "-tree"], env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
    )
    found = (_NAMED_WINDOW.match(line) for line in seen.stdout.splitlines())
    titles = (match.group(1).strip() for match in found if match is not None)
    return [title for title in titles if title not in {"kdenlive", "Kdenlive"}]


@contextmanager
def _display() -> Iterator[str]:
    """An X server on a display number of its own choice."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        env={"PATH": _PATH},
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        if not number:
            raise RenderFailed("Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(_TIMEOUT_S)


@contextmanager
def _group(command: list[str], *, log: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program with all that it starts, which ends with the block."""
    program = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield program
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait(_TIMEOUT_S)
