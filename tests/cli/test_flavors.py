"""One cut in the shape of each NLE: what a user asks for, gets, breaks, and feeds back."""

from __future__ import annotations

import json
import shutil
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pickup.demo import nodes
from pickup.demo.samples import sample_named
from pickup.holes import Rules
from pickup.testing.sample_media import make_media
from pickup.timelines.dialect import NEVER_LOST
from pickup.timelines.proof import ProofRequest, run_proof
from pickup.timelines.survey import ReadSettings

FLAVORS = ("otio", "resolve", "premiere", "fcp7")
SAMPLE = "resolve_export_24fps"
SHOTS = ["SH0010", "SH0020", "SH0030"]


def fill(desk: Any, *arguments: object, code: int = 0, **environment: str) -> dict[str, Any]:
    answer = desk.run("fill", desk.timeline, *arguments, "--json", **environment)
    document: dict[str, Any] = answer.document
    assert (answer.code, document["schema"]) == (code, "Fill.1"), document
    return document


def outputs_of(document: dict[str, Any]) -> dict[str, Path]:
    return {flavor: Path(path) for flavor, path in document["outputs"].items()}


def snapshot_of(paths: dict[str, Path]) -> dict[str, tuple[int, bytes]]:
    return {flavor: (path.stat().st_mtime_ns, path.read_bytes()) for flavor, path in paths.items()}


def unsupported(document: dict[str, Any]) -> list[str]:
    return [each["message"] for each in document["findings"] if each["code"] == "UNSUPPORTED"]


def name_of(path: Path) -> str:
    if path.suffix == ".xml":
        return ET.parse(path).getroot().findtext("sequence/name") or ""
    return str(json.loads(path.read_text())["name"])


def objects_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from objects_in(each)
    elif isinstance(node, list):
        for each in node:
            yield from objects_in(each)


def set_rate(desk: Any, rate: float) -> None:
    content = json.loads(desk.timeline.read_text())
    for each in objects_in(content):
        if each.get("OTIO_SCHEMA") == "RationalTime.1":
            each["rate"] = rate
    desk.timeline.write_text(json.dumps(content))


# What one run of the Resolve sample left behind.


@pytest.fixture(scope="module")
def edit(shared_desk_for: Callable[[str], Any]) -> Any:
    """The Resolve sample, filled in every flavor."""
    desk = shared_desk_for(SAMPLE)
    fill(desk, "--size", "160x90")
    return desk


def delivered(desk: Any) -> dict[str, Path]:
    folder = desk.library / "cuts" / SAMPLE
    done = json.loads((folder / "done.json").read_text())
    return {flavor: folder / name for flavor, name in done["outputs"].items()}


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_timeline_is_called_as_its_file(edit: Any, flavor: str) -> None:
    path = delivered(edit)[flavor]
    assert name_of(path) == path.stem


def clips_of(content: Any) -> list[dict[str, Any]]:
    return [each for each in objects_in(content) if str(each.get("OTIO_SCHEMA")).startswith("Clip.")]


def shown(content: Any, name: str) -> dict[str, Any]:
    return next(each for each in clips_of(content) if each["name"] == name)


TAMPERED = {
    "in-point": ("A001_C002.mov", "01:00:06:00"),
    "media": ("A001_C002.mov", "01:00:06:00"),
    "dropped": ("A001_C001.mov", "01:00:00:00"),
    "speed": ("A001_C004.mov", "01:00:23:00"),
}
"""Which clip is changed in which way, and where it stands."""


def tamper_otio(text: str, *, how: str) -> str:
    content = json.loads(text)
    clip = shown(content, TAMPERED[how][0])
    if how == "in-point":
        clip["source_range"]["start_time"]["value"] += 1
    elif how == "media":
        [reference] = clip["media_references"].values()
        reference["target_url"] = reference["target_url"].replace("A001_C002", "A001_C003")
    elif how == "dropped":
        length = clip["source_range"]["duration"]
        gap = {"OTIO_SCHEMA": "Gap.1", "source_range": {**clip["source_range"], "duration": length}}
        clip.clear()
        clip.update(gap)
    else:
        [warp] = [each for each in objects_in(clip["effects"]) if "time_scalar" in each]
        warp["time_scalar"] = 2.0
    return json.dumps(content)


