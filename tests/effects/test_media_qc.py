"""Quality control: planted faults are found at their frames, and clean footage passes."""

import io
import math
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.filter import Graph
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from pickup._av import open_video, write_frames
from pickup.errors import MediaError, Severity
from pickup.media.qc import Expected, Inspector
from pickup.ports import Generation
from pickup.providers.slate.render import shoot
from pickup.takes import Inspection, Verdict
from pickup.testing.scenery import grainy, lit, scenery, seen
from pickup.timing import FrameRate

Rgb = NDArray[np.uint8]
Shot = Callable[[int], Rgb]
SIZE = (640, 360)
FRAMES = 60
RATE = FrameRate.parse("24")
EXPECTED = Expected(rate=RATE, size=SIZE, frames=FRAMES, cover=(0, FRAMES))


@cache
def scene(seed: int = 1) -> Rgb:
    return scenery(seed)


def panned(number: int, *, seed: int = 1) -> Rgb:
    return grainy(seen(scene(seed), size=SIZE, right=2 * number), strength=2, number=number)


def other(number: int) -> Rgb:
    return panned(number, seed=2)


def decoded(picture: Rgb, number: int) -> VideoFrame:
    """A frame as the finished take gives it."""
    frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(
        format="yuv422p10le", dst_colorspace=1, dst_color_range=1
    )
    frame.colorspace, frame.color_range, frame.pts, frame.time_base = 1, 1, number, Fraction(1, 24)
    return frame


def inspected(shot: Shot, expected: Expected = EXPECTED, *, frames: int | None = None) -> Inspection:
    inspector = Inspector(expected)
    for number in range(expected.frames if frames is None else frames):
        inspector.see(decoded(shot(number), number), number)
    return inspector.inspection()


def png(picture: Rgb) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def told(inspection: Inspection, severity: Severity = Severity.WARNING) -> dict[str, str]:
    """Codes of one severity, each with its place."""
    return {finding.code: finding.where for finding in inspection.findings if finding.severity is severity}


# Clean footage


def _handheld(number: int) -> Rgb:
    sway = [sum(math.sin(number / period + phase) * period for period in (2.3, 5.1, 11.0)) for phase in (0.0, 2.0)]
    return seen(scene(), size=SIZE, right=sway[0], down=sway[1], turn=sway[0] / 20)


def _street_at_night(number: int) -> Rgb:
    picture = lit(seen(scene(), size=SIZE, right=1.5 * number), by=0.3)
    dice = np.random.default_rng(5)
    for _ in range(50):
        x, y, radius, period, phase = (int(each) for each in dice.integers((0, 0, 3, 2, 0), (*SIZE, 20, 14, 14)))
        color = tuple(int(each) for each in dice.integers(120, 255, 3))
        if (number + phase) // period % 2:
            cv2.circle(picture, (x, y), radius, color, -1)
    return picture


def _passer_by(number: int) -> Rgb:
    picture = seen(scene(), size=SIZE)
    someone = scene(3)[:250, :160]
    x = number * 12 - 80
    left, right = max(0, x), min(SIZE[0], x + 160)
    if left < right:
        picture[60:310, left:right] = someone[:, left - x : right - x]
    return grainy(picture, strength=2, number=number)


def _rain(number: int) -> Rgb:
    picture, dice = lit(seen(scene(), size=SIZE, right=number / 3), by=0.6), np.random.default_rng(number)
    for _ in range(250):
        x, y = (int(each) for each in dice.integers((0, 0), SIZE))
        cv2.line(picture, (x, y), (x + 2, y + 25), (200, 200, 210), 1)
    return picture


def _sea(number: int) -> Rgb:
    picture = seen(scene(), size=SIZE).astype(np.float32)
    waves = np.random.default_rng(number).normal(0, 50, (20, 60)).astype(np.float32)
    picture[180:] += cv2.resize(waves, (640, 180))[..., None]
    return np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)


def _whip_pan(number: int) -> Rgb:
    gone = min(1.0, max(0.0, (number - 25) / 8))
    picture = seen(scene(), size=SIZE, right=-400 + 800 * gone + number)
    return np.asarray(cv2.blur(picture, (40, 1)), dtype=np.uint8) if 0 < gone < 1 else picture


def _by_candle(number: int) -> Rgb:
    flicker = 0.8 + 0.04 * math.sin(number * 1.3) + 0.03 * np.random.default_rng(number).normal()
    return lit(seen(scene(), size=SIZE, right=number / 2), by=flicker)


