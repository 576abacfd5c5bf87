from dataclasses import replace

import pytest

from pickup.cut import MediaKind
from pickup.holes import Hole, Rules, find_holes
from pickup.shots import Delivered, ShotSpec, ShotWishes, lint_prompt, make_spec
from pickup.testing.cuts import Dissolve, Item, MarkerSketch, gap, make_cut, offline, row, shot, slug
from pickup.timing import FrameRate

DELIVERY = Delivered(rate=FrameRate.parse("24"), size=(1920, 1080), size_from="the test")
WISHES = ShotWishes(delivery=DELIVERY, styles={"noir": "hard side light", "documentary": ""})
BEFORE, AFTER = shot(48, name="harbor_wide_v003.mov"), shot(48, name="A001_C003.mov")


def holes_of(*children: Item | Dissolve) -> tuple[Hole, ...]:
    return find_holes(make_cut(row(*children)), rules=Rules()).holes


def noted(note: str, *, length: int = 24) -> tuple[Hole, ...]:
    return holes_of(BEFORE, slug(length, markers=[MarkerSketch(at=0, note=note)]), AFTER)


def spec_of(note: str, *, wishes: ShotWishes = WISHES, code: str = "SH0010") -> ShotSpec:
    return make_spec(noted(note), code=code, wishes=wishes)


def codes(words: str) -> set[str]:
    return {note.code for note in lint_prompt(words, briefed=True)}


# prompts


def test_the_prompt_is_the_prose_the_fields_of_the_picture_and_the_style() -> None:
    spec = spec_of("rain over the city.\ncamera: slow pan\ntime: night\nnegative: people\nstyle: noir\nseed: 7")
    assert spec.prompt == "rain over the city, slow pan, night. hard side light"
    assert (spec.negative, spec.style, spec.seed, spec.time_of_day) == ("people", "noir", 7, "night")


def test_a_style_that_nobody_defined_does_not_reach_the_prompt() -> None:
    spec = spec_of("rain\nstyle: cubist")
    assert (spec.style, spec.prompt) == ("documentary", "rain")


def test_without_a_brief_the_prompt_speaks_of_neighbours_whose_names_say_something() -> None:
    spec = make_spec(holes_of(BEFORE, gap(24), AFTER), code="SH0010", wishes=WISHES)
    assert spec.prompt == "a shot that goes with harbor wide"
    assert (spec.briefed, spec.words) == (False, "")


def test_a_plain_timeline_marker_is_shown_as_such_and_an_explicit_one_is_not() -> None:
    def by_marker(note: str) -> ShotSpec:
        marker = MarkerSketch(at=50, note=note)
        holes = find_holes(make_cut(row(BEFORE, gap(24), AFTER), markers=[marker]), rules=Rules()).holes
        return make_spec(holes, code="SH0010", wishes=WISHES)

    assert by_marker("rain").from_marker
    assert not by_marker("PICKUP: rain").from_marker


# takes, seeds, lengths


@pytest.mark.parametrize(("asked", "made"), [("2", 2), ("3", 3), ("9", 3), ("0", 1), ("many", 1), ("-2", 1)])
def test_a_brief_may_ask_for_takes_up_to_the_limit(asked: str, made: int) -> None:
    assert spec_of(f"rain\ntakes: {asked}").takes == made


def test_the_setting_for_takes_is_no_less_than_what_it_says() -> None:
    assert spec_of("rain", wishes=replace(WISHES, takes=5)).takes == 5


def test_a_seed_follows_from_the_code_and_fits_31_bits() -> None:
    seeds = {spec_of("rain", code=code).seed for code in ("SH0010", "SH0020", "SH0030")}
    assert len(seeds) == 3
    assert seeds == {spec_of("other words", code=code).seed for code in ("SH0010", "SH0020", "SH0030")}
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert spec_of("rain\nseed: 99999999999999").seed < 2**31


def test_of_several_holes_the_longest_sets_the_length_with_its_transitions() -> None:
    holes = holes_of(BEFORE, slug(24), AFTER, Dissolve(before=4, after=4), slug(40), BEFORE)
    spec = make_spec(holes, code="SH0010", wishes=WISHES)
    assert (spec.record.length, spec.covers.length) == (40, 44)


# neighbours


