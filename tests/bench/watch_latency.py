"""How long a watcher takes from an export that is complete to its plan, at the settings that it comes with.

Every file has one hole; `approve = "plan"` keeps the watcher from filling it, so that each finds the watcher idle. The
plan counts from the moment at which `plan.json` lies there, asked every few milliseconds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pickup.testing.watch_room import WatchRoom, cut_text

_LOOK_S = 0.005
_PATIENCE_S = 60.0

POLL_S = 1.0
_EVENTS_AIM_S = 2.0
_POLLING_AIM_S = 2 * POLL_S + 1

_SETTINGS = 'size = "160x90"\napprove = "plan"\n'
_WATCHED = MappingProxyType(
    {
        "events": (_SETTINGS, _EVENTS_AIM_S),
        f"polling every {POLL_S:g} s": (
            f'{_SETTINGS}\n[watch]\npolling = "always"\npoll_s = {POLL_S:g}\n',
            _POLLING_AIM_S,
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds from files that are complete to their plans.

    Attributes:
        watched: How the folder was watched, and `written` how the files came into it.
        aim_s: That 95 of 100 files are to stay below.
    """

    watched: str
    written: str
    seconds: tuple[float, ...]
    aim_s: float

    @property
    def median_s(self) -> float:
        """Half of the files took less."""
        return statistics.median(self.seconds)

    @property
    def p95_s(self) -> float:
        """95 of 100 files took less: the smallest figure of which that is true."""
        return sorted(self.seconds)[-(-95 * len(self.seconds) // 100) - 1]


def latencies(folder: Path, *, files: int) -> Iterator[Latency]:
    """Measures every way of watching with every way of writing.

    Args:
        folder: Empty; rooms are made in it.
        files: How many for each.
    """
    for number, (watched, (settings, aim_s)) in enumerate(_WATCHED.items()):
        room = WatchRoom.at(folder / f"room{number}", settings=settings)
        with room.watcher():
            for written, write in _WRITTEN.items():
                taken = []
                for file in range(files):
                    name = f"{written.split()[0]}_{file}x"
                    _wait_for_moment(file / files)
                    taken.append(_latency(room, name=name, write=write))
                yield Latency(watched=watched, written=written, seconds=tuple(taken), aim_s=aim_s)


def _wait_for_moment(share: float) -> None:
    """Waits for a moment of the polling interval: the files are spread evenly over it."""
    time.sleep((share * POLL_S - time.monotonic()) % POLL_S)


def _latency(room: WatchRoom, *, name: str, write: Callable[[WatchRoom, str, str], None]) -> float:
    plan = room.library / "cuts" / name / "plan.json"
    write(room, f"{name}.otio", cut_text(name, gaps=1, footage=name.upper()))
    begin = time.perf_counter()
    while not plan.is_file():
        if time.perf_counter() - begin > _PATIENCE_S:
            raise RuntimeError(f"no plan for {name} within {_PATIENCE_S:g} s: {room.status()}")
        time.sleep(_LOOK_S)
    return time.perf_counter() - begin


def _rename(room: WatchRoom, name: str, text: str) -> None:
    room.put(name, text)


def _write_in_place(room: WatchRoom, name: str, text: str) -> None:
    (room.folder / name).write_text(text)


_WRITTEN: Mapping[str, Callable[[WatchRoom, str, str], None]] = MappingProxyType(
    {"renamed into place": _rename, "written in place, closed": _write_in_place}
)
