"""The part of docs/reliability.md that the soak run writes."""

from __future__ import annotations

import os
import platform
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from soak_memory import Meter
from soak_restart import Restart
from soak_stock import Kind

_TESTS = Path(__file__).parents[1] / "watch"
_PARTS = 8
_FAULTS_SHOWN = 20
_ELSEWHERE = {
    "test_killed_in_every_state_the_next_watcher_finishes_and_does_nothing_twice": (
        "killed in every state that a file can be in, the next watcher finishes and makes nothing twice"
    ),
    "test_killed_while_money_is_asked_for_or_spent_it_is_spent_once": (
        "killed before, while and after money is spent, it is spent once"
    ),
    "test_a_signal_ends_it_in_good_order_and_the_next_goes_on": (
        "a signal ends it in good order, and the next one goes on where it was"
    ),
    "test_a_polled_drive_whose_mount_blinks_loses_nothing_and_nothing_is_made_in_its_place": (
        "a drive whose mount goes and comes back: nothing is lost, and nothing is made in its place"
    ),
    "test_a_folder_that_vanishes_and_returns_is_watched_on": "a folder that vanishes and returns is watched on",
    "test_a_folder_that_is_deleted_and_made_anew_is_watched_on": "so is one that is deleted and made anew",
    "test_a_full_disk_is_told_and_work_goes_on_once_there_is_room": (
        "a full disk is told, and work goes on once there is room"
    ),
    "test_a_folder_that_may_not_be_written_is_watched_with_its_library_elsewhere": (
        "a folder that may not be written is watched with its library elsewhere"
    ),
    "test_a_second_watcher_is_told_who_holds_the_folder": "a second watcher is refused and told who holds the folder",
    "test_links_inside_are_followed_and_links_outside_refused_with_a_reason": (
        "links that lead outside are refused with a reason"
    ),
    "test_a_file_that_may_not_be_read_is_told_and_taken_up_once_it_may": (
        "a file that may not be read is told, and taken up once it may"
    ),
    "test_a_storm_of_renames_fills_once_and_ends_with_the_last_name": (
        "a storm of renames fills once, under the last name"
    ),
    "test_a_thousand_exports_at_once_are_all_answered_and_each_content_is_filled_once": (
        "a thousand exports at once are all answered"
    ),
}
"""Tests in tests/watch, and what each of them shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did and found.

    Attributes:
        done: What was done to the folder, in words.
        ends: How often a watcher was killed, or stopped.
        written: How many files of each kind were written.
        states: How many of each kind are there at the end, by how they stand.
        rest_s: Seconds from the start of the last watcher until everything had come to rest.
    """

    seed: int
    minutes: float
    done: Counter[str]
    ends: Counter[str]
    written: Counter[Kind]
    states: Counter[tuple[Kind, str]]
    takes: int
    versions: int
    meter: Meter
    rest_s: float
    faults: Sequence[str]


def shown_elsewhere() -> Sequence[str]:
    """What the tests show.

    Raises:
        LookupError: A test is not there any more.
    """
    text = "".join(path.read_text(encoding="utf-8") for path in _TESTS.glob("test_*.py"))
    tests = set(re.findall(r"^def (test_\w+)", text, re.MULTILINE))
    if missing := _ELSEWHERE.keys() - tests:
        raise LookupError(f"tests/watch has no {sorted(missing)}; say in {Path(__file__).name} what shows it now")
    return tuple(_ELSEWHERE.values())


def page(report: Report, *, restarts: Sequence[Restart], elsewhere: Sequence[str]) -> str:
    """The whole page."""
    return "\n".join((*_head(report), *_thrown(report), *_became(report), *_memory(report.meter),
                      *_restart(restarts), *_tail(elsewhere)))  # fmt: skip


def _head(report: Report) -> Iterator[str]:
    wrong = f"**{len(report.faults)} checks failed.**" if report.faults else "Every check held."
    yield "## How long the watcher was left alone\n"
    yield f"Written by `make soak` (seed {report.seed}, {report.minutes:g} minutes): {os.cpu_count()} cores,"
    yield f"{platform.system()}, Python {platform.python_version()}, watchdog {version('watchdog')}. One folder,"
    yield f"{report.written.total():,} files, {report.ends['kill']} times `kill -9`,"
    yield f"{report.ends['stop']} times stopped in good order. {wrong}"
    if report.faults:
        yield "\n" + "\n".join(f"- {fault}" for fault in report.faults[:_FAULTS_SHOWN])