@pytest.mark.parametrize(
    ("neighbour", "usable"),
    [
        (shot(48), True),
        (shot(48, name="A.png", media=MediaKind.STILL), True),
        (shot(48, speed=2), True),
        (shot(48, speed=-1), True),
        (shot(48, speed=0), True),
        (shot(48, speed=None), False),
        (shot(48, media=MediaKind.SEQUENCE), False),
        (offline(48), False),
        (slug(48, name="Solid Color"), False),
    ],
    ids=["movie", "still", "retimed", "reversed", "freeze", "ramp", "sequence not numbered", "offline", "slug"],
)
def test_only_footage_that_is_here_and_of_which_the_frame_is_known_gives_a_boundary_frame(
    neighbour: Item, *, usable: bool
) -> None:
    holes = holes_of(shot(48, name="first.mov"), neighbour, gap(24), AFTER)
    spec = make_spec([hole for hole in holes if hole.kind == "GAP"], code="SH0010", wishes=WISHES)
    assert (spec.before is not None) == usable
    assert spec.after is not None


# what makes a take stale


def test_the_wish_changes_with_words_length_size_and_rate_and_with_nothing_else() -> None:
    wish = spec_of("rain").wish
    larger = replace(WISHES, delivery=replace(DELIVERY, size=(1280, 720)))
    slower = replace(WISHES, delivery=replace(DELIVERY, rate=FrameRate.parse("25")))
    longer = make_spec(noted("rain", length=25), code="SH0010", wishes=WISHES)
    changed = {spec_of("snow").wish, spec_of("rain", wishes=larger).wish, spec_of("rain", wishes=slower).wish}
    assert len({wish, longer.wish, *changed}) == 5
    same = (spec_of("rain\ntakes: 2"), spec_of("rain", code="SH0020"), spec_of("rain", wishes=replace(WISHES, takes=2)))
    assert {each.wish for each in same} == {wish}


@pytest.mark.parametrize("field", ["look: slate", "seed: 7", "provider: veo"])
def test_a_brief_that_steers_otherwise_is_another_wish(field: str) -> None:
    plain = spec_of("rain").wish
    assert spec_of(f"rain\n{field}").wish != plain
    assert spec_of(f"rain\n{field}9").wish not in (plain, spec_of(f"rain\n{field}").wish)


def test_the_digest_of_a_wish_that_steers_nothing_never_changes() -> None:
    assert spec_of("rain").wish == "f2826d5233785173"


@pytest.mark.parametrize(
    ("field", "used", "allowed"),
    [
        ("style: cubist", "documentary is used", "documentary, noir"),
        ("takes: 99", "3 takes", "from 1 to 3"),
        ("takes: 0", "1 take ", "from 1 to 3"),
        ("takes: many", "1 take ", "from 1 to 3"),
        ("takes: \u00b2", "1 take ", "from 1 to 3"),
        ("seed: abc", "own seed", "whole number"),
        ("seed: " + "9" * 5000, "own seed", "whole number"),
    ],
)
def test_a_field_that_is_not_followed_is_said_with_what_is_used_and_what_is_allowed(
    field: str, used: str, allowed: str
) -> None:
    spec = spec_of(f"rain\n{field}")
    [note] = spec.notes
    assert field in note
    assert used in note
    assert allowed in note
    assert spec.wish == spec_of("rain").wish
    assert spec.seed == spec_of("rain").seed


def test_fields_that_are_followed_need_no_words() -> None:
    assert not spec_of("rain\nstyle: noir\ntakes: 3\nseed: 0\nlook: slate").notes
    assert spec_of("rain\nseed: 0").seed == 0


# hints


def test_a_full_brief_has_nothing_to_hint_at() -> None:
    words = "rain over the harbor at night, wide shot, locked-off camera"
    assert not codes(words)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("rain", "NO_SUBJECT"),
        ("a dog runs", "NO_PLACE"),
        ("a dog runs", "NO_LIGHT"),
        ("a dog runs", "NO_FRAMING"),
        ("a dog runs", "NO_CAMERA"),
        ("a woman says hello", "DIALOGUE"),
        ("close-up of her face", "FACES"),
        ("hands knitting", "HANDS"),
        ("a newspaper headline", "LETTERING"),
        ("a Tesla drives by", "BRAND"),
        ("a street in 1943", "PERIOD"),
        ("a walk with Mara Voss", "NAMED"),
    ],
)
def test_each_hint_is_given_for_what_it_names(words: str, code: str) -> None:
    assert code in codes(words)


@pytest.mark.parametrize("words", ["a pineapple on a table", "handsome boats", "signal fires", "harbor master at work"])
def test_hints_are_about_whole_words(words: str) -> None:
    assert not codes(words) & {"BRAND", "HANDS", "LETTERING", "DIALOGUE", "FACES", "NAMED"}


def test_without_a_brief_there_is_one_hint() -> None:
    assert [note.code for note in lint_prompt("a shot that goes with harbor", briefed=False)] == ["UNBRIEFED"]
