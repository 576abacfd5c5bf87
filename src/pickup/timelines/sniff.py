"""Which dialect a file is, and why: every installed dialect is asked, by what stands in the file, never by its name.

Dialects are entry points in the group `pickup.dialects`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from pickup.errors import ConfigError, TimelineError
from pickup.timelines.dialect import Dialect, Source

_GROUP = "pickup.dialects"


def dialect_names() -> tuple[str, ...]:
    """Every installed dialect."""
    return tuple(sorted(each.name for each in entry_points(group=_GROUP)))


def load_dialect(name: str) -> Dialect:
    """The dialect of this name.

    Raises:
        ConfigError: There is none.
    """
    for each in entry_points(group=_GROUP):
        if each.name == name:
            dialect: Dialect = each.load()
            return dialect
    raise ConfigError(
        f"there is no dialect {name!r}", where="for", next_step=f"use one of: {', '.join(dialect_names())}"
    )


def find_dialect(source: Source) -> tuple[Dialect, str]:
    """The dialect that recognizes a file, and why it does.

    Raises:
        TimelineError: None does, or several do.
    """
    claims: Mapping[str, tuple[Dialect, str]] = {
        name: (dialect, why) for name in dialect_names() if (why := (dialect := load_dialect(name)).sniff(source))
    }
    if len(claims) == 1:
        return next(iter(claims.values()))
    if claims:
        said = "; ".join(f"{name}: {why}" for name, (_, why) in claims.items())
        raise TimelineError(
            f"{source.path.name} could be read in {len(claims)} ways ({said})",
            where=str(source.path),
            next_step="export the timeline again from the program that made it",
        )
    raise TimelineError(
        f"{source.path.name} is {_what_it_is(source)}, which is not read",
        where=str(source.path),
        next_step="export the timeline as OpenTimelineIO (.otio) or as Final Cut Pro 7 XML (.xml)",
    )


def _what_it_is(source: Source) -> str:
    if source.xml is None:
        return "OpenTimelineIO of no known kind"
    known = {"fcpxml": "Final Cut Pro X XML (FCPXML)", "mlt": "an MLT project"}
    return known.get(source.xml.tag, f"XML with the root “{source.xml.tag}”")
