"""Thousands of submits to a server that breaks in every way, by processes that are killed: `make faults`.

For each class of server (it replays under a key; it lists its jobs; it can tell nothing) and for each hosted service
batches of takes are brought home by two processes at once, of which some are killed at random moments and some have a
clock that is an hour wrong. Doubts are settled as a person would who looks at the provider. Then every charge of the
server is looked for in the ledger, and every take's money is compared. It writes its part of docs/reliability.md and
ends with 1 on any fault.

    python tests/soak/faults.py --takes 8100 --seed 7
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO

from faults_page import write_hosted_part, write_money_part
from faults_services import PRICE, PROFILES, SERVICES, fake_of
from faults_worker import LIBRARY, say

from pickup.jobs.ledger import Ledger, open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.settle import settle_charged, settle_not_charged
from pickup.jobs.states import Job, State
from pickup.testing.fakes import Call, FakeServer

FAULTS = (
    "create 7% seed {seed}01: accept, drop",
    "create 4% seed {seed}02: drop",
    "create 3% seed {seed}03: accept, 500",
    "create 3% seed {seed}04: 500",
    "create 2% seed {seed}05: accept, garbage",
    "create 2% seed {seed}06: accept, html",
    "create 2% seed {seed}07: repeat",
    "create 6% seed {seed}08: 429 after 1",
    "create 2% seed {seed}09: 503 after 1",
    "create 1% seed {seed}10: 400",
    "create 1% seed {seed}11: fail moderation",
    "create 1% seed {seed}12: fail internal",
    "create 1% seed {seed}13: success without media",
    "poll 2% seed {seed}14: drop",
    "poll 2% seed {seed}15: 503",
    "poll 1% seed {seed}16: garbage",
    "content 5% seed {seed}17: truncate",
    "content 3% seed {seed}18: html",
    "content 3% seed {seed}19: drop",
    "content 4% seed {seed}20: expire",
    "list 5% seed {seed}21: 500",
)
_BATCH = 300
_PAIRS = 20
"""One shot in so many has two takes, whose requests look alike to a server that lists its jobs."""
_ROUNDS = 12
_WRONG_CLOCKS = (0, 0, 0, 0, 3600, -3600)
_OPEN = frozenset(set(State) - {State.DONE, State.FAILED, State.CANCELLED, State.EXPIRED})

Take = tuple[str, int, str]
"""Shot, take number, prompt."""


@dataclass(kw_only=True)
class Tally:
    """What became of the takes of one service."""

    service: str
    takes: int = 0
    requests: int = 0
    accepted: int = 0
    charged: int = 0
    home: int = 0
    failed: int = 0
    settled: int = 0
    mixed: int = 0
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Driver:
    """The process that forks workers."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("faults_worker.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, jobs: Sequence[dict[str, object]], *, kill_after: Sequence[float | None]) -> int:
        """Runs workers beside each other, kills some after so many seconds; how many were killed."""
        reading, writing = self._pipes()
        writing.write(json.dumps(list(jobs)) + "\n")
        writing.flush()
        children = json.loads(reading.readline())
        began = time.monotonic()
        for after, child in sorted((after, child) for after, child in zip(kill_after, children, strict=True) if after):
            time.sleep(max(0.0, began + after - time.monotonic()))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return sum(code == -signal.SIGKILL for code in json.loads(reading.readline()))

    def close(self) -> None:
        """Ends the driver."""
        _reading, writing = self._pipes()
        writing.close()
        self._process.wait(timeout=60)

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        reading, writing = self._process.stdout, self._process.stdin
        if reading is None or writing is None:
            raise RuntimeError("the driver has no pipes")
        return reading, writing


def takes_of(service: str, *, count: int) -> Iterator[Take]:
    """Takes, each with words of its own but for pairs of one shot."""
    number = made = 0
    while made < count:
        number += 1
        shot = f"{service[:2].upper()}{number:05d}"
        for take in (1, 2) if number % _PAIRS == 0 else (1,):
            made += 1
            yield shot, take, f"shot {number} of {service}"


