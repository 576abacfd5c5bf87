"""Whether a file that arrives is whole, and since when it stands still. No disk, and no clock of its own.

Times are seconds of a clock that only grows, so that setting the computer's clock changes nothing.

    arrival = seen(None, signature, now=10.0)
    arrival = seen(arrival, signature, now=12.5)
    arrival.stands_still(settle_s=2.0)                True
"""

from __future__ import annotations

from dataclasses import dataclass, replace

QUICK_S = 0.2
"""How long a file stands still whose writer was seen to close or rename it; a writer may write once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What changes when a file does: length, time of change, and which file it is.

    Attributes:
        inode: 0 where the file system gives no lasting ones.
    """

    size: int
    mtime_ns: int
    inode: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file on its way in.

    Attributes:
        since: When it was first seen like this.
        last: When it was last seen.
        looks: How often it was seen like this.
        closed: Its writer was seen to close or rename it after it was first seen like this.
        tried: It was read like this, in vain.
    """

    signature: Signature
    since: float
    last: float
    looks: int = 1
    closed: bool = False
    tried: bool = False

    def stands_still(self, *, settle_s: float) -> bool:
        """Whether it did not change for so long, by two looks at least."""
        return self.looks > 1 and self.last - self.since >= settle_s

    def may_be_read(self, *, settle_s: float) -> bool:
        """Whether reading it is worth while: it stands still, or its writer is done; and it was not tried yet."""
        if self.tried:
            return False
        return self.stands_still(settle_s=min(QUICK_S, settle_s) if self.closed else settle_s)

    def is_overdue(self, *, now: float, deadline_s: float) -> bool:
        """Whether it has had its time to become whole; what was not read yet has not."""
        return self.tried and now - self.since >= deadline_s


def seen(arrival: Arrival | None, signature: Signature, *, now: float, closed: bool = False) -> Arrival:
    """The arrival after a look at the file; a change begins it anew."""
    if arrival is None or arrival.signature != signature:
        return Arrival(signature=signature, since=now, last=now, closed=closed)
    return replace(arrival, last=now, looks=arrival.looks + 1, closed=arrival.closed or closed)
