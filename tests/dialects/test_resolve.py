"""Resolve's dialect: the shape that Resolve insists on, for everything that it did not write itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.testing.otio_items import clip, external, filled, gap, span, timeline_of, track
from pickup.timelines.dialect import Aspect, MediaFacts, Source, Writing
from pickup.timelines.dialects import otio as plain
from pickup.timelines.dialects import premiere, resolve
from pickup.timelines.ruler import Ruler, record_length, seconds_of, source_range_of, speed_of
from pickup.timelines.texts import marker_words, title_text
from pickup.timing import FrameRate, exact_rate, exact_value, half_up

EFFECTS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "OpenTimelineIO" / "effects.otio"


def marker(
    start: float, *, name: str = "m", comment: str = "", color: str = "GREEN", **more: Any
) -> otio.schema.Marker:
    return otio.schema.Marker(name=name, marked_range=span(start, 1), color=color, comment=comment, **more)


def dissolve(before: int = 6, after: int = 6) -> otio.schema.Transition:
    return otio.schema.Transition(
        name="Dissolve",
        transition_type="SMPTE_Dissolve",
        in_offset=otio.opentime.RationalTime(before, 24),
        out_offset=otio.opentime.RationalTime(after, 24),
    )


WRITING = Writing(
    name="cut_v001",
    rate=FrameRate(fps=Fraction(24)),
    start_frame=86400,
    drop_frame=False,
    size=(1280, 720),
    came_as="otio",
)
HOUR = Fraction(3600)
ON_TAPE = MediaFacts(start=HOUR, duration=Fraction(10), rate=Fraction(24), channels=2)


def written(timeline: otio.schema.Timeline, **changes: Any) -> otio.schema.Timeline:
    content = resolve.write(timeline, writing=replace(WRITING, **changes))
    return otio.core.deserialize_json_from_string(content.decode())


def shaped(item: otio.core.Item, *, kind: str = "Video", **changes: Any) -> Any:
    """One item alone on a track, as it is written."""
    return written(timeline_of(track(item, kind=kind)), **changes).tracks[0][0]


def own(item: otio.core.Item, *keys: str) -> Any:
    """What stands under Resolve's name in an item's metadata, as plain JSON."""
    found = json.loads(otio.core.serialize_json_to_string(item.metadata["Resolve_OTIO"]))
    for key in keys:
        found = found[key]
    return found


# The timeline and its tracks.


def test_the_timeline_carries_resolves_mark_and_its_new_name() -> None:
    made = written(timeline_of(track(clip())))
    assert own(made) == {"Resolve OTIO Meta Version": "1.0"}
    assert (made.name, made.tracks.name) == ("cut_v001", "")


@pytest.mark.parametrize(("start_frame", "expected"), [(0, 0), (86400, 86400)])
def test_a_start_time_is_always_stated(start_frame: int, expected: Any) -> None:
    made = written(timeline_of(track(clip()), start=None), start_frame=start_frame)
    assert made.global_start_time == otio.opentime.RationalTime(expected, 24)


def test_rates_are_spelled_as_in_the_file() -> None:
    hiero = 23.976024627685547
    timeline = timeline_of(track(otio.schema.Gap(source_range=span(0, 10, rate=hiero)), clip()), start=None)
    made = written(timeline, rate=FrameRate(fps=Fraction(24000, 1001)))
    assert made.global_start_time.rate == hiero
    assert made.tracks[0][1].source_range.duration.rate == hiero


def test_tracks_say_what_resolve_reads_of_them() -> None:
    locked = {"fcp_xml": {"locked": "TRUE"}}
    mono = {"PremierePro_OTIO": {"AudioChannels": {"ChannelType": "Mono"}}}
    made = written(
        timeline_of(
            track(clip()),
            track(clip(), name="titles", metadata=locked),
            track(clip(), kind="Audio"),
            track(clip(), kind="Audio", metadata=mono),
        )
    )
    assert [each.name for each in made.tracks] == ["Video 1", "titles", "Audio 1", "Audio 2"]
    assert [own(each) for each in made.tracks] == [
        {"Locked": False},
        {"Locked": True},
        {"Audio Type": "Stereo", "Locked": False, "SoloOn": False},
        {"Audio Type": "Mono", "Locked": False, "SoloOn": False},
    ]


def test_every_track_is_filled_up_to_the_end_of_the_cut() -> None:
    made = written(timeline_of(track(clip(length=100)), track(clip(length=40)), track(gap(10)), track()))
    lengths = [[item.source_range.duration.value for item in each] for each in made.tracks]
    assert lengths == [[100], [40, 60], [100], [100]]
    assert isinstance(made.tracks[3][0], otio.schema.Gap)


def test_tracks_that_are_neither_picture_nor_sound_are_left_out_but_not_their_length() -> None:
    made = written(timeline_of(track(clip(length=48)), track(gap(60), kind="Subtitle")))
    assert [each.kind for each in made.tracks] == ["Video"]
    assert [item.source_range.duration.value for item in made.tracks[0]] == [48, 12]
    assert Aspect.OTHER_TRACKS in resolve.LOSES


def test_the_cut_has_whole_frames_where_the_file_had_not() -> None:
    halves = [otio.schema.Gap(source_range=span(0, 10.5)), clip(length=10.5), clip(length=10)]
    made = written(timeline_of(track(*halves)))
    assert [item.source_range.duration.value for item in made.tracks[0]] == [11, 10, 10]
    assert made.tracks[0][1].source_range.start_time.value == 0.5, "the frame that is seen at record frame 11"


def test_premieres_marks_move_out_of_the_way() -> None:
    timeline = timeline_of(track(clip(length=48, speed=2.0)))
    timeline.metadata["PremierePro_OTIO"] = {"MetadataVersion": "1.0"}
    timeline.tracks.metadata["PremierePro_OTIO"] = {"VideoFrameRate": 24.0}
    made = written(timeline, came_as="premiere")
    assert not premiere.sniff(Source(path=Path("cut.otio"), content=b"", timeline=made))
    kept = json.loads(otio.core.serialize_json_to_string(made.metadata["pickup"]["came_with"]))
    assert kept == {"PremierePro_OTIO": {"timeline": {"MetadataVersion": "1.0"}, "stack": {"VideoFrameRate": 24.0}}}
    assert made.tracks[0][0].source_range.duration.value == 48


# References and names.


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file:///media/a%20b%231.mov", "/media/a b#1.mov"),
        ("file://localhost/D%3a/media/%C3%A9.mov", "D:\\media\\é.mov"),
        ("C:/media/a.mov", "C:\\media\\a.mov"),
        ("file://nas/show/a.mov", "\\\\nas\\show\\a.mov"),
        ("/media/100%25.mov", "/media/100%25.mov"),
        ("https://example.org/a.mov", "https://example.org/a.mov"),
    ],
)
def test_references_are_bare_paths(url: str, expected: Any) -> None:
    assert shaped(clip(reference=external(url))).media_reference.target_url == expected


def test_clips_are_named_as_their_files_and_keep_the_editors_name() -> None:
    one = clip("Harbor wide", reference=external("file:///media/A001%20b.mov"))
    one.metadata["pickup"] = {"brief": "gulls"}
    made = shaped(one)
    assert made.name == made.media_reference.name == "A001 b.mov"
    assert dict(made.metadata["pickup"]) == {"brief": "gulls", "name": "Harbor wide"}
    assert Aspect.CLIP_NAMES in resolve.LOSES


def test_a_clip_that_has_its_files_name_says_nothing_more() -> None:
    assert "pickup" not in shaped(clip("a.mov")).metadata


def test_a_clip_without_a_file_keeps_its_name() -> None:
    assert shaped(clip("Shot 12", reference=otio.schema.MissingReference())).name == "Shot 12"


def test_a_reference_to_no_file_keeps_the_clips_name() -> None:
    assert shaped(clip("Shot 12", reference=external("https://example.org/a.mov"))).name == "Shot 12"


def test_an_absent_file_stays_an_external_reference() -> None:
    made = shaped(clip(reference=external("/nowhere/a.mov")))
    assert isinstance(made.media_reference, otio.schema.ExternalReference)


def test_offline_media_has_a_bare_path_a_name_and_a_range() -> None:
    gone = otio.schema.MissingReference(metadata={"Resolve_OTIO": {"Media Url": "file:///media/a%20b.mov"}})
    made = shaped(clip("x", start=10, length=48, reference=gone))
    assert own(made.media_reference) == {"Media Url": "/media/a b.mov"}
    assert made.name == made.media_reference.name == "a b.mov"
    assert made.media_reference.available_range == span(0, 58)


def test_a_sequence_is_named_by_its_first_and_last_frame() -> None:
    frames = otio.schema.ImageSequenceReference(
        "file:///renders/a%20b/",
        "f.",
        ".exr",
        start_frame=1000,
        frame_zero_padding=4,
        rate=24,
        available_range=span(86400, 101),
    )
    made = shaped(clip("x", start=86400, reference=frames))
    assert made.name == made.media_reference.name == "f.[1000-1100].exr"
    assert made.media_reference.target_url_base == "/renders/a b"


def test_takes_are_shaped_under_every_key() -> None:
    take = filled(clip("SH0010_t01.mov"))
    take.set_media_references(
        {
            "DEFAULT_MEDIA": external("file:///lib/SH0010_t01.mov", available=span(0, 60)),
            "PICKUP_T02": external("file:///lib/SH0010_t02.mov", available=span(0, 60)),
        },
        "DEFAULT_MEDIA",
    )
    take.metadata["pickup"]["was"] = clip("MISSING SHOT")
    made = shaped(take, came_as="resolve")
    assert {key: each.target_url for key, each in made.media_references().items()} == {
        "DEFAULT_MEDIA": "/lib/SH0010_t01.mov",
        "PICKUP_T02": "/lib/SH0010_t02.mov",
    }
    assert own(made) == {}
    assert made.metadata["pickup"]["was"].name == "MISSING SHOT"
    assert "name" not in made.metadata["pickup"]


# Media ranges and timecode.


def test_the_range_of_media_is_what_was_probed() -> None:
    made = shaped(clip(start=24), facts={"/media/a.mov": MediaFacts(start=Fraction(0), duration=Fraction(4))})
    assert made.media_reference.available_range == span(0, 96)
    assert made.source_range == span(24, 48)


def test_the_range_is_stated_in_the_medias_own_rate() -> None:
    facts = MediaFacts(start=HOUR, duration=Fraction(4), rate=Fraction(25))
    made = shaped(clip(start=24), facts={"/media/a.mov": facts})
    assert made.media_reference.available_range == span(90000, 100, rate=25.0)
    assert made.source_range == span(86424, 48)


def test_media_of_which_nothing_is_known_begins_at_zero_and_holds_what_is_used() -> None:
    made = shaped(clip(start=10, length=48, speed=-2.0))
    assert made.media_reference.available_range == span(0, 106)


def test_a_stated_range_that_is_not_zero_based_stays() -> None:
    made = shaped(clip(start=86412, reference=external(available=span(86400, 96))), facts={"/media/a.mov": ON_TAPE})
    assert made.media_reference.available_range == span(86400, 96)
    assert made.source_range.start_time.value == 86412


@pytest.mark.parametrize("available", [None, span(0, 240)])
def test_source_ranges_move_onto_the_embedded_timecode_with_their_markers(
    available: otio.opentime.TimeRange | None,
) -> None:
    one = clip(start=12, reference=external(available=available), markers=[marker(20)])
    made = shaped(one, facts={"/media/a.mov": ON_TAPE})
    assert made.source_range == span(86412, 48)
    assert made.media_reference.available_range == span(86400, 240)
    assert made.markers[0].marked_range == span(86420, 1)


@pytest.mark.parametrize("available", [None, span(0, 240)])
def test_a_source_range_that_lies_in_the_timecode_does_not_move(available: otio.opentime.TimeRange | None) -> None:
    one = clip(start=86412, reference=external(available=available), markers=[marker(86420)])
    made = shaped(one, facts={"/media/a.mov": ON_TAPE})
    assert made.source_range == span(86412, 48)
    assert made.markers[0].marked_range == span(86420, 1)


def test_a_stated_range_decides_where_both_could_be_meant() -> None:
    """Media that begins at 00:00:05:00: second six is the sixth second by the range, the first by the timecode."""
    facts = MediaFacts(start=Fraction(5), duration=Fraction(10), rate=Fraction(24))
    made = shaped(clip(start=144, reference=external(available=span(0, 240))), facts={"/media/a.mov": facts})
    assert made.source_range.start_time.value == 144 + 120
    assert made.media_reference.available_range == span(120, 240)


def test_a_still_is_one_frame_at_zero() -> None:
    still = external("/media/map.png", available=span(107892, 400))
    made = shaped(clip(start=107900, length=100, reference=still, markers=[marker(107910)]))
    assert made.media_reference.available_range == span(0, 1)
    assert made.source_range == span(0, 100)
    assert made.markers[0].marked_range == span(10, 1)


def test_source_ranges_are_at_the_rate_of_the_cut() -> None:
    one = clip()
    one.source_range = span(87399, 50, rate=25.0)
    made = shaped(one)
    assert made.source_range.start_time == otio.opentime.RationalTime(83903.04, 24)
    assert made.source_range.duration == otio.opentime.RationalTime(48, 24)


def test_a_start_that_was_rounded_to_the_cuts_rate_is_read_as_the_frame_it_was() -> None:
    one = clip(reference=external(available=span(0, 200)))
    ntsc = 24000 / 1001
    one.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(100, 24), otio.opentime.RationalTime(48, ntsc)
    )
    made = written(timeline_of(track(one), start=None), rate=FrameRate(fps=Fraction(24000, 1001)))
    start = made.tracks[0][0].source_range.start_time
    assert (start.rate, start.value) == (ntsc, 100 * 1000 / 1001)
    neutral = resolve.read(Source(path=Path("cut.otio"), content=b"", timeline=made)).timeline
    assert neutral.tracks[0][0].source_range.start_time == otio.opentime.RationalTime(100, 24)


def test_a_time_that_makes_no_sense_is_left_for_the_one_who_places_the_clip() -> None:
    one = clip(reference=external(available=span(0, 200)))
    one.source_range = span(float("nan"), 48)
    neutral = resolve.read(Source(path=Path("cut.otio"), content=b"", timeline=timeline_of(track(one)))).timeline
    assert neutral.tracks[0][0].source_range.duration.value == 48


def test_sound_says_which_channels_it_is_of() -> None:
    stereo = [{"Source Channel ID": 0, "Source Track ID": 0}, {"Source Channel ID": 1, "Source Track ID": 0}]
    assert own(shaped(clip("a.wav", reference=external("/a.wav")), kind="Audio"), "Channels") == stereo
    mono = MediaFacts(start=Fraction(0), duration=Fraction(9), channels=1)
    made = shaped(clip("a.wav", reference=external("/a.wav")), kind="Audio", facts={"/a.wav": mono})
    assert own(made, "Channels") == stereo[:1]


# Markers, effects, transitions, generators.


def test_a_markers_note_stands_in_both_places_and_its_color_in_upper_case() -> None:
    one = clip(markers=[marker(3, comment="PICKUP: rain", color="green")])
    timeline = timeline_of(track(one))
    timeline.tracks.markers.append(marker(9, comment="cut here"))
    made = written(timeline)
    mark = made.tracks[0][0].markers[0]
    assert own(mark) == {"Keywords": [], "Note": "PICKUP: rain"}
    assert (mark.comment, mark.color) == ("PICKUP: rain", "GREEN")
    assert own(made.tracks.markers[0], "Note") == "cut here"


def test_markers_on_gaps_become_markers_of_the_timeline() -> None:
    made = written(timeline_of(track(clip(length=48), gap(48, markers=[marker(7, comment="PICKUP: rain")]), clip())))
    assert not made.tracks[0][1].markers
    moved = made.tracks.markers[0]
    assert moved.marked_range == span(55, 1)
    assert marker_words(moved)[0] == "PICKUP: rain"
    assert Aspect.GAP_MARKERS in resolve.LOSES


def test_markers_on_gaps_in_compound_clips_find_their_frame_of_the_cut() -> None:
    inside = otio.schema.Stack(
        children=[track(clip(length=48), gap(48, markers=[marker(7), marker(40)]))], source_range=span(24, 48)
    )
    made = written(timeline_of(track(clip(length=100), inside)))
    assert [each.marked_range for each in made.tracks.markers] == [span(100 + 48 + 7 - 24, 1)]
    assert len(made.tracks[0][1][0][1].markers) == 1


def test_effects_of_others_are_left_out_and_speed_is_kept() -> None:
    theirs = otio.schema.Effect(effect_name="Blur", metadata={"PremierePro_OTIO": {"MatchName": "AE.ADBE Motion"}})
    resolves = otio.schema.Effect(effect_name="Resolve Effect", metadata={"Resolve_OTIO": {"Type": 2}})
    ramp = otio.schema.TimeEffect(effect_name="ramp")
    made = shaped(clip(effects=[theirs, resolves, ramp, otio.schema.FreezeFrame()], speed=2.0))
    assert [each.schema_name() for each in made.effects] == ["LinearTimeWarp", "Effect", "TimeEffect", "FreezeFrame"]
    assert made.effects[1].effect_name == "Resolve Effect"
    assert Aspect.EFFECTS in resolve.LOSES


def test_a_time_warp_that_changes_nothing_stays_out() -> None:
    assert not shaped(clip(speed=1.0)).effects


def test_effects_of_whole_tracks_are_left_out_too() -> None:
    sound = track(clip(), kind="Audio")
    sound.effects.append(otio.schema.Effect(effect_name="AudioFader"))
    assert not written(timeline_of(sound)).tracks[0].effects


@pytest.mark.parametrize("place", ["head", "tail", "gap"])
def test_a_transition_with_a_clip_on_one_side_only_is_left_out(place: str) -> None:
    children = {
        "head": (dissolve(), clip(length=48)),
        "tail": (clip(length=48), dissolve()),
        "gap": (clip(length=48), dissolve(), gap(24)),
    }[place]
    made = written(timeline_of(track(*children)))
    assert not [item for item in made.tracks[0] if isinstance(item, otio.schema.Transition)]
    assert Aspect.LOOSE_TRANSITIONS in resolve.LOSES


def test_a_transition_between_clips_is_kept_and_described() -> None:
    made = written(timeline_of(track(clip(), dissolve(), clip(enabled=False), dissolve(), filled(clip()))))
    kept = [item for item in made.tracks[0] if isinstance(item, otio.schema.Transition)]
    assert [own(each, "Transition Type") for each in kept] == ["Cross Dissolve", "Cross Dissolve"]
    assert kept[0].name == "Dissolve"
    assert kept[0].in_offset == otio.opentime.RationalTime(6, 24)


def test_a_fusion_title_stays_as_it_is() -> None:
    made = shaped(clip("Text+", reference=otio.schema.MissingReference(name="Text+")))
    assert isinstance(made.media_reference, otio.schema.MissingReference)
    assert (made.name, made.media_reference.available_range) == ("Text+", None)


def test_the_words_of_another_programs_title_are_a_title_of_resolves() -> None:
    blob = "AAAAU291cmNlU2Fucy1Cb2xkAAAATUlTU0lORyBTSE9UOiByYWluICYgd2luZAAA"
    text = otio.schema.Effect(
        metadata={
            "PremierePro_OTIO": {
                "MatchName": "AE.ADBE Text",
                "Parameters": [{"DisplayName": "Source Text", "StartValue": {"Value": blob}}],
            }
        }
    )
    graphic = otio.schema.GeneratorReference(name="card", generator_kind="Graphic")
    one = clip("card", reference=graphic, effects=[text])
    assert title_text(one.media_reference, one.effects) == "MISSING SHOT: rain & wind"
    made = shaped(one)
    assert (made.media_reference.generator_kind, made.media_reference.name) == ("Rich", "card")
    assert own(made.media_reference) == {"Generator Type": "Rich"}
    assert title_text(made.media_reference, made.effects) == "MISSING SHOT: rain & wind"


def test_a_matte_of_another_program_is_a_solid_color() -> None:
    made = shaped(clip("Black Video", reference=otio.schema.GeneratorReference(generator_kind="Slug")))
    assert made.media_reference.generator_kind == "Solid Color"


# Links.


def links(made: otio.schema.Timeline) -> list[list[int | None]]:
    return [[item.metadata.get("Resolve_OTIO", {}).get("Link Group ID") for item in each] for each in made.tracks]


def test_premieres_links_become_numbers() -> None:
    def item(link: str) -> otio.schema.Clip:
        return clip(metadata={"PremierePro_OTIO": {"LinkID": link}})

    made = written(timeline_of(track(item("x"), item("y")), track(item("x"), item("z"), kind="Audio")))
    assert links(made) == [[1, None], [1, None]]


def test_numbers_that_are_there_stay_and_new_ones_do_not_collide() -> None:
    def item(number: int) -> otio.schema.Clip:
        return clip(metadata={"Resolve_OTIO": {"Link Group ID": number}})

    def other() -> otio.schema.Clip:
        return clip(metadata={"PremierePro_OTIO": {"LinkID": "x"}})

    made = written(timeline_of(track(other(), item(1)), track(other(), item(1), kind="Audio")))
    assert links(made) == [[2, 1], [2, 1]]


def test_the_same_media_at_the_same_place_is_one_group() -> None:
    made = written(timeline_of(track(clip(), clip("b.mov", reference=external("/b.mov"))), track(clip(), kind="Audio")))
    assert links(made) == [[1, None], [1, None]]


# What Resolve wrote.


def changes(before: Any, after: Any) -> Iterator[tuple[object, ...]]:
    """Every difference between two JSON values: keys that came, went or moved, and values by how they differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        schema = str(before.get("OTIO_SCHEMA"))
        yield from (("gone", schema, key) for key in before if key not in after)
        yield from (("added", schema, key, value) for key, value in after.items() if key not in before)
        if [key for key in after if key in before] != [key for key in before if key in after]:
            yield "moved", schema
        for key in before.keys() & after.keys():
            yield from changes(before[key], after[key])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for pair in zip(before, after, strict=True):
            yield from changes(*pair)
    elif isinstance(before, float) and isinstance(after, float) and before != after:
        digits = f"{before:.15g}" == f"{after:.15g}"
        yield ("last digits of a double",) if digits else ("value", before, after)
    elif type(before) is not type(after) or before != after:
        yield "value", before, after


