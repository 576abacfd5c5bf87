"""`verify` finds every single change to a delivered timeline, and nothing in one that was not touched."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pickup.cli.main import run
from pickup.demo import nodes
from pickup.holes import Rules
from pickup.takes import LinkedTake, Relink
from pickup.timelines.deliver import DeliverRequest, Order, Output, deliver_timeline, run_deliver
from pickup.timelines.proof import Proof, ProofRequest, prove_unchanged, run_proof
from pickup.timelines.survey import ReadSettings, SurveyRequest, run_survey

Json = dict[str, Any]
FPS = 24.0
RULES = Rules()


def shot(name: str, *, start: int = 86400, length: int = 48, **more: Any) -> nodes.Node:
    reference = nodes.external(name, url=f"/footage/{name}", available=nodes.frames(86390, 400, rate=FPS))
    return nodes.clip(name, source=nodes.frames(start, length, rate=FPS), reference=reference, **more)


def marker(name: str, *, at: int) -> nodes.Node:
    metadata: nodes.Node = {"Resolve_OTIO": {"Note": "wide", "Keywords": []}}
    return nodes.marker(name, marked=nodes.frames(at, 1, rate=FPS), color="GREEN", comment="wide", metadata=metadata)


def whole_cut() -> Json:
    """Footage, a slug, a gap, dissolves, a retimed clip, a compound clip, sound: one of everything that may change."""
    blur: nodes.Node = {
        "OTIO_SCHEMA": "Effect.1", "metadata": {"amount": 3}, "name": "", "effect_name": "Blur", "enabled": True,
    }  # fmt: skip
    slug = nodes.clip(
        "Solid Color",
        source=nodes.frames(0, 30, rate=FPS),
        reference=nodes.generator("Solid Color", kind="Solid Color"),
        markers=[marker("for the slug", at=2)],
    )
    inside = nodes.stack(
        "compound",
        children=[nodes.track("Video 1", children=[shot("in.mov"), nodes.gap(24, rate=FPS), shot("side.mov")])],
        source=nodes.frames(10, 90, rate=FPS),
    )
    first = nodes.track(
        "Video 1",
        children=[
            shot("a.mov", effects=[blur], markers=[marker("look", at=86410)], metadata={"studio": {"id": 1}}),
            nodes.dissolve(5, 7, rate=FPS, name="Cross Dissolve"),
            shot("b.mov"),
            nodes.gap(40, rate=FPS, markers=[marker("in the gap", at=3)]),
            shot("c.mov", effects=[nodes.time_warp(2.0)]),
            slug,
            shot("d.mov", metadata={"PremierePro_OTIO": {"LinkID": "7"}}),
            inside,
        ],
        metadata={"Resolve_OTIO": {"Locked": False}},
    )
    second = nodes.track(
        "Video 2", children=[nodes.gap(262, rate=FPS), shot("e.mov", length=20), nodes.gap(70, rate=FPS)]
    )
    sound = nodes.track("Audio 1", children=[shot("a.wav", length=352)], kind="Audio")
    stack = nodes.stack("", children=[first, second, sound], markers=[marker("timeline", at=20)], metadata={"own": 1})
    return nodes.timeline("whole", tracks=stack, start=nodes.moment(86400, rate=FPS), metadata={"studio": {"key": "x"}})


def settings() -> ReadSettings:
    return ReadSettings()


def relinks_for(path: Path, *, folder: Path) -> tuple[str, list[Relink]]:
    survey = run_survey(SurveyRequest(timeline=path, settings=settings(), rules=RULES), lambda _done: None)
    relinks = []
    for number, hole in enumerate(survey.found.holes, start=1):
        code = f"SH{number * 10:04d}"
        takes = tuple(
            LinkedTake(
                number=take,
                path=str(folder / f"TAG_{code}_t{take:02d}.mov"),
                frames=24 + hole.covers.length,
                start=Fraction(0),
            )
            for take in (1, 2)
        )
        relinks.append(
            Relink(
                shot=code,
                hole=hole.id,
                kind=hole.kind.value,
                track=hole.track,
                placement=hole.placement,
                record=hole.record,
                offset=12,
                circled=1,
                takes=takes,
            )
        )
    return survey.sha256, relinks


@pytest.fixture
def delivered(tmp_path: Path) -> tuple[Path, Path]:
    """The editor's file and the new one, with a gap, a slug and a gap in a compound clip filled."""
    old, new = tmp_path / "reel.otio", tmp_path / "reel_v001.otio"
    old.write_text(json.dumps(whole_cut()))
    sha256, relinks = relinks_for(old, folder=tmp_path)
    assert [each.kind for each in relinks] == ["GAP", "SLUG", "GAP"]
    output = Output(flavor="otio", name="reel_v001", part=str(new))
    request = DeliverRequest(order=order_for(old, sha256=sha256, relinks=relinks), outputs=(output,))
    (written,) = run_deliver(request, lambda _done: None).written
    assert written.differences == ()
    return old, new


