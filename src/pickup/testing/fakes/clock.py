"""The time of a fake server: it stands still until a test moves it, or runs with this computer.

clock = VirtualClock()
clock.advance(90)
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

EPOCH_S = 1_790_000_000.0
"""Where a virtual clock begins, in seconds of Unix time: 2026-09-21."""


class Clock(Protocol):
    """Seconds of Unix time, which may be moved on."""

    def now(self) -> float:
        """The time, in seconds."""

    def advance(self, seconds: float) -> None:
        """Moves it on."""


class VirtualClock:
    """Stands still between two calls of `advance`; safe between threads."""

    def __init__(self, start_s: float = EPOCH_S) -> None:
        self._now_s = start_s
        self._lock = Lock()

    def now(self) -> float:
        """The time, in seconds."""
        with self._lock:
            return self._now_s

    def advance(self, seconds: float) -> None:
        """Moves it on.

        Raises:
            ValueError: Back in time.
        """
        with self._lock:
            self._now_s += _forward(seconds)


class RealClock:
    """This computer's time, plus what it was advanced by."""

    def __init__(self) -> None:
        self._ahead = VirtualClock(0.0)

    def now(self) -> float:
        """The time, in seconds."""
        return time.time() + self._ahead.now()

    def advance(self, seconds: float) -> None:
        """Moves it on, ahead of this computer's time."""
        self._ahead.advance(seconds)


def _forward(seconds: float) -> float:
    if not seconds >= 0:
        raise ValueError(f"a clock cannot be moved on by {seconds!r} s")
    return seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When a job is over: the time has passed *and* the polls were seen.

    Attributes:
        latency_s: Seconds of the fake's clock.
        polls: How many polls say that it is not over.
    """

    latency_s: float = 0.0
    polls: int = 1
