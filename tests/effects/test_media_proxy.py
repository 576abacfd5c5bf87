"""The small film of a take: in display color whatever the cut is in, and with the take's own sound, in sync."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pickup._av import Target, delivery_frame, open_video, read_frames, sample_at, silence, write_frames, write_video
from pickup.errors import MediaError
from pickup.media.color.cube import grid, write_cube
from pickup.media.conform import Conformer
from pickup.media.looks import Look, look_of
from pickup.media.proxy import write_proxy
from pickup.ports import Beside, Conformed, Delivery, Sounding
from pickup.testing.sounding import clicks, read_sound, tone, write_sounding_clip
from pickup.timing import FrameRate

SIZE = (320, 180)
R24 = FrameRate.parse("24")
DARKEST, STEEPNESS = 0.25, 0.5
"""Of a made log space: its black, and how flat it is."""
BOTH = pytest.mark.parametrize("draft", [False, True], ids=["take", "draft"])
needs_ffprobe = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
Rgb = NDArray[np.uint8]


def scene(number: int, *, bright: float = 1.0) -> Rgb:
    """Shapes of many colors that move to the left."""
    random = np.random.default_rng(4)
    wide = random.integers(10, 240, (12, 40, 3)).astype(np.uint8)
    large = np.asarray(Image.fromarray(wide).resize((800, 240), Image.Resampling.BICUBIC)) * bright
    return np.clip(large[30:210, 100 + 2 * number : 420 + 2 * number], 0, 255).astype(np.uint8)


def png(picture: Rgb) -> bytes:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, format="PNG")
    return content.getvalue()


def conformed(original: Path, *, look: Look | None = None, draft: bool = False, **more: Any) -> tuple[Path, Conformed]:
    """The film of a take, or of a draft, and what is said of it."""
    facts = {"frames": 24, "rate": R24, "size": SIZE, "codec": "prores_hq", "reel": "T", "proxy": True, **more}
    destination = original.parent / ("draft/proxy.mp4" if draft else "take/T.mov")
    work = Conformer(look=look)(
        [original], destination, delivery=Delivery(draft=draft, **facts), report=lambda _done: None
    )
    return destination.with_name("proxy.mp4"), asyncio.run(work)


# ---- color


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "original.mp4"
    write_frames(path, [scene(number) for number in range(24)], rate=R24, size=SIZE, codec="h264")
    return path


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """A flat space that is made up, so that nothing need be installed."""
    there, back = tmp_path / "to display: 1.cube", tmp_path / "from display: 1.cube"
    write_cube(there, np.clip((grid(33) - DARKEST) / STEEPNESS, 0, 1), title="to display")
    write_cube(back, DARKEST + grid(33) * STEEPNESS, title="from display")
    return Look(space="made", to_display=there, from_display=back)


def away(film: Path, *, number: int = 12) -> float:
    """How far a frame of the film is from what was generated, in levels."""
    seen = list(read_frames(film))[number].astype(int)
    return float(np.abs(seen - scene(number)).mean())


@BOTH
def test_the_film_of_a_log_take_looks_like_what_was_generated(original: Path, look: Look, *, draft: bool) -> None:
    film, found = conformed(original, look=look, draft=draft)
    assert "space made" in found.policies
    assert away(film) < 4
    if not draft:
        assert away(film.with_name("T.mov")) > 15, "what is linked stays in the cut's space"
    with open_video(film) as video:
        context = video.stream.codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)


def test_so_it_does_through_opencolorio(original: Path) -> None:
    pytest.importorskip("PyOpenColorIO")
    with look_of("ARRI LogC4", config="") as found:
        film, _ = conformed(original, look=found)
    assert away(film) < 4
    assert away(film.with_name("T.mov")) > 15


def test_the_film_is_scaled_and_led_through_the_table(tmp_path: Path, look: Look) -> None:
    path = tmp_path / "original.mp4"
    pictures = [np.asarray(Image.fromarray(scene(number)).resize((1920, 1080))) for number in range(6)]
    write_frames(path, pictures, rate=R24, size=(1920, 1080), codec="h264")
    film, _ = conformed(path, look=look, frames=6, size=(1920, 1080))
    seen = list(read_frames(film))
    assert [each.shape for each in seen] == [(540, 960, 3)] * 6
    wanted = np.asarray(Image.fromarray(pictures[3]).resize((960, 540)), dtype=int)
    assert np.abs(seen[3] - wanted).mean() < 4


def test_of_a_log_draft_the_same_is_said_as_of_the_take(original: Path, look: Look) -> None:
    beside = Beside(before=png(scene(-1, bright=0.8)), made_from=(True, False))
    said = [
        conformed(original, look=look, draft=draft, beside=beside, color_strength=1.0)[1] for draft in (False, True)
    ]
    take, draft = said
    assert take.grade is not None
    assert take.grade.strength > 0.5, take.grade.reason
    assert (draft.grade, draft.policies) == (take.grade, take.policies)
    codes = [[(each.code, each.where) for each in one.inspection.findings] for one in said]
    assert codes[0] == codes[1]
    measured = [dict(one.inspection.measures) for one in said]
    assert measured[0].keys() == measured[1].keys()
    for name in ("continuity_in", "continuity_in_color"):
        assert measured[0][name] == pytest.approx(measured[1][name], abs=0.02)
        assert measured[0][name] > 0.9, "it is judged as it is seen"


# ---- sound

CLICKS = (Fraction(1, 2), Fraction(1), Fraction(2))


def sounding(path: Path, *, text: str, channels: int = 1) -> Path:
    """Three seconds at a rate, with clicks."""
    rate = FrameRate.parse(text)
    sound = np.repeat(clicks(CLICKS, seconds=3), channels, axis=1)
    write_sounding_clip(path, sound, frames=3 * rate.nominal, rate=rate)
    return path


def streams(path: Path) -> dict[str, dict[str, Any]]:
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return {stream["codec_type"]: stream for stream in json.loads(said)["streams"]}


def level_of(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of a sine in each channel."""
    return np.sqrt(2 * np.mean(sound.astype(np.float64) ** 2, axis=0))


