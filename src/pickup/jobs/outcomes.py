"""What became of each take of a run, and what a person can do about it. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pickup.errors import BudgetError, FailureKind, Finding, PickupError, ProviderError, Severity
from pickup.jobs.bench import TakeRequest
from pickup.jobs.states import Job, State
from pickup.ports import Billing


class Ending(StrEnum):
    """How one take of a run ended."""

    DONE = "done"
    FAILED = "failed"
    DOUBT = "doubt"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One take after a run.

    Attributes:
        job: Its row in the ledger; None when the run did not get so far.
        kind: Why it failed.
        message: What happened; empty for a finished take.
        next_step: What the person can do.
    """

    shot: str
    take: int
    ending: Ending
    job: Job | None = None
    kind: FailureKind | None = None
    message: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """Every take of a run, in the order of the requests."""

    outcomes: tuple[Outcome, ...]

    @property
    def done(self) -> tuple[Outcome, ...]:
        """Takes that the library holds now."""
        return self._ended(Ending.DONE)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Takes that will not come without a change, or stopped for a reason outside their provider."""
        return self._ended(Ending.FAILED)

    @property
    def doubt(self) -> tuple[Outcome, ...]:
        """Takes that may have been charged and wait for a person."""
        return self._ended(Ending.DOUBT)

    @property
    def parked(self) -> tuple[Outcome, ...]:
        """Takes that the next run goes on with."""
        return self._ended(Ending.PARKED)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Takes that were paid for and are not in the library any more."""
        lost = [each for each in self.failed if each.job is not None and each.job.state is State.DONE]
        return tuple(
            Finding(
                severity=Severity.ERROR, code="TAKE_LOST", message=each.message, where=f"{each.shot} take {each.take}"
            )
            for each in lost
        )

    def _ended(self, ending: Ending) -> tuple[Outcome, ...]:
        return tuple(each for each in self.outcomes if each.ending is ending)


_NEXT_STEPS: Mapping[FailureKind, str] = {
    FailureKind.INVALID_REQUEST: "change the brief of {shot}, or choose another provider",
    FailureKind.MODERATION_INPUT: "change the brief of {shot}",
    FailureKind.AUTH: "check the key with pickup doctor, then run the command again",
    FailureKind.NO_CREDIT: "add credit at {provider}, then run the command again",
    FailureKind.MODEL_GONE: "choose another model; pickup providers lists them",
}


def outcome_of(job: Job, *, wanted: TakeRequest, kept: bool) -> Outcome:
    """What a job at rest means for its take.

    Args:
        job: As it stands in the ledger.
        wanted: What was asked for.
        kept: Whether the library holds the take, which is all that counts.
    """
    shot, take = wanted.place
    if kept:
        return Outcome(shot=shot, take=take, ending=Ending.DONE, job=job)
    if job.state is State.DONE:
        message = f"take {take} of {shot} was made for {job.price} USD and is not in the library any more"
        next_step = f"put its folder back, or run pickup fill --refresh {shot} to buy it again"
        kind = FailureKind.EXPIRED
        return _failure(job, wanted=wanted, kind=kind, message=message, next_step=next_step)
    if job.state is State.DOUBT:
        next_step = f"pickup settle {job.key} --charged REMOTE_ID | --not-charged | --give-up"
        return Outcome(
            shot=shot, take=take, ending=Ending.DOUBT, job=job, kind=job.kind, message=job.message, next_step=next_step
        )
    if job.state is State.PARKED:
        next_step = job.next_step or "run the command again later"
        return Outcome(
            shot=shot, take=take, ending=Ending.PARKED, job=job, kind=job.kind, message=job.message, next_step=next_step
        )
    kind = job.kind or FailureKind.PROVIDER_FAILED
    next_step = job.next_step or _next_step(job, kind=kind)
    return _failure(job, wanted=wanted, kind=kind, message=job.message, next_step=next_step)


def outcome_of_error(error: PickupError, *, wanted: TakeRequest) -> Outcome:
    """A take whose job stays where it is, because something else than its provider failed."""
    shot, take = wanted.place
    kind = error.kind if isinstance(error, ProviderError) else FailureKind.PROVIDER_FAILED
    next_step = error.next_step or "run the command again; the take is continued where it stopped"
    ending = Ending.PARKED if isinstance(error, BudgetError) else Ending.FAILED
    return Outcome(shot=shot, take=take, ending=ending, kind=kind, message=error.message, next_step=next_step)


def _failure(job: Job, *, wanted: TakeRequest, kind: FailureKind, message: str, next_step: str) -> Outcome:
    shot, take = wanted.place
    return Outcome(shot=shot, take=take, ending=Ending.FAILED, job=job, kind=kind, message=message, next_step=next_step)


def _next_step(job: Job, *, kind: FailureKind) -> str:
    shot = job.order.shot
    if kind in _NEXT_STEPS:
        return _NEXT_STEPS[kind].format(shot=shot, provider=job.order.provider)
    if job.billing is Billing.NOT_BILLED:
        return "run the command again; this attempt was not billed"
    was = "was" if job.billing is Billing.BILLED else "may have been"
    return f"this attempt {was} billed; pickup fill --refresh {shot} buys it again"
