"""Delivered OTIO timelines packed with their media, for a machine that does not see them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pickup.config import Config
from pickup.errors import Finding
from pickup.library.layout import BUNDLE
from pickup.paths import map_path, parse_path
from pickup.timelines.bundles import write_bundle

_OTIO = ".otio"


def write_bundles(outputs: Mapping[str, Path], *, config: Config) -> tuple[Mapping[str, Path], tuple[Finding, ...]]:
    """Writes an `.otioz` beside each OTIO timeline; one that is newer than its timeline is whole and stays.

    Returns:
        The bundles by flavor, and what was left out of them or renamed.
    """
    bundles: dict[str, Path] = {}
    said: list[Finding] = []
    for flavor, timeline in outputs.items():
        if timeline.suffix != _OTIO:
            continue
        bundle = timeline.with_suffix(BUNDLE)
        if not bundle.is_file() or bundle.stat().st_mtime_ns < timeline.stat().st_mtime_ns:
            said += write_bundle(timeline, bundle, local=lambda url: _local(url, config=config))
        bundles[flavor] = bundle
    return bundles, tuple(said)


def _local(url: str, *, config: Config) -> str | None:
    path = parse_path(url)
    return map_path(path, prefixes=dict(config.path_map)).text if path is not None and path.is_absolute else None
