"""Exact time: rates as fractions, frames as integers, half-open ranges, timecode as text.

It does not know about timelines or media. Nothing here rounds in silence: what is not a whole frame stays a
`Fraction` until a caller says how to round.

    >>> rate = FrameRate.parse("23.976")
    >>> str(rate)
    '24000/1001'
    >>> timecode(86400, rate=FrameRate.parse("24"))
    '01:00:00:00'
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from pickup.errors import TimingError

Number = int | Fraction
"""An exact count of frames or seconds."""

_NTSC = tuple(Fraction(n * 1000, 1001) for n in (12, 15, 24, 30, 48, 60, 72, 96, 120, 240))
_SINGLE_PRECISION = Fraction(1, 10**7)
_HIGHEST_RATE = 10**9
_NTSC_DENOMINATOR = 1001
_SAME_POSITION = Fraction(1, 10**6)
_TIMECODE = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;])(\d{2,3})")


@lru_cache(maxsize=512)
def exact_rate(value: float | str) -> Fraction:
    """The exact rate that a number or a text in a timeline means.

    The /1001 rates are known by their usual roundings ("23.98", 23.976) and by their single-precision
    spelling (Hiero writes 23.976024627685547); whole and half rates are themselves; "24000/1001" is a fraction.

    Raises:
        TimingError: The value is not a rate that anybody uses; it is quoted, not guessed.
    """
    try:
        fraction = Fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        raise _no_rate(value) from None
    if not 0 < fraction <= _HIGHEST_RATE:
        raise _no_rate(value)
    if fraction.denominator in (1, 2, _NTSC_DENOMINATOR):
        return fraction
    for ntsc in _NTSC:
        rounded = (round(ntsc, 2), round(ntsc, 3), round(ntsc, 4))
        written = Fraction(str(value)) if isinstance(value, float) else fraction
        if written in rounded or abs(fraction - ntsc) <= ntsc * _SINGLE_PRECISION:
            return ntsc
    raise _no_rate(value)


def _no_rate(value: object) -> TimingError:
    return TimingError(
        f"{value!r} is not a frame rate",
        next_step="use 23.976, 24, 25, 29.97, 30, 50, 59.94, 60 or a fraction such as 24000/1001",
    )


def exact_value(value: float) -> Number:
    """The exact count that a double in a timeline stands for.

    OTIO writes doubles with 15 significant digits (facts: a round trip of a Resolve export changes nothing
    else), so 20.000000000000004 is 20, and 91046.625 stays a fraction.

    Raises:
        TimingError: NaN or infinite.
    """
    try:
        whole = int(value)
    except (OverflowError, ValueError):
        raise TimingError(f"{value!r} is not a position in time", next_step="export the timeline again") from None
    if value == whole:
        return whole
    exact = Fraction(f"{value:.15g}")
    return exact.numerator if exact.denominator == 1 else exact


def exact_seconds(value: Number, *, rate: Fraction) -> Fraction:
    """How long `value` frames of a rate last."""
    return Fraction(value * rate.denominator, rate.numerator)  # for an int half the price of dividing by a Fraction


def half_up(value: Number) -> int:
    """The nearest whole number; exactly half goes up."""
    return value if isinstance(value, int) else math.floor(value + Fraction(1, 2))


def frames_before(position: Number) -> int:
    """How many frames begin before a position: all of those that a part of is, unless that part is but a double's.

    >>> frames_before(Fraction(5, 2)), frames_before(3), frames_before(Fraction(3 * 10**9 + 1, 10**9))
    (3, 3, 3)
    """
    return half_up(position) if is_whole(position) else math.ceil(position)


def is_whole(position: Number) -> bool:
    """Whether a position that was written as a double is a whole frame, but for what a double may be off."""
    return isinstance(position, int) or abs(position - half_up(position)) < _SAME_POSITION


def shown_frame(position: Number, *, backwards: bool = False) -> int:
    """The frame that media shows at a position counted in its own frames from its first.

    Frame n is shown from n up to n + 1, n + 1 not included. Backwards it is the same with time turned round: at n + 1
    frame n begins to be seen, and at n it is over. Timelines hold positions as doubles: what is within a millionth of a
    frame of a whole one is that one, which at 60 fps and 24 hours is a hundred times what a double may be off.

    >>> shown_frame(Fraction(5, 2)), shown_frame(3), shown_frame(3, backwards=True)
    (2, 3, 2)
    """
    if is_whole(position):
        return half_up(position) - 1 if backwards else half_up(position)
    return math.ceil(position) - 1 if backwards else math.floor(position)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRate:
    """Frames per second, exactly."""

    fps: Fraction

    @classmethod
    def parse(cls, value: float | str) -> FrameRate:
        """Reads what a timeline, a file or a person wrote; see `exact_rate`."""
        return cls(fps=exact_rate(value))

    @property
    def nominal(self) -> int:
        """Frames that timecode counts in one second: 30 for 29.97."""
        return math.ceil(self.fps)

    @property
    def can_drop(self) -> bool:
        """Whether drop-frame timecode exists at this rate (29.97, 59.94 and their multiples)."""
        return self.fps.denominator == _NTSC_DENOMINATOR and self.nominal % 30 == 0

    def frames(self, seconds: Number) -> Number:
        """Seconds as frames of this rate, unrounded."""
        return seconds * self.fps

    def seconds(self, frames: Number) -> Fraction:
        """Frames of this rate as seconds."""
        return exact_seconds(frames, rate=self.fps)

    def __str__(self) -> str:
        return f"{self.fps.numerator}/{self.fps.denominator}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRange:
    """Whole frames `start` (inclusive) to `end` (exclusive) at one rate."""

    start: int
    end: int
    rate: FrameRate

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise TimingError(f"a range cannot end ({self.end}) before it starts ({self.start})")

    @property
    def length(self) -> int:
        """Number of frames."""
        return self.end - self.start

    def overlaps(self, other: FrameRange) -> bool:
        """Whether both show at least one common frame."""
        self._same_rate(other)
        return self.start < other.end and other.start < self.end

    def holds(self, other: FrameRange) -> bool:
        """Whether every frame of `other` lies in this range."""
        self._same_rate(other)
        return self.start <= other.start and other.end <= self.end

    def common(self, other: FrameRange) -> FrameRange | None:
        """The frames that lie in both, or nothing."""
        self._same_rate(other)
        start, end = max(self.start, other.start), min(self.end, other.end)
        return FrameRange(start=start, end=end, rate=self.rate) if start < end else None

    def grown(self, *, head: int, tail: int) -> FrameRange:
        """The range with `head` frames more before it and `tail` frames more after it."""
        return FrameRange(start=self.start - head, end=self.end + tail, rate=self.rate)

    def _same_rate(self, other: FrameRange) -> None:
        if self.rate != other.rate:
            raise TimingError(f"frames at {self.rate} and at {other.rate} cannot be compared")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Exact seconds `start` (inclusive) to `end` (exclusive); source time of a media file."""

    start: Fraction
    end: Fraction


