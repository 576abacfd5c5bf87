"""A run of many takes in a process that may be killed at any moment; `faults` forks as many as it likes.

Each line on standard input is a list of jobs for workers; the answer is the list of their process ids, and a line for
each that has ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from faults_services import COVER, RATE, SIZE, provider_of, quote_of

from pickup.jobs.bench import Bench, TakeRequest
from pickup.jobs.gates import Gate
from pickup.jobs.ledger import open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.pacing import Pace
from pickup.jobs.runner import run
from pickup.offers import Quote
from pickup.ports import Delivery, Generation, Provider
from pickup.testing.fake_library import CopyConform, FolderStore

LIBRARY = "faults"
CUT = "cut"
IN_FLIGHT = 48
_PACE = Pace(
    poll_s=0.02, longest_poll_s=0.1, retry_s=0.02, longest_retry_s=0.2, retries=8, claim_s=0.5, patience_s=30.0
)


def request_for(shot: str, take: int, *, prompt: str, provider: Provider, quote: Quote) -> TakeRequest:
    """One take of one clip."""
    [clip] = quote.clips
    request = Generation(
        shot=shot,
        take=take,
        prompt=prompt,
        negative="",
        seed=take,
        model=provider.offers()[0].model,
        frames=clip.frames,
        rate=clip.rate,
        size=quote.size or SIZE,
        look="",
        seconds=clip.seconds,
    )
    delivery = Delivery(frames=COVER, rate=RATE, size=SIZE, codec="prores_hq", reel=f"{shot}_{take}")
    return TakeRequest(
        request=request,
        delivery=delivery,
        provider=provider,
        quoted=quote.price,
        cut=CUT,
        poll_s=0.02,
        gate=Gate(provider=provider.name, in_flight=IN_FLIGHT, generation_s=1.0),
    )


def work(job: dict[str, Any]) -> None:
    """Brings takes home, with a clock that may be wrong."""
    root, wrong_by = Path(job["root"]), timedelta(seconds=job["clock_s"])
    provider = provider_of(job["service"], base_url=job["base_url"])
    quote = quote_of(provider)
    with open_ledger(root / "state", clock=lambda: datetime.now(UTC) + wrong_by) as ledger:
        bench = Bench(
            library=LIBRARY,
            ledger=ledger,
            store=FolderStore(root / "library"),
            conform=CopyConform(log=root / "conforms.log"),
            owner=str(this_run(pid=os.getpid())),
        )
        requests = [
            request_for(shot, take, prompt=prompt, provider=provider, quote=quote)
            for shot, take, prompt in job["takes"]
        ]
        run(requests, bench=bench, pace=_PACE)


def start(job: dict[str, Any]) -> int:
    """A child that works on a job; its process id."""
    child = os.fork()
    if child:
        return child
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        work(job)
    except BaseException:  # noqa: BLE001 - the child must not return into the parent's loop
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def say(line: str) -> None:
    """One line at once, for whoever reads along."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for line in sys.stdin:
        children = [start(each) for each in json.loads(line)]
        say(json.dumps(children))
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        say(json.dumps(codes))
