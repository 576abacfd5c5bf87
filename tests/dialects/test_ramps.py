"""Speed ramps as Hiero and Resolve state them; those of FCP7 XML are in `test_fcp7_reading`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from pickup.testing.ramps import resolves_ramp
from pickup.timelines.ramps import ramp_of

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "ayon-core"
SINGLE_PRECISION = Fraction(1, 10**6)


def times(start: float, length: float, rate: float = 24.0) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(length, rate))


def clip(
    metadata: dict[str, Any], *, start: float = 86400, length: float = 48, speed: float = 1.0, more: Sequence[Any] = ()
) -> otio.schema.Clip:
    """A clip of media that begins at an hour and lasts four seconds."""
    reference = otio.schema.ExternalReference(target_url="/media/a.mov", available_range=times(86400, 96))
    effects = [otio.schema.TimeEffect(effect_name="ramp", metadata=metadata), *more]
    if speed != 1:
        effects.insert(0, otio.schema.LinearTimeWarp(time_scalar=speed))
    return otio.schema.Clip(media_reference=reference, source_range=times(start, length), effects=effects)


PUBLISHED = ((0.0, 0.0), (15.906236312658555, 1.5906236312658553), (18.110924497025626, 6.0))
"""What stands in an export of Resolve that others published: 16 s at a tenth of the speed, and 2 s at double."""


def hieros(*lookup: float) -> dict[str, Any]:
    return {"length": 1.0, "lookup": list(lookup)}


def frames_shown(item: otio.schema.Clip, *, rate: Fraction = Fraction(24)) -> list[Fraction]:
    """Frames from its source start that a clip shows at its own frames."""
    ramp = ramp_of(item)
    assert ramp is not None
    assert not ramp.unread
    return [ramp.at(frame / rate) * rate for frame in range(int(item.source_range.duration.value))]


def test_what_has_a_constant_speed_has_no_ramp() -> None:
    item = clip({})
    item.effects[:] = [otio.schema.LinearTimeWarp(time_scalar=2.0), otio.schema.FreezeFrame()]
    assert ramp_of(item) is None
    assert ramp_of(otio.schema.Gap()) is None


def test_hiero_says_of_each_frame_how_much_later_the_one_is_that_is_shown() -> None:
    lookup = [float(frame) for frame in (0, 0, 1, 3, 6, 10)]
    assert frames_shown(clip(hieros(*lookup), length=6)) == [0, 1, 3, 6, 10, 15]
    assert frames_shown(clip(hieros(*lookup), length=6, speed=2.0)) == [0, 2, 6, 12, 20, 30]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection is not at hand")
@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("qt_timewarp", 2, 8), ("img_seq_tw_beyond_range", -5, 20), ("img_seq_2x_time_warp", 4, 24)],
)
def test_exports_of_hiero_are_followed(name: str, first: int, last: int) -> None:
    item = otio.adapters.read_from_file(str(CORPUS / f"{name}.json"), adapter_name="otio_json")
    [lookup] = [list(each.metadata["lookup"]) for each in item.effects if type(each) is otio.schema.TimeEffect]
    speed = math.prod(each.time_scalar for each in item.effects if isinstance(each, otio.schema.LinearTimeWarp))
    shown = frames_shown(item, rate=Fraction(24000, 1001))
    assert (round(shown[0]), round(shown[-1])) == (first, last)
    assert all(abs(each - (frame + lookup[frame]) * speed) < SINGLE_PRECISION for frame, each in enumerate(shown))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the collection is not at hand")
def test_of_two_ramps_on_one_clip_it_is_not_known_which_comes_first() -> None:
    item = otio.adapters.read_from_file(str(CORPUS / "img_seq_multiple_tws.json"), adapter_name="otio_json")
    ramp = ramp_of(item)
    assert ramp is not None
    assert "beside another change of speed" in ramp.unread


def test_one_that_moves_no_frame_is_no_second_one() -> None:
    idle = otio.schema.TimeEffect(metadata=hieros(0.0, 0.0, 0.0))
    assert frames_shown(clip(hieros(0.0, 1.0, 2.0), length=3, more=[idle])) == [0, 2, 4]


def test_one_that_moves_no_frame_is_a_straight_line() -> None:
    assert frames_shown(clip(hieros(0.0, 0.0, 0.0), length=3)) == [0, 1, 2]


def test_resolve_counts_both_times_from_the_first_frame_of_the_media() -> None:
    item = clip(resolves_ramp((0.0, 0.0), (1.0, 3.0), (3.0, 4.0)), length=72)
    shown = frames_shown(item)
    assert (shown[0], shown[12], shown[24], shown[48]) == (0, 36, 72, 84)


def test_the_export_that_others_published_is_read() -> None:
    item = clip(resolves_ramp(*PUBLISHED), length=434)
    item.media_reference.available_range = times(86400, 144)
    ramp = ramp_of(item)
    assert ramp is not None
    assert ramp.at(Fraction(10)) == 1
    assert abs(ramp.at(Fraction(17)) - (6 - 2 * (Fraction("18.110924497025626") - 17))) < Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (clip({}), "does not say"),
        (clip({"Resolve_OTIO": {}}), "does not say"),
        (clip({"Resolve_OTIO": {"Key Frames": [[0.0, 0.0]]}}), "it is not certain"),
        (clip({"Resolve_OTIO": {"Key Frames": [3, 4]}}), "does not say"),
        (clip(resolves_ramp((0.0, 0.0), (0.0, 1.0), (2.0, 4.0))), "does not say"),
        (clip(resolves_ramp((0.0, 0.0), (float("inf"), 4.0))), "does not say"),
        (clip(resolves_ramp((0.0, 0.0), (2.0, 4.0), smooth=True)), "smoothed"),
        (clip(resolves_ramp((0.0, 0.0), (2.0, 4.0), tangent=0.2)), "smoothed"),
        (clip(resolves_ramp((0.0, 0.0), (2.0, 4.0)), start=86412), "where the clip begins"),
        (clip(resolves_ramp((0.0, 1.0), (2.0, 4.0))), "where the clip begins"),
        (clip(resolves_ramp((0.0, 0.0), (2.0, 3.9))), "where the clip begins"),
        (clip(resolves_ramp((0.0, 0.0), (2.0, 4.0)), speed=2.0), "beside another change of speed"),
        (clip(hieros(0.0, 1.0)), "does not say"),
        (clip(hieros(0.0, float("nan")), length=2), "does not say"),
        (clip({"lookup": ["a", "b"]}, length=2), "does not say"),
        (clip({"lookup": "ab"}, length=2), "does not say"),
        (clip(hieros(0.0, 1.0), length=2, speed=-1.0), "beside a reverse"),
        (clip({"fcp_xml": {"curve": [["0", "0"], ["9", "1e9999999"]], "played": "0", "rate": "24"}}), "does not say"),
        (clip({"fcp_xml": {"curve": [["0", "0"], ["9", "9"]], "played": "0", "rate": "0"}}), "does not say"),
        (clip({"fcp_xml": {"curve": [["0", "0"], ["9", "9"]], "played": "0"}}), "does not say"),
    ],
)
def test_what_is_not_certain_is_told(item: otio.schema.Clip, why: str) -> None:
    ramp = ramp_of(item)
    assert ramp is not None
    assert why in ramp.unread
    assert not ramp.points


def test_without_the_length_of_the_media_nothing_says_where_resolves_keyframes_begin() -> None:
    item = clip(resolves_ramp((0.0, 0.0), (2.0, 4.0)))
    item.media_reference.available_range = None
    ramp = ramp_of(item)
    assert ramp is not None
    assert "does not say" in ramp.unread


def test_it_survives_a_file(tmp_path: Path) -> None:
    path = tmp_path / "clip.otio"
    before = clip(resolves_ramp((0.0, 0.0), (1.0, 3.0), (3.0, 4.0)))
    otio.adapters.write_to_file(before, str(path))
    assert json.loads(path.read_text())["effects"][0]["OTIO_SCHEMA"] == "TimeEffect.1"
    assert ramp_of(otio.adapters.read_from_file(str(path))) == ramp_of(before)
