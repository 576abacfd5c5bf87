"""Whatever a cut holds and whatever it came as, each dialect carries all but what it declares as lost.

Looked at twice: by `verify`, and by a reading of its own here that shares nothing with it but the rule for rates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any
from urllib.parse import unquote

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pickup.testing.crossings import CutFile, cross, open_cut, snapshot_of, writing_of
from pickup.testing.everything import one_of_everything
from pickup.testing.timelines import RATES, neutral_timelines
from pickup.timelines.sniff import dialect_names, load_dialect

NEAR = Fraction(1, 10**6)
STILLS = (".png", ".jpg", ".exr")  # of numbered frames FCP7 XML knows the first alone
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # a whole cut takes minutes to shrink


def fps_of(rate: float) -> Fraction:
    near = min(RATES, key=lambda fps: abs(float(fps) - rate))
    return near if abs(float(near) - rate) < 0.01 else Fraction(rate)


def seconds(time: otio.opentime.RationalTime) -> Fraction:
    return Fraction(time.value) / fps_of(time.rate)


@dataclass(frozen=True)
class Seen:
    """What one item shows: where, which file, from which second of it, how fast."""

    track: tuple[Any, ...]
    start: Fraction
    end: Fraction
    file: str
    source: Fraction | None
    speed: Fraction | None
    enabled: bool
    words: tuple[tuple[str, str], ...]

    @property
    def place(self) -> tuple[Any, ...]:
        return self.track, self.start, self.end


def seen_in(timeline: otio.schema.Timeline) -> dict[tuple[Any, ...], Seen]:
    fps = fps_of(timeline.global_start_time.rate)
    return {each.place: each for each in _stack(timeline.tracks, fps=fps, around=())}


def _stack(stack: otio.schema.Stack, *, fps: Fraction, around: tuple[Any, ...]) -> Iterator[Seen]:
    numbers: Counter[str] = Counter()
    for track in stack:
        numbers[track.kind] += 1
        if track.kind not in ("Video", "Audio"):
            continue
        path = (*around, track.kind, numbers[track.kind])
        position = Fraction(0)
        for item in track:
            if isinstance(item, otio.schema.Transition):
                continue
            end = position + round(seconds(item.source_range.duration) * fps)
            name = file_of(item)
            if name:
                yield seen(item, path=path, start=position, end=end, name=name)
            if isinstance(item, otio.schema.Stack):
                yield from _stack(item, fps=fps, around=(*path, int(position)))
            position = end


def seen(item: otio.core.Item, *, path: tuple[Any, ...], start: Fraction, end: Fraction, name: str) -> Seen:
    media = item.media_reference.available_range if isinstance(item, otio.schema.Clip) else None
    origin = seconds(media.start_time) if media is not None else Fraction(0)
    source = None if name.endswith(STILLS) else seconds(item.source_range.start_time) - origin
    words = tuple(sorted((marker.name, note_of(marker)) for marker in item.markers))
    return Seen(path, start, end, name, source, speed_of(item), item.enabled, words)


def file_of(item: otio.core.Item) -> str:
    """The file's plain name; empty for what is no file and no compound clip."""
    if isinstance(item, otio.schema.Stack):
        return "a compound clip"
    reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return f"{reference.name_prefix}{reference.start_frame}{reference.name_suffix}"
    url = getattr(reference, "target_url", "")
    if isinstance(reference, otio.schema.MissingReference) and "Resolve_OTIO" in reference.metadata:
        url = reference.metadata["Resolve_OTIO"].get("Media Url", "")
    name = url.replace("\\", "/").rpartition("/")[2]
    return unquote(name) if url.startswith("file:") else name


def speed_of(item: otio.core.Item) -> Fraction | None:
    speed = Fraction(1)
    for effect in item.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return Fraction(0)
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= Fraction(effect.time_scalar)
        elif isinstance(effect, otio.schema.TimeEffect):
            return None
    return speed


def note_of(marker: otio.schema.Marker) -> str:
    own = marker.metadata.get("Resolve_OTIO")
    return (own.get("Note", "") if own is not None else "") or marker.comment


