"""Brings a ledger that an earlier Pickup wrote to the present schema; nothing in it is lost.

Statements are plain SQL that every database takes. Only one process at a time is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import Connection, select, text, update

from pickup.jobs.tables import JOBS, VERSIONS

_KINDS_1: Mapping[str, str] = MappingProxyType(
    {
        "moderation": "moderation_input",
        "quota": "no_credit",
        "rate_limit": "rate_limited",
        "retired": "model_gone",
        "unavailable": "transport",
        "result_lost": "expired",
        "bad_result": "bad_output",
        "internal": "provider_failed",
    }
)
"""Kinds of failure as version 1 called them."""


def upgrade(connection: Connection, *, version: int) -> int:
    """Takes every step from `version` on; the version reached, which is `version` where there is no step."""
    while step := _STEPS.get(version):
        version += 1
        # The update comes first: Python's sqlite3 begins a transaction at a change of rows, not at one of tables, and
        # half a step that a crash has left could not be taken again.
        connection.execute(update(VERSIONS).where(VERSIONS.c.name == "ledger").values(version=version))
        step(connection)
    return version


def _from_1(connection: Connection) -> None:
    """Takes of several clips, cancelling, and the kinds of failure that providers have."""
    connection.execute(text("ALTER TABLE pickup_jobs ADD COLUMN part INTEGER NOT NULL DEFAULT 1"))
    connection.execute(text("ALTER TABLE pickup_jobs ADD COLUMN cancel_asked VARCHAR(32)"))
    for old, new in _KINDS_1.items():
        connection.execute(update(JOBS).where(JOBS.c.kind == old).values(kind=new))
    _tell_apart(connection)


def _tell_apart(connection: Connection) -> None:
    """No clip serves two jobs: where two were settled with one remote id, the later one keeps it in words."""
    taken: set[tuple[str, str]] = set()
    columns = (JOBS.c.key, JOBS.c.provider, JOBS.c.remote_id)
    named = select(*columns).where(JOBS.c.remote_id.is_not(None)).order_by(JOBS.c.created, JOBS.c.key)
    for key, provider, remote_id in connection.execute(named).all():
        if (provider, remote_id) in taken:
            told = f"{remote_id} (which another job has, too: {key[:8]})"
            connection.execute(update(JOBS).where(JOBS.c.key == key).values(remote_id=told))
        taken.add((provider, remote_id))


def _from_2(connection: Connection) -> None:
    """The version of the model, where a provider says it."""
    connection.execute(text("ALTER TABLE pickup_jobs ADD COLUMN version TEXT NOT NULL DEFAULT ''"))


_STEPS: Mapping[int, Callable[[Connection], None]] = MappingProxyType({1: _from_1, 2: _from_2})
