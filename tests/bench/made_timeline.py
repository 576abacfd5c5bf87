"""Timelines of any length, made: one picture track, a gap in every tenth place, markers, metadata of ordinary size.

The shape follows what editors export: about 0.7 kB of clip metadata, a marker on every fifth clip, written with an
indent of four. Every gap is long enough to be a hole.
"""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

RATE = 24
CLIP_FRAMES = 48
GAP_FRAMES = 36
_START_FRAME = 3600 * RATE
_MEDIA_FRAMES = 240


def write_timeline(path: Path, *, clips: int) -> None:
    """Writes a timeline with `clips` items, a tenth of them gaps between shots."""
    timeline = otio.schema.Timeline(name=path.stem, global_start_time=_time(_START_FRAME))
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    track.extend([_gap() if number % 10 == 5 else _clip(number) for number in range(clips)])
    timeline.tracks.append(track)
    timeline.to_json_file(str(path), indent=4)


def write_gappy_timeline(path: Path, *, gaps: int, moved: int = 0) -> None:
    """Writes a timeline with so many gaps, each between two shots; `moved` frames of a new shot come before all."""
    timeline = otio.schema.Timeline(name=path.stem, global_start_time=_time(_START_FRAME))
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    if moved:
        new = _clip(2 * gaps + 1)
        new.source_range = _range(_START_FRAME, moved)
        track.append(new)
    track.extend([_gap() if number % 2 else _clip(number) for number in range(2 * gaps + 1)])
    timeline.tracks.append(track)
    timeline.to_json_file(str(path), indent=4)


def _clip(number: int) -> otio.schema.Clip:
    name = f"A{number // 100:03d}C{number % 100:03d}_261012_R1BK"
    reference = otio.schema.ExternalReference(
        target_url=f"file:///Volumes/Shoot/Day{number // 400:02d}/A{number // 100:03d}/{name}.mov",
        available_range=_range(_START_FRAME + number, _MEDIA_FRAMES),
    )
    reference.name = f"{name}.mov"
    clip = otio.schema.Clip(
        name=f"{name}.mov",
        media_reference=reference,
        source_range=_range(_START_FRAME + number + 24, CLIP_FRAMES),
        metadata=_metadata(number),
    )
    if number % 5 == 0:
        marker = otio.schema.Marker(
            name=f"note {number}", color="GREEN", marked_range=_range(_START_FRAME + number + 30, 1)
        )
        marker.comment = "check the horizon"
        clip.markers.append(marker)
    return clip


def _gap() -> otio.schema.Gap:
    return otio.schema.Gap(source_range=_range(0, GAP_FRAMES))


def _metadata(number: int) -> dict[str, object]:
    """About 0.7 kB of what cameras, asset databases and assistants leave on a clip."""
    return {
        "camera": {
            "reel": f"A{number // 100:03d}R1BK",
            "clip": f"A{number // 100:03d}C{number % 100:03d}",
            "lens": "50mm T2.1",
            "iso": 800,
            "shutter": 172.8,
            "white_balance": 5600,
            "lut": "LogC3_to_Rec709_v2.cube",
        },
        "asset": {
            "id": f"{number:08x}-5b1e-4c4f-9a3e-2f6d2c1b{number % 10000:04d}",
            "project": "harbor",
            "sequence": f"{number // 100 * 10:04d}",
            "status": "approved for the offline edit",
            "tags": ["exterior", "dusk", "crane", "unit B"],
            "history": [{"by": "assistant", "did": "renamed"}, {"by": "editor", "did": "trimmed"}],
        },
        "notes": f"Take {number % 7 + 1}, the good one. Watch the boom shadow at the head, and the focus at the tail.",
        "script": "EXT. HARBOR, DUSK. The last ferry leaves without her; she does not turn around until it is gone.",
        "link_group": number,
    }


def _time(frames: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, RATE)


def _range(start: int, length: int) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(start), _time(length))