@pytest.mark.skipif(not EFFECTS.is_file(), reason="the collection is not at hand")
def test_a_file_that_resolve_wrote_comes_back_as_it_was() -> None:
    content = EFFECTS.read_bytes()
    source = Source(path=EFFECTS, content=content, timeline=otio.core.deserialize_json_from_string(content.decode()))
    assert resolve.sniff(source) == "it carries Resolve_OTIO metadata"
    after = json.loads(resolve.write(resolve.read(source).timeline, writing=replace(WRITING, came_as="resolve")))
    before = json.loads(content)
    before["name"] = "cut_v001"
    items = ("Stack.1", "Track.1", "Clip.2", "Gap.1")
    assert set(changes(before, after)) == {
        *(("added", schema, "color", None) for schema in items),  # OTIO 0.18 writes these two
        ("added", "Effect.1", "enabled", True),
        ("last digits of a double",),
    }


def test_in_resolves_own_cut_urls_become_bare_paths_and_other_spellings_stay() -> None:
    spelled = {
        "file:///media/a%20b.mov": "/media/a b.mov",
        "file:///C:/media/a.mov": "C:\\media\\a.mov",
        "C:/media/a.mov": "C:/media/a.mov",
        "media/a%20b.mov": "media/a%20b.mov",
    }
    timeline = timeline_of(track(*(clip("a.mov", reference=external(url)) for url in spelled)))
    timeline.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    made = written(timeline, came_as="resolve")
    assert [item.media_reference.target_url for item in made.tracks[0]] == list(spelled.values())


