"""The disk: every file that Pickup leaves behind is written through here, whole or not at all.

A file is written beside its place under a temporary name, flushed to the disk, and renamed. A crash leaves the old
file or the new one, and at worst a `.pickup-….part` that a later run removes. It says of a file, too, what it holds and
whether it may be looked at.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path

from pickup.errors import LibraryError
from pickup.paths import is_below, parse_path

PART_PREFIX = ".pickup-"
PART_SUFFIX = ".part"
_CHUNK_BYTES = 1 << 20


@contextmanager
def whole_file(path: Path, *, optional: bool = False, in_folder: bool = False) -> Iterator[Path]:
    """Gives a temporary path beside `path`; what was written there replaces `path` when the block ends well.

    The temporary file keeps the extension, because muxers choose by it. A block that wrote nothing is an error, unless
    the file is `optional`: then `path` stays as it is. The folder is made, unless the file belongs `in_folder` that is
    there: what tells of a drive makes nothing in its place when it is gone.

    Raises:
        LibraryError: The folder is read-only or the disk is full; nothing is left behind.
    """
    if not in_folder:
        make_folder(path.parent)
    part = path.with_name(f"{PART_PREFIX}{uuid.uuid4().hex}{PART_SUFFIX}{path.suffix}")
    try:
        yield part
        if optional and not part.exists():
            return
        _flush(part)
        part.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        raise LibraryError(
            f"{path.name} could not be written: {error.strerror or error}",
            where=str(path),
            next_step="make room on the disk or choose another --library, then run the command again",
        ) from error
    finally:
        with suppress(NotADirectoryError):
            part.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a small file, whole or not at all."""
    with whole_file(path) as part:
        part.write_bytes(content)


def write_text(path: Path, text: str, *, in_folder: bool = False) -> None:
    """Writes a small UTF-8 file, whole or not at all; see `whole_file`."""
    with whole_file(path, in_folder=in_folder) as part:
        part.write_bytes(text.encode())


def make_folder(folder: Path) -> None:
    """Makes a folder and those around it; one that is there stays as it is.

    Raises:
        LibraryError: A file stands in its way, or it may not be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        in_the_way = next((each for each in (folder, *folder.parents) if each.is_file()), folder)
        raise LibraryError(
            f"a folder is needed where the file {in_the_way.name} stands",
            where=str(in_the_way),
            next_step="move that file away, then run the command again",
        ) from error
    except OSError as error:
        raise LibraryError(
            f"the folder {folder.name} could not be made: {error.strerror or error}",
            where=str(folder),
            next_step="make room on the disk or choose another --library, then run the command again",
        ) from error


def open_to_append(path: Path) -> TextIOWrapper:
    """Opens a text file to add to it; a link in its place, which might lead anywhere, is an `OSError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    return open(os.open(path, flags, 0o666), "a", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123


def append_line(path: Path, text: str) -> None:
    """Adds one line to a log and flushes it to the disk."""
    make_folder(path.parent)
    with open_to_append(path) as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, in hex; reads it in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def free_bytes(folder: Path) -> int:
    """Free space on the disk that holds `folder`, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; its rename is durable by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_allowed(here: str, *, roots: tuple[str, ...]) -> bool:
    """Whether a folder lies below one of the roots, links followed."""
    target = parse_path(str(Path(here).resolve()))
    folders = (parse_path(str(Path(root).resolve())) for root in roots)
    return target is not None and any(is_below(target, folder) for folder in folders if folder is not None)
