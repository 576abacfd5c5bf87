"""The error of this package, and what the disk refuses as that error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pickup.errors import LibraryError, PickupError

_NEXT = (
    "see that you may read and write there (folders for all users need an administrator), close the editing program, "
    "and run the same command again: it goes on where it stopped"
)


class PluginError(PickupError):
    """A plug-in cannot be put where it belongs, or taken away; the message says what stands in the way."""

    code = "PLUGIN"


@contextmanager
def told_by_disk() -> Iterator[None]:
    """Turns what the disk refuses into a `PluginError`; also decorates functions."""
    try:
        yield
    except LibraryError as error:
        raise PluginError(error.message, where=error.where, next_step=_NEXT) from error
    except OSError as error:
        words = f"the disk refused: {error.strerror or error}"
        raise PluginError(words, where=str(error.filename or "") or None, next_step=_NEXT) from error
