"""What a delivered timeline says about itself: which clips stand where, and which of them need a file.

Titles, generators and gaps have no media in Resolve, and offline clips answer the same None; only the timeline's own
file tells them apart. Positions are frames from the first frame of the timeline, as exact fractions until the last.

    read_delivered(Path("/edit/in/pickup/cuts/reel1/reel1_v001.resolve.otio"), takes=[...])
"""

import math
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pickup_for_resolve.files import read_json, same_path

if TYPE_CHECKING:
    from typing import Dict, List, Optional, Sequence, Set

_LARGEST_BYTES = 512 << 20
_DEEPEST = 32
_FASTEST = 1000
_FARTHEST = 1e12


class Need(NamedTuple):
    """A clip that must have media.

    Attributes:
        track: Its video track, from 1.
        start: First frame, from the first frame of the timeline.
        end: Frame after the last.
        path: Its file; None for a sequence of images.
        take: Whether the file is one that Pickup made.
    """

    track: int
    start: int
    end: int
    name: str
    path: "Optional[Path]"
    take: bool


class Delivered(NamedTuple):
    """A delivered timeline.

    Attributes:
        absent: How many clips name a file that is on this machine no more; they were offline before.
        nested: How many compound clips there are; into these a script cannot look.
    """

    needs: "List[Need]"
    absent: int
    nested: int


def read_delivered(path: Path, *, takes: "Sequence[Path]") -> Delivered:
    """Reads the video tracks of a timeline.

    Args:
        path: The delivered file.
        takes: The files that Pickup made, absolute.

    Raises:
        ValueError: It is no OTIO timeline; the text says why.
    """
    document = read_json(path, most_bytes=_LARGEST_BYTES)
    if not str(document.get("OTIO_SCHEMA")).startswith("Timeline."):
        raise ValueError("it is no OTIO timeline")
    made = {same_path(take) for take in takes}
    walk = _Walk(folder=path.parent, made=made, rate=_cut_rate(document))
    tracks = [track for track in _children(document.get("tracks")) if track.get("kind") == "Video"]
    for index, track in enumerate(tracks, start=1):
        walk.track(track, index=index)
    return Delivered(needs=walk.needs, absent=walk.absent, nested=walk.nested)


class _Walk:
    """One pass over the tracks, with a running sum."""

    def __init__(self, *, folder: Path, made: "Set[str]", rate: Fraction) -> None:
        self.needs: "List[Need]" = []
        self.absent = 0
        self.nested = 0
        self._folder = folder
        self._made = made
        self._rate = rate

    def track(self, track: "Dict[str, object]", *, index: int) -> None:
        """Adds the clips of a video track."""
        seconds = Fraction(0)
        for child in _children(track):
            schema = _schema(child)
            if schema == "Transition":
                continue
            start, seconds = seconds, seconds + _seconds(child, depth=0)
            if schema == "Stack":
                self.nested += 1
            elif schema == "Clip":
                self._clip(child, index=index, start=self._frame(start), end=self._frame(seconds))

    def _clip(self, clip: "Dict[str, object]", *, index: int, start: int, end: int) -> None:
        reference = _reference(clip)
        schema = _schema(reference)
        if schema not in ("ExternalReference", "ImageSequenceReference"):
            return
        path = _local_path(reference, folder=self._folder) if schema == "ExternalReference" else None
        take = path is not None and same_path(path) in self._made
        if path is not None and not take and not path.is_file():
            self.absent += 1
            return
        self.needs.append(Need(index, start, end, str(clip.get("name") or ""), path, take))

    def _frame(self, seconds: Fraction) -> int:
        return math.floor(seconds * self._rate + Fraction(1, 2))


def _cut_rate(document: "Dict[str, object]") -> Fraction:
    """The rate of the start time, else of the first range of a picture."""
    start = document.get("global_start_time")
    if isinstance(start, dict):
        return _rate(start.get("rate"))
    for track in _children(document.get("tracks")):
        for child in _children(track):
            duration = _duration(child.get("source_range"))
            if duration is not None and track.get("kind") == "Video":
                return _rate(duration.get("rate"))
    raise ValueError("it does not say its rate")


def _rate(value: object) -> Fraction:
    """A rate, exactly: 23.976 and its neighbours are 24000/1001."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1 <= value <= _FASTEST:
        raise ValueError("a rate in it makes no sense")
    whole = math.ceil(value)
    slowed = Fraction(whole * 1000, 1001)
    if abs(Fraction(value) - slowed) < Fraction(1, 200):
        return slowed
    return Fraction(value).limit_denominator(1001)


def _seconds(child: "Dict[str, object]", *, depth: int) -> Fraction:
    """How long an item is in the timeline. In Resolve's files a range is that long whatever its speed (17, 21)."""
    duration = _duration(child.get("source_range"))
    if duration is None:
        duration = _duration(_reference(child).get("available_range"))
    if duration is not None:
        return _number(duration.get("value")) / _rate(duration.get("rate"))
    if depth >= _DEEPEST:
        raise ValueError("it is nested too deep")
    parts = [_seconds(each, depth=depth + 1) for each in _children(child) if _schema(each) != "Transition"]
    if not parts:
        raise ValueError(f"a {_schema(child) or 'thing'} in it has no length")
    return max(parts) if _schema(child) == "Stack" else sum(parts, Fraction(0))


def _number(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _FARTHEST:
        raise ValueError("a number in it makes no sense")
    return Fraction(value).limit_denominator(1000000)


def _duration(source_range: object) -> "Optional[Dict[str, object]]":
    duration = source_range.get("duration") if isinstance(source_range, dict) else None
    return duration if isinstance(duration, dict) else None


def _reference(clip: "Dict[str, object]") -> "Dict[str, object]":
    """The media of a clip, in the form of Clip.2 or of Clip.1; empty where it has none."""
    named = clip.get("media_references")
    key = clip.get("active_media_reference_key") or "DEFAULT_MEDIA"
    reference = named.get(key) if isinstance(named, dict) else clip.get("media_reference")
    return reference if isinstance(reference, dict) else {}


def _local_path(reference: "Dict[str, object]", *, folder: Path) -> Path:
    url = str(reference.get("target_url") or "")
    if url.startswith("file:"):
        url = url2pathname(urlsplit(url).path)
    return folder / url


def _children(parent: object) -> "List[Dict[str, object]]":
    children = cast("Dict[str, object]", parent).get("children") if isinstance(parent, dict) else None
    return [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []


def _schema(item: "Dict[str, object]") -> str:
    return str(item.get("OTIO_SCHEMA") or "").split(".")[0]
