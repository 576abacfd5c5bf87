"""Measures what generating costs besides generating, prints tables and writes docs/bench-money.md.

`make bench` runs it after the rest. The server is a fake on loopback that takes a fixed time for a clip; both sides of
a ratio are measured in the same run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pickup.config import load_config
from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.fill.prepare import prepare
from pickup.jobs.bench import Bench, TakeRequest
from pickup.jobs.gates import Gate
from pickup.jobs.ledger import Ledger, open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.runner import run
from pickup.jobs.states import Order, State
from pickup.offers import Audio, Capability, Lengths, Mode, Offer, Per, Price, PriceList, Wish
from pickup.offers.cover import quote_cover
from pickup.offers.rates import frames_needed
from pickup.ports import Delivery, Generation
from pickup.providers.openai_videos import OpenAIVideos
from pickup.testing.fake_library import CopyConform, FolderStore
from pickup.testing.fakes import FakeOpenAI, Pace, RealClock, Setup
from pickup.timing import FrameRate

_PAGE = Path(__file__).parents[2] / "docs" / "bench-money.md"
_SAMPLES = Path(__file__).parents[2] / "sample_timelines"
_RATE = FrameRate(fps=Fraction(24))
_SIZE = (1280, 720)
_HOLES, _IN_FLIGHT, _LATENCY_S = 64, 16, 30.0  # services take 30 to 250 s for a clip
_MANY = 500
_COMMITS = 7
"""Commits in a job's life: planned, claimed, and five transitions; releasing it is one more."""


def main(arguments: Sequence[str]) -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-page", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        page = "\n".join(_lines(Path(folder)))
    sys.stdout.write(page)
    if not options.no_page:
        _PAGE.write_text(page, encoding="utf-8")


def _lines(folder: Path) -> Iterator[str]:
    yield "# What generating costs besides generating\n"
    yield (
        f"Written by `make bench` on {dt.datetime.now(tz=dt.UTC):%Y-%m-%d}: {os.cpu_count()} cores,\n"
        f"{platform.system()}, Python {platform.python_version()}. Against a fake server on loopback; figures of\n"
        "one run, to be read as ratios.\n"
    )
    yield from _schedule(folder / "schedule")
    yield from _ledger(folder / "ledger")
    yield from _memory(folder / "memory")
    yield from _plans()


def _provider(fake: FakeOpenAI, *, in_flight: int) -> OpenAIVideos:
    settings = ProviderSettings.model_validate(
        {
            "kind": "openai_videos",
            "profile": "vllm-omni",
            "base_url": fake.base_url,
            "model": "model",
            "price_per_second": "0.10",
            "max_in_flight": in_flight,
        }
    )
    setup = ProviderSetup(
        name="studio", settings=settings, library=Path("/"), today=dt.date(2026, 11, 29), environment={}
    )
    return OpenAIVideos(setup)


def _request(number: int, *, provider: OpenAIVideos, in_flight: int, poll_s: float) -> TakeRequest:
    request = Generation(
        shot=f"SH{number:04d}",
        take=1,
        prompt=f"shot {number}",
        negative="",
        seed=7,
        model="model",
        frames=96,
        rate=_RATE,
        size=_SIZE,
        look="",
        seconds=Fraction(4),
    )
    delivery = Delivery(frames=90, rate=_RATE, size=_SIZE, codec="prores_hq", reel=f"SH{number:04d}")
    gate = Gate(provider="studio", in_flight=in_flight)
    return TakeRequest(
        request=request, delivery=delivery, provider=provider, quoted=Decimal("0.40"), poll_s=poll_s, gate=gate
    )


def _generate(folder: Path, *, count: int, in_flight: int, latency_s: float, poll_s: float) -> float:
    """Wall seconds of a run of `count` takes; conforming is a copy."""
    setup = Setup(clock=RealClock(), pace=Pace(latency_s=latency_s, polls=0), content="tiny")
    with FakeOpenAI(profile="vllm-omni", setup=setup) as fake, open_ledger(folder / "state") as ledger:
        provider = _provider(fake, in_flight=in_flight)
        bench = Bench(
            library="bench",
            ledger=ledger,
            store=FolderStore(folder / "library"),
            conform=CopyConform(log=folder / "conforms.log"),
            owner=str(this_run(pid=os.getpid())),
        )
        requests = [_request(number, provider=provider, in_flight=in_flight, poll_s=poll_s) for number in range(count)]
        began = time.monotonic()
        result = run(requests, bench=bench)
        took = time.monotonic() - began
        if len(result.done) != count or fake.charges != count:
            raise RuntimeError(f"{len(result.done)} of {count} takes are there, {fake.charges} were charged")
    return took


def _schedule(folder: Path) -> Iterator[str]:
    took = _generate(folder, count=_HOLES, in_flight=_IN_FLIGHT, latency_s=_LATENCY_S, poll_s=0.25)
    ideal = math.ceil(_HOLES / _IN_FLIGHT) * _LATENCY_S
    share = took / ideal - 1
    yield f"## {_HOLES} holes against the ideal schedule (aim: within 3 %)\n"
    yield f"{_LATENCY_S:g} s for a clip, {_IN_FLIGHT} at once, asked every 0.25 s.\n"
    rows = [(f"{ideal:.1f}", f"{took:.1f}", f"{share:.1%}", "met" if share <= 0.03 else "MISSED")]
    yield _table(("ideal, s", "taken, s", "over", "aim"), rows)


