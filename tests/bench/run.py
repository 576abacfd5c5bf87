"""Measures Pickup beside the libraries it stands on, prints tables and writes docs/bench.md.

`make bench`, or `python tests/bench/run.py --clips 1000 10000 --rounds 1 --only start timelines --no-page` for a quick
look. Tables that are not measured stay on the page as they are, each with its date. Every figure but the watcher's is a
whole process; both sides of a ratio are measured in turns in the same run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from conform_tables import ConformBench
from made_timeline import write_gappy_timeline, write_timeline
from measure import Cost, cost_of, medians, pickup, side
from tables import seconds, table
from watch_latency import latencies

from pickup.providers.slate.looks import PLATES
from pickup.testing.made_library import make_library

_PAGE = Path(__file__).parents[2] / "docs" / "bench.md"
_MEDIA_SIDES = Path(__file__).with_name("media_sides.py")
_LOOKS = ("slate", "still", "push", "bridge", *PLATES)
_FRAMES = 48
_TAKES = (1_000, 10_000)
_WATCHED_FILES = 20
_LINEAR_CLIPS = (10_000, 50_000)
_LINEAR_LIMIT = 5.5
_MOST_CLIPS_IN_ALL_FLAVORS = 10_000


def main(arguments: Sequence[str]) -> None:
    """Measures, prints and writes."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PICKUP_STATE"] = str(Path(folder) / "state")
        for table_text in _tables(Path(folder), options=options):
            sys.stdout.write(f"{table_text}\n")
            sys.stdout.flush()
            if not options.no_page:  # at once, since all of them take hours
                _PAGE.write_text(_page(table_text, old=_PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, nargs="*", default=[1_000, 10_000, 50_000], help="lengths of timelines")
    parser.add_argument("--rounds", type=int, default=3, help="how often each process is run; the median counts")
    parser.add_argument("--only", nargs="*", choices=_PARTS, default=list(_PARTS), help="measure these alone")
    parser.add_argument("--no-page", action="store_true", help="only print")
    return parser.parse_args(arguments)


def _tables(folder: Path, *, options: argparse.Namespace) -> Iterator[str]:
    median = f"median of {options.rounds}" if options.rounds > 1 else "one run"
    for part in options.only:
        for each in _PARTS[part](folder, options):
            yield f"{each}\nMeasured on {dt.datetime.now(tz=dt.UTC):%Y-%m-%d}, {median}.\n"


def _start(_folder: Path, options: argparse.Namespace) -> Iterator[str]:
    yield _start_table(options.rounds)


def _timelines(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    yield from _timeline_tables(folder, clips=options.clips, rounds=options.rounds)


def _relink(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    yield _relink_table(folder, rounds=options.rounds)


def _slate(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    yield _media_table(folder, rounds=options.rounds)


def _conform(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    yield ConformBench(folder / "conform", rounds=options.rounds).beside_ffmpeg()


def _take(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    yield ConformBench(folder / "take", rounds=options.rounds).by_parts()


def _policies(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    yield ConformBench(folder / "policies", rounds=options.rounds).by_policy()


def _whole(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    yield ConformBench(folder / "whole", rounds=options.rounds).whole_steps()


def _watch(folder: Path, _options: argparse.Namespace) -> Iterator[str]:
    yield _watch_table(folder / "watch")


_PARTS: Mapping[str, Callable[[Path, argparse.Namespace], Iterator[str]]] = MappingProxyType(
    {
        "start": _start,
        "timelines": _timelines,
        "relink": _relink,
        "slate": _slate,
        "conform": _conform,
        "take": _take,
        "policies": _policies,
        "whole": _whole,
        "watch": _watch,
    }
)


def _start_table(rounds: int) -> str:
    costs = medians({"nothing": [sys.executable, "-c", "pass"], "help": pickup("--help")}, rounds=max(rounds, 5))
    rows = [
        ("`python -c pass`", seconds(costs["nothing"].wall_s), seconds(costs["nothing"].cpu_s)),
        ("`pickup --help`", seconds(costs["help"].wall_s), seconds(costs["help"].cpu_s)),
    ]
    return table("Start-up", ("process", "wall s", "CPU s"), rows)


def _timeline_tables(folder: Path, *, clips: Sequence[int], rounds: int) -> Iterator[str]:
    reading: list[tuple[str, ...]] = []
    writing: list[tuple[str, ...]] = []
    holes: dict[int, Cost] = {}
    for count in clips:
        timeline, new = folder / f"cut{count}.otio", folder / "new.otio"
        write_timeline(timeline, clips=count)
        costs = medians(
            {
                "read": side("otio_read", timeline),
                "holes": pickup("holes", "--json", timeline),
                "table": pickup("holes", timeline),
                "copy": side("otio_copy", timeline, new),
                "write": side("write_takes", timeline, new),
                "deliver": side("deliver_takes", timeline, new, "otio"),
                **{flavor: side("deliver_takes", timeline, new, flavor) for flavor in _flavors(count)},
            },
            rounds=rounds,
        )
        timeline.unlink()
        holes[count] = costs["holes"]
        limit = 2 * costs["read"].cpu_s + 0.3
        reading.append(_against(f"{count:,}", "`otio` reads", costs["read"], costs["read"], limit=None))
        reading.append(_against("", "`pickup holes --json`", costs["holes"], costs["read"], limit=limit))
        reading.append(_against("", "`pickup holes`, the table", costs["table"], costs["read"], limit=None))
        limit = 2.5 * costs["copy"].cpu_s + 0.5
        writing.append(_against(f"{count:,}", "`otio` reads and writes", costs["copy"], costs["copy"], limit=None))
        writing.append(_against("", "read, find, write", costs["write"], costs["copy"], limit=limit))
        writing.append(_against("", "the same, read back and compared", costs["deliver"], costs["copy"], limit=None))
        for flavor in _flavors(count):
            said = f"the same for `{flavor}`, and linted"
            writing.append(_against("", said, costs[flavor], costs["copy"], limit=None))
    heads = ("clips", "process", "wall s", "CPU s", "x wall", "x CPU", "aim, CPU s")
    yield table("Finding holes (aim: at most 2.0 x reading + 0.3 s)", heads, reading) + _growth(holes)
    yield table("Writing a take into every hole (aim: at most 2.5 x reading and writing + 0.5 s)", heads, writing)


def _relink_table(folder: Path, *, rounds: int) -> str:
    """A cut of 10,000 clips and as many gaps, moved by a new shot at its head, against a library of 10,000 takes."""
    rows: list[tuple[str, ...]] = []
    for gaps in _TAKES:
        place = folder / f"relink{gaps}"
        place.mkdir()
        timeline, new = place / "reel.otio", place / "new.otio"
        write_gappy_timeline(timeline, gaps=gaps)
        make_library(place / "pickup", timeline=timeline, tag="BENCH2345")
        write_gappy_timeline(timeline, gaps=gaps, moved=40)
        relink = pickup("relink", timeline, "--for", "otio", "--size", "160x90", "--json")
        # The first run writes the version, later ones find that it is there: both are what an editor waits for.
        first = cost_of(relink)
        costs = medians({"copy": side("otio_copy", timeline, new), "again": relink}, rounds=rounds)
        rows.append(_against(f"{gaps:,}", "`otio` reads and writes the cut", costs["copy"], costs["copy"], limit=None))
        rows.append(_against("", "`pickup relink` writes a version", first, costs["copy"], limit=None))
        rows.append(_against("", "`pickup relink` finds nothing to do", costs["again"], costs["copy"], limit=None))
        shutil.rmtree(place)
    heads = ("takes", "process", "wall s", "CPU s", "x wall", "x CPU", "")
    return table("Relinking as many clips as takes, all of them moved", heads, rows)


def _flavors(clips: int) -> Sequence[str]:
    """Flavors that are measured beside plain OTIO; at 50,000 clips FCP7 XML alone takes minutes."""
    return ("resolve", "premiere", "fcp7") if clips <= _MOST_CLIPS_IN_ALL_FLAVORS else ()


def _against(clips: str, name: str, cost: Cost, base: Cost, *, limit: float | None) -> tuple[str, ...]:
    aim = "" if limit is None else f"{limit:.2f} {'met' if cost.cpu_s <= limit else 'MISSED'}"
    ratios = (f"{cost.wall_s / base.wall_s:.2f}", f"{cost.cpu_s / base.cpu_s:.2f}")
    return (clips, name, seconds(cost.wall_s), seconds(cost.cpu_s), *ratios, aim)


def _growth(holes: dict[int, Cost]) -> str:
    few, many = (holes.get(count) for count in _LINEAR_CLIPS)
    if few is None or many is None:
        return ""
    ratio = many.cpu_s / few.cpu_s
    verdict = "met" if ratio <= _LINEAR_LIMIT else "MISSED"
    return f"\n50,000 clips take {ratio:.2f} times as long as 10,000 (aim: at most {_LINEAR_LIMIT}; {verdict}).\n"


def _media_table(folder: Path, *, rounds: int) -> str:
    rows: list[tuple[str, ...]] = []
    for look in _LOOKS:
        runs = [_media_run(look, folder=folder) for _ in range(rounds)]
        wall = {part: statistics.median(run[part][0] for run in runs) for part in runs[0]}
        cpu = {part: statistics.median(run[part][1] for run in runs) for part in runs[0]}
        rows.append((look, *(f"{_FRAMES / wall[part]:.1f} ({cpu[part] / _FRAMES * 1000:.0f})" for part in wall)))
    heads = ("look", "slate's fetch", "x264 alone", "conform", "prores_aw alone")
    title = f"Slate and conform at 1920x1080, {_FRAMES} frames: frames per second (CPU ms for each frame)"
    return table(title, heads, rows)


def _media_run(look: str, *, folder: Path) -> dict[str, tuple[float, float]]:
    command = [sys.executable, str(_MEDIA_SIDES), look, str(_FRAMES), str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {part: (wall_s, cpu_s) for part, (wall_s, cpu_s) in json.loads(said).items()}


def _watch_table(folder: Path) -> str:
    rows = []
    for each in latencies(folder, files=_WATCHED_FILES):
        aim = f"{each.aim_s:g} {'met' if each.p95_s <= each.aim_s else 'MISSED'}"
        rows.append((each.watched, each.written, seconds(each.median_s), seconds(each.p95_s), aim))
    heads = ("watched by", "file", "median s", "p95 s", "aim, p95 s")
    title = "`pickup watch`: from an export that is complete to its plan"
    said = f"\n{_WATCHED_FILES} small exports each, one after another, with `settle_s` as it comes (2 s).\n"
    return table(title, heads, rows) + said


def _page(measured: str, *, old: str) -> str:
    """The page with a table that was measured now; the others of the old one stay, in their places."""
    head = f"""# How fast it is

Written by `make bench`: {_processor()}, {os.cpu_count()} cores, {platform.system()},
Python {platform.python_version()}. {_versions()}. Whole processes, start-up included where nothing else is said; both
sides of a ratio were measured in turns. Ratios travel to other machines, seconds do not. Other programs were running on
the machine, so aims are judged by CPU time and memory, not by wall time, which tells of them too; only the watcher's
are seconds that somebody waits. CPU time rises with other load as well, where two threads share a core: by up to a
fifth here, for both sides of a ratio.

The timelines are made: one picture track, a gap in every tenth place, about 0.7 kB of metadata on each clip, a marker
on every fifth, written with an indent of four (3.8 kB for each clip). Every clip has media of its own, which is not on
this machine: each file is asked for once.
"""
    found = {_title(each): each for each in old.split("\n## ")[1:]}
    found[_title(measured)] = measured.removeprefix("## ")
    known = sorted((title for title in found if _place(title) is not None), key=lambda title: _place(title) or 0)
    return "\n".join((head, *(f"## {found[title].rstrip()}\n" for title in known)))


def _title(section: str) -> str:
    return section.removeprefix("## ").partition("\n")[0]


def _place(title: str) -> int | None:
    """Of a table on the page; None for one that is no longer made."""
    return next((place for place, start in enumerate(_ORDER) if title.startswith(start)), None)


_ORDER = (
    "Start-up",
    "Finding holes",
    "Writing a take",
    "Relinking",
    "Slate and conform",
    "Conform beside",
    "A take by its parts",
    "Rate policies",
    "The whole step",
    "`pickup watch`",
)
"""How the titles of the page's tables begin."""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _versions() -> str:
    return f"OpenTimelineIO {version('opentimelineio')}, PyAV {version('av')}"


if __name__ == "__main__":
    main(sys.argv[1:])
