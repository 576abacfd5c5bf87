"""What a hole and a shot seen earlier have in common: words, the neighbour on each side, place and length.

Frames are compared as whole frames of the cut's rate, because programs write the same source time with other
digits. Source times count from the media's timecode in one program and from zero in another; equal in either is equal.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache

from pickup.cut import MediaKind
from pickup.errors import counted
from pickup.holes import Hole, Neighbour
from pickup.match.model import Claim, Sighting
from pickup.timing import FrameRate, half_up

_NEAR_S = 5
"""A neighbour that was cut so many seconds away is another part of its media: an interview is beside many holes."""


def comparable_words(text: str) -> str:
    """Words as they are compared: without case and with single spaces."""
    return " ".join(text.casefold().split())


def joints_of(hole: Hole) -> tuple[str, str]:
    """Media and cut frame of both neighbours as a sighting keeps them; empty where they say nothing.

    They are those at the edits, dissolves or not: a program that drops a dissolve must not change them. A slug or a
    title beside a hole may be beside any other hole as well.
    """
    before, after = hole.record.start - hole.covers.start, hole.record.end - hole.covers.end
    return _joint(hole.before, frames=before, rate=hole.record.rate), _joint(
        hole.after, frames=after, rate=hole.record.rate
    )


def _joint(neighbour: Neighbour | None, *, frames: int, rate: FrameRate) -> str:
    """The neighbour so many record frames from where it touches what a take must cover."""
    if neighbour is None or neighbour.kind is MediaKind.GENERATOR:
        return ""
    at = neighbour.at + rate.seconds(frames) * neighbour.speed
    return f"{(neighbour.media or neighbour.name).casefold()}@{at}"


class Relation(IntEnum):
    """How the neighbour of now compares with the one of then; more is stronger."""

    OTHER = 0
    ABSENT = 1
    RENAMED = 2
    RECUT = 3
    SAME = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """A neighbour at the edge of a hole.

    Attributes:
        media: Comparable name of its media.
        times: Source times of the frame at the edge, exact seconds: as stated, and from the first frame of its media.
    """

    media: str
    times: tuple[Fraction, Fraction]

    def frames(self, rate: FrameRate) -> tuple[int, int]:
        """`times` in whole frames of the cut."""
        stated, counted_from_first = self.times
        return half_up(rate.frames(stated)), half_up(rate.frames(counted_from_first))

    def is_on(self, other: Joint, *, rate: FrameRate, parts: int = 1) -> bool:
        """Whether both are the same frame, however it is counted.

        Args:
            other: Of the same media.
            rate: Of the cut.
            parts: Into how many parts each frame of the media is to be told: a clip at half speed shows each twice.
        """
        fine = FrameRate(fps=rate.fps * parts)
        return not set(self.frames(fine)).isdisjoint(other.frames(fine))

    def moved_from(self, other: Joint, *, rate: FrameRate, speed: Fraction) -> int:
        """Record frames by which this is later than the other, for a clip that plays at `speed`."""
        steps = (mine - theirs for mine, theirs in zip(self.times, other.times, strict=True))
        return half_up(rate.frames(min(steps, key=abs)) / speed)


@lru_cache(maxsize=65536)
def read_joint(text: str, media_start: str) -> Joint | None:
    """A joint from a sighting's texts; None for an empty one.

    >>> read_joint("a.mov@7/2", "3").times
    (Fraction(7, 2), Fraction(1, 2))
    """
    media, _, at = text.rpartition("@")
    if not media:
        return None
    stated = Fraction(at)
    return Joint(media=comparable_name(media), times=(stated, stated - Fraction(media_start or 0)))


def comparable_name(name: str) -> str:
    """A media name as it is compared: without case, in one Unicode form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def joints_of_claim(claim: Claim) -> tuple[Joint | None, Joint | None]:
    """Both neighbours of a hole."""
    before, after = joints_of(claim.hole)
    first, last = claim.hole.before, claim.hole.after
    return (
        read_joint(before, str(first.media_start) if first else ""),
        read_joint(after, str(last.media_start) if last else ""),
    )


