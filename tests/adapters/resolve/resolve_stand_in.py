"""A stand-in for the object tree of DaVinci Resolve, which behaves as was measured of 19.1.3, 21.0 and 21.1.

    world = World(version="21.1")
    resolve = Resolve(world)
    resolve.GetProjectManager().GetCurrentProject().GetCurrentTimeline()

What it keeps to:

- A call that cannot be done answers None or False and says nothing; any name answers `hasattr`, and only `dir` tells.
- Every answer is a new object.
- A repeated name of a timeline ends an import with None; an import makes its timeline current.
- Media that is read anew is doubled (19.1.3, 21.0) or ends the import (21.1).
- With the media of the pool every clip is offline (19.1.3; 21.0 is taken to be the same) or linked (21.1).
- ImportMedia goes to the current bin.
- An export type that is no object of the live `resolve` is refused.

The classes derive from those of `fusionscript-stubs` for the type checker, which so compares every signature here with
Resolve's own.
"""

# ruff: noqa: N802, N803, FBT001, ARG002  names and signatures are Resolve's

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, cast
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    import fusionscript as api
    from fusionscript import ClipColor, Marker, TimelineImportOptions, TrackType
else:

    class api:  # noqa: N801  at run time there is nothing to derive from
        """Stands for the module of the stubs."""

        Resolve = ProjectManager = Project = MediaPool = Folder = MediaPoolItem = Timeline = TimelineItem = object


NOTHING: Never = cast("Never", None)
"""What Resolve answers where its reference promises an object."""


@dataclass(frozen=True)
class ExportKind:
    """A constant of the live object."""

    name: str


@dataclass
class MediaData:
    name: str
    path: str
    online: bool = True
    id: str = ""
    says_status: bool = True


@dataclass
class FolderData:
    name: str
    id: str = ""
    media: list[MediaData] = field(default_factory=list)
    folders: list[FolderData] = field(default_factory=list)

    def walk(self) -> Iterator[FolderData]:
        yield self
        for each in self.folders:
            yield from each.walk()


@dataclass
class ItemData:
    """An item; `start` and `end` count as Resolve does, from the start timecode."""

    start: int
    end: int
    name: str
    media: MediaData | None = None
    path: str | None = None
    color: str = ""
    left_offset: int = 0
    markers: dict[float, Marker] = field(default_factory=dict)


@dataclass
class TimelineData:
    name: str
    id: str = ""
    start: int = 86400
    start_timecode: str = "01:00:00:00"
    video: list[list[ItemData]] = field(default_factory=list)
    audio: list[list[ItemData]] = field(default_factory=list)
    markers: dict[float, Marker] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)

    def tracks(self, kind: str) -> list[list[ItemData]]:
        return {"video": self.video, "audio": self.audio}.get(kind, [])


@dataclass
class Importing:
    """What is being imported, for a test that spoils it."""

    suffix: str
    reads_media: bool
    timeline: TimelineData


@dataclass
class World:
    """All that is open in Resolve.

    Attributes:
        faults: Instead of a function of that name this is called, without arguments.
        absent: Functions that this version lacks.
        spoil: Is called with every import before it is handed out.
        answers_imports: False makes imports that answer None.
        leaves_entries: Whether an import with the pool's media leaves offline entries in the pool.
        nested: Names of further timelines that each import makes.
        export_suffix: What is added to the name of an export.
        lasts: After so many calls each further one does `lost` instead.
        knows_subframes: False refuses the argument that asks for them.
        exports: What is written, by kind of export; None writes nothing.
    """

    version: str = "21.1"
    product: str = "DaVinci Resolve Studio"
    studio: bool = True
    project: str | None = "Harbor"
    project_settings: dict[str, object] = field(default_factory=dict)
    timelines: list[TimelineData] = field(default_factory=list)
    current: TimelineData | None = None
    root: FolderData = field(default_factory=lambda: FolderData("Master", "f0"))
    folder: FolderData | None = None
    faults: dict[str, Callable[[], object]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    spoil: Callable[[Importing], None] = lambda _: None
    answers_imports: bool = True
    leaves_entries: bool = False
    nested: tuple[str, ...] = ()
    fusion: object = None
    lasts: int | None = None
    lost: Callable[[], object] = lambda: None
    knows_subframes: bool = True
    export_suffix: str = ""
    exports: dict[str, bytes | None] = field(
        default_factory=lambda: {"otio": b'{"OTIO_SCHEMA": "Timeline.1"}', "fcp7": b"\xef\xbb\xbf<?xml?><xmeml/>"}
    )
    constants: dict[str, ExportKind] = field(
        default_factory=lambda: {
            "EXPORT_OTIO": ExportKind("otio"),
            "EXPORT_FCP_7_XML": ExportKind("fcp7"),
            "EXPORT_NONE": ExportKind("none"),
        }
    )
    calls: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=itertools.count)

    @property
    def release(self) -> tuple[int, ...]:
        return tuple(map(int, self.version.split(".")))

    @property
    def media(self) -> list[MediaData]:
        return [media for folder in self.root.walk() for media in folder.media]

    def called(self, name: str) -> list[tuple[object, ...]]:
        """The arguments of every call of a function."""
        return [arguments for called, arguments in self.calls if called == name]

    def new_id(self) -> str:
        return f"id{next(self.ids)}"

    def add_media(self, path: str, *, folder: FolderData, online: bool | None = None) -> MediaData:
        there = Path(path).is_file() if online is None else online
        media = MediaData(Path(path).name, path, online=there, id=self.new_id())
        folder.media.append(media)
        return media


