"""Runs of frames that nothing paints: which are holes, and onto which track their takes go."""

import pytest

from pickup.cut import EventKind, TrackKind
from pickup.holes import Found, Hole, PlacementKind, Rules, find_holes
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

A, B = shot(48, name="A.mov"), shot(48, name="B.mov")


def find(*rows: Row, rules: Rules | None = None, markers: tuple[MarkerSketch, ...] = ()) -> Found:
    return find_holes(make_cut(*rows, markers=markers), rules=rules or Rules(), explain=True)


def only(found: Found) -> Hole:
    assert len(found.holes) == 1, found.holes
    return found.holes[0]


def places(found: Found) -> list[tuple[str, int, int]]:
    return [(hole.kind.value, hole.record.start, hole.record.end) for hole in found.holes]


def codes(found: Found) -> set[str]:
    return {finding.code for finding in found.findings}


def why_not(found: Found) -> str:
    assert not found.holes
    return "; ".join(passed.why for passed in found.passed)


def test_a_gap_between_two_shots_is_a_hole() -> None:
    hole = only(find(row(A, gap(24), B)))
    assert (hole.kind, hole.record.start, hole.record.end) == ("GAP", 48, 72)
    assert (hole.track, hole.track_index, hole.timecode) == ("Video 1", 0, "00:00:02:00")
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.ON_TRACK, (0,))
    assert hole.before is not None
    assert hole.after is not None
    assert (hole.before.name, hole.after.name) == ("A.mov", "B.mov")


def test_a_disabled_clip_is_a_gap_and_stays_where_it_is() -> None:
    hole = only(find(row(A, shot(24, name="off.mov", enabled=False), B)))
    assert (hole.kind, hole.placement.kind, hole.placement.address) == ("GAP", PlacementKind.NEW_TRACK, ())


def test_an_adjustment_clip_paints_nothing_so_the_gap_below_it_is_a_hole() -> None:
    hole = only(find(row(A, gap(24), B), row(synthetic(EventKind.ADJUSTMENT, 120))))
    assert (hole.kind, hole.placement.address) == ("GAP", (0,))


def test_a_gap_under_picture_of_another_track_is_no_hole() -> None:
    assert "other tracks show picture here" in why_not(find(row(A, gap(24), B), row(gap(48), shot(24))))


def test_a_gap_that_is_partly_covered_is_a_hole_where_nothing_is_seen() -> None:
    assert places(find(row(A, gap(48), B), row(gap(48), shot(24)))) == [("GAP", 72, 96)]


def test_gaps_before_the_first_and_after_the_last_footage_are_nothing() -> None:
    assert not find(row(gap(24), A, gap(24)), row(gap(120))).holes


@pytest.mark.parametrize("last", [offline(48), synthetic(EventKind.OPAQUE, 48), compound(48, straightened=False)])
def test_offline_media_and_what_cannot_be_read_count_as_shots_beside_a_gap(last: Item) -> None:
    assert places(find(row(A, gap(24), last))) == [("GAP", 48, 72)]
    assert places(find(row(last, gap(24), A))) == [("GAP", 48, 72)]


@pytest.mark.parametrize(
    "beside",
    [title(24, text="Chapter one"), synthetic(EventKind.LEADER, 24)],
    ids=["title", "leader"],
)
def test_a_gap_beside_a_title_or_a_leader_is_no_hole(beside: Item) -> None:
    assert "beside a title" in why_not(find(row(A, beside, gap(24), B)))
    assert "beside a title" in why_not(find(row(A, gap(24), beside, B)))


def test_a_gap_beside_another_hole_is_a_hole() -> None:
    assert places(find(row(A, slug(24), gap(24), B))) == [("SLUG", 48, 72), ("GAP", 72, 96)]


def test_a_gap_beside_a_slug_that_is_left_alone_is_no_hole() -> None:
    skip = MarkerSketch(at=0, note="skip")
    assert "beside a title, a card" in why_not(find(row(A, slug(24, markers=[skip]), gap(24), B)))


def test_a_gap_that_is_passed_beside_a_title_is_told() -> None:
    found = find(row(A, title(24, text="Chapter one"), gap(24), B))
    assert codes(found) == {"BESIDE_TITLE"}


def test_a_gap_that_is_marked_skip_is_not_told() -> None:
    skip = MarkerSketch(at=0, note="skip")
    assert not codes(find(row(A, title(24, text="Chapter one"), gap(24, markers=[skip]), B)))


@pytest.mark.parametrize(
    "words",
    [
        row(gap(24), title(24, text="Mara Voss, harbor master")),
        row(gap(72), title(24, text="Mara Voss, harbor master")),
    ],
    ids=["before", "after"],
)
def test_a_lower_third_over_the_shot_beside_a_gap_hides_neither_the_hole_nor_the_neighbour(words: Row) -> None:
    for titles in ((words,), (words, words)):
        hole = only(find(row(A, gap(24), B), *titles))
        assert (hole.kind, hole.record.start, hole.record.end) == ("GAP", 48, 72)
        assert hole.before is not None
        assert hole.after is not None
        assert [(each.name, each.is_picture, each.straight) for each in (hole.before, hole.after)] == [
            ("A.mov", True, True),
            ("B.mov", True, True),
        ]


