"""Starts the program many times cheaply: a process that has imported it once, and forks for each command.

A start costs a second of imports, and the tests make hundreds. Each command still has a process, arguments,
environment, folder and files of its own; its own children come from a `nursery` likewise. What needs more (a terminal,
a signal, another PYTHONPATH) starts the program as usual.

Each line on standard input is a command; the answer is its process id, then its exit code.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nursery import Nursery

_IMPORTED = ("pickup.cli.main", "pickup.cli.fill", "pickup.cli.plan", "pickup.cli.relink", "pickup.cli.takes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one command left behind."""

    code: int
    out: str
    err: str


class Forks:
    """The process that forks, from the outside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._nursery: Nursery | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="forks-")

    def run(self, arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout_s: float) -> Done:
        """Runs `pickup` to its end, from a fork where that can be."""
        alike = all(os.environ.get(name) == environment.get(name) for name in ("PYTHONPATH", "PYTHONHASHSEED"))
        if not hasattr(os, "fork") or not alike or not self._lock.acquire(blocking=False):
            return _started(arguments, folder=folder, environment=environment, timeout_s=timeout_s)
        try:
            with tempfile.TemporaryDirectory(prefix="pickup-run-") as files:
                code = self._run(
                    {
                        "arguments": [*arguments],
                        "folder": str(folder),
                        "environment": {**environment},
                        "files": files,
                    },
                    timeout_s=timeout_s,
                )
                out, err = (Path(files, name).read_text(encoding="utf-8") for name in ("out", "err"))
                return Done(code=code, out=out, err=err)
        finally:
            self._lock.release()

    def _run(self, command: dict[str, object], *, timeout_s: float) -> int:
        if self._nursery is None and hasattr(os, "pidfd_open"):
            self._nursery = Nursery(Path(self._folder.name))
        if self._process is None or self._process.poll() is not None:
            launcher = [] if self._nursery is None else [str(self._nursery.launcher)]
            self._process = subprocess.Popen(
                [sys.executable, __file__, *launcher], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        writing, reading = self._process.stdin, self._process.stdout
        if writing is None or reading is None:
            raise RuntimeError("the process that forks has no pipes")
        writing.write(json.dumps(command) + "\n")
        writing.flush()
        child = int(reading.readline())
        ending = threading.Timer(timeout_s, _end, args=(child,))
        ending.start()
        try:
            return int(reading.readline())
        finally:
            ending.cancel()

    def close(self) -> None:
        """Ends it."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=60)
        if self._nursery is not None:
            self._nursery.close()
        self._folder.cleanup()


FORKS = Forks()
atexit.register(FORKS.close)


def _started(arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout_s: float) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "pickup", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        timeout=timeout_s,
        check=False,
    )
    return Done(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


def _end(child: int) -> None:
    os.kill(child, 9)


def _serve() -> None:
    """Forks for each line; the child returns from here as the program."""
    for name in _IMPORTED:
        __import__(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(json.loads(line))
            return
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()
    os._exit(0)


def _become(command: dict[str, Any]) -> None:
    """Takes on a command's own arguments, environment, folder and files."""
    files = Path(command["files"])
    for number, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, files / "out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, files / "err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["folder"])
    if sys.argv[1:] and "--install" not in command["arguments"]:  # which writes down where the interpreter is
        sys.executable = sys.argv[1]
    sys.argv = ["pickup", *command["arguments"]]


if __name__ == "__main__":
    _serve()
    from pickup.__main__ import main

    main()
