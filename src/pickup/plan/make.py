"""Makes a plan: every shot on the cheapest route that serves it, and what is held back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from pickup.errors import ProviderRetired
from pickup.offers import Offer, Quote
from pickup.plan.model import EXTENSION, Alternative, Held, Manner, MaySend, Pickup, Plan, ShotRequest
from pickup.plan.weigh import Weighed, weigh
from pickup.shots import ShotSpec, lint_prompt

_NOTHING = Decimal(0)


def make_plan(
    requests: Iterable[ShotRequest],
    *,
    estimate: Callable[[ShotSpec, Offer, Quote], int],
    today: date,
    manner: Manner | None = None,
    budget: Decimal | None = None,
    paid_unbriefed: bool = False,
    paid_from_markers: bool = False,
) -> Plan:
    """Quotes every shot that has takes to be made, on the cheapest route that can make it.

    Args:
        requests: In record order.
        estimate: Bytes that one conformed take of a quote will have.
        today: For routes that end on a day.
        manner: How takes are made.
        budget: The smallest budget that applies, USD.
        paid_unbriefed: Whether a provider that costs money may be given a hole without a brief.
        paid_from_markers: Whether it may be given one whose only brief is a timeline marker without `PICKUP:`.

    Raises:
        ProviderRetired: The only route of a shot has ended.
    """
    manner = manner or Manner()
    pickups: list[Pickup] = []
    held: list[Held] = []
    for request in requests:
        if not request.missing:
            continue
        if request.held:
            held.append(Held(spec=request.spec, why=request.held))
            continue
        if request.extension and manner.free_first:
            why = f"it can be covered for nothing: extend {request.extension} in your editing program"
            held.append(Held(spec=request.spec, why=why, code=EXTENSION))
            continue
        weighed = [weigh(each, request.spec, manner=manner, today=today) for each in request.candidates]
        chosen = _cheapest(weighed)
        hold = partial(_hold, request.spec, unbriefed=paid_unbriefed, from_markers=paid_from_markers)
        if chosen is None:
            held.append(_none_serves(request.spec, weighed))
        elif why := hold(chosen.candidate.offer):
            held.append(Held(spec=request.spec, why=why))
        else:
            instead = tuple(each.alternative(hold) for each in weighed if each is not chosen)
            pickups.append(_pickup(request, chosen, instead=instead, estimate=estimate))
    return Plan(pickups=tuple(pickups), held=tuple(held), budget=budget)


def _cheapest(weighed: Sequence[Weighed]) -> Weighed | None:
    """The cheapest quote, of equals the first; a fallback only where nothing else serves, then the first that does."""
    quoted = [each for each in weighed if each.quote is not None and not each.candidate.is_fallback]
    if quoted:
        return min(quoted, key=lambda each: each.quote.price if each.quote is not None else Decimal(0))
    return next((each for each in weighed if each.quote is not None), None)


def _none_serves(spec: ShotSpec, weighed: Sequence[Weighed]) -> Held:
    """Why no route serves.

    Raises:
        ProviderRetired: That is why, for each of them.
    """
    errors = [each.error for each in weighed if each.error is not None]
    if errors and all(isinstance(error, ProviderRetired) for error in errors):
        raise errors[0]
    several = len(errors) > 1
    reasons = []
    for each in weighed:
        if each.error is not None:
            words = f"{each.error.message}; {each.error.next_step}" if each.error.next_step else each.error.message
            reasons.append(f"{each.candidate.name}: {words}" if several else words)
    return Held(spec=spec, why=". ".join(reasons), code=errors[0].code if errors else "")


def _hold(spec: ShotSpec, offer: Offer, *, unbriefed: bool, from_markers: bool) -> str:
    """Why a provider that costs money waits for a person, or nothing."""
    provider = offer.provider
    if offer.is_free:
        return ""
    if not spec.briefed and not unbriefed:
        return (
            f"{provider} costs money and nobody wrote what to show; add a marker note, use slate, or give --unbriefed"
        )
    if spec.from_marker and not from_markers:
        return (
            f"{provider} costs money and the brief is a timeline marker that may mean something else; "
            "begin it with PICKUP:, or give --yes"
        )
    return ""


def _pickup(
    request: ShotRequest,
    chosen: Weighed,
    *,
    instead: tuple[Alternative, ...],
    estimate: Callable[[ShotSpec, Offer, Quote], int],
) -> Pickup:
    spec, offer, quote = request.spec, chosen.candidate.offer, chosen.quote
    if quote is None:
        raise ValueError("what was chosen has no quote")
    count = len(request.missing)
    uses_frames = quote.uses_before or quote.uses_after or bool(quote.references)
    return Pickup(
        spec=spec,
        offer=offer,
        quote=quote,
        takes=request.missing,
        price=sum(
            (max(quote.price - request.begun.get(take, _NOTHING), _NOTHING) for take in request.missing), _NOTHING
        ),
        begun=sum((request.begun.get(take, _NOTHING) for take in request.missing), _NOTHING),
        bytes_expected=estimate(spec, offer, quote) * count,
        lint=lint_prompt(spec.words, briefed=spec.briefed),
        wish=chosen.wish,
        asks=uses_frames and chosen.candidate.may_send is MaySend.ASK,
        instead=instead,
        extension=request.extension if quote.price else "",
    )
