"""What will be made, by whom, at what price, and what is held back: a plan, before anything is spent.

Pure: quotes come in as callables, so that planning needs no provider's code, no key and no network.

    plan = make_plan(requests, estimate=expected_bytes, today=date.today(), budget=Decimal("20.00"))
    plan.total
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import partial
from itertools import islice

from pickup.errors import BudgetError, ProviderError, ProviderRefused, ProviderRetired, counted
from pickup.offers import Conditioning, Mode, Offer, Quote, Wish
from pickup.offers.rates import OWN_SPEED, RatePolicy
from pickup.shots import LintNote, ReferencePicture, ReferenceSet, ShotSpec, lint_prompt
from pickup.shots.characters import in_turn

PILOT = "PILOT"
"""Code of what is held until a pilot was looked at."""

EXTENSION = "EXTEND_NEIGHBOURS"
"""Code of what is held because the neighbours' own media would cover it."""

_NOTHING = Decimal(0)

QuoteOf = Callable[[Wish], Quote]
"""Quotes one wish; raises a `ProviderError` when the model cannot serve it."""


class MaySend(StrEnum):
    """Whether frames of the editor's footage, and reference pictures, may be sent to a provider."""

    YES = "yes"
    ASK = "after a yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A route that a shot may be made on.

    Attributes:
        may_send: Whether the neighbours' frames and reference pictures may go there.
        is_fallback: It is taken only where no candidate before it can serve.
    """

    offer: Offer
    quote: QuoteOf
    may_send: MaySend = MaySend.YES
    is_fallback: bool = False

    @property
    def name(self) -> str:
        """As settings name it."""
        return f"{self.offer.provider}:{self.offer.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How takes are made, whatever the shot; from the settings.

    Attributes:
        free_first: What the neighbours' unused media would cover is proposed to the editor, not bought.
    """

    conditioning: Conditioning = Conditioning.AUTO
    handles_required: bool = False
    retime: Fraction = Fraction(0)
    free_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotRequest:
    """One shot with what the library has of it.

    Attributes:
        candidates: Where it may be made, in the order of the settings.
        missing: Numbers of the takes that are to be made; empty when there is nothing to do.
        held: Why nothing may be made now; empty when it may.
        extension: What of the neighbours' unused media would cover it for nothing; empty where nothing does.
        begun: Takes that were asked for already, with the USD that are spent or set aside for them.
    """

    spec: ShotSpec
    candidates: tuple[Candidate, ...]
    missing: tuple[int, ...]
    held: str = ""
    extension: str = ""
    begun: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What another route would have cost, or why it cannot serve.

    Attributes:
        route: As settings name it.
        price: USD for one take; None where it cannot serve.
        note: Length and reason.
        is_fallback: It is taken where the chosen one fails without being paid.
    """

    route: str
    price: Decimal | None
    note: str
    is_fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """One shot that will be made.

    Attributes:
        takes: Numbers of the takes to make.
        price: USD for all of them, without what is spent or set aside already.
        begun: USD that are.
        bytes_expected: On disk, for all of them.
        wish: What was quoted.
        asks: Frames and reference pictures are sent only after a yes.
        instead: The other routes that were weighed.
        extension: What of the neighbours' unused media would cover it for nothing, where it costs something.
    """

    spec: ShotSpec
    offer: Offer
    quote: Quote
    takes: tuple[int, ...]
    price: Decimal
    bytes_expected: int
    lint: tuple[LintNote, ...]
    wish: Wish
    begun: Decimal = Decimal(0)
    asks: bool = False
    instead: tuple[Alternative, ...] = ()
    extension: str = ""

    @property
    def seconds(self) -> Fraction:
        """Length of one take."""
        return self.spec.delivery.rate.seconds(self.quote.frames)

    @property
    def price_at_most(self) -> Decimal:
        """USD for all takes on the dearest route that it may fall back to."""
        fallbacks = [each.price for each in self.instead if each.is_fallback and each.price is not None]
        return max(self.quote.price, *fallbacks) * len(self.takes) if fallbacks else self.price

    @property
    def sends(self) -> tuple[str, ...]:
        """Names of the neighbours of which a frame leaves this machine."""
        if not self.offer.host:
            return ()
        used = ((self.spec.before, self.quote.uses_before), (self.spec.after, self.quote.uses_after))
        return tuple(neighbour.name for neighbour, is_used in used if is_used and neighbour is not None)

    @property
    def references(self) -> tuple[tuple[ReferenceSet, ReferencePicture], ...]:
        """The reference pictures that each of its takes is made from, in the order in which they are sent."""
        return tuple(islice(in_turn(self.spec.references), self.quote.references))

    @property
    def sends_pictures(self) -> tuple[str, ...]:
        """The reference pictures that leave this machine, each as `mara_1.png of mara`."""
        return tuple(f"{picture.file} of {each.name}" for each, picture in self.references) if self.offer.host else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A shot that is not made now, and why.

    Attributes:
        code: Code of the error that holds it, such as `PRICE_UNKNOWN`; empty where none does.
    """

    spec: ShotSpec
    why: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that one run would make."""

    pickups: tuple[Pickup, ...]
    held: tuple[Held, ...]
    budget: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """USD for all pickups."""
        return sum((pickup.price for pickup in self.pickups), start=Decimal(0))

    @property
    def at_most(self) -> Decimal:
        """USD for all pickups if each is made on the dearest route that it may fall back to."""
        return sum((pickup.price_at_most for pickup in self.pickups), start=Decimal(0))

    @property
    def bytes_expected(self) -> int:
        """Bytes on disk for all pickups."""
        return sum(pickup.bytes_expected for pickup in self.pickups)


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
        weighed = [_weigh(each, request.spec, manner=manner, today=today) for each in request.candidates]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
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


def _weigh(candidate: Candidate, spec: ShotSpec, *, manner: Manner, today: date) -> _Weighed:
    offer = candidate.offer
    wish = _wish(spec, offer=offer, manner=manner, with_frames=candidate.may_send is not MaySend.NO)
    try:
        if offer.is_retired(today):
            raise retirement(offer)
        if offer.prompt_chars is not None and len(spec.prompt) > offer.prompt_chars:
            raise ProviderRefused(
                f"the prompt has {len(spec.prompt)} letters, and {offer.model} takes {offer.prompt_chars}",
                next_step="shorten the brief",
            )
        if spec.trouble and not offer.previs:
            raise ProviderRefused(spec.trouble)
        quote = candidate.quote(wish)
    except ProviderError as error:
        return _Weighed(candidate=candidate, wish=wish, error=error)
    return _Weighed(
        candidate=candidate, wish=wish, quote=replace(quote, concerns=(*quote.concerns, *_concerns(candidate, spec)))
    )


def retirement(offer: Offer) -> ProviderRetired:
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


def _wish(spec: ShotSpec, *, offer: Offer, manner: Manner, with_frames: bool) -> Wish:
    """What is asked of one route.

    What is made to the frame is made for the cut as it is, whatever the speed of the placeholder. A freeze that began
    on the frame before would hold that one.
    """
    speed = OWN_SPEED if offer.frame_exact else spec.placeholder_speed
    joins = with_frames and speed != 0
    return Wish(
        cover_frames=spec.covers.length,
        handles=spec.handles,
        rate=spec.delivery.rate,
        size=spec.delivery.size,
        prompt=spec.words,
        briefed=spec.briefed,
        look=spec.look,
        before=joins and spec.before is not None,
        after=joins and spec.after is not None,
        conditioning=manner.conditioning,
        handles_required=manner.handles_required,
        retime=manner.retime,
        rate_policy=RatePolicy(spec.delivery.rate_policy),
        placeholder_speed=speed,
        references=sum(len(each.pictures) for each in spec.references) if with_frames else 0,
    )


def _cheapest(weighed: Sequence[_Weighed]) -> _Weighed | None:
    """The cheapest quote, of equals the first; a fallback only where nothing else serves, then the first that does."""
    quoted = [each for each in weighed if each.quote is not None and not each.candidate.is_fallback]
    if quoted:
        return min(quoted, key=lambda each: each.quote.price if each.quote is not None else Decimal(0))
    return next((each for each in weighed if each.quote is not None), None)


def _none_serves(spec: ShotSpec, weighed: Sequence[_Weighed]) -> Held:
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
    chosen: _Weighed,
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


def check_budget(plan: Plan) -> None:
    """Refuses a plan that costs more than its budget, or that costs anything without one.

    Raises:
        BudgetError: It says what would fit.
    """
    if not plan.total:
        return
    if plan.budget is None:
        raise BudgetError(
            f"the plan costs {plan.total} USD and no budget is set",
            next_step=f"give --budget {plan.total}, or set budget in pickup.toml",
        )
    if plan.total > plan.budget:
        fitting = [pickup.spec.code for pickup in fit_budget(plan).pickups]
        raise BudgetError(
            f"the plan costs {plan.total} USD, more than the budget of {plan.budget} USD",
            next_step=f"raise the budget, or use --fit to make only {', '.join(fitting) or 'nothing'}",
        )


def pilot_of(plan: Plan, *, shots: int) -> Plan:
    """The first shots of a plan, in record order; the rest waits for them to be looked at."""
    later = [
        Held(spec=pickup.spec, why=f"waits until the pilot of {counted(shots, 'shot')} was looked at", code=PILOT)
        for pickup in plan.pickups[shots:]
    ]
    return replace(plan, pickups=plan.pickups[:shots], held=(*plan.held, *later))


def fit_budget(plan: Plan) -> Plan:
    """As much of the plan as the budget pays, in record order; the rest is held."""
    left = plan.budget or Decimal(0)
    fitting: list[Pickup] = []
    held: list[Held] = list(plan.held)
    for pickup in plan.pickups:
        if pickup.price <= left:
            fitting.append(pickup)
            left -= pickup.price
        else:
            lacking = f"{left} USD of the budget are left" if plan.budget is not None else "no budget is set"
            held.append(Held(spec=pickup.spec, why=f"costs {pickup.price} USD, and {lacking}"))
    return Plan(pickups=tuple(fitting), held=tuple(held), budget=plan.budget)