def test_in_resolves_own_cut_only_takes_and_their_tracks_are_shaped() -> None:
    odd = clip("Harbor", reference=external("/media/a b.mov"), markers=[marker(3, comment="x")])
    short = track(odd, dissolve(), clip("b.mov"), gap(10), name="Video 1", metadata={"Resolve_OTIO": {"Locked": False}})
    new = track(gap(5), filled(clip("t.mov", reference=external("file:///lib/t.mov"), length=20)), name="Video 2")
    timeline = timeline_of(short, new)
    timeline.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    before = json.loads(short.to_json_string())
    made = written(timeline, came_as="resolve")
    assert json.loads(made.tracks[0].to_json_string()) == before
    assert own(made.tracks[1]) == {"Locked": False}
    length = made.tracks[0].range_of_child_at_index(3).end_time_exclusive().value
    assert [item.source_range.duration.value for item in made.tracks[1]] == [5, 20, length - 25]
    assert made.tracks[1][1].media_reference.target_url == "/lib/t.mov"


def test_a_transition_against_a_gap_is_left_out_of_resolves_own_cut_too() -> None:
    timeline = timeline_of(track(clip("a.mov"), dissolve(), gap(10), clip("b.mov"), dissolve(), clip("c.mov")))
    timeline.metadata["Resolve_OTIO"] = {}
    made = written(timeline, came_as="resolve")
    assert [isinstance(each, otio.schema.Transition) for each in made.tracks[0]] == [False, False, False, True, False]


