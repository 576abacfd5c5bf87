"""Making the takes of a plan: boundary frames from the cut, requests to the runner, and what became of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pickup.cut import Size
from pickup.errors import Finding, PickupError, warning
from pickup.fill.fallback import fall_back
from pickup.fill.prepare import Prepared, Shot, codec_of
from pickup.fill.routes import Route
from pickup.holes import Neighbour
from pickup.jobs.bench import Bench, Part, TakeRequest
from pickup.jobs.gates import Allowance, Gate
from pickup.jobs.ledger import Ledger
from pickup.jobs.outcomes import RunResult
from pickup.jobs.owners import this_run
from pickup.jobs.runner import run
from pickup.library.store import TakeOrder
from pickup.match import joints_of
from pickup.media.conform import Conformer
from pickup.media.frames import frame_at_async, last_frame_async
from pickup.offers import Quote
from pickup.plan import Pickup
from pickup.ports import BurnIn, Delivery, Generation, ProgressReport, Provider
from pickup.shots import ShotSpec
from pickup.takes import take_name
from pickup.timing import FrameRate

_FRAMES_AT_ONCE = 2
_HOURS_IN_A_DAY = 24
_SEEDS = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """PNGs of the frames that a take joins, and what could not be had."""

    before: bytes | None = None
    after: bytes | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of a plan.

    Attributes:
        findings: What has to be said about boundary frames and routes.
        held: Shots that were not made after all, with the reason.
    """

    result: RunResult
    findings: tuple[Finding, ...] = ()
    held: tuple[tuple[str, str], ...] = ()


def make_takes(
    prepared: Prepared,
    *,
    ledger: Ledger,
    report: ProgressReport,
    stop: Callable[[], bool],
    allowances: Sequence[Allowance] = (),
) -> Made:
    """Brings every take of the plan home; takes that are there already cost nothing.

    What fails without being paid is tried once more on each fallback that the plan shows.

    Raises:
        Stopped: `stop` said so; every job is resumable.
    """
    library = prepared.library
    store = library.store(
        orders={shot.spec.code: _order(shot) for shot in prepared.shots},
        previs={key for key, route in prepared.routes.items() if route.offer.previs},
    )
    bench = Bench(
        library=library.id,
        ledger=ledger,
        store=store,
        conform=Conformer(),
        owner=str(this_run(pid=os.getpid())),
        last_frame=_last_frame,
    )
    made = Made(result=RunResult(outcomes=()))
    pickups: Sequence[Pickup] = prepared.plan.pickups
    while pickups:
        orders = _Orders(prepared=prepared, allowances=tuple(allowances))
        requests = orders.requests_for(pickups)
        result = run(requests, bench=bench, report=report, stop=stop)
        pickups, said = fall_back(pickups, result, routes=prepared.routes, left=_left_of(prepared))
        again = {pickup.spec.code for pickup in pickups}
        kept = [each for each in result.outcomes if each.shot not in again]
        made = Made(
            result=RunResult(outcomes=(*made.result.outcomes, *kept)),
            findings=(*made.findings, *orders.findings, *said),
            held=(*made.held, *orders.held),
        )
    return made


async def _last_frame(path: Path, size: Size) -> bytes:
    return await last_frame_async(path, size=size)


def _left_of(prepared: Prepared) -> Decimal:
    """USD of the budget that the plan leaves."""
    return (prepared.plan.budget or Decimal(0)) - prepared.plan.total


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
        size = quote.size or spec.delivery.size
        picture, finding = await _boundary(neighbour, spec=spec, size=size) if wanted and neighbour else (None, None)
        found.append(picture)
        said += [finding] if finding else []
    return Boundaries(before=found[0], after=found[1], findings=tuple(said))


async def _boundary(neighbour: Neighbour, *, spec: ShotSpec, size: Size) -> tuple[bytes | None, Finding | None]:
    if neighbour.path is None:
        return None, None
    try:
        picture = await frame_at_async(
            Path(neighbour.path),
            source_seconds=neighbour.at,
            media_start=neighbour.media_start,
            size=size,
        )
    except PickupError as error:
        message = f"the frame of “{neighbour.name}” cannot be had, so the take is not matched to it: {error.message}"
        return None, warning("NEIGHBOUR_UNREADABLE", message, where=f"{spec.code} {spec.holes[0].timecode}")
    return picture, None


