"""What a route can do and costs, in words: lengths, sizes, sources and prices are said alike everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from pickup.cli.plain import escape
from pickup.cut import Size
from pickup.fill.catalog import RouteFact
from pickup.jobs.costs import exact_usd
from pickup.offers import Capability, Mode, Offer

HERE = "this machine"
MODES: Mapping[Mode, str] = {Mode.TEXT: "text", Mode.FIRST: "first", Mode.FIRST_LAST: "first+last"}

_SIZES_SHOWN = 3
_TIERS_SHOWN = 4
_DAY_S, _HOUR_S = 86400, 3600


def lengths_of(offer: Offer) -> str:
    """Every length that it makes under some condition."""
    if offer.frame_exact:
        return "any length"
    return " or ".join(dict.fromkeys(str(each.lengths) for each in _usual(offer))) or "nothing"


def _usual(offer: Offer) -> Sequence[Capability]:
    """What it makes without reference pictures; all that it makes where it makes nothing without."""
    return [each for each in offer.capabilities if not each.references] or offer.capabilities


def sizes_of(offer: Offer) -> str:
    """A few sizes as they are, many as the tiers and the number of shapes that they make up."""
    made = dict.fromkeys(size for each in _usual(offer) for size in each.sizes)
    if not made:
        return "any size"
    lying = [size for size in made if size[0] >= size[1]]
    turns = bool(lying) and all((height, width) in made for width, height in lying) and len(made) > len(lying)
    sizes = lying if turns else list(made)
    upright = ", or upright" if turns else ""
    if len(sizes) <= _SIZES_SHOWN:
        return ", ".join(size_words(size) for size in sizes) + upright
    tiers = sorted({min(size) for size in sizes})
    return f"{', '.join(f'{each}p' for each in tiers[:_TIERS_SHOWN])}{_more(tiers)}{upright}"


def _more(tiers: Sequence[int]) -> str:
    return f" to {tiers[-1]}p" if len(tiers) > _TIERS_SHOWN else ""


def size_words(size: Size) -> str:
    """`1280x720`."""
    return f"{size[0]}x{size[1]}"


def sources_of(offer: Offer) -> str:
    """What clips are made from."""
    if offer.frame_exact and not offer.modes:
        frames = "frames as its looks want" if offer.looks else "frames of the cut"
        return f"text, and {frames}" + (", and references" if offer.takes_references else "")
    modes = [words for mode, words in MODES.items() if mode in offer.modes]
    return ", ".join([*modes, *([references_words(offer.references)] if offer.references else [])])


def references_words(number: int) -> str:
    """`1 reference`, `up to 3 references`."""
    return f"up to {number} references" if number > 1 else f"{number} reference"


def price_words(fact: RouteFact) -> str:
    """Lines of markup: USD by the second at each size that is compared, and where that was read."""
    offer = fact.offer
    if offer is None or offer.prices is None:
        return "[yellow]unknown[/]"
    if offer.is_free:
        return "free"
    lines = [f"{usd_words(usd)} [dim]at {label}[/]" for label, usd in fact.prices.items() if usd is not None]
    return "\n".join([*(lines or ["at other sizes"]), f"[dim]{escape(price_source(offer))}[/]"])


def price_range(facts: Iterable[RouteFact]) -> str:
    """From the lowest to the highest price of a second, over routes and sizes."""
    known = sorted(usd for fact in facts for usd in fact.prices.values() if usd is not None)
    if not known:
        return "[yellow]unknown[/]"
    low, high = known[0], known[-1]
    return usd_words(low) if low == high else f"{usd_words(low)} to {usd_words(high)}"


def usd_words(amount: Decimal) -> str:
    """`$0.0125`."""
    return f"${exact_usd(amount)}"


def price_source(offer: Offer) -> str:
    """`vendor, 2026-07-10`."""
    prices = offer.prices
    if prices is None:
        return ""
    return ", ".join(filter(None, [prices.source, str(prices.checked) if prices.checked else ""]))


def ends_words(fact: RouteFact) -> str:
    """When a route ended or will."""
    return f"{'ended' if fact.retired else 'ends'} on {fact.offer.retired if fact.offer else ''}"


def kept_words(seconds: int | None) -> str:
    """How long results can be fetched."""
    if seconds is None:
        return "not known for how long"
    if seconds % _DAY_S == 0:
        return f"{seconds // _DAY_S} d"
    return f"{seconds // _HOUR_S} h" if seconds >= _HOUR_S else f"{seconds // 60} min"
