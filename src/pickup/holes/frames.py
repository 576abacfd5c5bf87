"""Which frame of which file a record frame shows: the one rule for speed, trims, compound clips and sequences.

It opens nothing and asks no disk. A record frame shows what its media shows at the moment when the record frame begins:
so many seconds into the item, times its speed, after the item's source start. Media frame n is shown from its own time
up to that of n + 1, not included. An item that plays backwards is its source range turned round: its first record frame
shows the last frame of the range. A compound clip that is retimed or off the frame grid is a film of its own: it is
looked at frame by frame at its own rate, and those frames are what its speed plays.

    shown = frame_beside(hole.covers.start - 1, picture=picture, holes=holes)
    shown.frame, shown.why
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pickup.cut import Address, Event, EventKind, Inside, Media, MediaKind, MissingFrames, Numbering
from pickup.holes.model import MediaFrame
from pickup.holes.picture import Picture, shot_at
from pickup.timing import FrameRange, shown_frame

Replaced = Mapping[Address, Sequence[FrameRange]]
"""Items that are holes, with the frames of them that will show a take."""

_PREMIERE = "premiere"
"""The dialect that moves the start of reversed clips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is seen at a record frame.

    Attributes:
        frame: None where there is no picture, or none that can be named.
        why: Why it cannot be named; empty where nothing is to be told.
    """

    frame: MediaFrame | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """A moment of media that plays forward or backwards, in exact seconds of source time."""

    seconds: Fraction
    backwards: bool

    def frame(self, rate: Fraction, *, since: Fraction = Fraction(0)) -> int:
        """Number of the frame that is shown, counted from the one at `since`."""
        return shown_frame((self.seconds - since) * rate, backwards=self.backwards)


def frame_beside(frame: int, *, picture: Picture, holes: Replaced) -> Shown:
    """What is seen at a record frame next to a hole, as `Picture.beside` looks: through overlays and lower thirds.

    Args:
        frame: Record frame.
        picture: The cut as it looks.
        holes: What a take will be seen in; nothing is told of that.
    """
    hidden: frozenset[Address] = frozenset()
    while (event := picture.beside(frame, holes=holes, besides=hidden)) is not None:
        if is_replaced(event, frame, holes=holes):
            return Shown()
        found = _shown(event, frame, is_shifted=picture.cut.dialect == _PREMIERE)
        if found is not None:
            return found
        hidden |= {event.address}
    return Shown()


def is_replaced(event: Event, frame: int, *, holes: Replaced) -> bool:
    """Whether an item will show a take at a record frame."""
    return any(record.start <= frame < record.end for record in holes.get(event.address, ()))


def _shown(event: Event, frame: int, *, is_shifted: bool) -> Shown | None:
    """What an item shows at a frame of its track; None for a compound clip that is empty there."""
    if event.kind is EventKind.OPAQUE:
        return Shown(why=f"is “{event.name}”, a multicam clip or an item that is not known")
    if event.kind not in (EventKind.FOOTAGE, EventKind.NESTED):
        return Shown()
    if (why := _why_not_followed(event, frame)) is not None:
        return Shown(why=f"is “{event.name}”, which has a speed ramp {why}")
    moment = _moment(event, frame)
    if moment.backwards and not _is_certain(event, is_shifted=is_shifted):
        return Shown(why=f"is “{event.name}”, which is reversed, and it is not certain where in its media it begins")
    if event.kind is EventKind.NESTED:
        return _inside(event, event.inside, moment=moment, is_shifted=is_shifted)
    return _of_media(event.media, moment=moment)


def _why_not_followed(event: Event, frame: int) -> str | None:
    """Why it cannot be said what an item shows there that has a speed ramp; None where it can, or has none.

    Where a ramp falls, some programs name the frame that is shown and others the edge that it begins at.
    """
    if event.ramp is None:
        return None
    if event.ramp.unread:
        return event.ramp.unread
    if event.ramp.falls_at(_since_start(event, frame)):
        return "and plays backwards there, where programs count frames in different ways"
    return None


def _since_start(event: Event, frame: int) -> Fraction:
    """Record seconds from the start of an item to a frame.

    An edge off the frame grid may be rounded down to a frame that begins before the item does; that shows its start.
    """
    return event.record.rate.seconds(max(frame - event.stretch.start, 0))


def _moment(event: Event, frame: int) -> _Moment:
    """The moment of its source that an item shows when a frame of its track begins."""
    stretch, rate, speed = event.stretch, event.record.rate, event.speed or Fraction(0)
    played = _since_start(event, frame)
    if event.ramp is not None:
        return _Moment(seconds=stretch.source + event.ramp.at(played), backwards=False)
    if speed >= 0:
        return _Moment(seconds=stretch.source + played * speed, backwards=False)
    length = rate.seconds(stretch.end - stretch.start)
    return _Moment(seconds=stretch.source + (length - played) * -speed, backwards=True)


def _is_certain(event: Event, *, is_shifted: bool) -> bool:
    """Whether a reversed item's source range is what it uses, lowest time first, as Resolve and FCP7 XML have it.

    A range that lies beyond its media is counted otherwise. Premiere's OTIO moves the start of a reversed clip, from
    where to where is not known (OpenTimelineIO issue 1890), but for one that shows its media from end to end.
    """
    stretch, available = event.stretch, event.media.available if event.media is not None else None
    a_frame = event.record.rate.seconds(1)
    speed = event.speed or Fraction(0)
    end = stretch.source + event.record.rate.seconds(stretch.end - stretch.start) * abs(speed)
    if available is None:
        return not is_shifted
    if is_shifted:
        return abs(available.start - stretch.source) < a_frame and abs(available.end - end) < a_frame
    return available.start - stretch.source < a_frame and end - available.end < a_frame


def _inside(event: Event, inside: Inside | None, *, moment: _Moment, is_shifted: bool) -> Shown | None:
    """The frame of a compound clip, looked for in its own time."""
    if inside is None:
        return Shown(why=f"is the compound clip “{event.name}”, whose inside cannot be read")
    frame = moment.frame(inside.rate.fps)
    hidden: frozenset[Address] = frozenset()
    while (inner := shot_at(inside.tracks, frame, holes=(), besides=hidden)) is not None:
        found = _shown(inner, frame, is_shifted=is_shifted)
        if found is not None:
            return found
        hidden |= {inner.address}
    return None


def _of_media(media: Media | None, *, moment: _Moment) -> Shown:
    if media is None or media.path is None or not media.online:
        return Shown()
    if media.kind is MediaKind.STILL:
        return Shown(frame=MediaFrame(path=media.path))
    if media.kind is MediaKind.SEQUENCE:
        return _of_sequence(media, media.numbering, moment=moment)
    if media.kind is not MediaKind.MOVIE:
        return Shown()
    start = media.available.start if media.available is not None else None
    frame = MediaFrame(path=media.path, seconds=moment.seconds, media_start=start, backwards=moment.backwards)
    return Shown(frame=frame)


def _of_sequence(media: Media, numbering: Numbering | None, *, moment: _Moment) -> Shown:
    rate = (numbering.rate if numbering is not None else None) or media.rate
    if numbering is None or rate is None:
        return Shown(why=f"is the image sequence {media.name}, of which the timeline does not say how it is numbered")
    start = media.available.start if media.available is not None else Fraction(0)
    count = moment.frame(rate, since=start)
    last = shown_frame((media.available.end - start) * rate, backwards=True) if media.available is not None else None
    held = max(count if last is None else min(count, last), 0)
    if held != count and numbering.missing is MissingFrames.ERROR:
        return Shown(why=f"is the image sequence {media.name}, which has no picture there")
    number = numbering.first + held // numbering.step * numbering.step
    frame = MediaFrame(
        path=numbering.path(number),
        numbering=numbering,
        number=number,
        is_black=held != count and numbering.missing is MissingFrames.BLACK,
    )
    return Shown(frame=frame)
