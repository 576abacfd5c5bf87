"""Costs of whole processes: wall time, and processor time with that of every process they started and waited for."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of one run, or medians of several."""

    wall_s: float
    cpu_s: float


def cost_of(command: Sequence[str]) -> Cost:
    """Runs a command to its end and says what it took.

    Raises:
        RuntimeError: It failed; its last words are in the message.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    return Cost(wall_s=wall_s, cpu_s=used.ru_utime + used.ru_stime)


def medians(commands: Mapping[str, Sequence[str]], *, rounds: int) -> dict[str, Cost]:
    """Runs every command `rounds` times, in turns, every other round backwards: a busy minute hurts all alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds):
        for name in list(commands)[:: -1 if number % 2 else 1]:
            costs[name].append(cost_of(commands[name]))
    return {
        name: Cost(
            wall_s=statistics.median(each.wall_s for each in runs),
            cpu_s=statistics.median(each.cpu_s for each in runs),
        )
        for name, runs in costs.items()
    }


def side(name: str, *arguments: object) -> list[str]:
    """The command that runs one side of a comparison; see `sides.py`."""
    return [sys.executable, str(_HERE / "sides.py"), name, *map(str, arguments)]


def pickup(*arguments: object) -> list[str]:
    """The command `pickup`, as installed beside this interpreter."""
    return [str(Path(sys.executable).with_name("pickup")), *map(str, arguments)]