@pytest.mark.parametrize("below", [gap(24), slug(24), synthetic(EventKind.LEADER, 24)], ids=["gap", "slug", "leader"])
def test_a_title_over_no_shot_stays_a_title(below: Item) -> None:
    words = row(gap(48), title(24, text="Chapter one"))
    found = find(row(A, below, gap(24), B), words)
    assert not [hole for hole in found.holes if hole.record.start == 72]
    assert "BESIDE_TITLE" in codes(found)


def test_a_card_over_a_shot_is_looked_at_where_it_is_a_hole_itself() -> None:
    hole = find(row(A, gap(24), B), row(gap(24), title(24, text="MISSING rain"))).holes[-1]
    assert hole.before is not None
    assert (hole.record.start, hole.before.name, hole.before.is_picture) == (48, "Title", False)


def test_a_brief_in_the_metadata_of_a_gap_marks_it() -> None:
    hole = only(find(row(A, gap(6, brief="boats at sea"), B)))
    assert (hole.kind, hole.marked) == ("GAP", True)
    assert hole.brief is not None
    assert (hole.brief.text, hole.brief.source.value) == ("boats at sea", "pickup metadata")
    assert "skip" in why_not(find(row(A, gap(24, brief="skip"), B)))


@pytest.mark.parametrize(("length", "expected"), [(1, "FLASH_FRAME"), (2, "FLASH_FRAME"), (3, "DIP"), (11, "DIP")])
def test_a_short_gap_between_two_shots_is_passed_with_a_finding(length: int, expected: str) -> None:
    found = find(row(A, gap(length), B))
    assert not found.holes
    assert codes(found) == {expected}


def test_a_gap_of_twelve_frames_is_a_hole() -> None:
    assert places(find(row(A, gap(12), B))) == [("GAP", 48, 60)]


def test_the_lengths_of_flash_frames_and_dips_are_settings() -> None:
    rules = Rules(min_frames=1, dip_frames=1)
    assert places(find(row(A, gap(1), B), rules=rules)) == [("GAP", 48, 49)]
    assert codes(find(row(A, gap(30), B), rules=Rules(min_frames=31, dip_frames=40))) == {"FLASH_FRAME"}


def test_a_transition_on_both_sides_is_a_fade_out_and_in() -> None:
    found = find(row(A, Dissolve(before=6, after=6), gap(48), Dissolve(before=6, after=6), B))
    assert "fade out and in" in why_not(found)
    assert codes(found) == {"FADE"}


def test_a_transition_on_one_side_leaves_a_hole_that_covers_its_frames() -> None:
    found = find(row(A, Dissolve(before=6, after=4), gap(48), B))
    hole = only(found)
    assert codes(found) == {"FADE"}
    assert (hole.record.start, hole.record.end) == (48, 96)
    assert (hole.covers.start, hole.covers.end) == (42, 96)
    assert hole.before is not None
    assert hole.before.at == hole.record.rate.seconds(41)


def test_a_transition_out_of_a_gap_is_covered_at_its_tail() -> None:
    hole = only(find(row(A, gap(48), Dissolve(before=3, after=8), B)))
    assert (hole.covers.start, hole.covers.end) == (48, 104)
    assert hole.after is not None
    assert hole.after.at == hole.record.rate.seconds(8)


def test_a_sound_fade_inside_a_compound_clip_is_no_fade_of_the_picture() -> None:
    sound = row(
        shot(48), Dissolve(before=4, after=4), gap(48), Dissolve(before=4, after=4), shot(48), kind=TrackKind.AUDIO
    )
    assert places(find(row(compound(144, row(A, gap(48), B), sound)))) == [("GAP", 48, 96)]


def test_a_gap_with_an_edge_off_the_frame_grid_is_not_filled() -> None:
    found = find(row(shot(48, on_grid=False), gap(24), B))
    assert not found.holes
    assert codes(found) == {"OFF_GRID"}


def test_gaps_can_be_switched_off() -> None:
    assert "switched off" in why_not(find(row(A, gap(24), B), rules=Rules(gaps=False)))


def test_an_audio_gap_and_a_gap_on_a_track_of_another_kind_are_never_holes() -> None:
    for kind in (TrackKind.AUDIO, TrackKind.OTHER):
        assert not find(row(shot(120)), row(A, gap(24), B, kind=kind)).holes
        assert not find(row(A, gap(24), B, kind=kind)).holes


def test_a_take_goes_onto_the_lowest_track_that_is_empty_over_the_whole_gap() -> None:
    hole = only(find(row(A, shot(24, enabled=False), B), row(gap(30)), row(gap(120))))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.ON_TRACK, (1,))


def test_a_take_goes_onto_a_track_that_ended_before_the_gap() -> None:
    hole = only(find(row(shot(10)), row(A, shot(24, enabled=False), B)))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.ON_TRACK, (0,))


