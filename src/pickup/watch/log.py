"""`watch.log`: what a watcher did, for a person; five parts of a megabyte each.

The file is open only while a line is written, so that a drive can be taken away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pickup._files import open_to_append

_PART_BYTES = 1 << 20
_PARTS = 5
_LINE = "%(asctime)s  %(message)s"


def make_log(path: Path, *, tell: Callable[[str], None]) -> logging.Logger:
    """A log in a file of its own.

    Args:
        path: The file; where it cannot be written its lines are only told.
        tell: Told each line, for whoever sits at the terminal.
    """
    log = logging.Logger(f"pickup.watch {path}")  # noqa: LOG001 - one for each folder, and forgotten with it
    in_file = _BriefHandler(path, maxBytes=_PART_BYTES, backupCount=_PARTS - 1, encoding="utf-8", delay=True)
    in_file.setFormatter(_OneLine(_LINE))
    at_terminal = _Teller(tell)
    at_terminal.setLevel(logging.INFO)
    at_terminal.setFormatter(_OneLine(_LINE, datefmt="%H:%M:%S"))
    log.addHandler(in_file)
    log.addHandler(at_terminal)
    return log


class _OneLine(logging.Formatter):
    """Names of files are part of a line, and nothing else: they may hold anything, line breaks too."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """A line; a traceback comes after it."""
        return "".join(
            each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in super().formatMessage(record)
        )


class _BriefHandler(RotatingFileHandler):
    """Closes its file after every line, and is silent where there is no room for one."""

    def _open(self) -> TextIOWrapper:
        """Opens the file, but no link to another."""
        return open_to_append(Path(self.baseFilename))

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a line."""
        super().emit(record)
        self.close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A log that cannot be written holds up no work; the status says what is wrong with its folder."""


class _Teller(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tells a line, without the traceback that belongs in the file."""
        short = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        with suppress(OSError, ValueError):  # nobody sits at the terminal any more
            self._tell(self.format(short))
