"""What a media file is said to be."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from pickup._av import write_frames
from pickup.errors import MediaError
from pickup.media.probe import MediaInfo, Unusable, probe, probe_files
from pickup.testing.clips import numbered_picture, numbered_pictures, write_numbered_clip
from pickup.timing import FrameRate


def rewrapped(path: Path, extension: str, *, rotation: int = 0, packets: int = 1000, sound: bool = False) -> Path:
    """The same packets, or the first of them, in another container."""
    other = path.with_name(f"rewrapped{extension}")
    with av.open(str(path)) as source, av.open(str(other), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        track = target.add_stream("pcm_s16le", rate=48000) if sound else None
        if rotation:
            stream.set_display_rotation(rotation)
        for number, packet in enumerate(source.demux(source.streams.video[0])):
            if packet.dts is not None and number < packets:
                packet.stream = stream
                target.mux(packet)
        if track is not None:
            silence = av.AudioFrame(format="s16", layout="stereo", samples=1024)
            silence.sample_rate, silence.pts = 48000, 0
            target.mux([*track.encode(silence), *track.encode(None)])
    return other


@pytest.mark.parametrize("text", ["23.976", "24", "25", "29.97", "30", "50", "59.94", "60"])
@pytest.mark.parametrize("extension", [".mp4", ".mov", ".mkv"])
def test_rate_and_length_are_exact(tmp_path: Path, text: str, extension: str) -> None:
    rate = FrameRate.parse(text)
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=40, rate=rate)
    info = probe(rewrapped(path, extension))
    assert (info.rate, info.frames, info.is_vfr) == (rate, 40, False)


def write_raw(path: Path, *, times: Sequence[int], group: int = 250) -> None:
    """A clip whose frames are shown at any times, in 24ths of a second, with B-frames in groups of `group`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"g": str(group), "b-adapt": "0", "bf": "3"})
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number, size=(160, 90)), format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("group", [260, 261, 262, 263])
def test_a_long_clip_with_b_frames_is_not_taken_for_variable(tmp_path: Path, group: int) -> None:
    path = tmp_path / "clip.mp4"
    write_raw(path, times=range(264), group=group)
    assert probe(path).is_vfr is False


def test_variable_frame_rate_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "phone.mp4"
    write_raw(path, times=[0, 1, 2, 4, 5, 6, 9, 10])
    info = probe(path)
    assert (info.is_vfr, info.rate, info.frames) == (True, None, None)


def test_a_delivery_file_is_told_whole(tmp_path: Path) -> None:
    path = tmp_path / "take.mov"
    write_frames(
        path,
        numbered_pictures(range(5)),
        rate=FrameRate.parse("29.97"),
        size=(320, 180),
        codec="prores_hq",
        timecode="01:00:00;02",
        reel="A001",
    )
    info = probe(path)
    assert (info.codec, info.pixel_format, info.size) == ("prores", "yuv422p10le", (320, 180))
    assert (info.timecode, info.reel, info.seconds) == ("01:00:00;02", "A001", Fraction(5 * 1001, 30000))
    assert (info.color.primaries, info.color.transfer, info.color.matrix, info.color.full_range) == (1, 1, 1, False)
    assert (info.has_audio, info.is_still, info.rotation) == (False, False, 0)


def test_sound_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=5, rate=FrameRate.parse("24"))
    assert probe(rewrapped(path, ".mov", sound=True)).has_audio


def test_a_turned_clip_tells_its_upright_size(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=5, rate=FrameRate.parse("24"))
    info = probe(rewrapped(path, ".mov", rotation=90))
    assert (info.size, info.rotation, info.upright_size) == ((320, 180), 90, (180, 320))


def test_a_still_is_media_without_a_rate(tmp_path: Path) -> None:
    path = tmp_path / "frame.png"
    Image.fromarray(numbered_picture(3)).save(path)
    info = probe(path)
    assert (info.is_still, info.rate, info.seconds, info.frames, info.size) == (True, None, None, None, (320, 180))


def test_a_still_named_as_a_movie_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "frame.mp4"
    Image.fromarray(numbered_picture(3)).save(path, format="PNG")
    with pytest.raises(MediaError, match=r"frame\.mp4"):
        probe(path)


def test_a_movie_named_as_a_still_is_refused(tmp_path: Path) -> None:
    movie, still = tmp_path / "clip.mp4", tmp_path / "clip.png"
    write_numbered_clip(movie, frames=5, rate=FrameRate.parse("24"))
    movie.rename(still)
    with pytest.raises(MediaError, match=r"clip\.png"):
        probe(still)


def test_files_are_probed_in_a_child_each_for_itself(tmp_path: Path) -> None:
    good, bad, absent = tmp_path / "good.mp4", tmp_path / "bad.mp4", tmp_path / "absent.mov"
    write_numbered_clip(good, frames=5, rate=FrameRate.parse("24"))
    bad.write_text("<html>")
    first, second, third = probe_files([good, bad, absent])
    assert first == probe(good)
    assert isinstance(first, MediaInfo)
    assert isinstance(second, Unusable)
    assert "is not a video" in second.reason
    assert isinstance(third, Unusable)
    assert "is not a file" in third.reason
    assert third.next_step


def test_no_files_are_no_work() -> None:
    assert probe_files([]) == ()