def _thrown(report: Report) -> Iterator[str]:
    yield "\n## What was done to it\n"
    yield from _table(("what", "times"), [(what, f"{times:,}") for what, times in sorted(report.done.items())])
    yield "\nAll at random and mixed, and while no watcher ran too. Temporary names are some of those in"
    yield "[the protocol](folder.md); a slow writer pauses for longer than a file has to stand still."


def _became(report: Report) -> Iterator[str]:
    yield "\n## What became of it\n"
    rows = []
    for kind in Kind:
        states = {state: number for (each, state), number in report.states.items() if each is kind}
        others = sum(number for state, number in states.items() if state not in ("done", "same", "failed"))
        numbers = (report.written[kind], sum(states.values()), *(states.get(each, 0) for each in _STATES), others)
        rows.append((kind.value, *(f"{number:,}" for number in numbers)))
    yield from _table(("content", "written", "there at the end", *_STATES, "else"), rows)
    yield f"\n{report.takes} takes and {report.versions} versions were made. The last watcher began after a `kill -9`"
    yield f"with files in work; after {report.rest_s:.0f} s everything had come to rest. Then it was checked that"
    yield _CHECKED


_STATES = ("done", "same", "failed")
_CHECKED = """
- every good file that is there is `done` or `same`, its timelines lie in the library, and no note lies beside it;
- every bad one is `failed`, with a note that has a reason and a next step, and no note is left of a file that is gone;
- each hole has one take, asked for once, however often its cut was changed, renamed, or in work when the watcher died;
- what Pickup delivered is `same` under any name, and temporary names were never taken up;
- `status.json` counts what lies there, `pickup library check` is clean, and another watcher finds nothing to do;
- no process is left at rest or after a kill, and memory, threads and open files are flat."""


def _memory(meter: Meter) -> Iterator[str]:
    growth = meter.growth()
    yield "\n## Memory\n"
    yield f"The watcher's process in its longest life ({meter.samples[-1].at_s:.0f} s), asked every second, in eight"
    yield "parts: median of memory, fewest threads and open files. What reads and makes runs in child processes, which"
    yield "end with their file and add some of both while they run.\n"
    rows = [
        (f"{each.at_s:.0f}", f"{each.rss_mb:.1f}", str(each.threads), str(each.open_files), f"{each.files:,}")
        for each in meter.parts(_PARTS)
    ]
    yield from _table(("s", "MB", "threads", "open files", "entries in the folder"), rows)
    yield f"\nFrom the second quarter to the last: {growth.before.rss_mb:.1f} to {growth.after.rss_mb:.1f} MB; more"
    yield "than 10 % + 8 MB would be a fault. What is known of each file stays in memory, so a little growth is due."


def _restart(restarts: Sequence[Restart]) -> Iterator[str]:
    yield "\n## A start with thousands of known files\n"
    yield "Settings as they come, a file stands still for 2 s. Seconds from the start of the process to the answer to"
    yield "an export that lies there already; then to the answer to one that is renamed into place.\n"
    rows = [
        (
            f"{each.known:,}",
            f"{each.answer_s:.1f}",
            f"{each.next_s:.1f}",
            f"{each.rss_mb:.0f}",
            f"{each.idle_share:.1%}",
        )
        for each in restarts
    ]
    yield from _table(("known files", "first answer, s", "next answer, s", "MB", "of a core at rest"), rows)


def _tail(elsewhere: Sequence[str]) -> Iterator[str]:
    yield "\n## What tests show beside it\n\nEach with a real watcher, in `tests/watch`:\n"
    yield "\n".join(f"- {each};" for each in elsewhere)[:-1] + "."
    yield "\n## What this does not show\n"
    yield "It ran for minutes, not for weeks, on one machine with a local disk. No network drive was watched: a mount"
    yield "that blinks is a file system in memory, and polling was tried on a local disk. Nothing was run on Windows or"
    yield "macOS. Nothing cost money here. The exports are small and made, none came out of an NLE.\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[index]) for row in (heads, *rows)) for index in range(len(heads))]
    yield _line(heads, widths)
    yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    yield from (_line(row, widths) for row in rows)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
