"""FCP7 XML (xmeml): what Premiere, Resolve and Final Cut Pro 7 exchange, and the surest way back into Premiere.

Reading goes through otio-fcp-adapter, whose result is put right from the XML; writing is our own, because the
adapter writes no links, no format and no markers' words. What an NLE cannot hold of an item travels in processing
instructions, which it skips.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from pickup.errors import TimelineError
from pickup.timelines.dialect import Aspect, Reading, Source, Writing

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import opentimelineio as otio

NAME = "fcp7"

LOSES: Mapping[Aspect, str] = MappingProxyType(
    {
        Aspect.CUT_METADATA: "What other programs noted of the timeline has no place in FCP7 XML.",
        Aspect.OTHER_TRACKS: "FCP7 XML knows tracks of picture and of sound; others are left out.",
        Aspect.TRACK_METADATA: "What other programs noted of tracks has no place in FCP7 XML.",
        Aspect.SYNTHETIC: "Items of an unknown kind are left out; their place stays empty.",
        Aspect.AVAILABLE: "A file's length is stated in whole frames, and for every file.",
        Aspect.RAMPS: "A speed ramp of another program plays at normal speed; set it again.",
        Aspect.SEQUENCES: "An image sequence is linked by its first frame; import it as a sequence and relink.",
        Aspect.EFFECTS: "Effects of another program are left out; apply them again.",
        Aspect.METADATA: "What other programs noted of clips and gaps has no place in FCP7 XML.",
        Aspect.COLORS: "Clip colors of OpenTimelineIO have no label in FCP7 XML.",
        Aspect.TRANSITION_KINDS: "Transitions of another program become a dissolve, of sound a cross fade.",
        Aspect.TRACK_MARKERS: "FCP7 XML has no markers on tracks.",
        Aspect.GAP_MARKERS: "FCP7 XML has no gaps; their markers stand on the sequence.",
        Aspect.MARKER_KEYWORDS: "Markers have no keywords in FCP7 XML.",
        Aspect.MARKER_METADATA: "What other programs noted of markers has no place in FCP7 XML.",
    }
)


def sniff(source: Source) -> str:
    """Why this file is FCP7 XML; empty if it is not."""
    root = source.xml
    if root is None or root.tag != "xmeml":
        return ""
    version = root.get("version", "")
    said = f"Final Cut Pro 7 XML (xmeml{f' {version}' if version else ''})"
    return f"{said} with the marks of Premiere" if _is_premiere(root) else said


def _is_premiere(root: Element) -> bool:
    if root.find(".//pproTicksIn") is not None:
        return True
    return any(key.startswith(("TL.", "MZ.")) for each in root.iter("sequence") for key in each.keys())  # noqa: SIM118


def read(source: Source) -> Reading:
    """The neutral timeline.

    Raises:
        TimelineError: The file holds no sequence or several, or something in it cannot be placed.
    """
    from pickup.timelines.dialects.fcp7.reading import read_xmeml  # noqa: PLC0415 - `LOSES` is asked without OTIO

    if source.xml is None:
        raise TimelineError(f"{source.path.name} is no XML", where=str(source.path), next_step="export it again")
    return read_xmeml(source.xml, path=source.path)


def write(timeline: otio.schema.Timeline, *, writing: Writing) -> bytes:
    """The file's bytes.

    Raises:
        TimelineError: FCP7 XML cannot state the cut's rate.
    """
    from pickup.timelines.dialects.fcp7.writing import write_xmeml  # noqa: PLC0415 - as above

    return write_xmeml(timeline, writing=writing)
