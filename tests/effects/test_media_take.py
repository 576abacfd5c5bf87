"""A whole take as it is delivered: graded to its neighbour, with sound, inspected, signed, with what lies beside it."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pickup._av import read_frames, write_frames
from pickup.holes import MediaFrame
from pickup.media.color.cube import read_cube, through_cube
from pickup.media.color.samples import cut_difference
from pickup.media.conform import Conformer
from pickup.media.provenance.certificate import Signer
from pickup.ports import Beside, Conformed, Delivery, Origin, Sounding
from pickup.takes import Verdict
from pickup.testing.sounding import tone, write_sounding_clip
from pickup.timing import FrameRate

SIZE = (320, 180)
R24 = FrameRate.parse("24")
REEL = "HARBOR7K2Q_SH0010_t01"
Rgb = NDArray[np.uint8]


def scene(number: int, *, seed: int = 4, shift_px: int = 2) -> Rgb:
    """A picture with shapes of many colors that moves to the left; another seed is another scene."""
    random = np.random.default_rng(seed)
    wide = random.integers(30, 220, (12, 40, 3)).astype(np.uint8)
    large = np.asarray(Image.fromarray(wide).resize((800, 240), Image.Resampling.BICUBIC))
    grain = np.random.default_rng(1000 + number).normal(0, 2, (180, 320, 1))
    part = large[30:210, 100 + shift_px * number : 420 + shift_px * number]
    return np.clip(part + grain, 0, 255).astype(np.uint8)


def warm(picture: Rgb) -> Rgb:
    """The same, as a model that likes orange would have it."""
    change = picture.astype(float) * (1.12, 1.0, 0.8) + (8, 0, -6)
    return np.clip(change, 0, 255).astype(np.uint8)


def png(picture: Rgb) -> bytes:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, format="PNG")
    return content.getvalue()


def delivery_of(**more: Any) -> Delivery:
    facts = {"frames": 24, "rate": R24, "size": SIZE, "codec": "prores_hq", "reel": REEL, "color_strength": 1.0, **more}
    return Delivery(**facts)


def conformed(original: Path, delivery: Delivery, *, signer: Signer | None = None) -> tuple[Path, Conformed]:
    destination = original.parent / "out" / f"{REEL}.mov"
    conform = Conformer(signer=signer, now=lambda: datetime(2026, 11, 30, tzinfo=UTC))
    return destination, asyncio.run(conform([original], destination, delivery=delivery, report=lambda _done: None))


@pytest.fixture
def original(tmp_path: Path) -> Path:
    """A clip of 24 frames that goes on from `scene(-1)`, too warm."""
    path = tmp_path / "original.mp4"
    write_frames(path, [warm(scene(number)) for number in range(24)], rate=R24, size=SIZE, codec="h264")
    return path


def test_a_take_of_the_same_scene_is_graded_to_its_neighbour(original: Path) -> None:
    beside = Beside(before=png(scene(-1)), made_from=(True, False))
    path, found = conformed(original, delivery_of(beside=beside))
    ungraded = cut_difference(warm(scene(0)), scene(-1))
    first = next(iter(read_frames(path)))
    assert found.grade is not None
    assert found.grade.strength > 0.7, found.grade.reason
    assert cut_difference(first, scene(-1)) < ungraded / 3
    assert np.abs(first.astype(int) - scene(0)).mean() < 5
    assert any(policy.startswith("color ") for policy in found.policies)


def test_the_color_of_another_scene_is_left_alone(original: Path) -> None:
    beside = Beside(before=png(scene(0, seed=11)))
    path, found = conformed(original, delivery_of(beside=beside))
    assert found.grade is not None
    assert np.abs(next(iter(read_frames(path))).astype(int) - warm(scene(0))).mean() < 8
    assert found.grade.after[0] is not None
    assert found.grade.before[0] is not None
    assert found.grade.after[0] <= found.grade.before[0] + 0.5


def test_what_a_colorist_needs_lies_beside_the_take(original: Path) -> None:
    beside = Beside(before=png(scene(-1)), made_from=(True, False))
    path, found = conformed(original, delivery_of(beside=beside))
    there = {each.name for each in path.parent.iterdir()}
    assert there == {path.name, *found.beside}
    assert {f"{REEL}.cube", f"{REEL}_undo.cube", f"{REEL}.cdl"} <= there
    graded = next(iter(read_frames(path))) / 255
    back = through_cube(read_cube(path.with_name(f"{REEL}_undo.cube")), graded.reshape(-1, 3)).reshape(graded.shape)
    assert np.abs(back * 255 - warm(scene(0))).mean() < 4


def test_a_strength_of_zero_touches_no_color(original: Path) -> None:
    beside = Beside(before=png(scene(-1)), made_from=(True, False))
    path, found = conformed(original, delivery_of(beside=beside, color_strength=0.0))
    assert (found.grade, found.beside) == (None, ())
    assert np.abs(next(iter(read_frames(path))).astype(int) - warm(scene(0))).mean() < 3


def test_previs_is_not_graded(original: Path) -> None:
    beside = Beside(before=png(scene(-1)), made_from=(True, False))
    assert conformed(original, delivery_of(beside=beside, previs=True))[1].grade is None


def test_continuity_is_told_before_and_after_the_match(original: Path) -> None:
    beside = Beside(before=png(scene(-1)), after=png(scene(24)), made_from=(True, True))
    _path, found = conformed(original, delivery_of(beside=beside))
    measures = dict(found.inspection.measures)
    for side in ("in", "out"):
        assert measures[f"continuity_{side}"] > measures[f"continuity_{side}_before_color"]


def test_a_take_that_is_black_fails_and_is_delivered_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "original.mp4"
    write_frames(path, [np.zeros((180, 320, 3), np.uint8)] * 24, rate=R24, size=SIZE, codec="h264")
    made, found = conformed(path, delivery_of())
    assert found.inspection.verdict is Verdict.FAIL
    assert made.is_file()


def test_a_small_original_is_told_to_be_scaled_up(original: Path) -> None:
    for size, severity in (((480, 270), "info"), ((960, 540), "warning")):
        _path, found = conformed(original, delivery_of(size=size))
        [finding] = [each for each in found.inspection.findings if each.code == "UPSCALED"]
        assert finding.severity == severity


def test_sound_is_kept_or_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "original.mp4"
    sound = tone(seconds=4, level=0.1, channels=2)
    write_sounding_clip(path, sound, frames=96, rate=R24, codec="aac")
    _, silent = conformed(path, delivery_of(frames=96))
    assert "silent" in silent.policies
    made, kept = conformed(path, delivery_of(frames=96, sound=Sounding(channels=2, loudness=-23.0)))
    with av.open(str(made)) as file:
        stream = file.streams.audio[0]
        samples = sum(frame.samples for frame in file.decode(stream))
    assert samples == 4 * 48000
    assert "loudness -23 LUFS" in kept.policies
    assert dict(kept.inspection.measures)["loudness_lufs"] == pytest.approx(-23, abs=0.5)


def test_the_proxy_shows_the_same_frames_smaller(tmp_path: Path) -> None:
    path = tmp_path / "original.mp4"
    pictures = [np.asarray(Image.fromarray(scene(number)).resize((1920, 1080))) for number in range(6)]
    write_frames(path, pictures, rate=R24, size=(1920, 1080), codec="h264")
    made, found = conformed(path, delivery_of(frames=6, size=(1920, 1080), proxy=True))
    small = list(read_frames(made.with_name("proxy.mp4")))
    assert "proxy.mp4" in found.beside
    assert [each.shape for each in small] == [(540, 960, 3)] * 6


ORIGIN = Origin(
    shot="SH0010",
    take=1,
    provider="studio",
    model="m-1",
    prompt="a <harbor> & a boat",
    seed=7,
    previs=False,
    created=datetime(2026, 1, 1, tzinfo=UTC),
)


def test_a_signed_take_is_still_the_take_that_was_proved(original: Path, tmp_path: Path) -> None:
    pytest.importorskip("c2pa")
    from pickup.config.settings import ProvenanceSettings  # noqa: PLC0415
    from pickup.media.provenance import find_signer, read_manifest  # noqa: PLC0415

    signer = find_signer(ProvenanceSettings(c2pa="on"), state_folder=tmp_path / "state", environment={})
    path, found = conformed(original, delivery_of(origin=ORIGIN), signer=signer)
    assert found.signed
    assert (path.stat().st_size, len(list(read_frames(path)))) == (found.bytes_written, 24)
    manifest = read_manifest(path)
    assert manifest is not None
    assert manifest.is_intact
    assert f"{REEL}.xmp" in found.beside


def test_without_a_signer_the_xmp_file_alone_says_where_it_comes_from(original: Path) -> None:
    path, found = conformed(original, delivery_of(origin=ORIGIN))
    assert not found.signed
    assert "trainedAlgorithmicMedia" in path.with_suffix(".xmp").read_text(encoding="utf-8")


def test_handles_are_not_what_meets_the_neighbour(original: Path) -> None:
    """The first covered frame is compared, not the first of the file."""
    beside = Beside(before=png(warm(scene(5))))
    _path, found = conformed(original, delivery_of(beside=beside, head=6, tail=2))
    assert dict(found.inspection.measures)["continuity_in_before_color"] > 0.8


def test_a_take_for_log_footage_is_in_its_space_and_is_seen_again_as_it_was(original: Path) -> None:
    pytest.importorskip("PyOpenColorIO")
    from pickup.media.frames import seen_frame_async  # noqa: PLC0415
    from pickup.media.looks import look_of  # noqa: PLC0415

    destination = original.parent / "out" / f"{REEL}.mov"
    delivery = delivery_of(beside=Beside(before=png(warm(scene(-1)))))
    with look_of("ARRI LogC4", config="") as look:
        assert look is not None
        work = Conformer(look=look)([original], destination, delivery=delivery, report=lambda _done: None)
        found = asyncio.run(work)
        frame = MediaFrame(path=str(destination), seconds=Fraction(0), media_start=Fraction(0))
        seen = asyncio.run(seen_frame_async(frame, size=SIZE, to_display=look.to_display))
    log, shown = next(iter(read_frames(destination))), np.asarray(Image.open(io.BytesIO(seen)))
    assert found.policies == ("space ARRI LogC4",)
    assert dict(found.inspection.measures)["continuity_in"] > 0.85, "it is inspected as it is seen"
    assert log.mean() < warm(scene(0)).mean() - 20
    assert np.abs(shown.astype(int) - warm(scene(0))).mean() < 4
