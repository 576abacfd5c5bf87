"""Between the register of a folder and its workers: what is begun, and what becomes of what has ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pickup.errors import Stopped
from pickup.library import Library
from pickup.library.layout import plain_stem
from pickup.watch.again import is_due, may_go_on, wait_s
from pickup.watch.arrivals import Signature
from pickup.watch.files import Again, FileState, Job, Reasons, Standing, WatchedFile
from pickup.watch.handed_in import HandedIn
from pickup.watch.looking import Place
from pickup.watch.purse import Purse
from pickup.watch.register import Register, Verdict
from pickup.watch.work import NotWhole, Task
from pickup.watch.workers import Hashed, Result, Workers


@dataclass(slots=True, kw_only=True)
class Dispatch:
    """Of one folder; for its thread alone.

    Attributes:
        settings: Stands for the settings; another one where they changed.
    """

    place: Place
    library: Library
    register: Register
    workers: Workers
    purse: Purse
    log: logging.Logger
    now: Callable[[], datetime]
    settings: str
    _handed_in: HandedIn = field(init=False)

    def __post_init__(self) -> None:
        self._handed_in = HandedIn(folder=self.library.layout.manual)

    def take(self, results: Iterable[Result], *, now: float, is_here: Callable[[], bool]) -> None:
        """What became of tasks; with the folder gone nothing bad that is said of a file counts."""
        for result in results:
            file = self.register.get(result.task.name)
            if file is None:
                continue
            if isinstance(result.outcome, Stopped) or (_is_bad(result) and not is_here()):
                self.register.back(file)
            else:
                self._take(file, result, now=now)

    def hear(self) -> None:
        """How the files stand that are being filled."""
        for name, standing in self.workers.told().items():
            file = self.register.get(name)
            if file is not None and file.job is Job.WORK:
                if standing.state is FileState.WORKING and file.standing.state is not FileState.WORKING:
                    self.log.info("%s  %s", name, standing.message)
                file.standing = standing
                self.register.revision += 1

    def go_on(self, *, now: float) -> None:
        """Begins everything that is due."""
        for file in self.register.to_decide():
            names = {sha256: name for name, sha256 in self.workers.filling.items()}
            if file.found in names:
                self._wait_for(file, names[file.found])
            else:
                self._decide(file, now=now)
        for file in self.register.to_hash(now=now)[: max(self.workers.may_hash, 0)]:
            if file.arrival is not None:
                self.register.begin(file, Job.HASH)
                self.workers.hash(self._task(file, file.arrival.signature, still_from=file.arrival.since))

    def work_again(self, *, now: float) -> None:
        """Works once more on files that rest, where what they waited for has come."""
        waiting = [each for each in self.register.files if may_go_on(each) and each.is_handled and not each.job]
        newest = self.register.newest(of=_cut_of) if waiting else {}
        shots = {shot for file in waiting if file.rested is not None for shot in _waits_for_shots(file.rested)}
        if shots:
            self._handed_in.look(shots)
        for file in waiting:
            last = newest.get(_cut_of(file.name), file)
            if last is not file and file.rested is not None and not file.rested.note:
                if last.is_handled:
                    self._is_superseded(file, by=last.name)
            elif is_due(file, reasons=self._reasons(file), now=now):
                self.register.once_more(file)

    def give_up(self, file: WatchedFile) -> None:
        """A file did not become whole in time."""
        if file.arrival is not None:
            file.tried_for = self._reasons(file)
            message = f"{file.why}; {file.next_step}"
            standing = Standing(
                state=FileState.FAILED, since=self.now(), message=message, next_step=file.next_step, note=True
            )
            self.register.rest(file, standing, signature=file.arrival.signature, sha256=file.tried)

    def _take(self, file: WatchedFile, result: Result, *, now: float) -> None:
        outcome, signature = result.outcome, result.task.signature
        if isinstance(outcome, Hashed):
            self.register.hashed(file, outcome.sha256, signature=signature, own=outcome.own)
        elif isinstance(outcome, NotWhole):
            self.register.in_vain(
                file,
                signature=signature,
                sha256=result.sha256,
                why=outcome.message,
                next_step=outcome.next_step,
                sure=outcome.sure,
                now=now,
            )
            if file.is_there and not file.is_handled:
                self.log.info("%s  not whole yet: %s", file.name, outcome.message)
        elif isinstance(outcome, Standing):
            if outcome.again is Again.LATER:
                file.tries += 1
                file.next_try = now + wait_s(file.tries)
            is_useless = outcome.state is FileState.FAILED and not outcome.failed
            self.register.rest(file, replace(outcome, note=is_useless), signature=signature, sha256=result.sha256)
            if outcome.state is not FileState.WAITING and file.tried_for is not None:
                # The yes that it had was used; only a new one lets it go on.
                file.tried_for = replace(file.tried_for, yes=self._reasons(file).yes)

    def _decide(self, file: WatchedFile, *, now: float) -> None:
        """What is done with a file whose content is known."""
        other = self.register.twin(file)
        if other is not None and other.is_there:
            self.register.see(other.name, self.place.signature(other.name), now=now)
            other = self.register.twin(file)
        verdict = self.register.verdict(file)
        if verdict is Verdict.RESTORE:
            self.register.restore(file)
        elif verdict is Verdict.VAIN:
            self._in_vain_again(file, now=now)
        elif verdict is Verdict.OWN:
            self._is_same(file, same_as=file.own, message=f"Pickup wrote it: {file.own}", cut=None)
        elif verdict is Verdict.SAME and other is not None:
            self._is_same(file, same_as=other.name, message=f"same as {other.name}", cut=other.standing.cut)
        elif verdict is Verdict.RENAMED and other is not None:
            self.log.info("%s  was %s", file.name, other.name)
            self.register.take_over(file, other)
        elif verdict is Verdict.LATER and other is not None:
            self._wait_for(file, other.name)
        elif verdict is Verdict.WORK:
            self._begin_work(file)

    def _wait_for(self, file: WatchedFile, name: str) -> None:
        """The same content is in work under another name; something may come of it, or nothing."""
        message = f"same as {name}, which is in work"
        if file.standing.message != message:
            file.standing = replace(file.standing, message=message)
            self.register.revision += 1

    def _in_vain_again(self, file: WatchedFile, *, now: float) -> None:
        if file.arrival is not None:
            self.register.in_vain(
                file,
                signature=file.arrival.signature,
                sha256=file.vain,
                why=file.why,
                next_step=file.next_step,
                sure=True,
                now=now,
            )

    def _is_same(self, file: WatchedFile, *, same_as: str, message: str, cut: str | None) -> None:
        standing = Standing(state=FileState.SAME, since=self.now(), same_as=same_as, message=message, cut=cut)
        if file.arrival is not None:
            self.register.rest(file, standing, signature=file.arrival.signature, sha256=file.found)

    def _is_superseded(self, file: WatchedFile, *, by: str) -> None:
        """Nothing more is made for an export of which a newer one lies there: its version would be the newest."""
        rested = file.rested
        if rested is not None and file.handled is not None and rested.again is not Again.NEVER:
            message = f"{rested.message}; superseded by {by}"
            standing = replace(rested, message=message, again=Again.NEVER)
            self.register.rest(file, standing, signature=file.handled, sha256=file.sha256)

    def _begin_work(self, file: WatchedFile) -> None:
        """Begins to fill a file, unless another export of its cut is being filled."""
        if file.arrival is None or self.workers.may_work <= 0:
            return
        if _cut_of(file.name) in map(_cut_of, self.workers.filling) or not self.register.is_next(file, of=_cut_of):
            return
        task = self._task(file, file.arrival.signature, still_from=file.arrival.since)
        sha256, file.tried_for = file.found, self._reasons(file)
        self.register.begin(file, Job.WORK)
        self.workers.work(task, sha256=sha256)

    def _task(self, file: WatchedFile, signature: Signature, *, still_from: float) -> Task:
        place, name = self.place, file.name
        return Task(
            name=name,
            path=place.folder / name,
            signature=signature,
            still_from=still_from,
            look=lambda: place.signature(name),
        )

    def _reasons(self, file: WatchedFile) -> Reasons:
        standing = file.rested or file.told or file.standing
        return Reasons(
            yes=None if standing.cut is None else _stamp(self.library.cut_folder(standing.cut).approved),
            day=self.now().astimezone().date(),
            returned=self.purse.returned,
            settings=self.settings,
            handed_in=self._handed_in.of(_waits_for_shots(standing)),
        )


def _waits_for_shots(standing: Standing) -> frozenset[str]:
    """Shots of a file that time may bring, or a person."""
    return frozenset(shot for shot, _ in standing.held) if standing.again is Again.LATER else frozenset()


def _is_bad(result: Result) -> bool:
    outcome = result.outcome
    return isinstance(outcome, NotWhole) or (isinstance(outcome, Standing) and outcome.state is FileState.FAILED)


def _cut_of(name: str) -> str:
    """Files with the same key are exports of one cut."""
    path = Path(name)
    return (path.parent / plain_stem(path)).as_posix().casefold()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