def tamper_xml(text: str, *, how: str) -> str:
    root = ET.fromstring(text)
    items = {each.findtext("name"): each for each in root.iter("clipitem") if each.findtext("file/name")}
    clip = items[TAMPERED[how][0]]
    track = next(each for each in root.iter("track") if clip in list(each))
    if how == "in-point":
        for tag in ("in", "out"):
            moved = clip.find(tag)
            assert moved is not None
            moved.text = str(int(moved.text or "") + 1)
    elif how == "media":
        url = clip.find("file/pathurl")
        assert url is not None
        url.text = (url.text or "").replace("A001_C002", "A001_C003")
    elif how == "dropped":
        track.remove(clip)
    else:
        speed = next(each for each in clip.iter("parameter") if each.findtext("parameterid") == "speed")
        value = speed.find("value")
        assert value is not None
        value.text = "200"
    return ET.tostring(root, encoding="unicode")


def prove(new: Path, *, against: Path, prefixes: tuple[tuple[str, str], ...] = ()) -> Any:
    request = ProofRequest(new=new, old=against, settings=ReadSettings(prefixes=prefixes), rules=Rules())
    return run_proof(request, lambda _: None)


@pytest.mark.parametrize("how", TAMPERED)
@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_tampered_copy_of_any_flavor_does_not_pass(edit: Any, tmp_path: Path, flavor: str, how: str) -> None:
    good = delivered(edit)[flavor]
    bad = tmp_path / good.name
    tamper = tamper_xml if flavor == "fcp7" else tamper_otio
    bad.write_text(tamper(good.read_text(), how=how))
    places = [each.where for each in prove(bad, against=edit.timeline).differences]
    assert any(TAMPERED[how][1] in place for place in places), places


@pytest.mark.parametrize("flavor", ["resolve", "fcp7"])
def test_verify_ends_with_one_for_a_tampered_copy(edit: Any, tmp_path: Path, flavor: str) -> None:
    good = delivered(edit)[flavor]
    bad = tmp_path / good.name
    bad.write_text(good.read_text())
    assert edit.run("verify", bad, "--against", edit.timeline).code == 0
    bad.write_text((tamper_xml if flavor == "fcp7" else tamper_otio)(good.read_text(), how="in-point"))
    answer = edit.run("verify", bad, "--against", edit.timeline)
    assert answer.code == 1
    assert "01:00:06:00" in answer.out


def test_what_a_format_cannot_carry_is_on_every_page_and_told_at_every_run(edit: Any) -> None:
    folder = edit.library / "cuts" / SAMPLE
    done = json.loads((folder / "done.json").read_text())
    assert any("fcp7: marker keywords" in each for each in unsupported(done))
    assert "- **fcp7**: marker keywords (1 place), first at Video 1 01:00:13:00." in (folder / "changes.md").read_text()
    again = edit.run("fill", edit.timeline, "--size", "160x90", COLUMNS="80")
    assert again.code == 0
    assert "Nothing to do: version 1" in again.out
    too_wide = [line for line in again.out.splitlines() if len(line) > 80 and str(edit.folder) not in line]
    assert not too_wide
    assert {"for Resolve", "for Premiere", "FCP7 XML, for both", "plain OTIO"} <= {
        line.strip().partition("  ")[0] for line in again.out.splitlines() if str(edit.folder) in line
    }
    head, _, told = again.out.partition("Unsupported: not in these files, because their formats have no place for it:")
    assert told, again.out
    assert "marker keywords (1 place)" in told.partition("To look at after an import:")[0]
    assert "a clip is retimed (1 place)" in told.partition("To look at after an import:")[2]
    assert "unsupported" not in head


@pytest.mark.parametrize("flavor", ["resolve", "premiere", "fcp7"])
def test_a_delivered_file_fed_back_is_the_same_shots_and_nothing_new(edit: Any, tmp_path: Path, flavor: str) -> None:
    """As the editor's next export, in the editor's folder: with holes filled, in whatever format."""
    copy = tmp_path / "edit"
    shutil.copytree(edit.folder, copy)
    (copy / edit.timeline.name).unlink()
    made = delivered(edit)[flavor]
    again = copy / f"{SAMPLE}{made.suffix}"
    again.write_bytes(made.read_bytes())
    before = sorted(copy.rglob("*.mov"))
    document = edit.run("fill", again, "--size", "160x90", "--json").document
    assert (document["version"], document["changed"], document["filled"]) == (1, False, SHOTS)
    assert sorted(copy.rglob("*.mov")) == before


