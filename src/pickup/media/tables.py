"""How pictures go through a .cube file in a filter graph of FFmpeg.

graph.link_nodes(source, *table_nodes(graph, Path("to_display.cube")), graph.add("buffersink"))
"""

from __future__ import annotations

from pathlib import Path

from av.filter import Graph
from av.filter.context import FilterContext

_BETWEEN = "gbrp12le"
"""12 bits, so that a curve of the table leaves no steps in what is encoded in 10."""


def table_nodes(graph: Graph, cube: Path) -> tuple[FilterContext, ...]:
    """Filters to be linked one after another, which make planar RGB of 12 bits and lead it through the table.

    Args:
        graph: They belong to it.
        cube: A table of the domain 0 to 1; any path, since it is passed as a keyword.
    """
    return graph.add("format", _BETWEEN), graph.add("lut3d", file=str(cube), interp="tetrahedral")
