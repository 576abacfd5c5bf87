import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.briefs import (
    FIELDS,
    Brief,
    Source,
    brief_from_words,
    is_default_name,
    is_mark,
    matches_pattern,
    parse_brief,
    parse_marker,
)
from pickup.holes.model import DEFAULT_PATTERNS

_unhurried = settings(deadline=None)  # a busy machine is no failure
_plain_words = st.text(alphabet="abcdefghij ", min_size=1, max_size=30).filter(lambda text: text.strip())


def note(text: str) -> Brief:
    return parse_brief(text, source=Source.MARKER)


def marker(name: str = "", *, said: str = "", keywords: tuple[str, ...] = ()) -> Brief | None:
    return parse_marker(name=name, note=said, keywords=keywords, source=Source.MARKER)


def from_name(name: str) -> Brief | None:
    return brief_from_words(name, source=Source.NAME, patterns=DEFAULT_PATTERNS)


def from_card(text: str) -> Brief | None:
    return brief_from_words(text, source=Source.TITLE, patterns=DEFAULT_PATTERNS)


def test_prose_is_the_prompt() -> None:
    brief = note("rain over the city\nseen from a tram")
    assert (brief.text, brief.fields, brief.explicit) == ("rain over the city seen from a tram", (), False)


@pytest.mark.parametrize("key", FIELDS)
def test_a_line_with_a_known_key_is_a_field_in_lower_case_or_capitalized(key: str) -> None:
    for written in (key, key.capitalize()):
        brief = note(f"a harbor\n{written}: 3 of them")
        assert (brief.text, brief.field(key)) == ("a harbor", "3 of them")


@pytest.mark.parametrize(
    "line",
    ["TIME: night", "tImE: night", "place: a pier", "time night", "at this time: night", "time:", "she said: go"],
)
def test_any_other_line_is_prose(line: str) -> None:
    brief = note(f"a harbor\n{line}")
    assert (brief.text, brief.fields) == (f"a harbor {line}", ())


@_unhurried
@given(prose=st.lists(_plain_words, max_size=3), fields=st.dictionaries(st.sampled_from(FIELDS), _plain_words))
def test_prose_and_fields_are_told_apart_in_any_order(prose: list[str], fields: dict[str, str]) -> None:
    lines = [*prose, *(f"{key}: {value}" for key, value in fields.items())]
    for text in ("\n".join(lines), "\n".join(reversed(lines))):
        brief = note(text)
        assert dict(brief.fields) == {key: value.strip() for key, value in fields.items()}
        assert sorted(brief.text.split()) == sorted(" ".join(prose).split())


@pytest.mark.parametrize("mark", ["PICKUP:", "pickup:", "Pickup :", "  PICKUP:  "])
def test_pickup_in_front_is_an_explicit_mark(mark: str) -> None:
    brief = note(f"{mark} rain\ntime: night")
    assert (brief.text, brief.field("time"), brief.explicit) == ("rain", "night", True)
    assert is_mark(f"{mark} rain")


@pytest.mark.parametrize("text", ["a PICKUP: rain", "PICKUPS: rain", "PICKUP rain", "the pickup truck"])
def test_pickup_elsewhere_is_no_mark(text: str) -> None:
    assert not note(text).explicit
    assert not is_mark(text)


@pytest.mark.parametrize("text", ["skip", "SKIP", " Skip. ", "PICKUP: skip", "pickup:skip"])
def test_skip_as_the_whole_text_says_leave_it_alone(text: str) -> None:
    assert note(text).skip


@pytest.mark.parametrize("text", ["skip this", "a skip in the street", "PICKUP: skip the dog", "skip\ntime: night"])
def test_skip_within_a_text_is_prose(text: str) -> None:
    assert not note(text).skip


@pytest.mark.parametrize("key", ["prompt", "description", "brief", "Prompt"])
def test_a_json_object_is_read_for_its_prose_and_fields(key: str) -> None:
    brief = note(json.dumps({key: "rain over the city", "time": "night", "takes": 2, "characters": ["mara", "jo"]}))
    assert (brief.text, brief.field("time"), brief.field("takes")) == ("rain over the city", "night", "2")
    assert brief.field("characters") == "mara, jo"
    assert not brief.unread


def test_fields_written_into_the_prose_of_a_json_object_are_kept() -> None:
    brief = note(json.dumps({"prompt": "rain\ntime: night\nstyle: noir", "style": "documentary"}))
    assert brief.text == "rain"
    assert (brief.field("time"), brief.field("style")) == ("night", "documentary")


