"""Words in pictures: the bundled typeface, lines that fit a box, and what it cannot write.

The face is Inter (SIL Open Font License; see `fonts/OFL.txt`): Latin, Cyrillic, Greek. Characters that it lacks are
never drawn as empty boxes: `writable` takes them out and says which they were.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Coverage = NDArray[np.uint8]
"""(height, width): 255 where the letter is."""

REGULAR, SEMIBOLD = "Inter-Regular.otf", "Inter-SemiBold.otf"
_MISSING = "\U000e0fff"
_SPACING = 1.26
SMALLEST_PX = 9
"""Smaller letters cannot be read in a picture."""


@lru_cache(maxsize=64)
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """The face at a size; basic layout, so that all platforms set the same lines."""
    content = (resources.files("pickup.providers.slate") / "fonts" / name).read_bytes()
    return ImageFont.truetype(io.BytesIO(content), size_px, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writable:
    """Text as it can be written, and the characters that had to be left out, in order, each once."""

    text: str
    missing: str


def writable(text: str) -> Writable:
    """Leaves out what the face lacks; a run of it becomes an ellipsis in brackets."""
    kept: list[str] = []
    missing: dict[str, None] = {}
    for char in unicodedata.normalize("NFC", " ".join(text.split())):
        if char == " " or _has(char):
            kept.append(char)
        elif unicodedata.category(char) not in ("Cf", "Mn", "Cc"):  # invisible, or a mark on the letter before
            missing[char] = None
            if "".join(kept[-3:]) != "[…]":
                kept += "[…]"
    return Writable(text="".join(kept).strip(), missing="".join(missing))


@lru_cache(maxsize=4096)
def _has(char: str) -> bool:
    face = font(REGULAR, 24)
    return bytes(face.getmask(char)) != bytes(face.getmask(_MISSING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that fit a box; `cut` says that the text had to be shortened."""

    lines: tuple[str, ...]
    face: str
    size_px: int
    cut: bool = False

    @property
    def line_px(self) -> int:
        """Distance of two lines."""
        return max(1, round(self.size_px * _SPACING))

    @property
    def height(self) -> int:
        """Pixels of the whole block."""
        return self.line_px * len(self.lines)


def fitted(text: str, *, face: str, box: tuple[int, int], largest_px: int, smallest_px: int = SMALLEST_PX) -> Block:
    """The largest setting of `text` that fits `box` (width, height); at the smallest size it is cut (`…`)."""
    size_px = max(largest_px, smallest_px)
    while True:
        lines = _wrapped(text, face=font(face, size_px), width=box[0])
        room = max(1, int(box[1] / (size_px * _SPACING)))
        if len(lines) <= room:
            lines = _balanced(text, lines, face=font(face, size_px), width=box[0])
            return Block(lines=tuple(lines), face=face, size_px=size_px)
        if size_px <= smallest_px:
            return Block(lines=_cut(lines, room=room, face=font(face, size_px), width=box[0]), face=face,
                         size_px=size_px, cut=True)  # fmt: skip
        size_px = max(smallest_px, int(size_px * 0.93))


def _wrapped(text: str, *, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        for part in _broken(word, face=face, width=width):
            longer = f"{line} {part}".strip()
            if line and face.getlength(longer) > width:
                lines.append(line)
                line = part
            else:
                line = longer
    return [*lines, line] if line else lines


def _balanced(text: str, lines: list[str], *, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The same number of lines, about equally long: no single word on the last one."""
    while len(lines) > 1:
        width = int(width * 0.96)
        narrower = _wrapped(text, face=face, width=width)
        if len(narrower) > len(lines) or any(face.getlength(word) > width for word in text.split()):
            break
        lines = narrower
    return lines


def _broken(word: str, *, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """A word as pieces that fit the width; most words are one piece."""
    pieces = []
    while len(word) > 1 and face.getlength(word) > width:
        count = max(1, int(len(word) * width / face.getlength(word)))
        pieces.append(word[:count])
        word = word[count:]
    return [*pieces, word]


def _cut(lines: list[str], *, room: int, face: ImageFont.FreeTypeFont, width: int) -> tuple[str, ...]:
    last = lines[room - 1]
    while last and face.getlength(last + "…") > width:
        last = last[:-1]
    return (*lines[: room - 1], last.rstrip(" .,;") + "…")


def drawn(block: Block, *, size: tuple[int, int], at: tuple[int, int]) -> Coverage:
    """The block's coverage on a plane of `size` (width, height), its upper left corner at `at`."""
    plane = Image.new("L", size, 0)
    pen = ImageDraw.Draw(plane)
    face = font(block.face, block.size_px)
    for number, line in enumerate(block.lines):
        pen.text((at[0], at[1] + number * block.line_px), line, font=face, fill=255)
    return np.asarray(plane, dtype=np.uint8)


def shadow_of(coverage: Coverage, *, reach_px: float) -> Coverage:
    """A soft dark edge that keeps letters readable over any picture."""
    grown = cv2.GaussianBlur(coverage, (0, 0), max(0.6, reach_px))
    return np.asarray(np.clip(grown.astype(np.float32) * 1.5, 0, 255), dtype=np.uint8)


class Counter:
    """Writes changing digits fast: each sign is drawn once and stands in a cell of equal width."""

    SIGNS = "0123456789:;/ "

    def __init__(self, *, face: str, size_px: int) -> None:
        """Draws the signs."""
        letters = font(face, size_px)
        self.height = round(size_px * _SPACING)
        digit = max(letters.getlength(sign) for sign in "0123456789")
        narrow = max(letters.getlength(sign) for sign in ":;/")
        self._cells: dict[str, Coverage] = {}
        for sign in self.SIGNS:
            cell = round(digit if sign.isdigit() else narrow) + 1
            plane = Image.new("L", (cell, self.height), 0)
            left = (cell - letters.getlength(sign)) / 2
            ImageDraw.Draw(plane).text((left, 0), sign, font=letters, fill=255)
            self._cells[sign] = np.asarray(plane, dtype=np.uint8)

    def width(self, text: str) -> int:
        """Pixels that `text` takes; the same for all texts of one pattern."""
        return sum(self._cells[sign].shape[1] for sign in text)

    def written(self, text: str) -> Coverage:
        """Coverage of `text`, made of `SIGNS`."""
        return np.concatenate([self._cells[sign] for sign in text], axis=1)
