"""Premiere's dialect: its rule for speed both ways, and the shape that it writes and reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pickup.errors import TimelineError
from pickup.testing.otio_items import clip, external, filled, gap, span, timeline_of, track
from pickup.timelines.dialect import Aspect, Source, Writing
from pickup.timelines.dialects import otio as plain
from pickup.timelines.dialects import premiere
from pickup.timelines.ruler import seconds_of, source_range_of, speed_of
from pickup.timelines.shapes import walk_stacks
from pickup.timing import FrameRate, exact_value


def premieres(*tracks: otio.schema.Track) -> otio.schema.Timeline:
    """A timeline with Premiere's mark."""
    timeline = timeline_of(*tracks)
    timeline.tracks.metadata["PremierePro_OTIO"] = {"VideoFrameRate": 24.0}
    return timeline


def source_of(timeline: otio.schema.Timeline) -> Source:
    return Source(path=Path("cut.otio"), content=b"", timeline=timeline)


def writing(came_as: str = "otio", rate: Fraction = Fraction(24)) -> Writing:
    return Writing(
        name="cut_v001",
        rate=FrameRate(fps=rate),
        start_frame=86400,
        drop_frame=False,
        size=(1280, 720),
        came_as=came_as,
    )


def written(
    timeline: otio.schema.Timeline, came_as: str = "otio", rate: Fraction = Fraction(24)
) -> otio.schema.Timeline:
    """What stands in the file, in Premiere's own rule for speed."""
    content = premiere.write(timeline, writing=writing(came_as, rate))
    return otio.core.deserialize_json_from_string(content.decode())


def link_of(item: otio.core.Item) -> str | None:
    return item.metadata.get("PremierePro_OTIO", {}).get("LinkID")


# Reading.


@pytest.mark.parametrize(
    ("used", "speed", "shown"),
    [
        (200, 2.0, 100),
        (24, 0.5, 48),
        (48, -1.0, 48),
        (120, -2.5, 48),
        (16, 1 / 3, 48),
        (15.999984, 0.333333, 48),
        (16.8333333333333, 1 / 3, 50.5),
        (48, 0.0, 48),
    ],
)
def test_a_speed_makes_a_clip_shorter_than_its_source(used: float, speed: float | None, shown: float) -> None:
    timeline = premieres(track(clip(length=used, speed=speed)))
    duration = premiere.read(source_of(timeline)).timeline.tracks[0][0].source_range.duration
    assert exact_value(duration.value) == shown
    assert duration.rate == 24


def test_several_warps_count_together() -> None:
    one = clip(length=96, speed=2.0, effects=[otio.schema.LinearTimeWarp(time_scalar=-2)])
    timeline = premiere.read(source_of(premieres(track(one)))).timeline
    assert timeline.tracks[0][0].source_range.duration.value == 24


@pytest.mark.parametrize("effect", [otio.schema.FreezeFrame(), otio.schema.TimeEffect()])
def test_freezes_and_ramps_keep_their_length(effect: otio.schema.Effect) -> None:
    timeline = premieres(track(clip(length=48, effects=[effect])))
    assert premiere.read(source_of(timeline)).timeline.tracks[0][0].source_range == span(0, 48)


def test_a_clip_that_shows_all_its_media_gets_a_range_of_its_own() -> None:
    one = clip(reference=external(available=span(10, 100)), speed=2.0)
    one.source_range = None
    timeline = premiere.read(source_of(premieres(track(one)))).timeline
    assert timeline.tracks[0][0].source_range == span(10, 50)


def test_clips_in_compound_clips_are_counted_too() -> None:
    inner = otio.schema.Stack(children=[track(clip(length=96, speed=2.0), gap(12))])
    timeline = premiere.read(source_of(premieres(track(inner)))).timeline
    assert timeline.tracks[0][0][0][0].source_range.duration.value == 48


def test_a_retimed_compound_clip_shown_whole_is_as_long_as_premiere_shows_it() -> None:
    inner = otio.schema.Stack(
        children=[track(clip(length=96, speed=2.0), gap(12))], effects=[otio.schema.LinearTimeWarp(time_scalar=0.5)]
    )
    neutral = premiere.read(source_of(premieres(track(inner)))).timeline
    assert neutral.tracks[0][0].source_range == span(0, 120)


