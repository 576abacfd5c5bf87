"""The rules of holes over generated cuts, each checked frame by frame against a plain reading of the rule."""

import pickle
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pickup.cut import Address, Cut, Event, EventKind, Track, TrackKind
from pickup.holes import Hole, HoleKind, PlacementKind, Rules, find_holes
from pickup.testing.cuts import (
    Dissolve,
    Item,
    MarkerSketch,
    Row,
    compound,
    gap,
    make_cut,
    offline,
    row,
    shot,
    slug,
    synthetic,
    title,
)

_unhurried = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
RULES = Rules(offline=True)
PAINTING = {EventKind.FOOTAGE, EventKind.OFFLINE, EventKind.TITLE, EventKind.SLUG, EventKind.LEADER, EventKind.OPAQUE}
SHOTS = {EventKind.FOOTAGE, EventKind.OFFLINE, EventKind.OPAQUE, EventKind.NESTED}
PROOF_AGAINST_OVERLAYS = row(gap(2000), kind=TrackKind.AUDIO)
"""A long sound track, so that no generated item covers nearly all of the cut."""

lengths = st.integers(3, 20)
notes = st.sampled_from(["", "rain over the city", "PICKUP: rain", "skip", "time: night"])
markers = st.lists(st.builds(MarkerSketch, at=st.integers(0, 5), length=st.integers(0, 4), note=notes), max_size=1)
names = st.sampled_from(["A.mov", "B.mov", "C.mov", "TEMP_d.mov"])


def synthetics() -> st.SearchStrategy[Item]:
    kinds = st.sampled_from([EventKind.LEADER, EventKind.ADJUSTMENT, EventKind.OPAQUE])
    return st.builds(synthetic, kinds, lengths)


def footage() -> st.SearchStrategy[Item]:
    def short(length: int, name: str, missing: int) -> Item:
        return shot(length, name=name, media_frames=(0, length - missing))

    whole = st.builds(shot, lengths, name=names, enabled=st.sampled_from([True, True, False]), markers=markers)
    return whole | st.builds(short, lengths, names, st.integers(0, 2))


plain_items = (
    footage()
    | st.builds(gap, st.integers(1, 20), markers=markers)
    | st.builds(gap, st.integers(12, 30))
    | st.builds(slug, lengths, markers=markers)
    | st.builds(title, lengths, text=st.sampled_from(["MISSING rain", "Chapter one"]))
    | st.builds(offline, lengths)
    | synthetics()
    | st.sampled_from([slug(0), title(0, text="MISSING"), gap(0), shot(0)])
)


@st.composite
def rows(draw: st.DrawFn, items: st.SearchStrategy[Item], *, shortest: int = 1, longest: int = 8) -> Row:
    children: list[Item | Dissolve] = []
    for item in draw(st.lists(items, min_size=shortest, max_size=longest)):
        if children and item.length > 2 and draw(st.integers(0, 4)) == 0:
            children.append(Dissolve(before=draw(st.integers(0, 2)), after=draw(st.integers(0, 2))))
        children.append(item)
    flags = st.sampled_from([True, False, False, False])
    return row(*children, locked=draw(flags), enabled=not draw(flags))


def length_of(sketch: Row) -> int:
    return sum(child.length for child in sketch.children if isinstance(child, Item))


@st.composite
def compounds(draw: st.DrawFn) -> Item:
    inner = draw(st.lists(rows(plain_items, longest=4), min_size=1, max_size=2))
    straight = draw(st.sampled_from([True, True, True, False]))
    return compound(max(map(length_of, inner)), *inner, straightened=straight)


@st.composite
def cuts(draw: st.DrawFn) -> Cut:
    items = plain_items | plain_items | plain_items | compounds()
    tracks = draw(st.lists(rows(items, shortest=3), min_size=1, max_size=3))
    spots = draw(
        st.lists(st.builds(MarkerSketch, at=st.integers(0, 90), length=st.integers(0, 9), note=notes), max_size=2)
    )
    return make_cut(*tracks, PROOF_AGAINST_OVERLAYS, markers=spots, rate=draw(st.sampled_from(["24", "29.97", "25"])))


# a plain reading of what paints


def seen_at(tracks: tuple[Track, ...], frame: int) -> Event | None:
    for track in reversed(tracks):
        if not track.enabled or track.kind is not TrackKind.VIDEO:
            continue
        for event in track.events:
            if not event.enabled or not event.record.start <= frame < event.record.end:
                continue
            inside = seen_at(event.tracks, frame)
            if inside is not None:
                return inside
            if event.kind in PAINTING or (event.kind is EventKind.NESTED and not event.straightened):
                return event
    return None


def every_event(tracks: tuple[Track, ...]) -> Iterator[tuple[tuple[Track, ...], Event]]:
    """Each event of the picture with the tracks that hold it, outermost first; nothing that is disabled."""
    for track in tracks:
        if not track.enabled or track.kind is not TrackKind.VIDEO:
            continue
        for event in track.events:
            if event.enabled:
                yield (track,), event
                yield from (((track, *around), inner) for around, inner in every_event(event.tracks))