def order_for(timeline: Path, *, sha256: str, relinks: Sequence[Relink]) -> Order:
    return Order(
        timeline=timeline,
        folder=timeline.parent,
        sha256=sha256,
        settings=settings(),
        relinks=tuple(relinks),
        size=(1920, 1080),
        facts={},
    )


def prove(new: Path, *, against: Path) -> Proof:
    return run_proof(ProofRequest(new=new, old=against, settings=settings(), rules=RULES), lambda _done: None)


def on_track(document: Json, track: int) -> list[Json]:
    children: list[Json] = document["tracks"]["children"][track]["children"]
    return children


def named(document: Json, name: str) -> Json:
    """The first item of this name, compound clips included."""
    waiting = [document["tracks"]]
    while waiting:
        node = waiting.pop()
        if node.get("name") == name and "children" not in node:
            return node
        waiting += node.get("children", [])
    raise LookupError(name)


def add(node: Json, key: str, by: float) -> None:
    node[key] += by


def swap(items: list[Json], one: int, other: int) -> None:
    items[one], items[other] = items[other], items[one]


TAMPERING: dict[str, Callable[[Json], object]] = {
    "in point one frame later": lambda cut: add(named(cut, "b.mov")["source_range"]["start_time"], "value", 1),
    "in point a tenth of a frame later": lambda cut: add(
        named(cut, "b.mov")["source_range"]["start_time"], "value", 0.1
    ),
    "clip one frame shorter": lambda cut: add(named(cut, "b.mov")["source_range"]["duration"], "value", -1),
    "two clips in the other order": lambda cut: swap(on_track(cut, 0), 0, 2),
    "clip on another track": lambda cut: on_track(cut, 1).append(on_track(cut, 0).pop(0)),
    "clip gone": lambda cut: on_track(cut, 0).pop(2),
    "gap in place of a clip": lambda cut: on_track(cut, 0).__setitem__(0, nodes.gap(48, rate=FPS)),
    "gap one frame shorter": lambda cut: add(on_track(cut, 1)[0]["source_range"]["duration"], "value", -1),
    "effect changed": lambda cut: named(cut, "a.mov")["effects"][0]["metadata"].update(amount=4),
    "effect gone": lambda cut: named(cut, "a.mov")["effects"].clear(),
    "effect switched off": lambda cut: named(cut, "a.mov")["effects"][0].update(enabled=False),
    "effect added": lambda cut: named(cut, "d.mov")["effects"].append(nodes.time_warp(1.0)),
    "speed changed": lambda cut: named(cut, "c.mov")["effects"][0].update(time_scalar=2.5),
    "played backwards": lambda cut: named(cut, "c.mov")["effects"][0].update(time_scalar=-2.0),
    "marker gone": lambda cut: named(cut, "a.mov")["markers"].clear(),
    "marker moved": lambda cut: add(named(cut, "a.mov")["markers"][0]["marked_range"]["start_time"], "value", 1),
    "marker of the slug gone": lambda cut: named(cut, "TAG_SH0020_t01.mov")["markers"].clear(),
    "marker of the gap gone": lambda cut: named(cut, "TAG_SH0010_t01.mov")["markers"].clear(),
    "timeline marker gone": lambda cut: cut["tracks"]["markers"].clear(),
    "timeline marker with another note": lambda cut: cut["tracks"]["markers"][0].update(
        comment="close", metadata={"Resolve_OTIO": {"Note": "close", "Keywords": []}}
    ),
    "metadata of a timeline marker": lambda cut: cut["tracks"]["markers"][0]["metadata"].update(other=1),
    "transition longer": lambda cut: add(on_track(cut, 0)[1]["in_offset"], "value", 1),
    "transition gone": lambda cut: on_track(cut, 0).pop(1),
    "transition of another type": lambda cut: on_track(cut, 0)[1].update(transition_type="Custom_Transition"),
    "metadata key changed": lambda cut: named(cut, "a.mov")["metadata"]["studio"].update(id=2),
    "metadata key added": lambda cut: named(cut, "b.mov")["metadata"].update(extra=None),
    "metadata of the timeline": lambda cut: cut["metadata"]["studio"].update(key="y"),
    "metadata of the stack": lambda cut: cut["tracks"]["metadata"].update(own=2),
    "effect on everything": lambda cut: cut["tracks"]["effects"].append(nodes.time_warp(2.0)),
    "trim of everything": lambda cut: cut["tracks"].update(source_range=nodes.frames(0, 100, rate=FPS)),
    "trim of a track": lambda cut: cut["tracks"]["children"][0].update(source_range=nodes.frames(0, 100, rate=FPS)),
    "metadata of a track": lambda cut: cut["tracks"]["children"][0]["metadata"].update(other=1),
    "tracks in the other order": lambda cut: swap(cut["tracks"]["children"], 0, 1),
    "track renamed": lambda cut: cut["tracks"]["children"][1].update(name="Titles"),
    "track switched off": lambda cut: cut["tracks"]["children"][1].update(enabled=False),
    "track locked": lambda cut: cut["tracks"]["children"][0]["metadata"]["Resolve_OTIO"].update(Locked=True),
    "track gone": lambda cut: cut["tracks"]["children"].pop(1),
    "sound gone": lambda cut: cut["tracks"]["children"].pop(2),
    "sound shifted": lambda cut: add(on_track(cut, 2)[0]["source_range"]["start_time"], "value", 1),
    "start one frame later": lambda cut: add(cut["global_start_time"], "value", 1),
    "no start": lambda cut: cut.update(global_start_time=None),
    "other rate": lambda cut: cut["global_start_time"].update(rate=25.0),
    "other media": lambda cut: named(cut, "b.mov")["media_references"]["DEFAULT_MEDIA"].update(
        target_url="/footage/z.mov"
    ),
    "media claims more": lambda cut: add(
        named(cut, "b.mov")["media_references"]["DEFAULT_MEDIA"]["available_range"]["duration"], "value", 1
    ),
    "picture linked with other sound": lambda cut: named(cut, "d.mov")["metadata"]["PremierePro_OTIO"].update(
        LinkID="8"
    ),
    "picture linked no more": lambda cut: named(cut, "d.mov")["metadata"].update(PremierePro_OTIO={}),
    "clip renamed": lambda cut: named(cut, "b.mov").update(name="B.mov"),
    "clip switched off": lambda cut: named(cut, "b.mov").update(enabled=False),
    "color of a clip": lambda cut: named(cut, "b.mov").update(
        color={"OTIO_SCHEMA": "Color.1", "r": 1.0, "g": 0.0, "b": 0.0, "a": 1.0, "name": "red"}
    ),
    "clip in a compound shifted": lambda cut: add(named(cut, "side.mov")["source_range"]["start_time"], "value", 1),
    "compound shifted": lambda cut: add(on_track(cut, 0)[7]["source_range"]["start_time"], "value", 1),
    "compound renamed": lambda cut: on_track(cut, 0)[7].update(name="other"),
    "clip beside the tracks": lambda cut: cut["tracks"]["children"].append(shot("loose.mov")),
    "new track with a clip": lambda cut: cut["tracks"]["children"].insert(
        2, nodes.track("Video 3", children=[shot("extra.mov")])
    ),
    "new sound": lambda cut: cut["tracks"]["children"].append(
        nodes.track("Audio 2", children=[shot("x.wav")], kind="Audio")
    ),
    "longer": lambda cut: on_track(cut, 2).append(shot("tail.wav")),
}