def test_marks_that_say_nothing_stay_as_they_are() -> None:
    timeline = timeline_of(track(clip("a.mov")))
    timeline.metadata["Resolve_OTIO"] = {}
    assert own(written(timeline, came_as="resolve")) == {}


def test_the_reference_that_is_shown_stands_where_resolve_looks_for_it() -> None:
    shown, other = external("file:///media/hq.mov"), external("file:///media/proxy.mov")
    both = clip("a.mov")
    both.set_media_references({"DEFAULT_MEDIA": other, "HQ": shown}, "HQ")
    (made,) = written(timeline_of(track(both))).tracks[0]
    assert made.active_media_reference_key == "DEFAULT_MEDIA"
    assert made.media_reference.target_url == "/media/hq.mov"
    assert made.media_references()["HQ"].target_url == "/media/proxy.mov"


def test_a_start_that_was_read_exactly_is_written_as_resolve_wrote_it() -> None:
    ntsc = 24000 / 1001
    one = clip(reference=external(available=span(0, 200)))
    one.source_range = span(100 * 1000 / 1001, 48, rate=ntsc)
    timeline = timeline_of(track(one, metadata={"Resolve_OTIO": {"Locked": False}}), start=None)
    timeline.global_start_time = otio.opentime.RationalTime(0, ntsc)
    before = json.loads(timeline.tracks.to_json_string())
    neutral = resolve.read(Source(path=Path("cut.otio"), content=b"", timeline=timeline)).timeline
    assert neutral.tracks[0][0].source_range.start_time.rate == 24
    made = written(neutral, came_as="resolve", rate=FrameRate(fps=Fraction(24000, 1001)))
    assert json.loads(made.tracks.to_json_string()) == before


