"""The bytes of a timeline file, out of its bundle where it is one."""

from __future__ import annotations

import stat
from pathlib import Path

from pickup.errors import TimelineError
from pickup.timelines.limits import ReadLimits

_ZIP_ARCHIVE = b"PK\x03\x04"


def read_content(path: Path, *, limits: ReadLimits) -> tuple[bytes, frozenset[str] | None]:
    """The timeline's bytes; with them the names of the media in its bundle, or None where it is no bundle.

    Raises:
        TimelineError: Missing, too large, not to be opened, or a damaged bundle.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise TimelineError(
                f"{path.name} is {'a folder' if stat.S_ISDIR(found.st_mode) else 'no regular file'}",
                where=str(path),
                next_step="check the path of the timeline",
            )
        with path.open("rb") as file:
            if file.read(len(_ZIP_ARCHIVE)) == _ZIP_ARCHIVE:
                return _bundled(path, limits=limits)
        if found.st_size >> 20 > limits.file_mb:
            raise TimelineError(
                f"{path.name} has {found.st_size >> 20} MB, more than the limit of {limits.file_mb} MB",
                where=str(path),
                next_step="raise file_mb under [limits] in pickup.toml if the file is meant to be so large",
            )
        return path.read_bytes(), None
    except FileNotFoundError as error:
        raise TimelineError(
            f"{path.name} does not exist", where=str(path), next_step="check the path of the timeline"
        ) from error
    except OSError as error:
        raise TimelineError(
            f"{path.name} cannot be opened: {error.strerror or error}",
            where=str(path),
            next_step="check its permissions",
        ) from error


def _bundled(path: Path, *, limits: ReadLimits) -> tuple[bytes, frozenset[str]]:
    from pickup.timelines.bundles import read_bundle  # noqa: PLC0415 - few files are bundles

    bundle = read_bundle(path, limits=limits)
    return bundle.content, frozenset(bundle.media)
