"""Finding holes in a cut: what wants a pickup, and for everything else why it does not.

`find_holes` is the only way in. It decides by the table in docs/decisions/0003-what-is-a-hole.md and nothing else; it
opens no file and does not say what a hole should show beyond collecting what the editor wrote.

    found = find_holes(cut, rules=Rules())
    found.holes[0].why        'nothing is seen here'
"""

from pickup.holes.find import find_holes
from pickup.holes.model import Found, Hole, HoleKind, MediaFrame, Neighbour, Passed, Placement, PlacementKind, Rules

__all__ = [
    "Found",
    "Hole",
    "HoleKind",
    "MediaFrame",
    "Neighbour",
    "Passed",
    "Placement",
    "PlacementKind",
    "Rules",
    "find_holes",
]
