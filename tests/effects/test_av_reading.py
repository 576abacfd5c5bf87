"""What the FFmpeg seam opens, refuses and says about it."""

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from PIL import Image

from pickup._av import assumed_matrix, open_video, read_frames, upright_rgb, write_frames
from pickup.errors import MediaError
from pickup.testing.clips import numbered_picture, read_number, write_numbered_clip
from pickup.timing import FrameRate

RATE = FrameRate.parse("24")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=24, rate=RATE)
    return path


def empty(path: Path) -> None:
    path.write_bytes(b"")


def web_page(path: Path) -> None:
    path.write_text("<!doctype html><title>403</title><p>The link has expired.</p>" * 20)


def picture(path: Path) -> None:
    Image.fromarray(numbered_picture(1)).save(path, format="PNG")


def playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n/etc/hostname\n#EXT-X-ENDLIST\n")


def concat_list(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile 'clip.mp4'\n")


def sound_only(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=48000)
        for number in range(10):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48000, number * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def without_index(path: Path) -> None:
    whole = path.with_name("whole.mp4")
    write_numbered_clip(whole, frames=24, rate=RATE)
    content = whole.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])


@pytest.mark.parametrize(
    "make", [empty, web_page, picture, playlist, concat_list, sound_only, without_index], ids=lambda make: make.__name__
)
def test_what_only_looks_like_a_video_is_an_own_error(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "clip_of_shot.mp4"
    make(path)
    with pytest.raises(MediaError) as caught:
        list(read_frames(path))
    assert caught.value.where == str(path)
    assert "clip_of_shot.mp4" in caught.value.message
    assert caught.value.next_step


def test_the_message_carries_the_words_of_ffmpeg(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    without_index(path)
    with pytest.raises(MediaError, match=r"FFmpeg: .*moov"):
        list(read_frames(path))


@pytest.mark.parametrize("name", ["http://127.0.0.1:9/clip.mp4", "concat:a.mp4|b.mp4", "clip.txt", "absent.mp4"])
def test_only_local_media_files_are_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "clip.txt").write_text("text")
    with pytest.raises(MediaError, match=r"not a file|extension"), open_video(tmp_path / name):
        pass


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "pipe.mp4"
    os.mkfifo(path)
    with pytest.raises(MediaError, match="not a file"), open_video(path):
        pass


def test_a_name_that_looks_like_a_protocol_or_a_pattern_is_a_file(tmp_path: Path) -> None:
    for name in ("tcp:x%03d.mp4", "a b#é?.mp4"):
        path = tmp_path / name
        write_numbered_clip(path, frames=2, rate=RATE)
        assert len(list(read_frames(path))) == 2


def test_frames_come_lazily(clip: Path) -> None:
    frames: Iterator[object] = read_frames(clip)
    assert next(frames) is not None


def test_reading_since_a_time_begins_at_or_before_it(clip: Path) -> None:
    with open_video(clip) as video:
        first = next(video.pictures(since=Fraction(20, 24)))
    assert first.seconds <= Fraction(20, 24)


def test_damaged_frames_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_textured(path, frames=24)
    damage(path)
    with open_video(path) as video:
        damaged = [picture.is_corrupt for picture in video.pictures()]
        assert video.corrupt_frames == sum(damaged) > 0


@pytest.mark.parametrize(("lines", "matrix"), [(480, "smpte170m"), (576, "smpte170m"), (720, "bt709"), (2160, "bt709")])
def test_untagged_video_is_taken_for_bt709_from_720_lines_up(lines: int, matrix: str) -> None:
    assert assumed_matrix(2, height=lines) == matrix


@pytest.mark.parametrize(("size", "matrix"), [((320, 180), "ITU601"), ((1280, 720), "ITU709")])
def test_an_untagged_picture_is_converted_with_the_assumed_matrix(size: tuple[int, int], matrix: str) -> None:
    color = (200, 40, 60)
    frame = VideoFrame.from_ndarray(numbered_picture(0, size=size, color=color), format="rgb24")
    untagged = frame.reformat(format="yuv444p", dst_colorspace=matrix, src_color_range="JPEG", dst_color_range="MPEG")
    untagged.colorspace = 2
    shown = upright_rgb(untagged)[size[1] // 2 :].reshape(-1, 3).mean(axis=0)
    assert np.abs(shown - color).max() < 3


def test_a_number_that_is_not_there_is_not_read() -> None:
    with pytest.raises(ValueError, match="no number"):
        read_number(np.full((180, 320, 3), 128, dtype=np.uint8))


@pytest.mark.parametrize("number", [0, 1, 4711, 65535])
def test_a_number_is_read_as_it_was_painted(number: int) -> None:
    assert read_number(numbered_picture(number, size=(128, 72))) == number


def write_textured(path: Path, *, frames: int) -> None:
    """A clip whose data are large enough to be hit."""
    random = np.random.default_rng(7)
    pictures = (random.integers(0, 255, (180, 320, 3)).astype(np.uint8) for _ in range(frames))
    write_frames(path, pictures, rate=RATE, size=(320, 180), codec="h264")


def damage(path: Path) -> None:
    """Flips bytes in the middle of the file, where the pictures are."""
    content = bytearray(path.read_bytes())
    for position in range(len(content) // 3, len(content) * 2 // 3, 20_011):
        content[position] ^= 0xFF
    path.write_bytes(content)
