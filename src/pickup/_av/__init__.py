"""The FFmpeg seam: video files in and out through PyAV, exact in time and in color.

Everything that a file must carry to be right in an editor is set here and nowhere else. It does not scale, map rates or
decide what a file should be (`pickup.media` does), reads nothing but local regular files, and writes no audio.
Importing it loads FFmpeg and numpy (about 80 ms), so import it where it is used, never on the way to `--help`.

    write_frames(path, pictures, rate=FrameRate.parse("23.976"), size=(1920, 1080), codec="prores_lt")
    with open_video(path) as video:
        for picture in video.pictures():
            print(picture.seconds, picture.frame.width)
"""

from __future__ import annotations

from pickup._av.color import (
    BT709,
    FULL_RANGE,
    LIMITED_RANGE,
    UNSPECIFIED,
    assumed_matrix,
    foreign_color,
    quarter_turns,
    upright_rgb,
)
from pickup._av.faults import ffmpeg_errors
from pickup._av.planes import Plane, depth_of, frame_of, planes_of
from pickup._av.read import MOVIE_EXTENSIONS, STILL_EXTENSIONS, Picture, VideoFile, open_video, read_frames
from pickup._av.threads import thread_count
from pickup._av.write import ENCODINGS, Encoding, Target, write_frames, write_video

__all__ = [
    "BT709",
    "ENCODINGS",
    "FULL_RANGE",
    "LIMITED_RANGE",
    "MOVIE_EXTENSIONS",
    "STILL_EXTENSIONS",
    "UNSPECIFIED",
    "Encoding",
    "Picture",
    "Plane",
    "Target",
    "VideoFile",
    "assumed_matrix",
    "depth_of",
    "ffmpeg_errors",
    "foreign_color",
    "frame_of",
    "open_video",
    "planes_of",
    "quarter_turns",
    "read_frames",
    "thread_count",
    "upright_rgb",
    "write_frames",
    "write_video",
]
