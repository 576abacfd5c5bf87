"""What a take should be, and where in it something was found, in words that an editor can follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from pickup.errors import Finding, Severity
from pickup.timing import FrameRate, timecode


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a take was ordered to be.

    Attributes:
        size: Width and height in pixels.
        frames: That the file must hold.
        cover: First frame that is seen in the cut, and the one after the last; the others are handles.
        before: PNG of the frame that is seen before the take, in display color; None where it is not known.
        after: PNG of the frame that is seen after it.
        made_from: Whether the take was made to begin with `before`, and to end with `after`.
        joins: Frames with which another clip begins.
        previs: It stands for a shot and is not one: a card, a plate, a bridge.
        held: Frames that the conform repeated on purpose, such as every fifth one of 30 made from 24 per second.
        frozen: It is to hold one frame from beginning to end.
        padded: Whether the conform put borders around the picture.
        to_display: A .cube file that leads from the take's color space to display color, in which it is judged; None
            where it is in that.
    """

    rate: FrameRate
    size: tuple[int, int]
    frames: int
    cover: tuple[int, int]
    before: bytes | None = None
    after: bytes | None = None
    made_from: tuple[bool, bool] = (False, False)
    joins: tuple[int, ...] = ()
    previs: bool = False
    held: Collection[int] = ()
    frozen: bool = False
    padded: bool = False
    to_display: Path | None = None

    def whole(self, seconds: Fraction) -> int:
        """Frames that last at least as long; one at least."""
        return max(1, -int(-self.rate.frames(seconds) // 1))

    def lasts(self, frames: int, *, longer_than: Fraction) -> bool:
        """Whether so many frames take more time than that."""
        return self.rate.seconds(frames) > longer_than

    def is_seen(self, start: int, *, end: int) -> bool:
        """Whether one of the frames from `start` to before `end` is seen in the cut."""
        return start < self.cover[1] and end > self.cover[0]

    def place(self, start: int, *, end: int | None = None) -> str:
        """Where that is in the take: `00:00:01:12 (frame 36, 1.50 s)`; frames count from 0, `end` is exclusive."""
        last = start if end is None else max(start, end - 1)
        code, seconds = timecode(start, rate=self.rate), float(self.rate.seconds(start))
        if last == start:
            return f"{code} (frame {start}, {seconds:.2f} s)"
        lasting = float(self.rate.seconds(last + 1 - start))
        return f"{code} to {timecode(last, rate=self.rate)} (frames {start} through {last}, {lasting:.2f} s)"


@dataclass(slots=True, kw_only=True)
class Notes:
    """Findings and measures as they come up."""

    expected: Expected
    findings: list[Finding] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)

    def fail(self, code: str, message: str, *, where: str = "the whole take") -> None:
        """The take cannot be used."""
        self.findings.append(Finding(severity=Severity.ERROR, code=code, message=message, where=where))

    def warn(self, code: str, message: str, *, start: int, end: int | None = None) -> None:
        """Something to look at; in a handle, which is not seen in the cut, it is only told."""
        last = start + 1 if end is None else end
        seen = self.expected.is_seen(start, end=last)
        self._add(Severity.WARNING if seen else Severity.INFO, code, message, start=start, end=end)

    def tell(self, code: str, message: str, *, start: int = 0, end: int | None = None) -> None:
        """Something to know."""
        self._add(Severity.INFO, code, message, start=start, end=end)

    def measure(self, name: str, value: float, *, digits: int = 2) -> None:
        """A named number for the sidecar."""
        self.measures[name] = round(float(value), digits)

    def _add(self, severity: Severity, code: str, message: str, *, start: int, end: int | None) -> None:
        seen = self.expected.is_seen(start, end=start + 1 if end is None else end)
        said = message if seen else f"{message} (in a handle, which the cut does not show)"
        self.findings.append(
            Finding(severity=severity, code=code, message=said, where=self.expected.place(start, end=end))
        )
