"""The values of this package: a claim, a sighting, and the identity that was found."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum

from pickup.errors import Finding
from pickup.holes import Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """How a shot looked in a cut when it was last filled; what a later export is compared with.

    Attributes:
        cut: Name of the cut's folder in the library.
        hole: Id of the hole in that export.
        words: The brief, or the placeholder's name where an editor chose it; normalized, may be empty.
        before: Media and cut frame of the neighbour before the hole, as one comparable text; may be empty.
        after: Likewise after it.
        before_from: Source time at which that media begins, a fraction of seconds; programs differ in whether they
            count from there or from zero. Likewise `after_from`.
        start: First record frame of the hole, counted from the first frame of the cut.
        end: Record frame after its last.
        rate: The cut's rate as a fraction, `24/1`.
        track: Name of the hole's track.
        wish: Digest of the spec the circled take was made for.
        shift: Frame of the shot at which its covered range begins here; 0 as it was first made, 5 where five frames
            were trimmed from its head since.
        lead: Frames of a transition that it covered before the hole; None where that was not noted.
        stand_in: It was no hole: its take stands in for an item. It is never taken for a hole, nor a hole for it.
    """

    shot: str
    cut: str
    hole: str
    words: str
    before: str
    after: str
    start: int
    end: int
    rate: str
    track: str
    wish: str
    before_from: str = ""
    after_from: str = ""
    shift: int = 0
    lead: int | None = None
    stand_in: bool = False

    @property
    def length(self) -> int:
        """Frames of the hole."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A hole with what could name its shot.

    Attributes:
        code: A shot code that stands in its brief or its name.
        filled: Shot whose take stands there by our metadata or its file name, though it is a hole again.
        words: As in `Sighting`.
    """

    hole: Hole
    words: str
    code: str | None = None
    filled: str | None = None

    @property
    def lead(self) -> int:
        """Frames of a transition that a take covers before the hole."""
        return self.hole.record.start - self.hole.covers.start


class Confidence(StrEnum):
    """How sure it is that a hole is a shot; what is low is always told."""

    CERTAIN = "certain"
    HIGH = "high"
    FAIR = "fair"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The shot of one hole.

    Attributes:
        shot: None for a new shot.
        by: What it was recognized by, in words; empty for a new shot.
        group: Holes of one group are one shot: equal codes, or uses of one compound clip that are alike.
        shift: Frame of the shot at which the range begins that a take must cover; as in `Sighting`.
        signs: Everything that speaks for it or against it, in words.
        asked: Shots that it may be, where nothing tells which; a person has to say.
    """

    hole: Hole
    shot: str | None
    by: str
    group: Hashable
    confidence: Confidence = Confidence.NONE
    shift: int = 0
    signs: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """Identities in the order of the claims, and what has to be said about them."""

    identities: tuple[Identity, ...]
    findings: tuple[Finding, ...]
