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

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

import filelock
from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from pickup.errors import FailureKind, LibraryError
from pickup.jobs import tables
from pickup.jobs.counting import Spending, asked_lately, money_spent, places_taken
from pickup.jobs.disks import network_drive
from pickup.jobs.gates import Allowance, Gate, check_places, check_rate
from pickup.jobs.opening import BUSY_SECONDS, ledger_errors, make_engine, prepare_tables
from pickup.jobs.owners import is_alive, is_dead
from pickup.jobs.states import AT_REST, Job, Order, State, may_become
from pickup.jobs.tables import GATES, JOBS
from pickup.ports import Billing, Submission

FILE_NAME = "ledger.sqlite"
LEASE_SECONDS = 60.0
"""How long a silent owner on another host keeps a job."""

_NO_LEASE: Mapping[str, object] = {"owner": None, "lease_until": None}
_MONEY = "money"


class LeaseLost(LibraryError):
    """Somebody else moves this job now, or has moved it; nothing was changed."""

    code = "LEASE_LOST"


class AlreadyClaimed(LibraryError):
    """The provider named a job that belongs to another row; nothing was changed."""

    code = "ALREADY_CLAIMED"


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
    version: str


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
    with ledger_errors(path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if kind := network_drive(folder):
            raise LibraryError(
                f"the ledger would lie on a network drive ({kind}), where its locks cannot be trusted",
                where=str(path),
                next_step="set PICKUP_STATE to a folder on a local disk",
            )
        engine = make_engine(path)
        try:
            with filelock.FileLock(folder / "ledger.lock", timeout=BUSY_SECONDS):
                prepare_tables(engine, path=path)
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
        with ledger_errors(self._path):
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

    def jobs(
        self,
        *,
        library: str | None = None,
        cut: str | None = None,
        shot: str | None = None,
        take: int | None = None,
        part: int | None = None,
    ) -> tuple[Job, ...]:
        """Jobs in the order in which they were planned; of every library, unless one is named."""
        asked = (
            (JOBS.c.library, library),
            (JOBS.c.cut, cut),
            (JOBS.c.shot, shot),
            (JOBS.c.take, take),
            (JOBS.c.part, part),
        )
        return self._select(*(column == value for column, value in asked if value is not None))

    def named(self, beginning: str) -> Job:
        """The job whose key begins so, as `pickup jobs` shows it.

        Raises:
            LibraryError: There is none, or several.
        """
        found = self._select(JOBS.c.key.startswith(beginning, autoescape=True)) if beginning else ()
        if len(found) == 1:
            return found[0]
        what = f"{len(found)} jobs begin with {beginning!r}" if found else f"there is no job {beginning!r}"
        raise LibraryError(
            what, where=str(self._path), next_step="run pickup jobs, and give enough of its first column"
        )

    def claims(self, *, provider: str, remote_id: str) -> bool:
        """Whether a job of any library is known to the provider under this id."""
        return bool(self._select(JOBS.c.provider == provider, JOBS.c.remote_id == remote_id))

    def being_sent(self, *, provider: str, model: str, besides: str) -> int:
        """Requests to a model, but for the job `besides`, that were sent and whose replies are still awaited."""
        rows = self._select(
            JOBS.c.provider == provider,
            JOBS.c.model == model,
            JOBS.c.state == State.INTENT.value,
            JOBS.c.kind.is_(None),
            JOBS.c.key != besides,
            JOBS.c.lease_until > self._clock(),
        )
        return sum(not is_dead(row.owner or "") for row in rows)

    def in_doubt(self, *, library: str | None = None) -> tuple[Job, ...]:
        """Jobs that wait for a person."""
        return tuple(each for each in self.jobs(library=library) if each.state is State.DOUBT)

    def spent(self, *, library: str | None = None, cut: str | None = None, since: datetime | None = None) -> Spending:
        """Sums of what was charged, by library, by cut, and since a time at which the provider was asked."""
        with self._transaction() as connection:
            return money_spent(connection, library=library, cut=cut, since=since)

    def enter(
        self, job: Job, *, owner: str, gate: Gate, allowances: Sequence[Allowance] = (), **change: Unpack[Change]
    ) -> Job:
        """Moves a claimed `PLANNED` job to `INTENT` if there is a place at its provider and its price fits; else not.

        Whether it may and that it does is one transaction, in which no other process can enter.

        Raises:
            Busy: There is no place now, or the provider was asked too often just now.
            BudgetError: Its price does not fit into one of the allowances.
            LeaseLost: As `transition`.
        """
        price, now = job.order.quoted, self._clock()
        scopes = [gate.provider, *([_MONEY] if allowances and price else [])]
        self._open_gates(scopes)
        with self._transaction() as connection:
            # The update comes first: whoever else enters waits here until this one is through.
            connection.execute(update(GATES).where(GATES.c.name.in_(scopes)).values(passed=GATES.c.passed + 1))
            taken = places_taken(connection, gate=gate, besides=job.key, now=now, lease=self._lease)
            check_places(gate, taken=taken)
            if gate.per_minute is not None:
                check_rate(gate, asked=asked_lately(connection, gate=gate, now=now), now=now)
            for each in allowances if price else ():
                spent = money_spent(connection, library=each.library, cut=each.cut, since=each.since)
                each.check(price, spent=spent.at_most)
            return self._moved(connection, job, to=State.INTENT, owner=owner, change=change, now=now)

    def ask_to_cancel(self, key: str) -> Job:
        """Asks whoever moves the job to stop it, at its next step."""
        with self._transaction() as connection:
            connection.execute(update(JOBS).where(JOBS.c.key == key).values(cancel_asked=self._clock()))
        return self.job(key)

    def asked_to_cancel(self, *, owner: str) -> frozenset[str]:
        """Keys of the jobs of `owner` that somebody asked it to stop."""
        return frozenset(row.key for row in self._select(JOBS.c.owner == owner, JOBS.c.cancel_asked.is_not(None)))

    def answer_cancel(self, job: Job, *, owner: str) -> Job:
        """Records that what was asked about stopping a claimed job was answered: it is not asked again.

        Raises:
            LeaseLost: As `transition`.
        """
        fenced = (JOBS.c.key == job.key, JOBS.c.owner == owner)
        answered = self._write(fenced, {"cancel_asked": None}, key=job.key)
        if answered is None:
            raise _lost(job)
        return answered

    def note(self, job: Job, *, owner: str, **change: Unpack[Change]) -> Job:
        """Records what is known of a claimed job without moving it.

        Raises:
            LeaseLost: As `transition`.
        """
        now = self._clock()
        with self._transaction() as connection:
            return self._moved(connection, job, to=job.state, owner=owner, change=change, now=now)

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
        now = self._clock()
        with self._transaction() as connection:
            return self._moved(connection, job, to=to, owner=owner, change=change, now=now)

    def _moved(self, connection: Connection, job: Job, *, to: State, owner: str, change: Change, now: datetime) -> Job:
        fenced = (JOBS.c.key == job.key, JOBS.c.owner == owner, JOBS.c.state == job.state.value)
        lease = _NO_LEASE if to in AT_REST else {"lease_until": now + self._lease}
        values = {"state": to.value, "updated": now, **lease, **_columns(change)}
        if to is State.INTENT and job.state is not State.INTENT:
            values["asked"] = now
        try:
            moved = _compare_and_set(connection, fenced, values, key=job.key)
        except IntegrityError as error:
            raise AlreadyClaimed(
                f"{job.order.provider} named a job that another take has already: {values.get('remote_id')}",
                where=job.order.shot,
                next_step="look at the provider's own list of jobs, and at both takes; then run pickup settle",
            ) from error
        if moved is None:
            raise _lost(job)
        return moved

    def _open_gates(self, names: Sequence[str]) -> None:
        with self._transaction() as connection:
            known = set(connection.execute(select(GATES.c.name).where(GATES.c.name.in_(names))).scalars())
        for name in names:
            if name not in known:
                with suppress(IntegrityError), self._transaction() as connection:  # another process may be faster
                    connection.execute(insert(GATES).values(name=name, passed=0))

    def _write(self, condition: tuple[ColumnElement[bool], ...], values: dict[str, object], *, key: str) -> Job | None:
        """Compare and set: the row after the change, or None if the condition no longer held."""
        with self._transaction() as connection:
            return _compare_and_set(connection, condition, values, key=key)

    def _select(self, *condition: ColumnElement[bool]) -> tuple[Job, ...]:
        query = select(JOBS).where(*condition).order_by(JOBS.c.created, JOBS.c.attempt, JOBS.c.key)
        with self._transaction() as connection:
            return tuple(tables.job_of(row) for row in connection.execute(query).mappings())

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with ledger_errors(self._path), self._engine.begin() as connection:
            yield connection


def _lost(job: Job) -> LeaseLost:
    return LeaseLost(
        f"another run has taken over take {job.order.take} of {job.order.shot}",
        where=job.order.shot,
        next_step="wait for it, then run the command again",
    )


def _compare_and_set(
    connection: Connection, condition: tuple[ColumnElement[bool], ...], values: dict[str, object], *, key: str
) -> Job | None:
    # the update comes first: a transaction that has read cannot become a writer in SQLite when another wrote
    if connection.execute(update(JOBS).where(*condition).values(values)).rowcount != 1:
        return None
    return tables.job_of(connection.execute(select(JOBS).where(JOBS.c.key == key)).mappings().one())


def _is_free(job: Job, *, now: datetime) -> bool:
    owner = job.owner or ""
    if job.lease_until is not None and job.lease_until > now:
        return is_dead(owner)
    return job.state is not State.INTENT or not is_alive(owner)


def _equal(column: ColumnElement[str] | ColumnElement[datetime], value: object) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def _columns(change: Change) -> dict[str, object]:
    columns: dict[str, object] = {
        name: change[name] for name in ("cost", "message", "next_step", "version") if name in change
    }
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
