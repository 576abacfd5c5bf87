"""Providers by name: each is an entry point in the group `pickup.providers`, loaded when it is asked for."""

from __future__ import annotations

from importlib.metadata import entry_points

from pickup.errors import ConfigError
from pickup.offers import Offer
from pickup.ports import Provider

_GROUP = "pickup.providers"


def provider_names() -> tuple[str, ...]:
    """Every installed provider."""
    return tuple(sorted(each.name for each in entry_points(group=_GROUP)))


def load_provider(name: str) -> Provider:
    """The provider of this name.

    Raises:
        ConfigError: There is none.
    """
    for each in entry_points(group=_GROUP):
        if each.name == name:
            provider: Provider = each.load()()
            return provider
    raise ConfigError(
        f"there is no provider {name!r}",
        where="provider",
        next_step=f"use one of: {', '.join(provider_names())}",
    )


def find_offer(provider: Provider, *, model: str | None) -> Offer:
    """The offer for a model, or the provider's first.

    Raises:
        ConfigError: The provider has no such model.
    """
    offers = provider.offers()
    for offer in offers:
        if model in (None, offer.model):
            return offer
    raise ConfigError(
        f"{provider.name} has no model {model!r}",
        where="provider",
        next_step=f"use one of: {', '.join(offer.model for offer in offers)}",
    )
