"""Items that are holes: slugs, placeholders, offline clips, short media; and what never is one."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.cut import EventKind, MediaKind, PickupMark, TrackKind
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

_unhurried = settings(deadline=None)  # a busy machine is no failure
A, B = shot(48, name="A.mov"), shot(48, name="B.mov")
OFFLINE = Rules(offline=True)


def find(*rows: Row, rules: Rules | None = None, rate: str = "24") -> Found:
    return find_holes(make_cut(*rows, rate=rate), rules=rules or Rules(), explain=True)


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


# slugs


def test_a_slug_between_shots_is_a_hole_in_its_own_place() -> None:
    hole = only(find(row(A, slug(24), B)))
    assert (hole.kind, hole.record.start, hole.record.end) == ("SLUG", 48, 72)
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.IN_PLACE, (0, 1))


def test_an_item_without_any_frame_is_no_hole() -> None:
    assert not find(row(A, slug(0), title(0, text="MISSING"), B)).holes


def test_a_slug_under_a_title_is_no_hole() -> None:
    assert "a title lies over it" in why_not(find(row(A, slug(24), B), row(gap(50), title(10, text="Chapter one"))))


def test_a_title_below_a_slug_does_not_save_it() -> None:
    assert places(find(row(gap(50), title(10, text="Chapter one")), row(A, slug(24), B))) == [("SLUG", 48, 72)]


def test_a_slug_before_the_first_or_after_the_last_footage_is_no_hole() -> None:
    assert "before the first footage" in why_not(find(row(slug(24), A)))
    assert "after the last footage" in why_not(find(row(A, slug(24))))


def test_offline_media_counts_as_the_last_footage() -> None:
    assert places(find(row(A, slug(24), offline(24)))) == [("SLUG", 48, 72)]


def test_slugs_can_be_switched_off_but_their_names_still_speak() -> None:
    rules = Rules(slugs=False)
    assert "switched off" in why_not(find(row(A, slug(24), B), rules=rules))
    assert places(find(row(A, slug(24, name="MISSING rain"), B), rules=rules)) == [("PLACEHOLDER", 48, 72)]


def test_a_slug_that_higher_picture_hides_is_no_hole() -> None:
    assert "hidden" in why_not(find(row(A, slug(24), B), row(gap(40), shot(40))))


def test_a_slug_covers_the_transitions_that_touch_it() -> None:
    hole = only(find(row(A, Dissolve(before=5, after=7), slug(24), Dissolve(before=2, after=3), B)))
    assert (hole.covers.start, hole.covers.end) == (43, 75)


def test_a_slug_on_a_locked_track_is_filled_above_it_and_left_in_its_place() -> None:
    hole = only(find(row(A, slug(24), B, locked=True)))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, ())


def test_a_take_above_its_slug_leaves_the_picture_of_higher_tracks_to_be_seen() -> None:
    above = row(gap(56), shot(8))
    assert places(find(row(A, slug(24), B), above)) == [("SLUG", 48, 72)]
    expected = [("SLUG", 48, 56), ("SLUG", 64, 72)]
    assert places(find(row(A, slug(24), B), above, rules=Rules(on_top=True))) == expected
    assert places(find(row(A, slug(24), B, locked=True), above)) == expected


def test_a_slug_inside_a_compound_clip_on_a_locked_track_is_filled_above_that_track() -> None:
    hole = only(find(row(compound(120, row(A, slug(24), B)), locked=True)))
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, ())


def test_a_slug_inside_a_compound_clip_is_filled_there() -> None:
    hole = only(find(row(A, compound(120, row(A, slug(24), B), name="Scene 4"))))
    assert (hole.compound, hole.placement.address) == (("Scene 4",), (0, 1, 0, 1))


def test_an_item_with_an_edge_off_the_frame_grid_is_not_filled() -> None:
    found = find(row(A, slug(24, on_grid=False), B))
    assert not found.holes
    assert codes(found) == {"OFF_GRID"}


# placeholders


@pytest.mark.parametrize("words", ["MISSING SHOT", "need: rain over the city", "Scene 4 - TBD"])
def test_a_title_whose_words_hold_a_pattern_is_a_placeholder(words: str) -> None:
    hole = only(find(row(A, title(24, text=words), B)))
    assert (hole.kind, hole.placement.kind) == ("PLACEHOLDER", PlacementKind.IN_PLACE)


@pytest.mark.parametrize("words", ["Chapter one", "NEEDLES AND PHONES", ""])
def test_any_other_title_is_none(words: str) -> None:
    assert "without a placeholder word" in why_not(find(row(A, title(24, text=words), B)))


def test_a_lower_third_is_no_hole() -> None:
    assert not find(row(A), row(gap(5), title(24, text="Mara Voss, harbor master"))).holes


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (shot(24, name="MISSING_rain.png", media=MediaKind.STILL), "PLACEHOLDER"),
        (offline(24, name="TEMP_rain.mov"), "PLACEHOLDER"),
    ],
    ids=["still", "missing clip"],
)
def test_stills_and_missing_clips_with_such_names_are_placeholders(item: Item, kind: str) -> None:
    assert only(find(row(A, item, B))).kind == kind


@pytest.mark.parametrize("media", [MediaKind.MOVIE, MediaKind.SEQUENCE])
def test_living_footage_is_no_hole_whatever_its_name(media: MediaKind) -> None:
    assert not find(row(A, shot(24, name="TEMP_comp_v003.mov", media=media), B)).holes


def test_living_footage_with_such_a_name_becomes_a_hole_by_a_mark() -> None:
    mark = MarkerSketch(at=0, note="PICKUP: rain")
    hole = only(find(row(A, shot(24, name="TEMP_comp_v003.mov", markers=[mark]), B)))
    assert (hole.kind, hole.placement.kind) == ("MARK", PlacementKind.NEW_TRACK)


def test_placeholders_can_be_switched_off_and_have_other_words() -> None:
    card = row(A, title(24, text="FEHLT NOCH"), B)
    assert places(find(card, rules=Rules(patterns=("FEHLT",)))) == [("PLACEHOLDER", 48, 72)]
    assert "switched off" in why_not(find(card, rules=Rules(patterns=("FEHLT",), placeholders=False)))


# offline media


def test_offline_media_is_a_hole_only_when_asked_for() -> None:
    track = row(A, offline(24), B)
    assert "offline = true" in why_not(find(track))
    hole = only(find(track, rules=OFFLINE))
    assert (hole.kind, hole.held, hole.placement.kind) == ("OFFLINE", "", PlacementKind.IN_PLACE)


def offline_cut(*, here: int, away: int) -> Row:
    clips = [shot(24, name=f"here{number}.mov") for number in range(here)]
    return row(*clips, *(offline(24, name=f"away{number}.mov") for number in range(away)))


@pytest.mark.parametrize(("here", "away", "held"), [(2, 1, False), (4, 2, False), (3, 2, True), (0, 1, True)])
def test_offline_holes_are_held_when_more_than_a_third_of_the_files_are_absent(
    *, here: int, away: int, held: bool
) -> None:
    found = find(offline_cut(here=here, away=away), rules=OFFLINE)
    assert {bool(hole.held) for hole in found.holes} == {held}
    assert ("MEDIA_NOT_VISIBLE" in codes(found)) == held


def test_files_are_counted_not_clips() -> None:
    """One absent file that is used ten times is one absent file."""
    track = row(*(shot(24, name=f"here{number}.mov") for number in range(2)), *(offline(24) for _ in range(10)))
    assert not any(hole.held for hole in find(track, rules=OFFLINE).holes)


def test_an_offline_clip_that_a_timeline_marker_marks_is_held_on_the_wrong_machine_too() -> None:
    cut = make_cut(offline_cut(here=1, away=2), markers=[MarkerSketch(at=30, note="PICKUP: rain")])
    hole = only(find_holes(cut, rules=Rules()))
    assert (hole.kind, hole.record.start) == ("OFFLINE", 24)
    assert "[map]" in hole.held


# short media


def missing_by_counting(*, length: int, source: Fraction, speed: Fraction, media: tuple[int, int]) -> list[int]:
    """Frames of an event, from its first, whose source frame the media does not have; one frame at a time."""
    shown = [source + number * abs(speed) for number in range(length)]
    if speed < 0:
        shown.reverse()
    return [place for place, at in enumerate(shown) if not media[0] <= at < media[1]]


def short_frames(found: Found) -> list[int]:
    return [frame for hole in found.holes for frame in range(hole.record.start, hole.record.end)]


@_unhurried
@given(
    rate=st.sampled_from(["23.976", "24", "25", "29.97", "50", "59.94", "119.88"]),
    length=st.integers(1, 40),
    source=st.fractions(-10, 30, max_denominator=4),
    speed=st.sampled_from(
        [Fraction(1), Fraction(2), Fraction(1, 2), Fraction(1001, 1000), Fraction(-1), Fraction(-3, 2)]
    ),
    media_length=st.integers(1, 50),
)
def test_short_is_every_frame_that_the_media_does_not_have_and_no_other(
    rate: str, length: int, source: Fraction, speed: Fraction, media_length: int
) -> None:
    clip = shot(length, source=source, media_frames=(0, media_length), speed=speed)
    missing = missing_by_counting(length=length, source=source, speed=speed, media=(0, media_length))
    found = find(row(clip), rate=rate)
    if len(missing) == length:
        assert not found.holes
        assert "OFF_MEDIA" in codes(found)
    else:
        assert short_frames(found) == missing
        assert {hole.kind.value for hole in found.holes} <= {"SHORT"}


def test_a_movie_one_frame_too_short_is_a_hole_of_one_frame_above_it() -> None:
    hole = only(find(row(shot(48, media_frames=(0, 47)), B)))
    assert (hole.kind, hole.record.start, hole.record.end) == ("SHORT", 47, 48)
    assert (hole.placement.kind, hole.placement.address) == (PlacementKind.NEW_TRACK, ())


def test_the_living_part_of_a_short_shot_is_the_picture_beside_its_hole() -> None:
    hole = only(find(row(shot(48, media_frames=(0, 40)), B)))
    assert hole.before is not None
    assert (hole.before.name, hole.before.is_picture, hole.before.at) == ("A.mov", True, hole.record.rate.seconds(39))


def test_the_missing_tail_of_a_short_shot_is_no_picture_for_the_gap_after_it() -> None:
    gap_hole = find(row(shot(48, media_frames=(0, 40)), gap(24), B)).holes[1]
    assert gap_hole.before is not None
    assert not gap_hole.before.is_picture


def test_less_than_a_frame_missing_is_not_short() -> None:
    assert not find(row(shot(48, media_frames=(0, Fraction(95, 2))), B)).holes


def test_media_missing_at_both_ends_makes_two_holes() -> None:
    assert places(find(row(shot(48, source=10, media_frames=(14, 50))))) == [("SHORT", 0, 4), ("SHORT", 40, 48)]


@pytest.mark.parametrize(
    "clip",
    [
        shot(48, media_frames=(0, 1), media=MediaKind.STILL),
        shot(48, media_frames=(0, 10), media=MediaKind.SEQUENCE),
        shot(48, media_frames=(0, 10), speed=0),
        shot(48, media_frames=(0, 10), speed=None),
        shot(48),
        slug(48),
    ],
    ids=["still", "sequence", "freeze", "ramp", "no available range", "generator"],
)
def test_what_has_no_end_of_media_is_never_short(clip: Item) -> None:
    assert all(hole.kind != "SHORT" for hole in find(row(A, clip, B)).holes)


def test_short_can_be_switched_off() -> None:
    assert not find(row(shot(48, media_frames=(0, 40))), rules=Rules(short=False)).holes


def test_missing_frames_that_higher_picture_hides_are_not_wanted() -> None:
    clip = shot(48, media_frames=(0, 40))
    assert not find(row(clip, B), row(gap(36), shot(20))).holes
    assert places(find(row(clip, B), row(gap(44), shot(20)))) == [("SHORT", 40, 44)]


def test_an_overlay_is_never_short() -> None:
    found = find(row(A, B), row(shot(96, name="LOGO.mov", media_frames=(0, 40))))
    assert not found.holes
    assert "OVERLAY" in codes(found)


def test_a_marked_short_clip_is_replaced_as_a_whole() -> None:
    mark = MarkerSketch(at=0, note="PICKUP: rain")
    assert places(find(row(A, shot(48, media_frames=(0, 40), markers=[mark]), B))) == [("MARK", 48, 96)]


def test_a_mark_on_a_clip_whose_media_does_not_fit_at_all_counts() -> None:
    mark = MarkerSketch(at=0, note="PICKUP: rain")
    assert places(find(row(A, shot(48, media_frames=(500, 600), markers=[mark]), B))) == [("MARK", 48, 96)]


def test_a_short_clip_marked_skip_is_left_alone() -> None:
    assert not find(row(A, shot(48, media_frames=(0, 40), markers=[MarkerSketch(at=0, note="skip")]), B)).holes


def test_a_short_clip_off_the_frame_grid_is_not_filled() -> None:
    found = find(row(shot(48, media_frames=(0, 40), on_grid=False), B))
    assert not found.holes
    assert codes(found) == {"OFF_GRID"}


# what is never a hole without a mark


@pytest.mark.parametrize("kind", [EventKind.LEADER, EventKind.OPAQUE, EventKind.ADJUSTMENT])
def test_leaders_multicams_and_adjustments_are_no_holes(kind: EventKind) -> None:
    found = find(row(A, synthetic(kind, 24, name="MISSING PLACEHOLDER"), B), row(shot(120)))
    assert not found.holes


@pytest.mark.parametrize("kind", [EventKind.LEADER, EventKind.OPAQUE])
def test_leaders_and_multicams_become_holes_by_a_mark(kind: EventKind) -> None:
    marked = synthetic(kind, 24, markers=[MarkerSketch(at=0, note="PICKUP: rain")])
    assert places(find(row(A, marked, B))) == [("MARK", 48, 72)]


def test_an_adjustment_clip_is_no_hole_even_with_a_mark() -> None:
    marked = synthetic(EventKind.ADJUSTMENT, 24, markers=[MarkerSketch(at=0, note="PICKUP: rain")])
    assert not find(row(shot(120)), row(gap(48), marked)).holes


def test_a_take_of_ours_is_no_hole() -> None:
    ours = shot(24, name="HARBOR7K2Q_SH0010_t01.mov", filled=PickupMark(shot="SH0010", take=1, hole="x"))
    assert "filled by Pickup: SH0010 take 1" in why_not(find(row(A, ours, B)))


def test_disabled_items_and_items_on_sound_tracks_are_no_holes() -> None:
    found = find(row(shot(120)), row(A, slug(24), kind=TrackKind.AUDIO), row(A, slug(24), enabled=False))
    assert not found.holes


# overlays


def test_one_item_over_nearly_all_of_a_cut_of_five_events_hides_no_holes() -> None:
    low = row(A, slug(24), B, gap(24), shot(24))
    found = find(low, row(shot(160, name="grain.mov")))
    assert places(found) == [("SLUG", 48, 72), ("GAP", 120, 144)]
    assert "OVERLAY" in codes(found)


def test_an_item_over_less_of_the_cut_is_picture() -> None:
    low = row(A, slug(24), B, gap(24), shot(24))
    assert not find(low, row(shot(150, name="grain.mov"))).holes


def test_one_item_over_a_cut_of_few_events_is_picture() -> None:
    assert not find(row(A, slug(24), B), row(shot(120, name="grain.mov"))).holes


def test_an_item_named_as_an_overlay_is_one_whatever_its_length() -> None:
    low = row(A, slug(24), B)
    found = find(low, row(gap(40), shot(40, name="show_watermark.png", media=MediaKind.STILL)))
    assert places(found) == [("SLUG", 48, 72)]
    assert "OVERLAY" in codes(found)
    assert not find(low, row(gap(40), shot(40, name="fog.mov"))).holes
    assert find(low, row(gap(40), shot(40, name="fog.mov")), rules=Rules(overlays=("FOG",))).holes


def test_a_slug_named_as_an_overlay_over_shots_is_no_hole() -> None:
    assert not find(row(A, B), row(slug(96, name="letterbox"))).holes


def test_nothing_on_an_ignored_track_paints_or_is_a_hole() -> None:
    rules = Rules(ignore_tracks=("temp vfx",))
    found = find(row(A, gap(24), B), row(slug(120), name="TEMP VFX"), rules=rules)
    assert places(found) == [("GAP", 48, 72)]


# briefs


def test_the_words_of_a_card_are_its_brief() -> None:
    hole = only(find(row(A, title(24, text="MISSING SHOT: rain over the city"), B)))
    assert hole.brief is not None
    assert hole.brief.text == "rain over the city"


def test_of_several_briefs_all_are_kept_and_the_explicit_one_counts() -> None:
    notes = [MarkerSketch(at=0, note="a thought"), MarkerSketch(at=1, note="PICKUP: rain")]
    hole = only(find(row(A, slug(24, name="a harbor", markers=notes), B)))
    assert [brief.text for brief in hole.briefs] == ["rain", "a thought", "a harbor"]


def test_a_name_that_an_nle_gave_is_no_brief() -> None:
    assert only(find(row(A, slug(24, name="Solid Color"), B))).brief is None
