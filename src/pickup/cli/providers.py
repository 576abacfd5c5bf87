"""`pickup providers`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options
from pickup.cli.plain import escape, plain_table
from pickup.cut import Size
from pickup.fill.catalog import KeyState, RouteFact, route_facts
from pickup.jobs.costs import exact_usd
from pickup.offers import Mode, Offer

_HERE = "this machine"
_MODES = {Mode.TEXT: "text", Mode.FIRST: "first", Mode.FIRST_LAST: "first+last"}
_SIZES_SHOWN = 3
_DAY_S, _HOUR_S = 86400, 3600
_KEYS = {KeyState.PRESENT: "[green]yes[/]", KeyState.MISSING: "[red]no[/]", KeyState.NOT_NEEDED: "[dim]none[/]"}


@click.command("providers")
@click.argument("name", required=False)
@place_options
def command(name: str | None, *, library: str | None, config: Path | None, in_json: bool, quiet: bool) -> int:
    """Show what can generate, with limits, prices and retirement dates.

    With NAME (a provider, or NAME:MODEL) everything that is known of it. Asks nobody; `pickup doctor` does.
    """
    settings = load_settings(timeline=None, config=config, flags={"library": library})
    today = date.today()  # noqa: DTZ011 - as this machine counts days
    facts = route_facts(settings, today=today, name=name)
    if in_json:
        print_json({"schema": "Providers.1", "providers": [_document(fact) for fact in facts]})
        return ExitCode.DONE
    console = Console()
    if name is None:
        console.print(_table(facts))
        for number, words in enumerate(_retirements(facts)):
            console.print(words if number else f"\n{words}")
    else:
        for number, fact in enumerate(facts):
            console.print(*(("",) if number else ()), f"[bold]{escape(fact.route)}[/]", _details(fact), sep="\n")
    if not quiet:
        first = "`pickup providers NAME` shows more; " if name is None else ""
        console.print(f"\nNext: {first}`pickup doctor` asks whether they can be used.", soft_wrap=True)
    return ExitCode.DONE


def _document(fact: RouteFact) -> dict[str, object]:
    document: dict[str, object] = {"name": fact.name, "route": fact.route, "configured": fact.configured}
    if fact.offer is None:
        error = fact.error
        told = {"code": error.code, "message": error.message, "next": error.next_step} if error else None
        return {**document, "error": told}
    offer = fact.offer
    prices = offer.prices
    return {
        **document,
        "error": None,
        "model": offer.model,
        "key": fact.key.value,
        "wants": None if fact.wants is None else {"message": fact.wants.message, "next": fact.wants.next_step},
        "frame_exact": offer.frame_exact,
        "previs": offer.previs,
        "makes": [
            {
                "from": sorted(_MODES[mode] for mode in each.modes),
                "lengths": str(each.lengths),
                "sizes": [_size(size) for size in each.sizes],
                "rates": [str(rate) for rate in each.rates],
            }
            for each in offer.capabilities
        ],
        "free": offer.is_free,
        "price_per_second": {name: None if usd is None else exact_usd(usd) for name, usd in fact.prices.items()},
        "price_source": prices.source or None if prices else None,
        "price_checked": prices.checked.isoformat() if prices and prices.checked else None,
        "retires": offer.retired.isoformat() if offer.retired else None,
        "retired": fact.retired,
        "instead": list(offer.instead),
        "host": offer.host or None,
        "in_flight": offer.in_flight,
        "per_minute": offer.per_minute,
        "audio": offer.audio.value,
        "seed": offer.seed,
        "negative": offer.negative,
        "idempotency": offer.idempotency.value,
        "cancelling": offer.cancelling.value,
        "result_kept_s": offer.result_kept_s,
        "looks": list(offer.looks),
        "prompt_chars": offer.prompt_chars,
        "notes": list(offer.notes),
    }


def _table(facts: Iterable[RouteFact]) -> Table:
    table = plain_table(
        "provider", "key", "makes", "price per second", "goes to", wraps={"provider", "makes", "goes to"}
    )
    for fact in facts:
        name = escape(fact.name) if fact.configured else f"[dim]{escape(fact.name)}[/]"
        if fact.offer is None:
            why = escape(fact.error.message) if fact.error else ""
            table.add_row(name, "", f"[yellow]cannot be used: {why}[/]", "", "")
            continue
        offer = fact.offer
        color = "red" if fact.retired else "yellow"
        ended = f"\n[{color}]{_ends(fact)}[/]" if offer.retired else ""
        wants = f"\n[yellow]{escape(fact.wants.message)}[/]" if fact.wants and fact.key is not KeyState.MISSING else ""
        table.add_row(
            f"{name}\n[dim]{escape(offer.model)}[/]",
            _KEYS[fact.key],
            f"{escape(_lengths(offer))}; {escape(_sizes(offer))}\n[dim]from {escape(_from(offer))}[/]{wants}{ended}",
            _price(fact),
            f"{escape(offer.host or _HERE)}\n[dim]{offer.in_flight} at once[/]",
        )
    return table


def _retirements(facts: Iterable[RouteFact]) -> Iterator[str]:
    """What to use instead, said once for all that ended in the same way."""
    found: dict[tuple[str, str], list[str]] = {}
    for fact in facts:
        if fact.offer is not None and fact.offer.retired:
            found.setdefault((_ends(fact), "; ".join(fact.offer.instead)), []).append(fact.route)
    for (ends, instead), routes in found.items():
        use = f"; use {escape(instead)}" if instead else ""
        yield f"[red]{escape(', '.join(routes))} {ends}[/]{use}"


def _why_not(fact: RouteFact) -> str:
    error = fact.error
    return "" if error is None else escape(error.message + (f": {error.next_step}" if error.next_step else ""))


def _ends(fact: RouteFact) -> str:
    return f"{'ended' if fact.retired else 'ends'} on {fact.offer.retired if fact.offer else ''}"


def _lengths(offer: Offer) -> str:
    if offer.frame_exact:
        return "any length"
    return " or ".join(dict.fromkeys(str(each.lengths) for each in offer.capabilities)) or "nothing"


def _sizes(offer: Offer) -> str:
    """The first few; where each can be asked for upright, too, it is named once."""
    made = dict.fromkeys(size for each in offer.capabilities for size in each.sizes)
    if not made:
        return "any size"
    lying = [size for size in made if size[0] >= size[1]]
    turns = bool(lying) and all((height, width) in made for width, height in lying) and len(made) > len(lying)
    sizes = lying if turns else list(made)
    more = f" and {len(sizes) - _SIZES_SHOWN} more" if len(sizes) > _SIZES_SHOWN else ""
    return ", ".join(_size(size) for size in sizes[:_SIZES_SHOWN]) + more + (", or upright" if turns else "")


def _size(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def _from(offer: Offer) -> str:
    """What clips are made from."""
    if offer.frame_exact and not offer.modes:
        return "text, and frames as its looks want" if offer.looks else "text, and frames of the cut"
    return ", ".join(words for mode, words in _MODES.items() if mode in offer.modes)


def _price(fact: RouteFact) -> str:
    offer = fact.offer
    if offer is None or offer.prices is None:
        return "[yellow]unknown[/]"
    if offer.is_free:
        return "free"
    lines = [f"{_usd(usd)} [dim]at {label}[/]" for label, usd in fact.prices.items() if usd is not None]
    return "\n".join([*(lines or ["at other sizes"]), f"[dim]{escape(_source(offer))}[/]"])


def _usd(amount: Decimal) -> str:
    return f"${exact_usd(amount)}"


def _source(offer: Offer) -> str:
    prices = offer.prices
    if prices is None:
        return ""
    return ", ".join(filter(None, [prices.source, str(prices.checked) if prices.checked else ""]))


def _details(fact: RouteFact) -> Table:
    table = Table.grid(padding=(0, 2, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, words in _all_about(fact):
        table.add_row(f"[dim]{name}[/]", words)
    return table


def _all_about(fact: RouteFact) -> Iterator[tuple[str, str]]:
    offer = fact.offer
    if offer is None:
        yield "cannot be used", f"[yellow]{_why_not(fact)}[/]"
        return
    for words in _retirements([fact]):
        yield "retirement", words.replace(escape(f"{fact.route} "), "", 1)
    yield "key", _KEYS[fact.key] if fact.key is not KeyState.NOT_NEEDED else "none needed"
    if fact.wants is not None:
        yield "needs", f"[yellow]{escape(fact.wants.message)}[/]: {escape(fact.wants.next_step)}"
    yield "goes to", escape(offer.host or _HERE)
    yield from _what_it_makes(offer)
    yield "price", _price(fact).replace("\n", ", ")
    yield "sound", {"none": "none", "optional": "asked for without"}.get(offer.audio.value, offer.audio.value)
    knobs = [name for name, has in (("a seed", offer.seed), ("what is not wanted", offer.negative)) if has]
    yield "takes", ", ".join(["a prompt" + _characters(offer), *knobs])
    yield "at once", f"{offer.in_flight}" + (f", {offer.per_minute} a minute" if offer.per_minute else "")
    yield "a repeat", escape(f"under one key: {offer.idempotency.value}" if offer.idempotency.value != "none" else
                             "is a second purchase")  # fmt: skip
    yield "it stops", escape(offer.cancelling.value)
    if offer.host:
        yield "results kept", _kept(offer.result_kept_s)
    if offer.looks:
        yield "looks", escape(", ".join(offer.looks))
    if offer.notes:
        yield "notes", escape("\n".join(offer.notes))


def _what_it_makes(offer: Offer) -> Iterator[tuple[str, str]]:
    if not offer.capabilities:
        yield "makes", f"{_lengths(offer)}, {_sizes(offer)}, at the rate of the cut"
        yield "from", escape(_from(offer))
    for each in offer.capabilities:
        sizes = ", ".join(_size(size) for size in each.sizes) or "any size"
        rates: Sequence[str] = [f"{float(rate.fps):.6g}" for rate in each.rates]
        yield "makes", escape(f"{each.lengths}; {sizes}; {' or '.join(rates) or 'any'} fps")
        yield "from", ", ".join(words for mode, words in _MODES.items() if mode in each.modes)


def _characters(offer: Offer) -> str:
    return f" of up to {offer.prompt_chars} characters" if offer.prompt_chars else ""


def _kept(seconds: int | None) -> str:
    if seconds is None:
        return "not known for how long"
    if seconds % _DAY_S == 0:
        return f"{seconds // _DAY_S} d"
    return f"{seconds // _HOUR_S} h" if seconds >= _HOUR_S else f"{seconds // 60} min"
