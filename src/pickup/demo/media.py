"""What media a sample wants: descriptions, from which tests and tools make the files.

The samples' media are made, not stored: each clip has one base color, and whoever makes it burns the source frame
number into each frame. Nothing is made here.

    SampleMedia(name="A001_C001.mov", frames=96, rate=Fraction(24), color=(200, 80, 60)).timecode
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from pickup.timing import FrameRate, timecode


class MediaSort(StrEnum):
    """What kind of file it is."""

    MOVIE = "movie"
    STILL = "still"
    LETTERBOX = "letterbox"
    SOUND = "sound"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMedia:
    """One file of a sample's media folder.

    Attributes:
        name: File name with extension.
        frames: Length; 1 for a still.
        color: Base color, RGB 0-255.
        size: Width and height in pixels.
        start_frame: Its own start timecode, as a frame number at its rate; 0 for none.
        sort: A movie, an opaque still, a transparent still with black bars, or silence at 48 kHz.
        absent: It is referred to but must not exist: the sample has it offline.
    """

    name: str
    frames: int
    rate: Fraction
    color: tuple[int, int, int] = (128, 128, 128)
    size: tuple[int, int] = (320, 180)
    start_frame: int = 0
    drop_frame: bool = False
    sort: MediaSort = MediaSort.MOVIE
    absent: bool = False

    @property
    def timecode(self) -> str | None:
        """Start timecode to write into the file, or None."""
        if not self.start_frame:
            return None
        return timecode(self.start_frame, rate=FrameRate(fps=self.rate), drop_frame=self.drop_frame)

    def described(self) -> dict[str, object]:
        """As JSON, for a media list beside a timeline; the rate as a fraction."""
        return {
            "name": self.name,
            "sort": self.sort.value,
            "absent": self.absent,
            "frames": self.frames,
            "rate": str(FrameRate(fps=self.rate)),
            "size": list(self.size),
            "timecode": self.timecode,
            "color": list(self.color),
        }
