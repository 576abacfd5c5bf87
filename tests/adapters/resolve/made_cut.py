"""A watched folder with a cut that was filled, and Resolve with the project from which it came.

room = make_room(tmp_path)
receive.run(room.resolve, beside=room.scripts, show_folder=room.show)
"""

from __future__ import annotations

import copy
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolve_stand_in import FolderData, ItemData, Resolve, ResolveSince211, TimelineData, World

if TYPE_CHECKING:
    from fusionscript import Marker

TAKE = "HARBOR7K2Q_SH0010_t01.mov"


@dataclass
class Room:
    """Everything on one editor's machine.

    Attributes:
        shown: The folders that were opened in the file manager.
    """

    path: Path
    world: World
    before: World
    shown: list[Path] = field(default_factory=list)
    can_show: bool = True

    @property
    def folder(self) -> Path:
        return self.path / "in"

    @property
    def library(self) -> Path:
        return self.folder / "pickup"

    @property
    def cut(self) -> Path:
        return self.library / "cuts" / "reel1"

    @property
    def scripts(self) -> Path:
        return self.path / "scripts"

    @property
    def take(self) -> Path:
        return self.library / "takes" / "SH0010" / "t01" / TAKE

    @property
    def footage(self) -> Path:
        return self.path / "footage"

    @property
    def resolve(self) -> Resolve:
        return ResolveSince211(self.world) if self.world.release >= (21, 1) else Resolve(self.world)

    def show(self, folder: Path) -> bool:
        self.shown.append(folder)
        return self.can_show

    def done(self, **changes: object) -> None:
        """Writes `done.json` with other keys; a key whose value is `...` is left out."""
        document = done_document() | changes
        kept = {key: value for key, value in document.items() if value is not ...}
        (self.cut / "done.json").write_text(json.dumps(kept))

    def names(self) -> list[str]:
        return [timeline.name for timeline in self.world.timelines]

    def named(self, name: str) -> TimelineData:
        (found,) = (timeline for timeline in self.world.timelines if timeline.name == name)
        return found

    def is_as_it_was(self) -> bool:
        """Whether the editor's timelines, bins and media are what they were, and the same ones are current."""
        world, before = self.world, self.before
        return (
            world.timelines[: len(before.timelines)] == before.timelines
            and world.root.folders[: len(before.root.folders)] == before.root.folders
            and world.root.media == before.root.media
            and world.folder == before.folder
            and not world.called("ReplaceClip")
        )


def make_room(path: Path, *, version: str = "21.1", media_in_pool: bool = True) -> Room:
    """Makes the room: a timeline `Reel 1`, which was sent and of which one version was handed back."""
    for folder in ("in", "scripts", "footage"):
        (path / folder).mkdir()
    for name in ("A001.mov", "B002.mov"):
        (path / "footage" / name).write_bytes(b"footage")
    world = World(version=version)
    footage = FolderData("Footage", world.new_id())
    world.root.folders.append(footage)
    world.folder = footage
    if media_in_pool:
        for name in ("A001.mov", "B002.mov"):
            world.add_media(str(path / "footage" / name), folder=footage)
    world.timelines.append(editors_timeline(footage))
    world.timelines.append(TimelineData("Selects", "t2", video=[[]]))
    world.current = world.timelines[0]
    room = Room(path, world, world)
    settings = {"schema": "Adapter.1", "version": "0.1.0", "folder": str(room.folder), "library": None}
    (room.scripts / "pickup_settings.json").write_text(json.dumps(settings))
    hand_back(room)
    room.before = snapshot(world)
    return room


def snapshot(world: World) -> World:
    """What there is now, to be compared with later."""
    kept = World(version=world.version)
    kept.timelines, kept.root, kept.folder = copy.deepcopy((world.timelines, world.root, world.folder))
    return kept


def editors_timeline(footage: FolderData) -> TimelineData:
    media = [*footage.media, None, None]
    return TimelineData(
        "Reel 1",
        "t1",
        video=[
            [
                ItemData(86400, 86448, "A001.mov", media=media[0], color="Orange", left_offset=10),
                ItemData(86448, 86496, "Solid Color", color="Chocolate"),
                ItemData(86496, 86544, "B002.mov", media=media[1]),
            ],
            [ItemData(86424, 86472, "Text", color="Teal")],
        ],
        audio=[[ItemData(86400, 86448, "A001.mov", media=media[0], color="Navy")]],
        settings={
            "timelineResolutionWidth": "1920",
            "timelineResolutionHeight": "1080",
            "timelineFrameRate": "24",
        },
    )


def marker(custom: str, *, duration: float = 1.0) -> Marker:
    return {"color": "Blue", "duration": duration, "note": "n", "name": "m", "customData": custom}


