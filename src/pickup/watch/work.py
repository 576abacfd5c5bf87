"""One file of a watched folder: its hash, and from its settings to a version that is handed back.

It runs in threads beside the one that owns the folder and tells that one what it does. Whatever goes wrong with a
file is an answer here, so that it costs that file alone.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from pickup import _files
from pickup._child import ChildDied
from pickup.config import Config
from pickup.errors import BudgetError, ConfigError, LibraryError, PickupError, Stopped, TimelineError, counted
from pickup.fill.approval import approve_command, is_approved
from pickup.fill.budget import spent_today
from pickup.fill.pages import write_no_version
from pickup.fill.prepared import FillOptions, Prepared
from pickup.fill.run import Filled, Hearing, fill
from pickup.jobs.ledger import open_ledger
from pickup.library import Library
from pickup.ports import Progress
from pickup.watch.arrivals import Signature
from pickup.watch.deliver import deliver_copies
from pickup.watch.files import Again, FileState, Standing
from pickup.watch.outputs import Outputs
from pickup.watch.purse import Purse

_READING = 2
_MAKING = max(2, min(os.cpu_count() or 1, 6))
"""Takes are drawn by all cores anyway; fewer cuts at once means that the first is done sooner."""

_LOOK_S = 0.05
_GATE_S = 0.2
_CHANGED = "it changed after it was read"
_MONEY_ASIDE = "the rest of the day's budget is set aside for what is in work"


class NotWhole(Exception):
    """A file cannot be read, now or ever; `message` says why and `next_step` what to do.

    Attributes:
        sure: Whether it is its content that cannot be read.
    """

    def __init__(self, message: str, *, next_step: str, sure: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.sure = sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A file to be worked on.

    Attributes:
        path: Where it lies, and `name` below its folder.
        signature: What it looked like when the task was made; whatever it is later is another task.
        still_from: Second of the growing clock since which it stands still.
        look: Its signature now; None where it is gone.
    """

    name: str
    path: Path
    signature: Signature
    still_from: float
    look: Callable[[], Signature | None]

    @property
    def is_unchanged(self) -> bool:
        """Whether the file is still what it was."""
        return self.look() == self.signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """How much happens at once, in all folders together."""

    reading: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_READING))
    making: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_MAKING))
    purse: Purse = field(default_factory=Purse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What working on files of one folder needs.

    Attributes:
        settings: The settings of one file; raises `ConfigError`.
        check_library: Raises `LibraryError` where the library is not the one that was there.
        largest_bytes: Files that are longer are not even hashed.
        settle_s: How long a file stands still before something is made of it.
        state_folder: Where the ledger lies.
        stop: Whether the watcher is to end.
        log: Told of faults.
        clock: Seconds that only grow.
    """

    settings: Callable[[Path], Config]
    check_library: Callable[[], None]
    largest_bytes: Callable[[], int]
    settle_s: Callable[[], float]
    state_folder: Path
    outputs: Outputs
    gates: Gates
    stop: threading.Event
    log: logging.Logger
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def hash_of(task: Task) -> str:
    """SHA-256 of the file.

    Raises:
        NotWhole: It cannot be opened now, or changed meanwhile.
    """
    try:
        sha256 = _files.sha256_of(task.path)
    except OSError as error:
        message = f"it cannot be opened yet: {error.strerror or error}"
        raise NotWhole(message, next_step="let the program that writes it end, or allow reading it") from error
    if not task.is_unchanged:
        raise NotWhole(_CHANGED, next_step="let the program that writes it end")
    return sha256


def work_on(task: Task, *, bench: Bench, tell: Callable[[Standing], None]) -> Standing:
    """Fills one timeline and says how it stands then.

    Args:
        task: The file.
        bench: What it is done with.
        tell: Told how it stands meanwhile, often and from this thread.

    Raises:
        NotWhole: The timeline cannot be read.
        Stopped: The watcher ends; nothing that was made or paid for is lost.
    """
    work = _Work(task, bench=bench, tell=tell)
    try:
        standing = work.run()
        if bench.stop.is_set() and standing.state is not FileState.DONE:
            # The signal that ends the watcher may have ended what it had begun: that is no failure of the file.
            raise Stopped("stopped while it was in work", next_step="start the watcher again")
        return standing  # noqa: TRY300 - an else would stand a page below
    except (NotWhole, Stopped):
        raise
    except BudgetError as error:
        return work.rests(FileState.WAITING, error, again=Again.MONEY)
    except (ConfigError, LibraryError) as error:
        return work.rests(FileState.WAITING, error, again=Again.LATER)
    except PickupError as error:
        return work.rests(FileState.FAILED, error, again=Again.NEVER)
    except Exception as error:  # a fault of ours with one file must not end the watcher
        bench.log.exception("a fault in Pickup while working on %s", task.name)
        fault = PickupError(
            f"a fault in Pickup: {type(error).__name__}: {error}",
            next_step="keep the file and report it with watch.log; other files go on",
        )
        return work.rests(FileState.FAILED, fault, again=Again.NEVER)


class _Work:
    """One timeline on its way to a version."""

    def __init__(self, task: Task, *, bench: Bench, tell: Callable[[Standing], None]) -> None:
        self._task = task
        self._bench = bench
        self._tell = tell
        self._standing = Standing(state=FileState.PLANNING, message="waits for its turn")
        self._again = Again.NEVER
        self._shares: dict[tuple[str, int], float] = {}
        self._takes = 0
        self._reading = _Gate(bench.gates.reading, stop=bench.stop)
        self._making = _Gate(bench.gates.making, stop=bench.stop)
        self._ticket: int | None = None

    def run(self) -> Standing:
        """Fills it, and copies the version where it is wanted."""
        config = self._bench.settings(self._task.path)
        self._bench.check_library()
        try:
            self._reading.enter()
            self._say_that("being read")
            filled = self._fill(config)
            return self._ended(filled, config=config)
        finally:
            self._reading.leave()
            self._making.leave()
            if self._ticket is not None:
                self._bench.gates.purse.give_back(self._ticket)

    def rests(self, state: FileState, error: PickupError, *, again: Again) -> Standing:
        """How it stands after an error."""
        message = f"{error.message}; {error.next_step}" if error.next_step else error.message
        return replace(
            self._standing,
            state=state,
            message=message,
            next_step=error.next_step,
            again=again,
            progress=0.0,
            since=self._bench.now(),
        )

    def _say(self, standing: Standing) -> None:
        self._standing = standing
        self._tell(standing)

    def _say_that(self, message: str) -> None:
        self._say(replace(self._standing, message=message))

    def _fill(self, config: Config) -> Filled:
        hearing = Hearing(
            approve=lambda prepared: self._why_it_waits(prepared, config=config),
            report=self._report,
            waits=self._wait_outside,
            stage=self._stage,
            stop=self._bench.stop.is_set,
        )
        options = FillOptions(fit=True, approved=_is_asked_for(config, paid=True))
        try:
            return fill(
                self._task.path,
                config=config,
                state_folder=self._bench.state_folder,
                options=options,
                hearing=hearing,
            )
        except TimelineError as error:
            if self._reading.was_left:
                raise  # it was read well; what went wrong came later
            sure = not isinstance(error.__cause__, ChildDied)
            raise NotWhole(error.message, next_step=error.next_step, sure=sure) from error

    def _wait_outside(self, sentence: str) -> None:
        """Whoever waits for another run keeps nobody else from reading."""
        self._reading.leave()
        self._say_that(sentence)

    def _stage(self, sentence: str) -> None:
        if not sentence.startswith("reading"):
            self._reading.leave()  # where nothing has to be made, nobody was asked
            self._say_that(sentence)

    def _why_it_waits(self, prepared: Prepared, *, config: Config) -> str:
        """Nothing once takes may be made; the reading gate is left, and the making gate entered."""
        self._reading.leave()
        self._takes = sum(len(pickup.takes) for pickup in prepared.plan.pickups)
        price = prepared.plan.total
        plan = f"{counted(self._takes, 'take')} of {counted(len(prepared.plan.pickups), 'shot')}, ${price:.2f}"
        holes = len(prepared.survey.found.holes)
        self._say(replace(self._standing, message=f"planned: {plan}", cut=prepared.cut_name, holes=holes, price=price))
        self._let_it_settle(self._bench.settle_s())
        if _is_asked_for(config, paid=bool(price)) and not is_approved(prepared):
            self._again = Again.YES
            folder = prepared.library.cut_folder(prepared.cut_name).folder
            command = approve_command(prepared)
            return f"{plan}; waits for `{command}`, or a file named APPROVED in {folder}"
        if price and not self._has_money(price, config=config):
            self._again = Again.MONEY
            return _MONEY_ASIDE
        self._say_that("waits for its turn")
        self._making.enter()
        making = f"making {plan}"
        self._say(replace(self._standing, state=FileState.WORKING, message=making))
        return ""

    def _let_it_settle(self, settle_s: float) -> None:
        """A file may be planned as soon as it is whole; something is made once it stands still."""
        while self._bench.clock() - self._task.still_from < settle_s and not self._bench.stop.is_set():
            if not self._task.is_unchanged:
                break
            time.sleep(_LOOK_S)
        if self._bench.stop.is_set():
            raise Stopped("stopped before anything was made", next_step="start the watcher again")
        if not self._task.is_unchanged:
            raise NotWhole(_CHANGED, next_step="let the program that writes it end")

    def _has_money(self, price: Decimal, *, config: Config) -> bool:
        if config.budget_per_day is None:
            return True
        with open_ledger(self._bench.state_folder) as ledger:
            left = config.budget_per_day - spent_today(ledger, now=self._bench.now())
        self._ticket = self._bench.gates.purse.set_aside(price, of=left)
        return self._ticket is not None

    def _report(self, progress: Progress) -> None:
        self._shares[progress.shot, progress.take] = progress.done
        self._say(replace(self._standing, progress=sum(self._shares.values()) / max(self._takes, 1)))

    def _ended(self, filled: Filled, *, config: Config) -> Standing:
        library = Library.at(config.library_folder)
        if filled.version is None and not (filled.held or filled.failed or filled.doubt):
            cut = library.claim_cut(self._task.path)
            write_no_version(library.cut_folder(cut), timeline=self._task.path)
        standing = replace(
            self._standing,
            state=_state_of(filled),
            since=self._bench.now(),
            message=_summary(filled),
            cut=filled.cut,
            holes=filled.holes,
            progress=0.0 if filled.waits else 1.0,
            version=filled.version,
            filled=filled.filled,
            held=() if filled.waits else (*filled.held, *_in_doubt(filled)),
            failed=filled.failed,
            outputs=_inside(filled.outputs, library=library),
            spent=filled.spent_total,
            again=self._again or _again(filled, config=config),
        )
        self._bench.outputs.add(filled.outputs.values())
        return _with_copies(standing, filled, config=config)


def _with_copies(standing: Standing, filled: Filled, *, config: Config) -> Standing:
    folders = {flavor: Path(folder) for flavor, folder in config.watch.deliver.items()}
    try:
        deliver_copies(filled.outputs, folders=folders)
    except (LibraryError, OSError) as error:
        what = f"{error.message}: {error.where}" if isinstance(error, LibraryError) else str(error)
        again = standing.again or Again.LATER
        return replace(standing, message=f"{standing.message}; not copied yet: {what}", again=again)
    return standing


def _is_asked_for(config: Config, *, paid: bool) -> bool:
    """Whether a person decides on a plan; of free ones only where every plan is to wait."""
    return config.approve == "plan" or (paid and config.approve_paid != "auto")


def _state_of(filled: Filled) -> FileState:
    if filled.waits:
        return FileState.WAITING
    if filled.failed:
        return FileState.FAILED
    return FileState.HELD if filled.held or filled.doubt else FileState.DONE


def _again(filled: Filled, *, config: Config) -> Again:
    if filled.parked:
        return Again.LATER
    return Again.MONEY if filled.held and config.budget_per_day is not None else Again.NEVER


def _in_doubt(filled: Filled) -> Iterator[tuple[str, str]]:
    for shot, job in filled.doubt:
        yield shot, f"may have been charged; see `pickup jobs`, job {job[:8]}"


def _inside(outputs: Mapping[str, Path], *, library: Library) -> Mapping[str, str]:
    folder = library.folder.absolute()
    return {flavor: path.relative_to(folder).as_posix() for flavor, path in outputs.items()}


def _summary(filled: Filled) -> str:
    """What became of a timeline, for the log and for the editor."""
    if filled.waits:
        return filled.waits
    said = []
    if filled.version is None:
        said.append("no holes" if not filled.holes else "no version")
    elif filled.changed:
        said.append(f"version {filled.version} shows {counted(len(filled.filled), 'shot')}")
    else:
        said.append(f"version {filled.version} shows it already")
    if filled.made:
        said.append(f"{counted(filled.made, 'take')} made")
    for what, shots in (("held", filled.held), ("failed", filled.failed), ("in doubt", filled.doubt)):
        if shots:
            first = f" ({shots[0][0]}: {shots[0][1]})" if what != "in doubt" else ""
            said.append(f"{len(shots)} {what}{first}")
    if filled.spent:
        said.append(f"${filled.spent:.2f} spent")
    return ", ".join(said)


class _Gate:
    """A place at a gate, entered and left at most once at a time."""

    def __init__(self, gate: threading.Semaphore, *, stop: threading.Event) -> None:
        self._gate = gate
        self._stop = stop
        self._inside = False
        self.was_left = False

    def enter(self) -> None:
        """Waits for a free place.

        Raises:
            Stopped: The watcher ends.
        """
        while not self._gate.acquire(timeout=_GATE_S):
            if self._stop.is_set():
                raise Stopped("stopped before its turn", next_step="start the watcher again")
        self._inside = True

    def leave(self) -> None:
        """Gives the place back, if there is one."""
        if self._inside:
            self._gate.release()
            self._inside, self.was_left = False, True
