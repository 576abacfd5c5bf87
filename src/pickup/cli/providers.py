"""`pickup providers`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pickup.cli.answer import ExitCode, print_json
from pickup.cli.options import load_settings, place_options
from pickup.cli.plain import escape, plain_table
from pickup.cli.route_words import (
    HERE,
    MODES,
    ends_words,
    kept_words,
    lengths_of,
    price_range,
    price_words,
    references_words,
    size_words,
    sizes_of,
    sources_of,
)
from pickup.fill.catalog import KeyState, RouteFact, route_facts
from pickup.jobs.costs import exact_usd
from pickup.offers import Offer

_KEYS = {KeyState.PRESENT: "[green]yes[/]", KeyState.MISSING: "[red]no[/]", KeyState.NOT_NEEDED: "[dim]none[/]"}


@click.command("providers")
@click.argument("name", required=False)
@click.option("--all", "show_all", is_flag=True, help="Every model of the services without a key, too.")
@place_options
def command(
    name: str | None, *, show_all: bool, library: str | None, config: Path | None, in_json: bool, quiet: bool
) -> int:
    """Show what can generate, with limits, prices and retirement dates.

    Services for which no key is here have one line each, unless --all shows every model. With NAME (a provider, or
    NAME:MODEL) everything that is known of it. Asks nobody; `pickup doctor` does.
    """
    settings = load_settings(timeline=None, config=config, flags={"library": library})
    today = date.today()  # noqa: DTZ011 - as this machine counts days
    facts = route_facts(settings, today=today, name=name)
    if in_json:
        print_json({"schema": "Providers.1", "providers": [_document(fact) for fact in facts]})
        return ExitCode.DONE
    console = Console()
    if name is None:
        others = [] if show_all else [fact for fact in facts if fact.is_out_of_reach]
        shown = [fact for fact in facts if fact not in others]
        console.print(_table(shown))
        for number, words in enumerate(_retirements(shown)):
            console.print(words if number else f"\n{words}")
        if others:
            console.print("", _others_table(others), sep="\n")
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
                "from": sorted(MODES[mode] for mode in each.modes),
                "lengths": str(each.lengths),
                "sizes": [size_words(size) for size in each.sizes],
                "rates": [str(rate) for rate in each.rates],
                "references": each.references,
            }
            for each in offer.capabilities
        ],
        "references": None if offer.takes_references else offer.references,
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
        ended = f"\n[{color}]{ends_words(fact)}[/]" if offer.retired else ""
        wants = f"\n[yellow]{escape(fact.wants.message)}[/]" if fact.wants and fact.key is not KeyState.MISSING else ""
        made = f"{escape(lengths_of(offer))}; {escape(sizes_of(offer))}"
        table.add_row(
            f"{name}\n[dim]{escape(offer.model)}[/]",
            _KEYS[fact.key],
            f"{made}\n[dim]from {escape(sources_of(offer))}[/]{wants}{ended}",
            price_words(fact),
            f"{escape(offer.host or HERE)}\n[dim]{offer.in_flight} at once[/]",
        )
    return table


def _others_table(facts: Iterable[RouteFact]) -> Table:
    """One line for each service that wants a key first."""
    table = plain_table("without a key here", "models", "makes", "price per second", "wants", wraps={"makes", "wants"})
    services: dict[str, list[RouteFact]] = {}
    for fact in facts:
        services.setdefault(fact.name, []).append(fact)
    for name, all_of_it in services.items():
        alive = [fact for fact in all_of_it if not fact.retired]
        offers = [fact.offer for fact in alive or all_of_it if fact.offer]
        table.add_row(
            escape(name),
            str(len(offers)),
            _range_of(offers) if alive else f"[red]{ends_words(all_of_it[0])}[/]",
            price_range(alive) if alive else "",
            escape(all_of_it[0].key_variable or all_of_it[0].wanted),
        )
    return table


def _range_of(offers: Sequence[Offer]) -> str:
    """From the shortest to the longest clip, and from what."""
    seconds = sorted({length for offer in offers for each in offer.capabilities for length in each.lengths.seconds})
    lengths = f"{float(seconds[0]):g}-{float(seconds[-1]):g} s" if seconds else "any length"
    modes = {mode for offer in offers for mode in offer.modes}
    return f"{lengths} from {', '.join(words for mode, words in MODES.items() if mode in modes)}"


def _retirements(facts: Iterable[RouteFact]) -> Iterator[str]:
    """What to use instead, said once for all that ended in the same way."""
    found: dict[tuple[str, str], list[str]] = {}
    for fact in facts:
        if fact.offer is not None and fact.offer.retired:
            found.setdefault((ends_words(fact), "; ".join(fact.offer.instead)), []).append(fact.route)
    for (ends, instead), routes in found.items():
        use = f"; use {escape(instead)}" if instead else ""
        yield f"[red]{escape(', '.join(routes))} {ends}[/]{use}"


def _why_not(fact: RouteFact) -> str:
    error = fact.error
    return "" if error is None else escape(error.message + (f": {error.next_step}" if error.next_step else ""))


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
    yield "goes to", escape(offer.host or HERE)
    yield from _what_it_makes(offer)
    yield "price", price_words(fact).replace("\n", ", ")
    yield "sound", {"none": "none", "optional": "asked for without"}.get(offer.audio.value, offer.audio.value)
    knobs = [name for name, has in (("a seed", offer.seed), ("what is not wanted", offer.negative)) if has]
    yield "takes", ", ".join(["a prompt" + _characters(offer), *knobs])
    yield "at once", f"{offer.in_flight}" + (f", {offer.per_minute} a minute" if offer.per_minute else "")
    yield "a repeat", escape(f"under one key: {offer.idempotency.value}" if offer.idempotency.value != "none" else
                             "is a second purchase")  # fmt: skip
    yield "it stops", escape(offer.cancelling.value)
    if offer.host:
        yield "results kept", kept_words(offer.result_kept_s)
    if offer.looks:
        yield "looks", escape(", ".join(offer.looks))
    if offer.notes:
        yield "notes", escape("\n".join(offer.notes))


def _what_it_makes(offer: Offer) -> Iterator[tuple[str, str]]:
    if not offer.capabilities:
        yield "makes", f"{lengths_of(offer)}, {sizes_of(offer)}, at the rate of the cut"
        yield "from", escape(sources_of(offer))
    for each in offer.capabilities:
        sizes = ", ".join(size_words(size) for size in each.sizes) or "any size"
        rates: Sequence[str] = [f"{float(rate.fps):.6g}" for rate in each.rates]
        is_unknown = len(rates) > 1 and not each.rate_is_chosen
        shown = f"{', '.join(rates)} fps, nobody says which" if is_unknown else f"{' or '.join(rates) or 'any'} fps"
        yield "makes", escape(f"{each.lengths}; {sizes}; {shown}")
        modes = ", ".join(words for mode, words in MODES.items() if mode in each.modes)
        yield "from", f"{modes} and {references_words(each.references)}" if each.references else modes


def _characters(offer: Offer) -> str:
    return f" of up to {offer.prompt_chars} characters" if offer.prompt_chars else ""
