"""What an export cannot carry, as `Sent.1`: picture size, rate, start, colors of clips, custom data of markers.

It only asks; nothing in the timeline is changed, and nothing is written here.

    document = sidecar(resolve, project, timeline=timeline, file="Reel_1.otio")
"""

from typing import TYPE_CHECKING

from pickup_for_resolve.api import ask, left_offset, placed, product

if TYPE_CHECKING:
    from typing import Dict, List, Optional, Tuple

    from fusionscript import Marker, Project, Resolve, Timeline

    from pickup_for_resolve.api import Placed


def sidecar(resolve: "Resolve", project: "Project", *, timeline: "Timeline", file: str) -> "Dict[str, object]":
    """All that can be learned; what Resolve does not say is null or missing."""
    rate = _rate(project, timeline)
    start = ask(timeline.GetStartTimecode)
    tracks = [placed(timeline, "video") or [], placed(timeline, "audio") or []]
    items = [item for track in tracks for item in track]
    return {
        "schema": "Sent.1",
        "file": file,
        "from": product(resolve),
        "project": str(ask(project.GetName) or ""),
        "timeline": str(ask(timeline.GetName) or ""),
        "size": _size(project, timeline),
        "rate": rate,
        "drop_frame": _drops(rate, start),
        "start_timecode": start or None,
        "clips": _colored(items),
        "markers": _with_custom_data(timeline, items),
    }


def _setting(project: "Project", timeline: "Timeline", name: str) -> "Optional[str]":
    """A setting as text; a timeline that follows its project may answer with nothing, and a rate may be a float."""
    answers: "Tuple[object, ...]" = (ask(timeline.GetSetting, name), ask(project.GetSetting, name))
    for answer in answers:
        if isinstance(answer, (int, float)) and not isinstance(answer, bool):
            return f"{answer:g}"
        if isinstance(answer, str) and answer.strip():
            return answer.strip()
    return None


def _size(project: "Project", timeline: "Timeline") -> "Optional[List[int]]":
    texts = [_setting(project, timeline, "timelineResolution" + side) or "" for side in ("Width", "Height")]
    return [int(text) for text in texts] if all(text.isdigit() and int(text) for text in texts) else None


def _rate(project: "Project", timeline: "Timeline") -> "Optional[str]":
    return _setting(project, timeline, "timelineFrameRate")


def _drops(rate: "Optional[str]", start: "Optional[str]") -> "Optional[bool]":
    """Resolve says drop frame in the rate (`29.97 DF`); timecode with a semicolon says it, too."""
    if (rate or "").upper().endswith("DF") or ";" in (start or ""):
        return True
    return None if rate is None else False


def _colored(items: "List[Placed]") -> "List[Dict[str, object]]":
    colored: "List[Dict[str, object]]" = []
    for each in items:
        color = ask(each.item.GetClipColor)
        if color:
            colored.append(
                {
                    "track": each.kind,
                    "index": each.track,
                    "start": each.start,
                    "end": each.end,
                    "name": each.name,
                    "color": str(color),
                }
            )
    return colored


def _with_custom_data(timeline: "Timeline", items: "List[Placed]") -> "List[Dict[str, object]]":
    found = list(_markers(ask(timeline.GetMarkers)).items())
    for each in items:
        on_clip = _markers(ask(each.item.GetMarkers))
        offset = left_offset(each.item) if on_clip else None
        if offset is None:
            continue
        # The markers of a clip count from the first frame of its media, not from its head in the timeline.
        moved = [(each.start + frame - offset, marker) for frame, marker in on_clip.items()]
        found.extend((start, marker) for start, marker in moved if each.start <= start < each.end)
    found.sort(key=lambda pair: pair[0])
    return [_document(marker, start=start) for start, marker in found if str(marker.get("customData") or "").strip()]


def _markers(answer: "Optional[Dict[float, Marker]]") -> "Dict[int, Marker]":
    return {round(frame): marker for frame, marker in answer.items()} if isinstance(answer, dict) else {}


def _document(marker: "Marker", *, start: int) -> "Dict[str, object]":
    return {
        "start": start,
        "duration": max(1, round(marker.get("duration", 1))),
        "color": str(marker.get("color", "")),
        "name": str(marker.get("name") or ""),
        "note": str(marker.get("note") or ""),
        "custom": str(marker.get("customData") or ""),
    }
