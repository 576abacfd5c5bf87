"""The main job: holes to takes to a new timeline. One of the two places where the core and the effects meet.

`prepare` reads and plans and changes nothing. `fill` plans again while it holds the cut, asks, makes what is missing,
and delivers a version that was read back and compared.

    result = fill(timeline, config=config, state_folder=state, options=FillOptions(), hearing=Hearing())
    result.version, result.filled
"""

from pickup.fill.prepare import Prepared, Shot, prepare
from pickup.fill.run import Filled, FillOptions, Hearing, fill

__all__ = ["FillOptions", "Filled", "Hearing", "Prepared", "Shot", "fill", "prepare"]
