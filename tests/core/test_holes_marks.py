"""An editor's marks beat every rule, both ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.cut import EventKind
from pickup.holes import Found, Hole, HoleKind, PlacementKind, Rules, find_holes
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

_unhurried = settings(deadline=None)  # a busy machine is no failure
A, B = shot(48, name="A.mov"), shot(48, name="B.mov")


def find(*rows: Row, markers: tuple[MarkerSketch, ...] = (), rules: Rules | None = None) -> Found:
    return find_holes(make_cut(*rows, markers=markers), rules=rules or Rules())


def only(found: Found) -> Hole:
    assert len(found.holes) == 1, found.holes
    return found.holes[0]


def places(found: Found) -> list[tuple[str, int, int]]:
    return [(hole.kind.value, hole.record.start, hole.record.end) for hole in found.holes]


def codes(found: Found) -> set[str]:
    return {finding.code for finding in found.findings}


def pickup(at: int, *, length: int = 1, words: str = "rain") -> MarkerSketch:
    return MarkerSketch(at=at, length=length, note=f"PICKUP: {words}")


# on a clip


def test_a_clip_becomes_a_hole_by_its_name_its_marker_or_a_marker_keyword() -> None:
    by_name = shot(24, name="PICKUP: rain")
    by_note = shot(24, markers=[pickup(0)])
    by_keyword = shot(24, markers=[MarkerSketch(at=0, note="rain", keywords=("pickup",))])
    for clip in (by_name, by_note, by_keyword):
        hole = only(find(row(A, clip, B)))
        assert (hole.kind, hole.record.start, hole.record.end, hole.marked) == ("MARK", 48, 72, True)
        assert hole.brief is not None
        assert hole.brief.text == "rain"


def test_a_note_without_the_mark_leaves_living_footage_alone() -> None:
    assert not find(row(A, shot(24, markers=[MarkerSketch(at=0, note="too dark")]), B)).holes


@pytest.mark.parametrize(
    "item",
    [
        slug(24, markers=[MarkerSketch(at=0, note="skip")]),
        title(24, text="MISSING", markers=[MarkerSketch(at=0, note="skip")]),
    ],
    ids=["slug", "placeholder"],
)
def test_a_slug_or_a_placeholder_marked_skip_is_left_alone(item: Item) -> None:
    assert not find(row(A, item, B)).holes


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (slug(24, markers=[pickup(0)]), HoleKind.SLUG),
        (title(24, text="Chapter one", markers=[pickup(0)]), HoleKind.PLACEHOLDER),
        (offline(24, markers=[pickup(0)]), HoleKind.OFFLINE),
    ],
    ids=["slug", "card", "missing clip"],
)
def test_a_marked_slug_card_or_missing_clip_keeps_its_own_kind_and_place(item: Item, kind: HoleKind) -> None:
    hole = only(find(row(A, item, B, shot(24), shot(24, name="C.mov"))))
    assert (hole.kind, hole.marked, hole.placement.kind) == (kind, True, PlacementKind.IN_PLACE)


def test_a_mark_beats_the_rules_about_slugs_before_footage_and_under_titles() -> None:
    assert places(find(row(slug(24, markers=[pickup(0)]), A))) == [("SLUG", 0, 24)]
    under_title = find(row(A, slug(24, markers=[pickup(0)]), B), row(gap(50), title(10, text="Chapter one")))
    assert places(under_title) == [("SLUG", 48, 72)]


def test_a_marked_shot_covers_no_transition_because_its_take_lies_above_it() -> None:
    dissolve = Dissolve(before=4, after=4)
    hole = only(find(row(A, dissolve, shot(24, markers=[pickup(0)]), dissolve, B)))
    assert (hole.placement.kind, hole.covers) == (PlacementKind.NEW_TRACK, hole.record)


# on the timeline


@pytest.mark.parametrize(
    ("middle", "kind"),
    [(gap(24), "GAP"), (slug(24), "SLUG"), (title(24, text="MISSING"), "PLACEHOLDER"), (gap(6), "GAP")],
    ids=["gap", "slug", "placeholder", "dip"],
)
def test_a_timeline_mark_means_the_hole_under_it(middle: Item, kind: str) -> None:
    hole = only(find(row(A, middle, B), markers=(pickup(50, length=200),)))
    assert (hole.kind, hole.record.start, hole.record.end) == (kind, 48, 48 + middle.length)
    assert hole.marked
    assert hole.briefs[0].text == "rain"


def test_a_timeline_mark_makes_a_passed_slug_a_hole() -> None:
    found = find(row(A, slug(24), B), row(gap(50), title(10, text="Chapter one")), markers=(pickup(52),))
    assert places(found) == [("SLUG", 48, 72)]


def test_a_timeline_mark_on_a_card_over_nothing_makes_it_a_hole() -> None:
    assert places(find(row(A, title(24, text="Chapter one"), B), markers=(pickup(50),))) == [("PLACEHOLDER", 48, 72)]


def test_a_timeline_mark_over_living_picture_is_its_range_on_a_new_top_track() -> None:
    hole = only(find(row(A, B), markers=(pickup(40, length=16),)))
    assert (hole.kind, hole.record.start, hole.record.end) == ("MARK", 40, 56)
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, ())


def test_a_timeline_mark_over_a_lower_third_means_the_shot_and_not_the_words() -> None:
    lower_third = row(gap(10), title(24, text="Mara Voss, harbor master"))
    assert places(find(row(A, B), lower_third, markers=(pickup(15, length=10),))) == [("MARK", 15, 25)]
    assert codes(find(row(A, B), lower_third, markers=(pickup(15),))) == {"MARK_WITHOUT_HOLE"}


def test_a_timeline_mark_does_not_reach_a_slug_that_a_shot_hides() -> None:
    assert places(find(row(A, slug(24), B), row(gap(40), shot(40)), markers=(pickup(50, length=10),))) == [
        ("MARK", 50, 60)
    ]


def test_a_timeline_mark_of_one_frame_over_living_picture_marks_no_hole() -> None:
    for length in (0, 1):
        found = find(row(A, B), markers=(pickup(40, length=length),))
        assert not found.holes
        assert codes(found) == {"MARK_WITHOUT_HOLE"}


@pytest.mark.parametrize("length", [0, 1])
def test_a_mark_that_is_too_short_is_told_so_and_not_that_it_lies_elsewhere(length: int) -> None:
    [finding] = find(row(A, B), markers=(pickup(40, length=length),)).findings
    assert "at most one frame long" in finding.message


@pytest.mark.parametrize("length", [0, 1, 10])
def test_a_mark_beyond_the_cut_marks_no_hole(length: int) -> None:
    found = find(row(A, B), markers=(pickup(200, length=length),))
    assert not found.holes
    assert codes(found) == {"MARK_WITHOUT_HOLE"}
    assert "outside the cut" in found.findings[0].message


def test_a_marked_range_ends_with_the_cut() -> None:
    assert places(find(row(A, B), markers=(pickup(90, length=50),))) == [("MARK", 90, 96)]


def test_a_marker_on_a_track_is_heard_like_one_on_the_timeline() -> None:
    assert places(find(row(A, B, markers=[pickup(10, length=8)]))) == [("MARK", 10, 18)]


def test_a_plain_timeline_marker_is_a_brief_only_for_a_hole_inside_which_it_starts() -> None:
    said = MarkerSketch(at=50, length=30, note="rain")
    hole = only(find(row(A, gap(24), B), markers=(said,)))
    assert hole.brief is not None
    assert (hole.brief.text, hole.brief.source, hole.marked) == ("rain", "timeline marker", False)
    before = MarkerSketch(at=40, length=30, note="rain")
    assert only(find(row(A, gap(24), B), markers=(before,))).brief is None


def test_a_plain_timeline_marker_makes_no_hole() -> None:
    assert not find(row(A, gap(6), B), markers=(MarkerSketch(at=50, length=4, note="rain"),)).holes


def test_a_timeline_skip_leaves_a_hole_alone() -> None:
    for middle in (gap(24), slug(24), title(24, text="MISSING")):
        assert not find(row(A, middle, B), markers=(MarkerSketch(at=50, note="PICKUP: skip"),)).holes


def test_a_mark_inside_a_compound_clip_means_what_lies_inside() -> None:
    inner = compound(120, row(A, slug(24), B), name="Scene 4")
    hole = only(find(row(inner), markers=(pickup(50),)))
    assert (hole.kind, hole.compound, hole.marked) == ("SLUG", ("Scene 4",), True)


@_unhurried
@given(
    middle=st.sampled_from([gap(24), gap(6), gap(1), slug(24), slug(2), title(24, text="MISSING"),
                            title(24, text="One"), offline(24), synthetic(EventKind.LEADER, 24), shot(24)]),
    offset=st.integers(0, 23),
    words=st.sampled_from(["PICKUP: rain", "skip", "PICKUP: skip"]),
    on_clip=st.booleans(),
)  # fmt: skip
def test_a_mark_beats_every_rule_both_ways(*, middle: Item, offset: int, words: str, on_clip: bool) -> None:
    at = offset % middle.length
    marker = MarkerSketch(at=at, length=2, note=words)
    wide_open = Rules(offline=True)
    if on_clip and middle.kind is not EventKind.GAP:
        marked = Item(
            kind=middle.kind, length=middle.length, name=middle.name, media=middle.media, online=middle.online,
            text=middle.text, markers=(marker,),
        )  # fmt: skip
        found = find(row(A, marked, B), rules=wide_open)
    else:
        timeline = MarkerSketch(at=48 + at, length=2, note=words)
        found = find(row(A, middle, B), markers=(timeline,), rules=wide_open)
    under = [hole for hole in found.holes if hole.record.start <= 48 + at < hole.record.end]
    assert bool(under) == (words == "PICKUP: rain")


# beside a gap


def test_a_gap_beside_a_title_that_a_timeline_marker_marks_is_a_gap_beside_a_shot() -> None:
    beside_title = row(A, gap(24), title(24, text="The End"), B)
    assert places(find(beside_title)) == []
    marked = find(beside_title, markers=(pickup(80),))
    assert places(marked) == [("GAP", 48, 72), ("PLACEHOLDER", 72, 96)]


def test_a_gap_beside_a_slug_that_a_timeline_marker_skips_stands_beside_a_card() -> None:
    beside_slug = row(A, gap(24), slug(24), B)
    assert places(find(beside_slug)) == [("GAP", 48, 72), ("SLUG", 72, 96)]
    assert places(find(beside_slug, markers=(MarkerSketch(at=80, note="skip"),))) == []
