"""One route for one shot: what is wished of it, its quote, and what an editor should know before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from pickup.errors import ProviderError, ProviderRefused, ProviderRetired
from pickup.offers import Mode, Offer, Quote, Wish
from pickup.offers.rates import RatePolicy
from pickup.plan.model import Alternative, Candidate, Manner, MaySend
from pickup.shots import Retimed, ShotSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A candidate with its quote, or with the reason why it has none."""

    candidate: Candidate
    wish: Wish
    quote: Quote | None = None
    error: ProviderError | None = None

    def alternative(self, hold: Callable[[Offer], str]) -> Alternative:
        """What is shown of it beside the chosen one; a fallback that would wait for a person is none."""
        route, is_fallback = self.candidate.name, self.candidate.is_fallback
        if self.quote is None:
            note = "" if self.error is None else self.error.message
            return Alternative(route=route, price=None, note=note, is_fallback=is_fallback)
        if is_fallback and (why := hold(self.candidate.offer)):
            return Alternative(route=route, price=None, note=why, is_fallback=True)
        return Alternative(route=route, price=self.quote.price, note=self.quote.note, is_fallback=is_fallback)


def weigh(candidate: Candidate, spec: ShotSpec, *, manner: Manner, today: date) -> Weighed:
    """What a route would do for a shot, or why it does nothing."""
    offer = candidate.offer
    wish = wish_of(spec, offer=offer, manner=manner, with_frames=candidate.may_send is not MaySend.NO)
    try:
        if offer.is_retired(today):
            raise _retirement(offer)
        if offer.prompt_chars is not None and len(spec.prompt) > offer.prompt_chars:
            raise ProviderRefused(
                f"the prompt has {len(spec.prompt)} letters, and {offer.model} takes {offer.prompt_chars}",
                next_step="shorten the brief",
            )
        if spec.trouble and not offer.previs:
            raise ProviderRefused(spec.trouble)
        quote = candidate.quote(wish)
    except ProviderError as error:
        return Weighed(candidate=candidate, wish=wish, error=error)
    return Weighed(
        candidate=candidate, wish=wish, quote=replace(quote, concerns=(*quote.concerns, *_concerns(candidate, spec)))
    )


def _retirement(offer: Offer) -> ProviderRetired:
    """That a route has ended, since when, and what to use now."""
    instead = "; ".join(offer.instead) or "another provider: pickup providers lists them"
    return ProviderRetired(
        f"{offer.model} ended on {offer.retired} at {offer.host or offer.provider}",
        where=f"provider {offer.provider}",
        next_step=f"use {instead}",
    )


def _concerns(candidate: Candidate, spec: ShotSpec) -> Iterator[tuple[str, str]]:
    offer = candidate.offer
    has_frames = spec.before is not None or spec.after is not None
    takes_frames = bool(offer.modes - {Mode.TEXT})
    if candidate.may_send is MaySend.NO and has_frames and takes_frames:
        kept = f"no frame of your footage goes to {offer.host}, so the take is not matched to the cut"
        yield "FRAMES_NOT_SENT", f"{kept}; --send-frames sends them"
    if candidate.may_send is MaySend.NO and spec.references and (offer.references or offer.takes_references):
        yield "FRAMES_NOT_SENT", pictures_kept(spec, offer)
    if spec.negative and not offer.negative:
        yield "NEGATIVE_NOT_SENT", f"{offer.model} takes no words for what is not wanted; they are left out"


def pictures_kept(spec: ShotSpec, offer: Offer) -> str:
    """That the pictures of a shot's reference sets stay here, and what sends them."""
    names = " and ".join(each.name for each in spec.references)
    return f"no reference picture of {names} goes to {offer.host}; --send-frames sends them"


def wish_of(spec: ShotSpec, *, offer: Offer, manner: Manner, with_frames: bool) -> Wish:
    """What is asked of one route.

    A card or plate is drawn for the cut as it is, whatever the speed of the placeholder. A freeze that began on the
    frame before would hold that one, and so would a ramp that begins with a hold.
    """
    retimed = Retimed() if offer.previs else spec.retimed
    begins, ends = retimed.joins
    return Wish(
        cover_frames=spec.covers.length,
        handles=spec.handles if retimed.has_handles else 0,
        rate=spec.delivery.rate,
        size=spec.delivery.size,
        prompt=spec.words,
        briefed=spec.briefed,
        look=spec.look,
        before=with_frames and begins and spec.before is not None,
        after=with_frames and ends and spec.after is not None,
        conditioning=manner.conditioning,
        handles_required=manner.handles_required,
        retime=manner.retime,
        rate_policy=RatePolicy(spec.delivery.rate_policy),
        placeholder_speed=retimed.speed,
        placeholder_ramp=retimed.ramp,
        references=sum(len(each.pictures) for each in spec.references) if with_frames else 0,
    )
