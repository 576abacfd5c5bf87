"""A shot is recognized in the next export of its cut, and two unrelated holes are never one shot."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pickup.holes import Hole, Rules, find_holes
from pickup.match import Claim, Confidence, Recognized, Sighting, comparable_words, recognize
from pickup.testing.cuts import Dissolve, Item, MarkerSketch, Row, compound, gap, make_cut, row, shot, slug, title

_unhurried = settings(deadline=None)  # a busy machine is no failure
A, B, C, D = (shot(48, name=f"{name}.mov") for name in "ABCD")


def holes_of(*rows: Row) -> tuple[Hole, ...]:
    return find_holes(make_cut(*rows), rules=Rules()).holes


def claims_of(holes: Sequence[Hole], *, codes: Sequence[str | None] = ()) -> list[Claim]:
    codes = codes or [None] * len(holes)
    return [
        Claim(hole=hole, words=comparable_words(hole.brief.text) if hole.brief else "", code=code)
        for hole, code in zip(holes, codes, strict=True)
    ]


def remember(claims: Sequence[Claim], *, shots: Sequence[str], cut: str = "reel") -> list[Sighting]:
    return [
        Sighting(
            shot=code,
            cut=cut,
            hole=claim.hole.id,
            words=claim.words,
            before=claim.hole.before.joint if claim.hole.before else "",
            after=claim.hole.after.joint if claim.hole.after else "",
            start=claim.hole.record.start,
            end=claim.hole.record.end,
            rate=str(claim.hole.record.rate),
            track=claim.hole.track,
            wish="",
            lead=claim.lead,
        )
        for claim, code in zip(claims, shots, strict=True)
    ]


def again(
    before: Row, after: Row, *, shots: Sequence[str], codes: Sequence[str | None] = (), given_too: Sequence[str] = ()
) -> Recognized:
    """The second export of a cut, read with what the first one left."""
    sightings = remember(claims_of(holes_of(before)), shots=shots)
    return recognize(
        claims_of(holes_of(after), codes=codes), cut="reel", sightings=sightings, given=[*shots, *given_too]
    )


def shots_of(recognized: Recognized) -> list[str | None]:
    return [identity.shot for identity in recognized.identities]


def by(recognized: Recognized) -> list[str]:
    return [identity.by for identity in recognized.identities]


def rain(item: Item) -> Item:
    return title(item.length, text="MISSING rain over the city")


def test_a_first_export_has_new_shots_only() -> None:
    recognized = recognize(claims_of(holes_of(row(A, gap(24), B))), cut="reel", sightings=[], given=[])
    assert shots_of(recognized) == [None]
    assert not recognized.findings


def test_the_same_export_twice_gives_the_same_shots() -> None:
    track = row(A, gap(24), B, slug(24), C, rain(gap(24)), D)
    recognized = again(track, track, shots=["SH0010", "SH0020", "SH0030"])
    assert shots_of(recognized) == ["SH0010", "SH0020", "SH0030"]
    assert not recognized.findings


items = st.sampled_from([gap(24), gap(12), slug(24), rain(gap(24)), title(24, text="MISSING")])


@_unhurried
@example(fillers=[gap(24), gap(12), gap(24), gap(24), gap(24), gap(12)], names=list("AABABBAAA"))
@given(fillers=st.lists(items, min_size=1, max_size=8), names=st.lists(st.sampled_from("ABC"), min_size=9, max_size=9))
def test_any_cut_exported_twice_keeps_every_shot_even_where_holes_are_alike(
    fillers: list[Item], names: list[str]
) -> None:
    children = [shot(48, name="start.mov")]
    for filler, name in zip(fillers, names, strict=False):
        children += [filler, shot(48, name=name)]
    track = row(*children)
    shots = [f"SH{number * 10:04d}" for number in range(1, len(fillers) + 1)]
    assert shots_of(again(track, track, shots=shots)) == shots


@_unhurried
@given(
    one=st.lists(items, min_size=1, max_size=6),
    other=st.lists(items, min_size=1, max_size=6),
    names=st.lists(st.sampled_from("ABCDEF"), min_size=14, max_size=14),
)
def test_two_holes_are_one_shot_only_where_they_are_its_parts(
    one: list[Item], other: list[Item], names: list[str]
) -> None:
    def cut_of(fillers: list[Item], shots: list[str]) -> Row:
        children = [shot(48, name="start.mov")]
        for filler, name in zip(fillers, shots, strict=False):
            children += [filler, shot(48, name=name)]
        return row(*children)

    shots = [f"SH{number * 10:04d}" for number in range(1, len(one) + 1)]
    recognized = again(cut_of(one, names[:7]), cut_of(other, names[7:]), shots=shots)
    lengths = dict(zip(shots, (filler.length for filler in one), strict=True))
    for code in set(shots_of(recognized)) - {None}:
        parts = [each for each in recognized.identities if each.shot == code]
        assert len(parts) <= 2
        assert len(parts) == 1 or sum(each.hole.record.length for each in parts) <= lengths[code]


def test_a_shot_that_moved_with_its_neighbours_is_recognized_by_them() -> None:
    recognized = again(row(A, gap(24), B, gap(30), C), row(C, A, gap(24), B), shots=["SH0010", "SH0020"])
    assert shots_of(recognized) == ["SH0010"]
    assert by(recognized) == ["both neighbours and their cut frames"]


def test_a_clip_that_was_renamed_is_still_the_same_neighbour() -> None:
    before = holes_of(row(A, gap(24), B))[0].before
    assert before is not None
    assert replace(before, name="hero shot", path="/elsewhere/A.mov").joint == before.joint
    assert replace(before, media="C.mov").joint != before.joint


def test_a_trimmed_hole_is_recognized_by_its_neighbours() -> None:
    assert shots_of(again(row(A, gap(24), B), row(A, gap(40), B), shots=["SH0010"])) == ["SH0010"]


def test_a_hole_whose_neighbours_were_trimmed_is_recognized_by_its_words() -> None:
    trimmed = row(shot(40, name="A.mov"), rain(gap(24)), shot(40, name="B.mov", source=8))
    recognized = again(row(A, rain(gap(24)), B), trimmed, shots=["SH0010"])
    assert (shots_of(recognized), by(recognized)) == (["SH0010"], ["its brief or name"])


def test_a_hole_that_only_kept_its_place_is_recognized_by_it() -> None:
    recognized = again(row(A, gap(24), B), row(C, gap(24), D), shots=["SH0010"])
    assert (shots_of(recognized), by(recognized)) == (["SH0010"], ["its record range"])


def test_a_hole_that_shares_nothing_is_a_new_shot() -> None:
    recognized = again(row(A, gap(24), B), row(C, D, slug(30), A), shots=["SH0010"])
    assert shots_of(recognized) == [None]


def test_a_new_hole_between_two_known_ones_is_new() -> None:
    before, after = row(A, gap(24), B, gap(24), C), row(A, gap(24), B, slug(30), D, gap(24), B, gap(24), C)
    assert None in shots_of(again(before, after, shots=["SH0010", "SH0020"]))


def test_of_two_holes_with_equal_words_the_neighbours_decide() -> None:
    recognized = again(
        row(A, rain(gap(24)), B, rain(gap(24)), C),
        row(D, B, rain(gap(24)), C, A, rain(gap(24)), B),
        shots=["SH0010", "SH0020"],
    )
    assert shots_of(recognized) == ["SH0020", "SH0010"]
    assert not recognized.findings


def test_a_tie_that_nothing_breaks_goes_by_record_order_and_is_reported() -> None:
    track = row(A, rain(gap(24)), A, rain(gap(24)), A)
    recognized = again(track, row(B, *track.children), shots=["SH0010", "SH0020"])
    assert shots_of(recognized) == ["SH0010", "SH0020"]
    assert {finding.code for finding in recognized.findings} == {"TIE"}


def test_holes_that_all_show_one_shot_tie_with_nothing() -> None:
    use = compound(120, row(A, gap(24), B), name="Scene 4")
    recognized = again(row(use, C, use), row(C, use, C, use), shots=["SH0010", "SH0010"])
    assert shots_of(recognized) == ["SH0010", "SH0010"]
    assert not recognized.findings


def test_a_further_use_of_a_compound_clip_is_the_shot_of_those_that_are_alike() -> None:
    use = compound(120, row(A, gap(24), B), name="Scene 4")
    recognized = again(row(use, C, use), row(use, C, use, D, use), shots=["SH0010", "SH0010"])
    assert shots_of(recognized) == ["SH0010"] * 3
    assert not recognized.findings


def shifts_of(recognized: Recognized) -> list[int]:
    return [identity.shift for identity in recognized.identities]


@pytest.mark.parametrize(
    ("now", "shift"),
    [
        (row(shot(53, name="A.mov"), gap(19), B), 5),
        (row(A, gap(19), shot(53, name="B.mov", source=-5)), 0),
        (row(shot(53, name="A.mov"), gap(16), shot(51, name="B.mov", source=-3)), 5),
        (row(shot(45, name="A.mov"), gap(27), B), -3),
        (row(shot(53, name="A.mov"), gap(24), B), 0),
        (row(A, gap(20), B), 0),
        (row(A, C, gap(14), B), 10),
        (row(A, gap(14), C, B), 0),
    ],
    ids=[
        "rolled at its head", "rolled at its tail", "rolled on both sides", "grown at its head",
        "the shot before is longer", "shorter by itself", "its head is covered", "its tail is covered",
    ],
)  # fmt: skip
def test_a_trimmed_hole_shows_the_frames_that_it_showed(now: Row, shift: int) -> None:
    recognized = again(row(A, gap(24), B), now, shots=["SH0010"])
    assert (shots_of(recognized), shifts_of(recognized)) == (["SH0010"], [shift])


def test_trims_add_up_from_one_export_to_the_next() -> None:
    first = remember(claims_of(holes_of(row(A, gap(24), B))), shots=["SH0010"])
    once = [replace(first[0], start=53, end=72, shift=5, before="a.mov@52/24")]
    claims = claims_of(holes_of(row(shot(56, name="A.mov"), gap(16), B)))
    assert shifts_of(recognize(claims, cut="reel", sightings=once, given=["SH0010"])) == [8]


def test_a_dissolve_that_came_to_its_head_is_covered_by_frames_before() -> None:
    now = row(A, Dissolve(before=6, after=6), slug(24), B)
    assert shifts_of(again(row(A, slug(24), B), now, shots=["SH0010"])) == [-6]


@pytest.mark.parametrize(("length", "between"), [(24, 48), (32, 8)], ids=["cut in two", "something put over it"])
def test_both_parts_of_a_hole_that_was_split_are_its_shot(length: int, between: int) -> None:
    now = row(A, gap(12), shot(between, name="D.mov"), gap(12), B)
    recognized = again(row(A, gap(length), B), now, shots=["SH0010"])
    assert (shots_of(recognized), shifts_of(recognized)) == (["SH0010"] * 2, [0, length - 12])


@pytest.mark.parametrize("held", [slug(24), rain(gap(24))], ids=["slug", "card"])
def test_an_item_on_another_track_is_still_the_same_shot(held: Item) -> None:
    sightings = remember(claims_of(holes_of(row(A, held, B))), shots=["SH0010"])
    above = claims_of(holes_of(row(A, gap(24), B), row(gap(48), held)))
    recognized = recognize(above, cut="reel", sightings=sightings, given=["SH0010"])
    assert (shots_of(recognized), above[0].hole.track) == (["SH0010"], "Video 2")


def test_a_nested_hole_is_still_the_same_shot() -> None:
    nested = row(compound(72, row(A, gap(24)), name="Scene 4"), B)
    assert shots_of(again(row(A, gap(24), B), nested, shots=["SH0010"])) == ["SH0010"]


def test_a_new_hole_beside_a_known_one_is_new() -> None:
    recognized = again(row(A, gap(24), B), row(A, gap(24), C, gap(24), B), shots=["SH0010"])
    assert shots_of(recognized).count("SH0010") <= 1


def test_of_equal_slugs_of_which_one_is_gone_nobody_can_know_and_it_is_asked() -> None:
    before = row(A, rain(gap(24)), A, rain(gap(24)), A, rain(gap(24)), A)
    after = row(B, C, rain(gap(24)), D, rain(gap(24)), C)
    recognized = again(before, after, shots=["SH0010", "SH0020", "SH0030"])
    assert shots_of(recognized) == [None, None]
    assert {each.asked for each in recognized.identities} == {("SH0010", "SH0020", "SH0030")}


def test_a_neighbour_that_is_still_in_the_cut_was_not_replaced() -> None:
    sightings = remember(claims_of(holes_of(row(A, gap(24), B))), shots=["SH0010"])
    claims = claims_of(holes_of(row(C, gap(24), D, A, B)))
    names = {"a.mov", "b.mov", "c.mov", "d.mov"}
    there = recognize(claims, cut="reel", sightings=sightings, given=["SH0010"], present=names)
    gone = recognize(claims, cut="reel", sightings=sightings, given=["SH0010"], present={"c.mov", "d.mov"})
    assert (shots_of(there), shots_of(gone)) == ([None], ["SH0010"])
    assert [each.code for each in gone.findings] == ["WEAK_MATCH"]


def test_timecode_and_frames_from_zero_are_the_same_frame() -> None:
    sightings = remember(claims_of(holes_of(row(A, gap(24), B))), shots=["SH0010"])
    from_tape = [
        replace(sightings[0], before="a.mov@86447/24", before_from="3600", after="b.mov@3600", after_from="3600")
    ]
    claims = claims_of(holes_of(row(C, A, gap(24), B)))
    recognized = recognize(claims, cut="reel", sightings=from_tape, given=["SH0010"])
    assert by(recognized) == ["both neighbours and their cut frames"]


def test_what_a_shot_was_recognized_by_is_told_in_words() -> None:
    recognized = again(row(A, gap(24), B), row(D, A, gap(21), shot(51, name="B.mov", source=-3)), shots=["SH0010"])
    [identity] = recognized.identities
    assert identity.confidence is Confidence.HIGH
    assert identity.signs == (
        "the same shot before, on the same frame",
        "the same shot after, which begins 3 frames earlier",
        "at another place",
        "3 frames shorter",
    )


def test_one_hole_that_was_two_of_the_same_shot_ties_with_nothing() -> None:
    recognized = again(row(A, rain(gap(24)), B, rain(gap(24)), C), row(A, rain(gap(24)), D), shots=["SH0010"] * 2)
    assert shots_of(recognized) == ["SH0010"]
    assert not recognized.findings


def test_two_holes_that_want_one_shot_tie() -> None:
    recognized = again(row(A, rain(gap(24)), B), row(C, rain(gap(24)), A, rain(gap(24)), B), shots=["SH0010"])
    assert shots_of(recognized) == [None, "SH0010"]
    assert [finding.code for finding in recognized.findings] == ["TIE"]


@pytest.mark.parametrize("code", ["ABC_010_0020", "abc_010_0020"])
def test_a_code_of_this_cut_names_its_shot_whatever_else_changed(code: str) -> None:
    recognized = again(row(A, gap(24), B), row(C, D, slug(90), D), shots=["ABC_010_0020"], codes=[code])
    assert [shot.upper() for shot in shots_of(recognized) if shot] == ["ABC_010_0020"]
    assert by(recognized) == ["its shot code"]


def test_a_code_that_nobody_gave_yet_is_kept() -> None:
    recognized = recognize(
        claims_of(holes_of(row(A, gap(24), B)), codes=["ABC_010_0020"]), cut="reel", sightings=[], given=[]
    )
    assert shots_of(recognized) == ["ABC_010_0020"]


def test_one_code_on_several_holes_is_one_shot() -> None:
    claims = claims_of(holes_of(row(A, gap(24), B, gap(30), C)), codes=["ABC_010_0020", "ABC_010_0020"])
    recognized = recognize(claims, cut="reel", sightings=[], given=[])
    assert len({identity.group for identity in recognized.identities}) == 1


def elsewhere(track: Row, *, cut: str) -> Recognized:
    sightings = remember(claims_of(holes_of(row(A, gap(24), B))), shots=["ABC_010_0020"], cut="other reel")
    claims = claims_of(holes_of(track), codes=["ABC_010_0020"])
    return recognize(claims, cut=cut, sightings=sightings, given=["ABC_010_0020"])


def test_a_code_in_another_cut_between_the_same_neighbours_is_the_same_shot() -> None:
    assert shots_of(elsewhere(row(A, gap(40), B), cut="reel")) == ["ABC_010_0020"]


def test_a_code_in_another_cut_with_other_neighbours_is_a_new_shot_with_a_finding() -> None:
    recognized = elsewhere(row(C, gap(24), D), cut="reel")
    assert shots_of(recognized) == [None]
    assert [finding.code for finding in recognized.findings] == ["CODE_TAKEN"]


@pytest.mark.parametrize(
    ("now", "shots"),
    [(row(C, A, rain(gap(24)), B), ["SH0010"]), (row(A, rain(gap(24)), C), [None]), (row(C, rain(gap(24)), D), [None])],
    ids=["the same place", "one neighbour", "the words alone"],
)
def test_a_shot_of_another_cut_is_ours_only_at_the_very_same_place(now: Row, shots: list[str | None]) -> None:
    sightings = remember(claims_of(holes_of(row(A, rain(gap(24)), B))), shots=["SH0010"], cut="other reel")
    recognized = recognize(claims_of(holes_of(now)), cut="reel", sightings=sightings, given=["SH0010"])
    assert shots_of(recognized) == shots


def test_a_take_of_ours_in_the_cut_beats_every_other_sign() -> None:
    track = row(A, rain(gap(24)), B)
    sightings = remember(claims_of(holes_of(track)), shots=["SH0010"])
    claim = claims_of(holes_of(track))[0]
    ours = Claim(hole=claim.hole, words=claim.words, code="SH0030", filled="SH0020")
    recognized = recognize([ours], cut="reel", sightings=sightings, given=["SH0010", "SH0020", "SH0030"])
    assert (shots_of(recognized), by(recognized)) == (["SH0020"], ["our own take in the cut"])


def test_uses_of_one_compound_clip_that_are_alike_are_one_shot() -> None:
    use = compound(120, row(A, gap(24), B), name="Scene 4")
    claims = claims_of(holes_of(row(use, C, use)))
    groups = [identity.group for identity in recognize(claims, cut="reel", sightings=[], given=[]).identities]
    assert len(groups) == 2
    assert groups[0] == groups[1]


def test_two_gaps_between_equal_neighbours_outside_a_compound_are_two_shots() -> None:
    claims = claims_of(holes_of(row(A, gap(24), A, gap(24), A)))
    groups = [identity.group for identity in recognize(claims, cut="reel", sightings=[], given=[]).identities]
    assert groups[0] != groups[1]


def test_words_are_compared_without_case_and_spacing() -> None:
    note = MarkerSketch(at=1, note="PICKUP:  Rain   over the CITY")
    other = MarkerSketch(at=1, note="PICKUP: rain over the city")
    moved = row(C, D, slug(40, markers=[other]), D)
    assert shots_of(again(row(A, slug(24, markers=[note]), B), moved, shots=["SH0010"])) == ["SH0010"]
