"""The durable record of every paid or slow job: `ledger.sqlite` in the state folder, one for all libraries.

Each call is one transaction that is on the disk when the call returns. A job is moved by one owner at a time: every
change names the state it expects and the owner who makes it, and raises `LeaseLost` if either is no longer so. It
decides nothing; `advance` does.

    with open_ledger(folder) as ledger:
        job = ledger.plan(order)
        if job := ledger.claim(job.key, owner=owner):
            job = ledger.transition(job, to=State.INTENT, owner=owner)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

import filelock
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import CreateIndex, CreateTable

from pickup.errors import FailureKind, LibraryError
from pickup.jobs import tables
from pickup.jobs.disks import network_drive
from pickup.jobs.owners import is_alive, is_dead
from pickup.jobs.states import AT_PROVIDER, AT_REST, IN_FLIGHT, Job, Order, State, may_become
from pickup.jobs.tables import JOBS, VERSIONS
from pickup.ports import Billing, Submission

FILE_NAME = "ledger.sqlite"
BUSY_SECONDS = 30
LEASE_SECONDS = 60.0
"""How long a silent owner on another host keeps a job."""

_NO_LEASE: Mapping[str, object] = {"owner": None, "lease_until": None}


class LeaseLost(LibraryError):
    """Somebody else moves this job now, or has moved it; nothing was changed."""

    code = "LEASE_LOST"


class Told(TypedDict, total=False):
    """What a person is told about a job."""

    message: str
    next_step: str


class Trouble(Told, total=False):
    """The same with its kind."""

    kind: FailureKind | None


class Change(Trouble, total=False):
    """What a transition may record beside the new state."""

    submission: Submission
    cost: Decimal | None
    billing: Billing


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Sums over jobs, in USD.

    Attributes:
        cost: What is known to have been charged.
        uncertain: Quoted prices of failed jobs that may have been charged.
        pending: Quoted prices of jobs under way or in doubt.
    """

    cost: Decimal
    uncertain: Decimal
    pending: Decimal

    @property
    def at_most(self) -> Decimal:
        """The most that can have been charged; what a budget is compared with."""
        return self.cost + self.uncertain + self.pending