def test_a_cut_keeps_its_shots_through_every_format_one_after_the_other(edit: Any, tmp_path: Path) -> None:
    """Resolve to Premiere to FCP7 XML and back to Resolve: each step reads what the one before wrote."""
    folder = tmp_path / "edit"
    shutil.copytree(edit.folder, folder)
    path = folder / f"{SAMPLE}.otio"
    path.write_bytes(delivered(edit)["resolve"].read_bytes())
    for step, flavor in enumerate(("premiere", "fcp7", "resolve"), start=2):
        for stale in (folder / "pickup" / "cuts" / SAMPLE).glob(f"*_v00{step - 1}*"):
            stale.unlink()  # so that a version is written anew
        document = edit.run("fill", path, "--size", "160x90", "--for", flavor, "--json").document
        assert document["filled"] == SHOTS, document
        made = Path(document["outputs"][flavor])
        path = folder / f"{SAMPLE}{made.suffix}"
        path.write_bytes(made.read_bytes())
    proof = prove(path, against=edit.timeline)
    assert [each.shot for each in proof.fills] == SHOTS
    assert not NEVER_LOST & {each.aspect for each in proof.differences}


# Versions and flavors, with a small cut.


def test_the_three_flavors_for_the_programs_are_written_unless_others_are_asked_for(desk: Any) -> None:
    del desk.environment["PICKUP_FOR"]
    first = fill(desk)
    assert list(first["outputs"]) == ["resolve", "premiere", "fcp7"]
    before = snapshot_of(outputs_of(first))
    second = fill(desk)
    assert (second["changed"], second["version"], second["outputs"]) == (False, 1, first["outputs"])
    third = fill(desk, "--for", "otio")
    assert (third["changed"], third["version"]) == (True, 1)
    assert set(third["outputs"]) == set(FLAVORS)
    assert snapshot_of({flavor: path for flavor, path in outputs_of(third).items() if flavor in before}) == before
    fourth = fill(desk, "--for", "otio")
    assert (fourth["changed"], fourth["outputs"]) == (False, third["outputs"])


def test_a_flavor_that_is_damaged_or_deleted_makes_the_next_version(desk: Any) -> None:
    made = outputs_of(fill(desk, "--for", "resolve,fcp7"))
    for number, damage in ((2, lambda path: path.write_bytes(path.read_bytes()[:-10])), (3, Path.unlink)):
        damage(made["fcp7"])
        document = fill(desk, "--for", "resolve,fcp7")
        assert (document["changed"], document["version"]) == (True, number)
        made = outputs_of(document)
        assert name_of(made["fcp7"]) == made["fcp7"].stem
        assert not prove(made["fcp7"], against=desk.timeline).differences


def test_a_cut_that_shows_its_takes_gets_flavors_that_are_lacking_or_lost(desk: Any) -> None:
    first = fill(desk, "--for", "otio")
    desk.timeline.write_bytes(outputs_of(first)["otio"].read_bytes())
    second = fill(desk, "--for", "otio,fcp7")
    assert (second["changed"], second["filled"], sorted(second["outputs"])) == (True, ["SH0010"], ["fcp7", "otio"])
    assert fill(desk, "--for", "otio,fcp7")["changed"] is False
    outputs_of(second)["fcp7"].unlink()
    third = fill(desk, "--for", "otio,fcp7")
    assert (third["changed"], third["version"], third["filled"]) == (True, 3, ["SH0010"])
    assert all(path.is_file() for path in outputs_of(third).values())


def test_a_flavor_that_cannot_carry_the_cut_is_refused_and_the_others_are_written(desk: Any) -> None:
    set_rate(desk, 12.5)
    alone = desk.run("fill", desk.timeline, "--for", "fcp7", "--json")
    assert (alone.code, alone.document["schema"]) == (1, "Error.1")
    assert "25/2" in alone.document["message"]
    assert "--for otio" in alone.document["next"]
    assert not list(desk.library.rglob("*.xml"))
    assert fill(desk, "--for", "resolve")["version"] == 1
    first = fill(desk, "--for", "resolve,fcp7")
    assert (list(first["outputs"]), first["version"], first["changed"]) == (["resolve"], 1, False)
    [said] = [each for each in first["findings"] if each["code"] == "UNSUPPORTED"]
    assert said["severity"] == "warning"
    assert said["message"].startswith("fcp7 is not written: FCP7 XML cannot state a rate of 25/2")
    assert said["where"] == desk.timeline.name
    assert said["message"] in (desk.library / "cuts" / desk.timeline.stem / "changes.md").read_text()
    second = fill(desk, "--for", "resolve,fcp7")
    assert (second["changed"], second["version"], unsupported(second)) == (False, 1, [said["message"]])


