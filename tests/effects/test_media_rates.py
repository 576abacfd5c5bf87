"""From any usual rate to any other: which frame of an original each frame of a take shows, under every policy."""

from __future__ import annotations

import itertools
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pickup._av import read_frames, write_frames
from pickup.errors import MediaError
from pickup.media.conform import RenderOrder
from pickup.media.footage import Footage
from pickup.media.mapping import Mapping
from pickup.media.render import render
from pickup.offers.rates import RatePolicy, are_near, are_neighbours, frames_needed, usual_policy
from pickup.ports import Conformed, Delivery, Sounding
from pickup.testing.clips import BITS, read_number, write_numbered_clip
from pickup.testing.ramps import ramp_through
from pickup.testing.sounding import tone, write_sounding_clip
from pickup.timing import FrameRate, timecode

SIZE = (320, 180)
RATES = ("23.976", "24", "25", "29.97", "30", "50", "59.94", "60")
CUTS = [*((text, False) for text in RATES), ("29.97", True), ("59.94", True)]
PAIRS = [(made, cut, drop) for made in RATES for cut, drop in CUTS]
FRAMES = 24
REEL = "HARBOR7K2Q_SH0010_t01"
BETWEEN = (RatePolicy.BLEND, RatePolicy.FLOW)


def rate(text: str) -> FrameRate:
    return FrameRate.parse(text)


def delivery_at(text: str, **more: Any) -> Delivery:
    facts = {"frames": FRAMES, "rate": rate(text), "size": SIZE, "codec": "prores_lt", "reel": REEL, **more}
    return Delivery(**facts)


def conform(original: Path, delivery: Delivery, *, name: str = "take.mov") -> tuple[Path, Conformed]:
    destination = original.with_name(name)
    order = RenderOrder(originals=(str(original),), destination=str(destination), delivery=delivery)
    return destination, render(order, lambda _done: None).conformed


def numbers(path: Path) -> list[int]:
    return [read_number(frame) for frame in read_frames(path)]


def places_in(*originals: Path, delivery: Delivery, held_bytes: int) -> list[tuple[int, Fraction]]:
    """The number of the frame in each frame of a take, and how far it is from there to the next."""
    footage = Footage(originals, shown_at=delivery.rate)
    usual = usual_policy(made_at=footage.rate, shown_at=delivery.rate)
    named = replace(delivery, rate_policy=usual) if delivery.rate_policy is RatePolicy.AUTO else delivery
    mapping = Mapping(footage, named, policies=set(), held_bytes=held_bytes)
    return [
        (read_number(shown.source.picture.frame.to_ndarray(format="rgb24")), shown.at) for shown in mapping.frames()
    ]


