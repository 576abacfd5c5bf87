"""One original, or the clips of a long take in order, as one stream of progressive frames at one constant rate.

    footage = Footage([Path("original.mp4"), Path("original_2.mp4")], shown_at=FrameRate.parse("24"))
    for source in footage.frames():
        source.picture

Interlaced files are deinterlaced. Files that keep no rate can be read by time, at the rate of the cut. It opens one
file after another and holds one frame. Which of its frames a take shows is for `pickup.media.mapping`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.video.format import VideoFormat

from pickup._av import Picture, VideoFile, open_video
from pickup.errors import MediaError, counted
from pickup.media.deinterlace import progressive
from pickup.media.probe import MediaInfo, declared_seconds, probe
from pickup.timing import FrameRate

_QUARTER = 90


class NoConstantRate(Exception):
    """The frames of a file are shown for unequal times, or at a rate that nobody uses.

    Attributes:
        error: What is told where nothing is done about it.
    """

    def __init__(self, error: MediaError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipShape:
    """What making a file's pictures fit must know of the file; it outlives the open file."""

    path: Path
    time_base: Fraction
    pixel_aspect: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFrame:
    """One frame of the stream, the file that it is from, and how many frames of the stream come before it."""

    clip: ClipShape
    picture: Picture
    number: int


class Footage:
    """The frames of all files; each after the first begins with the last frame of the one before, which is left out.

    Args:
        paths: In order.
        shown_at: The rate of the cut.
        by_time: Whatever rate the files have: at each moment that the cut shows a frame, the frame that they show.

    Attributes:
        rate: Which all of them keep, or that of the cut.
        policies: Names of what was done to the frames: `vfr`, `deinterlace`.
        has_sound: One of the files does.

    Raises:
        NoConstantRate: They are not read by time, and one of them keeps no rate.
        MediaError: There is no file; one is no video; or their rates or sizes differ.
    """

    def __init__(self, paths: Sequence[Path], *, shown_at: FrameRate, by_time: bool = False) -> None:
        if not paths:
            raise MediaError("there is no original to conform", next_step="run the command again")
        self.paths = tuple(paths)
        self.policies: set[str] = {"vfr"} if by_time else set()
        self.has_sound, rate = _common(self.paths, by_time=by_time)
        self.rate = rate or shown_at
        self._by_time = by_time
        self._held = 0
        self._cut_off = ""

    def frames(self) -> Generator[SourceFrame, None, None]:
        """Every frame, from the beginning.

        Raises:
            NoConstantRate: The times turn out to keep no constant rate.
            MediaError: A damaged frame.
        """
        self._held, self._cut_off = 0, ""
        for place, path in enumerate(self.paths):
            with open_video(path) as video:
                number, source = -1, None
                clip = _shape_of(video)
                pictures = self._by_the_clock(video) if self._by_time else self._on_the_grid(video)
                for number, picture in enumerate(pictures):
                    if place and not number:
                        continue
                    self._held += 1
                    if source is None or source.picture is not picture:  # one that is held stays one frame
                        source = SourceFrame(clip=clip, picture=picture, number=self._held - 1)
                    yield source
                self._note_end(video, held=number + 1)

    @property
    def frame_bytes(self) -> int:
        """How many one of its frames takes in memory."""
        info = probe(self.paths[0])
        width, height = info.size
        return width * height * VideoFormat(info.pixel_format, width, height).padded_bits_per_pixel // 8

    def counted(self) -> tuple[int, ...]:
        """How many frames each file has, counted by decoding them.

        Raises:
            NoConstantRate: As `frames`, and `MediaError` likewise.
        """
        counts = []
        for path in self.paths:
            with open_video(path) as video:
                pictures = self._by_the_clock(video) if self._by_time else self._on_the_grid(video)
                counts.append(sum(1 for _ in pictures))
        return tuple(counts)

    @property
    def told(self) -> str:
        """How much it turned out to hold, in words; asked after the last frame."""
        names = " and ".join(path.name for path in self.paths)
        together = "holds {}" if len(self.paths) == 1 else "hold {} together"
        return f"{names} {together.format(counted(self._held, 'frame'))}{self._cut_off}"

    def _whole(self, video: VideoFile) -> Iterator[Picture]:
        """The pictures of a file, progressive and undamaged."""
        for number, picture in enumerate(progressive(video, policies=self.policies)):
            if picture.is_corrupt:
                raise _error(video.path, f"is damaged: frame {number} could not be decoded whole", "fetch it again")
            yield picture

    def _on_the_grid(self, video: VideoFile) -> Iterator[Picture]:
        """The pictures, each held against the rate."""
        first: Fraction | None = None
        for number, picture in enumerate(self._whole(video)):
            first = picture.seconds if first is None else first
            if abs((picture.seconds - first) * self.rate.fps - number) >= Fraction(1, 2):
                when = f"frame {number} is shown at {float(picture.seconds):.3f} s"
                what = f"does not keep its rate of {self.rate}: {when}"
                raise NoConstantRate(_error(video.path, what, "convert it to a constant rate"))
            yield picture

    def _by_the_clock(self, video: VideoFile) -> Iterator[Picture]:
        """At each moment of the rate the last picture whose time has come, as a player shows it.

        The last one is shown as long as the file says, else as long as the one before it was.
        """
        number, first, last, gap = 0, Fraction(0), None, self.rate.seconds(1)
        for picture in self._whole(video):
            if last is None:
                first = picture.seconds
            else:
                gap = picture.seconds - last.seconds
                while self.rate.seconds(number) + first < picture.seconds:
                    yield last
                    number += 1
            last = picture
        if last is None:
            return
        declared = declared_seconds(video)
        ends = last.seconds + gap if declared is None else max(declared, last.seconds + video.time_base)
        while self.rate.seconds(number) + first < ends:
            yield last
            number += 1

    def _note_end(self, video: VideoFile, *, held: int) -> None:
        declared = video.stream.frames
        if declared > held and not self._by_time:
            alone = len(self.paths) == 1
            which = f"it declares {declared}" if alone else f"{video.path.name} declares {declared} and holds {held}"
            self._cut_off = f", although {which}"


