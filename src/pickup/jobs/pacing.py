"""How long a run waits: between polls, before a repeat, and for other runs. It does not wait itself.

retries = Retries(Pace(), timing=Time())
retries.next_wait(error)        2.0, 4.0, … seconds, spread by jitter; then None
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pickup.errors import PickupError, ProviderError


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to wait, in seconds.

    Attributes:
        poll_s: Before the second poll; each later wait is `growth` times longer, up to `longest_poll_s`.
        retries: How often a harmless call is repeated before the job is given up for this run.
        retry_total_s: The longest time that those repeats may take together.
        patience_s: How long one job is polled before it is parked.
        claim_s: Between looks at a job that another run moves, and at a provider that other runs keep busy.
    """

    poll_s: float = 2.0
    longest_poll_s: float = 15.0
    growth: float = 1.5
    retries: int = 5
    retry_s: float = 2.0
    longest_retry_s: float = 60.0
    retry_total_s: float = 300.0
    patience_s: float = 3600.0
    claim_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Where waiting comes from; tests bring their own.

    Attributes:
        now: Seconds that only grow.
        jitter: A number from 0.0 to 1.0; waits before a retry are spread by it.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


class Retries:
    """Counts harmless repeats of one job, in number and in time."""

    def __init__(self, pace: Pace, *, timing: Time) -> None:
        self._pace = pace
        self._timing = timing
        self._count = 0
        self._since: float | None = None

    @property
    def count(self) -> int:
        """Repeats since the provider has last answered."""
        return self._count

    def forget(self) -> None:
        """The provider has answered: earlier trouble no longer counts."""
        self._count, self._since = 0, None

    def next_wait(self, error: PickupError) -> float | None:
        """Seconds to wait before the next repeat, or None when it is enough.

        A provider's own wish (`Retry-After`, carried as `retry_after_s`) is never undercut.
        """
        now = self._timing.now()
        if self._since is None:
            self._since = now
        if self._count >= self._pace.retries:
            return None
        longest = min(self._pace.retry_s * 2.0**self._count, self._pace.longest_retry_s)
        self._count += 1
        asked = error.retry_after_s if isinstance(error, ProviderError) else 0.0
        wait_s = max(longest * (0.5 + self._timing.jitter() / 2), asked)
        return None if now + wait_s - self._since > self._pace.retry_total_s else wait_s
