"""Finding takes of a library that lie elsewhere: on a disk that it was copied to, or in a folder that was saved.

A take is known by its `take.json`, and by the bytes of its file; a name alone says nothing, because a file can be
renamed, cut off, or stand under the name of another.

    found = find_takes(Path("/mnt/disk"), tag=library.tag)
    found.takes[0].path
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from pickup._files import sha256_of
from pickup.errors import Finding, LibraryError, TimingError, warning
from pickup.library.sidecars import TakeFile, read_sidecar

_SIDECAR = "take.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTake:
    """A take that is what it says.

    Attributes:
        path: Its conformed file, absolute; it may have been renamed.
    """

    file: TakeFile
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search gave: takes by shot and number, and what was there and cannot be used."""

    takes: tuple[FoundTake, ...]
    findings: tuple[Finding, ...]


def find_takes(folder: Path, *, tag: str, known: Mapping[str, str] = MappingProxyType({})) -> Found:
    """Every take of a library below a folder that has the bytes that were written.

    Args:
        folder: Where to look; links to folders are not followed.
        tag: Of the library.
        known: SHA-256 that a conformed file must have, by its name, where the library itself still knows it.

    Raises:
        LibraryError: There is no such folder, or it cannot be read.
    """
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise LibraryError(
            f"{folder} cannot be searched: {error.strerror}",
            where=str(folder),
            next_step="name the folder that the library, or a copy of its takes, lies in",
        ) from error
    findings: list[Finding] = []
    by_name: dict[str, list[FoundTake]] = {}
    for sidecar in _sidecars(folder.absolute(), findings=findings):
        found = _read(sidecar, tag=tag, known=known)
        if isinstance(found, Finding):
            findings.append(found)
        elif found is not None:
            by_name.setdefault(PurePosixPath(found.file.path).name, []).append(found)
    takes = []
    for name, places in by_name.items():
        if len({each.file.sha256.conformed for each in places}) > 1:
            where = " and ".join(str(each.path.parent) for each in places)
            message = f"{name} lies in several places with different content; none of them is linked"
            findings.append(warning("TAKE_AMBIGUOUS", message, where=where))
        else:
            takes.append(places[0])
    takes.sort(key=lambda each: (each.file.shot, each.file.take))
    return Found(takes=tuple(takes), findings=tuple(findings))


def _sidecars(folder: Path, *, findings: list[Finding]) -> Iterator[Path]:
    def tell(error: OSError) -> None:
        findings.append(warning("FOLDER_UNREADABLE", f"not searched: {error.strerror}", where=str(error.filename)))

    for place, folders, names in os.walk(folder, onerror=tell):
        folders.sort()
        if _SIDECAR in names:
            yield Path(place) / _SIDECAR


def _read(sidecar: Path, *, tag: str, known: Mapping[str, str]) -> FoundTake | Finding | None:
    """The take of one sidecar; None for one of another library."""
    try:
        file = read_sidecar(sidecar, model=TakeFile)
        file.as_take()
    except (LibraryError, TimingError, FileNotFoundError) as error:
        return warning("TAKE_DAMAGED", f"its take.json cannot be used: {error}", where=str(sidecar))
    name = PurePosixPath(file.path).name
    if not name.startswith(f"{tag}_"):
        return None
    wanted = known.get(name, file.sha256.conformed)
    if wanted != file.sha256.conformed:
        message = f"this {name} is not the one that the library made"
        return warning("TAKE_CHANGED", message, where=str(sidecar.parent))
    for path in _candidates(sidecar.parent, name=name, size=file.bytes_written):
        if sha256_of(path) == wanted:
            return FoundTake(file=file, path=path)
    there = (sidecar.parent / name).is_file()
    said = f"{name} is not the file that was written" if there else f"{name} is not there, under any name"
    return warning("TAKE_CHANGED" if there else "TAKE_MISSING", said, where=str(sidecar.parent))


def _candidates(folder: Path, *, name: str, size: int) -> Iterator[Path]:
    """Files of the right size, the one of the right name first."""
    files = sorted(folder.iterdir(), key=lambda path: (path.name != name, path.name))
    yield from (path for path in files if path.is_file() and not path.is_symlink() and path.stat().st_size == size)
