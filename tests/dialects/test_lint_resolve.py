"""Lint for Resolve: one good file without a finding, and for each rule the same file with one thing wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pickup.demo import nodes
from pickup.errors import ConfigError, Severity, TimelineError
from pickup.testing.ramps import resolves_ramp
from pickup.timelines.lint import RULES, LintFinding, lint_content
from pickup.timelines.lint.rules import OTIO_RULES, RESOLVE_RULES

FPS = 24.0
EXPORT = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "OpenTimelineIO" / "effects.otio"
Mutation = Callable[[Any], None]


def media(name: str, *, start: int = 86400, length: int = 240) -> Any:
    return nodes.external(name, url=f"/media/{name}", available=nodes.frames(start, length, rate=FPS))


def shot(name: str, *, start: int = 86412, length: int = 48, **more: Any) -> Any:
    return nodes.clip(name, source=nodes.frames(start, length, rate=FPS), reference=media(name), **more)


def good() -> Any:
    """Shots from media with timecode, a dissolve, a retime, a still, a generator, a compound, sound."""
    own = {"Resolve_OTIO": {"Note": "rain"}}
    marked = nodes.frames(86420, 1, rate=FPS)
    note = nodes.marker("n", marked=marked, color="RED", comment="rain", metadata=own)
    still = nodes.clip(
        "map.png",
        source=nodes.frames(0, 24, rate=FPS),
        reference=media("map.png", start=0, length=1),
        effects=[{"OTIO_SCHEMA": "Effect.1", "effect_name": "Resolve Effect", "metadata": {"Resolve_OTIO": {}}}],
    )
    color = nodes.clip(
        "Solid Color",
        source=nodes.frames(0, 24, rate=FPS),
        reference=nodes.generator("Solid Color", kind="Solid Color"),
    )
    compound = nodes.stack(
        "Compound",
        source=nodes.frames(0, 24, rate=FPS),
        children=[nodes.track("Video 1", children=[shot("N.mov", length=24)])],
    )
    picture = [
        shot("A.mov", markers=[note]),
        nodes.dissolve(12, 12, rate=FPS, name="Cross Dissolve"),
        shot("B.mov"),
        shot("C.mov", effects=[nodes.time_warp(2.0)]),
        nodes.gap(24, rate=FPS),
        still,
        color,
        compound,
    ]
    return nodes.timeline(
        "good_v001",
        start=nodes.moment(86400, rate=FPS),
        metadata={"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}},
        tracks=nodes.stack(
            "",
            children=[
                nodes.track("Video 1", children=picture),
                nodes.track("Audio 1", kind="Audio", children=[shot("S.wav"), nodes.gap(192, rate=FPS)]),
            ],
        ),
    )


def lint(root: Any, **more: Any) -> tuple[LintFinding, ...]:
    return lint_content(json.dumps(root).encode(), flavor="resolve", name="good.otio", **more)


def items(root: Any) -> Any:
    return root["tracks"]["children"][0]["children"]


def first(root: Any) -> Any:
    return items(root)[0]


def reference(root: Any, index: int = 0) -> Any:
    return items(root)[index]["media_references"]["DEFAULT_MEDIA"]


def as_old_clip(root: Any) -> None:
    clip = first(root)
    clip["OTIO_SCHEMA"] = "Clip.1"
    clip["media_reference"] = clip.pop("media_references")["DEFAULT_MEDIA"]


def with_third(**changes: Any) -> Mutation:
    """The shot that no transition touches."""
    return lambda root: items(root)[3].update(changes)


def with_reference(**changes: Any) -> Mutation:
    return lambda root: reference(root).update(changes)


def with_first(**changes: Any) -> Mutation:
    return lambda root: first(root).update(changes)


def shown_from(start: float, length: float = 48, *, rate: float = FPS) -> Mutation:
    return with_first(source_range=nodes.frames(start, length, rate=rate))


def replaced(index: int, node: Any) -> Mutation:
    def replace(root: Any) -> None:
        items(root)[index] = node

    return replace


def under(key: str) -> Mutation:
    """The first clip's media under another key, which is active."""

    def move(root: Any) -> None:
        first(root)["media_references"] = {key: reference(root)}
        first(root)["active_media_reference_key"] = key

    return move


