"""Objects of an OTIO file as plain JSON, and the exact times in them.

schema_of({"OTIO_SCHEMA": "Clip.2"})     ("Clip", 2)
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from pickup.errors import TimingError
from pickup.timing import Number, exact_rate, exact_seconds, exact_value

Node = dict[str, object]
"""One JSON object."""

_SCHEMA = re.compile(r"(\w+)\.(\d{1,6})")


def node_of(value: object) -> Node:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def nodes_of(value: object) -> list[Node]:
    """The objects of a list; what is no object is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """The text, or nothing for anything else."""
    return value if isinstance(value, str) else ""


def child(node: object, *keys: str) -> object:
    """A value inside; None where any step of the way is missing."""
    for key in keys:
        node = node_of(node).get(key)
    return node


def schema_of(node: Node) -> tuple[str, int]:
    """Name and version of an object's schema; an empty name where it has none."""
    match = _SCHEMA.fullmatch(text_of(node.get("OTIO_SCHEMA")))
    return (match[1], int(match[2])) if match else ("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A `RationalTime`: frames at a rate, exactly."""

    frames: Number
    rate: Fraction

    @property
    def seconds(self) -> Fraction:
        """The same in seconds."""
        return exact_seconds(self.frames, rate=self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A `TimeRange`; its start and its length may be counted at different rates."""

    start: Moment
    length: Moment

    @property
    def begins(self) -> Fraction:
        """First instant in seconds."""
        return self.start.seconds

    @property
    def ends(self) -> Fraction:
        """Seconds, exclusive."""
        return self.start.seconds + self.length.seconds

    def __str__(self) -> str:
        first, last = self.start.frames, self.ends * self.start.rate
        return f"{spoken(first)}-{spoken(last)} at {spoken(self.start.rate, digits=6)}"


def spoken(value: Number, *, digits: int = 10) -> str:
    """An exact number as a person writes it, rounded for reading."""
    try:
        return f"{float(value):.{digits}g}"
    except OverflowError:
        return "more than can be counted"


def number_of(value: object) -> float:
    """A number of a file.

    Raises:
        TimingError: It is none, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TimingError(f"{_shown(value)} where a number belongs")
    if isinstance(value, float) and not math.isfinite(value):
        raise TimingError(f"{value} where a number belongs")
    return value


def moment_of(value: object) -> Moment | None:
    """A time of a file; None where the file has none.

    Raises:
        TimingError: It makes no sense.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise TimingError(f"{_shown(value)} where a time belongs")
    return Moment(frames=exact_value(number_of(value.get("value"))), rate=exact_rate(number_of(value.get("rate"))))


def stretch_of(value: object) -> Stretch | None:
    """A range of a file; None where the file has none.

    Raises:
        TimingError: It makes no sense.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise TimingError(f"{_shown(value)} where a time range belongs")
    start, length = moment_of(value.get("start_time")), moment_of(value.get("duration"))
    if start is None or length is None:
        raise TimingError("a time range without start_time or duration")
    return Stretch(start=start, length=length)


def _shown(value: object) -> str:
    """A value from a file, short enough for a sentence."""
    named = {dict: "an object", list: "a list", type(None): "nothing", bool: "true or false"}.get(type(value))
    return named or f"“{str(value)[:40]}”"
