"""What can be known of a job in doubt: its own record, the plan of its cut, and its provider where that can tell.

doubt = look_into(job, ledger=ledger, config=config, today=date.today())
doubt.look_for          what a person looks for at the provider
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from pickup.config import Config
from pickup.config.provider_setup import ProviderSetup, host_of, provider_setup
from pickup.errors import FailureKind, LibraryError, PickupError, ProviderError
from pickup.jobs.ledger import Ledger
from pickup.jobs.settle import ask_provider, known_near, settle_accepted, settle_never_arrived
from pickup.jobs.states import Job
from pickup.library import Library
from pickup.offers import Idempotency
from pickup.ports import Generation, Provider, Reconciled, Reconciliation, RemoteState, Submission
from pickup.providers.registry import load_provider
from pickup.timing import FrameRate

_ASK_S = 20.0
_NO_RATE = FrameRate.parse("24")
"""A reconciliation compares words, size and time; the rate of a request that is gone is not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A clip as the last plan of its cut says; what that does not say is empty.

    Attributes:
        seconds: Length of the clip that was asked for.
    """

    prompt: str = ""
    seed: int = 0
    seconds: float | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One thing to look for, such as ("asked", "2026-11-29 14:03:11 CET")."""

    what: str
    value: str


def look_for(job: Job, *, ledger: Ledger, config: Config, today: date) -> tuple[Hint, ...]:
    """What a person looks for in the provider's own list of jobs; nobody is asked."""
    return tuple(_hints(job, ledger=ledger, config=config, today=today))


def ask_about(job: Job, *, ledger: Ledger, config: Config, today: date) -> Reconciliation:
    """What the provider tells of a job in doubt; never spends, and says why where it cannot tell."""
    setup = provider_setup(config, job.order.provider, model=job.order.model, today=today)
    planned = planned_clip(job, config=config)
    try:
        provider = load_provider(setup)
        knows_our_id = any(offer.idempotency is Idempotency.CALLER_ID for offer in provider.offers())
        if not (planned.prompt or knows_our_id):
            return _cannot_tell("the plan of its cut no longer says what was asked for, so nothing can be compared")
        provider.check_ready()
        return asyncio.run(_ask(job, provider=provider, planned=planned, ledger=ledger))
    except TimeoutError:
        return _cannot_tell(f"{job.order.provider} did not answer within {_ASK_S:.0f} s")
    except LibraryError:
        raise
    except PickupError as error:
        return _cannot_tell(f"{job.order.provider} was not asked, or did not say: {error.message}")
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything, and a person can still decide
        return _cannot_tell(f"{job.order.provider} was asked and did not say: {type(error).__name__}")


def why_not(job: Job, *, remote_id: str, config: Config, today: date) -> str:
    """Why a job at the provider cannot be the one that was meant: it knows none under that id. Empty otherwise.

    One free poll; a provider that cannot be asked now denies nothing.
    """
    name = job.order.provider
    setup = provider_setup(config, name, model=job.order.model, today=today)

    async def ask() -> bool:
        provider = load_provider(setup)
        provider.check_ready()
        try:
            async with asyncio.timeout(_ASK_S):
                status = await provider.poll(Submission(remote_id=remote_id, urls=job.urls))
        except ProviderError as error:
            return error.kind is FailureKind.EXPIRED
        finally:
            await provider.aclose()
        return status.state is RemoteState.EXPIRED

    try:
        is_denied = asyncio.run(ask())
    except Exception:  # noqa: BLE001 - a person's answer stands where nobody else can tell
        return ""
    return f"{name} knows no job {remote_id!r}" if is_denied else ""


def follow(job: Job, *, told: Reconciliation, ledger: Ledger, owner: str) -> Job:
    """Settles a job as its provider tells; where that cannot tell the job stays as it is.

    Raises:
        LibraryError: It is not in doubt any more, or another job has what was found.
    """
    if told.outcome is Reconciled.FOUND and told.submission is not None:
        return settle_accepted(ledger, key=job.key, submission=told.submission, owner=owner)
    if told.outcome is Reconciled.NEVER_ARRIVED:
        return settle_never_arrived(ledger, key=job.key, owner=owner)
    return job


