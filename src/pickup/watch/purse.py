"""The day's money, shared by everything that is in work at once.

What a plan will cost is set aside before its first call and given back at its end; by then the ledger knows what it
did cost. While it runs, what it spent so far may be counted twice: then another plan waits, and nothing is overspent.

    purse.set_aside(Decimal("4.00"), of=budget - spent_today)       a ticket, or None: it must wait
"""

from __future__ import annotations

import threading
from decimal import Decimal


class Purse:
    """Sums that were set aside, in USD; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._aside: dict[int, Decimal] = {}
        self._tickets = 0
        self.returned = 0
        """How often a sum was given back: whoever had to wait may try once more."""

    def set_aside(self, price: Decimal, *, of: Decimal) -> int | None:
        """Sets a sum aside if it fits beside the others.

        Args:
            price: The sum.
            of: What the ledger says is left of the day's budget.

        Returns:
            A ticket for `give_back`; None where it does not fit.
        """
        with self._lock:
            if price + sum(self._aside.values()) > of:
                return None
            self._tickets += 1
            self._aside[self._tickets] = price
            return self._tickets

    def give_back(self, ticket: int) -> None:
        """The plan has ended."""
        with self._lock:
            self._aside.pop(ticket, None)
            self.returned += 1
