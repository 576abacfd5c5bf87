"""What was done to a cut, told by timecode: `changes.md` for people, `changes.json` for programs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What a take stands for now, for `changes.md`.

    Attributes:
        name: Of the item that stood there; empty for a gap.
        effects: Names of effects that went with it; they are kept under `was` in the new clip's metadata.
    """

    shot: str
    name: str
    effects: tuple[str, ...]
