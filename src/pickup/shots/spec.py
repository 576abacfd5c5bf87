"""Holes to specs: the prompt, the fields of the brief, and which neighbours can be used."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from pickup.briefs import Brief, Source
from pickup.holes import Hole, Neighbour
from pickup.shots.characters import named
from pickup.shots.fields import read_steering
from pickup.shots.model import ShotSpec, ShotWishes
from pickup.shots.retimed import follow

_CAST = "characters"
_IN_PROMPT = ("framing", "camera", "lens", "light", "time", "weather", _CAST)
_DIGITS = re.compile(r"\d+")
_CAMERA_NAME = re.compile(
    r"(?i)^(?:[a-z]\d{3}[_ ]?c\d{3}\w*|(?:img|dsc\w?|mvi|gopr|gx|clip|dji|pxl|vid)[_ ]?\d+\w*|\d+)$"
)
_CARD = "slate"
_MARKS_OF_NAMES = re.compile(r"[_.\-]+")
_VERSION = re.compile(r"(?i)\bv\d{1,4}\b")


def make_spec(
    holes: Sequence[Hole],
    *,
    code: str,
    wishes: ShotWishes,
    shifts: Mapping[str, int] = MappingProxyType({}),
) -> ShotSpec:
    """The spec of one shot; of several holes the longest sets the length.

    Args:
        holes: In record order, at least one.
        code: The shot code.
        wishes: Settings.
        shifts: Frame of the shot at which each hole begins, by its id: holes that are the parts of one want a take that
            reaches from the first to the last.
    """
    first = min(holes, key=lambda hole: (shifts.get(hole.id, 0), -hole.covers.length))
    begins = shifts.get(first.id, 0)
    length = max(shifts.get(hole.id, 0) - begins + hole.covers.length for hole in holes)
    covers = replace(first.covers, end=first.covers.start + length)
    last = max(holes, key=lambda hole: (shifts.get(hole.id, 0) + hole.covers.length, -hole.record.start))
    brief = next((hole.brief for hole in holes if hole.brief is not None), None)
    words = _words(brief)
    steering = read_steering(brief, wishes=wishes)
    style = steering.style or wishes.style
    cast = named(brief.field(_CAST) if brief else None, sets=wishes.sets)
    subject = _words(brief, cast=cast.words) or _from_neighbours(first, last)
    style_words = wishes.styles.get(style, "")
    prompt = ". ".join(part for part in (subject, style_words) if part)
    negative = (brief.field("negative") if brief else None) or ""
    size = f"{wishes.delivery.size[0]}x{wishes.delivery.size[1]}"
    retimed = follow(holes, begins={hole.id: shifts.get(hole.id, 0) - begins for hole in holes}, frames=length)
    return ShotSpec(
        code=code,
        holes=tuple(holes),
        record=first.record,
        covers=covers,
        words=words,
        brief=(brief.text if brief else "") or words,
        briefed=bool(words),
        from_marker=brief is not None and brief.source is Source.TIMELINE_MARKER and not brief.explicit,
        prompt=prompt,
        negative=negative,
        seed=_seed_of(code) if steering.seed is None else steering.seed,
        style=style,
        style_words=style_words,
        time_of_day=(brief.field("time") if brief else None) or "",
        look=steering.look,
        provider=steering.provider,
        takes=steering.takes or wishes.takes,
        handles=wishes.handles,
        delivery=wishes.delivery,
        before=_usable(first.before),
        after=_usable(last.after),
        asked=(
            *(prompt, negative, size, str(wishes.delivery.rate)),
            *steering.facts,
            *(each.fact for each in cast.sets),
        ),
        notes=steering.notes,
        retimed=retimed,
        references=cast.sets,
        strangers=cast.strangers,
    )


def make_stand_in(spec: ShotSpec) -> ShotSpec:
    """The spec of one take that is a card with an item's own words or name, whatever stands beside the item."""
    words = spec.words or spec.holes[0].name
    return replace(
        spec,
        words=words,
        brief=spec.brief or words,
        prompt=words,
        look=_CARD,
        takes=1,
        provider=None,
        before=None,
        after=None,
        notes=(),
        references=(),
        strangers=(),
    )


def _words(brief: Brief | None, *, cast: str | None = None) -> str:
    """Prose and fields as one sentence; fields that only steer the work are left out.

    Args:
        brief: What the editor said.
        cast: Stands for the field `characters`, where it is to be said in other words.
    """
    if brief is None:
        return ""
    fields = {key: brief.field(key) or "" for key in _IN_PROMPT}
    said = [brief.text, *(fields if cast is None else {**fields, _CAST: cast}).values()]
    return ", ".join(part.strip().rstrip(".,;") for part in said if part.strip())


def _from_neighbours(first: Hole, last: Hole) -> str:
    """What can be said without a brief: the shots on both sides, by names that say something."""
    names = [_spoken(each.name) if each else "" for each in (first.before, last.after)]
    if names[0] and names[1] and names[0] != names[1]:
        return f"a shot that leads from {names[0]} to {names[1]}"
    known = names[0] or names[1]
    return f"a shot that goes with {known}" if known else ""


def _spoken(name: str) -> str:
    stem = name.rpartition(".")[0] or name
    if _CAMERA_NAME.match(stem):
        return ""
    plain = _VERSION.sub("", _MARKS_OF_NAMES.sub(" ", stem))
    return " ".join(_DIGITS.sub("", plain).split())


def _usable(neighbour: Neighbour | None) -> Neighbour | None:
    """A neighbour of which a frame can be had."""
    return neighbour if neighbour is not None and neighbour.frame is not None else None


def _seed_of(code: str) -> int:
    """A seed of 31 bits that follows from the shot code, the same on every machine."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:4], "big") >> 1
