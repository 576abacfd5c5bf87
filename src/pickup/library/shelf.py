"""Reading the takes of a library: what is there, whether it is whole, and what is wrong with the rest.

A damaged sidecar is a finding, never a crash: the other takes of the library stay usable.

    for each in read_takes(layout, "SH0010"):
        print(each)                                    a TakeFile or a Finding
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from pickup._files import sha256_of
from pickup.errors import Finding, LibraryError, TimingError, info, warning
from pickup.library.drafts import originals_of
from pickup.library.layout import Layout
from pickup.library.sidecars import TakeFile, read_sidecar
from pickup.takes import take_name

REMOVED = "TAKE_REMOVED"
"""What is said of a take that a person deleted."""
_ORIGINAL_MISSING = "ORIGINAL_MISSING"


def read_takes(layout: Layout, shot: str) -> Iterator[TakeFile | Finding]:
    """Every recorded take of a shot, by number; a take without a sidecar is not recorded and is left out."""
    for number in layout.take_numbers(shot):
        try:
            yield read_take(layout, shot, take=number)
        except FileNotFoundError:
            continue


def read_take(layout: Layout, shot: str, *, take: int) -> TakeFile | Finding:
    """One take's sidecar, or what is wrong with it.

    Raises:
        FileNotFoundError: The take is not recorded.
    """
    try:
        file = read_sidecar(layout.known_take_file(shot, take=take), model=TakeFile)
        file.as_take()
        layout.absolute(file.path)
        originals_of(layout, file) if file.draft is not None else ()
    except (LibraryError, TimingError) as error:
        return warning("TAKE_DAMAGED", error.message, where=_where(shot, take))
    if (file.shot, file.take) != (shot, take):
        message = f"take.json says that it is take {file.take} of {file.shot}"
        return warning("TAKE_MISPLACED", message, where=_where(shot, take))
    if file.head + file.tail >= file.frames:
        return warning("TAKE_DAMAGED", "take.json leaves no frame between its handles", where=_where(shot, take))
    return file


def is_whole(layout: Layout, file: TakeFile) -> bool:
    """Whether the conformed file, or the proxy of a draft, is there with all its bytes; cheap, reads nothing of it."""
    path = layout.absolute(file.path)
    return path.is_file() and path.stat().st_size == file.bytes_written


def check_take(layout: Layout, shot: str, *, take: int, tag: str = "", thoroughly: bool = False) -> Finding | None:
    """What is wrong with a take, or None.

    Args:
        layout: Of the library.
        shot: Shot code.
        take: Number of the take.
        tag: Of the library, where its name is to be checked too: another library's take may have been put there.
        thoroughly: Read all its files and compare their hashes, instead of asking for presence and size.
    """
    where = _where(shot, take)
    try:
        file = read_take(layout, shot, take=take)
    except FileNotFoundError:
        if layout.removed_file(shot, take=take).is_file():
            return info(REMOVED, "it was removed", where=where)
        return warning("TAKE_NOT_RECORDED", "its folder has no take.json", where=where)
    if isinstance(file, Finding):
        return file
    return _check_conformed(layout, file, tag=tag, where=where, thoroughly=thoroughly)


def _check_conformed(layout: Layout, file: TakeFile, *, tag: str, where: str, thoroughly: bool) -> Finding | None:
    shot, take = file.shot, file.take
    named = PurePosixPath(file.path)
    if (
        tag
        and file.draft is None
        and not (
            named.parts[1:-1] == (shot, f"t{take:02d}") and named.stem.startswith(take_name(tag, shot=shot, take=take))
        )
    ):
        return warning("TAKE_MISPLACED", f"{named.name} is no take {take} of {shot} of this library", where=where)
    path = layout.absolute(file.path)
    if not path.is_file():
        return warning("TAKE_MISSING", f"{path.name} is not there", where=where)
    if not is_whole(layout, file) or (thoroughly and sha256_of(path) != file.sha256.conformed):
        return warning("TAKE_CHANGED", f"{path.name} is not the file that was written", where=where)
    if file.draft is not None:
        gone = next((each for each in originals_of(layout, file) if not each.is_file()), None)
        if gone is not None:
            return warning("TAKE_MISSING", f"{gone.name} is not there, and the take is a draft", where=where)
    return _check_originals(layout, file, where=where) if thoroughly else None


def _check_originals(layout: Layout, file: TakeFile, *, where: str) -> Finding | None:
    """The worst of what is wrong with the clips that the provider gave: one that is only missing is the least."""
    known = [(file.original, file.sha256.original), *((part.path, part.sha256) for part in file.more_originals)]
    checked = (_check_original(layout, path, sha256=sha256, where=where) for path, sha256 in known if path and sha256)
    found = [finding for finding in checked if finding is not None]
    return min(found, key=lambda finding: finding.code == _ORIGINAL_MISSING, default=None)


def _check_original(layout: Layout, relative: str, *, sha256: str, where: str) -> Finding | None:
    try:
        path = layout.absolute(relative)
    except LibraryError as error:
        return warning("TAKE_DAMAGED", error.message, where=where)
    if not path.is_file():
        return warning(_ORIGINAL_MISSING, f"{path.name} is not there; the take itself is whole", where=where)
    if sha256_of(path) != sha256:
        return warning("ORIGINAL_CHANGED", f"{path.name} is not what the provider gave", where=where)
    return None


def _where(shot: str, take: int) -> str:
    return f"{shot} take {take}"
