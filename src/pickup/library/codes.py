"""Shot codes: how new ones are numbered, and how one is found in an editor's words. Pure text and numbers.

It does not say which hole is which shot (`match` does) and remembers nothing; the library does.

    >>> assign_codes([None, None], given=[])
    ('SH0010', 'SH0020')
    >>> assign_codes(["SH0010", None, "SH0020"], given=["SH0010", "SH0020"])
    ('SH0010', 'SH0015', 'SH0020')
    >>> find_code("ABC_010_0020_comp_v003.mov")
    'ABC_010_0020'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

_STEP = 10
_OWN = re.compile(r"SH(\d{4,5})")

_OWN_IN_TEXT = re.compile(r"(?<![A-Za-z0-9])sh(\d{4,5})(?![A-Za-z0-9])", re.IGNORECASE)
_ANIMATION = re.compile(
    r"""(?<![A-Za-z0-9_])
    (?:[A-Za-z][A-Za-z0-9]{1,7}_)?          # the show
    (?:(?:ep|e|s)\d{2,4}_)?                 # the episode
    (?:sq|seq|sc)\d{2,5}[A-Za-z]?_          # the sequence
    sh\d{2,5}[A-Za-z]?                      # the shot
    (?![A-Za-z0-9])""",
    re.IGNORECASE | re.VERBOSE,
)
_FEATURE = re.compile(
    r"""(?<![A-Za-z0-9_])
    (?P<show>[A-Z]{2}[A-Z0-9]{0,4})_
    (?P<numbers>(?:\d{3}_)?(?:\d{3}|(?<=\d_)[A-Z]{2,4})_\d{3,4}[A-Z]?)
    (?![A-Za-z0-9])""",
    re.VERBOSE,
)
_ZERO_PADDED = re.compile(r"(?:^|_)0\d")
_NO_SHOWS = frozenset(
    {"CAM", "CLIP", "DJI", "DSC", "DSCF", "DSCN", "FRAME", "GOPR", "IMG", "MOV", "MVI", "PICT", "PXL", "REC", "TAKE"}
    | {"TC", "UTC", "VID"}
)
"""Prefixes that cameras, phones and clocks put before numbers."""


def find_code(text: str) -> str | None:
    """The first VFX shot code in a brief or a name, safe as a file name; None where there is none.

    Three forms count, as whole words: our own `SH0030`; animation's `sq0100_sh0010` and `sc01_sh010`; features'
    and series' `ABC_010_0020`, `AGM_104_TCC_0010` (a show of two to six capitals and digits, an episode, a sequence,
    a shot). In the third form one number must be zero-padded and the show no camera's prefix, so that
    `A001_C003_0101AB`, `IMG_20240102_123456`, `GX010042`, `clip_0001` and `REC_709_1080` are names, not codes:
    a code missed costs nothing, a code imagined would merge two shots. Task, vendor and version fields are left out.
    """
    found = [each for each in (_animation(text), _feature(text), _own(text)) if each is not None]
    return min(found)[1] if found else None


def _animation(text: str) -> tuple[int, str] | None:
    match = _ANIMATION.search(text)
    return None if match is None else (match.start(), match.group())


def _feature(text: str) -> tuple[int, str] | None:
    for match in _FEATURE.finditer(text):
        if match["show"] not in _NO_SHOWS and _ZERO_PADDED.search(match["numbers"]):
            return match.start(), match.group()
    return None


def _own(text: str) -> tuple[int, str] | None:
    match = _OWN_IN_TEXT.search(text)
    return None if match is None else (match.start(), match.group().upper())


def assign_codes(wanted: Sequence[str | None], *, given: Collection[str]) -> tuple[str, ...]:
    """A code for every hole, in record order.

    Args:
        wanted: The code of each hole that has one already, None for a new one.
        given: Every code that the library ever gave; none of them is given to a new hole.

    Returns:
        Known codes as they were. New ones lie evenly between their numbered neighbours (one between SH0010 and
        SH0020 is SH0015), after the last neighbour at the highest number plus ten; where no number is
        free between the neighbours they too are put at the end.
    """
    taken = {code.upper() for code in (*given, *(code for code in wanted if code))}
    between = _between(wanted, taken=taken)
    ends = _ends(taken | set(between.values()))
    return tuple(code or between.get(place) or next(ends) for place, code in enumerate(wanted))


def _between(wanted: Sequence[str | None], *, taken: Collection[str]) -> dict[int, str]:
    """Codes for the new holes that have a numbered neighbour after them, by place, as far as there is room."""
    codes: dict[int, str] = {}
    before, waiting = 0, list[int]()
    for place, code in enumerate(wanted):
        if code is None:
            waiting.append(place)
            continue
        number = _number(code)
        if number is None:
            continue
        used = {*taken, *codes.values()}
        free = [each for each in range(before + 1, number) if _code(each) not in used]
        picked = _spread(free, count=min(len(waiting), len(free)))
        codes |= {where: _code(each) for where, each in zip(waiting, picked, strict=False)}
        before, waiting = number, []
    return codes


def _spread(free: Sequence[int], *, count: int) -> list[int]:
    """`count` of the numbers, evenly; the middle one for one, the lower of two middles."""
    return [free[(index + 1) * (len(free) + 1) // (count + 1) - 1] for index in range(count)]


def _ends(taken: Collection[str]) -> Iterator[str]:
    number = max((each for each in map(_number, taken) if each is not None), default=0)
    while True:
        number += _STEP
        if _code(number) not in taken:
            yield _code(number)


def _number(code: str) -> int | None:
    match = _OWN.fullmatch(code.upper())
    return None if match is None else int(match.group(1))


def _code(number: int) -> str:
    return f"SH{number:04d}"
