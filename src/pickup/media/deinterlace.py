"""Interlaced pictures made progressive, one for each: a frame of the result stands for a frame of the file.

    for picture in progressive(video, policies=policies):
        picture.frame.interlaced_frame        False

FFmpeg's `bwdif` makes both fields' lines from the picture before and after, so that still parts keep their sharpness.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import replace

import av.error
from av.filter import Graph
from av.video.frame import VideoFrame

from pickup._av import Picture, VideoFile, ffmpeg_errors, thread_count

_FILTER = "mode=send_frame:parity=auto:deint=all"


def progressive(video: VideoFile, *, policies: set[str]) -> Iterator[Picture]:
    """The pictures of a file from where it stands; those of a file that begins interlaced are made progressive.

    Adds `deinterlace` to `policies` where it was done.

    Raises:
        MediaError: As `VideoFile.pictures`.
    """
    pictures = video.pictures()
    first = next(pictures, None)
    if first is None:
        return
    if not first.frame.interlaced_frame:
        yield first
        yield from pictures
        return
    policies.add("deinterlace")
    yield from _deinterlaced(video, first, pictures)


def _deinterlaced(video: VideoFile, first: Picture, others: Iterator[Picture]) -> Generator[Picture, None, None]:
    graph = Graph()
    graph.threads = thread_count()
    waiting: deque[Picture] = deque()  # what went in and has not come out; the filter looks one picture ahead
    with ffmpeg_errors(video.path):
        graph.link_nodes(
            graph.add_buffer(template=video.stream), graph.add("bwdif", _FILTER), graph.add("buffersink")
        ).configure()
    picture: Picture | None = first
    while picture is not None:
        waiting.append(picture)
        frame = picture.frame
        yield from _made(graph, frame, waiting=waiting, video=video)
        picture = next(others, None)
    yield from _made(graph, None, waiting=waiting, video=video)


def _made(
    graph: Graph, frame: VideoFrame | None, *, waiting: deque[Picture], video: VideoFile
) -> Generator[Picture, None, None]:
    """What comes out when a frame, or the end, goes in."""
    with ffmpeg_errors(video.path):
        graph.vpush(frame)
        made = list(_pulled(graph))
    for each in made:
        yield replace(waiting.popleft(), frame=each)


def _pulled(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
