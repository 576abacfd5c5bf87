"""Identity of shots: which pickup a hole wants, when the cut has been exported again.

Pure values in, pure values out. `recognize` is added beside the data it compares.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """How a shot looked in a cut when it was last filled there; what a later export is compared with.

    Attributes:
        cut: Name of the cut's folder in the library.
        hole: Id of the hole in that export.
        words: The brief, or the placeholder's name where an editor chose it; normalized, may be empty.
        before: Media and cut frame of the neighbour before the hole, as one comparable text; may be empty.
        after: Likewise after it.
        start: First record frame of the hole, counted from the first frame of the cut.
        end: Record frame after its last.
        rate: The cut's rate as a fraction, `24/1`.
        track: Name of the hole's track.
        wish: Digest of the spec the circled take was made for.
    """

    shot: str
    cut: str
    hole: str
    words: str
    before: str
    after: str
    start: int
    end: int
    rate: str
    track: str
    wish: str
