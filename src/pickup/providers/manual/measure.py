"""Whether a clip can be conformed: whole, at one rate, and long enough. Runs in a child process.

check(Check(path="result.mp4", frames=48, rate=FrameRate.parse("24")), print).needed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

from pickup import _av
from pickup.errors import MediaError, TimingError
from pickup.offers.lengths import frames_needed
from pickup.providers.manual.measured import Check, Measured
from pickup.timing import FrameRate, exact_rate

_SAMPLED_FRAMES = 250
_UNEQUAL = Fraction(3, 2)


def check(wanted: Check, report: Callable[[float], None]) -> Measured:
    """Decodes as much of a clip as the take will show.

    Raises:
        MediaError: It is no video, a frame is damaged, or its frames keep no rate.
    """
    del report  # nobody waits long enough to want to know
    path = Path(wanted.path)
    rate = _rate_of(path)
    needed = frames_needed(wanted.frames, made_at=rate, shown_at=wanted.rate)
    frames = 0
    for frames, seconds in enumerate(islice(_times(path), needed), start=1):
        if abs(seconds * rate.fps - (frames - 1)) >= Fraction(1, 2):
            raise _no_rate(path)
    return Measured(frames=frames, needed=needed, rate=rate)


def _rate_of(path: Path) -> FrameRate:
    """The rate that conforming will find: that of equal distances first, then what the file declares."""
    with _av.open_video(path) as video:
        declared = (video.stream.average_rate, video.stream.guessed_rate, video.stream.base_rate)
    times = islice(_times(path), _SAMPLED_FRAMES)
    distances = {later - earlier for earlier, later in pairwise(times) if later > earlier}
    if distances and max(distances) > min(distances) * _UNEQUAL:
        raise _no_rate(path)
    measured = 1 / min(distances) if len(distances) == 1 else None
    for candidate in filter(None, (measured, *declared)):
        try:
            return FrameRate(fps=exact_rate(str(candidate)))
        except TimingError:
            continue
    raise _no_rate(path)


def _times(path: Path) -> Iterator[Fraction]:
    """When each frame is shown after the first, in seconds."""
    first: Fraction | None = None
    with _av.open_video(path) as video:
        for number, picture in enumerate(video.pictures()):
            if picture.is_corrupt:
                raise MediaError(f"{path.name} is damaged: frame {number} could not be decoded whole", where=str(path))
            first = picture.seconds if first is None else first
            yield picture.seconds - first


def _no_rate(path: Path) -> MediaError:
    return MediaError(f"{path.name} does not keep one frame rate, so it cannot be cut frame for frame", where=str(path))