def test_media_that_begin_at_an_hour_are_proved_where_the_cut_does_not_say_so(desk: Any) -> None:
    """Its references state no range: only the files say at what timecode they begin."""
    sample = sample_named(desk.timeline.stem)
    make_media([replace(each, start_frame=86400) for each in sample.media], folder=desk.folder / "media")
    content = json.loads(desk.timeline.read_text())
    for each in objects_in(content):
        if str(each.get("OTIO_SCHEMA")).startswith("ExternalReference"):
            each["available_range"] = None
    for clip in clips_of(content):
        clip["source_range"]["start_time"]["value"] += 86400
    desk.timeline.write_text(json.dumps(content))
    made = outputs_of(fill(desk, "--for", "resolve,fcp7"))
    for path in made.values():
        answer = desk.run("verify", path, "--against", desk.timeline)
        assert answer.code == 0, answer.out


def transitions_in(path: Path) -> list[str]:
    """Names of the tracks that transitions stand on."""
    tracks = json.loads(path.read_text())["tracks"]["children"]
    found = [each["name"] for each in tracks for item in each["children"] if item["OTIO_SCHEMA"] == "Transition.1"]
    return [str(name) for name in found]


def test_resolve_gets_the_dissolve_that_a_take_completed_and_not_the_one_into_nothing(desk: Any) -> None:
    content = json.loads(desk.timeline.read_text())
    tracks = content["tracks"]["children"]
    items = tracks[0]["children"]
    dissolve = nodes.dissolve(8, 8, rate=24.0, name="Cross Dissolve")
    above = json.loads(json.dumps(tracks[0]))
    clip = above["children"][0]
    clip["source_range"]["duration"]["value"] = 20.0
    fade = nodes.dissolve(4, 4, rate=24.0, name="Cross Dissolve")
    above.update(name="V2", children=[nodes.gap(75, rate=24.0), clip, fade, nodes.gap(15, rate=24.0)])
    items.insert(1, dissolve)  # from the first shot into the gap
    tracks.append(above)
    desk.timeline.write_text(json.dumps(content))
    first = fill(desk, "--for", "resolve,otio")
    assert transitions_in(outputs_of(first)["otio"]) == ["V1", "V2"]
    assert transitions_in(outputs_of(first)["resolve"]) == ["V1"]
    [said] = [each for each in unsupported(first) if "transitions" in each]
    assert said.startswith("unsupported in resolve: transitions against a gap or the end of a track (1 place).")
    assert desk.run("verify", outputs_of(first)["resolve"], "--against", desk.timeline).code == 0


# Takes that are not circled.


def xml_of(path: Path) -> ET.Element:
    return ET.parse(path).getroot()


def spare_tracks(path: Path) -> list[tuple[str, list[str], bool]]:
    """Name, clips and whether anything of it is on, of every track for takes that are not circled."""
    if path.suffix == ".xml":
        tracks = xml_of(path).findall("sequence/media/video/track")
        return [
            (
                "",
                [each.findtext("name", "")[-7:-4] for each in track.findall("clipitem")],
                any(each.text != "FALSE" for each in track.iter("enabled") if each in list(track)),
            )
            for track in tracks[1:]
        ]
    tracks = json.loads(path.read_text())["tracks"]["children"]
    return [
        (
            track["name"],
            [each["name"][-7:-4] for each in clips_of(track)],
            track["enabled"] or any(each["enabled"] for each in clips_of(track)),
        )
        for track in tracks
        if track["name"].startswith("Pickup takes")
    ]


def assert_takes_stand_beside(made: dict[str, Path]) -> None:
    """They are references of the clip that shows the circled one, and in XML stand in a bin of their own."""
    for flavor in ("otio", "resolve", "premiere"):
        [clip] = [each for each in clips_of(json.loads(made[flavor].read_text())) if each["name"].endswith("t01.mov")]
        assert set(clip["media_references"]) == {"DEFAULT_MEDIA", "PICKUP_T02", "PICKUP_T03"}
    [folder] = xml_of(made["fcp7"]).findall("bin")
    assert folder.findtext("name") == "Pickup takes"
    assert [each.findtext("name", "")[-7:-4] for each in folder.iter("clip")] == ["t01", "t02", "t03"]