def by_time(made: FrameRate, cut: FrameRate, *, speed: Fraction = Fraction(1)) -> list[int]:
    """Straight from the meaning: the frame that the clip shows when the cut's frame begins."""
    return [math.floor(Fraction(frame) / cut.fps * speed * made.fps) for frame in range(FRAMES)]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A numbered clip of 72 frames at each rate."""
    folder = tmp_path_factory.mktemp("clips")
    paths = {text: folder / f"{rate(text).fps.numerator}_{rate(text).fps.denominator}.mp4" for text in RATES}
    for text, path in paths.items():
        write_numbered_clip(path, frames=72, rate=rate(text))
    return paths


@pytest.mark.parametrize(("made", "cut", "drop"), PAIRS)
def test_every_pair_shows_the_frames_of_its_documented_policy(
    tmp_path: Path, clips: dict[str, Path], made: str, cut: str, *, drop: bool
) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips[made])
    path, conformed = conform(original, delivery_at(cut, start_frame=86412, drop_frame=drop))
    rerated = usual_policy(made_at=rate(made), shown_at=rate(cut)) is RatePolicy.RERATE
    assert numbers(path) == (list(range(FRAMES)) if rerated else by_time(rate(made), rate(cut)))
    named = set(conformed.policies) - {"trim"}
    assert named == (set() if made == cut else {"rerate" if rerated else "nearest"})
    assert (conformed.frames, conformed.rate) == (FRAMES, rate(cut))
    assert conformed.timecode == timecode(86412, rate=rate(cut), drop_frame=drop)


def test_the_page_on_conforming_shows_the_policies_that_are_built() -> None:
    script = Path(__file__).parents[2] / "docs" / "make_conform.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def client(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        if os.environ.get("PICKUP_REQUIRE_CLIENTS"):
            pytest.fail(f"{name} is required and not installed")
        pytest.skip(f"{name} is not installed")
    return program


def answer_of(*command: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


@pytest.mark.client
@pytest.mark.parametrize(("made", "cut", "drop"), PAIRS)
def test_ffprobe_and_mediainfo_confirm_every_pair(
    tmp_path: Path, clips: dict[str, Path], made: str, cut: str, *, drop: bool
) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips[made])
    path, conformed = conform(original, delivery_at(cut, drop_frame=drop))
    probed = answer_of(client("ffprobe"), "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path))
    picture, track = probed["streams"]
    fps = str(rate(cut))
    assert (picture["r_frame_rate"], picture["avg_frame_rate"]) == (fps, fps)
    assert picture["nb_read_frames"] == str(FRAMES)
    assert [picture[f"color_{what}"] for what in ("space", "transfer", "primaries", "range")] == [*["bt709"] * 3, "tv"]
    assert track["tags"]["timecode"] == conformed.timecode
    told = answer_of(client("mediainfo"), "--Output=JSON", str(path))["media"]["track"]
    tracks = {each["@type"]: each for each in told}
    assert tracks["Video"]["FrameCount"] == str(FRAMES)
    assert tracks["Other"]["TimeCode_FirstFrame"] == conformed.timecode
    assert tracks["Other"]["TimeCode_LastFrame"] == timecode(FRAMES - 1, rate=rate(cut), drop_frame=drop)


@pytest.mark.parametrize(("made", "cut"), list(itertools.permutations(("23.976", "24", "25", "30", "50", "60"), 2)))
def test_the_named_policies_hold_whatever_is_usual(tmp_path: Path, clips: dict[str, Path], made: str, cut: str) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips[made])
    path, conformed = conform(original, delivery_at(cut, rate_policy=RatePolicy.RERATE))
    assert numbers(path) == list(range(FRAMES))
    assert "rerate" in conformed.policies
    path, conformed = conform(original, delivery_at(cut, rate_policy=RatePolicy.NEAREST), name="nearest.mov")
    together = are_neighbours(rate(made), rate(cut))
    assert numbers(path) == (list(range(FRAMES)) if together else by_time(rate(made), rate(cut)))


def bits_of(frame: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """How bright each block of the number is, 0 to 1."""
    band = frame[2 : frame.shape[0] // 6 - 2].mean(axis=(0, 2))
    return np.array([block[3:-3].mean() for block in np.array_split(band, BITS)]) / 255


def bits(number: int) -> np.ndarray[Any, Any]:
    return np.array([number >> (BITS - 1 - place) & 1 for place in range(BITS)], float)


@pytest.mark.parametrize(("made", "cut"), [("24", "30"), ("30", "24"), ("25", "59.94"), ("24", "50"), ("60", "24")])
def test_a_blend_mixes_the_two_frames_beside_the_moment_by_their_distance(
    tmp_path: Path, clips: dict[str, Path], made: str, cut: str
) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips[made])
    path, conformed = conform(original, delivery_at(cut, rate_policy=RatePolicy.BLEND))
    step = rate(made).fps / rate(cut).fps
    for number, frame in enumerate(read_frames(path)):
        earlier, share = divmod(number * step, 1)
        wanted = (1 - float(share)) * bits(int(earlier)) + float(share) * bits(int(earlier) + 1)
        assert np.abs(bits_of(frame) - wanted).max() < 0.04, number
    assert ("blend" if step.denominator != 1 else "nearest") in conformed.policies


def moving_bar(number: int, *, step_px: int = 6) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """A textured square that moves to the right over a textured ground, which stands still."""
    random = np.random.default_rng(7)
    ground = np.repeat(np.repeat(random.integers(60, 120, (23, 40, 3)), 8, axis=0), 8, axis=1)[:180, :320]
    square = np.repeat(np.repeat(random.integers(150, 255, (8, 8, 3)), 8, axis=0), 8, axis=1)
    picture = ground.astype(np.uint8)
    left = 40 + step_px * number
    picture[60:124, left : left + 64] = square
    return picture


def test_flow_moves_things_to_where_they_are_at_that_moment(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    pictures = [moving_bar(number) for number in range(20)]
    write_frames(original, pictures, rate=rate("24"), size=SIZE, codec="h264")
    path, conformed = conform(original, delivery_at("48", frames=38, rate_policy=RatePolicy.FLOW))
    blended, _ = conform(original, delivery_at("48", frames=38, rate_policy=RatePolicy.BLEND), name="blend.mov")
    assert "flow" in conformed.policies
    errors: dict[str, list[float]] = {"flow": [], "blend": []}
    for name, made in (("flow", path), ("blend", blended)):
        for number, frame in enumerate(read_frames(made)):
            truth = moving_bar(number, step_px=3).astype(int)
            errors[name].append(float(np.abs(frame.astype(int) - truth).mean()))
    coded = max(errors["flow"][::2])  # what encoding alone costs the frames that are the original's own
    assert max(errors["flow"]) - coded < (min(errors["blend"][1::2]) - coded) / 2


@pytest.mark.parametrize("policy", BETWEEN)
def test_nothing_is_mixed_across_a_cut(tmp_path: Path, policy: RatePolicy) -> None:
    random = np.random.default_rng(1)
    scenes = [np.repeat(np.repeat(random.integers(0, 255, (12, 20, 3)), 15, 0), 16, 1).astype(np.uint8) for _ in "ab"]
    original = tmp_path / "original.mp4"
    write_frames(original, [scenes[number >= 8] for number in range(16)], rate=rate("24"), size=SIZE, codec="h264")
    path, _conformed = conform(original, delivery_at("60", frames=38, rate_policy=policy))
    for frame in read_frames(path):
        assert min(np.abs(frame.astype(int) - scene).mean() for scene in scenes) < 10


@pytest.mark.parametrize("speed", [Fraction(1, 2), Fraction(2), Fraction(973, 1000)])
@pytest.mark.parametrize(("made", "cut"), [("24", "24"), ("24", "25"), ("30", "24"), ("24", "23.976")])
def test_the_speed_of_the_placeholder_is_the_speed_of_the_take(
    tmp_path: Path, clips: dict[str, Path], made: str, cut: str, speed: Fraction
) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips[made])
    path, conformed = conform(original, delivery_at(cut, placeholder_speed=speed))
    frame_for_frame = are_near(rate(made), rate(cut))
    shown = [math.floor(frame * speed) for frame in range(FRAMES)]
    assert numbers(path) == (shown if frame_for_frame else by_time(rate(made), rate(cut), speed=speed))
    assert f"speed {speed}" in conformed.policies


@pytest.mark.parametrize("held_bytes", [1 << 30, 1])
@pytest.mark.parametrize("policy", [RatePolicy.AUTO, RatePolicy.BLEND])
@pytest.mark.parametrize("speed", [Fraction(-1), Fraction(-2), Fraction(-1, 2)])
@pytest.mark.parametrize(("made", "cut"), [("24", "24"), ("30", "24"), ("24", "23.976")])
def test_a_placeholder_that_plays_backwards_shows_the_same_frames_in_the_opposite_order(
    tmp_path: Path, clips: dict[str, Path], made: str, cut: str, speed: Fraction, policy: RatePolicy, held_bytes: int
) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips[made])
    delivery = delivery_at(cut, rate_policy=policy)
    forward = places_in(original, delivery=replace(delivery, placeholder_speed=-speed), held_bytes=held_bytes)
    backward = places_in(original, delivery=replace(delivery, placeholder_speed=speed), held_bytes=held_bytes)
    assert backward == forward[::-1]
    assert forward[0][0] == 0
    if policy is RatePolicy.AUTO:
        path, conformed = conform(original, replace(delivery, placeholder_speed=speed))
        assert numbers(path) == [number for number, _at in backward]
        assert f"speed {speed}" in conformed.policies


@pytest.mark.parametrize("held_bytes", [1 << 30, 1])
def test_clips_of_a_long_take_are_joined_on_the_frame_backwards_too(tmp_path: Path, held_bytes: int) -> None:
    first, second = tmp_path / "original.mp4", tmp_path / "original_2.mp4"
    write_numbered_clip(first, frames=15, rate=rate("24"))
    write_numbered_clip(second, frames=15, rate=rate("24"))
    delivery = delivery_at("24", frames=29, placeholder_speed=Fraction(-1))
    shown = [number for number, _at in places_in(first, second, delivery=delivery, held_bytes=held_bytes)]
    assert shown == [*range(14, 0, -1), *range(14, -1, -1)]  # the first frame of the second repeats one


REWIND = [0, 2, 4, 6, 8, 10, 12, 12, 9, 6, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
"""Forward at double speed, a rewind, and on from the third frame: what the editor's ramp shows at each frame."""


