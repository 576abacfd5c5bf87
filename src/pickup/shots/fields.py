"""The fields of a brief that steer how a shot is made, and which of them are not followed, said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pickup.briefs import Brief
from pickup.errors import counted
from pickup.shots.model import ShotWishes

_LONGEST_NUMBER = 18
_SEED_BITS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """What a brief sets beside its words; None where it sets nothing, or nothing that can be followed.

    Attributes:
        takes: As many as will be made, at most what the settings allow.
        seed: Within 31 bits.
        notes: Fields that are not followed, with what is used instead and what may be written.
    """

    style: str | None = None
    takes: int | None = None
    seed: int | None = None
    look: str | None = None
    provider: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """What makes another take of it, for the digest of a wish; style and words show in the prompt already."""
        asked = (("look", self.look), ("seed", self.seed), ("provider", self.provider))
        return tuple(f"{key}: {value}" for key, value in asked if value is not None)


def read_steering(brief: Brief | None, *, wishes: ShotWishes) -> Steering:
    """The steering fields of a brief, held against the settings."""
    if brief is None:
        return Steering()
    style, takes, seed = brief.field("style"), _whole(brief.field("takes")), _whole(brief.field("seed"))
    return Steering(
        style=style if style in wishes.styles else None,
        takes=min(takes, _most_takes(wishes)) if takes else None,
        seed=None if seed is None else seed % (1 << _SEED_BITS),
        look=brief.field("look"),
        provider=brief.field("provider"),
        notes=tuple(_notes(brief, wishes=wishes)),
    )


def _notes(brief: Brief, *, wishes: ShotWishes) -> Iterator[str]:
    style, takes, seed = (brief.field(key) for key in ("style", "takes", "seed"))
    if style is not None and style not in wishes.styles:
        yield f"“style: {style}”: {wishes.style} is used instead; there are {', '.join(sorted(wishes.styles))}"
    if takes is not None and (_whole(takes) or 0) not in range(1, _most_takes(wishes) + 1):
        used = counted(min(_whole(takes) or wishes.takes, _most_takes(wishes)), "take")
        yield f"“takes: {takes}”: {used} instead; it is a number from 1 to {_most_takes(wishes)}, as max_takes says"
    if seed is not None and _whole(seed) is None:
        yield f"“seed: {seed}”: the shot's own seed is used instead; it is a whole number, at most 18 digits"


def _most_takes(wishes: ShotWishes) -> int:
    return max(wishes.max_takes, wishes.takes)


def _whole(text: str | None) -> int | None:
    """A whole number without a sign and of a sane length, or None for any other text."""
    return int(text) if text is not None and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
