"""Where a shot goes when a provider has failed without being paid: to the next fallback that its plan showed.

pickups, findings = fall_back(pickups, result, routes=routes, left=Decimal("3.00"))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from pickup.errors import Finding, ProviderError, warning
from pickup.fill.routes import Route
from pickup.jobs.outcomes import Outcome, RunResult
from pickup.plan import Alternative, Manner, MaySend, Pickup, pictures_kept, wish_of
from pickup.ports import Billing


def fall_back(
    pickups: Sequence[Pickup], result: RunResult, *, routes: Mapping[tuple[str, str], Route], left: Decimal
) -> tuple[list[Pickup], list[Finding]]:
    """Pickups for what failed unpaid and has another fallback, and what is said about it.

    Args:
        pickups: What was tried.
        result: What became of it.
        routes: By provider and model.
        left: USD that the plan left of the budget; what failed unpaid is added to it.
    """
    again: list[Pickup] = []
    said: list[Finding] = []
    for pickup in pickups:
        failed = [each for each in result.failed if each.shot == pickup.spec.code]
        following = [each for each in pickup.instead if each.is_fallback and each.price is not None]
        if not following or not failed or not all(_is_unpaid(each, pickup) for each in failed):
            continue
        where = f"{pickup.spec.code} {pickup.spec.holes[0].timecode}"
        takes = tuple(each.take for each in failed)
        left += pickup.quote.price * len(takes)
        for each in following:
            try:
                moved = _moved(pickup, each, takes=takes, routes=routes)
            except ProviderError as error:
                said.append(warning("FALLBACK_FAILED", f"{each.route}: {error.message}", where=where))
                continue
            if moved.price > left:
                message = f"{each.route} would cost {moved.price} USD, and {left} USD of the budget are left"
                said.append(warning("FALLBACK_FAILED", message, where=where))
                continue
            left -= moved.price
            again.append(moved)
            message = f"{pickup.offer.provider} failed ({failed[0].message}); it is made by {each.route}"
            said.append(warning("FALLBACK", message, where=where))
            said += [warning(code, words, where=where) for code, words in _concerns(pickup, moved)]
            break
    return again, said


def _is_unpaid(outcome: Outcome, pickup: Pickup) -> bool:
    """Whether nothing was paid for a take: neither for the clip that failed, nor for those before it."""
    job = outcome.job
    if job is None or job.billing is not Billing.NOT_BILLED:
        return False
    return not any(clip.price for clip in pickup.quote.clips[: job.order.part - 1])


def _concerns(pickup: Pickup, moved: Pickup) -> Iterator[tuple[str, str]]:
    """What has to be said of the new route that the plan has not said."""
    if (pickup.quote.uses_before or pickup.quote.uses_after) and not moved.wish.before and not moved.wish.after:
        kept = f"no frame of your footage goes to {moved.offer.host}, so the take is not matched to the cut"
        yield "FRAMES_NOT_SENT", f"{kept}; --send-frames sends them"
    if pickup.quote.references and not moved.wish.references:
        yield "FRAMES_NOT_SENT", pictures_kept(pickup.spec, moved.offer)
    yield from moved.quote.concerns


def _moved(
    pickup: Pickup, following: Alternative, *, takes: tuple[int, ...], routes: Mapping[tuple[str, str], Route]
) -> Pickup:
    """The same shot on another route."""
    provider, _, model = following.route.partition(":")
    route = routes[provider, model]
    asked = pickup.wish
    manner = Manner(conditioning=asked.conditioning, retime=asked.retime, handles_required=asked.handles_required)
    may_send = route.may_send is MaySend.YES  # a yes to one provider is none to another
    wish = wish_of(pickup.spec, offer=route.offer, manner=manner, with_frames=may_send)
    quote = route.candidate.quote(wish)
    rest = pickup.instead[pickup.instead.index(following) + 1 :]
    return replace(
        pickup,
        offer=route.offer,
        quote=quote,
        wish=wish,
        takes=takes,
        price=quote.price * len(takes),
        instead=rest,
        asks=False,
    )
