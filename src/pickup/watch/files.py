"""How each file of a watched folder stands, and how that is told in `status.json` and in the journal.

The document of a file is the same in both; docs/folder.md has its keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from pickup.watch.arrivals import Arrival, Signature
from pickup.watch.handed_in import Stamp

Document = dict[str, object]
Shots = tuple[tuple[str, str], ...]
"""Shot codes, each with a reason."""


class FileState(StrEnum):
    """What is being done with a file, or was."""

    ARRIVING = "arriving"
    PLANNING = "planning"
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    HELD = "held"
    FAILED = "failed"
    SAME = "same"

    @property
    def is_busy(self) -> bool:
        """Whether something is under way with it."""
        return self in (FileState.PLANNING, FileState.WORKING)


class Job(StrEnum):
    """What is under way with a file, beside the thread of its folder."""

    NONE = ""
    HASH = "hash"
    WORK = "work"


class Again(StrEnum):
    """What makes a file that rests be worked on once more, beside another content."""

    NEVER = ""
    YES = "a yes to its plan"
    LATER = "time"
    MONEY = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a file stands.

    Attributes:
        message: For a person; it ends with `next_step`, what to do next, where there is something to do.
        cut: The cut's folder in the library.
        outputs: Paths by flavor, relative to the library.
        price: USD of the plan, and `spent` of the cut.
        same_as: Path below the folder, or in the library, of the file with the same content.
        note: Whether a note beside the file says why it cannot be used.
    """

    state: FileState = FileState.ARRIVING
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    message: str = ""
    cut: str | None = None
    holes: int | None = None
    progress: float = 0.0
    version: int | None = None
    filled: tuple[str, ...] = ()
    held: Shots = ()
    failed: Shots = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    price: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    same_as: str | None = None
    again: Again = Again.NEVER
    note: bool = False
    next_step: str = ""

    def document(self, name: str) -> Document:
        """As `status.json` has it."""
        return {
            "file": name,
            "state": self.state.value,
            "since": self.since.isoformat(timespec="seconds"),
            "message": self.message,
            "cut": self.cut,
            "holes": self.holes,
            "progress": round(self.progress, 3),
            "version": self.version,
            "filled": list(self.filled),
            "held": [{"shot": shot, "why": why} for shot, why in self.held],
            "failed": [{"shot": shot, "why": why} for shot, why in self.failed],
            "outputs": dict(self.outputs),
            "price": f"{self.price:.2f}",
            "spent": f"{self.spent:.2f}",
            "same_as": self.same_as,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What may let a file that rests go on, if it is another than it was.

    Attributes:
        yes: Time of change and length of the file that says yes to its plan.
        day: On which money is counted.
        returned: How often money was given back.
        settings: Stands for the settings of the folder.
        handed_in: What people put into the folders of the manual jobs that it waits for.
    """

    yes: tuple[int, int] | None
    day: date
    returned: int
    settings: str
    handed_in: Stamp = ()


@dataclass(slots=True, kw_only=True)
class WatchedFile:
    """What is known of one file; owned by the thread of its folder.

    Attributes:
        is_there: Whether it lies in the folder.
        arrival: While it lies there.
        job: What is under way with it.
        found: Hash of what lies there, until it is decided what to do with it; `own` is the delivered file with the
            same content.
        handled: What it looked like when it last came to rest; None before that.
        sha256: Hash of the content that it holds, or held when it came to rest; empty where it could not be opened.
        standing: How it stands, and `rested` how that content came to rest.
        told: How it stood when that was last told.
        vain: Hash of the content that cannot be read, with `why` and `next_step`; `tried` where that is not sure.
        tries: How often in a row it has to be tried once more, and `next_try` when, by the clock that only grows.
        tried_for: How things stood when it was last worked on.
        is_due: Whether it is to be worked on once more.
    """

    name: str
    is_there: bool = True
    arrival: Arrival | None = None
    job: Job = Job.NONE
    found: str = ""
    own: str = ""
    handled: Signature | None = None
    sha256: str = ""
    standing: Standing = field(default_factory=Standing)
    rested: Standing | None = None
    told: Standing | None = None
    vain: str = ""
    tried: str = ""
    why: str = ""
    next_step: str = ""
    tries: int = 0
    next_try: float = 0.0
    tried_for: Reasons | None = None
    is_due: bool = False

    @property
    def is_handled(self) -> bool:
        """Whether what lies there is what was handled."""
        return self.handled is not None and self.arrival is not None and self.arrival.signature == self.handled

    def record(self) -> Document:
        """As the journal has it."""
        seen = self.handled
        signature = [seen.size, seen.mtime_ns, seen.inode] if seen else None
        standing, tried = self.rested or self.standing, self.tried_for
        return {
            **standing.document(self.name),
            "signature": signature,
            "sha256": self.sha256,
            "again": standing.again.value,
            "note": standing.note,
            "next_step": standing.next_step,
            "yes": tried.yes if tried else None,
            "settings": tried.settings if tried else "",
        }


def recorded(record: Mapping[str, object]) -> WatchedFile | None:
    """A file as a line of the journal tells it; None where the line makes no sense."""
    try:
        standing = Standing(
            state=FileState(str(record["state"])),
            since=datetime.fromisoformat(str(record["since"])),
            message=str(record["message"]),
            cut=_text(record["cut"]),
            holes=_whole(record["holes"]),
            progress=0.0,
            version=_whole(record["version"]),
            filled=tuple(map(str, _list(record["filled"]))),
            held=_shots(record["held"]),
            failed=_shots(record["failed"]),
            outputs={str(flavor): str(path) for flavor, path in _table(record["outputs"]).items()},
            price=Decimal(str(record["price"])),
            spent=Decimal(str(record["spent"])),
            same_as=_text(record["same_as"]),
            again=Again(str(record["again"])),
            note=bool(record["note"]),
            next_step=str(record.get("next_step", "")),
        )
        size, mtime_ns, inode = (_whole(each) or 0 for each in _list(record["signature"]))
        handled = Signature(size=size, mtime_ns=mtime_ns, inode=inode)
        name, sha256 = str(record["file"]), str(record["sha256"])
        yes = [_whole(each) or 0 for each in _list(record["yes"])] if record.get("yes") else None
        # What was given back before this watcher began is not known: money is asked for once more.
        tried = Reasons(
            yes=None if yes is None else (yes[0], yes[1]), day=date.min, returned=-1, settings=str(record["settings"])
        )
    except (KeyError, IndexError, ValueError, TypeError, InvalidOperation):
        return None
    return WatchedFile(
        name=name,
        is_there=False,
        handled=handled,
        sha256=sha256,
        standing=standing,
        rested=standing,
        told=standing,
        tried_for=tried,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _table(value: object) -> Mapping[object, object]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _shots(value: object) -> Shots:
    return tuple((str(_table(each)["shot"]), str(_table(each)["why"])) for each in _list(value))
