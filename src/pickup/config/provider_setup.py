"""What a provider is made with: its settings, its key, the prices of its routes, and its place in the library.

setup = provider_setup(config, "studio-wan", today=date.today())
setup.key()         the key, at the moment when it is needed
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from pickup.config.loading import Config, state_folder
from pickup.config.routes import Route, known_route
from pickup.config.settings import ProviderSettings, SecondsRange
from pickup.errors import ConfigError
from pickup.offers import Lengths, Price, PriceList

BUILT_IN: Mapping[str, ProviderSettings] = MappingProxyType(
    {
        "openai": ProviderSettings(kind="openai_videos", profile="openai", api_key_env="OPENAI_API_KEY"),
        "inworld": ProviderSettings(kind="openai_videos", profile="inworld", api_key_env="INWORLD_API_KEY"),
        "openrouter": ProviderSettings(kind="openrouter", api_key_env="OPENROUTER_API_KEY"),
        "fal": ProviderSettings(kind="fal", api_key_env="FAL_KEY"),
        "vertex_veo": ProviderSettings(kind="vertex_veo"),
        "gemini_omni": ProviderSettings(kind="gemini_omni", api_key_env="GEMINI_API_KEY"),
        "wan": ProviderSettings(kind="wan", api_key_env="DASHSCOPE_API_KEY"),
        "ltx": ProviderSettings(kind="ltx", api_key_env="LTXV_API_KEY"),
        "runway": ProviderSettings(kind="runway", api_key_env="RUNWAYML_API_SECRET"),
        "luma": ProviderSettings(kind="luma", api_key_env="LUMA_AGENTS_API_KEY"),
        "replicate": ProviderSettings(kind="replicate", api_key_env="REPLICATE_API_TOKEN"),
    }
)
"""Services that can be named without a table of their own."""

_KEYRING_SERVICE = "pickup"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSetup:
    """What a provider's entry point is called with.

    Attributes:
        name: What the provider is called in settings, plans and the ledger.
        settings: Its table, or that of a built-in service.
        library: Folder of the library, for what is handed over as files.
        today: For models that end on a day.
        state: Folder where what it looked up is kept.
        environment: Where its key may stand.
    """

    name: str
    settings: ProviderSettings
    library: Path
    today: date
    state: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def route(self, model: str, *, service: str, host: str) -> Route:
        """What is known of a model here; a price in the settings goes before every list."""
        known = known_route(service, model, host=host)
        usd = self.settings.price_per_second
        if usd is None:
            return known
        return replace(known, prices=PriceList(lines=(Price(usd=usd),), source="your settings"))

    def catalogue_file(self, base_url: str) -> Path | None:
        """Where the catalogue of the service at an address is kept; None where nothing is kept."""
        place = re.sub(r"[^a-z0-9.-]+", "_", urlsplit(base_url).netloc.lower())
        return None if self.state is None else self.state / "catalogues" / f"{self.settings.kind}_{place}.json"

    @property
    def has_key(self) -> bool:
        """Whether a key is present, without showing it."""
        return self._find_key() is not None

    def key(self) -> str:
        """The key of the service.

        Raises:
            ConfigError: There is none; it says where to put it.
        """
        found = self._find_key()
        if found is None:
            variable = self.settings.api_key_env
            raise ConfigError(
                f"{self.name} needs a key",
                where=f"providers.{self.name}",
                next_step=f"set the environment variable {variable}"
                if variable
                else f'name the variable that holds it: api_key_env = "…" in [providers.{self.name}] of your own file',
            )
        return found

    def _find_key(self) -> str | None:
        variable = self.settings.api_key_env
        if variable and (value := self.environment.get(variable, "").strip()):
            return value
        return _from_keyring(self.name)


def provider_setup(config: Config, name: str, *, today: date, model: str | None = None) -> ProviderSetup:
    """The setup of a provider that is named in the settings, built in, or installed under this name.

    Args:
        config: Settings.
        name: The provider's.
        today: For models that end on a day.
        model: Of that provider; None for the one of its table.
    """
    settings = _completed(config.providers.get(name), name=name)
    if model is not None:
        settings = settings.model_copy(update={"model": model})
    return ProviderSetup(
        name=name, settings=settings, library=config.library_folder, today=today, state=state_folder(os.environ)
    )


def _completed(own: ProviderSettings | None, *, name: str) -> ProviderSettings:
    """A provider's own table, completed by what is built in; a key is never lent to an address of the table's own."""
    known = BUILT_IN.get(name, ProviderSettings(kind=name))
    if own is None:
        return known
    missing: dict[str, object] = {}
    if not own.kind:
        missing = {"kind": known.kind, "profile": own.profile or known.profile}
    kind = own.kind or known.kind
    service = known if known.kind == kind else BUILT_IN.get(kind)
    is_alike = service is not None and service.kind == kind and service.profile == (own.profile or service.profile)
    if service is not None and is_alike and own.base_url is None and own.api_key_env is None:
        missing["api_key_env"] = service.api_key_env
    return own.model_copy(update=missing)


def lengths_in(settings: ProviderSettings) -> Lengths | None:
    """Lengths that the settings name, in frames before in seconds; None where they name none."""
    frames, seconds = settings.frames, settings.seconds
    if frames is not None:
        return Lengths.in_frames(low=frames.min, high=frames.max, step=frames.step)
    if isinstance(seconds, SecondsRange):
        return Lengths.every(seconds.step, low=seconds.min, high=seconds.max)
    return None if seconds is None else Lengths.of(*seconds)


def host_of(url: str) -> str:
    """Host of a URL, in lower case; empty where it has none."""
    return (urlsplit(url).hostname or "").lower()


def _from_keyring(name: str) -> str | None:
    """The key in the system's keyring, under `pickup` and the provider's name, where the package is installed."""
    try:
        import keyring  # noqa: PLC0415 - an extra
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        return None
    try:
        value: str | None = keyring.get_password(_KEYRING_SERVICE, name)
    except KeyringError:
        return None
    return (value or "").strip() or None