@pytest.mark.parametrize("came_as", ["premiere", "resolve"])
def test_a_time_warp_that_changes_nothing_is_not_written(came_as: str) -> None:
    timeline = premiere.read(source_of(premieres(track(clip(speed=1.0))))).timeline
    assert timeline.tracks[0][0].effects, "what was read is kept for plain OTIO"
    assert "LinearTimeWarp" not in premiere.write(timeline, writing=writing(came_as)).decode()


def test_the_picture_size_is_read_from_the_stack() -> None:
    timeline = premieres(track(clip()))
    timeline.tracks.metadata["PremierePro_OTIO"]["VideoResolution"] = {"width": 1920, "height": 1080}
    reading = premiere.read(source_of(timeline))
    assert (reading.size, reading.size_from) == ((1920, 1080), "Premiere's VideoResolution")


def test_a_timeline_that_states_no_size_has_none() -> None:
    reading = premiere.read(source_of(premieres(track(clip()))))
    assert (reading.size, reading.size_from) == (None, None)


def test_a_speed_that_is_no_number_is_refused_in_words() -> None:
    timeline = premieres(track(clip(speed=float("nan"))))
    with pytest.raises(TimelineError, match=r"cut\.otio cannot be read"):
        premiere.read(source_of(timeline))


# Writing for Premiere what came from elsewhere.


def test_the_marks_of_premiere_are_on_timeline_and_stack() -> None:
    made = written(timeline_of(track(clip())))
    assert dict(made.metadata["PremierePro_OTIO"]) == {"MetadataVersion": "1.0"}
    assert json.loads(otio.core.serialize_json_to_string(made.tracks.metadata["PremierePro_OTIO"])) == {
        "AudioFrameRate": 48000.0,
        "PixelAspectRatio": {"denominator": 1, "numerator": 1},
        "VideoFrameRate": 24.0,
        "VideoResolution": {"height": 720, "width": 1280},
    }
    assert made.name == made.tracks.name == "cut_v001"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/media/a b#1.mov", "file:///media/a%20b%231.mov"),
        ("C:\\media\\é.mov", "file:///C:/media/%C3%A9.mov"),
        ("\\\\nas\\show\\a.mov", "file://nas/show/a.mov"),
        ("file://localhost/media/a.mov", "file:///media/a.mov"),
        ("https://example.org/a.mov", "https://example.org/a.mov"),
        ("media/a b.mov", "media/a b.mov"),
    ],
)
def test_references_are_percent_encoded_urls(url: str, expected: Any) -> None:
    made = written(timeline_of(track(clip(reference=external(url)))))
    assert made.tracks[0][0].media_reference.target_url == expected


def test_image_sequences_are_spelled_so_too() -> None:
    frames = otio.schema.ImageSequenceReference("C:\\renders\\a b\\", "f.", ".exr", available_range=span(0, 48))
    made = written(timeline_of(track(clip(reference=frames))))
    assert made.tracks[0][0].media_reference.target_url_base == "file:///C:/renders/a%20b"


def test_offline_media_is_asked_for_by_its_last_path() -> None:
    gone = otio.schema.MissingReference(
        name="a.mov", available_range=span(0, 100), metadata={"Resolve_OTIO": {"Media Url": "/media/a b.mov"}}
    )
    reference = written(timeline_of(track(clip(reference=gone)))).tracks[0][0].media_reference
    assert isinstance(reference, otio.schema.ExternalReference)
    assert reference.target_url == "file:///media/a%20b.mov"
    assert (reference.name, reference.available_range) == ("a.mov", span(0, 100))


def test_a_clip_of_which_nothing_is_known_stays_missing() -> None:
    made = written(timeline_of(track(clip(reference=otio.schema.MissingReference()))))
    assert isinstance(made.tracks[0][0].media_reference, otio.schema.MissingReference)


def test_speed_is_written_by_premieres_rule() -> None:
    made = written(timeline_of(track(clip(length=48, speed=2.0), clip(length=48, speed=-0.5), clip(length=48))))
    assert [item.source_range.duration.value for item in made.tracks[0]] == [96, 24, 48]


def test_a_time_warp_that_changes_nothing_is_never_written() -> None:
    made = written(timeline_of(track(clip(speed=1.0))))
    assert not made.tracks[0][0].effects