def ramped(cut: str, shown: Sequence[int], **more: Any) -> Delivery:
    """A take whose placeholder shows these frames, counted at the rate of the cut."""
    speed = Fraction(max(shown) - min(shown), len(shown) - 1) * (-1 if shown[-1] < shown[0] else 1)
    ramp = ramp_through(shown, rate=rate(cut))
    return delivery_at(cut, placeholder_speed=speed, placeholder_ramp=ramp, **more)


@pytest.mark.parametrize("held_bytes", [1 << 30, 1])
@pytest.mark.parametrize("shown", [REWIND, REWIND[::-1]], ids=["forward", "backwards"])
@pytest.mark.parametrize(("made", "cut"), [("24", "24"), ("24", "23.976"), ("24", "25"), ("60", "30")])
def test_a_ramp_shows_what_the_placeholder_showed_there_and_back(
    tmp_path: Path, clips: dict[str, Path], made: str, cut: str, shown: list[int], held_bytes: int
) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips[made])
    delivery = ramped(cut, shown)
    counted = [frame if are_near(rate(made), rate(cut)) else 2 * frame for frame in shown]
    assert [number for number, _at in places_in(original, delivery=delivery, held_bytes=held_bytes)] == counted
    path, conformed = conform(original, delivery)
    assert numbers(path) == counted
    assert "ramp" in conformed.policies
    assert "HELD" not in {each.code for each in conformed.inspection.findings}


