"""FFmpeg's exceptions as our own: one table, with FFmpeg's last words in the message."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av.error
import av.logging

from pickup.errors import LibraryError, MediaError

_LOG_LINES = 3
_DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
_CAUSES: tuple[tuple[type[av.error.FFmpegError], str, str], ...] = (
    (av.error.InvalidDataError, "is not a video, or is damaged or cut off", "fetch or export the file again"),
    (av.error.DecoderNotFoundError, "is in a codec that cannot be decoded here", "export it as ProRes, DNxHR or H.264"),
    (av.error.EncoderNotFoundError, "needs an encoder that is missing here", "reinstall the package `av`"),
    (av.error.FileNotFoundError, "does not exist", "check the path"),
    (av.error.PermissionError, "may not be read", "check the file's permissions"),
)
"""Every foreign exception of this seam: type, what happened, what to do; anything else is FFmpeg's own words."""


@contextmanager
def ffmpeg_errors(path: Path) -> Iterator[None]:
    """Turns FFmpeg's exceptions into `MediaError` with its last log lines; a full disk into `LibraryError`."""
    level, skips = av.logging.get_level(), av.logging.get_skip_repeated()
    av.logging.set_level(av.logging.ERROR)
    av.logging.set_skip_repeated(False)  # else the second file with the same fault is told without it
    try:
        with av.logging.Capture(local=False) as log:
            try:
                yield
            except av.error.FFmpegError as error:
                raise _own_error(error, path=path, log=log) from error
    finally:
        av.logging.set_skip_repeated(skips)
        av.logging.set_level(level)


def _own_error(
    error: av.error.FFmpegError, *, path: Path, log: list[tuple[int, str, str]]
) -> MediaError | LibraryError:
    if error.errno in _DISK_ERRORS:
        return LibraryError(
            f"{path.name}: {error.strerror}", where=str(path), next_step="make room on the disk, then run it again"
        )
    lines = [f"{name}: {text.strip()}" for _level, name, text in log[-_LOG_LINES:]]
    said = f" (FFmpeg: {'; '.join(lines)})" if lines else ""
    for kind, what, next_step in _CAUSES:
        if isinstance(error, kind):
            return MediaError(f"{path.name} {what}{said}", where=str(path), next_step=next_step)
    return MediaError(
        f"{path.name}: {error.strerror or error}{said}",
        where=str(path),
        next_step="try another file or export it again",
    )
