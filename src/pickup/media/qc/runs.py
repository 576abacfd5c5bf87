"""Stretches of equal frames in a list of marks, and numbers around a frame. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np


def runs(marks: Sequence[bool], *, start: int = 0) -> list[tuple[int, int]]:
    """First frame and end (exclusive) of every unbroken run of true marks; `start` is the first mark's number."""
    found, place = [], start
    for mark, group in groupby(marks):
        length = sum(1 for _ in group)
        if mark:
            found.append((place, place + length))
        place += length
    return found


def around(values: Sequence[float], *, place: int, reach: int = 4, alone: float = 0.0) -> float:
    """Median of the values up to `reach` before and after one of them, without it; `alone` where there are none."""
    beside = [*values[max(0, place - reach) : place], *values[place + 1 : place + 1 + reach]]
    return float(np.median(beside)) if beside else alone
