"""For any nests, trims and speeds the frame beside a hole is the one that rendering the cut frame by frame gives.

The renderer below knows no time but whole frames: it makes lists of pictures, cuts them, turns them round, picks from
them, and lays one over the other. It shares nothing with the rule that it checks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.holes import MediaFrame, Neighbour, Rules, find_holes
from pickup.testing.crossings import CutFile, open_cut
from pickup.timelines.snapshot import take_snapshot
from pickup.timing import FrameRate

HOUR_S = 3600
GAP = 24
MEDIA = {"a.mov": "24", "b.mov": "23.976", "c.mov": "25", "d.mov": "50"}
FRAMES = 4000
SPEEDS = {
    Fraction(1): 1.0,
    Fraction(2): 2.0,
    Fraction(1, 2): 0.5,
    Fraction(973, 1000): 0.973,
    Fraction(1, 3): 1 / 3,
    Fraction(-1): -1.0,
    Fraction(-1, 2): -0.5,
    Fraction(-5, 2): -2.5,
    Fraction(-1, 3): -1 / 3,
    Fraction(0): 0.0,
}
Shown = tuple[str, int] | None
"""A file and the number of its frame, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """`start` is a frame of the media, `length` record frames."""

    media: str
    start: int
    length: int
    speed: Fraction
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Nothing."""

    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nest:
    """`start` is a frame of its own time."""

    rows: tuple[Row, ...]
    start: int
    length: int
    speed: Fraction
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A track."""

    items: tuple[Clip | Empty | Nest, ...]
    enabled: bool = True


# --- rendering --------------------------------------------------------------------------------------------------------


def render(rows: Sequence[Row], *, rate: Fraction) -> list[Shown]:
    """Every frame of a stack: what lies on top of what."""
    painted = [[each for item in row.items for each in render_item(item, rate=rate)] for row in rows if row.enabled]
    length = max(map(len, painted), default=0)
    full = [row + [None] * (length - len(row)) for row in painted]
    return [next((row[frame] for row in reversed(full) if row[frame]), None) for frame in range(length)]


def render_item(item: Clip | Empty | Nest, *, rate: Fraction) -> list[Shown]:
    if isinstance(item, Empty) or not item.enabled:
        return [None] * item.length
    if isinstance(item, Nest):
        film, step = render(item.rows, rate=rate), Fraction(1)
    else:
        film, step = [(item.media, number) for number in range(FRAMES)], fps(item.media) / rate
    return play(film, start=item.start, length=item.length, step=step * item.speed)


def play(film: list[Shown], *, start: int, length: int, step: Fraction) -> list[Shown]:
    """A film played at a step; backwards it is the piece that is used, turned round and played forwards."""
    first = Fraction(start)
    if step < 0:
        used = start + length * -step
        padded = film + [None] * max(math.ceil(used) - len(film), 0)
        film = padded[::-1]
        first, step = len(film) - used, -step
    places = (math.floor(first + frame * step) for frame in range(length))
    return [film[place] if place < len(film) else None for place in places]


def fps(media: str) -> Fraction:
    return FrameRate.parse(MEDIA[media]).fps


# --- the same as a timeline -------------------------------------------------------------------------------------------


def as_item(item: Clip | Empty | Nest, *, rate: float) -> otio.core.Item:
    duration = otio.opentime.RationalTime(item.length, rate)
    if isinstance(item, Empty):
        return otio.schema.Gap(source_range=otio.opentime.TimeRange(duration=duration))
    if isinstance(item, Nest):
        made: otio.core.Item = as_stack(item.rows, rate=rate)
        made.source_range = otio.opentime.TimeRange(otio.opentime.RationalTime(item.start, rate), duration)
    else:
        own = float(fps(item.media))
        zero = HOUR_S * own
        made = otio.schema.Clip(
            name=item.media,
            media_reference=otio.schema.ExternalReference(
                target_url=item.media,
                available_range=otio.opentime.TimeRange(
                    otio.opentime.RationalTime(zero, own), otio.opentime.RationalTime(FRAMES, own)
                ),
            ),
            source_range=otio.opentime.TimeRange(otio.opentime.RationalTime(zero + item.start, own), duration),
        )
    made.enabled = item.enabled
    if item.speed != 1:
        freeze = otio.schema.FreezeFrame()
        made.effects.append(otio.schema.LinearTimeWarp(time_scalar=SPEEDS[item.speed]) if item.speed else freeze)
    return made


def as_stack(rows: Sequence[Row], *, rate: float) -> otio.schema.Stack:
    stack = otio.schema.Stack()
    for row in rows:
        track = otio.schema.Track(kind="Video")
        track.extend([as_item(item, rate=rate) for item in row.items])
        track.enabled = row.enabled
        stack.append(track)
    return stack


