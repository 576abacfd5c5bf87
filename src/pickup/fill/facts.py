"""What a probe knows of the media of a cut, for formats that must say it: first timecode, length, size, sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path, PurePath

from pickup.errors import TimingError
from pickup.media.probe import MediaInfo, probe_files
from pickup.media.sound import SOUND_EXTENSIONS, SoundInfo, probe_sounds
from pickup.takes import Relink
from pickup.timelines.dialect import MediaFacts
from pickup.timing import parse_timecode

_SAMPLE_RATE = 48000


def media_facts(paths: Sequence[str]) -> Mapping[str, MediaFacts]:
    """Facts by local path; a file that cannot be probed, or shows one picture only, is left out."""
    files = [Path(path) for path in paths]
    found = probe_files([path for path in files if path.suffix.lower() not in SOUND_EXTENSIONS])
    pictures = {each.path: _facts(each) for each in found if isinstance(each, MediaInfo) and not each.is_still}
    return pictures | {each.path: _facts_of_sound(each) for each in probe_sounds(files)}


def facts_of_takes(
    relinks: Iterable[Relink], *, size: tuple[int, int], drop_frame: bool | None = None
) -> Mapping[str, MediaFacts]:
    """Facts of takes, which were counted when they were made.

    Args:
        relinks: The shots whose takes are meant.
        size: Of every take.
        drop_frame: Whether the timecode that was put into them drops frames; None where that is not known.
    """
    return {
        take.path: MediaFacts(
            start=take.start,
            duration=relink.record.rate.seconds(take.frames),
            rate=relink.record.rate.fps,
            size=size,
            reel=PurePath(take.path).stem,
            drop_frame=drop_frame,
        )
        for relink in relinks
        for take in relink.takes
    }


def _facts_of_sound(found: SoundInfo) -> MediaFacts:
    return MediaFacts(
        start=found.start_seconds,
        duration=found.seconds,
        channels=found.channels,
        sample_rate=found.sample_rate or _SAMPLE_RATE,
    )


def _facts(found: MediaInfo) -> MediaFacts:
    first = _first_timecode(found)
    return MediaFacts(
        start=first if first is not None else Fraction(0),
        duration=found.seconds or Fraction(0),
        rate=found.rate.fps if found.rate is not None else None,
        size=found.upright_size,
        channels=found.channels,
        sample_rate=found.sample_rate or _SAMPLE_RATE,
        reel=found.reel or "",
        drop_frame=";" in found.timecode if found.timecode and first is not None else None,
    )


def _first_timecode(found: MediaInfo) -> Fraction | None:
    """Embedded timecode of the first frame in exact seconds; None where there is none that can be read."""
    if not found.timecode or found.rate is None:
        return None
    try:
        frame = parse_timecode(found.timecode, rate=found.rate)
    except TimingError:
        return None
    return found.rate.seconds(frame)
