"""Turns pickups into what the job runner is asked for: requests for clips, and what the conformed takes must be.

orders = Orders(prepared=prepared, allowances=())
requests = orders.requests_for(prepared.plan.pickups)
orders.findings, orders.held
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from pickup.errors import Finding
from pickup.fill.boundaries import Boundaries, all_boundaries, without_frames
from pickup.fill.prepare import codec_of
from pickup.fill.prepared import Prepared
from pickup.fill.routes import Route
from pickup.jobs.bench import Part, TakeRequest
from pickup.jobs.gates import Allowance, Gate
from pickup.media.looks import Look
from pickup.offers import Quote
from pickup.offers.rates import frames_needed
from pickup.plan import Pickup
from pickup.ports import (
    FRAME_AFTER,
    FRAME_BEFORE,
    BurnIn,
    Delivery,
    Generation,
    Origin,
    OriginReference,
    Sounding,
)
from pickup.takes import take_name
from pickup.timing import FrameRate

_HOURS_IN_A_DAY = 24
_SEEDS = 1 << 31
_UNKNOWN_TIME = datetime.fromtimestamp(0, UTC)


@dataclass(slots=True, kw_only=True)
class Orders:
    """Turns pickups into requests; what has to be said about them is collected."""

    prepared: Prepared
    allowances: tuple[Allowance, ...]
    look: Look | None = None
    findings: list[Finding] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)

    def requests_for(self, pickups: Sequence[Pickup]) -> list[TakeRequest]:
        """One request for each take, with the frames that it is made from."""
        requests: list[TakeRequest] = []
        for pickup, frames in zip(pickups, asyncio.run(all_boundaries(pickups, look=self.look)), strict=True):
            self.findings += frames.findings
            route = self.prepared.routes[pickup.offer.provider, pickup.offer.model]
            quote = _quote_again(pickup, frames, route=route)
            if quote.price > pickup.quote.price:
                why = f"without the frame that cannot be had it costs {quote.price} USD; plan it again"
                self.held.append((pickup.spec.code, why))
                continue
            requests += [self._request(pickup, quote, number, frames=frames, route=route) for number in pickup.takes]
        return requests

    def _request(self, pickup: Pickup, quote: Quote, number: int, *, frames: Boundaries, route: Route) -> TakeRequest:
        prepared, spec, offer = self.prepared, pickup.spec, pickup.offer
        frames = without_frames(frames, uses_before=quote.uses_before, uses_after=quote.uses_after)
        first, *later = _clips(pickup, quote, number, frames=frames, prepared=prepared)
        delivery = _delivery(pickup, quote, number, prepared=prepared)
        origin = _origin(first.request, later, pickup=pickup)
        return TakeRequest(
            request=first.request,
            quoted=first.quoted,
            later=tuple(later),
            delivery=replace(delivery, beside=frames.beside, origin=origin, draft=_is_draft(pickup, prepared=prepared)),
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


def _quote_again(pickup: Pickup, frames: Boundaries, *, route: Route) -> Quote:
    """The quote as it is when a frame that was counted on cannot be had."""
    quote = pickup.quote
    lacking = (quote.uses_before and frames.before is None) or (quote.uses_after and frames.after is None)
    if not lacking:
        return quote
    wish = replace(pickup.wish, look=None, before=frames.before is not None, after=frames.after is not None)
    return route.candidate.quote(wish)


def _clips(pickup: Pickup, quote: Quote, number: int, *, frames: Boundaries, prepared: Prepared) -> tuple[Part, ...]:
    """The clips of one take in order; all but the first still lack the frame that they begin on.

    A clip that is shown backwards begins on the frame after the hole.
    """
    whole = _generation(pickup, quote, number, prepared=prepared)
    before = frames.before if quote.uses_before else None
    after = frames.after if quote.uses_after else None
    begins_on, ends_on = (after, before) if pickup.wish.is_backward else (before, after)
    if not quote.clips:
        return (Part(request=replace(whole, boundary_in=begins_on, boundary_out=ends_on), quoted=quote.price),)
    last = len(quote.clips)
    return tuple(
        Part(
            request=replace(
                whole,
                frames=clip.frames,
                rate=clip.rate,
                seconds=clip.seconds,
                part=part,
                boundary_in=begins_on if part == 1 else None,
                boundary_out=ends_on if part == last else None,
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
        frames=frames_needed(
            quote.frames,
            made_at=spec.delivery.rate,
            shown_at=spec.delivery.rate,
            placeholder_speed=pickup.wish.placeholder_speed,
        ),
        rate=spec.delivery.rate,
        size=quote.size or spec.delivery.size,
        look=quote.look,
        head=quote.head,
        tail=quote.tail,
        style=spec.style_words,
        time_of_day=spec.time_of_day,
        burn_in=burn_in if offer.previs and prepared.burn_in else None,
        references=prepared.reading.sets.sent(replace(pickup, quote=quote).references),
    )


def _seed_of(seed: int, *, take: int) -> int:
    """Another seed for each take: a model that keeps to its seed would make the same clip again."""
    return (seed + take - 1) % _SEEDS


def _delivery(pickup: Pickup, quote: Quote, number: int, *, prepared: Prepared) -> Delivery:
    spec, cut, wanted = pickup.spec, prepared.survey.cut, pickup.spec.delivery
    first_frame = cut.start_frame + spec.covers.start - quote.head
    spread = sum(clip.frames for clip in quote.clips) - (len(quote.clips) - 1)
    leads_on = quote.uses_before if pickup.wish.is_backward else quote.uses_after
    return Delivery(
        frames=quote.frames,
        rate=wanted.rate,
        size=wanted.size,
        codec=codec_of(spec, offer=pickup.offer),
        reel=take_name(prepared.library.tag, shot=spec.code, take=number),
        start_frame=_timecode_start(first_frame, rate=wanted.rate) if wanted.record_timecode else 0,
        drop_frame=cut.drop_frame,
        fit=wanted.fit,
        spread=spread if quote.speed != 1 else None,
        to_the_end=leads_on and bool(quote.clips),
        rate_policy=quote.rate_policy if quote.clips else pickup.wish.rate_policy,
        placeholder_speed=pickup.wish.placeholder_speed,
        placeholder_ramp=pickup.wish.placeholder_ramp,
        head=quote.head,
        tail=quote.tail,
        color_strength=wanted.color_strength,
        sound=Sounding(channels=wanted.channels, loudness=wanted.loudness) if wanted.keeps_sound else None,
        previs=pickup.offer.previs,
        proxy=wanted.proxies,
    )


def _is_draft(pickup: Pickup, *, prepared: Prepared) -> bool:
    """Whether it is seen only afterwards which take is shown; the only take of a shot is shown whatever it is like."""
    others = any(shot.takes for shot in prepared.shots if shot.spec.code == pickup.spec.code)
    return pickup.spec.delivery.drafts and (others or pickup.takes != (1,))


def _origin(request: Generation, later: Sequence[Part], *, pickup: Pickup) -> Origin:
    """What the take is made from, as far as it is known beforehand; conforming adds what it did, and when.

    It travels with the take's files, so it names releases and says nothing of where they lie.
    """
    offer, last = pickup.offer, later[-1].request if later else request
    releases = {each.name: ", ".join(Path(path).name for path in each.releases) for each in pickup.spec.references}
    names = (FRAME_AFTER, FRAME_BEFORE) if pickup.wish.is_backward else (FRAME_BEFORE, FRAME_AFTER)
    boundaries = zip(names, (request.boundary_in, last.boundary_out), strict=True)
    frames = [
        OriginReference(name=name, sha256=hashlib.sha256(picture).hexdigest())
        for name, picture in boundaries
        if picture is not None
    ]
    pictures = [
        OriginReference(name=each.name, sha256=each.sha256, release=releases.get(each.name, ""))
        for each in request.references
    ]
    return Origin(
        shot=request.shot,
        take=request.take,
        provider=offer.provider,
        model=offer.model,
        prompt=request.prompt,
        negative=request.negative,
        seed=request.seed,
        previs=offer.previs,
        by_hand=offer.by_hand,
        references=(*frames, *pictures),
        created=_UNKNOWN_TIME,
    )


def _timecode_start(frame: int, *, rate: FrameRate) -> int:
    """A frame number that timecode can show: a head handle before midnight counts from the day before."""
    day = int(Fraction(_HOURS_IN_A_DAY * 3600) * rate.nominal)
    return frame if frame >= 0 else frame + day
