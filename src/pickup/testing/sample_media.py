"""Makes the media of a sample: movies with numbered frames, stills, silence."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from pickup.demo.media import MediaSort, SampleMedia
from pickup.testing.clips import write_numbered_clip
from pickup.timing import FrameRate

_SAMPLES_PER_SECOND = 48000
_LETTERBOX = 0.12


def make_media(media: Iterable[SampleMedia], *, folder: Path) -> None:
    """Writes what a sample's descriptions ask for into `folder`, but for what it has offline."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in media:
        if not each.absent:
            _make(each, folder / each.name)


def _make(media: SampleMedia, path: Path) -> None:
    if media.sort is MediaSort.MOVIE:
        write_numbered_clip(
            path,
            frames=media.frames,
            rate=FrameRate(fps=media.rate),
            size=media.size,
            color=media.color,
            timecode=media.timecode,
        )
    elif media.sort is MediaSort.SOUND:
        _write_silence(path, samples=int(media.frames / media.rate * _SAMPLES_PER_SECOND))
    else:
        _write_still(media, path)


def _write_still(media: SampleMedia, path: Path) -> None:
    width, height = media.size
    picture = np.zeros((height, width, 4), dtype=np.uint8)
    if media.sort is MediaSort.LETTERBOX:
        bar = round(height * _LETTERBOX)
        picture[:bar, :, 3] = picture[-bar:, :, 3] = 255
    else:
        picture[...] = (*reversed(media.color), 255)
    cv2.imwrite(str(path), picture)


def _write_silence(path: Path, *, samples: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_SAMPLES_PER_SECOND)
        file.writeframes(bytes(2 * samples))
