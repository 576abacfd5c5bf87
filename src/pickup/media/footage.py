"""One original, or the clips of a long take in order, as one stream of frames at one constant rate.

    footage = Footage([Path("original.mp4"), Path("original_2.mp4")])
    for source in footage.frames():
        source.picture

It opens one file after another and holds one frame. Which of its frames a take shows is for `pickup.media.mapping`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pickup._av import Picture, VideoFile, open_video
from pickup.errors import MediaError, counted
from pickup.media.probe import MediaInfo, probe
from pickup.timing import FrameRate

_QUARTER = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFrame:
    """One frame of the stream, and the file that it is from, which is open until the next frame is asked for."""

    video: VideoFile
    picture: Picture


class Footage:
    """The frames of all files; each after the first begins with the last frame of the one before, which is left out.

    Attributes:
        paths: In order.
        rate: Which all of them keep.

    Raises:
        MediaError: There is no file; one is no video or keeps no rate; or their rates or sizes differ.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        if not paths:
            raise MediaError("there is no original to conform", next_step="run the command again")
        self.paths = tuple(paths)
        self.rate = _common_rate(self.paths)
        self._held = 0
        self._cut_off = ""

    def frames(self) -> Generator[SourceFrame, None, None]:
        """Every frame, from the beginning.

        Raises:
            MediaError: A damaged frame, or times that keep no constant rate.
        """
        self._held, self._cut_off = 0, ""
        for place, path in enumerate(self.paths):
            with open_video(path) as video:
                number = -1
                for number, picture in enumerate(self._checked(video)):
                    if place and not number:
                        continue
                    self._held += 1
                    yield SourceFrame(video=video, picture=picture)
                self._note_end(video, held=number + 1)

    @property
    def told(self) -> str:
        """How much it turned out to hold, in words; asked after the last frame."""
        names = " and ".join(path.name for path in self.paths)
        together = "holds {}" if len(self.paths) == 1 else "hold {} together"
        return f"{names} {together.format(counted(self._held, 'frame'))}{self._cut_off}"

    def _checked(self, video: VideoFile) -> Iterator[Picture]:
        first: Fraction | None = None
        for number, picture in enumerate(video.pictures()):
            if picture.is_corrupt:
                raise _error(video.path, f"is damaged: frame {number} could not be decoded whole", "fetch it again")
            first = picture.seconds if first is None else first
            if abs((picture.seconds - first) * self.rate.fps - number) >= Fraction(1, 2):
                when = f"frame {number} is shown at {float(picture.seconds):.3f} s"
                what = f"does not keep its rate of {self.rate}: {when}"
                raise _error(video.path, what, "convert it to a constant rate")
            yield picture

    def _note_end(self, video: VideoFile, *, held: int) -> None:
        declared = video.stream.frames
        if declared > held:
            alone = len(self.paths) == 1
            which = f"it declares {declared}" if alone else f"{video.path.name} declares {declared} and holds {held}"
            self._cut_off = f", although {which}"


def _common_rate(paths: Sequence[Path]) -> FrameRate:
    first, *others = (probe(path) for path in paths)
    rate = _constant_rate(first)
    for path, other in zip(paths[1:], others, strict=True):
        if _constant_rate(other) != rate:
            what = f"is at {other.rate}, and {paths[0].name} at {rate}; clips of one take must have one rate"
            raise _error(path, what, "generate the take again")
        if _shape(other) != _shape(first):
            what = f"is {_shape(other)}, and {paths[0].name} {_shape(first)}; clips of one take must have one size"
            raise _error(path, what, "generate the take again")
    return rate


def _constant_rate(info: MediaInfo) -> FrameRate:
    if info.rate is None:
        what = "shows its frames for unequal times" if info.is_vfr else "has a frame rate that nobody uses"
        raise _error(Path(info.path), f"{what}, so it cannot be conformed frame for frame", "generate it again")
    return info.rate


def _shape(info: MediaInfo) -> str:
    """Upright size in words, with the shape of a pixel that is not square."""
    width, height = info.size if info.rotation % (2 * _QUARTER) == 0 else info.size[::-1]
    pixels = "" if info.pixel_aspect == 1 else f" with pixels of {info.pixel_aspect}"
    return f"{width}x{height}{pixels}"


def _error(path: Path, what: str, next_step: str) -> MediaError:
    return MediaError(f"{path.name} {what}", where=str(path), next_step=next_step)
