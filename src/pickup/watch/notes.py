"""Notes beside files that cannot be used: `reel1.otio.failed.txt`, which says why and what to do."""

from __future__ import annotations

import os
from pathlib import Path

from pickup import _files
from pickup.errors import LibraryError
from pickup.watch.names import FAILED

_FIRST = "Pickup cannot use this file:"
_LAST = "This note goes by itself when the file is good."


def note_of(path: Path) -> Path:
    """Where the note of a file lies."""
    return path.with_name(path.name + FAILED)


def write_note(path: Path, *, why: str, next_step: str) -> None:
    """Says beside a file why it cannot be used.

    Raises:
        LibraryError: The folder cannot be written, or somebody else's file has the note's name.
    """
    note = note_of(path)
    if os.path.lexists(note) and (note.is_symlink() or not _is_ours(note)):
        raise LibraryError(f"{note.name} is no note of Pickup's", where=str(note), next_step="rename it")
    lines = (f"{_FIRST} {path.name}", "", f"Why:  {why}", f"Next: {next_step}", "", _LAST)
    _files.write_text(note, "\n".join(lines) + "\n", in_folder=True)


def remove_note(path: Path) -> None:
    """Takes the note away, if it is one of ours and can be removed."""
    note = note_of(path)
    try:
        if _is_ours(note):
            note.unlink()
    except OSError:
        return


def _is_ours(note: Path) -> bool:
    try:
        with note.open(encoding="utf-8", errors="replace") as file:
            return file.read(len(_FIRST)) == _FIRST
    except OSError:
        return False
