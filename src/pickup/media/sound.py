"""What a sound file says of itself: length, channels, and the time of day that a recorder wrote into it.

It opens files without picture alone; a movie with sound is for `probe`.

    probe_sounds([Path("boom_01.wav")])        (SoundInfo(seconds=6, start_seconds=3600, channels=1, ...),)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from pickup._av import ffmpeg_errors
from pickup._child import ChildDied, Limits, Report, call
from pickup.errors import MediaError

SOUND_EXTENSIONS = frozenset({".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav"})
_FORMATS = "wav,w64,aiff,flac,mp3,aac,ogg,mov"
_FIRST_FILE_S, _EACH_FILE_S, _MEMORY_MB = 30.0, 2.0, 2048
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundInfo:
    """One sound file.

    Attributes:
        path: As it was asked for.
        seconds: Length, exact as far as the file says it.
        start_seconds: Time of day of its first sample, from a Broadcast Wave's time reference; zero where it has none.
    """

    path: str
    seconds: Fraction
    start_seconds: Fraction
    channels: int
    sample_rate: int


def probe_sounds(paths: Sequence[Path]) -> tuple[SoundInfo, ...]:
    """Probes sound files in a child process; what cannot be read, or has no sound, is left out."""
    names = tuple(str(path) for path in paths if path.suffix.lower() in SOUND_EXTENSIONS)
    if not names:
        return ()
    try:
        found = call(
            "pickup.media.sound:survey",
            names,
            limits=Limits(seconds=_FIRST_FILE_S + _EACH_FILE_S * len(names), memory_mb=_MEMORY_MB),
        )
    except ChildDied:
        return ()
    return found if isinstance(found, tuple) else ()


def survey(names: tuple[str, ...], report: Report) -> tuple[SoundInfo, ...]:
    """The child's side of `probe_sounds`."""
    found = []
    for number, name in enumerate(names, start=1):
        try:
            found.append(probe_sound(Path(name)))
        except MediaError:
            continue
        finally:
            report(number / len(names))
    return tuple(found)


def probe_sound(path: Path) -> SoundInfo:
    """Probes one file in this process.

    Raises:
        MediaError: No local regular file, no sound, or damaged.
    """
    if not path.is_file():
        raise MediaError(f"{path.name} is not a file", where=str(path), next_step="check the path")
    options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
    with ffmpeg_errors(path):
        container = av.open(f"file:{path.absolute()}", "r", options=options)
    with container:
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            raise MediaError(f"{path.name} holds no sound", where=str(path), next_step="choose a file with sound")
        rate = stream.sample_rate
        reference = container.metadata.get("time_reference", "")
        return SoundInfo(
            path=str(path),
            seconds=_seconds(container, stream),
            start_seconds=Fraction(int(reference), rate) if reference.isdecimal() and rate else Fraction(0),
            channels=stream.channels,
            sample_rate=rate,
        )


def _seconds(container: av.container.InputContainer, stream: av.audio.stream.AudioStream) -> Fraction:
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(container.duration or 0, _MICROSECONDS)