def _shape_of(video: VideoFile) -> ClipShape:
    aspect = video.stream.sample_aspect_ratio or Fraction(1)
    return ClipShape(path=video.path, time_base=video.time_base, pixel_aspect=aspect)


def _common(paths: Sequence[Path], *, by_time: bool) -> tuple[bool, FrameRate | None]:
    """Whether any file has sound, and the rate of all; no rate where they are read by time."""
    first, *others = [probe(path) for path in paths]
    rate = None if by_time else _constant_rate(first)
    for path, other in zip(paths[1:], others, strict=True):
        if not by_time and _constant_rate(other) != rate:
            what = f"is at {other.rate}, and {paths[0].name} at {rate}; clips of one take must have one rate"
            raise _error(path, what, "generate the take again")
        if _shape(other) != _shape(first):
            what = f"is {_shape(other)}, and {paths[0].name} {_shape(first)}; clips of one take must have one size"
            raise _error(path, what, "generate the take again")
    return any(each.channels for each in (first, *others)), rate


def _constant_rate(info: MediaInfo) -> FrameRate:
    if info.rate is None:
        if info.is_still:
            raise _error(Path(info.path), "is a still, not a movie", "fetch or generate it again")
        what = "shows its frames for unequal times" if info.is_vfr else "has a frame rate that nobody uses"
        error = _error(Path(info.path), f"{what}, so it cannot be conformed frame for frame", "generate it again")
        raise NoConstantRate(error)
    return info.rate


def _shape(info: MediaInfo) -> str:
    """Upright size in words, with the shape of a pixel that is not square."""
    width, height = info.size if info.rotation % (2 * _QUARTER) == 0 else info.size[::-1]
    pixels = "" if info.pixel_aspect == 1 else f" with pixels of {info.pixel_aspect}"
    return f"{width}x{height}{pixels}"


def _error(path: Path, what: str, next_step: str) -> MediaError:
    return MediaError(f"{path.name} {what}", where=str(path), next_step=next_step)
