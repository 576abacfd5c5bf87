"""One look of slate drawn and conformed at 1080p, beside its encoders alone; prints one line of JSON.

`python media_sides.py LOOK FRAMES FOLDER`. The encoders get pictures that lie ready in memory; `fetch` and `conform`
are what a job pays: the child process, its imports, and for `conform` also the reading back.
"""

from __future__ import annotations

import asyncio
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pickup._av import ENCODINGS, Target, open_video, write_frames, write_video
from pickup.media.conform import Conformer
from pickup.ports import Delivery, Generation, Submission
from pickup.providers.slate import MODEL, SlateProvider
from pickup.providers.slate.render import shoot
from pickup.timing import FrameRate

SIZE = (1920, 1080)
RATE = FrameRate.parse("24")
_CODEC = "prores_lt"
_PROMPTS = {
    "sea": "waves of the open ocean at dusk",
    "city": "city street in the rain at night",
    "mountains": "snowy peaks at dawn",
    "forest": "light falls through the forest",
    "desert": "dunes at sunset",
    "snow": "snow falls on the winter field",
    "fire": "a campfire at night",
    "sky": "clouds over the plain",
    "slate": "she opens the letter and does not read it",
}


def measure(look: str, *, frames: int, folder: Path) -> dict[str, tuple[float, float]]:
    """Wall and processor seconds of each part."""
    request = _request(look, frames=frames)
    original, conformed = folder / f"{look}.mp4", folder / f"{look}.mov"
    delivery = Delivery(frames=frames, rate=RATE, size=SIZE, codec=_CODEC, reel="BENCH")
    fetch = _timed(lambda: asyncio.run(_fetch(request, original)))
    conform = _timed(lambda: asyncio.run(_conform(original, conformed, delivery=delivery)))
    pictures = list(shoot(request).pictures)
    target = Target(rate=RATE, size=SIZE, codec=_CODEC)
    h264 = _timed(lambda: write_frames(folder / "alone.mp4", pictures, rate=RATE, size=SIZE, codec="h264"))
    pictures.clear()
    with open_video(original) as video:
        pixel_format = ENCODINGS[_CODEC].pixel_format
        ready = [each.frame.reformat(format=pixel_format) for each in video.pictures()]
    prores = _timed(lambda: write_video(folder / "alone.mov", ready, target=target))
    return {"fetch": fetch, "x264 alone": h264, "conform": conform, "prores_aw alone": prores}


async def _fetch(request: Generation, original: Path) -> None:
    await SlateProvider().fetch(request, Submission(remote_id="bench"), destination=original, report=lambda _done: None)


async def _conform(original: Path, destination: Path, *, delivery: Delivery) -> None:
    await Conformer()([original], destination, delivery=delivery, report=lambda _done: None)


def _request(look: str, *, frames: int) -> Generation:
    before, after = _neighbours()
    prompt = _PROMPTS.get(look, "")
    return Generation(
        shot="SH0010",
        take=1,
        prompt=prompt,
        negative="",
        seed=1,
        model=MODEL,
        frames=frames,
        rate=RATE,
        size=SIZE,
        look=look,
        boundary_in=_png(before) if not prompt else None,
        boundary_out=_png(after) if not prompt else None,
    )


def _neighbours() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Two frames of one made-up scene, the second a little to the side."""
    coarse = np.random.default_rng(1).integers(30, 220, (27, 48, 3), dtype=np.uint8)
    scene = np.asarray(cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    return scene, np.roll(scene, 24, axis=1)


def _png(picture: NDArray[np.uint8]) -> bytes:
    written = io.BytesIO()
    Image.fromarray(picture).save(written, "PNG", compress_level=1)
    return written.getvalue()


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    cpu_s, begin = _cpu_s(), time.perf_counter()
    work()
    return time.perf_counter() - begin, _cpu_s() - cpu_s


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], frames=int(sys.argv[2]), folder=Path(sys.argv[3]))))