def with_premiere_mark(root: Any) -> None:
    root["tracks"]["metadata"]["PremierePro_OTIO"] = {"VideoFrameRate": FPS}


def with_newer_marker(root: Any) -> None:
    first(root)["markers"][0]["OTIO_SCHEMA"] = "Marker.3"


def with_new_objects_in_metadata(root: Any) -> None:
    first(root)["metadata"]["pickup"] = {"was": {"OTIO_SCHEMA": "Clip.3"}}


def with_marker_note_in_comment(root: Any) -> None:
    first(root)["markers"][0]["metadata"] = {}


def with_timeline_marker(root: Any) -> None:
    root["tracks"]["markers"] = [first(root)["markers"][0] | {"metadata": {}}]


def dissolve_into_gap(root: Any) -> None:
    items(root).insert(4, nodes.dissolve(6, 6, rate=FPS, name="Fade"))


def dissolve_at_the_head(root: Any) -> None:
    items(root).insert(0, nodes.dissolve(0, 6, rate=FPS, name="Fade"))


def ramp(*, keyframes: bool) -> dict[str, Any]:
    held = resolves_ramp((0.0, 0.0), (4.0, 2.0)) if keyframes else {}
    return {"OTIO_SCHEMA": "TimeEffect.1", "name": "", "effect_name": "", "metadata": held}


MISSING = nodes.missing("", available=None)
OFFLINE = nodes.missing(
    "A.mov",
    available=nodes.frames(86400, 240, rate=FPS),
    metadata={"Resolve_OTIO": {"Media Url": "/gone/A.mov"}},
)
SEQUENCE = {
    "OTIO_SCHEMA": "ImageSequenceReference.1", "metadata": {}, "name": "", "available_image_bounds": None,
    "available_range": nodes.frames(86400, 240, rate=FPS), "target_url_base": "/media", "name_prefix": "shot.",
    "name_suffix": ".exr", "start_frame": 1000, "frame_step": 1, "rate": FPS, "frame_zero_padding": 4,
    "missing_frame_policy": "error",
}  # fmt: skip

