"""What can generate, as a person compares it: every route with its limits, its price by the second and its end.

for fact in route_facts(config, today=date.today()):
    print(fact.name, fact.prices)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from pickup.config import Config
from pickup.config.provider_setup import BUILT_IN
from pickup.cut import Size
from pickup.errors import ConfigError, PickupError
from pickup.fill.routes import Route, Routes, every_route
from pickup.offers import Audio, Offer, Price, PriceList
from pickup.offers.prices import Per
from pickup.timing import FrameRate

COMPARED: Mapping[str, Size] = MappingProxyType({"720p": (1280, 720), "1080p": (1920, 1080)})
"""Sizes for which prices are shown."""

_NO_RATE = FrameRate.parse("24")
_SMALLEST = Decimal("0.0001")


class KeyState(StrEnum):
    """Whether a route has what it needs to be asked."""

    PRESENT = "present"
    MISSING = "missing"
    NOT_NEEDED = "not needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFact:
    """One row: a route that was loaded, or why a provider cannot be.

    Attributes:
        name: Of the provider.
        configured: The settings name it; else it is built in or installed.
        key: Whether a key is there; never the key.
        key_variable: The environment variable that would hold it.
        wants: What is missing before it can be asked, and what to do about it.
        prices: USD for a second by the names of `COMPARED`; None where it does not make that size or nobody knows.
        retired: It is gone.
        error: Why it cannot be loaded; then there is no offer.
    """

    name: str
    configured: bool
    offer: Offer | None = None
    key: KeyState = KeyState.NOT_NEEDED
    key_variable: str | None = None
    wants: PickupError | None = None
    prices: Mapping[str, Decimal | None] = field(default_factory=dict)
    retired: bool = False
    error: PickupError | None = None

    @property
    def is_out_of_reach(self) -> bool:
        """A service that nobody has set up here: it wants a key or more, and the settings do not name it."""
        is_service = not self.configured and self.offer is not None and bool(self.offer.host)
        return is_service and (self.key is KeyState.MISSING or self.wants is not None)

    @property
    def wanted(self) -> str:
        """What is missing before it can be asked; empty where nothing is."""
        return self.wants.message.removeprefix(f"{self.name} needs ") if self.wants else ""

    @property
    def route(self) -> str:
        """As `--provider` takes it."""
        return f"{self.name}:{self.offer.model}" if self.offer else self.name


def route_facts(config: Config, *, today: date, name: str | None = None) -> tuple[RouteFact, ...]:
    """Every route, or those of one provider, or the one that `name:model` says.

    Raises:
        ConfigError: There is no provider or model of this name.
        ProviderRetired: It is the name of a model that has ended.
    """
    facts = tuple(_facts(config, today=today))
    if name is None:
        return facts
    chosen = tuple(each for each in facts if name in (each.name, each.route))
    if not chosen:
        return (_fact(Routes(config=config, send_frames=None, today=today).load(name), config=config, today=today),)
    return chosen


def named_providers(config: Config) -> tuple[str, ...]:
    """Names that `provider` and `fallback` give, without models."""
    named = [*config.provider.split(","), *config.fallback]
    return tuple(dict.fromkeys(each.strip().partition(":")[0] for each in named))


def _facts(config: Config, *, today: date) -> Iterator[RouteFact]:
    # a kind that built-in services are of, without a server of its own, would only repeat one of them
    kinds = {each.kind for each in BUILT_IN.values()} - {*BUILT_IN, *named_providers(config), *config.providers}
    for found in every_route(config, today=today):
        if isinstance(found, Route):
            if found.offer.provider not in kinds:
                yield _fact(found, config=config, today=today)
        elif found[0] not in kinds:
            yield RouteFact(name=found[0], configured=_is_configured(found[0], config=config), error=found[1])


def _fact(route: Route, *, config: Config, today: date) -> RouteFact:
    offer = route.offer
    key, wants = _key_of(route)
    return RouteFact(
        name=offer.provider,
        configured=_is_configured(offer.provider, config=config),
        offer=offer,
        key=key,
        key_variable=route.setup.settings.api_key_env,
        wants=wants,
        prices={label: _per_second(offer, size=size) for label, size in COMPARED.items()},
        retired=offer.is_retired(today),
    )


def _is_configured(name: str, *, config: Config) -> bool:
    return name in {*named_providers(config), *config.providers}


def _key_of(route: Route) -> tuple[KeyState, PickupError | None]:
    """Whether there is a key, and what is missing; nobody is asked."""
    wants: PickupError | None = None
    try:
        route.provider.check_ready()
    except ConfigError as error:
        wants = error
    if route.setup.has_key:
        return KeyState.PRESENT, wants
    needs = route.setup.settings.api_key_env is not None or (wants is not None and wants.message.endswith("a key"))
    return (KeyState.MISSING if needs else KeyState.NOT_NEEDED), wants


def _per_second(offer: Offer, *, size: Size) -> Decimal | None:
    """USD for a second of the shortest clip of this size, to a hundredth of a cent; None where there is none."""
    if offer.prices is None or not _makes(offer, size=size):
        return None
    if offer.prices.is_free:
        return Decimal(0)
    silent = offer.audio in (Audio.NONE, Audio.OPTIONAL)
    line = next((each for each in _lines_for(offer.prices, size=size, silent=silent)), None)
    if line is None:
        return None
    if line.per is Per.SECOND:
        return line.usd
    seconds = line.seconds or _shortest(offer)
    if seconds is None:
        return None
    return (line.usd * seconds.denominator / seconds.numerator).quantize(_SMALLEST)


def _lines_for(prices: PriceList, *, size: Size, silent: bool) -> Iterable[Price]:
    return (
        each for each in prices.lines if each.holds_for(each.seconds or Fraction(1), size=size, silent=silent, frames=1)
    )


def _makes(offer: Offer, *, size: Size) -> bool:
    """Whether a size of this height can be asked for; shapes such as 1280x704 count as 720p."""
    if offer.frame_exact:
        return True
    made = [each for capability in offer.capabilities for each in capability.sizes or (size,)]
    return any(max(each) == max(size) or min(each) == min(size) for each in made)


def _shortest(offer: Offer) -> Fraction | None:
    found = []
    for capability in offer.capabilities:
        rate = capability.rates[0] if capability.rates else _NO_RATE
        if len(capability.lengths.at(rate)):
            found.append(capability.lengths.seconds_of(0, rate=rate))
    return min(found, default=None)
