"""The FFmpeg seam: video files in and out through PyAV, exact in time and in color.

Everything that a file must carry to be right in an editor is set here and nowhere else. It does not scale, map rates or
decide what a file should be (`pickup.media` does), and reads nothing but local regular files.
Importing it loads FFmpeg and numpy (about 80 ms), so import it where it is used, never on the way to `--help`.

    write_frames(path, pictures, rate=FrameRate.parse("23.976"), size=(1920, 1080), codec="prores_lt")
    with open_video(path) as video:
        for picture in video.pictures():
            print(picture.seconds, picture.frame.width)
"""

from __future__ import annotations

from pickup._av.color import (
    BT709,
    CONVERSION,
    FULL_RANGE,
    LIMITED_RANGE,
    UNSPECIFIED,
    assumed_matrix,
    foreign_color,
    frame_matrix,
    matrix_told,
    quarter_turns,
    upright_rgb,
)
from pickup._av.faults import ffmpeg_errors
from pickup._av.planes import Plane, depth_of, frame_of, planes_of
from pickup._av.read import MOVIE_EXTENSIONS, STILL_EXTENSIONS, Picture, VideoFile, open_video, read_frames
from pickup._av.sound import (
    SAMPLE_RATE,
    Block,
    MovieSound,
    audio_frame,
    channel_names,
    delivery_frame,
    layout_name,
    resampled,
    sample_at,
    silence,
)
from pickup._av.threads import thread_count
from pickup._av.write import ENCODINGS, Encoding, Target, write_frames, write_video

__all__ = [
    "BT709",
    "CONVERSION",
    "ENCODINGS",
    "FULL_RANGE",
    "LIMITED_RANGE",
    "MOVIE_EXTENSIONS",
    "SAMPLE_RATE",
    "STILL_EXTENSIONS",
    "UNSPECIFIED",
    "Block",
    "Encoding",
    "MovieSound",
    "Picture",
    "Plane",
    "Target",
    "VideoFile",
    "assumed_matrix",
    "audio_frame",
    "channel_names",
    "delivery_frame",
    "depth_of",
    "ffmpeg_errors",
    "foreign_color",
    "frame_matrix",
    "frame_of",
    "layout_name",
    "matrix_told",
    "open_video",
    "planes_of",
    "quarter_turns",
    "read_frames",
    "resampled",
    "sample_at",
    "silence",
    "thread_count",
    "upright_rgb",
    "write_frames",
    "write_video",
]