def stacks(cut: Cut) -> Iterator[tuple[Address, tuple[Track, ...], tuple[Track, ...]]]:
    """Address of every stack with its own tracks and the tracks around it."""
    yield (), cut.tracks, ()
    for around, event in every_event(cut.tracks):
        if event.tracks:
            yield event.address, event.tracks, around


def footage_frames(cut: Cut) -> tuple[int, int]:
    shots = [
        event.record
        for _, event in every_event(cut.tracks)
        if event.kind in SHOTS and (event.kind is not EventKind.NESTED or not event.straightened)
    ]
    return min((each.start for each in shots), default=0), max((each.end for each in shots), default=0)


def gaps_of(cut: Cut) -> list[tuple[int, int]]:
    """Runs of frames that nothing paints, between the first and the last footage."""
    first, last = footage_frames(cut)
    runs: list[tuple[int, int]] = []
    for frame in range(first, last):
        if seen_at(cut.tracks, frame) is None:
            if runs and runs[-1][1] == frame:
                runs[-1] = (runs[-1][0], frame + 1)
            else:
                runs.append((frame, frame + 1))
    return runs


def frames_of(hole: Hole) -> range:
    return range(hole.record.start, hole.record.end)


@_unhurried
@given(cut=cuts())
def test_what_is_seen_is_what_a_plain_reading_of_the_table_says(cut: Cut) -> None:
    for frame in range(120):
        assert cut.picture_at(frame) == seen_at(cut.tracks, frame)


@_unhurried
@given(cut=cuts())
def test_a_gap_is_a_whole_unpainted_run_between_the_first_and_the_last_footage(cut: Cut) -> None:
    runs = gaps_of(cut)
    for hole in find_holes(cut, rules=RULES).holes:
        if hole.kind is HoleKind.GAP:
            assert (hole.record.start, hole.record.end) in runs


@_unhurried
@given(cut=cuts())
def test_every_long_unmarked_run_between_two_shots_without_a_fade_is_a_hole(cut: Cut) -> None:
    cut = replace(cut, markers=())
    holes = {(hole.record.start, hole.record.end) for hole in find_holes(cut, rules=RULES).holes}
    edits = {each.at for _, tracks, _ in stacks(cut) for track in tracks for each in track.transitions}
    marked = {marker.record.start for _, event in every_event(cut.tracks) for marker in event.markers}
    for start, end in gaps_of(cut):
        beside = [seen_at(cut.tracks, start - 1), seen_at(cut.tracks, end)]
        between_shots = all(event is not None and event.kind in SHOTS for event in beside)
        plain = not (start in edits and end in edits) and not marked & set(range(start, end))
        if between_shots and plain:
            assert ((start, end) in holes) == (end - start >= RULES.dip_frames)


@_unhurried
@given(cut=cuts(), on_top=st.booleans())
def test_a_take_on_a_new_track_never_hides_living_picture_that_nobody_marked(*, cut: Cut, on_top: bool) -> None:
    for hole in find_holes(cut, rules=replace(RULES, on_top=on_top)).holes:
        if hole.placement.kind is PlacementKind.NEW_TRACK and not hole.marked:
            for frame in frames_of(hole):
                seen = seen_at(cut.tracks, frame)
                assert seen is None if hole.kind is HoleKind.GAP else seen is not None and seen.name == hole.name


@_unhurried
@given(cut=cuts())
def test_ids_are_unique_and_follow_from_the_snapshot_alone(cut: Cut) -> None:
    found = find_holes(cut, rules=RULES, explain=True)
    assert len({hole.id for hole in found.holes}) == len(found.holes)
    assert find_holes(pickle.loads(pickle.dumps(cut)), rules=RULES, explain=True) == found
    moved = replace(cut, name="another name", start_frame=86400)
    assert [hole.id for hole in find_holes(moved, rules=RULES).holes] == [hole.id for hole in found.holes]


@_unhurried
@given(cut=cuts())
def test_holes_come_in_record_order_and_are_never_empty(cut: Cut) -> None:
    holes = find_holes(cut, rules=RULES).holes
    starts = [hole.record.start for hole in holes]
    assert starts == sorted(starts)
    assert all(hole.record.length > 0 for hole in holes)
    assert all(hole.record.start >= 0 and hole.record.end <= cut.duration for hole in holes)