BREAKS: dict[str, list[Mutation]] = {
    "OTIO_NO_TRACKS": [lambda root: root["tracks"].update(children=[]), lambda root: root.update(tracks=None)],
    "OTIO_NEWER_SCHEMA": [with_newer_marker, with_new_objects_in_metadata],
    "OTIO_BAD_TIME": [
        with_third(source_range=nodes.frames(float("nan"), 48, rate=FPS)),
        with_third(source_range=nodes.frames(86412, float("inf"), rate=FPS)),
        with_third(source_range=nodes.frames(86412, 48, rate=0.0)),
        with_third(source_range=nodes.frames(86412, 48, rate=23.5001)),
        with_third(source_range=7),
        with_third(source_range={"start_time": nodes.moment(86412, rate=FPS)}),
        lambda root: items(root)[3]["effects"][0].update(time_scalar="fast"),
        lambda root: items(root)[1]["out_offset"].update(value=None),
    ],
    "OTIO_NO_REFERENCES": [with_third(media_references={}), lambda root: items(root)[3].pop("media_references")],
    "OTIO_NO_ACTIVE_REFERENCE": [with_third(active_media_reference_key="PROXY")],
    "OTIO_NULL_REFERENCE": [lambda root: first(root)["media_references"].update(PROXY=None)],
    "OTIO_ACTIVE_NOT_DEFAULT": [under("PROXY")],
    "OTIO_UNKNOWN_ITEM": [
        with_third(OTIO_SCHEMA="Shot.1"),
        replaced(4, {"source_range": nodes.frames(0, 24, rate=FPS)}),
    ],
    "OTIO_OTHER_TRACK": [lambda root: root["tracks"]["children"][1].update(kind="Subtitle")],
    "RESOLVE_TIMELINE_UNNAMED": [lambda root: root.update(name="")],
    "RESOLVE_NO_START": [lambda root: root.update(global_start_time=None)],
    "RESOLVE_PREMIERE_SPEED": [with_premiere_mark],
    "RESOLVE_TRACK_NAME": [lambda root: root["tracks"]["children"][0].update(name="V1")],
    "RESOLVE_OLD_CLIP": [as_old_clip],
    "RESOLVE_KEY_MISSING": [
        lambda root: first(root).pop("enabled"),
        lambda root: items(root)[4].pop("metadata"),
        lambda root: root["tracks"]["children"][1].pop("enabled"),
    ],
    "RESOLVE_NAME_WITHOUT_EXTENSION": [with_first(name="A"), with_first(name="")],
    "RESOLVE_NAME_DIFFERS": [with_first(name="harbor.mov"), with_first(name="A.mp4")],
    "RESOLVE_OFF_GRID": [shown_from(86412, 47.5), lambda root: items(root)[1]["in_offset"].update(value=5.5)],
    "RESOLVE_OTHER_RATE": [shown_from(86400 * 25 / 24 + 12.5, 50, rate=25.0)],
    "RESOLVE_NO_SOURCE_RANGE": [with_third(source_range=None)],
    "RESOLVE_FREEZE_FRAME": [
        lambda root: items(root)[2].update(effects=[nodes.time_warp(0)]),
        with_third(effects=[{"OTIO_SCHEMA": "FreezeFrame.1"}]),
    ],
    "RESOLVE_RAMP_WITHOUT_KEYFRAMES": [with_third(effects=[ramp(keyframes=False)])],
    "RESOLVE_EFFECT_DROPPED": [
        with_first(effects=[{"OTIO_SCHEMA": "Effect.1", "effect_name": "Blur", "metadata": {}}])
    ],
    "RESOLVE_MARKER_NOTE": [with_marker_note_in_comment, with_timeline_marker],
    "RESOLVE_TRANSITION_ONE_SIDED": [dissolve_into_gap, dissolve_at_the_head],
    "RESOLVE_TRANSITION_NO_HANDLES": [shown_from(86412, 228 - 11), lambda root: items(root)[2].update(
        source_range=nodes.frames(86405, 48, rate=FPS))],
    "RESOLVE_TRANSITION_UNKNOWN_HANDLES": [lambda root: items(root)[2].update(effects=[ramp(keyframes=True)])],
    "RESOLVE_NO_AVAILABLE_RANGE": [lambda root: reference(root, 3).update(available_range=None)],
    "RESOLVE_SOURCE_ZERO_BASED": [
        with_third(source_range=nodes.frames(12, 48, rate=FPS)),
        with_third(source_range=nodes.frames(0, 48, rate=FPS)),
    ],
    "RESOLVE_SOURCE_OUTSIDE_MEDIA": [
        with_third(source_range=nodes.frames(86399, 48, rate=FPS)),
        with_third(source_range=nodes.frames(86640, 48, rate=FPS)),
        with_third(source_range=nodes.frames(400, 48, rate=FPS)),
    ],
    "RESOLVE_MEDIA_TOO_SHORT": [
        with_third(source_range=nodes.frames(86400, 121, rate=FPS)),
        with_third(effects=[nodes.time_warp(5)]),
    ],
    "RESOLVE_URL": [with_reference(target_url="file:///media/A.mov"), with_reference(target_url="https://a.b/A.mov")],
    "RESOLVE_NO_PATH": [with_reference(target_url="")],
    "RESOLVE_RELATIVE_PATH": [with_reference(target_url="media/A.mov")],
    "RESOLVE_ESCAPED_PATH": [with_reference(target_url="/my%20media/A.mov")],
    "RESOLVE_FORWARD_SLASHES": [with_reference(target_url="D:/media/A.mov")],
    "RESOLVE_TITLE_WITHOUT_MEDIA": [with_third(media_references={"DEFAULT_MEDIA": MISSING})],
    "RESOLVE_OFFLINE": [with_first(media_references={"DEFAULT_MEDIA": OFFLINE})],
}  # fmt: skip
ELSEWHERE = {"OTIO_NOT_A_TIMELINE", "OTIO_NO_LENGTH", "MEDIA_NOT_HERE", "RESOLVE_MEDIA_START_DIFFERS"}
CASES = [(code, number) for code, mutations in BREAKS.items() for number in range(len(mutations))]


