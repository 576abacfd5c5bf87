"""Reading a timeline in a child process and sending back only what is small: holes, neighbours and findings."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pickup._child import ChildDied, Limits, Report, call
from pickup._files import is_allowed
from pickup.cut import Cut, EventKind, Marker, MediaKind, walk_events
from pickup.errors import PickupError, TimelineError
from pickup.holes import Found, Hole, Neighbour, Rules, find_holes
from pickup.match import comparable_name
from pickup.timelines.fills import Fill, fills_of
from pickup.timelines.limits import ReadLimits
from pickup.timelines.numbered import find_file
from pickup.timing import FrameRange

_PROBED_FILES = 200
_BYTES_PER_EXTRA_TIME = 100 << 20
_EXTRA_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMarker:
    """A brief that came beside the timeline, for `frames` record frames from `start`."""

    start: int
    frames: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSettings:
    """How a timeline is to be read.

    Attributes:
        prefixes: Pairs of path prefixes: as the timeline has them, as they are here.
        drop_frame: Configured choice where the timeline cannot say.
        tag: The library's tag, by which its takes are known in the cut.
        media_below: Folders below which alone media may be opened; None for anywhere.
        sent_markers: Briefs that were sent beside the timeline.
        seconds: Time limit; 10 s more for every 100 MB of the file.
        memory_mb: Memory limit of the child.
    """

    prefixes: tuple[tuple[str, str], ...] = ()
    drop_frame: bool | None = None
    tag: str = ""
    media_below: tuple[str, ...] | None = None
    sent_markers: tuple[SentMarker, ...] = ()
    file_mb: int = 1024
    nesting: int = 200
    memory_mb: int = 4096
    seconds: float = 60.0

    @property
    def limits(self) -> ReadLimits:
        """How large and how deep the file may be."""
        return ReadLimits(file_mb=self.file_mb, nesting=self.nesting)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRequest:
    """What the child is asked; relative references start at `folder`, or beside the file."""

    timeline: Path
    settings: ReadSettings
    rules: Rules
    explain: bool = False
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What is known of a timeline outside the child.

    Attributes:
        sha256: Of the file's bytes; what is delivered later must come from the same ones.
        cut: The cut without its tracks.
        found: Holes and findings.
        fills: Takes that the cut shows already, wherever their files are.
        footage: Local paths of picture files that are here, at most 200, spread evenly over the cut.
        footage_total: How many such files there are.
        media: Local paths of all files that are here, sound too, each once.
        media_shut: Local paths of files that are here and may not be opened.
        media_names: Comparable names of all media on picture tracks, wherever they are.
    """

    sha256: str
    cut: Cut
    found: Found
    fills: tuple[Fill, ...]
    footage: tuple[str, ...]
    footage_total: int
    media: tuple[str, ...] = ()
    media_shut: tuple[str, ...] = ()
    media_names: frozenset[str] = frozenset()


def survey_timeline(
    timeline: Path, *, settings: ReadSettings, rules: Rules, explain: bool = False, folder: Path | None = None
) -> Survey:
    """Reads a timeline and finds its holes.

    Args:
        timeline: The file.
        settings: How it is read.
        rules: What is a hole.
        explain: Also say why items are no holes.
        folder: Where relative references start; None for beside the file.

    Raises:
        TimelineError: It cannot be read, or reading it ended or outlived the child.
    """
    request = SurveyRequest(timeline=timeline, settings=settings, rules=rules, explain=explain, folder=folder)
    answer = in_child("pickup.timelines.survey:yield_survey", request, timeline=timeline, settings=settings)
    if not isinstance(answer, Survey):
        raise TimelineError(f"{timeline.name} gave no answer", where=str(timeline))
    return answer


def in_child(function: str, request: object, *, timeline: Path, settings: ReadSettings, readings: int = 1) -> object:
    """Runs a function on a timeline in a child, and says in a sentence how a child died.

    Args:
        function: By its dotted name.
        request: What it is given.
        timeline: For messages, and for how long it may take.
        settings: Limits.
        readings: How often the child reads or writes as much as the timeline holds; it may take so much longer.
    """
    seconds = settings.seconds + _EXTRA_SECONDS * (_size_of(timeline) / _BYTES_PER_EXTRA_TIME)
    seconds *= readings
    try:
        return call(function, request, limits=Limits(seconds=seconds, memory_mb=settings.memory_mb))
    except PickupError as error:
        if type(error) is not PickupError:
            raise
        raise TimelineError(
            f"{timeline.name} cannot be read: {error.message}",
            where=str(timeline),
            next_step="raise memory_mb under [limits] in pickup.toml if the file is meant to be so large",
        ) from error
    except ChildDied as died:
        if died.fault:
            raise TimelineError(
                f"{timeline.name} cannot be handled: {died.fault}",
                where=str(timeline),
                next_step="this is a fault in Pickup; nothing was changed. Keep the timeline file and report it",
            ) from died
        raise TimelineError(
            f"{timeline.name} cannot be read: the reader {died.reason}",
            where=str(timeline),
            next_step="the file is damaged, or larger than [limits] in pickup.toml allow; export the timeline again",
        ) from died


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # the child says what is wrong with it


