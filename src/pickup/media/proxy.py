"""A small film of a take, for looking at takes where nobody needs their full quality. It is never linked in a timeline.

It is in display color whatever the take is in, and has the take's sound in one or two channels.

    write_proxy(path, frames, rate=delivery.rate, size=delivery.size, to_display=look.to_display, sound=blocks)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from av.audio.frame import AudioFrame
from av.filter import Graph
from av.video.frame import VideoFrame

from pickup._av import (
    BT709,
    ENCODINGS,
    LIMITED_RANGE,
    Block,
    Target,
    channel_names,
    delivery_frame,
    thread_count,
    write_video,
)
from pickup.media.channels import mixing
from pickup.media.tables import table_nodes
from pickup.timing import FrameRate

_LONGEST_SIDE = 960
"""Pixels; as many as a browser shows in half a window."""
_MOST_CHANNELS = 2


def proxy_target(*, rate: FrameRate, size: tuple[int, int]) -> Target:
    """What the small film of a take of this size is."""
    scale = min(1.0, _LONGEST_SIDE / max(size))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in size)
    return Target(rate=rate, size=(width, height), codec="proxy")


def write_proxy(
    path: Path,
    frames: Iterable[VideoFrame],
    *,
    rate: FrameRate,
    size: tuple[int, int],
    to_display: Path | None = None,
    sound: Iterable[Block] | None = None,
) -> None:
    """Writes the frames of a take small, without timecode; `path` ends in .mp4.

    Args:
        path: What lies there is replaced.
        frames: Finished ones of one size and format, BT.709 limited range; they are asked for one by one.
        rate: Of the take.
        size: Of the take, width and height.
        to_display: A .cube file that leads from the take's color space to display color; None where it is in that.
        sound: The take's, of 48 kHz and exactly as long as its frames: blocks of shape (samples, channels). Of more
            than two channels it is mixed to stereo, and what is beyond full scale then is clipped. None writes none.

    Raises:
        MediaError: FFmpeg failed, or sound and picture are not equally long.
        LibraryError: The disk is full or read-only.
    """
    target = proxy_target(rate=rate, size=size)
    small = _scaled(frames, target) if to_display is None else _displayed(frames, target, cube=to_display)
    write_video(path, small, target=target, sound=None if sound is None else _mixed(sound))


def _scaled(frames: Iterable[VideoFrame], target: Target) -> Iterator[VideoFrame]:
    width, height = target.size
    pixel_format = ENCODINGS[target.codec].pixel_format
    return (frame.reformat(width=width, height=height, format=pixel_format) for frame in frames)


def _displayed(frames: Iterable[VideoFrame], target: Target, *, cube: Path) -> Iterator[VideoFrame]:
    """Frames scaled down and then, being small, led through the table, as quality control does."""
    graph: Graph | None = None
    for frame in frames:
        if graph is None:
            graph = _graph(frame, target, cube=cube)
        frame.colorspace, frame.color_range = BT709, LIMITED_RANGE  # the graph takes no others than it was built for
        graph.vpush(frame)
        yield graph.vpull()


def _graph(frame: VideoFrame, target: Target, *, cube: Path) -> Graph:
    graph = Graph()
    graph.threads = thread_count()
    width, height = target.size
    source = graph.add(
        "buffer",
        video_size=f"{frame.width}x{frame.height}",
        pix_fmt=frame.format.name,
        time_base=str(1 / target.rate.fps),
        pixel_aspect="1/1",
        colorspace=str(BT709),
        range=str(LIMITED_RANGE),
    )
    small = graph.add("scale", f"{width}:{height}:flags=bilinear+accurate_rnd+full_chroma_int")
    back = graph.add("scale", "flags=accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=tv")
    kept = graph.add("format", ENCODINGS[target.codec].pixel_format)
    graph.link_nodes(source, small, *table_nodes(graph, cube), back, kept, graph.add("buffersink")).configure()
    return graph


def _mixed(blocks: Iterable[Block]) -> Iterator[AudioFrame]:
    """The sound in no more than two channels."""
    for block in blocks:
        channels = block.shape[1]
        mix = mixing(channel_names(channels), count=channels, wanted=min(channels, _MOST_CHANNELS))
        yield delivery_frame(mix.apply(block))