# Round trips.

RATES = (Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001))
FILES = {"a": RATES[0], "b": RATES[1], "c": RATES[3]}
SPEEDS = (None, 2.0, 0.5, -1.0, -2.5, 1 / 3, 0.333333, 0.0)

shots = st.fixed_dictionaries(
    {
        "length": st.integers(1, 500),
        "start": st.integers(0, 5000),
        "zero": st.sampled_from([None, 0, 86400]),
        "file": st.sampled_from(sorted(FILES)),
        "speed": st.sampled_from(SPEEDS),
        "enabled": st.booleans(),
        "marker": st.none() | st.integers(0, 100),
        "gap": st.integers(0, 30),
        "style": st.sampled_from(["/media/{}.mov", "file:///media/{}.mov", "C:\\media\\{}.mov"]),
    }
)
probes = st.fixed_dictionaries({name: st.sampled_from([None, 0, 120, 86400]) for name in FILES})


def built(rate: Fraction, shots: list[dict[str, Any]]) -> otio.schema.Timeline:
    fps = float(rate)
    made = track()
    for shot in shots:
        rate_of_media = float(FILES[shot["file"]])
        first = (shot["zero"] or 0) + shot["start"]
        available = None if shot["zero"] is None else span(shot["zero"], 9000, rate=rate_of_media)
        reference = external(shot["style"].format(shot["file"]), available=available)
        item = clip("Shot", reference=reference, speed=shot["speed"], enabled=shot["enabled"])
        item.source_range = otio.opentime.TimeRange(
            otio.opentime.RationalTime(first, rate_of_media), otio.opentime.RationalTime(shot["length"], fps)
        )
        if shot["marker"] is not None:
            marked = span(first + shot["marker"], 1, rate=rate_of_media)
            item.markers.append(otio.schema.Marker(name="m", marked_range=marked, comment="note"))
        if shot["gap"]:
            made.append(otio.schema.Gap(source_range=span(0, shot["gap"], rate=fps)))
        made.append(item)
    timeline = timeline_of(made, start=None)
    timeline.global_start_time = otio.opentime.RationalTime(0, fps)
    return timeline


