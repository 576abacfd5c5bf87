"""Which items get a stand-in for a program that would stumble over them, and which shots those are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pickup.cut import EventKind, MediaKind, PickupMark, TrackKind
from pickup.holes import Found, HoleKind, PlacementKind, Rules, find_holes
from pickup.match import Claim, Sighting, recognize
from pickup.shots import Delivered, ShotWishes, make_spec, make_stand_in
from pickup.testing.cuts import (
    Dissolve,
    Item,
    MarkerSketch,
    Row,
    compound,
    fusion_title,
    gap,
    make_cut,
    offline,
    row,
    shot,
    title,
)
from pickup.timing import FrameRate

A, B = shot(48, name="A.mov"), shot(48, name="B.mov")
SKIP = MarkerSketch(at=2, note="PICKUP: skip")


def find(*rows: Row, stand_ins: str = "titles", offline_too: bool = False, on_top: bool = False) -> Found:
    return find_holes(make_cut(*rows), rules=Rules(stand_ins=stand_ins, offline=offline_too, on_top=on_top))


def places(found: Found) -> list[tuple[str, int, int]]:
    return [(each.name, each.record.start, each.record.end) for each in found.stand_ins]


def test_nothing_gets_a_stand_in_unless_it_is_asked_for() -> None:
    assert find(row(A, fusion_title(24), B), stand_ins="off").stand_ins == ()


def test_a_title_without_media_gets_one_and_is_no_hole() -> None:
    found = find(row(A, fusion_title(24, name="Chapter One"), B))
    [hole] = found.stand_ins
    assert found.holes == ()
    assert (hole.stand_in, hole.kind, hole.name) == (True, HoleKind.PLACEHOLDER, "Chapter One")
    assert (hole.record.start, hole.record.end, hole.timecode) == (48, 72, "00:00:02:00")
    assert hole.placement.kind is PlacementKind.IN_PLACE
    assert "import into Resolve may fail" in hole.why


@pytest.mark.parametrize(
    "item",
    [
        title(24, text="Chapter One"),
        offline(24, name="B003.mov"),
        replace(offline(24, name="B003.mov"), media=MediaKind.SOUND),
        shot(24, name="C.mov"),
    ],
    ids=["a title that the file holds", "offline media with a path", "offline sound", "footage"],
)
def test_what_a_program_can_import_gets_none_among_titles(item: Item) -> None:
    assert find(row(A, item, B)).stand_ins == ()


def test_a_clip_of_which_a_name_alone_is_known_gets_one_too() -> None:
    nameless = Item(kind=EventKind.OFFLINE, length=24, name="who knows", media=MediaKind.MISSING, online=False)
    assert places(find(row(A, nameless, B))) == [("who knows", 48, 72)]


def test_all_means_offline_clips_too() -> None:
    found = find(row(A, offline(24, name="B003.mov"), fusion_title(24), B), stand_ins="all")
    assert places(found) == [("B003.mov", 48, 72), ("Text+", 72, 96)]


def test_an_item_that_a_take_replaces_anyway_gets_none() -> None:
    card = fusion_title(24, name="MISSING SHOT: a ferry leaves")
    found = find(row(A, card, B))
    assert ([each.kind for each in found.holes], found.stand_ins) == ([HoleKind.PLACEHOLDER], ())
    lost = find(row(A, offline(24), B), stand_ins="all", offline_too=True)
    assert ([each.kind for each in lost.holes], lost.stand_ins) == ([HoleKind.OFFLINE], ())


@pytest.mark.parametrize("why", ["locked", "everything goes on top"])
def test_an_item_that_a_take_only_covers_stays_in_the_file_and_gets_one(why: str) -> None:
    card = fusion_title(24, name="MISSING SHOT: a ferry leaves")
    found = find(row(A, card, B, locked=why == "locked"), on_top=why != "locked")
    assert [each.placement.kind for each in found.holes] == [PlacementKind.NEW_TRACK]
    assert places(found) == [("MISSING SHOT: a ferry leaves", 48, 72)]
    assert found.stand_ins[0].placement.kind is PlacementKind.IN_PLACE


def test_a_disabled_title_is_imported_as_well_and_gets_one() -> None:
    over = row(gap(48), fusion_title(24, enabled=False), gap(48))
    found = find(row(A, shot(24, name="C.mov"), B), over)
    assert places(found) == [("Text+", 48, 72)]


def test_a_title_that_is_no_pickup_gets_one_all_the_same() -> None:
    """`skip` says that nothing is to be generated; the importer stumbles over it anyway."""
    assert places(find(row(A, fusion_title(24, markers=(SKIP,)), B))) == [("Text+", 48, 72)]


def test_a_title_in_a_compound_clip_gets_one_inside_it() -> None:
    inside = compound(72, row(shot(24, name="C.mov"), fusion_title(48)))
    [hole] = find(row(A, inside, B)).stand_ins
    assert (hole.record.start, hole.record.end) == (72, 120)
    assert hole.placement.address == (0, 1, 0, 1)


@pytest.mark.parametrize("straightened", [True, False], ids=["trimmed", "retimed"])
def test_a_title_that_no_slate_can_stand_in_for_is_told_of(straightened: bool) -> None:  # noqa: FBT001 - from the table
    around = replace(compound(48, row(shot(48)), straightened=straightened), unreached=("Chapter One", "Chapter One"))
    [finding] = find(row(A, around, B)).findings[-1:]
    assert (finding.code, finding.where) == ("NO_STAND_IN", "Video 1 00:00:02:00")
    assert finding.message.startswith("no slate stands in for “Chapter One” inside “Compound”, which is ")
    assert "NO_STAND_IN" not in {each.code for each in find(row(A, around, B), stand_ins="off").findings}


def test_a_title_between_frames_gets_none_and_is_told_of() -> None:
    found = find(row(A, replace(fusion_title(24), on_grid=False), B))
    assert found.stand_ins == ()
    assert [each.code for each in found.findings] == ["NO_STAND_IN"]


def test_a_title_under_a_dissolve_is_covered_with_the_frames_of_the_dissolve() -> None:
    [hole] = find(row(A, Dissolve(before=8, after=8), fusion_title(48), B)).stand_ins
    assert (hole.record.start, hole.covers.start, hole.covers.end) == (48, 40, 96)


def test_sound_and_what_has_no_length_get_none() -> None:
    sound = row(A, fusion_title(24), kind=TrackKind.AUDIO)
    assert find(row(A, fusion_title(0), B), sound).stand_ins == ()


def test_what_is_a_take_already_gets_none() -> None:
    mark = PickupMark(shot="SH0010", take=1, hole="abc")
    taken = replace(fusion_title(24), filled=mark)
    assert find(row(A, taken, B)).stand_ins == ()


def test_two_equal_titles_have_two_ids_and_are_two_shots() -> None:
    found = find(row(A, fusion_title(24), B, fusion_title(24), A))
    assert len({each.id for each in found.stand_ins}) == 2
    claims = [Claim(hole=each, words="") for each in found.stand_ins]
    groups = {each.group for each in recognize(claims, cut="reel", sightings=(), given=()).identities}
    assert len(groups) == 2


def sighting_of(found: Found, *, shot_code: str, stand_in: bool) -> Sighting:
    [hole] = found.stand_ins or found.holes
    return Sighting(
        shot=shot_code,
        cut="reel",
        hole=hole.id,
        words="",
        before=hole.before.joint if hole.before else "",
        after=hole.after.joint if hole.after else "",
        start=hole.record.start,
        end=hole.record.end,
        rate=str(hole.record.rate),
        track=hole.track,
        wish="",
        stand_in=stand_in,
    )


@pytest.mark.parametrize(("was_stand_in", "expected"), [(True, "SH0010"), (False, None)])
def test_a_stand_in_is_known_again_and_never_taken_for_the_hole_that_was_there(
    was_stand_in: bool,  # noqa: FBT001 - one parameter of the table above
    expected: str | None,
) -> None:
    found = find(row(A, fusion_title(24), B))
    seen = sighting_of(found, shot_code="SH0010", stand_in=was_stand_in)
    claims = [Claim(hole=each, words="") for each in found.stand_ins]
    [identity] = recognize(claims, cut="reel", sightings=(seen,), given=("SH0010",)).identities
    assert identity.shot == expected


def test_a_stand_in_is_one_card_with_the_items_own_name_whatever_was_asked_of_shots() -> None:
    delivered = Delivered(rate=FrameRate.parse("24"), size=(320, 180), size_from="the test")
    wishes = ShotWishes(delivery=delivered, takes=3)
    plain = find(row(A, fusion_title(24), B))
    spec = make_stand_in(make_spec(plain.stand_ins, code="SH0010", wishes=wishes))
    assert (spec.look, spec.takes, spec.words, spec.brief) == ("slate", 1, "Text+", "Text+")
    assert (spec.before, spec.after, spec.stands_in) == (None, None, True)
    named = find(row(A, fusion_title(24, name="The long way home"), B))
    assert make_stand_in(make_spec(named.stand_ins, code="SH0010", wishes=wishes)).words == "The long way home"


def test_holes_do_not_change_when_stand_ins_are_asked_for() -> None:
    rows = (row(A, gap(24), B, fusion_title(24), A),)
    assert find(*rows, stand_ins="all").holes == find(*rows, stand_ins="off").holes != ()
