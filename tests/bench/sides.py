"""The sides that are compared, each a whole process: `python sides.py NAME ARGUMENTS…`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType


def otio_read(timeline: str) -> None:
    """OpenTimelineIO alone reads the file."""
    import opentimelineio as otio  # noqa: PLC0415 - a side pays for what it needs

    otio.adapters.read_from_file(timeline)


def otio_copy(timeline: str, destination: str) -> None:
    """OpenTimelineIO alone reads the file and writes it."""
    import opentimelineio as otio  # noqa: PLC0415

    otio.adapters.write_to_file(otio.adapters.read_from_file(timeline), destination)


def write_takes(timeline: str, destination: str) -> None:
    """Finds every hole and writes a timeline with a take in each, without reading it back."""
    import pickup_sides  # noqa: PLC0415

    pickup_sides.write_takes(Path(timeline), Path(destination))


def deliver_takes(timeline: str, destination: str, flavor: str) -> None:
    """The same as Pickup delivers it in one flavor: read back, compared and linted."""
    import pickup_sides  # noqa: PLC0415

    pickup_sides.deliver_takes(Path(timeline), Path(destination), flavor=flavor)


SIDES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {each.__name__: each for each in (otio_read, otio_copy, write_takes, deliver_takes)}
)

if __name__ == "__main__":
    SIDES[sys.argv[1]](*sys.argv[2:])
