"""Hundreds of damaged copies of the samples: each is read or refused in a sentence, and none ends its reader.

The damage is drawn from a fixed seed, so a failure says which change to which file caused it.
"""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("timelines_driver.py")
SAMPLES = (
    "resolve_export_24fps",
    "premiere_export_5994df",
    "nested_compound_with_hole",
    "dissolves_beside_holes",
    "overlays_over_gaps",
)
CHANGES_PER_SAMPLE = 60
CUTS_PER_SAMPLE = 40

Place = tuple[str | int, ...]

STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2**70, 1e308, 1e-300, float("nan"), float("inf"), "", "x\n\x1b[31m[red]", "\ud800", "\x00",
    "Audio", "file:///\x00", "//server/share/a.mov", [], {}, {"OTIO_SCHEMA": "Thing.1"}, {"OTIO_SCHEMA": "Clip.3"},
    {"OTIO_SCHEMA": "RationalTime.1", "rate": 0, "value": 5}, {"OTIO_SCHEMA": "MissingReference.1"},
    {"OTIO_SCHEMA": "Timeline.1"}, {"OTIO_SCHEMA": "Gap.1"}, [{"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 0}],
)  # fmt: skip


def places(node: object, *, at: Place = ()) -> Iterator[Place]:
    """Every field of a document and every member of its lists."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in members:
        yield (*at, key)
        yield from places(value, at=(*at, key))


def alike(value: object, *, chance: random.Random) -> object:
    """A strange value of the same type, which a reader is more likely to take in."""
    if isinstance(value, bool) or value is None:
        return chance.choice((True, False, None))
    same = [
        each for each in STRANGE if isinstance(each, (int, float) if isinstance(value, (int, float)) else type(value))
    ]
    return chance.choice(same)


def change(document: dict[str, Any], *, chance: random.Random) -> str:
    """Changes one field of the document and says which."""
    place = chance.choice(list(places(document)))
    holder: Any = document
    for key in place[:-1]:
        holder = holder[key]
    last = place[-1]
    if chance.random() < 0.1:
        del holder[last]
        return f"{place} taken away"
    value = alike(holder[last], chance=chance) if chance.random() < 0.6 else chance.choice(STRANGE)
    holder[last] = copy.deepcopy(value)
    return f"{place} = {value!r}"


def endings(files: list[Path]) -> list[dict[str, Any] | None]:
    """How reading each file ended, all in one process; None for the one that ended the process, and those after it."""
    told = "".join(f"{json.dumps(str(path))}\n" for path in files)
    done = subprocess.run([sys.executable, DRIVER], input=told, capture_output=True, text=True, timeout=60, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [*answers, *[None] * (len(files) - len(answers))]


def assert_each_ends_well(damage: dict[Path, str]) -> None:
    answers = endings(list(damage))
    wrong = []
    for said, answer in zip(damage.values(), answers, strict=True):
        if answer is None:
            wrong.append(f"{said}: ended the reader")
            break
        sentence = answer.get("error")
        if "fault" in answer or (sentence and not is_a_sentence(answer)):
            wrong.append(f"{said}: {answer}")
    assert not wrong


def is_a_sentence(answer: dict[str, Any]) -> bool:
    plain = answer["error"].isprintable() and "opentime" not in answer["error"] and len(answer["error"]) < 400
    return plain and bool(answer["next"]) and bool(answer["where"]) and answer["kind"] == "TimelineError"


@pytest.mark.parametrize("name", SAMPLES)
def test_one_changed_field_is_read_or_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    whole = json.loads((PROJECT / "sample_timelines" / f"{name}.otio").read_text())
    damage = {}
    for number in range(CHANGES_PER_SAMPLE):
        document = copy.deepcopy(whole)
        said = change(document, chance=chance)
        path = tmp_path / f"{number}.otio"
        path.write_text(json.dumps(document))
        damage[path] = said
    assert_each_ends_well(damage)


@pytest.mark.parametrize("name", SAMPLES)
def test_bytes_lost_or_changed_are_read_or_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    whole = (PROJECT / "sample_timelines" / f"{name}.otio").read_bytes()
    damage = {}
    for number in range(CUTS_PER_SAMPLE):
        content = bytearray(whole)
        at = chance.randrange(len(content))
        if number % 2:
            del content[at : at + chance.randrange(1, 2000)]
        else:
            content[at] = chance.randrange(256)
        path = tmp_path / f"{number}.otio"
        path.write_bytes(content)
        damage[path] = f"{len(whole) - len(content)} bytes lost, or one changed, at {at}"
    assert_each_ends_well(damage)
