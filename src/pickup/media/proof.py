"""Reads a conformed file back: every frame is decoded once, held against what was asked for, and handed on.

proof = Proof(path, target=target, frames=48)
for frame in proof.frames():
inspector.see(frame, ...)
proof.check()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from av.video.frame import VideoFrame

from pickup._av import BT709, ENCODINGS, LIMITED_RANGE, Picture, Target, VideoFile, open_video
from pickup.errors import MediaError
from pickup.media.probe import metadata

_PROGRESSIVE = 1


class Proof:
    """Compares a finished file with what it must be.

    Attributes:
        counted: Frames that were decoded so far.
    """

    def __init__(self, path: Path, *, target: Target, frames: int) -> None:
        self.counted = 0
        self._path = path
        self._target = target
        self._frames = frames
        self._wrong: dict[str, str] = {}

    def frames(self, *, report: Callable[[float], None]) -> Iterator[VideoFrame]:
        """Every frame in order; to be read to the end."""
        with open_video(self._path) as video:
            self._wrong |= _wrong_in_file(video, self._target)
            for picture in video.pictures():
                self._wrong |= _wrong_in_picture(picture, self._target, number=self.counted)
                self.counted += 1
                report(min(1.0, self.counted / self._frames))
                yield picture.frame

    def check(self) -> None:
        """Says what was found.

        Raises:
            MediaError: Anything differs; the message lists it all.
        """
        wrong = dict(self._wrong)
        if self.counted != self._frames:
            wrong["frames"] = f"{self.counted}, not {self._frames}"
        if wrong:
            raise MediaError(
                f"the conformed file is not what was asked for: {'; '.join(f'{k} {v}' for k, v in wrong.items())}",
                where=str(self._path),
                next_step="report this, with the version of the package `av`",
            )


def _wrong_in_file(video: VideoFile, target: Target) -> dict[str, str]:
    stream = video.stream
    context = stream.codec_context
    encoding = ENCODINGS[target.codec]
    return _differences(
        {
            "rate": (stream.average_rate, target.rate.fps),
            "base rate": (stream.base_rate, target.rate.fps),
            "codec": (context.name, encoding.decoder),
            "profile": (context.profile, encoding.profile),
            "pixel shape": (stream.sample_aspect_ratio, 1),
            "field order": (context.field_order, _PROGRESSIVE if encoding.tells_field_order else 0),
            "primaries": (context.color_primaries, BT709),
            "timecode": (metadata(video, "timecode"), target.timecode),
            "reel": (metadata(video, "reel_name"), target.reel or None),
        }
    )


def _wrong_in_picture(picture: Picture, target: Target, *, number: int) -> dict[str, str]:
    frame = picture.frame
    tags = (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range)
    return _differences(
        {
            "size": ((frame.width, frame.height), target.size),
            "pixel format": (frame.format.name, ENCODINGS[target.codec].pixel_format),
            "color tags": (tags, (BT709, BT709, BT709, LIMITED_RANGE)),
            "damaged": (picture.is_corrupt, False),
            "interlaced": (frame.interlaced_frame, False),
            "time": (picture.seconds, target.rate.seconds(number)),
        }
    )


def _differences(compared: dict[str, tuple[object, object]]) -> dict[str, str]:
    return {name: f"{found}, not {wanted}" for name, (found, wanted) in compared.items() if found != wanted}