def open_ledger(folder: Path, *, clock: Callable[[], datetime] | None = None, lease_s: float = LEASE_SECONDS) -> Ledger:
    """Opens the ledger in `folder`, and creates both at first use; any number of processes may do so at once.

    Args:
        folder: The state folder.
        clock: The time in UTC; the system's, unless given.
        lease_s: Seconds for which a claim holds without being renewed.

    Raises:
        LibraryError: The folder is read-only, full or on a network drive, or the file is no ledger of this version.
    """
    path = folder / FILE_NAME
    with _mapped(path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if kind := network_drive(folder):
            raise LibraryError(
                f"the ledger would lie on a network drive ({kind}), where its locks cannot be trusted",
                where=str(path),
                next_step="set PICKUP_STATE to a folder on a local disk",
            )
        engine = _engine(path)
        try:
            with filelock.FileLock(folder / "ledger.lock", timeout=BUSY_SECONDS):
                _prepare(engine, path=path)
        except BaseException:
            engine.dispose()
            raise
    return Ledger(engine, path=path, clock=clock or _utc_now, lease_s=lease_s)


class Ledger:
    """The jobs of all libraries; made by `open_ledger`. Its calls may come from any thread."""

    def __init__(self, engine: Engine, *, path: Path, clock: Callable[[], datetime], lease_s: float) -> None:
        self._engine = engine
        self._path = path
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; the ledger cannot be used afterwards."""
        self._engine.dispose()

    @property
    def lease_s(self) -> float:
        """Seconds for which a claim holds without being renewed."""
        return self._lease.total_seconds()

    def plan(self, order: Order) -> Job:
        """Writes a new `PLANNED` job, or returns the job with this order's key, whatever its state."""
        with _mapped(self._path):
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(JOBS).values(tables.row_of(order, now=self._clock())))
            except IntegrityError:
                pass  # planned before, perhaps by another process in this moment
        return self.job(order.key)

    def job(self, key: str) -> Job:
        """The job as it is now.

        Raises:
            LibraryError: There is no such job.
        """
        found = self._select(JOBS.c.key == key)
        if not found:
            raise LibraryError(f"the ledger has no job {key}", where=str(self._path), next_step="run pickup jobs")
        return found[0]

    def jobs(self, *, library: str | None = None, shot: str | None = None, take: int | None = None) -> tuple[Job, ...]:
        """Jobs in the order in which they were planned; of every library, unless one is named."""
        asked = ((JOBS.c.library, library), (JOBS.c.shot, shot), (JOBS.c.take, take))
        return self._select(*(column == value for column, value in asked if value is not None))

    def in_doubt(self, *, library: str | None = None) -> tuple[Job, ...]:
        """Jobs that wait for a person."""
        return tuple(each for each in self.jobs(library=library) if each.state is State.DOUBT)

    def in_flight(self, *, provider: str, besides: str, within_s: float) -> int:
        """How many jobs of other owners than `besides`, of any library, the provider may be working on.

        One that nobody moves, such as a doubt, counts until it was left alone for `within_s` seconds.
        """
        now = self._clock()
        others = self._select(
            JOBS.c.provider == provider,
            JOBS.c.state.in_([state.value for state in AT_PROVIDER]),
            or_(JOBS.c.owner.is_(None), JOBS.c.owner != besides),
            or_(JOBS.c.lease_until > now, JOBS.c.updated > now - timedelta(seconds=within_s)),
        )
        return len(others)

    def spent(self, *, library: str | None = None, cut: str | None = None, since: datetime | None = None) -> Spending:
        """Sums of what was charged, by library, by cut, and since a time at which the provider was asked."""
        cost = uncertain = pending = Decimal(0)
        asked = [JOBS.c.asked.is_not(None), *([JOBS.c.asked >= since] if since else [])]
        asked += [
            column == value for column, value in ((JOBS.c.library, library), (JOBS.c.cut, cut)) if value is not None
        ]
        for job in self._select(*asked):
            if job.cost is not None:
                cost += job.cost
            elif job.state in IN_FLIGHT:
                pending += job.order.quoted
            elif job.billing is not Billing.NOT_BILLED:
                uncertain += job.order.quoted
        return Spending(cost=cost, uncertain=uncertain, pending=pending)

    def claim(self, key: str, *, owner: str) -> Job | None:
        """Takes the job for `owner`, or renews its lease; None while another owner has it.

        A dead process on this host loses its lease at once, any other when the lease ends. A process on this host
        that is alive, though silent for longer than that, keeps a job in `INTENT`: it may have been stopped just
        before its request, and will send it when it goes on.
        """
        job, now = self.job(key), self._clock()
        if job.owner not in (None, owner) and not _is_free(job, now=now):
            return None
        mine = {"owner": owner, "lease_until": now + self._lease}
        unchanged = (JOBS.c.key == key, _equal(JOBS.c.owner, job.owner), _equal(JOBS.c.lease_until, job.lease_until))
        return self._write(unchanged, mine, key=key)

    def release(self, *, owner: str, key: str | None = None) -> None:
        """Gives up the leases of `owner`, or the one on `key`; the jobs stay in their states for the next run."""
        held = update(JOBS).where(JOBS.c.owner == owner)
        with self._transaction() as connection:
            connection.execute((held if key is None else held.where(JOBS.c.key == key)).values(_NO_LEASE))

    def renew(self, *, owner: str) -> None:
        """Renews every lease of `owner`."""
        with self._transaction() as connection:
            until = self._clock() + self._lease
            connection.execute(update(JOBS).where(JOBS.c.owner == owner).values(lease_until=until))

    def transition(self, job: Job, *, to: State, owner: str, **change: Unpack[Change]) -> Job:
        """Moves a claimed job on, and renews its lease, or ends it where the job comes to rest.

        What is not named in `change` stays as it was.

        Raises:
            ValueError: The table of states does not allow it.
            LeaseLost: `owner` no longer has the job, or it is not in the state that `job` says.
        """
        if not may_become(job.state, to=to):
            raise ValueError(f"a job cannot go from {job.state} to {to}")
        fenced = (JOBS.c.key == job.key, JOBS.c.owner == owner, JOBS.c.state == job.state.value)
        now = self._clock()
        lease = _NO_LEASE if to in AT_REST else {"lease_until": now + self._lease}
        values = {"state": to.value, "updated": now, **lease, **_columns(change)}
        if to is State.INTENT:
            values["asked"] = now
        moved = self._write(fenced, values, key=job.key)
        if moved is None:
            raise LeaseLost(
                f"another run has taken over take {job.order.take} of {job.order.shot}",
                where=job.order.shot,
                next_step="wait for it, then run the command again",
            )
        return moved

    def _write(self, condition: tuple[ColumnElement[bool], ...], values: dict[str, object], *, key: str) -> Job | None:
        """Compare and set: the row after the change, or None if the condition no longer held."""
        with self._transaction() as connection:
            # the update comes first: a transaction that has read cannot become a writer in SQLite when another wrote
            if connection.execute(update(JOBS).where(*condition).values(values)).rowcount != 1:
                return None
            return tables.job_of(connection.execute(select(JOBS).where(JOBS.c.key == key)).mappings().one())

    def _select(self, *condition: ColumnElement[bool]) -> tuple[Job, ...]:
        query = select(JOBS).where(*condition).order_by(JOBS.c.created, JOBS.c.attempt, JOBS.c.key)
        with self._transaction() as connection:
            return tuple(tables.job_of(row) for row in connection.execute(query).mappings())

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with _mapped(self._path), self._engine.begin() as connection:
            yield connection


