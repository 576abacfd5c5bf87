"""Which names in a watched folder may be exports. No disk.

is_export("reel1.otio")              True
is_export(".pickup-7f.part.otio")    False
"""

from __future__ import annotations

from pathlib import PurePath

FAILED = ".failed.txt"
"""Ends the name of a note that says why a file cannot be used."""

_EXPORTS = frozenset({".otio", ".otioz", ".xml"})
_TEMPORARY = frozenset({".part", ".partial", ".tmp", ".crdownload", ".download"})
"""Not `.temp`: many a cut is called so."""


def is_export(name: str) -> bool:
    """Whether a file of this name may be an export: a timeline's ending, and no temporary name.

    Some programs put the real ending behind the temporary one.
    """
    path = PurePath(name)
    if name.startswith((".", "~")) or name.endswith("~") or path.suffix.lower() not in _EXPORTS:
        return False
    return not _TEMPORARY.intersection(each.lower() for each in path.suffixes[-2:-1])