def test_other_takes_stand_on_disabled_tracks_and_change_places_when_another_is_circled(desk: Any) -> None:
    asked = ("--takes", "3", "--takes-as", "tracks", "--size", "160x90")
    first = fill(desk, *asked)
    for flavor, path in outputs_of(first).items():
        tracks = spare_tracks(path)
        assert [clips for _, clips, _ in tracks] == [["t02"], ["t03"]], flavor
        assert not any(is_on for *_, is_on in tracks), flavor
        assert not prove(path, against=desk.timeline).differences, flavor
    assert_takes_stand_beside(outputs_of(first))
    desk.run("circle", "SH0010", "2")
    second = fill(desk, *asked)
    assert (second["version"], second["changed"]) == (2, True)
    for flavor, path in outputs_of(second).items():
        assert [clips for _, clips, _ in spare_tracks(path)] == [["t01"], ["t03"]], flavor
    # Fed back, with what a program keeps that drops metadata of others: file names alone.
    content = json.loads(outputs_of(second)["resolve"].read_text())
    for each in objects_in(content):
        if isinstance(each.get("metadata"), dict):
            each["metadata"].pop("pickup", None)
        if "media_references" in each:
            each["media_references"] = {"DEFAULT_MEDIA": each["media_references"]["DEFAULT_MEDIA"]}
    desk.timeline.write_text(json.dumps(content))
    again = fill(desk, *asked)
    assert (again["version"], again["changed"], again["filled"]) == (2, False, ["SH0010"])
    desk.run("circle", "SH0010", "1")
    third = fill(desk, *asked, "--for", "resolve")
    tracks = spare_tracks(outputs_of(third)["resolve"])
    assert tracks == [("Pickup takes 1", ["t01"], False), ("Pickup takes 2", ["t03"], False),
                      ("Pickup takes 3", ["t02"], False)]  # fmt: skip
    assert desk.run("verify", outputs_of(third)["resolve"], "--against", desk.timeline).code == 0


# Paths of another machine.

WINDOWS_NAMES = {
    "A001_C001.mov": "100%25 day.mov",
    "A001_C002.mov": "a#b c.mov",
    "A001_C003.mov": "it's 'quoted' & ö.mov",
    "A001_C004.mov": unicodedata.normalize("NFD", "Café.mov"),
    "A001_C005.mov": unicodedata.normalize("NFC", "Straße é.mov"),
}


def test_a_cut_from_windows_is_filled_here_and_written_back_for_windows(desk_for: Callable[[str], Any]) -> None:
    desk = desk_for(SAMPLE)
    content = json.loads(desk.timeline.read_text())
    for each in objects_in(content):
        name = Path(each.get("target_url") or "").name
        if name:
            each["target_url"] = "C:\\show\\media\\" + WINDOWS_NAMES.get(name, name)
        if each.get("name") in WINDOWS_NAMES:
            each["name"] = WINDOWS_NAMES[each["name"]]
        if "Media Url" in each:
            each["Media Url"] = "C:\\show\\media\\" + Path(each["Media Url"]).name
    desk.timeline.write_text(json.dumps(content, ensure_ascii=False))
    for name, odd in WINDOWS_NAMES.items():
        (desk.folder / "media" / name).rename(desk.folder / "media" / odd)
    mapped = ("--map", f"C:\\show={desk.folder}")
    made = outputs_of(fill(desk, *mapped))
    take = next(desk.library.glob("takes/SH0010/t01/*_t01.mov")).name
    plain = ["media/" + name for name in WINDOWS_NAMES.values()] + [f"pickup/takes/SH0010/t01/{take}"]
    encoded = [quote(each, safe="/'") for each in plain]
    for flavor in ("otio", "resolve"):
        urls = {each["target_url"] for each in objects_in(json.loads(made[flavor].read_text())) if "target_url" in each}
        assert urls >= {"C:\\show\\" + each.replace("/", "\\") for each in plain}
        assert all(url.startswith("C:\\show\\") for url in urls)
    urls = {each["target_url"] for each in objects_in(json.loads(made["premiere"].read_text())) if "target_url" in each}
    assert urls >= {f"file:///C:/show/{each}" for each in encoded}
    assert all(url.startswith("file:///C:/show/") for url in urls)
    urls = {each.text or "" for each in xml_of(made["fcp7"]).iter("pathurl")}
    assert urls >= {f"file://localhost/C%3a/show/{each}" for each in encoded}
    assert all(url.startswith("file://localhost/C%3a/show/") for url in urls)
    for path in made.values():
        proof = prove(path, against=desk.timeline, prefixes=(("C:\\show", str(desk.folder)),))
        assert (proof.differences, proof.holes_left) == ((), ())