CLEAN: dict[str, Shot] = {
    "a slow pan": lambda number: seen(scene(), size=SIZE, right=2 * number),
    "a fast pan": lambda number: seen(scene(), size=SIZE, right=9 * number - 270),
    "a whip pan": _whip_pan,
    "a tilt": lambda number: seen(scene(), size=SIZE, down=3 * number - 90),
    "a push in": lambda number: seen(scene(), size=SIZE, zoom=1 + number * 0.008),
    "a push that is hardly seen": lambda number: seen(scene(), size=SIZE, zoom=1 + number * 0.0008),
    "a crash zoom": lambda number: seen(scene(), size=SIZE, zoom=1.03 ** min(number, 35), right=number / 4),
    "a roll": lambda number: seen(scene(), size=SIZE, turn=number * 0.8),
    "a camera held by hand": _handheld,
    "heavy grain on a locked shot": lambda number: grainy(seen(scene(), size=SIZE), strength=20, number=number),
    "low light with noise": lambda number: grainy(lit(panned(number), by=0.16), strength=5, number=number),
    "low light without noise": lambda number: lit(seen(scene(), size=SIZE, right=3 * number), by=0.25),
    "street lights that blink": _street_at_night,
    "someone who walks by": _passer_by,
    "rain": _rain,
    "the sea": _sea,
    "candle light": _by_candle,
    "a swing": lambda number: seen(scene(), size=SIZE, right=60 * math.sin(number / 9)),
    "focus that is pulled": lambda number: np.asarray(
        cv2.GaussianBlur(panned(number), (0, 0), 0.1 + 4 * abs(math.sin(number / 23))), dtype=np.uint8
    ),
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_footage_passes(name: str) -> None:
    inspection = inspected(CLEAN[name])
    assert (told(inspection), inspection.verdict) == ({}, Verdict.PASS)


def test_a_take_that_meets_its_neighbours_passes() -> None:
    before, after = png(panned(-1)), png(panned(FRAMES))
    inspection = inspected(panned, replace(EXPECTED, before=before, after=after, made_from=(True, True)))
    assert inspection.findings == ()
    assert (inspection.measure("continuity_in") or 0) > 0.9
    assert (inspection.measure("continuity_out") or 0) > 0.9


# Count and damage


def test_frames_that_are_missing_fail_the_take() -> None:
    inspection = inspected(panned, frames=FRAMES - 3)
    assert inspection.verdict is Verdict.FAIL
    (finding,) = inspection.findings
    assert (finding.code, finding.message) == (
        "FRAME_COUNT",
        "57 frames could be decoded, not 60. Conform it again.",
    )


def test_damaged_frames_fail_the_take(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    write_frames(path, (panned(number) for number in range(FRAMES)), rate=RATE, size=SIZE, codec="h264")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    for place in range(middle, middle + 20_000, 50):
        data[place] ^= 0x55
    path.write_bytes(data)
    inspector = Inspector(EXPECTED)
    with open_video(path) as video:
        for number, picture in enumerate(video.pictures()):
            inspector.see(picture.frame, number)
    inspection = inspector.inspection()
    assert (inspection.measure("corrupt_frames") or 0) > 0
    assert "CORRUPT_FRAMES" in told(inspection, Severity.ERROR)


# Black and still


def test_a_black_stretch_is_found_to_the_frame() -> None:
    inspection = inspected(lambda number: lit(panned(number), by=0 if 20 <= number < 36 else 1))
    assert told(inspection) == {"BLACK": "00:00:00:20 to 00:00:01:11 (frames 20 through 35, 0.67 s)"}


def test_a_black_take_fails_even_as_previs() -> None:
    def dark(number: int) -> Rgb:
        return grainy(np.zeros((360, 640, 3), dtype=np.uint8), strength=2, number=number)

    for previs in (False, True):
        inspection = inspected(dark, replace(EXPECTED, previs=previs))
        assert told(inspection, Severity.ERROR) == {"WHOLLY_BLACK": "the whole take"}


@pytest.mark.parametrize("at_the_head", [False, True])
def test_a_fade_is_told_once_and_only_warned_about(*, at_the_head: bool) -> None:
    def faded(number: int) -> Rgb:
        place = FRAMES - 1 - number if at_the_head else number
        return lit(panned(number), by=max(0.0, 1 - max(0, place - 30) / 24))

    inspection = inspected(faded)
    assert list(told(inspection)) == ["FADE"]
    assert inspection.verdict is Verdict.WARN


def test_a_freeze_is_found_to_the_frame() -> None:
    inspection = inspected(lambda number: panned(number if number < 15 else max(15, number - 30)))
    assert told(inspection) == {"FREEZE": "00:00:00:15 to 00:00:01:21 (frames 15 through 45, 1.29 s)"}


def test_a_freeze_that_runs_to_the_end_is_found() -> None:
    inspection = inspected(lambda number: panned(min(number, 30)))
    assert told(inspection) == {"FREEZE": "00:00:01:06 to 00:00:02:11 (frames 30 through 59, 1.25 s)"}


def test_a_freeze_of_less_than_a_second_is_a_pause() -> None:
    assert told(inspected(lambda number: panned(number if number < 15 else max(15, number - 20)))) == {}


def test_a_freeze_by_policy_is_only_told() -> None:
    inspection = inspected(lambda number: panned(min(number, 30)), replace(EXPECTED, held=range(31, FRAMES)))
    assert inspection.verdict is Verdict.PASS
    assert list(told(inspection, Severity.INFO)) == ["HELD"]


def test_one_picture_for_a_whole_take_is_no_freeze_by_policy_unless_it_was_asked_for() -> None:
    """A clip of unequal times may show one picture for as long as it likes."""
    held = replace(EXPECTED, held=range(1, FRAMES))
    assert "WHOLLY_FROZEN" in told(inspected(lambda _number: panned(0), held), Severity.ERROR)
    asked_for = inspected(lambda _number: panned(0), replace(held, frozen=True))
    assert (asked_for.verdict, list(told(asked_for, Severity.INFO))) == (Verdict.PASS, ["HELD"])


def test_a_frozen_take_fails_unless_it_is_previs() -> None:
    assert told(inspected(lambda _number: panned(0)), Severity.ERROR) == {"WHOLLY_FROZEN": "the whole take"}
    assert inspected(lambda _number: panned(0), replace(EXPECTED, previs=True)).verdict is Verdict.PASS


# Frames shown twice


def five_from_four(number: int) -> int:
    return number - number // 5 - (number % 5 == 4)


def test_a_cadence_of_repeats_is_named() -> None:
    inspection = inspected(lambda number: panned(five_from_four(number)))
    assert list(told(inspection)) == ["REPEAT_CADENCE"]
    assert inspection.measure("repeat_cadence") == 5
    assert inspection.findings[0].message.startswith("Every 5th frame is shown twice (12 repeats)")
    assert "frames 4 through 59" in inspection.findings[0].where


def test_a_cadence_survives_the_services_own_codec(tmp_path: Path) -> None:
    path = tmp_path / "original.mp4"
    pictures = (panned(five_from_four(number)) for number in range(FRAMES))
    write_frames(path, pictures, rate=RATE, size=SIZE, codec="h264")
    inspector = Inspector(EXPECTED)
    with open_video(path) as video:
        for number, picture in enumerate(video.pictures()):
            inspector.see(picture.frame, number)
    assert inspector.inspection().measure("repeat_cadence") == 5


def test_repeats_that_the_conform_made_are_no_fault() -> None:
    held = frozenset(number for number in range(FRAMES) if number % 5 == 4)
    assert told(inspected(lambda number: panned(five_from_four(number)), replace(EXPECTED, held=held))) == {}


def test_one_repeat_is_told_with_its_frame() -> None:
    inspection = inspected(lambda number: panned(number - (number >= 33)))
    assert told(inspection) == {"REPEATED_FRAMES": "00:00:01:09 (frame 33, 1.38 s)"}


# From frame to frame


@pytest.mark.parametrize("light", [1.0, 0.2])
def test_a_cut_inside_the_take_is_found_to_the_frame(light: float) -> None:
    inspection = inspected(lambda number: lit(panned(number) if number < 35 else other(number), by=light))
    assert told(inspection) == {"INTERNAL_CUT": "00:00:01:11 (frame 35, 1.46 s)"}


def test_a_jump_cut_to_a_closer_framing_is_found() -> None:
    inspection = inspected(
        lambda number: seen(scene(), size=SIZE, right=2 * number + 60 * (number >= 35), zoom=1.4 if number >= 35 else 1)
    )
    assert told(inspection) == {"INTERNAL_CUT": "00:00:01:11 (frame 35, 1.46 s)"}


def test_a_cut_where_clips_were_joined_is_a_join_that_shows() -> None:
    cut = replace(EXPECTED, joins=(35,))
    assert list(told(inspected(lambda number: panned(number) if number < 35 else other(number), cut))) == ["JOIN_SHOWS"]
    warmer = inspected(lambda number: lit(panned(number), by=(1, 1, 1) if number < 35 else (1.08, 1, 0.92)), cut)
    assert told(warmer) == {"JOIN_SHOWS": "00:00:01:11 (frame 35, 1.46 s)"}
    assert told(inspected(panned, cut)) == {}


@pytest.mark.parametrize("kind", ["light", "white", "other picture"])
def test_a_flash_is_no_cut(kind: str) -> None:
    def flashing(number: int) -> Rgb:
        if number not in (40, 41):
            return panned(number)
        if kind == "other picture":
            return other(number)
        return np.asarray(np.clip(panned(number) + (300.0 if kind == "white" else 110.0), 0, 255), dtype=np.uint8)

    assert told(inspected(flashing)) == {"FLASH": "00:00:01:16 to 00:00:01:17 (frames 40 through 41, 0.08 s)"}


def test_light_that_jumps_and_stays_is_told_with_its_frame() -> None:
    inspection = inspected(lambda number: lit(panned(number), by=1.0 if number < 30 else 0.6))
    assert told(inspection) == {"LIGHT_JUMP": "00:00:01:06 (frame 30, 1.25 s)"}


def test_color_that_jumps_and_stays_is_told_as_color() -> None:
    inspection = inspected(lambda number: lit(panned(number), by=(1, 1, 1) if number < 30 else (1.1, 1.0, 0.65)))
    assert told(inspection) == {"COLOR_JUMP": "00:00:01:06 (frame 30, 1.25 s)"}


# Over the shot


def test_color_that_drifts_is_told_though_the_camera_moves() -> None:
    inspection = inspected(lambda number: lit(panned(number), by=(1 + number * 0.004, 1, 1 - number * 0.005)))
    assert "COLOR_DRIFT" in told(inspection)
    assert (inspection.measure("color_drift") or 0) > 8


def test_a_pan_to_other_colors_is_no_drift() -> None:
    tinted = lit(scene(), by=1.0)
    tinted[:, 800:] = lit(tinted[:, 800:], by=(1.3, 0.9, 0.6))
    inspection = inspected(lambda number: seen(tinted, size=SIZE, right=10 * number - 400))
    assert told(inspection) == {}
    assert (inspection.measure("color_drift") or 0) < 4


def test_saturation_that_grows_is_told() -> None:
    def burning(number: int) -> Rgb:
        picture = panned(number).astype(np.float32)
        gray = picture.mean(axis=2, keepdims=True)
        return np.asarray(np.clip(gray + (picture - gray) * (1 + number * 0.015), 0, 255), dtype=np.uint8)

    assert "SATURATION_DRIFT" in told(inspected(burning))


def test_a_shot_that_becomes_another_is_told_as_a_changed_region() -> None:
    def morphing(number: int) -> Rgb:
        share = min(1.0, number / 40)
        mixed = seen(scene(), size=SIZE) * (1 - share) + seen(scene(2), size=SIZE) * share
        return grainy(mixed.astype(np.uint8), strength=2, number=number)

    assert "REGION_CHANGES" in told(inspected(morphing))


def test_a_soft_take_is_told_against_sharp_neighbours() -> None:
    sharp = png(panned(0))

    def soft(number: int) -> Rgb:
        return np.asarray(cv2.GaussianBlur(panned(number), (0, 0), 2.5), dtype=np.uint8)

    expected = replace(EXPECTED, before=sharp, after=sharp)
    assert list(told(inspected(soft, expected))) == ["SOFT"]
    assert told(inspected(panned, expected)) == {}
    assert told(inspected(soft, replace(expected, after=png(soft(0))))) == {}, "one neighbour is as soft"


BARS = {
    "LETTERBOX": (slice(45, 315), slice(None), (640, 270)),
    "PILLARBOX": (slice(None), slice(80, 560), (480, 360)),
    "WINDOWBOX": (slice(45, 315), slice(80, 560), (480, 270)),
}


@pytest.mark.parametrize("code", BARS)
def test_burnt_in_borders_are_named_and_measured(code: str) -> None:
    rows, columns, size = BARS[code]

    def boxed(number: int) -> Rgb:
        picture = np.zeros((360, 640, 3), dtype=np.uint8)
        picture[rows, columns] = panned(number)[rows, columns]
        return picture

    inspection = inspected(boxed)
    assert list(told(inspection)) == [code]
    measured = (inspection.measure("picture_width"), inspection.measure("picture_height"))
    assert measured == (pytest.approx(size[0], abs=4), pytest.approx(size[1], abs=4))
    assert inspected(boxed, replace(EXPECTED, padded=True)).verdict is Verdict.PASS
    assert inspected(boxed, replace(EXPECTED, before=png(boxed(0)))).verdict is Verdict.PASS, "the film has bars"


# Boundaries


def test_a_boundary_is_warned_about_only_where_the_take_was_made_from_it() -> None:
    expected = replace(EXPECTED, before=png(other(0)), after=png(other(0)))
    loose = inspected(panned, expected)
    assert told(loose) == {}
    assert (loose.measure("continuity_in_structure") or 0) < 0.2
    bound = inspected(panned, replace(expected, made_from=(False, True)))
    assert told(bound)["JUMP_OUT"] == "00:00:02:11 (frame 59, 2.46 s)"
    assert "JUMP_IN" not in told(bound)


def test_a_step_of_color_alone_is_told_as_color() -> None:
    before = png(lit(panned(-1), by=(1.25, 1.0, 0.7)))
    inspection = inspected(panned, replace(EXPECTED, before=before, made_from=(True, False)))
    assert list(told(inspection)) == ["COLOR_IN"]


def test_the_covered_frames_are_the_ones_that_meet_the_neighbours() -> None:
    def with_handles(number: int) -> Rgb:
        return panned(number) if 10 <= number < 50 else other(number)

    expected = replace(EXPECTED, cover=(10, 50), before=png(panned(9)), after=png(panned(50)), made_from=(True, True))
    inspection = inspected(with_handles, expected)
    assert (inspection.measure("continuity_in") or 0) > 0.9
    assert (inspection.measure("continuity_out") or 0) > 0.9


def test_what_lies_in_a_handle_is_only_told() -> None:
    inspection = inspected(
        lambda number: panned(number) if number < 52 else other(number), replace(EXPECTED, cover=(0, 50))
    )
    assert inspection.verdict is Verdict.PASS
    (finding,) = inspection.findings
    assert (finding.code, finding.severity) == ("INTERNAL_CUT", Severity.INFO)
    assert finding.message.endswith("(in a handle, which the cut does not show)")


def test_a_neighbour_that_is_no_picture_is_an_error() -> None:
    with pytest.raises(MediaError, match="the frame beside the take cannot be read"):
        Inspector(replace(EXPECTED, before=b"no picture"))


# Rates, sizes, lengths


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("23.976", "00:00:01:11 (frame 35, 1.46 s)"),
        ("29.97", "00:00:01:05 (frame 35, 1.17 s)"),
        ("59.94", "00:00:00:35 (frame 35, 0.58 s)"),
    ],
)
def test_places_are_told_at_the_takes_own_rate(text: str, where: str) -> None:
    expected = replace(EXPECTED, rate=FrameRate.parse(text))
    assert told(inspected(lambda number: panned(number) if number < 35 else other(number), expected)) == {
        "INTERNAL_CUT": where
    }


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_tiny_take_passes(frames: int) -> None:
    expected = replace(EXPECTED, frames=frames, cover=(0, frames), before=png(panned(-1)), made_from=(True, False))
    assert inspected(panned, expected).findings == ()
    assert inspected(lambda _number: panned(0), expected).verdict is Verdict.PASS


