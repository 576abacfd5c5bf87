"""A service and its models, as its documentation describes them, and the offers that follow under a user's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pickup.config.provider_setup import ProviderSetup, host_of, lengths_in
from pickup.cut import Size
from pickup.errors import ConfigError, ProviderRetired
from pickup.offers import Audio, Cancelling, Capability, Idempotency, Lengths, Mode, Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What holds for all models of a service.

    Attributes:
        name: The kind of provider, which also heads its rows in `routes.toml`.
        base_url: Of its API.
        key_header: The header that carries the key.
        authorization: Its value, with `{}` for the key.
        headers: Others that every request carries.
        bills_failures: Whether a job that failed or was stopped is charged; None where nobody knows.
        link_wants_key: The clip's link is the API's own and asks for the key.
        picture_bytes: Largest picture that a request may carry, before it is coded.
        reference_bytes: Largest reference picture, likewise: many go with one request. Zero where it takes none.
        reply_bytes: A longer reply is an error.
        poll_s: Seconds between two polls.
        generation_s: The longest time that one clip takes there, as far as anybody knows.
        result_kept_s: Seconds for which a result can be fetched; None where that is not known.
        options: What `options` in the settings may name -> what it is.
        notes: What else an editor should know, in short sentences.
    """

    name: str
    base_url: str
    key_header: str = "Authorization"
    authorization: str = "Bearer {}"
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency: Idempotency = Idempotency.NONE
    cancelling: Cancelling = Cancelling.NONE
    bills_failures: bool | None = None
    link_wants_key: bool = False
    picture_bytes: int = 5 << 20
    reference_bytes: int = 0
    reply_bytes: int = 8 << 20
    poll_s: float = 10.0
    per_minute: int | None = None
    generation_s: float = 900.0
    result_kept_s: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What one model of a service makes.

    Attributes:
        name: As the service knows it, and as `provider = "name:model"` takes it.
        audio: Whether clips have sound; where it is optional they are asked for without.
        seed: A seed can be given, and `negative` likewise words for what is not wanted.
        prompt_chars: Longest prompt; None for any.
        notes: What else an editor should know, in short sentences.
    """

    name: str
    capabilities: tuple[Capability, ...]
    audio: Audio = Audio.NONE
    seed: bool = False
    negative: bool = False
    prompt_chars: int | None = None
    notes: tuple[str, ...] = ()


MODES_FROM: Mapping[str, frozenset[Mode]] = {
    "text": frozenset({Mode.TEXT}),
    "first": frozenset({Mode.TEXT, Mode.FIRST}),
    "first_last": frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
}
"""What `frames_from` in the settings means."""


def offer_of(model: Model, *, service: Service, setup: ProviderSetup, base_url: str) -> Offer:
    """The offer of a model; what the settings say goes before what the documentation does.

    Args:
        model: What it makes.
        service: Where.
        setup: The settings.
        base_url: Where requests go. Prices are those of the service's own address, unless the settings name another.
    """
    settings = setup.settings
    host = host_of(base_url)
    route = setup.route(model.name, service=service.name, host=host_of(settings.base_url or service.base_url))
    said = settings.model_fields_set
    return Offer(
        provider=setup.name,
        model=model.name,
        capabilities=_as_set(model.capabilities, setup=setup),
        prices=route.prices,
        host="" if settings.is_on_this_machine else host,
        retired=route.retired,
        instead=route.instead,
        audio=model.audio,
        seed=model.seed,
        negative=model.negative,
        idempotency=service.idempotency,
        cancelling=service.cancelling,
        result_kept_s=service.result_kept_s,
        in_flight=settings.max_in_flight,
        per_minute=settings.per_minute or service.per_minute,
        poll_s=settings.poll_s if "poll_s" in said else service.poll_s,
        generation_s=settings.generation_s if "generation_s" in said else service.generation_s,
        prompt_chars=model.prompt_chars,
        notes=(*model.notes, *service.notes),
    )


def check_not_ended(name: str, *, service: Service, setup: ProviderSetup) -> None:
    """A model that is in no table of ours may be one that has ended.

    Raises:
        ProviderRetired: It has; it says when, and what to use now.
    """
    route = setup.route(name, service=service.name, host=host_of(setup.settings.base_url or service.base_url))
    if route.retired is not None and route.retired <= setup.today:
        raise ProviderRetired(
            f"{name} ended on {route.retired}",
            where=f"providers.{setup.name}.model",
            next_step=f"use {'; '.join(route.instead)}" if route.instead else "choose another model",
        )


def unlisted_model(name: str, *, service: Service, setup: ProviderSetup) -> Model:
    """A model that is in no table of ours, as the settings describe it.

    Raises:
        ConfigError: They do not say what it makes.
    """
    settings = setup.settings
    lengths = lengths_in(settings)
    if lengths is None or not settings.sizes or settings.fps is None:
        raise ConfigError(
            f"Pickup does not know what {name} makes",
            where=f"providers.{setup.name}.model",
            next_step="look it up, then set seconds, sizes, fps, frames_from and price_per_second in that table, "
            f"or choose one that `pickup providers {setup.name}` lists",
        )
    modes = MODES_FROM[settings.frames_from or "text"]
    capability = Capability(modes=modes, lengths=lengths, sizes=settings.sizes, rates=(settings.fps,))
    references = settings.references if settings.references and service.reference_bytes else 0
    pictured = replace(capability, modes=frozenset({Mode.TEXT}), references=references)
    capabilities = (capability, pictured) if references else (capability,)
    return Model(name=name, capabilities=capabilities, audio=Audio.UNKNOWN)


def _as_set(capabilities: tuple[Capability, ...], *, setup: ProviderSetup) -> tuple[Capability, ...]:
    """Capabilities, narrowed to what the settings name; what none of them has, the settings know better."""
    settings = setup.settings
    if (most := settings.references) is not None:
        capabilities = _narrowed(capabilities, by=lambda each: _with_references(each, most))
    if settings.frames_from:
        modes = MODES_FROM[settings.frames_from]
        capabilities = _narrowed(capabilities, by=lambda each: _with_modes(each, modes))
    if settings.sizes:
        known = _narrowed(capabilities, by=lambda each: _with_sizes(each, settings.sizes))
        capabilities = known or tuple(replace(each, sizes=settings.sizes) for each in capabilities)
    if settings.fps is not None:
        rates = (settings.fps,)
        known = tuple(replace(each, rates=rates) for each in capabilities if settings.fps in each.rates)
        capabilities = known or tuple(replace(each, rates=rates) for each in capabilities)
    if (lengths := lengths_in(settings)) is not None:
        known = _narrowed(capabilities, by=lambda each: _with_lengths(each, lengths))
        capabilities = known or tuple(replace(each, lengths=lengths) for each in capabilities)
    return capabilities


def _narrowed(
    capabilities: tuple[Capability, ...], *, by: Callable[[Capability], Capability | None]
) -> tuple[Capability, ...]:
    return tuple(found for each in capabilities if (found := by(each)) is not None)


def _with_modes(capability: Capability, modes: frozenset[Mode]) -> Capability | None:
    common = capability.modes & modes
    return replace(capability, modes=common) if common else None


def _with_references(capability: Capability, most: int) -> Capability | None:
    if not capability.references:
        return capability
    return replace(capability, references=min(capability.references, most)) if most else None


def _with_sizes(capability: Capability, sizes: tuple[Size, ...]) -> Capability | None:
    common = tuple(each for each in capability.sizes if each in sizes)
    return replace(capability, sizes=common) if common else None


def _with_lengths(capability: Capability, lengths: Lengths) -> Capability | None:
    common = tuple(each for each in capability.lengths.seconds if each in lengths.seconds)
    return replace(capability, lengths=Lengths(seconds=common)) if common else None
