"""Which dialect an OTIO timeline is of, and plain OTIO written as it is."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from pickup.demo.sample import Sample
from pickup.demo.samples import all_samples, install_sample
from pickup.timelines.dialect import NEVER_LOST, Aspect, Dialect, Source, Writing
from pickup.timelines.dialects import otio as plain
from pickup.timelines.dialects import premiere, resolve
from pickup.timing import FrameRate

DIALECTS = (plain, premiere, resolve)
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def parsed(content: bytes) -> Source:
    timeline = otio.core.deserialize_json_from_string(content.decode())
    return Source(path=Path("cut.otio"), content=content, timeline=timeline)


def claims(source: Source) -> list[str]:
    return [dialect.NAME for dialect in DIALECTS if dialect.sniff(source)]


def writing(came_as: str = "otio") -> Writing:
    return Writing(
        name="cut_v001",
        rate=FrameRate(fps=Fraction(24)),
        start_frame=0,
        drop_frame=False,
        size=(1920, 1080),
        came_as=came_as,
    )


def fast_clip(*, length: int) -> otio.schema.Clip:
    return otio.schema.Clip(
        name="fast.mov",
        source_range=otio.opentime.TimeRange(otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(length, 24)),
        effects=[otio.schema.LinearTimeWarp(time_scalar=2)],
    )


def timeline_of(*clips: otio.schema.Clip) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(name="cut")
    timeline.tracks.append(otio.schema.Track(name="Video 1", children=clips))
    return timeline


@pytest.mark.parametrize("sample", all_samples(), ids=lambda sample: sample.name)
def test_exactly_one_dialect_claims_each_sample(sample: Sample, tmp_path: Path) -> None:
    path = install_sample(sample.name, folder=tmp_path)
    expected = {"Resolve": "resolve", "Premiere": "premiere"}
    manner = next((name for word, name in expected.items() if word in sample.manner.value), "otio")
    assert claims(parsed(path.read_bytes())) == [manner]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection is not at hand")
def test_exactly_one_dialect_claims_each_timeline_of_others() -> None:
    seen = 0
    for path in sorted(CORPUS.rglob("*.otio")):
        try:
            source = parsed(path.read_bytes())
        except (ValueError, otio.exceptions.OTIOError):
            continue
        if isinstance(source.timeline, otio.schema.Timeline):
            assert len(claims(source)) == 1, path.name
            seen += 1
    assert seen > 10


def test_what_is_no_otio_is_claimed_by_none() -> None:
    assert claims(Source(path=Path("cut.xml"), content=b"<xmeml/>")) == []


def test_a_timeline_with_both_marks_is_premieres() -> None:
    timeline = timeline_of()
    timeline.metadata["Resolve_OTIO"] = {}
    timeline.tracks.metadata["PremierePro_OTIO"] = {}
    assert claims(Source(path=Path("cut.otio"), content=b"", timeline=timeline)) == ["premiere"]


def test_premieres_mark_counts_on_the_timeline_too() -> None:
    timeline = timeline_of()
    timeline.metadata["PremierePro_OTIO"] = {"MetadataVersion": "1.0"}
    assert claims(Source(path=Path("cut.otio"), content=b"", timeline=timeline)) == ["premiere"]


def test_plain_otio_says_that_no_nle_marked_it() -> None:
    source = Source(path=Path("cut.otio"), content=b"", timeline=timeline_of())
    assert plain.sniff(source) == "OpenTimelineIO without the marks of an NLE"


def test_plain_otio_changes_only_the_name() -> None:
    timeline = timeline_of(fast_clip(length=100))
    expected = json.loads(timeline.to_json_string())
    expected["name"] = "cut_v001"
    assert json.loads(plain.write(timeline, writing=writing())) == expected


def test_a_timeline_that_keeps_premieres_mark_is_written_by_premieres_rule() -> None:
    timeline = timeline_of(fast_clip(length=100))
    timeline.tracks.metadata["PremierePro_OTIO"] = {}
    written = parsed(plain.write(timeline, writing=writing("premiere")))
    assert written.timeline.tracks[0][0].source_range.duration.value == 200
    assert premiere.read(written).timeline.tracks[0][0].source_range.duration.value == 100


def test_what_is_written_reads_with_otio_0_16() -> None:
    """No schema in it is newer than what that version knows."""
    timeline = timeline_of(fast_clip(length=100))
    timeline.tracks[0][0].markers.append(otio.schema.Marker(name="m"))
    for dialect in DIALECTS:
        text = dialect.write(timeline.deepcopy(), writing=writing()).decode()
        assert '"Marker.2"' in text
        assert '"Marker.3"' not in text
        assert '"Clip.2"' in text


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.NAME)
def test_no_dialect_declares_the_cut_itself_as_lost(dialect: Dialect) -> None:
    assert not NEVER_LOST.intersection(dialect.LOSES)
    assert all(isinstance(aspect, Aspect) and said.endswith(".") for aspect, said in dialect.LOSES.items())


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.NAME)
@pytest.mark.parametrize("sample", all_samples(), ids=lambda sample: sample.name)
def test_writing_what_was_written_changes_nothing(sample: Sample, dialect: Dialect, tmp_path: Path) -> None:
    source = parsed(install_sample(sample.name, folder=tmp_path).read_bytes())
    origin = next(each for each in DIALECTS if each.sniff(source))
    settings = Writing(
        name="cut_v001",
        rate=FrameRate(fps=sample.rate),
        start_frame=sample.start_frame or 0,
        drop_frame=sample.drop_frame,
        size=sample.size,
        came_as=origin.NAME,
    )
    once = dialect.write(origin.read(source).timeline, writing=settings)
    reader = next(each for each in DIALECTS if each.sniff(parsed(once)))
    twice = dialect.write(reader.read(parsed(once)).timeline, writing=settings)
    assert twice == once