def test_an_untouched_delivery_is_the_same(delivered: tuple[Path, Path]) -> None:
    old, new = delivered
    proof = prove(new, against=old)
    assert proof.differences == ()
    assert [each.shot for each in proof.fills] == ["SH0010", "SH0020", "SH0030"]


@pytest.mark.parametrize("change", TAMPERING.values(), ids=TAMPERING)
def test_one_change_is_found(change: Callable[[Json], object], delivered: tuple[Path, Path]) -> None:
    old, new = delivered
    document = json.loads(new.read_text())
    untouched = copy.deepcopy(document)
    change(document)
    assert document != untouched
    new.write_text(json.dumps(document))
    assert prove(new, against=old).differences


def test_the_command_names_what_changed_and_fails(
    delivered: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = delivered
    assert run(["verify", str(new), "--against", str(old), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True
    new.write_text(new.read_text().replace("/footage/d.mov", "/footage/z.mov"))
    assert run(["verify", str(new), "--against", str(old), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["same"] is False
    assert answer["differences"][0]["where"] == "Video 1 01:00:08:22"


def test_differences_are_proved_in_a_child_as_well(delivered: tuple[Path, Path]) -> None:
    old, new = delivered
    assert prove_unchanged(new, against=old, settings=settings(), rules=RULES).differences == ()


# What a delivery keeps


def deliver(document: Json, *, folder: Path) -> tuple[Json, Any]:
    old, new = folder / "reel.otio", folder / "out" / "reel_v001.otio"
    old.write_text(json.dumps(document))
    sha256, relinks = relinks_for(old, folder=folder / "takes")
    done = deliver_timeline(order_for(old, sha256=sha256, relinks=relinks), destinations={"otio": new})
    written: Json = json.loads(new.read_text())
    return written, done


def gap_cut(url: str, *, rate: float = FPS) -> Json:
    def clip(name: str, *, at: str) -> nodes.Node:
        reference = nodes.external(name, url=at, available=nodes.frames(0, 400, rate=rate))
        return nodes.clip(name, source=nodes.frames(0, 48, rate=rate), reference=reference)

    children = [clip("a.mov", at=url), nodes.gap(40, rate=rate), clip("b.mov", at=url)]
    tracks = nodes.stack("", children=[nodes.track("Video 1", children=children)])
    return nodes.timeline("small", tracks=tracks, start=nodes.moment(0, rate=rate), metadata={})


def take_url(written: Json, *, key: str = "DEFAULT_MEDIA") -> str:
    url: str = on_track(written, 0)[1]["media_references"][key]["target_url"]
    return url


@pytest.mark.parametrize(
    ("url", "begins"),
    [
        ("/footage/a.mov", "/"),
        ("file:///footage/a.mov", "file:///"),
        ("C:\\show\\a.mov", "/"),
        ("file:///C:/show/a.mov", "file:///"),
        ("\\\\nas\\show\\a.mov", "/"),
        ("", "file:///"),
    ],
)
def test_takes_are_spelled_as_the_file_spells_media(url: str, begins: str, tmp_path: Path) -> None:
    written, done = deliver(gap_cut(url), folder=tmp_path)
    assert take_url(written).startswith(begins)
    assert not done.made_absolute
    assert on_track(written, 0)[0]["media_references"]["DEFAULT_MEDIA"]["target_url"] == url


def test_relative_references_are_made_absolute_and_listed(tmp_path: Path) -> None:
    written, done = deliver(gap_cut("media/a.mov"), folder=tmp_path)
    is_now = (tmp_path / "media" / "a.mov").as_uri()
    assert on_track(written, 0)[0]["media_references"]["DEFAULT_MEDIA"]["target_url"] == is_now
    assert done.made_absolute == (("media/a.mov", is_now),)


@pytest.mark.parametrize(
    ("there", "meant"),
    [
        (["a b.mov"], "a b.mov"),
        (["a%20b.mov"], "a%20b.mov"),
        (["a b.mov", "a%20b.mov"], "a%20b.mov"),
        ([], "a%20b.mov"),
    ],
    ids=["encoded", "literal", "both", "offline"],
)
def test_a_relative_reference_names_the_file_that_is_there_its_literal_name_first(
    there: list[str], meant: str, tmp_path: Path
) -> None:
    (tmp_path / "media").mkdir()
    for name in there:
        (tmp_path / "media" / name).touch()
    timeline = tmp_path / "cut.otio"
    timeline.write_text(json.dumps(gap_cut("media/a%20b.mov")))
    survey = run_survey(SurveyRequest(timeline=timeline, settings=ReadSettings(), rules=RULES), lambda _done: None)
    before = survey.found.holes[0].before
    assert before is not None
    assert (before.online, before.path) == (bool(there), str(tmp_path / "media" / meant))
    written, _ = deliver(gap_cut("media/a%20b.mov"), folder=tmp_path)
    is_now = on_track(written, 0)[0]["media_references"]["DEFAULT_MEDIA"]["target_url"]
    assert is_now == (tmp_path / "media" / meant).as_uri()


@pytest.mark.parametrize(
    "rate", [23.976, 23.98, 23.976024627685547, 23.976023976023979, 24000 / 1001, 29.97, 59.94, 25.0]
)
def test_rates_are_written_as_they_came(rate: float, tmp_path: Path) -> None:
    written, _ = deliver(gap_cut("/footage/a.mov", rate=rate), folder=tmp_path)
    text = json.dumps(written)
    rates = {node["rate"] for node in walk(json.loads(text)) if "rate" in node}
    assert rates == {rate}
    assert on_track(written, 0)[1]["source_range"]["duration"]["value"] == 40.0


def walk(node: Any) -> list[Json]:
    if isinstance(node, dict):
        return [node, *(each for value in node.values() for each in walk(value))]
    return [each for value in node for each in walk(value)] if isinstance(node, list) else []


def test_every_other_take_stands_under_its_own_number(tmp_path: Path) -> None:
    written, _ = deliver(gap_cut("/footage/a.mov"), folder=tmp_path)
    clip = on_track(written, 0)[1]
    assert clip["OTIO_SCHEMA"] == "Clip.2"
    assert clip["name"] == "TAG_SH0010_t01.mov"
    assert clip["active_media_reference_key"] == "DEFAULT_MEDIA"
    assert list(clip["media_references"]) == ["DEFAULT_MEDIA", "PICKUP_T02"]
    assert take_url(written, key="PICKUP_T02").endswith("TAG_SH0010_t02.mov")
    assert clip["metadata"]["pickup"]["schema"] == "Filled.1"


def test_foreign_metadata_is_kept_as_it_is(tmp_path: Path) -> None:
    foreign = {
        "a": None,
        "b": [1, 2.5, "ä", {"c": True}],
        "empty": {},
        "long": "x" * 5000,
        "schema": {"OTIO_SCHEMA": "Studio.3", "k": 1},
    }
    document = gap_cut("/footage/a.mov")
    for node in (document, document["tracks"], document["tracks"]["children"][0], *on_track(document, 0)):
        node["metadata"] = {"studio": foreign}
    written, _ = deliver(document, folder=tmp_path)
    kept = [
        written,
        written["tracks"],
        written["tracks"]["children"][0],
        on_track(written, 0)[0],
        on_track(written, 0)[2],
    ]
    assert [each["metadata"] for each in kept] == [{"studio": foreign}] * 5


def test_a_marker_in_the_second_of_two_gaps_goes_with_the_take(tmp_path: Path) -> None:
    document = gap_cut("/footage/a.mov")
    on_track(document, 0).insert(2, nodes.gap(10, rate=FPS, markers=[marker("late", at=4), marker("after", at=50)]))
    written, _ = deliver(document, folder=tmp_path)
    clip = on_track(written, 0)[1]
    starts = [each["marked_range"]["start_time"]["value"] - 12 for each in clip["markers"]]
    assert (len(on_track(written, 0)), starts) == (3, [44.0, 90.0])


def test_a_marker_on_retimed_offline_media_keeps_its_record_frames(tmp_path: Path) -> None:
    document = gap_cut("/footage/a.mov")
    missing = nodes.missing("TEMP wave", available=None)
    marked = nodes.marker("m", marked=nodes.frames(8, 4, rate=FPS), color="RED", comment="")
    source = nodes.frames(0, 20, rate=FPS)
    slow = nodes.clip("TEMP wave", source=source, reference=missing, effects=[nodes.time_warp(2.0)], markers=[marked])
    on_track(document, 0)[1] = slow
    written, _ = deliver(document, folder=tmp_path)
    moved = on_track(written, 0)[1]["markers"][0]["marked_range"]
    assert (moved["start_time"]["value"], moved["duration"]["value"]) == (12 + 4, 2)


def test_a_mark_in_a_track_within_a_track_gets_a_track_over_both(tmp_path: Path) -> None:
    document = gap_cut("/footage/a.mov")
    marked = nodes.marker("PICKUP: rain", marked=nodes.frames(0, 1, rate=FPS), color="RED", comment="")
    living = tmp_path / "here.mov"
    living.touch()
    reference = nodes.external("here.mov", url=str(living), available=nodes.frames(0, 400, rate=FPS))
    inner = nodes.clip("here.mov", source=nodes.frames(0, 24, rate=FPS), reference=reference, markers=[marked])
    on_track(document, 0).append(nodes.track("inner", children=[inner]))
    written, _ = deliver(document, folder=tmp_path)
    assert [each["name"] for each in written["tracks"]["children"]] == ["Video 1", "Video 2"]
    assert on_track(written, 1)[0]["source_range"]["duration"]["value"] == 136.0


def test_a_transition_between_two_gaps_stays_where_it_is(tmp_path: Path) -> None:
    document = gap_cut("/footage/a.mov")
    on_track(document, 0)[2:2] = [nodes.dissolve(2, 2, rate=FPS, name="nothing to nothing"), nodes.gap(20, rate=FPS)]
    written, _ = deliver(document, folder=tmp_path)
    assert [len(each["children"]) for each in written["tracks"]["children"]] == [5, 2]
