"""Takes of a pickup: what was made, from what, and which one is circled. Pure values, no files.

>>> take_name("HARBOR7K2Q", shot="SH0010", take=1)
'HARBOR7K2Q_SH0010_t01'
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from pickup.errors import Finding, Severity
from pickup.holes.model import Placement
from pickup.timing import FrameRange, FrameRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One finished attempt at a pickup.

    Attributes:
        path: The conformed file, relative to the library, `/`-separated.
        frames: Frames counted by decoding the conformed file.
        head: Handle frames before the covered frames.
        tail: Handle frames after them.
        start: Source time of its first frame in exact seconds: zero, or its record timecode.
        wish: Digest of the spec it was made for; another digest today means that the take may be stale.
        shift: Frame of the shot at which the frames that it was made to show begin: 0 for the first take, 5 for one
            that was made after five frames were trimmed from the head of its hole.
        draft: It is not conformed yet: `path` is its small film, which no timeline links, and the rest is what it was
            ordered to be.
    """

    shot: str
    number: int
    path: str
    frames: int
    head: int
    tail: int
    rate: FrameRate
    size: tuple[int, int]
    provider: str
    model: str
    look: str
    previs: bool
    cost: Decimal
    wish: str
    shift: int = 0
    start: Fraction = Fraction(0)
    draft: bool = False

    @property
    def cover_frames(self) -> int:
        """Frames that the take was made to show."""
        return self.frames - self.head - self.tail

    def offset_at(self, shift: int) -> int:
        """Frames of the take before the frame of the shot that `shift` counts; negative where it begins later."""
        return self.head + shift - self.shift


def take_name(tag: str, *, shot: str, take: int) -> str:
    """File stem and reel of a take; unique for the life of the library."""
    return f"{tag}_{shot}_t{take:02d}"


class Verdict(StrEnum):
    """What quality control says of a take, the best first."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What quality control found in a take.

    Attributes:
        findings: Errors fail the take, warnings ask for a look, the rest only tells.
        measures: Named numbers, rounded, in the order in which they were taken; each name once.
    """

    findings: tuple[Finding, ...] = ()
    measures: tuple[tuple[str, float], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """As the worst finding has it."""
        severities = {finding.severity for finding in self.findings}
        if Severity.ERROR in severities:
            return Verdict.FAIL
        return Verdict.WARN if Severity.WARNING in severities else Verdict.PASS

    def measure(self, name: str) -> float | None:
        """One of the measures; None where it was not taken."""
        return dict(self.measures).get(name)

    def with_findings(
        self, findings: Iterable[Finding] = (), *, measures: Iterable[tuple[str, float]] = ()
    ) -> Inspection:
        """The same and more; a measure that is there already is replaced."""
        return replace(
            self,
            findings=(*self.findings, *findings),
            measures=tuple({**dict(self.measures), **dict(measures)}.items()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """How the color of a take was matched to its neighbours.

    Attributes:
        strength: What was applied of the full match, 0 to 1; at 0 its color is its own.
        reason: Why, in one sentence.
        before: Delta-E at the cut to the shot before, and at the one to the shot after, without the match; None where
            nothing is known of the shot.
        after: The same with the match.
    """

    strength: float
    reason: str
    before: tuple[float | None, float | None]
    after: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedTake:
    """A take as a timeline refers to it.

    Attributes:
        path: Absolute path of the conformed file on this machine.
        start: Source time of its first frame, exact seconds.
        previs: It stands for a shot and is not one.
    """

    number: int
    path: str
    frames: int
    start: Fraction
    previs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Relink:
    """A shot put into the cut: what `timelines.patch` applies to a copy of the timeline.

    Attributes:
        hole: Id of the hole in the timeline that was read.
        kind: The hole's kind, as an editor reads it.
        record: Frames of the cut that the take fills.
        offset: Frames of the take before the first one shown: head handle plus transition.
        circled: Number of the take that is shown.
        takes: Every take of the shot; all share head and tail, so `offset` serves each.
        library: Tag of the library that the takes are from; empty where it does not matter.
        lacks: Frames of the hole for which the take has none, and which are left as they are.
        only_in: Flavors of the new timeline that show it; empty for all.
    """

    shot: str
    hole: str
    kind: str
    track: str
    placement: Placement
    record: FrameRange
    offset: int
    circled: int
    takes: tuple[LinkedTake, ...]
    library: str = ""
    lacks: int = 0
    only_in: tuple[str, ...] = ()

    @property
    def shown(self) -> LinkedTake:
        """The circled take."""
        return next(take for take in self.takes if take.number == self.circled)
