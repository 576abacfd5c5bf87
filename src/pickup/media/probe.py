"""What a media file is: size, rate, length, timecode, color, read from the file and not believed from its name.

It opens the file and decodes one frame; how many frames really decode is for `conform` to find out. Timeline media are
probed in a child process, because a damaged or hostile file can crash FFmpeg.

    for found in probe_files([Path("A001.mov"), Path("still.png")]):
        print(found.path, found.rate if isinstance(found, MediaInfo) else found.reason)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from pickup._av import FULL_RANGE, STILL_EXTENSIONS, VideoFile, open_video, quarter_turns
from pickup._child import ChildDied, Limits, Report, call
from pickup.errors import MediaError, TimingError
from pickup.timing import FrameRate, exact_rate

_SAMPLED_PACKETS = 250
_REORDERED = 16
"""Frames that H.264 and HEVC may hold back for B-frames."""
_VFR_RATIO = Fraction(3, 2)
_MICROSECONDS = 1_000_000
_FIRST_FILE_S = 20.0
_EACH_FILE_S = 5.0
_MEMORY_MB = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorTags:
    """Codes of ITU-T H.273 as the file declares them; 2 means unspecified."""

    primaries: int
    transfer: int
    matrix: int
    full_range: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """One movie or still.

    Attributes:
        path: As it was asked for.
        size: Stored width and height, before `rotation` and before square pixels.
        rotation: Degrees counterclockwise, in quarters, that set the picture upright.
        pixel_aspect: Width of a pixel by its height.
        rate: None for a still, and for a file whose frames keep no known rate.
        is_vfr: Frame durations differ by more than a half (first 250 frames).
        seconds: Declared length of the picture; None for a still and where the file does not say.
        timecode: Of the first frame, as the file spells it.
        channels: Of all its sound together; zero without sound, as is `sample_rate`.
    """

    path: str
    codec: str
    pixel_format: str
    size: tuple[int, int]
    rotation: int
    pixel_aspect: Fraction
    rate: FrameRate | None
    is_vfr: bool
    seconds: Fraction | None
    timecode: str | None
    reel: str | None
    color: ColorTags
    is_still: bool
    channels: int
    sample_rate: int

    @property
    def has_audio(self) -> bool:
        """Whether sound comes with it."""
        return self.channels > 0

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height as it is shown, in square pixels."""
        width, height = round(self.size[0] * self.pixel_aspect), self.size[1]
        return (height, width) if self.rotation % 180 else (width, height)

    @property
    def frames(self) -> int | None:
        """Declared length in frames; a file that is cut off declares more than it holds."""
        if self.rate is None or self.seconds is None:
            return None
        return round(self.rate.frames(self.seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A file that could not be probed, and why."""

    path: str
    reason: str
    next_step: str


def probe_files(paths: Sequence[Path]) -> tuple[MediaInfo | Unusable, ...]:
    """Probes files in a child process, in order; one that crashes FFmpeg costs only itself."""
    names = tuple(str(path) for path in paths)
    if not names:
        return ()
    try:
        return _probe_in_child(names)
    except ChildDied:
        return tuple(_probe_alone(name) for name in names)


def _probe_alone(name: str) -> MediaInfo | Unusable:
    try:
        return _probe_in_child((name,))[0]
    except ChildDied as died:
        reason = f"{Path(name).name} could not be opened: FFmpeg {died.reason}"
        return Unusable(path=name, reason=reason, next_step="export the file again")


def _probe_in_child(names: tuple[str, ...]) -> tuple[MediaInfo | Unusable, ...]:
    limits = Limits(seconds=_FIRST_FILE_S + _EACH_FILE_S * len(names), memory_mb=_MEMORY_MB)
    found = call("pickup.media.probe:survey", names, limits=limits)
    if not isinstance(found, tuple) or len(found) != len(names):
        raise ChildDied("gave no answer", log="")
    return found


def survey(names: tuple[str, ...], report: Report) -> tuple[MediaInfo | Unusable, ...]:
    """The child's side of `probe_files`."""
    found: list[MediaInfo | Unusable] = []
    for number, name in enumerate(names, start=1):
        try:
            found.append(probe(Path(name)))
        except MediaError as error:
            found.append(Unusable(path=name, reason=error.message, next_step=error.next_step))
        report(number / len(names))
    return tuple(found)


def probe(path: Path) -> MediaInfo:
    """Probes one file in this process; use `probe_files` for files that Pickup has not made.

    Raises:
        MediaError: No local regular file, no video, other content than the extension says, or damaged.
    """
    is_still = path.suffix.lower() in STILL_EXTENSIONS
    rate, is_vfr = (None, False) if is_still else frame_rate(path)
    with open_video(path) as video:
        first = next(video.pictures(), None)
        if first is None:
            raise MediaError(
                f"{path.name} holds no picture", where=str(path), next_step="fetch or export the file again"
            )
        frame, stream = first.frame, video.stream
        sounds = video.container.streams.audio
        return MediaInfo(
            path=str(path),
            codec=stream.codec_context.name,
            pixel_format=frame.format.name,
            size=(frame.width, frame.height),
            rotation=quarter_turns(frame) * 90,
            pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
            rate=rate,
            is_vfr=is_vfr,
            seconds=None if is_still else declared_seconds(video),
            timecode=metadata(video, "timecode"),
            reel=metadata(video, "reel_name"),
            color=ColorTags(
                primaries=frame.color_primaries,
                transfer=frame.color_trc,
                matrix=frame.colorspace,
                full_range=frame.color_range == FULL_RANGE,
            ),
            is_still=is_still,
            channels=sum(sound.channels for sound in sounds),
            sample_rate=sounds[0].sample_rate if sounds else 0,
        )


def frame_rate(path: Path) -> tuple[FrameRate | None, bool]:
    """The rate that a movie's frames keep, and whether they are shown for unequal times.

    Equal distances between frames are believed first, then the container's average, then FFmpeg's guess. The file is
    opened on its own for it, because not every container can be rewound by seeking (MPEG-TS, FFmpeg 8.1).

    Raises:
        MediaError: As `probe`.
    """
    with open_video(path) as video:
        stamps = sorted(video.time_stamps(limit=_SAMPLED_PACKETS))
        stream, time_base = video.stream, video.time_base
        if len(stamps) >= _SAMPLED_PACKETS or len(stamps) < stream.frames:
            stamps = stamps[:-_REORDERED]  # frames shown before these may lie behind the last packet that was read
        declared = [stream.average_rate, stream.guessed_rate, stream.base_rate]
    distances = {later - earlier for earlier, later in pairwise(stamps) if later > earlier}
    if distances and max(distances) > min(distances) * _VFR_RATIO:
        return None, True
    measured = 1 / (distances.pop() * time_base) if len(distances) == 1 else None
    for candidate in filter(None, [measured, *declared]):
        try:
            return FrameRate(fps=exact_rate(str(candidate))), False
        except TimingError:
            continue
    return None, False


def declared_seconds(video: VideoFile) -> Fraction | None:
    """Length of the picture as the file declares it."""
    if video.stream.duration:
        return video.stream.duration * video.time_base
    if video.container.duration:
        return Fraction(video.container.duration, _MICROSECONDS)
    return None


def metadata(video: VideoFile, key: str) -> str | None:
    """A value from the picture track, the timecode track or the file, in this order."""
    holders = [video.stream.metadata, *(s.metadata for s in video.container.streams.data), video.container.metadata]
    return next((holder[key] for holder in holders if holder.get(key)), None)
