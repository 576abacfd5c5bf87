"""Files written through the FFmpeg seam: count, rate, timecode, reel, color."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from pickup._av import BT709, LIMITED_RANGE, open_video, read_frames, write_frames
from pickup.errors import LibraryError, MediaError, TimingError
from pickup.media.probe import probe
from pickup.testing.clips import numbered_pictures, read_number
from pickup.timing import FrameRate

SIZE = (320, 180)
RATES = ["23.976", "24", "25", "29.97", "30", "50", "59.94", "60"]


def rate(text: str) -> FrameRate:
    return FrameRate.parse(text)


@pytest.mark.parametrize(("codec", "extension"), [("h264", ".mp4"), ("h264", ".mov"), ("prores_lt", ".mov")])
@pytest.mark.parametrize("text", RATES)
def test_every_frame_is_written_at_its_exact_time(tmp_path: Path, text: str, codec: str, extension: str) -> None:
    path = tmp_path / f"clip{extension}"
    written = write_frames(path, numbered_pictures(range(20)), rate=rate(text), size=SIZE, codec=codec)
    with open_video(path) as video:
        times = [picture.seconds for picture in video.pictures()]
        assert video.stream.average_rate == rate(text).fps
        assert video.stream.base_rate == rate(text).fps
    assert written == 20
    assert times == [rate(text).seconds(number) for number in range(20)]
    assert [read_number(frame) for frame in read_frames(path)] == list(range(20))


@pytest.mark.parametrize("codec", ["prores_lt", "prores", "prores_hq"])
def test_each_prores_profile_is_what_it_is_called(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "clip.mov"
    write_frames(path, numbered_pictures(range(2)), rate=rate("24"), size=SIZE, codec=codec)
    with open_video(path) as video:
        profile = video.stream.codec_context.profile
    assert profile == {"prores_lt": "LT", "prores": "Standard", "prores_hq": "HQ"}[codec]


@pytest.mark.parametrize(
    ("text", "timecode"),
    [
        ("23.976", "01:00:00:00"),
        ("24", "00:00:00:00"),
        ("25", "10:00:00:24"),
        ("29.97", "01:00:59;28"),
        ("29.97", "01:00:59:28"),
        ("59.94", "00:00:00;00"),
        ("60", "23:59:59:59"),
    ],
)
def test_the_timecode_track_says_what_was_asked(tmp_path: Path, text: str, timecode: str) -> None:
    path = tmp_path / "clip.mov"
    pictures = numbered_pictures(range(3))
    write_frames(path, pictures, rate=rate(text), size=SIZE, codec="prores_lt", timecode=timecode, reel="HARBOR_t01")
    info = probe(path)
    assert info.timecode == timecode
    assert info.reel == "HARBOR_t01"


@pytest.mark.parametrize("timecode", ["01:01:00;00", "01:00:00:30", "noon", "01:00:00;00 "])
def test_a_timecode_that_does_not_exist_is_refused_before_anything_is_written(tmp_path: Path, timecode: str) -> None:
    path = tmp_path / "clip.mov"
    with pytest.raises(TimingError):
        write_frames(
            path, numbered_pictures(range(3)), rate=rate("29.97"), size=SIZE, codec="prores_lt", timecode=timecode
        )
    assert not path.exists()


def test_drop_frame_at_24_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TimingError, match="drop-frame"):
        write_frames(
            tmp_path / "clip.mov",
            numbered_pictures(range(3)),
            rate=rate("24"),
            size=SIZE,
            codec="prores_lt",
            timecode="00:00:00;00",
        )


@pytest.mark.parametrize(("codec", "extension", "tolerance"), [("prores_hq", ".mov", 1), ("h264", ".mp4", 3)])
@pytest.mark.parametrize("color", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (200, 120, 40)])
def test_a_color_comes_back_as_it_was_written(
    tmp_path: Path, codec: str, extension: str, tolerance: int, color: tuple[int, int, int]
) -> None:
    path = tmp_path / f"clip{extension}"
    write_frames(path, numbered_pictures(range(2), color=color), rate=rate("24"), size=SIZE, codec=codec)
    shown = next(iter(read_frames(path)))[90:].reshape(-1, 3).mean(axis=0)
    assert np.abs(shown - color).max() <= tolerance


def test_red_is_stored_with_the_matrix_of_bt709(tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    write_frames(path, numbered_pictures(range(1), color=(255, 0, 0)), rate=rate("24"), size=SIZE, codec="prores_hq")
    with open_video(path) as video:
        planes = next(video.pictures()).frame.to_ndarray(channel_last=True)
    stored = planes[120:].reshape(-1, 3).mean(axis=0)
    assert np.abs(stored - (250, 409, 960)).max() < 3  # BT.601 would be (326, 361, 960)


@pytest.mark.parametrize(("codec", "extension"), [("prores_lt", ".mov"), ("h264", ".mp4")])
def test_every_frame_is_tagged_bt709_limited(tmp_path: Path, codec: str, extension: str) -> None:
    path = tmp_path / f"clip{extension}"
    write_frames(path, numbered_pictures(range(3)), rate=rate("24"), size=SIZE, codec=codec)
    with open_video(path) as video:
        frames = [picture.frame for picture in video.pictures()]
    tags = {(f.color_primaries, f.color_trc, f.colorspace, f.color_range) for f in frames}
    assert tags == {(BT709, BT709, BT709, LIMITED_RANGE)}


@pytest.mark.parametrize(
    ("size", "codec", "extension", "says"),
    [
        ((321, 180), "prores_lt", ".mov", "even"),
        ((320, 181), "h264", ".mp4", "even"),
        ((320, 180), "prores_lt", ".mp4", "does not belong"),
        ((320, 180), "vp9", ".mov", "not a codec"),
    ],
)
def test_what_cannot_be_right_is_refused(
    tmp_path: Path, size: tuple[int, int], codec: str, extension: str, says: str
) -> None:
    path = tmp_path / f"clip{extension}"
    with pytest.raises(MediaError, match=says) as caught:
        write_frames(path, numbered_pictures(range(1), size=size), rate=rate("24"), size=size, codec=codec)
    assert caught.value.where == str(path)
    assert caught.value.next_step


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="320x180"):
        write_frames(
            tmp_path / "clip.mov",
            numbered_pictures(range(1), size=(160, 90)),
            rate=rate("24"),
            size=SIZE,
            codec="prores_lt",
        )


def test_no_picture_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no frame"):
        write_frames(tmp_path / "clip.mov", [], rate=rate("24"), size=SIZE, codec="prores_lt")


def test_a_folder_that_does_not_exist_is_an_own_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        write_frames(
            tmp_path / "absent" / "clip.mov", numbered_pictures(range(1)), rate=rate("24"), size=SIZE, codec="prores_lt"
        )


def test_seconds_are_fractions(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_frames(path, numbered_pictures(range(3)), rate=rate("23.976"), size=SIZE, codec="h264")
    with open_video(path) as video:
        assert [picture.seconds for picture in video.pictures()][2] == Fraction(2002, 24000)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_told_as_one_and_hangs_nothing(tmp_path: Path) -> None:
    for number in range(20):  # an encoder freed while its threads work hung about once in so many times
        path = tmp_path / f"clip{number}.mov"
        path.symlink_to("/dev/full")
        pictures = numbered_pictures(range(30), size=(640, 360))
        with pytest.raises(LibraryError, match="No space left"):
            write_frames(path, pictures, rate=rate("24"), size=(640, 360), codec="prores_hq")
