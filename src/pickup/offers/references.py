"""How reference pictures and the neighbours' frames go together where a model does not take both.

Where a brief names a character, that was said by a person, and the frames beside the hole are taken by rule: so the
pictures go first, and the take is not matched to the cut. With `conditioning` set to `both` or `first` the frames were
asked for, too, and go first. What is left out is always a concern of the quote.

    quote_with_references(offer, wish, cover=quote).references        3
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pickup.errors import ProviderRefused, counted
from pickup.offers.model import Conditioning, Offer, Quote, Wish

NOT_USED = "REFERENCES_NOT_USED"
"""Code of what is said where reference pictures stay behind."""

INSTEAD = "REFERENCES_INSTEAD_OF_FRAMES"
"""Code of what is said where the neighbours' frames stay behind for them."""

_FRAMES_FIRST = (Conditioning.BOTH, Conditioning.FIRST)


def quote_with_references(offer: Offer, wish: Wish, *, cover: Callable[[Offer, Wish], Quote]) -> Quote:
    """What one take with reference pictures would be; without them where it cannot be made with them.

    Args:
        offer: The route.
        wish: With at least one reference picture.
        cover: Quotes a wish as it stands; raises `ProviderRefused` where nothing covers it.

    Raises:
        ProviderRefused: Nothing that the model makes covers the wish, with the pictures or without.
        PriceUnknown: Something does, and nobody knows what it costs.
    """
    bare = replace(wish, references=0)
    if not offer.references:
        return _without(cover(offer, bare), f"{offer.model} takes no reference pictures")
    alone = replace(wish, before=False, after=False)
    if not wish.before or wish.conditioning is Conditioning.NONE:
        return _first_of(offer, alone, bare=bare, cover=cover)
    together = _quoted(offer, wish, cover=cover)
    if together is not None and together.uses_before:
        return _with_the_rest(together, offer, wish)
    if wish.conditioning in _FRAMES_FIRST:
        framed = _quoted(offer, bare, cover=cover)
        if framed is not None and framed.uses_before:
            why = f"{offer.model} takes no reference pictures beside the frames that conditioning asks for"
            return _without(framed, why)
    quote = _first_of(offer, alone, bare=bare, cover=cover)
    if not quote.references:
        return quote
    left = (
        f"{offer.model} takes the neighbours' frames or reference pictures, and gets the pictures, so the take is not "
        'matched to the cut; conditioning = "both" or "first" sends the frames'
    )
    return replace(quote, concerns=(*quote.concerns, (INSTEAD, left)))


def _first_of(offer: Offer, alone: Wish, *, bare: Wish, cover: Callable[[Offer, Wish], Quote]) -> Quote:
    """With the pictures and no frame; else without the pictures."""
    quote = _quoted(offer, alone, cover=cover)
    if quote is not None:
        return _with_the_rest(quote, offer, alone)
    return _without(cover(offer, bare), f"{offer.model} makes no clip with reference pictures that covers this hole")


def _quoted(offer: Offer, wish: Wish, *, cover: Callable[[Offer, Wish], Quote]) -> Quote | None:
    try:
        return cover(offer, wish)
    except ProviderRefused:
        return None


def _without(quote: Quote, why: str) -> Quote:
    said = f"{why}, so they are not sent; a description in the set goes into the prompt all the same"
    return replace(quote, concerns=(*quote.concerns, (NOT_USED, said)))


def _with_the_rest(quote: Quote, offer: Offer, wish: Wish) -> Quote:
    """Says how many pictures are more than the model takes."""
    left = wish.references - quote.references
    if not left:
        return quote
    said = f"{offer.model} takes {counted(quote.references, 'reference picture')}; {left} more {_are(left)} not sent"
    return replace(quote, concerns=(*quote.concerns, (NOT_USED, said)))


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
