"""What a watcher's process uses, asked of the system every second; Linux only.

meter = Meter()
meter.sample(pid, files=12)
meter.growth()                  the second quarter beside the last
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_EVERY_S = 1.0
_MOST_SHARE = 0.10
_MOST_MB = 8.0
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look: seconds since the first, resident memory, threads, open files, and files that are known."""

    at_s: float
    rss_mb: float
    threads: int
    open_files: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What the second and the last quarter of a life come to."""

    before: Sample
    after: Sample

    @property
    def faults(self) -> list[str]:
        """What is not flat: memory, threads or open files."""
        before, after = self.before, self.after
        faults = []
        if after.rss_mb > before.rss_mb * (1 + _MOST_SHARE) + _MOST_MB:
            faults.append(f"memory grew from {before.rss_mb:.1f} to {after.rss_mb:.1f} MB")
        if after.threads > before.threads + 2:
            faults.append(f"threads grew from {before.threads} to {after.threads}")
        if after.open_files > before.open_files + 4:
            faults.append(f"open files grew from {before.open_files} to {after.open_files}")
        return faults


@dataclass(slots=True, kw_only=True)
class Meter:
    """The samples of one process."""

    samples: list[Sample] = field(default_factory=list)
    _begin: float | None = None
    _next: float = 0.0

    def sample(self, pid: int, *, files: Callable[[], int]) -> None:
        """Looks, at most once a second; `files` says how many files lie in the folder."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY_S
        self._begin = self._begin or now
        process = _PROC / str(pid)
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
        self.samples.append(
            Sample(
                at_s=now - self._begin,
                rss_mb=int(status["VmRSS"].split()[0]) / 1024,
                threads=int(status["Threads"]),
                open_files=sum(1 for _ in (process / "fd").iterdir()),
                files=files(),
            )
        )

    def growth(self) -> Growth:
        """How the last quarter compares with the second."""
        quarter = len(self.samples) // 4
        return Growth(before=_sum_up(self.samples[quarter : 2 * quarter]), after=_sum_up(self.samples[-quarter:]))

    def parts(self, number: int) -> list[Sample]:
        """What so many equal parts come to."""
        size = len(self.samples) / number
        cuts = [round(size * each) for each in range(number + 1)]
        return [_sum_up(self.samples[start:end]) for start, end in itertools.pairwise(cuts)]


def cpu_s(pid: int) -> float:
    """Processor seconds that a process took, its children not counted."""
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory of a process."""
    return int((_PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def processes_with(setting: str) -> list[int]:
    """Every process whose environment holds `NAME=value`, but this one."""
    found = []
    for process in _PROC.iterdir():
        if process.name.isdecimal() and process.name != str(os.getpid()):
            try:
                if setting.encode() in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
            except OSError:
                continue  # it ended, or is another user's
    return found


def _sum_up(samples: Sequence[Sample]) -> Sample:
    """Medians; of threads and open files the fewest, because each child in work adds some for a while."""
    return Sample(
        at_s=statistics.median(each.at_s for each in samples),
        rss_mb=statistics.median(each.rss_mb for each in samples),
        threads=min(each.threads for each in samples),
        open_files=min(each.open_files for each in samples),
        files=round(statistics.median(each.files for each in samples)),
    )
