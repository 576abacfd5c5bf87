"""Notes beside files that cannot be used: `reel1.otio.failed.txt`, which says why and what to do."""

from __future__ import annotations

from pathlib import Path

from pickup import _files
from pickup.watch.names import FAILED

_FIRST = "Pickup cannot use this file:"
_LAST = "This note goes by itself when the file is good."


def note_of(path: Path) -> Path:
    """Where the note of a file lies."""
    return path.with_name(path.name + FAILED)


def write_note(path: Path, *, why: str, next_step: str) -> None:
    """Says beside a file why it cannot be used.

    Raises:
        LibraryError: The folder cannot be written.
    """
    lines = (f"{_FIRST} {path.name}", "", f"Why:  {why}", f"Next: {next_step}", "", _LAST)
    _files.write_text(note_of(path), "\n".join(lines) + "\n")


def remove_note(path: Path) -> None:
    """Takes the note away, if it is one of ours and can be removed."""
    note = note_of(path)
    try:
        with note.open(encoding="utf-8", errors="replace") as file:
            ours = file.read(len(_FIRST)) == _FIRST
        if ours:
            note.unlink()
    except OSError:
        return
