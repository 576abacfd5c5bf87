"""What must be so once everything has come to rest: the evidence is gathered from the disk, then judged.

faults_of(gather(room, stock=stock))            nothing, or what is wrong, a sentence each
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soak_stock import Content, Kind, Stock

from pickup.testing.watch_room import WatchRoom
from pickup.watch.names import FAILED, is_export

_FLAVORS = {"resolve", "premiere", "fcp7"}
_ANSWERS = ("done", "same")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What lies on the disk.

    Attributes:
        files: What each file that may be an export holds; None for bytes that were never thrown.
        standings: How each of them came to rest, if what lies there is what did.
        notes: Text of each note, by the file that it is beside.
        delivered: Text of each delivered timeline, by its path in the library.
        takes: Text of each `take.json`, by its folder.
        jobs: The ledger.
        left: Temporary files of Pickup in the folder.
    """

    files: Mapping[str, Content | None]
    standings: Mapping[str, Mapping[str, Any]]
    notes: Mapping[str, str] = field(default_factory=dict)
    delivered: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)
    jobs: Sequence[Mapping[str, Any]] = ()
    left: Sequence[str] = ()


def gather(room: WatchRoom, *, stock: Stock) -> Evidence:
    """Reads the folder, its library, its journal and the ledger."""
    paths = {path.name: path for path in room.folder.iterdir() if path.is_file()}
    records = _records(room.library / "watch.jsonl")
    files = {name: stock.of(path.read_bytes()) for name, path in paths.items() if is_export(name)}
    said = json.loads(room.run("jobs", "--json", "--all").stdout)
    return Evidence(
        files=files,
        standings={
            name: records[name] for name in files if name in records and _is_of(records[name], path=paths[name])
        },
        notes={
            name.removesuffix(FAILED): _text_of(path)
            for name, path in paths.items()
            if name.endswith(FAILED) and path.exists()
        },
        delivered={
            path.relative_to(room.library).as_posix(): path.read_text()
            for path in room.library.glob("cuts/*/*_v*.*")
            if is_export(path.name)
        },
        takes={
            path.parent.relative_to(room.library).as_posix(): path.read_text()
            for path in room.library.glob("takes/*/*/take.json")
        },
        jobs=said["jobs"],
        left=[name for name in paths if name.startswith(".pickup-") and ".part" in name],
    )


def faults_of(evidence: Evidence) -> list[str]:
    """What is wrong, a sentence each."""
    files = [fault for name in sorted(evidence.files) for fault in _faults_of_file(name, evidence)]
    return [*files, *_faults_of_notes(evidence), *_faults_of_takes(evidence), *_faults_of_jobs(evidence)]


def states_of(evidence: Evidence) -> Counter[tuple[Kind, str]]:
    """How many files of each kind came to rest in each state."""
    return Counter(
        (content.kind, str(evidence.standings.get(name, {}).get("state", "unanswered")))
        for name, content in evidence.files.items()
        if content is not None
    )


def _faults_of_file(name: str, evidence: Evidence) -> Iterator[str]:
    content, standing = evidence.files[name], evidence.standings.get(name)
    if content is None:
        yield f"{name} holds what was never thrown"
    elif standing is None:
        yield f"{name} ({content.kind}) is not answered"
    elif content.kind.is_bad:
        yield from _faults_of_bad(name, content, standing, note=evidence.notes.get(name))
    elif standing["state"] not in _ANSWERS:
        yield f"{name} ({content.kind}) is {standing['state']}: {standing['message']}"
    elif content.kind is Kind.OWN:
        if standing["state"] != "same" or not str(standing["same_as"]).startswith("cuts/"):
            yield f"{name}, which Pickup wrote itself, is {standing['state']}, same as {standing['same_as']}"
    else:
        yield from _faults_of_good(name, content, standing, evidence=evidence)


