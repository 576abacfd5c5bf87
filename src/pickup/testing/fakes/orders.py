"""What a fake server writes down of a create: the order, the accepted job, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pickup.testing.fakes.clips import ClipShape


class State(StrEnum):
    """How a job stands, in the words of OpenAI."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether it will not change any more."""
        return self not in {State.QUEUED, State.IN_PROGRESS}


class Fate(StrEnum):
    """How a job will end."""

    WELL = "completed"
    MODERATION = "blocked by moderation"
    INTERNAL = "failed by the server's own fault"
    NO_MEDIA = "completed without media"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A create that is valid.

    Attributes:
        fields: As received.
        size: The word of the request or the server's default, `1280x720`.
        seconds: The word of the request or the server's default; of the clip where frames were asked for.
        first_frame: The picture's bytes; None if there is none, or only a link to it.
        references: The bytes of each reference picture, likewise.
    """

    fields: Mapping[str, object]
    prompt: str
    model: str
    shape: ClipShape
    size: str = ""
    seconds: str = ""
    first_frame: bytes | None = None
    references: tuple[bytes | None, ...] = ()


@dataclass(slots=True, kw_only=True)
class Accepted:
    """A create that was accepted.

    Attributes:
        number: From 1, over the whole life of the fake.
        key: The idempotency key that came with it.
        usd: What it costs if it is billed.
        enough_at: When enough polls were seen, by the fake's clock.
        expired: Its video is gone.
    """

    number: int
    remote_id: str
    order: Order
    key: str | None
    created_at: float
    usd: Decimal
    fate: Fate = Fate.WELL
    remixed_from: str | None = None
    polls: int = 0
    enough_at: float | None = None
    cancelled_at: float | None = None
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a job stands at one moment.

    Attributes:
        done: 0 to 1.
        ended_at: Seconds of the fake's clock; None while it runs.
    """

    job: Accepted
    state: State
    done: float
    ended_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is refused with 429; None is no limit.

    Attributes:
        in_flight: Jobs that are not over.
        per_minute: Creates, in a sliding minute of the fake's clock.
    """

    in_flight: int | None = None
    per_minute: int | None = None
