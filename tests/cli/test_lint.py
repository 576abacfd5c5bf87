"""`pickup lint` as a user calls it, and the page that lists its rules."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pickup.demo import nodes

PROJECT = Path(__file__).parents[2]
FPS = 24.0


def write_cut(folder: Path, *, url: str = "/nowhere/A.mov", count: int = 1, name: str = "A.mov") -> Path:
    """A cut of equal clips in the shape of Resolve."""
    reference = nodes.external(name, url=url, available=nodes.frames(86400, 240, rate=FPS))
    clip = nodes.clip(name, source=nodes.frames(86400, 48, rate=FPS), reference=reference)
    root = nodes.timeline(
        "cut_v001",
        start=nodes.moment(86400, rate=FPS),
        metadata={},
        tracks=nodes.stack("", children=[nodes.track("Video 1", children=[clip] * count)]),
    )
    path = folder / "cut_v001.otio"
    path.write_text(json.dumps(root), encoding="utf-8")
    return path


def test_a_clean_file_says_that_it_was_not_tried_in_the_program(desk: Any) -> None:
    media = desk.folder / "A.mov"
    media.touch()
    answer = desk.run("lint", write_cut(desk.folder, url=str(media)), "--for", "resolve")
    assert answer.code == 0
    said = " ".join(answer.out.split())
    assert said == "Nothing that Resolve would refuse was found. Not tried in Resolve itself."


def test_an_error_makes_it_exit_with_one_and_says_what_to_do(desk: Any) -> None:
    answer = desk.run("lint", write_cut(desk.folder, url="file:///nowhere/A.mov"), "--for", "resolve")
    assert answer.code == 1
    said = " ".join(answer.out.split())
    assert "error 1 a path is written as a URL (RESOLVE_URL) do: write the bare path" in said
    assert "Video 1 01:00:00:00 A.mov: file:///nowhere/A.mov" in said
    assert said.endswith("Next: correct it where it was made, then run this command again.")


def test_warnings_alone_are_no_failure(desk: Any) -> None:
    answer = desk.run("lint", write_cut(desk.folder), "--for", "premiere")
    assert answer.code == 0
    assert "2 warnings: look at them after the import." in " ".join(answer.out.split())


def test_the_answer_in_json_has_every_finding(desk: Any) -> None:
    path = write_cut(desk.folder, name="A")
    answer = desk.run("lint", path, "--for", "resolve", "--json")
    assert answer.code == 1
    document = answer.document
    assert (document["schema"], document["for"], document["timeline"]) == ("Lint.1", "resolve", str(path))
    assert [(each["severity"], each["code"]) for each in document["findings"]] == [
        ("error", "RESOLVE_NAME_WITHOUT_EXTENSION"),
        ("info", "MEDIA_NOT_HERE"),
    ]
    assert all(each.keys() == {"severity", "code", "message", "where"} for each in document["findings"])


def test_equal_findings_of_a_long_cut_are_one_row_with_a_count(desk: Any) -> None:
    answer = desk.run("lint", write_cut(desk.folder, url="file:///nowhere/A.mov", count=3000), "--for", "resolve")
    assert "3000" in answer.out
    assert "and 2997 more places" in answer.out
    assert len(answer.out.splitlines()) < 20
    assert "3000 errors" in " ".join(answer.out.split())


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal(desk: Any, columns: int) -> None:
    path = write_cut(desk.folder, url=f"file:///nowhere/{'long/' * 60}A.mov", name="A")
    answer = desk.run("lint", path, "--for", "resolve", COLUMNS=str(columns))
    assert max(map(len, answer.out.splitlines())) <= columns


def test_quiet_shows_errors_alone(desk: Any) -> None:
    broken = desk.run("lint", write_cut(desk.folder, name="A"), "--for", "resolve", "--quiet")
    assert "RESOLVE_NAME_WITHOUT_EXTENSION" in broken.out
    assert "MEDIA_NOT_HERE" not in broken.out
    assert desk.run("lint", write_cut(desk.folder), "--for", "resolve", "--quiet").out == ""


def test_what_is_mapped_is_looked_for_where_it_lies_here(desk: Any) -> None:
    (desk.folder / "A.mov").touch()
    path = write_cut(desk.folder, url="Z:\\show\\A.mov")
    assert desk.run("lint", path, "--for", "resolve", "--json").document["findings"] != []
    mapped = desk.run("lint", path, "--for", "resolve", "--json", "--map", f"Z:\\show={desk.folder}")
    assert mapped.document["findings"] == []


def test_the_timeline_in_a_bundle_is_linted_with_the_media_beside_it(desk: Any) -> None:
    path = write_cut(desk.folder, url="media/A.mov")
    bundle = desk.folder / "cut_v001.otioz"
    with zipfile.ZipFile(bundle, "w") as held:
        held.writestr("version.txt", "1.0.0")
        held.write(path, "content.otio")
        held.writestr("media/A.mov", b"moving")
    assert desk.run("lint", bundle, "--for", "resolve", "--json").document["findings"] == []


@pytest.mark.parametrize("flavor", ["fcpxml", "avid"])
def test_a_flavor_without_a_lint_is_wrong_usage(desk: Any, flavor: str) -> None:
    answer = desk.run("lint", desk.timeline, "--for", flavor, "--json")
    assert (answer.code, answer.document["code"]) == (2, "CONFIG")
    assert "resolve, premiere, fcp7" in answer.document["next"]


def test_xml_for_resolve_is_sent_to_the_other_lint(desk: Any) -> None:
    path = desk.folder / "cut.xml"
    path.write_text('<xmeml version="4"/>')
    answer = desk.run("lint", path, "--for", "resolve", "--json")
    assert (answer.code, answer.document["next"]) == (1, "lint it with --for fcp7")
    assert desk.run("lint", path, "--for", "fcp7", "--json").document["findings"][0]["code"] == "FCP7_NO_SEQUENCE"


def test_what_cannot_be_opened_is_said_in_a_sentence(desk: Any) -> None:
    (desk.folder / "broken.otioz").write_bytes(b"PK\x03\x04 and no more")
    for name, said in (("absent.otio", "does not exist"), ("", "is a folder"), ("broken.otioz", "broken.otioz")):
        answer = desk.run("lint", desk.folder / name, "--for", "resolve", "--json")
        assert answer.code == 1
        assert said in answer.document["message"]
        assert answer.document["next"]


def test_a_file_beyond_the_limit_is_not_read(desk: Any) -> None:
    (desk.folder / "pickup.toml").write_text("[limits]\nfile_mb = 1\n")
    path = write_cut(desk.folder, count=3000)
    answer = desk.run("lint", path, "--for", "resolve", "--json")
    assert answer.code == 1
    assert "more than the limit of 1 MB" in answer.document["message"]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_lint", PROJECT / "docs" / "make_lint.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_lists_the_rules_as_they_are() -> None:
    made = generator()
    assert (PROJECT / "docs" / "lint.md").read_text(encoding="utf-8") == made.page()
    assert made.main(["--check"]) == 0