def _is_free(job: Job, *, now: datetime) -> bool:
    owner = job.owner or ""
    if job.lease_until is not None and job.lease_until > now:
        return is_dead(owner)
    return job.state is not State.INTENT or not is_alive(owner)


def _equal(column: ColumnElement[str] | ColumnElement[datetime], value: object) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def _columns(change: Change) -> dict[str, object]:
    columns: dict[str, object] = {name: change[name] for name in ("cost", "message", "next_step") if name in change}
    if "billing" in change:
        columns["billing"] = change["billing"].value
    if "kind" in change:
        columns["kind"] = None if change["kind"] is None else change["kind"].value
    if "submission" in change:
        columns["remote_id"] = change["submission"].remote_id
        columns["urls"] = tables.urls_text(change["submission"].urls)
    return columns


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _engine(path: Path) -> Engine:
    # not as text: a folder may be called "100% (v2)?"
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _tune)
    return engine


def _tune(connection: object, _entry: ConnectionPoolEntry) -> None:
    """FULL: in WAL mode a power cut may otherwise lose the last commits, and with them the knowledge of a purchase."""
    connection.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]  # the driver's connection is untyped


def _prepare(engine: Engine, *, path: Path) -> None:
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
        for table in (VERSIONS, JOBS):
            _create(connection, table=table)
        version = connection.execute(select(VERSIONS.c.version).where(VERSIONS.c.name == "ledger")).scalar_one_or_none()
        if version is None:
            connection.execute(insert(VERSIONS).values(name="ledger", version=tables.SCHEMA_VERSION))
    if version not in (None, tables.SCHEMA_VERSION):
        raise LibraryError(
            f"the ledger has version {version}, and this Pickup knows {tables.SCHEMA_VERSION}",
            where=str(path),
            next_step="update Pickup, or set PICKUP_STATE to another folder",
        )


def _create(connection: Connection, *, table: Table) -> None:
    connection.execute(CreateTable(table, if_not_exists=True))
    for index in table.indexes:
        connection.execute(CreateIndex(index, if_not_exists=True))


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
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
