"""A watched folder with its own settings and state, and watchers as processes, for tests, the soak run and the bench.

room = WatchRoom.at(tmp_path)
with room.watcher() as watcher:
    room.put("reel1.otio", cut_text("reel 1", gaps=1))
    room.wait_for("reel1.otio", "done")
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio

from pickup.testing.otio_items import clip, gap, span, timeline_of, track

PATIENCE_S = 60.0
_LOOK_S = 0.02
_GAP_FRAMES = 14

QUICK = """
size = "160x90"

[watch]
settle_s = 0.3
deadline_s = 1.5
scan_s = 1.0
poll_s = 0.4
"""
"""Settings of a room: small pictures, and little patience."""


def cut_text(name: str, *, gaps: int = 0, footage: str = "A") -> str:
    """An export with so many gaps, as OTIO JSON; other footage around a gap makes it another shot."""
    items = [clip(f"{footage}001.mov")]
    for _ in range(gaps):
        items += [gap(_GAP_FRAMES, markers=[_brief(footage)]), clip(f"{footage}002.mov")]
    timeline = timeline_of(track(*items))
    timeline.name = name
    text: str = timeline.to_json_string(indent=1)
    return text


def _brief(footage: str) -> otio.schema.Marker:
    return otio.schema.Marker(name="PICKUP", comment=f"a harbor at dawn, as in {footage}", marked_range=span(0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRoom:
    """A watched folder, and what is around it.

    Attributes:
        place: Holds everything.
        folder: Is watched.
    """

    place: Path
    folder: Path
    environment: dict[str, str]

    @classmethod
    def at(cls, place: Path, *, settings: str = QUICK, folder: str = "in") -> WatchRoom:
        """Makes one in an empty folder."""
        watched = place / folder
        watched.mkdir(parents=True)
        (watched / "pickup.toml").write_text(settings)
        (place / "user.toml").touch()
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PICKUP_")},
            "PICKUP_STATE": str(place / "state"),
            "PICKUP_CONFIG": str(place / "user.toml"),
            "PICKUP_CONFORM_PROXIES": "false",  # what lies beside takes is nothing for a watched folder
            "PICKUP_PROVENANCE_C2PA": "off",
            "COLUMNS": "100",
            "NO_COLOR": "1",
        }
        return cls(place=place, folder=watched, environment=environment)

    @property
    def library(self) -> Path:
        """Its library, unless its settings name another."""
        return self.folder / "pickup"

    def command(self, *arguments: object) -> list[str]:
        """The program as a process."""
        return [sys.executable, "-m", "pickup", *map(str, arguments)]

    def run(self, *arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        return subprocess.run(  # noqa: S603 - this program
            self.command(*arguments),
            cwd=self.place,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    @contextmanager
    def watcher(self, *arguments: object, folder: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """A watcher that has begun; it is ended in good order with the block, unless it has ended before.

        Raises:
            AssertionError: It did not begin, or did not end well.
        """
        said = self.place / f"watcher_{time.monotonic_ns()}.log"
        with said.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - this program
                self.command("watch", folder or self.folder, *arguments),
                cwd=self.place,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait(lambda: b"watching" in said.read_bytes() or process.poll() is not None)
            yield process
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                ended = process.wait(PATIENCE_S)
                if ended != 0:
                    raise AssertionError(f"the watcher ended with {ended}: {said.read_text()}")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            text = said.read_text()
            if "Traceback" in text:
                raise AssertionError(text)

    def put(self, name: str, text: str) -> Path:
        """Writes a file as a careful program does: under a temporary name, then renamed."""
        path = self.folder / name
        part = path.with_name(f".{path.name}.part")
        part.write_text(text)
        part.replace(path)
        return path

    def status(self) -> dict[str, Any]:
        """What `status.json` says; nothing before it is written."""
        try:
            status: dict[str, Any] = json.loads((self.library / "status.json").read_text())
        except FileNotFoundError:
            return {"files": [], "problems": [], "watcher": {"state": ""}, "counts": {}}
        return status

    def file(self, name: str) -> dict[str, Any]:
        """How one file stands; without a state where it is not listed."""
        listed = (each for each in self.status()["files"] if each["file"] == name)
        return next(listed, {"file": name, "state": "", "message": ""})

    def wait_for(self, name: str, *states: str, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """Waits until a file is in one of these states, and says how it stands."""
        wait(lambda: self.file(name)["state"] in states, patience_s=patience_s, why=lambda: str(self.status()))
        return self.file(name)

    def versions(self) -> list[str]:
        """Names of all OTIO timelines for Resolve in the library."""
        return sorted(path.name for path in self.library.glob("cuts/*/*_v*.resolve.otio"))

    def takes(self) -> list[str]:
        """Folders of all recorded takes."""
        return sorted(
            path.parent.relative_to(self.library).as_posix() for path in self.library.glob("takes/*/*/take.json")
        )


def wait(happened: Callable[[], bool], *, patience_s: float = PATIENCE_S, why: Callable[[], str] = str) -> None:
    """Waits until something has happened.

    Raises:
        AssertionError: It did not, in time.
    """
    deadline = time.monotonic() + patience_s
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen within {patience_s:g} s: {why()}")
        time.sleep(_LOOK_S)
