"""Writes docs/providers.md: what hosted routes do for holes of four lengths, and at what price; --check compares.

python docs/make_providers.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from pickup.config.provider_setup import BUILT_IN, ProviderSetup
from pickup.errors import PriceUnknown, ProviderRefused
from pickup.jobs.costs import exact_usd
from pickup.offers import FREE, Mode, Offer, Quote, Wish
from pickup.offers.cover import quote_cover
from pickup.providers.registry import load_provider
from pickup.timing import FrameRate

PAGE = Path(__file__).parent / "providers.md"
RATE = FrameRate.parse("24")
SIZE = (1920, 1080)
HOLES = {"1 s": 24, "3.5 s": 84, "7 s": 168, "20 s": 480}
MODES = {Mode.TEXT: "text", Mode.FIRST: "first", Mode.FIRST_LAST: "first+last"}

HEAD = """<!-- Written by docs/make_providers.py from capability records and routes.toml. -->
# What hosted routes do for a hole, and at what price

One take of a hole of 1 s, 3.5 s, 7 s and 20 s in a cut of 24 fps at 1920x1080, with a shot on both sides, as
`pickup plan` would buy it: the smallest length that covers it, for a long hole several clips that go on from each
other, without sound where sound is a choice. USD. Prices are those of `src/pickup/config/routes.toml`, each read on the
day in the last column ("second-hand": at a reseller's or in a report); `pickup providers` shows them for your settings.

`720p`: it makes nothing larger, so the clip is scaled. `both`: the clip begins on the frame before and ends on the
frame after, which it does where a length fits to the frame. "price?": nobody has read one; set `price_per_second`.
`references (3)`: it takes so many pictures of the [sets that a brief names](characters.md), in place of frames.

| route | made from | 1 s | 3.5 s | 7 s | 20 s | price read |
|---|---|---|---|---|---|---|"""

ENDED = """
## Ended

| route | since | instead |
|---|---|---|"""


def page() -> str:
    """The whole page."""
    offers = list(hosted_offers())
    alive = [each for each in offers if each.retired is None]
    gone = [each for each in offers if each.retired is not None]
    return "\n".join((HEAD, *map(row_of, alive), ENDED, *map(ended_row_of, gone), ""))


def hosted_offers() -> Iterator[Offer]:
    """Every model of every built-in service, as it is known without a network, a key or a user's settings."""
    for name, settings in sorted(BUILT_IN.items()):
        setup = ProviderSetup(
            name=name, settings=settings, library=Path(), today=date(2026, 11, 29), state=None, environment={}
        )
        yield from load_provider(setup).offers()


def row_of(offer: Offer) -> str:
    """One line of the table."""
    modes = [words for mode, words in MODES.items() if mode in offer.modes]
    made_from = ", ".join([*modes, *([f"references ({offer.references})"] if offer.references else [])])
    prices = offer.prices
    read = "" if prices is None else f"{prices.checked}{', second-hand' if prices.source == 'second-hand' else ''}"
    cells = (cell_of(offer, frames=frames) for frames in HOLES.values())
    return f"| `{offer.provider}:{offer.model}` | {made_from} | {' | '.join(cells)} | {read} |"


def cell_of(offer: Offer, *, frames: int) -> str:
    """What is bought for a hole of so many frames."""
    wish = Wish(cover_frames=frames, handles=12, rate=RATE, size=SIZE, before=True, after=True)
    try:
        quote = quote_cover(offer, wish)
    except PriceUnknown:
        quote = quote_cover(replace(offer, prices=FREE), wish)
        return f"{_bought(quote)}, price?"
    except ProviderRefused:
        return "-"
    return f"{_bought(quote)}, ${exact_usd(quote.price)}"


def ended_row_of(offer: Offer) -> str:
    """One line of the table of what is gone."""
    return f"| `{offer.provider}:{offer.model}` | {offer.retired} | {'; '.join(offer.instead)} |"


def _bought(quote: Quote) -> str:
    seconds = [f"{float(clip.seconds):g}" for clip in quote.clips]
    alike = len(set(seconds)) == 1 and len(seconds) > 2  # noqa: PLR2004 - two are written out
    lengths = f"{len(seconds)} x {seconds[0]} s" if alike else f"{' + '.join(seconds)} s"
    lines = min(quote.size or SIZE)
    size = "" if lines == min(SIZE) else f" {lines}p"
    return f"{lengths}{size}{' both' if quote.uses_after else ''}"


def main(arguments: list[str]) -> int:
    """Writes the page, or compares it."""
    if "--check" not in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    is_current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
    if not is_current:
        sys.stderr.write("docs/providers.md is not what docs/make_providers.py writes; run `make docs`\n")
    return 0 if is_current else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