@dataclass(slots=True, kw_only=True)
class _Orders:
    """Turns pickups into requests; what has to be said about them is collected."""

    prepared: Prepared
    allowances: tuple[Allowance, ...]
    findings: list[Finding] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)

    def requests_for(self, pickups: Sequence[Pickup]) -> list[TakeRequest]:
        """One request for each take, with the frames that it is made from."""
        requests: list[TakeRequest] = []
        for pickup, frames in zip(pickups, asyncio.run(_all_boundaries(pickups)), strict=True):
            self.findings += frames.findings
            route = self.prepared.routes[pickup.offer.provider, pickup.offer.model]
            quote = _quote_again(pickup, frames, provider=route.provider)
            if quote.price > pickup.quote.price:
                why = f"without the frame that cannot be had it costs {quote.price} USD; plan it again"
                self.held.append((pickup.spec.code, why))
                continue
            requests += [self._request(pickup, quote, number, frames=frames, route=route) for number in pickup.takes]
        return requests

    def _request(self, pickup: Pickup, quote: Quote, number: int, *, frames: Boundaries, route: Route) -> TakeRequest:
        prepared, spec, offer = self.prepared, pickup.spec, pickup.offer
        first, *later = _clips(pickup, quote, number, frames=frames, prepared=prepared)
        return TakeRequest(
            request=first.request,
            quoted=first.quoted,
            later=tuple(later),
            delivery=_delivery(pickup, quote, number, prepared=prepared),
            provider=route.provider,
            cut=prepared.cut_name,
            refresh=spec.code in prepared.renewed,
            patience_s=offer.patience_s,
            poll_s=offer.poll_s,
            gate=Gate(
                provider=offer.provider,
                in_flight=offer.in_flight,
                per_minute=offer.per_minute,
                generation_s=offer.generation_s,
            ),
            allowances=self.allowances,
        )


def _quote_again(pickup: Pickup, frames: Boundaries, *, provider: Provider) -> Quote:
    """The quote as it is when a frame that was counted on cannot be had."""
    quote = pickup.quote
    lacking = (quote.uses_before and frames.before is None) or (quote.uses_after and frames.after is None)
    if not lacking:
        return quote
    wish = replace(pickup.wish, look=None, before=frames.before is not None, after=frames.after is not None)
    return provider.quote(wish, model=pickup.offer.model)


def _clips(pickup: Pickup, quote: Quote, number: int, *, frames: Boundaries, prepared: Prepared) -> tuple[Part, ...]:
    """The clips of one take in order; all but the first still lack the frame that they begin on."""
    whole = _generation(pickup, quote, number, prepared=prepared)
    before = frames.before if quote.uses_before else None
    after = frames.after if quote.uses_after else None
    if not quote.clips:
        return (Part(request=replace(whole, boundary_in=before, boundary_out=after), quoted=quote.price),)
    last = len(quote.clips)
    return tuple(
        Part(
            request=replace(
                whole,
                frames=clip.frames,
                rate=clip.rate,
                seconds=clip.seconds,
                part=part,
                boundary_in=before if part == 1 else None,
                boundary_out=after if part == last else None,
            ),
            quoted=clip.price,
        )
        for part, clip in enumerate(quote.clips, start=1)
    )


def _generation(pickup: Pickup, quote: Quote, number: int, *, prepared: Prepared) -> Generation:
    """The request for a take, as if it were one clip at the cut's rate."""
    spec, offer, cut = pickup.spec, pickup.offer, prepared.survey.cut
    first_frame = cut.start_frame + spec.covers.start - quote.head
    burn_in = BurnIn(shot=spec.code, brief=spec.brief, start_frame=first_frame, drop_frame=cut.drop_frame)
    return Generation(
        shot=spec.code,
        take=number,
        prompt=spec.words if offer.previs else spec.prompt,
        negative=spec.negative if offer.negative else "",
        seed=spec.seed if offer.previs else _seed_of(spec.seed, take=number),
        model=offer.model,
        frames=quote.frames,
        rate=spec.delivery.rate,
        size=quote.size or spec.delivery.size,
        look=quote.look,
        head=quote.head,
        tail=quote.tail,
        style=spec.style_words,
        time_of_day=spec.time_of_day,
        burn_in=burn_in if offer.previs and prepared.burn_in else None,
    )


def _seed_of(seed: int, *, take: int) -> int:
    """Another seed for each take: a model that keeps to its seed would make the same clip again."""
    return (seed + take - 1) % _SEEDS


def _delivery(pickup: Pickup, quote: Quote, number: int, *, prepared: Prepared) -> Delivery:
    spec, cut = pickup.spec, prepared.survey.cut
    first_frame = cut.start_frame + spec.covers.start - quote.head
    spread = sum(clip.frames for clip in quote.clips) - (len(quote.clips) - 1)
    return Delivery(
        frames=quote.frames,
        rate=spec.delivery.rate,
        size=spec.delivery.size,
        codec=codec_of(spec, offer=pickup.offer),
        reel=take_name(prepared.library.tag, shot=spec.code, take=number),
        start_frame=_timecode_start(first_frame, rate=spec.delivery.rate) if spec.delivery.record_timecode else 0,
        drop_frame=cut.drop_frame,
        fit=spec.delivery.fit,
        spread=spread if quote.speed != 1 else None,
        to_the_end=quote.uses_after and bool(quote.clips),
        rate_policy=quote.rate_policy if quote.clips else pickup.wish.rate_policy,
        placeholder_speed=Fraction(1) if pickup.offer.frame_exact else spec.placeholder_speed,
    )


def _timecode_start(frame: int, *, rate: FrameRate) -> int:
    """A frame number that timecode can show: a head handle before midnight counts from the day before."""
    day = int(Fraction(_HOURS_IN_A_DAY * 3600) * rate.nominal)
    return frame if frame >= 0 else frame + day
