"""What a run is asked for, and what it works with: takes as requests, and ledger, store and conform side by side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Unpack

from pickup.cut import Size
from pickup.errors import MediaError
from pickup.jobs.gates import Allowance, Gate
from pickup.jobs.ledger import Change, Ledger
from pickup.jobs.states import Job, State
from pickup.ports import Conform, Delivery, Generation, Provider, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A further clip of a take, as far as it is known before the one before it is there."""

    request: Generation
    quoted: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRequest:
    """One take that a run shall bring home: its first clip, or the one that is worked on, and those after it.

    Attributes:
        quoted: USD for this clip; zero means that making it again costs nothing.
        later: Clips that follow; each begins on the last frame of the one before.
        paid: USD for the clips before this one, and `versions` of the models that made them.
        cut: Name of the cut that pays.
        refresh: Buy it again although an earlier attempt was, or may have been, billed.
        patience_s: Seconds to wait for the provider before the job is parked; None for the run's own limit.
        poll_s: Seconds between two polls where the provider does not say; None for the run's own.
        gate: What the provider takes at once; None for two jobs.
        allowances: Budgets that its price has to fit into.
    """

    request: Generation
    delivery: Delivery
    provider: Provider
    quoted: Decimal
    later: tuple[Part, ...] = ()
    paid: Decimal = Decimal(0)
    versions: tuple[str, ...] = ()
    cut: str = ""
    refresh: bool = False
    patience_s: float | None = None
    poll_s: float | None = None
    gate: Gate | None = None
    allowances: tuple[Allowance, ...] = ()

    @property
    def place(self) -> tuple[str, int]:
        """Shot code and take number; one run makes each only once."""
        return self.request.shot, self.request.take

    @property
    def provider_gate(self) -> Gate:
        """What the provider takes at once."""
        return self.gate or Gate(provider=self.provider.name)

    def following(self, job: Job, *, picture: bytes) -> TakeRequest:
        """The next clip, which begins on the last frame of the one that `job` made."""
        part, *rest = self.later
        request = replace(part.request, boundary_in=picture, follows=job.key)
        paid, versions = self.paid + job.price, (*self.versions, job.version)
        return replace(self, request=request, quoted=part.quoted, later=tuple(rest), paid=paid, versions=versions)


async def _no_frames(path: Path, _size: Size) -> bytes:
    raise MediaError(f"nothing here reads the last frame of {path.name}", where=str(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What jobs are moved with.

    Attributes:
        library: Id of the library that the store belongs to.
        owner: Text of `owners.this_run`; new for every run.
        last_frame: Reads the last frame of a clip as PNG of a size, for the clip that goes on from it.
        poll_wishes: When a provider wants to be asked again, in seconds, by the key of the job.
        on_step: Told each step before and after it is on the disk; crash tests end the process there.
    """

    library: str
    ledger: Ledger
    store: Store
    conform: Conform
    owner: str
    last_frame: Callable[[Path, Size], Awaitable[bytes]] = _no_frames
    on_step: Callable[[str], None] = lambda _step: None
    poll_wishes: dict[str, float] = field(default_factory=dict)

    def move(self, job: Job, *, to: State, **change: Unpack[Change]) -> Job:
        """`Ledger.transition` as this bench's owner."""
        self.on_step(f"before {to}")
        moved = self.ledger.transition(job, to=to, owner=self.owner, **change)
        self.on_step(f"after {to}")
        return moved

    def enter(self, job: Job, *, wanted: TakeRequest, **change: Unpack[Change]) -> Job:
        """`Ledger.enter` as this bench's owner."""
        self.on_step("before intent")
        gate, allowances = wanted.provider_gate, wanted.allowances
        entered = self.ledger.enter(job, owner=self.owner, gate=gate, allowances=allowances, **change)
        self.on_step("after intent")
        return entered

    def has_take(self, wanted: TakeRequest) -> bool:
        """Whether the library holds the finished take."""
        return self.store.has_take(wanted.request.shot, take=wanted.request.take)

    def original(self, wanted: TakeRequest) -> Path:
        """Where the provider's clip belongs."""
        return self.store.original(wanted.request.shot, take=wanted.request.take, part=wanted.request.part)

    def originals(self, wanted: TakeRequest) -> Sequence[Path]:
        """Every clip of the take up to this one."""
        shot, take = wanted.place
        return [self.store.original(shot, take=take, part=part + 1) for part in range(wanted.request.part)]
