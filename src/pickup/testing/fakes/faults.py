"""The fault script: which call of a fake server goes wrong, and how.

    [CALL] [WHICH]: [accept,] WHAT

    create 2: accept, drop             the second create is charged, then the connection is reset without a reply
    create every 3rd: 429 after 2      refused, with `Retry-After: 2`
    create 10% seed 7: accept, drop    one in ten, the same ones on every run
    poll 1-3: 503                      the first three polls
    content: truncate                  every download

CALL is `create`, `poll`, `content`, `list`, `cancel`, `delete` or `upload`. Calls are counted from 1 as they arrive,
over all jobs and across restarts, refused ones too. WHICH is a number, a range, `every Nth`, `N%` with or without
`seed N`, or `all`, which may be left out. If several faults match a call, the first one counts.

In place of the work, WHAT is

    drop                    the connection is reset before the request's body is read
    stall                   no answer until a side closes the connection
    500, any 4xx or 5xx     a refusal; `after N` adds `Retry-After: N`, and a 429 always has one (of 1)
    garbage                 200 and broken JSON
    html                    200 and a page of HTML
    redirect URL            302 to there

With `accept,` before it, the work is done first and then the reply is spoiled so: a create is charged. A create that is
not valid is refused all the same. The others do the work in their own way:

    repeat                  a create: the reply of the previous create once more; nothing is accepted
    fail moderation         a create or a poll: that job ends as failed, blocked by moderation
    fail internal           a create or a poll: that job ends as failed, by the server's own fault
    success without media   a create or a poll: that job ends well and has no video
    expire                  content: the video is gone (404), or this signed link is dead (403; a poll gives another)
    truncate                half of the body under the full `Content-Length`, then the end
    huge                    a `Content-Length` of 1 TiB, the body, and zeros after it (64 MiB at most)
    slow, slow N            the body trickles over N seconds of real time (2)
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock


class Call(StrEnum):
    """What faults can hit."""

    CREATE = "create"
    POLL = "poll"
    CONTENT = "content"
    LIST = "list"
    CANCEL = "cancel"
    DELETE = "delete"
    UPLOAD = "upload"


class What(StrEnum):
    """What goes wrong; as the docstring of this module says."""

    DROP = "drop"
    STALL = "stall"
    STATUS = "status"
    GARBAGE = "garbage"
    HTML = "html"
    REDIRECT = "redirect"
    REPEAT = "repeat"
    FAIL_MODERATION = "fail moderation"
    FAIL_INTERNAL = "fail internal"
    NO_MEDIA = "success without media"
    EXPIRE = "expire"
    TRUNCATE = "truncate"
    HUGE = "huge"
    SLOW = "slow"


_INSTEAD = frozenset({What.DROP, What.STALL, What.STATUS, What.GARBAGE, What.HTML, What.REDIRECT})
"""They take the place of the reply; the work is done only with `accept`."""
_ONLY_FOR = {
    What.REPEAT: {Call.CREATE},
    What.FAIL_MODERATION: {Call.CREATE, Call.POLL},
    What.FAIL_INTERNAL: {Call.CREATE, Call.POLL},
    What.NO_MEDIA: {Call.CREATE, Call.POLL},
    What.EXPIRE: {Call.CONTENT},
}
_LINE = re.compile(r"(?P<call>[a-z]+)(?P<which>[^:]*):(?P<what>.+)")
_STATUS = re.compile(r"([45]\d\d)(?: after (\d+))?")
_SLOW = re.compile(r"slow(?: (\d+(?:\.\d+)?))?")
_TOO_MANY = 429
_SLOW_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which calls of a kind: those from `first` to `last`, inclusive, that are every n-th and have the luck.

    Attributes:
        last: None for no end.
        chance: 0 to 1; decided by `seed` and the call's number alone, whatever the order of the threads.
    """

    first: int = 1
    last: int | None = None
    every: int = 1
    chance: float = 1.0
    seed: int = 0

    @classmethod
    def parse(cls, text: str) -> Which:
        """Reads `2`, `2-5`, `every 3rd`, `10%`, `10% seed 7`, `all` or nothing.

        Raises:
            ValueError: It is none of these.
        """
        if text in {"", "all"}:
            return cls()
        if found := re.fullmatch(r"([1-9]\d*)(?:-(\d+))?", text):
            return cls(first=int(found[1]), last=int(found[2] or found[1]))
        if found := re.fullmatch(r"every ([1-9]\d*)(?:st|nd|rd|th)", text):
            return cls(every=int(found[1]))
        if found := re.fullmatch(r"(\d+(?:\.\d+)?)%(?: seed (\d+))?", text):
            return cls(chance=float(found[1]) / 100, seed=int(found[2] or 0))
        raise ValueError(f"{text!r} does not say which calls: write 2, 2-5, every 3rd, 10% seed 7 or all")

    def matches(self, number: int) -> bool:
        """Whether it means the call of this number, from 1."""
        if number < self.first or (self.last is not None and number > self.last) or number % self.every:
            return False
        return self.chance >= 1 or random.Random(f"{self.seed} {number}").random() < self.chance  # noqa: S311 - no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One line of the script.

    Attributes:
        accepted: The work is done before the reply is spoiled.
        status: For `What.STATUS`.
        retry_after_s: Sent with the status, unless None.
        seconds: For `What.SLOW`, of real time.
        url: For `What.REDIRECT`; may be relative.

    Raises:
        ValueError: It cannot happen to this call.
    """

    call: Call
    what: What
    which: Which = field(default_factory=Which)
    accepted: bool = False
    status: int = 500
    retry_after_s: int | None = None
    seconds: float = _SLOW_S
    url: str = ""

    def __post_init__(self) -> None:
        fitting = _ONLY_FOR.get(self.what)
        if fitting is not None and self.call not in fitting:
            raise ValueError(
                f"{self.what.value!r} cannot happen to {self.call.value!r}: only to {' or '.join(sorted(fitting))}"
            )
        if self.accepted and self.what not in _INSTEAD:
            raise ValueError(f"{self.what.value!r} does the work anyway, or never: leave `accept` out")

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Reads a line of the script.

        Raises:
            ValueError: It is not one; the message quotes it.
        """
        try:
            return cls._parsed(text.strip())
        except ValueError as error:
            raise ValueError(f"the fault {text!r} cannot be read: {error}") from None

    @classmethod
    def _parsed(cls, text: str) -> Fault:
        line = _LINE.fullmatch(text)
        if line is None:
            raise ValueError("write it as `create 2: accept, drop`")
        if line["call"] not in list(Call):
            raise ValueError(f"{line['call']!r} is no call: write {', '.join(Call)}")
        call, which = Call(line["call"]), Which.parse(line["which"].strip())
        words = line["what"].strip()
        what = re.sub(r"^accept\s*,\s*", "", words)
        accepted = what != words
        if found := _STATUS.fullmatch(what):
            status = int(found[1])
            wait_s = int(found[2]) if found[2] else 1 if status == _TOO_MANY else None
            return cls(call=call, which=which, what=What.STATUS, accepted=accepted, status=status, retry_after_s=wait_s)
        if found := _SLOW.fullmatch(what):
            return cls(call=call, which=which, what=What.SLOW, accepted=accepted, seconds=float(found[1] or _SLOW_S))
        if what.startswith("redirect "):
            url = what.removeprefix("redirect ").strip()
            return cls(call=call, which=which, what=What.REDIRECT, accepted=accepted, url=url)
        if what not in set(What) - {What.STATUS, What.REDIRECT}:
            raise ValueError(f"{what!r} is no fault: see pickup.testing.fakes.faults")
        return cls(call=call, which=which, what=What(what), accepted=accepted)

    @property
    def comes_first(self) -> bool:
        """Whether it takes the place of the work."""
        return self.what in _INSTEAD and not self.accepted

    @property
    def comes_after(self) -> bool:
        """Whether it takes the place of the reply, once the work is done."""
        return self.what in _INSTEAD and self.accepted


class FaultScript:
    """Counts the calls and says what is to go wrong; safe between threads."""

    def __init__(self, faults: Iterable[Fault | str]) -> None:
        self._faults = tuple(each if isinstance(each, Fault) else Fault.parse(each) for each in faults)
        self._seen: Counter[Call] = Counter()
        self._struck: Counter[Fault] = Counter()
        self._lock = Lock()

    def next(self, call: Call) -> Fault | None:
        """Counts a call, and finds its fault."""
        with self._lock:
            self._seen[call] += 1
            number = self._seen[call]
            found = next((each for each in self._faults if each.call is call and each.which.matches(number)), None)
            if found is not None:
                self._struck[found] += 1
        return found

    @property
    def struck(self) -> Mapping[Fault, int]:
        """How often each fault struck."""
        with self._lock:
            return dict(self._struck)

    def seen(self, call: Call) -> int:
        """How many calls of a kind have arrived."""
        return self._seen[call]
