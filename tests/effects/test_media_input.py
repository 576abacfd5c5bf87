"""What comes in that is not as it should be, and the documented answer of each: docs/conform.md, "What comes in"."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pickup._av import read_frames
from pickup.errors import MediaError
from pickup.media.conform import RenderOrder
from pickup.media.render import render
from pickup.ports import Conformed, Delivery
from pickup.testing.clips import numbered_picture, read_number, write_numbered_clip
from pickup.testing.sounding import tone
from pickup.timing import FrameRate

SIZE = (320, 180)
R24 = FrameRate.parse("24")


def conform(original: Path, *, frames: int, size: tuple[int, int] = SIZE, **more: Any) -> tuple[Path, Conformed]:
    delivery = Delivery(frames=frames, rate=R24, size=size, codec="prores_lt", reel="R", **more)
    destination = original.with_name("take.mov")
    order = RenderOrder(originals=(str(original),), destination=str(destination), delivery=delivery)
    return destination, render(order, lambda _done: None).conformed


def numbers(path: Path) -> list[int]:
    return [read_number(frame) for frame in read_frames(path)]


def rewrapped(source: Path, target: Path, *, container: str | None = None, since_s: float = 0.0) -> None:
    """The same packets in another container, from a time on: what lies before it is hidden by an edit list."""
    with av.open(str(source)) as old, av.open(str(target), "w", format=container) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        begins = Fraction(since_s) / (old.streams.video[0].time_base or 1)
        for packet in old.demux(old.streams.video[0]):
            if packet.dts is None:
                continue
            packet.pts, packet.dts = packet.pts - int(begins), packet.dts - int(begins)
            packet.stream = stream
            new.mux(packet)


def cut_before_its_index(path: Path) -> None:
    write_numbered_clip(path, frames=24, rate=R24)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])


def sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        sound = np.ascontiguousarray(tone(seconds=1, level=0.2).T)
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("make", "says"),
    [(cut_before_its_index, "is not a video"), (sound_only, "holds no video")],
    ids=["cut before its index", "sound only"],
)
def test_what_is_no_video_is_refused_with_its_reason(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    original = tmp_path / "clip.mp4"
    make(original)
    with pytest.raises(MediaError, match=says) as caught:
        conform(original, frames=12)
    assert caught.value.next_step


def test_a_matroska_file_under_another_name_is_read_by_what_it_is(tmp_path: Path) -> None:
    source, original = tmp_path / "source.mp4", tmp_path / "clip.mp4"
    write_numbered_clip(source, frames=30, rate=R24)
    rewrapped(source, original, container="matroska")
    path, found = conform(original, frames=30)
    assert numbers(path) == list(range(30))
    assert found.policies == ()


def test_of_a_clip_with_an_edit_list_only_what_it_shows_is_used(tmp_path: Path) -> None:
    source, original = tmp_path / "source.mp4", tmp_path / "clip.mp4"
    write_numbered_clip(source, frames=40, rate=R24)
    rewrapped(source, original, since_s=0.5)
    shown = numbers(original)
    assert len(shown) < 40, "the file has no edit list"
    path, _found = conform(original, frames=len(shown))
    assert numbers(path) == shown


def write_odd(path: Path, *, size: tuple[int, int], aspect: Fraction = Fraction(1)) -> None:
    """A numbered clip of any size, in a codec that takes odd ones, with pixels of any shape."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=24, options={"qscale": "1"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number, size=size), format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU601"
            )
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_an_odd_size_becomes_the_even_one_of_the_cut(tmp_path: Path) -> None:
    original = tmp_path / "clip.mp4"
    write_odd(original, size=(641, 361))
    path, found = conform(original, frames=3, size=(640, 360))
    assert (found.size, numbers(path)) == ((640, 360), [0, 1, 2])


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    original = tmp_path / "clip.mp4"
    write_odd(original, size=(240, 180), aspect=Fraction(4, 3))  # shown as 320x180
    path, found = conform(original, frames=3)
    assert "square_pixels" in found.policies
    assert {"crop", "pad"}.isdisjoint(found.policies)
    assert numbers(path) == [0, 1, 2]


def test_a_rate_that_nobody_uses_is_read_by_the_clock(tmp_path: Path) -> None:
    original = tmp_path / "clip.mp4"
    with av.open(str(original), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(19, 1), options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 19)
        stream.codec_context.framerate = Fraction(190, 7)
        for number in range(19):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number), format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 19)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path, _found = conform(original, frames=24)
    assert numbers(path) == [int(Fraction(moment, 24) * 19) for moment in range(24)]


def test_an_upright_clip_fills_a_wide_frame_by_its_middle(tmp_path: Path) -> None:
    original = tmp_path / "clip.mp4"
    write_numbered_clip(original, frames=2, rate=R24, size=(180, 320))
    path, found = conform(original, frames=2)
    assert "crop" in found.policies
    assert np.abs(next(iter(read_frames(path)))[90, 160].astype(int) - (60, 90, 130)).max() <= 4


_PEAK = """
import resource
from pickup.media.conform import RenderOrder
from pickup.media.render import render
from pickup.ports import Delivery
from pickup.timing import FrameRate

delivery = Delivery(frames={frames}, rate=FrameRate.parse("24"), size=(3840, 2160), codec="prores_lt", reel="R")
render(RenderOrder(originals=({original!r},), destination={take!r}, delivery=delivery), lambda _done: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_4k_holds_a_few_frames_and_no_more(tmp_path: Path) -> None:
    """Twice as long a clip takes no more memory."""
    peaks = []
    for frames in (4, 16):
        original = tmp_path / f"{frames}.mp4"
        write_numbered_clip(original, frames=frames, rate=R24, size=(1280, 720))
        code = _PEAK.format(original=str(original), take=str(tmp_path / f"{frames}.mov"), frames=frames)
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] * 1.35, peaks
