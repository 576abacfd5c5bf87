"""How a timeline is read: limits, path prefixes, what counts as a hole, and where its relative references start."""

from __future__ import annotations

from pathlib import Path

from pickup.config import Config
from pickup.fill.sent import Sent
from pickup.holes import Rules
from pickup.library import Library
from pickup.timelines.bundles import media_key
from pickup.timelines.limits import is_bundle
from pickup.timelines.survey import ReadSettings


def read_settings(config: Config, *, library: Library, sent: Sent | None = None) -> ReadSettings:
    """How the timeline is read; `sent` is what came beside it."""
    limits = config.limits
    return ReadSettings(
        prefixes=tuple(config.path_map.items()),
        drop_frame=config.drop_frame if sent is None or sent.drops is None else sent.drops,
        tag=library.tag if library.exists else "",
        media_below=config.media_below,
        sent_markers=sent.briefs if sent is not None else (),
        file_mb=limits.file_mb,
        nesting=limits.nesting,
        memory_mb=limits.memory_mb,
        seconds=float(limits.seconds),
    )


def source_folder(timeline: Path, *, library: Library) -> Path:
    """Where relative references of a timeline start: beside it, or where the media of a bundle are unpacked.

    Raises:
        TimelineError: A bundle cannot be read.
    """
    if is_bundle(timeline):
        return library.cut_folder(library.cut_name(timeline)).unpacked(media_key(timeline))
    return timeline.parent


def rules_of(config: Config) -> Rules:
    """The settings of hole finding."""
    holes = config.holes
    return Rules(
        gaps=holes.gaps,
        slugs=holes.slugs,
        placeholders=holes.placeholders,
        offline=holes.offline,
        short=holes.short,
        min_frames=holes.min_frames,
        dip_frames=holes.dip_frames,
        patterns=holes.patterns,
        overlays=holes.overlays,
        ignore_tracks=holes.ignore_tracks,
        on_top=config.place == "track",
        stand_ins=config.stand_ins,
    )