def try_service(service: str, *, count: int, seed: int, driver: Driver, root: Path) -> Tally:
    """Brings takes home through everything that goes wrong, and checks the money."""
    began, tally = time.monotonic(), Tally(service=service)
    dice = random.Random(f"{seed} {service}")
    takes = list(takes_of(service, count=count))
    tally.takes = len(takes)
    script = [fault.format(seed=seed) for fault in FAULTS]
    with fake_of(service, faults=script) as fake, open_ledger(root / "state") as ledger:
        for begin in range(0, len(takes), _BATCH):
            _bring_home(
                takes[begin : begin + _BATCH],
                fake=fake,
                ledger=ledger,
                driver=driver,
                dice=dice,
                tally=tally,
                root=root,
            )
        compare_books(tally, takes, fake=fake, ledger=ledger)
    tally.seconds = time.monotonic() - began
    return tally


def _bring_home(
    batch: Sequence[Take],
    *,
    fake: FakeServer,
    ledger: Ledger,
    driver: Driver,
    dice: random.Random,
    tally: Tally,
    root: Path,
) -> None:
    for attempt in range(_ROUNDS):
        jobs = [
            {
                "root": str(root),
                "service": tally.service,
                "base_url": fake.base_url,
                "takes": batch,
                "clock_s": dice.choice(_WRONG_CLOCKS),
            }
            for _ in range(2)
        ]
        killing = attempt < 2
        kills = [dice.uniform(0.2, 4.0) if killing and dice.random() < 0.7 else None for _ in jobs]
        tally.kills += driver.run(jobs, kill_after=kills)
        if killing:
            continue
        settle(batch, fake=fake, ledger=ledger, tally=tally)
        still = unfinished(batch, ledger=ledger)
        if not still:
            return
    tally.wrong += [f"not at rest after {_ROUNDS} rounds: {each}" for each in still[:20]]


def unfinished(takes: Sequence[Take], *, ledger: Ledger) -> list[str]:
    """Takes for which something is still to be done, with how each stands."""
    rows = _rows(takes, ledger=ledger)
    still = [
        f"{shot} t{take}: {row.state}, {row.message}" for (shot, take), row in rows.items() if not _is_at_rest(row)
    ]
    return still + ["one that was never asked for"] * (len(takes) - len(rows))


def _rows(batch: Sequence[Take], *, ledger: Ledger) -> dict[tuple[str, int], Job]:
    """The last attempt of each take."""
    wanted = {(shot, take) for shot, take, _ in batch}
    found: dict[tuple[str, int], Job] = {}
    for job in ledger.jobs(library=LIBRARY):
        place = (job.order.shot, job.order.take)
        if place in wanted and (place not in found or job.order.attempt > found[place].order.attempt):
            found[place] = job
    return found


def _is_at_rest(job: Job) -> bool:
    """Whether nothing is to be done any more: a failure that was not billed is tried again by the next run."""
    refused_for_good = job.kind is not None and job.kind.value == "invalid_request"
    if job.state is State.FAILED:
        return job.billing.value != "not billed" or refused_for_good
    return job.state not in _OPEN


def settle(batch: Sequence[Take], *, fake: FakeServer, ledger: Ledger, tally: Tally) -> None:
    """What a person does who looks at the provider's own list of jobs."""
    prompts = {(shot, take): prompt for shot, take, prompt in batch}
    owner = str(this_run(pid=os.getpid()))
    for place, job in _rows(batch, ledger=ledger).items():
        if job.state is not State.DOUBT:
            continue
        known = {each.remote_id for each in ledger.jobs(library=LIBRARY) if each.remote_id}
        alike = (each for each in fake.accepted if prompts[place] in each.order.prompt)  # some add words of their own
        open_jobs = [each for each in alike if each.remote_id not in known]
        if open_jobs:
            settle_charged(ledger, key=job.key, remote_id=open_jobs[0].remote_id, owner=owner)
        else:
            settle_not_charged(ledger, key=job.key, owner=owner)
        tally.settled += 1