@pytest.mark.parametrize("held_bytes", [1 << 30, 1])
def test_between_two_frames_a_ramp_is_mixed_by_the_distance(
    tmp_path: Path, clips: dict[str, Path], held_bytes: int
) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips["30"])
    delivery = ramped("24", REWIND, rate_policy=RatePolicy.BLEND)
    places = [Fraction(frame) * Fraction(5, 4) for frame in REWIND]
    found = places_in(original, delivery=delivery, held_bytes=held_bytes)
    assert found == [(math.floor(place), place - math.floor(place)) for place in places]


def test_a_clip_of_a_frame_too_few_is_spread_over_a_ramp(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    shown = [0, 1, 2, 3, 4, 5, *range(6, 42, 2)]  # the last is 40, so 41 are needed
    write_numbered_clip(original, frames=40, rate=rate("24"))
    path, conformed = conform(original, ramped("24", shown))
    assert numbers(path) == [math.floor(frame * Fraction(39, 40) + Fraction(1, 2)) for frame in shown]
    assert {"ramp", "retime 40/41"} <= set(conformed.policies)


def test_what_a_clip_is_longer_than_a_ramp_wants_is_trimmed(tmp_path: Path, clips: dict[str, Path]) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips["24"])
    _path, conformed = conform(original, ramped("24", REWIND))
    assert "trim" in conformed.policies


def test_the_sound_of_a_ramp_is_left_out_and_said(tmp_path: Path) -> None:
    original = tmp_path / "original.mov"
    write_sounding_clip(original, tone(seconds=1, level=0.5), frames=24, rate=rate("24"))
    _path, conformed = conform(original, ramped("24", REWIND, sound=Sounding(channels=2)))
    [left_out] = [each for each in conformed.inspection.findings if each.code == "SOUND_LEFT_OUT"]
    assert "its picture has a speed ramp" in left_out.message
    assert "sound_left_out" in conformed.policies


def test_a_frozen_placeholder_holds_the_first_frame(tmp_path: Path, clips: dict[str, Path]) -> None:
    original = tmp_path / "original.mp4"
    original.symlink_to(clips["30"])
    path, conformed = conform(original, delivery_at("24", frames=36, placeholder_speed=Fraction(0)))
    assert numbers(path) == [0] * 36
    assert "freeze" in conformed.policies
    codes = {each.code for each in conformed.inspection.findings} if conformed.inspection else {"nothing inspected"}
    assert codes == {"HELD"}


def test_a_clip_too_short_to_be_re_rated_keeps_its_speed(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=48, rate=rate("24"))
    path, conformed = conform(original, delivery_at("25", frames=50))
    assert numbers(path) == [math.floor(frame * Fraction(24, 25)) for frame in range(50)]
    assert conformed.policies == ("nearest",)


def test_a_named_policy_is_not_given_up_for_a_clip_that_is_too_short(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=30, rate=rate("24"))
    with pytest.raises(MediaError, match="36 are needed"):
        conform(original, delivery_at("30", frames=36, rate_policy=RatePolicy.RERATE))


@given(
    frames=st.integers(1, 5000),
    made=st.sampled_from(RATES),
    cut=st.sampled_from(RATES),
    policy=st.sampled_from(RatePolicy),
    speed=st.fractions(Fraction(1, 10), 10, max_denominator=1000),
)
def test_what_is_counted_for_a_plan_is_what_the_last_frame_shows(
    frames: int, made: str, cut: str, policy: RatePolicy, speed: Fraction
) -> None:
    made_at, shown_at = rate(made), rate(cut)
    facts: dict[str, Any] = {"made_at": made_at, "shown_at": shown_at, "policy": policy, "placeholder_speed": speed}
    needed = frames_needed(frames, **facts)
    frame_for_frame = policy is RatePolicy.RERATE or are_neighbours(made_at, shown_at)
    step = speed if frame_for_frame else made_at.fps / shown_at.fps * speed
    assert needed - 1 <= (frames - 1) * step < needed


def test_a_longer_list_of_frames_is_exact_for_an_hour_at_every_rate() -> None:
    for made, cut in itertools.product(RATES, RATES):
        frames = math.floor(3600 * rate(cut).fps)
        needed = frames_needed(frames, made_at=rate(made), shown_at=rate(cut))
        if not are_neighbours(rate(made), rate(cut)):
            assert needed == math.floor((frames - 1) / rate(cut).fps * rate(made).fps) + 1
        else:
            assert needed == frames
