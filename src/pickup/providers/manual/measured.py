"""What crosses the pipe between the provider and the process that looks at a clip. Plain values."""

from __future__ import annotations

from dataclasses import dataclass

from pickup.timing import FrameRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A clip to look at.

    Attributes:
        frames: Frames of the take, at `rate`.
    """

    path: str
    frames: int
    rate: FrameRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What it turned out to be.

    Attributes:
        frames: How many of its frames were decoded: all, or as many as are needed.
        needed: How many of them the take wants.
        rate: Its own.
    """

    frames: int
    needed: int
    rate: FrameRate