def hand_back(room: Room) -> None:
    """Writes a version as `pickup watch` does."""
    room.cut.mkdir(parents=True)
    room.take.parent.mkdir(parents=True)
    room.take.write_bytes(b"take")
    (room.cut / "reel1_v001.resolve.otio").write_text(json.dumps(otio_of(room)))
    (room.cut / "reel1_v001.xml").write_text(xml_of(room))
    clips = [
        {"track": "video", "index": 1, "start": 0, "end": 48, "name": "A001.mov", "color": "Orange"},
        {"track": "video", "index": 1, "start": 48, "end": 96, "name": "Solid Color", "color": "Chocolate"},
    ]
    (room.cut / "sent.json").write_text(json.dumps({"schema": "Sent.1", "clips": clips}))
    room.done()


def done_document() -> dict[str, object]:
    return {
        "schema": "Done.1",
        "timeline": "reel1.otio",
        "version": 1,
        "outputs": {"resolve": "reel1_v001.resolve.otio", "fcp7": "reel1_v001.xml"},
        "media": [f"takes/SH0010/t01/{TAKE}"],
        "filled": ["SH0010"],
    }


def otio_of(room: Room) -> dict[str, Any]:
    """V1 with footage, a take and retimed footage; V2 with a title, a Fusion title and clips that were offline."""
    offline = {
        "OTIO_SCHEMA": "MissingReference.1",
        "name": "C003.mov",
        "metadata": {"Resolve_OTIO": {"Media Url": "/away/C003.mov"}},
    }
    retimed = clip("B002.mov", 48, external(room.footage / "B002.mov"))
    retimed["effects"] = [{"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 2.0}]
    first = [
        clip("A001.mov", 48, external(room.footage / "A001.mov")),
        clip(TAKE, 48, external(room.take)),
        {"OTIO_SCHEMA": "Transition.1", "in_offset": time(4), "out_offset": time(4)},
        retimed,
    ]
    second = [
        gap(24),
        clip("Text", 48, {"OTIO_SCHEMA": "GeneratorReference.1", "generator_kind": "Rich"}),
        gap(8),
        clip("Text+", 16, {"OTIO_SCHEMA": "MissingReference.1"}),
        clip("C003.mov", 24, offline),
        clip("D004.mov", 24, external(room.path / "elsewhere" / "D004.mov")),
    ]
    tracks = [track("Video", first), track("Video", second), track("Audio", [gap(144)])]
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": "reel1_v001",
        "global_start_time": time(86400),
        "tracks": {"OTIO_SCHEMA": "Stack.1", "children": tracks},
    }


def time(value: float, rate: float = 24.0) -> dict[str, object]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(value)}


def span(frames: float, rate: float = 24.0) -> dict[str, object]:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(0, rate), "duration": time(frames, rate)}


def track(kind: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "Track.1", "kind": kind, "source_range": None, "children": children}


def gap(frames: int) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "Gap.1", "source_range": span(frames)}


def clip(name: str, frames: float, reference: dict[str, Any], *, rate: float = 24.0) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Clip.2",
        "name": name,
        "source_range": span(frames, rate),
        "active_media_reference_key": "DEFAULT_MEDIA",
        "media_references": {"DEFAULT_MEDIA": reference},
    }


def external(path: Path) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "ExternalReference.1", "target_url": str(path), "available_range": span(1000)}


def xml_of(room: Room) -> str:
    """The same picture as xmeml."""
    files = [(0, 48, room.footage / "A001.mov"), (48, 96, room.take), (96, 144, room.footage / "B002.mov")]
    clips = "".join(
        f"<clipitem><name>{path.name}</name><start>{start}</start><end>{end}</end>"
        f"<file><pathurl>{path.as_uri()}</pathurl></file></clipitem>"
        for start, end, path in files
    )
    title = "<generatoritem><name>Text</name><start>24</start><end>72</end></generatoritem>"
    tracks = f"<track>{clips}</track><track>{title}</track>"
    return f"<xmeml><sequence><media><video>{tracks}</video></media></sequence></xmeml>"


def another_cut(room: Room, name: str, *, minutes_later: int, **changes: object) -> Path:
    """A second cut in the library, handed back later (or, with a negative number, earlier)."""
    cut = room.cut.parent / name
    cut.mkdir()
    for suffix in (".resolve.otio", ".xml"):
        (cut / f"{name}_v001{suffix}").write_bytes((room.cut / f"reel1_v001{suffix}").read_bytes())
    outputs = {"resolve": f"{name}_v001.resolve.otio", "fcp7": f"{name}_v001.xml"}
    done = cut / "done.json"
    done.write_text(json.dumps(done_document() | {"outputs": outputs} | changes))
    moment = (room.cut / "done.json").stat().st_mtime + 60 * minutes_later
    os.utime(done, (moment, moment))
    return cut
