"""OpenShot's importer of FCP7 XML opens what `pickup fill` writes, and shows every clip where it is."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from harness.filling import FilledSample, fill_sample
from harness.openshot import Imported, import_sequence, missing_openshot
from harness.programs import RenderFailed, require
from harness.xml_copies import copy_for_openshot

from pickup.demo.samples import sample_named
from pickup.testing.clips import read_number

pytestmark = pytest.mark.client

SOURCE_FRAME_SLOP = 1
"""libopenshot 0.2.7 may show a neighbor of the right source frame; at 29.97 fps the next one was seen."""

SHOWN = {
    "one_gap_24fps": [(0, 0, 8, "G24fps_C001"), (0, 40, None, "SH0010"), (0, 70, 20, "G24fps_C002")],
    "one_gap_2997fps": [(0, 0, 8, "G2997fps_C001"), (0, 40, None, "SH0010"), (0, 70, 20, "G2997fps_C002")],
    "documentary_broll_gaps": [
        (0, 0, 0, "INT_mix"),  # the mix has one channel, so it stands on one track
        *((1, 0, 10, "INT_C001"), (1, 150, 10, "INT_C002"), (1, 250, None, "SH0010"), (1, 290, 10, "INT_C003")),
        *((1, 390, None, "SH0020"), (1, 420, 10, "INT_C004"), (2, 95, 5, "INT_C005"), (2, 360, 5, "INT_C006")),
    ],
}
"""By sample: layer, record frame, first media frame (None for a take: its sidecar says), part of the name."""
ENDS = {
    "one_gap_24fps": [48, None, 60],
    "one_gap_2997fps": [48, None, 60],
    "documentary_broll_gaps": [480, 110, 110, None, 80, None, 70, 65, 35],
}
"""By sample: the media frame after the last that each clip shows; None for a take."""


@pytest.fixture(autouse=True)
def openshot() -> None:
    require(missing_openshot())


@pytest.fixture(scope="module", params=sorted(SHOWN))
def filled(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[str, FilledSample]:
    return request.param, fill_sample(request.param, folder=tmp_path_factory.mktemp(request.param))


def expected(name: str, pair: FilledSample) -> list[tuple[int, int, int, int, str]]:
    """Layer, record frame, first and end media frame, part of the name of each clip."""
    takes = {take.start: take for take in pair.takes}
    listed = []
    for (layer, start, first, stem), end in zip(SHOWN[name], ENDS[name], strict=True):
        if first is None or end is None:
            take = takes[start]
            listed.append((layer, start, take.first, take.first + take.end - take.start, stem))
        else:
            listed.append((layer, start, first, end, stem))
    return listed


def as_expected(clip: Imported, *, stem: str) -> tuple[int, int, int, int, str]:
    assert stem in clip.title
    assert stem in clip.path.name
    return (clip.layer, clip.position, clip.first, clip.end, stem)


def test_every_clip_is_there_with_its_frames(filled: tuple[str, FilledSample], tmp_path: Path) -> None:
    name, pair = filled
    sequence = tmp_path / "cut.xml"
    copy_for_openshot(pair.written["fcp7"], destination=sequence)
    meant = expected(name, pair)
    middles = {start + (end - first) // 2: first + (end - first) // 2 for _, start, first, end, _ in meant[-1:]}
    middles |= {(take.start + take.end) // 2: take.first + (take.end - take.start) // 2 for take in pair.takes}
    clips, pictures = import_sequence(sequence, rate=sample_named(name).rate, folder=tmp_path, frames=middles)
    assert len(clips) == len(meant)
    assert [as_expected(clip, stem=each[-1]) for clip, each in zip(clips, meant, strict=True)] == meant
    numbers = {frame: read_number(picture) for frame, picture in pictures.items()}
    wrong = {frame: number for frame, number in numbers.items() if abs(number - middles[frame]) > SOURCE_FRAME_SLOP}
    assert wrong == {}


def test_an_in_point_that_is_off_by_one_is_seen(filled: tuple[str, FilledSample], tmp_path: Path) -> None:
    name, pair = filled
    sequence = tmp_path / "cut.xml"
    copy_for_openshot(pair.written["fcp7"], destination=sequence)
    document = ET.parse(sequence)
    item = next(document.getroot().iter("clipitem"))
    for key in ("in", "out"):
        moved = item.find(key)
        assert moved is not None
        moved.text = str(int(moved.text or "") + 1)
    document.write(sequence)
    clips, _pictures = import_sequence(sequence, rate=sample_named(name).rate, folder=tmp_path)
    listed = [as_expected(clip, stem=each[-1]) for clip, each in zip(clips, expected(name, pair), strict=True)]
    assert listed != expected(name, pair)


def test_media_that_is_missing_is_asked_for(filled: tuple[str, FilledSample], tmp_path: Path) -> None:
    name, pair = filled
    sequence = tmp_path / "cut.xml"
    copy_for_openshot(pair.written["fcp7"], destination=sequence)
    sequence.write_text(sequence.read_text().replace("SH0010_t01.mov</pathurl>", "SH0010_gone.mov</pathurl>"))
    with pytest.raises(RenderFailed, match=r"SH0010_gone\.mov cannot be found"):
        import_sequence(sequence, rate=sample_named(name).rate, folder=tmp_path)
