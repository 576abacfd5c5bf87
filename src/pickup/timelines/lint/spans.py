"""Which frames of its media a clip needs, and whether the media has them; in exact seconds, judged by whole frames.

Programs round source starts of mixed rates to doubles, so a frame of the media is what is compared, never a double.
"""

from __future__ import annotations

import math
from enum import StrEnum
from fractions import Fraction

from pickup.timelines.lint.items import Item, Reference
from pickup.timelines.lint.nodes import Stretch, text_of
from pickup.timing import half_up

_STILLS = frozenset(
    {"bmp", "dng", "gif", "heic", "jpeg", "jpg", "pdf", "png", "psd", "svg", "tga", "tif", "tiff", "webp"}
)


class Fit(StrEnum):
    """How a source range lies in its media."""

    INSIDE = "inside"
    ZERO_BASED = "counted from zero"
    OUTSIDE = "begins outside"
    TOO_LONG = "ends outside"


class Room(StrEnum):
    """Whether a transition finds the frames that it needs."""

    ENOUGH = "enough"
    SHORT = "short"
    UNKNOWN = "unknown"


def is_still(reference: Reference) -> bool:
    """A picture that has no frames: by its extension, or one frame long as Resolve writes stills."""
    if reference.kind == "ImageSequenceReference":
        return False
    name = reference.url or text_of(reference.node.get("name"))
    if name.rpartition(".")[2].lower() in _STILLS:
        return True
    return reference.available is not None and reference.available.length.frames == 1


def needs_media_frames(item: Item, reference: Reference) -> bool:
    """Whether what a clip shows depends on how long its media is."""
    endless = reference.node.get("missing_frame_policy") == "hold"
    return reference.kind != "GeneratorReference" and not is_still(reference) and not endless and item.speed is not None


def fit_of(item: Item, reference: Reference) -> Fit:
    """Whether the media has what the clip shows; a clip without both ranges fits."""
    source, available = item.source, reference.available
    if source is None or available is None or not needs_media_frames(item, reference):
        return Fit.INSIDE
    if not _holds_frame(available, source.begins):
        zero_based = _holds_frame(available, source.begins + available.begins)
        return Fit.ZERO_BASED if zero_based and source.begins < available.begins else Fit.OUTSIDE
    speed = item.speed or Fraction(0)
    played = (item.length or Fraction(0)) * abs(speed)
    if _frames_short(source.begins + played - available.ends, available) < 1:
        return Fit.INSIDE
    # reversed clips begin at their first or at their last source frame, as the program has it: both are taken
    backwards = speed < 0 and _frames_short(available.begins - (source.begins - played), available) < 1
    return Fit.INSIDE if backwards else Fit.TOO_LONG


def room_after(item: Item, seconds: Fraction) -> Room:
    """Whether a clip can go on for so many record seconds beyond its end."""
    return _room(item, seconds, before=False)


def room_before(item: Item, seconds: Fraction) -> Room:
    """Whether a clip can begin so many record seconds earlier."""
    return _room(item, seconds, before=True)


def _room(item: Item, seconds: Fraction, *, before: bool) -> Room:
    reference = item.active
    if item.kind != "Clip" or reference is None:
        return Room.UNKNOWN
    offline_without_path = reference.kind == "MissingReference" and not reference.url
    endless = not needs_media_frames(item, reference) and item.speed is not None
    if seconds <= 0 or offline_without_path or endless or item.speed == 0:
        return Room.ENOUGH
    source, available, speed = item.source, reference.available, item.speed
    if source is None or available is None or speed is None or speed < 0:
        return Room.UNKNOWN
    needed = seconds * speed
    if before:
        beyond = available.begins - (source.begins - needed)
    else:
        beyond = source.begins + (item.length or Fraction(0)) * speed + needed - available.ends
    return Room.SHORT if _frames_short(beyond, available) >= 1 else Room.ENOUGH


def _holds_frame(available: Stretch, seconds: Fraction) -> bool:
    """Whether the frame nearest to an instant is one of the media's."""
    rate = available.start.rate
    frame = half_up((seconds - available.begins) * rate)
    return 0 <= frame < half_up(available.length.seconds * rate)


def _frames_short(seconds: Fraction, available: Stretch) -> int:
    """Whole frames of the media in so many seconds."""
    return math.floor(seconds * available.start.rate)
