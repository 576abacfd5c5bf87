"""What a job is and which way it may go. Pure values; the ledger keeps them, `advance` moves them.

    PLANNED -> INTENT -> SUBMITTED -> RUNNING -> READY -> FETCHED -> DONE

`INTENT` is committed before anything is sent, so a job found in it may or may not have been bought.

>>> may_become(State.PLANNED, to=State.INTENT), may_become(State.PLANNED, to=State.RUNNING)
(True, False)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pickup.errors import FailureKind
from pickup.ports import Billing, Submission


class State(StrEnum):
    """Where a job stands."""

    PLANNED = "planned"
    INTENT = "intent"
    SUBMITTED = "submitted"
    RUNNING = "running"
    READY = "ready"
    FETCHED = "fetched"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DOUBT = "doubt"
    PARKED = "parked"


_LOST = (State.FAILED, State.CANCELLED, State.EXPIRED)

LEGAL: Mapping[State, tuple[State, ...]] = {
    # every live state may become DONE: a take found whole in the library is adopted
    # PLANNED to FETCHED: the original lies in the library although the ledger was lost
    State.PLANNED: (State.INTENT, State.FETCHED, State.DONE, *_LOST),
    # INTENT to PLANNED: the request certainly was not accepted
    State.INTENT: (State.PLANNED, State.SUBMITTED, State.DOUBT, State.DONE, *_LOST),
    State.SUBMITTED: (State.RUNNING, State.READY, State.PARKED, State.DONE, *_LOST),
    State.RUNNING: (State.READY, State.PARKED, State.DONE, *_LOST),
    # READY to RUNNING: its link is dead, so the provider is asked for a fresh one
    State.READY: (State.FETCHED, State.RUNNING, State.PARKED, State.DONE, *_LOST),
    # FETCHED to RUNNING: somebody removed the original before it was conformed
    State.FETCHED: (State.DONE, State.RUNNING, *_LOST),
    # DONE to FETCHED: the take was removed, but its original is still there to be conformed again
    State.DONE: (State.FETCHED,),
    # FAILED to FETCHED: a kept original is conformed again
    State.FAILED: (State.FETCHED,),
    State.CANCELLED: (),
    State.EXPIRED: (),
    State.DOUBT: (State.INTENT, State.PLANNED, State.SUBMITTED, State.DONE, *_LOST),
    State.PARKED: (State.RUNNING, State.DONE, *_LOST),
}
"""Which state may follow which."""

ENDED = frozenset({State.DONE, *_LOST})
"""States that no run moves by itself."""

AT_REST = ENDED | {State.DOUBT, State.PARKED}
"""States in which nobody holds a job: it has ended, or waits for a person or for time."""

IN_FLIGHT = frozenset(
    {State.INTENT, State.SUBMITTED, State.RUNNING, State.READY, State.FETCHED, State.DOUBT, State.PARKED}
)
"""States in which money may be gone although no cost is recorded yet."""


AT_PROVIDER = frozenset({State.INTENT, State.SUBMITTED, State.RUNNING, State.DOUBT})
"""States in which the provider may be working; a parked job waits for a file, or for longer than that takes."""


def may_become(state: State, *, to: State) -> bool:
    """Whether the table allows this step."""
    return to in LEGAL[state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One take as it is ordered from one provider; what a job's key is made of.

    Attributes:
        library: Id of the library, so that one ledger serves all.
        cut: Name of the cut that pays; not part of the key.
        attempt: 1, 2, ...; a new one is opened only after one that was not billed, or on demand.
        part: Which clip of the take; not part of the key, since the digest has it.
        digest: `Generation.digest()` of the request.
        quoted: USD for this take; not part of the key. Zero means that the provider is free.
    """

    library: str
    cut: str
    shot: str
    take: int
    provider: str
    model: str
    digest: str
    quoted: Decimal
    attempt: int = 1
    part: int = 1

    @property
    def key(self) -> str:
        """Unique for this attempt at this take, and the same on every machine."""
        parts = [self.library, self.shot, self.take, self.attempt, self.provider, self.model, self.digest]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the ledger, as it was when it was read.

    Attributes:
        remote_id: The provider's id, once it has accepted the request.
        urls: Every URL the provider has named for it.
        version: Of the model that made it, as the provider said; empty where it did not.
        cost: USD, as the provider reported it or else as quoted; None while it is not known.
        kind: Why it failed.
        message: What happened, for a person.
        next_step: What the person can do about it, where the provider said so.
        owner: Who moves it now; None when nobody does.
        lease_until: When the owner loses it unless renewed; UTC.
        asked: When `INTENT` was last committed, the time that counts for budgets; UTC.
        cancel_asked: When somebody asked the run that moves it to stop it; UTC.
    """

    key: str
    order: Order
    state: State
    remote_id: str | None
    urls: Mapping[str, str]
    cost: Decimal | None
    billing: Billing
    kind: FailureKind | None
    message: str
    next_step: str
    owner: str | None
    lease_until: datetime | None
    asked: datetime | None
    created: datetime
    updated: datetime
    cancel_asked: datetime | None = None
    version: str = ""

    @property
    def submission(self) -> Submission | None:
        """What the provider accepted, or None."""
        return None if self.remote_id is None else Submission(remote_id=self.remote_id, urls=dict(self.urls))

    @property
    def price(self) -> Decimal:
        """USD that it cost, or would cost as quoted."""
        return self.order.quoted if self.cost is None else self.cost
