"""Rates and timecode of FCP7 XML: an integer timebase with an NTSC flag, and `timecode` blocks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.errors import TimelineError, TimingError
from pickup.timelines.dialects.fcp7.elements import add, number_at, text_at, truth, whole_at
from pickup.timing import FrameRate, Number, exact_rate, exact_value, parse_timecode, timecode

TICKS_PER_SECOND = 254016000000
"""Premiere's unit of time."""

_NTSC = Fraction(1000, 1001)
_NTSC_BASES = 6
_HIGHEST_BASE = 1000
_LARGEST_DOUBLE = 1 << 53


def rate_of(element: ET.Element) -> Fraction | None:
    """Frames per second that an element states itself; None where it states none.

    Raises:
        TimelineError: The number is no frame rate.
    """
    base = number_at(element, "rate/timebase")
    if base is None:
        return None
    try:
        stated = exact_rate(str(float(base)))
    except TimingError as error:
        raise TimelineError(error.message, next_step="export the sequence again at a usual frame rate") from error
    ntsc = text_at(element, "rate/ntsc").upper() == "TRUE"
    # 25 and 50 have no NTSC form; some programs set the flag all the same.
    return stated * _NTSC if ntsc and stated.denominator == 1 and stated % _NTSC_BASES == 0 else stated


def has_timebase(fps: Fraction) -> bool:
    """Whether FCP7 XML can state a rate."""
    whole = fps if fps.denominator == 1 else fps / _NTSC
    is_ntsc = fps.denominator != 1 and whole.denominator == 1 and whole % _NTSC_BASES == 0
    return whole <= _HIGHEST_BASE and (fps.denominator == 1 or is_ntsc)


def add_rate(parent: ET.Element, fps: Fraction) -> None:
    """The `rate` element.

    Raises:
        TimelineError: FCP7 XML knows integer rates and their /1001 forms alone.
    """
    if not has_timebase(fps):
        raise TimelineError(
            f"FCP7 XML cannot state a rate of {fps.numerator}/{fps.denominator}",
            next_step="deliver this cut as OTIO (--for otio or --for resolve)",
        )
    rate = add(parent, "rate")
    add(rate, "timebase", str(fps if fps.denominator == 1 else fps / _NTSC))
    add(rate, "ntsc", truth(fps.denominator != 1))


def moment(value: Number, fps: Fraction) -> otio.opentime.RationalTime:
    """Frames as OTIO holds them."""
    return otio.opentime.RationalTime(float(value), float(fps))


def exact_moment(seconds: Fraction, *rates: Fraction) -> otio.opentime.RationalTime:
    """Seconds in the first of the rates in which OTIO's doubles hold them exactly, else as a fraction of a second."""
    for fps in rates:
        frames = seconds * fps
        if exact_value(float(frames)) == frames:
            return moment(frames, fps)
    if abs(seconds.numerator) < _LARGEST_DOUBLE and seconds.denominator < exact_value(1e9):
        return moment(seconds.numerator, Fraction(seconds.denominator))
    return moment(seconds * rates[0], rates[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a `timecode` block says of the first frame.

    Attributes:
        frame: Frames that passed since midnight, labels that drop frame skips not counted.
        drop_frame: None where the block does not say.
    """

    frame: int
    fps: Fraction
    drop_frame: bool | None

    @property
    def seconds(self) -> Fraction:
        """Frames of its rate as seconds."""
        return self.frame / self.fps


def read_start(element: ET.Element | None, *, fps: Fraction) -> Start:
    """The start that an element's `timecode` block states; midnight where it states none.

    Args:
        element: The `timecode` element.
        fps: Of what it stands in; its own rate counts first.
    """
    if element is None:
        return Start(frame=0, fps=fps, drop_frame=None)
    own = FrameRate(fps=rate_of(element) or fps)
    text, form = text_at(element, "string"), text_at(element, "displayformat").upper()
    drops = form == "DF" if form in ("DF", "NDF") else None
    if drops is None and ";" in text:
        drops = True
    if drops and not own.can_drop:
        frame = whole_at(element, "frame")
        if frame is not None and _labelled(text, rate=label_rate(own.fps), drop_frame=True) == frame:
            return Start(frame=frame, fps=own.fps, drop_frame=True)
        drops = False
    labelled = _labelled(text, rate=own, drop_frame=bool(drops))
    # Where label and count disagree, the label is what the editor saw.
    frame = labelled if labelled is not None else whole_at(element, "frame")
    return Start(frame=frame or 0, fps=own.fps, drop_frame=drops)


def label_rate(fps: Fraction) -> FrameRate:
    """The rate whose drop-frame labels a rate has.

    Premiere counts drops at a timebase of 30 whether or not it calls that NTSC: sound files of its own exports have
    00;04;43;15 as frame 8497 at 30 and ntsc FALSE.
    """
    own, ntsc = FrameRate(fps=fps), FrameRate(fps=fps * _NTSC)
    return ntsc if ntsc.can_drop and not own.can_drop else own


def _labelled(text: str, *, rate: FrameRate, drop_frame: bool) -> int | None:
    fields = text.replace(";", ":").replace(".", ":").split(":")
    if len(fields) != len(("h", "m", "s", "f")):
        return None
    try:
        return parse_timecode(f"{':'.join(fields[:3])}{';' if drop_frame else ':'}{fields[3]}", rate=rate)
    except TimingError:
        return None


def add_timecode(parent: ET.Element, start: Start, *, reel: str | None = None) -> None:
    """A `timecode` block; `reel` only where media has one."""
    block = add(parent, "timecode")
    add_rate(block, start.fps)
    drops = bool(start.drop_frame)
    rate = label_rate(start.fps) if drops else FrameRate(fps=start.fps)
    text = timecode(start.frame, rate=rate, drop_frame=drops)
    # Only Premiere drops labels at a rate that is not called NTSC, and so they are spelled.
    add(block, "string", text if rate.fps == start.fps else text.replace(":", ";"))
    add(block, "frame", start.frame)
    add(block, "displayformat", "DF" if drops else "NDF")
    if reel is not None:
        add(add(block, "reel"), "name", reel)
