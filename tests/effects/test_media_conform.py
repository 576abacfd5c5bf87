"""Originals made to match the cut: count, rate, size, timecode, color, and what is refused."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pickup._av import open_video, read_frames, write_frames
from pickup.errors import MediaError, TimingError
from pickup.media.conform import BYTES_PER_PIXEL, Conformer, RenderOrder, expected_bytes
from pickup.media.fit import scaled_size
from pickup.media.probe import probe
from pickup.media.render import render
from pickup.ports import Conform, Conformed, Delivery
from pickup.takes import Inspection
from pickup.testing.clips import numbered_picture, read_number, write_numbered_clip
from pickup.timing import FrameRate, timecode

SIZE = (320, 180)
REEL = "HARBOR7K2Q_SH0010_t01"
CASES = [
    ("23.976", False),
    ("24", False),
    ("25", False),
    ("29.97", False),
    ("29.97", True),
    ("30", False),
    ("50", False),
    ("59.94", False),
    ("59.94", True),
    ("60", False),
]


def rate(text: str) -> FrameRate:
    return FrameRate.parse(text)


def delivery_of(text: str = "24", *, frames: int = 12) -> Delivery:
    return Delivery(frames=frames, rate=rate(text), size=SIZE, codec="prores_lt", reel=REEL)


def conform(original: Path, delivery: Delivery, *, name: str = "take.mov") -> tuple[Path, Conformed]:
    """Conforms in this process, which is quicker than in a child; the same function runs there."""
    destination = original.with_name(name)
    order = RenderOrder(originals=(str(original),), destination=str(destination), delivery=delivery)
    return destination, render(order, lambda _done: None).conformed


def numbers(path: Path) -> list[int]:
    return [read_number(frame) for frame in read_frames(path)]


def client(name: str) -> str:
    """Path of a third-party program; the test is skipped without it, or fails where it is required."""
    program = shutil.which(name)
    if program is None:
        if os.environ.get("PICKUP_REQUIRE_CLIENTS"):
            pytest.fail(f"{name} is required and not installed")
        pytest.skip(f"{name} is not installed")
    return program


def ffprobe(path: Path) -> list[dict[str, Any]]:
    answer = subprocess.run(
        [client("ffprobe"), "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)],
        check=True,
        capture_output=True,
    )
    streams: list[dict[str, Any]] = json.loads(answer.stdout)["streams"]
    return streams


def mediainfo(path: Path) -> dict[str, dict[str, str]]:
    answer = subprocess.run([client("mediainfo"), "--Output=JSON", str(path)], check=True, capture_output=True)
    return {track["@type"]: track for track in json.loads(answer.stdout)["media"]["track"]}


@pytest.mark.parametrize(("text", "drop_frame"), CASES)
def test_at_the_cuts_rate_the_take_is_the_original_frame_for_frame(
    tmp_path: Path, text: str, *, drop_frame: bool
) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=26, rate=rate(text))
    start = 86412
    delivery = replace(delivery_of(text, frames=26), start_frame=start, drop_frame=drop_frame)
    path, conformed = conform(original, delivery)
    assert numbers(path) == list(range(26))
    assert replace(conformed, inspection=Inspection()) == Conformed(
        frames=26,
        rate=rate(text),
        size=SIZE,
        codec="prores_lt",
        timecode=timecode(start, rate=rate(text), drop_frame=drop_frame),
        bytes_written=path.stat().st_size,
        sha256=sha256(path.read_bytes()).hexdigest(),
        policies=(),
    )
    info = probe(path)
    assert (info.rate, info.frames, info.timecode, info.reel) == (rate(text), 26, conformed.timecode, REEL)


@pytest.mark.client
@pytest.mark.parametrize(("text", "drop_frame"), CASES)
def test_other_programs_read_what_was_meant(tmp_path: Path, text: str, *, drop_frame: bool) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=26, rate=rate(text))
    path, conformed = conform(original, replace(delivery_of(text, frames=26), drop_frame=drop_frame))
    picture, track = ffprobe(path)
    fps = str(rate(text))
    assert (picture["r_frame_rate"], picture["avg_frame_rate"], picture["nb_read_frames"]) == (fps, fps, "26")
    assert (picture["codec_name"], picture["profile"], picture["pix_fmt"]) == ("prores", "LT", "yuv422p10le")
    assert [picture[f"color_{what}"] for what in ("space", "transfer", "primaries", "range")] == [*["bt709"] * 3, "tv"]
    assert (picture["width"], picture["height"], picture["field_order"]) == (*SIZE, "progressive")
    assert picture["sample_aspect_ratio"] == "1:1"
    assert (track["tags"]["timecode"], track["tags"]["reel_name"]) == (conformed.timecode, REEL)

    tracks = mediainfo(path)
    assert tracks["Video"]["FrameCount"] == "26"
    assert tracks["Video"]["matrix_coefficients"] == "BT.709"
    assert tracks["Other"]["TimeCode_FirstFrame"] == conformed.timecode
    assert tracks["Other"]["TimeCode_LastFrame"] == timecode(25, rate=rate(text), drop_frame=drop_frame)


@pytest.mark.parametrize("codec", BYTES_PER_PIXEL)
def test_each_codec_is_conformed_and_proved(tmp_path: Path, codec: str) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=4, rate=rate("24"))
    path, conformed = conform(original, replace(delivery_of(frames=4), codec=codec))
    assert (conformed.codec, numbers(path)) == (codec, [0, 1, 2, 3])


def test_what_is_over_is_left_off_at_the_tail(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=30, rate=rate("24"), first_number=100)
    path, conformed = conform(original, delivery_of(frames=12))
    assert numbers(path) == list(range(100, 112))
    assert conformed.policies == ("trim",)


@pytest.mark.parametrize(("there", "here"), [("24", "23.976"), ("23.976", "24"), ("30", "29.97"), ("60", "59.94")])
def test_between_a_rate_and_its_ntsc_neighbour_no_frame_is_lost_or_doubled(
    tmp_path: Path, there: str, here: str
) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=12, rate=rate(there))
    path, conformed = conform(original, delivery_of(here, frames=12))
    assert numbers(path) == list(range(12))
    assert conformed.policies == ("rerate",)


@pytest.mark.parametrize(
    ("there", "here", "frames"),
    [("30", "24", 24), ("24", "30", 30), ("25", "30", 24), ("24", "59.94", 59), ("60", "24", 9)],
)
def test_at_another_rate_each_frame_is_the_one_shown_at_its_time(
    tmp_path: Path, there: str, here: str, frames: int
) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=32, rate=rate(there))
    path, conformed = conform(original, delivery_of(here, frames=frames))
    assert numbers(path) == [int(rate(there).frames(rate(here).seconds(number))) for number in range(frames)]
    assert "nearest" in conformed.policies


def test_one_second_of_24_gives_one_second_of_60(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=24, rate=rate("24"))
    _path, conformed = conform(original, delivery_of("60", frames=60))
    assert conformed.frames == 60


@pytest.mark.parametrize(
    ("size", "fit", "policies"),
    [
        ((640, 360), "fill", ("scale", "upscale 2")),
        ((240, 180), "fill", ("crop",)),
        ((160, 180), "crop", ("crop",)),
        ((640, 360), "crop", ("pad",)),
        ((240, 180), "fit", ("pad", "scale")),
        ((320, 180), "fit", ()),
        ((160, 90), "fit", ("scale",)),
    ],
)
def test_size_and_shape_are_made_to_fit_and_named(
    tmp_path: Path, size: tuple[int, int], fit: str, policies: tuple[str, ...]
) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=3, rate=rate("24"), first_number=40)
    path, conformed = conform(original, replace(delivery_of(frames=3), size=size, fit=fit))
    shown = next(iter(read_frames(path)))
    assert (shown.shape, conformed.size, conformed.policies) == ((size[1], size[0], 3), size, policies)
    assert np.abs(shown[size[1] // 2, size[0] // 2] - np.array((60, 90, 130))).max() <= 3
    if "pad" in policies:
        assert shown[:12].max() <= 2
        top, left = (22, 0) if fit == "fit" else (90, 160)
        assert read_number(shown[top : size[1] - top, left : size[0] - left]) == 40
    elif "crop" not in policies:
        assert read_number(shown) == 40


@pytest.mark.parametrize(
    ("shown", "target", "fit", "scaled"),
    [
        ((854, 480), (1920, 1080), "fill", (1922, 1080)),
        ((1280, 720), (1920, 1080), "fill", (1920, 1080)),
        ((720, 1280), (1920, 1080), "fit", (608, 1080)),
        ((720, 1280), (1920, 1080), "fill", (1920, 3414)),
        ((1920, 1080), (1998, 1080), "fill", (1998, 1124)),
        ((4000, 2), (320, 180), "fit", (320, 2)),
    ],
)
def test_the_scaled_size_is_even_and_covers_or_lies_inside(
    shown: tuple[int, int], target: tuple[int, int], fit: str, scaled: tuple[int, int]
) -> None:
    assert scaled_size(shown, target=target, fit=fit) == scaled


def test_colors_survive_the_conform(tmp_path: Path) -> None:
    original = tmp_path / "original.mov"
    color = (200, 60, 40)
    write_numbered_clip(original, frames=2, rate=rate("24"), color=color, codec="prores_hq")
    path, conformed = conform(original, replace(delivery_of(frames=2), size=(640, 360)))
    shown = next(iter(read_frames(path)))[180:].reshape(-1, 3).mean(axis=0)
    assert np.abs(shown - color).max() < 2
    assert conformed.policies == ("scale", "upscale 2")


@pytest.mark.parametrize(
    ("matrix", "color_range", "tags", "policies"),
    [
        ("ITU601", "MPEG", (2, 2, 2, 1), ("matrix", "matrix_assumed")),
        ("ITU601", "MPEG", (6, 6, 6, 1), ("matrix",)),
        ("ITU709", "JPEG", (1, 1, 1, 2), ("range",)),
    ],
)
def test_other_yuv_is_converted_to_bt709_and_said(
    tmp_path: Path, matrix: str, color_range: str, tags: tuple[int, int, int, int], policies: tuple[str, ...]
) -> None:
    original = tmp_path / "original.mp4"
    color = (200, 60, 40)
    write_raw(original, times=range(4), color=color, matrix=matrix, color_range=color_range, tags=tags)
    path, conformed = conform(original, delivery_of(frames=4))
    shown = next(iter(read_frames(path)))[90:].reshape(-1, 3).mean(axis=0)
    assert np.abs(shown - color).max() < 4
    assert conformed.policies == policies


@pytest.mark.parametrize("tags", [(9, 16, 9, 1), (9, 18, 9, 1), (9, 14, 9, 1)])
def test_hdr_and_wide_gamut_are_refused_and_not_flattened(tmp_path: Path, tags: tuple[int, int, int, int]) -> None:
    original = tmp_path / "original.mp4"
    write_raw(original, times=range(4), tags=tags)
    with pytest.raises(MediaError, match=r"PQ|HLG|BT\.2020"):
        conform(original, delivery_of(frames=4))


def test_transparency_is_left_out_and_said(tmp_path: Path) -> None:
    original = tmp_path / "original.mov"
    with av.open(str(original), "w") as container:
        stream = container.add_stream("qtrle", rate=24)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "argb"
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number), format="rgb24").reformat(format="argb")
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path, conformed = conform(original, delivery_of(frames=3))
    assert conformed.policies == ("alpha",)
    assert numbers(path) == [0, 1, 2]
    shown = next(iter(read_frames(path)))[90:].reshape(-1, 3).mean(axis=0)
    assert np.abs(shown - (60, 90, 130)).max() < 2


def test_a_turned_original_is_set_upright(tmp_path: Path) -> None:
    original, turned = tmp_path / "original.mp4", tmp_path / "turned.mov"
    write_numbered_clip(original, frames=3, rate=rate("24"), first_number=9)
    with av.open(str(original)) as source, av.open(str(turned), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    path, conformed = conform(turned, replace(delivery_of(frames=3), size=(180, 320)))
    assert conformed.policies == ("rotate",)
    assert read_number(np.rot90(next(iter(read_frames(path))), -1)) == 9


# --- what is refused --------------------------------------------------------------------------------------------------


def write_raw(
    path: Path,
    *,
    times: range | list[int],
    color: tuple[int, int, int] = (60, 90, 130),
    matrix: str = "ITU709",
    color_range: str = "MPEG",
    tags: tuple[int, int, int, int] = (1, 1, 1, 1),
    options: dict[str, str] | None = None,
) -> None:
    """A numbered clip as other programs may write it: any times (in 24ths of a second), any tags."""
    pictures = (numbered_picture(number, color=color) for number in range(len(times)))
    write_pictures(
        path, pictures, times=times, matrix=matrix, color_range=color_range, tags=tags, options=options or {}
    )


def write_pictures(
    path: Path,
    pictures: Iterable[np.ndarray[Any, np.dtype[np.uint8]]],
    *,
    options: dict[str, str],
    times: Iterable[int] = range(1000),
    matrix: str = "ITU709",
    color_range: str = "MPEG",
    tags: tuple[int, int, int, int] = (1, 1, 1, 1),
) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "10", **options})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = tags
        for picture, time in zip(pictures, times, strict=False):
            rgb = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = rgb.reformat(
                format="yuv420p", dst_colorspace=matrix, src_color_range="JPEG", dst_color_range=color_range
            )
            frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range = tags
            frame.pts, frame.time_base = time, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_grain(path: Path, *, frames: int = 24, size: tuple[int, int] = SIZE) -> None:
    """A clip of a grainy, moving picture, as footage is."""
    random = np.random.default_rng(3)
    across, down = np.arange(size[0]), np.arange(size[1])[:, None]

    def picture(number: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        wave = 128 + 80 * np.sin((across + 7 * number) / 37) * np.cos(down / 23)
        grain = random.normal(0, 6, (size[1], size[0], 3))
        return np.clip(wave[..., None] + grain, 0, 255).astype(np.uint8)

    write_frames(path, map(picture, range(frames)), rate=rate("24"), size=size, codec="h264")


def too_short(path: Path) -> None:
    write_numbered_clip(path, frames=10, rate=rate("24"))


def cut_in_half(path: Path) -> None:
    whole = path.with_name("whole.mp4")
    write_grain(whole)
    streamable = path.with_name("streamable.mp4")
    with av.open(str(whole)) as source, av.open(str(streamable), "w", options={"movflags": "faststart"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    content = streamable.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flipped_bytes(path: Path) -> None:
    write_grain(path)
    content = bytearray(path.read_bytes())
    for position in range(len(content) // 4, len(content) * 3 // 4, 3001):
        content[position] ^= 0xFF
    path.write_bytes(content)


def uneven_times(path: Path) -> None:
    write_raw(path, times=[0, 1, 2, 4, 5, 7, 8, 9, 12, 13, 14, 15, 16, 18, 19])


def a_pause_late_in_the_file(path: Path) -> None:
    write_raw(path, times=[*range(260), *range(261, 280)])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def web_page(path: Path) -> None:
    path.write_text("<!doctype html><title>403</title>" * 50)


def a_still(path: Path) -> None:
    from PIL import Image  # noqa: PLC0415 - used here only

    Image.fromarray(numbered_picture(1)).save(path, format="PNG")


BAD = [
    (too_short, 12, "holds 10 frames, and 12 are needed"),
    (cut_in_half, 24, r"holds \d+ frames, although it declares 24|damaged"),
    (flipped_bytes, 24, "damaged"),
    (empty, 12, "is not a video"),
    (web_page, 12, "is not a video"),
    (a_still, 12, r"clip\.mp4"),
]


@pytest.mark.parametrize(("make", "frames", "says"), BAD, ids=[make.__name__ for make, _frames, _says in BAD])
def test_a_bad_original_is_refused_with_its_reason_and_nothing_is_left(
    tmp_path: Path, make: Callable[[Path], None], frames: int, says: str
) -> None:
    (tmp_path / "in").mkdir()
    original = tmp_path / "in" / "clip.mp4"
    make(original)
    destination = tmp_path / "out" / "take.mov"
    with pytest.raises(MediaError, match=says) as caught:
        run(original, destination, delivery_of(frames=frames))
    assert caught.value.where == str(original)
    assert caught.value.next_step
    assert list(destination.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"codec": "mjpeg"}, "cannot be delivered"),
        ({"size": (321, 180)}, "even"),
        ({"fit": "stretch"}, "no way to fit"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=12, rate=rate("24"))
    with pytest.raises(MediaError, match=says):
        conform(original, replace(delivery_of(), **change))


def test_frames_shown_for_unequal_times_are_read_by_the_clock(tmp_path: Path) -> None:
    original = tmp_path / "clip.mp4"
    times = [0, 1, 2, 4, 5, 7, 8, 9, 12, 13, 14, 15, 16, 18, 19]
    write_raw(original, times=times)
    path, conformed = conform(original, delivery_of(frames=20))
    assert conformed.policies == ("vfr",)
    assert numbers(path) == [max(n for n, time in enumerate(times) if time <= moment) for moment in range(20)]


def test_a_frame_without_tags_may_be_shown_for_several_frames_of_the_cut(tmp_path: Path) -> None:
    original = tmp_path / "clip.mp4"
    times = [0, 1, 2, 4, 5, 7, 8, 9, 12, 13, 14, 15, 16, 18, 19]
    write_raw(original, times=times, matrix="ITU601", tags=(2, 2, 2, 0))
    path, conformed = conform(original, delivery_of(frames=20))
    assert "matrix_assumed" in conformed.policies
    assert numbers(path) == [max(n for n, time in enumerate(times) if time <= moment) for moment in range(20)]


def test_a_pause_late_in_the_file_is_held(tmp_path: Path) -> None:
    original = tmp_path / "clip.mp4"
    write_raw(original, times=[*range(260), *range(261, 280)])
    path, conformed = conform(original, delivery_of(frames=280))
    assert conformed.policies == ("vfr",)
    assert numbers(path) == [*range(260), 259, *range(260, 279)]


def test_an_interlaced_original_is_made_progressive_frame_for_frame(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    write_raw(original, times=range(9), options={"x264-params": "tff=1"})
    with open_video(original) as video:
        assert next(video.pictures()).frame.interlaced_frame
    path, conformed = conform(original, delivery_of(frames=9))
    assert conformed.policies == ("deinterlace",)
    assert numbers(path) == list(range(9))


def test_combed_fields_are_made_into_whole_pictures(tmp_path: Path) -> None:
    """A bar that moves between the fields of a frame leaves no comb."""
    original = tmp_path / "original.mp4"

    def woven(number: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        picture = np.full((180, 320, 3), 40, np.uint8)
        for field in (0, 1):
            left = 40 + 16 * number + 8 * field
            picture[field::2, left : left + 30] = 220
        return picture

    write_pictures(original, map(woven, range(9)), options={"x264-params": "tff=1"})
    path, _conformed = conform(original, delivery_of(frames=9))
    middle = list(read_frames(path))[4].astype(int)[:, :, 1]
    combs = [
        np.abs(2 * lines[1:-1] - lines[:-2] - lines[2:]).mean() for lines in (middle, woven(4).astype(int)[:, :, 1])
    ]
    assert combs[0] < combs[1] / 10


def test_drop_frame_at_24_is_refused(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    write_numbered_clip(original, frames=12, rate=rate("24"))
    with pytest.raises(TimingError, match="drop-frame"):
        conform(original, replace(delivery_of(), drop_frame=True))


# --- in a child -------------------------------------------------------------------------------------------------------


def run(
    original: Path, destination: Path, delivery: Delivery, report: Callable[[float], None] = lambda _: None
) -> Conformed:
    conformer: Conform = Conformer()
    return asyncio.run(conformer([original], destination, delivery=delivery, report=report))


def test_in_a_child_the_file_gets_its_name_when_it_is_proved(tmp_path: Path) -> None:
    original, destination = tmp_path / "original.mp4", tmp_path / "takes" / "take.mov"
    write_numbered_clip(original, frames=12, rate=rate("24"))
    reports: list[float] = []
    conformed = run(original, destination, delivery_of(), reports.append)
    assert conformed.sha256 == sha256(destination.read_bytes()).hexdigest()
    assert [path.name for path in destination.parent.iterdir()] == ["take.mov"]
    assert reports == sorted(reports)
    assert reports[0] < 0.1
    assert reports[-1] == 1.0


def test_a_child_that_takes_too_long_is_an_own_error_and_leaves_nothing(tmp_path: Path) -> None:
    original, destination = tmp_path / "original.mp4", tmp_path / "takes" / "take.mov"
    write_numbered_clip(original, frames=12, rate=rate("24"))
    hasty = Conformer(start_s=0.001, megapixel_frame_s=0.0)
    with pytest.raises(MediaError, match="took longer"):
        asyncio.run(hasty([original], destination, delivery=delivery_of(), report=lambda _: None))
    assert list(destination.parent.iterdir()) == []


def test_cancelling_ends_the_child_and_leaves_nothing(tmp_path: Path) -> None:
    original, destination = tmp_path / "original.mp4", tmp_path / "takes" / "take.mov"
    write_numbered_clip(original, frames=48, rate=rate("24"))

    async def cancel_at_the_first_report() -> None:
        started = asyncio.Event()
        loop = asyncio.get_running_loop()

        def report(_done: float) -> None:
            loop.call_soon_threadsafe(started.set)

        work = asyncio.create_task(
            Conformer()(
                [original],
                destination,
                delivery=replace(delivery_of(frames=48), size=(1920, 1080)),
                report=report,
            )
        )
        await started.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(cancel_at_the_first_report())
    assert list(destination.parent.iterdir()) == []


@pytest.mark.parametrize("codec", sorted(BYTES_PER_PIXEL))
def test_the_expected_size_is_within_a_factor_of_two_for_grainy_pictures(tmp_path: Path, codec: str) -> None:
    original = tmp_path / "original.mp4"
    write_grain(original, frames=6, size=(640, 360))
    delivery = replace(delivery_of(frames=6), size=(960, 540), codec=codec)
    _path, conformed = conform(original, delivery)
    assert conformed.bytes_written / 2 < expected_bytes(delivery) < conformed.bytes_written * 2


def test_expecting_a_size_loads_no_ffmpeg() -> None:
    code = "import sys, pickup.media.conform; sys.exit('av' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_conformed_file_decodes_without_damage(tmp_path: Path) -> None:
    original = tmp_path / "original.mp4"
    write_grain(original)
    path, _conformed = conform(original, delivery_of(frames=24))
    with open_video(path) as video:
        assert not any(picture.is_corrupt for picture in video.pictures())
