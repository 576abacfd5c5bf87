"""What is missing on this machine, for `pickup doctor`: settings, ledger, library, room, codecs, and each provider.

It spends nothing, shows no key, and changes nothing but the ledger's tables where an older Pickup left them.

    checks = check_machine(config, state_folder=folder, today=date.today())
    any(each.status is Status.PROBLEM for each in checks)
"""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pickup._files import free_bytes
from pickup._http.keys import Secret
from pickup.config import Config
from pickup.config.layers import usual_file
from pickup.config.provider_setup import provider_setup
from pickup.errors import ConfigError, FailureKind, LibraryError, PickupError, ProviderError, counted
from pickup.fill.catalog import named_providers
from pickup.fill.routes import STAND_INS, Route, Routes
from pickup.jobs.disks import network_drive
from pickup.jobs.ledger import FILE_NAME, open_ledger
from pickup.library import Library
from pickup.media.provenance import signing_note
from pickup.ports import Provider

ANSWER_S = 15.0
"""Seconds that a provider has to answer."""

_ENCODERS = ("prores_aw", "prores_ks", "libx264")
_GB = 1 << 30
_LITTLE_GB, _TOO_LITTLE_GB = 10, 1
_SOON = timedelta(days=60)


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line; `next_step` says what to do, and is empty where there is nothing."""

    name: str
    status: Status = Status.OK
    message: str
    next_step: str = ""

    @classmethod
    def of_error(cls, name: str, error: PickupError, *, status: Status = Status.PROBLEM) -> Check:
        """What an error says."""
        where = f" ({error.where})" if error.where and error.where not in error.message else ""
        return cls(name=name, status=status, message=f"{error.message}{where}", next_step=error.next_step)


def check_machine(
    config: Config | None, *, state_folder: Path, today: date, asked: Sequence[str] = ()
) -> tuple[Check, ...]:
    """Every check, the settings first; of settings that cannot be read (None) the rest that needs none of them.

    Args:
        config: Settings.
        state_folder: Where the ledger lies.
        today: For models that end on a day.
        asked: Providers to ask besides those that the settings name.
    """
    checks = [] if config is None else list(_settings(config))
    checks += [*_programs(), _codecs(), *_state(state_folder)]
    if config is not None:
        checks += [_signing(config), *_library(config), *check_providers(config, today=today, asked=asked)]
    return tuple(checks)


def check_providers(
    config: Config, *, today: date, asked: Sequence[str] = (), answer_s: float = ANSWER_S
) -> tuple[Check, ...]:
    """Asks every provider that the settings name, all at once, by its cheapest harmless call.

    What is wrong with one that is to be used, or was `asked` for, is a problem; with one that only stands in the
    settings it is a warning. Slate is always asked, since it draws the stand-ins, too.
    """
    routes = Routes(config=config, send_frames=None, today=today)
    chosen = list(dict.fromkeys((*asked, *(each.strip() for each in config.provider.split(",")))))
    known = {*named_providers(config), *asked}
    others = [*config.fallback, *(each for each in (*config.providers, STAND_INS) if each not in known)]

    async def ask_all() -> Sequence[Sequence[Check]]:
        answers = [
            _provider(each, routes=routes, is_used=each in chosen, answer_s=answer_s) for each in (*chosen, *others)
        ]
        return await asyncio.gather(*answers)

    return tuple(check for checks in asyncio.run(ask_all()) for check in checks)


def _settings(config: Config) -> Iterator[Check]:
    files = ", ".join(str(path) for path in config.files)
    none = f"no settings file; the defaults hold. Your own would be {usual_file()}"
    yield Check(name="settings", message=f"read: {files}" if files else none)
    for each in config.findings:
        where = f" ({each.where})" if each.where else ""
        step = "correct it, or put it into your own pickup.toml"
        yield Check(name="settings", status=Status.WARNING, message=f"{each.message}{where}", next_step=step)


def _programs() -> Iterator[Check]:
    yield Check(name="Python", message=platform.python_version())
    for name, package in (("OpenTimelineIO", "opentimelineio"), ("PyAV", "av")):
        try:
            yield Check(name=name, message=version(package))
        except PackageNotFoundError:
            step = "install otio-pickup again"
            yield Check(name=name, status=Status.PROBLEM, message="it is not installed", next_step=step)


def _codecs() -> Check:
    step = "install PyAV from its wheel: pip install --force-reinstall --only-binary av av"
    try:
        from pickup._av.encoders import missing_encoders  # noqa: PLC0415 - its absence is what is looked for
    except ImportError as error:
        message = f"PyAV cannot be loaded: {error}"
        return Check(name="codecs", status=Status.PROBLEM, message=message, next_step=step)
    if missing := missing_encoders(_ENCODERS):
        message = f"this FFmpeg cannot write {', '.join(missing)}"
        return Check(name="codecs", status=Status.PROBLEM, message=message, next_step=step)
    return Check(name="codecs", message=f"{', '.join(_ENCODERS)} can be written")


def _signing(config: Config) -> Check:
    """Who signs takes; no certificate is made here."""
    try:
        return Check(name="signing", message=signing_note(config.provenance, environment=os.environ))
    except ConfigError as error:
        return Check.of_error("signing", error)


def _state(folder: Path) -> Iterator[Check]:
    """The ledger's folder; it is not made here."""
    if kind := network_drive(_existing(folder)):
        yield Check(
            name="ledger",
            status=Status.PROBLEM,
            message=f"{folder} lies on a network drive ({kind}), where its locks cannot be trusted",
            next_step="set PICKUP_STATE to a folder on a local disk",
        )
        return
    if not (folder / FILE_NAME).is_file():
        yield _unwritable("ledger", folder, step="set PICKUP_STATE to another folder") or Check(
            name="ledger", message=f"there is none yet; the first fill makes it in {folder}"
        )
        return
    try:
        with open_ledger(folder) as ledger:
            jobs, doubts = len(ledger.jobs()), ledger.in_doubt()
    except LibraryError as error:
        yield Check.of_error("ledger", error)
        return
    yield Check(name="ledger", message=f"{counted(jobs, 'job')} in {folder / FILE_NAME}, on a local disk")
    if doubts:
        message = f"{counted(len(doubts), 'job')} in doubt: may have been charged"
        step = f"pickup settle {doubts[0].key[:8]}"
        yield Check(name="ledger", status=Status.WARNING, message=message, next_step=step)


