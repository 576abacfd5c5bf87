"""The part of docs/reliability.md that says what became of the money."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from faults_services import SERVICES
from reliability import table, write_part

if TYPE_CHECKING:
    from faults import Tally

_CALLS = {"create": "submits", "poll": "polls", "content": "downloads", "list": "lists of jobs"}
_MEANS = {
    "create: accept, drop": "accepted and charged, then the connection broke",
    "create: drop": "the connection broke before it arrived",
    "create: accept, 500": "accepted and charged, then an error",
    "create: 500": "an error, nothing accepted",
    "create: accept, garbage": "accepted and charged, then a reply that is none",
    "create: accept, html": "accepted and charged, then a page of a captive portal",
    "create: repeat": "the reply to another request once more, nothing accepted",
    "create: 429": "too many requests",
    "create: 503": "busy, with the time to come back",
    "create: 400": "refused",
    "create: fail moderation": "charged, then blocked by moderation",
    "create: fail internal": "charged, then failed by the server's own fault",
    "create: success without media": "charged, finished, and no clip",
    "poll: drop": "a poll that broke",
    "poll: 503": "a poll that was refused",
    "poll: garbage": "a poll with a reply that is none",
    "content: truncate": "a download that was cut off",
    "content: html": "a page instead of a clip",
    "content: drop": "a download that broke",
    "content: expire": "a link or clip that has expired",
    "list: 500": "a list of jobs that failed",
}


_HEADS = (
    "what the server can do, or the service",
    "takes",
    "submits",
    "charged",
    "at home",
    "failed, told",
    "doubts settled",
    "bought twice",
    "lost",
)


def write_money_part(tallies: Sequence[Tally], *, script: Sequence[str], seed: int, price: Decimal) -> None:
    """Writes the part; `script` is what went wrong, in the words of `pickup.testing.fakes.faults`."""
    write_part("money", "\n".join(_lines(tallies, script=script, seed=seed, price=price)))


def write_hosted_part(tallies: Sequence[Tally], *, seed: int, price: Decimal) -> None:
    """Writes the part for hosted services, which are treated in the same way."""
    write_part("hosted", "\n".join(_hosted_lines(tallies, seed=seed, price=price)))


def _hosted_lines(tallies: Sequence[Tally], *, seed: int, price: Decimal) -> Iterator[str]:
    submits, kills = sum(each.requests for each in tallies), sum(each.kills for each in tallies)
    wrong = sum(len(each.wrong) for each in tallies)
    yield "### The same with every hosted service\n"
    yield (
        f"Written by `make faults` (seed {seed}): {submits:,} submits at {price} USD a second, {kills} processes\n"
        "ended by `kill -9`; each provider at the fake of its service, with the same faults, clocks and checks. "
        + ("Every check\nheld.\n" if not wrong else f"**{wrong} checks\nfailed.**\n")
    )
    yield table(_HEADS, [_row(each) for each in tallies])


def _lines(tallies: Sequence[Tally], *, script: Sequence[str], seed: int, price: Decimal) -> Iterator[str]:
    submits, kills = sum(each.requests for each in tallies), sum(each.kills for each in tallies)
    wrong = sum(len(each.wrong) for each in tallies)
    yield "## What became of the money\n"
    yield (
        f"Written by `make faults` (seed {seed}): {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}. {submits:,} submits at\n"
        f"{price} USD a second to fake servers on loopback, by two processes at once that share one ledger;\n"
        f"{kills} of them were ended by `kill -9` at random moments, and every third had a clock that was an hour\n"
        "wrong. " + ("Every check held.\n" if not wrong else f"**{wrong} checks failed.**\n")
    )
    yield table(_HEADS, [_row(each) for each in tallies])
    yield (
        "\nA doubt is settled as a person would who looks at the provider's own list of jobs: charged where an\n"
        "unclaimed job like it stands there, else not. A failure that was billed, or may have been, is told and not\n"
        "bought again.\n"
    )
    yield "### What was done to it\n"
    struck: Counter[str] = Counter()
    for each in tallies:
        struck += each.faults
    hit = ", ".join(f"{struck[call]:,} {many}" for call, many in _CALLS.items())
    yield f"So many went wrong, each by chance: {hit}.\n"
    yield table(("what happened", "to so many"), [*map(_fault_row, script)])
    mixed = sum(each.mixed for each in tallies)
    yield "\nThen it was checked that\n"
    yield "- no take was paid for in two attempts, and no clip serves two takes;"
    yield "- every job that the server charged stands in the ledger, under its id;"
    yield "- the ledger's sum is the server's, to the cent;"
    yield "- every take is at home, or failed with a reason; none is left half-way.\n"
    yield (
        f"{mixed} takes show the clip of another request: the server repeated an old reply, whose owner had lost it,\n"
        "and echoes no prompt to tell by. Each was paid for once. Where a prompt is echoed, only ours is believed."
        if mixed
        else "Replies that were repeated for another request were told by the prompt that they echo, or by an id that\n"
        "another take has."
    )


def _row(tally: Tally) -> tuple[str, ...]:
    twice = sum("bought" in each for each in tally.wrong)
    lost = sum("not in the ledger" in each or "not at rest" in each for each in tally.wrong)
    numbers = (tally.takes, tally.requests, tally.charged, tally.home, tally.failed, tally.settled, twice, lost)
    return (SERVICES[tally.service], *(f"{number:,}" for number in numbers))


def _fault_row(fault: str) -> tuple[str, str]:
    """A line of the script in words: `create 7% seed {seed}01: accept, drop`."""
    head, _, what = fault.partition(": ")
    call, share, *_ = head.split()
    name = f"{call}: {what.partition(' after ')[0]}"
    return _MEANS[name], f"{share.removesuffix('%')} % of {_CALLS[call]}"
