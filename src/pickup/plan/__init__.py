"""What will be made, by whom, at what price, and what is held back: a plan, before anything is spent.

Pure: quotes come in as callables, so that planning needs no provider's code, no key and no network.

    plan = make_plan(requests, estimate=expected_bytes, today=date.today(), budget=Decimal("20.00"))
    plan.total
"""

from __future__ import annotations

from pickup.plan.make import make_plan
from pickup.plan.model import (
    EXTENSION,
    PILOT,
    Alternative,
    Candidate,
    Held,
    Manner,
    MaySend,
    Pickup,
    Plan,
    QuoteOf,
    ShotRequest,
)
from pickup.plan.money import check_budget, fit_budget, pilot_of
from pickup.plan.weigh import pictures_kept, wish_of

__all__ = [
    "EXTENSION",
    "PILOT",
    "Alternative",
    "Candidate",
    "Held",
    "Manner",
    "MaySend",
    "Pickup",
    "Plan",
    "QuoteOf",
    "ShotRequest",
    "check_budget",
    "fit_budget",
    "make_plan",
    "pictures_kept",
    "pilot_of",
    "wish_of",
]
