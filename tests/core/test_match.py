"""A shot is recognized in the next export of its cut, and two unrelated holes are never one shot."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.holes import Hole, Rules, find_holes
from pickup.match import Claim, Recognized, Sighting, comparable_words, recognize
from pickup.testing.cuts import Item, MarkerSketch, Row, compound, gap, make_cut, row, shot, slug, title

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
def test_no_two_holes_without_a_common_code_are_ever_one_shot(
    one: list[Item], other: list[Item], names: list[str]
) -> None:
    def cut_of(fillers: list[Item], shots: list[str]) -> Row:
        children = [shot(48, name="start.mov")]
        for filler, name in zip(fillers, shots, strict=False):
            children += [filler, shot(48, name=name)]
        return row(*children)

    shots = [f"SH{number * 10:04d}" for number in range(1, len(one) + 1)]
    recognized = again(cut_of(one, names[:7]), cut_of(other, names[7:]), shots=shots)
    known = [shot for shot in shots_of(recognized) if shot is not None]
    assert len(set(known)) == len(known)
    assert set(known) <= set(shots)


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


def test_of_two_holes_with_equal_words_the_neighbours_decide_and_the_tie_is_reported() -> None:
    recognized = again(
        row(A, rain(gap(24)), B, rain(gap(24)), C),
        row(D, B, rain(gap(24)), C, A, rain(gap(24)), B),
        shots=["SH0010", "SH0020"],
    )
    assert shots_of(recognized) == ["SH0020", "SH0010"]
    assert [finding.code for finding in recognized.findings] == ["TIE"]


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


def test_shots_of_another_cut_are_not_taken_for_ours() -> None:
    track = row(A, rain(gap(24)), B)
    sightings = remember(claims_of(holes_of(track)), shots=["SH0010"], cut="other reel")
    recognized = recognize(claims_of(holes_of(track)), cut="reel", sightings=sightings, given=["SH0010"])
    assert shots_of(recognized) == [None]


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
