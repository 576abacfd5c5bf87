"""Delivered OTIO timelines packed with their media, for a machine that does not see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from pickup.config import Config
from pickup.errors import Finding, TimelineError
from pickup.library.layout import BUNDLE
from pickup.paths import PathKind, map_path, parse_path
from pickup.timelines.bundles import read_bundle, write_bundle
from pickup.timelines.limits import ReadLimits

_OTIO = ".otio"


def write_bundles(
    outputs: Mapping[str, Path],
    *,
    config: Config,
    limits: ReadLimits,
    report: Callable[[float], None] = lambda _: None,
) -> tuple[Mapping[str, Path], tuple[Finding, ...]]:
    """Writes an `.otioz` beside each OTIO timeline; one that is whole and newer than its timeline stays.

    Args:
        outputs: Delivered timelines by flavor.
        config: Says where media lie here.
        limits: How large a timeline may be.
        report: Is told the share of all bundles that is packed, 0.0 to 1.0.

    Returns:
        The bundles by flavor, and what was left out of them or renamed.
    """
    wanted = {flavor: path for flavor, path in outputs.items() if path.suffix == _OTIO}
    bundles: dict[str, Path] = {}
    said: list[Finding] = []
    for flavor, timeline in wanted.items():
        bundle = timeline.with_suffix(BUNDLE)
        if not _is_whole(bundle, timeline=timeline, limits=limits):
            said += write_bundle(
                timeline,
                bundle,
                local=lambda url: _local(url, config=config),
                report=partial(_report_part, report, done=len(bundles), of=len(wanted)),
            )
        bundles[flavor] = bundle
    return bundles, tuple(said)


def _report_part(report: Callable[[float], None], share: float, *, done: int, of: int) -> None:
    report((done + share) / of)


def _is_whole(bundle: Path, *, timeline: Path, limits: ReadLimits) -> bool:
    """Whether the bundle was made of this timeline and can be opened."""
    if not bundle.is_file() or bundle.stat().st_mtime_ns < timeline.stat().st_mtime_ns:
        return False
    try:
        read_bundle(bundle, limits=limits)
    except TimelineError:
        return False
    return True


def _local(url: str, *, config: Config) -> str | None:
    """The file here that a reference means; a server that [map] does not name is not asked for anything."""
    path = parse_path(url)
    if path is None or not path.is_absolute:
        return None
    mapped = map_path(path, prefixes=dict(config.path_map))
    return None if mapped.kind is PathKind.UNC and mapped == path else mapped.text