def joints_of_sighting(sighting: Sighting) -> tuple[Joint | None, Joint | None]:
    """Both neighbours of a shot when it was seen last."""
    return read_joint(sighting.before, sighting.before_from), read_joint(sighting.after, sighting.after_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for one hole being one shot.

    Attributes:
        words: 1 where the words are equal, -1 where both have words and others, else 0.
        before: How the neighbour before compares; likewise `after`.
        before_moved: Record frames by which the neighbour before ends later in its media than it did, at its speed.
        after_moved: Likewise, by which the neighbour after begins later.
        elsewhere: A neighbour of then is still in the cut, beside something else.
        same_range: It stands at the record frames where the shot stood.
        same_rate: The cut has the rate that it had.
        longer: Frames by which the hole is longer than the shot was.
    """

    words: int
    before: Relation
    after: Relation
    before_moved: int
    after_moved: int
    elsewhere: bool
    same_range: bool
    same_rate: bool
    same_track: bool
    longer: int

    @property
    def sides(self) -> tuple[int, int]:
        """Both relations, the stronger one first."""
        low, high = sorted((self.before, self.after))
        return high, low

    @property
    def strength(self) -> tuple[int, ...]:
        """For choosing among several: compared item by item."""
        moved = abs(self.before_moved) + abs(self.after_moved)
        return (*self.weight, self.same_range, -moved, self.same_track)

    @property
    def weight(self) -> tuple[int, ...]:
        """The part of `strength` that a move of the hole does not touch."""
        high, low = self.sides
        return (self.words, high, low, self.longer == 0)

    @property
    def is_place_alone(self) -> bool:
        """Whether both sides speak against it, and only the record frames for it."""
        return self.sides[0] <= Relation.ABSENT and Relation.OTHER in self.sides

    @property
    def is_one_side_alone(self) -> bool:
        """Whether one neighbour is all that speaks for it, and its length speaks against it."""
        return self.words <= 0 and self.sides[1] == Relation.OTHER and self.longer != 0

    @property
    def only_side(self) -> str:
        """Which neighbour alone is on its frame; empty where both are, or none."""
        before, after = self.before is Relation.SAME, self.after is Relation.SAME
        return "" if before is after else "before" if before else "after"

    def told(self) -> tuple[str, ...]:
        """The evidence in words."""
        spoken = {1: "the same words", -1: "other words"}.get(self.words)
        sides = (
            _told("before", self.before, self.before_moved, "ends"),
            _told("after", self.after, self.after_moved, "begins"),
        )
        place = "at the same place" if self.same_range else "at another place"
        size = "as long as before"
        if not self.same_rate:
            size = "in a cut of another frame rate"
        elif self.longer:
            size = f"{counted(abs(self.longer), 'frame')} {'longer' if self.longer > 0 else 'shorter'}"
        return tuple(each for each in (spoken, *sides, place, size) if each)


def _told(side: str, relation: Relation, moved: int, verb: str) -> str:
    match relation:
        case Relation.SAME:
            return f"the same shot {side}, on the same frame"
        case Relation.RECUT:
            when = "later" if moved > 0 else "earlier"
            return f"the same shot {side}, which {verb} {counted(abs(moved), 'frame')} {when}"
        case Relation.RENAMED:
            return f"the shot {side} has another name and the same frame"
        case Relation.ABSENT:
            return f"nothing {side}, as before"
        case Relation.OTHER:
            return f"another shot {side}"


def weigh(claim: Claim, sighting: Sighting, *, present: Collection[str]) -> Evidence:
    """Compares one hole with one shot.

    Args:
        claim: The hole.
        sighting: The shot.
        present: Comparable names of all media that the cut shows now.
    """
    record = claim.hole.record
    rate, same_rate = record.rate, str(record.rate) == sighting.rate
    now, then = joints_of_claim(claim), joints_of_sighting(sighting)
    beside = (claim.hole.before, claim.hole.after)
    speeds = [each.speed or Fraction(1) if each is not None else Fraction(1) for each in beside]
    before, after = (
        _relation(mine, theirs, rate=rate, speed=speed, present=present)
        for mine, theirs, speed in zip(now, then, speeds, strict=True)
    )
    moved = [
        mine.moved_from(theirs, rate=rate, speed=speed) if mine and theirs and mine.media == theirs.media else 0
        for mine, theirs, speed in zip(now, then, speeds, strict=True)
    ]
    lost = (theirs for theirs, side in zip(then, (before, after), strict=True) if side is Relation.OTHER)
    both = bool(claim.words and sighting.words)
    return Evidence(
        words=0 if not both else 1 if claim.words == sighting.words else -1,
        before=before,
        after=after,
        before_moved=moved[0],
        after_moved=moved[1],
        elsewhere=any(theirs is not None and theirs.media in present for theirs in lost),
        same_range=same_rate and (record.start, record.end) == (sighting.start, sighting.end),
        same_rate=same_rate,
        same_track=claim.hole.track == sighting.track,
        longer=record.length - sighting.length if same_rate else 0,
    )


def _relation(
    now: Joint | None, then: Joint | None, *, rate: FrameRate, speed: Fraction, present: Collection[str]
) -> Relation:
    if now is None or then is None:
        return Relation.ABSENT if now is then else Relation.OTHER
    if now.media == then.media:
        if now.is_on(then, rate=rate, parts=math.ceil(1 / abs(speed))):
            return Relation.SAME
        moved = now.moved_from(then, rate=rate, speed=speed)
        return Relation.RECUT if abs(moved) <= rate.frames(_NEAR_S) else Relation.OTHER
    renamed = now.times[0] == then.times[0] and then.media not in present
    return Relation.RENAMED if renamed else Relation.OTHER