class Remote:
    """An object on the other side of the connection."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __dir__(self) -> list[str]:
        names = {name for name in object.__dir__(self) if name[:1].isupper()}
        return sorted(names - self.world.absent)

    def __getattribute__(self, name: str) -> Any:
        if not name[:1].isupper():
            return object.__getattribute__(self, name)
        world: World = object.__getattribute__(self, "world")
        if name.startswith("EXPORT_"):
            return world.constants.get(name, lambda *_: None)
        if name in world.faults:
            return lambda *_: world.faults[name]()
        if name in world.absent or not hasattr(type(self), name):
            return lambda *_: None

        def call(*arguments: object) -> object:
            world.calls.append((name, arguments))
            if world.lasts is not None and len(world.calls) > world.lasts:
                return world.lost()
            if not world.knows_subframes and name in ("GetStart", "GetEnd", "GetLeftOffset"):
                if arguments:
                    raise TypeError(f"{name} takes no arguments")
                arguments = (False,)
            return object.__getattribute__(self, name)(*arguments)

        return call


class Resolve(Remote, api.Resolve):
    """The root, as it is up to 21.0."""

    def GetProductName(self) -> str:
        return self.world.product

    def GetVersionString(self) -> str:
        return f"{self.world.version}.0012" if self.world.version.count(".") > 1 else f"{self.world.version}.0.0012"

    def GetProjectManager(self) -> ProjectManager:
        return ProjectManager(self.world)

    def Fusion(self) -> api.Fusion:
        return cast("api.Fusion", self.world.fusion)


class ResolveSince211(Resolve):
    """The root since 21.1."""

    def IsStudio(self) -> bool:
        return self.world.studio


class ProjectManager(Remote, api.ProjectManager):
    def GetCurrentProject(self) -> Project:
        return NOTHING if self.world.project is None else Project(self.world)


class Project(Remote, api.Project):
    def GetName(self) -> str:
        return self.world.project or ""

    def GetSetting(self, settingName: str) -> str:
        return cast("str", self.world.project_settings.get(settingName, ""))

    def GetMediaPool(self) -> MediaPool:
        return MediaPool(self.world)

    def GetTimelineCount(self) -> int:
        return len(self.world.timelines)

    def GetTimelineByIndex(self, idx: int) -> Timeline:
        if not 1 <= idx <= len(self.world.timelines):
            return NOTHING
        return Timeline(self.world, self.world.timelines[idx - 1])

    def GetCurrentTimeline(self) -> Timeline:
        return NOTHING if self.world.current is None else Timeline(self.world, self.world.current)

    def SetCurrentTimeline(self, timeline: api.Timeline) -> bool:
        self.world.current = cast("Timeline", timeline).data
        return True


class Folder(Remote, api.Folder):
    def __init__(self, world: World, data: FolderData) -> None:
        super().__init__(world)
        self.data = data

    def GetName(self) -> str:
        return self.data.name

    def GetUniqueId(self) -> str:
        return self.data.id

    def GetClipList(self) -> list[api.MediaPoolItem]:
        return [MediaPoolItem(self.world, media) for media in self.data.media]

    def GetSubFolderList(self) -> list[api.Folder]:
        return [Folder(self.world, folder) for folder in self.data.folders]


class MediaPoolItem(Remote, api.MediaPoolItem):
    def __init__(self, world: World, data: MediaData) -> None:
        super().__init__(world)
        self.data = data

    def GetName(self) -> str:
        return self.data.name

    def GetUniqueId(self) -> str:
        return self.data.id

    def GetClipProperty(self, propertyName: str | None) -> str | dict[str, str]:
        status = ("Online" if self.data.online else "Offline") if self.data.says_status else ""
        return {"File Path": self.data.path, "Online Status": status}.get(propertyName or "", "")

    def ReplaceClip(self, filePath: str) -> bool:
        self.data.path = filePath
        return True


class Timeline(Remote, api.Timeline):
    def __init__(self, world: World, data: TimelineData) -> None:
        super().__init__(world)
        self.data = data

    def GetName(self) -> str:
        return self.data.name

    def SetName(self, timelineName: str) -> bool:
        if any(each.name == timelineName for each in self.world.timelines):
            return False
        self.data.name = timelineName
        return True

    def GetUniqueId(self) -> str:
        return self.data.id

    def GetStartFrame(self) -> int:
        return self.data.start

    def GetStartTimecode(self) -> str:
        return self.data.start_timecode

    def GetSetting(self, settingName: str) -> str:
        return cast("str", self.data.settings.get(settingName, ""))

    def GetMarkers(self) -> dict[float, Marker]:
        return self.data.markers

    def GetTrackCount(self, trackType: TrackType) -> int:
        return len(self.data.tracks(trackType))

    def GetItemListInTrack(self, trackType: TrackType, index: int) -> list[api.TimelineItem]:
        if not 1 <= index <= len(self.data.tracks(trackType)):
            return NOTHING
        return [TimelineItem(self.world, item) for item in self.data.tracks(trackType)[index - 1]]

    def Export(self, fileName: str, exportType: object, exportSubtype: object) -> bool:
        if not isinstance(exportType, ExportKind) or not Path(fileName).is_absolute():
            return False
        content = self.world.exports[exportType.name]
        if content is not None:
            Path(fileName + self.world.export_suffix).write_bytes(content)
        return True


class TimelineItem(Remote, api.TimelineItem):
    def __init__(self, world: World, data: ItemData) -> None:
        super().__init__(world)
        self.data = data

    def GetName(self) -> str:
        return self.data.name

    def GetStart(self, subframe_precision: bool) -> int | float:
        return float(self.data.start) if subframe_precision else self.data.start

    def GetEnd(self, subframe_precision: bool) -> int | float:
        return float(self.data.end) if subframe_precision else self.data.end

    def GetLeftOffset(self, subframe_precision: bool) -> int | float:
        return float(self.data.left_offset) if subframe_precision else self.data.left_offset

    def GetMarkers(self) -> dict[float, Marker]:
        return self.data.markers

    def GetClipColor(self) -> ClipColor:
        return cast("ClipColor", self.data.color)

    def SetClipColor(self, colorName: ClipColor) -> bool:
        self.data.color = colorName
        return True

    def GetMediaPoolItem(self) -> MediaPoolItem:
        media = self.data.media
        # Seen of an offline clip: it answers None as a title does, whether or not the pool has an entry for it.
        if media is None or (media.says_status and not media.online):
            return NOTHING
        return MediaPoolItem(self.world, media)


class MediaPool(Remote, api.MediaPool):
    def GetRootFolder(self) -> Folder:
        return Folder(self.world, self.world.root)

    def GetCurrentFolder(self) -> Folder:
        return Folder(self.world, self._current())

    def SetCurrentFolder(self, folder: api.Folder) -> bool:
        self.world.folder = cast("Folder", folder).data
        return True

    def AddSubFolder(self, folder: api.Folder, name: str) -> Folder:
        made = FolderData(name, self.world.new_id())
        cast("Folder", folder).data.folders.append(made)
        self.world.folder = made
        return Folder(self.world, made)

    def ImportMedia(self, items: list[Any]) -> list[api.MediaPoolItem]:
        found = [str(path) for path in items if Path(str(path)).is_file()]
        return [MediaPoolItem(self.world, self.world.add_media(path, folder=self._current())) for path in found]

    def RelinkClips(self, mediaPoolItem: list[api.MediaPoolItem], folderPath: str) -> bool:
        for item in mediaPoolItem:
            data = cast("MediaPoolItem", item).data
            data.online = (Path(folderPath) / data.name).is_file()
        return True

    def DeleteClips(self, clips: list[api.MediaPoolItem]) -> bool:
        gone = {cast("MediaPoolItem", clip).data.id for clip in clips}
        for folder in self.world.root.walk():
            folder.media[:] = [media for media in folder.media if media.id not in gone]
        return True

    def DeleteTimelines(self, timeline: list[api.Timeline]) -> bool:
        gone = {cast("Timeline", each).data.id for each in timeline}
        if self.world.current is not None and self.world.current.id in gone:
            return False
        self.world.timelines[:] = [each for each in self.world.timelines if each.id not in gone]
        return True

    def ImportTimelineFromFile(self, filePath: str, importOptions: TimelineImportOptions) -> Timeline:
        world, options = self.world, cast("dict[str, Any]", importOptions)
        reads_media = options.get("importSourceClips", True)
        name = options.get("timelineName", Path(filePath).stem)
        if world.project == "Untitled Project" or any(each.name == name for each in world.timelines):
            return NOTHING
        tracks = read_xml(Path(filePath)) if filePath.endswith(".xml") else read_otio(Path(filePath))
        items = [item for track in tracks for item in track if item.path is not None]
        pooled = {media.path for media in world.media}
        if reads_media and world.release >= (21, 1) and any(item.path in pooled for item in items):
            return NOTHING
        for item in items:
            path = str(item.path)
            item.media = self._read(path) if reads_media else self._pooled(path, options.get("sourceClipsFolders", []))
        timeline = TimelineData(name, world.new_id(), video=tracks)
        world.spoil(Importing(Path(filePath).suffix, reads_media=reads_media, timeline=timeline))
        world.timelines.extend(TimelineData(each, world.new_id(), video=[[]]) for each in world.nested)
        world.timelines.append(timeline)
        world.current = timeline
        return Timeline(world, timeline) if world.answers_imports else NOTHING

    def _current(self) -> FolderData:
        return self.world.folder or self.world.root

    def _read(self, path: str) -> MediaData | None:
        return self.world.add_media(path, folder=self._current()) if Path(path).is_file() else None

    def _pooled(self, path: str, folders: list[Folder]) -> MediaData | None:
        if self.world.leaves_entries:
            return self.world.add_media(path, folder=self._current(), online=False)
        if self.world.release < (21, 1):
            return None
        searched = [self._current(), *(folder.data for folder in folders)]
        return next((media for folder in searched for media in folder.media if media.path == path), None)


def read_otio(path: Path) -> list[list[ItemData]]:
    """The video tracks of a timeline in whole frames of one rate."""
    document = json.loads(path.read_text())
    origin = int(document["global_start_time"]["value"])
    tracks = []
    for track in document["tracks"]["children"]:
        if track["kind"] != "Video":
            continue
        frame, items = origin, []
        for child in track["children"]:
            if child["OTIO_SCHEMA"].startswith("Transition"):
                continue
            start, frame = frame, frame + int(child["source_range"]["duration"]["value"])
            if child["OTIO_SCHEMA"] == "Gap.1":
                continue
            reference = child.get("media_references", {}).get("DEFAULT_MEDIA", {})
            external = reference.get("OTIO_SCHEMA") == "ExternalReference.1"
            path_of_media = reference["target_url"] if external else None
            items.append(ItemData(start, frame, child["name"], path=path_of_media))
        tracks.append(items)
    return tracks


def read_xml(path: Path) -> list[list[ItemData]]:
    """The video tracks of an xmeml that names the file in each clip."""
    tracks = []
    for track in ET.fromstring(path.read_text()).findall("sequence/media/video/track"):
        items = []
        for clip in track:
            url = clip.findtext("file/pathurl")
            start, end = (86400 + int(clip.findtext(edge, "0")) for edge in ("start", "end"))
            file = unquote(urlsplit(url).path) if url else None
            items.append(ItemData(start, end, clip.findtext("name", ""), path=file))
        tracks.append(items)
    return tracks