def planned_clip(job: Job, *, config: Config) -> Planned:
    """What the cut's `plan.json` says of this job, if it is of this library and still plans the same."""
    order, shelf = job.order, Library.at(config.library_folder)
    try:
        if not shelf.exists or shelf.id != order.library:
            return Planned()
        plan = json.loads(shelf.layout.cut(order.cut).plan.read_text(encoding="utf-8"))
        rows = cast("list[Mapping[str, object]]", plan["pickups"])
        wanted = (order.shot, order.provider, order.model)
        found = next((row for row in rows if (row["shot"], row["provider"], row["model"]) == wanted), None)
        return Planned() if found is None else _planned(found, part=order.part)
    except (OSError, ValueError, KeyError, TypeError, LibraryError):
        return Planned()  # it only helps to find the job


def _planned(row: Mapping[str, object], *, part: int) -> Planned:
    clips = cast("Sequence[Mapping[str, object]]", row.get("clips") or ())
    seconds = clips[part - 1]["seconds"] if part <= len(clips) else row.get("seconds")
    size = cast("Sequence[int] | None", row.get("size"))
    return Planned(
        prompt=str(row["prompt"]),
        seed=int(cast("int", row["seed"])),
        seconds=None if seconds is None else float(cast("float", seconds)),
        size=(int(size[0]), int(size[1])) if size else None,
    )


async def _ask(job: Job, *, provider: Provider, planned: Planned, ledger: Ledger) -> Reconciliation:
    order = job.order
    request = Generation(
        shot=order.shot,
        take=order.take,
        prompt=planned.prompt,
        negative="",
        seed=planned.seed,
        model=order.model,
        frames=0,
        rate=_NO_RATE,
        size=planned.size or (0, 0),
        look="",
        part=order.part,
    )
    try:
        async with asyncio.timeout(_ASK_S):
            return await ask_provider(job, provider=provider, request=request, ledger=ledger)
    finally:
        await provider.aclose()


def _cannot_tell(message: str) -> Reconciliation:
    return Reconciliation(outcome=Reconciled.CANNOT_TELL, message=message)


def _hints(job: Job, *, ledger: Ledger, config: Config, today: date) -> Iterator[Hint]:
    order, planned = job.order, planned_clip(job, config=config)
    setup = provider_setup(config, order.provider, model=order.model, today=today)
    yield Hint(what="where", value=_where(setup))
    yield Hint(what="asked", value=time_words(job.asked or job.created))
    yield Hint(what="model", value=order.model)
    if planned.seconds is not None:
        yield Hint(what="length", value=f"{planned.seconds:g} s")
    if planned.size is not None:
        yield Hint(what="size", value=f"{planned.size[0]}x{planned.size[1]}")
    yield Hint(what="price", value=f"${order.quoted:.2f} as quoted" if order.quoted else "free")
    if planned.prompt:
        yield Hint(what="prompt", value=planned.prompt)
    for each in known_near(ledger, job=job):
        other = each.order
        when = (each.asked or each.created).astimezone()
        yield Hint(what="not it", value=f"{each.remote_id}: {other.shot} take {other.take}, asked {when:%H:%M:%S %Z}")


def time_words(when: datetime) -> str:
    """A time as this machine's clock shows it with its zone, and in UTC."""
    here = when.astimezone()
    return f"{here:%Y-%m-%d %H:%M:%S %Z (%z)}, {when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _where(setup: ProviderSetup) -> str:
    """Where to look, in words."""
    settings = setup.settings
    try:
        hosts = {offer.host for offer in load_provider(setup).offers()} - {""}
    except PickupError:
        hosts = {host_of(settings.base_url)} - {""} if settings.base_url else set()
    host = ", ".join(sorted(hosts))
    if settings.is_on_this_machine:
        return f"the list of jobs, or the log, of your own server at {settings.base_url}"
    account = f", in the account of the key in {settings.api_key_env}" if settings.api_key_env else ""
    return f"the list of jobs and the usage page of {setup.name}{f' ({host})' if host else ''}{account}"
