"""The routes that the settings name: providers with a model, and whether frames of the footage may go there.

routes = Routes(config, send_frames=None, today=date.today())
routes.for_shot(spec)        the candidates of one shot, in the order of the settings
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pickup.config import Config
from pickup.config.provider_setup import BUILT_IN, ProviderSetup, provider_setup
from pickup.errors import PickupError
from pickup.offers import Offer, quoted
from pickup.plan import Candidate, MaySend
from pickup.ports import Provider
from pickup.providers.registry import find_offer, load_provider, provider_kinds
from pickup.shots import ShotSpec

STAND_INS = "slate"
"""The provider of stand-ins: they are never bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A provider that was loaded, with one of its models."""

    provider: Provider
    offer: Offer
    setup: ProviderSetup
    may_send: MaySend
    is_fallback: bool = False

    @property
    def candidate(self) -> Candidate:
        """As the plan weighs it."""
        model, provider = self.offer.model, self.provider
        return Candidate(
            offer=self.offer,
            quote=lambda wish: quoted(wish, lambda turned: provider.quote(turned, model=model)),
            may_send=self.may_send,
            is_fallback=self.is_fallback,
        )


@dataclass(slots=True, kw_only=True)
class Routes:
    """Loads what is named, each once.

    Attributes:
        send_frames: Whether a person said that frames may be sent; None where nobody was asked yet.
        no_frames: A person said beforehand that none may be sent, whatever the settings say.
    """

    config: Config
    send_frames: bool | None
    today: date
    no_frames: bool = False
    _loaded: dict[str, Route] = field(default_factory=dict)

    @property
    def configured(self) -> tuple[Route, ...]:
        """What `provider` names, then what `fallback` does."""
        first = [self.load(each) for each in _names(self.config.provider)]
        return (*first, *(self.load(each, is_fallback=True) for each in self.config.fallback))

    def for_shot(self, spec: ShotSpec) -> tuple[Route, ...]:
        """Where a shot may be made: where its brief says, if that is configured, else where the settings say."""
        if spec.provider and not self.why_not(spec.provider):
            return (self.load(spec.provider),)
        return self.configured

    def why_not(self, name: str) -> str:
        """Why a brief cannot have what it asks for; empty where it can. One brief stops no other shot."""
        if not self.is_configured(name):
            bare = name.partition(":")[0]
            return f"it is not configured; add [providers.{bare}] to your own pickup.toml"
        try:
            offer = self.load(name).offer
        except PickupError as error:
            return f"{error.message}; {error.next_step}" if error.next_step else error.message
        if offer.is_retired(self.today):
            return f"it ended on {offer.retired}; use {'; '.join(offer.instead)}"
        return ""

    def is_configured(self, name: str) -> bool:
        """Whether a brief may choose this provider: what comes with a timeline brings no route of its own."""
        named = {each.partition(":")[0] for each in (*_names(self.config.provider), *self.config.fallback)}
        return name.partition(":")[0] in {*named, *self.config.providers, STAND_INS}

    def load(self, chosen: str, *, is_fallback: bool = False) -> Route:
        """The route that `name` or `name:model` stands for.

        Raises:
            ConfigError: There is no such provider or model, or its settings are wrong.
            ProviderRetired: It is the name of a model that has ended.
        """
        key = f"{chosen} {is_fallback}"
        if key not in self._loaded:
            name, _, model = chosen.partition(":")
            setup = provider_setup(self.config, name, model=model or None, today=self.today)
            provider = load_provider(setup)
            offer = find_offer(provider, model=model or setup.settings.model)
            self._loaded[key] = Route(
                provider=provider,
                offer=offer,
                setup=setup,
                may_send=_may_send(offer, setup=setup, answer=self.send_frames, forbidden=self.no_frames),
                is_fallback=is_fallback,
            )
        return self._loaded[key]

    def by_name(self) -> Mapping[tuple[str, str], Route]:
        """Every route that was loaded, by provider and model."""
        return {(each.offer.provider, each.offer.model): each for each in self._loaded.values()}


def every_route(config: Config, *, today: date) -> Iterator[Route | tuple[str, PickupError]]:
    """Each provider that is configured or built in, with each of its models, or why it cannot be loaded."""
    routes = Routes(config=config, send_frames=None, today=today)
    named = {each.partition(":")[0] for each in (*_names(config.provider), *config.fallback)}
    for name in dict.fromkeys((*sorted(named), *config.providers, *BUILT_IN, *provider_kinds())):
        setup = provider_setup(config, name, today=today)
        try:
            provider = load_provider(setup)
            for offer in provider.offers():
                yield routes.load(f"{name}:{offer.model}")
        except PickupError as error:
            yield name, error


def _names(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(","))


def _may_send(offer: Offer, *, setup: ProviderSetup, answer: bool | None, forbidden: bool) -> MaySend:
    if offer.host and forbidden:
        return MaySend.NO
    if not offer.host or setup.settings.send_frames == "always":
        return MaySend.YES
    if setup.settings.send_frames == "never" or answer is False:
        return MaySend.NO
    return MaySend.YES if answer else MaySend.ASK
