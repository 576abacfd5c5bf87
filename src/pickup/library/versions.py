"""Versions of delivered timelines: which numbers a cut has, and which comes next.

They are read from the file names, so that a version that a person deleted or added is seen.

    next_version(layout.cut("harbor"))        1 before the first fill
"""

from __future__ import annotations

import re

from pickup.library.layout import CutFolder


def versions(cut: CutFolder) -> tuple[int, ...]:
    """The versions of which at least one timeline lies in the cut's folder, in order."""
    pattern = re.compile(rf"{re.escape(cut.name)}_v(\d{{3,}})\.[A-Za-z0-9.]+", re.IGNORECASE)
    if not cut.folder.is_dir():
        return ()
    matches = (pattern.fullmatch(each.name) for each in cut.folder.iterdir())
    return tuple(sorted({int(match.group(1)) for match in matches if match}))


def latest(cut: CutFolder) -> int | None:
    """The last version, None before the first."""
    return max(versions(cut), default=None)


def next_version(cut: CutFolder) -> int:
    """The number of the version that would be written now."""
    return (latest(cut) or 0) + 1
