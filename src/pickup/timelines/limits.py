"""What is looked at before a stranger's file is read: how much of it is, and whether it is a bundle."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from pickup.errors import TimelineError

_ZIP_ARCHIVE = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How large and how deeply nested a timeline file may be."""

    file_mb: int = 1024
    nesting: int = 200


def is_bundle(path: Path) -> bool:
    """Whether a file is a ZIP archive, as an `.otioz` bundle is."""
    try:
        if not path.is_file():  # a pipe would wait for ever
            return False
        with path.open("rb") as file:
            return file.read(len(_ZIP_ARCHIVE)) == _ZIP_ARCHIVE
    except OSError:
        return False  # what is wrong with it is said when it is read


def size_of_file(path: Path) -> int:
    """Bytes of a regular file; nothing else is opened.

    Raises:
        TimelineError: It is missing, a folder, or a pipe or device.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        reason = "does not exist"
    except OSError as error:
        reason = f"cannot be looked at: {error.strerror}"
    else:
        if stat.S_ISREG(found.st_mode):
            return found.st_size
        reason = "is a folder" if stat.S_ISDIR(found.st_mode) else "is no regular file"
    raise TimelineError(f"{path.name} {reason}", where=str(path), next_step="check the path of the timeline")