def holes_of(rows: Sequence[Row], *, text: str) -> list[tuple[int, Neighbour | None, int, Neighbour | None]]:
    """The neighbours of every gap that is found, with the record frames that they touch it with."""
    rate = float(FrameRate.parse(text).fps)
    timeline = otio.schema.Timeline(name="cut")
    timeline.global_start_time = otio.opentime.RationalTime(0, rate)
    timeline.tracks[:] = list(as_stack(rows, rate=rate).deepcopy())
    content = timeline.to_json_string().encode()
    file = CutFile(name="cut", content=content, path=Path("/nowhere/cut.otio"), here=tuple(MEDIA))
    found = find_holes(take_snapshot(open_cut(file), looker=file.looker), rules=Rules(overlays=(), short=False)).holes
    return [(each.covers.start - 1, each.before, each.covers.end, each.after) for each in found]


def shown_by(frame: MediaFrame | None) -> Shown:
    if frame is None:
        return None
    name = Path(frame.path).name
    position = float((frame.seconds - (frame.media_start or 0)) * fps(name))
    return name, math.ceil(position - 1e-7) - 1 if frame.backwards else math.floor(position + 1e-7)


# --- any cut ----------------------------------------------------------------------------------------------------------

speeds = st.sampled_from(sorted(SPEEDS))
lengths = st.integers(1, 30)
clips = st.builds(
    Clip,
    media=st.sampled_from(sorted(MEDIA)),
    start=st.integers(0, 200),
    length=lengths,
    speed=speeds,
    enabled=st.integers(0, 5).map(bool),
)


def rows_of(items: st.SearchStrategy[Clip | Empty | Nest]) -> st.SearchStrategy[tuple[Row, ...]]:
    row = st.builds(Row, items=st.lists(items, min_size=1, max_size=4).map(tuple), enabled=st.integers(0, 5).map(bool))
    return st.lists(row, min_size=1, max_size=3).map(tuple)


items = st.recursive(
    clips | st.builds(Empty, length=lengths),
    lambda inner: st.builds(
        Nest,
        rows=rows_of(inner),
        start=st.integers(0, 12),
        length=lengths,
        speed=speeds | st.just(Fraction(1)),
        enabled=st.integers(0, 5).map(bool),
    ),
    max_leaves=8,
)
living = clips.map(lambda clip: Clip(media=clip.media, start=clip.start, length=clip.length, speed=clip.speed))


@settings(max_examples=150, deadline=None)
@given(
    text=st.sampled_from(["24", "23.976", "25", "60"]),
    first=living,
    before=items,
    after=items,
    last=living,
    above=st.lists(items, max_size=2),
)
def test_the_frame_beside_a_hole_is_what_rendering_the_cut_shows(
    text: str, first: Clip, before: object, after: object, last: Clip, above: list[Clip | Empty | Nest]
) -> None:
    lowest = Row(items=(first, before, Empty(length=GAP), after, last))  # type: ignore[arg-type]
    rows = (lowest, Row(items=tuple(above))) if above else (lowest,)
    film = render(rows, rate=FrameRate.parse(text).fps)
    for frame, left, next_frame, right in holes_of(rows, text=text):
        assert shown_by(left.frame if left else None) == film[frame]
        assert shown_by(right.frame if right else None) == (film[next_frame] if next_frame < len(film) else None)


def test_the_property_sees_nests_and_holes_at_all() -> None:
    """The renderer by example: a nest played backwards at half speed over two clips."""
    inside = (
        Row(items=(Clip(media="a.mov", start=10, length=4, speed=Fraction(1)), Empty(length=2))),
        Row(items=(Empty(length=3), Clip(media="b.mov", start=7, length=3, speed=Fraction(2)))),
    )
    assert render(inside, rate=Fraction(24)) == [
        *(("a.mov", 10 + number) for number in range(3)),
        *(("b.mov", number) for number in (7, 8, 10)),
    ]
    nest = Nest(rows=inside, start=2, length=4, speed=Fraction(-1, 2))
    assert render_item(nest, rate=Fraction(24)) == [("b.mov", 7), ("b.mov", 7), ("a.mov", 12), ("a.mov", 12)]
    rows = (Row(items=(nest, Empty(length=GAP), nest)),)
    ((frame, left, _next, right),) = holes_of(
        (Row(items=(Clip(media="c.mov", start=0, length=2, speed=Fraction(1)), *rows[0].items,
                    Clip(media="c.mov", start=0, length=2, speed=Fraction(1)))),), text="24")  # fmt: skip
    assert frame == 5
    assert left is not None
    assert right is not None
    assert (shown_by(left.frame), shown_by(right.frame)) == (("a.mov", 12), ("b.mov", 7))
