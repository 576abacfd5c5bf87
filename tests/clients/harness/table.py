"""Which sample each program can show, and by how much it may miss an edit. docs/clients.md says the same in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SLOP_FRAMES: Mapping[str, int] = MappingProxyType({"ges": 1, "melt": 0})
"""GES 1.22 cuts a frame early where its nanoseconds are rounded; melt 7.12 was exact in every sample."""

CANNOT_SHOW: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("ges", "dissolves_beside_holes"): "it paints white where a dissolve has nothing on one side",
        ("melt", "nested_compound_with_hole"): "the Kdenlive adapter drops nested stacks, and later clips move up",
        ("melt", "short_clips_24fps"): "an event ends with its media, and later clips move up",
    }
)

CANNOT_SHOW_FCP7: Mapping[tuple[str, str], str] = MappingProxyType(
    {("ges", "nested_compound_with_hole"): "it fails to load the nested sequence, and hangs"}
)
"""What it can show of the OTIO flavors, but not of FCP7 XML."""
