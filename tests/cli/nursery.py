"""Starts the program's own child processes cheaply: a process that has imported what they need, and forks for each.

The program starts a child as `sys.executable -m pickup._child …`, and half of what a test costs are the imports of
those. For commands that `forks` runs, `sys.executable` is a launcher: it hands its pipes, folder and environment to
this process, which forks the child, and ends as that ends. If the launcher is killed, so is the child. Everything else
the launcher starts with the interpreter itself.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from pathlib import Path

from pickup import _child

_IMPORTED = (
    "pickup.timelines.survey",
    "pickup.timelines.deliver",
    "pickup.media.frames",
    "pickup.media.render",
    "pickup.providers.slate.render",
)
_STREAMS = 3
_LAUNCHER = """#!{python} -SE
import os, sys
if sys.argv[1:3] != ["-m", "pickup._child"]:
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
import json
from _socket import AF_UNIX, SCM_RIGHTS, SOL_SOCKET, socket
asked = json.dumps([sys.argv[3:], os.getcwd(), dict(os.environ)]).encode()
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range({streams}))
nursery = socket(AF_UNIX)
nursery.connect({address!r})
nursery.sendmsg([len(asked).to_bytes(8, "big")], [(SOL_SOCKET, SCM_RIGHTS, streams)])
nursery.sendall(asked)
ended = int.from_bytes(nursery.recv(8), "big", signed=True)
if ended < 0:
    os.kill(os.getpid(), -ended)
os._exit(ended)
"""


class Nursery:
    """The process that forks, from the outside; `launcher` stands for the interpreter.

    Args:
        folder: An empty one with a short path, as addresses and the first lines of scripts are short.
    """

    def __init__(self, folder: Path) -> None:
        self.launcher = folder / "python"
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        if self._process.stdout is None or not self._process.stdout.readline():
            raise RuntimeError("the process that forks children does not listen; what it said stands above")

    def close(self) -> None:
        """Ends it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=60)


def _serve(folder: Path) -> None:
    """Forks for each launcher, until its input ends."""
    address = str(folder / "socket")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    launcher = folder / "python"
    launcher.write_text(_LAUNCHER.format(python=sys.executable, address=address, streams=_STREAMS))
    launcher.chmod(0o755)
    for name in _IMPORTED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that tend a child
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    while True:
        ready, _, _ = select.select([listening, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        asked, _ = listening.accept()
        if not os.fork():
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _tend(asked)
        asked.close()


def _tend(asked: socket.socket) -> None:
    """Forks one child and tells how it ended; where nobody is left to be told it is killed."""
    header, streams, _, _ = socket.recv_fds(asked, 8, _STREAMS)
    length, content = int.from_bytes(header, "big"), b""
    while len(content) < length:
        content += asked.recv(length - len(content))
    child = os.fork()
    if not child:
        asked.close()
        _become(streams, *json.loads(content))
    for stream in streams:
        os.close(stream)
    ending = os.pidfd_open(child)
    ready, _, _ = select.select([asked, ending], [], [])
    if ending not in ready:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ending in ready:
        asked.sendall(code.to_bytes(8, "big", signed=True))
    os._exit(0)


def _become(streams: list[int], arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Is the child that the program asked for."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    _child.main(arguments)


if __name__ == "__main__":
    try:
        _serve(Path(sys.argv[1]))
    except BaseException:  # noqa: BLE001 - a copy that fails must not go on as the program
        traceback.print_exc()
        os._exit(1)