@pytest.mark.parametrize("content", [{}, {"subject": "rain"}, {"prompt": 3}, {"prompt": ""}])
def test_a_json_object_that_says_nothing_is_unread(content: dict[str, object]) -> None:
    brief = note(json.dumps(content))
    assert brief.unread
    assert not brief.says_something


def test_what_only_looks_like_json_is_prose() -> None:
    assert note("{wide shot of rain}").text == "{wide shot of rain}"


def test_a_mark_before_a_json_object_counts() -> None:
    assert note('PICKUP: {"prompt": "rain"}') == Brief(text="rain", source=Source.MARKER, explicit=True)


def test_json_nested_without_end_is_prose_not_a_crash() -> None:
    assert note('{"a":' * 50_000 + "1" + "}" * 50_000).text


def test_a_marker_keyword_or_its_bare_name_is_a_mark() -> None:
    for brief in (marker("Marker 1", said="rain", keywords=("Pickup",)), marker("PICKUP", said="rain")):
        assert brief is not None
        assert (brief.text, brief.explicit) == ("rain", True)


def test_a_marker_without_words_is_no_brief() -> None:
    assert marker("", said="  ") is None


def test_the_name_that_an_nle_gives_a_marker_says_nothing() -> None:
    brief = marker("Marker 12")
    assert brief is not None
    assert not brief.says_something


def test_the_note_of_a_marker_is_worth_more_than_its_name() -> None:
    brief = marker("city\ntime: dawn", said="PICKUP: rain\ntime: night")
    assert brief is not None
    assert (brief.text, brief.field("time"), brief.explicit) == ("rain", "night", True)


def test_skip_in_either_part_of_a_marker_counts() -> None:
    for brief in (marker("PICKUP: skip"), marker("Marker 1", said="skip")):
        assert brief is not None
        assert brief.skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MISSING SHOT", "MISSING"),
        ("missing shot", "MISSING"),
        ("TEMP_comp_v003", "TEMP"),
        ("sc12 - Temp.mov", "TEMP"),
        ("PH", "PH"),
        ("(tbd)", "TBD"),
        ("temperature rises", None),
        ("phone call", None),
        ("TEMPLATE", None),
        ("attempt", None),
        ("TEMP2", None),
        ("", None),
    ],
)
def test_a_pattern_matches_whole_words_in_any_case(text: str, found: str | None) -> None:
    assert matches_pattern(text, DEFAULT_PATTERNS) == found


@_unhurried
@given(before=st.text(alphabet="ab1 _.-", max_size=4), after=st.text(alphabet="ab1 _.-", max_size=4))
def test_a_word_is_whole_when_no_letter_or_digit_touches_it(before: str, after: str) -> None:
    touched = before[-1:].isalnum() or after[:1].isalnum()
    assert (matches_pattern(f"{before}missing{after}", ["MISSING"]) is None) == touched


def test_patterns_of_any_language_and_with_any_sign_match() -> None:
    assert matches_pattern("Einstellung FEHLT noch", ["fehlt"]) == "fehlt"
    assert matches_pattern("план: НУЖНО море", ["нужно"]) == "нужно"
    assert matches_pattern("a (x) b", ["(x)"]) == "(x)"


@pytest.mark.parametrize(
    "name",
    ["", "Slug", "black video", "Title 3", "Text+", "Solid Color", "0012", "Fusion Title", "GAP", " Rich  Text "],
)
def test_the_names_that_nles_give_say_nothing(name: str) -> None:
    assert is_default_name(name)
    assert from_name(name) is None


@pytest.mark.parametrize("name", ["harbor at dawn", "Title sequence", "black cat", "A001_C003"])
def test_a_name_that_a_person_chose_is_not_a_default(name: str) -> None:
    assert not is_default_name(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("MISSING_rain_over_the_city_v003.mov", "rain over the city"),
        ("TEMP - harbor at dawn", "harbor at dawn"),
        ("rain over the city.png", "rain over the city"),
    ],
)
def test_a_name_gives_words_without_its_version_extension_and_placeholder_words(name: str, words: str) -> None:
    brief = from_name(name)
    assert brief is not None
    assert brief.text == words


def test_a_card_gives_what_follows_the_words_that_only_say_missing() -> None:
    brief = from_card("MISSING SHOT: rain over the city")
    assert brief is not None
    assert brief.text == "rain over the city"


@pytest.mark.parametrize("text", ["MISSING SHOT", "PLACEHOLDER", "shot missing", "TBD"])
def test_a_card_that_only_says_missing_gives_no_brief(text: str) -> None:
    assert from_card(text) is None