def test_a_cut_in_a_take_of_two_frames_is_found() -> None:
    expected = replace(EXPECTED, frames=2, cover=(0, 2))
    assert list(told(inspected(lambda number: (panned, other)[number](number), expected))) == ["INTERNAL_CUT"]


def test_a_take_of_which_no_frame_was_decoded_is_told() -> None:
    inspection = inspected(panned, frames=0)
    assert list(told(inspection, Severity.ERROR)) == ["FRAME_COUNT"]


def test_a_vertical_take_is_judged_alike() -> None:
    size = (360, 640)
    expected = replace(EXPECTED, size=size)

    def upright(number: int) -> Rgb:
        return seen(scene(1 if number < 35 else 2), size=size, right=2 * number)

    assert told(inspected(upright, expected)) == {"INTERNAL_CUT": "00:00:01:11 (frame 35, 1.46 s)"}


def test_memory_does_not_grow_with_the_take() -> None:
    size = (3840, 2160)
    frames = [decoded(seen(scene(), size=size, right=4 * number), number) for number in range(2)]
    inspector = Inspector(replace(EXPECTED, size=size, frames=200, cover=(0, 200)))
    tracemalloc.start()
    held = []
    for number in range(160):
        inspector.see(frames[number % 2], number)
        if number in (40, 159):
            held.append(tracemalloc.get_traced_memory()[0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held[1] - held[0] < 400_000
    assert peak < 40_000_000


# Previs


@pytest.mark.parametrize("kind", ["card", "soft plate", "bars"])
def test_previs_is_not_blamed_for_what_it_is(kind: str) -> None:
    def drawn(number: int) -> Rgb:
        picture = np.full((360, 640, 3), (40, 60, 90), dtype=np.uint8)
        if kind == "card":
            cv2.putText(picture, f"SH0010  {number:03d}", (60, 180), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (230, 230, 230), 2)
        elif kind == "soft plate":
            picture = np.asarray(
                cv2.GaussianBlur(seen(scene(), size=SIZE, right=number / 9), (0, 0), 20), dtype=np.uint8
            )
        else:
            picture[:60] = picture[-60:] = 0
        return picture

    sharp = png(panned(0))
    expected = replace(EXPECTED, previs=True, before=sharp, after=sharp, made_from=(True, True))
    assert inspected(drawn, expected).verdict is Verdict.PASS


@pytest.mark.parametrize("look", ["slate", "sea", "city", "sky", "still", "push"])
def test_what_slate_draws_passes_as_previs(look: str) -> None:
    before, after = png(seen(scene(), size=SIZE)), png(seen(scene(2), size=SIZE))
    bound = look in {"still", "push"}
    request = Generation(
        shot="SH0010", take=1, prompt="rain at night", negative="", seed=3, model="slate", frames=30, rate=RATE,
        size=SIZE, look=look, boundary_in=before if bound else None, boundary_out=after if bound else None,
    )  # fmt: skip
    expected = replace(
        EXPECTED, frames=30, cover=(0, 30), before=before, after=after, made_from=(True, True), previs=True
    )
    pictures = list(shoot(request).pictures)
    assert inspected(lambda number: np.ascontiguousarray(pictures[number]), expected).findings == ()


# A second opinion


def test_ffmpegs_own_filters_find_the_same_places() -> None:
    def faulty(number: int) -> Rgb:
        if number < 16:
            return np.zeros((360, 640, 3), dtype=np.uint8)
        return other(number) if number < 26 else panned(26) if number < 54 else panned(number - 28)

    inspection = inspected(faulty)
    assert list(told(inspection)) == ["BLACK", "FREEZE", "INTERNAL_CUT"]
    seconds = _ffmpeg_says(faulty)
    assert seconds["lavfi.black_end"] == [pytest.approx(16 / 24, abs=0.001)]
    assert seconds["lavfi.scd.time"] == [pytest.approx(at / 24, abs=0.001) for at in (16, 26)]
    assert seconds["lavfi.freezedetect.freeze_start"][-1] == pytest.approx(26 / 24, abs=0.001)
    places = " ".join(told(inspection).values())
    assert "frames 0 through 15" in places
    assert "frame 26," in places
    assert "frames 26 through 54" in places


def _ffmpeg_says(shot: Shot) -> dict[str, list[float]]:
    graph = Graph()
    source = graph.add(
        "buffer",
        video_size="640x360",
        pix_fmt="yuv422p10le",
        time_base="1/24",
        pixel_aspect="1/1",
        colorspace="1",
        range="1",
    )
    steps = [
        graph.add("blackdetect", "d=0.1:pix_th=0.10"),
        graph.add("freezedetect", "n=-50dB:d=0.4"),
        graph.add("scdet", "threshold=10"),
    ]
    graph.link_nodes(source, graph.add("scale", "320:180"), *steps, graph.add("buffersink"))
    graph.configure()
    found: dict[str, list[float]] = {}
    for metadata in _pulled(graph, shot):
        for key, value in metadata.items():
            if key.endswith(("black_end", "scd.time", "freeze_start")) and float(value) not in found.get(key, []):
                found.setdefault(key, []).append(float(value))
    return found


def _pulled(graph: Graph, shot: Shot) -> Iterator[dict[str, str]]:
    for number in range(FRAMES):
        graph.vpush(decoded(shot(number), number))
        try:
            yield graph.vpull().metadata
        except av.BlockingIOError:
            continue
