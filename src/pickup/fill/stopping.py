"""Stopping one job of the ledger, whoever moves it: a run that is alive is asked to, else it is done here.

told = stop_job(job, ledger=ledger, config=config, owner=owner, give_up=False, today=date.today(), wait=Wait())
told.stopped, told.message
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pickup.config import Config
from pickup.config.provider_setup import provider_setup
from pickup.errors import PickupError, ProviderError
from pickup.jobs.cancel import NOT_STOPPED, cancel_claimed, cost_words
from pickup.jobs.ledger import Ledger
from pickup.jobs.states import ENDED, IN_FLIGHT, Job, State
from pickup.ports import Billing, Provider
from pickup.providers.registry import load_provider

_ASKS_PROVIDER = frozenset({State.SUBMITTED, State.RUNNING, State.PARKED})
_UNKNOWN = frozenset({State.INTENT, State.DOUBT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long a run that is alive is waited for."""

    seconds: float = 20.0
    look_s: float = 0.5
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of it.

    Attributes:
        job: As it is in the ledger now.
        stopped: It makes nothing any more, and costs nothing more.
        asked: A run moves it, was asked to stop it, and has not come to it yet.
        message: What happened and what it cost, in words.
        next_step: What can be done where it was not stopped.
    """

    job: Job
    stopped: bool
    asked: bool = False
    message: str
    next_step: str = ""

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows if the provider has it."""
        return not self.asked and self.job.state in _UNKNOWN

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to stop."""
        return self.job.state in ENDED


def gives_up_money(job: Job) -> bool:
    """Whether giving this job up leaves behind what is, or may be, paid for."""
    is_billed = job.billing is not Billing.NOT_BILLED or bool(job.cost)
    return bool(job.price) and is_billed and job.state in IN_FLIGHT - _UNKNOWN


def stop_job(
    job: Job, *, ledger: Ledger, config: Config, owner: str, give_up: bool, today: date, wait: Wait | None = None
) -> Told:
    """Stops a job at whatever state.

    Raises:
        ProviderError: The provider could not be asked; the job is as it was.
        LibraryError: The ledger cannot be used, or another run took the job in this moment.
    """
    if job.state in ENDED:
        return _over(job)
    claimed = ledger.claim(job.key, owner=owner)
    if claimed is None:
        told = _ask_the_run(job, ledger=ledger, wait=wait or Wait(), give_up=give_up)
        claimed = None if told is not None else ledger.claim(job.key, owner=owner)
        if claimed is None:
            return told or _left_to_the_run(ledger.job(job.key))
    try:
        if claimed.state in ENDED:
            return _over(claimed)
        return asyncio.run(_stop(claimed, ledger=ledger, config=config, owner=owner, give_up=give_up, today=today))
    finally:
        ledger.release(owner=owner, key=job.key)


async def _stop(job: Job, *, ledger: Ledger, config: Config, owner: str, give_up: bool, today: date) -> Told:
    provider, missing = None, None
    if job.state in _ASKS_PROVIDER:
        provider, missing = _load(job, config=config, today=today)
    if missing is not None and not give_up:
        return _not_configured(job, missing=missing)
    try:
        cancelled = await cancel_claimed(job, provider=provider, ledger=ledger, owner=owner, give_up=give_up)
    except ProviderError:
        if provider is None or not give_up:
            raise
        cancelled = await cancel_claimed(job, provider=None, ledger=ledger, owner=owner, give_up=True)
    finally:
        if provider is not None:
            await provider.aclose()
    return Told(job=cancelled.job, stopped=cancelled.stopped, message=cancelled.message, next_step=cancelled.next_step)


def _load(job: Job, *, config: Config, today: date) -> tuple[Provider | None, PickupError | None]:
    order = job.order
    try:
        return load_provider(provider_setup(config, order.provider, model=order.model, today=today)), None
    except PickupError as error:
        return None, error


def _not_configured(job: Job, *, missing: PickupError) -> Told:
    name = job.order.provider
    return Told(
        job=job,
        stopped=False,
        message=f"{name} is not set up any more, so it cannot be asked to stop it: {missing.message}",
        next_step=f"set up [providers.{name}] again and repeat this; or pickup cancel {job.key[:8]} --give-up",
    )


def _over(job: Job) -> Told:
    return Told(job=job, stopped=False, message=f"it is {job.state} already; {cost_words(job)}")


def _left_to_the_run(job: Job) -> Told:
    return Told(
        job=job,
        stopped=False,
        asked=True,
        message="the run that moves it was asked to stop it, and does so at its next step",
        next_step="pickup jobs shows when it has",
    )


def _ask_the_run(job: Job, *, ledger: Ledger, wait: Wait, give_up: bool) -> Told | None:
    """What the run that has the job made of it; None where nobody has it any more and it has not ended."""
    asked = ledger.ask_to_cancel(job.key)
    waited = 0.0
    while waited < wait.seconds:
        wait.sleep(wait.look_s)
        waited += wait.look_s
        now = ledger.job(job.key)
        if now.state is State.CANCELLED:
            return Told(job=now, stopped=True, message=f"stopped by the run that moved it; {cost_words(now)}")
        if now.state in ENDED:
            return _over(now)
        if now.owner is None:
            return None
        if asked.cancel_asked and now.updated >= asked.cancel_asked and now.message.startswith(NOT_STOPPED):
            said = now.message.removeprefix(NOT_STOPPED)
            how = (
                "stop that run first"
                if give_up
                else f"let it go on, or stop that run and pickup cancel {job.key[:8]} --give-up"
            )
            return Told(
                job=now, stopped=False, message=f"the run that moves it could not stop it: {said}", next_step=how
            )
    return _left_to_the_run(ledger.job(job.key))