def is_near(one: Fraction | None, other: Fraction | None) -> bool:
    return one is None or (other is not None and abs(one - other) <= NEAR * max(1, abs(one)))


def changes(old: otio.schema.Timeline, new: otio.schema.Timeline) -> list[str]:
    """What is not as it was, in words; ramps may be anything."""
    were, are = seen_in(old), seen_in(new)
    found = [f"{place}: {were[place].file} is gone" for place in were if place not in are]
    for place, was in were.items():
        now = are.get(place)
        if now is None:
            continue
        if not is_near(was.source, now.source) and was.speed is not None:
            found.append(f"{place}: {was.file} from {was.source} s is from {now.source} s")
        if not is_near(was.speed, now.speed):
            found.append(f"{place}: {was.file} at {was.speed} is at {now.speed}")
        facts = ((was.file, now.file), (was.enabled, now.enabled), (was.words, now.words))
        found += [f"{place}: {before} is {after}" for before, after in facts if before != after]
    gone = Counter(loose_words(old)) - Counter(loose_words(new))
    return found + [f"marker {each} is gone" for each in gone]


def loose_words(timeline: otio.schema.Timeline) -> Iterator[tuple[str, str]]:
    """Words of markers of the timeline and of gaps on its own tracks."""
    tracks = (track for track in timeline.tracks if track.kind in ("Video", "Audio"))
    gaps = [item for track in tracks for item in track if isinstance(item, otio.schema.Gap)]
    for each in (timeline.tracks, *gaps):
        yield from ((marker.name, note_of(marker)) for marker in each.markers)


def as_file(timeline: otio.schema.Timeline, *, came_as: str) -> CutFile:
    plain = CutFile(name=came_as, content=timeline.to_json_string(indent=4).encode())
    if came_as == "otio":
        return plain
    writing = writing_of(snapshot_of(open_cut(plain), looker=plain.looker))
    return replace(plain, content=load_dialect(came_as).write(timeline, writing=writing))


@pytest.mark.parametrize("name", dialect_names())
@settings(
    max_examples=40, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(timeline=neutral_timelines(), came_as=st.sampled_from(dialect_names()))
def test_whatever_the_cut_only_what_is_declared_is_lost(
    name: str, timeline: otio.schema.Timeline, came_as: str
) -> None:
    file = as_file(timeline, came_as=came_as)
    crossing = cross(file, dialect=load_dialect(name), rules=None)
    assert crossing.refused == ""
    assert crossing.wrong == ()
    again = open_cut(replace(file, content=crossing.content)).timeline
    assert changes(open_cut(file).timeline, again) == []


def moved_source(clip: otio.schema.Clip) -> None:
    start, duration = clip.source_range.start_time, clip.source_range.duration
    clip.source_range = otio.opentime.TimeRange(start + otio.opentime.RationalTime(1, 24), duration)


def longer(clip: otio.schema.Clip) -> None:
    start, duration = clip.source_range.start_time, clip.source_range.duration
    clip.source_range = otio.opentime.TimeRange(start, duration + otio.opentime.RationalTime(1, 24))


def other_media(clip: otio.schema.Clip) -> None:
    clip.media_reference.target_url = "/footage/z.mov"


def faster(clip: otio.schema.Clip) -> None:
    clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=1.01))


def disabled(clip: otio.schema.Clip) -> None:
    clip.enabled = False


def other_words(clip: otio.schema.Clip) -> None:
    clip.markers[0].name = "something else"


@pytest.mark.parametrize("change", [moved_source, longer, other_media, faster, disabled, other_words])
def test_the_second_look_sees_every_change(change: Callable[[otio.schema.Clip], None]) -> None:
    old, new = one_of_everything(), one_of_everything()
    assert changes(old, new) == []
    change(new.tracks[0][0])
    assert changes(old, new) != []


def test_the_second_look_sees_a_marker_that_is_gone() -> None:
    old, new = one_of_everything(), one_of_everything()
    new.tracks.markers.clear()
    assert len(changes(old, new)) == 1