def test_a_file_as_resolve_wants_it_has_no_findings() -> None:
    assert lint(good()) == ()


@pytest.mark.parametrize(("code", "number"), CASES)
def test_each_rule_finds_what_breaks_it_and_no_other_does(code: str, number: int) -> None:
    root = good()
    BREAKS[code][number](root)
    assert {each.code for each in lint(root)} == {code}


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert {rule.code for rule in (*OTIO_RULES, *RESOLVE_RULES)} == BREAKS.keys() | ELSEWHERE


def test_a_collection_with_one_timeline_is_looked_into() -> None:
    root = {"OTIO_SCHEMA": "SerializableCollection.1", "children": [good()]}
    assert {each.code for each in lint(root)} == {"OTIO_NOT_A_TIMELINE"}


def test_an_item_without_any_length_is_named_and_what_follows_has_no_timecode() -> None:
    root = good()
    first(root).update(source_range=None)
    reference(root).update(available_range=None)
    items(root)[4].pop("enabled")
    found = {each.code: each.where for each in lint(root)}
    assert found.keys() == {
        "OTIO_NO_LENGTH", "RESOLVE_NO_SOURCE_RANGE", "RESOLVE_NO_AVAILABLE_RANGE", "RESOLVE_KEY_MISSING",
        "RESOLVE_TRANSITION_UNKNOWN_HANDLES",
    }  # fmt: skip
    assert found["OTIO_NO_LENGTH"] == "Video 1 01:00:00:00 A.mov"
    assert found["RESOLVE_KEY_MISSING"] == "Video 1 item 5 gap"


def test_media_that_is_not_here_is_said_where_somebody_asks() -> None:
    [finding] = lint(good(), exists=lambda path: not path.endswith("B.mov"))
    assert (finding.code, finding.severity) == ("MEDIA_NOT_HERE", Severity.INFO)
    assert (finding.where, finding.detail) == ("Video 1 01:00:02:00 B.mov", "/media/B.mov")


def test_the_first_file_of_a_sequence_is_asked_for() -> None:
    root = good()
    first(root).update(name="shot.[1000-1239].exr", media_references={"DEFAULT_MEDIA": SEQUENCE})
    asked: list[str] = []
    assert lint(root, exists=lambda path: bool(asked.append(path)) or True) == ()
    assert "/media/shot.1000.exr" in asked


def test_the_timecode_embedded_in_a_file_is_compared_where_it_is_known() -> None:
    hour, elsewhere = Fraction(3600), Fraction(7200)
    assert lint(good(), probe_start=lambda path: None if path.endswith(("png", "wav")) else hour) == ()
    found = lint(good(), probe_start=lambda path: elsewhere if path == "/media/A.mov" else None)
    assert [each.code for each in found] == ["RESOLVE_MEDIA_START_DIFFERS"]
    assert "3600 s in the timeline, 7200 s in the file" in found[0].message


def test_a_place_is_track_record_timecode_and_name() -> None:
    root = good()
    items(root)[3]["name"] = "D.mov"
    [finding] = lint(root)
    assert finding.where == "Video 1 01:00:04:00 D.mov"
    assert finding.message == (
        "a clip is not named as its media file (its file is “C.mov”); "
        "name the clip exactly as its media file, extension included"
    )


def test_a_place_inside_a_compound_says_in_which_one() -> None:
    root = good()
    items(root)[7]["children"][0]["children"][0]["name"] = "X.mov"
    [finding] = lint(root)
    assert finding.where == "Video 1 01:00:09:00 Compound > Video 1 item 1 X.mov"


