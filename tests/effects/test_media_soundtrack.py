"""The sound of a take: exact in time, in channels and in level, from whatever the clips bring."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from pickup._av import (
    SAMPLE_RATE,
    Block,
    MovieSound,
    Target,
    delivery_frame,
    open_video,
    resampled,
    sample_at,
    silence,
    write_video,
)
from pickup._av.write import ENCODINGS
from pickup.config.settings import ConformSettings
from pickup.errors import MediaError
from pickup.media.channels import mixing
from pickup.media.loudness import measure_loudness
from pickup.media.soundtrack import FADE, SoundClip, SoundReport, Soundtrack
from pickup.media.tempo import played
from pickup.testing.sounding import clicks, read_sound, tone, write_sounding_clip
from pickup.timing import FrameRate, half_up

RATES = ["23.976", "24", "25", "29.97", "30", "50", "59.94", "60"]
SOURCE_RATES = ["24", "25", "30"]
BROADCAST = -23.0
needs_ffprobe = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
needs_mediainfo = pytest.mark.skipif(shutil.which("mediainfo") is None, reason="mediainfo is not installed")


def rate(text: str) -> FrameRate:
    return FrameRate.parse(text)


def heard(track: Soundtrack) -> Block:
    """What is written, as (samples, channels) with full scale 1.0; each frame of it 24 bits in 32."""
    blocks = []
    with closing(track.frames()) as frames:
        for frame in frames:
            steps = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
            assert not (steps & 0xFF).any()
            blocks.append(steps / 2**31)
    return np.concatenate(blocks).astype(np.float32)


def one_take(path: Path, *, seconds: int | Fraction, frames: int, channels: int = 2, **more: object) -> Soundtrack:
    clip = SoundClip(path=path, picture_s=Fraction(seconds))
    return Soundtrack([clip], frames=frames, rate=rate("24"), channels=channels, **more)  # type: ignore[arg-type]


def codes(report: SoundReport) -> list[str]:
    return [finding.code for finding in report.findings]


def peak_near(sound: Block, place: float, *, reach: int = 3000) -> int:
    low = max(0, round(place) - reach)
    return low + int(np.abs(sound[low : round(place) + reach, 0]).argmax())


# ---- how long it is


@given(st.sampled_from(RATES), st.integers(0, 200_000))
def test_sound_is_never_half_a_sample_from_the_length_of_its_picture(text: str, frames: int) -> None:
    off = sample_at(frames, rate=rate(text)) - rate(text).seconds(frames) * SAMPLE_RATE
    assert -Fraction(1, 2) < off <= Fraction(1, 2)


@given(st.sampled_from(RATES), st.integers(0, 100_000), st.integers(1, 100_000))
def test_what_is_rounded_in_one_frame_does_not_add_up(text: str, before: int, more: int) -> None:
    counted = sample_at(before + more, rate=rate(text)) - sample_at(before, rate=rate(text))
    assert abs(counted - rate(text).seconds(more) * SAMPLE_RATE) <= 1


@pytest.mark.parametrize("frames", [1, 2, 5, 47, 120])
@pytest.mark.parametrize("text", RATES)
def test_a_take_has_exactly_the_samples_of_its_picture(tmp_path: Path, text: str, frames: int) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.2), frames=24, rate=rate("24"))
    track = Soundtrack([SoundClip(path=path, picture_s=Fraction(1))], frames=frames, rate=rate(text), channels=1)
    lengths = [frame.samples for frame in track.frames()]
    assert len(lengths) == frames
    assert sum(lengths) == track.samples == half_up(Fraction(frames * SAMPLE_RATE) / rate(text).fps)


def test_at_29_97_five_frames_are_8008_samples(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.2), frames=24, rate=rate("24"))
    track = Soundtrack([SoundClip(path=path, picture_s=Fraction(1))], frames=5, rate=rate("29.97"), channels=1)
    assert [frame.samples for frame in track.frames()] == [1602, 1601, 1602, 1601, 1602]


# ---- when it is heard


@pytest.mark.parametrize("text", RATES)
@pytest.mark.parametrize("source", SOURCE_RATES)
def test_a_click_on_a_frame_of_the_clip_is_heard_where_the_take_shows_that_frame(
    tmp_path: Path, source: str, text: str
) -> None:
    made, shown = rate(source), rate(text)
    is_rerate = made.nominal == shown.nominal
    speed = shown.fps / made.fps if is_rerate else Fraction(1)
    places = [made.seconds(number) for number in (0, 10, 37, 50)]
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, clicks(places, seconds=3), frames=3 * made.nominal, rate=made)
    frames = int(shown.frames(Fraction(5, 2)))
    clip = SoundClip(path=path, picture_s=Fraction(3))
    sound = heard(Soundtrack([clip], frames=frames, rate=shown, channels=1, speed=speed))
    found = [peak_near(sound, float(place / speed * SAMPLE_RATE), reach=500) for place in places]
    assert found == [half_up(place / speed * SAMPLE_RATE) for place in places]


@pytest.mark.parametrize(
    ("name", "codec", "sample_rate"),
    [
        ("clip.mp4", "aac", 48000),
        ("clip.mp4", "aac", 44100),
        ("clip.mov", "aac", 48000),
        ("clip.mkv", "aac", 48000),
        ("clip.ts", "aac", 48000),
        ("clip.mp4", "libmp3lame", 44100),
        ("clip.mp4", "libopus", 48000),
        ("clip.webm", "libopus", 48000),
        ("clip.mov", "pcm_f32le", 48000),
        ("clip.mov", "pcm_s16le", 22050),
        ("clip.mkv", "flac", 48000),
    ],
)
@pytest.mark.parametrize("starts_s", [Fraction(0), Fraction(1, 3)])
def test_no_codec_or_container_moves_sound_by_a_millisecond(
    tmp_path: Path, name: str, codec: str, sample_rate: int, starts_s: Fraction
) -> None:
    places = [Fraction(n, 4) for n in range(1, 6)]
    path = tmp_path / name
    write_sounding_clip(
        path,
        clicks(places, seconds=2, sample_rate=sample_rate),
        frames=48,
        rate=rate("24"),
        codec=codec,
        sample_rate=sample_rate,
        starts_s=starts_s,
    )
    sound = heard(one_take(path, seconds=2, frames=48, channels=1))
    assert np.abs(sound[: max(0, int(starts_s * SAMPLE_RATE) - 50)]).max(initial=0) < 0.01
    for place in places:
        wanted = float((place + starts_s) * SAMPLE_RATE)
        if wanted < len(sound) - 1000:
            assert abs(peak_near(sound, wanted) - wanted) < SAMPLE_RATE / 1000


def test_times_that_a_container_rounds_make_no_holes(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, (96000, 1)).astype(np.float32)
    for name in ("clip.mp4", "clip.mkv"):
        write_sounding_clip(tmp_path / name, noise, frames=48, rate=rate("24"), codec="aac")
    exact, rounded = read_sound(tmp_path / "clip.mp4")[:90000], read_sound(tmp_path / "clip.mkv")[:90000]
    assert np.array_equal(exact, rounded)


def test_packets_that_are_missing_are_silent_and_move_nothing(tmp_path: Path) -> None:
    places = [Fraction(1, 4), Fraction(3, 4), Fraction(3, 2)]
    write_sounding_clip(tmp_path / "whole.mkv", clicks(places, seconds=2), frames=48, rate=rate("24"))
    with av.open(str(tmp_path / "whole.mkv")) as whole, av.open(str(tmp_path / "clip.mkv"), "w") as holed:
        streams = {stream.index: holed.add_stream_from_template(stream) for stream in whole.streams}
        for packet in whole.demux():
            is_sound = packet.stream.type == "audio"
            if not packet.size or (is_sound and packet.pts is not None and 500 <= packet.pts < 1000):
                continue
            packet.stream = streams[packet.stream.index]
            holed.mux(packet)
    sound = heard(one_take(tmp_path / "clip.mkv", seconds=2, frames=48, channels=1))
    assert peak_near(sound, 12000) == 12000
    assert not sound[26000:46000].any()
    assert abs(peak_near(sound, 72000) - 72000) < SAMPLE_RATE / 1000  # Matroska counts milliseconds


def test_sound_of_sixteen_bits_passes_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    noise = np.random.default_rng(3).uniform(-1, 1, (48000, 2)).astype(np.float32)
    write_sounding_clip(path, noise, frames=24, rate=rate("24"))
    sound = heard(one_take(path, seconds=1, frames=24))
    assert np.array_equal(sound[:-FADE], read_sound(path)[:-FADE])


@pytest.mark.parametrize("speed", [Fraction(25, 24), Fraction(24, 25), Fraction(95, 96), Fraction(11, 10)])
def test_at_another_speed_the_pitch_is_kept_and_nothing_is_off_by_ten_milliseconds(speed: Fraction) -> None:
    places = [Fraction(n, 2) for n in range(1, 12)]
    source = clicks(places, seconds=6) + tone(seconds=6, level=0.05, hertz=440)
    sound = np.concatenate(
        list(played((source[i : i + 999] for i in range(0, len(source), 999)), speed=speed, channels=1))
    )
    for place in places:
        wanted = float(place / speed * SAMPLE_RATE)
        assert abs(peak_near(sound, wanted, reach=2000) - wanted) < SAMPLE_RATE / 100
    spectrum = np.abs(np.fft.rfft(sound[:SAMPLE_RATE, 0]))
    assert spectrum[300:600].argmax() + 300 == 440
    assert abs(len(sound) - len(source) / speed) < 4000


@pytest.mark.parametrize("speed", [Fraction(1000, 1001), Fraction(1001, 1000)])
def test_a_rerate_moves_every_sample_to_its_place(speed: Fraction) -> None:
    places = [Fraction(n) for n in range(1, 30)]
    source = clicks(places, seconds=30)
    sound = np.concatenate(list(played(iter([source]), speed=speed, channels=1)))
    assert [peak_near(sound, float(p / speed * SAMPLE_RATE)) for p in places] == [
        half_up(p / speed * SAMPLE_RATE) for p in places
    ]


def test_a_resampled_tone_is_the_same_tone() -> None:
    source = tone(seconds=2, level=0.5, hertz=10000, rate=44100)
    made = np.concatenate(list(resampled(iter([source]), ratio=Fraction(48000, 44100))))
    error = (made - tone(seconds=Fraction(len(made), 48000), level=0.5, hertz=10000))[2000:-2000]
    assert 20 * np.log10(np.abs(error).max()) < -90


def test_the_take_begins_where_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, clicks([Fraction(1)], seconds=2), frames=48, rate=rate("24"))
    sound = heard(one_take(path, seconds=2, frames=24, channels=1, start_s=Fraction(1, 2)))
    assert peak_near(sound, 24000) == 24000


# ---- joins, ends, fades


def test_the_repeated_frame_of_a_second_clip_is_not_heard(tmp_path: Path) -> None:
    frame = rate("24").seconds(1)
    first, second = tmp_path / "a.mov", tmp_path / "b.mov"
    write_sounding_clip(first, clicks([Fraction(1, 2)], seconds=1), frames=24, rate=rate("24"))
    write_sounding_clip(second, clicks([frame / 2, Fraction(1, 2)], seconds=1), frames=24, rate=rate("24"))
    clips = [
        SoundClip(path=first, picture_s=Fraction(1)),
        SoundClip(path=second, picture_s=Fraction(1), left_out_s=frame),
    ]
    sound = heard(Soundtrack(clips, frames=47, rate=rate("24"), channels=1))
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0.7499)
    assert [int(place) for place in loud] == [24000, 48000 + 24000 - 2000]


def test_no_join_and_no_trim_clicks(tmp_path: Path) -> None:
    frame = rate("24").seconds(1)
    paths = [tmp_path / name for name in ("a.mov", "b.mov", "c.mov")]
    level = np.full((60000, 1), 0.5, dtype=np.float32)  # a step of it would be the loudest click of all
    for path in paths:
        write_sounding_clip(path, level, frames=24, rate=rate("24"))
    clips = [
        SoundClip(path=path, picture_s=Fraction(1), left_out_s=frame if n else Fraction(0))
        for n, path in enumerate(paths)
    ]
    sound = heard(Soundtrack(clips, frames=60, rate=rate("24"), channels=1, start_s=Fraction(1, 10)))
    assert np.abs(np.diff(sound[:, 0])).max() <= 1.01 * 0.5 / FADE
    assert abs(sound[0, 0]) < 0.01
    assert abs(sound[-1, 0]) < 0.01


def test_only_the_join_is_faded(tmp_path: Path) -> None:
    frame = rate("24").seconds(1)
    paths = [tmp_path / name for name in ("a.mov", "b.mov")]
    for path in paths:
        write_sounding_clip(path, np.full((48000, 1), 0.5, dtype=np.float32), frames=24, rate=rate("24"))
    clips = [
        SoundClip(path=paths[0], picture_s=Fraction(1)),
        SoundClip(path=paths[1], picture_s=Fraction(1), left_out_s=frame),
    ]
    sound = heard(Soundtrack(clips, frames=47, rate=rate("24"), channels=1))
    full = np.abs(sound[:, 0] - 0.5) < 1e-4
    assert full[: 48000 - FADE].all()
    assert full[48000 + FADE : -FADE].all()
    assert not full[48000 - FADE + 10 : 48000 + FADE - 10].any()


def test_sound_that_ends_before_its_picture_is_silent_from_there_and_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.5), frames=48, rate=rate("24"))
    track = one_take(path, seconds=2, frames=48, channels=1)
    sound = heard(track)
    assert len(sound) == 96000
    assert np.abs(sound[40000:48000]).max() > 0.4
    assert not sound[48000:].any()
    assert codes(track.report()) == ["SOUND_SHORT"]


def test_a_clip_without_sound_is_silent_between_two_that_have_some(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.mov", "b.mov", "c.mov")]
    for path, sounds in zip(paths, ([tone(seconds=1, level=0.5)], [], [tone(seconds=1, level=0.5)]), strict=True):
        write_sounding_clip(path, *sounds, frames=24, rate=rate("24"))
    track = Soundtrack(
        [SoundClip(path=path, picture_s=Fraction(1)) for path in paths], frames=72, rate=rate("24"), channels=1
    )
    sound = heard(track)
    assert np.abs(sound[:48000]).max() > 0.4
    assert not sound[48000:96000].any()
    assert np.abs(sound[96000:]).max() > 0.4
    assert [(finding.code, finding.where) for finding in track.report().findings] == [("SOUND_ABSENT", "b.mov")]


def test_without_any_sound_the_take_is_silent_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, frames=24, rate=rate("24"))
    track = one_take(path, seconds=1, frames=24, loudness=BROADCAST)
    assert not track.has_sound
    assert not heard(track).any()
    assert track.report().policies == ("sound_absent",)


# ---- channels


def test_one_channel_is_as_loud_in_each_of_two(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.5), frames=24, rate=rate("24"))
    track = one_take(path, seconds=1, frames=24)
    sound = heard(track)
    assert np.array_equal(sound[:, 0], sound[:, 1])
    assert np.array_equal(sound[:-FADE, 0], read_sound(path)[:-FADE, 0])
    assert track.report().policies == ("sound_kept", "upmix 1>2")


def test_two_equal_channels_are_as_loud_in_one(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.5, channels=2), frames=24, rate=rate("24"))
    track = one_take(path, seconds=1, frames=24, channels=1)
    assert np.abs(heard(track)).max() == pytest.approx(0.5, abs=1e-3)
    assert track.report().policies == ("downmix 2>1", "sound_kept")


@pytest.mark.parametrize("layout", ["5.1", "5.1(side)"])
def test_surround_is_mixed_to_two_by_the_gains_of_the_itu(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "clip.mov"
    levels = np.array([0.1, 0.2, 0.3, 0.9, 0.05, 0.15], dtype=np.float32)
    write_sounding_clip(path, np.tile(levels, (48000, 1)), frames=24, rate=rate("24"), layout=layout)
    track = one_take(path, seconds=1, frames=24)
    left, right = heard(track)[1000]
    assert left == pytest.approx(0.1 + 0.7071 * 0.3 + 0.7071 * 0.05, abs=1e-4)
    assert right == pytest.approx(0.2 + 0.7071 * 0.3 + 0.7071 * 0.15, abs=1e-4)
    assert track.report().policies == ("downmix 6>2", "sound_kept")
    assert track.report().findings == ()


def test_what_a_downmix_would_clip_is_made_quieter_and_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.9, channels=6), frames=24, rate=rate("24"))
    track = one_take(path, seconds=1, frames=24)
    assert 0.99 < np.abs(heard(track)).max() <= 1
    assert codes(track.report()) == ["SOUND_LOWERED"]
    assert track.report().gain_db == pytest.approx(-20 * np.log10(0.9 * (1 + 2 * 0.5**0.5)), abs=0.01)


def test_discrete_channels_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    levels = np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32)
    write_sounding_clip(path, np.tile(levels, (48000, 1)), frames=24, rate=rate("24"))
    assert heard(one_take(path, seconds=1, frames=24, channels=4))[1000] == pytest.approx(levels, abs=1e-4)
    assert heard(one_take(path, seconds=1, frames=24, channels=5))[1000] == pytest.approx([*levels, 0], abs=1e-4)
    track = one_take(path, seconds=1, frames=24, channels=3)
    assert heard(track)[1000] == pytest.approx(levels[:3], abs=1e-4)
    assert [finding.message for finding in track.report().findings] == ["of its 4 channels 4 are not in 3 channels"]


@pytest.mark.parametrize("count", range(1, 9))
@pytest.mark.parametrize("wanted", range(1, 9))
def test_no_mix_loses_a_channel_in_silence(count: int, wanted: int) -> None:
    names = {1: ("FC",), 2: ("FL", "FR"), 6: ("FL", "FR", "FC", "LFE", "BL", "BR")}.get(count, ())
    mix = mixing(names, count=count, wanted=wanted)
    lost = [n for n in range(count) if not mix.gains[:, n].any() and not (names and names[n] == "LFE")]
    assert len(mix.left_out) == len(lost)
    assert mix.gains.shape == (wanted, count)
    assert bool(mix.policy) == (count != wanted)


# ---- bad sound


def test_the_first_of_several_streams_is_taken_and_that_is_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.5), tone(seconds=1, level=0.1), frames=24, rate=rate("24"))
    track = one_take(path, seconds=1, frames=24, channels=1)
    assert np.abs(heard(track)).max() > 0.45
    assert codes(track.report()) == ["SOUND_STREAMS"]


def test_samples_that_are_no_numbers_are_silent_and_told(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    sound = tone(seconds=1, level=0.5, channels=2)
    sound[100:110, 0], sound[200, 1] = np.nan, np.inf
    write_sounding_clip(path, sound, frames=24, rate=rate("24"), codec="pcm_f32le")
    track = one_take(path, seconds=1, frames=24)
    made = heard(track)
    assert np.isfinite(made).all()
    assert not made[100:110, 0].any()
    assert made[300:320, 0].any()
    assert [finding.message[:10] for finding in track.report().findings] == ["11 samples"]


def test_damaged_sound_is_silent_from_there_and_the_take_is_made(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    noise = np.random.default_rng(1).normal(0, 0.1, (96000, 2)).astype(np.float32)
    write_sounding_clip(path, noise, frames=48, rate=rate("24"), codec="aac")
    _damage_sound(path, since_s=1)
    track = one_take(path, seconds=2, frames=48)
    sound = heard(track)
    assert len(sound) == 96000
    assert np.abs(sound[:40000]).max() > 0.1
    assert not sound[60000:].any()
    assert codes(track.report()) == ["SOUND_DAMAGED"]
    assert "1.0" in track.report().findings[0].message


def _damage_sound(path: Path, *, since_s: float) -> None:
    """Overwrites each packet of sound from a time on with what no decoder takes."""
    with open_video(path) as movie:
        packets = list(movie.container.demux(movie.container.streams.audio[0]))
    content = bytearray(path.read_bytes())
    late = [packet for packet in packets if packet.pts is not None and packet.pts * packet.time_base >= since_s]
    for place, size in ((packet.pos, packet.size) for packet in late):
        content[place : place + size] = b"\xff" * size
    path.write_bytes(content)


def test_channels_without_order_and_many_of_them_are_read(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.1, channels=8), frames=24, rate=rate("24"), layout="8 channels")
    sound = heard(one_take(path, seconds=1, frames=24))
    assert sound.shape == (48000, 2)
    assert np.abs(sound).max() > 0.05


@pytest.mark.parametrize("speed", [Fraction(3), Fraction(-1), Fraction(0)])
def test_at_a_speed_at_which_nobody_would_know_it_sound_is_left_out(tmp_path: Path, speed: Fraction) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=1, level=0.5), frames=24, rate=rate("24"))
    track = one_take(path, seconds=1, frames=24, speed=speed)
    assert not heard(track).any()
    assert "sound_left_out" in track.report().policies
    assert "SOUND_LEFT_OUT" in codes(track.report())


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, frames=24, rate=rate("24"))
    with pytest.raises(MediaError):
        Soundtrack([], frames=1, rate=rate("24"), channels=2)
    with pytest.raises(MediaError, match="0 channels"):
        one_take(path, seconds=1, frames=24, channels=0)
    with pytest.raises(MediaError):
        one_take(path, seconds=1, frames=0)
    with pytest.raises(MediaError):
        one_take(path, seconds=1, frames=24).report()


# ---- level


def loud_take(path: Path, *, level: float, channels: int = 2, clipped: float | None = None) -> Soundtrack:
    """Five seconds of something like speech: bursts of filtered noise with pauses."""
    rng = np.random.default_rng(5)
    noise = np.convolve(rng.normal(0, 1, 5 * SAMPLE_RATE), np.ones(8) / 8, mode="same")
    bursts = (np.sin(2 * np.pi * 0.8 * np.arange(len(noise)) / SAMPLE_RATE) > -0.3) * noise
    sound = np.repeat((level * bursts / np.abs(bursts).max())[:, np.newaxis], channels, axis=1).astype(np.float32)
    if clipped is not None:
        sound[100_000] = clipped
    write_sounding_clip(path, sound, frames=120, rate=rate("24"), codec="pcm_f32le")
    return one_take(path, seconds=5, frames=120, channels=channels, loudness=BROADCAST)


def written(track: Soundtrack, path: Path, *, text: str = "24", frames: int, timecode: str | None = None) -> Path:
    """A take with a plain picture and this sound."""
    target = Target(rate=rate(text), size=(64, 64), codec="prores_lt", timecode=timecode, reel="REEL")
    with closing(track.frames()) as sound:
        assert write_video(path, gray(frames), target=target, sound=sound) == frames
    return path


def gray(frames: int) -> Iterator[VideoFrame]:
    for _ in range(frames):
        picture = VideoFrame.from_ndarray(np.full((64, 64, 3), 128, dtype=np.uint8), format="rgb24")
        yield picture.reformat(format=ENCODINGS["prores_lt"].pixel_format)


def by_ffmpeg(path: Path) -> tuple[float, float]:
    """Integrated loudness and true peak as the command line tool of FFmpeg tells them."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-map", "0:a", "-af", "ebur128=peak=true"]
    said = subprocess.run([*command, "-f", "null", "-"], check=True, capture_output=True, text=True, timeout=60).stderr
    summary = said[said.rindex("Summary:") :]
    integrated = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary)
    assert integrated is not None
    assert peak is not None
    return float(integrated[1]), float(peak[1])


