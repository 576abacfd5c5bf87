"""The frames of the cut that a take joins: those that are sent to a provider, and those that it is matched to here.

for pickup, frames in zip(pickups, asyncio.run(all_boundaries(pickups)), strict=True):
frames.before          PNG in the provider's size, or None
frames.beside          the same frames in the take's size; they stay on this machine
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pickup.cut import Size
from pickup.errors import Finding, PickupError, warning
from pickup.holes import Neighbour
from pickup.media.frames import seen_frame_async
from pickup.media.looks import Look
from pickup.plan import Pickup
from pickup.ports import Beside
from pickup.shots import ShotSpec

_AT_ONCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """PNGs of the frames that a take joins, and what could not be had.

    Attributes:
        before: What a provider is sent, if it is; likewise `after`.
        beside: What the take is cut against, whether it is made from it or not.
    """

    before: bytes | None = field(default=None, repr=False)
    after: bytes | None = field(default=None, repr=False)
    beside: Beside = field(default_factory=Beside)
    findings: tuple[Finding, ...] = ()


async def all_boundaries(pickups: Sequence[Pickup], *, look: Look | None = None) -> list[Boundaries]:
    """The frames for each pickup, a few files at a time, as they are seen through `look`."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def gated(pickup: Pickup) -> Boundaries:
        async with gate:
            return await _boundaries(pickup, look=look)

    return list(await asyncio.gather(*(gated(pickup) for pickup in pickups)))


async def _boundaries(pickup: Pickup, *, look: Look | None) -> Boundaries:
    """What a previs take is not made from it is not held against: a slate is to match nothing."""
    spec, quote = pickup.spec, pickup.quote
    sent, seen = quote.size or spec.delivery.size, spec.delivery.size
    found: list[tuple[bytes | None, bytes | None]] = []
    said: list[Finding] = []
    for neighbour, is_sent in ((spec.before, quote.uses_before), (spec.after, quote.uses_after)):
        if neighbour is None or not (is_sent or not pickup.offer.previs):
            found.append((None, None))
            continue
        beside, finding = await _boundary(neighbour, spec=spec, size=seen, look=look)
        boundary = beside
        if is_sent and finding is None and sent != seen:
            boundary, finding = await _boundary(neighbour, spec=spec, size=sent, look=look)
        found.append((boundary if is_sent else None, beside))
        said += [finding] if finding else []
    (before, beside_before), (after, beside_after) = found
    seen_beside = Beside(before=beside_before, after=beside_after)
    return Boundaries(before=before, after=after, beside=seen_beside, findings=tuple(said))


async def _boundary(
    neighbour: Neighbour, *, spec: ShotSpec, size: Size, look: Look | None
) -> tuple[bytes | None, Finding | None]:
    if neighbour.frame is None:
        return None, None
    try:
        picture = await seen_frame_async(neighbour.frame, size=size, to_display=look.to_display if look else None)
    except PickupError as error:
        message = f"the frame of “{neighbour.name}” cannot be had, so the take is not matched to it: {error.message}"
        return None, warning("NEIGHBOUR_UNREADABLE", message, where=f"{spec.code} {spec.holes[0].timecode}")
    return picture, None


def without_frames(boundaries: Boundaries, *, uses_before: bool, uses_after: bool) -> Boundaries:
    """The same with what a take is really made from, which may be less than was planned."""
    sent = (boundaries.before if uses_before else None, boundaries.after if uses_after else None)
    made_from = (sent[0] is not None, sent[1] is not None)
    return replace(boundaries, beside=replace(boundaries.beside, made_from=made_from, sent=sent))