def test_places_in_drop_frame_cuts_have_drop_frame_timecode() -> None:
    rate = 30000 / 1001
    item = nodes.clip("a", source=nodes.frames(0, 1800, rate=rate), reference=nodes.generator("a", kind="Rich"))
    late = item | {"media_references": {"DEFAULT_MEDIA": MISSING}}
    tracks = nodes.stack("", children=[nodes.track("Video 1", children=[item, late])])
    root = nodes.timeline("x", start=nodes.moment(107892, rate=rate), metadata={}, tracks=tracks)
    [finding] = lint(root)
    assert finding.where == "Video 1 01:01:00;02 a"


def test_many_equal_findings_are_counted_and_few_are_listed() -> None:
    root = good()
    root["tracks"]["children"][0]["children"] = [shot("A.mov") | {"name": "A"} for _ in range(10_000)]
    found = lint(root)
    assert len(found) == 20
    assert found[-1].more == 9980
    assert found[-1].where.endswith(", and 9980 more places")
    assert found[-2].more == 0


def test_errors_come_first() -> None:
    root = good()
    root["name"] = ""
    root["tracks"]["children"][0]["name"] = "V1"
    reference(root, 3).update(target_url="")
    assert [each.severity for each in lint(root)] == [Severity.ERROR, Severity.WARNING, Severity.INFO]


def test_source_starts_that_resolve_rounded_lie_in_their_media() -> None:
    rate = 24000 / 1001
    root = good()
    clip = items(root)[3]
    clip["source_range"] = nodes.frames(87311.688311688, 48, rate=FPS)  # frame 87399 at 24 would be 87311.6883116883…
    reference(root, 3)["available_range"] = nodes.frames(87399 * 1000 / 1001 * 1000 / 1001, 240, rate=rate)
    assert lint(root) == ()


def test_reversed_clips_may_begin_at_either_end_of_what_they_show() -> None:
    root = good()
    items(root)[3]["effects"] = [nodes.time_warp(-1)]
    items(root)[3]["source_range"] = nodes.frames(86639, 48, rate=FPS)
    assert lint(root) == ()
    items(root)[3]["source_range"] = nodes.frames(86402, 48, rate=FPS)
    assert lint(root) == ()
    items(root)[3]["source_range"] = nodes.frames(86402, 239, rate=FPS)
    assert {each.code for each in lint(root)} == {"RESOLVE_MEDIA_TOO_SHORT"}


def test_relative_paths_are_right_in_a_bundle() -> None:
    root = good()
    reference(root)["target_url"] = "media/A.mov"
    assert lint(root, bundled=True) == ()


def test_every_take_of_a_clip_is_looked_at() -> None:
    root = good()
    first(root)["media_references"]["PICKUP_T02"] = media("A2.mov") | {"target_url": "file:///media/A2.mov"}
    [finding] = lint(root)
    assert (finding.code, finding.detail) == ("RESOLVE_URL", "file:///media/A2.mov")


def test_premieres_mark_without_retimes_harms_nobody() -> None:
    root = good()
    with_premiere_mark(root)
    items(root)[3]["effects"] = []
    assert lint(root) == ()


def test_a_speed_ramp_of_resolve_is_its_own() -> None:
    root = good()
    items(root)[3]["effects"] = [ramp(keyframes=True)]
    assert lint(root) == ()


def test_infinity_as_opentimelineio_spells_it_is_read() -> None:
    content = json.dumps(good()).replace('"good_v001"', '"Inf: Inf"').replace('"children": []', '"children": [Inf]')
    bent = content.replace('"time_scalar": 2.0', '"time_scalar": -Inf')
    assert bent != content
    found = lint_content(bent.encode(), flavor="resolve", name="x.otio")
    assert [(each.code, each.detail) for each in found] == [
        ("OTIO_BAD_TIME", "time_scalar: -inf where a number belongs")
    ]


@pytest.mark.skipif(not EXPORT.is_file(), reason="the collection is not at hand")
def test_a_real_export_of_resolve_has_no_errors() -> None:
    found = lint_content(EXPORT.read_bytes(), flavor="resolve", name=EXPORT.name)
    assert {(each.code, each.severity) for each in found} == {
        ("RESOLVE_TIMELINE_UNNAMED", Severity.WARNING),
        ("RESOLVE_OFFLINE", Severity.INFO),
    }


