"""A plan against a budget, and the part of it that is made first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from pickup.errors import BudgetError, counted
from pickup.plan.model import PILOT, Held, Pickup, Plan


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
