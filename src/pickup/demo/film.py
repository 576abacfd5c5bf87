"""The demo film: 34 seconds by a harbor, with five pieces missing, made by code on the user's own machine.

    path = make_demo(Path("demo"), report=lambda done: None)     demo/harbor.otio and demo/media/

The film is a sample like the others (see `pickup.demo.sample`), in the shape of a Resolve export, so `film()` also says
which holes must be found in it. Its pictures are painted with numpy and OpenCV, which are loaded only when it is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pickup._files import whole_file, write_text
from pickup.demo.desk import Desk, Manner
from pickup.demo.media import SampleMedia
from pickup.demo.sample import Assembly, ExpectedHole, Sample, as_text
from pickup.demo.samples import MEDIA_FOLDER
from pickup.timing import FrameRate

if TYPE_CHECKING:
    from pickup.demo.canvas import Picture

Report = Callable[[float], None]
"""Called with the share of the work done, 0.0 to 1.0."""

_RATE = Fraction(24)
_SIZE = (960, 540)
_HANDLE = 12
_WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shot:
    """A movie of the film: which scene it shows, from which frame of the camera's move on, and how long."""

    name: str
    scene: str
    first: int
    frames: int

    @property
    def media(self) -> SampleMedia:
        """The file as a sample describes it."""
        return SampleMedia(name=self.name, frames=self.frames, rate=_RATE, size=_SIZE)


_GONE = SampleMedia(name="B012_C004_ferry.mov", frames=96, rate=_RATE, size=_SIZE, absent=True)


def _shots() -> tuple[_Shot, ...]:
    """Every movie has handles of twelve frames; the second of the hills goes on where the gap before it ends."""
    return (
        _Shot(name="A001_C001_hills.mov", scene="hills", first=0, frames=96),
        _Shot(name="A001_C002_hills.mov", scene="hills", first=108, frames=84),
        _Shot(name="A002_C001_harbor.mov", scene="harbor", first=0, frames=108),
        _Shot(name="A003_C001_lighthouse.mov", scene="lighthouse", first=0, frames=108),
        _Shot(name="A004_C001_road.mov", scene="road", first=0, frames=96),
        _Shot(name="A005_C001_window.mov", scene="rain", first=0, frames=108),
        _Shot(name="A006_C001_stars.mov", scene="stars", first=0, frames=108),
    )


def _assemble(desk: Desk) -> Assembly:
    hills, hills_on, harbor, lighthouse, road, window, stars = (shot.media for shot in _shots())
    sea = desk.note("PICKUP: wide shot of the sea at sunset, slow push in", name="SEA", keywords=("pickup",))
    ferry = desk.note("PICKUP: a ferry crosses the bay at night, seen from the shore", name="FERRY")
    note = desk.note("hold until the music ends", at=_HANDLE + 24)
    track = desk.track(
        "Video 1",
        desk.shot(hills, first=_HANDLE, length=72),  # 0..72
        desk.gap(36),  # 72..108, inside one camera move
        desk.shot(hills_on, first=_HANDLE, length=60),  # 108..168
        desk.shot(harbor, first=_HANDLE, length=84),  # 168..252
        desk.slug(72, markers=(sea,)),  # 252..324
        desk.shot(lighthouse, first=_HANDLE, length=84),  # 324..408
        desk.gap(48),  # 408..456, between two places
        desk.shot(road, first=_HANDLE, length=72),  # 456..528
        desk.title("MISSING SHOT: rain over the city at night", length=72),  # 528..600
        desk.shot(window, first=_HANDLE, length=84),  # 600..684
        desk.offline(_GONE, length=48, markers=(ferry,)),  # 684..732
        desk.shot(stars, first=_HANDLE, length=84, markers=(note,)),  # 732..816
    )
    return Assembly(tracks=(track,))


def film() -> Sample:
    """The film as a sample: its media, its timeline and the holes in it."""
    return Sample(
        name="harbor",
        says="The demo film of Pickup: two gaps, a slug with a brief, a MISSING SHOT card and an offline clip",
        manner=Manner.RESOLVE,
        rate=_RATE,
        size=_SIZE,
        duration=816,
        start_frame=86400,
        media=(*(shot.media for shot in _shots()), _GONE),
        holes=(
            ExpectedHole(kind="GAP", track="Video 1", start=72, end=108),
            ExpectedHole(kind="SLUG", track="Video 1", start=252, end=324, brief="wide shot of the sea at sunset"),
            ExpectedHole(kind="GAP", track="Video 1", start=408, end=456),
            ExpectedHole(kind="PLACEHOLDER", track="Video 1", start=528, end=600, brief="rain over the city at night"),
            ExpectedHole(kind="OFFLINE", track="Video 1", start=684, end=732, brief="a ferry crosses the bay at night"),
        ),
        assemble=_assemble,
    )


def timeline_of(folder: Path) -> Path:
    """Where the demo's timeline lies."""
    return folder / f"{film().name}.otio"


def make_demo(folder: Path, *, report: Report) -> Path:
    """Writes `media/` and `harbor.otio` into `folder`, over an earlier demo; returns the timeline's path.

    Raises:
        MediaError: A movie could not be encoded.
        LibraryError: The folder cannot be written.
    """
    media = folder.resolve() / MEDIA_FOLDER
    media.mkdir(parents=True, exist_ok=True)
    counter = _Counter(total=sum(shot.frames for shot in _shots()), report=report)
    longest_first = sorted(_by_scene(), key=lambda shots: -sum(shot.frames for shot in shots))
    with ThreadPoolExecutor(_WORKERS) as pool:  # encoding and most of the painting leave Python's lock
        for job in [pool.submit(_film_scene, shots, media, counter) for shots in longest_first]:
            job.result()
    path = timeline_of(folder)
    write_text(path, as_text(film().document(media_root=str(media))))
    return path


class _Counter:
    """Counts frames from several threads and reports the share."""

    def __init__(self, *, total: int, report: Report) -> None:
        self._total = total
        self._report = report
        self._done = 0
        self._lock = threading.Lock()

    def step(self) -> None:
        """One more frame is painted."""
        with self._lock:
            self._done += 1
            self._report(self._done / self._total)


def _by_scene() -> list[list[_Shot]]:
    scenes: dict[str, list[_Shot]] = {}
    for shot in _shots():
        scenes.setdefault(shot.scene, []).append(shot)
    return list(scenes.values())


def _film_scene(shots: list[_Shot], media: Path, counter: _Counter) -> None:
    """Paints one scene and writes the movies that show it."""
    from pickup._av import write_frames  # noqa: PLC0415 - loads FFmpeg

    paint = _scene(shots[0].scene)

    def pictures(shot: _Shot) -> Iterator[Picture]:
        for frame in range(shot.first, shot.first + shot.frames):
            yield paint(frame)
            counter.step()

    for shot in shots:
        with whole_file(media / shot.name) as part:
            write_frames(part, pictures(shot), rate=FrameRate(fps=_RATE), size=_SIZE, codec="h264")


def _scene(name: str) -> Callable[[int], Picture]:
    """The painter of a scene, by frame of its camera's move."""
    from pickup.demo import land, water, window  # noqa: PLC0415 - load numpy and OpenCV

    scenes: dict[str, Callable[[], Callable[[int], Picture]]] = {
        "hills": land.Hills,
        "road": land.Road,
        "stars": land.Stars,
        "harbor": water.Harbor,
        "lighthouse": water.Lighthouse,
        "rain": window.Rain,
    }
    return scenes[name]()
