"""What every take of a cut is conformed to, and which picture size that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pickup.config import Config
from pickup.cut import Size
from pickup.errors import ConfigError, Finding, info, warning
from pickup.shots import Delivered
from pickup.timelines.survey import Survey

if TYPE_CHECKING:
    from pickup.media.probe import MediaInfo

SIZE_UNKNOWN = "not looked for"
"""Where a size comes from when no media was opened; nothing may be concluded from it."""

_STEREO = 2
_LEAST_DNXHR: Size = (256, 120)
"""Of FFmpeg's encoder (8.1)."""
_LARGEST: Size = (3840, 2160)
_DEFAULT_SIZE: Size = (1920, 1080)


def find_delivery(survey: Survey, *, config: Config, probe: bool) -> tuple[Delivered, list[Finding]]:
    """Rate, size and codec of the takes, and what has to be said about them.

    Raises:
        ConfigError: The codec has no such size; OpenColorIO is not installed, or does not know the color space of the
            cut's media.
    """
    size, size_from, said = _find_size(survey, config=config, probe=probe)
    if config.codec == "dnxhr_hq" and (size[0] < _LEAST_DNXHR[0] or size[1] < _LEAST_DNXHR[1]):
        raise ConfigError(
            f"DNxHR cannot be {size[0]}x{size[1]}: it begins at {_LEAST_DNXHR[0]}x{_LEAST_DNXHR[1]}",
            where="codec",
            next_step="set a larger size, or another codec",
        )
    conform = config.conform
    keeps_sound = conform.audio != "none"
    if "loudness" in conform.model_fields_set and conform.audio != "loudness":
        message = f'loudness = {conform.loudness:g} does nothing with audio = "{conform.audio}"; set audio = "loudness"'
        said.append(warning("LOUDNESS_NOT_USED", message, where="[conform]"))
    delivery = Delivered(
        rate=survey.cut.rate,
        size=size,
        size_from=size_from,
        codec=config.codec,
        record_timecode=config.timecode == "record",
        fit=conform.fit,
        rate_policy=conform.rate,
        color_strength=conform.color_strength if conform.color == "auto" else 0.0,
        keeps_sound=keeps_sound,
        channels=_find_channels(survey, config=config) if keeps_sound and probe else _STEREO,
        loudness=conform.loudness if conform.audio == "loudness" else None,
        proxies=conform.proxies,
        drafts=conform.full_quality == "circled",
        color_space=_checked_space(conform.color_space, config=conform.color_config) if probe else conform.color_space,
        color_config=conform.color_config,
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


def _checked_space(space: str, *, config: str) -> str:
    if not space:
        return ""
    from pickup.media.color.spaces import check  # noqa: PLC0415 - loads numpy, and OpenColorIO, which is an extra

    return check(space, config=config).name


def _find_channels(survey: Survey, *, config: Config) -> int:
    """The config's number of channels, else what most footage with sound has, else stereo."""
    if config.conform.channels is not None:
        return config.conform.channels
    counts = Counter(each.channels for each in _probed(survey.footage) if each.channels)
    return counts.most_common(1)[0][0] if counts else _STEREO


def _footage_sizes(paths: Sequence[str]) -> Counter[Size]:
    return Counter(_at_most(each.upright_size) for each in _probed(paths))


def _probed(paths: Sequence[str]) -> list[MediaInfo]:
    from pickup.media.probe import MediaInfo, probe_files  # noqa: PLC0415 - `holes` opens no media: FFmpeg is not loaded

    return [each for each in probe_files([Path(path) for path in paths]) if isinstance(each, MediaInfo)]


def _at_most(size: Size) -> Size:
    """The size, made smaller with its shape kept where it is larger than 4K."""
    width, height = size
    scale = max(width / max(_LARGEST), height / max(_LARGEST), 1.0)
    return (round(width / scale), round(height / scale))


def _even(size: Size) -> Size:
    return (size[0] - size[0] % 2, size[1] - size[1] % 2)
