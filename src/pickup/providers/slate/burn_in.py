"""What a previs take says about itself in the picture: PREVIS, shot, brief, record timecode, frame counter.

All of it stands inside the title-safe area, at any shape from 9:16 to 21:9. What stands still is drawn once; a frame
costs two bands and a few digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pickup.ports import BurnIn
from pickup.providers.slate.camera import Size
from pickup.providers.slate.lettering import (
    REGULAR,
    SEMIBOLD,
    SMALLEST_PX,
    Block,
    Counter,
    Coverage,
    drawn,
    fitted,
    font,
    shadow_of,
    writable,
)
from pickup.providers.slate.palette import RGB
from pickup.providers.slate.textures import Picture, added, inverse, three, times
from pickup.timing import FrameRate, timecode

_AMBER: RGB = (255, 190, 64)
_INK: RGB = (18, 18, 20)
_PAPER: RGB = (246, 246, 244)
_SCRIM = 0.62
_SAFE = 0.05


def safe_margin(size: Size) -> tuple[int, int]:
    """Width and height of the margin outside the title-safe area, in pixels."""
    return max(4, round(size[0] * _SAFE)), max(3, round(size[1] * _SAFE))


def small_px(size: Size) -> int:
    """Letter size of the burn-in."""
    return max(SMALLEST_PX, round(min(size) * 0.028))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Band:
    """Rows of the frame in which something is written: the picture is multiplied, then light is added."""

    top: int
    bottom: int
    keeps: Picture
    adds: Picture

    def over(self, picture: Picture) -> None:
        part = picture[self.top : self.bottom]
        part[:] = added(times(part, self.keeps), self.adds)


class Marking:
    """The burn-in of one take."""

    def __init__(
        self, burn_in: BurnIn, *, size: Size, frames: int, rate: FrameRate, look: str, shows_brief: bool
    ) -> None:
        """Draws what stands still.

        Args:
            burn_in: What to say; `start_frame` is the timecode of frame 0.
            size: Of the frames, in pixels.
            frames: Length of the take, for the counter.
            rate: For the timecode.
            look: Named beside the counter.
            shows_brief: False where the picture itself shows the words.
        """
        self._burn_in, self._rate, self._frames = burn_in, rate, frames
        self._size = size
        self._margin = safe_margin(size)
        self._px = small_px(size)
        self._counter = Counter(face=SEMIBOLD, size_px=self._px)
        self._digits = max(3, len(str(frames)))
        white, chip = self._top_row()
        label = look.upper()
        white = np.maximum(white, self._bottom_row(burn_in.brief if shows_brief else "", label=label))
        self._bands = self._banded(white, chip)

    def over(self, picture: Picture, *, index: int) -> Picture:
        """Marks frame `index`, in place, and gives it back."""
        for band in self._bands:
            band.over(picture)
        tc = timecode(self._burn_in.start_frame + index, rate=self._rate, drop_frame=self._burn_in.drop_frame)
        self._write(picture, tc, right=self._size[0] - self._margin[0], top=self._margin[1])
        count = self._count(index + 1)
        self._write(picture, count, right=self._size[0] - self._margin[0], top=self._last_line())
        return picture

    def _count(self, number: int) -> str:
        return f"{number:0{self._digits}d}/{self._frames:0{self._digits}d}"

    def _last_line(self) -> int:
        return self._size[1] - self._margin[1] - self._counter.height

    def _write(self, picture: Picture, text: str, *, right: int, top: int) -> None:
        ink = self._counter.written(text)
        left = max(0, right - ink.shape[1])
        part = picture[top : top + ink.shape[0], left:right]
        ink = three(np.ascontiguousarray(ink[: part.shape[0], : part.shape[1]]))
        part[:] = added(times(part, inverse(ink)), times(np.full_like(part, _PAPER), ink))

    def _top_row(self) -> tuple[Coverage, NDArray[np.uint8]]:
        """White letters of the shot code, and the amber chip: coverage of its plate and of its letters."""
        width, height = self._size
        left, top = self._margin
        pad = max(2, round(self._px * 0.42))
        word = Block(lines=("PREVIS",), face=SEMIBOLD, size_px=self._px)
        chip_width = round(font(SEMIBOLD, self._px).getlength("PREVIS")) + 2 * pad
        plate = np.zeros((height, width), np.uint8)
        plate[max(0, top - pad // 2) : top + word.line_px + pad // 2, left : left + chip_width] = 255
        chip = np.dstack([plate, drawn(word, size=self._size, at=(left + pad, top))])
        tc_width = self._counter.width(timecode(0, rate=self._rate))
        room = width - 2 * left - chip_width - tc_width - 4 * pad
        code = writable(self._burn_in.shot).text
        beside = font(SEMIBOLD, self._px).getlength(code) <= room
        at = (left + chip_width + 2 * pad, top) if beside else (left, top + word.line_px + pad)
        box = (room if beside else width - 2 * left, word.line_px)
        shot = fitted(code, face=SEMIBOLD, box=box, largest_px=self._px, smallest_px=self._px)
        return drawn(shot, size=self._size, at=at), chip

    def _bottom_row(self, brief: str, *, label: str) -> Coverage:
        """The brief, at the left on at most three lines, and the look's name before the counter."""
        width, height = self._size
        left, bottom = self._margin[0], height - self._margin[1]
        right = width - left - self._counter.width(self._count(0))
        name = Block(lines=(label,), face=REGULAR, size_px=self._px)
        name_width = round(font(REGULAR, self._px).getlength(label)) + self._px
        plane = drawn(name, size=self._size, at=(right - name_width + self._px // 3, bottom - self._counter.height))
        text = brief_text(brief)
        if not text:
            return plane
        largest = round(self._px * 1.25)
        room = right - name_width - left - self._px
        lines_px = round(largest * 1.26 * 2.6)
        lift = 0
        if room < 14 * self._px:  # a narrow frame: the brief goes above the counter, over the whole width
            room, lift = width - 2 * left, self._counter.height + self._px // 2
        block = fitted(text, face=REGULAR, box=(room, lines_px), largest_px=largest, smallest_px=self._px)
        top = bottom - lift - block.height
        return np.maximum(plane, drawn(block, size=self._size, at=(left, top)))

    def _banded(self, white: Coverage, chip: NDArray[np.uint8]) -> tuple[_Band, ...]:
        """The upper and the lower band: a soft scrim, shadows, letters and the chip."""
        height = self._size[1]
        shadow = shadow_of(white, reach_px=self._px * 0.22).astype(np.float32) / 255
        cover = white.astype(np.float32) / 255
        plate, letters = chip[..., 0].astype(np.float32) / 255, chip[..., 1].astype(np.float32) / 255
        used = np.flatnonzero(white.any(axis=1) | (chip[..., 0] > 0).any(axis=1))
        upper = used[used < height // 2]
        lower = used[used >= height // 2]
        soft = self._px * 3
        first_end = min(height // 2, int(upper.max()) + soft if upper.size else 0)
        last_start = max(first_end, int(lower.min()) - soft if lower.size else height)
        bands = []
        for top, bottom, upward in ((0, first_end, True), (last_start, height, False)):
            if bottom <= top:
                continue
            rows = np.s_[top:bottom]
            fall = np.linspace(1, 0, bottom - top, dtype=np.float32)[:, None]
            scrim = _SCRIM * (fall if upward else fall[::-1]) ** 1.2
            keeps = (1 - scrim) * (1 - 0.55 * shadow[rows]) * (1 - cover[rows]) * (1 - plate[rows])
            light = cover[rows][:, :, None] * np.array(_PAPER, np.float32)
            face = np.array(_AMBER, np.float32) + letters[rows][:, :, None] * (np.array(_INK, np.float32) - _AMBER)
            light = light * (1 - plate[rows])[:, :, None] + plate[rows][:, :, None] * face
            bands.append(
                _Band(top=top, bottom=bottom, keeps=three((keeps * 255).astype(np.uint8)), adds=light.astype(np.uint8))
            )
        return tuple(bands)


def brief_text(brief: str) -> str:
    """A brief as it can be set; one in another script is described by its code points instead of empty boxes."""
    setting = writable(brief)
    if not setting.missing or any(char.isalnum() for char in setting.text):
        return setting.text
    points = " ".join(f"U+{ord(char):04X}" for char in setting.missing[:4])
    more = " …" if len(setting.missing) > 4 else ""  # noqa: PLR2004 - four are enough to recognize a script
    return f"The brief is in letters that this typeface lacks ({points}{more}); it stands in the plan."