def timecode(frame: int, *, rate: FrameRate, drop_frame: bool = False) -> str:
    """Frame count as SMPTE timecode; `;` before the frames says drop frame. Wraps after 24 hours.

    Raises:
        TimingError: Drop frame asked for at a rate that has none.
    """
    nominal = rate.nominal
    if drop_frame:
        frame = _skip_dropped(frame, rate=rate)
    seconds, frames = divmod(frame, nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    separator = ";" if drop_frame else ":"
    width = max(2, len(str(nominal - 1)))
    return f"{hours % 24:02d}:{minutes:02d}:{seconds:02d}{separator}{frames:0{width}d}"


def _skip_dropped(frame: int, *, rate: FrameRate) -> int:
    """The label of a frame: two (at 29.97) labels are skipped each minute, but not each tenth."""
    dropped = _dropped_per_minute(rate)
    per_minute = rate.nominal * 60 - dropped
    per_ten = per_minute * 10 + dropped
    tens, rest = divmod(frame, per_ten)
    minutes = 0 if rest < rate.nominal * 60 else (rest - dropped) // per_minute
    return frame + dropped * (9 * tens + minutes)


def _dropped_per_minute(rate: FrameRate) -> int:
    if not rate.can_drop:
        raise TimingError(
            f"there is no drop-frame timecode at {rate}",
            next_step="remove drop_frame from pickup.toml, or set it only for 29.97 and 59.94",
        )
    return rate.nominal // 15


def parse_timecode(text: str, *, rate: FrameRate) -> int:
    """Timecode as a frame count; `;` means drop frame.

    Raises:
        TimingError: Not a timecode, a frame number the rate does not have, or a label that drop frame skips.
    """
    match = _TIMECODE.fullmatch(text)
    if match is None:
        raise TimingError(f"{text!r} is not a timecode", next_step="write it as 01:00:00:00")
    hours, minutes, seconds, frames = (int(match.group(i)) for i in (1, 2, 3, 5))
    if minutes > 59 or seconds > 59 or frames >= rate.nominal:  # noqa: PLR2004 - sixty is what a clock has
        raise TimingError(f"{text!r} does not exist at {rate}")
    label = ((hours * 60 + minutes) * 60 + seconds) * rate.nominal + frames
    if match.group(4) == ":":
        return label
    dropped = _dropped_per_minute(rate)
    if minutes % 10 and not seconds and frames < dropped:
        raise TimingError(f"{text!r} is a label that drop frame skips")
    total_minutes = hours * 60 + minutes
    return label - dropped * (total_minutes - total_minutes // 10)
