"""Whether a clip can be conformed: whole, and long enough. Runs in a child process.

check(Check(path="result.mp4", frames=48, rate=FrameRate.parse("24")), print).needed
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

from pickup import _av
from pickup.errors import MediaError, TimingError
from pickup.offers.rates import frames_needed
from pickup.providers.manual.measured import Check, Measured
from pickup.timing import FrameRate, exact_rate

_SAMPLED_FRAMES = 250
_UNEQUAL = Fraction(3, 2)


def check(wanted: Check, report: Callable[[float], None]) -> Measured:
    """Decodes as much of a clip as the take will show; one that keeps no rate is read by the clock, as conforming does.

    Raises:
        MediaError: It is no video, or a frame is damaged.
    """
    del report  # nobody waits long enough to want to know
    path = Path(wanted.path)
    rate = _rate_of(path)
    if rate is None:
        return _by_the_clock(path, wanted=wanted)
    needed = frames_needed(wanted.frames, made_at=rate, shown_at=wanted.rate)
    frames = 0
    for frames, seconds in enumerate(islice(_times(path), needed), start=1):
        if abs(seconds * rate.fps - (frames - 1)) >= Fraction(1, 2):
            return _by_the_clock(path, wanted=wanted)
    return Measured(frames=frames, needed=needed, rate=rate)


def _by_the_clock(path: Path, *, wanted: Check) -> Measured:
    """Frames of the cut during which the clip shows anything; its last frame lasts as long as the one before it."""
    last = gap = Fraction(0)
    for seconds in _times(path):
        gap, last = seconds - last, seconds
    frames = math.ceil((last + gap) * wanted.rate.fps)
    return Measured(frames=min(frames, wanted.frames), needed=wanted.frames, rate=wanted.rate)


def _rate_of(path: Path) -> FrameRate | None:
    """The rate that conforming will find: that of equal distances first, then what the file declares; else none."""
    with _av.open_video(path) as video:
        declared = (video.stream.average_rate, video.stream.guessed_rate, video.stream.base_rate)
    times = islice(_times(path), _SAMPLED_FRAMES)
    distances = {later - earlier for earlier, later in pairwise(times) if later > earlier}
    if distances and max(distances) > min(distances) * _UNEQUAL:
        return None
    measured = 1 / min(distances) if len(distances) == 1 else None
    for candidate in filter(None, (measured, *declared)):
        try:
            return FrameRate(fps=exact_rate(str(candidate)))
        except TimingError:
            continue
    return None


def _times(path: Path) -> Iterator[Fraction]:
    """When each frame is shown after the first, in seconds."""
    first: Fraction | None = None
    with _av.open_video(path) as video:
        for number, picture in enumerate(video.pictures()):
            if picture.is_corrupt:
                raise MediaError(f"{path.name} is damaged: frame {number} could not be decoded whole", where=str(path))
            first = picture.seconds if first is None else first
            yield picture.seconds - first
