"""What every take of a cut is conformed to, and which picture size that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pickup.config import Config
from pickup.cut import Size
from pickup.errors import Finding, info
from pickup.shots import Delivered
from pickup.timelines.survey import Survey

SIZE_UNKNOWN = "not looked for"
"""Where a size comes from when no media was opened; nothing may be concluded from it."""

_LARGEST: Size = (3840, 2160)
_DEFAULT_SIZE: Size = (1920, 1080)


def find_delivery(survey: Survey, *, config: Config, probe: bool) -> tuple[Delivered, list[Finding]]:
    """Rate, size and codec of the takes, and what has to be said about them."""
    size, size_from, said = _find_size(survey, config=config, probe=probe)
    delivery = Delivered(
        rate=survey.cut.rate,
        size=size,
        size_from=size_from,
        codec=config.codec,
        record_timecode=config.timecode == "record",
        fit=config.conform.fit,
        rate_policy=config.conform.rate,
    )
    return delivery, said


def _find_size(survey: Survey, *, config: Config, probe: bool) -> tuple[Size, str, list[Finding]]:
    """The flag's or the config's size, else the timeline's, else what most footage shares."""
    if config.size is not None:
        return config.size, "the settings", []
    if survey.cut.size is not None:
        return _even(survey.cut.size), survey.cut.size_from or "the timeline", []
    if not probe:
        return _DEFAULT_SIZE, SIZE_UNKNOWN, []
    sizes = _footage_sizes(survey.footage)
    said = []
    if survey.footage_total > len(survey.footage):
        message = f"{len(survey.footage)} of {survey.footage_total} files were probed for the picture size"
        said.append(info("SIZE_PROBED", message, where=survey.cut.name))
    if not sizes:
        return _DEFAULT_SIZE, "the default, as no footage is here", said
    size, count = sizes.most_common(1)[0]
    return _even(size), f"{count} of {sizes.total()} footage files", said


def _footage_sizes(paths: Sequence[str]) -> Counter[Size]:
    from pickup.media.probe import MediaInfo, probe_files  # noqa: PLC0415 - `holes` opens no media: FFmpeg is not loaded

    found = probe_files([Path(path) for path in paths])
    return Counter(_at_most(each.upright_size) for each in found if isinstance(each, MediaInfo))


def _at_most(size: Size) -> Size:
    """The size, made smaller with its shape kept where it is larger than 4K."""
    width, height = size
    scale = max(width / max(_LARGEST), height / max(_LARGEST), 1.0)
    return (round(width / scale), round(height / scale))


def _even(size: Size) -> Size:
    return (size[0] - size[0] % 2, size[1] - size[1] % 2)
