"""What will be made, by whom, at what price, and what is held back: a plan, before anything is spent.

Pure: `quote` comes in as a callable, so that planning needs no provider's code, no key and no network.

    plan = make_plan(requests, quote=quote, estimate=expected_bytes, budget=Decimal("20.00"))
    plan.total
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pickup.errors import BudgetError, ProviderError
from pickup.offers import Offer, Quote, Wish
from pickup.shots import LintNote, ShotSpec, lint_prompt

QuoteOf = Callable[[Wish], Quote]
"""Quotes one wish; raises a `ProviderError` when the model cannot serve it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotRequest:
    """One shot with what the library has of it.

    Attributes:
        missing: Numbers of the takes that are to be made; empty when there is nothing to do.
        held: Why nothing may be made now; empty when it may.
    """

    spec: ShotSpec
    offer: Offer
    quote: QuoteOf
    missing: tuple[int, ...]
    held: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """One shot that will be made.

    Attributes:
        takes: Numbers of the takes to make.
        price: USD for all of them.
        bytes_expected: On disk, for all of them.
    """

    spec: ShotSpec
    offer: Offer
    quote: Quote
    takes: tuple[int, ...]
    price: Decimal
    bytes_expected: int
    lint: tuple[LintNote, ...]

    @property
    def seconds(self) -> Fraction:
        """Length of one take."""
        return self.spec.delivery.rate.seconds(self.quote.frames)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A shot that is not made now, and why."""

    spec: ShotSpec
    why: str


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
    def bytes_expected(self) -> int:
        """Bytes on disk for all pickups."""
        return sum(pickup.bytes_expected for pickup in self.pickups)


def make_plan(
    requests: Iterable[ShotRequest],
    *,
    estimate: Callable[[ShotSpec, Quote], int],
    budget: Decimal | None = None,
    paid_unbriefed: bool = False,
    paid_from_markers: bool = False,
) -> Plan:
    """Quotes every shot that has takes to be made.

    Args:
        requests: In record order.
        estimate: Bytes that one conformed take of a quote will have.
        budget: The smallest budget that applies, USD.
        paid_unbriefed: Whether a provider that costs money may be given a hole without a brief.
        paid_from_markers: Whether it may be given one whose only brief is a timeline marker without `PICKUP:`.
    """
    pickups: list[Pickup] = []
    held: list[Held] = []
    for request in requests:
        if not request.missing:
            continue
        try:
            why = request.held or _hold(request, unbriefed=paid_unbriefed, from_markers=paid_from_markers)
            if not why:
                pickups.append(_pickup(request, estimate=estimate))
        except ProviderError as error:
            why = f"{error.message}; {error.next_step}" if error.next_step else error.message
        if why:
            held.append(Held(spec=request.spec, why=why))
    return Plan(pickups=tuple(pickups), held=tuple(held), budget=budget)


def _hold(request: ShotRequest, *, unbriefed: bool, from_markers: bool) -> str:
    """Why a provider that costs money waits for a person, or nothing."""
    spec, provider = request.spec, request.offer.provider
    if request.offer.is_free:
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


def _pickup(request: ShotRequest, *, estimate: Callable[[ShotSpec, Quote], int]) -> Pickup:
    spec = request.spec
    quote = request.quote(
        Wish(
            cover_frames=spec.covers.length,
            handles=spec.handles,
            rate=spec.delivery.rate,
            size=spec.delivery.size,
            prompt=spec.words,
            briefed=spec.briefed,
            look=spec.look,
            before=spec.before is not None,
            after=spec.after is not None,
        )
    )
    count = len(request.missing)
    return Pickup(
        spec=spec,
        offer=request.offer,
        quote=quote,
        takes=request.missing,
        price=quote.price * count,
        bytes_expected=estimate(spec, quote) * count,
        lint=lint_prompt(spec.words, briefed=spec.briefed),
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
