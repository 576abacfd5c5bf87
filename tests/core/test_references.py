"""Reference sets: which ones a brief names, which pictures are sent, and what goes first where not all can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pickup.errors import ProviderRefused
from pickup.holes import Rules, find_holes
from pickup.offers import Capability, Conditioning, Lengths, Mode, Offer, Price, PriceList, Quote, Wish
from pickup.offers.cover import quote_cover
from pickup.plan import Candidate, Manner, MaySend, Pickup, Plan, ShotRequest, make_plan
from pickup.shots import Delivered, ReferencePicture, ReferenceSet, ShotSpec, ShotWishes, make_spec
from pickup.shots.characters import Named, in_turn, key_of, named
from pickup.testing.cuts import MarkerSketch, make_cut, row, shot, slug
from pickup.timing import FrameRate

R24 = FrameRate.parse("24")
HD = (1280, 720)
EVERY_MODE = frozenset(Mode)
HOST = "api.studio.example"


def a_set(name: str, *files: str, **more: object) -> ReferenceSet:
    pictures = tuple(ReferencePicture(file=f"{file}.png", source=f"hash of {file}") for file in files)
    return ReferenceSet(name=name, pictures=pictures, **more)  # type: ignore[arg-type]


MARA = a_set("mara", "mara_1", "mara_2", "mara_3", description="a woman of thirty with short red hair")
PIER = a_set("Old Pier", "pier_1")


def by_key(*sets: ReferenceSet) -> dict[str, ReferenceSet]:
    return {key_of(each.name): each for each in sets}


# names


def read(field: str | None, *sets: ReferenceSet) -> Named:
    return named(field, sets=by_key(*sets))


def test_names_are_found_in_any_case_and_each_once() -> None:
    found = read(" MARA,old   pier , mara", MARA, PIER)
    assert [each.name for each in found.sets] == ["mara", "Old Pier"]
    assert found.strangers == ()


def test_a_description_goes_into_the_prompt_after_its_name() -> None:
    found = read("Mara, old pier", MARA, PIER)
    assert found.words == "Mara (a woman of thirty with short red hair), old pier"


def test_without_any_sets_a_name_is_words_and_nothing_is_said() -> None:
    assert read("two sailors,  a dog") == Named(words="two sailors,  a dog")
    assert read(None, MARA) == Named()


def test_a_name_of_no_set_stays_words_and_the_nearest_set_is_named() -> None:
    found = read("maria, a crowd of tourists", MARA, PIER)
    assert found.sets == ()
    assert found.strangers == (("maria", "mara"), ("a crowd of tourists", ""))
    assert found.words == "maria, a crowd of tourists"


@given(st.lists(st.integers(min_value=0, max_value=5), max_size=5))
def test_pictures_are_sent_in_turn_so_that_whoever_takes_few_sees_everybody(counts: list[int]) -> None:
    sets = [a_set(f"s{number}", *(f"{number}_{each}" for each in range(count))) for number, count in enumerate(counts)]
    order = [(each.name, picture.file) for each, picture in in_turn(sets)]
    assert len(order) == sum(counts)
    shown = [each.name for each in sets if each.pictures]
    assert [name for name, _ in order[: len(shown)]] == shown
    for each in sets:
        assert [file for name, file in order if name == each.name] == [picture.file for picture in each.pictures]


# specs

WISHES = ShotWishes(delivery=Delivered(rate=R24, size=(1920, 1080), size_from="the test"))


def spec_of(note: str, *sets: ReferenceSet, frames: int = 96) -> ShotSpec:
    filler = slug(frames, markers=[MarkerSketch(at=0, note=note)])
    holes = find_holes(make_cut(row(shot(48), filler, shot(48, name="B.mov"))), rules=Rules()).holes
    return make_spec(holes, code="SH0010", wishes=replace(WISHES, sets=by_key(*sets)))


def test_the_prompt_describes_and_the_words_stay_the_editors() -> None:
    spec = spec_of("she waits\ncharacters: mara", MARA)
    assert spec.prompt == "she waits, mara (a woman of thirty with short red hair)"
    assert spec.words == "she waits, mara"
    assert spec.references == (MARA,)


def test_other_pictures_make_another_wish_and_a_set_that_is_not_named_does_not() -> None:
    plain = spec_of("she waits")
    note = "she waits\ncharacters: mara"
    one, other = (spec_of(note, a_set("mara", *files)) for files in (["a"], ["b"]))
    assert len({one.wish, other.wish, spec_of(note).wish}) == 3
    assert spec_of("she waits", MARA).wish == plain.wish


def test_the_digest_of_a_wish_without_references_is_what_it_always_was() -> None:
    assert spec_of("she waits").wish == "ab537d24946b08ef"


# quotes


def able(*, references: int = 3, modes: frozenset[Mode] = frozenset({Mode.TEXT}), seconds: int = 8) -> Capability:
    return Capability(modes=modes, lengths=Lengths.of(seconds), sizes=(HD,), rates=(R24,), references=references)


PLAIN = Capability(modes=EVERY_MODE, lengths=Lengths.of(4, 6, 8), sizes=(HD,), rates=(R24,))


def offer(*capabilities: Capability, per_frame: str = "0", **more: object) -> Offer:
    prices = PriceList(lines=(Price(usd=Decimal("0.10")),), per_frame=Decimal(per_frame))
    return Offer(  # type: ignore[arg-type]
        provider="studio", model="veo", capabilities=capabilities, prices=prices, host=HOST, **more
    )


VEO = offer(PLAIN, able())
"""It takes reference pictures in place of frames, and makes one length then."""


def wish(**more: object) -> Wish:
    given: dict[str, object] = {"before": True, "after": True, "references": 2, "cover_frames": 96, **more}
    return Wish(handles=12, rate=R24, size=HD, **given)  # type: ignore[arg-type]


def codes(quote: Quote) -> list[str]:
    return [code for code, _ in quote.concerns]


def test_the_pictures_of_a_named_character_go_before_frames_that_are_taken_by_rule() -> None:
    quote = quote_cover(VEO, wish())
    assert (quote.references, quote.uses_before, quote.uses_after) == (2, False, False)
    assert [clip.seconds for clip in quote.clips] == [8]
    assert codes(quote) == ["REFERENCES_INSTEAD_OF_FRAMES"]
    assert "conditioning" in quote.concerns[0][1]
    assert "with 2 reference pictures" in quote.note


@pytest.mark.parametrize("conditioning", [Conditioning.BOTH, Conditioning.FIRST])
def test_frames_that_were_asked_for_go_before_the_pictures(conditioning: Conditioning) -> None:
    quote = quote_cover(VEO, wish(conditioning=conditioning))
    assert (quote.references, quote.uses_before) == (0, True)
    assert codes(quote) == ["REFERENCES_NOT_USED"]


def test_where_frames_were_asked_for_and_none_can_be_had_the_pictures_are_sent() -> None:
    quote = quote_cover(VEO, wish(conditioning=Conditioning.BOTH, before=False, after=False))
    assert (quote.references, codes(quote)) == (2, [])


def test_without_frames_there_is_nothing_to_choose_and_nothing_to_say() -> None:
    for more in ({"before": False, "after": False}, {"conditioning": Conditioning.NONE}):
        quote = quote_cover(VEO, wish(**more))
        assert (quote.references, codes(quote)) == (2, [])


def test_a_model_that_takes_both_gets_both() -> None:
    both = offer(PLAIN, able(modes=frozenset({Mode.TEXT, Mode.FIRST})))
    quote = quote_cover(both, wish())
    assert (quote.references, quote.uses_before) == (2, True)
    assert "REFERENCES_INSTEAD_OF_FRAMES" not in codes(quote)


def test_a_model_that_takes_no_pictures_is_used_as_ever_and_it_says_so() -> None:
    bare = offer(PLAIN)
    with_them, without = quote_cover(bare, wish()), quote_cover(bare, wish(references=0))
    assert replace(with_them, concerns=()) == replace(without, concerns=())
    assert codes(with_them) == [*codes(without), "REFERENCES_NOT_USED"]


def test_a_hole_that_no_clip_with_pictures_covers_is_made_without_them() -> None:
    quote = quote_cover(VEO, wish(cover_frames=12 * 24))
    assert (quote.references, quote.uses_before) == (0, True)
    assert codes(quote)[-1] == "REFERENCES_NOT_USED"


def test_every_clip_of_a_chain_takes_the_pictures_where_a_model_goes_on_from_frames_with_them() -> None:
    both = offer(PLAIN, able(modes=frozenset({Mode.TEXT, Mode.FIRST})))
    quote = quote_cover(both, wish(cover_frames=12 * 24))
    assert (quote.references, len(quote.clips)) == (2, 2)


def test_pictures_above_the_limit_stay_behind_and_are_counted() -> None:
    quote = quote_cover(VEO, wish(references=5, before=False))
    assert quote.references == 3
    assert codes(quote) == ["REFERENCES_NOT_USED"]
    assert "2 more are not sent" in quote.concerns[0][1]


def test_a_clip_without_pictures_is_never_made_as_one_with_them() -> None:
    only = offer(able(seconds=4))
    with pytest.raises(ProviderRefused, match="reference pictures alone"):
        quote_cover(only, wish(references=0))
    assert quote_cover(only, wish()).references == 2


def test_pictures_cost_what_a_service_asks_for_each() -> None:
    priced = offer(PLAIN, able(), per_frame="0.01")
    assert quote_cover(priced, wish()).price == Decimal("0.82")


@given(st.integers(1, 9), st.integers(0, 4), st.integers(1, 400), st.sampled_from(list(Conditioning)), st.booleans())
def test_pictures_are_sent_or_something_is_said(
    references: int,
    taken: int,
    frames: int,
    conditioning: Conditioning,
    before: bool,  # noqa: FBT001 - drawn
) -> None:
    made = offer(PLAIN, *([able(references=taken)] if taken else []))
    quote = quote_cover(
        made, wish(references=references, cover_frames=frames, conditioning=conditioning, before=before)
    )
    assert quote.references <= min(references, taken)
    assert (quote.references == references) or "REFERENCES_NOT_USED" in codes(quote)
    assert not (quote.references and quote.uses_before)


# plans


def planned(spec: ShotSpec, *offers: Offer, may_send: MaySend = MaySend.YES, manner: Manner | None = None) -> Plan:
    candidates = tuple(
        Candidate(offer=each, quote=lambda wish, each=each: quote_cover(each, wish), may_send=may_send)  # type: ignore[misc]
        for each in offers
    )
    request = ShotRequest(spec=spec, candidates=candidates, missing=(1, 2))
    return make_plan([request], estimate=lambda *_: 1, today=date(2026, 11, 29), manner=manner)


def pickup_of(spec: ShotSpec, *offers: Offer, may_send: MaySend = MaySend.YES) -> Pickup:
    [pickup] = planned(spec, *offers, may_send=may_send).pickups
    return pickup


CAST = "she waits\ncharacters: mara, old pier"


def test_a_plan_names_the_pictures_that_leave_this_machine() -> None:
    pickup = pickup_of(spec_of(CAST, MARA, PIER), VEO)
    assert pickup.sends == ()
    assert pickup.sends_pictures == ("mara_1.png of mara", "pier_1.png of Old Pier", "mara_2.png of mara")
    assert not pickup.asks


def test_pictures_wait_for_the_same_yes_as_frames() -> None:
    assert pickup_of(spec_of(CAST, MARA, PIER), VEO, may_send=MaySend.ASK).asks


def test_where_nothing_may_be_sent_no_picture_is_and_it_says_whose() -> None:
    pickup = pickup_of(spec_of(CAST, MARA, PIER), VEO, may_send=MaySend.NO)
    assert (pickup.quote.references, pickup.sends, pickup.sends_pictures, pickup.asks) == (0, (), (), False)
    said = [message for code, message in pickup.quote.concerns if code == "FRAMES_NOT_SENT"]
    assert f"no reference picture of mara and Old Pier goes to {HOST}" in said[-1]
    assert "(a woman of thirty" in pickup.spec.prompt


def test_a_set_that_cannot_be_used_holds_its_shot_with_the_reason() -> None:
    broken = a_set("mara", trouble="the pictures of mara: mara_1.png is not there: put it back")
    plan = planned(spec_of(CAST, broken, PIER), VEO, offer(PLAIN))
    assert plan.pickups == ()
    assert "mara_1.png is not there: put it back" in plan.held[0].why


def test_previs_needs_no_pictures_and_waits_for_none() -> None:
    broken = a_set("mara", trouble="gone")
    slate = Offer(provider="slate", model="slate", previs=True, prices=PriceList(lines=(Price(usd=Decimal(0)),)))
    quote = Quote(frames=96, head=0, tail=0, price=Decimal(0))
    candidate = Candidate(offer=slate, quote=lambda _wish: quote)
    request = ShotRequest(spec=spec_of(CAST, broken), candidates=(candidate,), missing=(1,))
    [pickup] = make_plan([request], estimate=lambda *_: 1, today=date(2026, 11, 29)).pickups
    assert pickup.quote.concerns == ()