@needs_ffmpeg
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("level", [0.9, 0.05])
def test_the_target_is_reached_as_ffmpeg_measures_it(tmp_path: Path, level: float, channels: int) -> None:
    track = loud_take(tmp_path / "clip.mov", level=level, channels=channels)
    integrated, _peak = by_ffmpeg(written(track, tmp_path / "take.mov", frames=120))
    assert integrated == pytest.approx(BROADCAST, abs=0.3)
    assert track.report().after.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert "loudness -23 LUFS" in track.report().policies
    assert track.report().findings == ()


@needs_ffmpeg
def test_peaks_allow_only_less_gain_and_that_is_told(tmp_path: Path) -> None:
    track = loud_take(tmp_path / "clip.mov", level=0.02, clipped=0.7)
    integrated, peak = by_ffmpeg(written(track, tmp_path / "take.mov", frames=120))
    assert integrated < BROADCAST - 3
    assert -1.2 <= peak <= -1.0
    assert codes(track.report()) == ["LOUDNESS_LIMITED"]
    assert f"{track.report().after.integrated_lufs:.1f} LUFS" in track.report().findings[0].message


@pytest.mark.parametrize(
    ("seconds", "level", "says"), [(2, 0.5, "shorter than 3 s"), (5, 0.00001, "louder than -70 LUFS")]
)
def test_what_cannot_be_measured_is_left_as_it_is_and_told(
    tmp_path: Path, seconds: int, level: float, says: str
) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(
        path, tone(seconds=seconds, level=level), frames=24 * seconds, rate=rate("24"), codec="pcm_f32le"
    )
    track = one_take(path, seconds=seconds, frames=24 * seconds, channels=1, loudness=BROADCAST)
    assert np.abs(heard(track)).max() == pytest.approx(level, rel=0.01)
    assert track.report().gain_db == 0
    assert track.report().policies == ("sound_kept",)
    assert [finding.code for finding in track.report().findings] == ["LOUDNESS_LEFT"]
    assert says in track.report().findings[0].message


