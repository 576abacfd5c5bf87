"""The exact frame at a source time, as a PNG."""

import asyncio
import io
import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pickup._av import open_video, write_frames
from pickup.errors import MediaError
from pickup.media.frames import FrameRequest, frame_at, frame_at_async, grab, last_frame, last_frame_async
from pickup.media.probe import declared_seconds
from pickup.testing.clips import numbered_picture, read_number, write_numbered_clip
from pickup.timing import FrameRate

FRAMES = 45
RATES = ["23.976", "24", "25", "29.97", "59.94"]


def picture(png: bytes) -> NDArray[np.uint8]:
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.mode) == ("PNG", "RGB")
    return np.asarray(image)


def number_at(path: Path, seconds: Fraction) -> int:
    request = FrameRequest(path=str(path), file_seconds=seconds)
    return read_number(picture(grab(request, lambda _done: None)))


def last_number(path: Path) -> int:
    request = FrameRequest(path=str(path), file_seconds=None)
    return read_number(picture(grab(request, lambda _done: None)))


def rewrapped(path: Path, extension: str, *, rotation: int = 0) -> Path:
    """The same packets in another container, or with a rotation for the player."""
    other = path.with_name(f"rewrapped{extension}")
    with av.open(str(path)) as source, av.open(str(other), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        if rotation:
            stream.set_display_rotation(rotation)
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return other


def write_uneven(path: Path, *, times_ms: Sequence[int]) -> None:
    """A clip of variable frame rate: numbered frames at the given times."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1000)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, time_ms in enumerate(times_ms):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number), format="rgb24")
            frame.pts, frame.time_base = time_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module")
def clip_of(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    paths = {text: folder / f"clip_{text}.mp4" for text in RATES}
    for text, path in paths.items():
        write_numbered_clip(path, frames=FRAMES, rate=FrameRate.parse(text))
    return paths


@pytest.mark.parametrize("text", RATES)
def test_every_frame_is_found_through_b_frames(clip_of: dict[str, Path], text: str) -> None:
    rate = FrameRate.parse(text)
    with open_video(clip_of[text]) as video:
        assert video.stream.codec_context.has_b_frames
    wanted = [*range(0, FRAMES, 7), FRAMES - 1]
    assert [number_at(clip_of[text], rate.seconds(number)) for number in wanted] == wanted


@pytest.mark.parametrize("text", RATES)
@pytest.mark.parametrize("extension", [".mkv", ".ts", ".mov"])
def test_containers_that_round_time_show_the_same_frames(clip_of: dict[str, Path], text: str, extension: str) -> None:
    rate = FrameRate.parse(text)
    path = rewrapped(clip_of[text], extension)
    wanted = [0, 1, 22, FRAMES - 2]
    assert [number_at(path, rate.seconds(number)) for number in wanted] == wanted


def test_a_time_within_a_frame_shows_that_frame(clip_of: dict[str, Path]) -> None:
    rate = FrameRate.parse("23.976")
    just_before_eleven = rate.seconds(11) - Fraction(1, 10**6)
    assert number_at(clip_of["23.976"], just_before_eleven) == 10


def test_source_time_counts_from_the_medias_own_origin(clip_of: dict[str, Path]) -> None:
    rate = FrameRate.parse("25")
    png = frame_at(clip_of["25"], source_seconds=3600 + rate.seconds(13), media_start=Fraction(3600))
    assert read_number(picture(png)) == 13


def test_the_async_form_gives_the_same_picture(clip_of: dict[str, Path]) -> None:
    path, seconds = clip_of["24"], Fraction(20, 24)
    assert asyncio.run(frame_at_async(path, source_seconds=seconds)) == frame_at(path, source_seconds=seconds)


@pytest.mark.parametrize("seconds", [Fraction(-1, 24), Fraction(FRAMES, 24), Fraction(100)])
def test_a_time_outside_the_file_is_an_error_and_no_other_frame(clip_of: dict[str, Path], seconds: Fraction) -> None:
    with pytest.raises(MediaError, match="no frame at") as caught:
        frame_at(clip_of["24"], source_seconds=seconds)
    assert caught.value.where == str(clip_of["24"])


def test_variable_frame_rate_shows_the_frame_whose_time_has_come(tmp_path: Path) -> None:
    path = tmp_path / "phone.mp4"
    write_uneven(path, times_ms=[0, 40, 123, 160, 290, 330, 350, 500])
    shown = {ms: number_at(path, Fraction(ms, 1000)) for ms in (0, 39, 40, 122, 123, 289, 345)}
    assert shown == {0: 0, 39: 0, 40: 1, 122: 1, 123: 2, 289: 3, 345: 5}


@pytest.mark.parametrize(
    ("tags", "name"), [((9, 16, 9, 1), "PQ"), ((9, 18, 9, 1), "HLG"), ((9, 14, 9, 1), r"BT\.2020")]
)
def test_a_frame_in_foreign_color_is_refused(tmp_path: Path, tags: tuple[int, int, int, int], name: str) -> None:
    path = tmp_path / "hdr.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = tags
        frame = av.VideoFrame.from_ndarray(numbered_picture(0), format="rgb24").reformat(format="yuv420p")
        frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range = tags
        frame.pts, frame.time_base = 0, Fraction(1, 24)
        container.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(MediaError, match=name):
        number_at(path, Fraction(0))
    with pytest.raises(MediaError, match=f"the last frame .* {name}"):
        last_number(path)


@pytest.mark.parametrize("degrees", [90, 180, -90])
def test_a_turned_clip_comes_upright(tmp_path: Path, degrees: int) -> None:
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=3, rate=FrameRate.parse("24"), first_number=500)
    turned = rewrapped(path, ".mov", rotation=degrees)
    upright = picture(frame_at(turned, source_seconds=Fraction(0)))
    stored = np.rot90(upright, -degrees // 90)
    assert upright.shape[:2] == ((180, 320) if degrees == 180 else (320, 180))
    assert read_number(stored) == 500


def test_the_picture_fills_the_size_that_is_asked_for(clip_of: dict[str, Path]) -> None:
    shown = picture(frame_at(clip_of["24"], source_seconds=Fraction(5, 24), size=(640, 360)))
    assert shown.shape == (360, 640, 3)
    assert read_number(shown) == 5
    cropped = picture(frame_at(clip_of["24"], source_seconds=Fraction(5, 24), size=(180, 180)))
    assert cropped.shape == (180, 180, 3)
    assert np.abs(cropped[60:].reshape(-1, 3).mean(axis=0) - (60, 90, 130)).max() < 3


@pytest.mark.parametrize("extension", [".png", ".jpg", ".tif", ".bmp", ".webp"])
def test_a_still_shows_its_picture_at_any_time(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"still{extension}"
    Image.fromarray(numbered_picture(77)).save(path)
    assert [number_at(path, Fraction(seconds)) for seconds in (-5, 0, 3600)] == [77, 77, 77]


def test_a_file_that_is_no_video_is_an_error_of_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("<html>")
    with pytest.raises(MediaError, match=r"clip\.mp4"):
        frame_at(path, source_seconds=Fraction(0))


# --- the last frame ---------------------------------------------------------------------------------------------------


def write_groups(path: Path, *, frames: int, options: dict[str, str]) -> None:
    """A numbered clip with groups of pictures as another encoder may cut them."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def declare_too_long(path: Path) -> None:
    """Makes an .mkv lie about its length: the element Duration, id 4489, of 8 bytes. FFmpeg sees through an .mp4."""
    content = bytearray(path.read_bytes())
    place = content.index(b"\x44\x89\x88") + 3
    content[place : place + 8] = struct.pack(">d", 3 * struct.unpack(">d", content[place : place + 8])[0])
    path.write_bytes(content)


def declare_too_short(path: Path) -> None:
    """Makes an .mp4 lie about its length, in its movie, track and media headers: a third."""
    content = bytearray(path.read_bytes())
    for name, offset in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        place = content.index(name) + 4 + offset
        declared = int.from_bytes(content[place : place + 4], "big")
        content[place : place + 4] = (declared // 3).to_bytes(4, "big")
    path.write_bytes(content)


@pytest.mark.parametrize("text", RATES)
@pytest.mark.parametrize("extension", [".mp4", ".mkv", ".ts", ".mov"])
def test_the_last_frame_is_found_behind_b_frames_in_every_container(
    clip_of: dict[str, Path], text: str, extension: str
) -> None:
    path = clip_of[text] if extension == ".mp4" else rewrapped(clip_of[text], extension)
    assert last_number(path) == FRAMES - 1


@pytest.mark.parametrize(
    "options",
    [
        {"g": "600", "bf": "8"},
        {"g": "12", "bf": "3", "x264-params": "open-gop=1"},
        {"g": "100", "bf": "3", "x264-params": "intra-refresh=1"},
        {"g": "1"},
    ],
    ids=["one long group", "open groups", "no key frame but the first", "key frames only"],
)
def test_the_last_frame_is_found_whatever_the_groups_of_pictures(tmp_path: Path, options: dict[str, str]) -> None:
    path = tmp_path / "clip.mp4"
    write_groups(path, frames=301, options=options)
    assert last_number(path) == 300


@pytest.mark.parametrize(
    ("extension", "lie", "seconds"), [(".mp4", declare_too_short, 0.625), (".mkv", declare_too_long, 5.625)]
)
def test_a_declared_length_that_lies_does_not_move_the_last_frame(
    tmp_path: Path, extension: str, lie: Callable[[Path], None], seconds: float
) -> None:
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=FRAMES, rate=FrameRate.parse("24"))
    lying = rewrapped(path, extension)
    lie(lying)
    with open_video(lying) as video:
        assert float(declared_seconds(video) or 0) == pytest.approx(seconds, abs=0.01)
    assert last_number(lying) == FRAMES - 1


def test_of_a_movie_of_one_frame_the_last_one_is_that(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=1, rate=FrameRate.parse("24"), first_number=7)
    assert last_number(path) == 7


def test_the_last_frame_comes_from_a_child_in_the_size_that_is_asked_for(clip_of: dict[str, Path]) -> None:
    png = last_frame(clip_of["24"], size=(640, 360))
    assert (picture(png).shape, read_number(picture(png))) == ((360, 640, 3), FRAMES - 1)
    assert asyncio.run(last_frame_async(clip_of["24"], size=(640, 360))) == png


def test_a_last_frame_that_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    grain = np.random.default_rng(3).integers(0, 255, (6, 180, 320, 3), dtype=np.uint8)
    write_frames(path, grain, rate=FrameRate.parse("24"), size=(320, 180), codec="h264")
    with av.open(str(path)) as container:
        *_others, last = (packet for packet in container.demux(video=0) if packet.size)
        start, size = last.pos or 0, last.size
    content = bytearray(path.read_bytes())
    content[start + size // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"the last frame of clip\.mp4 is damaged"):
        last_number(path)


@pytest.mark.parametrize("content", [b"", b"<html>" * 100])
def test_what_is_no_video_has_no_last_frame(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"clip\.mp4 is not a video"):
        last_frame(path)