def compare_books(tally: Tally, takes: Sequence[Take], *, fake: FakeServer, ledger: Ledger) -> None:
    """Compares the ledger with the server's books; what is wrong stands in `tally.wrong` then."""
    rows = [job for job in ledger.jobs(library=LIBRARY) if job.order.provider == tally.service]
    claimed = Counter(job.remote_id for job in rows if job.remote_id)
    tally.accepted, tally.charged = len(fake.accepted), fake.charges
    tally.requests = fake.script.seen(Call.CREATE)
    for fault, count in fake.script.struck.items():
        tally.faults[fault.call] += count
    last = _rows(takes, ledger=ledger)
    tally.home = sum(job.state is State.DONE for job in last.values())
    tally.failed = sum(job.state is State.FAILED for job in last.values())
    prompts = {(shot, take): prompt for shot, take, prompt in takes}
    bought = Counter(
        (job.order.shot, job.order.take) for job in rows if job.billing.value != "not billed" and job.asked
    )
    tally.wrong += [
        f"bought {count} times: take {take} of {shot}" for (shot, take), count in bought.items() if count > 1
    ]
    words = {job.remote_id: job.order.prompt for job in fake.accepted}
    tally.mixed = sum(
        prompts[job.order.shot, job.order.take] not in words.get(job.remote_id, "")
        for job in last.values()
        if job.remote_id
    )
    lost = [job for job in fake.jobs.charged if job.remote_id not in claimed]
    tally.wrong += [f"charged and not in the ledger: {job.remote_id}" for job in lost]
    tally.wrong += [f"one clip serves {count} takes: {each}" for each, count in claimed.items() if count > 1]
    asked = [job for job in rows if job.asked is not None]
    at_most = sum((job.price for job in asked if job.billing.value != "not billed"), Decimal(0))
    at_least = sum((job.price for job in asked if job.billing.value == "billed"), Decimal(0))
    if not at_least <= fake.charged_usd <= at_most:  # some services bill no failure and do not say so
        tally.wrong.append(f"the ledger counts {at_least} to {at_most} USD, the server charged {fake.charged_usd}")


def _chosen(only: str | None) -> Iterator[str]:
    """The services of one part of the page, or all."""
    for service in SERVICES:
        if only is None or (service in PROFILES) == (only == "servers"):
            yield service


def main() -> int:
    """Runs every class and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--takes", type=int, default=8100, help="in the three classes together")
    parser.add_argument("--hosted-takes", type=int, default=300, help="of each hosted service")
    parser.add_argument("--only", choices=["servers", "hosted"], help="write only that part of the page")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--no-page", action="store_true", help="do not write docs/reliability.md")
    chosen = parser.parse_args()
    say(f"seed {chosen.seed}")
    tallies = []
    driver = Driver()
    try:
        for service in _chosen(chosen.only):
            count = chosen.takes // len(PROFILES) if service in PROFILES else chosen.hosted_takes
            with tempfile.TemporaryDirectory(prefix="pickup-faults-") as folder:
                tally = try_service(
                    service,
                    count=count,
                    seed=chosen.seed,
                    driver=driver,
                    root=Path(folder),
                )
            tallies.append(tally)
            say(
                f"{service}: {tally.takes} takes, {tally.requests} submits, {tally.kills} kills, {tally.home} at home, "
                f"{tally.failed} failed, {tally.settled} settled, {len(tally.wrong)} wrong, {tally.seconds:.0f} s"
            )
            for each in tally.wrong[:20]:
                say(f"  {each}")
    finally:
        driver.close()
    if not chosen.no_page:
        servers = [each for each in tallies if each.service in PROFILES]
        if servers:
            write_money_part(servers, script=FAULTS, seed=chosen.seed, price=PRICE)
        if hosted := [each for each in tallies if each.service not in PROFILES]:
            write_hosted_part(hosted, seed=chosen.seed, price=PRICE)
    return 1 if any(tally.wrong for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
