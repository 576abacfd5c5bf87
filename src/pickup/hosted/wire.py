"""How sizes and lengths are written: tiers, shapes, numbers; and the sizes that tiers stand for.

>>> hd_sizes(720)
((1280, 720), (720, 1280))
>>> nearest_shape((720, 1280), shapes=("16:9", "9:16"))
'9:16'
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from pickup.cut import Size
from pickup.timing import FrameRate

UNKNOWN_RATES = tuple(FrameRate.parse(each) for each in ("24", "25", "30"))
"""Where nobody has said at which rate clips come: it is one of these, and a clip is long enough at each."""


def hd_sizes(*lines: int, shapes: Iterable[str] = ("16:9", "9:16")) -> tuple[Size, ...]:
    """Picture sizes of these tiers: the shorter side has so many pixels, the other follows from the shape, even."""
    return tuple(_size(shape, lines=each) for each in lines for shape in shapes)


def nearest_shape(size: Size, *, shapes: Iterable[str]) -> str:
    """The shape, such as `16:9`, that comes nearest to a size."""

    def misfit(shape: str) -> Fraction:
        ratio = _ratio(shape) * size[1] / size[0]
        return max(ratio, 1 / ratio)

    return min(shapes, key=misfit)


def who_is_shown(names: Iterable[str], *, tag: str, first: int) -> str:
    """What each reference picture shows, for a service that knows pictures by tags in the prompt.

    >>> who_is_shown(["mara", "mara", "pier"], tag="@Image{}", first=1)
    '@Image1 and @Image2 show mara. @Image3 shows pier.'
    """
    tags: dict[str, list[str]] = {}
    for index, name in enumerate(names, start=first):
        tags.setdefault(name, []).append(tag.format(index))
    said = (f"{' and '.join(each)} {'show' if len(each) > 1 else 'shows'} {name}." for name, each in tags.items())
    return " ".join(said)


def number(value: Fraction) -> int | float:
    """A number as JSON has it: whole where it is."""
    return int(value) if value.denominator == 1 else float(value)


def _size(shape: str, *, lines: int) -> Size:
    ratio = _ratio(shape)
    long = round(lines * max(ratio, 1 / ratio) / 2) * 2
    return (long, lines) if ratio >= 1 else (lines, long)


def _ratio(shape: str) -> Fraction:
    wide, _, high = shape.partition(":")
    return Fraction(int(wide), int(high))
