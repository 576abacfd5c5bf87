"""Speed changes: the filter `Time Remap`, and what `in` and `out` of a retimed clip item count.

`in` and `out` count played frames: a clip at 200 % with `in` 10 begins with frame 20 of its media. Apple's page on
xmeml says that a speed change alters the duration of the clip item, not of the media; Resolve's exports and Premiere's
(the `graphdict` of a reversed clip runs from played frame 0 = media frame 37127 down to its end) agree. A
reversed clip therefore counts from the end of its media. `graphdict` holds the same as a curve from played to media
frames. For a freeze, where played frames say nothing, the curve is all there is.

In a neutral timeline the source range of a reversed item is what it uses, lowest time first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from xml.etree import ElementTree as ET

from pickup.ramps import Ramp, can_be_points
from pickup.timelines.dialects.fcp7.elements import add, as_number, is_false, number_at, text_at, truth
from pickup.timing import Number

EFFECT_ID = "timeremap"
_PERCENT = 100
_LONGEST_TAIL = 17
_DIGITS = 60
_CURVE = "graphdict"
_HANDLES = ("inbez", "outbez", "inscale", "outscale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remap:
    """A speed change.

    Attributes:
        speed: Media frames for each played frame; negative backwards, 0 a freeze, None a ramp.
        curve: Played frame and media frame, in playing order.
        is_smoothed: Handles bend the curve between its points.
    """

    speed: Fraction | None
    curve: tuple[tuple[Fraction, Fraction], ...] = ()
    is_smoothed: bool = False

    @property
    def pace(self) -> Fraction:
        """Media frames for each played frame by which markers are spread; as shot where that has no one answer."""
        return abs(self.speed) if self.speed else Fraction(1)


AS_SHOT = Remap(speed=Fraction(1))


def is_remap(effect: ET.Element) -> bool:
    """Whether an `effect` element changes the speed."""
    return text_at(effect, "effectid").lower() == EFFECT_ID


def find_remap(item: ET.Element) -> Remap:
    """The speed of a clip item; a still frame of Final Cut is a freeze."""
    for found in item.iterfind("filter"):
        effect = found.find("effect")
        if effect is not None and is_remap(effect) and not is_false(found, "enabled"):
            return _remap(effect)
    if text_at(item, "stillframe").upper() == "TRUE" and number_at(item, "stillframeoffset") is not None:
        frozen = number_at(item, "stillframeoffset") or Fraction(0)
        return Remap(speed=Fraction(0), curve=((Fraction(0), frozen),))
    return AS_SHOT


def _remap(effect: ET.Element) -> Remap:
    parameters = {text_at(each, "parameterid"): each for each in effect.iterfind("parameter")}
    curve = tuple(_curve(parameters[_CURVE])) if _CURVE in parameters else ()
    if _value(parameters, "variablespeed") not in (None, 0):
        return Remap(speed=None, curve=curve, is_smoothed=_has_handles(parameters.get(_CURVE)))
    percent = _value(parameters, "speed")
    speed = (Fraction(_PERCENT) if percent is None else percent) / _PERCENT
    backwards = "reverse" in parameters and text_at(parameters["reverse"], "value").upper() == "TRUE"
    return Remap(speed=-abs(speed) if backwards else speed, curve=curve)


def _value(parameters: dict[str, ET.Element], name: str) -> Fraction | None:
    return number_at(parameters[name], "value") if name in parameters else None


def _curve(parameter: ET.Element) -> list[tuple[Fraction, Fraction]]:
    points = ((number_at(each, "when"), number_at(each, "value")) for each in parameter.iterfind("keyframe"))
    return sorted((when, value) for when, value in points if when is not None and value is not None)


def _has_handles(parameter: ET.Element | None) -> bool:
    """Whether Final Cut's handles stand at one of the points, with a length."""
    keyframes = parameter.iterfind("keyframe") if parameter is not None else ()
    handles = (handle for key in keyframes for tag in _HANDLES for handle in key.iter(tag))
    return any(as_number(text.strip()) != 0 for handle in handles for text in handle.itertext() if text.strip())


def media_frame(remap: Remap, *, played: Fraction, length: Number, total: Number) -> Fraction:
    """The lowest media frame that a clip item uses, counted from the first of its media.

    Args:
        remap: Its speed.
        played: `in`.
        length: Frames that it plays.
        total: Frames that its media has, in the rate of the clip item.
    """
    speed = remap.speed
    if speed is None or speed == 0:
        return _at(remap.curve, played) if remap.curve else played
    return played * speed if speed > 0 else total + (played + length) * speed


def played_frame(speed: Fraction | None, *, media: Fraction, length: Number, total: Number) -> Fraction:
    """The way back from `media_frame`: `in`."""
    if not speed:
        return media
    return media / speed if speed > 0 else (total - media) / -speed - length


def _at(curve: Sequence[tuple[Fraction, Fraction]], played: Fraction) -> Fraction:
    """The media frame of a played one; the only point of a freeze says it of all."""
    points = tuple(dict(curve).items())
    return Ramp(points=points).at(played) if can_be_points(points) else points[0][1]


def add_remap(item: ET.Element, speed: Fraction, *, played: int, length: int, total: Number, held: int = 0) -> None:
    """The filter of a constant speed, as Premiere and Resolve write it; `held` is the media frame of a freeze."""
    effect = add(add(item, "filter"), "effect")
    for tag, text in (
        ("name", "Time Remap"),
        ("effectid", EFFECT_ID),
        ("effectcategory", "motion"),
        ("effecttype", "motion"),
        ("mediatype", "video"),
    ):
        add(effect, tag, text)
    _add_parameter(effect, "variablespeed", "0", limits=(0, 1))
    _add_parameter(effect, "speed", as_decimal(abs(speed) * _PERCENT), limits=(-100000, 100000))
    _add_parameter(effect, "reverse", truth(speed < 0))
    _add_parameter(effect, "frameblending", "FALSE")
    _add_curve(effect, speed, played=played, length=length, total=total, held=held)


def _add_parameter(
    effect: ET.Element, name: str, value: str | None, *, limits: tuple[int, int] | None = None
) -> ET.Element:
    parameter = add(effect, "parameter")
    add(parameter, "parameterid", name)
    add(parameter, "name", name)
    for tag, limit in zip(("valuemin", "valuemax"), limits or (), strict=False):
        add(parameter, tag, limit)
    if value is not None:
        add(parameter, "value", value)
    return parameter


def _add_curve(effect: ET.Element, speed: Fraction, *, played: int, length: int, total: Number, held: int) -> None:
    whole = total / abs(speed) if speed else Fraction(played + length)
    parameter = _add_parameter(effect, _CURVE, "0", limits=(0, int(total)))
    for flag, when in (
        ("speedkfstart", Fraction(0)),
        ("speedkfin", Fraction(played)),
        ("speedkfout", Fraction(played + length)),
        ("speedkfend", Fraction(whole)),
    ):
        frame = Fraction(held) if not speed else when * speed if speed > 0 else total + when * speed
        key = add(parameter, "keyframe")
        add(key, "when", as_decimal(when))
        add(key, "value", as_decimal(frame))
        add(key, "speedvirtualkf", "TRUE")
        add(key, flag, "TRUE")
    add(add(parameter, "interpolation"), "name", "FCPCurve")


def as_decimal(value: Fraction) -> str:
    """A number in digits, exactly where it has so few."""
    if value.denominator == 1:
        return str(value.numerator)
    with localcontext(prec=_DIGITS):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return f"{round(exact, _LONGEST_TAIL):f}".rstrip("0").rstrip(".")
