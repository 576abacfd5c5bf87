"""Packing a delivered timeline with its media into a bundle that OpenTimelineIO's own adapter reads.

It works on the timeline's JSON and changes nothing but where references lead (and a name that says the file's name,
where the file had to be renamed). Media that cannot be packed stay where the timeline says, and are reported.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pickup._files import free_bytes, whole_file
from pickup.errors import Finding, LibraryError, MediaError, TimelineError
from pickup.timelines.bundles.archive import CHUNK_BYTES, CONTENT, VERSION_FILE
from pickup.timelines.bundles.packing import Node, Packing

_VERSION = b"1.0.0"
_HEADERS_BYTES = 1024
"""More than a zip spends on one member besides its bytes and twice its name."""
_LARGE_BYTES = 1 << 30
"""From here on a member gets the headers for large files; the format needs them from 2 GiB."""
_READABLE = 0o644 << 16
_NESTING = {"Timeline": "tracks", "Stack": "children", "Track": "children", "SerializableCollection": "children"}


def write_bundle(
    timeline: Path,
    destination: Path,
    *,
    local: Callable[[str], str | None],
    report: Callable[[float], None] = lambda _: None,
) -> tuple[Finding, ...]:
    """Writes `destination`, whole or not at all; a file of that name is replaced.

    The references of all clips are packed, other takes included: one member for each file, however often it is used,
    and every frame of an image sequence. Media are copied piece by piece, never held in memory.

    Args:
        timeline: An `.otio` file that Pickup wrote.
        destination: The `.otioz` file.
        local: The path on this machine that a reference means; None for what is no local file.
        report: Is told the share of the bytes that are packed, 0.0 to 1.0.

    Returns:
        What was left out or renamed.

    Raises:
        TimelineError: The timeline cannot be read.
        LibraryError: No room, or the folder cannot be written.
        MediaError: A media file cannot be read, or changes while it is packed.
    """
    document = _read(timeline)
    packing = Packing(local)
    for clip in clips(document):
        packing.pack(clip)
    content = json.dumps(document, indent=4, ensure_ascii=False).encode()
    _check_room(destination, files=packing.files, content=content)
    with whole_file(destination) as part, zipfile.ZipFile(part, "w") as bundle:
        bundle.writestr(_member(timeline, VERSION_FILE), _VERSION, zipfile.ZIP_DEFLATED)
        bundle.writestr(_member(timeline, CONTENT), content, zipfile.ZIP_DEFLATED)
        _write_media(bundle, packing.files, report=report)
    return packing.findings(where=destination.name)


def clips(document: object) -> Iterator[Node]:
    """Every clip of a timeline's JSON, those in compound clips included; metadata is not looked into."""
    waiting: list[object] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict):
            schema = str(node.get("OTIO_SCHEMA")).partition(".")[0]
            if schema == "Clip":
                yield node
            else:
                waiting.append(node.get(_NESTING.get(schema, "")))


def _read(timeline: Path) -> object:
    try:
        return json.loads(timeline.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise TimelineError(
            f"{timeline.name} cannot be packed: it cannot be read ({error})",
            where=str(timeline),
            next_step="run the command again; the timeline is written anew",
        ) from error


def _check_room(destination: Path, *, files: Sequence[tuple[str, Path, int]], content: bytes) -> None:
    needed = len(content) + sum(size + 2 * len(name.encode()) + _HEADERS_BYTES for name, _, size in files)
    free = free_bytes(destination.parent)
    if needed > free:
        raise LibraryError(
            f"{destination.name} needs {needed >> 20} MB and {free >> 20} MB are free",
            where=str(destination),
            next_step="make room, choose another --library, or leave out --bundle",
        )


def _member(source: Path, name: str) -> zipfile.ZipInfo:
    """A directory entry with the time of change of `source`, so that equal files make equal bundles."""
    member = zipfile.ZipInfo.from_file(source, name, strict_timestamps=False)
    member.external_attr = _READABLE
    return member


def _write_media(
    bundle: zipfile.ZipFile, files: Sequence[tuple[str, Path, int]], *, report: Callable[[float], None]
) -> None:
    total, done = sum(size for _, _, size in files) or 1, 0
    for name, path, size in files:
        written = 0
        member = _member(path, name)
        with bundle.open(member, "w", force_zip64=size >= _LARGE_BYTES) as target:
            for chunk in _chunks_of(path):
                written += target.write(chunk)
                if written > size:
                    break
                report((done + written) / total)
        if written != size:
            raise MediaError(
                f"{path.name} changed while it was packed",
                where=str(path),
                next_step="wait until it is finished, then run the command again",
            )
        done += size


def _chunks_of(path: Path) -> Iterator[bytes]:
    """A media file in pieces; what the disk says of it is told apart from what it says of the bundle."""
    try:
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise MediaError(
            f"{path.name} cannot be read: {error.strerror or error}",
            where=str(path),
            next_step="check its permissions and its disk, or leave out --bundle",
        ) from error