def seen(timeline: otio.schema.Timeline, *, rate: Fraction, facts: dict[str, MediaFacts]) -> Iterator[Any]:
    """What a reader sees of each item: source in exact seconds from the first frame of the media, records in frames."""
    ruler = Ruler(rate=FrameRate(fps=rate))
    for item in timeline.tracks[0]:
        known = source_range_of(item)
        if isinstance(item, otio.schema.Gap):
            yield record_length(item, ruler=ruler)
            continue
        start, zero = seconds_of(known.start_time), media_start(item, facts=facts)
        marks = [
            (
                each.name,
                marker_words(each)[0],
                half_up(ruler.rate.frames(seconds_of(each.marked_range.start_time) - start) + Fraction(1, 10**6)),
            )
            for each in item.markers
        ]
        yield record_length(item, ruler=ruler), start - zero, speed_of(item), item.enabled, marks


def media_start(item: otio.core.Item, *, facts: dict[str, MediaFacts]) -> Fraction:
    media = item.media_reference.available_range
    if media is not None:
        return seconds_of(media.start_time)
    known = facts.get(item.media_reference.target_url)
    start = seconds_of(item.source_range.start_time)
    return known.start if known is not None and known.start <= start < known.start + known.duration else Fraction(0)


@settings(max_examples=60, deadline=None)
@given(rate=st.sampled_from(RATES), shots=st.lists(shots, min_size=1, max_size=6), probed=probes)
def test_whatever_the_cut_resolves_file_reads_as_the_same(
    rate: Fraction, shots: list[dict[str, Any]], probed: dict[str, int | None]
) -> None:
    timeline = built(rate, shots)
    facts = {
        style.format(name): MediaFacts(start=start / FILES[name], duration=Fraction(300), rate=FILES[name])
        for style in ("/media/{}.mov", "file:///media/{}.mov", "C:\\media\\{}.mov")
        for name, start in probed.items()
        if start is not None
    }
    expected = list(seen(timeline, rate=rate, facts=facts))
    changed = replace(WRITING, rate=FrameRate(fps=rate), facts=facts)
    content = resolve.write(timeline, writing=changed)

    def source() -> Source:
        parsed = otio.core.deserialize_json_from_string(content.decode())
        return Source(path=Path("cut.otio"), content=content, timeline=parsed)

    assert not plain.sniff(source())
    assert not premiere.sniff(source())
    neutral = resolve.read(source()).timeline
    assert list(seen(neutral, rate=rate, facts={})) == expected
    assert resolve.write(resolve.read(source()).timeline, writing=changed) == content
    assert resolve.write(neutral, writing=replace(changed, came_as="resolve")) == content


@settings(max_examples=30, deadline=None)
@given(rate=st.sampled_from(RATES), shots=st.lists(shots, min_size=1, max_size=4))
def test_whatever_the_cut_everything_has_resolves_shape(rate: Fraction, shots: list[dict[str, Any]]) -> None:
    made = written(built(rate, shots), rate=FrameRate(fps=rate))
    for item in made.tracks[0]:
        known = item.source_range
        assert exact_rate(known.start_time.rate) == exact_rate(known.duration.rate) == rate
        assert isinstance(exact_value(known.duration.value), int)
        if isinstance(item, otio.schema.Clip):
            reference = item.media_reference
            assert not reference.target_url.startswith("file:")
            assert item.name == reference.name
            assert item.name.endswith(".mov")
            first, last = reference.available_range.start_time, reference.available_range.end_time_exclusive()
            if "9000" not in str(reference.available_range.duration.value):
                assert first.to_seconds() <= known.start_time.to_seconds() <= last.to_seconds()
