"""Every file of a watched folder, and what is to be done with each. No disk, no threads, and no clock of its own.

A file arrives, is hashed once it stands still, and is then known, somebody else's twin, or to be worked on; what was
read in vain has until its deadline to become whole.

    register.see("reel1.otio", signature, now=10.0)
    for file in register.to_hash(now=12.5): ...                  then register.hashed(file, "9f…", own=None)
    for file in register.to_decide(): register.verdict(file)     Verdict.WORK
    register.rest(file, standing, signature=signature)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from pickup.watch.arrivals import Signature, seen
from pickup.watch.files import Again, FileState, Job, Standing, WatchedFile

_OPEN_AGAIN_S = 2.0
"""What another program still holds open may be free soon."""

_UNFILLED = (FileState.WAITING, FileState.HELD, FileState.FAILED)
_GONE_KEPT = 5_000
"""Files that are gone are remembered, so that a rename is known for what it is; the last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How patient a watcher is, in seconds.

    Attributes:
        settle_s: How long a file stands still before it is read.
        deadline_s: How long it has to become whole.
        retry_s: After how long it is read once more, though it did not change.
    """

    settle_s: float
    deadline_s: float
    retry_s: float


class Verdict(Enum):
    """What is to be done with a file whose content is known."""

    RESTORE = auto()  # it holds what it held
    VAIN = auto()  # it holds what was read in vain
    OWN = auto()  # Pickup wrote it
    SAME = auto()  # another file holds the same
    RENAMED = auto()  # a file that is gone held the same
    LATER = auto()  # another file with the same content is being worked on
    WORK = auto()


class Register:
    """What is known of every file of one folder; for one thread.

    Args:
        files: As a journal remembers them; none of them is taken to be there before it is seen.
        timing: How patient to be.
        on_rest: Told of each file that came to rest, and whether it stands otherwise than it was last told.
        on_gone: Told of each file that is gone.
        now: Gives the time of day, for `since`.
    """

    def __init__(
        self,
        files: Collection[WatchedFile],
        *,
        timing: Timing,
        on_rest: Callable[[WatchedFile, bool], None],
        on_gone: Callable[[WatchedFile], None],
        now: Callable[[], datetime],
    ) -> None:
        self.timing = timing
        self.revision = 0
        """Grows with every change that a reader of the status would see."""
        self._on_rest = on_rest
        self._on_gone = on_gone
        self._now = now
        self._unsettled: set[str] = set()
        self._by_content: dict[str, set[str]] = defaultdict(set)
        self._files: dict[str, WatchedFile] = {}
        for file in files:
            self._files[file.name] = file
            self._by_content[file.sha256].add(file.name)

    # What lies there

    @property
    def files(self) -> Collection[WatchedFile]:
        """Every file that lies in the folder."""
        return [each for each in self._files.values() if each.is_there]

    @property
    def known(self) -> Collection[WatchedFile]:
        """Those too that are gone."""
        return self._files.values()

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing arrives and nothing is under way."""
        return not self._unsettled and not any(each.job for each in self._files.values())

    def get(self, name: str) -> WatchedFile | None:
        """A file by its name."""
        return self._files.get(name)

    def see(self, name: str, signature: Signature | None, *, now: float, closed: bool = False) -> None:
        """A look at one file.

        Args:
            name: Its path below the folder.
            signature: None where it is gone.
            now: Second of the growing clock.
            closed: Its writer is done with it.
        """
        file = self._files.get(name)
        if signature is None:
            if file is not None and file.is_there:
                self._lose(file)
            return
        if file is None:
            file = self._files[name] = WatchedFile(name=name)
        before = file.arrival
        file.is_there = True
        file.arrival = seen(before, signature, now=now, closed=closed)
        if file.is_handled:
            self._settle(file)
            if file.rested is not None and not file.job and file.standing != file.rested:
                file.standing = file.rested  # it was changed and changed back
                self.revision += 1
            return
        if before is None or before.signature != signature:
            file.found, file.next_try, file.is_due = "", 0.0, False
            self._arrives(file, message="")

    def see_all(self, signatures: Mapping[str, Signature], *, now: float) -> None:
        """A look at the whole folder: what is not in it is gone."""
        for name, signature in signatures.items():
            self.see(name, signature, now=now)
        for file in [each for each in self._files.values() if each.is_there and each.name not in signatures]:
            self._lose(file)
        self._forget()

    def forget_absent(self) -> None:
        """After the first look: files that were deleted while nobody watched leave no note, and no copy waiting."""
        for file in list(self._files.values()):
            if not file.is_there:
                self._release_unfilled(file)
                if file.standing.note:
                    self._on_gone(file)

    # What is to be done

    def to_glance_at(self) -> Iterator[WatchedFile]:
        """Files that may stand still soon."""
        for file in self._waiting():
            if file.arrival and not file.arrival.tried and not self._may_be_read(file):
                yield file

    def to_hash(self, *, now: float) -> list[WatchedFile]:
        """Files that are to be read now, those that were changed first before the others."""
        ready = [each for each in self._waiting() if self._may_be_read(each) or self._is_tried_again(each, now=now)]
        ready += [each for each in self._closed_to_us() if now >= each.next_try]
        return sorted(ready, key=_age)

    def to_decide(self) -> list[WatchedFile]:
        """Files whose content is known, and what to do with them is not, likewise."""
        found = [self._files[name] for name in self._unsettled]
        return sorted((each for each in found if each.found and not each.job), key=_age)

    def overdue(self, *, now: float) -> list[WatchedFile]:
        """Files that had their time to become whole."""
        deadline_s = self.timing.deadline_s
        return [
            each for each in self._waiting() if each.arrival and each.arrival.is_overdue(now=now, deadline_s=deadline_s)
        ]

    def twin(self, file: WatchedFile) -> WatchedFile | None:
        """Another file whose content is the same, and of which something came or will come."""
        others = [self._files[name] for name in sorted(self._by_content.get(file.found, ())) if name != file.name]
        useful = [each for each in others if each.job is Job.WORK or _is_useful(each.rested, twin_of=file.name)]
        # The one that was filled itself, before those that are the same.
        return min(
            useful, key=lambda each: (not each.is_there, each.standing.state is FileState.SAME, each.name), default=None
        )

    def verdict(self, file: WatchedFile) -> Verdict:
        """What is to be done with a file whose content is known."""
        other = self.twin(file)
        if file.is_due:
            return Verdict.LATER if other is not None and other.job is Job.WORK else Verdict.WORK
        if file.rested is not None and not file.rested.note and file.found == file.sha256:
            is_taken = other is not None and other.is_there and other.standing.state is not FileState.SAME
            return Verdict.SAME if is_taken and file.rested.state in _UNFILLED else Verdict.RESTORE
        if file.found == file.vain:
            return Verdict.VAIN
        if file.own:
            return Verdict.OWN
        return Verdict.WORK if other is None else _beside(other, name=file.name)

    def newest(self, *, of: Callable[[str], str]) -> dict[str, WatchedFile]:
        """The last export of each cut that lies there, but those that cannot be used.

        Args:
            of: Says by its name which cut a file is of.
        """
        found: dict[str, WatchedFile] = {}
        for file in self.files:
            if file.rested is not None and file.rested.note:
                continue
            known = found.get(of(file.name))
            if known is None or _age(known) < _age(file):
                found[of(file.name)] = file
        return found

    def is_next(self, file: WatchedFile, *, of: Callable[[str], str]) -> bool:
        """Whether no earlier export of the same cut may still come: the last one is filled last.

        Args:
            file: Whose content is known.
            of: Which cut a file is of, by its name.
        """
        cut = of(file.name)
        return not any(
            name != file.name and of(name) == cut and _age(self._files[name]) < _age(file) and not self._is_tried(name)
            for name in self._unsettled
        )

    # What became of it

    def begin(self, file: WatchedFile, job: Job) -> None:
        """Something is under way with a file."""
        file.job = job
        self.revision += 1
        if job is Job.WORK:
            if file.found != file.sha256:
                self._release_unfilled(file)
            self._holds(file, file.found)
            file.rested, file.found, file.is_due = None, "", False
            file.standing = Standing(state=FileState.PLANNING, since=self._now())

    def hashed(self, file: WatchedFile, sha256: str, *, signature: Signature, own: str | None) -> None:
        """The content of a file is known; `own` is the delivered file with the same content."""
        file.job = Job.NONE
        if not file.is_there:
            self._is_gone(file)
        if file.arrival is None or file.arrival.signature != signature:
            return  # what was hashed is not what lies there; it is looked at again
        if file.is_handled and sha256:
            file.handled = None  # it could not be opened before, and now it can
            self._unsettled.add(file.name)
        file.found, file.own = sha256, own or ""
        file.standing = Standing(since=file.standing.since, message="waits for its turn")

    def in_vain(self, file: WatchedFile, *, signature: Signature, sha256: str, why: str, next_step: str, sure: bool,
                now: float) -> None:  # fmt: skip
        """A file could not be read as it is.

        Args:
            file: The file.
            signature: What it looked like.
            sha256: Its content; empty where it could not even be opened.
            why: Why not.
            next_step: What to do.
            sure: Whether it is the content; a reader that was killed is tried once more.
            now: Second of the growing clock.
        """
        file.job, file.found = Job.NONE, ""
        if file.rested is None:
            self._release(file)
        if not file.is_there:
            self._is_gone(file)
        if file.arrival is None or file.arrival.signature != signature:
            if file.is_there:
                self._arrives(file, message="")
            return
        file.arrival = replace(file.arrival, tried=True)
        file.vain, file.tried = sha256 if sure else "", sha256
        file.why, file.next_step = why, next_step
        file.next_try = now + (self.timing.retry_s if sha256 else min(_OPEN_AGAIN_S, self.timing.retry_s))
        if not file.is_handled:
            self._arrives(file, message=f"not whole yet: {why}")

    def rest(self, file: WatchedFile, standing: Standing, *, signature: Signature, sha256: str) -> None:
        """A file came to rest: this is what it looked like, what it held, and how it stands."""
        if file.told is not None and file.told == replace(standing, since=file.told.since):
            standing = file.told
        file.job, file.found, file.vain = Job.NONE, "", ""
        self._holds(file, sha256)
        file.handled, file.rested, file.standing = signature, standing, standing
        self.revision += 1
        if standing.again is not Again.LATER:
            file.tries = 0
        if standing.note:
            self._release(file)
        if file.is_handled:
            self._settle(file)
        elif file.is_there:
            self._arrives(file, message="")
        else:
            self._on_gone(file)
        news, file.told = file.told is not standing, standing
        self._on_rest(file, news)

    def restore(self, file: WatchedFile) -> None:
        """A file holds what it held: a touch, or the same export once more."""
        if file.rested is not None and file.arrival is not None:
            file.handled, file.found, file.standing = file.arrival.signature, "", file.rested
            self._settle(file)
            self.revision += 1
            self._on_rest(file, False)

    def take_over(self, file: WatchedFile, other: WatchedFile) -> None:
        """A file was renamed: what is known of it goes with it."""
        if other.rested is not None and file.arrival is not None:
            standing, sha256 = other.rested, other.sha256
            for twin in self._twins(other):
                if twin.standing.same_as == other.name:
                    twin.standing = replace(twin.standing, same_as=file.name, message=f"same as {file.name}")
                    twin.rested = twin.told = twin.standing
            self._by_content[sha256].discard(other.name)
            del self._files[other.name]
            self.rest(file, standing, signature=file.arrival.signature, sha256=sha256)

    def back(self, file: WatchedFile) -> None:
        """Work on a file was stopped; it is taken up again."""
        file.job, file.found = Job.NONE, ""
        if file.rested is None:
            self._release(file)
        if file.is_there:
            self._arrives(file, message="")
        else:
            self._is_gone(file)

    def once_more(self, file: WatchedFile) -> None:
        """A file that rests is worked on again."""
        file.found, file.own = file.sha256, ""
        file.rested, file.handled, file.is_due = None, None, True
        self._unsettled.add(file.name)

    # Inside

    def _waiting(self) -> Iterator[WatchedFile]:
        """Files on their way in with which nothing is under way."""
        for name in self._unsettled:
            file = self._files[name]
            if not file.job and not file.found:
                yield file

    def _closed_to_us(self) -> Iterator[WatchedFile]:
        """Files that were given up because they could not be opened, which may change without a trace."""
        for name in self._by_content.get("", ()):
            file = self._files[name]
            if file.is_there and file.is_handled and not file.job:
                yield file

    def _is_tried(self, name: str) -> bool:
        arrival = self._files[name].arrival
        return arrival is not None and arrival.tried

    def _may_be_read(self, file: WatchedFile) -> bool:
        return file.arrival is not None and file.arrival.may_be_read(settle_s=self.timing.settle_s)

    def _is_tried_again(self, file: WatchedFile, *, now: float) -> bool:
        return file.arrival is not None and file.arrival.tried and now >= file.next_try

    def _arrives(self, file: WatchedFile, *, message: str) -> None:
        self._unsettled.add(file.name)
        self.revision += 1
        if not file.job:
            since = file.standing.since if file.standing.state is FileState.ARRIVING else self._now()
            file.standing = Standing(since=since, message=message)

    def _settle(self, file: WatchedFile) -> None:
        self._unsettled.discard(file.name)

    def _holds(self, file: WatchedFile, sha256: str) -> None:
        self._by_content[file.sha256].discard(file.name)
        self._by_content[sha256].add(file.name)
        file.sha256 = sha256

    def _lose(self, file: WatchedFile) -> None:
        self.revision += 1
        file.is_there, file.arrival, file.found = False, None, ""
        self._unsettled.discard(file.name)
        if not file.job:
            self._is_gone(file)

    def _is_gone(self, file: WatchedFile) -> None:
        """A file is gone, and nothing is under way with it any more."""
        self._on_gone(file)
        self._release_unfilled(file)
        if file.rested is None:
            self._drop(file)

    def _twins(self, file: WatchedFile) -> list[WatchedFile]:
        """Files that lie there and are listed as the same as another one with this content."""
        others = (self._files[name] for name in self._by_content.get(file.sha256, ()) if name != file.name)
        return [each for each in others if each.is_there and each.standing.state is FileState.SAME and not each.job]

    def _release_unfilled(self, file: WatchedFile) -> None:
        """A file gives its content up before anything came of it: its twins stand for themselves."""
        if file.rested is None or file.rested.state in _UNFILLED:
            self._release(file)

    def _release(self, file: WatchedFile) -> None:
        """Nothing comes of a file: its twins are looked at anew."""
        for other in self._twins(file) if file.sha256 else ():
            other.handled, other.rested = None, None
            self._arrives(other, message="")

    def _drop(self, file: WatchedFile) -> None:
        self._by_content[file.sha256].discard(file.name)
        self._files.pop(file.name, None)

    def _forget(self) -> None:
        gone = [each for each in self._files.values() if not each.is_there and not each.job]
        for file in gone[:-_GONE_KEPT]:
            self._drop(file)


def _age(file: WatchedFile) -> tuple[int, str]:
    """Sorts files by the time of their last change."""
    return (file.arrival.signature.mtime_ns if file.arrival else 0, file.name)


def _beside(other: WatchedFile, *, name: str) -> Verdict:
    """What is to be done with a file beside another one with the same content."""
    rested = other.rested
    if other.job is Job.WORK or rested is None:
        return Verdict.LATER  # something may come of it, or nothing
    if other.is_there:
        return Verdict.SAME
    # What waits, waits under its own name: nothing was made for it yet. And no file is a copy of itself.
    was_filled = rested.state in (FileState.DONE, FileState.HELD, FileState.SAME) and rested.same_as != name
    return Verdict.RENAMED if was_filled else Verdict.WORK


def _is_useful(rested: Standing | None, *, twin_of: str) -> bool:
    """Whether a file that rests speaks for another one with the same content."""
    return rested is not None and not rested.note and rested.same_as != twin_of
