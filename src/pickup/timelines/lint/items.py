"""The tracks of an OTIO file with every item's place in the cut: one pass with a running sum in exact seconds.

Premiere's lengths are durations divided by the speed, everybody else's are durations; who calls says which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from pickup.errors import TimingError
from pickup.timelines.lint.findings import Report
from pickup.timelines.lint.nodes import (
    Moment,
    Node,
    Stretch,
    child,
    moment_of,
    node_of,
    nodes_of,
    number_of,
    schema_of,
    stretch_of,
    text_of,
)
from pickup.timing import FrameRate, exact_rate, exact_value, half_up, timecode

_DEFAULT_KEY = "DEFAULT_MEDIA"
_HIGHEST_FRAME_RATE = 1000
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Record time of the cut: what the first frame is called, and at which rate."""

    rate: FrameRate
    start_frame: int
    drop_frame: bool

    def at(self, seconds: Fraction) -> str:
        """Timecode of an instant of the cut."""
        frame = self.start_frame + half_up(self.rate.frames(seconds))
        return timecode(frame, rate=self.rate, drop_frame=self.drop_frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One media reference of a clip."""

    key: str
    node: Node
    kind: str
    available: Stretch | None
    is_active: bool

    @property
    def url(self) -> str:
        """What it points at, as the file spells it; for offline media of Resolve the last known path."""
        if self.kind == "ImageSequenceReference":
            return text_of(self.node.get("target_url_base"))
        if self.kind == "MissingReference":
            return text_of(child(self.node, "metadata", "Resolve_OTIO", "Media Url"))
        return text_of(self.node.get("target_url"))

    @property
    def said(self) -> str:
        """The key, where it is not the usual one, to be put before a detail."""
        return "" if self.key == _DEFAULT_KEY else f"{self.key}: "


@dataclass(slots=True, kw_only=True)
class Reel:
    """One track, of the cut or of a compound clip in it.

    Attributes:
        label: The track's name, or its kind and number.
        inside: Place of the compound that it belongs to; empty for a track of the cut.
    """

    node: Node
    label: str
    kind: str
    clock: Clock | None
    inside: str = ""
    items: list[Item] = field(default_factory=list)

    @property
    def where(self) -> str:
        """The track as a person would look for it."""
        return f"{self.inside} > {self.label}" if self.inside else self.label


@dataclass(slots=True, kw_only=True)
class Item:
    """A clip, gap, compound, transition or unknown thing on a track.

    Attributes:
        speed: Source seconds for each record second; 0 for a freeze, None for a ramp.
        start: Record seconds from the first frame of its tracks; None after an item without a length.
        length: Record seconds.
    """

    node: Node
    kind: str
    version: int
    reel: Reel
    index: int
    source: Stretch | None = None
    references: tuple[Reference, ...] = ()
    speed: Fraction | None = Fraction(1)
    start: Fraction | None = None
    length: Fraction | None = None

    @property
    def name(self) -> str:
        """As the file has it."""
        return text_of(self.node.get("name"))

    @property
    def active(self) -> Reference | None:
        """The reference that is shown."""
        return next((each for each in self.references if each.is_active), None)

    @property
    def effects(self) -> list[Node]:
        """Its effects."""
        return nodes_of(self.node.get("effects"))

    def where(self) -> str:
        """Track, record timecode and name."""
        clock = self.reel.clock
        known = clock is not None and self.start is not None and not self.reel.inside
        place = clock.at(self.start) if clock and self.start is not None and known else f"item {self.index + 1}"
        name = self.name if len(self.name) <= _LONGEST_NAME else f"{self.name[:_LONGEST_NAME]}…"
        return " ".join(part for part in (self.reel.where, place, name or self.kind.lower()) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A timeline file as far as a lint needs it.

    Attributes:
        reels: Tracks of the cut, each followed by those of compounds in it.
        rate: Of the cut; None where nothing states it.
    """

    root: Node
    stack: Node
    reels: tuple[Reel, ...]
    rate: FrameRate | None

    def items(self) -> Iterator[Item]:
        """Every item of every track."""
        for reel in self.reels:
            yield from reel.items


def read_sequence(root: Node, *, report: Report, divides_by_speed: bool) -> Sequence:
    """Places every item of a timeline; what makes no sense is reported and has no place.

    Args:
        root: A `Timeline` object.
        report: Is told of times that make no sense.
        divides_by_speed: Premiere's rule: an item is visible for its duration divided by its speed.
    """
    stack = node_of(root.get("tracks"))
    clock = _find_clock(root, stack, report=report)
    reader = _Reader(report=report, clock=clock, divides_by_speed=divides_by_speed)
    reader.read_stack(stack, inside="")
    return Sequence(root=root, stack=stack, reels=tuple(reader.reels), rate=clock.rate if clock else None)


class _Reader:
    def __init__(self, *, report: Report, clock: Clock | None, divides_by_speed: bool) -> None:
        self.reels: list[Reel] = []
        self._report = report
        self._clock = clock
        self._divides = divides_by_speed

    def read_stack(self, stack: Node, *, inside: str) -> Fraction | None:
        """Record seconds of the longest track; None where that cannot be told."""
        lengths: list[Fraction | None] = []
        numbers: Counter[str] = Counter()
        for node in nodes_of(stack.get("children")):
            kind = text_of(node.get("kind"))
            numbers[kind] += 1
            label = text_of(node.get("name")) or f"{kind or 'Track'} {numbers[kind]}"
            reel = Reel(node=node, label=label, kind=kind, clock=self._clock, inside=inside)
            self.reels.append(reel)
            lengths.append(self._read_track(reel))
        return None if None in lengths else max((each for each in lengths if each is not None), default=Fraction(0))

    def _read_track(self, reel: Reel) -> Fraction | None:
        now: Fraction | None = Fraction(0)
        for index, node in enumerate(nodes_of(reel.node.get("children"))):
            kind, version = schema_of(node)
            item = Item(node=node, kind=kind, version=version, reel=reel, index=index, start=now)
            reel.items.append(item)
            if kind == "Transition":
                continue
            self._measure(item)
            now = None if now is None or item.length is None else now + item.length
        return now

    def _measure(self, item: Item) -> None:
        item.references = tuple(self._references(item))
        item.source = self._stretch(item.node.get("source_range"), item)
        item.speed = self._speed(item)
        shown = item.source
        inner = self.read_stack(item.node, inside=item.where()) if item.kind == "Stack" else None
        if shown is None and item.active is not None:
            shown = item.active.available
        item.length = inner if shown is None else shown.length.seconds
        if self._divides and item.length is not None and item.speed and item.speed != 1:
            item.length = self._divided(item.length, abs(item.speed))

    def _divided(self, seconds: Fraction, speed: Fraction) -> Fraction:
        """Visible length of so many source seconds: whole frames, unless these show half a frame more or less.

        Speeds are rounded in files: 25 frames at 0.3333 are 75 frames, though 75.0075 is what the division says.
        """
        if self._clock is None:
            return seconds / speed
        rate = self._clock.rate
        whole = rate.seconds(half_up(rate.frames(seconds / speed)))
        off = abs(Fraction(rate.frames(whole * speed - seconds)))
        return whole if off < Fraction(1, 2) else seconds / speed

    def _references(self, item: Item) -> Iterator[Reference]:
        if item.kind != "Clip":
            return
        old = item.node.get("media_reference") if item.version < 2 else None  # noqa: PLR2004 - Clip.1 has one
        held: dict[str, object] = {_DEFAULT_KEY: old} if old else node_of(item.node.get("media_references"))
        active = _DEFAULT_KEY if old else item.node.get("active_media_reference_key", _DEFAULT_KEY)
        for key, value in held.items():
            node = node_of(value)
            known = self._stretch(node.get("available_range"), item)
            kind, _ = schema_of(node)
            yield Reference(key=key, node=node, kind=kind, available=known, is_active=key == active)

    def _stretch(self, value: object, item: Item) -> Stretch | None:
        try:
            return stretch_of(value)
        except TimingError as error:
            self._report.add("OTIO_BAD_TIME", item.where, detail=error.message)
            return None

    def _speed(self, item: Item) -> Fraction | None:
        speed = Fraction(1)
        for effect in item.effects:
            kind, _ = schema_of(effect)
            if kind == "FreezeFrame":
                return Fraction(0)
            if kind == "TimeEffect":
                return None
            if kind == "LinearTimeWarp":
                try:
                    speed *= exact_value(number_of(effect.get("time_scalar")))
                except TimingError as error:
                    self._report.add("OTIO_BAD_TIME", item.where, detail=f"time_scalar: {error.message}")
        return speed


def _find_clock(root: Node, stack: Node, *, report: Report) -> Clock | None:
    start: Moment | None = None
    try:
        start = moment_of(root.get("global_start_time"))
    except TimingError as error:
        report.add("OTIO_BAD_TIME", "global_start_time", detail=error.message)
    fps = start.rate if start is not None else _stated_rate(stack)
    if fps is None:
        return None
    rate = FrameRate(fps=fps)
    first = half_up(start.frames) if start is not None else 0
    return Clock(rate=rate, start_frame=first, drop_frame=_drops(first, rate=rate))


def _stated_rate(stack: Node) -> Fraction | None:
    """Premiere's rate, else the one that most durations of picture tracks are counted at."""
    stated = child(stack, "metadata", "PremierePro_OTIO", "VideoFrameRate")
    votes: Counter[Fraction] = Counter()
    try:
        if isinstance(stated, int | float | str):
            return exact_rate(stated)
        for track in nodes_of(stack.get("children")):
            if track.get("kind") == "Video":
                durations = (child(each, "source_range", "duration") for each in nodes_of(track.get("children")))
                votes.update(each.rate for each in map(moment_of, durations) if each is not None)
    except TimingError:
        return None  # said where the item is read
    usual = [rate for rate, _ in votes.most_common() if rate <= _HIGHEST_FRAME_RATE]
    return usual[0] if usual else None


def _drops(first: int, *, rate: FrameRate) -> bool:
    """Whether timecode in messages drops frames: unless only a count without drops makes the start a whole minute."""
    if not rate.can_drop:
        return False
    straight, dropped = (timecode(first, rate=rate, drop_frame=drops) for drops in (False, True))
    return not (straight.endswith("00:00") and not dropped.endswith("00;00"))