def _faults_of_bad(name: str, content: Content, standing: Mapping[str, Any], *, note: str | None) -> Iterator[str]:
    if standing["state"] != "failed":
        yield f"{name} ({content.kind}) is {standing['state']}: {standing['message']}"
    if note is None:
        yield f"{name} ({content.kind}) has no note"
    else:
        lines = dict(line.split(":", 1) for line in note.splitlines() if line.startswith(("Why:", "Next:")))
        if not all(lines.get(key, "").strip() for key in ("Why", "Next")):
            yield f"the note of {name} has no reason or no next step: {note!r}"


def _faults_of_good(name: str, content: Content, standing: Mapping[str, Any], *, evidence: Evidence) -> Iterator[str]:
    if standing["state"] == "same":
        yield from _faults_of_twin(name, content, evidence=evidence)
    elif content.kind.has_hole:
        outputs = standing["outputs"]
        if set(outputs) != _FLAVORS or not all(path in evidence.delivered for path in outputs.values()):
            yield f"{name} ({content.kind}) is done and its timelines are not there: {outputs}"
    elif standing["outputs"]:
        yield f"{name} has no holes and was given timelines"
    if content.kind.has_hole and not any(content.token in text for text in evidence.delivered.values()):
        yield f"{name} ({content.kind}) is answered and no timeline in the library shows {content.token}"


def _faults_of_twin(name: str, content: Content, *, evidence: Evidence) -> Iterator[str]:
    """It leads to a file that is done, or to one that is gone or holds something else by now, never to itself."""
    passed, at = {name}, str(evidence.standings[name]["same_as"])
    while (twin := evidence.files.get(at)) is not None and twin.token == content.token:
        state = evidence.standings.get(at, {}).get("state", "unanswered")
        if state == "done":
            return
        if state != "same":
            yield f"{name} is the same as {at}, which is {state}"
            return
        if at in passed:
            yield f"{name} is the same as others that are the same as each other: nothing came of any of them"
            return
        passed.add(at)
        at = str(evidence.standings[at]["same_as"])


def _faults_of_notes(evidence: Evidence) -> Iterator[str]:
    for name in sorted(evidence.notes):
        content = evidence.files.get(name)
        if name not in evidence.files:
            yield f"a note is left of {name}, which is gone"
        elif content is not None and not content.kind.is_bad:
            yield f"a note lies beside {name} ({content.kind})"
    for name in evidence.left:
        yield f"{name} is left in the folder"


def _faults_of_takes(evidence: Evidence) -> Iterator[str]:
    """One take for each shot, and one shot for each footage."""
    for folder in evidence.takes:
        if not folder.endswith("/t01"):
            yield f"{folder} was made though the shot had a take"
    holes = {content.footage: name for name, content in evidence.files.items() if content and content.kind.has_hole}
    texts = list(evidence.takes.values())
    for footage, name in holes.items():
        takes = sum(f"{footage}" in text for text in texts)
        if takes != 1:
            yield f"{takes} takes for the hole of {name} ({footage})"


def _faults_of_jobs(evidence: Evidence) -> Iterator[str]:
    for (shot, take), times in Counter((job["shot"], job["take"]) for job in evidence.jobs).items():
        if times > 1:
            yield f"take {take} of {shot} was asked for {times} times"


def _records(journal: Path) -> dict[str, Mapping[str, Any]]:
    """The last line of each file; one that was cut off is passed over."""
    records: dict[str, Mapping[str, Any]] = {}
    for line in journal.read_text(errors="replace").splitlines() if journal.is_file() else ():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        records[record["file"]] = record
    return records


def _text_of(note: Path) -> str:
    try:
        return note.read_text()
    except FileNotFoundError:
        return "it went while it was read"


def _is_of(record: Mapping[str, Any], *, path: Path) -> bool:
    """Whether what lies there is what came to rest, by its length and the time of its last change."""
    found = path.stat()
    return record["signature"] is not None and record["signature"][:2] == [found.st_size, found.st_mtime_ns]
