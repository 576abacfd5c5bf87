"""Carrying out what was planned and shown: files are written whole, the record before the first and after the last.

Stopped anywhere, the same command goes on: what is there already is left, the rest is written.

    carry_out(plan)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pickup._files import write_bytes
from pickup.nle import record
from pickup.nle.faults import told_by_disk
from pickup.nle.steps import Do, Steps

Write = Callable[[Path, bytes], None]
"""Writes a file whole or not at all; raises `LibraryError` where the disk refuses."""

Remove = Callable[[Path], None]
"""Removes a file, which may have gone already."""


def remove_file(path: Path) -> None:
    """Removes a file, and what Python compiled of it."""
    path.unlink(missing_ok=True)
    if path.suffix == ".py":
        for compiled in (path.parent / "__pycache__").glob("*.pyc"):
            if compiled.name.partition(".")[0] == path.stem:
                compiled.unlink(missing_ok=True)


@told_by_disk()
def carry_out(plan: Steps, *, write: Write = write_bytes, remove: Remove = remove_file) -> None:
    """Writes and removes what the plan says, nothing else.

    Raises:
        PluginError: The disk refuses; what was done so far stands, and is known as ours.
    """
    if plan.first is not None:
        write(plan.folder / record.NAME, plan.first.text())
    for step in plan.steps:
        path = plan.folder / step.path
        if step.path == record.NAME:
            continue
        if step.do in (Do.WRITE, Do.REPLACE):
            write(path, step.content)
        elif step.do is Do.REMOVE:
            remove(path)
    _remove_empty(plan.emptied)
    if plan.last is not None:
        write(plan.folder / record.NAME, plan.last.text())
    else:  # last, so that a removal that is stopped can go on
        remove(plan.folder / record.NAME)
        _remove_empty(plan.emptied)  # the record's own folder is empty only now


def _remove_empty(folders: Iterable[Path]) -> None:
    """Removes folders, but none in which something is: that is not ours."""
    for folder in folders:
        if folder.is_dir() and not folder.is_symlink() and next(folder.iterdir(), None) is None:
            folder.rmdir()
