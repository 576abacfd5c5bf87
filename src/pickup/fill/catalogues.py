"""Asking the configured services what they offer and cost today, before a plan is made; most know it beforehand.

findings = look_up_catalogues(config, today=date.today())
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from pickup.config import Config
from pickup.config.provider_setup import provider_setup
from pickup.errors import Finding, PickupError, Severity
from pickup.fill.catalog import named_providers
from pickup.ports import Provider
from pickup.providers.registry import load_provider

YOUNG_S = 3600.0
"""A catalogue that was read in the last hour is not read again."""

ANSWER_S = 10.0
"""Seconds that a service has to answer; then what was known before holds."""


def look_up_catalogues(config: Config, *, today: date, answer_s: float = ANSWER_S) -> tuple[Finding, ...]:
    """Lets every configured provider that has a catalogue read it, all at once; findings name those that could not."""
    asked = [each for each in _providers(config, today=today) if type(each).look_up is not Provider.look_up]
    if not asked:
        return ()

    async def all_at_once() -> Sequence[Finding | None]:
        return await asyncio.gather(*(_look_up(each, answer_s=answer_s) for each in asked))

    return tuple(each for each in asyncio.run(all_at_once()) if each is not None)


def _providers(config: Config, *, today: date) -> list[Provider]:
    """Those that can be loaded; why another cannot is said where it is used."""
    found = []
    for name in dict.fromkeys((*named_providers(config), *config.providers)):
        with suppress(PickupError):
            found.append(load_provider(provider_setup(config, name, today=today)))
    return found


async def _look_up(provider: Provider, *, answer_s: float) -> Finding | None:
    try:
        async with asyncio.timeout(answer_s):
            await provider.look_up(unless_younger_s=YOUNG_S)
    except TimeoutError:
        why = f"it did not answer within {answer_s:.0f} s"
    except (PickupError, OSError) as error:
        why = error.message if isinstance(error, PickupError) else str(error)
    else:
        return None
    finally:
        await provider.aclose()
    return Finding(
        severity=Severity.WARNING,
        code="CATALOGUE_NOT_READ",
        message=f"what {provider.name} offers today could not be read: {why}; what was known before holds",
        where=provider.name,
    )