HOSTILE = {
    "nothing": (b"", "is empty"),
    "words": (b"EDL, more or less", "neither an OpenTimelineIO file nor XML"),
    "cut off": (b'{"OTIO_SCHEMA": "Timeline.1", "tr', "cut off or damaged"),
    "deep": (b'{"OTIO_SCHEMA":"Timeline.1","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested more than 200"),
    "unclosed and deep": (b"[" * 1_000_000, "cut off or damaged"),
    "a number without end": (b'{"OTIO_SCHEMA":"Timeline.1","a":' + b"9" * 5000 + b"}", "thousands of digits"),
    "no UTF-8": (b'{"OTIO_SCHEMA":"Timeline.1","name":"\xff"}', "not UTF-8"),
    "a list": (b"[]", "holds plain data"),
    "no schema": (b'{"a": 1}', "holds plain data"),
    "a clip": (b'{"OTIO_SCHEMA": "Clip.2"}', "holds “Clip”"),
    "two timelines": (
        b'{"OTIO_SCHEMA":"SerializableCollection.1","children":[{"OTIO_SCHEMA":"Timeline.1"},{"OTIO_SCHEMA":"Timeline.1"}]}',
        "a collection with 2 timelines",
    ),
    "FCP7 XML": (b'<?xml version="1.0"?><xmeml version="4"/>', "FCP7 XML, not OpenTimelineIO; Resolve and Premiere"),
    "FCPXML": (b'<fcpxml version="1.10"/>', "FCPXML, for which there is no lint"),
    "a web page": (b"<html><p>404</p></html>", "XML, but no timeline (<html>)"),
    "half a web page": (b"<html><p>404</html>", "damaged XML"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_timeline_is_answered_with_a_sentence(name: str) -> None:
    content, said = HOSTILE[name]
    with pytest.raises(TimelineError) as caught:
        lint_content(content, flavor="resolve", name="x.otio")
    assert said in caught.value.message
    assert caught.value.next_step


@pytest.mark.parametrize("value", [None, True, 5, "text", [], {}, [None], {"OTIO_SCHEMA": 7}, 1e308, 5e-324, 10**400])
@pytest.mark.parametrize("key", ["tracks", "name", "metadata", "global_start_time"])
def test_values_of_the_wrong_kind_at_the_top_are_findings(key: str, value: object) -> None:
    lint(good() | {key: value})


@pytest.mark.parametrize("value", [None, True, 5, "text", [], {}, [None], {"OTIO_SCHEMA": 7}, 1e308, 5e-324, 10**400])
def test_values_of_the_wrong_kind_anywhere_in_a_clip_are_findings(value: object) -> None:
    for key in good()["tracks"]["children"][0]["children"][0]:
        root = good()
        first(root)[key] = value
        lint(root)
    for key in reference(good()):
        root = good()
        reference(root)[key] = value
        lint(root)
    for key in ("value", "rate"):
        for part in ("start_time", "duration"):
            root = good()
            first(root)["source_range"][part][key] = value
            lint(root)


def test_names_that_cannot_be_written_are_findings_that_can() -> None:
    root = good()
    first(root)["name"] = "A\ud800\n" + "x" * 5000
    [finding] = lint(root)
    finding.where.encode()
    assert "\n" not in finding.where
    assert len(finding.where) < 200


@pytest.mark.parametrize(("flavor", "said"), [("fcpxml", "is not built yet"), ("avid", "does not exist")])
def test_a_flavor_that_is_not_built_is_a_setting_to_correct(flavor: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        lint_content(b"{}", flavor=flavor, name="x.otio")
    assert "resolve, premiere, fcp7" in caught.value.next_step


def test_every_rule_says_what_to_do_and_why() -> None:
    for code, rule in RULES.items():
        assert rule.code == code
        assert rule.what[0].islower() or rule.what.startswith("FCP")
        assert not rule.what.endswith(".")
        assert not rule.remedy.endswith(".")
        assert rule.why.endswith(".")
