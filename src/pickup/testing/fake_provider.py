"""A provider for tests: it keeps its jobs and counts its charges in a folder, and breaks as it is told to.

What it has accepted outlives the process that asked, as a real provider's jobs do. Each accepted job is one charge.

    provider = FakeProvider(folder, behavior=Behavior(replays=True), submit_faults=[SubmitFault.REPLY_LOST])
    ...
    provider.charges
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TypedDict, TypeVar

from pickup._files import whole_file
from pickup.errors import FailureKind, OutcomeUnknown, ProviderRefused, ProviderRetired, ProviderUnavailable
from pickup.offers import Idempotency, Offer, Price, PriceList, Quote, Wish
from pickup.ports import (
    Billing,
    Cancellation,
    Generation,
    LostSubmit,
    Provider,
    Reconciled,
    Reconciliation,
    RemoteState,
    RemoteStatus,
    Submission,
)

MODEL = "fake-1"
LOOK = "fake"


class SubmitFault(StrEnum):
    """What happens to one submit."""

    NONE = "works"
    REPLY_LOST = "accepted, then the connection broke"
    REQUEST_LOST = "the connection broke before it arrived"
    UNAVAILABLE = "not accepted, try later"
    REFUSED = "not accepted, ever"
    RETIRED = "the model has ended"
    BROKEN = "accepted, then the provider's own code raised"


class CallFault(StrEnum):
    """What happens to one poll or fetch."""

    NONE = "works"
    UNAVAILABLE = "try later"
    LOST = "no such result"
    UNAUTHORIZED = "the key is wrong"


_Fault = TypeVar("_Fault", SubmitFault, CallFault)


class _Accepted(TypedDict):
    key: str
    shot: str
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """How a `FakeProvider` works when it is not broken.

    Attributes:
        replays: A submit repeated under a key attaches to the first.
        can_reconcile: It can look a key up: found, or never arrived. Otherwise it cannot tell.
        price: USD for each accepted job.
        stops: It stops what it is asked to.
        polls: How many polls say that it is still running.
        ends: For a shot code, how its first, second, ... job ends instead of becoming ready.
        clip: Writes the clip of a request to a path, for which `clips.write_numbered_clip` serves; by default a few
            bytes that are no video.
        on_step: Told "accepted" when a job is on the disk and "answered" before a reply; crash tests end there.
    """

    replays: bool = False
    can_reconcile: bool = False
    price: Decimal = Decimal("1.25")
    stops: bool = False
    polls: int = 1
    ends: Mapping[str, Sequence[RemoteStatus]] | None = None
    clip: Callable[[Generation, Path], None] | None = None
    on_step: Callable[[str], None] = lambda _step: None


class FakeProvider(Provider):
    """A provider whose jobs and charges lie in `folder`; the faults are used up in order, across processes."""

    name = "fake"

    def __init__(
        self,
        folder: Path,
        *,
        behavior: Behavior | None = None,
        submit_faults: Sequence[SubmitFault] = (),
        poll_faults: Sequence[CallFault] = (),
        fetch_faults: Sequence[CallFault] = (),
    ) -> None:
        self._behavior = behavior or Behavior()
        self.replays = self._behavior.replays
        self._folder = folder
        self._submit_faults = submit_faults
        self._poll_faults = poll_faults
        self._fetch_faults = fetch_faults
        self.running: set[str] = set()
        self.most_running = 0
        for each in ("jobs", "counts"):
            (folder / each).mkdir(parents=True, exist_ok=True)

    @property
    def charges(self) -> int:
        """How many jobs were ever accepted, each of which costs its price."""
        return len(list((self._folder / "jobs").glob("*.json")))

    @property
    def submits(self) -> int:
        """How many submits arrived, or were meant to."""
        return self._count_of("submits")

    @property
    def fetches(self) -> int:
        """How many fetches began."""
        return self._count_of("fetches")

    def offers(self) -> Sequence[Offer]:
        """One model without limits."""
        return (
            Offer(
                provider=self.name,
                model=MODEL,
                frame_exact=True,
                previs=True,
                prices=PriceList(lines=(Price(usd=self._behavior.price),)),
                idempotency=Idempotency.REPLAY if self.replays else Idempotency.NONE,
                looks=(LOOK,),
            ),
        )

    def quote(self, wish: Wish, *, model: str) -> Quote:
        """The same price for every length."""
        if model != MODEL:
            raise ProviderRefused(f"there is no model {model!r}", next_step=f"use {MODEL}")
        frames = wish.cover_frames + 2 * wish.handles
        return Quote(
            frames=frames,
            head=wish.handles,
            tail=wish.handles,
            look=LOOK,
            uses_before=False,
            uses_after=False,
            price=self._behavior.price,
        )

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Accepts the request, or does what the next fault says."""
        fault = self._next(self._submit_faults, counter="submits", otherwise=SubmitFault.NONE)
        if fault is SubmitFault.UNAVAILABLE:
            raise ProviderUnavailable("the fake is busy")
        if fault is SubmitFault.REFUSED:
            raise ProviderRefused("the fake does not like this prompt", kind=FailureKind.MODERATION_INPUT)
        if fault is SubmitFault.RETIRED:
            raise ProviderRetired(f"{MODEL} has ended", next_step="use another model")
        if fault is SubmitFault.REQUEST_LOST:
            raise OutcomeUnknown("the connection broke")
        remote_id = self._accept(request, key=key)
        self._behavior.on_step("accepted")
        if fault is SubmitFault.REPLY_LOST:
            raise OutcomeUnknown("the connection broke")
        if fault is SubmitFault.BROKEN:
            raise KeyError("id")
        self.running.add(remote_id)
        self.most_running = max(self.most_running, len(self.running))
        self._behavior.on_step("answered")
        return Submission(remote_id=remote_id, urls={"poll": f"fake://{remote_id}"})

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Running for so many polls, then ready or as `ends` says."""
        self._call(self._poll_faults, counter="polls")
        remote_id = submission.remote_id
        job = self._job(remote_id)
        seen = self._count(f"polls-{remote_id}")
        if seen < self._behavior.polls:
            return RemoteStatus(state=RemoteState.RUNNING, done=seen / self._behavior.polls)
        self.running.discard(remote_id)
        ends = (self._behavior.ends or {}).get(job["shot"], ())
        if job["ordinal"] < len(ends):
            return ends[job["ordinal"]]
        return RemoteStatus(
            state=RemoteState.READY,
            done=1.0,
            urls={"clip": f"fake://{remote_id}/clip"},
            cost=self._behavior.price,
            billing=Billing.BILLED,
        )

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Writes the clip, whole or not at all."""
        self._call(self._fetch_faults, counter="fetches")
        with whole_file(destination) as part:
            if self._behavior.clip is None:
                part.write_bytes(f"clip {submission.remote_id} {request.digest()}".encode())
            else:
                self._behavior.clip(request, part)
            report(1.0)

    async def cancel(self, submission: Submission) -> Cancellation:
        """It stops what it has accepted, if it is told to, and charges for it all the same."""
        if self._behavior.stops:
            self.running.discard(submission.remote_id)
        return Cancellation(stopped=self._behavior.stops, billing=Billing.BILLED, cost=self._behavior.price)

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        """Looks the key up among its jobs, if it can."""
        if not self._behavior.can_reconcile:
            return Reconciliation(outcome=Reconciled.CANNOT_TELL)
        for path in sorted((self._folder / "jobs").glob("*.json")):
            job = self._job(path.stem)
            if job["key"] == lost.key and job["shot"] == lost.request.shot:
                return Reconciliation(outcome=Reconciled.FOUND, submission=Submission(remote_id=path.stem))
        return Reconciliation(outcome=Reconciled.NEVER_ARRIVED)

    async def healthcheck(self) -> str:
        """It is always there."""
        return "the fake provider works"

    def _accept(self, request: Generation, *, key: str) -> str:
        """Keeps a job, which from then on is charged; a replayed key keeps the job that it has."""
        stem = hashlib.sha256(key.encode()).hexdigest()[:24] if self.replays else uuid.uuid4().hex
        ordinal = sum(self._job(path.stem)["shot"] == request.shot for path in (self._folder / "jobs").glob("*.json"))
        job: _Accepted = {"key": key, "shot": request.shot, "ordinal": ordinal}
        written = self._folder / f"new-{uuid.uuid4().hex}"
        written.write_text(json.dumps(job))
        try:
            os.link(written, self._folder / "jobs" / f"{stem}.json")  # whole at once, and only if it is not there
        except FileExistsError:
            return stem
        finally:
            written.unlink()
        return stem

    def _job(self, remote_id: str) -> _Accepted:
        try:
            job: _Accepted = json.loads((self._folder / "jobs" / f"{remote_id}.json").read_text())
        except FileNotFoundError:
            raise ProviderRefused(f"the fake has no job {remote_id}") from None
        return job

    def _call(self, faults: Sequence[CallFault], *, counter: str) -> None:
        fault = self._next(faults, counter=counter, otherwise=CallFault.NONE)
        if fault is CallFault.UNAVAILABLE:
            raise ProviderUnavailable("the fake is busy")
        if fault is CallFault.UNAUTHORIZED:
            raise ProviderRefused("the fake does not know this key", kind=FailureKind.AUTH)
        if fault is CallFault.LOST:
            raise ProviderUnavailable("the link is dead", kind=FailureKind.EXPIRED)

    def _next(self, faults: Sequence[_Fault], *, counter: str, otherwise: _Fault) -> _Fault:
        index = self._count(counter)
        return faults[index] if index < len(faults) else otherwise

    def _count(self, name: str) -> int:
        """How often this was called before, by any process; one byte is added for each call."""
        with (self._folder / "counts" / name).open("ab") as file:
            before = file.tell()
            file.write(b".")
        return before

    def _count_of(self, name: str) -> int:
        path = self._folder / "counts" / name
        return path.stat().st_size if path.exists() else 0