def test_kept_sound_keeps_its_level(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=4, level=0.01, channels=2), frames=96, rate=rate("24"))
    track = one_take(path, seconds=4, frames=96)
    heard(track)
    assert track.report().before == track.report().after
    assert track.report().gain_db == 0


@needs_ffmpeg
def test_a_file_is_measured_as_ffmpeg_does(tmp_path: Path) -> None:
    path = written(loud_take(tmp_path / "clip.mov", level=0.3), tmp_path / "take.mov", frames=120)
    measured = measure_loudness(path)
    assert measured is not None
    assert (measured.integrated_lufs, measured.true_peak_dbtp) == pytest.approx(by_ffmpeg(path), abs=0.11)


def test_a_peak_in_the_last_sample_is_measured() -> None:
    sound = tone(seconds=Fraction(3333, 1000), level=0.1)
    sound[-1] = 0.8
    measured = measure_loudness(iter([sound]))
    assert measured is not None
    assert measured.true_peak_dbtp >= 20 * np.log10(0.8)
    assert measured.sample_peak == pytest.approx(0.8)


def test_a_file_without_sound_has_no_loudness(tmp_path: Path) -> None:
    write_sounding_clip(tmp_path / "clip.mov", frames=24, rate=rate("24"))
    assert measure_loudness(tmp_path / "clip.mov") is None
    assert measure_loudness(iter([])) is None