def test_a_still_lasts_as_long_as_the_clip_that_shows_it() -> None:
    still = external("/media/map.png", available=span(0, 1))
    made = written(timeline_of(track(clip(length=100, reference=still))))
    assert made.tracks[0][0].media_reference.available_range == span(0, 100)


def test_a_still_of_unknown_length_gets_one() -> None:
    made = written(timeline_of(track(clip(start=10, length=100, reference=external("/media/map.png")))))
    assert made.tracks[0][0].media_reference.available_range == span(0, 110)


def test_the_length_of_a_movie_is_left_alone() -> None:
    made = written(timeline_of(track(clip(length=100, reference=external(available=span(0, 1))))))
    assert made.tracks[0][0].media_reference.available_range == span(0, 1)


def test_effects_of_resolve_are_left_out_and_that_is_declared() -> None:
    own = otio.schema.Effect(effect_name="Resolve Effect", metadata={"Resolve_OTIO": {"Type": 2}})
    other = otio.schema.Effect(effect_name="Blur", metadata={"fcp_xml": {}})
    made = written(timeline_of(track(clip(effects=[own, other], speed=2.0))))
    assert [effect.schema_name() for effect in made.tracks[0][0].effects] == ["LinearTimeWarp", "Effect"]
    assert made.tracks[0][0].effects[1].effect_name == "Blur"
    assert Aspect.EFFECTS in premiere.LOSES


def test_a_note_in_resolves_metadata_becomes_the_comment() -> None:
    marker = otio.schema.Marker(
        name="m", marked_range=span(0, 1), metadata={"Resolve_OTIO": {"Note": "PICKUP: rain", "Keywords": ["x"]}}
    )
    timeline = timeline_of(track(clip(markers=[marker])))
    timeline.tracks.markers.append(marker.deepcopy())
    made = written(timeline)
    assert made.tracks[0][0].markers[0].comment == "PICKUP: rain"
    assert made.tracks.markers[0].comment == "PICKUP: rain"


def test_resolves_mark_moves_out_of_the_way() -> None:
    timeline = timeline_of(track(clip()))
    timeline.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    made = written(timeline, "resolve")
    assert "Resolve_OTIO" not in made.metadata
    kept = made.metadata["pickup"]["came_with"]["Resolve_OTIO"]["timeline"]
    assert dict(kept) == {"Resolve OTIO Meta Version": "1.0"}


def test_tracks_without_a_name_get_one_and_sound_its_channels() -> None:
    mono = {"Resolve_OTIO": {"Audio Type": "Mono"}}
    made = written(
        timeline_of(
            track(clip()),
            track(clip(), name="titles"),
            track(clip(), kind="Audio"),
            track(clip(), kind="Audio", metadata=mono),
        )
    )
    assert [each.name for each in made.tracks] == ["Video 1", "titles", "Audio 1", "Audio 2"]
    channels = [dict(each.metadata["PremierePro_OTIO"]["AudioChannels"]) for each in made.tracks[2:]]
    assert channels == [
        {"ChannelType": "Stereo", "NumberOfChannels": 2},
        {"ChannelType": "Mono", "NumberOfChannels": 1},
    ]


def test_disabled_clips_stay_disabled() -> None:
    assert written(timeline_of(track(clip(enabled=False)))).tracks[0][0].enabled is False


def test_a_timeline_without_a_start_gets_the_cuts() -> None:
    timeline = timeline_of(track(clip()))
    timeline.global_start_time = None
    assert written(timeline).global_start_time == otio.opentime.RationalTime(86400, 24)


# Links.


def linked(number: int, **more: Any) -> otio.schema.Clip:
    return clip(metadata={"Resolve_OTIO": {"Link Group ID": number}}, **more)


def test_each_linked_group_gets_an_id_of_its_own() -> None:
    made = written(
        timeline_of(track(linked(7), linked(8)), track(linked(7), linked(8), kind="Audio"), track(clip(), clip()))
    )
    first, second = ([link_of(each[index]) for each in made.tracks[:2]] for index in (0, 1))
    assert first[0] == first[1] is not None
    assert second[0] == second[1] is not None
    assert first[0] != second[0]
    assert [link_of(item) for item in made.tracks[2]] == [None, None]


