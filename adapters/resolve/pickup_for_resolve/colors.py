"""Puts the colors of clips back on a new timeline; an OTIO file does not carry them (19.1.3).

put_back(timeline, sent=Path("/edit/in/pickup/cuts/reel1/sent.json"))      ""
"""

from typing import TYPE_CHECKING, Tuple

from pickup_for_resolve.api import ask, placed
from pickup_for_resolve.files import read_json
from pickup_for_resolve.words import counted

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Dict, Optional

    from fusionscript import ClipColor, Timeline

    Place = Tuple[object, object, object, object]

COLORS: "Tuple[ClipColor, ...]" = (
    "Orange",
    "Apricot",
    "Yellow",
    "Lime",
    "Olive",
    "Green",
    "Teal",
    "Navy",
    "Blue",
    "Purple",
    "Violet",
    "Pink",
    "Tan",
    "Beige",
    "Brown",
    "Chocolate",
)


def put_back(timeline: "Timeline", *, sent: "Path") -> str:
    """Colors the clips that stand where colored ones stood.

    Args:
        timeline: One that was made just now; no other may be given.
        sent: The sidecar of the export; it may be missing.

    Returns:
        What could not be put back, as a sentence; empty where nothing is missing.
    """
    if not sent.is_file():
        return ""
    try:
        document = read_json(sent)
    except ValueError as error:
        return f"The colors of clips are not put back: {sent.name} cannot be used, {error}."
    clips = document.get("clips")
    wanted: "Dict[Place, ClipColor]" = {}
    for clip in clips if isinstance(clips, list) else []:
        color = _color(clip.get("color")) if isinstance(clip, dict) else None
        if color is None:
            continue
        place = (clip.get("track"), clip.get("index"), clip.get("start"), clip.get("end"))
        if all(isinstance(part, (str, int)) for part in place):
            wanted[place] = color
    missing = len(wanted)
    for each in (placed(timeline, "video") or []) + (placed(timeline, "audio") or []):
        there = wanted.get((each.kind, each.track, each.start, each.end))
        if there is not None and ask(each.item.SetClipColor, there):
            missing -= 1
    return f"The color of {counted(missing, 'clip')} could not be put back." if missing > 0 else ""


def _color(value: object) -> "Optional[ClipColor]":
    """One of the names that Resolve takes."""
    for color in COLORS:
        if color == value:
            return color
    return None
