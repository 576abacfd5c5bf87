"""Cuts of log footage: the tables between its color space and display color, baked once for a run.

with look_of("ARRI LogC4", config="") as look:
look.to_display, look.from_display          .cube files, which go when the block ends
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the cut's media are seen, and how what was made for a screen becomes like them.

    Attributes:
        space: Name of the media's color space.
        to_display: A .cube file for the media's frames.
        from_display: A .cube file for takes.
    """

    space: str
    to_display: Path
    from_display: Path


@contextmanager
def look_of(space: str, *, config: str) -> Iterator[Look | None]:
    """The tables of a color space; None where none is named, since then the media are in display color.

    Raises:
        ConfigError: OpenColorIO is not installed, or knows no such space.
    """
    if not space:
        yield None
        return
    from pickup.media.color.cube import write_cube  # noqa: PLC0415 - loads numpy, and OpenColorIO where it is wanted
    from pickup.media.color.spaces import check, from_display_cube, to_display_cube  # noqa: PLC0415

    found = check(space, config=config)
    with TemporaryDirectory(prefix="pickup-look-") as folder:
        look = Look(
            space=found.name, to_display=Path(folder) / "to_display.cube", from_display=Path(folder) / "back.cube"
        )
        write_cube(look.to_display, to_display_cube(found), title=f"{found.name} to display")
        write_cube(look.from_display, from_display_cube(found), title=f"display to {found.name}")
        yield look
