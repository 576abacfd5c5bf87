"""Lint for Premiere: one good file without a finding, and for each rule the same file with one thing wrong."""

from __future__ import annotations

import doctest
import json
from collections.abc import Callable
from typing import Any

import pytest

from pickup.demo import nodes
from pickup.timelines.lint import LintFinding, lint_content, urls
from pickup.timelines.lint.rules import PREMIERE_RULES

FPS = 25.0
Mutation = Callable[[Any], None]


def media(name: str, *, length: int = 250) -> Any:
    return nodes.external(name, url=f"file:///media/{name}", available=nodes.frames(0, length, rate=FPS))


def shot(name: str, *, length: int = 50, link: str = "", **more: Any) -> Any:
    own = {"PremierePro_OTIO": {"LinkID": link}} if link else {}
    source = nodes.frames(10, length, rate=FPS)
    return nodes.clip(name, source=source, reference=media(name), metadata=own, **more)


def good() -> Any:
    """A linked pair, single shots, a still, sound alone; two seconds each."""
    motion = {
        "OTIO_SCHEMA": "Effect.1",
        "effect_name": "Motion",
        "metadata": {"PremierePro_OTIO": {"MatchName": "AE.ADBE Motion"}},
    }
    still = nodes.clip("map.png", source=nodes.frames(0, 50, rate=FPS), reference=media("map.png", length=50))
    picture = [shot("a%20b.mov", link="1", effects=[motion]), shot("B.mov"), nodes.gap(50, rate=FPS), still]
    sound = [shot("a%20b.mov", link="1"), shot("S.wav")]
    channels = {"PremierePro_OTIO": {"AudioChannels": {"ChannelType": "Stereo", "NumberOfChannels": 2}}}
    return nodes.timeline(
        "good_v001",
        start=nodes.moment(0, rate=FPS),
        metadata={"PremierePro_OTIO": {"MetadataVersion": "1.0"}},
        tracks=nodes.stack(
            "good_v001",
            metadata={"PremierePro_OTIO": {"VideoFrameRate": FPS, "VideoResolution": {"width": 1920, "height": 1080}}},
            children=[
                nodes.track("Video 1", children=picture),
                nodes.track("Audio 1", kind="Audio", children=sound, metadata=channels),
            ],
        ),
    )


def lint(root: Any, **more: Any) -> tuple[LintFinding, ...]:
    return lint_content(json.dumps(root).encode(), flavor="premiere", name="good.otio", **more)


def items(root: Any, *, track: int = 0) -> Any:
    return root["tracks"]["children"][track]["children"]


def reference(root: Any, index: int = 1) -> Any:
    return items(root)[index]["media_references"]["DEFAULT_MEDIA"]


def with_second(**changes: Any) -> Mutation:
    return lambda root: items(root)[1].update(changes)


def showing(node: Any) -> Mutation:
    return with_second(media_references={"DEFAULT_MEDIA": node})


def at_url(url: str) -> Mutation:
    return lambda root: reference(root).update(target_url=url)


def linked(track: int, index: int, link: Any) -> Mutation:
    def link_item(root: Any) -> None:
        items(root, track=track)[index]["metadata"] = {"PremierePro_OTIO": {"LinkID": link}}

    return link_item


def as_old_clip(root: Any) -> None:
    clip = items(root)[1]
    clip["OTIO_SCHEMA"] = "Clip.1"
    clip["media_reference"] = clip.pop("media_references")["DEFAULT_MEDIA"]


def with_longer_sound(root: Any) -> None:
    items(root, track=1)[0]["source_range"]["duration"]["value"] = 60


def played_at(scalar: float, length: float = 50) -> Mutation:
    return with_second(source_range=nodes.frames(10, length, rate=FPS), effects=[nodes.time_warp(scalar)])


