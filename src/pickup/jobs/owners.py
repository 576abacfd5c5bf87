"""Who moves a job: a text that names host, process and run, and whether that process still lives.

    studio-7/4321/88123/1f0c…       host, process id, its start time, a random part for this run

The start time tells a process from a later one that was given the same id.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

_PS_SECONDS = 5
_FIELDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One run in one process.

    Attributes:
        started: The process's start time in whatever unit the system tells it, only to be compared.
    """

    host: str
    pid: int
    started: str
    run: str

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.started}/{self.run}"

    @classmethod
    def parse(cls, text: str) -> Owner | None:
        """Reads what `str` wrote; None for anything else."""
        parts = text.rsplit("/", _FIELDS - 1)
        if len(parts) != _FIELDS or not parts[1].isdigit():
            return None
        return cls(host=parts[0], pid=int(parts[1]), started=parts[2], run=parts[3])


def this_run(*, pid: int) -> Owner:
    """A new owner for the process `pid`, which must be the calling one."""
    return Owner(host=_host(), pid=pid, started=_start_of(pid) or "", run=uuid.uuid4().hex)


def is_dead(owner_text: str) -> bool:
    """Whether this owner certainly cannot act any more: its process on this host has ended.

    False for another host, and where the system does not say.
    """
    owner = _here(owner_text)
    return owner is not None and _start_of(owner.pid) not in (owner.started, "")


def is_alive(owner_text: str) -> bool:
    """Whether this owner certainly can still act: its process runs on this host. False where nobody can tell."""
    owner = _here(owner_text)
    return owner is not None and _start_of(owner.pid) == owner.started


def _here(owner_text: str) -> Owner | None:
    owner = Owner.parse(owner_text)
    return owner if owner is not None and owner.host == _host() and owner.started else None


def _host() -> str:
    """Name of this host; a container is a host of its own, since it cannot see the processes of another."""
    name = socket.gethostname().replace("/", "-")
    namespace = Path("/proc/self/ns/pid")
    try:
        return f"{name}:{namespace.readlink().name}"
    except OSError:
        return name


def _start_of(pid: int) -> str | None:
    """Start time of a living process; None when there is none, empty where the system does not say."""
    if sys.platform == "win32":
        return _start_on_windows(pid)
    if Path("/proc/self/stat").exists():
        return _start_on_linux(pid)
    return _start_by_ps(pid)


def _start_on_linux(pid: int) -> str | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # proc(5): the name in parentheses may hold anything, so fields are counted after the last one
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else fields[19]


def _start_by_ps(pid: int) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with a number
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_PS_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().replace("/", "-") or None


if sys.platform == "win32":
    import ctypes

    def _start_on_windows(pid: int) -> str | None:
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return None
        times = [ctypes.c_ulonglong() for _ in range(4)]
        try:
            told = kernel.GetProcessTimes(ctypes.c_void_p(handle), *(ctypes.byref(each) for each in times))
        finally:
            kernel.CloseHandle(ctypes.c_void_p(handle))
        created, ended = times[0].value, times[1].value
        return str(created) if told and not ended else None