def test_picture_and_sound_of_one_file_at_one_place_are_linked_where_nothing_says_so() -> None:
    made = written(timeline_of(track(clip()), track(clip(start=1), kind="Audio"), track(clip(), kind="Audio")))
    assert link_of(made.tracks[0][0]) == link_of(made.tracks[2][0]) is not None
    assert link_of(made.tracks[1][0]) is None


def test_what_the_editor_unlinked_stays_so() -> None:
    made = written(timeline_of(track(linked(7), clip()), track(linked(7), clip(), kind="Audio")))
    assert link_of(made.tracks[0][0]) is not None
    assert link_of(made.tracks[0][1]) is None


def test_links_of_final_cut_xml_are_taken_over() -> None:
    def item(identity: str, *others: str) -> otio.schema.Clip:
        return clip(metadata={"fcp_xml": {"@id": identity, "link": [{"linkclipref": each} for each in others]}})

    group = ("v1", "a1", "a2")
    made = written(
        timeline_of(
            track(item("v1", *group), item("v2")),
            track(item("a1", *group), item("a9"), kind="Audio"),
            track(item("a2", *group), kind="Audio"),
        )
    )
    assert len({link_of(each[0]) for each in made.tracks}) == 1
    assert link_of(made.tracks[0][0]) is not None
    assert link_of(made.tracks[0][1]) is None


def test_of_a_clip_that_was_split_each_sound_stays_with_the_picture_over_it() -> None:
    take = filled(linked(7, name="SH0010_t01.mov", length=60))
    pictures = track(linked(7, length=20), take, linked(7, length=20))
    made = written(timeline_of(pictures, track(linked(7, length=100), kind="Audio")))
    assert [link_of(item) for item in made.tracks[0]] == [None, link_of(made.tracks[1][0]), None]


def test_in_premieres_own_cut_a_take_leaves_the_link_to_what_is_left_of_the_clip() -> None:
    def own(**more: Any) -> Any:
        return clip(metadata={"PremierePro_OTIO": {"LinkID": "3"}}, **more)

    timeline = premieres(track(own(), filled(own())), track(own(), kind="Audio"))
    made = written(timeline, "premiere")
    assert [link_of(item) for item in made.tracks[0]] == ["3", None]
    assert link_of(made.tracks[1][0]) == "3"


def test_in_premieres_own_cut_one_part_alone_of_a_split_clip_keeps_the_link() -> None:
    def own(**more: Any) -> Any:
        return clip(metadata={"PremierePro_OTIO": {"LinkID": "3"}}, **more)

    parts = track(own(length=20), filled(own(length=30)), own(length=50))
    made = written(premieres(parts, track(own(length=100), kind="Audio")), "premiere")
    assert [link_of(item) for item in made.tracks[0]] == [None, None, "3"]
    assert link_of(made.tracks[1][0]) == "3"


def test_in_premieres_own_cut_a_take_keeps_the_sound_of_what_stood_there() -> None:
    def own(**more: Any) -> Any:
        return clip(metadata={"PremierePro_OTIO": {"LinkID": "3"}}, **more)

    made = written(premieres(track(filled(own())), track(own(), kind="Audio")), "premiere")
    assert link_of(made.tracks[0][0]) == link_of(made.tracks[1][0]) == "3"


# Writing what Premiere itself wrote.


def test_what_premiere_wrote_stays_as_it_is() -> None:
    timeline = premieres(
        track(
            clip(reference=external("file://localhost/media/a%20b.mov")),
            clip(length=100, speed=2.0, reference=external("file:///media/a.mov")),
        ),
        track(clip(length=48, reference=external("file:///a%26b/map.png", available=span(0, 1))), kind="Audio"),
    )
    before = json.loads(timeline.to_json_string())
    neutral = premiere.read(source_of(timeline)).timeline
    assert neutral.tracks[0][1].source_range.duration.value == 50
    after = json.loads(premiere.write(neutral, writing=writing("premiere")))
    before["name"] = before["tracks"]["name"] = "cut_v001"
    assert after == before


def test_in_premieres_own_cut_what_is_no_encoded_url_becomes_one() -> None:
    spelled = {
        "/bare/a b.mov": "file:///bare/a%20b.mov",
        "C:\\bare\\a.mov": "file:///C:/bare/a.mov",
        "file://localhost/raw/a #1.mov": "file://localhost/raw/a%20%231.mov",
        "file://localhost/D%3a/a%2bb.mov": "file://localhost/D%3a/a%2bb.mov",
        "media/a b.mov": "media/a b.mov",
    }
    timeline = premieres(track(*(clip(reference=external(url)) for url in spelled)))
    made = written(timeline, "premiere")
    assert [item.media_reference.target_url for item in made.tracks[0]] == list(spelled.values())


