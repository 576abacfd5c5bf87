"""Runs jobs in child processes that may kill themselves; used by test_jobs_kill.py, which talks to it by lines of JSON.

Each line is a list of scenarios. They run at the same time, each in a forked child; the answer is the list of their
results, or null for a child that was killed. Forking from here saves the imports for every child.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pickup.cut import Size
from pickup.jobs.bench import Bench, Part, TakeRequest
from pickup.jobs.ledger import open_ledger
from pickup.jobs.owners import this_run
from pickup.jobs.pacing import Pace
from pickup.jobs.runner import run
from pickup.ports import Delivery, Generation
from pickup.testing.fake_library import CopyConform, FolderStore
from pickup.testing.fake_provider import LOOK, MODEL, Behavior, CallFault, FakeProvider, SubmitFault
from pickup.timing import FrameRate

RATE = FrameRate(fps=Fraction(24))
PRICE = Decimal("1.25")


class Steps:
    """Counts steps and kills the process at one of them."""

    def __init__(self, kill_at: int | None) -> None:
        self.count = 0
        self._kill_at = kill_at

    def __call__(self, _step: str) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def wanted(shot: str, *, provider: FakeProvider, parts: int, draft: bool) -> TakeRequest:
    request = Generation(
        shot=shot,
        take=1,
        prompt="a harbor at dawn",
        negative="",
        seed=7,
        model=MODEL,
        frames=24,
        rate=RATE,
        size=(320, 180),
        look=LOOK,
    )
    delivery = Delivery(frames=24, rate=RATE, size=(320, 180), codec="prores_lt", reel=f"TEST_{shot}_t01", draft=draft)
    later = tuple(Part(request=replace(request, part=part), quoted=PRICE) for part in range(2, parts + 1))
    return TakeRequest(request=request, delivery=delivery, provider=provider, quoted=PRICE, later=later, cut="harbor")


async def last_frame(path: Path, _size: Size) -> bytes:
    return path.read_bytes()  # noqa: ASYNC240 - a few bytes


def play(scenario: dict[str, Any]) -> dict[str, Any]:
    root = Path(scenario["root"])
    steps = Steps(scenario.get("kill_at"))
    provider = FakeProvider(
        root / "provider",
        behavior=Behavior(
            replays=scenario.get("replays", False),
            can_reconcile=scenario.get("can_reconcile", False),
            price=PRICE,
            on_step=steps,
        ),
        submit_faults=[SubmitFault(each) for each in scenario.get("submit_faults", [])],
        poll_faults=[CallFault(each) for each in scenario.get("poll_faults", [])],
        fetch_faults=[CallFault(each) for each in scenario.get("fetch_faults", [])],
    )
    with open_ledger(root / "state") as ledger:
        bench = Bench(
            library="lib-1",
            ledger=ledger,
            store=FolderStore(root / "library"),
            conform=CopyConform(log=root / "conforms.log"),
            owner=str(this_run(pid=os.getpid())),
            last_frame=last_frame,
            on_step=steps,
        )
        pace = Pace(poll_s=0, longest_poll_s=0, retry_s=0, claim_s=0.002)
        parts, draft = scenario.get("parts", 1), scenario.get("draft", False)
        requests = [wanted(each, provider=provider, parts=parts, draft=draft) for each in scenario["shots"]]
        result = run(requests, bench=bench, pace=pace)
    return {
        "steps": steps.count,
        **{name: [each.shot for each in getattr(result, name)] for name in ("done", "failed", "doubt", "parked")},
        "messages": [each.message for each in result.failed],
    }


def start(scenario: dict[str, Any]) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        answer = json.dumps(play(scenario)).encode()
        os.write(writing, answer)
    except BaseException:  # noqa: BLE001 - the child must not return into the parent's loop
        sys.excepthook(*sys.exc_info())
    sys.stderr.flush()
    os._exit(0)


def finish(child: int, reading: int) -> dict[str, Any] | None:
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return json.loads(answer) if answer else None


if __name__ == "__main__":
    for line in sys.stdin:
        children = [start(each) for each in json.loads(line)]
        sys.stdout.write(json.dumps([finish(*each) for each in children]) + "\n")
        sys.stdout.flush()
