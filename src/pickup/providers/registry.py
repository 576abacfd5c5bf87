"""Providers by kind: each is an entry point in the group `pickup.providers`, called with its setup when it is used."""

from __future__ import annotations

from importlib.metadata import entry_points

from pickup.config.provider_setup import BUILT_IN, ProviderSetup
from pickup.config.routes import retired_models
from pickup.errors import ConfigError, ProviderRetired
from pickup.offers import Offer
from pickup.ports import Provider

_GROUP = "pickup.providers"


def provider_kinds() -> tuple[str, ...]:
    """Every installed kind of provider."""
    return tuple(sorted(each.name for each in entry_points(group=_GROUP)))


def load_provider(setup: ProviderSetup) -> Provider:
    """The provider that a setup describes.

    Raises:
        ConfigError: There is none of its kind, or its settings are wrong.
        ProviderRetired: It is the name of a model that has ended.
    """
    kind = setup.settings.kind
    for each in entry_points(group=_GROUP):
        if each.name == kind:
            provider: Provider = each.load()(setup)
            if setup.settings.references:
                _check_takes_references(provider)
            return provider
    for route in retired_models(setup.name):
        raise ProviderRetired(
            f"{setup.name} ended on {route.retired}",
            where="provider",
            next_step=f"use {'; '.join(route.instead)}",
        )
    names = ", ".join(sorted({*provider_kinds(), *BUILT_IN}))
    raise ConfigError(
        f"there is no provider {kind!r}",
        where="provider" if kind == setup.name else f"providers.{setup.name}.kind",
        next_step=f"set kind in [providers.{setup.name}] of your own pickup.toml to one of: {names}",
    )


def _check_takes_references(provider: Provider) -> None:
    if not any(offer.references or offer.takes_references for offer in provider.offers()):
        raise ConfigError(
            f"{provider.name} takes no reference pictures",
            where=f"providers.{provider.name}.references",
            next_step="take it out, or choose a provider that takes some: `pickup providers` lists them",
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