@contextmanager
def without_collector() -> Iterator[None]:
    """No garbage collection while a timeline is read: nothing dies before the child does, and looking for it costs."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def run_survey(request: SurveyRequest, report: Report) -> Survey:
    """`yield_survey` in a process that lives on: what was read is taken apart before it returns."""
    return next(yield_survey(request, report))


def yield_survey(request: SurveyRequest, report: Report) -> Iterator[Survey]:
    """The child's side of `survey_timeline`; the timeline stays in memory until the child ends, which is faster."""
    from pickup.timelines.classify import MediaLooker  # noqa: PLC0415 - OTIO is loaded in the child alone
    from pickup.timelines.read import read_timeline  # noqa: PLC0415
    from pickup.timelines.snapshot import take_snapshot  # noqa: PLC0415

    with without_collector():
        settings = request.settings
        file = read_timeline(request.timeline, limits=settings.limits)
        report(0.5)
        folder = request.folder or request.timeline.parent
        looker = MediaLooker(folder, prefixes=dict(settings.prefixes), bundled=file.bundled)
        cut = take_snapshot(file, looker=looker, drop_frame=settings.drop_frame, tag=settings.tag)
        cut = replace(cut, markers=(*cut.markers, *_sent(settings.sent_markers, cut=cut)))
        found = find_holes(cut, rules=request.rules, explain=request.explain)
        may_open = Doorkeeper(settings.media_below)
        footage = tuple(filter(may_open, dict.fromkeys(_footage(cut))))
        step = max(len(footage) // _PROBED_FILES, 1)
        yield Survey(
            sha256=file.sha256,
            cut=replace(cut, tracks=(), markers=()),
            found=replace(found, holes=tuple(_with_open_neighbours(each, may_open=may_open) for each in found.holes)),
            fills=fills_of(cut),
            footage=footage[::step][:_PROBED_FILES],
            footage_total=len(footage),
            media=tuple(filter(may_open, dict.fromkeys(_files(cut)))),
            media_shut=may_open.shut,
            media_names=frozenset(_names(cut)),
        )


class Doorkeeper:
    """Says of a media file whether it may be opened, links followed, and remembers those that may not."""

    def __init__(self, folders: tuple[str, ...] | None) -> None:
        self._folders = folders
        self._known: dict[str, bool] = {}

    def __call__(self, path: str) -> bool:
        """Whether the file may be opened."""
        if self._folders is None:
            return True
        if path not in self._known:
            self._known[path] = is_allowed(path, roots=self._folders)
        return self._known[path]

    @property
    def shut(self) -> tuple[str, ...]:
        """What was asked for and may not be opened."""
        return tuple(path for path, may in self._known.items() if not may)


def _with_open_neighbours(hole: Hole, *, may_open: Doorkeeper) -> Hole:
    """The hole with neighbours of which no frame is taken where their file may not be opened."""
    before, after = (_open(each, may_open=may_open) for each in (hole.before, hole.after))
    return replace(hole, before=before, after=after)


def _open(neighbour: Neighbour | None, *, may_open: Doorkeeper) -> Neighbour | None:
    if neighbour is None:
        return None
    if neighbour.path is not None and not may_open(neighbour.path):
        neighbour = replace(neighbour, path=None)
    frame, why = find_file(neighbour.frame) if neighbour.frame is not None else (None, neighbour.unseen)
    if frame is not None and not frame.is_black and not may_open(frame.path):  # a link may lead anywhere
        frame = None
    return replace(neighbour, frame=frame, unseen=why)


def _sent(markers: tuple[SentMarker, ...], *, cut: Cut) -> Iterator[Marker]:
    for each in markers:
        if 0 <= each.start < cut.duration:
            end = min(each.start + max(each.frames, 1), cut.duration)
            record = FrameRange(start=each.start, end=end, rate=cut.rate)
            yield Marker(name="", note=each.text, keywords=(), color="", record=record)


def _footage(cut: Cut) -> Iterator[str]:
    for _, event in walk_events(cut.video_tracks):
        media = event.media
        moving = media is not None and media.kind in (MediaKind.MOVIE, MediaKind.STILL) and event.filled is None
        if moving and media is not None and event.kind is EventKind.FOOTAGE and media.online and media.path:
            yield media.path


def _names(cut: Cut) -> Iterator[str]:
    for _, event in walk_events(cut.video_tracks):
        if event.media is not None and event.media.name:
            yield comparable_name(event.media.name)


def _files(cut: Cut) -> Iterator[str]:
    for _, event in walk_events(cut.tracks):
        if event.media is not None and event.media.online and event.media.path:
            yield event.media.path
