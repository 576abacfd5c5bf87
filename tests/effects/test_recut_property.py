"""However a cut is cut again, its shots are known again, frame for frame, and none is taken for another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pickup.cut import walk_events
from pickup.fill.identity import KnownShot, sightings_of
from pickup.holes import Hole, find_holes
from pickup.holes.model import Rules
from pickup.match import Claim, Confidence, Identity, Sighting, comparable_name, comparable_words, recognize
from pickup.testing.crossings import CutFile, open_cut, sample_files, snapshot_of, writing_of
from pickup.testing.recuts import Place, Recut
from pickup.timelines.ruler import Ruler, find_rate, seconds_of, source_range_of
from pickup.timelines.sniff import load_dialect
from pickup.timelines.warps import follows_premiere, to_used_lengths
from pickup.timing import exact_rate, half_up

RULES = Rules(offline=True)
UNHURRIED = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
NONE_YET: tuple[Sighting, ...] = ()


def timeline_in(file: CutFile) -> otio.schema.Timeline:
    return open_cut(file).timeline


def as_file(timeline: otio.schema.Timeline, *, like: CutFile) -> CutFile:
    """As the program that wrote `like` would export it: Premiere counts frames of the source where a speed is."""
    if follows_premiere(timeline):
        timeline = timeline.deepcopy()
        to_used_lengths(timeline)
    new = tuple(f"media/never_seen_{number}.mov" for number in range(1, 20))
    return replace(like, content=timeline.to_json_string(indent=-1).encode(), here=(*like.here, *new))


def holes_in(file: CutFile) -> tuple[tuple[Hole, ...], frozenset[str]]:
    """The holes of a cut, and the media on its picture tracks."""
    cut = snapshot_of(open_cut(file), looker=file.looker)
    media = (event.media for _, event in walk_events(cut.video_tracks))
    names = frozenset(comparable_name(each.name) for each in media if each is not None and each.name)
    return find_holes(cut, rules=RULES).holes, names


def claims_of(holes: Sequence[Hole]) -> list[Claim]:
    return [Claim(hole=hole, words=comparable_words(hole.brief.text) if hole.brief else "") for hole in holes]


def remembered(identities: Sequence[Identity]) -> tuple[Sighting, ...]:
    known = [KnownShot(code=str(each.shot), identities=(each,)) for each in identities if each.shot]
    return tuple(sightings_of(((each, "") for each in known), cut_name="reel"))


def first_seen(holes: Sequence[Hole]) -> tuple[Sighting, ...]:
    """What the first export leaves: every hole is a shot, numbered as the holes are."""
    return remembered([Identity(hole=hole, shot=f"SH{n:04d}", by="", group=n) for n, hole in enumerate(holes)])


@lru_cache(maxsize=1)
def originals() -> tuple[CutFile, ...]:
    """Samples whose holes stand on one track and that have no second picture track to keep in step."""
    found = []
    for file in sample_files():
        timeline = timeline_in(file)
        holes, _ = holes_in(file)
        if holes and Recut.of(timeline, holes) is not None:
            found.append(file)
    return tuple(found)


OPERATIONS: dict[str, st.SearchStrategy[dict[str, int]]] = {
    "roll_head": st.fixed_dictionaries({"number": st.integers(0, 5), "frames": st.integers(-8, 8)}),
    "roll_tail": st.fixed_dictionaries({"number": st.integers(0, 5), "frames": st.integers(-8, 8)}),
    "trim_neighbour": st.fixed_dictionaries({"number": st.integers(0, 5), "frames": st.integers(-8, 8)}),
    "trim_hole": st.fixed_dictionaries({"number": st.integers(0, 5), "frames": st.integers(1, 12)}),
    "slip_neighbour": st.fixed_dictionaries({"number": st.integers(0, 5), "frames": st.integers(-8, 8)}),
    "insert": st.fixed_dictionaries({"index": st.integers(0, 20)}),
    "delete": st.fixed_dictionaries({"index": st.integers(0, 20)}),
    "move_block": st.fixed_dictionaries({"number": st.integers(0, 5), "to": st.integers(0, 20)}),
    "overwrite": st.fixed_dictionaries(
        {"number": st.integers(0, 5), "start": st.integers(0, 40), "length": st.integers(4, 40)}
    ),
    "nest": st.fixed_dictionaries({"number": st.integers(0, 5)}),
    "rename": st.just({}),
    "new_hole": st.fixed_dictionaries({"index": st.integers(0, 20)}),
}


@st.composite
def recuts(draw: st.DrawFn, *, operations: Sequence[str], at_most: int) -> tuple[CutFile, Recut]:
    """A sample, and what became of it."""
    file = draw(st.sampled_from(originals()))
    holes, _ = holes_in(file)
    recut = Recut.of(timeline_in(file), holes)
    assert recut is not None
    wanted = draw(st.lists(st.sampled_from(operations), min_size=1, max_size=at_most))
    done = [getattr(recut, name)(**draw(OPERATIONS[name])) for name in wanted]
    assume(any(done))
    recut.finish()
    assume(not recut.merged)
    return file, recut


def recognized(file: CutFile, sightings: Sequence[Sighting]) -> tuple[Identity, ...]:
    holes, present = holes_in(file)
    given = sorted({each.shot for each in sightings})
    return recognize(claims_of(holes), cut="reel", sightings=sightings, given=given, present=present).identities


def lead_of(hole: Hole) -> int:
    """Frames of a dissolve that are covered before a hole; a shift counts from them."""
    return hole.record.start - hole.covers.start


def check(old: CutFile, new: CutFile, expected: Sequence[Place], *, may_ask: bool = False) -> None:
    """No shot is taken for another, and those that an editor is sure of are known, with their frames.

    Where a block comes to stand between the neighbours of two holes, it may be asked which of them a hole is.
    """
    holes, _ = holes_in(old)
    identities = recognized(new, first_seen(holes))
    places = {each.start: each for each in expected}
    for identity in identities:
        place = places.get(identity.hole.record.start)
        if place is None:
            continue  # a title or a still that became a hole by what was done around it
        shot = None if place.hole is None else f"SH{place.hole:04d}"
        assert identity.shot in (shot, None), f"taken for another: {identity.signs}"
        if place.sure and place.hole is not None and shot is not None:
            if shot in identity.asked and may_ask:
                continue
            assert identity.shot == shot, f"not known again: {identity}"
            first = identity.shift + lead_of(identity.hole) - lead_of(holes[place.hole])
            assert first == place.shift, f"other frames: {identity.signs}"


@pytest.mark.parametrize("operation", OPERATIONS)
@UNHURRIED
@given(data=st.data())
def test_after_any_one_change_every_shot_is_known_again(operation: str, data: st.DataObject) -> None:
    file, recut = data.draw(recuts(operations=[operation], at_most=1))
    may_ask = operation in ("move_block", "delete")
    check(file, as_file(recut.timeline, like=file), recut.expected, may_ask=may_ask)


@settings(parent=UNHURRIED, max_examples=200)
@given(made=recuts(operations=sorted(OPERATIONS), at_most=4))
def test_after_several_changes_no_shot_is_taken_for_another(made: tuple[CutFile, Recut]) -> None:
    file, recut = made
    holes, _ = holes_in(file)
    places = {each.start: each for each in recut.expected}
    for identity in recognized(as_file(recut.timeline, like=file), first_seen(holes)):
        place = places.get(identity.hole.record.start)
        if place is not None and identity.confidence is not Confidence.LOW:  # that is told, and to be looked at
            shot = None if place.hole is None else f"SH{place.hole:04d}"
            assert identity.shot in (shot, None), f"{recut.story}: {identity}"


@settings(parent=UNHURRIED, max_examples=30)
@given(made=recuts(operations=["roll_head", "roll_tail", "trim_hole", "insert", "overwrite"], at_most=2))
def test_the_same_cut_twice_changes_nothing(made: tuple[CutFile, Recut]) -> None:
    file, recut = made
    holes, _ = holes_in(file)
    new = as_file(recut.timeline, like=file)
    once = recognized(new, first_seen(holes))
    again = recognized(new, remembered(once))
    assert [(each.shot, each.shift) for each in again if each.shot] == [
        (each.shot, each.shift) for each in once if each.shot
    ]


@pytest.mark.parametrize("flavor", ["otio", "resolve", "premiere", "fcp7"])
@settings(parent=UNHURRIED, max_examples=15)
@given(made=recuts(operations=["roll_head", "roll_tail", "trim_hole", "rename", "insert"], at_most=1))
def test_through_any_format_and_without_our_metadata_every_shot_is_known_again(
    flavor: str, made: tuple[CutFile, Recut]
) -> None:
    file, recut = made
    new = as_file(recut.timeline, like=file)
    cut = snapshot_of(open_cut(new), looker=new.looker)
    content = load_dialect(flavor).write(open_cut(new).timeline, writing=writing_of(cut))
    check(file, replace(new, content=content), recut.expected)


def at_another_rate(timeline: otio.schema.Timeline, rate: float) -> otio.schema.Timeline:
    """The cut as it is when a project of another rate takes it in: the same seconds, in whole frames of that rate."""
    made = timeline.deepcopy()
    ruler, fps = Ruler(rate=find_rate(made)[0]), exact_rate(rate)
    for track in made.tracks:
        position, placed = Fraction(0), 0
        for item in track:
            known = source_range_of(item)
            if isinstance(item, otio.schema.Transition) or known is None:
                continue
            position += seconds_of(known.duration)
            frames = half_up(position * fps) - placed
            placed += frames
            start = seconds_of(known.start_time)
            item.source_range = otio.opentime.TimeRange(
                otio.opentime.RationalTime(float(start * fps), rate), otio.opentime.RationalTime(frames, rate)
            )
    if made.global_start_time is not None:
        made.global_start_time = otio.opentime.RationalTime(half_up(seconds_of(made.global_start_time) * fps), rate)
    assert ruler.rate.fps != fps
    return made


@pytest.mark.parametrize("name", ["one_gap_24fps", "documentary_broll_gaps", "one_gap_2997fps"])
def test_a_cut_at_another_rate_has_the_same_shots(name: str) -> None:
    [file] = [each for each in sample_files() if each.name == name]
    holes, _ = holes_in(file)
    other = 30.0 if "24" in name or "docu" in name else 25.0
    new = as_file(at_another_rate(timeline_in(file), other), like=file)
    identities = recognized(new, first_seen(holes))
    assert [each.shot for each in identities] == [f"SH{number:04d}" for number in range(len(holes))]


@settings(parent=UNHURRIED, max_examples=40)
@given(data=st.data())
def test_at_any_rate_no_shot_is_taken_for_another(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(originals()))
    holes, _ = holes_in(file)
    rate = data.draw(st.sampled_from([24.0, 25.0, 30.0, 48.0, 50.0]))
    assume(exact_rate(rate) != holes[0].record.rate.fps)
    identities = recognized(as_file(at_another_rate(timeline_in(file), rate), like=file), first_seen(holes))
    seen = [each.shot for each in identities if each.shot and each.confidence is not Confidence.LOW]
    assert seen == sorted(seen), "shots stand in the order in which they stood"
    assert len(set(seen)) == len(seen)


def test_enough_samples_are_cut_again() -> None:
    assert len(originals()) >= 10


def test_an_expectation_follows_what_was_done() -> None:
    """The generator itself: one gap, its head rolled by three frames, then put a shot over its tail."""
    [file] = [each for each in sample_files() if each.name == "one_gap_24fps"]
    holes, _ = holes_in(file)
    recut = Recut.of(timeline_in(file), holes)
    assert recut is not None
    assert recut.roll_head(0, frames=3)
    assert recut.overwrite(0, start=20, length=7)
    assert not recut.nest(3)
    recut.finish()
    assert recut.expected == (Place(hole=0, start=43, shift=3, sure=False),)
    content: Any = json.loads(recut.timeline.to_json_string())
    assert "recut" not in json.dumps(content)
