"""The books of a fake server: what it accepted, what it charged, how each job goes.

An accepted create is charged, once; a restart loses the jobs and keeps the charges. How a job stands follows from the
clock and from the polls that it has seen.

    jobs = Jobs(clock=VirtualClock(), pace=Pace(polls=1), limits=Limits(), price_per_second=Decimal("0.10"))
    job, is_new = jobs.accept(order, name=lambda number: f"video_{number}")
    jobs.poll(job.remote_id).state
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from threading import RLock

from pickup.testing.fakes.clock import Clock, Pace
from pickup.testing.fakes.orders import Accepted, Fate, Limits, Look, Order, State
from pickup.testing.fakes.wire import RefusedError

_MINUTE_S = 60.0
_QUEUED_PART = 0.34
"""The part of its time or polls for which a job is still queued: with two polls, the first says so."""


@dataclass(kw_only=True)
class Jobs:
    """Keeps what was accepted; safe between threads.

    Attributes:
        replays: A create under a known key gives the job it made.
        bills_failures: A failed or cancelled job is charged.
        tell: Told of every charge.
        most_running: The most jobs that were not over at one time.
        fetched: Videos that were sent whole.
    """

    clock: Clock
    pace: Pace
    limits: Limits = field(default_factory=Limits)
    price_per_second: Decimal = Decimal(0)
    replays: bool = False
    bills_failures: bool = True
    tell: Callable[[Accepted], None] = lambda _job: None
    most_running: int = 0
    fetched: int = 0
    _ever: list[Accepted] = field(default_factory=list, init=False)
    _live: dict[str, Accepted] = field(default_factory=dict, init=False)
    _keys: dict[str, Accepted] = field(default_factory=dict, init=False)
    _running: set[int] = field(default_factory=set, init=False)
    _due: list[tuple[float, int]] = field(default_factory=list, init=False)
    _minute: deque[float] = field(default_factory=deque, init=False)
    _lock: RLock = field(default_factory=RLock, init=False)

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """All that were ever accepted, in that order, lost and deleted ones too."""
        with self._lock:
            return tuple(self._ever)

    @property
    def charged(self) -> tuple[Accepted, ...]:
        """Those that are charged."""
        if self.bills_failures:
            return self.accepted
        free = {State.FAILED, State.CANCELLED}
        return tuple(each for each in self.accepted if self.look(each).state not in free)

    @property
    def live(self) -> tuple[Accepted, ...]:
        """Those that the server knows, the oldest first."""
        with self._lock:
            return tuple(sorted(self._live.values(), key=lambda job: job.number))

    @property
    def running(self) -> int:
        """How many are not over."""
        with self._lock:
            self._settle()
            return len(self._running)

    def find(self, remote_id: str) -> Accepted | None:
        """The job of an id; of several under one id the last."""
        return self._live.get(remote_id)

    def by_prompt(self, prompt: str) -> tuple[Accepted, ...]:
        """All that were ever accepted with this prompt."""
        return tuple(each for each in self.accepted if each.order.prompt == prompt)

    def accept(
        self,
        order: Order,
        *,
        name: Callable[[int], str],
        key: str | None = None,
        fate: Fate = Fate.WELL,
        remixed_from: str | None = None,
    ) -> tuple[Accepted, bool]:
        """Takes a create on, which from then on is charged, or finds the one that its key made; says if it is new.

        Raises:
            RefusedError: Too many, or the key's job was deleted.
        """
        with self._lock:
            known = self._keys.get(key) if key is not None and self.replays else None
            if known is not None:
                return self._replayed(known), False
            self._settle()
            self._check_limits()
            number = len(self._ever) + 1
            job = Accepted(
                number=number,
                remote_id=name(number),
                order=order,
                key=key,
                created_at=self.clock.now(),
                usd=self.price_per_second * order.shape.seconds,
                fate=fate,
                remixed_from=remixed_from,
            )
            self._ever.append(job)
            self._live[job.remote_id] = job
            self._running.add(number)
            if key is not None:
                self._keys[key] = job
            self.most_running = max(self.most_running, len(self._running))
            self._count_poll(job, seen=0)
        self.tell(job)
        return job, True

    def poll(self, job: Accepted) -> Look:
        """How it stands, told to one who polls; counted."""
        with self._lock:
            self._count_poll(job, seen=1)
            return self.look(job)

    def look(self, job: Accepted) -> Look:
        """How it stands."""
        now = self.clock.now()
        if job.cancelled_at is not None:
            return Look(job=job, state=State.CANCELLED, done=0.0, ended_at=job.cancelled_at)
        due = job.created_at + self.pace.latency_s
        if job.enough_at is not None and now >= due:
            state = State.FAILED if job.fate in {Fate.MODERATION, Fate.INTERNAL} else State.COMPLETED
            done = 1.0 if state is State.COMPLETED else 0.0
            return Look(job=job, state=state, done=done, ended_at=max(due, job.enough_at))
        waited = (now - job.created_at) / self.pace.latency_s if self.pace.latency_s else 1.0
        asked = job.polls / (self.pace.polls + 1) if job.enough_at is None else 1.0
        done = min(waited, asked)
        started = done > _QUEUED_PART
        return Look(job=job, state=State.IN_PROGRESS if started else State.QUEUED, done=done, ended_at=None)

    def cancel(self, job: Accepted) -> None:
        """Ends a job that is not over."""
        with self._lock:
            job.cancelled_at = self.clock.now()
            self._running.discard(job.number)

    def delete(self, job: Accepted) -> None:
        """Forgets a job; its charge and its key stay known."""
        with self._lock:
            if self._live.get(job.remote_id) is job:
                del self._live[job.remote_id]
            self._running.discard(job.number)

    def restart(self) -> None:
        """Forgets all jobs and keys, as a server that holds them in memory; the charges stay."""
        with self._lock:
            self._live.clear()
            self._keys.clear()
            self._running.clear()
            self._due.clear()

    def count_fetch(self) -> None:
        """A video was sent whole."""
        with self._lock:
            self.fetched += 1

    def _replayed(self, known: Accepted) -> Accepted:
        if known.remote_id not in self._live:
            raise RefusedError("This key belongs to a job that was deleted.", status=409, code="idempotency_key_reused")
        return known

    def _count_poll(self, job: Accepted, *, seen: int) -> None:
        """Counts it; once there were enough, the job needs only time."""
        job.polls += seen
        if job.enough_at is None and (job.polls > self.pace.polls or self.pace.polls == 0):
            job.enough_at = self.clock.now()
            heapq.heappush(self._due, (job.created_at + self.pace.latency_s, job.number))
        self._settle()

    def _settle(self) -> None:
        now = self.clock.now()
        while self._due and self._due[0][0] <= now:
            self._running.discard(heapq.heappop(self._due)[1])

    def _check_limits(self) -> None:
        now = self.clock.now()
        while self._minute and self._minute[0] <= now - _MINUTE_S:
            self._minute.popleft()
        if self.limits.per_minute is not None and len(self._minute) >= self.limits.per_minute:
            wait_s = max(1, round(self._minute[0] + _MINUTE_S - now))
            raise RefusedError("Too many requests.", status=429, code="rate_limit_exceeded", retry_after_s=wait_s)
        if self.limits.in_flight is not None and len(self._running) >= self.limits.in_flight:
            raise RefusedError("Too many videos at one time.", status=429, code="concurrency_limit_exceeded")
        self._minute.append(now)
