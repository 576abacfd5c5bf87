"""Sound played faster or slower.

Below a fifth of a percent, as between 24 and 23.976, it is resampled: every sample is where it belongs, and the pitch
moves by less than the 5 cents that a trained ear hears. Beyond, the pitch is kept: pieces of 40 ms are laid over each
other, each at most 8 ms from where it belongs, so that they continue each other (WSOLA). FFmpeg's `atempo` does the
same with pieces that may lie 20 ms off (measured, 8.1), half a frame.

    for block in played(blocks, speed=Fraction(25, 24), channels=2):
        …
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pickup._av import Block, resampled, silence
from pickup.timing import half_up

SLOWEST, FASTEST = Fraction(1, 2), Fraction(2)
"""What is still recognized as the same sound."""

_RESAMPLED = Fraction(1, 500)
_HOP = 960
_REACH = 384
"""Samples at 48 kHz by which a piece may lie off: one period of 62 Hz both ways together."""
_CENTERING = 0.02
"""What the last of them costs in likeness: of two places that are equally good the one in the middle is taken."""
_TINY = 1e-9


def speed_policy(speed: Fraction) -> str:
    """The name of a change of speed in the sidecar; empty for none."""
    if speed == 1:
        return ""
    return f"{'varispeed' if _is_small(speed) else 'tempo'} {speed.numerator}/{speed.denominator}"


def played(blocks: Iterable[Block], *, speed: Fraction, channels: int) -> Iterator[Block]:
    """Sound of 48 kHz at another speed, at least as long as what there is.

    Args:
        blocks: What is played.
        speed: Seconds of it in one second of what comes out, `SLOWEST` to `FASTEST`.
        channels: Of both.
    """
    if _is_small(speed):
        return resampled(blocks, ratio=1 / speed)
    return _stretched(blocks, speed=speed, channels=channels)


def _is_small(speed: Fraction) -> bool:
    return abs(speed - 1) <= _RESAMPLED


def _stretched(blocks: Iterable[Block], *, speed: Fraction, channels: int) -> Iterator[Block]:
    rise = (0.5 - 0.5 * np.cos(np.pi * np.arange(_HOP) / _HOP)).astype(np.float32)[:, np.newaxis]
    fall = 1 - rise
    source = _Window(blocks, channels=channels)
    before = source.piece(0, _HOP)  # the second half of the piece that was laid down last
    number, follows = 0, _HOP
    while not source.is_over(follows - _REACH):
        number += 1
        target = half_up(number * _HOP * speed) - _HOP
        start = target + _offset(source, before, target)
        piece = source.piece(start, 2 * _HOP)
        yield before * fall + piece[:_HOP] * rise
        before, follows = piece[_HOP:], start + _HOP
        source.forget(start - _HOP)
    yield before * fall


def _offset(source: _Window, before: Block, target: int) -> int:
    """How far from `target` a piece lies that goes on as `before` does."""
    wanted = _one_channel(before)
    around = _one_channel(source.piece(target - _REACH, _HOP + 2 * _REACH))
    energy = np.concatenate(([0.0], np.cumsum(around.astype(np.float64) ** 2)))
    energies = energy[_HOP:] - energy[:-_HOP]
    power = float(np.dot(wanted, wanted))
    if power < _TINY:
        return 0
    likeness = np.correlate(around, wanted, mode="valid") / np.sqrt(energies * power + _TINY)
    off_center = np.arange(-_REACH, _REACH + 1) / _REACH
    return int(np.argmax(likeness - _CENTERING * off_center**2)) - _REACH


def _one_channel(block: Block) -> NDArray[np.float32]:
    """A mix for finding likeness; each channel weighs another, so that opposite ones do not cancel."""
    weights = (1 / (1 + np.arange(block.shape[1]) / 2)).astype(np.float32)
    return np.asarray(block @ weights, dtype=np.float32)


class _Window:
    """Random access to the part of a stream that is under way; silence before and after it."""

    def __init__(self, blocks: Iterable[Block], *, channels: int) -> None:
        self._blocks = iter(blocks)
        self._channels = channels
        self._held = silence(0, channels=channels)
        self._first = 0
        self._has_ended = False

    def piece(self, start: int, length: int) -> Block:
        self._read_to(start + length)
        piece = silence(length, channels=self._channels)
        low, high = max(start, self._first), min(start + length, self._first + len(self._held))
        if low < high:
            piece[low - start : high - start] = self._held[low - self._first : high - self._first]
        return piece

    def is_over(self, place: int) -> bool:
        self._read_to(place + 1)
        return self._has_ended and self._first + len(self._held) <= place

    def forget(self, before: int) -> None:
        gone = min(before - _HOP - _REACH - self._first, len(self._held))
        if gone >= _HOP * 8:
            self._held, self._first = self._held[gone:], self._first + gone

    def _read_to(self, end: int) -> None:
        read = [self._held]
        held = self._first + len(self._held)
        while held < end and not self._has_ended:
            block = next(self._blocks, None)
            if block is None:
                self._has_ended = True
            else:
                read.append(block)
                held += len(block)
        if len(read) > 1:
            self._held = np.concatenate(read)
