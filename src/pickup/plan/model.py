"""What a plan is made of: what each shot asks for, the routes it may take, and what was chosen or held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import islice

from pickup.offers import Conditioning, Offer, Quote, Wish
from pickup.shots import LintNote, ReferencePicture, ReferenceSet, ShotSpec
from pickup.shots.characters import in_turn

PILOT = "PILOT"
"""Code of what is held until a pilot was looked at."""

EXTENSION = "EXTEND_NEIGHBOURS"
"""Code of what is held because the neighbours' own media would cover it."""

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
