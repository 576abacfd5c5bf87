"""What is known of the media of a cut before it is written: for formats that must say where media begin."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from pickup.demo.media import MediaSort, SampleMedia
from pickup.errors import info, warning
from pickup.fill.facts import facts_of_takes, media_facts
from pickup.fill.remarks import Remark, sort_remarks
from pickup.holes import Placement, PlacementKind
from pickup.takes import LinkedTake, Relink
from pickup.testing.clips import write_numbered_clip
from pickup.testing.sample_media import make_media
from pickup.timing import FrameRange, FrameRate


@pytest.mark.parametrize(
    ("text", "timecode", "start"),
    [
        ("24", None, Fraction(0)),
        ("24", "01:00:00:00", Fraction(3600)),
        ("23.976", "01:00:00:00", Fraction(86400 * 1001, 24000)),
        ("29.97", "01:00:00;00", Fraction(107892 * 1001, 30000)),
        ("29.97", "01:00:00:00", Fraction(108000 * 1001, 30000)),
        ("25", "10:00:00:12", Fraction(36000) + Fraction(12, 25)),
    ],
)
def test_media_begin_at_the_exact_seconds_of_their_first_timecode(
    tmp_path: Path, text: str, timecode: str | None, start: Fraction
) -> None:
    rate = FrameRate.parse(text)
    path = tmp_path / "A.mov"
    write_numbered_clip(path, frames=12, rate=rate, size=(160, 90), timecode=timecode)
    [(known, facts)] = media_facts([str(path)]).items()
    assert known == str(path)
    assert (facts.start, facts.rate, facts.duration) == (start, rate.fps, rate.seconds(12))
    assert (facts.size, facts.channels) == ((160, 90), 0)
    assert facts.drop_frame == (";" in timecode if timecode else None)


def test_a_still_and_what_cannot_be_opened_are_left_out(tmp_path: Path) -> None:
    still = SampleMedia(name="map.png", frames=1, rate=Fraction(24), sort=MediaSort.STILL)
    sound = SampleMedia(name="wild.wav", frames=24, rate=Fraction(24), sort=MediaSort.SOUND)
    make_media([still, sound], folder=tmp_path)
    broken = tmp_path / "broken.mov"
    broken.write_bytes(b"no film")
    names = (still.name, sound.name, broken.name, "never.mov")
    assert list(media_facts([str(tmp_path / name) for name in names])) == [str(tmp_path / sound.name)]


def test_takes_are_described_as_they_were_counted_when_they_were_made() -> None:
    rate = FrameRate.parse("23.976")
    take = LinkedTake(number=1, path="/lib/TAG_SH0010_t01.mov", frames=54, start=Fraction(0), previs=True)
    relink = Relink(
        shot="SH0010",
        hole="abc",
        kind="GAP",
        track="V1",
        placement=Placement(kind=PlacementKind.ON_TRACK, address=(0,)),
        record=FrameRange(start=40, end=70, rate=rate),
        offset=12,
        circled=1,
        takes=(take, replace(take, number=2, path="/lib/TAG_SH0010_t02.mov")),
    )
    found = facts_of_takes([relink], size=(320, 180))
    assert list(found) == ["/lib/TAG_SH0010_t01.mov", "/lib/TAG_SH0010_t02.mov"]
    assert {(each.start, each.duration, each.rate, each.size) for each in found.values()} == {
        (Fraction(0), Fraction(54 * 1001, 24000), rate.fps, (320, 180))
    }


def test_remarks_on_files_are_told_apart_and_stand_together_by_format() -> None:
    other = warning("UNSUPPORTED", "fcp7 is not written: FCP7 XML cannot state a rate of 25/2", where="reel.otio")
    remarks = sort_remarks(
        [
            info(
                "UNSUPPORTED", "unsupported in fcp7: marker keywords (2 places). No keywords there.", where="V1 01:00"
            ),
            info("UNSUPPORTED", "unsupported in resolve: picture size (1 place). None.", where="picture size"),
            other,
            warning("FCP7_SPEED", "fcp7 (1 place): a clip is retimed; check it; then go on", where="V1 A.mov"),
            info("UNSUPPORTED", "unsupported in fcp7: metadata (x) of (y) (1 place). Sorry (3 times).", where="V2"),
        ]
    )
    assert remarks.lost == (
        Remark(flavor="fcp7", what="marker keywords (2 places)", first="V1 01:00", why="No keywords there."),
        Remark(flavor="fcp7", what="metadata (x) of (y) (1 place)", first="V2", why="Sorry (3 times)."),
        Remark(flavor="resolve", what="picture size", first="", why="None."),
    )
    assert remarks.doubted == (
        Remark(flavor="fcp7", what="a clip is retimed (1 place)", first="V1 A.mov", why="check it; then go on"),
    )
    assert remarks.others == (other,)
