"""Signed links to results, which die."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from threading import Lock

from pickup.testing.fakes.clock import Clock
from pickup.testing.fakes.orders import Accepted


@dataclass(kw_only=True)
class Links:
    """Every link given, each with a signature of its own; safe between threads.

    Attributes:
        lives_s: Seconds of the fake's clock.
    """

    clock: Clock
    lives_s: float
    _given: dict[str, tuple[Accepted, float]] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def give(self, job: Accepted) -> tuple[str, float]:
        """A new path with its query, and when it dies."""
        signature, dies_at = secrets.token_hex(8), self.clock.now() + self.lives_s
        with self._lock:
            self._given[signature] = job, dies_at
        return f"/files/{job.number}.mp4?sig={signature}&expires={int(dies_at)}", dies_at

    def job(self, signature: str) -> Accepted | None:
        """The job of a link that lives."""
        job, dies_at = self._given.get(signature, (None, 0.0))
        return job if self.clock.now() < dies_at else None

    def kill(self, signature: str) -> None:
        """Ends a link before its time."""
        with self._lock:
            self._given.pop(signature, None)
