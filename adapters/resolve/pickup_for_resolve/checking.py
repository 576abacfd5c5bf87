"""Whether an imported timeline shows what its file says: every clip in its place, with its own media.

faults(timeline, needs=delivered.needs)      [] when it is whole
"""

from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from pickup_for_resolve.api import ask, placed
from pickup_for_resolve.pool import file_path, is_offline

if TYPE_CHECKING:
    from typing import Dict, List, Optional, Sequence, Tuple

    from fusionscript import Timeline

    from pickup_for_resolve.api import Placed
    from pickup_for_resolve.delivered import Need

_ROUNDING = 1
"""Frames by which a clip may stand elsewhere: Resolve rounds a start at a fractional rate down, Pickup half up."""


def faults(timeline: "Timeline", *, needs: "Sequence[Need]") -> "List[Tuple[Need, str]]":
    """What is wrong with a timeline, by the clip that it is wrong with."""
    items = placed(timeline, "video")
    if items is None:
        return [(need, "cannot be looked at") for need in needs]
    by_track: "Dict[int, List[Placed]]" = {}
    for item in items:
        by_track.setdefault(item.track, []).append(item)
    found = ((need, _fault(need, by_track.get(need.track, []))) for need in needs)
    return [(need, fault) for need, fault in found if fault]


def _fault(need: "Need", items: "Sequence[Placed]") -> "Optional[str]":
    item = _at(need, items)
    if item is None:
        return "is missing"
    media = ask(item.item.GetMediaPoolItem)
    if not media or is_offline(media):
        return "is offline"
    path = file_path(media)
    shown = PureWindowsPath(path).name  # which knows the separators of every system
    if need.take and need.path and shown and shown.lower() != need.path.name.lower():
        return f"shows {shown} instead"
    return None


def _at(need: "Need", items: "Sequence[Placed]") -> "Optional[Placed]":
    """The item of a clip: the one with its range, else the one a rounding away."""
    close = [
        item for item in items if abs(item.start - need.start) <= _ROUNDING and abs(item.end - need.end) <= _ROUNDING
    ]
    return min(close, key=lambda item: abs(item.start - need.start) + abs(item.end - need.end)) if close else None
