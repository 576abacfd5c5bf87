"""What crosses the pipe between the provider and the process that draws. Plain values."""

from __future__ import annotations

from dataclasses import dataclass

from pickup.ports import Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderJob:
    """A take to draw into the file `destination`, which is replaced."""

    request: Generation
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What was drawn.

    Attributes:
        look: The look as it was decided: never `join`; a plate by its own name.
        found_again: For a join, the share of points that flow found again in both directions, 0 to 1.
        missing_letters: Characters of the brief that the typeface lacks, each once; they were left out of the picture.
    """

    look: str
    found_again: float | None = None
    missing_letters: str = ""
