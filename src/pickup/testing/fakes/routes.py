"""How a fake is set up, its routes, and one call on its way through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pickup.testing.fakes.clips import ClipShelf
from pickup.testing.fakes.clock import Clock, Pace, VirtualClock
from pickup.testing.fakes.faults import Call, Fault, What
from pickup.testing.fakes.orders import Fate, Limits
from pickup.testing.fakes.wire import Reply, Request

_FATES = {
    What.FAIL_MODERATION: Fate.MODERATION,
    What.FAIL_INTERNAL: Fate.INTERNAL,
    What.NO_MEDIA: Fate.NO_MEDIA,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a fake works where its profile leaves it open.

    Attributes:
        clock: By default one that stands still.
        pace: When a job is over: after one poll that says it is not.
        limits: What is refused with 429.
        key: Asked for in every call; None asks for none.
        price_per_second: USD.
        shelf: Where clips are made, if it is shared with other fakes, and closed by whoever made it.
        content: `clips` for real videos, `tiny` for a few bytes that are none: thousands of jobs cost nothing.
        color_from_frame: A clip has the mean color of its first frame.
        link_base: Where links to results lead, `http://localhost:8091`, say, for another origin; None for the fake.
        port: 0 for any that is free.
        tell: Told one line for each request and each charge.
    """

    clock: Clock = field(default_factory=VirtualClock)
    pace: Pace = field(default_factory=Pace)
    limits: Limits = field(default_factory=Limits)
    key: str | None = None
    price_per_second: Decimal = Decimal(0)
    shelf: ClipShelf | None = None
    content: Literal["clips", "tiny"] = "clips"
    color_from_frame: bool = False
    link_base: str | None = None
    port: int = 0
    tell: Callable[[str], None] = lambda _line: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call on its way.

    Attributes:
        parts: What the route's pattern caught, unquoted.
        fault: What goes wrong with it.
    """

    request: Request
    parts: tuple[str, ...]
    fault: Fault | None

    @property
    def fate(self) -> Fate | None:
        """How the script wants the job to end."""
        return _FATES.get(self.fault.what) if self.fault else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Method and path of a call, and what it does.

    Attributes:
        pattern: A regular expression for the whole path, still quoted.
        call: How the fault script names it; None for what it cannot hit.
        is_open: It asks for no key.
    """

    method: str
    pattern: str
    work: Callable[[Exchange], Reply]
    call: Call | None = None
    is_open: bool = False