GUID = "5f3c9d0a-1111-4222-8333-0123456789ab"
RAMP = {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "", "metadata": {}}
BREAKS: dict[str, list[Mutation]] = {
    "PREMIERE_NO_SETTINGS": [
        lambda root: root["tracks"].update(metadata={}),
        lambda root: root["tracks"]["metadata"]["PremierePro_OTIO"].pop("VideoResolution"),
    ],
    "PREMIERE_NO_VERSION": [lambda root: root.update(metadata={})],
    "PREMIERE_SEQUENCE_UNNAMED": [lambda root: root["tracks"].update(name="")],
    "PREMIERE_AUDIO_CHANNELS": [lambda root: root["tracks"]["children"][1].update(metadata={})],
    "PREMIERE_OLD_CLIP": [as_old_clip],
    "PREMIERE_NO_OP_WARP": [played_at(1.0)],
    "PREMIERE_LINK_SHARED": [linked(0, 1, "1"), linked(1, 1, "1")],
    "PREMIERE_LINK_OFFSET": [with_longer_sound],
    "PREMIERE_SPEED": [played_at(2.0), played_at(-0.5), played_at(1 / 3, 25), played_at(0.3333, 25)],
    "PREMIERE_FREEZE_FRAME": [played_at(0.0)],
    "PREMIERE_SPEED_RAMP": [with_second(effects=[RAMP])],
    "PREMIERE_EFFECT_DROPPED": [
        with_second(effects=[{"OTIO_SCHEMA": "Effect.1", "effect_name": "Resolve Effect", "metadata": {}}])
    ],
    "PREMIERE_BARE_PATH": [at_url("/media/B.mov"), at_url("D:\\media\\B.mov"), at_url("media/B.mov")],
    "PREMIERE_UNENCODED_URL": [
        at_url("file:///media/a b.mov"),
        at_url("file:///media/a#b.mov"),
        at_url("file:///media/é.mov"),
        at_url("file:///media/100%.mov"),
    ],
    "PREMIERE_NOT_A_FILE": [at_url(""), at_url("https://a.b/B.mov")],
    "PREMIERE_STILL_TOO_SHORT": [
        lambda root: reference(root, 3).update(available_range=nodes.frames(0, 1, rate=FPS)),
        lambda root: reference(root, 3).update(available_range=None),
    ],
    "PREMIERE_MATTE": [showing(nodes.generator("Matte", kind="Color Matte", parameters={"item": {"id": [GUID]}}))],
    "PREMIERE_FOREIGN_GENERATOR": [
        showing(nodes.generator("Text", kind="Rich")),
        showing(nodes.generator("X", kind="X", metadata={"Resolve_OTIO": {}})),
    ],
    "PREMIERE_GENERATOR": [showing(nodes.generator("Bars", kind="SMPTEBars"))],
    "PREMIERE_MISSING_MEDIA": [showing(nodes.missing("B.mov", available=None))],
    "PREMIERE_OFF_GRID": [with_second(source_range=nodes.frames(10, 50.5, rate=FPS))],
    "OTIO_NO_ACTIVE_REFERENCE": [with_second(active_media_reference_key="PROXY")],
    "OTIO_NEWER_SCHEMA": [with_second(markers=[{"OTIO_SCHEMA": "Marker.3"}])],
}
CASES = [(code, number) for code, mutations in BREAKS.items() for number in range(len(mutations))]


def test_a_file_as_premiere_wants_it_has_no_findings() -> None:
    assert lint(good()) == ()


@pytest.mark.parametrize(("code", "number"), CASES)
def test_each_rule_finds_what_breaks_it_and_no_other_does(code: str, number: int) -> None:
    root = good()
    BREAKS[code][number](root)
    assert {each.code for each in lint(root)} == {code}


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert {rule.code for rule in PREMIERE_RULES} <= BREAKS.keys()


def test_a_retimed_clip_is_as_long_as_premiere_reads_it_and_so_is_what_follows() -> None:
    root = good()
    played_at(2.0)(root)
    reference(root, 3).update(available_range=None)
    found = {each.code: each for each in lint(root)}
    assert found["PREMIERE_SPEED"].detail == "200 %, read as 25 frames"
    assert found["PREMIERE_STILL_TOO_SHORT"].where == "Video 1 00:00:05:00 map.png"


def test_a_speed_that_divides_no_whole_frames_is_off_the_grid() -> None:
    root = good()
    played_at(3.0)(root)
    assert {each.code for each in lint(root)} == {"PREMIERE_SPEED", "PREMIERE_OFF_GRID"}


@pytest.mark.parametrize("scalar", [1e308, -1e308, 5e-324, 10**30, 10**400])
def test_a_speed_that_nothing_can_play_at_is_a_finding(scalar: float) -> None:
    root = good()
    items(root)[1]["effects"] = [nodes.time_warp(2.0) | {"time_scalar": scalar}]
    assert "PREMIERE_SPEED" in {each.code for each in lint(root)}


def test_a_link_shared_by_strangers_names_both() -> None:
    root = good()
    linked(0, 1, "1")(root)
    [finding] = lint(root)
    assert finding.where == "Video 1 00:00:02:00 B.mov"
    assert finding.detail == "1: two pictures, Video 1 00:00:00:00 a%20b.mov"


def test_a_compound_used_twice_may_hold_the_same_links() -> None:
    root = good()
    inner = nodes.track("Video 1", children=[shot("A.mov", link="7")])
    items(root)[1:2] = [nodes.stack("C", children=[inner]), nodes.stack("C", children=[inner])]
    assert lint(root) == ()


def test_a_still_that_is_long_enough_for_its_clip_is_fine_in_a_bundle_with_a_relative_path() -> None:
    root = good()
    reference(root, 3)["target_url"] = "media/map.png"
    assert lint(root, bundled=True) == ()


def test_the_example_of_encoded_urls_is_true() -> None:
    result = doctest.testmod(urls)
    assert (result.attempted, result.failed) == (1, 0)
