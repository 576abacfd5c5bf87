"""What goes wrong is said in a sentence, with where and what next, and a stable exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

WRONG = {
    "a missing file": (("holes", "nothing.otio"), 1, "TIMELINE"),
    "a folder": (("holes", "media"), 1, "TIMELINE"),
    "an unknown option": (("holes", "one_gap_24fps.otio", "--sideways"), 2, "USAGE"),
    "an unknown command": (("heal", "one_gap_24fps.otio"), 2, "USAGE"),
    "no timeline": (("fill",), 2, "USAGE"),
    "a flavor that is not written yet": (("fill", "one_gap_24fps.otio", "--for", "fcpxml"), 2, "CONFIG"),
    "a flavor that nobody has": (("fill", "one_gap_24fps.otio", "--for", "avid"), 2, "CONFIG"),
    "an unknown provider": (("plan", "one_gap_24fps.otio", "--provider", "sora"), 2, "CONFIG"),
    "an unknown model": (("plan", "one_gap_24fps.otio", "--provider", "slate:slate-9"), 2, "CONFIG"),
    "an unknown style": (("plan", "one_gap_24fps.otio", "--style", "noir"), 2, "CONFIG"),
    "an odd size": (("plan", "one_gap_24fps.otio", "--size", "321x181"), 2, "CONFIG"),
    "no size": (("plan", "one_gap_24fps.otio", "--size", "huge"), 2, "CONFIG"),
    "an unknown codec": (("plan", "one_gap_24fps.otio", "--codec", "mjpeg"), 2, "CONFIG"),
    "no takes": (("plan", "one_gap_24fps.otio", "--takes", "0"), 2, "CONFIG"),
    "no library to circle in": (("circle", "SH0010", "1"), 1, "LIBRARY"),
    "verify without the old file": (("verify", "one_gap_24fps.otio", "--against", "gone.otio"), 1, "TIMELINE"),
}


@pytest.mark.parametrize("case", WRONG)
def test_json_errors_are_one_document_with_a_next_step(desk: Any, case: str) -> None:
    arguments, code, name = WRONG[case]
    answer = desk.run(*arguments, "--json")
    assert answer.code == code
    document = answer.document
    assert set(document) == {"schema", "code", "message", "where", "next"}
    assert (document["schema"], document["code"]) == ("Error.1", name)
    assert document["message"]
    assert document["next"]


def test_people_get_the_same_in_words_on_standard_error(desk: Any) -> None:
    answer = desk.run("holes", "nothing.otio")
    assert answer.code == 1
    assert answer.out == ""
    assert "nothing.otio does not exist" in answer.err
    assert "next:" in answer.err


def test_a_misspelt_setting_names_file_key_and_the_right_word(desk: Any) -> None:
    (desk.folder / "pickup.toml").write_text("takse = 2\n")
    answer = desk.run("plan", desk.timeline, "--json")
    assert answer.code == 2
    said = " ".join(str(value) for value in answer.document.values())
    assert "takse" in said
    assert "takes" in said
    assert "pickup.toml" in said


def test_too_little_room_is_an_error_before_anything_is_made(desk: Any) -> None:
    answer = desk.run("fill", desk.timeline, "--json", "--size", "8192x8192", "--takes", "99")
    if answer.code == 0:
        pytest.skip("this disk has room for everything")
    assert answer.document["code"] == "LIBRARY"
    assert "free" in answer.document["message"]
    assert not list(desk.library.glob("takes/*"))


def test_a_damaged_library_file_is_named(desk: Any) -> None:
    assert desk.run("fill", desk.timeline, "--size", "320x180").code == 0
    (desk.library / "library.json").write_text("{")
    answer = desk.run("fill", desk.timeline, "--json")
    assert answer.code == 1
    assert "library.json" in " ".join(str(value) for value in answer.document.values())


def test_a_neighbour_that_cannot_be_read_costs_only_the_match(desk: Any) -> None:
    for path in Path(desk.folder / "media").glob("*"):
        path.write_bytes(b"not a movie")
    document = desk.run("fill", desk.timeline, "--json", "--size", "320x180").document
    assert document["filled"] == ["SH0010"]
    assert "NEIGHBOUR_UNREADABLE" in {finding["code"] for finding in document["findings"]}
