"""A run of many takes in a process that may be killed at any moment; `faults` forks as many as it likes.

Each line on standard input is a list of jobs for workers; the answer is the list of their process ids, and a line for
each that has ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.jobs.bench import Bench, TakeRequest
from pickup.jobs.gates import Gate
from pickup.jobs.ledger import open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.pacing import Pace
from pickup.jobs.runner import run
from pickup.ports import Delivery, Generation
from pickup.providers.openai_videos import OpenAIVideos
from pickup.testing.fake_library import CopyConform, FolderStore
from pickup.timing import FrameRate

LIBRARY = "faults"
CUT = "cut"
PRICE = Decimal("0.10")
SECONDS = 4
IN_FLIGHT = 48
_RATE = FrameRate(fps=Fraction(24))
_SIZE = (1280, 720)
_PACE = Pace(
    poll_s=0.02, longest_poll_s=0.1, retry_s=0.02, longest_retry_s=0.2, retries=8, claim_s=0.5, patience_s=30.0
)


def provider_for(profile: str, *, base_url: str) -> OpenAIVideos:
    """The provider under test, as settings would make it."""
    settings: dict[str, Any] = {
        "kind": "openai_videos",
        "profile": profile,
        "base_url": base_url,
        "model": "model",
        "price_per_second": str(PRICE),
        "poll_s": 0.02,
    }
    environment = {}
    if profile == "inworld":
        settings |= {"fields": {"seconds": "duration", "size": "resolution+aspect_ratio"}, "api_key_env": "KEY"}
        environment = {"KEY": "a2V5"}
    made = ProviderSettings.model_validate(settings)
    today = date(2026, 11, 29)
    return OpenAIVideos(
        ProviderSetup(name=profile, settings=made, library=Path("/"), today=today, environment=environment)
    )


def request_for(shot: str, take: int, *, prompt: str, provider: OpenAIVideos) -> TakeRequest:
    """One take of four seconds."""
    request = Generation(
        shot=shot,
        take=take,
        prompt=prompt,
        negative="",
        seed=take,
        model="model",
        frames=SECONDS * 24,
        rate=_RATE,
        size=_SIZE,
        look="",
        seconds=Fraction(SECONDS),
    )
    delivery = Delivery(frames=90, rate=_RATE, size=_SIZE, codec="prores_hq", reel=f"{shot}_{take}")
    return TakeRequest(
        request=request,
        delivery=delivery,
        provider=provider,
        quoted=PRICE * SECONDS,
        cut=CUT,
        poll_s=0.02,
        gate=Gate(provider=provider.name, in_flight=IN_FLIGHT, generation_s=1.0),
    )


def work(job: dict[str, Any]) -> None:
    """Brings takes home, with a clock that may be wrong."""
    root, wrong_by = Path(job["root"]), timedelta(seconds=job["clock_s"])
    provider = provider_for(job["profile"], base_url=job["base_url"])
    with open_ledger(root / "state", clock=lambda: datetime.now(UTC) + wrong_by) as ledger:
        bench = Bench(
            library=LIBRARY,
            ledger=ledger,
            store=FolderStore(root / "library"),
            conform=CopyConform(log=root / "conforms.log"),
            owner=str(this_run(pid=os.getpid())),
        )
        requests = [request_for(shot, take, prompt=prompt, provider=provider) for shot, take, prompt in job["takes"]]
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
