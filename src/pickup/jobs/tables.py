"""The ledger's tables in SQLAlchemy Core, and how a row becomes a `Job`. No SQL that only SQLite understands.

Money is kept as the text of a decimal and time as UTC text of fixed width, so that both are exact and compare alike
on every database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Column, Index, Integer, MetaData, RowMapping, String, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from pickup.errors import FailureKind
from pickup.jobs.states import Job, Order, State
from pickup.ports import Billing

SCHEMA_VERSION = 3


class Money(TypeDecorator[Decimal]):
    """USD as exact text."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """To the database."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - as above
        """From the database."""
        return None if value is None else Decimal(value)


class Instant(TypeDecorator[datetime]):
    """UTC to the microsecond, as text that sorts by time."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """To the database; a time without a zone raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger keeps no time without a zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """From the database."""
        return None if value is None else datetime.fromisoformat(value)


METADATA = MetaData()

VERSIONS = Table(
    "pickup_schema",
    METADATA,
    Column("name", String(20), primary_key=True),
    Column("version", Integer, nullable=False),
)

JOBS = Table(
    "pickup_jobs",
    METADATA,
    Column("key", String(40), primary_key=True),
    Column("library", String(100), nullable=False),
    Column("cut", Text, nullable=False),
    Column("shot", String(100), nullable=False),
    Column("take", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("provider", String(100), nullable=False),
    Column("model", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("quoted", Money, nullable=False),
    Column("state", String(20), nullable=False),
    Column("remote_id", Text),
    Column("urls", Text, nullable=False),
    Column("cost", Money),
    Column("billing", String(20), nullable=False),
    Column("kind", String(40)),
    Column("message", Text, nullable=False),
    Column("next_step", Text, nullable=False),
    Column("owner", String(300)),
    Column("lease_until", Instant),
    Column("asked", Instant),
    Column("cancel_asked", Instant),
    Column("created", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Index("pickup_jobs_by_shot", "library", "shot", "take"),
    Index("pickup_jobs_by_state", "state"),
    Index("pickup_jobs_by_provider", "provider", "state"),
    Index("pickup_jobs_by_time", "asked"),
    Index("pickup_jobs_by_remote_id", "provider", "remote_id", unique=True),  # no clip serves two jobs
)

GATES = Table(
    "pickup_gates",
    METADATA,
    Column("name", String(120), primary_key=True),
    Column("passed", Integer, nullable=False),
)
"""One row for each provider, and one for money: whoever is about to begin something changes the rows that it depends on
first, so that of several processes each sees what the one before has begun."""


def row_of(order: Order, *, now: datetime) -> dict[str, object]:
    """The row of a job that has just been planned."""
    return {
        "key": order.key,
        "library": order.library,
        "cut": order.cut,
        "shot": order.shot,
        "take": order.take,
        "attempt": order.attempt,
        "part": order.part,
        "provider": order.provider,
        "model": order.model,
        "digest": order.digest,
        "quoted": order.quoted,
        "state": State.PLANNED.value,
        "urls": "{}",
        "version": "",
        "billing": Billing.NOT_BILLED.value,
        "message": "",
        "next_step": "",
        "created": now,
        "updated": now,
    }


def job_of(row: RowMapping) -> Job:
    """The job that a row says."""
    return Job(
        key=row["key"],
        order=Order(
            library=row["library"],
            cut=row["cut"],
            shot=row["shot"],
            take=row["take"],
            attempt=row["attempt"],
            part=row["part"],
            provider=row["provider"],
            model=row["model"],
            digest=row["digest"],
            quoted=row["quoted"],
        ),
        state=State(row["state"]),
        remote_id=row["remote_id"],
        urls=json.loads(row["urls"]),
        version=row["version"],
        cost=row["cost"],
        billing=Billing(row["billing"]),
        kind=None if row["kind"] is None else FailureKind(row["kind"]),
        message=row["message"],
        next_step=row["next_step"],
        owner=row["owner"],
        lease_until=row["lease_until"],
        asked=row["asked"],
        created=row["created"],
        updated=row["updated"],
        cancel_asked=row["cancel_asked"],
    )


def urls_text(urls: Mapping[str, str]) -> str:
    """URLs as one column keeps them."""
    return json.dumps(dict(urls), sort_keys=True)