@_unhurried
@given(cut=cuts())
def test_every_kind_goes_where_the_rules_say_and_no_locked_track_is_touched(cut: Cut) -> None:
    where = {address: (tracks, around) for address, tracks, around in stacks(cut)}
    items = {event.address: event for _, event in every_event(cut.tracks)}
    for hole in find_holes(cut, rules=RULES).holes:
        address = hole.placement.address
        if hole.placement.kind is PlacementKind.NEW_TRACK:
            _, around = where[address]
        else:
            depth = -2 if hole.placement.kind is PlacementKind.IN_PLACE else -1
            tracks, around = where[address[:depth]]
            own = next(track for track in tracks if track.place == address[len(address[:depth])])
            around = (*around, own)
            assert own.enabled
        assert not any(track.locked for track in around)
        if hole.kind in {HoleKind.SHORT, HoleKind.MARK}:
            assert hole.placement.kind is PlacementKind.NEW_TRACK
        if hole.placement.kind is PlacementKind.IN_PLACE:
            assert items[address].record == hole.record
        if hole.kind is HoleKind.GAP:
            assert hole.placement.kind is not PlacementKind.IN_PLACE
        if hole.placement.kind is PlacementKind.ON_TRACK:
            assert hole.kind is HoleKind.GAP
            assert is_empty(own, hole)
            free = [each for each in tracks if each.kind is TrackKind.VIDEO and not each.locked and each.enabled]
            lower = [each for each in free if each.place < own.place and is_empty(each, hole)]
            assert not lower or (touches(own, hole) and not any(touches(each, hole) for each in lower))


def is_empty(track: Track, hole: Hole) -> bool:
    frames = set(frames_of(hole))
    return all(
        event.kind is EventKind.GAP or not frames & set(range(event.record.start, event.record.end))
        for event in track.events
    )


def touches(track: Track, hole: Hole) -> bool:
    """Whether a transition on the track reaches out of the hole."""
    reaching = [each.at == hole.record.start and each.before > 0 for each in track.transitions]
    return any(reaching) or any(each.at == hole.record.end and each.after > 0 for each in track.transitions)


@_unhurried
@given(cut=cuts())
def test_covers_is_the_hole_and_every_frame_of_a_transition_that_touches_it_on_its_track(cut: Cut) -> None:
    where = {address: tracks for address, tracks, _ in stacks(cut)}
    for hole in find_holes(cut, rules=RULES).holes:
        frames = set(frames_of(hole))
        if hole.placement.kind is not PlacementKind.NEW_TRACK:
            depth = -2 if hole.placement.kind is PlacementKind.IN_PLACE else -1
            stack = hole.placement.address[:depth]
            own = next(each for each in where[stack] if each.place == hole.placement.address[len(stack)])
            for each in own.transitions:
                if each.at in {hole.record.start, hole.record.end}:
                    frames |= set(range(each.at - each.before, each.at + each.after))
        assert set(range(hole.covers.start, hole.covers.end)) == frames


@_unhurried
@given(cut=cuts())
def test_with_every_track_locked_nothing_is_filled_but_a_new_track(cut: Cut) -> None:
    locked = replace(cut, tracks=tuple(replace(track, locked=True) for track in cut.tracks))
    for hole in find_holes(locked, rules=RULES).holes:
        assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, ())


@_unhurried
@given(cut=cuts())
def test_place_track_puts_everything_on_a_new_top_track_but_what_a_dissolve_touches(cut: Cut) -> None:
    for hole in find_holes(cut, rules=replace(RULES, on_top=True)).holes:
        if hole.placement.kind is PlacementKind.NEW_TRACK:
            assert hole.covers == hole.record
        else:
            assert hole.covers != hole.record


@_unhurried
@given(cut=cuts())
def test_what_is_switched_off_is_found_only_where_it_is_marked(cut: Cut) -> None:
    rules = Rules(gaps=False, slugs=False, placeholders=False, offline=False, short=False)
    assert all(hole.marked for hole in find_holes(cut, rules=rules).holes)


@_unhurried
@given(cut=cuts())
def test_kinds_belong_to_the_items_of_the_table(cut: Cut) -> None:
    items = {event.address: event for _, event in every_event(cut.tracks)}
    allowed = {
        HoleKind.SLUG: {EventKind.SLUG},
        HoleKind.PLACEHOLDER: {EventKind.TITLE, EventKind.SLUG, EventKind.OFFLINE, EventKind.FOOTAGE},
        HoleKind.OFFLINE: {EventKind.OFFLINE},
    }
    for hole in find_holes(cut, rules=RULES).holes:
        if hole.placement.kind is PlacementKind.IN_PLACE:
            assert items[hole.placement.address].kind in allowed[hole.kind]


@_unhurried
@given(cut=cuts())
def test_every_item_that_is_no_hole_is_explained(cut: Cut) -> None:
    found = find_holes(cut, rules=RULES, explain=True)
    told = {(each.name, each.record.start, each.record.end) for each in found.passed}
    told |= {(hole.name, hole.record.start, hole.record.end) for hole in found.holes}
    partly = {hole.name for hole in found.holes if hole.placement.kind is PlacementKind.NEW_TRACK}
    for _, event in every_event(cut.tracks):
        if event.kind is not EventKind.GAP and event.record.length and event.name not in partly:
            first, end = event.record.start, event.record.end  # of footage that runs out, its last frames are told of
            assert any(name == event.name and first <= start and stop <= end for name, start, stop in told)
