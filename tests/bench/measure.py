"""Costs of whole processes: wall time, and processor time with that of every process they started and waited for.

The peak of memory is the resident set of the one process that had the largest; `peak_of_family` adds up those that are
there at one time.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_LOOK_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds and megabytes (of 1,000,000 bytes) of one run, or medians of several."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def cost_of(command: Sequence[str]) -> Cost:
    """Runs a command to its end and says what it took.

    Raises:
        RuntimeError: It failed; its last words are in the message.
    """
    ended = subprocess.run([sys.executable, "-S", str(_HERE / "launch.py"), *command], capture_output=True, check=False)
    if ended.returncode:
        said = ended.stderr.decode(errors="replace")[-2000:]
        raise RuntimeError(f"{command} ended with {ended.returncode}: {said}")
    wall_s, cpu_s, peak_mb = json.loads(ended.stdout)
    return Cost(wall_s=wall_s, cpu_s=cpu_s, peak_mb=peak_mb)


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
            peak_mb=statistics.median(each.peak_mb for each in runs),
        )
        for name, runs in costs.items()
    }


def at_once(commands: Mapping[str, Sequence[str]]) -> dict[str, Cost]:
    """Runs commands at the same time: what else the machine does, and how it shares its cores, meets all alike."""
    with ThreadPoolExecutor(len(commands)) as pool:
        return dict(zip(commands, pool.map(cost_of, commands.values()), strict=True))


def peak_of_family(command: Sequence[str]) -> float:
    """Runs a command to its end; the most megabytes that it and its descendants held together, looked at now and then.

    What they share is counted once (Linux: the proportional set).

    Raises:
        RuntimeError: It failed.
    """
    peak_kb = 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak_kb = max(peak_kb, sum(map(_proportional_kb, _family(process.pid))))
        time.sleep(_LOOK_S)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return peak_kb * 1024 / 1e6


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []
    return [pid, *(each for child in children for each in _family(child))]


def _proportional_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def side(name: str, *arguments: object, program: str = "sides") -> list[str]:
    """The command that runs one side of a comparison; see `sides.py`, and `conform_sides.py`."""
    return [sys.executable, str(_HERE / f"{program}.py"), name, *map(str, arguments)]


def pickup(*arguments: object) -> list[str]:
    """The command `pickup`, as installed beside this interpreter."""
    return [str(Path(sys.executable).with_name("pickup")), *map(str, arguments)]
