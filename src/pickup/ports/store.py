"""Where takes are kept, and how far their making is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from pickup.ports.delivery import Conformed, Delivery
from pickup.ports.generation import Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one piece of work is.

    Attributes:
        done: Share of the whole, 0.0 to 1.0; never falls within one stage.
        stage: What is being done, as a person would say it.
    """

    shot: str
    take: int
    stage: str
    done: float


ProgressReport = Callable[[Progress], None]
"""Called from the runner's thread, often; must return at once."""


class Store(Protocol):
    """Keeps takes; the job runner asks it where files belong and tells it when a take is whole."""

    def original(self, shot: str, *, take: int, part: int = 1) -> Path:
        """Where the provider's clip belongs; its folder exists."""
        ...

    def conformed(self, shot: str, *, take: int) -> Path:
        """Where the conformed clip belongs; its folder exists."""
        ...

    def proxy(self, shot: str, *, take: int) -> Path:
        """Where the small film of this take belongs; its folder exists."""
        ...

    def has_take(self, shot: str, *, take: int) -> bool:
        """Whether this take is recorded, and its conformed file is whole; of a draft, its small film."""
        ...

    def keep_take(
        self, request: Generation, *, delivery: Delivery, conformed: Conformed, provider: str, cost: Decimal
    ) -> None:
        """Records a finished take in its sidecar; harmless to repeat."""
        ...
