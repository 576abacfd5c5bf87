"""Whether a take can be shown in a hole, frame for frame, and what it lacks where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pickup.errors import counted
from pickup.holes import Hole
from pickup.shots import ShotSpec
from pickup.takes import Take


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Frames that a hole wants and a take does not have."""

    head: int
    tail: int

    @property
    def frames(self) -> int:
        """On both sides."""
        return self.head + self.tail


def lacking(take: Take, hole: Hole, *, shift: int) -> Lacking:
    """What a take of the cut's own rate lacks for a hole.

    Args:
        take: The take.
        hole: The hole.
        shift: Frame of the shot at which the range begins that must be covered.
    """
    first = take.offset_at(shift)
    return Lacking(head=max(-first, 0), tail=max(first + hole.covers.length - take.frames, 0))


def misfit(take: Take, spec: ShotSpec, *, shifts: Mapping[str, int]) -> str:
    """Why a take cannot be shown frame for frame in all holes of its shot, or nothing."""
    if take.rate != spec.delivery.rate:
        return f"its take was made at {take.rate}; --refresh {spec.code} makes one at {spec.delivery.rate}"
    worst = max(
        (lacking(take, hole, shift=shifts.get(hole.id, 0)) for hole in spec.holes), key=lambda each: each.frames
    )
    if worst.frames:
        where = " at its head" if not worst.tail else " at its tail" if not worst.head else ""
        short = f"{counted(worst.frames, 'frame')} too short"
        return f"its take is {short}{where} for the hole now; --refresh {spec.code} makes a longer one"
    return ""


def is_trimmed(take: Take, spec: ShotSpec, *, shifts: Mapping[str, int]) -> bool:
    """Whether a take shows other frames than those that it was made to show."""
    return any((shifts.get(hole.id, 0), hole.covers.length) != (take.shift, take.cover_frames) for hole in spec.holes)
