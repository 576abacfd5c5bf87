"""Single things of a cut that a change of format may lose or that look lost, one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from pickup.holes import Rules
from pickup.testing.crossings import Crossing, CutFile, cross
from pickup.testing.everything import span
from pickup.timelines.dialect import Aspect
from pickup.timelines.sniff import dialect_names, load_dialect

RATE = 24.0
ALL = pytest.mark.parametrize("flavor", dialect_names())
LAST_DIGIT = 5.960464477539064e-08  # OTIO 0.18.1 reads it as ...065e-08


def clip(*, url: str = "/footage/a.mov", **more: Any) -> otio.schema.Clip:
    reference = otio.schema.ExternalReference(url, span(0, 500))
    return otio.schema.Clip("a.mov", reference, span(24, 48), **more)


def marker(at: float, *, name: str = "m", **more: Any) -> otio.schema.Marker:
    return otio.schema.Marker(name=name, marked_range=span(at, more.pop("length", 0)), color="RED", **more)


def crossed(*items: otio.core.Composable, flavor: str, tracks: tuple[otio.schema.Track, ...] = ()) -> Crossing:
    timeline = otio.schema.Timeline("cut", global_start_time=otio.opentime.RationalTime(0, RATE))
    timeline.tracks.append(otio.schema.Track("Video 1", children=items, kind="Video"))
    timeline.tracks.extend(tracks)
    file = CutFile(name="cut", content=timeline.to_json_string().encode(), path=Path("/show/cut.otio"))
    crossing = cross(file, dialect=load_dialect(flavor), rules=None)
    assert crossing.wrong == ()
    return crossing


@ALL
@pytest.mark.parametrize("url", ["C:/show/a.mov", r"C:\show\a.mov", "//nas/share/a.mov"])
def test_either_slash_of_windows_is_the_same_file(flavor: str, url: str) -> None:
    assert crossed(clip(url=url), flavor=flavor).lost == {}


@ALL
@pytest.mark.parametrize("base", ["/footage/f", "/footage/f/", "C:\\show\\f\\"])
def test_a_folder_of_frames_may_end_in_a_slash(flavor: str, base: str) -> None:
    frames = otio.schema.ImageSequenceReference(base, "f.", ".exr", 1001, 1, RATE, 4, available_range=span(1001, 50))
    lost = crossed(otio.schema.Clip("f", frames, span(1001, 20)), flavor=flavor).lost
    assert lost.keys() <= {Aspect.SEQUENCES, Aspect.CLIP_NAMES}


def test_of_an_offline_clip_that_a_take_cuts_into_one_part_alone_stays_linked_in_premiere() -> None:
    """A compound clip shows 30 frames of it; those get the take."""

    def placed(url: str, length: float, **linked: str) -> otio.schema.Clip:
        reference = otio.schema.ExternalReference(f"file:///footage/{url}", span(0, 500))
        return otio.schema.Clip(url, reference, span(0, length), metadata={"PremierePro_OTIO": linked})

    def track(kind: str, *items: otio.core.Item) -> otio.schema.Track:
        return otio.schema.Track(f"{kind} 1", children=items, kind=kind)

    inside = [track(kind, placed("gone.mov", 100, LinkID="3")) for kind in ("Video", "Audio")]
    compound = otio.schema.Stack("compound", children=inside, source_range=span(20, 30))
    timeline = otio.schema.Timeline("cut", metadata={"PremierePro_OTIO": {"MetadataVersion": "1.0"}})
    timeline.tracks.append(track("Video", placed("a.mov", 48), compound, placed("b.mov", 48), placed("c.mov", 48)))
    here = ("a.mov", "b.mov", "c.mov")
    file = CutFile(name="cut", content=timeline.to_json_string().encode(), path=Path("/footage/cut.otio"), here=here)
    crossing = cross(file, dialect=load_dialect("premiere"), rules=Rules(offline=True))
    assert (crossing.takes, crossing.wrong) == (1, ())
    pictures, sounds = json.loads(crossing.content)["tracks"]["children"][0]["children"][1]["children"]
    links = [(each["source_range"]["duration"]["value"], link_of(each)) for each in pictures["children"]]
    assert links == [(20, None), (30, None), (50, "3")]
    assert [link_of(each) for each in sounds["children"]] == ["3"]


def link_of(item: dict[str, Any]) -> str | None:
    return item["metadata"]["PremierePro_OTIO"].get("LinkID")


@pytest.mark.parametrize("flavor", ["otio", "resolve", "premiere"])
def test_a_double_that_changes_its_last_digit_is_no_change(flavor: str) -> None:
    assert crossed(clip(metadata={"studio": {"x": LAST_DIGIT}}), flavor=flavor).lost == {}


def test_what_others_noted_of_markers_is_missed_where_it_is_lost() -> None:
    noted = clip(markers=[marker(30, metadata={"studio": {"by": "cutter"}})])
    assert crossed(noted, flavor="fcp7").lost == {Aspect.MARKER_METADATA: 1}


@ALL
def test_a_named_gap_at_the_end_of_a_track_does_not_grow(flavor: str) -> None:
    short = otio.schema.Gap(source_range=span(0, 10), metadata={"studio": {"note": "ask"}})
    track = otio.schema.Track("Video 2", children=[short], kind="Video")
    new = crossed(clip(), flavor=flavor, tracks=(track,)).new
    assert new is not None
    if flavor != "fcp7":  # it has no gaps that could be named
        assert new.tracks[1].events[0].record.end == 10


@ALL
def test_a_track_that_is_left_out_still_says_how_long_the_cut_is(flavor: str) -> None:
    words = otio.schema.Track("Words", children=[otio.schema.Gap(source_range=span(0, 100))], kind="Subtitle")
    new = crossed(clip(), flavor=flavor, tracks=(words,)).new
    assert new is not None
    assert new.duration == 100


@ALL
@pytest.mark.parametrize("odd", ["bell\x07", "esc\x1b[0m", "\ufffe", "cr\rlf\n", "tab\t", " "])
def test_names_that_xml_cannot_hold_come_back(flavor: str, odd: str) -> None:
    marked = clip(markers=[marker(30, name=odd, comment=odd)])
    track = otio.schema.Track(odd, children=[clip()], kind="Video")
    new = crossed(marked, flavor=flavor, tracks=(track,)).new
    assert new is not None
    found = new.tracks[0].events[0].markers[0]
    assert (found.name, found.note, new.tracks[1].name) == (odd, odd, odd)


@ALL
@pytest.mark.parametrize("length", [0, 5, 99])
def test_a_marker_before_the_first_frame_of_the_media_keeps_its_length(flavor: str, length: int) -> None:
    new = crossed(clip(markers=[marker(-100, length=length)]), flavor=flavor).new
    assert new is not None
    record = new.tracks[0].events[0].markers[0].record
    shortest = 1 if flavor == "resolve" else 0  # Resolve has none that is shorter than a frame
    assert (record.start, record.length) == (-124, max(length, shortest))


@ALL
def test_a_marker_on_one_frame_marks_one_frame_of_a_slowed_clip(flavor: str) -> None:
    slow = otio.schema.LinearTimeWarp(time_scalar=0.25)
    crossing = crossed(clip(markers=[marker(30), marker(30, name="n", length=1)], effects=[slow]), flavor=flavor)
    assert crossing.lost == {}
    for cut in (crossing.old, crossing.new):
        [event] = cut.tracks[0].events
        assert {each.record.start for each in event.markers} == {24}
        assert {max(each.record.length, 1) for each in event.markers} == {1}


@ALL
def test_markers_on_gaps_in_compound_clips_stay_at_their_frame(flavor: str) -> None:
    gap = otio.schema.Gap(source_range=span(0, 40), markers=[marker(5, name="a boat")])
    inside = otio.schema.Track("Video 1", children=[clip(), gap], kind="Video")
    compound = otio.schema.Stack("compound", children=[inside], source_range=span(20, 60))
    new = crossed(clip(), compound, flavor=flavor).new
    assert new is not None
    nested = [each for event in new.tracks[0].events[1].tracks[0].events for each in event.markers]
    assert [each.record.start for each in (*new.markers, *nested)] == [48 + 48 + 5 - 20]


def test_two_spellings_of_one_file_are_one_file_of_fcp7() -> None:
    content = crossed(clip(), clip(url="file:///footage/a.mov"), flavor="fcp7").content
    assert content.count(b"<pathurl>") == 1


def test_a_ramp_that_is_lost_says_so_and_nothing_else() -> None:
    ramp = otio.schema.TimeEffect(effect_name="ramp")
    inside = otio.schema.Track("Video 1", children=[clip(effects=[ramp])], kind="Video")
    compound = otio.schema.Stack("compound", children=[inside], source_range=span(20, 10))
    assert crossed(clip(), compound, flavor="fcp7").lost == {Aspect.RAMPS: 1}


def test_a_compound_clip_on_a_ramp_shows_its_inside_where_the_ramp_is_lost() -> None:
    inside = otio.schema.Track("Video 1", children=[clip()], kind="Video")
    compound = otio.schema.Stack("compound", children=[inside], source_range=span(20, 10))
    compound.effects.append(otio.schema.TimeEffect(effect_name="ramp"))
    assert crossed(clip(), compound, flavor="fcp7").lost == {Aspect.RAMPS: 1}


def test_markers_of_a_retimed_item_that_is_left_out_stay_at_their_frame() -> None:
    unknown = otio.schema.Clip("unknown", otio.core.MediaReference(), span(0, 20), markers=[marker(8)])
    unknown.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    new = crossed(clip(), unknown, flavor="fcp7").new
    assert new is not None
    assert [each.record.start for each in new.markers] == [48 + 4]
