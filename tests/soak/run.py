"""Leaves a watcher alone with thousands of files, kills it now and then, and checks what became of each of them.

`make soak`, or `make soak MINUTES=20` for longer; `python tests/soak/run.py --minutes 1 --no-page` for a quick look. It
writes its part of docs/reliability.md, and ends with 1 if anything is not as it must be.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reliability import write_part
from soak_checks import Evidence, faults_of, gather, states_of
from soak_memory import Meter, processes_with
from soak_page import Report, page, shown_elsewhere
from soak_restart import measure_restart
from soak_stock import Stock
from soak_throwing import Thrower

from pickup.testing.watch_room import WatchRoom

_KNOWN = 10_000
_REST_S = 60.0
"""Of all minutes, what coming to rest, the checks and the restart with known files take."""

_ROUGH_SHARE = 0.35
_ROUGH = (("kill", False), ("stop", False), ("kill", False), ("stop", True), ("kill", True), ("kill", False))
"""How the first lives end, and whether the watcher polls then."""

_WAVE = 80
_STEP_S = 0.03
_DOWN_S = 1.0
_PATIENCE_S = 120.0
_ORPHANS_S = 15.0
_LOUD = 20
_SETTINGS = """
size = "160x90"

[watch]
settle_s = 0.5
deadline_s = 5.0
scan_s = 5.0
poll_s = 1.0
polling = "{polling}"
"""


def main(arguments: Sequence[str]) -> int:
    """Throws, checks, prints and writes."""
    options = _options(arguments)
    elsewhere = shown_elsewhere()
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - a script
    folder = Path(tempfile.mkdtemp())
    soak = Soak.at(folder / "room", seed=options.seed)
    soak.run(throw_s=max(options.minutes * 60 - _REST_S, 20))
    restarts = [measure_restart(folder / f"known{known}", known=known) for known in (0, options.known)]
    if soak.faults:
        print(f"everything is kept in {folder}", flush=True)  # noqa: T201
    else:
        shutil.rmtree(folder)
    text = page(soak.report(minutes=options.minutes), restarts=restarts, elsewhere=elsewhere)
    sys.stdout.write(text)
    if not options.no_page:
        write_part("watcher", text)
    return 1 if soak.faults else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0, help="how long it may take, about")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000), help="the same seed, the same files")
    parser.add_argument("--known", type=int, default=_KNOWN, help="files that a restart finds known")
    parser.add_argument("--no-page", action="store_true", help="only print")
    return parser.parse_args(arguments)


@dataclass(slots=True, kw_only=True)
class Soak:
    """One run.

    Attributes:
        ends: How often a watcher was killed, or stopped in good order.
        faults: What is not as it must be.
        rest_s: Seconds from the start of the last watcher until everything had come to rest.
    """

    room: WatchRoom
    stock: Stock
    thrower: Thrower
    rng: random.Random
    seed: int
    meter: Meter = field(default_factory=Meter)
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    evidence: Evidence | None = None
    rest_s: float = 0.0
    _pid: int | None = None
    _looked: float = 0.0
    _busy: int = 0

    @classmethod
    def at(cls, place: Path, *, seed: int) -> Soak:
        """In a folder that is not there yet."""
        room = WatchRoom.at(place, settings=_SETTINGS.format(polling="auto"))
        rng = random.Random(seed)
        stock = Stock(rng)
        thrower = Thrower(room.folder, library=room.library, stock=stock, rng=rng)
        return cls(room=room, stock=stock, thrower=thrower, rng=rng, seed=seed)

    def run(self, *, throw_s: float) -> None:
        """Throws for so long, then checks."""
        try:
            self._live_roughly(throw_s * _ROUGH_SHARE)
            self._live_long(throw_s * (1 - _ROUGH_SHARE))
            self._end_well()
        except AssertionError as error:
            self.faults.append(str(error))
        self._check_what_is_left()

    def report(self, *, minutes: float) -> Report:
        """What the page tells."""
        return Report(
            seed=self.seed,
            minutes=minutes,
            done=self.thrower.done,
            ends=self.ends,
            written=self.thrower.kinds,
            states=states_of(self.evidence) if self.evidence else Counter(),
            takes=len(self.evidence.takes) if self.evidence else 0,
            versions=sum(path.endswith(".resolve.otio") for path in self.evidence.delivered) if self.evidence else 0,
            meter=self.meter,
            rest_s=self.rest_s,
            faults=self.faults,
        )

    # Lives

    def _live_roughly(self, throw_s: float) -> None:
        """Several lives, each ended when it is least convenient; files go on arriving meanwhile."""
        for end, polls in _ROUGH:
            self._set_polling("always" if polls else "auto")
            with self.room.watcher() as watcher:
                self._throw(throw_s / len(_ROUGH) * self.rng.uniform(0.7, 1.3), pid=watcher.pid)
                if self.rng.random() < 0.5:
                    self.thrower.burst(_WAVE)
                if end == "kill":
                    watcher.kill()
                    watcher.wait()
                self.ends[end] += 1
            self._throw(_DOWN_S)
        self._set_polling("auto")

    def _live_long(self, throw_s: float) -> None:
        """One life whose memory is measured, with a burst now and then; it comes to rest, is woken, and killed."""
        with self.room.watcher() as watcher:
            bursts = 4
            for _ in range(bursts):
                self._throw(throw_s / bursts, pid=watcher.pid, meter=self.meter)
                self.thrower.burst(_WAVE)
            self.thrower.finish()
            self._come_to_rest()
            self._check_no_children(watcher.pid)
            self.thrower.burst(_WAVE // 2)
            self._throw(2.0)
            watcher.kill()
            watcher.wait()
            self.ends["kill"] += 1
        self.faults += self.meter.growth().faults

    def _end_well(self) -> None:
        """The last life: everything comes to rest, and another watcher finds nothing to do."""
        begin = time.monotonic()
        with self.room.watcher():
            self.thrower.finish()
            evidence = self._come_to_rest()
            self.rest_s = time.monotonic() - begin
            self._check_status(evidence)
        self.ends["stop"] += 1
        self._check_once_more(evidence)

    def _throw(self, seconds: float, *, pid: int | None = None, meter: Meter | None = None) -> None:
        self._pid = pid
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.thrower.step(busy=self._ask_busy())
            if meter is not None and pid is not None:
                meter.sample(pid, files=lambda: len(list(self.room.folder.iterdir())))
            time.sleep(self.rng.expovariate(1 / _STEP_S))

    def _ask_busy(self) -> int:
        """How many files the watcher has in work, as it said a second ago at most."""
        if time.monotonic() - self._looked > 1.0:
            self._looked = time.monotonic()
            counts = self.room.status()["counts"]
            self._busy = sum(counts.get(state, 0) for state in ("arriving", "planning", "waiting", "working"))
        return self._busy

    def _set_polling(self, polling: str) -> None:
        (self.room.folder / "pickup.toml").write_text(_SETTINGS.format(polling=polling))

    # Checks

    def _come_to_rest(self) -> Evidence:
        """Waits until nothing is wrong, or nothing gets better any more."""
        deadline = time.monotonic() + _PATIENCE_S
        fewest = sys.maxsize
        while True:
            self.evidence = evidence = gather(self.room, stock=self.stock)
            faults = faults_of(evidence)
            if faults and len(faults) < fewest:
                fewest, deadline = len(faults), time.monotonic() + _PATIENCE_S / 2
            if not faults or time.monotonic() > deadline:
                self.faults += faults
                return evidence
            time.sleep(1.0)

    def _check_status(self, evidence: Evidence) -> None:
        time.sleep(2.5)  # it is written once a second
        status = self.room.status()
        states = Counter(state for (_, state), number in states_of(evidence).items() for _ in range(number))
        counts = {state: number for state, number in status["counts"].items() if number}
        if counts != states:
            self.faults.append(f"status.json counts {counts}; in the folder there are {dict(states)}")
        if status["problems"]:
            self.faults.append(f"status.json tells of problems: {status['problems']}")
        if unknown := {each["file"] for each in status["files"]} - evidence.files.keys():
            self.faults.append(f"status.json lists what is not there: {sorted(unknown)}")

    def _check_once_more(self, evidence: Evidence) -> None:
        """A fresh watcher finds everything as it stands and makes nothing; the library is whole."""
        once = self.room.run("watch", self.room.folder, "--once", "--json")
        said = {each["file"]: each["state"] for each in json.loads(once.stdout)["folders"][0]["files"]}
        stood = {name: standing["state"] for name, standing in evidence.standings.items()}
        if said != stood:
            others = sorted(name for name in said.keys() | stood.keys() if said.get(name) != stood.get(name))
            self.faults.append(f"a new watcher sees {len(others)} files otherwise, first {others[0]}")
        after = gather(self.room, stock=self.stock)
        if (after.takes, after.delivered) != (evidence.takes, evidence.delivered):
            self.faults.append("a new watcher made something though nothing had changed")
        check = self.room.run("library", "check", "--library", self.room.library)
        if check.returncode:
            self.faults.append(f"`pickup library check` is not clean: {check.stdout[-500:]}{check.stderr[-500:]}")

    def _check_no_children(self, pid: int) -> None:
        children = [each for each in processes_with(self._setting) if each != pid]
        if children:
            self.faults.append(f"{len(children)} processes are left at rest beside the watcher")

    def _check_what_is_left(self) -> None:
        """Processes, faults in the log, and names that were not to be looked at."""
        deadline = time.monotonic() + _ORPHANS_S
        while (left := processes_with(self._setting)) and time.monotonic() < deadline:
            time.sleep(0.5)
        if left:
            self.faults.append(f"{len(left)} processes are left after all watchers ended")
        logs = "".join(path.read_text() for path in sorted(self.room.library.glob("watch.log*")))
        if "Traceback" in logs:
            self.faults.append(f"watch.log tells of a fault: {logs[logs.index('Traceback') :][:2000]}")
        seen = {record["file"] for record in _lines(self.room.library / "watch.jsonl")}
        if known := seen & self.thrower.never:
            self.faults.append(f"temporary names were taken up: {sorted(known)}")
        if unknown := seen - self.thrower.names:
            self.faults.append(f"files were taken up that nobody put there: {sorted(unknown)}")
        for fault in self.faults[:_LOUD]:
            print(f"FAULT {fault}", flush=True)  # noqa: T201 - a script

    @property
    def _setting(self) -> str:
        return f"PICKUP_STATE={self.room.environment['PICKUP_STATE']}"


def _lines(journal: Path) -> Iterator[dict[str, Any]]:
    for line in journal.read_text(errors="replace").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
