"""What runs beside the thread of a folder: hashes and fills, a few at once, whose results wait to be fetched.

workers = Workers(bench, wake=wake)
workers.hash(task)
workers.fetch()              [Result(task, outcome=Hashed(sha256="9f…", own=None))]
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pickup.errors import Stopped
from pickup.watch.files import Standing
from pickup.watch.work import Bench, NotWhole, Task, hash_of, work_on

_HASHES_AT_ONCE = 2
_HASHES_BEGUN = 64
"""They are short: there are enough to last until the next turn."""

_FILLS_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """The content of a file, and the delivered file that holds the same, below the library."""

    sha256: str
    own: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a task; `sha256` is the content that was worked on, empty where it could not be opened."""

    task: Task
    sha256: str
    outcome: Hashed | Standing | NotWhole | Stopped


class Workers:
    """The threads of one folder."""

    def __init__(self, bench: Bench, *, wake: Callable[[], None]) -> None:
        self._bench = bench
        self._wake = wake
        self._hashers = ThreadPoolExecutor(_HASHES_AT_ONCE, thread_name_prefix="hash")
        self._fillers = ThreadPoolExecutor(_FILLS_AT_ONCE, thread_name_prefix="fill")
        self._results = queue.SimpleQueue[Result]()
        self._lock = threading.Lock()
        self._told: dict[str, Standing] = {}
        self._hashing = 0
        self._filling: dict[str, str] = {}

    @property
    def may_hash(self) -> int:
        """How many hashes more may begin."""
        return _HASHES_BEGUN - self._hashing

    @property
    def may_work(self) -> int:
        """How many fills more may begin."""
        return _FILLS_AT_ONCE - len(self._filling)

    @property
    def filling(self) -> Mapping[str, str]:
        """The files that are being filled, by name, and what each holds."""
        return self._filling

    @property
    def is_busy(self) -> bool:
        """Whether a result is still to be fetched."""
        return bool(self._hashing or self._filling)

    def hash(self, task: Task) -> None:
        """Begins to hash a file."""
        self._hashing += 1
        self._hashers.submit(self._run, task, "", self._hashed)

    def work(self, task: Task, *, sha256: str) -> None:
        """Begins to fill a file."""
        self._filling[task.name] = sha256
        self._fillers.submit(self._run, task, sha256, self._worked)

    def fetch(self) -> list[Result]:
        """Everything that ended since the last time."""
        results = []
        while not self._results.empty():
            result = self._results.get()
            results.append(result)
            if result.sha256:
                self._filling.pop(result.task.name, None)
            else:
                self._hashing -= 1
        with self._lock:
            for result in results:
                self._told.pop(result.task.name, None)
        return results

    def told(self) -> dict[str, Standing]:
        """How the files stand that are being filled."""
        with self._lock:
            told, self._told = self._told, {}
        return told

    def end(self) -> None:
        """Waits for what is under way."""
        self._hashers.shutdown(wait=True, cancel_futures=False)
        self._fillers.shutdown(wait=True, cancel_futures=False)

    def _run(self, task: Task, sha256: str, job: Callable[[Task], Hashed | Standing]) -> None:
        outcome: Hashed | Standing | NotWhole | Stopped
        try:
            outcome = job(task)
        except (NotWhole, Stopped) as ended:
            outcome = ended
        except Exception as error:  # a fault of ours with one file must not end the watcher
            self._bench.log.exception("a fault in Pickup at %s", task.name)
            outcome = NotWhole(f"a fault in Pickup: {error}", next_step="report it with watch.log; other files go on")
        self._results.put(Result(task=task, sha256=sha256, outcome=outcome))
        self._wake()

    def _hashed(self, task: Task) -> Hashed:
        if self._bench.stop.is_set():
            raise Stopped("stopped before it was read", next_step="start the watcher again")
        largest = self._bench.largest_bytes()
        if task.signature.size > largest:
            message = f"it is larger than {largest >> 20} MB"
            raise NotWhole(message, next_step="raise file_mb under [limits] in your own settings if it is meant to be")
        sha256 = hash_of(task)
        own = self._bench.outputs.find(size=task.signature.size, sha256=sha256)
        return Hashed(sha256=sha256, own=own)

    def _worked(self, task: Task) -> Standing:
        if self._bench.stop.is_set():
            raise Stopped("stopped before its turn", next_step="start the watcher again")
        return work_on(task, bench=self._bench, tell=lambda standing: self._tell(task, standing))

    def _tell(self, task: Task, standing: Standing) -> None:
        with self._lock:
            self._told[task.name] = standing