def test_a_take_never_goes_onto_a_locked_or_disabled_track() -> None:
    hole = only(find(row(A, gap(24), B, locked=True), row(gap(120), enabled=False), row(gap(120))))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.ON_TRACK, (2,))
    hole = only(find(row(A, gap(24), B, locked=True)))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, ())


def test_place_track_puts_a_take_on_a_new_top_track() -> None:
    hole = only(find(row(A, gap(24), B), rules=Rules(on_top=True)))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, ())


def test_a_gap_inside_a_compound_clip_is_filled_inside_it() -> None:
    hole = only(find(row(A, compound(120, row(A, gap(24), B), name="Scene 4"), B)))
    assert (hole.record.start, hole.record.end, hole.compound) == (96, 120, ("Scene 4",))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.ON_TRACK, (0, 1, 0))


def test_a_gap_two_compound_clips_deep_is_filled_there() -> None:
    inner = compound(120, row(A, gap(24), B), name="inner")
    hole = only(find(row(compound(120, row(inner), name="outer"))))
    assert (hole.compound, hole.placement.address) == (("outer", "inner"), (0, 0, 0, 0, 0))


def test_nothing_inside_a_compound_clip_on_a_locked_track_is_touched() -> None:
    inner = compound(120, row(A, gap(24), B), name="inner")
    hole = only(find(row(inner, locked=True)))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, ())
    hole = only(find(row(compound(120, row(inner, locked=True), name="outer"))))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, (0, 0))


def test_an_open_compound_clip_over_a_gap_leaves_the_gap() -> None:
    assert places(find(row(A, gap(24), B), row(compound(120, row(gap(120)), name="empty")))) == [("GAP", 48, 72)]


def test_a_compound_clip_that_cannot_be_read_is_told_and_hides_what_is_in_it() -> None:
    found = find(row(A, compound(24, name="ramped", straightened=False), B))
    assert not found.holes
    assert codes(found) == {"NESTED_HOLE"}


def test_a_marked_dip_is_a_hole_and_is_no_longer_called_a_dip() -> None:
    for found in (
        find(row(A, gap(6, markers=[MarkerSketch(at=1, note="PICKUP: rain")]), B)),
        find(row(A, gap(6), B), markers=(MarkerSketch(at=50, note="PICKUP: rain"),)),
    ):
        hole = only(found)
        assert (hole.kind, hole.marked, hole.record.length) == ("GAP", True, 6)
        assert hole.brief is not None
        assert hole.brief.text == "rain"
        assert not codes(found)


@pytest.mark.parametrize("on_gap", [True, False], ids=["on the gap", "on the timeline"])
def test_a_gap_marked_skip_is_left_alone(*, on_gap: bool) -> None:
    marker = MarkerSketch(at=3 if on_gap else 51, note="skip")
    found = find(row(A, gap(24, markers=[marker] if on_gap else []), B), markers=() if on_gap else (marker,))
    assert "skip" in why_not(found)


def test_of_several_notes_on_a_gap_the_explicit_one_counts() -> None:
    notes = [MarkerSketch(at=1, note="just a thought"), MarkerSketch(at=2, note="PICKUP: rain")]
    hole = only(find(row(A, gap(24, markers=notes), B)))
    assert [brief.text for brief in hole.briefs] == ["rain", "just a thought"]


def test_a_gap_before_a_last_shot_of_one_frame_is_a_hole() -> None:
    assert places(find(row(A, gap(24), shot(1, name="B.mov")))) == [("GAP", 48, 72)]


def test_a_gap_between_the_last_footage_and_the_end_titles_is_nothing() -> None:
    assert not find(row(A, gap(24), title(48, text="The end"))).holes


def test_a_take_goes_onto_the_track_whose_transition_touches_the_gap_although_a_lower_one_is_empty() -> None:
    hole = only(find(row(gap(96)), row(A, Dissolve(before=6, after=0), gap(24), B)))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.ON_TRACK, (1,))
    assert (hole.covers.start, hole.covers.end) == (42, 72)


def test_a_take_stays_on_the_track_of_its_dissolve_even_where_takes_go_on_top() -> None:
    dissolve = row(shot(48, name="A.mov"), Dissolve(before=6, after=6), gap(24), shot(48, name="B.mov"))
    hole = find_holes(make_cut(dissolve), rules=Rules(on_top=True)).holes[0]
    assert (hole.placement.kind, hole.covers.start, hole.covers.end) == (PlacementKind.ON_TRACK, 42, 72)
    card = row(shot(48, name="A.mov"), Dissolve(before=6, after=6), slug(24), shot(48, name="B.mov"))
    hole = find_holes(make_cut(card), rules=Rules(on_top=True)).holes[0]
    assert (hole.placement.kind, hole.covers.start) == (PlacementKind.IN_PLACE, 42)


def test_a_dissolve_that_a_take_cannot_complete_is_told() -> None:
    locked = row(shot(48, name="A.mov"), Dissolve(before=6, after=6), slug(24), shot(48, name="B.mov"), locked=True)
    found = find_holes(make_cut(locked), rules=Rules())
    assert found.holes[0].placement.kind is PlacementKind.NEW_TRACK
    assert "DISSOLVE_LEFT" in {finding.code for finding in found.findings}
