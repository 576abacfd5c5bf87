"""The sample timelines by name, and how one is put into a folder.

path = install_sample("one_gap_24fps", folder=Path("somewhere"))
make_the_media(sample_named("one_gap_24fps").media, Path("somewhere/media"))
"""

from __future__ import annotations

import json
from pathlib import Path

from pickup._files import write_text
from pickup.demo import nle_samples, plain_samples, rate_samples
from pickup.demo.sample import Sample, as_text
from pickup.errors import ConfigError

MEDIA_FOLDER = "media"
MEDIA_LIST = "media.json"


def all_samples() -> tuple[Sample, ...]:
    """Every sample, in the order in which sample_timelines/README.md lists them."""
    return (
        plain_samples.documentary(),
        nle_samples.commercial(),
        nle_samples.social_cut(),
        plain_samples.reel_with_slugs(),
        nle_samples.resolve_export(),
        nle_samples.premiere_export(),
        plain_samples.overlays(),
        plain_samples.dissolves(),
        plain_samples.nested(),
        plain_samples.mixed_rates(),
        plain_samples.offline_clips(),
        plain_samples.retimed(),
        plain_samples.short_clips(),
        *rate_samples.one_gap_at_every_rate(),
    )


def sample_named(name: str) -> Sample:
    """The sample of that name.

    Raises:
        ConfigError: There is none; the message lists those that exist.
    """
    samples = {sample.name: sample for sample in all_samples()}
    if name not in samples:
        raise ConfigError(f"there is no sample {name!r}", next_step=f"choose one of {', '.join(samples)}")
    return samples[name]


def install_sample(name: str, *, folder: Path) -> Path:
    """Writes `<name>.otio` and the list of its media into `folder`; returns the timeline's path.

    References point into `folder/media`, absolutely where the imitated program writes them so. The media themselves
    are not made: whoever wants them makes them from `sample_named(name).media`, or from `media.json`.

    Raises:
        ConfigError: There is no such sample.
        LibraryError: The folder cannot be written.
    """
    sample = sample_named(name)
    root = folder.resolve() / MEDIA_FOLDER
    listed = {"schema": "SampleMedia.1", "media": [each.described() for each in sample.media]}
    write_text(folder / MEDIA_LIST, json.dumps(listed, indent=4) + "\n")
    path = folder / f"{name}.otio"
    write_text(path, as_text(sample.document(media_root=str(root))))
    return path
