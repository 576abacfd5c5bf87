"""Brings a ledger that an earlier Pickup wrote to the present schema; nothing in it is lost.

Statements are plain SQL that every database takes. Only one process at a time is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import Connection, text, update

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
        step(connection)
        version += 1
        connection.execute(update(VERSIONS).where(VERSIONS.c.name == "ledger").values(version=version))
    return version


def _from_1(connection: Connection) -> None:
    """Takes of several clips, cancelling, and the kinds of failure that providers have."""
    connection.execute(text("ALTER TABLE pickup_jobs ADD COLUMN part INTEGER NOT NULL DEFAULT 1"))
    connection.execute(text("ALTER TABLE pickup_jobs ADD COLUMN cancel_asked VARCHAR(32)"))
    for old, new in _KINDS_1.items():
        connection.execute(update(JOBS).where(JOBS.c.kind == old).values(kind=new))


_STEPS: Mapping[int, Callable[[Connection], None]] = MappingProxyType({1: _from_1})