def test_takes_survive_with_what_pickup_says_of_them() -> None:
    take = filled(clip("SH0010_t01.mov"))
    take.set_media_references(
        {
            "DEFAULT_MEDIA": external("/lib/SH0010_t01.mov", available=span(0, 60)),
            "PICKUP_T02": external("/lib/SH0010_t02.mov", available=span(0, 60)),
        },
        "DEFAULT_MEDIA",
    )
    take.metadata["pickup"]["was"] = clip("MISSING SHOT")
    made = written(timeline_of(track(take))).tracks[0][0]
    assert {key: each.target_url for key, each in made.media_references().items()} == {
        "DEFAULT_MEDIA": "file:///lib/SH0010_t01.mov",
        "PICKUP_T02": "file:///lib/SH0010_t02.mov",
    }
    assert made.metadata["pickup"]["was"].name == "MISSING SHOT"


# Round trips.

RATES = (Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001))
SPEEDS = (1.0, 2.0, 0.5, -1.0, -2.5, 1 / 3, 0.333333, 1.7, 0.0)

shots = st.fixed_dictionaries(
    {
        "length": st.integers(1, 500),
        "start": st.integers(0, 5000),
        "rate": st.sampled_from(RATES),
        "zero": st.sampled_from([None, 0, 86400]),
        "speed": st.sampled_from(SPEEDS),
        "enabled": st.booleans(),
        "marker": st.none() | st.integers(0, 100),
        "gap": st.integers(0, 30),
    }
)


def built(rate: Fraction, shots: list[dict[str, Any]]) -> otio.schema.Timeline:
    fps = float(rate)
    made = track()
    for shot in shots:
        own = float(shot["rate"])
        first = (shot["zero"] or 0) + shot["start"]
        available = None if shot["zero"] is None else span(shot["zero"], 9000, rate=own)
        item = clip(reference=external(available=available), speed=shot["speed"], enabled=shot["enabled"])
        item.source_range = otio.opentime.TimeRange(
            otio.opentime.RationalTime(first, own), otio.opentime.RationalTime(shot["length"], fps)
        )
        if shot["marker"] is not None:
            item.markers.append(
                otio.schema.Marker(name="m", marked_range=span(first + shot["marker"], 1, rate=own), comment="note")
            )
        if shot["gap"]:
            made.append(otio.schema.Gap(source_range=span(0, shot["gap"], rate=fps)))
        made.append(item)
    timeline = timeline_of(made)
    timeline.global_start_time = otio.opentime.RationalTime(0, fps)
    return timeline


def facts(timeline: otio.schema.Timeline) -> Iterator[tuple[Any, ...]]:
    """What a reader sees of each item, in exact seconds."""
    for stack in walk_stacks(timeline.tracks):
        for item in (item for each in stack for item in each):
            known = source_range_of(item)
            reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
            media = reference.available_range if reference is not None else None
            zero = seconds_of(media.start_time) if media is not None else Fraction(0)
            yield (
                seconds_of(known.duration),
                seconds_of(known.start_time) - zero,
                speed_of(item),
                item.enabled,
                [(each.name, each.comment, seconds_of(each.marked_range.start_time) - zero) for each in item.markers],
            )


@settings(max_examples=60, deadline=None)
@given(rate=st.sampled_from(RATES), shots=st.lists(shots, min_size=1, max_size=6))
def test_whatever_the_cut_premieres_file_reads_as_the_same(rate: Fraction, shots: list[dict[str, Any]]) -> None:
    timeline = built(rate, shots)
    expected = list(facts(timeline))
    content = premiere.write(timeline, writing=writing(rate=rate))
    source = Source(
        path=Path("cut.otio"), content=content, timeline=otio.core.deserialize_json_from_string(content.decode())
    )
    assert not plain.sniff(source)
    neutral = premiere.read(source).timeline
    assert list(facts(neutral)) == expected
    assert premiere.write(neutral, writing=writing("premiere", rate)) == content