@needs_ffprobe
@BOTH
@pytest.mark.parametrize(("text", "frames"), [("24", 72), ("23.976", 71), ("29.97", 89), ("59.94", 150)])
def test_a_film_has_the_sound_of_its_take_in_sync_and_as_long_as_its_picture(
    tmp_path: Path, text: str, frames: int, *, draft: bool
) -> None:
    rate = FrameRate.parse(text)
    clip = sounding(tmp_path / "clip.mov", text=text)
    film, found = conformed(clip, draft=draft, frames=frames, rate=rate, sound=Sounding(channels=2))
    told = streams(film)
    samples = sample_at(frames, rate=rate)
    assert (told["audio"]["codec_name"], told["audio"]["sample_rate"]) == ("aac", "48000")
    assert told["audio"]["channel_layout"] == "stereo"
    assert told["audio"]["start_time"] == told["video"]["start_time"] == "0.000000", "the priming is left out"
    assert told["audio"]["duration_ts"] == samples
    assert abs(float(told["audio"]["duration"]) - float(told["video"]["duration"])) < 0.001
    sound = read_sound(film)
    assert samples <= len(sound) < samples + 1024, "the last packet is padded"
    for place in CLICKS:
        middle = int(place * 48000)
        assert int(np.abs(sound[middle - 3000 : middle + 3000, 0]).argmax()) - 3000 == pytest.approx(0, abs=1)
    assert "sound_kept" in found.policies


@BOTH
def test_the_level_of_a_film_is_the_one_that_the_take_was_brought_to(tmp_path: Path, *, draft: bool) -> None:
    clip = tmp_path / "clip.mov"
    write_sounding_clip(clip, tone(seconds=4, level=0.5, channels=2), frames=96, rate=R24)
    film, found = conformed(clip, draft=draft, frames=96, sound=Sounding(channels=2, loudness=-23.0))
    assert dict(found.inspection.measures)["loudness_lufs"] == pytest.approx(-23, abs=0.2)
    heard = level_of(read_sound(film)[10000:-10000])
    assert heard == pytest.approx([10 ** (-23 / 20)] * 2, rel=0.02), "1 kHz in both channels: its level is its LUFS"


@BOTH
def test_a_film_of_many_channels_is_in_stereo(tmp_path: Path, *, draft: bool) -> None:
    clip = tmp_path / "clip.mov"
    levels = np.array([0.1, 0.2, 0.3, 0.5, 0.05, 0.15], dtype=np.float32)
    steps = tone(seconds=1, level=1.0, channels=6) * levels
    write_sounding_clip(clip, steps, frames=24, rate=R24, layout="5.1(side)")
    film, _ = conformed(clip, draft=draft, sound=Sounding(channels=6))
    sound = read_sound(film)
    assert sound.shape[1] == 2
    left, right = level_of(sound[10000:30000])
    assert left == pytest.approx(0.1 + 0.7071 * 0.3 + 0.7071 * 0.05, abs=0.01)
    assert right == pytest.approx(0.2 + 0.7071 * 0.3 + 0.7071 * 0.15, abs=0.01)


@BOTH
@pytest.mark.parametrize("sound", [None, Sounding()], ids=["not asked for", "not there"])
def test_a_film_of_a_silent_take_has_no_sound(tmp_path: Path, *, sound: Sounding | None, draft: bool) -> None:
    clip = tmp_path / "clip.mov"
    write_sounding_clip(clip, *([tone(seconds=1, level=0.5)] if sound is None else []), frames=24, rate=R24)
    film, _ = conformed(clip, draft=draft, sound=sound)
    with open_video(film) as video:
        assert not video.container.streams.audio


def test_sound_of_another_length_than_the_picture_is_an_error(tmp_path: Path) -> None:
    def frames() -> Iterator[Any]:
        with open_video(sounding(tmp_path / "clip.mov", text="24")) as video:
            for picture in video.pictures():
                yield picture.frame

    with pytest.raises(MediaError, match="1000 samples of sound do not last as long as 72 frames"):
        write_proxy(tmp_path / "p.mp4", frames(), rate=R24, size=(64, 64), sound=[silence(1000, channels=2)])


def test_aac_of_more_than_two_channels_is_refused(tmp_path: Path) -> None:
    target = Target(rate=R24, size=(64, 64), codec="proxy")
    with pytest.raises(MediaError, match="AAC of 6 channels"):
        write_video(tmp_path / "p.mp4", [], target=target, sound=[delivery_frame(silence(2000, channels=6))])


def test_neither_the_sound_nor_the_picture_of_a_film_is_held(tmp_path: Path) -> None:
    asked: list[int] = []
    ahead: list[int] = []

    def sound() -> Iterator[NDArray[np.float32]]:
        for number in range(240):
            asked.append(number)
            yield silence(2000, channels=2)

    def frames() -> Iterator[Any]:
        clip = tmp_path / "clip.mov"
        write_sounding_clip(clip, frames=240, rate=R24)
        with open_video(clip) as video:
            for number, picture in enumerate(video.pictures()):
                ahead.append(len(asked) - number)
                yield picture.frame

    write_proxy(tmp_path / "p.mp4", frames(), rate=R24, size=(64, 64), sound=sound())
    assert max(ahead) <= 1
