"""Settings that are read and understood but not acted on yet: what a person set is not passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator

from pickup.config import Config
from pickup.errors import Finding, warning


def not_built_findings(config: Config) -> Iterator[Finding]:
    """One finding for each setting that somebody set and that changes nothing yet; defaults are passed over."""
    for key in _set_in_vain(config):
        yield warning("NOT_BUILT_YET", "this setting is not built yet; it changes nothing", where=f"pickup.toml {key}")


def _set_in_vain(config: Config) -> Iterator[str]:
    conform = config.conform
    chosen = conform.model_fields_set
    vain = {
        "[conform] audio": conform.audio != "none",
        "[conform] color": "color" in chosen and conform.color != "off",
        "[conform] color_strength": "color_strength" in chosen,
        "[conform] proxies": "proxies" in chosen and conform.proxies,
        "characters": bool(config.characters),
        "handles_required": config.handles_required,
    }
    return (key for key, is_set in vain.items() if is_set)