def _ledger(folder: Path) -> Iterator[str]:
    with open_ledger(folder) as ledger:
        owner, began, cpu = str(this_run(pid=os.getpid())), time.perf_counter(), time.process_time()
        for number in range(_MANY):
            _walk(ledger, number=number, owner=owner)
        wall_ms = (time.perf_counter() - began) * 1000 / _MANY
        cpu_ms = (time.process_time() - cpu) * 1000 / _MANY
    raw_ms = _raw_commits(folder / "raw.sqlite") * 1000 / _MANY
    yield f"## The ledger's cost of one job, over {_MANY}\n"
    rows = [
        (f"{_COMMITS} bare SQLite commits (WAL, FULL)", f"{raw_ms:.1f}", "", "1.0"),
        ("a job from planned to done", f"{wall_ms:.1f}", f"{cpu_ms:.1f}", f"{wall_ms / raw_ms:.1f}"),
    ]
    yield _table(("what", "wall ms", "CPU ms", "x wall"), rows)


def _walk(ledger: Ledger, *, number: int, owner: str) -> None:
    order = Order(
        library="bench",
        cut="cut",
        shot=f"SH{number:04d}",
        take=1,
        provider="studio",
        model="model",
        digest=f"{number:064d}",
        quoted=Decimal("0.40"),
    )
    job = ledger.plan(order)
    claimed = ledger.claim(job.key, owner=owner)
    if claimed is None:
        raise RuntimeError("the job was claimed by somebody else")
    job = ledger.enter(claimed, owner=owner, gate=Gate(provider="studio", in_flight=1000))
    for state in (State.SUBMITTED, State.READY, State.FETCHED, State.DONE):
        job = ledger.transition(job, to=state, owner=owner)


def _raw_commits(path: Path) -> float:
    """Wall seconds of as many commits of one row as the jobs made."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    began = time.perf_counter()
    for number in range(_MANY * _COMMITS):
        with connection:
            connection.execute("INSERT INTO t (b) VALUES (?)", (f"{number:064d}",))
    took = time.perf_counter() - began
    connection.close()
    return took


def _memory(folder: Path) -> Iterator[str]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = _generate(folder, count=_MANY, in_flight=_MANY, latency_s=20.0, poll_s=2.0)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"## {_MANY} jobs in flight at once\n"
    yield "The fake server runs in the same process, so its memory is in the figure.\n"
    rows = [(f"{before:.0f}", f"{after:.0f}", f"{(after - before) * 1024 / _MANY:.0f}", f"{took:.1f}")]
    yield _table(("MB before", "MB at most", "KB a job", "s, of which 20 generating"), rows)


def _plans() -> Iterator[str]:
    """The chosen clips against the longest one for each hole, over the sample timelines."""
    wishes = list(_wishes())
    yield "## What the chosen plan costs against the longest clip for each hole\n"
    yield f"{len(wishes)} holes of sample_timelines.\n"
    rows = []
    for offer in _ROUTES:
        chosen = naive = Decimal(0)
        for wish in wishes:
            chosen += quote_cover(offer, wish).price
            naive += _naive(offer, wish)
        rows.append((offer.model, f"{chosen:.2f}", f"{naive:.2f}", f"{chosen / naive:.0%}"))
    yield _table(("a model like", "chosen, USD", "longest, USD", "of it"), rows)
    yield "Lengths and prices of the models are those of 2026-11-22, silent, at 720p; no handles are bought.\n"


def _wishes() -> Iterator[Wish]:
    for timeline in sorted(_SAMPLES.glob("*.otio")):
        config = load_config(timeline=timeline, flags={"size": "1280x720"}, environment={}, config_file=None)
        for shot in prepare(timeline, config=config, probe=False).shots:
            rate = shot.spec.delivery.rate
            yield Wish(cover_frames=shot.spec.covers.length, handles=12, rate=rate, size=_SIZE, before=True)


def _naive(offer: Offer, wish: Wish) -> Decimal:
    [able] = offer.capabilities
    needed = frames_needed(wish.cover_frames, made_at=able.rates[0], shown_at=wish.rate)
    longest = able.lengths.at(able.rates[0])[-1]
    price = offer.prices.of(able.lengths.seconds[-1], size=_SIZE, silent=True) if offer.prices else None
    return (price or Decimal(0)) * max(1, math.ceil((needed - 1) / (longest - 1)))


def _route(model: str, lengths: Lengths, *prices: Price) -> Offer:
    able = Capability(
        modes=frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}), lengths=lengths, sizes=(_SIZE,), rates=(_RATE,)
    )
    offer = Offer(provider="example", model=model, capabilities=(able,), prices=PriceList(lines=prices))
    return replace(offer, audio=Audio.OPTIONAL)


_ROUTES = (
    _route("Veo 3.1 fast (4, 6, 8 s)", Lengths.of(4, 6, 8), Price(usd=Decimal("0.10"))),
    _route("Wan 3.0 (2-30 s)", Lengths.every(1, low=2, high=30), Price(usd=Decimal("0.10"))),
    _route("Kling 3 (3-15 s)", Lengths.every(1, low=3, high=15), Price(usd=Decimal("0.112"))),
    _route(
        "Ray 3.2 (5, 10 s)",
        Lengths.of(5, 10),
        Price(usd=Decimal("0.30"), per=Per.CLIP, seconds=Fraction(5)),
        Price(usd=Decimal("0.90"), per=Per.CLIP, seconds=Fraction(10)),
    ),
)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
