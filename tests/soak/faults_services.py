"""The services that `make faults` breaks: each with its fake, and the provider that speaks to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.offers import Quote, Wish
from pickup.ports import Provider
from pickup.providers.registry import load_provider
from pickup.testing.fakes import HOSTED, FakeOpenAI, FakeServer, RealClock, Setup
from pickup.timing import FrameRate

PRICE = Decimal("0.10")
SIZE = (1280, 720)
RATE = FrameRate.parse("24")
COVER = 90
"""Frames that a take shows."""

PROFILES: Mapping[str, str] = {
    "inworld": "replays a request under its key",
    "vllm-omni": "lists its jobs",
    "new-api": "can tell nothing",
}
"""One of each class of server: what becomes of a lost reply depends on it."""

SERVICES: Mapping[str, str] = {**PROFILES, **{kind: kind for kind in HOSTED}}
"""Everything that is tried -> what it is called on the page."""


def fake_of(service: str, *, faults: Iterable[str]) -> FakeServer:
    """The fake of a service, which makes clips of a few bytes."""
    setup = Setup(clock=RealClock(), price_per_second=PRICE, content="tiny")
    if service in PROFILES:
        return FakeOpenAI(profile=service, faults=faults, setup=setup)
    return HOSTED[service](faults=faults, setup=setup)


def provider_of(service: str, *, base_url: str) -> Provider:
    """The provider of a service at its fake."""
    settings: dict[str, Any] = {"base_url": base_url, "price_per_second": str(PRICE), "poll_s": 0.02}
    environment = {}
    if service in PROFILES:
        settings |= {"kind": "openai_videos", "profile": service, "model": "model"}
    else:
        fake = HOSTED[service]
        settings |= {"kind": service, "model": fake.model, "options": dict(fake.options)}
    if service == "inworld":
        settings |= {"fields": {"seconds": "duration", "size": "resolution+aspect_ratio"}, "api_key_env": "KEY"}
        environment = {"KEY": "a2V5"}
    return load_provider(
        ProviderSetup(
            name=service,
            settings=ProviderSettings.model_validate(settings),
            library=Path("/"),
            today=date(2026, 11, 29),
            environment=environment,
        )
    )


def quote_of(provider: Provider) -> Quote:
    """What one take costs and is asked for, from words alone."""
    wish = Wish(cover_frames=COVER, handles=0, rate=RATE, size=SIZE, prompt="rain", briefed=True)
    return provider.quote(wish, model=provider.offers()[0].model)
