"""The ledger's file: the engine, its settings, its tables, and what a person is told when it cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import CreateIndex, CreateTable

from pickup.errors import LibraryError
from pickup.jobs.tables import GATES, JOBS, SCHEMA_VERSION, VERSIONS
from pickup.jobs.upgrade import upgrade

BUSY_SECONDS = 30
"""How long a process waits for another one's transaction."""


def make_engine(path: Path) -> Engine:
    """Connections to the ledger's file, each of which commits to the disk."""
    # not as text: a folder may be called "100% (v2)?"
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: object, _entry: ConnectionPoolEntry) -> None:
    """FULL: in WAL mode a power cut may otherwise lose the last commits, and with them the knowledge of a purchase."""
    connection.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]  # the driver's connection is untyped


def prepare_tables(engine: Engine, *, path: Path) -> None:
    """Creates what is missing; only one process at a time is here."""
    with engine.connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode=WAL")).scalar_one()
        connection.commit()
    if mode != "wal":
        raise LibraryError(
            "the ledger's folder cannot hold a write-ahead log",
            where=str(path),
            next_step="set PICKUP_STATE to a folder on a local disk",
        )
    with engine.begin() as connection:
        connection.execute(CreateTable(VERSIONS, if_not_exists=True))
        version = connection.execute(select(VERSIONS.c.version).where(VERSIONS.c.name == "ledger")).scalar_one_or_none()
        if version is None:
            connection.execute(insert(VERSIONS).values(name="ledger", version=SCHEMA_VERSION))
        elif version < SCHEMA_VERSION:
            version = upgrade(connection, version=version)
        if version in (None, SCHEMA_VERSION):
            for table in (JOBS, GATES):
                _create(connection, table=table)
    if version not in (None, SCHEMA_VERSION):
        raise LibraryError(
            f"the ledger has version {version}, and this Pickup knows {SCHEMA_VERSION}",
            where=str(path),
            next_step="update Pickup, or set PICKUP_STATE to another folder",
        )


def _create(connection: Connection, *, table: Table) -> None:
    connection.execute(CreateTable(table, if_not_exists=True))
    for index in table.indexes:
        connection.execute(CreateIndex(index, if_not_exists=True))


@contextmanager
def ledger_errors(path: Path) -> Iterator[None]:
    """What SQLite, the disk and the lock raise, as a message for a person."""
    try:
        yield
    except IntegrityError:
        raise
    except (DatabaseError, OSError, filelock.Timeout) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        raise LibraryError(
            f"the ledger cannot be used: {cause}",
            where=str(path),
            next_step="check that the folder is writable and has room, or set PICKUP_STATE to another one",
        ) from error