@pytest.mark.parametrize("target", [-41, -4, True])
def test_a_target_that_nobody_wants_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="loudness"):
        ConformSettings.model_validate({"loudness": target})


# ---- the written file


def probed(path: Path) -> dict[str, dict[str, object]]:
    """Streams by kind as ffprobe tells them, every frame counted."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return {stream["codec_type"]: stream for stream in json.loads(said)["streams"]}


@needs_ffprobe
@pytest.mark.parametrize("frames", [7, 50])
@pytest.mark.parametrize("text", RATES)
def test_sound_and_picture_of_a_file_are_equally_long_and_the_picture_is_as_before(
    tmp_path: Path, text: str, frames: int
) -> None:
    clip = tmp_path / "clip.mov"
    write_sounding_clip(clip, tone(seconds=3, level=0.5, channels=2), frames=72, rate=rate("24"))
    made = SoundClip(path=clip, picture_s=Fraction(3))
    track = Soundtrack([made], frames=frames, rate=rate(text), channels=2)
    timecode = "01:00:00;02" if text in ("29.97", "59.94") else "01:00:00:02"
    path = written(track, tmp_path / "take.mov", text=text, frames=frames, timecode=timecode)
    streams = probed(path)
    assert len(read_sound(path)) == track.samples
    assert streams["audio"]["duration_ts"] == track.samples
    assert streams["audio"]["codec_name"] == "pcm_s24le"
    assert (streams["audio"]["sample_rate"], streams["audio"]["bits_per_raw_sample"]) == ("48000", "24")
    assert streams["audio"]["start_time"] == streams["video"]["start_time"] == "0.000000"
    assert streams["video"]["nb_read_frames"] == str(frames)
    assert Fraction(str(streams["video"]["r_frame_rate"])) == rate(text).fps
    assert Fraction(str(streams["video"]["avg_frame_rate"])) == rate(text).fps
    assert streams["video"]["duration_ts"] * Fraction(str(streams["video"]["time_base"])) == rate(text).seconds(frames)  # type: ignore[operator]
    assert _tags(streams["data"])["timecode"] == timecode
    with open_video(path) as video:
        assert [picture.seconds for picture in video.pictures()] == [rate(text).seconds(n) for n in range(frames)]


def _tags(stream: dict[str, object]) -> dict[str, str]:
    tags = stream["tags"]
    assert isinstance(tags, dict)
    return tags


@needs_mediainfo
@pytest.mark.parametrize("text", RATES)
def test_mediainfo_tells_one_length_and_the_same_timecodes(tmp_path: Path, text: str) -> None:
    clip = tmp_path / "clip.mov"
    write_sounding_clip(clip, tone(seconds=3, level=0.5, channels=2), frames=72, rate=rate("24"))
    track = Soundtrack([SoundClip(path=clip, picture_s=Fraction(3))], frames=48, rate=rate(text), channels=2)
    path = written(track, tmp_path / "take.mov", text=text, frames=48, timecode="01:00:00:00")
    silent = tmp_path / "silent.mov"
    target = Target(rate=rate(text), size=(64, 64), codec="prores_lt", timecode="01:00:00:00", reel="REEL")
    write_video(silent, gray(48), target=target)
    told, without = told_by_mediainfo(path), told_by_mediainfo(silent)
    assert told["Audio"]["StreamSize"] == str(track.samples * 2 * 3)
    assert told["Audio"]["Duration"] == told["Video"]["Duration"]
    for key in ("FrameCount", "FrameRate", "Duration"):
        assert told["Video"][key] == without["Video"][key]
    for key in ("TimeCode_FirstFrame", "TimeCode_LastFrame"):
        assert told["Other"][key] == without["Other"][key]


def told_by_mediainfo(path: Path) -> dict[str, dict[str, str]]:
    command = ["mediainfo", "--Output=JSON", "-f", str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return {track["@type"]: track for track in json.loads(said)["media"]["track"]}


@needs_ffprobe
@pytest.mark.parametrize(
    ("channels", "layout"), [(1, "mono"), (2, "stereo"), (4, None), (6, "5.1(side)"), (8, "7.1"), (11, None)]
)
def test_the_layout_of_the_cut_is_written_into_the_file(tmp_path: Path, channels: int, layout: str | None) -> None:
    clip = tmp_path / "clip.mov"
    write_sounding_clip(clip, tone(seconds=1, level=0.5, channels=2), frames=24, rate=rate("24"))
    path = written(one_take(clip, seconds=1, frames=24, channels=channels), tmp_path / "take.mov", frames=24)
    audio = probed(path)["audio"]
    assert audio["channels"] == channels
    assert audio.get("channel_layout") == layout


def test_sound_and_picture_lie_beside_each_other_in_the_file(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mov"
    write_sounding_clip(clip, tone(seconds=10, level=0.5, channels=2), frames=240, rate=rate("24"))
    path = written(one_take(clip, seconds=10, frames=240), tmp_path / "take.mov", frames=240)
    with open_video(path) as movie:
        places = {"video": [], "audio": []}  # type: dict[str, list[tuple[float, int]]]
        for packet in movie.container.demux():
            if packet.pts is not None and packet.pos is not None and packet.stream.type in places:
                places[packet.stream.type].append((float(packet.pts * packet.time_base), packet.pos))  # type: ignore[operator]
    for seconds, place in places["audio"][::50]:
        nearest = min(abs(second - seconds) for second, where in places["video"] if abs(where - place) < 50_000)
        assert nearest < 1


def test_sound_is_asked_for_as_the_picture_goes_on(tmp_path: Path) -> None:
    asked: list[int] = []
    seen: list[int] = []

    def sound() -> Iterator[AudioFrame]:
        for number in range(48):
            asked.append(number)
            yield delivery_frame(silence(2000, channels=2))

    def pictures() -> Iterator[VideoFrame]:
        for picture in gray(48):
            seen.append(len(asked))
            yield picture

    target = Target(rate=rate("24"), size=(64, 64), codec="prores_lt")
    write_video(tmp_path / "take.mov", pictures(), target=target, sound=sound())
    assert seen == [1, *range(1, 48)]  # one to know what it is like


@pytest.mark.parametrize("text", RATES)
def test_the_edit_list_is_not_rounded(tmp_path: Path, text: str) -> None:
    samples = sample_at(7, rate=rate(text))
    path = tmp_path / "take.mov"
    target = Target(rate=rate(text), size=(64, 64), codec="prores_lt", timecode="01:00:00:00")
    write_video(path, gray(7), target=target, sound=[delivery_frame(silence(samples, channels=2))])
    content = path.read_bytes()
    header = content.rindex(b"mvhd")
    (units,) = struct.unpack(">I", content[header + 16 : header + 20])
    lasts = [struct.unpack(">I", content[at.end() + 8 : at.end() + 12])[0] for at in re.finditer(b"elst", content)]
    assert [Fraction(length, units) for length in lasts[:2]] == [rate(text).seconds(7), Fraction(samples, SAMPLE_RATE)]


def test_sound_of_another_length_is_an_error(tmp_path: Path) -> None:
    target = Target(rate=rate("24"), size=(64, 64), codec="prores_lt")
    for samples in (47999, 48001):
        sound = [delivery_frame(silence(samples, channels=2))]
        with pytest.raises(MediaError, match=f"{samples} samples"):
            write_video(tmp_path / "take.mov", gray(24), target=target, sound=sound)


def test_sound_is_refused_where_it_cannot_be_written(tmp_path: Path) -> None:
    target = Target(rate=rate("24"), size=(64, 64), codec="h264")
    with pytest.raises(MediaError, match=r"\.mov"):
        write_video(tmp_path / "take.mp4", [], target=target, sound=[delivery_frame(silence(1, channels=2))])
    with pytest.raises(MediaError, match="no sound"):
        write_video(tmp_path / "take.mov", [], target=target, sound=[])


# ---- memory


def test_a_long_take_of_eight_channels_is_never_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=20, level=0.1, channels=8), frames=480, rate=rate("24"))
    track = one_take(path, seconds=20, frames=480, channels=8, speed=Fraction(25, 24), loudness=BROADCAST)
    tracemalloc.start()
    for _frame in track.frames():
        pass
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 6_000_000  # the whole take is 30 MB in float32


def test_a_file_is_closed_when_nobody_wants_more_of_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_sounding_clip(path, tone(seconds=2, level=0.1), frames=48, rate=rate("24"))
    frames = one_take(path, seconds=2, frames=48).frames()
    next(frames)
    frames.close()
    assert MovieSound(path).sample_rate == SAMPLE_RATE
