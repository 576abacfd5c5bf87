"""What a provider is asked for, and what it answers; nothing here does anything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pickup.cut import Size
from pickup.errors import FailureKind
from pickup.offers import Offer, Quote, Wish
from pickup.timing import FrameRate


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnIn:
    """What a previs take says about itself in the picture.

    Attributes:
        shot: Shot code.
        brief: The editor's words, as they were.
        start_frame: Timecode frame number of the take's first frame (its head handle, if it has one).
    """

    shot: str
    brief: str
    start_frame: int
    drop_frame: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A picture of a person, prop or place that a clip is to show as it is.

    Attributes:
        name: Of the set that it belongs to.
        data: PNG, 8-bit RGB, upright, as it is sent.
        sha256: Of `data`.
        source: SHA-256 of the editor's file. It stands in the digest: the same file is the same request, whatever
            encodes it.
    """

    name: str
    data: bytes = field(repr=False)
    sha256: str
    source: str

    @classmethod
    def of(cls, data: bytes, *, name: str, source: str) -> Reference:
        """One with its hash."""
        return cls(name=name, data=data, sha256=hashlib.sha256(data).hexdigest(), source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One clip as a provider is asked for it: a take, or a part of a long one.

    Attributes:
        frames: Frames wanted at `rate`; of a provider that makes the cut's own frames: head handle, covered frames,
            tail handle.
        seconds: The length to ask for; None where it is `frames` at `rate`.
        head: Head handle of the take; `tail` likewise.
        boundary_in: PNG (8-bit RGB, display color) of the last frame seen before the covered frames, or None; of a part
            the last frame of the part before.
        boundary_out: PNG of the first frame seen after them, or None.
        look: The look that was quoted.
        part: Which clip of the take, from 1.
        follows: Key of the job of the part before. It stands in the digest for that part's last frame: what was bought
            once is the same request, whatever decodes it.
        burn_in: What to write into a previs picture; None for a clean one.
        references: Pictures of those who are to stay themselves; the same for every take of a shot and every part.
    """

    shot: str
    take: int
    prompt: str
    negative: str
    seed: int
    model: str
    frames: int
    rate: FrameRate
    size: Size
    look: str
    seconds: Fraction | None = None
    head: int = 0
    tail: int = 0
    style: str = ""
    time_of_day: str = ""
    boundary_in: bytes | None = field(default=None, repr=False)
    boundary_out: bytes | None = field(default=None, repr=False)
    burn_in: BurnIn | None = None
    part: int = 1
    follows: str = ""
    references: tuple[Reference, ...] = ()

    @property
    def length_s(self) -> Fraction:
        """Seconds to ask for."""
        return self.rate.seconds(self.frames) if self.seconds is None else self.seconds

    def digest(self) -> str:
        """Hash of everything that would be sent; equal requests have equal digests on every machine."""
        sent: Mapping[str, object] = {
            "shot": self.shot,
            "take": self.take,
            "prompt": self.prompt,
            "negative": self.negative,
            "seed": self.seed,
            "model": self.model,
            "frames": [self.head, self.frames, self.tail],
            "rate": str(self.rate),
            "size": self.size,
            "look": self.look,
            "style": self.style,
            "time_of_day": self.time_of_day,
            "seconds": str(self.seconds),
            "part": self.part,
            "in": self.follows or hashlib.sha256(self.boundary_in or b"").hexdigest(),
            "out": hashlib.sha256(self.boundary_out or b"").hexdigest(),
            "burn_in": None
            if self.burn_in is None
            else [self.burn_in.shot, self.burn_in.brief, self.burn_in.start_frame, self.burn_in.drop_frame],
        }
        if self.references:  # what is sent without any keeps the digest that it always had
            sent = {**sent, "references": [[each.name, each.source] for each in self.references]}
        return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


class Billing(StrEnum):
    """What a failed or finished job cost, as far as it is known."""

    NOT_BILLED = "not billed"
    BILLED = "billed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A job that the provider has accepted."""

    remote_id: str
    urls: Mapping[str, str] = field(default_factory=dict)


class RemoteState(StrEnum):
    """Where a job stands at the provider."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStatus:
    """A provider's answer to a poll.

    Attributes:
        done: Share of the work, 0.0 to 1.0, or None where the provider does not say.
        cost: USD, where the provider reports it.
        poll_after_s: Seconds after which it wants to be asked again; None where it does not say.
        version: Of the model that makes it, or the exact model behind the name that was asked for; empty where the
            provider does not say.
    """

    state: RemoteState
    done: float | None = None
    urls: Mapping[str, str] = field(default_factory=dict)
    cost: Decimal | None = None
    kind: FailureKind | None = None
    message: str = ""
    billing: Billing = Billing.UNKNOWN
    poll_after_s: float | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """What became of asking a provider to stop a job.

    Attributes:
        stopped: It will make nothing more of it.
        cost: USD, where the provider reports it.
        message: What the provider said, or why it cannot.
    """

    stopped: bool
    billing: Billing = Billing.UNKNOWN
    cost: Decimal | None = None
    message: str = ""


class Reconciled(StrEnum):
    """What a provider can tell about a request whose reply was lost."""

    CANNOT_TELL = "cannot tell"
    NEVER_ARRIVED = "never arrived"
    FOUND = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The answer of `Provider.reconcile`; `submission` is set when it was found, `message` says why nobody can tell."""

    outcome: Reconciled
    submission: Submission | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostSubmit:
    """A request whose reply nobody has seen.

    Attributes:
        request: As it was sent.
        key: Of its job.
        asked: When it was sent; UTC.
        is_claimed: Whether a remote id belongs to another job already.
    """

    request: Generation
    key: str
    asked: datetime
    is_claimed: Callable[[str], bool]


class Provider(Protocol):
    """What generates footage.

    `offers` and `quote` are pure. `submit` is called at most once for a key unless `replays` is true or
    `reconcile` said that the request never arrived. Errors are `ProviderError` with a `kind`. A provider that inherits
    from this class has what stands here for everything that it cannot do.
    """

    name: str
    replays: bool
    """Whether a submit repeated under one key attaches to the first instead of starting a second job."""

    def offers(self) -> Sequence[Offer]:
        """Every model, with limits and price."""
        ...

    def quote(self, wish: Wish, *, model: str) -> Quote:
        """Length, handles, look and price of one take.

        Raises:
            ProviderRefused: No length or look of this model serves the wish.
            ProviderRetired: The model has ended.
        """
        ...

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Asks for one take under `key`, which is unique to this attempt.

        Raises:
            ProviderUnavailable: Certainly not accepted; it may be asked again.
            OutcomeUnknown: It may have been accepted: a lost reply, a 5xx.
        """
        ...

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Where the job stands; harmless to repeat."""
        ...

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Writes the clip to `destination`, whole or not at all; harmless to repeat.

        What the provider decided while it worked may be left beside it as `<stem>.json`; its `look` is recorded.
        """
        ...

    async def look_up(self, *, unless_younger_s: float = 0.0) -> None:
        """Reads what the service offers and costs today, and keeps it for `offers`; harmless to repeat.

        Most providers know that beforehand and ask nobody. What was read in the last `unless_younger_s` still holds.

        Raises:
            ProviderError: It could not be read; what was known stays.
        """
        del unless_younger_s

    def check_ready(self) -> None:
        """Asks nobody.

        Raises:
            ConfigError: Something is missing that a submit needs, such as a key.
        """

    async def cancel(self, submission: Submission) -> Cancellation:
        """Stops the job where the provider can."""
        del submission
        return Cancellation(stopped=False, message=f"{self.name} stops nothing that it has accepted")

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        """What became of a submit whose reply was lost; harmless to repeat.

        That nothing is found proves that the request never arrived only where the provider knows it by our own id.
        """
        del lost
        return Reconciliation(outcome=Reconciled.CANNOT_TELL)

    async def healthcheck(self) -> str:
        """One sentence for `pickup doctor`; raises a `ProviderError` when it cannot be used."""
        return f"{self.name} has no call that would prove anything without paying"

    async def aclose(self) -> None:
        """Closes its connections; it may be used again afterwards."""