def _library(config: Config) -> Iterator[Check]:
    shelf = Library.at(config.library_folder)
    try:
        message = f"{shelf.tag} in {shelf.folder}" if shelf.exists else f"there is none yet; it would be {shelf.folder}"
    except LibraryError as error:
        yield Check.of_error("library", error)
        return
    step = "allow writing there, or name another folder with --library"
    yield _unwritable("library", shelf.folder, step=step) or Check(name="library", message=message)
    free = free_bytes(_existing(shelf.folder))
    room = f"{free / _GB:.1f} GB free for the library"
    if free >= _LITTLE_GB * _GB:
        yield Check(name="disk", message=room)
    else:
        status = Status.WARNING if free >= _TOO_LITTLE_GB * _GB else Status.PROBLEM
        step = "make room, or name a folder on another disk with --library"
        yield Check(name="disk", status=status, message=room, next_step=step)


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _unwritable(name: str, folder: Path, *, step: str) -> Check | None:
    existing = _existing(folder)
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return None
    what = "cannot be written to" if existing.is_dir() else "is a file, not a folder"
    return Check(name=name, status=Status.PROBLEM, message=f"{existing} {what}", next_step=step)


async def _provider(chosen: str, *, routes: Routes, is_used: bool, answer_s: float) -> Sequence[Check]:
    """The checks of one provider; whatever it raises is a line like any other, and none shows a key."""
    bad = Status.PROBLEM if is_used else Status.WARNING
    name = f"provider {chosen}"
    try:
        route = routes.load(chosen)
    except PickupError as error:
        checks = [Check.of_error(name, error, status=bad)]
    except Exception as error:  # noqa: BLE001 - a plug-in that somebody else wrote may raise anything
        checks = [_broken(name, error, status=bad)]
    else:
        checks = [*_retired(route, name=name, bad=bad, today=routes.today)]
        if not route.offer.is_retired(routes.today):
            checks.append(await _health(route, name=name, bad=bad, answer_s=answer_s))
    setup = provider_setup(routes.config, chosen.partition(":")[0], today=routes.today)
    if not setup.has_key:
        return checks
    mask = Secret(setup.key()).masked
    return [replace(each, message=mask(each.message), next_step=mask(each.next_step)) for each in checks]


def _retired(route: Route, *, name: str, bad: Status, today: date) -> Iterator[Check]:
    offer = route.offer
    if offer.retired is None or offer.retired > today + _SOON:
        return
    is_gone = offer.is_retired(today)
    yield Check(
        name=name,
        status=bad if is_gone else Status.WARNING,
        message=f"{offer.model} {'ended' if is_gone else 'ends'} on {offer.retired}",
        next_step=f"use {'; '.join(offer.instead)}" if offer.instead else "pickup providers lists the others",
    )


async def _health(route: Route, *, name: str, bad: Status, answer_s: float) -> Check:
    provider = route.provider
    try:
        provider.check_ready()
        async with asyncio.timeout(answer_s):
            said = await provider.healthcheck()
    except TimeoutError:
        step = "check that it runs and that this machine reaches it"
        return Check(name=name, status=bad, message=f"it did not answer within {answer_s:.0f} s", next_step=step)
    except PickupError as error:
        check = Check.of_error(name, error, status=bad)
        is_key = isinstance(error, ProviderError) and error.kind is FailureKind.AUTH
        return replace(check, next_step=_about_key(route)) if is_key else check
    except Exception as error:  # noqa: BLE001 - as above
        return _broken(name, error, status=bad)
    finally:
        with suppress(Exception):
            await provider.aclose()
    has_call = type(provider).healthcheck is not Provider.healthcheck
    return Check(name=name, message=said if has_call else f"set up; {said}")


def _about_key(route: Route) -> str:
    """What to do about a key that is not accepted, or that was never sent."""
    setup = route.setup
    if not setup.has_key:
        return f'no key was sent: name its variable in [providers.{setup.name}], as api_key_env = "…"'
    return f"set {setup.settings.api_key_env or 'its entry in the keyring'} to a key that is good there"


def _broken(name: str, error: Exception, *, status: Status) -> Check:
    message = f"its own code fails: {type(error).__name__}: {error}"
    step = "update or remove that plug-in, or correct its settings"
    return Check(name=name, status=status, message=message, next_step=step)
