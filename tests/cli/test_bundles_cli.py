"""Timelines with their media in one file, in and out, as a user meets them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

SMALL = ("--size", "160x90")


def fill(desk: Any, timeline: Path, *arguments: object) -> dict[str, Any]:
    answer = desk.run("fill", timeline, *SMALL, *arguments, "--json")
    document: dict[str, Any] = answer.document
    assert (answer.code, document["schema"]) == (0, "Fill.1"), document
    return document


def packed(desk: Any, *, name: str = "reel.otioz") -> Path:
    """The desk's timeline as OTIO's own adapter packs it; media and timeline are gone afterwards."""
    bundle: Path = desk.folder / name
    bundle.unlink(missing_ok=True)
    timeline = otio.adapters.read_from_file(str(desk.timeline))
    for clip in timeline.find_clips():
        clip.media_reference.target_url = str(desk.folder / clip.media_reference.target_url)
    otio.adapters.write_to_file(timeline, str(bundle))
    return bundle


def media_of(path: Path) -> list[Path]:
    """The files that a delivered timeline links."""
    timeline = otio.adapters.read_from_file(str(path))
    return [Path(clip.media_reference.target_url.removeprefix("file://")) for clip in timeline.find_clips()]


@pytest.fixture
def edit(desk: Any) -> Any:
    desk.environment["PICKUP_FOR"] = "otio,fcp7"
    return desk


def test_each_otio_flavor_is_packed_with_all_that_it_shows(edit: Any, tmp_path: Path) -> None:
    first = fill(edit, edit.timeline, "--bundle", "--for", "otio,resolve,fcp7")
    assert sorted(first["bundles"]) == ["otio", "resolve"]
    for flavor, bundle in first["bundles"].items():
        assert Path(bundle) == Path(first["outputs"][flavor]).with_suffix(".otioz")
        place = tmp_path / flavor
        place.mkdir()
        adapter = otio.adapters.from_name("otioz")
        timeline = adapter.read_from_file(bundle, extract_to_directory=str(place))
        assert timeline.name == Path(bundle).stem
        clips = list(timeline.find_clips())
        assert [(place / each.media_reference.target_url).is_file() for each in clips] == [True] * 3
        assert clips[1].name.endswith("_SH0010_t01.mov")
    # Nothing is packed again, and what was cut off while it was copied is.
    whole = Path(first["bundles"]["otio"])
    before = (whole.stat().st_mtime_ns, whole.read_bytes())
    second = fill(edit, edit.timeline, "--bundle", "--for", "otio,resolve,fcp7")
    assert (second["changed"], second["bundles"]) == (False, first["bundles"])
    assert (whole.stat().st_mtime_ns, whole.read_bytes()) == before
    whole.write_bytes(before[1][:-40])
    third = fill(edit, edit.timeline, "--bundle", "--for", "otio,resolve,fcp7")
    assert (third["changed"], whole.read_bytes()) == (False, before[1])


def test_a_bundle_is_read_like_a_timeline_and_proved_against(edit: Any) -> None:
    bundle = packed(edit)
    for media in (edit.folder / "media").iterdir():
        media.unlink()
    holes = edit.run("holes", bundle, "--json").document
    assert [each["shot"] for each in holes["holes"]] == ["SH0010"]
    assert not edit.library.exists()
    plan = edit.run("plan", bundle, *SMALL, "--json").document
    assert plan["pickups"][0]["references"] == ["G24fps_C001.mov", "G24fps_C002.mov"]
    first = fill(edit, bundle)
    assert (first["version"], first["filled"]) == (1, ["SH0010"])
    assert all(path.is_file() for path in media_of(Path(first["outputs"]["otio"])))
    for path in first["outputs"].values():
        answer = edit.run("verify", path, "--against", bundle, "--json")
        assert (answer.code, answer.document["holes_left"]) == (0, []), answer.out
    assert fill(edit, bundle)["changed"] is False


def test_a_bundle_with_other_media_of_the_same_names_leaves_old_versions_theirs(edit: Any) -> None:
    first = fill(edit, packed(edit))
    old = {path: path.read_bytes() for path in media_of(Path(first["outputs"]["otio"]))}
    one, two = sorted((edit.folder / "media").iterdir())
    one.write_bytes(two.read_bytes())
    second = fill(edit, packed(edit))
    assert (second["version"], second["changed"]) == (2, True)
    assert {path: path.read_bytes() for path in old} == old
    new = media_of(Path(second["outputs"]["otio"]))
    assert (new[1], new[0] in old) == (list(old)[1], False)
    assert new[0].read_bytes() == two.read_bytes()


def test_a_bundle_cannot_be_the_new_one_and_it_is_said_what_to_compare(edit: Any) -> None:
    answer = edit.run("verify", packed(edit), "--against", edit.timeline, "--json")
    assert answer.code == 1
    assert "reel.otioz is a bundle" in answer.document["message"]
    assert "reel.otio," in answer.document["next"]


def test_the_limit_for_timelines_holds_inside_a_bundle_too(edit: Any) -> None:
    bundle = edit.folder / "big.otioz"
    content = json.loads(edit.timeline.read_text())
    content["metadata"]["ballast"] = "x" * (3 << 20)
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("version.txt", "1.0.0")
        file.writestr("content.otio", json.dumps(content))
    (edit.folder / "pickup.toml").write_text("[limits]\nfile_mb = 2\n")
    answer = edit.run("fill", bundle, *SMALL, "--json")
    assert answer.code == 1
    assert "more than the limit of 2 MB" in answer.document["message"]
    (edit.folder / "pickup.toml").write_text("[limits]\nfile_mb = 5\n")
    assert fill(edit, bundle)["version"] == 1


def test_a_server_that_no_map_names_is_not_asked_for_media(edit: Any) -> None:
    """A bundle leaves such media out, with a word; it does not wait for a server."""
    content = json.loads(edit.timeline.read_text())
    items = content["tracks"]["children"][0]["children"]
    for each in items:
        if each["OTIO_SCHEMA"].startswith("Clip"):
            reference = each["media_references"]["DEFAULT_MEDIA"]
            reference["target_url"] = "//server/share/" + Path(reference["target_url"]).name
    edit.timeline.write_text(json.dumps(content))
    document = fill(edit, edit.timeline, "--bundle", "--for", "otio")
    [said] = [each["message"] for each in document["findings"] if each["code"] == "BUNDLE_WITHOUT_MEDIA"]
    assert "G24fps_C001.mov" in said
    with zipfile.ZipFile(document["bundles"]["otio"]) as file:
        assert [name for name in file.namelist() if name.startswith("media/")] == [
            "media/" + next(edit.library.glob("takes/SH0010/t01/*_t01.mov")).name
        ]
