"""Making the takes of a plan: boundary frames from the cut, requests to the runner, and what became of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pickup.errors import Finding, PickupError, warning
from pickup.fill.prepare import Prepared, Shot, codec_of
from pickup.holes import Neighbour
from pickup.jobs.advance import Bench, TakeRequest
from pickup.jobs.ledger import Ledger
from pickup.jobs.outcomes import RunResult
from pickup.jobs.owners import this_run
from pickup.jobs.runner import run
from pickup.library.store import TakeOrder
from pickup.match import joints_of
from pickup.media.conform import Conformer
from pickup.media.frames import frame_at_async
from pickup.offers import Quote, Wish
from pickup.plan import Pickup
from pickup.ports import BurnIn, Delivery, Generation, ProgressReport, Provider
from pickup.shots import ShotSpec
from pickup.takes import take_name
from pickup.timing import FrameRate

_FRAMES_AT_ONCE = 2
_HOURS_IN_A_DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """PNGs of the frames that a take joins, and what could not be had."""

    before: bytes | None = None
    after: bytes | None = None
    findings: tuple[Finding, ...] = ()


def make_takes(
    prepared: Prepared, *, ledger: Ledger, report: ProgressReport, stop: Callable[[], bool]
) -> tuple[RunResult, list[Finding]]:
    """Brings every take of the plan home; takes that are there already cost nothing.

    Returns:
        What became of each take, and what has to be said about boundary frames.

    Raises:
        Stopped: `stop` said so; every job is resumable.
    """
    pickups = prepared.plan.pickups
    boundaries = asyncio.run(_all_boundaries(pickups))
    providers = {shot.spec.code: shot.provider for shot in prepared.shots}
    requests: list[TakeRequest] = []
    for pickup, frames in zip(pickups, boundaries, strict=True):
        provider = providers[pickup.spec.code]
        quote = _quote_again(pickup, frames, provider=provider)
        requests += [
            _take_request(pickup, quote, number, frames=frames, prepared=prepared, provider=provider)
            for number in pickup.takes
        ]
    library = prepared.library
    store = library.store(
        orders={shot.spec.code: _order(shot) for shot in prepared.shots},
        previs={(shot.offer.provider, shot.offer.model) for shot in prepared.shots if shot.offer.previs},
    )
    bench = Bench(
        library=library.id,
        ledger=ledger,
        store=store,
        conform=Conformer(),
        owner=str(this_run(pid=os.getpid())),
    )
    result = run(requests, bench=bench, report=report, stop=stop)
    return result, [finding for frames in boundaries for finding in frames.findings]


def _order(shot: Shot) -> TakeOrder:
    first, last = shot.spec.holes[0], shot.spec.holes[-1]
    return TakeOrder(
        wish=shot.spec.wish,
        shift=min(shot.shifts.values()),
        before=joints_of(first)[0],
        after=joints_of(last)[1],
    )


async def _all_boundaries(pickups: Sequence[Pickup]) -> list[Boundaries]:
    gate = asyncio.Semaphore(_FRAMES_AT_ONCE)

    async def gated(pickup: Pickup) -> Boundaries:
        async with gate:
            return await _boundaries(pickup)

    return list(await asyncio.gather(*(gated(pickup) for pickup in pickups)))


async def _boundaries(pickup: Pickup) -> Boundaries:
    spec, quote = pickup.spec, pickup.quote
    found: list[bytes | None] = []
    said: list[Finding] = []
    for neighbour, wanted in ((spec.before, quote.uses_before), (spec.after, quote.uses_after)):
        picture, finding = await _boundary(neighbour, spec=spec) if wanted and neighbour else (None, None)
        found.append(picture)
        said += [finding] if finding else []
    return Boundaries(before=found[0], after=found[1], findings=tuple(said))


async def _boundary(neighbour: Neighbour, *, spec: ShotSpec) -> tuple[bytes | None, Finding | None]:
    if neighbour.path is None:
        return None, None
    try:
        picture = await frame_at_async(
            Path(neighbour.path),
            source_seconds=neighbour.at,
            media_start=neighbour.media_start,
            size=spec.delivery.size,
        )
    except PickupError as error:
        message = f"the frame of “{neighbour.name}” cannot be had, so the take is not matched to it: {error.message}"
        return None, warning("NEIGHBOUR_UNREADABLE", message, where=f"{spec.code} {spec.holes[0].timecode}")
    return picture, None


def _quote_again(pickup: Pickup, frames: Boundaries, *, provider: Provider) -> Quote:
    """The quote as it is when a frame that was counted on cannot be had."""
    quote, spec = pickup.quote, pickup.spec
    lacking = (quote.uses_before and frames.before is None) or (quote.uses_after and frames.after is None)
    if not lacking:
        return quote
    wish = Wish(
        cover_frames=spec.covers.length,
        handles=spec.handles,
        rate=spec.delivery.rate,
        size=spec.delivery.size,
        prompt=spec.words,
        briefed=spec.briefed,
        look=None,
        before=frames.before is not None,
        after=frames.after is not None,
    )
    return provider.quote(wish, model=pickup.offer.model)


def _take_request(
    pickup: Pickup, quote: Quote, number: int, *, frames: Boundaries, prepared: Prepared, provider: Provider
) -> TakeRequest:
    spec, cut = pickup.spec, prepared.survey.cut
    first_frame = cut.start_frame + spec.covers.start - quote.head
    burn_in = BurnIn(shot=spec.code, brief=spec.brief, start_frame=first_frame, drop_frame=cut.drop_frame)
    request = Generation(
        shot=spec.code,
        take=number,
        prompt=spec.words if pickup.offer.previs else spec.prompt,
        negative=spec.negative,
        seed=spec.seed,
        model=pickup.offer.model,
        frames=quote.frames,
        rate=spec.delivery.rate,
        size=spec.delivery.size,
        look=quote.look,
        head=quote.head,
        tail=quote.tail,
        style=spec.style_words,
        time_of_day=spec.time_of_day,
        boundary_in=frames.before if quote.uses_before else None,
        boundary_out=frames.after if quote.uses_after else None,
        burn_in=burn_in if pickup.offer.previs and prepared.burn_in else None,
    )
    delivery = Delivery(
        frames=quote.frames,
        rate=spec.delivery.rate,
        size=spec.delivery.size,
        codec=codec_of(spec, offer=pickup.offer),
        reel=take_name(prepared.library.tag, shot=spec.code, take=number),
        start_frame=_timecode_start(first_frame, rate=spec.delivery.rate) if spec.delivery.record_timecode else 0,
        drop_frame=cut.drop_frame,
        fit=spec.delivery.fit,
    )
    return TakeRequest(
        request=request,
        delivery=delivery,
        provider=provider,
        quoted=quote.price,
        cut=prepared.cut_name,
        refresh=spec.code in prepared.refreshed,
    )


def _timecode_start(frame: int, *, rate: FrameRate) -> int:
    """A frame number that timecode can show: a head handle before midnight counts from the day before."""
    day = int(Fraction(_HOURS_IN_A_DAY * 3600) * rate.nominal)
    return frame if frame >= 0 else frame + day
